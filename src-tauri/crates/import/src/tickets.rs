//! Lists of tickets: what a ticket system writes out, or this program did and somebody filled in. A row is a ticket,
//! and the finding that it is about where the list says so.

use iec62443::{Moment, plant::Ticket};
use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::{
    File, Refusal, Result,
    columns::plain,
    list::{date, hidden},
    observation::{Kind, Observed, Refused, TicketSighting},
    sheet::{self, Row, Sheet},
};

/// Fields, and the heads by which their column is known, the surest first.
const HEADS: [(&str, &[&str]); 9] = [
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

fn columns(row: &Row) -> FxHashMap<&'static str, usize> {
    let heads: Vec<String> = row.cells.iter().map(plain).collect();
    HEADS
        .into_iter()
        .filter_map(|(field, names)| {
            let column = names.iter().find_map(|name| heads.iter().position(|head| head == name))?;
            Some((field, column))
        })
        .collect()
}

/// The head: a row that names tickets and how they stand, and nothing of what a finding or an asset is.
fn head(sheet: &Sheet) -> Option<(usize, FxHashMap<&'static str, usize>)> {
    const OTHERS: [&str; 6] = ["severity", "cvss vector", "vendor", "version", "cwe", "plugin id"];
    sheet.rows.iter().take(40).enumerate().find_map(|(index, row)| {
        let columns = columns(row);
        let other = row.cells.iter().any(|name| OTHERS.contains(&plain(name).as_str()));
        let is = columns.contains_key("ticket") && columns.contains_key("status") && !other;
        is.then_some((index, columns))
    })
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

fn ticket(
    row: &Row,
    columns: &FxHashMap<&'static str, usize>,
    at: &str,
) -> std::result::Result<TicketSighting, String> {
    if let Some(c) = row.cells.iter().find_map(hidden) {
        return Err(format!("it holds the hidden character U+{:04X}; type it anew", u32::from(c)));
    }
    let cell = |field: &str| {
        let text = columns.get(field).map_or("", |column| row.cell(*column));
        // What this program puts before a cell that a spreadsheet would run.
        text.strip_prefix('\'')
            .filter(|rest| rest.starts_with(['=', '+', '-', '@']))
            .unwrap_or(text)
            .to_owned()
    };
    let day = |field: &str| -> std::result::Result<Option<Date>, String> {
        match cell(field).as_str() {
            "" => Ok(None),
            text => Ok(Some(date(text).ok_or_else(|| {
                let short: String = text.chars().take(40).collect();
                format!("{short:?} is no date such as 2026-06-30 or 30.06.2026")
            })?)),
        }
    };
    let moment = |field: &str| -> std::result::Result<Option<Moment>, String> {
        match Moment::parse(&cell(field)) {
            Ok(moment) => Ok(Some(moment)),
            Err(_) => Ok(day(field)?.map(Moment::end_of)),
        }
    };
    let id = cell("ticket");
    if id.is_empty() {
        return Err("the row names no ticket".to_owned());
    }
    let link = cell("link");
    if !link.is_empty() && !Ticket::is_link(&link) {
        return Err("the link does not begin with https://".to_owned());
    }
    Ok(TicketSighting {
        at: at.to_owned(),
        id,
        system: cell("system"),
        link,
        finding: cell("finding"),
        assignee: cell("assignee"),
        due: day("due")?,
        status: cell("status"),
        created: moment("created")?,
        closed: moment("closed")?,
    })
}
