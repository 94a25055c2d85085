//! One or two pages in plain words for those who decide: how secure, against what target, what holds it back, what to
//! do first, what changed, and what all of that rests on.

use iec62443::{assessment::Limit, moment::days_between};

use super::{
    Block, Cell,
    ColumnKind::*,
    Figure, Section, Steps, Value, comparison,
    facts::{Facts, There},
    named,
    part::{Part, table},
    summary::{Counted, biggest, gap_sum, heat_map, is_below, lever_words},
};
use crate::{
    Cancelled,
    input::Input,
    notation::{day, percent, whole},
    words::Words,
};

/// Zones that the two pages have room for.
const ROWS: usize = 30;
/// Reasons named.
const REASONS: usize = 3;

/// A section for each environment.
pub(crate) fn sections(
    input: &Input<'_>,
    words: Words,
    steps: &Steps<'_>,
) -> Result<Vec<Section>, Cancelled> {
    let mut sections = Vec::new();
    for plant in named(input) {
        let facts = Facts::new(plant.input, words, plant.prefix.clone(), There::default());
        steps.done()?;
        let mut part = Part::front(words, &format!("{}executive", facts.prefix), "executive.title");
        // The first stands below the report's own heading.
        if sections.is_empty() {
            part = part.running();
        }
        one(&facts, &mut part, steps)?;
        sections.push(plant.name(part.finish()));
    }
    Ok(sections)
}

fn one(facts: &Facts<'_>, part: &mut Part, steps: &Steps<'_>) -> Result<(), Cancelled> {
    let words = facts.words;
    part.paragraph(verdict(facts));
    part.push(Block::Figures { figures: figures(facts) });
    part.small_heading(words.get("executive.target"));
    part.say("executive.levels");
    part.aside(words.get("executive.subjects"));
    heat_map(facts, ROWS, "executive.heat", part);
    part.small_heading(words.get("executive.holds"));
    holds(facts, part);
    part.small_heading(words.get("executive.levers"));
    let rows = biggest(facts, steps)?
        .iter()
        .enumerate()
        .map(|(at, lever)| {
            let closed = Cell::text(lever.effect.closed.to_string()).strong();
            vec![
                Cell::count(at + 1),
                Cell::text(lever_words(facts, lever)),
                closed.with(Value::Whole(i64::from(lever.effect.closed))),
            ]
        })
        .collect();
    let mut levers = table(words, "levers", &[("no", Number), ("lever", Text), ("closes", Number)], rows);
    levers.title.clear();
    part.push(levers);
    part.aside(words.get("executive.levers.note"));
    if let Some(change) = comparison::in_short(facts) {
        part.small_heading(words.get("executive.change"));
        part.paragraph(change);
    }
    part.small_heading(words.get("executive.rests"));
    part.push(Block::List { items: rests(facts) });
    let terms = ["zone", "asset", "finding", "control"];
    let term = |term| {
        format!("{}: {}", words.get(&format!("term.{term}")), words.get(&format!("term.{term}.means")))
    };
    part.aside(terms.map(term).join(" "));
    part.aside(["nvd", "kev"].map(|notice| words.get(&format!("notice.{notice}"))).join(" "));
    Ok(())
}

/// How secure the plant is, in a few sentences.
fn verdict(facts: &Facts<'_>) -> String {
    let words = facts.words;
    let zones = facts.zones();
    let n = |number: usize| whole(words.language, number);
    let below = zones.iter().filter(|zone| is_below(zone)).count();
    let unknown = zones.iter().filter(|zone| zone.level.is_none()).count();
    let values = [("day", day(words.language, facts.today)), ("below", n(below)), ("n", n(zones.len()))];
    let values = values.each_ref().map(|(key, text)| (*key, text.as_str()));
    let key = match (zones.len(), below, unknown) {
        (0, ..) => "executive.no_zones",
        (all, _, unknown) if all == unknown => "executive.nothing_known",
        (_, 0, 0) => "executive.all_reached",
        (_, 0, _) => "executive.known_reached",
        _ => "executive.below",
    };
    let mut text = words.fill(key, &values);
    if unknown > 0 && unknown < zones.len() {
        text.push(' ');
        text.push_str(&words.count("executive.unknown", unknown));
    }
    text
}

fn figures(facts: &Facts<'_>) -> Vec<Figure> {
    let words = facts.words;
    let n = |number: usize| whole(words.language, number);
    let zones = facts.zones();
    let reached = zones.iter().filter(|zone| gap_sum(zone) == Some(0)).count();
    let missing: u32 = zones.iter().filter_map(gap_sum).sum();
    let counted = Counted::of(facts);
    let high = n(counted.high);
    [
        ("reached", format!("{} / {}", n(reached), n(zones.len())), ""),
        ("missing", n(missing as usize), ""),
        ("open", n(counted.open), high.as_str()),
        ("attacked", n(counted.exploited), ""),
    ]
    .map(|(key, value, count)| Figure {
        value,
        label: words.get(&format!("executive.figure.{key}")),
        note: words.fill(&format!("executive.figure.{key}.note"), &[("n", count)]),
    })
    .into()
}

/// What limits the levels that fall short, by how many of them it limits.
fn holds(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    let short: Vec<_> = facts
        .zones()
        .iter()
        .flat_map(|zone| &zone.cells)
        .filter(|cell| cell.gap.is_none_or(|gap| gap > 0))
        .collect();
    if short.is_empty() {
        let key =
            if facts.zones().is_empty() { "executive.holds.unknown" } else { "executive.holds.nothing" };
        return part.say(key);
    }
    let limits = [
        Limit::Exposure,
        Limit::Patching,
        Limit::Compensation,
        Limit::Triage,
        Limit::Assurance,
        Limit::Conformance,
        Limit::EvidenceOnlyCap,
        Limit::NotAssessable,
    ];
    let count = |limit: &Limit| short.iter().filter(|cell| cell.limiting.contains(limit)).count();
    let mut counts: Vec<(Limit, usize)> = limits.iter().map(|limit| (*limit, count(limit))).collect();
    counts.retain(|(_, n)| *n > 0);
    counts.sort_by_key(|(limit, n)| (std::cmp::Reverse(*n), *limit));
    part.paragraph(words.count("executive.holds.of", short.len()));
    let item = |(limit, n): &(Limit, usize)| {
        let text = words.get(&format!("executive.limit.{}", limit.as_str()));
        words.count("executive.limit", *n).replace("{text}", &text)
    };
    part.push(Block::List { items: counts.iter().take(REASONS).map(item).collect() });
}

/// What the report rests on, and what it cannot show.
fn rests(facts: &Facts<'_>) -> Vec<String> {
    let words = facts.words;
    let n = |number: usize| whole(words.language, number);
    let monitoring = match facts.input.when.last_update {
        Some(at) => {
            let age = usize::try_from(days_between(at.day(), facts.today)).unwrap_or(0);
            let day = day(words.language, at.day());
            words.fill("scope.feeds", &[("day", &day), ("age", &words.count("days", age))])
        }
        None => words.get("scope.no_feeds.text"),
    };
    let identified = facts.identified();
    let share = words.fill(
        "scope.identified",
        &[
            ("count", &n(identified.count as usize)),
            ("of", &n(identified.of as usize)),
            ("share", &percent(identified)),
        ],
    );
    let zones = facts.zones();
    let examined = zones.iter().filter(|zone| zone.cells.iter().any(|cell| cell.conformance.is_some()));
    let cap = facts.input.assessment.profile.evidence_only_cap.to_string();
    let examined = words.fill(
        "executive.examined",
        &[("count", &n(examined.count())), ("of", &n(zones.len())), ("cap", &cap)],
    );
    vec![monitoring, share, examined, words.get("executive.cannot")]
}
