//! Environments, assets and tickets as lists.

use app::{Failure, Session, view};
use serde_json::json;

use super::environment;
use crate::{
    Done,
    arguments::{AssetVerb, EnvVerb, Scope, TicketVerb},
    output::{Output, facts, table},
};

const LIST: &str = "plumbline-list/1";

pub fn environments(mut session: Session, verb: &EnvVerb, output: &Output) -> app::Result<Done> {
    match verb {
        EnvVerb::List => {
            let list = session.environments()?;
            output.answer(&json!({"schema": LIST, "environments": list}), || {
                if list.is_empty() {
                    return "No environment yet: import a plant, or add one with `plumbline env add NAME`.\n"
                        .to_owned();
                }
                table(
                    ["id", "name", "organisation", "zones", "assets", "findings"],
                    list.iter().map(|e| {
                        [
                            e.id.clone(),
                            e.name.clone(),
                            e.organisation.clone(),
                            e.zones.to_string(),
                            e.assets.to_string(),
                            e.findings.to_string(),
                        ]
                    }),
                )
            });
        }
        EnvVerb::Add { name, organisation, id } => {
            let id = session.add_environment(name, organisation, id.as_deref())?;
            output.answer(&json!({"schema": "plumbline-change/1", "environment": id}), || {
                format!("Environment {id} is there.\n")
            });
        }
        EnvVerb::Rm { id } => {
            session.remove_environment(id)?;
            output.answer(&json!({"schema": "plumbline-change/1", "environment": id}), || {
                format!("Environment {id} is removed with everything in it; the audit log keeps that.\n")
            });
        }
    }
    Ok(Done::Well)
}

pub fn assets(mut session: Session, verb: &AssetVerb, output: &Output) -> app::Result<Done> {
    let scope = match verb {
        AssetVerb::List { scope } | AssetVerb::Show { scope, .. } => scope,
        AssetVerb::Set { id, values, note, environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let values = values.iter().cloned().collect();
            let done = session.correct_asset(&environment, id, &values, note)?;
            output.answer(&json!({"schema": "plumbline-change/1", "change": done}), || {
                format!("{id} is corrected. To take it back: plumbline undo {}\n", done.id)
            });
            return Ok(Done::Well);
        }
    };
    let environment = environment(&session, scope.environment.as_deref())?;
    let query = view::Query { limit: u32::MAX, ..query(&environment, scope) };
    let assets = session.assets(&query)?.rows;
    if let AssetVerb::Show { id, .. } = verb {
        let asset = assets
            .iter()
            .find(|a| a.id == *id)
            .or_else(|| assets.iter().find(|a| a.tag == *id))
            .ok_or_else(|| Failure::not_found("asset", id))?;
        let sources = session.asset_sources(&environment, &asset.id)?;
        let document = json!({"schema": "plumbline-asset/1", "asset": asset, "sources": sources});
        output.answer(&document, || about(asset) + &said(&sources));
    } else {
        output.answer(&json!({"schema": LIST, "assets": assets}), || {
            table(
                ["id", "name", "zone", "vendor", "product", "version", "open"],
                assets.iter().map(|a| {
                    let main = a.identities.first();
                    let part = |pick: fn(&view::IdentityView) -> &String| {
                        main.map_or_else(String::new, |identity| pick(identity).clone())
                    };
                    [
                        a.id.clone(),
                        a.name.clone(),
                        a.zone.clone(),
                        part(|i| &i.vendor),
                        part(|i| &i.product),
                        part(|i| &i.version),
                        a.open.iter().sum::<u32>().to_string(),
                    ]
                }),
            )
        });
    }
    Ok(Done::Well)
}

/// What files say of an asset.
fn said(sources: &[view::AssetSource]) -> String {
    if sources.is_empty() {
        return String::new();
    }
    let rows = sources.iter().map(|source| {
        let values = source.values.iter().map(|(field, value)| format!("{field} {value}"));
        [
            format!("{}, {}", source.file, source.place),
            source.at.get(..10).unwrap_or_default().to_owned(),
            source.by.clone(),
            values.collect::<Vec<_>>().join(", "),
        ]
    });
    format!("\n{}", table(["said by", "imported", "joined by", "what"], rows))
}

fn about(asset: &view::AssetRow) -> String {
    let mut lines = vec![
        ("zone", format!("{} {}", asset.zone, asset.zone_name)),
        ("component type", asset.component_type.replace('_', " ")),
        ("criticality", asset.criticality.clone()),
        ("lifecycle", asset.lifecycle.clone()),
        ("owner", asset.owner.clone()),
        ("serial", asset.serial.clone()),
        ("address", asset.ip.clone()),
        ("MAC", asset.mac.clone()),
        (
            "named no more",
            if asset.gone { "by the newest file of its source: check it" } else { "" }.to_owned(),
        ),
        ("identified", if asset.identified { "yes" } else { "no" }.to_owned()),
    ];
    for identity in &asset.identities {
        let version = if identity.version.is_empty() { "version unknown" } else { &identity.version };
        lines.push((
            match identity.layer.as_str() {
                "os" => "identity (OS)",
                "network" => "identity (network)",
                _ => "identity (OT)",
            },
            format!("{} {}, {version}", identity.vendor, identity.product),
        ));
    }
    let open: Vec<String> = ["critical", "high", "medium", "low", "none", "unscored"]
        .iter()
        .zip(asset.open)
        .filter(|(_, number)| *number > 0)
        .map(|(word, number)| format!("{number} {word}"))
        .collect();
    lines.push(("open findings", if open.is_empty() { "none".to_owned() } else { open.join(", ") }));
    facts(&format!("{} {}", asset.id, asset.name), &lines)
}

pub fn tickets(mut session: Session, verb: &TicketVerb, output: &Output) -> app::Result<Done> {
    match verb {
        TicketVerb::List { environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let tickets = session.tickets(&environment)?;
            output.answer(&json!({"schema": LIST, "tickets": tickets}), || {
                table(
                    ["ticket", "system", "finding", "asset", "state", "who", "due"],
                    tickets.iter().map(|t| {
                        let due = t.due.clone().unwrap_or_default();
                        [
                            t.ticket.clone(),
                            t.system.clone(),
                            t.finding.clone(),
                            t.tag.clone(),
                            t.status.clone(),
                            t.assignee.clone(),
                            if t.overdue { format!("{due} (past)") } else { due },
                        ]
                    }),
                )
            });
        }
        TicketVerb::Export { out, environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let table = session.tickets_as_csv(&environment)?;
            app::reports::write(out, &table)?;
            output.answer(&json!({"schema": "plumbline-file/1", "file": out}), || {
                format!("The tickets are in {}\n", out.display())
            });
        }
    }
    Ok(Done::Well)
}

/// A query for everything in a scope.
pub fn query(environment: &str, scope: &Scope) -> view::Query {
    view::Query {
        environment: environment.to_owned(),
        as_of: scope.as_of.clone(),
        text: String::new(),
        facets: std::collections::BTreeMap::new(),
        sort: String::new(),
        descending: false,
        offset: 0,
        limit: u32::MAX,
    }
}
