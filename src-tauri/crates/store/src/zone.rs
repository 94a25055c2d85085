//! Zones.

use iec62443::{evidence::Zone, plant::ZoneDetail};
use rusqlite::{OptionalExtension, params};

use crate::{
    Change, Error, Reading, Result,
    intake::{Before, ZoneState},
    value,
};

impl Reading<'_> {
    pub(crate) fn zones(&self, environment: &str) -> Result<(Vec<Zone<'static>>, Vec<ZoneDetail>)> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, name, sl_t, parent, purdue, safety, description, traits, conduit FROM zone WHERE environment = ?1 ORDER BY position, id",
        )?;
        let mut rows = statement.query([environment])?;
        let (mut zones, mut details) = (Vec::new(), Vec::new());
        while let Some(row) = rows.next()? {
            zones.push(Zone {
                id: row.get::<_, String>(0)?.into(),
                name: row.get::<_, String>(1)?.into(),
                sl_t: value::vector(&row.get::<_, String>(2)?)?,
            });
            details.push(ZoneDetail {
                parent: row.get(3)?,
                purdue: row.get(4)?,
                safety: row.get(5)?,
                description: row.get(6)?,
                traits: value::list("list of traits", &row.get::<_, String>(7)?)?,
                conduit: row.get(8)?,
            });
        }
        Ok((zones, details))
    }
}

impl Change<'_> {
    pub(crate) fn put_zone(
        &self,
        environment: &str,
        position: usize,
        zone: &Zone<'_>,
        detail: &ZoneDetail,
    ) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO zone (environment, id, position, name, parent, purdue, safety, description, sl_t, traits, conduit)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                 ON CONFLICT (environment, id) DO UPDATE SET name = ?4, parent = ?5, purdue = ?6, safety = ?7,
                     description = ?8, sl_t = ?9, traits = ?10, conduit = ?11",
            )?
            .execute(params![
                environment,
                &*zone.id,
                position,
                &*zone.name,
                detail.parent,
                detail.purdue,
                detail.safety,
                detail.description,
                value::json(&zone.sl_t),
                value::json(&detail.traits),
                detail.conduit
            ])?;
        Ok(())
    }

    /// Writes zones and conduits as a person wants them: new ones behind the others.
    ///
    /// # Errors
    /// When the database cannot be written, or something still stands in a zone that is to go.
    pub fn put_system(&self, environment: &str, wanted: &Before) -> Result<()> {
        let next = |table: &str| -> Result<usize> {
            let sql = format!("SELECT coalesce(max(position), -1) + 1 FROM {table} WHERE environment = ?1");
            Ok(self.transaction.query_row(&sql, [environment], |row| row.get(0))?)
        };
        for was in &wanted.zone_states {
            match &was.after {
                Some(state) => {
                    let zone =
                        Zone { id: was.id.clone().into(), name: state.name.clone().into(), sl_t: state.sl_t };
                    // One that is known keeps its place.
                    self.put_zone(environment, next("zone")?, &zone, &state.detail)?;
                }
                None => {
                    self.transaction.execute(
                        "DELETE FROM zone WHERE environment = ?1 AND id = ?2",
                        [environment, &was.id],
                    )?;
                }
            }
        }
        for was in &wanted.conduits {
            match &was.after {
                Some(conduit) => self.put_conduit(environment, next("conduit")?, conduit)?,
                None => {
                    self.transaction.execute(
                        "DELETE FROM conduit WHERE environment = ?1 AND id = ?2",
                        [environment, &was.id],
                    )?;
                }
            }
        }
        Ok(())
    }

    /// Takes changes of zones and conduits back, where they still stand as the change left them.
    pub(crate) fn undo_system(&self, environment: &str, before: &Before) -> Result<()> {
        if before.zone_states.is_empty() && before.conduits.is_empty() {
            return Ok(());
        }
        let overtaken = |what: &str, id: &str| Error::Overtaken { what: format!("{what} {id:?}") };
        let reading = Reading { connection: &self.transaction };
        let (zones, details) = reading.zones(environment)?;
        let conduits = reading.conduits(environment)?;
        let mut back = Before::default();
        for was in &before.zone_states {
            let at = zones.iter().position(|zone| *zone.id == *was.id);
            if at.map(|at| ZoneState::of(&zones[at], &details[at])) != was.after {
                return Err(overtaken("zone", &was.id));
            }
            if was.before.is_none() {
                let used: Option<i64> = self
                    .transaction
                    .query_row(
                        "SELECT 1 WHERE EXISTS (SELECT 1 FROM asset WHERE environment = ?1 AND zone = ?2)
                            OR EXISTS (SELECT 1 FROM conduit_zone WHERE environment = ?1 AND zone = ?2)
                            OR EXISTS (SELECT 1 FROM zone WHERE environment = ?1 AND parent = ?2)
                            OR EXISTS (SELECT 1 FROM sr_answer WHERE environment = ?1 AND zone = ?2)",
                        [environment, &was.id],
                        |row| row.get(0),
                    )
                    .optional()?;
                if used.is_some() {
                    return Err(overtaken("zone", &was.id));
                }
            }
            back.zone_states.push(crate::intake::ZoneWas { after: was.before.clone(), ..was.clone() });
        }
        for was in &before.conduits {
            if conduits.iter().find(|conduit| conduit.id == was.id) != was.after.as_ref() {
                return Err(overtaken("conduit", &was.id));
            }
            back.conduits.push(crate::intake::ConduitWas { after: was.before.clone(), ..was.clone() });
        }
        self.put_system(environment, &back)
    }
}
