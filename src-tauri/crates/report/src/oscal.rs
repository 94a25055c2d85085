//! The assessment as OSCAL assessment results 1.1.3 (<https://pages.nist.gov/OSCAL/>), for programs that gather
//! assessments of many kinds.
//!
//! OSCAL knows controls and whether they are satisfied; it has no security levels. So each zone's requirement of
//! 62443-3-3 that was answered is a finding on that control, each level of a zone and FR is a finding on an objective of
//! ours (`fr-3`: is SL-T reached), each finding of the plant is an observation, and each one that is open is a risk. What
//! OSCAL has no word for stands in properties of our namespace. There is no OSCAL assessment plan and no OSCAL catalogue
//! of the standard: the plan that is named is the evidence document, and control ids are the standard's own.

use iec62443::{
    Assessment, Fr, Plant,
    assessment::Verdict,
    catalogue,
    evidence::{Finding, SrStatus},
    finding::{Rating, State},
    scoring,
};
use jiff::{Timestamp, civil::Date, tz::Offset};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    cyclonedx::decision,
    input::{Input, PlantInput},
    notation::vector,
    words::{Words, clean, name},
};

/// Namespace of the properties, and of the ids that are computed from names.
const NAMESPACE: &str = "https://plumbline-ot.github.io/ns/oscal";

/// The assessment results: a result for each environment.
pub fn oscal(input: &Input<'_>) -> String {
    let words = Words::of(input.options.language);
    let ids = Ids { report: &input.report_id };
    let title = words.get("title.iec62443");
    let mut metadata = json!({
        "title": title,
        "last-modified": instant(input.made),
        "version": "1",
        "oscal-version": "1.1.3",
        "props": [prop("method", iec62443::METHOD), prop("report-id", &input.report_id)],
    });
    let mut parties = Vec::new();
    for (key, text) in
        [("prepared-by", &input.options.prepared_by), ("prepared-for", &input.options.prepared_for)]
    {
        if !name(text).is_empty() {
            parties.push(json!({"uuid": ids.of(&["party", key]), "type": "person", "name": name(text)}));
        }
    }
    if !parties.is_empty() {
        metadata["parties"] = Value::Array(parties);
    }
    let resources: Vec<Value> = input
        .plants
        .iter()
        .map(|plant| {
            let id = &plant.plant.environment.id;
            json!({
                "uuid": ids.of(&["evidence", id]),
                "title": words.fill("oscal.evidence", &[("name", &name(&plant.plant.environment.name))]),
                "props": [prop("environment", id)],
                "rlinks": [{
                    "href": "evidence.json", "media-type": "application/json",
                    "hashes": [{"algorithm": "SHA-256", "value": plant.evidence_sha256}],
                }],
            })
        })
        .collect();
    let plan = input.plants.first().map(|plant| ids.of(&["evidence", &plant.plant.environment.id]));
    let document = json!({"assessment-results": {
        "uuid": ids.of(&["document"]),
        "metadata": metadata,
        "import-ap": {"href": format!("#{}", plan.unwrap_or_default())},
        "results": input.plants.iter().map(|plant| result(plant, &ids, words)).collect::<Vec<_>>(),
        "back-matter": {"resources": resources},
    }});
    // Only maps with keys that are no strings can fail, and there are none.
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

/// Ids that follow from what they are of, so that the same report gives the same document.
struct Ids<'i> {
    report: &'i str,
}

impl Ids<'_> {
    /// A UUID of what a path of words names. Of the form of version 5, which OSCAL asks for, but of SHA-256.
    fn of(&self, path: &[&str]) -> String {
        let mut hash = Sha256::new();
        for part in [NAMESPACE, self.report].iter().chain(path) {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let hash = hash.finalize();
        let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{}-5{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
    }
}

fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The first or last second of a day.
fn of_day(day: Date, last: bool) -> String {
    let at = if last { day.at(23, 59, 59, 0) } else { day.at(0, 0, 0, 0) };
    Offset::UTC.to_timestamp(at).map(instant).unwrap_or_default()
}

/// A property; its value is never empty, as OSCAL asks.
fn prop(name: &str, value: &str) -> Value {
    let value = clean(value);
    json!({"name": name, "ns": NAMESPACE, "value": if value.is_empty() { "-" } else { &value }})
}

fn result(input: &PlantInput<'_>, ids: &Ids<'_>, words: Words) -> Value {
    let (plant, assessment) = (input.plant, input.assessment);
    let environment = &plant.environment;
    let id_of = |path: &[&str]| ids.of(&[&[environment.id.as_str()], path].concat());
    let one = Environment { input, id_of: &id_of, words };
    let known: Vec<(usize, &Finding<'_>, &Verdict)> = plant
        .evidence
        .findings
        .iter()
        .zip(&assessment.verdicts)
        .enumerate()
        .filter_map(|(at, (finding, verdict))| Some((at, finding, verdict.as_ref()?)))
        .collect();
    let mut findings = one.levels(assessment);
    findings.extend(one.requirements());
    let levels = assessment.zones.iter().map(|zone| {
        let value = format!("{}: SL-A {} SL-T {}", zone.id, vector(zone.vector), vector(zone.sl_t.map(Some)));
        prop("security-level", &value)
    });
    let mut props = vec![prop("environment", &environment.id), prop("profile", &assessment.profile.name)];
    props.extend(levels);
    let mut result = json!({
        "uuid": id_of(&["result"]),
        "title": name(&environment.name),
        "description": words.get("oscal.description"),
        "start": of_day(input.when.period_from, false),
        "end": of_day(input.when.as_of.day(), true),
        "props": props,
        "local-definitions": {"components": one.zones(), "inventory-items": one.assets()},
        "reviewed-controls": one.reviewed(),
    });
    let lists = [
        ("observations", known.iter().map(|(at, f, v)| one.observation(*at, f, v)).collect::<Vec<_>>()),
        (
            "risks",
            known.iter().filter(|(_, _, v)| v.state == State::Open).map(|(_, f, v)| one.risk(f, v)).collect(),
        ),
        ("findings", findings),
    ];
    // OSCAL has no empty lists.
    for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        result[key] = Value::Array(list);
    }
    if let Some(definitions) = result["local-definitions"].as_object_mut() {
        definitions.retain(|_, list| list.as_array().is_some_and(|list| !list.is_empty()));
    }
    if result["local-definitions"].as_object().is_some_and(serde_json::Map::is_empty)
        && let Some(result) = result.as_object_mut()
    {
        result.remove("local-definitions");
    }
    result
}

struct Environment<'e> {
    input: &'e PlantInput<'e>,
    id_of: &'e dyn Fn(&[&str]) -> String,
    words: Words,
}

impl Environment<'_> {
    fn plant(&self) -> &Plant {
        self.input.plant
    }

    fn zones(&self) -> Vec<Value> {
        let zones = self.plant().evidence.zones.iter().zip(&self.plant().zones);
        zones
            .map(|(zone, detail)| {
                let title = name(&zone.name);
                let title = if title.is_empty() { name(&zone.id) } else { title };
                let described = clean(&detail.description);
                json!({
                    "uuid": (self.id_of)(&["zone", &zone.id]),
                    "type": if detail.conduit { "conduit" } else { "zone" },
                    "title": title,
                    "description": if described.is_empty() { &title } else { &described },
                    "props": [prop("zone", &zone.id)],
                    "status": {"state": "operational"},
                })
            })
            .collect()
    }

    fn assets(&self) -> Vec<Value> {
        let assets = self.plant().evidence.assets.iter().zip(&self.plant().assets);
        assets
            .map(|(asset, detail)| {
                let described: Vec<String> = detail
                    .identities
                    .iter()
                    .map(|i| clean(&format!("{} {} {}", i.vendor, i.product, i.version)))
                    .filter(|text| !text.is_empty())
                    .collect();
                let described = if described.is_empty() { name(&detail.tag) } else { described.join("; ") };
                json!({
                    "uuid": (self.id_of)(&["asset", &asset.id]),
                    "description": if described.is_empty() { name(&asset.id) } else { described },
                    "props": [{"name": "asset-id", "value": name(&asset.id)}, prop("zone", &asset.zone)],
                })
            })
            .collect()
    }

    /// The requirements that were answered for some zone; where none was, all of them were left open.
    fn reviewed(&self) -> Value {
        let held = scoring::satisfied(&self.plant().evidence, self.input.when.as_of);
        let requirements = &catalogue::system().requirements;
        let answered = (0..requirements.len())
            .filter(|at| held.iter().any(|zone| zone.get(*at).copied().flatten().is_some()));
        let controls: Vec<Value> = answered
            .filter_map(|at| requirements.get(at))
            .map(|requirement| json!({"control-id": control(&requirement.id)}))
            .collect();
        if controls.is_empty() {
            json!({
                "description": self.words.get("oscal.none_reviewed"),
                "control-selections": [{"description": self.words.get("oscal.none_reviewed")}],
            })
        } else {
            json!({"control-selections": [{"include-controls": controls}]})
        }
    }

    /// A finding for each level: whether the target is reached.
    fn levels(&self, assessment: &Assessment) -> Vec<Value> {
        let mut findings = Vec::new();
        for zone in &assessment.zones {
            for fr in Fr::ALL {
                let cell = zone.cell(fr);
                let target = zone.sl_t[fr.index()];
                let limits: Vec<&str> = cell.limiting.iter().map(|limit| limit.as_str()).collect();
                let achieved = cell.achieved.map(|level| level.get().to_string());
                let reached = cell.gap == Some(0);
                let mut status = json!({"state": if reached { "satisfied" } else { "not-satisfied" }});
                if achieved.is_none() {
                    status["reason"] = json!("other");
                    status["remarks"] = json!(self.words.get("not_assessable"));
                }
                let text = [
                    ("achieved", achieved.as_deref().unwrap_or("–").to_owned()),
                    ("target", target.to_string()),
                ];
                let text: Vec<(&str, &str)> =
                    text.iter().map(|(key, value)| (*key, value.as_str())).collect();
                let mut props = vec![
                    prop("zone", &zone.id),
                    prop("sl-t", &target.to_string()),
                    prop("sl-a", achieved.as_deref().unwrap_or("not-assessable")),
                ];
                if !limits.is_empty() {
                    props.push(prop("limited-by", &limits.join(" ")));
                }
                findings.push(json!({
                    "uuid": (self.id_of)(&["level", &zone.id, fr.code()]),
                    "title": format!("{}, FR {} {}", name(&zone.id), fr.number(), fr.code()),
                    "description": self.words.fill("oscal.level", &text),
                    "props": props,
                    "target": {"type": "objective-id", "target-id": format!("fr-{}", fr.number()), "status": status},
                }));
            }
        }
        findings
    }

    /// A finding for each requirement that was answered for a zone.
    fn requirements(&self) -> Vec<Value> {
        let held = scoring::satisfied(&self.plant().evidence, self.input.when.as_of);
        let requirements = &catalogue::system().requirements;
        let mut findings = Vec::new();
        for (zone, answers) in self.plant().evidence.zones.iter().zip(&held) {
            for (requirement, answer) in requirements.iter().zip(answers) {
                let Some((status, holds)) = answer else { continue };
                let mut state = json!({"state": if *holds { "satisfied" } else { "not-satisfied" }});
                if matches!(status, SrStatus::Compensated | SrStatus::NotApplicable) {
                    state["remarks"] = json!(self.words.get(&format!("sr.{}", status.as_str())));
                }
                findings.push(json!({
                    "uuid": (self.id_of)(&["requirement", &zone.id, &requirement.id]),
                    "title": format!("{}, {}", name(&zone.id), requirement.id),
                    "description": requirement.title.in_language(self.words.language),
                    "props": [prop("zone", &zone.id), prop("answer", status.as_str())],
                    "target": {"type": "objective-id", "target-id": control(&requirement.id), "status": state},
                }));
            }
        }
        findings
    }

    fn observation(&self, at: usize, finding: &Finding<'_>, verdict: &Verdict) -> Value {
        let title = clean(&finding.title);
        let vulnerability = finding.vuln.as_deref().map(clean).unwrap_or_default();
        let headline =
            [&vulnerability, &title, &clean(&finding.id)].into_iter().find(|t| !t.is_empty()).cloned();
        let headline = headline.unwrap_or_else(|| (at + 1).to_string());
        let frs: Vec<&str> = verdict.frs.iter().map(Fr::code).collect();
        let mut props = vec![
            prop("finding", &finding.id),
            prop("state", verdict.state.as_str()),
            prop("severity", verdict.rating.as_str()),
            prop("fr", &frs.join(" ")),
            prop("fr-rule", verdict.rule.as_str()),
            prop("attacker-class", &verdict.attacker_class.to_string()),
        ];
        if !vulnerability.is_empty() {
            props.push(prop("vulnerability", &vulnerability));
        }
        json!({
            "uuid": (self.id_of)(&["observation", &finding.id]),
            "title": headline,
            "description": if title.is_empty() { &headline } else { &title },
            "props": props,
            "methods": ["EXAMINE"],
            "types": ["finding"],
            "subjects": [{"subject-uuid": (self.id_of)(&["asset", &finding.asset]), "type": "inventory-item"}],
            "collected": instant(finding.opened.timestamp()),
        })
    }

    fn risk(&self, finding: &Finding<'_>, verdict: &Verdict) -> Value {
        let title = [finding.vuln.as_deref().unwrap_or_default(), &finding.title, &finding.id];
        let title = title.into_iter().map(clean).find(|text| !text.is_empty()).unwrap_or_default();
        let described = clean(&finding.title);
        let accepted = decision(finding, self.input.when).is_some_and(|(state, _)| state == State::Open);
        let status = match (accepted, verdict.triaged) {
            (true, _) => "deviation-approved",
            (false, true) => "investigating",
            (false, false) => "open",
        };
        let mut facets = vec![facet("severity", verdict.rating.as_str())];
        if verdict.rating != Rating::Unscored
            && let Some(cvss) = verdict.vector.and_then(|at| finding.cvss.get(usize::from(at)))
        {
            facets.push(facet("cvss-vector", &cvss.vector));
        }
        if let Some(epss) = finding.epss.filter(|epss| epss.is_finite()) {
            facets.push(facet("epss", &epss.to_string()));
        }
        if finding.kev {
            facets.push(facet("known-exploited", "yes"));
        }
        json!({
            "uuid": (self.id_of)(&["risk", &finding.id]),
            "title": title,
            "description": if described.is_empty() { &title } else { &described },
            "statement": self.words.get("oscal.risk"),
            "props": [prop("finding", &finding.id)],
            "status": status,
            "characterizations": [{
                "origin": {"actors": [{"type": "tool", "actor-uuid": (self.id_of)(&["tool"])}]},
                "facets": facets,
            }],
            "related-observations": [{"observation-uuid": (self.id_of)(&["observation", &finding.id])}],
        })
    }
}

fn facet(name: &str, value: &str) -> Value {
    let value = clean(value);
    json!({"name": name, "system": NAMESPACE, "value": if value.is_empty() { "-" } else { &value }})
}

/// A requirement's id as OSCAL writes ids: `sr-1.1`, `sr-1.1-re-1`.
fn control(id: &str) -> String {
    id.to_lowercase().replace(" re(", "-re-").replace(')', "").replace(' ', "-")
}
