//! Is the store in order?

use std::path::Path;

use serde::Serialize;
use store::{
    Who,
    rescue::{self, Rescue, TableRescue},
};

use crate::{Failure, Place, Result, Session};

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
    /// database, tables, audit, environments, evidence, reports.
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
        if !sound {
            let found = rescue::survey(&self.place().folder, self.place().key.as_deref(), &self.who())?;
            for table in &found.tables {
                say("tables", table.is_whole(), of_table(table));
            }
        }
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

fn of_table(table: &TableRescue) -> String {
    let mut detail = format!("{}: {} rows can be read", table.name, table.saved);
    if table.lost > 0 {
        detail.push_str(&format!(", {} or more are lost", table.lost));
    }
    if !table.names.is_empty() {
        detail.push_str(&format!(", among them {}", table.names.join(", ")));
    }
    if !table.empty.is_empty() {
        detail.push_str(&format!("; only the name is known of {}", table.empty.join(", ")));
    }
    detail
}

/// What became of a damaged store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rescued {
    /// The new store's folder.
    pub store: String,
    /// Nothing was lost.
    pub whole: bool,
    /// A page that holds the schema was damaged, and that of a new store was taken in its place.
    pub schema_replaced: bool,
    /// Tables in order, with what was saved and lost.
    pub tables: Vec<TableRescue>,
}

impl Rescued {
    fn of(into: &Path, rescue: Rescue) -> Rescued {
        Rescued {
            store: into.display().to_string(),
            whole: rescue.is_whole(),
            schema_replaced: rescue.schema,
            tables: rescue.tables,
        }
    }
}

impl Place {
    fn who(&self) -> Who {
        Who { actor: self.actor.clone(), at: (self.clock)() }
    }

    /// Examines a store that cannot be opened: what can be read of it. Changes nothing.
    ///
    /// # Errors
    /// `why` it cannot be opened, when nothing can be read at all or it is no damage.
    pub fn examine(&self, why: Failure) -> Result<Health> {
        if why.code != "store_damaged" {
            return Err(why);
        }
        let Ok(found) = rescue::survey(&self.folder, self.key.as_deref(), &self.who()) else {
            return Err(why);
        };
        let mut checks = vec![Check { name: "database", ok: false, detail: why.what }];
        let tables = found.tables.iter();
        checks.extend(tables.map(|table| Check {
            name: "tables",
            ok: table.is_whole(),
            detail: of_table(table),
        }));
        Ok(Health { store: self.folder.display().to_string(), checks })
    }

    /// Saves what can be read of a damaged store into a new one. The damaged one stays as it is.
    ///
    /// # Errors
    /// `usage` when a store is there; `store_damaged` when nothing can be read; `store_sealed`, `store_locked`, `io`.
    pub fn rescue(&self, into: &Path) -> Result<Rescued> {
        self.may_change()?;
        Ok(Rescued::of(into, rescue::rescue(&self.folder, self.key.as_deref(), into, &self.who())?))
    }
}
