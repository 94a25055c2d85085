//! Lists of updates on assets (IEC TR 62443-2-3): written out here, filled in by an integrator, and read back.

use crate::{
    File, Refusal, Result,
    form::{self, Cells, Columns, Heads},
    observation::{Kind, Observed, PatchSighting, Refused},
    sheet::{self, Row, Sheet},
};

const HEADS: &Heads = &[
    ("update", &["update", "update id", "patch", "patch id", "aktualisierung"]),
    ("asset", &["asset", "asset id", "anlagenteil"]),
    ("state", &["patch state", "patch status", "patchstatus", "patchzustand"]),
    ("on", &["done on", "state on", "installed on", "erledigt am", "installiert am"]),
    ("note", &["note", "notes", "remark", "comment", "bemerkung", "anmerkung", "kommentar"]),
];

fn head(sheet: &Sheet) -> Option<(usize, Columns)> {
    form::head(sheet, HEADS, &["update", "asset", "state"], &[])
}

/// Whether it is such a list.
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
        let what = "no row names the columns of a list of updates: Update, Asset, Patch state";
        return Err(Refusal::whole(&file.name, what));
    };
    let mut observed = Observed::new(Kind::Patches);
    observed.columns = sheet.told(index, &columns);
    for row in &sheet.rows[index + 1..] {
        let at = format!("row {}", row.number);
        match patch(row, &columns, &at) {
            Err(reason) => observed.refused.push(Refused { at, reason }),
            Ok(patch) => observed.patches.push(patch),
        }
    }
    Ok(observed)
}

fn patch(row: &Row, columns: &Columns, at: &str) -> std::result::Result<PatchSighting, String> {
    let cells = Cells::of(row, columns)?;
    let patch = PatchSighting {
        at: at.to_owned(),
        update: cells.text("update"),
        asset: cells.text("asset"),
        state: cells.text("state"),
        on: cells.moment("on")?,
        note: cells.text("note"),
    };
    if patch.update.is_empty() || patch.asset.is_empty() || patch.state.is_empty() {
        return Err("the row names no update, asset or state".to_owned());
    }
    Ok(patch)
}
