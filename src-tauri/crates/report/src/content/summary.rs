//! The management summary: one page.

use iec62443::{action::Action, assessment::ZoneAssessment, evidence::ControlStatus, finding::State};

use super::{
    Block, Cell,
    ColumnKind::*,
    Figure, HeatCell, HeatMap, HeatRow, Section, Steps, Value, comparison,
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
pub(crate) fn is_below(zone: &ZoneAssessment) -> bool {
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

    if let Some(change) = comparison::in_short(facts) {
        part.paragraph(change);
    }
    heat_map(facts, ROWS, "summary.heat", &mut part);

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

    let levers = biggest(facts, steps)?;
    let rows = levers.iter().enumerate().map(|(i, lever)| lever_row(facts, i, lever)).collect();
    part.push(table(
        words,
        "levers",
        &[("no", Number), ("lever", Text), ("lifts", Text), ("closes", Number)],
        rows,
    ));
    Ok(part.finish())
}

/// Zones by FR, at most that many: those with the largest gaps, in their order. What is left out is said.
pub(crate) fn heat_map(facts: &Facts<'_>, most: usize, title: &str, part: &mut Part) {
    let words = facts.words;
    let zones = facts.zones();
    let mut order: Vec<usize> = (0..zones.len()).collect();
    if zones.len() > most {
        order.sort_by_key(|i| std::cmp::Reverse(zones.get(*i).and_then(gap_sum)));
        order.truncate(most);
        order.sort_unstable();
    }
    let rows = order.iter().filter_map(|i| zones.get(*i).map(|z| heat_row(z, facts.zone_link(*i)))).collect();
    part.push(Block::HeatMap(HeatMap {
        title: words.get(title),
        columns: iec62443::Fr::ALL.map(iec62443::Fr::code),
        rows,
    }));
    let conduits = facts.plant.zones.iter().filter(|detail| detail.conduit).count();
    if conduits > 0 {
        part.aside(words.count("summary.conduits", conduits));
    }
    if zones.len() > most {
        let (shown, n) = (most.to_string(), zones.len().to_string());
        let mut text = words.fill("summary.more_zones", &[("shown", &shown), ("n", &n)]);
        if facts.there.levels {
            text.push(' ');
            text.push_str(&words.get("summary.all_zones"));
        }
        part.aside(text);
    }
}

/// The three levers that close the most, each of another zone.
pub(crate) fn biggest(facts: &Facts<'_>, steps: &Steps<'_>) -> Result<Vec<Lever>, Cancelled> {
    let mut levers = Vec::new();
    for zone in 0..facts.zones().len() {
        steps.still_wanted()?;
        levers.extend(facts.cases().lever(zone));
    }
    levers.sort_by(|a, b| {
        b.effect
            .closed
            .cmp(&a.effect.closed)
            .then(a.actions.len().cmp(&b.actions.len()))
            .then(a.zone.cmp(&b.zone))
    });
    levers.truncate(3);
    Ok(levers)
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

/// Findings of the day and the period, counted.
#[derive(Default)]
pub(crate) struct Counted {
    pub open: usize,
    /// Open and critical, high or unscored.
    pub high: usize,
    /// Open and known to be exploited.
    pub exploited: usize,
    /// Remediated in the period.
    pub remediated: usize,
    /// Decided about, of those of the period.
    pub triage: iec62443::assessment::Ratio,
}

impl Counted {
    pub(crate) fn of(facts: &Facts<'_>) -> Counted {
        let mut counted = Counted::default();
        for (_, finding, verdict) in facts.findings() {
            if verdict.state == State::Open {
                counted.open += 1;
                counted.high += usize::from(verdict.rating.is_high());
                counted.exploited += usize::from(finding.kev);
            }
            if verdict.in_period {
                counted.remediated += usize::from(verdict.state == State::Remediated);
                counted.triage.of += 1;
                counted.triage.count += u32::from(verdict.triaged);
            }
        }
        counted
    }
}

fn figures(facts: &Facts<'_>) -> Vec<Figure> {
    let words = facts.words;
    let n = |number: usize| whole(words.language, number);
    let zones = facts.zones();
    let below = zones.iter().filter(|z| is_below(z)).count();
    let counted = Counted::of(facts);
    let figure = |key: &str, value: String, note: String| Figure {
        value,
        label: words.get(&format!("figure.{key}")),
        note,
    };
    let triaged = [("count", n(counted.triage.count as usize)), ("of", n(counted.triage.of as usize))];
    let triaged = triaged.each_ref().map(|(key, text)| (*key, text.as_str()));
    vec![
        figure("below", format!("{below} / {}", zones.len()), words.get("figure.below.note")),
        figure("open", n(counted.open), words.fill("figure.open.note", &[("n", &n(counted.high))])),
        figure("exploited", n(counted.exploited), words.get("figure.exploited.note")),
        figure("triaged", percent(counted.triage), words.fill("figure.triaged.note", &triaged)),
        figure("remediated", n(counted.remediated), words.get("figure.remediated.note")),
    ]
}

fn lever_row(facts: &Facts<'_>, index: usize, lever: &Lever) -> Vec<Cell> {
    vec![
        Cell::count(index + 1),
        Cell::text(lever_words(facts, lever)),
        Cell::text(lifts(facts, &lever.effect)),
        Cell::text(lever.effect.closed.to_string())
            .with(Value::Whole(i64::from(lever.effect.closed)))
            .strong(),
    ]
}

/// Where and what: `Z1 Cell 1: decide about 5 findings`
pub(crate) fn lever_words(facts: &Facts<'_>, lever: &Lever) -> String {
    let what: Vec<String> = lever.actions.iter().map(|action| describe(facts.words, action)).collect();
    format!("{}: {}", facts.zone_name(lever.zone), what.join("; "))
}

/// An action in words.
fn describe(words: Words, action: &Action) -> String {
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
