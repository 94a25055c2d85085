//! Findings by foundational requirement.

use iec62443::{
    Fr, assessment::Verdict, catalogue::Language, evidence::Finding, finding::State, mapping::Rule,
};
use jiff::civil::Date;

use super::{
    Block, Cell, Chart, ChartKind,
    ColumnKind::*,
    Section, Series, Tone, Value,
    facts::{Facts, severity, urgency},
    part::{Numbers, Part, table},
    zones::severity_series,
};
use crate::{
    notation::{decimal, fr, month},
    words::{Words, clean, name},
};

/// Findings shown for each FR.
const TOP: usize = 6;

pub(crate) fn section(facts: &Facts<'_>, numbers: &mut Numbers) -> Section {
    let words = facts.words;
    let mut part = Part::section(words, numbers, format!("{}findings", facts.prefix), "findings.title");
    let mut about = vec![words.get("findings.text")];
    about.extend(
        facts.there.findings.as_deref().map(|annex| words.fill("findings.annex", &[("annex", annex)])),
    );
    part.paragraph(about.join(" "));
    let mut counts = [[0u32; 7]; 5];
    let mut open = [0usize; 7];
    let mut exploited = [0usize; 7];
    let mut by_zone = vec![[0usize; 7]; facts.zones().len()];
    let mut top: Vec<Vec<usize>> = vec![Vec::new(); 7];
    let mut unclassified = 0;
    let mut rules = [0usize; 5];
    for (index, finding, verdict) in facts.findings() {
        rules[verdict.rule as usize] += 1;
        if verdict.state != State::Open {
            continue;
        }
        unclassified += usize::from(verdict.rule == Rule::Unclassified);
        for fr in verdict.frs.iter() {
            counts[severity(verdict)][fr.index()] += 1;
            open[fr.index()] += 1;
            exploited[fr.index()] += usize::from(finding.kev);
            if let Some(zone) = facts.zone_of_finding(index).and_then(|z| by_zone.get_mut(z)) {
                zone[fr.index()] += 1;
            }
            top[fr.index()].push(index);
        }
    }
    let chart = Chart {
        title: words.get("chart.severity_by_fr"),
        kind: ChartKind::Stacked,
        categories: Fr::ALL.iter().map(|f| f.code().to_owned()).collect(),
        series: severity_series(facts, counts.map(|c| c.to_vec())),
        unit: words.get("chart.open_findings"),
    };
    part.push(Block::Charts { charts: vec![chart, history(facts)] });

    let rows = Fr::ALL
        .iter()
        .map(|fr_of| {
            let at = fr_of.index();
            let mut zones: Vec<(usize, usize)> =
                by_zone.iter().enumerate().map(|(z, n)| (n[at], z)).filter(|(n, _)| *n > 0).collect();
            zones.sort_by_key(|(n, z)| (std::cmp::Reverse(*n), *z));
            let most: Vec<String> = zones
                .iter()
                .take(3)
                .map(|(n, z)| {
                    format!("{} ({n})", facts.zones().get(*z).map(|z| name(&z.id)).unwrap_or_default())
                })
                .collect();
            let mut row = vec![
                Cell::text(fr(*fr_of)).strong(),
                Cell::text(facts.fr_name(*fr_of)),
                Cell::count(open[at]),
            ];
            row.extend(counts.iter().take(4).map(|c| Cell::count(c[at] as usize)));
            row.push(Cell::count(exploited[at]));
            row.push(Cell::text(if most.is_empty() { "–".to_owned() } else { most.join(", ") }));
            row
        })
        .collect();
    let columns = [
        ("fr", Text),
        ("name", Text),
        ("open", Number),
        ("critical", Number),
        ("high", Number),
        ("medium", Number),
        ("low", Number),
        ("exploited", Number),
        ("most_in", Text),
    ];
    part.push(table(words, "findings_by_fr", &columns, rows));
    let [over, cwe, text, impact, none] = rules.map(|n| n.to_string());
    part.aside(words.fill(
        "findings.rules",
        &[("override", &over), ("cwe", &cwe), ("text", &text), ("impact", &impact), ("none", &none)],
    ));
    if unclassified > 0 {
        part.paragraph(words.count("findings.unclassified", unclassified));
    }
    for fr_of in Fr::ALL {
        let list = &mut top[fr_of.index()];
        list.sort_by_key(|i| facts.finding(*i).map(|(f, v)| (urgency(f, v), *i)));
        part.heading(format!("{} – {}", fr(fr_of), facts.fr_name(fr_of)), None, false);
        if list.is_empty() {
            part.say("findings.none_of_fr");
            continue;
        }
        let n = list.len();
        let clusters = clusters(facts, list);
        part.paragraph(words.fill(
            "findings.clusters",
            &[("open", &words.count("open_findings", n)), ("clusters", &clusters)],
        ));
        let rows = list.iter().take(TOP).filter_map(|i| row(facts, *i)).collect();
        let mut shown = table(words, "top_findings", &COLUMNS, rows);
        if n > TOP {
            shown.title =
                words.fill("findings.top_of", &[("shown", &TOP.to_string()), ("n", &n.to_string())]);
        }
        part.push(shown);
    }
    part.finish()
}

const COLUMNS: [(&str, super::ColumnKind); 7] = [
    ("finding", Code),
    ("vulnerability", Text),
    ("asset", Text),
    ("zone", Text),
    ("severity", Text),
    ("class", Number),
    ("epss", Number),
];

fn row(facts: &Facts<'_>, index: usize) -> Option<Vec<Cell>> {
    let (finding, verdict) = facts.finding(index)?;
    Some(vec![
        Cell::text(name(&finding.id)),
        vulnerability(finding),
        Cell::text(facts.tag_of_finding(index)),
        Cell::text(facts.zone_id_of_finding(index)),
        severity_cell(facts.words, finding.kev, verdict.rating.as_str()),
        Cell::count(usize::from(verdict.attacker_class)),
        epss(facts.words.language, finding.epss),
    ])
}

/// What is wrong: the vulnerability with the title below, or the title alone.
pub(crate) fn vulnerability(finding: &Finding<'_>) -> Cell {
    let title = clean(&finding.title);
    match finding.vuln.as_deref().map(clean) {
        Some(vuln) if title.is_empty() || title == vuln => Cell::text(vuln),
        Some(vuln) => Cell::text(vuln).noted(title),
        None => Cell::text(title),
    }
}

/// Codes of the FRs that a finding counts against.
pub(crate) fn frs(verdict: &Verdict) -> Cell {
    let codes: Vec<&str> = verdict.frs.iter().map(Fr::code).collect();
    Cell::text(if codes.is_empty() { "–".to_owned() } else { codes.join(", ") })
}

/// Severity, with a word where it is known to be exploited.
pub(crate) fn severity_cell(words: Words, kev: bool, severity: &str) -> Cell {
    let cell = Cell::text(words.get(&format!("severity.{severity}")));
    if kev { cell.strong().noted(words.get("exploited")) } else { cell }
}

/// Probability of exploitation.
pub(crate) fn epss(language: Language, epss: Option<f64>) -> Cell {
    match epss.filter(|p| p.is_finite()) {
        Some(p) => Cell::text(decimal(language, p, 3)).with(Value::Real(p)),
        None => Cell::text("–"),
    }
}

/// The commonest weaknesses of a list of findings, in words.
fn clusters(facts: &Facts<'_>, list: &[usize]) -> String {
    let mut counts: rustc_hash::FxHashMap<String, usize> = rustc_hash::FxHashMap::default();
    for index in list {
        let Some((finding, _)) = facts.finding(*index) else { continue };
        for weakness in &finding.cwes {
            *counts.entry(clean(&weakness.to_string())).or_default() += 1;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let names: Vec<String> = counts.iter().take(4).map(|(name, n)| format!("{name}\u{a0}({n})")).collect();
    if names.is_empty() { facts.words.get("findings.no_cwe") } else { names.join(", ") }
}

/// Opened, remediated or closed, and still open, month by month over the period (at most the last 24 months).
fn history(facts: &Facts<'_>) -> Chart {
    let words = facts.words;
    let months = months(facts.from, facts.today);
    let at = |day: Date| months.iter().position(|(y, m)| (*y, *m) == (day.year(), day.month()));
    let mut opened = vec![0u32; months.len()];
    let mut left = vec![0u32; months.len()];
    for (_, finding, verdict) in facts.findings() {
        let day = Some(finding.opened.day()).filter(|day| *day >= facts.from);
        if let Some(n) = day.and_then(at).and_then(|i| opened.get_mut(i)) {
            *n += 1;
        }
        if verdict.state == State::Open {
            continue;
        }
        let standing = iec62443::finding::standing(finding, facts.input.when.as_of);
        let day = standing.and_then(|s| s.left_open).filter(|day| *day >= facts.from);
        if let Some(n) = day.and_then(at).and_then(|i| left.get_mut(i)) {
            *n += 1;
        }
    }
    Chart {
        title: words.get("chart.history"),
        kind: ChartKind::Grouped,
        categories: months.iter().map(|(y, m)| month(words.language, *y, *m)).collect(),
        series: vec![
            Series { name: words.get("chart.opened"), tone: Tone::First, values: opened },
            Series { name: words.get("chart.left_open"), tone: Tone::Second, values: left },
        ],
        unit: words.get("chart.findings"),
    }
}

/// Year and month from one day to another, at most the last 24.
pub(crate) fn months(from: Date, to: Date) -> Vec<(i16, i8)> {
    let mut list = Vec::new();
    let (mut year, mut month) = (to.year(), to.month());
    while (year, month) >= (from.year(), from.month()) && list.len() < 24 {
        list.push((year, month));
        (year, month) = if month == 1 { (year - 1, 12) } else { (year, month - 1) };
    }
    list.reverse();
    list
}
