//! Risk assessment and what IEC 62443-3-2 wants documented.

use iec62443::{
    Fr,
    risk::{Approval, Matrix, Rated, RiskAssessment},
    system::{self, Held, Topic, ZoneTopic},
};

use super::{
    Cell,
    ColumnKind::*,
    Section, Value,
    facts::Facts,
    part::{Numbers, Part, fact, table},
};
use crate::{
    notation::{day, decimal, vector},
    words::{clean, name},
};

pub(crate) fn section(facts: &Facts<'_>, numbers: &mut Numbers) -> Section {
    let mut part = Part::section(facts.words, numbers, format!("{}risk", facts.prefix), "risk.title");
    part.say("risk.text");
    documented(facts, &mut part);
    description(facts, &mut part);
    matrix(facts, &mut part);
    assessments(facts, &mut part);
    approvals(facts, &mut part);
    part.finish()
}

/// ZCR 1 to 7, each with what of it is there.
fn documented(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    part.heading_of("risk.documented");
    part.say("risk.documented.text");
    let rows = system::documented(facts.plant)
        .iter()
        .map(|row| {
            let title = row.requirement.title.in_language(words.language);
            let held = words.get(&format!("held.{}", row.held.as_str()));
            if row.is_group() {
                return vec![
                    Cell::text(row.requirement.id.clone()).strong(),
                    Cell::text(title).strong(),
                    Cell::text(held).strong(),
                    Cell::default(),
                ];
            }
            let counts =
                if row.held == Held::NotNeeded {
                    Cell::text("–")
                } else {
                    let share = [row.done, row.of].map(|n| u32::try_from(n).unwrap_or(u32::MAX));
                    Cell::text(words.fill(
                        "risk.done_of",
                        &[("done", &row.done.to_string()), ("of", &row.of.to_string())],
                    ))
                    .with(Value::Share(share))
                };
            let lacking: Vec<String> = row.lacking.iter().take(8).map(|one| name(one)).collect();
            let more = row.lacking.len() - lacking.len();
            let mut note = if lacking.is_empty() {
                String::new()
            } else {
                words.fill("risk.lacking", &[("zones", &lacking.join(", "))])
            };
            if more > 0 {
                note = format!("{note} {}", words.count("risk.more", more));
            }
            vec![
                Cell::text(row.requirement.id.clone()),
                Cell::text(title).noted(note),
                Cell::text(held),
                counts,
            ]
        })
        .collect();
    part.push(table(
        words,
        "zcr",
        &[("id", Text), ("requirement", Text), ("held", Text), ("done", Mark)],
        rows,
    ));
}

/// What is written of the system and its zones.
fn description(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    let system = &facts.plant.work.system;
    part.heading_of("risk.description");
    let written: Vec<_> = Topic::ALL
        .iter()
        .filter_map(|topic| Some((topic, system.texts.get(topic)?)))
        .map(|(topic, text)| fact(words, &format!("topic.{}", topic.as_str()), clean(text)))
        .collect();
    if written.is_empty() {
        part.say("risk.no_description");
    } else {
        part.facts(written);
    }
    for subject in system::subjects(facts.plant) {
        let Some(texts) = system.characteristics.get(&subject.id) else { continue };
        part.small_heading(words.fill("risk.characteristics", &[("zone", &name(&subject.name))]));
        part.facts(
            ZoneTopic::ALL
                .iter()
                .filter_map(|topic| Some((topic, texts.get(topic)?)))
                .map(|(topic, text)| fact(words, &format!("zone_topic.{}", topic.as_str()), clean(text)))
                .collect(),
        );
    }
}

/// The matrix that holds: the asset owner's in their words, or the one to start from in the report's.
fn in_words(facts: &Facts<'_>) -> Matrix {
    let system = &facts.plant.work.system;
    let mut matrix = system.matrix();
    if system.matrix.is_none() {
        for word in matrix.likelihood.iter_mut().chain(&mut matrix.consequence).chain(&mut matrix.ranks) {
            *word = facts.words.get(&format!("risk_word.{word}"));
        }
    }
    matrix
}

fn matrix(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    let system = &facts.plant.work.system;
    let matrix = in_words(facts);
    part.heading_of("risk.matrix");
    part.paragraph(words.fill(
        if system.matrix.is_some() { "risk.matrix.agreed" } else { "risk.matrix.proposed" },
        &[
            ("tolerable", &rank(&matrix, Some(matrix.tolerable))),
            ("number", &matrix.tolerable_number().to_string()),
        ],
    ));
    // Likelihoods from the top down, as such matrices are drawn.
    let rows = matrix
        .likelihood
        .iter()
        .zip(&matrix.cells)
        .rev()
        .map(|(word, row)| {
            let mut cells = vec![Cell::text(clean(word)).strong()];
            cells.extend(row.iter().map(|at| {
                let cell = Cell::text(rank(&matrix, Some(*at))).with(Value::Whole((*at).into()));
                if *at > matrix.tolerable { cell.strong() } else { cell }
            }));
            cells
        })
        .collect();
    let mut risk_table = table(words, "matrix", &[("likelihood", Text)], rows);
    for word in &matrix.consequence {
        risk_table.columns.push(super::Column::new(clean(word), Mark));
    }
    part.push(risk_table);
    let meanings: Vec<_> = matrix
        .consequence
        .iter()
        .zip(&matrix.meaning)
        .filter(|(_, text)| !text.trim().is_empty())
        .map(|(word, text)| super::Fact { label: clean(word), text: clean(text), code: false })
        .collect();
    if !meanings.is_empty() {
        part.facts(meanings);
    }
}

/// A rank's word.
fn rank(matrix: &Matrix, at: Option<u8>) -> String {
    at.and_then(|at| matrix.ranks.get(usize::from(at))).map_or_else(|| "–".to_owned(), |word| clean(word))
}

/// Likelihood, consequence and the rank they give.
fn rating(matrix: &Matrix, rated: Option<Rated>) -> Cell {
    let Some(rated) = rated else { return Cell::text("–") };
    let word =
        |words: &[String], at: u8| words.get(usize::from(at)).map(|word| clean(word)).unwrap_or_default();
    let pair = format!(
        "{} × {}",
        word(&matrix.likelihood, rated.likelihood),
        word(&matrix.consequence, rated.consequence)
    );
    let cell = Cell::text(rank(matrix, matrix.rank(rated))).noted(pair);
    if matrix.bears(rated) == Some(false) { cell.strong() } else { cell }
}

fn assessments(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    let system = &facts.plant.work.system;
    let matrix = in_words(facts);
    let none = RiskAssessment::default();
    part.heading_of("risk.assessments");
    part.say("risk.assessments.text");
    let subjects = system::subjects(facts.plant);
    let rows = subjects
        .iter()
        .map(|subject| {
            let risk = system.risks.get(&subject.id).unwrap_or(&none);
            let outcome = risk.outcome(&matrix);
            let ranked = |at: Option<u8>| {
                let cell = Cell::text(rank(&matrix, at));
                if at.is_some_and(|at| at > matrix.tolerable) { cell.strong() } else { cell }
            };
            vec![
                Cell::text(name(&subject.name)).noted(if subject.detail.conduit {
                    words.get("risk.conduit")
                } else {
                    String::new()
                }),
                ranked(outcome.initial),
                Cell::count(risk.scenarios.len()),
                ranked(outcome.unmitigated),
                Cell::text(outcome.crrf.map_or_else(
                    || "–".to_owned(),
                    |(risk, tolerable)| decimal(words.language, f64::from(risk) / f64::from(tolerable), 2),
                )),
                ranked(outcome.residual),
                Cell::text(subject.sl_t.map_or_else(|| "–".to_owned(), |sl_t| vector(sl_t.map(Some)))),
            ]
        })
        .collect();
    let columns = [
        ("zone", Text),
        ("initial", Text),
        ("scenarios", Number),
        ("unmitigated", Text),
        ("crrf", Number),
        ("residual", Text),
        ("sl_t", Code),
    ];
    part.push(table(words, "risks", &columns, rows));
    for subject in &subjects {
        let Some(risk) = system.risks.get(&subject.id).filter(|risk| !risk.is_empty()) else { continue };
        part.small_heading(words.fill("risk.of", &[("zone", &name(&subject.name))]));
        of_subject(facts, &matrix, risk, part);
        match risk.approval(subject.sl_t) {
            Some(approval) => part.aside(agreed(facts, approval)),
            None => part.aside(words.get("risk.not_approved")),
        }
    }
}

fn of_subject(facts: &Facts<'_>, matrix: &Matrix, risk: &RiskAssessment, part: &mut Part) {
    let words = facts.words;
    if !risk.initial_note.trim().is_empty() {
        part.paragraph(clean(&risk.initial_note));
    }
    let labelled = |key: &str, text: &str| {
        let text = clean(text);
        if text.is_empty() { String::new() } else { words.fill(key, &[("text", &text)]) }
    };
    let joined = |parts: Vec<String>| {
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    };
    let rows: Vec<Vec<Cell>> = risk
        .scenarios
        .iter()
        .enumerate()
        .map(|(at, scenario)| {
            let frs: Vec<&str> = scenario.frs.iter().map(|fr| fr.code()).collect();
            let controls: Vec<String> = scenario.controls.iter().map(|id| clean(id)).collect();
            let there = joined(vec![clean(&scenario.countermeasures), controls.join(", ")]);
            vec![
                Cell::count(at + 1),
                Cell::text(clean(&scenario.threat)).noted(joined(vec![
                    labelled("risk.source", &scenario.source),
                    labelled("risk.vulnerability", &scenario.vulnerability),
                    labelled("risk.consequence", &scenario.consequence),
                    labelled("risk.frs", &frs.join(" ")),
                ])),
                rating(matrix, scenario.unmitigated),
                Cell::text(if there.is_empty() { "–".to_owned() } else { there })
                    .noted(labelled("risk.further", &scenario.further)),
                rating(matrix, scenario.residual),
            ]
        })
        .collect();
    if !rows.is_empty() {
        let columns = [
            ("number", Number),
            ("scenario", Text),
            ("unmitigated", Text),
            ("countermeasures", Text),
            ("residual", Text),
        ];
        part.push(table(words, "scenarios", &columns, rows));
    }
    let reasons: Vec<_> = Fr::ALL
        .iter()
        .zip(&risk.reasons)
        .filter(|(_, reason)| !reason.trim().is_empty())
        .map(|(fr, reason)| super::Fact {
            label: words.fill("risk.target_fr", &[("fr", fr.code())]),
            text: clean(reason),
            code: false,
        })
        .collect();
    if !reasons.is_empty() {
        part.facts(reasons);
    }
}

fn agreed(facts: &Facts<'_>, approval: &Approval) -> String {
    let words = facts.words;
    let role = clean(&approval.role);
    let who =
        if role.is_empty() { clean(&approval.name) } else { format!("{} ({role})", clean(&approval.name)) };
    let on = day(words.language, approval.at.day());
    words.fill("risk.approved", &[("who", &who), ("day", &on), ("note", &clean(&approval.note))])
}

fn approvals(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    part.heading_of("risk.approvals");
    let rows = facts
        .plant
        .work
        .system
        .approvals
        .iter()
        .map(|approval| {
            vec![
                Cell::text(day(words.language, approval.at.day())),
                Cell::text(clean(&approval.name)),
                Cell::text(clean(&approval.role)),
                Cell::text(clean(&approval.note)),
                Cell::text(clean(&approval.by)),
            ]
        })
        .collect();
    let columns = [("day", Text), ("name", Text), ("role", Text), ("note", Text), ("recorded_by", Text)];
    part.push(table(words, "approvals_of_system", &columns, rows));
}
