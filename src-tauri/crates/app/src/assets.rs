//! Assets as rows.

use std::collections::BTreeSet;

use iec62443::{
    Assessment, Plant,
    finding::{Rating, State},
};

use crate::{
    Result, Session,
    facets::{FacetOf, filter, in_order, slice},
    findings::Around,
    view,
};

/// Open findings by severity, in the order of [`Rating::ALL`], for each asset.
fn open_by_asset(plant: &Plant, assessment: &Assessment) -> Vec<[u32; 6]> {
    let at: rustc_hash::FxHashMap<&str, usize> =
        plant.evidence.assets.iter().enumerate().map(|(i, a)| (&*a.id, i)).collect();
    let mut open = vec![[0; 6]; plant.evidence.assets.len()];
    for (finding, verdict) in plant.evidence.findings.iter().zip(&assessment.verdicts) {
        let Some(verdict) = verdict.filter(|v| v.state == State::Open) else { continue };
        let column = Rating::ALL.iter().position(|r| *r == verdict.rating).unwrap_or(5);
        if let Some(asset) = at.get(&*finding.asset) {
            open[*asset][column] += 1;
        }
    }
    open
}

/// One asset's row.
pub(crate) fn row(
    plant: &Plant,
    assessment: &Assessment,
    around: &Around<'_>,
    index: usize,
) -> view::AssetRow {
    let mut open = [0; 6];
    let id = &plant.evidence.assets[index].id;
    for (finding, verdict) in plant.evidence.findings.iter().zip(&assessment.verdicts) {
        if let Some(verdict) = verdict.filter(|v| v.state == State::Open && finding.asset == *id) {
            open[Rating::ALL.iter().position(|r| *r == verdict.rating).unwrap_or(5)] += 1;
        }
    }
    row_with(plant, around, index, open)
}

fn row_with(plant: &Plant, around: &Around<'_>, index: usize, open: [u32; 6]) -> view::AssetRow {
    let (asset, detail) = (&plant.evidence.assets[index], &plant.assets[index]);
    view::AssetRow {
        id: asset.id.to_string(),
        tag: detail.tag.clone(),
        name: detail.name.clone(),
        zone: asset.zone.to_string(),
        zone_name: around.zone_name(&asset.zone),
        identities: detail
            .identities
            .iter()
            .map(|identity| view::IdentityView {
                layer: identity.layer.as_str().to_owned(),
                kind: identity.kind.as_str().to_owned(),
                vendor: identity.vendor.clone(),
                product: identity.product.clone(),
                version: identity.version.clone(),
                order_number: identity.order_number.clone(),
                cpe: identity.cpe.clone(),
                purl: identity.purl.clone(),
            })
            .collect(),
        identified: asset.identified,
        component_type: detail.component_type.clone(),
        criticality: detail.criticality.clone(),
        lifecycle: detail.lifecycle.clone(),
        owner: detail.owner.clone(),
        ip: detail.ip.clone(),
        mac: detail.mac.clone(),
        serial: detail.serial.clone(),
        installed: detail.installed.map(|day| day.to_string()),
        gone: false,
        open,
    }
}

impl Session {
    /// A slice of the assets under a query.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn assets(&mut self, query: &view::Query) -> Result<view::AssetPage> {
        let when = self.when(&query.environment, query.as_of.as_deref(), None)?;
        let (plant, assessment) = self.assessed(&query.environment, when)?;
        let around = Around::new(&plant);
        let open = open_by_asset(&plant, &assessment);
        let main = |i: usize| plant.assets[i].identities.first();
        let plain = |value: &str| (0, value.to_owned());
        let facets: Vec<FacetOf<'_, usize>> = vec![
            FacetOf {
                name: "zone",
                values: Box::new(|i: &usize, see| see(&plant.evidence.assets[*i].zone)),
                label: Box::new(|value| around.zone_place(value)),
            },
            FacetOf {
                name: "vendor",
                // Of every layer, each once.
                values: Box::new(|i: &usize, see| {
                    let vendors = plant.assets[*i].identities.iter().map(|identity| identity.vendor.as_str());
                    let vendors: BTreeSet<&str> = vendors.filter(|vendor| !vendor.is_empty()).collect();
                    if vendors.is_empty() {
                        see("");
                    }
                    vendors.into_iter().for_each(see);
                }),
                label: Box::new(plain),
            },
            FacetOf {
                name: "component_type",
                values: Box::new(|i: &usize, see| see(&plant.assets[*i].component_type)),
                label: Box::new(plain),
            },
            FacetOf {
                name: "identified",
                values: Box::new(|i: &usize, see| {
                    see(if plant.evidence.assets[*i].identified { "true" } else { "false" })
                }),
                label: Box::new(in_order(&["false", "true"])),
            },
            FacetOf {
                name: "criticality",
                values: Box::new(|i: &usize, see| see(&plant.assets[*i].criticality)),
                label: Box::new(in_order(&["high", "medium", "low"])),
            },
        ];
        let all = (0..plant.evidence.assets.len()).filter_map(|i| Some((u32::try_from(i).ok()?, i)));
        let (mut order, views) = filter(all, query, &facets, |i, word| {
            let detail = &plant.assets[*i];
            let has = |text: &str| text.to_lowercase().contains(word);
            has(&detail.tag)
                || has(&detail.name)
                || has(&detail.ip)
                || has(&detail.serial)
                || detail.identities.iter().any(|id| has(&id.vendor) || has(&id.product) || has(&id.version))
        });
        let key = |i: u32| -> String {
            let i = i as usize;
            let detail = &plant.assets[i];
            let identity = |pick: fn(&iec62443::plant::Identity) -> &String| {
                main(i).map_or_else(String::new, |id| pick(id).to_lowercase())
            };
            match query.sort.as_str() {
                // What is not recognised comes first: it needs somebody.
                "identified" => {
                    let known = u8::from(plant.evidence.assets[i].identified);
                    format!("{known}{}", detail.tag.to_lowercase())
                }
                "name" => detail.name.to_lowercase(),
                "zone" => format!("{:06}", around.zone_place(&plant.evidence.assets[i].zone).0),
                "vendor" => identity(|id| &id.vendor),
                "product" => identity(|id| &id.product),
                "version" => identity(|id| &id.version),
                "component_type" => detail.component_type.clone(),
                "criticality" => ["low", "medium", "high"]
                    .iter()
                    .position(|c| *c == detail.criticality)
                    .map_or(0, |p| p + 1)
                    .to_string(),
                // By the worst first: six counts, each padded, so that text order is number order.
                "open" => open[i].iter().map(|n| format!("{n:08}")).collect(),
                _ => detail.tag.to_lowercase(),
            }
        };
        order.sort_by_cached_key(|i| key(*i));
        if query.descending {
            order.reverse();
        }
        let gone = self.proposed(&query.environment, "asset")?;
        let rows = slice(&order, query)
            .iter()
            .map(|i| row_with(&plant, &around, *i as usize, open[*i as usize]))
            .map(|row| view::AssetRow { gone: gone.contains(&row.id), ..row })
            .collect();
        Ok(view::AssetPage { total: u32::try_from(order.len()).unwrap_or(u32::MAX), facets: views, rows })
    }
}
