//! The zone-and-conduit drawing, and where people put zones in it.

use iec62443::{
    Fr, Plant,
    catalogue::Language,
    drawing::{self, Area, Places},
    system::ExternalKind,
    work::Kind,
};
use serde_json::json;

use crate::{
    Failure, Result, Session, levels, view,
    work::{count, replaced, usage},
};

fn area(area: Area) -> view::AreaView {
    view::AreaView { x: area.x, y: area.y, width: area.width, height: area.height }
}

impl Session {
    /// The drawing with the levels of a day.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn drawing(&mut self, environment: &str, as_of: Option<&str>) -> Result<view::DrawingView> {
        let when = self.when(environment, as_of, None)?;
        let (plant, assessment) = self.assessed(environment, when)?;
        Ok(drawing(&plant, &assessment))
    }

    /// The drawing as an SVG document.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn drawing_svg(
        &mut self,
        environment: &str,
        as_of: Option<&str>,
        language: Language,
    ) -> Result<String> {
        let when = self.when(environment, as_of, None)?;
        let (plant, assessment) = self.assessed(environment, when)?;
        let drawing = report::drawing(&plant, &assessment, language).ok_or_else(|| {
            usage("there are no zones to draw", "Write zones down or import a plant first.")
        })?;
        report::svg(&drawing, &plant.environment.name).map_err(Failure::from)
    }

    /// Puts a zone where somebody dropped it, or all of them back to where they are put automatically.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn place_zone(&mut self, wish: &view::PlaceWish) -> Result<view::Change> {
        self.store()?.check_clock(&self.who())?;
        let environment = wish.environment.as_str();
        let plant = self.plant(environment)?;
        let known = &plant.work.system.places;
        let after = if wish.zone.is_empty() {
            Places::new()
        } else {
            let place = plant.evidence.zones.iter().position(|zone| *zone.id == *wish.zone);
            if place.is_none_or(|at| plant.zones[at].conduit) {
                return Err(Failure::not_found("zone", &wish.zone));
            }
            drawing::places_with(&plant, &wish.zone, [wish.x, wish.y])
        };
        let mut records = Vec::new();
        for zone in known.keys().chain(after.keys().filter(|zone| !known.contains_key(*zone))) {
            records.extend(replaced(Kind::Place, zone, known.get(zone), after.get(zone))?);
        }
        // What is drawn where it is dropped anyway stays as it is.
        if records.is_empty() {
            return Err(usage(
                "it stands there already",
                "Drop it in another row or at another place in its row.",
            ));
        }
        let changed = count(records.len());
        let action = if wish.zone.is_empty() { "drawing.arranged" } else { "drawing.changed" };
        let detail = json!({"zone": wish.zone, "places": after});
        let id = self.keep_records(environment, action, records, detail)?;
        Ok(view::Change { id, changed, unchanged: 0 })
    }
}

fn drawing(plant: &Plant, assessment: &iec62443::Assessment) -> view::DrawingView {
    let drawn = drawing::draw(plant);
    let mut assets = vec![0_u32; plant.evidence.zones.len()];
    let around = crate::findings::Around::new(plant);
    for asset in &plant.evidence.assets {
        if let Some(n) = assets.get_mut(around.zone_place(&asset.zone).0) {
            *n += 1;
        }
    }
    let place = |id: &str| plant.evidence.zones.iter().position(|zone| *zone.id == *id);
    let cells = |at: usize| -> Vec<view::LevelCell> {
        let zone = &assessment.zones[at];
        Fr::ALL.iter().map(|fr| levels::cell(zone.cell(*fr), zone.sl_t[fr.index()].get())).collect()
    };
    let shapes = drawn
        .shapes
        .iter()
        .map(|shape| {
            let base = view::ShapeView {
                id: shape.id.clone(),
                external: shape.external,
                remote: false,
                depth: count(shape.depth),
                holds: shape.holds,
                area: area(shape.area),
                name: String::new(),
                note: String::new(),
                safety: false,
                traits: Vec::new(),
                assets: 0,
                cells: Vec::new(),
            };
            if shape.external {
                let external = plant.work.system.external.get(&shape.id);
                return view::ShapeView {
                    remote: external.is_some_and(|one| one.kind == ExternalKind::RemoteAccess),
                    name: external.map(|one| one.name.clone()).unwrap_or_default(),
                    note: external.map(|one| one.party.clone()).unwrap_or_default(),
                    ..base
                };
            }
            let Some(at) = place(&shape.id) else { return base };
            let detail = &plant.zones[at];
            view::ShapeView {
                name: plant.evidence.zones[at].name.to_string(),
                note: detail.purdue.clone(),
                safety: detail.safety,
                traits: detail.traits.iter().map(|one| one.as_str().to_owned()).collect(),
                assets: assets[at],
                cells: cells(at),
                ..base
            }
        })
        .collect();
    let links = drawn
        .links
        .iter()
        .map(|link| {
            let conduit = plant.conduits.iter().find(|conduit| !link.external && conduit.id == link.id);
            let external = plant.work.system.external.get(&link.id).filter(|_| link.external);
            let at = place(&link.id).filter(|at| !link.external && plant.zones[*at].conduit);
            let guards = at.is_some_and(|at| assets[at] > 0);
            let words = conduit.map(|one| &one.protected_by).or(external.map(|one| &one.protected_by));
            view::LinkView {
                id: link.id.clone(),
                external: link.external,
                name: conduit
                    .map(|one| one.name.clone())
                    .or(external.map(|one| one.name.clone()))
                    .unwrap_or_default(),
                protocols: conduit
                    .map(|one| one.protocols.clone())
                    .or(external.map(|one| one.protocols.clone()))
                    .unwrap_or_default(),
                tag: link.tag.map(area),
                lines: link.lines.clone(),
                arrows: link.arrows.clone(),
                unprotected: !guards && words.is_none_or(|words| words.trim().is_empty()),
                gap: at.and_then(|at| {
                    cells(at).iter().map(|cell| cell.gap).collect::<Option<Vec<u8>>>()?.into_iter().max()
                }),
                assessed: at.is_some(),
            }
        })
        .collect();
    view::DrawingView {
        width: drawn.width,
        height: drawn.height,
        bands: drawn
            .bands
            .into_iter()
            .map(|band| view::BandView { purdue: band.purdue, y: band.y, height: band.height })
            .collect(),
        boundary: drawn.boundary.map(area),
        shapes,
        links,
        by_hand: !plant.work.system.places.is_empty(),
    }
}
