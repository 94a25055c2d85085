//! The store as a vault: its passphrase, conversion, backups. A passphrase is wiped from memory once it was used.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use store::{Key, SealedKey, Store, backup};
use zeroize::Zeroizing;

use crate::{Failure, Place, Result, Session, Watch, secret, view, work::usage};

/// A passphrase on its way.
pub type Passphrase = Zeroizing<String>;

/// The name in the system's keyring of a store's passphrase.
fn entry(folder: &Path) -> String {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    format!("passphrase of {}", folder.display())
}

impl Place {
    /// The same place with its store's key, when that store is encrypted. Takes a noticeable part of a second, by
    /// intent: who guesses pays it each time.
    ///
    /// # Errors
    /// `wrong_passphrase`; `store_damaged` when the key's file is gone or damaged.
    pub fn unlocked(&self, passphrase: &str) -> Result<Place> {
        if !store::is_sealed(&self.folder)? {
            return Ok(self.clone());
        }
        let key = store::unsealed(&self.folder, passphrase)?;
        store::tidy(&self.folder, &key)?;
        Ok(Place { key: Some(Arc::new(key)), ..self.clone() })
    }

    /// Whether the store is encrypted and its key is not here.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn is_locked(&self) -> Result<bool> {
        Ok(self.key.is_none() && store::is_sealed(&self.folder)?)
    }

    /// That a store may be made here.
    ///
    /// # Errors
    /// `usage` when there is one already, or for an assessor.
    pub fn may_create(&self) -> Result<()> {
        self.may_change()?;
        if Store::exists(&self.folder) {
            return Err(store::Error::Exists { folder: self.folder.clone() }.into());
        }
        Ok(())
    }

    /// The passphrase that the system's keyring keeps for this store. A system without keyring has none.
    pub fn remembered(&self) -> Option<Passphrase> {
        secret::get(&entry(&self.folder)).ok().flatten().map(Zeroizing::new)
    }

    /// Has the system's keyring keep the passphrase, or forget it.
    ///
    /// # Errors
    /// `keyring`
    pub fn remember(&self, passphrase: Option<&str>) -> Result<()> {
        match passphrase {
            Some(passphrase) => secret::set(&entry(&self.folder), passphrase),
            None => secret::forget(&entry(&self.folder)),
        }
    }

    /// How the store is protected.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn protection(&self) -> Result<view::Protection> {
        let encrypted = store::is_sealed(&self.folder)?;
        let kept = secret::get(&entry(&self.folder));
        let backups = backup::made(&self.folder);
        Ok(view::Protection {
            encrypted,
            keyring: kept.is_ok(),
            remembered: kept.is_ok_and(|kept| kept.is_some()),
            kept: backup::KEPT as u32,
            backups: backups.iter().map(|(file, manifest)| backup_view(file, manifest)).collect(),
        })
    }

    /// Makes a backup while work goes on. Into a folder it goes under a name with today's date, and of the backups there
    /// the newest `keep` stay.
    ///
    /// # Errors
    /// `not_found` without a store, `store_sealed`, `usage` when the file is there, `io`, `cancelled`.
    pub fn back_up(&self, to: &Path, keep: Option<usize>, watch: &dyn Watch) -> Result<view::BackupMade> {
        let made = (self.clock)();
        let file = if to.is_dir() {
            let stamp = made.strftime("%Y-%m-%d-%H%M%S");
            to.join(format!("plumbline-{}-{stamp}.zip", crate::plants::slug(&self.store_name())))
        } else if keep.is_some() {
            return Err(usage("backups are counted in a folder", "Name a folder that is there.")
                .at(to.display().to_string()));
        } else {
            to.to_owned()
        };
        if file.exists() {
            return Err(usage("is there already", "Name another file; no backup is written over.")
                .at(file.display().to_string()));
        }
        let manifest = backup::make(&self.folder, self.key.as_deref(), &file, made, &bytes(watch, "backup"))?;
        let removed =
            keep.map_or(Ok(Vec::new()), |keep| backup::rotate(to, Some(&manifest.store), keep.max(1)))?;
        Ok(view::BackupMade {
            backup: backup_view(&file, &manifest),
            removed: removed.iter().map(|file| file.display().to_string()).collect(),
        })
    }

    fn store_name(&self) -> String {
        self.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// Checks a backup: every byte against its hash, and, where it is not encrypted or the passphrase is given, that it opens
/// and its log ends as it says.
///
/// # Errors
/// `bad_input` for what is no whole backup; `wrong_passphrase`, `cancelled`.
pub fn check_backup(file: &Path, passphrase: Option<&str>, watch: &dyn Watch) -> Result<view::BackupCheck> {
    let (manifest, opened) = backup::verify(file, passphrase, &bytes(watch, "check"))?;
    Ok(view::BackupCheck { backup: backup_view(file, &manifest), opened })
}

/// Whether a backup is encrypted.
///
/// # Errors
/// `bad_input` for what is no backup.
pub fn is_sealed_backup(file: &Path) -> Result<bool> {
    Ok(backup::read(file)?.sealed)
}

fn bytes<'w>(watch: &'w dyn Watch, step: &'static str) -> impl Fn(u64, u64) -> bool + 'w {
    move |done, total| {
        // In mebibytes: a large store has more bytes than can be counted here.
        let mebibytes = |bytes: u64| u32::try_from(bytes.div_ceil(1 << 20)).unwrap_or(u32::MAX);
        watch.progress(step, mebibytes(done), mebibytes(total));
        !watch.is_cancelled()
    }
}

fn backup_view(file: &Path, manifest: &backup::Manifest) -> view::BackupView {
    view::BackupView {
        file: file.display().to_string(),
        made: manifest.made.to_string(),
        encrypted: manifest.sealed,
        rows: manifest.rows,
        head: manifest.head.clone(),
        size: std::fs::metadata(file).map_or(0, |data| data.len()),
    }
}

impl Session {
    /// Opens the encrypted store. With `remember` the system's keyring keeps the passphrase.
    ///
    /// # Errors
    /// `wrong_passphrase`, `store_damaged`, `keyring`.
    pub fn unlock(&mut self, passphrase: &str, remember: bool) -> Result<()> {
        let place = self.place().unlocked(passphrase)?;
        let store = Store::open(&place.folder, place.key.as_deref())?;
        *self = Session::of(place, Some(store));
        if remember { self.place().remember(Some(passphrase)) } else { Ok(()) }
    }

    /// Opens the encrypted store with what the keyring remembers, if it does; another passphrase than the store's is
    /// forgotten.
    pub fn unlock_remembered(&mut self) {
        if !self.is_locked() {
            return;
        }
        let Some(passphrase) = self.place().remembered() else { return };
        if self.unlock(&passphrase, false).is_err_and(|failure| failure.code == "wrong_passphrase") {
            // The person is asked for it, and may have the new one remembered.
            let _ = self.place().remember(None);
        }
    }

    /// Closes an encrypted store and forgets all that was read of it, its key first. Does nothing to a plain one.
    /// Returns whether it is locked now.
    pub fn lock(&mut self) -> bool {
        if self.store().is_ok_and(Store::is_sealed) {
            *self = Session::of(Place { key: None, ..self.place() }, None);
        }
        self.is_locked()
    }

    /// Makes an empty encrypted store in the session's place.
    ///
    /// # Errors
    /// `usage` when there is one already or the passphrase is too short; `io`.
    pub fn create_encrypted(&mut self, passphrase: &str) -> Result<()> {
        let place = self.place();
        place.may_create()?;
        let key = Key::generate()?;
        let sealed = key.sealed_with(passphrase)?;
        let store = Store::create(&place.folder, &self.who(), Some((&key, &sealed)))?;
        *self = Session::of(Place { key: Some(Arc::new(key)), ..place }, Some(store));
        Ok(())
    }

    /// Encrypts the store.
    ///
    /// # Errors
    /// `usage` when it is encrypted already or the passphrase is too short; `store_locked` when another program has it
    /// open. The store is as it was then.
    pub fn encrypt(&mut self, passphrase: &str) -> Result<()> {
        if self.store()?.is_sealed() {
            return Err(usage("the store is encrypted already", "Change its passphrase instead."));
        }
        let key = Key::generate()?;
        let sealed = key.sealed_with(passphrase)?;
        let place = Place { key: Some(Arc::new(key)), ..self.place() };
        let who = self.who();
        self.exchange(place, |folder, _, new| {
            store::convert(folder, None, new.map(|key| (key, &sealed)), &who)
        })
    }

    /// Makes the encrypted store a plain one.
    ///
    /// # Errors
    /// `usage` when it is plain; `wrong_passphrase`; `store_locked`. The store is as it was then.
    pub fn decrypt(&mut self, passphrase: &str) -> Result<()> {
        self.check_passphrase(passphrase)?;
        let place = Place { key: None, ..self.place() };
        let who = self.who();
        self.exchange(place, |folder, old, _| store::convert(folder, old, None, &who))?;
        // It opens nothing any more; a keyring that does not answer keeps something useless.
        let _ = self.place().remember(None);
        Ok(())
    }

    /// Gives the store another passphrase. Nothing is encrypted anew, and backups keep the passphrase of their day.
    ///
    /// # Errors
    /// `usage` when it is plain or the new one is too short; `wrong_passphrase`.
    pub fn change_passphrase(&mut self, old: &str, new: &str) -> Result<()> {
        let place = self.place();
        place.may_change()?;
        let sealed = self.check_passphrase(old)?.sealed_with(new)?;
        let who = self.who();
        self.store_mut()?.change_key_file(&sealed, &who)?;
        if place.remembered().is_some() {
            place.remember(Some(new))?;
        }
        Ok(())
    }

    /// The store's key, by its passphrase: who found the window open does not have it.
    pub(crate) fn check_passphrase(&self, passphrase: &str) -> Result<Key> {
        if !self.store()?.is_sealed() {
            return Err(usage("the store is not encrypted", "Encrypt it first."));
        }
        Ok(SealedKey::read(self.folder())?.open(self.folder(), passphrase)?)
    }

    /// Exchanges the store under this session, which is closed meanwhile. `new` is the place as it is to be.
    fn exchange(
        &mut self,
        new: Place,
        work: impl FnOnce(&Path, Option<&Key>, Option<&Key>) -> store::Result<()>,
    ) -> Result<()> {
        let old = self.place();
        old.may_change()?;
        *self = Session::of(old.clone(), None);
        let done = work(&old.folder, old.key.as_deref(), new.key.as_deref());
        let place = if done.is_ok() { new } else { old };
        let store = Store::open(&place.folder, place.key.as_deref())?;
        *self = Session::of(place, Some(store));
        Ok(done?)
    }

    /// Puts a backup in the place of the store, which need not be there. All of it is checked first; the store that was
    /// there is kept as a backup of its own.
    ///
    /// # Errors
    /// As [`check_backup`]; `store_sealed` without the passphrase of an encrypted one; `store_locked` when another
    /// program has the store open. The store is as it was then.
    pub fn restore(
        &mut self,
        file: &Path,
        passphrase: Option<&str>,
        watch: &dyn Watch,
    ) -> Result<view::Restored> {
        let (place, who) = (self.place(), self.who());
        place.may_change()?;
        let was_open = self.store().is_ok();
        *self = Session::of(place.clone(), None);
        match backup::restore(&place.folder, file, passphrase, &who, &bytes(watch, "restore")) {
            Ok(done) => {
                let view = view::Restored {
                    backup: backup_view(file, &done.manifest),
                    before: done.before.as_ref().map(|file: &PathBuf| file.display().to_string()),
                };
                let place = Place { key: done.key.map(Arc::new), ..place };
                let store = Store::open(&place.folder, place.key.as_deref())?;
                *self = Session::of(place, Some(store));
                Ok(view)
            }
            Err(error) => {
                if was_open {
                    let store = Store::open(&place.folder, place.key.as_deref())?;
                    *self = Session::of(place, Some(store));
                }
                Err(match error {
                    store::Error::Sealed { .. } => Failure::new(
                        "store_sealed",
                        "the backup is encrypted; give the passphrase it was made with",
                    )
                    .at(file.display().to_string()),
                    error => error.into(),
                })
            }
        }
    }
}
