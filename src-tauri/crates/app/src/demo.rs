//! The demo plant: an invented company with real products and real CVE facts, moved to the day it is made.

use std::io::Read;

use iec62443::{Moment, Plant};
use import::{File, plant as reader};
use jiff::{Span, ToSpan, civil::Date};

use store::{Store, pending::Making};

use crate::{Failure, Place, Result, Session, moment_days};

macro_rules! files {
    ($($name:literal),*) => {
        [$(($name, include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".z")))),*]
    };
}

/// Packed by the build script.
const FILES: &[(&str, &[u8])] = &files![
    "plant.json",
    "zones.csv",
    "conduits.csv",
    "assets.csv",
    "identities.csv",
    "evidence.json",
    "controls.csv",
    "acknowledgements.csv",
    "tickets.csv",
    "monitoring.csv"
];

/// Id of the demo plant's environment.
pub const ENVIRONMENT: &str = "demo";

impl Session {
    /// Makes a store that holds the demo plant.
    ///
    /// # Errors
    /// When there is a store already or the folder cannot be written.
    pub fn create_demo(&mut self) -> Result<()> {
        self.create_demo_with(None)
    }

    /// As [`Session::create_demo`], encrypted with a passphrase. All of it is there, or nothing.
    ///
    /// # Errors
    /// As [`Session::create_demo`]; `usage` for a passphrase that is too short.
    pub fn create_demo_with(&mut self, passphrase: Option<&str>) -> Result<()> {
        let place = self.place();
        place.may_create()?;
        let plant = plant(self.today())?;
        let making = Making::begin(&place.folder)?;
        let mut made = Session::of(Place { folder: making.path().to_owned(), ..place.clone() }, None);
        match passphrase {
            Some(passphrase) => made.create_encrypted(passphrase)?,
            None => made.create()?,
        }
        made.put_plant(plant, &serde_json::json!("demo"), false, false)?;
        let key = made.place().key;
        drop(made);
        making.finish()?;
        let store = Store::open(&place.folder, key.as_deref())?;
        *self = Session::of(Place { key, ..place }, Some(store));
        Ok(())
    }

    /// Adds the demo plant to the open store, beside whatever is in it. Where it is there already it stays as it is.
    ///
    /// # Errors
    /// When there is no store, or it cannot be written.
    pub fn add_demo(&mut self) -> Result<()> {
        if self.store()?.environments()?.iter().any(|listed| listed.environment.id == ENVIRONMENT) {
            return Ok(());
        }
        self.put_plant(plant(self.today())?, &serde_json::json!("demo"), false, false)?;
        Ok(())
    }
}

/// The demo plant as it would stand on a day.
///
/// # Errors
/// Never in a program that was built and tested whole.
pub fn plant(today: Date) -> Result<Plant> {
    let unpacked = |packed: &[u8]| -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = flate2::read::ZlibDecoder::new(packed).read_to_end(&mut bytes);
        read.map_err(|error| Failure::new("internal", error.to_string()))?;
        Ok(bytes)
    };
    let files: Vec<File> =
        FILES.iter().map(|(name, packed)| Ok(File::new(*name, unpacked(packed)?))).collect::<Result<_>>()?;
    let read = reader::read(&files, today)?;
    let reference =
        read.as_of.ok_or_else(|| Failure::new("internal", "the demo plant has no reference day"))?;
    let mut plant = read.plant;
    plant.environment.id = ENVIRONMENT.to_owned();
    plant.environment.demo = true;
    shift(&mut plant, moment_days(reference, today));
    Ok(plant)
}

/// Moves everything that has a date by whole days.
fn shift(plant: &mut Plant, days: i64) {
    let span: Span = days.days();
    let day = |date: &mut Date| *date = date.saturating_add(span);
    let moment = |at: &mut Moment| *at = at.shifted_by_days(days);
    let evidence = &mut plant.evidence;
    moment(&mut evidence.as_of);
    day(&mut evidence.period_from);
    evidence.monitoring.last_update.iter_mut().for_each(moment);
    plant.updates.iter_mut().for_each(moment);
    for finding in &mut evidence.findings {
        moment(&mut finding.opened);
        finding.events.iter_mut().for_each(|event| moment(&mut event.at));
    }
    for control in &mut evidence.controls {
        control.history.iter_mut().for_each(|change| moment(&mut change.at));
        control.expires.iter_mut().for_each(day);
    }
    evidence.sr_assessments.iter_mut().for_each(|answer| moment(&mut answer.at));
    plant.assets.iter_mut().flat_map(|asset| &mut asset.installed).for_each(day);
    plant.event_notes.iter_mut().flatten().flat_map(|note| &mut note.until).for_each(day);
    for ticket in &mut plant.tickets {
        ticket.created.iter_mut().for_each(moment);
        ticket.due.iter_mut().for_each(day);
        ticket.closed.iter_mut().for_each(moment);
    }
}
