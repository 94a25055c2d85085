//! CSV tables with known columns: every fault with its line.

use csv::{Position, StringRecord, Trim};
use rustc_hash::FxHashMap;

use crate::{File, Refusal, Result};

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
        let headers = reader.headers().map_err(|error| fault(name, &error))?.clone();
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
        for record in reader.into_records() {
            let record = record.map_err(|error| fault(name, &error))?;
            rows.push((record.position().map_or(0, Position::line), record));
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
        self.table.columns.get(column).and_then(|index| self.record.get(*index)).unwrap_or_default()
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
    let bytes = file.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&file.bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() as u64 + 1;
        Refusal::line(&file.name, line, "the text is not UTF-8; save the file as UTF-8 and try again")
    })
}

fn fault(file: &str, error: &csv::Error) -> Refusal {
    let line = error.position().map_or(1, Position::line);
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
