//! The plant's store: one folder with an SQLite database in WAL mode, encrypted with SQLCipher where its owner wants
//! that. The only crate with SQL.
//!
//! Reading goes through [`Store`]; every change goes through [`Store::change`], which runs in one
//! transaction and must leave an entry in the hash-chained audit log, or nothing of it stays.

mod adopt;
mod asset;
pub mod audit;
pub mod backup;
mod blob;
mod conduit;
pub mod control;
mod convert;
pub mod environment;
pub mod error;
pub mod files;
pub mod finding;
pub mod intake;
pub mod intelligence;
pub mod key;
pub mod match_decision;
pub mod pending;
mod plant;
pub mod report;
pub mod rescue;
mod schema;
pub mod sr_answer;
pub mod ticket;
mod usage;
mod value;
pub mod visit;
pub mod vulnerability;
pub mod work;
mod zone;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use usage::InUse;

pub use audit::{AuditEntry, ChainState};
pub use convert::{convert, keep_signing_key, signing_key, tidy};
pub use error::{Error, Result};
pub use key::{Key, SealedKey, is_sealed, unsealed};
pub use plant::{Counts, PlantCounts};
pub use report::{KeptEvidence, KeptReport};

/// Name of the database inside a store's folder.
pub const DATABASE: &str = "plumbline.db";

/// How long a writer waits for another one before it gives up.
const PATIENCE: Duration = Duration::from_secs(5);

/// How a database is opened that must be there.
const EXISTING: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE
    .union(OpenFlags::SQLITE_OPEN_NO_MUTEX)
    .union(OpenFlags::SQLITE_OPEN_URI);

/// An open store.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    folder: PathBuf,
    is_sealed: bool,
    /// Let go after the connection.
    _in_use: InUse,
}

/// Who changes something, and when: handed in, never asked of the machine here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Name for the audit log.
    pub actor: String,
    /// Time of the change.
    pub at: Timestamp,
}

/// A change under way: one transaction. Methods that write stand with their tables.
#[derive(Debug)]
pub struct Change<'s> {
    transaction: Transaction<'s>,
    who: &'s Who,
}

/// What is read within one transaction, so that no statement sees a change that the one before it did not.
/// Methods that read stand with their tables.
struct Reading<'c> {
    connection: &'c Connection,
}

/// What SQLite finds wrong with a database.
fn faults(connection: &Connection) -> Result<Vec<String>> {
    let lines = |statement: &str, line: fn(&rusqlite::Row<'_>) -> rusqlite::Result<String>| {
        let mut statement = connection.prepare(statement)?;
        statement.query_map([], line)?.collect::<rusqlite::Result<Vec<String>>>()
    };
    let mut wrong = lines("PRAGMA integrity_check(20)", |row| row.get(0))?;
    wrong.retain(|line| line != "ok");
    // Nothing to say for a database that is not encrypted.
    wrong.extend(lines("PRAGMA cipher_integrity_check", |row| row.get(0)).unwrap_or_default());
    wrong.extend(lines("PRAGMA foreign_key_check", |row| {
        Ok(format!("a row of {} leads nowhere", row.get::<_, String>(0)?))
    })?);
    Ok(wrong)
}

/// Brings the database in a folder up to date and writes one entry into its log, before it is made the store.
fn log_alone(
    folder: &Path,
    key: Option<&Key>,
    who: &Who,
    action: &str,
    detail: &serde_json::Value,
) -> Result<()> {
    let mut opened = connection(folder, &folder.join(DATABASE), EXISTING, key)?;
    let failed = |source| Error::at(folder, source);
    schema::migrate(&mut opened, key, folder)?;
    let transaction = opened.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let who = audit::not_before(&transaction, who)?;
    {
        let change = Change { transaction, who: &who };
        change.log(action, "", detail)?;
        change.transaction.commit().map_err(failed)?;
    }
    // What is in the log of changes goes into the database with it.
    opened.close().map_err(|(_, source)| failed(source))
}

/// A connection to a database, set up as every one is.
fn connection(folder: &Path, path: &Path, flags: OpenFlags, key: Option<&Key>) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, flags).map_err(|source| Error::at(folder, source))?;
    let prepare = || -> rusqlite::Result<()> {
        connection.busy_timeout(PATIENCE)?;
        // What goes wrong comes back as an error; nothing is said to the terminal besides.
        connection.pragma_update(None, "cipher_log_level", "NONE")?;
        if let Some(key) = key {
            connection.pragma_update(None, "key", key.pragma().as_str())?;
        }
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        // Kibibytes: a change of a large plant stays in memory until it is written, once.
        connection.pragma_update(None, "cache_size", -32_768)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(())
    };
    prepare().map_err(|source| Error::at(folder, source))?;
    Ok(connection)
}

impl Store {
    /// Whether a folder holds a store, or one that has only to be put into its place.
    pub fn exists(folder: &Path) -> bool {
        folder.join(DATABASE).is_file() || pending::is_there(folder)
    }

    /// Makes a new store in a folder, which is created when it is not there; an encrypted one with a key and its sealed
    /// form. All of it is there, or nothing.
    ///
    /// # Errors
    /// [`Error::Exists`] when there is one already, [`Error::Io`] when the folder cannot be written.
    pub fn create(folder: &Path, who: &Who, key: Option<(&Key, &SealedKey)>) -> Result<Store> {
        let making = pending::Making::begin(folder)?;
        let (key, sealed) = key.unzip();
        if let Some(sealed) = sealed {
            sealed.write(making.path())?;
        }
        let mut store = Store::connect(making.path(), OpenFlags::default(), key)?;
        store.change(who, |change| {
            change.put("id", &uuid::Uuid::now_v7().to_string())?;
            change.put("created", &who.at.to_string())?;
            change.log("store.created", "", &serde_json::json!({"schema": schema::VERSION}))
        })?;
        drop(store);
        making.finish()?;
        Store::open(folder, key)
    }

    /// Opens the store in a folder and brings its schema up to date, with a backup made first. The key is not needed
    /// for a store that is not encrypted.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Sealed`] without a key, [`Error::Newer`], [`Error::Damaged`], [`Error::Locked`].
    pub fn open(folder: &Path, key: Option<&Key>) -> Result<Store> {
        if !Store::exists(folder) {
            return Err(Error::Missing { folder: folder.to_owned() });
        }
        Store::connect(folder, EXISTING, key)
    }

    fn connect(folder: &Path, flags: OpenFlags, key: Option<&Key>) -> Result<Store> {
        let in_use = InUse::share(folder)?;
        let path = folder.join(DATABASE);
        let is_sealed = if path.is_file() && std::fs::metadata(&path).is_ok_and(|data| data.len() > 0) {
            key::is_sealed(folder)?
        } else {
            key.is_some()
        };
        let key = match (is_sealed, key) {
            (true, None) => return Err(Error::Sealed { folder: folder.to_owned() }),
            (true, key) => key,
            (false, _) => None,
        };
        let mut connection = connection(folder, &path, flags, key)?;
        schema::migrate(&mut connection, key, folder)?;
        adopt::files(&mut connection, folder)?;
        if is_sealed {
            key::finish_change(&connection, folder)?;
        }
        Ok(Store { connection, folder: folder.to_owned(), is_sealed, _in_use: in_use })
    }

    /// Whether the store is encrypted.
    pub fn is_sealed(&self) -> bool {
        self.is_sealed
    }

    /// The store's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes a change: all of it and its audit entries, or nothing.
    ///
    /// # Errors
    /// What `work` fails with; [`Error::Locked`] when another program is writing; [`Error::Silent`] when
    /// `work` left no audit entry.
    pub fn change<T>(&mut self, who: &Who, work: impl FnOnce(&Change<'_>) -> Result<T>) -> Result<T> {
        self.try_change(who, work)
    }

    /// As [`Store::change`], for callers with errors of their own.
    ///
    /// # Errors
    /// As [`Store::change`].
    pub fn try_change<T, E: From<Error>>(
        &mut self,
        who: &Who,
        work: impl FnOnce(&Change<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let folder = self.folder.clone();
        let failed = |source| E::from(Error::at(&folder, source));
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let who = audit::not_before(&transaction, who)?;
        let change = Change { transaction, who: &who };
        let before = audit::head(&change.transaction)?.0;
        let value = work(&change)?;
        if audit::head(&change.transaction)?.0 == before {
            return Err(Error::Silent.into());
        }
        change.transaction.commit().map_err(failed)?;
        Ok(value)
    }

    /// A number that grows with every change of the store by anyone: the last row of the audit log.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn version(&self) -> Result<i64> {
        Ok(audit::head(&self.connection)?.0)
    }

    /// SQLite's own check of the file: empty when it found nothing wrong. Of an encrypted one every page's seal is
    /// checked as well.
    ///
    /// # Errors
    /// When the check itself cannot run.
    pub fn integrity(&self) -> Result<Vec<String>> {
        faults(&self.connection)
    }

    /// A value kept with the store as a whole.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn get(&self, key: &str) -> Result<Option<String>> {
        use rusqlite::OptionalExtension;
        Ok(self
            .connection
            .query_row("SELECT value FROM store WHERE key = ?1", [key], |row| row.get(0))
            .optional()?)
    }
}

impl Change<'_> {
    /// Keeps a value with the store as a whole.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn put(&self, key: &str, value: &str) -> Result<()> {
        self.transaction.execute(
            "INSERT INTO store (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
            [key, value],
        )?;
        Ok(())
    }

    /// As [`Store::version`], seen from inside: nobody else can change it until this change ends.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn version(&self) -> Result<i64> {
        Ok(audit::head(&self.transaction)?.0)
    }

    /// Who makes this change.
    pub fn who(&self) -> &Who {
        self.who
    }
}
