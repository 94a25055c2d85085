//! Vendors' updates on their way onto the assets (IEC TR 62443-2-3): one update on many assets is one thing to plan,
//! test, approve and install, with states that carry dates, in maintenance windows.

use std::{collections::BTreeMap, sync::Arc};

use iec62443::{
    Moment, Plant,
    evidence::Finding,
    finding::{State, standing},
    plant::Ticket,
    priority,
    work::{Kind, OnAsset, PatchState, Step, SupplierState, Update, Window, Work},
};
use import::observation::{PatchSighting, Refused};
use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::json;
use store::{
    Who,
    finding::NewEvent,
    intake::{Before, NewIntake},
    work::KeptWas,
};

use crate::{
    Failure, Result, Session,
    controls::{by_hand, typed},
    decide::{Decided, follow, written_last},
    export,
    findings::Around,
    session::day,
    view,
    work::{LONGEST, LONGEST_NAME, count, nothing_new, overtaken, put_all, replaced, usage},
};

/// Vendor, product and version of an update.
pub(crate) fn title(update: &Update) -> String {
    [&update.vendor, &update.product, &update.version]
        .into_iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The updates that mend a finding, with how far they are on its asset.
pub(crate) fn of_finding(plant: &Plant, finding: &Finding<'_>, moment: Moment) -> Vec<view::UpdateOfFinding> {
    let mends = |(_, update): &(&String, &Update)| update.findings.iter().any(|id| **id == *finding.id);
    let row = |(id, update): (&String, &Update)| {
        let on = update.assets.iter().find(|on| *on.asset == *finding.asset)?;
        let state = on.at(moment)?.state.as_str().to_owned();
        Some(view::UpdateOfFinding { id: id.clone(), title: title(update), state })
    };
    plant.work.updates.iter().filter(mends).filter_map(row).collect()
}

fn median(mut list: Vec<i64>) -> Option<i64> {
    list.sort_unstable();
    list.get(list.len().div_ceil(2).checked_sub(1)?).copied()
}

/// What looking things up needs.
struct Lookup<'p> {
    plant: &'p Plant,
    around: Around<'p>,
    assets: FxHashMap<&'p str, usize>,
    findings: FxHashMap<&'p str, usize>,
}

impl<'p> Lookup<'p> {
    fn new(plant: &'p Plant) -> Lookup<'p> {
        Lookup {
            plant,
            around: Around::new(plant),
            assets: plant.evidence.assets.iter().enumerate().map(|(at, asset)| (&*asset.id, at)).collect(),
            findings: plant.evidence.findings.iter().enumerate().map(|(at, f)| (&*f.id, at)).collect(),
        }
    }

    fn update(&self, id: &str, update: &Update, moment: Moment) -> view::UpdateRow {
        let today = moment.day();
        let mut states: BTreeMap<String, u32> = BTreeMap::new();
        let assets: Vec<view::UpdateOnAsset> =
            update.assets.iter().filter_map(|on| self.on_asset(update, on, moment, today)).collect();
        for on in &assets {
            *states.entry(on.state.clone()).or_default() += 1;
        }
        let open: Vec<&Finding<'_>> = update
            .findings
            .iter()
            .filter_map(|id| Some(&self.plant.evidence.findings[*self.findings.get(id.as_str())?]))
            .filter(|finding| standing(finding, moment).is_some_and(|stands| stands.state == State::Open))
            .collect();
        let waits = |on: &&view::UpdateOnAsset| {
            PatchState::from_word(&on.state).is_some_and(|state| !state.is_done())
        };
        view::UpdateRow {
            id: id.to_owned(),
            vendor: update.vendor.clone(),
            product: update.product.clone(),
            version: update.version.clone(),
            released: update.released.map(|day| day.to_string()),
            link: update.link.clone(),
            supplier: update.supplier.map_or("", SupplierState::as_str).to_owned(),
            description: update.description.clone(),
            restart: update.restart,
            findings: count(update.findings.len()),
            open: count(open.len()),
            exploited: count(open.iter().filter(|finding| finding.kev).count()),
            age: assets.iter().filter(waits).filter_map(|on| on.age).max(),
            overdue: count(assets.iter().filter(|on| on.overdue).count()),
            states,
            assets,
        }
    }

    fn on_asset(
        &self,
        update: &Update,
        on: &OnAsset,
        moment: Moment,
        today: Date,
    ) -> Option<view::UpdateOnAsset> {
        let step = on.at(moment)?;
        let at = self.assets.get(on.asset.as_str()).copied();
        let detail = at.map(|at| &self.plant.assets[at]);
        let zone = at.map_or("", |at| &*self.plant.evidence.assets[at].zone);
        let window = self.plant.work.windows.get(&on.window);
        let installed = detail.and_then(|detail| {
            let same = |part: &str, other: &str| part.trim().eq_ignore_ascii_case(other.trim());
            let named = |identity: &&iec62443::plant::Identity| same(&identity.product, &update.product);
            detail.identities.iter().find(named).or_else(|| detail.identities.first())
        });
        Some(view::UpdateOnAsset {
            asset: on.asset.clone(),
            tag: detail.map_or_else(|| on.asset.clone(), |detail| detail.tag.clone()),
            zone: zone.to_owned(),
            zone_name: self.around.zone_name(zone),
            installed: installed.map(|identity| identity.version.clone()).unwrap_or_default(),
            state: step.state.as_str().to_owned(),
            since: step.at.to_string(),
            by: step.by.clone(),
            note: step.note.clone(),
            window: on.window.clone(),
            overdue: !step.state.is_done() && window.is_some_and(|window| window.ends < today),
            age: update.age(on, moment),
            steps: on
                .steps
                .iter()
                .filter(|step| step.at <= moment)
                .map(|step| view::UpdateStep {
                    at: step.at.to_string(),
                    state: step.state.as_str().to_owned(),
                    by: step.by.clone(),
                    note: step.note.clone(),
                })
                .collect(),
        })
    }
}

/// What a change of states does beside them.
struct Moved {
    records: Vec<KeptWas>,
    /// What is patched by it: the event, and the findings' places.
    patched: Vec<(NewEvent, Vec<usize>)>,
    more: Plant,
    was: Before,
    changed: u32,
    unchanged: u32,
}

impl Session {
    /// Updates, maintenance windows, and what could be planned, on a day.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn patches(&mut self, environment: &str, as_of: Option<&str>) -> Result<view::PatchesView> {
        let when = self.when(environment, as_of, None)?;
        let origins = self.store()?.origin_identities(environment)?;
        let (plant, assessment) = self.assessed(environment, when)?;
        let lookup = Lookup::new(&plant);
        let moment = when.as_of;
        let mut updates: Vec<view::UpdateRow> =
            plant.work.updates.iter().map(|(id, update)| lookup.update(id, update, moment)).collect();
        // Before its first state an update was not known.
        updates.retain(|update| !update.assets.is_empty());
        updates.sort_by(|a, b| b.released.cmp(&a.released).then_with(|| b.id.cmp(&a.id)));
        let mut states: BTreeMap<String, u32> = BTreeMap::new();
        let (mut installed, mut waiting) = (Vec::new(), Vec::new());
        for on in updates.iter().flat_map(|update| &update.assets) {
            *states.entry(on.state.clone()).or_default() += 1;
            match PatchState::from_word(&on.state) {
                Some(PatchState::Installed | PatchState::Effective) => installed.extend(on.age),
                Some(state) if !state.is_done() => waiting.extend(on.age),
                _ => {}
            }
        }
        let mut windows: Vec<view::WindowRow> = plant
            .work
            .windows
            .iter()
            .map(|(id, window)| {
                let planned =
                    || updates.iter().flat_map(|update| &update.assets).filter(|on| on.window == *id);
                let done = |on: &&view::UpdateOnAsset| {
                    PatchState::from_word(&on.state).is_some_and(PatchState::is_done)
                };
                view::WindowRow {
                    id: id.clone(),
                    name: window.name.clone(),
                    starts: window.starts.to_string(),
                    ends: window.ends.to_string(),
                    zone: window.zone.clone(),
                    zone_name: lookup.around.zone_name(&window.zone),
                    description: window.description.clone(),
                    planned: count(planned().count()),
                    done: count(planned().filter(done).count()),
                    past: window.ends < moment.day(),
                }
            })
            .collect();
        windows.sort_by(|a, b| a.starts.cmp(&b.starts).then_with(|| a.id.cmp(&b.id)));
        let planned: FxHashSet<&str> =
            plant.work.updates.values().flat_map(|update| &update.findings).map(String::as_str).collect();
        let mut proposed: BTreeMap<(String, String), (view::ProposedUpdate, FxHashSet<&str>)> =
            BTreeMap::new();
        for (finding, verdict) in plant.evidence.findings.iter().zip(&assessment.verdicts) {
            let Some(verdict) = verdict else { continue };
            if verdict.state != State::Open || verdict.fix.is_none() || planned.contains(&*finding.id) {
                continue;
            }
            let Some(at) = lookup.assets.get(&*finding.asset).copied() else { continue };
            let matched = origins.get(&*finding.id).map(String::as_str);
            let Some(identity) =
                iec62443::plant::Identity::concerned(&plant.assets[at].identities, matched, finding)
            else {
                continue;
            };
            if identity.product.trim().is_empty() {
                continue;
            }
            let tier = priority::tier(&lookup.around.because(finding, verdict)).get();
            let key = (identity.vendor.to_lowercase(), identity.product.to_lowercase());
            let (row, assets) = proposed.entry(key).or_insert_with(|| {
                let row = view::ProposedUpdate {
                    vendor: identity.vendor.clone(),
                    product: identity.product.clone(),
                    findings: Vec::new(),
                    assets: 0,
                    tier,
                    exploited: 0,
                };
                (row, FxHashSet::default())
            });
            row.findings.push(finding.id.to_string());
            row.tier = row.tier.min(tier);
            row.exploited += u32::from(finding.kev);
            assets.insert(&*finding.asset);
        }
        let mut proposed: Vec<view::ProposedUpdate> = proposed
            .into_values()
            .map(|(row, assets)| view::ProposedUpdate { assets: count(assets.len()), ..row })
            .collect();
        proposed.sort_by(|a, b| {
            (a.tier, std::cmp::Reverse(a.findings.len()), &a.product).cmp(&(
                b.tier,
                std::cmp::Reverse(b.findings.len()),
                &b.product,
            ))
        });
        Ok(view::PatchesView {
            updates,
            windows,
            proposed,
            states,
            installed_median: median(installed),
            waiting_median: median(waiting),
        })
    }

    /// Writes an update down, or changes one. Findings and assets are only ever added to it.
    ///
    /// # Errors
    /// `not_found`, `usage`; nothing is changed then.
    pub fn put_update(&mut self, wish: &view::UpdateWish) -> Result<view::UpdateChange> {
        let who = self.who();
        self.store()?.check_clock(&who)?;
        let environment = wish.environment.as_str();
        let today = self.today();
        let (plant, findings) = self.known(environment, &wish.findings, wish.all.as_ref())?;
        let before = match wish.id.as_str() {
            "" => None,
            id => Some(plant.work.updates.get(id).ok_or_else(|| Failure::not_found("update", id))?),
        };
        let released = wish.released.as_deref().map(day).transpose()?;
        if released.is_some_and(|released| released > today) {
            return Err(usage("the day of release is yet to come", "Choose today or an earlier day."));
        }
        let link = typed("link", &wish.link, LONGEST)?;
        if !link.is_empty() && !Ticket::is_link(&link) {
            return Err(usage("that is no link", "A link begins with https://."));
        }
        let supplier = match wish.supplier.as_str() {
            "" => None,
            word => Some(SupplierState::from_word(word).ok_or_else(|| {
                let known: Vec<&str> = SupplierState::ALL.iter().map(|state| state.as_str()).collect();
                usage(
                    format!("{word:?} is no word of a supplier"),
                    format!("Words are {}.", known.join(", ")),
                )
            })?),
        };
        let old = before.cloned().unwrap_or_default();
        let mut after = Update {
            vendor: typed("vendor", &wish.vendor, LONGEST_NAME)?,
            product: typed("product", &wish.product, LONGEST_NAME)?,
            version: typed("version", &wish.version, LONGEST_NAME)?,
            released,
            link,
            supplier,
            description: typed("description", &wish.description, LONGEST)?,
            restart: wish.restart,
            findings: old.findings,
            assets: old.assets,
        };
        if after.product.is_empty() || after.version.is_empty() {
            return Err(usage("the update has no product or version", "Say what it brings, and to what."));
        }
        let lookup = Lookup::new(&plant);
        let known: FxHashSet<String> = after.findings.iter().cloned().collect();
        let mut assets = wish.assets.clone();
        for id in findings {
            let at = lookup.findings.get(id.as_str()).copied();
            assets.extend(at.map(|at| plant.evidence.findings[at].asset.to_string()));
            if !known.contains(&id) {
                after.findings.push(id);
            }
        }
        let now = Moment::at(who.at);
        let known: FxHashSet<String> = after.assets.iter().map(|on| on.asset.clone()).collect();
        let mut seen = FxHashSet::default();
        for asset in assets {
            if !lookup.assets.contains_key(asset.as_str()) {
                return Err(Failure::not_found("asset", &asset));
            }
            if !known.contains(&asset) && seen.insert(asset.clone()) {
                let step = Step {
                    at: now,
                    state: PatchState::Available,
                    by: who.actor.clone(),
                    note: String::new(),
                };
                after.assets.push(OnAsset { asset, window: String::new(), steps: vec![step] });
            }
        }
        if after.assets.is_empty() {
            return Err(usage("the update is for no asset", "Name findings that it mends, or assets."));
        }
        let id = if wish.id.is_empty() { Work::next(&plant.work.updates, 'U') } else { wish.id.clone() };
        let Some(record) = replaced(Kind::Update, &id, before, Some(&after))? else {
            return Err(nothing_new());
        };
        let action = if before.is_some() { "update.changed" } else { "update.added" };
        let detail = json!({
            "update": id, "title": title(&after), "released": after.released, "supplier": after.supplier,
            "findings": after.findings, "assets": after.assets.iter().map(|on| &on.asset).collect::<Vec<_>>(),
            "before": before.map(title),
        });
        drop(lookup);
        let change = self.keep_records(environment, action, vec![record], detail)?;
        Ok(view::UpdateChange { update: id, change: view::Change { id: change, changed: 1, unchanged: 0 } })
    }

    /// Says how far an update is on assets. Where it is on the asset (and in force, when it needs a restart), the
    /// findings that it mends are patched as of that day, and the assets' versions follow.
    ///
    /// # Errors
    /// `not_found`, `usage`; nothing is changed then.
    pub fn set_patch_state(&mut self, wish: &view::StateWish) -> Result<view::Change> {
        let who = self.who();
        self.store()?.check_clock(&who)?;
        let environment = wish.environment.as_str();
        let state = patch_state(&wish.state)?;
        let on = wish.on.as_deref().map(day).transpose()?;
        let note = typed("note", &wish.note, LONGEST)?;
        let plant = self.plant(environment)?;
        let update =
            plant.work.updates.get(&wish.update).ok_or_else(|| Failure::not_found("update", &wish.update))?;
        let assets: FxHashSet<&str> = wish.assets.iter().map(String::as_str).collect();
        for asset in &assets {
            if !update.assets.iter().any(|there| there.asset == *asset) {
                return Err(usage(
                    format!("update {} is not for asset {asset:?}", wish.update),
                    "Add the asset to it first.",
                ));
            }
        }
        let meant = |on: &&OnAsset| assets.is_empty() || assets.contains(on.asset.as_str());
        let told: Vec<Told> = update
            .assets
            .iter()
            .filter(meant)
            .map(|on_asset| Told {
                update: wish.update.clone(),
                asset: on_asset.asset.clone(),
                state,
                on: on.map(Moment::end_of),
                note: note.clone(),
            })
            .collect();
        let moved = self.moved(&plant, &told, &mut |_, failure| Err(failure))?;
        if moved.changed == 0 {
            let what = format!("it is {} there already", state.as_str().replace('_', " "));
            return Err(usage(what, "Choose another state, or other assets."));
        }
        let names: Vec<&str> = told.iter().map(|told| told.asset.as_str()).collect();
        let detail = json!({"update": wish.update, "assets": names, "state": state, "on": on, "note": note});
        let (changed, unchanged) = (moved.changed, moved.unchanged);
        let id = self.write_moved(environment, plant, moved, detail, None)?;
        Ok(view::Change { id, changed, unchanged })
    }

    /// What new states change. A fault of one is handed to `on_fault`, which ends it all or lets the others go on.
    fn moved(
        &self,
        plant: &Arc<Plant>,
        told: &[Told],
        on_fault: &mut dyn FnMut(usize, Failure) -> Result<()>,
    ) -> Result<Moved> {
        let who = self.who();
        let today = self.today();
        let tonight = Moment::end_of(today);
        let mut updates: BTreeMap<&str, Update> = BTreeMap::new();
        let mut moved = Moved {
            records: Vec::new(),
            patched: Vec::new(),
            more: Plant::empty(plant.environment.clone(), today),
            was: Before::default(),
            changed: 0,
            unchanged: 0,
        };
        moved.more.evidence.profile = plant.evidence.profile.clone();
        // Findings to patch: by update and day.
        let mut mended: BTreeMap<(&str, Option<Date>), FxHashSet<&str>> = BTreeMap::new();
        let mut places: FxHashMap<(&str, &str), usize> = FxHashMap::default();
        for (id, update) in &plant.work.updates {
            places.extend(
                update.assets.iter().enumerate().map(|(at, on)| ((id.as_str(), on.asset.as_str()), at)),
            );
        }
        for (number, told) in told.iter().enumerate() {
            let (Some(known), Some(place)) = (
                plant.work.updates.get(&told.update),
                places.get(&(told.update.as_str(), told.asset.as_str())).copied(),
            ) else {
                continue;
            };
            let update = updates.entry(told.update.as_str()).or_insert_with(|| known.clone());
            match told.step(update, place, &who, today) {
                Ok(None) => moved.unchanged += 1,
                Ok(Some(at)) => {
                    moved.changed += 1;
                    if told.state.is_installed() && told.state >= update.mends_at() {
                        let past = Some(at.day()).filter(|day| *day < today);
                        mended.entry((told.update.as_str(), past)).or_default().insert(told.asset.as_str());
                    }
                }
                Err(failure) => on_fault(number, failure)?,
            }
        }
        for (id, after) in &updates {
            let before = plant.work.updates.get(*id);
            moved.records.extend(replaced(Kind::Update, id, before, Some(after))?);
        }
        let lookup = Lookup::new(plant);
        for ((id, past), assets) in mended {
            let Some(update) = updates.get(id) else { continue };
            let mut open: Vec<usize> = update
                .findings
                .iter()
                .filter_map(|finding| lookup.findings.get(finding.as_str()).copied())
                .filter(|at| assets.contains(&*plant.evidence.findings[*at].asset))
                .filter(|at| {
                    let stands = standing(&plant.evidence.findings[*at], tonight);
                    stands.is_some_and(|stands| stands.state == State::Open)
                })
                .collect();
            open.sort_unstable();
            open.dedup();
            let since = |on: Option<Date>| {
                Decided::patch(format!("{id} {}", title(update)), update.version.clone(), on)
            };
            // What was opened or decided about after that day is patched as of now.
            let dated = since(past);
            let (then, now): (Vec<usize>, Vec<usize>) =
                open.into_iter().partition(|at| self.moment(plant, &[*at], &dated).is_ok());
            for (decided, indices) in [(dated, then), (since(None), now)] {
                if indices.is_empty() {
                    continue;
                }
                let moment = self.moment(plant, &indices, &decided)?;
                let (more, was) = self.beside(plant, &indices, &decided, moment)?;
                let known: FxHashSet<String> =
                    moved.was.assets.iter().map(|(asset, _)| asset.clone()).collect();
                let new = |asset: &str| !known.contains(asset);
                for (asset, detail) in more.evidence.assets.into_iter().zip(more.assets) {
                    if new(&asset.id) {
                        moved.more.evidence.assets.push(asset);
                        moved.more.assets.push(detail);
                    }
                }
                moved.was.assets.extend(was.assets.into_iter().filter(|(asset, _)| new(asset)));
                moved.was.kept.extend(was.kept);
                moved.patched.push((decided.new_event(moment, &who.actor), indices));
            }
        }
        Ok(moved)
    }

    fn write_moved(
        &mut self,
        environment: &str,
        plant: Arc<Plant>,
        moved: Moved,
        mut detail: serde_json::Value,
        list: Option<&List<'_>>,
    ) -> Result<i64> {
        let who = self.who();
        let before = self.seen_version();
        let Moved { records, patched, more, mut was, .. } = moved;
        was.kept.extend(records);
        let action = "update.state";
        let number = self.store_mut()?.try_change(&who, |change| -> Result<_> {
            if change.version()? != before {
                return Err(overtaken());
            }
            let number = change.begin(action)?;
            detail["change"] = json!(number);
            change.log(action, environment, &detail)?;
            for (new, indices) in &patched {
                let ids: Vec<String> =
                    indices.iter().map(|at| plant.evidence.findings[*at].id.to_string()).collect();
                change.add_event_of(number, "finding.patched", environment, &ids, new)?;
            }
            written_last(change, environment, &mut was)?;
            change.put_plant(&more, &plant, &serde_json::Value::Null, Some(number))?;
            change.keep(number, environment, &was.kept)?;
            let intake = match list {
                None => by_hand(&was)?,
                Some(list) => NewIntake {
                    source: list.source,
                    kind: "patches",
                    file: list.file,
                    sha256: list.sha256,
                    ..by_hand(&was)?
                },
            };
            change.add_intake(number, environment, intake)?;
            Ok(number)
        })?;
        drop(plant);
        let rows = 1 + i64::try_from(patched.len()).unwrap_or(i64::MAX - 1);
        self.remember(environment, before, rows, |plant| {
            for (new, indices) in &patched {
                follow(plant, indices, new, &more);
            }
            put_all(plant, &was.kept);
            Some(patched.iter().flat_map(|(_, indices)| indices).copied().collect())
        })?;
        Ok(number)
    }

    /// Plans an update into a maintenance window, or out of it.
    ///
    /// # Errors
    /// `not_found`, `usage`; nothing is changed then.
    pub fn plan_update(&mut self, wish: &view::PlanWish) -> Result<view::Change> {
        let environment = wish.environment.as_str();
        let plant = self.plant(environment)?;
        let before =
            plant.work.updates.get(&wish.update).ok_or_else(|| Failure::not_found("update", &wish.update))?;
        let today = self.today();
        let window = match wish.window.as_str() {
            "" => None,
            id => Some(plant.work.windows.get(id).ok_or_else(|| Failure::not_found("window", id))?),
        };
        if let Some(window) = window
            && window.ends < today
        {
            return Err(usage(format!("{} is over", window.name), "Choose a window that is yet to come."));
        }
        let named: FxHashSet<&str> = wish.assets.iter().map(String::as_str).collect();
        if let Some(other) = named.iter().find(|id| !before.assets.iter().any(|on| on.asset == **id)) {
            let what = format!("update {} is not for asset {other:?}", wish.update);
            return Err(usage(what, "Add the asset to it first."));
        }
        let lookup = Lookup::new(&plant);
        let now = Moment::end_of(today);
        let mut after = before.clone();
        let (mut changed, mut unchanged) = (0, 0);
        for on in &mut after.assets {
            let done = on.at(now).is_some_and(|step| step.state.is_done());
            let meant = if named.is_empty() { !done } else { named.contains(on.asset.as_str()) };
            if !meant {
                continue;
            }
            if let Some(window) = window.filter(|window| !window.zone.is_empty()) {
                let at = lookup.assets.get(on.asset.as_str()).copied();
                let zone = at.map_or("", |at| &*plant.evidence.assets[at].zone);
                if zone != window.zone {
                    // In another zone nothing stands still then.
                    if named.is_empty() {
                        unchanged += 1;
                        continue;
                    }
                    let zone = lookup.around.zone_name(&window.zone);
                    let what =
                        format!("asset {:?} is not in zone {zone}, which {} is for", on.asset, window.name);
                    return Err(usage(what, "Choose a window of its zone."));
                }
            }
            if on.window == wish.window {
                unchanged += 1;
            } else {
                on.window.clone_from(&wish.window);
                changed += 1;
            }
        }
        drop(lookup);
        let Some(record) = replaced(Kind::Update, &wish.update, Some(before), Some(&after))? else {
            return Err(usage(
                "none of its assets can be planned so",
                "Choose another window, or other assets.",
            ));
        };
        let detail = json!({"update": wish.update, "assets": wish.assets, "window": wish.window});
        let id = self.keep_records(environment, "update.planned", vec![record], detail)?;
        Ok(view::Change { id, changed, unchanged })
    }

    /// Writes a maintenance window down, changes one, or takes one away.
    ///
    /// # Errors
    /// `not_found`, `usage`; nothing is changed then.
    pub fn put_window(&mut self, wish: &view::WindowWish) -> Result<view::UpdateChange> {
        let environment = wish.environment.as_str();
        let plant = self.plant(environment)?;
        let before = match wish.id.as_str() {
            "" => None,
            id => Some(plant.work.windows.get(id).ok_or_else(|| Failure::not_found("window", id))?),
        };
        let id = if wish.id.is_empty() { Work::next(&plant.work.windows, 'W') } else { wish.id.clone() };
        let after = if wish.remove {
            let used = |update: &Update| update.assets.iter().any(|on| on.window == id);
            if let Some((update, _)) = plant.work.updates.iter().find(|(_, update)| used(update)) {
                let what = format!("update {update} is planned in it");
                return Err(usage(what, "Plan it elsewhere first."));
            }
            None
        } else {
            let window = Window {
                name: typed("name", &wish.name, LONGEST_NAME)?,
                starts: day(wish.starts.trim())?,
                ends: day(wish.ends.trim())?,
                zone: wish.zone.clone(),
                description: typed("description", &wish.description, LONGEST)?,
            };
            if window.name.is_empty() {
                return Err(usage("the window has no name", "Give it one."));
            }
            if window.ends < window.starts {
                let what = format!("it ends on {}, before it starts on {}", window.ends, window.starts);
                return Err(usage(what, "Choose a later last day."));
            }
            if !window.zone.is_empty() && !plant.evidence.zones.iter().any(|zone| *zone.id == *window.zone) {
                return Err(Failure::not_found("zone", &window.zone));
            }
            Some(window)
        };
        let Some(record) = replaced(Kind::Window, &id, before, after.as_ref())? else {
            return Err(nothing_new());
        };
        let action = match (before, &after) {
            (None, _) => "window.added",
            (_, None) => "window.removed",
            _ => "window.changed",
        };
        let detail = json!({"window": id, "before": record.before, "after": record.after});
        let change = self.keep_records(environment, action, vec![record], detail)?;
        Ok(view::UpdateChange { update: id, change: view::Change { id: change, changed: 1, unchanged: 0 } })
    }

    /// The updates as CSV, a row for each asset. An integrator fills in state, day and note and sends it back; imported,
    /// it brings the states in.
    ///
    /// # Errors
    /// `not_found`
    pub fn patches_as_csv(&mut self, environment: &str, update: Option<&str>) -> Result<Vec<u8>> {
        let view = self.patches(environment, None)?;
        if let Some(update) = update
            && !view.updates.iter().any(|row| row.id == update)
        {
            return Err(Failure::not_found("update", update));
        }
        let head = [
            "Update",
            "Vendor",
            "Product",
            "New version",
            "Released",
            "Supplier state",
            "Asset",
            "Asset tag",
            "Zone",
            "Version now",
            "Window",
            "Window starts",
            "Window ends",
            "State since",
            "Patch state",
            "Done on",
            "Note",
        ];
        let windows: FxHashMap<&str, &view::WindowRow> =
            view.windows.iter().map(|window| (window.id.as_str(), window)).collect();
        let chosen = view.updates.iter().filter(|row| update.is_none_or(|update| row.id == update));
        let none = String::new();
        let rows = chosen.flat_map(|row| row.assets.iter().map(move |on| (row, on))).map(|(row, on)| {
            let window = windows.get(on.window.as_str());
            [
                row.id.as_str(),
                &row.vendor,
                &row.product,
                &row.version,
                row.released.as_ref().unwrap_or(&none),
                &row.supplier,
                &on.asset,
                &on.tag,
                &on.zone,
                &on.installed,
                window.map_or("", |window| &window.name),
                window.map_or("", |window| &window.starts),
                window.map_or("", |window| &window.ends),
                &on.since,
                &on.state,
                // To be filled in.
                "",
                "",
            ]
        });
        export::csv(head, rows)
    }

    /// Takes in what an integrator filled in: rows that cannot be are refused with why, the others count. Returns the
    /// change, none when nothing changed or it was only tried, and how many states are new and as before.
    ///
    /// # Errors
    /// `not_found`
    pub(crate) fn take_patches(
        &mut self,
        environment: &str,
        sightings: Vec<PatchSighting>,
        refused: &mut Vec<Refused>,
        list: &List<'_>,
        dry_run: bool,
    ) -> Result<(Option<i64>, [u32; 2])> {
        let plant = self.plant(environment)?;
        let mut told: Vec<Told> = Vec::new();
        let mut places: Vec<String> = Vec::new();
        let mut seen: FxHashSet<(String, String)> = FxHashSet::default();
        let tonight = Moment::end_of(self.today());
        let assets: FxHashMap<(&str, &str), &OnAsset> = plant
            .work
            .updates
            .iter()
            .flat_map(|(id, update)| {
                update.assets.iter().map(move |on| ((id.as_str(), on.asset.as_str()), on))
            })
            .collect();
        for row in sightings {
            let mut refuse = |reason: String| refused.push(Refused { at: row.at.clone(), reason });
            if !plant.work.updates.contains_key(&row.update) {
                refuse(format!("there is no update {:?} here", short(&row.update)));
                continue;
            }
            let Some(on) = assets.get(&(row.update.as_str(), row.asset.as_str())) else {
                refuse(format!("update {} is not for asset {:?}", row.update, short(&row.asset)));
                continue;
            };
            let word = row.state.trim().to_lowercase().replace([' ', '-'], "_");
            let Some(state) = PatchState::from_word(&word) else {
                let known: Vec<&str> = PatchState::ALL.iter().map(|state| state.as_str()).collect();
                refuse(format!("{:?} is no patch state; they are {}", short(&row.state), known.join(", ")));
                continue;
            };
            if !seen.insert((row.update.clone(), row.asset.clone())) {
                refuse("this asset of this update stands in an earlier row; keep one".to_owned());
                continue;
            }
            if on.installed(tonight).is_some() && !state.is_installed() {
                refuse("it is installed there by now; say so by hand if it was taken off again".to_owned());
                continue;
            }
            places.push(row.at);
            told.push(Told { update: row.update, asset: row.asset, state, on: row.on, note: row.note });
        }
        drop(assets);
        let moved = self.moved(&plant, &told, &mut |number, failure| {
            refused.push(Refused { at: places[number].clone(), reason: failure.what });
            Ok(())
        })?;
        let counts = [moved.changed, moved.unchanged];
        if dry_run || moved.changed == 0 {
            return Ok((None, counts));
        }
        let rows: Vec<_> = told
            .iter()
            .map(|told| json!([told.update, told.asset, told.state, told.on.map(|at| at.to_string())]))
            .collect();
        let detail = json!({"file": list.file, "sha256": list.sha256, "rows": rows});
        Ok((Some(self.write_moved(environment, plant, moved, detail, Some(list))?), counts))
    }
}

/// A list that brings states.
pub(crate) struct List<'l> {
    pub(crate) source: &'l str,
    pub(crate) file: &'l str,
    pub(crate) sha256: &'l str,
}

/// A state that somebody told.
struct Told {
    update: String,
    asset: String,
    state: PatchState,
    on: Option<Moment>,
    note: String,
}

impl Told {
    /// Adds the state to an update; when it counts from, or none when it stands so already. Nothing is added on an error.
    fn step(&self, update: &mut Update, place: usize, who: &Who, today: Date) -> Result<Option<Moment>> {
        let fault = |what: String, advice: &str| {
            Err(usage(format!("update {}, asset {:?}: {what}", self.update, self.asset), advice))
        };
        let released = update.released;
        let Some(on) = update.assets.get_mut(place) else { return Ok(None) };
        let last = on.steps.iter().max_by_key(|step| step.at);
        let stands = last.map(|step| step.state);
        if stands == Some(self.state) {
            return Ok(None);
        }
        if let Some(barred) = stands.filter(|state| state.is_barred() && self.state.is_installed()) {
            let what = format!("it is {} there", barred.as_str().replace('_', " "));
            return fault(what, "Approve it first, with the reason.");
        }
        let latest = last.map(|step| step.at);
        let now = Moment::at(who.at);
        let at = match self.on {
            Some(at) if at.day() > today => {
                return fault(format!("{} is yet to come", at.day()), "Choose today or an earlier day.");
            }
            Some(at) if at.day() < today => at,
            // Today is now; what was dated with this very day counts at its end.
            _ => latest.map_or(now, |latest| now.max(latest)),
        };
        if released.is_some_and(|released| at.day() < released) {
            return fault(format!("{} is before its release", at.day()), "Choose a later day.");
        }
        if let Some(latest) = latest.filter(|latest| at < *latest) {
            // What was only seen to be available may have been so before.
            match on.steps.as_mut_slice() {
                [first] if first.state == PatchState::Available => first.at = at,
                _ => {
                    let what = format!("its state is known since {}, after {}", latest.day(), at.day());
                    return fault(what, "Choose a later day.");
                }
            }
        }
        on.steps.push(Step { at, state: self.state, by: who.actor.clone(), note: self.note.clone() });
        Ok(Some(at))
    }
}

fn patch_state(word: &str) -> Result<PatchState> {
    PatchState::from_word(word).ok_or_else(|| {
        let known: Vec<&str> = PatchState::ALL.iter().map(|state| state.as_str()).collect();
        usage(format!("{word:?} is no patch state"), format!("States are {}.", known.join(", ")))
    })
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}
