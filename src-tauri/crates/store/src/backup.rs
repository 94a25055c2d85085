//! Backups: one file with a copy of the database, taken while work goes on, its sealed key and what signs for it, each
//! with its hash. Of an encrypted store all of it is encrypted, and opened by the passphrase it had then.

use std::{
    fs::File,
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempDir};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::{
    DATABASE, EXISTING, Error, Key, Result, SealedKey, Store, Who, audit, connection, faults, files,
    key::is_sealed_database,
    log_alone,
    pending::{PARTS, exchange, staging},
    schema::VERSION,
    usage::InUse,
};

/// Folder of the backups that the program makes by itself, in the store's folder.
pub const FOLDER: &str = "backups";
/// How many of them are kept.
pub const KEPT: usize = 5;

const SCHEMA: &str = "plumbline-backup/1";
const MANIFEST: &str = "backup.json";
/// Largest manifest, in bytes.
const LARGEST_MANIFEST: u64 = 1 << 16;
const CHUNK: usize = 1 << 18;

/// Hears how far a work is, in bytes done and in all, and says whether to go on.
pub type Watch<'w> = &'w dyn Fn(u64, u64) -> bool;

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    schema: String,
    /// When it was made.
    pub made: Timestamp,
    /// The store's id; empty when the store could not be opened.
    pub store: String,
    /// Version of the database's schema; 0 when the store could not be opened.
    pub version: usize,
    /// Whether it is encrypted.
    pub sealed: bool,
    /// Rows of the audit log.
    pub rows: u64,
    /// Hash of its last row.
    pub head: String,
    files: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Part {
    name: String,
    size: u64,
    sha256: String,
}

impl Manifest {
    /// Of a store, before anything is packed.
    fn of(made: Timestamp, sealed: bool, (version, store, chain): About) -> Manifest {
        Manifest {
            schema: SCHEMA.to_owned(),
            made,
            store,
            version,
            sealed,
            rows: chain.rows,
            head: chain.head,
            files: Vec::new(),
        }
    }

    /// Bytes of its files, unpacked.
    pub fn size(&self) -> u64 {
        self.files.iter().map(|part| part.size).sum()
    }
}

/// Makes a backup of the store in a folder into a file, while others go on working.
///
/// # Errors
/// What opening fails with; [`Error::Io`], [`Error::Cancelled`]; no file is there then.
pub fn make(
    folder: &Path,
    key: Option<&Key>,
    to: &Path,
    made: Timestamp,
    watch: Watch<'_>,
) -> Result<Manifest> {
    let store = Store::open(folder, key)?;
    of_connection(&store.connection, key, folder, to, made, watch)
}

fn of_connection(
    opened: &Connection,
    key: Option<&Key>,
    folder: &Path,
    to: &Path,
    made: Timestamp,
    watch: Watch<'_>,
) -> Result<Manifest> {
    let staged = staging(folder)?;
    let copy = staged.path().join(DATABASE);
    // Encrypted with the same key when the database is.
    opened.execute("VACUUM INTO ?1", [copy.to_string_lossy()]).map_err(|source| Error::at(folder, source))?;
    for part in PARTS.into_iter().filter(|part| !part.starts_with(DATABASE)) {
        copy_if_there(&folder.join(part), &staged.path().join(part))?;
    }
    let sealed = is_sealed_database(&copy)?;
    // The copy is looked at, not the store: somebody may have written meanwhile.
    let about = about(&connection(folder, &copy, EXISTING, key)?)?;
    pack(staged.path(), to, Manifest::of(made, sealed, about), watch)
}

/// Version, id and log of a store.
type About = (usize, String, audit::ChainState);

fn about(connection: &Connection) -> Result<About> {
    let version = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let id =
        connection.query_row("SELECT value FROM store WHERE key = 'id'", [], |row| row.get(0)).optional()?;
    Ok((version, id.unwrap_or_default(), audit::chain(connection)?))
}

fn copy_if_there(from: &Path, to: &Path) -> Result<()> {
    match std::fs::copy(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::io(to, error)),
        Ok(_) => Ok(()),
    }
}

/// Why bytes did not come through.
enum Broken {
    Read(io::Error),
    Write(io::Error),
    Off,
}

/// Passes bytes on, counting and hashing them; `each` hears how many and says whether to go on.
fn pass(
    from: &mut impl Read,
    to: &mut impl Write,
    mut each: impl FnMut(u64) -> bool,
) -> std::result::Result<(u64, String), Broken> {
    let (mut size, mut hash, mut chunk) = (0, Sha256::new(), vec![0; CHUNK]);
    loop {
        let length = from.read(&mut chunk).map_err(Broken::Read)?;
        if length == 0 {
            return Ok((size, audit::hex(&hash.finalize())));
        }
        hash.update(&chunk[..length]);
        to.write_all(&chunk[..length]).map_err(Broken::Write)?;
        size += length as u64;
        if !each(size) {
            return Err(Broken::Off);
        }
    }
}

/// Packs the parts gathered in a folder.
fn pack(gathered: &Path, to: &Path, mut manifest: Manifest, watch: Watch<'_>) -> Result<Manifest> {
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut cancelled = false;
    let mut done = || -> io::Result<NamedTempFile> {
        std::fs::create_dir_all(folder)?;
        let mut staged = NamedTempFile::new_in(folder)?;
        let mut zip = ZipWriter::new(io::BufWriter::new(staged.as_file_mut()));
        // What is encrypted does not get smaller.
        let method = if manifest.sealed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default().compression_method(method).large_file(true);
        let parts = PARTS.map(|part| (part, gathered.join(part)));
        let length = |path: &PathBuf| std::fs::metadata(path).map_or(0, |data| data.len());
        let total = parts.iter().map(|(_, path)| length(path)).sum();
        let mut before = 0;
        for (name, path) in parts.iter().filter(|(_, path)| path.is_file()) {
            zip.start_file(*name, options)?;
            let passed = pass(&mut File::open(path)?, &mut zip, |size| watch(before + size, total));
            let (size, sha256) = passed.map_err(|broken| match broken {
                Broken::Read(error) | Broken::Write(error) => error,
                Broken::Off => {
                    cancelled = true;
                    io::Error::from(io::ErrorKind::Interrupted)
                }
            })?;
            before += size;
            manifest.files.push(Part { name: (*name).to_owned(), size, sha256 });
        }
        zip.start_file(MANIFEST, options)?;
        zip.write_all(&serde_json::to_vec_pretty(&manifest)?)?;
        zip.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        staged.as_file().sync_all()?;
        Ok(staged)
    };
    match done() {
        Ok(staged) => {
            staged.persist(to).map_err(|error| Error::io(to, error.error))?;
            Ok(manifest)
        }
        Err(_) if cancelled => Err(Error::Cancelled),
        Err(source) => Err(Error::io(to, source)),
    }
}

/// A backup that the program makes by itself. The oldest of them go.
pub(crate) fn automatic(opened: &Connection, key: Option<&Key>, folder: &Path, why: &str) -> Result<PathBuf> {
    let to = free_name(&folder.join(FOLDER), why);
    let last: Option<String> = opened
        .query_row("SELECT at FROM audit ORDER BY seq DESC LIMIT 1", [], |row| row.get(0))
        .optional()?;
    // As of the last change: nothing else happened since.
    let made = last.and_then(|at| at.parse().ok()).unwrap_or(Timestamp::UNIX_EPOCH);
    of_connection(opened, key, folder, &to, made, &|_, _| true)?;
    rotate(&folder.join(FOLDER), None, KEPT)?;
    Ok(to)
}

fn free_name(folder: &Path, why: &str) -> PathBuf {
    let named = |n: u32| {
        let more = if n == 1 { String::new() } else { format!("-{n}") };
        folder.join(format!("plumbline-{why}{more}.zip"))
    };
    (1..).map(named).find(|path| !path.exists()).unwrap_or_else(|| named(0))
}

/// Backups in a folder, oldest first, with what each says of itself: what begins and ends as the program names them.
fn listed(folder: &Path) -> Vec<(PathBuf, Manifest)> {
    let is_one = |name: &str| name.starts_with("plumbline-") && name.ends_with(".zip");
    let mut files: Vec<(SystemTime, PathBuf)> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| is_one(&entry.file_name().to_string_lossy()))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort();
    files.into_iter().filter_map(|(_, path)| read(&path).ok().map(|manifest| (path, manifest))).collect()
}

/// Removes the oldest backups of a store in a folder until so many are left; other files, and with a store's id the backups
/// of others, stay. Returns those removed.
///
/// # Errors
/// [`Error::Io`]
pub fn rotate(folder: &Path, store: Option<&str>, keep: usize) -> Result<Vec<PathBuf>> {
    let mut files = listed(folder);
    if let Some(store) = store {
        files.retain(|(_, manifest)| manifest.store == store);
    }
    files.truncate(files.len().saturating_sub(keep));
    let removed = files.into_iter().map(|(file, _)| files::remove(&file).map(|()| file));
    removed.collect()
}

/// The backups that the program made by itself, newest first.
pub fn made(folder: &Path) -> Vec<(PathBuf, Manifest)> {
    let mut files = listed(&folder.join(FOLDER));
    files.reverse();
    files
}

/// Removes the backups that the program made by itself and that are not encrypted.
pub(crate) fn remove_plain(folder: &Path) -> Result<()> {
    for (file, _) in listed(&folder.join(FOLDER)).into_iter().filter(|(_, manifest)| !manifest.sealed) {
        files::remove(&file)?;
    }
    Ok(())
}

fn unfit(path: &Path, detail: impl ToString) -> Error {
    Error::Backup { path: path.to_owned(), detail: detail.to_string() }
}

fn archive(path: &Path) -> Result<ZipArchive<io::BufReader<File>>> {
    let file = File::open(path).map_err(|source| Error::Unread { path: path.to_owned(), source })?;
    ZipArchive::new(io::BufReader::new(file)).map_err(|error| unfit(path, error))
}

/// What a backup says of itself. Nothing of it is checked but that it can be understood.
///
/// # Errors
/// [`Error::Backup`], [`Error::Unread`].
pub fn read(path: &Path) -> Result<Manifest> {
    manifest(path, &mut archive(path)?)
}

fn manifest<R: Read + Seek>(path: &Path, archive: &mut ZipArchive<R>) -> Result<Manifest> {
    let mut text = Vec::new();
    let file = archive.by_name(MANIFEST).map_err(|error| unfit(path, error))?;
    file.take(LARGEST_MANIFEST).read_to_end(&mut text).map_err(|error| unfit(path, error))?;
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|error| unfit(path, error))?;
    let known = |part: &Part| PARTS.contains(&part.name.as_str());
    let database = manifest.files.iter().filter(|part| part.name == DATABASE).count();
    if manifest.schema != SCHEMA || !manifest.files.iter().all(known) || database != 1 {
        return Err(unfit(path, format!("it is {:?}, which this program does not read", manifest.schema)));
    }
    if archive.len() != manifest.files.len() + 1 {
        return Err(unfit(path, "it holds other files than it tells of"));
    }
    Ok(manifest)
}

/// Unpacks a backup into a folder, each file checked against its hash.
fn unpack(path: &Path, into: &Path, watch: Watch<'_>) -> Result<Manifest> {
    let mut archive = archive(path)?;
    let manifest = manifest(path, &mut archive)?;
    let total = manifest.size();
    let mut before = 0;
    for part in &manifest.files {
        let file = archive.by_name(&part.name).map_err(|error| unfit(path, error))?;
        let to = into.join(&part.name);
        let mut written = File::create(&to).map_err(|source| Error::io(&to, source))?;
        // No more than was told: what is packed small may be endless.
        let passed = pass(&mut file.take(part.size + 1), &mut written, |size| watch(before + size, total));
        match passed {
            Ok((size, sha256)) if size == part.size && sha256 == part.sha256 => before += size,
            Ok(_) => return Err(unfit(path, format!("{} is not what was backed up", part.name))),
            Err(Broken::Off) => return Err(Error::Cancelled),
            Err(Broken::Write(source)) => return Err(Error::io(&to, source)),
            Err(Broken::Read(source)) => return Err(unfit(path, source)),
        }
    }
    if is_sealed_database(&into.join(DATABASE))? != manifest.sealed {
        return Err(unfit(path, "it is encrypted otherwise than it says"));
    }
    Ok(manifest)
}

/// Opens what was unpacked and looks whether all of it is sound and what the manifest says. Returns the key, where it
/// has one.
fn examine(
    path: &Path,
    unpacked: &Path,
    manifest: &Manifest,
    passphrase: Option<&str>,
) -> Result<Option<Key>> {
    let key = match (manifest.sealed, passphrase) {
        (true, None) => return Err(Error::Sealed { folder: path.to_owned() }),
        (true, Some(passphrase)) => Some(SealedKey::read(unpacked)?.open(path, passphrase)?),
        (false, _) => None,
    };
    if manifest.version > VERSION {
        return Err(Error::Newer { folder: path.to_owned() });
    }
    let opened = connection(path, &unpacked.join(DATABASE), EXISTING, key.as_ref());
    let looked = opened.and_then(|opened| Ok((about(&opened)?, faults(&opened)?)));
    match looked {
        Ok((_, faults)) if !faults.is_empty() => Err(unfit(path, faults.join("; "))),
        Ok(((version, ..), _)) if version > VERSION => Err(Error::Newer { folder: path.to_owned() }),
        // What was set aside unopened says nothing of itself.
        Ok(_) if manifest.version == 0 => Ok(key),
        Ok(((version, store, chain), _))
            if (version, &store) == (manifest.version, &manifest.store)
                && (chain.rows, &chain.head) == (manifest.rows, &manifest.head) =>
        {
            Ok(key)
        }
        Ok(_) => Err(unfit(path, "the database is another than it says")),
        Err(error) => Err(unfit(path, error)),
    }
}

/// Checks a backup: every byte against its hash; then, when it is not encrypted or the passphrase is there, that the
/// database opens, is sound, and ends its log as the backup says. Returns whether that second part was done.
///
/// # Errors
/// [`Error::Backup`], [`Error::Passphrase`], [`Error::Cancelled`].
pub fn verify(path: &Path, passphrase: Option<&str>, watch: Watch<'_>) -> Result<(Manifest, bool)> {
    let folder = TempDir::new().map_err(|source| Error::io(&std::env::temp_dir(), source))?;
    let manifest = unpack(path, folder.path(), watch)?;
    if manifest.sealed && passphrase.is_none() {
        return Ok((manifest, false));
    }
    examine(path, folder.path(), &manifest, passphrase)?;
    Ok((manifest, true))
}

/// What came of a restore.
#[derive(Debug)]
pub struct Restored {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// Where the store is kept that was there before.
    pub before: Option<PathBuf>,
    /// The key of the store that is there now.
    pub key: Option<Key>,
}

/// Puts a backup in the place of the store in a folder, which need not exist. Everything is checked first; the store that
/// was there, sound or not, is kept as a backup of its own.
///
/// # Errors
/// As [`verify`]; [`Error::Sealed`] without the passphrase of an encrypted one; [`Error::Locked`] when anybody has the
/// store open.
pub fn restore(
    folder: &Path,
    path: &Path,
    passphrase: Option<&str>,
    who: &Who,
    watch: Watch<'_>,
) -> Result<Restored> {
    std::fs::create_dir_all(folder).map_err(|source| Error::io(folder, source))?;
    let alone = InUse::alone(folder)?;
    let staged = staging(folder)?;
    let manifest = unpack(path, staged.path(), watch)?;
    let key = examine(path, staged.path(), &manifest, passphrase)?;
    let detail =
        serde_json::json!({"made": manifest.made.to_string(), "rows": manifest.rows, "head": manifest.head});
    log_alone(staged.path(), key.as_ref(), who, "store.restored", &detail)?;
    let before = set_aside(folder, who)?;
    exchange(folder, staged)?;
    drop(alone);
    rotate(&folder.join(FOLDER), None, KEPT)?;
    Ok(Restored { manifest, before, key })
}

/// Packs the store's files as they are. Nobody has it open.
fn set_aside(folder: &Path, who: &Who) -> Result<Option<PathBuf>> {
    if !Store::exists(folder) {
        return Ok(None);
    }
    let sealed = is_sealed_database(&folder.join(DATABASE))?;
    let to = free_name(&folder.join(FOLDER), "before-restore");
    let plain = || about(&connection(folder, &folder.join(DATABASE), EXISTING, None)?);
    // What cannot be opened is kept all the same.
    let known = if sealed { None } else { plain().ok() };
    let about = known.unwrap_or_else(|| {
        (0, String::new(), audit::ChainState { rows: 0, first_broken: None, head: audit::START.to_owned() })
    });
    pack(folder, &to, Manifest::of(who.at, sealed, about), &|_, _| true)?;
    Ok(Some(to))
}
