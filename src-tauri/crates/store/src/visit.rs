//! When somebody was here last. No entry in the log: it says something of the reader, not of the plant.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::{Error, Result, Store};

/// One person's visits to an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// When the visit before this one ended.
    pub since: Option<Timestamp>,
    /// When the person was here last.
    pub last: Timestamp,
}

fn time(text: &str) -> Result<Timestamp> {
    text.parse().map_err(|_| Error::Unreadable { what: "time", value: text.to_owned() })
}

impl Store {
    /// Somebody's last visit to an environment.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn visit(&self, actor: &str, environment: &str) -> Result<Option<Visit>> {
        let row: Option<(Option<String>, String)> = self
            .connection
            .prepare_cached("SELECT since, last FROM visit WHERE actor = ?1 AND environment = ?2")?
            .query_row([actor, environment], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((since, last)) = row else { return Ok(None) };
        Ok(Some(Visit { since: since.as_deref().map(time).transpose()?, last: time(&last)? }))
    }

    /// Notes a visit.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn note_visit(&mut self, actor: &str, environment: &str, visit: Visit) -> Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO visit (actor, environment, since, last) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (actor, environment) DO UPDATE SET since = excluded.since, last = excluded.last",
            )?
            .execute(params![
                actor,
                environment,
                visit.since.map(|at| at.to_string()),
                visit.last.to_string()
            ])?;
        Ok(())
    }
}
