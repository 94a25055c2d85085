//! Stores of earlier versions kept files of evidence and reports beside the database. They are taken into it, each
//! once its bytes are seen to be what the store knows of; what is not stays where it is.

use std::{collections::BTreeMap, path::Path};

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::{Error, Result, audit::sha256, blob, files};

const EVIDENCE: &str = "evidence";
const REPORTS: &str = "reports";
const VISITS: &str = "visits.json";

/// Takes in what lies beside the database. Where nothing does, that costs three looks at the folder.
pub(crate) fn files(connection: &mut Connection, folder: &Path) -> Result<()> {
    let (evidence, reports, visits) = (folder.join(EVIDENCE), folder.join(REPORTS), folder.join(VISITS));
    if evidence.is_dir() {
        for file in std::fs::read_dir(&evidence).into_iter().flatten().flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            adopt(connection, &file.path(), &name)?;
        }
        remove_empty(&evidence);
    }
    if reports.is_dir() {
        let mut statement =
            connection.prepare("SELECT id, file, sha256 FROM report WHERE file LIKE 'reports/%'")?;
        let kept: Vec<(String, String, String)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<rusqlite::Result<_>>()?;
        drop(statement);
        for (id, file, hash) in kept {
            if adopt(connection, &folder.join(&file), &hash)? {
                connection.execute("UPDATE report SET file = '' WHERE id = ?1", [id])?;
            }
        }
        remove_empty(&reports);
    }
    if visits.is_file() {
        adopt_visits(connection, &visits)?;
    }
    Ok(())
}

/// Whether a file's bytes are the ones meant and are kept now; then the file is gone.
fn adopt(connection: &Connection, path: &Path, hash: &str) -> Result<bool> {
    let Ok(bytes) = std::fs::read(path) else { return Ok(false) };
    if sha256(&bytes) != hash {
        return Ok(false);
    }
    blob::keep(connection, hash, &bytes)?;
    files::remove(path)?;
    Ok(true)
}

/// Whose files are left there has them.
fn remove_empty(folder: &Path) {
    let _ = std::fs::remove_dir(folder);
}

/// Nothing is lost when it cannot be understood but the day of the last visit.
fn adopt_visits(connection: &mut Connection, path: &Path) -> Result<()> {
    #[derive(serde::Deserialize)]
    struct Seen {
        since: Option<Timestamp>,
        last: Timestamp,
    }
    let text = std::fs::read(path).unwrap_or_default();
    let known: BTreeMap<String, BTreeMap<String, Seen>> = serde_json::from_slice(&text).unwrap_or_default();
    let transaction = connection.transaction()?;
    for (actor, environments) in known {
        for (environment, seen) in environments {
            transaction.execute(
                "INSERT OR IGNORE INTO visit SELECT ?1, id, ?3, ?4 FROM environment WHERE id = ?2",
                params![actor, environment, seen.since.map(|at| at.to_string()), seen.last.to_string()],
            )?;
        }
    }
    transaction.commit().map_err(Error::from)?;
    files::remove(path)
}
