//! CSV tables with known columns: every fault with its line.

use csv::{Position, StringRecord, Trim};
use rustc_hash::FxHashMap;

use crate::{File, Refusal, Result, cell::plain, file::unmarked};

/// A table read whole.
pub(crate) struct Table {
    file: String,
    columns: FxHashMap<String, usize>,
    rows: Vec<(u64, StringRecord)>,
}

/// A row with its line.
#[derive(Clone, Copy)]
pub(crate) struct Row<'t> {
    table: &'t Table,
    record: &'t StringRecord,
    /// Line in the file, from 1.
    pub(crate) line: u64,
}

impl Table {
    /// Reads a table whose columns are all known and none of `required` missing.
    pub(crate) fn read(file: &File, required: &[&str], optional: &[&str]) -> Result<Table> {
        let name = file.name.as_str();
        let text = text(file)?;
        let mut reader = csv::ReaderBuilder::new().trim(Trim::All).from_reader(text.as_bytes());
        let headers = reader.headers().map_err(|error| fault(name, &Lines::new(text), &error))?.clone();
        if headers.iter().all(str::is_empty) {
            return Err(Refusal::whole(
                name,
                format!("the file is empty; its first line names the columns: {}", required.join(",")),
            ));
        }
        let mut columns = FxHashMap::default();
        for (index, header) in headers.iter().enumerate() {
            if !required.contains(&header) && !optional.contains(&header) {
                let known = [required, optional].concat().join(", ");
                return Err(Refusal::line(
                    name,
                    1,
                    format!(
                        "column {:?} is unknown here; known are: {known}. Correct its name or take it out",
                        short(header)
                    ),
                ));
            }
            if columns.insert(header.to_owned(), index).is_some() {
                return Err(Refusal::line(name, 1, format!("column {header:?} is there twice; keep one")));
            }
        }
        if let Some(missing) = required.iter().find(|column| !columns.contains_key(**column)) {
            return Err(Refusal::line(
                name,
                1,
                format!("column {missing:?} is missing; the table needs: {}", required.join(", ")),
            ));
        }
        let mut rows = Vec::new();
        let lines = Lines::new(text);
        for record in reader.into_records() {
            let record = record.map_err(|error| fault(name, &lines, &error))?;
            rows.push((record.position().map_or(0, |at| lines.of(at)), record));
        }
        Ok(Table { file: file.name.clone(), columns, rows })
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, record)| Row { table: self, record, line: *line })
    }
}

impl<'t> Row<'t> {
    /// A cell's text; empty where the column is not there.
    pub(crate) fn text(self, column: &str) -> &'t str {
        plain(self.table.columns.get(column).and_then(|index| self.record.get(*index)).unwrap_or_default())
    }

    /// A cell that must not be empty.
    pub(crate) fn needed(self, column: &str) -> Result<&'t str> {
        match self.text(column) {
            "" => Err(self.refuse(format!("{column} is empty; every row needs one"))),
            text => Ok(text),
        }
    }

    /// A cell read as something; none where it is empty.
    pub(crate) fn read<T>(
        self,
        column: &str,
        what: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        match self.text(column) {
            "" => Ok(None),
            text => read(text)
                .map(Some)
                .ok_or_else(|| self.refuse(format!("{column} {:?} is not {what}", short(text)))),
        }
    }

    pub(crate) fn refuse(self, what: impl Into<String>) -> Refusal {
        Refusal::line(&self.table.file, self.line, what)
    }
}

/// The file as text without a byte order mark.
pub(crate) fn text(file: &File) -> Result<&str> {
    let bytes = unmarked(file.bytes()?);
    std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() as u64 + 1;
        Refusal::line(&file.name, line, "the text is not UTF-8; save the file as UTF-8 and try again")
    })
}

/// Where lines begin. The csv crate leaves the line feed of a Windows line end, and blank lines, to the record
/// behind them, so its own count is too low by as many.
pub(crate) struct Lines<'t> {
    text: &'t [u8],
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn new(text: &'t str) -> Lines<'t> {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Lines {
            text: text.as_bytes(),
            starts: std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect(),
        }
    }

    /// The line, from 1, on which the record at a position begins.
    pub(crate) fn of(&self, at: &Position) -> u64 {
        let start = usize::try_from(at.byte()).unwrap_or(usize::MAX).min(self.text.len());
        let blank = self.text[start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.starts.partition_point(|line| *line <= start + blank) as u64
    }
}

pub(crate) fn fault(file: &str, lines: &Lines<'_>, error: &csv::Error) -> Refusal {
    let line = error.position().map_or(1, |at| lines.of(at));
    let what = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!(
                "the row has {len} cells, the first line names {expected_len} columns; check commas and quotes"
            )
        }
        other => format!("the table cannot be read ({other:?})"),
    };
    Refusal::line(file, line, what)
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}
