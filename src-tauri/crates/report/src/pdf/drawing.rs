//! The zone-and-conduit drawing as marks, for pages and for SVG alike.

use super::{
    block::{Layout, baseline},
    canvas::{Mark, Rgb},
    flow::Atom,
    font::{Face, Fonts},
    heat::swatch,
    text::wrap,
};
use crate::content::drawing::{Drawing, DrawnLink, DrawnShape, Rect};

const LINE: Rgb = Rgb(0x6b, 0x77, 0x82);
const GROUND: Rgb = Rgb(0xf7, 0xf9, 0xfa);

impl Layout<'_> {
    /// The drawing as large as the page lets it be.
    pub(crate) fn drawing(&self, drawing: &Drawing, out: &mut Vec<Atom>) {
        // With its heading above and its legend below on the same page.
        let room = self.depth - self.scale.of(115.0);
        let factor = (self.measure / drawing.width as f32).min(room / drawing.height as f32).min(0.75);
        let left = (self.measure - drawing.width as f32 * factor) / 2.0;
        let mut marks = marks(drawing, self.fonts, factor);
        marks.iter_mut().for_each(|mark| mark.shift(left, 0.0));
        out.push(Atom {
            height: drawing.height as f32 * factor,
            gap: self.scale.of(8.0),
            marks,
            keep: true,
            ..Atom::default()
        });
    }
}

/// Everything of a drawing, at so many points a unit.
pub(crate) fn marks(drawing: &Drawing, fonts: &Fonts, factor: f32) -> Vec<Mark> {
    let mut pen = Pen { fonts, factor, marks: Vec::new() };
    for band in &drawing.bands {
        let middle = band.y as f32 + band.height as f32 / 2.0;
        pen.text((6.0, middle + 4.0), 56.0, Face::Regular, 10.5, Rgb::MUTED, &band.label);
    }
    if let Some(area) = drawing.boundary {
        pen.boundary(area, &drawing.boundary_label);
    }
    for shape in drawing.shapes.iter().filter(|shape| shape.holds) {
        pen.shape(shape);
    }
    for link in &drawing.links {
        pen.lines(link);
    }
    for shape in drawing.shapes.iter().filter(|shape| !shape.holds) {
        pen.shape(shape);
    }
    for link in &drawing.links {
        pen.tag(link);
    }
    pen.marks
}

struct Pen<'f> {
    fonts: &'f Fonts,
    factor: f32,
    marks: Vec<Mark>,
}

impl Pen<'_> {
    fn scaled(&self, (x, y): (f32, f32)) -> (f32, f32) {
        (x * self.factor, y * self.factor)
    }

    fn rect(&mut self, (x, y, w, h): (f32, f32, f32, f32), fill: Option<Rgb>, line: Option<(Rgb, f32)>) {
        let f = self.factor;
        let line = line.map(|(colour, width)| (colour, width * f));
        self.marks.push(Mark::Box { x: x * f, y: y * f, w: w * f, h: h * f, fill, line });
    }

    fn polyline(&mut self, points: &[(f32, f32)], colour: Rgb, width: f32) {
        let points = points.iter().map(|point| self.scaled(*point)).collect();
        self.marks.push(Mark::Line { points, colour, width: width * self.factor });
    }

    /// A line of text that ends in an ellipsis where there is no room; `y` at its baseline. Gives its width.
    fn text(&mut self, (x, y): (f32, f32), room: f32, face: Face, size: f32, colour: Rgb, text: &str) -> f32 {
        let text = self.fitted(face, size, text, room);
        let width = self.fonts.width(face, size, &text);
        if !text.is_empty() {
            let (x, y) = self.scaled((x, y));
            self.marks.push(Mark::text(x, y, face, size * self.factor, colour, text));
        }
        width
    }

    fn fitted(&self, face: Face, size: f32, text: &str, room: f32) -> String {
        if self.fonts.width(face, size, text) <= room {
            return text.to_owned();
        }
        let mut kept: Vec<char> = text.chars().collect();
        while !kept.is_empty() {
            kept.pop();
            let shorter = format!("{}…", kept.iter().collect::<String>().trim_end());
            if self.fonts.width(face, size, &shorter) <= room {
                return shorter;
            }
        }
        String::new()
    }

    fn dashes(&mut self, points: &[(f32, f32)], colour: Rgb, width: f32) {
        const ON: f32 = 7.0;
        const OFF: f32 = 5.0;
        for pair in points.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            let mut at = 0.0;
            while at < length {
                let point = |at: f32| {
                    let share = (at / length).min(1.0);
                    (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
                };
                self.polyline(&[point(at), point(at + ON)], colour, width);
                at += ON + OFF;
            }
        }
    }

    fn boundary(&mut self, area: Rect, label: &str) {
        let (x, y) = (area.x as f32, area.y as f32);
        let (right, bottom) = (x + area.width as f32, y + area.height as f32);
        self.dashes(&[(x, y), (right, y), (right, bottom), (x, bottom), (x, y)], Rgb::ACCENT, 1.2);
        let size = 10.5;
        let width = self.fonts.width(Face::Regular, size, label);
        self.rect((x + 12.0, y - 8.0, width + 8.0, 16.0), Some(Rgb::WHITE), None);
        self.text((x + 16.0, y + 3.5), width + 1.0, Face::Regular, size, Rgb::ACCENT, label);
    }

    fn shape(&mut self, shape: &DrawnShape) {
        let (x, y) = (shape.area.x as f32, shape.area.y as f32);
        let (width, height) = (shape.area.width as f32, shape.area.height as f32);
        let all = (x, y, width, height);
        if shape.external {
            self.rect(all, Some(Rgb::WHITE), None);
            let corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)];
            self.dashes(&corners, LINE, 1.0);
        } else {
            let ground = if shape.holds { GROUND } else { Rgb::WHITE };
            self.rect(all, Some(ground), Some((Rgb::RULE, 1.0)));
        }
        let room = width - 16.0;
        let size = 12.5;
        let most = if shape.holds { 1 } else { 2 };
        let mut lines = wrap(self.fonts, Face::Strong, size, &shape.name, room);
        if lines.len() > most {
            let rest = lines.split_off(most - 1).join(" ");
            lines.push(self.fitted(Face::Strong, size, &rest, room));
        }
        let mut line_y = y + 6.0 + baseline(size);
        for line in &lines {
            self.text((x + 8.0, line_y), room, Face::Strong, size, Rgb::INK, line);
            line_y += 15.0;
        }
        let note_y = if shape.external {
            line_y
        } else if shape.holds {
            y + 38.0
        } else {
            y + height - 31.0
        };
        self.text((x + 8.0, note_y), room, Face::Regular, 10.0, Rgb::MUTED, &shape.note);
        let cells_y = if shape.holds { y + 46.0 } else { y + height - 24.0 };
        let cell = (room.min(172.0) + 2.0) / 7.0;
        for (at, value) in shape.cells.iter().enumerate() {
            let area = (x + 8.0 + cell * at as f32, cells_y, cell - 2.0, 17.0);
            self.cell(area, value.achieved.map(|level| (level, value.target)), value.gap);
        }
    }

    fn cell(&mut self, (x, y, w, h): (f32, f32, f32, f32), levels: Option<(u8, u8)>, gap: Option<u8>) {
        let f = self.factor;
        match gap {
            Some(gap) => swatch(gap.into(), (x * f, y * f, w * f, h * f), &mut self.marks),
            None => self.rect((x, y, w, h), Some(Rgb::PALE), Some((Rgb::HAIR, 0.6))),
        }
        let text = levels.map_or_else(|| "–".to_owned(), |(achieved, target)| format!("{achieved}/{target}"));
        let size = 9.6;
        let own = self.fonts.width(Face::Strong, size, &text);
        if gap.is_some_and(|gap| gap > 0) {
            let ground = super::heat::ground(gap.unwrap_or(0).into());
            self.rect((x + (w - own) / 2.0 - 1.5, y + 3.0, own + 3.0, h - 6.0), Some(ground), None);
        }
        self.text((x + (w - own) / 2.0, y + h / 2.0 + 3.4), own + 1.0, Face::Strong, size, Rgb::INK, &text);
    }

    fn lines(&mut self, link: &DrawnLink) {
        for (line, arrow) in link.lines.iter().zip(&link.arrows) {
            let points: Vec<(f32, f32)> = line.iter().map(|[x, y]| (*x as f32, *y as f32)).collect();
            // White beside it keeps crossing lines apart.
            self.polyline(&points, Rgb::WHITE, 3.4);
            if link.unprotected {
                self.dashes(&points, Rgb::WARN, 1.4);
            } else {
                self.polyline(&points, LINE, 1.3);
            }
            if let (true, [tip, next, ..]) = (*arrow, points.as_slice()) {
                let (dx, dy) = (next.0 - tip.0, next.1 - tip.1);
                let length = dx.hypot(dy).max(1.0);
                let (ux, uy) = (dx / length, dy / length);
                let corner = |along: f32, aside: f32| {
                    self.scaled((tip.0 + ux * along - uy * aside, tip.1 + uy * along + ux * aside))
                };
                let points = Box::new([self.scaled(*tip), corner(9.0, 4.0), corner(9.0, -4.0)]);
                let fill = if link.unprotected { Rgb::WARN } else { LINE };
                self.marks.push(Mark::Shape { points, fill });
            }
        }
    }

    fn tag(&mut self, link: &DrawnLink) {
        let Some(tag) = link.tag else { return };
        let (x, y, w, h) = (tag.x as f32, tag.y as f32, tag.width as f32, tag.height as f32);
        let line = if link.unprotected { Rgb::WARN } else { LINE };
        let ground = link.gap.map_or(Rgb::WHITE, |gap| super::heat::ground(gap.into()));
        self.rect((x, y, w, h), Some(ground), Some((line, 0.9)));
        let size = 10.5;
        let text = self.fitted(Face::Regular, size, &link.name, w - 10.0);
        let own = self.fonts.width(Face::Regular, size, &text);
        self.text((x + (w - own) / 2.0, y + h / 2.0 + 3.6), w, Face::Regular, size, Rgb::INK, &text);
    }
}
