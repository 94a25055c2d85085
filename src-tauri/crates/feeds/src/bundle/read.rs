//! Reading: once through the whole file to verify it, then again, from the same open file, to hand out lines.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::payload::{Fault, Payload};
use super::{
    Digest, Error, HEAD, Limits, Line, MAGIC, MANIFEST_LIMIT, Manifest, PublicKey, Result, SIGNATURE, VERSION,
};

/// Hears how many of the payload's bytes are verified, of how many, and may stop it.
pub type Progress<'p> = dyn FnMut(u64, u64) -> ControlFlow<()> + 'p;

/// Nobody watches.
pub fn unwatched(_: u64, _: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// A bundle that was verified from its first byte to its last. That its key is one to believe is not said:
/// ask [`Pins`](super::Pins) before anything is taken from it.
#[derive(Debug)]
pub struct Bundle {
    path: PathBuf,
    file: File,
    manifest: Manifest,
    limits: Limits,
    start: u64,
    pieces: Vec<[u8; 32]>,
}

/// Whether a file begins as a bundle does.
pub fn is_bundle(path: &Path) -> bool {
    let mut magic = [0; super::MAGIC.len()];
    let read = std::fs::metadata(path)
        .and_then(|data| {
            if data.is_file() { File::open(path) } else { Err(std::io::ErrorKind::InvalidInput.into()) }
        })
        .and_then(|mut file| file.read_exact(&mut magic));
    read.is_ok() && magic == super::MAGIC
}

impl Bundle {
    /// Reads all of a file and checks all of it: format, signature, hash, sizes and counts.
    ///
    /// # Errors
    /// Says what part is wrong. Nothing was handed out then.
    pub fn verify(path: &Path, limits: &Limits, progress: &mut Progress<'_>) -> Result<Bundle> {
        let refused = Error::read(path);
        // Opening a pipe would wait for its other end.
        if !std::fs::metadata(path).map_err(&refused)?.is_file() {
            return Err(Error::Foreign { path: path.to_owned(), what: "it is no file" });
        }
        let mut file = File::open(path).map_err(&refused)?;
        let length = file.metadata().map_err(&refused)?.len();
        let manifest = head(path, &mut file)?;
        Limits::check(path, "a payload", manifest.payload, limits.payload)?;
        Limits::check(path, "a content", manifest.size, limits.size)?;
        let start = file.stream_position().map_err(&refused)?;
        let found = length.saturating_sub(start);
        if found != manifest.payload {
            let (more, than) =
                if found > manifest.payload { ("more", "after its end") } else { ("fewer", "at its end") };
            let bytes = found.abs_diff(manifest.payload);
            return Err(Error::damaged(path, "the file", format!("it has {bytes} bytes {more} {than}")));
        }
        let mut payload =
            Payload::new(&file, manifest.payload, manifest.size, limits.line, None).map_err(&refused)?;
        let read = count(path, &mut payload, &manifest, progress);
        if let Err(stopped @ (Error::Cancelled | Error::Read { .. })) = read {
            return Err(stopped);
        }
        // A changed byte shows as anything from a wrong count to a broken stream; the hash names it.
        let hashes = payload.hashes().map_err(|fault| told(path, fault))?;
        if Digest(hashes.whole) != manifest.sha256 {
            return Err(Error::damaged(path, "the payload", "its SHA-256 is not the one that was signed"));
        }
        read?;
        Ok(Bundle {
            path: path.to_owned(),
            file,
            manifest,
            limits: limits.clone(),
            start,
            pieces: hashes.pieces,
        })
    }

    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The key that signed it.
    pub fn key(&self) -> &PublicKey {
        &self.manifest.key
    }

    /// The lines from the first, read from the file that was verified; every byte is compared again with what it
    /// was then, before anything made of it is handed out. After an error there are no more lines: take them
    /// all or none.
    ///
    /// # Errors
    /// [`Error::Read`]; a line may be [`Error::Altered`] as well.
    pub fn lines(&mut self) -> Result<Lines<'_>> {
        let refused = Error::read(&self.path);
        self.file.seek(SeekFrom::Start(self.start)).map_err(&refused)?;
        let Manifest { payload, size, .. } = self.manifest;
        let payload = Payload::new(&self.file, payload, size, self.limits.line, Some(&self.pieces));
        Ok(Lines { path: &self.path, payload: Some(payload.map_err(&refused)?) })
    }
}

/// The lines of a verified bundle.
pub struct Lines<'b> {
    path: &'b Path,
    payload: Option<Payload<'b>>,
}

impl Iterator for Lines<'_> {
    type Item = Result<Line>;

    fn next(&mut self) -> Option<Result<Line>> {
        let item = match self.payload.as_mut()?.next() {
            Ok(Some((source, text))) => {
                return Some(Ok(Line { source: source.to_owned(), text: text.to_owned() }));
            }
            Ok(None) => None,
            // What was well once and is not any more has changed.
            Err(Fault::Broken(_) | Fault::Altered) => {
                Some(Err(Error::Altered { path: self.path.to_owned() }))
            }
            Err(fault) => Some(Err(told(self.path, fault))),
        };
        self.payload = None;
        item
    }
}

/// Reads what stands before the payload and checks all that can be told of it alone.
fn head(path: &Path, file: &mut File) -> Result<Manifest> {
    let fill = |file: &mut File, bytes: &mut [u8], part: &'static str| {
        file.read_exact(bytes).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => Error::damaged(path, part, "the file ends within it"),
            _ => Error::read(path)(error),
        })
    };
    let mut signed = vec![0; HEAD];
    let start = fill(file, &mut signed[..MAGIC.len()], "the beginning");
    if signed[..MAGIC.len()] != MAGIC {
        start.or_else(|error| if matches!(error, Error::Damaged { .. }) { Ok(()) } else { Err(error) })?;
        return Err(Error::Foreign { path: path.to_owned(), what: "it begins otherwise" });
    }
    fill(file, &mut signed[MAGIC.len()..], "the beginning")?;
    let number = |at: usize| u32::from_le_bytes([signed[at], signed[at + 1], signed[at + 2], signed[at + 3]]);
    let (version, length) = (number(8), number(12) as usize);
    if version > VERSION {
        return Err(Error::Newer { path: path.to_owned(), found: version, known: VERSION });
    }
    if version < VERSION {
        return Err(Error::damaged(path, "the beginning", format!("there is no format {version}")));
    }
    if length > MANIFEST_LIMIT {
        let what = format!("its length of {length} bytes exceeds {MANIFEST_LIMIT}");
        return Err(Error::damaged(path, "the manifest", what));
    }
    signed.resize(HEAD + length, 0);
    fill(file, &mut signed[HEAD..], "the manifest")?;
    let mut signature = [0; SIGNATURE];
    fill(file, &mut signature, "the signature")?;
    let manifest: Manifest = serde_json::from_slice(&signed[HEAD..])
        .map_err(|error| Error::damaged(path, "the manifest", error.to_string()))?;
    if !manifest.key.signed(&signed, &signature) {
        return Err(Error::Signature { path: path.to_owned() });
    }
    match manifest.fault() {
        Some(what) => Err(Error::malformed(path, what)),
        None => Ok(manifest),
    }
}

/// Goes through all lines and holds them against the manifest.
fn count(
    path: &Path,
    payload: &mut Payload<'_>,
    manifest: &Manifest,
    progress: &mut Progress<'_>,
) -> Result<()> {
    let mut missing: BTreeMap<&str, u64> =
        manifest.sources.iter().map(|(source, lines)| (source.as_str(), *lines)).collect();
    let mut told_at = None;
    loop {
        let unread = payload.unread();
        if told_at != Some(unread) {
            told_at = Some(unread);
            if progress(manifest.payload.saturating_sub(unread), manifest.payload).is_break() {
                return Err(Error::Cancelled);
            }
        }
        let Some((source, _)) = payload.next().map_err(|fault| told(path, fault))? else { break };
        match missing.get_mut(source) {
            Some(lines) if *lines > 0 => *lines -= 1,
            _ => {
                return Err(Error::malformed(
                    path,
                    format!("more lines of {source:?} than the manifest says"),
                ));
            }
        }
    }
    match missing.into_iter().find(|(_, lines)| *lines > 0) {
        Some((source, lines)) => {
            Err(Error::malformed(path, format!("{lines} lines of {source:?} fewer than the manifest says")))
        }
        None => Ok(()),
    }
}

fn told(path: &Path, fault: Fault) -> Error {
    match fault {
        Fault::Broken(what) => Error::malformed(path, what),
        Fault::Altered => Error::Altered { path: path.to_owned() },
        // The length was checked: a file that ends early now was cut meanwhile.
        Fault::Io(error) => Error::read(path)(error),
    }
}
