//! Fetching feeds into a staging folder, resumably. Nothing here reads more of a record than paging needs, and
//! nothing knows the database: the caller takes all staged files in one transaction and then drops the
//! staging, so that nothing half done is ever seen.
//!
//! The functions block and bring their own runtime: call them from a thread that may wait.

mod csaf;
mod http;
mod nvd;
mod whole;

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::{
    csaf::{CsafState, Failed, csaf},
    nvd::{Window, nvd},
    whole::{epss, kev},
};

/// Where feeds are and how patiently they are asked. Addresses are `https`; `http` is taken on this machine
/// (loopback) alone.
#[derive(Clone)]
pub struct Settings {
    /// NVD CVE API 2.0, the whole address up to the parameters.
    pub nvd_url: String,
    /// CISA's catalogue of known exploited vulnerabilities, JSON.
    pub kev_url: String,
    /// EPSS scores of the day, CSV, mostly gzipped.
    pub epss_url: String,
    /// CSAF: addresses of a `provider-metadata.json`, a ROLIE feed, a `changes.csv` or an `index.txt`.
    pub csaf_urls: Vec<String>,
    /// NVD API key; sent to NVD's address alone and never shown.
    pub api_key: Option<String>,
    /// Proxy for everything but loopback; without one the environment's holds.
    pub proxy: Option<String>,
    /// PEM file of certificate authorities to trust besides the system's.
    pub extra_ca: Option<PathBuf>,
    /// How long to wait for the next bytes of an answer.
    pub read_timeout: Duration,
    /// How often one request is made.
    pub tries: u32,
    /// Pause before the second try; doubled with each further one, and spread by chance.
    pub pause: Duration,
    /// Longest pause, whatever the server asks for.
    pub longest_pause: Duration,
    /// Largest answer, unpacked.
    pub largest: u64,
    /// No connection is opened: to ask is an error.
    pub offline: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            nvd_url: "https://services.nvd.nist.gov/rest/json/cves/2.0".to_owned(),
            kev_url: "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"
                .to_owned(),
            epss_url: "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz".to_owned(),
            csaf_urls: vec![
                "https://www.cisa.gov/sites/default/files/csaf/provider-metadata.json".to_owned(),
                "https://cert-portal.siemens.com/productcert/csaf/provider-metadata.json".to_owned(),
            ],
            api_key: None,
            proxy: None,
            extra_ca: None,
            read_timeout: Duration::from_secs(60),
            tries: 7,
            pause: Duration::from_secs(2),
            longest_pause: Duration::from_secs(120),
            largest: 256 << 20,
            offline: false,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("nvd_url", &self.nvd_url).finish_non_exhaustive()
    }
}

/// Hears how far a run is, and may stop it.
pub trait Watch: Sync {
    /// So many records, bytes or documents are there, of so many (0: not known).
    fn progress(&self, done: u64, total: u64);

    /// Whether the user asked to stop; asked many times a second, during pauses, too.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Nobody watches.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn progress(&self, _: u64, _: u64) {}
}

/// What tells whether a file at an address is still the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// `ETag`, as the server wrote it.
    pub etag: Option<String>,
    /// `Last-Modified`, as the server wrote it.
    pub last_modified: Option<String>,
    /// SHA-256 of the content, hexadecimal.
    pub sha256: Option<String>,
}

/// What a run brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched<C> {
    /// Staged files.
    pub files: Vec<PathBuf>,
    /// Records, scores or documents in them.
    pub records: u64,
    /// What the next run goes on from, once the files are taken.
    pub cursor: C,
    /// Whether anything came, and why not.
    pub news: News,
}

/// Whether anything came, and on what ground nothing did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// Something came.
    Came,
    /// The server says nothing changed (304).
    NotModified,
    /// The server sent the same bytes as before.
    Same,
    /// NVD says that no record changed in these windows.
    Empty(Vec<Window>),
    /// None of the documents listed is newer than those known.
    NoneNewer(u64),
}

/// Why a run brought nothing; the text says what to do. What was staged stays for the next run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The user stopped it.
    #[error("stopped; nothing was changed, the next run goes on from here")]
    Cancelled,
    /// The settings cannot be used.
    #[error("{0}")]
    Settings(String),
    /// No connection is to be opened.
    #[error(
        "the program is set to stay offline; no connection was opened. Allow connections, or bring the feeds as files"
    )]
    Offline,
    /// The server's answer is final.
    #[error("{url}: {what}; nothing was changed")]
    Refused {
        /// Address without parameters.
        url: String,
        /// What is wrong.
        what: String,
    },
    /// No usable answer, however often it was asked for.
    #[error("{url}: {what}, {tries} times; nothing was changed. Run it again later, it goes on where it was")]
    GaveUp {
        /// Address without parameters.
        url: String,
        /// What happened last.
        what: String,
        /// How often it was tried.
        tries: u32,
    },
    /// Pages and totals contradict each other, however often they were fetched.
    #[error(
        "{url}: {got} distinct records came where the server says {expected}, {rounds} times; nothing was changed. Run it again later"
    )]
    WrongTotal {
        /// Address without parameters.
        url: String,
        /// Distinct records that came.
        got: u64,
        /// What the server said.
        expected: u64,
        /// How often all of it was fetched.
        rounds: u32,
    },
    /// This machine's clock is behind the last run.
    #[error(
        "this machine's clock says {now}, before the last synchronisation ({since}); nothing was changed. Set the clock and run it again"
    )]
    Clock {
        /// The clock.
        now: Timestamp,
        /// From when changes were wanted.
        since: Timestamp,
    },
    /// The file system refused.
    #[error("cannot write {}: {source}; check space and rights, nothing was changed", path.display())]
    Io {
        /// File or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Error {
    /// A stable code: cancelled, usage, io, network.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Cancelled => "cancelled",
            Error::Settings(_) | Error::Clock { .. } => "usage",
            Error::Io { .. } => "io",
            Error::Offline | Error::Refused { .. } | Error::GaveUp { .. } | Error::WrongTotal { .. } => {
                "network"
            }
        }
    }
}

/// Result of fetching.
pub type Result<T> = std::result::Result<T, Error>;

/// Whether anybody can be asked with these settings: a proxy that is an address, a file that holds certificates.
///
/// # Errors
/// [`Error::Settings`] with what is wrong.
pub fn check(settings: &Settings) -> Result<()> {
    http::client(settings).map(drop)
}

/// Writes a file whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |source| Error::Io { path: path.to_owned(), source };
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let mut staged = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    io::Write::write_all(&mut staged, bytes).map_err(failed)?;
    staged.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    crate::hex::encode(&Sha256::digest(bytes))
}
