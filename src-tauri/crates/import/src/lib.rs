//! Reads what a plant has lying around. Formats end here: what comes out is a [`iec62443::Plant`], checked,
//! or one [`Refusal`] that says where and what to do. Nothing is stored.

pub mod cell;
pub mod columns;
pub mod detect;
pub mod file;
mod findings;
mod form;
pub mod list;
pub mod loose;
pub mod merge;
pub mod observation;
mod parts;
mod patches;
pub mod plant;
mod requirements;
mod scan;
mod sheet;
mod table;
mod tickets;
mod xml;

pub use file::File;

/// Why a file was not taken: the first fault in it, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {what}", if at.is_empty() { String::new() } else { format!(", {at}") })]
pub struct Refusal {
    /// File name.
    pub file: String,
    /// `line 7`, a JSON pointer, or empty where the file as a whole is meant.
    pub at: String,
    /// What is wrong and what to do.
    pub what: String,
}

impl Refusal {
    fn line(file: &str, line: u64, what: impl Into<String>) -> Refusal {
        Refusal { file: file.to_owned(), at: format!("line {line}"), what: what.into() }
    }

    fn whole(file: &str, what: impl Into<String>) -> Refusal {
        Refusal { file: file.to_owned(), at: String::new(), what: what.into() }
    }
}

/// Result of reading.
pub type Result<T> = std::result::Result<T, Refusal>;
