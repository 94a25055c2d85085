//! Reports of every kind and the handover package, as a pipeline makes and checks them.

#![allow(clippy::unwrap_used, missing_docs)]

mod bench;

use assert_cmd::cargo::cargo_bin_cmd;
use bench::Bench;
use serde_json::Value;

fn demo() -> Bench {
    let bench = Bench::new();
    bench.json(&["demo"]);
    bench
}

fn content(bench: &Bench, arguments: &[&str]) -> Value {
    let out = bench.path("content.json").to_string_lossy().into_owned();
    bench.json(&[&["report", "--out", &out], arguments].concat());
    serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap()
}

fn sections(content: &Value) -> Vec<String> {
    content["sections"].as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap().to_owned()).collect()
}

/// The rows of a table, cells as texts.
fn rows(content: &Value, id: &str) -> Vec<Vec<String>> {
    let blocks = content["sections"].as_array().unwrap().iter().flat_map(|s| s["blocks"].as_array().unwrap());
    let tables = blocks.filter(|block| block["block"] == "table" && block["id"] == id);
    let text = |cell: &Value| cell["text"].as_str().unwrap().to_owned();
    tables
        .flat_map(|table| table["rows"].as_array().unwrap())
        .map(|row| row.as_array().unwrap().iter().map(text).collect())
        .collect()
}

#[test]
fn every_kind_comes_in_every_format() {
    let bench = demo();
    for kind in ["executive", "risk", "extract"] {
        for (ending, starts) in
            [("pdf", &b"%PDF"[..]), ("docx", b"PK"), ("html", b"<!DOCTYPE"), ("xlsx", b"PK"), ("json", b"{")]
        {
            let out = bench.path(&format!("{kind}.{ending}")).to_string_lossy().into_owned();
            let made = bench.json(&["report", "--kind", kind, "--language", "de", "--out", &out]);
            assert_eq!(made["format"], ending);
            assert!(std::fs::read(&out).unwrap().starts_with(starts), "{kind}.{ending}");
        }
    }
    let out = bench.path("oscal.json").to_string_lossy().into_owned();
    bench.json(&["report", "--format", "oscal", "--out", &out]);
    let oscal: Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
    let findings = oscal["assessment-results"]["results"][0]["findings"].as_array().unwrap().clone();
    let assessment = bench.json(&["assess"]);
    for zone in assessment["zones"].as_array().unwrap() {
        let of_zone = findings.iter().filter(|one| one["props"][0]["value"] == zone["id"]);
        let levels: Vec<&Value> =
            of_zone.filter(|one| one["target"]["target-id"].as_str().unwrap().starts_with("fr-")).collect();
        assert_eq!(levels.len(), 7);
        for (level, achieved) in levels.iter().zip(zone["vector"].as_array().unwrap()) {
            let told = achieved.as_u64().map_or_else(|| "not-assessable".to_owned(), |n| n.to_string());
            assert_eq!(level["props"][2]["value"], told);
        }
    }
}

#[test]
fn what_cannot_be_asked_for_is_refused_with_what_can() {
    let bench = demo();
    let out = bench.path("x.pdf").to_string_lossy().into_owned();
    for (arguments, says) in [
        (&["--kind", "glossy"][..], "executive"),
        (&["--without", "everything"], "annex_findings"),
        (&["--compare-with", "Q9"], "Q9"),
        (&["--kind", "extract", "--floor", "terrible"], "critical"),
        (&["--kind", "extract", "--layer", "cloud"], "network"),
    ] {
        let (code, complaint) = bench.fails(&[&["report", "--out", &out], arguments].concat());
        assert_eq!(code, 2, "{complaint}");
        assert!(complaint.contains(says), "{arguments:?}: {complaint}");
    }
    assert!(!bench.path("x.pdf").exists());
}

#[test]
fn parts_left_out_are_not_there_and_said_to_be_missing() {
    let bench = demo();
    let whole = sections(&content(&bench, &[]));
    let less = content(&bench, &["--without", "vendors", "annex_assets"]);
    let left: Vec<String> = whole.iter().filter(|id| !sections(&less).contains(id)).cloned().collect();
    assert_eq!(left, ["vendors", "annex-assets"]);
    let facts = less["cover"]["facts"].as_array().unwrap();
    assert!(facts.iter().any(|fact| fact["text"].as_str().unwrap().contains("Vendor")), "{facts:?}");
}

#[test]
fn an_extract_tells_its_supplier_what_was_asked_and_no_more() {
    let bench = demo();
    let all = content(&bench, &["--kind", "extract"]);
    let some = content(&bench, &["--kind", "extract", "--floor", "high", "--vendor", "siemens"]);
    assert!(some.to_string().len() < all.to_string().len());
    let text = some.to_string();
    for asset in bench.json(&["asset", "list"])["assets"].as_array().unwrap() {
        let tag = asset["tag"].as_str().unwrap();
        assert!(!text.contains(&format!("\"{tag}\"")), "{tag}");
        let vendor = asset["identities"][0]["vendor"].as_str().unwrap_or("Siemens");
        assert!(vendor.eq_ignore_ascii_case("siemens") || !text.contains(vendor), "{vendor}");
    }
}

#[test]
fn a_report_tells_what_changed_since_the_last_one() {
    let bench = demo();
    let kept = |name: &str, day: &str| {
        let out = bench.path(&format!("{name}.json")).to_string_lossy().into_owned();
        bench.json(&["report", "--to", day, "--snapshot", name, "--out", &out]);
    };
    let none = content(&bench, &[]);
    assert!(!sections(&none).contains(&"comparison".to_owned()));
    kept("Autumn", "2025-12-31");
    kept("Winter", "2026-03-31");
    let compared = bench.json(&["compare", "--between", "2026-03-31", "2026-06-30"]);
    let report = content(&bench, &[]);
    assert!(sections(&report).contains(&"comparison".to_owned()));
    for (table, list) in
        [("new_findings", "new"), ("gone_findings", "gone"), ("reopened_findings", "reopened")]
    {
        let told: std::collections::BTreeSet<String> =
            rows(&report, table).into_iter().map(|mut row| row.remove(0)).collect();
        let expected: std::collections::BTreeSet<String> = compared["findings"][list]
            .as_array()
            .unwrap()
            .iter()
            .map(|id| id.as_str().unwrap().to_owned())
            .collect();
        assert_eq!(told, expected, "{table}");
    }
    // With another one when that is named, and with none when that is wished.
    let since = content(&bench, &["--compare-with", "Autumn"]).to_string();
    assert!(since.contains("Since “Autumn”"));
    let alone = content(&bench, &["--compare-with", "none", "--without", "comparison"]);
    assert!(!alone.to_string().contains("Since “"));

    // The trend is that of the assessments of those days.
    let trend = bench.json(&["compare", "--trend"]);
    let days: Vec<&str> =
        trend["points"].as_array().unwrap().iter().map(|p| p["day"].as_str().unwrap()).collect();
    assert_eq!(days, ["2025-12-31", "2026-03-31", "2026-06-30"]);
    for point in trend["points"].as_array().unwrap() {
        let assessment = bench.json(&["assess", "--as-of", point["day"].as_str().unwrap()]);
        let zones = assessment["zones"].as_array().unwrap();
        let gaps: u64 = zones
            .iter()
            .flat_map(|zone| zone["cells"].as_array().unwrap())
            .filter_map(|cell| cell["gap"].as_u64())
            .sum();
        assert_eq!(point["gaps"], gaps);
        let levels: Vec<&Value> = zones.iter().map(|zone| &zone["level"]).collect();
        let told: Vec<&Value> =
            point["zones"].as_array().unwrap().iter().map(|zone| &zone["level"]).collect();
        assert_eq!(told, levels);
        let findings = assessment["findings"].as_object().unwrap().values();
        assert_eq!(point["open"], findings.filter(|one| one["state"] == "open").count());
    }
}

#[test]
fn a_package_is_handed_over_checked_and_gone_on_from() {
    let bench = demo();
    let file = bench.path("package.zip").to_string_lossy().into_owned();
    let made = bench.json(&["handover", "--out", &file, "--formats", "pdf,docx,json", "--language", "de"]);
    let key = made["key"].as_str().unwrap().to_owned();
    // The receiver has no store.
    let verify = |arguments: &[&str]| {
        cargo_bin_cmd!("plumbline").args(["handover", "verify", "--json"]).args(arguments).output().unwrap()
    };
    let output = verify(&[&file, "--key", &key]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let check: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&check["schema"], &check["intact"]), (&"plumbline-handover-check/1".into(), &true.into()));
    let assessment = bench.json(&["assess"]);
    let vectors = |list: &Value| -> Vec<Value> {
        list.as_array().unwrap().iter().map(|zone| zone["vector"].clone()).collect()
    };
    assert_eq!(vectors(&check["environments"][0]["zones"]), vectors(&assessment["zones"]));

    let other = "0000-0000-0000-0000-0000-0000-0000-0000";
    assert_eq!(verify(&[&file, "--key", other]).status.code(), Some(1));
    assert_eq!(verify(&[&file, "--key", "nonsense"]).status.code(), Some(2));
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let changed = bench.path("changed.zip").to_string_lossy().into_owned();
    std::fs::write(&changed, bytes).unwrap();
    let output = verify(&[&changed]);
    assert_eq!(output.status.code(), Some(1));
    let check: Value = serde_json::from_slice(&output.stdout).unwrap();
    let named = check["faults"].as_array().unwrap();
    assert!(named.iter().any(|fault| fault["file"] != ""), "the changed file is named: {named:?}");
    std::fs::write(&changed, "no archive").unwrap();
    assert_eq!(verify(&[&changed]).status.code(), Some(3));

    let receiver = Bench::new();
    receiver.json(&["init"]);
    receiver.json(&["import", &file]);
    let mut theirs = receiver.json(&["assess"]);
    let mut ours = assessment;
    for side in [&mut theirs, &mut ours] {
        side.as_object_mut().unwrap().remove("environment");
    }
    assert_eq!(theirs, ours);
    let (code, complaint) = receiver.fails(&["import", &changed]);
    assert_eq!(code, 3, "{complaint}");
}

#[test]
fn what_cannot_be_written_leaves_nothing() {
    let bench = demo();
    std::fs::write(bench.path("taken"), "a file").unwrap();
    let inside = bench.path("taken/package.zip").to_string_lossy().into_owned();
    let (code, complaint) = bench.fails(&["handover", "--out", &inside]);
    assert_eq!((code, complaint.contains("cannot be written")), (4, true), "{complaint}");
    let (code, _) = bench.fails(&["report", "--out", &inside.replace(".zip", ".docx")]);
    assert_eq!(code, 4);
    assert_eq!(std::fs::read(bench.path("taken")).unwrap(), b"a file");
    assert_eq!(bench.fails(&["handover"]).0, 2, "without a place there is no package");
    assert_eq!(std::fs::read_dir(bench.path("")).unwrap().count(), 2, "the store and the file");
}

/// A disk that is full is a write that fails after the first so many bytes; a limit on files' sizes does the same.
#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_leaves_no_half_file() {
    let bench = demo();
    let plumbline = assert_cmd::cargo::cargo_bin!("plumbline");
    for arguments in ["report --out full.pdf", "report --out full.docx", "handover --out full.zip"] {
        let script = format!(
            "trap '' XFSZ; ulimit -f 64; exec '{}' --today 2026-06-30 --store store {arguments}",
            plumbline.display()
        );
        let output = std::process::Command::new("sh")
            .args(["-c", &script])
            .current_dir(bench.path(""))
            .output()
            .unwrap();
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), complaint.contains("cannot be written")),
            (Some(4), true),
            "{complaint}"
        );
        let left: Vec<_> =
            std::fs::read_dir(bench.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["store"], "{arguments}");
    }
    assert_eq!(bench.run(&["doctor"]).status.code(), Some(0));
}
