//! Files that the store keeps, by the hash of their bytes.

use rusqlite::{Connection, OptionalExtension, params};

use crate::{Change, Result, Store};

/// Keeps bytes. What is kept under their hash and is something else was damaged, and is mended by this.
pub(crate) fn keep(connection: &Connection, sha256: &str, bytes: &[u8]) -> Result<()> {
    connection.execute(
        "INSERT INTO blob (sha256, content) VALUES (?1, ?2)
         ON CONFLICT (sha256) DO UPDATE SET content = excluded.content WHERE content <> excluded.content",
        params![sha256, bytes],
    )?;
    Ok(())
}

impl Store {
    /// The bytes kept under a hash. Whether they still have it is for the caller to see.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn blob(&self, sha256: &str) -> Result<Option<Vec<u8>>> {
        let mut statement = self.connection.prepare_cached("SELECT content FROM blob WHERE sha256 = ?1")?;
        Ok(statement.query_row([sha256], |row| row.get(0)).optional()?)
    }
}

impl Change<'_> {
    /// Keeps bytes under their hash.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn keep_blob(&self, sha256: &str, bytes: &[u8]) -> Result<()> {
        keep(&self.transaction, sha256, bytes)
    }
}
