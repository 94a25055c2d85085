//! Tickets as rows, as a table that a ticket system or a spreadsheet reads and gives back, and what such a table changes.

use iec62443::{
    Moment, Plant,
    evidence::Finding,
    finding::{State, standing},
    plant::Ticket,
};
use import::{
    merge::Merged,
    observation::{Refused, TicketSighting},
};
use rustc_hash::FxHashMap;

use crate::{Result, Session, export, view};

impl Session {
    /// All tickets of an environment, one row for each finding that a ticket is about.
    ///
    /// # Errors
    /// `not_found`
    pub fn tickets(&mut self, environment: &str) -> Result<Vec<view::TicketRow>> {
        let today = self.today();
        let plant = self.plant(environment)?;
        let findings: FxHashMap<&str, usize> =
            plant.evidence.findings.iter().enumerate().map(|(at, finding)| (&*finding.id, at)).collect();
        let tags: FxHashMap<&str, &str> = plant
            .evidence
            .assets
            .iter()
            .zip(&plant.assets)
            .map(|(asset, detail)| (&*asset.id, detail.tag.as_str()))
            .collect();
        let row = |ticket: &Ticket| {
            let finding = findings.get(ticket.finding.as_str()).map(|at| &plant.evidence.findings[*at]);
            let tag = finding.and_then(|finding| tags.get(&*finding.asset).copied());
            view::TicketRow {
                ticket: ticket.id.clone(),
                system: ticket.system.clone(),
                link: ticket.link.clone(),
                finding: ticket.finding.clone(),
                tag: tag.unwrap_or_default().to_owned(),
                title: finding.map(|finding| finding.title.to_string()).unwrap_or_default(),
                created: ticket.created.map(|at| at.to_string()),
                assignee: ticket.assignee.clone(),
                due: ticket.due.map(|day| day.to_string()),
                status: ticket.status.clone(),
                closed: ticket.closed.map(|at| at.to_string()),
                overdue: ticket.closed.is_none() && ticket.due.is_some_and(|due| due < today),
            }
        };
        Ok(plant.tickets.iter().map(row).collect())
    }

    /// The tickets as CSV. Filled in elsewhere and imported, it brings the states back.
    ///
    /// # Errors
    /// `not_found`
    pub fn tickets_as_csv(&mut self, environment: &str) -> Result<Vec<u8>> {
        let rows = self.tickets(environment)?;
        let head = [
            "Ticket",
            "System",
            "Link",
            "Finding",
            "Asset tag",
            "Summary",
            "Created",
            "Assignee",
            "Due",
            "Status",
            "Closed",
        ];
        let none = String::new();
        let cells = rows.iter().map(|row| {
            [
                row.ticket.as_str(),
                &row.system,
                &row.link,
                &row.finding,
                &row.tag,
                &row.title,
                row.created.as_ref().unwrap_or(&none),
                &row.assignee,
                row.due.as_ref().unwrap_or(&none),
                &row.status,
                row.closed.as_ref().unwrap_or(&none),
            ]
        });
        export::csv(head, cells)
    }
}

/// What a list of tickets changes.
#[derive(Default)]
pub(crate) struct Written {
    /// Tickets that are new, changed, as before.
    pub counts: [u32; 3],
    /// Tickets as they were; none for new ones.
    pub before: Vec<(String, String, Option<Ticket>)>,
    /// Findings that got a ticket.
    pub ticketed: Vec<String>,
}

/// Tickets by their numbers. A row that names no finding is meant for all that the ticket was about before.
pub(crate) fn written(
    known: &Plant,
    merged: &mut Merged,
    tickets: Vec<TicketSighting>,
    now: Moment,
) -> Written {
    let mut written = Written::default();
    if tickets.is_empty() {
        return written;
    }
    let findings: FxHashMap<&str, &Finding<'_>> =
        known.evidence.findings.iter().map(|finding| (&*finding.id, finding)).collect();
    let mut by_id: FxHashMap<&str, Vec<&Ticket>> = FxHashMap::default();
    for ticket in &known.tickets {
        by_id.entry(&ticket.id).or_default().push(ticket);
    }
    for seen in tickets {
        let mut about: Vec<&Ticket> = by_id.get(seen.id.as_str()).cloned().unwrap_or_default();
        let mut refuse = |reason: String| merged.refused.push(Refused { at: seen.at.clone(), reason });
        if !seen.finding.is_empty() {
            about.retain(|ticket| ticket.finding == seen.finding);
            match findings.get(seen.finding.as_str()) {
                None => {
                    refuse(format!("there is no finding {:?} here", short(&seen.finding)));
                    continue;
                }
                Some(finding) if about.is_empty() => {
                    let open = standing(finding, now).is_some_and(|standing| standing.state == State::Open);
                    if open {
                        written.ticketed.push(seen.finding.clone());
                    }
                    written.counts[0] += 1;
                    written.before.push((seen.id.clone(), seen.finding.clone(), None));
                    merged.plant.tickets.push(Ticket {
                        id: seen.id,
                        system: seen.system,
                        link: seen.link,
                        finding: seen.finding,
                        created: Some(seen.created.unwrap_or(now)),
                        assignee: seen.assignee,
                        due: seen.due,
                        status: seen.status,
                        closed: seen.closed,
                    });
                    continue;
                }
                Some(_) => {}
            }
        }
        if about.is_empty() {
            refuse(format!(
                "there is no ticket {:?} here; name the finding that it is about",
                short(&seen.id)
            ));
            continue;
        }
        for was in about {
            let text = |new: &str, old: &str| if new.is_empty() { old } else { new }.to_owned();
            let ticket = Ticket {
                id: was.id.clone(),
                finding: was.finding.clone(),
                system: text(&seen.system, &was.system),
                link: text(&seen.link, &was.link),
                assignee: text(&seen.assignee, &was.assignee),
                status: text(&seen.status, &was.status),
                due: seen.due.or(was.due),
                created: seen.created.or(was.created),
                closed: seen.closed.or(was.closed),
            };
            if ticket == *was {
                written.counts[2] += 1;
                continue;
            }
            written.counts[1] += 1;
            written.before.push((was.id.clone(), was.finding.clone(), Some(was.clone())));
            merged.plant.tickets.push(ticket);
        }
    }
    written
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}
