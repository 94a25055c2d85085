//! The zone-and-conduit drawing (62443-3-2 ZCR 6.3) with the levels of a day.

use iec62443::{
    Assessment, Fr, Plant,
    drawing::{self, Area},
    system::ExternalKind,
};
use serde::Serialize;

use super::HeatCell;
use crate::words::{Words, clean, name};

/// The drawing, in its own units: about a pixel, x to the right, y downwards.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Drawing {
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
    /// Rows by Purdue level.
    pub bands: Vec<DrawnBand>,
    /// The trust boundary; none when nothing lies outside.
    pub boundary: Option<Rect>,
    /// What is written at it.
    pub boundary_label: String,
    /// Zones, and ways in from outside.
    pub shapes: Vec<DrawnShape>,
    /// Conduits, and lines of ways in.
    pub links: Vec<DrawnLink>,
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Rect {
    /// Left.
    pub x: i32,
    /// Top.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
}

impl From<Area> for Rect {
    fn from(area: Area) -> Rect {
        Rect { x: area.x, y: area.y, width: area.width, height: area.height }
    }
}

/// A row of zones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DrawnBand {
    /// What is written on its left.
    pub label: String,
    /// Top.
    pub y: i32,
    /// Height.
    pub height: i32,
}

/// A zone, or a way in from outside.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DrawnShape {
    /// Zone id, or the number of the way in.
    pub id: String,
    /// It is a way in.
    pub external: bool,
    /// It holds other zones.
    pub holds: bool,
    /// Where.
    pub area: Rect,
    /// Name.
    pub name: String,
    /// A line below the name.
    pub note: String,
    /// Seven cells; empty for ways in.
    pub cells: Vec<HeatCell>,
}

/// A conduit, or the line of a way in.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DrawnLink {
    /// Conduit id, or the number of the way in.
    pub id: String,
    /// It is a way in.
    pub external: bool,
    /// Name.
    pub name: String,
    /// Where its name stands; none for ways in.
    pub tag: Option<Rect>,
    /// Lines as corners, each from a zone to where they meet.
    pub lines: Vec<Vec<[i32; 2]>>,
    /// For each line, whether it ends in an arrow at the zone.
    pub arrows: Vec<bool>,
    /// Nothing is recorded of what guards it.
    pub unprotected: bool,
    /// The largest gap of a conduit that is assessed on its own.
    pub gap: Option<u8>,
}

/// The drawing of a plant; none when it has no zones.
pub(crate) fn drawing(plant: &Plant, assessment: &Assessment, words: Words) -> Option<Drawing> {
    let drawn = drawing::draw(plant);
    if drawn.shapes.is_empty() {
        return None;
    }
    let place = |id: &str| plant.evidence.zones.iter().position(|zone| *zone.id == *id);
    let cells = |at: usize| -> Vec<HeatCell> {
        let zone = &assessment.zones[at];
        Fr::ALL
            .iter()
            .map(|fr| {
                let cell = zone.cell(*fr);
                HeatCell {
                    achieved: cell.achieved.map(|level| level.get()),
                    target: zone.sl_t[fr.index()].get(),
                    gap: cell.gap,
                    evidence_alone: cell.conformance.is_none(),
                }
            })
            .collect()
    };
    let assets_in = |id: &str| plant.evidence.assets.iter().filter(|asset| *asset.zone == *id).count();
    let shapes = drawn
        .shapes
        .into_iter()
        .map(|shape| {
            let (title, note, cells) = if shape.external {
                let external = plant.work.system.external.get(&shape.id);
                let kind = external.map_or(ExternalKind::Connection, |one| one.kind);
                let party = external.map(|one| clean(&one.party)).unwrap_or_default();
                let kind = words.get(&format!("external.{}", kind.as_str()));
                let note = if party.is_empty() { kind } else { format!("{kind} · {party}") };
                (external.map(|one| clean(&one.name)).unwrap_or_default(), note, Vec::new())
            } else {
                let at = place(&shape.id);
                let detail = at.and_then(|at| plant.zones.get(at)).cloned().unwrap_or_default();
                let mut notes = vec![words.count("drawing.assets", assets_in(&shape.id))];
                if detail.safety {
                    notes.push(words.get("drawing.safety"));
                }
                notes.extend(detail.traits.iter().map(|one| words.get(&format!("trait.{}", one.as_str()))));
                let title = at.map(|at| clean(&plant.evidence.zones[at].name)).unwrap_or_default();
                let title = if title.is_empty() { name(&shape.id) } else { title };
                (title, notes.join(" · "), at.map(cells).unwrap_or_default())
            };
            DrawnShape {
                id: shape.id,
                external: shape.external,
                holds: shape.holds,
                area: shape.area.into(),
                name: title,
                note,
                cells,
            }
        })
        .collect();
    let links = drawn
        .links
        .into_iter()
        .map(|link| {
            let conduit = plant.conduits.iter().find(|conduit| !link.external && conduit.id == link.id);
            let external = plant.work.system.external.get(&link.id).filter(|_| link.external);
            let at = place(&link.id).filter(|at| !link.external && plant.zones[*at].conduit);
            let guard = conduit.map(|one| &one.protected_by).or(external.map(|one| &one.protected_by));
            let named = conduit.map(|one| &one.name).or(external.map(|one| &one.name));
            let named = named.map(|text| clean(text)).unwrap_or_default();
            DrawnLink {
                name: if named.is_empty() { link.id.clone() } else { named },
                external: link.external,
                tag: link.tag.map(Into::into),
                lines: link.lines,
                arrows: link.arrows,
                unprotected: guard.is_none_or(|text| text.trim().is_empty())
                    && at.is_none_or(|_| assets_in(&link.id) == 0),
                gap: at.and_then(|at| {
                    let gaps: Option<Vec<u8>> = cells(at).iter().map(|cell| cell.gap).collect();
                    gaps?.into_iter().max()
                }),
                id: link.id,
            }
        })
        .collect();
    let label = |purdue: &str| {
        if purdue.is_empty() {
            String::new()
        } else {
            words.fill("drawing.level", &[("level", &clean(purdue))])
        }
    };
    Some(Drawing {
        width: drawn.width,
        height: drawn.height,
        bands: drawn
            .bands
            .into_iter()
            .map(|band| DrawnBand { label: label(&band.purdue), y: band.y, height: band.height })
            .collect(),
        boundary: drawn.boundary.map(Into::into),
        boundary_label: words.get("drawing.boundary"),
        shapes,
        links,
    })
}
