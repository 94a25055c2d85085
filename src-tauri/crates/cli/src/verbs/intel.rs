//! Vulnerability intelligence, and assets against it.

use app::{Place, intelligence, plants::read};
use serde_json::json;

use crate::{
    Done,
    arguments::{IntelVerb, Match},
    output::{Output, count, plain, table},
};

pub fn intel(place: &Place, verb: &IntelVerb, output: &Output) -> app::Result<Done> {
    match verb {
        IntelVerb::Import { paths } => {
            let done = intelligence::import(place, paths, &output.progress())?;
            output.answer(&json!({"schema": "plumbline-intel-import/1", "files": done.files}), || {
                let mut text = table(
                    ["file", "kind", "added", "changed", "unchanged", "refused"],
                    done.files.iter().map(|file| {
                        [
                            file.file.clone(),
                            file.kind.clone(),
                            file.added.to_string(),
                            file.changed.to_string(),
                            if file.known > 0 {
                                format!("{} (known)", file.unchanged)
                            } else {
                                file.unchanged.to_string()
                            },
                            file.refused.len().to_string(),
                        ]
                    }),
                );
                text.push('\n');
                for refused in done.files.iter().flat_map(|file| &file.refused).take(20) {
                    text.push_str(&plain(&format!("refused: {}: {}", refused.at, refused.reason)));
                    text.push('\n');
                }
                text
            });
            Ok(Done::Well)
        }
        IntelVerb::Status => {
            let status = intelligence::status(place)?;
            let document = json!({
                "schema": "plumbline-intel-status/1",
                "sources": status.sources,
                "notice": status.notice,
            });
            output.answer(&document, || {
                if status.sources.is_empty() {
                    return "There is no intelligence yet. Bring some in with `plumbline intel import`."
                        .to_owned();
                }
                let rows = status.sources.iter().map(|source| {
                    let age =
                        source.age_days.map(|days| count(usize::try_from(days).unwrap_or(0), "day", "days"));
                    [
                        source.id.clone(),
                        source.records.to_string(),
                        source.newest.clone().unwrap_or_default(),
                        age.unwrap_or_default() + if source.old { ", old" } else { "" },
                    ]
                });
                format!("{}\n{}\n", table(["source", "records", "newest", "age"], rows), status.notice)
            });
            Ok(Done::Well)
        }
    }
}

pub fn matches(place: &Place, wanted: &Match, output: &Output) -> app::Result<Done> {
    let Some(list) = &wanted.assets else {
        return Err(
            app::Failure::new("usage", "name a list of assets").advice("plumbline match --assets FILE.csv")
        );
    };
    let file = read(list)?;
    let mut out = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    app::matches::loose_list(place, &file, &mut out, &output.progress())?;
    Ok(Done::Well)
}
