//! The system under consideration: its description, risk and components.

use app::{Failure, Session, view};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{environment, level};
use crate::{
    Done,
    arguments::Language,
    arguments::risk::{Agreement, ComponentVerb, RiskVerb, SystemVerb},
    output::{Output, count, facts, table},
};

fn vector(levels: &[Option<u8>]) -> String {
    levels.iter().map(|l| level(*l)).collect::<Vec<_>>().join(" ")
}

fn plain_vector(levels: &[u8]) -> String {
    levels.iter().map(u8::to_string).collect::<Vec<_>>().join(" ")
}

fn told(change: &view::Change, what: &str, output: &Output) {
    output.answer(&json!({"schema": "plumbline-change/1", "change": change}), || {
        format!("{what}. To take it back: plumbline undo {}\n", change.id)
    });
}

/// A wish from a JSON file.
fn read<T: DeserializeOwned>(file: &std::path::Path) -> app::Result<T> {
    let place = file.display().to_string();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::new("bad_input", error.to_string()).at(place.clone()))?;
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        Failure::new("bad_input", error.to_string())
            .at(format!("{place}, line {}", error.line()))
            .advice("The --json of show gives the form.")
    })
}

pub fn system(mut session: Session, verb: &SystemVerb, output: &Output) -> app::Result<Done> {
    match verb {
        SystemVerb::Show { of } => {
            let environment = environment(&session, of.environment.as_deref())?;
            let view = session.system(&environment)?;
            output.answer(&json!({"schema": "plumbline-system/1", "system": view}), || {
                let texts: Vec<(&str, String)> =
                    view.texts.iter().map(|(topic, text)| (topic.as_str(), text.clone())).collect();
                let mut text = facts("The system", &texts);
                text.push_str(&table(
                    ["way in", "kind", "name", "other end", "zone", "protected by"],
                    view.external.iter().map(|way| {
                        [
                            way.id.clone(),
                            way.kind.replace('_', " "),
                            way.name.clone(),
                            way.party.clone(),
                            way.zone_name.clone(),
                            way.protected_by.clone(),
                        ]
                    }),
                ));
                text.push('\n');
                text.push_str(&table(
                    ["ZCR", "title", "held", "done", "not for"],
                    view.documented.iter().map(|row| {
                        let done = if row.group || row.held == "not_needed" {
                            String::new()
                        } else {
                            format!("{} of {}", row.done, row.of)
                        };
                        let held = row.held.replace('_', " ");
                        [row.id.clone(), row.title.clone(), held, done, row.lacking.join(", ")]
                    }),
                ));
                text
            });
        }
        SystemVerb::Describe { topic, text, of } => {
            let environment = environment(&session, of.environment.as_deref())?;
            let change = session.put_system_text(&view::SystemTextWish {
                environment,
                topic: topic.clone(),
                text: text.clone(),
            })?;
            told(&change, "Written", output);
        }
        SystemVerb::Characterise { id, texts, of } => {
            let environment = environment(&session, of.environment.as_deref())?;
            let texts = texts
                .iter()
                .map(|text| {
                    let parts = text.split_once('=').map(|(topic, text)| (topic.to_owned(), text.to_owned()));
                    parts.ok_or_else(|| {
                        Failure::new("usage", format!("{text:?} is no topic=text"))
                            .advice("Write it as accountable=\"A. Weber\".")
                    })
                })
                .collect::<app::Result<_>>()?;
            let wish = view::CharacteristicsWish { environment, zone: id.clone(), texts };
            told(&session.put_characteristics(&wish)?, "Written", output);
        }
        SystemVerb::WayIn { id, fields, rm } => {
            let environment = environment(&session, fields.of.environment.as_deref())?;
            let mut wish =
                view::ExternalWish { environment: environment.clone(), remove: *rm, ..Default::default() };
            wish.kind = "connection".to_owned();
            if let Some(id) = id {
                let known = session.system(&environment)?.external.into_iter().find(|way| way.id == *id);
                let known =
                    known.ok_or_else(|| Failure::not_found("way in", id).advice("plumbline system show"))?;
                wish = view::ExternalWish {
                    id: known.id,
                    kind: known.kind,
                    name: known.name,
                    party: known.party,
                    zone: known.zone,
                    protocols: known.protocols,
                    protected_by: known.protected_by,
                    description: known.description,
                    ..wish
                };
            }
            for (named, place) in [
                (&fields.kind, &mut wish.kind),
                (&fields.name, &mut wish.name),
                (&fields.party, &mut wish.party),
                (&fields.zone, &mut wish.zone),
                (&fields.protected_by, &mut wish.protected_by),
                (&fields.description, &mut wish.description),
            ] {
                if let Some(named) = named {
                    place.clone_from(named);
                }
            }
            if !fields.protocols.is_empty() {
                wish.protocols.clone_from(&fields.protocols);
            }
            let view::ZoneChange { zone, change } = session.put_external(&wish)?;
            output.answer(&json!({"schema": "plumbline-change/1", "change": change, "way_in": zone}), || {
                let done = if *rm { "is gone" } else { "is written down" };
                format!("Way in {zone} {done}. To take it back: plumbline undo {}\n", change.id)
            });
        }
        SystemVerb::Matrix { set: None, of, .. } => {
            let environment = environment(&session, of.environment.as_deref())?;
            let matrix = session.system(&environment)?.matrix;
            output.answer(&json!({"schema": "plumbline-matrix/1", "matrix": matrix}), || shown(&matrix));
        }
        SystemVerb::Matrix { set: Some(file), why, of } => {
            let environment = environment(&session, of.environment.as_deref())?;
            let mut value: serde_json::Value = read(file)?;
            // What show tells can be edited and set.
            if let Some(inner) = value.get_mut("matrix") {
                value = inner.take();
            }
            let wish: view::MatrixWish = serde_json::from_value(value).map_err(|error| {
                Failure::new("bad_input", error.to_string())
                    .at(file.display().to_string())
                    .advice("plumbline system matrix --json gives the form.")
            })?;
            let change =
                session.set_matrix(&view::MatrixWish { environment, reason: why.clone(), ..wish })?;
            told(&change, "The matrix is set", output);
        }
        SystemVerb::Approve { agreement } => approve(&mut session, "", agreement, output)?,
        SystemVerb::Draw { out, language, as_of, of } => {
            let environment = environment(&session, of.environment.as_deref())?;
            let language = match language {
                Language::En => app::Language::En,
                Language::De => app::Language::De,
            };
            let svg = session.drawing_svg(&environment, as_of.as_deref(), language)?;
            app::reports::write(out, svg.as_bytes())?;
            output.answer(&json!({"schema": "plumbline-file/1", "file": out}), || {
                format!("The drawing is in {}\n", out.display())
            });
        }
    }
    Ok(Done::Well)
}

fn approve(session: &mut Session, subject: &str, agreement: &Agreement, output: &Output) -> app::Result<()> {
    let environment = environment(session, agreement.of.environment.as_deref())?;
    let change = session.agree(&view::AgreeWish {
        environment,
        subject: subject.to_owned(),
        name: agreement.name.clone(),
        role: agreement.role.clone(),
        note: agreement.note.clone(),
    })?;
    told(&change, "Recorded", output);
    Ok(())
}

/// The matrix with the highest likelihood on top.
fn shown(matrix: &view::MatrixView) -> String {
    let rank = |at: u8| {
        let word = matrix.ranks.get(usize::from(at)).cloned().unwrap_or_default();
        if at > matrix.tolerable { word.to_uppercase() } else { word }
    };
    let wide = |text: &str| format!("{text:<12}");
    let mut text = String::new();
    for (word, row) in matrix.likelihood.iter().zip(&matrix.cells).rev() {
        text.push_str(&wide(word));
        for at in row {
            text.push_str(&wide(&rank(*at)));
        }
        text.push('\n');
    }
    text.push_str(&wide(""));
    for word in &matrix.consequence {
        text.push_str(&wide(word));
    }
    let whose = if matrix.agreed { "The asset owner's matrix" } else { "The matrix to start from" };
    format!(
        "{text}\n\n{whose}; what is not tolerable stands in capitals. As a number the tolerable risk is {}.\n",
        matrix.tolerable_number
    )
}

pub fn risk(mut session: Session, verb: &RiskVerb, output: &Output) -> app::Result<Done> {
    match verb {
        RiskVerb::List { of } => {
            let environment = environment(&session, of.environment.as_deref())?;
            let view = session.system(&environment)?;
            output.answer(&json!({"schema": "plumbline-list/1", "risks": view.risks}), || {
                let rank = |at: Option<u8>| {
                    at.and_then(|at| view.matrix.ranks.get(usize::from(at))).cloned().unwrap_or_default()
                };
                table(
                    [
                        "id",
                        "name",
                        "initial",
                        "scenarios",
                        "unmitigated",
                        "CRRF",
                        "residual",
                        "SL-T",
                        "approved by",
                    ],
                    view.risks.iter().map(|row| {
                        [
                            row.id.clone(),
                            row.name.clone(),
                            rank(row.outcome.initial),
                            row.outcome.scenarios.to_string(),
                            rank(row.outcome.unmitigated),
                            row.outcome.crrf.map(|crrf| format!("{crrf:.2}")).unwrap_or_default(),
                            rank(row.outcome.residual),
                            row.target.as_deref().map(plain_vector).unwrap_or_default(),
                            row.approved.as_ref().map(|approval| approval.name.clone()).unwrap_or_default(),
                        ]
                    }),
                )
            });
        }
        RiskVerb::Show { id, of } => {
            let environment = environment(&session, of.environment.as_deref())?;
            let view = session.risk(&environment, id)?;
            output.answer(&json!({"schema": "plumbline-risk/1", "risk": view}), || {
                let rated = |rated: Option<view::RatedView>| {
                    rated.map_or_else(String::new, |rated| {
                        let word = |words: &[String], at: u8| {
                            words.get(usize::from(at)).cloned().unwrap_or_else(|| at.to_string())
                        };
                        format!(
                            "{} x {}",
                            word(&view.matrix.likelihood, rated.likelihood),
                            word(&view.matrix.consequence, rated.consequence)
                        )
                    })
                };
                let mut text = facts(
                    &format!("{} {}", view.id, view.name),
                    &[
                        ("initial", rated(view.initial)),
                        ("SL-T", view.target.as_deref().map(plain_vector).unwrap_or_default()),
                        ("CRRF points to", view.outcome.aid.as_deref().map(plain_vector).unwrap_or_default()),
                    ],
                );
                text.push_str(&table(
                    ["", "what happens", "unmitigated", "countermeasures", "residual"],
                    view.scenarios.iter().enumerate().map(|(at, scenario)| {
                        [
                            (at + 1).to_string(),
                            scenario.threat.clone(),
                            rated(scenario.unmitigated),
                            scenario.countermeasures.clone(),
                            rated(scenario.residual),
                        ]
                    }),
                ));
                text.push_str("\nTo start from:\n");
                for starter in &view.starters {
                    text.push_str(&format!("  {}\n", starter.threat.en));
                }
                text
            });
        }
        RiskVerb::Set { id, file, dry_run, why, of } => {
            let environment = environment(&session, of.environment.as_deref())?;
            let mut value: serde_json::Value = read(file)?;
            if let Some(inner) = value.get_mut("risk") {
                value = inner.take();
            }
            let wish: view::RiskWish = serde_json::from_value(value).map_err(|error| {
                Failure::new("bad_input", error.to_string())
                    .at(file.display().to_string())
                    .advice("plumbline risk show ID --json gives the form.")
            })?;
            let wish = view::RiskWish { environment, subject: id.clone(), reason: why.clone(), ..wish };
            if *dry_run {
                let outcome = session.try_risk(&wish)?;
                output.answer(&json!({"schema": "plumbline-outcome/1", "outcome": outcome}), || {
                    format!(
                        "CRRF points to {}. Nothing is kept.\n",
                        outcome.aid.as_deref().map_or_else(|| "nothing yet".to_owned(), plain_vector)
                    )
                });
            } else {
                told(&session.put_risk(&wish)?, "The risk assessment is kept", output);
            }
        }
        RiskVerb::Approve { id, agreement } => approve(&mut session, id, agreement, output)?,
    }
    Ok(Done::Well)
}

pub fn components(mut session: Session, verb: &ComponentVerb, output: &Output) -> app::Result<Done> {
    match verb {
        ComponentVerb::List { as_of, of } => {
            let environment = environment(&session, of.environment.as_deref())?;
            let view = session.components(&environment, as_of.as_deref())?;
            output.answer(&json!({"schema": "plumbline-components/1", "components": view}), || {
                let mut text = table(
                    ["zone", "known", "weakest SL-C", "SL-A", "SL-T"],
                    view.zones.iter().map(|zone| {
                        [
                            zone.name.clone(),
                            format!("{} of {}", zone.known, zone.assets),
                            vector(&zone.weakest),
                            vector(&zone.achieved),
                            plain_vector(&zone.target),
                        ]
                    }),
                );
                text.push('\n');
                text.push_str(&table(
                    ["product", "type", "assets", "SL-C", "known by"],
                    view.rows.iter().filter(|row| !row.basis.is_empty()).map(|row| {
                        let expired = if row.expired { ", ran out" } else { "" };
                        [
                            row.product.clone(),
                            row.component_type.replace('_', " "),
                            row.assets.to_string(),
                            vector(&row.sl_c),
                            format!("{} {}{expired}", row.basis.replace('_', " "), row.certificate),
                        ]
                    }),
                ));
                text
            });
        }
        ComponentVerb::Show { asset, of } => {
            let environment = environment(&session, of.environment.as_deref())?;
            let view = session.component(&environment, asset)?;
            output.answer(&json!({"schema": "plumbline-component/1", "component": view}), || {
                let mut text = facts(
                    &format!("{} {}", view.tag, view.product),
                    &[
                        ("type", view.component_type.replace('_', " ")),
                        ("zone", view.zone_name.clone()),
                        ("SL-C", format!("{{{}}}", vector(&view.sl_c))),
                        ("known by", view.basis.replace('_', " ")),
                        ("certificate", format!("{} {}", view.certificate, view.certifier)),
                        ("valid until", view.valid_until.clone().unwrap_or_default()),
                        ("note", view.note.clone()),
                        ("alike", count(view.alike as usize, "other asset", "other assets")),
                    ],
                );
                text.push_str(&table(
                    ["requirement", "title", "SL", "answer", "needed"],
                    view.requirements.iter().map(|row| {
                        [
                            row.id.clone(),
                            row.title.clone(),
                            row.sl.to_string(),
                            row.answer.replace('_', " "),
                            if row.required { "yes" } else { "" }.to_owned(),
                        ]
                    }),
                ));
                text
            });
        }
        ComponentVerb::Set {
            asset,
            declared,
            basis,
            certificate,
            certifier,
            valid_until,
            note,
            answers,
            alike,
            of,
        } => {
            let environment = environment(&session, of.environment.as_deref())?;
            let known = session.component(&environment, asset)?;
            let mut wish = view::ComponentWish {
                environment,
                asset: asset.clone(),
                alike: *alike,
                declared: declared.as_ref().map(|levels| levels.0.clone()).or(known.declared),
                basis: basis.clone().unwrap_or(known.basis),
                certificate: certificate.clone().unwrap_or(known.certificate),
                certifier: certifier.clone().unwrap_or(known.certifier),
                valid_until: valid_until.clone().or(known.valid_until),
                note: note.clone().unwrap_or(known.note),
                answers: known
                    .requirements
                    .into_iter()
                    .filter(|row| !row.answer.is_empty())
                    .map(|row| (row.id, row.answer))
                    .collect(),
            };
            for answer in answers {
                let (id, word) = answer.split_once('=').ok_or_else(|| {
                    Failure::new("usage", format!("{answer:?} is no requirement=answer"))
                        .advice("Write it as \"CR 1.1=met\".")
                })?;
                match word.trim() {
                    "" => drop(wish.answers.remove(id.trim())),
                    word => drop(wish.answers.insert(id.trim().to_owned(), word.to_owned())),
                }
            }
            let change = session.put_component(&wish)?;
            let what = format!("Kept for {}", count(change.changed as usize, "asset", "assets"));
            told(&change, &what, output);
        }
    }
    Ok(Done::Well)
}
