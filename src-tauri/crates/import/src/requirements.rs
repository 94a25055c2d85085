//! Answers to requirements of IEC 62443-3-3: written out here, filled in elsewhere, and read back.

use crate::{
    File, Refusal, Result,
    form::{self, Cells, Columns, Heads},
    observation::{AnswerSighting, Kind, Observed, Refused},
    sheet::{self, Row, Sheet},
};

const HEADS: &Heads = &[
    ("zone", &["zone", "zone id"]),
    ("requirement", &["requirement", "requirement id", "sr", "anforderung"]),
    ("answer", &["answer", "status", "antwort", "bewertung"]),
    ("justification", &["justification", "reason", "begrundung"]),
    ("control", &["control", "control id", "compensating control", "massnahme"]),
];

fn head(sheet: &Sheet) -> Option<(usize, Columns)> {
    form::head(sheet, HEADS, &["zone", "requirement", "answer"], &[])
}

/// Whether it is such a list.
pub(crate) fn is_list(sheets: &[Sheet]) -> bool {
    sheets.iter().any(|sheet| head(sheet).is_some())
}

/// Reads a list. Rows without an answer say nothing.
///
/// # Errors
/// [`Refusal`] when no sheet of it is one.
pub(crate) fn read(file: &File) -> Result<Observed> {
    let sheets = sheet::read(file)?;
    let mut observed = Observed::new(Kind::Requirements);
    let mut found = false;
    for sheet in &sheets {
        let Some((index, columns)) = head(sheet) else { continue };
        found = true;
        observed.columns.extend(sheet.told(index, &columns));
        for row in &sheet.rows[index + 1..] {
            let place = if sheets.len() > 1 { format!("{}, ", sheet.name) } else { String::new() };
            let at = format!("{place}row {}", row.number);
            match answer(row, &columns, &at) {
                Err(reason) => observed.refused.push(Refused { at, reason }),
                Ok(answer) if answer.status.is_empty() => {}
                Ok(answer) => observed.answers.push(answer),
            }
        }
    }
    if !found {
        let what = "no row names the columns of a list of answers: Zone, Requirement, Answer";
        return Err(Refusal::whole(&file.name, what));
    }
    Ok(observed)
}

fn answer(row: &Row, columns: &Columns, at: &str) -> std::result::Result<AnswerSighting, String> {
    let cells = Cells::of(row, columns)?;
    let answer = AnswerSighting {
        at: at.to_owned(),
        zone: cells.text("zone"),
        requirement: cells.text("requirement"),
        status: cells.text("answer"),
        justification: cells.text("justification"),
        control: cells.text("control"),
    };
    if !answer.status.is_empty() && (answer.zone.is_empty() || answer.requirement.is_empty()) {
        return Err("the row names no zone or requirement".to_owned());
    }
    Ok(answer)
}
