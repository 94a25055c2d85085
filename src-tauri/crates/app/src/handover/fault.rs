//! What can be wrong with a package.

use crate::view;

/// Something wrong with a package or a file in it, in English; its code and value let others say it in theirs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error(
        "the archive is not byte for byte the one that was made; what else was changed is told beside this, and if nothing is it was packed anew"
    )]
    Archive,
    #[error("it is not what the key in it signed; it or its signature was changed")]
    Signature,
    #[error("it is signed by the key {0}, which is not the one that was named; somebody else made it")]
    OtherKey(String),
    #[error("its path is not allowed, or it is named twice")]
    Path,
    #[error("it is missing")]
    Missing,
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    #[error("it was changed: its SHA-256 is not the one that was signed")]
    Changed,
    #[error("it is in the archive, but not in the manifest; it was added")]
    Added,
    #[error("it does not say what the manifest says")]
    Sums,
    #[error("it is not the key of the manifest")]
    Key,
    #[error("row {0} is not what was written then, or does not follow from the one before it")]
    LogRow(u64),
    #[error("it does not end where the manifest says")]
    LogEnd,
    #[error("it is not the signed end of this log")]
    LogHead,
    #[error("it is told to be evidence of {0}, and is no file of evidence here")]
    Attachment(String),
    #[error("it is not the evidence document that the manifest names")]
    Evidence,
    #[error("it cannot be scored: {0}")]
    Unscorable(String),
    #[error("these levels do not follow from the evidence document")]
    Levels,
    #[error("it is no report")]
    Report,
    #[error("it was not made from the evidence document of {0}")]
    ReportEvidence(String),
    #[error("levels in its heat map are not those of the evidence document")]
    ReportLevels,
}

impl Fault {
    fn code(&self) -> &'static str {
        match self {
            Fault::Archive => "archive",
            Fault::Signature => "signature",
            Fault::OtherKey(_) => "other_key",
            Fault::Path => "path",
            Fault::Missing => "missing",
            Fault::Unreadable(_) => "unreadable",
            Fault::Changed => "changed",
            Fault::Added => "added",
            Fault::Sums => "sums",
            Fault::Key => "key",
            Fault::LogRow(_) => "log_row",
            Fault::LogEnd => "log_end",
            Fault::LogHead => "log_head",
            Fault::Attachment(_) => "attachment",
            Fault::Evidence => "evidence",
            Fault::Unscorable(_) => "unscorable",
            Fault::Levels => "levels",
            Fault::Report => "report",
            Fault::ReportEvidence(_) => "report_evidence",
            Fault::ReportLevels => "report_levels",
        }
    }

    fn value(&self) -> String {
        match self {
            Fault::OtherKey(text)
            | Fault::Unreadable(text)
            | Fault::Attachment(text)
            | Fault::Unscorable(text)
            | Fault::ReportEvidence(text) => text.clone(),
            Fault::LogRow(row) => row.to_string(),
            _ => String::new(),
        }
    }
}

/// Faults as they are found.
#[derive(Default)]
pub(super) struct Faults(pub Vec<view::HandoverFault>);

impl Faults {
    /// Notes what is wrong with a file; an empty name means the archive itself.
    pub(super) fn add(&mut self, file: &str, fault: Fault) {
        self.0.push(view::HandoverFault {
            file: file.to_owned(),
            code: fault.code().to_owned(),
            value: fault.value(),
            what: fault.to_string(),
        });
    }
}
