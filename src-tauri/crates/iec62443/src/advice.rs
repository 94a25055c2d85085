//! Advice by asset type and finding, for what no action of the scoring method covers: assets whose support has ended,
//! vendors' fixes, advisories' own mitigations and workarounds, and protection where weaknesses show that it is missing.
//! Nothing is invented: words are those of the source that is named beside them. No level depends on any of it.
//!
//! Advice is about *relevant* findings that are open: severity medium or above, or unscored (scoring.md section 4).

use std::cmp::Reverse;

use rustc_hash::{FxHashMap, FxHashSet};
use vulnerability::record::RemedyKind;

use crate::{
    Assessment, Plant,
    assessment::Verdict,
    catalogue,
    evidence::Finding,
    finding::State,
    mapping,
    plant::{AssetDetail, Identity},
    words,
};

/// Most characters of a source's words.
pub const LONGEST: usize = 2000;
/// SRs told with a piece of advice.
const SRS: usize = 4;
/// SRs told where protection itself is advised.
const SRS_OF_PROTECTION: usize = 8;

words!(Kind {
    Replace = "replace",
    VendorFix = "vendor_fix",
    Workaround = "workaround",
    Mitigation = "mitigation",
    NoFix = "no_fix",
    Protect = "protect",
});

/// What is advised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Replace assets that nobody supports any more.
    Replace,
    /// Install the vendor's fix.
    VendorFix,
    /// Avoid the vulnerability as an advisory says.
    Workaround,
    /// Lessen the risk as an advisory says.
    Mitigation,
    /// There is no fix, or there will be none: compensate or replace.
    NoFix,
    /// Strengthen what serves the SRs that the weaknesses touch, on one type of component.
    Protect,
}

/// Who says so, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// Who published it.
    pub publisher: String,
    /// The advisory's id.
    pub advisory: String,
    /// Where more is to be had, `http` or `https`; may be empty.
    pub url: String,
}

/// A remedy that an advisory states, with the findings that it is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Its kind.
    pub kind: RemedyKind,
    /// In the source's words.
    pub words: String,
    /// Whose words.
    pub source: Source,
    /// The advisory names the findings' product; else it is known to be about their vulnerability only.
    pub by_product: bool,
    /// Places among the plant's findings, each once.
    pub findings: Vec<usize>,
}

/// A piece of advice. Places are those in the plant's lists, ascending, each once.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// What is advised.
    pub kind: Kind,
    /// Component type of its assets ([`component_type`]); empty where they are of several.
    pub component_type: &'static str,
    /// Vendor of what it is about; empty where it is not known or there are several.
    pub vendor: String,
    /// Product of what it is about; empty where it is not known or there are several.
    pub product: String,
    /// Assets.
    pub assets: Vec<usize>,
    /// Relevant open findings.
    pub findings: Vec<usize>,
    /// Zones of the assets.
    pub zones: Vec<usize>,
    /// Findings that are known to be exploited.
    pub exploited: usize,
    /// Findings rated critical or high, or not scored.
    pub high: usize,
    /// Findings for which no fix is known.
    pub unfixed: usize,
    /// SRs that the findings' weaknesses touch, the commonest few, in the standard's order.
    pub srs: Vec<&'static str>,
    /// Mitigations of ATT&CK for ICS that serve these SRs, where it is protection that is missing.
    pub mitigations: Vec<&'static str>,
    /// The sources' own words, plain, at most [`LONGEST`] characters; empty where no advisory says anything.
    pub text: String,
    /// Whose words.
    pub sources: Vec<Source>,
    /// The sources name the vulnerability, but whether they mean this product is not recorded.
    pub by_cve_only: bool,
}

/// Component type of IEC 62443-4-2 by an asset's own words; `unknown` where it is none of the four.
pub fn component_type(detail: &AssetDetail) -> &'static str {
    let word = folded(&detail.component_type).replace([' ', '-'], "_");
    ["embedded_device", "host_device", "network_device", "software_application"]
        .into_iter()
        .find(|known| *known == word)
        .unwrap_or("unknown")
}

/// Whether an asset's lifecycle says that nobody supports it any more. A product that is only no longer sold is supported.
pub fn is_out_of_support(detail: &AssetDetail) -> bool {
    // As asset lists write it, in the languages of the program.
    const ENDED: [&str; 13] = [
        "end of support",
        "out of support",
        "end of service",
        "end of life",
        "eol",
        "obsolete",
        "unsupported",
        "not supported",
        "ohne support",
        "supportende",
        "lebensende",
        "nicht mehr unterstützt",
        "veraltet",
    ];
    let word = folded(&detail.lifecycle.replace(['_', '-'], " "));
    ENDED.contains(&word.as_str())
}

/// A name as it is compared: lower case, words parted by one space.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().flat_map(char::to_lowercase));
    }
    out
}

/// A source's words as plain lines: no control characters, white space made one space, no empty lines.
fn plain(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let words = line.split_whitespace().map(|word| word.chars().filter(|c| !c.is_control()).collect());
        words.filter(|word: &String| !word.is_empty()).collect::<Vec<_>>().join(" ")
    });
    shortened(lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"))
}

fn shortened(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(at);
        while text.pop().is_some_and(char::is_whitespace) {}
        text.push('…');
    }
    text
}

/// Vendors and products of a plant, each spelling looked up once.
#[derive(Default)]
struct Products<'p> {
    /// Vendor and product as first written; the first entry is what is not known.
    names: Vec<(&'p str, &'p str)>,
    by_spelling: FxHashMap<(&'p str, &'p str), usize>,
    by_name: FxHashMap<(String, String), usize>,
}

impl<'p> Products<'p> {
    fn place(&mut self, identity: Option<&'p Identity>) -> usize {
        let spelling = identity.map_or(("", ""), |one| (one.vendor.trim(), one.product.trim()));
        if let Some(place) = self.by_spelling.get(&spelling) {
            return *place;
        }
        let next = self.names.len();
        let place = *self.by_name.entry((folded(spelling.0), folded(spelling.1))).or_insert(next);
        if place == next {
            self.names.push(spelling);
        }
        self.by_spelling.insert(spelling, place);
        place
    }
}

/// A relevant open finding with what it hangs on.
struct Open<'p> {
    finding: &'p Finding<'static>,
    high: bool,
    /// A fix is known.
    fixed: bool,
    deferred: bool,
    asset: Option<usize>,
    /// Place of the product that it is about, in [`Products`].
    product: usize,
}

/// Everything that advice is gathered from.
struct Ground<'p> {
    plant: &'p Plant,
    products: Products<'p>,
    /// Relevant open findings, by their place in the plant.
    open: Vec<Option<Open<'p>>>,
    /// Zone of each asset.
    zone_of: Vec<Option<usize>>,
    /// Place of each asset's own product.
    product_of: Vec<usize>,
}

/// What makes two pieces of advice one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    kind: Kind,
    by_cve_only: bool,
    component_type: &'static str,
    product: usize,
}

impl Key {
    fn new(kind: Kind, product: usize, component_type: &'static str) -> Key {
        Key { kind, by_cve_only: false, component_type, product }
    }
}

#[derive(Default)]
struct Group {
    assets: Vec<usize>,
    findings: Vec<usize>,
    sources: Vec<Source>,
    text: String,
}

/// What to do about a plant's relevant open findings, the most urgent first: what is exploited, then by the number of high
/// findings, then of all. `matched` is the identity that matched, by finding (see [`Identity::concerned`]); `offers` are
/// remedies that advisories state.
pub fn advise(
    plant: &Plant,
    assessment: &Assessment,
    matched: &FxHashMap<String, String>,
    offers: &[Offer],
) -> Vec<Advice> {
    let ground = Ground::new(plant, assessment, matched, offers);
    let texts: Vec<String> = offers.iter().map(|offer| plain(&offer.words)).collect();
    let fixes = Fixes::new(&ground, offers);
    let own = ground.own().into_iter().map(|(key, group)| {
        let mut advice = ground.advice(key, group);
        if key.kind == Kind::VendorFix {
            fixes.tell(&mut advice, key.product, offers, &texts);
        }
        advice
    });
    let said = ground.said(offers, &texts).into_iter().map(|(key, group)| ground.advice(key, group));
    let mut all: Vec<Advice> = own.chain(said).collect();
    all.sort_by(|a, b| urgency(a).cmp(&urgency(b)));
    all
}

/// Sort key, the most urgent first.
fn urgency(a: &Advice) -> impl Ord + '_ {
    let weight =
        (Reverse(a.exploited > 0), Reverse(a.high), Reverse(a.findings.len()), Reverse(a.assets.len()));
    (weight, a.kind, a.by_cve_only, &a.vendor, &a.product, a.component_type, &a.text)
}

impl<'p> Ground<'p> {
    fn new(
        plant: &'p Plant,
        assessment: &Assessment,
        matched: &FxHashMap<String, String>,
        offers: &[Offer],
    ) -> Ground<'p> {
        let evidence = &plant.evidence;
        let zones: FxHashMap<&str, usize> =
            evidence.zones.iter().enumerate().map(|(at, zone)| (&*zone.id, at)).collect();
        let assets: FxHashMap<&str, usize> =
            evidence.assets.iter().enumerate().map(|(at, asset)| (&*asset.id, at)).collect();
        let mut products = Products::default();
        products.place(None);
        let offered: FxHashSet<usize> = offers
            .iter()
            .filter(|offer| offer.kind == RemedyKind::VendorFix && offer.by_product)
            .flat_map(|offer| offer.findings.iter().copied())
            .collect();
        let is_wanted = |verdict: &&Verdict| verdict.state == State::Open && verdict.rating.is_relevant();
        let open = evidence
            .findings
            .iter()
            .enumerate()
            .map(|(at, finding)| {
                let verdict = assessment.verdicts.get(at)?.as_ref().filter(is_wanted)?;
                let asset = assets.get(&*finding.asset).copied();
                let identity = asset.and_then(|asset| plant.assets.get(asset)).and_then(|detail| {
                    let matched = matched.get(&*finding.id).map(String::as_str);
                    Identity::concerned(&detail.identities, matched, finding)
                });
                Some(Open {
                    finding,
                    high: verdict.rating.is_high(),
                    fixed: verdict.fix.is_some_and(|day| day <= assessment.as_of) || offered.contains(&at),
                    deferred: verdict.deferred,
                    asset,
                    product: products.place(identity),
                })
            })
            .collect();
        let product_of = plant.assets.iter().map(|detail| products.place(detail.identity())).collect();
        let zone_of = evidence.assets.iter().map(|asset| zones.get(&*asset.zone).copied()).collect();
        Ground { plant, products, open, zone_of, product_of }
    }

    fn at(&self, place: usize) -> Option<&Open<'p>> {
        self.open.get(place)?.as_ref()
    }

    fn open(&self) -> impl Iterator<Item = (usize, &Open<'p>)> {
        self.open.iter().enumerate().filter_map(|(place, open)| Some((place, open.as_ref()?)))
    }

    fn type_of(&self, open: &Open<'_>) -> &'static str {
        open.asset.and_then(|asset| self.plant.assets.get(asset)).map_or("unknown", component_type)
    }

    /// What the plant itself asks for: by product and component type.
    fn own(&self) -> FxHashMap<Key, Group> {
        let mut groups: FxHashMap<Key, Group> = FxHashMap::default();
        let unsupported: Vec<bool> = self.plant.assets.iter().map(is_out_of_support).collect();
        for (asset, (detail, product)) in self.plant.assets.iter().zip(&self.product_of).enumerate() {
            if unsupported.get(asset) == Some(&true) {
                let key = Key::new(Kind::Replace, *product, component_type(detail));
                groups.entry(key).or_default().assets.push(asset);
            }
        }
        for (place, open) in self.open() {
            let of_type = self.type_of(open);
            let mut add = |key| groups.entry(key).or_default().findings.push(place);
            add(Key::new(Kind::Protect, 0, of_type));
            if open.fixed && !open.deferred {
                add(Key::new(Kind::VendorFix, open.product, ""));
            }
            let ended = open.asset.filter(|asset| unsupported.get(*asset) == Some(&true));
            if let Some(product) = ended.and_then(|asset| self.product_of.get(asset)) {
                add(Key::new(Kind::Replace, *product, of_type));
            }
        }
        groups
    }

    /// What advisories say, other than where fixes are: the same words once, and all that the same advisories say of the
    /// same findings together.
    fn said(&self, offers: &[Offer], texts: &[String]) -> Vec<(Key, Group)> {
        let mut places: FxHashMap<(Key, &str), usize> = FxHashMap::default();
        let mut by_words: Vec<(Key, Group)> = Vec::new();
        for (offer, text) in offers.iter().zip(texts) {
            let kind = match offer.kind {
                RemedyKind::Workaround => Kind::Workaround,
                RemedyKind::Mitigation => Kind::Mitigation,
                RemedyKind::NoneAvailable | RemedyKind::NoFixPlanned | RemedyKind::FixPlanned => Kind::NoFix,
                // Fixes are gathered by product; an optional patch mends nothing.
                RemedyKind::VendorFix | RemedyKind::OptionalPatch => continue,
            };
            let wanted =
                |place: &usize| self.at(*place).is_some_and(|open| kind != Kind::NoFix || !open.fixed);
            let findings: Vec<usize> = offer.findings.iter().copied().filter(wanted).collect();
            if findings.is_empty() || text.is_empty() && kind != Kind::NoFix {
                continue;
            }
            let key = Key { by_cve_only: !offer.by_product, ..Key::new(kind, 0, "") };
            let place = *places.entry((key, text)).or_insert(by_words.len());
            if place == by_words.len() {
                by_words.push((key, Group { text: text.clone(), ..Group::default() }));
            }
            if let Some((_, group)) = by_words.get_mut(place) {
                group.findings.extend(findings);
                group.sources.push(offer.source.clone());
            }
        }
        type Together = (Key, Vec<usize>, Vec<[String; 2]>);
        let mut places: FxHashMap<Together, usize> = FxHashMap::default();
        let mut together: Vec<(Key, Group)> = Vec::new();
        for (key, mut group) in by_words {
            group.findings = ascending(group.findings);
            let mut advisories: Vec<[String; 2]> =
                group.sources.iter().map(|one| [one.publisher.clone(), one.advisory.clone()]).collect();
            advisories.sort_unstable();
            advisories.dedup();
            let place = *places.entry((key, group.findings.clone(), advisories)).or_insert(together.len());
            match together.get_mut(place) {
                Some((_, known)) => {
                    // What would be cut off anyway is not gathered.
                    if known.text.len() < 4 * LONGEST {
                        known.text = [known.text.as_str(), &group.text].join("\n");
                    }
                    known.sources.append(&mut group.sources);
                }
                None => together.push((key, group)),
            }
        }
        together
    }

    fn advice(&self, key: Key, group: Group) -> Advice {
        let findings = ascending(group.findings);
        let known: Vec<&Open<'_>> = findings.iter().filter_map(|place| self.at(*place)).collect();
        let assets = ascending(group.assets.into_iter().chain(known.iter().filter_map(|open| open.asset)));
        let zones = ascending(assets.iter().filter_map(|asset| self.zone_of.get(*asset).copied().flatten()));
        let product = match key.kind {
            Kind::Replace | Kind::VendorFix | Kind::Protect => key.product,
            _ => same(known.iter().map(|open| open.product)).unwrap_or(0),
        };
        let types = assets.iter().filter_map(|asset| self.plant.assets.get(*asset)).map(component_type);
        let component_type = match key.kind {
            Kind::Replace | Kind::Protect => key.component_type,
            _ => same(types).unwrap_or_default(),
        };
        let most = if key.kind == Kind::Protect { SRS_OF_PROTECTION } else { SRS };
        let srs = mapping::commonest(known.iter().map(|open| open.finding), most);
        // What is replaced or mended needs no protection of its own.
        let mends = matches!(key.kind, Kind::Replace | Kind::VendorFix);
        let mitigations = catalogue::serving(if mends { &[] } else { &srs });
        let (vendor, product) = self.products.names.get(product).copied().unwrap_or_default();
        Advice {
            kind: key.kind,
            component_type,
            vendor: vendor.to_owned(),
            product: product.to_owned(),
            exploited: known.iter().filter(|open| open.finding.kev).count(),
            high: known.iter().filter(|open| open.high).count(),
            unfixed: known.iter().filter(|open| !open.fixed).count(),
            mitigations: mitigations.map(|one| one.id.as_str()).collect(),
            srs,
            text: shortened(group.text),
            sources: once(group.sources),
            by_cve_only: key.by_cve_only,
            assets,
            findings,
            zones,
        }
    }
}

fn ascending(places: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut list: Vec<usize> = places.into_iter().collect();
    list.sort_unstable();
    list.dedup();
    list
}

/// The value that all share.
fn same<T: PartialEq>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

/// Each once, in the order of coming.
fn once(sources: impl IntoIterator<Item = Source>) -> Vec<Source> {
    let mut seen = FxHashSet::default();
    sources.into_iter().filter(|source| seen.insert(source.clone())).collect()
}

/// Vendors' fixes by product: which offers speak of how many findings.
struct Fixes(FxHashMap<usize, FxHashMap<usize, usize>>);

impl Fixes {
    fn new(ground: &Ground<'_>, offers: &[Offer]) -> Fixes {
        let mut fixes: FxHashMap<usize, FxHashMap<usize, usize>> = FxHashMap::default();
        for (at, offer) in offers.iter().enumerate().filter(|(_, o)| o.kind == RemedyKind::VendorFix) {
            let due = offer.findings.iter().filter_map(|place| ground.at(*place));
            for open in due.filter(|open| open.fixed && !open.deferred) {
                *fixes.entry(open.product).or_default().entry(at).or_default() += 1;
            }
        }
        Fixes(fixes)
    }

    /// What is said of a product's fixes, what is for most findings first. Who names the product speaks before who only
    /// names its vulnerabilities.
    fn tell(&self, advice: &mut Advice, product: usize, offers: &[Offer], texts: &[String]) {
        let Some(said) = self.0.get(&product) else { return };
        let by_product = said.keys().any(|at| offers[*at].by_product);
        let mut counts: FxHashMap<&str, usize> = FxHashMap::default();
        let mut speaking: Vec<usize> =
            said.keys().copied().filter(|at| offers[*at].by_product == by_product).collect();
        for at in &speaking {
            *counts.entry(texts[*at].as_str()).or_default() += said[at];
        }
        speaking.sort_unstable_by_key(|at| (Reverse(counts[texts[*at].as_str()]), texts[*at].as_str(), *at));
        let mut lines: Vec<&str> = speaking.iter().map(|at| texts[*at].as_str()).collect();
        lines.dedup();
        lines.retain(|line| !line.is_empty());
        advice.text = shortened(lines.join("\n"));
        advice.sources = once(speaking.iter().map(|at| offers[*at].source.clone()));
        advice.by_cve_only = !by_product;
    }
}
