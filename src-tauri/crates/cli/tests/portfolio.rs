//! Publishing from laptops into one database, and reading it, by the command.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

mod bench;
#[path = "../../portfolio/tests/server/mod.rs"]
mod server;

use bench::Bench;
use serde_json::{Value, json};
use server::{PASSWORD, Server};

fn ask(bench: &Bench, arguments: &[&str]) -> Value {
    let mut command = bench.command(&[arguments, &["--json"]].concat());
    let output = command.env("PLUMBLINE_PG_PASSWORD", PASSWORD).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn code(bench: &Bench, arguments: &[&str]) -> (i32, String) {
    let output = bench.command(arguments).env("PLUMBLINE_PG_PASSWORD", PASSWORD).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn plants_of_two_laptops_are_seen_together_as_each_is_assessed() {
    let server = Server::start();
    let address = server.address();
    let (one, two) = (Bench::new(), Bench::new());
    for bench in [&one, &two] {
        bench.json(&["demo"]);
    }
    assert_eq!(code(&one, &["portfolio", "list"]).0, 2, "it is not known where it is");
    assert_eq!(code(&one, &["portfolio", "list", "--from", &address]).0, 2, "nothing was published yet");
    assert_eq!(code(&one, &["publish", "--to", &address]).0, 2, "a demo goes out only when it is named");
    let with_password = address.replace("plumbline@", "plumbline:secret@");
    let (refused, words) = code(&one, &["publish", "--to", &with_password, "--environment", "demo"]);
    assert!(refused == 2 && !words.contains("secret"), "{words}");
    // Kept reports go out with the day they are of.
    for (name, day) in [("Q1", "2026-03-31"), ("Q2", "2026-05-31")] {
        let file = one.path(&format!("{name}.html"));
        one.json(&[
            "report",
            "--out",
            file.to_str().unwrap(),
            "--to",
            day,
            "--from",
            "2026-01-01",
            "--snapshot",
            name,
        ]);
    }
    let publish = ["publish", "--to", &address, "--environment", "demo", "--plant", "Example/Works"];
    let first = ask(&one, &publish);
    assert_eq!(first["published"]["added"], 3);
    let before = server.dump();
    let again = ask(&one, &publish);
    assert_eq!((&again["published"]["added"], &again["published"]["unchanged"]), (&json!(0), &json!(3)));
    assert_eq!(server.dump(), before, "the same again changes nothing");
    ask(&two, &["publish", "--to", &address, "--environment", "demo"]);
    let last = &one.json(&["audit", "log"])["rows"][0];
    assert_eq!(last["action"], "portfolio.published");

    one.json(&["portfolio", "use", &address]);
    let list = ask(&one, &["portfolio", "list"]);
    assert_eq!(list["plants"].as_array().unwrap().len(), 2);
    // What the database says is what the assessment says, on each of the days.
    for day in ["2026-03-31", "2026-05-31", "2026-06-30"] {
        let from = if day == "2026-06-30" { "2025-12-30" } else { "2026-01-01" };
        let assessed = one.json(&["assess", "--as-of", day, "--from", from]);
        let shown = ask(&one, &["portfolio", "show", "Example/Works", "--as-of", day]);
        let zones = assessed["zones"].as_array().unwrap();
        let told: Vec<&Value> =
            shown["plant"]["zones"].as_array().unwrap().iter().map(|zone| &zone["achieved"]).collect();
        assert_eq!(told, zones.iter().map(|zone| &zone["vector"]).collect::<Vec<_>>(), "{day}");
        let gap: u64 = zones
            .iter()
            .flat_map(|zone| zone["cells"].as_array().unwrap())
            .filter_map(|cell| cell["gap"].as_u64())
            .sum();
        assert_eq!(shown["plant"]["plant"]["day"]["gap"], gap, "{day}");
        let open = assessed["findings"]
            .as_object()
            .unwrap()
            .values()
            .filter(|finding| finding["state"] == "open")
            .count();
        assert_eq!(shown["plant"]["plant"]["day"]["open"], open, "{day}");
    }
    let trend = ask(&one, &["portfolio", "trend", "--months", "6"]);
    let plants: Vec<u64> =
        trend["months"].as_array().unwrap().iter().map(|month| month["plants"].as_u64().unwrap()).collect();
    assert_eq!(plants, [0, 0, 1, 1, 1, 2]);
    let text = one.command(&["portfolio", "list"]).env("PGPASSWORD", PASSWORD).output().unwrap();
    assert!(String::from_utf8(text.stdout).unwrap().contains("Example/Works"));

    // Offline and for an assessor nothing goes out; a wrong password is told.
    assert_eq!(code(&one, &["--offline", "portfolio", "list"]).0, 5);
    assert_eq!(code(&one, &["--assessor", "publish", "--environment", "demo"]).0, 2);
    let wrong = one.command(&["portfolio", "list"]).env("PLUMBLINE_PG_PASSWORD", "x").output().unwrap();
    assert_eq!(wrong.status.code(), Some(5));
    ask(&one, &["portfolio", "remove", "Example/Works"]);
    assert_eq!(code(&one, &["portfolio", "show", "Example/Works"]).0, 2);
    assert_eq!(ask(&one, &["portfolio", "list"])["plants"].as_array().unwrap().len(), 1);
}
