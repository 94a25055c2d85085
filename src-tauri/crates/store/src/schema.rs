//! The schema's versions. A version once released never changes; a new one is added at the end.

use std::path::Path;

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::{DATABASE, Error, Result};

const STEPS: &[M<'static>] = &[M::up(include_str!("../migrations/0001_plant.sql"))];

/// The version this program writes.
pub(crate) const VERSION: usize = STEPS.len();

/// Brings a database to [`VERSION`]; one that has content is copied beside itself first.
pub(crate) fn migrate(connection: &mut Connection, folder: &Path) -> Result<()> {
    let failed = |source| Error::at(folder, source);
    let found: usize = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
    if found > VERSION {
        return Err(Error::Newer { folder: folder.to_owned() });
    }
    if found > 0 && found < VERSION {
        let copy = folder.join(format!("{DATABASE}.before-version-{VERSION}"));
        if !copy.exists() {
            connection.execute("VACUUM INTO ?1", [copy.to_string_lossy()]).map_err(failed)?;
        }
    }
    Migrations::from_slice(STEPS).to_latest(connection).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => Error::at(folder, err),
        other => Error::Damaged { folder: folder.to_owned(), detail: other.to_string() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_valid() {
        Migrations::from_slice(STEPS).validate().unwrap();
    }
}
