//! SPDX 2.2 and 2.3 as JSON, and 3.0 as JSON-LD: packages as parts of what the document describes.

use iec62443::plant::{Identity, IdentityKind, Layer};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use serde_json::Value;

use super::{MOST_PARTS, add, json, kind, moment};
use crate::{
    File, Refusal, Result,
    observation::{Kind, Observed, Refused, Sighting},
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Document {
    name: String,
    creation_info: Creation,
    packages: Vec<Package>,
    relationships: Vec<Relationship>,
    document_describes: Vec<String>,
    #[serde(rename = "@graph")]
    graph: Vec<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Creation {
    created: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Package {
    #[serde(rename = "SPDXID")]
    id: String,
    name: String,
    version_info: String,
    supplier: String,
    originator: String,
    primary_package_purpose: String,
    external_refs: Vec<Reference>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Reference {
    reference_type: String,
    reference_locator: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Relationship {
    spdx_element_id: String,
    relationship_type: String,
    related_spdx_element: String,
}

/// A part, whichever version of SPDX it comes from.
struct Part {
    id: String,
    identity: Identity,
}

/// Reads a document.
///
/// # Errors
/// [`Refusal`] with the place of what cannot be read.
pub(crate) fn read(file: &File) -> Result<Observed> {
    let document: Document = json(file)?;
    let mut observed = Observed::new(Kind::Spdx);
    let (parts, described, created, name) =
        if document.graph.is_empty() { packages(&document) } else { graph(&document.graph) };
    observed.taken = moment(&created);
    if parts.is_empty() {
        return Err(Refusal::whole(&file.name, "the document names no package"));
    }
    if parts.len() > MOST_PARTS {
        return Err(Refusal::whole(&file.name, format!("more than {MOST_PARTS} packages; split it")));
    }
    let product = parts.iter().find(|part| described.contains(&part.id)).map(|part| part.identity.clone());
    let (mut identities, mut seen) = (Vec::new(), FxHashSet::default());
    if let Some(product) = &product {
        add(&mut identities, &mut seen, product.clone());
    }
    for part in parts {
        if part.identity.product.is_empty() {
            observed.refused.push(Refused { at: part.id, reason: "the package has no name".to_owned() });
        } else {
            add(&mut identities, &mut seen, part.identity);
        }
    }
    let stem = || file.name.split('.').next().unwrap_or_default().to_owned();
    let tag = product
        .as_ref()
        .map(|product| product.product.clone())
        .or(Some(name))
        .filter(|name| !name.is_empty());
    observed.assets.push(Sighting {
        at: "/packages".to_owned(),
        tag: tag.unwrap_or_else(stem),
        component_type: "software_application".to_owned(),
        identities,
        product,
        ..Sighting::default()
    });
    Ok(observed)
}

/// "Organization: Siemens (info@…)" names Siemens; "NOASSERTION" nobody.
fn maker(text: &str) -> String {
    let name = text.split_once(':').map_or(text, |(_, name)| name);
    let name = name.split(" (").next().unwrap_or_default().trim();
    if matches!(name, "NOASSERTION" | "NONE") { String::new() } else { name.to_owned() }
}

type Found = (Vec<Part>, FxHashSet<String>, String, String);

fn packages(document: &Document) -> Found {
    let mut described: FxHashSet<String> = document.document_describes.iter().cloned().collect();
    for relationship in &document.relationships {
        match relationship.relationship_type.as_str() {
            "DESCRIBES" => described.insert(relationship.related_spdx_element.clone()),
            "DESCRIBED_BY" => described.insert(relationship.spdx_element_id.clone()),
            _ => false,
        };
    }
    let part = |package: &Package| {
        let reference = |kinds: &[&str]| {
            let found = package.external_refs.iter().find(|one| kinds.contains(&one.reference_type.as_str()));
            found.map(|one| one.reference_locator.clone()).unwrap_or_default()
        };
        let (layer, kind) = kind(&package.primary_package_purpose);
        let supplier = maker(&package.supplier);
        Part {
            id: package.id.clone(),
            identity: Identity {
                layer,
                kind,
                vendor: if supplier.is_empty() { maker(&package.originator) } else { supplier },
                product: package.name.trim().to_owned(),
                version: maker(&package.version_info),
                cpe: reference(&["cpe23Type", "cpe22Type"]),
                purl: reference(&["purl"]),
                ..Identity::default()
            },
        }
    };
    let parts = document.packages.iter().map(part).collect();
    (parts, described, document.creation_info.created.clone(), document.name.clone())
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn texts<'v>(value: &'v Value, key: &str) -> Vec<&'v str> {
    match value.get(key) {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(one)) => vec![one.as_str()],
        _ => Vec::new(),
    }
}

fn graph(graph: &[Value]) -> Found {
    let mut names: FxHashMap<&str, &str> = FxHashMap::default();
    let mut described: FxHashSet<String> = FxHashSet::default();
    let (mut created, mut name) = (String::new(), String::new());
    let mut parts = Vec::new();
    for element in graph {
        let kind = text(element, "type");
        if matches!(kind, "Organization" | "Person" | "Agent" | "SoftwareAgent") {
            names.insert(text(element, "spdxId"), text(element, "name"));
        }
    }
    for element in graph {
        match text(element, "type") {
            "CreationInfo" if created.is_empty() => text(element, "created").clone_into(&mut created),
            "SpdxDocument" => {
                text(element, "name").clone_into(&mut name);
                described.extend(texts(element, "rootElement").into_iter().map(str::to_owned));
            }
            "Bom" | "software_Sbom" => {
                described.extend(texts(element, "rootElement").into_iter().map(str::to_owned))
            }
            "Relationship" if text(element, "relationshipType") == "describes" => {
                described.extend(texts(element, "to").into_iter().map(str::to_owned));
            }
            "software_Package" | "Package" => {
                let identifiers = element.get("externalIdentifier").and_then(Value::as_array);
                let identifier = |kinds: &[&str]| {
                    let found = identifiers
                        .into_iter()
                        .flatten()
                        .find(|one| kinds.contains(&text(one, "externalIdentifierType")));
                    found.map(|one| text(one, "identifier").to_owned()).unwrap_or_default()
                };
                let supplier = text(element, "suppliedBy");
                let maker = texts(element, "originatedBy").first().copied().unwrap_or_default();
                let named = |id: &str| names.get(id).copied().unwrap_or_default().to_owned();
                let vendor =
                    Some(named(supplier)).filter(|name| !name.is_empty()).unwrap_or_else(|| named(maker));
                let purl = text(element, "software_packageUrl").to_owned();
                let (layer, kind) = match text(element, "software_primaryPurpose") {
                    "" => (Layer::Ot, IdentityKind::Application),
                    purpose => kind(purpose),
                };
                parts.push(Part {
                    id: text(element, "spdxId").to_owned(),
                    identity: Identity {
                        layer,
                        kind,
                        vendor,
                        product: text(element, "name").trim().to_owned(),
                        version: text(element, "software_packageVersion").trim().to_owned(),
                        cpe: identifier(&["cpe23", "cpe22"]),
                        purl: if purl.is_empty() { identifier(&["packageUrl"]) } else { purl },
                        ..Identity::default()
                    },
                });
            }
            _ => {}
        }
    }
    // What the document describes may be a bundle that leads on to the package.
    (parts, described, created, name)
}
