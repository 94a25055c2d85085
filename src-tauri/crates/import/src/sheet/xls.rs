//! Workbooks of Excel 97 to 2003. calamine reads their cells; what it is handed is a container made anew that holds
//! only the records a list is made of, since it trusts what others say of sizes. The number formats, which it
//! does not give, are read on the way.

use std::io::{Cursor, Read, Write};

use calamine::{Reader, Xls};
use rustc_hash::FxHashMap;

use super::{Format, Grid, MOST_BYTES, Sheet, Shown, general, shown_data};
use crate::{File, Refusal, Result};

/// Most cells between the first and the last one that is filled: calamine keeps a place for each of them.
const MOST_CELLS: u64 = 4 << 20;

/// Formats of one sheet's cells, by row and column from 0.
type Formats = FxHashMap<(u32, u32), Format>;

/// Reads all sheets.
pub(super) fn read(file: &File) -> Result<Vec<Sheet>> {
    let unreadable = || {
        Refusal::whole(&file.name, "the workbook cannot be read; open it in a spreadsheet and save it anew")
    };
    let (name, mut stream) = stream(file.bytes()?).ok_or_else(unreadable)?;
    let formats = sift(&mut stream).ok_or_else(unreadable)?;
    if let Some(name) = formats.scattered {
        let what =
            format!("the cells of sheet {name:?} are scattered too far; keep the list and remove the rest");
        return Err(Refusal::whole(&file.name, what));
    }
    let container = container(name, &stream).map_err(|_| unreadable())?;
    let mut book = Xls::new(Cursor::new(container.as_slice())).map_err(|_| unreadable())?;
    let mut left = MOST_BYTES;
    let mut sheets = Vec::new();
    let none = Formats::default();
    for name in book.sheet_names() {
        let formats = formats.by_sheet.get(&name).unwrap_or(&none);
        let range = book.worksheet_range(&name).map_err(|_| unreadable())?;
        let (top, first) = range.start().unwrap_or_default();
        let mut grid = Grid::new(file, &name, left);
        for (row, column, value) in range.used_cells() {
            let (row, column) = (top + row as u32, first + column as u32);
            match shown_data(value) {
                Shown::Text(text) => grid.put(row, column, &text, false)?,
                Shown::Date(text) => grid.put(row, column, &text, true)?,
                Shown::Number(number) => {
                    let format = formats.get(&(row, column));
                    let text = format.map_or_else(|| general(number), |format| format.show(number));
                    grid.put(row, column, &text, false)?;
                }
            }
        }
        let merged = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
        grid.fill(&merged.iter().map(|area| (area.start, area.end)).collect::<Vec<_>>())?;
        let (sheet, rest) = grid.finish()?;
        left = rest;
        sheets.push(sheet);
    }
    Ok(sheets)
}

/// The stream of records in the container, and its name.
fn stream(bytes: &[u8]) -> Option<(&'static str, Vec<u8>)> {
    let mut compound = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    let name = ["/Workbook", "/Book"].into_iter().find(|name| compound.is_stream(name))?;
    let mut stream = Vec::new();
    compound.open_stream(name).ok()?.take(MOST_BYTES as u64).read_to_end(&mut stream).ok()?;
    Some((name, stream))
}

fn container(name: &str, stream: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut compound = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))?;
    compound.create_stream(name)?.write_all(stream)?;
    compound.flush()?;
    Ok(compound.into_inner().into_inner())
}

/// What the records say beside the cells' values.
#[derive(Default)]
struct Sifted {
    by_sheet: FxHashMap<String, Formats>,
    /// A sheet that would fill memory with empty cells.
    scattered: Option<String>,
}

/// Kinds of records ([MS-XLS] 2.3.1).
mod kind {
    pub const FORMULA: u16 = 0x06;
    pub const END: u16 = 0x0a;
    pub const DATES_FROM: u16 = 0x22;
    pub const PASSWORD: u16 = 0x2f;
    pub const CONTINUED: u16 = 0x3c;
    pub const CODE_PAGE: u16 = 0x42;
    pub const SHEET: u16 = 0x85;
    pub const NUMBERS: u16 = 0xbd;
    pub const RICH_TEXT: u16 = 0xd6;
    pub const STYLE: u16 = 0xe0;
    pub const MERGED: u16 = 0xe5;
    pub const TEXTS: u16 = 0xfc;
    pub const TEXT_OF: u16 = 0xfd;
    pub const NUMBER: u16 = 0x203;
    pub const TEXT: u16 = 0x204;
    pub const TRUTH: u16 = 0x205;
    pub const RESULT: u16 = 0x207;
    pub const SHORT_NUMBER: u16 = 0x27e;
    pub const FORMAT: u16 = 0x41e;
    pub const BEGIN: u16 = 0x809;
    /// A cell without a value: nobody reads it.
    pub const BLANK: u16 = 0x201;
    /// All others become blank.
    pub const READ: [u16; 20] = [
        FORMULA,
        END,
        DATES_FROM,
        PASSWORD,
        CONTINUED,
        CODE_PAGE,
        SHEET,
        NUMBERS,
        RICH_TEXT,
        STYLE,
        MERGED,
        TEXTS,
        TEXT_OF,
        NUMBER,
        TEXT,
        TRUTH,
        RESULT,
        SHORT_NUMBER,
        FORMAT,
        BEGIN,
    ];
}

/// Blanks what no list is made of, and notes formats. None when the records do not follow each other to the end.
fn sift(stream: &mut Vec<u8>) -> Option<Sifted> {
    let mut sifted = Sifted::default();
    let mut codes: FxHashMap<u16, Format> = [(1, "0"), (2, "0.00"), (3, "#,##0"), (4, "#,##0.00")]
        .into_iter()
        .filter_map(|(number, code)| Some((number, Format::read(code)?)))
        .collect();
    let mut styles: Vec<Option<Format>> = Vec::new();
    // Where each sheet begins, and its name.
    let mut places: FxHashMap<usize, String> = FxHashMap::default();
    let mut sheet = String::new();
    // First row, first column, last row, last column.
    let mut extent: Option<[u16; 4]> = None;
    let mut at = 0;
    while let (Some(kind), Some(length)) = (word(stream, at), word(stream, at + 2)) {
        if let Some(name) = places.get(&at) {
            sheet.clone_from(name);
            extent = None;
        }
        let end = at + 4 + usize::from(length);
        if end > stream.len() {
            // Cut off: what was whole is read.
            stream.truncate(at);
            break;
        }
        if !kind::READ.contains(&kind) {
            stream[at..at + 2].copy_from_slice(&kind::BLANK.to_le_bytes());
        }
        if kind == kind::FORMULA && length > 20 {
            // Its result is read, not how it came about.
            stream[at + 4 + 20..end].fill(0);
        }
        let body = &stream[at + 4..end];
        at = end;
        let mut put = |row: Option<u16>, column: Option<u16>, style: Option<u16>| {
            let (Some(row), Some(column)) = (row, column) else { return };
            let [top, left, bottom, right] = extent.unwrap_or([row, column, row, column]);
            let now = [top.min(row), left.min(column), bottom.max(row), right.max(column)];
            extent = Some(now);
            let side = |from: u16, to: u16| u64::from(to - from) + 1;
            if side(now[0], now[2]) * side(now[1], now[3]) > MOST_CELLS {
                sifted.scattered = Some(sheet.clone());
            }
            let format = style.and_then(|style| styles.get(usize::from(style)).copied().flatten());
            if let Some(format) = format {
                sifted.by_sheet.entry(sheet.clone()).or_default().insert((row.into(), column.into()), format);
            }
        };
        match kind {
            kind::SHEET => {
                let place = body.get(..4).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes);
                let name = body.get(6).and_then(|length| text(body.get(7..)?, usize::from(*length)));
                if let (Some(place), Some(name)) = (place, name) {
                    places.insert(place as usize, name);
                }
            }
            kind::FORMAT => {
                let code = word(body, 2).and_then(|length| text(body.get(4..)?, usize::from(length)));
                if let (Some(number), Some(code)) = (word(body, 0), code) {
                    match Format::read(&code) {
                        Some(format) => codes.insert(number, format),
                        None => codes.remove(&number),
                    };
                }
            }
            kind::STYLE => styles.push(word(body, 2).and_then(|number| codes.get(&number).copied())),
            kind::NUMBERS => {
                let (row, first) = (word(body, 0), word(body, 2)?);
                let cells = body.get(4..body.len().checked_sub(2)?)?;
                for (index, cell) in cells.chunks_exact(6).enumerate() {
                    put(row, first.checked_add(u16::try_from(index).ok()?), word(cell, 0));
                }
            }
            kind::FORMULA
            | kind::RICH_TEXT
            | kind::TEXT_OF
            | kind::NUMBER
            | kind::TEXT
            | kind::TRUTH
            | kind::SHORT_NUMBER => put(word(body, 0), word(body, 2), word(body, 4)),
            _ => {}
        }
    }
    Some(sifted)
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2).and_then(|two| two.try_into().ok()).map(u16::from_le_bytes)
}

/// A text of so many characters, behind a byte that says how wide they are.
fn text(bytes: &[u8], length: usize) -> Option<String> {
    let (wide, rest) = bytes.split_first()?;
    if wide & 1 == 0 {
        return Some(rest.get(..length)?.iter().map(|byte| char::from(*byte)).collect());
    }
    let units: Vec<u16> = rest.get(..length * 2)?.chunks_exact(2).filter_map(|two| word(two, 0)).collect();
    Some(String::from_utf16_lossy(&units))
}
