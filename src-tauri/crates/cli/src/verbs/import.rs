//! Bringing a plant in.

use app::Session;
use serde_json::json;

use crate::{
    Done,
    arguments::Import,
    output::{Output, table},
};

pub fn import(mut session: Session, wanted: &Import, output: &Output) -> app::Result<Done> {
    let imported = {
        let progress = output.progress();
        session.import_plant(&wanted.files, wanted.environment.as_deref(), wanted.dry_run, &progress)?
    };
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
            ]
        });
        let environment = imported.environment.as_deref().unwrap_or_default();
        let end = if imported.dry_run {
            let which = if imported.existing { "" } else { "the new " };
            format!("Nothing was changed: this is what would go into {which}environment {environment}.")
        } else {
            format!("All of it is in environment {environment}.")
        };
        format!("{}\n{end}\n", table(["file", "kind", "added", "changed", "unchanged"], rows))
    });
    Ok(Done::Well)
}
