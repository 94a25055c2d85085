//! Requirements of IEC 62443-3-3 by zone.

use app::{Session, view};
use serde_json::json;

use super::environment;
use crate::{
    Done,
    arguments::SrVerb,
    output::{Output, count, table},
};

/// A dot means the environment as a whole.
fn whole(zone: &str) -> &str {
    if zone == "." { "" } else { zone }
}

pub fn requirements(mut session: Session, verb: &SrVerb, output: &Output) -> app::Result<Done> {
    match verb {
        SrVerb::List { zone, all, scope } => {
            let environment = environment(&session, scope.environment.as_deref())?;
            let mut view = session.requirements(&environment, scope.as_of.as_deref(), whole(zone))?;
            view.rows.retain(|row| *all || row.required);
            output.answer(&json!({"schema": "plumbline-requirements/1", "requirements": view}), || {
                let mut text = table(
                    ["requirement", "title", "SL", "answer", "why", "speaks against it"],
                    view.rows.iter().map(|row| {
                        let answer = match (row.control.as_str(), row.holds || row.status == "not_met") {
                            ("", true) => row.status.replace('_', " "),
                            ("", false) if row.status == "not_assessed" => String::new(),
                            (control, holds) => {
                                let fails = if holds { "" } else { ", does not hold" };
                                format!("{} {control}{fails}", row.status.replace('_', " "))
                            }
                        };
                        let against = match row.against {
                            0 => String::new(),
                            n => count(n as usize, "open finding", "open findings"),
                        };
                        [
                            row.id.clone(),
                            row.title.clone(),
                            row.sl.to_string(),
                            answer,
                            row.justification.clone(),
                            against,
                        ]
                    }),
                );
                text.push('\n');
                text.push_str(&table(
                    ["FR", "target", "conformance", "satisfied", "answered", "required"],
                    view.frs.iter().map(|fr| {
                        [
                            fr.fr.to_string(),
                            fr.target.to_string(),
                            super::level(fr.conformance),
                            fr.satisfied.to_string(),
                            fr.answered.to_string(),
                            fr.required.to_string(),
                        ]
                    }),
                ));
                text
            });
        }
        SrVerb::Answer { zone, requirements, answer, why, control, environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let change = session.answer(&view::AnswerWish {
                environment,
                zone: whole(zone).to_owned(),
                requirements: requirements.clone(),
                status: answer.clone(),
                justification: why.clone(),
                control: control.clone(),
            })?;
            output.answer(&json!({"schema": "plumbline-change/1", "change": change}), || {
                let number = count(change.changed as usize, "answer", "answers");
                format!("{number} written. To take it back: plumbline undo {}\n", change.id)
            });
        }
        SrVerb::Inherit { zone, requirements, from, stop, environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let change = session.inherit(&view::InheritWish {
                environment,
                zone: zone.clone(),
                requirements: requirements.clone(),
                from: from.clone(),
                stop: *stop,
            })?;
            output.answer(&json!({"schema": "plumbline-change/1", "change": change}), || {
                let number = count(change.changed as usize, "requirement", "requirements");
                let done = if *stop { "stand for themselves now" } else { "are taken over" };
                format!("{number} {done}. To take it back: plumbline undo {}\n", change.id)
            });
        }
        SrVerb::Copy { from, zone, from_environment, over, dry_run, environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let copied = session.copy_answers(&view::CopyWish {
                from_environment: from_environment.clone().unwrap_or_else(|| environment.clone()),
                environment,
                zone: zone.clone(),
                from_zone: from.clone(),
                over: *over,
                dry_run: *dry_run,
            })?;
            output.answer(&json!({"schema": "plumbline-copied/1", "copied": copied}), || {
                let mut text = table(
                    ["requirement", "answer", "why"],
                    copied.rows.iter().map(|row| {
                        [row.requirement.clone(), row.status.replace('_', " "), row.justification.clone()]
                    }),
                );
                let left_out = copied.left_out.len();
                text.push_str(&match copied.change {
                    Some(id) => {
                        format!("Copied; {left_out} left out. To take it back: plumbline undo {id}\n")
                    }
                    None => format!("Nothing is written yet; {left_out} would be left out.\n"),
                });
                text
            });
        }
        SrVerb::Export { out, zone, all, environment: named } => {
            let environment = environment(&session, named.as_deref())?;
            let is_workbook = out.extension().is_some_and(|kind| kind.eq_ignore_ascii_case("xlsx"));
            let table = if is_workbook {
                session.requirements_as_xlsx(&environment, zone.as_deref(), *all)?
            } else {
                session.requirements_as_csv(&environment, zone.as_deref(), *all)?
            };
            app::reports::write(out, &table)?;
            output.answer(&json!({"schema": "plumbline-file/1", "file": out}), || {
                format!("The requirements are in {}\n", out.display())
            });
        }
    }
    Ok(Done::Well)
}
