//! Figures of the vulnerability management program for a period.

use iec62443::program::{Figures, figures};

use crate::{Result, Session};

impl Session {
    /// Times to acknowledge and to treat, the backlog and the gaps of monitoring, for a period (half a year up to today
    /// when nobody says otherwise).
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn figures(&mut self, environment: &str, as_of: Option<&str>, from: Option<&str>) -> Result<Figures> {
        let when = self.when(environment, as_of, from)?;
        let (plant, assessment) = self.assessed(environment, when)?;
        Ok(figures(&plant, &assessment, when))
    }
}
