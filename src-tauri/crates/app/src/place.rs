//! Where and as whom the program works.

use std::path::PathBuf;

use jiff::{Timestamp, civil::Date, tz::Offset};

use crate::{Failure, Result};

/// Tells the time. The command and the window hand in the machine's clock, tests a fixed one.
pub type Clock = std::sync::Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Where and as whom the program works.
#[derive(Clone)]
pub struct Place {
    /// The store's folder.
    pub folder: PathBuf,
    /// Name for the audit log.
    pub actor: String,
    /// The clock.
    pub clock: Clock,
}

impl Place {
    /// The place of the person at this machine: their data folder, unless another is named, and their
    /// account's name. With `today` the clock starts at noon (UTC) of that day.
    ///
    /// # Errors
    /// `usage` when no folder is named and the system tells none for a user's data.
    pub fn of_user(folder: Option<PathBuf>, today: Option<Date>) -> Result<Place> {
        let own = || directories::ProjectDirs::from("org", "Plumbline", "Plumbline");
        let folder = folder.or_else(|| own().map(|own| own.data_dir().join("store"))).ok_or_else(|| {
            Failure::new("usage", "this account has no folder for data").advice("Name one with --store DIR.")
        })?;
        let actor = whoami::username().unwrap_or_else(|_| "unknown".to_owned());
        let clock: Clock = match today.map(noon) {
            None => std::sync::Arc::new(Timestamp::now),
            Some(noon) => {
                let ahead = noon.duration_since(Timestamp::now());
                std::sync::Arc::new(move || Timestamp::now().saturating_add(ahead).unwrap_or(noon))
            }
        };
        Ok(Place { folder, actor, clock })
    }
}

/// The first moment of a day, UTC.
pub fn midnight(day: Date) -> Timestamp {
    Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::MIN)
}

fn noon(day: Date) -> Timestamp {
    // Every noon of the calendar is a timestamp in UTC.
    Offset::UTC.to_timestamp(day.at(12, 0, 0, 0)).unwrap_or(Timestamp::MAX)
}
