//! Compensating controls.

use app::{Failure, Session, view};
use serde_json::json;

use super::{environment, findings::chosen};
use crate::{
    Done,
    arguments::{ControlFields, ControlVerb, Which},
    output::{Output, count, table},
};

pub fn controls(mut session: Session, verb: &ControlVerb, output: &Output) -> app::Result<Done> {
    match verb {
        ControlVerb::List { scope } => {
            let environment = environment(&session, scope.environment.as_deref())?;
            let controls = session.controls(&environment, scope.as_of.as_deref())?;
            output.answer(&json!({"schema": "plumbline-list/1", "controls": controls}), || {
                table(
                    ["id", "title", "state", "counts", "open findings", "last day", "soon"],
                    controls.iter().map(|control| {
                        let row = &control.row;
                        [
                            row.id.clone(),
                            row.title.clone(),
                            row.status.clone(),
                            if row.counts { "yes" } else { "no" }.to_owned(),
                            control.open.to_string(),
                            row.expires.clone().unwrap_or_default(),
                            control.due.clone(),
                        ]
                    }),
                )
            });
            Ok(Done::Well)
        }
        ControlVerb::Suggest { sr } => {
            let mut list = app::mitigations::all();
            list.retain(|mitigation| sr.as_ref().is_none_or(|sr| mitigation.srs.contains(sr)));
            output.answer(
                &json!({"schema": "plumbline-list/1", "mitigations": list, "notice": app::mitigations::ATTACK_NOTICE}),
                || {
                    let mut text = table(
                        ["id", "mitigation", "serves", "counters"],
                        list.iter().map(|m| {
                            [m.id.clone(), m.name.clone(), m.srs.join(", "), m.against.len().to_string()]
                        }),
                    );
                    text.push_str(&format!("\n{}\n", app::mitigations::ATTACK_NOTICE));
                    text
                },
            );
            Ok(Done::Well)
        }
        ControlVerb::Add { fields } => {
            let environment = environment(&session, fields.environment.as_deref())?;
            let wish = filled(view::ControlWish { environment, ..view::ControlWish::default() }, fields);
            put(session, &wish, output)
        }
        ControlVerb::Set { id, fields } => {
            let environment = environment(&session, fields.environment.as_deref())?;
            let known =
                session.controls(&environment, None)?.into_iter().find(|control| control.row.id == *id);
            let known = known.ok_or_else(|| {
                Failure::new("not_found", format!("there is no control {id:?}"))
                    .advice("plumbline control list")
            })?;
            let wish = view::ControlWish {
                environment,
                id: id.clone(),
                title: known.row.title,
                description: known.description,
                zone: known.zone,
                owner: known.owner,
                srs: known.srs,
                expires: known.row.expires,
                review: known.review,
                ..view::ControlWish::default()
            };
            put(session, &filled(wish, fields), output)
        }
        ControlVerb::Cover { control, which, note } => cover(session, control, which, note, true, output),
        ControlVerb::Uncover { control, which, note } => cover(session, control, which, note, false, output),
    }
}

/// What is named takes the place of what was there.
fn filled(mut wish: view::ControlWish, fields: &ControlFields) -> view::ControlWish {
    for (named, place) in [
        (&fields.title, &mut wish.title),
        (&fields.description, &mut wish.description),
        (&fields.zone, &mut wish.zone),
        (&fields.owner, &mut wish.owner),
    ] {
        if let Some(named) = named {
            place.clone_from(named);
        }
    }
    for (named, place) in [(&fields.expires, &mut wish.expires), (&fields.review, &mut wish.review)] {
        if let Some(named) = named {
            *place = Some(named.clone()).filter(|day| !day.is_empty());
        }
    }
    if !fields.srs.is_empty() {
        wish.srs.clone_from(&fields.srs);
    }
    wish.status.clone_from(&fields.status);
    wish.reason.clone_from(&fields.note);
    wish
}

fn put(mut session: Session, wish: &view::ControlWish, output: &Output) -> app::Result<Done> {
    let change = session.put_control(wish)?;
    let id = match wish.id.as_str() {
        "" => {
            session.controls(&wish.environment, None)?.pop().map(|control| control.row.id).unwrap_or_default()
        }
        id => id.to_owned(),
    };
    output.answer(&json!({"schema": "plumbline-change/1", "change": change, "control": id}), || {
        format!("Control {id} is written down. To take it back: plumbline undo {}\n", change.id)
    });
    Ok(Done::Well)
}

fn cover(
    mut session: Session,
    control: &str,
    which: &Which,
    note: &str,
    on: bool,
    output: &Output,
) -> app::Result<Done> {
    let environment = environment(&session, which.environment.as_deref())?;
    let all = chosen(&environment, which)?;
    let change = session.cover(&view::CoverWish {
        environment,
        control: control.to_owned(),
        findings: which.ids.clone(),
        all,
        on,
        reason: note.to_owned(),
    })?;
    output.answer(&json!({"schema": "plumbline-change/1", "change": change}), || {
        let covered = if on { "covered by" } else { "covered no more by" };
        let number = count(change.changed as usize, "finding is", "findings are");
        format!("{number} {covered} {control}. To take it back: plumbline undo {}\n", change.id)
    });
    Ok(Done::Well)
}
