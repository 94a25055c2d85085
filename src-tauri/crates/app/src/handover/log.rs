//! The log in a package: rows of the environments that are handed over whole, rows of anything else by their hashes
//! alone, so that the chain can be followed and nobody else's business is told.

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use store::audit::{AuditEntry, START};

use super::{fault::Fault, internal, manifest::Log};
use crate::Result;

/// A row, whole or sealed.
#[derive(Serialize, Deserialize)]
struct Line {
    seq: i64,
    #[serde(flatten)]
    told: Option<Told>,
    before: String,
    hash: String,
}

#[derive(Serialize, Deserialize)]
struct Told {
    at: String,
    actor: String,
    action: String,
    subject: String,
    detail: String,
}

/// Writes the rows, one a line. Those whose subject is one of `subjects` are told whole.
pub(super) fn write(rows: Vec<AuditEntry>, subjects: &FxHashSet<String>) -> Result<(Vec<u8>, Log)> {
    let mut log = Log { rows: 0, whole: 0, head: START.to_owned() };
    let mut text = Vec::new();
    for row in rows {
        let AuditEntry { seq, at, actor, action, subject, detail, before, hash } = row;
        let told = subjects.contains(&subject).then_some(Told { at, actor, action, subject, detail });
        log.rows += 1;
        log.whole += u64::from(told.is_some());
        log.head.clone_from(&hash);
        serde_json::to_writer(&mut text, &Line { seq, told, before, hash }).map_err(internal)?;
        text.push(b'\n');
    }
    Ok((text, log))
}

/// Follows the chain and recomputes the hash of every row that is told; its end, or the row that is wrong.
pub(super) fn follow(text: &[u8]) -> std::result::Result<Log, Fault> {
    let mut log = Log { rows: 0, whole: 0, head: START.to_owned() };
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let number = log.rows + 1;
        let Line { seq, told, before, hash } =
            serde_json::from_slice(line).map_err(|_| Fault::LogRow(number))?;
        if u64::try_from(seq) != Ok(number) || before != log.head {
            return Err(Fault::LogRow(number));
        }
        if let Some(Told { at, actor, action, subject, detail }) = told {
            let entry = AuditEntry { seq, at, actor, action, subject, detail, before, hash: hash.clone() };
            if !entry.is_sound() {
                return Err(Fault::LogRow(number));
            }
            log.whole += 1;
        }
        log.rows = number;
        log.head = hash;
    }
    Ok(log)
}
