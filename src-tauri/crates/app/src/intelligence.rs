//! Vulnerability intelligence: taking feeds in, and how old what is known is.

use std::path::PathBuf;

use feeds::reading::{self, Event, FileReport, Item, Kind};
use jiff::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};
use store::intelligence::{Intelligence, Prepared, Taken};

use crate::{Failure, Place, Result, Watch, view, watch::tell};

/// Days after which a source is called old: a quarter of a year for a plant that is brought feeds on a stick,
/// so that the warning comes before the habit is lost.
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
pub(crate) fn prepare(item: Item) -> Prepared {
    match item {
        Item::Record(record, content) => Prepared::record(*record, content),
        Item::Exploited(entry) => Prepared::Exploited(entry),
        Item::Probability(probability) => Prepared::Probability(probability),
    }
}

/// Takes feed files and folders in: all of them or, when one is broken, none.
///
/// # Errors
/// `bad_input` with the file that cannot be read.
pub fn import(place: &Place, paths: &[PathBuf], watch: &dyn Watch) -> Result<view::IntelImport> {
    tell(watch, "read", 0, 0)?;
    let files = reading::files(paths).map_err(|(path, error)| Failure::unreadable(&path, &error))?;
    if files.is_empty() {
        return Err(Failure::new("bad_input", "there is no feed file in it")
            .at(paths.first().map(|path| path.display().to_string()).unwrap_or_default())
            .advice("Feeds are .json, .csv, .zip or .tar files, plain or as .gz or .zst."));
    }
    let mut intelligence = place.intelligence()?;
    let known: FxHashSet<[u8; 32]> = intelligence.files()?.into_iter().collect();
    let now = (place.clock)();
    let total = u32::try_from(files.len()).unwrap_or(u32::MAX);
    let mut done = 0;
    let reports = intelligence.change(|change| -> Result<_> {
        let mut taken: FxHashMap<usize, Taken> = FxHashMap::default();
        let mut reports: Vec<FileReport> = Vec::new();
        let read = reading::read(&files, &|sha256| known.contains(sha256), &prepare, |event| -> Result<()> {
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
        Ok((reports, taken))
    });
    let (mut reports, taken) = reports?;
    reports.sort_by_key(|report| report.file);
    Ok(summary(&files, &reports, &taken))
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
    view::IntelImport { files: lines }
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
