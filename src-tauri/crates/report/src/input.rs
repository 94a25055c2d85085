//! What a report is made from.

use iec62443::{Assessment, Plant, When, catalogue::Language};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Cancelled;

/// Everything a report is made from.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    /// The environments reported on, at least one, in the order they are to appear.
    pub plants: Vec<PlantInput<'a>>,
    /// What the reader chose.
    pub options: Options,
    /// When the report is made.
    pub made: Timestamp,
    /// The audit log, in short.
    pub audit: AuditSummary,
    /// Id of the report, unique in the store.
    pub report_id: String,
    /// Version of the program.
    pub program_version: String,
}

/// An environment and how it was scored.
#[derive(Clone, Debug)]
pub struct PlantInput<'a> {
    /// What is recorded.
    pub plant: &'a Plant,
    /// The day and period reported on.
    pub when: When,
    /// The assessment of that day.
    pub assessment: &'a Assessment,
    /// SHA-256 of the evidence document of that day, in hexadecimal.
    pub evidence_sha256: String,
}

/// What the reader chose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// Language.
    pub language: Language,
    /// Paper.
    pub paper: Paper,
    /// Classification mark, printed on every page; may be empty.
    pub classification: String,
    /// For whom; may be empty.
    pub prepared_for: String,
    /// By whom; may be empty.
    pub prepared_by: String,
    /// Title, where it is not to be the usual one.
    pub title: Option<String>,
}

/// Paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Paper {
    /// 210 × 297 mm
    #[default]
    A4,
    /// 8.5 × 11 in
    Letter,
}

/// The audit log, in short.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditSummary {
    /// Number of rows.
    pub rows: u64,
    /// Whether every link of the chain holds.
    pub intact: bool,
    /// Hash of the newest row.
    pub head: String,
    /// The newest rows, newest first.
    pub latest: Vec<AuditLine>,
}

/// A row of the audit log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    /// Number.
    pub seq: i64,
    /// When, RFC 3339.
    pub at: String,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
}

/// Where long work says how far it is, and hears that it is to stop.
pub trait Progress {
    /// `done` of `total` parts of a step (`content`, `charts`, `pages`, `write`) are done.
    ///
    /// # Errors
    /// [`Cancelled`] to stop; nothing is written then.
    fn step(&self, step: &'static str, done: u32, total: u32) -> Result<(), Cancelled>;
}

impl Progress for () {
    fn step(&self, _: &'static str, _: u32, _: u32) -> Result<(), Cancelled> {
        Ok(())
    }
}
