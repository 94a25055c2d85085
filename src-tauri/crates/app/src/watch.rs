//! Progress of long work, and the wish to stop it.

use crate::{Failure, Result};

/// Hears how far a long work is and may stop it.
pub trait Watch: Sync {
    /// `done` of `total` parts of a step are done (`total` 0: not known). Steps are keys of the locale files.
    fn progress(&self, step: &'static str, done: u32, total: u32);

    /// Whether the user asked to stop.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Nobody watches.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn progress(&self, _: &'static str, _: u32, _: u32) {}
}

/// Says how far the work is, or stops it.
pub(crate) fn tell(watch: &dyn Watch, step: &'static str, done: u32, total: u32) -> Result<()> {
    if watch.is_cancelled() {
        return Err(Failure::new("cancelled", "stopped; nothing was changed"));
    }
    watch.progress(step, done, total);
    Ok(())
}
