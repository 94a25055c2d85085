//! Vulnerability intelligence: what sources publish, in a database of its own beside the plant's store, so
//! that it can be replaced, shared and left unencrypted.
//!
//! Claims are filed under the hash of each name a product goes by; looking up an asset reads only what is filed
//! under its own names, however large the database is.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params};
use rusqlite_migration::{M, Migrations};
use rustc_hash::FxHashSet;
use serde::Deserialize;
use vulnerability::{
    CveId,
    matching::filed_under,
    name::Key,
    record::{Claim, Exploited, Probability, Record, Remedy, Source, State, Vulnerability, VulnerabilityId},
};

use crate::{Error, PATIENCE, Result, value};

/// Name of the database inside a store's folder.
pub const DATABASE: &str = "intelligence.db";

const STEPS: &[M<'static>] = &[M::up(include_str!("../migrations/intelligence_0001.sql"))];

/// Bytes of claims gathered before they are written in order of name: a tree is filled fastest from left to
/// right.
const GATHER: usize = 4 << 20;

/// An open intelligence database.
#[derive(Debug)]
pub struct Intelligence {
    connection: Connection,
    path: PathBuf,
}

/// A record made ready for writing; making it so is the work that needs no database.
#[derive(Debug)]
pub enum Prepared {
    /// A record.
    Record(Box<PreparedRecord>),
    /// An entry of KEV.
    Exploited(Exploited),
    /// A score of EPSS.
    Probability(Probability),
}

/// A record, encoded.
#[derive(Debug)]
pub struct PreparedRecord {
    source: Source,
    id: Box<str>,
    modified: i64,
    published: Option<i64>,
    state: State,
    content: [u8; 16],
    title: Box<str>,
    publisher: Box<str>,
    body: Vec<u8>,
    about: Vec<String>,
    claims: Vec<(Key, Vec<u8>)>,
}

impl Prepared {
    /// Encodes a record. `content` is a hash of what it was read from.
    pub fn record(record: Record, content: [u8; 16]) -> Prepared {
        let about = record
            .vulnerabilities
            .iter()
            .map(|vulnerability| vulnerability.id.to_string())
            .filter(|id| **id != *record.id)
            .collect();
        Prepared::Record(Box::new(PreparedRecord {
            source: record.source,
            modified: record.modified.as_millisecond(),
            published: record.published.map(Timestamp::as_millisecond),
            state: record.state,
            content,
            body: serde_json::to_vec(&record.vulnerabilities).unwrap_or_default(),
            about,
            claims: filed(&record.claims),
            title: record.title,
            publisher: record.publisher,
            id: record.id,
        }))
    }
}

/// Claims by the names they are filed under. Each carries its place in the record, so that one filed under
/// several names is known as one.
fn filed(claims: &[Claim]) -> Vec<(Key, Vec<u8>)> {
    let mut under: Vec<(Key, u32)> = Vec::new();
    for (index, claim) in claims.iter().enumerate() {
        under.extend(filed_under(claim).into_iter().map(|key| (key, index as u32)));
    }
    under.sort_unstable();
    under
        .chunk_by(|a, b| a.0 == b.0)
        .filter_map(|same| {
            let list: Vec<(u32, &Claim)> =
                same.iter().map(|(_, index)| (*index, &claims[*index as usize])).collect();
            Some((same[0].0, postcard::to_allocvec(&list).ok()?))
        })
        .collect()
}

/// How many items an import added, changed, and found unchanged or older.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// New.
    pub added: u64,
    /// Different and not older.
    pub changed: u64,
    /// The same, or older than what is there.
    pub unchanged: u64,
}

impl Taken {
    /// Counts a signal (KEV, EPSS) by the rows that writing it touched.
    fn signal(&mut self, written: usize) {
        *if written > 0 { &mut self.added } else { &mut self.unchanged } += 1;
    }
}

/// What is known of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceState {
    /// `nvd`, `cve`, `csaf`, `kev`, `epss`.
    pub id: String,
    /// How many records.
    pub records: u64,
    /// The newest record's moment.
    pub newest: Option<Timestamp>,
    /// When something was last taken from it, or it last had nothing new.
    pub last_success: Option<Timestamp>,
}

/// A record as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Where it comes from.
    pub source: Source,
    /// Its id there.
    pub id: String,
    /// When it last changed.
    pub modified: Timestamp,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// How far it is.
    pub state: State,
    /// Title.
    pub title: String,
    /// Who published it.
    pub publisher: String,
    /// What it says of vulnerabilities.
    pub vulnerabilities: Vec<Vulnerability>,
}

/// An advisory with the remedies that it states.
#[derive(Clone, Debug, PartialEq)]
pub struct Advisory {
    /// Its id.
    pub id: String,
    /// Who published it.
    pub publisher: String,
    /// When it was published, else last changed.
    pub published: Timestamp,
    /// How far it is.
    pub state: State,
    /// Remedies by vulnerability.
    pub remedies: Vec<(VulnerabilityId, Vec<Remedy>)>,
    /// What it says about products, of these vulnerabilities and others.
    pub claims: Vec<Claim>,
}

/// A record's head, for judging its claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Where it comes from.
    pub source: Source,
    /// Its id there.
    pub id: Box<str>,
    /// How far it is.
    pub state: State,
}

/// The key of a record in this database.
pub type RecordKey = i64;

fn source_number(source: Source) -> i64 {
    match source {
        Source::Nvd => 1,
        Source::Cve => 2,
        Source::Csaf => 3,
    }
}

fn source_of(number: i64) -> Result<Source> {
    Source::ALL
        .into_iter()
        .find(|source| source_number(*source) == number)
        .ok_or_else(|| value::unreadable("source", &number.to_string()))
}

fn state_number(state: State) -> i64 {
    match state {
        State::Published => 0,
        State::NotAnalysed => 1,
        State::Disputed => 2,
        State::Rejected => 3,
    }
}

fn state_of(number: i64) -> Result<State> {
    [State::Published, State::NotAnalysed, State::Disputed, State::Rejected]
        .into_iter()
        .find(|state| state_number(*state) == number)
        .ok_or_else(|| value::unreadable("state of a record", &number.to_string()))
}

/// A CVE id as one number, in its own order. `None` for numbers that nobody assigns.
fn cve_number(cve: CveId) -> Option<i64> {
    let number = i64::try_from(cve.number()).ok().filter(|number| *number < 1 << 48)?;
    Some(i64::from(cve.year()) << 48 | number)
}

fn moment(millisecond: i64) -> Result<Timestamp> {
    Timestamp::from_millisecond(millisecond)
        .map_err(|_| value::unreadable("moment", &millisecond.to_string()))
}

impl Intelligence {
    /// Opens the database in a folder; makes it, and the folder, when they are not there.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Newer`], [`Error::Damaged`], [`Error::Locked`].
    pub fn open(folder: &Path) -> Result<Intelligence> {
        std::fs::create_dir_all(folder).map_err(|source| Error::io(folder, source))?;
        let path = folder.join(DATABASE);
        let failed = |source| Error::at(&path, source);
        let mut connection = Connection::open(&path).map_err(failed)?;
        let prepare = |connection: &Connection| -> rusqlite::Result<()> {
            connection.busy_timeout(PATIENCE)?;
            // Takes effect only while the file is new.
            connection.pragma_update(None, "page_size", 8192)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            connection.pragma_update(None, "trusted_schema", false)?;
            connection.pragma_update(None, "cache_size", -32_768)?;
            connection.set_prepared_statement_cache_capacity(64);
            Ok(())
        };
        prepare(&connection).map_err(failed)?;
        let version: usize =
            connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
        if version > STEPS.len() {
            return Err(Error::Newer { folder: path });
        }
        if version < STEPS.len() {
            Migrations::from_slice(STEPS).to_latest(&mut connection).map_err(|error| match error {
                rusqlite_migration::Error::RusqliteError { err, .. } => Error::at(&path, err),
                other => Error::Damaged { folder: path.clone(), detail: other.to_string() },
            })?;
        }
        Ok(Intelligence { connection, path })
    }

    /// Opens the database of a folder for reading, when there is one.
    ///
    /// # Errors
    /// As [`Intelligence::open`].
    pub fn open_existing(folder: &Path) -> Result<Option<Intelligence>> {
        if !folder.join(DATABASE).is_file() {
            return Ok(None);
        }
        Intelligence::open(folder).map(Some)
    }

    /// Another reader of the same database, for another thread.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn reader(&self) -> Result<Intelligence> {
        let failed = |source| Error::at(&self.path, source);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(failed)?;
        connection.busy_timeout(PATIENCE).map_err(failed)?;
        connection.pragma_update(None, "query_only", true).map_err(failed)?;
        connection.pragma_update(None, "cache_size", -32_768).map_err(failed)?;
        Ok(Intelligence { connection, path: self.path.clone() })
    }

    /// Where the database is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Changes the database: all of it or nothing, and readers see nothing of it until it is whole.
    ///
    /// # Errors
    /// What `work` fails with; [`Error::Locked`] when another program is writing.
    pub fn change<T, E: From<Error>>(
        &mut self,
        work: impl FnOnce(&mut IntelligenceChange<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let path = self.path.clone();
        let failed = |source| E::from(Error::at(&path, source));
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let mut change = IntelligenceChange { transaction, gathered: Vec::new(), bytes: 0 };
        let value = work(&mut change)?;
        change.flush()?;
        change.transaction.commit().map_err(failed)?;
        Ok(value)
    }

    /// Whether a file with these bytes was taken.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn files(&self) -> Result<Vec<[u8; 32]>> {
        let mut statement = self.connection.prepare_cached("SELECT sha256 FROM file")?;
        Ok(statement.query_map([], |row| row.get::<_, [u8; 32]>(0))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Each source that something is known of.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn sources(&self) -> Result<Vec<SourceState>> {
        let mut statement =
            self.connection.prepare_cached("SELECT id, newest, last_success FROM source ORDER BY id")?;
        let mut rows = statement.query([])?;
        let mut sources = Vec::new();
        while let Some(row) = rows.next()? {
            let id: String = row.get(0)?;
            let newest: Option<i64> = row.get(1)?;
            let last: Option<i64> = row.get(2)?;
            sources.push(SourceState {
                records: self.count(&id)?,
                newest: newest.map(moment).transpose()?,
                last_success: last.map(moment).transpose()?,
                id,
            });
        }
        Ok(sources)
    }

    /// The newest record's moment of all sources.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn newest(&self) -> Result<Option<Timestamp>> {
        let newest: Option<i64> =
            self.connection.query_row("SELECT max(newest) FROM source", [], |row| row.get(0))?;
        newest.map(moment).transpose()
    }

    /// Where a source's synchronisation goes on, as it was kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn cursor(&self, id: &str) -> Result<Option<String>> {
        let mut statement = self.connection.prepare_cached("SELECT cursor FROM source WHERE id = ?1")?;
        Ok(statement.query_row([id], |row| row.get(0)).optional()?.flatten())
    }

    fn count(&self, id: &str) -> Result<u64> {
        let of = |sql: &str| self.connection.query_row(sql, [], |row| row.get::<_, u64>(0));
        Ok(match id {
            "kev" => of("SELECT count(*) FROM exploited")?,
            "epss" => of("SELECT count(*) FROM probability")?,
            id => {
                let Some(source) = Source::ALL.into_iter().find(|source| source.id() == id) else {
                    return Ok(0);
                };
                self.connection.query_row(
                    "SELECT count(*) FROM record INDEXED BY record_modified WHERE source = ?1",
                    [source_number(source)],
                    |row| row.get(0),
                )?
            }
        })
    }

    /// Claims filed under a name, with the records they stand in.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn claims(&self, name: Key, mut each: impl FnMut(RecordKey, u32, Claim)) -> Result<()> {
        let mut statement =
            self.connection.prepare_cached("SELECT record, claims FROM claim WHERE name = ?1")?;
        let mut rows = statement.query([name.0 as i64])?;
        while let Some(row) = rows.next()? {
            let record: RecordKey = row.get(0)?;
            let bytes = row.get_ref(1)?.as_blob().unwrap_or_default();
            let claims: Vec<(u32, Claim)> = postcard::from_bytes(bytes)
                .map_err(|_| value::unreadable("claim", &format!("record {record}")))?;
            for (index, claim) in claims {
                each(record, index, claim);
            }
        }
        Ok(())
    }

    /// Keys of families under which something is, or was, filed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn families(&self) -> Result<Vec<Key>> {
        let mut statement = self.connection.prepare("SELECT name FROM family")?;
        let names = statement.query_map([], |row| Ok(Key(row.get::<_, i64>(0)? as u64)))?;
        Ok(names.collect::<rusqlite::Result<_>>()?)
    }

    /// A record's head.
    ///
    /// # Errors
    /// When the database cannot be read or has no such record.
    pub fn head(&self, record: RecordKey) -> Result<Head> {
        let mut statement =
            self.connection.prepare_cached("SELECT source, id, state FROM record WHERE key = ?1")?;
        let row: Option<(i64, Box<str>, i64)> =
            statement.query_row([record], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
        let (source, id, state) = row.ok_or_else(|| value::unreadable("record", &record.to_string()))?;
        Ok(Head { source: source_of(source)?, id, state: state_of(state)? })
    }

    /// Every record that speaks of a vulnerability, side by side: advisories, the CVE record, NVD's entry.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn about(&self, id: &VulnerabilityId) -> Result<Vec<Known>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT source, id, modified, published, state, title, publisher, body FROM record
             WHERE key IN (SELECT record FROM about WHERE vulnerability = ?1)
                OR (source IN (1, 2) AND id = ?1)
             ORDER BY source DESC, id",
        )?;
        let wanted = id.to_string();
        let mut rows = statement.query([&wanted])?;
        let mut known = Vec::new();
        while let Some(row) = rows.next()? {
            let published: Option<i64> = row.get(3)?;
            let body = row.get_ref(7)?.as_blob().unwrap_or_default();
            let all: Vec<Vulnerability> =
                serde_json::from_slice(body).map_err(|_| value::unreadable("record's body", &wanted))?;
            known.push(Known {
                source: source_of(row.get(0)?)?,
                id: row.get(1)?,
                modified: moment(row.get(2)?)?,
                published: published.map(moment).transpose()?,
                state: state_of(row.get(4)?)?,
                title: row.get(5)?,
                publisher: row.get(6)?,
                vulnerabilities: all.into_iter().filter(|vulnerability| vulnerability.id == *id).collect(),
            });
        }
        Ok(known)
    }

    /// Advisories that state remedies for any of these vulnerabilities, in the order of their ids; only what they say of these.
    ///
    /// # Errors
    /// When the database cannot be read, or `each` fails.
    pub fn advisories<E: From<Error>>(
        &self,
        of: &FxHashSet<&str>,
        mut each: impl FnMut(Advisory) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        for key in self.advisory_keys(of)? {
            if let Some(advisory) = self.advisory(key, of)? {
                each(advisory)?;
            }
        }
        Ok(())
    }

    fn advisory_keys(&self, of: &FxHashSet<&str>) -> Result<Vec<RecordKey>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT r.id, r.key FROM about a JOIN record r ON r.key = a.record WHERE a.vulnerability = ?1 AND r.source = ?2",
        )?;
        let mut keys: BTreeMap<String, RecordKey> = BTreeMap::new();
        for id in of {
            let mut rows = statement.query(params![id, source_number(Source::Csaf)])?;
            while let Some(row) = rows.next()? {
                keys.insert(row.get(0)?, row.get(1)?);
            }
        }
        Ok(keys.into_values().collect())
    }

    fn advisory(&self, key: RecordKey, of: &FxHashSet<&str>) -> Result<Option<Advisory>> {
        /// As much of a vulnerability as remedies need.
        #[derive(Deserialize)]
        struct Remedied {
            id: VulnerabilityId,
            #[serde(default)]
            remedies: Vec<Remedy>,
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT id, publisher, coalesce(published, modified), state, names, body FROM record WHERE key = ?1",
        )?;
        let mut rows = statement.query([key])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let id: String = row.get(0)?;
        let body: Vec<Remedied> = serde_json::from_slice(row.get_ref(5)?.as_blob().unwrap_or_default())
            .map_err(|_| value::unreadable("record's body", &id))?;
        let remedies: Vec<(VulnerabilityId, Vec<Remedy>)> = body
            .into_iter()
            .filter(|one| !one.remedies.is_empty() && of.contains(one.id.to_string().as_str()))
            .map(|one| (one.id, one.remedies))
            .collect();
        if remedies.is_empty() {
            return Ok(None);
        }
        let claims = self.claims_of(key, row.get_ref(4)?.as_blob().unwrap_or_default())?;
        Ok(Some(Advisory {
            publisher: row.get(1)?,
            published: moment(row.get(2)?)?,
            state: state_of(row.get(3)?)?,
            remedies,
            claims,
            id,
        }))
    }

    /// A record's claims in its own order, by the names they are filed under.
    fn claims_of(&self, key: RecordKey, filed: &[u8]) -> Result<Vec<Claim>> {
        let mut posting =
            self.connection.prepare_cached("SELECT claims FROM claim WHERE name = ?1 AND record = ?2")?;
        let mut claims: Vec<(u32, Claim)> = Vec::new();
        for name in names(filed) {
            let bytes: Vec<u8> = posting.query_row(params![name, key], |row| row.get(0))?;
            let list: Vec<(u32, Claim)> =
                postcard::from_bytes(&bytes).map_err(|_| value::unreadable("claim", &key.to_string()))?;
            claims.extend(list);
        }
        claims.sort_by_key(|(index, _)| *index);
        claims.dedup_by_key(|(index, _)| *index);
        Ok(claims.into_iter().map(|(_, claim)| claim).collect())
    }

    /// Who withdrew a CVE, if anybody: where its own record is known that decides, else NVD's entry.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn withdrawn(&self, cve: CveId) -> Result<Option<Source>> {
        let mut statement =
            self.connection.prepare_cached("SELECT state FROM record WHERE source = ?1 AND id = ?2")?;
        let id = cve.to_string();
        for source in [Source::Cve, Source::Nvd] {
            let state =
                statement.query_row(params![source_number(source), id], |row| row.get(0)).optional()?;
            if let Some(state) = state {
                return Ok((state_of(state)? == State::Rejected).then_some(source));
            }
        }
        Ok(None)
    }

    /// The KEV entry of a CVE.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn exploited(&self, cve: CveId) -> Result<Option<Exploited>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT added, due, action, ransomware FROM exploited WHERE cve = ?1")?;
        let row: Option<(String, Option<String>, String, bool)> = statement
            .query_row([cve.to_string()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .optional()?;
        row.map(|(added, due, action, ransomware)| {
            Ok(Exploited {
                cve,
                added: value::date(&added)?,
                due: due.as_deref().map(value::date).transpose()?,
                action,
                ransomware,
            })
        })
        .transpose()
    }

    /// The EPSS score of a CVE.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn probability(&self, cve: CveId) -> Result<Option<Probability>> {
        let Some(number) = cve_number(cve) else { return Ok(None) };
        let mut statement =
            self.connection.prepare_cached("SELECT score, percentile FROM probability WHERE cve = ?1")?;
        Ok(statement
            .query_row([number], |row| Ok(Probability { cve, score: row.get(0)?, percentile: row.get(1)? }))
            .optional()?)
    }

    /// Fingerprints of bundle keys that were accepted: fingerprint, label, when first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn pins(&self) -> Result<Vec<(String, String, Timestamp)>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT fingerprint, label, first_seen FROM pin ORDER BY first_seen")?;
        let mut rows = statement.query([])?;
        let mut pins = Vec::new();
        while let Some(row) = rows.next()? {
            pins.push((row.get(0)?, row.get(1)?, moment(row.get(2)?)?));
        }
        Ok(pins)
    }

    /// Every record changed at or after a moment (all when `None`), whole, with the hash of its content.
    ///
    /// # Errors
    /// When the database cannot be read, or `each` fails.
    pub fn export<E: From<Error>>(
        &self,
        since: Option<Timestamp>,
        mut each: impl FnMut(Record, [u8; 16]) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let sql = |error: rusqlite::Error| E::from(Error::from(error));
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT key, source, id, modified, published, state, content, title, publisher, names, body FROM record
                 WHERE modified >= ?1 ORDER BY key",
            )
            .map_err(sql)?;
        let from = since.map_or(i64::MIN, Timestamp::as_millisecond);
        let mut rows = statement.query([from]).map_err(sql)?;
        while let Some(row) = rows.next().map_err(sql)? {
            let record = (|| -> Result<(Record, [u8; 16])> {
                let key: RecordKey = row.get(0)?;
                let published: Option<i64> = row.get(4)?;
                let claims = self.claims_of(key, row.get_ref(9)?.as_blob().unwrap_or_default())?;
                let id: String = row.get(2)?;
                let record = Record {
                    source: source_of(row.get(1)?)?,
                    modified: moment(row.get(3)?)?,
                    published: published.map(moment).transpose()?,
                    state: state_of(row.get(5)?)?,
                    title: row.get::<_, String>(7)?.into(),
                    publisher: row.get::<_, String>(8)?.into(),
                    vulnerabilities: serde_json::from_slice(row.get_ref(10)?.as_blob().unwrap_or_default())
                        .map_err(|_| value::unreadable("record's body", &id))?,
                    claims,
                    id: id.into(),
                };
                Ok((record, row.get(6)?))
            })()?;
            each(record.0, record.1)?;
        }
        Ok(())
    }

    /// Every KEV entry and EPSS score.
    ///
    /// # Errors
    /// When the database cannot be read, or `each` fails.
    pub fn export_signals<E: From<Error>>(
        &self,
        mut exploited: impl FnMut(Exploited) -> std::result::Result<(), E>,
        mut probability: impl FnMut(Probability) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let sql = |error: rusqlite::Error| E::from(Error::from(error));
        let mut statement =
            self.connection.prepare_cached("SELECT cve FROM exploited ORDER BY cve").map_err(sql)?;
        let ids: Vec<String> = statement
            .query_map([], |row| row.get(0))
            .map_err(sql)?
            .collect::<rusqlite::Result<_>>()
            .map_err(sql)?;
        for id in ids {
            let cve: CveId = id.parse().map_err(|_| E::from(value::unreadable("CVE id", &id)))?;
            if let Some(entry) = self.exploited(cve)? {
                exploited(entry)?;
            }
        }
        let mut statement = self
            .connection
            .prepare_cached("SELECT cve, score, percentile FROM probability ORDER BY cve")
            .map_err(sql)?;
        let mut rows = statement.query([]).map_err(sql)?;
        while let Some(row) = rows.next().map_err(sql)? {
            let number: i64 = row.get(0).map_err(sql)?;
            let text = format!("CVE-{}-{:04}", number >> 48, number & ((1 << 48) - 1));
            let cve: CveId = text.parse().map_err(|_| E::from(value::unreadable("CVE id", &text)))?;
            let score = row.get(1).map_err(sql)?;
            probability(Probability { cve, score, percentile: row.get(2).map_err(sql)? })?;
        }
        Ok(())
    }
}

fn names(bytes: &[u8]) -> impl Iterator<Item = i64> {
    bytes.chunks_exact(8).map(|chunk| {
        let mut eight = [0; 8];
        eight.copy_from_slice(chunk);
        i64::from_le_bytes(eight)
    })
}

/// A change of the intelligence under way.
#[derive(Debug)]
pub struct IntelligenceChange<'i> {
    transaction: Transaction<'i>,
    gathered: Vec<(i64, RecordKey, Vec<u8>)>,
    bytes: usize,
}

impl IntelligenceChange<'_> {
    /// Takes an item: new ones are added, different ones that are not older replace what is there.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn take(&mut self, item: Prepared, taken: &mut Taken) -> Result<()> {
        match item {
            Prepared::Record(record) => self.take_record(*record, taken),
            Prepared::Exploited(entry) => {
                let written = self
                    .transaction
                    .prepare_cached(
                        "INSERT INTO exploited (cve, added, due, action, ransomware) VALUES (?1, ?2, ?3, ?4, ?5)
                         ON CONFLICT (cve) DO UPDATE SET added = ?2, due = ?3, action = ?4, ransomware = ?5
                         WHERE (added, ifnull(due, ''), action, ransomware) <> (?2, ifnull(?3, ''), ?4, ?5)",
                    )?
                    .execute(params![
                        entry.cve.to_string(),
                        entry.added.to_string(),
                        entry.due.map(|day| day.to_string()),
                        entry.action,
                        entry.ransomware
                    ])?;
                taken.signal(written);
                Ok(())
            }
            Prepared::Probability(probability) => {
                let Some(number) = cve_number(probability.cve) else { return Ok(()) };
                let written = self
                    .transaction
                    .prepare_cached(
                        "INSERT INTO probability (cve, score, percentile) VALUES (?1, ?2, ?3)
                         ON CONFLICT (cve) DO UPDATE SET score = ?2, percentile = ?3
                         WHERE score <> ?2 OR percentile <> ?3",
                    )?
                    .execute(params![number, probability.score, probability.percentile])?;
                taken.signal(written);
                Ok(())
            }
        }
    }

    /// Writes a record's row where there is none of its id: with a key at that place, else at a new one. Tells
    /// how many rows it wrote.
    fn insert(&self, key: Option<RecordKey>, record: &PreparedRecord) -> Result<usize> {
        let names: Vec<u8> =
            record.claims.iter().flat_map(|(name, _)| (name.0 as i64).to_le_bytes()).collect();
        Ok(self
            .transaction
            .prepare_cached(
                "INSERT INTO record (key, source, id, modified, published, state, content, title, publisher, names, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (source, id) DO NOTHING",
            )?
            .execute(params![
                key,
                source_number(record.source),
                record.id,
                record.modified,
                record.published,
                state_number(record.state),
                &record.content[..],
                record.title,
                record.publisher,
                names,
                record.body
            ])?)
    }

    fn take_record(&mut self, record: PreparedRecord, taken: &mut Taken) -> Result<()> {
        let key = if self.insert(None, &record)? > 0 {
            taken.added += 1;
            self.transaction.last_insert_rowid()
        } else {
            let (key, modified, content): (RecordKey, i64, [u8; 16]) = self
                .transaction
                .prepare_cached("SELECT key, modified, content FROM record WHERE source = ?1 AND id = ?2")?
                .query_row(params![source_number(record.source), record.id], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })?;
            if modified > record.modified || content == record.content {
                taken.unchanged += 1;
                return Ok(());
            }
            taken.changed += 1;
            self.flush()?;
            self.forget(key)?;
            self.insert(Some(key), &record)?;
            key
        };
        for id in &record.about {
            self.transaction
                .prepare_cached("INSERT OR IGNORE INTO about (vulnerability, record) VALUES (?1, ?2)")?
                .execute(params![id, key])?;
        }
        for (name, claims) in record.claims {
            if name.is_family() {
                self.transaction
                    .prepare_cached("INSERT OR IGNORE INTO family (name) VALUES (?1)")?
                    .execute([name.0 as i64])?;
            }
            self.bytes += claims.len() + 48;
            self.gathered.push((name.0 as i64, key, claims));
        }
        if self.bytes > GATHER {
            self.flush()?;
        }
        Ok(())
    }

    /// Drops a record's older form and what it claimed.
    fn forget(&self, key: RecordKey) -> Result<()> {
        let old: Vec<u8> = self
            .transaction
            .prepare_cached("SELECT names FROM record WHERE key = ?1")?
            .query_row([key], |row| row.get(0))?;
        let mut delete =
            self.transaction.prepare_cached("DELETE FROM claim WHERE name = ?1 AND record = ?2")?;
        for name in names(&old) {
            delete.execute(params![name, key])?;
        }
        self.transaction.prepare_cached("DELETE FROM about WHERE record = ?1")?.execute([key])?;
        self.transaction.prepare_cached("DELETE FROM record WHERE key = ?1")?.execute([key])?;
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.bytes = 0;
        self.gathered.sort_unstable_by_key(|(name, record, _)| (*name, *record));
        let mut insert = self
            .transaction
            .prepare_cached("INSERT INTO claim (name, record, claims) VALUES (?1, ?2, ?3)")?;
        for (name, record, claims) in self.gathered.drain(..) {
            insert.execute(params![name, record, claims])?;
        }
        Ok(())
    }

    /// Notes that a file was taken.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn took_file(&self, sha256: &[u8; 32]) -> Result<()> {
        self.transaction
            .prepare_cached("INSERT OR IGNORE INTO file (sha256) VALUES (?1)")?
            .execute([&sha256[..]])?;
        Ok(())
    }

    /// Notes that a source had its say: at `at`, and, for sources whose entries carry no moment of their own,
    /// of which moment they are.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn heard(&self, id: &str, at: Timestamp, of: Option<Timestamp>) -> Result<()> {
        let newest: Option<i64> = match Source::ALL.into_iter().find(|source| source.id() == id) {
            Some(source) => self.transaction.query_row(
                "SELECT max(modified) FROM record WHERE source = ?1",
                [source_number(source)],
                |row| row.get(0),
            )?,
            None => of.map(Timestamp::as_millisecond),
        };
        self.transaction
            .prepare_cached(
                "INSERT INTO source (id, newest, last_success) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET newest = max(ifnull(newest, ?2), ifnull(?2, newest)), last_success = max(ifnull(last_success, ?3), ?3)",
            )?
            .execute(params![id, newest, at.as_millisecond()])?;
        Ok(())
    }

    /// Keeps where a synchronisation goes on.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn keep_cursor(&self, id: &str, cursor: &str) -> Result<()> {
        self.transaction.execute(
            "INSERT INTO source (id, cursor) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET cursor = ?2",
            params![id, cursor],
        )?;
        Ok(())
    }

    /// Accepts a bundle key.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn pin(&self, fingerprint: &str, label: &str, at: Timestamp) -> Result<()> {
        self.transaction.execute(
            "INSERT OR IGNORE INTO pin (fingerprint, label, first_seen) VALUES (?1, ?2, ?3)",
            params![fingerprint, label, at.as_millisecond()],
        )?;
        Ok(())
    }
}
