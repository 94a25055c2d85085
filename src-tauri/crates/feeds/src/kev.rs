//! CISA's Known Exploited Vulnerabilities catalogue (`vulnerabilities[]` of its JSON).

use std::borrow::Cow;

use serde::Deserialize;
use vulnerability::record::Exploited;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(borrow, rename = "cveID")]
    cve_id: Cow<'a, str>,
    #[serde(borrow)]
    date_added: Cow<'a, str>,
    #[serde(borrow, default)]
    due_date: Cow<'a, str>,
    #[serde(borrow, default)]
    required_action: Cow<'a, str>,
    #[serde(borrow, default)]
    known_ransomware_campaign_use: Cow<'a, str>,
}

/// Reads one entry.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(json: &str) -> Result<Exploited, String> {
    let entry: Entry<'_> = serde_json::from_str(json).map_err(|error| error.to_string())?;
    Ok(Exploited {
        cve: entry.cve_id.parse().map_err(|error: vulnerability::cve::NotACve| error.to_string())?,
        added: entry
            .date_added
            .parse()
            .map_err(|_| format!("dateAdded {:?} is not a day", entry.date_added))?,
        due: entry.due_date.parse().ok(),
        action: entry.required_action.into_owned(),
        ransomware: entry.known_ransomware_campaign_use == "Known",
    })
}
