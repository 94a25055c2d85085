//! Vulnerability intelligence, and assets against it.

use std::path::Path;

use app::{
    Place, Session, intelligence, network,
    plants::read,
    secret,
    view::{self, IntelFile},
};
use serde_json::json;

use super::environment;
use crate::{
    Done,
    arguments::{Connections, IntelVerb, Match, Sync},
    output::{Output, count, facts, plain, table},
};

pub fn intel(place: &Place, verb: &IntelVerb, output: &Output) -> app::Result<Done> {
    match verb {
        IntelVerb::Import { paths } => {
            let done = intelligence::import(place, paths, &output.progress())?;
            output.answer(&json!({"schema": "plumbline-intel-import/1", "files": done.files}), || {
                let mut text = table(
                    ["file", "kind", "added", "changed", "unchanged", "refused"],
                    done.files.iter().map(|file| {
                        [
                            file.file.clone(),
                            file.kind.clone(),
                            file.added.to_string(),
                            file.changed.to_string(),
                            if file.known > 0 {
                                format!("{} (known)", file.unchanged)
                            } else {
                                file.unchanged.to_string()
                            },
                            file.refused.len().to_string(),
                        ]
                    }),
                );
                text.push('\n');
                for refused in done.files.iter().flat_map(|file| &file.refused).take(20) {
                    text.push_str(&plain(&format!("refused: {}: {}", refused.at, refused.reason)));
                    text.push('\n');
                }
                text
            });
            Ok(Done::Well)
        }
        IntelVerb::Sync(wanted) => {
            let done = synchronise(place, wanted, output)?;
            let failed = done.sources.iter().any(|source| source.error.is_some());
            output.answer(&json!({"schema": "plumbline-intel-sync/1", "sources": done.sources}), || {
                fetched(&done)
            });
            Ok(if failed { Done::WithoutNetwork } else { Done::Well })
        }
        IntelVerb::Key { forget } => {
            if *forget {
                secret::forget(secret::NVD_API_KEY)?;
            } else {
                let mut line = String::new();
                output.remark("The key for NVD's API, then Enter:");
                std::io::stdin()
                    .read_line(&mut line)
                    .map_err(|error| app::Failure::new("io", error.to_string()))?;
                if line.trim().is_empty() {
                    return Err(app::Failure::new("usage", "no key was given"));
                }
                secret::set(secret::NVD_API_KEY, line.trim())?;
            }
            let kept = !*forget;
            let said = if kept { "The key is in the system's keyring." } else { "The key is forgotten." };
            output.answer(&json!({"schema": "plumbline-intel-key/1", "kept": kept}), || said.to_owned());
            Ok(Done::Well)
        }
        IntelVerb::Network { proxy, ca_file, connections, forget } => {
            let mut kept = network::kept(place)?;
            if *forget {
                kept = network::keep(place, &view::Network::default())?;
            } else if proxy.is_some() || ca_file.is_some() || connections.is_some() {
                let file = ca_file.as_ref().map(|file| file.display().to_string());
                let wanted = view::Network {
                    proxy: proxy.clone().or(kept.proxy),
                    ca_file: file.or(kept.ca_file),
                    offline: connections.map_or(kept.offline, |wanted| wanted == Connections::Never),
                };
                kept = network::keep(place, &wanted)?;
            }
            output.answer(&json!({"schema": "plumbline-intel-network/1", "network": kept}), || {
                let lines = [
                    ("proxy", kept.proxy.clone()),
                    ("certificates", kept.ca_file.clone()),
                    ("connections", kept.offline.then(|| "never".to_owned())),
                ];
                let lines: Vec<(&str, String)> =
                    lines.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
                if lines.is_empty() {
                    "Nothing is kept: the system's way is used.".to_owned()
                } else {
                    facts("Network", &lines)
                }
            });
            Ok(Done::Well)
        }
        IntelVerb::ExportBundle { file, since } => {
            let since = since.map(app::place::midnight);
            let done = intelligence::export_bundle(place, file, since, &output.progress())?;
            output.answer(&json!({"schema": "plumbline-bundle/1", "bundle": done}), || {
                let name = plain(&file.display().to_string());
                format!("{name}: {} lines, signed with the key {}\n", done.lines, done.fingerprint)
            });
            Ok(Done::Well)
        }
        IntelVerb::ImportBundle { file, accept } => {
            let done = intelligence::import_bundle(place, file, accept.as_deref(), &output.progress())?;
            let document =
                json!({"schema": "plumbline-bundle/1", "bundle": done.bundle, "files": done.files});
            output.answer(&document, || taken(file, &done));
            Ok(Done::Well)
        }
        IntelVerb::Status => {
            let status = intelligence::status(place)?;
            let document = json!({
                "schema": "plumbline-intel-status/1",
                "sources": status.sources,
                "notice": status.notice,
            });
            output.answer(&document, || {
                if status.sources.is_empty() {
                    return "There is no intelligence yet. Bring some in with `plumbline intel import`."
                        .to_owned();
                }
                let rows = status.sources.iter().map(|source| {
                    let age =
                        source.age_days.map(|days| count(usize::try_from(days).unwrap_or(0), "day", "days"));
                    [
                        source.id.clone(),
                        source.records.to_string(),
                        source.newest.clone().unwrap_or_default(),
                        age.unwrap_or_default() + if source.old { ", old" } else { "" },
                    ]
                });
                format!("{}\n{}\n", table(["source", "records", "newest", "age"], rows), status.notice)
            });
            Ok(Done::Well)
        }
    }
}

fn taken(file: &Path, done: &view::IntelImport) -> String {
    let mut text = String::new();
    if let Some(bundle) = &done.bundle {
        let trust = match bundle.trust.as_str() {
            "first" => "remembered as the first one; compare it with the maker over another way",
            "accepted" => "accepted now",
            _ => "known",
        };
        let mut lines = vec![("made", bundle.made.clone()), ("by", bundle.maker.clone())];
        lines.extend(bundle.since.clone().map(|since| ("changes since", since)));
        lines.push(("key", format!("{} ({trust})", bundle.fingerprint)));
        text = facts(&file.display().to_string(), &lines);
    }
    for file in &done.files {
        let IntelFile { kind, added, changed, unchanged, .. } = file;
        text.push_str(&format!("  {kind}: {added} added, {changed} changed, {unchanged} unchanged\n"));
    }
    text
}

fn synchronise(place: &Place, wanted: &Sync, output: &Output) -> app::Result<view::SyncView> {
    let mut settings = app::SyncSettings {
        proxy: wanted.proxy.clone(),
        extra_ca: wanted.ca_file.clone(),
        ..app::SyncSettings::default()
    };
    for (url, named) in [
        (&mut settings.nvd_url, &wanted.base_url),
        (&mut settings.kev_url, &wanted.kev_url),
        (&mut settings.epss_url, &wanted.epss_url),
    ] {
        if let Some(named) = named {
            url.clone_from(named);
        }
    }
    if !wanted.csaf_url.is_empty() {
        settings.csaf_urls.clone_from(&wanted.csaf_url);
    }
    let since = wanted.since.map(app::place::midnight);
    intelligence::synchronise(place, &settings, &wanted.source, since, &output.progress())
}

fn fetched(done: &view::SyncView) -> String {
    let mut text = String::new();
    for source in &done.sources {
        let line = match (source.news.as_str(), &source.error) {
            (_, Some(error)) => error.clone(),
            ("came", _) => {
                format!("{} fetched, {} new, {} changed", source.records, source.added, source.changed)
            }
            ("not_modified", _) => "nothing new: the server says it did not change".to_owned(),
            ("same", _) => "nothing new: the server sent the same again".to_owned(),
            ("empty", _) => "nothing new: no record changed since the last time".to_owned(),
            _ => "nothing new: no document is newer than those known".to_owned(),
        };
        text.push_str(&plain(&format!("{:<5} {line}", source.id)));
        text.push('\n');
        for row in source.failed.iter().chain(&source.refused).take(20) {
            text.push_str(&plain(&format!("      {}: {}", row.at, row.reason)));
            text.push('\n');
        }
    }
    text
}

/// A list of assets that is matched and not stored.
pub fn loose_list(place: &Place, list: &Path, output: &Output) -> app::Result<Done> {
    let file = read(list)?;
    let mut out = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    app::loose::matched(place, &file, &mut out, &output.progress())?;
    Ok(Done::Well)
}

/// The assets of an environment.
pub fn matches(mut session: Session, wanted: &Match, output: &Output) -> app::Result<Done> {
    let environment = environment(&session, wanted.environment.as_deref())?;
    if wanted.explain {
        let review = session.review(&environment, &output.progress())?;
        output.answer(&json!({"schema": "plumbline-review/1", "review": review}), || explain(&review));
        return Ok(Done::Well);
    }
    let decided =
        wanted.confirm.as_ref().map(|key| (key, true)).or(wanted.reject.as_ref().map(|key| (key, false)));
    let done = match decided {
        Some((key, confirmed)) => {
            let decision = view::MatchDecision {
                environment,
                identity: key.clone(),
                vulnerabilities: wanted.cve.clone(),
                confirmed,
                reason: wanted.note.clone(),
            };
            session.decide_match(&decision, &output.progress())?
        }
        None => session.match_environment(&environment, wanted.dry_run, &output.progress())?,
    };
    output.answer(&json!({"schema": "plumbline-match/1", "match": done}), || {
        let would = if done.dry_run { " would be" } else { "" };
        let mut lines = vec![
            ("findings added", format!("{}{would}", done.added)),
            ("there already", done.present.to_string()),
            ("under review", done.review.to_string()),
            ("not affected", done.clear.to_string()),
        ];
        for (label, number) in [
            ("findings contradicted", done.contradicted),
            ("findings whose CVE was withdrawn", done.withdrawn),
            ("rejected by a person", done.rejected),
            ("assets not identified", done.unidentified),
        ] {
            lines.push((label, if number > 0 { number.to_string() } else { String::new() }));
        }
        let mut text = facts(&count(done.assets, "asset", "assets"), &lines);
        if let Some(change) = done.change {
            text.push_str(&format!("To take it back: plumbline finding undo {change}\n"));
        }
        if decided.is_none() && done.review + done.contradicted + done.withdrawn > 0 {
            text.push_str("`plumbline match --explain` lists what waits, and why.\n");
        }
        text
    });
    Ok(Done::Well)
}

fn explain(review: &view::Review) -> String {
    if review.groups.is_empty() && review.doubted.is_empty() {
        return "Nothing waits for a decision.".to_owned();
    }
    let mut text = String::new();
    if !review.doubted.is_empty() {
        text.push_str("Findings that the sources no longer support; they stay until you close them:\n");
    }
    for doubted in &review.doubted {
        let why = match doubted.why.as_str() {
            "withdrawn" => format!("the CVE was withdrawn ({})", doubted.source),
            _ => format!("{} ({}): {}", doubted.record, doubted.source, doubted.sentence),
        };
        text.push_str(&plain(&format!(
            "  {}  {}  {}: {why}",
            doubted.id, doubted.tag, doubted.vulnerability
        )));
        text.push('\n');
    }
    for group in &review.groups {
        let assets = count(group.assets, "asset", "assets");
        text.push_str(&plain(&format!("{}  ({assets}: {})", group.identity, group.tags.join(", "))));
        text.push_str(&format!("\n  key {}\n", plain(&group.key)));
        for m in &group.matches {
            let settles =
                m.settles.as_deref().map(|what| format!("; would settle it: {}", what.replace('_', " ")));
            let line = format!(
                "  {:<16} {:<9} {:.2} {:<6} {}{}",
                m.vulnerability,
                m.verdict,
                m.confidence,
                m.level,
                m.sentence,
                settles.unwrap_or_default()
            );
            text.push_str(&plain(&line));
            text.push('\n');
        }
    }
    text
}
