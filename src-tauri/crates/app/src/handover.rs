//! The handover package: one file with everything that a plant's owner needs to believe an assessment, to check it and
//! to go on from it. Made and signed here; checked by whoever receives it, without a store.
//!
//! # The format `plumbline-handover/1`
//!
//! A ZIP archive. `manifest.json` ([`Manifest`]) names every other file with its size and SHA-256, except
//! `manifest.sig`: the 64 bytes of an ed25519 signature (RFC 8032) over the bytes of `manifest.json`, by the key in it.
//! The archive's comment is `plumbline-handover/1 ` and 128 hexadecimal digits: the signature by the same key over
//! `plumbline-handover-archive/1`, a line feed, and the SHA-256 (hexadecimal) of every byte before the comment, so that
//! nothing about the archive can change unnoticed. `SHA256SUMS` and `signer.pem` let anybody check without Plumbline.
//!
//! | file | what |
//! | --- | --- |
//! | `READ-ME-FIRST.html` | what this is and how to check it |
//! | `report/…` | the report in the chosen formats |
//! | `FOLDER/evidence.json`, `FOLDER/assessment.json` | the evidence document and what follows from it |
//! | `FOLDER/*.csv`, `FOLDER/plant.json` | the plant, as `plumbline import` takes it: the asset register among them |
//! | `FOLDER/sbom.cdx.json`, `FOLDER/vex.cdx.json` | CycloneDX: what it consists of; what was accepted or does not apply |
//! | `FOLDER/files/…` | files of evidence of controls, findings and requirements |
//! | `audit.jsonl`, `audit-head.json` | the log: rows of these environments whole, others by their hashes, and its signed end |

mod check;
mod fault;
mod log;
mod manifest;
mod receive;
mod write;

pub use check::verify;
pub use manifest::{Attached, Entry, Handed, Manifest, Role};
pub use receive::is_package;
pub use write::Handover;

use crate::Failure;

/// What the package is, and in which version.
pub(crate) const SCHEMA: &str = "plumbline-handover/1";
/// What the signature in the archive's comment is of.
const ARCHIVE: &str = "plumbline-handover-archive/1";
const MANIFEST: &str = "manifest.json";
const SIGNATURE: &str = "manifest.sig";
const SUMS: &str = "SHA256SUMS";
const KEY: &str = "signer.pem";
const FIRST: &str = "READ-ME-FIRST.html";
const LOG: &str = "audit.jsonl";
const HEAD: &str = "audit-head.json";
/// Bytes of the archive's comment: the schema, a space, 128 digits.
const COMMENT: usize = SCHEMA.len() + 1 + 128;

/// What the signature in the archive's comment is made over.
fn archive_words(sha256: &str) -> String {
    format!("{ARCHIVE}\n{sha256}")
}

fn internal(error: impl std::fmt::Display) -> Failure {
    Failure::new("internal", error.to_string())
}
