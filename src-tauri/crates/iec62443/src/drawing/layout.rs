//! Zones in rows: sizes, order, coordinates.

use std::collections::BTreeMap;

use super::{
    Area, Band, CHANNEL, Drawing, GAP, HEAD, HEIGHT, MARGIN, OUTSIDE_HEIGHT, PADDING, Places, RAIL, SWEEPS,
    Shape, WIDTH, routes::Routes,
};
use crate::{
    Plant,
    plant::{Direction, Trait},
    system::ExternalKind,
};

/// A zone with those in it, while it is laid out.
pub(super) struct Node {
    pub id: String,
    pub external: bool,
    pub purdue: String,
    pub outside: bool,
    pub parent: Option<usize>,
    pub children: Vec<usize>,
    /// The order in which it was written down.
    pub order: usize,
    pub width: i32,
    pub height: i32,
    pub area: Area,
}

/// What is joined: nodes, with the conduit or way in that does.
pub(super) struct Join {
    pub id: String,
    pub name: String,
    pub external: bool,
    pub direction: Direction,
    pub ends: Vec<usize>,
}

pub(super) struct Layout {
    /// A row is no wider than this, unless a single zone is or somebody arranged it so.
    pub widest: i32,
    pub nodes: Vec<Node>,
    pub joins: Vec<Join>,
    pub rows: Vec<Vec<usize>>,
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
    pub(super) fn of(plant: &Plant, widest: i32) -> Layout {
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
    pub(super) fn top(&self, mut node: usize) -> usize {
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
    pub(super) fn measure(&mut self) {
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
    pub(super) fn arrange(&mut self, kept: &Places) {
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
        let row_of = self.row_of();
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

    /// The row of each node at the top of its nesting.
    pub(super) fn row_of(&self) -> BTreeMap<usize, usize> {
        let rows = self.rows.iter().enumerate();
        rows.flat_map(|(at, row)| row.iter().map(move |node| (*node, at))).collect()
    }

    pub(super) fn places(&self) -> Places {
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
    pub(super) fn width(&self) -> i32 {
        let inner = self.rows.iter().map(|row| self.row_width(row)).max().unwrap_or(0);
        inner + 2 * (MARGIN + GAP) + RAIL
    }

    /// Gives everything its coordinates and every conduit its lines.
    pub(super) fn finish(&mut self) -> Drawing {
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
