//! Who uses a store. Everyone who has it open holds a shared lock for as long; who exchanges the database under it
//! (conversion, restore) needs to be alone.

use std::{
    fs::{File, TryLockError},
    path::Path,
    time::{Duration, Instant},
};

use crate::{Error, PATIENCE, Result, pending};

/// The file that is locked. It is never written.
const FILE: &str = "plumbline.use";

/// The store is in use for as long as this lives.
#[derive(Debug)]
pub(crate) struct InUse(#[expect(dead_code, reason = "held for its lock")] File);

/// Whether a lock was had; a file system that has none (some network shares) goes without.
fn had(tried: std::result::Result<(), TryLockError>) -> Option<bool> {
    match tried {
        Ok(()) => Some(true),
        Err(TryLockError::WouldBlock) => None,
        Err(TryLockError::Error(_)) => Some(false),
    }
}

fn file(folder: &Path) -> Result<File> {
    let path = folder.join(FILE);
    let opened = File::options().create(true).truncate(false).write(true).open(&path);
    opened.map_err(|source| Error::io(&path, source))
}

impl InUse {
    /// Uses a store together with others. Whoever is alone at that moment finishes what somebody else left half done.
    ///
    /// # Errors
    /// [`Error::Locked`] when somebody is exchanging it for longer than a few seconds.
    pub(crate) fn share(folder: &Path) -> Result<InUse> {
        let file = file(folder)?;
        let until = Instant::now() + PATIENCE;
        loop {
            match had(file.try_lock()) {
                Some(true) => {
                    let done = pending::finish(folder);
                    file.unlock().map_err(|source| Error::io(folder, source))?;
                    done?;
                }
                // Where nothing can be locked nobody is known to be at it.
                Some(false) if pending::is_there(folder) => pending::finish(folder)?,
                _ => {}
            }
            if had(file.try_lock_shared()).is_some() {
                return Ok(InUse(file));
            }
            if Instant::now() > until {
                return Err(Error::Locked { folder: folder.to_owned() });
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Uses a store alone.
    ///
    /// # Errors
    /// [`Error::Locked`] when anybody else has it open.
    pub(crate) fn alone(folder: &Path) -> Result<InUse> {
        let file = file(folder)?;
        match had(file.try_lock()) {
            None => Err(Error::Locked { folder: folder.to_owned() }),
            Some(_) => {
                pending::finish(folder)?;
                Ok(InUse(file))
            }
        }
    }
}
