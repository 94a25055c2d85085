//! Nothing lost, nothing let in: encryption at rest, exchange as one step, backups.

#![allow(clippy::unwrap_used, missing_docs)]

mod works;

use std::{
    fs,
    path::{Path, PathBuf},
};

use plumbline_store::{
    Error, Key, SealedKey, Store, backup, convert, is_sealed, keep_signing_key, signing_key, tidy,
    visit::Visit,
};
use works::{PASSPHRASE, TODAY, filled, plant, sealed, who};

/// What nobody may read in an encrypted store's folder.
const WORDS: [&str; 8] = [
    "Works",
    "Controller",
    "Zone Z1",
    "firewall",
    "tester",
    "store.created",
    "CREATE TABLE",
    "evidence of it",
];

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() { found.extend(files(&entry.path())) } else { found.push(entry.path()) }
    }
    found
}

/// Files of a folder that hold one of the words, plain or in UTF-16.
fn telling(folder: &Path) -> Vec<String> {
    let holds = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).any(|part| part == word);
    let wide = |word: &str| word.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let mut told = Vec::new();
    for file in files(folder) {
        let bytes = fs::read(&file).unwrap();
        for word in WORDS {
            if holds(&bytes, word.as_bytes()) || holds(&bytes, &wide(word)) {
                told.push(format!("{}: {word}", file.display()));
            }
        }
    }
    told
}

fn with_evidence(mut store: Store) -> Store {
    let bytes = b"evidence of it";
    let hash = plumbline_store::audit::sha256(bytes);
    store
        .change(&who(), |change| {
            change.keep_blob(&hash, bytes)?;
            change.log("kept", &hash, &serde_json::json!({}))
        })
        .unwrap();
    store
}

#[test]
fn an_encrypted_store_shows_no_word_of_the_plant() {
    let plain = tempfile::tempdir().unwrap();
    let open = with_evidence(filled(plain.path()));
    assert!(telling(plain.path()).len() >= WORDS.len(), "the words are looked for where they are");
    drop(open);
    let folder = tempfile::tempdir().unwrap();
    let (store, key) = sealed(folder.path());
    let store = with_evidence(store);
    assert!(store.is_sealed());
    // With the database open and its log of changes beside it, and after it was closed.
    assert_eq!(telling(folder.path()), Vec::<String>::new());
    drop(store);
    assert_eq!(telling(folder.path()), Vec::<String>::new());
    let store = Store::open(folder.path(), Some(&key)).unwrap();
    assert_eq!(store.plant("e", TODAY).unwrap(), plant());
    assert!(store.integrity().unwrap().is_empty());
}

#[test]
fn only_the_passphrase_opens_it() {
    let folder = tempfile::tempdir().unwrap();
    drop(sealed(folder.path()));
    assert!(is_sealed(folder.path()).unwrap());
    assert_eq!(Store::open(folder.path(), None).unwrap_err().code(), "store_sealed");
    let file = SealedKey::read(folder.path()).unwrap();
    assert_eq!(file.open(folder.path(), "four plumb bob").unwrap_err().code(), "wrong_passphrase");
    let other = Key::generate().unwrap();
    assert_eq!(Store::open(folder.path(), Some(&other)).unwrap_err().code(), "store_damaged");
    // Another passphrase opens the same data; the one before does no more.
    let key = file.open(folder.path(), PASSPHRASE).unwrap();
    key.sealed_with("five plumb bobs").unwrap().write(folder.path()).unwrap();
    let file = SealedKey::read(folder.path()).unwrap();
    assert_eq!(file.open(folder.path(), PASSPHRASE).unwrap_err().code(), "wrong_passphrase");
    let key = file.open(folder.path(), "five plumb bobs").unwrap();
    assert_eq!(Store::open(folder.path(), Some(&key)).unwrap().plant("e", TODAY).unwrap(), plant());
    // Without the key nobody opens it, and that is what is said.
    fs::remove_file(folder.path().join("key.json")).unwrap();
    assert_eq!(SealedKey::read(folder.path()).unwrap_err().code(), "store_damaged");
    assert_eq!(Store::open(folder.path(), Some(&key)).unwrap_err().code(), "store_damaged");
}

#[test]
fn a_plain_store_is_converted_and_back_with_nothing_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let store = with_evidence(filled(at));
    let chain = store.audit_chain().unwrap();
    let key = Key::generate().unwrap();
    let file = key.sealed_with(PASSPHRASE).unwrap();
    // Not under anybody's hands.
    assert_eq!(convert(at, None, Some((&key, &file)), &who()).unwrap_err().code(), "store_locked");
    drop(store);
    keep_signing_key(at, None, "evidence of it: a signing key").unwrap();
    fs::write(at.join("plumbline.db.before-version-7"), "Works").unwrap();
    backup::make(at, None, &at.join("backups/plumbline-x.zip"), who().at, &|_, _| true).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    backup::make(at, None, &elsewhere.path().join("mine.zip"), who().at, &|_, _| true).unwrap();
    convert(at, None, Some((&key, &file)), &who()).unwrap();
    assert_eq!(telling(at), Vec::<String>::new());
    assert_eq!(files(&at.join("backups")), Vec::<PathBuf>::new());
    assert!(elsewhere.path().join("mine.zip").is_file(), "what a person keeps elsewhere is theirs");
    let store = Store::open(at, Some(&key)).unwrap();
    assert_eq!(
        (store.plant("e", TODAY).unwrap(), store.audit_hash(i64::try_from(chain.rows).unwrap()).unwrap()),
        (plant(), Some(chain.head.clone()))
    );
    assert_eq!(store.audit_log(0, 1).unwrap()[0].action, "store.encrypted");
    let hash = plumbline_store::audit::sha256(b"evidence of it");
    assert_eq!(store.blob(&hash).unwrap().unwrap(), b"evidence of it");
    drop(store);
    assert_eq!(signing_key(at, Some(&key)).unwrap().unwrap().as_str(), "evidence of it: a signing key");
    assert_eq!(signing_key(at, None).unwrap(), None);
    assert_eq!(convert(at, None, None, &who()).unwrap_err().code(), "store_sealed");
    convert(at, Some(&key), None, &who()).unwrap();
    assert!(!at.join("key.json").exists() && !at.join("bundle-signing-key.sealed").exists());
    let store = Store::open(at, None).unwrap();
    assert_eq!(
        (store.plant("e", TODAY).unwrap(), store.audit_hash(i64::try_from(chain.rows).unwrap()).unwrap()),
        (plant(), Some(chain.head))
    );
    assert_eq!(store.audit_log(0, 1).unwrap()[0].action, "store.decrypted");
    assert_eq!(signing_key(at, None).unwrap().unwrap().as_str(), "evidence of it: a signing key");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn an_exchange_that_was_broken_off_is_finished_or_never_was() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    drop(filled(at));
    keep_signing_key(at, None, "pem").unwrap();
    let before = tempfile::tempdir().unwrap();
    copy(at, before.path());
    let key = Key::generate().unwrap();
    convert(at, None, Some((&key, &key.sealed_with(PASSPHRASE).unwrap())), &who()).unwrap();
    let (parts, gathered) = (["key.json", "bundle-signing-key.sealed", "plumbline.db"], "gathered");
    // Broken off before it counted: the plain store is there, and what was gathered goes.
    for staged in 0..=parts.len() {
        let at = tempfile::tempdir().unwrap();
        copy(before.path(), at.path());
        let staging = at.path().join("plumbline.staging-x1");
        fs::create_dir(&staging).unwrap();
        for part in &parts[..staged] {
            fs::copy(folder.path().join(part), staging.join(part)).unwrap();
        }
        assert_eq!(Store::open(at.path(), None).unwrap().plant("e", TODAY).unwrap(), plant());
        assert!(!staging.exists());
    }
    // Broken off after it counted, with so many parts in their places: whoever opens it finishes it.
    for moved in 0..=parts.len() {
        let at = tempfile::tempdir().unwrap();
        copy(before.path(), at.path());
        let pending = at.path().join("plumbline.pending");
        fs::create_dir(&pending).unwrap();
        fs::write(pending.join(gathered), parts.join("\n")).unwrap();
        for (n, part) in parts.iter().enumerate() {
            let to = if n < moved { at.path().join(part) } else { pending.join(part) };
            fs::copy(folder.path().join(part), to).unwrap();
        }
        // Also where there was no store before.
        if moved < parts.len() && moved % 2 == 0 {
            fs::remove_file(at.path().join("plumbline.db")).unwrap();
        }
        assert!(Store::exists(at.path()));
        let store = Store::open(at.path(), Some(&key)).unwrap();
        assert!(store.is_sealed(), "{moved}");
        assert_eq!(store.plant("e", TODAY).unwrap(), plant());
        assert_eq!(signing_key(at.path(), Some(&key)).unwrap().unwrap().as_str(), "pem");
        assert!(!pending.exists());
        tidy(at.path(), &key).unwrap();
        assert!(!at.path().join("bundle-signing-key.pem").exists());
    }
}

#[test]
fn a_backup_is_made_while_others_write_and_restored_elsewhere() {
    for encrypted in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let (mut store, key) = if encrypted {
            let (store, key) = sealed(at);
            (store, Some(key))
        } else {
            (filled(at), None)
        };
        let words = encrypted.then_some(PASSPHRASE);
        keep_signing_key(at, key.as_ref(), "pem").unwrap();
        let file = at.join("mine.zip");
        // Another one writes all the while.
        let stop = std::sync::atomic::AtomicBool::new(false);
        let manifest = std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    store.change(&who(), |change| change.log("written", "", &serde_json::json!({}))).unwrap();
                }
            });
            let made = backup::make(at, key.as_ref(), &file, who().at, &|_, _| true);
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
            writer.join().unwrap();
            made.unwrap()
        });
        drop(store);
        let (checked, deep) = backup::verify(&file, words, &|_, _| true).unwrap();
        assert_eq!((&checked, deep), (&manifest, true));
        if encrypted {
            assert_eq!(telling(at), Vec::<String>::new());
            assert!(!backup::verify(&file, None, &|_, _| true).unwrap().1);
            let wrong = backup::verify(&file, Some("another one"), &|_, _| true);
            assert_eq!(wrong.unwrap_err().code(), "wrong_passphrase");
        }
        let elsewhere = tempfile::tempdir().unwrap();
        let there = elsewhere.path().join("new/store");
        let restored = backup::restore(&there, &file, words, &who(), &|_, _| true).unwrap();
        assert_eq!(restored.before, None);
        let store = Store::open(&there, restored.key.as_ref()).unwrap();
        assert_eq!((store.is_sealed(), store.plant("e", TODAY).unwrap()), (encrypted, plant()));
        assert_eq!(
            store.audit_hash(i64::try_from(manifest.rows).unwrap()).unwrap(),
            Some(manifest.head.clone())
        );
        assert_eq!(store.audit_log(0, 1).unwrap()[0].action, "store.restored");
        assert!(store.audit_chain().unwrap().is_intact());
        assert_eq!(signing_key(&there, restored.key.as_ref()).unwrap().unwrap().as_str(), "pem");
        // Over a store that somebody has open, nothing is done; over one that is damaged, it is kept.
        let refused = backup::restore(&there, &file, words, &who(), &|_, _| true);
        assert_eq!(refused.unwrap_err().code(), "store_locked");
        drop(store);
        let database = there.join("plumbline.db");
        let spoilt = vec![7; 10_000];
        fs::write(&database, &spoilt).unwrap();
        let restored = backup::restore(&there, &file, words, &who(), &|_, _| true).unwrap();
        let mut kept = zip::ZipArchive::new(fs::File::open(restored.before.unwrap()).unwrap()).unwrap();
        let mut bytes = Vec::new();
        std::io::copy(&mut kept.by_name("plumbline.db").unwrap(), &mut bytes).unwrap();
        assert_eq!(bytes, spoilt);
        assert_eq!(Store::open(&there, restored.key.as_ref()).unwrap().plant("e", TODAY).unwrap(), plant());
    }
}

#[test]
fn a_backup_with_any_byte_changed_is_refused_and_nothing_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    let file = folder.path().join("mine.zip");
    backup::make(folder.path(), None, &file, who().at, &|_, _| true).unwrap();
    let there = tempfile::tempdir().unwrap();
    drop(filled(there.path()));
    let database = there.path().join("plumbline.db");
    let (sound, before) = (fs::read(&file).unwrap(), fs::read(&database).unwrap());
    // Bytes of names and times in the archive's directory may be others without changing what is in it.
    let mut refused = 0;
    for n in 0..60 {
        let mut bytes = sound.clone();
        let at = bytes.len() * n / 60;
        bytes[at] ^= 0x20;
        fs::write(&file, &bytes).unwrap();
        match backup::restore(there.path(), &file, None, &who(), &|_, _| true) {
            Ok(restored) => {
                let store = Store::open(there.path(), restored.key.as_ref()).unwrap();
                assert_eq!(store.plant("e", TODAY).unwrap(), plant());
                drop(store);
                fs::write(&database, &before).unwrap();
            }
            Err(error) => {
                assert!(matches!(error, Error::Backup { .. }), "{error}");
                assert_eq!(fs::read(&database).unwrap(), before);
                refused += 1;
            }
        }
    }
    assert!(refused >= 55, "{refused}");
    for part in [0, 10, sound.len() / 2, sound.len() - 1] {
        fs::write(&file, &sound[..part]).unwrap();
        let error = backup::restore(there.path(), &file, None, &who(), &|_, _| true).unwrap_err();
        assert_eq!(error.code(), "bad_input");
    }
    assert_eq!(fs::read(&database).unwrap(), before);
}

#[test]
fn a_backup_that_is_broken_off_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    let file = folder.path().join("mine.zip");
    let broken_off = backup::make(folder.path(), None, &file, who().at, &|_, _| false);
    assert_eq!(broken_off.unwrap_err().code(), "cancelled");
    assert!(!file.exists());
    backup::make(folder.path(), None, &file, who().at, &|_, _| true).unwrap();
    let broken_off = backup::restore(folder.path(), &file, None, &who(), &|_, _| false);
    assert_eq!(broken_off.unwrap_err().code(), "cancelled");
    assert_eq!(Store::open(folder.path(), None).unwrap().plant("e", TODAY).unwrap(), plant());
}

#[test]
fn the_oldest_backups_go_and_other_files_stay() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    let place = folder.path().join("many");
    for n in 0..6 {
        let file = place.join(format!("plumbline-{n}.zip"));
        backup::make(folder.path(), None, &file, who().at, &|_, _| true).unwrap();
        let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000 + n);
        fs::File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
    }
    fs::write(place.join("plumbline-mine.zip"), "no backup").unwrap();
    fs::write(place.join("letter.txt"), "").unwrap();
    // One of another store.
    let other = tempfile::tempdir().unwrap();
    drop(filled(other.path()));
    backup::make(other.path(), None, &place.join("plumbline-other.zip"), who().at, &|_, _| true).unwrap();
    let id = backup::read(&place.join("plumbline-0.zip")).unwrap().store;
    let gone = backup::rotate(&place, Some(&id), 2).unwrap();
    assert_eq!(gone, [0, 1, 2, 3].map(|n| place.join(format!("plumbline-{n}.zip"))));
    assert_eq!(files(&place).len(), 5);
}

#[test]
fn what_earlier_versions_kept_beside_the_database_is_taken_in() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    drop(filled(at));
    let (kept, report, other) = (b"evidence of it", b"%PDF a report", b"somebody's own");
    let hash = |bytes: &[u8]| plumbline_store::audit::sha256(bytes);
    // A store of version 7, with its files.
    let raw = rusqlite::Connection::open(at.join("plumbline.db")).unwrap();
    raw.execute_batch("DROP TABLE blob; DROP TABLE visit; PRAGMA user_version = 7;").unwrap();
    raw.execute(
        "INSERT INTO report (id, title, environments, period_from, period_to, made, format, file, size, pages, sha256, evidence_sha256)
         VALUES ('r', 'R', '[]', '', '', '', 'pdf', 'reports/r.pdf', 13, 1, ?1, ''), ('s', 'S', '[]', '', '', '', 'pdf', 'reports/s.pdf', 13, 1, ?1, '')",
        [hash(report)],
    )
    .unwrap();
    drop(raw);
    for (name, bytes) in [
        (format!("evidence/{}", hash(kept)), &kept[..]),
        (format!("evidence/{}", hash(other)), b"changed"),
        ("reports/r.pdf".to_owned(), report),
        ("reports/s.pdf".to_owned(), b"changed"),
        ("visits.json".to_owned(), br#"{"tester":{"e":{"since":null,"last":"2026-06-01T08:00:00Z"},"gone":{"since":null,"last":"2026-06-01T08:00:00Z"}}}"#),
    ] {
        let file = at.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    // Twice: the second time nothing is left to do.
    for _ in 0..2 {
        let store = Store::open(at, None).unwrap();
        assert_eq!(store.blob(&hash(kept)).unwrap().unwrap(), kept);
        assert_eq!(store.blob(&hash(report)).unwrap().unwrap(), report);
        assert_eq!(store.blob(&hash(other)).unwrap(), None, "what was changed is not taken for what it was");
        let places: Vec<(String, String)> =
            store.reports().unwrap().into_iter().map(|report| (report.id, report.file)).collect();
        assert!(places.contains(&("r".to_owned(), String::new())));
        assert!(places.contains(&("s".to_owned(), "reports/s.pdf".to_owned())));
        let last = "2026-06-01T08:00:00Z".parse().unwrap();
        assert_eq!(store.visit("tester", "e").unwrap(), Some(Visit { since: None, last }));
        let left: Vec<PathBuf> =
            ["evidence", "reports"].iter().flat_map(|name| files(&at.join(name))).collect();
        assert_eq!(left, [at.join("evidence").join(hash(other)), at.join("reports/s.pdf")]);
        assert!(!at.join("visits.json").exists());
    }
    // The backup that was made before holds the store as it was.
    let (file, manifest) = backup::made(at).remove(0);
    assert!(file.ends_with("plumbline-before-version-8.zip"), "{}", file.display());
    assert_eq!(manifest.version, 7);
    let there = tempfile::tempdir().unwrap();
    let restored = backup::restore(there.path(), &file, None, &who(), &|_, _| true).unwrap();
    assert_eq!(restored.manifest, manifest);
    assert_eq!(Store::open(there.path(), None).unwrap().plant("e", TODAY).unwrap(), plant());
}
