//! The audit log: append-only, each row carrying the hash of the one before.
//!
//! `hash = SHA-256(JSON array [before, seq, at, actor, action, subject, detail])`, hex; the first row's
//! `before` is 64 zeros. So any change of any row, or of their order, breaks the chain at that row.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Change, Error, Result, Store, Who, value};

/// Hash before the first row.
pub const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What is read of a row; see [`AuditEntry::read`].
const ENTRIES: &str = "SELECT seq, at, actor, action, subject, detail, before, hash FROM audit";

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Number, from 1 without gaps.
    pub seq: i64,
    /// When, RFC 3339.
    pub at: String,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// On what.
    pub subject: String,
    /// Details as JSON.
    pub detail: String,
    /// Hash of the row before.
    pub before: String,
    /// Hash of this row.
    pub hash: String,
}

/// Whether the chain holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainState {
    /// Rows.
    pub rows: u64,
    /// First row whose hash, number or link is wrong.
    pub first_broken: Option<i64>,
    /// Hash of the last row.
    pub head: String,
}

impl ChainState {
    /// Whether every row follows from the one before.
    pub fn is_intact(&self) -> bool {
        self.first_broken.is_none()
    }
}

impl AuditEntry {
    fn read(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
        Ok(AuditEntry {
            seq: row.get(0)?,
            at: row.get(1)?,
            actor: row.get(2)?,
            action: row.get(3)?,
            subject: row.get(4)?,
            detail: row.get(5)?,
            before: row.get(6)?,
            hash: row.get(7)?,
        })
    }

    /// Whether its hash is the one of its content and of the row before.
    pub fn is_sound(&self) -> bool {
        self.hash == self.computed_hash()
    }

    fn computed_hash(&self) -> String {
        let words = serde_json::json!([
            self.before,
            self.seq,
            self.at,
            self.actor,
            self.action,
            self.subject,
            self.detail
        ]);
        hex(&Sha256::digest(words.to_string().as_bytes()))
    }
}

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of bytes, hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of what a reader gives, hex.
///
/// # Errors
/// What reading fails with.
pub fn sha256_of(mut reader: impl std::io::Read) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    let mut chunk = [0; 1 << 14];
    loop {
        match reader.read(&mut chunk)? {
            0 => return Ok(hex(&hash.finalize())),
            length => hash.update(&chunk[..length]),
        }
    }
}

/// Number and hash of the last row.
pub(crate) fn head(connection: &Connection) -> Result<(i64, String)> {
    Ok(connection
        .prepare_cached("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .unwrap_or((0, START.to_owned())))
}

/// When the last row was written.
pub(crate) fn last(connection: &Connection) -> Result<Option<Timestamp>> {
    let at: Option<String> = connection
        .prepare_cached("SELECT at FROM audit ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(at.and_then(|at| at.parse().ok()))
}

/// Times in the log never run backwards: a clock that is a little behind waits for the log, one that is far behind
/// is not to be trusted with dates at all.
pub(crate) fn not_before(connection: &Connection, who: &Who) -> Result<Who> {
    let last = last(connection)?.unwrap_or(who.at);
    if last.duration_since(who.at) > SignedDuration::from_hours(24) {
        return Err(Error::Clock { clock: who.at, last });
    }
    Ok(Who { actor: who.actor.clone(), at: who.at.max(last) })
}

impl Change<'_> {
    /// Adds a row to the log.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn log(&self, action: &str, subject: &str, detail: &Value) -> Result<()> {
        let (last, before) = head(&self.transaction)?;
        let mut entry = AuditEntry {
            seq: last + 1,
            at: self.who.at.to_string(),
            actor: self.who.actor.clone(),
            action: action.to_owned(),
            subject: subject.to_owned(),
            detail: detail.to_string(),
            before,
            hash: String::new(),
        };
        entry.hash = entry.computed_hash();
        self.transaction.execute(
            "INSERT INTO audit (seq, at, actor, action, subject, detail, before, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![entry.seq, entry.at, entry.actor, entry.action, entry.subject, entry.detail, entry.before, entry.hash],
        )?;
        Ok(())
    }
}

impl Store {
    /// Names in the log, the one that was active last first; at most a hundred.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn actors(&self) -> Result<Vec<String>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT actor FROM audit WHERE actor <> '' GROUP BY actor ORDER BY max(seq) DESC LIMIT 100",
        )?;
        let names = statement.query_map([], |row| row.get(0))?;
        Ok(names.collect::<rusqlite::Result<_>>()?)
    }

    /// When the last row of the log was written.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn last_change(&self) -> Result<Option<Timestamp>> {
        last(&self.connection)
    }

    /// Whether the clock can be right: it is not far behind the last row.
    ///
    /// # Errors
    /// [`Error::Clock`]
    pub fn check_clock(&self, who: &Who) -> Result<()> {
        not_before(&self.connection, who).map(|_| ())
    }

    /// Rows of the log, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn audit_log(&self, offset: u32, limit: u32) -> Result<Vec<AuditEntry>> {
        Ok(self.audit_search("", offset, limit)?.0)
    }

    /// Rows of the log in which all words of a text occur, newest first, and how many there are.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn audit_search(&self, text: &str, offset: u32, limit: u32) -> Result<(Vec<AuditEntry>, u64)> {
        // Every word has to occur somewhere in the row; none is ever part of the statement.
        const ALL_WORDS: &str = "NOT EXISTS (SELECT 1 FROM json_each(?1) WHERE
            instr(lower(at || ' ' || actor || ' ' || action || ' ' || subject || ' ' || detail), json_each.value) = 0)";
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        let words = value::json(&words);
        let mut statement = self
            .connection
            .prepare_cached(&format!("{ENTRIES} WHERE {ALL_WORDS} ORDER BY seq DESC LIMIT ?3 OFFSET ?2"))?;
        let rows = statement.query_map(params![words, offset, limit], AuditEntry::read)?;
        let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        let mut statement =
            self.connection.prepare_cached(&format!("SELECT count(*) FROM audit WHERE {ALL_WORDS}"))?;
        Ok((rows, statement.query_row([words], |row| row.get(0))?))
    }

    /// Changes of the moments from one to another (RFC 3339) that can still be taken back: moment, who,
    /// what, number. A change and its row of the log are written in one transaction and agree in the three; where two
    /// do, neither is told.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn standing_changes(&self, from: &str, to: &str) -> Result<Vec<([String; 3], i64)>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT at, actor, action, max(id) FROM change WHERE at BETWEEN ?1 AND ?2
             GROUP BY at, actor, action HAVING count(*) = 1 AND max(undone) IS NULL",
        )?;
        let rows = statement
            .query_map([from, to], |row| Ok(([row.get(0)?, row.get(1)?, row.get(2)?], row.get(3)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The rows of the log up to one, the first one first. Another program may write more meanwhile.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn audit_rows(&self, last: i64) -> Result<Vec<AuditEntry>> {
        let mut statement =
            self.connection.prepare_cached(&format!("{ENTRIES} WHERE seq <= ?1 ORDER BY seq"))?;
        let rows = statement.query_map([last], AuditEntry::read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The hash of a row; none when there is no such row.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn audit_hash(&self, seq: i64) -> Result<Option<String>> {
        let mut statement = self.connection.prepare_cached("SELECT hash FROM audit WHERE seq = ?1")?;
        Ok(statement.query_row([seq], |row| row.get(0)).optional()?)
    }

    /// Recomputes the whole chain.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn audit_chain(&self) -> Result<ChainState> {
        chain(&self.connection)
    }
}

/// The chain of a database's log.
pub(crate) fn chain(connection: &Connection) -> Result<ChainState> {
    let mut statement = connection.prepare_cached(&format!("{ENTRIES} ORDER BY seq"))?;
    let mut state = ChainState { rows: 0, first_broken: None, head: START.to_owned() };
    let mut expected = 1;
    for entry in statement.query_map([], AuditEntry::read)? {
        let entry = entry?;
        let holds = entry.seq == expected && entry.before == state.head && entry.is_sound();
        if !holds && state.first_broken.is_none() {
            state.first_broken = Some(entry.seq);
        }
        expected = entry.seq + 1;
        state.rows += 1;
        state.head = entry.hash;
    }
    Ok(state)
}
