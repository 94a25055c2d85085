//! Laying out blocks: headings, paragraphs, facts, lists, figures, callouts.

use super::{
    canvas::{Mark, Rgb, Scale},
    flow::{Atom, Entry},
    font::{Face, Fonts},
    text::wrap,
};
use crate::content::{Fact, Figure, Section};

/// What laying out needs to know.
#[derive(Clone, Copy)]
pub(crate) struct Layout<'f> {
    pub fonts: &'f Fonts,
    /// Width of the text, in points.
    pub measure: f32,
    /// Height of a page's text.
    pub depth: f32,
    pub scale: Scale,
    /// Words put to the title of a table that goes on.
    pub head: &'f crate::content::Head,
}

/// Lines of text set from a left edge; gives the marks and their height.
pub(crate) struct Set {
    pub marks: Vec<Mark>,
    pub height: f32,
}

impl Layout<'_> {
    /// Sets a text in lines from the upper left `(x, y)`.
    pub(crate) fn set(
        &self,
        (x, y): (f32, f32),
        width: f32,
        face: Face,
        size: f32,
        colour: Rgb,
        text: &str,
    ) -> Set {
        let leading = leading(size);
        let lines = wrap(self.fonts, face, size, text, width);
        let height = leading * lines.len() as f32;
        let marks = lines
            .into_iter()
            .enumerate()
            .filter(|(_, line)| !line.is_empty())
            .map(|(i, line)| Mark::text(x, y + leading * i as f32 + baseline(size), face, size, colour, line))
            .collect();
        Set { marks, height }
    }

    pub(crate) fn section_heading(&self, section: &Section) -> Atom {
        let size = self.scale.of(19.0);
        let lead = if section.number.is_empty() {
            0.0
        } else {
            self.fonts.width(Face::Strong, size, &section.number) + 11.0
        };
        let mut set =
            self.set((lead, 0.0), self.measure - lead, Face::Strong, size, Rgb::INK, &section.title);
        if !section.number.is_empty() {
            set.marks.insert(
                0,
                Mark::text(0.0, baseline(size), Face::Strong, size, Rgb::ACCENT, section.number.clone()),
            );
        }
        let rule = set.height + self.scale.of(5.0);
        set.marks.push(Mark::fill(0.0, rule, self.measure, 1.4, Rgb::ACCENT));
        let entry = Entry {
            level: 1,
            number: section.number.clone(),
            title: section.title.clone(),
            anchor: section.id.clone(),
        };
        Atom {
            height: rule + self.scale.of(9.0),
            gap: 24.0,
            marks: set.marks,
            keep: true,
            entry: Some(entry),
            new_page: section.new_page,
            ..Atom::default()
        }
    }

    pub(crate) fn heading(&self, level: u8, id: &str, number: &str, text: &str, new_page: bool) -> Atom {
        if level > 2 {
            let set = self.set((0.0, 0.0), self.measure, Face::Strong, self.scale.of(10.0), Rgb::INK, text);
            return Atom {
                height: set.height + 1.5,
                gap: self.scale.of(11.0),
                marks: set.marks,
                keep: true,
                anchor: Some(id.to_owned()),
                new_page,
                ..Atom::default()
            };
        }
        let size = self.scale.of(13.0);
        let lead = if number.is_empty() { 0.0 } else { self.fonts.width(Face::Strong, size, number) + 8.0 };
        let mut set = self.set((lead, 0.0), self.measure - lead, Face::Strong, size, Rgb::INK, text);
        if !number.is_empty() {
            set.marks.insert(0, Mark::text(0.0, baseline(size), Face::Strong, size, Rgb::ACCENT, number));
        }
        let entry =
            Entry { level: 2, number: number.to_owned(), title: text.to_owned(), anchor: id.to_owned() };
        Atom {
            height: set.height + 3.0,
            gap: self.scale.of(18.0),
            marks: set.marks,
            keep: true,
            entry: Some(entry),
            new_page,
            ..Atom::default()
        }
    }

    /// A paragraph, a piece for each two lines, so that long ones break across pages without a lonely line.
    pub(crate) fn paragraph(&self, text: &str, aside: bool, out: &mut Vec<Atom>) {
        let (size, colour) =
            if aside { (self.scale.small(), Rgb::MUTED) } else { (self.scale.body(), Rgb::INK) };
        // Lines much longer than 100 characters are hard to follow.
        let width = self.measure.min(if aside { 470.0 } else { 485.0 });
        let lines = wrap(self.fonts, Face::Regular, size, text, width);
        let leading = leading(size);
        let count = lines.len();
        for (index, line) in lines.into_iter().enumerate() {
            let keep = index == 0 && count > 1 || index + 2 == count;
            let gap = if index > 0 { 0.0 } else { self.scale.of(if aside { 3.5 } else { 5.0 }) };
            let marks = vec![Mark::text(0.0, baseline(size), Face::Regular, size, colour, line)];
            out.push(Atom { height: leading, gap, marks, keep, ..Atom::default() });
        }
    }

    pub(crate) fn list(&self, items: &[String], out: &mut Vec<Atom>) {
        let size = self.scale.body();
        for item in items {
            let mut set =
                self.set((12.0, 0.0), self.measure.min(485.0) - 12.0, Face::Regular, size, Rgb::INK, item);
            set.marks.push(Mark::fill(2.0, baseline(size) - size * 0.34, 3.0, 3.0, Rgb::ACCENT));
            out.push(Atom {
                height: set.height,
                gap: self.scale.of(3.5),
                marks: set.marks,
                ..Atom::default()
            });
        }
    }

    pub(crate) fn facts(&self, facts: &[Fact], out: &mut Vec<Atom>) {
        let size = self.scale.body();
        let widest =
            facts.iter().map(|f| self.fonts.width(Face::Regular, size, &f.label)).fold(0.0, f32::max);
        let code = facts.iter().any(|f| f.code && f.text.len() > 40);
        let column = (widest + 14.0).min(self.measure * if code { 0.28 } else { 0.4 });
        for (index, fact) in facts.iter().enumerate() {
            let label = self.set((0.0, 0.0), column - 10.0, Face::Regular, size, Rgb::MUTED, &fact.label);
            let (face, text_size) = if fact.code { (Face::Mono, size * 0.92) } else { (Face::Regular, size) };
            let text = self.set((column, 0.0), self.measure - column, face, text_size, Rgb::INK, &fact.text);
            let height = label.height.max(text.height) + 2.4;
            let mut marks = label.marks;
            marks.extend(text.marks);
            marks.push(Mark::line((0.0, height - 0.6), (self.measure, height - 0.6), Rgb::HAIR, 0.4));
            let gap = if index == 0 { self.scale.of(6.0) } else { 1.2 };
            out.push(Atom {
                height,
                gap,
                marks,
                keep: index + 2 == facts.len() || facts.len() <= 12 && index + 1 < facts.len(),
                ..Atom::default()
            });
        }
    }

    pub(crate) fn figures(&self, figures: &[Figure]) -> Atom {
        let gutter = 8.0;
        let count = figures.len().max(1) as f32;
        let width = (self.measure - gutter * (count - 1.0)) / count;
        let mut marks = Vec::new();
        let mut height: f32 = 0.0;
        for (index, figure) in figures.iter().enumerate() {
            let x = (width + gutter) * index as f32;
            let inner = width - 14.0;
            let mut y = self.scale.of(7.0);
            for (face, size, colour, text) in [
                (Face::Strong, self.scale.of(19.0), Rgb::ACCENT, &figure.value),
                (Face::Strong, self.scale.small(), Rgb::INK, &figure.label),
                (Face::Regular, self.scale.tiny(), Rgb::MUTED, &figure.note),
            ] {
                let set = self.set((x + 8.0, y), inner, face, size, colour, text);
                y += if text.is_empty() { 0.0 } else { set.height };
                marks.extend(set.marks);
            }
            height = height.max(y + self.scale.of(6.0));
        }
        let boxes = (0..figures.len()).flat_map(|i| {
            let x = (width + gutter) * i as f32;
            [Mark::fill(x, 0.0, width, height, Rgb::PALE), Mark::fill(x, 0.0, 2.2, height, Rgb::ACCENT)]
        });
        let marks = boxes.chain(marks).collect();
        Atom { height, gap: self.scale.of(9.0), marks, ..Atom::default() }
    }

    pub(crate) fn callout(&self, title: &str, text: &str, warning: bool) -> Atom {
        let (colour, ground) = if warning { (Rgb::WARN, Rgb::WARN_PALE) } else { (Rgb::ACCENT, Rgb::PALE) };
        let width = self.measure - 26.0;
        let pad = self.scale.of(8.0);
        let title = self.set((14.0, pad), width, Face::Strong, self.scale.body(), colour, title);
        let text = self.set(
            (14.0, pad + title.height + 2.0),
            width,
            Face::Regular,
            self.scale.body(),
            Rgb::INK,
            text,
        );
        let height = pad * 2.0 + title.height + text.height + 2.0;
        let mut marks = vec![
            Mark::fill(0.0, 0.0, self.measure, height, ground),
            Mark::fill(0.0, 0.0, 3.0, height, colour),
        ];
        marks.extend(title.marks);
        marks.extend(text.marks);
        Atom { height, gap: self.scale.of(9.0), marks, ..Atom::default() }
    }
}

/// Distance from line to line.
pub(crate) fn leading(size: f32) -> f32 {
    size * 1.36
}

/// From the upper edge of a line to its baseline.
pub(crate) fn baseline(size: f32) -> f32 {
    size * 1.04
}
