//! What actions would change. An effect is never estimated: the action is applied to the evidence of the
//! zones it touches and the zones are scored again.

use iec62443::{
    Evidence, Fr, Plant, When,
    action::{Action, levers_of_zone, unsatisfied},
    assess,
    assessment::ZoneAssessment,
    plan::gap,
};

/// The evidence of a day, one document for each zone: levels of a zone depend on nothing outside it, so an
/// action is tried on small documents.
pub(crate) struct Cases {
    zones: Vec<Case>,
}

struct Case {
    evidence: Evidence<'static>,
    levels: Option<ZoneAssessment>,
}

/// A level that would change.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lift {
    pub zone: usize,
    pub fr: Fr,
    pub from: Option<u8>,
    pub to: Option<u8>,
}

/// What an action would change.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Effect {
    /// Sum over zones and FRs of the gap that would go.
    pub closed: u32,
    /// Every level that would change.
    pub lifts: Vec<Lift>,
}

/// One of the biggest levers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lever {
    pub zone: usize,
    pub actions: Vec<Action>,
    pub effect: Effect,
}

impl Effect {
    /// Takes in what changed in a zone.
    pub(crate) fn add(&mut self, zone: usize, before: &ZoneAssessment, after: &ZoneAssessment) {
        self.closed += gap(before).saturating_sub(gap(after));
        for (old, new) in before.cells.iter().zip(&after.cells) {
            if old.achieved != new.achieved {
                let (from, to) = (old.achieved.map(|l| l.get()), new.achieved.map(|l| l.get()));
                self.lifts.push(Lift { zone, fr: old.fr, from, to });
            }
        }
    }
}

impl Cases {
    pub(crate) fn new(plant: &Plant, when: When, by_zone: &[Vec<usize>], zone_of: &[Option<usize>]) -> Cases {
        let whole = plant.evidence_at(when);
        let mut findings: Vec<_> = plant.evidence.findings.iter().map(|_| None).collect();
        let mut kept = whole.findings.into_iter();
        for (place, finding) in findings.iter_mut().zip(&plant.evidence.findings) {
            if finding.opened <= when.as_of {
                *place = kept.next();
            }
        }
        let mut assets = vec![Vec::new(); whole.zones.len()];
        for (asset, zone) in whole.assets.into_iter().zip(zone_of) {
            if let Some(list) = zone.and_then(|z| assets.get_mut(z)) {
                list.push(asset);
            }
        }
        let zones = whole
            .zones
            .iter()
            .enumerate()
            .map(|(index, zone)| {
                let own: Vec<_> = by_zone
                    .get(index)
                    .into_iter()
                    .flatten()
                    .filter_map(|i| findings.get_mut(*i)?.take())
                    .collect();
                let named: rustc_hash::FxHashSet<&str> =
                    own.iter().flat_map(|f| f.controls.iter().map(|c| &**c)).collect();
                let answers: Vec<_> =
                    whole.sr_assessments.iter().filter(|a| a.zone == zone.id).cloned().collect();
                let controls = whole
                    .controls
                    .iter()
                    .filter(|c| {
                        named.contains(&*c.id) || answers.iter().any(|a| a.control.as_ref() == Some(&c.id))
                    })
                    .cloned()
                    .collect();
                let evidence = Evidence {
                    schema: whole.schema.clone(),
                    method: whole.method.clone(),
                    as_of: whole.as_of,
                    period_from: whole.period_from,
                    profile: whole.profile.clone(),
                    monitoring: whole.monitoring,
                    zones: vec![zone.clone()],
                    assets: assets.get_mut(index).map(std::mem::take).unwrap_or_default(),
                    findings: own,
                    controls,
                    sr_assessments: answers,
                };
                Case { levels: assess(&evidence).zones.pop(), evidence }
            })
            .collect();
        Cases { zones }
    }

    /// What an action alone would change in the zones given.
    pub(crate) fn effect(&self, zones: &[usize], actions: &[&Action]) -> Effect {
        let mut effect = Effect::default();
        for zone in zones {
            let Some(case) = self.zones.get(*zone) else { continue };
            let mut evidence = case.evidence.clone();
            actions.iter().for_each(|action| action.apply(&mut evidence));
            let after = assess(&evidence).zones.pop();
            compare(*zone, case.levels.as_ref(), after.as_ref(), &mut effect);
        }
        effect
    }

    /// Applies an action for good, and says what that changed.
    pub(crate) fn apply(&mut self, zones: &[usize], action: &Action) -> Effect {
        let mut effect = Effect::default();
        for zone in zones {
            let Some(case) = self.zones.get_mut(*zone) else { continue };
            action.apply(&mut case.evidence);
            let after = assess(&case.evidence).zones.pop();
            compare(*zone, case.levels.as_ref(), after.as_ref(), &mut effect);
            case.levels = after;
        }
        effect
    }

    /// Levels of a zone as they are by now.
    pub(crate) fn levels(&self, zone: usize) -> Option<&ZoneAssessment> {
        self.zones.get(zone)?.levels.as_ref()
    }

    /// Requirements of an FR up to the zone's SL-T that are not satisfied.
    pub(crate) fn unsatisfied(&self, zone: usize, fr: Fr) -> Vec<String> {
        let Some(case) = self.zones.get(zone) else { return Vec::new() };
        case.evidence.zones.first().map(|z| unsatisfied(&case.evidence, &z.id, fr)).unwrap_or_default()
    }

    /// A zone's own copy to go on with.
    pub(crate) fn continued(&self) -> Cases {
        Cases {
            zones: self
                .zones
                .iter()
                .map(|c| Case { evidence: c.evidence.clone(), levels: c.levels.clone() })
                .collect(),
        }
    }

    /// The fewest actions (one, two, or all there are) that close the most of a zone's gaps.
    pub(crate) fn lever(&self, zone: usize) -> Option<Lever> {
        let case = self.zones.get(zone)?;
        let levels = case.levels.as_ref().filter(|levels| gap(levels) > 0)?;
        let actions = levers_of_zone(&case.evidence, &assess(&case.evidence), &levels.id);
        let mut best: Option<Lever> = None;
        let mut consider = |chosen: Vec<&Action>| {
            let effect = self.effect(&[zone], &chosen);
            if effect.closed > best.as_ref().map_or(0, |lever| lever.effect.closed) {
                best = Some(Lever { zone, actions: chosen.into_iter().cloned().collect(), effect });
            }
        };
        actions.iter().for_each(|action| consider(vec![action]));
        for (index, first) in actions.iter().enumerate() {
            actions.iter().skip(index + 1).for_each(|second| consider(vec![first, second]));
        }
        if best.is_none() && actions.len() > 2 {
            let effect = self.effect(&[zone], &actions.iter().collect::<Vec<_>>());
            best = (effect.closed > 0).then(|| Lever { zone, actions: actions.clone(), effect });
        }
        best
    }
}

fn compare(
    zone: usize,
    before: Option<&ZoneAssessment>,
    after: Option<&ZoneAssessment>,
    effect: &mut Effect,
) {
    if let (Some(before), Some(after)) = (before, after) {
        effect.add(zone, before, after);
    }
}
