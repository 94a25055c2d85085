//! A scenario of the plan: what is done in which order, what that lifts, and where it leads.

use iec62443::{
    action::{self, Action, apply},
    assess,
    costs::Cost,
    live::{Index, Live},
    work::ScenarioAction,
};

use super::{
    Cell,
    ColumnKind::*,
    Section,
    annexes::amount,
    facts::Facts,
    levers::Effect,
    part::{Numbers, Part, table},
    recommendations::levels_then,
    summary::lifts,
};
use crate::{
    notation::day,
    words::{clean, name},
};

/// Actions printed; beneath the table stands how many there are besides.
const ROWS: usize = 120;

/// The section; none where no scenario was chosen.
pub(crate) fn section(facts: &Facts<'_>, numbers: &mut Numbers) -> Option<Section> {
    let words = facts.words;
    let (title, scenario) = facts.input.scenario.as_ref()?;
    let mut part = Part::section(words, numbers, format!("{}plan", facts.prefix), "plan.title");
    part.say("plan.text");
    let kept = scenario.at.map(|at| day(words.language, at.day())).unwrap_or_default();
    let by = [("name", clean(title)), ("by", name(&scenario.by)), ("day", kept)];
    part.paragraph(words.fill("plan.kept", &by.each_ref().map(|(key, text)| (*key, text.as_str()))));
    let note = clean(&scenario.note);
    if !note.is_empty() {
        part.paragraph(note);
    }
    if !scenario.verified.is_empty() {
        let controls = words.few(scenario.verified.iter().map(|id| name(id)), 8);
        part.paragraph(words.fill("plan.verified", &[("controls", &controls)]));
    }

    // Each step on top of those before it.
    let mut evidence = facts.plant.evidence_at(facts.input.when);
    apply(&action::verify(&scenario.verified), &mut evidence);
    let index = Index::new(&evidence);
    let mut live = Live::new(&evidence);
    let mut rows = Vec::new();
    for (number, one) in scenario.actions.iter().enumerate() {
        let step = index.step(&one.action);
        let zones = live.touched(&step);
        let before: Vec<_> = zones.iter().map(|zone| live.zone(*zone)).collect();
        live.switch(&step, true);
        let mut effect = Effect::default();
        for (zone, before) in zones.into_iter().zip(before) {
            effect.add(zone, &before, &live.zone(zone));
        }
        if rows.len() < ROWS {
            rows.push(row(facts, number, one, &effect));
        }
    }
    let cost: Cost = scenario.actions.iter().map(|one| one.cost).sum();
    part.paragraph(words.fill(
        "plan.sum",
        &[("actions", &words.count("actions", scenario.actions.len())), ("cost", &amount(words, cost))],
    ));
    let columns = [("no", Number), ("to_do", Text), ("zones", Text), ("cost", Number), ("lifts", Text)];
    part.push(table(words, "plan", &columns, rows));
    let more = scenario.actions.len().saturating_sub(ROWS);
    if more > 0 {
        part.aside(words.count("more", more));
    }
    part.aside(words.get("plan.note"));

    part.heading_of("plan.after");
    // What is promised is scored from the document itself.
    apply(scenario.actions.iter().map(|one| &one.action), &mut evidence);
    let after = assess(&evidence).zones;
    part.push(levels_then(facts, "after_plan", |index| after.get(index)));
    Some(part.finish())
}

fn row(facts: &Facts<'_>, number: usize, one: &ScenarioAction, effect: &Effect) -> Vec<Cell> {
    let words = facts.words;
    let findings = |ids: &[String]| words.count("findings", ids.len());
    let assets = words.count("assets", one.assets as usize);
    let (title, what) = match &one.action {
        Action::Patch(ids) => {
            let product = one.product.as_ref().map(|product| name(&product.described())).unwrap_or_default();
            let touches =
                if one.stops > 0 { words.fill("effort.stop", &[("assets", &assets)]) } else { assets };
            (words.fill("work.update", &[("product", &product)]), format!("{}, {touches}", findings(ids)))
        }
        Action::Control(ids, status) => {
            let key = format!("plan.control.{}", status.as_str());
            (words.get(&key), format!("{}, {assets}", findings(ids)))
        }
        Action::Verify { control, findings: ids } => {
            (words.fill("plan.verify", &[("control", &name(control))]), findings(ids))
        }
        Action::Triage(ids) => (words.get("plan.triage"), findings(ids)),
        Action::Identify(ids) => (words.get("plan.identify"), words.count("assets", ids.len())),
        Action::UpdateMonitoring => (words.get("work.monitoring"), String::new()),
        Action::Assess(_, ids) => {
            let ids = words.few(ids.iter().map(|id| id.replace(' ', "\u{a0}")), 6);
            (words.get("plan.assess"), ids)
        }
    };
    vec![
        Cell::count(number + 1),
        Cell::text(title).strong().noted(what),
        Cell::text(words.few(one.zones.iter().map(|zone| name(zone)), 8)),
        Cell::text(amount(words, one.cost)),
        Cell::text(lifts(facts, effect)),
    ]
}
