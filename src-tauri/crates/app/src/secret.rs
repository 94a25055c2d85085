//! Secrets in the operating system's keyring: the key for NVD's API, a store's passphrase where its owner wants that.
//! Nothing of them is ever in the store.

use std::{
    sync::{Arc, mpsc},
    time::Duration,
};

use keyring_core::{CredentialStore, Entry, Error};

use crate::{Failure, Result};

/// Under which the system lists the program's secrets.
const SERVICE: &str = "Plumbline";
/// The key for NVD's API.
pub const NVD_API_KEY: &str = "NVD API key";
/// A keyring that answers no sooner is taken for none.
const PATIENCE: Duration = Duration::from_secs(5);

#[cfg(target_os = "linux")]
fn system() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn system() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(target_os = "windows")]
fn system() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
fn system() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(Error::NotSupportedByStore("this system".to_owned()))
}

fn failed(error: &Error) -> Failure {
    Failure::new("keyring", format!("the system's keyring does not answer: {error}"))
        .advice("Unlock it, or give the secret another way: a passphrase in the file that PLUMBLINE_PASSPHRASE_FILE names, NVD's key as NVD_API_KEY.")
}

/// Does something with a secret's entry, on a thread of its own: a keyring may ask its user and never answer.
fn with<T: Send + 'static>(
    store: impl FnOnce() -> keyring_core::Result<Arc<CredentialStore>> + Send + 'static,
    name: &str,
    work: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
) -> Result<Option<T>> {
    let (send, receive) = mpsc::channel();
    let name = name.to_owned();
    std::thread::spawn(move || {
        let done = store()
            .and_then(|store| Entry::new_in_store(&store, SERVICE, &name))
            .and_then(|entry| work(&entry));
        // Nobody waits any more when this fails.
        let _ = send.send(done);
    });
    match receive.recv_timeout(PATIENCE) {
        Ok(Ok(value)) => Ok(Some(value)),
        Ok(Err(Error::NoEntry)) => Ok(None),
        Ok(Err(error)) => Err(failed(&error)),
        Err(_) => Err(failed(&Error::NoStorageAccess("no answer".into()))),
    }
}

/// A secret, when there is one.
///
/// # Errors
/// `keyring` when the system has none or does not open it.
pub fn get(name: &str) -> Result<Option<String>> {
    with(system, name, Entry::get_password)
}

/// Keeps a secret.
///
/// # Errors
/// `keyring`
pub fn set(name: &str, secret: &str) -> Result<()> {
    let secret = secret.to_owned();
    with(system, name, move |entry| entry.set_password(&secret)).map(drop)
}

/// Forgets a secret; one that is not there is forgotten already.
///
/// # Errors
/// `keyring`
pub fn forget(name: &str) -> Result<()> {
    with(system, name, Entry::delete_credential).map(drop)
}

/// The key for NVD's API: the environment's, else the keyring's. A system without keyring has none.
pub fn nvd_api_key(environment: impl Fn(&str) -> Option<String>) -> Option<String> {
    let own = environment("NVD_API_KEY").map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
    own.or_else(|| get(NVD_API_KEY).ok().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_kept_and_forgotten() {
        let store: Arc<CredentialStore> = keyring_core::mock::Store::new().unwrap();
        let keyring = || {
            let store = Arc::clone(&store);
            move || Ok(store)
        };
        assert_eq!(with(keyring(), "x", Entry::get_password).unwrap(), None);
        with(keyring(), "x", |entry| entry.set_password("secret")).unwrap();
        assert_eq!(with(keyring(), "x", Entry::get_password).unwrap().as_deref(), Some("secret"));
        with(keyring(), "x", Entry::delete_credential).unwrap();
        assert_eq!(with(keyring(), "x", Entry::get_password).unwrap(), None);
    }

    #[test]
    fn a_keyring_that_is_not_there_is_told_and_the_environment_comes_first() {
        let none = || Err(Error::NotSupportedByStore("test".to_owned()));
        assert_eq!(with(none, "x", Entry::get_password).unwrap_err().code, "keyring");
        assert_eq!(nvd_api_key(|_| Some(" k ".to_owned())).as_deref(), Some("k"));
    }
}
