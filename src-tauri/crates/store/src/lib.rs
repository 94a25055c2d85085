//! The plant's store: one folder with an SQLite database in WAL mode. The only crate with SQL.
//!
//! Reading goes through [`Store`]; every change goes through [`Store::change`], which runs in one
//! transaction and must leave an entry in the hash-chained audit log, or nothing of it stays.

mod asset;
pub mod audit;
mod conduit;
pub mod control;
pub mod environment;
pub mod error;
pub mod finding;
pub mod intake;
pub mod intelligence;
pub mod match_decision;
mod plant;
pub mod report;
mod schema;
pub mod sr_answer;
pub mod ticket;
mod value;
pub mod vulnerability;
pub mod work;
mod zone;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

pub use audit::{AuditEntry, ChainState};
pub use error::{Error, Result};
pub use plant::{Counts, PlantCounts};
pub use report::{KeptEvidence, KeptReport};

/// Name of the database inside a store's folder.
pub const DATABASE: &str = "plumbline.db";

/// How long a writer waits for another one before it gives up.
const PATIENCE: Duration = Duration::from_secs(5);

/// An open store.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    folder: PathBuf,
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

impl Store {
    /// Whether a folder holds a store.
    pub fn exists(folder: &Path) -> bool {
        folder.join(DATABASE).is_file()
    }

    /// Makes a new store in a folder, which is created when it is not there.
    ///
    /// # Errors
    /// [`Error::Exists`] when there is one already, [`Error::Io`] when the folder cannot be written.
    pub fn create(folder: &Path, who: &Who) -> Result<Store> {
        if Store::exists(folder) {
            return Err(Error::Exists { folder: folder.to_owned() });
        }
        std::fs::create_dir_all(folder).map_err(|source| Error::io(folder, source))?;
        let mut store = Store::connect(folder, OpenFlags::default())?;
        store.change(who, |change| {
            change.put("id", &uuid::Uuid::now_v7().to_string())?;
            change.put("created", &who.at.to_string())?;
            change.log("store.created", "", &serde_json::json!({"schema": schema::VERSION}))
        })?;
        Ok(store)
    }

    /// Opens the store in a folder and brings its schema up to date, with a copy of the database taken first.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Newer`], [`Error::Damaged`], [`Error::Locked`].
    pub fn open(folder: &Path) -> Result<Store> {
        if !Store::exists(folder) {
            return Err(Error::Missing { folder: folder.to_owned() });
        }
        Store::connect(folder, OpenFlags::default() & !OpenFlags::SQLITE_OPEN_CREATE)
    }

    fn connect(folder: &Path, flags: OpenFlags) -> Result<Store> {
        let path = folder.join(DATABASE);
        let mut connection =
            Connection::open_with_flags(&path, flags).map_err(|source| Error::at(folder, source))?;
        let prepare = |connection: &Connection| -> rusqlite::Result<()> {
            connection.busy_timeout(PATIENCE)?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "foreign_keys", true)?;
            connection.pragma_update(None, "trusted_schema", false)?;
            // Kibibytes: a change of a large plant stays in memory until it is written, once.
            connection.pragma_update(None, "cache_size", -32_768)?;
            connection.set_prepared_statement_cache_capacity(64);
            Ok(())
        };
        prepare(&connection).map_err(|source| Error::at(folder, source))?;
        schema::migrate(&mut connection, folder)?;
        Ok(Store { connection, folder: folder.to_owned() })
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

    /// SQLite's own check of the file: empty when it found nothing wrong.
    ///
    /// # Errors
    /// When the check itself cannot run.
    pub fn integrity(&self) -> Result<Vec<String>> {
        let mut statement = self.connection.prepare("PRAGMA integrity_check(20)")?;
        let lines =
            statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
        let mut wrong: Vec<String> = lines.into_iter().filter(|line| line != "ok").collect();
        let mut statement = self.connection.prepare("PRAGMA foreign_key_check")?;
        let dangling = statement
            .query_map([], |row| Ok(format!("a row of {} leads nowhere", row.get::<_, String>(0)?)))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        wrong.extend(dangling);
        Ok(wrong)
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
