//! Annexes: registers, lists, the profile, glossary and notices.

use iec62443::{
    Profile,
    costs::Cost,
    evidence::SrStatus,
    finding::{Cover, State, control_cover},
    scoring,
};

use super::{
    Block, Cell,
    ColumnKind::*,
    Section, Steps,
    facts::Facts,
    findings::{epss, frs, severity_cell, vulnerability},
    part::{Numbers, Part, table},
    program::latest_status,
    scope::share,
};
use crate::{
    Cancelled,
    input::Input,
    notation::{decimal, short_day},
    words::{Words, clean, name},
};

/// Files kept as evidence, with their hashes; none when there are none.
pub(crate) fn evidence(facts: &Facts<'_>, numbers: &mut Numbers) -> Option<Section> {
    let words = facts.words;
    let as_of = facts.input.when.as_of;
    let all = facts.plant.work.attachments.iter();
    let files = all.flat_map(|(subject, list)| list.iter().map(move |file| (subject, file)));
    let rows: Vec<Vec<Cell>> = files
        .filter(|(_, file)| file.at <= as_of)
        .map(|(subject, file)| {
            let (kind, id) = subject.split_once(' ').unwrap_or(("", subject));
            vec![
                Cell::text(words.fill(&format!("evidence.{kind}"), &[("id", &clean(id))])),
                Cell::text(clean(&file.name)).noted(clean(&file.note)),
                Cell::text(short_day(words.language, file.at.day())),
                Cell::text(clean(&file.by)),
                Cell::text(file.sha256.clone()),
            ]
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let mut part = annex(facts, numbers, "evidence").running();
    part.say("annex.evidence.text");
    let columns = [("evidence_of", Text), ("file", Text), ("date", Text), ("by", Text), ("sha256", Code)];
    part.push(table(words, "evidence", &columns, rows));
    Some(part.finish())
}

fn annex(facts: &Facts<'_>, numbers: &mut Numbers, id: &str) -> Part {
    Part::annex(facts.words, numbers, format!("{}annex-{id}", facts.prefix), &format!("annex.{id}"))
}

fn word_or(words: Words, prefix: &str, value: &str) -> String {
    let key = value.trim().to_lowercase().replace([' ', '-'], "_");
    words.find(&format!("{prefix}.{key}")).map_or_else(|| clean(value), str::to_owned)
}

pub(crate) fn assets(
    facts: &Facts<'_>,
    numbers: &mut Numbers,
    steps: &Steps<'_>,
) -> Result<Section, Cancelled> {
    let words = facts.words;
    let mut part = annex(facts, numbers, "assets");
    part.say("annex.assets.text");
    let mut open = vec![0usize; facts.evidence().assets.len()];
    for (index, _, _) in facts.findings().filter(|(_, _, v)| v.state == State::Open) {
        if let Some(n) = facts.asset_of.get(index).copied().flatten().and_then(|a| open.get_mut(a)) {
            *n += 1;
        }
    }
    let mut rows = Vec::with_capacity(open.len());
    for (index, asset) in facts.evidence().assets.iter().enumerate() {
        if index % 1000 == 0 {
            steps.still_wanted()?;
        }
        let detail = facts.detail(index).cloned().unwrap_or_default();
        let mut identities: Vec<String> = detail
            .identities
            .iter()
            .map(|i| {
                let version = if i.version.trim().is_empty() {
                    words.get("version_unknown")
                } else {
                    clean(&i.version)
                };
                format!(
                    "{} {} · {version} ({})",
                    clean(&i.vendor),
                    clean(&i.product),
                    words.get(&format!("kind.{}", i.kind.as_str()))
                )
            })
            .collect();
        if identities.is_empty() {
            identities.push(words.get("not_recorded"));
        }
        let place: Vec<String> = [clean(&detail.ip), clean(&detail.mac), clean(&detail.serial)]
            .into_iter()
            .filter(|t| !t.is_empty())
            .collect();
        rows.push(vec![
            Cell::text(facts.tag(index)).strong().noted(clean(&detail.name)),
            Cell::text(clean(&asset.zone)),
            Cell::text(identities.join("; ")).noted(if asset.identified {
                String::new()
            } else {
                words.get("not_identified")
            }),
            Cell::text(word_or(words, "type", &detail.component_type)).noted(word_or(
                words,
                "lifecycle",
                &detail.lifecycle,
            )),
            Cell::text(word_or(words, "criticality", &detail.criticality)),
            Cell::text(place.first().cloned().unwrap_or_default())
                .noted(place.get(1..).unwrap_or_default().join(" · ")),
            Cell::text(clean(&detail.owner)),
            Cell::count(open.get(index).copied().unwrap_or(0)),
        ]);
    }
    let columns = [
        ("asset", Text),
        ("zone", Text),
        ("identities", Text),
        ("type", Text),
        ("criticality", Text),
        ("address", Text),
        ("owner", Text),
        ("open", Number),
    ];
    part.push(table(words, "assets", &columns, rows));
    Ok(part.finish())
}

pub(crate) fn findings(
    facts: &Facts<'_>,
    numbers: &mut Numbers,
    steps: &Steps<'_>,
) -> Result<Section, Cancelled> {
    let words = facts.words;
    let mut part = annex(facts, numbers, "findings");
    part.say("annex.findings.text");
    let mut rows = Vec::new();
    for (count, (index, finding, verdict)) in facts.findings().enumerate() {
        if count % 1000 == 0 {
            steps.still_wanted()?;
        }
        let mut state = words.get(&format!("state.{}", verdict.state.as_str()));
        if verdict.deferred {
            state = format!("{state}, {}", words.get("deferred"));
        }
        let mut note = Vec::new();
        if verdict.state == State::Open {
            note.push(words.get(if verdict.triaged { "triaged" } else { "not_triaged" }));
            note.push(words.get(if verdict.fix.is_some() { "fix" } else { "no_fix" }));
            if verdict.cover > Cover::None {
                note.push(words.get("covered"));
            }
        }
        rows.push(vec![
            Cell::text(name(&finding.id)),
            vulnerability(finding),
            Cell::text(facts.tag_of_finding(index)),
            Cell::text(facts.zone_id_of_finding(index)),
            frs(verdict).noted(words.get(&format!("rule.{}", verdict.rule.as_str()))),
            severity_cell(words, finding.kev, verdict.rating.as_str()),
            Cell::count(usize::from(verdict.attacker_class)),
            epss(words.language, finding.epss),
            Cell::text(short_day(words.language, finding.opened.day())),
            Cell::text(state).noted(note.join(", ")),
        ]);
    }
    let columns = [
        ("finding", Code),
        ("vulnerability", Text),
        ("asset", Text),
        ("zone", Text),
        ("frs", Text),
        ("severity", Text),
        ("class", Number),
        ("epss", Number),
        ("opened", Text),
        ("state", Text),
    ];
    part.push(table(words, "all_findings", &columns, rows));
    Ok(part.finish())
}

pub(crate) fn controls(facts: &Facts<'_>, numbers: &mut Numbers) -> Section {
    let words = facts.words;
    let mut part = annex(facts, numbers, "controls");
    let mut covered: rustc_hash::FxHashMap<&str, usize> = rustc_hash::FxHashMap::default();
    for (_, finding, _) in facts.findings().filter(|(_, _, v)| v.state == State::Open) {
        for control in &finding.controls {
            *covered.entry(&**control).or_default() += 1;
        }
    }
    let rows = facts
        .evidence()
        .controls
        .iter()
        .enumerate()
        .map(|(index, control)| {
            let detail = facts.plant.controls.get(index).cloned().unwrap_or_default();
            let status = latest_status(facts, control)
                .map_or_else(|| "–".to_owned(), |s| words.get(&format!("control.{}", s.as_str())));
            let since = control.history.iter().filter(|c| c.at <= facts.input.when.as_of).map(|c| c.at).max();
            let force = control_cover(control, facts.input.when.as_of) > Cover::None;
            let srs: Vec<String> = detail.srs.iter().map(|s| clean(s).replace(' ', "\u{a0}")).collect();
            vec![
                Cell::text(name(&control.id)),
                Cell::text(clean(&detail.title)).noted(srs.join(", ")),
                Cell::text(if detail.zone.is_empty() { words.get("several") } else { clean(&detail.zone) }),
                Cell::text(status).noted(words.get(if force { "in_force" } else { "not_in_force" })),
                Cell::text(since.map_or_else(|| "–".to_owned(), |at| short_day(words.language, at.day()))),
                Cell::text(
                    control
                        .expires
                        .map_or_else(|| words.get("open_ended"), |day| short_day(words.language, day)),
                ),
                Cell::text(clean(&detail.owner)),
                Cell::count(covered.get(&*control.id).copied().unwrap_or(0)),
            ]
        })
        .collect();
    let columns = [
        ("control", Code),
        ("title", Text),
        ("zone", Text),
        ("status", Text),
        ("since", Text),
        ("until", Text),
        ("owner", Text),
        ("covers", Number),
    ];
    part.push(table(words, "controls", &columns, rows));
    part.finish()
}

pub(crate) fn answers(facts: &Facts<'_>, numbers: &mut Numbers) -> Section {
    let words = facts.words;
    let mut part = annex(facts, numbers, "answers");
    part.say("annex.answers.text");
    let as_of = facts.input.when.as_of;
    let held = scoring::satisfied(facts.evidence(), as_of);
    let requirements = &iec62443::catalogue::system().requirements;
    let mut any = false;
    for (index, zone) in facts.zones().iter().enumerate() {
        let Some(answers) = held.get(index).filter(|a| a.iter().any(Option::is_some)) else { continue };
        any = true;
        let mut latest: rustc_hash::FxHashMap<&str, &iec62443::evidence::SrAssessment<'_>> =
            rustc_hash::FxHashMap::default();
        for answer in facts.evidence().sr_assessments.iter().filter(|a| a.at <= as_of && *a.zone == *zone.id)
        {
            let place = latest.entry(&*answer.requirement).or_insert(answer);
            if place.at <= answer.at {
                *place = answer;
            }
        }
        part.heading(facts.zone_name(index), None, false);
        let rows = requirements
            .iter()
            .zip(answers)
            .filter_map(|(requirement, answer)| answer.map(|(status, holds)| (requirement, status, holds)))
            .map(|(requirement, status, holds)| {
                let answer = latest.get(requirement.id.as_str());
                let why = answer.map(|a| clean(&a.justification)).unwrap_or_default();
                let control = answer.and_then(|a| a.control.as_deref()).map(clean).unwrap_or_default();
                let status_words = words.get(&format!("sr.{}", status.as_str()));
                let mut cell = Cell::text(if control.is_empty() {
                    status_words
                } else {
                    format!("{status_words} ({control})")
                });
                if !holds {
                    cell = cell.strong();
                    if status != SrStatus::NotMet {
                        cell = cell.noted(words.get("not_satisfied"));
                    }
                }
                vec![
                    Cell::text(requirement.id.clone()),
                    Cell::text(requirement.title.in_language(words.language)),
                    Cell::text(format!("SL\u{a0}{}", requirement.sl)),
                    cell,
                    Cell::text(answer.map_or_else(String::new, |a| short_day(words.language, a.at.day()))),
                    Cell::text(if why.is_empty() { "–".to_owned() } else { why }),
                ]
            })
            .collect();
        let columns = [
            ("requirement", Text),
            ("title", Text),
            ("from_level", Mark),
            ("status", Text),
            ("date", Text),
            ("justification", Text),
        ];
        part.push(table(words, "answers", &columns, rows));
    }
    if !any {
        part.say("annex.answers.none");
    }
    part.finish()
}

pub(crate) fn profile(facts: &Facts<'_>, numbers: &mut Numbers) -> Section {
    let words = facts.words;
    let mut part = annex(facts, numbers, "profile").running();
    let used = &facts.input.assessment.profile;
    let default = Profile::default();
    part.paragraph(words.fill("annex.profile.text", &[("name", &clean(&used.name))]));
    let shares = |s: [iec62443::profile::Share; 4]| s.map(share).join(" · ");
    let days = |d: [u32; 4]| d.map(|d| d.to_string()).join(" · ");
    let list = [
        ("medium_density", shares(used.medium_density), shares(default.medium_density)),
        ("patching", shares(used.patching), shares(default.patching)),
        ("compensation", shares(used.compensation), shares(default.compensation)),
        ("triage", shares(used.triage), shares(default.triage)),
        ("identified", shares(used.identified), shares(default.identified)),
        ("freshness_days", days(used.freshness_days), days(default.freshness_days)),
        ("patch_grace_days", used.patch_grace_days.to_string(), default.patch_grace_days.to_string()),
        ("triage_grace_days", used.triage_grace_days.to_string(), default.triage_grace_days.to_string()),
        ("evidence_only_cap", used.evidence_only_cap.to_string(), default.evidence_only_cap.to_string()),
    ];
    // What work costs belongs to the plan alone.
    let tells_costs = facts.input.scenario.is_some() || used.costs != default.costs;
    let costs = used.costs.named().into_iter().zip(default.costs.named()).filter(|_| tells_costs);
    let costs = costs.map(|((key, used), (_, default))| {
        (format!("costs.{key}"), amount(words, used), amount(words, default))
    });
    let rows = list
        .map(|(key, used, default)| (key.to_owned(), used, default))
        .into_iter()
        .chain(costs)
        .map(|(key, used, default)| {
            let changed = used != default;
            let value = Cell::text(used);
            vec![
                Cell::text(words.get(&format!("profile.{key}"))),
                Cell::text(key),
                if changed { value.strong() } else { value },
                Cell::text(default),
                Cell::text(words.get(if changed { "changed" } else { "as_default" })),
            ]
        })
        .collect();
    let columns = [("parameter", Text), ("key", Code), ("used", Text), ("default", Text), ("compared", Text)];
    part.push(table(words, "profile", &columns, rows));
    part.finish()
}

/// A cost as it is written in the report's language.
pub(super) fn amount(words: Words, cost: Cost) -> String {
    decimal(words.language, cost.in_hundredths() as f64 / 100.0, 2)
}

/// The words that a report uses, once for all of it.
pub(crate) fn glossary(words: Words, numbers: &mut Numbers, terms: &[&str]) -> Section {
    let mut part = Part::annex(words, numbers, "annex-glossary".to_owned(), "annex.glossary").running();
    let rows = terms
        .iter()
        .map(|term| {
            vec![
                Cell::text(words.get(&format!("term.{term}"))).strong(),
                Cell::text(words.get(&format!("term.{term}.means"))),
            ]
        })
        .collect();
    part.push(table(words, "glossary", &[("term", Text), ("means", Text)], rows));
    part.finish()
}

/// Sources of data and what their owners want said; `attack` where names of MITRE ATT&CK are shown.
pub(crate) fn notices(input: &Input<'_>, words: Words, numbers: &mut Numbers, attack: bool) -> Section {
    let mut part = Part::annex(words, numbers, "annex-notices".to_owned(), "annex.notices").running();
    part.say("annex.notices.text");
    let list = ["nvd", "kev", "epss", "cwe", "cvss"].into_iter().chain(attack.then_some("attack"));
    let list = list.chain(["iec", "font"]);
    part.push(Block::List { items: list.map(|n| words.get(&format!("notice.{n}"))).collect() });
    if input.plants.iter().any(|p| p.plant.environment.demo) {
        part.callout(words.get("demo.title"), words.get("demo.note"), false);
    }
    part.finish()
}

/// Every term of the glossary.
pub(crate) const TERMS: [&str; 20] = [
    "asset",
    "attacker_class",
    "conduit",
    "control",
    "cve",
    "cvss",
    "cwe",
    "epss",
    "evidence",
    "exposure",
    "finding",
    "fr",
    "kev",
    "sl_a",
    "sl_c",
    "sl_t",
    "sr",
    "suc",
    "triage",
    "zone",
];
