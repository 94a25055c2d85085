//! A plain store made an encrypted one, and back.

use std::{fs::File, path::Path};

use zeroize::Zeroizing;

use crate::{
    DATABASE, EXISTING, Error, Key, Result, SealedKey, Store, Who, adopt, audit, backup, connection, files,
    key, log_alone,
    pending::{SEALED_SIGNING_KEY, SIGNING_KEY, exchange, staging},
    schema,
    usage::InUse,
};

/// Encrypts the store in a folder with a new key and its sealed form, or, without one, makes it a plain one. `key` opens
/// it as it is. All of it is written anew beside the old one, checked, and exchanged as one step; then what was left of
/// the plain one (copies of earlier versions, backups that the program made by itself) is removed.
///
/// # Errors
/// [`Error::Locked`] when anybody has it open; what opening fails with. The store is as it was then.
pub fn convert(folder: &Path, key: Option<&Key>, new: Option<(&Key, &SealedKey)>, who: &Who) -> Result<()> {
    if !Store::exists(folder) {
        return Err(Error::Missing { folder: folder.to_owned() });
    }
    let _alone = InUse::alone(folder)?;
    let path = folder.join(DATABASE);
    let key = match (key::is_sealed(folder)?, key) {
        (true, None) => return Err(Error::Sealed { folder: folder.to_owned() }),
        (true, key) => key,
        (false, _) => None,
    };
    let failed = |source| Error::at(folder, source);
    let mut old = connection(folder, &path, EXISTING, key)?;
    schema::migrate(&mut old, key, folder)?;
    adopt::files(&mut old, folder)?;
    let staged = staging(folder)?;
    let copy = staged.path().join(DATABASE);
    // The connection makes no files.
    File::create(&copy).map_err(|source| Error::io(&copy, source))?;
    let words = new.map_or_else(Zeroizing::default, |(key, _)| key.pragma());
    let attached = old.execute(
        "ATTACH DATABASE ?1 AS converted KEY ?2",
        rusqlite::params![copy.to_string_lossy(), words.as_str()],
    );
    attached.map_err(failed)?;
    old.query_row("SELECT sqlcipher_export('converted')", [], |_| Ok(())).map_err(failed)?;
    old.pragma_update(Some("converted"), "user_version", schema::VERSION)
        .and_then(|()| old.execute_batch("DETACH DATABASE converted"))
        .map_err(failed)?;
    let before = audit::chain(&old)?;
    let new_key = new.map(|(key, _)| key);
    let after = connection(folder, &copy, EXISTING, new_key)?;
    let wrong = crate::faults(&after)?;
    if !wrong.is_empty() || audit::chain(&after)? != before {
        let detail = format!("its copy differs from it: {}", wrong.join("; "));
        return Err(Error::Damaged { folder: folder.to_owned(), detail });
    }
    drop(after);
    old.close().map_err(|(_, source)| failed(source))?;
    let action = if new.is_some() { "store.encrypted" } else { "store.decrypted" };
    log_alone(staged.path(), new_key, who, action, &serde_json::json!({}))?;
    if let Some((_, sealed)) = new {
        sealed.write(staged.path())?;
    }
    if let Some(pem) = signing_key(folder, key)? {
        keep_signing_key(staged.path(), new_key, &pem)?;
    }
    exchange(folder, staged)?;
    if let Some(key) = new_key {
        tidy(folder, key)?;
    }
    Ok(())
}

/// What an encrypted store is sealed for besides its key.
const ABOUT: &str = "signing key";

/// The file that signs what leaves the store, as its text; none when nothing was signed yet. A sealed one needs the key.
///
/// # Errors
/// [`Error::KeyFile`] when it cannot be read or was changed.
pub fn signing_key(folder: &Path, key: Option<&Key>) -> Result<Option<Zeroizing<String>>> {
    let unfit =
        |path: &Path, detail: &str| Error::KeyFile { path: path.to_owned(), detail: detail.to_owned() };
    let read = |path: &Path| match std::fs::read(path) {
        Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unfit(path, &error.to_string())),
    };
    let text = |path: &Path, bytes: Zeroizing<Vec<u8>>| {
        let text = std::str::from_utf8(&bytes).map(|text| Zeroizing::new(text.to_owned()));
        text.map_err(|_| unfit(path, "it is no text"))
    };
    if let Some(key) = key {
        let path = folder.join(SEALED_SIGNING_KEY);
        if let Some(sealed) = read(&path)? {
            let opened = key.open(ABOUT, &sealed).ok_or_else(|| unfit(&path, "it was changed"))?;
            return text(&path, opened).map(Some);
        }
    }
    let path = folder.join(SIGNING_KEY);
    read(&path)?.map(|bytes| text(&path, bytes)).transpose()
}

/// Keeps the file that signs what leaves the store, sealed where there is a key.
///
/// # Errors
/// [`Error::Io`]
pub fn keep_signing_key(folder: &Path, key: Option<&Key>, pem: &str) -> Result<()> {
    let (name, bytes) = match key {
        Some(key) => (SEALED_SIGNING_KEY, key.seal(ABOUT, pem.as_bytes())?),
        None => (SIGNING_KEY, pem.as_bytes().to_vec()),
    };
    let bytes = Zeroizing::new(bytes);
    files::replace(&folder.join(name), |file| std::io::Write::write_all(file, &bytes))
}

/// Removes from the folder of an encrypted store what is plain still: copies of earlier versions, backups that the
/// program made by itself, and the signing key, which is sealed first. Does nothing where there is nothing.
///
/// # Errors
/// [`Error::Io`]
pub fn tidy(folder: &Path, key: &Key) -> Result<()> {
    let plain_key = folder.join(SIGNING_KEY);
    if plain_key.is_file() {
        if !folder.join(SEALED_SIGNING_KEY).is_file()
            && let Some(pem) = signing_key(folder, None)?
        {
            keep_signing_key(folder, Some(key), &pem)?;
        }
        files::remove(&plain_key)?;
    }
    let earlier = format!("{DATABASE}.before-");
    for entry in std::fs::read_dir(folder).map_err(|source| Error::io(folder, source))?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(&earlier) {
            files::remove(&entry.path())?;
        }
    }
    backup::remove_plain(folder)
}
