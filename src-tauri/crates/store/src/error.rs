//! What can go wrong with a store.

use std::{
    io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rusqlite::ErrorCode;

/// Result of store work.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong; the text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no store in the folder.
    #[error("there is no store in {}; create one with `plumbline init` or `plumbline demo`", folder.display())]
    Missing {
        /// The folder.
        folder: PathBuf,
    },
    /// There is a store in the folder already.
    #[error("{} holds a store already; nothing was changed. Choose another folder", folder.display())]
    Exists {
        /// The folder.
        folder: PathBuf,
    },
    /// Another program holds the store.
    #[error("the store in {} is in use by another program; close it there and try again", folder.display())]
    Locked {
        /// The folder.
        folder: PathBuf,
    },
    /// The file is no database or is damaged.
    #[error("the store in {} is damaged ({detail}); run `plumbline doctor`, and restore a backup if it says so", folder.display())]
    Damaged {
        /// The folder.
        folder: PathBuf,
        /// What SQLite says.
        detail: String,
    },
    /// The store was written by a newer program.
    #[error("the store in {} was written by a newer version of Plumbline; install that version, nothing was changed", folder.display())]
    Newer {
        /// The folder.
        folder: PathBuf,
    },
    /// The store is encrypted, and no key was given.
    #[error("the store in {} is encrypted; give its passphrase", folder.display())]
    Sealed {
        /// The folder.
        folder: PathBuf,
    },
    /// The passphrase is another.
    #[error("this is not the passphrase of the store in {}; nothing was changed", folder.display())]
    Passphrase {
        /// The folder.
        folder: PathBuf,
    },
    /// A new passphrase is too short.
    #[error("the passphrase is too short; take {shortest} characters or more, several words are best")]
    ShortPassphrase {
        /// Fewest characters.
        shortest: usize,
    },
    /// The file with the sealed key is gone or damaged.
    #[error("{} cannot be used ({detail}); put it back from a backup: without it nobody can open this store", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// A file is no backup, or not all of it is as it was made.
    #[error("{} is no whole backup of a store ({detail}); nothing was changed", path.display())]
    Backup {
        /// The file.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// Somebody broke the work off.
    #[error("cancelled; nothing was changed")]
    Cancelled,
    /// The file system gave no answer.
    #[error("cannot read {}: {source}; nothing was changed", path.display())]
    Unread {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something asked for does not exist.
    #[error("there is no {kind} {id:?} in this store")]
    NotFound {
        /// What kind of thing.
        kind: &'static str,
        /// Its id.
        id: String,
    },
    /// An id is taken.
    #[error("{kind} {id:?} exists already; choose another id")]
    Taken {
        /// What kind of thing.
        kind: &'static str,
        /// Its id.
        id: String,
    },
    /// Something was changed since, so that a change cannot be taken back.
    #[error("{what} was changed since; take that back first, nothing was changed")]
    Overtaken {
        /// What.
        what: String,
    },
    /// The clock is behind the log.
    #[error(
        "this computer's clock says {clock}, but the log was last written on {last}; set the clock right and try again, nothing was changed"
    )]
    Clock {
        /// What the clock says.
        clock: Timestamp,
        /// When the last row was written.
        last: Timestamp,
    },
    /// Something cannot be packed or unpacked.
    #[error("what the store keeps of an import cannot be read ({source}); run `plumbline doctor`")]
    Packing {
        /// Why.
        source: io::Error,
    },
    /// The file system refused.
    #[error("cannot write {}: {source}; check space and rights, nothing was changed", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A change without an audit entry: a fault of the program, which is why nothing of it was kept.
    #[error("internal: a change left no entry in the audit log and was not kept; please report this")]
    Silent,
    /// A value in the database is none that the program writes.
    #[error("the store holds {value:?} where a {what} belongs; run `plumbline doctor`")]
    Unreadable {
        /// What was expected.
        what: &'static str,
        /// What was there.
        value: String,
    },
    /// Anything else SQLite refuses.
    #[error("the store cannot be used: {0}")]
    Database(rusqlite::Error),
}

impl Error {
    pub(crate) fn io(path: &Path, source: io::Error) -> Error {
        Error::Io { path: path.to_owned(), source }
    }

    /// Sorts a database error into what a person can act on.
    pub(crate) fn at(folder: &Path, source: rusqlite::Error) -> Error {
        let folder = folder.to_owned();
        let detail = source.to_string();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Locked { folder },
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Error::Damaged { folder, detail },
            Some(
                ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::DiskFull
                | ErrorCode::PermissionDenied
                | ErrorCode::SystemIoFailure,
            ) => Error::Io { path: folder, source: io::Error::other(detail) },
            _ => Error::Database(source),
        }
    }

    /// A stable code for callers: not_found, usage, bad_input, cancelled, store_locked, store_sealed, wrong_passphrase,
    /// store_damaged, store_newer, io.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Missing { .. } | Error::NotFound { .. } => "not_found",
            Error::Exists { .. }
            | Error::Taken { .. }
            | Error::Overtaken { .. }
            | Error::ShortPassphrase { .. }
            | Error::Clock { .. } => "usage",
            Error::Backup { .. } => "bad_input",
            Error::Cancelled => "cancelled",
            Error::Locked { .. } => "store_locked",
            Error::Sealed { .. } => "store_sealed",
            Error::Passphrase { .. } => "wrong_passphrase",
            Error::Damaged { .. }
            | Error::KeyFile { .. }
            | Error::Packing { .. }
            | Error::Unreadable { .. }
            | Error::Database(_)
            | Error::Silent => "store_damaged",
            Error::Newer { .. } => "store_newer",
            Error::Io { .. } | Error::Unread { .. } => "io",
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(source: rusqlite::Error) -> Error {
        let nowhere = Path::new("");
        match Error::at(nowhere, source) {
            Error::Locked { .. } => Error::Locked { folder: PathBuf::from("use") },
            other => other,
        }
    }
}
