//! Vulnerability feeds: NVD, CVE records, CSAF advisories, KEV and EPSS. Reading their formats, fetching them,
//! carrying them to machines that are offline. Knows no database.

pub mod bundle;
pub mod csaf;
pub mod cve;
pub mod epss;
mod hex;
pub mod kev;
pub mod nvd;
pub mod reading;
pub mod sync;
