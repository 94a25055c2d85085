//! Marks as an SVG document.

use std::fmt::Write;

use crate::{
    ReportError,
    content::drawing::Drawing,
    pdf::{
        canvas::{Mark, Rgb},
        drawing::marks,
        font::{Face, Fonts},
    },
};

const FAMILY: &str = "'IBM Plex Sans', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";

/// The zone-and-conduit drawing as an SVG document of its own, a unit a pixel.
///
/// # Errors
/// When the fonts that are part of the program cannot be read.
pub fn svg(drawing: &Drawing, title: &str) -> Result<String, ReportError> {
    let fonts = Fonts::shared()?;
    let (width, height) = (drawing.width, drawing.height);
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write!(
        out,
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="{FAMILY}"><title>{}</title><rect width="{width}" height="{height}" fill="#ffffff"/>"##,
        escaped(title)
    );
    for mark in marks(drawing, fonts, 1.0) {
        element(&mark, &mut out);
    }
    out.push_str("</svg>\n");
    Ok(out)
}

/// Pixels of a screen that a point of the page is shown as, so that small print stays readable.
const PIXELS: f32 = 1.45;

/// Marks as an SVG element of so many points, for a page of HTML.
pub(crate) fn fragment(marks: &[Mark], width: f32, height: f32) -> String {
    let mut out = format!(
        r#"<svg aria-hidden="true" width="{:.0}" height="{:.0}" viewBox="0 0 {width:.0} {height:.0}" font-family="{FAMILY}">"#,
        width * PIXELS,
        height * PIXELS
    );
    marks.iter().for_each(|mark| element(mark, &mut out));
    out.push_str("</svg>");
    out
}

pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML knows no other control characters, and not these two.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

pub(crate) fn hex(Rgb(r, g, b): Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn corners(points: &[(f32, f32)]) -> String {
    points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
}

pub(crate) fn element(mark: &Mark, out: &mut String) {
    let _ = match mark {
        Mark::Text { x, y, face, size, colour, text } => {
            let weight = if matches!(face, Face::Strong) { 600 } else { 400 };
            write!(
                out,
                r#"<text x="{x:.1}" y="{y:.1}" font-size="{size:.1}" font-weight="{weight}" fill="{}">{}</text>"#,
                hex(*colour),
                escaped(text)
            )
        }
        Mark::Box { x, y, w, h, fill, line } => {
            let fill = fill.map_or_else(|| "none".to_owned(), hex);
            let line = line
                .map(|(colour, width)| format!(r#" stroke="{}" stroke-width="{width:.2}""#, hex(colour)))
                .unwrap_or_default();
            write!(out, r#"<rect x="{x:.1}" y="{y:.1}" width="{w:.1}" height="{h:.1}" fill="{fill}"{line}/>"#)
        }
        Mark::Line { points, colour, width } => write!(
            out,
            r#"<polyline points="{}" fill="none" stroke="{}" stroke-width="{width:.2}"/>"#,
            corners(points),
            hex(*colour)
        ),
        Mark::Shape { points, fill } => {
            write!(out, r#"<polygon points="{}" fill="{}"/>"#, corners(points), hex(*fill))
        }
        Mark::Link { .. } => Ok(()),
    };
}
