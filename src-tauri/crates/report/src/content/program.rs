//! Evidence for vulnerability management as IEC 62443-2-1 asks for it.

use iec62443::{
    catalogue,
    evidence::{ControlStatus, EventKind},
    finding::{Cover, Rating, State, control_cover},
    moment::days_between,
    program::{self, Gap, Group},
    work::PatchState,
};

use super::{
    Block, Cell, Chart, ChartKind,
    ColumnKind::*,
    Section, Series, Tone, Value, decisions,
    facts::Facts,
    findings::months,
    part::{Numbers, Part, fact, table},
};
use crate::{
    input::AuditSummary,
    notation::{day, decimal, month, short_day, time, whole},
    words::clean,
};

pub(crate) fn section(facts: &Facts<'_>, audit: &AuditSummary, numbers: &mut Numbers) -> Section {
    let mut part = Part::section(facts.words, numbers, format!("{}program", facts.prefix), "program.title");
    clauses(facts, &mut part);
    monitoring(facts, &mut part);
    triage(facts, &mut part);
    treatment(facts, &mut part);
    updates(facts, &mut part);
    exceptions(facts, &mut part);
    controls(facts, &mut part);
    audit_log(facts, audit, &mut part);
    part.finish()
}

/// Kinds of evidence that this report holds; a clause that asks for another kind is not served by it.
const HELD: [&str; 7] = [
    "asset_inventory",
    "audit_log",
    "compensating_controls",
    "cve_monitoring",
    "report",
    "triage_workflow",
    "vendor_history",
];

/// Which clauses the evidence speaks to. Of the 2010 edition the neighbours of 4.2.3.9 are shown with it.
fn clauses(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    let program = catalogue::security_program();
    part.heading_of("program.clauses");
    part.say("program.clauses.text");
    part.paragraph(program.clause_note.in_language(words.language).to_owned());
    let held = |clause: &catalogue::Clause| -> String {
        let with_updates = !facts.plant.work.updates.is_empty();
        let is_held = |kind: &str| HELD.contains(&kind) || kind == "patch_states" && with_updates;
        let kinds = clause.evidence.iter().filter(|kind| is_held(kind));
        let named = kinds.filter_map(|kind| program.evidence_kinds.get(kind));
        named.map(|kind| kind.in_language(words.language)).collect::<Vec<_>>().join(", ")
    };
    let row = |edition: &str, clause: &catalogue::Clause| {
        let held = held(clause);
        let held = if held.is_empty() { words.get("clauses.not_held") } else { held };
        let id = Cell::text(clause.id.clone()).strong();
        vec![Cell::text(edition), id, Cell::text(clause.title.clone()), Cell::text(held)]
    };
    let rows = program
        .edition_2010
        .iter()
        .map(|clause| row("2010", clause))
        .chain(program.edition_2024.iter().filter(|c| !held(c).is_empty()).map(|clause| row("2024", clause)))
        .collect();
    part.push(table(
        words,
        "clauses",
        &[("edition", Text), ("clause", Text), ("title", Text), ("evidence_kinds", Text)],
        rows,
    ));
}

/// How often feeds and scans were brought up to date, and where there were gaps.
fn monitoring(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    let language = words.language;
    part.heading_of("program.monitoring");
    let when = facts.input.when;
    let days = program::update_days(facts.plant, when);
    if days.is_empty() {
        match facts.input.when.last_update {
            Some(at) => part.paragraph(words.fill("program.only_last", &[("day", &day(language, at.day()))])),
            None => part.say("program.no_updates"),
        }
        return;
    }
    let intervals = program::intervals(&days, when);
    let mut lengths: Vec<i64> = intervals.iter().map(|gap| gap.days).collect();
    lengths.sort_unstable();
    let in_period = days.iter().filter(|day| **day >= facts.from).count();
    let limit = i64::from(program::allowed_days(facts.input.assessment));
    let last_age = days.last().map_or(0, |last| days_between(*last, facts.today));
    part.facts(vec![
        fact(words, "fact.updates", whole(language, in_period)),
        fact(words, "fact.interval_median", days_word(facts, quantile(&lengths, 50))),
        fact(words, "fact.interval_longest", days_word(facts, lengths.last().copied().unwrap_or(0))),
        fact(
            words,
            "fact.last_update",
            words.fill(
                "fact.last_update.text",
                &[
                    ("day", &day(language, days.last().copied().unwrap_or(facts.today))),
                    ("age", &days_word(facts, last_age)),
                ],
            ),
        ),
    ]);
    let months = months(facts.from, facts.today);
    let mut counts = vec![0u32; months.len()];
    for at in days.iter().filter(|d| **d >= facts.from) {
        if let Some(n) = months
            .iter()
            .position(|(y, m)| (*y, *m) == (at.year(), at.month()))
            .and_then(|i| counts.get_mut(i))
        {
            *n += 1;
        }
    }
    part.push(Block::Charts {
        charts: vec![Chart {
            title: words.get("chart.updates"),
            kind: ChartKind::Grouped,
            categories: months.iter().map(|(y, m)| month(language, *y, *m)).collect(),
            series: vec![Series { name: words.get("chart.update_days"), tone: Tone::First, values: counts }],
            unit: words.get("chart.days"),
        }],
    });
    let rows = intervals
        .iter()
        .filter(|gap| gap.days > limit)
        .map(|Gap { from, to, days: length }| {
            let end = if *to == facts.today {
                words.fill("until_as_of", &[("day", &short_day(language, *to))])
            } else {
                short_day(language, *to)
            };
            vec![
                Cell::text(short_day(language, *from)),
                Cell::text(end),
                Cell::text(length.to_string()).with(Value::Whole(*length)),
            ]
        })
        .collect();
    let mut gaps = table(words, "gaps", &[("from_day", Text), ("to_day", Text), ("days", Number)], rows);
    gaps.title = words.fill("table.gaps", &[("days", &limit.to_string())]);
    gaps.empty = words.fill("empty.gaps", &[("days", &limit.to_string())]);
    part.push(gaps);
}

fn days_word(facts: &Facts<'_>, days: i64) -> String {
    facts.words.count("days", usize::try_from(days).unwrap_or(0))
}

/// The value that a share of a sorted list (in per cent) does not exceed, by nearest rank.
fn quantile<T: Copy + Default>(sorted: &[T], percent: usize) -> T {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

/// Time from opening to the first decision.
fn triage(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    let as_of = facts.input.when.as_of;
    part.heading_of("program.triage");
    part.say("program.triage.text");
    let mut events = [0usize; 11];
    for (_, finding, _) in facts.findings() {
        for event in finding.events.iter().filter(|e| e.at <= as_of && e.at.day() >= facts.from) {
            if let Some(n) = KINDS.iter().position(|k| *k == event.kind).and_then(|i| events.get_mut(i)) {
                *n += 1;
            }
        }
    }
    let figures = program::figures(facts.plant, facts.input.assessment, facts.input.when);
    let row = |label: Cell, group: &Group| {
        let times = group.acknowledged;
        vec![
            label,
            Cell::count(times.count),
            in_days(facts, times.median),
            in_days(facts, times.p90),
            in_days(facts, times.longest),
            Cell::count(group.waiting),
            if group.waiting > 0 {
                Cell::text(group.oldest.to_string()).with(Value::Whole(group.oldest))
            } else {
                Cell::text("–")
            },
        ]
    };
    let mut rows: Vec<Vec<Cell>> = Rating::ALL
        .iter()
        .filter_map(|rating| Some((rating, figures.severities.get(rating.as_str())?)))
        .filter(|(_, group)| group.acknowledged.count > 0 || group.waiting > 0)
        .map(|(rating, group)| row(Cell::text(words.get(&format!("severity.{}", rating.as_str()))), group))
        .collect();
    rows.push(row(Cell::text(words.get("all")).strong(), &figures.all));
    let columns = [
        ("severity", Text),
        ("triaged", Number),
        ("median_days", Number),
        ("p90_days", Number),
        ("longest_days", Number),
        ("waiting", Number),
        ("oldest_days", Number),
    ];
    part.push(table(words, "triage_times", &columns, rows));
    let rows = KINDS
        .iter()
        .zip(events)
        .filter(|(_, n)| *n > 0)
        .map(|(kind, n)| vec![Cell::text(words.get(&format!("event.{}", kind.as_str()))), Cell::count(n)])
        .collect();
    part.push(table(words, "events", &[("event", Text), ("in_period", Number)], rows));
    tickets(facts, part);
}

/// Time from opening to the end, and what was left open at the end of each month.
fn treatment(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    let language = words.language;
    part.heading_of("program.treatment");
    part.say("program.treatment.text");
    let figures = program::figures(facts.plant, facts.input.assessment, facts.input.when);
    let row = |label: Cell, group: &Group| {
        let times = group.treated;
        vec![
            label,
            Cell::count(times.count),
            in_days(facts, times.median),
            in_days(facts, times.p90),
            in_days(facts, times.longest),
            Cell::count(group.open),
        ]
    };
    let mut rows: Vec<Vec<Cell>> = figures
        .tiers
        .iter()
        .map(|(tier, group)| row(Cell::text(words.fill("tier", &[("n", &tier.to_string())])), group))
        .collect();
    rows.push(row(Cell::text(words.get("all")).strong(), &figures.all));
    let columns = [
        ("priority", Text),
        ("treated", Number),
        ("median_days", Number),
        ("p90_days", Number),
        ("longest_days", Number),
        ("open", Number),
    ];
    part.push(table(words, "treated_times", &columns, rows));
    let counted = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let series = |name: &str, tone, of: fn(&program::Backlog) -> usize| Series {
        name: words.get(name),
        tone,
        values: figures.backlog.iter().map(|entry| counted(of(entry))).collect(),
    };
    part.push(Block::Charts {
        charts: vec![Chart {
            title: words.get("chart.backlog"),
            kind: ChartKind::Grouped,
            categories: figures
                .backlog
                .iter()
                .map(|entry| month(language, entry.day.year(), entry.day.month()))
                .collect(),
            series: vec![
                series("chart.backlog_open", Tone::First, |entry| entry.open),
                series("chart.backlog_waiting", Tone::Rest, |entry| entry.waiting),
            ],
            unit: words.get("chart.findings"),
        }],
    });
}

/// Vendors' updates on their way onto the assets (IEC TR 62443-2-3).
fn updates(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    let language = words.language;
    let as_of = facts.input.when.as_of;
    let work = &facts.plant.work;
    let open: rustc_hash::FxHashSet<&str> = facts
        .findings()
        .filter(|(_, _, verdict)| verdict.state == State::Open)
        .map(|(_, finding, _)| &*finding.id)
        .collect();
    let mut installed = Vec::new();
    let mut rows = Vec::new();
    for (id, update) in &work.updates {
        let mut states: std::collections::BTreeMap<PatchState, usize> = std::collections::BTreeMap::new();
        let (mut oldest, mut missed) = (None, 0);
        for on in &update.assets {
            let Some(state) = on.at(as_of).map(|step| step.state) else { continue };
            *states.entry(state).or_default() += 1;
            let age = update.age(on, as_of);
            if state.is_installed() {
                installed.extend(age);
            } else if !state.is_done() {
                oldest = oldest.max(age);
                let window = work.windows.get(&on.window);
                missed += usize::from(window.is_some_and(|window| window.ends < facts.today));
            }
        }
        if states.is_empty() {
            continue;
        }
        let states: Vec<String> = states
            .iter()
            .map(|(state, n)| format!("{n} {}", words.get(&format!("patch_state.{}", state.as_str()))))
            .collect();
        let note = if missed > 0 { words.count("missed_window", missed) } else { String::new() };
        rows.push(vec![
            Cell::text(clean(id)),
            Cell::text(clean(&format!("{} {} {}", update.vendor, update.product, update.version))),
            Cell::text(update.released.map_or_else(|| "–".to_owned(), |day| short_day(language, day))),
            Cell::text(update.supplier.map_or_else(
                || "–".to_owned(),
                |state| words.get(&format!("supplier_state.{}", state.as_str())),
            )),
            Cell::text(states.join(", ")).noted(note),
            Cell::count(update.findings.iter().filter(|finding| open.contains(finding.as_str())).count()),
            oldest.map_or_else(
                || Cell::text("–"),
                |days| Cell::text(days.to_string()).with(Value::Whole(days)),
            ),
        ]);
    }
    if rows.is_empty() {
        return;
    }
    part.heading_of("program.updates");
    part.say("program.updates.text");
    if !installed.is_empty() {
        installed.sort_unstable();
        let (n, half) = (whole(language, installed.len()), days_word(facts, quantile(&installed, 50)));
        part.paragraph(words.fill("program.updates.age", &[("n", &n), ("half", &half)]));
    }
    let columns = [
        ("update", Code),
        ("title", Text),
        ("released", Text),
        ("supplier", Text),
        ("progress", Text),
        ("open", Number),
        ("waiting_days", Number),
    ];
    part.push(table(words, "updates", &columns, rows));
}

/// Days with a tenth.
fn in_days(facts: &Facts<'_>, days: Option<f64>) -> Cell {
    days.map_or_else(
        || Cell::text("–"),
        |days| {
            let text = decimal(facts.words.language, days, 1);
            Cell::text(text).with(Value::Real((days * 10.0).round() / 10.0))
        },
    )
}

const KINDS: [EventKind; 11] = [
    EventKind::Acknowledged,
    EventKind::Ticketed,
    EventKind::RiskAccepted,
    EventKind::Deferred,
    EventKind::Undeferred,
    EventKind::FixAvailable,
    EventKind::Patched,
    EventKind::Closed,
    EventKind::Reopened,
    EventKind::FalsePositive,
    EventKind::FrOverride,
];

fn tickets(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    let as_of = facts.input.when.as_of;
    let written: Vec<_> =
        facts.plant.tickets.iter().filter(|t| t.created.is_none_or(|at| at <= as_of)).collect();
    if written.is_empty() {
        return;
    }
    let open = |t: &&&iec62443::plant::Ticket| t.closed.is_none_or(|at| at > as_of);
    let running = written.iter().filter(open).count();
    let late = written.iter().filter(open).filter(|t| t.due.is_some_and(|due| due < facts.today)).count();
    let n = |n: usize| whole(words.language, n);
    part.paragraph(
        words.fill("program.tickets", &[("n", &n(written.len())), ("open", &n(running)), ("late", &n(late))]),
    );
}

/// Accepted risks and deferrals that are in force, with their end.
fn exceptions(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    part.heading_of("program.exceptions");
    part.say("program.exceptions.text");
    let mut list = Vec::new();
    for (index, finding, _) in facts.findings().filter(|(_, _, v)| v.state == State::Open) {
        let exceptional = [EventKind::RiskAccepted, EventKind::Deferred];
        for decision in decisions::standing(facts, index) {
            if !exceptional.contains(&decision.kind) {
                continue;
            }
            let mut row = vec![Cell::text(clean(&finding.id)), Cell::text(facts.tag_of_finding(index))];
            row.extend(decisions::cells(words, &decision));
            row.push(decisions::until(facts, &decision));
            list.push((decision.note.until.unwrap_or(jiff::civil::Date::MAX), index, row));
        }
    }
    list.sort_by_key(|(until, index, _)| (*until, *index));
    let rows = list.into_iter().map(|(_, _, row)| row).collect();
    let columns = [
        ("finding", Code),
        ("asset", Text),
        ("decision", Text),
        ("date", Text),
        ("by", Text),
        ("reason", Text),
        ("until", Text),
    ];
    part.push(table(words, "exceptions", &columns, rows));
}

fn controls(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    part.heading_of("program.controls");
    let mut by_status = [0usize; 4];
    let (mut in_force, mut expired) = (0, 0);
    for control in &facts.evidence().controls {
        let cover = control_cover(control, facts.input.when.as_of);
        in_force += usize::from(cover > Cover::None);
        expired += usize::from(control.expires.is_some_and(|last| last < facts.today));
        if let Some(n) = latest_status(facts, control).and_then(|s| by_status.get_mut(s as usize)) {
            *n += 1;
        }
    }
    let n = |n: usize| whole(words.language, n);
    let [draft, implemented, verified, retired] = by_status.map(n);
    let counts = words.fill(
        "program.controls.text",
        &[
            ("in_force", &n(in_force)),
            ("draft", &draft),
            ("implemented", &implemented),
            ("verified", &verified),
            ("retired", &retired),
            ("expired", &n(expired)),
        ],
    );
    let annex = facts.there.controls.as_deref();
    let annex = annex.map(|annex| words.fill("program.controls.annex", &[("annex", annex)]));
    part.paragraph([Some(counts), annex].into_iter().flatten().collect::<Vec<_>>().join(" "));
}

/// Status of a control on the day.
pub(crate) fn latest_status(
    facts: &Facts<'_>,
    control: &iec62443::evidence::Control<'_>,
) -> Option<ControlStatus> {
    // Of changes at the same instant the last in the document holds.
    control.history.iter().filter(|c| c.at <= facts.input.when.as_of).max_by_key(|c| c.at).map(|c| c.status)
}

fn audit_log(facts: &Facts<'_>, audit: &AuditSummary, part: &mut Part) {
    let words = facts.words;
    part.heading_of("program.audit");
    let rows = whole(words.language, usize::try_from(audit.rows).unwrap_or(usize::MAX));
    if audit.intact {
        part.paragraph(words.fill("program.audit.intact", &[("rows", &rows)]));
    } else {
        part.callout(
            words.get("program.audit.broken.title"),
            words.fill("program.audit.broken", &[("rows", &rows)]),
            true,
        );
    }
    if !audit.head.is_empty() {
        part.facts(vec![super::Fact { code: true, ..fact(words, "fact.audit_head", clean(&audit.head)) }]);
    }
    let rows = audit
        .latest
        .iter()
        .map(|line| {
            let at = line
                .at
                .parse::<jiff::Timestamp>()
                .map_or_else(|_| clean(&line.at), |at| time(words.language, at));
            vec![
                Cell::text(line.seq.to_string()).with(Value::Whole(line.seq)),
                Cell::text(at),
                Cell::text(clean(&line.actor)),
                Cell::text(clean(&line.action)),
                Cell::text(clean(&line.subject)),
            ]
        })
        .collect();
    part.push(table(
        words,
        "audit",
        &[("no", Number), ("time", Text), ("who", Text), ("action", Text), ("subject", Text)],
        rows,
    ));
}

#[cfg(test)]
mod tests {
    #[test]
    fn quantiles_are_members_of_the_list() {
        assert_eq!(super::quantile(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 50), 5);
        assert_eq!(super::quantile(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90), 9);
        assert_eq!(super::quantile(&[7], 90), 7);
        assert_eq!(super::quantile::<i64>(&[], 50), 0);
    }
}
