//! Assets against intelligence: findings, and what waits for a person.

use std::{
    collections::{BTreeMap, hash_map::Entry},
    sync::Arc,
};

use iec62443::{
    Moment, Plant,
    evidence::{Event, EventKind, Finding},
    finding::{State, standing},
    level::FrSet,
    plant::{self, EventNote},
};
use rustc_hash::{FxHashMap, FxHashSet};
use store::{
    finding::{ENDS, NewEvent},
    intake::Before,
    intelligence::Intelligence,
    match_decision::{Decisions, MatchDecision, Origin},
};
use vulnerability::{
    matching::{Confidence, Identity, Match, Part, Subject, Verdict, sentence},
    name::{Product, Vendor, plain},
    record::{Source, VulnerabilityId},
};

use crate::{
    Failure, Result, Session, Watch,
    controls::by_hand,
    engine::{Engine, Engines},
    statement::{Statement, statement},
    view,
    watch::tell,
};

pub(crate) fn no_intelligence() -> Failure {
    Failure::new("not_found", "there is no intelligence to match against yet")
        .advice("Bring some in: plumbline intel import, intel import-bundle or intel sync.")
}

/// Assets with equal identities, and what was found for each of these.
struct Found {
    /// Indices of the assets in the plant.
    assets: Vec<usize>,
    identities: Vec<Identified>,
}

/// An identity with its matches.
struct Identified {
    identity: plant::Identity,
    key: String,
    matches: Vec<Match>,
}

/// The key under which decisions on an identity are kept: the same for the same product and version, however
/// it is spelled.
fn identity_key(identity: &plant::Identity) -> String {
    let vendor = Vendor::read(&identity.vendor);
    let product = Product::read(&identity.product, &vendor);
    format!("{}/{}/{}", vendor.name(), product.name(), plain(&identity.version))
}

pub(crate) fn subject(identity: &plant::Identity) -> Option<Subject> {
    Subject::read(&Identity {
        vendor: identity.vendor.clone(),
        product: identity.product.clone(),
        version: identity.version.clone(),
        cpe: identity.cpe.clone(),
        purl: identity.purl.clone(),
        order_number: identity.order_number.clone(),
    })
}

/// Each match with the identity it was found for, and the assets that have it.
fn pairs(found: &[Found]) -> impl Iterator<Item = (&Found, &Identified, &Match)> {
    found.iter().flat_map(|group| {
        group.identities.iter().flat_map(move |own| own.matches.iter().map(move |m| (group, own, m)))
    })
}

/// A plant with what was found of its assets.
struct Judged {
    plant: Arc<Plant>,
    intelligence: Intelligence,
    found: Vec<Found>,
}

/// Judges every asset; assets with equal identities once.
fn judge_plant(intelligence: &Intelligence, plant: &Plant, watch: &dyn Watch) -> Result<Vec<Found>> {
    let mut groups: FxHashMap<&[plant::Identity], Vec<usize>> = FxHashMap::default();
    for (index, detail) in plant.assets.iter().enumerate() {
        if !detail.identities.is_empty() {
            groups.entry(&detail.identities).or_default().push(index);
        }
    }
    let mut groups: Vec<(&[plant::Identity], Vec<usize>)> = groups.into_iter().collect();
    groups.sort_by_key(|(_, assets)| assets[0]);
    let total = u32::try_from(groups.len()).unwrap_or(u32::MAX);
    let judged = Engines::new(intelligence)?.over(
        &groups,
        |engine, (identities, _)| judge_asset(engine, identities),
        |index| tell(watch, "match", u32::try_from(index).unwrap_or(u32::MAX), total),
    )?;
    let found = groups.into_iter().zip(judged).map(|((identities, assets), judged)| Found {
        assets,
        identities: identities
            .iter()
            .zip(judged)
            .map(|(own, matches)| Identified { identity: own.clone(), key: identity_key(own), matches })
            .collect(),
    });
    Ok(found.collect())
}

/// Each identity of an asset, with the others known.
fn judge_asset(engine: &mut Engine, identities: &[plant::Identity]) -> Result<Vec<Vec<Match>>> {
    let subjects: Vec<Option<Subject>> = identities.iter().map(subject).collect();
    let judge = |(own, subject): (usize, &Option<Subject>)| {
        let Some(subject) = subject else { return Ok(Vec::new()) };
        let others = subjects.iter().enumerate().filter(|(other, _)| *other != own);
        let others: Vec<Subject> = others.filter_map(|(_, subject)| subject.clone()).collect();
        engine.judge(subject, Some(&others))
    };
    subjects.iter().enumerate().map(judge).collect()
}

/// What a person decided, else what the match says by itself.
#[derive(Clone, Copy, PartialEq)]
enum Stand {
    Finding,
    Review,
    Clear,
    Rejected,
}

fn stand(m: &Match, decision: Option<&MatchDecision>) -> Stand {
    match decision {
        Some(decision) if decision.confirmed => Stand::Finding,
        Some(_) => Stand::Rejected,
        None => match m.verdict {
            // Sure enough to need no person.
            Verdict::Affected if Confidence::of(m.confidence) == Confidence::High => Stand::Finding,
            Verdict::Affected | Verdict::Unknown => Stand::Review,
            Verdict::NotAffected => Stand::Clear,
        },
    }
}

/// A finding's id: the asset's and the vulnerability's.
fn finding_id(asset: &str, id: &VulnerabilityId, taken: &FxHashSet<String>) -> String {
    let base = format!("{asset}:{id}");
    let mut name = base.clone();
    let mut number = 2;
    while taken.contains(&name) {
        name = format!("{base}:{number}");
        number += 1;
    }
    name
}

/// What a match told when it brought a finding.
fn origin(m: &Match, identity: &plant::Identity, at: &str) -> Origin {
    Origin {
        at: at.to_owned(),
        source: m.source.id().to_owned(),
        record: m.record.clone(),
        confidence: m.confidence,
        identity: identity.described(),
        reason: serde_json::to_string(&*m.reason).unwrap_or_default(),
    }
}

/// Why the sources no longer support a finding.
enum Doubt<'f> {
    /// Its CVE was withdrawn, as this source says.
    Withdrawn(Source),
    /// Whatever speaks of the asset says that it is not affected, and nobody has confirmed the match.
    NotAffected(&'f Match),
}

/// Open findings that the sources no longer support, by index.
fn doubts<'f>(
    intelligence: &Intelligence,
    plant: &Plant,
    judged: &'f Judged,
    decisions: &Decisions,
    now: Moment,
) -> Result<Vec<(usize, Doubt<'f>)>> {
    let is_open =
        |finding: &Finding<'_>| standing(finding, now).is_some_and(|standing| standing.state == State::Open);
    let open: FxHashMap<(&str, &str), usize> = plant
        .evidence
        .findings
        .iter()
        .enumerate()
        .filter(|(_, finding)| is_open(finding))
        .filter_map(|(index, finding)| Some(((&*finding.asset, finding.vuln.as_deref()?), index)))
        .collect();
    // What clears a finding, unless anything says otherwise.
    let mut clears: FxHashMap<usize, Option<&Match>> = FxHashMap::default();
    for (group, own, m) in pairs(&judged.found) {
        let vulnerability = m.id.to_string();
        let mut by = None;
        for asset in &group.assets {
            let asset = &*judged.plant.evidence.assets[*asset].id;
            let Some(index) = open.get(&(asset, vulnerability.as_str())) else { continue };
            let by = *by.get_or_insert_with(|| {
                let decision = decisions.get(&(own.key.clone(), vulnerability.clone()));
                (stand(m, decision) == Stand::Clear).then_some(m)
            });
            clears.entry(*index).and_modify(|said| *said = said.and(by)).or_insert(by);
        }
    }
    let mut withdrawn: FxHashMap<&str, Option<Source>> = FxHashMap::default();
    let mut doubts = Vec::new();
    for ((_, vulnerability), index) in open {
        let by = match withdrawn.entry(vulnerability) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(free) => *free.insert(match vulnerability.parse() {
                Ok(cve) => intelligence.withdrawn(cve)?,
                Err(_) => None,
            }),
        };
        let cleared = clears.get(&index).copied().flatten().map(Doubt::NotAffected);
        doubts.extend(by.map(Doubt::Withdrawn).or(cleared).map(|doubt| (index, doubt)));
    }
    doubts.sort_unstable_by_key(|(index, _)| *index);
    Ok(doubts)
}

impl view::MatchSummary {
    /// Counts a pair of asset and vulnerability: how it stands, and whether its finding is there.
    fn count(&mut self, stands: Stand, there: bool) {
        *match (stands, there) {
            (Stand::Finding, false) => &mut self.added,
            (Stand::Finding | Stand::Review, true) => &mut self.present,
            (Stand::Review, false) => &mut self.review,
            (Stand::Clear, _) => &mut self.clear,
            (Stand::Rejected, _) => &mut self.rejected,
        } += 1;
    }
}

/// The action of a look for findings, in the log and as a change.
const MATCHED: &str = "plant.matched";

impl Session {
    /// The environment's assets judged; none when there is no intelligence.
    fn judged(&mut self, environment: &str, watch: &dyn Watch) -> Result<Option<Judged>> {
        let plant = self.plant(environment)?;
        let Some(intelligence) = Intelligence::open_existing(self.folder())? else { return Ok(None) };
        let found = judge_plant(&intelligence, &plant, watch)?;
        Ok(Some(Judged { plant, intelligence, found }))
    }

    /// Matches an environment's assets: what is sure becomes findings, the rest waits under review. With
    /// `dry_run` the same is said and nothing is changed.
    ///
    /// # Errors
    /// `not_found` when there is no such environment, or no intelligence.
    pub fn match_environment(
        &mut self,
        environment: &str,
        dry_run: bool,
        watch: &dyn Watch,
    ) -> Result<view::MatchSummary> {
        let judged = self.judged(environment, watch)?.ok_or_else(no_intelligence)?;
        tell(watch, "store", 0, 0)?;
        self.bring(environment, &judged, dry_run, None)
    }

    /// Writes what was judged; with `decided` the decision that brings it is part of the change.
    fn bring(
        &mut self,
        environment: &str,
        judged: &Judged,
        dry_run: bool,
        decided: Option<&Decided<'_>>,
    ) -> Result<view::MatchSummary> {
        let Judged { plant, intelligence, found } = judged;
        let who = self.who();
        let (today, now, at) = (self.today(), Moment::at(who.at), who.at.to_string());
        // What the sources knew last is the day of this look, not the day of the click.
        let looked = intelligence.newest()?.unwrap_or(who.at).min(who.at);
        let mut statements: FxHashMap<VulnerabilityId, Statement> = FxHashMap::default();
        let ended = self.store_mut()?.try_change(&who, |change| -> std::result::Result<_, Ended> {
            let known = change.plant(environment, today)?;
            let decide = |d: &Decided<'_>| {
                change.decide_matches(environment, d.identity, d.vulnerabilities, d.confirmed, d.reason)
            };
            let decision = decided.map(decide).transpose()?;
            let decisions = change.match_decisions(environment)?;
            let findings = &known.evidence.findings;
            let mut ids: FxHashSet<String> = findings.iter().map(|finding| finding.id.to_string()).collect();
            let mut present: FxHashMap<(String, String), usize> = findings
                .iter()
                .enumerate()
                .filter_map(|(at, f)| Some(((f.asset.to_string(), f.vuln.as_ref()?.to_string()), at)))
                .collect();
            let at_asset: FxHashSet<&str> = known.evidence.assets.iter().map(|asset| &*asset.id).collect();
            let mut summary = view::MatchSummary {
                dry_run,
                assets: plant.assets.len(),
                unidentified: plant.assets.iter().filter(|asset| asset.identities.is_empty()).count(),
                change: decision,
                ..view::MatchSummary::default()
            };
            let mut position = findings.len();
            let mut false_ones: Vec<String> = Vec::new();
            // A decision is taken back by itself, with what it brought; without one the look is a change of its own.
            let mut own_change: Option<i64> = None;
            let mut added = Before::default();
            for (group, own, m) in pairs(found) {
                let vulnerability = m.id.to_string();
                let on = decisions.get(&(own.key.clone(), vulnerability.clone()));
                let stands = stand(m, on);
                // Decided just now, by this change.
                let by = decision.filter(|change| on.is_some_and(|on| on.change == *change));
                let assets = group.assets.iter().map(|asset| &*plant.evidence.assets[*asset].id);
                // Somebody may have removed one meanwhile.
                for asset in assets.filter(|asset| at_asset.contains(asset)) {
                    let pair = (asset.to_owned(), vulnerability.clone());
                    let there = present.get(&pair).copied();
                    summary.count(stands, there.is_some());
                    match (stands, there) {
                        (Stand::Finding, None) => {
                            let stated = match statements.entry(m.id.clone()) {
                                Entry::Occupied(known) => known.into_mut(),
                                Entry::Vacant(free) => {
                                    free.insert(statement(intelligence, &m.id).map_err(Ended::Failed)?)
                                }
                            };
                            let finding = stated.finding(finding_id(asset, &m.id, &ids), asset, m, now);
                            let origin = origin(m, &own.identity, &at);
                            if decided.is_none() && own_change.is_none() {
                                own_change = Some(change.begin(MATCHED)?);
                            }
                            let by = by.or(own_change);
                            change.add_matched(environment, position, &finding, &origin, by)?;
                            added.findings.push(finding.id.to_string());
                            ids.insert(finding.id.to_string());
                            present.insert(pair, position);
                            position += 1;
                        }
                        (Stand::Rejected, Some(index)) if by.is_some() => {
                            false_ones.push(findings[index].id.to_string());
                        }
                        _ => {}
                    }
                }
            }
            if let (Some(number), Some(d)) = (decision, decided)
                && !false_ones.is_empty()
            {
                let event = Event { at: now, kind: EventKind::FalsePositive, frs: FrSet::EMPTY };
                let note = EventNote { by: who.actor.clone(), reason: d.reason.to_owned(), until: None };
                let new = NewEvent { event, note, end: None, voids: ENDS };
                change.add_event_of(number, "finding.false_positive", environment, &false_ones, &new)?;
            }
            for (_, doubt) in doubts(intelligence, &known, judged, &decisions, Moment::end_of(today))
                .map_err(Ended::Failed)?
            {
                *match doubt {
                    Doubt::Withdrawn(_) => &mut summary.withdrawn,
                    Doubt::NotAffected(_) => &mut summary.contradicted,
                } += 1;
            }
            let new_day = change.add_feed_day(environment, Moment::at(looked))?;
            if dry_run || (summary.added == 0 && !new_day && decision.is_none()) {
                return Err(Ended::AsItWas(summary));
            }
            if let Some(number) = own_change {
                change.add_intake(number, environment, by_hand(&added)?)?;
                summary.change = own_change;
            }
            let detail = serde_json::json!({
                "change": summary.change, "added": summary.added, "review": summary.review, "intelligence": looked.to_string(),
            });
            change.log(MATCHED, environment, &detail)?;
            Ok(summary)
        });
        match ended {
            Ok(summary) | Err(Ended::AsItWas(summary)) => Ok(summary),
            Err(Ended::Failed(failure)) => Err(failure),
        }
    }

    /// Matches that wait for a person, by identity, the least sure first.
    ///
    /// # Errors
    /// `not_found`
    pub fn review(&mut self, environment: &str, watch: &dyn Watch) -> Result<view::Review> {
        match self.judged(environment, watch)? {
            Some(judged) => self.review_of(environment, &judged),
            None => Ok(view::Review::default()),
        }
    }

    fn review_of(&self, environment: &str, judged: &Judged) -> Result<view::Review> {
        let Judged { plant, found, .. } = judged;
        let decisions = self.store()?.match_decisions(environment)?;
        let open: FxHashSet<(&str, &str)> = plant
            .evidence
            .findings
            .iter()
            .filter_map(|finding| Some((&*finding.asset, finding.vuln.as_deref()?)))
            .collect();
        let mut groups: BTreeMap<String, view::ReviewGroup> = BTreeMap::new();
        let mut decided = Vec::new();
        let (mut told, mut listed) = (FxHashSet::default(), FxHashSet::default());
        for group in found {
            for Identified { identity, key, matches } in &group.identities {
                let mut waits = false;
                for m in matches {
                    let vulnerability = m.id.to_string();
                    let pair = (key.clone(), vulnerability.clone());
                    let decision = decisions.get(&pair);
                    if let Some(decision) = decision.filter(|_| told.insert(pair.clone())) {
                        decided.push(view::DecidedMatch {
                            identity: identity.described(),
                            vulnerability: vulnerability.clone(),
                            confirmed: decision.confirmed,
                            at: decision.at.clone(),
                            actor: decision.actor.clone(),
                            reason: decision.reason.clone(),
                            change: decision.change,
                        });
                    }
                    let known = group.assets.iter().all(|asset| {
                        open.contains(&(&*plant.evidence.assets[*asset].id, vulnerability.as_str()))
                    });
                    if stand(m, decision) != Stand::Review || known {
                        continue;
                    }
                    waits = true;
                    let entry = groups.entry(key.clone()).or_insert_with(|| view::ReviewGroup {
                        key: key.clone(),
                        identity: identity.described(),
                        assets: 0,
                        tags: Vec::new(),
                        matches: Vec::new(),
                    });
                    if listed.insert(pair) {
                        entry.matches.push(match_row(m));
                    }
                }
                if let Some(entry) = groups.get_mut(key).filter(|_| waits) {
                    entry.assets += group.assets.len();
                    let tags = group.assets.iter().map(|asset| plant.assets[*asset].tag.clone());
                    entry.tags.extend(tags.take(12usize.saturating_sub(entry.tags.len())));
                }
            }
        }
        let mut groups: Vec<view::ReviewGroup> =
            groups.into_values().filter(|group| !group.matches.is_empty()).collect();
        for group in &mut groups {
            group.matches.sort_by(|a, b| {
                a.confidence.total_cmp(&b.confidence).then_with(|| a.vulnerability.cmp(&b.vulnerability))
            });
        }
        let least = |group: &view::ReviewGroup| group.matches.first().map_or(1.0, |m| m.confidence);
        groups.sort_by(|a, b| least(a).total_cmp(&least(b)).then_with(|| a.identity.cmp(&b.identity)));
        let tonight = Moment::end_of(self.today());
        let doubted = doubts(&judged.intelligence, plant, judged, &decisions, tonight)?;
        let doubted = doubted.into_iter().map(|(index, doubt)| doubted_row(plant, index, &doubt)).collect();
        decided.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.vulnerability.cmp(&b.vulnerability)));
        Ok(view::Review { groups, doubted, decided })
    }

    /// Confirms or rejects matches of an identity, for every asset with an equal one; no vulnerability named
    /// means all that wait. Can be taken back with [`Session::undo`].
    ///
    /// # Errors
    /// `not_found` when nothing of that identity waits.
    pub fn decide_match(
        &mut self,
        decision: &view::MatchDecision,
        watch: &dyn Watch,
    ) -> Result<view::MatchSummary> {
        let environment = decision.environment.as_str();
        let missing = |what: &str| Failure::not_found("match under review of", what);
        let judged = self.judged(environment, watch)?.ok_or_else(|| missing(&decision.identity))?;
        let review = self.review_of(environment, &judged)?;
        let group = review
            .groups
            .iter()
            .find(|group| group.key == decision.identity)
            .ok_or_else(|| missing(&decision.identity))?;
        let wanted: Vec<String> = group
            .matches
            .iter()
            .map(|m| m.vulnerability.clone())
            .filter(|id| decision.vulnerabilities.is_empty() || decision.vulnerabilities.contains(id))
            .collect();
        if let Some(unknown) = decision.vulnerabilities.iter().find(|id| !wanted.contains(id)) {
            return Err(missing(unknown));
        }
        let decided = Decided {
            identity: &decision.identity,
            vulnerabilities: &wanted,
            confirmed: decision.confirmed,
            reason: decision.reason.trim(),
        };
        self.bring(environment, &judged, false, Some(&decided))
    }

    /// Why a finding is there, when matching put it there.
    pub(crate) fn origin_view(&self, environment: &str, finding: &str) -> Result<Option<view::OriginView>> {
        Ok(self.store()?.finding_origin(environment, finding)?.map(|origin| {
            let parts: Vec<Part> = serde_json::from_str(&origin.reason).unwrap_or_default();
            view::OriginView {
                at: origin.at,
                source: origin.source,
                record: origin.record,
                confidence: origin.confidence,
                level: Confidence::of(origin.confidence).as_str().to_owned(),
                identity: origin.identity,
                reason: parts.iter().map(reason_part).collect(),
                sentence: sentence(&parts),
            }
        }))
    }
}

/// A decision under way.
struct Decided<'d> {
    identity: &'d str,
    vulnerabilities: &'d [String],
    confirmed: bool,
    reason: &'d str,
}

/// How matching ended when its change was not kept.
enum Ended {
    AsItWas(view::MatchSummary),
    Failed(Failure),
}

impl From<store::Error> for Ended {
    fn from(error: store::Error) -> Ended {
        Ended::Failed(error.into())
    }
}

fn doubted_row(plant: &Plant, index: usize, doubt: &Doubt<'_>) -> view::DoubtedFinding {
    let Finding { id, asset, vuln, .. } = &plant.evidence.findings[index];
    let vulnerability = vuln.as_deref().unwrap_or_default();
    let at = plant.evidence.assets.iter().position(|known| known.id == *asset);
    let (why, source, record, reason) = match doubt {
        Doubt::Withdrawn(source) => ("withdrawn", *source, vulnerability, [].as_slice()),
        Doubt::NotAffected(m) => ("not_affected", m.source, &*m.record, m.reason.as_slice()),
    };
    view::DoubtedFinding {
        id: id.to_string(),
        tag: at.map_or_else(|| asset.to_string(), |at| plant.assets[at].tag.clone()),
        vulnerability: vulnerability.to_owned(),
        why: why.to_owned(),
        source: source.id().to_owned(),
        record: record.to_owned(),
        reason: reason.iter().map(reason_part).collect(),
        sentence: sentence(reason),
    }
}

fn match_row(m: &Match) -> view::MatchRow {
    view::MatchRow {
        vulnerability: m.id.to_string(),
        verdict: m.verdict.as_str().to_owned(),
        confidence: m.confidence,
        level: Confidence::of(m.confidence).as_str().to_owned(),
        source: m.source.id().to_owned(),
        record: m.record.clone(),
        reason: m.reason.iter().map(reason_part).collect(),
        sentence: sentence(&m.reason),
        settles: m.settles.map(|settles| settles.as_str().to_owned()),
    }
}

/// A part of a reason, for a page that has words of its own for it.
fn reason_part(part: &Part) -> view::ReasonPart {
    let Ok(serde_json::Value::Object(mut fields)) = serde_json::to_value(part) else {
        return view::ReasonPart::default();
    };
    let kind = fields.remove("part").and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
    let values = fields
        .into_iter()
        .map(|(name, value)| {
            let text = match value {
                serde_json::Value::String(text) => text,
                other => other.to_string(),
            };
            (name, text)
        })
        .collect();
    view::ReasonPart { kind, values }
}
