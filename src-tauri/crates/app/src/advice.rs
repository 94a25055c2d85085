//! Advice by asset type and finding, and which of the advisories' remedies a plant's findings have.

use std::collections::hash_map::Entry;

use iec62443::{
    Plant, When,
    advice::{self, Advice, Offer, Source},
    assessment::Verdict,
    finding::State as FindingState,
    plant::{Identity, Ticket},
};
use rustc_hash::{FxHashMap, FxHashSet};
use store::intelligence::{Advisory, Intelligence};
use vulnerability::{
    matching::{Hit, Matcher, Subject, Verdict as Matched, filed_under},
    name::{Fit, Key, Product, Relation, Vendor},
    record::{ProductName, RemedyKind, Source as Feed, State, VulnerabilityId},
};

use crate::{Result, Session, matches::subject, view, work::count};

/// Names that go with a piece of advice; counts are of all.
const NAMED: usize = 20;

impl Session {
    /// What to do about the open findings of an environment that no action of the scoring method covers, the most urgent
    /// first: see [`iec62443::advice`].
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn advice(&mut self, environment: &str, as_of: Option<&str>) -> Result<Vec<view::AdviceRow>> {
        let when = self.when(environment, as_of, None)?;
        let offers = self.offers(environment, when)?;
        let matched = self.store()?.origin_identities(environment)?;
        let (plant, assessment) = self.assessed(environment, when)?;
        let all = advice::advise(&plant, &assessment, &matched, &offers);
        Ok(all.into_iter().map(|one| row(&plant, one)).collect())
    }

    /// The remedies that advisories published by then state for relevant open findings; none without intelligence.
    ///
    /// # Errors
    /// `not_found`; when store or intelligence cannot be read.
    pub(crate) fn offers(&mut self, environment: &str, when: When) -> Result<Vec<Offer>> {
        let Some(intelligence) = Intelligence::open_existing(self.folder())? else { return Ok(Vec::new()) };
        let matched = self.store()?.origin_identities(environment)?;
        let (plant, assessment) = self.assessed(environment, when)?;
        let mut asking = Asking::new(&plant, &assessment.verdicts, &matched);
        let mut offers = Vec::new();
        intelligence.advisories(&asking.vulnerabilities(), |advisory| -> Result<()> {
            let published = iec62443::Moment::at(advisory.published) <= when.as_of;
            if published && advisory.state != State::Rejected {
                asking.hear(&advisory, &mut offers);
            }
            Ok(())
        })?;
        Ok(offers)
    }
}

/// An identity with open findings, made ready for judging.
struct Asker {
    subject: Option<Subject>,
    keys: Vec<Key>,
    vendor: Vendor,
    product: Product,
}

impl Asker {
    fn new(identity: Option<&Identity>) -> Asker {
        let none = Identity::default();
        let identity = identity.unwrap_or(&none);
        let vendor = Vendor::read(&identity.vendor);
        let subject = subject(identity);
        Asker {
            keys: subject.as_ref().map(Subject::lookups).unwrap_or_default(),
            subject,
            product: Product::read(&identity.product, &vendor).with_numbers([identity.order_number.as_str()]),
            vendor,
        }
    }
}

/// Whose open findings remedies are asked for.
struct Asking<'p> {
    askers: Vec<Asker>,
    /// Findings by vulnerability and asker.
    findings: FxHashMap<&'p str, FxHashMap<usize, Vec<usize>>>,
    matcher: Matcher,
    /// Names already taken apart; advisories repeat them.
    names: FxHashMap<ProductName, (Vendor, Product)>,
}

impl<'p> Asking<'p> {
    fn new(
        plant: &'p Plant,
        verdicts: &[Option<Verdict>],
        matched: &FxHashMap<String, String>,
    ) -> Asking<'p> {
        let assets: FxHashMap<&str, usize> =
            plant.evidence.assets.iter().enumerate().map(|(at, asset)| (&*asset.id, at)).collect();
        let mut known: FxHashMap<Option<&Identity>, usize> = FxHashMap::default();
        let mut askers: Vec<Asker> = Vec::new();
        let mut findings: FxHashMap<&str, FxHashMap<usize, Vec<usize>>> = FxHashMap::default();
        for (at, (finding, verdict)) in plant.evidence.findings.iter().zip(verdicts).enumerate() {
            let Some(vulnerability) = finding.vuln.as_deref() else { continue };
            if !verdict.is_some_and(|v| v.state == FindingState::Open && v.rating.is_relevant()) {
                continue;
            }
            let detail = assets.get(&*finding.asset).and_then(|asset| plant.assets.get(*asset));
            let identity = detail.and_then(|detail| {
                let matched = matched.get(&*finding.id).map(String::as_str);
                Identity::concerned(&detail.identities, matched, finding)
            });
            let asker = match known.entry(identity) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(free) => {
                    askers.push(Asker::new(identity));
                    *free.insert(askers.len() - 1)
                }
            };
            findings.entry(vulnerability).or_default().entry(asker).or_default().push(at);
        }
        Asking { askers, findings, matcher: Matcher::new(), names: FxHashMap::default() }
    }

    fn vulnerabilities(&self) -> FxHashSet<&'p str> {
        self.findings.keys().copied().collect()
    }

    /// Takes in what an advisory offers to those whom it concerns.
    fn hear(&mut self, advisory: &Advisory, offers: &mut Vec<Offer>) {
        let mut filed: FxHashMap<Key, Vec<usize>> = FxHashMap::default();
        for (at, claim) in advisory.claims.iter().enumerate() {
            for key in filed_under(claim) {
                filed.entry(key).or_default().push(at);
            }
        }
        let mut judged: FxHashMap<usize, FxHashMap<VulnerabilityId, Matched>> = FxHashMap::default();
        let mut places: FxHashMap<(RemedyKind, &str, &str, bool), usize> = FxHashMap::default();
        for (vulnerability, remedies) in &advisory.remedies {
            let id = vulnerability.to_string();
            let Some(asking) = self.findings.get(id.as_str()) else { continue };
            let vendors = vendors(vulnerability, advisory);
            for (asker, findings) in asking {
                let Some(own) = self.askers.get(*asker) else { continue };
                let verdicts =
                    judged.entry(*asker).or_insert_with(|| judge(&mut self.matcher, own, advisory, &filed));
                let by_product = match verdicts.get(vulnerability) {
                    Some(Matched::NotAffected) => continue,
                    Some(_) => true,
                    None if concerns(own, &vendors) => false,
                    None => continue,
                };
                for remedy in remedies {
                    let meant = remedy.products.is_empty()
                        || own.product.is_empty()
                        || remedy.products.iter().any(|name| is_called(&mut self.names, own, name));
                    if !meant {
                        continue;
                    }
                    let place = *places
                        .entry((remedy.kind, &remedy.words, &remedy.url, by_product))
                        .or_insert(offers.len());
                    if place == offers.len() {
                        let url = Some(remedy.url.trim()).filter(|url| Ticket::is_link(url));
                        offers.push(Offer {
                            kind: remedy.kind,
                            words: remedy.words.to_string(),
                            source: Source {
                                publisher: advisory.publisher.clone(),
                                advisory: advisory.id.clone(),
                                url: url.unwrap_or_default().to_owned(),
                            },
                            by_product,
                            findings: Vec::new(),
                        });
                    }
                    if let Some(offer) = offers.get_mut(place) {
                        offer.findings.extend(findings);
                    }
                }
            }
        }
        for place in places.into_values() {
            if let Some(offer) = offers.get_mut(place) {
                offer.findings.sort_unstable();
                offer.findings.dedup();
            }
        }
    }
}

/// What an advisory says of an identity, by vulnerability.
fn judge(
    matcher: &mut Matcher,
    own: &Asker,
    advisory: &Advisory,
    filed: &FxHashMap<Key, Vec<usize>>,
) -> FxHashMap<VulnerabilityId, Matched> {
    let Some(subject) = &own.subject else { return FxHashMap::default() };
    let mut named: Vec<usize> = own.keys.iter().filter_map(|key| filed.get(key)).flatten().copied().collect();
    named.sort_unstable();
    named.dedup();
    let hits: Vec<Hit<'_>> = named
        .iter()
        .filter_map(|at| advisory.claims.get(*at))
        .map(|claim| Hit { source: Feed::Csaf, record: &advisory.id, state: advisory.state, claim })
        .collect();
    matcher.judge(subject, None, &hits).into_iter().map(|m| (m.id, m.verdict)).collect()
}

/// Vendors whose products an advisory names with a vulnerability.
fn vendors(vulnerability: &VulnerabilityId, advisory: &Advisory) -> Vec<Vendor> {
    let about = advisory.claims.iter().filter(|claim| claim.about.contains(vulnerability));
    let names: FxHashSet<&str> = about.map(|claim| &*claim.vendor).collect();
    names.into_iter().map(Vendor::read).collect()
}

/// Whether an advisory that does not name an identity's product could mean it: somebody writes it in another way. What it
/// says of other vendors' products is nothing to it.
fn concerns(own: &Asker, vendors: &[Vendor]) -> bool {
    own.vendor.name().is_empty()
        || vendors.is_empty()
        || vendors.iter().any(|vendor| own.vendor.relation(vendor) != Relation::Different)
}

/// Whether a name that a remedy is meant for is an identity's.
fn is_called(names: &mut FxHashMap<ProductName, (Vendor, Product)>, own: &Asker, name: &ProductName) -> bool {
    if !names.contains_key(name) {
        let vendor = Vendor::read(&name.vendor);
        let product = Product::read(&name.product, &vendor);
        names.insert(name.clone(), (vendor, product));
    }
    names.get(name).is_some_and(|(vendor, product)| {
        own.vendor.relation(vendor) != Relation::Different && own.product.fit(product) != Fit::Different
    })
}

fn row(plant: &Plant, one: Advice) -> view::AdviceRow {
    let evidence = &plant.evidence;
    let few = |places: &[usize], name: &dyn Fn(usize) -> Option<String>| -> Vec<String> {
        places.iter().take(NAMED).filter_map(|place| name(*place)).collect()
    };
    let tag = |at: usize| {
        let tag = plant.assets.get(at).map(|detail| detail.tag.clone()).filter(|tag| !tag.is_empty());
        tag.or_else(|| evidence.assets.get(at).map(|asset| asset.id.to_string()))
    };
    let mitigation = |id: &&str| {
        let known = iec62443::catalogue::mitigations().iter().find(|known| known.id == **id)?;
        Some(view::AdviceMitigation { id: known.id.clone(), name: known.name.clone() })
    };
    view::AdviceRow {
        kind: one.kind.as_str().to_owned(),
        component_type: one.component_type.to_owned(),
        vendor: one.vendor,
        product: one.product,
        assets: count(one.assets.len()),
        tags: few(&one.assets, &tag),
        findings: count(one.findings.len()),
        finding_ids: few(&one.findings, &|at| evidence.findings.get(at).map(|f| f.id.to_string())),
        zones: few(&one.zones, &|at| evidence.zones.get(at).map(|zone| zone.id.to_string())),
        exploited: count(one.exploited),
        high: count(one.high),
        unfixed: count(one.unfixed),
        srs: one.srs.into_iter().map(str::to_owned).collect(),
        mitigations: one.mitigations.iter().take(NAMED).filter_map(mitigation).collect(),
        text: one.text,
        said: count(one.sources.len()),
        sources: one
            .sources
            .into_iter()
            .take(NAMED)
            .map(|Source { publisher, advisory, url }| view::AdviceSource { publisher, advisory, url })
            .collect(),
        by_cve_only: one.by_cve_only,
    }
}

/// Most rows of a kind that cross to the window.
const MOST: usize = 60;

/// The most urgent of each kind, and how many there are of all.
pub(crate) fn for_the_window(rows: Vec<view::AdviceRow>) -> view::AdviceList {
    let total = count(rows.len());
    let mut of_kind: FxHashMap<String, usize> = FxHashMap::default();
    let rows = rows
        .into_iter()
        .filter(|row| {
            let n = of_kind.entry(row.kind.clone()).or_default();
            *n += 1;
            *n <= MOST
        })
        .collect();
    view::AdviceList { rows, total, notice: crate::mitigations::ATTACK_NOTICE.to_owned() }
}
