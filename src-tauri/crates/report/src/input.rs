//! What a report is made from.

use iec62443::{
    Assessment, Plant, SecurityLevel, When, advice::Offer, catalogue::Language, compare::Comparison,
    plant::Layer, work::Scenario,
};
use jiff::{Timestamp, civil::Date};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use vulnerability::Severity;

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
    /// The identity that matched, by finding, for findings that matching opened (see
    /// [`Identity::concerned`](iec62443::plant::Identity::concerned)); may be empty.
    pub matched: FxHashMap<String, String>,
    /// Remedies that advisories state for its open findings; may be empty.
    pub offers: Vec<Offer>,
    /// The scenario of the plan that the report tells, with its name.
    pub scenario: Option<(String, Scenario)>,
    /// The earlier report that this one is compared with.
    pub earlier: Option<Earlier>,
    /// How it stood over time, oldest first, up to the day reported on; may be empty.
    pub trend: Vec<TrendPoint>,
}

impl<'a> PlantInput<'a> {
    /// An environment on its own, compared with nothing.
    pub fn new(
        plant: &'a Plant,
        when: When,
        assessment: &'a Assessment,
        evidence_sha256: String,
    ) -> PlantInput<'a> {
        PlantInput {
            plant,
            when,
            assessment,
            evidence_sha256,
            matched: FxHashMap::default(),
            offers: Vec::new(),
            scenario: None,
            earlier: None,
            trend: Vec::new(),
        }
    }
}

/// An earlier report of the same environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Earlier {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// SHA-256 of the evidence document that it was made from.
    pub evidence_sha256: String,
    /// What differs, from that report's day to this one's.
    pub comparison: Comparison,
}

/// How an environment stood on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrendPoint {
    /// The day.
    pub day: Date,
    /// Title of the kept report it comes from; empty for a day that was computed from the store.
    pub report: String,
    /// Lowest SL-A of each zone, by zone id; none where not assessable.
    pub levels: Vec<(String, Option<SecurityLevel>)>,
    /// Sum of all gaps over zones and FRs that could be assessed.
    pub gaps: u32,
    /// Open findings.
    pub open: u32,
    /// Open findings rated critical or high, or not scored.
    pub high: u32,
}

/// An enumeration whose values have a word each, as requests and the command write them.
macro_rules! choices {
    ($(#[$of_all:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$of_all])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$of])* $variant,)* }

        iec62443::words!($name { $($variant = $word),* });
    };
}

/// What the reader chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Kind of report.
    pub kind: Kind,
    /// Parts left out of an IEC 62443 report; the report says so.
    pub without: Vec<Topic>,
    /// What an extract holds.
    pub extract: Extract,
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

choices! {
    /// Kind of report.
    #[derive(Default)]
    Kind {
        /// The IEC 62443 assessment report, whole.
        #[default]
        Iec62443 = "iec62443",
        /// One or two pages in plain words.
        Executive = "executive",
        /// Every active and every acknowledged finding, by layer.
        Risk = "risk",
        /// Findings for a supplier: no notes, no names.
        Extract = "extract",
    }
}

impl Kind {
    /// Whether it tells what changed since an earlier report.
    pub fn looks_back(self) -> bool {
        matches!(self, Kind::Iec62443 | Kind::Executive)
    }
}

choices! {
    /// A part of the IEC 62443 report that can be left out.
    Topic {
        /// Revisions and approvals.
        Approvals = "approvals",
        /// Scope and method.
        Scope = "scope",
        /// Security level assessment by zone.
        Levels = "levels",
        /// Risk assessment (62443-3-2).
        Risk = "risk",
        /// Findings by FR.
        Findings = "findings",
        /// Vulnerability and patch management (62443-2-1, 62443-2-3).
        Program = "program",
        /// Vendors (62443-2-4).
        Vendors = "vendors",
        /// Components (62443-4-2).
        Components = "components",
        /// Recommendations.
        Recommendations = "recommendations",
        /// Comparison with an earlier report, and trend.
        Comparison = "comparison",
        /// Annex: asset register.
        AnnexAssets = "annex_assets",
        /// Annex: all findings.
        AnnexFindings = "annex_findings",
        /// Annex: controls.
        AnnexControls = "annex_controls",
        /// Annex: answers to requirements.
        AnnexAnswers = "annex_answers",
        /// Annex: list of evidence.
        AnnexEvidence = "annex_evidence",
    }
}

/// What an extract holds. The default holds everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extract {
    /// The least severity; findings that are not scored count as high. None: all.
    pub floor: Option<Severity>,
    /// Layers; empty: all.
    pub layers: Vec<Layer>,
    /// Vendors as the assets name them, compared without regard to case; empty: all.
    pub vendors: Vec<String>,
}

/// Paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
