//! Writing the PDF. A few pages at a time go through printpdf and only their packed content is kept, so
//! that memory does not grow with what a page looks like while it is being written.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat};
use printpdf::{
    Color, FontId, LinePoint, Mm, Op, PaintMode, ParsedFont, PdfDocument, PdfFont, PdfFontHandle, PdfPage,
    PdfSaveOptions, Point, Polygon, PolygonRing, Pt, Rect, Rgb as PdfRgb, TextItem, WindingOrder,
    to_lopdf_doc,
};
use sha2::{Digest, Sha256};

use super::{
    Laid,
    canvas::{Mark, Page, Rgb, Sheet},
    flow::{Entry, Place},
    font::{Face, embed},
};
use crate::{ReportError, content::Content, input::Progress};

/// Pages that go through printpdf together: enough that what it does once for each document weighs little,
/// few enough to be asked often whether to go on.
const AT_ONCE: usize = 8;

fn wrong(reason: impl std::fmt::Display) -> ReportError {
    ReportError::Write { reason: reason.to_string() }
}

pub(crate) fn write(content: &Content, laid: Laid, progress: &dyn Progress) -> Result<Vec<u8>, ReportError> {
    let Laid { pages, sheet, anchors, entries } = laid;
    let total = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    let mut used: BTreeMap<Face, BTreeSet<char>> = BTreeMap::new();
    for mark in pages.iter().flat_map(|page| &page.marks) {
        if let Mark::Text { face, text, .. } = mark {
            used.entry(*face).or_default().extend(text.chars());
        }
    }
    progress.step("write", 0, total)?;
    let mut writer = Writer::new(content, &used, sheet)?;
    let mut pages = pages.into_iter();
    loop {
        let some: Vec<Page> = pages.by_ref().take(AT_ONCE).collect();
        if some.is_empty() {
            break;
        }
        writer.print(some)?;
        progress.step("write", u32::try_from(writer.pages.len()).unwrap_or(u32::MAX), total)?;
    }
    writer.finish(content, &anchors, &entries)
}

struct Writer {
    doc: Document,
    resources: ObjectId,
    tree: ObjectId,
    /// A document of a few pages that printpdf translates again and again.
    press: PdfDocument,
    options: PdfSaveOptions,
    pages: Vec<ObjectId>,
    links: Vec<(usize, [f32; 4], Box<str>)>,
    sheet: Sheet,
}

fn font_id(face: Face) -> FontId {
    FontId(["PR", "PS", "PM"][face as usize].to_owned())
}

impl Writer {
    fn new(
        content: &Content,
        used: &BTreeMap<Face, BTreeSet<char>>,
        sheet: Sheet,
    ) -> Result<Writer, ReportError> {
        let mut press = PdfDocument::new(&content.head.title);
        let at = printpdf::OffsetDateTime::from_unix_timestamp(content.head.made)
            .map_err(|_| wrong("the time it was made lies outside the calendar"))?;
        let info = &mut press.metadata.info;
        (info.creation_date, info.modification_date, info.metadata_date) = (at, at, at);
        info.author.clone_from(&content.head.author);
        info.creator.clone_from(&content.head.producer);
        info.producer = format!("{} (printpdf)", content.head.producer);
        info.subject = format!("{} · {}", content.head.environment, content.head.period);
        info.identifier.clone_from(&content.head.report_id);
        info.keywords = ["IEC 62443", "SL-A", "SL-T"].map(str::to_owned).into();
        // A page with every character makes printpdf write each font whole, with its widths and its
        // table from glyphs back to characters.
        let mut specimen = Vec::new();
        for (face, chars) in used {
            let font: ParsedFont = embed(*face, chars)?;
            press.resources.fonts.map.insert(font_id(*face), PdfFont::new(font));
            specimen.push(Op::SetFont { font: PdfFontHandle::External(font_id(*face)), size: Pt(8.0) });
            specimen.push(Op::ShowText { items: vec![TextItem::Text(chars.iter().collect())] });
        }
        let size = (Mm::from(Pt(sheet.width)), Mm::from(Pt(sheet.height)));
        press.pages = vec![PdfPage::new(size.0, size.1, specimen)];
        let options =
            PdfSaveOptions { optimize: true, subset_fonts: false, secure: true, image_optimization: None };
        let mut doc = to_lopdf_doc(&press, &options, &mut Vec::new());
        doc.version = "1.7".to_owned();
        let page_id = *doc.get_pages().get(&1).ok_or_else(|| wrong("the specimen page is missing"))?;
        let page = doc.get_dictionary(page_id).map_err(wrong)?.clone();
        let resources = page.get(b"Resources").and_then(Object::as_reference).map_err(wrong)?;
        let tree = page.get(b"Parent").and_then(Object::as_reference).map_err(wrong)?;
        if let Ok(contents) = page.get(b"Contents").and_then(Object::as_reference) {
            doc.objects.remove(&contents);
        }
        doc.objects.remove(&page_id);
        Ok(Writer { doc, resources, tree, press, options, pages: Vec::new(), links: Vec::new(), sheet })
    }

    /// Prints a few pages.
    fn print(&mut self, pages: Vec<Page>) -> Result<(), ReportError> {
        let (width, height) = (self.sheet.width, self.sheet.height);
        let first = self.pages.len();
        let size = (Mm::from(Pt(width)), Mm::from(Pt(height)));
        let mut printed = Vec::with_capacity(pages.len());
        for (index, page) in pages.into_iter().enumerate() {
            let mut ops = Ops {
                list: Vec::with_capacity(page.marks.len() * 3),
                sheet: self.sheet,
                font: None,
                fill: None,
                stroke: None,
                at: (0, 0),
            };
            let (texts, shapes): (Vec<Mark>, Vec<Mark>) =
                page.marks.into_iter().partition(|mark| matches!(mark, Mark::Text { .. }));
            for mark in shapes {
                if let Mark::Link { x, y, w, h, to } = mark {
                    let top = height - y;
                    self.links.push((first + index, [x, top - h, x + w, top], to));
                } else {
                    ops.draw(mark);
                }
            }
            // Letters stand on top of everything, so all of them share one text object.
            ops.list.push(Op::StartTextSection);
            texts.into_iter().for_each(|mark| ops.draw(mark));
            ops.list.push(Op::EndTextSection);
            printed.push(PdfPage::new(size.0, size.1, ops.list));
        }
        self.press.pages = printed;
        let mut printed = to_lopdf_doc(&self.press, &self.options, &mut Vec::new());
        for id in printed.get_pages().into_values() {
            let contents = printed
                .get_dictionary(id)
                .and_then(|d| d.get(b"Contents"))
                .and_then(Object::as_reference)
                .map_err(wrong)?;
            let Some(Object::Stream(stream)) = printed.objects.remove(&contents) else {
                return Err(wrong("a page has no content"));
            };
            let mut stream = Stream::new(Dictionary::new(), stream.content);
            stream.compress().map_err(wrong)?;
            let contents = self.doc.add_object(stream);
            let id = self.doc.add_object(Dictionary::from_iter([
                ("Type", Object::Name(b"Page".to_vec())),
                ("Parent", self.tree.into()),
                ("MediaBox", vec![Object::from(0), 0.into(), width.into(), height.into()].into()),
                ("Resources", self.resources.into()),
                ("Contents", contents.into()),
            ]));
            self.pages.push(id);
        }
        Ok(())
    }

    fn finish(
        mut self,
        content: &Content,
        anchors: &BTreeMap<String, Place>,
        entries: &[Entry],
    ) -> Result<Vec<u8>, ReportError> {
        let kids: Vec<Object> = self.pages.iter().map(|id| (*id).into()).collect();
        let tree = Dictionary::from_iter([
            ("Type", Object::Name(b"Pages".to_vec())),
            ("Count", Object::Integer(i64::try_from(kids.len()).unwrap_or(0))),
            ("Kids", kids.into()),
        ]);
        self.doc.objects.insert(self.tree, tree.into());
        self.link(anchors)?;
        let outline = self.outline(anchors, entries);
        let language = match content.language {
            iec62443::catalogue::Language::En => "en",
            iec62443::catalogue::Language::De => "de",
        };
        let catalog = self.doc.catalog_mut().map_err(wrong)?;
        catalog.set("Lang", Object::string_literal(language));
        catalog.set("ViewerPreferences", Dictionary::from_iter([("DisplayDocTitle", Object::Boolean(true))]));
        if let Some(outline) = outline {
            catalog.set("Outlines", outline);
            catalog.set("PageMode", Object::Name(b"UseOutlines".to_vec()));
        }
        catalog.set("PageLayout", Object::Name(b"SinglePage".to_vec()));
        // printpdf draws the file id by lot; the same report is to be the same file.
        let digest = Sha256::digest(format!(
            "{}\n{}\n{}",
            content.head.report_id, content.head.made, content.head.title
        ));
        let id = Object::String(digest.iter().take(16).copied().collect(), StringFormat::Hexadecimal);
        self.doc.trailer.set("ID", vec![id.clone(), id]);
        // printpdf claims a PDF/X version of no text; this is plain PDF and claims nothing.
        let info = self.doc.trailer.get(b"Info").and_then(Object::as_reference).map_err(wrong)?;
        self.doc.get_dictionary_mut(info).map_err(wrong)?.remove(b"GTS_PDFXVersion");
        self.doc.compress();
        let mut bytes = Vec::new();
        self.doc.save_to(&mut bytes).map_err(wrong)?;
        Ok(bytes)
    }

    fn destination(&self, place: Place) -> Option<Object> {
        let page = *self.pages.get(place.page)?;
        let top = self.sheet.height - (place.y - 8.0).max(0.0);
        Some(vec![page.into(), Object::Name(b"XYZ".to_vec()), Object::Null, top.into(), Object::Null].into())
    }

    fn link(&mut self, anchors: &BTreeMap<String, Place>) -> Result<(), ReportError> {
        let mut by_page: BTreeMap<usize, Vec<Object>> = BTreeMap::new();
        for (page, rect, to) in std::mem::take(&mut self.links) {
            let Some(destination) = anchors.get(&*to).and_then(|place| self.destination(*place)) else {
                continue;
            };
            let annotation = Dictionary::from_iter([
                ("Type", Object::Name(b"Annot".to_vec())),
                ("Subtype", Object::Name(b"Link".to_vec())),
                ("Rect", rect.map(Object::Real).to_vec().into()),
                ("Border", vec![Object::from(0), 0.into(), 0.into()].into()),
                ("Dest", destination),
            ]);
            by_page.entry(page).or_default().push(annotation.into());
        }
        for (page, list) in by_page {
            if let Some(id) = self.pages.get(page) {
                self.doc
                    .get_object_mut(*id)
                    .and_then(Object::as_dict_mut)
                    .map_err(wrong)?
                    .set("Annots", list);
            }
        }
        Ok(())
    }

    /// Bookmarks in two orders. printpdf's own are flat and sorted by name.
    fn outline(&mut self, anchors: &BTreeMap<String, Place>, entries: &[Entry]) -> Option<ObjectId> {
        type Item<'e> = (ObjectId, &'e Entry);
        let root = self.doc.new_object_id();
        let mut tops: Vec<(ObjectId, &Entry, Vec<Item<'_>>)> = Vec::new();
        for entry in entries {
            let id = self.doc.new_object_id();
            match tops.last_mut() {
                Some((_, _, children)) if entry.level > 1 => children.push((id, entry)),
                _ => tops.push((id, entry, Vec::new())),
            }
        }
        let (first, last) = (tops.first()?.0, tops.last()?.0);
        let count = i64::try_from(tops.len()).unwrap_or(0);
        let ids: Vec<ObjectId> = tops.iter().map(|t| t.0).collect();
        for (index, (id, entry, children)) in tops.iter().enumerate() {
            let mut item = self.bookmark(entry, root, index, &ids, anchors);
            if let (Some(first), Some(last)) = (children.first(), children.last()) {
                item.set("First", first.0);
                item.set("Last", last.0);
                item.set("Count", -i64::try_from(children.len()).unwrap_or(0));
            }
            self.doc.objects.insert(*id, item.into());
            let below: Vec<ObjectId> = children.iter().map(|c| c.0).collect();
            for (at, (child, entry)) in children.iter().enumerate() {
                let item = self.bookmark(entry, *id, at, &below, anchors);
                self.doc.objects.insert(*child, item.into());
            }
        }
        let outlines = Dictionary::from_iter([
            ("Type", Object::Name(b"Outlines".to_vec())),
            ("First", first.into()),
            ("Last", last.into()),
            ("Count", count.into()),
        ]);
        self.doc.objects.insert(root, outlines.into());
        Some(root)
    }

    fn bookmark(
        &self,
        entry: &Entry,
        parent: ObjectId,
        index: usize,
        beside: &[ObjectId],
        anchors: &BTreeMap<String, Place>,
    ) -> Dictionary {
        let title = format!("{} {}", entry.number, entry.title);
        let mut utf16 = vec![0xfe, 0xff];
        title.trim().replace('\u{a0}', " ").encode_utf16().for_each(|unit| utf16.extend(unit.to_be_bytes()));
        let mut item = Dictionary::from_iter([
            ("Title", Object::String(utf16, StringFormat::Hexadecimal)),
            ("Parent", parent.into()),
        ]);
        if let Some(destination) = anchors.get(&entry.anchor).and_then(|place| self.destination(*place)) {
            item.set("Dest", destination);
        }
        if let Some(previous) = index.checked_sub(1).and_then(|i| beside.get(i)) {
            item.set("Prev", *previous);
        }
        if let Some(next) = beside.get(index + 1) {
            item.set("Next", *next);
        }
        item
    }
}

/// Operations of a page, with what was set last, so that nothing is set twice.
struct Ops {
    list: Vec<Op>,
    sheet: Sheet,
    font: Option<(Face, f32)>,
    fill: Option<Rgb>,
    stroke: Option<(Rgb, f32)>,
    /// Where the last text began, in hundredths of a point from the lower left.
    at: (i32, i32),
}

/// Hundredths of a point are finer than any printer.
fn round(points: f32) -> f32 {
    (points * 100.0).round() / 100.0
}

impl Ops {
    fn point(&self, (x, y): (f32, f32)) -> Point {
        Point { x: Pt(round(x)), y: Pt(round(self.sheet.height - y)) }
    }

    fn colour(Rgb(r, g, b): Rgb) -> Color {
        let part = |p: u8| (f32::from(p) / 255.0 * 1000.0).round() / 1000.0;
        Color::Rgb(PdfRgb { r: part(r), g: part(g), b: part(b), icc_profile: None })
    }

    fn fill(&mut self, colour: Rgb) {
        if self.fill != Some(colour) {
            self.fill = Some(colour);
            self.list.push(Op::SetFillColor { col: Ops::colour(colour) });
        }
    }

    fn stroke(&mut self, colour: Rgb, width: f32) {
        if self.stroke != Some((colour, width)) {
            self.stroke = Some((colour, width));
            self.list.push(Op::SetOutlineColor { col: Ops::colour(colour) });
            self.list.push(Op::SetOutlineThickness { pt: Pt(width) });
        }
    }

    fn draw(&mut self, mark: Mark) {
        match mark {
            Mark::Text { x, y, face, size, colour, text } => {
                self.fill(colour);
                if self.font != Some((face, size)) {
                    self.font = Some((face, size));
                    self.list.push(Op::SetFont {
                        font: PdfFontHandle::External(font_id(face)),
                        size: Pt(round(size)),
                    });
                }
                let to = ((x * 100.0).round() as i32, ((self.sheet.height - y) * 100.0).round() as i32);
                let step = |from: i32, to: i32| Pt((to - from) as f32 / 100.0);
                self.list.push(Op::SetTextCursor {
                    pos: Point { x: step(self.at.0, to.0), y: step(self.at.1, to.1) },
                });
                self.at = to;
                self.list.push(Op::ShowText { items: vec![TextItem::Text(text.into())] });
            }
            Mark::Box { x, y, w, h, fill, line } => {
                let mode = match (fill, line) {
                    (Some(_), Some(_)) => PaintMode::FillStroke,
                    (Some(_), None) => PaintMode::Fill,
                    _ => PaintMode::Stroke,
                };
                if let Some(colour) = fill {
                    self.fill(colour);
                }
                if let Some((colour, width)) = line {
                    self.stroke(colour, width);
                }
                let at = self.point((x, y + h));
                let rectangle = Rect {
                    x: at.x,
                    y: at.y,
                    width: Pt(round(w)),
                    height: Pt(round(h)),
                    mode: Some(mode),
                    winding_order: Some(WindingOrder::NonZero),
                };
                self.list.push(Op::DrawRectangle { rectangle });
            }
            Mark::Line { points, colour, width } => {
                self.stroke(colour, width);
                let points = points.iter().map(|p| LinePoint { p: self.point(*p), bezier: false }).collect();
                self.list.push(Op::DrawLine { line: printpdf::Line { points, is_closed: false } });
            }
            Mark::Shape { points, fill } => {
                self.fill(fill);
                let points = points.iter().map(|p| LinePoint { p: self.point(*p), bezier: false }).collect();
                let polygon = Polygon {
                    rings: vec![PolygonRing { points }],
                    mode: PaintMode::Fill,
                    winding_order: WindingOrder::NonZero,
                };
                self.list.push(Op::DrawPolygon { polygon });
            }
            Mark::Link { .. } => {}
        }
    }
}
