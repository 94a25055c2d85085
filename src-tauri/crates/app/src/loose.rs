//! A list of assets that is matched and not stored.

use std::{io::Write, sync::Arc};

use import::{File, loose::Loose};
use rustc_hash::FxHashMap;
use serde::Serialize;
use store::intelligence::Intelligence;
use vulnerability::matching::{Confidence, Identity, Match, Part, Settles, Subject, sentence};

use crate::{
    Failure, Place, Result, Watch,
    engine::{Engine, Engines},
    matches::no_intelligence,
    watch::tell,
};

/// A match as documents carry it.
#[derive(Serialize)]
struct Line<'m> {
    cve: String,
    verdict: &'static str,
    confidence: f64,
    level: Confidence,
    source: &'static str,
    record: &'m str,
    reason: &'m str,
    #[serde(skip_serializing_if = "Option::is_none")]
    settles: Option<Settles>,
}

fn lines(matches: &[Match]) -> String {
    // One claim is about many vulnerabilities, for one reason.
    let mut sentences: FxHashMap<*const Vec<Part>, String> = FxHashMap::default();
    for m in matches {
        sentences.entry(Arc::as_ptr(&m.reason)).or_insert_with(|| sentence(&m.reason));
    }
    let lines: Vec<Line<'_>> = matches
        .iter()
        .map(|m| Line {
            cve: m.id.to_string(),
            verdict: m.verdict.as_str(),
            confidence: m.confidence,
            level: Confidence::of(m.confidence),
            source: m.source.id(),
            record: &m.record,
            reason: sentences.get(&Arc::as_ptr(&m.reason)).map_or("", String::as_str),
            settles: m.settles,
        })
        .collect();
    serde_json::to_string(&lines).unwrap_or_default()
}

/// Rows judged at a time.
const CHUNK: usize = 2048;
/// Bytes of answers remembered for equal assets further down.
const ANSWERS: usize = 96 << 20;

/// Matches the list, and writes a line of JSON for each row, in their order.
///
/// # Errors
/// `bad_input` with the line of the list; `not_found` when there is no intelligence yet.
pub fn matched(place: &Place, file: &File, out: &mut dyn Write, watch: &dyn Watch) -> Result<()> {
    let list = Loose::read(file)?;
    let intelligence = Intelligence::open_existing(&place.folder)?.ok_or_else(no_intelligence)?;
    let mut engines = Engines::new(&intelligence)?;
    let answer = |engine: &mut Engine, identity: &&Identity| match Subject::read(identity) {
        Some(subject) => engine.judge(&subject, None).map(|matches| lines(&matches)),
        None => Ok("[]".to_owned()),
    };
    let total = u32::try_from(list.rows.len()).unwrap_or(u32::MAX);
    let mut done = 0_u32;
    let mut answered: FxHashMap<Identity, String> = FxHashMap::default();
    let mut bytes = 0;
    for rows in list.rows.chunks(CHUNK) {
        tell(watch, "match", done, total)?;
        let identities: Vec<Identity> = rows.iter().map(|row| list.identity(row)).collect();
        // Equal assets are judged once.
        let mut open: Vec<&Identity> =
            identities.iter().filter(|identity| !answered.contains_key(identity)).collect();
        open.sort_unstable();
        open.dedup();
        let answers = engines.over(&open, answer, |_| Ok(()))?;
        for (identity, answer) in open.into_iter().zip(answers) {
            bytes += answer.len();
            answered.insert(identity.clone(), answer);
        }
        for (cells, identity) in rows.iter().zip(&identities) {
            let cells = list.columns.iter().cloned().zip(cells.iter().map(|cell| cell.as_str().into()));
            let row: serde_json::Map<String, serde_json::Value> = cells.collect();
            let row = serde_json::to_string(&row).unwrap_or_default();
            let answer = answered.get(identity).map_or("[]", String::as_str);
            writeln!(out, "{{\"row\":{row},\"matches\":{answer}}}").map_err(gone)?;
        }
        done = done.saturating_add(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        if bytes > ANSWERS {
            answered.clear();
            bytes = 0;
        }
    }
    out.flush().map_err(gone)
}

fn gone(error: std::io::Error) -> Failure {
    Failure::new("io", format!("the answer cannot be written: {error}"))
}
