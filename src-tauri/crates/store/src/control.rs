//! Compensating controls and their states over time.

use iec62443::{
    evidence::{Control, ControlChange},
    plant::ControlDetail,
};
use rusqlite::{OptionalExtension, params};
use rustc_hash::FxHashMap;

use crate::{
    Change, Error, Reading, Result,
    intake::{Before, ControlState},
    value,
};

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
            "SELECT id, title, zone, owner, srs, expires, description, review FROM control WHERE environment = ?1 ORDER BY position, id",
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
                description: row.get(6)?,
                review: value::optional_date(row.get(7)?)?,
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
                "INSERT INTO control (environment, id, position, title, zone, owner, srs, expires, description, review)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT (environment, id) DO UPDATE SET
                    title = ?4, zone = ?5, owner = ?6, srs = ?7, expires = ?8, description = ?9, review = ?10",
            )?
            .execute(params![
                environment,
                &*control.id,
                position,
                detail.title,
                detail.zone,
                detail.owner,
                value::json(&detail.srs),
                control.expires.map(|day| day.to_string()),
                detail.description,
                detail.review.map(|day| day.to_string())
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

    /// The controls of a finding, in place of those it has.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn set_controls(&self, environment: &str, finding: &str, controls: &[String]) -> Result<()> {
        self.transaction
            .prepare_cached("DELETE FROM finding_control WHERE environment = ?1 AND finding = ?2")?
            .execute([environment, finding])?;
        let mut insert = self.transaction.prepare_cached(
            "INSERT INTO finding_control (environment, finding, position, control) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (position, control) in controls.iter().enumerate() {
            insert.execute(params![environment, finding, position, control])?;
        }
        Ok(())
    }

    /// Takes changes of controls back.
    pub(crate) fn undo_controls(&self, environment: &str, before: &Before) -> Result<()> {
        if before.controls.is_empty() && before.covers.is_empty() {
            return Ok(());
        }
        let overtaken = |what: &str, id: &str| Error::Overtaken { what: format!("{what} {id:?}") };
        let reading = Reading { connection: &self.transaction };
        let covered = reading.finding_controls(environment)?;
        for cover in &before.covers {
            let now = covered.get(&cover.finding).map(Vec::as_slice).unwrap_or_default();
            if !now.iter().map(|id| &**id).eq(cover.after.iter().map(String::as_str)) {
                return Err(overtaken("the controls of finding", &cover.finding));
            }
            self.set_controls(environment, &cover.finding, &cover.before)?;
        }
        let (controls, details) = reading.controls(environment)?;
        for was in &before.controls {
            let at = controls.iter().position(|control| *control.id == *was.id);
            if at.is_none_or(|at| ControlState::of(&controls[at], &details[at]) != was.after) {
                return Err(overtaken("control", &was.id));
            }
            match &was.before {
                Some(state) => {
                    let control = Control {
                        id: was.id.clone().into(),
                        history: state.history.clone(),
                        expires: state.expires,
                    };
                    self.put_control(environment, 0, &control, &state.detail)?;
                }
                None => {
                    let used: Option<i64> = self
                        .transaction
                        .query_row(
                            "SELECT 1 FROM finding_control WHERE environment = ?1 AND control = ?2 LIMIT 1",
                            [environment, was.id.as_str()],
                            |row| row.get(0),
                        )
                        .optional()?;
                    if used.is_some() {
                        return Err(overtaken("control", &was.id));
                    }
                    self.transaction.execute(
                        "DELETE FROM control WHERE environment = ?1 AND id = ?2",
                        [environment, was.id.as_str()],
                    )?;
                }
            }
        }
        Ok(())
    }
}
