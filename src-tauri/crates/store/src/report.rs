//! Kept reports: where the file went and the hashes that prove it.

use rusqlite::params;

use crate::{
    Change, Result, Store,
    intake::{packed, unpacked},
    value,
};

/// A kept report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptReport {
    /// Id.
    pub id: String,
    /// iec62443, executive, risk or extract.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Environment names.
    pub environments: Vec<String>,
    /// Environment ids, as far as evidence documents were kept with it.
    pub environment_ids: Vec<String>,
    /// First day of the period, `YYYY-MM-DD`.
    pub from: String,
    /// Last day.
    pub to: String,
    /// When it was made, RFC 3339.
    pub made: String,
    /// pdf, docx, html, xlsx, json or oscal.
    pub format: String,
    /// The file.
    pub file: String,
    /// Bytes.
    pub size: u64,
    /// Pages, where it has pages.
    pub pages: Option<u32>,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// SHA-256 of the evidence document (of each, joined by commas, where there are several), hex.
    pub evidence_sha256: String,
}

impl Store {
    /// All kept reports, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn reports(&self) -> Result<Vec<KeptReport>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, title, environments, period_from, period_to, made, format, file, size, pages, sha256, evidence_sha256, kind,
             (SELECT json_group_array(environment) FROM (SELECT environment FROM report_evidence WHERE report = report.id ORDER BY rowid))
             FROM report ORDER BY made DESC, rowid DESC",
        )?;
        let mut rows = statement.query([])?;
        let mut reports = Vec::new();
        while let Some(row) = rows.next()? {
            reports.push(KeptReport {
                id: row.get(0)?,
                title: row.get(1)?,
                environments: value::list("list of names", &row.get::<_, String>(2)?)?,
                from: row.get(3)?,
                to: row.get(4)?,
                made: row.get(5)?,
                format: row.get(6)?,
                file: row.get(7)?,
                size: row.get::<_, i64>(8)?.unsigned_abs(),
                pages: row.get(9)?,
                sha256: row.get(10)?,
                evidence_sha256: row.get(11)?,
                kind: row.get(12)?,
                environment_ids: value::list("list of ids", &row.get::<_, String>(13)?)?,
            });
        }
        Ok(reports)
    }
}

/// An evidence document that a report was made from, packed until it is looked at.
#[derive(Clone, Debug)]
pub struct KeptEvidence {
    /// The environment's id.
    pub environment: String,
    packed: Vec<u8>,
}

impl KeptEvidence {
    /// The document as it was kept.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn document(&self) -> Result<Vec<u8>> {
        unpacked(&self.packed)
    }
}

impl Store {
    /// The evidence documents that a kept report was made from, in their order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn report_evidence(&self, report: &str) -> Result<Vec<KeptEvidence>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT environment, content FROM report_evidence WHERE report = ?1 ORDER BY rowid",
        )?;
        let rows = statement
            .query_map([report], |row| Ok(KeptEvidence { environment: row.get(0)?, packed: row.get(1)? }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Change<'_> {
    /// Keeps an evidence document beside the report that was made from it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn keep_report_evidence(&self, report: &str, environment: &str, document: &str) -> Result<()> {
        self.transaction.execute(
            "INSERT INTO report_evidence (report, environment, content) VALUES (?1, ?2, ?3)",
            params![report, environment, packed(document.as_bytes())?],
        )?;
        Ok(())
    }

    /// Keeps a report.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn keep_report(&self, report: &KeptReport) -> Result<()> {
        self.transaction.execute(
            "INSERT INTO report (id, title, environments, period_from, period_to, made, format, file, size, pages, sha256, evidence_sha256, kind)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            params![
                report.id,
                report.title,
                value::json(&report.environments),
                report.from,
                report.to,
                report.made,
                report.format,
                report.file,
                i64::try_from(report.size).unwrap_or(i64::MAX),
                report.pages,
                report.sha256,
                report.evidence_sha256,
                report.kind
            ],
        )?;
        let detail = serde_json::json!({
            "kind": report.kind, "format": report.format, "from": report.from, "to": report.to, "sha256": report.sha256, "evidence_sha256": report.evidence_sha256,
        });
        self.log("report.kept", &report.id, &detail)
    }
}
