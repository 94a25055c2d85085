//! What is wrong with a bundle or a key, where, and what to do.

use std::io;
use std::path::{Path, PathBuf};

use super::{Fingerprint, Limits};

/// Result of work with bundles.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong; the text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system refused to read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file system refused to write.
    #[error("{}: cannot be written: {source}. Check space and rights; nothing was changed", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is something else.
    #[error("{}: is no feed bundle: {what}. Choose a file made by `plumbline intel export-bundle`", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it lacks.
        what: &'static str,
    },
    /// The bundle was made by a newer program.
    #[error("{}: is a feed bundle of format {found}, this version reads {known}; install a newer version of Plumbline", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest this program reads.
        known: u32,
    },
    /// Bytes were lost, added or changed.
    #[error("{}: {part} is damaged: {what}. Nothing was taken from it; copy or fetch the bundle again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Part of the file.
        part: &'static str,
        /// What does not fit.
        what: String,
    },
    /// The signature does not fit what was signed.
    #[error("{}: the signature does not fit: the manifest was changed or another key signed it. Nothing was taken from it; fetch the bundle again from who made it", path.display())]
    Signature {
        /// The file.
        path: PathBuf,
    },
    /// The bundle is as signed, but not what the format says.
    #[error("{}: is signed but not well made: {what}. Nothing was taken from it; ask who made it", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The bundle is larger than the reader allows.
    #[error("{}: {what} of {found} bytes exceeds the limit of {limit}. Make it as a difference since a date", path.display())]
    Large {
        /// The file.
        path: PathBuf,
        /// What is large.
        what: &'static str,
        /// Its bytes.
        found: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// The file changed between its verification and its reading.
    #[error("{}: was changed while it was read. Copy it to a folder of your own and try again", path.display())]
    Altered {
        /// The file.
        path: PathBuf,
    },
    /// What the caller wants to write cannot be a line, or a manifest's text.
    #[error("line {number} of the bundle cannot be written: {what}")]
    Unfit {
        /// Line, from 1; 0 is the manifest.
        number: u64,
        /// What is wrong.
        what: String,
    },
    /// A key file cannot be used.
    #[error("{}: holds no usable signing key: {what}. Give a PKCS#8 file in PEM with an ed25519 key", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// There is a file where a new key was to go.
    #[error("{}: exists already and is kept. Choose another name for a new key", path.display())]
    KeyExists {
        /// The file.
        path: PathBuf,
    },
    /// The system has no randomness to give.
    #[error("the system gives no random numbers, so no key was made: {0}")]
    Randomness(getrandom::Error),
    /// The key is none of those pinned.
    #[error(
        "the bundle is signed with the key {found}, which is not known here ({}). Nothing was taken from it; compare the new fingerprint with the maker over another way, and accept it by name if it is theirs",
        known(pinned)
    )]
    Untrusted {
        /// The key's fingerprint.
        found: Fingerprint,
        /// Those known, with their labels.
        pinned: Vec<(Fingerprint, String)>,
    },
    /// A caller accepted another key than the bundle's.
    #[error(
        "the bundle is signed with the key {found}, not with the accepted {accepted}. Nothing was taken from it"
    )]
    OtherKey {
        /// The key's fingerprint.
        found: Fingerprint,
        /// The one accepted.
        accepted: Fingerprint,
    },
    /// The caller asked to stop.
    #[error("stopped; nothing was changed")]
    Cancelled,
}

fn known(pinned: &[(Fingerprint, String)]) -> String {
    pinned.iter().map(|(print, label)| format!("known is {print}, {label:?}")).collect::<Vec<_>>().join("; ")
}

impl Error {
    /// Stable code: `bad_input`, `io`, `cancelled`, `usage`, `untrusted`.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Write { .. } | Error::Randomness(_) => "io",
            Error::Cancelled => "cancelled",
            Error::KeyExists { .. } => "usage",
            Error::Untrusted { .. } | Error::OtherKey { .. } => "untrusted",
            _ => "bad_input",
        }
    }

    pub(super) fn read(path: &Path) -> impl Fn(io::Error) -> Error {
        move |source| Error::Read { path: path.to_owned(), source }
    }

    pub(super) fn write(path: &Path) -> impl Fn(io::Error) -> Error {
        move |source| Error::Write { path: path.to_owned(), source }
    }

    pub(super) fn damaged(path: &Path, part: &'static str, what: impl Into<String>) -> Error {
        Error::Damaged { path: path.to_owned(), part, what: what.into() }
    }

    pub(super) fn malformed(path: &Path, what: impl Into<String>) -> Error {
        Error::Malformed { path: path.to_owned(), what: what.into() }
    }
}

impl Limits {
    pub(super) fn check(path: &Path, what: &'static str, found: u64, limit: u64) -> Result<()> {
        if found <= limit { Ok(()) } else { Err(Error::Large { path: path.to_owned(), what, found, limit }) }
    }
}
