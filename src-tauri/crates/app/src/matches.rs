//! Assets against intelligence.

use std::{
    collections::{BTreeMap, hash_map::Entry},
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use iec62443::{
    Moment,
    evidence::{self, Cvss, Event, EventKind, Exploit, Finding, Fix, Weakness},
    level::FrSet,
    plant::EventNote,
};
use import::{File, loose::Loose};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use store::{
    finding::NewEvent,
    intelligence::{Head, Intelligence, RecordKey},
    match_decision::Origin,
};
use vulnerability::{
    matching::{Confidence, Hit, Identity, Match, Matcher, Part, Settles, Subject, Verdict, sentence},
    name::Key,
    record::{Claim, Exploitation, Source, State, VulnerabilityId},
};

use crate::{Failure, Place, Result, Session, Watch, view, watch::tell};

/// Claims held at hand before older ones are dropped: enough for a plant, too few to fill a laptop.
const HELD: usize = 400_000;

type Filed = Arc<Vec<(RecordKey, u32, Claim)>>;

/// Looks claims up and judges them; remembers what it read.
pub(crate) struct Engine {
    intelligence: Intelligence,
    matcher: Matcher,
    heads: FxHashMap<RecordKey, Arc<Head>>,
    filed: FxHashMap<Key, Filed>,
    held: usize,
    families: FxHashSet<Key>,
}

impl Engine {
    pub(crate) fn new(intelligence: Intelligence) -> Result<Engine> {
        Ok(Engine {
            families: intelligence.families()?.into_iter().collect(),
            intelligence,
            matcher: Matcher::new(),
            heads: FxHashMap::default(),
            filed: FxHashMap::default(),
            held: 0,
        })
    }

    fn filed(&mut self, key: Key) -> Result<Filed> {
        if let Some(filed) = self.filed.get(&key) {
            return Ok(Arc::clone(filed));
        }
        let mut list = Vec::new();
        self.intelligence.claims(key, |record, index, claim| list.push((record, index, claim)))?;
        if self.held > HELD {
            self.filed.clear();
            self.held = 0;
        }
        self.held += list.len() + 1;
        let list = Arc::new(list);
        self.filed.insert(key, Arc::clone(&list));
        Ok(list)
    }

    fn head(&mut self, record: RecordKey) -> Result<Arc<Head>> {
        if let Some(head) = self.heads.get(&record) {
            return Ok(Arc::clone(head));
        }
        let head = Arc::new(self.intelligence.head(record)?);
        self.heads.insert(record, Arc::clone(&head));
        Ok(head)
    }

    /// Everything known of a subject.
    pub(crate) fn judge(&mut self, subject: &Subject, others: Option<&[Subject]>) -> Result<Vec<Match>> {
        let mut lists: Vec<Filed> = Vec::new();
        for key in subject.lookups() {
            if key.is_family() && !self.families.contains(&key) {
                continue;
            }
            let filed = self.filed(key)?;
            if !filed.is_empty() {
                lists.push(filed);
            }
        }
        let mut found: Vec<(RecordKey, u32, &Claim)> = lists
            .iter()
            .flat_map(|list| list.iter())
            .map(|(record, index, claim)| (*record, *index, claim))
            .collect();
        found.sort_unstable_by_key(|(record, index, _)| (*record, *index));
        found.dedup_by_key(|(record, index, _)| (*record, *index));
        let mut heads = Vec::with_capacity(found.len());
        for (record, _, _) in &found {
            heads.push(self.head(*record)?);
        }
        let hits: Vec<Hit<'_>> = found
            .iter()
            .zip(&heads)
            .map(|((_, _, claim), head)| Hit {
                source: head.source,
                record: &head.id,
                state: head.state,
                claim,
            })
            .collect();
        Ok(self.matcher.judge(subject, others, &hits))
    }
}

/// A match as documents carry it.
#[derive(Serialize)]
struct Line<'m> {
    cve: String,
    verdict: &'static str,
    confidence: f64,
    level: Confidence,
    source: &'static str,
    record: &'m str,
    reason: &'m str,
    #[serde(skip_serializing_if = "Option::is_none")]
    settles: Option<Settles>,
}

fn lines(matches: &[Match]) -> String {
    // One claim is about many vulnerabilities, for one reason.
    let mut sentences: FxHashMap<*const Vec<Part>, String> = FxHashMap::default();
    for m in matches {
        sentences.entry(Arc::as_ptr(&m.reason)).or_insert_with(|| sentence(&m.reason));
    }
    let lines: Vec<Line<'_>> = matches
        .iter()
        .map(|m| Line {
            cve: m.id.to_string(),
            verdict: m.verdict.as_str(),
            confidence: m.confidence,
            level: Confidence::of(m.confidence),
            source: m.source.id(),
            record: &m.record,
            reason: sentences.get(&Arc::as_ptr(&m.reason)).map_or("", String::as_str),
            settles: m.settles,
        })
        .collect();
    serde_json::to_string(&lines).unwrap_or_default()
}

/// Matches a list of assets that is not stored, and writes a line of JSON for each row, in their order.
///
/// # Errors
/// `bad_input` with the line of the list; `not_found` when there is no intelligence yet.
pub fn loose_list(place: &Place, file: &File, out: &mut dyn Write, watch: &dyn Watch) -> Result<()> {
    let list = Loose::read(file)?;
    let intelligence = Intelligence::open_existing(&place.folder)?.ok_or_else(no_intelligence)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from).clamp(1, 8);
    let mut engines = Vec::with_capacity(threads);
    for _ in 0..threads {
        engines.push(Engine::new(intelligence.reader()?)?);
    }
    let total = u32::try_from(list.rows.len()).unwrap_or(u32::MAX);
    let mut done = 0_u32;
    let mut answered: FxHashMap<Identity, String> = FxHashMap::default();
    let mut bytes = 0;
    for rows in list.rows.chunks(CHUNK) {
        tell(watch, "match", done, total)?;
        let identities: Vec<Identity> = rows.iter().map(|row| list.identity(row)).collect();
        // Equal assets are judged once.
        let mut open: Vec<&Identity> =
            identities.iter().filter(|identity| !answered.contains_key(identity)).collect();
        open.sort_unstable();
        open.dedup();
        let (next, open) = (&AtomicUsize::new(0), &open);
        let answers = std::thread::scope(|scope| {
            let work: Vec<_> = engines
                .iter_mut()
                .map(|engine| {
                    scope.spawn(move || -> Result<Vec<(Identity, String)>> {
                        let mut answers = Vec::new();
                        // Neighbours share products, and with them what was looked up.
                        while let Some(some) =
                            open.chunks(NEIGHBOURS).nth(next.fetch_add(1, Ordering::Relaxed))
                        {
                            for identity in some {
                                let answer = match Subject::read(identity) {
                                    Some(subject) => lines(&engine.judge(&subject, None)?),
                                    None => "[]".to_owned(),
                                };
                                answers.push(((*identity).clone(), answer));
                            }
                        }
                        Ok(answers)
                    })
                })
                .collect();
            let failed = || Failure::new("internal", "a matching thread failed");
            work.into_iter().map(|work| work.join().map_err(|_| failed())?).collect::<Result<Vec<_>>>()
        })?;
        for (identity, answer) in answers.into_iter().flatten() {
            bytes += answer.len();
            answered.insert(identity, answer);
        }
        for (cells, identity) in rows.iter().zip(&identities) {
            let cells = list.columns.iter().cloned().zip(cells.iter().map(|cell| cell.as_str().into()));
            let row: serde_json::Map<String, serde_json::Value> = cells.collect();
            let row = serde_json::to_string(&row).unwrap_or_default();
            let answer = answered.get(identity).map_or("[]", String::as_str);
            writeln!(out, "{{\"row\":{row},\"matches\":{answer}}}").map_err(gone)?;
        }
        done = done.saturating_add(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        if bytes > ANSWERS {
            answered.clear();
            bytes = 0;
        }
    }
    out.flush().map_err(gone)
}

/// Identities one thread takes at a time.
const NEIGHBOURS: usize = 32;
/// Rows judged at a time.
const CHUNK: usize = 2048;
/// Bytes of answers remembered for equal assets further down.
const ANSWERS: usize = 96 << 20;

fn gone(error: std::io::Error) -> Failure {
    Failure::new("io", format!("the answer cannot be written: {error}"))
}

pub(crate) fn no_intelligence() -> Failure {
    Failure::new("not_found", "there is no intelligence to match against yet")
        .advice("Bring some in: plumbline intel import, intel import-bundle or intel sync.")
}

/// A verdict of "affected" this sure becomes a finding by itself; what is less sure waits for a person.
pub const SURE: f64 = 0.85;

/// An asset's identities with what was found for each.
struct Found {
    /// Index of the asset in the plant.
    assets: Vec<usize>,
    identities: Vec<iec62443::plant::Identity>,
    /// Matches by identity, same order.
    matches: Vec<Vec<Match>>,
}

/// The key under which decisions on an identity are kept: the same for the same product and version, however
/// it is spelled.
pub(crate) fn identity_key(identity: &iec62443::plant::Identity) -> String {
    let vendor = vulnerability::name::Vendor::read(&identity.vendor);
    let product = vulnerability::name::Product::read(&identity.product, &vendor);
    format!("{}/{}/{}", vendor.name(), product.name(), vulnerability::name::plain(&identity.version))
}

fn described(identity: &iec62443::plant::Identity) -> String {
    [&identity.vendor, &identity.product, &identity.version]
        .into_iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn subject(identity: &iec62443::plant::Identity) -> Option<Subject> {
    Subject::read(&Identity {
        vendor: identity.vendor.clone(),
        product: identity.product.clone(),
        version: identity.version.clone(),
        ..Identity::default()
    })
}

/// Judges every asset; assets with equal identities once.
fn judge_plant(
    intelligence: &Intelligence,
    plant: &iec62443::Plant,
    watch: &dyn Watch,
) -> Result<Vec<Found>> {
    let mut groups: FxHashMap<&[iec62443::plant::Identity], Vec<usize>> = FxHashMap::default();
    for (index, detail) in plant.assets.iter().enumerate() {
        if !detail.identities.is_empty() {
            groups.entry(&detail.identities).or_default().push(index);
        }
    }
    let mut groups: Vec<(&[iec62443::plant::Identity], Vec<usize>)> = groups.into_iter().collect();
    groups.sort_by_key(|(_, assets)| assets[0]);
    let total = u32::try_from(groups.len()).unwrap_or(u32::MAX);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).clamp(1, 8);
    let mut engines = Vec::with_capacity(threads);
    for _ in 0..threads {
        engines.push(Engine::new(intelligence.reader()?)?);
    }
    let next = AtomicUsize::new(0);
    let (groups, next) = (&groups, &next);
    let judged = std::thread::scope(|scope| {
        let work: Vec<_> = engines
            .iter_mut()
            .map(|engine| {
                scope.spawn(move || -> Result<Vec<(usize, Vec<Vec<Match>>)>> {
                    let mut judged = Vec::new();
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some((identities, _)) = groups.get(index) else { break };
                        if index.is_multiple_of(64) {
                            tell(watch, "match", u32::try_from(index).unwrap_or(u32::MAX), total)?;
                        }
                        let subjects: Vec<Option<Subject>> = identities.iter().map(subject).collect();
                        let mut matches = Vec::with_capacity(identities.len());
                        for (own, subject) in subjects.iter().enumerate() {
                            let others: Vec<Subject> = subjects
                                .iter()
                                .enumerate()
                                .filter(|(other, _)| *other != own)
                                .filter_map(|(_, subject)| subject.clone())
                                .collect();
                            matches.push(match subject {
                                Some(subject) => engine.judge(subject, Some(&others))?,
                                None => Vec::new(),
                            });
                        }
                        judged.push((index, matches));
                    }
                    Ok(judged)
                })
            })
            .collect();
        let failed = || Failure::new("internal", "a matching thread failed");
        work.into_iter().map(|work| work.join().map_err(|_| failed())?).collect::<Result<Vec<_>>>()
    })?;
    let mut judged: Vec<(usize, Vec<Vec<Match>>)> = judged.into_iter().flatten().collect();
    judged.sort_unstable_by_key(|(index, _)| *index);
    Ok(judged
        .into_iter()
        .map(|(index, matches)| {
            let (identities, assets) = &groups[index];
            Found { assets: assets.clone(), identities: identities.to_vec(), matches }
        })
        .collect())
}

/// What a person decided, else what the match says by itself.
#[derive(Clone, Copy, PartialEq)]
enum Stand {
    Finding,
    Review,
    Clear,
    Rejected,
}

fn stand(m: &Match, decision: Option<&store::match_decision::MatchDecision>) -> Stand {
    match decision {
        Some(decision) if decision.confirmed => Stand::Finding,
        Some(_) => Stand::Rejected,
        None => match m.verdict {
            Verdict::Affected if m.confidence >= SURE => Stand::Finding,
            Verdict::Affected | Verdict::Unknown => Stand::Review,
            Verdict::NotAffected => Stand::Clear,
        },
    }
}

/// What sources state of a vulnerability, as a finding carries it.
struct Statement {
    title: String,
    description: String,
    cwes: Vec<Weakness<'static>>,
    cvss: Vec<Cvss<'static>>,
    kev: bool,
    epss: Option<f64>,
    exploit: Option<Exploit>,
}

/// Of several sources each says what it knows best: the words come from the CVE's assigner, else NVD, else the
/// advisory; scores from NVD first, where it has its own.
fn statement(intelligence: &Intelligence, id: &VulnerabilityId) -> Result<Statement> {
    let known = intelligence.about(id)?;
    let of = |source: Source| {
        known
            .iter()
            .filter(move |k| k.source == source && k.state != State::Rejected)
            .flat_map(|k| &k.vulnerabilities)
    };
    let all = || of(Source::Nvd).chain(of(Source::Cve)).chain(of(Source::Csaf));
    let words = || of(Source::Cve).chain(of(Source::Nvd)).chain(of(Source::Csaf));
    let description = words().map(|v| v.description.trim()).find(|d| !d.is_empty()).unwrap_or_default();
    let title = words().map(|v| v.title.trim()).find(|t| !t.is_empty());
    let title = match title {
        Some(title) => title.to_owned(),
        None => first_sentence(description),
    };
    let mut cwes: Vec<Weakness<'static>> = Vec::new();
    for cwe in words().flat_map(|v| &v.cwes) {
        let read = Weakness::read(cwe.to_string().into());
        if matches!(read, Weakness::Cwe(_)) && !cwes.contains(&read) {
            cwes.push(read);
        }
    }
    let mut cvss: Vec<Cvss<'static>> = Vec::new();
    let has_own = of(Source::Nvd).flat_map(|v| &v.cvss).any(|score| score.primary);
    for (score, nvd) in of(Source::Nvd)
        .flat_map(|v| &v.cvss)
        .map(|s| (s, true))
        .chain(of(Source::Cve).chain(of(Source::Csaf)).flat_map(|v| &v.cvss).map(|s| (s, false)))
    {
        if cvss.iter().any(|known| *known.vector == *score.vector) {
            continue;
        }
        let primary = if has_own { nvd && score.primary } else { score.primary };
        cvss.push(Cvss {
            vector: score.vector.to_string().into(),
            source: if primary { evidence::Source::Primary } else { evidence::Source::Secondary },
        });
    }
    let (mut kev, mut epss) = (false, None);
    if let VulnerabilityId::Cve(cve) = id {
        kev = intelligence.exploited(*cve)?.is_some();
        epss = intelligence.probability(*cve)?.map(|probability| probability.score);
    }
    let exploit = all().filter_map(|v| v.exploitation).max().map(|exploitation| match exploitation {
        Exploitation::None => Exploit::None,
        Exploitation::Poc => Exploit::Poc,
        Exploitation::Active => Exploit::Active,
    });
    Ok(Statement { title, description: description.to_owned(), cwes, cvss, kev, epss, exploit })
}

fn first_sentence(text: &str) -> String {
    const LONGEST: usize = 140;
    let end = text.find(". ").unwrap_or(text.len());
    let sentence = text[..end].trim_end_matches('.');
    match sentence.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", sentence[..at].trim_end()),
        None => sentence.to_owned(),
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

impl Session {
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
        self.bring_matches(environment, dry_run, None, watch)
    }

    /// As [`Session::match_environment`]; with `decided` the decision that brings it is part of the change.
    fn bring_matches(
        &mut self,
        environment: &str,
        dry_run: bool,
        decided: Option<&Decided<'_>>,
        watch: &dyn Watch,
    ) -> Result<view::MatchSummary> {
        let plant = self.plant(environment)?;
        let intelligence = Intelligence::open_existing(self.folder())?.ok_or_else(no_intelligence)?;
        let found = judge_plant(&intelligence, &plant, watch)?;
        tell(watch, "store", 0, 0)?;
        let who = self.who();
        let today = self.today();
        // What the sources knew last is the day of this look, not the day of the click.
        let newest = intelligence.sources()?.into_iter().filter_map(|source| source.newest).max();
        let looked = newest.unwrap_or(who.at).min(who.at);
        let mut statements: FxHashMap<VulnerabilityId, Statement> = FxHashMap::default();
        let ended = self.store_mut()?.try_change(&who, |change| -> std::result::Result<_, Ended> {
            let known = change.plant(environment, today)?;
            let decision = match decided {
                Some(d) => Some(change.decide_matches(
                    environment,
                    d.identity,
                    d.vulnerabilities,
                    d.confirmed,
                    d.reason,
                )?),
                None => None,
            };
            let decisions = change.match_decisions(environment)?;
            let mut present: FxHashMap<(String, String), usize> = FxHashMap::default();
            let mut ids: FxHashSet<String> = FxHashSet::default();
            for (index, finding) in known.evidence.findings.iter().enumerate() {
                ids.insert(finding.id.to_string());
                if let Some(vuln) = &finding.vuln {
                    present.insert((finding.asset.to_string(), vuln.to_string()), index);
                }
            }
            let at_asset: FxHashSet<&str> = known.evidence.assets.iter().map(|asset| &*asset.id).collect();
            let mut summary = view::MatchSummary { dry_run, ..view::MatchSummary::default() };
            summary.assets = plant.assets.len();
            summary.unidentified = plant.assets.iter().filter(|asset| asset.identities.is_empty()).count();
            let mut position = known.evidence.findings.len();
            let mut false_ones: Vec<String> = Vec::new();
            for group in &found {
                for (identity, matches) in group.identities.iter().zip(&group.matches) {
                    let key = identity_key(identity);
                    for m in matches {
                        let vulnerability = m.id.to_string();
                        let decision_on = decisions.get(&(key.clone(), vulnerability.clone()));
                        let stands = stand(m, decision_on);
                        for asset in &group.assets {
                            let asset = &*plant.evidence.assets[*asset].id;
                            // Somebody may have removed it meanwhile.
                            if !at_asset.contains(asset) {
                                continue;
                            }
                            let pair = (asset.to_owned(), vulnerability.clone());
                            let there = present.get(&pair).copied();
                            match (stands, there) {
                                (Stand::Finding, Some(_)) => summary.present += 1,
                                (Stand::Finding, None) => {
                                    let stated = match statements.entry(m.id.clone()) {
                                        Entry::Occupied(known) => known.into_mut(),
                                        Entry::Vacant(free) => free
                                            .insert(statement(&intelligence, &m.id).map_err(Ended::Failed)?),
                                    };
                                    let finding = Finding {
                                        id: finding_id(asset, &m.id, &ids).into(),
                                        asset: asset.to_owned().into(),
                                        vuln: Some(vulnerability.clone().into()),
                                        title: stated.title.clone().into(),
                                        description: stated.description.clone().into(),
                                        cwes: stated.cwes.clone(),
                                        cvss: stated.cvss.clone(),
                                        severity: None,
                                        kev: stated.kev,
                                        epss: stated.epss,
                                        exploit: stated.exploit,
                                        fix: if m.fix == Some(true) { Fix::Available } else { Fix::None },
                                        opened: Moment::at(who.at),
                                        events: Vec::new(),
                                        controls: Vec::new(),
                                    };
                                    let origin = Origin {
                                        at: who.at.to_string(),
                                        source: m.source.id().to_owned(),
                                        record: m.record.clone(),
                                        confidence: m.confidence,
                                        identity: described(identity),
                                        reason: serde_json::to_string(&*m.reason).unwrap_or_default(),
                                    };
                                    let by = decision
                                        .filter(|change| decision_on.is_some_and(|d| d.change == *change));
                                    change.add_matched(environment, position, &finding, &origin, by)?;
                                    ids.insert(finding.id.to_string());
                                    present.insert(pair, position);
                                    position += 1;
                                    summary.added += 1;
                                }
                                (Stand::Review, None) => summary.review += 1,
                                (Stand::Review, Some(_)) => summary.present += 1,
                                (Stand::Clear, None) => summary.clear += 1,
                                (Stand::Clear, Some(_)) => summary.contradicted += 1,
                                (Stand::Rejected, there) => {
                                    summary.rejected += 1;
                                    let now =
                                        decision.is_some_and(|c| decision_on.is_some_and(|d| d.change == c));
                                    if let Some(index) = there.filter(|_| now) {
                                        false_ones.push(known.evidence.findings[index].id.to_string());
                                    }
                                }
                            }
                        }
                    }
                }
            }
            if let (Some(change_id), Some(d)) = (decision, decided)
                && !false_ones.is_empty()
            {
                let event =
                    Event { at: Moment::at(who.at), kind: EventKind::FalsePositive, frs: FrSet::EMPTY };
                let note = EventNote { by: who.actor.clone(), reason: d.reason.to_owned(), until: None };
                let new = NewEvent { event, note };
                change.add_event_of(change_id, "finding.false_positive", environment, &false_ones, &new)?;
            }
            summary.change = decision;
            let new_day = change.add_feed_day(environment, Moment::at(looked))?;
            if dry_run || (summary.added == 0 && !new_day && decision.is_none()) {
                return Err(Ended::AsItWas(summary));
            }
            let detail = serde_json::json!({
                "added": summary.added, "review": summary.review, "intelligence": looked.to_string(),
            });
            change.log("plant.matched", environment, &detail)?;
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
        let plant = self.plant(environment)?;
        let Some(intelligence) = Intelligence::open_existing(self.folder())? else {
            return Ok(view::Review::default());
        };
        let decisions = self.store()?.match_decisions(environment)?;
        let found = judge_plant(&intelligence, &plant, watch)?;
        let open: FxHashSet<(&str, &str)> = plant
            .evidence
            .findings
            .iter()
            .filter_map(|finding| Some((&*finding.asset, finding.vuln.as_deref()?)))
            .collect();
        let mut groups: BTreeMap<String, view::ReviewGroup> = BTreeMap::new();
        let mut decided = Vec::new();
        let (mut told, mut listed) = (FxHashSet::default(), FxHashSet::default());
        for group in &found {
            for (identity, matches) in group.identities.iter().zip(&group.matches) {
                let key = identity_key(identity);
                let mut waits = false;
                for m in matches {
                    let vulnerability = m.id.to_string();
                    let pair = (key.clone(), vulnerability.clone());
                    let decision = decisions.get(&pair);
                    if let Some(decision) = decision.filter(|_| told.insert(pair.clone())) {
                        decided.push(view::DecidedMatch {
                            identity: described(identity),
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
                        identity: described(identity),
                        assets: 0,
                        tags: Vec::new(),
                        matches: Vec::new(),
                    });
                    if listed.insert(pair) {
                        entry.matches.push(match_row(m));
                    }
                }
                if let Some(entry) = groups.get_mut(&key).filter(|_| waits) {
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
        decided.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.vulnerability.cmp(&b.vulnerability)));
        Ok(view::Review { groups, decided })
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
        let review = self.review(&decision.environment, watch)?;
        let group = review
            .groups
            .iter()
            .find(|group| group.key == decision.identity)
            .ok_or_else(|| Failure::not_found("match under review of", &decision.identity))?;
        let wanted: Vec<String> = group
            .matches
            .iter()
            .map(|m| m.vulnerability.clone())
            .filter(|id| decision.vulnerabilities.is_empty() || decision.vulnerabilities.contains(id))
            .collect();
        if let Some(missing) = decision.vulnerabilities.iter().find(|id| !wanted.contains(id)) {
            return Err(Failure::not_found("match under review of", missing));
        }
        let decided = Decided {
            identity: &decision.identity,
            vulnerabilities: &wanted,
            confirmed: decision.confirmed,
            reason: decision.reason.trim(),
        };
        self.bring_matches(&decision.environment, false, Some(&decided), watch)
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
                level: level(origin.confidence),
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

fn level(confidence: f64) -> String {
    match Confidence::of(confidence) {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
    .to_owned()
}

fn match_row(m: &Match) -> view::MatchRow {
    view::MatchRow {
        vulnerability: m.id.to_string(),
        verdict: m.verdict.as_str().to_owned(),
        confidence: m.confidence,
        level: level(m.confidence),
        source: m.source.id().to_owned(),
        record: m.record.clone(),
        reason: m.reason.iter().map(reason_part).collect(),
        sentence: sentence(&m.reason),
        settles: m
            .settles
            .and_then(|settles| serde_json::to_value(settles).ok())
            .and_then(|v| v.as_str().map(str::to_owned)),
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
