//! The command as a pipeline uses it: what it prints, what it exits with, what it leaves alone.

#![allow(clippy::unwrap_used, missing_docs)]

mod bench;

use std::path::Path;

use assert_cmd::cargo::cargo_bin_cmd;
use bench::Bench;
use serde_json::{Value, json};

impl Bench {
    fn demo() -> Bench {
        let bench = Bench::new();
        bench.json(&["demo"]);
        bench
    }
}

#[test]
fn every_verb_is_explained_with_an_example() {
    let help = String::from_utf8(cargo_bin_cmd!("plumbline").arg("--help").output().unwrap().stdout).unwrap();
    let verbs: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ").filter(|l| !l.starts_with(' ')))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|verb| *verb != "help")
        .collect();
    assert!(verbs.len() >= 14, "{verbs:?}");
    for verb in verbs {
        let page = cargo_bin_cmd!("plumbline").args(["help", verb]).output().unwrap();
        let page = String::from_utf8(page.stdout).unwrap();
        assert!(page.contains("Example:\n  plumbline "), "{verb}: {page}");
    }
}

#[test]
fn the_store_and_its_evidence_document_score_alike() {
    let bench = Bench::demo();
    let evidence = bench.path("evidence.json");
    let out = evidence.to_str().unwrap();
    for day in ["2026-06-30", "2026-02-11", "2025-09-01", "2024-01-01"] {
        let mut stored = bench.json(&["assess", "--as-of", day, "--evidence-out", out]);
        assert_eq!(stored.as_object_mut().unwrap().remove("environment").unwrap(), "demo");
        assert_eq!(stored["schema"], "plumbline-assessment/1");
        assert_eq!(stored["as_of"], day);
        assert_eq!(bench.json(&["assess", "--evidence", out]), stored, "{day}");
        // A list of cases gives a list.
        let document: Value = serde_json::from_slice(&std::fs::read(&evidence).unwrap()).unwrap();
        let cases = bench.path("cases.json");
        // The list is known as one even when much comes before it.
        let note = "what the cases are about ".repeat(100);
        let list = serde_json::json!({"about": note, "cases": [{"name": "a", "evidence": document}, {"evidence": document}]});
        std::fs::write(&cases, list.to_string()).unwrap();
        let several = bench.json(&["assess", "--evidence", cases.to_str().unwrap()]);
        assert_eq!(several, serde_json::json!([stored, stored]), "{day}");
    }
}

#[test]
fn a_profile_changes_levels_and_is_printed() {
    let bench = Bench::demo();
    let profile = bench.path("strict.json");
    std::fs::write(&profile, r#"{"evidence_only_cap": 0}"#).unwrap();
    let strict = bench.json(&["assess", "--profile", profile.to_str().unwrap()]);
    assert_eq!(strict["profile"]["evidence_only_cap"], 0);
    for cell in strict["zones"].as_array().unwrap().iter().flat_map(|z| z["cells"].as_array().unwrap()) {
        assert!(cell["basis"] != "evidence" || cell["achieved"] == 0);
    }
    std::fs::write(&profile, r#"{"triage": ["0.5", "much"]}"#).unwrap();
    let (code, complaint) = bench.fails(&["assess", "--profile", profile.to_str().unwrap()]);
    assert_eq!(code, 3);
    assert!(complaint.contains("strict.json"), "{complaint}");
}

#[test]
fn lists_have_the_shapes_others_rely_on() {
    let bench = Bench::demo();
    let environments = bench.json(&["env", "list"]);
    assert_eq!(environments["schema"], "plumbline-list/1");
    assert_eq!(environments["environments"][0]["id"], "demo");
    let evidence = bench.path("evidence.json");
    bench.json(&["assess", "--evidence-out", evidence.to_str().unwrap()]);
    let document: Value = serde_json::from_slice(&std::fs::read(&evidence).unwrap()).unwrap();
    let ids = |value: &Value| -> Vec<String> {
        let mut ids: Vec<String> =
            value.as_array().unwrap().iter().map(|v| v["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    for (verb, key) in
        [("zone", "zones"), ("asset", "assets"), ("finding", "findings"), ("control", "controls")]
    {
        let list = bench.json(&[verb, "list"]);
        assert_eq!(list["schema"], "plumbline-list/1");
        assert_eq!(ids(&list[key]), ids(&document[key]), "{verb}");
    }
    let asset = &bench.json(&["asset", "list"])["assets"][0];
    for key in ["id", "tag", "zone"] {
        assert!(asset[key].is_string(), "{asset}");
    }
    for key in ["layer", "vendor", "product", "version"] {
        assert!(asset["identities"][0][key].is_string(), "{asset}");
    }
    let id = asset["id"].as_str().unwrap();
    assert_eq!(&bench.json(&["asset", "show", id])["asset"], asset);
    let finding = bench.json(&["finding", "list", "--state", "open"])["findings"][0].clone();
    let shown = bench.json(&["finding", "show", finding["id"].as_str().unwrap()]);
    assert_eq!(shown["finding"]["row"], finding);
    let verified = bench.json(&["audit", "verify"]);
    assert_eq!((verified["intact"].as_bool(), verified["first_broken"].as_null()), (Some(true), Some(())));
    assert_eq!(verified["head"].as_str().unwrap().len(), 64);
}

#[test]
fn text_answers_are_for_people() {
    let bench = Bench::demo();
    for arguments in [
        &["assess"][..],
        &["env", "list"],
        &["zone", "list"],
        &["conduit", "list"],
        &["asset", "list"],
        &["finding", "list"],
        &["control", "list"],
        &["audit", "log"],
        &["audit", "verify"],
        &["doctor"],
        &["completions", "bash"],
    ] {
        let output = bench.run(arguments);
        assert!(output.status.success(), "{arguments:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.lines().count() >= 2 && !text.starts_with('{'), "{arguments:?}: {text}");
        assert!(!text.contains('\u{1b}'), "{arguments:?} sends control sequences into a pipe");
    }
}

#[test]
fn acknowledging_and_undo_go_through_the_log() {
    let bench = Bench::demo();
    let before = bench.json(&["assess"]);
    let open = bench.json(&["finding", "list", "--state", "open"])["findings"].clone();
    let id = open.as_array().unwrap().iter().find(|f| f["triaged"] == false).unwrap()["id"].as_str().unwrap();
    let change =
        bench.json(&["finding", "acknowledge", id, "--reason", "escalated", "--note", "to the vendor"]);
    assert_eq!(change["change"]["changed"], 1);
    assert_ne!(bench.json(&["assess"]), before);
    bench.json(&["finding", "undo", &change["change"]["id"].to_string()]);
    assert_eq!(bench.json(&["assess"]), before);
    assert_eq!(bench.fails(&["finding", "acknowledge", id, "--reason", "mood"]).0, 2);
    assert_eq!(bench.fails(&["finding", "acknowledge", "NOPE", "--reason", "in_work"]).0, 2);
}

#[test]
fn a_decision_on_the_day_of_a_dated_event_counts() {
    let bench = Bench::new();
    bench.json(&["init"]);
    let file = bench.path("reopened.json");
    std::fs::write(
        &file,
        r#"{"method":"plumbline-sl/1","as_of":"2026-06-30","period_from":"2026-01-01",
        "monitoring":{"last_update":"2026-06-29"},
        "zones":[{"id":"Z","name":"Z","sl_t":[2,2,2,2,2,2,2]}],"assets":[{"id":"A","zone":"Z","identified":true}],
        "findings":[{"id":"F","asset":"A","severity":"high","opened":"2026-03-01",
        "events":[{"at":"2026-06-30","kind":"reopened"}]}]}"#,
    )
    .unwrap();
    bench.json(&["import", file.to_str().unwrap(), "--environment", "e"]);
    bench.json(&["finding", "acknowledge", "F", "--reason", "in_work"]);
    assert_eq!(bench.json(&["assess"])["findings"]["F"]["triaged"], true);
}

#[test]
fn targets_missed_are_told_by_the_exit_code_when_asked() {
    let bench = Bench::demo();
    assert_eq!(bench.run(&["assess"]).status.code(), Some(0));
    assert_eq!(bench.run(&["assess", "--fail-below-target"]).status.code(), Some(1));
}

#[test]
fn usage_and_missing_things_exit_with_two() {
    let bench = Bench::demo();
    for arguments in [
        &["dance"][..],
        &["assess", "--environment", "elsewhere"],
        &["assess", "--as-of", "31.12.2026"],
        &["assess", "--as-of", "2026-01-01", "--from", "2026-02-01"],
        &["asset", "show", "NOPE"],
        &["report", "--out", "report.doc"],
        &["demo"],
        &["init"],
    ] {
        assert_eq!(bench.fails(arguments).0, 2, "{arguments:?}");
    }
    let empty = Bench::new();
    let output = empty.run(&["assess"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("plumbline init"));
    assert!(!empty.path("store").exists(), "asking does not make a store");
}

fn copy_demo(to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/demo");
    for entry in std::fs::read_dir(demo).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn a_plant_folder_goes_in_once_and_only_once() {
    let bench = Bench::new();
    bench.json(&["init"]);
    let plant = bench.path("plant");
    copy_demo(&plant);
    let import = |more: &[&str]| {
        bench.json(
            &[&["import", plant.to_str().unwrap(), "--kind", "plant", "--environment", "works"], more]
                .concat(),
        )
    };
    let dry = import(&["--dry-run"]);
    assert_eq!(bench.json(&["env", "list"])["environments"], serde_json::json!([]));
    let first = import(&[]);
    assert_eq!(first["schema"], "plumbline-import/1");
    assert_eq!(first["files"], dry["files"]);
    let evidence = plant.join("evidence.json");
    let mut stored =
        bench.json(&["assess", "--environment", "works", "--as-of", "2026-06-30", "--from", "2026-01-01"]);
    stored.as_object_mut().unwrap().remove("environment");
    let mut document: Value = serde_json::from_slice(&std::fs::read(&evidence).unwrap()).unwrap();
    document["period_from"] = "2026-01-01".into();
    std::fs::write(bench.path("alone.json"), document.to_string()).unwrap();
    let alone = bench.json(&["assess", "--evidence", bench.path("alone.json").to_str().unwrap()]);
    assert_eq!(stored["zones"], alone["zones"]);
    assert_eq!(stored["findings"], alone["findings"]);
    let verified = bench.json(&["audit", "verify"]);
    let again = import(&[]);
    for file in again["files"].as_array().unwrap() {
        assert_eq!((&file["added"], &file["changed"]), (&0.into(), &0.into()), "{file}");
    }
    assert_eq!(bench.json(&["audit", "verify"]), verified);
    bench.json(&["env", "rm", "works"]);
    assert_eq!(bench.json(&["env", "list"])["environments"], serde_json::json!([]));
}

#[test]
fn what_a_file_does_not_say_stays_as_it_was() {
    let bench = Bench::new();
    bench.json(&["init"]);
    let plant = bench.path("plant");
    copy_demo(&plant);
    let import = |what: &Path| bench.json(&["import", what.to_str().unwrap(), "--environment", "works"]);
    let everything = || {
        let lists = [
            &["zone", "list"][..],
            &["asset", "list"],
            &["control", "list"],
            &["conduit", "list"],
            &["assess"],
        ];
        lists.map(|list| bench.json(&[list, &["--environment", "works"]].concat()))
    };
    // The document first, then the tables: reasons and names come in late.
    let evidence = plant.join("evidence.json");
    import(&evidence);
    import(&plant);
    let whole = everything();
    let reasons = |id: &str| {
        let shown = bench.json(&["finding", "show", id, "--environment", "works"]);
        shown["finding"]["events"].as_array().unwrap().iter().filter(|e| e["reason"] != "").count()
    };
    assert!(reasons("F-1001") > 0);
    // The document alone changes nothing of what the tables said.
    let again = import(&evidence);
    assert!(
        again["files"].as_array().unwrap().iter().all(|f| f["changed"] == 0 && f["added"] == 0),
        "{again}"
    );
    assert_eq!(everything(), whole);
    // A newer feed and a profile are news, though no record is; a document without a profile takes none away.
    let mut document: Value = serde_json::from_slice(&std::fs::read(&evidence).unwrap()).unwrap();
    document["monitoring"]["last_update"] = "2026-06-29".into();
    document["profile"] = serde_json::json!({"evidence_only_cap": 1});
    let newer = bench.path("newer.json");
    std::fs::write(&newer, document.to_string()).unwrap();
    import(&newer);
    let assessed = bench.json(&["assess", "--environment", "works"]);
    assert_eq!(assessed["profile"]["evidence_only_cap"], 1);
    import(&evidence);
    assert_eq!(bench.json(&["assess", "--environment", "works"]), assessed);
    let log = bench.json(&["audit", "log", "--limit", "1"]);
    assert!(log["rows"][0]["detail"].as_str().unwrap().contains("evidence_only_cap"));
}

#[test]
fn a_plant_is_never_mixed_with_another_of_the_same_name() {
    let bench = Bench::new();
    bench.json(&["init"]);
    let plant = bench.path("plant");
    copy_demo(&plant);
    let folder = plant.to_str().unwrap();
    bench.json(&["import", folder]);
    bench.json(&["import", folder]);
    let tickets = plant.join("tickets.csv");
    let text = std::fs::read_to_string(&tickets).unwrap();
    std::fs::write(
        &tickets,
        text.lines().map(|l| l.replace(",open,", ",waiting,") + "\n").collect::<String>(),
    )
    .unwrap();
    let (code, complaint) = bench.fails(&["import", folder]);
    assert_eq!((code, complaint.contains("--environment")), (2, true), "{complaint}");
    let id = bench.json(&["env", "list"])["environments"][0]["id"].as_str().unwrap().to_owned();
    bench.json(&["import", folder, "--environment", &id]);
}

#[test]
fn a_report_that_cannot_be_kept_leaves_what_stood_there() {
    let bench = Bench::demo();
    let out = bench.path("report.json");
    std::fs::write(&out, "mine").unwrap();
    let lock = rusqlite::Connection::open(bench.path("store/plumbline.db")).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let output = bench.run(&["report", "--out", out.to_str().unwrap(), "--snapshot", "Q2"]);
    assert_eq!(output.status.code(), Some(4));
    drop(lock);
    assert_eq!(std::fs::read(&out).unwrap(), b"mine");
    let left = std::fs::read_dir(bench.path("")).unwrap().count();
    assert_eq!(left, 2, "the store and the file, nothing beside them");
}

#[test]
fn a_broken_plant_is_refused_with_file_and_line_and_nothing_changes() {
    let bench = Bench::demo();
    let plant = bench.path("plant");
    let change = |file: &str, from: &str, to: &str| {
        copy_demo(&plant);
        let text = std::fs::read_to_string(plant.join(file)).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        std::fs::write(plant.join(file), text.replacen(from, to, 1)).unwrap();
        bench.fails(&["import", plant.to_str().unwrap(), "--kind", "plant"])
    };
    for (file, from, to, says) in [
        ("assets.csv", "tag,", "label,", "line 1"),
        ("zones.csv", "zone,", "zone,colour,", "line 1"),
        ("evidence.json", "\"period_from\"", "\"period\"", "period_from"),
        ("evidence.json", "plumbline-sl/1", "plumbline-sl/9", "/method"),
    ] {
        let (code, complaint) = change(file, from, to);
        assert_eq!(code, 3, "{complaint}");
        assert!(complaint.contains(file) && complaint.contains(says), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "one message: {complaint}");
    }
    copy_demo(&plant);
    let name = |file: &str| plant.join(file).to_str().unwrap().to_owned();
    std::fs::copy(name("assets.csv"), name("asset.csv")).unwrap();
    std::fs::copy(name("evidence.json"), name("other.json")).unwrap();
    for (first, second) in
        [("zones.csv", "asset.csv"), ("evidence.json", "other.json"), ("zones.csv", "zones.csv")]
    {
        let (code, complaint) = bench.fails(&["import", &name(first), &name(second), "--environment", "x"]);
        assert_eq!((code, complaint.contains(second)), (3, true), "{complaint}");
    }
    let (code, complaint) = bench.fails(&["import", bench.path("nowhere").to_str().unwrap()]);
    assert_eq!((code, complaint.contains("nowhere")), (3, true));
    let hostile = bench.path("hostile.json");
    std::fs::write(&hostile, "[".repeat(200_000)).unwrap();
    assert_eq!(bench.fails(&["assess", "--evidence", hostile.to_str().unwrap()]).0, 3);
    std::fs::write(&hostile, b"{\"method\": \"\x1b[31mred\"}").unwrap();
    let (code, complaint) = bench.fails(&["assess", "--evidence", hostile.to_str().unwrap()]);
    assert_eq!((code, complaint.contains('\u{1b}')), (3, false));
    copy_demo(&plant);
    let text = std::fs::read_to_string(plant.join("evidence.json")).unwrap();
    let red = text.replacen('{', r#"{"profile": {"name": "x\u001b[31m"},"#, 1);
    std::fs::write(&hostile, red).unwrap();
    let output = bench.run(&["assess", "--evidence", hostile.to_str().unwrap()]);
    assert!(output.status.success() && !output.stdout.contains(&0x1b));
}

#[test]
fn tampering_and_damage_are_found() {
    let bench = Bench::demo();
    let file = bench.path("store/plumbline.db");
    let raw = rusqlite::Connection::open(&file).unwrap();
    raw.execute_batch("DROP TRIGGER audit_keeps_words; UPDATE audit SET actor = 'nobody' WHERE seq = 2;")
        .unwrap();
    drop(raw);
    for verb in [&["audit", "verify"][..], &["doctor"]] {
        assert_eq!(bench.run(verb).status.code(), Some(1), "{verb:?}");
    }
    let verified: Value = serde_json::from_slice(&bench.run(&["audit", "verify", "--json"]).stdout).unwrap();
    assert_eq!((&verified["intact"], &verified["first_broken"]), (&false.into(), &2.into()));
    std::fs::write(&file, "gone").unwrap();
    assert_eq!(bench.run(&["assess"]).status.code(), Some(4));
    assert_eq!(std::fs::read(&file).unwrap(), b"gone");
}

#[test]
fn the_report_says_what_the_assessment_says() {
    let bench = Bench::demo();
    let (pdf, json) = (bench.path("report.pdf"), bench.path("report.json"));
    let period = ["--environment", "demo", "--from", "2026-01-01", "--to", "2026-06-30", "--out"];
    let made =
        bench.json(&[&["report", "--kind", "iec62443"], &period[..], &[pdf.to_str().unwrap()]].concat());
    let text = {
        let document = lopdf::Document::load(&pdf).unwrap();
        let pages: Vec<u32> = document.get_pages().keys().copied().collect();
        assert_eq!(made["pages"], pages.len());
        document.extract_text(&pages).unwrap().split_whitespace().collect::<String>()
    };
    let assessment = bench.json(&["assess", "--from", "2026-01-01"]);
    for zone in assessment["zones"].as_array().unwrap() {
        let level = |l: &Value| l.as_u64().map_or_else(|| "-".to_owned(), |n| n.to_string());
        let vector: String = zone["vector"].as_array().unwrap().iter().map(level).collect();
        assert!(text.contains(&format!("{{{vector}}}")), "the vector {vector} of {} is missing", zone["id"]);
    }
    assert!(text.contains(made["evidence_sha256"].as_str().unwrap()));
    assert_eq!(
        bench.json(&["finding", "list"])["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|f| !text.contains(f["id"].as_str().unwrap()))
            .count(),
        0
    );
    bench.json(&[&["report"], &period[..], &[json.to_str().unwrap(), "--snapshot", "Q2"]].concat());
    let content: Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    assert_eq!(content["schema"], "plumbline-report/1");
    assert_eq!(bench.run(&["doctor"]).status.code(), Some(0));
    std::fs::write(&json, "{}").unwrap();
    assert_eq!(bench.run(&["doctor"]).status.code(), Some(1), "a kept report that was changed is found");
}

#[test]
fn a_signed_end_of_the_log_shows_what_was_cut_off_and_what_was_written_anew() {
    let bench = Bench::demo();
    let end = bench.path("end.json").to_string_lossy().into_owned();
    let exported = bench.json(&["audit", "export", "--out", &end]);
    let rows = exported["head"]["rows"].as_i64().unwrap();
    bench.json(&["env", "add", "Works two"]);
    let verify = || bench.run(&["audit", "verify", "--against", &end, "--json"]);
    assert!(verify().status.success(), "what came since does no harm");
    // Words of one row, wherever they stand in it.
    let found = bench.json(&["audit", "log", "--text", "ENVIRONMENT works-two"]);
    assert_eq!((found["total"].as_i64(), found["rows"][0]["seq"].as_i64()), (Some(1), Some(rows + 1)));
    assert_eq!(bench.json(&["audit", "log", "--text", "nobody%"])["total"], 0);
    // A tail that is cut off leaves a chain that is sound by itself.
    let raw = rusqlite::Connection::open(bench.path("store").join("plumbline.db")).unwrap();
    raw.execute_batch("DROP TRIGGER audit_keeps_rows").unwrap();
    raw.execute("DELETE FROM audit WHERE seq >= ?1", [rows]).unwrap();
    assert_eq!(bench.json(&["audit", "verify"])["intact"], true);
    let output = verify();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("cut off"));
    // As does a log written anew.
    bench.json(&["env", "add", "Works three"]);
    bench.json(&["env", "add", "Works four"]);
    assert!(String::from_utf8(verify().stdout).unwrap().contains("written anew"));
    // A file that was changed says so.
    let text = std::fs::read_to_string(&end).unwrap().replace(&format!("\"rows\": {rows}"), "\"rows\": 1");
    std::fs::write(&end, text).unwrap();
    let output = verify();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8(output.stderr).unwrap().contains("signature"));
}

#[test]
fn days_and_kept_reports_are_compared() {
    let bench = Bench::new();
    bench.json(&["demo"]);
    let days = bench.json(&["compare", "--between", "2026-03-31", "2026-06-30"]);
    assert_eq!(
        (&days["schema"], &days["from"], &days["to"]),
        (&json!("plumbline-compare/1"), &json!("2026-03-31"), &json!("2026-06-30"))
    );
    // Each side is what assess says of that day.
    for (side, day) in [("before", "2026-03-31"), ("after", "2026-06-30")] {
        let assessment = bench.json(&["assess", "--as-of", day]);
        for (zone, compared) in
            assessment["zones"].as_array().unwrap().iter().zip(days["zones"].as_array().unwrap())
        {
            assert_eq!(
                (&zone["id"], &zone["vector"], &zone["sl_t"]),
                (&compared["id"], &compared[side]["vector"], &compared[side]["sl_t"]),
                "{day}"
            );
        }
        let open =
            assessment["findings"].as_object().unwrap().values().filter(|f| f["state"] == "open").count();
        assert_eq!(days["findings"]["open"][usize::from(side == "after")], open, "{day}");
    }
    let (new, gone, back) =
        (&days["findings"]["new"], &days["findings"]["gone"], &days["findings"]["reopened"]);
    let len = |list: &Value| list.as_array().unwrap().len() as i64;
    let open = |at: usize| days["findings"]["open"][at].as_i64().unwrap();
    assert_eq!(open(0) + len(new) + len(back) - len(gone), open(1));
    assert!(bench.fails(&["compare", "--between", "2026-06-30", "2026-03-31"]).1.contains("not before"));

    for (name, day) in [("Q1", "2026-03-31"), ("Q2", "2026-06-30")] {
        let out = bench.path(&format!("{name}.json"));
        bench.json(&["report", "--to", day, "--snapshot", name, "--out", &out.to_string_lossy()]);
    }
    let kept = bench.json(&["compare", "Q1", "Q2"]);
    assert_eq!(
        (&kept["zones"], &kept["findings"], &kept["controls"]),
        (&days["zones"], &days["findings"], &days["controls"])
    );
    // What happens later to the store does not change what was kept.
    let finding = days["findings"]["new"][0].as_str().unwrap().to_owned();
    bench.json(&["finding", "false-positive", &finding, "--note", "checked"]);
    assert_eq!(bench.json(&["compare", "Q1", "Q2"]), kept);
    assert_eq!(bench.fails(&["compare", "Q1", "Q9"]).0, 2);
    let told = String::from_utf8(bench.run(&["compare", "Q1", "Q2"]).stdout).unwrap();
    assert!(told.contains("Open findings") && told.contains("because"), "{told}");
}
