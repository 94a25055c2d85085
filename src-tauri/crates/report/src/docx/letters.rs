//! Letters as outlines: a picture has to look the same where the fonts are missing.

use allsorts::{
    binary::read::ReadScope,
    font_data::FontData,
    outline::{OutlineBuilder, OutlineSink},
    pathfinder_geometry::{line_segment::LineSegment2F, vector::Vector2F},
    tables::{
        FontTableProvider, HeadTable,
        glyf::{GlyfVisitorContext, LocaGlyf},
    },
    tag,
};
use tiny_skia::{Path, PathBuilder};

use crate::{
    ReportError,
    pdf::font::{Face, Fonts},
};

/// The outlines of every face.
pub(crate) struct Letters {
    fonts: &'static Fonts,
    faces: [Outlines; 3],
}

struct Outlines {
    glyphs: LocaGlyf,
    units_per_em: f32,
}

impl Letters {
    pub(crate) fn new() -> Result<Letters, ReportError> {
        let read = |face: Face| {
            read(face).map_err(|reason| ReportError::Font { font: face.name(), reason: reason.to_string() })
        };
        Ok(Letters {
            fonts: Fonts::shared()?,
            faces: [read(Face::Regular)?, read(Face::Strong)?, read(Face::Mono)?],
        })
    }

    /// The outline of a line of text from a point of its baseline on; none where nothing shows.
    pub(super) fn outline(
        &mut self,
        face: Face,
        size: f32,
        (mut x, y): (f32, f32),
        text: &str,
    ) -> Result<Option<Path>, ReportError> {
        let outlines = &mut self.faces[face as usize];
        let mut pen =
            Pen { path: PathBuilder::new(), origin: (x, y), scale: size / outlines.units_per_em.max(1.0) };
        let mut buffer = [0; 4];
        for c in text.chars().filter(|c| *c != '\u{ad}') {
            pen.origin.0 = x;
            GlyfVisitorContext::new(&mut outlines.glyphs, None)
                .visit(self.fonts.glyph(face, c), None, &mut pen)
                .map_err(|error| ReportError::Font { font: face.name(), reason: error.to_string() })?;
            x += self.fonts.width(face, size, c.encode_utf8(&mut buffer));
        }
        Ok(pen.path.finish())
    }
}

fn read(face: Face) -> Result<Outlines, allsorts::error::ReadWriteError> {
    let file = ReadScope::new(face.bytes()).read::<FontData<'_>>()?;
    let provider = file.table_provider(0)?;
    let head = provider.read_table_data(tag::HEAD)?;
    let head = ReadScope::new(&head).read::<HeadTable>()?;
    Ok(Outlines { glyphs: LocaGlyf::load(&provider)?, units_per_em: f32::from(head.units_per_em) })
}

/// Draws a glyph, whose y goes up, where y goes down.
struct Pen {
    path: PathBuilder,
    origin: (f32, f32),
    scale: f32,
}

impl Pen {
    fn at(&self, point: Vector2F) -> (f32, f32) {
        (self.origin.0 + point.x() * self.scale, self.origin.1 - point.y() * self.scale)
    }
}

impl OutlineSink for Pen {
    fn move_to(&mut self, to: Vector2F) {
        let (x, y) = self.at(to);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, to: Vector2F) {
        let (x, y) = self.at(to);
        self.path.line_to(x, y);
    }

    fn quadratic_curve_to(&mut self, control: Vector2F, to: Vector2F) {
        let ((cx, cy), (x, y)) = (self.at(control), self.at(to));
        self.path.quad_to(cx, cy, x, y);
    }

    fn cubic_curve_to(&mut self, control: LineSegment2F, to: Vector2F) {
        let ((ax, ay), (bx, by)) = (self.at(control.from()), self.at(control.to()));
        let (x, y) = self.at(to);
        self.path.cubic_to(ax, ay, bx, by, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
