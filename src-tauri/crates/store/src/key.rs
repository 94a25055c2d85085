//! Encryption at rest. A store's database is encrypted by SQLCipher with a random key; that key lies in `key.json`
//! beside it, sealed with what argon2id (RFC 9106) makes of the passphrase. So another passphrase re-encrypts nothing,
//! and who guesses pays for argon2id each time.

use std::{
    fmt,
    fs::File,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use rusqlite::{Connection, OptionalExtension};

use crate::{DATABASE, Error, Result, Store, Who, audit, files, pending, usage::InUse};

/// Name of the file with the sealed key inside a store's folder.
pub const KEY_FILE: &str = "key.json";

const SCHEMA: &str = "plumbline-key/1";
/// The database's key, and the salt that its pages are told apart by.
const KEY: usize = 32 + 16;
/// RFC 9106's second recommended choice for machines with little memory: 64 MiB, three passes.
const COST: Cost = Cost { memory_kib: 64 << 10, passes: 3, lanes: 1 };
/// What a file may ask for: it may come from somebody else.
const MOST: Cost = Cost { memory_kib: 1 << 20, passes: 32, lanes: 16 };
/// Largest file with a key, in bytes.
const LARGEST: u64 = 1 << 14;
/// How every database begins that is not encrypted.
const PLAIN: &[u8; 16] = b"SQLite format 3\0";
/// Fewest characters of a new passphrase.
pub const SHORTEST_PASSPHRASE: usize = 8;

/// The key of a store. Wiped from memory when it is let go.
pub struct Key(Zeroizing<[u8; KEY]>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// What deriving a key from a passphrase costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// A key sealed with a passphrase: what `key.json` holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedKey {
    schema: String,
    /// Always `argon2id`, version 0x13.
    derivation: String,
    cost: Cost,
    /// Base64, 16 bytes.
    salt: String,
    /// Base64: nonce, then the key under ChaCha20-Poly1305 (RFC 8439).
    key: String,
}

/// Whether the folder holds an encrypted store. The database itself says so: a file with a key may lie there from
/// a change that was broken off.
///
/// # Errors
/// [`Error::Unread`] when the database cannot be read; [`Error::Damaged`] when it is none, plain or encrypted.
pub fn is_sealed(folder: &Path) -> Result<bool> {
    // An exchange that was broken off has its place before anything is said of the store.
    if pending::is_there(folder) {
        drop(InUse::share(folder)?);
    }
    let path = folder.join(DATABASE);
    if !path.is_file() || !is_sealed_database(&path)? {
        return Ok(false);
    }
    if folder.join(KEY_FILE).is_file() {
        return Ok(true);
    }
    let detail = format!("it begins as no database does, and no {KEY_FILE} lies beside it");
    Err(Error::Damaged { folder: folder.to_owned(), detail })
}

/// Whether a database is encrypted; one that is empty is not.
pub(crate) fn is_sealed_database(path: &Path) -> Result<bool> {
    let mut first = Vec::with_capacity(PLAIN.len());
    File::open(path)
        .and_then(|file| file.take(PLAIN.len() as u64).read_to_end(&mut first))
        .map_err(|source| Error::Unread { path: path.to_owned(), source })?;
    Ok(!first.is_empty() && first != PLAIN)
}

fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut()).map_err(|error| Error::Io {
        path: PathBuf::from("random numbers"),
        source: std::io::Error::other(error.to_string()),
    })?;
    Ok(bytes)
}

fn cipher(key: &[u8]) -> Option<LessSafeKey> {
    UnboundKey::new(&CHACHA20_POLY1305, key).ok().map(LessSafeKey::new)
}

/// Nonce and sealed bytes. The nonce is random: a key seals a handful of times in its life.
fn seal(key: &[u8], about: &[u8], bytes: &[u8]) -> Result<Vec<u8>> {
    let nonce = random::<NONCE_LEN>()?;
    let mut sealed = bytes.to_vec();
    cipher(key)
        .and_then(|cipher| {
            let nonce = Nonce::assume_unique_for_key(*nonce);
            cipher.seal_in_place_append_tag(nonce, Aad::from(about), &mut sealed).ok()
        })
        .ok_or(Error::Silent)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// What was sealed; none when the key is another or a byte was changed.
fn open(key: &[u8], about: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut bytes = Zeroizing::new(sealed.to_vec());
    let length = cipher(key)?.open_in_place(nonce, Aad::from(about), &mut bytes).ok()?.len();
    bytes.truncate(length);
    Some(bytes)
}

impl Key {
    /// A new key.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn generate() -> Result<Key> {
        Ok(Key(random()?))
    }

    /// As SQLCipher takes it: key and salt, nothing derived.
    pub(crate) fn pragma(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(3 + 2 * KEY));
        text.push_str("x'");
        for byte in self.0.iter() {
            let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
            text.push(digit(byte >> 4));
            text.push(digit(byte & 15));
        }
        text.push('\'');
        text
    }

    /// Seals something small that lies beside the database. `about` says what it is and must be the same to open it.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn seal(&self, about: &str, bytes: &[u8]) -> Result<Vec<u8>> {
        seal(&self.0[..32], about.as_bytes(), bytes)
    }

    /// What [`Key::seal`] sealed; none when it was changed or is of another store.
    pub fn open(&self, about: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        open(&self.0[..32], about.as_bytes(), sealed)
    }

    /// Seals the key with a passphrase. Takes a noticeable part of a second, by intent.
    ///
    /// # Errors
    /// [`Error::ShortPassphrase`] when it has fewer than eight characters.
    pub fn sealed_with(&self, passphrase: &str) -> Result<SealedKey> {
        if passphrase.chars().count() < SHORTEST_PASSPHRASE {
            return Err(Error::ShortPassphrase { shortest: SHORTEST_PASSPHRASE });
        }
        let salt = random::<16>()?;
        let derived = derive(passphrase, salt.as_slice(), COST).ok_or(Error::Silent)?;
        Ok(SealedKey {
            schema: SCHEMA.to_owned(),
            derivation: "argon2id".to_owned(),
            cost: COST,
            salt: BASE64.encode(salt.as_slice()),
            key: BASE64.encode(seal(derived.as_slice(), SCHEMA.as_bytes(), self.0.as_slice())?),
        })
    }
}

fn derive(passphrase: &str, salt: &[u8], cost: Cost) -> Option<Zeroizing<[u8; 32]>> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32)).ok()?;
    let mut derived = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, derived.as_mut())
        .ok()?;
    Some(derived)
}

impl SealedKey {
    /// Reads the key of the store in a folder.
    ///
    /// # Errors
    /// [`Error::KeyFile`] when it is gone or cannot be understood.
    pub fn read(folder: &Path) -> Result<SealedKey> {
        SealedKey::read_as(folder, KEY_FILE)
    }

    fn read_as(folder: &Path, name: &str) -> Result<SealedKey> {
        let path = folder.join(name);
        let unfit = |detail: String| Error::KeyFile { path: path.clone(), detail };
        let mut text = Vec::new();
        File::open(&path)
            .and_then(|file| file.take(LARGEST).read_to_end(&mut text))
            .map_err(|error| unfit(error.to_string()))?;
        SealedKey::parse(&text).map_err(unfit)
    }

    /// Reads what [`SealedKey::write`] writes.
    pub(crate) fn parse(text: &[u8]) -> std::result::Result<SealedKey, String> {
        let sealed: SealedKey = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        if sealed.schema != SCHEMA || sealed.derivation != "argon2id" {
            return Err(format!("it is {:?} with {:?}", sealed.schema, sealed.derivation));
        }
        let Cost { memory_kib, passes, lanes } = sealed.cost;
        if memory_kib > MOST.memory_kib || passes > MOST.passes || lanes > MOST.lanes {
            return Err("deriving its key would cost more than any store's".to_owned());
        }
        Ok(sealed)
    }

    /// Puts the key beside the database, in place of the one that is there.
    ///
    /// # Errors
    /// [`Error::Io`]; the old one is there still then.
    pub fn write(&self, folder: &Path) -> Result<()> {
        self.write_as(folder, KEY_FILE)
    }

    fn write_as(&self, folder: &Path, name: &str) -> Result<()> {
        files::replace(&folder.join(name), |file| file.write_all(self.text()?.as_bytes()))
    }

    fn text(&self) -> std::io::Result<String> {
        Ok(serde_json::to_string_pretty(self)?)
    }

    /// Opens the key with a passphrase.
    ///
    /// # Errors
    /// [`Error::Passphrase`] when it is not the one, or the file was changed.
    pub fn open(&self, folder: &Path, passphrase: &str) -> Result<Key> {
        let wrong = || Error::Passphrase { folder: folder.to_owned() };
        let salt = BASE64.decode(&self.salt).map_err(|_| wrong())?;
        let sealed = BASE64.decode(&self.key).map_err(|_| wrong())?;
        let derived = derive(passphrase, &salt, self.cost).ok_or_else(wrong)?;
        let bytes = open(derived.as_slice(), SCHEMA.as_bytes(), &sealed).ok_or_else(wrong)?;
        let mut key: [u8; KEY] = bytes.as_slice().try_into().map_err(|_| wrong())?;
        let opened = Key(Zeroizing::new(key));
        key.zeroize();
        Ok(opened)
    }
}

/// A sealed key on its way to become the one that counts: it does so when the log tells of it.
pub(crate) const NEXT_KEY_FILE: &str = "key-next.json";
/// What the log tells of another passphrase.
const CHANGED: &str = "passphrase.changed";

/// The key of the encrypted store in a folder, by its passphrase.
///
/// # Errors
/// [`Error::Passphrase`], [`Error::KeyFile`].
pub fn unsealed(folder: &Path, passphrase: &str) -> Result<Key> {
    if !is_sealed(folder)? {
        let detail = "the store is not encrypted".to_owned();
        return Err(Error::KeyFile { path: folder.join(KEY_FILE), detail });
    }
    let opened = SealedKey::read(folder)?.open(folder, passphrase);
    match opened {
        // A change of passphrase that was broken off may have come as far as to count.
        Err(Error::Passphrase { .. }) if folder.join(NEXT_KEY_FILE).is_file() => {
            SealedKey::read_as(folder, NEXT_KEY_FILE)?.open(folder, passphrase)
        }
        opened => opened,
    }
}

impl Store {
    /// Makes another sealed form of the store's key the one that counts, together with its entry in the log.
    ///
    /// # Errors
    /// [`Error::Io`]; the passphrase is the one before then.
    pub fn change_key_file(&mut self, sealed: &SealedKey, who: &Who) -> Result<()> {
        let folder = self.folder.clone();
        sealed.write_as(&folder, NEXT_KEY_FILE)?;
        let text = sealed.text().map_err(|source| Error::io(&folder, source))?;
        self.change(who, |change| {
            change.log(CHANGED, "", &serde_json::json!({"key_sha256": audit::sha256(text.as_bytes())}))
        })?;
        finish_change(&self.connection, &folder)
    }
}

/// Finishes a change of passphrase that was broken off: it counts when the log tells of it, else it never was.
pub(crate) fn finish_change(connection: &Connection, folder: &Path) -> Result<()> {
    let next = folder.join(NEXT_KEY_FILE);
    let Ok(text) = std::fs::read(&next) else { return Ok(()) };
    let last: Option<String> = connection
        .query_row("SELECT detail FROM audit WHERE action = ?1 ORDER BY seq DESC LIMIT 1", [CHANGED], |row| {
            row.get(0)
        })
        .optional()?;
    if last.is_some_and(|detail| detail.contains(&audit::sha256(&text))) {
        files::settle(&next, &folder.join(KEY_FILE))
    } else {
        files::remove(&next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_opened_by_its_passphrase_alone() {
        let here = Path::new(".");
        let key = Key::generate().unwrap();
        let sealed = key.sealed_with("four plumb bobs").unwrap();
        assert_eq!(*sealed.open(here, "four plumb bobs").unwrap().0, *key.0);
        assert!(matches!(sealed.open(here, "four plumb bob"), Err(Error::Passphrase { .. })));
        assert!(matches!(key.sealed_with("seven77"), Err(Error::ShortPassphrase { .. })));
        // The same passphrase seals otherwise each time.
        assert_ne!(sealed.key, key.sealed_with("four plumb bobs").unwrap().key);
        // A changed cost, salt or byte opens nothing.
        let mut cheap = sealed.clone();
        cheap.cost.passes = 1;
        let mut bytes = BASE64.decode(&sealed.key).unwrap();
        bytes[20] ^= 1;
        let flipped = SealedKey { key: BASE64.encode(bytes), ..sealed.clone() };
        let short = SealedKey { key: "AAAA".to_owned(), ..sealed };
        for changed in [cheap, flipped, short] {
            assert!(matches!(changed.open(here, "four plumb bobs"), Err(Error::Passphrase { .. })));
        }
    }

    #[test]
    fn a_file_that_asks_for_all_memory_is_refused() {
        let key = Key::generate().unwrap();
        let sealed = key.sealed_with("four plumb bobs").unwrap();
        let text = serde_json::to_string(&sealed).unwrap();
        assert!(SealedKey::parse(text.as_bytes()).is_ok());
        for changed in
            [text.replace("65536", "4294967295"), text.replace("argon2id", "none"), text.replace('}', "")]
        {
            assert_ne!(changed, text);
            assert!(SealedKey::parse(changed.as_bytes()).is_err());
        }
    }

    #[test]
    fn what_lies_beside_is_sealed_for_one_purpose() {
        let key = Key::generate().unwrap();
        let sealed = key.seal("signing key", b"secret words").unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert_eq!(key.open("signing key", &sealed).unwrap().as_slice(), b"secret words");
        assert!(key.open("other", &sealed).is_none());
        assert!(Key::generate().unwrap().open("signing key", &sealed).is_none());
        assert!(key.open("signing key", b"short").is_none());
    }

    #[test]
    fn the_key_is_never_printed() {
        let key = Key::generate().unwrap();
        assert_eq!(format!("{key:?}"), "Key");
        assert_eq!(key.pragma().len(), 3 + 96);
    }
}
