//! What matching put into a plant, and what people decided of it.

use iec62443::evidence::Finding;
use rusqlite::{OptionalExtension, params};
use rustc_hash::FxHashMap;

use crate::{Change, Result, Store};

/// Why matching put a finding there.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// When, RFC 3339.
    pub at: String,
    /// The source that decided.
    pub source: String,
    /// Its record.
    pub record: String,
    /// 0 to 1.
    pub confidence: f64,
    /// The identity that matched, as people read it.
    pub identity: String,
    /// The parts of the reason, as JSON.
    pub reason: String,
}

/// A decision on a match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchDecision {
    /// The identity's key: equal for equal identities.
    pub identity: String,
    /// The vulnerability.
    pub vulnerability: String,
    /// It applies; else it does not.
    pub confirmed: bool,
    /// When, RFC 3339.
    pub at: String,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// The change that can be taken back.
    pub change: i64,
}

/// Decisions by identity and vulnerability.
pub type Decisions = FxHashMap<(String, String), MatchDecision>;

impl Store {
    /// What was decided of matches in an environment.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn match_decisions(&self, environment: &str) -> Result<Decisions> {
        decisions(&self.connection, environment)
    }

    /// Why matching put a finding there; none when it came another way.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn finding_origin(&self, environment: &str, finding: &str) -> Result<Option<Origin>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT at, source, record, confidence, identity, reason FROM finding_origin
             WHERE environment = ?1 AND finding = ?2",
        )?;
        Ok(statement
            .query_row([environment, finding], |row| {
                Ok(Origin {
                    at: row.get(0)?,
                    source: row.get(1)?,
                    record: row.get(2)?,
                    confidence: row.get(3)?,
                    identity: row.get(4)?,
                    reason: row.get(5)?,
                })
            })
            .optional()?)
    }

    /// The identity that matched, by finding.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn origin_identities(&self, environment: &str) -> Result<FxHashMap<String, String>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT finding, identity FROM finding_origin WHERE environment = ?1")?;
        let rows = statement.query_map([environment], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Findings that matching put there, by asset and vulnerability.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn matched_findings(&self, environment: &str) -> Result<FxHashMap<(String, String), String>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT f.asset, v.cve, f.id FROM finding_origin o
             JOIN finding f ON f.environment = o.environment AND f.id = o.finding
             JOIN vulnerability v ON v.key = f.vulnerability
             WHERE o.environment = ?1 AND v.cve IS NOT NULL",
        )?;
        let rows = statement.query_map([environment], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn decisions(connection: &rusqlite::Connection, environment: &str) -> Result<Decisions> {
    let mut statement = connection.prepare_cached(
        "SELECT identity, vulnerability, confirmed, at, actor, reason, change FROM match_decision WHERE environment = ?1",
    )?;
    let rows = statement.query_map([environment], |row| {
        Ok(MatchDecision {
            identity: row.get(0)?,
            vulnerability: row.get(1)?,
            confirmed: row.get(2)?,
            at: row.get(3)?,
            actor: row.get(4)?,
            reason: row.get(5)?,
            change: row.get(6)?,
        })
    })?;
    rows.map(|row| row.map(|d| ((d.identity.clone(), d.vulnerability.clone()), d)))
        .collect::<rusqlite::Result<_>>()
        .map_err(Into::into)
}

impl Change<'_> {
    /// As [`Store::match_decisions`], seen from inside.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn match_decisions(&self, environment: &str) -> Result<Decisions> {
        decisions(&self.transaction, environment)
    }

    /// Adds a finding that matching found, behind all others, with the reason. `change` when a person's
    /// decision brought it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn add_matched(
        &self,
        environment: &str,
        position: usize,
        finding: &Finding<'_>,
        origin: &Origin,
        change: Option<i64>,
    ) -> Result<()> {
        self.put_finding(environment, position, finding)?;
        self.transaction
            .prepare_cached(
                "INSERT INTO finding_origin (environment, finding, at, source, record, confidence, identity, reason, change)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                environment,
                &*finding.id,
                origin.at,
                origin.source,
                origin.record,
                origin.confidence,
                origin.identity,
                origin.reason,
                change
            ])?;
        Ok(())
    }

    /// Notes that an environment was looked at with intelligence of a moment.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn add_feed_day(&self, environment: &str, at: iec62443::Moment) -> Result<bool> {
        self.add_update(environment, at, "intelligence")
    }

    /// Keeps a person's decision on matches of an identity as a change that can be taken back.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn decide_matches(
        &self,
        environment: &str,
        identity: &str,
        vulnerabilities: &[String],
        confirmed: bool,
        reason: &str,
    ) -> Result<i64> {
        let who = self.who().clone();
        let action = if confirmed { "match.confirmed" } else { "match.rejected" };
        self.transaction.execute(
            "INSERT INTO change (at, actor, action) VALUES (?1, ?2, ?3)",
            params![who.at.to_string(), who.actor, action],
        )?;
        let change = self.transaction.last_insert_rowid();
        for vulnerability in vulnerabilities {
            self.transaction
                .prepare_cached(
                    "INSERT INTO match_decision (environment, identity, vulnerability, confirmed, at, actor, reason, change)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                     ON CONFLICT (environment, identity, vulnerability)
                     DO UPDATE SET confirmed = ?4, at = ?5, actor = ?6, reason = ?7, change = ?8",
                )?
                .execute(params![
                    environment,
                    identity,
                    vulnerability,
                    confirmed,
                    who.at.to_string(),
                    who.actor,
                    reason,
                    change
                ])?;
        }
        let detail = serde_json::json!({
            "change": change, "identity": identity, "vulnerabilities": vulnerabilities, "reason": reason,
        });
        self.log(action, environment, &detail)?;
        Ok(change)
    }

    /// What a change decided of matches goes with it, and the findings it brought, unless something happened
    /// to them since. Returns the environment and how many decisions went.
    pub(crate) fn undo_matches(&self, change: i64) -> Result<Option<(String, Vec<String>)>> {
        let environment: Option<String> = self
            .transaction
            .query_row("SELECT environment FROM match_decision WHERE change = ?1 LIMIT 1", [change], |row| {
                row.get(0)
            })
            .optional()?;
        let Some(environment) = environment else { return Ok(None) };
        self.transaction.execute("DELETE FROM match_decision WHERE change = ?1", [change])?;
        let mut statement = self.transaction.prepare_cached(
            "SELECT finding FROM finding_origin o WHERE change = ?1 AND NOT EXISTS
                (SELECT 1 FROM finding_event e WHERE e.environment = o.environment AND e.finding = o.finding)",
        )?;
        let findings: Vec<String> =
            statement.query_map([change], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        for finding in &findings {
            self.transaction
                .prepare_cached("DELETE FROM finding WHERE environment = ?1 AND id = ?2")?
                .execute([&environment, finding])?;
        }
        self.forget_statements()?;
        Ok(Some((environment, findings)))
    }
}
