//! Tickets.

use iec62443::plant::Ticket;
use rusqlite::params;

use crate::{Change, Reading, Result, value};

impl Reading<'_> {
    pub(crate) fn tickets(&self, environment: &str) -> Result<Vec<Ticket>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, system, finding, created, assignee, due, status, closed, link FROM ticket
             WHERE environment = ?1 ORDER BY position, id, finding",
        )?;
        let mut rows = statement.query([environment])?;
        let mut tickets = Vec::new();
        while let Some(row) = rows.next()? {
            tickets.push(Ticket {
                id: row.get(0)?,
                system: row.get(1)?,
                finding: row.get(2)?,
                created: value::optional_moment(row.get(3)?)?,
                assignee: row.get(4)?,
                due: value::optional_date(row.get(5)?)?,
                status: row.get(6)?,
                closed: value::optional_moment(row.get(7)?)?,
                link: row.get(8)?,
            });
        }
        Ok(tickets)
    }
}

impl Change<'_> {
    pub(crate) fn put_ticket(&self, environment: &str, position: usize, ticket: &Ticket) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO ticket (environment, id, position, system, finding, created, assignee, due, status, closed, link)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                 ON CONFLICT (environment, id, finding) DO UPDATE SET
                    system = ?4, created = ?6, assignee = ?7, due = ?8, status = ?9, closed = ?10, link = ?11",
            )?
            .execute(params![
                environment,
                ticket.id,
                position,
                ticket.system,
                ticket.finding,
                ticket.created.map(|at| at.to_string()),
                ticket.assignee,
                ticket.due.map(|day| day.to_string()),
                ticket.status,
                ticket.closed.map(|at| at.to_string()),
                ticket.link
            ])?;
        Ok(())
    }

    pub(crate) fn delete_ticket(&self, environment: &str, id: &str, finding: &str) -> Result<()> {
        self.transaction
            .prepare_cached("DELETE FROM ticket WHERE environment = ?1 AND id = ?2 AND finding = ?3")?
            .execute([environment, id, finding])?;
        Ok(())
    }
}
