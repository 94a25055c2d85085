//! The heat map. A level is told by its number, its gap by shade and by the density of a hatching, so that
//! it reads the same without colour.

use std::rc::Rc;

use super::{
    block::{Layout, baseline, leading},
    canvas::{Mark, Rgb},
    flow::{Atom, Head},
    font::Face,
};
use crate::content::{HeatCell, HeatMap, HeatRow};

/// Ground and hatching by gap; darker the larger it is.
const SHADES: [(Rgb, Rgb); 4] = [
    (Rgb(0xe6, 0xf1, 0xee), Rgb(0xe6, 0xf1, 0xee)),
    (Rgb(0xf6, 0xe4, 0xb4), Rgb(0xdd, 0xb8, 0x62)),
    (Rgb(0xea, 0xb0, 0x7c), Rgb(0xc9, 0x7d, 0x40)),
    (Rgb(0xc9, 0x6a, 0x52), Rgb(0x98, 0x3b, 0x27)),
];
pub(crate) const NO_LEVEL: Rgb = Rgb(0xf4, 0xf4, 0xf4);

impl Layout<'_> {
    pub(crate) fn heat_map(&self, map: &HeatMap, out: &mut Vec<Atom>) {
        let words = &self.head.heat;
        let title =
            self.set((0.0, 0.0), self.measure, Face::Strong, self.scale.of(8.6), Rgb::INK, &map.title);
        out.push(Atom {
            height: title.height + 2.0,
            gap: self.scale.of(10.0),
            marks: title.marks,
            keep: true,
            ..Atom::default()
        });
        let lowest =
            self.scale.of(46.0).max(self.fonts.width(Face::Strong, self.scale.small(), &words.lowest) + 6.0);
        let cell = self.scale.of(45.0);
        let name = self.measure - cell * 7.0 - lowest;
        let head = Rc::new(self.heat_head(map, name, cell, lowest));
        out.push(Atom { height: head.height, marks: head.marks.clone(), keep: true, ..Atom::default() });
        for row in &map.rows {
            out.push(self.heat_row(row, name, cell, lowest, &head));
        }
        if let Some(last) = out.last_mut() {
            last.keep = true;
        }
        out.push(self.legend());
    }

    fn heat_head(&self, map: &HeatMap, name: f32, cell: f32, lowest: f32) -> Head {
        let size = self.scale.small();
        let height = self.scale.of(24.0);
        let base = height - 5.0;
        let mut marks =
            vec![Mark::text(0.0, base, Face::Strong, size, Rgb::ACCENT, self.head.heat.zone.clone())];
        for (index, code) in map.columns.iter().enumerate() {
            let x = name + cell * index as f32;
            let number = format!("FR\u{a0}{}", index + 1);
            let tiny = self.scale.tiny();
            let centre = |face, size, text: &str| x + (cell - self.fonts.width(face, size, text)) / 2.0;
            marks.push(Mark::text(
                centre(Face::Regular, tiny, &number),
                base - size * 1.15,
                Face::Regular,
                tiny,
                Rgb::MUTED,
                number,
            ));
            marks.push(Mark::text(
                centre(Face::Strong, size, code),
                base,
                Face::Strong,
                size,
                Rgb::ACCENT,
                *code,
            ));
        }
        let x =
            name + cell * 7.0 + (lowest - self.fonts.width(Face::Strong, size, &self.head.heat.lowest)) / 2.0;
        marks.push(Mark::text(x, base, Face::Strong, size, Rgb::ACCENT, self.head.heat.lowest.clone()));
        Head { height, marks }
    }

    fn heat_row(&self, row: &HeatRow, name: f32, cell: f32, lowest: f32, head: &Rc<Head>) -> Atom {
        let size = self.scale.small();
        let label = if row.name.is_empty() || row.name == row.id {
            row.id.clone()
        } else {
            format!("{}\u{a0}{}", row.id, row.name)
        };
        let text = self.set((0.0, 0.0), name - 8.0, Face::Regular, size, Rgb::INK, &label);
        let height = (text.height + 5.0).max(self.scale.of(19.5));
        let mut marks = text.marks;
        let drop = (height - text.height) / 2.0;
        marks.iter_mut().for_each(|mark| mark.shift(0.0, drop));
        for (index, value) in row.cells.iter().enumerate() {
            self.heat_cell(value, name + cell * index as f32, cell, height, &mut marks);
        }
        let x = name + cell * 7.0;
        let text = row.level.map_or_else(|| "–".to_owned(), |l| l.to_string());
        let big = self.scale.of(9.5);
        let at = x + (lowest - self.fonts.width(Face::Strong, big, &text)) / 2.0;
        marks.push(Mark::text(
            at,
            (height - leading(big)) / 2.0 + baseline(big),
            Face::Strong,
            big,
            Rgb::INK,
            text,
        ));
        marks.push(Mark::line((0.0, height), (self.measure, height), Rgb::HAIR, 0.4));
        if !row.link.is_empty() {
            marks.push(Mark::Link {
                x: 0.0,
                y: 0.0,
                w: self.measure,
                h: height,
                to: row.link.clone().into(),
            });
        }
        Atom { height, marks, head: Some(head.clone()), ..Atom::default() }
    }

    fn heat_cell(&self, cell: &HeatCell, x: f32, width: f32, height: f32, marks: &mut Vec<Mark>) {
        let (x, y, w, h) = (x + 0.8, 0.8, width - 1.6, height - 1.6);
        let size = self.scale.of(8.8);
        let Some(achieved) = cell.achieved else {
            marks.push(Mark::Box { x, y, w, h, fill: Some(NO_LEVEL), line: Some((Rgb::HAIR, 0.5)) });
            let size = self.scale.of(5.6);
            let set = self.set(
                (x + 1.5, 0.0),
                w - 3.0,
                Face::Regular,
                size,
                Rgb::MUTED,
                &self.head.heat.not_assessable,
            );
            for mut mark in set.marks {
                mark.shift(0.0, (height - set.height) / 2.0);
                marks.push(mark);
            }
            return;
        };
        let gap = usize::from(cell.gap.unwrap_or(0)).min(3);
        swatch(gap, (x, y, w, h), marks);
        let text = format!("{achieved}\u{a0}/\u{a0}{}", cell.target);
        let own = self.fonts.width(Face::Strong, size, &text);
        let left = x + (w - own) / 2.0;
        if gap > 0 {
            marks.push(Mark::fill(
                left - 2.5,
                y + (h - size * 1.25) / 2.0,
                own + 5.0,
                size * 1.25,
                SHADES[gap].0,
            ));
        }
        marks.push(Mark::text(
            left,
            (height - leading(size)) / 2.0 + baseline(size),
            Face::Strong,
            size,
            Rgb::INK,
            text,
        ));
        basis(cell.evidence_alone, x + w - 4.4, y + 4.4, marks);
    }

    fn legend(&self) -> Atom {
        let words = &self.head.heat;
        let size = self.scale.tiny();
        let line = self.scale.of(12.5);
        let mut marks = Vec::new();
        let (mut x, mut y) = (0.0, 3.0);
        let entries = words
            .gaps
            .iter()
            .enumerate()
            .map(|(gap, text)| (Some(gap), false, text))
            .chain([(None, true, &words.evidence), (None, false, &words.conformance)]);
        for (gap, alone, text) in entries {
            let own = self.fonts.width(Face::Regular, size, text);
            let step = 17.0 + own + 13.0;
            if x > 0.0 && x + step > self.measure + 13.0 {
                x = 0.0;
                y += line;
            }
            match gap {
                Some(gap) => swatch(gap, (x, y + 1.0, 12.0, 8.0), &mut marks),
                None => basis(alone, x + 7.0, y + 5.0, &mut marks),
            }
            marks.push(Mark::text(x + 16.0, y + 7.4, Face::Regular, size, Rgb::MUTED, text.clone()));
            x += step;
        }
        Atom { height: y + line, gap: 2.0, marks, ..Atom::default() }
    }
}

/// A dot where requirements were assessed too, a ring where evidence stands alone.
fn basis(alone: bool, x: f32, y: f32, marks: &mut Vec<Mark>) {
    let ring = |r: f32| -> Box<[(f32, f32)]> {
        (0..=12)
            .map(|i| (i as f32) * std::f32::consts::TAU / 12.0)
            .map(|a| (x + r * a.cos(), y + r * a.sin()))
            .collect()
    };
    marks.push(Mark::Shape { points: ring(2.1), fill: Rgb::INK });
    if alone {
        marks.push(Mark::Shape { points: ring(1.35), fill: Rgb::WHITE });
    }
}

/// The ground alone.
pub(crate) fn ground(gap: usize) -> Rgb {
    SHADES[gap.min(3)].0
}

/// The ground of a gap with its hatching: none, wide, close, crossed.
pub(super) fn swatch(gap: usize, (x, y, w, h): (f32, f32, f32, f32), marks: &mut Vec<Mark>) {
    let (ground, ink) = SHADES[gap.min(3)];
    marks.push(Mark::fill(x, y, w, h, ground));
    let (step, crossed) = match gap {
        0 => return,
        1 => (6.5, false),
        2 => (3.4, false),
        _ => (3.4, true),
    };
    let mut at = step / 2.0;
    while at < w + h {
        // From the left or lower edge up to the upper or right one.
        let from = if at <= h { (x, y + at) } else { (x + at - h, y + h) };
        let to = if at <= w { (x + at, y) } else { (x + w, y + at - w) };
        marks.push(Mark::line(from, to, ink, 0.55));
        if crossed {
            let mirror = |(px, py): (f32, f32)| (2.0 * x + w - px, py);
            marks.push(Mark::line(mirror(from), mirror(to), ink, 0.55));
        }
        at += step;
    }
    marks.push(Mark::Box { x, y, w, h, fill: None, line: Some((ink, 0.5)) });
}
