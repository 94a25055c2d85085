//! Checking a package, without a store: that it is what its maker signed, and that its levels follow from its evidence.

use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use feeds::bundle::Fingerprint;
use iec62443::{Evidence, assess};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use store::audit::{sha256, sha256_of};
use zip::ZipArchive;

use super::{
    COMMENT, HEAD, KEY, LOG, MANIFEST, SCHEMA, SIGNATURE, SUMS, archive_words,
    fault::{Fault, Faults},
    log,
    manifest::{Handed, Manifest, Role},
};
use crate::{Failure, Result, Watch, audit::Head, view, watch::tell, work::count};

/// Largest manifest, in bytes.
const MANIFEST_LIMIT: u64 = 64 << 20;
/// Largest of the files that are read into memory: evidence, levels, reports for programs, the log.
const READ_LIMIT: u64 = 512 << 20;

/// A package that was opened; nothing in it is believed yet.
pub(super) struct Package {
    archive: ZipArchive<BufReader<File>>,
    pub(super) manifest: Manifest,
    manifest_text: Vec<u8>,
    name: String,
}

/// A path of the package: relative, with slashes, and nowhere but down.
fn is_safe(path: &str) -> bool {
    let parts = || path.split('/');
    !path.is_empty()
        && path.len() <= 400
        && parts().all(|part| !part.is_empty() && part != "." && part != "..")
        && !path.contains(['\\', ':'])
        && !path.contains(char::is_control)
}

fn damaged(name: &str, what: impl Into<String>) -> Failure {
    Failure::new("bad_input", what)
        .at(name)
        .advice("Have it sent again, the way it was made: as one file, not unpacked and packed anew.")
}

impl Package {
    /// Opens a package.
    ///
    /// # Errors
    /// `bad_input` when the file is none, or is so damaged that it does not say what is in it.
    pub(super) fn open(path: &Path) -> Result<Package> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|error| Failure::unreadable(path, &error))?;
        let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|error| {
            damaged(&name, format!("this is no handover package, or it is damaged ({error})"))
        })?;
        let mut text = Vec::new();
        let read = archive
            .by_name(MANIFEST)
            .map_err(|_| damaged(&name, format!("this is no handover package: there is no {MANIFEST} in it")))
            .and_then(|entry| {
                let read = entry.take(MANIFEST_LIMIT + 1).read_to_end(&mut text);
                read.map_err(|error| damaged(&name, format!("{MANIFEST} cannot be read: {error}")))
            })?;
        if read as u64 > MANIFEST_LIMIT {
            return Err(damaged(&name, format!("{MANIFEST} is larger than {} MiB", MANIFEST_LIMIT >> 20)));
        }
        let manifest: Manifest = serde_json::from_slice(&text)
            .map_err(|error| damaged(&name, format!("{MANIFEST} was changed or is none: {error}")))?;
        if manifest.schema != SCHEMA {
            return Err(damaged(&name, format!("{:?} is no package that is known here", manifest.schema))
                .advice("Check it with a newer version of the program."));
        }
        Ok(Package { archive, manifest, manifest_text: text, name })
    }

    /// The file's name for messages.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// A file's bytes; else what is wrong with it.
    pub(super) fn bytes(&mut self, path: &str) -> std::result::Result<Vec<u8>, Fault> {
        let size = self.manifest.files.iter().find(|entry| entry.path == path).map_or(READ_LIMIT, |e| e.size);
        if size > READ_LIMIT {
            return Err(Fault::Unreadable(format!("it is larger than {} MiB", READ_LIMIT >> 20)));
        }
        let entry = self.archive.by_name(path).map_err(|_| Fault::Missing)?;
        let mut bytes = Vec::new();
        entry.take(size + 1).read_to_end(&mut bytes).map_err(|error| Fault::Unreadable(error.to_string()))?;
        Ok(bytes)
    }

    /// Size and SHA-256 of a file, of which no more is read than the manifest says and a byte.
    fn measure(&mut self, path: &str, size: u64) -> std::result::Result<(u64, String), Fault> {
        let entry = self.archive.by_name(path).map_err(|_| Fault::Missing)?;
        let mut entry = entry.take(size.saturating_add(1));
        let sha256 = sha256_of(&mut entry).map_err(|error| Fault::Unreadable(error.to_string()))?;
        Ok((size.saturating_add(1) - entry.limit(), sha256))
    }

    /// Copies a file of evidence out, whose hash has been checked.
    pub(super) fn extract(&mut self, path: &str, to: &mut impl std::io::Write) -> std::io::Result<u64> {
        let size = self.manifest.files.iter().find(|entry| entry.path == path).map_or(0, |entry| entry.size);
        let entry = self.archive.by_name(path).map_err(std::io::Error::from)?;
        std::io::copy(&mut entry.take(size), to)
    }
}

/// Checks a package: signatures, every byte, the log's chain, and that each environment's levels are those that its
/// evidence document gives when it is scored again here. `key` is the fingerprint that the maker told another way.
///
/// # Errors
/// `bad_input` when the file is no package; `usage` when `key` is no fingerprint; `cancelled`. What is wrong with a
/// package is no error: it is the answer.
pub fn verify(path: &Path, key: Option<&str>, watch: &dyn Watch) -> Result<view::HandoverCheck> {
    let key = key.map(str::parse::<Fingerprint>).transpose();
    let key = key.map_err(|error| Failure::new("usage", error.to_string()))?;
    Ok(checked(path, key, watch)?.1)
}

/// The same, with the package opened.
pub(super) fn checked(
    path: &Path,
    known: Option<Fingerprint>,
    watch: &dyn Watch,
) -> Result<(Package, view::HandoverCheck)> {
    let mut package = Package::open(path)?;
    let mut faults = Faults::default();
    tell(watch, "verify", 0, 0)?;
    archive(&package, path, &mut faults)?;
    let manifest = package.manifest.clone();
    let signature = package.bytes(SIGNATURE).unwrap_or_default();
    if !manifest.key.signed_document(&package.manifest_text, &signature) {
        faults.add(MANIFEST, Fault::Signature);
    }
    let fingerprint = manifest.key.fingerprint();
    let is_known = known.map(|known| known == fingerprint);
    if is_known == Some(false) {
        faults.add(MANIFEST, Fault::OtherKey(fingerprint.to_string()));
    }
    let size = files(&mut package, &manifest, &mut faults, watch)?;
    sums(&mut package, &manifest, &mut faults);
    let audit = chain(&mut package, &manifest, &mut faults);
    let mut environments = Vec::new();
    for (done, handed) in manifest.environments.iter().enumerate() {
        tell(watch, "assess", count(done), count(manifest.environments.len()))?;
        environments.push(environment(&mut package, handed, &mut faults));
    }
    reports(&mut package, &manifest, &environments, &mut faults);
    let check = view::HandoverCheck {
        file: path.display().to_string(),
        intact: faults.0.is_empty(),
        id: manifest.id,
        made: manifest.made,
        maker: manifest.maker,
        program: manifest.program,
        fingerprint: fingerprint.to_string(),
        known: is_known,
        files: count(manifest.files.len()),
        size,
        audit_rows: audit.rows,
        audit_whole: audit.whole,
        audit_head: audit.head,
        environments,
        faults: faults.0,
    };
    Ok((package, check))
}

/// The archive as a whole: every byte of it before the comment, by the signature in the comment.
fn archive(package: &Package, path: &Path, faults: &mut Faults) -> Result<()> {
    let unreadable = |error: std::io::Error| Failure::unreadable(path, &error);
    let comment = package.archive.comment();
    let signature = std::str::from_utf8(comment)
        .ok()
        .and_then(|comment| comment.strip_prefix(SCHEMA)?.strip_prefix(' '))
        .unwrap_or_default();
    let mut file = File::open(path).map_err(unreadable)?;
    let size = file.seek(SeekFrom::End(0)).map_err(unreadable)?;
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let body = size.saturating_sub(COMMENT as u64);
    let hash = sha256_of(BufReader::new(file).take(body)).map_err(unreadable)?;
    if !package.manifest.key.signed_text(&archive_words(&hash), signature) {
        faults.add("", Fault::Archive);
    }
    Ok(())
}

/// Every file: there, allowed, of its size and hash, and none besides. Their bytes.
fn files(package: &mut Package, manifest: &Manifest, faults: &mut Faults, watch: &dyn Watch) -> Result<u64> {
    let mut listed = FxHashSet::default();
    let mut bytes = 0u64;
    for (done, entry) in manifest.files.iter().enumerate() {
        tell(watch, "verify", count(done), count(manifest.files.len()))?;
        if !is_safe(&entry.path) || !listed.insert(entry.path.as_str()) {
            faults.add(&entry.path, Fault::Path);
            continue;
        }
        match package.measure(&entry.path, entry.size) {
            Err(fault) => faults.add(&entry.path, fault),
            Ok((size, hash)) if size != entry.size || hash != entry.sha256 => {
                faults.add(&entry.path, Fault::Changed);
            }
            Ok((size, _)) => bytes = bytes.saturating_add(size),
        }
    }
    for name in package.archive.file_names() {
        let name = name.unwrap_or_else(|_| "(a name that cannot be read)".into());
        if name != MANIFEST && name != SIGNATURE && !listed.contains(&*name) {
            faults.add(&name, Fault::Added);
        }
    }
    Ok(bytes)
}

/// What stands in the package for those who check without this program says the same.
fn sums(package: &mut Package, manifest: &Manifest, faults: &mut Faults) {
    let rest = manifest.files.iter().filter(|entry| entry.path != SUMS);
    let expected: String = rest.map(|entry| format!("{}  {}\n", entry.sha256, entry.path)).collect();
    if package.bytes(SUMS).ok().as_deref() != Some(expected.as_bytes()) {
        faults.add(SUMS, Fault::Sums);
    }
    let pem = manifest.key.to_pem().unwrap_or_default();
    if package.bytes(KEY).ok().as_deref() != Some(pem.as_bytes()) {
        faults.add(KEY, Fault::Key);
    }
}

/// The log: each row follows from the one before, up to the end that was signed.
fn chain(package: &mut Package, manifest: &Manifest, faults: &mut Faults) -> super::manifest::Log {
    let followed = package.bytes(LOG).and_then(|text| log::follow(&text));
    let followed = followed.unwrap_or_else(|fault| {
        faults.add(LOG, fault);
        super::manifest::Log { rows: 0, whole: 0, head: String::new() }
    });
    if followed != manifest.audit {
        faults.add(LOG, Fault::LogEnd);
    }
    let head = package.bytes(HEAD).ok().and_then(|text| Head::read(&text).ok());
    let is_its_end = head.is_some_and(|head| {
        u64::try_from(head.rows) == Ok(followed.rows)
            && head.hash == followed.head
            && head.key == manifest.key
    });
    if !is_its_end {
        faults.add(HEAD, Fault::LogHead);
    }
    followed
}

/// Whether everything that was recorded follows again; what a later version tells besides does not matter.
fn follows(recorded: &[u8], recomputed: &[u8]) -> bool {
    fn holds(recorded: &Value, recomputed: &Value) -> bool {
        match (recorded, recomputed) {
            (Value::Object(recorded), Value::Object(recomputed)) => recorded
                .iter()
                .all(|(key, value)| recomputed.get(key).is_some_and(|found| holds(value, found))),
            (Value::Array(recorded), Value::Array(recomputed)) => {
                recorded.len() == recomputed.len()
                    && recorded.iter().zip(recomputed).all(|(a, b)| holds(a, b))
            }
            (recorded, recomputed) => recorded == recomputed,
        }
    }
    let [recorded, recomputed] = [recorded, recomputed].map(serde_json::from_slice::<Value>);
    let documents = recorded.ok().zip(recomputed.ok());
    documents.is_some_and(|(recorded, recomputed)| recorded.is_object() && holds(&recorded, &recomputed))
}

/// An environment's evidence document scored again, beside the levels that came with it.
fn environment(package: &mut Package, handed: &Handed, faults: &mut Faults) -> view::HandedEnvironment {
    let mut told = view::HandedEnvironment {
        id: handed.id.clone(),
        name: handed.name.clone(),
        organisation: handed.organisation.clone(),
        as_of: handed.as_of.clone(),
        period_from: handed.period_from.clone(),
        evidence_sha256: handed.evidence_sha256.clone(),
        zones: Vec::new(),
    };
    for attached in &handed.attached {
        let listed = package
            .manifest
            .files
            .iter()
            .any(|entry| entry.path == attached.path && entry.role == Role::Attachment);
        if !listed {
            faults.add(&attached.path, Fault::Attachment(attached.of.clone()));
        }
    }
    let [document, levels] =
        ["evidence.json", "assessment.json"].map(|name| format!("{}/{name}", handed.folder));
    let Ok(bytes) = package.bytes(&document) else {
        // That it is missing has been told with the files; one that is not even listed has not.
        if !package.manifest.files.iter().any(|entry| entry.path == document) {
            faults.add(&document, Fault::Missing);
        }
        return told;
    };
    if sha256(&bytes) != handed.evidence_sha256 {
        faults.add(&document, Fault::Evidence);
    }
    let evidence = match Evidence::from_json(&bytes) {
        Ok(evidence) => evidence,
        Err(problem) => {
            faults.add(&document, Fault::Unscorable(format!("{}: {}", problem.pointer, problem.what)));
            return told;
        }
    };
    let assessment = assess(&evidence);
    let recomputed = serde_json::to_vec_pretty(&assessment.document(&evidence)).unwrap_or_default();
    let recorded = package.bytes(&levels).unwrap_or_default();
    // The same version writes the same bytes; another may tell more.
    if recorded != recomputed && !follows(&recorded, &recomputed) {
        faults.add(&levels, Fault::Levels);
    }
    told.zones = assessment
        .zones
        .iter()
        .map(|zone| view::HandedZone {
            id: zone.id.to_string(),
            name: zone.name.to_string(),
            vector: zone.vector.map(|level| level.map(|level| level.get())),
            sl_t: zone.sl_t.map(|level| level.get()),
        })
        .collect();
    told
}

/// Reports for programs: made from this evidence, with these levels in their heat maps.
fn reports(
    package: &mut Package,
    manifest: &Manifest,
    environments: &[view::HandedEnvironment],
    faults: &mut Faults,
) {
    let reports = manifest.files.iter().filter(|entry| entry.role == Role::Report);
    for path in reports.map(|entry| entry.path.as_str()).filter(|path| path.ends_with(".json")) {
        let Ok(bytes) = package.bytes(path) else { continue };
        let text = std::str::from_utf8(&bytes).unwrap_or_default();
        let Ok(report) = serde_json::from_str::<Report<'_>>(text) else {
            faults.add(path, Fault::Report);
            continue;
        };
        for environment in environments {
            if !text.contains(&environment.evidence_sha256) {
                faults.add(path, Fault::ReportEvidence(environment.id.clone()));
            }
        }
        if report.schema == report::SCHEMA && !heat_maps_agree(&report, environments) {
            faults.add(path, Fault::ReportLevels);
        }
    }
}

/// What is looked at in a report; most of a large one is passed over unread.
#[derive(Deserialize)]
struct Report<'t> {
    #[serde(default)]
    schema: String,
    #[serde(borrow, default)]
    sections: Vec<Section<'t>>,
}

#[derive(Deserialize)]
struct Section<'t> {
    id: String,
    #[serde(borrow)]
    blocks: Vec<&'t RawValue>,
}

#[derive(Deserialize)]
struct HeatMap {
    block: String,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    cells: [Cell; 7],
}

#[derive(Deserialize)]
struct Cell {
    achieved: Option<u8>,
    target: u8,
}

/// Whether each row of the summaries' heat maps has the levels that were recomputed. Each environment has one summary.
fn heat_maps_agree(report: &Report<'_>, environments: &[view::HandedEnvironment]) -> bool {
    environments.iter().enumerate().all(|(at, environment)| {
        let id = if environments.len() > 1 { format!("e{}-summary", at + 1) } else { "summary".to_owned() };
        let summary = report.sections.iter().find(|section| section.id == id);
        let blocks = summary.map(|section| section.blocks.as_slice()).unwrap_or_default();
        // Tables have rows of another form and fail to be read as heat maps.
        let maps = blocks.iter().filter_map(|block| serde_json::from_str::<HeatMap>(block.get()).ok());
        let zones: FxHashMap<&str, &view::HandedZone> =
            environment.zones.iter().map(|zone| (zone.id.as_str(), zone)).collect();
        maps.filter(|map| map.block == "heat_map").flat_map(|map| map.rows).all(|row| {
            // Names are printed shortened and without what cannot be seen; such a row cannot be compared.
            let Some(zone) = zones.get(row.id.as_str()) else { return true };
            let levels = zone.vector.iter().zip(zone.sl_t);
            row.cells
                .iter()
                .zip(levels)
                .all(|(cell, (achieved, target))| cell.achieved == *achieved && cell.target == target)
        })
    })
}
