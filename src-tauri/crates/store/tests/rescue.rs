//! A damaged store: what is damaged is told, what can be saved is saved, what was lost is told.

#![allow(clippy::unwrap_used, missing_docs)]

mod works;

use std::{fs, path::Path};

use iec62443::{
    Plant,
    evidence::{Asset, Finding, Text},
    plant::AssetDetail,
};
use plumbline_store::{Error, Key, Store, rescue};
use works::{TODAY, plant, sealed, who};

const PAGE: usize = 4096;

/// A store of some hundred pages.
fn large(folder: &Path, key: Option<&Key>) -> Plant {
    let mut plant = plant();
    let (asset, detail) = (plant.evidence.assets[0].clone(), plant.assets[0].clone());
    let (finding, notes) = (plant.evidence.findings[0].clone(), plant.event_notes[0].clone());
    for n in 0..400 {
        let id = Text::from(format!("A{n:04}"));
        plant.evidence.assets.push(Asset { id: id.clone(), ..asset.clone() });
        plant.assets.push(AssetDetail { tag: format!("TAG-{n:04}"), ..detail.clone() });
        plant.evidence.findings.push(Finding {
            id: Text::from(format!("G{n:04}")),
            asset: id,
            ..finding.clone()
        });
        plant.event_notes.push(notes.clone());
    }
    let sealed = key.map(|key| key.sealed_with(works::PASSPHRASE).unwrap());
    let mut store = Store::create(folder, &who(), key.zip(sealed.as_ref())).unwrap();
    let known = Plant::empty(plant.environment.clone(), TODAY);
    store
        .change(&who(), |change| {
            change.add_environment(&plant.environment)?;
            change.put_plant(&plant, &known, &serde_json::json!("test"), None)?;
            for n in 0..20_u8 {
                let bytes = vec![n; 20_000];
                change.keep_blob(&plumbline_store::audit::sha256(&bytes), &bytes)?;
            }
            Ok(())
        })
        .unwrap();
    plant
}

fn count(rescue: &rescue::Rescue, table: &str) -> (u64, u64) {
    let found = rescue.tables.iter().find(|found| found.name == table).unwrap();
    (found.saved, found.lost)
}

#[test]
fn of_a_sound_store_everything_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    let plant = large(folder.path(), None);
    let survey = rescue::survey(folder.path(), None, &who()).unwrap();
    assert!(survey.is_whole(), "{survey:?}");
    assert_eq!(count(&survey, "asset").0, plant.evidence.assets.len() as u64);
    let into = folder.path().join("new");
    assert_eq!(rescue::rescue(folder.path(), None, &into, &who()).unwrap(), survey);
    let store = Store::open(&into, None).unwrap();
    assert_eq!(store.plant("e", TODAY).unwrap(), plant);
    let chain = store.audit_chain().unwrap();
    assert!(chain.is_intact());
    assert_eq!(store.audit_log(0, 1).unwrap()[0].action, "store.rescued");
    drop(store);
    assert!(matches!(rescue::rescue(folder.path(), None, &into, &who()), Err(Error::Exists { .. })));
}

#[test]
fn whatever_page_is_destroyed_the_rest_is_saved_and_the_loss_is_told() {
    for encrypted in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let key = encrypted.then(|| Key::generate().unwrap());
        let plant = large(folder.path(), key.as_ref());
        let file = folder.path().join("plumbline.db");
        let sound = fs::read(&file).unwrap();
        let pages = sound.len() / PAGE;
        assert!(pages > 200, "{pages}");
        let (mut unreadable, mut whole, mut kept) = (0, 0, 0);
        for page in (0..pages).step_by(if encrypted { 9 } else { 3 }) {
            let mut bytes = sound.clone();
            bytes[page * PAGE..(page + 1) * PAGE].fill(0xa5);
            fs::write(&file, &bytes).unwrap();
            let into = tempfile::tempdir().unwrap();
            match rescue::rescue(folder.path(), key.as_ref(), into.path(), &who()) {
                Err(error) => {
                    assert_eq!(error.code(), "store_damaged", "page {page}: {error}");
                    unreadable += 1;
                }
                Ok(rescue) => {
                    let store = Store::open(into.path(), key.as_ref()).unwrap();
                    assert_eq!(store.integrity().unwrap(), Vec::<String>::new(), "page {page}");
                    assert_eq!(store.is_sealed(), encrypted);
                    whole += u32::from(rescue.is_whole());
                    // What is not told of as lost is there as it was.
                    let there = store.environments().unwrap().first().map(|e| e.environment.id.clone());
                    let Some(there) = there else { continue };
                    let saved = store.plant(&there, TODAY).unwrap();
                    if rescue.is_whole() {
                        assert_eq!(saved, plant, "page {page}");
                    }
                    for finding in &saved.evidence.findings {
                        let was = plant.evidence.findings.iter().find(|was| was.id == finding.id).unwrap();
                        assert_eq!((&was.asset, &was.opened), (&finding.asset, &finding.opened));
                    }
                    assert!(
                        rescue.is_whole() || saved.evidence.findings.len() <= plant.evidence.findings.len()
                    );
                    kept += usize::from(saved.evidence.findings.len() * 2 > plant.evidence.findings.len());
                }
            }
        }
        // One page is one of hundreds: nearly every time nearly all of it is there.
        let tried = pages.div_ceil(if encrypted { 9 } else { 3 });
        assert!(unreadable == 0 && kept * 10 >= tried * 8, "{unreadable} {whole} {kept} of {tried}");
    }
}

#[test]
fn a_destroyed_beginning_is_replaced() {
    for encrypted in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let key = encrypted.then(|| Key::generate().unwrap());
        let plant = large(folder.path(), key.as_ref());
        let file = folder.path().join("plumbline.db");
        let mut bytes = fs::read(&file).unwrap();
        bytes[..PAGE].fill(if encrypted { 0x5a } else { 0 });
        fs::write(&file, &bytes).unwrap();
        assert_eq!(Store::open(folder.path(), key.as_ref()).unwrap_err().code(), "store_damaged");
        let into = tempfile::tempdir().unwrap();
        let rescue = rescue::rescue(folder.path(), key.as_ref(), into.path(), &who()).unwrap();
        assert!(rescue.schema && !rescue.is_whole());
        assert_eq!(Store::open(into.path(), key.as_ref()).unwrap().plant("e", TODAY).unwrap(), plant);
    }
}

#[test]
fn bytes_changed_anywhere_are_noticed_in_an_encrypted_store() {
    let folder = tempfile::tempdir().unwrap();
    let (store, key) = sealed(folder.path());
    drop(store);
    let file = folder.path().join("plumbline.db");
    let sound = fs::read(&file).unwrap();
    for n in 0..80 {
        let mut bytes = sound.clone();
        let at = bytes.len() * n / 80 + n;
        bytes[at % sound.len()] ^= 1;
        fs::write(&file, &bytes).unwrap();
        let noticed = match Store::open(folder.path(), Some(&key)) {
            Err(error) => error.code() == "store_damaged",
            Ok(store) => store.integrity().map_or(true, |wrong| !wrong.is_empty()),
        };
        // The salt of the file stands at its beginning and is not used: the key brings its own.
        assert!(noticed || at < 16, "byte {at}");
    }
}

#[test]
fn what_is_no_store_is_said_to_be_damaged() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(rescue::survey(folder.path(), None, &who()).unwrap_err().code(), "not_found");
    fs::write(folder.path().join("plumbline.db"), vec![7; 50_000]).unwrap();
    assert_eq!(rescue::survey(folder.path(), None, &who()).unwrap_err().code(), "store_damaged");
    let into = tempfile::tempdir().unwrap();
    assert_eq!(rescue::rescue(folder.path(), None, into.path(), &who()).unwrap_err().code(), "store_damaged");
    assert!(!Store::exists(into.path()));
}
