//! Letters as outlines: a picture has to look the same where the fonts are missing.

use allsorts::{
    binary::read::ReadScope,
    error::ParseError,
    font_data::FontData,
    outline::{OutlineBuilder, OutlineSink},
    pathfinder_geometry::{line_segment::LineSegment2F, vector::Vector2F},
    tables::{
        FontTableProvider, HeadTable,
        glyf::{GlyfVisitorContext, LocaGlyf},
    },
    tag,
};
use rustc_hash::FxHashMap;
use tiny_skia::{Path, PathBuilder, Transform};

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
    /// Outlines drawn before, at the size of an em; none where nothing shows.
    drawn: FxHashMap<u16, Option<Path>>,
}

impl Letters {
    pub(crate) fn new() -> Result<Letters, ReportError> {
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
        let mut line = PathBuilder::new();
        let mut buffer = [0; 4];
        for c in text.chars().filter(|c| *c != '\u{ad}') {
            let place = Transform::from_row(size, 0.0, 0.0, size, x, y);
            let letter = self.faces[face as usize]
                .glyph(self.fonts.glyph(face, c))
                .map_err(|reason| broken(face, reason))?;
            if let Some(letter) = letter.and_then(|letter| letter.transform(place)) {
                line.push_path(&letter);
            }
            x += self.fonts.width(face, size, c.encode_utf8(&mut buffer));
        }
        Ok(line.finish())
    }
}

impl Outlines {
    fn glyph(&mut self, glyph: u16) -> Result<Option<Path>, ParseError> {
        if let Some(drawn) = self.drawn.get(&glyph) {
            return Ok(drawn.clone());
        }
        let mut pen = Pen { path: PathBuilder::new(), scale: 1.0 / self.units_per_em };
        GlyfVisitorContext::new(&mut self.glyphs, None).visit(glyph, None, &mut pen)?;
        let drawn = pen.path.finish();
        self.drawn.insert(glyph, drawn.clone());
        Ok(drawn)
    }
}

fn broken(face: Face, reason: impl std::fmt::Display) -> ReportError {
    ReportError::Font { font: face.name(), reason: reason.to_string() }
}

fn read(face: Face) -> Result<Outlines, ReportError> {
    let broken = |reason| broken(face, reason);
    let file = ReadScope::new(face.bytes()).read::<FontData<'_>>().map_err(broken)?;
    let provider = file.table_provider(0).map_err(|error| self::broken(face, error))?;
    let head = provider.read_table_data(tag::HEAD).map_err(broken)?;
    let head = ReadScope::new(&head).read::<HeadTable>().map_err(broken)?;
    Ok(Outlines {
        glyphs: LocaGlyf::load(&provider).map_err(broken)?,
        units_per_em: f32::from(head.units_per_em.max(1)),
        drawn: FxHashMap::default(),
    })
}

/// Draws a glyph, whose y goes up, where y goes down.
struct Pen {
    path: PathBuilder,
    scale: f32,
}

impl Pen {
    fn at(&self, point: Vector2F) -> (f32, f32) {
        (point.x() * self.scale, -point.y() * self.scale)
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
