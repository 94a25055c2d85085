//! Files of a plant taken in: lists, scans, parts lists, vendors' statements. Each file whole or not at all; every
//! value with where it came from; what is gone is proposed, not deleted.

use std::path::{Path, PathBuf};

use iec62443::{
    Moment, Plant,
    evidence::{self, Cvss, Event, EventKind, Finding, Fix, Weakness},
    finding::{State, standing},
    level::FrSet,
    plant::{self, Environment, EventNote},
};
use import::{
    File, Refusal, detect,
    merge::{By, Earlier, Gone, Joined, Merged, Way, merge},
    observation::{Observed, Refused, Statement},
};
pub use import::{columns::Mapping, observation::Kind};
use rustc_hash::{FxHashMap, FxHashSet};
use store::{
    Change,
    finding::{ENDS, NewEvent},
    intake::{Before, NewIntake, Packed, Was},
};
use vulnerability::{
    matching::{Confidence, Hit, Match, Matcher, Verdict, filed_under, sentence},
    name::{Key, plain},
    record::{Claim, Record, VulnerabilityId},
};

use crate::{
    Failure, Result, Session, Watch, handover,
    matches::subject,
    patches::List,
    plants::{read, slug},
    statement::statement,
    tickets::written,
    view,
    watch::tell,
};

/// Rows of one sort that are told in full.
const TOLD: usize = 1000;

/// What to import, and how.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Files, or one folder that is a plant.
    pub paths: Vec<PathBuf>,
    /// What they are; none: found out.
    pub kind: Option<Kind>,
    /// Where they go; none: the only environment there is.
    pub environment: Option<String>,
    /// Where they go when nothing else says it; a plant goes by its own name then.
    pub otherwise: Option<String>,
    /// How the columns of lists are read.
    pub mapping: Option<Mapping>,
    /// The asset that everything in the files is of.
    pub asset: Option<String>,
    /// The name of the source; none: by the file's name without its numbers.
    pub source: Option<String>,
    /// Say what would happen, change nothing.
    pub dry_run: bool,
}

/// How a change of the store ended when it was not kept.
enum Ended {
    AsItWas(Box<view::ImportedFile>),
    Failed(Failure),
}

impl From<store::Error> for Ended {
    fn from(error: store::Error) -> Ended {
        Ended::Failed(error.into())
    }
}

/// Files of one source replace each other: the kind and the name without days and numbers.
fn source_of(kind: Kind, name: &str) -> String {
    let stem = name.split('.').next().unwrap_or_default().to_lowercase();
    let words: Vec<&str> = stem
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| {
            !word.is_empty()
                && !matches!(
                    *word,
                    "t" | "z" | "utc" | "v" | "rev" | "final" | "neu" | "new" | "copy" | "kopie"
                )
        })
        .collect();
    if words.is_empty() { kind.as_str().to_owned() } else { format!("{} {}", kind.as_str(), words.join("-")) }
}

/// Whether the paths are a plant: a folder, or tables that belong together.
fn is_plant(paths: &[PathBuf]) -> bool {
    let named = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        name == "zones.csv" || name == "evidence.json"
    };
    paths.iter().any(|path| path.is_dir()) || paths.iter().any(named)
}

fn rows(list: Vec<Refused>) -> Vec<view::RefusedRow> {
    list.into_iter().map(|row| view::RefusedRow { at: row.at, reason: row.reason }).collect()
}

impl Session {
    /// Imports files. Several are read before any is written; each is then taken in whole or not at all.
    ///
    /// # Errors
    /// `bad_input` with file and place; `usage` where it is open which environment is meant.
    pub fn import_files(&mut self, wish: &Wish, watch: &dyn Watch) -> Result<view::ImportView> {
        if wish.kind == Some(Kind::Plant) || wish.kind.is_none() && is_plant(&wish.paths) {
            return self.import_plant(&wish.paths, wish.environment.as_deref(), wish.dry_run, watch);
        }
        if let [only] = wish.paths.as_slice()
            && wish.kind.is_none()
            && handover::is_package(only)
        {
            return self.receive(only, wish.environment.as_deref(), wish.dry_run, watch);
        }
        let first = wish
            .paths
            .first()
            .ok_or_else(|| Failure::new("usage", "no file was named").advice("Name a file."))?;
        let total = u32::try_from(wish.paths.len()).unwrap_or(u32::MAX);
        let mut observed = Vec::new();
        for (done, path) in wish.paths.iter().enumerate() {
            tell(watch, "read", u32::try_from(done).unwrap_or(u32::MAX), total)?;
            let file = read(path)?;
            let kind = match wish.kind {
                Some(kind) => kind,
                None => detect::kind(&file)?,
            };
            if kind == Kind::Plant {
                // An evidence document among others.
                if wish.paths.len() == 1 {
                    return self.import_plant(&wish.paths, wish.environment.as_deref(), wish.dry_run, watch);
                }
                let what = "an evidence document is a plant of its own; import it by itself";
                return Err(Refusal { file: file.name, at: String::new(), what: what.to_owned() }.into());
            }
            let sha256 =
                store::audit::sha256_of(file.reader()?).map_err(|error| Failure::unreadable(path, &error))?;
            let read = detect::read(&file, kind, wish.mapping.as_ref())?;
            observed.push((file.name, sha256, read));
        }
        let (environment, existing) =
            self.environment_for(wish.environment.as_deref().or(wish.otherwise.as_deref()), first)?;
        let mut files = Vec::new();
        for (name, sha256, observed) in observed {
            tell(watch, "store", 0, 0)?;
            if matches!(observed.kind, Kind::Patches | Kind::Requirements) {
                files.push(self.take_in_filled(&environment.id, &name, &sha256, observed, wish)?);
                continue;
            }
            files.push(self.take_in(
                &environment,
                existing || !files.is_empty() && !wish.dry_run,
                &name,
                &sha256,
                observed,
                wish,
            )?);
        }
        Ok(view::ImportView {
            dry_run: wish.dry_run,
            files,
            environment: Some(environment.id),
            existing,
            updated: false,
        })
    }

    /// Where files go: the environment that is named, the only one there is, or a new one.
    fn environment_for(&self, named: Option<&str>, file: &Path) -> Result<(Environment, bool)> {
        let listed = self.store()?.environments()?;
        let new = |id: String, name: String| Environment { id, name, ..Environment::default() };
        if let Some(id) = named {
            let known = listed.into_iter().find(|listed| listed.environment.id == id);
            return Ok(known.map_or_else(
                || (new(id.to_owned(), id.to_owned()), false),
                |listed| (listed.environment, true),
            ));
        }
        match listed.as_slice() {
            [] => {
                let name =
                    file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
                Ok((new(slug(&name), name), false))
            }
            [only] => Ok((only.environment.clone(), true)),
            several => {
                let ids: Vec<&str> = several.iter().map(|listed| listed.environment.id.as_str()).collect();
                Err(Failure::new("usage", format!("there are {} environments", ids.len()))
                    .advice(format!("Say where it goes with --environment: {}.", ids.join(", "))))
            }
        }
    }

    /// Takes a list in that was written out here and filled in elsewhere: updates on assets, answers to requirements.
    fn take_in_filled(
        &mut self,
        environment: &str,
        name: &str,
        sha256: &str,
        mut observed: Observed,
        wish: &Wish,
    ) -> Result<view::ImportedFile> {
        let source = wish.source.clone().unwrap_or_else(|| source_of(observed.kind, name));
        let mut told = view::ImportedFile {
            file: name.to_owned(),
            kind: observed.kind.as_str().to_owned(),
            source: source.clone(),
            columns: observed.columns.iter().map(column).collect(),
            ..view::ImportedFile::default()
        };
        let intakes = self.store()?.intakes(environment)?;
        let taken = intakes.iter().find(|intake| intake.kind == told.kind && intake.sha256 == sha256);
        if let Some(same) = taken {
            told.patches[1] = u32::try_from(observed.patches.len()).unwrap_or(u32::MAX);
            told.answers[2] = u32::try_from(observed.answers.len()).unwrap_or(u32::MAX);
            told.unchanged = told.patches[1] + told.answers[2];
            let reason = format!("the same file was taken in on {}; nothing changes", same.at);
            told.remarks = vec![view::RefusedRow { at: String::new(), reason }];
        } else if observed.kind == Kind::Requirements {
            let list = List { source: &source, file: name, sha256 };
            let sightings = std::mem::take(&mut observed.answers);
            let refused = &mut observed.refused;
            (told.change, told.answers) =
                self.take_answers(environment, sightings, refused, &list, wish.dry_run)?;
            [told.added, told.changed, told.unchanged] = told.answers;
        } else {
            let list = List { source: &source, file: name, sha256 };
            let sightings = std::mem::take(&mut observed.patches);
            let refused = &mut observed.refused;
            (told.change, told.patches) =
                self.take_patches(environment, sightings, refused, &list, wish.dry_run)?;
            [told.changed, told.unchanged] = told.patches;
        }
        told.refused = rows(observed.refused);
        Ok(told)
    }

    /// Takes one file in.
    fn take_in(
        &mut self,
        environment: &Environment,
        existing: bool,
        name: &str,
        sha256: &str,
        mut observed: Observed,
        wish: &Wish,
    ) -> Result<view::ImportedFile> {
        let (today, now, who) = (self.today(), Moment::at(self.now()), self.who());
        let kind = observed.kind;
        let source = wish.source.clone().unwrap_or_else(|| source_of(kind, name));
        let id = environment.id.as_str();
        let intelligence = store::intelligence::Intelligence::open_existing(self.folder())?;
        let columns = std::mem::take(&mut observed.columns);
        let ended = self.store_mut()?.try_change(&who, |change| -> std::result::Result<_, Ended> {
            if !existing {
                change.add_environment(environment)?;
            }
            let intakes = change.intakes(id)?;
            let mut told = view::ImportedFile {
                file: name.to_owned(),
                kind: kind.as_str().to_owned(),
                source: source.clone(),
                columns: columns.iter().map(column).collect(),
                ..view::ImportedFile::default()
            };
            if let Some(same) = intakes.iter().find(|intake| intake.source == source).filter(|intake| intake.sha256 == sha256) {
                let assets = u32::try_from(observed.assets.len()).unwrap_or(u32::MAX);
                let findings = observed.assets.iter().map(|sighting| sighting.findings.len()).sum::<usize>();
                told.assets[2] = assets;
                told.findings[1] = u32::try_from(findings).unwrap_or(u32::MAX);
                told.tickets[2] = u32::try_from(observed.tickets.len()).unwrap_or(u32::MAX);
                told.unchanged = assets + told.findings[1] + told.tickets[2];
                told.refused = rows(observed.refused);
                let reason = format!("the same file was taken in on {}; nothing changes", same.at);
                told.remarks = vec![view::RefusedRow { at: String::new(), reason }];
                return Err(Ended::AsItWas(Box::new(told)));
            }
            let known = change.plant(id, today)?;
            let earlier = earlier(change, &intakes)?;
            let taken = observed.taken;
            let statements = std::mem::take(&mut observed.statements);
            let tickets = std::mem::take(&mut observed.tickets);
            let way = Way { source: source.clone(), asset: wish.asset.clone() };
            let mut merged = merge(&known, &earlier, observed, &way, now);
            let stated = state(&known, &mut merged, &statements, now, Moment::end_of(today));
            let written = written(&known, &mut merged, tickets, now);
            if let Some(intelligence) = &intelligence {
                enrich(intelligence, &mut merged).map_err(Ended::Failed)?;
            }
            let number = change.begin("file.imported")?;
            let before = before(&known, &merged, &change.asset_changes(id)?);
            let source_json = serde_json::json!({"file": name, "sha256": sha256});
            // What the file said is written down while the database takes what came of it.
            let said = std::thread::scope(|scope| -> std::result::Result<_, Ended> {
                let said = scope.spawn(|| Packed::of(&merged.joined));
                change.put_plant(&merged.plant, &known, &source_json, Some(number))?;
                let failed = || Ended::Failed(Failure::new("internal", "a thread failed"));
                Ok(said.join().map_err(|_| failed())??)
            })?;
            let scanned = taken.filter(|at| *at <= now).unwrap_or(now);
            let mut before = before;
            before.tickets = written.before;
            if kind.is_scan() && change.add_scan(id, scanned)? {
                before.monitoring = Some(scanned.to_string());
            }
            let new = NewIntake {
                source: &source,
                kind: kind.as_str(),
                file: name,
                sha256,
                taken: taken.map(|at| at.to_string()),
                said,
                before: Some(&before),
            };
            change.add_intake(number, id, new)?;
            proposals(change, id, number, &merged)?;
            for closed in &stated {
                let event = Event { at: now, kind: EventKind::FalsePositive, frs: FrSet::EMPTY };
                let note = EventNote { reason: closed.statement.clone(), ..EventNote::default() };
                let ids = [closed.finding.clone()];
                change.add_event_of(number, "finding.false_positive", id, &ids, &NewEvent {
                    event,
                    note,
                    end: None,
                    voids: ENDS,
                })?;
            }
            if !written.ticketed.is_empty() {
                let event = Event { at: now, kind: EventKind::Ticketed, frs: FrSet::EMPTY };
                let note = EventNote { reason: name.to_owned(), ..EventNote::default() };
                let new = NewEvent::plain(event, note);
                change.add_event_of(number, "finding.ticketed", id, &written.ticketed, &new)?;
            }
            merged.reopened.sort_unstable();
            merged.reopened.dedup();
            if !merged.reopened.is_empty() {
                let event = Event { at: scanned, kind: EventKind::Reopened, frs: FrSet::EMPTY };
                let note = EventNote { reason: format!("seen_again: {name}"), ..EventNote::default() };
                let new = NewEvent { event, note, end: None, voids: ENDS };
                change.add_event_of(number, "finding.reopened", id, &merged.reopened, &new)?;
            }
            fill(&mut told, merged);
            told.changed += u32::try_from(stated.len()).unwrap_or(u32::MAX);
            told.tickets = written.counts;
            told.added += written.counts[0];
            told.changed += written.counts[1];
            told.unchanged += written.counts[2];
            told.closed = stated;
            told.change = Some(number);
            let detail = serde_json::json!({
                "change": number, "file": name, "sha256": sha256, "kind": kind.as_str(), "source": source,
                "assets": told.assets, "findings": told.findings, "zones": told.zones, "refused": told.refused.len(),
                "gone": told.gone.len(), "conflicts": told.conflicts.len(),
            });
            change.log("file.imported", id, &detail)?;
            if wish.dry_run {
                told.change = None;
                return Err(Ended::AsItWas(Box::new(told)));
            }
            Ok(told)
        });
        match ended {
            Ok(told) => Ok(told),
            Err(Ended::AsItWas(told)) => Ok(*told),
            Err(Ended::Failed(failure)) => Err(failure),
        }
    }
}

fn column(column: &import::observation::Column) -> view::ColumnView {
    view::ColumnView {
        sheet: column.sheet.clone(),
        name: column.name.clone(),
        field: column.field.map(str::to_owned),
        samples: column.samples.clone(),
    }
}

/// What the newest file of each source said.
fn earlier(
    change: &Change<'_>,
    intakes: &[store::intake::Intake],
) -> std::result::Result<Vec<Earlier>, Ended> {
    let mut list: Vec<Earlier> = Vec::new();
    for intake in intakes {
        let Some(kind) = Kind::from_word(&intake.kind) else { continue };
        if list.iter().any(|known| known.source == intake.source) {
            continue;
        }
        let joined: Vec<Joined> = serde_json::from_slice(&change.said(intake.change)?)
            .map_err(|error| Ended::Failed(Failure::new("store_damaged", error.to_string())))?;
        list.push(Earlier { source: intake.source.clone(), kind, file: intake.file.clone(), joined });
    }
    Ok(list)
}

/// What stands there before.
fn before(known: &Plant, merged: &Merged, changes: &FxHashMap<String, i64>) -> Before {
    let at: FxHashMap<&str, usize> =
        known.evidence.assets.iter().enumerate().map(|(at, asset)| (&*asset.id, at)).collect();
    let was = |id: &str| {
        at.get(id).map(|at| Was {
            zone: known.evidence.assets[*at].zone.to_string(),
            identified: known.evidence.assets[*at].identified,
            change: changes.get(id).copied(),
            detail: known.assets[*at].clone(),
        })
    };
    Before {
        assets: merged
            .plant
            .evidence
            .assets
            .iter()
            .map(|asset| (asset.id.to_string(), was(&asset.id)))
            .collect(),
        zones: merged.zones.clone(),
        targets: merged.targets.clone(),
        findings: merged.plant.evidence.findings.iter().map(|finding| finding.id.to_string()).collect(),
        ..Before::default()
    }
}

/// What intelligence knows of a vulnerability that a scanner only names.
fn enrich(intelligence: &store::intelligence::Intelligence, merged: &mut Merged) -> Result<()> {
    let mut known = FxHashMap::default();
    for finding in &mut merged.plant.evidence.findings {
        let Some(id) = finding.vuln.as_deref() else { continue };
        if !known.contains_key(id) {
            known.insert(id.to_owned(), statement(intelligence, &VulnerabilityId::read(id))?);
        }
        if let Some(stated) = known.get(id) {
            stated.complete(finding);
        }
    }
    Ok(())
}

/// What vendors state of the assets' products: what they are not affected by closes findings, what they are
/// affected by makes them. Only where product and version fit surely; the rest is told.
fn state(
    known: &Plant,
    merged: &mut Merged,
    statements: &[Statement],
    now: Moment,
    tonight: Moment,
) -> Vec<view::ClosedFinding> {
    let mut closed = Vec::new();
    if statements.is_empty() {
        return closed;
    }
    let mut assets: FxHashMap<&str, &[plant::Identity]> = FxHashMap::default();
    for (asset, detail) in known.evidence.assets.iter().zip(&known.assets) {
        assets.insert(&asset.id, &detail.identities);
    }
    let new = merged.plant.clone();
    for (asset, detail) in new.evidence.assets.iter().zip(&new.assets) {
        assets.insert(&asset.id, &detail.identities);
    }
    let mut ids: Vec<&str> = assets.keys().copied().collect();
    ids.sort_unstable();
    let findings: FxHashMap<(&str, &str), &Finding<'_>> = known
        .evidence
        .findings
        .iter()
        .filter_map(|finding| Some(((&*finding.asset, finding.vuln.as_deref()?), finding)))
        .collect();
    let mut matcher = Matcher::new();
    let (mut unsure, mut open_ones) = (0_u32, 0_u32);
    for Statement { record, reasons } in statements {
        let mut filed: FxHashMap<Key, Vec<&Claim>> = FxHashMap::default();
        for claim in &record.claims {
            for key in filed_under(claim) {
                filed.entry(key).or_default().push(claim);
            }
        }
        let mut done: FxHashSet<(&str, VulnerabilityId)> = FxHashSet::default();
        for asset in &ids {
            for identity in assets[asset] {
                let Some(subject) = subject(identity) else { continue };
                let mut claims: Vec<&Claim> =
                    subject.lookups().iter().filter_map(|key| filed.get(key)).flatten().copied().collect();
                claims.sort_unstable_by_key(|claim| std::ptr::from_ref::<Claim>(claim));
                claims.dedup_by_key(|claim| std::ptr::from_ref::<Claim>(claim));
                let hits: Vec<Hit<'_>> = claims
                    .iter()
                    .map(|claim| Hit {
                        source: record.source,
                        record: &record.id,
                        state: record.state,
                        claim,
                    })
                    .collect();
                // A parts list often names no vendor: name and version in the same letters are as good.
                let exact = claims.iter().any(|claim| {
                    claim.vendor.is_empty()
                        && !identity.version.is_empty()
                        && plain(&claim.product) == plain(&identity.product)
                        && plain(&claim.range.written) == plain(&identity.version)
                });
                for m in matcher.judge(&subject, None, &hits) {
                    let id = m.id.to_string();
                    let finding = findings.get(&(*asset, id.as_str())).copied();
                    let open = finding.is_some_and(|finding| {
                        standing(finding, tonight).is_some_and(|standing| standing.state == State::Open)
                    });
                    let sure = exact || Confidence::of(m.confidence) == Confidence::High;
                    match (m.verdict, finding) {
                        (Verdict::NotAffected, Some(finding))
                            if open && sure && done.insert((asset, m.id.clone())) =>
                        {
                            closed.push(view::ClosedFinding {
                                finding: finding.id.to_string(),
                                asset: (*asset).to_owned(),
                                statement: stated(record, reasons.get(&id), &m),
                                vulnerability: id,
                            });
                        }
                        (Verdict::Affected, None) if sure && done.insert((asset, m.id.clone())) => {
                            merged.findings[0] += 1;
                            merged.plant.evidence.findings.push(of_statement(record, &m, asset, now));
                            merged.plant.event_notes.push(Vec::new());
                        }
                        (Verdict::Affected, Some(finding)) if sure && !open => {
                            merged.again.push(finding.id.to_string());
                        }
                        (Verdict::Affected, Some(_)) if sure => merged.findings[1] += 1,
                        (Verdict::Unknown, _) => open_ones += 1,
                        (Verdict::Affected, _) | (Verdict::NotAffected, Some(_)) if !sure => unsure += 1,
                        _ => {}
                    }
                }
            }
        }
    }
    for (number, what) in [
        (unsure, "fit an asset's product or version only roughly; nothing was done with them"),
        (
            open_ones,
            "leave open whether an asset is affected, or say that it is being looked into; nothing was done with them",
        ),
    ] {
        if number > 0 {
            merged
                .remarks
                .push(Refused { at: String::new(), reason: format!("statements that {what}: {number}") });
        }
    }
    closed
}

/// A statement as it is kept with the finding: who says it, where, and why.
fn stated(record: &Record, why: Option<&String>, m: &Match) -> String {
    let publisher = if record.publisher.is_empty() { "the document" } else { &record.publisher };
    let why = why.filter(|why| !why.is_empty()).map(|why| format!(" ({why})")).unwrap_or_default();
    format!("{publisher} states in {} that it is not affected{why}. {}", record.id, sentence(&m.reason))
}

fn of_statement(record: &Record, m: &Match, asset: &str, now: Moment) -> Finding<'static> {
    let said = record.vulnerabilities.iter().find(|vulnerability| vulnerability.id == m.id);
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let title = said.map(|said| if said.title.is_empty() { &record.title } else { &said.title });
    let title =
        title.filter(|title| !title.is_empty()).map_or_else(|| m.id.to_string(), |title| title.to_string());
    Finding {
        id: format!("{asset}:{}", m.id).into(),
        asset: asset.to_owned().into(),
        vuln: Some(m.id.to_string().into()),
        title: title.into(),
        description: text(said.map(|said| &*said.description)).into(),
        cwes: said
            .iter()
            .flat_map(|said| &said.cwes)
            .map(|cwe| Weakness::read(cwe.to_string().into()))
            .collect(),
        cvss: said
            .iter()
            .flat_map(|said| &said.cvss)
            .map(|score| Cvss {
                vector: score.vector.to_string().into(),
                source: if score.primary { evidence::Source::Primary } else { evidence::Source::Secondary },
            })
            .collect(),
        severity: None,
        kev: false,
        epss: None,
        exploit: None,
        fix: if m.fix == Some(true) { Fix::Available } else { Fix::None },
        opened: now,
        events: Vec::new(),
        controls: Vec::new(),
    }
}

/// What is gone is proposed; what was seen again is proposed no more.
fn proposals(
    change: &Change<'_>,
    environment: &str,
    number: i64,
    merged: &Merged,
) -> std::result::Result<(), Ended> {
    let assets = merged.joined.iter().map(|joined| ("asset", &*joined.asset));
    let seen: FxHashSet<(&str, &str)> =
        assets.chain(merged.seen.iter().map(|finding| ("finding", &**finding))).collect();
    for proposed in change.proposals(environment)? {
        if seen.contains(&(&*proposed.kind, &*proposed.id)) {
            change.withdraw(environment, &proposed.kind, &proposed.id)?;
        }
    }
    for gone in &merged.gone {
        match gone {
            Gone::Asset(id) => change.propose(environment, "asset", id, number)?,
            Gone::Finding(id) => change.propose(environment, "finding", id, number)?,
        }
    }
    Ok(())
}

/// Tells what came out.
fn fill(told: &mut view::ImportedFile, merged: Merged) {
    let [added, changed, unchanged] = merged.counts;
    told.assets = merged.counts;
    told.findings = merged.findings;
    told.added = added + merged.findings[0];
    told.changed = changed;
    told.unchanged = unchanged + merged.findings[1];
    told.zones = merged.zones;
    told.targets = merged.targets;
    told.refused = rows(merged.refused);
    told.remarks = rows(merged.remarks);
    told.again = merged.again;
    told.reopened = merged.reopened;
    let joined = merged.joined.iter().filter(|joined| !matches!(joined.by, By::Tag | By::New));
    told.joined = joined
        .take(TOLD)
        .map(|joined| view::JoinedRow {
            at: joined.sighting.at.clone(),
            asset: joined.asset.clone(),
            by: joined.by.as_str().to_owned(),
        })
        .collect();
    told.conflicts = merged
        .conflicts
        .into_iter()
        .map(|conflict| view::ConflictRow {
            asset: conflict.asset,
            field: conflict.field,
            kept: conflict.kept,
            other: conflict.other,
            said_by: conflict.said_by,
            taken: conflict.taken,
        })
        .collect();
    told.gone = merged
        .gone
        .into_iter()
        .map(|gone| match gone {
            Gone::Asset(id) => view::GoneRow { kind: "asset".to_owned(), id },
            Gone::Finding(id) => view::GoneRow { kind: "finding".to_owned(), id },
        })
        .collect();
}

/// A mapping by its file, or by the name under which it was kept.
///
/// # Errors
/// `not_found`, or `bad_input` with what is wrong in the file.
pub fn mapping(session: &Session, named: &str) -> Result<Mapping> {
    let path = Path::new(named);
    if path.is_file() {
        return Ok(Mapping::read(&read(path)?)?);
    }
    match session.store()?.mapping(named)? {
        Some(columns) => Ok(Mapping::read(&File::new(named, columns))?),
        None => {
            let kept = session.store()?.mappings()?;
            let known = if kept.is_empty() {
                "none is kept yet".to_owned()
            } else {
                format!("kept are {}", kept.join(", "))
            };
            Err(Failure::new("not_found", format!("{named:?} is neither a file nor the name of a mapping"))
                .advice(format!("Name a JSON file; {known}.")))
        }
    }
}

/// Keeps a mapping under a name.
///
/// # Errors
/// When the store cannot be written.
pub fn keep_mapping(session: &mut Session, name: &str, mapping: &Mapping) -> Result<()> {
    let columns = serde_json::to_string(&Mapping { name: name.to_owned(), ..mapping.clone() })
        .map_err(|error| Failure::new("internal", error.to_string()))?;
    let who = session.who();
    Ok(session.store_mut()?.change(&who, |change| change.keep_mapping(name, &columns))?)
}
