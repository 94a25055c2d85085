//! A file as it is handed in: in memory, or on disk and read piece by piece where its format allows that.

use std::{
    io::{self, BufRead, BufReader, Cursor, Read, Seek},
    path::Path,
    sync::{Arc, OnceLock},
};

use crate::{Refusal, Result};

/// Bytes by which a file's format is told.
const START: usize = 1 << 16;

/// A file's name and content.
#[derive(Clone, Debug)]
pub struct File {
    /// Name for messages, without its folder.
    pub name: String,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Memory(Vec<u8>),
    /// XML, which scanners write in hundreds of megabytes.
    Disk {
        handle: Arc<std::fs::File>,
        start: Vec<u8>,
        whole: OnceLock<Vec<u8>>,
    },
}

impl File {
    /// Content that is in memory already.
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> File {
        File { name: name.into(), content: Content::Memory(bytes.into()) }
    }

    /// Opens a file on disk. XML stays there; anything else is read whole.
    ///
    /// # Errors
    /// When it cannot be opened or read.
    pub fn open(path: &Path) -> io::Result<File> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut handle = std::fs::File::open(path)?;
        let mut start = Vec::new();
        (&mut handle).take(START as u64).read_to_end(&mut start)?;
        let content = if start.len() == START && begins_as_xml(&start) {
            Content::Disk { handle: Arc::new(handle), start, whole: OnceLock::new() }
        } else {
            handle.read_to_end(&mut start)?;
            Content::Memory(start)
        };
        Ok(File { name, content })
    }

    /// All of it.
    ///
    /// # Errors
    /// [`Refusal`] when the disk no longer gives it.
    pub fn bytes(&self) -> Result<&[u8]> {
        match &self.content {
            Content::Memory(bytes) => Ok(bytes),
            Content::Disk { whole, .. } => {
                if whole.get().is_none() {
                    let mut bytes = Vec::new();
                    self.reader()?.read_to_end(&mut bytes).map_err(|error| self.unreadable(&error))?;
                    let _ = whole.set(bytes);
                }
                Ok(whole.get().map_or(&[], Vec::as_slice))
            }
        }
    }

    /// Its first 64 KiB, or all of it when it is in memory: enough to tell what it is.
    pub fn start(&self) -> &[u8] {
        match &self.content {
            Content::Memory(bytes) => bytes,
            Content::Disk { start, .. } => start,
        }
    }

    /// Whether it is XML.
    pub(crate) fn is_xml(&self) -> bool {
        begins_as_xml(self.start())
    }

    /// Reads it from its beginning, piece by piece. One reader at a time.
    ///
    /// # Errors
    /// [`Refusal`] when the disk no longer gives it.
    pub fn reader(&self) -> Result<Box<dyn BufRead + '_>> {
        match &self.content {
            Content::Memory(bytes) => Ok(Box::new(Cursor::new(bytes.as_slice()))),
            Content::Disk { handle, .. } => {
                let mut handle: &std::fs::File = handle;
                handle.rewind().map_err(|error| self.unreadable(&error))?;
                Ok(Box::new(BufReader::with_capacity(START, handle)))
            }
        }
    }

    pub(crate) fn unreadable(&self, error: &io::Error) -> Refusal {
        Refusal::whole(&self.name, format!("the file cannot be read ({error})"))
    }
}

/// Text without the mark that some programs put before UTF-8.
pub fn unmarked(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn begins_as_xml(start: &[u8]) -> bool {
    unmarked(start).iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_of_xml_stays_on_disk_and_reads_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scan.xml");
        let text = format!("<a>{}</a>", "x".repeat(3 * START));
        std::fs::write(&path, &text).unwrap();
        let file = File::open(&path).unwrap();
        assert!(file.is_xml() && matches!(file.content, Content::Disk { .. }));
        for _ in 0..2 {
            let mut read = String::new();
            file.reader().unwrap().read_to_string(&mut read).unwrap();
            assert_eq!(read, text);
        }
        assert_eq!(file.bytes().unwrap(), text.as_bytes());
        std::fs::write(&path, "a;b\n").unwrap();
        let file = File::open(&path).unwrap();
        assert!(matches!(file.content, Content::Memory(_)));
        assert_eq!((file.name.as_str(), file.bytes().unwrap()), ("scan.xml", &b"a;b\n"[..]));
    }
}
