//! Writing: the payload goes to a file without a name of its own beside the target, because the manifest that
//! stands before it is known only after it.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use zstd::stream::write::Encoder;

use super::manifest::{SOURCES_LIMIT, is_source, maker_fault};
use super::{Digest, Error, Kind, Limits, MAGIC, Manifest, Result, SCHEMA, SigningKey, VERSION, WINDOW};

/// Compresses JSON to a tenth at some 100 MB a second; higher levels cost much and win a few per cent.
const LEVEL: i32 = 9;

/// What the maker says of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Whole or a difference.
    pub kind: Kind,
    /// Time of making.
    pub made: Timestamp,
    /// Who makes it, for people: at most 200 bytes, no control characters.
    pub maker: String,
}

/// Writes a bundle. Until [`Writer::finish`] returns there is nothing at the path that was not there before,
/// and nothing is left behind when it is dropped or fails. Memory does not grow with the bundle; the disk
/// holds the payload twice for a moment.
pub struct Writer<'k> {
    path: PathBuf,
    key: &'k SigningKey,
    header: Header,
    limits: Limits,
    payload: Encoder<'static, Hashed<BufWriter<std::fs::File>>>,
    sources: BTreeMap<String, u64>,
    lines: u64,
    size: u64,
}

impl<'k> Writer<'k> {
    /// Begins a bundle that is to be at `path`, in a folder that exists.
    ///
    /// # Errors
    /// [`Error::Unfit`] for a maker's name that cannot be written, [`Error::Write`].
    pub fn create(path: &Path, key: &'k SigningKey, header: Header) -> Result<Writer<'k>> {
        if let Some(what) = maker_fault(&header.maker) {
            return Err(Error::Unfit { number: 0, what: what.to_owned() });
        }
        let begin = || {
            let staged = tempfile::tempfile_in(folder(path))?;
            let out =
                Hashed { out: BufWriter::with_capacity(1 << 20, staged), hash: Sha256::new(), bytes: 0 };
            let mut payload = Encoder::new(out, LEVEL)?;
            payload.window_log(WINDOW)?;
            payload.include_checksum(false)?;
            Ok(payload)
        };
        Ok(Writer {
            path: path.to_owned(),
            key,
            header,
            limits: Limits::default(),
            payload: begin().map_err(Error::write(path))?,
            sources: BTreeMap::new(),
            lines: 0,
            size: 0,
        })
    }

    /// Adds a line: a source's name (1 to 32 of `a`–`z`, `0`–`9`, `-`) and UTF-8 text without a line feed.
    ///
    /// # Errors
    /// [`Error::Unfit`] for what cannot be a line or exceeds the [`Limits`] a reader has, after which writing
    /// can go on without it; [`Error::Write`].
    pub fn line(&mut self, source: &str, text: &[u8]) -> Result<()> {
        let unfit = |what: String| Err(Error::Unfit { number: self.lines + 1, what });
        let length = source.len() + text.len() + 2;
        if !is_source(source) {
            return unfit(format!("{source:?} is no name of a source; use 1 to 32 of a-z, 0-9 and -"));
        }
        if text.is_empty() || text.contains(&b'\n') || std::str::from_utf8(text).is_err() {
            return unfit("its text is empty, holds a line feed or is not UTF-8".to_owned());
        }
        if length - 1 > self.limits.line {
            return unfit(format!("its {} bytes exceed the limit of {}", length - 1, self.limits.line));
        }
        if self.limits.size - self.size < length as u64 {
            return unfit(format!("the bundle would exceed the limit of {} bytes", self.limits.size));
        }
        let several = self.sources.len() == SOURCES_LIMIT;
        match self.sources.get_mut(source) {
            Some(lines) => *lines += 1,
            None if several => {
                return unfit(format!("the bundle has {SOURCES_LIMIT} sources already"));
            }
            None => drop(self.sources.insert(source.to_owned(), 1)),
        }
        let out = &mut self.payload;
        let parts = [source.as_bytes(), b"\t", text, b"\n"];
        parts.into_iter().try_for_each(|part| out.write_all(part)).map_err(Error::write(&self.path))?;
        self.lines += 1;
        self.size += length as u64;
        Ok(())
    }

    /// Signs the bundle and puts it in its place, replacing a file that is there. On disk when it returns.
    ///
    /// # Errors
    /// [`Error::Large`] where no reader would take the bundle, [`Error::Write`].
    pub fn finish(self) -> Result<Manifest> {
        let path = self.path;
        let mut done = self.payload.finish().map_err(Error::write(&path))?;
        done.flush().map_err(Error::write(&path))?;
        Limits::check(&path, "a payload", done.bytes, self.limits.payload)?;
        let manifest = Manifest {
            schema: SCHEMA.to_owned(),
            kind: self.header.kind,
            made: self.header.made,
            maker: self.header.maker,
            sources: self.sources,
            lines: self.lines,
            size: self.size,
            payload: done.bytes,
            sha256: Digest(done.hash.finalize().into()),
            key: self.key.public(),
        };
        let assemble = || -> io::Result<tempfile::NamedTempFile> {
            let text = serde_json::to_vec(&manifest)?;
            let length = u32::try_from(text.len()).map_err(io::Error::other)?;
            let mut head = Vec::with_capacity(super::HEAD + text.len());
            head.extend_from_slice(&MAGIC);
            head.extend_from_slice(&VERSION.to_le_bytes());
            head.extend_from_slice(&length.to_le_bytes());
            head.extend_from_slice(&text);
            let mut payload = done.out.into_inner().map_err(io::IntoInnerError::into_error)?;
            payload.rewind()?;
            let mut builder = tempfile::Builder::new();
            // A temporary file is for its owner alone; this one is to be like any other.
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
            let mut staged = builder.tempfile_in(folder(&path))?;
            staged.write_all(&head)?;
            staged.write_all(&self.key.sign(&head))?;
            io::copy(&mut payload, &mut staged)?;
            staged.as_file().sync_all()?;
            Ok(staged)
        };
        let staged = assemble().map_err(Error::write(&path))?;
        staged.persist(&path).map_err(|refused| Error::write(&path)(refused.error))?;
        settle(&path).map_err(Error::write(&path))?;
        Ok(manifest)
    }
}

/// The folder of a file, for what is written beside it.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a new name outlast a power cut, where the system lets a folder be written through.
pub(super) fn settle(path: &Path) -> io::Result<()> {
    if cfg!(unix) { std::fs::File::open(folder(path))?.sync_all() } else { Ok(()) }
}

/// Hashes and counts what goes through.
struct Hashed<W> {
    out: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
