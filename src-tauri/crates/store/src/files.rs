//! Files that take their place whole or not at all, also when the power fails.

use std::{fs::File, io, path::Path};

use tempfile::NamedTempFile;

use crate::{Error, Result};

/// Writes a file for its owner alone, beside its place first, then moved there.
///
/// # Errors
/// [`Error::Io`] with the path; what stood there stands there still then.
pub fn replace(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let done = || -> io::Result<()> {
        let mut staged = NamedTempFile::new_in(folder)?;
        write(staged.as_file_mut())?;
        staged.as_file().sync_all()?;
        staged.persist(path).map_err(|error| error.error)?;
        sync_folder(folder)
    };
    done().map_err(|source| Error::io(path, source))
}

/// Moves a finished file into its place.
///
/// # Errors
/// [`Error::Io`] with the path; what stood there stands there still then.
pub fn settle(from: &Path, to: &Path) -> Result<()> {
    let done = || -> io::Result<()> {
        // For writing: Windows flushes no file that is open for reading only.
        File::options().write(true).open(from)?.sync_all()?;
        std::fs::rename(from, to)?;
        sync_folder(to.parent().unwrap_or(Path::new(".")))
    };
    done().map_err(|source| Error::io(to, source))
}

/// Gives a folder of finished files the name that makes it count.
///
/// # Errors
/// [`Error::Io`] with the path.
pub(crate) fn settle_folder(from: &Path, to: &Path) -> Result<()> {
    let done = || -> io::Result<()> {
        for entry in std::fs::read_dir(from)? {
            let path = entry?.path();
            if path.is_file() {
                File::options().write(true).open(path)?.sync_all()?;
            }
        }
        sync_folder(from)?;
        std::fs::rename(from, to)?;
        sync_folder(to.parent().unwrap_or(Path::new(".")))
    };
    done().map_err(|source| Error::io(to, source))
}

/// Makes names in a folder last. Windows keeps them by itself.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Removes a file; one that is not there is gone already.
///
/// # Errors
/// [`Error::Io`] with the path.
pub fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io(path, error)),
        _ => Ok(()),
    }
}
