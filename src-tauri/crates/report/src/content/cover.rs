//! Cover, running heads, and the page on which a report is approved.

use super::{
    Block, Cell,
    ColumnKind::*,
    Cover, Fact, Head, HeatWords, Section,
    part::{Part, fact, table},
};
use crate::{
    input::Input,
    notation::{day, long_time},
    words::{Words, name},
};

pub(crate) fn head(input: &Input<'_>, words: Words) -> Head {
    let language = words.language;
    let title = input
        .options
        .title
        .as_deref()
        .map(name)
        .filter(|t| !t.is_empty())
        .unwrap_or_else(|| words.get("title"));
    let mut names: Vec<String> = input.plants.iter().map(|p| name(&p.plant.environment.name)).collect();
    names.dedup();
    let mut periods: Vec<String> = input
        .plants
        .iter()
        .map(|p| {
            words.fill(
                "period",
                &[("from", &day(language, p.when.period_from)), ("to", &day(language, p.when.as_of.day()))],
            )
        })
        .collect();
    periods.dedup();
    Head {
        title,
        environment: names.join(" · "),
        period: periods.join(" · "),
        classification: name(&input.options.classification),
        report_id: name(&input.report_id),
        author: name(&input.options.prepared_by),
        producer: format!("Plumbline {}", name(&input.program_version)),
        made: input.made.as_second(),
        ..plain_head(words)
    }
}

/// The words that every document needs, and nothing of its own.
pub(crate) fn plain_head(words: Words) -> Head {
    Head {
        page_of: words.get("page_of"),
        continued: words.get("continued"),
        contents: words.get("contents"),
        heat: HeatWords {
            zone: words.get("col.zone"),
            lowest: words.get("heat.lowest"),
            not_assessable: words.get("not_assessable"),
            gaps: [0, 1, 2, 3].map(|gap| words.get(&format!("heat.gap{gap}"))),
            evidence: words.get("heat.evidence"),
            conformance: words.get("heat.conformance"),
        },
        ..Head::default()
    }
}

pub(crate) fn cover(input: &Input<'_>, head: &Head, words: Words) -> Cover {
    let language = words.language;
    let mut facts = Vec::new();
    for plant in &input.plants {
        let environment = &plant.plant.environment;
        facts.push(fact(words, "fact.environment", name(&environment.name)));
        if !environment.organisation.trim().is_empty() && environment.organisation != environment.name {
            facts.push(fact(words, "fact.organisation", name(&environment.organisation)));
        }
        facts.push(fact(words, "fact.as_of", day(language, plant.when.as_of.day())));
        let period = words.fill(
            "period",
            &[
                ("from", &day(language, plant.when.period_from)),
                ("to", &day(language, plant.when.as_of.day())),
            ],
        );
        facts.push(fact(words, "fact.period", period));
        facts.push(Fact { code: true, ..fact(words, "fact.evidence_sha256", name(&plant.evidence_sha256)) });
    }
    for (key, text) in
        [("fact.prepared_for", &input.options.prepared_for), ("fact.prepared_by", &input.options.prepared_by)]
    {
        if !text.trim().is_empty() {
            facts.push(fact(words, key, name(text)));
        }
    }
    if !head.classification.is_empty() {
        facts.push(fact(words, "fact.classification", head.classification.clone()));
    }
    facts.push(fact(words, "fact.revision", words.get("revision.first")));
    facts.push(Fact { code: true, ..fact(words, "fact.report_id", head.report_id.clone()) });
    facts.push(fact(
        words,
        "fact.made",
        words.fill("time_utc", &[("time", &long_time(language, input.made))]),
    ));
    facts.push(fact(words, "fact.program", head.producer.clone()));
    let mut notes = vec![words.get("cover.note")];
    if input.plants.iter().any(|p| p.plant.environment.demo) {
        notes.insert(0, words.get("demo.note"));
    }
    let mut companies: Vec<String> = input
        .plants
        .iter()
        .map(|p| {
            name(if p.plant.environment.organisation.trim().is_empty() {
                &p.plant.environment.name
            } else {
                &p.plant.environment.organisation
            })
        })
        .collect();
    companies.dedup();
    Cover {
        kicker: words.get("cover.kicker"),
        title: head.title.clone(),
        subtitle: companies.join(" · "),
        facts,
        notes,
    }
}

pub(crate) fn approvals(input: &Input<'_>, head: &Head, words: Words) -> Section {
    let mut part = Part::front(words, "approvals", "approvals.title");
    part.small_heading(words.get("approvals.history"));
    let today = day(words.language, jiff::tz::Offset::UTC.to_datetime(input.made).date());
    let row = vec![
        Cell::text(words.get("revision.first")),
        Cell::text(today),
        Cell::text(head.author.clone()),
        Cell::text(words.get("revision.what")),
    ];
    part.push(table(
        words,
        "revisions",
        &[("revision", Text), ("date", Text), ("prepared_by", Text), ("what_changed", Text)],
        vec![row],
    ));
    part.small_heading(words.get("approvals.sign"));
    part.say("approvals.how");
    let rows = ["prepared", "reviewed", "approved"]
        .map(|step| {
            let name = if step == "prepared" { head.author.clone() } else { String::new() };
            vec![
                Cell::text(words.get(&format!("approvals.{step}"))).strong(),
                Cell::text(name),
                Cell::text(""),
                Cell::text(""),
                Cell::text(""),
            ]
        })
        .into();
    let columns = [("step", Text), ("name", Blank), ("role", Blank), ("date", Text), ("signature", Blank)];
    part.push(table(words, "signatures", &columns, rows));
    part.small_heading(words.get("approvals.hashes"));
    part.say("approvals.recompute");
    let facts = input
        .plants
        .iter()
        .map(|plant| Fact {
            label: name(&plant.plant.environment.name),
            text: name(&plant.evidence_sha256),
            code: true,
        })
        .collect();
    part.push(Block::Facts { facts });
    part.finish()
}
