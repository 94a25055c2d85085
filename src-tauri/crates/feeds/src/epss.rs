//! FIRST's EPSS scores (CSV: a `#` line with model and day, then `cve,epss,percentile`).

use std::io::Read;

use jiff::Timestamp;
use vulnerability::{CveId, record::Probability};

/// The day the scores are of, from the first line (`#model_version:…,score_date:…`).
pub fn day(head: &str) -> Option<Timestamp> {
    let line = head.lines().next()?;
    let date =
        line.split(',').find_map(|part| part.trim_start_matches('#').trim().strip_prefix("score_date:"))?;
    crate::cve::moment(date).or_else(|_| crate::cve::moment(&date.replace("+0000", "Z"))).ok()
}

/// Reads the rows, one after the other; a row that cannot be read is handed on as its line and what is wrong.
///
/// # Errors
/// When the file itself cannot be read, or has no such columns.
pub fn read(input: impl Read, mut row: impl FnMut(Result<Probability, (u64, String)>)) -> Result<(), String> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).flexible(true).from_reader(input);
    let headers = reader.headers().map_err(|error| error.to_string())?.clone();
    let column = |name: &str| {
        headers.iter().position(|h| h.trim() == name).ok_or_else(|| format!("there is no column {name:?}"))
    };
    let (cve, epss, percentile) = (column("cve")?, column("epss")?, column("percentile")?);
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| error.to_string())? {
        let line = record.position().map_or(0, csv::Position::line);
        let share = |column: usize| -> Option<f64> {
            record.get(column)?.trim().parse().ok().filter(|share| (0.0..=1.0).contains(share))
        };
        let read = (record.get(cve).and_then(|id| id.parse::<CveId>().ok()), share(epss), share(percentile));
        row(match read {
            (Some(cve), Some(score), Some(percentile)) => Ok(Probability { cve, score, percentile }),
            (None, ..) => Err((line, "the first column is not a CVE id".to_owned())),
            _ => Err((line, "a score is not a number from 0 to 1".to_owned())),
        });
    }
    Ok(())
}
