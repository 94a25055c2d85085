//! Zones and conduits.

use app::{Failure, Session, view};
use serde_json::json;

use super::{environment, level};
use crate::{
    Done,
    arguments::{ConduitFields, ConduitVerb, ZoneFields, ZoneVerb},
    output::{Output, facts, table},
};

const LIST: &str = "plumbline-list/1";

fn levels(levels: &[Option<u8>]) -> String {
    levels.iter().map(|l| level(*l)).collect::<Vec<_>>().join(" ")
}

fn targets(levels: &[u8]) -> String {
    levels.iter().map(u8::to_string).collect::<Vec<_>>().join(" ")
}

pub fn zones(mut session: Session, verb: &ZoneVerb, output: &Output) -> app::Result<Done> {
    match verb {
        ZoneVerb::List { scope } => {
            let environment = environment(&session, scope.environment.as_deref())?;
            let view = session.zones(&environment, scope.as_of.as_deref())?;
            output.answer(&json!({"schema": LIST, "zones": view.zones}), || {
                table(
                    ["id", "name", "level", "SL-A", "SL-T", "assets", "open"],
                    view.zones.iter().map(|z| {
                        [
                            z.id.clone(),
                            format!("{}{}", "  ".repeat(z.depth as usize), z.name),
                            level(z.level),
                            levels(&z.achieved),
                            targets(&z.target),
                            z.assets.to_string(),
                            z.open.to_string(),
                        ]
                    }),
                )
            });
            Ok(Done::Well)
        }
        ZoneVerb::Show { id, scope } => {
            let environment = environment(&session, scope.environment.as_deref())?;
            let zone = known(&mut session, &environment, scope.as_of.as_deref(), id)?;
            output.answer(&json!({"schema": "plumbline-zone/1", "zone": zone}), || {
                let mut text = facts(
                    &format!("{} {}", zone.id, zone.name),
                    &[
                        ("lies in", zone.parent.clone().unwrap_or_default()),
                        ("Purdue level", zone.purdue.clone()),
                        ("safety related", if zone.safety { "yes" } else { "no" }.to_owned()),
                        ("set apart", zone.traits.join(", ")),
                        ("about", zone.description.clone()),
                        ("level", level(zone.level)),
                        ("SL-A", format!("{{{}}}", levels(&zone.achieved))),
                        ("SL-T", format!("{{{}}}", targets(&zone.target))),
                        ("assets", zone.assets.to_string()),
                        ("open findings", zone.open.to_string()),
                    ],
                );
                if !zone.targets.is_empty() {
                    text.push_str(&table(
                        ["target set", "by", "SL-T", "why"],
                        zone.targets.iter().map(|step| {
                            [step.at.clone(), step.by.clone(), targets(&step.target), step.reason.clone()]
                        }),
                    ));
                }
                text
            });
            Ok(Done::Well)
        }
        ZoneVerb::Add { fields } => {
            let environment = environment(&session, fields.environment.as_deref())?;
            let wish = view::ZoneWish { environment, target: vec![0; 7], ..view::ZoneWish::default() };
            put_zone(session, &zone_wish(wish, fields), output)
        }
        ZoneVerb::Set { id, fields } => {
            let environment = environment(&session, fields.environment.as_deref())?;
            let zone = known(&mut session, &environment, None, id)?;
            let wish = view::ZoneWish {
                environment,
                id: zone.id,
                name: zone.name,
                parent: zone.parent.unwrap_or_default(),
                purdue: zone.purdue,
                safety: zone.safety,
                description: zone.description,
                traits: zone.traits,
                target: zone.target,
                ..view::ZoneWish::default()
            };
            put_zone(session, &zone_wish(wish, fields), output)
        }
        ZoneVerb::Rm { id, environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let wish =
                view::ZoneWish { environment, id: id.clone(), remove: true, ..view::ZoneWish::default() };
            put_zone(session, &wish, output)
        }
    }
}

fn known(
    session: &mut Session,
    environment: &str,
    as_of: Option<&str>,
    id: &str,
) -> app::Result<view::ZoneRow> {
    let zones = session.zones(environment, as_of)?.zones;
    zones
        .into_iter()
        .find(|zone| zone.id == id)
        .ok_or_else(|| Failure::not_found("zone", id).advice("plumbline zone list"))
}

/// What is named takes the place of what was there.
fn zone_wish(mut wish: view::ZoneWish, fields: &ZoneFields) -> view::ZoneWish {
    for (named, place) in [
        (&fields.name, &mut wish.name),
        (&fields.parent, &mut wish.parent),
        (&fields.purdue, &mut wish.purdue),
        (&fields.description, &mut wish.description),
    ] {
        if let Some(named) = named {
            place.clone_from(named);
        }
    }
    wish.safety = fields.safety.unwrap_or(wish.safety);
    if let Some(traits) = &fields.traits {
        wish.traits =
            traits.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect();
    }
    if let Some(target) = &fields.target {
        wish.target.clone_from(&target.0);
    }
    wish.reason.clone_from(&fields.why);
    wish
}

fn put_zone(mut session: Session, wish: &view::ZoneWish, output: &Output) -> app::Result<Done> {
    let view::ZoneChange { zone, change } = session.put_zone(wish)?;
    output.answer(&json!({"schema": "plumbline-change/1", "change": change, "zone": zone}), || {
        let done = if wish.remove { "is gone" } else { "is written down" };
        format!("Zone {zone} {done}. To take it back: plumbline undo {}\n", change.id)
    });
    Ok(Done::Well)
}

pub fn conduits(mut session: Session, verb: &ConduitVerb, output: &Output) -> app::Result<Done> {
    match verb {
        ConduitVerb::List { scope } => {
            let environment = environment(&session, scope.environment.as_deref())?;
            let view = session.zones(&environment, scope.as_of.as_deref())?;
            output.answer(&json!({"schema": LIST, "conduits": view.conduits}), || {
                table(
                    ["id", "from", "to", "protocols", "protected by", "SL-A", "SL-T"],
                    view.conduits.iter().map(|c| {
                        [
                            c.id.clone(),
                            c.from.clone(),
                            others(c),
                            c.protocols.join(", "),
                            c.protected_by.clone(),
                            levels(&c.achieved),
                            c.target.as_deref().map(targets).unwrap_or_default(),
                        ]
                    }),
                )
            });
            Ok(Done::Well)
        }
        ConduitVerb::Add { fields } => {
            let environment = environment(&session, fields.environment.as_deref())?;
            let wish = view::ConduitWish { environment, ..view::ConduitWish::default() };
            put_conduit(session, &conduit_wish(wish, fields), output)
        }
        ConduitVerb::Set { id, fields } => {
            let environment = environment(&session, fields.environment.as_deref())?;
            let conduits = session.zones(&environment, None)?.conduits;
            let known = conduits.into_iter().find(|conduit| conduit.id == *id);
            let known =
                known.ok_or_else(|| Failure::not_found("conduit", id).advice("plumbline conduit list"))?;
            let wish = view::ConduitWish {
                environment,
                id: known.id,
                name: known.name,
                zones: known.zones.into_iter().map(|zone| zone.id).collect(),
                direction: known.direction,
                target: known.target,
                protocols: known.protocols,
                protected_by: known.protected_by,
                ..view::ConduitWish::default()
            };
            put_conduit(session, &conduit_wish(wish, fields), output)
        }
        ConduitVerb::Rm { id, environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let wish = view::ConduitWish {
                environment,
                id: id.clone(),
                remove: true,
                ..view::ConduitWish::default()
            };
            put_conduit(session, &wish, output)
        }
    }
}

/// The zones at the other end of a conduit, with who opens connections.
fn others(conduit: &view::ConduitRow) -> String {
    let names: Vec<&str> = conduit.zones.iter().skip(1).map(|zone| zone.name.as_str()).collect();
    match conduit.direction.as_str() {
        "both" => names.join(", "),
        direction => format!("{} ({direction})", names.join(", ")),
    }
}

fn conduit_wish(mut wish: view::ConduitWish, fields: &ConduitFields) -> view::ConduitWish {
    for (named, place) in [
        (&fields.name, &mut wish.name),
        (&fields.direction, &mut wish.direction),
        (&fields.protected_by, &mut wish.protected_by),
    ] {
        if let Some(named) = named {
            place.clone_from(named);
        }
    }
    for (place, named) in [&fields.from, &fields.to].into_iter().enumerate() {
        match (named, wish.zones.get_mut(place)) {
            (Some(named), Some(zone)) => zone.clone_from(named),
            (Some(named), None) => wish.zones.push(named.clone()),
            (None, _) => {}
        }
    }
    if !fields.also.is_empty() {
        wish.zones.truncate(2);
        wish.zones.extend(fields.also.iter().cloned());
    }
    if !fields.protocols.is_empty() {
        wish.protocols.clone_from(&fields.protocols);
    }
    if let Some(target) = &fields.target {
        wish.target = Some(target.0.clone());
    }
    if fields.no_target {
        wish.target = None;
    }
    wish.reason.clone_from(&fields.why);
    wish
}

fn put_conduit(mut session: Session, wish: &view::ConduitWish, output: &Output) -> app::Result<Done> {
    let view::ZoneChange { zone: conduit, change } = session.put_conduit(wish)?;
    output.answer(&json!({"schema": "plumbline-change/1", "change": change, "conduit": conduit}), || {
        let done = if wish.remove { "is gone" } else { "is written down" };
        format!("Conduit {conduit} {done}. To take it back: plumbline undo {}\n", change.id)
    });
    Ok(Done::Well)
}
