//! Conduits.

use iec62443::plant::Conduit;
use rusqlite::params;

use crate::{Change, Reading, Result, value};

impl Reading<'_> {
    pub(crate) fn conduits(&self, environment: &str) -> Result<Vec<Conduit>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, name, from_zone, to_zone, protocols, protected_by FROM conduit WHERE environment = ?1 ORDER BY position, id",
        )?;
        let mut rows = statement.query([environment])?;
        let mut conduits = Vec::new();
        while let Some(row) = rows.next()? {
            conduits.push(Conduit {
                id: row.get(0)?,
                name: row.get(1)?,
                from_zone: row.get(2)?,
                to_zone: row.get(3)?,
                protocols: value::list("list of protocols", &row.get::<_, String>(4)?)?,
                protected_by: row.get(5)?,
            });
        }
        Ok(conduits)
    }
}

impl Change<'_> {
    pub(crate) fn put_conduit(&self, environment: &str, position: usize, conduit: &Conduit) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO conduit (environment, id, position, name, from_zone, to_zone, protocols, protected_by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT (environment, id) DO UPDATE SET name = ?4, from_zone = ?5, to_zone = ?6, protocols = ?7, protected_by = ?8",
            )?
            .execute(params![
                environment,
                conduit.id,
                position,
                conduit.name,
                conduit.from_zone,
                conduit.to_zone,
                value::json(&conduit.protocols),
                conduit.protected_by
            ])?;
        Ok(())
    }
}
