//! Compensating controls as rows.

use iec62443::{
    When,
    evidence::Control,
    finding::{Cover, control_cover, control_status},
    plant::ControlDetail,
};

use crate::{Result, Session, view};

/// A control on a day.
pub(crate) fn row(control: &Control<'_>, detail: &ControlDetail, when: When) -> view::ControlView {
    view::ControlView {
        id: control.id.to_string(),
        title: detail.title.clone(),
        status: control_status(control, when.as_of).map_or("draft", |status| status.as_str()).to_owned(),
        expires: control.expires.map(|day| day.to_string()),
        counts: control_cover(control, when.as_of) > Cover::None,
    }
}

impl Session {
    /// All controls of an environment on a day.
    ///
    /// # Errors
    /// `not_found`, `usage`
    pub fn controls(&mut self, environment: &str, as_of: Option<&str>) -> Result<Vec<view::ControlView>> {
        let when = self.when(environment, as_of, None)?;
        let plant = self.plant(environment)?;
        let both = plant.evidence.controls.iter().zip(&plant.controls);
        Ok(both.map(|(control, detail)| row(control, detail, when)).collect())
    }
}
