//! What people keep of their work: small records, each with its kind and id.

use iec62443::work::{Kind, Work};
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Change, Error, Reading, Result, value};

/// A record as it was, and as a change left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptWas {
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// As it was; none: it was not there.
    pub before: Option<Value>,
    /// As it was then; none: it was taken away.
    pub after: Option<Value>,
}

impl Reading<'_> {
    pub(crate) fn work(&self, environment: &str) -> Result<Work> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT kind, id, content FROM kept WHERE environment = ?1 ORDER BY kind, id")?;
        let mut rows = statement.query([environment])?;
        let mut work = Work::default();
        while let Some(row) = rows.next()? {
            let kind = value::word("kind of record", row.get_ref(0)?.as_str().unwrap_or_default())?;
            let id: String = row.get(1)?;
            let content: Value = value::list("kept record", row.get_ref(2)?.as_str().unwrap_or_default())?;
            work.put(kind, &id, Some(&content)).map_err(|_| value::unreadable("kept record", &id))?;
        }
        Ok(work)
    }
}

impl Change<'_> {
    /// Keeps records in place of what was kept under their kind and id.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn keep(&self, change: i64, environment: &str, records: &[KeptWas]) -> Result<()> {
        for record in records {
            match &record.after {
                Some(content) => {
                    self.transaction
                        .prepare_cached(
                            "INSERT INTO kept (environment, kind, id, content, change) VALUES (?1, ?2, ?3, ?4, ?5)
                             ON CONFLICT (environment, kind, id) DO UPDATE SET content = ?4, change = ?5",
                        )?
                        .execute(params![
                            environment,
                            record.kind.as_str(),
                            record.id,
                            content.to_string(),
                            change
                        ])?;
                }
                None => {
                    self.transaction
                        .prepare_cached("DELETE FROM kept WHERE environment = ?1 AND kind = ?2 AND id = ?3")?
                        .execute([environment, record.kind.as_str(), &record.id])?;
                }
            }
        }
        Ok(())
    }

    /// Takes changes of records back, where they still stand as the change left them.
    pub(crate) fn undo_kept(&self, change: i64, environment: &str, records: &[KeptWas]) -> Result<()> {
        for record in records {
            let now: Option<String> = self
                .transaction
                .prepare_cached("SELECT content FROM kept WHERE environment = ?1 AND kind = ?2 AND id = ?3")?
                .query_row([environment, record.kind.as_str(), &record.id], |row| row.get(0))
                .optional()?;
            let now = now.map(|text| value::list::<Value>("kept record", &text)).transpose()?;
            if now != record.after {
                let what = format!("{} {:?}", record.kind.as_str(), record.id);
                return Err(Error::Overtaken { what });
            }
            let back = KeptWas { after: record.before.clone(), ..record.clone() };
            self.keep(change, environment, &[back])?;
        }
        Ok(())
    }
}
