//! Compensating controls and their states over time.

use iec62443::{
    evidence::{Control, ControlChange},
    plant::ControlDetail,
};
use rusqlite::params;
use rustc_hash::FxHashMap;

use crate::{Change, Reading, Result, value};

impl Reading<'_> {
    pub(crate) fn controls(&self, environment: &str) -> Result<(Vec<Control<'static>>, Vec<ControlDetail>)> {
        let mut statement = self.connection.prepare_cached(
            "SELECT control, at, status FROM control_change WHERE environment = ?1 ORDER BY seq",
        )?;
        let mut rows = statement.query([environment])?;
        let mut histories: FxHashMap<String, Vec<ControlChange>> = FxHashMap::default();
        while let Some(row) = rows.next()? {
            histories.entry(row.get(0)?).or_default().push(ControlChange {
                at: value::moment(row.get_ref(1)?.as_str().unwrap_or_default())?,
                status: value::word("state of a control", row.get_ref(2)?.as_str().unwrap_or_default())?,
            });
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT id, title, zone, owner, srs, expires FROM control WHERE environment = ?1 ORDER BY position, id",
        )?;
        let mut rows = statement.query([environment])?;
        let (mut controls, mut details) = (Vec::new(), Vec::new());
        while let Some(row) = rows.next()? {
            let id: String = row.get(0)?;
            details.push(ControlDetail {
                title: row.get(1)?,
                zone: row.get(2)?,
                owner: row.get(3)?,
                srs: value::list("list of SRs", &row.get::<_, String>(4)?)?,
            });
            controls.push(Control {
                history: histories.remove(&id).unwrap_or_default(),
                expires: value::optional_date(row.get(5)?)?,
                id: id.into(),
            });
        }
        Ok((controls, details))
    }
}

impl Change<'_> {
    pub(crate) fn put_control(
        &self,
        environment: &str,
        position: usize,
        control: &Control<'_>,
        detail: &ControlDetail,
    ) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO control (environment, id, position, title, zone, owner, srs, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT (environment, id) DO UPDATE SET title = ?4, zone = ?5, owner = ?6, srs = ?7, expires = ?8",
            )?
            .execute(params![
                environment,
                &*control.id,
                position,
                detail.title,
                detail.zone,
                detail.owner,
                value::json(&detail.srs),
                control.expires.map(|day| day.to_string())
            ])?;
        self.transaction
            .prepare_cached("DELETE FROM control_change WHERE environment = ?1 AND control = ?2")?
            .execute(params![environment, &*control.id])?;
        let mut insert = self.transaction.prepare_cached(
            "INSERT INTO control_change (environment, control, at, status) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for change in &control.history {
            insert.execute(params![
                environment,
                &*control.id,
                change.at.to_string(),
                change.status.as_str()
            ])?;
        }
        Ok(())
    }
}
