//! A whole plant in and out.

use iec62443::{
    Plant,
    evidence::{Event, Finding},
    plant::EventNote,
};
use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::{Change, Reading, Result, Store};

/// How much of one kind an import added, changed and found unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// New.
    pub added: u32,
    /// Different from before.
    pub changed: u32,
    /// As before.
    pub unchanged: u32,
}

/// Counts by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlantCounts {
    /// Zones.
    pub zones: Counts,
    /// Conduits.
    pub conduits: Counts,
    /// Assets.
    pub assets: Counts,
    /// Findings.
    pub findings: Counts,
    /// Compensating controls.
    pub controls: Counts,
    /// Requirement answers.
    pub sr_answers: Counts,
    /// Tickets.
    pub tickets: Counts,
    /// Days of feeds and scans, or the profile, were new.
    pub updated: bool,
}

impl PlantCounts {
    /// The counts with the names of their kinds.
    pub fn named(&self) -> [(&'static str, Counts); 7] {
        [
            ("zones", self.zones),
            ("conduits", self.conduits),
            ("assets", self.assets),
            ("findings", self.findings),
            ("controls", self.controls),
            ("sr_assessments", self.sr_answers),
            ("tickets", self.tickets),
        ]
    }

    /// Whether nothing is new or different.
    pub fn is_unchanged(&self) -> bool {
        !self.updated && self.named().iter().all(|(_, counts)| counts.added == 0 && counts.changed == 0)
    }
}

impl Store {
    /// Everything recorded of an environment. `today` only sets the day the document asks about by itself.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`]
    pub fn plant(&self, environment: &str, today: Date) -> Result<Plant> {
        let transaction = self.connection.unchecked_transaction()?;
        Reading { connection: &transaction }.plant(environment, today)
    }
}

impl Reading<'_> {
    fn plant(&self, environment: &str, today: Date) -> Result<Plant> {
        let mut plant = Plant::empty(self.environment(environment)?, today);
        let (zones, zone_details) = self.zones(environment)?;
        let (assets, asset_details) = self.assets(environment)?;
        let (findings, notes) = self.findings(environment)?;
        let (controls, control_details) = self.controls(environment)?;
        plant.evidence.profile = self.overrides(environment)?;
        plant.updates = self.updates(environment)?;
        plant.evidence.monitoring.last_update = plant.updates.last().copied();
        plant.evidence.zones = zones;
        plant.zones = zone_details;
        plant.conduits = self.conduits(environment)?;
        plant.evidence.assets = assets;
        plant.assets = asset_details;
        plant.evidence.findings = findings;
        plant.event_notes = notes;
        plant.evidence.controls = controls;
        plant.controls = control_details;
        (plant.evidence.sr_assessments, plant.answered_by) = self.sr_answers(environment)?;
        plant.tickets = self.tickets(environment)?;
        plant.work = self.work(environment)?;
        Ok(plant)
    }
}

/// Tallies records against those known before, and says which to write and at which position.
struct Tally<K, T> {
    known: FxHashMap<K, T>,
    next: usize,
    counts: Counts,
}

impl<K: Eq + std::hash::Hash, T: PartialEq> Tally<K, T> {
    fn new(known: impl Iterator<Item = (K, T)>) -> Self {
        let known: FxHashMap<_, _> = known.collect();
        Tally { next: known.len(), known, counts: Counts::default() }
    }

    /// The position to write the record at; none when it is as before.
    fn place(&mut self, id: K, record: &T) -> Option<usize> {
        match self.known.get(&id) {
            Some(before) if before == record => {
                self.counts.unchanged += 1;
                return None;
            }
            Some(_) => self.counts.changed += 1,
            None => self.counts.added += 1,
        }
        self.next += 1;
        Some(self.next - 1)
    }
}

impl Change<'_> {
    /// As [`Store::plant`], seen from inside: nobody else can change it until this change ends.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`]
    pub fn plant(&self, environment: &str, today: Date) -> Result<Plant> {
        Reading { connection: &self.transaction }.plant(environment, today)
    }

    /// Writes a plant into its environment, which must exist: what is new is added, what differs is changed,
    /// what is there and not mentioned stays. Events and answers are only ever added. `known` is the plant as
    /// it stands in the store. `source` names where it came from, for the log; `change` the change that can be taken
    /// back of which this is a part.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn put_plant(
        &self,
        plant: &Plant,
        known: &Plant,
        source: &serde_json::Value,
        change: Option<i64>,
    ) -> Result<PlantCounts> {
        let environment = plant.environment.id.as_str();
        let mut counts = PlantCounts::default();
        let (old, new) = (&known.evidence, &plant.evidence);

        let mut tally = Tally::new(old.zones.iter().zip(&known.zones).map(|(z, d)| (&*z.id, (z, d))));
        for (zone, detail) in new.zones.iter().zip(&plant.zones) {
            if let Some(position) = tally.place(&*zone.id, &(zone, detail)) {
                self.put_zone(environment, position, zone, detail)?;
            }
        }
        counts.zones = tally.counts;

        let mut tally = Tally::new(known.conduits.iter().map(|c| (c.id.as_str(), c)));
        for conduit in &plant.conduits {
            if let Some(position) = tally.place(&conduit.id, &conduit) {
                self.put_conduit(environment, position, conduit)?;
            }
        }
        counts.conduits = tally.counts;

        let mut tally = Tally::new(old.assets.iter().zip(&known.assets).map(|(a, d)| (&*a.id, (a, d))));
        for (asset, detail) in new.assets.iter().zip(&plant.assets) {
            if let Some(position) = tally.place(&*asset.id, &(asset, detail)) {
                let is_new = !tally.known.contains_key(&*asset.id);
                self.put_asset(environment, position, asset, detail, change, is_new)?;
            }
        }
        counts.assets = tally.counts;

        let mut tally = Tally::new(old.controls.iter().zip(&known.controls).map(|(c, d)| (&*c.id, (c, d))));
        for (control, detail) in new.controls.iter().zip(&plant.controls) {
            if let Some(position) = tally.place(&*control.id, &(control, detail)) {
                self.put_control(environment, position, control, detail)?;
            }
        }
        counts.controls = tally.counts;

        counts.findings = self.put_findings(plant, known)?;
        if counts.findings.changed > 0 {
            self.forget_statements()?;
        }

        let mut tally = Tally::new(known.tickets.iter().map(|t| ((t.id.as_str(), t.finding.as_str()), t)));
        for ticket in &plant.tickets {
            if let Some(position) = tally.place((ticket.id.as_str(), ticket.finding.as_str()), &ticket) {
                self.put_ticket(environment, position, ticket)?;
            }
        }
        counts.tickets = tally.counts;

        for answer in &new.sr_assessments {
            if old.sr_assessments.contains(answer) {
                counts.sr_answers.unchanged += 1;
            } else {
                counts.sr_answers.added += 1;
                self.put_sr_answer(environment, answer)?;
            }
        }

        for at in &plant.updates {
            counts.updated |= self.add_update(environment, *at, "import")?;
        }
        if new.profile != old.profile {
            self.put_overrides(environment, &new.profile, "imported with the plant")?;
            counts.updated = true;
        }
        // A change that is begun elsewhere is logged there.
        if !counts.is_unchanged() && change.is_none() {
            let named =
                counts.named().map(|(kind, c)| (kind.to_owned(), serde_json::json!([c.added, c.changed])));
            let mut detail =
                serde_json::json!({"source": source, "added_changed": serde_json::Map::from_iter(named)});
            if new.profile != old.profile {
                detail["profile"] = serde_json::json!({"before": old.profile, "after": new.profile});
            }
            self.log("plant.imported", environment, &detail)?;
        }
        Ok(counts)
    }

    fn put_findings(&self, plant: &Plant, known: &Plant) -> Result<Counts> {
        let environment = plant.environment.id.as_str();
        let stated = |f: &Finding<'static>| Finding { events: Vec::new(), ..f.clone() };
        let no_note = EventNote::default();
        let before: FxHashMap<&str, (&Finding<'static>, &Vec<EventNote>)> =
            known.evidence.findings.iter().zip(&known.event_notes).map(|(f, n)| (&*f.id, (f, n))).collect();
        let mut counts = Counts::default();
        let mut position = before.len();
        for (finding, notes) in plant.evidence.findings.iter().zip(&plant.event_notes) {
            let old = before.get(&*finding.id);
            let same = old.is_some_and(|(old, _)| stated(old) == stated(finding));
            if !same {
                self.put_finding(environment, position, finding)?;
                position += 1;
            }
            let mut events = 0;
            for (index, event) in finding.events.iter().enumerate() {
                let note = notes.get(index).unwrap_or(&no_note);
                match old.and_then(|(old, notes)| notes.get(place(old, &finding.events[..=index])?)) {
                    None => self.put_event(environment, &finding.id, event, note, None)?,
                    // Who and why were not known yet.
                    Some(old_note) if *old_note == no_note && *note != no_note => {
                        self.put_note(environment, &finding.id, event, note)?;
                    }
                    Some(_) => continue,
                }
                events += 1;
            }
            match old {
                None => counts.added += 1,
                Some(_) if same && events == 0 => counts.unchanged += 1,
                Some(_) => counts.changed += 1,
            }
        }
        Ok(counts)
    }
}

/// Where a finding holds the last of some events, counting equal ones: the second of two needs a second.
fn place(finding: &Finding<'_>, events: &[Event]) -> Option<usize> {
    let last = events.last()?;
    let nth = events.iter().filter(|event| *event == last).count() - 1;
    finding.events.iter().enumerate().filter(|(_, event)| *event == last).nth(nth).map(|(at, _)| at)
}
