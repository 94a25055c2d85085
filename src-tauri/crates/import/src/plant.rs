//! A plant as a folder of tables with an evidence document, or an evidence document alone.
//!
//! `zones.csv`, `conduits.csv`, `assets.csv`, `evidence.json`; and, where there are any, `identities.csv`,
//! `monitoring.csv`, `controls.csv`, `acknowledgements.csv`, `tickets.csv` and `plant.json`. What the evidence document says of
//! levels, identification and findings holds; the tables add what people call things, and must not contradict.

mod write;

pub use write::{Written, write};

use iec62443::{
    Moment, Plant, SecurityLevel,
    evidence::{Asset, Control, ControlChange, ControlStatus, EventKind, Evidence, Problem, Zone},
    plant::{
        AssetDetail, Conduit, ControlDetail, Direction, Environment, EventNote, Identity, IdentityKind,
        Layer, Ticket, Trait, ZoneDetail,
    },
};
use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{
    Deserialize,
    de::{IntoDeserializer, value::Error as ValueError},
};

use crate::{
    File, Refusal, Result,
    table::{Row, Table, text},
};

/// Files this reader knows, in the order in which they are reported.
pub const FILES: [&str; 10] = [
    "plant.json",
    "zones.csv",
    "conduits.csv",
    "assets.csv",
    "identities.csv",
    "evidence.json",
    "controls.csv",
    "acknowledgements.csv",
    "tickets.csv",
    "monitoring.csv",
];

/// A plant that was read.
#[derive(Clone, Debug)]
pub struct Read {
    /// The plant; its environment has a name and company where `plant.json` gave them, and no id.
    pub plant: Plant,
    /// First day of the period the evidence document names.
    pub period_from: Option<Date>,
    /// Day the evidence document was written for.
    pub as_of: Option<Date>,
    /// Names of the files that were read.
    pub files: Vec<String>,
}

const ZONES: [&str; 11] = [
    "zone",
    "name",
    "purdue_level",
    "safety_related",
    "SL-T IAC",
    "SL-T UC",
    "SL-T SI",
    "SL-T DC",
    "SL-T RDF",
    "SL-T TRE",
    "SL-T RA",
];
const ASSETS: [&str; 13] = [
    "tag",
    "name",
    "zone",
    "vendor",
    "product",
    "version",
    "serial",
    "ip",
    "mac",
    "component_type",
    "criticality",
    "lifecycle",
    "owner",
];

/// Reads a plant from its files, in any order. A file with another name that ends in `.json` is taken as the
/// evidence document when there is no `evidence.json`; other files are left alone.
///
/// # Errors
/// The first [`Refusal`].
pub fn read(files: &[File], today: Date) -> Result<Read> {
    let named = |name: &str| files.iter().find(|file| file.name.eq_ignore_ascii_case(name));
    let document = named("evidence.json").or_else(|| {
        files.iter().find(|file| {
            let name = file.name.to_ascii_lowercase();
            name.ends_with(".json") && name != "plant.json"
        })
    });
    if document.is_none() && named("zones.csv").is_none() {
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        return Err(Refusal::whole(
            names.first().copied().unwrap_or("(no file)"),
            "no plant here: a folder with zones.csv, assets.csv and evidence.json is expected, or an evidence document",
        ));
    }
    let mut used = Vec::new();
    let mut take = |file: Option<&File>| -> Option<File> {
        let file = file?.clone();
        used.push(file.name.clone());
        Some(file)
    };
    let mut plant = Plant::empty(Environment::default(), today);
    if let Some(file) = take(named("plant.json")) {
        plant.environment = environment(&file)?;
    }
    let (mut period_from, mut as_of) = (None, None);
    if let Some(file) = take(document) {
        let evidence = evidence(&file)?;
        period_from = Some(evidence.period_from);
        as_of = Some(evidence.as_of.day());
        plant.updates.extend(evidence.monitoring.last_update);
        plant.zones = vec![ZoneDetail::default(); evidence.zones.len()];
        plant.assets = evidence
            .assets
            .iter()
            .map(|asset| AssetDetail { tag: asset.id.to_string(), ..AssetDetail::default() })
            .collect();
        plant.event_notes =
            evidence.findings.iter().map(|f| vec![EventNote::default(); f.events.len()]).collect();
        plant.controls = vec![ControlDetail::default(); evidence.controls.len()];
        plant.evidence = evidence;
    }
    if let Some(file) = take(named("zones.csv")) {
        zones(&file, &mut plant)?;
    }
    if let Some(file) = take(named("conduits.csv")) {
        conduits(&file, &mut plant)?;
    }
    if let Some(file) = take(named("assets.csv")) {
        assets(&file, &mut plant, document.is_some())?;
    }
    if let Some(file) = take(named("identities.csv")) {
        identities(&file, &mut plant, document.is_some())?;
    }
    if let Some(file) = take(named("controls.csv")) {
        controls(&file, &mut plant, document.is_some())?;
    }
    if let Some(file) = take(named("acknowledgements.csv")) {
        acknowledgements(&file, &mut plant)?;
    }
    if let Some(file) = take(named("tickets.csv")) {
        tickets(&file, &mut plant)?;
    }
    if let Some(file) = take(named("monitoring.csv")) {
        monitoring(&file, &mut plant)?;
    }
    Ok(Read { plant, period_from, as_of, files: used })
}

/// Where a document's problem lies, in words for a person.
fn place(problem: &Problem) -> String {
    let pointer =
        if problem.pointer.is_empty() { "the document".to_owned() } else { problem.pointer.clone() };
    problem.line.map_or(pointer.clone(), |line| format!("{pointer} (line {line})"))
}

/// Reads an evidence document.
///
/// # Errors
/// A [`Refusal`] with the JSON pointer.
pub fn evidence(file: &File) -> Result<Evidence<'static>> {
    let text = text(file)?;
    Evidence::from_json(text.as_bytes()).map(Evidence::into_owned).map_err(|problem| refusal(file, problem))
}

/// An evidence document's problem, with its file.
pub fn refusal(file: &File, problem: Problem) -> Refusal {
    Refusal { file: file.name.clone(), at: place(&problem), what: problem.what }
}

fn environment(file: &File) -> Result<Environment> {
    #[derive(Deserialize)]
    struct About {
        #[serde(default)]
        company: String,
        #[serde(default)]
        environment: String,
    }
    let about: About = serde_json::from_str(text(file)?).map_err(|error| {
        Refusal::line(&file.name, error.line() as u64, format!("cannot be read: {error}"))
    })?;
    Ok(Environment { id: String::new(), name: about.environment, organisation: about.company, demo: false })
}

fn level(text: &str) -> Option<SecurityLevel> {
    text.parse().ok().and_then(SecurityLevel::new)
}

fn yes(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" | "1" | "ja" => Some(true),
        "no" | "false" | "0" | "nein" => Some(false),
        _ => None,
    }
}

/// Parts of a cell that holds several.
fn list(text: &str) -> Vec<String> {
    text.split(';').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn date(text: &str) -> Option<Date> {
    text.parse().ok()
}

/// Refuses a key that was used on an earlier line.
fn once<'r>(seen: &mut FxHashMap<&'r str, u64>, row: Row<'r>, column: &str) -> Result<&'r str> {
    let key = row.needed(column)?;
    match seen.insert(key, row.line) {
        Some(first) => {
            Err(row.refuse(format!("{column} {key:?} is on line {first} already; each one stands once")))
        }
        None => Ok(key),
    }
}

fn zones(file: &File, plant: &mut Plant) -> Result<()> {
    let table = Table::read(file, &ZONES, &["parent", "description", "traits"])?;
    let mut seen = FxHashMap::default();
    for row in table.rows() {
        let id = once(&mut seen, row, "zone")?;
        let mut sl_t = [SecurityLevel::ZERO; 7];
        for (place, column) in sl_t.iter_mut().zip(&ZONES[4..]) {
            row.needed(column)?;
            *place = row.read(column, "a security level, 0 to 4", level)?.unwrap_or_default();
        }
        let detail = ZoneDetail {
            parent: Some(row.text("parent").to_owned()).filter(|parent| !parent.is_empty()),
            purdue: row.text("purdue_level").to_owned(),
            safety: row.read("safety_related", "yes or no", yes)?.unwrap_or(false),
            description: row.text("description").to_owned(),
            traits: list(row.text("traits"))
                .iter()
                .map(|word| {
                    Trait::from_word(word).ok_or_else(|| {
                        let known: Vec<&str> = Trait::ALL.iter().map(|known| known.as_str()).collect();
                        row.refuse(format!("trait {word:?} is none of {}", known.join(", ")))
                    })
                })
                .collect::<Result<_>>()?,
            conduit: false,
        };
        match plant.evidence.zones.iter().position(|zone| &*zone.id == id) {
            Some(index) if plant.evidence.zones[index].sl_t != sl_t => {
                return Err(row.refuse(format!(
                    "the SL-T of zone {id:?} differs from the one in the evidence document; make them equal"
                )));
            }
            Some(index) => {
                plant.evidence.zones[index].name = row.text("name").to_owned().into();
                plant.zones[index] = detail;
            }
            None => {
                plant.evidence.zones.push(Zone {
                    id: id.to_owned().into(),
                    name: row.text("name").to_owned().into(),
                    sl_t,
                });
                plant.zones.push(detail);
            }
        }
    }
    if let Some(missing) = plant.evidence.zones.iter().find(|zone| !seen.contains_key(&*zone.id)) {
        return Err(Refusal::whole(
            &file.name,
            format!("zone {:?} of the evidence document is missing here; add its row", &*missing.id),
        ));
    }
    let parents: FxHashMap<&str, &str> =
        table.rows().map(|row| (row.text("zone"), row.text("parent"))).collect();
    for row in table.rows() {
        let parent = row.text("parent");
        if !parent.is_empty() && !parents.contains_key(parent) {
            return Err(row.refuse(format!("parent {parent:?} is no zone of this file")));
        }
        let way_up = std::iter::successors(Some(parent), |at| parents.get(at).copied());
        if way_up.take_while(|at| !at.is_empty()).take(parents.len() + 1).any(|at| at == row.text("zone")) {
            return Err(row.refuse(format!(
                "zone {:?} lies within itself by its parent {parent:?}; correct the parents",
                row.text("zone")
            )));
        }
    }
    Ok(())
}

fn zone_of<'r>(plant: &Plant, row: Row<'r>, column: &str) -> Result<&'r str> {
    let id = row.needed(column)?;
    if plant.evidence.zones.iter().any(|zone| &*zone.id == id) {
        Ok(id)
    } else {
        Err(row.refuse(format!("there is no zone {id:?}; add it to zones.csv or correct {column}")))
    }
}

fn conduits(file: &File, plant: &mut Plant) -> Result<()> {
    let columns = ["conduit", "from_zone", "to_zone", "protocols", "protected_by"];
    let table = Table::read(file, &columns, &["name", "more_zones", "direction"])?;
    let mut seen = FxHashMap::default();
    for row in table.rows() {
        let mut zones: Vec<String> = Vec::new();
        for zone in [zone_of(plant, row, "from_zone")?, zone_of(plant, row, "to_zone")?]
            .into_iter()
            .map(str::to_owned)
            .chain(list(row.text("more_zones")))
        {
            if !plant.evidence.zones.iter().any(|known| *known.id == *zone) {
                return Err(row.refuse(format!(
                    "there is no zone {zone:?}; add it to zones.csv or correct more_zones"
                )));
            }
            if !zones.contains(&zone) {
                zones.push(zone);
            }
        }
        plant.conduits.push(Conduit {
            id: once(&mut seen, row, "conduit")?.to_owned(),
            name: row.text("name").to_owned(),
            zones,
            direction: row
                .read("direction", "both, outward or inward", Direction::from_word)?
                .unwrap_or_default(),
            protocols: list(row.text("protocols")),
            protected_by: row.text("protected_by").to_owned(),
        });
    }
    // One that stands among the zones under its own id, with levels, is assessed.
    let is_end = |id: &str| plant.conduits.iter().any(|conduit| conduit.zones.iter().any(|zone| zone == id));
    let holds = |id: &str| plant.zones.iter().any(|zone| zone.parent.as_deref() == Some(id));
    let assessed: Vec<usize> = plant
        .evidence
        .zones
        .iter()
        .enumerate()
        .filter(|(_, zone)| plant.conduits.iter().any(|conduit| *conduit.id == *zone.id))
        .filter(|(_, zone)| !is_end(&zone.id) && !holds(&zone.id))
        .map(|(at, _)| at)
        .collect();
    for at in assessed {
        plant.zones[at].conduit = true;
    }
    Ok(())
}

/// The component type by its word, `embedded device` or `embedded_device`.
fn component_type(text: &str) -> Option<String> {
    let word = text.to_ascii_lowercase().replace([' ', '-'], "_");
    ["embedded_device", "host_device", "network_device", "software_application"]
        .contains(&word.as_str())
        .then_some(word)
}

/// What an asset's main identity stands for, by its component type.
pub(crate) fn main_layer(component_type: &str) -> (Layer, IdentityKind) {
    match component_type {
        "network_device" => (Layer::Network, IdentityKind::Firmware),
        "host_device" | "software_application" => (Layer::Ot, IdentityKind::Application),
        _ => (Layer::Ot, IdentityKind::Firmware),
    }
}

fn assets(file: &File, plant: &mut Plant, has_document: bool) -> Result<()> {
    let table = Table::read(file, &ASSETS, &["installed", "shown_tag"])?;
    let at: FxHashMap<String, usize> =
        plant.evidence.assets.iter().enumerate().map(|(i, a)| (a.id.to_string(), i)).collect();
    let mut seen = FxHashMap::default();
    for row in table.rows() {
        let tag = once(&mut seen, row, "tag")?;
        let zone = zone_of(plant, row, "zone")?;
        let component_type = row
            .read(
                "component_type",
                "embedded device, host device, network device or software application",
                component_type,
            )?
            .unwrap_or_default();
        let (layer, kind) = main_layer(&component_type);
        let identity = Identity {
            layer,
            kind,
            vendor: row.text("vendor").to_owned(),
            product: row.text("product").to_owned(),
            version: row.text("version").to_owned(),
            ..Identity::default()
        };
        let complete = identity.is_complete();
        let detail = AssetDetail {
            tag: match row.text("shown_tag") {
                "" => tag.to_owned(),
                shown => shown.to_owned(),
            },
            name: row.text("name").to_owned(),
            component_type,
            criticality: row.text("criticality").to_owned(),
            lifecycle: row.text("lifecycle").to_owned(),
            owner: row.text("owner").to_owned(),
            serial: row.text("serial").to_owned(),
            ip: row.text("ip").to_owned(),
            mac: row.text("mac").to_owned(),
            installed: row.read("installed", "a date such as 2026-06-30", date)?,
            identities: if identity.vendor.is_empty() && identity.product.is_empty() {
                Vec::new()
            } else {
                vec![identity]
            },
        };
        match at.get(tag) {
            Some(index) if &*plant.evidence.assets[*index].zone != zone => {
                let other = plant.evidence.assets[*index].zone.to_string();
                return Err(row.refuse(format!("asset {tag:?} is in zone {zone:?} here and in {other:?} in the evidence document; make them equal")));
            }
            Some(index) => plant.assets[*index] = detail,
            None if has_document => {
                return Err(row.refuse(format!(
                    "asset {tag:?} is not in the evidence document; add it there or take the row out"
                )));
            }
            None => {
                plant.evidence.assets.push(Asset {
                    id: tag.to_owned().into(),
                    zone: zone.to_owned().into(),
                    identified: complete,
                });
                plant.assets.push(detail);
            }
        }
    }
    if let Some(missing) = plant.evidence.assets.iter().find(|asset| !seen.contains_key(&*asset.id)) {
        return Err(Refusal::whole(
            &file.name,
            format!("asset {:?} of the evidence document is missing here; add its row", &*missing.id),
        ));
    }
    Ok(())
}

fn identities(file: &File, plant: &mut Plant, has_document: bool) -> Result<()> {
    let table = Table::read(
        file,
        &["tag", "layer", "kind", "vendor", "product", "version"],
        &["order_number", "cpe", "purl"],
    )?;
    let at: FxHashMap<String, usize> =
        plant.evidence.assets.iter().enumerate().map(|(i, a)| (a.id.to_string(), i)).collect();
    for row in table.rows() {
        let tag = row.needed("tag")?;
        let index = *at.get(tag).ok_or_else(|| {
            row.refuse(format!("there is no asset {tag:?}; add it to assets.csv or correct the tag"))
        })?;
        let identity = Identity {
            layer: row.read("layer", "ot, os or network", Layer::from_word)?.unwrap_or_default(),
            kind: row
                .read("kind", "hardware, firmware, operating_system or application", IdentityKind::from_word)?
                .unwrap_or_default(),
            vendor: row.text("vendor").to_owned(),
            product: row.text("product").to_owned(),
            version: row.text("version").to_owned(),
            order_number: row.text("order_number").to_owned(),
            cpe: row.text("cpe").to_owned(),
            purl: row.text("purl").to_owned(),
        };
        if !has_document {
            plant.evidence.assets[index].identified |= identity.is_complete();
        }
        plant.assets[index].identities.push(identity);
    }
    Ok(())
}

/// A value of an enumeration by its word.
fn word<T: for<'de> Deserialize<'de>>(text: &str) -> Option<T> {
    T::deserialize(IntoDeserializer::<ValueError>::into_deserializer(text)).ok()
}

fn controls(file: &File, plant: &mut Plant, has_document: bool) -> Result<()> {
    let table = Table::read(
        file,
        &["control", "title", "zone", "status", "since", "expires", "owner"],
        &["srs", "description", "review"],
    )?;
    let mut seen = FxHashMap::default();
    for row in table.rows() {
        let id = once(&mut seen, row, "control")?;
        let zone = if row.text("zone").is_empty() { "" } else { zone_of(plant, row, "zone")? };
        let detail = ControlDetail {
            title: row.text("title").to_owned(),
            description: row.text("description").to_owned(),
            review: row.read("review", "a date such as 2026-06-30", date)?,
            zone: zone.to_owned(),
            owner: row.text("owner").to_owned(),
            srs: list(row.text("srs")),
        };
        let status: Option<ControlStatus> =
            row.read("status", "draft, implemented, verified or retired", word)?;
        let since = row.read("since", "a date or time", |text| Moment::parse(text).ok())?;
        let expires = row.read("expires", "a date such as 2026-06-30", date)?;
        match plant.evidence.controls.iter().position(|control| &*control.id == id) {
            Some(index) => plant.controls[index] = detail,
            None if has_document => {
                return Err(row.refuse(format!(
                    "control {id:?} is not in the evidence document; add it there or take the row out"
                )));
            }
            None => {
                let history =
                    since.zip(status).map(|(at, status)| ControlChange { at, status }).into_iter().collect();
                plant.evidence.controls.push(Control { id: id.to_owned().into(), history, expires });
                plant.controls.push(detail);
            }
        }
    }
    Ok(())
}

fn acknowledgements(file: &File, plant: &mut Plant) -> Result<()> {
    let table = Table::read(file, &["finding", "at", "by", "kind", "reason", "until"], &[])?;
    let at: FxHashMap<String, usize> =
        plant.evidence.findings.iter().enumerate().map(|(i, f)| (f.id.to_string(), i)).collect();
    for row in table.rows() {
        let id = row.needed("finding")?;
        let index = *at
            .get(id)
            .ok_or_else(|| row.refuse(format!("there is no finding {id:?} in the evidence document")))?;
        row.needed("at")?;
        let moment =
            row.read("at", "a date or time such as 2026-06-30T08:15:00Z", |text| Moment::parse(text).ok())?;
        let kind: Option<EventKind> = row.read("kind", "a kind of event such as acknowledged", word)?;
        let events = &plant.evidence.findings[index].events;
        let event = events
            .iter()
            .position(|event| Some(event.at) == moment && Some(event.kind) == kind)
            .ok_or_else(|| {
                row.refuse(format!(
                    "finding {id:?} has no event {} at {} in the evidence document",
                    row.text("kind"),
                    row.text("at")
                ))
            })?;
        plant.event_notes[index][event] = EventNote {
            by: row.text("by").to_owned(),
            reason: row.text("reason").to_owned(),
            until: row.read("until", "a date such as 2026-06-30", date)?,
        };
    }
    Ok(())
}

fn tickets(file: &File, plant: &mut Plant) -> Result<()> {
    let table = Table::read(
        file,
        &["ticket", "system", "finding", "created", "assignee", "due", "status", "closed"],
        &["link"],
    )?;
    let known: FxHashSet<String> = plant.evidence.findings.iter().map(|f| f.id.to_string()).collect();
    let mut seen = FxHashMap::default();
    for row in table.rows() {
        let (id, finding) = (row.needed("ticket")?, row.needed("finding")?);
        if let Some(first) = seen.insert((id, finding), row.line) {
            return Err(row.refuse(format!("ticket {id:?} stands on line {first} already for that finding")));
        }
        if !known.contains(finding) {
            return Err(row.refuse(format!("there is no finding {finding:?} in the evidence document")));
        }
        let moment = |text: &str| Moment::parse(text).ok();
        plant.tickets.push(Ticket {
            id: id.to_owned(),
            system: row.text("system").to_owned(),
            link: row.text("link").to_owned(),
            finding: finding.to_owned(),
            created: row.read("created", "a date or time", moment)?,
            assignee: row.text("assignee").to_owned(),
            due: row.read("due", "a date such as 2026-06-30", date)?,
            status: row.text("status").to_owned(),
            closed: row.read("closed", "a date or time", moment)?,
        });
    }
    Ok(())
}

/// Earlier feed updates and scan imports; the evidence document only names the newest.
fn monitoring(file: &File, plant: &mut Plant) -> Result<()> {
    let table = Table::read(file, &["at"], &["source"])?;
    for row in table.rows() {
        row.needed("at")?;
        let at =
            row.read("at", "a date or time such as 2026-06-30T08:15:00Z", |text| Moment::parse(text).ok())?;
        plant.updates.extend(at);
    }
    plant.updates.sort_unstable();
    plant.updates.dedup();
    plant.evidence.monitoring.last_update = plant.updates.last().copied();
    Ok(())
}
