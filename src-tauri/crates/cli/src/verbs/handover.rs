//! The handover package.

use std::path::Path;

use app::{Failure, Session, view};
use serde_json::{Map, Value, json};

use super::report::request;
use crate::{
    Done,
    arguments::Handover,
    output::{Output, count, plain, table},
};

pub fn make(mut session: Session, wanted: &Handover, output: &Output) -> app::Result<Done> {
    let Some(out) = &wanted.out else {
        return Err(
            Failure::new("usage", "no file was named").advice("Name the package with --out FILE.zip.")
        );
    };
    let report = request(&mut session, &wanted.reported)?;
    let formats = wanted.formats.iter().map(|format| format.word().to_owned()).collect();
    let made = {
        let progress = output.progress();
        let handover = session.hand_over(&view::HandoverRequest { report, formats }, &progress)?;
        handover.write(out, &progress)?
    };
    session.handed_over(&made)?;
    let document = json!({
        "schema": "plumbline-handover-file/1", "file": out.display().to_string(), "size": made.size,
        "files": made.manifest.files.len(), "id": made.manifest.id, "key": made.fingerprint.to_string(),
        "manifest_sha256": made.manifest_sha256,
    });
    output.answer(&document, || {
        format!(
            "{}, {}\n  signed by key  {}\n\nTell the receiver this key by telephone, in person or in the contract: it is how they know that the package is from you.\n",
            plain(&out.display().to_string()),
            count(made.manifest.files.len(), "file", "files"),
            made.fingerprint
        )
    });
    Ok(Done::Well)
}

pub fn verify(file: &Path, key: Option<&str>, output: &Output) -> app::Result<Done> {
    let check = {
        let progress = output.progress();
        app::handover::verify(file, key, &progress)?
    };
    let mut document = Map::from_iter([("schema".to_owned(), json!("plumbline-handover-check/1"))]);
    if let Ok(Value::Object(told)) = serde_json::to_value(&check) {
        document.extend(told);
    }
    output.answer(&Value::Object(document), || text(file, &check));
    Ok(if check.intact { Done::Well } else { Done::WithFindings })
}

fn text(file: &Path, check: &view::HandoverCheck) -> String {
    let mut text = format!(
        "{}\n  made by {} on {} with {}\n  signed by key  {}\n",
        plain(&file.display().to_string()),
        plain(&check.maker),
        plain(&check.made),
        plain(&check.program),
        check.fingerprint
    );
    for environment in &check.environments {
        text += &format!("\n{} on {}\n", plain(&environment.name), plain(&environment.as_of));
        let rows = environment.zones.iter().map(|zone| {
            let cells = zone.vector.iter().zip(zone.sl_t);
            let levels: Vec<String> =
                cells.map(|(level, target)| format!("{}/{target}", super::level(*level))).collect();
            [plain(&zone.id), plain(&zone.name), levels.join(" ")]
        });
        text += &table(["zone", "name", "achieved/target, IAC to RA"], rows);
        text.push('\n');
    }
    if check.faults.is_empty() {
        text += &format!(
            "\nINTACT: {} as they were signed, {} of the log follow from each other, and the levels follow from the evidence.\n",
            count(check.files as usize, "file", "files"),
            count(usize::try_from(check.audit_rows).unwrap_or(usize::MAX), "row", "rows"),
        );
        if check.known.is_none() {
            text += "Who signed it you know once you have compared the key with what the maker told you another way (--key).\n";
        }
    } else {
        text += "\nNOT INTACT. Do not rely on it, and ask the maker for it again:\n";
        for fault in &check.faults {
            let file = if fault.file.is_empty() { "the package" } else { &fault.file };
            text += &format!("  {}: {}\n", plain(file), plain(&fault.what));
        }
    }
    text
}
