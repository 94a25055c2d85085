//! Vulnerability intelligence: taking feeds in, and how old what is known is.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use feeds::{
    bundle::{self, SigningKey},
    reading::{self, Event, FileReport, Item, Kind},
    sync::{self, News, Settings},
};
use jiff::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use store::intelligence::{Intelligence, IntelligenceChange, Prepared, Taken};
use vulnerability::record::Record;

use crate::{Failure, Place, Result, Watch, network, secret, view, watch::tell};

/// Days after which a source is called old: longer than the monthly round in which many vendors publish.
pub const OLD_AFTER_DAYS: i64 = 30;

impl Place {
    /// The intelligence of this place; made when it is not there.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn intelligence(&self) -> Result<Intelligence> {
        Ok(Intelligence::open(&self.folder)?)
    }
}

/// Encodes an item for the database; runs on the reading threads.
fn prepare(item: Item) -> Prepared {
    match item {
        Item::Record(record, content) => Prepared::record(*record, content),
        Item::Exploited(entry) => Prepared::Exploited(entry),
        Item::Probability(probability) => Prepared::Probability(probability),
    }
}

/// Takes feed files and folders in: all of them or, when one is broken, none. A feed bundle is taken by itself.
///
/// # Errors
/// `bad_input` with the file that cannot be read.
pub fn import(place: &Place, paths: &[PathBuf], watch: &dyn Watch) -> Result<view::IntelImport> {
    place.may_change()?;
    tell(watch, "read", 0, 0)?;
    if let [only] = paths
        && bundle::is_bundle(only)
    {
        return import_bundle(place, only, None, watch);
    }
    let files = reading::files(paths).map_err(|(path, error)| Failure::unreadable(&path, &error))?;
    if files.is_empty() {
        return Err(Failure::new("bad_input", "there is no feed file in it")
            .at(paths.first().map(|path| path.display().to_string()).unwrap_or_default())
            .advice("Feeds are .json, .csv, .zip or .tar files, plain or as .gz or .zst."));
    }
    let mut intelligence = place.intelligence()?;
    take_files(&mut intelligence, &files, (place.clock)(), watch, |_| Ok(()))
}

/// Reads files and takes what is in them in one change, which `finish` completes.
fn take_files(
    intelligence: &mut Intelligence,
    files: &[PathBuf],
    now: Timestamp,
    watch: &dyn Watch,
    finish: impl FnOnce(&mut IntelligenceChange<'_>) -> Result<()>,
) -> Result<view::IntelImport> {
    let known: FxHashSet<[u8; 32]> = intelligence.files()?.into_iter().collect();
    let total = u32::try_from(files.len()).unwrap_or(u32::MAX);
    let mut done = 0;
    let reports = intelligence.change(|change| -> Result<_> {
        let mut taken: FxHashMap<usize, Taken> = FxHashMap::default();
        let mut reports: Vec<FileReport> = Vec::new();
        let read = reading::read(files, &|sha256| known.contains(sha256), &prepare, |event| -> Result<()> {
            match event {
                Event::Batch(batch) => {
                    if watch.is_cancelled() {
                        tell(watch, "read", done, total)?;
                    }
                    let counts = taken.entry(batch.file).or_default();
                    for item in batch.items {
                        change.take(item, counts)?;
                    }
                }
                Event::Done(report) => {
                    done += 1;
                    tell(watch, "read", done, total)?;
                    // A file with a refused entry is read again next time: it may be mended, or we may be.
                    if report.kind.is_some() && report.refused.is_empty() {
                        change.took_file(&report.sha256)?;
                    }
                    reports.push(*report);
                }
            }
            Ok(())
        });
        read.map_err(|error| match error {
            reading::Error::Broken { path, what } => {
                Failure::new("bad_input", what).at(path.display().to_string())
            }
            reading::Error::Taker(failure) => failure,
        })?;
        if reports.iter().all(|report| report.kind.is_none() && !report.known) {
            let first = files.first().map(|file| file.display().to_string()).unwrap_or_default();
            return Err(Failure::new("bad_input", "holds no feed; nothing was changed")
                .at(if files.len() == 1 { first } else { format!("{} files", files.len()) })
                .advice("Known are NVD API 2.0 pages, CVE 5 records, CSAF advisories, the KEV catalogue and EPSS scores."));
        }
        tell(watch, "store", 0, 0)?;
        let mut newest: FxHashMap<Kind, Option<Timestamp>> = FxHashMap::default();
        for report in &reports {
            if let Some(kind) = report.kind {
                let of = newest.entry(kind).or_default();
                *of = (*of).max(report.of);
            }
        }
        for (kind, of) in newest {
            change.heard(kind.id(), now, of)?;
        }
        finish(change)?;
        Ok((reports, taken))
    });
    let (mut reports, taken) = reports?;
    reports.sort_by_key(|report| report.file);
    Ok(summary(files, &reports, &taken))
}

/// One line a file; a folder of hundreds becomes a line a kind, with what was refused told in full.
fn summary(files: &[PathBuf], reports: &[FileReport], taken: &FxHashMap<usize, Taken>) -> view::IntelImport {
    let line = |file: String, kind: Option<Kind>, reports: &[&FileReport]| {
        let sum = |of: fn(&Taken) -> u64| reports.iter().filter_map(|r| taken.get(&r.file)).map(of).sum();
        let refused = reports.iter().flat_map(|report| {
            let path = files[report.file].display().to_string();
            let more = (report.refused_more > 0).then(|| view::RefusedRow {
                at: path.clone(),
                reason: format!("{} more entries were refused", report.refused_more),
            });
            let told = report.refused.iter().map(move |refused| view::RefusedRow {
                at: if refused.at.is_empty() { path.clone() } else { format!("{path}, {}", refused.at) },
                reason: refused.reason.clone(),
            });
            told.chain(more)
        });
        view::IntelFile {
            file,
            kind: kind.map_or("unknown", Kind::id).to_owned(),
            files: reports.len(),
            known: reports.iter().filter(|report| report.known).count(),
            added: sum(|t| t.added),
            changed: sum(|t| t.changed),
            unchanged: sum(|t| t.unchanged),
            refused: refused.collect(),
        }
    };
    const EACH: usize = 40;
    let lines = if reports.len() <= EACH {
        reports
            .iter()
            .map(|report| line(files[report.file].display().to_string(), report.kind, &[report]))
            .collect()
    } else {
        let mut kinds: Vec<Option<Kind>> = reports.iter().map(|report| report.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
            .into_iter()
            .map(|kind| {
                let of: Vec<&FileReport> = reports.iter().filter(|report| report.kind == kind).collect();
                line(format!("{} files", of.len()), kind, &of)
            })
            .collect()
    };
    view::IntelImport { files: lines, bundle: None }
}

/// What is known of each source, and how old it is.
///
/// # Errors
/// When the database cannot be read.
pub fn status(place: &Place) -> Result<view::IntelStatus> {
    let now = (place.clock)();
    let sources = match Intelligence::open_existing(&place.folder)? {
        Some(intelligence) => intelligence.sources()?,
        None => Vec::new(),
    };
    let sources = sources
        .into_iter()
        .filter(|source| source.last_success.is_some())
        .map(|source| {
            let days = |at: Timestamp| now.duration_since(at).as_secs().max(0) / 86_400;
            let age = source.newest.or(source.last_success).map(days);
            view::IntelSource {
                records: source.records,
                newest: source.newest.map(|at| at.to_string()),
                last_success: source.last_success.map(|at| at.to_string()),
                age_days: age,
                old: age.is_some_and(|days| days > OLD_AFTER_DAYS),
                id: source.id,
            }
        })
        .collect();
    Ok(view::IntelStatus { sources, notice: view::NVD_NOTICE.to_owned() })
}

/// The key that signs what leaves this place; made when it is needed first. Beside an encrypted store it is sealed.
///
/// # Errors
/// `store_sealed` while an encrypted store waits for its passphrase; `store_damaged` when the key cannot be read.
pub(crate) fn signing_key(place: &Place) -> Result<SigningKey> {
    let (folder, key) = (&place.folder, place.key.as_deref());
    if key.is_none() && store::is_sealed(folder)? {
        return Err(store::Error::Sealed { folder: folder.clone() }.into());
    }
    if let Some(pem) = store::signing_key(folder, key)? {
        return SigningKey::from_pem(&pem).map_err(|what| {
            Failure::new("bad_input", format!("the key that signs cannot be read: {what}"))
                .at(folder.join(store::pending::SIGNING_KEY).display().to_string())
                .advice("Put it back from a backup; without the file a new key is made, which others do not know.")
        });
    }
    let new = SigningKey::generate()?;
    let pem = new.to_pem().map_err(|error| Failure::new("internal", error.to_string()))?;
    std::fs::create_dir_all(folder).map_err(|error| crate::reports::unwritable(folder, &error))?;
    store::keep_signing_key(folder, key, &pem)?;
    Ok(new)
}

/// A record on its way in a bundle, with the hash by which an unchanged one is known.
#[derive(Serialize, Deserialize)]
struct Carried {
    content: [u8; 16],
    record: Record,
}

/// Of which moment a source is whose entries carry none.
#[derive(Serialize, Deserialize)]
struct CarriedState {
    id: String,
    newest: Option<Timestamp>,
}

impl From<bundle::Error> for Failure {
    fn from(error: bundle::Error) -> Failure {
        Failure::new(error.code(), error.to_string())
    }
}

/// Writes everything, or what changed since a moment, into one signed file.
///
/// # Errors
/// `not_found` when nothing is known yet; `io`.
pub fn export_bundle(
    place: &Place,
    file: &Path,
    since: Option<Timestamp>,
    watch: &dyn Watch,
) -> Result<view::BundleView> {
    let intelligence = Intelligence::open_existing(&place.folder)?
        .ok_or_else(|| Failure::new("not_found", "there is no intelligence to carry yet"))?;
    let key = signing_key(place)?;
    let sources = intelligence.sources()?;
    let total = sources.iter().map(|source| source.records).sum::<u64>();
    let total = u32::try_from(total).unwrap_or(u32::MAX);
    let kind = since.map_or(bundle::Kind::Full, bundle::Kind::Since);
    let header = bundle::Header { kind, made: (place.clock)(), maker: place.actor.clone() };
    let writer = bundle::Writer::create(file, &key, header)?;
    let state = RefCell::new((writer, 0_u32));
    let put = |source: &str, line: serde_json::Result<Vec<u8>>| -> Result<()> {
        let line = line.map_err(|error| Failure::new("internal", error.to_string()))?;
        let (writer, done) = &mut *state.borrow_mut();
        writer.line(source, &line)?;
        *done += 1;
        if done.is_multiple_of(1024) { tell(watch, "bundle", *done, total) } else { Ok(()) }
    };
    for source in &sources {
        put("state", serde_json::to_vec(&CarriedState { id: source.id.clone(), newest: source.newest }))?;
    }
    intelligence.export(since, |record, content| {
        let source = record.source.id();
        put(source, serde_json::to_vec(&Carried { content, record }))
    })?;
    intelligence.export_signals(
        |entry| put("kev", serde_json::to_vec(&entry)),
        |score| put("epss", serde_json::to_vec(&score)),
    )?;
    let (writer, _) = state.into_inner();
    let manifest = writer.finish()?;
    Ok(bundle_view(&manifest, "own"))
}

fn bundle_view(manifest: &bundle::Manifest, trust: &str) -> view::BundleView {
    view::BundleView {
        made: manifest.made.to_string(),
        maker: manifest.maker.clone(),
        since: match manifest.kind {
            bundle::Kind::Full => None,
            bundle::Kind::Since(at) => Some(at.to_string()),
        },
        lines: manifest.lines,
        fingerprint: manifest.key.fingerprint().to_string(),
        trust: trust.to_owned(),
    }
}

/// Takes a bundle in after all of it was verified. The key of the first one is pinned; another one later is
/// refused unless its fingerprint is `accepted`.
///
/// # Errors
/// `bad_input` for a damaged bundle, `untrusted` for another key; nothing is changed then.
pub fn import_bundle(
    place: &Place,
    file: &Path,
    accepted: Option<&str>,
    watch: &dyn Watch,
) -> Result<view::IntelImport> {
    place.may_change()?;
    let accepted = accepted
        .map(|text| {
            text.parse::<bundle::Fingerprint>().map_err(|error| Failure::new("usage", error.to_string()))
        })
        .transpose()?;
    let mut progress = |done: u64, total: u64| {
        let share = |bytes: u64| u32::try_from(bytes >> 10).unwrap_or(u32::MAX);
        match tell(watch, "verify", share(done), share(total)) {
            Ok(()) => std::ops::ControlFlow::Continue(()),
            Err(_) => std::ops::ControlFlow::Break(()),
        }
    };
    let mut read = bundle::Bundle::verify(file, &bundle::Limits::default(), &mut progress)?;
    let manifest = read.manifest().clone();
    let mut intelligence = place.intelligence()?;
    let mut pins = bundle::Pins(
        intelligence
            .pins()?
            .into_iter()
            .filter_map(|(fingerprint, label, first_seen)| {
                Some(bundle::Pin { fingerprint: fingerprint.parse().ok()?, label, first_seen })
            })
            .collect(),
    );
    let now = (place.clock)();
    let trust = match pins.admit(read.key(), &manifest.maker, now, accepted)? {
        bundle::Trust::Known(_) => "known",
        bundle::Trust::FirstUse => "first",
        bundle::Trust::Changed { .. } => "accepted",
    };
    let fingerprint = manifest.key.fingerprint().to_string();
    let total = u32::try_from(manifest.lines).unwrap_or(u32::MAX);
    let taken = intelligence.change(|change| -> Result<_> {
        let mut taken: BTreeMap<String, Taken> = BTreeMap::new();
        let mut states: Vec<CarriedState> = Vec::new();
        for (number, line) in read.lines()?.enumerate() {
            let line = line?;
            let unreadable = |error: serde_json::Error| {
                Failure::new(
                    "bad_input",
                    format!("line {} of the bundle cannot be read: {error}", number + 1),
                )
                .at(file.display().to_string())
                .advice("Nothing was changed. It may come from a newer version of Plumbline.")
            };
            let counts = taken.entry(line.source.clone()).or_default();
            match line.source.as_str() {
                "state" => states.push(serde_json::from_str(&line.text).map_err(unreadable)?),
                "kev" => change.take(
                    Prepared::Exploited(serde_json::from_str(&line.text).map_err(unreadable)?),
                    counts,
                )?,
                "epss" => {
                    change.take(
                        Prepared::Probability(serde_json::from_str(&line.text).map_err(unreadable)?),
                        counts,
                    )?;
                }
                _ => {
                    let carried: Carried = serde_json::from_str(&line.text).map_err(unreadable)?;
                    change.take(Prepared::record(carried.record, carried.content), counts)?;
                }
            }
            if number.is_multiple_of(1024) {
                tell(watch, "store", u32::try_from(number).unwrap_or(u32::MAX), total)?;
            }
        }
        for state in states {
            change.heard(&state.id, now, state.newest)?;
        }
        change.pin(&fingerprint, &manifest.maker, now)?;
        taken.remove("state");
        Ok(taken)
    })?;
    let files = taken
        .into_iter()
        .map(|(kind, counts)| view::IntelFile {
            file: file.display().to_string(),
            kind,
            files: 1,
            known: 0,
            added: counts.added,
            changed: counts.changed,
            unchanged: counts.unchanged,
            refused: Vec::new(),
        })
        .collect();
    Ok(view::IntelImport { files, bundle: Some(bundle_view(&manifest, trust)) })
}

/// Sources that can be fetched.
pub const FETCHED: [&str; 4] = ["nvd", "kev", "epss", "csaf"];

/// Folder, inside the store's, of files fetched and not yet taken; what an interrupted run goes on from.
const STAGING: &str = "intelligence-staging";

impl From<sync::Error> for Failure {
    fn from(error: sync::Error) -> Failure {
        Failure::new(error.code(), error.to_string())
    }
}

/// Progress of fetching, as that of any long work.
struct Fetching<'w> {
    watch: &'w dyn Watch,
    step: &'static str,
}

impl sync::Watch for Fetching<'_> {
    fn progress(&self, done: u64, total: u64) {
        let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        self.watch.progress(self.step, small(done), small(total));
    }

    fn is_cancelled(&self) -> bool {
        self.watch.is_cancelled()
    }
}

/// Fetches what is new of these sources and takes it in, source by source: each whole or not at all. A source
/// that fails is told, the others still come. Where the settings give no NVD key, the environment's or the
/// keyring's is used; where they give no proxy or certificate file, the environment's or the one kept. With `since` NVD is asked from that moment on, whatever is known.
///
/// # Errors
/// `cancelled`, `usage`, or when the database cannot be written.
pub fn synchronise(
    place: &Place,
    settings: &Settings,
    sources: &[String],
    since: Option<Timestamp>,
    watch: &dyn Watch,
) -> Result<view::SyncView> {
    if let Some(unknown) = sources.iter().find(|source| !FETCHED.contains(&source.as_str())) {
        return Err(Failure::new("usage", format!("{unknown:?} is no source that can be fetched"))
            .advice(format!("Sources are {}.", FETCHED.join(", "))));
    }
    place.may_change()?;
    let given = Settings { offline: settings.offline || place.offline, ..settings.clone() };
    let settings = &network::settings(given, &network::kept(place)?, |name| std::env::var(name).ok());
    if settings.offline {
        return Err(Failure::new("network", feeds::sync::Error::Offline.to_string()));
    }
    let mut intelligence = place.intelligence()?;
    let lock = std::fs::File::create(place.folder.join("intelligence-sync.lock"))
        .map_err(|error| Failure::new("io", error.to_string()))?;
    if lock.try_lock().is_err() {
        return Err(Failure::new("store_locked", "another synchronisation is running here")
            .advice("Wait for it or stop it."));
    }
    let mut done = Vec::new();
    for source in
        FETCHED.into_iter().filter(|source| sources.is_empty() || sources.iter().any(|s| s == source))
    {
        let now = (place.clock)();
        let staging = place.folder.join(STAGING).join(source);
        let known = intelligence.cursor(source)?;
        match fetch(source, settings, &staging, known.as_deref(), since, now, watch) {
            Ok(fetched) => {
                let files = if fetched.files.is_empty() {
                    intelligence.change(|change| -> Result<()> {
                        change.heard(source, now, None)?;
                        Ok(change.keep_cursor(source, &fetched.cursor)?)
                    })?;
                    view::IntelImport { files: Vec::new(), bundle: None }
                } else {
                    take_files(&mut intelligence, &fetched.files, now, watch, |change| {
                        Ok(change.keep_cursor(source, &fetched.cursor)?)
                    })?
                };
                // What was fetched is taken; what stays of it would only be fetched again.
                let _ = std::fs::remove_dir_all(&staging);
                let sum = |of: fn(&view::IntelFile) -> u64| files.files.iter().map(of).sum();
                done.push(view::SyncSource {
                    id: source.to_owned(),
                    records: fetched.records,
                    added: sum(|f| f.added),
                    changed: sum(|f| f.changed),
                    news: fetched.news,
                    failed: fetched.failed,
                    error: None,
                    refused: files.files.into_iter().flat_map(|file| file.refused).collect(),
                });
            }
            Err(failure) if matches!(failure.code, "network" | "bad_input") => done.push(view::SyncSource {
                id: source.to_owned(),
                records: 0,
                added: 0,
                changed: 0,
                news: "failed".to_owned(),
                failed: Vec::new(),
                error: Some(failure.to_string()),
                refused: Vec::new(),
            }),
            Err(failure) => return Err(failure),
        }
    }
    Ok(view::SyncView { sources: done })
}

/// One source's news, with the cursor as it is kept.
struct Brought {
    files: Vec<PathBuf>,
    records: u64,
    cursor: String,
    news: String,
    failed: Vec<view::RefusedRow>,
}

fn fetch(
    source: &'static str,
    settings: &Settings,
    staging: &Path,
    known: Option<&str>,
    since: Option<Timestamp>,
    now: Timestamp,
    watch: &dyn Watch,
) -> Result<Brought> {
    fn cursor<C: serde::de::DeserializeOwned + Default>(known: Option<&str>) -> C {
        known.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }
    fn brought<C: Serialize>(fetched: sync::Fetched<C>, failed: Vec<sync::Failed>) -> Brought {
        Brought {
            news: match &fetched.news {
                News::Came => "came",
                News::NotModified => "not_modified",
                News::Same => "same",
                News::Empty(_) => "empty",
                News::NoneNewer(_) => "none_newer",
            }
            .to_owned(),
            files: fetched.files,
            records: fetched.records,
            cursor: serde_json::to_string(&fetched.cursor).unwrap_or_default(),
            failed: failed.into_iter().map(|f| view::RefusedRow { at: f.url, reason: f.why }).collect(),
        }
    }
    let watch = Fetching { watch, step: source };
    Ok(match source {
        "nvd" => {
            let key = || secret::nvd_api_key(|name| std::env::var(name).ok());
            let settings = &Settings { api_key: settings.api_key.clone().or_else(key), ..settings.clone() };
            let from = since.or_else(|| cursor::<Option<Timestamp>>(known));
            brought(sync::nvd(settings, staging, from, now, &watch)?, Vec::new())
        }
        "kev" => brought(sync::kev(settings, staging, &cursor(known), &watch)?, Vec::new()),
        "epss" => brought(sync::epss(settings, staging, &cursor(known), &watch)?, Vec::new()),
        _ => {
            let (fetched, failed) = sync::csaf(settings, staging, &cursor(known), &watch)?;
            brought(fetched, failed)
        }
    })
}

/// The fingerprint of the key that signed a bundle, after all of it was verified.
///
/// # Errors
/// `bad_input` for a damaged bundle.
pub fn fingerprint(file: &Path) -> Result<String> {
    let read = bundle::Bundle::verify(file, &bundle::Limits::default(), &mut bundle::unwatched)?;
    Ok(read.key().fingerprint().to_string())
}

/// A name for a bundle made today.
pub fn bundle_name(place: &Place) -> String {
    format!("plumbline-feeds-{}.plb", (place.clock)().strftime("%Y-%m-%d"))
}
