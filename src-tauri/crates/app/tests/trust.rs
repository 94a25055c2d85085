//! The store as a vault, as the window uses it: passphrase, lock, backups, who may change what.

#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use plumbline_app::{Door, Failure, Place, Session, call::Shell, view};
use serde_json::{Value, json};

const WORDS: &str = "four plumb bobs";

#[derive(Clone, Default)]
struct Fake {
    choice: Arc<Mutex<Option<PathBuf>>>,
    opened: Arc<Mutex<Vec<PathBuf>>>,
}

impl Shell for Fake {
    fn progress(&self, _: &view::Progress) {}
    fn choose(&self, _: bool) -> Option<Vec<PathBuf>> {
        self.choice.lock().unwrap().clone().map(|path| vec![path])
    }
    fn open(&self, file: &Path) -> Result<(), String> {
        self.opened.lock().unwrap().push(file.to_owned());
        Ok(())
    }
    fn reveal(&self, _: &Path) -> Result<(), String> {
        Ok(())
    }
    fn another(&self, _: &str) -> Result<(), String> {
        Ok(())
    }
}

fn door(folder: &Path) -> (Door, Fake) {
    let noon: jiff::Timestamp = "2026-06-30T12:00:00Z".parse().unwrap();
    let place = Place::new(folder.join("store"), "tester", Arc::new(move || noon));
    let fake = Fake::default();
    (Door::new(Session::open(place).unwrap(), Box::new(fake.clone())), fake)
}

fn failure(result: Result<Value, Failure>) -> &'static str {
    result.unwrap_err().code
}

fn request() -> Value {
    json!({"environments": ["demo"], "from": "2026-01-01", "to": "2026-06-30", "format": "html", "paper": "a4", "language": "en"})
}

/// Files in a folder that hold a word.
fn telling(folder: &Path, word: &str) -> Vec<PathBuf> {
    let mut told = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            told.extend(telling(&path, word));
        } else if std::fs::read(&path).unwrap().windows(word.len()).any(|part| part == word.as_bytes()) {
            told.push(path);
        }
    }
    told
}

#[test]
fn an_encrypted_store_is_locked_and_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let (door, fake) = door(folder.path());
    assert_eq!(failure(door.call("create_store", json!({"demo": true, "passphrase": "short"}))), "usage");
    assert!(!store.join("plumbline.db").exists());
    let status = door.call("create_store", json!({"demo": true, "passphrase": WORDS})).unwrap();
    assert_eq!((&status["encrypted"], &status["locked"]), (&json!(true), &json!(false)));
    let levels = door.call("levels", json!({"environment": "demo"})).unwrap();
    let kept = door.call("generate_report", json!({"request": request(), "job": 1})).unwrap();
    door.call("open_report", json!({"id": kept["id"]})).unwrap();
    let opened = fake.opened.lock().unwrap().pop().unwrap();
    assert!(opened.exists());
    door.call("save_head", json!({})).unwrap();
    assert_eq!(door.call("lock", json!({})).unwrap(), true);
    assert!(!opened.exists(), "what another program showed is gone");
    for word in ["Reactor", "demo", "tester", "Siemens", "PRIVATE KEY"] {
        assert_eq!(telling(&store, word), Vec::<PathBuf>::new(), "{word}");
    }
    let status = door.call("status", json!({})).unwrap();
    assert_eq!((&status["locked"], &status["store"]), (&json!(true), &Value::Null));
    assert_eq!(failure(door.call("levels", json!({"environment": "demo"}))), "store_sealed");
    assert_eq!(failure(door.call("add_demo", json!({}))), "store_sealed");
    assert_eq!(failure(door.call("unlock", json!({"passphrase": "four plumb bob"}))), "wrong_passphrase");
    assert_eq!(failure(door.call("unlock", json!({"passphrase": WORDS, "name": " "}))), "usage");
    assert_eq!(door.call("status", json!({})).unwrap()["locked"], true);
    door.call("unlock", json!({"passphrase": WORDS, "name": "m.keller"})).unwrap();
    assert_eq!(door.call("levels", json!({"environment": "demo"})).unwrap(), levels);
    assert_eq!(door.call("status", json!({})).unwrap()["actor"], "m.keller");
    // Another passphrase; the one before opens nothing.
    assert_eq!(
        failure(door.call("change_passphrase", json!({"old": "wrong words", "new": "five plumb bobs"}))),
        "wrong_passphrase"
    );
    door.call("change_passphrase", json!({"old": WORDS, "new": "five plumb bobs"})).unwrap();
    door.call("lock", json!({})).unwrap();
    assert_eq!(failure(door.call("unlock", json!({"passphrase": WORDS}))), "wrong_passphrase");
    door.call("unlock", json!({"passphrase": "five plumb bobs"})).unwrap();
    // Made plain, it is never locked; made an encrypted one again, it is.
    assert_eq!(failure(door.call("decrypt", json!({"passphrase": WORDS}))), "wrong_passphrase");
    door.call("decrypt", json!({"passphrase": "five plumb bobs"})).unwrap();
    assert_eq!(door.call("lock", json!({})).unwrap(), false);
    assert!(!telling(&store, "tester").is_empty());
    door.call("encrypt", json!({"passphrase": WORDS})).unwrap();
    assert_eq!(failure(door.call("encrypt", json!({"passphrase": WORDS}))), "usage");
    assert_eq!(door.call("levels", json!({"environment": "demo"})).unwrap(), levels);
    assert_eq!(door.call("lock", json!({})).unwrap(), true);
    assert_eq!(telling(&store, "tester"), Vec::<PathBuf>::new());
    door.call("unlock", json!({"passphrase": WORDS})).unwrap();
    let reports = door.call("reports", json!({})).unwrap();
    assert_eq!((&reports[0]["id"], &reports[0]["intact"]), (&kept["id"], &json!(true)));
    let log = door.call("audit", json!({"limit": 4})).unwrap();
    let actions: Vec<&str> =
        log["rows"].as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["store.encrypted", "store.decrypted", "passphrase.changed", "report.kept"]);
    assert_eq!(log["intact"], true);
}

#[test]
fn it_locks_by_itself_when_nobody_does_anything() {
    let folder = tempfile::tempdir().unwrap();
    let (door, _) = door(folder.path());
    door.call("create_store", json!({"demo": false, "passphrase": WORDS})).unwrap();
    door.call("active", json!({})).unwrap();
    assert_eq!(door.call("lock_when_idle", json!({"seconds": 600})).unwrap(), false);
    assert_eq!(door.call("lock_when_idle", json!({"seconds": 0})).unwrap(), true);
    assert_eq!(door.call("status", json!({})).unwrap()["locked"], true);
}

#[test]
fn backups_are_made_checked_and_put_back_in_the_window() {
    let folder = tempfile::tempdir().unwrap();
    let (door, fake) = door(folder.path());
    door.call("create_store", json!({"demo": true, "passphrase": WORDS})).unwrap();
    assert_eq!(door.call("back_up", json!({"job": 1})).unwrap(), Value::Null, "no folder was chosen");
    *fake.choice.lock().unwrap() = Some(folder.path().to_owned());
    let made = door.call("back_up", json!({"job": 1})).unwrap();
    let file = PathBuf::from(made["backup"]["file"].as_str().unwrap());
    assert_eq!(failure(door.call("back_up", json!({"job": 1}))), "usage", "none is written over");
    *fake.choice.lock().unwrap() = Some(file);
    assert_eq!(door.call("check_backup", json!({"job": 2})).unwrap()["opened"], false);
    let checked = door.call("check_backup", json!({"job": 2, "again": true, "passphrase": WORDS})).unwrap();
    assert_eq!((&checked["opened"], &checked["backup"]), (&json!(true), &made["backup"]));
    door.call("decrypt", json!({"passphrase": WORDS})).unwrap();
    assert_eq!(failure(door.call("restore_backup", json!({"job": 3}))), "store_sealed");
    assert_eq!(door.call("status", json!({})).unwrap()["encrypted"], false, "nothing was changed");
    // The file that was chosen is not asked for again.
    *fake.choice.lock().unwrap() = None;
    let again =
        |words: &str| door.call("restore_backup", json!({"job": 3, "again": true, "passphrase": words}));
    assert_eq!(failure(again("another one")), "wrong_passphrase");
    let restored = again(WORDS).unwrap();
    assert!(Path::new(restored["before"].as_str().unwrap()).is_file());
    assert_eq!(door.call("status", json!({})).unwrap()["encrypted"], true);
    assert_eq!(door.call("audit", json!({"limit": 1})).unwrap()["rows"][0]["action"], "store.restored");
    let protection = door.call("protection", json!({})).unwrap();
    assert_eq!(
        (&protection["encrypted"], protection["backups"].as_array().unwrap().len()),
        (&json!(true), 1)
    );
}

/// Commands by name, as the door knows them.
fn commands() -> Vec<String> {
    let source = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/call.rs")).unwrap();
    let named = |line: &str| {
        line.strip_prefix("            \"").and_then(|rest| Some(rest.split_once('"')?.0.to_owned()))
    };
    source.lines().filter(|line| line.contains("=>")).filter_map(named).collect()
}

#[test]
fn an_assessor_looks_and_reports_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (door, fake) = door(folder.path());
    door.call("create_store", json!({"demo": true, "passphrase": WORDS})).unwrap();
    let status = door.call("work_as", json!({"name": "A. Assessor", "assessor": true})).unwrap();
    assert_eq!((&status["actor"], &status["assessor"]), (&json!("A. Assessor"), &json!(true)));
    let before = door.call("audit", json!({"limit": 1})).unwrap()["total"].clone();
    let all = commands();
    assert!(all.len() > 110, "{}", all.len());
    let mut refused = 0;
    for command in all.iter().filter(|command| *command != "lock") {
        let Err(failure) = door.call(command, json!({"job": 1, "environment": "demo"})) else { continue };
        refused += u32::from(failure.what.contains("assessor"));
    }
    assert!(refused >= 48, "{refused}");
    assert_eq!(door.call("audit", json!({"limit": 1})).unwrap()["total"], before);
    // What shows and reports is not refused.
    door.call("levels", json!({"environment": "demo"})).unwrap();
    door.call("visit", json!({"environment": "demo"})).unwrap();
    *fake.choice.lock().unwrap() = Some(folder.path().to_owned());
    door.call("generate_report", json!({"request": request(), "job": 2})).unwrap();
    door.call("hand_over", json!({"request": {"report": request(), "formats": ["html"]}, "job": 3})).unwrap();
    let log = door.call("audit", json!({"limit": 2})).unwrap();
    assert_eq!(
        (&log["rows"][1]["action"], &log["rows"][1]["actor"]),
        (&json!("report.kept"), &json!("A. Assessor"))
    );
    // Who does not have the passphrase stays what they are.
    for words in [json!(null), json!("another one")] {
        let left = door.call("work_as", json!({"name": "m.keller", "assessor": false, "passphrase": words}));
        assert_eq!(failure(left), "wrong_passphrase");
    }
    door.call("work_as", json!({"name": "m.keller", "assessor": false, "passphrase": WORDS})).unwrap();
    door.call("change_passphrase", json!({"old": WORDS, "new": "five plumb bobs"})).unwrap();
    let people = door.call("people", json!({})).unwrap();
    assert_eq!(people, json!(["m.keller", "A. Assessor", "tester"]));
}

#[test]
fn a_key_is_sealed_beside_the_store_and_signs_as_before() {
    let folder = tempfile::tempdir().unwrap();
    let (door, fake) = door(folder.path());
    door.call("create_store", json!({"demo": true})).unwrap();
    *fake.choice.lock().unwrap() = Some(folder.path().to_owned());
    let key_of = || {
        let file = PathBuf::from(door.call("save_head", json!({})).unwrap().as_str().unwrap());
        let head: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        std::fs::remove_file(file).unwrap();
        head["key"].clone()
    };
    let key = key_of();
    door.call("encrypt", json!({"passphrase": WORDS})).unwrap();
    assert_eq!(key_of(), key);
    assert_eq!(telling(&folder.path().join("store"), "PRIVATE KEY"), Vec::<PathBuf>::new());
    door.call("lock", json!({})).unwrap();
    assert_eq!(failure(door.call("save_head", json!({}))), "store_sealed");
    door.call("unlock", json!({"passphrase": WORDS})).unwrap();
    door.call("decrypt", json!({"passphrase": WORDS})).unwrap();
    assert_eq!(key_of(), key);
}
