//! Components by 62443-4-2: what each asset can do, and where a zone's target asks for more.

use std::collections::BTreeMap;

use iec62443::{
    Fr, Plant, SecurityLevel,
    component::{self, Basis, Component, Fulfilled, product},
    work::Kind,
};
use jiff::civil::Date;
use serde_json::json;

use crate::{
    Failure, Result, Session,
    controls::typed,
    findings::Around,
    session::day,
    system::vector,
    view,
    work::{LONGEST, LONGEST_NAME, count, nothing_new, replaced, usage},
};

/// Tags that are named of assets alike.
const NAMED: usize = 8;

fn shown(levels: [Option<SecurityLevel>; 7]) -> Vec<Option<u8>> {
    levels.iter().map(|level| level.map(SecurityLevel::get)).collect()
}

fn tags(plant: &Plant, assets: &[usize]) -> Vec<String> {
    assets.iter().take(NAMED).map(|asset| plant.assets[*asset].tag.clone()).collect()
}

/// What the components of each zone can do, beside its levels of a day.
fn by_zone(plant: &Plant, assessment: &iec62443::Assessment) -> Vec<view::ZoneCapability> {
    component::capabilities(plant)
        .into_iter()
        .zip(&assessment.zones)
        .map(|(capability, zone)| view::ZoneCapability {
            zone: zone.id.clone(),
            name: zone.name.clone(),
            target: zone.sl_t.iter().map(|level| level.get()).collect(),
            achieved: shown(zone.vector),
            weakest: shown(capability.weakest),
            known: count(capability.known),
            assets: count(capability.assets),
            short: capability
                .short
                .into_iter()
                .map(|short| view::ShortComponent {
                    fr: short.fr.number(),
                    sl_c: short.sl_c.get(),
                    target: short.target.get(),
                    product: short.product,
                    tags: tags(plant, &short.assets),
                    assets: count(short.assets.len()),
                    unmet: short.unmet,
                })
                .collect(),
        })
        .collect()
}

impl Session {
    /// What components can do, by zone and by product.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn components(&mut self, environment: &str, as_of: Option<&str>) -> Result<view::ComponentsView> {
        let when = self.when(environment, as_of, None)?;
        let (plant, assessment) = self.assessed(environment, when)?;
        let around = Around::new(&plant);
        let none = Component::default();
        let known = |at: usize| plant.work.components.get(&*plant.evidence.assets[at].id).unwrap_or(&none);
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut places: BTreeMap<(String, &str), Vec<usize>> = BTreeMap::new();
        for at in 0..plant.assets.len() {
            let key = (product(&plant.assets[at]), plant.assets[at].component_type.as_str());
            let alike = places.entry(key).or_default();
            match alike.iter().find(|group| known(groups[**group][0]) == known(at)) {
                Some(group) => groups[*group].push(at),
                None => {
                    alike.push(groups.len());
                    groups.push(vec![at]);
                }
            }
        }
        let rows = groups
            .iter()
            .map(|group| {
                let component = known(group[0]);
                let component_type = &plant.assets[group[0]].component_type;
                let capability = component.capability(component_type);
                let mut zones: Vec<usize> =
                    group.iter().map(|at| around.zone_place(&plant.evidence.assets[*at].zone).0).collect();
                zones.sort_unstable();
                zones.dedup();
                let short = Fr::ALL.iter().filter(|fr| {
                    let targets = zones.iter().filter_map(|zone| plant.evidence.zones.get(*zone));
                    let highest = targets.map(|zone| zone.sl_t[fr.index()]).max();
                    capability[fr.index()].zip(highest).is_some_and(|(level, target)| level < target)
                });
                view::ComponentRow {
                    asset: plant.evidence.assets[group[0]].id.to_string(),
                    tags: tags(&plant, group),
                    assets: count(group.len()),
                    zones: zones
                        .iter()
                        .filter_map(|zone| plant.evidence.zones.get(*zone))
                        .map(|zone| zone.name.to_string())
                        .collect(),
                    component_type: component_type.clone(),
                    product: product(&plant.assets[group[0]]),
                    sl_c: shown(capability),
                    basis: if capability.iter().all(Option::is_none) {
                        String::new()
                    } else {
                        basis(component).as_str().to_owned()
                    },
                    certificate: component.certificate.clone(),
                    certifier: component.certifier.clone(),
                    valid_until: component.valid_until.map(|day| day.to_string()),
                    expired: component.has_expired(when.as_of.day()),
                    short: short.map(|fr| fr.number()).collect(),
                }
            })
            .collect();
        Ok(view::ComponentsView { zones: by_zone(&plant, &assessment), rows })
    }

    /// An asset as a component, with the requirements of its type.
    ///
    /// # Errors
    /// `not_found`
    pub fn component(&mut self, environment: &str, asset: &str) -> Result<view::ComponentView> {
        let today = self.today();
        let plant = self.plant(environment)?;
        let at = place(&plant, asset)?;
        let detail = &plant.assets[at];
        let component = plant.work.components.get(asset).cloned().unwrap_or_default();
        let around = Around::new(&plant);
        let zone = plant.evidence.zones.get(around.zone_place(&plant.evidence.assets[at].zone).0);
        let target = zone.map(|zone| zone.sl_t).unwrap_or_default();
        Ok(view::ComponentView {
            asset: asset.to_owned(),
            tag: detail.tag.clone(),
            product: product(&plant.assets[at]),
            component_type: detail.component_type.clone(),
            zone_name: zone.map(|zone| zone.name.to_string()).unwrap_or_default(),
            target: target.iter().map(|level| level.get()).collect(),
            declared: component.sl_c.map(|levels| levels.iter().map(|level| level.get()).collect()),
            basis: basis(&component).as_str().to_owned(),
            certificate: component.certificate.clone(),
            certifier: component.certifier.clone(),
            valid_until: component.valid_until.map(|day| day.to_string()),
            expired: component.has_expired(today),
            note: component.note.clone(),
            answered: shown(component.answered(&detail.component_type)),
            sl_c: shown(component.capability(&detail.component_type)),
            requirements: component::requirements(&detail.component_type)
                .map(|requirement| view::ComponentRequirementRow {
                    id: requirement.id.clone(),
                    fr: requirement.fr.number(),
                    sl: requirement.sl.get(),
                    title: requirement.title.clone(),
                    answer: component
                        .answers
                        .get(&requirement.id)
                        .map(|answer| answer.as_str().to_owned())
                        .unwrap_or_default(),
                    required: requirement.sl <= target[requirement.fr.index()],
                })
                .collect(),
            alike: count(alike(&plant, at).len() - 1),
        })
    }

    /// Keeps what is known of a component, of all of the same product and type where that is wanted.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn put_component(&mut self, wish: &view::ComponentWish) -> Result<view::Change> {
        self.store()?.check_clock(&self.who())?;
        let environment = wish.environment.as_str();
        let plant = self.plant(environment)?;
        let at = place(&plant, &wish.asset)?;
        let component_type = &plant.assets[at].component_type;
        let basis = match wish.basis.as_str() {
            "" => Basis::default(),
            word => Basis::from_word(word).ok_or_else(|| {
                usage(format!("{word:?} is no way to know"), "Say certificate, self_declared or assessed.")
            })?,
        };
        let valid_until: Option<Date> = wish
            .valid_until
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(day)
            .transpose()?;
        let mut answers = BTreeMap::new();
        for (id, word) in &wish.answers {
            let id = id.trim();
            if !component::requirements(component_type).any(|requirement| requirement.id == id) {
                let advice = if component_type.is_empty() {
                    "Say first what type of component the asset is."
                } else {
                    "Write one as CR 1.1 or NDR 1.6 RE(1), of this component's type."
                };
                return Err(usage(format!("{id:?} is no requirement of a component of this type"), advice));
            }
            let answer = Fulfilled::from_word(word).ok_or_else(|| {
                usage(format!("{word:?} is no answer"), "Say met, not_met or not_applicable.")
            })?;
            answers.insert(id.to_owned(), answer);
        }
        let after = Component {
            sl_c: wish.declared.as_deref().map(vector).transpose()?,
            basis,
            certificate: typed("certificate", &wish.certificate, LONGEST_NAME)?,
            certifier: typed("certifier", &wish.certifier, LONGEST_NAME)?,
            valid_until,
            note: typed("note", &wish.note, LONGEST)?,
            answers,
        };
        if after.sl_c.is_some() && after.basis == Basis::Certificate && after.certificate.is_empty() {
            return Err(usage(
                "a certificate has a number",
                "Write it down, or say that it is self-declared.",
            ));
        }
        let after = Some(after).filter(|component| !component.is_empty());
        let assets = if wish.alike { alike(&plant, at) } else { vec![at] };
        let mut records = Vec::new();
        for asset in &assets {
            let id = plant.evidence.assets[*asset].id.to_string();
            let before = plant.work.components.get(&id);
            records.extend(replaced(Kind::Component, &id, before, after.as_ref())?);
        }
        if records.is_empty() {
            return Err(nothing_new());
        }
        let changed = count(records.len());
        let ids: Vec<&str> = records.iter().map(|record| record.id.as_str()).collect();
        let detail = json!({"assets": ids, "after": after});
        let id = self.keep_records(environment, "component.written", records, detail)?;
        Ok(view::Change { id, changed, unchanged: count(assets.len()) - changed })
    }
}

/// How a capability is known: answers alone are an assessment.
fn basis(component: &Component) -> Basis {
    if component.sl_c.is_none() && !component.answers.is_empty() { Basis::Assessed } else { component.basis }
}

fn place(plant: &Plant, asset: &str) -> Result<usize> {
    plant
        .evidence
        .assets
        .iter()
        .position(|known| *known.id == *asset)
        .ok_or_else(|| Failure::not_found("asset", asset))
}

/// Assets of the same product and type, that one among them; an asset whose product is not known is like no other.
fn alike(plant: &Plant, at: usize) -> Vec<usize> {
    let name = product(&plant.assets[at]);
    let of = &plant.assets[at].component_type;
    if name.is_empty() {
        return vec![at];
    }
    (0..plant.assets.len())
        .filter(|other| plant.assets[*other].component_type == *of && product(&plant.assets[*other]) == name)
        .collect()
}
