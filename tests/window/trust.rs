//! Nothing lost, nothing let in, in the real window.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::Value;

use super::{
    TODAY,
    driver::{Driver, Window, built, plumbline},
    go,
};

/// What every text of the plant ends with.
const MARKUP: &str = "<img src=x onerror=\"window.pwned=1\"><script>window.pwned=1</script>";

/// Columns of the plant's tables that hold texts of people's own.
const TEXTS: [(&str, &[&str]); 8] = [
    ("acknowledgements", &["finding", "by", "reason"]),
    ("assets", &["tag", "name", "zone", "vendor", "product", "version", "serial", "owner"]),
    ("conduits", &["conduit", "name", "from_zone", "to_zone", "protocols", "protected_by"]),
    ("controls", &["control", "title", "zone", "owner"]),
    ("identities", &["tag", "vendor", "product", "version"]),
    ("monitoring", &["source"]),
    ("tickets", &["ticket", "system", "finding", "assignee"]),
    ("zones", &["zone", "name", "parent", "description"]),
];
/// The same in the evidence document.
const KEYS: [&str; 9] =
    ["id", "name", "zone", "asset", "title", "description", "justification", "control", "controls"];

fn marked(value: &mut Value, key: &str) {
    match value {
        Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| marked(value, key)),
        Value::Array(list) => list.iter_mut().for_each(|value| marked(value, key)),
        Value::String(text) if KEYS.contains(&key) && !text.is_empty() => text.push_str(MARKUP),
        _ => {}
    }
}

/// The demo plant with markup in every text.
fn hostile(to: &Path) {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/demo");
    std::fs::create_dir_all(to).expect("a folder");
    for (name, columns) in TEXTS {
        let mut reader = csv::Reader::from_path(demo.join(format!("{name}.csv"))).expect("a table");
        let mut writer = csv::Writer::from_path(to.join(format!("{name}.csv"))).expect("a table");
        let head = reader.headers().expect("a head").clone();
        writer.write_record(&head).expect("written");
        for row in reader.records() {
            let row = row.expect("a row");
            let cells = head.iter().zip(&row).map(|(column, cell)| {
                if columns.contains(&column) && !cell.is_empty() {
                    format!("{cell}{MARKUP}")
                } else {
                    cell.to_owned()
                }
            });
            writer.write_record(cells).expect("written");
        }
    }
    let text = std::fs::read_to_string(demo.join("evidence.json")).expect("the document");
    let mut document: Value = serde_json::from_str(&text).expect("JSON");
    marked(&mut document, "");
    std::fs::write(to.join("evidence.json"), document.to_string()).expect("written");
    let names =
        serde_json::json!({"company": format!("Works{MARKUP}"), "environment": format!("Plant{MARKUP}")});
    std::fs::write(to.join("plant.json"), names.to_string()).expect("written");
}

/// Nothing of what the files say became part of the page, and it is there as text.
async fn only_text(window: &Window, at: &str) {
    // What had run would have run by then.
    tokio::time::sleep(Duration::from_millis(150)).await;
    let found = window
        .ask(
            "return [window.pwned ?? null, document.querySelectorAll('img[src=\"x\"], [onerror]').length, \
             [...document.querySelectorAll('script')].filter((s) => s.textContent.includes('pwned')).length, \
             document.body.innerText.includes('<img src=x onerror=')]",
        )
        .await;
    assert_eq!(found.to_string(), "[null,0,0,true]", "{at}");
}

#[tokio::test]
async fn markup_in_files_stays_text() {
    let driver = Driver::start();
    let store = driver.folder().join("store");
    let plant = driver.folder().join("plant");
    hostile(&plant);
    plumbline(&store, &["init"]);
    plumbline(&store, &["import", &plant.to_string_lossy(), "--kind", "plant", "--environment", "e1"]);
    let id = |verb: &str, key: &str| -> String {
        let list = plumbline(&store, &[verb, "list"]);
        list[key][0]["id"].as_str().expect("an id").to_owned()
    };
    let finding = id("finding", "findings");
    plumbline(
        &store,
        &["finding", "acknowledge", &finding, "--reason", "in_work", "--note", MARKUP, "--actor", MARKUP],
    );
    plumbline(&store, &["control", "add", "--title", MARKUP, "--owner", MARKUP]);
    let (asset, zone) = (id("asset", "assets"), id("zone", "zones"));
    let report = driver.folder().join("report.html");
    plumbline(&store, &["report", "--out", &report.to_string_lossy(), "--snapshot", MARKUP]);
    let html = std::fs::read_to_string(report).expect("the report");
    assert!(!html.contains("<img src=x") && html.contains("&lt;img src=x"), "the report as a page");
    let drawing = driver.folder().join("zones.svg");
    plumbline(&store, &["system", "draw", "--out", &drawing.to_string_lossy()]);
    let svg = std::fs::read_to_string(drawing).expect("the drawing");
    assert!(!svg.contains("<img src=x") && svg.contains("&lt;img"), "the drawing");

    let window = driver.open(&["--store", &store.to_string_lossy(), "--today", TODAY]).await;
    for page in [
        "overview",
        "levels",
        "zones",
        "risk",
        "assets",
        "components",
        "findings",
        "controls",
        "requirements",
        "plan",
        "patches",
        "figures",
        "reports",
        "audit",
    ] {
        go(&window, page).await;
        window.until(page, "return document.body.innerText.includes('<img src=x onerror=')").await;
        only_text(&window, page).await;
    }
    let escaped = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02x}")).collect() };
    let drawers = [
        ("finding-drawer", format!("#/findings?id={}", escaped(&finding))),
        ("asset-drawer", format!("#/assets?id={}", escaped(&asset))),
        ("cell-drawer", format!("#/levels?zone={}&fr=3", escaped(&zone))),
    ];
    for (drawer, address) in drawers {
        window.ask(&format!("location.hash = {}", serde_json::json!(address))).await;
        window.find(drawer).await;
        only_text(&window, drawer).await;
    }
    window.picture("hostile").await;
    window.close().await;
}

#[tokio::test]
async fn a_locked_store_is_opened_by_its_passphrase_and_locked_again() {
    let driver = Driver::start();
    let (store, words) = (driver.folder().join("store"), driver.folder().join("words.txt"));
    std::fs::write(&words, "four plumb bobs").expect("written");
    plumbline(&store, &["demo"]);
    let set = Command::new(built("plumbline"))
        .args(["passphrase", "set", "--store"])
        .arg(&store)
        .env("PLUMBLINE_PASSPHRASE_FILE", &words)
        .output()
        .expect("plumbline runs");
    assert!(set.status.success());
    let window = driver.open(&["--store", &store.to_string_lossy(), "--today", TODAY]).await;
    let field = window.find("unlock-passphrase").await;
    window.picture("unlock").await;
    field.send_keys("four plumb bob").await.expect("keys arrive");
    window.click("unlock").await;
    window.until("it says so", "return document.querySelector('[aria-invalid]') !== null").await;
    let body = window.ask("return document.body.innerText").await;
    assert!(!body.as_str().unwrap_or_default().contains("Ostermoor"), "nothing of the plant is to be seen");
    window.press("s").await;
    let field = window.find("unlock-passphrase").await;
    field.clear().await.expect("cleared");
    field.send_keys("four plumb bobs").await.expect("keys arrive");
    window.click("unlock").await;
    window.find("nav-overview").await;
    go(&window, "levels").await;
    window.find("cell-DMZ-1").await;
    go(&window, "settings").await;
    window.picture("settings-encrypted").await;
    window.click("encryption-lock").await;
    window.find("unlock").await;
    let body = window.ask("return document.body.innerText").await;
    assert!(!body.as_str().unwrap_or_default().contains("Ostermoor"), "nothing of the plant is to be seen");
    window.close().await;
}

#[tokio::test]
async fn the_window_is_killed_at_work_and_nothing_is_lost() {
    for n in 0..8_u64 {
        let driver = Driver::start();
        let (store, window) = driver.open_demo().await;
        let before = plumbline(&store, &["audit", "log"])["rows"].as_array().expect("rows").len();
        window.ask("location.hash = '#/reports/new'").await;
        window.click("report-kind-executive").await;
        window.click("report-env-demo").await;
        window.click("report-preset-shown").await;
        window.click("report-generate").await;
        tokio::time::sleep(Duration::from_millis(n * 120)).await;
        let mut kill = Command::new("pkill");
        kill.args(["-9", "-f", &format!("plumbline-desktop --store {}", store.display())]);
        let killed = kill.stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(killed.expect("pkill runs").success(), "there was a window to kill");
        drop(window);
        let doctor = plumbline(&store, &["doctor"]);
        assert_eq!(doctor["sound"], true, "kill {n}: {doctor}");
        let log = plumbline(&store, &["audit", "log"]);
        let rows = log["rows"].as_array().expect("rows").len();
        let reports = plumbline(&store, &["kept", "list"])["reports"].as_array().expect("reports").len();
        assert_eq!(rows - before, reports, "kill {n}: a report and its row, or neither");
    }
}

#[test]
fn without_a_display_it_says_so() {
    let store = tempfile::tempdir().expect("a folder");
    for display in [None, Some(":4711")] {
        let mut command = Command::new(built("plumbline-desktop"));
        command.arg("--store").arg(store.path()).env_remove("WAYLAND_DISPLAY").env_remove("DISPLAY");
        command.envs(display.map(|display| ("DISPLAY", display)));
        let output = command.output().expect("it runs");
        let words = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{words}");
        assert!(words.contains("no display") && !words.contains("panicked"), "{words}");
    }
}
