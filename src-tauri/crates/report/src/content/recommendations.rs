//! What to do: the findings grouped as people do the work, each group with the SRs it serves and the effect
//! on the levels, computed by applying it and scoring again.

use std::collections::BTreeMap;

use iec62443::{
    Fr,
    action::Action,
    assessment::ZoneAssessment,
    catalogue,
    evidence::ControlStatus,
    finding::{Cover, State},
    mapping,
    plan::{gap, stops_production},
};

use super::{
    Cell,
    ColumnKind::*,
    Section, Steps, Table, Value, advice,
    facts::{Facts, urgency},
    levers::Effect,
    part::{Numbers, Part, table},
    summary::{gap_cell, lifts},
    zones::open_requirements,
};
use crate::{
    Cancelled,
    notation::vector,
    words::{Words, clean, name},
};

/// Groups whose effect alone is computed; further ones only take part in the effect of all together.
const TRIED: usize = 120;

/// Findings named with a recommendation.
const NAMED: usize = 3;
/// Mitigations named with a recommendation.
const MITIGATIONS: usize = 6;
/// SRs named with a recommendation.
const SRS: usize = 4;

/// A piece of work.
struct Work {
    action: Action,
    title: String,
    what: String,
    srs: Vec<String>,
    zones: Vec<usize>,
    /// Findings concerned, most urgent first; may be none.
    findings: Vec<usize>,
    /// Mitigations of ATT&CK for ICS that carry its SRs, where it is protection that is missing.
    mitigations: String,
    effort: Effort,
    /// Worst first when effects are the same.
    weight: usize,
    alone: Option<Effect>,
}

/// What a piece of work costs, by a rule that is printed beneath the table.
#[derive(Clone, Copy)]
struct Effort {
    /// Assets that it touches.
    assets: usize,
    /// It asks for a stop of production.
    stop: bool,
}

/// Assets up to which work without a stop is small, and work with a stop medium.
const FEW: usize = 5;
/// Assets up to which work without a stop is medium.
const SOME: usize = 25;

impl Effort {
    /// Work that production goes on with.
    fn running(assets: usize) -> Effort {
        Effort { assets, stop: false }
    }

    /// An update: devices that control or carry production stand still for it.
    fn update(facts: &Facts<'_>, assets: &[usize]) -> Effort {
        let stops = |asset: &usize| {
            let zone = facts.zone_of.get(*asset).copied().flatten();
            let safety = zone.and_then(|zone| facts.plant.zones.get(zone)).is_some_and(|zone| zone.safety);
            safety || facts.detail(*asset).is_some_and(stops_production)
        };
        Effort { assets: assets.len(), stop: assets.iter().any(stops) }
    }

    fn class(self) -> &'static str {
        match (self.stop, self.assets) {
            (false, 0..=FEW) => "small",
            (false, 0..=SOME) | (true, 0..=FEW) => "medium",
            _ => "large",
        }
    }
}

pub(crate) fn section(
    facts: &Facts<'_>,
    numbers: &mut Numbers,
    steps: &Steps<'_>,
) -> Result<Section, Cancelled> {
    let words = facts.words;
    let mut part =
        Part::section(words, numbers, format!("{}recommendations", facts.prefix), "recommendations.title");
    part.say("recommendations.text");
    let mut works = gather(facts);
    works.sort_by_key(|w| std::cmp::Reverse(w.weight));
    for work in works.iter_mut().take(TRIED) {
        steps.still_wanted()?;
        work.alone = Some(facts.cases().effect(&work.zones, &[&work.action]));
    }
    works.sort_by_key(|w| {
        (std::cmp::Reverse(w.alone.as_ref().map_or(0, |e| e.closed)), std::cmp::Reverse(w.weight))
    });

    // In the order printed, each step on top of those before it.
    let mut after = facts.cases().continued();
    let mut rows = Vec::new();
    let mut closed = 0;
    for (index, work) in works.iter().enumerate() {
        steps.still_wanted()?;
        let in_order = after.apply(&work.zones, &work.action);
        closed += in_order.closed;
        rows.push(row(facts, index, work, &in_order));
    }
    // What no work can change, a zone without assets, is not missing.
    let with_assets = facts.zones().iter().enumerate().filter(|(i, _)| facts.assets_in(*i) > 0);
    let total: u32 = with_assets.map(|(_, zone)| gap(zone)).sum();
    part.paragraph(words.fill(
        "recommendations.sum",
        &[("n", &rows.len().to_string()), ("closed", &closed.to_string()), ("total", &total.to_string())],
    ));
    let columns = [
        ("no", Number),
        ("recommendation", Text),
        ("serves", Text),
        ("zones", Text),
        ("effort", Text),
        ("alone", Number),
        ("in_order", Number),
        ("lifts", Text),
    ];
    part.push(table(words, "recommendations", &columns, rows));
    part.aside(words.get("recommendations.note"));
    let (few, some) = (FEW.to_string(), SOME.to_string());
    part.aside(words.fill("recommendations.effort", &[("few", &few), ("some", &some)]));

    part.heading_of("recommendations.after");
    part.push(levels_then(facts, "after_all", |index| after.levels(index)));
    part.aside(words.get("recommendations.after.note"));
    steps.still_wanted()?;
    advice::tell(facts, &mut part);
    Ok(part.finish())
}

/// The levels of every zone now, and then; what is not told of then is left out.
pub(super) fn levels_then<'l>(
    facts: &Facts<'_>,
    id: &'static str,
    then: impl Fn(usize) -> Option<&'l ZoneAssessment>,
) -> Table {
    let zones = facts.zones().iter().enumerate();
    let rows = zones
        .filter_map(|(index, before)| then(index).map(|then| (index, before, then)))
        .map(|(index, before, then)| {
            vec![
                Cell::text(facts.zone_name(index)),
                Cell::text(vector(before.vector)),
                Cell::text(vector(then.vector)),
                Cell::text(vector(before.sl_t.map(Some))),
                gap_cell(before),
                gap_cell(then).strong(),
            ]
        })
        .collect();
    let columns = [
        ("zone", Text),
        ("sl_a_now", Code),
        ("sl_a_then", Code),
        ("sl_t", Code),
        ("gap_now", Number),
        ("gap_then", Number),
    ];
    table(facts.words, id, &columns, rows)
}

fn row(facts: &Facts<'_>, index: usize, work: &Work, in_order: &Effect) -> Vec<Cell> {
    let closes = |effect: &Effect| {
        let cell =
            Cell::text(if effect.closed == 0 { "0".to_owned() } else { format!("−{}", effect.closed) })
                .with(Value::Whole(i64::from(effect.closed)));
        if effect.closed > 0 { cell.strong() } else { cell }
    };
    let words = facts.words;
    let zone = |zone: &usize| facts.zones().get(*zone).map(|zone| name(&zone.id)).unwrap_or_default();
    let assets = words.count("assets", work.effort.assets);
    let touches = if work.effort.stop { words.fill("effort.stop", &[("assets", &assets)]) } else { assets };
    vec![
        Cell::count(index + 1),
        Cell::text(work.title.clone()).strong().noted(format!("{}{}", work.what, concerned(facts, work))),
        Cell::text(work.srs.join(", ")).noted(work.mitigations.clone()),
        Cell::text(words.few(work.zones.iter().map(zone), 8)),
        Cell::text(words.get(&format!("effort.{}", work.effort.class()))).noted(touches),
        work.alone.as_ref().map_or_else(|| Cell::text("–"), closes),
        closes(in_order),
        Cell::text(lifts(facts, in_order)),
    ]
}

/// The findings concerned: the first few, and where the others stand.
fn concerned(facts: &Facts<'_>, work: &Work) -> String {
    let words = facts.words;
    let all = work.findings.iter().filter_map(|index| facts.finding(*index));
    let mut shown: Vec<String> = all.take(NAMED).map(|(finding, _)| name(&finding.id)).collect();
    if shown.is_empty() {
        return String::new();
    }
    let rest = work.findings.len().saturating_sub(shown.len());
    if rest > 0 {
        let more = words.count("more", rest);
        shown.push(match facts.there.findings.as_deref() {
            Some(annex) => words.fill("recommendations.more", &[("more", &more), ("annex", annex)]),
            None => more,
        });
    }
    format!(" {}", words.fill("recommendations.findings", &[("ids", &shown.join(", "))]))
}

/// Mitigations of ATT&CK for ICS that serve any of the requirements, the first few.
pub(super) fn mitigations(words: Words, srs: &[String]) -> String {
    let srs: Vec<String> = srs.iter().map(|sr| sr.replace('\u{a0}', " ")).collect();
    let all: Vec<String> =
        catalogue::serving(&srs).map(|one| format!("{}\u{a0}{}", one.id, one.name)).collect();
    words.few(all.into_iter(), MITIGATIONS)
}

fn gather(facts: &Facts<'_>) -> Vec<Work> {
    let mut works = updates(facts);
    for zone in 0..facts.zones().len() {
        works.extend(compensation(facts, zone));
        works.extend(of_zone(facts, zone));
    }
    works.extend(monitoring(facts));
    works
}

/// SRs that the weaknesses of findings touch, the commonest few.
fn srs(facts: &Facts<'_>, findings: &[usize]) -> Vec<String> {
    let all = findings.iter().filter_map(|index| facts.finding(*index)).map(|(finding, _)| finding);
    mapping::commonest(all, SRS).into_iter().map(|sr| sr.replace(' ', "\u{a0}")).collect()
}

fn ids(facts: &Facts<'_>, findings: &[usize]) -> Vec<String> {
    findings.iter().filter_map(|i| facts.finding(*i)).map(|(f, _)| f.id.to_string()).collect()
}

fn zones_of(facts: &Facts<'_>, findings: &[usize]) -> Vec<usize> {
    let mut zones: Vec<usize> = findings.iter().filter_map(|i| facts.zone_of_finding(*i)).collect();
    zones.sort_unstable();
    zones.dedup();
    zones
}

fn assets_of(facts: &Facts<'_>, findings: &[usize]) -> Vec<usize> {
    let mut assets: Vec<usize> =
        findings.iter().filter_map(|i| facts.asset_of.get(*i).copied().flatten()).collect();
    assets.sort_unstable();
    assets.dedup();
    assets
}

fn urgent_first(facts: &Facts<'_>, mut findings: Vec<usize>) -> Vec<usize> {
    findings.sort_by_cached_key(|index| facts.finding(*index).map(|(f, v)| (urgency(f, v), *index)));
    findings
}

/// How much a group of findings weighs when effects are the same.
fn weight(facts: &Facts<'_>, findings: &[usize]) -> usize {
    findings
        .iter()
        .filter_map(|i| facts.finding(*i))
        .map(|(f, v)| 1 + 3 * usize::from(v.rating.is_high()) + 10 * usize::from(f.kev))
        .sum()
}

/// One update of a vendor's product on every asset that runs it.
fn updates(facts: &Facts<'_>) -> Vec<Work> {
    let words = facts.words;
    let mut groups: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (index, _, verdict) in facts.findings() {
        let due = verdict.fix.is_some_and(|day| day <= facts.today);
        if verdict.state == State::Open && verdict.rating.is_relevant() && due {
            let identity = facts.asset_of.get(index).copied().flatten().and_then(|a| facts.identity(a));
            let key = identity.map(|i| (clean(&i.vendor), clean(&i.product))).unwrap_or_default();
            groups.entry(key).or_default().push(index);
        }
    }
    groups
        .into_iter()
        .map(|((vendor, product), findings)| {
            let assets = assets_of(facts, &findings);
            let name = format!("{vendor} {product}").trim().to_owned();
            let title = if name.is_empty() {
                words.get("work.update.unknown")
            } else {
                words.fill("work.update", &[("product", &name)])
            };
            let mut cves: Vec<String> = findings
                .iter()
                .filter_map(|i| facts.finding(*i))
                .filter_map(|(f, _)| f.vuln.as_deref().map(clean))
                .collect();
            cves.sort_unstable();
            cves.dedup();
            let what = words.fill(
                "work.update.what",
                &[
                    ("findings", &words.count("findings", findings.len())),
                    ("cves", &words.count("cves", cves.len())),
                    ("assets", &words.count("assets", assets.len())),
                    ("tags", &words.few(assets.iter().map(|asset| facts.tag(*asset)), 5)),
                ],
            );
            Work {
                srs: srs(facts, &findings),
                mitigations: String::new(),
                zones: zones_of(facts, &findings),
                effort: Effort::update(facts, &assets),
                weight: weight(facts, &findings),
                action: Action::Patch(ids(facts, &findings)),
                findings: urgent_first(facts, findings),
                title,
                what,
                alone: None,
            }
        })
        .collect()
}

/// Controls for what cannot be patched, by FR: one measure covers the findings of a kind.
fn compensation(facts: &Facts<'_>, zone: usize) -> Vec<Work> {
    let words = facts.words;
    let mut groups: [Vec<usize>; 7] = Default::default();
    for (index, _, verdict) in facts.of_zone(zone) {
        let unfixable = verdict.fix.is_none_or(|day| day > facts.today) || verdict.deferred;
        let bare = verdict.state == State::Open
            && verdict.rating.is_relevant()
            && unfixable
            && verdict.cover == Cover::None;
        let group = verdict.frs.iter().next().filter(|_| bare).and_then(|fr| groups.get_mut(fr.index()));
        group.into_iter().for_each(|list| list.push(index));
    }
    Fr::ALL
        .into_iter()
        .zip(groups)
        .filter(|(_, findings)| !findings.is_empty())
        .map(|(fr, findings)| {
            let title = words
                .fill("work.control", &[("zone", &facts.zone_name(zone)), ("fr", &crate::notation::fr(fr))]);
            let what = words.fill(
                "work.control.what",
                &[
                    ("findings", &words.count("findings", findings.len())),
                    ("measure", &words.get(&format!("work.control.fr{}", fr.number()))),
                ],
            );
            let srs = srs(facts, &findings);
            Work {
                mitigations: mitigations(words, &srs),
                srs,
                zones: vec![zone],
                effort: Effort::running(assets_of(facts, &findings).len()),
                weight: weight(facts, &findings),
                action: Action::Control(ids(facts, &findings), ControlStatus::Verified),
                findings: urgent_first(facts, findings),
                title,
                what,
                alone: None,
            }
        })
        .collect()
}

/// A triage session, an identification round and a questionnaire for a zone.
fn of_zone(facts: &Facts<'_>, zone: usize) -> Vec<Work> {
    let words = facts.words;
    let name = facts.zone_name(zone);
    let mut works = Vec::new();
    let waiting: Vec<usize> =
        facts.of_zone(zone).filter(|(_, _, v)| v.in_period && !v.triaged).map(|(i, _, _)| i).collect();
    if !waiting.is_empty() {
        let high =
            waiting.iter().filter_map(|i| facts.finding(*i)).filter(|(_, v)| v.rating.is_high()).count();
        works.push(Work {
            title: words.fill("work.triage", &[("zone", &name)]),
            what: words.fill(
                "work.triage.what",
                &[("findings", &words.count("findings", waiting.len())), ("high", &high.to_string())],
            ),
            srs: srs(facts, &waiting),
            mitigations: String::new(),
            zones: vec![zone],
            effort: Effort::running(assets_of(facts, &waiting).len()),
            weight: weight(facts, &waiting),
            action: Action::Triage(ids(facts, &waiting)),
            findings: urgent_first(facts, waiting),
            alone: None,
        });
    }
    let unknown: Vec<usize> = facts
        .evidence()
        .assets
        .iter()
        .enumerate()
        .filter(|(i, a)| !a.identified && facts.zone_of.get(*i).copied().flatten() == Some(zone))
        .map(|(i, _)| i)
        .collect();
    if !unknown.is_empty() {
        works.push(Work {
            title: words.fill("work.identify", &[("zone", &name)]),
            what: words.fill(
                "work.identify.what",
                &[
                    ("assets", &words.count("assets", unknown.len())),
                    ("tags", &words.few(unknown.iter().map(|asset| facts.tag(*asset)), 6)),
                ],
            ),
            srs: vec!["SR\u{a0}7.8".to_owned()],
            findings: Vec::new(),
            mitigations: String::new(),
            zones: vec![zone],
            effort: Effort::running(unknown.len()),
            weight: unknown.len(),
            action: Action::Identify(
                unknown
                    .iter()
                    .filter_map(|i| facts.evidence().assets.get(*i))
                    .map(|a| a.id.to_string())
                    .collect(),
            ),
            alone: None,
        });
    }
    let open = open_requirements(facts, zone);
    if let (false, Some(levels)) = (open.is_empty(), facts.zones().get(zone)) {
        let shown = open.iter().map(|sr| sr.replace(' ', "\u{a0}"));
        works.push(Work {
            title: words.fill("work.assess", &[("zone", &name)]),
            what: words.count("work.assess.what", open.len()),
            srs: vec![words.few(shown, 5)],
            findings: Vec::new(),
            mitigations: mitigations(words, open.get(..5).unwrap_or(&open)),
            zones: vec![zone],
            effort: Effort::running(facts.assets_in(zone)),
            weight: open.len(),
            action: Action::Assess(levels.id.clone(), open),
            alone: None,
        });
    }
    works
}

/// Bringing feeds or scans up to date, where their age holds a zone down or they were never there.
fn monitoring(facts: &Facts<'_>) -> Option<Work> {
    let words = facts.words;
    let at = facts.input.when.last_update;
    let age = at.map(|at| iec62443::moment::days_between(at.day(), facts.today));
    let strictest = i64::from(facts.input.assessment.profile.freshness_days[3]);
    if age.is_some_and(|days| days <= strictest) {
        return None;
    }
    Some(Work {
        title: words.get("work.monitoring"),
        what: age.map_or_else(
            || words.get("work.monitoring.never"),
            |days| words.count("work.monitoring.what", usize::try_from(days).unwrap_or(0)),
        ),
        srs: vec!["SR\u{a0}6.2".to_owned()],
        findings: Vec::new(),
        mitigations: String::new(),
        zones: (0..facts.zones().len()).collect(),
        effort: Effort::running(0),
        weight: 50,
        action: Action::UpdateMonitoring,
        alone: None,
    })
}
