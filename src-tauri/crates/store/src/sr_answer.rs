//! Answers to requirements of 62443-3-3.

use iec62443::evidence::{SrAssessment, Text};
use rusqlite::params;

use crate::{Change, Reading, Result, value};

impl Reading<'_> {
    /// The answers, and who gave each of them.
    pub(crate) fn sr_answers(&self, environment: &str) -> Result<(Vec<SrAssessment<'static>>, Vec<String>)> {
        let mut statement = self.connection.prepare_cached(
            "SELECT zone, requirement, status, at, justification, control, by FROM sr_answer WHERE environment = ?1 ORDER BY seq",
        )?;
        let mut rows = statement.query([environment])?;
        let (mut answers, mut by) = (Vec::new(), Vec::new());
        while let Some(row) = rows.next()? {
            answers.push(SrAssessment {
                zone: row.get::<_, String>(0)?.into(),
                requirement: row.get::<_, String>(1)?.into(),
                status: value::word("answer", row.get_ref(2)?.as_str().unwrap_or_default())?,
                at: value::moment(row.get_ref(3)?.as_str().unwrap_or_default())?,
                justification: row.get::<_, String>(4)?.into(),
                control: row.get::<_, Option<String>>(5)?.map(Text::from),
            });
            by.push(row.get(6)?);
        }
        Ok((answers, by))
    }
}

impl Change<'_> {
    /// Adds answers of a person, as part of a change that can be taken back.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn add_answers(&self, change: i64, environment: &str, answers: &[SrAssessment<'_>]) -> Result<()> {
        for answer in answers {
            self.put_sr_answer(environment, answer)?;
            self.transaction
                .prepare_cached("UPDATE sr_answer SET by = ?2, change = ?3 WHERE seq = ?1")?
                .execute(params![self.transaction.last_insert_rowid(), self.who().actor, change])?;
        }
        Ok(())
    }

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
