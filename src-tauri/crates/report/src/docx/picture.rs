//! Charts and the drawing as pictures: vectors as SVG, and the same picture in pixels for what does not read
//! SVG. Native charts were weighed: each needs a workbook inside the document, and no two programs draw them
//! the same way, let alone as the PDF does.

use std::fmt::Write;

use png::{BitDepth, ColorType, Compression, Encoder};
use tiny_skia::{Color, FillRule, Paint, Path, PathBuilder, PathSegment, Pixmap, Rect, Stroke, Transform};

use super::letters::Letters;
use crate::{
    ReportError,
    pdf::canvas::{Mark, Rgb},
    svg::{element, hex},
};

/// Pixels of a point: 200 to the inch.
const PIXELS: f32 = 200.0 / 72.0;

/// A picture in both forms.
pub(super) struct Picture {
    pub svg: String,
    pub png: Vec<u8>,
}

/// Draws marks on a white ground of so many points.
pub(super) fn picture(
    marks: &[Mark],
    (width, height): (f32, f32),
    letters: &mut Letters,
) -> Result<Picture, ReportError> {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.1}pt\" height=\"{height:.1}pt\" \
         viewBox=\"0 0 {width:.1} {height:.1}\">\
         <rect width=\"{width:.1}\" height=\"{height:.1}\" fill=\"#ffffff\"/>"
    );
    for mark in marks {
        if let Mark::Text { x, y, face, size, colour, text } = mark {
            if let Some(path) = letters.outline(*face, *size, (*x, *y), text)? {
                let _ = write!(svg, "<path fill=\"{}\" d=\"", hex(*colour));
                trace(&path, &mut svg);
                svg.push_str("\"/>");
            }
        } else {
            element(mark, &mut svg);
        }
    }
    svg.push_str("</svg>");
    Ok(Picture { svg, png: pixels(marks, (width, height), PIXELS, letters)? })
}

/// Draws marks on a white ground of so many points as PNG, so many pixels to a point.
pub(crate) fn pixels(
    marks: &[Mark],
    (width, height): (f32, f32),
    scale: f32,
    letters: &mut Letters,
) -> Result<Vec<u8>, ReportError> {
    let wrong = |reason: String| ReportError::Document { reason };
    let length = |points: f32| (points * scale).ceil().max(1.0) as u32;
    let pixmap = Pixmap::new(length(width), length(height))
        .ok_or_else(|| wrong(format!("a picture of {width:.0} × {height:.0} points is too large")))?;
    let mut ground = Ground { pixmap, scale: Transform::from_scale(scale, scale) };
    ground.pixmap.fill(Color::WHITE);
    for mark in marks {
        match mark {
            Mark::Text { x, y, face, size, colour, text } => {
                if let Some(path) = letters.outline(*face, *size, (*x, *y), text)? {
                    ground.fill(&path, *colour);
                }
            }
            Mark::Box { x, y, w, h, fill, line } => {
                let Some(path) = Rect::from_xywh(*x, *y, *w, *h).map(PathBuilder::from_rect) else {
                    continue;
                };
                if let Some(colour) = fill {
                    ground.fill(&path, *colour);
                }
                if let Some((colour, width)) = line {
                    ground.stroke(&path, *colour, *width);
                }
            }
            Mark::Line { points, colour, width } => {
                if let Some(path) = polyline(points, false) {
                    ground.stroke(&path, *colour, *width);
                }
            }
            Mark::Shape { points, fill } => {
                if let Some(path) = polyline(points, true) {
                    ground.fill(&path, *fill);
                }
            }
            Mark::Link { .. } => {}
        }
    }
    encoded(&ground.pixmap).map_err(|error| wrong(error.to_string()))
}

/// What is drawn on.
struct Ground {
    pixmap: Pixmap,
    scale: Transform,
}

impl Ground {
    fn fill(&mut self, path: &Path, colour: Rgb) {
        self.pixmap.fill_path(path, &paint(colour), FillRule::Winding, self.scale, None);
    }

    fn stroke(&mut self, path: &Path, colour: Rgb, width: f32) {
        let stroke = Stroke { width, ..Stroke::default() };
        self.pixmap.stroke_path(path, &paint(colour), &stroke, self.scale, None);
    }
}

/// Data of a path of SVG.
fn trace(path: &Path, out: &mut String) {
    for segment in path.segments() {
        // Writing to a string does not fail.
        let _ = match segment {
            PathSegment::MoveTo(p) => write!(out, "M{:.2} {:.2}", p.x, p.y),
            PathSegment::LineTo(p) => write!(out, "L{:.2} {:.2}", p.x, p.y),
            PathSegment::QuadTo(c, p) => write!(out, "Q{:.2} {:.2} {:.2} {:.2}", c.x, c.y, p.x, p.y),
            PathSegment::CubicTo(a, b, p) => {
                write!(out, "C{:.2} {:.2} {:.2} {:.2} {:.2} {:.2}", a.x, a.y, b.x, b.y, p.x, p.y)
            }
            PathSegment::Close => write!(out, "Z"),
        };
    }
}

fn polyline(points: &[(f32, f32)], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (at, (x, y)) in points.iter().enumerate() {
        if at == 0 {
            path.move_to(*x, *y);
        } else {
            path.line_to(*x, *y);
        }
    }
    if closed {
        path.close();
    }
    path.finish()
}

fn paint(Rgb(r, g, b): Rgb) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(r, g, b, 0xff);
    paint
}

fn encoded(pixmap: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, pixmap.width(), pixmap.height());
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    // The ground is white: nothing shines through.
    let opaque: Vec<u8> =
        pixmap.pixels().iter().flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]).collect();
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&opaque)?;
    writer.finish()?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::font::Face;

    #[test]
    fn both_forms_show_what_is_drawn() {
        let marks = [
            Mark::fill(36.0, 0.0, 36.0, 72.0, Rgb::ACCENT),
            Mark::text(4.0, 40.0, Face::Strong, 30.0, Rgb::WARN, "H"),
        ];
        let drawn = picture(&marks, (72.0, 72.0), &mut Letters::new().unwrap()).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&drawn.png)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (200, 200));
        let at = |x: f32, y: f32| {
            let first = ((y * PIXELS) as usize * 200 + (x * PIXELS) as usize) * 3;
            Rgb(pixels[first], pixels[first + 1], pixels[first + 2])
        };
        assert_eq!(at(50.0, 50.0), Rgb::ACCENT);
        assert_eq!(at(2.0, 2.0), Rgb::WHITE);
        // The left stem of the letter stands on the baseline, 40 points down, and ends there.
        let stem = |y| (0..30).map(|x| at(x as f32, y)).any(|pixel| pixel == Rgb::WARN);
        assert!(stem(38.0) && stem(22.0) && !stem(42.0) && !stem(15.0));
        assert!(drawn.svg.contains("<path fill=\"#a43a21\" d=\"M") && drawn.svg.contains("<rect x=\"36.0\""));
    }

    #[test]
    fn what_is_too_large_is_a_fault_and_no_panic() {
        let huge = picture(&[], (1e12, 1e12), &mut Letters::new().unwrap());
        assert!(matches!(huge, Err(ReportError::Document { .. })));
    }
}
