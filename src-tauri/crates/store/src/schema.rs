//! The schema's versions. A version once released never changes; a new one is added at the end.

use std::{fs::File, path::Path};

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::{Error, Key, Result, backup};

const STEPS: &[M<'static>] = &[
    M::up(include_str!("../migrations/0001_plant.sql")),
    M::up(include_str!("../migrations/0002_intake.sql")),
    M::up(include_str!("../migrations/0003_work.sql")),
    M::up(include_str!("../migrations/0004_keeping.sql")),
    M::up(include_str!("../migrations/0005_system.sql")),
    M::up(include_str!("../migrations/0006_kept_evidence.sql")),
    M::up(include_str!("../migrations/0007_report_kind.sql")),
    M::up(include_str!("../migrations/0008_blobs.sql")),
];

/// The version this program writes.
pub(crate) const VERSION: usize = STEPS.len();

/// Held while the schema is brought up to date, so that of several programs that open a store at once one
/// does it and the others find it done.
const LOCK: &str = "plumbline.lock";

/// Brings a new database to a version.
pub(crate) fn to_version(connection: &mut Connection, folder: &Path, version: usize) -> Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL").map_err(|source| Error::at(folder, source))?;
    Migrations::from_slice(STEPS).to_version(connection, version).map_err(|error| unfit(folder, error))
}

fn unfit(folder: &Path, error: rusqlite_migration::Error) -> Error {
    match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => Error::at(folder, err),
        other => Error::Damaged { folder: folder.to_owned(), detail: other.to_string() },
    }
}

/// Brings a database to [`VERSION`] and to WAL mode; of one that has content a backup is made first.
pub(crate) fn migrate(connection: &mut Connection, key: Option<&Key>, folder: &Path) -> Result<()> {
    let failed = |source| Error::at(folder, source);
    let version = |connection: &Connection| -> Result<usize> {
        connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)
    };
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).map_err(failed)?;
    match version(connection)? {
        VERSION if mode == "wal" => return Ok(()),
        newer if newer > VERSION => return Err(Error::Newer { folder: folder.to_owned() }),
        _ => {}
    }
    let path = folder.join(LOCK);
    let lock = File::create(&path).and_then(|file| file.lock().map(|()| file));
    // Let go when this function ends, however it ends.
    let _lock = lock.map_err(|source| Error::io(&path, source))?;
    // Kept in the file; changing it does not wait for others as everything else does.
    connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
    let found = version(connection)?;
    if found > 0 && found < VERSION {
        backup::automatic(connection, key, folder, &format!("before-version-{VERSION}"))?;
    }
    Migrations::from_slice(STEPS).to_latest(connection).map_err(|error| unfit(folder, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_valid() {
        Migrations::from_slice(STEPS).validate().unwrap();
    }

    #[test]
    fn conduits_of_two_zones_are_carried_over() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "foreign_keys", "ON").unwrap();
        Migrations::from_slice(&STEPS[..4]).to_latest(&mut connection).unwrap();
        connection
            .execute_batch(
                "INSERT INTO environment VALUES ('e', 'E', '', 0);
                 INSERT INTO zone VALUES ('e', 'Z1', 0, 'One', NULL, '3', 0, '', '[0,0,0,0,0,0,0]'),
                                         ('e', 'Z2', 1, 'Two', NULL, '1', 0, '', '[0,0,0,0,0,0,0]');
                 INSERT INTO conduit VALUES ('e', 'C1', 0, 'up', 'Z2', 'Z1', '[\"NTP\"]', 'firewall'),
                                            ('e', 'C2', 1, '', 'Z1', 'Z1', '[]', '');",
            )
            .unwrap();
        Migrations::from_slice(STEPS).to_latest(&mut connection).unwrap();
        let conduits = crate::Reading { connection: &connection }.conduits("e").unwrap();
        let ends: Vec<Vec<&str>> =
            conduits.iter().map(|conduit| conduit.zones.iter().map(String::as_str).collect()).collect();
        assert_eq!(ends, [vec!["Z2", "Z1"], vec!["Z1"]]);
        assert_eq!(
            (conduits[0].protocols.as_slice(), conduits[0].protected_by.as_str()),
            (["NTP".to_owned()].as_slice(), "firewall")
        );
        let faults: i64 = connection
            .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(faults, 0);
    }
}
