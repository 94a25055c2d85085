//! Kept reports looked back on: what a report is compared with, and how an environment stood over time.

use std::sync::Arc;

use iec62443::{Assessment, Evidence, SecurityLevel, finding::State, scoring};
use jiff::civil::Date;
use report::TrendPoint;
use store::{KeptEvidence, KeptReport, audit::sha256};

use crate::{
    Failure, Result, Session, Watch, view,
    watch::tell,
    work::{count, usage},
};

/// Kept reports that a trend goes back.
const TREND: usize = 36;

/// A kept report with the evidence document of one of its environments.
pub(crate) struct Kept {
    pub(crate) report: KeptReport,
    pub(crate) evidence: KeptEvidence,
}

/// An evidence document that a report was kept with, scored.
pub(crate) struct Scored {
    pub(crate) evidence: Evidence<'static>,
    pub(crate) assessment: Assessment,
    pub(crate) sha256: String,
}

impl Kept {
    pub(crate) fn scored(&self) -> Result<Scored> {
        let document = self.evidence.document()?;
        let evidence = Evidence::from_json(&document).map_err(|problem| {
            let what =
                format!("the evidence document of {:?} cannot be read: {}", self.report.title, problem.what);
            Failure::new("store_damaged", what)
                .advice("Bring the store back from a backup, or leave the comparison out.")
        })?;
        let assessment = scoring::assess(&evidence);
        Ok(Scored { assessment, sha256: sha256(&document), evidence: evidence.into_owned() })
    }
}

/// How an environment stood on the days that reports were kept of, and stands on the day of an assessment. Needs neither
/// session nor store.
pub struct Trend {
    pub(crate) kept: Vec<Kept>,
    pub(crate) now: Arc<Assessment>,
}

impl Trend {
    /// The points, oldest first, the last one being now.
    pub(crate) fn points(&self, watch: &dyn Watch) -> Result<Vec<TrendPoint>> {
        let mut points = Vec::new();
        for kept in &self.kept {
            tell(watch, "trend", count(points.len()), count(self.kept.len()))?;
            points.push(point(&kept.report.title, &kept.scored()?.assessment));
        }
        points.push(point("", &self.now));
        Ok(points)
    }

    /// The points as the window shows them.
    ///
    /// # Errors
    /// `store_damaged` when what an earlier report was made from cannot be read.
    pub fn view(&self, watch: &dyn Watch) -> Result<Vec<view::TrendView>> {
        let zone = |(id, level): (String, Option<SecurityLevel>)| view::TrendZone {
            id,
            level: level.map(SecurityLevel::get),
        };
        let view = |point: TrendPoint| view::TrendView {
            day: point.day.to_string(),
            report: point.report,
            gaps: point.gaps,
            open: point.open,
            high: point.high,
            zones: point.levels.into_iter().map(zone).collect(),
        };
        Ok(self.points(watch)?.into_iter().map(view).collect())
    }
}

fn point(report: &str, assessment: &Assessment) -> TrendPoint {
    let open = || assessment.verdicts.iter().flatten().filter(|verdict| verdict.state == State::Open);
    let gaps = assessment.zones.iter().flat_map(|zone| &zone.cells).filter_map(|cell| cell.gap);
    TrendPoint {
        day: assessment.as_of,
        report: report.to_owned(),
        levels: assessment.zones.iter().map(|zone| (zone.id.to_string(), zone.level)).collect(),
        gaps: gaps.map(u32::from).sum(),
        open: count(open().count()),
        high: count(open().filter(|verdict| verdict.rating.is_high()).count()),
    }
}

impl Session {
    /// The kept report of an id, else the newest of a name.
    ///
    /// # Errors
    /// `not_found`
    pub(crate) fn kept_report(&self, name: &str) -> Result<KeptReport> {
        let mut kept = self.store()?.reports()?;
        let found = kept.iter().position(|report| report.id == name);
        let found = found.or_else(|| kept.iter().position(|report| report.title == name));
        found.map(|at| kept.swap_remove(at)).ok_or_else(|| {
            Failure::not_found("report", name)
                .advice("It is the name given with --snapshot, or the id that the window shows.")
        })
    }

    fn kept_of(&self, report: KeptReport, environment: &str) -> Result<Option<Kept>> {
        let documents = self.store()?.report_evidence(&report.id)?;
        let evidence = documents.into_iter().find(|evidence| evidence.environment == environment);
        Ok(evidence.map(|evidence| Kept { report, evidence }))
    }

    /// Kept reports about an environment of days before one, newest day first, of a day the newest first.
    fn kept_before(&self, environment: &str, day: Date) -> Result<Vec<KeptReport>> {
        let before = day.to_string();
        let mut reports = self.store()?.reports()?;
        reports
            .retain(|report| report.to < before && report.environment_ids.iter().any(|id| id == environment));
        reports.sort_by(|a, b| b.to.cmp(&a.to));
        Ok(reports)
    }

    /// The kept report that one of a day is compared with: the one that is named (none by an empty name, and none where
    /// that is about other environments), else the last one before that day.
    pub(crate) fn earlier(&self, environment: &str, day: Date, named: Option<&str>) -> Result<Option<Kept>> {
        let report = match named {
            Some("") => None,
            None => self.kept_before(environment, day)?.into_iter().next(),
            Some(name) => {
                let report = self.kept_report(name)?;
                if report.to >= day.to_string() {
                    let of = format!(
                        "the report {:?} is of {}, not of a day before {day}",
                        report.title, report.to
                    );
                    return Err(usage(of, "Compare with an earlier one."));
                }
                Some(report)
            }
        };
        report.map_or(Ok(None), |report| self.kept_of(report, environment))
    }

    /// What was kept of an environment before a day, the newest report of each of the last days, oldest first.
    pub(crate) fn kept_until(&self, environment: &str, day: Date) -> Result<Vec<Kept>> {
        let mut reports = self.kept_before(environment, day)?;
        reports.dedup_by(|one, before| one.to == before.to);
        reports.truncate(TREND);
        let kept = reports.into_iter().rev().map(|report| self.kept_of(report, environment));
        Ok(kept.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// What the trend of an environment up to today is computed from.
    ///
    /// # Errors
    /// `not_found`
    pub fn trend(&mut self, environment: &str) -> Result<Trend> {
        let when = self.when(environment, None, None)?;
        let (_, now) = self.assessed(environment, when)?;
        Ok(Trend { kept: self.kept_until(environment, when.as_of.day())?, now })
    }

    /// A kept report's evidence documents.
    ///
    /// # Errors
    /// `not_found`; `usage` for one that was kept without them.
    pub(crate) fn kept_with(&self, name: &str) -> Result<Vec<Kept>> {
        let report = self.kept_report(name)?;
        let documents = self.store()?.report_evidence(&report.id)?;
        if documents.is_empty() {
            return Err(usage(
                format!("the report {name} was kept without its evidence document"),
                "Generate it again, or compare the two days: --between.",
            ));
        }
        Ok(documents.into_iter().map(|evidence| Kept { report: report.clone(), evidence }).collect())
    }
}
