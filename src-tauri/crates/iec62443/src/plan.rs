//! The plan: the least work that lifts zones to their SL-T, or as far as can be (scoring.md section 8).
//!
//! **What is chosen from.** Work as people do it: a vendor's update on any of the assets that run the product, a new
//! compensating control for any findings of a zone (implemented or verified), showing that a control in place works, a
//! triage session and an identification round for a zone, a questionnaire for a zone and FR, and bringing feeds or scans
//! up to date. [`Costs`] say what each costs: a fixed part for each action, and a part for each asset, finding or
//! requirement.
//!
//! **What is asked for.** Every cell of the chosen zones shall have its SL-T, or the level that doing everything would
//! give it where that is lower; and no level shall fall.
//!
//! **How it is found.** Identification, questionnaires and feeds follow from what is asked for alone. For the rest the
//! search starts from doing everything and leaves out what is not needed, dearest first, in several orders; then it
//! exchanges: an action is given up and the zones that miss it are worked out anew without it, or one is forced in and
//! others are left out, as long as that is cheaper. Where few choices are open all of them are gone through (branch and
//! bound), so that the plan is the cheapest there is.
//!
//! **What is promised.** The levels after the plan are those of the evidence document with the plan applied, scored
//! again. The actions stand in the order in which they lift most for what they cost; each is needed: without it a level
//! would be missed.

mod order;
mod search;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    Evidence, Plant,
    action::{Action, apply},
    assess,
    assessment::{Limit, ZoneAssessment},
    costs::{Cost, Costs},
    finding::{Cover, State},
    level::{Fr, SecurityLevel},
    live::{Live, Step},
    plant::{AssetDetail, Identity},
    profile::Profile,
};

/// Name of the plan's JSON schema.
pub const SCHEMA: &str = "plumbline-plan/1";

/// What the plan has to know beside the evidence document: which update mends a finding, and where updates stop
/// production.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// The update that mends a finding, by finding.
    update_of: Vec<u32>,
    updates: Vec<Product>,
    /// Whether production stands still while an asset is updated, by asset.
    stops: Vec<bool>,
}

/// What an update is of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Product {
    /// Vendor; empty where only the vulnerability is known.
    pub vendor: String,
    /// Product, or the vulnerability (or finding) where the product is not known.
    pub product: String,
}

impl Product {
    /// Vendor and product in a line.
    pub fn described(&self) -> String {
        format!("{} {}", self.vendor, self.product).trim().to_owned()
    }
}

impl Around {
    /// By an evidence document alone, which names no products: what mends a vulnerability mends it on every asset, and
    /// nothing is known of stops.
    pub fn of_evidence(evidence: &Evidence<'_>) -> Around {
        let mut around = Around { stops: vec![false; evidence.assets.len()], ..Around::default() };
        let mut numbers: FxHashMap<&str, u32> = FxHashMap::default();
        for finding in &evidence.findings {
            let name = finding.vuln.as_deref().unwrap_or(&finding.id);
            let number = *numbers.entry(name).or_insert_with(|| {
                around.updates.push(Product { vendor: String::new(), product: name.to_owned() });
                u32::try_from(around.updates.len() - 1).unwrap_or(u32::MAX)
            });
            around.update_of.push(number);
        }
        around
    }

    /// By what is recorded of a plant, for a document of one of its days. `matched` tells which identity of its asset a
    /// finding was found by, as [`Identity::described`].
    pub fn of_plant<'m>(
        plant: &Plant,
        evidence: &Evidence<'_>,
        matched: impl Fn(&str) -> Option<&'m str>,
    ) -> Around {
        let details: FxHashMap<&str, &AssetDetail> = plant
            .evidence
            .assets
            .iter()
            .zip(&plant.assets)
            .map(|(asset, detail)| (&*asset.id, detail))
            .collect();
        let safety: FxHashMap<&str, bool> = plant
            .evidence
            .zones
            .iter()
            .zip(&plant.zones)
            .map(|(zone, detail)| (&*zone.id, detail.safety))
            .collect();
        let mut around = Around {
            stops: evidence
                .assets
                .iter()
                .map(|asset| {
                    safety.get(&*asset.zone).copied().unwrap_or(false)
                        || details.get(&*asset.id).is_some_and(|detail| stops_production(detail))
                })
                .collect(),
            ..Around::default()
        };
        let mut numbers: FxHashMap<(String, String), u32> = FxHashMap::default();
        for finding in &evidence.findings {
            let identity = details.get(&*finding.asset).and_then(|detail| {
                Identity::concerned(&detail.identities, matched(&finding.id), finding)
                    .filter(|identity| !identity.product.trim().is_empty())
            });
            let product = match identity {
                Some(identity) => Product {
                    vendor: identity.vendor.trim().to_owned(),
                    product: identity.product.trim().to_owned(),
                },
                None => Product {
                    vendor: String::new(),
                    product: finding.vuln.as_deref().unwrap_or(&finding.id).to_owned(),
                },
            };
            let key = (product.vendor.to_lowercase(), product.product.to_lowercase());
            let number = *numbers.entry(key).or_insert_with(|| {
                around.updates.push(product);
                u32::try_from(around.updates.len() - 1).unwrap_or(u32::MAX)
            });
            around.update_of.push(number);
        }
        around
    }
}

/// Whether production stands still while an asset is updated: devices that control or carry it, and whatever is critical.
pub fn stops_production(detail: &AssetDetail) -> bool {
    let kind = detail.component_type.trim().to_lowercase().replace([' ', '-'], "_");
    ["embedded_device", "network_device"].contains(&kind.as_str())
        || detail.criticality.trim().eq_ignore_ascii_case("high")
}

/// A level that changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lift {
    /// The zone, by its place in the document.
    pub zone: usize,
    /// FR.
    pub fr: Fr,
    /// Level before; none where it could not be assessed.
    pub from: Option<SecurityLevel>,
    /// Level after.
    pub to: Option<SecurityLevel>,
}

/// An action of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// What it is known by; the same work has the same id in every plan of a plant.
    pub id: String,
    /// What is done.
    pub action: Action,
    /// The same by places in the document.
    pub step: Step,
    /// The update's product.
    pub product: Option<Product>,
    /// Zones in which something is done, by place; empty for feeds and scans, which serve all.
    pub zones: Vec<usize>,
    /// Assets that it touches.
    pub assets: usize,
    /// Of these, how many production stands still for.
    pub stops: usize,
    /// Levels that change when it is done after those before it.
    pub effects: Vec<Lift>,
    /// Levels that would be missed without it when all others are done: `from` without it, `to` with it.
    pub needed: Vec<Lift>,
    /// What it costs.
    pub cost: Cost,
    /// The milestone that it belongs to, from 1.
    pub milestone: u32,
}

/// Why a cell cannot be lifted to its target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The zone has no assets.
    NoAssets,
    /// Open findings (places) that no fix is known for and that a verified control does not put beyond the attacker of
    /// the target.
    Exposure(Vec<u32>),
    /// Whatever else holds it, which the default profile never does.
    Limited(Vec<Limit>),
}

impl Reason {
    /// The word used in documents.
    pub fn as_str(&self) -> &'static str {
        match self {
            Reason::NoAssets => "no_assets",
            Reason::Exposure(_) => "exposure",
            Reason::Limited(_) => "limited",
        }
    }
}

/// A cell that stays below its target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreachable {
    /// The zone, by place.
    pub zone: usize,
    /// FR.
    pub fr: Fr,
    /// The highest level that can be had.
    pub reachable: Option<SecurityLevel>,
    /// SL-T.
    pub target: SecurityLevel,
    /// Why.
    pub reason: Reason,
}

/// The least work that lifts zones to their targets.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// In the order in which they are best done.
    pub actions: Vec<Planned>,
    /// Levels now, of every zone of the document.
    pub before: Vec<ZoneAssessment>,
    /// Levels with the plan applied.
    pub after: Vec<ZoneAssessment>,
    /// Vectors and costs so far after each milestone.
    pub milestones: Vec<Milestone>,
    /// Cells of the chosen zones that stay below their targets.
    pub unreachable: Vec<Unreachable>,
    /// The figures by which it is the cheapest.
    pub costs: Costs,
    /// Whether every choice was gone through, so that nothing is cheaper.
    pub exact: bool,
}

/// How far things are after some actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// From 1.
    pub number: u32,
    /// Cost of everything up to here.
    pub cost: Cost,
    /// SL-A by zone and FR then.
    pub vectors: Vec<[Option<SecurityLevel>; 7]>,
    /// Gap of the chosen zones then: the sum over their cells; a cell that cannot be assessed counts its target.
    pub gap: u32,
}

impl Unreachable {
    /// Why, in words.
    pub fn said(&self) -> String {
        match &self.reason {
            Reason::NoAssets => "the zone has no assets, so nothing can be assessed".to_owned(),
            Reason::Exposure(findings) => format!(
                "{} open {} no fix that is known, and even a verified control does not put {} beyond the attacker of SL {}",
                findings.len(),
                if findings.len() == 1 { "finding has" } else { "findings have" },
                if findings.len() == 1 { "it" } else { "them" },
                self.target
            ),
            Reason::Limited(limits) => {
                let words: Vec<&str> = limits.iter().map(|limit| limit.as_str()).collect();
                format!("the profile lets nothing lift {} further", words.join(", "))
            }
        }
    }
}

impl Plan {
    /// The document `plumbline-plan/1` of a plan for an evidence document. Costs are numbers with at most two decimals.
    pub fn document(&self, evidence: &Evidence<'_>) -> Value {
        let zone = |place: usize| &*evidence.zones[place].id;
        let finding = |place: &u32| &*evidence.findings[*place as usize].id;
        let amount = |cost: Cost| json!(cost.in_hundredths() as f64 / 100.0);
        let lifts = |lifts: &[Lift]| -> Vec<Value> {
            let lift = |l: &Lift| json!({"zone": zone(l.zone), "fr": l.fr, "from": l.from, "to": l.to});
            lifts.iter().map(lift).collect()
        };
        let action = |planned: &Planned| {
            let mut value = json!({
                "id": planned.id,
                "kind": planned.action.kind(),
                "zones": planned.zones.iter().map(|place| zone(*place)).collect::<Vec<_>>(),
                "effects": lifts(&planned.effects),
                "needed_for": lifts(&planned.needed),
                "cost": amount(planned.cost),
                "milestone": planned.milestone,
            });
            match &planned.action {
                Action::Patch(ids) => {
                    value["findings"] = json!(ids);
                    value["update"] = json!(planned.product);
                    value["stops"] = json!(planned.stops);
                }
                Action::Triage(ids) => value["findings"] = json!(ids),
                Action::Control(ids, status) => {
                    value["findings"] = json!(ids);
                    value["status"] = json!(status);
                }
                Action::Verify { control, findings } => {
                    value["findings"] = json!(findings);
                    value["status"] = json!("verified");
                    value["control"] = json!(control);
                }
                Action::Identify(ids) => value["assets"] = json!(ids),
                Action::UpdateMonitoring => {}
                Action::Assess(zone, ids) => {
                    value["zone"] = json!(zone);
                    value["requirements"] = json!(ids);
                }
            }
            value
        };
        let vectors = |zones: &[ZoneAssessment]| -> Vec<Value> {
            zones
                .iter()
                .map(|zone| json!({"zone": zone.id, "vector": zone.vector, "sl_t": zone.sl_t}))
                .collect()
        };
        let costs: serde_json::Map<String, Value> =
            self.costs.named().into_iter().map(|(name, cost)| (name.to_owned(), amount(cost))).collect();
        let unreachable = |cell: &Unreachable| {
            let findings: Vec<&str> = match &cell.reason {
                Reason::Exposure(findings) => findings.iter().map(finding).collect(),
                _ => Vec::new(),
            };
            json!({
                "zone": zone(cell.zone), "fr": cell.fr, "target": cell.target, "reachable": cell.reachable,
                "code": cell.reason.as_str(), "reason": cell.said(), "findings": findings,
            })
        };
        json!({
            "schema": SCHEMA,
            "method": crate::METHOD,
            "as_of": evidence.as_of.day(),
            "costs": costs,
            "cost": amount(self.cost()),
            "exact": self.exact,
            "actions": self.actions.iter().map(action).collect::<Vec<_>>(),
            "milestones": self.milestones.iter().map(|m| json!({"number": m.number, "cost": amount(m.cost), "gap": m.gap})).collect::<Vec<_>>(),
            "before": vectors(&self.before),
            "after": vectors(&self.after),
            "unreachable": self.unreachable.iter().map(unreachable).collect::<Vec<_>>(),
        })
    }

    /// Everything it costs.
    pub fn cost(&self) -> Cost {
        self.actions.iter().map(|planned| planned.cost).sum()
    }
}

/// Gap of a zone's cells: one that cannot be assessed counts its target.
pub fn gap(zone: &ZoneAssessment) -> u32 {
    zone.cells.iter().zip(&zone.sl_t).map(|(cell, target)| u32::from(cell.gap.unwrap_or(target.get()))).sum()
}

/// Whether a cell is what a plan is made for: below its target, or not assessable.
fn is_short(zone: &ZoneAssessment, fr: Fr) -> bool {
    zone.cell(fr).gap.is_none_or(|gap| gap > 0)
}

/// The plan for the zones chosen (places in the document; all where none are named), at the document's moment and
/// against its targets. `wanted` is asked now and then and may say no.
///
/// None when it was not wanted any longer.
pub fn plan(
    evidence: &Evidence<'_>,
    around: &Around,
    chosen: Option<&[usize]>,
    wanted: &dyn Fn() -> bool,
) -> Option<Plan> {
    let live = Live::new(evidence);
    let before = live.levels();
    let profile = Profile::with(&evidence.profile);
    let chosen: Vec<bool> = match chosen {
        Some(list) => (0..before.len()).map(|zone| list.contains(&zone)).collect(),
        None => vec![true; before.len()],
    };
    let best = best(&live, evidence);
    let goals: Vec<Option<[SecurityLevel; 7]>> = before
        .iter()
        .zip(&best)
        .zip(&chosen)
        .map(|((now, best), chosen)| goal(now, best).filter(|_| *chosen))
        .collect();
    let unreachable = unreachable(&live, evidence, &best, &chosen);
    let found = search::search(&live, evidence, around, &goals, &profile.costs, wanted)?;
    let mut actions = found.actions;
    actions.extend(certain(&live, evidence, &before, &goals, &profile));
    // What is promised is scored from the document itself, while the order is looked for.
    let (after, ordered) = std::thread::scope(|scope| {
        let promise = scope.spawn(|| {
            let mut applied = evidence.clone();
            apply(actions.iter().map(|planned| &planned.action), &mut applied);
            assess(&applied).zones
        });
        let ordered = order::order(&live, &actions, &before, &chosen, wanted);
        (promise.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), ordered)
    });
    let (places, milestones) = ordered?;
    let mut actions: Vec<Option<Planned>> = actions.into_iter().map(Some).collect();
    let actions = places
        .into_iter()
        .filter_map(|place| {
            let order::Place { action, effects, needed, milestone } = place;
            Some(Planned { effects, needed, milestone, ..actions.get_mut(action)?.take()? })
        })
        .collect();
    Some(Plan { actions, before, after, milestones, unreachable, costs: profile.costs, exact: found.exact })
}

/// The levels when everything is done that can be done.
fn best(live: &Live, evidence: &Evidence<'_>) -> Vec<ZoneAssessment> {
    let mut live = live.clone();
    for place in 0..evidence.findings.len() {
        let Some((known, verdict)) = live.before(place) else { continue };
        let open = verdict.state == State::Open;
        let fix = known.due.fix;
        live.do_all(place, open, open && fix);
    }
    let assets = (0u32..).take(evidence.assets.len()).collect();
    live.switch(&Step::Identify(assets), true);
    live.switch(&Step::Monitoring, true);
    let requirements: Vec<usize> = (0..crate::catalogue::system().requirements.len()).collect();
    for zone in 0..evidence.zones.len() {
        live.switch(&Step::Satisfy(zone, requirements.clone()), true);
    }
    live.levels()
}

/// What is asked of a zone: its targets as far as they can be had, and nothing less than there is. None where there is
/// nothing to gain.
fn goal(now: &ZoneAssessment, best: &ZoneAssessment) -> Option<[SecurityLevel; 7]> {
    let goal = Fr::ALL.map(|fr| {
        let reachable = best.cell(fr).achieved.unwrap_or_default().min(now.sl_t[fr.index()]);
        reachable.max(now.cell(fr).achieved.unwrap_or_default())
    });
    let gains = |fr: Fr| match now.cell(fr).achieved {
        Some(level) => level < goal[fr.index()],
        None => best.cell(fr).achieved.is_some(),
    };
    Fr::ALL.into_iter().any(gains).then_some(goal)
}

/// Cells that stay below their targets whatever is done.
fn unreachable(
    live: &Live,
    evidence: &Evidence<'_>,
    best: &[ZoneAssessment],
    chosen: &[bool],
) -> Vec<Unreachable> {
    let short =
        |zone: usize| Fr::ALL.into_iter().filter(move |fr| chosen[zone] && is_short(&best[zone], *fr));
    let mut cells: Vec<Unreachable> = (0..best.len())
        .flat_map(|zone| short(zone).map(move |fr| (zone, fr)))
        .map(|(zone, fr)| {
            let cell = best[zone].cell(fr);
            let reason = match (cell.achieved, &cell.limiting) {
                (None, _) => Reason::NoAssets,
                (Some(_), limits) if limits.contains(&Limit::Exposure) => Reason::Exposure(Vec::new()),
                (Some(_), limits) => Reason::Limited(limits.clone()),
            };
            Unreachable { zone, fr, reachable: cell.achieved, target: best[zone].sl_t[fr.index()], reason }
        })
        .collect();
    let places: FxHashMap<(usize, Fr), usize> =
        cells.iter().enumerate().map(|(place, cell)| ((cell.zone, cell.fr), place)).collect();
    if places.is_empty() {
        return cells;
    }
    for place in 0..evidence.findings.len() {
        let Some((known, verdict)) = live.before(place) else { continue };
        if verdict.state != State::Open || known.due.fix || !verdict.rating.is_relevant() {
            continue;
        }
        for fr in verdict.frs.iter() {
            let Some(cell) = places.get(&(known.at.zone, fr)).map(|at| &mut cells[*at]) else { continue };
            let class = known.class_when(Cover::Verified);
            if let Reason::Exposure(findings) = &mut cell.reason
                && class <= cell.target.get()
            {
                findings.push(u32::try_from(place).unwrap_or(u32::MAX));
            }
        }
    }
    cells
}

/// What follows from the goals alone: feeds, identification rounds and questionnaires.
fn certain(
    live: &Live,
    evidence: &Evidence<'_>,
    before: &[ZoneAssessment],
    goals: &[Option<[SecurityLevel; 7]>],
    profile: &Profile,
) -> Vec<Planned> {
    let costs = &profile.costs;
    let mut actions = Vec::new();
    let mut stale = false;
    let mut unidentified = vec![Vec::new(); goals.len()];
    let zones: FxHashMap<&str, usize> =
        evidence.zones.iter().enumerate().map(|(place, zone)| (&*zone.id, place)).collect();
    for (place, asset) in (0u32..).zip(&evidence.assets) {
        if let Some(zone) = zones.get(&*asset.zone).filter(|_| !asset.identified) {
            unidentified[*zone].push(place);
        }
    }
    let open = live.unsatisfied();
    for (zone, goal) in goals.iter().enumerate() {
        let Some(goal) = goal else { continue };
        let id = &before[zone].id;
        let rises = |fr: &Fr| before[zone].cell(*fr).achieved.is_none_or(|now| now < goal[fr.index()]);
        let highest = Fr::ALL.into_iter().filter(rises).map(|fr| goal[fr.index()]).max().unwrap_or_default();
        let mut counts = live.counts(zone);
        stale |= !counts.is_fresh(highest, profile);
        let mut places = std::mem::take(&mut unidentified[zone]);
        let all = places.len();
        let mut some = 0;
        while some < all && !counts.is_known(highest, profile) {
            counts.identified.count += 1;
            some += 1;
        }
        places.truncate(some);
        if some > 0 {
            let ids = places.iter().map(|place| evidence.assets[*place as usize].id.to_string()).collect();
            actions.push(Planned {
                id: format!("identify/{id}"),
                assets: some,
                zones: vec![zone],
                cost: costs.identify + costs.identify_asset.times(some),
                ..Planned::new(Action::Identify(ids), Step::Identify(places))
            });
        }
        for fr in Fr::ALL {
            let wanted = goal[fr.index()];
            let lacks = match before[zone].cell(fr).conformance {
                Some(level) => level < wanted,
                None => profile.evidence_only_cap < wanted,
            };
            if !lacks {
                continue;
            }
            let requirements = &crate::catalogue::system().requirements;
            let asked: Vec<usize> = open[zone]
                .iter()
                .copied()
                .filter(|at| requirements[*at].fr == fr && requirements[*at].sl <= wanted)
                .collect();
            let ids = asked.iter().map(|at| requirements[*at].id.clone()).collect();
            actions.push(Planned {
                id: format!("assess/{id}/FR{}", fr.number()),
                zones: vec![zone],
                cost: costs.questionnaire + costs.requirement.times(asked.len()),
                ..Planned::new(Action::Assess(id.clone(), ids), Step::Satisfy(zone, asked))
            });
        }
    }
    if stale {
        actions.push(Planned {
            id: "update_monitoring".to_owned(),
            cost: costs.monitoring,
            ..Planned::new(Action::UpdateMonitoring, Step::Monitoring)
        });
    }
    actions
}

impl Planned {
    fn new(action: Action, step: Step) -> Planned {
        Planned {
            id: String::new(),
            action,
            step,
            product: None,
            zones: Vec::new(),
            assets: 0,
            stops: 0,
            effects: Vec::new(),
            needed: Vec::new(),
            cost: Cost::ZERO,
            milestone: 0,
        }
    }
}
