//! Assessments for the command: from the store, or from an evidence document alone.

use iec62443::{Assessment, Evidence, When, profile::Overrides, scoring};
use import::{File, file::unmarked, plant::refusal};

use crate::{Failure, Result, Session};

/// Documents of one file with their assessments.
pub struct Recomputed<'f> {
    /// The file holds a list of cases rather than one document.
    pub cases: bool,
    /// Documents in the file's order.
    pub documents: Vec<(Evidence<'f>, Assessment)>,
}

/// Scores the evidence document, or the list of cases, in a file. `overrides` take the place of its profile.
///
/// # Errors
/// `bad_input` with the JSON pointer.
pub fn recompute<'f>(file: &'f File, overrides: Option<&Overrides>) -> Result<Recomputed<'f>> {
    let (cases, documents) = documents(file, overrides)?;
    let scored = |evidence| {
        let assessment = scoring::assess(&evidence);
        (evidence, assessment)
    };
    Ok(Recomputed { cases, documents: documents.into_iter().map(scored).collect() })
}

/// Reads the evidence document in a file, or a list of cases (true).
pub(crate) fn documents<'f>(
    file: &'f File,
    overrides: Option<&Overrides>,
) -> Result<(bool, Vec<Evidence<'f>>)> {
    let bytes = unmarked(file.bytes()?);
    let mut cases = Evidence::holds_cases(bytes);
    let mut read = if cases {
        Evidence::cases_from_json(bytes)
    } else {
        Evidence::from_json(bytes).map(|document| vec![document])
    };
    // A list whose first kilobyte did not look like one.
    if read.is_err()
        && !cases
        && let Ok(list) = Evidence::cases_from_json(bytes)
    {
        (read, cases) = (Ok(list), true);
    }
    let mut documents = read.map_err(|problem| Failure::from(refusal(file, problem)))?;
    if let Some(overrides) = overrides {
        documents.iter_mut().for_each(|evidence| evidence.profile = overrides.clone());
    }
    Ok((cases, documents))
}

/// Reads a profile: the thresholds that differ from the default one (scoring.md section 7).
///
/// # Errors
/// `bad_input` with line and reason.
pub fn profile(file: &File) -> Result<Overrides> {
    serde_json::from_slice(file.bytes()?).map_err(|error| {
        Failure::new("bad_input", error.to_string())
            .at(file.name.clone())
            .advice("A profile is a JSON object with keys such as \"patching\": [\"0.50\", \"0.75\", \"0.90\", \"1\"].")
    })
}

impl Session {
    /// The evidence document of a day, scored. `overrides` take the place of the environment's profile.
    ///
    /// # Errors
    /// `not_found`
    pub fn assess(
        &mut self,
        environment: &str,
        when: When,
        overrides: Option<&Overrides>,
    ) -> Result<(Evidence<'static>, Assessment)> {
        let mut evidence = self.plant(environment)?.evidence_at(when);
        if let Some(overrides) = overrides {
            evidence.profile = overrides.clone();
        }
        let assessment = scoring::assess(&evidence);
        Ok((evidence, assessment))
    }
}
