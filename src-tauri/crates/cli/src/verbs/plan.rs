//! The plan, and scenarios of it.

use std::path::Path;

use app::{
    Session,
    assess::profile,
    plan::{Draft, Targets, of_evidence as read_drafts, targets},
    plants::read,
    reports::write,
    view,
};
use iec62443::{
    Evidence,
    action::Action,
    level::vector_text,
    plan::{Lift, Plan as Made, Planned},
    profile::Overrides,
};
use serde_json::{Value, json};

use super::{assess::Documents, environment, environments};
use crate::{
    Done,
    arguments::{Plan, ScenarioVerb},
    output::{Output, count, plain, table},
};

fn wishes(wanted: &Plan) -> app::Result<(Option<Overrides>, Targets)> {
    let overrides = wanted.profile.as_deref().map(|file| profile(&read(file)?)).transpose()?;
    let aims = wanted.target.as_deref().map(|file| targets(&read(file)?)).transpose()?;
    Ok((overrides, aims.unwrap_or_default()))
}

pub fn of_evidence(file: &Path, wanted: &Plan, output: &Output) -> app::Result<Done> {
    let (overrides, aims) = wishes(wanted)?;
    let file = read(file)?;
    let (cases, drafts) = read_drafts(&file, overrides.as_ref(), &aims, &wanted.zone)?;
    let drafts: Vec<_> = drafts.into_iter().map(|draft| (file.name.clone(), None, draft)).collect();
    answer(&drafts, cases, wanted, output)
}

pub fn plan(mut session: Session, wanted: &Plan, output: &Output) -> app::Result<Done> {
    let (overrides, aims) = wishes(wanted)?;
    let mut drafts = Vec::new();
    for id in environments(&session, &wanted.environment)? {
        let draft =
            session.plan_draft(&id, wanted.as_of.as_deref(), &aims, &wanted.zone, overrides.as_ref())?;
        drafts.push((id.clone(), Some(id), draft));
    }
    answer(&drafts, false, wanted, output)
}

/// Makes the plans, writes their documents where that is wished, and tells of them.
fn answer(
    drafts: &[(String, Option<String>, Draft<'_>)],
    is_list: bool,
    wanted: &Plan,
    output: &Output,
) -> app::Result<Done> {
    let progress = output.progress();
    let plans = drafts.iter().map(|(_, _, draft)| draft.plan(&progress)).collect::<app::Result<Vec<_>>>()?;
    drop(progress);
    if let Some(file) = &wanted.apply_out {
        let applied = || drafts.iter().zip(&plans).map(|((_, _, draft), plan)| draft.applied(plan));
        let text = match (applied().next(), drafts.len(), is_list) {
            (Some(only), 1, false) => only.to_json(),
            _ => {
                let cases: Vec<Value> = applied().map(|evidence| json!({"evidence": evidence})).collect();
                json!({ "cases": cases }).to_string()
            }
        };
        write(file, text.as_bytes())?;
    }
    let documents = drafts.iter().zip(&plans).map(|((_, environment, draft), plan)| {
        let mut document = plan.document(&draft.evidence);
        if let Some(environment) = environment {
            document["environment"] = json!(environment);
        }
        document
    });
    output.answer(&Documents::new(documents.collect(), is_list), || {
        let told = drafts.iter().zip(&plans);
        let mut text: String =
            told.map(|((name, _, draft), plan)| said(name, &draft.evidence, plan)).collect();
        if let Some(file) = &wanted.apply_out {
            text += &format!(
                "The evidence document with the plan applied is in {}\n",
                plain(&file.display().to_string())
            );
        }
        text
    });
    Ok(Done::Well)
}

/// What is done, in a line.
fn title(planned: &Planned, evidence: &Evidence<'_>) -> String {
    let n = |number: usize, one: &str, many: &str| count(number, one, many);
    let zones: Vec<&str> = planned.zones.iter().map(|zone| &*evidence.zones[*zone].id).collect();
    let zones = plain(&zones.join(", "));
    match &planned.action {
        Action::Patch(_) => {
            let product = planned.product.as_ref().map(|product| product.described()).unwrap_or_default();
            let stops = match planned.stops {
                0 => String::new(),
                stops => format!(", production stops for {stops}"),
            };
            format!("Update {} on {} ({zones}{stops})", plain(&product), n(planned.assets, "asset", "assets"))
        }
        Action::Control(ids, status) => {
            let state = if status.as_str() == "verified" { "and verify " } else { "" };
            format!("Put in place {state}a control for {} in {zones}", n(ids.len(), "finding", "findings"))
        }
        Action::Verify { control, .. } => format!("Show that control {} works", plain(control)),
        Action::Triage(ids) => format!("Triage {} in {zones}", n(ids.len(), "finding", "findings")),
        Action::Identify(ids) => format!("Identify {} in {zones}", n(ids.len(), "asset", "assets")),
        Action::UpdateMonitoring => "Bring feeds or scans up to date".to_owned(),
        Action::Assess(zone, ids) => {
            let requirements = n(ids.len(), "requirement", "requirements");
            format!("Satisfy {requirements} in {}: {}", plain(zone), few(ids))
        }
    }
}

fn few(ids: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown = ids.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if ids.len() > SHOWN { format!("{shown}, …") } else { shown }
}

fn said(name: &str, evidence: &Evidence<'_>, plan: &Made) -> String {
    let level =
        |level: Option<iec62443::SecurityLevel>| level.map_or("–".to_owned(), |level| level.to_string());
    let lifts = |lifts: &[Lift]| {
        let lift = |l: &Lift| {
            format!("{} {} {}→{}", plain(&evidence.zones[l.zone].id), l.fr.code(), level(l.from), level(l.to))
        };
        lifts.iter().map(lift).collect::<Vec<_>>().join(", ")
    };
    let mut text = format!("{} on {}, method {}\n", plain(name), evidence.as_of.day(), iec62443::METHOD);
    if plan.actions.is_empty() {
        text += "Nothing to do: no level can be lifted to its target by the actions that there are.\n";
    } else {
        let rows = plan.actions.iter().enumerate().map(|(number, planned)| {
            let effect = if planned.effects.is_empty() {
                format!("(for {})", lifts(&planned.needed))
            } else {
                lifts(&planned.effects)
            };
            [
                (number + 1).to_string(),
                planned.milestone.to_string(),
                title(planned, evidence),
                planned.cost.to_string(),
                effect,
            ]
        });
        text += &table(["no", "milestone", "what", "cost", "lifts"], rows);
        text += &format!(
            "\nCost {} in all, {}.\n",
            plan.cost(),
            if plan.exact { "the least there is" } else { "the least that was found" }
        );
    }
    let rows = plan.before.iter().zip(&plan.after).map(|(before, after)| {
        [
            plain(&before.id),
            vector_text(before.vector),
            vector_text(after.vector),
            vector_text(after.sl_t.map(Some)),
        ]
    });
    text += &format!("\n{}", table(["zone", "SL-A now", "SL-A then", "SL-T"], rows));
    if !plan.unreachable.is_empty() {
        text.push('\n');
    }
    for cell in &plan.unreachable {
        text += &format!(
            "{} {} stays at {} of {}: {}\n",
            plain(&evidence.zones[cell.zone].id),
            cell.fr.code(),
            level(cell.reachable),
            cell.target,
            cell.said()
        );
    }
    text
}

/// The plan of some zones today, and the ids of the actions meant: all where none are named.
fn meant(
    session: &mut Session,
    environment: String,
    zones: &[String],
    actions: &[String],
    output: &Output,
) -> app::Result<(view::PlanAsk, Vec<String>)> {
    let ask = view::PlanAsk { environment, as_of: None, zones: zones.to_vec(), job: 0 };
    let actions = if actions.is_empty() {
        let plan = session.make_plan(&ask, &output.progress())?;
        plan.actions.into_iter().map(|action| action.id).collect()
    } else {
        actions.to_vec()
    };
    Ok((ask, actions))
}

fn changed(change: &view::Change, text: &str, output: &Output) {
    output.answer(&json!({"schema": "plumbline-change/1", "change": change}), || {
        format!("{text} To take it back: plumbline undo {}\n", change.id)
    });
}

pub fn scenarios(mut session: Session, verb: &ScenarioVerb, output: &Output) -> app::Result<Done> {
    match verb {
        ScenarioVerb::List { environment: named, as_of } => {
            let environment = environment(&session, named.as_deref())?;
            let list = session.scenarios(&environment, as_of.as_deref())?;
            output.answer(&json!({"schema": "plumbline-scenarios/1", "scenarios": list}), || {
                let rows = list.iter().map(|row| {
                    let name = if row.name.is_empty() { "(as things stand)" } else { &row.name };
                    [
                        plain(name),
                        row.cost.clone(),
                        row.gap.to_string(),
                        format!("{} of {}", row.reached, row.rows.len()),
                        row.actions.len().to_string(),
                        plain(&row.note),
                    ]
                });
                table(["scenario", "cost", "gap", "zones at target", "actions", "note"], rows)
            });
        }
        ScenarioVerb::Keep { name, action, verified, note, zone, environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let (ask, actions) = meant(&mut session, environment, zone, action, output)?;
            let tried = view::PlanTry { ask, actions, verified: verified.clone() };
            let wish = view::ScenarioWish { tried, name: name.clone(), note: note.clone() };
            let change = session.keep_scenario(&wish)?;
            changed(&change, &format!("The scenario {} is kept.", plain(name)), output);
        }
        ScenarioVerb::Rm { name, environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let change = session.remove_scenario(&environment, name)?;
            changed(&change, &format!("The scenario {} is taken away.", plain(name)), output);
        }
        ScenarioVerb::CarryOut {
            action,
            tickets,
            updates,
            assignee,
            due,
            version,
            zone,
            environment: named,
        } => {
            let environment = environment(&session, named.as_deref())?;
            let (ask, actions) = meant(&mut session, environment, zone, action, output)?;
            let work = view::PlanWork {
                ask,
                actions,
                tickets: *tickets,
                updates: *updates,
                assignee: assignee.clone(),
                due: due.clone(),
                version: version.clone(),
            };
            let done = session.carry_out_plan(&work)?;
            output.answer(&json!({"schema": "plumbline-change/1", "change": done.change, "tickets": done.tickets, "updates": done.updates}), || {
                format!(
                    "{} and {} are written. To take it back: plumbline undo {}\n",
                    count(done.tickets.len(), "ticket", "tickets"),
                    count(done.updates.len(), "update", "updates"),
                    done.change.id
                )
            });
        }
    }
    Ok(Done::Well)
}
