//! The environment risk report: every finding that is active or acknowledged, by the layer of the asset that it is on.

use iec62443::{
    finding::{Rating, State},
    moment::days_between,
    plant::Layer,
};

use super::{
    Cell,
    ColumnKind::*,
    Section, Steps, Value, annexes, decisions,
    facts::{Facts, There, urgency},
    findings::{epss, frs, severity_cell, vulnerability},
    named,
    part::{Numbers, Part, table},
    scope,
    summary::heat_map,
};
use crate::{
    Cancelled,
    input::Input,
    notation::{short_day, whole},
    words::{Words, clean, name},
};

/// Words that this report uses.
const TERMS: [&str; 13] = [
    "asset", "control", "cve", "cvss", "epss", "finding", "fr", "kev", "sl_a", "sl_t", "tier", "triage",
    "zone",
];

/// Findings of a layer: places in the evidence, worst first.
#[derive(Default)]
struct Findings {
    /// Open, and nobody has decided about them.
    active: Vec<usize>,
    /// Open with a decision, or found to be none.
    acknowledged: Vec<usize>,
}

/// The findings of an environment by layer, and how many have ended.
struct Sorted {
    layers: [Findings; 3],
    remediated: usize,
    closed: usize,
}

pub(crate) fn sections(
    input: &Input<'_>,
    words: Words,
    steps: &Steps<'_>,
) -> Result<Vec<Section>, Cancelled> {
    let mut numbers = Numbers::default();
    let mut sections = Vec::new();
    for plant in named(input) {
        let facts = Facts::new(plant.input, words, plant.prefix.clone(), There::default());
        steps.done()?;
        let sorted = sort(&facts);
        sections.push(plant.name(overview(&facts, &sorted, &mut numbers)));
        for (layer, findings) in Layer::ALL.iter().zip(&sorted.layers) {
            steps.done()?;
            sections.push(plant.name(of_layer(&facts, *layer, findings, &mut numbers, steps)?));
        }
    }
    sections.push(annexes::glossary(words, &mut numbers, &TERMS));
    sections.push(annexes::notices(input, words, &mut numbers, false));
    Ok(sections)
}

fn sort(facts: &Facts<'_>) -> Sorted {
    let mut sorted = Sorted { layers: Default::default(), remediated: 0, closed: 0 };
    for (index, _, verdict) in facts.findings() {
        let layer = facts.concerned(index).map(|identity| identity.layer).unwrap_or_default();
        let place = Layer::ALL.iter().position(|one| *one == layer).unwrap_or(0);
        let Some(findings) = sorted.layers.get_mut(place) else { continue };
        match (verdict.state, verdict.triaged) {
            (State::Open, false) => findings.active.push(index),
            (State::Open, true) | (State::Excluded, _) => findings.acknowledged.push(index),
            (State::Remediated, _) => sorted.remediated += 1,
            (State::Closed, _) => sorted.closed += 1,
        }
    }
    for findings in &mut sorted.layers {
        for list in [&mut findings.active, &mut findings.acknowledged] {
            list.sort_by_cached_key(|index| {
                facts.finding(*index).map(|(f, v)| (facts.tier(*index, f, v), urgency(f, v), *index))
            });
        }
    }
    sorted
}

/// What is covered, the levels, and the layers beside each other.
fn overview(facts: &Facts<'_>, sorted: &Sorted, numbers: &mut Numbers) -> Section {
    let words = facts.words;
    let n = |number: usize| whole(words.language, number);
    let mut part = Part::section(words, numbers, format!("{}overview", facts.prefix), "layers.overview");
    part.say("layers.text");
    part.paragraph(
        words.fill(
            "layers.not_listed",
            &[("remediated", &n(sorted.remediated)), ("closed", &n(sorted.closed))],
        ),
    );
    scope::system(facts, &mut part);
    scope::knowledge(facts, &mut part);
    part.heading_of("layers.levels");
    if facts.zones().is_empty() {
        part.say("summary.no_zones");
    } else {
        heat_map(facts, usize::MAX, "summary.heat", &mut part);
        part.aside(words.get("summary.as_evidenced"));
    }
    part.heading_of("layers.beside");
    let rows = Layer::ALL.iter().zip(&sorted.layers).map(|(layer, findings)| {
        let of = |pick: fn(Rating) -> bool| {
            let active = findings.active.iter().filter_map(|index| facts.finding(*index));
            Cell::count(active.filter(|(_, verdict)| pick(verdict.rating)).count())
        };
        let exploited = findings.active.iter().chain(&findings.acknowledged);
        let exploited = exploited.filter_map(|index| facts.finding(*index));
        let open = exploited.filter(|(finding, verdict)| finding.kev && verdict.state == State::Open);
        vec![
            Cell::text(words.get(&format!("layer.{}", layer.as_str()))).strong(),
            Cell::count(findings.active.len()),
            of(Rating::is_high),
            of(|rating| !rating.is_high()),
            Cell::count(findings.acknowledged.len()),
            Cell::count(open.count()),
        ]
    });
    let columns = [
        ("layer", Text),
        ("active", Number),
        ("active_high", Number),
        ("active_rest", Number),
        ("acknowledged", Number),
        ("open_exploited", Number),
    ];
    part.push(table(words, "layers", &columns, rows.collect()));
    part.finish()
}

fn of_layer(
    facts: &Facts<'_>,
    layer: Layer,
    findings: &Findings,
    numbers: &mut Numbers,
    steps: &Steps<'_>,
) -> Result<Section, Cancelled> {
    let words = facts.words;
    let word = layer.as_str();
    let mut part =
        Part::section(words, numbers, format!("{}layer-{word}", facts.prefix), &format!("layer.{word}"));
    part.say(&format!("layer.{word}.about"));
    if findings.active.is_empty() && findings.acknowledged.is_empty() {
        let mut part = part.running();
        part.say("layers.none");
        return Ok(part.finish());
    }
    part.push(table(
        words,
        "active_counts",
        &[
            ("severity", Text),
            ("tier1", Number),
            ("tier2", Number),
            ("tier3", Number),
            ("tier4", Number),
            ("active", Number),
            ("acknowledged", Number),
        ],
        counts(facts, findings),
    ));
    part.aside(words.get("layers.tiers"));
    part.heading_of("layers.active");
    part.push(active(facts, &findings.active, steps)?);
    part.heading_of("layers.acknowledged");
    part.push(acknowledged(facts, &findings.acknowledged, steps)?);
    Ok(part.finish())
}

/// Active findings by severity and tier, with the acknowledged ones beside them.
fn counts(facts: &Facts<'_>, findings: &Findings) -> Vec<Vec<Cell>> {
    let words = facts.words;
    let mut tiers = [[0usize; 4]; Rating::ALL.len()];
    let mut acknowledged = [0usize; Rating::ALL.len()];
    let place = |rating: Rating| Rating::ALL.iter().position(|one| *one == rating).unwrap_or(0);
    for index in &findings.active {
        let Some((finding, verdict)) = facts.finding(*index) else { continue };
        let tier = usize::from(facts.tier(*index, finding, verdict).clamp(1, 4));
        tiers[place(verdict.rating)][tier - 1] += 1;
    }
    for (_, verdict) in findings.acknowledged.iter().filter_map(|index| facts.finding(*index)) {
        acknowledged[place(verdict.rating)] += 1;
    }
    let row = |label: Cell, tiers: [usize; 4], acknowledged: usize| -> Vec<Cell> {
        let cells = tiers.into_iter().map(Cell::count);
        let sums = [Cell::count(tiers.iter().sum()).strong(), Cell::count(acknowledged)];
        [label].into_iter().chain(cells).chain(sums).collect()
    };
    let severity = |rating: &Rating| Cell::text(words.get(&format!("severity.{}", rating.as_str())));
    let all = tiers.iter().fold([0; 4], |mut sum, row| {
        sum.iter_mut().zip(row).for_each(|(sum, n)| *sum += n);
        sum
    });
    let rows = Rating::ALL.iter().zip(tiers).zip(acknowledged);
    rows.map(|((rating, tiers), acknowledged)| row(severity(rating), tiers, acknowledged))
        .chain([row(Cell::text(words.get("all")).strong(), all, acknowledged.iter().sum())])
        .collect()
}

fn active(facts: &Facts<'_>, list: &[usize], steps: &Steps<'_>) -> Result<super::Table, Cancelled> {
    let words = facts.words;
    let mut rows = Vec::with_capacity(list.len());
    for (count, index) in list.iter().enumerate() {
        if count % 1000 == 0 {
            steps.still_wanted()?;
        }
        let Some((finding, verdict)) = facts.finding(*index) else { continue };
        let age = days_between(finding.opened.day(), facts.today).max(0);
        rows.push(vec![
            Cell::text(name(&finding.id)),
            vulnerability(finding),
            Cell::text(facts.tag_of_finding(*index)),
            Cell::text(facts.zone_id_of_finding(*index)),
            severity_cell(words, finding.kev, verdict.rating.as_str()),
            Cell::count(usize::from(facts.tier(*index, finding, verdict))),
            epss(words.language, finding.epss),
            frs(verdict),
            Cell::text(short_day(words.language, finding.opened.day())),
            Cell::text(age.to_string()).with(Value::Whole(age)),
        ]);
    }
    let columns = [
        ("finding", Code),
        ("vulnerability", Text),
        ("asset", Text),
        ("zone", Text),
        ("severity", Text),
        ("tier", Number),
        ("epss", Number),
        ("frs", Text),
        ("opened", Text),
        ("age", Number),
    ];
    Ok(table(words, "active_findings", &columns, rows))
}

fn acknowledged(facts: &Facts<'_>, list: &[usize], steps: &Steps<'_>) -> Result<super::Table, Cancelled> {
    let words = facts.words;
    let mut tickets: rustc_hash::FxHashMap<&str, Vec<String>> = rustc_hash::FxHashMap::default();
    let written = |ticket: &&iec62443::plant::Ticket| {
        ticket.created.is_none_or(|at| at <= facts.input.when.as_of) && !ticket.id.trim().is_empty()
    };
    for ticket in facts.plant.tickets.iter().filter(written) {
        tickets.entry(&ticket.finding).or_default().push(clean(&ticket.id));
    }
    let mut rows = Vec::with_capacity(list.len());
    for (count, index) in list.iter().enumerate() {
        if count % 1000 == 0 {
            steps.still_wanted()?;
        }
        let Some((finding, verdict)) = facts.finding(*index) else { continue };
        let mut row = vec![
            Cell::text(name(&finding.id)),
            vulnerability(finding),
            Cell::text(facts.tag_of_finding(*index)).noted(facts.zone_id_of_finding(*index)),
            severity_cell(words, finding.kev, verdict.rating.as_str()),
        ];
        match decisions::weightiest(facts, *index) {
            Some(decision) => {
                let [what, day, by, why] = decisions::cells(words, &decision);
                let until = match decision.note.until {
                    Some(until) if until < facts.today => "layers.until_passed",
                    Some(_) => "layers.until",
                    None => "open_ended",
                };
                let last = decision.note.until.map(|until| short_day(words.language, until));
                let until = words.fill(until, &[("day", &last.unwrap_or_default())]);
                let tickets = tickets.get(&*finding.id).map(|list| list.join(", ")).unwrap_or_default();
                row.extend([what.noted(by.text), day.noted(until), why.noted(tickets)]);
            }
            None => row.extend(std::iter::repeat_n(Cell::text("–"), 3)),
        }
        rows.push(row);
    }
    let columns = [
        ("finding", Code),
        ("vulnerability", Text),
        ("asset_zone", Text),
        ("severity", Text),
        ("decision_by", Text),
        ("date_until", Text),
        ("reason_ticket", Text),
    ];
    Ok(table(words, "acknowledged_findings", &columns, rows))
}
