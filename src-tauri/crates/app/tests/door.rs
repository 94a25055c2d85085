//! The window's door, without a window: the commands a page calls, in the order a person calls them.

#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use plumbline_app::{Door, Failure, Place, Session, call::Shell, view};
use serde_json::{Value, json};

/// Something to do at the first progress of a work.
type Act = Box<dyn Fn() + Send>;

/// What a window was asked to do.
#[derive(Clone, Default)]
struct Fake {
    steps: Arc<Mutex<Vec<String>>>,
    choice: Arc<Mutex<Option<PathBuf>>>,
    opened: Arc<Mutex<Vec<PathBuf>>>,
    on_progress: Arc<Mutex<Option<Act>>>,
}

impl Shell for Fake {
    fn progress(&self, progress: &view::Progress) {
        self.steps.lock().unwrap().push(progress.step.clone());
        if let Some(act) = self.on_progress.lock().unwrap().take() {
            act();
        }
    }
    fn choose(&self, _: bool) -> Option<Vec<PathBuf>> {
        self.choice.lock().unwrap().clone().map(|path| vec![path])
    }
    fn open(&self, file: &Path) -> Result<(), String> {
        self.opened.lock().unwrap().push(file.to_owned());
        Ok(())
    }
    fn reveal(&self, _: &Path) -> Result<(), String> {
        Err("no file manager".to_owned())
    }
    fn another(&self, address: &str) -> Result<(), String> {
        self.opened.lock().unwrap().push(address.into());
        Ok(())
    }
}

#[test]
fn a_bundle_that_is_offered_goes_to_intelligence_once() {
    let folder = tempfile::tempdir().unwrap();
    let (door, _) = door(folder.path());
    let bundle = folder.path().join("feeds.plb");
    std::fs::write(&bundle, b"\x89PLFB\r\n\x1a and nothing more").unwrap();
    let list = folder.path().join("list.csv");
    std::fs::write(&list, "Tag\nA1\n").unwrap();
    assert_eq!(door.offer(vec![bundle.clone(), list]), "import", "several are a plant's");
    assert_eq!(door.offer(vec![bundle]), "intelligence");
    let take = || door.call("import_intelligence", json!({"folder": false, "again": true, "job": 7}));
    assert_eq!(failure(take()), "bad_input", "it is cut off");
    assert_eq!(take().unwrap(), Value::Null, "it is not taken in again by going back to the page");
}

#[test]
fn another_window_stays_within_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let (door, fake) = door(folder.path());
    for address in ["#/levels?env=E1&zone=Z3&fr=3", "#/findings?state=open&q=S7%201500"] {
        assert_eq!(door.call("open_window", json!({"address": address})).unwrap(), Value::Null);
        assert_eq!(fake.opened.lock().unwrap().pop().unwrap(), Path::new(address));
    }
    for address in ["", "#levels", "https://example.org/", "/../#/levels", "#/a b", "#/<b>", "#/a\nb", "#/ä"]
    {
        assert_eq!(failure(door.call("open_window", json!({"address": address}))), "usage", "{address}");
    }
    assert!(fake.opened.lock().unwrap().is_empty());
}

fn door(folder: &Path) -> (Arc<Door>, Fake) {
    let noon: jiff::Timestamp = "2026-06-30T12:00:00Z".parse().unwrap();
    let place = Place::new(folder.join("store"), "tester".to_owned(), std::sync::Arc::new(move || noon));
    let fake = Fake::default();
    (Arc::new(Door::new(Session::open(place).unwrap(), Box::new(fake.clone()))), fake)
}

fn demo(folder: &Path) -> (Arc<Door>, Fake, String) {
    let (door, fake) = door(folder);
    door.call("create_store", json!({"demo": true})).unwrap();
    let environments = door.call("environments", json!({})).unwrap();
    let id = environments[0]["id"].as_str().unwrap().to_owned();
    (door, fake, id)
}

fn failure(result: Result<Value, Failure>) -> &'static str {
    result.unwrap_err().code
}

#[test]
fn a_first_start_has_no_store_and_makes_one() {
    let folder = tempfile::tempdir().unwrap();
    let (door, _) = door(folder.path());
    let status = door.call("status", json!({})).unwrap();
    assert_eq!(status["store"], Value::Null);
    assert_eq!(failure(door.call("environments", json!({}))), "not_found");
    let status = door.call("create_store", json!({"demo": false})).unwrap();
    assert_eq!(status["demo"], false);
    assert_eq!(door.call("environments", json!({})).unwrap(), json!([]));
    assert_eq!(failure(door.call("create_store", json!({"demo": true}))), "usage");
    // The demo plant comes into a store that is there, once.
    for _ in 0..2 {
        assert_eq!(door.call("add_demo", json!({})).unwrap()["demo"], true);
        let found = door.call("environments", json!({})).unwrap();
        assert_eq!(found.as_array().unwrap().len(), 1);
        assert!(found[0]["zones"].as_u64() > Some(5));
    }
}

#[test]
fn every_cell_of_the_heat_map_is_explained_by_its_drawer() {
    let folder = tempfile::tempdir().unwrap();
    let (door, _, id) = demo(folder.path());
    let levels = door.call("levels", json!({"environment": id})).unwrap();
    for row in levels["rows"].as_array().unwrap() {
        for cell in row["cells"].as_array().unwrap() {
            let of = json!({"environment": id, "zone": row["zone"], "fr": cell["fr"], "levers": []});
            let drawer = door.call("explain_cell", of.clone()).unwrap();
            assert_eq!(&drawer["cell"], cell);
            let shown = drawer["findings"].as_array().unwrap().len() as u64;
            let total = drawer["findings_total"].as_u64().unwrap();
            assert_eq!(shown, total.min(50));
            if !cell["open"].is_null() {
                assert_eq!(total, cell["open"].as_u64().unwrap());
            }
            let factors = drawer["factors"].as_array().unwrap();
            let lowest = factors.iter().filter_map(|f| f["value"].as_u64()).min();
            assert_eq!(lowest, cell["achieved"].as_u64(), "the level is the lowest factor: {drawer}");
            // Nothing switched on is what stands; one lever on is what the drawer says of it alone.
            let none = door.call("what_if", of.clone()).unwrap();
            assert_eq!(none["achieved"], cell["achieved"]);
            for lever in drawer["levers"].as_array().unwrap() {
                let mut with = of.clone();
                with["levers"] = json!([lever["kind"]]);
                assert_eq!(door.call("what_if", with).unwrap()["achieved"], lever["alone"]);
            }
        }
    }
}

#[test]
fn advice_on_the_demo_plant_counts_what_the_findings_page_shows() {
    let folder = tempfile::tempdir().unwrap();
    let (door, _, id) = demo(folder.path());
    let list = door.call("advice", json!({"environment": id})).unwrap();
    let rows = list["rows"].as_array().unwrap();
    assert_eq!(list["total"], rows.len());
    let open = |severity: &[&str]| {
        let facets = json!({"state": ["open"], "severity": severity});
        let query = json!({"environment": id, "limit": 1, "facets": facets});
        door.call("findings", json!({"query": query})).unwrap()["total"].as_u64().unwrap()
    };
    // Each relevant finding asks for protection of one type of component.
    let sum = |field: &str| {
        let protect = rows.iter().filter(|row| row["kind"] == "protect");
        protect.map(|row| row[field].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(sum("findings"), open(&["critical", "high", "medium", "unscored"]));
    assert_eq!(sum("high"), open(&["critical", "high", "unscored"]));
    // Without advisories the vendors' fixes are known by product, and nobody's words are put in their mouths.
    let fixes: Vec<&Value> = rows.iter().filter(|row| row["kind"] == "vendor_fix").collect();
    assert!(fixes.len() > 5 && fixes.iter().all(|row| row["text"] == "" && row["sources"] == json!([])));
    assert!(rows.iter().all(|row| row["tags"].as_array().unwrap().len() <= 20));
    // On a day before anything was found there is nothing to do but replace.
    let early = door.call("advice", json!({"environment": id, "as_of": "2015-01-01"})).unwrap();
    assert!(early["rows"].as_array().unwrap().iter().all(|row| row["kind"] == "replace"));
    assert_eq!(failure(door.call("advice", json!({"environment": "nowhere"}))), "not_found");
}

#[test]
fn tables_page_filter_and_count() {
    let folder = tempfile::tempdir().unwrap();
    let (door, _, id) = demo(folder.path());
    let ask = |command: &str, more: Value| {
        let mut query = json!({"environment": id, "limit": 500});
        query.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        door.call(command, json!({"query": query})).unwrap()
    };
    for command in ["findings", "assets"] {
        let all = ask(command, json!({}));
        let total = all["total"].as_u64().unwrap();
        assert!(total > 100);
        for facet in all["facets"].as_array().unwrap() {
            for value in facet["values"].as_array().unwrap() {
                let filtered =
                    ask(command, json!({"facets": {facet["name"].as_str().unwrap(): [value["value"]]}}));
                assert_eq!(filtered["total"], value["count"], "{command} {facet}");
            }
        }
        let second = ask(command, json!({"offset": 7, "limit": 3}));
        assert_eq!(second["rows"].as_array().unwrap()[..], all["rows"].as_array().unwrap()[7..10]);
        assert_eq!(ask(command, json!({"offset": 1_000_000}))["rows"], json!([]));
        assert_eq!(ask(command, json!({"text": "no such words anywhere"}))["total"], 0);
    }
}

#[test]
fn acknowledging_changes_the_level_and_undo_brings_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let (door, _, id) = demo(folder.path());
    let levels = || door.call("levels", json!({"environment": id})).unwrap();
    let before = levels();
    // Wherever triage holds a cell down, acknowledging all that is open and new lifts the factor.
    let query = json!({"environment": id, "limit": 500, "facets": {"state": ["open"], "triaged": ["false"]}});
    let page = door.call("findings", json!({"query": query})).unwrap();
    let ids: Vec<&str> = page["rows"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap()).collect();
    assert!(!ids.is_empty());
    let decide = |reason: &str, ids: &[&str]| {
        door.call(
            "decide",
            json!({"decision": {"environment": id, "act": "acknowledge", "findings": ids, "reason": reason, "note": "next shutdown"}}),
        )
    };
    assert_eq!(failure(decide("because", &ids)), "usage");
    assert_eq!(failure(decide("in_work", &[ids[0], "NOPE"])), "not_found");
    assert_eq!(levels(), before, "a decision that fails changes nothing");
    let change = decide("in_work", &ids).unwrap();
    assert_eq!(change["changed"], ids.len());
    let after = levels();
    assert_ne!(after["rows"], before["rows"]);
    let detail = door.call("finding", json!({"environment": id, "id": ids[0]})).unwrap();
    let last = detail["events"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (last["by"].as_str(), last["reason"].as_str()),
        (Some("tester"), Some("in_work: next shutdown"))
    );
    // The store says the same as what the window remembers.
    let mut again = Session::open(Place::new(
        folder.path().join("store"),
        String::new(),
        std::sync::Arc::new(|| "2026-06-30T12:00:00Z".parse().unwrap()),
    ))
    .unwrap();
    assert_eq!(serde_json::to_value(again.levels(&id, None, None).unwrap()).unwrap(), after);
    let log = door.call("audit", json!({"offset": 0, "limit": 100})).unwrap();
    let offered: Vec<&Value> =
        log["rows"].as_array().unwrap().iter().filter(|row| !row["change"].is_null()).collect();
    assert_eq!(offered.len(), 1, "what made the store cannot be taken back");
    assert_eq!(
        (&offered[0]["change"], &offered[0]["action"]),
        (&change["id"], &json!("finding.acknowledged"))
    );
    door.call("undo", json!({"change": change["id"]})).unwrap();
    assert_eq!(levels(), before);
    let log = door.call("audit", json!({"offset": 0, "limit": 100})).unwrap();
    assert!(log["rows"].as_array().unwrap().iter().all(|row| row["change"].is_null()));
    let log = door.call("audit", json!({"offset": 0, "limit": 2})).unwrap();
    assert_eq!(log["intact"], true);
    assert_eq!(log["rows"][0]["action"], "change.undone");
    assert_eq!(log["rows"][1]["action"], "finding.acknowledged");
}

fn request(id: &str) -> Value {
    json!({"environments": [id], "from": "2026-01-01", "to": "2026-06-30", "format": "pdf", "paper": "a4", "language": "en"})
}

#[test]
fn a_report_is_made_kept_opened_and_known_when_changed() {
    let folder = tempfile::tempdir().unwrap();
    let (door, fake, id) = demo(folder.path());
    let kept = door.call("generate_report", json!({"request": request(&id), "job": 7})).unwrap();
    assert_eq!(
        kept["file"],
        format!(
            "iec62443-ostermoor-works-resins-and-solvents-2026-06-30-{}.pdf",
            &kept["id"].as_str().unwrap()[24..]
        )
    );
    let steps = fake.steps.lock().unwrap().clone();
    for step in ["assess", "evidence", "content", "pages", "write", "store"] {
        assert!(steps.iter().any(|s| s == step), "{step} was not told of: {steps:?}");
    }
    assert_eq!(door.call("reports", json!({})).unwrap()[0], kept);
    // Another at once has a file of its own, and both are what was kept.
    let mut bracketed = request(&id);
    bracketed["to"] = json!("2026-06-30[Europe/../../../x]");
    if let Ok(other) = door.call("generate_report", json!({"request": bracketed, "job": 9})) {
        assert!(other["file"].as_str().unwrap().contains("2026-06-30-"), "{other}");
    }
    door.call("generate_report", json!({"request": request(&id), "job": 9})).unwrap();
    let reports = door.call("reports", json!({})).unwrap();
    assert!(reports.as_array().unwrap().iter().all(|report| report["intact"] == true), "{reports}");
    assert_eq!(reports.as_array().unwrap().last(), Some(&kept));
    door.call("open_report", json!({"id": kept["id"]})).unwrap();
    // What other programs are given is a copy of the store's, and goes with the program.
    let opened = fake.opened.lock().unwrap().clone();
    let shown = std::fs::read(&opened[0]).unwrap();
    assert!(shown.starts_with(b"%PDF") && opened[0].ends_with(kept["file"].as_str().unwrap()));
    *fake.choice.lock().unwrap() = Some(folder.path().to_owned());
    let saved = door.call("save_report", json!({"id": kept["id"]})).unwrap();
    assert_eq!(std::fs::read(saved.as_str().unwrap()).unwrap(), shown);
    // A store is moved with its reports.
    drop(door);
    assert!(!opened[0].exists());
    std::fs::rename(folder.path().join("store"), folder.path().join("moved")).unwrap();
    let place = Place::new(
        folder.path().join("moved"),
        String::new(),
        std::sync::Arc::new(|| "2026-06-30T12:00:00Z".parse().unwrap()),
    );
    let moved = Session::open(place).unwrap();
    assert!(moved.reports().unwrap()[0].intact);
    drop(moved);
    std::fs::rename(folder.path().join("moved"), folder.path().join("store")).unwrap();
    let (door, _) = self::door(folder.path());
    let raw = rusqlite::Connection::open(folder.path().join("store/plumbline.db")).unwrap();
    raw.execute("UPDATE blob SET content = ?1 WHERE sha256 = ?2", (b"%PDF changed", kept["sha256"].as_str()))
        .unwrap();
    drop(raw);
    let reports = door.call("reports", json!({})).unwrap();
    assert_eq!(reports.as_array().unwrap().last().unwrap()["intact"], false);
    assert_eq!(failure(door.call("open_report", json!({"id": kept["id"]}))), "not_found");
}

#[test]
fn a_report_is_looked_at_page_by_page_before_it_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let (door, _, id) = demo(folder.path());
    let mut brief = request(&id);
    brief["kind"] = json!("executive");
    let preview = door.call("preview_report", json!({"request": brief, "job": 4})).unwrap();
    // The pages are those of the PDF that is made of the same request.
    let made = door.call("generate_report", json!({"request": brief, "job": 5})).unwrap();
    assert_eq!((&preview["pages"], &preview["number"]), (&made["pages"], &json!(4)));
    let page = |preview: u32, page: u32, scale: f32| {
        door.call("preview_page", json!({"preview": preview, "page": page, "scale": scale}))
    };
    let png = BASE64.decode(page(4, 0, 1.0).unwrap().as_str().unwrap()).unwrap();
    assert!(png.starts_with(b"\x89PNG"));
    let length = |at: usize| f64::from(u32::from_be_bytes(png[at..at + 4].try_into().unwrap()));
    assert_eq!(
        (length(16), length(20)),
        (preview["width"].as_f64().unwrap().ceil(), preview["height"].as_f64().unwrap().ceil())
    );
    let larger = BASE64.decode(page(4, 1, 2.0).unwrap().as_str().unwrap()).unwrap();
    assert!(larger.len() > png.len() / 2);
    assert_eq!(failure(page(4, 2, 1.0)), "not_found");
    assert_eq!(failure(page(3, 0, 1.0)), "not_found", "of another preview");
    door.call("close_preview", json!({})).unwrap();
    assert_eq!(failure(page(4, 0, 1.0)), "not_found");
}

#[test]
fn a_package_is_made_and_checked_and_the_trend_told() {
    let folder = tempfile::tempdir().unwrap();
    let (door, fake, id) = demo(folder.path());
    let of = json!({"request": {"report": request(&id), "formats": ["json"]}, "job": 1});
    assert_eq!(door.call("hand_over", of.clone()).unwrap(), Value::Null, "no folder was chosen");
    let output = tempfile::tempdir().unwrap();
    *fake.choice.lock().unwrap() = Some(output.path().to_owned());
    let made = door.call("hand_over", of).unwrap();
    let log = door.call("audit", json!({"text": "handover.made", "offset": 0, "limit": 10})).unwrap();
    assert_eq!(log["total"], 1);
    *fake.choice.lock().unwrap() = Some(PathBuf::from(made["file"].as_str().unwrap()));
    let check = door.call("check_handover", json!({"key": made["fingerprint"], "job": 2})).unwrap();
    assert_eq!((&check["intact"], &check["known"]), (&json!(true), &json!(true)), "{}", check["faults"]);
    let check = door.call("check_handover", json!({"key": "", "job": 2})).unwrap();
    assert_eq!(check["known"], Value::Null);
    assert_eq!(failure(door.call("check_handover", json!({"key": "x", "job": 2}))), "usage");

    assert_eq!(door.call("trend", json!({"environment": id})).unwrap().as_array().unwrap().len(), 1);
    let mut earlier = request(&id);
    earlier["to"] = json!("2026-03-31");
    door.call("generate_report", json!({"request": earlier, "job": 3})).unwrap();
    let trend = door.call("trend", json!({"environment": id})).unwrap();
    assert_eq!((&trend[0]["day"], &trend[1]["day"]), (&json!("2026-03-31"), &json!("2026-06-30")));
    assert_eq!(trend[0]["report"], "IEC 62443");
}

#[test]
fn a_cancelled_report_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (door, fake, id) = demo(folder.path());
    let cancelled = Arc::new(AtomicBool::new(false));
    let (canceller, told) = (Arc::clone(&door), Arc::clone(&cancelled));
    *fake.on_progress.lock().unwrap() = Some(Box::new(move || {
        canceller.call("cancel", json!({"job": 8})).unwrap();
        told.store(true, Ordering::SeqCst);
    }));
    let made = door.call("generate_report", json!({"request": request(&id), "job": 8}));
    assert!(cancelled.load(Ordering::SeqCst));
    assert_eq!(failure(made), "cancelled");
    assert_eq!(door.call("reports", json!({})).unwrap(), json!([]));
    assert!(!folder.path().join("store/reports").exists());
}

#[test]
fn import_looks_first_then_takes_the_same_choice() {
    let folder = tempfile::tempdir().unwrap();
    let (door, fake) = door(folder.path());
    door.call("create_store", json!({"demo": false})).unwrap();
    let import = |dry_run: bool, again: bool| {
        door.call("import_files", json!({"dry_run": dry_run, "folder": true, "job": 1, "again": again}))
    };
    assert_eq!(import(true, false).unwrap(), Value::Null, "the dialog was left without a choice");
    *fake.choice.lock().unwrap() = Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/demo"));
    let looked = import(true, false).unwrap();
    assert_eq!(door.call("environments", json!({})).unwrap(), json!([]));
    let taken = import(false, true).unwrap();
    assert_eq!(looked["files"], taken["files"]);
    assert_eq!((&looked["existing"], &looked["environment"]), (&json!(false), &taken["environment"]));
    assert_eq!(door.call("environments", json!({})).unwrap().as_array().unwrap().len(), 1);
    let again = import(false, true).unwrap();
    assert!(again["files"].as_array().unwrap().iter().all(|f| f["added"] == 0 && f["changed"] == 0));
    std::fs::write(folder.path().join("zones.csv"), "zone,colour\n").unwrap();
    *fake.choice.lock().unwrap() = Some(folder.path().to_owned());
    assert_eq!(failure(import(false, false)), "bad_input");
}

#[test]
fn dropped_files_are_looked_at_and_taken_with_the_columns_a_person_wants() {
    let folder = tempfile::tempdir().unwrap();
    let (door, fake) = door(folder.path());
    door.call("create_store", json!({"demo": false})).unwrap();
    let list = folder.path().join("list.csv");
    std::fs::write(&list, "Tag;Hersteller;Typ;Bemerkung\n=A1+K1;Siemens;SCALANCE XC208;4.10\n;;;x\n")
        .unwrap();
    let import = |more: Value| {
        let mut args = json!({"dry_run": true, "job": 1, "again": true});
        args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        door.call("import_files", args)
    };
    assert_eq!(import(json!({})).unwrap(), Value::Null, "nothing was dropped");
    assert_eq!(door.offer(vec![list]), "import");
    let looked = import(json!({})).unwrap();
    assert_eq!((&looked["files"][0]["added"], &looked["existing"]), (&json!(1), &json!(false)));
    assert_eq!(looked["files"][0]["columns"][3]["field"], Value::Null);
    assert_eq!(door.call("environments", json!({})).unwrap(), json!([]));
    let columns = json!({"Bemerkung": "version"});
    let taken = import(json!({"dry_run": false, "columns": columns, "keep": "ours"})).unwrap();
    let environment = taken["environment"].as_str().unwrap().to_owned();
    let query = json!({"query": {"environment": environment}});
    let asset = door.call("assets", query.clone()).unwrap()["rows"][0].clone();
    assert_eq!((&asset["tag"], &asset["identities"][0]["version"]), (&json!("=A1+K1"), &json!("4.10")));
    assert_eq!(door.call("mappings", json!({})).unwrap(), json!(["ours"]));

    // By hand, back, and the import back.
    let values = json!({"environment": environment, "asset": "=A1+K1", "values": {"version": "4.11"}});
    let corrected = door.call("correct_asset", values).unwrap();
    let version =
        || door.call("assets", query.clone()).unwrap()["rows"][0]["identities"][0]["version"].clone();
    assert_eq!(version(), json!("4.11"));
    let of = json!({"environment": environment, "asset": "=A1+K1"});
    assert_eq!(door.call("asset_sources", of.clone()).unwrap()[0]["values"]["version"], "4.10");
    assert_eq!(door.call("suggestions", of).unwrap(), json!([]), "nothing is known of any product");
    door.call("undo", json!({"change": corrected["id"]})).unwrap();
    assert_eq!(version(), json!("4.10"));
    door.call("undo", json!({"change": taken["files"][0]["change"]})).unwrap();
    assert_eq!(door.call("assets", query.clone()).unwrap()["total"], 0);

    // What was refused goes into a table that runs nothing.
    *fake.choice.lock().unwrap() = Some(folder.path().to_owned());
    let rows = json!({"rows": [{"at": "row 3", "reason": "=1+1"}]});
    let file = door.call("save_refused", rows).unwrap();
    let text = std::fs::read_to_string(file.as_str().unwrap()).unwrap();
    assert!(text.ends_with("where,why\r\nrow 3,'=1+1\r\n"), "{text}");
}

#[test]
fn what_is_no_command_or_argument_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (door, _, id) = demo(folder.path());
    for (command, arguments) in [
        ("format_disk", json!({})),
        ("levels", json!({})),
        ("levels", json!({"environment": id, "as_of": "yesterday"})),
        ("levels", json!({"environment": id, "as_of": "2026-01-01", "from": "2026-06-01"})),
        ("explain_cell", json!({"environment": id, "zone": "Z1", "fr": 8})),
        ("generate_report", json!({"request": {"environments": []}, "job": 1})),
    ] {
        assert_eq!(failure(door.call(command, arguments)), "usage", "{command}");
    }
    assert_eq!(failure(door.call("levels", json!({"environment": "elsewhere"}))), "not_found");
    assert_eq!(
        failure(door.call("explain_cell", json!({"environment": id, "zone": "ZX", "fr": 1}))),
        "not_found"
    );
}

#[test]
fn the_system_its_risk_components_and_drawing_by_the_door() {
    let folder = tempfile::tempdir().unwrap();
    let (door, fake, id) = demo(folder.path());
    let wish = |mut wish: Value| {
        wish["environment"] = json!(id);
        json!({"wish": wish})
    };
    door.call("put_system_text", wish(json!({"topic": "perimeter", "text": "all behind the firewall"})))
        .unwrap();
    door.call("put_external", wish(json!({"kind": "remote_access", "name": "VPN", "zone": "DMZ"}))).unwrap();
    door.call("put_characteristics", wish(json!({"zone": "DMZ", "texts": {"accountable": "A. Weber"}})))
        .unwrap();
    let system = door.call("system", json!({"environment": id})).unwrap();
    assert_eq!(
        (&system["texts"]["perimeter"], &system["external"][0]["name"]),
        (&json!("all behind the firewall"), &json!("VPN"))
    );
    let mut matrix = system["matrix"].clone();
    matrix["reason"] = json!("agreed");
    door.call("set_matrix", wish(matrix)).unwrap();
    let rated = json!({"likelihood": 4, "consequence": 4});
    let risk = json!({"subject": "OPS", "initial": rated, "scenarios": [{"threat": "Ransomware", "unmitigated": rated}]});
    assert_eq!(door.call("try_risk", wish(risk.clone())).unwrap()["aid"], json!([4, 4, 4, 4, 4, 4, 4]));
    let kept = door.call("put_risk", wish(risk)).unwrap();
    door.call("agree", wish(json!({"subject": "OPS", "name": "A. Weber"}))).unwrap();
    let of = json!({"environment": id, "zone": "OPS"});
    assert_eq!(door.call("risk", of.clone()).unwrap()["approved"]["name"], "A. Weber");
    assert!(kept["id"].is_i64());

    let asset =
        door.call("assets", json!({"query": {"environment": id, "limit": 1}})).unwrap()["rows"][0]["id"]
            .clone();
    door.call("put_component", wish(json!({"asset": asset, "declared": [1, 1, 1, 1, 1, 1, 1]}))).unwrap();
    let one = door.call("component", json!({"environment": id, "asset": asset})).unwrap();
    assert_eq!(one["sl_c"], json!([1, 1, 1, 1, 1, 1, 1]));
    let all = door.call("components", json!({"environment": id})).unwrap();
    assert!(all["zones"].as_array().unwrap().iter().any(|zone| zone["known"] == 1));
    door.call("move_assets", json!({"environment": id, "assets": [asset], "zone": "OPS"})).unwrap();
    assert_eq!(
        failure(door.call("move_assets", json!({"environment": id, "assets": [asset], "zone": "Z9"}))),
        "not_found"
    );

    let drawn = door.call("drawing", json!({"environment": id})).unwrap();
    assert_eq!(
        drawn["shapes"].as_array().unwrap().iter().filter(|shape| shape["external"] == true).count(),
        1
    );
    door.call("place_zone", wish(json!({"zone": "OPS", "x": 2000, "y": 0}))).unwrap();
    assert_eq!(door.call("drawing", json!({"environment": id})).unwrap()["by_hand"], true);
    // Nothing is written while no folder is chosen, and nothing that is no picture.
    let save = json!({"environment": id, "language": "de"});
    assert_eq!(door.call("save_drawing", save.clone()).unwrap(), Value::Null);
    let output = tempfile::tempdir().unwrap();
    *fake.choice.lock().unwrap() = Some(output.path().to_owned());
    let file = door.call("save_drawing", save.clone()).unwrap();
    assert!(std::fs::read_to_string(file.as_str().unwrap()).unwrap().starts_with("<svg"));
    let mut picture = save;
    picture["png"] = json!("PHN2Zz4=");
    assert_eq!(failure(door.call("save_drawing", picture.clone())), "usage");
    picture["png"] = json!("iVBORw0KGgo=");
    assert!(door.call("save_drawing", picture).unwrap().as_str().unwrap().ends_with(".png"));
    assert_eq!(
        door.call("history", json!({"environment": id, "months": 14})).unwrap().as_array().unwrap().len(),
        14
    );
    for kind in [json!({}), json!({"csv": true})] {
        let mut ask = json!({"environment": id, "zone": "OPS"});
        ask.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
        assert!(door.call("save_requirements", ask).unwrap().is_string());
    }
    assert_eq!(std::fs::read_dir(output.path()).unwrap().count(), 4);

    // Two reports kept, and compared.
    let report = |to: &str, format: &str| {
        let request = json!({"environments": [id], "from": "2026-01-01", "to": to, "format": format, "paper": "a4", "language": "en"});
        door.call("generate_report", json!({"request": request, "job": 1})).unwrap()["id"].clone()
    };
    let (first, second) = (report("2026-03-31", "html"), report("2026-06-30", "xlsx"));
    let compared = door.call("compare_reports", json!({"first": first, "second": second})).unwrap();
    assert_eq!((&compared[0]["from"], &compared[0]["to"]), (&json!("2026-03-31"), &json!("2026-06-30")));
    door.call("open_report", json!({"id": first})).unwrap();
}

#[test]
fn a_plan_is_tried_kept_compared_and_turned_into_work() {
    let folder = tempfile::tempdir().unwrap();
    let (door, fake, environment) = demo(folder.path());
    let ask = json!({"environment": environment, "as_of": null, "zones": [], "job": 7});
    let plan = door.call("plan", json!({"ask": ask})).unwrap();
    assert!(fake.steps.lock().unwrap().contains(&"plan".to_owned()));
    let actions = plan["actions"].as_array().unwrap();
    let ids = |wanted: &dyn Fn(&Value) -> bool| -> Vec<Value> {
        actions.iter().filter(|action| wanted(action)).map(|action| action["id"].clone()).collect()
    };
    let tried = |ids: &[Value], verified: &[&str]| {
        let tried = json!({"ask": ask, "actions": ids, "verified": verified});
        door.call("try_plan", json!({"tried": tried})).unwrap()
    };
    // All on is what the plan promises, all off is how things stand, and without one action what it says is lost.
    let all = ids(&|_| true);
    let everything = tried(&all, &[]);
    assert_eq!(everything["rows"], plan["after"]);
    assert_eq!((&everything["gap"], &everything["cost"]), (&plan["gap_after"], &plan["cost"]));
    let nothing = tried(&[], &[]);
    assert_eq!(nothing["rows"], plan["before"]);
    let levels = door.call("levels", json!({"environment": environment})).unwrap();
    assert_eq!(nothing["rows"], levels["rows"]);
    let own = &actions[actions.len() / 2];
    let rest = ids(&|action| action["id"] != own["id"]);
    let without = tried(&rest, &[]);
    for lift in own["needed"].as_array().unwrap() {
        let row = without["rows"].as_array().unwrap().iter().find(|row| row["zone"] == lift["zone"]).unwrap();
        assert_eq!(row["achieved"][lift["fr"].as_u64().unwrap() as usize - 1], lift["from"]);
    }
    // A control that counts as verified is one whose state is changed.
    let control = plan["controls"][0]["id"].as_str().unwrap();
    let verified = tried(&[], &[control]);
    let wish = json!({"wish": {"name": "Checked", "note": "", "tried": {"ask": ask, "actions": [], "verified": [control]}}});
    door.call("keep_scenario", wish).unwrap();
    let kept = door.call("scenarios", json!({"environment": environment})).unwrap();
    assert_eq!(kept[1]["rows"], verified["rows"]);
    assert_eq!(kept[0]["rows"], nothing["rows"]);
    let removed =
        door.call("remove_scenario", json!({"environment": environment, "name": "Checked"})).unwrap();
    assert!(removed["id"].is_number());

    let patch = ids(&|action| action["kind"] == "patch");
    let work = json!({"ask": ask, "actions": patch, "tickets": true, "updates": true, "assignee": "", "due": null, "version": "?"});
    let before = door.call("patches", json!({"environment": environment})).unwrap();
    let done = door.call("carry_out_plan", json!({"work": work})).unwrap();
    assert_eq!(done["tickets"].as_array().unwrap().len(), patch.len());
    let after = door.call("patches", json!({"environment": environment})).unwrap();
    let updates = |view: &Value| view["updates"].as_array().unwrap().len();
    assert_eq!(updates(&after), updates(&before) + done["updates"].as_array().unwrap().len());
    door.call("undo", json!({"change": done["change"]["id"]})).unwrap();
    assert_eq!(door.call("patches", json!({"environment": environment})).unwrap(), before);
    // The store has changed: the ids are those of the plan as it is now.
    let wrong = json!({"tried": {"ask": ask, "actions": ["patch/nothing"], "verified": []}});
    assert_eq!(door.call("try_plan", wrong).unwrap_err().code, "not_found");
}

#[test]
fn a_plan_that_is_cancelled_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (door, fake, environment) = demo(folder.path());
    let other = Arc::clone(&door);
    *fake.on_progress.lock().unwrap() = Some(Box::new(move || {
        other.call("cancel", json!({"job": 8})).unwrap();
    }));
    let ask = json!({"environment": environment, "as_of": null, "zones": [], "job": 8});
    assert_eq!(door.call("plan", json!({"ask": ask})).unwrap_err().code, "cancelled");
    assert!(door.call("plan", json!({"ask": ask})).is_ok());
}
