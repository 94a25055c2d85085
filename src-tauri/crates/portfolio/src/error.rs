//! What can go wrong with the company's database.

use std::error::Error as _;

/// Result of work with the database.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong; the text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address or a certificate file cannot be used.
    #[error("{0}")]
    Settings(String),
    /// The server did not let in.
    #[error("{address}: {}; check the address, the password and that the server speaks TLS", words(source))]
    Connect {
        /// Where.
        address: String,
        /// Why.
        source: tokio_postgres::Error,
    },
    /// The server did not answer.
    #[error("{address}: no answer in time; check the address and the network")]
    Silent {
        /// Where.
        address: String,
    },
    /// Nobody published anything there yet.
    #[error("nothing was published into this database yet; do so with `plumbline publish`")]
    Empty,
    /// The tables were made by a newer program.
    #[error(
        "the database's tables were made by a newer version of Plumbline; install that version, nothing was changed"
    )]
    Newer,
    /// There is no plant of that key.
    #[error("there is no plant {0:?} in this database")]
    NotFound(String),
    /// Somebody broke the work off.
    #[error("cancelled; what was published until then stays")]
    Cancelled,
    /// The server refuses something.
    #[error("the database says: {}; nothing of this was changed", words(.0))]
    Database(#[from] tokio_postgres::Error),
}

/// What the server says, or what its connection says.
fn words(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(said), _) => said.message().to_owned(),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}

impl Error {
    /// A stable code: usage, network, not_found, store_newer, cancelled.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Settings(_) => "usage",
            Error::NotFound(_) | Error::Empty => "not_found",
            Error::Newer => "store_newer",
            Error::Cancelled => "cancelled",
            Error::Connect { .. } | Error::Silent { .. } | Error::Database(_) => "network",
        }
    }
}
