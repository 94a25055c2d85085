//! Tickets as rows, and as a table that a ticket system or a spreadsheet reads and gives back.

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
        let row = |ticket: &iec62443::plant::Ticket| {
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
