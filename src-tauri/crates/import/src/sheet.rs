//! Tables as people keep them: text in any delimiter and encoding, and workbooks. What comes out are rows of
//! text, as the cells show it.

use std::{borrow::Cow, io::Cursor};

use calamine::{Data, DataRef, Reader, Xlsx};
use csv::StringRecord;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use rustc_hash::FxHashMap;

use crate::{File, Refusal, Result, observation::Column, table::Lines};

mod ods;
mod xls;

/// Most rows of a sheet: what Excel can hold.
const MOST_ROWS: usize = 1 << 20;
/// Most columns: likewise.
const MOST_COLUMNS: usize = 1 << 14;
/// Longest cell, in characters: likewise.
pub(crate) const LONGEST_CELL: usize = 32_767;
/// Most bytes of text of a workbook: far more than any plant's list, and memory is finite.
const MOST_BYTES: usize = 256 << 20;

/// One sheet.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    /// Name; empty for a file of text.
    pub name: String,
    /// Rows that are not blank, in order.
    pub rows: Vec<Row>,
}

impl Sheet {
    /// How the columns of a list were read, by its head and what each field's column is.
    pub fn told(&self, head: usize, fields: &FxHashMap<&'static str, usize>) -> Vec<Column> {
        let named = self.rows[head].cells.iter().enumerate().filter(|(_, name)| !name.is_empty());
        named
            .map(|(column, name)| {
                let field = fields.iter().find(|(_, at)| **at == column).map(|(field, _)| *field);
                let values = self.rows[head + 1..].iter().map(|row| row.cell(column));
                let samples = values.filter(|text| !text.is_empty()).take(3);
                Column {
                    sheet: String::new(),
                    name: name.to_owned(),
                    field,
                    samples: samples.map(|text| text.chars().take(60).collect()).collect(),
                }
            })
            .collect()
    }
}

/// A row.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its number, from 1: the line of a file of text.
    pub number: u64,
    /// What the cells show, without white space around it.
    pub cells: StringRecord,
    /// Columns whose cell is a date, which a version can have become by accident.
    pub dates: Vec<u16>,
}

impl Row {
    /// What a cell shows; empty where there is none.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or_default()
    }

    /// Whether all cells are empty.
    fn is_blank(&self) -> bool {
        self.cells.iter().all(str::is_empty)
    }
}

/// Whether the bytes are a workbook.
pub(crate) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
}

/// Rows in which a list says what it is.
const FIRST_ROWS: usize = 64;

/// The first rows of all sheets: enough to tell what it is. None where it is no table.
pub(crate) fn first_rows(file: &File) -> Vec<Sheet> {
    const ENOUGH: usize = 1 << 16;
    let start = file.start();
    if is_workbook(start) {
        return workbook(file, FIRST_ROWS).unwrap_or_default();
    }
    let part = &start[..start.len().min(ENOUGH)];
    let whole_lines = part.iter().rposition(|byte| *byte == b'\n').map_or(part.len(), |at| at + 1);
    let end = if part.len() == start.len() { part.len() } else { whole_lines };
    text(&File::new(file.name.clone(), &part[..end])).into_iter().collect()
}

/// Reads all sheets.
///
/// # Errors
/// [`Refusal`] when it is no table, or larger than any table may be.
pub(crate) fn read(file: &File) -> Result<Vec<Sheet>> {
    if is_workbook(file.start()) { workbook(file, MOST_ROWS) } else { text(file).map(|sheet| vec![sheet]) }
}

/// The file's text in whatever encoding it is in.
///
/// # Errors
/// [`Refusal`] when it is no text.
pub(crate) fn decoded(file: &File) -> Result<Cow<'_, str>> {
    let bytes = file.bytes()?;
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, &bytes[length..]),
        None => (guessed(bytes), bytes),
    };
    let (text, malformed) = encoding.decode_without_bom_handling(bytes);
    let wrong = text.bytes().position(|byte| byte == 0);
    if malformed || wrong.is_some() {
        let before = wrong.map_or(0, |at| text.as_bytes()[..at].iter().filter(|b| **b == b'\n').count());
        return Err(Refusal::line(
            &file.name,
            before as u64 + 1,
            "this is no text; a list is a CSV or TSV file, or a workbook (XLSX, XLS, ODS)",
        ));
    }
    Ok(text)
}

/// The encoding of text without a byte order mark.
fn guessed(bytes: &[u8]) -> &'static Encoding {
    if std::str::from_utf8(bytes).is_ok_and(|_| !bytes.contains(&0)) {
        return UTF_8;
    }
    // Latin text in UTF-16 has a zero in every second byte.
    let sample = &bytes[..bytes.len().min(4096) & !1];
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let most = sample.len() / 2 * 3 / 4;
    if most > 0 && zeros(1) >= most && zeros(0) == 0 {
        return UTF_16LE;
    }
    if most > 0 && zeros(0) >= most && zeros(1) == 0 {
        return UTF_16BE;
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(1 << 20)], true);
    detector.guess(None, chardetng::Utf8Detection::Deny)
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes())
}

/// The delimiter that cuts most of the first rows into the same number of cells, and into most cells.
fn delimiter(text: &str) -> u8 {
    const ROWS: usize = 60;
    // A long file's first rows tell enough.
    let mut end = text.len().min(1 << 16);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let start = &text[..end];
    let even = |delimiter: u8| -> usize {
        let mut widths: Vec<usize> = reader(start, delimiter)
            .into_records()
            .take(ROWS)
            .filter_map(std::result::Result::ok)
            .map(|record| record.len())
            .filter(|width| *width > 1)
            .collect();
        widths.sort_unstable();
        widths.chunk_by(|a, b| a == b).map(|same| same.len() * (same[0] - 1)).max().unwrap_or(0)
    };
    // The first of equals: a text without any has one column.
    [b'\t', b';', b',', b'|'].into_iter().rev().max_by_key(|sign| even(*sign)).unwrap_or(b',')
}

fn text(file: &File) -> Result<Sheet> {
    let text = decoded(file)?;
    let (mut text, mut skipped) = (&*text, 0);
    let mut delimiter = delimiter(text);
    // Excel's own first line.
    if let Some((line, rest)) = text.split_once('\n')
        && let Some(sign) = line.trim_end().strip_prefix("sep=").filter(|sign| sign.len() == 1)
    {
        (delimiter, text, skipped) = (sign.as_bytes()[0], rest, 1);
    }
    let lines = Lines::new(text);
    let mut sheet = Sheet::default();
    for record in reader(text, delimiter).into_records() {
        let mut record = record.map_err(|error| {
            Refusal::whole(&file.name, format!("the table cannot be read ({:?})", error.kind()))
        })?;
        let number = record.position().map_or(0, |at| lines.of(at)) + skipped;
        // Trimming copies a row; most need none.
        if record.iter().any(|cell| cell.trim().len() < cell.len()) {
            record.trim();
        }
        if record.len() > MOST_COLUMNS {
            return Err(Refusal::line(
                &file.name,
                number,
                format!("{} columns; a list has at most {MOST_COLUMNS}", record.len()),
            ));
        }
        let row = Row { number, cells: record, dates: Vec::new() };
        if !row.is_blank() {
            push(file, &mut sheet, row)?;
        }
    }
    Ok(sheet)
}

fn push(file: &File, sheet: &mut Sheet, row: Row) -> Result<()> {
    if sheet.rows.len() == MOST_ROWS {
        return Err(Refusal::whole(
            &file.name,
            format!("more than {MOST_ROWS} rows, which is more than a sheet holds; split it"),
        ));
    }
    sheet.rows.push(row);
    Ok(())
}

/// Reads a workbook; of each sheet no more than so many rows, where its format lets one stop.
fn workbook(file: &File, rows: usize) -> Result<Vec<Sheet>> {
    if !file.start().starts_with(b"PK") {
        return xls::read(file);
    }
    let parts = unpackable(file)?;
    if parts.iter().any(|name| name == ods::CONTENT) {
        return ods::read(file);
    }
    let unreadable = |error: &dyn std::fmt::Display| {
        let what =
            format!("the workbook cannot be read ({error}); open it in a spreadsheet and save it anew");
        Refusal::whole(&file.name, what)
    };
    if !parts.iter().any(|name| name.ends_with(".xml")) {
        return Err(unreadable(&"it is none that is known here: XLSX, XLS, ODS"));
    }
    let mut book = Xlsx::new(Cursor::new(file.bytes()?)).map_err(|error| unreadable(&error))?;
    let mut sheets = Vec::new();
    let mut left = MOST_BYTES;
    for name in book.sheet_names() {
        let (sheet, rest) = xlsx(file, &mut book, &name, rows, left)?;
        left = rest;
        sheets.push(sheet);
    }
    Ok(sheets)
}

/// The names of an archive's parts, when what it says of their sizes is that of a list: nothing else is unpacked.
fn unpackable(file: &File) -> Result<Vec<String>> {
    let wrong = || Refusal::whole(&file.name, "the archive is damaged");
    let mut archive = zip::ZipArchive::new(Cursor::new(file.bytes()?)).map_err(|_| wrong())?;
    let mut sheets = 0_u64;
    let mut names = Vec::new();
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(|_| wrong())?;
        let size = part.size();
        let name = part.name().map_err(|_| wrong())?.to_ascii_lowercase();
        // A sheet is read cell by cell; everything else of it, and every other format, is unpacked whole.
        if name.contains("/worksheets/") {
            sheets += size;
        } else if size > MOST_BYTES as u64 {
            return Err(Refusal::whole(&file.name, "it unpacks to more than any list holds"));
        }
        names.push(name);
    }
    if sheets > 16 * MOST_BYTES as u64 {
        return Err(Refusal::whole(&file.name, "it unpacks to more than any list holds"));
    }
    Ok(names)
}

fn xlsx(
    file: &File,
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    rows: usize,
    left: usize,
) -> Result<(Sheet, usize)> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Refusal::whole(&file.name, format!("sheet {name:?} cannot be read ({error})"))
    };
    let merged = book.merge_cells_by_sheet_name(name).unwrap_or_default();
    let mut cells = match book.worksheet_cells_reader(name) {
        Ok(cells) => cells,
        // A chart's sheet has no cells.
        Err(calamine::XlsxError::NotAWorksheet(_)) => return Ok((Sheet::default(), left)),
        Err(error) => return Err(unreadable(&error)),
    };
    let formats: Vec<Option<Format>> = cells
        .styles()
        .iter()
        .map(|style| style.number_format.as_ref().and_then(|format| Format::read(&format.format_code)))
        .collect();
    let mut grid = Grid::new(file, name, left);
    while grid.sheet.rows.len() <= rows {
        let (at, value, style) = match cells.next_cell_with_style_id() {
            Ok(Some(cell)) => {
                let (cell, style) = (cell.0, cell.1);
                (cell.get_position(), shown(cell.get_value()), style)
            }
            Ok(None) => break,
            Err(error) => return Err(unreadable(&error)),
        };
        let (text, is_date) = match value {
            Shown::Text(text) => (text, false),
            Shown::Date(text) => (text, true),
            Shown::Number(number) => {
                let format = formats.get(style).copied().flatten();
                (format.map_or_else(|| general(number), |format| format.show(number)), false)
            }
        };
        grid.put(at.0, at.1, &text, is_date)?;
    }
    grid.fill(&merged.iter().map(|area| (area.start, area.end)).collect::<Vec<_>>())?;
    grid.finish()
}

/// The first and the last row and column of merged cells.
type Area = ((u32, u32), (u32, u32));

/// A sheet while its cells come in.
struct Grid<'f> {
    file: &'f File,
    /// Bytes that may still come.
    left: usize,
    sheet: Sheet,
    /// The row that cells come for: its number from 0, and the cells so far.
    row: u32,
    cells: Vec<String>,
    dates: Vec<u16>,
    /// Rows before filling merged areas, by number from 0.
    started: bool,
}

impl<'f> Grid<'f> {
    fn new(file: &'f File, name: &str, left: usize) -> Grid<'f> {
        let sheet = Sheet { name: name.to_owned(), rows: Vec::new() };
        Grid { file, left, sheet, row: 0, cells: Vec::new(), dates: Vec::new(), started: false }
    }

    fn put(&mut self, row: u32, column: u32, text: &str, is_date: bool) -> Result<()> {
        if !self.started || row != self.row {
            self.end_row()?;
            (self.row, self.started) = (row, true);
        }
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        let place = column as usize;
        if place >= MOST_COLUMNS {
            let what = format!("more than {MOST_COLUMNS} columns");
            return Err(Refusal::line(&self.file.name, u64::from(row) + 1, what));
        }
        self.charge(text.len() + 8 + 8 * (place + 1).saturating_sub(self.cells.len()))?;
        if self.cells.len() <= place {
            self.cells.resize(place + 1, String::new());
        }
        text.clone_into(&mut self.cells[place]);
        if is_date {
            self.dates.push(u16::try_from(place).unwrap_or(u16::MAX));
        }
        Ok(())
    }

    fn charge(&mut self, bytes: usize) -> Result<()> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| {
            Refusal::whole(&self.file.name, "the workbook holds more text than any plant's list; split it")
        })?;
        Ok(())
    }

    fn end_row(&mut self) -> Result<()> {
        let cells = std::mem::take(&mut self.cells);
        let dates = std::mem::take(&mut self.dates);
        let row = Row { number: u64::from(self.row) + 1, cells: cells.iter().collect(), dates };
        if self.started && !row.is_blank() { push(self.file, &mut self.sheet, row) } else { Ok(()) }
    }

    /// What stands in the first cell of a merged area is meant for all of it.
    fn fill(&mut self, areas: &[Area]) -> Result<()> {
        self.end_row()?;
        self.started = false;
        // Only what is merged downwards: a head over several columns names none of them.
        for (start, end) in areas.iter().filter(|(start, end)| start.1 == end.1 && start.0 < end.0) {
            let at = self.sheet.rows.binary_search_by_key(&(u64::from(start.0) + 1), |row| row.number);
            let Ok(first) = at else { continue };
            let column = start.1 as usize;
            let text = self.sheet.rows[first].cell(column).to_owned();
            let mut next = first + 1;
            while self.sheet.rows.get(next).is_some_and(|row| row.number <= u64::from(end.0) + 1) {
                let mut cells: Vec<String> = self.sheet.rows[next].cells.iter().map(str::to_owned).collect();
                self.charge(text.len() + 8 * (1 + column.max(cells.len())))?;
                if cells.len() <= column {
                    cells.resize(column + 1, String::new());
                }
                cells[column].clone_from(&text);
                self.sheet.rows[next].cells = cells.iter().collect();
                next += 1;
            }
        }
        Ok(())
    }

    /// The sheet, and what is left for others.
    fn finish(mut self) -> Result<(Sheet, usize)> {
        self.end_row()?;
        Ok((self.sheet, self.left))
    }
}

/// What a cell shows.
enum Shown {
    Text(String),
    Date(String),
    Number(f64),
}

fn shown(value: &DataRef<'_>) -> Shown {
    match value {
        DataRef::SharedString(text) => Shown::Text((*text).to_owned()),
        other => shown_data(&Data::from(other.clone())),
    }
}

fn shown_data(value: &Data) -> Shown {
    match value {
        Data::String(text) => Shown::Text(text.clone()),
        Data::Bool(yes) => Shown::Text(if *yes { "TRUE" } else { "FALSE" }.to_owned()),
        #[allow(clippy::cast_precision_loss)]
        Data::Int(number) => Shown::Number(*number as f64),
        Data::Float(number) => Shown::Number(*number),
        Data::DateTime(date) if date.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
            let day = format!("{year:04}-{month:02}-{day:02}");
            let time = (hour, minute, second) != (0, 0, 0);
            Shown::Date(if time { format!("{day}T{hour:02}:{minute:02}:{second:02}") } else { day })
        }
        Data::DateTime(date) => Shown::Number(date.as_f64()),
        Data::DateTimeIso(text) => Shown::Date(text.strip_suffix("T00:00:00").unwrap_or(text).to_owned()),
        Data::DurationIso(text) => Shown::Text(text.clone()),
        // An empty cell, or a formula that failed: it shows nothing that could be taken for a value.
        _ => Shown::Text(String::new()),
    }
}

/// A number as a spreadsheet shows it when nobody chose a format.
fn general(number: f64) -> String {
    let text = format!("{number}");
    if text.trim_start_matches('-').len() <= 12 {
        return text;
    }
    // What a binary fraction adds behind the digits that were typed is not shown.
    let short = format!("{number:.10}");
    let short = short.trim_end_matches('0').trim_end_matches('.').to_owned();
    if short.len() < text.len() { short } else { text }
}

/// A number format that is digits only: zeros before and after the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Format {
    before: usize,
    after: usize,
}

impl Format {
    fn read(code: &str) -> Option<Format> {
        let code = code.split(';').next()?.trim_end_matches(['_', ' ']);
        let (before, after) = code.split_once('.').unwrap_or((code, ""));
        let digits = |text: &str| text.chars().all(|c| c == '0');
        let before = before.trim_start_matches(['#', ',']);
        (digits(before) && digits(after) && !(before.is_empty() && after.is_empty()))
            .then_some(Format { before: before.len(), after: after.len() })
    }

    fn show(self, number: f64) -> String {
        let point = usize::from(self.after > 0);
        format!("{number:0width$.after$}", width = self.before + point + self.after, after = self.after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> Vec<(u64, Vec<String>)> {
        let file = File::new("list", bytes);
        let sheets = read(&file).unwrap();
        let row = |row: &Row| (row.number, row.cells.iter().map(str::to_owned).collect());
        sheets.iter().flat_map(|sheet| sheet.rows.iter().map(row)).collect()
    }

    #[test]
    fn every_delimiter_and_encoding_gives_the_same_rows() {
        let table = "Gerät;Stand\r\n\r\n\"Pumpe; groß\";4,10\r\n";
        let want = vec![
            (1, vec!["Gerät".to_owned(), "Stand".to_owned()]),
            (3, vec!["Pumpe; groß".to_owned(), "4,10".to_owned()]),
        ];
        let utf16 = |to: fn(u16) -> [u8; 2]| table.encode_utf16().flat_map(to).collect::<Vec<u8>>();
        let (windows_1252, _, _) = encoding_rs::WINDOWS_1252.encode(table);
        for (name, bytes) in [
            ("UTF-8", table.as_bytes().to_vec()),
            ("UTF-8 with mark", [b"\xef\xbb\xbf", table.as_bytes()].concat()),
            ("Windows-1252", windows_1252.into_owned()),
            ("UTF-16, little end first", utf16(u16::to_le_bytes)),
            ("UTF-16, big end first", utf16(u16::to_be_bytes)),
            ("UTF-16 with mark", [b"\xff\xfe".to_vec(), utf16(u16::to_le_bytes)].concat()),
        ] {
            assert_eq!(rows(&bytes), want, "{name}");
        }
        for sign in ['\t', ',', '|'] {
            let text = format!("a{sign}b{sign}c\n1;2{sign}x y{sign}3\n");
            assert_eq!(rows(text.as_bytes())[1].1, ["1;2", "x y", "3"], "{sign:?}");
        }
        assert_eq!(rows(b"sep=,\na;1,b\n"), [(2, vec!["a;1".to_owned(), "b".to_owned()])]);
    }

    #[test]
    fn numbers_are_shown_as_the_sheet_shows_them() {
        let show = |code: &str, number: f64| Format::read(code).map(|format| format.show(number));
        assert_eq!(show("0.00", 4.1).as_deref(), Some("4.10"));
        assert_eq!(show("000", 7.0).as_deref(), Some("007"));
        assert_eq!(show("#,##0.0", 12.0).as_deref(), Some("12.0"));
        assert_eq!(show("General", 4.1), None);
        assert_eq!(general(4.1), "4.1");
        assert_eq!(general(16.0), "16");
        assert_eq!(general(0.1 + 0.2), "0.3");
        assert_eq!(general(-2.5), "-2.5");
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for bytes in [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], b"SQLite format 3\0\xff\xff", b"a,b\nc\0d,e\n"] {
            let file = File::new("x.csv", bytes);
            assert!(read(&file).unwrap_err().what.contains("no text"), "{bytes:?}");
        }
    }
}
