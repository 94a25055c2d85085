//! What the method answers: levels by zone and FR with everything behind them.

use jiff::civil::Date;
use serde::{Serialize, ser::SerializeMap};

use crate::{
    METHOD,
    evidence::Evidence,
    finding::{Cover, Rating, State},
    level::{Fr, FrSet, SecurityLevel, vector_text},
    mapping::Rule,
    profile::Profile,
};

/// Name of the assessment's JSON schema.
pub const SCHEMA: &str = "plumbline-assessment/1";

/// An assessment. Zones and verdicts stand in the order of the evidence document.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// The day assessed.
    pub as_of: Date,
    /// The profile used.
    pub profile: Profile,
    /// Zones.
    pub zones: Vec<ZoneAssessment>,
    /// A verdict for each finding of the document; none for those not yet opened.
    pub verdicts: Vec<Option<Verdict>>,
    /// What had to be assumed.
    pub warnings: Vec<Warning>,
}

/// A zone's levels.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ZoneAssessment {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// SL-A by FR; null when not assessable.
    pub vector: [Option<SecurityLevel>; 7],
    /// Lowest of the seven; null when not assessable.
    pub level: Option<SecurityLevel>,
    /// SL-T by FR.
    pub sl_t: [SecurityLevel; 7],
    /// The seven cells.
    pub cells: [Cell; 7],
}

impl ZoneAssessment {
    /// `{2 2 0 2 2 2 1}`
    pub fn vector_text(&self) -> String {
        vector_text(self.vector)
    }

    /// The same levels against another target.
    #[must_use]
    pub fn against(mut self, sl_t: [SecurityLevel; 7]) -> ZoneAssessment {
        self.sl_t = sl_t;
        for (cell, target) in self.cells.iter_mut().zip(sl_t) {
            cell.gap = cell.achieved.map(|achieved| target.get().saturating_sub(achieved.get()));
        }
        self
    }

    /// The cell of an FR.
    pub fn cell(&self, fr: Fr) -> &Cell {
        &self.cells[fr.index()]
    }
}

/// One zone and FR.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    /// FR.
    pub fr: Fr,
    /// Factors of the evidence level.
    pub factors: Option<Factors>,
    /// Counts behind them.
    pub counts: Option<Counts>,
    /// E, the lowest factor.
    pub evidence: Option<SecurityLevel>,
    /// C; null when the FR was never assessed.
    pub conformance: Option<SecurityLevel>,
    /// A.
    pub achieved: Option<SecurityLevel>,
    /// `max(0, SL-T − A)`
    pub gap: Option<u8>,
    /// What A rests on.
    pub basis: Option<Basis>,
    /// What holds A down.
    pub limiting: Vec<Limit>,
}

/// The five factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Factors {
    /// Open findings and whom they let in.
    pub exposure: SecurityLevel,
    /// Share of fixable findings remediated.
    pub patching: SecurityLevel,
    /// Share of unfixable findings covered by controls.
    pub compensation: SecurityLevel,
    /// Share of findings triaged.
    pub triage: SecurityLevel,
    /// Assets identified, feeds fresh.
    pub assurance: SecurityLevel,
}

impl Factors {
    /// The factors with their names, in the method's order.
    pub fn named(self) -> [(Limit, SecurityLevel); 5] {
        [
            (Limit::Exposure, self.exposure),
            (Limit::Patching, self.patching),
            (Limit::Compensation, self.compensation),
            (Limit::Triage, self.triage),
            (Limit::Assurance, self.assurance),
        ]
    }
}

/// Numerator and denominator of a share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ratio {
    /// How many.
    pub count: u32,
    /// Out of.
    pub of: u32,
}

impl Ratio {
    pub(crate) fn add(&mut self, counts: bool) {
        self.of += 1;
        self.count += u32::from(counts);
    }
}

impl Serialize for Ratio {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.count, self.of].serialize(serializer)
    }
}

/// Counts behind a cell's factors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Remediated, of those that count.
    pub patching: Ratio,
    /// Covered, of those that count.
    pub compensation: Ratio,
    /// Triaged, of those that count.
    pub triage: Ratio,
    /// Identified assets, of the zone's.
    pub identified: Ratio,
    /// Open findings of the FR, every severity.
    pub open: u32,
}

/// What an achieved level rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Basis {
    /// Vulnerability evidence alone, capped.
    #[serde(rename = "evidence")]
    Evidence,
    /// Evidence and requirement conformance.
    #[serde(rename = "evidence+conformance")]
    EvidenceAndConformance,
}

impl Basis {
    /// The word used in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Basis::Evidence => "evidence",
            Basis::EvidenceAndConformance => "evidence+conformance",
        }
    }
}

/// What can hold a level down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// See [`Factors::exposure`].
    Exposure,
    /// See [`Factors::patching`].
    Patching,
    /// See [`Factors::compensation`].
    Compensation,
    /// See [`Factors::triage`].
    Triage,
    /// See [`Factors::assurance`].
    Assurance,
    /// Requirements that are not satisfied.
    Conformance,
    /// Requirements that were never looked at.
    EvidenceOnlyCap,
    /// No assets, or never a feed or scan.
    NotAssessable,
}

impl Limit {
    /// The word used in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Limit::Exposure => "exposure",
            Limit::Patching => "patching",
            Limit::Compensation => "compensation",
            Limit::Triage => "triage",
            Limit::Assurance => "assurance",
            Limit::Conformance => "conformance",
            Limit::EvidenceOnlyCap => "evidence_only_cap",
            Limit::NotAssessable => "not_assessable",
        }
    }
}

/// What the method says of one finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// State.
    pub state: State,
    /// Severity.
    pub rating: Rating,
    /// 1 to 5.
    pub attacker_class: u8,
    /// The mapping rule.
    pub rule: Rule,
    /// FRs it counts against.
    pub frs: FrSet,
    /// Somebody has dealt with it.
    pub triaged: bool,
    /// Put off.
    pub deferred: bool,
    /// Counts in the reporting period.
    pub in_period: bool,
    /// Day from which a fix is known.
    pub fix: Option<Date>,
    /// Control cover.
    pub cover: Cover,
    /// Which CVSS entry was used.
    pub vector: Option<u16>,
}

impl Serialize for Verdict {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(6))?;
        map.serialize_entry("state", &self.state)?;
        map.serialize_entry("severity", &self.rating)?;
        map.serialize_entry("attacker_class", &self.attacker_class)?;
        map.serialize_entry("rule", &self.rule)?;
        map.serialize_entry("frs", &self.frs)?;
        map.serialize_entry("triaged", &self.triaged)?;
        map.end()
    }
}

/// Something that had to be assumed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Stable code.
    pub code: WarningCode,
    /// The finding concerned, where it is one.
    pub finding: Option<String>,
    /// English words.
    pub text: String,
}

/// Kinds of warnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningCode {
    /// Neither vector nor word: taken as high.
    Unscored,
    /// A vector that does not parse was skipped.
    CvssUnreadable,
    /// No rule mapped it: counts in every FR's triage and nowhere else.
    Unclassified,
    /// An answer names a control that does not exist: taken as not satisfied.
    ControlMissing,
}

impl WarningCode {
    /// The word used in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            WarningCode::Unscored => "unscored",
            WarningCode::CvssUnreadable => "cvss_unreadable",
            WarningCode::Unclassified => "unclassified",
            WarningCode::ControlMissing => "control_missing",
        }
    }
}

impl Assessment {
    /// The zone with this id.
    pub fn zone(&self, id: &str) -> Option<&ZoneAssessment> {
        self.zones.iter().find(|zone| zone.id == id)
    }

    /// The assessment as the document `plumbline-assessment/1`, together with the evidence it was computed
    /// from (whose findings it names).
    pub fn document<'d>(&'d self, evidence: &'d Evidence<'d>) -> Document<'d> {
        Document { assessment: self, evidence }
    }
}

/// An assessment on its way to JSON.
#[derive(Debug)]
pub struct Document<'d> {
    assessment: &'d Assessment,
    evidence: &'d Evidence<'d>,
}

impl Serialize for Document<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Findings<'d>(&'d Document<'d>);
        impl Serialize for Findings<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let verdicts = self.0.evidence.findings.iter().zip(&self.0.assessment.verdicts);
                serializer
                    .collect_map(verdicts.filter_map(|(finding, verdict)| verdict.map(|v| (&*finding.id, v))))
            }
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema", SCHEMA)?;
        map.serialize_entry("method", METHOD)?;
        map.serialize_entry("as_of", &self.assessment.as_of)?;
        map.serialize_entry("profile", &self.assessment.profile)?;
        map.serialize_entry("zones", &self.assessment.zones)?;
        map.serialize_entry("findings", &Findings(self))?;
        map.serialize_entry("warnings", &self.assessment.warnings)?;
        map.end()
    }
}
