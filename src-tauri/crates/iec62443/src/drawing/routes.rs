//! Conduits as lines: which channels and gaps they take, and where their names stand.

use std::collections::BTreeMap;

use super::{APART, Area, CHANNEL, GAP, Link, RAIL, TAG, TRACK, layout::Layout};
use crate::plant::Direction;

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

impl Way {
    /// Where it comes into the channel in which it meets the others.
    fn arrives(&self) -> i32 {
        self.passes.last().copied().unwrap_or(self.exit)
    }
}

/// Where one end of a join leaves its node: sorted by where it goes, then by the join and which of its ends it is.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct End {
    towards: i32,
    join: usize,
    place: usize,
}

/// How one conduit runs.
struct Route {
    /// The channel in which its ways meet.
    channel: usize,
    /// The run in which they do.
    main: usize,
    ways: Vec<Way>,
    /// The middle of its tag.
    centre: i32,
}

/// How conduits run.
pub(super) struct Routes {
    runs: Vec<Run>,
    /// Tracks of each channel; channel `n` lies below row `n`.
    pub tracks: Vec<usize>,
    /// In the order of the joins.
    routes: Vec<Route>,
}

/// Half of a tag's width for a name.
fn half_tag(name: &str) -> i32 {
    let letters = i32::try_from(name.chars().count()).unwrap_or(40);
    (letters * 6 + 22).clamp(40, 176) / 2
}

impl Routes {
    pub(super) fn channel_height(&self, channel: usize) -> i32 {
        let tracks = i32::try_from(self.tracks[channel]).unwrap_or(1);
        CHANNEL + (tracks * TRACK).max(if tracks == 0 { 6 } else { 0 })
    }

    pub(super) fn plan(layout: &Layout) -> Routes {
        let rows = layout.rows.len();
        let row_of = layout.row_of();
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
        let mut sides: BTreeMap<(usize, bool), Vec<End>> = BTreeMap::new();
        for (at, join) in layout.joins.iter().enumerate() {
            let others: i32 = join.ends.iter().map(|end| middle(*end)).sum();
            let count = i32::try_from(join.ends.len()).unwrap_or(1);
            for (place, end) in join.ends.iter().enumerate() {
                let down = row(*end) <= channels[at];
                let towards = if count > 1 { (others - middle(*end)) / (count - 1) } else { others };
                sides.entry((*end, down)).or_default().push(End { towards, join: at, place });
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
            for (place, end) in (1..).zip(ends) {
                let wanted = area.x + area.width * place / (count + 1);
                let inner = area.x + 8..=area.right() - 8;
                let x = uprights.nearest(&[channel], end.join, wanted, GAP, |x| inner.contains(&x));
                ports.insert((end.join, end.place), x);
            }
        }
        let mut routes = Routes { runs: Vec::new(), tracks: vec![0; rows], routes: Vec::new() };
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
            let arrive = Way::arrives;
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
            routes.routes.push(Route { channel, main, ways, centre });
        }
        routes.choose_tags(layout);
        routes.give_tracks();
        routes
    }

    /// Moves tags along their run to where the fewest other lines go through them.
    fn choose_tags(&mut self, layout: &Layout) {
        // What comes down into or goes up from a channel.
        let mut uprights: Vec<(usize, usize, i32)> = Vec::new();
        for (at, route) in self.routes.iter().enumerate() {
            for way in &route.ways {
                let arrive = way.arrives();
                uprights.push((at, route.channel, arrive));
                for (run, x) in way.runs.iter().zip(&way.passes) {
                    uprights.push((at, self.runs[*run].channel, *x));
                }
            }
        }
        for at in 0..self.routes.len() {
            let Route { channel, main, centre, .. } = self.routes[at];
            if layout.joins[at].external {
                continue;
            }
            let half = half_tag(&layout.joins[at].name);
            let arrivals = self.routes[at].ways.iter().map(|way| way.arrives());
            let (first, last) = (arrivals.clone().min().unwrap_or(centre), arrivals.max().unwrap_or(centre));
            // On the line, or beside its ends with a short piece to it.
            let beside = half + 12;
            let frame = RAIL + half + 8..=layout.width() - half - 20;
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
            self.routes[at].centre = best;
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

    pub(super) fn links(&mut self, layout: &Layout, tops: &[i32], heights: &[i32]) -> Vec<Link> {
        let row_of = layout.row_of();
        let y_of = |run: &Run| {
            let track = i32::try_from(run.track).unwrap_or(0);
            tops[run.channel] + heights[run.channel] + CHANNEL / 2 + TRACK / 2 + track * TRACK
        };
        layout
            .joins
            .iter()
            .zip(&self.routes)
            .map(|(join, Route { main, ways, centre, .. })| {
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
