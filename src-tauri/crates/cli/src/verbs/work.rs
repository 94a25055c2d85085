//! What people keep of their work: rules, views, updates, maintenance windows, evidence.

use app::{Failure, Session, view};
use serde_json::json;

use super::{
    environment,
    findings::{chosen, facets},
};
use crate::{
    Done,
    arguments::{
        EvidenceVerb, Of, PatchVerb, RulesVerb, Subject, TogetherVerb, UpdateFields, ViewVerb, WindowFields,
        WindowVerb,
    },
    output::{Output, count, facts, table},
};

const LIST: &str = "plumbline-list/1";

/// Says what was changed, and how to take it back.
fn changed(output: &Output, change: &view::Change, what: &str) -> Done {
    output.answer(&json!({"schema": "plumbline-change/1", "change": change}), || {
        format!("{what} To take it back: plumbline undo {}\n", change.id)
    });
    Done::Well
}

pub fn together(mut session: Session, verb: &TogetherVerb, output: &Output) -> app::Result<Done> {
    let which = match verb {
        TogetherVerb::Assign { which, .. }
        | TogetherVerb::Note { which, .. }
        | TogetherVerb::Approve { which, .. }
        | TogetherVerb::Decline { which, .. } => which,
    };
    let environment = environment(&session, which.environment.as_deref())?;
    let all = chosen(&environment, which)?;
    let findings = which.ids.clone();
    let (change, done) = match verb {
        TogetherVerb::Assign { to, due, .. } => {
            let (assignee, due) = (to.clone(), due.clone());
            let wish = view::AssignWish { environment, findings, all, assignee, due };
            (session.assign(&wish)?, "given")
        }
        TogetherVerb::Note { note, .. } => {
            let wish = view::NoteWish { environment, findings, all, text: note.clone() };
            (session.note(&wish)?, "noted")
        }
        TogetherVerb::Approve { note, .. } | TogetherVerb::Decline { note, .. } => {
            let approve = matches!(verb, TogetherVerb::Approve { .. });
            let wish = view::ApprovalWish { environment, findings, all, approve, note: note.clone() };
            (session.approve(&wish)?, if approve { "accepted" } else { "declined" })
        }
    };
    let number = count(change.changed as usize, "finding", "findings");
    Ok(changed(output, &change, &format!("{number} {done}, {} as before.", change.unchanged)))
}

pub fn views(mut session: Session, verb: &ViewVerb, output: &Output) -> app::Result<Done> {
    match verb {
        ViewVerb::List { environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let views = session.views(&environment)?;
            output.answer(&json!({"schema": LIST, "views": views}), || {
                let filters = |view: &view::KeptView| {
                    let facets =
                        view.facets.iter().map(|(facet, values)| format!("{facet}={}", values.join("|")));
                    facets
                        .chain((!view.text.is_empty()).then(|| view.text.clone()))
                        .collect::<Vec<_>>()
                        .join(" ")
                };
                table(["name", "filters"], views.iter().map(|view| [view.name.clone(), filters(view)]))
            });
            Ok(Done::Well)
        }
        ViewVerb::Keep { name, which } => {
            let environment = environment(&session, which.environment.as_deref())?;
            let view = view::KeptView {
                name: name.clone(),
                text: which.text.clone().unwrap_or_default(),
                facets: facets(&which.facet)?,
                ..view::KeptView::default()
            };
            let change = session.keep_view(&environment, &view)?;
            Ok(changed(output, &change, &format!("The view {name:?} is kept.")))
        }
        ViewVerb::Rm { name, environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let change = session.remove_view(&environment, name)?;
            Ok(changed(output, &change, &format!("The view {name:?} is gone.")))
        }
    }
}

pub fn rules(mut session: Session, verb: &RulesVerb, output: &Output) -> app::Result<Done> {
    match verb {
        RulesVerb::Show { environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let rules = session.rules(&environment)?;
            output.answer(&json!({"schema": "plumbline-rules/1", "rules": rules}), || {
                let days = |tier: usize| match rules.due_days[tier] {
                    0 => "no due day".to_owned(),
                    days => count(days as usize, "day", "days"),
                };
                let [ot, os, network] = &rules.teams;
                facts(
                    "Rules",
                    &[
                        (
                            "accepted risks",
                            if rules.second_approval {
                                "a second person agrees"
                            } else {
                                "one person decides"
                            }
                            .to_owned(),
                        ),
                        ("tier 1", days(0)),
                        ("tier 2", days(1)),
                        ("tier 3", days(2)),
                        ("tier 4", days(3)),
                        ("OT", ot.clone()),
                        ("OS", os.clone()),
                        ("network", network.clone()),
                    ],
                )
            });
            Ok(Done::Well)
        }
        RulesVerb::Set { second_approval, due, teams, note, environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let mut rules = session.rules(&environment)?;
            rules.second_approval = second_approval.unwrap_or(rules.second_approval);
            rules.due_days = due.unwrap_or(rules.due_days);
            for pair in teams {
                let place = match pair.split_once('=') {
                    Some(("ot", name)) => (0, name),
                    Some(("os", name)) => (1, name),
                    Some(("network", name)) => (2, name),
                    _ => {
                        return Err(Failure::new("usage", format!("{pair:?} names no team of a layer"))
                            .advice("Write it as ot=Automation, os=IT or network=Networks."));
                    }
                };
                rules.teams[place.0] = place.1.to_owned();
            }
            let change = session.set_rules(&view::RulesWish { environment, rules, reason: note.clone() })?;
            Ok(changed(output, &change, "The rules are set."))
        }
    }
}

fn states(states: &std::collections::BTreeMap<String, u32>) -> String {
    states.iter().map(|(state, n)| format!("{n} {}", state.replace('_', " "))).collect::<Vec<_>>().join(", ")
}

pub fn patches(mut session: Session, verb: &PatchVerb, output: &Output) -> app::Result<Done> {
    match verb {
        PatchVerb::List { scope } => {
            let environment = environment(&session, scope.environment.as_deref())?;
            let patches = session.patches(&environment, scope.as_of.as_deref())?;
            output.answer(&json!({"schema": "plumbline-patches/1", "patches": patches}), || {
                let mut text = table(
                    ["id", "vendor", "product", "version", "released", "open findings", "assets", "days"],
                    patches.updates.iter().map(|row| {
                        [
                            row.id.clone(),
                            row.vendor.clone(),
                            row.product.clone(),
                            row.version.clone(),
                            row.released.clone().unwrap_or_default(),
                            row.open.to_string(),
                            states(&row.states),
                            row.age.map(|days| days.to_string()).unwrap_or_default(),
                        ]
                    }),
                );
                if !patches.proposed.is_empty() {
                    text.push_str("\nCould be planned:\n");
                    text.push_str(&table(
                        ["vendor", "product", "findings", "assets", "tier"],
                        patches.proposed.iter().map(|row| {
                            [
                                row.vendor.clone(),
                                row.product.clone(),
                                row.findings.len().to_string(),
                                row.assets.to_string(),
                                row.tier.to_string(),
                            ]
                        }),
                    ));
                }
                text
            });
            Ok(Done::Well)
        }
        PatchVerb::Add { fields } => {
            let environment = environment(&session, fields.environment.as_deref())?;
            let wish = update_wish(view::UpdateWish { environment, ..view::UpdateWish::default() }, fields)?;
            put_update(session, &wish, output)
        }
        PatchVerb::Set { id, fields } => {
            let environment = environment(&session, fields.environment.as_deref())?;
            let known = session.patches(&environment, None)?.updates.into_iter().find(|row| row.id == *id);
            let known =
                known.ok_or_else(|| Failure::not_found("update", id).advice("plumbline patch list"))?;
            let wish = view::UpdateWish {
                environment,
                id: id.clone(),
                vendor: known.vendor,
                product: known.product,
                version: known.version,
                released: known.released,
                link: known.link,
                supplier: known.supplier,
                description: known.description,
                restart: known.restart,
                ..view::UpdateWish::default()
            };
            put_update(session, &update_wish(wish, fields)?, output)
        }
        PatchVerb::State { id, state, assets, on, note, environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let change = session.set_patch_state(&view::StateWish {
                environment,
                update: id.clone(),
                assets: assets.clone(),
                state: state.clone(),
                on: on.clone(),
                note: note.clone(),
            })?;
            let number = count(change.changed as usize, "asset", "assets");
            Ok(changed(output, &change, &format!("{id} is {} on {number}.", state.replace('_', " "))))
        }
        PatchVerb::Plan { id, window, assets, environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let change = session.plan_update(&view::PlanWish {
                environment,
                update: id.clone(),
                assets: assets.clone(),
                window: window.clone(),
            })?;
            let number = count(change.changed as usize, "asset", "assets");
            Ok(changed(
                output,
                &change,
                &format!("{id} is planned on {number}, {} as before.", change.unchanged),
            ))
        }
        PatchVerb::Export { out, update, environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let table = session.patches_as_csv(&environment, update.as_deref())?;
            app::reports::write(out, &table)?;
            output.answer(&json!({"schema": "plumbline-file/1", "file": out}), || {
                format!("The updates are in {}\n", out.display())
            });
            Ok(Done::Well)
        }
    }
}

/// What is named takes the place of what was there.
fn update_wish(mut wish: view::UpdateWish, fields: &UpdateFields) -> app::Result<view::UpdateWish> {
    for (named, place) in [
        (&fields.vendor, &mut wish.vendor),
        (&fields.product, &mut wish.product),
        (&fields.version, &mut wish.version),
        (&fields.link, &mut wish.link),
        (&fields.supplier, &mut wish.supplier),
        (&fields.description, &mut wish.description),
    ] {
        if let Some(named) = named {
            place.clone_from(named);
        }
    }
    if let Some(released) = &fields.released {
        wish.released = Some(released.clone()).filter(|day| !day.is_empty());
    }
    wish.restart |= fields.restart;
    wish.findings.clone_from(&fields.findings);
    wish.assets.clone_from(&fields.assets);
    if !fields.facet.is_empty() {
        let facets = facets(&fields.facet)?;
        wish.all =
            Some(view::Query { environment: wish.environment.clone(), facets, ..view::Query::default() });
    }
    Ok(wish)
}

fn put_update(mut session: Session, wish: &view::UpdateWish, output: &Output) -> app::Result<Done> {
    let view::UpdateChange { update, change } = session.put_update(wish)?;
    output.answer(&json!({"schema": "plumbline-change/1", "change": change, "update": update}), || {
        format!("Update {update} is written down. To take it back: plumbline undo {}\n", change.id)
    });
    Ok(Done::Well)
}

pub fn windows(mut session: Session, verb: &WindowVerb, output: &Output) -> app::Result<Done> {
    match verb {
        WindowVerb::List { scope } => {
            let environment = environment(&session, scope.environment.as_deref())?;
            let windows = session.patches(&environment, scope.as_of.as_deref())?.windows;
            output.answer(&json!({"schema": LIST, "windows": windows}), || {
                table(
                    ["id", "name", "from", "to", "zone", "planned", "done"],
                    windows.iter().map(|row| {
                        [
                            row.id.clone(),
                            row.name.clone(),
                            row.starts.clone(),
                            row.ends.clone(),
                            row.zone_name.clone(),
                            row.planned.to_string(),
                            row.done.to_string(),
                        ]
                    }),
                )
            });
            Ok(Done::Well)
        }
        WindowVerb::Add { fields } => {
            let environment = environment(&session, fields.environment.as_deref())?;
            let wish = view::WindowWish { environment, ..view::WindowWish::default() };
            put_window(session, &window_wish(wish, fields), output)
        }
        WindowVerb::Set { id, fields } => {
            let environment = environment(&session, fields.environment.as_deref())?;
            let known = session.patches(&environment, None)?.windows.into_iter().find(|row| row.id == *id);
            let known =
                known.ok_or_else(|| Failure::not_found("window", id).advice("plumbline window list"))?;
            let wish = view::WindowWish {
                environment,
                id: id.clone(),
                name: known.name,
                starts: known.starts,
                ends: known.ends,
                zone: known.zone,
                description: known.description,
                remove: false,
            };
            put_window(session, &window_wish(wish, fields), output)
        }
        WindowVerb::Rm { id, environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let wish =
                view::WindowWish { environment, id: id.clone(), remove: true, ..view::WindowWish::default() };
            put_window(session, &wish, output)
        }
    }
}

fn window_wish(mut wish: view::WindowWish, fields: &WindowFields) -> view::WindowWish {
    for (named, place) in [
        (&fields.name, &mut wish.name),
        (&fields.starts, &mut wish.starts),
        (&fields.ends, &mut wish.ends),
        (&fields.zone, &mut wish.zone),
        (&fields.description, &mut wish.description),
    ] {
        if let Some(named) = named {
            place.clone_from(named);
        }
    }
    wish
}

fn put_window(mut session: Session, wish: &view::WindowWish, output: &Output) -> app::Result<Done> {
    let view::UpdateChange { update: window, change } = session.put_window(wish)?;
    output.answer(&json!({"schema": "plumbline-change/1", "change": change, "window": window}), || {
        let done = if wish.remove { "is gone" } else { "is written down" };
        format!("Window {window} {done}. To take it back: plumbline undo {}\n", change.id)
    });
    Ok(Done::Well)
}

pub fn evidence(mut session: Session, verb: &EvidenceVerb, output: &Output) -> app::Result<Done> {
    let (EvidenceVerb::List { of }
    | EvidenceVerb::Attach { of, .. }
    | EvidenceVerb::Save { of, .. }
    | EvidenceVerb::Detach { of, .. }) = verb;
    let Of { subject, id, environment: named } = of;
    let environment = environment(&session, named.as_deref())?;
    let kind = match subject {
        Subject::Control => "control",
        Subject::Finding => "finding",
        Subject::Requirement => "requirement",
    };
    match verb {
        EvidenceVerb::List { .. } => {
            let files = session.attachments(&environment, kind, id)?;
            output.answer(&json!({"schema": LIST, "files": files}), || {
                table(
                    ["name", "bytes", "when", "who", "shows", "SHA-256"],
                    files.iter().map(|file| {
                        [
                            file.name.clone(),
                            file.size.to_string(),
                            file.at.clone(),
                            file.by.clone(),
                            file.note.clone(),
                            file.sha256.clone(),
                        ]
                    }),
                )
            });
            Ok(Done::Well)
        }
        EvidenceVerb::Attach { files, note, .. } => {
            let change = session.attach(&environment, kind, id, files, note)?;
            let number = count(change.changed as usize, "file is", "files are");
            Ok(changed(output, &change, &format!("{number} evidence of {kind} {id}.")))
        }
        EvidenceVerb::Save { sha256, out, .. } => {
            let file = session.save_attached(&environment, kind, id, sha256, out)?;
            output.answer(&json!({"schema": "plumbline-file/1", "file": file}), || {
                format!("The file is {}\n", file.display())
            });
            Ok(Done::Well)
        }
        EvidenceVerb::Detach { sha256, .. } => {
            let change = session.detach(&environment, kind, id, sha256)?;
            Ok(changed(output, &change, &format!("The file is evidence of {kind} {id} no more.")))
        }
    }
}
