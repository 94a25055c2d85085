//! Failures as callers see them: a stable code, what happened, where, and what to do.

use std::fmt;

use crate::view;

/// A failure. Callers match on `code`, never on words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// bad_input, not_found, usage, store_locked, store_sealed, wrong_passphrase, store_damaged, store_newer, io, network,
    /// keyring, cancelled, internal.
    pub code: &'static str,
    /// What happened.
    pub what: String,
    /// Where: file and line or JSON pointer; may be empty.
    pub at: String,
    /// What to do; may be empty where `what` says it.
    pub advice: String,
}

impl std::error::Error for Failure {}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.at.is_empty() {
            write!(f, "{}: ", self.at)?;
        }
        f.write_str(&self.what)?;
        if !self.advice.is_empty() {
            write!(f, ". {}", self.advice)?;
        }
        Ok(())
    }
}

impl Failure {
    /// A failure with a code and what happened.
    pub fn new(code: &'static str, what: impl Into<String>) -> Failure {
        Failure { code, what: what.into(), at: String::new(), advice: String::new() }
    }

    /// The same, with where it happened.
    #[must_use]
    pub fn at(self, at: impl Into<String>) -> Failure {
        Failure { at: at.into(), ..self }
    }

    /// The same, with what to do.
    #[must_use]
    pub fn advice(self, advice: impl Into<String>) -> Failure {
        Failure { advice: advice.into(), ..self }
    }

    /// Something a caller named does not exist.
    pub fn not_found(kind: &str, id: &str) -> Failure {
        Failure::new("not_found", format!("there is no {kind} {id:?} in this store"))
    }

    /// A file that cannot be read.
    pub fn unreadable(path: &std::path::Path, error: &std::io::Error) -> Failure {
        Failure::new("bad_input", format!("cannot be read: {error}")).at(path.display().to_string())
    }

    /// The failure as it crosses to the window.
    pub fn view(&self) -> view::Failure {
        view::Failure {
            code: self.code.to_owned(),
            what: self.what.clone(),
            at: self.at.clone(),
            advice: self.advice.clone(),
        }
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Failure {
        Failure::new(error.code(), error.to_string())
    }
}

impl From<import::Refusal> for Failure {
    fn from(refusal: import::Refusal) -> Failure {
        let at =
            if refusal.at.is_empty() { refusal.file } else { format!("{}, {}", refusal.file, refusal.at) };
        Failure::new("bad_input", refusal.what).at(at)
    }
}

impl From<report::ReportError> for Failure {
    fn from(error: report::ReportError) -> Failure {
        let code = match error {
            report::ReportError::Cancelled(_) => "cancelled",
            report::ReportError::NoEnvironment => "usage",
            _ => "internal",
        };
        Failure::new(code, error.to_string())
    }
}
