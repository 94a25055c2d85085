//! Workbooks of Excel 97 to 2003 ([MS-XLS]). calamine reads numbers, dates and short texts; what it is handed is a
//! container made anew that holds only records of which it cannot think too much, since it trusts what others say of
//! sizes and a panic would end the program. The shared texts, and the number formats, which it does not give, are read
//! on the way.

use std::io::{Cursor, Read, Write};

use calamine::{Reader, Xls};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Area, Format, Grid, MOST_BYTES, Sheet, Shown, general, shown_data};
use crate::{File, Refusal, Result};

/// Most cells between the first and the last one that is filled: calamine keeps a place for each of them.
const MOST_CELLS: u64 = 4 << 20;

/// Reads all sheets.
pub(super) fn read(file: &File) -> Result<Vec<Sheet>> {
    let unreadable = || {
        Refusal::whole(&file.name, "the workbook cannot be read; open it in a spreadsheet and save it anew")
    };
    let (name, mut stream) = stream(file.bytes()?).ok_or_else(unreadable)?;
    let mut sifted = sift(&mut stream);
    if let Some(name) = sifted.scattered {
        let what =
            format!("the cells of sheet {name:?} are scattered too far; keep the list and remove the rest");
        return Err(Refusal::whole(&file.name, what));
    }
    let container = container(name, &stream).map_err(|_| unreadable())?;
    let mut book = Xls::new(Cursor::new(container.as_slice())).map_err(|_| unreadable())?;
    let mut left = MOST_BYTES;
    let mut sheets = Vec::new();
    for name in book.sheet_names() {
        let own = sifted.sheets.remove(&name).unwrap_or_default();
        let range = book.worksheet_range(&name).map_err(|_| unreadable())?;
        let (top, first) = range.start().unwrap_or_default();
        let mut cells: Vec<(u32, u32, Shown)> = range
            .used_cells()
            .map(|(row, column, value)| (top + row as u32, first + column as u32, shown_data(value)))
            .collect();
        let text = |index: u32| sifted.texts.get(index as usize).cloned().unwrap_or_default();
        cells.extend(own.texts.iter().map(|(row, column, index)| (*row, *column, Shown::Text(text(*index)))));
        cells.sort_by_key(|(row, column, _)| (*row, *column));
        let mut grid = Grid::new(file, &name, left);
        for (row, column, value) in cells {
            match value {
                Shown::Text(text) => grid.put(row, column, &text, false)?,
                Shown::Date(text) => grid.put(row, column, &text, true)?,
                Shown::Number(number) => {
                    let format = own.formats.get(&(row, column));
                    let text = format.map_or_else(|| general(number), |format| format.show(number));
                    grid.put(row, column, &text, false)?;
                }
            }
        }
        grid.fill(&own.merged)?;
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

/// What is read here.
#[derive(Default)]
struct Sifted {
    sheets: FxHashMap<String, OfSheet>,
    /// Texts that cells share.
    texts: Vec<String>,
    /// A sheet that would fill memory with empty cells.
    scattered: Option<String>,
}

/// What is read here of one sheet.
#[derive(Default)]
struct OfSheet {
    /// Formats of cells, by row and column from 0.
    formats: FxHashMap<(u32, u32), Format>,
    /// Cells that hold a shared text: row, column, number of the text.
    texts: Vec<(u32, u32, u32)>,
    merged: Vec<Area>,
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
    /// What calamine may see.
    pub const READ: [u16; 16] = [
        FORMULA,
        END,
        DATES_FROM,
        PASSWORD,
        CODE_PAGE,
        SHEET,
        NUMBERS,
        RICH_TEXT,
        STYLE,
        NUMBER,
        TEXT,
        TRUTH,
        RESULT,
        SHORT_NUMBER,
        FORMAT,
        BEGIN,
    ];
}

/// Blanks what no list is made of and what is not as long as it must be, and reads shared texts and formats.
fn sift(stream: &mut Vec<u8>) -> Sifted {
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
    // Records that the shared texts lie in, while they follow each other.
    let mut texts: Vec<(usize, usize)> = Vec::new();
    let mut in_texts = false;
    let mut wide = true;
    // Where records begin, as far as they are whole: nothing else may be taken for one.
    let mut begins: FxHashSet<usize> = FxHashSet::default();
    let mut whole = 0;
    while let Some(length) = word(stream, whole + 2) {
        let end = whole + 4 + usize::from(length);
        if end > stream.len() {
            break;
        }
        begins.insert(whole);
        whole = end;
    }
    stream.truncate(whole);
    let mut at = 0;
    while let (Some(kind), Some(length)) = (word(stream, at), word(stream, at + 2)) {
        if let Some(name) = places.get(&at) {
            sheet.clone_from(name);
            extent = None;
        }
        let (start, end) = (at + 4, at + 4 + usize::from(length));
        in_texts = kind == kind::TEXTS && texts.is_empty() || in_texts && kind == kind::CONTINUED;
        if in_texts {
            texts.push((start, end));
        }
        if kind == kind::FORMULA && length > 20 {
            // Its result is read, not how it came about.
            stream[start + 20..end].fill(0);
        }
        let body = &stream[start..end];
        let (row, column) = (word(body, 0), word(body, 2));
        let sound = match kind {
            kind::PASSWORD | kind::DATES_FROM | kind::CODE_PAGE => length >= 2,
            kind::BEGIN => length >= 4,
            kind::STYLE => length >= 4,
            kind::SHEET => {
                let place = number(body, 0).map(|place| place as usize);
                let name = body.get(6).and_then(|length| text(body.get(7..)?, usize::from(*length), wide));
                match (place, name) {
                    (Some(place), Some(name)) if begins.contains(&place) => {
                        places.insert(place, name);
                        true
                    }
                    _ => false,
                }
            }
            kind::NUMBERS => {
                let last = body.len().checked_sub(2).and_then(|at| word(body, at));
                let cells = column.zip(last).and_then(|(first, last)| last.checked_sub(first));
                cells.is_some_and(|cells| body.len() == 6 + 6 * (usize::from(cells) + 1))
            }
            _ => kind::READ.contains(&kind),
        };
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
                let own = sifted.sheets.entry(sheet.clone()).or_default();
                own.formats.insert((row.into(), column.into()), format);
            }
        };
        match kind {
            kind::BEGIN => wide = word(body, 0) == Some(BIFF8),
            kind::FORMAT => {
                let code = word(body, 2).and_then(|length| text(body.get(4..)?, usize::from(length), wide));
                if let (Some(number), Some(code)) = (word(body, 0), code) {
                    match Format::read(&code) {
                        Some(format) => codes.insert(number, format),
                        None => codes.remove(&number),
                    };
                }
            }
            kind::STYLE => styles.push(word(body, 2).and_then(|number| codes.get(&number).copied())),
            kind::NUMBERS if sound => {
                for (index, cell) in body[4..body.len() - 2].chunks_exact(6).enumerate() {
                    let index = u16::try_from(index).unwrap_or(u16::MAX);
                    put(row, column.and_then(|first| first.checked_add(index)), word(cell, 0));
                }
            }
            kind::TEXT_OF => {
                if let (Some(row), Some(column), Some(index)) = (row, column, number(body, 6)) {
                    let own = sifted.sheets.entry(sheet.clone()).or_default();
                    own.texts.push((row.into(), column.into(), index));
                }
            }
            kind::MERGED => {
                let own = sifted.sheets.entry(sheet.clone()).or_default();
                for area in body.get(2..).unwrap_or_default().chunks_exact(8) {
                    let side = |at: usize| u32::from(word(area, at).unwrap_or_default());
                    own.merged.push(((side(0), side(4)), (side(2), side(6))));
                }
            }
            kind::FORMULA
            | kind::RICH_TEXT
            | kind::NUMBER
            | kind::TEXT
            | kind::TRUTH
            | kind::SHORT_NUMBER => {
                put(row, column, word(body, 4));
            }
            _ => {}
        }
        if !sound {
            stream[at..at + 2].copy_from_slice(&kind::BLANK.to_le_bytes());
        }
        at = end;
    }
    let pieces: Vec<&[u8]> = texts.iter().filter_map(|(start, end)| stream.get(*start..*end)).collect();
    sifted.texts = Pieces { pieces: &pieces, piece: 0, at: 8 }.texts();
    sifted
}

/// Version 8 of the records, with texts in two widths.
const BIFF8: u16 = 0x600;

/// Texts that lie in several records ([MS-XLS] 2.4.265, 2.5.293).
struct Pieces<'s> {
    pieces: &'s [&'s [u8]],
    piece: usize,
    at: usize,
}

impl Pieces<'_> {
    /// As many as there are, whole.
    fn texts(mut self) -> Vec<String> {
        let mut texts = Vec::new();
        while let Some(text) = self.text() {
            texts.push(text);
        }
        texts
    }

    /// What is left of the record under way; the next one where nothing is.
    fn rest(&mut self) -> Option<&[u8]> {
        while self.at >= self.pieces.get(self.piece)?.len() {
            (self.piece, self.at) = (self.piece + 1, 0);
        }
        self.pieces.get(self.piece)?.get(self.at..)
    }

    fn skip(&mut self, mut bytes: usize) -> Option<()> {
        while bytes > 0 {
            let step = self.rest()?.len().min(bytes);
            self.at += step;
            bytes -= step;
        }
        Some(())
    }

    fn text(&mut self) -> Option<String> {
        let head = self.rest()?;
        let (mut length, mut flags) = (usize::from(word(head, 0)?), *head.get(2)?);
        let rich = if flags & 8 == 0 { 0 } else { usize::from(word(head, 3)?) };
        let next = 3 + if flags & 8 == 0 { 0 } else { 2 };
        let more = if flags & 4 == 0 { 0 } else { number(head, next)? as usize };
        self.skip(next + if flags & 4 == 0 { 0 } else { 4 })?;
        let mut units: Vec<u16> = Vec::new();
        while length > 0 {
            if self.at >= self.pieces.get(self.piece)?.len() {
                // The rest of the text begins with how wide it is.
                flags = *self.rest()?.first()?;
                self.at += 1;
            }
            let size = 1 + usize::from(flags & 1);
            let rest = self.rest()?;
            let here = length.min(rest.len() / size);
            if here == 0 {
                return None;
            }
            if size == 1 {
                units.extend(rest[..here].iter().map(|byte| u16::from(*byte)));
            } else {
                units.extend(rest[..2 * here].chunks_exact(2).filter_map(|two| word(two, 0)));
            }
            self.at += here * size;
            length -= here;
        }
        self.skip(4 * rich)?;
        self.skip(more)?;
        Some(String::from_utf16_lossy(&units))
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes)
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2).and_then(|two| two.try_into().ok()).map(u16::from_le_bytes)
}

/// A text of so many characters; since version 8 behind a byte that says how wide they are.
fn text(bytes: &[u8], length: usize, wide: bool) -> Option<String> {
    let (flags, rest) =
        if wide { bytes.split_first().map(|(flags, rest)| (*flags, rest))? } else { (0, bytes) };
    if flags & 1 == 0 {
        return Some(rest.get(..length)?.iter().map(|byte| char::from(*byte)).collect());
    }
    let units: Vec<u16> = rest.get(..length * 2)?.chunks_exact(2).filter_map(|two| word(two, 0)).collect();
    Some(String::from_utf16_lossy(&units))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text as it lies in the records: length, width, characters.
    fn lying(text: &str) -> Vec<u8> {
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut bytes = u16::try_from(units.len()).unwrap().to_le_bytes().to_vec();
        bytes.push(1);
        bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
        bytes
    }

    #[test]
    fn shared_texts_go_on_in_the_next_record_in_another_width() {
        let head = [0; 8];
        let whole = [&head[..], &lying("Pumpe"), &lying("Größe 4")].concat();
        let texts = |pieces: &[&[u8]]| Pieces { pieces, piece: 0, at: 8 }.texts();
        assert_eq!(texts(&[&whole]), ["Pumpe", "Größe 4"]);
        // Three characters of the second, then the rest as single bytes.
        let cut = whole.len() - 8;
        let rest = [&[0_u8][..], b"\xdfe 4"].concat();
        assert_eq!(texts(&[&whole[..cut], &rest]), ["Pumpe", "Größe 4"]);
        // Cut off: what is whole is there.
        assert_eq!(texts(&[&whole[..whole.len() - 1]]), ["Pumpe"]);
        assert_eq!(texts(&[&whole[..5]]), Vec::<String>::new());
    }
}
