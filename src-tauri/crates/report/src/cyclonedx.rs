//! What a plant consists of and what was decided on its vulnerabilities, as CycloneDX 1.6: a bill of materials and a
//! VEX document (<https://cyclonedx.org/docs/1.6/json/>).

use iec62443::{
    Plant, When,
    evidence::{Event, EventKind, Finding, Weakness},
    finding::{State, standing},
    plant::{EventNote, Identity, IdentityKind},
};
use jiff::Timestamp;
use rustc_hash::FxHashMap;
use serde_json::{Map, Value, json};
use vulnerability::Cpe;

/// What a document says of itself.
#[derive(Clone, Debug)]
pub struct Origin<'o> {
    /// A UUID of its own.
    pub serial: &'o str,
    /// When it was made.
    pub made: Timestamp,
    /// Version of the program.
    pub program_version: &'o str,
}

fn document(plant: &Plant, origin: &Origin<'_>) -> Map<String, Value> {
    let environment = &plant.environment;
    let mut component = json!({"type": "platform", "bom-ref": "environment", "name": environment.name});
    if !environment.organisation.trim().is_empty() {
        component["supplier"] = json!({"name": environment.organisation});
    }
    let head = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": format!("urn:uuid:{}", origin.serial),
        "version": 1,
        "metadata": {
            "timestamp": origin.made.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "tools": {"components": [{"type": "application", "name": "Plumbline", "version": origin.program_version}]},
            "component": component,
        },
    });
    match head {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn text(document: &Map<String, Value>) -> String {
    // Only maps with keys that are no strings can fail, and there are none.
    serde_json::to_string_pretty(document).unwrap_or_default()
}

/// The reference of an asset, or of one of its identities by its place.
fn reference(asset: &str, identity: Option<usize>) -> String {
    match identity {
        Some(at) => format!("asset {asset} {}", at + 1),
        None => format!("asset {asset}"),
    }
}

fn kind(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::Hardware => "device",
        IdentityKind::Firmware => "firmware",
        IdentityKind::OperatingSystem => "operating-system",
        IdentityKind::Application => "application",
    }
}

fn product(asset: &str, at: usize, identity: &Identity) -> Value {
    let name = [&identity.product, &identity.order_number, &identity.vendor];
    let name = name.into_iter().find(|name| !name.trim().is_empty()).map_or("", String::as_str);
    let mut component =
        json!({"type": kind(identity.kind), "bom-ref": reference(asset, Some(at)), "name": name});
    if !identity.vendor.trim().is_empty() {
        component["supplier"] = json!({"name": identity.vendor});
    }
    if !identity.version.trim().is_empty() {
        component["version"] = json!(identity.version);
    }
    // What only looks like one would make the document invalid.
    if identity.cpe.starts_with("cpe:2.3:") && Cpe::read(&identity.cpe).is_ok() {
        component["cpe"] = json!(identity.cpe);
    }
    if identity.purl.starts_with("pkg:") {
        component["purl"] = json!(identity.purl);
    }
    let mut properties = vec![property("layer", identity.layer.as_str())];
    if !identity.order_number.trim().is_empty() {
        properties.push(property("order_number", &identity.order_number));
    }
    component["properties"] = Value::Array(properties);
    component
}

fn property(name: &str, value: &str) -> Value {
    json!({"name": format!("plumbline:{name}"), "value": value})
}

/// An asset with what it is on each layer.
fn device(plant: &Plant, at: usize) -> Option<Value> {
    let (asset, detail) = (plant.evidence.assets.get(at)?, plant.assets.get(at)?);
    let tag = if detail.tag.trim().is_empty() { &*asset.id } else { &detail.tag };
    let mut component = json!({"type": "device", "bom-ref": reference(&asset.id, None), "name": tag});
    if !detail.name.trim().is_empty() {
        component["description"] = json!(detail.name);
    }
    let facts = [
        ("zone", &*asset.zone),
        ("component_type", &detail.component_type),
        ("serial", &detail.serial),
        ("lifecycle", &detail.lifecycle),
        ("identified", if asset.identified { "yes" } else { "no" }),
    ];
    let facts = facts.into_iter().filter(|(_, value)| !value.trim().is_empty());
    component["properties"] = facts.map(|(name, value)| property(name, value)).collect();
    let products: Vec<Value> = detail
        .identities
        .iter()
        .enumerate()
        .filter(|(_, identity)| !identity.is_empty())
        .map(|(place, identity)| product(&asset.id, place, identity))
        .collect();
    if !products.is_empty() {
        component["components"] = Value::Array(products);
    }
    Some(component)
}

/// The bill of materials of a plant: a device for each asset, and in it what it is on each layer.
pub fn sbom(plant: &Plant, origin: &Origin<'_>) -> String {
    let mut document = document(plant, origin);
    let devices = (0..plant.evidence.assets.len()).filter_map(|at| device(plant, at));
    document.insert("components".to_owned(), devices.collect());
    text(&document)
}

/// What stands in the VEX document, and what cannot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stated {
    /// Findings whose risk was accepted.
    pub accepted: usize,
    /// Findings that do not apply.
    pub not_affected: usize,
    /// Decided findings without the id of a vulnerability, of which no statement can be made.
    pub without_id: usize,
}

/// The decision that makes a finding part of the VEX document, with the event's place: what was found not to apply
/// ([`State::Excluded`]), or the last accepted risk since it was opened ([`State::Open`]).
pub(crate) fn decision(finding: &Finding<'_>, when: When) -> Option<(State, usize)> {
    let state = standing(finding, when.as_of)?.state;
    let mut order: Vec<(usize, &Event)> =
        finding.events.iter().enumerate().filter(|(_, event)| event.at <= when.as_of).collect();
    order.sort_by_key(|(_, event)| event.at);
    let since = order.iter().rposition(|(_, event)| event.kind == EventKind::Reopened).unwrap_or(0);
    let wanted = match state {
        State::Excluded => EventKind::FalsePositive,
        State::Open => EventKind::RiskAccepted,
        _ => return None,
    };
    let found = order.get(since..)?.iter().rfind(|(_, event)| event.kind == wanted)?;
    Some((state, found.0))
}

/// Statements on what was accepted and on what does not apply, on a day: a vulnerability an asset each, since a
/// decision on one is none on another of the same product. Accepted risks are `exploitable` with the response
/// `will_not_fix`; what was found not to apply is `not_affected`.
pub fn vex(plant: &Plant, when: When, origin: &Origin<'_>) -> (String, Stated) {
    let mut document = document(plant, origin);
    let assets: FxHashMap<&str, usize> =
        plant.evidence.assets.iter().enumerate().map(|(at, asset)| (&*asset.id, at)).collect();
    let mut stated = Stated::default();
    let mut named: Vec<usize> = Vec::new();
    let mut statements = Vec::new();
    for (index, finding) in plant.evidence.findings.iter().enumerate() {
        let Some((state, event)) = decision(finding, when) else { continue };
        let Some(id) = finding.vuln.as_deref().filter(|id| !id.trim().is_empty()) else {
            stated.without_id += 1;
            continue;
        };
        let note = plant.event_notes.get(index).and_then(|notes| notes.get(event));
        *(if state == State::Open { &mut stated.accepted } else { &mut stated.not_affected }) += 1;
        named.extend(assets.get(&*finding.asset));
        statements.push(statement(finding, id, state, event, note));
    }
    named.sort_unstable();
    named.dedup();
    document.insert("components".to_owned(), named.into_iter().filter_map(|at| device(plant, at)).collect());
    document.insert("vulnerabilities".to_owned(), Value::Array(statements));
    (text(&document), stated)
}

fn statement(finding: &Finding<'_>, id: &str, state: State, event: usize, note: Option<&EventNote>) -> Value {
    let reason = note.map(|note| note.reason.trim()).filter(|reason| !reason.is_empty());
    let until = note.and_then(|note| note.until);
    let mut analysis = match state {
        State::Open => json!({"state": "exploitable", "response": ["will_not_fix"]}),
        _ => json!({"state": "not_affected"}),
    };
    let detail: Vec<String> = reason
        .map(str::to_owned)
        .into_iter()
        .chain(until.map(|until| format!("Accepted until {until}.")))
        .collect();
    if !detail.is_empty() {
        analysis["detail"] = json!(detail.join(" "));
    }
    if let Some(event) = finding.events.get(event) {
        analysis["lastUpdated"] = json!(event.at.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    }
    let cwes: Vec<u32> = finding
        .cwes
        .iter()
        .filter_map(|weakness| match weakness {
            Weakness::Cwe(id) => Some(id.0).filter(|number| *number > 0),
            Weakness::Other(_) => None,
        })
        .collect();
    let mut statement = json!({
        "bom-ref": format!("finding {}", finding.id),
        "id": id,
        "cwes": cwes,
        "analysis": analysis,
        "affects": [{"ref": reference(&finding.asset, None)}],
        "properties": [property("finding", &finding.id)],
    });
    if !finding.title.trim().is_empty() {
        statement["description"] = json!(&*finding.title);
    }
    statement
}
