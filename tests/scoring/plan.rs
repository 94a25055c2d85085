//! The plan keeps its promise, has nothing in it that could be left out, and costs what brute force finds.

use iec62443::{
    Evidence, Fr, SecurityLevel,
    action::{Action, apply},
    assess,
    costs::{Cost, Costs},
    evidence::{ControlStatus, Finding},
    finding::{Cover, State, control_cover},
    level::FrSet,
    live::{Index, Live},
    plan::{Around, Plan, plan},
};
use proptest::prelude::*;

use crate::properties::plant;

type Vector = [Option<SecurityLevel>; 7];

fn planned(evidence: &Evidence<'_>) -> Plan {
    plan(evidence, &Around::of_evidence(evidence), None, &|| true).unwrap()
}

/// Levels with actions applied, by the scorer alone.
fn with<'a>(evidence: &Evidence<'_>, actions: impl IntoIterator<Item = &'a Action>) -> Vec<Vector> {
    let mut applied = evidence.clone();
    apply(actions, &mut applied);
    applied.check().unwrap();
    assess(&applied).zones.into_iter().map(|zone| zone.vector).collect()
}

/// Everything that can be done.
fn everything(evidence: &Evidence<'_>) -> Vec<Action> {
    let ids = |wanted: &dyn Fn(&Finding<'_>) -> bool| -> Vec<String> {
        evidence.findings.iter().filter(|f| wanted(f)).map(|f| f.id.to_string()).collect()
    };
    let verdicts = assess(evidence).verdicts;
    let open = |f: &Finding<'_>| {
        let place = evidence.findings.iter().position(|known| known.id == f.id).unwrap();
        verdicts[place].is_some_and(|v| v.state == State::Open)
    };
    let fixed = |f: &Finding<'_>| {
        let place = evidence.findings.iter().position(|known| known.id == f.id).unwrap();
        open(f) && verdicts[place].is_some_and(|v| v.fix.is_some())
    };
    let requirements: Vec<String> =
        iec62443::catalogue::system().requirements.iter().map(|r| r.id.clone()).collect();
    let mut actions = vec![
        Action::UpdateMonitoring,
        Action::Identify(evidence.assets.iter().map(|a| a.id.to_string()).collect()),
        Action::Control(ids(&open), ControlStatus::Verified),
        Action::Triage(ids(&|_| true)),
        Action::Patch(ids(&fixed)),
    ];
    actions
        .extend(evidence.zones.iter().map(|zone| Action::Assess(zone.id.to_string(), requirements.clone())));
    actions
}

/// What a plan has to reach: targets as far as they can be had, nothing below what there is.
fn asked(evidence: &Evidence<'_>) -> Vec<[u8; 7]> {
    let most = with(evidence, &everything(evidence));
    let now = with(evidence, []);
    evidence
        .zones
        .iter()
        .zip(most.iter().zip(now))
        .map(|(zone, (most, now))| {
            std::array::from_fn(|fr| {
                let level = |l: Option<SecurityLevel>| l.map_or(0, SecurityLevel::get);
                level(most[fr]).min(zone.sl_t[fr].get()).max(level(now[fr]))
            })
        })
        .collect()
}

fn reaches(levels: &[Vector], asked: &[[u8; 7]]) -> bool {
    levels.iter().zip(asked).all(|(vector, asked)| {
        vector.iter().zip(asked).all(|(level, asked)| level.map_or(0, SecurityLevel::get) >= *asked)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn levels_while_actions_are_switched_are_those_of_the_scorer(
        evidence in plant(),
        picks in proptest::collection::vec((0..7usize, any::<u16>(), any::<bool>()), 1..9),
    ) {
        let index = Index::new(&evidence);
        let mut live = Live::new(&evidence);
        prop_assert_eq!(live.levels(), assess(&evidence).zones);
        let some = |bits: u16, ids: Vec<String>| -> Vec<String> {
            ids.into_iter().enumerate().filter(|(i, _)| bits >> (i % 16) & 1 == 1).map(|(_, id)| id).collect()
        };
        let findings = || evidence.findings.iter().map(|f| f.id.to_string()).collect::<Vec<_>>();
        let actions: Vec<Action> = picks.iter().map(|(kind, bits, verified)| match kind {
            0 => Action::Patch(some(*bits, findings())),
            1 => Action::Triage(some(*bits, findings())),
            2 => Action::Control(some(*bits, findings()), if *verified { ControlStatus::Verified } else { ControlStatus::Implemented }),
            3 => Action::Identify(some(*bits, evidence.assets.iter().map(|a| a.id.to_string()).collect())),
            4 => Action::UpdateMonitoring,
            5 => {
                let ids = iec62443::catalogue::system().requirements.iter().map(|r| r.id.clone()).collect();
                Action::Assess(evidence.zones[usize::from(*bits) % evidence.zones.len()].id.to_string(), some(*bits, ids))
            }
            _ => {
                // Only a control that is in place is verified by a plan: a requirement may lean on one that is not.
                let standing: Vec<_> = evidence.controls.iter().filter(|c| control_cover(c, evidence.as_of) == Cover::Implemented).collect();
                match standing.get(usize::from(*bits) % standing.len().max(1)) {
                    Some(control) => Action::Verify { control: control.id.to_string(), findings: Vec::new() },
                    None => Action::UpdateMonitoring,
                }
            }
        }).collect();
        let steps: Vec<_> = actions.iter().map(|action| index.step(action)).collect();
        let mut on: Vec<usize> = Vec::new();
        for (place, step) in steps.iter().enumerate() {
            live.switch(step, true);
            on.push(place);
            let mut applied = evidence.clone();
            apply(on.iter().map(|i| &actions[*i]), &mut applied);
            prop_assert_eq!(live.levels(), assess(&applied).zones);
            prop_assert_eq!(live.vectors(), assess(&applied).zones.iter().map(|z| z.vector).collect::<Vec<_>>());
        }
        // Off again, in another order.
        on.sort_by_key(|i| picks[*i].1);
        while let Some(place) = on.pop() {
            live.switch(&steps[place], false);
            let mut applied = evidence.clone();
            apply(on.iter().map(|i| &actions[*i]), &mut applied);
            prop_assert_eq!(live.levels(), assess(&applied).zones);
        }
    }

    #[test]
    fn a_plan_keeps_its_promise_step_by_step(evidence in plant()) {
        let plan = planned(&evidence);
        let mut done: Vec<&Action> = Vec::new();
        let mut levels = with(&evidence, []);
        let mut milestone = 1;
        for planned in &plan.actions {
            if planned.milestone != milestone {
                prop_assert_eq!(&plan.milestones[milestone as usize - 1].vectors, &levels);
                milestone = planned.milestone;
            }
            done.push(&planned.action);
            let after = with(&evidence, done.iter().copied());
            let mut changed = Vec::new();
            for (zone, (was, is)) in levels.iter().zip(&after).enumerate() {
                for fr in Fr::ALL {
                    if was[fr.index()] != is[fr.index()] {
                        changed.push((zone, fr, was[fr.index()], is[fr.index()]));
                    }
                }
            }
            let promised: Vec<_> = planned.effects.iter().map(|l| (l.zone, l.fr, l.from, l.to)).collect();
            prop_assert_eq!(promised, changed);
            levels = after;
        }
        prop_assert_eq!(&plan.after.iter().map(|z| z.vector).collect::<Vec<_>>(), &levels);
        if let Some(last) = plan.milestones.last() {
            prop_assert_eq!(&last.vectors, &levels);
            prop_assert_eq!(last.cost, plan.cost());
            prop_assert_eq!(last.gap, plan.after.iter().map(iec62443::plan::gap).sum::<u32>());
        }
        let asked = asked(&evidence);
        prop_assert!(reaches(&levels, &asked), "{:?} misses {:?}", levels, asked);
        // Whatever is still short was said to be out of reach.
        for (zone, after) in plan.after.iter().enumerate() {
            for cell in &after.cells {
                let short = cell.gap.is_none_or(|gap| gap > 0);
                let said = plan.unreachable.iter().any(|u| u.zone == zone && u.fr == cell.fr);
                prop_assert_eq!(short, said);
            }
        }
    }

    #[test]
    fn nothing_can_be_left_out_of_a_plan(evidence in plant()) {
        let plan = planned(&evidence);
        let asked = asked(&evidence);
        for left_out in 0..plan.actions.len() {
            let rest = plan.actions.iter().enumerate().filter(|(i, _)| *i != left_out).map(|(_, p)| &p.action);
            let without = with(&evidence, rest);
            let own = &plan.actions[left_out];
            // A zone that cannot be assessed counts as 0 here: feeds alone may be what makes it more than that.
            prop_assert!(!reaches(&without, &asked) || own.action == Action::UpdateMonitoring, "{} is not needed", own.id);
            prop_assert!(!own.needed.is_empty());
            for lift in &own.needed {
                prop_assert_eq!(without[lift.zone][lift.fr.index()], lift.from);
                prop_assert_eq!(plan.after[lift.zone].vector[lift.fr.index()], lift.to);
            }
        }
        let ids: std::collections::BTreeSet<&str> = plan.actions.iter().map(|p| p.id.as_str()).collect();
        prop_assert_eq!(ids.len(), plan.actions.len());
    }
}

/// Everything that a plan could be made of for one small document, the smallest things first, and what they cost.
struct Brute<'e> {
    evidence: &'e Evidence<'e>,
    costs: Costs,
    /// Asset and update of each patch, with its findings.
    patches: Vec<(String, String, Vec<String>)>,
    /// Zone and asset of each cover, with its findings.
    covers: Vec<(String, String, Vec<String>)>,
    verify: Vec<String>,
    triage: Vec<(String, String)>,
}

impl<'e> Brute<'e> {
    fn new(evidence: &'e Evidence<'e>) -> Brute<'e> {
        let verdicts = assess(evidence).verdicts;
        let zone_of =
            |asset: &str| evidence.assets.iter().find(|a| &*a.id == asset).unwrap().zone.to_string();
        let mut brute = Brute {
            evidence,
            costs: Costs::default(),
            patches: Vec::new(),
            covers: Vec::new(),
            verify: Vec::new(),
            triage: Vec::new(),
        };
        fn add(list: &mut Vec<(String, String, Vec<String>)>, one: String, other: String, id: &str) {
            match list.iter_mut().find(|(a, b, _)| *a == one && *b == other) {
                Some((_, _, ids)) => ids.push(id.to_owned()),
                None => list.push((one, other, vec![id.to_owned()])),
            }
        }
        for (finding, verdict) in evidence.findings.iter().zip(&verdicts) {
            let Some(verdict) = verdict else { continue };
            let asset = finding.asset.to_string();
            if verdict.state == State::Open && verdict.fix.is_some() {
                let update = finding.vuln.as_deref().unwrap_or(&finding.id).to_owned();
                add(&mut brute.patches, asset.clone(), update, &finding.id);
            }
            if verdict.state == State::Open && verdict.frs != FrSet::EMPTY && verdict.rating.is_relevant() {
                add(&mut brute.covers, zone_of(&asset), asset.clone(), &finding.id);
            }
            if verdict.in_period && !verdict.triaged {
                brute.triage.push((zone_of(&asset), finding.id.to_string()));
            }
        }
        brute.verify = evidence
            .controls
            .iter()
            .filter(|c| control_cover(c, evidence.as_of) == Cover::Implemented)
            .filter(|c| evidence.findings.iter().any(|f| f.controls.contains(&c.id)))
            .map(|c| c.id.to_string())
            .collect();
        brute
    }

    fn choices(&self) -> u64 {
        1u64.checked_shl((self.patches.len() + self.verify.len() + self.triage.len()) as u32)
            .unwrap_or(u64::MAX)
            .saturating_mul(3u64.saturating_pow(self.covers.len() as u32))
    }

    /// Cheapest of all choices that reach what is asked, given what is done in any case.
    fn cheapest(&self, base: &[Action], asked: &[[u8; 7]]) -> Option<u64> {
        let mut best = None;
        for mut pick in 0..self.choices() {
            let mut next = |ways: u64| {
                let way = pick % ways;
                pick /= ways;
                way
            };
            let patched: Vec<_> = self.patches.iter().filter(|_| next(2) == 1).collect();
            let verified: Vec<_> = self.verify.iter().filter(|_| next(2) == 1).collect();
            let triaged: Vec<_> = self.triage.iter().filter(|_| next(2) == 1).collect();
            let covered: Vec<_> =
                self.covers.iter().map(|cover| (cover, next(3))).filter(|(_, way)| *way > 0).collect();
            let distinct = |mut list: Vec<String>| {
                list.sort();
                list.dedup();
                list.len()
            };
            let c = &self.costs;
            let cost =
                c.update.times(distinct(patched.iter().map(|(_, update, _)| update.clone()).collect()))
                    + c.update_asset.times(patched.len())
                    + c.verify.times(verified.len())
                    + c.triage.times(distinct(triaged.iter().map(|(zone, _)| zone.clone()).collect()))
                    + c.triage_finding.times(triaged.len())
                    + c.control.times(distinct(
                        covered.iter().map(|((zone, _, _), way)| format!("{zone} {way}")).collect(),
                    ))
                    + c.verify.times(distinct(
                        covered
                            .iter()
                            .filter(|(_, way)| *way == 2)
                            .map(|((zone, _, _), _)| zone.clone())
                            .collect(),
                    ))
                    + c.control_asset.times(covered.len());
            let cost = cost.in_hundredths();
            if best.is_some_and(|best| cost >= best) {
                continue;
            }
            let mut actions = base.to_vec();
            actions.extend(patched.iter().map(|(_, _, ids)| Action::Patch(ids.clone())));
            actions.extend(
                verified.iter().map(|id| Action::Verify { control: (*id).clone(), findings: Vec::new() }),
            );
            actions.extend(triaged.iter().map(|(_, id)| Action::Triage(vec![id.clone()])));
            actions.extend(covered.iter().map(|((_, _, ids), way)| {
                Action::Control(
                    ids.clone(),
                    if *way == 2 { ControlStatus::Verified } else { ControlStatus::Implemented },
                )
            }));
            if reaches(&with(self.evidence, &actions), asked) {
                best = Some(cost);
            }
        }
        best
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    /// The price of what is chosen between: patches, controls, triage. The rest follows from the goals.
    #[test]
    fn a_small_plan_costs_what_brute_force_finds(whole in plant(), keep in 1..8usize) {
        let mut evidence = whole;
        evidence.findings.truncate(keep);
        // One vulnerability on several assets: one update.
        for (at, finding) in evidence.findings.iter_mut().enumerate() {
            finding.vuln = Some(format!("CVE-2026-{}", 1000 + at % 3).into());
        }
        let brute = Brute::new(&evidence);
        prop_assume!(brute.choices() <= 3_000);
        let plan = planned(&evidence);
        prop_assert!(plan.exact);
        let chosen = |action: &Action| matches!(action, Action::Patch(_) | Action::Control(..) | Action::Verify { .. } | Action::Triage(_));
        let base: Vec<Action> = plan.actions.iter().map(|p| p.action.clone()).filter(|a| !chosen(a)).collect();
        let cost: Cost = plan.actions.iter().filter(|p| chosen(&p.action)).map(|p| p.cost).sum();
        let best = brute.cheapest(&base, &asked(&evidence)).unwrap();
        prop_assert_eq!(cost.in_hundredths(), best);
    }
}

#[test]
fn a_document_that_is_not_wanted_any_longer_gives_no_plan() {
    let evidence = Evidence::from_json(
        br#"{"method":"plumbline-sl/1","as_of":"2026-06-30","period_from":"2026-01-01","zones":[],"assets":[]}"#,
    )
    .unwrap();
    assert!(planned(&evidence).actions.is_empty());
    assert!(plan(&evidence, &Around::of_evidence(&evidence), None, &|| false).is_none());
}
