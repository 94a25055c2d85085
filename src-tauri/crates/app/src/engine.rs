//! Looking claims up and judging them, on all cores.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use rustc_hash::{FxHashMap, FxHashSet};
use store::intelligence::{Head, Intelligence, RecordKey};
use vulnerability::{
    matching::{Hit, Match, Matcher, Subject},
    name::Key,
    record::Claim,
};

use crate::{Failure, Result};

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

/// Pieces of work one thread takes at a time: neighbours share products, and with them what was looked up.
const NEIGHBOURS: usize = 32;

/// An engine for each core.
pub(crate) struct Engines(Vec<Engine>);

impl Engines {
    pub(crate) fn new(intelligence: &Intelligence) -> Result<Engines> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).clamp(1, 8);
        (0..threads).map(|_| Engine::new(intelligence.reader()?)).collect::<Result<_>>().map(Engines)
    }

    /// Does each piece of work on some engine; answers in the order of the work. `tell` hears how far it is,
    /// and may stop it.
    pub(crate) fn over<W: Sync, R: Send>(
        &mut self,
        work: &[W],
        each: impl Fn(&mut Engine, &W) -> Result<R> + Sync,
        tell: impl Fn(usize) -> Result<()> + Sync,
    ) -> Result<Vec<R>> {
        let (next, each, tell) = (&AtomicUsize::new(0), &each, &tell);
        let done = std::thread::scope(|scope| {
            let threads: Vec<_> = self
                .0
                .iter_mut()
                .map(|engine| {
                    scope.spawn(move || -> Result<Vec<(usize, Vec<R>)>> {
                        let mut done = Vec::new();
                        loop {
                            let batch = next.fetch_add(1, Ordering::Relaxed);
                            let Some(some) = work.chunks(NEIGHBOURS).nth(batch) else { return Ok(done) };
                            tell(batch * NEIGHBOURS)?;
                            done.push((
                                batch,
                                some.iter().map(|one| each(engine, one)).collect::<Result<_>>()?,
                            ));
                        }
                    })
                })
                .collect();
            let failed = || Failure::new("internal", "a matching thread failed");
            threads.into_iter().map(|thread| thread.join().map_err(|_| failed())?).collect::<Result<Vec<_>>>()
        })?;
        let mut batches: Vec<(usize, Vec<R>)> = done.into_iter().flatten().collect();
        batches.sort_unstable_by_key(|(batch, _)| *batch);
        Ok(batches.into_iter().flat_map(|(_, answers)| answers).collect())
    }
}
