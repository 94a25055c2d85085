//! Tables out of the program, which a spreadsheet opens without running anything.

use import::cell::guarded;

use crate::{Failure, Result};

/// A table as CSV in UTF-8 with the mark by which spreadsheets know it.
///
/// # Errors
/// `internal`; there is none in memory.
pub fn csv<'r, const N: usize>(head: [&str; N], rows: impl Iterator<Item = [&'r str; N]>) -> Result<Vec<u8>> {
    let failed = |error: csv::Error| Failure::new("internal", error.to_string());
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xef\xbb\xbf".to_vec());
    writer.write_record(head).map_err(failed)?;
    for row in rows {
        writer.write_record(row.map(|text| guarded(text).into_owned())).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| Failure::new("internal", error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_leaves_is_a_formula() {
        let rows = [["=A1+K01", "a"], ["+49", "@home"], ["-2+3", "x,\"y\""], ["plain", "1-2"]];
        let text = String::from_utf8(csv(["tag", "what"], rows.into_iter()).unwrap()).unwrap();
        let text = text.trim_start_matches('\u{feff}');
        assert_eq!(text, "tag,what\r\n'=A1+K01,a\r\n'+49,'@home\r\n'-2+3,\"x,\"\"y\"\"\"\r\nplain,1-2\r\n");
    }
}
