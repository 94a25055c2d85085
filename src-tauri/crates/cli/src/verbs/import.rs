//! Bringing a plant in.

use app::{
    Session,
    intake::{self, Kind, Wish},
    view::ImportedFile,
};
use serde_json::json;

use crate::{
    Done,
    arguments::{Import, ImportKind},
    output::{Output, count, plain, table},
};

/// Rows of one sort that are shown; all of them stand in the JSON.
const SHOWN: usize = 20;

fn kind(wanted: ImportKind) -> Option<Kind> {
    Some(match wanted {
        ImportKind::Auto => return None,
        ImportKind::Assets => Kind::Assets,
        ImportKind::Findings => Kind::Findings,
        ImportKind::Nmap => Kind::Nmap,
        ImportKind::Nessus => Kind::Nessus,
        ImportKind::Openvas => Kind::Openvas,
        ImportKind::Cyclonedx => Kind::Cyclonedx,
        ImportKind::Spdx => Kind::Spdx,
        ImportKind::Csaf => Kind::Csaf,
        ImportKind::Vex => Kind::Vex,
        ImportKind::Tickets => Kind::Tickets,
        ImportKind::Patches => Kind::Patches,
        ImportKind::Requirements => Kind::Requirements,
        ImportKind::Plant => Kind::Plant,
    })
}

pub fn import(mut session: Session, wanted: &Import, output: &Output) -> app::Result<Done> {
    let mapping = wanted.mapping.as_deref().map(|named| intake::mapping(&session, named)).transpose()?;
    let wish = Wish {
        paths: wanted.files.clone(),
        kind: kind(wanted.kind),
        environment: wanted.environment.clone(),
        otherwise: None,
        mapping: mapping.clone(),
        asset: wanted.asset.clone(),
        source: wanted.source.clone(),
        dry_run: wanted.dry_run,
    };
    let imported = {
        let progress = output.progress();
        session.import_files(&wish, &progress)?
    };
    if let (Some(name), Some(mapping), false) = (&wanted.keep_mapping, &mapping, wanted.dry_run) {
        intake::keep_mapping(&mut session, name, mapping)?;
    }
    let document = json!({
        "schema": "plumbline-import/1", "environment": imported.environment, "dry_run": imported.dry_run,
        "files": imported.files,
    });
    output.answer(&document, || {
        let rows = imported.files.iter().map(|file| {
            [
                file.file.clone(),
                file.kind.clone(),
                file.added.to_string(),
                file.changed.to_string(),
                file.unchanged.to_string(),
                file.refused.len().to_string(),
            ]
        });
        let environment = imported.environment.as_deref().unwrap_or_default();
        let end = if imported.dry_run {
            let which = if imported.existing { "" } else { "the new " };
            format!("Nothing was changed: this is what would go into {which}environment {environment}.")
        } else {
            format!("It is in environment {environment}.")
        };
        let mut text = table(["file", "kind", "added", "changed", "unchanged", "refused"], rows);
        text.push('\n');
        for file in &imported.files {
            tell(file, &mut text);
        }
        text.push_str(&end);
        text.push('\n');
        text
    });
    Ok(Done::Well)
}

/// What is worth saying of a file besides its counts.
fn tell(file: &ImportedFile, text: &mut String) {
    let mut list = |title: &str, rows: Vec<String>| {
        if rows.is_empty() {
            return;
        }
        let more = rows.len().saturating_sub(SHOWN);
        text.push_str(&format!("{title}\n"));
        for row in rows.into_iter().take(SHOWN) {
            text.push_str(&format!("  {}\n", plain(&row)));
        }
        if more > 0 {
            text.push_str(&format!("  and {more} more (--json has them all)\n"));
        }
    };
    let columns = file.columns.iter().map(|column| {
        let field = column.field.as_deref().unwrap_or("(left out)");
        format!("{:<24} {field:<16} {}", column.name, column.samples.join(" | "))
    });
    list("Columns:", columns.collect());
    let at = |at: &str, what: &str| if at.is_empty() { what.to_owned() } else { format!("{at}: {what}") };
    list("Refused:", file.refused.iter().map(|row| at(&row.at, &row.reason)).collect());
    list("Worth knowing:", file.remarks.iter().map(|row| at(&row.at, &row.reason)).collect());
    list("Zones made, without a target unless the file names one:", file.zones.clone());
    let joined = file.joined.iter().map(|row| format!("{} is {}, by {}", row.at, row.asset, row.by));
    list("Joined to assets that were there:", joined.collect());
    let conflicts = file.conflicts.iter().map(|row| {
        format!("{} {}: {} stands, {} says {}", row.asset, row.field, row.kept, row.said_by, row.other)
    });
    list("Said differently:", conflicts.collect());
    let closed =
        file.closed.iter().map(|row| format!("{} on {}: {}", row.vulnerability, row.asset, row.statement));
    list("Closed by a vendor's statement:", closed.collect());
    let gone = file.gone.iter().map(|row| format!("{} {}", row.kind, row.id));
    list("Named no more, proposed for closing:", gone.collect());
    list("Seen again and open again:", file.reopened.clone());
    list("Closed, or none by decision, and named here all the same:", file.again.clone());
    if let Some(change) = file.change {
        text.push_str(&format!(
            "{}: {}, {}. To take it back: plumbline undo {change}\n",
            plain(&file.file),
            count(file.assets[0] as usize, "new asset", "new assets"),
            count(file.findings[0] as usize, "new finding", "new findings"),
        ));
    }
}
