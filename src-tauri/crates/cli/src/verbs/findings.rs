//! Findings.

use app::{Session, view};
use serde_json::json;

use super::{environment, lists::query};
use crate::{
    Done,
    arguments::{DecisionVerb, FindingVerb, Which},
    output::{Output, count, facts, table},
};

pub fn findings(mut session: Session, verb: &FindingVerb, output: &Output) -> app::Result<Done> {
    match verb {
        FindingVerb::List { scope, text, state, zone, facet, view } => {
            let environment = environment(&session, scope.environment.as_deref())?;
            let mut query = view::Query { text: text.clone(), ..query(&environment, scope) };
            for (facet, value) in [("state", state), ("zone", zone)] {
                query.facets.extend(value.iter().map(|value| (facet.to_owned(), vec![value.clone()])));
            }
            for (facet, values) in facets(facet)? {
                query.facets.entry(facet).or_default().extend(values);
            }
            if let Some(name) = view {
                let views = session.views(&environment)?;
                let known = views.into_iter().find(|view| view.name == *name);
                let known = known.ok_or_else(|| {
                    app::Failure::not_found("view", name).advice("plumbline finding view list")
                })?;
                query = view::Query {
                    text: [known.text.as_str(), text].join(" ").trim().to_owned(),
                    facets: known.facets,
                    sort: known.sort,
                    descending: known.descending,
                    ..query
                };
            }
            let page = session.findings(&query)?;
            output.answer(&json!({"schema": "plumbline-list/1", "findings": page.rows}), || {
                table(
                    ["id", "severity", "score", "CVE", "title", "asset", "zone", "FR", "state", "triaged"],
                    page.rows.iter().map(|f| {
                        [
                            f.id.clone(),
                            f.severity.clone(),
                            f.score.clone().unwrap_or_default(),
                            f.vuln.clone().unwrap_or_default(),
                            f.title.clone(),
                            f.tag.clone(),
                            f.zone.clone(),
                            numbers(&f.frs),
                            f.state.clone(),
                            if f.triaged { "yes" } else { "no" }.to_owned(),
                        ]
                    }),
                )
            });
        }
        FindingVerb::Show { id, scope } => {
            let environment = environment(&session, scope.environment.as_deref())?;
            let detail = session.finding(&environment, scope.as_of.as_deref(), id)?;
            output.answer(&json!({"schema": "plumbline-finding/1", "finding": detail}), || about(&detail));
        }
        FindingVerb::Undo { change } => return undo(session, *change, output),
        FindingVerb::Decide(verb) => return decide(session, verb, output),
        FindingVerb::Together(verb) => return super::work::together(session, verb, output),
        FindingVerb::View { verb } => return super::work::views(session, verb, output),
    }
    Ok(Done::Well)
}

/// Decides about findings.
fn decide(mut session: Session, verb: &DecisionVerb, output: &Output) -> app::Result<Done> {
    let words = |act: &str, note: &str| view::Decision {
        act: act.to_owned(),
        note: note.to_owned(),
        ..view::Decision::default()
    };
    let (which, decision) = match verb {
        DecisionVerb::Acknowledge { which, reason, note } => {
            (which, view::Decision { reason: reason.clone(), ..words("acknowledge", note) })
        }
        DecisionVerb::Ticket { which, number, system, link, assignee, due, note } => {
            let ticket = view::NewTicket {
                id: number.clone(),
                system: system.clone(),
                link: link.clone(),
                assignee: assignee.clone(),
                due: due.clone(),
            };
            (which, view::Decision { ticket: Some(ticket), ..words("ticket", note) })
        }
        DecisionVerb::Defer { which, until, note } => {
            (which, view::Decision { until: Some(until.clone()), ..words("defer", note) })
        }
        DecisionVerb::Undefer { which, note } => (which, words("undefer", note)),
        DecisionVerb::Accept { which, until, note } => {
            (which, view::Decision { until: Some(until.clone()), ..words("accept", note) })
        }
        DecisionVerb::FalsePositive { which, note } => (which, words("false_positive", note)),
        DecisionVerb::Patch { which, version, on, note } => {
            (which, view::Decision { version: version.clone(), on: on.clone(), ..words("patch", note) })
        }
        DecisionVerb::Close { which, on, note } => {
            (which, view::Decision { on: on.clone(), ..words("close", note) })
        }
        DecisionVerb::Reopen { which, note } => (which, words("reopen", note)),
        DecisionVerb::Override { which, fr, note } => {
            (which, view::Decision { frs: fr.clone(), ..words("override", note) })
        }
    };
    let environment = environment(&session, which.environment.as_deref())?;
    let all = chosen(&environment, which)?;
    let change =
        session.decide(&view::Decision { environment, findings: which.ids.clone(), all, ..decision })?;
    output.answer(&json!({"schema": "plumbline-change/1", "change": change}), || {
        format!(
            "{} decided, {} as before. To take it back: plumbline undo {}\n",
            count(change.changed as usize, "finding", "findings"),
            change.unchanged,
            change.id
        )
    });
    Ok(Done::Well)
}

/// The query that stands in place of ids, where none are named.
pub fn chosen(environment: &str, which: &Which) -> app::Result<Option<view::Query>> {
    if !which.ids.is_empty() {
        return Ok(None);
    }
    Ok(Some(view::Query {
        environment: environment.to_owned(),
        text: which.text.clone().unwrap_or_default(),
        facets: facets(&which.facet)?,
        ..view::Query::default()
    }))
}

/// Facets from their pairs, `zone=Z1`.
pub fn facets(pairs: &[String]) -> app::Result<std::collections::BTreeMap<String, Vec<String>>> {
    let mut facets = std::collections::BTreeMap::<String, Vec<String>>::new();
    for pair in pairs {
        let (facet, value) = pair.split_once('=').ok_or_else(|| {
            app::Failure::new("usage", format!("{pair:?} is no facet"))
                .advice("Write it as zone=Z1 or severity=high.")
        })?;
        if !app::findings::FACETS.contains(&facet) {
            return Err(app::Failure::new("usage", format!("there is no facet {facet:?}"))
                .advice(format!("Facets are {}.", app::findings::FACETS.join(", "))));
        }
        facets.entry(facet.to_owned()).or_default().push(value.to_owned());
    }
    Ok(facets)
}

/// Takes any change back.
pub fn undo(mut session: Session, change: i64, output: &Output) -> app::Result<Done> {
    let change = session.undo(change)?;
    output.answer(&json!({"schema": "plumbline-change/1", "change": change}), || {
        let findings = match change.changed {
            0 => String::new(),
            n => format!("; {} as before", count(n as usize, "finding is", "findings are")),
        };
        format!("Change {} is taken back{findings}.\n", change.id)
    });
    Ok(Done::Well)
}

fn numbers(frs: &[u8]) -> String {
    frs.iter().map(u8::to_string).collect::<Vec<_>>().join(" ")
}

fn about(detail: &view::FindingDetail) -> String {
    let row = &detail.row;
    let score = row.score.as_deref().map(|score| format!(" ({score})")).unwrap_or_default();
    let mut lines = vec![
        ("vulnerability", row.vuln.clone().unwrap_or_else(|| "no CVE".to_owned())),
        ("about", detail.description.clone()),
        ("asset", format!("{} {}, zone {} {}", row.asset, detail.asset.name, row.zone, row.zone_name)),
        ("state", format!("{}{}", row.state, if row.deferred { ", deferred" } else { "" })),
        ("triaged", if row.triaged { "yes" } else { "no" }.to_owned()),
        ("severity", format!("{}{score}", row.severity)),
        ("attacker class", row.attacker_class.to_string()),
        ("exploited", if row.kev { "known to be (KEV)" } else { "" }.to_owned()),
        ("EPSS", row.epss.map(|p| p.to_string()).unwrap_or_default()),
        ("fix known since", row.fix.clone().unwrap_or_default()),
        ("counts against", {
            let frs: Vec<String> = row.frs.iter().map(|fr| format!("FR {fr}")).collect();
            format!(
                "{} by rule {}",
                if frs.is_empty() { "no FR".to_owned() } else { frs.join(", ") },
                row.rule
            )
        }),
        ("because", detail.because.join("; ")),
        ("assigned to", row.assignee.clone()),
        (
            "due",
            row.due
                .clone()
                .map(|due| if row.overdue { format!("{due} (past)") } else { due })
                .unwrap_or_default(),
        ),
    ];
    lines.extend(detail.request.iter().map(|request| {
        let what = format!("until {} asked by {}: {}", request.until, request.by, request.reason);
        ("waits for a second person", what)
    }));
    lines.extend(detail.updates.iter().map(|u| ("update", format!("{} {} ({})", u.id, u.title, u.state))));
    lines.extend(detail.notes.iter().map(|n| ("note", format!("{} {}: {}", n.at, n.by, n.text))));
    lines.extend(detail.cwes.iter().map(|cwe| ("weakness", format!("{} {}", cwe.id, cwe.name))));
    lines.extend(detail.vectors.iter().map(|v| ("CVSS", format!("{} {} ({})", v.score, v.vector, v.source))));
    lines.extend(detail.controls.iter().map(|c| {
        let counts = if c.counts { "" } else { ", does not count" };
        ("control", format!("{} {} ({}{counts})", c.id, c.title, c.status))
    }));
    lines.extend(detail.tickets.iter().map(|t| ("ticket", format!("{} {} ({})", t.system, t.id, t.status))));
    let mut text = facts(&format!("{} {}", row.id, row.title), &lines);
    text.push_str(&table(
        ["when", "what", "who", "why", "until"],
        detail.events.iter().map(|e| {
            [
                e.at.clone(),
                e.kind.replace('_', " "),
                e.by.clone(),
                e.reason.clone(),
                e.until.clone().unwrap_or_default(),
            ]
        }),
    ));
    text
}
