//! NVD API 2.0: pages of 2,000, windows of at most 120 days by last modification.

use std::{collections::HashSet, fs, path::Path};

use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use serde::{Deserialize, Serialize};

use super::{
    Error, Fetched, News, Result, Settings, Watch,
    http::{Answer, Asker, address, is_loopback, shown},
    sha256, write,
};

/// Records a page.
const PAGE: u64 = 2000;
/// The longest window NVD takes.
const LONGEST: SignedDuration = SignedDuration::from_hours(120 * 24);
/// Records that change while pages are fetched move; this often a window is fetched again.
const ROUNDS: u32 = 3;
/// The next run begins a little before this one ended.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);
/// A staging older than this is begun anew.
const STALE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A window of last modification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// From.
    pub from: Timestamp,
    /// To.
    pub to: Timestamp,
}

/// What is staged, kept beside the pages.
#[derive(Serialize, Deserialize)]
struct Staged {
    url: String,
    since: Option<Timestamp>,
    /// End of the last window, fixed when the run was begun.
    now: Timestamp,
    /// The server's own time at its first answer.
    server: Option<Timestamp>,
    parts: Vec<Part>,
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Part {
    window: Option<Window>,
    total: Option<u64>,
    pages: Vec<Page>,
    done: bool,
}

#[derive(Clone, Serialize, Deserialize)]
struct Page {
    file: String,
    sha256: String,
    ids: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    total_results: u64,
    #[serde(default)]
    timestamp: Option<String>,
    vulnerabilities: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    cve: Id,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

/// The windows from a moment to now, each as long as NVD takes.
fn windows(since: Timestamp, now: Timestamp) -> Vec<Window> {
    let mut list = Vec::new();
    let mut from = since;
    while from < now {
        let to = from.checked_add(LONGEST).map_or(now, |to| to.min(now));
        list.push(Window { from, to });
        from = to;
    }
    list
}

/// Fetches what changed since a moment, or everything, into `staging`. The cursor is the next run's `since`.
///
/// # Errors
/// See [`Error`]; what was staged stays, and the same question goes on where this one ended.
pub fn nvd(
    settings: &Settings,
    staging: &Path,
    since: Option<Timestamp>,
    now: Timestamp,
    watch: &dyn Watch,
) -> Result<Fetched<Option<Timestamp>>> {
    let base = address(&settings.nvd_url)?;
    if let Some(since) = since.filter(|since| *since > now) {
        return Err(Error::Clock { now, since });
    }
    let limit = match (is_loopback(&base), &settings.api_key) {
        (true, _) => None,
        (false, None) => Some(5),
        (false, Some(_)) => Some(50),
    };
    let mut asker = Asker::new(settings, watch, limit)?;
    let state_file = staging.join("state.json");
    let kept = fs::read(&state_file).ok().and_then(|bytes| serde_json::from_slice::<Staged>(&bytes).ok());
    let goes_on = |kept: &Staged| {
        kept.url == settings.nvd_url
            && kept.since == since
            && kept.now <= now
            && now.duration_since(kept.now) < STALE
    };
    let mut staged = match kept.filter(goes_on) {
        Some(kept) => kept,
        None => {
            if staging.is_dir() {
                fs::remove_dir_all(staging)
                    .map_err(|source| Error::Io { path: staging.to_owned(), source })?;
            }
            let parts = match since {
                Some(since) => windows(since, now)
                    .into_iter()
                    .map(|w| Part { window: Some(w), ..Part::default() })
                    .collect(),
                None => vec![Part::default()],
            };
            Staged { url: settings.nvd_url.clone(), since, now, server: None, parts }
        }
    };
    for index in 0..staged.parts.len() {
        let mut round = 0;
        while !staged.parts[index].done {
            round += 1;
            fetch(&mut asker, &base, settings, staging, &state_file, &mut staged, index, watch)?;
            let part = &mut staged.parts[index];
            let distinct: HashSet<&str> =
                part.pages.iter().flat_map(|page| &page.ids).map(String::as_str).collect();
            let (got, expected) = (distinct.len() as u64, part.total.unwrap_or(0));
            if got == expected {
                part.done = true;
            } else if round == ROUNDS {
                return Err(Error::WrongTotal { url: shown(&base), got, expected, rounds: ROUNDS });
            } else {
                // Something changed between two pages: all of this window again.
                *part = Part { window: part.window, ..Part::default() };
            }
            save(&state_file, &staged)?;
        }
    }
    let records: u64 = staged.parts.iter().filter_map(|part| part.total).sum();
    let files = staged.parts.iter().flat_map(|part| &part.pages).filter(|page| !page.ids.is_empty());
    let files = files.map(|page| staging.join(&page.file)).collect();
    // Whichever clock is behind: nothing that changed after it was asked for is passed over next time.
    let until = staged.server.map_or(staged.now, |server| server.min(staged.now));
    let until = until.checked_sub(OVERLAP).unwrap_or(until);
    Ok(Fetched {
        files,
        records,
        cursor: Some(since.map_or(until, |since| until.max(since))),
        news: if records > 0 {
            News::Came
        } else {
            News::Empty(staged.parts.iter().filter_map(|part| part.window).collect())
        },
    })
}

fn save(file: &Path, staged: &Staged) -> Result<()> {
    write(file, &serde_json::to_vec(staged).unwrap_or_default())
}

#[allow(clippy::too_many_arguments, reason = "one window's pages, told apart only for the rounds around it")]
fn fetch(
    asker: &mut Asker<'_>,
    base: &Url,
    settings: &Settings,
    staging: &Path,
    state_file: &Path,
    staged: &mut Staged,
    index: usize,
    watch: &dyn Watch,
) -> Result<()> {
    // What lies there from an earlier run is used as long as it is what was written.
    let intact =
        |page: &Page| fs::read(staging.join(&page.file)).is_ok_and(|bytes| sha256(&bytes) == page.sha256);
    let good = staged.parts[index].pages.iter().take_while(|page| intact(page)).count();
    staged.parts[index].pages.truncate(good);
    loop {
        let part = &staged.parts[index];
        let start: u64 = part.pages.iter().map(|page| page.ids.len() as u64).sum();
        if part.total.is_some_and(|total| start >= total) {
            return Ok(());
        }
        let mut url = base.clone();
        {
            let mut query = url.query_pairs_mut();
            if let Some(window) = part.window {
                let text = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%S.%3f+00:00").to_string();
                query.append_pair("lastModStartDate", &text(window.from));
                query.append_pair("lastModEndDate", &text(window.to));
            }
            query
                .append_pair("resultsPerPage", &PAGE.to_string())
                .append_pair("startIndex", &start.to_string());
        }
        let (bytes, page) = asker.ask(&url, settings.api_key.as_deref(), None, |answer| match answer {
            Answer::Body(bytes, _) => match serde_json::from_slice::<Envelope>(&bytes) {
                Ok(page) => Ok((bytes, page)),
                Err(error) => Err(format!("the answer is no page of NVD ({error})")),
            },
            Answer::NotModified => Err("the server says nothing changed where it was not asked".to_owned()),
        })?;
        if staged.server.is_none() {
            staged.server = page.timestamp.as_deref().and_then(|text| crate::cve::moment(text).ok());
        }
        let part = &mut staged.parts[index];
        if part.total.is_some_and(|total| total != page.total_results) {
            // The rounds around this find that it does not add up.
            part.total = Some(page.total_results);
            return Ok(());
        }
        part.total = Some(page.total_results);
        if page.vulnerabilities.is_empty() {
            return Ok(());
        }
        let file = format!("page-{index:03}-{start:08}.json");
        write(&staging.join(&file), &bytes)?;
        part.pages.push(Page {
            file,
            sha256: sha256(&bytes),
            ids: page.vulnerabilities.into_iter().map(|entry| entry.cve.id).collect(),
        });
        save(state_file, staged)?;
        let done = staged.parts.iter().flat_map(|part| &part.pages).map(|page| page.ids.len() as u64).sum();
        watch.progress(done, staged.parts.iter().filter_map(|part| part.total).sum());
        if watch.is_cancelled() {
            return Err(Error::Cancelled);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_contiguous_and_never_too_long() {
        let (since, now): (Timestamp, Timestamp) =
            ("2025-01-01T00:00:00Z".parse().unwrap(), "2026-02-05T00:00:00Z".parse().unwrap());
        let list = windows(since, now);
        assert_eq!(list.len(), 4);
        assert_eq!((list[0].from, list[3].to), (since, now));
        assert!(list.windows(2).all(|pair| pair[0].to == pair[1].from));
        assert!(list.iter().all(|w| w.to.duration_since(w.from) <= LONGEST));
        assert_eq!(windows(now, now), []);
    }
}
