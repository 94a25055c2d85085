//! Files and folders of feeds → items, on all cores, in memory that does not grow with them.
//!
//! A file is read by its content, not its name: plain, gzip or zstd; NVD pages, KEV, EPSS, CVE records, CSAF
//! advisories; `.zip` and `.tar` archives of these. An entry that cannot be read is reported and skipped; a
//! file that is cut or broken as a whole is an error.

use std::{
    cell::Cell,
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    rc::Rc,
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
};

use jiff::Timestamp;
use serde::{
    Deserializer,
    de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use vulnerability::record::{Exploited, Probability, Record};

use crate::{csaf, cve, epss, kev, nvd};

/// Changes when reading learns something new, so that files read by an older one are read again.
pub const EDITION: u8 = 1;

/// Content up to this size is held in memory; what is larger flows through.
const HELD: u64 = 32 << 20;
/// No single entry is larger than this.
const LARGEST_ENTRY: u64 = 64 << 20;
/// No file is larger than this, unpacked.
const LARGEST_FILE: u64 = 64 << 30;
/// Items handed on at a time.
const BATCH: usize = 64;
/// Refusals told in full, of each file; the rest are counted.
const TOLD: usize = 200;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A page of the NVD API 2.0.
    Nvd,
    /// A CVE record.
    Cve,
    /// A CSAF advisory.
    Csaf,
    /// The KEV catalogue.
    Kev,
    /// EPSS scores.
    Epss,
}

impl Kind {
    /// Its name in documents.
    pub fn id(self) -> &'static str {
        match self {
            Kind::Nvd => "nvd",
            Kind::Cve => "cve",
            Kind::Csaf => "csaf",
            Kind::Kev => "kev",
            Kind::Epss => "epss",
        }
    }
}

/// One thing read.
#[derive(Clone, Debug)]
pub enum Item {
    /// A record, with a hash of what it was read from.
    Record(Box<Record>, [u8; 16]),
    /// An entry of KEV.
    Exploited(Exploited),
    /// A score of EPSS.
    Probability(Probability),
}

/// Items of one file, as the taker wants them.
#[derive(Debug)]
pub struct Batch<T> {
    /// Which file of the list.
    pub file: usize,
    /// What was read.
    pub items: Vec<T>,
}

/// An entry or a file that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The entry's id or place; empty for the file as a whole.
    pub at: String,
    /// Why.
    pub reason: String,
}

/// What became of a file.
#[derive(Clone, Debug)]
pub struct FileReport {
    /// Which file of the list.
    pub file: usize,
    /// What it holds; `None` when it holds no feed.
    pub kind: Option<Kind>,
    /// Hash of its bytes.
    pub sha256: [u8; 32],
    /// Its size.
    pub bytes: u64,
    /// It was known already and not read again.
    pub known: bool,
    /// The moment its content is of, where it says (a KEV release, an EPSS day).
    pub of: Option<Timestamp>,
    /// What was not taken.
    pub refused: Vec<Refused>,
    /// How many more were not taken.
    pub refused_more: u64,
}

/// Why reading ended early.
#[derive(Debug, thiserror::Error)]
pub enum Error<E> {
    /// A file cannot be read or is broken.
    #[error("{}: {what}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        what: String,
    },
    /// The one who takes the items gave up.
    #[error(transparent)]
    Taker(E),
}

/// What reading hands to its taker.
#[derive(Debug)]
pub enum Event<T> {
    /// Items of a file.
    Batch(Batch<T>),
    /// A file is done.
    Done(Box<FileReport>),
}

/// The files in these paths: folders are walked, in order of name; files named are taken as they are.
///
/// # Errors
/// The path that cannot be read, and why.
pub fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
    fn walk(folder: &Path, depth: usize, list: &mut Vec<PathBuf>) -> Result<(), (PathBuf, io::Error)> {
        let at = |error| (folder.to_owned(), error);
        let mut entries =
            std::fs::read_dir(folder).map_err(at)?.collect::<Result<Vec<_>, _>>().map_err(at)?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            // Links are not followed: they may lead in circles or elsewhere.
            let kind = entry.file_type().map_err(at)?;
            if kind.is_dir() && depth < 32 {
                walk(&entry.path(), depth + 1, list)?;
            } else if kind.is_file() && is_feed_name(&entry.path()) {
                list.push(entry.path());
            }
        }
        Ok(())
    }
    let mut list = Vec::new();
    for path in paths {
        if std::fs::metadata(path).map_err(|error| (path.clone(), error))?.is_dir() {
            walk(path, 0, &mut list)?;
        } else {
            list.push(path.clone());
        }
    }
    Ok(list)
}

/// In folders, only files with such names are looked at; hashes, signatures and texts lie beside them.
fn is_feed_name(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    [".json", ".csv", ".zip", ".tar", ".tgz"].iter().any(|end| name.ends_with(end)) && name != "changes.csv"
}

/// Reads files on several threads and hands what is in them to `take`, in no particular order.
/// `known` tells whether a file with these bytes was taken before; `prepare` runs on the reading threads.
///
/// # Errors
/// [`Error::Broken`] for the first broken file; [`Error::Taker`] as soon as `take` fails. What was handed on
/// before must then be taken back by the taker.
pub fn read<T: Send, E>(
    files: &[PathBuf],
    known: &(dyn Fn(&[u8; 32]) -> bool + Sync),
    prepare: &(dyn Fn(Item) -> T + Sync),
    mut take: impl FnMut(Event<T>) -> Result<(), E>,
) -> Result<(), Error<E>> {
    let threads =
        std::thread::available_parallelism().map_or(1, usize::from).clamp(1, 4).min(files.len().max(1));
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let (send, receive) = mpsc::sync_channel::<Result<Event<T>, (usize, String)>>(threads);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let send = send.clone();
            let (next, stop) = (&next, &stop);
            scope.spawn(move || {
                // The same piece of memory for one file after the other.
                let mut held = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let file = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = files.get(file) else { break };
                    let mut out = Out {
                        file,
                        send: &send,
                        prepare,
                        items: Vec::new(),
                        gone: false,
                        refused: Vec::new(),
                        more: 0,
                    };
                    let done = one(path, known, &mut held, &mut out);
                    out.flush();
                    let message = match done {
                        _ if out.gone => break,
                        Ok(found) => Ok(Event::Done(Box::new(FileReport {
                            file,
                            kind: found.kind,
                            sha256: found.sha256,
                            bytes: found.bytes,
                            known: found.known,
                            of: found.of,
                            refused: out.refused,
                            refused_more: out.more,
                        }))),
                        Err(what) => Err((file, what)),
                    };
                    if send.send(message).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        // Dropping the receiver stops the workers at their next word.
        for message in receive {
            let taken = match message {
                Ok(event) => take(event).map_err(Error::Taker),
                Err((file, what)) => Err(Error::Broken { path: files[file].clone(), what }),
            };
            if taken.is_err() {
                stop.store(true, Ordering::Relaxed);
                return taken;
            }
        }
        Ok(())
    })
}

type Sender<T> = mpsc::SyncSender<Result<Event<T>, (usize, String)>>;

/// Where a worker puts what it reads.
struct Out<'s, T> {
    file: usize,
    send: &'s Sender<T>,
    prepare: &'s (dyn Fn(Item) -> T + Sync),
    items: Vec<T>,
    gone: bool,
    refused: Vec<Refused>,
    more: u64,
}

impl<T> Out<'_, T> {
    fn put(&mut self, item: Item) {
        self.items.push((self.prepare)(item));
        if self.items.len() >= BATCH {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if !self.items.is_empty() {
            let items = std::mem::take(&mut self.items);
            self.gone |= self.send.send(Ok(Event::Batch(Batch { file: self.file, items }))).is_err();
        }
    }

    fn refuse(&mut self, at: String, reason: String) {
        if self.refused.len() < TOLD {
            self.refused.push(Refused { at, reason });
        } else {
            self.more += 1;
        }
    }
}

struct Found {
    kind: Option<Kind>,
    sha256: [u8; 32],
    bytes: u64,
    known: bool,
    of: Option<Timestamp>,
}

fn one<T>(
    path: &Path,
    known: &(dyn Fn(&[u8; 32]) -> bool + Sync),
    held: &mut Vec<u8>,
    out: &mut Out<'_, T>,
) -> Result<Found, String> {
    let unreadable = |error: io::Error| format!("cannot be read: {error}");
    let mut file = File::open(path).map_err(unreadable)?;
    let mut hash = Sha256::new();
    // The file's own bytes, held when they are few enough to be read only once.
    held.clear();
    held.reserve_exact(file.metadata().map_err(unreadable)?.len().min(HELD) as usize + 1);
    let mut bytes = file.by_ref().take(HELD + 1).read_to_end(held).map_err(unreadable)? as u64;
    hash.update(&held);
    let whole = bytes <= HELD;
    if !whole {
        let mut buffer = vec![0; 1 << 20];
        loop {
            let read = file.read(&mut buffer).map_err(unreadable)?;
            if read == 0 {
                break;
            }
            hash.update(&buffer[..read]);
            bytes += read as u64;
        }
    }
    hash.update([EDITION]);
    let sha256: [u8; 32] = hash.finalize().into();
    let mut found = Found { kind: None, sha256, bytes, known: false, of: None };
    if known(&sha256) {
        found.known = true;
        return Ok(found);
    }
    if held.starts_with(b"PK\x03\x04") {
        zip_archive(path, out, &mut found)?;
    } else if whole {
        content(held, io::empty(), out, &mut found)?;
    } else {
        file.seek(SeekFrom::Start(held.len() as u64)).map_err(unreadable)?;
        content(held, BufReader::with_capacity(1 << 20, file), out, &mut found)?;
    }
    Ok(found)
}

/// Unpacks what is packed, then looks what it is. `head` is all of it, or its beginning when more is to come
/// from `rest`.
fn content<T>(head: &[u8], rest: impl Read, out: &mut Out<'_, T>, found: &mut Found) -> Result<(), String> {
    let unpacked = |input: &mut dyn Read, out: &mut Out<'_, T>, found: &mut Found| {
        let mut input = input.take(LARGEST_FILE);
        let mut head = Vec::new();
        input.by_ref().take(HELD + 1).read_to_end(&mut head).map_err(cut)?;
        plain(&head, input, out, found)
    };
    match head {
        [0x1f, 0x8b, ..] => {
            unpacked(&mut flate2::bufread::MultiGzDecoder::new(buffered(head, rest)), out, found)
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            unpacked(&mut zstd::Decoder::with_buffer(buffered(head, rest)).map_err(cut)?, out, found)
        }
        _ => plain(head, rest.take(LARGEST_FILE), out, found),
    }
}

fn buffered(head: &[u8], rest: impl Read) -> impl BufRead {
    BufReader::with_capacity(1 << 17, head.chain(rest))
}

fn cut(error: impl std::fmt::Display) -> String {
    format!("the file is cut or broken ({error}); fetch or copy it again")
}

fn plain<T>(head: &[u8], rest: impl Read, out: &mut Out<'_, T>, found: &mut Found) -> Result<(), String> {
    if head.len() > 262 && &head[257..262] == b"ustar" {
        return tar_archive(head.chain(rest), out, found);
    }
    document(head, rest, out, found)
}

/// One document.
fn document<T>(head: &[u8], rest: impl Read, out: &mut Out<'_, T>, found: &mut Found) -> Result<(), String> {
    let complete = head.len() as u64 <= HELD;
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let Some(kind) = kind_of(head) else {
        out.refuse(
            String::new(),
            "holds no NVD page, CVE record, CSAF advisory, KEV catalogue or EPSS scores".to_owned(),
        );
        return Ok(());
    };
    found.kind = Some(kind);
    match kind {
        Kind::Epss => {
            found.of = epss::day(&String::from_utf8_lossy(&head[..head.len().min(400)]));
            epss::read(head.chain(rest), |row| match row {
                Ok(score) => out.put(Item::Probability(score)),
                Err((line, what)) => out.refuse(format!("line {line}"), what),
            })
        }
        Kind::Nvd | Kind::Kev => {
            let mut index = 0_u64;
            let mut each = |json: &str| {
                index += 1;
                let taken = match kind {
                    Kind::Nvd => nvd::read(json).map(|record| Item::Record(Box::new(record), hash_of(json))),
                    _ => kev::read(json).map(Item::Exploited),
                };
                match taken {
                    Ok(item) => out.put(item),
                    Err(what) => {
                        let place = format!("/vulnerabilities/{}", index - 1);
                        let at = nvd::id_of(json).map_or(place.clone(), |id| format!("{id} ({place})"));
                        out.refuse(at, what);
                    }
                }
                !out.gone
            };
            let mut release = None;
            let done = if complete {
                let text = std::str::from_utf8(head).map_err(|_| "the file is not UTF-8".to_owned())?;
                let mut json = serde_json::Deserializer::from_str(text);
                Elements { each: &mut each, release: &mut release }
                    .deserialize(&mut json)
                    .and_then(|()| json.end())
            } else {
                let since = Rc::new(Cell::new(0));
                let bounded = Bounded { inner: head.chain(rest), since: Rc::clone(&since) };
                let mut json =
                    serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 18, bounded));
                let mut each = |text: &str| {
                    since.set(0);
                    each(text)
                };
                Elements { each: &mut each, release: &mut release }
                    .deserialize(&mut json)
                    .and_then(|()| json.end())
            };
            found.of = release;
            if out.gone {
                return Ok(());
            }
            done.map_err(cut)
        }
        Kind::Cve | Kind::Csaf => {
            if !complete {
                return Err(format!("a single document is larger than {} MiB", HELD >> 20));
            }
            let text = std::str::from_utf8(head).map_err(|_| "the file is not UTF-8".to_owned())?;
            match if kind == Kind::Cve { cve::read(text) } else { csaf::read(text) } {
                Ok(record) => out.put(Item::Record(Box::new(record), hash_of(text))),
                Err(what) => {
                    // Whole, so it is the entry that is wrong, not the file.
                    serde_json::from_str::<IgnoredAny>(text).map_err(cut)?;
                    out.refuse(String::new(), what);
                }
            }
            Ok(())
        }
    }
}

/// Tells a changed record from an unchanged one; nothing more rests on it.
fn hash_of(json: &str) -> [u8; 16] {
    use std::hash::Hasher;
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(json.as_bytes());
    let mut content = [0; 16];
    content[..8].copy_from_slice(&hasher.finish().to_le_bytes());
    content[8..].copy_from_slice(&(json.len() as u64).to_le_bytes());
    content
}

/// Tells a document by words that only it has.
fn kind_of(head: &[u8]) -> Option<Kind> {
    let start = head.iter().position(|b| !b.is_ascii_whitespace())?;
    let head = &head[start..];
    if head.starts_with(b"#model_version") || head.starts_with(b"cve,epss") {
        return Some(Kind::Epss);
    }
    if !head.starts_with(b"{") {
        return None;
    }
    let near = &head[..head.len().min(1 << 16)];
    let has = |text: &[u8], word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
    if has(near, "\"NVD_CVE\"") {
        Some(Kind::Nvd)
    } else if has(near, "\"catalogVersion\"") && has(near, "\"cveID\"") {
        Some(Kind::Kev)
    } else if has(head, "\"csaf_version\"") {
        Some(Kind::Csaf)
    } else if has(head, "\"cveMetadata\"") {
        Some(Kind::Cve)
    } else if has(near, "\"vulnerabilities\"") && has(near, "\"vulnStatus\"") {
        Some(Kind::Nvd)
    } else {
        None
    }
}

/// Fails once an entry grows beyond all measure.
struct Bounded<R> {
    inner: R,
    since: Rc<Cell<u64>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.since.set(self.since.get() + read as u64);
        if self.since.get() > LARGEST_ENTRY {
            return Err(io::Error::other(format!("an entry is larger than {} MiB", LARGEST_ENTRY >> 20)));
        }
        Ok(read)
    }
}

/// The elements of the top-level array `vulnerabilities`, one at a time.
struct Elements<'e> {
    each: &'e mut dyn FnMut(&str) -> bool,
    release: &'e mut Option<Timestamp>,
}

impl<'de> DeserializeSeed<'de> for Elements<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object with vulnerabilities")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "vulnerabilities" => map.next_value_seed(Array { each: &mut *self.each })?,
                "dateReleased" | "timestamp" => {
                    let text: serde_json::Value = map.next_value()?;
                    *self.release = text.as_str().and_then(|text| cve::moment(text).ok());
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct Array<'e> {
    each: &'e mut dyn FnMut(&str) -> bool,
}

impl<'de> DeserializeSeed<'de> for Array<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Array<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of vulnerabilities")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element::<Box<RawValue>>()? {
            if !(self.each)(element.get()) {
                return Err(de::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

fn zip_archive<T>(path: &Path, out: &mut Out<'_, T>, found: &mut Found) -> Result<(), String> {
    let broken =
        |error: zip::result::ZipError| format!("the archive is broken ({error}); fetch or copy it again");
    let file = File::open(path).map_err(cut)?;
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(broken)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(broken)?;
        let name = entry.name().map_err(broken)?.into_owned();
        if entry.is_dir() || !is_feed_name(Path::new(&name)) {
            continue;
        }
        member(&name, &mut entry, out, found)?;
    }
    Ok(())
}

fn tar_archive<T>(input: impl Read, out: &mut Out<'_, T>, found: &mut Found) -> Result<(), String> {
    let mut archive = tar::Archive::new(input);
    for entry in archive.entries().map_err(cut)? {
        let mut entry = entry.map_err(cut)?;
        let name = entry.path().map(|path| path.into_owned()).unwrap_or_default();
        if !entry.header().entry_type().is_file() || !is_feed_name(&name) {
            continue;
        }
        member(&name.to_string_lossy(), &mut entry, out, found)?;
    }
    Ok(())
}

/// A member of an archive; nothing is unpacked onto the disk.
fn member<T>(
    name: &str,
    input: &mut dyn Read,
    out: &mut Out<'_, T>,
    found: &mut Found,
) -> Result<(), String> {
    let inside = |what: String| format!("{name}: {what}");
    let mut head = Vec::new();
    input.take(HELD + 1).read_to_end(&mut head).map_err(|error| inside(cut(error)))?;
    if head.len() as u64 > HELD {
        return Err(inside(format!(
            "is larger than {} MiB; unpack the archive and name its files",
            HELD >> 20
        )));
    }
    let before = out.refused.len();
    document(&head, io::empty(), out, found).map_err(inside)?;
    for refused in &mut out.refused[before..] {
        refused.at = if refused.at.is_empty() { name.to_owned() } else { format!("{name}, {}", refused.at) };
    }
    Ok(())
}
