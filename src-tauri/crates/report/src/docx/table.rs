//! Tables: with widths by content as in the PDF, heads that come again, and rows that are not torn apart.

use std::fmt::Write;

use super::{
    Body, GUTTER, KEEP_NEXT,
    styles::{figure_cell, heat_cell},
    text::{line, link, paragraph, text},
    twips,
};
use crate::{
    ReportError,
    content::{Cell, ColumnKind, Figure, HeatMap, HeatRow, Table},
    pdf::{block::leading, table::PAD},
    svg::escaped,
};

/// What has a caption.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Table,
    Figure,
}

/// Size of text by whether a table has many columns, in points, as the styles have it.
const SIZES: [f32; 2] = [8.0, 7.5];
/// How much more room words get than our faces need: where they are missing, Arial's bold letters are wider.
const WIDER: f32 = 1.08;
/// Rows of a table that stays on one page.
const FEW: usize = 8;
/// Columns of a table that is set smaller.
const MANY: usize = 9;
/// Height of a row that is filled in by hand.
const BY_HAND: &str = "<w:trHeight w:val=\"680\" w:hRule=\"atLeast\"/>";

/// Begins a table of fixed widths, in twentieths of a point.
pub(super) fn open_table(out: &mut String, style: &str, head: bool, widths: &[u32], title: &str) {
    let (bits, first) = if head { ("0620", 1) } else { ("0600", 0) };
    let all: u32 = widths.iter().sum();
    let _ = write!(
        out,
        "<w:tbl><w:tblPr><w:tblStyle w:val=\"{style}\"/><w:tblW w:w=\"{all}\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/>\
         <w:tblLook w:val=\"{bits}\" w:firstRow=\"{first}\" w:lastRow=\"0\" w:firstColumn=\"0\" w:lastColumn=\"0\" w:noHBand=\"1\" w:noVBand=\"1\"/>"
    );
    if !title.is_empty() {
        let _ = write!(out, "<w:tblCaption w:val=\"{}\"/>", escaped(title));
    }
    out.push_str("</w:tblPr><w:tblGrid>");
    for width in widths {
        let _ = write!(out, "<w:gridCol w:w=\"{width}\"/>");
    }
    out.push_str("</w:tblGrid>");
}

/// Ends a table, with the space below it.
pub(super) fn close_table(out: &mut String) {
    out.push_str("</w:tbl>");
    paragraph(out, "TableEnd", "", |_| ());
}

/// Begins a row.
pub(super) fn open_row(out: &mut String, properties: &str) {
    out.push_str("<w:tr>");
    if !properties.is_empty() {
        let _ = write!(out, "<w:trPr>{properties}</w:trPr>");
    }
}

/// A cell; what is inside are paragraphs.
pub(super) fn cell(out: &mut String, width: u32, properties: &str, inside: impl FnOnce(&mut String)) {
    let _ = write!(out, "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>{properties}</w:tcPr>");
    inside(out);
    out.push_str("</w:tc>");
}

/// Where the text of a column stands, beyond the style of its cells.
fn aligned(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Number => "<w:jc w:val=\"right\"/>",
        ColumnKind::Mark => "<w:jc w:val=\"center\"/>",
        ColumnKind::Text | ColumnKind::Code | ColumnKind::Blank => "",
    }
}

/// Styles of a table's cells.
struct Styles {
    text: &'static str,
    number: &'static str,
    mark: &'static str,
    code: &'static str,
    head: &'static str,
    note: &'static str,
}

const USUAL: Styles = Styles {
    text: "TableText",
    number: "TableNumber",
    mark: "TableMark",
    code: "TableCode",
    head: "TableHead",
    note: "TableNote",
};
const DENSE: Styles = Styles {
    text: "TableTextDense",
    number: "TableNumberDense",
    mark: "TableMarkDense",
    code: "TableCodeDense",
    head: "TableHeadDense",
    note: "TableNoteDense",
};

impl Styles {
    fn of(&self, kind: ColumnKind) -> &'static str {
        match kind {
            ColumnKind::Text | ColumnKind::Blank => self.text,
            ColumnKind::Number => self.number,
            ColumnKind::Mark => self.mark,
            ColumnKind::Code => self.code,
        }
    }
}

impl Body<'_> {
    pub(super) fn table(&mut self, table: &Table) -> Result<(), ReportError> {
        if table.rows.is_empty() {
            // What is not there has no number.
            if !table.title.is_empty() {
                paragraph(&mut self.out, "Caption", "", |out| text(out, "", &table.title));
            }
            paragraph(&mut self.out, "Aside", "", |out| text(out, "", &table.empty));
            return Ok(());
        }
        if !table.title.is_empty() {
            self.caption(Kind::Table, "Caption", &table.title);
        }
        let dense = table.columns.len() >= MANY;
        let styles = if dense { &DENSE } else { &USUAL };
        let size = SIZES[usize::from(dense)];
        let points = self.layout.widths(table, size * WIDER);
        let widths: Vec<u32> = points.iter().map(|width| twips(width + PAD * 2.0)).collect();
        open_table(&mut self.out, "ReportTable", true, &widths, &table.title);
        open_row(&mut self.out, "<w:cantSplit/><w:tblHeader/>");
        for (column, width) in table.columns.iter().zip(&widths) {
            cell(&mut self.out, *width, "", |out| {
                paragraph(out, styles.head, aligned(column.kind), |out| text(out, "", &column.title));
            });
        }
        self.out.push_str("</w:tr>");
        for (at, row) in table.rows.iter().enumerate() {
            if at % 256 == 255 {
                self.progress.step("pages", 0, 0)?;
            }
            let last = at + 1 == table.rows.len();
            let keep = !last && (at == 0 || table.rows.len() <= FEW);
            // A row that no page holds has to be split.
            let tall = row.iter().zip(&points).any(|(cell, width)| {
                let characters = cell.text.chars().count() + cell.note.chars().count();
                let lines = characters as f32 * size * 0.55 / width.max(1.0);
                lines * leading(size) > self.layout.depth * 0.5
            });
            let split = if tall { "" } else { "<w:cantSplit/>" };
            let height = if table.id == "signatures" { BY_HAND } else { "" };
            open_row(&mut self.out, &format!("{split}{height}"));
            for ((words, column), width) in row.iter().zip(&table.columns).zip(&widths) {
                cell(&mut self.out, *width, "", |out| table_cell(out, words, column.kind, styles, keep));
            }
            self.out.push_str("</w:tr>");
            self.hand_on()?;
        }
        close_table(&mut self.out);
        Ok(())
    }

    /// A few large numbers beside each other.
    pub(super) fn figures(&mut self, figures: &[Figure]) {
        if figures.is_empty() {
            return;
        }
        let count = figures.len() as f32;
        let gutter = GUTTER / 2.0;
        let own = twips((self.layout.measure - gutter * (count - 1.0)) / count);
        let widths: Vec<u32> =
            (1..figures.len() * 2).map(|at| if at % 2 == 1 { own } else { twips(gutter) }).collect();
        let out = &mut self.out;
        open_table(out, "FiguresTable", false, &widths, "");
        open_row(out, "<w:cantSplit/>");
        for (at, figure) in figures.iter().enumerate() {
            if at > 0 {
                cell(out, twips(gutter), "", |out| paragraph(out, "TableEnd", "", |_| ()));
            }
            cell(out, own, &figure_cell(), |out| {
                paragraph(out, "FigureValue", "", |out| text(out, "", &figure.value));
                paragraph(out, "FigureLabel", "", |out| text(out, "", &figure.label));
                if !figure.note.is_empty() {
                    paragraph(out, "FigureNote", "", |out| text(out, "", &figure.note));
                }
            });
        }
        out.push_str("</w:tr>");
        close_table(out);
    }

    pub(super) fn heat_map(&mut self, map: &HeatMap) {
        let words = &self.content.head.heat;
        self.caption(Kind::Table, "Caption", &map.title);
        let (level, lowest) = (45.0, 48.0);
        let name = self.layout.measure - level * 7.0 - lowest;
        let widths: Vec<u32> = std::iter::once(name).chain([level; 7]).chain([lowest]).map(twips).collect();
        let out = &mut self.out;
        open_table(out, "HeatMap", true, &widths, &map.title);
        open_row(out, "<w:cantSplit/><w:tblHeader/>");
        let centred = aligned(ColumnKind::Mark);
        cell(out, widths[0], "", |out| paragraph(out, "TableHead", "", |out| text(out, "", &words.zone)));
        for (at, code) in map.columns.iter().enumerate() {
            cell(out, twips(level), "", |out| {
                paragraph(out, "TableHead", centred, |out| {
                    text(out, "Small", &format!("FR\u{a0}{}", at + 1));
                    line(out);
                    text(out, "", code);
                });
            });
        }
        cell(out, twips(lowest), "", |out| {
            paragraph(out, "TableHead", centred, |out| text(out, "", &words.lowest));
        });
        out.push_str("</w:tr>");
        for row in &map.rows {
            self.heat_row(row, &widths);
        }
        self.out.push_str("</w:tbl>");
        self.legend();
    }

    fn heat_row(&mut self, row: &HeatRow, widths: &[u32]) {
        let words = &self.content.head.heat;
        let bookmark = self.bookmarks.get(&row.link);
        let out = &mut self.out;
        open_row(out, "<w:cantSplit/>");
        let mut widths = widths.iter().copied();
        let mut next = || widths.next().unwrap_or_default();
        cell(out, next(), "", |out| {
            paragraph(out, "TableText", KEEP_NEXT, |out| {
                let name = |out: &mut String, style: &str| {
                    text(out, style, &row.id);
                    if !row.name.is_empty() && row.name != row.id {
                        text(out, style, "\u{a0}");
                        text(out, style, &row.name);
                    }
                };
                match bookmark {
                    Some((_, bookmark)) => link(out, bookmark, |out| name(out, "Hyperlink")),
                    None => name(out, ""),
                }
            });
        });
        for level in &row.cells {
            let (style, words) = match level.achieved {
                None => ("HeatNone", words.not_assessable.clone()),
                Some(achieved) => {
                    let mark = if level.evidence_alone { "○" } else { "●" };
                    ("HeatCell", format!("{achieved}\u{a0}/\u{a0}{}\u{a0}{mark}", level.target))
                }
            };
            let gap = level.achieved.map(|_| level.gap.unwrap_or(0));
            cell(out, next(), &heat_cell(gap), |out| paragraph(out, style, "", |out| text(out, "", &words)));
        }
        cell(out, next(), "", |out| {
            let lowest = row.level.map_or_else(|| "–".to_owned(), |level| level.to_string());
            paragraph(out, "HeatCell", "", |out| text(out, "", &lowest));
        });
        out.push_str("</w:tr>");
    }

    /// What shades and marks mean.
    fn legend(&mut self) {
        let words = &self.content.head.heat;
        paragraph(&mut self.out, "Legend", "", |out| {
            for (gap, meaning) in words.gaps.iter().enumerate() {
                text(out, &format!("Gap{gap}"), "\u{2003}\u{a0}");
                text(out, "", &format!("\u{a0}{}\u{2003}", meaning.replace(' ', "\u{a0}")));
            }
            for (mark, meaning) in [("○", &words.evidence), ("●", &words.conformance)] {
                text(out, "", &format!("{mark}\u{a0}{meaning}\u{2003}"));
            }
        });
    }
}

/// `keep`: on the same page as the row below.
fn table_cell(out: &mut String, cell: &Cell, kind: ColumnKind, styles: &Styles, keep: bool) {
    let keep = if keep { KEEP_NEXT } else { "" };
    paragraph(out, styles.of(kind), keep, |out| {
        text(out, if cell.strong { "Strong" } else { "" }, &cell.text);
    });
    if !cell.note.is_empty() {
        paragraph(out, styles.note, &format!("{keep}{}", aligned(kind)), |out| text(out, "", &cell.note));
    }
}
