//! A feed bundle: one signed, compressed file that carries vulnerability intelligence to a laptop without a
//! network. What its lines say is the caller's business; here they are text with the name of their source.
//!
//! ```
//! use plumbline_feeds::bundle::{Bundle, Header, Kind, Limits, SigningKey, Writer, unwatched};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("march.bundle");
//! let key = SigningKey::generate()?;
//! let made = "2026-03-12T08:00:00Z".parse()?;
//! let mut writer = Writer::create(&path, &key, Header { kind: Kind::Full, made, maker: "Plant Nord".into() })?;
//! writer.line("nvd", br#"{"id":"CVE-2024-3400"}"#)?;
//! writer.finish()?;
//!
//! let mut bundle = Bundle::verify(&path, &Limits::default(), &mut unwatched)?;
//! assert_eq!(bundle.key(), &key.public());
//! for line in bundle.lines()? {
//!     println!("{}", line?.text);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # The format `plumbline-feeds/1`
//!
//! Integers are unsigned and little-endian. A file is, without gaps:
//!
//! | offset | bytes | what |
//! | --- | --- | --- |
//! | 0 | 8 | magic `89 50 4C 46 42 0D 0A 1A` (`PLFB` between bytes that a transfer as text would change) |
//! | 8 | 4 | version: 1 |
//! | 12 | 4 | length *m* of the manifest, at most 65,536 |
//! | 16 | *m* | manifest, JSON in UTF-8 |
//! | 16 + *m* | 64 | ed25519 signature (RFC 8032) over bytes 0 to 16 + *m*, made with the manifest's key |
//! | 80 + *m* | `payload` | payload, to the end of the file |
//!
//! The manifest is one JSON object with exactly these members:
//!
//! | member | what |
//! | --- | --- |
//! | `schema` | `"plumbline-feeds/1"` |
//! | `kind` | `"full"`, or `{"since": TIME}`: only what changed at or after that time |
//! | `made` | time of making; times are RFC 3339 in UTC |
//! | `maker` | who made it: text for people, at most 200 bytes, no control characters |
//! | `sources` | object: lines by source, each more than 0; at most 64 sources |
//! | `lines` | number of lines, the sum of `sources` |
//! | `size` | bytes of the payload when decompressed |
//! | `payload` | bytes of the payload as it stands in the file |
//! | `sha256` | SHA-256 of the payload as it stands in the file, 64 lower-case hexadecimal digits |
//! | `key` | the maker's ed25519 public key (32 bytes), 64 lower-case hexadecimal digits |
//!
//! The payload is Zstandard (RFC 8878) with a window of at most 8 MiB and no dictionary. Decompressed it is UTF-8: for each
//! line the name of its source (1 to 32 of `a`–`z`, `0`–`9`, `-`), a tab, the text (not empty, no line feed),
//! a line feed. Lines keep their order.
//!
//! A reader trusts nothing before all of it is checked: magic; version (a greater one is a newer format);
//! manifest; signature, strictly (no key or point of small order); length of the file; hash of the payload;
//! decompressed size, lines and counts, stopping at the manifest's `size` so that a small file cannot fill a
//! memory or a disk. A signature says who made a bundle, not that they are to be believed: that is the
//! question [`Pins`] answers. Nor does it say that no later bundle exists: compare `made` for that.

mod error;
mod key;
mod manifest;
mod payload;
mod read;
mod trust;
mod write;

pub use error::{Error, Result};
pub use key::{Fingerprint, PublicKey, SigningKey, Unreadable};
pub use manifest::{Digest, Kind, Manifest};
pub use read::{Bundle, Lines, Progress, is_bundle, unwatched};
pub use trust::{Pin, Pins, Trust};
pub use write::{Header, Writer};

const MAGIC: [u8; 8] = *b"\x89PLFB\r\n\x1a";
const VERSION: u32 = 1;
const SCHEMA: &str = "plumbline-feeds/1";
/// Magic, version, length of the manifest.
const HEAD: usize = 16;
const SIGNATURE: usize = 64;
const MANIFEST_LIMIT: usize = 65_536;
/// Base 2 logarithm of the largest window a payload may ask a reader to hold.
const WINDOW: u32 = 23;

/// One line of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where it comes from, such as `nvd`.
    pub source: String,
    /// Text without its line feed.
    pub text: String,
}

/// What a reader is willing to hold or to write. The manifest's own numbers bind as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the payload in the file.
    pub payload: u64,
    /// Bytes of the payload when decompressed.
    pub size: u64,
    /// Bytes of one line with its source.
    pub line: usize,
}

impl Default for Limits {
    /// Ten times and more what all of NVD, KEV, EPSS and the CSAF feeds of the large vendors come to.
    fn default() -> Limits {
        Limits { payload: 4 << 30, size: 64 << 30, line: 64 << 20 }
    }
}
