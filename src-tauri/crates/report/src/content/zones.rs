//! The security level assessment, a part for each zone.

use iec62443::{
    Fr, SecurityLevel,
    assessment::{Cell as Level, Ratio, ZoneAssessment},
    catalogue,
    evidence::SrStatus,
    finding::{Cover, State},
    moment::days_between,
    scoring,
};

use super::{
    Block, Cell, Chart, ChartKind,
    ColumnKind::*,
    Section, Series, Steps, Tone, Value,
    facts::{Facts, SEVERITIES, severity},
    part::{Numbers, Part, fact, table},
    summary::{gap_sum, heat_row},
};
use crate::{
    Cancelled,
    notation::{fr, level, ratio, vector, whole},
    words::{clean, name},
};

type Answers = Vec<Vec<Option<(SrStatus, bool)>>>;

pub(crate) fn section(
    facts: &Facts<'_>,
    numbers: &mut Numbers,
    steps: &Steps<'_>,
) -> Result<Section, Cancelled> {
    let words = facts.words;
    let mut part = Part::section(words, numbers, format!("{}zones", facts.prefix), "zones.title");
    part.say("zones.text");
    if facts.zones().len() > 18 {
        let rows = facts.zones().iter().enumerate().map(|(i, z)| heat_row(z, facts.zone_link(i))).collect();
        part.push(Block::HeatMap(super::HeatMap {
            title: words.get("summary.heat"),
            columns: Fr::ALL.map(Fr::code),
            rows,
        }));
    }
    let answers = scoring::satisfied(facts.evidence(), facts.input.when.as_of);
    for (index, zone) in facts.zones().iter().enumerate() {
        steps.still_wanted()?;
        one(facts, &mut part, index, zone, &answers);
    }
    Ok(part.finish())
}

fn one(facts: &Facts<'_>, part: &mut Part, index: usize, zone: &ZoneAssessment, answers: &Answers) {
    let words = facts.words;
    let detail = facts.plant.zones.get(index).cloned().unwrap_or_default();
    // A zone without assets has next to nothing to show and no page of its own.
    let is_empty = facts.assets_in(index) == 0;
    part.heading(facts.zone_name(index), Some(facts.zone_id(index)), index > 0 && !is_empty);
    let mut about = Vec::new();
    if !detail.description.trim().is_empty() {
        about.push(clean(&detail.description));
    }
    if !detail.purdue.trim().is_empty() {
        about.push(words.fill("zones.purdue", &[("level", &clean(&detail.purdue))]));
    }
    if detail.safety {
        about.push(words.get("zones.safety"));
    }
    about.push(words.count("zones.assets", facts.assets_in(index)));
    about.push(
        words
            .count("zones.findings", facts.of_zone(index).filter(|(_, _, v)| v.state == State::Open).count()),
    );
    part.paragraph(about.join(" "));
    let mut vectors = vec![
        super::Fact {
            code: true,
            ..fact(words, "fact.sl_a", format!("SL-A({}) = {}", name(&zone.id), vector(zone.vector)))
        },
        super::Fact {
            code: true,
            ..fact(words, "fact.sl_t", format!("SL-T({}) = {}", name(&zone.id), vector(zone.sl_t.map(Some))))
        },
        fact(words, "fact.gap", gap_words(facts, zone)),
    ];
    // Said in a line here; what was assessed has a table of its own below.
    let answers = answers.get(index).filter(|answers| answers.iter().any(Option::is_some));
    if answers.is_none() {
        let cap = facts.input.assessment.profile.evidence_only_cap.to_string();
        vectors.push(fact(words, "fact.conformance", words.fill("zones.never_assessed", &[("cap", &cap)])));
    }
    part.facts(vectors);
    if zone.level.is_none() {
        part.callout(words.get("zones.not_assessable.title"), words.get("zones.not_assessable.text"), true);
    }
    if !is_empty {
        factors(facts, part, zone);
        part.push(Block::Charts { charts: vec![severity_chart(facts, index), vector_chart(facts, zone)] });
        coverage(facts, part, index);
    }
    if let Some(answers) = answers {
        conformance(facts, part, zone, answers);
    }
}

fn gap_words(facts: &Facts<'_>, zone: &ZoneAssessment) -> String {
    let words = facts.words;
    if zone.level.is_none() {
        return words.get("not_assessable");
    }
    let short: Vec<String> = zone
        .cells
        .iter()
        .filter_map(|c| c.gap.filter(|g| *g > 0).map(|g| format!("{} −{g}", c.fr.code())))
        .collect();
    if gap_sum(zone) == Some(0) { words.get("zones.target_reached") } else { short.join(", ") }
}

/// The five factors with the counts behind them, and what limits.
fn factors(facts: &Facts<'_>, part: &mut Part, zone: &ZoneAssessment) {
    let words = facts.words;
    let none = words.get("no_such");
    let rows = zone
        .cells
        .iter()
        .zip(&zone.sl_t)
        .map(|(cell, target)| factor_row(facts, cell, *target, &none))
        .collect();
    let columns = [
        ("fr", Text),
        ("exposure", Mark),
        ("patching", Mark),
        ("compensation", Mark),
        ("triage", Mark),
        ("assurance", Mark),
        ("evidence", Mark),
        ("conformance", Mark),
        ("sl_a_t", Mark),
        ("limited_by", Text),
    ];
    part.push(table(words, "factors", &columns, rows));
    part.aside(words.get("zones.factors.note"));
}

fn factor_row(facts: &Facts<'_>, cell: &Level, target: SecurityLevel, none: &str) -> Vec<Cell> {
    let words = facts.words;
    let mut row = vec![Cell::text(fr(cell.fr)).strong()];
    match (cell.factors, cell.counts) {
        (Some(factors), Some(counts)) => {
            let of = |ratio: Ratio| {
                if ratio.of == 0 { none.to_owned() } else { format!("{}/{}", ratio.count, ratio.of) }
            };
            let notes = [
                words.count("open", counts.open as usize),
                of(counts.patching),
                of(counts.compensation),
                of(counts.triage),
                of(counts.identified),
            ];
            row.extend(
                factors
                    .named()
                    .into_iter()
                    .zip(notes)
                    .map(|((_, value), note)| level(Some(value)).noted(note)),
            );
            row.push(level(cell.evidence));
        }
        _ => row.extend((0..6).map(|_| level(None))),
    }
    row.push(match cell.conformance {
        Some(value) => level(Some(value)),
        None => Cell::text("–").noted(words.get("not_assessed")),
    });
    let achieved = cell.achieved.map_or_else(|| "–".to_owned(), |l| l.to_string());
    let whole = cell.achieved.map(|l| Value::Whole(i64::from(l.get())));
    row.push(Cell {
        text: format!("{achieved}\u{a0}/\u{a0}{target}"),
        value: whole,
        strong: true,
        note: String::new(),
    });
    let limits: Vec<String> =
        cell.limiting.iter().map(|l| words.get(&format!("limit.{}", l.as_str()))).collect();
    row.push(Cell::text(if limits.is_empty() { words.get("nothing_limits") } else { limits.join(", ") }));
    row
}

/// Open findings of a zone by FR and severity.
fn severity_chart(facts: &Facts<'_>, zone: usize) -> Chart {
    let mut counts = [[0u32; 7]; 5];
    for (_, _, verdict) in facts.of_zone(zone).filter(|(_, _, v)| v.state == State::Open) {
        for fr in verdict.frs.iter() {
            counts[severity(verdict)][fr.index()] += 1;
        }
    }
    Chart {
        title: facts.words.get("chart.severity_by_fr"),
        kind: ChartKind::Stacked,
        categories: Fr::ALL.iter().map(|f| f.code().to_owned()).collect(),
        series: severity_series(facts, counts.map(|c| c.to_vec())),
        unit: facts.words.get("chart.open_findings"),
    }
}

/// Series for the five severities.
pub(crate) fn severity_series(facts: &Facts<'_>, values: [Vec<u32>; 5]) -> Vec<Series> {
    let tones = [Tone::Critical, Tone::High, Tone::Medium, Tone::Low, Tone::Rest];
    values
        .into_iter()
        .zip(tones)
        .zip(SEVERITIES)
        .map(|((values, tone), name)| Series {
            name: facts.words.get(&format!("severity.{name}")),
            tone,
            values,
        })
        .collect()
}

fn vector_chart(facts: &Facts<'_>, zone: &ZoneAssessment) -> Chart {
    let words = facts.words;
    let values = |levels: [Option<SecurityLevel>; 7]| {
        levels.iter().map(|l| l.map_or(0, |l| u32::from(l.get()))).collect()
    };
    Chart {
        title: words.get("chart.levels_by_fr"),
        kind: ChartKind::Grouped,
        categories: Fr::ALL.iter().map(|f| f.code().to_owned()).collect(),
        series: vec![
            Series { name: words.get("sl_a"), tone: Tone::First, values: values(zone.vector) },
            Series { name: words.get("sl_t"), tone: Tone::Second, values: values(zone.sl_t.map(Some)) },
        ],
        unit: words.get("chart.level"),
    }
}

/// Patch, compensation and triage coverage over the whole zone, each finding counted once.
fn coverage(facts: &Facts<'_>, part: &mut Part, zone: usize) {
    let words = facts.words;
    let profile = &facts.input.assessment.profile;
    let (mut patched, mut covered, mut triaged) = (Ratio::default(), Ratio::default(), Ratio::default());
    let add = |ratio: &mut Ratio, counts: bool| {
        ratio.of += 1;
        ratio.count += u32::from(counts);
    };
    for (_, finding, verdict) in facts.of_zone(zone) {
        let age = |from| days_between(from, facts.today);
        if verdict.in_period
            && (verdict.triaged || age(finding.opened.day()) >= i64::from(profile.triage_grace_days))
        {
            add(&mut triaged, verdict.triaged);
        }
        if !verdict.rating.is_relevant() {
            continue;
        }
        let fixable = verdict.fix.filter(|day| *day <= facts.today);
        if let (Some(day), true, false) = (fixable, verdict.in_period, verdict.deferred) {
            match verdict.state {
                State::Remediated => add(&mut patched, true),
                State::Open if age(day) >= i64::from(profile.patch_grace_days) => add(&mut patched, false),
                _ => {}
            }
        }
        if verdict.state == State::Open && (fixable.is_none() || verdict.deferred) {
            add(&mut covered, verdict.cover > Cover::None);
        }
    }
    let none = words.get("no_such");
    let row = |key: &str, value: Ratio| {
        vec![
            Cell::text(words.get(&format!("coverage.{key}"))),
            ratio(value, &none),
            Cell::text(words.get(&format!("coverage.{key}.what"))),
        ]
    };
    let rows = vec![row("patching", patched), row("compensation", covered), row("triage", triaged)];
    part.push(table(words, "coverage", &[("coverage", Text), ("share", Number), ("counts", Text)], rows));
}

/// Conformance with 62443-3-3 where it was assessed.
fn conformance(
    facts: &Facts<'_>,
    part: &mut Part,
    zone: &ZoneAssessment,
    answers: &[Option<(SrStatus, bool)>],
) {
    let words = facts.words;
    let language = words.language;
    part.small_heading(words.get("zones.conformance"));
    let requirements = &catalogue::system().requirements;
    let mut rows = Vec::new();
    let (mut required, mut held) = (0, 0);
    for (requirement, answer) in requirements.iter().zip(answers) {
        let target = zone.sl_t[requirement.fr.index()];
        if requirement.sl > target {
            continue;
        }
        required += 1;
        let satisfied = answer.is_some_and(|(_, holds)| holds);
        held += usize::from(satisfied);
        if satisfied {
            continue;
        }
        let status = match answer {
            None => words.get("not_assessed"),
            Some((SrStatus::NotMet, _)) => words.get("sr.not_met"),
            Some((SrStatus::Compensated, _)) => words.get("sr.control_not_in_force"),
            Some((SrStatus::NotApplicable, _)) => words.get("sr.no_justification"),
            Some((SrStatus::Met, _)) => words.get("sr.met"),
        };
        rows.push(vec![
            Cell::text(requirement.id.clone()).strong(),
            Cell::text(requirement.title.in_language(language)),
            Cell::text(fr(requirement.fr)),
            Cell::text(format!("SL\u{a0}{}", requirement.sl)),
            Cell::text(status),
        ]);
    }
    part.paragraph(words.fill(
        "zones.conformance.text",
        &[("held", &whole(language, held)), ("n", &whole(language, required))],
    ));
    if rows.is_empty() {
        return;
    }
    part.push(table(
        words,
        "unsatisfied",
        &[("requirement", Text), ("title", Text), ("fr", Text), ("from_level", Mark), ("status", Text)],
        rows,
    ));
}

/// Requirements up to the target that are not satisfied, of the FRs whose target cannot be reached without
/// them: a level rests on conformance, or on the cap for evidence alone where that was never assessed.
pub(crate) fn open_requirements(facts: &Facts<'_>, zone: usize) -> Vec<String> {
    let cap = facts.input.assessment.profile.evidence_only_cap;
    let Some(levels) = facts.zones().get(zone).filter(|_| facts.assets_in(zone) > 0) else {
        return Vec::new();
    };
    let holds_down = |fr: &Fr| levels.cell(*fr).conformance.unwrap_or(cap) < levels.sl_t[fr.index()];
    Fr::ALL.into_iter().filter(holds_down).flat_map(|fr| facts.cases().unsatisfied(zone, fr)).collect()
}
