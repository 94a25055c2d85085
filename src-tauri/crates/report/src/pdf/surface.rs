//! A drawing backend for plotters whose marks are vectors of the page and whose letters are our own fonts.

use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
    text_anchor::{HPos, VPos},
};

use super::{
    canvas::{Mark, Rgb},
    font::{Face, Fonts},
};

/// Units of the backend in a point: plotters counts in whole ones.
pub(crate) const UNITS: f32 = 20.0;

/// Where plotters draws.
pub(crate) struct Surface<'m> {
    pub fonts: &'static Fonts,
    pub marks: &'m mut Vec<Mark>,
    /// Upper left, in points.
    pub origin: (f32, f32),
    /// Size, in points.
    pub size: (f32, f32),
}

/// Drawing vectors cannot fail.
#[derive(Debug, thiserror::Error)]
#[error("drawing failed")]
pub(crate) struct Never;

type Drawn = Result<(), DrawingErrorKind<Never>>;

impl Surface<'_> {
    fn at(&self, (x, y): BackendCoord) -> (f32, f32) {
        (self.origin.0 + x as f32 / UNITS, self.origin.1 + y as f32 / UNITS)
    }
}

/// Paper is white: what lets it shine through is mixed with white.
fn colour(colour: BackendColor) -> Rgb {
    let mix = |part: u8| (f64::from(part) * colour.alpha + 255.0 * (1.0 - colour.alpha)).round() as u8;
    Rgb(mix(colour.rgb.0), mix(colour.rgb.1), mix(colour.rgb.2))
}

fn face<S: BackendTextStyle>(style: &S) -> Face {
    if matches!(style.style(), FontStyle::Bold) { Face::Strong } else { Face::Regular }
}

impl DrawingBackend for Surface<'_> {
    type ErrorType = Never;

    fn get_size(&self) -> (u32, u32) {
        ((self.size.0 * UNITS) as u32, (self.size.1 * UNITS) as u32)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, of: BackendColor) -> Drawn {
        let (x, y) = self.at(point);
        self.marks.push(Mark::fill(x, y, 1.0 / UNITS, 1.0 / UNITS, colour(of)));
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        if style.color().alpha > 0.0 {
            let ((x0, y0), (x1, y1)) = (self.at(from), self.at(to));
            let (x, y, w, h) = (x0.min(x1), y0.min(y1), (x1 - x0).abs(), (y1 - y0).abs());
            let of = colour(style.color());
            let (fill, line) =
                if fill { (Some(of), None) } else { (None, Some((of, style.stroke_width() as f32 / UNITS))) };
            self.marks.push(Mark::Box { x, y, w, h, fill, line });
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        if style.color().alpha > 0.0 {
            let points = path.into_iter().map(|p| self.at(p)).collect();
            self.marks.push(Mark::Line {
                points,
                colour: colour(style.color()),
                width: style.stroke_width() as f32 / UNITS,
            });
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let (x, y) = self.at(centre);
        let r = radius as f32 / UNITS;
        let points = (0..=24)
            .map(|i| (i as f32) * std::f32::consts::TAU / 24.0)
            .map(|a| (x + r * a.cos(), y + r * a.sin()))
            .collect();
        let of = colour(style.color());
        self.marks.push(if fill {
            Mark::Shape { points, fill: of }
        } else {
            Mark::Line { points, colour: of, width: style.stroke_width() as f32 / UNITS }
        });
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Drawn {
        let points = vert.into_iter().map(|p| self.at(p)).collect();
        self.marks.push(Mark::Shape { points, fill: colour(style.color()) });
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let (face, size) = (face(style), style.size() as f32 / UNITS);
        let text = self.fonts.printable(face, text);
        let width = self.fonts.width(face, size, &text);
        let (x, y) = self.at(at);
        let x = match style.anchor().h_pos {
            HPos::Left => x,
            HPos::Right => x - width,
            HPos::Center => x - width / 2.0,
        };
        // Capitals of the face are 0.7 of its size high.
        let y = match style.anchor().v_pos {
            VPos::Top => y + size * 0.8,
            VPos::Center => y + size * 0.34,
            VPos::Bottom => y - size * 0.2,
        };
        self.marks.push(Mark::text(x, y, face, size, colour(style.color()), text));
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Never>> {
        let size = style.size() as f32 / UNITS;
        let width = self.fonts.width(face(style), size, text);
        Ok(((width * UNITS) as u32, (size * UNITS) as u32))
    }
}
