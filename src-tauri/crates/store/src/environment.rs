//! Environments, their profiles and their monitoring.

use iec62443::{Moment, plant::Environment, profile::Overrides};
use rusqlite::{OptionalExtension, Row, params};

use crate::{Change, Error, Reading, Result, Store, value};

/// An environment with how much is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The environment.
    pub environment: Environment,
    /// Zones.
    pub zones: u32,
    /// Assets.
    pub assets: u32,
    /// Findings.
    pub findings: u32,
}

fn read(row: &Row<'_>) -> rusqlite::Result<Environment> {
    Ok(Environment { id: row.get(0)?, name: row.get(1)?, organisation: row.get(2)?, demo: row.get(3)? })
}

impl Store {
    /// Why an environment's profile is what it is; empty when nobody set one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn profile_reason(&self, environment: &str) -> Result<String> {
        Reading { connection: &self.connection }.profile_reason(environment)
    }

    /// All environments in order of creation.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn environments(&self) -> Result<Vec<Listed>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, name, organisation, demo,
                    (SELECT count(*) FROM zone WHERE environment = e.id AND NOT conduit),
                    (SELECT count(*) FROM asset WHERE environment = e.id),
                    (SELECT count(*) FROM finding WHERE environment = e.id)
             FROM environment e ORDER BY rowid",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(Listed {
                environment: read(row)?,
                zones: row.get(4)?,
                assets: row.get(5)?,
                findings: row.get(6)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Reading<'_> {
    /// One environment; [`Error::NotFound`] when it is not there.
    pub(crate) fn environment(&self, id: &str) -> Result<Environment> {
        self.connection
            .prepare_cached("SELECT id, name, organisation, demo FROM environment WHERE id = ?1")?
            .query_row([id], read)
            .optional()?
            .ok_or_else(|| Error::NotFound { kind: "environment", id: id.to_owned() })
    }

    pub(crate) fn overrides(&self, environment: &str) -> Result<Overrides> {
        let text: Option<String> = self
            .connection
            .prepare_cached("SELECT overrides FROM profile WHERE environment = ?1")?
            .query_row([environment], |row| row.get(0))
            .optional()?;
        text.map_or_else(|| Ok(Overrides::default()), |text| value::list("profile", &text))
    }

    pub(crate) fn profile_reason(&self, environment: &str) -> Result<String> {
        let mut statement =
            self.connection.prepare_cached("SELECT reason FROM profile WHERE environment = ?1")?;
        Ok(statement.query_row([environment], |row| row.get(0)).optional()?.unwrap_or_default())
    }

    pub(crate) fn updates(&self, environment: &str) -> Result<Vec<Moment>> {
        let mut statement =
            self.connection.prepare_cached("SELECT at FROM monitoring WHERE environment = ?1")?;
        let rows = statement.query_map([environment], |row| row.get::<_, String>(0))?;
        let mut updates = rows.map(|text| value::moment(&text?)).collect::<Result<Vec<_>>>()?;
        updates.sort_unstable();
        Ok(updates)
    }
}

impl Change<'_> {
    /// Adds an environment.
    ///
    /// # Errors
    /// [`Error::Taken`] when the id is in use.
    pub fn add_environment(&self, environment: &Environment) -> Result<()> {
        let added = self.transaction.execute(
            "INSERT INTO environment (id, name, organisation, demo) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            params![environment.id, environment.name, environment.organisation, environment.demo],
        )?;
        if added == 0 {
            return Err(Error::Taken { kind: "environment", id: environment.id.clone() });
        }
        self.log(
            "environment.added",
            &environment.id,
            &serde_json::json!({"name": environment.name, "organisation": environment.organisation}),
        )
    }

    /// Removes an environment with everything in it.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub fn remove_environment(&self, id: &str) -> Result<()> {
        self.transaction.execute_batch("PRAGMA defer_foreign_keys = ON")?;
        let removed = self.transaction.execute("DELETE FROM environment WHERE id = ?1", [id])?;
        if removed == 0 {
            return Err(Error::NotFound { kind: "environment", id: id.to_owned() });
        }
        self.forget_statements()?;
        self.log("environment.removed", id, &serde_json::json!({}))
    }

    /// Sets the profile of an environment.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn set_profile(&self, environment: &str, overrides: &Overrides, reason: &str) -> Result<()> {
        self.put_overrides(environment, overrides, reason)
    }

    /// The profile with its reason.
    pub(crate) fn profile(&self, environment: &str) -> Result<(Overrides, String)> {
        let reading = Reading { connection: &self.transaction };
        Ok((reading.overrides(environment)?, reading.profile_reason(environment)?))
    }

    pub(crate) fn put_overrides(&self, environment: &str, overrides: &Overrides, reason: &str) -> Result<()> {
        self.transaction.execute(
            "INSERT INTO profile (environment, overrides, reason) VALUES (?1, ?2, ?3)
             ON CONFLICT (environment) DO UPDATE SET overrides = ?2, reason = ?3",
            params![environment, value::json(overrides), reason],
        )?;
        Ok(())
    }

    pub(crate) fn add_update(&self, environment: &str, at: Moment, source: &str) -> Result<bool> {
        let added = self.transaction.execute(
            "INSERT INTO monitoring (environment, at, source) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![environment, at.to_string(), source],
        )?;
        Ok(added > 0)
    }
}
