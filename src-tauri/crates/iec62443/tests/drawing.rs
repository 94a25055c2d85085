//! The drawing of plants of every shape: nothing overlaps, no line crosses a zone, and what a person moves stays where
//! it was put.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;

use iec62443::{
    Plant, SecurityLevel,
    drawing::{self, Area, Drawing},
    evidence::Zone,
    plant::{Conduit, Environment, Trait, ZoneDetail},
    system::{External, ExternalKind},
};
use proptest::prelude::*;

#[derive(Clone, Debug)]
struct Shape {
    /// Purdue level in halves, the zone it lies in by place among earlier ones, outside.
    zones: Vec<(u8, Option<usize>, bool)>,
    conduits: Vec<Vec<usize>>,
    external: Vec<usize>,
}

fn shapes() -> impl Strategy<Value = Shape> {
    (1..34_usize).prop_flat_map(|n| {
        let zone = (0..9_u8, prop::option::weighted(0.25, 0..n), prop::bool::weighted(0.05));
        (
            prop::collection::vec(zone, n),
            prop::collection::vec(prop::collection::vec(0..n, 2..5), 0..n + 8),
            prop::collection::vec(0..n, 0..4),
        )
            .prop_map(|(zones, conduits, external)| Shape { zones, conduits, external })
    })
}

fn plant(shape: &Shape) -> Plant {
    let mut plant = Plant::empty(Environment::default(), jiff::civil::date(2026, 11, 26));
    for (at, (purdue, parent, outside)) in shape.zones.iter().enumerate() {
        plant.evidence.zones.push(Zone {
            id: format!("Z{at}").into(),
            name: format!("Zone {at}").into(),
            sl_t: [SecurityLevel::ZERO; 7],
        });
        plant.zones.push(ZoneDetail {
            parent: parent.filter(|parent| *parent < at).map(|parent| format!("Z{parent}")),
            purdue: if *purdue == 8 { String::new() } else { format!("{}", f32::from(*purdue) / 2.0) },
            traits: if *outside { vec![Trait::Outside] } else { Vec::new() },
            ..ZoneDetail::default()
        });
    }
    for (at, ends) in shape.conduits.iter().enumerate() {
        let mut zones: Vec<String> = Vec::new();
        for end in ends {
            let id = format!("Z{end}");
            if !zones.contains(&id) {
                zones.push(id);
            }
        }
        plant.conduits.push(Conduit { id: format!("C{at}"), zones, ..Conduit::default() });
    }
    for (at, zone) in shape.external.iter().enumerate() {
        let external = External {
            kind: ExternalKind::RemoteAccess,
            name: format!("Way {at}"),
            zone: format!("Z{zone}"),
            ..External::default()
        };
        plant.work.system.external.insert(format!("X-0{at}"), external);
    }
    plant
}

fn inside(inner: Area, outer: Area) -> bool {
    inner.x >= outer.x
        && inner.y >= outer.y
        && inner.x + inner.width <= outer.x + outer.width
        && inner.y + inner.height <= outer.y + outer.height
}

fn overlap(a: Area, b: Area) -> bool {
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

/// Whether a line of the drawing runs through the inside of an area.
fn through(from: [i32; 2], to: [i32; 2], area: Area) -> bool {
    let (left, right) = (from[0].min(to[0]), from[0].max(to[0]));
    let (top, bottom) = (from[1].min(to[1]), from[1].max(to[1]));
    left < area.x + area.width && right > area.x && top < area.y + area.height && bottom > area.y
}

fn check(plant: &Plant, drawing: &Drawing) {
    let frame = Area { x: 0, y: 0, width: drawing.width, height: drawing.height };
    let parent = |id: &String| {
        let at = plant.evidence.zones.iter().position(|zone| *zone.id == **id);
        at.and_then(|at| plant.zones[at].parent.clone())
    };
    let above = |id: &String| -> BTreeSet<String> { std::iter::successors(parent(id), parent).collect() };
    assert_eq!(drawing.shapes.iter().filter(|shape| !shape.external).count(), plant.zones.len());
    for (at, a) in drawing.shapes.iter().enumerate() {
        assert!(inside(a.area, frame), "{} lies outside", a.id);
        for b in &drawing.shapes[at + 1..] {
            if !a.external && !b.external && above(&b.id).contains(&a.id) {
                assert!(inside(b.area, a.area), "{} leaves {}", b.id, a.id);
            } else {
                assert!(!overlap(a.area, b.area), "{} and {} overlap", a.id, b.id);
            }
        }
    }
    let joined = plant.conduits.iter().filter(|conduit| conduit.zones.len() > 1).count();
    assert_eq!(drawing.links.iter().filter(|link| !link.external).count(), joined, "every conduit is drawn");
    for link in &drawing.links {
        let conduit = plant.conduits.iter().find(|conduit| !link.external && conduit.id == link.id);
        let ends: Vec<String> = match conduit {
            Some(conduit) => conduit.zones.clone(),
            None => vec![link.id.clone(), plant.work.system.external[&link.id].zone.clone()],
        };
        assert_eq!((link.lines.len(), link.arrows.len()), (ends.len(), ends.len()));
        if let Some(tag) = link.tag {
            assert!(inside(tag, frame), "the name of {} lies outside", link.id);
            for shape in drawing.shapes.iter().filter(|shape| !shape.holds) {
                assert!(!overlap(tag, shape.area), "the name of {} lies on {}", link.id, shape.id);
            }
        }
        let meet = link.lines[0].last().unwrap();
        for (line, end) in link.lines.iter().zip(&ends) {
            assert_eq!(line.last().unwrap(), meet, "the lines of {} meet", link.id);
            let is_end = |shape: &&drawing::Shape| {
                shape.id == *end && shape.external == (link.external && *end == link.id)
            };
            let area = drawing.shapes.iter().find(is_end).unwrap().area;
            let [x, y] = line[0];
            let (right, bottom) = (area.x + area.width, area.y + area.height);
            let on_border = (x == right || y == area.y || y == bottom)
                && (area.x..=right).contains(&x)
                && (area.y..=bottom).contains(&y);
            assert!(on_border, "a line of {} begins at {end}", link.id);
            for pair in line.windows(2) {
                assert!(pair[0][0] == pair[1][0] || pair[0][1] == pair[1][1], "lines have right angles");
                assert!(
                    (0..=drawing.width).contains(&pair[1][0]) && (0..=drawing.height).contains(&pair[1][1])
                );
                for other in drawing.shapes.iter().filter(|other| !other.holds && other.id != *end) {
                    // From a zone that holds others, lines may start within it.
                    let related = !other.external && above(&other.id).contains(end);
                    assert!(
                        related || !through(pair[0], pair[1], other.area),
                        "a line of {} crosses {}",
                        link.id,
                        other.id
                    );
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn nothing_overlaps_and_no_line_crosses_a_zone(shape in shapes()) {
        let plant = plant(&shape);
        let drawing = drawing::draw(&plant);
        check(&plant, &drawing);
        prop_assert_eq!(&drawing, &drawing::draw(&plant), "the same plant is drawn the same way");
    }

    #[test]
    fn what_is_moved_stays_where_it_was_put(
        shape in shapes(), which in 0..34_usize, x in -50..1200_i32, y in -50..2400_i32
    ) {
        let mut plant = plant(&shape);
        let zone = format!("Z{}", which % shape.zones.len());
        let places = drawing::places_with(&plant, &zone, [x, y]);
        prop_assert_eq!(places.len(), shape.zones.len(), "every zone has a place");
        plant.work.system.places = places;
        let drawing = drawing::draw(&plant);
        check(&plant, &drawing);
        // Dropped where it stands now, nothing moves.
        let area = drawing.shapes.iter().find(|shape| !shape.external && shape.id == zone).unwrap().area;
        let again = drawing::places_with(&plant, &zone, [area.x + area.width / 2, area.y + area.height / 2]);
        plant.work.system.places = again;
        prop_assert_eq!(drawing, drawing::draw(&plant));
    }
}

#[test]
fn levels_stand_above_each_other_and_what_is_outside_above_the_boundary() {
    let shape = Shape {
        zones: vec![
            (2, None, false),
            (6, None, false),
            (8, None, false),
            (7, None, true),
            (2, Some(0), false),
        ],
        conduits: vec![vec![0, 1], vec![1, 3], vec![2, 4]],
        external: vec![1],
    };
    let drawing = drawing::draw(&plant(&shape));
    let top = |id: &str| drawing.shapes.iter().find(|shape| shape.id == id).unwrap().area.y;
    assert!(
        top("X-00") < top("Z3") && top("Z3") < top("Z1") && top("Z1") < top("Z0") && top("Z0") < top("Z2")
    );
    let boundary = drawing.boundary.unwrap();
    assert!(boundary.y > top("Z3") && boundary.y < top("Z1"));
    let levels: Vec<&str> = drawing.bands.iter().map(|band| band.purdue.as_str()).collect();
    assert_eq!(levels, ["3.5", "3", "1", ""]);
}

#[test]
fn an_empty_plant_has_an_empty_drawing() {
    let plant = Plant::empty(Environment::default(), jiff::civil::date(2026, 11, 26));
    assert!(drawing::draw(&plant).shapes.is_empty());
}
