//! Scope and method: what was looked at, how it was scored, and what that can and cannot show.

use iec62443::{
    METHOD, Profile,
    assessment::WarningCode,
    catalogue,
    moment::days_between,
    plant::{Conduit, Direction},
    profile::{Share, Steps},
};

use super::{
    Block, Cell,
    ColumnKind::*,
    Section,
    facts::Facts,
    part::{Numbers, Part, fact, table},
};
use crate::{
    notation::{day, percent, short_day, vector, whole},
    words::{clean, name},
};

pub(crate) fn section(facts: &Facts<'_>, numbers: &mut Numbers) -> Section {
    let mut part = Part::section(facts.words, numbers, format!("{}scope", facts.prefix), "scope.title");
    system(facts, &mut part);
    zones_and_conduits(facts, &mut part);
    definitions(facts, &mut part);
    method(facts, &mut part);
    knowledge(facts, &mut part);
    part.finish()
}

/// The environment and what is recorded of it.
pub(crate) fn system(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    let language = words.language;
    let environment = &facts.plant.environment;
    part.heading_of("scope.system");
    part.say("scope.system.text");
    let count = |n: usize| whole(language, n);
    let mut list = vec![fact(words, "fact.environment", clean(&environment.name))];
    if !environment.organisation.trim().is_empty() {
        list.push(fact(words, "fact.organisation", clean(&environment.organisation)));
    }
    list.extend([
        fact(words, "fact.as_of", day(language, facts.today)),
        fact(
            words,
            "fact.period",
            words
                .fill("period", &[("from", &day(language, facts.from)), ("to", &day(language, facts.today))]),
        ),
        fact(words, "fact.zones", count(facts.plant.zones.iter().filter(|detail| !detail.conduit).count())),
        fact(words, "fact.conduits", count(facts.plant.conduits.len())),
        fact(words, "fact.assets", count(facts.evidence().assets.len())),
        fact(words, "fact.findings", count(facts.findings().count())),
        fact(words, "fact.controls", count(facts.evidence().controls.len())),
        fact(words, "fact.method", METHOD),
    ]);
    part.facts(list);
    if environment.demo {
        part.callout(words.get("demo.title"), words.get("demo.note"), true);
    }
}

fn zones_and_conduits(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    part.heading_of("scope.zones");
    part.say("scope.zones.text");
    let depths = facts.plant.depths();
    let rows = facts
        .zones()
        .iter()
        .enumerate()
        .filter(|(index, _)| facts.plant.zones.get(*index).is_none_or(|detail| !detail.conduit))
        .map(|(index, zone)| {
            let detail = facts.plant.zones.get(index).cloned().unwrap_or_default();
            let mark = "› ".repeat(depths.get(index).copied().unwrap_or(0).min(8) as usize);
            vec![
                Cell::text(format!("{mark}{}", name(&zone.id))),
                Cell::text(clean(&zone.name)).noted(clean(&detail.description)),
                Cell::text(if detail.purdue.is_empty() { "–".to_owned() } else { clean(&detail.purdue) }),
                Cell::text(words.get(if detail.safety { "yes" } else { "no" })),
                Cell::count(facts.assets_in(index)),
                Cell::text(vector(zone.sl_t.map(Some))),
            ]
        })
        .collect();
    let columns = [
        ("id", Text),
        ("name", Text),
        ("purdue", Mark),
        ("safety", Mark),
        ("assets", Number),
        ("sl_t", Code),
    ];
    part.push(table(words, "zones", &columns, rows));
    let rows = facts
        .plant
        .conduits
        .iter()
        .map(|conduit| {
            let target = facts.zones().iter().find(|zone| zone.id == conduit.id).map(|zone| zone.sl_t);
            let protocols: Vec<String> = conduit.protocols.iter().map(|p| clean(p)).collect();
            vec![
                Cell::text(clean(&conduit.id)),
                Cell::text(joined(conduit)).noted(clean(&conduit.name)),
                Cell::text(protocols.join(", ")),
                Cell::text(if conduit.protected_by.trim().is_empty() {
                    words.get("not_recorded")
                } else {
                    clean(&conduit.protected_by)
                }),
                Cell::text(target.map_or_else(|| "–".to_owned(), |sl_t| vector(sl_t.map(Some)))),
            ]
        })
        .collect();
    part.push(table(
        words,
        "conduits",
        &[("id", Text), ("connects", Text), ("protocols", Text), ("protected_by", Text), ("sl_t", Code)],
        rows,
    ));
    let rows: Vec<Vec<Cell>> = facts
        .plant
        .work
        .system
        .external
        .iter()
        .map(|(id, external)| {
            let protocols: Vec<String> = external.protocols.iter().map(|p| clean(p)).collect();
            vec![
                Cell::text(clean(id)),
                Cell::text(clean(&external.name)).noted(clean(&external.description)),
                Cell::text(words.get(&format!("external.{}", external.kind.as_str())))
                    .noted(clean(&external.party)),
                Cell::text(clean(&external.zone)),
                Cell::text(protocols.join(", ")),
                Cell::text(if external.protected_by.trim().is_empty() {
                    words.get("not_recorded")
                } else {
                    clean(&external.protected_by)
                }),
            ]
        })
        .collect();
    if !rows.is_empty() {
        let columns = [
            ("id", Text),
            ("name", Text),
            ("external", Text),
            ("zone", Text),
            ("protocols", Text),
            ("protected_by", Text),
        ];
        part.push(table(words, "external", &columns, rows));
    }
    if let Some(drawing) = super::drawing::drawing(facts.plant, facts.input.assessment, words) {
        part.heading_of("scope.drawing");
        part.push(Block::Drawing(drawing));
        part.aside(words.get("drawing.legend"));
    }
}

/// The zones that a conduit joins, with an arrow for who opens connections.
fn joined(conduit: &Conduit) -> String {
    let ids: Vec<String> = conduit.zones.iter().map(|id| clean(id)).collect();
    let arrow = match conduit.direction {
        Direction::Both => " ↔ ",
        Direction::Outward => " → ",
        Direction::Inward => " ← ",
    };
    match ids.split_first() {
        Some((first, others)) if !others.is_empty() => format!("{first}{arrow}{}", others.join(", ")),
        _ => ids.join(""),
    }
}

fn definitions(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    let language = words.language;
    part.heading_of("scope.levels");
    part.say("scope.levels.text");
    let rows = catalogue::levels()
        .iter()
        .map(|entry| {
            vec![
                Cell::text(format!("SL\u{a0}{}", entry.sl)).strong(),
                Cell::text(entry.protects.in_language(language)),
            ]
        })
        .collect();
    part.push(table(words, "levels", &[("level", Text), ("protects", Text)], rows));
    let rows = catalogue::foundational()
        .iter()
        .map(|entry| {
            vec![
                Cell::text(format!("FR\u{a0}{}", entry.fr.number())).strong(),
                Cell::text(entry.fr.code()),
                Cell::text(entry.name.in_language(language)),
                Cell::text(entry.about.in_language(language)),
            ]
        })
        .collect();
    part.push(table(words, "frs", &[("fr", Text), ("code", Text), ("name", Text), ("about", Text)], rows));
}

fn method(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    part.heading_of("scope.method");
    part.paragraph(words.fill("scope.method.text", &[("method", METHOD)]));
    part.push(Block::List {
        items: ["exposure", "patching", "compensation", "triage", "assurance"]
            .iter()
            .map(|f| words.get(&format!("method.{f}")))
            .collect(),
    });
    part.say("scope.method.levels");
    let profile = &facts.input.assessment.profile;
    part.paragraph(words.fill("scope.profile", &[("name", &clean(&profile.name))]));
    part.push(table(
        words,
        "thresholds",
        &[("threshold", Text), ("sl1", Number), ("sl2", Number), ("sl3", Number), ("sl4", Number)],
        thresholds(facts, profile),
    ));
    part.paragraph(words.fill(
        "scope.profile.rest",
        &[
            ("patch_grace", &profile.patch_grace_days.to_string()),
            ("triage_grace", &profile.triage_grace_days.to_string()),
            ("cap", &profile.evidence_only_cap.to_string()),
        ],
    ));
    part.callout(words.get("scope.limits.title"), words.get("scope.limits.text"), true);
}

/// A share in per cent, exact.
pub(crate) fn share(share: Share) -> String {
    // A share is a decimal from 0 to 1: moving its point by two is exact.
    let text = share.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = format!("{whole}{fraction:0<2}");
    let (front, back) = digits.split_at(whole.len() + 2);
    let front = front.trim_start_matches('0');
    let front = if front.is_empty() { "0" } else { front };
    if back.is_empty() { format!("{front}\u{a0}%") } else { format!("{front}.{back}\u{a0}%") }
}

fn thresholds(facts: &Facts<'_>, profile: &Profile) -> Vec<Vec<Cell>> {
    let words = facts.words;
    let shares = |key: &str, bound: &str, steps: Steps<Share>| -> Vec<Cell> {
        let mut row = vec![Cell::text(words.get(&format!("profile.{key}"))).noted(words.get(bound))];
        row.extend(steps.map(|s| Cell::text(share(s))));
        row
    };
    let mut days = vec![Cell::text(words.get("profile.freshness_days")).noted(words.get("at_most"))];
    days.extend(profile.freshness_days.map(|d| Cell::text(d.to_string())));
    vec![
        shares("medium_density", "at_most", profile.medium_density),
        shares("patching", "at_least", profile.patching),
        shares("compensation", "at_least", profile.compensation),
        shares("triage", "at_least", profile.triage),
        shares("identified", "at_least", profile.identified),
        days,
    ]
}

/// How old and how whole the knowledge is.
pub(crate) fn knowledge(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    let language = words.language;
    part.heading_of("scope.knowledge");
    match facts.input.when.last_update {
        Some(at) => {
            let age = days_between(at.day(), facts.today).max(0);
            let age = usize::try_from(age).unwrap_or(0);
            part.paragraph(words.fill(
                "scope.feeds",
                &[("day", &day(language, at.day())), ("age", &words.count("days", age))],
            ));
        }
        None => part.callout(words.get("scope.no_feeds.title"), words.get("scope.no_feeds.text"), true),
    }
    let ratio = facts.identified();
    let (identified, assets) = (ratio.count as usize, ratio.of as usize);
    part.paragraph(words.fill(
        "scope.identified",
        &[
            ("count", &whole(language, identified)),
            ("of", &whole(language, assets)),
            ("share", &percent(ratio)),
        ],
    ));

    part.small_heading(words.get("scope.quality"));
    let warnings = &facts.input.assessment.warnings;
    let rows = [
        WarningCode::Unscored,
        WarningCode::CvssUnreadable,
        WarningCode::Unclassified,
        WarningCode::ControlMissing,
    ]
    .into_iter()
    .filter_map(|code| {
        let of_code: Vec<_> = warnings.iter().filter(|w| w.code == code).collect();
        if of_code.is_empty() {
            return None;
        }
        let named: Vec<String> = of_code.iter().filter_map(|w| w.finding.as_deref()).map(clean).collect();
        let named = if named.is_empty() { "–".to_owned() } else { words.few(named.into_iter(), 6) };
        Some(vec![
            Cell::text(words.get(&format!("warning.{}", code.as_str()))),
            Cell::count(of_code.len()),
            Cell::text(named),
        ])
    })
    .chain((assets > identified).then(|| {
        let all = facts.evidence().assets.iter().enumerate().filter(|(_, asset)| !asset.identified);
        let tags: Vec<String> = all.map(|(index, _)| facts.tag(index)).collect();
        vec![
            Cell::text(words.get("warning.unidentified")),
            Cell::count(assets - identified),
            Cell::text(words.few(tags.into_iter(), 6)),
        ]
    }))
    .chain(outdated(facts))
    .collect();
    part.push(table(words, "quality", &[("assumption", Text), ("count", Number), ("where", Text)], rows));
}

/// Deferrals and accepted risks past their day are said, since nothing ends them by itself.
fn outdated(facts: &Facts<'_>) -> Option<Vec<Cell>> {
    let words = facts.words;
    let past: Vec<String> = facts
        .findings()
        .filter(|(_, _, verdict)| verdict.state == iec62443::finding::State::Open)
        .filter_map(|(index, finding, _)| {
            let notes = facts.plant.event_notes.get(index)?;
            let last = finding
                .events
                .iter()
                .zip(notes)
                .filter(|(e, _)| e.at <= facts.input.when.as_of)
                .filter_map(|(_, note)| note.until)
                .max()?;
            (last < facts.today)
                .then(|| format!("{} ({})", name(&finding.id), short_day(words.language, last)))
        })
        .collect();
    if past.is_empty() {
        return None;
    }
    let count = past.len();
    Some(vec![
        Cell::text(words.get("warning.until_passed")),
        Cell::count(count),
        Cell::text(words.few(past.into_iter(), 4)),
    ])
}

#[cfg(test)]
mod tests {
    #[test]
    fn shares_become_exact_percentages() {
        for (decimal, text) in [
            ("0.25", "25"),
            ("0.05", "5"),
            ("1", "100"),
            ("0", "0"),
            ("0.125", "12.5"),
            ("0.005", "0.5"),
            ("0.9", "90"),
        ] {
            assert_eq!(super::share(decimal.parse().unwrap()), format!("{text}\u{a0}%"));
        }
    }
}
