//! The zone-and-conduit drawing (62443-3-2 ZCR 6.3): zones in rows by Purdue level, nested ones inside each other, and
//! conduits as lines that keep to the channels between rows and the gaps between zones, so that no line crosses a zone.
//!
//! Lengths are in the drawing's own unit, about a pixel; x grows to the right, y downwards.

use std::collections::BTreeMap;

use crate::{
    Plant,
    plant::{Direction, Trait},
    system::ExternalKind,
};

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

/// A zone with those in it, while it is laid out.
struct Node {
    id: String,
    external: bool,
    purdue: String,
    outside: bool,
    parent: Option<usize>,
    children: Vec<usize>,
    /// The order in which it was written down.
    order: usize,
    width: i32,
    height: i32,
    area: Area,
}

/// What is joined: nodes, with the conduit or way in that does.
struct Join {
    id: String,
    name: String,
    external: bool,
    direction: Direction,
    ends: Vec<usize>,
}

struct Layout {
    /// A row is no wider than this, unless a single zone is or somebody arranged it so.
    widest: i32,
    nodes: Vec<Node>,
    joins: Vec<Join>,
    rows: Vec<Vec<usize>>,
}

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

/// A Purdue level as a number for sorting; what is none comes last.
fn purdue(text: &str) -> f64 {
    let digits: String = text
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    digits.parse().unwrap_or(-1.0)
}

impl Layout {
    fn of(plant: &Plant, widest: i32) -> Layout {
        let node = |id: &str, external| Node {
            id: id.to_owned(),
            external,
            purdue: String::new(),
            outside: external,
            parent: None,
            children: Vec::new(),
            order: 0,
            width: WIDTH,
            height: if external { OUTSIDE_HEIGHT } else { HEIGHT },
            area: Area::default(),
        };
        let mut nodes: Vec<Node> = plant
            .evidence
            .zones
            .iter()
            .zip(&plant.zones)
            .filter(|(_, detail)| !detail.conduit)
            .enumerate()
            .map(|(order, (zone, detail))| Node {
                purdue: detail.purdue.trim().to_owned(),
                outside: detail.traits.contains(&Trait::Outside),
                order,
                ..node(&zone.id, false)
            })
            .collect();
        let place_of =
            |nodes: &[Node], id: &str| nodes.iter().position(|node| !node.external && node.id == id);
        let depths = plant.depths();
        let details = plant.zones.iter().zip(depths).filter(|(detail, _)| !detail.conduit);
        // A zone in a cycle counts as a top one (`depths`), so nesting always ends.
        let parents: Vec<Option<usize>> = details
            .map(|(detail, depth)| {
                let parent = detail.parent.as_deref().filter(|_| depth > 0)?;
                place_of(&nodes, parent)
            })
            .collect();
        for (child, parent) in parents.into_iter().enumerate() {
            if let Some(parent) = parent {
                nodes[child].parent = Some(parent);
                nodes[parent].children.push(child);
            }
        }
        let mut joins: Vec<Join> = plant
            .conduits
            .iter()
            .map(|conduit| Join {
                id: conduit.id.clone(),
                name: if conduit.name.is_empty() { conduit.id.clone() } else { conduit.name.clone() },
                external: false,
                direction: conduit.direction,
                ends: conduit.zones.iter().filter_map(|zone| place_of(&nodes, zone)).collect(),
            })
            .filter(|join| join.ends.len() > 1)
            .collect();
        for (id, external) in &plant.work.system.external {
            if let Some(end) = place_of(&nodes, &external.zone) {
                let order = nodes.len();
                nodes.push(Node { order, ..node(id, true) });
                let direction = match external.kind {
                    ExternalKind::RemoteAccess => Direction::Outward,
                    ExternalKind::Connection => Direction::Both,
                };
                joins.push(Join {
                    id: id.clone(),
                    name: String::new(),
                    external: true,
                    direction,
                    ends: vec![order, end],
                });
            }
        }
        Layout { widest, nodes, joins, rows: Vec::new() }
    }

    /// The node at the top of a node's nesting.
    fn top(&self, mut node: usize) -> usize {
        for _ in 0..self.nodes.len() {
            match self.nodes[node].parent {
                Some(parent) => node = parent,
                None => break,
            }
        }
        node
    }

    fn columns(children: usize) -> usize {
        match children {
            0..=4 => children.max(1),
            5..=6 => 3,
            _ => 4,
        }
    }

    /// Gives every node its size, the innermost first.
    fn measure(&mut self) {
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        let depth = |node: usize| {
            std::iter::successors(self.nodes[node].parent, |at| self.nodes[*at].parent)
                .take(self.nodes.len())
                .count()
        };
        order.sort_by_key(|node| std::cmp::Reverse(depth(*node)));
        for node in order {
            let children = &self.nodes[node].children;
            if children.is_empty() {
                continue;
            }
            let (mut width, mut height) = (0, HEAD);
            for row in children.chunks(Layout::columns(children.len())) {
                let gaps = GAP * (i32::try_from(row.len()).unwrap_or(1) - 1);
                width = width.max(row.iter().map(|child| self.nodes[*child].width).sum::<i32>() + gaps);
                height += row.iter().map(|child| self.nodes[*child].height).max().unwrap_or(0) + PADDING;
            }
            self.nodes[node].width = width + 2 * PADDING;
            self.nodes[node].height = height;
        }
    }

    /// The level that a top zone is drawn at: its own, or the highest of those in it.
    fn level(&self, node: usize) -> String {
        if !self.nodes[node].purdue.is_empty() {
            return self.nodes[node].purdue.clone();
        }
        let inside = self.nodes[node].children.iter().map(|child| self.level(*child));
        inside.max_by(|a, b| purdue(a).total_cmp(&purdue(b))).unwrap_or_default()
    }

    /// Top nodes that each top node is joined with, once for each conduit.
    fn neighbours(&self) -> BTreeMap<usize, Vec<usize>> {
        let mut neighbours: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for join in &self.joins {
            let tops: Vec<usize> = join.ends.iter().map(|end| self.top(*end)).collect();
            for a in &tops {
                for b in tops.iter().filter(|b| *b != a) {
                    neighbours.entry(*a).or_default().push(*b);
                }
            }
        }
        neighbours
    }

    /// Puts top nodes into rows, as a person placed them or by level, and orders each row so that lines stay short.
    fn arrange(&mut self, kept: &Places) {
        let place = |node: &Node| kept.get(&node.id).filter(|_| !node.external);
        for at in 0..self.nodes.len() {
            let mut children = std::mem::take(&mut self.nodes[at].children);
            children.sort_by_key(|child| place(&self.nodes[*child]).map_or(i32::MAX, |place| place[1]));
            self.nodes[at].children = children;
        }
        let tops: Vec<usize> =
            (0..self.nodes.len()).filter(|node| self.nodes[*node].parent.is_none()).collect();
        // Rows in order: ways in, zones outside, then levels from the top; by hand where somebody did so.
        let mut bands: Vec<((u8, i64, String), Vec<usize>)> = Vec::new();
        let by_hand = tops.iter().any(|node| place(&self.nodes[*node]).is_some());
        for node in &tops {
            let of = &self.nodes[*node];
            let level = self.level(*node);
            let automatic = (u8::from(!of.external) + u8::from(!of.outside), -thousandths(&level), level);
            let key = if by_hand && !of.external {
                let row = place(of).map(|place| place[0]).or_else(|| {
                    // A new one goes beside those of its level.
                    let same = |other: &&usize| {
                        self.level(**other) == automatic.2 && place(&self.nodes[**other]).is_some()
                    };
                    tops.iter().find(same).and_then(|other| place(&self.nodes[*other])).map(|place| place[0])
                });
                row.map_or((3, automatic.1, automatic.2), |row| (2, row.into(), String::new()))
            } else {
                automatic
            };
            match bands.iter_mut().find(|(known, _)| *known == key) {
                Some((_, band)) => band.push(*node),
                None => bands.push((key, vec![*node])),
            }
        }
        bands.sort_by(|a, b| a.0.cmp(&b.0));
        let placed = |layout: &Layout, node: usize| place(&layout.nodes[node]).map(|place| place[1]);
        let neighbours = self.neighbours();
        self.rows = bands.into_iter().map(|(_, band)| band).collect();
        self.sweep(&neighbours, &placed);
        // Whether a node's neighbours stand above it or below.
        let band_of: BTreeMap<usize, i32> =
            (0..).zip(&self.rows).flat_map(|(at, band)| band.iter().map(move |node| (*node, at))).collect();
        let leaning = |node: usize| -> i32 {
            let own = band_of.get(&node).copied().unwrap_or(0);
            let near = neighbours.get(&node).into_iter().flatten();
            near.filter_map(|other| band_of.get(other)).map(|other| (other - own).signum()).sum()
        };
        let wrapped: Vec<Vec<usize>> = std::mem::take(&mut self.rows)
            .into_iter()
            .flat_map(|band| {
                let hand = by_hand && band.iter().any(|node| placed(self, *node).is_some());
                if hand { vec![band] } else { self.wrapped(&band, &leaning) }
            })
            .collect();
        self.rows = wrapped;
        self.sweep(&neighbours, &placed);
    }

    /// Orders rows by where their neighbours stand, back and forth. Those placed by hand keep their order.
    fn sweep(
        &mut self,
        neighbours: &BTreeMap<usize, Vec<usize>>,
        placed: &dyn Fn(&Layout, usize) -> Option<i32>,
    ) {
        let mut best = (self.crossings(), self.rows.clone());
        for turn in 0..SWEEPS {
            let rows: Vec<usize> = if turn % 2 == 0 {
                (0..self.rows.len()).collect()
            } else {
                (0..self.rows.len()).rev().collect()
            };
            for row in rows {
                let across = self.across();
                let mut keyed: Vec<(f64, usize)> = self.rows[row]
                    .iter()
                    .map(|node| {
                        let near = neighbours.get(node).map(Vec::as_slice).unwrap_or_default();
                        let sum: f64 = near.iter().filter_map(|other| across.get(other)).sum();
                        let own = across.get(node).copied().unwrap_or(0.5);
                        let count = u32::try_from(near.len()).unwrap_or(u32::MAX);
                        (if near.is_empty() { own } else { sum / f64::from(count) }, *node)
                    })
                    .collect();
                if self.rows[row].iter().any(|node| placed(self, *node).is_some()) {
                    keyed.sort_by_key(|(_, node)| placed(self, *node).unwrap_or(i32::MAX));
                } else {
                    keyed.sort_by(|a, b| {
                        a.0.total_cmp(&b.0).then(self.nodes[a.1].order.cmp(&self.nodes[b.1].order))
                    });
                }
                self.rows[row] = keyed.into_iter().map(|(_, node)| node).collect();
            }
            let crossings = self.crossings();
            if turn == 0 || crossings < best.0 {
                best = (crossings, self.rows.clone());
            }
        }
        self.rows = best.1;
    }

    /// Where each node stands in its row, 0 to 1.
    fn across(&self) -> BTreeMap<usize, f64> {
        let mut across = BTreeMap::new();
        for row in &self.rows {
            let total: i32 = row.iter().map(|node| self.nodes[*node].width + GAP).sum();
            let mut x = 0;
            for node in row {
                let width = self.nodes[*node].width;
                // Rows are centred.
                let from_middle = f64::from(x + width / 2) - f64::from(total) / 2.0;
                across.insert(*node, 0.5 + from_middle / f64::from(self.widest));
                x += width + GAP;
            }
        }
        across
    }

    /// Pairs of joined nodes whose straight lines would cross.
    fn crossings(&self) -> usize {
        let across = self.across();
        let row_of: BTreeMap<usize, usize> = self
            .rows
            .iter()
            .enumerate()
            .flat_map(|(at, row)| row.iter().map(move |node| (*node, at)))
            .collect();
        let mut lines: Vec<((usize, usize), f64, f64)> = Vec::new();
        for join in &self.joins {
            let tops: Vec<usize> = join.ends.iter().map(|end| self.top(*end)).collect();
            for pair in tops.windows(2) {
                let mut ends = [pair[0], pair[1]];
                ends.sort_by_key(|node| row_of.get(node).copied());
                let row = |node: usize| row_of.get(&node).copied().unwrap_or(0);
                let x = |node: usize| across.get(&node).copied().unwrap_or(0.5);
                lines.push(((row(ends[0]), row(ends[1])), x(ends[0]), x(ends[1])));
            }
        }
        let crosses = |a: &((usize, usize), f64, f64), b: &((usize, usize), f64, f64)| {
            a.0 == b.0 && a.0.0 != a.0.1 && (a.1 - b.1) * (a.2 - b.2) < 0.0
        };
        let length: f64 = lines.iter().map(|line| (line.1 - line.2).abs()).sum();
        let crossed =
            lines.iter().enumerate().map(|(at, a)| lines[at + 1..].iter().filter(|b| crosses(a, b)).count());
        // Of orders that cross equally often the one with the shorter lines is better.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let short = (length * 100.0) as usize;
        crossed.sum::<usize>() * 10_000 + short
    }

    /// A band as rows that are not too wide, each about as long as the others.
    fn wrapped(&self, band: &[usize], leaning: &dyn Fn(usize) -> i32) -> Vec<Vec<usize>> {
        let width = |node: &usize| self.nodes[*node].width + GAP;
        let total: i32 = band.iter().map(width).sum();
        let rows = (total - GAP + self.widest - 1) / self.widest;
        if rows <= 1 {
            return vec![band.to_vec()];
        }
        let aim = (total + rows - 1) / rows;
        // Those joined with what is above stand in the upper rows; in each row the order across stays.
        let mut sorted: Vec<(i32, usize)> = band.iter().map(|node| (leaning(*node), *node)).collect();
        sorted.sort_by_key(|(leaning, _)| *leaning);
        let mut wrapped: Vec<Vec<usize>> = vec![Vec::new()];
        let mut filled = 0;
        for (_, node) in sorted {
            if filled > 0 && filled + width(&node) / 2 > aim {
                wrapped.push(Vec::new());
                filled = 0;
            }
            filled += width(&node);
            if let Some(row) = wrapped.last_mut() {
                row.push(node);
            }
        }
        let place = |node: &usize| band.iter().position(|other| other == node);
        for row in &mut wrapped {
            row.sort_by_key(place);
        }
        wrapped
    }

    fn places(&self) -> Places {
        let number = |at: usize| i32::try_from(at).unwrap_or(i32::MAX);
        let mut places = Places::new();
        let rows = self.rows.iter().filter(|row| row.iter().any(|node| !self.nodes[*node].external));
        for (row, nodes) in rows.enumerate() {
            for (column, node) in nodes.iter().filter(|node| !self.nodes[**node].external).enumerate() {
                places.insert(self.nodes[*node].id.clone(), [number(row), number(column)]);
            }
        }
        for node in &self.nodes {
            for (column, child) in node.children.iter().enumerate() {
                places.insert(self.nodes[*child].id.clone(), [0, number(column)]);
            }
        }
        places
    }

    /// Places a node and those in it.
    fn put(&mut self, node: usize, x: i32, y: i32) {
        let (width, height) = (self.nodes[node].width, self.nodes[node].height);
        self.nodes[node].area = Area { x, y, width, height };
        let children = self.nodes[node].children.clone();
        let mut below = y + HEAD;
        for row in children.chunks(Layout::columns(children.len())) {
            let mut beside = x + PADDING;
            for child in row {
                self.put(*child, beside, below);
                beside += self.nodes[*child].width + GAP;
            }
            below += row.iter().map(|child| self.nodes[*child].height).max().unwrap_or(0) + PADDING;
        }
    }

    fn row_width(&self, row: &[usize]) -> i32 {
        row.iter().map(|node| self.nodes[*node].width + GAP).sum::<i32>() - GAP
    }

    /// Width of everything, with room on both sides for lines that pass a row.
    fn width(&self) -> i32 {
        let inner = self.rows.iter().map(|row| self.row_width(row)).max().unwrap_or(0);
        inner + 2 * (MARGIN + GAP) + RAIL
    }

    /// Gives everything its coordinates and every conduit its lines.
    fn finish(&mut self) -> Drawing {
        let width = self.width();
        let inner = width - 2 * (MARGIN + GAP) - RAIL;
        for row in self.rows.clone() {
            let mut x = RAIL + MARGIN + GAP + (inner - self.row_width(&row)) / 2;
            for node in row {
                self.put(node, x, 0);
                x += self.nodes[node].width + GAP;
            }
        }
        let mut routes = Routes::plan(self);
        let heights: Vec<i32> = self
            .rows
            .iter()
            .map(|row| row.iter().map(|node| self.nodes[*node].height).max().unwrap_or(0))
            .collect();
        let mut tops = Vec::with_capacity(heights.len());
        let mut y = MARGIN;
        for (row, height) in heights.iter().enumerate() {
            tops.push(y);
            y += height + routes.channel_height(row);
        }
        let height = y + MARGIN - CHANNEL.min(y);
        for (row, nodes) in self.rows.clone().into_iter().enumerate() {
            for node in nodes {
                let x = self.nodes[node].area.x;
                let lower =
                    if self.nodes[node].external { heights[row] - self.nodes[node].height } else { 0 };
                self.put(node, x, tops[row] + lower);
            }
        }
        let links = routes.links(self, &tops, &heights);
        Drawing {
            width,
            height,
            bands: self.bands(&tops, &heights),
            boundary: self.boundary(width, &tops, &heights, &routes),
            shapes: self.shapes(),
            links,
        }
    }

    fn bands(&self, tops: &[i32], heights: &[i32]) -> Vec<Band> {
        let mut bands: Vec<Band> = Vec::new();
        for (row, nodes) in self.rows.iter().enumerate() {
            if nodes.iter().all(|node| self.nodes[*node].external) {
                continue;
            }
            let mut levels: Vec<String> = nodes.iter().map(|node| self.level(*node)).collect();
            levels.dedup();
            let purdue = if levels.len() == 1 { levels.remove(0) } else { String::new() };
            let (y, height) = (tops[row], heights[row]);
            match bands.last_mut().filter(|band| !purdue.is_empty() && band.purdue == purdue) {
                Some(band) => band.height = y + height - band.y,
                None => bands.push(Band { purdue, y, height }),
            }
        }
        bands
    }

    /// Around the rows from the first inner zone down; zones outside stand above it.
    fn boundary(&self, width: i32, tops: &[i32], heights: &[i32], routes: &Routes) -> Option<Area> {
        let is_outside = |row: &Vec<usize>| row.iter().all(|node| self.nodes[*node].outside);
        let first = self.rows.iter().position(|row| !is_outside(row))?;
        let last = self.rows.len() - 1;
        let mixed = self.rows[first..].iter().flatten().any(|node| self.nodes[*node].outside);
        if first == 0 || mixed {
            return None;
        }
        let y = tops[first] - 12;
        let below = if routes.tracks[last] == 0 { 12 } else { routes.channel_height(last) - 4 };
        let x = RAIL;
        Some(Area { x, y, width: width - x - 12, height: tops[last] + heights[last] + below - y })
    }

    fn shapes(&self) -> Vec<Shape> {
        fn add(layout: &Layout, node: usize, depth: usize, shapes: &mut Vec<Shape>) {
            let of = &layout.nodes[node];
            shapes.push(Shape {
                id: of.id.clone(),
                external: of.external,
                depth,
                holds: !of.children.is_empty(),
                area: of.area,
            });
            for child in &of.children {
                add(layout, *child, depth + 1, shapes);
            }
        }
        let mut shapes = Vec::with_capacity(self.nodes.len());
        for node in self.rows.iter().flatten() {
            add(self, *node, 0, &mut shapes);
        }
        shapes
    }
}

fn thousandths(level: &str) -> i64 {
    #[allow(clippy::cast_possible_truncation)]
    let rounded = (purdue(level) * 1000.0).round() as i64;
    rounded
}

/// A run from left to right in a channel.
struct Run {
    channel: usize,
    from: i32,
    to: i32,
    track: usize,
}

/// One end of a join: how it leaves its node, and the runs and gaps on its way.
struct Way {
    /// Corners relative to the row's top, from the node's border to the row's border; y as an offset from the node's row.
    node: usize,
    port: i32,
    down: bool,
    /// Where it comes into the channel, after a detour around nodes in its way.
    exit: i32,
    /// It leaves on the right side first.
    aside: bool,
    /// Rows that it passes, with the x at which it does, in order.
    passes: Vec<i32>,
    /// Runs in the channels before the last one.
    runs: Vec<usize>,
}

/// How conduits run.
struct Routes {
    runs: Vec<Run>,
    /// Tracks of each channel; channel `n` lies below row `n`.
    tracks: Vec<usize>,
    /// For each join: its channel, its main run, its ways and where its tag's middle is.
    joins: Vec<(usize, usize, Vec<Way>, i32)>,
}

/// Half of a tag's width for a name.
fn half_tag(name: &str) -> i32 {
    let letters = i32::try_from(name.chars().count()).unwrap_or(40);
    (letters * 6 + 22).clamp(40, 176) / 2
}

impl Routes {
    fn channel_height(&self, channel: usize) -> i32 {
        let tracks = i32::try_from(self.tracks[channel]).unwrap_or(1);
        CHANNEL + (tracks * TRACK).max(if tracks == 0 { 6 } else { 0 })
    }

    fn plan(layout: &Layout) -> Routes {
        let rows = layout.rows.len();
        let row_of: BTreeMap<usize, usize> = layout
            .rows
            .iter()
            .enumerate()
            .flat_map(|(at, row)| row.iter().map(move |node| (*node, at)))
            .collect();
        let row = |node: usize| row_of.get(&layout.top(node)).copied().unwrap_or(0);
        let middle = |node: usize| layout.nodes[node].area.x + layout.nodes[node].area.width / 2;
        let channels: Vec<usize> = layout
            .joins
            .iter()
            .map(|join| {
                let first = join.ends.iter().map(|end| row(*end)).min().unwrap_or(0);
                let last = join.ends.iter().map(|end| row(*end)).max().unwrap_or(0);
                if first == last { first } else { last - 1 }
            })
            .collect();
        // Lines of one side of a node stand side by side, in the order of where they go.
        let mut sides: BTreeMap<(usize, bool), Vec<(i32, usize, usize)>> = BTreeMap::new();
        for (at, join) in layout.joins.iter().enumerate() {
            let others: i32 = join.ends.iter().map(|end| middle(*end)).sum();
            let count = i32::try_from(join.ends.len()).unwrap_or(1);
            for (place, end) in join.ends.iter().enumerate() {
                let down = row(*end) <= channels[at];
                let towards = if count > 1 { (others - middle(*end)) / (count - 1) } else { others };
                sides.entry((*end, down)).or_default().push((towards, at, place));
            }
        }
        let mut uprights = Uprights::default();
        let mut ports: BTreeMap<(usize, usize), i32> = BTreeMap::new();
        for ((node, down), mut ends) in sides {
            ends.sort_unstable();
            let area = layout.nodes[node].area;
            let count = i32::try_from(ends.len()).unwrap_or(1);
            // The channel that lines of this side come into.
            let channel = if down { row(node) } else { row(node).saturating_sub(1) };
            for (place, (_, at, end)) in ends.into_iter().enumerate() {
                let place = i32::try_from(place).unwrap_or(0) + 1;
                let wanted = area.x + area.width * place / (count + 1);
                let inner = area.x + 8..=area.right() - 8;
                let x = uprights.nearest(&[channel], at, wanted, 40, |x| inner.contains(&x));
                ports.insert((at, end), x);
            }
        }
        let mut routes = Routes { runs: Vec::new(), tracks: vec![0; rows], joins: Vec::new() };
        for (at, join) in layout.joins.iter().enumerate() {
            let channel = channels[at];
            let mut ways = Vec::new();
            for (place, end) in join.ends.iter().enumerate() {
                let port = ports.get(&(at, place)).copied().unwrap_or_else(|| middle(*end));
                let own = row(*end);
                let down = own <= channel;
                let aside = layout.is_barred(*end, port, down);
                let exit = if aside {
                    let right = layout.nodes[*end].area.right();
                    let channels = if down { [own, own] } else { [own.saturating_sub(1); 2] };
                    uprights.nearest(&channels, at, right + GAP / 2, GAP, |x| {
                        (right + 5..=right + GAP - 5).contains(&x)
                    })
                } else {
                    port
                };
                let mut passes = Vec::new();
                let mut x = exit;
                for passed in own + 1..=channel {
                    x = layout.gap(passed, x, at, &mut uprights);
                    passes.push(x);
                }
                ways.push(Way { node: *end, port, down, exit, aside, passes, runs: Vec::new() });
            }
            // Where the ways come into the channel in which they meet.
            let arrive = |way: &Way| way.passes.last().copied().unwrap_or(way.exit);
            let low = ways.iter().map(&arrive).min().unwrap_or(0);
            let high = ways.iter().map(&arrive).max().unwrap_or(0);
            let half = if join.external { 0 } else { half_tag(&join.name) };
            let centre = i32::midpoint(low, high);
            for way in &mut ways {
                let mut x = way.exit;
                for (step, next) in way.passes.iter().enumerate() {
                    way.runs.push(routes.runs.len());
                    routes.runs.push(Run {
                        channel: row(way.node) + step,
                        from: x.min(*next),
                        to: x.max(*next),
                        track: 0,
                    });
                    x = *next;
                }
            }
            let main = routes.runs.len();
            let (from, to) = (low.min(centre - half), high.max(centre + half));
            routes.runs.push(Run { channel, from, to, track: 0 });
            routes.joins.push((channel, main, ways, centre));
        }
        routes.choose_tags(layout);
        routes.give_tracks();
        routes
    }

    /// Moves tags along their run to where the fewest other lines go through them.
    fn choose_tags(&mut self, layout: &Layout) {
        // What comes down into or goes up from a channel.
        let mut uprights: Vec<(usize, usize, i32)> = Vec::new();
        for (at, (channel, _, ways, _)) in self.joins.iter().enumerate() {
            for way in ways {
                let arrive = way.passes.last().copied().unwrap_or(way.exit);
                uprights.push((at, *channel, arrive));
                for (run, x) in way.runs.iter().zip(&way.passes) {
                    uprights.push((at, self.runs[*run].channel, *x));
                }
            }
        }
        for at in 0..self.joins.len() {
            let (channel, main, _, centre) = &self.joins[at];
            let (channel, main, centre) = (*channel, *main, *centre);
            if layout.joins[at].external {
                continue;
            }
            let half = half_tag(&layout.joins[at].name);
            let arrivals = self.joins[at].2.iter().map(|way| way.passes.last().copied().unwrap_or(way.exit));
            let (first, last) = (arrivals.clone().min().unwrap_or(centre), arrivals.max().unwrap_or(centre));
            // On the line, or beside its ends with a short piece to it.
            let beside = half + 12;
            let frame = half + 4..=layout.width() - half - 4;
            let (low, high) = ((first - beside).max(*frame.start()), (last + beside).min(*frame.end()));
            let through = |x: i32| {
                uprights
                    .iter()
                    .filter(|(other, of, upright)| {
                        *other != at && *of == channel && (*upright - x).abs() < half + 4
                    })
                    .count()
            };
            let best = (0..=i32::max(high - low, 0) / 8)
                .map(|step| low + step * 8)
                .chain([centre])
                .min_by_key(|x| (through(*x), (x - centre).abs()))
                .unwrap_or(centre);
            self.joins[at].3 = best;
            self.runs[main].from = first.min(best - half);
            self.runs[main].to = last.max(best + half);
        }
    }

    /// Runs of a channel that overlap get tracks of their own.
    fn give_tracks(&mut self) {
        for channel in 0..self.tracks.len() {
            let mut of: Vec<usize> = (0..self.runs.len())
                .filter(|run| self.runs[*run].channel == channel)
                // A run of no length needs no track unless a tag sits on it.
                .filter(|run| self.runs[*run].from < self.runs[*run].to)
                .collect();
            of.sort_by_key(|run| (self.runs[*run].from, self.runs[*run].to));
            let mut ends: Vec<i32> = Vec::new();
            for run in of {
                let (from, to) = (self.runs[run].from, self.runs[run].to);
                let free = ends.iter().position(|end| *end + 10 < from);
                let track = free.unwrap_or(ends.len());
                match ends.get_mut(track) {
                    Some(end) => *end = to,
                    None => ends.push(to),
                }
                self.runs[run].track = track;
            }
            self.tracks[channel] = ends.len();
        }
    }

    fn links(&mut self, layout: &Layout, tops: &[i32], heights: &[i32]) -> Vec<Link> {
        let row_of: BTreeMap<usize, usize> = layout
            .rows
            .iter()
            .enumerate()
            .flat_map(|(at, row)| row.iter().map(move |node| (*node, at)))
            .collect();
        let y_of = |run: &Run| {
            let track = i32::try_from(run.track).unwrap_or(0);
            tops[run.channel] + heights[run.channel] + CHANNEL / 2 + TRACK / 2 + track * TRACK
        };
        layout
            .joins
            .iter()
            .zip(&self.joins)
            .map(|(join, (_, main, ways, centre))| {
                let y = y_of(&self.runs[*main]);
                let half = half_tag(&join.name);
                let lines = ways
                    .iter()
                    .map(|way| {
                        let area = layout.nodes[way.node].area;
                        let row = row_of.get(&layout.top(way.node)).copied().unwrap_or(0);
                        let mut line: Vec<[i32; 2]> = Vec::new();
                        if way.aside {
                            line.push([area.right(), area.y + area.height / 2]);
                            line.push([way.exit, area.y + area.height / 2]);
                        } else {
                            line.push([way.port, if way.down { area.bottom() } else { area.y }]);
                        }
                        let mut x = way.exit;
                        for (step, (run, next)) in way.runs.iter().zip(&way.passes).enumerate() {
                            if *next != x {
                                let along = y_of(&self.runs[*run]);
                                line.push([x, along]);
                                line.push([*next, along]);
                            }
                            x = *next;
                            line.push([x, tops[row + step + 1] + heights[row + step + 1]]);
                        }
                        line.push([x, y]);
                        if x != *centre {
                            line.push([*centre, y]);
                        }
                        straightened(line)
                    })
                    .collect();
                let arrows = (0..ways.len())
                    .map(|at| match join.direction {
                        Direction::Both => true,
                        Direction::Outward => at > 0,
                        Direction::Inward => at == 0,
                    })
                    .map(|arrow| arrow && join.direction != Direction::Both)
                    .collect();
                let tag = Area { x: centre - half, y: y - TAG / 2, width: 2 * half, height: TAG };
                Link {
                    id: join.id.clone(),
                    external: join.external,
                    tag: (!join.external).then_some(tag),
                    lines,
                    arrows,
                }
            })
            .collect()
    }
}

/// Without corners that lie on a straight line.
fn straightened(line: Vec<[i32; 2]>) -> Vec<[i32; 2]> {
    let mut kept: Vec<[i32; 2]> = Vec::with_capacity(line.len());
    for corner in line {
        if kept.last() == Some(&corner) {
            continue;
        }
        if let [.., a, b] = kept.as_slice() {
            let vertical = a[0] == b[0] && b[0] == corner[0];
            let level = a[1] == b[1] && b[1] == corner[1];
            if vertical || level {
                kept.pop();
            }
        }
        kept.push(corner);
    }
    kept
}

impl Layout {
    /// Whether another node of the same nesting stands in the way straight down or up.
    fn is_barred(&self, node: usize, x: i32, down: bool) -> bool {
        let own = self.nodes[node].area;
        let top = self.top(node);
        let holds = |outer: usize| {
            std::iter::successors(Some(node), |at| self.nodes[*at].parent)
                .take(self.nodes.len())
                .any(|at| at == outer)
        };
        (0..self.nodes.len()).filter(|other| *other != node && !holds(*other) && self.top(*other) == top).any(
            |other| {
                let area = self.nodes[other].area;
                let beyond = if down { area.y >= own.bottom() } else { area.bottom() <= own.y };
                beyond && area.x <= x && x <= area.right()
            },
        )
    }

    /// An x in a gap of a row, near to a wanted one; lines through one gap stand side by side.
    fn gap(&self, row: usize, wanted: i32, join: usize, uprights: &mut Uprights) -> i32 {
        let nodes = &self.rows[row];
        let mut gaps: Vec<i32> = nodes
            .windows(2)
            .map(|pair| i32::midpoint(self.nodes[pair[0]].area.right(), self.nodes[pair[1]].area.x))
            .collect();
        if let (Some(first), Some(last)) = (nodes.first(), nodes.last()) {
            gaps.push(self.nodes[*first].area.x - GAP / 2);
            gaps.push(self.nodes[*last].area.right() + GAP / 2);
        }
        let channels = [row.saturating_sub(1), row];
        let load = |gap: i32| uprights.near(row, gap, GAP / 2);
        let chosen = gaps.iter().copied().min_by_key(|gap| (gap - wanted).abs() + 30 * load(*gap));
        let chosen = chosen.unwrap_or(wanted);
        // Straight on, when that is in the gap.
        let inside = chosen - GAP / 2 + 5..=chosen + GAP / 2 - 5;
        let start = if inside.contains(&wanted) { wanted } else { chosen };
        uprights.nearest(&channels, join, start, GAP, |x| inside.contains(&x))
    }
}

/// Lines that go up or down through channels, so that no two of different conduits lie on each other.
#[derive(Default)]
struct Uprights(Vec<(usize, i32, usize)>);

impl Uprights {
    /// How many there are in a channel around an x.
    fn near(&self, channel: usize, x: i32, reach: i32) -> i32 {
        let near = |(of, at, _): &&(usize, i32, usize)| *of == channel && (at - x).abs() < reach;
        i32::try_from(self.0.iter().filter(near).count()).unwrap_or(i32::MAX)
    }

    /// The x nearest to a wanted one that fits and where channels are free; the wanted one when there is none.
    fn nearest(
        &mut self,
        channels: &[usize],
        join: usize,
        wanted: i32,
        reach: i32,
        fits: impl Fn(i32) -> bool,
    ) -> i32 {
        let free = |x: i32| {
            !self.0.iter().any(|(channel, at, other)| {
                channels.contains(channel) && *other != join && (at - x).abs() < APART
            })
        };
        let x = (0..=reach)
            .flat_map(|away| [wanted + away, wanted - away])
            .find(|x| fits(*x) && free(*x))
            .unwrap_or(wanted);
        self.0.extend(channels.iter().map(|channel| (*channel, x, join)));
        x
    }
}
