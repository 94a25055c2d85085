//! A document that is scored while actions are switched on and off: each is applied to what the method looks at, by the
//! method's own rules, and only what it touches is counted anew. The levels are those of [`assess`](crate::assess) of
//! the document with the actions applied (tests hold the two against each other).

use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    action::Action,
    assessment::{Ratio, Verdict, ZoneAssessment},
    catalogue,
    evidence::{Event, EventKind, Evidence, SrStatus, Zone},
    finding::{self, Cover, Standing},
    level::{Fr, FrSet, SecurityLevel},
    moment::Moment,
    profile::Profile,
    scoring::{self, Looker, Seen, When},
    tables::{AssetAt, Counted, Due, Ledger, Places, ZoneCounts, age},
};

/// An action by places in the document instead of ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Findings that are patched.
    Patch(Vec<u32>),
    /// Findings that a control covers, and how well.
    Cover(Vec<u32>, Cover),
    /// Findings that are triaged.
    Triage(Vec<u32>),
    /// Assets that are identified.
    Identify(Vec<u32>),
    /// Feeds or scans are brought up to date.
    Monitoring,
    /// Requirements (places in the catalogue) that a zone satisfies.
    Satisfy(usize, Vec<usize>),
}

/// Where the things that actions name stand in a document.
#[derive(Debug)]
pub struct Index<'e> {
    findings: FxHashMap<&'e str, u32>,
    assets: FxHashMap<&'e str, u32>,
    zones: FxHashMap<&'e str, usize>,
    covered: FxHashMap<&'e str, Vec<u32>>,
}

impl<'e> Index<'e> {
    /// Looks a document through once.
    pub fn new(evidence: &'e Evidence<'_>) -> Index<'e> {
        let mut covered: FxHashMap<&str, Vec<u32>> = FxHashMap::default();
        for (place, finding) in (0u32..).zip(&evidence.findings) {
            for control in &finding.controls {
                covered.entry(control).or_default().push(place);
            }
        }
        Index {
            findings: (0u32..).zip(&evidence.findings).map(|(place, one)| (&*one.id, place)).collect(),
            assets: (0u32..).zip(&evidence.assets).map(|(place, one)| (&*one.id, place)).collect(),
            zones: evidence.zones.iter().enumerate().map(|(place, one)| (&*one.id, place)).collect(),
            covered,
        }
    }

    /// An action by places; what the document does not hold is left out, as applying leaves it out.
    pub fn step(&self, action: &Action) -> Step {
        let findings =
            |ids: &[String]| ids.iter().filter_map(|id| self.findings.get(&**id).copied()).collect();
        match action {
            Action::Patch(ids) => Step::Patch(findings(ids)),
            Action::Control(ids, status) => Step::Cover(findings(ids), cover_of(*status)),
            Action::Verify { control, .. } => {
                Step::Cover(self.covered.get(&**control).cloned().unwrap_or_default(), Cover::Verified)
            }
            Action::Triage(ids) => Step::Triage(findings(ids)),
            Action::Identify(ids) => {
                Step::Identify(ids.iter().filter_map(|id| self.assets.get(&**id).copied()).collect())
            }
            Action::UpdateMonitoring => Step::Monitoring,
            Action::Assess(zone, ids) => match self.zones.get(&**zone) {
                Some(zone) => Step::Satisfy(
                    *zone,
                    ids.iter().filter_map(|id| catalogue::system().position(id)).collect(),
                ),
                None => Step::Triage(Vec::new()),
            },
        }
    }
}

fn cover_of(status: crate::evidence::ControlStatus) -> Cover {
    match status {
        crate::evidence::ControlStatus::Verified => Cover::Verified,
        crate::evidence::ControlStatus::Implemented => Cover::Implemented,
        _ => Cover::None,
    }
}

/// A finding as the method sees it at the document's moment.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    pub at: AssetAt,
    pub due: Due,
    seen: Seen,
    standing: Standing,
    cover: Cover,
    counted: Counted,
}

impl Known {
    /// The attacker class with at least this cover.
    pub fn class_when(&self, cover: Cover) -> u8 {
        self.seen.class(self.cover.max(cover))
    }

    /// Whether it is open and put off.
    pub fn is_deferred(&self) -> bool {
        self.standing.deferred
    }
}

/// How many switched-on actions do what to a finding.
#[derive(Clone, Copy, Default)]
struct Done {
    patched: u32,
    triaged: u32,
    implemented: u32,
    verified: u32,
}

/// A document that is scored while it changes.
#[derive(Clone)]
pub struct Live {
    when: When,
    profile: Profile,
    zones: Vec<Zone<'static>>,
    /// None for what is not opened yet.
    known: Vec<Option<Known>>,
    done: Vec<Done>,
    zone_of: Vec<Option<usize>>,
    was_identified: Vec<bool>,
    identified_by: Vec<u32>,
    identified: Vec<Ratio>,
    updates: u32,
    answers: Vec<Vec<Option<(SrStatus, bool)>>>,
    satisfied_by: FxHashMap<(usize, usize), u32>,
    conformance: Vec<[Option<SecurityLevel>; 7]>,
    ledger: Ledger,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("findings", &self.known.len()).finish_non_exhaustive()
    }
}

impl Live {
    /// Scores a document, checked as for [`assess`](crate::assess).
    pub fn new(evidence: &Evidence<'_>) -> Live {
        let when = evidence.when();
        let today = when.as_of.day();
        let profile = Profile::with(&evidence.profile);
        let places = Places::new(evidence);
        let covers = scoring::covers(evidence, when.as_of);
        let mut looker = Looker::default();
        let mut ledger = Ledger::new(evidence.assets.len(), evidence.zones.len());
        let known = evidence
            .findings
            .iter()
            .map(|finding| {
                let standing = finding::standing(finding, when.as_of)?;
                let at = places.assets.get(&*finding.asset).copied()?;
                let (seen, _) = looker.look(finding);
                let cover = scoring::best_cover(finding, &covers);
                let due = Due::new(standing.fix, finding.opened.day(), today, &profile);
                let counted = Counted::new(&seen.verdict(&standing, &when, cover), due);
                ledger.count(at, &counted, 1);
                Some(Known { at, due, seen, standing, cover, counted })
            })
            .collect::<Vec<_>>();
        let answers = scoring::satisfied(evidence, when.as_of);
        Live {
            profile,
            zones: evidence
                .zones
                .iter()
                .map(|zone| Zone {
                    id: zone.id.clone().into_owned(),
                    name: zone.name.clone().into_owned(),
                    sl_t: zone.sl_t,
                })
                .collect(),
            done: vec![Done::default(); known.len()],
            known,
            was_identified: evidence.assets.iter().map(|asset| asset.identified).collect(),
            identified_by: vec![0; evidence.assets.len()],
            identified: places.identified,
            zone_of: places.zone_of,
            updates: 0,
            conformance: answers
                .iter()
                .map(|zone| Fr::ALL.map(|fr| scoring::conformance_of(fr, zone)))
                .collect(),
            answers,
            satisfied_by: FxHashMap::default(),
            ledger,
            when,
        }
    }

    /// Switches an action on, or one that is on off again, in any order.
    pub fn switch(&mut self, step: &Step, on: bool) {
        match step {
            Step::Patch(findings) => findings.iter().for_each(|place| self.patch(*place, on)),
            Step::Cover(findings, cover) => {
                findings.iter().for_each(|place| self.cover(*place, *cover, on));
            }
            Step::Triage(findings) => findings.iter().for_each(|place| self.triage(*place, on)),
            Step::Identify(assets) => assets.iter().for_each(|place| self.identify(*place as usize, on)),
            Step::Monitoring => count(&mut self.updates, on),
            Step::Satisfy(zone, requirements) => self.satisfy(*zone, requirements, on),
        }
    }

    /// The zones whose levels an action may move.
    pub fn touched(&self, step: &Step) -> Vec<usize> {
        let mut zones: Vec<usize> = match step {
            Step::Patch(findings) | Step::Cover(findings, _) | Step::Triage(findings) => {
                let of = |place: &u32| self.known.get(*place as usize)?.as_ref().map(|known| known.at.zone);
                findings.iter().filter_map(of).collect::<FxHashSet<usize>>().into_iter().collect()
            }
            Step::Identify(assets) => {
                assets.iter().filter_map(|place| *self.zone_of.get(*place as usize)?).collect()
            }
            Step::Monitoring => (0..self.zones.len()).collect(),
            Step::Satisfy(zone, _) => vec![*zone],
        };
        zones.sort_unstable();
        zones.dedup();
        zones
    }

    /// A zone's levels as things are switched now.
    pub fn zone(&self, zone: usize) -> ZoneAssessment {
        self.counts(zone).levels(&self.zones[zone], &self.conformance[zone], &self.profile)
    }

    /// The levels of all zones, in the document's order.
    pub fn levels(&self) -> Vec<ZoneAssessment> {
        (0..self.zones.len()).map(|zone| self.zone(zone)).collect()
    }

    /// The level of a cell as things are switched now.
    pub fn achieved(&self, zone: usize, fr: Fr) -> Option<SecurityLevel> {
        self.counts(zone).achieved(fr, self.conformance[zone][fr.index()], &self.profile)
    }

    /// A zone's vector as things are switched now.
    pub fn vector(&self, zone: usize) -> [Option<SecurityLevel>; 7] {
        Fr::ALL.map(|fr| self.achieved(zone, fr))
    }

    /// The vectors of all zones, in the document's order.
    pub fn vectors(&self) -> Vec<[Option<SecurityLevel>; 7]> {
        (0..self.zones.len()).map(|zone| self.vector(zone)).collect()
    }

    /// Findings by the zones that they are in.
    pub(crate) fn by_zone(&self, findings: &[u32]) -> Vec<(usize, Vec<u32>)> {
        let mut zones: Vec<(usize, Vec<u32>)> = Vec::new();
        let mut places: FxHashMap<usize, usize> = FxHashMap::default();
        for place in findings {
            let Some(known) = &self.known[*place as usize] else { continue };
            let at = *places.entry(known.at.zone).or_insert_with(|| {
                zones.push((known.at.zone, Vec::new()));
                zones.len() - 1
            });
            zones[at].1.push(*place);
        }
        zones
    }

    pub(crate) fn counts(&self, zone: usize) -> ZoneCounts<'_> {
        let update = if self.updates > 0 { Some(self.when.as_of) } else { self.when.last_update };
        let age = age(&When { last_update: update, ..self.when });
        self.ledger.zone(zone, self.identified[zone], age)
    }

    /// Whether exposure, patching and triage of a cell all have at least a level, and whether compensation has.
    pub(crate) fn holds(&self, zone: usize, fr: Fr, level: SecurityLevel) -> (bool, bool) {
        // None of the four looks at the age of feeds.
        self.ledger.zone(zone, self.identified[zone], None).holds(fr, level, &self.profile)
    }

    /// Requirements (places in the catalogue) that are not satisfied, by zone.
    pub(crate) fn unsatisfied(&self) -> Vec<Vec<usize>> {
        let open = |zone: &Vec<Option<(SrStatus, bool)>>| {
            let not =
                |(_, answer): &(usize, &Option<(SrStatus, bool)>)| !answer.is_some_and(|(_, holds)| holds);
            zone.iter().enumerate().filter(not).map(|(at, _)| at).collect()
        };
        self.answers.iter().map(open).collect()
    }

    /// A finding as it was before anything was switched on; none where it does not count.
    pub(crate) fn before(&self, place: usize) -> Option<(&Known, Verdict)> {
        let known = self.known[place].as_ref()?;
        Some((known, known.seen.verdict(&known.standing, &self.when, known.cover)))
    }

    /// The FRs in whose counts a finding stands, before or after anything is done.
    pub(crate) fn touches(&self, place: u32) -> FrSet {
        self.known[place as usize].as_ref().map_or(FrSet::EMPTY, |known| known.counted.touches())
    }

    /// The FRs whose levels an action may move.
    pub(crate) fn moves(&self, step: &Step) -> FrSet {
        match step {
            Step::Patch(findings) | Step::Cover(findings, _) | Step::Triage(findings) => {
                findings.iter().fold(FrSet::EMPTY, |frs, place| frs.union(self.touches(*place)))
            }
            Step::Identify(_) | Step::Monitoring => FrSet::ALL,
            Step::Satisfy(_, requirements) => requirements
                .iter()
                .filter_map(|at| catalogue::system().requirements.get(*at))
                .map(|requirement| requirement.fr)
                .collect(),
        }
    }

    pub(crate) fn patch(&mut self, place: u32, on: bool) {
        count(&mut self.done[place as usize].patched, on);
        self.refresh(place as usize);
    }

    /// Triages a finding, and covers and patches it where that is wished.
    pub(crate) fn do_all(&mut self, place: usize, cover: bool, patch: bool) {
        let done = &mut self.done[place];
        count(&mut done.triaged, true);
        done.verified += u32::from(cover);
        done.patched += u32::from(patch);
        self.refresh(place);
    }

    pub(crate) fn triage(&mut self, place: u32, on: bool) {
        count(&mut self.done[place as usize].triaged, on);
        self.refresh(place as usize);
    }

    pub(crate) fn cover(&mut self, place: u32, cover: Cover, on: bool) {
        let done = &mut self.done[place as usize];
        match cover {
            Cover::Verified => count(&mut done.verified, on),
            Cover::Implemented => count(&mut done.implemented, on),
            Cover::None => return,
        }
        self.refresh(place as usize);
    }

    fn identify(&mut self, place: usize, on: bool) {
        count(&mut self.identified_by[place], on);
        let changed = self.identified_by[place] == u32::from(on);
        if let (Some(zone), true, false) = (self.zone_of[place], changed, self.was_identified[place]) {
            count(&mut self.identified[zone].count, on);
        }
    }

    fn satisfy(&mut self, zone: usize, requirements: &[usize], on: bool) {
        let mut frs = FrSet::EMPTY;
        for at in requirements {
            count(self.satisfied_by.entry((zone, *at)).or_default(), on);
            if let Some(requirement) = catalogue::system().requirements.get(*at) {
                frs = frs.union(FrSet::from_iter([requirement.fr]));
            }
        }
        let mut answers = self.answers[zone].clone();
        for (at, answer) in answers.iter_mut().enumerate() {
            if self.satisfied_by.get(&(zone, at)).is_some_and(|times| *times > 0) {
                *answer = Some((SrStatus::Met, true));
            }
        }
        for fr in frs.iter() {
            self.conformance[zone][fr.index()] = scoring::conformance_of(fr, &answers);
        }
    }

    /// Counts a finding anew after what is done to it has changed.
    fn refresh(&mut self, place: usize) {
        let Some(known) = &mut self.known[place] else { return };
        let done = self.done[place];
        let happen = |standing: &mut Standing, kind, at: Moment| {
            standing.apply(&Event { at, kind, frs: FrSet::EMPTY });
        };
        let mut standing = known.standing;
        if done.triaged > 0 {
            happen(&mut standing, EventKind::Acknowledged, self.when.as_of);
        }
        if done.patched > 0 {
            happen(&mut standing, EventKind::Patched, self.when.as_of);
        }
        let added = match (done.verified, done.implemented) {
            (0, 0) => Cover::None,
            (0, _) => Cover::Implemented,
            _ => Cover::Verified,
        };
        let verdict = known.seen.verdict(&standing, &self.when, known.cover.max(added));
        let counted = Counted::new(&verdict, known.due);
        if counted != known.counted {
            self.ledger.count(known.at, &known.counted, -1);
            self.ledger.count(known.at, &counted, 1);
            known.counted = counted;
        }
    }
}

fn count(times: &mut u32, on: bool) {
    *times = if on { times.saturating_add(1) } else { times.saturating_sub(1) };
}
