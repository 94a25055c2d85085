//! Comparison with an earlier report, and how things stood over time.

use iec62443::{
    SecurityLevel,
    assessment::{Limit, Ratio},
    compare::{CellChange, Comparison, Driver, Levels, ZoneChange},
    finding::{State, standing},
};
use rustc_hash::FxHashMap;

use super::{
    Block, Cell, Chart, ChartKind, Column,
    ColumnKind::*,
    Fact, Section, Series, Tone, Value,
    facts::{Facts, zone_name},
    findings::{severity_cell, vulnerability},
    part::{Numbers, Part, fact, table},
};
use crate::{
    input::{Earlier, TrendPoint},
    notation::{day, fr, ratio, short_day, vector, whole},
    words::{Words, clean, name},
};

/// Zones whose levels are told one by one in a row of the trend; of more, how many stand at which level.
const ONE_BY_ONE: usize = 8;

/// The section; none when there is nothing to compare with and no course to show.
pub(crate) fn section(facts: &Facts<'_>, numbers: &mut Numbers) -> Option<Section> {
    let trend = facts.input.trend.as_slice();
    let shows_trend = trend.len() > 1;
    let earlier = facts.input.earlier.as_ref();
    if earlier.is_none() && !shows_trend {
        return None;
    }
    let title = "comparison.title";
    let mut part = Part::section(facts.words, numbers, format!("{}comparison", facts.prefix), title);
    match earlier {
        Some(earlier) => compared(facts, earlier, &mut part),
        None => part.say("comparison.none"),
    }
    if shows_trend {
        course(facts.words, trend, &mut part);
    }
    Some(part.finish())
}

/// What changed since the earlier report, in a sentence; none without one.
pub(crate) fn in_short(facts: &Facts<'_>) -> Option<String> {
    let words = facts.words;
    let earlier = facts.input.earlier.as_ref()?;
    let comparison = &earlier.comparison;
    let n = |number: usize| whole(words.language, number);
    let [gaps, below] = [gaps(comparison), below(comparison)].map(|pair| pair.map(n));
    let findings = &comparison.findings;
    let open = findings.open.map(|count| n(count as usize));
    let mut text = words.fill(
        "comparison.in_short",
        &[
            ("title", &title_of(facts, earlier)),
            ("day", &day(words.language, comparison.from)),
            ("gaps_before", &gaps[0]),
            ("gaps", &gaps[1]),
            ("below_before", &below[0]),
            ("below", &below[1]),
            ("open_before", &open[0]),
            ("open", &open[1]),
            ("new", &n(findings.new.len())),
            ("gone", &n(findings.gone.len())),
            ("back", &n(findings.reopened.len())),
        ],
    );
    if comparison.profiles[0] != comparison.profiles[1] {
        text.push(' ');
        text.push_str(&words.get("comparison.profile.short"));
    }
    Some(text)
}

fn title_of(facts: &Facts<'_>, earlier: &Earlier) -> String {
    let title = name(&earlier.title);
    if title.is_empty() { facts.words.get("comparison.untitled") } else { title }
}

/// Levels missing to the targets, of what could be assessed.
fn missing(levels: &Levels) -> usize {
    let gap = |(achieved, target): (&Option<SecurityLevel>, &SecurityLevel)| {
        achieved.map_or(0, |achieved| usize::from(target.get().saturating_sub(achieved.get())))
    };
    levels.vector.iter().zip(&levels.sl_t).map(gap).sum()
}

fn sides(zone: &ZoneChange) -> [Option<&Levels>; 2] {
    [zone.before.as_ref(), zone.after.as_ref()]
}

/// Before and after, summed over the zones.
fn sums(comparison: &Comparison, of: impl Fn(&Levels) -> usize) -> [usize; 2] {
    let mut sums = [0, 0];
    for zone in &comparison.zones {
        for (sum, levels) in sums.iter_mut().zip(sides(zone)) {
            *sum += levels.map_or(0, &of);
        }
    }
    sums
}

fn gaps(comparison: &Comparison) -> [usize; 2] {
    sums(comparison, missing)
}

fn below(comparison: &Comparison) -> [usize; 2] {
    sums(comparison, |levels| usize::from(levels.level.is_some() && missing(levels) > 0))
}

fn compared(facts: &Facts<'_>, earlier: &Earlier, part: &mut Part) {
    let words = facts.words;
    let comparison = &earlier.comparison;
    part.say("comparison.text");
    let code = |label: &str, text: &str| Fact { code: true, ..fact(words, label, name(text)) };
    part.facts(vec![
        fact(words, "fact.compared_with", title_of(facts, earlier)),
        fact(words, "fact.as_of", day(words.language, comparison.from)),
        code("fact.report_id", &earlier.id),
        code("fact.evidence_sha256", &earlier.evidence_sha256),
    ]);
    let profiles = comparison.profiles.each_ref().map(|profile| clean(profile));
    if profiles[0] != profiles[1] {
        let text = words.fill("comparison.profile.text", &[("before", &profiles[0]), ("now", &profiles[1])]);
        part.callout(words.get("comparison.profile.title"), text, true);
    }
    part.push(figures(words, comparison));
    part.heading_of("comparison.levels");
    part.push(zones(words, comparison));
    part.push(cells(words, comparison));
    part.aside(words.get("comparison.levels.note"));
    part.heading_of("comparison.findings");
    findings(facts, comparison, part);
    part.heading_of("comparison.controls");
    part.push(controls(facts, comparison));
}

/// The sums of both sides beside each other.
fn figures(words: Words, comparison: &Comparison) -> Block {
    let counts = |key: &str, pair: [usize; 2], note: String| {
        let change = i64::try_from(pair[1]).unwrap_or(i64::MAX) - i64::try_from(pair[0]).unwrap_or(i64::MAX);
        let cells = pair.map(|n| Cell { text: whole(words.language, n), ..Cell::count(n) });
        let label = Cell::text(words.get(key)).strong().noted(note);
        [label].into_iter().chain(cells).chain([signed(change)]).collect()
    };
    let shares = |key: &str, pair: [Ratio; 2]| {
        let [before, now] = pair.map(|share| ratio(share, &words.get("no_such")));
        vec![Cell::text(words.get(key)).strong(), before, now, Cell::text("")]
    };
    let there = sums(comparison, |_| 1);
    let pair = |pair: [u32; 2]| pair.map(|n| n as usize);
    let (findings, held) = (&comparison.findings, &comparison.controls);
    let n = |list: &[String]| whole(words.language, list.len());
    let moved = words.fill(
        "comparison.moved",
        &[("new", &n(&findings.new)), ("gone", &n(&findings.gone)), ("back", &n(&findings.reopened))],
    );
    let ended = words.fill("comparison.ended", &[("new", &n(&held.new)), ("ended", &n(&held.ended))]);
    let rows = vec![
        counts("fact.zones", there, String::new()),
        counts("comparison.below", below(comparison), String::new()),
        counts("col.gap_sum", gaps(comparison), String::new()),
        counts("comparison.open", pair(findings.open), moved),
        counts("comparison.in_force", pair(held.in_force), ended),
        shares("comparison.identified", comparison.identified),
        shares("comparison.triaged", comparison.triaged),
    ];
    let columns = [("measure", Text), ("before", Number), ("now", Number), ("change", Number)];
    let mut sums = table(words, "compared", &columns, rows);
    let days = [comparison.from, comparison.to].map(|at| short_day(words.language, at));
    for (column, day) in sums.columns.iter_mut().skip(1).zip(days) {
        *column = Column::new(day, Number);
    }
    sums.into()
}

fn signed(change: i64) -> Cell {
    let text = match change {
        0 => "0".to_owned(),
        more if more > 0 => format!("+{more}"),
        less => format!("−{}", less.unsigned_abs()),
    };
    Cell::text(text).with(Value::Whole(change))
}

fn zones(words: Words, comparison: &Comparison) -> Block {
    let rows = comparison
        .zones
        .iter()
        .map(|zone| {
            let [before, after] = sides(zone);
            let vector_of = |levels: Option<&Levels>| {
                Cell::text(levels.map_or_else(|| "–".to_owned(), |levels| vector(levels.vector)))
            };
            let gap = |levels: Option<&Levels>| match levels.filter(|levels| levels.level.is_some()) {
                Some(levels) => Cell::count(missing(levels)),
                None => Cell::text("–"),
            };
            let presence = match (before, after) {
                (None, _) => words.get("comparison.zone_new"),
                (_, None) => words.get("comparison.zone_gone"),
                _ => String::new(),
            };
            let target = |levels: &Levels| vector(levels.sl_t.map(Some));
            let mut targets = Cell::text(after.or(before).map(target).unwrap_or_default());
            if let Some(was) = before.zip(after).filter(|(was, is)| was.sl_t != is.sl_t) {
                targets = targets.noted(words.fill("comparison.was", &[("before", &target(was.0))]));
            }
            vec![
                Cell::text(zone_name(&zone.id, &zone.name)).noted(presence),
                vector_of(before),
                vector_of(after),
                targets,
                gap(before),
                gap(after).strong(),
            ]
        })
        .collect();
    let columns = [
        ("zone", Text),
        ("sl_a_before", Code),
        ("sl_a_now", Code),
        ("sl_t", Code),
        ("gap_before", Number),
        ("gap_now", Number),
    ];
    table(words, "levels_compared", &columns, rows).into()
}

fn cells(words: Words, comparison: &Comparison) -> Block {
    let level = |level: Option<SecurityLevel>| level.map_or_else(|| "–".to_owned(), |l| l.to_string());
    let changes = comparison.zones.iter().flat_map(|zone| zone.cells.iter().map(move |cell| (zone, cell)));
    let rows = changes
        .map(|(zone, cell)| {
            let [was, is] = cell.achieved;
            let achieved = if was == is { level(is) } else { format!("{} → {}", level(was), level(is)) };
            let [old, new] = cell.target;
            let target = if old == new { new.to_string() } else { format!("{old} → {new}") };
            vec![
                Cell::text(zone_name(&zone.id, &zone.name)),
                Cell::text(fr(cell.fr)),
                if was == is { Cell::text(achieved) } else { Cell::text(achieved).strong() },
                Cell::text(target),
                Cell::text(because(words, cell)),
            ]
        })
        .collect();
    let columns = [("zone", Text), ("fr", Text), ("sl_a", Mark), ("sl_t", Mark), ("because", Text)];
    table(words, "level_changes", &columns, rows).into()
}

/// What drove a change, in words.
fn because(words: Words, cell: &CellChange) -> String {
    let mut reasons: Vec<String> = cell.drivers.iter().map(|driver| driven(words, cell, driver)).collect();
    if cell.target[0] != cell.target[1] {
        reasons.push(words.get("driver.target"));
    }
    if reasons.is_empty() { "–".to_owned() } else { reasons.join("; ") }
}

fn driven(words: Words, cell: &CellChange, driver: &Driver) -> String {
    if driver.limit == Limit::NotAssessable {
        let key = if cell.achieved[1].is_some() { "driver.assessable" } else { "driver.not_assessable" };
        return words.get(key);
    }
    if driver.limit == Limit::EvidenceOnlyCap && driver.levels[1].is_none() {
        return words.get("driver.assessed");
    }
    let level = |level: Option<SecurityLevel>| level.map_or_else(|| "–".to_owned(), |l| l.to_string());
    let [was, is] = driver.levels.map(level);
    let mut parts =
        vec![format!("{} {was}\u{a0}→\u{a0}{is}", words.get(&format!("limit.{}", driver.limit.as_str())))];
    if let Some(shares) = driver.shares {
        let [was, is] = shares.map(|share| format!("{}/{}", share.count, share.of));
        parts.push(format!("{was}\u{a0}→\u{a0}{is}"));
    }
    if !driver.settled.is_empty() {
        parts.push(words.count("driver.settled", driver.settled.len()));
    }
    if !driver.opened.is_empty() {
        parts.push(words.count("driver.opened", driver.opened.len()));
    }
    parts.join(", ")
}

/// Findings that came, went and came back, every one of them.
fn findings(facts: &Facts<'_>, comparison: &Comparison, part: &mut Part) {
    let places: FxHashMap<&str, usize> =
        facts.evidence().findings.iter().enumerate().map(|(at, finding)| (&*finding.id, at)).collect();
    let place = |id: &String| places.get(id.as_str()).copied();
    let columns =
        [("finding", Code), ("vulnerability", Text), ("asset", Text), ("zone", Text), ("severity", Text)];
    let changes = &comparison.findings;
    for (id, list) in [("new_findings", &changes.new), ("reopened_findings", &changes.reopened)] {
        let rows = list.iter().map(|finding| row(facts, finding, place(finding))).collect();
        part.push(table(facts.words, id, &columns, rows));
    }
    let rows = changes
        .gone
        .iter()
        .map(|finding| {
            let mut row = row(facts, finding, place(finding));
            row.extend(left(facts, place(finding)));
            row
        })
        .collect();
    let columns: Vec<_> = columns.into_iter().chain([("state", Text), ("since", Text)]).collect();
    part.push(table(facts.words, "gone_findings", &columns, rows));
}

fn row(facts: &Facts<'_>, id: &str, place: Option<usize>) -> Vec<Cell> {
    let Some((at, finding)) = place.and_then(|at| Some((at, facts.evidence().findings.get(at)?))) else {
        let dash = || Cell::text("–");
        return vec![Cell::text(name(id)), dash(), dash(), dash(), dash()];
    };
    let severity = facts.finding(at).map_or_else(
        || Cell::text("–"),
        |(_, verdict)| severity_cell(facts.words, finding.kev, verdict.rating.as_str()),
    );
    vec![
        Cell::text(name(&finding.id)),
        vulnerability(finding),
        Cell::text(facts.tag_of_finding(at)),
        Cell::text(facts.zone_id_of_finding(at)),
        severity,
    ]
}

/// How and when a finding left the open state.
fn left(facts: &Facts<'_>, place: Option<usize>) -> [Cell; 2] {
    let words = facts.words;
    let Some((finding, verdict)) = place.and_then(|at| facts.finding(at)) else {
        return [Cell::text(words.get("comparison.not_recorded")), Cell::text("–")];
    };
    let since = standing(finding, facts.input.when.as_of).and_then(|standing| standing.left_open);
    let since = since.filter(|_| verdict.state != State::Open);
    [
        Cell::text(words.get(&format!("state.{}", verdict.state.as_str()))),
        Cell::text(since.map_or_else(|| "–".to_owned(), |at| short_day(words.language, at))),
    ]
}

fn controls(facts: &Facts<'_>, comparison: &Comparison) -> Block {
    let words = facts.words;
    let changes = &comparison.controls;
    let new = changes.new.iter().map(|id| (id, "comparison.control_new"));
    let ended = changes.ended.iter().map(|id| (id, "comparison.control_ended"));
    let rows = new
        .chain(ended)
        .map(|(id, change)| {
            let place = facts.evidence().controls.iter().position(|control| *control.id == **id);
            let detail = place.and_then(|at| facts.plant.controls.get(at)).cloned().unwrap_or_default();
            let zone = if detail.zone.is_empty() { words.get("several") } else { clean(&detail.zone) };
            vec![
                Cell::text(name(id)),
                Cell::text(clean(&detail.title)),
                Cell::text(if place.is_some() { zone } else { "–".to_owned() }),
                Cell::text(words.get(change)),
            ]
        })
        .collect();
    let columns = [("control", Code), ("title", Text), ("zone", Text), ("change", Text)];
    table(words, "control_changes", &columns, rows).into()
}

/// The course over time.
fn course(words: Words, trend: &[TrendPoint], part: &mut Part) {
    part.heading_of("comparison.trend");
    part.say("comparison.trend.text");
    let days: Vec<String> = trend.iter().map(|point| short_day(words.language, point.day)).collect();
    let series = |key: &str, tone, of: fn(&TrendPoint) -> u32| Series {
        name: words.get(key),
        tone,
        values: trend.iter().map(of).collect(),
    };
    let chart = |title: &str, unit: &str, series| Chart {
        title: words.get(title),
        kind: ChartKind::Lines,
        categories: days.clone(),
        series,
        unit: words.get(unit),
    };
    let gaps = vec![series("col.gap_sum", Tone::First, |point| point.gaps)];
    let open = vec![
        series("chart.backlog_open", Tone::First, |point| point.open),
        series("chart.trend_high", Tone::High, |point| point.high),
    ];
    part.push(Block::Charts {
        charts: vec![
            chart("chart.trend_gaps", "chart.levels", gaps),
            chart("chart.trend_open", "chart.findings", open),
        ],
    });
    let rows = trend
        .iter()
        .zip(&days)
        .map(|(point, day)| {
            let report = name(&point.report);
            vec![
                Cell::text(day.clone()),
                Cell::text(if report.is_empty() { words.get("comparison.computed") } else { report }),
                Cell::text(lowest(words, &point.levels)),
                Cell::count(point.gaps as usize),
                Cell::count(point.open as usize),
                Cell::count(point.high as usize),
            ]
        })
        .collect();
    let columns = [
        ("day", Text),
        ("report", Text),
        ("lowest_levels", Text),
        ("gap_sum", Number),
        ("open", Number),
        ("open_high", Number),
    ];
    part.push(table(words, "trend", &columns, rows));
    part.aside(words.get("comparison.trend.note"));
}

/// The lowest level of each zone; of many zones, how many stand at which.
fn lowest(words: Words, levels: &[(String, Option<SecurityLevel>)]) -> String {
    let word = |level: Option<SecurityLevel>| level.map_or_else(|| "–".to_owned(), |l| l.to_string());
    if levels.len() <= ONE_BY_ONE {
        let one =
            |(id, level): &(String, Option<SecurityLevel>)| format!("{}\u{a0}{}", name(id), word(*level));
        let all: Vec<String> = levels.iter().map(one).collect();
        return if all.is_empty() { "–".to_owned() } else { all.join(", ") };
    }
    let mut counts: std::collections::BTreeMap<Option<SecurityLevel>, usize> = Default::default();
    levels.iter().for_each(|(_, level)| *counts.entry(*level).or_default() += 1);
    let told = counts.into_iter().map(|(level, n)| match level {
        Some(level) => format!("{n}\u{a0}×\u{a0}SL\u{a0}{level}"),
        None => format!("{n}\u{a0}×\u{a0}{}", words.get("not_assessable")),
    });
    told.collect::<Vec<_>>().join(", ")
}
