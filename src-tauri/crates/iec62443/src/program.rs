//! Figures of a vulnerability management program for a period (IEC 62443-2-1: monitoring, and evidence that what was
//! found was decided about and treated), from the recorded events alone.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use crate::{
    Assessment, Moment, Plant, When,
    evidence::{EventKind, Finding},
    finding::{State, standing},
    moment::days_between,
    priority,
};

/// Most months of a backlog.
const MOST_MONTHS: usize = 24;

/// How long something took, in days with a fraction; none where nothing happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Times {
    /// How often.
    pub count: usize,
    /// Half of them took no longer (nearest rank).
    pub median: Option<f64>,
    /// Nine in ten took no longer (nearest rank).
    pub p90: Option<f64>,
    /// The longest.
    pub longest: Option<f64>,
}

impl Times {
    fn of(mut days: Vec<f64>) -> Times {
        days.sort_by(f64::total_cmp);
        let of = |percent: usize| {
            let rank = (days.len() * percent).div_ceil(100).max(1);
            days.get(rank - 1).copied()
        };
        Times { count: days.len(), median: of(50), p90: of(90), longest: of(100) }
    }
}

/// The figures of some findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Group {
    /// From the opening to the first decision, of those first decided about in the period.
    pub acknowledged: Times,
    /// From the opening to the end, of those that left the open state for the last time in the period and have not come back.
    pub treated: Times,
    /// Open on the last day.
    pub open: usize,
    /// Open on the last day with no decision.
    pub waiting: usize,
    /// Days for which the oldest of those has been waiting.
    pub oldest: i64,
}

/// A month's end, or the last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Backlog {
    /// The day.
    pub day: Date,
    /// Open on it.
    pub open: usize,
    /// Open with no decision.
    pub waiting: usize,
    /// Opened since the day before in this list, or since the period's first.
    pub opened: usize,
}

/// How long nothing was brought up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The last update before it.
    pub from: Date,
    /// The next one, or the last day.
    pub to: Date,
    /// Days between.
    pub days: i64,
}

/// Figures for a period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// All findings.
    pub all: Group,
    /// By tier of priority, 1 to 4, where there are any.
    pub tiers: BTreeMap<u8, Group>,
    /// By severity, where there are any.
    pub severities: BTreeMap<&'static str, Group>,
    /// By zone id, where there are any.
    pub zones: BTreeMap<String, Group>,
    /// Month by month, the oldest first.
    pub backlog: Vec<Backlog>,
    /// Days in the period on which feeds or scans were brought up to date.
    pub update_days: usize,
    /// Times without an update that are longer than the freshness for SL 3 allows.
    pub gaps: Vec<Gap>,
    /// Days that are allowed.
    pub allowed_days: u32,
    /// Assets on the last day, and those of them that are identified.
    pub assets: [usize; 2],
}

/// Whether an event is a decision that sets a finding to triaged (scoring.md section 2).
pub fn decides(kind: EventKind) -> bool {
    !matches!(
        kind,
        EventKind::Undeferred | EventKind::FixAvailable | EventKind::Reopened | EventKind::FrOverride
    )
}

/// Days from one moment to another with a fraction; what is opened "on a day" counts from the day's end, so that a
/// decision on the same day took no time.
fn days(from: Moment, to: Moment) -> f64 {
    let seconds = to.timestamp().as_second() - from.timestamp().as_second();
    (seconds.max(0) as f64) / 86_400.0
}

/// What one finding adds to a group.
struct Entry {
    acknowledged: Option<f64>,
    treated: Option<f64>,
    open: bool,
    /// Days, when it is waiting.
    waiting: Option<i64>,
}

impl Entry {
    /// None when it was not there yet.
    fn of(finding: &Finding<'_>, when: When) -> Option<Entry> {
        let stands = standing(finding, when.as_of)?;
        let in_period = |at: Moment| at.day() >= when.period_from;
        let events = || finding.events.iter().filter(|event| event.at <= when.as_of);
        let first = events().filter(|event| decides(event.kind)).map(|event| event.at).min();
        let ends = |kind: EventKind| {
            matches!(kind, EventKind::Patched | EventKind::Closed | EventKind::FalsePositive)
        };
        // The first end behind the last time that it was open again.
        let reopened = events().filter(|event| event.kind == EventKind::Reopened).map(|event| event.at).max();
        let end = events()
            .filter(|event| ends(event.kind) && reopened.is_none_or(|again| event.at >= again))
            .map(|event| event.at)
            .min();
        let open = stands.state == State::Open;
        Some(Entry {
            acknowledged: first.filter(|at| in_period(*at)).map(|at| days(finding.opened, at)),
            treated: end.filter(|at| !open && in_period(*at)).map(|at| days(finding.opened, at)),
            open,
            waiting: (open && !stands.triaged).then(|| days_between(finding.opened.day(), when.as_of.day())),
        })
    }
}

#[derive(Default)]
struct Gathering {
    acknowledged: Vec<f64>,
    treated: Vec<f64>,
    group: Group,
}

impl Gathering {
    fn add(&mut self, entry: &Entry) {
        self.acknowledged.extend(entry.acknowledged);
        self.treated.extend(entry.treated);
        self.group.open += usize::from(entry.open);
        self.group.waiting += usize::from(entry.waiting.is_some());
        self.group.oldest = self.group.oldest.max(entry.waiting.unwrap_or(0));
    }

    fn done(self) -> Group {
        Group { acknowledged: Times::of(self.acknowledged), treated: Times::of(self.treated), ..self.group }
    }
}

/// The figures of a plant for the period that ends on the day assessed. `assessment` is the plant's on that day.
pub fn figures(plant: &Plant, assessment: &Assessment, when: When) -> Figures {
    let assets: rustc_hash::FxHashMap<&str, usize> =
        plant.evidence.assets.iter().enumerate().map(|(at, asset)| (&*asset.id, at)).collect();
    let zones: rustc_hash::FxHashMap<&str, usize> =
        plant.evidence.zones.iter().enumerate().map(|(at, zone)| (&*zone.id, at)).collect();
    let mut all = Gathering::default();
    let mut tiers: BTreeMap<u8, Gathering> = BTreeMap::new();
    let mut severities: BTreeMap<&'static str, Gathering> = BTreeMap::new();
    let mut by_zone: BTreeMap<String, Gathering> = BTreeMap::new();
    for (finding, verdict) in plant.evidence.findings.iter().zip(&assessment.verdicts) {
        let (Some(entry), Some(verdict)) = (Entry::of(finding, when), verdict) else { continue };
        all.add(&entry);
        severities.entry(verdict.rating.as_str()).or_default().add(&entry);
        let Some(asset) = assets.get(&*finding.asset).copied() else { continue };
        let zone = &*plant.evidence.assets[asset].zone;
        by_zone.entry(zone.to_owned()).or_default().add(&entry);
        let detail = zones.get(zone).and_then(|at| plant.zones.get(*at));
        let because = priority::because(finding, verdict, &plant.assets[asset], detail);
        tiers.entry(priority::tier(&because).get()).or_default().add(&entry);
    }
    let done = |gathered: Gathering| gathered.done();
    let days = update_days(plant, when);
    let allowed_days = allowed_days(assessment);
    let mut gaps = intervals(&days, when);
    gaps.retain(|gap| gap.days > i64::from(allowed_days));
    let identified = plant.evidence.assets.iter().filter(|asset| asset.identified).count();
    Figures {
        from: when.period_from,
        to: when.as_of.day(),
        all: all.done(),
        tiers: tiers.into_iter().map(|(key, gathered)| (key, done(gathered))).collect(),
        severities: severities.into_iter().map(|(key, gathered)| (key, done(gathered))).collect(),
        zones: by_zone.into_iter().map(|(key, gathered)| (key, done(gathered))).collect(),
        backlog: backlog(plant, when),
        update_days: days.iter().filter(|day| **day >= when.period_from).count(),
        gaps,
        allowed_days,
        assets: [plant.evidence.assets.len(), identified],
    }
}

/// Month ends in the period and its last day.
fn ends(when: When) -> Vec<Date> {
    let last = when.as_of.day();
    let mut list = vec![last];
    let mut day = last.first_of_month();
    while list.len() < MOST_MONTHS {
        let Ok(end) = day.yesterday() else { break };
        if end < when.period_from {
            break;
        }
        list.push(end);
        day = end.first_of_month();
    }
    list.reverse();
    list
}

fn backlog(plant: &Plant, when: When) -> Vec<Backlog> {
    let ends = ends(when);
    let mut list: Vec<Backlog> =
        ends.iter().map(|day| Backlog { day: *day, open: 0, waiting: 0, opened: 0 }).collect();
    for finding in &plant.evidence.findings {
        let day = finding.opened.day();
        if day >= when.period_from
            && let Some(entry) = list.iter_mut().find(|entry| day <= entry.day)
        {
            entry.opened += 1;
        }
        for entry in &mut list {
            let Some(stands) = standing(finding, Moment::end_of(entry.day)) else { continue };
            let open = stands.state == State::Open;
            entry.open += usize::from(open);
            entry.waiting += usize::from(open && !stands.triaged);
        }
    }
    list
}

/// Days up to the one assessed on which feeds or scans were brought up to date, in order.
pub fn update_days(plant: &Plant, when: When) -> Vec<Date> {
    let mut days: Vec<Date> =
        plant.updates.iter().filter(|at| **at <= when.as_of).map(|at| at.day()).collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// The times between updates that reach into the period, the last one up to the day assessed. One may begin before the
/// period: the update before it counts as its start.
pub fn intervals(update_days: &[Date], when: When) -> Vec<Gap> {
    let first = update_days.partition_point(|day| *day < when.period_from);
    let mut ends = update_days.get(first.saturating_sub(1)..).unwrap_or_default().to_vec();
    if !ends.is_empty() {
        ends.push(when.as_of.day());
    }
    let gap = |pair: &[Date]| Gap { from: pair[0], to: pair[1], days: days_between(pair[0], pair[1]) };
    ends.windows(2).map(gap).collect()
}

/// Days without an update that are allowed: the freshness for SL 3.
pub fn allowed_days(assessment: &Assessment) -> u32 {
    assessment.profile.freshness_days.get(2).copied().unwrap_or(30)
}
