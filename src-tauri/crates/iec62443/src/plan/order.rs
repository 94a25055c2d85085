//! The order of a plan: what lifts most for what it costs comes first, so that a month's budget gets the most.

use super::{Lift, Milestone, Planned};
use crate::{
    assessment::ZoneAssessment,
    costs::Cost,
    level::{Fr, FrSet, SecurityLevel},
    live::{Live, Step},
};

/// Cells up to which all are weighed anew after each milestone; beyond it only those that lead.
const ALL_ANEW: usize = 64;
/// Actions of a milestone up to which the order among them is looked for by what each lifts.
const BY_EFFECT: usize = 12;

/// The fewest actions that lift a cell by a level, as things stand.
struct Bundle {
    actions: Vec<usize>,
    /// Gap that they close in the chosen zones.
    gain: u32,
    /// In hundredths.
    cost: u64,
    stale: bool,
}

impl Bundle {
    fn beats(&self, other: &Bundle) -> bool {
        let worth = |gain: u32, cost: u64| u128::from(gain) * u128::from(cost.max(1));
        worth(self.gain, other.cost) > worth(other.gain, self.cost)
    }
}

struct Order<'p> {
    live: Live,
    actions: &'p [Planned],
    /// What each action does in each zone that it touches.
    parts: Vec<Vec<(usize, Step)>>,
    /// Actions of each zone with the FRs that they can move there, the dearest first.
    of_zone: Vec<Vec<(usize, FrSet)>>,
    left: Vec<bool>,
    chosen: &'p [bool],
    targets: Vec<[SecurityLevel; 7]>,
    last: Vec<[Option<SecurityLevel>; 7]>,
}

/// An action's place in the order.
pub(super) struct Place {
    pub action: usize,
    pub effects: Vec<Lift>,
    pub needed: Vec<Lift>,
    pub milestone: u32,
}

/// Puts actions into their order, with what each lifts and is needed for.
pub(super) fn order(
    live: &Live,
    actions: &[Planned],
    before: &[ZoneAssessment],
    chosen: &[bool],
    wanted: &dyn Fn() -> bool,
) -> Option<(Vec<Place>, Vec<Milestone>)> {
    let (last, mut needed) = needed(live, actions);
    let mut order = Order::new(live, actions, before, chosen, last);
    let cells: Vec<(usize, Fr)> = (0..before.len()).flat_map(|zone| Fr::ALL.map(|fr| (zone, fr))).collect();
    let mut bundles: Vec<Option<Bundle>> = cells.iter().map(|(zone, fr)| order.bundle(*zone, *fr)).collect();
    let all_anew = bundles.iter().flatten().count() <= ALL_ANEW;
    let mut done: Vec<(usize, Vec<Lift>, u32)> = Vec::new();
    let mut milestones: Vec<Milestone> = Vec::new();
    let mut spent = Cost::ZERO;
    loop {
        if !wanted() {
            return None;
        }
        let mut leader: Option<usize> = None;
        for (place, bundle) in bundles.iter().enumerate() {
            if let Some(bundle) = bundle
                && leader.and_then(|at: usize| bundles[at].as_ref()).is_none_or(|other| bundle.beats(other))
            {
                leader = Some(place);
            }
        }
        let Some(place) = leader else { break };
        let (zone, fr) = cells[place];
        if bundles[place].as_ref().is_some_and(|bundle| bundle.stale) {
            bundles[place] = order.bundle(zone, fr);
            continue;
        }
        let Some(bundle) = bundles[place].take() else { break };
        let number = u32::try_from(milestones.len() + 1).unwrap_or(u32::MAX);
        let mut touched = vec![zone];
        for action in order.sequence(bundle.actions) {
            touched.extend(order.parts[action].iter().map(|(zone, _)| *zone));
            spent = spent + actions[action].cost;
            done.push((action, order.take(action), number));
        }
        milestones.push(order.milestone(number, spent));
        for (place, (zone, fr)) in cells.iter().enumerate() {
            if touched.contains(zone) {
                match &mut bundles[place] {
                    Some(bundle) if !all_anew => bundle.stale = true,
                    // A cell that has come up may have further to go.
                    other => *other = order.bundle(*zone, *fr),
                }
            }
        }
    }
    // Nothing should be left; what is, is done at the end.
    for (action, planned) in actions.iter().enumerate() {
        if order.left[action] {
            spent = spent + planned.cost;
            let number = u32::try_from(milestones.len().max(1)).unwrap_or(u32::MAX);
            done.push((action, order.take(action), number));
            milestones.pop();
            milestones.push(order.milestone(number, spent));
        }
    }
    let place = |(action, effects, milestone): (usize, Vec<Lift>, u32)| Place {
        action,
        effects,
        needed: std::mem::take(&mut needed[action]),
        milestone,
    };
    Some((done.into_iter().map(place).collect(), milestones))
}

type Vectors = Vec<[Option<SecurityLevel>; 7]>;

/// The levels with all actions, and what each is needed for.
fn needed(live: &Live, actions: &[Planned]) -> (Vectors, Vec<Vec<Lift>>) {
    let mut live = live.clone();
    actions.iter().for_each(|planned| live.switch(&planned.step, true));
    let last: Vectors = live.vectors();
    let needed = actions
        .iter()
        .map(|planned| {
            live.switch(&planned.step, false);
            let lost = live
                .touched(&planned.step)
                .into_iter()
                .flat_map(|zone| lifts(zone, live.vector(zone), last[zone]))
                .collect();
            live.switch(&planned.step, true);
            lost
        })
        .collect();
    (last, needed)
}

fn lifts(
    zone: usize,
    from: [Option<SecurityLevel>; 7],
    to: [Option<SecurityLevel>; 7],
) -> impl Iterator<Item = Lift> {
    Fr::ALL
        .into_iter()
        .map(move |fr| Lift { zone, fr, from: from[fr.index()], to: to[fr.index()] })
        .filter(|lift| lift.from != lift.to)
}

impl<'p> Order<'p> {
    fn new(
        live: &Live,
        actions: &'p [Planned],
        before: &[ZoneAssessment],
        chosen: &'p [bool],
        last: Vectors,
    ) -> Order<'p> {
        let parts: Vec<Vec<(usize, Step)>> = actions
            .iter()
            .map(|planned| {
                let zones = live.touched(&planned.step);
                match (&planned.step, zones.as_slice()) {
                    (step, [zone]) => vec![(*zone, step.clone())],
                    (Step::Patch(findings), _) => live
                        .by_zone(findings)
                        .into_iter()
                        .map(|(zone, own)| (zone, Step::Patch(own)))
                        .collect(),
                    (Step::Cover(findings, cover), _) => live
                        .by_zone(findings)
                        .into_iter()
                        .map(|(zone, own)| (zone, Step::Cover(own, *cover)))
                        .collect(),
                    (step, zones) => zones.iter().map(|zone| (*zone, step.clone())).collect(),
                }
            })
            .collect();
        let mut of_zone = vec![Vec::new(); before.len()];
        for (action, parts) in parts.iter().enumerate() {
            parts.iter().for_each(|(zone, step)| of_zone[*zone].push((action, live.moves(step))));
        }
        // The dearest is tried first when a bundle is cut down.
        for list in &mut of_zone {
            list.sort_by_key(|(action, _)| (std::cmp::Reverse(actions[*action].cost), *action));
        }
        Order {
            live: live.clone(),
            actions,
            parts,
            of_zone,
            left: vec![true; actions.len()],
            chosen,
            targets: before.iter().map(|zone| zone.sl_t).collect(),
            last,
        }
    }

    fn gap(&self, zone: usize) -> u32 {
        if !self.chosen[zone] {
            return 0;
        }
        let vector = self.live.vector(zone);
        let short = |(level, target): (Option<SecurityLevel>, SecurityLevel)| {
            u32::from(target.get().saturating_sub(level.map_or(0, SecurityLevel::get)))
        };
        vector.into_iter().zip(self.targets[zone]).map(short).sum()
    }

    fn milestone(&self, number: u32, cost: Cost) -> Milestone {
        Milestone {
            number,
            cost,
            vectors: self.live.vectors(),
            gap: (0..self.targets.len()).map(|zone| self.gap(zone)).sum(),
        }
    }

    fn switch_in(&mut self, action: usize, zone: usize, on: bool) {
        for (_, step) in self.parts[action].iter().filter(|(at, _)| *at == zone) {
            self.live.switch(step, on);
        }
    }

    /// The fewest actions left that lift a cell by a level; none where it is as high as it gets.
    fn bundle(&mut self, zone: usize, fr: Fr) -> Option<Bundle> {
        let now = self.live.achieved(zone, fr);
        let last = self.last[zone][fr.index()];
        if now >= last {
            return None;
        }
        let next =
            now.and_then(|level| SecurityLevel::new(level.get() + 1)).or(last.and(SecurityLevel::new(0)));
        let mut taken: Vec<usize> = self.of_zone[zone]
            .iter()
            .filter(|(action, frs)| self.left[*action] && frs.contains(fr))
            .map(|(action, _)| *action)
            .collect();
        for action in &taken {
            self.switch_in(*action, zone, true);
        }
        let mut bundle = Vec::new();
        let reached = self.live.achieved(zone, fr) >= next;
        for action in taken.drain(..) {
            self.switch_in(action, zone, false);
            if reached && self.live.achieved(zone, fr) < next {
                self.switch_in(action, zone, true);
                bundle.push(action);
            }
        }
        for action in &bundle {
            self.switch_in(*action, zone, false);
        }
        if bundle.is_empty() {
            return None;
        }
        let mut zones: Vec<usize> =
            bundle.iter().flat_map(|action| self.parts[*action].iter().map(|(zone, _)| *zone)).collect();
        zones.sort_unstable();
        zones.dedup();
        let before: u32 = zones.iter().map(|zone| self.gap(*zone)).sum();
        bundle.iter().for_each(|action| self.live.switch(&self.actions[*action].step, true));
        let after: u32 = zones.iter().map(|zone| self.gap(*zone)).sum();
        bundle.iter().for_each(|action| self.live.switch(&self.actions[*action].step, false));
        let cost = bundle.iter().map(|action| self.actions[*action].cost.in_hundredths()).sum();
        Some(Bundle { actions: bundle, gain: before.saturating_sub(after), cost, stale: false })
    }

    /// The actions of a bundle in their order: what lifts by itself first, then the cheapest.
    fn sequence(&mut self, mut bundle: Vec<usize>) -> Vec<usize> {
        bundle.sort_by_key(|action| (self.actions[*action].cost, *action));
        if bundle.len() > BY_EFFECT {
            return bundle;
        }
        let mut sequence: Vec<usize> = Vec::new();
        while !bundle.is_empty() {
            let mut best = (0, 0);
            for (place, action) in bundle.iter().enumerate() {
                let zones: Vec<usize> = self.parts[*action].iter().map(|(zone, _)| *zone).collect();
                let before: u32 = zones.iter().map(|zone| self.gap(*zone)).sum();
                self.live.switch(&self.actions[*action].step, true);
                let after: u32 = zones.iter().map(|zone| self.gap(*zone)).sum();
                self.live.switch(&self.actions[*action].step, false);
                if before.saturating_sub(after) > best.1 {
                    best = (place, before.saturating_sub(after));
                }
            }
            let action = bundle.remove(best.0);
            self.live.switch(&self.actions[action].step, true);
            sequence.push(action);
        }
        sequence.iter().for_each(|action| self.live.switch(&self.actions[*action].step, false));
        sequence
    }

    /// Takes an action for good, and tells what that lifts.
    fn take(&mut self, action: usize) -> Vec<Lift> {
        let step = &self.actions[action].step;
        let zones = self.live.touched(step);
        let before: Vec<_> = zones.iter().map(|zone| self.live.vector(*zone)).collect();
        self.live.switch(step, true);
        self.left[action] = false;
        zones
            .iter()
            .zip(before)
            .flat_map(|(zone, before)| lifts(*zone, before, self.live.vector(*zone)).collect::<Vec<_>>())
            .collect()
    }
}
