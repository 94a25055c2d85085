//! What can go wrong while a report is made.

/// The reader asked to stop. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the report was cancelled; nothing was written")]
pub struct Cancelled;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The reader asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// Nothing to report on.
    #[error("a report needs at least one environment, and none was chosen; choose one and generate again")]
    NoEnvironment,
    /// A font that the program carries cannot be used.
    #[error("the font {font}, a part of this program, cannot be used ({reason}); install the program again")]
    Font {
        /// Which font.
        font: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A chart could not be drawn.
    #[error(
        "the chart {chart:?} could not be drawn ({reason}); generate the report again and report this as a fault if it comes back"
    )]
    Chart {
        /// Title of the chart.
        chart: String,
        /// What is wrong.
        reason: String,
    },
    /// The workbook could not be put together.
    #[error(
        "the workbook could not be put together ({reason}); nothing was written, generate the report again"
    )]
    Workbook {
        /// What is wrong.
        reason: String,
    },
    /// The Word document could not be put together.
    #[error(
        "the Word document could not be put together ({reason}); nothing was written, generate the report again"
    )]
    Document {
        /// What is wrong.
        reason: String,
    },
    /// The finished document could not be put together.
    #[error("the PDF could not be put together ({reason}); nothing was written, generate the report again")]
    Write {
        /// What is wrong.
        reason: String,
    },
}

impl ReportError {
    /// A code that stays the same across versions and languages.
    pub fn code(&self) -> &'static str {
        match self {
            ReportError::Cancelled(_) => "report.cancelled",
            ReportError::NoEnvironment => "report.no_environment",
            ReportError::Font { .. } => "report.font",
            ReportError::Chart { .. } => "report.chart",
            ReportError::Workbook { .. } => "report.workbook",
            ReportError::Document { .. } => "report.document",
            ReportError::Write { .. } => "report.write",
        }
    }
}
