//! Zones and conduits as rows.

use std::collections::BTreeMap;

use crate::{Result, Session, findings::Around, view};

/// Guards of a conduit that are named.
const NAMED: usize = 12;

impl Session {
    /// Zones with their levels, and conduits.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn zones(&mut self, environment: &str, as_of: Option<&str>) -> Result<view::ZonesView> {
        let when = self.when(environment, as_of, None)?;
        let (plant, assessment) = self.assessed(environment, when)?;
        let around = Around::new(&plant);
        let mut open = vec![0u32; plant.evidence.zones.len()];
        let mut assets = vec![0u32; plant.evidence.zones.len()];
        let mut zone_of = rustc_hash::FxHashMap::default();
        for asset in &plant.evidence.assets {
            let place = around.zone_place(&asset.zone).0;
            if let Some(count) = assets.get_mut(place) {
                *count += 1;
            }
            zone_of.insert(&*asset.id, place);
        }
        for (finding, verdict) in plant.evidence.findings.iter().zip(&assessment.verdicts) {
            if verdict.is_some_and(|v| v.state == iec62443::finding::State::Open)
                && let Some(count) = zone_of.get(&*finding.asset).and_then(|place| open.get_mut(*place))
            {
                *count += 1;
            }
        }
        let depths = plant.depths();
        let targets = |id: &str| -> Vec<view::TargetView> {
            let steps = plant.work.targets.get(id).into_iter().flatten();
            steps
                .filter(|step| step.at <= when.as_of)
                .map(|step| view::TargetView {
                    at: step.at.to_string(),
                    by: step.by.clone(),
                    target: step.sl_t.iter().map(|level| level.get()).collect(),
                    reason: step.reason.clone(),
                })
                .collect()
        };
        let characteristics = |id: &str| -> BTreeMap<String, String> {
            let written = plant.work.system.characteristics.get(id).into_iter().flatten();
            written.map(|(topic, text)| (topic.as_str().to_owned(), text.clone())).collect()
        };
        let zones = assessment
            .zones
            .iter()
            .zip(&plant.zones)
            .enumerate()
            .filter(|(_, (_, detail))| !detail.conduit)
            .map(|(i, (zone, detail))| view::ZoneRow {
                id: zone.id.clone(),
                name: zone.name.clone(),
                parent: detail.parent.clone(),
                depth: depths.get(i).copied().unwrap_or(0),
                purdue: detail.purdue.clone(),
                safety: detail.safety,
                description: detail.description.clone(),
                assets: assets[i],
                open: open[i],
                target: zone.sl_t.iter().map(|l| l.get()).collect(),
                achieved: zone.vector.iter().map(|l| l.map(|l| l.get())).collect(),
                level: zone.level.map(|l| l.get()),
                targets: targets(&zone.id),
                traits: detail.traits.iter().map(|one| one.as_str().to_owned()).collect(),
                characteristics: characteristics(&zone.id),
            })
            .collect();
        let conduits = plant
            .conduits
            .iter()
            .map(|conduit| {
                let place = assessment.zones.iter().position(|zone| zone.id == conduit.id);
                let place = place.filter(|at| plant.zones[*at].conduit);
                let zone = place.map(|at| &assessment.zones[at]);
                let end = |at: usize| conduit.zones.get(at).cloned().unwrap_or_default();
                let guards = plant.evidence.assets.iter().zip(&plant.assets);
                view::ConduitRow {
                    id: conduit.id.clone(),
                    name: conduit.name.clone(),
                    from: around.zone_name(&end(0)),
                    from_zone: end(0),
                    to: around.zone_name(&end(1)),
                    to_zone: end(1),
                    zones: conduit
                        .zones
                        .iter()
                        .map(|id| view::ZoneName { id: id.clone(), name: around.zone_name(id) })
                        .collect(),
                    direction: conduit.direction.as_str().to_owned(),
                    protocols: conduit.protocols.clone(),
                    protected_by: conduit.protected_by.clone(),
                    guards: guards
                        .filter(|(asset, _)| place.is_some() && *asset.zone == *conduit.id)
                        .map(|(_, detail)| detail.tag.clone())
                        .take(NAMED)
                        .collect(),
                    assets: place.map_or(0, |at| assets[at]),
                    open: place.map_or(0, |at| open[at]),
                    target: zone.map(|zone| zone.sl_t.iter().map(|l| l.get()).collect()),
                    achieved: zone
                        .map(|zone| zone.vector.iter().map(|l| l.map(|l| l.get())).collect())
                        .unwrap_or_default(),
                    level: zone.and_then(|zone| zone.level).map(|l| l.get()),
                    targets: targets(&conduit.id),
                    characteristics: characteristics(&conduit.id),
                }
            })
            .collect();
        Ok(view::ZonesView { zones, conduits })
    }
}
