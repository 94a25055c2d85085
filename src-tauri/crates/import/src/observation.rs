//! What a file says of a plant, whatever its format: assets seen, what was found on them, what a vendor states.
//! Nothing here knows what the store already holds.

use std::collections::BTreeMap;

use iec62443::{
    Moment, SecurityLevel,
    evidence::{Exploit, Fix},
    plant::Identity,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use vulnerability::{Severity, record::Record};

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A list of assets: CSV, TSV, XLSX, XLS, ODS.
    Assets,
    /// A list of findings.
    Findings,
    /// Nmap XML.
    Nmap,
    /// Nessus, XML (version 2) or CSV.
    Nessus,
    /// OpenVAS or Greenbone, XML or CSV.
    Openvas,
    /// CycloneDX, JSON or XML.
    Cyclonedx,
    /// SPDX, JSON or JSON-LD.
    Spdx,
    /// A CSAF document.
    Csaf,
    /// OpenVEX, or the VEX part of a CycloneDX document.
    Vex,
    /// A list of tickets.
    Tickets,
    /// A list of updates on assets.
    Patches,
    /// Answers to requirements of 62443-3-3.
    Requirements,
    /// A plant: tables with an evidence document.
    Plant,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 13] = [
        Kind::Assets,
        Kind::Findings,
        Kind::Nmap,
        Kind::Nessus,
        Kind::Openvas,
        Kind::Cyclonedx,
        Kind::Spdx,
        Kind::Csaf,
        Kind::Vex,
        Kind::Tickets,
        Kind::Patches,
        Kind::Requirements,
        Kind::Plant,
    ];

    /// Its name in commands and documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Assets => "assets",
            Kind::Findings => "findings",
            Kind::Nmap => "nmap",
            Kind::Nessus => "nessus",
            Kind::Openvas => "openvas",
            Kind::Cyclonedx => "cyclonedx",
            Kind::Spdx => "spdx",
            Kind::Csaf => "csaf",
            Kind::Vex => "vex",
            Kind::Tickets => "tickets",
            Kind::Patches => "patches",
            Kind::Requirements => "requirements",
            Kind::Plant => "plant",
        }
    }

    /// The kind with this name.
    pub fn from_word(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether such a file looks for faults, so that a fault it no longer names may be gone.
    pub fn is_scan(self) -> bool {
        matches!(self, Kind::Nmap | Kind::Nessus | Kind::Openvas)
    }
}

/// What a file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// Its kind.
    pub kind: Kind,
    /// When it was taken, where it says so: the scan's end, the document's date.
    pub taken: Option<Moment>,
    /// Zones with their targets, where a list names them.
    pub zones: Vec<ZoneSighting>,
    /// Assets seen.
    pub assets: Vec<Sighting>,
    /// What vendors state of vulnerabilities and products.
    pub statements: Vec<Statement>,
    /// Tickets, and how they stand.
    pub tickets: Vec<TicketSighting>,
    /// Updates on assets, and how far they are.
    pub patches: Vec<PatchSighting>,
    /// Answers to requirements.
    pub answers: Vec<AnswerSighting>,
    /// Rows and records that were not taken, with why.
    pub refused: Vec<Refused>,
    /// Rows that were taken, but for something in them.
    pub remarks: Vec<Refused>,
    /// How the columns of a list were read.
    pub columns: Vec<Column>,
}

impl Observed {
    /// Nothing yet.
    pub fn new(kind: Kind) -> Observed {
        Observed {
            kind,
            taken: None,
            zones: Vec::new(),
            assets: Vec::new(),
            statements: Vec::new(),
            tickets: Vec::new(),
            patches: Vec::new(),
            answers: Vec::new(),
            refused: Vec::new(),
            remarks: Vec::new(),
            columns: Vec::new(),
        }
    }
}

/// What somebody states of products and vulnerabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The claims.
    pub record: Record,
    /// Why, in their words, by vulnerability; what is kept as evidence.
    pub reasons: BTreeMap<String, String>,
}

/// A ticket as a list names it. Words it does not know are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketSighting {
    /// Where in the file.
    pub at: String,
    /// Number.
    pub id: String,
    /// System it lives in.
    pub system: String,
    /// Where it is to be seen.
    pub link: String,
    /// Finding it is about; empty: those that it was about before.
    pub finding: String,
    /// Who has it.
    pub assignee: String,
    /// Due day.
    pub due: Option<Date>,
    /// Its state there.
    pub status: String,
    /// When it was written.
    pub created: Option<Moment>,
    /// When it was closed.
    pub closed: Option<Moment>,
}

/// An update on an asset as a list names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PatchSighting {
    /// Where in the file.
    pub at: String,
    /// Number of the update.
    pub update: String,
    /// Asset id.
    pub asset: String,
    /// How far it is, in the list's words.
    pub state: String,
    /// Since when.
    pub on: Option<Moment>,
    /// In own words.
    pub note: String,
}

/// An answer to a requirement as a list names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerSighting {
    /// Where in the file.
    pub at: String,
    /// Id or name of the zone.
    pub zone: String,
    /// Requirement.
    pub requirement: String,
    /// The answer, in the list's words.
    pub status: String,
    /// Why.
    pub justification: String,
    /// The control that compensates.
    pub control: String,
}

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Where: `row 7`, `host 10.0.0.1`, a JSON pointer.
    pub at: String,
    /// Why, and what to do.
    pub reason: String,
}

/// A column of a list, and what it was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The sheet; empty where there is only one.
    pub sheet: String,
    /// As its head names it.
    pub name: String,
    /// What it was taken for; none: left out.
    pub field: Option<&'static str>,
    /// A few of its values.
    pub samples: Vec<String>,
}

/// A zone as a list names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneSighting {
    /// Where in the file.
    pub at: String,
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// SL-T by FR.
    pub sl_t: [SecurityLevel; 7],
}

/// An asset as one file sees it. Words it does not know are empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sighting {
    /// Where in the file.
    #[serde(skip_serializing_if = "is_default")]
    pub at: String,
    /// Tag.
    #[serde(skip_serializing_if = "is_default")]
    pub tag: String,
    /// Name.
    #[serde(skip_serializing_if = "is_default")]
    pub name: String,
    /// Names in the network.
    #[serde(skip_serializing_if = "is_default")]
    pub hosts: Vec<String>,
    /// Zone, by id or name.
    #[serde(skip_serializing_if = "is_default")]
    pub zone: String,
    /// Component type of 62443-4-2.
    #[serde(skip_serializing_if = "is_default")]
    pub component_type: String,
    /// Criticality.
    #[serde(skip_serializing_if = "is_default")]
    pub criticality: String,
    /// Lifecycle.
    #[serde(skip_serializing_if = "is_default")]
    pub lifecycle: String,
    /// Who answers for it.
    #[serde(skip_serializing_if = "is_default")]
    pub owner: String,
    /// Serial number.
    #[serde(skip_serializing_if = "is_default")]
    pub serial: String,
    /// IP addresses, as written.
    #[serde(skip_serializing_if = "is_default")]
    pub ip: String,
    /// MAC addresses, as written.
    #[serde(skip_serializing_if = "is_default")]
    pub mac: String,
    /// Day of installation.
    #[serde(skip_serializing_if = "is_default")]
    pub installed: Option<Date>,
    /// What it is.
    #[serde(skip_serializing_if = "is_default")]
    pub identities: Vec<Identity>,
    /// What was found on it.
    #[serde(skip_serializing_if = "is_default")]
    pub findings: Vec<Fault>,
    /// The product of which the identities are parts; joins an SBOM to the assets that are this product.
    #[serde(skip_serializing_if = "is_default")]
    pub product: Option<Identity>,
}

/// A fault that a scanner or a list names on an asset. What is kept of it with the file is what tells it apart; the
/// rest stands in the finding.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fault {
    /// The scanner's own id of what it looked for, such as a plugin's number; empty in a list.
    #[serde(skip_serializing_if = "is_default")]
    pub check: String,
    /// CVE id, or another; none when it names no vulnerability.
    #[serde(skip_serializing_if = "is_default")]
    pub vulnerability: Option<String>,
    /// Title.
    #[serde(skip_serializing_if = "is_default")]
    pub title: String,
    /// Description.
    #[serde(skip)]
    pub description: String,
    /// Weaknesses, `CWE-319`.
    #[serde(skip)]
    pub cwes: Vec<String>,
    /// CVSS vectors.
    #[serde(skip)]
    pub cvss: Vec<String>,
    /// The scanner's word.
    #[serde(skip)]
    pub severity: Option<Severity>,
    /// How mature exploits are.
    #[serde(skip)]
    pub exploit: Option<Exploit>,
    /// Whether there is a fix.
    #[serde(skip)]
    pub fix: Fix,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
