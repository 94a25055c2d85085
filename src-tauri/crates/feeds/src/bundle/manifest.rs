//! What a bundle says of itself.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{PublicKey, SCHEMA, Unreadable};
use crate::hex;

const MAKER_LIMIT: usize = 200;
pub(super) const SOURCES_LIMIT: usize = 64;
const SOURCE_LIMIT: usize = 32;

/// What a bundle is meant to do to what the reader has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Holds everything.
    Full,
    /// Holds what changed at or after this time.
    Since(Timestamp),
}

/// A SHA-256, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl TryFrom<String> for Digest {
    type Error = Unreadable;

    fn try_from(text: String) -> std::result::Result<Digest, Unreadable> {
        let how = "64 lower-case hexadecimal digits";
        hex::decode(&text).map(Digest).ok_or(Unreadable { text, what: "SHA-256", how })
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.to_string()
    }
}

/// What a bundle says of itself; see the [format](super#the-format-plumbline-feeds1) for each member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `plumbline-feeds/1`.
    pub schema: String,
    /// Whole or a difference.
    pub kind: Kind,
    /// Time of making, by the maker's clock.
    pub made: Timestamp,
    /// Who made it, for people; nothing vouches for it but the key.
    pub maker: String,
    /// Lines by source.
    pub sources: BTreeMap<String, u64>,
    /// Number of lines.
    pub lines: u64,
    /// Bytes of the payload when decompressed.
    pub size: u64,
    /// Bytes of the payload in the file.
    pub payload: u64,
    /// SHA-256 of the payload in the file.
    pub sha256: Digest,
    /// Key that signed it.
    pub key: PublicKey,
}

impl Manifest {
    /// The first rule of the format that it breaks, if any.
    pub(super) fn fault(&self) -> Option<String> {
        if self.schema != SCHEMA {
            return Some(format!("its schema is {:?} where {SCHEMA:?} belongs", self.schema));
        }
        if let Some(fault) = maker_fault(&self.maker) {
            return Some(fault.to_owned());
        }
        if self.sources.len() > SOURCES_LIMIT {
            return Some(format!("it has more than {SOURCES_LIMIT} sources"));
        }
        if let Some(source) = self.sources.keys().find(|source| !is_source(source)) {
            return Some(format!("{source:?} is no name of a source"));
        }
        let sum = self.sources.values().try_fold(0_u64, |sum, lines| sum.checked_add(*lines));
        if sum != Some(self.lines) || self.sources.values().any(|lines| *lines == 0) {
            return Some("its lines by source do not make up its lines".to_owned());
        }
        None
    }
}

/// Why a text cannot be a maker's.
pub(super) fn maker_fault(maker: &str) -> Option<&'static str> {
    if maker.len() > MAKER_LIMIT {
        return Some("the maker's name is longer than 200 bytes");
    }
    // It is shown in terminals, where control characters do things.
    maker.chars().any(char::is_control).then_some("the maker's name holds control characters")
}

/// Whether a text may name a source.
pub(super) fn is_source(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=SOURCE_LIMIT).contains(&text.len()) && text.bytes().all(allowed)
}
