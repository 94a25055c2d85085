//! Lists of tickets: what a ticket system writes out, or this program did and somebody filled in. A row is a ticket,
//! and the finding that it is about where the list says so.

use iec62443::plant::Ticket;
use rustc_hash::FxHashMap;

use crate::{
    File, Refusal, Result,
    form::{self, Cells, Columns, Heads},
    observation::{Kind, Observed, Refused, TicketSighting},
    sheet::{self, Row, Sheet},
};

const HEADS: &Heads = &[
    (
        "ticket",
        &[
            "ticket",
            "ticket number",
            "ticket id",
            "ticketnummer",
            "issue key",
            "incident number",
            "vorgang",
            "vorgangsnummer",
            "work order",
            "auftrag",
            "auftragsnummer",
        ],
    ),
    ("status", &["status", "state", "ticket status", "ticket state", "zustand"]),
    ("finding", &["finding", "finding id", "befund", "befund id"]),
    ("system", &["system", "ticket system", "ticketsystem"]),
    ("link", &["link", "url", "issue url"]),
    ("assignee", &["assignee", "assigned to", "owner", "zugewiesen an", "bearbeiter", "verantwortlich"]),
    ("due", &["due", "due date", "fallig", "fallig am", "falligkeit", "termin"]),
    ("created", &["created", "opened", "erstellt", "angelegt"]),
    (
        "closed",
        &["closed", "resolved", "resolution date", "closed at", "geschlossen", "erledigt", "erledigt am"],
    ),
];

/// The head: a row that names tickets and how they stand, and nothing of what a finding or an asset is.
fn head(sheet: &Sheet) -> Option<(usize, Columns)> {
    const OTHERS: [&str; 6] = ["severity", "cvss vector", "vendor", "version", "cwe", "plugin id"];
    form::head(sheet, HEADS, &["ticket", "status"], &OTHERS)
}

/// Whether it is a list of tickets.
pub(crate) fn is_list(sheets: &[Sheet]) -> bool {
    sheets.iter().any(|sheet| head(sheet).is_some())
}

/// Reads a list.
///
/// # Errors
/// [`Refusal`] when no sheet of it is one.
pub(crate) fn read(file: &File) -> Result<Observed> {
    let sheets = sheet::read(file)?;
    let found = sheets.iter().find_map(|sheet| head(sheet).map(|(index, columns)| (sheet, index, columns)));
    let Some((sheet, index, columns)) = found else {
        let what = "no row names the columns of a list of tickets: Ticket, Status, and Finding for new ones";
        return Err(Refusal::whole(&file.name, what));
    };
    let mut observed = Observed::new(Kind::Tickets);
    let body = &sheet.rows[index + 1..];
    observed.columns = sheet.told(index, &columns);
    let mut seen: FxHashMap<(String, String), u64> = FxHashMap::default();
    for row in body {
        let at = format!("row {}", row.number);
        match ticket(row, &columns, &at) {
            Err(reason) => observed.refused.push(Refused { at, reason }),
            Ok(ticket) => {
                let key = (ticket.id.clone(), ticket.finding.clone());
                match seen.insert(key, row.number) {
                    Some(first) => {
                        let reason =
                            format!("ticket {:?} stands in row {first} already; keep one", ticket.id);
                        observed.refused.push(Refused { at, reason });
                    }
                    None => observed.tickets.push(ticket),
                }
            }
        }
    }
    Ok(observed)
}

fn ticket(row: &Row, columns: &Columns, at: &str) -> std::result::Result<TicketSighting, String> {
    let cells = Cells::of(row, columns)?;
    let id = cells.text("ticket");
    if id.is_empty() {
        return Err("the row names no ticket".to_owned());
    }
    let link = cells.text("link");
    if !link.is_empty() && !Ticket::is_link(&link) {
        return Err("the link does not begin with https://".to_owned());
    }
    Ok(TicketSighting {
        at: at.to_owned(),
        id,
        system: cells.text("system"),
        link,
        finding: cells.text("finding"),
        assignee: cells.text("assignee"),
        due: cells.day("due")?,
        status: cells.text("status"),
        created: cells.moment("created")?,
        closed: cells.moment("closed")?,
    })
}
