//! The system under consideration (62443-3-2 ZCR 1 and 3): zones and conduits written down, changed and taken away, and
//! targets set with a reason.

use iec62443::{
    Moment, Plant, SecurityLevel,
    evidence::Zone,
    plant::{Conduit, Direction, Trait, ZoneDetail},
    work::{Kind, TargetStep, Work},
};
use serde_json::json;
use store::{
    Who,
    intake::{Before, ConduitWas, ZoneState, ZoneWas},
    work::KeptWas,
};

use crate::{
    Failure, Result, Session,
    controls::{by_hand, typed},
    plants::slug,
    view,
    work::{LONGEST, LONGEST_NAME, nothing_new, overtaken, put_all, replaced, usage},
};

/// Most protocols of a conduit or a way in.
const MOST_PROTOCOLS: usize = 100;

impl Session {
    /// Writes a zone down, changes one, or takes one away. A target that is set or changed needs a reason (62443-3-2
    /// ZCR 4 to 6 ask for one); reasons are kept.
    ///
    /// # Errors
    /// `not_found`, `usage`; nothing is changed then.
    pub fn put_zone(&mut self, wish: &view::ZoneWish) -> Result<view::ZoneChange> {
        let who = self.who();
        self.store()?.check_clock(&who)?;
        let environment = wish.environment.as_str();
        let plant = self.plant(environment)?;
        let place = match wish.id.as_str() {
            "" => None,
            id => Some(
                plant
                    .evidence
                    .zones
                    .iter()
                    .position(|zone| *zone.id == *id)
                    .filter(|at| !plant.zones[*at].conduit)
                    .ok_or_else(|| Failure::not_found("zone", id))?,
            ),
        };
        let state = |at: usize| ZoneState::of(&plant.evidence.zones[at], &plant.zones[at]);
        let before = place.map(state);
        let id =
            place.map_or_else(|| new_id(&plant, &wish.name), |at| plant.evidence.zones[at].id.to_string());
        let reason = typed("reason", &wish.reason, LONGEST)?;
        let after = if wish.remove {
            in_use(&plant, &id)?;
            None
        } else {
            Some(zone_state(&plant, &id, wish)?)
        };
        if before == after {
            return Err(nothing_new());
        }
        let none = [SecurityLevel::ZERO; 7];
        let targets = |state: &Option<ZoneState>| state.as_ref().map_or(none, |state| state.sl_t);
        let mut kept = Vec::new();
        if let Some(state) = &after
            && targets(&before) != state.sl_t
        {
            let was = before.as_ref().map(|state| state.sl_t);
            kept.extend(target_step(&plant, &who, &id, was, state.sl_t, &reason)?);
        }
        let action = match (&before, &after) {
            (None, _) => "zone.added",
            (_, None) => "zone.removed",
            _ => "zone.changed",
        };
        let detail = json!({"zone": id, "before": before, "after": after, "reason": reason});
        let was = Before {
            zone_states: vec![ZoneWas { id: id.clone(), before, after }],
            kept,
            ..Before::default()
        };
        let change = self.write_system(environment, action, was, detail)?;
        Ok(view::ZoneChange { zone: id, change: view::Change { id: change, changed: 1, unchanged: 0 } })
    }

    /// Writes a conduit down, changes one, or takes one away. With a target of its own it is assessed like a zone, and
    /// assets can belong to it.
    ///
    /// # Errors
    /// `not_found`, `usage`; nothing is changed then.
    pub fn put_conduit(&mut self, wish: &view::ConduitWish) -> Result<view::ZoneChange> {
        let who = self.who();
        self.store()?.check_clock(&who)?;
        let environment = wish.environment.as_str();
        let plant = self.plant(environment)?;
        let before = match wish.id.as_str() {
            "" => None,
            id => Some(known_conduit(&plant, id)?.clone()),
        };
        let id = before.as_ref().map_or_else(|| new_conduit_id(&plant), |conduit| conduit.id.clone());
        let after = if wish.remove { None } else { Some(conduit_state(&plant, &id, wish)?) };
        let place = plant.evidence.zones.iter().position(|zone| *zone.id == *id);
        let place = place.filter(|at| plant.zones[*at].conduit);
        let zone_before = place.map(|at| ZoneState::of(&plant.evidence.zones[at], &plant.zones[at]));
        let zone_after = match (&after, &wish.target) {
            (Some(conduit), Some(target)) => Some(ZoneState {
                name: if conduit.name.is_empty() { id.clone() } else { conduit.name.clone() },
                sl_t: vector(target)?,
                detail: ZoneDetail { conduit: true, ..ZoneDetail::default() },
            }),
            _ => None,
        };
        if zone_before.is_some() && zone_after.is_none() {
            in_use(&plant, &id)?;
        }
        if before == after && zone_before == zone_after {
            return Err(nothing_new());
        }
        let reason = typed("reason", &wish.reason, LONGEST)?;
        let targets = |state: &Option<ZoneState>| state.as_ref().map(|state| state.sl_t);
        let mut kept = Vec::new();
        if let Some(sl_t) = targets(&zone_after).filter(|_| targets(&zone_before) != targets(&zone_after)) {
            kept.extend(target_step(&plant, &who, &id, targets(&zone_before), sl_t, &reason)?);
        }
        let action = match (&before, &after) {
            (None, _) => "conduit.added",
            (_, None) => "conduit.removed",
            _ => "conduit.changed",
        };
        let detail = json!({
            "conduit": id, "before": before, "after": after, "reason": reason,
            "target": targets(&zone_after),
        });
        let zone_states = if zone_before == zone_after {
            Vec::new()
        } else {
            vec![ZoneWas { id: id.clone(), before: zone_before, after: zone_after }]
        };
        let was = Before {
            zone_states,
            conduits: vec![ConduitWas { id: id.clone(), before, after }],
            kept,
            ..Before::default()
        };
        let change = self.write_system(environment, action, was, detail)?;
        Ok(view::ZoneChange { zone: id, change: view::Change { id: change, changed: 1, unchanged: 0 } })
    }

    pub(crate) fn write_system(
        &mut self,
        environment: &str,
        action: &str,
        was: Before,
        mut detail: serde_json::Value,
    ) -> Result<i64> {
        let who = self.who();
        let before = self.seen_version();
        let number = self.store_mut()?.try_change(&who, |change| -> Result<_> {
            if change.version()? != before {
                return Err(overtaken());
            }
            let number = change.begin(action)?;
            change.put_system(environment, &was)?;
            change.keep(number, environment, &was.kept)?;
            change.add_intake(number, environment, by_hand(&was)?)?;
            detail["change"] = json!(number);
            change.log(action, environment, &detail)?;
            Ok(number)
        })?;
        self.remember(environment, before, 1, |plant| {
            for zone in &was.zone_states {
                follow_zone(plant, zone);
            }
            for conduit in &was.conduits {
                let at = plant.conduits.iter().position(|known| known.id == conduit.id);
                match (&conduit.after, at) {
                    (Some(after), Some(at)) => plant.conduits[at].clone_from(after),
                    (Some(after), None) => plant.conduits.push(after.clone()),
                    (None, Some(at)) => drop(plant.conduits.remove(at)),
                    (None, None) => {}
                }
            }
            put_all(plant, &was.kept);
            None
        })?;
        Ok(number)
    }
}

fn follow_zone(plant: &mut Plant, was: &ZoneWas) {
    let at = plant.evidence.zones.iter().position(|zone| *zone.id == *was.id);
    match (&was.after, at) {
        (Some(after), at) => {
            let zone = Zone { id: was.id.clone().into(), name: after.name.clone().into(), sl_t: after.sl_t };
            match at {
                Some(at) => {
                    plant.evidence.zones[at] = zone;
                    plant.zones[at].clone_from(&after.detail);
                }
                None => {
                    plant.evidence.zones.push(zone);
                    plant.zones.push(after.detail.clone());
                }
            }
        }
        (None, Some(at)) => {
            plant.evidence.zones.remove(at);
            plant.zones.remove(at);
        }
        (None, None) => {}
    }
}

/// An id made of a zone's name that no other zone has.
fn new_id(plant: &Plant, name: &str) -> String {
    let base = format!("z-{}", slug(name));
    let taken = |id: &str| plant.evidence.zones.iter().any(|zone| *zone.id == *id);
    (1_u32..)
        .map(|n| if n == 1 { base.clone() } else { format!("{base}-{n}") })
        .find(|id| !taken(id))
        .unwrap_or(base)
}

fn zone_state(plant: &Plant, id: &str, wish: &view::ZoneWish) -> Result<ZoneState> {
    let name = typed("name", &wish.name, LONGEST_NAME)?;
    if name.is_empty() {
        return Err(usage("the zone has no name", "Say in a few words what it is."));
    }
    let same = |zone: &Zone<'_>| *zone.id != *id && *zone.name == *name;
    if let Some(other) = plant.evidence.zones.iter().find(|zone| same(zone)) {
        return Err(usage(format!("zone {} has that name", other.id), "Choose another name."));
    }
    let sl_t = vector(&wish.target)?;
    let parent = wish.parent.trim();
    let mut above = Some(parent).filter(|parent| !parent.is_empty());
    // From the zone upwards: it must not be met again.
    for _ in 0..=plant.zones.len() {
        let Some(zone) = above else { break };
        if zone == id {
            return Err(usage("a zone cannot lie in itself", "Choose another zone around it."));
        }
        let at = plant
            .evidence
            .zones
            .iter()
            .position(|known| *known.id == *zone)
            .filter(|at| !plant.zones[*at].conduit)
            .ok_or_else(|| Failure::not_found("zone", zone))?;
        above = plant.zones[at].parent.as_deref().filter(|parent| !parent.is_empty());
    }
    Ok(ZoneState {
        name,
        sl_t,
        detail: ZoneDetail {
            parent: Some(parent.to_owned()).filter(|parent| !parent.is_empty()),
            purdue: typed("Purdue level", &wish.purdue, LONGEST_NAME)?,
            safety: wish.safety,
            description: typed("description", &wish.description, LONGEST)?,
            traits: traits(&wish.traits)?,
            conduit: false,
        },
    })
}

fn traits(words: &[String]) -> Result<Vec<Trait>> {
    let mut traits = Vec::new();
    for word in words {
        let one = Trait::from_word(word).ok_or_else(|| {
            let known: Vec<&str> = Trait::ALL.iter().map(|one| one.as_str()).collect();
            usage(
                format!("{word:?} is nothing that sets a zone apart"),
                format!("Known: {}.", known.join(", ")),
            )
        })?;
        if !traits.contains(&one) {
            traits.push(one);
        }
    }
    traits.sort_unstable();
    Ok(traits)
}

/// Seven levels.
pub(crate) fn vector(levels: &[u8]) -> Result<[SecurityLevel; 7]> {
    let mut sl_t = [SecurityLevel::ZERO; 7];
    if levels.len() != sl_t.len() {
        return Err(usage("a target has seven levels, one for each FR", "Write it as 2 2 2 1 2 2 2."));
    }
    for (place, level) in sl_t.iter_mut().zip(levels) {
        *place = SecurityLevel::new(*level)
            .ok_or_else(|| usage(format!("there is no level {level}"), "Levels are 0 to 4."))?;
    }
    Ok(sl_t)
}

/// A target that is set, behind those before it. 62443-3-2 (ZCR 4 to 6) wants to know why.
pub(crate) fn target_step(
    plant: &Plant,
    who: &Who,
    id: &str,
    was: Option<[SecurityLevel; 7]>,
    sl_t: [SecurityLevel; 7],
    reason: &str,
) -> Result<Option<KeptWas>> {
    if reason.is_empty() {
        return Err(usage(
            "a target is set with a reason",
            "Say why: the risk assessment it comes from, the owner's decision.",
        ));
    }
    let steps = plant.work.targets.get(id);
    let mut now = steps.cloned().unwrap_or_default();
    now.push(TargetStep {
        at: Moment::at(who.at),
        by: who.actor.clone(),
        sl_t,
        was,
        reason: reason.to_owned(),
    });
    replaced(Kind::Target, id, steps, Some(&now))
}

pub(crate) fn known_conduit<'p>(plant: &'p Plant, id: &str) -> Result<&'p Conduit> {
    plant.conduits.iter().find(|conduit| conduit.id == id).ok_or_else(|| Failure::not_found("conduit", id))
}

/// A number that no conduit and no zone has.
fn new_conduit_id(plant: &Plant) -> String {
    let zones = plant.evidence.zones.iter().map(|zone| zone.id.to_string());
    let taken = plant.conduits.iter().map(|conduit| conduit.id.clone()).chain(zones);
    Work::next(&taken.map(|id| (id, ())).collect(), 'C')
}

/// A conduit with a target stands among the zones under its own id: no zone may have that id (imported tables can bring
/// one).
pub(crate) fn id_is_its_own(plant: &Plant, conduit: &str) -> Result<()> {
    let mut zones = plant.evidence.zones.iter().zip(&plant.zones);
    if zones.any(|(zone, detail)| *zone.id == *conduit && !detail.conduit) {
        return Err(usage(
            format!("a zone has the id {conduit} too"),
            "Write the conduit down anew; it gets an id of its own.",
        ));
    }
    Ok(())
}

/// Names of protocols, each once.
pub(crate) fn protocols(told: &[String]) -> Result<Vec<String>> {
    let mut protocols = Vec::new();
    for protocol in told {
        let protocol = typed("protocol", protocol, LONGEST_NAME)?;
        if !protocol.is_empty() && !protocols.contains(&protocol) {
            protocols.push(protocol);
        }
    }
    if protocols.len() > MOST_PROTOCOLS {
        return Err(usage(format!("more than {MOST_PROTOCOLS} protocols"), "Sum some of them up."));
    }
    Ok(protocols)
}

fn conduit_state(plant: &Plant, id: &str, wish: &view::ConduitWish) -> Result<Conduit> {
    let mut zones: Vec<String> = Vec::new();
    for zone in &wish.zones {
        let place = plant.evidence.zones.iter().position(|known| *known.id == **zone);
        if place.is_none_or(|at| plant.zones[at].conduit) {
            return Err(Failure::not_found("zone", zone));
        }
        if !zones.contains(zone) {
            zones.push(zone.clone());
        }
    }
    if zones.len() < 2 {
        return Err(usage("a conduit joins two zones or more", "Choose another zone beside the first."));
    }
    if wish.target.is_some() {
        id_is_its_own(plant, id)?;
    }
    let direction = match wish.direction.as_str() {
        "" => Direction::Both,
        word => Direction::from_word(word)
            .ok_or_else(|| usage(format!("{word:?} is no direction"), "Say both, outward or inward."))?,
    };
    Ok(Conduit {
        id: id.to_owned(),
        name: typed("name", &wish.name, LONGEST_NAME)?,
        zones,
        direction,
        protocols: protocols(&wish.protocols)?,
        protected_by: typed("protection", &wish.protected_by, LONGEST)?,
    })
}

/// What stands in a zone keeps it from being taken away.
fn in_use(plant: &Plant, id: &str) -> Result<()> {
    let used = |what: &str, n: usize, advice: &str| {
        if n == 0 { Ok(()) } else { Err(usage(format!("{n} {what} in this zone"), advice.to_owned())) }
    };
    let evidence = &plant.evidence;
    used(
        "assets stand",
        evidence.assets.iter().filter(|asset| *asset.zone == *id).count(),
        "Move them to other zones first.",
    )?;
    used(
        "zones lie",
        plant.zones.iter().filter(|zone| zone.parent.as_deref() == Some(id)).count(),
        "Move them out first.",
    )?;
    used(
        "conduits end",
        plant.conduits.iter().filter(|conduit| conduit.zones.iter().any(|zone| zone == id)).count(),
        "Take them away first.",
    )?;
    used(
        "answers to requirements are",
        evidence.sr_assessments.iter().filter(|answer| *answer.zone == *id).count(),
        "They are evidence; the zone stays.",
    )
}
