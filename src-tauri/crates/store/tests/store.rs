//! The store: what goes in comes out, changes are whole and logged, the log shows what was tampered with.

#![allow(clippy::unwrap_used, missing_docs)]

mod works;

use std::sync::Barrier;

use iec62443::{
    evidence::{Event, EventKind},
    level::FrSet,
    plant::EventNote,
};
use plumbline_store::{Error, Store, finding::NewEvent};
use works::{TODAY, filled, moment, plant, who};

#[test]
fn a_plant_comes_out_as_it_went_in() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    let store = Store::open(folder.path(), None).unwrap();
    assert_eq!(store.plant("e", TODAY).unwrap(), plant());
    assert!(store.integrity().unwrap().is_empty());
}

#[test]
fn the_same_plant_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = filled(folder.path());
    let version = store.version().unwrap();
    let known = store.plant("e", TODAY).unwrap();
    let again =
        store.change(&who(), |change| change.put_plant(&plant(), &known, &serde_json::json!("test"), None));
    // Nothing to log means nothing to keep.
    assert!(matches!(again, Err(Error::Silent)));
    assert_eq!(store.version().unwrap(), version);
    assert_eq!(store.plant("e", TODAY).unwrap(), plant());
}

#[test]
fn a_change_without_a_log_entry_or_that_fails_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = filled(folder.path());
    assert!(matches!(store.change(&who(), |change| change.put("k", "v")), Err(Error::Silent)));
    assert_eq!(store.get("k").unwrap(), None);
    let failed = store.change(&who(), |change| {
        change.log("x", "", &serde_json::json!({}))?;
        change.put("k", "v")?;
        change.remove_environment("nowhere")
    });
    assert_eq!(failed.unwrap_err().code(), "not_found");
    assert_eq!(store.get("k").unwrap(), None);
    assert!(store.audit_chain().unwrap().is_intact());
}

#[test]
fn events_are_added_logged_and_taken_back_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = filled(folder.path());
    let event =
        Event { at: moment("2026-06-30T12:00:00Z"), kind: EventKind::Acknowledged, frs: FrSet::EMPTY };
    let new = NewEvent::plain(event, EventNote::default());
    let change = store.change(&who(), |c| c.add_event("e", &["F1".to_owned()], &new)).unwrap();
    assert_eq!(store.plant("e", TODAY).unwrap().evidence.findings[0].events.len(), 3);
    let undone = store.change(&who(), |c| c.undo(change)).unwrap();
    let (environment, findings) = (undone.environment, undone.findings);
    assert_eq!((environment.as_str(), findings), ("e", vec!["F1".to_owned()]));
    assert_eq!(store.plant("e", TODAY).unwrap(), plant());
    assert_eq!(store.change(&who(), |c| c.undo(change)).unwrap_err().code(), "not_found");
    let actions: Vec<String> = store.audit_log(0, 2).unwrap().into_iter().map(|row| row.action).collect();
    assert_eq!(actions, ["change.undone", "finding.acknowledged"]);
}

#[test]
fn the_log_refuses_to_be_changed_and_shows_when_it_was() {
    for (tampering, broken) in [
        ("UPDATE audit SET actor = 'nobody' WHERE seq = 2", 2),
        ("UPDATE audit SET detail = '{}' WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 2", 3),
    ] {
        let folder = tempfile::tempdir().unwrap();
        drop(filled(folder.path()));
        let raw = rusqlite::Connection::open(folder.path().join("plumbline.db")).unwrap();
        assert!(raw.execute(tampering, []).is_err(), "a trigger guards the log");
        raw.execute_batch("DROP TRIGGER audit_keeps_rows; DROP TRIGGER audit_keeps_words;").unwrap();
        raw.execute(tampering, []).unwrap();
        drop(raw);
        let store = Store::open(folder.path(), None).unwrap();
        assert_eq!(store.audit_chain().unwrap().first_broken, Some(broken), "{tampering}");
    }
}

#[test]
fn a_store_is_never_made_over_another_and_faults_have_their_codes() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Store::open(folder.path(), None).unwrap_err().code(), "not_found");
    drop(filled(folder.path()));
    assert_eq!(Store::create(folder.path(), &who(), None).unwrap_err().code(), "usage");
    let file = folder.path().join("plumbline.db");
    let raw = rusqlite::Connection::open(&file).unwrap();
    raw.pragma_update(None, "user_version", 999).unwrap();
    drop(raw);
    assert_eq!(Store::open(folder.path(), None).unwrap_err().code(), "store_newer");
    std::fs::write(&file, b"not a database, whatever its name says").unwrap();
    assert_eq!(Store::open(folder.path(), None).unwrap_err().code(), "store_damaged");
    assert_eq!(std::fs::read(&file).unwrap(), b"not a database, whatever its name says");
}

#[test]
fn many_programs_open_a_new_store_at_once_and_write_in_turn() {
    let folder = tempfile::tempdir().unwrap();
    // A database without a schema yet, as it is for a moment when a store is made.
    std::fs::write(folder.path().join("plumbline.db"), []).unwrap();
    let together = Barrier::new(6);
    std::thread::scope(|scope| {
        for n in 0..6 {
            let (folder, together) = (folder.path(), &together);
            scope.spawn(move || {
                together.wait();
                let mut store = Store::open(folder, None).unwrap();
                for i in 0..5 {
                    let subject = format!("{n}.{i}");
                    store.change(&who(), |c| c.log("written", &subject, &serde_json::json!({}))).unwrap();
                }
            });
        }
    });
    let chain = Store::open(folder.path(), None).unwrap().audit_chain().unwrap();
    assert_eq!((chain.rows, chain.is_intact()), (30, true));
}
