//! Writes a plant as the folder that [`read`](super::read) reads.

use iec62443::{
    Evidence, Plant,
    plant::{AssetDetail, Identity},
};
use jiff::civil::Date;
use serde_json::json;

use super::{ASSETS, ZONES, main_layer};
use crate::cell::guarded;

/// A file of the folder: its name, one of [`FILES`](super::FILES), and its content.
pub type Written = (&'static str, Vec<u8>);

/// Writes what stood in a plant on the day of an evidence document, which has to be of this plant
/// ([`Plant::evidence_at`]): that document, and the tables that add what people call things. Assignments, notes,
/// rules and the risk assessment have no place in the folder.
///
/// # Errors
/// What the writer of tables says; there is nothing in memory that it could say.
pub fn write(plant: &Plant, evidence: &Evidence<'_>) -> Result<Vec<Written>, csv::Error> {
    let about = json!({"company": plant.environment.organisation, "environment": plant.environment.name});
    let mut files = vec![
        ("plant.json", format!("{about:#}\n").into_bytes()),
        ("zones.csv", zones(plant, evidence)?),
        ("conduits.csv", conduits(plant)?),
        ("assets.csv", assets(plant)?),
        ("identities.csv", identities(plant)?),
        ("evidence.json", evidence.to_json().into_bytes()),
        ("controls.csv", controls(plant, evidence)?),
        ("acknowledgements.csv", acknowledgements(plant, evidence)?),
        ("tickets.csv", tickets(plant, evidence)?),
        ("monitoring.csv", monitoring(plant, evidence)?),
    ];
    // A table with nothing in it says nothing; that of zones is what makes a folder a plant.
    files.retain(|(name, content)| {
        *name == "zones.csv" || !name.ends_with(".csv") || content.iter().filter(|b| **b == b'\n').count() > 1
    });
    Ok(files)
}

/// A table as it goes into the folder.
struct Sheet(csv::Writer<Vec<u8>>);

impl Sheet {
    fn new(columns: &[&str]) -> Result<Sheet, csv::Error> {
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xef\xbb\xbf".to_vec());
        writer.write_record(columns)?;
        Ok(Sheet(writer))
    }

    fn row<'t>(&mut self, cells: impl IntoIterator<Item = &'t str>) -> Result<(), csv::Error> {
        self.0.write_record(cells.into_iter().map(|text| guarded(text).into_owned()))
    }

    fn finish(self) -> Result<Vec<u8>, csv::Error> {
        self.0.into_inner().map_err(|error| csv::Error::from(std::io::Error::other(error.to_string())))
    }
}

fn day(day: Option<Date>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

fn zones(plant: &Plant, evidence: &Evidence<'_>) -> Result<Vec<u8>, csv::Error> {
    let mut sheet = Sheet::new(&[&ZONES[..], &["parent", "description", "traits"]].concat())?;
    for (zone, detail) in evidence.zones.iter().zip(&plant.zones) {
        let levels = zone.sl_t.map(|level| level.to_string());
        let traits: Vec<&str> = detail.traits.iter().map(|t| t.as_str()).collect();
        let traits = traits.join("; ");
        let head = [&*zone.id, &*zone.name, &detail.purdue, if detail.safety { "yes" } else { "no" }];
        let tail = [detail.parent.as_deref().unwrap_or_default(), &detail.description, &traits];
        sheet.row(head.into_iter().chain(levels.iter().map(String::as_str)).chain(tail))?;
    }
    sheet.finish()
}

fn conduits(plant: &Plant) -> Result<Vec<u8>, csv::Error> {
    let mut sheet = Sheet::new(&[
        "conduit",
        "from_zone",
        "to_zone",
        "protocols",
        "protected_by",
        "name",
        "more_zones",
        "direction",
    ])?;
    for conduit in &plant.conduits {
        let [from, to, more @ ..] = conduit.zones.as_slice() else { continue };
        sheet.row([
            &conduit.id,
            from,
            to,
            &conduit.protocols.join("; "),
            &conduit.protected_by,
            &conduit.name,
            &more.join("; "),
            conduit.direction.as_str(),
        ])?;
    }
    sheet.finish()
}

/// The identity that the asset's own row can hold: vendor, product and version of its first, where nothing more is
/// known of it and its component type tells the rest.
fn main_identity(detail: &AssetDetail) -> Option<&Identity> {
    let first = detail.identities.first()?;
    let plain = Identity {
        vendor: first.vendor.clone(),
        product: first.product.clone(),
        version: first.version.clone(),
        layer: main_layer(&detail.component_type).0,
        kind: main_layer(&detail.component_type).1,
        ..Identity::default()
    };
    let named = !(first.vendor.trim().is_empty() && first.product.trim().is_empty());
    (named && *first == plain).then_some(first)
}

fn assets(plant: &Plant) -> Result<Vec<u8>, csv::Error> {
    let mut sheet = Sheet::new(&[&ASSETS[..], &["installed", "shown_tag"]].concat())?;
    for (asset, detail) in plant.evidence.assets.iter().zip(&plant.assets) {
        let identity = main_identity(detail).cloned().unwrap_or_default();
        sheet.row([
            &*asset.id,
            &detail.name,
            &*asset.zone,
            &identity.vendor,
            &identity.product,
            &identity.version,
            &detail.serial,
            &detail.ip,
            &detail.mac,
            &detail.component_type,
            &detail.criticality,
            &detail.lifecycle,
            &detail.owner,
            &day(detail.installed),
            if *asset.id == *detail.tag { "" } else { &detail.tag },
        ])?;
    }
    sheet.finish()
}

fn identities(plant: &Plant) -> Result<Vec<u8>, csv::Error> {
    let mut sheet =
        Sheet::new(&["tag", "layer", "kind", "vendor", "product", "version", "order_number", "cpe", "purl"])?;
    for (asset, detail) in plant.evidence.assets.iter().zip(&plant.assets) {
        let told = usize::from(main_identity(detail).is_some());
        for identity in detail.identities.iter().skip(told) {
            sheet.row([
                &*asset.id,
                identity.layer.as_str(),
                identity.kind.as_str(),
                &identity.vendor,
                &identity.product,
                &identity.version,
                &identity.order_number,
                &identity.cpe,
                &identity.purl,
            ])?;
        }
    }
    sheet.finish()
}

fn controls(plant: &Plant, evidence: &Evidence<'_>) -> Result<Vec<u8>, csv::Error> {
    let mut sheet = Sheet::new(&[
        "control",
        "title",
        "zone",
        "status",
        "since",
        "expires",
        "owner",
        "srs",
        "description",
        "review",
    ])?;
    for (control, detail) in evidence.controls.iter().zip(&plant.controls) {
        let last = control.history.last();
        sheet.row([
            &*control.id,
            &detail.title,
            &detail.zone,
            last.map_or("", |change| change.status.as_str()),
            &last.map(|change| change.at.to_string()).unwrap_or_default(),
            &day(control.expires),
            &detail.owner,
            &detail.srs.join("; "),
            &detail.description,
            &day(detail.review),
        ])?;
    }
    sheet.finish()
}

fn acknowledgements(plant: &Plant, evidence: &Evidence<'_>) -> Result<Vec<u8>, csv::Error> {
    let mut sheet = Sheet::new(&["finding", "at", "by", "kind", "reason", "until"])?;
    for (finding, notes) in plant.evidence.findings.iter().zip(&plant.event_notes) {
        for (event, note) in finding.events.iter().zip(notes) {
            if event.at > evidence.as_of || finding.opened > evidence.as_of || *note == Default::default() {
                continue;
            }
            sheet.row([
                &*finding.id,
                &event.at.to_string(),
                &note.by,
                event.kind.as_str(),
                &note.reason,
                &day(note.until),
            ])?;
        }
    }
    sheet.finish()
}

fn tickets(plant: &Plant, evidence: &Evidence<'_>) -> Result<Vec<u8>, csv::Error> {
    let mut sheet = Sheet::new(&[
        "ticket", "system", "finding", "created", "assignee", "due", "status", "closed", "link",
    ])?;
    let known: rustc_hash::FxHashSet<&str> = evidence.findings.iter().map(|finding| &*finding.id).collect();
    for ticket in plant.tickets.iter().filter(|ticket| known.contains(ticket.finding.as_str())) {
        let moment = |at: Option<iec62443::Moment>| at.map(|at| at.to_string()).unwrap_or_default();
        sheet.row([
            ticket.id.as_str(),
            &ticket.system,
            &ticket.finding,
            &moment(ticket.created),
            &ticket.assignee,
            &day(ticket.due),
            &ticket.status,
            &moment(ticket.closed),
            &ticket.link,
        ])?;
    }
    sheet.finish()
}

fn monitoring(plant: &Plant, evidence: &Evidence<'_>) -> Result<Vec<u8>, csv::Error> {
    let mut sheet = Sheet::new(&["at"])?;
    for at in plant.updates.iter().filter(|at| **at <= evidence.as_of) {
        sheet.row([at.to_string().as_str()])?;
    }
    sheet.finish()
}
