//! The management summary: one page.

use iec62443::{action::Action, assessment::ZoneAssessment, evidence::ControlStatus, finding::State};

use super::{
    Block, Cell,
    ColumnKind::*,
    Figure, HeatCell, HeatMap, HeatRow, Section, Steps, Value,
    facts::Facts,
    levers::{Effect, Lever},
    part::{Numbers, Part, table},
};
use crate::{
    Cancelled,
    notation::{percent, vector, whole},
    words::{Words, name},
};

/// Zones a heat map on the summary page can hold; further ones are told in the zones' section.
const ROWS: usize = 18;
/// Zones below target listed on the summary page.
const BELOW: usize = 5;

/// Sum of a zone's gaps; none when it cannot be assessed.
pub(crate) fn gap_sum(zone: &ZoneAssessment) -> Option<u32> {
    zone.cells.iter().map(|cell| cell.gap.map(u32::from)).sum()
}

/// Whether a zone is known to fall short of its target.
fn is_below(zone: &ZoneAssessment) -> bool {
    gap_sum(zone).is_some_and(|sum| sum > 0)
}

/// A sum of gaps as a cell.
pub(crate) fn gap_cell(zone: &ZoneAssessment) -> Cell {
    match gap_sum(zone) {
        Some(sum) => Cell::text(sum.to_string()).with(Value::Whole(i64::from(sum))),
        None => Cell::text("–"),
    }
}

/// A zone's row of a heat map; `link` says where it is told in full.
pub(crate) fn heat_row(zone: &ZoneAssessment, link: String) -> HeatRow {
    let mut cells = [HeatCell::default(); 7];
    for ((out, cell), target) in cells.iter_mut().zip(&zone.cells).zip(&zone.sl_t) {
        *out = HeatCell {
            achieved: cell.achieved.map(|l| l.get()),
            target: target.get(),
            gap: cell.gap,
            evidence_alone: cell.basis == Some(iec62443::assessment::Basis::Evidence),
        };
    }
    HeatRow { id: name(&zone.id), name: name(&zone.name), link, level: zone.level.map(|l| l.get()), cells }
}

pub(crate) fn section(
    facts: &Facts<'_>,
    numbers: &mut Numbers,
    steps: &Steps<'_>,
) -> Result<Section, Cancelled> {
    let words = facts.words;
    let mut part =
        Part::section(words, numbers, format!("{}summary", facts.prefix), "summary.title").one_page();
    if facts.plant.environment.demo {
        part.aside(words.get("demo.note"));
    }
    let zones = facts.zones();
    part.paragraph(verdict(facts));
    part.push(Block::Figures { figures: figures(facts) });

    let mut order: Vec<usize> = (0..zones.len()).collect();
    if zones.len() > ROWS {
        order.sort_by_key(|i| std::cmp::Reverse(zones.get(*i).and_then(gap_sum)));
        order.truncate(ROWS);
        order.sort_unstable();
    }
    let rows = order.iter().filter_map(|i| zones.get(*i).map(|z| heat_row(z, facts.zone_id(*i)))).collect();
    part.push(Block::HeatMap(HeatMap {
        title: words.get("summary.heat"),
        columns: iec62443::Fr::ALL.map(iec62443::Fr::code),
        rows,
    }));
    let conduits = facts.plant.zones.iter().filter(|detail| detail.conduit).count();
    if conduits > 0 {
        part.aside(words.count("summary.conduits", conduits));
    }
    if zones.len() > ROWS {
        part.aside(
            words
                .fill("summary.more_zones", &[("shown", &ROWS.to_string()), ("n", &zones.len().to_string())]),
        );
    }

    let mut below: Vec<usize> = (0..zones.len()).filter(|i| zones.get(*i).is_some_and(is_below)).collect();
    below.sort_by_key(|i| std::cmp::Reverse(zones.get(*i).and_then(gap_sum)));
    let rest = below.len().saturating_sub(BELOW);
    let rows = below
        .iter()
        .take(BELOW)
        .filter_map(|i| zones.get(*i).map(|zone| (*i, zone)))
        .map(|(index, zone)| {
            let short: Vec<String> = zone
                .cells
                .iter()
                .filter(|c| c.gap.is_some_and(|g| g > 0))
                .map(|c| c.fr.code().to_owned())
                .collect();
            vec![
                Cell::text(facts.zone_name(index)),
                Cell::text(vector(zone.vector)),
                Cell::text(vector(zone.sl_t.map(Some))),
                gap_cell(zone),
                Cell::text(short.join(", ")),
                Cell::text(limits(words, zone)),
            ]
        })
        .collect();
    let columns = [
        ("zone", Text),
        ("sl_a", Code),
        ("sl_t", Code),
        ("gap_sum", Number),
        ("short_of", Text),
        ("limited_by", Text),
    ];
    part.push(table(words, "below_target", &columns, rows));
    if rest > 0 {
        part.aside(words.count("summary.below_rest", rest));
    }

    let mut levers = Vec::new();
    for zone in 0..zones.len() {
        steps.still_wanted()?;
        levers.extend(facts.cases.lever(zone));
    }
    levers.sort_by(|a, b| {
        b.effect
            .closed
            .cmp(&a.effect.closed)
            .then(a.actions.len().cmp(&b.actions.len()))
            .then(a.zone.cmp(&b.zone))
    });
    let rows = levers.iter().take(3).enumerate().map(|(i, lever)| lever_row(facts, i, lever)).collect();
    part.push(table(
        words,
        "levers",
        &[("no", Number), ("lever", Text), ("lifts", Text), ("closes", Number)],
        rows,
    ));
    Ok(part.finish())
}

/// The factors that hold a zone down most often, in words.
pub(crate) fn limits(words: Words, zone: &ZoneAssessment) -> String {
    let mut counts: Vec<(iec62443::assessment::Limit, usize)> = Vec::new();
    for limit in zone.cells.iter().filter(|c| c.gap.is_none_or(|g| g > 0)).flat_map(|c| c.limiting.iter()) {
        match counts.iter_mut().find(|(held, _)| held == limit) {
            Some((_, n)) => *n += 1,
            None => counts.push((*limit, 1)),
        }
    }
    counts.sort_by_key(|(limit, n)| (std::cmp::Reverse(*n), *limit));
    let names: Vec<String> =
        counts.iter().take(3).map(|(limit, _)| words.get(&format!("limit.{}", limit.as_str()))).collect();
    names.join(", ")
}

fn verdict(facts: &Facts<'_>) -> String {
    let words = facts.words;
    let zones = facts.zones();
    let below = zones.iter().filter(|z| is_below(z)).count();
    let unknown = zones.iter().filter(|z| z.level.is_none()).count();
    let mut text = if zones.is_empty() {
        words.get("summary.no_zones")
    } else if below == 0 && unknown == 0 {
        words.get("summary.all_reached")
    } else {
        words.fill("summary.below", &[("below", &below.to_string()), ("n", &zones.len().to_string())])
    };
    if unknown > 0 {
        text.push(' ');
        text.push_str(&words.count("summary.unknown", unknown));
    }
    text.push(' ');
    text.push_str(&words.get("summary.as_evidenced"));
    text
}

fn figures(facts: &Facts<'_>) -> Vec<Figure> {
    let words = facts.words;
    let language = words.language;
    let zones = facts.zones();
    let below = zones.iter().filter(|z| is_below(z)).count();
    let (mut open, mut high, mut exploited, mut remediated) = (0, 0, 0, 0);
    let mut triage = iec62443::assessment::Ratio::default();
    for (_, finding, verdict) in facts.findings() {
        if verdict.state == State::Open {
            open += 1;
            high += usize::from(verdict.rating.is_high());
            exploited += usize::from(finding.kev);
        }
        remediated += usize::from(verdict.in_period && verdict.state == State::Remediated);
        if verdict.in_period {
            triage.of += 1;
            triage.count += u32::from(verdict.triaged);
        }
    }
    let figure = |key: &str, value: String, note: String| Figure {
        value,
        label: words.get(&format!("figure.{key}")),
        note,
    };
    vec![
        figure("below", format!("{below} / {}", zones.len()), words.get("figure.below.note")),
        figure(
            "open",
            whole(language, open),
            words.fill("figure.open.note", &[("n", &whole(language, high))]),
        ),
        figure("exploited", whole(language, exploited), words.get("figure.exploited.note")),
        figure(
            "triaged",
            percent(triage),
            words.fill(
                "figure.triaged.note",
                &[
                    ("count", &whole(language, triage.count as usize)),
                    ("of", &whole(language, triage.of as usize)),
                ],
            ),
        ),
        figure("remediated", whole(language, remediated), words.get("figure.remediated.note")),
    ]
}

fn lever_row(facts: &Facts<'_>, index: usize, lever: &Lever) -> Vec<Cell> {
    let words = facts.words;
    let what: Vec<String> = lever.actions.iter().map(|action| describe(words, action)).collect();
    let text = format!("{}: {}", facts.zone_name(lever.zone), what.join("; "));
    vec![
        Cell::count(index + 1),
        Cell::text(text),
        Cell::text(lifts(facts, &lever.effect)),
        Cell::text(lever.effect.closed.to_string())
            .with(Value::Whole(i64::from(lever.effect.closed)))
            .strong(),
    ]
}

/// An action in words.
pub(crate) fn describe(words: Words, action: &Action) -> String {
    let key = match action {
        Action::Control(_, status) if *status != ControlStatus::Verified => {
            "action.control_implemented".to_owned()
        }
        other => format!("action.{}", other.kind()),
    };
    if *action == Action::UpdateMonitoring { words.get(&key) } else { words.count(&key, action.touches()) }
}

/// `IAC 0→2, RA 1→2`; zones are named where there are several.
pub(crate) fn lifts(facts: &Facts<'_>, effect: &Effect) -> String {
    let several = effect.lifts.iter().any(|lift| Some(lift.zone) != effect.lifts.first().map(|l| l.zone));
    let level = |l: Option<u8>| l.map_or_else(|| "–".to_owned(), |l| l.to_string());
    let mut texts: Vec<String> = Vec::new();
    for lift in &effect.lifts {
        let step = format!("{}\u{a0}{}→{}", lift.fr.code(), level(lift.from), level(lift.to));
        let zone = facts.zones().get(lift.zone).map(|z| name(&z.id)).unwrap_or_default();
        texts.push(if several { format!("{zone}\u{a0}{step}") } else { step });
    }
    if texts.len() > 14 {
        let more = texts.len() - 12;
        texts.truncate(12);
        texts.push(facts.words.count("more", more));
    }
    texts.join(", ")
}
