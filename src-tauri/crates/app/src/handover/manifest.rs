//! What a package says of itself.

use feeds::bundle::PublicKey;
use serde::{Deserialize, Serialize};

/// The manifest of a package. Its text begins with `{"schema":"plumbline-handover/1"`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// `plumbline-handover/1`.
    pub schema: String,
    /// Id of the package, a UUID.
    pub id: String,
    /// When it was made, RFC 3339.
    pub made: String,
    /// Who made it.
    pub maker: String,
    /// Program and version.
    pub program: String,
    /// Scoring method, `plumbline-sl/1`.
    pub method: String,
    /// Environments, in the report's order.
    pub environments: Vec<Handed>,
    /// The store's log.
    pub audit: Log,
    /// Every file but the manifest and its signature.
    pub files: Vec<Entry>,
    /// The maker's ed25519 public key, 64 hexadecimal digits.
    pub key: PublicKey,
}

/// An environment in a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    /// Its id in the maker's store.
    pub id: String,
    /// Name.
    pub name: String,
    /// Company.
    pub organisation: String,
    /// Its folder in the package.
    pub folder: String,
    /// The day assessed.
    pub as_of: String,
    /// First day of the period.
    pub period_from: String,
    /// SHA-256 of its evidence document.
    pub evidence_sha256: String,
    /// Files of evidence.
    pub attached: Vec<Attached>,
    /// Decided findings that the VEX document cannot state, for they have no vulnerability's id.
    pub not_in_vex: usize,
}

/// A file of evidence in a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Its path in the package.
    pub path: String,
    /// What it is evidence of: `control CC-01`, `finding F-7`, `requirement Z1 SR 5.1`.
    pub of: String,
    /// Its name.
    pub name: String,
    /// When it was attached.
    pub at: String,
    /// By whom.
    pub by: String,
    /// What was said of it.
    pub note: String,
}

/// The log in a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// Rows.
    pub rows: u64,
    /// Those that are there whole.
    pub whole: u64,
    /// Hash of the last.
    pub head: String,
}

/// A file in a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Path, with slashes.
    pub path: String,
    /// What it is.
    pub role: Role,
    /// Bytes.
    pub size: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// What a file in a package is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// How to check the package.
    Instructions,
    /// The report.
    Report,
    /// The evidence document.
    Evidence,
    /// What follows from it.
    Assessment,
    /// Tables of the plant.
    Plant,
    /// What it consists of.
    Sbom,
    /// What was decided on its vulnerabilities.
    Vex,
    /// A file of evidence.
    Attachment,
    /// The log.
    Audit,
    /// Hashes of the other files.
    Sums,
    /// The maker's key.
    Key,
}

impl Role {
    /// The word in the manifest.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Instructions => "instructions",
            Role::Report => "report",
            Role::Evidence => "evidence",
            Role::Assessment => "assessment",
            Role::Plant => "plant",
            Role::Sbom => "sbom",
            Role::Vex => "vex",
            Role::Attachment => "attachment",
            Role::Audit => "audit",
            Role::Sums => "sums",
            Role::Key => "key",
        }
    }
}
