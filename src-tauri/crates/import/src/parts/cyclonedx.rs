//! CycloneDX 1.2 to 1.6, JSON and XML: components of any nesting, devices, and the VEX part.

use iec62443::plant::Identity;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use vulnerability::record::{Score, Status, Vulnerability, VulnerabilityId};

use super::{MOST_PARTS, Named, Stating, add, json, kind, moment, reason};
use crate::{
    File, Refusal, Result,
    observation::{Kind, Observed, Refused, Sighting},
    xml::{Element, Node, walk},
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Bom {
    spec_version: String,
    serial_number: String,
    metadata: Metadata,
    components: Vec<Component>,
    vulnerabilities: Vec<Flaw>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    timestamp: String,
    component: Option<Component>,
    supplier: Option<Organisation>,
    manufacture: Option<Organisation>,
    manufacturer: Option<Organisation>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Organisation {
    name: String,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Component {
    r#type: String,
    #[serde(rename = "bom-ref")]
    reference: String,
    supplier: Option<Organisation>,
    manufacturer: Option<Organisation>,
    publisher: String,
    group: String,
    name: String,
    version: Option<String>,
    cpe: String,
    purl: String,
    components: Vec<Component>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Flaw {
    id: String,
    references: Vec<Id>,
    ratings: Vec<Rating>,
    cwes: Vec<u32>,
    description: String,
    analysis: Option<Analysis>,
    affects: Vec<Affects>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Id {
    id: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Rating {
    vector: String,
    method: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Analysis {
    state: String,
    justification: String,
    detail: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Affects {
    r#ref: String,
    versions: Vec<Versions>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Versions {
    version: String,
    range: String,
    status: String,
}

impl Component {
    fn vendor(&self) -> String {
        let names = [
            self.supplier.as_ref().map(|one| one.name.as_str()),
            self.manufacturer.as_ref().map(|one| one.name.as_str()),
            Some(self.publisher.as_str()),
            Some(self.group.as_str()),
        ];
        names
            .into_iter()
            .flatten()
            .map(str::trim)
            .find(|name| !name.is_empty())
            .unwrap_or_default()
            .to_owned()
    }

    fn identity(&self) -> Identity {
        let (layer, kind) = kind(&self.r#type);
        Identity {
            layer,
            kind,
            vendor: self.vendor(),
            product: self.name.trim().to_owned(),
            version: self.version.as_deref().unwrap_or_default().trim().to_owned(),
            cpe: self.cpe.trim().to_owned(),
            purl: self.purl.trim().to_owned(),
            ..Identity::default()
        }
    }
}

/// Reads a document.
///
/// # Errors
/// [`Refusal`] with the place of what cannot be read.
pub(crate) fn read(file: &File) -> Result<Observed> {
    let bom = if file.is_xml() { of_xml(file)? } else { json(file)? };
    let known = ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", ""];
    let mut observed = Observed::new(Kind::Cyclonedx);
    if !known.contains(&bom.spec_version.as_str()) {
        let reason =
            format!("version {} of CycloneDX is newer than those known here; read as 1.6", bom.spec_version);
        observed.remarks.push(Refused { at: "/specVersion".to_owned(), reason });
    }
    observed.taken = moment(&bom.metadata.timestamp);
    let mut flat: Vec<&Component> = Vec::new();
    let mut files = 0;
    flatten(&bom.components, &mut flat, file)?;
    if let Some(product) = &bom.metadata.component {
        flatten(&product.components, &mut flat, file)?;
    }
    let product = bom.metadata.component.as_ref().map(|component| {
        let mut identity = component.identity();
        if identity.vendor.is_empty() {
            let makers = [&bom.metadata.supplier, &bom.metadata.manufacturer, &bom.metadata.manufacture];
            identity.vendor =
                makers.into_iter().flatten().map(|one| one.name.clone()).next().unwrap_or_default();
        }
        identity
    });
    if !flat.is_empty() {
        let (mut identities, mut seen) = (Vec::new(), FxHashSet::default());
        if let Some(product) = &product {
            add(&mut identities, &mut seen, product.clone());
        }
        for (index, component) in flat.iter().enumerate() {
            if component.r#type == "file" {
                files += 1;
            } else if component.name.trim().is_empty() {
                let reason = "the component has no name".to_owned();
                observed.refused.push(Refused { at: format!("component {}", index + 1), reason });
            } else {
                add(&mut identities, &mut seen, component.identity());
            }
        }
        if files > 0 {
            let reason = format!("{files} components are files, not products; left out");
            observed.remarks.push(Refused { at: "/components".to_owned(), reason });
        }
        let name = product.as_ref().map(|product| product.product.clone()).filter(|name| !name.is_empty());
        if name.is_none() {
            let reason = "the document does not say which product it is of; it goes to an asset with the file's name. Name the asset to put it elsewhere";
            observed
                .remarks
                .push(Refused { at: "/metadata/component".to_owned(), reason: reason.to_owned() });
        }
        let stem = file.name.split('.').next().unwrap_or_default().to_owned();
        let device = bom.metadata.component.as_ref().is_some_and(|component| component.r#type == "device");
        observed.assets.push(Sighting {
            at: "/components".to_owned(),
            tag: name.unwrap_or(stem),
            component_type: if device { "embedded_device" } else { "software_application" }.to_owned(),
            identities,
            product,
            ..Sighting::default()
        });
    }
    if !bom.vulnerabilities.is_empty() {
        if flat.is_empty() {
            observed.kind = Kind::Vex;
        }
        statements(&bom, &flat, &mut observed);
    }
    if flat.is_empty() && bom.vulnerabilities.is_empty() {
        return Err(Refusal::whole(&file.name, "the document names neither components nor vulnerabilities"));
    }
    Ok(observed)
}

fn flatten<'c>(list: &'c [Component], flat: &mut Vec<&'c Component>, file: &File) -> Result<()> {
    for component in list {
        if flat.len() >= MOST_PARTS {
            return Err(Refusal::whole(&file.name, format!("more than {MOST_PARTS} components; split it")));
        }
        flat.push(component);
        flatten(&component.components, flat, file)?;
    }
    Ok(())
}

fn statements(bom: &Bom, flat: &[&Component], observed: &mut Observed) {
    let mut by_reference: FxHashMap<&str, Identity> = FxHashMap::default();
    for component in flat.iter().copied().chain(&bom.metadata.component) {
        by_reference.insert(&component.reference, component.identity());
        by_reference.entry(&component.purl).or_insert_with(|| component.identity());
    }
    let mut stating = Stating::default();
    for (index, flaw) in bom.vulnerabilities.iter().enumerate() {
        let at = format!("/vulnerabilities/{index}");
        // Its own id may be a database's; the CVE then stands among the references.
        let cve = std::iter::once(&flaw.id).chain(flaw.references.iter().map(|one| &one.id));
        let cve = cve.filter_map(|id| id.trim().parse().ok()).next().map(VulnerabilityId::Cve);
        let id = cve.unwrap_or_else(|| VulnerabilityId::read(&flaw.id));
        if flaw.id.trim().is_empty() {
            observed.refused.push(Refused { at, reason: "the vulnerability has no id".to_owned() });
            continue;
        }
        let (state, why) = flaw.analysis.as_ref().map_or(("", String::new()), |analysis| {
            (analysis.state.as_str(), reason(&[&analysis.justification.replace('_', " "), &analysis.detail]))
        });
        let status = match state {
            "not_affected" | "false_positive" => Status::NotAffected,
            "resolved" | "resolved_with_pedigree" => Status::Fixed,
            "in_triage" => Status::UnderInvestigation,
            _ => Status::Affected,
        };
        let mut unknown = 0;
        for affects in &flaw.affects {
            let reference = affects.r#ref.trim();
            // "urn:cdx:serial/1#ref" leads into a document of its own.
            let local = reference.rsplit('#').next().unwrap_or(reference);
            let named = by_reference.get(reference).or_else(|| by_reference.get(local)).map(Named::of);
            let Some(named) = named.or_else(|| Named::of_purl(reference)) else {
                unknown += 1;
                continue;
            };
            let versions: Vec<(Status, &str)> = affects
                .versions
                .iter()
                .filter(|one| one.range.is_empty())
                .map(|one| {
                    (
                        if one.status == "unaffected" { Status::NotAffected } else { status },
                        one.version.as_str(),
                    )
                })
                .collect();
            if versions.is_empty() {
                stating.claim(named, status, &id);
            } else {
                for (status, version) in versions {
                    stating.claim(Named { version: version.to_owned(), ..named.clone() }, status, &id);
                }
            }
        }
        if unknown > 0 {
            let reason =
                format!("{} speaks of {unknown} components that this document does not name", flaw.id);
            observed.refused.push(Refused { at, reason });
        }
        let vectors = flaw.ratings.iter().filter(|rating| !rating.vector.is_empty());
        stating.vulnerabilities.push(Vulnerability {
            id: id.clone(),
            title: "".into(),
            description: flaw.description.as_str().into(),
            cwes: flaw.cwes.iter().map(|number| format!("CWE-{number}").into()).collect(),
            cvss: vectors.map(|rating| Score { vector: whole(rating).into(), primary: true }).collect(),
            exploitation: None,
            references: Vec::new(),
            remedies: Vec::new(),
        });
        stating.reasons.insert(id.to_string(), why);
    }
    let id = if bom.serial_number.is_empty() { "CycloneDX" } else { bom.serial_number.as_str() };
    let maker = bom.metadata.component.as_ref().map(Component::vendor).unwrap_or_default();
    let supplier = bom.metadata.supplier.as_ref().map(|one| one.name.clone()).unwrap_or_default();
    let publisher = if supplier.is_empty() { maker } else { supplier };
    observed.statements.extend(stating.finish(id, &publisher, "", observed.taken));
}

/// A vector with its version before it, which CycloneDX states apart.
fn whole(rating: &Rating) -> String {
    let vector = rating.vector.trim().trim_matches(['(', ')']);
    match rating.method.as_str() {
        _ if vector.starts_with("CVSS:") => vector.to_owned(),
        "CVSSv4" => format!("CVSS:4.0/{vector}"),
        "CVSSv31" => format!("CVSS:3.1/{vector}"),
        "CVSSv3" => format!("CVSS:3.0/{vector}"),
        _ => vector.to_owned(),
    }
}

fn of_xml(file: &File) -> Result<Bom> {
    let mut bom = Bom::default();
    walk(file, &["metadata", "components", "vulnerabilities"], |node| {
        match node {
            Node::Open(element) if element.name == "bom" => {
                element.attribute("serialNumber").clone_into(&mut bom.serial_number);
            }
            Node::Record(element) => match element.name.as_str() {
                "metadata" => {
                    let organisation = |name: &str| {
                        element.child(name).map(|one| Organisation { name: one.word("name").to_owned() })
                    };
                    bom.metadata = Metadata {
                        timestamp: element.word("timestamp").to_owned(),
                        component: element.child("component").map(component),
                        supplier: organisation("supplier"),
                        manufacture: organisation("manufacture"),
                        manufacturer: organisation("manufacturer"),
                    };
                }
                "components" => bom.components.extend(element.all("component").map(component)),
                _ => bom.vulnerabilities.extend(element.all("vulnerability").map(flaw)),
            },
            _ => {}
        }
        Ok(())
    })?;
    Ok(bom)
}

fn component(element: &Element) -> Component {
    let organisation =
        |name: &str| element.child(name).map(|one| Organisation { name: one.word("name").to_owned() });
    Component {
        r#type: element.attribute("type").to_owned(),
        reference: element.attribute("bom-ref").to_owned(),
        supplier: organisation("supplier"),
        manufacturer: organisation("manufacturer"),
        publisher: element.word("publisher").to_owned(),
        group: element.word("group").to_owned(),
        name: element.word("name").to_owned(),
        version: Some(element.word("version").to_owned()),
        cpe: element.word("cpe").to_owned(),
        purl: element.word("purl").to_owned(),
        components: element
            .child("components")
            .into_iter()
            .flat_map(|list| list.all("component"))
            .map(component)
            .collect(),
    }
}

fn flaw(element: &Element) -> Flaw {
    fn list<'e>(element: &'e Element, outer: &'e str, inner: &'e str) -> impl Iterator<Item = &'e Element> {
        element.child(outer).into_iter().flat_map(move |list| list.all(inner))
    }
    Flaw {
        id: element.word("id").to_owned(),
        references: list(element, "references", "reference")
            .map(|one| Id { id: one.word("id").to_owned() })
            .collect(),
        ratings: list(element, "ratings", "rating")
            .map(|one| Rating {
                vector: one.word("vector").to_owned(),
                method: one.word("method").to_owned(),
            })
            .collect(),
        cwes: list(element, "cwes", "cwe").filter_map(|one| one.text.trim().parse().ok()).collect(),
        description: element.word("description").to_owned(),
        analysis: element.child("analysis").map(|one| Analysis {
            state: one.word("state").to_owned(),
            justification: one.word("justification").to_owned(),
            detail: one.word("detail").to_owned(),
        }),
        affects: list(element, "affects", "target")
            .map(|one| Affects {
                r#ref: one.word("ref").to_owned(),
                versions: list(one, "versions", "version")
                    .map(|version| Versions {
                        version: version.word("version").to_owned(),
                        range: version.word("range").to_owned(),
                        status: version.word("status").to_owned(),
                    })
                    .collect(),
            })
            .collect(),
    }
}
