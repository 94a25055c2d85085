//! Lists that this program writes out and somebody fills in, or another system writes with the same columns: heads by
//! name, cells by field.

use iec62443::Moment;
use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::{
    cell,
    columns::plain,
    list::{date, hidden},
    sheet::{Row, Sheet},
};

/// Fields, and the heads by which their column is known, the surest first.
pub(crate) type Heads = [(&'static str, &'static [&'static str])];
/// Where the fields stand.
pub(crate) type Columns = FxHashMap<&'static str, usize>;

/// Rows in which a head is looked for.
const HEAD_WITHIN: usize = 40;

/// The head of a sheet: the first row that names what is needed, and none of what belongs to other lists.
pub(crate) fn head(
    sheet: &Sheet,
    heads: &'static Heads,
    needed: &[&str],
    others: &[&str],
) -> Option<(usize, Columns)> {
    sheet.rows.iter().take(HEAD_WITHIN).enumerate().find_map(|(index, row)| {
        let names: Vec<String> = row.cells.iter().map(plain).collect();
        let columns: Columns = heads
            .iter()
            .filter_map(|(field, known)| {
                let column = known.iter().find_map(|name| names.iter().position(|head| head == name))?;
                Some((*field, column))
            })
            .collect();
        let is = needed.iter().all(|field| columns.contains_key(field))
            && !names.iter().any(|name| others.contains(&name.as_str()));
        is.then_some((index, columns))
    })
}

/// A filled-in row.
pub(crate) struct Cells<'r> {
    row: &'r Row,
    columns: &'r Columns,
}

impl<'r> Cells<'r> {
    /// The row's cells by field.
    ///
    /// # Errors
    /// When one holds a character that cannot be seen.
    pub(crate) fn of(row: &'r Row, columns: &'r Columns) -> Result<Cells<'r>, String> {
        match row.cells.iter().find_map(hidden) {
            Some(c) => Err(format!("it holds the hidden character U+{:04X}; type it anew", u32::from(c))),
            None => Ok(Cells { row, columns }),
        }
    }

    /// A cell; empty where there is none.
    pub(crate) fn text(&self, field: &str) -> String {
        let text = self.columns.get(field).map_or("", |column| self.row.cell(*column));
        cell::plain(text).to_owned()
    }

    /// A day.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn day(&self, field: &str) -> Result<Option<Date>, String> {
        match self.text(field).as_str() {
            "" => Ok(None),
            text => Ok(Some(date(text).ok_or_else(|| {
                let short: String = text.chars().take(40).collect();
                format!("{short:?} is no date such as 2026-06-30 or 30.06.2026")
            })?)),
        }
    }

    /// A moment, or the end of a day.
    ///
    /// # Errors
    /// When it is neither.
    pub(crate) fn moment(&self, field: &str) -> Result<Option<Moment>, String> {
        match Moment::parse(&self.text(field)) {
            Ok(moment) => Ok(Some(moment)),
            Err(_) => Ok(self.day(field)?.map(Moment::end_of)),
        }
    }
}
