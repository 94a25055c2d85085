//! Parts lists (SBOM, HBOM) and what vendors state of vulnerabilities in them (VEX).

use std::collections::BTreeMap;

use iec62443::{
    Moment,
    plant::{Identity, IdentityKind, Layer},
};
use jiff::Timestamp;
use rustc_hash::FxHashSet;
use serde::de::DeserializeOwned;
use vulnerability::{
    Range,
    record::{Bounds, Claim, Record, Source, State, Status, Voice, VulnerabilityId},
};

use crate::{File, Refusal, Result, file::unmarked, observation::Statement};

pub(crate) mod cyclonedx;
pub(crate) mod spdx;
pub(crate) mod vex;

/// Most parts of one product.
const MOST_PARTS: usize = 200_000;

/// Reads JSON, with the place of what is wrong in it.
fn json<T: DeserializeOwned>(file: &File) -> Result<T> {
    let bytes = unmarked(file.bytes()?);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let at = error.path().to_string().replace(['[', '.'], "/").replace(']', "");
        let at = if at == "/" || at.is_empty() { String::new() } else { format!("/{at}") };
        let line = error.inner().line();
        Refusal {
            file: file.name.clone(),
            at: format!("{at} (line {line})").trim_start().to_owned(),
            what: format!("cannot be read: {}", plain_words(error.inner())),
        }
    })
}

/// A JSON error without its place, which is told apart.
fn plain_words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

/// The moment of a document.
fn moment(text: &str) -> Option<Moment> {
    Moment::parse(text.trim()).ok()
}

fn timestamp(at: Option<Moment>) -> Timestamp {
    at.map_or(Timestamp::UNIX_EPOCH, |at| at.to_string().parse().unwrap_or(Timestamp::UNIX_EPOCH))
}

/// Adds a part unless it is there already.
fn add(list: &mut Vec<Identity>, seen: &mut FxHashSet<Identity>, identity: Identity) {
    if !identity.is_empty() && seen.insert(identity.clone()) {
        list.push(identity);
    }
}

/// Layer and kind of a part, by what its list calls it.
fn kind(word: &str) -> (Layer, IdentityKind) {
    match word.to_lowercase().replace(['-', '_'], "").as_str() {
        "operatingsystem" => (Layer::Os, IdentityKind::OperatingSystem),
        "firmware" => (Layer::Ot, IdentityKind::Firmware),
        "device" | "devicedriver" => (Layer::Ot, IdentityKind::Hardware),
        _ => (Layer::Ot, IdentityKind::Application),
    }
}

/// A product that a statement is about, in whatever way it is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    vendor: String,
    product: String,
    version: String,
}

impl Named {
    fn of(identity: &Identity) -> Named {
        Named {
            vendor: identity.vendor.clone(),
            product: identity.product.clone(),
            version: identity.version.clone(),
        }
    }

    /// What a package URL names.
    fn of_purl(text: &str) -> Option<Named> {
        let rest = text.trim().strip_prefix("pkg:")?;
        let rest = rest.split(['?', '#']).next()?;
        let (path, version) = rest.rsplit_once('@').unwrap_or((rest, ""));
        let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let product = parts.pop()?.to_owned();
        let kind = (!parts.is_empty()).then(|| parts.remove(0))?;
        let vendor = parts.pop().unwrap_or(kind).to_owned();
        Some(Named { vendor, product, version: version.replace("%2B", "+") })
    }

    /// What it claims to be, of these vulnerabilities.
    fn claim(self, status: Status, about: Vec<VulnerabilityId>) -> Claim {
        let stated = !self.version.is_empty();
        Claim {
            voice: Voice::Vendor,
            vendor: self.vendor.into(),
            product: self.product.into(),
            numbers: Vec::new(),
            status,
            range: if stated {
                Range::read(&format!("= {}", self.version))
            } else {
                Range::all("all versions")
            },
            bounds: Bounds::Stated,
            variant: "".into(),
            platforms: Vec::new(),
            about,
            fix: None,
        }
    }
}

/// A statement under way: claims by product and status.
#[derive(Default)]
struct Stating {
    claims: BTreeMap<(Named, Status), Vec<VulnerabilityId>>,
    vulnerabilities: Vec<vulnerability::record::Vulnerability>,
    reasons: BTreeMap<String, String>,
}

impl Stating {
    fn claim(&mut self, named: Named, status: Status, id: &VulnerabilityId) {
        let about = self.claims.entry((named, status)).or_default();
        if !about.contains(id) {
            about.push(id.clone());
        }
    }

    fn finish(self, id: &str, publisher: &str, title: &str, at: Option<Moment>) -> Option<Statement> {
        if self.claims.is_empty() {
            return None;
        }
        let record = Record {
            source: Source::Csaf,
            id: id.into(),
            modified: timestamp(at),
            published: None,
            state: State::Published,
            title: title.into(),
            publisher: publisher.into(),
            vulnerabilities: self.vulnerabilities,
            claims: self
                .claims
                .into_iter()
                .map(|((named, status), about)| named.claim(status, about))
                .collect(),
        };
        Some(Statement { record, reasons: self.reasons })
    }
}

/// A reason as one text: the justification's word, then what was written.
fn reason(parts: &[&str]) -> String {
    parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
}
