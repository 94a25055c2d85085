//! The report as PDF: pages laid out from the content model, written through printpdf.

pub(crate) mod block;
pub(crate) mod canvas;
mod chart;
pub(crate) mod drawing;
mod flow;
pub(crate) mod font;
mod frame;
pub(crate) mod heat;
mod surface;
pub(crate) mod table;
mod text;
mod write;

use std::{cell::Cell, collections::BTreeMap};

use block::Layout;
use canvas::{Page, Scale, Sheet};
use flow::{Atom, Flow};
use font::Fonts;

use crate::{
    Cancelled, ReportError,
    content::{Block, Content, Section},
    input::Progress,
};

/// A finished document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many pages it has.
    pub pages: u32,
}

/// Smaller and smaller, until a page holds what has to stand on one.
const DENSER: [f32; 7] = [1.0, 0.95, 0.9, 0.85, 0.8, 0.74, 0.68];

/// Pages of a section of a brief report.
const BRIEF: usize = 2;

/// Renders the content as PDF.
///
/// # Errors
/// [`ReportError::Cancelled`] when the reader asks to stop, else what could not be drawn or written.
pub fn render(content: &Content, progress: &dyn Progress) -> Result<Rendered, ReportError> {
    let fonts = Fonts::shared()?;
    let laid = lay_out(content, fonts, progress)?;
    let pages = u32::try_from(laid.pages.len()).unwrap_or(u32::MAX);
    Ok(Rendered { bytes: write::write(content, laid, progress)?, pages })
}

/// A document as it will be printed, page by page.
pub(crate) struct Laid {
    pub pages: Vec<Page>,
    pub sheet: Sheet,
    /// Where links lead.
    anchors: BTreeMap<String, flow::Place>,
    /// What the bookmarks name.
    entries: Vec<flow::Entry>,
}

impl Laid {
    /// Puts heads and feet on the pages.
    fn of(flow: Flow, content: &Content, fonts: &Fonts, sheet: Sheet) -> Laid {
        let mut pages = flow.pages;
        let count = pages.len();
        for (index, page) in pages.iter_mut().enumerate() {
            page.marks.extend(frame::running(&content.head, fonts, sheet, index + 1, count, page.bare));
        }
        Laid { pages, sheet, anchors: flow.anchors, entries: flow.entries }
    }
}

/// Lays the content out.
///
/// # Errors
/// [`ReportError::Cancelled`] when the reader asks to stop, else what could not be drawn.
pub(crate) fn lay_out(
    content: &Content,
    fonts: &Fonts,
    progress: &dyn Progress,
) -> Result<Laid, ReportError> {
    let sheet = Sheet::of(content.paper);
    let layout = Layout {
        fonts,
        measure: sheet.measure(),
        depth: sheet.depth(),
        scale: Scale(1.0),
        head: &content.head,
    };
    let total = u32::try_from(content.sections.len()).unwrap_or(u32::MAX);
    let mut ticks = Ticks { progress, done: 0, total, drawn: Cell::new(0), charts: charts_in(content) };
    if content.brief {
        let flow = brief(content, &layout, sheet, &mut ticks)?;
        return Ok(Laid::of(flow, content, fonts, sheet));
    }
    let mut front = Flow::new(sheet);
    let mut body = Flow::new(sheet);
    front.add_page(frame::cover(content, &layout, sheet));
    for section in &content.sections {
        ticks.page()?;
        // What has no number comes before the table of contents.
        let flow = if section.number.is_empty() { &mut front } else { &mut body };
        if section.one_page {
            one_page(section, &layout, flow, &ticks)?;
        } else {
            lay(section, &layout, &ticks, &mut |atom| {
                flow.add(atom);
                Ok(())
            })?;
        }
        flow.finish();
        ticks.done += 1;
    }
    ticks.page()?;

    let mut entries = front.entries.clone();
    entries.extend(body.entries.iter().cloned());
    let before = front.pages.len();
    let length = frame::contents(&entries, &layout, sheet, |_| None).len();
    // A few entries too many do not make another page.
    let closer = Layout { scale: Scale(0.9), ..layout };
    let shorter = frame::contents(&entries, &closer, sheet, |_| None).len();
    let (layout, length) = if shorter < length { (closer, shorter) } else { (layout, length) };
    let page_of = |anchor: &str| {
        frame::page_number(&front.anchors, anchor, 0)
            .or_else(|| frame::page_number(&body.anchors, anchor, before + length))
    };
    let contents = frame::contents(&entries, &layout, sheet, page_of);

    let mut anchors = std::mem::take(&mut front.anchors);
    anchors.insert("contents".to_owned(), flow::Place { page: before, y: sheet.top });
    anchors.extend(
        body.anchors
            .into_iter()
            .map(|(id, place)| (id, flow::Place { page: place.page + before + length, ..place })),
    );
    let outline_at = front.entries.len();
    entries.insert(
        outline_at,
        flow::Entry {
            level: 1,
            number: String::new(),
            title: content.head.contents.clone(),
            anchor: "contents".to_owned(),
        },
    );
    let mut pages = std::mem::take(&mut front.pages);
    pages.extend(contents);
    pages.extend(body.pages);
    front.pages = pages;
    (front.anchors, front.entries) = (anchors, entries);
    Ok(Laid::of(front, content, fonts, sheet))
}

/// Lays a brief report out: its heading, then each section on at most two pages, denser where it has to be.
fn brief(
    content: &Content,
    layout: &Layout<'_>,
    sheet: Sheet,
    ticks: &mut Ticks<'_>,
) -> Result<Flow, ReportError> {
    let mut flow = Flow::new(sheet);
    frame::masthead(content, layout).into_iter().for_each(|atom| flow.add(atom));
    for section in &content.sections {
        // The first begins on the page that the heading is on.
        let before = flow.pages.len() - usize::from(!section.new_page && !flow.pages.is_empty());
        let start = flow.clone();
        // Set a little smaller from the start, so that the levels stand on the first page with what explains them.
        for scale in DENSER.into_iter().skip(2) {
            flow = start.clone();
            lay(section, &Layout { scale: Scale(scale), ..*layout }, ticks, &mut |atom| {
                flow.add(atom);
                Ok(())
            })?;
            flow.finish();
            if flow.pages.len() <= before + BRIEF {
                break;
            }
        }
        ticks.done += 1;
    }
    ticks.page()?;
    Ok(flow)
}

/// How far the pages are.
struct Ticks<'p> {
    progress: &'p dyn Progress,
    done: u32,
    total: u32,
    drawn: Cell<u32>,
    charts: u32,
}

impl Ticks<'_> {
    fn page(&self) -> Result<(), Cancelled> {
        self.progress.step("pages", self.done, self.total)
    }

    fn chart(&self) -> Result<(), Cancelled> {
        self.drawn.set(self.drawn.get().saturating_add(1).min(self.charts));
        self.progress.step("charts", self.drawn.get(), self.charts)
    }
}

fn charts_in(content: &Content) -> u32 {
    let blocks = content.sections.iter().flat_map(|s| &s.blocks);
    u32::try_from(blocks.filter(|b| matches!(b, Block::Charts { .. })).count()).unwrap_or(u32::MAX)
}

/// Lays a section out denser and denser until it fits on a page; what does not fit at all goes on.
fn one_page(
    section: &Section,
    layout: &Layout<'_>,
    flow: &mut Flow,
    ticks: &Ticks<'_>,
) -> Result<(), ReportError> {
    let mut atoms = Vec::new();
    for scale in DENSER {
        atoms.clear();
        let layout = Layout { scale: Scale(scale), ..*layout };
        lay(section, &layout, ticks, &mut |atom| {
            atoms.push(atom);
            Ok(())
        })?;
        let height: f32 =
            atoms.iter().enumerate().map(|(i, a)| a.height + if i == 0 { 0.0 } else { a.gap }).sum();
        if height <= layout.depth {
            break;
        }
    }
    atoms.into_iter().for_each(|atom| flow.add(atom));
    Ok(())
}

fn lay(
    section: &Section,
    layout: &Layout<'_>,
    ticks: &Ticks<'_>,
    out: &mut dyn FnMut(Atom) -> Result<(), Cancelled>,
) -> Result<(), ReportError> {
    out(layout.section_heading(section))?;
    let mut list = Vec::new();
    for (index, block) in section.blocks.iter().enumerate() {
        ticks.page()?;
        match block {
            Block::Heading { level, id, number, text, new_page } => {
                let mut atom = layout.heading(*level, id, number, text, *new_page);
                if index == 0 {
                    atom.new_page = false;
                    atom.gap = 2.0;
                }
                list.push(atom);
            }
            Block::Paragraph { text, aside } => layout.paragraph(text, *aside, &mut list),
            Block::List { items } => layout.list(items, &mut list),
            Block::Facts { facts } => layout.facts(facts, &mut list),
            Block::Figures { figures } => list.push(layout.figures(figures)),
            Block::Callout { title, text, warning } => list.push(layout.callout(title, text, *warning)),
            Block::HeatMap(map) => layout.heat_map(map, &mut list),
            Block::Drawing(drawing) => layout.drawing(drawing, &mut list),
            Block::Charts { charts } => {
                list.push(layout.charts(charts)?);
                ticks.chart()?;
            }
            Block::Table(table) => {
                let mut rows = 0u32;
                layout.table(table, |atom| {
                    rows += 1;
                    if rows.is_multiple_of(256) {
                        ticks.page()?;
                    }
                    out(atom)
                })?;
            }
        }
        // Words that introduce a table stay with it.
        let introduces = matches!(block, Block::Paragraph { .. })
            && matches!(section.blocks.get(index + 1), Some(Block::Table(_) | Block::List { .. }));
        if let Some(last) = list.last_mut().filter(|_| introduces) {
            last.keep = true;
        }
        for atom in list.drain(..) {
            out(atom)?;
        }
    }
    Ok(())
}
