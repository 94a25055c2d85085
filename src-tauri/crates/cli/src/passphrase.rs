//! Where the command has passphrases from: a file, the system's keyring, or the person at the terminal.

use std::{
    fs::File,
    io::{IsTerminal, Read},
    path::Path,
};

use app::{Failure, Place, vault::Passphrase};

/// Names the file with the passphrase in its first line.
pub const FILE: &str = "PLUMBLINE_PASSPHRASE_FILE";
/// Names the file with the new passphrase.
pub const NEW_FILE: &str = "PLUMBLINE_NEW_PASSPHRASE_FILE";
/// Longest file, in bytes.
const LONGEST: u64 = 4096;

/// The first line of the file that the environment names.
fn of_file(variable: &str) -> app::Result<Option<Passphrase>> {
    let Some(path) = std::env::var_os(variable).filter(|path| !path.is_empty()) else { return Ok(None) };
    let path = Path::new(&path);
    let mut text = Passphrase::new(String::with_capacity(LONGEST as usize));
    File::open(path)
        .and_then(|file| file.take(LONGEST).read_to_string(&mut text))
        .map_err(|error| Failure::unreadable(path, &error))?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(Failure::new("bad_input", "its first line, the passphrase, is empty")
            .at(path.display().to_string()));
    }
    Ok(Some(Passphrase::new(line.to_owned())))
}

/// What the person at the terminal types, unseen; none where nobody is there.
fn of_terminal(question: &str) -> app::Result<Option<Passphrase>> {
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Ok(None);
    }
    let typed = rpassword::prompt_password(question);
    typed.map(|text| Some(Passphrase::new(text))).map_err(|error| Failure::new("usage", error.to_string()))
}

fn missing() -> Failure {
    Failure::new("store_sealed", "no passphrase was given").advice(format!(
        "Run it in a terminal, name a file that holds it in {FILE}, or have the keyring keep it."
    ))
}

/// A new passphrase.
///
/// # Errors
/// `usage` when the two typed differ; `store_sealed` when none is given.
pub fn new(variable: &str) -> app::Result<Passphrase> {
    if let Some(words) = of_file(variable)? {
        return Ok(words);
    }
    let Some(words) = of_terminal("New passphrase: ")? else {
        return Err(Failure::new("usage", "no new passphrase was given")
            .advice(format!("Run it in a terminal, or name a file that holds it in {variable}.")));
    };
    match of_terminal("The same again: ")? {
        Some(again) if again == words => Ok(words),
        _ => Err(Failure::new("usage", "the two differ; nothing was changed")),
    }
}

/// The passphrase of an encrypted store.
///
/// # Errors
/// `store_sealed` when none is given.
pub fn current(place: &Place) -> app::Result<Passphrase> {
    if let Some(words) = of_file(FILE)? {
        return Ok(words);
    }
    if let Some(words) = place.remembered() {
        return Ok(words);
    }
    of_terminal("Passphrase: ")?.ok_or_else(missing)
}

/// The passphrase that a backup was made under; none where none is given.
///
/// # Errors
/// `bad_input` when the file that is named cannot be read.
pub fn of_backup() -> app::Result<Option<Passphrase>> {
    match of_file(FILE)? {
        Some(words) => Ok(Some(words)),
        None => of_terminal("Passphrase that the backup was made under: "),
    }
}

/// The place with its key, where its store is encrypted.
///
/// # Errors
/// `store_sealed` when no passphrase is given, `wrong_passphrase`.
pub fn unlocked(place: Place) -> app::Result<Place> {
    if !place.is_locked()? {
        return Ok(place);
    }
    let words = current(&place)?;
    place.unlocked(&words)
}
