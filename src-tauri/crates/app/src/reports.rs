//! Reports: made from the store of one day, kept with the hashes that prove them.

use std::{io::Write, path::Path, sync::Arc};

use iec62443::{
    Assessment, Evidence, Plant, When, advice::Offer, catalogue::Language, compare::compare, finding::Rating,
    plant::Layer, work::Scenario,
};
use jiff::Timestamp;
use report::{
    AuditLine, AuditSummary, Cancelled, Earlier, Extract, Input, Kind, Options, Paper, PlantInput, Progress,
    Topic,
};
use rustc_hash::FxHashMap;
use store::{KeptReport, audit::sha256};
use tempfile::NamedTempFile;
use vulnerability::Severity;

use crate::{
    Failure, Result, Session, Watch,
    look_back::{Kept, Trend},
    view,
    watch::tell,
    work::{count, usage},
};

/// Formats with the endings of their files.
pub(crate) const FORMATS: [(&str, &str); 6] =
    [("pdf", "pdf"), ("docx", "docx"), ("html", "html"), ("xlsx", "xlsx"), ("json", "json"), (OSCAL, "json")];
const OSCAL: &str = "oscal";

/// Kinds of report.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    Kind::ALL.iter().map(|kind| kind.as_str())
}

/// Parts of a report that can be left out.
pub fn parts() -> impl Iterator<Item = &'static str> {
    Topic::ALL.iter().map(|topic| topic.as_str())
}

/// The ending of a format's files.
pub(crate) fn ending(format: &str) -> &'static str {
    FORMATS.iter().find(|(known, _)| *known == format).map_or("", |(_, ending)| *ending)
}

/// What the names of a kind's files begin with.
pub(crate) fn stem<'k>(kind: &'k str, format: &str) -> &'k str {
    if format == OSCAL { OSCAL } else { kind }
}

/// Rows of the audit log in a report.
const AUDIT_ROWS: u32 = 40;

/// An environment under report, with what was kept of earlier ones.
struct Subject {
    plant: Arc<Plant>,
    when: When,
    assessment: Arc<Assessment>,
    /// What matching took findings to be about, by finding.
    matched: FxHashMap<String, String>,
    /// What advisories say can be done about open findings.
    offers: Vec<Offer>,
    scenario: Option<(String, Scenario)>,
    /// What it is compared with.
    earlier: Option<Kept>,
    /// How it stood before; none where that is not asked for.
    trend: Option<Trend>,
}

/// Everything a report needs, taken from the session at once, so that the session is free while it is made.
pub struct Commission {
    subjects: Vec<Subject>,
    request: view::ReportRequest,
    options: Options,
    audit: AuditSummary,
    made: Timestamp,
    id: String,
}

/// The content of a report with the evidence documents that it was made from.
pub struct Draft {
    content: report::Content,
    /// The OSCAL document, where it was asked for.
    oscal: Option<String>,
    /// Evidence documents by environment, in order, with their hashes.
    pub(crate) evidence: Vec<(String, String, String)>,
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

/// The value that a word stands for.
fn choice<T: Copy>(what: &str, word: &str, known: &[T], name: impl Fn(T) -> &'static str) -> Result<T> {
    known.iter().copied().find(|value| name(*value) == word).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|value| name(*value)).collect();
        usage(format!("{what} {word:?} is unknown"), format!("Choose of {}.", names.join(", ")))
    })
}

fn choices<T: Copy>(
    what: &str,
    words: &[String],
    known: &[T],
    name: impl Fn(T) -> &'static str + Copy,
) -> Result<Vec<T>> {
    words.iter().map(|word| choice(what, word, known, name)).collect()
}

fn options(request: &view::ReportRequest) -> Result<Options> {
    let severity = |severity: Severity| Rating::Rated(severity).as_str();
    let floor = match request.floor.as_str() {
        "" => None,
        word => Some(choice("severity", word, &SEVERITIES, severity)?),
    };
    Ok(Options {
        kind: choice("kind", &request.kind, Kind::ALL, Kind::as_str)?,
        without: choices("part", &request.without, Topic::ALL, Topic::as_str)?,
        extract: Extract {
            floor,
            layers: choices("layer", &request.layers, Layer::ALL, Layer::as_str)?,
            vendors: request.vendors.clone(),
        },
        language: choice("language", &request.language, &[Language::En, Language::De], |language| {
            if language == Language::En { "en" } else { "de" }
        })?,
        paper: choice("paper", &request.paper, &[Paper::A4, Paper::Letter], |paper| {
            if paper == Paper::A4 { "a4" } else { "letter" }
        })?,
        classification: request.classification.clone(),
        prepared_for: request.prepared_for.clone(),
        prepared_by: request.prepared_by.clone(),
        title: None,
    })
}

const SEVERITIES: [Severity; 5] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::None];

impl Session {
    /// Takes from the store what a report needs.
    ///
    /// # Errors
    /// `usage` for a request that cannot be met, `not_found` for an environment or a kept report.
    pub fn commission(&mut self, request: &view::ReportRequest, watch: &dyn Watch) -> Result<Commission> {
        let options = options(request)?;
        choice("format", &request.format, &FORMATS, |(format, _)| format)?;
        if request.environments.is_empty() {
            return Err(usage("no environment was chosen", "Choose at least one."));
        }
        let looks_back = options.kind.looks_back() && !options.without.contains(&Topic::Comparison);
        let advises = options.kind == Kind::Iec62443 && !options.without.contains(&Topic::Recommendations);
        let total = count(request.environments.len());
        let mut subjects = Vec::new();
        for (done, environment) in (0..).zip(&request.environments) {
            tell(watch, "assess", done, total)?;
            let when = self.when(environment, Some(&request.to), Some(&request.from))?;
            let (plant, assessment) = self.assessed(environment, when)?;
            let (mut earlier, mut trend) = (None, None);
            if looks_back {
                let day = when.as_of.day();
                earlier = self.earlier(environment, day, request.compare_with.as_deref())?;
                let now = Arc::clone(&assessment);
                trend = Some(Trend { kept: self.kept_until(environment, day)?, now });
            }
            let matched = self.store()?.origin_identities(environment)?;
            let offers = if advises { self.offers(environment, when)? } else { Vec::new() };
            let kept = plant.work.scenarios.get(&request.scenario);
            let scenario = kept.map(|scenario| (request.scenario.clone(), scenario.clone()));
            subjects.push(Subject { plant, when, assessment, matched, offers, scenario, earlier, trend });
        }
        if !request.scenario.is_empty() && subjects.iter().all(|subject| subject.scenario.is_none()) {
            return Err(Failure::not_found("scenario", &request.scenario));
        }
        if let Some(name) = request.compare_with.as_deref().filter(|name| looks_back && !name.is_empty())
            && subjects.iter().all(|subject| subject.earlier.is_none())
        {
            let what = format!(
                "the report {name} is about none of these environments, or was kept without evidence"
            );
            return Err(usage(what, "Compare with another one, or with none."));
        }
        let mut request = request.clone();
        if let Some(Subject { when, .. }) = subjects.first() {
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
            subjects,
            options,
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

    /// Puts a finished report in its place outside the store, and keeps in the store what proves it.
    ///
    /// # Errors
    /// `io` when the file cannot be written; nothing is kept then.
    pub fn keep(&mut self, finished: Finished, file: &Path) -> Result<view::ReportView> {
        let folder = self.store()?.folder().to_owned();
        let kept = KeptReport { file: place_in(&folder, file), ..finished.kept };
        let staged = stage(file, &finished.bytes)?;
        // The file takes its place last, so that what stood there is still there when the store says no.
        self.keep_in_store(&kept, &finished.evidence, |_| settle(staged, file))?;
        self.report_view(kept)
    }

    /// Keeps a finished report in the store itself.
    ///
    /// # Errors
    /// `io` when the store cannot be written; nothing is kept then.
    pub fn keep_inside(&mut self, finished: Finished) -> Result<view::ReportView> {
        let Finished { bytes, kept, evidence } = finished;
        self.keep_in_store(&kept, &evidence, |change| Ok(change.keep_blob(&kept.sha256, &bytes)?))?;
        self.report_view(kept)
    }

    fn keep_in_store(
        &mut self,
        kept: &KeptReport,
        evidence: &[(String, String)],
        then: impl FnOnce(&store::Change<'_>) -> Result<()>,
    ) -> Result<()> {
        let who = self.who();
        self.store_to_report()?.try_change(&who, |change| -> Result<()> {
            change.keep_report(kept)?;
            for (environment, document) in evidence {
                change.keep_report_evidence(&kept.id, environment, document)?;
            }
            then(change)
        })
    }

    /// Kept reports, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn reports(&self) -> Result<Vec<view::ReportView>> {
        self.store()?.reports()?.into_iter().map(|kept| self.report_view(kept)).collect()
    }

    /// The name and content of a kept report, when it is the one that was kept: a store may come from somebody else, and
    /// what it names is handed to the system's programs.
    ///
    /// # Errors
    /// `not_found` when there is no such report, or its file is gone or was changed.
    pub fn report_file(&self, id: &str) -> Result<(String, Vec<u8>)> {
        let kept = self.store()?.reports()?.into_iter().find(|report| report.id == id);
        let kept = kept.ok_or_else(|| Failure::not_found("report", id))?;
        // A name of our own, with the ending of its format: whatever the store says, no program is started by it.
        let is_known = FORMATS.iter().any(|(format, _)| *format == kept.format);
        match self.report_bytes(&kept)?.filter(|_| is_known) {
            Some(bytes) => Ok((name_of(&kept), bytes)),
            None => {
                Err(Failure::new("not_found", "the report's file is gone, or is not the one that was kept")
                    .at(if kept.file.is_empty() { name_of(&kept) } else { kept.file })
                    .advice("Generate the report again, or put the file back."))
            }
        }
    }

    /// The content of a kept report; none when it is gone or was changed.
    fn report_bytes(&self, kept: &KeptReport) -> Result<Option<Vec<u8>>> {
        let store = self.store()?;
        let bytes = if kept.file.is_empty() {
            store.blob(&kept.sha256)?
        } else {
            let file = store.folder().join(&kept.file);
            // A device or a pipe never ends.
            if file.is_file() { std::fs::read(file).ok() } else { None }
        };
        Ok(bytes.filter(|bytes| sha256(bytes) == kept.sha256))
    }

    fn report_view(&self, kept: KeptReport) -> Result<view::ReportView> {
        let intact = self.report_bytes(&kept)?.is_some();
        let file = if kept.file.is_empty() {
            name_of(&kept)
        } else {
            self.store()?.folder().join(&kept.file).display().to_string()
        };
        Ok(view::ReportView {
            id: kept.id,
            kind: kept.kind,
            title: kept.title,
            environments: kept.environments,
            environment_ids: kept.environment_ids,
            from: kept.from,
            to: kept.to,
            made: kept.made,
            format: kept.format,
            file,
            intact,
            pages: kept.pages,
            size: kept.size,
            sha256: kept.sha256,
            evidence_sha256: kept.evidence_sha256,
        })
    }
}

/// The name of a kept report's file.
fn name_of(kept: &KeptReport) -> String {
    format!(
        "{}-{}-{}-{}.{}",
        crate::plants::slug(stem(&kept.kind, &kept.format)),
        crate::plants::slug(&kept.environments.join("-")),
        crate::plants::slug(&kept.to),
        // The last digits are the random ones; the first are the time, the same for a minute.
        crate::plants::slug(kept.id.rsplit('-').next().unwrap_or(&kept.id)),
        ending(&kept.format)
    )
}

impl Subject {
    /// What it is compared with.
    fn since(&self, evidence: &Evidence<'_>) -> Result<Option<Earlier>> {
        let Some(kept) = &self.earlier else { return Ok(None) };
        let old = kept.scored()?;
        Ok(Some(Earlier {
            id: kept.report.id.clone(),
            title: kept.report.title.clone(),
            comparison: compare((&old.evidence, &old.assessment), (evidence, &self.assessment)),
            evidence_sha256: old.sha256,
        }))
    }
}

impl Commission {
    /// The environments, with the day and assessment of each.
    pub(crate) fn plants(&self) -> impl Iterator<Item = (&Arc<Plant>, When, &Assessment)> {
        self.subjects.iter().map(|subject| (&subject.plant, subject.when, &*subject.assessment))
    }

    /// When it was commissioned.
    pub(crate) fn made(&self) -> Timestamp {
        self.made
    }

    /// What was chosen.
    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// Builds the content for these formats. Needs neither session nor store.
    ///
    /// # Errors
    /// `cancelled`; `store_damaged` when what an earlier report was made from cannot be read.
    pub fn draft(&self, formats: &[String], watch: &dyn Watch) -> Result<Draft> {
        tell(watch, "evidence", 0, 0)?;
        let mut evidence = Vec::new();
        let mut plants = Vec::new();
        for subject in &self.subjects {
            let document = subject.plant.evidence_at(subject.when);
            let earlier = subject.since(&document)?;
            let trend = subject.trend.as_ref().map_or(Ok(Vec::new()), |trend| trend.points(watch))?;
            let text = document.to_json();
            let hash = sha256(text.as_bytes());
            let plant = PlantInput::new(&subject.plant, subject.when, &subject.assessment, hash.clone());
            let (matched, offers) = (subject.matched.clone(), subject.offers.clone());
            let scenario = subject.scenario.clone();
            plants.push(PlantInput { earlier, trend, matched, offers, scenario, ..plant });
            evidence.push((subject.plant.environment.id.clone(), text, hash));
        }
        let input = Input {
            plants,
            options: self.options.clone(),
            made: self.made,
            audit: self.audit.clone(),
            report_id: self.id.clone(),
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let oscal = formats.iter().any(|format| format == OSCAL).then(|| report::oscal(&input));
        Ok(Draft { oscal, content: report::content(&input, &Steps(watch))?, evidence })
    }

    /// Makes the report. Needs neither session nor store.
    ///
    /// # Errors
    /// As [`Commission::draft`]; anything else is a fault of the program.
    pub fn make(&self, watch: &dyn Watch) -> Result<Finished> {
        let draft = self.draft(std::slice::from_ref(&self.request.format), watch)?;
        let (bytes, pages) = draft.render(&self.request.format, watch)?;
        let hashes: Vec<&str> = draft.evidence.iter().map(|(_, _, hash)| hash.as_str()).collect();
        let kept = KeptReport {
            id: self.id.clone(),
            kind: self.options.kind.as_str().to_owned(),
            title: match self.options.kind {
                Kind::Iec62443 => "IEC 62443".to_owned(),
                _ => draft.content.head.title.clone(),
            },
            environments: self.plants().map(|(plant, _, _)| plant.environment.name.clone()).collect(),
            environment_ids: self.plants().map(|(plant, _, _)| plant.environment.id.clone()).collect(),
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
        let evidence = draft.evidence.into_iter().map(|(id, document, _)| (id, document)).collect();
        Ok(Finished { bytes, kept, evidence })
    }
}

impl Draft {
    /// Lays the report out, to be looked at page by page.
    ///
    /// # Errors
    /// `cancelled`; anything else is a fault of the program.
    pub(crate) fn preview(&self, watch: &dyn Watch) -> Result<report::Preview> {
        Ok(report::Preview::of(&self.content, &Steps(watch))?)
    }

    /// Program and version.
    pub(crate) fn producer(&self) -> &str {
        &self.content.head.producer
    }

    /// The report in a format, with the number of its pages where it has pages.
    ///
    /// # Errors
    /// `cancelled`; anything else is a fault of the program.
    pub(crate) fn render(&self, format: &str, watch: &dyn Watch) -> Result<(Vec<u8>, Option<u32>)> {
        let steps = Steps(watch);
        Ok(match format {
            OSCAL => (self.oscal.clone().unwrap_or_default().into_bytes(), None),
            "json" => (report::json(&self.content).into_bytes(), None),
            "docx" => (report::docx(&self.content, &steps)?, None),
            "html" => (report::html(&self.content, &steps)?.into_bytes(), None),
            "xlsx" => (report::xlsx(&self.content, &steps)?, None),
            _ => {
                let rendered = report::pdf(&self.content, &steps)?;
                (rendered.bytes, Some(rendered.pages))
            }
        })
    }
}

/// Writes a file whole or not at all: beside its place first, then moved there.
///
/// # Errors
/// `io` with the path.
pub fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    settle(stage(file, bytes)?, file)
}

pub(crate) fn unwritable(file: &Path, error: &std::io::Error) -> Failure {
    Failure::new("io", format!("cannot be written: {error}"))
        .at(file.display().to_string())
        .advice("Check space and rights; nothing was changed.")
}

/// An empty file beside a file's place, under a name of its own, that goes when it is not wanted.
pub(crate) fn beside(file: &Path) -> Result<NamedTempFile> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let made = || -> std::io::Result<NamedTempFile> {
        std::fs::create_dir_all(folder)?;
        let mut builder = tempfile::Builder::new();
        // A temporary file is for its owner alone; this one is to be like any other.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        builder.tempfile_in(folder)
    };
    made().map_err(|error| unwritable(file, &error))
}

/// Writes the content beside a file's place.
fn stage(file: &Path, bytes: &[u8]) -> Result<NamedTempFile> {
    let mut staged = beside(file)?;
    let written = staged.write_all(bytes).and_then(|()| staged.as_file().sync_all());
    written.map_err(|error| unwritable(file, &error))?;
    Ok(staged)
}

/// Moves what was written beside a file into its place.
pub(crate) fn settle(staged: NamedTempFile, file: &Path) -> Result<()> {
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
