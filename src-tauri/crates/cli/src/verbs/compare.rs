//! Two kept reports, or two days, side by side.

use app::{Failure, Session, compare::Compared};
use iec62443::{
    assessment::Limit,
    compare::{Comparison, Driver},
};
use serde_json::json;

use super::environments;
use crate::{
    Done,
    arguments::Compare,
    output::{Output, count, table},
};

const SCHEMA: &str = "plumbline-compare/1";

pub fn compare(mut session: Session, wanted: &Compare, output: &Output) -> app::Result<Done> {
    if wanted.trend {
        return trend(session, &wanted.environment, output);
    }
    let compared = match (wanted.reports.as_slice(), wanted.between.as_slice()) {
        (_, [first, second]) => environments(&session, &wanted.environment)?
            .iter()
            .map(|environment| session.compare_days(environment, [first, second]))
            .collect::<app::Result<Vec<Compared>>>()?,
        ([first, second], _) => session.compare_reports([first, second])?,
        _ => {
            return Err(Failure::new("usage", "nothing to compare was named")
                .advice("Name two kept reports, or two days with --between."));
        }
    };
    let documents: Vec<serde_json::Value> = compared
        .iter()
        .map(|one| {
            let mut document = serde_json::to_value(&one.comparison)
                .map_err(|error| Failure::new("internal", error.to_string()))?;
            document["schema"] = json!(SCHEMA);
            document["environment"] = json!(one.environment);
            Ok(document)
        })
        .collect::<app::Result<_>>()?;
    // As with assess: one environment an object, several a list.
    let document = match documents.as_slice() {
        [one] => one.clone(),
        several => json!(several),
    };
    output.answer(&document, || {
        compared.iter().map(|one| told(&one.environment, &one.comparison)).collect::<Vec<_>>().join("\n")
    });
    Ok(Done::Well)
}

/// How environments stood on the days that reports were kept of, and stand today.
fn trend(mut session: Session, wanted: &[String], output: &Output) -> app::Result<Done> {
    let mut trends = Vec::new();
    for environment in environments(&session, wanted)? {
        let points = {
            let progress = output.progress();
            session.trend(&environment)?.view(&progress)?
        };
        trends.push((environment, points));
    }
    let documents: Vec<_> = trends
        .iter()
        .map(|(environment, points)| json!({"schema": "plumbline-trend/1", "environment": environment, "points": points}))
        .collect();
    let document = match documents.as_slice() {
        [one] => one.clone(),
        several => json!(several),
    };
    output.answer(&document, || {
        let of = |(environment, points): &(String, Vec<app::view::TrendView>)| {
            let rows = points.iter().map(|point| {
                let lowest: Vec<String> = point
                    .zones
                    .iter()
                    .map(|zone| format!("{} {}", zone.id, super::level(zone.level)))
                    .collect();
                [
                    point.day.clone(),
                    if point.report.is_empty() { "(today)".to_owned() } else { point.report.clone() },
                    point.gaps.to_string(),
                    point.open.to_string(),
                    point.high.to_string(),
                    lowest.join(", "),
                ]
            });
            let head = ["day", "report", "levels short", "open", "high or worse", "lowest level by zone"];
            format!("{environment}\n{}", table(head, rows))
        };
        trends.iter().map(of).collect::<Vec<_>>().join("\n")
    });
    Ok(Done::Well)
}

fn level(level: Option<iec62443::SecurityLevel>) -> String {
    level.map_or_else(|| "-".to_owned(), |level| level.to_string())
}

fn told(environment: &str, comparison: &Comparison) -> String {
    let mut text = format!("{environment}: {} to {}\n\n", comparison.from, comparison.to);
    let rows: Vec<[String; 5]> = comparison
        .zones
        .iter()
        .flat_map(|zone| {
            let whole = match (&zone.before, &zone.after) {
                (None, _) => Some("new"),
                (_, None) => Some("gone"),
                _ => None,
            };
            let whole = whole.map(|word| {
                [zone.name.clone(), String::new(), word.to_owned(), String::new(), String::new()]
            });
            let cells = zone.cells.iter().map(|cell| {
                [
                    zone.name.clone(),
                    cell.fr.code().to_owned(),
                    format!("{} -> {}", level(cell.achieved[0]), level(cell.achieved[1])),
                    if cell.target[0] == cell.target[1] {
                        cell.target[1].to_string()
                    } else {
                        format!("{} -> {}", cell.target[0], cell.target[1])
                    },
                    cell.drivers.iter().map(why).collect::<Vec<_>>().join("; "),
                ]
            });
            whole.into_iter().chain(cells).collect::<Vec<_>>()
        })
        .collect();
    if rows.is_empty() {
        text.push_str("No level and no target differs.\n");
    } else {
        text.push_str(&table(["zone", "FR", "SL-A", "SL-T", "because"], rows));
    }
    let findings = &comparison.findings;
    let controls = &comparison.controls;
    text.push_str(&format!(
        "\nOpen findings {} -> {}: {} new, {} gone, {} reopened. Controls in force {} -> {}: {} new, {} ended.\n",
        findings.open[0],
        findings.open[1],
        findings.new.len(),
        findings.gone.len(),
        findings.reopened.len(),
        controls.in_force[0],
        controls.in_force[1],
        controls.new.len(),
        controls.ended.len()
    ));
    text
}

/// What drove a change, in words.
fn why(driver: &Driver) -> String {
    if driver.limit == Limit::NotAssessable {
        return "it can be assessed now, or no longer".to_owned();
    }
    if driver.limit == Limit::EvidenceOnlyCap && driver.levels[1].is_none() {
        return "requirements were assessed, so evidence no longer stands alone".to_owned();
    }
    let mut text = format!(
        "{} {} -> {}",
        driver.limit.as_str().replace('_', " "),
        level(driver.levels[0]),
        level(driver.levels[1])
    );
    if let Some([before, after]) = driver.shares {
        text.push_str(&format!(" ({}/{} -> {}/{})", before.count, before.of, after.count, after.of));
    }
    if !driver.settled.is_empty() {
        text.push_str(&format!(", {} settled", count(driver.settled.len(), "finding", "findings")));
    }
    if !driver.opened.is_empty() {
        text.push_str(&format!(", {} opened", count(driver.opened.len(), "finding", "findings")));
    }
    text
}
