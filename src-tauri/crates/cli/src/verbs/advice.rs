//! Advice by asset type and finding.

use app::{Session, mitigations::ATTACK_NOTICE, view};
use serde_json::json;

use super::environments;
use crate::{
    Done,
    arguments::Advice,
    output::{Output, count, plain},
};

/// Characters of a source's words that are shown; the JSON has all that is kept.
const SHOWN: usize = 400;

pub fn advice(mut session: Session, wanted: &Advice, output: &Output) -> app::Result<Done> {
    let mut all = Vec::new();
    for environment in environments(&session, &wanted.environment)? {
        let rows = session.advice(&environment, wanted.as_of.as_deref())?;
        all.push((environment, rows));
    }
    let listed: Vec<_> = all.iter().map(|(id, rows)| json!({"environment": id, "advice": rows})).collect();
    let document = json!({"schema": "plumbline-advice/1", "environments": listed, "notice": ATTACK_NOTICE});
    output.answer(&document, || {
        let mut text = String::new();
        for (environment, rows) in &all {
            text += &format!(
                "{}: {}\n",
                plain(environment),
                count(rows.len(), "recommendation", "recommendations")
            );
            for row in rows {
                text += &said(row);
            }
            text.push('\n');
        }
        text + ATTACK_NOTICE + "\n"
    });
    Ok(Done::Well)
}

/// A recommendation in a few lines.
fn said(row: &view::AdviceRow) -> String {
    let what = match row.kind.as_str() {
        "replace" => "Replace, support has ended",
        "vendor_fix" => "Install the vendor's fix",
        "workaround" => "Workaround",
        "mitigation" => "Mitigation",
        "no_fix" => "No fix: compensate or replace",
        _ => "Protect",
    };
    let product = [row.vendor.as_str(), row.product.as_str()].join(" ");
    let of_type = row.component_type.replace('_', " ");
    let about: Vec<&str> =
        [product.trim(), of_type.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
    let n = |number: u32, one, many| count(number as usize, one, many);
    let mut figures =
        vec![n(row.assets, "asset", "assets"), n(row.findings, "open finding", "open findings")];
    let of_them = [(row.exploited, "exploited"), (row.high, "high"), (row.unfixed, "without a fix")];
    figures.extend(of_them.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")));
    let mut lines = vec![(about.join(", ") + ": ").trim_start_matches(": ").to_owned() + &figures.join(", ")];
    if row.kind == "replace" || row.kind == "vendor_fix" {
        lines.push(few(row.tags.iter().map(String::as_str), row.assets));
    }
    if !row.text.is_empty() {
        let shown: String = row.text.chars().take(SHOWN).collect();
        lines.push(if shown.len() < row.text.len() { shown + "…" } else { shown });
    }
    let source = |source: &view::AdviceSource| {
        let parts = [&source.publisher, &source.advisory, &source.url].map(String::as_str);
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    };
    if !row.sources.is_empty() {
        let sources: Vec<String> = row.sources.iter().take(3).map(source).collect();
        lines.push(format!("said by {}", few(sources.iter().map(String::as_str), row.said)));
    }
    if !row.srs.is_empty() {
        lines.push(format!("serves {}", row.srs.join(", ")));
    }
    if !row.mitigations.is_empty() {
        let all: Vec<String> =
            row.mitigations.iter().take(6).map(|one| format!("{} {}", one.id, one.name)).collect();
        let number = u32::try_from(row.mitigations.len()).unwrap_or(u32::MAX);
        lines.push(format!("helped by {}", few(all.iter().map(String::as_str), number)));
    }
    if row.by_cve_only {
        lines.push("it names the vulnerability; whether it means this product is not recorded".to_owned());
    }
    let lines = lines.iter().filter(|line| !line.is_empty()).map(|line| format!("    {}\n", plain(line)));
    format!("\n  {what}\n{}", lines.collect::<String>())
}

/// The names there are, and how many more.
fn few<'n>(names: impl ExactSizeIterator<Item = &'n str>, all: u32) -> String {
    let more = (all as usize).saturating_sub(names.len());
    let text = names.collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{text} and {more} more") } else { text }
}
