//! Figures of the vulnerability management program.

use app::Session;
use serde_json::json;

use super::environment;
use crate::{
    Done,
    arguments::Scope,
    output::{Output, count, table},
};

/// In the order in which they are told.
const SEVERITIES: [&str; 6] = ["critical", "high", "medium", "low", "none", "unscored"];

pub fn figures(
    mut session: Session,
    scope: &Scope,
    from: Option<&str>,
    output: &Output,
) -> app::Result<Done> {
    let environment = environment(&session, scope.environment.as_deref())?;
    let figures = session.figures(&environment, scope.as_of.as_deref(), from)?;
    let document = json!({"schema": "plumbline-figures/1", "environment": environment, "figures": figures});
    output.answer(&document, || {
        let days = |days: Option<f64>| days.map_or_else(|| "–".to_owned(), |days| format!("{days:.1}"));
        let tiers = figures.tiers.iter().map(|(tier, group)| (format!("tier {tier}"), group));
        let severities =
            SEVERITIES.iter().filter_map(|word| Some(((*word).to_owned(), figures.severities.get(word)?)));
        let zones = figures.zones.iter().map(|(zone, group)| (format!("zone {zone}"), group));
        let rows =
            std::iter::once(("all".to_owned(), &figures.all)).chain(tiers).chain(severities).chain(zones);
        let mut text = format!("From {} to {}, times in days\n\n", figures.from, figures.to);
        text += &table(
            [
                "",
                "acknowledged",
                "median",
                "p90",
                "treated",
                "median",
                "p90",
                "open",
                "no decision",
                "oldest",
            ],
            rows.map(|(name, group)| {
                let (seen, treated) = (group.acknowledged, group.treated);
                [
                    name,
                    seen.count.to_string(),
                    days(seen.median),
                    days(seen.p90),
                    treated.count.to_string(),
                    days(treated.median),
                    days(treated.p90),
                    group.open.to_string(),
                    group.waiting.to_string(),
                    if group.waiting > 0 { group.oldest.to_string() } else { String::new() },
                ]
            }),
        );
        text += "\n";
        text += &table(
            ["backlog on", "open", "no decision", "opened since"],
            figures.backlog.iter().map(|b| {
                [b.day.to_string(), b.open.to_string(), b.waiting.to_string(), b.opened.to_string()]
            }),
        );
        text += &format!(
            "\nFeeds or scans on {}; {} longer than {} days.\n",
            count(figures.update_days, "day", "days"),
            count(figures.gaps.len(), "time without an update is", "times without an update are"),
            figures.allowed_days
        );
        for gap in &figures.gaps {
            text += &format!("  {} to {}: {} days\n", gap.from, gap.to, gap.days);
        }
        let [assets, identified] = figures.assets;
        text += &format!("{identified} of {} identified.\n", count(assets, "asset is", "assets are"));
        text
    });
    Ok(Done::Well)
}
