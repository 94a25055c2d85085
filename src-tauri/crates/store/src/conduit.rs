//! Conduits.

use iec62443::plant::Conduit;
use rusqlite::params;
use rustc_hash::FxHashMap;

use crate::{Change, Reading, Result, value};

impl Reading<'_> {
    pub(crate) fn conduits(&self, environment: &str) -> Result<Vec<Conduit>> {
        let mut zones: FxHashMap<String, Vec<String>> = FxHashMap::default();
        let mut statement = self.connection.prepare_cached(
            "SELECT conduit, zone FROM conduit_zone WHERE environment = ?1 ORDER BY conduit, position",
        )?;
        let mut rows = statement.query([environment])?;
        while let Some(row) = rows.next()? {
            zones.entry(row.get(0)?).or_default().push(row.get(1)?);
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT id, name, direction, protocols, protected_by FROM conduit WHERE environment = ?1 ORDER BY position, id",
        )?;
        let mut rows = statement.query([environment])?;
        let mut conduits = Vec::new();
        while let Some(row) = rows.next()? {
            let id: String = row.get(0)?;
            conduits.push(Conduit {
                zones: zones.remove(&id).unwrap_or_default(),
                id,
                name: row.get(1)?,
                direction: value::word("direction", row.get_ref(2)?.as_str().unwrap_or_default())?,
                protocols: value::list("list of protocols", &row.get::<_, String>(3)?)?,
                protected_by: row.get(4)?,
            });
        }
        Ok(conduits)
    }
}

impl Change<'_> {
    pub(crate) fn put_conduit(&self, environment: &str, position: usize, conduit: &Conduit) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO conduit (environment, id, position, name, direction, protocols, protected_by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (environment, id) DO UPDATE SET name = ?4, direction = ?5, protocols = ?6, protected_by = ?7",
            )?
            .execute(params![
                environment,
                conduit.id,
                position,
                conduit.name,
                conduit.direction.as_str(),
                value::json(&conduit.protocols),
                conduit.protected_by
            ])?;
        self.transaction
            .prepare_cached("DELETE FROM conduit_zone WHERE environment = ?1 AND conduit = ?2")?
            .execute([environment, &conduit.id])?;
        for (position, zone) in conduit.zones.iter().enumerate() {
            self.transaction
                .prepare_cached(
                    "INSERT INTO conduit_zone (environment, conduit, position, zone) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![environment, conduit.id, position, zone])?;
        }
        Ok(())
    }
}
