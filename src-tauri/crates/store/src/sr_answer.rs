//! Answers to requirements of 62443-3-3.

use iec62443::evidence::{SrAssessment, Text};
use rusqlite::params;

use crate::{Change, Reading, Result, value};

impl Reading<'_> {
    pub(crate) fn sr_answers(&self, environment: &str) -> Result<Vec<SrAssessment<'static>>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT zone, requirement, status, at, justification, control FROM sr_answer WHERE environment = ?1 ORDER BY seq",
        )?;
        let mut rows = statement.query([environment])?;
        let mut answers = Vec::new();
        while let Some(row) = rows.next()? {
            answers.push(SrAssessment {
                zone: row.get::<_, String>(0)?.into(),
                requirement: row.get::<_, String>(1)?.into(),
                status: value::word("answer", row.get_ref(2)?.as_str().unwrap_or_default())?,
                at: value::moment(row.get_ref(3)?.as_str().unwrap_or_default())?,
                justification: row.get::<_, String>(4)?.into(),
                control: row.get::<_, Option<String>>(5)?.map(Text::from),
            });
        }
        Ok(answers)
    }
}

impl Change<'_> {
    pub(crate) fn put_sr_answer(&self, environment: &str, answer: &SrAssessment<'_>) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO sr_answer (environment, zone, requirement, status, at, justification, control) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                environment,
                &*answer.zone,
                &*answer.requirement,
                answer.status.as_str(),
                answer.at.to_string(),
                &*answer.justification,
                answer.control.as_deref()
            ])?;
        Ok(())
    }
}
