//! Advisories in CSAF 2.0 and 2.1: product trees of any nesting, groups, relationships, all product states.

use std::{
    borrow::Cow,
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

use rustc_hash::FxHashMap;
use serde::Deserialize;
use vulnerability::{
    Cpe, Range,
    record::{
        Bounds, Claim, Platform, ProductName, Record, Remedy, RemedyKind, Score, Source, State, Status,
        Voice, Vulnerability, VulnerabilityId,
    },
};

use crate::cve::moment;

type Text<'a> = Cow<'a, str>;

#[derive(Deserialize)]
struct Advisory<'a> {
    #[serde(borrow)]
    document: Document<'a>,
    #[serde(borrow, default)]
    product_tree: Tree<'a>,
    #[serde(borrow, default)]
    vulnerabilities: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow, default)]
    title: Text<'a>,
    #[serde(borrow)]
    publisher: Publisher<'a>,
    #[serde(borrow)]
    tracking: Tracking<'a>,
}

#[derive(Deserialize)]
struct Publisher<'a> {
    #[serde(borrow, default)]
    category: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
}

#[derive(Deserialize)]
struct Tracking<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    current_release_date: Text<'a>,
    #[serde(borrow, default)]
    initial_release_date: Option<Text<'a>>,
    #[serde(borrow, default)]
    status: Text<'a>,
}

#[derive(Deserialize, Default)]
struct Tree<'a> {
    #[serde(borrow, default)]
    branches: Vec<Branch<'a>>,
    #[serde(borrow, default)]
    full_product_names: Vec<Product<'a>>,
    #[serde(borrow, default)]
    relationships: Vec<Relationship<'a>>,
    #[serde(borrow, default)]
    product_groups: Vec<Group<'a>>,
}

#[derive(Deserialize)]
struct Branch<'a> {
    #[serde(borrow)]
    category: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow, default)]
    branches: Vec<Branch<'a>>,
    #[serde(borrow, default)]
    product: Option<Product<'a>>,
}

#[derive(Deserialize)]
struct Product<'a> {
    #[serde(borrow)]
    product_id: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    product_identification_helper: Helper<'a>,
}

#[derive(Deserialize, Default)]
struct Helper<'a> {
    #[serde(borrow, default)]
    cpe: Option<Text<'a>>,
    #[serde(borrow, default)]
    model_numbers: Vec<Text<'a>>,
    #[serde(borrow, default)]
    skus: Vec<Text<'a>>,
    #[serde(borrow, default)]
    serial_numbers: Vec<Text<'a>>,
}

#[derive(Deserialize)]
struct Relationship<'a> {
    #[serde(borrow)]
    category: Text<'a>,
    #[serde(borrow)]
    full_product_name: Product<'a>,
    #[serde(borrow)]
    product_reference: Text<'a>,
    #[serde(borrow)]
    relates_to_product_reference: Text<'a>,
}

#[derive(Deserialize)]
struct Group<'a> {
    #[serde(borrow)]
    group_id: Text<'a>,
    #[serde(borrow, default)]
    product_ids: Vec<Text<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow, default)]
    cve: Option<Text<'a>>,
    #[serde(borrow, default)]
    ids: Vec<Id<'a>>,
    #[serde(borrow, default)]
    title: Text<'a>,
    #[serde(borrow, default)]
    cwe: Option<Cwe<'a>>,
    #[serde(borrow, default)]
    cwes: Vec<Cwe<'a>>,
    #[serde(borrow, default)]
    notes: Vec<Note<'a>>,
    #[serde(borrow, default)]
    product_status: BTreeMap<Text<'a>, Vec<Text<'a>>>,
    #[serde(borrow, default)]
    remediations: Vec<Remediation<'a>>,
    #[serde(borrow, default)]
    scores: Vec<Scores<'a>>,
    #[serde(borrow, default)]
    metrics: Vec<Metric<'a>>,
    #[serde(borrow, default)]
    references: Vec<Reference<'a>>,
}

#[derive(Deserialize)]
struct Id<'a> {
    #[serde(borrow)]
    text: Text<'a>,
}

#[derive(Deserialize)]
struct Cwe<'a> {
    #[serde(borrow)]
    id: Text<'a>,
}

#[derive(Deserialize)]
struct Note<'a> {
    #[serde(borrow, default)]
    category: Text<'a>,
    #[serde(borrow, default)]
    text: Text<'a>,
}

#[derive(Deserialize)]
struct Remediation<'a> {
    #[serde(borrow)]
    category: Text<'a>,
    #[serde(borrow, default)]
    details: Text<'a>,
    #[serde(borrow, default)]
    url: Text<'a>,
    #[serde(borrow, default)]
    product_ids: Vec<Text<'a>>,
    #[serde(borrow, default)]
    group_ids: Vec<Text<'a>>,
}

#[derive(Deserialize, Default)]
struct Scores<'a> {
    #[serde(borrow, default)]
    cvss_v2: Option<Cvss<'a>>,
    #[serde(borrow, default)]
    cvss_v3: Option<Cvss<'a>>,
    #[serde(borrow, default)]
    cvss_v4: Option<Cvss<'a>>,
}

#[derive(Deserialize)]
struct Metric<'a> {
    #[serde(borrow, default)]
    content: Scores<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cvss<'a> {
    #[serde(borrow, default)]
    vector_string: Text<'a>,
}

#[derive(Deserialize)]
struct Reference<'a> {
    #[serde(borrow)]
    url: Text<'a>,
}

/// A product of the tree, with what its branches say.
#[derive(Clone, Default)]
struct Named {
    vendor: String,
    family: String,
    product: String,
    /// As written: a version or a range. `None` when no branch gives one.
    version: Option<String>,
    variant: String,
    numbers: Vec<Box<str>>,
    serials: Vec<String>,
    /// What it is installed on.
    on: Vec<Platform>,
}

impl Named {
    /// The ways its name is written: owners write "P3 D24M" for what the tree has as D24M of the family P3.
    fn written(&self) -> Vec<String> {
        let of_family =
            !self.family.is_empty() && !self.product.to_lowercase().contains(&self.family.to_lowercase());
        let long = of_family.then(|| format!("{} {}", self.family, self.product));
        long.into_iter().chain([self.product.clone()]).collect()
    }
}

/// Reads one advisory.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(json: &str) -> Result<Record, String> {
    let advisory: Advisory<'_> = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let document = &advisory.document;
    let products = products(&advisory.product_tree);
    let groups: FxHashMap<&str, &[Text<'_>]> = advisory
        .product_tree
        .product_groups
        .iter()
        .map(|g| (&*g.group_id, g.product_ids.as_slice()))
        .collect();
    let voice = if document.publisher.category == "vendor" { Voice::Vendor } else { Voice::Coordinator };
    let mut vulnerabilities = Vec::with_capacity(advisory.vulnerabilities.len());
    // What is said of one product, of which vulnerabilities.
    let mut said: BTreeMap<(&str, Status, Option<bool>), Vec<VulnerabilityId>> = BTreeMap::new();
    for (index, entry) in advisory.vulnerabilities.iter().enumerate() {
        let id = match entry.cve.as_deref().or_else(|| entry.ids.first().map(|id| &*id.text)) {
            Some(id) => VulnerabilityId::read(id),
            None => VulnerabilityId::Other(format!("{}#{}", document.tracking.id, index + 1).into()),
        };
        let mut fixes: FxHashMap<&str, bool> = FxHashMap::default();
        let mut remedies: Vec<Remedy> = Vec::new();
        let affected = Affected::new(entry, &products);
        for remediation in &entry.remediations {
            let Some(kind) = remedy_kind(&remediation.category) else { continue };
            let fix = match kind {
                RemedyKind::VendorFix => Some(true),
                RemedyKind::NoneAvailable | RemedyKind::NoFixPlanned | RemedyKind::FixPlanned => Some(false),
                _ => None,
            };
            let grouped =
                remediation.group_ids.iter().filter_map(|group| groups.get(&**group)).copied().flatten();
            let meant: Vec<&str> = remediation.product_ids.iter().chain(grouped).map(AsRef::as_ref).collect();
            if let Some(fix) = fix {
                for product in &meant {
                    *fixes.entry(product).or_default() |= fix;
                }
            }
            let remedy = Remedy {
                kind,
                words: remediation.details.as_ref().into(),
                url: remediation.url.as_ref().into(),
                products: affected.fewer(&meant),
            };
            if !remedies.contains(&remedy) {
                remedies.push(remedy);
            }
        }
        for (category, listed) in &entry.product_status {
            let Some(status) = status(category) else { continue };
            for product in listed {
                let about = said.entry((product, status, fixes.get(&**product).copied())).or_default();
                if !about.contains(&id) {
                    about.push(id.clone());
                }
            }
        }
        let scores = entry.scores.iter().chain(entry.metrics.iter().map(|metric| &metric.content));
        let mut cvss: Vec<Score> = Vec::new();
        for vector in scores.flat_map(|s| [&s.cvss_v4, &s.cvss_v3, &s.cvss_v2]).flatten() {
            let vector: Box<str> = vector.vector_string.as_ref().into();
            if !vector.is_empty() && !cvss.iter().any(|known| known.vector == vector) {
                cvss.push(Score { vector, primary: true });
            }
        }
        let note = |kind: &str| entry.notes.iter().find(|note| note.category == kind);
        let description = note("summary").or_else(|| note("description")).or_else(|| note("general"));
        vulnerabilities.push(Vulnerability {
            id,
            title: if entry.title.is_empty() {
                document.title.as_ref().into()
            } else {
                entry.title.as_ref().into()
            },
            description: description.map(|note| note.text.as_ref().into()).unwrap_or_default(),
            cwes: entry.cwe.iter().chain(&entry.cwes).map(|cwe| cwe.id.as_ref().into()).collect(),
            cvss,
            exploitation: None,
            references: entry.references.iter().map(|reference| reference.url.as_ref().into()).collect(),
            remedies,
        });
    }
    let mut claims = Vec::with_capacity(said.len());
    for ((product, status, fix), about) in said {
        // An id that the tree does not know says nothing of any product.
        let Some(named) = products.get(product) else { continue };
        claims.extend(claims_of(named, voice, status, fix, about));
    }
    let withdrawn =
        document.title.to_lowercase().starts_with("withdrawn") || document.tracking.status == "withdrawn";
    Ok(Record {
        source: Source::Csaf,
        id: document.tracking.id.trim().into(),
        modified: moment(&document.tracking.current_release_date)?,
        published: document.tracking.initial_release_date.as_deref().and_then(|text| moment(text).ok()),
        state: if withdrawn { State::Rejected } else { State::Published },
        title: document.title.as_ref().into(),
        publisher: document.publisher.name.as_ref().into(),
        vulnerabilities,
        claims,
    })
}

fn status(category: &str) -> Option<Status> {
    Some(match category {
        "known_affected" | "first_affected" | "last_affected" => Status::Affected,
        "known_not_affected" => Status::NotAffected,
        "fixed" | "first_fixed" => Status::Fixed,
        "under_investigation" => Status::UnderInvestigation,
        // `recommended` and `unknown` say neither.
        _ => return None,
    })
}

/// Most names that a remedy carries: one that is meant for more of them is taken to be meant for all.
const MOST_NAMES: usize = 256;

/// Products that a vulnerability affects, to tell for which of them a remedy is meant.
struct Affected<'t> {
    products: &'t FxHashMap<&'t str, Named>,
    ids: BTreeSet<&'t str>,
    names: OnceCell<BTreeSet<ProductName>>,
}

impl<'t> Affected<'t> {
    fn new(entry: &'t Entry<'_>, products: &'t FxHashMap<&'t str, Named>) -> Affected<'t> {
        let ids = entry
            .product_status
            .iter()
            .filter(|(category, _)| {
                matches!(status(category), Some(Status::Affected | Status::UnderInvestigation))
            })
            .flat_map(|(_, listed)| listed.iter().map(AsRef::as_ref))
            .collect();
        Affected { products, ids, names: OnceCell::new() }
    }

    /// Every name that the products with these ids go by.
    fn names_of(&self, ids: &BTreeSet<&str>) -> BTreeSet<ProductName> {
        let name =
            |vendor: &str, product: &str| ProductName { vendor: vendor.into(), product: product.into() };
        let mut names = BTreeSet::new();
        for named in ids.iter().filter_map(|id| self.products.get(id)) {
            names.extend(named.written().iter().map(|product| name(&named.vendor, product)));
            names.extend(named.numbers.iter().map(|number| name(&named.vendor, number)));
            let hardware = named.on.iter().filter(|platform| platform.hardware);
            names.extend(hardware.map(|platform| name(&platform.vendor, &platform.product)));
        }
        names
    }

    /// The names of the products with these ids, where they are fewer than all that are affected. Versions of one product
    /// are told apart by the remedy's own words, not by a name.
    fn fewer(&self, meant: &[&str]) -> Vec<ProductName> {
        let ids: BTreeSet<&str> = meant.iter().copied().collect();
        if ids.is_empty() || ids.is_superset(&self.ids) {
            return Vec::new();
        }
        let names = self.names_of(&ids);
        let all = self.names.get_or_init(|| self.names_of(&self.ids));
        if names.len() > MOST_NAMES || names.is_superset(all) {
            return Vec::new();
        }
        names.into_iter().collect()
    }
}

fn remedy_kind(category: &str) -> Option<RemedyKind> {
    Some(match category {
        "vendor_fix" => RemedyKind::VendorFix,
        "fix_planned" => RemedyKind::FixPlanned,
        "mitigation" => RemedyKind::Mitigation,
        "workaround" => RemedyKind::Workaround,
        "none_available" => RemedyKind::NoneAvailable,
        "no_fix_planned" => RemedyKind::NoFixPlanned,
        "optional_patch" => RemedyKind::OptionalPatch,
        _ => return None,
    })
}

fn products<'t>(tree: &'t Tree<'_>) -> FxHashMap<&'t str, Named> {
    let mut products = FxHashMap::default();
    walk(&tree.branches, &Named::default(), &mut products);
    for product in &tree.full_product_names {
        let mut named = Named { product: product.name.trim().to_owned(), ..Named::default() };
        complete(&mut named, product);
        products.insert(&*product.product_id, named);
    }
    // A relationship may name another one; each round resolves one step.
    for _ in 0..8 {
        let mut grown = false;
        for relationship in &tree.relationships {
            let id = &*relationship.full_product_name.product_id;
            if products.contains_key(id) {
                continue;
            }
            let pair = (
                products.get(&*relationship.product_reference),
                products.get(&*relationship.relates_to_product_reference),
            );
            if let (Some(part), Some(whole)) = pair {
                let mut joined = join(&relationship.category, part, whole);
                complete(&mut joined, &relationship.full_product_name);
                products.insert(id, joined);
                grown = true;
            }
        }
        if !grown {
            break;
        }
    }
    products
}

/// "Firmware 4.1 installed on camera D24M" is the firmware, on that platform; "OpenSSL as a component of
/// gateway 2.0" is the gateway.
fn join(category: &str, part: &Named, whole: &Named) -> Named {
    if category.ends_with("component_of") {
        let mut joined = whole.clone();
        joined.on.extend(part.on.iter().cloned());
        return joined;
    }
    let mut joined = part.clone();
    joined.on.push(Platform {
        vendor: whole.vendor.as_str().into(),
        product: whole.product.as_str().into(),
        hardware: whole.version.is_none(),
        range: whole.version.as_deref().map(Range::read).filter(|range| !range.is_all()),
        negated: false,
    });
    joined
}

fn walk<'t>(branches: &'t [Branch<'_>], above: &Named, products: &mut FxHashMap<&'t str, Named>) {
    for branch in branches {
        let mut named = above.clone();
        let name = branch.name.trim();
        match &*branch.category {
            "vendor" => name.clone_into(&mut named.vendor),
            "product_family" if named.family.is_empty() => name.clone_into(&mut named.family),
            "product_family" => named.family = format!("{} {name}", named.family),
            "product_name" if named.product.is_empty() => name.clone_into(&mut named.product),
            "product_name" => named.product = format!("{} {name}", named.product),
            "product_version" | "product_version_range" => named.version = Some(name.to_owned()),
            "service_pack" | "patch_level" => {
                named.version = Some(match &named.version {
                    Some(version) => format!("{version} {name}"),
                    None => name.to_owned(),
                });
            }
            _ => {
                if !named.variant.is_empty() {
                    named.variant.push_str(", ");
                }
                named.variant.push_str(name);
            }
        }
        if let Some(product) = &branch.product {
            let mut leaf = named.clone();
            if leaf.product.is_empty() {
                leaf.product = if leaf.family.is_empty() {
                    product.name.trim().to_owned()
                } else {
                    std::mem::take(&mut leaf.family)
                };
            }
            complete(&mut leaf, product);
            products.insert(&*product.product_id, leaf);
        }
        walk(&branch.branches, &named, products);
    }
}

/// Adds what the identification helper says.
fn complete(named: &mut Named, product: &Product<'_>) {
    let helper = &product.product_identification_helper;
    named
        .numbers
        .extend(helper.model_numbers.iter().chain(&helper.skus).map(|number| number.as_ref().into()));
    named.serials.extend(helper.serial_numbers.iter().map(|serial| serial.to_string()));
    let Some(cpe) = helper.cpe.as_deref().and_then(|cpe| Cpe::read(cpe).ok()) else { return };
    if named.vendor.is_empty() {
        named.vendor = cpe.vendor().value().unwrap_or_default().replace('_', " ");
        // A full name without branches repeats vendor and version; the CPE has the product by itself.
        if let Some(name) = cpe.product().value() {
            named.product = name.replace('_', " ");
        }
        if named.version.is_none() {
            named.version = cpe.version().value().map(str::to_owned);
        }
    }
}

fn claims_of(
    named: &Named,
    voice: Voice,
    status: Status,
    fix: Option<bool>,
    about: Vec<VulnerabilityId>,
) -> Vec<Claim> {
    let (mut range, bounds) = match &named.version {
        Some(version) => (Range::read(version), Bounds::Stated),
        None => (Range::all(""), Bounds::Missing),
    };
    if !named.serials.is_empty() && range.condition.is_none() {
        let list: Vec<&str> = named.serials.iter().take(3).map(String::as_str).collect();
        range.condition = Some(format!("serial number {}", list.join(", ")).into());
    }
    let claim = Claim {
        voice,
        vendor: named.vendor.as_str().into(),
        product: named.product.as_str().into(),
        numbers: named.numbers.clone(),
        status,
        range,
        bounds,
        variant: named.variant.as_str().into(),
        platforms: named.on.iter().map(|platform| vec![platform.clone()]).collect(),
        about,
        fix,
    };
    named.written().into_iter().map(|product| Claim { product: product.into(), ..claim.clone() }).collect()
}
