//! An open store with what was read from it kept at hand.

use std::sync::Arc;

use iec62443::{Assessment, Plant, When, plant::Layer};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::Offset};
use rustc_hash::FxHashMap;
use store::{Store, Who, work::KeptWas};

use crate::{Failure, Place, Result, findings::Listing, plan::Made, view, work::put_all};

/// Days of a reporting period when nobody says otherwise: half a year up to the day assessed.
pub(crate) const PERIOD_DAYS: i64 = 181;

/// A session: the place, the store once it is open, and a memory of plants and assessments. The memory is
/// valid for one version of the store (the last row of its audit log), whoever wrote that.
pub struct Session {
    place: Place,
    store: Option<Store>,
    version: i64,
    plants: FxHashMap<String, Arc<Plant>>,
    assessments: FxHashMap<(String, When), Remembered>,
    pub(crate) listing: Option<Listing>,
    /// The plan that was made last.
    pub(crate) planned: Option<Made>,
    /// The layer of each finding, by environment: they change when assets and findings do.
    pub(crate) layers: FxHashMap<String, Arc<Vec<Layer>>>,
    /// Since when the visitor was away, by environment.
    pub(crate) away: FxHashMap<String, Option<Timestamp>>,
}

/// An assessment, and the findings that have other events since.
struct Remembered {
    assessment: Arc<Assessment>,
    changed: Vec<usize>,
}

/// Findings up to which levels are brought up to date instead of computed anew.
const FEW: usize = 2000;

impl Session {
    /// A session in a place; the store is opened when it is there. An encrypted one waits for its passphrase.
    ///
    /// # Errors
    /// When a store is there and cannot be opened.
    pub fn open(place: Place) -> Result<Session> {
        let store = match Store::open(&place.folder, place.key.as_deref()) {
            Err(store::Error::Missing { .. } | store::Error::Sealed { .. }) => None,
            opened => Some(opened?),
        };
        Ok(Session::of(place, store))
    }

    /// A session with an open store, nothing of it read yet.
    pub(crate) fn of(place: Place, store: Option<Store>) -> Session {
        Session {
            place,
            store,
            version: -1,
            plants: FxHashMap::default(),
            assessments: FxHashMap::default(),
            listing: None,
            planned: None,
            layers: FxHashMap::default(),
            away: FxHashMap::default(),
        }
    }

    /// Makes an empty store in the session's place.
    ///
    /// # Errors
    /// When there is one already or the folder cannot be written.
    pub fn create(&mut self) -> Result<()> {
        self.place.may_change()?;
        let who = self.who();
        self.store = Some(Store::create(&self.place.folder, &who, None)?);
        Ok(())
    }

    /// Who works here from now on, by the name for the log, and whether as an assessor. Where the store is encrypted, its
    /// passphrase is needed to be an assessor no more, or another one: who was let in to look cannot give themselves more.
    ///
    /// # Errors
    /// `usage` for a name that is none, `wrong_passphrase`.
    pub fn work_as(&mut self, name: &str, assessor: bool, passphrase: Option<&str>) -> Result<()> {
        let name = crate::place::actor(name)?;
        if self.place.assessor && self.store.as_ref().is_some_and(Store::is_sealed) {
            self.check_passphrase(passphrase.unwrap_or_default())?;
        }
        self.place.actor = name;
        self.place.assessor = assessor;
        self.away.clear();
        self.listing = None;
        Ok(())
    }

    /// Names in the log, the one that was active last first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn people(&self) -> Result<Vec<String>> {
        Ok(self.store()?.actors()?)
    }

    /// What the window shows before anything else.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn status(&self) -> Result<view::Status> {
        let demo = match &self.store {
            Some(store) => store.environments()?.iter().any(|listed| listed.environment.demo),
            None => false,
        };
        let folder = self.place.folder.display().to_string();
        let locked = self.is_locked();
        Ok(view::Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            store: self.store.as_ref().map(|_| folder.clone()),
            proposed_store: folder,
            actor: self.place.actor.clone(),
            assessor: self.place.assessor,
            offline: self.place.offline || crate::network::kept(&self.place).is_ok_and(|kept| kept.offline),
            today: self.today().to_string(),
            demo,
            encrypted: self.store.as_ref().map_or(locked, Store::is_sealed),
            locked,
        })
    }

    /// The open store.
    ///
    /// # Errors
    /// `not_found` when there is none yet, `store_sealed` when it waits for its passphrase.
    pub fn store(&self) -> Result<&Store> {
        self.store.as_ref().ok_or_else(|| self.closed())
    }

    /// The open store, to be changed.
    pub(crate) fn store_mut(&mut self) -> Result<&mut Store> {
        self.place.may_change()?;
        self.store_to_report()
    }

    /// The open store, to keep what an assessor may do too: that a report or package was made.
    pub(crate) fn store_to_report(&mut self) -> Result<&mut Store> {
        if self.store.is_none() {
            return Err(self.closed());
        }
        self.store.as_mut().ok_or_else(|| Failure::not_found("store", ""))
    }

    /// Why there is no open store.
    fn closed(&self) -> Failure {
        let folder = self.place.folder.clone();
        if self.is_locked() {
            store::Error::Sealed { folder }.into()
        } else {
            store::Error::Missing { folder }.into()
        }
    }

    /// Whether there is an encrypted store that waits for its passphrase.
    pub fn is_locked(&self) -> bool {
        self.store.is_none() && store::is_sealed(&self.place.folder).unwrap_or(false)
    }

    /// Where and as whom it works.
    pub fn place(&self) -> Place {
        self.place.clone()
    }

    /// The store's folder.
    pub(crate) fn folder(&self) -> &std::path::Path {
        &self.place.folder
    }

    /// The actor, now.
    pub fn who(&self) -> Who {
        Who { actor: self.place.actor.clone(), at: self.now() }
    }

    /// Now. Never before the last change of the store, even when the clock was set back a little.
    pub fn now(&self) -> Timestamp {
        let clock = (self.place.clock)();
        let last = self.store.as_ref().and_then(|store| store.last_change().ok().flatten());
        // A clock that is far behind is told when something is to be changed.
        last.filter(|last| last.duration_since(clock) <= SignedDuration::from_hours(24))
            .map_or(clock, |last| clock.max(last))
    }

    /// Today, UTC.
    pub fn today(&self) -> Date {
        Offset::UTC.to_datetime(self.now()).date()
    }

    /// Environments with how much is in them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn environments(&self) -> Result<Vec<view::EnvironmentView>> {
        let listed = self.store()?.environments()?;
        Ok(listed
            .into_iter()
            .map(|listed| view::EnvironmentView {
                id: listed.environment.id,
                name: listed.environment.name,
                organisation: listed.environment.organisation,
                zones: listed.zones,
                assets: listed.assets,
                findings: listed.findings,
            })
            .collect())
    }

    /// Forgets what was remembered of an older version of the store.
    fn refresh(&mut self) -> Result<()> {
        let version = self.store()?.version()?;
        if version != self.version {
            self.version = version;
            self.plants.clear();
            self.assessments.clear();
            self.listing = None;
            self.layers.clear();
        }
        Ok(())
    }

    /// Everything recorded of an environment.
    ///
    /// # Errors
    /// `not_found`
    pub fn plant(&mut self, environment: &str) -> Result<Arc<Plant>> {
        self.refresh()?;
        if let Some(plant) = self.plants.get(environment) {
            return Ok(Arc::clone(plant));
        }
        let plant = Arc::new(self.store()?.plant(environment, self.today())?);
        self.plants.insert(environment.to_owned(), Arc::clone(&plant));
        Ok(plant)
    }

    /// The plant and its assessment at a moment.
    ///
    /// # Errors
    /// `not_found`
    pub fn assessed(&mut self, environment: &str, when: When) -> Result<(Arc<Plant>, Arc<Assessment>)> {
        let plant = self.plant(environment)?;
        let key = (environment.to_owned(), when);
        if let Some(known) = self.assessments.get_mut(&key) {
            if !known.changed.is_empty() {
                known.assessment = Arc::new(plant.reassess(when, &known.assessment, &known.changed));
                known.changed.clear();
            }
            return Ok((plant, Arc::clone(&known.assessment)));
        }
        // A slider visits many days; what is kept of them stays small.
        if self.assessments.len() >= 64 {
            self.assessments.clear();
        }
        let assessment = Arc::new(plant.assess(when));
        let known = Remembered { assessment: Arc::clone(&assessment), changed: Vec::new() };
        self.assessments.insert(key, known);
        Ok((plant, assessment))
    }

    /// The moment meant by a day and a period's first day, both optional.
    ///
    /// # Errors
    /// `bad_input` for a day that does not exist or a period that starts after it; `not_found`.
    pub fn when(&mut self, environment: &str, as_of: Option<&str>, from: Option<&str>) -> Result<When> {
        let as_of = match as_of {
            None => self.today(),
            Some(text) => day(text)?,
        };
        let from = match from {
            None => as_of.saturating_sub(PERIOD_DAYS.days()),
            Some(text) => day(text)?,
        };
        if from > as_of {
            return Err(Failure::new("usage", format!("the period starts on {from}, after {as_of}"))
                .advice("Choose an earlier first day."));
        }
        Ok(self.plant(environment)?.when(as_of, from))
    }

    /// The version of the store that was looked at last.
    pub(crate) fn seen_version(&self) -> i64 {
        self.version
    }

    /// Takes changed records of one plant over into what is remembered. No level depends on them.
    pub(crate) fn remember_records(
        &mut self,
        environment: &str,
        before: i64,
        records: &[KeptWas],
    ) -> Result<()> {
        let version = self.store()?.version()?;
        if self.version == before && version == before + 1 {
            self.version = version;
            self.listing = None;
            if let Some(plant) = self.plants.get_mut(environment) {
                put_all(Arc::make_mut(plant), records);
            }
        }
        Ok(())
    }

    /// Takes a change of one plant, of so many rows of the log, over into what is remembered, when nobody else changed
    /// the store between. `update` says which findings it gave other events, when levels depend on nothing else of it but
    /// which assets are identified.
    pub(crate) fn remember(
        &mut self,
        environment: &str,
        before: i64,
        rows: i64,
        update: impl FnOnce(&mut Plant) -> Option<Vec<usize>>,
    ) -> Result<()> {
        let version = self.store()?.version()?;
        if self.version == before && version == before.saturating_add(rows) {
            self.version = version;
            self.listing = None;
            let plant = self.plants.get_mut(environment);
            let changed = plant.and_then(|plant| update(Arc::make_mut(plant)));
            self.assessments.retain(|(other, _), known| {
                other != environment
                    || changed.as_ref().is_some_and(|changed| {
                        known.changed.extend(changed);
                        known.changed.len() <= FEW
                    })
            });
        }
        Ok(())
    }
}

/// A day from its text.
///
/// # Errors
/// `usage` for anything that is no day.
pub fn day(text: &str) -> Result<Date> {
    text.parse().map_err(|_| {
        Failure::new("usage", format!("{:?} is no date", text.chars().take(40).collect::<String>()))
            .advice("Write one as 2026-06-30.")
    })
}
