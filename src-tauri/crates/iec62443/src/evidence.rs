//! The evidence document, `plumbline-evidence/1`: everything the method looks at, in one JSON document
//! (scoring.md section 1). Reading checks it whole: a document that has been read can be scored.
//!
//! Texts are borrowed from the bytes they were read from where that is possible, so that a document of
//! 100,000 findings costs little more than its file.

use std::{borrow::Cow, fmt};

use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use vulnerability::{CweId, Severity};

use crate::{
    METHOD, catalogue,
    level::{FrSet, SecurityLevel},
    moment::Moment,
    profile::Overrides,
};

/// Name of the document's schema.
pub const SCHEMA: &str = "plumbline-evidence/1";

/// A text, borrowed where it could be.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

impl Text<'_> {
    /// The same text, owned.
    pub fn into_owned(self) -> Text<'static> {
        Text(Cow::Owned(self.0.into_owned()))
    }
}

impl std::ops::Deref for Text<'_> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for Text<'static> {
    fn from(text: String) -> Self {
        Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Text(Cow::Borrowed(text))
    }
}

/// The document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence<'a> {
    /// `plumbline-evidence/1`; may be absent.
    #[serde(default = "schema")]
    pub schema: Text<'a>,
    /// `plumbline-sl/1`
    #[serde(borrow)]
    pub method: Text<'a>,
    /// The day assessed, or an instant of it.
    pub as_of: Moment,
    /// First day of the reporting period.
    pub period_from: Date,
    /// Thresholds that differ from the default profile.
    #[serde(default, skip_serializing_if = "is_default")]
    pub profile: Overrides,
    /// Feeds and scans.
    #[serde(default)]
    pub monitoring: Monitoring,
    /// Zones.
    #[serde(borrow)]
    pub zones: Vec<Zone<'a>>,
    /// Assets.
    #[serde(borrow)]
    pub assets: Vec<Asset<'a>>,
    /// Findings.
    #[serde(borrow, default)]
    pub findings: Vec<Finding<'a>>,
    /// Compensating controls.
    #[serde(borrow, default)]
    pub controls: Vec<Control<'a>>,
    /// Requirement assessments.
    #[serde(borrow, default)]
    pub sr_assessments: Vec<SrAssessment<'a>>,
}

fn schema() -> Text<'static> {
    SCHEMA.into()
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Feeds and scans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Monitoring {
    /// Newest successful feed sync, feed bundle or scan import; none when there was never one.
    #[serde(default)]
    pub last_update: Option<Moment>,
}

/// A zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone<'a> {
    /// Id.
    #[serde(borrow)]
    pub id: Text<'a>,
    /// Name.
    #[serde(borrow, default)]
    pub name: Text<'a>,
    /// SL-T by FR.
    pub sl_t: [SecurityLevel; 7],
}

/// An asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset<'a> {
    /// Id.
    #[serde(borrow)]
    pub id: Text<'a>,
    /// The zone it belongs to.
    #[serde(borrow)]
    pub zone: Text<'a>,
    /// At least one identity carries vendor, product and version.
    pub identified: bool,
}

/// A finding: something wrong with one asset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding<'a> {
    /// Id.
    #[serde(borrow)]
    pub id: Text<'a>,
    /// The asset it was found on.
    #[serde(borrow)]
    pub asset: Text<'a>,
    /// CVE id, where there is one.
    #[serde(borrow, default)]
    pub vuln: Option<Text<'a>>,
    /// Title.
    #[serde(borrow, default)]
    pub title: Text<'a>,
    /// Description.
    #[serde(borrow, default)]
    pub description: Text<'a>,
    /// Weaknesses.
    #[serde(borrow, default)]
    pub cwes: Vec<Weakness<'a>>,
    /// CVSS vectors.
    #[serde(borrow, default)]
    pub cvss: Vec<Cvss<'a>>,
    /// A scanner's word.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// Listed as known to be exploited.
    #[serde(default)]
    pub kev: bool,
    /// Probability of exploitation within 30 days, 0 to 1.
    #[serde(default)]
    pub epss: Option<f64>,
    /// How mature exploits are.
    #[serde(default)]
    pub exploit: Option<Exploit>,
    /// Whether a fix was there when it was opened.
    #[serde(default)]
    pub fix: Fix,
    /// When it was found.
    pub opened: Moment,
    /// What happened to it.
    #[serde(default)]
    pub events: Vec<Event>,
    /// Controls that cover it.
    #[serde(borrow, default)]
    pub controls: Vec<Text<'a>>,
}

/// A weakness as a feed names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weakness<'a> {
    /// A CWE.
    Cwe(CweId),
    /// What is no CWE id, such as `NVD-CWE-noinfo`; it maps to nothing.
    Other(Text<'a>),
}

impl<'a> Weakness<'a> {
    /// Reads what a feed wrote.
    pub fn read(text: Cow<'a, str>) -> Weakness<'a> {
        text.parse().map_or_else(|_| Weakness::Other(Text(text)), Weakness::Cwe)
    }
}

impl fmt::Display for Weakness<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Weakness::Cwe(id) => id.fmt(f),
            Weakness::Other(text) => text.fmt(f),
        }
    }
}

impl Serialize for Weakness<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Weakness<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(|text| Weakness::read(text.0))
    }
}

/// A CVSS vector with who gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cvss<'a> {
    /// The vector's text; one that does not parse is skipped by the method and reported.
    #[serde(borrow)]
    pub vector: Text<'a>,
    /// Who gave it.
    #[serde(default)]
    pub source: Source,
}

impl Cvss<'_> {
    /// The same entry, owning its text.
    pub fn into_owned(self) -> Cvss<'static> {
        Cvss { vector: self.vector.into_owned(), source: self.source }
    }
}

/// Rank of a vector's source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The record's own authority.
    Primary,
    /// Anybody else.
    #[default]
    Secondary,
}

/// Maturity of exploits, as advisories and threat feeds state it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exploit {
    /// None known.
    None,
    /// Proof of concept.
    Poc,
    /// Works in practice.
    Functional,
    /// In use.
    Active,
}

/// Whether a fix exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fix {
    /// No.
    #[default]
    None,
    /// Yes.
    Available,
}

/// Something that happened to a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Moment,
    /// What.
    pub kind: EventKind,
    /// The FRs of an override.
    #[serde(default, skip_serializing_if = "is_default")]
    pub frs: FrSet,
}

/// Kinds of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Somebody has looked at it.
    Acknowledged,
    /// A ticket was written.
    Ticketed,
    /// The risk was accepted.
    RiskAccepted,
    /// Work on it was put off.
    Deferred,
    /// Work on it is on again.
    Undeferred,
    /// A fix became available.
    FixAvailable,
    /// A fix was installed.
    Patched,
    /// It was closed, because it is no longer seen or does not apply.
    Closed,
    /// It is back.
    Reopened,
    /// It never was.
    FalsePositive,
    /// A person decided which FRs it counts against.
    FrOverride,
}

impl EventKind {
    /// The word used in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            EventKind::Acknowledged => "acknowledged",
            EventKind::Ticketed => "ticketed",
            EventKind::RiskAccepted => "risk_accepted",
            EventKind::Deferred => "deferred",
            EventKind::Undeferred => "undeferred",
            EventKind::FixAvailable => "fix_available",
            EventKind::Patched => "patched",
            EventKind::Closed => "closed",
            EventKind::Reopened => "reopened",
            EventKind::FalsePositive => "false_positive",
            EventKind::FrOverride => "fr_override",
        }
    }
}

/// A compensating control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control<'a> {
    /// Id.
    #[serde(borrow)]
    pub id: Text<'a>,
    /// Its states over time.
    #[serde(default)]
    pub history: Vec<ControlChange>,
    /// Last day in force, where there is one.
    #[serde(default)]
    pub expires: Option<Date>,
}

/// A change of a control's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlChange {
    /// When.
    pub at: Moment,
    /// To what.
    pub status: ControlStatus,
}

/// State of a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlStatus {
    /// Planned.
    Draft,
    /// In place.
    Implemented,
    /// In place and checked.
    Verified,
    /// No longer in place.
    Retired,
}

impl ControlStatus {
    /// The word used in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            ControlStatus::Draft => "draft",
            ControlStatus::Implemented => "implemented",
            ControlStatus::Verified => "verified",
            ControlStatus::Retired => "retired",
        }
    }
}

/// An answer to a requirement of 62443-3-3 for a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SrAssessment<'a> {
    /// The zone.
    #[serde(borrow)]
    pub zone: Text<'a>,
    /// `SR 1.1` or `SR 1.1 RE(1)`.
    #[serde(borrow)]
    pub requirement: Text<'a>,
    /// The answer.
    pub status: SrStatus,
    /// When it was given.
    pub at: Moment,
    /// Why; needed for not_applicable.
    #[serde(borrow, default)]
    pub justification: Text<'a>,
    /// The control that compensates.
    #[serde(borrow, default)]
    pub control: Option<Text<'a>>,
}

/// Answers to a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SrStatus {
    /// Satisfied.
    Met,
    /// Satisfied by a control.
    Compensated,
    /// Does not concern the zone.
    NotApplicable,
    /// Not satisfied.
    NotMet,
}

impl SrStatus {
    /// The word used in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            SrStatus::Met => "met",
            SrStatus::Compensated => "compensated",
            SrStatus::NotApplicable => "not_applicable",
            SrStatus::NotMet => "not_met",
        }
    }
}

/// What is wrong with a document: where, what, and how many more places.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Problem {
    /// JSON pointer (RFC 6901) to the place; empty for the document as a whole.
    pub pointer: String,
    /// Line, from 1, where the text itself could not be read as the document.
    pub line: Option<usize>,
    /// What is wrong, and what to do.
    pub what: String,
}

impl Problem {
    fn at(pointer: String, what: impl Into<String>) -> Problem {
        Problem { pointer, line: None, what: what.into() }
    }
}

impl<'a> Evidence<'a> {
    /// Reads and checks a document.
    ///
    /// # Errors
    /// The first [`Problem`]: JSON that is broken, a value of the wrong type or range, an id that is
    /// doubled or leads nowhere.
    pub fn from_json(bytes: &'a [u8]) -> Result<Evidence<'a>, Problem> {
        let evidence: Evidence<'a> =
            serde_json::from_slice(bytes).map_err(|error| locate::<Evidence<'_>>(bytes, &error, ""))?;
        evidence.check()?;
        Ok(evidence)
    }

    /// Reads `{"cases": [{"evidence": …}, …]}`: several documents in one file.
    ///
    /// # Errors
    /// As [`Evidence::from_json`], the pointer leading into the case.
    pub fn cases_from_json(bytes: &'a [u8]) -> Result<Vec<Evidence<'a>>, Problem> {
        #[derive(Deserialize)]
        struct Cases<'a> {
            #[serde(borrow)]
            cases: Vec<Case<'a>>,
        }
        #[derive(Deserialize)]
        struct Case<'a> {
            #[serde(borrow)]
            evidence: Evidence<'a>,
        }
        let file: Cases<'a> =
            serde_json::from_slice(bytes).map_err(|error| locate::<Cases<'_>>(bytes, &error, ""))?;
        file.cases
            .into_iter()
            .enumerate()
            .map(|(index, case)| {
                case.evidence.check().map(|()| case.evidence).map_err(|problem| Problem {
                    pointer: format!("/cases/{index}/evidence{}", problem.pointer),
                    ..problem
                })
            })
            .collect()
    }

    /// Whether the bytes are a file of several documents: in its first kilobyte `cases` comes before any
    /// key of a document itself.
    pub fn holds_cases(bytes: &[u8]) -> bool {
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]);
        let first = |key: &str| head.find(key).unwrap_or(usize::MAX);
        first("\"cases\"")
            < ["\"as_of\"", "\"zones\"", "\"assets\""].into_iter().map(first).min().unwrap_or(usize::MAX)
    }

    /// The document as JSON, in one line.
    pub fn to_json(&self) -> String {
        // Only maps with keys that are no strings can fail, and there are none.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Checks what types alone cannot say: ids, references, ranges. An answer "compensated" may name a
    /// control that does not exist: the method takes it as not satisfied and says so in a warning.
    ///
    /// # Errors
    /// The first [`Problem`]; where there are more its text says how many.
    pub fn check(&self) -> Result<(), Problem> {
        let mut problems = Problems::default();
        if &*self.schema != SCHEMA {
            problems.add("/schema", || format!("{:?} is not {SCHEMA}", &*self.schema));
        }
        if &*self.method != METHOD {
            problems.add("/method", || {
                format!("method {:?} is unknown here; this program computes {METHOD}", &*self.method)
            });
        }
        if self.period_from > self.as_of.day() {
            problems.add("/period_from", || {
                format!(
                    "the period starts on {} after the day assessed, {}",
                    self.period_from,
                    self.as_of.day()
                )
            });
        }
        let zones = problems.ids("zone", "/zones", self.zones.iter().map(|z| &*z.id));
        let assets = problems.ids("asset", "/assets", self.assets.iter().map(|a| &*a.id));
        problems.ids("finding", "/findings", self.findings.iter().map(|f| &*f.id));
        let controls = problems.ids("control", "/controls", self.controls.iter().map(|c| &*c.id));
        for (i, asset) in self.assets.iter().enumerate() {
            problems.reference(&zones, "zone", &asset.zone, || format!("/assets/{i}/zone"));
        }
        for (i, finding) in self.findings.iter().enumerate() {
            problems.reference(&assets, "asset", &finding.asset, || format!("/findings/{i}/asset"));
            for (j, control) in finding.controls.iter().enumerate() {
                problems.reference(&controls, "control", control, || format!("/findings/{i}/controls/{j}"));
            }
            if finding.epss.is_some_and(|p| !(0.0..=1.0).contains(&p)) {
                problems.add_at(
                    || format!("/findings/{i}/epss"),
                    || "an EPSS probability lies between 0 and 1".to_owned(),
                );
            }
            for (j, event) in finding.events.iter().enumerate() {
                if event.kind == EventKind::FrOverride && event.frs.is_empty() {
                    problems.add_at(
                        || format!("/findings/{i}/events/{j}/frs"),
                        || "an fr_override names at least one FR, 1 to 7".to_owned(),
                    );
                }
            }
        }
        for (i, answer) in self.sr_assessments.iter().enumerate() {
            problems.reference(&zones, "zone", &answer.zone, || format!("/sr_assessments/{i}/zone"));
            if catalogue::system().position(&answer.requirement).is_none() {
                problems.add_at(
                    || format!("/sr_assessments/{i}/requirement"),
                    || {
                        format!(
                            "{:?} is no requirement of IEC 62443-3-3; they read like SR 1.1 or SR 1.1 RE(1)",
                            &*answer.requirement
                        )
                    },
                );
            }
        }
        problems.verdict()
    }

    /// The same document, owning its texts.
    pub fn into_owned(self) -> Evidence<'static> {
        Evidence {
            schema: self.schema.into_owned(),
            method: self.method.into_owned(),
            as_of: self.as_of,
            period_from: self.period_from,
            profile: self.profile,
            monitoring: self.monitoring,
            zones: self
                .zones
                .into_iter()
                .map(|z| Zone { id: z.id.into_owned(), name: z.name.into_owned(), sl_t: z.sl_t })
                .collect(),
            assets: self
                .assets
                .into_iter()
                .map(|a| Asset { id: a.id.into_owned(), zone: a.zone.into_owned(), identified: a.identified })
                .collect(),
            findings: self.findings.into_iter().map(Finding::into_owned).collect(),
            controls: self
                .controls
                .into_iter()
                .map(|c| Control { id: c.id.into_owned(), history: c.history, expires: c.expires })
                .collect(),
            sr_assessments: self
                .sr_assessments
                .into_iter()
                .map(|s| SrAssessment {
                    zone: s.zone.into_owned(),
                    requirement: s.requirement.into_owned(),
                    status: s.status,
                    at: s.at,
                    justification: s.justification.into_owned(),
                    control: s.control.map(Text::into_owned),
                })
                .collect(),
        }
    }

    /// The part of the document that concerns one zone. Zones do not influence each other, so its levels
    /// are those of the whole document.
    #[must_use]
    pub fn only_zone(&self, zone: &str) -> Evidence<'a> {
        let assets: Vec<Asset<'a>> = self.assets.iter().filter(|a| &*a.zone == zone).cloned().collect();
        let inside: FxHashSet<&str> = assets.iter().map(|a| &*a.id).collect();
        let findings = self.findings.iter().filter(|f| inside.contains(&*f.asset)).cloned().collect();
        drop(inside);
        Evidence {
            schema: self.schema.clone(),
            method: self.method.clone(),
            as_of: self.as_of,
            period_from: self.period_from,
            profile: self.profile.clone(),
            monitoring: self.monitoring,
            zones: self.zones.iter().filter(|z| &*z.id == zone).cloned().collect(),
            assets,
            findings,
            controls: self.controls.clone(),
            sr_assessments: self.sr_assessments.iter().filter(|s| &*s.zone == zone).cloned().collect(),
        }
    }
}

impl Finding<'_> {
    /// The same finding, owning its texts.
    pub fn into_owned(self) -> Finding<'static> {
        Finding {
            id: self.id.into_owned(),
            asset: self.asset.into_owned(),
            vuln: self.vuln.map(Text::into_owned),
            title: self.title.into_owned(),
            description: self.description.into_owned(),
            cwes: self
                .cwes
                .into_iter()
                .map(|w| match w {
                    Weakness::Cwe(id) => Weakness::Cwe(id),
                    Weakness::Other(text) => Weakness::Other(text.into_owned()),
                })
                .collect(),
            cvss: self.cvss.into_iter().map(Cvss::into_owned).collect(),
            severity: self.severity,
            kev: self.kev,
            epss: self.epss,
            exploit: self.exploit,
            fix: self.fix,
            opened: self.opened,
            events: self.events,
            controls: self.controls.into_iter().map(Text::into_owned).collect(),
        }
    }
}

/// Reads once more, slowly, to say where the trouble is.
fn locate<'de, T: Deserialize<'de>>(bytes: &'de [u8], error: &serde_json::Error, prefix: &str) -> Problem {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let pointer = match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Err(located) => format!("{prefix}{}", pointer(located.path())),
        Ok(_) => prefix.to_owned(),
    };
    let line = Some(error.line()).filter(|line| *line > 0);
    let mut what = error.to_string();
    // The library ends its message with the place, which is told apart here.
    if let Some(end) = what.rfind(" at line ") {
        what.truncate(end);
    }
    match error.classify() {
        serde_json::error::Category::Eof => what = format!("the JSON text ends too early ({what})"),
        serde_json::error::Category::Syntax => what = format!("not JSON ({what})"),
        serde_json::error::Category::Data | serde_json::error::Category::Io => {}
    }
    Problem { pointer, line, what }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// Collects problems; keeps the first and counts the rest.
#[derive(Default)]
struct Problems {
    first: Option<Problem>,
    more: usize,
}

impl Problems {
    fn add(&mut self, pointer: &str, what: impl FnOnce() -> String) {
        self.add_at(|| pointer.to_owned(), what);
    }

    fn add_at(&mut self, pointer: impl FnOnce() -> String, what: impl FnOnce() -> String) {
        if self.first.is_some() {
            self.more += 1;
        } else {
            self.first = Some(Problem::at(pointer(), what()));
        }
    }

    fn ids<'t>(
        &mut self,
        kind: &str,
        list: &str,
        ids: impl Iterator<Item = &'t str>,
    ) -> FxHashMap<&'t str, usize> {
        let mut known = FxHashMap::default();
        for (index, id) in ids.enumerate() {
            if id.is_empty() {
                self.add_at(|| format!("{list}/{index}/id"), || format!("a {kind} needs an id"));
            } else if let Some(first) = known.insert(id, index) {
                self.add_at(
                    || format!("{list}/{index}/id"),
                    || format!("{kind} id {id:?} was used before, at {list}/{first}; ids are unique"),
                );
            }
        }
        known
    }

    fn reference(
        &mut self,
        known: &FxHashMap<&str, usize>,
        kind: &str,
        id: &str,
        pointer: impl FnOnce() -> String,
    ) {
        if !known.contains_key(id) {
            self.add_at(pointer, || {
                format!("there is no {kind} {id:?} in this document; add it or correct the id")
            });
        }
    }

    fn verdict(self) -> Result<(), Problem> {
        match self.first {
            None => Ok(()),
            Some(mut problem) => {
                if self.more > 0 {
                    problem.what = format!("{} (and {} more)", problem.what, self.more);
                }
                Err(problem)
            }
        }
    }
}
