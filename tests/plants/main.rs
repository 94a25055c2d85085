//! The demo plant: whole, plausible, and with every case of the method in it.

#![allow(missing_docs)]

use std::collections::BTreeSet;

use app::demo;
use iec62443::{
    Fr, Plant,
    assessment::{Basis, Limit},
    evidence::{EventKind, SrStatus},
    finding::{Cover, Rating, State},
    mapping::Rule,
};
use jiff::{ToSpan, civil::date};
use vulnerability::{CveId, Vector};

const TODAY: jiff::civil::Date = date(2026, 6, 30);

fn plant() -> Plant {
    demo::plant(TODAY).unwrap()
}

#[test]
fn it_is_a_plant_of_the_size_people_have() {
    let plant = plant();
    let evidence = &plant.evidence;
    evidence.check().unwrap();
    assert_eq!(evidence.zones.len(), 9);
    assert!((110..=130).contains(&evidence.assets.len()), "{} assets", evidence.assets.len());
    assert!((380..=420).contains(&evidence.findings.len()), "{} findings", evidence.findings.len());
    assert!(plant.conduits.len() >= 9 && !plant.tickets.is_empty());
    assert!(
        plant.zones.iter().any(|zone| zone.parent.is_some()) && plant.zones.iter().any(|zone| zone.safety)
    );
    let months = plant.evidence.findings.iter().map(|f| f.opened.day()).min().unwrap();
    assert!(months <= TODAY.saturating_sub(13.months()) && months >= TODAY.saturating_sub(15.months()));
    assert!(plant.environment.organisation.contains("fictional"));
}

#[test]
fn every_case_of_the_method_occurs() {
    let plant = plant();
    let evidence = &plant.evidence;
    let assessment = plant.assess(plant.when(TODAY, date(2026, 1, 1)));
    let cells = || assessment.zones.iter().flat_map(|zone| &zone.cells);
    let limits: BTreeSet<Limit> = cells().flat_map(|cell| cell.limiting.iter().copied()).collect();
    assert_eq!(limits.len(), 8, "of the factors only {limits:?} limit anywhere");
    let gaps: BTreeSet<Option<u8>> = cells().map(|cell| cell.gap).collect();
    assert!([None, Some(0), Some(1), Some(2), Some(3)].iter().all(|gap| gaps.contains(gap)), "{gaps:?}");
    let bases: Vec<_> = cells().map(|cell| cell.basis).collect();
    for basis in [None, Some(Basis::Evidence), Some(Basis::EvidenceAndConformance)] {
        assert!(bases.contains(&basis));
    }
    let verdicts = || assessment.verdicts.iter().flatten();
    let states: BTreeSet<State> = verdicts().map(|v| v.state).collect();
    assert_eq!(states.len(), 4, "{states:?}");
    let rules: BTreeSet<Rule> = verdicts().map(|v| v.rule).collect();
    assert_eq!(rules.len(), 5, "{rules:?}");
    let ratings: BTreeSet<Rating> = verdicts().map(|v| v.rating).collect();
    assert_eq!(ratings.len(), Rating::ALL.len(), "{ratings:?}");
    let classes: BTreeSet<u8> = verdicts().map(|v| v.attacker_class).collect();
    assert_eq!(classes.len(), 5, "{classes:?}");
    let covers: BTreeSet<Cover> = verdicts().map(|v| v.cover).collect();
    assert_eq!(covers.len(), 3, "{covers:?}");
    let kinds: BTreeSet<&str> =
        evidence.findings.iter().flat_map(|f| &f.events).map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds.len(), 11, "{kinds:?}");
    let versions: BTreeSet<String> = evidence
        .findings
        .iter()
        .flat_map(|f| &f.cvss)
        .filter_map(|entry| entry.vector.parse::<Vector>().ok())
        .map(|vector| vector.version().to_string())
        .collect();
    assert_eq!(versions.len(), 4, "{versions:?}");
    assert!(evidence.findings.iter().any(|f| f.kev) && evidence.findings.iter().any(|f| f.epss > Some(0.5)));
    for status in [SrStatus::Met, SrStatus::Compensated, SrStatus::NotApplicable, SrStatus::NotMet] {
        assert!(evidence.sr_assessments.iter().any(|answer| answer.status == status), "{status:?}");
    }
    let zones: BTreeSet<&str> = evidence.sr_assessments.iter().map(|answer| &*answer.zone).collect();
    assert_eq!(zones.len(), 3, "{zones:?}");
}

#[test]
fn what_it_says_of_the_world_has_the_world_s_form() {
    let plant = plant();
    for finding in &plant.evidence.findings {
        assert!(!finding.title.trim().is_empty(), "{}", finding.id);
        if let Some(cve) = &finding.vuln {
            assert!(cve.parse::<CveId>().is_ok(), "{cve}");
            assert_ne!(*finding.title, **cve, "a title is more than the id");
        }
        // A vector that cannot be read would show up as an assumption.
        assert!(finding.cvss.iter().all(|entry| entry.vector.parse::<Vector>().is_ok()), "{}", finding.id);
        assert!(finding.events.iter().all(|event| event.at >= finding.opened), "{}", finding.id);
    }
    for (asset, detail) in plant.evidence.assets.iter().zip(&plant.assets) {
        let known = detail.identities.iter().any(iec62443::plant::Identity::is_complete);
        assert_eq!(asset.identified, known, "{}", asset.id);
    }
    let decided =
        [EventKind::RiskAccepted, EventKind::Deferred, EventKind::FrOverride, EventKind::FalsePositive];
    for (finding, notes) in plant.evidence.findings.iter().zip(&plant.event_notes) {
        for (event, note) in finding.events.iter().zip(notes) {
            if decided.contains(&event.kind) {
                assert!(!note.by.is_empty() && !note.reason.is_empty(), "{} {:?}", finding.id, event.kind);
            }
        }
    }
}

#[test]
fn one_decision_lifts_one_level() {
    // The window's tour rests on it: acknowledging this finding alone is seen in the heat map.
    let plant = plant();
    let when = plant.when(TODAY, date(2025, 12, 31));
    let before = plant.assess(when);
    let lifted =
        plant.evidence.findings.iter().zip(&before.verdicts).enumerate().any(|(index, (_, verdict))| {
            let mut evidence = plant.evidence_at(when);
            let waiting = verdict.is_some_and(|v| v.state == State::Open && !v.triaged);
            waiting && {
                let id = evidence.findings[index].id.to_string();
                iec62443::action::Action::Triage(vec![id]).apply(&mut evidence);
                let after = iec62443::assess(&evidence);
                let sum = |a: &iec62443::Assessment| -> u32 {
                    let levels = a.zones.iter().flat_map(|z| Fr::ALL.map(|fr| z.vector[fr.index()]));
                    levels.flatten().map(|level| u32::from(level.get())).sum()
                };
                sum(&after) > sum(&before)
            }
        });
    assert!(lifted);
}

#[test]
fn its_dates_move_with_the_day_and_its_levels_stay() {
    let one = plant();
    let levels = |plant: &Plant, today: jiff::civil::Date| {
        plant.assess(plant.when(today, today.saturating_sub(181.days()))).zones
    };
    for later in [date(2026, 7, 1), date(2027, 3, 1), date(2028, 2, 29), date(2020, 1, 1)] {
        let other = demo::plant(later).unwrap();
        assert_eq!(levels(&other, later), levels(&one, TODAY), "{later}");
        assert_eq!(other.evidence.as_of.day(), later);
        let newest = other.evidence.findings.iter().flat_map(|f| &f.events).map(|event| event.at.day()).max();
        assert!(newest <= Some(later));
    }
}
