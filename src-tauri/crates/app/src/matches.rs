//! Assets against intelligence.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use import::{File, loose::Loose};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use store::intelligence::{Head, Intelligence, RecordKey};
use vulnerability::{
    matching::{Confidence, Hit, Identity, Match, Matcher, Part, Settles, Subject, sentence},
    name::Key,
    record::Claim,
};

use crate::{Failure, Place, Result, Watch, watch::tell};

/// Claims held at hand before older ones are dropped: enough for a plant, too few to fill a laptop.
const HELD: usize = 400_000;

type Filed = Arc<Vec<(RecordKey, u32, Claim)>>;

/// Looks claims up and judges them; remembers what it read.
pub(crate) struct Engine {
    intelligence: Intelligence,
    matcher: Matcher,
    heads: FxHashMap<RecordKey, Arc<Head>>,
    filed: FxHashMap<Key, Filed>,
    held: usize,
    families: FxHashSet<Key>,
}

impl Engine {
    pub(crate) fn new(intelligence: Intelligence) -> Result<Engine> {
        Ok(Engine {
            families: intelligence.families()?.into_iter().collect(),
            intelligence,
            matcher: Matcher::new(),
            heads: FxHashMap::default(),
            filed: FxHashMap::default(),
            held: 0,
        })
    }

    fn filed(&mut self, key: Key) -> Result<Filed> {
        if let Some(filed) = self.filed.get(&key) {
            return Ok(Arc::clone(filed));
        }
        let mut list = Vec::new();
        self.intelligence.claims(key, |record, index, claim| list.push((record, index, claim)))?;
        if self.held > HELD {
            self.filed.clear();
            self.held = 0;
        }
        self.held += list.len() + 1;
        let list = Arc::new(list);
        self.filed.insert(key, Arc::clone(&list));
        Ok(list)
    }

    fn head(&mut self, record: RecordKey) -> Result<Arc<Head>> {
        if let Some(head) = self.heads.get(&record) {
            return Ok(Arc::clone(head));
        }
        let head = Arc::new(self.intelligence.head(record)?);
        self.heads.insert(record, Arc::clone(&head));
        Ok(head)
    }

    /// Everything known of a subject.
    pub(crate) fn judge(&mut self, subject: &Subject, others: Option<&[Subject]>) -> Result<Vec<Match>> {
        let mut lists: Vec<Filed> = Vec::new();
        for key in subject.lookups() {
            if key.is_family() && !self.families.contains(&key) {
                continue;
            }
            let filed = self.filed(key)?;
            if !filed.is_empty() {
                lists.push(filed);
            }
        }
        let mut found: Vec<(RecordKey, u32, &Claim)> = lists
            .iter()
            .flat_map(|list| list.iter())
            .map(|(record, index, claim)| (*record, *index, claim))
            .collect();
        found.sort_unstable_by_key(|(record, index, _)| (*record, *index));
        found.dedup_by_key(|(record, index, _)| (*record, *index));
        let mut heads = Vec::with_capacity(found.len());
        for (record, _, _) in &found {
            heads.push(self.head(*record)?);
        }
        let hits: Vec<Hit<'_>> = found
            .iter()
            .zip(&heads)
            .map(|((_, _, claim), head)| Hit {
                source: head.source,
                record: &head.id,
                state: head.state,
                claim,
            })
            .collect();
        Ok(self.matcher.judge(subject, others, &hits))
    }
}

/// A match as documents carry it.
#[derive(Serialize)]
struct Line<'m> {
    cve: String,
    verdict: &'static str,
    confidence: f64,
    level: Confidence,
    source: &'static str,
    record: &'m str,
    reason: &'m str,
    #[serde(skip_serializing_if = "Option::is_none")]
    settles: Option<Settles>,
}

fn lines(matches: &[Match]) -> String {
    // One claim is about many vulnerabilities, for one reason.
    let mut sentences: FxHashMap<*const Vec<Part>, String> = FxHashMap::default();
    for m in matches {
        sentences.entry(Arc::as_ptr(&m.reason)).or_insert_with(|| sentence(&m.reason));
    }
    let lines: Vec<Line<'_>> = matches
        .iter()
        .map(|m| Line {
            cve: m.id.to_string(),
            verdict: m.verdict.as_str(),
            confidence: m.confidence,
            level: Confidence::of(m.confidence),
            source: m.source.id(),
            record: &m.record,
            reason: sentences.get(&Arc::as_ptr(&m.reason)).map_or("", String::as_str),
            settles: m.settles,
        })
        .collect();
    serde_json::to_string(&lines).unwrap_or_default()
}

/// Matches a list of assets that is not stored, and writes a line of JSON for each row, in their order.
///
/// # Errors
/// `bad_input` with the line of the list; `not_found` when there is no intelligence yet.
pub fn loose_list(place: &Place, file: &File, out: &mut dyn Write, watch: &dyn Watch) -> Result<()> {
    let list = Loose::read(file)?;
    let intelligence = Intelligence::open_existing(&place.folder)?.ok_or_else(no_intelligence)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from).clamp(1, 8);
    let mut engines = Vec::with_capacity(threads);
    for _ in 0..threads {
        engines.push(Engine::new(intelligence.reader()?)?);
    }
    let total = u32::try_from(list.rows.len()).unwrap_or(u32::MAX);
    let mut done = 0_u32;
    let mut answered: FxHashMap<Identity, String> = FxHashMap::default();
    let mut bytes = 0;
    for rows in list.rows.chunks(CHUNK) {
        tell(watch, "match", done, total)?;
        let identities: Vec<Identity> = rows.iter().map(|row| list.identity(row)).collect();
        // Equal assets are judged once.
        let mut open: Vec<&Identity> =
            identities.iter().filter(|identity| !answered.contains_key(identity)).collect();
        open.sort_unstable();
        open.dedup();
        let (next, open) = (&AtomicUsize::new(0), &open);
        let answers = std::thread::scope(|scope| {
            let work: Vec<_> = engines
                .iter_mut()
                .map(|engine| {
                    scope.spawn(move || -> Result<Vec<(Identity, String)>> {
                        let mut answers = Vec::new();
                        // Neighbours share products, and with them what was looked up.
                        while let Some(some) =
                            open.chunks(NEIGHBOURS).nth(next.fetch_add(1, Ordering::Relaxed))
                        {
                            for identity in some {
                                let answer = match Subject::read(identity) {
                                    Some(subject) => lines(&engine.judge(&subject, None)?),
                                    None => "[]".to_owned(),
                                };
                                answers.push(((*identity).clone(), answer));
                            }
                        }
                        Ok(answers)
                    })
                })
                .collect();
            let failed = || Failure::new("internal", "a matching thread failed");
            work.into_iter().map(|work| work.join().map_err(|_| failed())?).collect::<Result<Vec<_>>>()
        })?;
        for (identity, answer) in answers.into_iter().flatten() {
            bytes += answer.len();
            answered.insert(identity, answer);
        }
        for (cells, identity) in rows.iter().zip(&identities) {
            let cells = list.columns.iter().cloned().zip(cells.iter().map(|cell| cell.as_str().into()));
            let row: serde_json::Map<String, serde_json::Value> = cells.collect();
            let row = serde_json::to_string(&row).unwrap_or_default();
            let answer = answered.get(identity).map_or("[]", String::as_str);
            writeln!(out, "{{\"row\":{row},\"matches\":{answer}}}").map_err(gone)?;
        }
        done = done.saturating_add(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        if bytes > ANSWERS {
            answered.clear();
            bytes = 0;
        }
    }
    out.flush().map_err(gone)
}

/// Identities one thread takes at a time.
const NEIGHBOURS: usize = 32;
/// Rows judged at a time.
const CHUNK: usize = 2048;
/// Bytes of answers remembered for equal assets further down.
const ANSWERS: usize = 96 << 20;

fn gone(error: std::io::Error) -> Failure {
    Failure::new("io", format!("the answer cannot be written: {error}"))
}

pub(crate) fn no_intelligence() -> Failure {
    Failure::new("not_found", "there is no intelligence to match against yet")
        .advice("Bring some in: plumbline intel import, intel import-bundle or intel sync.")
}
