//! Where and as whom the program works.

use std::{path::PathBuf, sync::Arc};

use jiff::{Timestamp, civil::Date, tz::Offset};

use crate::{Failure, Result};

/// Tells the time. The command and the window hand in the machine's clock, tests a fixed one.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Where and as whom the program works.
#[derive(Clone)]
pub struct Place {
    /// The store's folder.
    pub folder: PathBuf,
    /// Name for the audit log.
    pub actor: String,
    /// The clock.
    pub clock: Clock,
    /// What opens the store, where it is encrypted and its passphrase was given.
    pub key: Option<Arc<store::Key>>,
    /// Who works here looks and reports, and changes nothing.
    pub assessor: bool,
    /// No connection is opened, whatever is asked for.
    pub offline: bool,
}

impl Place {
    /// A folder, a name for the log and a clock.
    pub fn new(folder: PathBuf, actor: impl Into<String>, clock: Clock) -> Place {
        Place { folder, actor: actor.into(), clock, key: None, assessor: false, offline: false }
    }

    /// That whoever works here may change things.
    ///
    /// # Errors
    /// `usage` for an assessor.
    pub(crate) fn may_change(&self) -> Result<()> {
        if self.assessor {
            return Err(Failure::new("usage", "an assessor looks and reports, and changes nothing")
                .advice("Let somebody who works on this plant do it."));
        }
        Ok(())
    }

    /// The place of the person at this machine: their data folder, unless another is named, and their
    /// account's name, unless `PLUMBLINE_ACTOR` says another. With `today` the clock starts at noon (UTC) of that day.
    ///
    /// # Errors
    /// `usage` when no folder is named and the system tells none for a user's data.
    pub fn of_user(folder: Option<PathBuf>, today: Option<Date>) -> Result<Place> {
        let own = || directories::ProjectDirs::from("org", "Plumbline", "Plumbline");
        let folder = folder.or_else(|| own().map(|own| own.data_dir().join("store"))).ok_or_else(|| {
            Failure::new("usage", "this account has no folder for data").advice("Name one with --store DIR.")
        })?;
        let named = std::env::var("PLUMBLINE_ACTOR").ok().filter(|name| !name.trim().is_empty());
        let actor = match named {
            Some(name) => actor(&name)?,
            None => whoami::username().unwrap_or_else(|_| "unknown".to_owned()),
        };
        let clock: Clock = match today.map(noon) {
            None => Arc::new(Timestamp::now),
            Some(noon) => {
                let ahead = noon.duration_since(Timestamp::now());
                Arc::new(move || Timestamp::now().saturating_add(ahead).unwrap_or(noon))
            }
        };
        Ok(Place::new(folder, actor, clock))
    }
}

/// A person's name as the log tells it.
///
/// # Errors
/// `usage` for one that is empty, too long or holds control characters.
pub fn actor(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_ACTOR || name.chars().any(char::is_control) {
        let what = "that is no name for the log";
        return Err(
            Failure::new("usage", what).advice(format!("Take up to {LONGEST_ACTOR} characters on one line."))
        );
    }
    Ok(name.to_owned())
}

/// Longest name for the log, in characters.
const LONGEST_ACTOR: usize = 100;

/// The first moment of a day, UTC.
pub fn midnight(day: Date) -> Timestamp {
    Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::MIN)
}

fn noon(day: Date) -> Timestamp {
    // Every noon of the calendar is a timestamp in UTC.
    Offset::UTC.to_timestamp(day.at(12, 0, 0, 0)).unwrap_or(Timestamp::MAX)
}
