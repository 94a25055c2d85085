//! What is drawn: marks on pages, with the origin at the upper left and points as the unit.

use super::font::Face;

/// A colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    pub(crate) const INK: Rgb = Rgb(0x1b, 0x21, 0x27);
    pub(crate) const MUTED: Rgb = Rgb(0x55, 0x60, 0x6b);
    pub(crate) const ACCENT: Rgb = Rgb(0x0c, 0x4a, 0x63);
    pub(crate) const HAIR: Rgb = Rgb(0xd2, 0xd8, 0xdd);
    pub(crate) const RULE: Rgb = Rgb(0x8a, 0x96, 0xa0);
    pub(crate) const PALE: Rgb = Rgb(0xf1, 0xf4, 0xf6);
    pub(crate) const WHITE: Rgb = Rgb(0xff, 0xff, 0xff);
    pub(crate) const WARN: Rgb = Rgb(0xa4, 0x3a, 0x21);
    pub(crate) const WARN_PALE: Rgb = Rgb(0xfb, 0xf1, 0xec);
}

/// Something drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mark {
    /// A line of text, `y` at its baseline.
    Text { x: f32, y: f32, face: Face, size: f32, colour: Rgb, text: Box<str> },
    /// A filled or outlined box.
    Box { x: f32, y: f32, w: f32, h: f32, fill: Option<Rgb>, line: Option<(Rgb, f32)> },
    /// A polyline.
    Line { points: Box<[(f32, f32)]>, colour: Rgb, width: f32 },
    /// A filled polygon.
    Shape { points: Box<[(f32, f32)]>, fill: Rgb },
    /// An area that leads to an anchor.
    Link { x: f32, y: f32, w: f32, h: f32, to: Box<str> },
}

impl Mark {
    pub(crate) fn text(
        x: f32,
        y: f32,
        face: Face,
        size: f32,
        colour: Rgb,
        text: impl Into<Box<str>>,
    ) -> Mark {
        Mark::Text { x, y, face, size, colour, text: text.into() }
    }

    pub(crate) fn fill(x: f32, y: f32, w: f32, h: f32, fill: Rgb) -> Mark {
        Mark::Box { x, y, w, h, fill: Some(fill), line: None }
    }

    pub(crate) fn line(from: (f32, f32), to: (f32, f32), colour: Rgb, width: f32) -> Mark {
        Mark::Line { points: Box::new([from, to]), colour, width }
    }

    /// Moves the mark.
    pub(crate) fn shift(&mut self, dx: f32, dy: f32) {
        match self {
            Mark::Text { x, y, .. } | Mark::Box { x, y, .. } | Mark::Link { x, y, .. } => {
                *x += dx;
                *y += dy;
            }
            Mark::Line { points, .. } | Mark::Shape { points, .. } => points.iter_mut().for_each(|(x, y)| {
                *x += dx;
                *y += dy;
            }),
        }
    }
}

/// Size of the page and its margins, in points.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sheet {
    pub width: f32,
    pub height: f32,
    pub left: f32,
    pub right: f32,
    pub top: f32,
    pub bottom: f32,
}

impl Sheet {
    pub(crate) fn of(paper: crate::Paper) -> Sheet {
        let (width, height) = match paper {
            crate::Paper::A4 => (595.28, 841.89),
            crate::Paper::Letter => (612.0, 792.0),
        };
        Sheet { width, height, left: 48.0, right: 48.0, top: 74.0, bottom: 56.0 }
    }

    /// Width of the text.
    pub(crate) fn measure(self) -> f32 {
        self.width - self.left - self.right
    }

    /// Height of the text.
    pub(crate) fn depth(self) -> f32 {
        self.height - self.top - self.bottom
    }
}

/// A page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    pub marks: Vec<Mark>,
    /// A cover carries no running head.
    pub bare: bool,
}

/// Sizes and spaces, which shrink together where something has to fit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale(pub f32);

impl Scale {
    pub(crate) fn body(self) -> f32 {
        9.2 * self.0
    }

    pub(crate) fn small(self) -> f32 {
        7.8 * self.0
    }

    pub(crate) fn tiny(self) -> f32 {
        6.8 * self.0
    }

    /// A distance.
    pub(crate) fn of(self, points: f32) -> f32 {
        points * self.0
    }
}
