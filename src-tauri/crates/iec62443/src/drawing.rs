//! The zone-and-conduit drawing (62443-3-2 ZCR 6.3): zones in rows by Purdue level, nested ones inside each other, and
//! conduits as lines that keep to the channels between rows and the gaps between zones, so that no line crosses a zone.
//!
//! Lengths are in the drawing's own unit, about a pixel; x grows to the right, y downwards.

mod layout;
mod routes;

use std::collections::BTreeMap;

use crate::Plant;

use layout::{Layout, Node};

/// Width of a zone that holds no others.
pub const WIDTH: i32 = 188;
/// Height of a zone that holds no others.
pub const HEIGHT: i32 = 88;
/// Height of the head of a zone that holds others.
pub const HEAD: i32 = 74;
/// Height of what carries a conduit's name.
pub const TAG: i32 = 22;
const OUTSIDE_HEIGHT: i32 = 54;
const GAP: i32 = 40;
const PADDING: i32 = 14;
const MARGIN: i32 = 28;
/// Room on the left for the names of levels.
const RAIL: i32 = 64;
const TRACK: i32 = 30;
const CHANNEL: i32 = 30;
/// Zones side by side in a row that is not arranged by hand: the fewest and the most tried.
const COLUMNS: std::ops::RangeInclusive<i32> = 4..=9;
/// The shape in which a drawing is shown largest: that of a page's text.
const PAGE: (i64, i64) = (500, 640);
/// Upright lines of different conduits in a channel are this far apart.
const APART: i32 = 6;
const SWEEPS: usize = 12;

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// Left.
    pub x: i32,
    /// Top.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
}

impl Area {
    fn right(self) -> i32 {
        self.x + self.width
    }

    fn bottom(self) -> i32 {
        self.y + self.height
    }
}

/// A zone, or something outside the system, in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The zone's id, or the number of what is outside.
    pub id: String,
    /// It is a way in from outside, not a zone.
    pub external: bool,
    /// Depth of nesting, 0 for a zone in none.
    pub depth: usize,
    /// It holds other zones.
    pub holds: bool,
    /// Where.
    pub area: Area,
}

/// A conduit, or a way in from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The conduit's id, or the number of what is outside.
    pub id: String,
    /// It is a way in from outside, not a conduit.
    pub external: bool,
    /// Where its name stands; none for ways in from outside.
    pub tag: Option<Area>,
    /// Lines as corners, each from a zone to where they meet.
    pub lines: Vec<Vec<[i32; 2]>>,
    /// For each line, whether it ends in an arrow at the zone.
    pub arrows: Vec<bool>,
}

/// A row of zones of one Purdue level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// The level; empty where it is not known.
    pub purdue: String,
    /// Top.
    pub y: i32,
    /// Height.
    pub height: i32,
}

/// The drawing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawing {
    /// Width of everything.
    pub width: i32,
    /// Height of everything.
    pub height: i32,
    /// Levels, from the top.
    pub bands: Vec<Band>,
    /// Around everything that belongs to the system; none when nothing lies outside.
    pub boundary: Option<Area>,
    /// Zones and what lies outside; one that holds others comes before them.
    pub shapes: Vec<Shape>,
    /// Conduits and ways in.
    pub links: Vec<Link>,
}

/// Where each zone stands, as a row from the top and a place in it from the left; for zones inside others the row is 0.
/// These are what a person may keep ([`crate::system::System::places`]).
pub type Places = BTreeMap<String, [i32; 2]>;

/// Draws a plant.
pub fn draw(plant: &Plant) -> Drawing {
    laid_out(plant).1
}

/// The layout that a page shows largest, with its drawing.
fn laid_out(plant: &Plant) -> (Layout, Drawing) {
    let of_columns = |columns: i32| {
        let mut layout = Layout::of(plant, columns * (WIDTH + GAP) - GAP);
        layout.measure();
        layout.arrange(&plant.work.system.places);
        let drawing = layout.finish();
        (layout, drawing)
    };
    let mut best = of_columns(*COLUMNS.start());
    // How many pages a drawing would need across or down, in thousandths.
    let size = |drawing: &Drawing| {
        let across = i64::from(drawing.width) * 1000 / PAGE.0;
        across.max(i64::from(drawing.height) * 1000 / PAGE.1)
    };
    for columns in COLUMNS.skip(1) {
        let other = of_columns(columns);
        if size(&other.1) < size(&best.1) {
            best = other;
        }
    }
    best
}

/// The places of all zones as they are drawn now, with one of them put where a person dropped it.
pub fn places_with(plant: &Plant, zone: &str, at: [i32; 2]) -> Places {
    // No drawing is that large.
    let at = at.map(|length| length.clamp(-1_000_000, 1_000_000));
    let (mut layout, drawing) = laid_out(plant);
    let Some(moved) = layout.nodes.iter().position(|node| !node.external && node.id == zone) else {
        return layout.places();
    };
    let areas: BTreeMap<&str, Area> = drawing
        .shapes
        .iter()
        .filter(|shape| !shape.external)
        .map(|shape| (shape.id.as_str(), shape.area))
        .collect();
    let middle = |node: &Node| areas.get(node.id.as_str()).map_or(0, |area| area.x + area.width / 2);
    if let Some(parent) = layout.nodes[moved].parent {
        let mut children = layout.nodes[parent].children.clone();
        children.retain(|child| *child != moved);
        let place = children.iter().filter(|child| middle(&layout.nodes[**child]) < at[0]).count();
        children.insert(place, moved);
        layout.nodes[parent].children = children;
        return layout.places();
    }
    for row in &mut layout.rows {
        row.retain(|node| *node != moved);
    }
    // The row whose middle is nearest; above the first or below the last one it gets a row of its own.
    let spans: Vec<(usize, i32, i32)> = layout
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.iter().any(|node| !layout.nodes[*node].external))
        .map(|(index, row)| {
            let of = row.iter().filter_map(|node| areas.get(layout.nodes[*node].id.as_str()));
            let (top, bottom) =
                of.fold((i32::MAX, i32::MIN), |(t, b), area| (t.min(area.y), b.max(area.bottom())));
            (index, top, bottom)
        })
        .collect();
    let nearest = spans.iter().min_by_key(|(_, top, bottom)| (at[1] - i32::midpoint(*top, *bottom)).abs());
    match nearest {
        Some((index, top, _)) if at[1] < *top - TRACK && spans.first().is_some_and(|s| s.0 == *index) => {
            layout.rows.insert(*index, vec![moved]);
        }
        Some((index, _, bottom))
            if at[1] > *bottom + TRACK && spans.last().is_some_and(|s| s.0 == *index) =>
        {
            layout.rows.insert(index + 1, vec![moved]);
        }
        Some((index, ..)) => {
            let row = &layout.rows[*index];
            let place = row.iter().filter(|node| middle(&layout.nodes[**node]) < at[0]).count();
            layout.rows[*index].insert(place, moved);
        }
        None => layout.rows.push(vec![moved]),
    }
    layout.rows.retain(|row| !row.is_empty());
    layout.places()
}
