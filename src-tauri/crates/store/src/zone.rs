//! Zones.

use iec62443::{evidence::Zone, plant::ZoneDetail};
use rusqlite::params;

use crate::{Change, Reading, Result, value};

impl Reading<'_> {
    pub(crate) fn zones(&self, environment: &str) -> Result<(Vec<Zone<'static>>, Vec<ZoneDetail>)> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, name, sl_t, parent, purdue, safety, description FROM zone WHERE environment = ?1 ORDER BY position, id",
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
                "INSERT INTO zone (environment, id, position, name, parent, purdue, safety, description, sl_t)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT (environment, id) DO UPDATE SET name = ?4, parent = ?5, purdue = ?6, safety = ?7, description = ?8, sl_t = ?9",
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
                value::json(&zone.sl_t)
            ])?;
        Ok(())
    }
}
