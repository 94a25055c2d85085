//! Cover, running heads, and the page on which a report is approved.

use super::{
    Block, Cell,
    ColumnKind::*,
    Cover, Fact, Head, HeatWords, Section,
    part::{Part, fact, table},
};
use crate::{
    input::{Input, Kind, Options, PlantInput, Topic},
    notation::{day, long_time},
    words::{Words, name},
};

pub(crate) fn head(input: &Input<'_>, words: Words) -> Head {
    let kind = input.options.kind;
    let own = input.options.title.as_deref().map(name).filter(|title| !title.is_empty());
    let several = |texts: Vec<String>| {
        let mut texts = texts;
        texts.dedup();
        texts.join(" · ")
    };
    let (environment, period) = if kind == Kind::Extract {
        // What leaves the house names neither the environment nor its reporting period.
        let days = input.plants.iter().map(|p| day(words.language, p.when.as_of.day())).collect();
        (operators(input, words), several(days))
    } else {
        let names = input.plants.iter().map(|p| name(&p.plant.environment.name)).collect();
        (several(names), several(input.plants.iter().map(|p| period_of(p, words)).collect()))
    };
    Head {
        title: own.unwrap_or_else(|| words.get(&format!("title.{}", kind.as_str()))),
        environment,
        period,
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

fn period_of(plant: &PlantInput<'_>, words: Words) -> String {
    let (from, to) = (plant.when.period_from, plant.when.as_of.day());
    words.fill("period", &[("from", &day(words.language, from)), ("to", &day(words.language, to))])
}

/// Who runs the plants, each once; never the name of an environment.
fn operators(input: &Input<'_>, words: Words) -> String {
    let named = input.plants.iter().map(|p| name(&p.plant.environment.organisation));
    let mut names: Vec<String> = named.filter(|name| !name.is_empty()).collect();
    names.dedup();
    if names.is_empty() { words.get("extract.unnamed") } else { names.join(" · ") }
}

pub(crate) fn cover(input: &Input<'_>, head: &Head, words: Words) -> Cover {
    let kind = input.options.kind;
    let (facts, subtitle) = if kind == Kind::Extract {
        let facts = vec![
            fact(words, "fact.organisation", head.environment.clone()),
            fact(words, "fact.as_of", head.period.clone()),
        ];
        (facts, head.environment.clone())
    } else {
        (environments(input, words), companies(input))
    };
    let mut notes = vec![words.get(match kind {
        Kind::Iec62443 | Kind::Risk => "cover.note",
        Kind::Executive => "cover.note.executive",
        Kind::Extract => "cover.note.extract",
    })];
    if input.plants.iter().any(|p| p.plant.environment.demo) {
        notes.insert(0, words.get("demo.note"));
    }
    Cover {
        kicker: words.get(&format!("kicker.{}", kind.as_str())),
        title: head.title.clone(),
        subtitle,
        facts: facts.into_iter().chain(of_report(input, head, words)).collect(),
        notes,
    }
}

/// Which environments, their days and their evidence.
fn environments(input: &Input<'_>, words: Words) -> Vec<Fact> {
    let mut facts = Vec::new();
    for plant in &input.plants {
        let environment = &plant.plant.environment;
        facts.push(fact(words, "fact.environment", name(&environment.name)));
        if !environment.organisation.trim().is_empty() && environment.organisation != environment.name {
            facts.push(fact(words, "fact.organisation", name(&environment.organisation)));
        }
        facts.push(fact(words, "fact.as_of", day(words.language, plant.when.as_of.day())));
        facts.push(fact(words, "fact.period", period_of(plant, words)));
        facts.push(Fact { code: true, ..fact(words, "fact.evidence_sha256", name(&plant.evidence_sha256)) });
    }
    facts
}

/// Companies, or environments where no company is recorded.
fn companies(input: &Input<'_>) -> String {
    let of = |plant: &PlantInput<'_>| {
        let environment = &plant.plant.environment;
        let company = name(&environment.organisation);
        if company.is_empty() { name(&environment.name) } else { company }
    };
    let mut companies: Vec<String> = input.plants.iter().map(of).collect();
    companies.dedup();
    companies.join(" · ")
}

/// The report itself: for whom and by whom, its revision and id, what was left out of it.
fn of_report(input: &Input<'_>, head: &Head, words: Words) -> Vec<Fact> {
    let options = &input.options;
    let mut facts = Vec::new();
    for (key, text) in
        [("fact.prepared_for", &options.prepared_for), ("fact.prepared_by", &options.prepared_by)]
    {
        if !text.trim().is_empty() {
            facts.push(fact(words, key, name(text)));
        }
    }
    if !head.classification.is_empty() {
        facts.push(fact(words, "fact.classification", head.classification.clone()));
    }
    let out = left_out(options, words);
    if !out.is_empty() {
        facts.push(fact(words, "fact.left_out", out));
    }
    facts.push(fact(words, "fact.revision", words.get("revision.first")));
    facts.push(Fact { code: true, ..fact(words, "fact.report_id", head.report_id.clone()) });
    facts.push(fact(
        words,
        "fact.made",
        words.fill("time_utc", &[("time", &long_time(words.language, input.made))]),
    ));
    facts.push(fact(words, "fact.program", head.producer.clone()));
    facts
}

/// The parts that the reader left out, by their titles.
fn left_out(options: &Options, words: Words) -> String {
    let all = if options.kind == Kind::Iec62443 { Topic::ALL } else { &[] };
    let out = all.iter().filter(|topic| options.without.contains(topic));
    let titles: Vec<String> = out
        .map(|topic| {
            let word = topic.as_str();
            match word.strip_prefix("annex_") {
                Some(annex) => {
                    words.fill("left_out.annex", &[("title", &words.get(&format!("annex.{annex}")))])
                }
                None if *topic == Topic::Levels => words.get("zones.title"),
                None => words.get(&format!("{word}.title")),
            }
        })
        .collect();
    titles.join("; ")
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
