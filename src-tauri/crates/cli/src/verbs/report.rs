//! The report.

use app::{Failure, Session, reports::write, view};
use serde_json::json;

use super::environments;
use crate::{
    Done,
    arguments::{Format, KeptVerb, Language, Paper, Report, Reported},
    output::{Output, plain, table},
};

impl Format {
    /// The word in a request.
    pub fn word(self) -> &'static str {
        match self {
            Format::Pdf => "pdf",
            Format::Docx => "docx",
            Format::Html => "html",
            Format::Xlsx => "xlsx",
            Format::Json => "json",
            Format::Oscal => "oscal",
        }
    }
}

/// What is asked of the engine, but for kind and format.
pub fn request(session: &mut Session, wanted: &Reported) -> app::Result<view::ReportRequest> {
    let environments = environments(session, &wanted.environment)?;
    let first = environments.first().map_or("", String::as_str);
    let when = session.when(first, wanted.to.as_deref(), wanted.from.as_deref())?;
    Ok(view::ReportRequest {
        kind: "iec62443".to_owned(),
        environments,
        from: when.period_from.to_string(),
        to: when.as_of.day().to_string(),
        format: "pdf".to_owned(),
        without: wanted.without.clone(),
        compare_with: match wanted.compare_with.as_deref() {
            Some("none") => Some(String::new()),
            named => named.map(str::to_owned),
        },
        floor: String::new(),
        layers: Vec::new(),
        vendors: Vec::new(),
        paper: match wanted.paper {
            Paper::A4 => "a4",
            Paper::Letter => "letter",
        }
        .to_owned(),
        language: match wanted.language {
            Language::En => "en",
            Language::De => "de",
        }
        .to_owned(),
        classification: wanted.classification.clone(),
        prepared_for: wanted.prepared_for.clone(),
        prepared_by: match &wanted.prepared_by {
            Some(name) => name.clone(),
            None => session.who().actor,
        },
        scenario: String::new(),
    })
}

pub fn report(mut session: Session, wanted: &Report, output: &Output) -> app::Result<Done> {
    let format = match wanted.format {
        Some(format) => format,
        None => by_ending(wanted)?,
    };
    let request = view::ReportRequest {
        kind: wanted.kind.clone(),
        format: format.word().to_owned(),
        floor: wanted.floor.clone(),
        layers: wanted.layer.clone(),
        vendors: wanted.vendor.clone(),
        scenario: wanted.scenario.clone(),
        ..request(&mut session, &wanted.reported)?
    };
    let finished = {
        let progress = output.progress();
        session.commission(&request, &progress)?.make(&progress)?
    };
    let facts = finished.facts();
    match &wanted.snapshot {
        Some(name) => {
            session.keep(finished.named(name), &wanted.out)?;
        }
        None => write(&wanted.out, &finished.bytes)?,
    }
    let document = json!({
        "schema": "plumbline-report-file/1", "file": wanted.out.display().to_string(), "format": request.format,
        "pages": facts.pages, "size": facts.size, "sha256": facts.sha256,
        "evidence_sha256": facts.evidence_sha256, "kept": wanted.snapshot,
    });
    output.answer(&document, || {
        let pages = facts.pages.map(|pages| format!(", {pages} pages")).unwrap_or_default();
        format!(
            "{}{pages}\n  SHA-256           {}\n  evidence SHA-256  {}\n",
            plain(&wanted.out.display().to_string()),
            facts.sha256,
            facts.evidence_sha256
        )
    });
    Ok(Done::Well)
}

fn by_ending(wanted: &Report) -> app::Result<Format> {
    let ending = wanted.out.extension().map(|e| e.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("pdf") => Ok(Format::Pdf),
        Some("docx") => Ok(Format::Docx),
        Some("html" | "htm") => Ok(Format::Html),
        Some("xlsx") => Ok(Format::Xlsx),
        Some("json") => Ok(Format::Json),
        _ => Err(Failure::new("usage", "the file's ending names no format")
            .at(wanted.out.display().to_string())
            .advice("End it with .pdf, .docx, .html, .xlsx or .json, or say --format.")),
    }
}

pub fn kept(session: &Session, verb: &KeptVerb, output: &Output) -> app::Result<Done> {
    let reports = session.reports()?;
    match verb {
        KeptVerb::List => output.answer(&json!({"schema": "plumbline-kept/1", "reports": reports}), || {
            table(
                ["name", "kind", "environments", "from", "to", "made", "file", "intact", "id"],
                reports.iter().map(|report| {
                    [
                        report.title.clone(),
                        report.kind.clone(),
                        report.environments.join(", "),
                        report.from.clone(),
                        report.to.clone(),
                        report.made.clone(),
                        report.file.clone(),
                        if report.intact { "yes" } else { "NO" }.to_owned(),
                        report.id.clone(),
                    ]
                }),
            )
        }),
        KeptVerb::Save { report, out } => {
            let found = reports.iter().find(|kept| kept.id == *report || kept.title == *report);
            let found = found.ok_or_else(|| Failure::not_found("kept report", report))?;
            let (_, bytes) = session.report_file(&found.id)?;
            write(out, &bytes)?;
            let file = out.display().to_string();
            output.answer(&json!({"schema": "plumbline-kept-file/1", "file": file, "report": found}), || {
                format!("{}\n  SHA-256  {}\n", plain(&file), found.sha256)
            });
        }
    }
    Ok(Done::Well)
}
