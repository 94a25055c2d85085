//! Keys, their files, and the fingerprint that people compare.

use std::fmt;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::str::FromStr;

use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey, KeypairBytes};
use ed25519_dalek::{Signature, Signer, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{Error, Result, SIGNATURE};
use crate::hex;

/// A key file is some 120 bytes; one of more than this is something else.
const KEY_FILE_LIMIT: u64 = 4096;

/// Serde takes and gives the type as its text.
macro_rules! as_text {
    ($name:ident) => {
        impl TryFrom<String> for $name {
            type Error = Unreadable;

            fn try_from(text: String) -> std::result::Result<$name, Unreadable> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.to_string()
            }
        }
    };
}

/// A text is no key, digest or fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {what}: {how}")]
pub struct Unreadable {
    /// The text.
    pub text: String,
    /// What it was to be.
    pub what: &'static str,
    /// How that is written.
    pub how: &'static str,
}

/// An ed25519 public key, of which it is not said whose it is. Written as 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// The key's short form for people.
    pub fn fingerprint(&self) -> Fingerprint {
        let hash = Sha256::digest(self.0.as_bytes());
        let mut short = [0; 16];
        short.copy_from_slice(&hash[..16]);
        Fingerprint(short)
    }

    /// Whether the signature, hexadecimal, is this key's over this text.
    pub fn signed_text(&self, text: &str, signature: &str) -> bool {
        hex::decode::<SIGNATURE>(signature).is_some_and(|signature| self.signed(text.as_bytes(), &signature))
    }

    /// The key as PEM (RFC 8410), as `openssl pkeyutl -verify` takes it.
    ///
    /// # Errors
    /// [`Error::Key`]; a sound key has a PEM form.
    pub fn to_pem(&self) -> Result<String> {
        let fault = |error: ed25519_dalek::pkcs8::spki::Error| Error::Key {
            path: "(public key)".into(),
            what: error.to_string(),
        };
        self.0.to_public_key_pem(LineEnding::LF).map_err(fault)
    }

    /// Whether the signature is this key's over a document, which begins with what it is.
    pub fn signed_document(&self, document: &[u8], signature: &[u8]) -> bool {
        signature.try_into().is_ok_and(|signature| self.signed(document, signature))
    }

    /// Whether the signature is this key's over these bytes, strictly: no key or point of small order.
    pub(super) fn signed(&self, bytes: &[u8], signature: &[u8; SIGNATURE]) -> bool {
        self.0.verify_strict(bytes, &Signature::from_bytes(signature)).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl FromStr for PublicKey {
    type Err = Unreadable;

    fn from_str(text: &str) -> std::result::Result<PublicKey, Unreadable> {
        let key = hex::decode(text).and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        key.filter(|key| !key.is_weak()).map(PublicKey).ok_or_else(|| Unreadable {
            text: text.to_owned(),
            what: "public key",
            how: "64 lower-case hexadecimal digits that name an ed25519 key",
        })
    }
}

as_text!(PublicKey);

/// A public key's short form for people to compare: the first 128 bits of its SHA-256, as eight groups of four
/// hexadecimal digits: `9f3a-41bc-…`. Read without regard to case, hyphens, colons and spaces.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint([u8; 16]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, pair) in self.0.chunks_exact(2).enumerate() {
            let hyphen = if at == 0 { "" } else { "-" };
            write!(f, "{hyphen}{:02x}{:02x}", pair[0], pair[1])?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl FromStr for Fingerprint {
    type Err = Unreadable;

    fn from_str(text: &str) -> std::result::Result<Fingerprint, Unreadable> {
        let digits: String = text
            .trim()
            .chars()
            .filter(|c| !matches!(c, '-' | ':' | ' '))
            .map(|c| c.to_ascii_lowercase())
            .collect();
        hex::decode(&digits).map(Fingerprint).ok_or_else(|| Unreadable {
            text: text.to_owned(),
            what: "fingerprint of a key",
            how: "eight groups of four hexadecimal digits, such as 9f3a-41bc-…",
        })
    }
}

as_text!(Fingerprint);

/// A secret key that signs bundles. Its bytes are wiped from memory when it goes, and it never prints itself.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public().fingerprint())
    }
}

impl SigningKey {
    /// A new key from the system's randomness.
    ///
    /// # Errors
    /// [`Error::Randomness`].
    pub fn generate() -> Result<SigningKey> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *seed).map_err(Error::Randomness)?;
        Ok(SigningKey(ed25519_dalek::SigningKey::from_bytes(&seed)))
    }

    /// The key that checks what this one signs.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Reads a key file: PKCS#8 in PEM (RFC 8410), as [`SigningKey::write`] and `openssl genpkey -algorithm
    /// ed25519` make it. The file is not encrypted.
    ///
    /// # Errors
    /// [`Error::Read`], and [`Error::Key`] for a file without such a key.
    pub fn read(path: &Path) -> Result<SigningKey> {
        let fault = |what: String| Error::Key { path: path.to_owned(), what };
        let file = File::open(path).map_err(Error::read(path))?;
        // Of its full size at once: a text that grows leaves copies of the key behind.
        let mut text = Zeroizing::new(String::with_capacity(KEY_FILE_LIMIT as usize + 1));
        file.take(KEY_FILE_LIMIT + 1).read_to_string(&mut text).map_err(|error| match error.kind() {
            std::io::ErrorKind::InvalidData => fault("it is no text".to_owned()),
            _ => Error::read(path)(error),
        })?;
        if text.len() as u64 > KEY_FILE_LIMIT {
            return Err(fault(format!("it is longer than {KEY_FILE_LIMIT} bytes")));
        }
        SigningKey::from_pem(&text).map_err(fault)
    }

    /// Reads what [`SigningKey::to_pem`] wrote.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn from_pem(text: &str) -> std::result::Result<SigningKey, String> {
        ed25519_dalek::SigningKey::from_pkcs8_pem(text).map(SigningKey).map_err(|error| error.to_string())
    }

    /// The key as PKCS#8 in PEM, without the public half: version 1 of the format, which every other program reads.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub fn to_pem(&self) -> std::io::Result<Zeroizing<String>> {
        let pair = KeypairBytes { secret_key: self.0.to_bytes(), public_key: None };
        pair.to_pkcs8_pem(LineEnding::LF).map_err(std::io::Error::other)
    }

    /// Writes the key as PKCS#8 in PEM, whole or not at all, for its owner alone to read (on Unix; elsewhere
    /// the folder's rights hold). An existing file is never replaced: what it signed could not be followed.
    ///
    /// # Errors
    /// [`Error::KeyExists`], [`Error::Write`].
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = self.to_pem().map_err(Error::write(path))?;
        let written = || -> std::io::Result<tempfile::NamedTempFile> {
            let mut builder = tempfile::Builder::new();
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600));
            let mut staged = builder.tempfile_in(super::write::folder(path))?;
            staged.write_all(text.as_bytes())?;
            staged.as_file().sync_all()?;
            Ok(staged)
        };
        let staged = written().map_err(Error::write(path))?;
        staged.persist_noclobber(path).map_err(|refused| match refused.error.kind() {
            std::io::ErrorKind::AlreadyExists => Error::KeyExists { path: path.to_owned() },
            _ => Error::write(path)(refused.error),
        })?;
        super::write::settle(path).map_err(Error::write(path))
    }

    /// Signs a text, which begins with what it is so that it cannot be taken for another; hexadecimal.
    pub fn sign_text(&self, text: &str) -> String {
        hex::encode(&self.sign(text.as_bytes()))
    }

    /// Signs a document, which begins with what it is so that it cannot be taken for another; 64 bytes.
    pub fn sign_document(&self, document: &[u8]) -> [u8; SIGNATURE] {
        self.sign(document)
    }

    pub(super) fn sign(&self, bytes: &[u8]) -> [u8; SIGNATURE] {
        self.0.sign(bytes).to_bytes()
    }
}
