//! The report's tables as a workbook: a sheet a register, with typed cells, filters and frozen heads. Text from files is
//! always text, never a formula.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use crate::{
    ReportError,
    content::{Block, Cell, Content, HeatMap, Table, Value},
    input::Progress,
};

/// Longest text of a cell, in characters.
const LONGEST: usize = 32_767;
/// Longest name of a sheet, in units of UTF-16 as Excel counts.
const LONGEST_NAME: usize = 31;
/// Most rows of a sheet, with its head.
const MOST_ROWS: u32 = 1_048_576;
/// Widest column, in characters.
const WIDEST: usize = 60;

/// A table with where it stands in the report.
type Placed<'c> = (String, &'c Table);

/// Renders the content as an Excel workbook. Tables of one kind that stand in several places (one for each zone) share a
/// sheet, with a first column that says where each row stands in the report.
///
/// # Errors
/// [`ReportError::Cancelled`] when the reader asks to stop, else what could not be written.
pub fn xlsx(content: &Content, progress: &dyn Progress) -> Result<Vec<u8>, ReportError> {
    let failed = |error: XlsxError| ReportError::Workbook { reason: error.to_string() };
    let mut order: Vec<&str> = Vec::new();
    let mut kinds: BTreeMap<&str, (&str, Vec<Placed<'_>>)> = BTreeMap::new();
    let mut maps: Vec<(String, &HeatMap)> = Vec::new();
    for section in &content.sections {
        let mut place = format!("{} {}", section.number, section.title).trim().to_owned();
        for block in &section.blocks {
            match block {
                Block::Heading { number, text, .. } => place = format!("{number} {text}").trim().to_owned(),
                Block::Table(table) => {
                    let (_, tables) = kinds.entry(table.id).or_insert_with(|| {
                        order.push(table.id);
                        (&section.title, Vec::new())
                    });
                    tables.push((place.clone(), table));
                }
                Block::HeatMap(map) => maps.push((place.clone(), map)),
                _ => {}
            }
        }
    }
    let mut book = Workbook::new();
    let mut names = Names::default();
    let styles = Styles::new();
    let cover = book.add_worksheet().set_name(names.take(&content.head.title)).map_err(failed)?;
    front(content, cover, &styles).map_err(failed)?;
    for (place, map) in &maps {
        let sheet = book.add_worksheet().set_name(names.take(place)).map_err(failed)?;
        heat_map(content, map, sheet, &styles).map_err(failed)?;
    }
    let total = u32::try_from(order.len()).unwrap_or(u32::MAX);
    for (done, id) in (0..).zip(&order) {
        progress.step("pages", done, total)?;
        let Some((section, tables)) = kinds.get(id) else { continue };
        // A title that all of them bear, else that of the section they stand in.
        let mut titles = tables.iter().map(|(_, table)| table.title.as_str());
        let first = titles.next().filter(|first| !first.is_empty() && titles.all(|other| other == *first));
        let sheet = book.add_worksheet().set_name(names.take(first.unwrap_or(section))).map_err(failed)?;
        register(content, tables, sheet, &styles).map_err(failed)?;
    }
    progress.step("pages", total, total)?;
    book.save_to_buffer().map_err(failed)
}

struct Styles {
    head: Format,
    text: Format,
    strong: Format,
    title: Format,
    gaps: [Format; 4],
    none: Format,
}

impl Styles {
    fn new() -> Styles {
        let cell = || Format::new().set_text_wrap().set_align(FormatAlign::Top);
        let gap = |colour: u32| {
            Format::new()
                .set_align(FormatAlign::Center)
                .set_background_color(colour)
                .set_border(FormatBorder::Hair)
        };
        Styles {
            head: cell().set_bold().set_background_color(0x00_e4_ec_f0).set_border_bottom(FormatBorder::Thin),
            text: cell(),
            strong: cell().set_bold(),
            title: Format::new().set_bold().set_font_size(16),
            gaps: [gap(0x00_e6_f1_ee), gap(0x00_f6_e4_b4), gap(0x00_ea_b0_7c), gap(0x00_c9_6a_52)],
            none: gap(0x00_f4_f4_f4),
        }
    }
}

/// Names of sheets: without what Excel forbids, short enough, each once however it is written.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn take(&mut self, wanted: &str) -> String {
        let plain: String =
            wanted.chars().filter(|c| !c.is_control() && !"[]:*?/\\\u{ad}'".contains(*c)).collect();
        let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        let plain = if plain.is_empty() { "Sheet".to_owned() } else { plain };
        let cut = |most: usize| -> String {
            let mut units = 0;
            let fits = |c: &char| {
                units += c.len_utf16();
                units <= most
            };
            plain.chars().take_while(fits).collect()
        };
        let mut name = cut(LONGEST_NAME);
        let mut count = 2;
        while self.0.contains(&name.to_lowercase()) {
            let ending = format!(" {count}");
            name = cut(LONGEST_NAME - ending.len()) + &ending;
            count += 1;
        }
        self.0.push(name.to_lowercase());
        name
    }
}

/// A text without soft hyphens, which are for pages, as long as a cell holds.
fn text(text: &str) -> String {
    text.chars().filter(|c| *c != '\u{ad}').take(LONGEST).collect()
}

fn front(content: &Content, sheet: &mut Worksheet, styles: &Styles) -> Result<(), XlsxError> {
    sheet.set_column_width(0, 30)?.set_column_width(1, 90)?;
    let cover = &content.cover;
    sheet.write_string_with_format(0, 0, text(&cover.title), &styles.title)?;
    sheet.write_string(1, 0, text(&cover.subtitle))?;
    let mut row = 3;
    for fact in &cover.facts {
        sheet.write_string_with_format(row, 0, text(&fact.label), &styles.head)?;
        sheet.write_string_with_format(row, 1, text(&fact.text), &styles.text)?;
        row += 1;
    }
    for note in cover.notes.iter().chain([&content.head.classification]).filter(|note| !note.is_empty()) {
        row += 1;
        sheet.write_string_with_format(row, 1, text(note), &styles.text)?;
    }
    if content.brief {
        said(content, row + 2, sheet, styles)?;
    }
    Ok(())
}

/// What a brief report says in words and figures, below its facts: it is read whole, not searched.
fn said(content: &Content, mut row: u32, sheet: &mut Worksheet, styles: &Styles) -> Result<(), XlsxError> {
    for section in &content.sections {
        sheet.write_string_with_format(row, 0, text(&section.title), &styles.title)?;
        row += 1;
        for block in &section.blocks {
            let lines: Vec<[String; 2]> = match block {
                Block::Heading { text, .. } => vec![[text.clone(), String::new()]],
                Block::Paragraph { text, .. } => vec![[String::new(), text.clone()]],
                Block::List { items } => items.iter().map(|item| [String::new(), item.clone()]).collect(),
                Block::Facts { facts } => {
                    facts.iter().map(|fact| [fact.label.clone(), fact.text.clone()]).collect()
                }
                Block::Callout { title, text, .. } => vec![[title.clone(), text.clone()]],
                Block::Figures { figures } => figures
                    .iter()
                    .map(|f| [f.value.clone(), format!("{} {}", f.label, f.note).trim().to_owned()])
                    .collect(),
                // These have sheets of their own; a brief report has no drawing and no charts.
                Block::Table(_) | Block::HeatMap(_) | Block::Drawing(_) | Block::Charts { .. } => continue,
            };
            for [label, words] in lines {
                sheet.write_string_with_format(row, 0, text(&label), &styles.strong)?;
                sheet.write_string_with_format(row, 1, text(&words), &styles.text)?;
                row += 1;
            }
        }
        row += 1;
    }
    Ok(())
}

fn heat_map(
    content: &Content,
    map: &HeatMap,
    sheet: &mut Worksheet,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let words = &content.head.heat;
    sheet.set_column_width(0, 16)?.set_column_width(1, 40)?;
    let heads = [text(&words.zone), String::new()]
        .into_iter()
        .chain(map.columns.iter().flat_map(|code| [format!("{code} SL-A"), format!("{code} SL-T")]))
        .chain([text(&words.lowest)]);
    for (column, head) in (0_u16..).zip(heads) {
        sheet.write_string_with_format(0, column, head, &styles.head)?;
    }
    for (row, zone) in (1_u32..).zip(&map.rows) {
        sheet.write_string(row, 0, text(&zone.id))?;
        sheet.write_string(row, 1, text(&zone.name))?;
        for (at, cell) in (0_u16..).zip(&zone.cells) {
            let column = 2 + at * 2;
            let style = cell.gap.map_or(&styles.none, |gap| &styles.gaps[usize::from(gap.min(3))]);
            match cell.achieved {
                Some(level) => sheet.write_number_with_format(row, column, level, style)?,
                None => sheet.write_string_with_format(row, column, text(&words.not_assessable), style)?,
            };
            sheet.write_number(row, column + 1, cell.target)?;
        }
        match zone.level {
            Some(level) => sheet.write_number_with_format(row, 16, level, &styles.strong)?,
            None => sheet.write_string(row, 16, "–")?,
        };
    }
    sheet.set_freeze_panes(1, 2)?;
    Ok(())
}

/// Tables of one kind below each other.
fn register(
    content: &Content,
    tables: &[Placed<'_>],
    sheet: &mut Worksheet,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let several = tables.len() > 1;
    // The widest of them gives the heads; tables of a kind have the same columns.
    let Some((_, widest)) = tables.iter().max_by_key(|(_, table)| table.columns.len()) else { return Ok(()) };
    let noted: Vec<bool> = (0..widest.columns.len())
        .map(|at| {
            let mut rows = tables.iter().flat_map(|(_, table)| &table.rows);
            rows.any(|row| row.get(at).is_some_and(|cell| !cell.note.is_empty()))
        })
        .collect();
    let mut heads: Vec<String> = Vec::new();
    if several {
        heads.push(text(&content.head.contents));
    }
    for (column, noted) in widest.columns.iter().zip(&noted) {
        heads.push(text(&column.title));
        if *noted {
            heads.push(format!("{} +", text(&column.title)));
        }
    }
    let mut widths: Vec<usize> = heads.iter().map(|head| head.chars().count() + 3).collect();
    for (column, head) in (0_u16..).zip(&heads) {
        sheet.write_string_with_format(0, column, head, &styles.head)?;
    }
    let mut at = 1;
    for (place, table) in tables {
        for row in &table.rows {
            if at >= MOST_ROWS - 1 {
                break;
            }
            let mut column = 0_u16;
            let mut measured = |column: u16, text: &str| {
                if let Some(width) = widths.get_mut(usize::from(column)) {
                    *width = (*width).max(text.chars().count() + 2);
                }
            };
            if several {
                sheet.write_string_with_format(at, column, text(place), &styles.text)?;
                measured(column, place);
                column += 1;
            }
            for (place, cell) in row.iter().take(widest.columns.len()).enumerate() {
                write_cell(sheet, at, column, cell, styles)?;
                measured(column, &cell.text);
                column += 1;
                if noted.get(place) == Some(&true) {
                    if !cell.note.is_empty() {
                        sheet.write_string_with_format(at, column, text(&cell.note), &styles.text)?;
                        measured(column, &cell.note);
                    }
                    column += 1;
                }
            }
            at += 1;
        }
    }
    if at == 1 {
        let empty = tables.first().map(|(_, table)| table.empty.as_str()).unwrap_or_default();
        sheet.write_string(1, 0, text(empty))?;
    } else if let Some(last) = u16::try_from(heads.len()).ok().and_then(|n| n.checked_sub(1)) {
        sheet.autofilter(0, 0, at - 1, last)?;
    }
    for (column, width) in (0_u16..).zip(widths) {
        sheet.set_column_width(column, u32::try_from(width.clamp(6, WIDEST)).unwrap_or(10))?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let style = if cell.strong { &styles.strong } else { &styles.text };
    match cell.value {
        // What is printed as a figure alone, or as a mark for none, is one; with a word beside it it stays what is printed.
        #[allow(clippy::cast_precision_loss)]
        Some(Value::Whole(n)) if is_figure(&cell.text, n) => {
            sheet.write_number_with_format(row, column, n as f64, style)?;
        }
        Some(Value::Real(n)) => {
            sheet.write_number_with_format(row, column, n, style)?;
        }
        _ if cell.text.is_empty() => {}
        _ => {
            sheet.write_string_with_format(row, column, text(&cell.text), style)?;
        }
    }
    Ok(())
}

/// Whether a printed text is a whole number and nothing else: grouped, with a sign, or a mark for none.
fn is_figure(text: &str, n: i64) -> bool {
    let digits: String =
        text.chars().filter(|c| !matches!(c, ',' | '.' | '\u{a0}' | '\u{202f}' | '+')).collect();
    digits == n.to_string() || (n == 0 && text == "·")
}
