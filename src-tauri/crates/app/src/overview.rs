//! Where things stand.

use iec62443::{
    Assessment, Moment, Plant, When,
    action::levers_of_zone,
    assess,
    assessment::ZoneAssessment,
    evidence::EventKind,
    finding::{self, Rating, State},
    moment::days_between,
};
use jiff::{ToSpan, civil::Date};

use crate::{Result, Session, cell, view};

/// Months of the trend.
const MONTHS: i64 = 14;
/// Days that count as "since last time".
const RECENT: i64 = 30;

impl Session {
    /// The overview of an environment on a day.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn overview(&mut self, environment: &str, as_of: Option<&str>) -> Result<view::Overview> {
        let when = self.when(environment, as_of, None)?;
        let (plant, assessment) = self.assessed(environment, when)?;
        let last_report = self.store()?.reports()?.into_iter().next().map(|report| report.made);
        let gone = self.proposed(environment, "finding")?;
        let is_gone = |(finding, verdict): &(&iec62443::evidence::Finding<'_>, &Option<_>)| {
            verdict.as_ref().is_some_and(|v: &iec62443::assessment::Verdict| v.state == State::Open)
                && gone.contains(&*finding.id)
        };
        let gone = plant.evidence.findings.iter().zip(&assessment.verdicts).filter(is_gone).count();
        let gone = u32::try_from(gone).unwrap_or(u32::MAX);
        Ok(view::Overview { last_report, gone, ..overview(&plant, &assessment, when) })
    }
}

fn gaps(zone: &ZoneAssessment) -> u32 {
    zone.cells.iter().filter_map(|cell| cell.gap).map(u32::from).sum()
}

fn overview(plant: &Plant, assessment: &Assessment, when: When) -> view::Overview {
    let today = assessment.as_of;
    let mut cells = [0; 3];
    for cell in assessment.zones.iter().flat_map(|zone| &zone.cells) {
        cells[match cell.gap {
            Some(0) => 0,
            Some(_) => 1,
            None => 2,
        }] += 1;
    }
    let mut below: Vec<view::ZoneGap> = assessment
        .zones
        .iter()
        .filter(|zone| gaps(zone) > 0)
        .map(|zone| view::ZoneGap {
            zone: zone.id.clone(),
            name: zone.name.clone(),
            frs: zone.cells.iter().filter(|c| c.gap.is_some_and(|g| g > 0)).map(|c| c.fr.number()).collect(),
            gap: gaps(zone),
            level: zone.level.map(|l| l.get()),
        })
        .collect();
    below.sort_by_key(|zone| std::cmp::Reverse(zone.gap));

    let mut open = [0; 6];
    let (mut exploited, mut untriaged) = (0, 0);
    for (finding, verdict) in plant.evidence.findings.iter().zip(&assessment.verdicts) {
        if let Some(verdict) = verdict.filter(|v| v.state == State::Open) {
            open[Rating::ALL.iter().position(|r| *r == verdict.rating).unwrap_or(5)] += 1;
            exploited += u32::from(finding.kev);
            untriaged += u32::from(!verdict.triaged);
        }
    }
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    view::Overview {
        environment: plant.environment.id.clone(),
        name: plant.environment.name.clone(),
        as_of: today.to_string(),
        cells,
        below,
        open,
        exploited,
        untriaged,
        gone: 0,
        feed_age: when.last_update.map(|at| days_between(at.day(), today)),
        identified: [
            count(plant.evidence.assets.iter().filter(|a| a.identified).count()),
            count(plant.evidence.assets.len()),
        ],
        trend: trend(plant, assessment, today),
        changed: changed(plant, today),
        next: next(plant, assessment, when),
        last_report: None,
    }
}

/// Open findings at the end of each month up to the day, by how grave they are.
fn trend(plant: &Plant, assessment: &Assessment, today: Date) -> Vec<view::TrendPoint> {
    let ends = (0..MONTHS)
        .rev()
        .map(|back| if back == 0 { today } else { today.saturating_sub(back.months()).last_of_month() });
    ends.map(|day| {
        let moment = Moment::end_of(day);
        let mut point = view::TrendPoint { day: day.to_string(), high: 0, medium: 0, low: 0 };
        for (finding, verdict) in plant.evidence.findings.iter().zip(&assessment.verdicts) {
            let Some(verdict) = verdict else { continue };
            if finding::standing(finding, moment).is_some_and(|s| s.state == State::Open) {
                if verdict.rating.is_high() {
                    point.high += 1;
                } else if verdict.rating.is_relevant() {
                    point.medium += 1;
                } else {
                    point.low += 1;
                }
            }
        }
        point
    })
    .collect()
}

/// Findings opened, patched, closed, and accepted or deferred, in the days before.
fn changed(plant: &Plant, today: Date) -> [u32; 4] {
    let recent = |at: Moment| (0..=RECENT).contains(&days_between(at.day(), today));
    let mut changed = [0; 4];
    for finding in &plant.evidence.findings {
        changed[0] += u32::from(recent(finding.opened));
        for event in finding.events.iter().filter(|event| recent(event.at)) {
            match event.kind {
                EventKind::Patched => changed[1] += 1,
                EventKind::Closed | EventKind::FalsePositive => changed[2] += 1,
                EventKind::RiskAccepted | EventKind::Deferred => changed[3] += 1,
                _ => {}
            }
        }
    }
    changed
}

/// Of all kinds of action in all zones below target, the one that closes the most gap for the fewest touches.
fn next(plant: &Plant, assessment: &Assessment, when: When) -> Option<view::NextAction> {
    let mut best: Option<view::NextAction> = None;
    for zone in assessment.zones.iter().filter(|zone| gaps(zone) > 0) {
        let evidence = cell::zone_evidence(plant, when, &zone.id).ok()?;
        let within = assess(&evidence);
        let before = gaps(zone);
        for action in levers_of_zone(&evidence, &within, &zone.id) {
            let mut changed = evidence.clone();
            action.apply(&mut changed);
            let after = assess(&changed).zones.first().map_or(before, gaps);
            let candidate = view::NextAction {
                kind: action.kind().to_owned(),
                zone: zone.id.clone(),
                zone_name: zone.name.clone(),
                touches: u32::try_from(action.touches()).unwrap_or(u32::MAX),
                gap: [before, after],
            };
            let worth =
                |a: &view::NextAction| (a.gap[0] - a.gap[1].min(a.gap[0]), std::cmp::Reverse(a.touches));
            if after < before && best.as_ref().is_none_or(|leading| worth(&candidate) > worth(leading)) {
                best = Some(candidate);
            }
        }
    }
    best
}
