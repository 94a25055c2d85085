//! The payload as a stream of checked lines, in memory that does not grow with it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use sha2::{Digest as _, Sha256};
use zstd::stream::read::Decoder;

use super::WINDOW;
use super::manifest::is_source;

/// The payload is hashed in pieces of this many bytes, so that each is known before it is used.
const PIECE: usize = 1 << 20;

/// Hashes of a payload's pieces and of all of it.
pub(super) struct Hashes {
    pub pieces: Vec<[u8; 32]>,
    pub whole: [u8; 32],
}

/// Why a line could not be had.
pub(super) enum Fault {
    /// The payload breaks a rule of the format or cannot be decompressed.
    Broken(String),
    /// A piece is not what it was when it was verified.
    Altered,
    /// The file system refused.
    Io(io::Error),
}

/// A piece is not what it was.
#[derive(Debug, thiserror::Error)]
#[error("the file changed")]
struct Altered;

/// What the file system refused, told apart from what the decompressor refuses.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Refused(io::Error);

/// The compressed bytes. Without known hashes they are made; with them each piece has to fit its own.
struct Pieces<'f> {
    file: &'f File,
    left: u64,
    known: Option<&'f [[u8; 32]]>,
    hashes: Vec<[u8; 32]>,
    whole: Sha256,
    piece: Vec<u8>,
    at: usize,
}

impl Pieces<'_> {
    fn load(&mut self) -> io::Result<()> {
        let length = self.left.min(PIECE as u64) as usize;
        self.piece.resize(length, 0);
        self.at = 0;
        let read = self.file.read_exact(&mut self.piece);
        read.map_err(|error| match (error.kind(), self.known) {
            (io::ErrorKind::UnexpectedEof, Some(_)) => io::Error::other(Altered),
            _ => io::Error::other(Refused(error)),
        })?;
        self.left -= length as u64;
        let hash: [u8; 32] = Sha256::digest(&self.piece).into();
        match self.known {
            Some(known) if known.get(self.hashes.len()) != Some(&hash) => {
                // Nothing of it may be handed out, also not to one who asks again.
                self.piece.clear();
                self.left = 0;
                return Err(io::Error::other(Altered));
            }
            Some(_) => {}
            None => self.whole.update(&self.piece),
        }
        self.hashes.push(hash);
        Ok(())
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Pieces<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.piece.len() && self.left > 0 {
            self.load()?;
        }
        Ok(&self.piece[self.at..])
    }

    fn consume(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.piece.len());
    }
}

/// The lines of a payload.
pub(super) struct Payload<'f> {
    decoder: BufReader<Decoder<'static, Pieces<'f>>>,
    /// Decompressed bytes that may still come.
    left: u64,
    longest: usize,
    line: Vec<u8>,
}

impl<'f> Payload<'f> {
    /// The payload that begins where the file stands and has `bytes`, decompressed `size`. Lines with their
    /// source are at most `longest` bytes.
    pub fn new(
        file: &'f File,
        bytes: u64,
        size: u64,
        longest: usize,
        known: Option<&'f [[u8; 32]]>,
    ) -> io::Result<Payload<'f>> {
        let pieces = Pieces {
            file,
            left: bytes,
            known,
            hashes: Vec::new(),
            whole: Sha256::new(),
            piece: Vec::new(),
            at: 0,
        };
        let mut decoder = Decoder::with_buffer(pieces)?;
        decoder.window_log_max(WINDOW)?;
        let decoder = BufReader::with_capacity(1 << 17, decoder);
        Ok(Payload { decoder, left: size, longest, line: Vec::new() })
    }

    /// Compressed bytes not read yet.
    pub fn unread(&self) -> u64 {
        self.decoder.get_ref().get_ref().left
    }

    /// The next line's source and text.
    pub fn next(&mut self) -> Result<Option<(&str, &str)>, Fault> {
        self.line.clear();
        loop {
            let bytes = self.decoder.fill_buf().map_err(fault)?;
            if bytes.is_empty() {
                return match (self.line.is_empty(), self.left) {
                    (false, _) => Err(Fault::Broken("its last line has no end".to_owned())),
                    (true, 0) => Ok(None),
                    (true, left) => Err(Fault::Broken(format!("{left} bytes fewer than the manifest says"))),
                };
            }
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(bytes.len(), |end| end + 1);
            let Some(left) = self.left.checked_sub(taken as u64) else {
                return Err(Fault::Broken("more bytes than the manifest says".to_owned()));
            };
            let text = end.unwrap_or(taken);
            if self.line.len() + text > self.longest {
                return Err(Fault::Broken(format!("a line exceeds the limit of {} bytes", self.longest)));
            }
            self.left = left;
            self.line.extend_from_slice(&bytes[..text]);
            self.decoder.consume(taken);
            if end.is_some() {
                break;
            }
        }
        let line =
            std::str::from_utf8(&self.line).map_err(|_| Fault::Broken("a line is not UTF-8".to_owned()))?;
        let parts = line.split_once('\t').filter(|(source, text)| is_source(source) && !text.is_empty());
        parts.map(Some).ok_or_else(|| Fault::Broken("a line has no source or no text".to_owned()))
    }

    /// Reads what is left of the compressed bytes and returns the hashes of all of them.
    pub fn hashes(self) -> Result<Hashes, Fault> {
        let mut pieces = self.decoder.into_inner().finish();
        while pieces.left > 0 {
            pieces.load().map_err(fault)?;
        }
        Ok(Hashes { pieces: pieces.hashes, whole: pieces.whole.finalize().into() })
    }
}

fn fault(error: io::Error) -> Fault {
    let inner = error.get_ref();
    if inner.is_some_and(|inner| inner.is::<Altered>()) {
        return Fault::Altered;
    }
    match error.downcast::<Refused>() {
        Ok(Refused(error)) => Fault::Io(error),
        Err(error) => Fault::Broken(format!("it cannot be decompressed: {error}")),
    }
}
