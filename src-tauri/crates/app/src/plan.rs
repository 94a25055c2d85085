//! The plan: the least work that lifts zones to their targets, what if only some of it were done, scenarios kept under a
//! name, and turning it into tickets and vendors' updates to install.

use std::collections::BTreeMap;

use iec62443::{
    Evidence, Moment, Plant, SecurityLevel, When,
    action::{Action, apply, verify},
    assess,
    assessment::ZoneAssessment,
    costs::Cost,
    evidence::{ControlStatus, Event, EventKind},
    finding::{State, control_status, standing},
    level::FrSet,
    live::Live,
    plan::{self, Around, Lift, Plan, Planned, Reason, gap},
    plant::{EventNote, Ticket},
    profile::Overrides,
    work::{Kind, OnAsset, PatchState, Scenario, ScenarioAction, Step, Update, Work},
};
use import::{File, file::unmarked};
use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use serde_json::json;
use store::{finding::NewEvent, intake::Before};

use crate::{
    Failure, Result, Session,
    assess::documents,
    controls::{by_hand, typed},
    decide::written_last,
    levels::rows,
    session::day,
    view,
    watch::{Unwatched, Watch, tell},
    work::{LONGEST, LONGEST_NAME, count, overtaken, replaced, usage},
};

/// Findings, tags and the like that cross to the window with an action; their numbers are of all.
const NAMED: usize = 50;

/// SL-T by zone id.
pub type Targets = BTreeMap<String, [SecurityLevel; 7]>;

/// Reads targets: `{"Z1": [2,2,2,1,2,2,2]}`, or the zones of an evidence document, `{"zones": [{"id": "Z1", "sl_t":
/// […]}]}`.
///
/// # Errors
/// `bad_input` with line and reason.
pub fn targets(file: &File) -> Result<Targets> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Zones { zones: Vec<Target> },
        Map(Targets),
    }
    #[derive(Deserialize)]
    struct Target {
        id: String,
        sl_t: [SecurityLevel; 7],
    }
    let wrong = |error: String| {
        Failure::new("bad_input", error).at(file.name.clone()).advice(
            "Targets are a JSON object of zones with seven levels each, such as {\"Z1\": [2,2,2,1,2,2,2]}.",
        )
    };
    let bytes = unmarked(file.bytes()?);
    match serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))? {
        Written::Map(targets) => Ok(targets),
        Written::Zones { zones } => Ok(zones.into_iter().map(|zone| (zone.id, zone.sl_t)).collect()),
    }
}

/// What a plan is made from.
pub struct Draft<'e> {
    /// The document, with the targets that are asked for.
    pub evidence: Evidence<'e>,
    around: Around,
    chosen: Option<Vec<usize>>,
}

impl<'e> Draft<'e> {
    /// # Errors
    /// `not_found` for zones that the document does not hold.
    fn new(
        mut evidence: Evidence<'e>,
        around: impl FnOnce(&Evidence<'e>) -> Around,
        targets: &Targets,
        zones: &[String],
    ) -> Result<Draft<'e>> {
        let places: FxHashMap<String, usize> =
            evidence.zones.iter().enumerate().map(|(at, zone)| (zone.id.to_string(), at)).collect();
        let place = |id: &String| places.get(id).copied().ok_or_else(|| Failure::not_found("zone", id));
        for (id, sl_t) in targets {
            evidence.zones[place(id)?].sl_t = *sl_t;
        }
        let chosen = zones.iter().map(place).collect::<Result<Vec<_>>>()?;
        let around = around(&evidence);
        Ok(Draft { evidence, around, chosen: (!chosen.is_empty()).then_some(chosen) })
    }

    /// Makes the plan.
    ///
    /// # Errors
    /// `cancelled`
    pub fn plan(&self, watch: &dyn Watch) -> Result<Plan> {
        tell(watch, "plan", 0, 0)?;
        plan::plan(&self.evidence, &self.around, self.chosen.as_deref(), &|| !watch.is_cancelled())
            .ok_or_else(|| Failure::new("cancelled", "stopped; nothing was changed"))
    }

    /// The document with a plan applied.
    pub fn applied(&self, plan: &Plan) -> Evidence<'e> {
        let mut evidence = self.evidence.clone();
        apply(plan.actions.iter().map(|planned| &planned.action), &mut evidence);
        evidence
    }
}

/// Reads what to plan for from an evidence document alone, or from a file of several cases; true for the latter.
/// `overrides` take the place of their profiles.
///
/// # Errors
/// `bad_input` with the JSON pointer, `not_found`
pub fn of_evidence<'f>(
    file: &'f File,
    overrides: Option<&Overrides>,
    targets: &Targets,
    zones: &[String],
) -> Result<(bool, Vec<Draft<'f>>)> {
    let (cases, documents) = documents(file, overrides)?;
    let draft = |evidence| Draft::new(evidence, |evidence| Around::of_evidence(evidence), targets, zones);
    Ok((cases, documents.into_iter().map(draft).collect::<Result<_>>()?))
}

/// A plan that the window works with.
pub(crate) struct Made {
    key: Key,
    evidence: Evidence<'static>,
    plan: Plan,
    chosen: Option<Vec<usize>>,
    places: FxHashMap<String, usize>,
    /// The document being scored, with these controls verified.
    live: (Vec<String>, Live),
}

type Key = (i64, String, When, Vec<String>);

/// Gap over the chosen zones.
fn gap_of(zones: &[ZoneAssessment], chosen: Option<&[usize]>) -> u32 {
    let counts = |(place, _): &(usize, &ZoneAssessment)| chosen.is_none_or(|list| list.contains(place));
    zones.iter().enumerate().filter(counts).map(|(_, zone)| gap(zone)).sum()
}

impl Session {
    /// What the plan of an environment is made from.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn plan_draft(
        &mut self,
        environment: &str,
        as_of: Option<&str>,
        targets: &Targets,
        zones: &[String],
        overrides: Option<&Overrides>,
    ) -> Result<Draft<'static>> {
        let when = self.when(environment, as_of, None)?;
        let plant = self.plant(environment)?;
        let matched = self.store()?.origin_identities(environment)?;
        let mut evidence = plant.evidence_at(when);
        if let Some(overrides) = overrides {
            evidence.profile = overrides.clone();
        }
        let around = |evidence: &Evidence<'static>| {
            Around::of_plant(&plant, evidence, |finding| matched.get(finding).map(String::as_str))
        };
        Draft::new(evidence, around, targets, zones)
    }

    fn plan_key(&mut self, ask: &view::PlanAsk) -> Result<Key> {
        let when = self.when(&ask.environment, ask.as_of.as_deref(), None)?;
        Ok((self.seen_version(), ask.environment.clone(), when, ask.zones.clone()))
    }

    /// What the plan asked for is made from, unless it is at hand.
    pub(crate) fn begin_plan(&mut self, ask: &view::PlanAsk) -> Result<Option<(Key, Draft<'static>)>> {
        let key = self.plan_key(ask)?;
        if self.planned.as_ref().is_some_and(|made| made.key == key) {
            return Ok(None);
        }
        let draft =
            self.plan_draft(&ask.environment, ask.as_of.as_deref(), &Targets::new(), &ask.zones, None)?;
        Ok(Some((key, draft)))
    }

    /// Remembers a plan for what is asked of it next.
    pub(crate) fn end_plan(&mut self, key: Key, draft: Draft<'static>, plan: Plan) {
        let places = plan.actions.iter().enumerate().map(|(at, p)| (p.id.clone(), at)).collect();
        let live = (Vec::new(), Live::new(&draft.evidence));
        let Draft { evidence, chosen, .. } = draft;
        self.planned = Some(Made { key, evidence, plan, chosen, places, live });
    }

    /// The plan asked for, made where it is not at hand.
    fn made(&mut self, ask: &view::PlanAsk, watch: &dyn Watch) -> Result<&mut Made> {
        if let Some((key, draft)) = self.begin_plan(ask)? {
            let plan = draft.plan(watch)?;
            self.end_plan(key, draft, plan);
        }
        self.planned.as_mut().ok_or_else(|| Failure::new("internal", "the plan is gone"))
    }

    /// The least work that lifts an environment's zones to their targets.
    ///
    /// # Errors
    /// `not_found`, `usage`, `cancelled`
    pub fn make_plan(&mut self, ask: &view::PlanAsk, watch: &dyn Watch) -> Result<view::PlanView> {
        let plant = self.plant(&ask.environment)?;
        let made = self.made(ask, watch)?;
        let plan = &made.plan;
        let shown = Shown { plant: &plant, evidence: &made.evidence };
        let titles: FxHashMap<&str, &str> = plant
            .evidence
            .controls
            .iter()
            .zip(&plant.controls)
            .map(|(control, detail)| (&*control.id, detail.title.as_str()))
            .collect();
        let today = made.evidence.as_of.day();
        let control = |control: &iec62443::evidence::Control<'_>| {
            let status = control_status(control, made.evidence.as_of)
                .filter(|status| matches!(status, ControlStatus::Draft | ControlStatus::Implemented))
                .filter(|_| control.expires.is_none_or(|last| today <= last))?;
            let title = titles.get(&*control.id).copied().unwrap_or_default().to_owned();
            Some(view::PlanControl { id: control.id.to_string(), title, status: status.as_str().to_owned() })
        };
        let mut before: Vec<_> = plan.before.iter().map(|zone| zone.vector).collect();
        Ok(view::PlanView {
            environment: ask.environment.clone(),
            as_of: today.to_string(),
            actions: plan.actions.iter().map(|planned| shown.action(planned)).collect(),
            milestones: plan
                .milestones
                .iter()
                .map(|milestone| {
                    let moved = (0..before.len()).filter(|zone| before[*zone] != milestone.vectors[*zone]);
                    let moved = moved.map(|zone| view::PlanVector {
                        zone: shown.zone(zone),
                        vector: milestone.vectors[zone].iter().map(|l| l.map(SecurityLevel::get)).collect(),
                    });
                    let moved = moved.collect();
                    before.clone_from(&milestone.vectors);
                    view::PlanMilestone {
                        number: milestone.number,
                        cost: milestone.cost.to_string(),
                        gap: milestone.gap,
                        moved,
                    }
                })
                .collect(),
            unreachable: plan.unreachable.iter().map(|cell| shown.unreachable(cell)).collect(),
            before: rows(&plant, &plan.before),
            after: rows(&plant, &plan.after),
            gap: gap_of(&plan.before, made.chosen.as_deref()),
            gap_after: gap_of(&plan.after, made.chosen.as_deref()),
            cost: plan.cost().to_string(),
            exact: plan.exact,
            controls: made.evidence.controls.iter().filter_map(control).collect(),
        })
    }

    /// Levels with some actions of the plan done, and some controls verified besides.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn try_plan(&mut self, tried: &view::PlanTry) -> Result<view::PlanTried> {
        let plant = self.plant(&tried.ask.environment)?;
        let made = self.made(&tried.ask, &Unwatched)?;
        if made.live.0 != tried.verified {
            let mut evidence = made.evidence.clone();
            apply(&verify(&tried.verified), &mut evidence);
            made.live = (tried.verified.clone(), Live::new(&evidence));
        }
        let on = made.chosen_actions(&tried.actions)?;
        let live = &mut made.live.1;
        on.iter().for_each(|at| live.switch(&made.plan.actions[*at].step, true));
        let zones = live.levels();
        on.iter().for_each(|at| live.switch(&made.plan.actions[*at].step, false));
        let cost: Cost = on.iter().map(|at| made.plan.actions[*at].cost).sum();
        Ok(view::PlanTried {
            gap: gap_of(&zones, made.chosen.as_deref()),
            rows: rows(&plant, &zones),
            cost: cost.to_string(),
        })
    }

    /// Keeps what is switched on under a name.
    ///
    /// # Errors
    /// `not_found`, `usage`; nothing is changed then.
    pub fn keep_scenario(&mut self, wish: &view::ScenarioWish) -> Result<view::Change> {
        let who = self.who();
        self.store()?.check_clock(&who)?;
        let environment = wish.tried.ask.environment.as_str();
        let name = typed("name", &wish.name, LONGEST_NAME)?;
        if name.is_empty() {
            return Err(usage("the scenario has no name", "Name it."));
        }
        let note = typed("note", &wish.note, LONGEST)?;
        let plant = self.plant(environment)?;
        for id in &wish.tried.verified {
            if !plant.evidence.controls.iter().any(|control| *control.id == **id) {
                return Err(Failure::not_found("control", id));
            }
        }
        let made = self.made(&wish.tried.ask, &Unwatched)?;
        let on = made.chosen_actions(&wish.tried.actions)?;
        let action = |at: &usize| {
            let planned = &made.plan.actions[*at];
            ScenarioAction {
                id: planned.id.clone(),
                action: planned.action.clone(),
                product: planned.product.clone(),
                zones: planned.zones.iter().map(|zone| made.evidence.zones[*zone].id.to_string()).collect(),
                assets: count(planned.assets),
                stops: count(planned.stops),
                cost: planned.cost,
            }
        };
        let scenario = Scenario {
            note,
            at: Some(Moment::at(who.at)),
            by: who.actor,
            actions: on.iter().map(action).collect(),
            verified: wish.tried.verified.clone(),
        };
        let ids: Vec<&str> = scenario.actions.iter().map(|one| one.id.as_str()).collect();
        let detail =
            json!({"scenario": name, "actions": ids, "verified": scenario.verified, "note": scenario.note});
        let before = plant.work.scenarios.get(&name);
        let record = replaced(Kind::Scenario, &name, before, Some(&scenario))?;
        let records: Vec<_> = record.into_iter().collect();
        let id = self.keep_records(environment, "scenario.kept", records, detail)?;
        Ok(view::Change { id, changed: 1, unchanged: 0 })
    }

    /// Takes a scenario away.
    ///
    /// # Errors
    /// `not_found`; nothing is changed then.
    pub fn remove_scenario(&mut self, environment: &str, name: &str) -> Result<view::Change> {
        self.store()?.check_clock(&self.who())?;
        let plant = self.plant(environment)?;
        let before = plant.work.scenarios.get(name).ok_or_else(|| Failure::not_found("scenario", name))?;
        let records = replaced(Kind::Scenario, name, Some(before), None)?.into_iter().collect();
        let id = self.keep_records(environment, "scenario.removed", records, json!({"scenario": name}))?;
        Ok(view::Change { id, changed: 1, unchanged: 0 })
    }

    /// The kept scenarios on a day, after things as they stand.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn scenarios(&mut self, environment: &str, as_of: Option<&str>) -> Result<Vec<view::ScenarioRow>> {
        let when = self.when(environment, as_of, None)?;
        let (plant, assessment) = self.assessed(environment, when)?;
        let mut list = vec![scenario_row(&plant, "", &Scenario::default(), &assessment.zones)];
        if plant.work.scenarios.is_empty() {
            return Ok(list);
        }
        let evidence = plant.evidence_at(when);
        for (name, scenario) in &plant.work.scenarios {
            list.push(scenario_row(&plant, name, scenario, &levels_in(&evidence, scenario)));
        }
        Ok(list)
    }

    /// Turns actions of a plan into tickets and updates to install, in one change that can be taken back.
    ///
    /// # Errors
    /// `not_found`, `usage`; nothing is changed then.
    pub fn carry_out_plan(&mut self, work: &view::PlanWork) -> Result<view::PlanWorkDone> {
        let who = self.who();
        self.store()?.check_clock(&who)?;
        let environment = work.ask.environment.as_str();
        let assignee = typed("name", &work.assignee, LONGEST_NAME)?;
        let version = typed("version", &work.version, LONGEST_NAME)?;
        let due: Option<Date> = work.due.as_deref().filter(|text| !text.is_empty()).map(day).transpose()?;
        if due.is_some_and(|due| due < self.today()) {
            return Err(usage("the due day is past", "Choose today or a later day."));
        }
        let plant = self.plant(environment)?;
        let made = self.made(&work.ask, &Unwatched)?;
        let planned: Vec<Planned> =
            made.chosen_actions(&work.actions)?.into_iter().map(|at| made.plan.actions[at].clone()).collect();
        let before = self.seen_version();
        let now = Moment::at(who.at);
        let mut written = Written::new(&plant, now, &who.actor);
        for planned in &planned {
            if work.tickets {
                written.ticket(planned, &assignee, due);
            }
            if work.updates {
                written.update(planned, &version)?;
            }
        }
        let Written { tickets, updates, ticketed, mut was, more, .. } = written;
        if tickets.is_empty() && updates.is_empty() {
            return Err(usage(
                "none of these actions is about open findings",
                "Choose others, or tickets or updates to be written.",
            ));
        }
        let event = NewEvent::plain(
            Event { at: now, kind: EventKind::Ticketed, frs: FrSet::EMPTY },
            EventNote::default(),
        );
        let actions: Vec<&str> = planned.iter().map(|planned| planned.id.as_str()).collect();
        let mut detail = json!({"actions": actions, "tickets": tickets, "updates": updates});
        let number = self.store_mut()?.try_change(&who, |change| -> Result<i64> {
            if change.version()? != before {
                return Err(overtaken());
            }
            let number = change.begin("plan.carried_out")?;
            if !ticketed.is_empty() {
                change.add_event_of(number, "plan.carried_out", environment, &ticketed, &event)?;
            }
            written_last(change, environment, &mut was)?;
            change.put_plant(&more, &plant, &serde_json::Value::Null, Some(number))?;
            change.keep(number, environment, &was.kept)?;
            change.add_intake(number, environment, by_hand(&was)?)?;
            detail["change"] = json!(number);
            change.log("plan.carried_out", environment, &detail)?;
            Ok(number)
        })?;
        let changed = count(tickets.len() + updates.len());
        Ok(view::PlanWorkDone {
            tickets,
            updates,
            change: view::Change { id: number, changed, unchanged: 0 },
        })
    }
}

/// Levels with a scenario applied to the document of a day.
pub(crate) fn levels_in(evidence: &Evidence<'static>, scenario: &Scenario) -> Vec<ZoneAssessment> {
    let mut applied = evidence.clone();
    apply(&scenario.applied(), &mut applied);
    assess(&applied).zones
}

fn scenario_row(
    plant: &Plant,
    name: &str,
    scenario: &Scenario,
    zones: &[ZoneAssessment],
) -> view::ScenarioRow {
    let reached = |zone: &&ZoneAssessment| zone.cells.iter().all(|cell| cell.gap == Some(0));
    let shown = Shown { plant, evidence: &plant.evidence };
    view::ScenarioRow {
        name: name.to_owned(),
        note: scenario.note.clone(),
        at: scenario.at.map(|at| at.to_string()).unwrap_or_default(),
        by: scenario.by.clone(),
        actions: scenario.actions.iter().map(|one| shown.kept(one)).collect(),
        verified: scenario.verified.clone(),
        cost: scenario.actions.iter().map(|one| one.cost).sum::<Cost>().to_string(),
        gap: gap_of(zones, None),
        reached: count(zones.iter().filter(reached).count()),
        rows: rows(plant, zones),
    }
}

impl Made {
    /// Places of actions by their ids, each once, in the plan's order.
    fn chosen_actions(&self, ids: &[String]) -> Result<Vec<usize>> {
        let place = |id: &String| {
            self.places.get(id).copied().ok_or_else(|| {
                Failure::not_found("action", id).advice("The plan has changed since; look at it again.")
            })
        };
        let mut places = ids.iter().map(place).collect::<Result<Vec<_>>>()?;
        places.sort_unstable();
        places.dedup();
        Ok(places)
    }
}

/// What showing actions needs.
struct Shown<'p> {
    plant: &'p Plant,
    evidence: &'p Evidence<'static>,
}

impl Shown<'_> {
    fn zone(&self, place: usize) -> String {
        self.evidence.zones[place].id.to_string()
    }

    fn zone_name(&self, id: &str) -> String {
        let zone = self.evidence.zones.iter().find(|zone| *zone.id == *id);
        zone.map(|zone| zone.name.to_string()).unwrap_or_default()
    }

    fn lifts(&self, lifts: &[Lift]) -> Vec<view::PlanLift> {
        let lift = |lift: &Lift| view::PlanLift {
            zone: self.zone(lift.zone),
            fr: lift.fr.number(),
            from: lift.from.map(SecurityLevel::get),
            to: lift.to.map(SecurityLevel::get),
        };
        lifts.iter().map(lift).collect()
    }

    fn action(&self, planned: &Planned) -> view::PlanAction {
        let zones: Vec<String> = planned.zones.iter().map(|zone| self.zone(*zone)).collect();
        view::PlanAction {
            id: planned.id.clone(),
            cost: planned.cost.to_string(),
            milestone: planned.milestone,
            assets: count(planned.assets),
            stops: count(planned.stops),
            effects: self.lifts(&planned.effects),
            needed: self.lifts(&planned.needed),
            ..self.told(&planned.action, planned.product.as_ref(), &zones)
        }
    }

    fn kept(&self, one: &ScenarioAction) -> view::PlanAction {
        view::PlanAction {
            id: one.id.clone(),
            cost: one.cost.to_string(),
            assets: one.assets,
            stops: one.stops,
            ..self.told(&one.action, one.product.as_ref(), &one.zones)
        }
    }

    /// What is said of an action whatever became of it.
    fn told(&self, action: &Action, product: Option<&plan::Product>, zones: &[String]) -> view::PlanAction {
        let none: &[String] = &[];
        let (kind, status, control, findings, assets, requirements) = match action {
            Action::Patch(ids) => ("patch", "", "", ids.as_slice(), none, none),
            Action::Control(ids, status) => ("control", status.as_str(), "", ids.as_slice(), none, none),
            Action::Verify { control, findings } => {
                ("verify", "verified", control.as_str(), findings.as_slice(), none, none)
            }
            Action::Triage(ids) => ("triage", "", "", ids.as_slice(), none, none),
            Action::Identify(ids) => ("identify", "", "", none, ids.as_slice(), none),
            Action::UpdateMonitoring => ("update_monitoring", "", "", none, none, none),
            Action::Assess(_, ids) => ("assess", "", "", none, none, ids.as_slice()),
        };
        let fr = requirements
            .first()
            .and_then(|id| iec62443::catalogue::system().get(id))
            .map(|requirement| requirement.fr.number());
        view::PlanAction {
            id: String::new(),
            kind: kind.to_owned(),
            status: status.to_owned(),
            control: control.to_owned(),
            vendor: product.map(|product| product.vendor.clone()).unwrap_or_default(),
            product: product.map(|product| product.product.clone()).unwrap_or_default(),
            zones: zones
                .iter()
                .map(|id| view::ZoneName { id: id.clone(), name: self.zone_name(id) })
                .collect(),
            fr,
            findings: findings.iter().take(NAMED).cloned().collect(),
            findings_total: count(findings.len()),
            tags: self.tags(findings, assets),
            assets: 0,
            stops: 0,
            requirements: requirements.to_vec(),
            cost: String::new(),
            milestone: 0,
            effects: Vec::new(),
            needed: Vec::new(),
        }
    }

    fn tags(&self, findings: &[String], assets: &[String]) -> Vec<String> {
        let findings: FxHashSet<&str> = findings.iter().map(String::as_str).collect();
        let mut wanted: FxHashSet<&str> = assets.iter().map(String::as_str).collect();
        let plant = self.plant;
        if !findings.is_empty() {
            let of = plant.evidence.findings.iter().filter(|finding| findings.contains(&*finding.id));
            wanted.extend(of.map(|finding| &*finding.asset));
        }
        let assets = plant.evidence.assets.iter().zip(&plant.assets);
        let known = assets.filter(|(asset, _)| wanted.contains(&*asset.id));
        known.map(|(_, detail)| detail.tag.clone()).take(NAMED).collect()
    }

    fn unreachable(&self, cell: &plan::Unreachable) -> view::PlanUnreachable {
        let findings: &[u32] = match &cell.reason {
            Reason::Exposure(findings) => findings,
            _ => &[],
        };
        let id = |place: &u32| self.evidence.findings[*place as usize].id.to_string();
        let zone = self.zone(cell.zone);
        view::PlanUnreachable {
            zone_name: self.zone_name(&zone),
            zone,
            fr: cell.fr.number(),
            target: cell.target.get(),
            reachable: cell.reachable.map(SecurityLevel::get),
            reason: cell.reason.as_str().to_owned(),
            findings: findings.iter().take(NAMED).map(id).collect(),
            findings_total: count(findings.len()),
        }
    }
}

/// Tickets and updates as they are gathered.
struct Written<'p> {
    plant: &'p Plant,
    places: FxHashMap<&'p str, usize>,
    now: Moment,
    by: String,
    tickets: Vec<String>,
    updates: Vec<String>,
    /// Findings that got a ticket, each once.
    ticketed: Vec<String>,
    known_updates: BTreeMap<String, Update>,
    was: Before,
    more: Plant,
}

impl<'p> Written<'p> {
    fn new(plant: &'p Plant, now: Moment, by: &str) -> Written<'p> {
        let mut more = Plant::empty(plant.environment.clone(), now.day());
        more.evidence.profile = plant.evidence.profile.clone();
        Written {
            plant,
            places: plant.evidence.findings.iter().enumerate().map(|(at, f)| (&*f.id, at)).collect(),
            now,
            by: by.to_owned(),
            tickets: Vec::new(),
            updates: Vec::new(),
            ticketed: Vec::new(),
            known_updates: plant.work.updates.clone(),
            was: Before::default(),
            more,
        }
    }

    /// Findings of an action that are open.
    fn open(&self, action: &Action) -> Vec<String> {
        let ids = match action {
            Action::Patch(ids) | Action::Control(ids, _) | Action::Triage(ids) => ids.as_slice(),
            Action::Verify { findings, .. } => findings,
            _ => &[],
        };
        let is_open = |id: &&String| {
            self.places.get(id.as_str()).is_some_and(|at| {
                standing(&self.plant.evidence.findings[*at], self.now)
                    .is_some_and(|standing| standing.state == State::Open)
            })
        };
        ids.iter().filter(is_open).cloned().collect()
    }

    fn ticket(&mut self, planned: &Planned, assignee: &str, due: Option<Date>) {
        let open = self.open(&planned.action);
        if open.is_empty() {
            return;
        }
        let taken = |id: &str| self.plant.tickets.iter().any(|ticket| ticket.id == id);
        let mut number = self.tickets.len() + 1;
        let mut id = format!("PLAN-{number}");
        while taken(&id) || self.tickets.contains(&id) {
            number += 1;
            id = format!("PLAN-{number}");
        }
        for finding in open {
            self.was.tickets.push((id.clone(), finding.clone(), None));
            self.more.tickets.push(Ticket {
                id: id.clone(),
                system: "Plumbline".to_owned(),
                finding: finding.clone(),
                created: Some(self.now),
                assignee: assignee.to_owned(),
                due,
                status: "open".to_owned(),
                ..Ticket::default()
            });
            if !self.ticketed.contains(&finding) {
                self.ticketed.push(finding);
            }
        }
        self.tickets.push(id);
    }

    fn update(&mut self, planned: &Planned, version: &str) -> Result<()> {
        let Some(product) = planned.product.as_ref().filter(|_| matches!(planned.action, Action::Patch(_)))
        else {
            return Ok(());
        };
        let on_its_way: FxHashSet<&str> = self
            .plant
            .work
            .updates
            .values()
            .flat_map(|update| &update.findings)
            .map(String::as_str)
            .collect();
        let mut findings = self.open(&planned.action);
        findings.retain(|id| !on_its_way.contains(id.as_str()));
        if findings.is_empty() {
            return Ok(());
        }
        if version.is_empty() {
            return Err(usage("the updates have no version", "Say what stands for it until it is known."));
        }
        let mut assets: Vec<String> = findings
            .iter()
            .filter_map(|id| self.places.get(id.as_str()))
            .map(|at| self.plant.evidence.findings[*at].asset.to_string())
            .collect();
        assets.sort_unstable();
        assets.dedup();
        let step =
            Step { at: self.now, state: PatchState::Available, by: self.by.clone(), note: String::new() };
        let on = |asset: String| OnAsset { asset, window: String::new(), steps: vec![step.clone()] };
        let update = Update {
            vendor: product.vendor.clone(),
            product: product.product.clone(),
            version: version.to_owned(),
            released: None,
            link: String::new(),
            supplier: None,
            description: String::new(),
            restart: false,
            findings,
            assets: assets.into_iter().map(on).collect(),
        };
        let id = Work::next(&self.known_updates, 'U');
        self.was.kept.extend(replaced(Kind::Update, &id, None, Some(&update))?);
        self.known_updates.insert(id.clone(), update);
        self.updates.push(id);
        Ok(())
    }
}
