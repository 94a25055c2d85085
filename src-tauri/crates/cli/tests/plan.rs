//! The plan, its document, scenarios of it, and what it is turned into.

#![allow(clippy::unwrap_used, missing_docs)]

mod bench;

use std::collections::BTreeMap;

use assert_cmd::cargo::cargo_bin_cmd;
use bench::Bench;
use serde_json::{Value, json};

fn demo() -> Bench {
    let bench = Bench::new();
    bench.json(&["demo"]);
    bench
}

fn vectors(list: &Value) -> BTreeMap<String, Value> {
    let zones = list.as_array().unwrap().iter();
    let id = |zone: &Value| zone.get("zone").or(zone.get("id")).unwrap().as_str().unwrap().to_owned();
    zones.map(|zone| (id(zone), zone["vector"].clone())).collect()
}

/// Does what an action of the document says to an evidence document, by the document's words alone.
fn done(evidence: &mut Value, action: &Value, number: usize) {
    let at = evidence["as_of"].clone();
    let ids = |key: &str| action[key].as_array().unwrap().clone();
    let event = |evidence: &mut Value, kind: &str| {
        for finding in evidence["findings"].as_array_mut().unwrap() {
            if ids("findings").contains(&finding["id"]) {
                finding["events"].as_array_mut().unwrap().push(json!({"at": at, "kind": kind}));
            }
        }
    };
    match action["kind"].as_str().unwrap() {
        "patch" => event(evidence, "patched"),
        "triage" => event(evidence, "acknowledged"),
        "control" => {
            // Also showing that a control works is, for the levels, a verified control on what it covers.
            let id = format!("new-{number}");
            for finding in evidence["findings"].as_array_mut().unwrap() {
                if ids("findings").contains(&finding["id"]) {
                    finding["controls"].as_array_mut().unwrap().push(json!(id));
                }
            }
            let control =
                json!({"id": id, "history": [{"at": at, "status": action["status"]}], "expires": null});
            evidence["controls"].as_array_mut().unwrap().push(control);
        }
        "identify" => {
            for asset in evidence["assets"].as_array_mut().unwrap() {
                if ids("assets").contains(&asset["id"]) {
                    asset["identified"] = json!(true);
                }
            }
        }
        "update_monitoring" => evidence["monitoring"]["last_update"] = at,
        other => {
            assert_eq!(other, "assess");
            for requirement in ids("requirements") {
                evidence["sr_assessments"].as_array_mut().unwrap().push(json!({
                    "zone": action["zone"], "requirement": requirement, "status": "met", "at": at,
                    "justification": "", "control": null,
                }));
            }
        }
    }
}

/// The cost of an action by the figures that the document prints.
fn cost(action: &Value, costs: &Value, evidence: &Value) -> f64 {
    let n = |key: &str| action[key].as_array().unwrap().len() as f64;
    let figure = |name: &str| costs[name].as_f64().unwrap();
    let assets = || {
        let findings = action["findings"].as_array().unwrap();
        let all = evidence["findings"].as_array().unwrap().iter();
        let of = all.filter(|f| findings.contains(&f["id"])).map(|f| f["asset"].as_str().unwrap());
        of.collect::<std::collections::BTreeSet<_>>().len() as f64
    };
    match action["kind"].as_str().unwrap() {
        "patch" => {
            figure("update")
                + figure("update_asset") * assets()
                + figure("stop") * action["stops"].as_f64().unwrap()
        }
        "triage" => figure("triage") + figure("triage_finding") * n("findings"),
        "control" if action.get("control").is_some() => figure("verify"),
        "control" => {
            let verify = if action["status"] == "verified" { figure("verify") } else { 0.0 };
            figure("control") + verify + figure("control_asset") * assets()
        }
        "identify" => figure("identify") + figure("identify_asset") * n("assets"),
        "update_monitoring" => figure("monitoring"),
        _ => figure("questionnaire") + figure("requirement") * n("requirements"),
    }
}

#[test]
fn a_plan_of_an_evidence_document_can_be_checked_by_its_words_alone() {
    let bench = demo();
    let [evidence, applied, step] =
        ["evidence.json", "planned.json", "step.json"].map(|name| bench.path(name).display().to_string());
    bench.json(&["assess", "--evidence-out", &evidence]);
    let plan = bench.json(&["plan", "--evidence", &evidence, "--apply-out", &applied]);
    assert_eq!(plan["schema"], "plumbline-plan/1");
    let score = |file: &str| bench.json(&["assess", "--evidence", file]);
    assert_eq!(vectors(&plan["before"]), vectors(&score(&evidence)["zones"]));
    assert_eq!(vectors(&plan["after"]), vectors(&score(&applied)["zones"]));

    // Step by step, each says what it lifts.
    let mut document: Value = serde_json::from_slice(&std::fs::read(&evidence).unwrap()).unwrap();
    let mut levels = vectors(&plan["before"]);
    let mut spent = 0.0;
    for (number, action) in plan["actions"].as_array().unwrap().iter().enumerate() {
        let own = action["cost"].as_f64().unwrap();
        assert!((own - cost(action, &plan["costs"], &document)).abs() < 1e-9, "{action}");
        spent += own;
        done(&mut document, action, number);
        for effect in action["effects"].as_array().unwrap() {
            let zone = levels.get_mut(effect["zone"].as_str().unwrap()).unwrap();
            let place = &mut zone[effect["fr"].as_u64().unwrap() as usize - 1];
            assert_eq!(*place, effect["from"]);
            *place = effect["to"].clone();
        }
        if number % 20 == 0 {
            std::fs::write(&step, document.to_string()).unwrap();
            assert_eq!(levels, vectors(&score(&step)["zones"]), "{}", action["id"]);
        }
    }
    std::fs::write(&step, document.to_string()).unwrap();
    assert_eq!(levels, vectors(&score(&step)["zones"]));
    assert_eq!(levels, vectors(&plan["after"]));
    assert!((spent - plan["cost"].as_f64().unwrap()).abs() < 1e-6);
    let milestones = plan["milestones"].as_array().unwrap();
    assert_eq!(milestones.last().unwrap()["cost"], plan["cost"]);
    let gaps: Vec<u64> = milestones.iter().map(|m| m["gap"].as_u64().unwrap()).collect();
    assert!(gaps.is_sorted_by(|a, b| a > b), "{gaps:?}");

    // What stays below its target is said to.
    for zone in plan["after"].as_array().unwrap() {
        for fr in 0..7 {
            let short =
                zone["vector"][fr].as_u64().is_none_or(|level| level < zone["sl_t"][fr].as_u64().unwrap());
            let mut said = plan["unreachable"].as_array().unwrap().iter();
            assert_eq!(short, said.any(|cell| cell["zone"] == zone["zone"] && cell["fr"] == fr + 1));
        }
    }
}

#[test]
fn a_plan_of_the_store_knows_products_and_stops_and_takes_zones_and_other_targets() {
    let bench = demo();
    let plan = bench.json(&["plan"]);
    let actions = plan["actions"].as_array().unwrap();
    let patches: Vec<&Value> = actions.iter().filter(|action| action["kind"] == "patch").collect();
    assert!(
        patches.iter().all(|patch| patch["update"]["product"].as_str().is_some_and(|name| !name.is_empty()))
    );
    assert!(patches.iter().any(|patch| patch["update"]["vendor"] != ""));
    assert!(patches.iter().any(|patch| patch["stops"].as_u64().unwrap() > 0));

    let zone = plan["after"][0]["zone"].as_str().unwrap().to_owned();
    let only = bench.json(&["plan", "--zone", &zone]);
    let elsewhere = |action: &&Value| {
        action["zones"].as_array().unwrap().iter().any(|other| other.as_str() != Some(zone.as_str()))
    };
    assert_eq!(only["actions"].as_array().unwrap().iter().filter(elsewhere).count(), 0);
    assert!(only["cost"].as_f64().unwrap() < plan["cost"].as_f64().unwrap());

    // With nothing asked for there is nothing to do.
    let targets = bench.path("targets.json");
    let none: serde_json::Map<String, Value> = plan["after"]
        .as_array()
        .unwrap()
        .iter()
        .map(|zone| (zone["zone"].as_str().unwrap().to_owned(), json!([0, 0, 0, 0, 0, 0, 0])))
        .collect();
    std::fs::write(&targets, Value::Object(none).to_string()).unwrap();
    let targets = targets.display().to_string();
    let easy = bench.json(&["plan", "--target", &targets]);
    assert_eq!(easy["actions"], json!([]));

    // Dearer stops are gone round where that can be, and the plan says by which figures it was made.
    let profile = bench.path("profile.json");
    std::fs::write(&profile, r#"{"costs": {"stop": "1000"}}"#).unwrap();
    let dear = bench.json(&["plan", "--profile", &profile.display().to_string()]);
    assert_eq!(dear["costs"]["stop"], 1000.0);
    let stops = |plan: &Value| -> u64 {
        plan["actions"].as_array().unwrap().iter().filter_map(|action| action["stops"].as_u64()).sum()
    };
    assert!(stops(&dear) <= stops(&plan));
}

#[test]
fn what_cannot_be_planned_is_refused_with_the_reason() {
    let bench = demo();
    let refuse = |arguments: &[&str], code: i32, says: &str| {
        let store = bench.path("store").display().to_string();
        let output =
            cargo_bin_cmd!("plumbline").args(["--store", &store]).args(arguments).assert().code(code);
        let text = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
        assert!(text.contains(says), "{text}");
    };
    let file = bench.path("wrong.json");
    std::fs::write(&file, r#"{"Z1": [2, 2, 9, 2, 2, 2, 2]}"#).unwrap();
    let file = file.display().to_string();
    refuse(&["plan", "--target", &file], 3, "Targets are a JSON object");
    refuse(&["plan", "--zone", "Z99"], 2, "Z99");
    refuse(&["plan", "--evidence", &file], 3, "wrong.json");
    refuse(&["scenario", "rm", "none"], 2, "none");
    refuse(&["scenario", "keep", "x", "--action", "patch/none"], 2, "The plan has changed");
    refuse(&["report", "--scenario", "none", "--out", &bench.path("r.pdf").display().to_string()], 2, "none");
}

#[test]
fn scenarios_are_kept_compared_reported_and_carried_out() {
    let bench = demo();
    let plan = bench.json(&["plan"]);
    let first = plan["actions"][0]["id"].as_str().unwrap().to_owned();
    bench.json(&["scenario", "keep", "All of it", "--note", "for the board"]);
    let change = bench.json(&["scenario", "keep", "A start", "--action", &first]);
    let list = bench.json(&["scenario", "list"]);
    let rows = list["scenarios"].as_array().unwrap();
    let named = |name: &str| rows.iter().find(|row| row["name"] == name).unwrap();
    let gap = |name: &str| named(name)["gap"].as_u64().unwrap();
    assert_eq!(rows.len(), 3);
    assert!(gap("") > gap("A start") && gap("A start") > gap("All of it"));
    assert_eq!(
        gap("All of it"),
        plan["milestones"].as_array().unwrap().last().unwrap()["gap"].as_u64().unwrap()
    );
    for (row, zone) in
        named("All of it")["rows"].as_array().unwrap().iter().zip(plan["after"].as_array().unwrap())
    {
        assert_eq!(row["achieved"], zone["vector"]);
    }

    // The report tells the scenario with the same levels.
    let out = bench.path("report.json").display().to_string();
    bench.json(&["report", "--scenario", "All of it", "--out", &out]);
    let content: Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
    let sections = content["sections"].as_array().unwrap();
    let section = sections.iter().find(|section| section["id"] == "plan").unwrap();
    let tables: Vec<&Value> =
        section["blocks"].as_array().unwrap().iter().filter(|block| block["block"] == "table").collect();
    assert_eq!(tables[0]["rows"].as_array().unwrap().len(), plan["actions"].as_array().unwrap().len());
    for (row, zone) in tables[1]["rows"].as_array().unwrap().iter().zip(plan["after"].as_array().unwrap()) {
        let levels: Vec<String> = zone["vector"]
            .as_array()
            .unwrap()
            .iter()
            .map(|l| l.as_u64().map_or("-".into(), |l| l.to_string()))
            .collect();
        assert_eq!(row[2]["text"], format!("{{{}}}", levels.join("\u{a0}")));
    }

    // Taken back, it is gone.
    bench.json(&["undo", &change["change"]["id"].to_string()]);
    assert_eq!(bench.json(&["scenario", "list"])["scenarios"].as_array().unwrap().len(), 2);

    let patch = plan["actions"].as_array().unwrap().iter().find(|action| action["kind"] == "patch").unwrap();
    let id = patch["id"].as_str().unwrap();
    let before = bench.json(&["ticket", "list"]);
    let done = bench.json(&[
        "scenario",
        "carry-out",
        "--action",
        id,
        "--tickets",
        "--updates",
        "--assignee",
        "Ada",
        "--due",
        "2099-01-31",
    ]);
    let number = done["tickets"][0].as_str().unwrap();
    let after = bench.json(&["ticket", "list"]);
    let own: Vec<&Value> =
        after["tickets"].as_array().unwrap().iter().filter(|ticket| ticket["ticket"] == number).collect();
    assert_eq!(own.len(), patch["findings"].as_array().unwrap().len());
    assert!(own.iter().all(|ticket| ticket["assignee"] == "Ada" && ticket["due"] == "2099-01-31"));
    bench.json(&["undo", &done["change"]["id"].to_string()]);
    assert_eq!(bench.json(&["ticket", "list"]), before);
    bench.json(&["audit", "verify"]);
}
