//! Feeds of one file: KEV and EPSS, asked for only when they changed.

use std::{io::Read, path::Path};

use super::{
    Fetched, News, Result, Settings, Validators, Watch,
    http::{Answer, Asker, address},
    sha256, write,
};

/// Fetches CISA's catalogue when it differs from the known one.
///
/// # Errors
/// See [`super::Error`].
pub fn kev(
    settings: &Settings,
    staging: &Path,
    known: &Validators,
    watch: &dyn Watch,
) -> Result<Fetched<Validators>> {
    one(settings, &settings.kev_url, &staging.join("kev.json"), known, watch, |bytes| {
        let json: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let entries = json["vulnerabilities"].as_array().ok_or("it has no vulnerabilities")?.len() as u64;
        match json["count"].as_u64() {
            Some(count) if count != entries => Err(format!("it has {entries} entries and says {count}")),
            _ => Ok(entries),
        }
    })
}

/// Fetches the EPSS scores of the day when they differ from the known ones.
///
/// # Errors
/// See [`super::Error`].
pub fn epss(
    settings: &Settings,
    staging: &Path,
    known: &Validators,
    watch: &dyn Watch,
) -> Result<Fetched<Validators>> {
    let largest = settings.largest;
    one(settings, &settings.epss_url, &staging.join("epss.csv"), known, watch, move |bytes| {
        let mut text = Vec::new();
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let unpack = flate2::read::MultiGzDecoder::new(bytes);
            unpack.take(largest + 1).read_to_end(&mut text).map_err(|error| error.to_string())?;
            if text.len() as u64 > largest {
                return Err(format!("it unpacks to more than {} MiB", largest >> 20));
            }
        } else {
            text.extend_from_slice(bytes);
        }
        let mut rows = 0;
        crate::epss::read(&text[..], |row| rows += u64::from(row.is_ok()))?;
        if rows == 0 { Err("it holds no scores".to_owned()) } else { Ok(rows) }
    })
}

fn one(
    settings: &Settings,
    url: &str,
    file: &Path,
    known: &Validators,
    watch: &dyn Watch,
    count: impl Fn(&[u8]) -> std::result::Result<u64, String>,
) -> Result<Fetched<Validators>> {
    let url = address(url)?;
    let mut asker = Asker::new(settings, watch, None)?;
    let answer = asker.ask(&url, None, Some(known), |answer| match answer {
        Answer::NotModified => Ok(None),
        Answer::Body(bytes, validators) => {
            let records =
                count(&bytes).map_err(|what| format!("the answer is not what it should be: {what}"))?;
            Ok(Some((bytes, validators, records)))
        }
    })?;
    let Some((bytes, validators, records)) = answer else {
        return Ok(Fetched { files: Vec::new(), records: 0, cursor: known.clone(), news: News::NotModified });
    };
    let hash = sha256(&bytes);
    let same = known.sha256.as_ref() == Some(&hash);
    let cursor = Validators { sha256: Some(hash), ..validators };
    if same {
        return Ok(Fetched { files: Vec::new(), records: 0, cursor, news: News::Same });
    }
    write(file, &bytes)?;
    watch.progress(records, records);
    Ok(Fetched { files: vec![file.to_owned()], records, cursor, news: News::Came })
}
