//! Paragraphs, runs of text and fields. Nothing but text ever comes out of content: what could be markup is
//! escaped, and a field's instruction is always our own.

use std::fmt::Write;

use crate::svg::escaped;

/// A paragraph of a style; `properties` are those that it has beyond its style.
pub(super) fn paragraph(out: &mut String, style: &str, properties: &str, inside: impl FnOnce(&mut String)) {
    let _ = write!(out, "<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{properties}</w:pPr>");
    inside(out);
    out.push_str("</w:p>");
}

/// A run of a character style, which may be empty.
fn run(out: &mut String, style: &str, inside: impl FnOnce(&mut String)) {
    out.push_str("<w:r>");
    if !style.is_empty() {
        let _ = write!(out, "<w:rPr><w:rStyle w:val=\"{style}\"/></w:rPr>");
    }
    inside(out);
    out.push_str("</w:r>");
}

/// A text in a character style, which may be empty.
pub(super) fn text(out: &mut String, style: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    run(out, style, |out| {
        for (at, part) in text.split('\u{ad}').enumerate() {
            if at > 0 {
                // The character itself would show wherever it stands.
                out.push_str("<w:softHyphen/>");
            }
            if !part.is_empty() {
                let _ = write!(out, "<w:t xml:space=\"preserve\">{}</w:t>", escaped(part));
            }
        }
    });
}

/// To the next tab stop.
pub(super) fn tab(out: &mut String) {
    run(out, "", |out| out.push_str("<w:tab/>"));
}

/// A new line of the same paragraph.
pub(super) fn line(out: &mut String) {
    run(out, "", |out| out.push_str("<w:br/>"));
}

/// Begins a field whose result follows; [`end_field`] ends it.
pub(super) fn begin_field(out: &mut String, style: &str, instruction: &str) {
    run(out, style, |out| out.push_str("<w:fldChar w:fldCharType=\"begin\"/>"));
    run(out, style, |out| {
        let _ = write!(out, "<w:instrText xml:space=\"preserve\"> {instruction} </w:instrText>");
    });
    run(out, style, |out| out.push_str("<w:fldChar w:fldCharType=\"separate\"/>"));
}

/// Ends the field that was begun last.
pub(super) fn end_field(out: &mut String, style: &str) {
    run(out, style, |out| out.push_str("<w:fldChar w:fldCharType=\"end\"/>"));
}

/// A field with the result that it shows until it is updated. All of it has the style: some take that of the
/// result, some that of the field.
pub(super) fn field(out: &mut String, style: &str, instruction: &str, result: &str) {
    begin_field(out, style, instruction);
    text(out, style, result);
    end_field(out, style);
}

/// What leads to a bookmark of this document.
pub(super) fn link(out: &mut String, bookmark: &str, inside: impl FnOnce(&mut String)) {
    let _ = write!(out, "<w:hyperlink w:anchor=\"{bookmark}\" w:history=\"1\">");
    inside(out);
    out.push_str("</w:hyperlink>");
}
