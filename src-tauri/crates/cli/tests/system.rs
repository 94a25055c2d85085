//! The system under consideration by the command: conduits with targets, ways in, risk, components, inheritance, the
//! drawing, the report, and the workbook of requirements out and back.

#![allow(clippy::unwrap_used, missing_docs)]

mod bench;

use std::fs;

use bench::Bench;
use serde_json::{Value, json};

fn works() -> Bench {
    let bench = Bench::new();
    bench.json(&["init"]);
    bench.json(&["env", "add", "Works"]);
    let file = bench.path("assets.csv");
    fs::write(
        &file,
        "Tag,Vendor,Product,Version,Zone,Type\nA1,Siemens,S7-1500,V2.8,Cell,PLC\nA2,Siemens,S7-1500,V2.9,Cell,PLC\nFW1,Moxa,EDR-810,5.1,DMZ,Switch\n",
    )
    .unwrap();
    bench.json(&["import", &file.to_string_lossy()]);
    bench
}

fn text(bench: &Bench, arguments: &[&str]) -> String {
    String::from_utf8(bench.run(arguments).stdout).unwrap()
}

fn zones(bench: &Bench) -> (String, String) {
    let zones = bench.json(&["zone", "list"])["zones"].as_array().unwrap().clone();
    let id = |name: &str| {
        let zone = zones.iter().find(|zone| zone["name"] == *name).unwrap();
        zone["id"].as_str().unwrap().to_owned()
    };
    (id("Cell"), id("DMZ"))
}

#[test]
fn a_system_is_described_assessed_and_told() {
    let bench = works();
    let (cell, dmz) = zones(&bench);
    bench.json(&["zone", "add", "--name", "Office", "--purdue", "4", "--traits", "business,outside"]);
    bench.json(&[
        "conduit",
        "add",
        "--name",
        "Firewall",
        "--from",
        &dmz,
        "--to",
        &cell,
        "--also",
        "z-office",
        "--direction",
        "outward",
    ]);
    let (_, refused) = bench.fails(&["conduit", "set", "C-01", "--target", "2,2,2,2,2,2,2"]);
    assert!(refused.contains("with a reason"), "{refused}");
    bench.json(&["conduit", "set", "C-01", "--target", "2,2,2,2,2,2,2", "--why", "as its zones"]);
    let conduit = bench.json(&["conduit", "list"])["conduits"][0].clone();
    assert_eq!(conduit["zones"].as_array().unwrap().len(), 3);
    assert_eq!(
        (&conduit["direction"], &conduit["target"]),
        (&json!("outward"), &json!([2, 2, 2, 2, 2, 2, 2]))
    );
    bench.json(&["asset", "set", "FW1", "zone=C-01"]);
    assert_eq!(bench.json(&["conduit", "list"])["conduits"][0]["guards"], json!(["FW1"]));
    // It has its row in the assessment and in the evidence document, as a zone has.
    let ids = |assessment: &Value| -> Vec<String> {
        assessment["zones"].as_array().unwrap().iter().map(|z| z["id"].as_str().unwrap().to_owned()).collect()
    };
    let evidence = bench.path("evidence.json");
    let assessment = bench.json(&["assess", "--evidence-out", &evidence.to_string_lossy()]);
    assert!(ids(&assessment).contains(&"C-01".to_owned()));
    assert_eq!(
        bench.json(&["assess", "--evidence", &evidence.to_string_lossy()])["zones"],
        assessment["zones"]
    );

    bench.json(&["system", "describe", "perimeter", "Everything behind FW1"]);
    bench.json(&["system", "describe", "access_points", "The firewall, the gate"]);
    bench.json(&["system", "characterise", &cell, "accountable=A. Weber", "data_flows=OPC UA to the DMZ"]);
    bench.json(&[
        "system",
        "way-in",
        "--kind",
        "remote_access",
        "--name",
        "Vendor VPN",
        "--party",
        "Example Ltd",
        "--zone",
        &dmz,
        "--protocol",
        "IPsec",
    ]);
    bench.json(&["system", "way-in", "X-01", "--protected-by", "jump host"]);
    let system = bench.json(&["system", "show"])["system"].clone();
    assert_eq!(system["external"][0]["protected_by"], "jump host");
    assert_eq!(system["external"][0]["name"], "Vendor VPN", "what is not named stays");
    let held = |system: &Value, id: &str| -> Value {
        let rows = system["documented"].as_array().unwrap();
        rows.iter().find(|row| row["id"] == *id).unwrap()["held"].clone()
    };
    assert_eq!(
        (held(&system, "ZCR 1.1"), held(&system, "ZCR 6.4"), held(&system, "ZCR 6.8")),
        (json!("present"), json!("missing"), json!("missing"))
    );
    assert!(text(&bench, &["system", "show"]).contains("ZCR 1.1"));

    // The matrix as it is told can be edited and set; a broken one is refused and changes nothing.
    let mut matrix = bench.json(&["system", "matrix"]);
    let file = bench.path("matrix.json");
    matrix["matrix"]["tolerable"] = json!(1);
    fs::write(&file, matrix.to_string()).unwrap();
    bench.json(&["system", "matrix", "--set", &file.to_string_lossy(), "--why", "agreed in May"]);
    let set = bench.json(&["system", "matrix"])["matrix"].clone();
    assert_eq!((&set["tolerable"], &set["agreed"]), (&json!(1), &json!(true)));
    // Pairs up to 15 are medium or low (3 × 5 is high, but 15 is), so worked out anew from the cells.
    let cells = set["cells"].as_array().unwrap();
    let pairs = || {
        cells.iter().enumerate().flat_map(|(l, row)| {
            row.as_array()
                .unwrap()
                .iter()
                .enumerate()
                .map(move |(c, rank)| ((l + 1) * (c + 1), rank.as_u64().unwrap()))
        })
    };
    let worst = pairs().filter(|(_, rank)| *rank > 1).map(|(n, _)| n).min().unwrap();
    let tolerable = pairs().map(|(n, _)| n).filter(|n| *n < worst).max().unwrap();
    assert_eq!(set["tolerable_number"], tolerable);
    fs::write(&file, "{\"likelihood\": 3}").unwrap();
    assert!(
        bench
            .fails(&["system", "matrix", "--set", &file.to_string_lossy(), "--why", "x"])
            .1
            .contains("matrix.json")
    );

    let file = bench.path("cell.json");
    let risk = json!({
        "initial": {"likelihood": 4, "consequence": 4},
        "scenarios": [{"threat": "Ransomware", "frs": [7], "unmitigated": {"likelihood": 4, "consequence": 4}, "residual": {"likelihood": 1, "consequence": 4}, "countermeasures": "backups"}],
        "reasons": ["", "", "", "", "", "", "it must run"],
        "target": [1, 1, 1, 1, 1, 1, 3],
    });
    fs::write(&file, risk.to_string()).unwrap();
    let file = file.to_string_lossy().into_owned();
    let tried = bench.json(&["risk", "set", &cell, "--file", &file, "--dry-run"])["outcome"].clone();
    let aid = ((25.0 / tolerable as f64) - 0.25).ceil().clamp(0.0, 4.0) as u64;
    assert_eq!(tried["aid"], json!([0, 0, 0, 0, 0, 0, aid]));
    bench.json(&["risk", "set", &cell, "--file", &file]);
    bench.json(&["risk", "approve", &cell, "--name", "A. Weber", "--role", "Plant manager"]);
    let told = bench.json(&["risk", "show", &cell]);
    assert_eq!(told["risk"]["approved"]["name"], "A. Weber");
    assert_eq!(bench.json(&["zone", "show", &cell])["zone"]["target"], json!([1, 1, 1, 1, 1, 1, 3]));
    // What show tells can be set again: nothing of it differs.
    fs::write(&file, told.to_string()).unwrap();
    assert!(bench.fails(&["risk", "set", &cell, "--file", &file]).1.contains("differs"));
    assert!(text(&bench, &["risk", "list"]).contains("A. Weber"));

    bench.json(&[
        "component",
        "set",
        "A1",
        "--declared",
        "2,2,1,1,2,2,2",
        "--basis",
        "certificate",
        "--certificate",
        "C-7",
        "--valid-until",
        "2020-01-01",
        "--alike",
    ]);
    bench.json(&["component", "set", "A1", "--answer", "CR 1.1=met", "--answer", "CR 3.4=not_met"]);
    let components = bench.json(&["component", "list"])["components"].clone();
    assert!(components["rows"].as_array().unwrap().iter().any(|row| row["expired"] == true));
    assert!(text(&bench, &["component", "show", "A1"]).contains("CR 3.4"));
    assert!(
        bench
            .fails(&["component", "set", "A1", "--answer", "NDR 1.6=met"])
            .1
            .contains("no requirement of a component")
    );

    let svg = bench.path("zones.svg");
    bench.json(&["system", "draw", "--out", &svg.to_string_lossy(), "--language", "de"]);
    let text = fs::read_to_string(&svg).unwrap();
    assert!(text.contains("Vendor VPN") && text.contains("Vertrauensgrenze") && text.ends_with("</svg>\n"));

    // The report tells it, in both languages, with the same figures.
    for (language, words) in [
        ("en", ["Risk assessment (IEC 62443-3-2)", "Ransomware"]),
        ("de", ["Risikobeurteilung (IEC 62443-3-2)", "Ransomware"]),
    ] {
        let out = bench.path(&format!("report-{language}.json"));
        bench.json(&["report", "--format", "json", "--language", language, "--out", &out.to_string_lossy()]);
        let report = fs::read_to_string(&out).unwrap();
        for word in words {
            assert!(report.contains(word), "{language}: {word}");
        }
        let report: Value = serde_json::from_str(&report).unwrap();
        let sections = report["sections"].as_array().unwrap();
        let tables: Vec<&Value> = sections
            .iter()
            .flat_map(|s| s["blocks"].as_array().unwrap())
            .filter(|b| b["block"] == "table")
            .collect();
        let zcr = tables.iter().find(|table| table["id"] == "zcr").unwrap();
        assert_eq!(zcr["rows"].as_array().unwrap().len(), 39);
        assert!(
            sections.iter().flat_map(|s| s["blocks"].as_array().unwrap()).any(|b| b["block"] == "drawing")
        );
    }
    assert_eq!(bench.json(&["audit", "verify"])["intact"], true);
    assert_eq!(bench.json(&["doctor"])["sound"], true);
}

#[test]
fn answers_are_inherited_and_go_out_and_back_as_a_workbook() {
    let bench = works();
    let (cell, _) = zones(&bench);
    bench.json(&["zone", "add", "--name", "Site"]);
    bench.json(&["zone", "set", &cell, "--parent", "z-site", "--target", "1,1,1,1,1,1,1", "--why", "first"]);
    bench.json(&["sr", "answer", ".", "SR 6.1", "--answer", "met", "--why", "one log server"]);
    bench.json(&["sr", "inherit", &cell, "SR 6.1"]);
    bench.json(&["sr", "inherit", &cell, "SR 1.1", "--from", "z-site"]);
    bench.json(&["sr", "answer", "z-site", "SR 1.1", "--answer", "not_met"]);
    let status = |id: &str| -> Value {
        let rows =
            bench.json(&["sr", "list", &cell, "--all"])["requirements"]["rows"].as_array().unwrap().clone();
        rows.iter().find(|row| row["id"] == *id).unwrap().clone()
    };
    assert_eq!(
        (&status("SR 6.1")["status"], &status("SR 1.1")["status"]),
        (&json!("met"), &json!("not_met"))
    );
    bench.json(&["sr", "inherit", &cell, "SR 6.1", "--stop"]);
    assert_eq!(status("SR 6.1")["inherited"], Value::Null);
    let book = bench.path("requirements.xlsx");
    bench.json(&["sr", "export", "--out", &book.to_string_lossy()]);
    let back = bench.json(&["import", &book.to_string_lossy()])["files"][0].clone();
    assert_eq!((&back["kind"], &back["refused"]), (&json!("requirements"), &json!([])));
    assert_eq!(back["change"], Value::Null, "nothing was filled in");
}
