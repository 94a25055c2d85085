//! Reports: made from the store of one day, kept with the hashes that prove them.

use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use iec62443::{Assessment, Plant, When, catalogue::Language};
use jiff::Timestamp;
use report::{AuditLine, AuditSummary, Cancelled, Input, Options, Paper, PlantInput, Progress};
use store::{KeptReport, audit::sha256};
use tempfile::NamedTempFile;

use crate::{Failure, Result, Session, Watch, view, watch::tell};

/// Formats, which are the files' endings too.
const FORMATS: [&str; 4] = ["pdf", "html", "xlsx", "json"];

/// Rows of the audit log in a report.
const AUDIT_ROWS: u32 = 40;

/// Everything a report needs, taken from the session at once, so that the session is free while it is made.
pub struct Commission {
    plants: Vec<(Arc<Plant>, When, Arc<Assessment>)>,
    request: view::ReportRequest,
    options: Options,
    audit: AuditSummary,
    made: Timestamp,
    id: String,
}

/// A finished report, not yet written.
pub struct Finished {
    /// The file's content.
    pub bytes: Vec<u8>,
    kept: KeptReport,
    /// The evidence documents it was made from, by environment.
    evidence: Vec<(String, String)>,
}

impl Finished {
    /// The same under a name of its own.
    #[must_use]
    pub fn named(mut self, name: &str) -> Finished {
        self.kept.title = name.to_owned();
        self
    }

    /// Size, pages and hashes, before it is written anywhere.
    pub fn facts(&self) -> KeptReport {
        self.kept.clone()
    }
}

struct Steps<'w>(&'w dyn Watch);

impl Progress for Steps<'_> {
    fn step(&self, step: &'static str, done: u32, total: u32) -> std::result::Result<(), Cancelled> {
        if self.0.is_cancelled() {
            return Err(Cancelled);
        }
        self.0.progress(step, done, total);
        Ok(())
    }
}

fn choice<T>(what: &str, word: &str, known: &[(&str, T)]) -> Result<T>
where
    T: Copy,
{
    known.iter().find(|(name, _)| *name == word).map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        Failure::new("usage", format!("{what} {word:?} is unknown"))
            .advice(format!("Choose {}.", names.join(" or ")))
    })
}

impl Session {
    /// Takes from the store what a report needs.
    ///
    /// # Errors
    /// `usage` for a request that cannot be met, `not_found` for an environment.
    pub fn commission(&mut self, request: &view::ReportRequest, watch: &dyn Watch) -> Result<Commission> {
        let language = choice("language", &request.language, &[("en", Language::En), ("de", Language::De)])?;
        let paper = choice("paper", &request.paper, &[("a4", Paper::A4), ("letter", Paper::Letter)])?;
        choice("format", &request.format, &FORMATS.map(|format| (format, ())))?;
        if request.environments.is_empty() {
            return Err(Failure::new("usage", "no environment was chosen").advice("Choose at least one."));
        }
        let total = u32::try_from(request.environments.len()).unwrap_or(u32::MAX);
        let mut plants = Vec::new();
        for (done, environment) in (0..).zip(&request.environments) {
            tell(watch, "assess", done, total)?;
            let when = self.when(environment, Some(&request.to), Some(&request.from))?;
            let (plant, assessment) = self.assessed(environment, when)?;
            plants.push((plant, when, assessment));
        }
        let mut request = request.clone();
        if let Some((_, when, _)) = plants.first() {
            // As days, however they were written.
            (request.from, request.to) = (when.period_from.to_string(), when.as_of.day().to_string());
        }
        let page = self.audit("", 0, AUDIT_ROWS)?;
        let latest = page.rows.into_iter().map(|row| AuditLine {
            seq: row.seq,
            at: row.at,
            actor: row.actor,
            action: row.action,
            subject: row.subject,
        });
        Ok(Commission {
            plants,
            options: Options {
                language,
                paper,
                classification: request.classification.clone(),
                prepared_for: request.prepared_for.clone(),
                prepared_by: request.prepared_by.clone(),
                title: None,
                ..Options::default()
            },
            audit: AuditSummary {
                rows: u64::from(page.total),
                intact: page.intact,
                head: page.head,
                latest: latest.collect(),
            },
            request,
            made: self.now(),
            id: uuid::Uuid::now_v7().to_string(),
        })
    }

    /// Puts a finished report in its place and keeps it in the store.
    ///
    /// # Errors
    /// `io` when the file cannot be written; nothing is kept then.
    pub fn keep(&mut self, finished: Finished, file: &Path) -> Result<view::ReportView> {
        let folder = self.store()?.folder().to_owned();
        let kept = KeptReport { file: place_in(&folder, file), ..finished.kept };
        let evidence = finished.evidence;
        let staged = stage(file, &finished.bytes)?;
        let who = self.who();
        // The file takes its place last, so that what stood there is still there when the store says no.
        self.store_mut()?.try_change(&who, |change| -> Result<()> {
            change.keep_report(&kept)?;
            for (environment, document) in &evidence {
                change.keep_report_evidence(&kept.id, environment, document)?;
            }
            settle(staged, file)
        })?;
        Ok(report_view(kept, &folder))
    }

    /// Where the window puts a report.
    pub fn report_path(&self, finished: &Finished) -> Result<PathBuf> {
        let kept = &finished.kept;
        let name = format!(
            "iec62443-{}-{}-{}.{}",
            crate::plants::slug(&kept.environments.join("-")),
            kept.to,
            // The last digits are the random ones; the first are the time, the same for a minute.
            kept.id.rsplit('-').next().unwrap_or(&kept.id),
            kept.format
        );
        Ok(self.store()?.folder().join("reports").join(name))
    }

    /// Kept reports, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn reports(&self) -> Result<Vec<view::ReportView>> {
        let store = self.store()?;
        Ok(store.reports()?.into_iter().map(|kept| report_view(kept, store.folder())).collect())
    }

    /// The file of a kept report, when it is the one that was kept: a store may come from somebody else, and what
    /// it names is handed to the system's programs.
    ///
    /// # Errors
    /// `not_found` when there is no such report, or its file is gone or was changed.
    pub fn report_file(&self, id: &str) -> Result<PathBuf> {
        let kept = self.store()?.reports()?.into_iter().find(|report| report.id == id);
        let kept = kept.ok_or_else(|| Failure::not_found("report", id))?;
        let file = self.store()?.folder().join(&kept.file);
        let is_report = file.extension().is_some_and(|ending| FORMATS.iter().any(|format| ending == *format));
        if is_report && is_intact(&file, &kept) {
            return Ok(file);
        }
        Err(Failure::new("not_found", "the report's file is gone, or is not the one that was kept")
            .at(file.display().to_string())
            .advice("Generate the report again, or put the file back."))
    }
}

impl Commission {
    /// Makes the report. Needs neither session nor store.
    ///
    /// # Errors
    /// `cancelled`; anything else is a fault of the program.
    pub fn make(&self, watch: &dyn Watch) -> Result<Finished> {
        let steps = Steps(watch);
        tell(watch, "evidence", 0, 0)?;
        let evidence: Vec<(String, String)> = self
            .plants
            .iter()
            .map(|(plant, when, _)| (plant.environment.id.clone(), plant.evidence_at(*when).to_json()))
            .collect();
        let hashes: Vec<String> = evidence.iter().map(|(_, document)| sha256(document.as_bytes())).collect();
        let input = Input {
            plants: self
                .plants
                .iter()
                .zip(&hashes)
                .map(|((plant, when, assessment), hash)| {
                    PlantInput::new(plant, *when, assessment, hash.clone())
                })
                .collect(),
            options: self.options.clone(),
            made: self.made,
            audit: self.audit.clone(),
            report_id: self.id.clone(),
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let content = report::content(&input, &steps)?;
        let (bytes, pages) = match self.request.format.as_str() {
            "json" => (report::json(&content).into_bytes(), None),
            "html" => (report::html(&content, &steps)?.into_bytes(), None),
            "xlsx" => (report::xlsx(&content, &steps)?, None),
            _ => {
                let rendered = report::pdf(&content, &steps)?;
                (rendered.bytes, Some(rendered.pages))
            }
        };
        let kept = KeptReport {
            id: self.id.clone(),
            title: "IEC 62443".to_owned(),
            environments: self.plants.iter().map(|(plant, _, _)| plant.environment.name.clone()).collect(),
            from: self.request.from.clone(),
            to: self.request.to.clone(),
            made: self.made.to_string(),
            format: self.request.format.clone(),
            file: String::new(),
            size: bytes.len() as u64,
            pages,
            sha256: sha256(&bytes),
            evidence_sha256: hashes.join(","),
        };
        Ok(Finished { bytes, kept, evidence })
    }
}

/// Writes a file whole or not at all: beside its place first, then moved there.
///
/// # Errors
/// `io` with the path.
pub fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    settle(stage(file, bytes)?, file)
}

fn unwritable(file: &Path, error: &std::io::Error) -> Failure {
    Failure::new("io", format!("cannot be written: {error}"))
        .at(file.display().to_string())
        .advice("Check space and rights; nothing was changed.")
}

/// Writes the content beside a file's place, under a name of its own that goes when it is not wanted.
fn stage(file: &Path, bytes: &[u8]) -> Result<NamedTempFile> {
    let beside = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = || -> std::io::Result<NamedTempFile> {
        std::fs::create_dir_all(beside)?;
        let mut builder = tempfile::Builder::new();
        // A temporary file is for its owner alone; this one is to be like any other.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut staged = builder.tempfile_in(beside)?;
        staged.write_all(bytes)?;
        staged.as_file().sync_all()?;
        Ok(staged)
    };
    written().map_err(|error| unwritable(file, &error))
}

fn settle(staged: NamedTempFile, file: &Path) -> Result<()> {
    staged.persist(file).map(drop).map_err(|error| unwritable(file, &error.error))
}

/// How the store names a report's file: from its own folder where it lies inside, so that a store can be
/// moved with its reports; else in full.
fn place_in(folder: &Path, file: &Path) -> String {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let file = whole(file);
    match file.strip_prefix(whole(folder)) {
        // With slashes, which every system reads.
        Ok(inside) => inside.iter().map(|name| name.to_string_lossy()).collect::<Vec<_>>().join("/"),
        Err(_) => file.display().to_string(),
    }
}

fn is_intact(file: &Path, kept: &KeptReport) -> bool {
    file.is_file() && std::fs::read(file).is_ok_and(|bytes| sha256(&bytes) == kept.sha256)
}

fn report_view(kept: KeptReport, folder: &Path) -> view::ReportView {
    let file = folder.join(&kept.file);
    let intact = is_intact(&file, &kept);
    view::ReportView {
        id: kept.id,
        title: kept.title,
        environments: kept.environments,
        from: kept.from,
        to: kept.to,
        made: kept.made,
        format: kept.format,
        file: file.display().to_string(),
        intact,
        pages: kept.pages,
        size: kept.size,
        sha256: kept.sha256,
        evidence_sha256: kept.evidence_sha256,
    }
}
