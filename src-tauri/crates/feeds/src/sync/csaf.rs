//! CSAF providers: provider metadata, ROLIE feeds, and directories with `changes.csv` or `index.txt`.

use std::{collections::BTreeMap, path::Path};

use jiff::Timestamp;
use reqwest::Url;
use serde::{Deserialize, Serialize};

use super::{
    Error, Fetched, News, Result, Settings, Watch,
    http::{Answer, Asker, address, shown},
    sha256, write,
};

/// What is known of documents: address → when it was last changed, as its list said (empty where it says none).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CsafState {
    /// By address.
    pub documents: BTreeMap<String, String>,
}

/// A document or a list that could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// Its address.
    pub url: String,
    /// Why.
    pub why: String,
}

/// A document that a list names.
struct Listed {
    url: Url,
    updated: String,
    /// Where its hash lies.
    hash: Option<Url>,
}

/// Lists of lists end here.
const DEEPEST: usize = 3;

/// Fetches every document that is new or newer than known. One that fails is told and the others still come; it
/// is tried again next time.
///
/// # Errors
/// [`Error::Cancelled`], [`Error::Io`], [`Error::Settings`]; a provider that does not answer is told in the list.
pub fn csaf(
    settings: &Settings,
    staging: &Path,
    known: &CsafState,
    watch: &dyn Watch,
) -> Result<(Fetched<CsafState>, Vec<Failed>)> {
    let mut asker = Asker::new(settings, watch, None)?;
    let mut listed: Vec<Listed> = Vec::new();
    let mut failed: Vec<Failed> = Vec::new();
    for text in &settings.csaf_urls {
        let url = address(text)?;
        match list(&mut asker, &url, 0, &mut listed) {
            Ok(()) => {}
            Err(error @ (Error::Cancelled | Error::Io { .. })) => return Err(error),
            Err(error) => failed.push(Failed { url: shown(&url), why: error.to_string() }),
        }
    }
    listed.sort_by(|a, b| a.url.cmp(&b.url).then_with(|| b.updated.cmp(&a.updated)));
    listed.dedup_by(|a, b| a.url == b.url);
    let total = listed.len() as u64;
    listed.retain(|document| match known.documents.get(document.url.as_str()) {
        None => true,
        Some(then) => moment(&document.updated) > moment(then),
    });
    let mut state = known.clone();
    let mut files = Vec::new();
    let wanted = listed.len() as u64;
    for (number, document) in listed.iter().enumerate() {
        let file = staging.join(file_name(document));
        // One from a run that was stopped lies there whole; its name carries its date.
        if !file.is_file() {
            match fetch(&mut asker, document) {
                Ok(bytes) => write(&file, &bytes)?,
                Err(error @ (Error::Cancelled | Error::Io { .. })) => return Err(error),
                Err(error) => {
                    failed.push(Failed { url: document.url.to_string(), why: error.to_string() });
                    continue;
                }
            }
        }
        files.push(file);
        state.documents.insert(document.url.to_string(), document.updated.clone());
        watch.progress(number as u64 + 1, wanted);
        if watch.is_cancelled() {
            return Err(Error::Cancelled);
        }
    }
    let news = if files.is_empty() { News::NoneNewer(total) } else { News::Came };
    Ok((Fetched { records: files.len() as u64, files, cursor: state, news }, failed))
}

fn moment(text: &str) -> Option<Timestamp> {
    crate::cve::moment(text).ok()
}

/// Letters and digits of the document's own name, behind a hash of its address and date: nothing in a list can
/// lead out of the staging folder or onto another document.
fn file_name(document: &Listed) -> String {
    let own: String = document
        .url
        .path_segments()
        .and_then(|mut segments| segments.next_back().map(str::to_owned))
        .unwrap_or_default()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .take(60)
        .collect();
    let hash = sha256(format!("{} {}", document.url, document.updated).as_bytes());
    format!("{}-{own}.json", &hash[..16])
}

fn fetch(asker: &mut Asker<'_>, document: &Listed) -> Result<Vec<u8>> {
    let wanted = match &document.hash {
        None => None,
        Some(url) => Some(asker.ask(url, None, None, |answer| match answer {
            Answer::Body(bytes, _) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                text.split_whitespace()
                    .next()
                    .map(str::to_lowercase)
                    .ok_or_else(|| "the hash is empty".to_owned())
            }
            Answer::NotModified => Err("nothing came".to_owned()),
        })?),
    };
    asker.ask(&document.url, None, None, |answer| {
        let Answer::Body(bytes, _) = answer else { return Err("nothing came".to_owned()) };
        if let Some(wanted) = &wanted {
            use sha2::{Digest, Sha512};
            let own =
                if wanted.len() == 64 { sha256(&bytes) } else { crate::hex::encode(&Sha512::digest(&bytes)) };
            if own != *wanted {
                return Err("the document does not fit its hash".to_owned());
            }
        }
        crate::csaf::read(&String::from_utf8_lossy(&bytes))
            .map(|_| bytes)
            .map_err(|what| format!("it is no CSAF document ({what})"))
    })
}

/// What a list leads to must lie where the list lies.
fn join(base: &Url, text: &str) -> Result<Url> {
    let refused = |what: &str| Error::Refused { url: shown(base), what: format!("{text:?} {what}") };
    let url = base.join(text).map_err(|_| refused("is no address"))?;
    if url.host_str() != base.host_str() || url.port_or_known_default() != base.port_or_known_default() {
        return Err(refused("lies on another server"));
    }
    address(url.as_str())
}

fn list(asker: &mut Asker<'_>, url: &Url, depth: usize, listed: &mut Vec<Listed>) -> Result<()> {
    if depth > DEEPEST {
        return Ok(());
    }
    let directory = url.path().ends_with('/');
    let url = if directory { &join(url, "changes.csv")? } else { url };
    let bytes = asker.ask(url, None, None, |answer| match answer {
        Answer::Body(bytes, _) if bytes.trim_ascii_start().starts_with(b"<") => {
            Err("it is a web page".to_owned())
        }
        Answer::Body(bytes, _) => Ok(bytes),
        Answer::NotModified => Err("nothing came".to_owned()),
    })?;
    let text = String::from_utf8_lossy(&bytes);
    if !text.trim_start().starts_with('{') {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes.as_slice());
        for record in reader.records().filter_map(std::result::Result::ok) {
            let path = record.get(0).unwrap_or_default().trim();
            if path.ends_with(".json") {
                let updated = record.get(1).unwrap_or_default().trim().to_owned();
                listed.push(Listed { url: join(url, path)?, updated, hash: None });
            }
        }
        return Ok(());
    }
    let json: serde_json::Value = serde_json::from_str(&text)
        .map_err(|error| Error::Refused { url: shown(url), what: format!("the list is broken ({error})") })?;
    let word = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    for entry in json["feed"]["entry"].as_array().into_iter().flatten() {
        let Some(source) = word(&entry["content"]["src"]) else { continue };
        let link = |rel: &str| {
            let links = entry["link"].as_array().into_iter().flatten();
            links.filter(|link| link["rel"] == rel).filter_map(|link| word(&link["href"])).next()
        };
        listed.push(Listed {
            url: join(url, &source)?,
            updated: word(&entry["updated"]).unwrap_or_default(),
            hash: link("hash").map(|hash| join(url, &hash)).transpose()?,
        });
    }
    for distribution in json["distributions"].as_array().into_iter().flatten() {
        let feeds = distribution["rolie"]["feeds"].as_array().into_iter().flatten();
        // Only what everybody may read; the rest asks for a login.
        let feeds = feeds.filter(|feed| {
            feed["tlp_label"].as_str().is_none_or(|label| matches!(label, "WHITE" | "CLEAR" | "UNLABELED"))
        });
        let feeds: Vec<String> = feeds.filter_map(|feed| word(&feed["url"])).collect();
        let directory = word(&distribution["directory_url"]).filter(|_| feeds.is_empty());
        for next in feeds.into_iter().chain(directory.map(|d| format!("{}/", d.trim_end_matches('/')))) {
            list(asker, &address(&next)?, depth + 1, listed)?;
        }
    }
    Ok(())
}
