//! Exchanging a store's files for others, as one step: they are gathered in a folder of their own, which gets the name
//! that makes it count at once; what is left to do then is done by whoever opens the store next, if need be.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{
    DATABASE, Error, Result, files,
    key::{KEY_FILE, NEXT_KEY_FILE},
    usage::InUse,
};

/// The folder whose content takes the place of the store's.
const PENDING: &str = "plumbline.pending";
/// What folders begin with in which something is gathered.
const STAGING: &str = "plumbline.staging-";
/// The file that signs what leaves the store, plain or sealed: at most one of the two is there.
pub const SIGNING_KEY: &str = "bundle-signing-key.pem";
/// The same, sealed with the store's key.
pub const SEALED_SIGNING_KEY: &str = "bundle-signing-key.sealed";

/// Names, in the folder that takes the store's place, the parts that were gathered: one that is named and not there has
/// its place already.
const GATHERED: &str = "gathered";

/// What makes up a store. The database comes last: once it is in its place, nothing is left to do.
pub(crate) const PARTS: [&str; 5] = [KEY_FILE, SIGNING_KEY, SEALED_SIGNING_KEY, "plumbline.db-wal", DATABASE];
/// SQLite's memory of who reads what; made anew each time.
const SHARED_MEMORY: &str = "plumbline.db-shm";

/// A folder inside the store's in which something is gathered; it goes when it is let go of, at the latest when the
/// store is opened next.
///
/// # Errors
/// [`Error::Io`]
pub fn staging(folder: &Path) -> Result<TempDir> {
    let made = tempfile::Builder::new().prefix(STAGING).tempdir_in(folder);
    made.map_err(|source| Error::io(folder, source))
}

/// A store on its way into being: made in a folder of its own, and then the store's, as one step. Nobody else is at it
/// meanwhile.
#[derive(Debug)]
pub struct Making {
    folder: PathBuf,
    staged: TempDir,
    /// Let go last.
    _alone: InUse,
}

impl Making {
    /// Begins; the folder is made when it is not there.
    ///
    /// # Errors
    /// [`Error::Exists`] when there is a store already, [`Error::Locked`], [`Error::Io`].
    pub fn begin(folder: &Path) -> Result<Making> {
        let exists = || folder.join(DATABASE).is_file();
        let refused = Err(Error::Exists { folder: folder.to_owned() });
        if exists() {
            return refused;
        }
        std::fs::create_dir_all(folder).map_err(|source| Error::io(folder, source))?;
        let alone = InUse::alone(folder)?;
        if exists() {
            return refused;
        }
        Ok(Making { folder: folder.to_owned(), staged: staging(folder)?, _alone: alone })
    }

    /// The folder in which it is made.
    pub fn path(&self) -> &Path {
        self.staged.path()
    }

    /// Makes it the store.
    ///
    /// # Errors
    /// [`Error::Io`]; there is none then.
    pub fn finish(self) -> Result<()> {
        exchange(&self.folder, self.staged)
    }
}

/// Exchanges the store's files for those gathered; what was not gathered is there no more. The caller is alone.
pub(crate) fn exchange(folder: &Path, staged: TempDir) -> Result<()> {
    let gathered: Vec<&str> = PARTS.into_iter().filter(|part| staged.path().join(part).is_file()).collect();
    files::replace(&staged.path().join(GATHERED), |file| file.write_all(gathered.join("\n").as_bytes()))?;
    let from: PathBuf = staged.keep();
    files::settle_folder(&from, &folder.join(PENDING))?;
    finish(folder)
}

/// Whether an exchange was left half done.
pub(crate) fn is_there(folder: &Path) -> bool {
    folder.join(PENDING).is_dir()
}

/// Finishes what was left half done. The caller is alone.
pub(crate) fn finish(folder: &Path) -> Result<()> {
    let pending = folder.join(PENDING);
    // Where the database is gone from it, all of it has its place.
    if pending.join(DATABASE).is_file() {
        let list = pending.join(GATHERED);
        let gathered =
            std::fs::read_to_string(&list).map_err(|source| Error::Unread { path: list, source })?;
        files::remove(&folder.join(SHARED_MEMORY))?;
        // A passphrase on its way belonged to what is exchanged.
        files::remove(&folder.join(NEXT_KEY_FILE))?;
        for part in PARTS {
            let (from, to) = (pending.join(part), folder.join(part));
            if from.is_file() {
                files::settle(&from, &to)?;
            } else if !gathered.lines().any(|name| name == part) {
                files::remove(&to)?;
            }
        }
    }
    if pending.is_dir() {
        std::fs::remove_dir_all(&pending).map_err(|source| Error::io(&pending, source))?;
    }
    for entry in std::fs::read_dir(folder).map_err(|source| Error::io(folder, source))?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(STAGING) {
            let path = entry.path();
            std::fs::remove_dir_all(&path).map_err(|source| Error::io(&path, source))?;
        }
    }
    Ok(())
}
