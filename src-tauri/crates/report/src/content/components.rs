//! Components by IEC 62443-4-2: what they can do beside what their zones need.

use iec62443::{
    SecurityLevel,
    component::{self, Basis, Component},
};

use super::{
    Cell,
    ColumnKind::*,
    Section,
    facts::Facts,
    part::{Numbers, Part, table},
};
use crate::{
    notation::{day, vector},
    words::{clean, name},
};

pub(crate) fn section(facts: &Facts<'_>, numbers: &mut Numbers) -> Section {
    let words = facts.words;
    let mut part = Part::section(words, numbers, format!("{}components", facts.prefix), "components.title");
    part.say("components.text");
    if facts.plant.work.components.is_empty() {
        part.callout(words.get("components.none.title"), words.get("components.none.text"), false);
        return part.finish();
    }
    let capabilities = component::capabilities(facts.plant);
    let rows = facts
        .zones()
        .iter()
        .zip(&capabilities)
        .map(|(zone, capability)| {
            vec![
                Cell::text(facts_name(&zone.id, &zone.name)),
                Cell::text(words.fill(
                    "components.known",
                    &[("known", &capability.known.to_string()), ("of", &capability.assets.to_string())],
                )),
                Cell::text(vector(capability.weakest)),
                Cell::text(vector(zone.vector)),
                Cell::text(vector(zone.sl_t.map(Some))),
            ]
        })
        .collect();
    let columns = [("zone", Text), ("known", Mark), ("weakest", Code), ("sl_a", Code), ("sl_t", Code)];
    part.push(table(words, "capabilities", &columns, rows));
    let short: Vec<Vec<Cell>> = facts
        .zones()
        .iter()
        .zip(&capabilities)
        .flat_map(|(zone, capability)| {
            capability.short.iter().map(move |short| {
                vec![
                    Cell::text(facts_name(&zone.id, &zone.name)),
                    Cell::text(short.fr.code()),
                    Cell::text(clean(&short.product)).noted(tags(facts, &short.assets)),
                    Cell::text(format!("{} / {}", short.sl_c, short.target)),
                    Cell::text(if short.unmet.is_empty() {
                        "–".to_owned()
                    } else {
                        short.unmet.join(", ")
                    }),
                ]
            })
        })
        .collect();
    part.heading_of("components.short");
    part.say("components.short.text");
    let columns = [("zone", Text), ("fr", Text), ("product", Text), ("sl_c_of", Mark), ("unmet", Text)];
    part.push(table(words, "short_components", &columns, short));
    register(facts, &mut part);
    part.finish()
}

fn facts_name(id: &str, zone: &str) -> String {
    super::facts::zone_name(id, zone)
}

/// Tags, a dozen at most and how many more.
fn tags(facts: &Facts<'_>, assets: &[usize]) -> String {
    let named: Vec<String> = assets.iter().take(12).map(|asset| facts.tag(*asset)).collect();
    let more = assets.len() - named.len();
    let mut text = named.join(", ");
    if more > 0 {
        text = format!("{text} {}", facts.words.count("risk.more", more));
    }
    text
}

/// Every component whose capability is known, assets alike in one row.
fn register(facts: &Facts<'_>, part: &mut Part) {
    let words = facts.words;
    let mut groups: Vec<(&Component, &str, String, Vec<usize>)> = Vec::new();
    for (at, asset) in facts.evidence().assets.iter().enumerate() {
        let Some(component) = facts.plant.work.components.get(&*asset.id) else { continue };
        let Some(detail) = facts.detail(at) else { continue };
        let product = component::product(detail);
        let alike = groups.iter_mut().find(|(known, kind, named, _)| {
            *known == component && *kind == detail.component_type && *named == product
        });
        match alike {
            Some((.., assets)) => assets.push(at),
            None => groups.push((component, &detail.component_type, product, vec![at])),
        }
    }
    let rows = groups
        .iter()
        .map(|(component, kind, product, assets)| {
            let capability: [Option<SecurityLevel>; 7] = component.capability(kind);
            let basis = if component.sl_c.is_none() { Basis::Assessed } else { component.basis };
            let mut how = words.get(&format!("basis.{}", basis.as_str()));
            if basis == Basis::Certificate {
                how = format!("{how} {}", clean(&component.certificate));
            }
            let mut note = clean(&component.certifier);
            if let Some(until) = component.valid_until {
                let key = if component.has_expired(facts.today) {
                    "components.expired"
                } else {
                    "components.until"
                };
                let until = words.fill(key, &[("day", &day(words.language, until))]);
                note = if note.is_empty() { until } else { format!("{note}, {until}") };
            }
            vec![
                Cell::text(if product.is_empty() { words.get("not_recorded") } else { name(product) })
                    .noted(tags(facts, assets)),
                Cell::text(if kind.is_empty() {
                    words.get("not_recorded")
                } else {
                    words.get(&format!("type.{kind}"))
                }),
                Cell::text(vector(capability)),
                Cell::text(how).noted(note),
            ]
        })
        .collect();
    part.heading_of("components.register");
    let columns = [("product", Text), ("component_type", Text), ("sl_c", Code), ("basis", Text)];
    part.push(table(words, "components", &columns, rows));
}
