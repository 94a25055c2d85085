//! A person's word on an asset, and who else says what of it.

use std::collections::BTreeMap;

use iec62443::{
    Plant,
    plant::{AssetDetail, Identity},
};
use import::{
    list::main_identity,
    merge::Joined,
    observation::{Fault, Sighting},
};
use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};
use store::{
    intake::{Before, Was},
    intelligence::Intelligence,
};
use vulnerability::name::{Product, Vendor, plain};

use crate::{Failure, Result, Session, controls::by_hand, view};

/// Fields of an asset that a person can correct.
pub const FIELDS: [&str; 15] = [
    "tag",
    "name",
    "zone",
    "vendor",
    "product",
    "version",
    "order_number",
    "component_type",
    "criticality",
    "lifecycle",
    "owner",
    "serial",
    "ip",
    "mac",
    "installed",
];

fn place<'d>(detail: &'d mut AssetDetail, field: &str) -> Option<&'d mut String> {
    Some(match field {
        "tag" => &mut detail.tag,
        "name" => &mut detail.name,
        "component_type" => &mut detail.component_type,
        "criticality" => &mut detail.criticality,
        "lifecycle" => &mut detail.lifecycle,
        "owner" => &mut detail.owner,
        "serial" => &mut detail.serial,
        "ip" => &mut detail.ip,
        "mac" => &mut detail.mac,
        _ => return None,
    })
}

/// Puts a value where it belongs.
fn put(plant: &Plant, zone: &mut String, detail: &mut AssetDetail, field: &str, value: &str) -> Result<()> {
    let wrong = |what: String| Failure::new("usage", what);
    let value = value.trim();
    if value.chars().any(char::is_control) {
        return Err(wrong(format!("{field} holds a control character")));
    }
    match field {
        "zone" => {
            let known = plant.evidence.zones.iter().find(|known| *known.id == *value);
            *zone = known.ok_or_else(|| Failure::not_found("zone", value))?.id.to_string();
        }
        "installed" => {
            let day = |text: &str| {
                text.parse::<Date>().map_err(|_| wrong(format!("{text:?} is no day such as 2026-06-30")))
            };
            detail.installed = if value.is_empty() { None } else { Some(day(value)?) };
        }
        "component_type" if !value.is_empty() => {
            let known = import::list::component_type(value).ok_or_else(|| {
                let types = "Types are embedded_device, host_device, network_device, software_application.";
                wrong(format!("{value:?} is no component type")).advice(types)
            })?;
            known.clone_into(&mut detail.component_type);
        }
        "vendor" | "product" | "version" | "order_number" => {
            if detail.identities.is_empty() {
                detail.identities.push(main_identity(&detail.component_type));
            }
            if let Some(main) = detail.identities.first_mut() {
                let part = match field {
                    "vendor" => &mut main.vendor,
                    "product" => &mut main.product,
                    "version" => &mut main.version,
                    _ => &mut main.order_number,
                };
                value.clone_into(part);
                // What something else stated of the old product is not true of this one.
                main.cpe.clear();
                main.purl.clear();
            }
            detail.identities.retain(|identity| !identity.is_empty());
        }
        "tag" if value.is_empty() => return Err(wrong("an asset needs a tag".to_owned())),
        _ => match place(detail, field) {
            Some(part) => value.clone_into(part),
            None => {
                return Err(wrong(format!("{field:?} is no field of an asset"))
                    .advice(format!("Fields are {}.", FIELDS.join(", "))));
            }
        },
    }
    Ok(())
}

impl Session {
    /// Corrects an asset by hand. No import overwrites what was corrected; it can be taken back with
    /// [`Session::undo`].
    ///
    /// # Errors
    /// `not_found`, or `usage` for a field or value that cannot be.
    pub fn correct_asset(
        &mut self,
        environment: &str,
        asset: &str,
        values: &BTreeMap<String, String>,
        reason: &str,
    ) -> Result<view::Change> {
        self.correct_assets(environment, &[asset.to_owned()], values, reason)
    }

    /// Corrects assets alike, as one change: moves them to a zone, for one.
    ///
    /// # Errors
    /// As [`Session::correct_asset`]; nothing is changed then.
    pub fn correct_assets(
        &mut self,
        environment: &str,
        assets: &[String],
        values: &BTreeMap<String, String>,
        reason: &str,
    ) -> Result<view::Change> {
        let (today, who) = (self.today(), self.who());
        let mut changed = 0;
        let id = self.store_mut()?.try_change(&who, |change| -> Result<_> {
            let known = change.plant(environment, today)?;
            let mut plant = Plant::empty(known.environment.clone(), today);
            plant.evidence.profile = known.evidence.profile.clone();
            let mut before = Before::default();
            let changes = change.asset_changes(environment)?;
            for asset in assets {
                let at = known
                    .evidence
                    .assets
                    .iter()
                    .position(|known| *known.id == **asset)
                    .or_else(|| known.assets.iter().position(|detail| detail.tag == *asset))
                    .ok_or_else(|| Failure::not_found("asset", asset))?;
                let id = known.evidence.assets[at].id.to_string();
                if before.assets.iter().any(|(other, _)| *other == id) {
                    continue;
                }
                let (mut zone, mut detail) =
                    (known.evidence.assets[at].zone.to_string(), known.assets[at].clone());
                for (field, value) in values {
                    put(&known, &mut zone, &mut detail, field, value)?;
                }
                let mut row = known.evidence.assets[at].clone();
                let was = Was {
                    zone: row.zone.to_string(),
                    identified: row.identified,
                    change: changes.get(&id).copied(),
                    detail: known.assets[at].clone(),
                };
                row.zone = zone.into();
                row.identified = detail.identities.iter().any(Identity::is_complete);
                if row != known.evidence.assets[at] || detail != known.assets[at] {
                    plant.evidence.assets.push(row);
                    plant.assets.push(detail);
                    before.assets.push((id, Some(was)));
                }
            }
            if before.assets.is_empty() {
                return Err(Failure::new("usage", "nothing of that differs from what stands there"));
            }
            let number = change.begin("asset.corrected")?;
            change.put_plant(&plant, &known, &serde_json::Value::Null, Some(number))?;
            change.add_intake(number, environment, by_hand(&before)?)?;
            let ids: Vec<&String> = before.assets.iter().map(|(id, _)| id).collect();
            // One asset is told by its name, several as a list.
            let told = match ids.as_slice() {
                [one] => serde_json::json!(one),
                all => serde_json::json!(all),
            };
            changed = before.assets.len();
            let detail =
                serde_json::json!({"change": number, "asset": told, "values": values, "reason": reason.trim()});
            change.log("asset.corrected", environment, &detail)?;
            Ok(number)
        })?;
        let changed = crate::work::count(changed);
        Ok(view::Change { id, changed, unchanged: crate::work::count(assets.len()) - changed })
    }

    /// The newest file of each source, the newest first, with what it says of an asset.
    fn said_of(
        &self,
        environment: &str,
        asset: &str,
        mut each: impl FnMut(&store::intake::Intake, Joined),
    ) -> Result<()> {
        let store = self.store()?;
        let mut seen: Vec<String> = Vec::new();
        for intake in store.intakes(environment)? {
            // An older file of a source was replaced by the newer one.
            if seen.contains(&intake.source) || intake.kind == "by_hand" {
                continue;
            }
            let joined: Vec<Joined> = serde_json::from_slice(&store.said(intake.change)?)
                .map_err(|error| Failure::new("store_damaged", error.to_string()))?;
            seen.push(intake.source.clone());
            for joined in joined.into_iter().filter(|joined| joined.asset == asset) {
                each(&intake, joined);
            }
        }
        Ok(())
    }

    /// What every file says of an asset, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn asset_sources(&self, environment: &str, asset: &str) -> Result<Vec<view::AssetSource>> {
        let mut list = Vec::new();
        self.said_of(environment, asset, |intake, joined| {
            list.push(view::AssetSource {
                file: intake.file.clone(),
                kind: intake.kind.clone(),
                place: joined.sighting.at.clone(),
                at: intake.at.clone(),
                actor: intake.actor.clone(),
                by: joined.by.as_str().to_owned(),
                values: values(&joined.sighting),
                findings: u32::try_from(joined.sighting.findings.len()).unwrap_or(u32::MAX),
            });
        })?;
        Ok(list)
    }

    /// The files that name a finding.
    pub(crate) fn reported(
        &self,
        environment: &str,
        asset: &str,
        finding: &str,
        vulnerability: Option<&str>,
    ) -> Result<Vec<view::FindingSource>> {
        let mut list = Vec::new();
        self.said_of(environment, asset, |intake, joined| {
            let own = |fault: &&Fault| match (&fault.vulnerability, vulnerability) {
                (Some(one), Some(other)) => one == other,
                (None, None) => finding.ends_with(&format!(":{}:{}", intake.kind, fault.check)),
                _ => false,
            };
            list.extend(joined.sighting.findings.iter().find(own).map(|fault| view::FindingSource {
                file: intake.file.clone(),
                kind: intake.kind.clone(),
                at: intake.taken.clone().unwrap_or_else(|| intake.at.clone()),
                check: fault.check.clone(),
            }));
        })?;
        Ok(list)
    }

    /// Products that intelligence knows and that an unrecognised asset could be, the likeliest first.
    ///
    /// # Errors
    /// `not_found`, or when the intelligence cannot be read.
    pub fn suggestions(&mut self, environment: &str, asset: &str) -> Result<Vec<view::Suggestion>> {
        const MOST: usize = 6;
        let plant = self.plant(environment)?;
        let at = plant.evidence.assets.iter().position(|known| *known.id == *asset);
        let at = at.ok_or_else(|| Failure::not_found("asset", asset))?;
        let Some(intelligence) = Intelligence::open_existing(self.folder())? else { return Ok(Vec::new()) };
        let detail = &plant.assets[at];
        let mut named: Vec<(&str, &str)> = detail
            .identities
            .iter()
            .map(|identity| (identity.vendor.as_str(), identity.product.as_str()))
            .collect();
        named.push(("", &detail.name));
        let mut counts: FxHashMap<(String, String), usize> = FxHashMap::default();
        for (vendor, product) in named.into_iter().filter(|(_, product)| !product.trim().is_empty()) {
            let vendor = Vendor::read(vendor);
            for key in Product::read(product, &vendor).lookups() {
                intelligence.claims(key, |_, _, claim| {
                    if !claim.vendor.is_empty() {
                        *counts.entry((claim.vendor.to_string(), claim.product.to_string())).or_default() +=
                            1;
                    }
                })?;
            }
        }
        // The same product in several spellings is one.
        let mut list: Vec<((String, String), usize)> = counts.into_iter().collect();
        list.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
        let mut seen = FxHashSet::default();
        let known = |vendor: &str, product: &str| {
            detail.identities.iter().any(|identity| {
                plain(&identity.vendor) == plain(vendor) && plain(&identity.product) == plain(product)
            })
        };
        Ok(list
            .into_iter()
            .map(|((vendor, product), _)| view::Suggestion { vendor, product })
            .filter(|one| {
                !known(&one.vendor, &one.product) && seen.insert((plain(&one.vendor), plain(&one.product)))
            })
            .take(MOST)
            .collect())
    }

    /// Ids of assets or findings that the newest file of their source names no more.
    pub(crate) fn proposed(&self, environment: &str, kind: &str) -> Result<FxHashSet<String>> {
        let proposals = self.store()?.proposals(environment)?;
        Ok(proposals
            .into_iter()
            .filter(|proposal| proposal.kind == kind)
            .map(|proposal| proposal.id)
            .collect())
    }
}

fn values(s: &Sighting) -> BTreeMap<String, String> {
    let main = s.identities.first();
    let part = |pick: fn(&Identity) -> &String| main.map(|main| pick(main).clone()).unwrap_or_default();
    let all = [
        ("tag", s.tag.clone()),
        ("name", s.name.clone()),
        ("host", s.hosts.join(", ")),
        ("zone", s.zone.clone()),
        ("vendor", part(|identity| &identity.vendor)),
        ("product", part(|identity| &identity.product)),
        ("version", part(|identity| &identity.version)),
        ("order_number", part(|identity| &identity.order_number)),
        ("component_type", s.component_type.clone()),
        ("criticality", s.criticality.clone()),
        ("lifecycle", s.lifecycle.clone()),
        ("owner", s.owner.clone()),
        ("serial", s.serial.clone()),
        ("ip", s.ip.clone()),
        ("mac", s.mac.clone()),
        ("installed", s.installed.map(|day| day.to_string()).unwrap_or_default()),
    ];
    all.into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
