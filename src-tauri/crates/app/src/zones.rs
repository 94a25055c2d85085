//! Zones and conduits as rows.

use crate::{Result, Session, findings::Around, view};

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
        let zones = assessment
            .zones
            .iter()
            .zip(&plant.zones)
            .enumerate()
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
                targets: plant
                    .work
                    .targets
                    .get(&zone.id)
                    .into_iter()
                    .flatten()
                    .filter(|step| step.at <= when.as_of)
                    .map(|step| view::TargetView {
                        at: step.at.to_string(),
                        by: step.by.clone(),
                        target: step.sl_t.iter().map(|level| level.get()).collect(),
                        reason: step.reason.clone(),
                    })
                    .collect(),
            })
            .collect();
        let conduits = plant
            .conduits
            .iter()
            .map(|conduit| view::ConduitRow {
                id: conduit.id.clone(),
                name: conduit.name.clone(),
                from: around.zone_name(&conduit.from_zone),
                from_zone: conduit.from_zone.clone(),
                to: around.zone_name(&conduit.to_zone),
                to_zone: conduit.to_zone.clone(),
                protocols: conduit.protocols.clone(),
                protected_by: conduit.protected_by.clone(),
            })
            .collect();
        Ok(view::ZonesView { zones, conduits })
    }
}
