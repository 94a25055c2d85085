//! The report as a Word document: real styles, headings, captions and a table of contents, so that whoever
//! gets it can carry on writing. It says what the PDF says, block by block.

mod bookmarks;
mod letters;
mod package;
mod picture;
mod styles;
mod table;
mod text;

use std::fmt::Write;

use iec62443::catalogue::Language;

use crate::{
    ReportError,
    content::{Block, Chart, Content, Fact, Section, drawing::Drawing},
    input::Progress,
    pdf::{
        block::Layout,
        canvas::{Mark, Scale, Sheet},
        font::{Face, Fonts},
    },
    svg::escaped,
};
use bookmarks::Bookmarks;
pub(crate) use letters::Letters;
use package::{A, HEADER, Package, R, W};
pub(crate) use picture::pixels;
use picture::{Picture, picture};
use table::{Kind, cell, close_table, open_row, open_table};
use text::{begin_field, end_field, field, line, link, paragraph, tab, text};

/// Begins a page, without space above.
const NEW_PAGE: &str = "<w:pageBreakBefore/><w:spacing w:before=\"0\"/>";
/// A section that goes on below what stands before it: others begin a page, by their style.
const RUNNING: &str = "<w:pageBreakBefore w:val=\"0\"/><w:spacing w:before=\"480\"/>";
/// A heading without a number needs no room for one.
const NO_INDENT: &str = "<w:ind w:left=\"0\" w:firstLine=\"0\"/>";
const KEEP_NEXT: &str = "<w:keepNext/>";
/// Space between things that stand beside each other, in points.
const GUTTER: f32 = 16.0;
/// What is written is handed on in pieces of this many bytes.
const PIECE: usize = 1 << 16;
/// Size of facts, in points, as their style has it.
const FACT: f32 = 9.0;

/// Renders the content as a Word document (Office Open XML).
///
/// # Errors
/// [`ReportError::Cancelled`] when the reader asks to stop, else what could not be drawn or written.
pub fn docx(content: &Content, progress: &dyn Progress) -> Result<Vec<u8>, ReportError> {
    let sheet = Sheet::of(content.paper);
    let mut body = Body {
        content,
        progress,
        layout: Layout {
            fonts: Fonts::shared()?,
            measure: sheet.measure(),
            depth: sheet.depth(),
            scale: Scale(1.0),
            head: &content.head,
        },
        letters: Letters::new()?,
        bookmarks: Bookmarks::of(content),
        package: Package::begin(content)?,
        out: String::with_capacity(PIECE * 2),
        pictures: Vec::new(),
        captions: [0; 2],
    };
    let _ = write!(
        body.out,
        "{HEADER}<w:document xmlns:w=\"{W}\" xmlns:r=\"{R}\" xmlns:a=\"{A}\" \
         xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
         xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\" \
         xmlns:asvg=\"http://schemas.microsoft.com/office/drawing/2016/SVG/main\"><w:body>"
    );
    if content.brief {
        body.masthead();
    } else {
        body.cover();
    }
    let total = u32::try_from(content.sections.len()).unwrap_or(u32::MAX);
    let mut listed = content.brief;
    for (done, section) in (0..).zip(&content.sections) {
        progress.step("pages", done, total)?;
        // Cover and contents have their pages to themselves. What has no number comes before the contents.
        let contents = !listed && !section.number.is_empty();
        if contents {
            body.contents();
            listed = true;
        }
        body.section(section, contents || done == 0 && !content.brief)?;
    }
    body.end(sheet);
    body.package.write(&body.out)?;
    progress.step("pages", total, total)?;
    body.package.finish(&body.pictures)
}

/// The document being written.
struct Body<'c> {
    content: &'c Content,
    progress: &'c dyn Progress,
    layout: Layout<'c>,
    letters: Letters,
    bookmarks: Bookmarks<'c>,
    package: Package,
    out: String,
    pictures: Vec<Picture>,
    /// Captions so far, by [`Kind`].
    captions: [u32; 2],
}

impl Body<'_> {
    fn cover(&mut self) {
        let content = self.content;
        let cover = &content.cover;
        let out = &mut self.out;
        if !content.head.classification.is_empty() {
            paragraph(out, "Classification", "", |out| text(out, "", &content.head.classification));
        }
        paragraph(out, "Kicker", "<w:spacing w:before=\"2000\"/>", |out| text(out, "", &cover.kicker));
        paragraph(out, "Title", "", |out| text(out, "", &cover.title));
        paragraph(out, "Subtitle", "<w:spacing w:after=\"1600\"/>", |out| text(out, "", &cover.subtitle));
        self.facts(&cover.facts);
        for note in &cover.notes {
            paragraph(&mut self.out, "Callout", "", |out| text(out, "", note));
        }
    }

    /// What a report of a page or two has in place of a cover.
    fn masthead(&mut self) {
        let cover = &self.content.cover;
        let out = &mut self.out;
        paragraph(out, "Kicker", "", |out| text(out, "", &cover.kicker));
        paragraph(out, "BriefTitle", "", |out| text(out, "", &cover.title));
        paragraph(out, "BriefSubtitle", "", |out| text(out, "", &cover.subtitle));
        paragraph(out, "BriefFacts", "", |out| {
            for (at, fact) in cover.facts.iter().enumerate() {
                if at > 0 {
                    text(out, "Muted", " · ");
                }
                text(out, "Muted", &fact.label);
                text(out, "Muted", ":\u{a0}");
                text(out, if fact.code { "Code" } else { "" }, &fact.text);
            }
        });
        for note in &cover.notes {
            paragraph(out, "Aside", "", |out| text(out, "", note));
        }
    }

    /// The table of contents as Word would make it, to be updated by it. Pages are left for it to fill in: they
    /// depend on its faces and paper, and a wrong one is worse than none. Until then there are no dots either.
    fn contents(&mut self) {
        let content = self.content;
        let out = &mut self.out;
        out.push_str(
            "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val=\"Table of Contents\"/><w:docPartUnique/></w:docPartObj></w:sdtPr><w:sdtContent>",
        );
        paragraph(out, "TOCHeading", "", |out| text(out, "", &content.head.contents));
        let entries = content.sections.iter().flat_map(|section| {
            let below = section.blocks.iter().filter_map(|block| match block {
                Block::Heading { level: 2, id, number, text, .. } => Some(("TOC2", id, number, text)),
                _ => None,
            });
            std::iter::once(("TOC1", &section.id, &section.number, &section.title)).chain(below)
        });
        let edge = twips(self.layout.measure);
        let no_dots = format!("<w:tabs><w:tab w:val=\"right\" w:leader=\"none\" w:pos=\"{edge}\"/></w:tabs>");
        for (at, (style, id, number, title)) in entries.enumerate() {
            let Some((_, bookmark)) = self.bookmarks.get(id) else { continue };
            paragraph(out, style, &no_dots, |out| {
                if at == 0 {
                    begin_field(out, "", "TOC \\o \"1-2\" \\h \\z \\u");
                }
                link(out, bookmark, |out| {
                    if !number.is_empty() {
                        text(out, "Number", number);
                        tab(out);
                    }
                    text(out, "", title);
                    tab(out);
                    field(out, "", &format!("PAGEREF {bookmark} \\h"), "");
                });
            });
        }
        paragraph(out, "TableEnd", "", |out| end_field(out, ""));
        out.push_str("</w:sdtContent></w:sdt>");
    }

    fn section(&mut self, section: &Section, new_page: bool) -> Result<(), ReportError> {
        self.heading("Heading1", &section.id, &section.number, &section.title, new_page || section.new_page);
        for (at, block) in section.blocks.iter().enumerate() {
            // Words that introduce a table or a list stay with it.
            let introduces = matches!(section.blocks.get(at + 1), Some(Block::Table(_) | Block::List { .. }));
            self.block(block, at == 0, introduces)?;
            self.hand_on()?;
        }
        Ok(())
    }

    /// Hands on what is written, so that a long document takes no more memory than a short one.
    fn hand_on(&mut self) -> Result<(), ReportError> {
        if self.out.len() > PIECE {
            self.package.write(&self.out)?;
            self.out.clear();
        }
        Ok(())
    }

    fn heading(&mut self, style: &str, id: &str, number: &str, title: &str, new_page: bool) {
        let mut properties = String::new();
        match (style, new_page) {
            ("Heading1", false) => properties.push_str(RUNNING),
            ("Heading1", true) | (_, false) => {}
            (_, true) => properties.push_str(NEW_PAGE),
        }
        if number.is_empty() && style != "Heading3" {
            properties.push_str(NO_INDENT);
        }
        let bookmark = self.bookmarks.get(id);
        paragraph(&mut self.out, style, &properties, |out| {
            if let Some((at, name)) = bookmark {
                let _ = write!(out, "<w:bookmarkStart w:id=\"{at}\" w:name=\"{name}\"/>");
            }
            if !number.is_empty() {
                text(out, "Number", number);
                tab(out);
            }
            text(out, "", title);
            if let Some((at, _)) = bookmark {
                let _ = write!(out, "<w:bookmarkEnd w:id=\"{at}\"/>");
            }
        });
    }

    fn block(&mut self, block: &Block, first: bool, introduces: bool) -> Result<(), ReportError> {
        match block {
            Block::Heading { level, id, number, text, new_page } => {
                let style = if *level == 2 { "Heading2" } else { "Heading3" };
                // A section's heading does not stand on a page alone.
                self.heading(style, id, number, text, *new_page && !first);
            }
            Block::Paragraph { text: words, aside } => {
                let style = if *aside { "Aside" } else { "Normal" };
                let properties = if introduces { KEEP_NEXT } else { "" };
                paragraph(&mut self.out, style, properties, |out| text(out, "", words));
            }
            Block::List { items } => {
                for item in items {
                    paragraph(&mut self.out, "ListBullet", "", |out| text(out, "", item));
                }
            }
            Block::Facts { facts } => self.facts(facts),
            Block::Figures { figures } => self.figures(figures),
            Block::Callout { title, text: words, warning } => {
                let (style, strong) =
                    if *warning { ("CalloutWarning", "WarningTitle") } else { ("Callout", "CalloutTitle") };
                paragraph(&mut self.out, style, "", |out| {
                    text(out, strong, title);
                    if !title.is_empty() && !words.is_empty() {
                        line(out);
                    }
                    text(out, "", words);
                });
            }
            Block::Table(table) => self.table(table)?,
            Block::HeatMap(map) => self.heat_map(map),
            Block::Drawing(drawing) => self.drawing(drawing)?,
            Block::Charts { charts } => self.charts(charts)?,
        }
        Ok(())
    }

    fn facts(&mut self, facts: &[Fact]) {
        if facts.is_empty() {
            return;
        }
        let all = self.layout.measure;
        let labels = facts.iter().map(|f| self.layout.fonts.width(Face::Regular, FACT, &f.label));
        // A hash has to stay on a line.
        let code = facts.iter().any(|fact| fact.code && fact.text.len() > 40);
        let label = (labels.fold(0.0, f32::max) + 18.0).min(all * if code { 0.28 } else { 0.4 });
        let widths = [label, all - label].map(twips);
        let out = &mut self.out;
        open_table(out, "FactsTable", false, &widths, "");
        for fact in facts {
            open_row(out, "<w:cantSplit/>");
            cell(out, widths[0], "", |out| {
                paragraph(out, "FactLabel", "", |out| text(out, "", &fact.label));
            });
            cell(out, widths[1], "", |out| {
                paragraph(out, "FactText", "", |out| {
                    text(out, if fact.code { "Code" } else { "" }, &fact.text);
                });
            });
            out.push_str("</w:tr>");
        }
        close_table(out);
    }

    /// A caption with its number. Word finds it again under the word that it begins with.
    fn caption(&mut self, kind: Kind, style: &str, title: &str) {
        let counted = &mut self.captions[kind as usize];
        *counted += 1;
        let word = match (kind, self.content.language) {
            (Kind::Table, Language::En) => "Table",
            (Kind::Table, Language::De) => "Tabelle",
            (Kind::Figure, Language::En) => "Figure",
            (Kind::Figure, Language::De) => "Abbildung",
        };
        let number = counted.to_string();
        paragraph(&mut self.out, style, "", |out| {
            text(out, "Number", word);
            text(out, "Number", "\u{a0}");
            field(out, "Number", &format!("SEQ {word} \\* ARABIC"), &number);
            text(out, "", "\u{2002}");
            text(out, "", title);
        });
    }

    /// Charts beside each other, each over its caption.
    fn charts(&mut self, charts: &[Chart]) -> Result<(), ReportError> {
        let count = charts.len().max(1) as f32;
        let width = (self.layout.measure - GUTTER * (count - 1.0)) / count;
        if let [chart] = charts {
            return self.chart(chart, width);
        }
        let widths: Vec<u32> =
            (1..charts.len() * 2).map(|at| twips(if at % 2 == 1 { width } else { GUTTER })).collect();
        open_table(&mut self.out, "SideBySide", false, &widths, "");
        open_row(&mut self.out, "<w:cantSplit/>");
        for (at, chart) in charts.iter().enumerate() {
            if at > 0 {
                cell(&mut self.out, twips(GUTTER), "", |out| paragraph(out, "TableEnd", "", |_| ()));
            }
            let _ =
                write!(self.out, "<w:tc><w:tcPr><w:tcW w:w=\"{}\" w:type=\"dxa\"/></w:tcPr>", twips(width));
            self.chart(chart, width)?;
            self.out.push_str("</w:tc>");
        }
        self.out.push_str("</w:tr>");
        close_table(&mut self.out);
        Ok(())
    }

    fn chart(&mut self, chart: &Chart, width: f32) -> Result<(), ReportError> {
        // The caption says the title.
        let untitled = Chart { title: String::new(), ..chart.clone() };
        let layout = Layout { measure: width, ..self.layout };
        let mut atom = layout.charts(&[untitled])?;
        let above = atom.marks.iter().map(top).fold(f32::INFINITY, f32::min);
        let above = if above.is_finite() { above - 2.0 } else { 0.0 };
        atom.marks.iter_mut().for_each(|mark| mark.shift(0.0, -above));
        self.picture(&atom.marks, (width, atom.height - above), &chart.title, &figures_of(chart))?;
        self.caption(Kind::Figure, "FigureCaption", &chart.title);
        Ok(())
    }

    fn drawing(&mut self, drawing: &Drawing) -> Result<(), ReportError> {
        let mut atoms = Vec::new();
        self.layout.drawing(drawing, &mut atoms);
        let title = self.content.head.environment.as_str();
        let shapes = drawing.shapes.iter().map(|shape| shape.name.as_str());
        let links = drawing.links.iter().map(|link| link.name.as_str());
        let names = shapes.chain(links).filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ");
        for atom in atoms {
            self.picture(&atom.marks, (self.layout.measure, atom.height), title, &names)?;
            self.caption(Kind::Figure, "FigureCaption", title);
        }
        Ok(())
    }

    /// A picture in a paragraph of its own, told in words for those who have it read out.
    fn picture(
        &mut self,
        marks: &[Mark],
        size: (f32, f32),
        title: &str,
        words: &str,
    ) -> Result<(), ReportError> {
        let at = self.pictures.len();
        self.pictures.push(picture(marks, size, &mut self.letters)?);
        let (cx, cy) = (emu(size.0), emu(size.1));
        let told = [title, words].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(": ");
        let told = escaped(&told);
        paragraph(&mut self.out, "Picture", "", |out| {
            let _ = write!(
                out,
                "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"{cx}\" cy=\"{cy}\"/>\
                 <wp:docPr id=\"{id}\" name=\"Picture {id}\" descr=\"{told}\"/>\
                 <wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect=\"1\"/></wp:cNvGraphicFramePr>\
                 <a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic>\
                 <pic:nvPicPr><pic:cNvPr id=\"{id}\" name=\"Picture {id}\" descr=\"{told}\"/><pic:cNvPicPr/></pic:nvPicPr>\
                 <pic:blipFill><a:blip r:embed=\"png{at}\"><a:extLst><a:ext uri=\"{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}\">\
                 <asvg:svgBlip r:embed=\"svg{at}\"/></a:ext></a:extLst></a:blip><a:stretch><a:fillRect/></a:stretch></pic:blipFill>\
                 <pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{cx}\" cy=\"{cy}\"/></a:xfrm>\
                 <a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>",
                id = at + 1
            );
        });
        Ok(())
    }

    /// Ends the document: paper, margins, and what runs along.
    fn end(&mut self, sheet: Sheet) {
        // A cover stays bare; it says all of it itself.
        let bare = if self.content.brief { "" } else { "<w:titlePg/>" };
        let _ = write!(
            self.out,
            "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"header\"/>\
             <w:footerReference w:type=\"default\" r:id=\"footer\"/><w:pgSz w:w=\"{}\" w:h=\"{}\"/>\
             <w:pgMar w:top=\"{}\" w:right=\"{}\" w:bottom=\"{}\" w:left=\"{}\" w:header=\"640\" w:footer=\"520\" w:gutter=\"0\"/>\
             {bare}</w:sectPr></w:body></w:document>",
            twips(sheet.width),
            twips(sheet.height),
            twips(sheet.top),
            twips(sheet.right),
            twips(sheet.bottom),
            twips(sheet.left)
        );
    }
}

/// Points as Word counts widths.
fn twips(points: f32) -> u32 {
    (points * 20.0).round().max(0.0) as u32
}

/// Points as pictures are measured.
fn emu(points: f32) -> u32 {
    (points * 12_700.0).round().max(0.0) as u32
}

/// Where a mark begins.
fn top(mark: &Mark) -> f32 {
    match mark {
        Mark::Text { y, size, .. } => y - size,
        Mark::Box { y, .. } | Mark::Link { y, .. } => *y,
        Mark::Line { points, .. } | Mark::Shape { points, .. } => {
            points.iter().map(|(_, y)| *y).fold(f32::INFINITY, f32::min)
        }
    }
}

/// The figures of a chart in words: `Z1: High 2, Low 1; Z2: …`.
fn figures_of(chart: &Chart) -> String {
    let of = |at: usize| {
        let values = chart.series.iter().filter_map(|series| {
            series.values.get(at).map(|value| format!("{} {value}", series.name).trim().to_owned())
        });
        values.collect::<Vec<_>>().join(", ")
    };
    let categories = chart.categories.iter().enumerate().map(|(at, name)| format!("{name}: {}", of(at)));
    categories.collect::<Vec<_>>().join("; ")
}
