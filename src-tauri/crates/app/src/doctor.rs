//! Is the store in order?

use serde::Serialize;

use crate::{Result, Session};

/// What an examination found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Health {
    /// The store's folder.
    pub store: String,
    /// Checks in order.
    pub checks: Vec<Check>,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// database, audit, environments, evidence, reports.
    pub name: &'static str,
    /// Nothing is wrong.
    pub ok: bool,
    /// What was found.
    pub detail: String,
}

impl Health {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.checks.iter().all(|check| check.ok)
    }
}

impl Session {
    /// Examines the store: the database's own check, the audit chain, every environment read and scored
    /// with its evidence document giving the same, every kept report's file and hash. Changes nothing.
    ///
    /// # Errors
    /// When there is no store, or it cannot be read at all.
    pub fn doctor(&mut self) -> Result<Health> {
        let store = self.store()?;
        let folder = store.folder().display().to_string();
        let mut checks = Vec::new();
        let mut say = |name, ok, detail: String| checks.push(Check { name, ok, detail });
        let wrong = store.integrity()?;
        let sound = wrong.is_empty();
        say("database", sound, if sound { "no fault found".to_owned() } else { wrong.join("; ") });
        let chain = store.audit_chain()?;
        let broken =
            chain.first_broken.map(|seq| format!("row {seq} does not follow from the one before it"));
        say(
            "audit",
            chain.is_intact(),
            broken.unwrap_or_else(|| format!("{} rows, each follows from the one before", chain.rows)),
        );
        for environment in self.environments()? {
            let when = self.when(&environment.id, None, None);
            let outcome = when.and_then(|when| {
                let (_, stored) = self.assessed(&environment.id, when)?;
                let (_, from_document) = self.assess(&environment.id, when, None)?;
                Ok(stored.zones == from_document.zones)
            });
            let (ok, detail) = match outcome {
                Ok(true) => (true, format!("{}: read and scored", environment.id)),
                Ok(false) => (
                    false,
                    format!("{}: the evidence document scores otherwise than the store", environment.id),
                ),
                Err(failure) => (false, format!("{}: {failure}", environment.id)),
            };
            say("environments", ok, detail);
        }
        let spoiled = self.spoiled()?;
        let sound = spoiled.is_empty();
        let detail = if sound { "every file is what was attached".to_owned() } else { spoiled.join("; ") };
        say("evidence", sound, detail);
        for report in self.reports()? {
            let detail =
                if report.intact { report.file } else { format!("{} is gone or was changed", report.file) };
            say("reports", report.intact, detail);
        }
        Ok(Health { store: folder, checks })
    }
}
