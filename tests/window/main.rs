//! The main job in the real window: demo plant → security levels → report, as a new user does it, with every
//! number held against what the command says of the same store.

#![cfg(unix)]
#![allow(missing_docs)]

mod driver;
mod keyboard;
mod trust;

use std::{path::Path, process::Command};

use driver::{Driver, Window, plumbline};
use serde_json::Value;

const TODAY: &str = "2026-06-30";

/// The heat map as the page shows it: zone, FR, achieved, target; in the page's order.
async fn shown(window: &Window) -> Vec<(String, String, String, String)> {
    window.find("nav-levels").await;
    window.until("the heat map appears", "return document.querySelectorAll('[data-fr]').length > 0").await;
    let cells = window
        .ask("return [...document.querySelectorAll('[data-fr]')].map(c => [c.dataset.zone, c.dataset.fr, c.dataset.achieved, c.dataset.target])")
        .await;
    let word = |v: &Value| v.as_str().expect("a word").to_owned();
    cells
        .as_array()
        .expect("cells")
        .iter()
        .map(|c| (word(&c[0]), word(&c[1]), word(&c[2]), word(&c[3])))
        .collect()
}

/// The same by the command.
fn computed(store: &Path) -> Vec<(String, String, String, String)> {
    let assessment = plumbline(store, &["assess"]);
    let mut cells = Vec::new();
    for zone in assessment["zones"].as_array().expect("zones") {
        for cell in zone["cells"].as_array().expect("cells") {
            let fr = cell["fr"].as_u64().expect("a number");
            cells.push((
                zone["id"].as_str().expect("an id").to_owned(),
                fr.to_string(),
                cell["achieved"].as_u64().map(|l| l.to_string()).unwrap_or_default(),
                zone["sl_t"][fr as usize - 1].to_string(),
            ));
        }
    }
    cells
}

async fn go(window: &Window, page: &str) {
    window.click(&format!("nav-{page}")).await;
    window.until(page, &format!("return location.hash.startsWith('#/{page}')")).await;
}

/// What a cell's finding needs so that acknowledging it alone lifts a level, found by trying each one on the
/// evidence document: zone, FR, finding.
fn lifting(store: &Path, folder: &Path) -> (String, String, String) {
    let file = folder.join("evidence.json");
    let before = plumbline(store, &["assess", "--evidence-out", &file.to_string_lossy()]);
    let document: Value = serde_json::from_slice(&std::fs::read(&file).expect("the document")).expect("JSON");
    let levels = |assessment: &Value| -> Vec<(String, u64, Option<u64>)> {
        let zones = assessment["zones"].as_array().expect("zones").clone();
        zones
            .iter()
            .flat_map(|z| z["cells"].as_array().expect("cells").iter().map(move |c| (z, c)))
            .map(|(z, c)| {
                (
                    z["id"].as_str().expect("an id").to_owned(),
                    c["fr"].as_u64().expect("a number"),
                    c["achieved"].as_u64(),
                )
            })
            .collect()
    };
    for (index, finding) in document["findings"].as_array().expect("findings").iter().enumerate() {
        let id = finding["id"].as_str().expect("an id");
        let verdict = &before["findings"][id];
        if verdict["state"] != "open" || verdict["triaged"] == true {
            continue;
        }
        let mut with = document.clone();
        let event = serde_json::json!({"at": format!("{TODAY}T12:00:00Z"), "kind": "acknowledged"});
        with["findings"][index]["events"].as_array_mut().expect("events").push(event);
        std::fs::write(&file, with.to_string()).expect("written");
        let after = plumbline(store, &["assess", "--evidence", &file.to_string_lossy()]);
        for (was, is) in levels(&before).into_iter().zip(levels(&after)) {
            if was != is && verdict["frs"].as_array().expect("FRs").contains(&was.1.into()) {
                return (was.0, was.1.to_string(), id.to_owned());
            }
        }
    }
    panic!("the demo plant has no finding whose acknowledgement alone lifts a level")
}

#[tokio::test]
async fn the_main_job_end_to_end() {
    let driver = Driver::start();
    let store = driver.folder().join("store");
    let place = store.to_string_lossy().into_owned();
    let window = driver.open(&["--store", &place, "--today", TODAY]).await;

    // First start: the demo plant.
    window.find("start-empty").await;
    window.picture("start").await;
    window.click("start-demo").await;
    window.find("nav-overview").await;
    window.find("next-action").await;
    window.picture("overview").await;

    // The heat map is what the command computes from the same store.
    go(&window, "levels").await;
    assert_eq!(shown(&window).await, computed(&store));
    window.picture("levels").await;

    // A cell explains itself, and a lever answers at once.
    let (zone, fr, finding) = lifting(&store, driver.folder());
    let cell = format!("cell-{zone}-{fr}");
    window.click(&cell).await;
    window.find("cell-drawer").await;
    let assessment = plumbline(&store, &["assess"]);
    let of = |assessment: &Value| -> u64 {
        let zones = assessment["zones"].as_array().expect("zones");
        let found = zones.iter().find(|z| z["id"] == *zone).expect("the zone");
        found["cells"][fr.parse::<usize>().expect("a number") - 1]["achieved"].as_u64().expect("a level")
    };
    let before = of(&assessment);
    assert!(window.text("cell-level").await.contains(&format!("SL-A {before}")));
    window.click("lever-triage").await;
    window
        .until(
            "the lever's answer",
            "return document.querySelector('[data-testid=what-if] .figure') !== null",
        )
        .await;
    assert!(window.text("what-if").await.contains(&format!("SL-A {before} →")));
    window.picture("levels-drawer").await;

    // From the cell to the finding; acknowledged, the level follows.
    window.click(&format!("cell-finding-{finding}")).await;
    window.find("finding-drawer").await;
    window.picture("finding-drawer").await;
    window.click("drawer-decide").await;
    window.click("reason-in_work").await;
    window.click("decide-confirm").await;
    window.find("undo").await;
    window.picture("acknowledged").await;
    go(&window, "levels").await;
    let after = plumbline(&store, &["assess"]);
    assert_eq!(after["findings"][&finding]["triaged"], true);
    assert!(of(&after) > before, "the level of {zone} FR {fr} stays {before}");
    let css = format!(
        "return document.querySelector('[data-testid=\"{cell}\"]')?.dataset.achieved === '{}'",
        of(&after)
    );
    window.until("the level follows", &css).await;
    assert_eq!(shown(&window).await, computed(&store));

    // Every other page shows itself.
    for (page, sign) in [("zones", "zone"), ("assets", "asset"), ("findings", "finding"), ("audit", "audit")]
    {
        go(&window, page).await;
        let row = format!("return document.querySelector('[data-testid^=\"{sign}-\"]') !== null");
        window.until(&format!("rows of {page}"), &row).await;
        window.picture(page).await;
    }

    // The report, by the guided way.
    go(&window, "reports").await;
    window.click("generate-report-first").await;
    window.click("report-kind-iec62443").await;
    window.click("report-env-demo").await;
    window.click("report-preset-shown").await;
    window.picture("report-new").await;
    // Its pages are looked at before it is made.
    window.click("report-preview").await;
    let drawn = "const page = document.querySelector('[data-testid=preview-page]'); return page !== null && page.naturalWidth > 300";
    window.until("the first page", drawn).await;
    window.click("preview-next").await;
    window.until("the second page", drawn).await;
    window.picture("report-preview").await;
    window.click("report-generate").await;
    window
        .until("the report is listed", "return document.querySelector('[data-testid^=report-row-]') !== null")
        .await;
    window.find("report-open").await;
    window.picture("reports").await;
    let kept = plumbline(&store, &["kept", "list"]);
    assert_eq!(kept["reports"].as_array().expect("reports").len(), 1, "{kept}");
    let file = driver.folder().join("report.pdf");
    let id = kept["reports"][0]["id"].as_str().expect("an id");
    plumbline(&store, &["kept", "save", id, "--out", &file.to_string_lossy()]);
    let text = Command::new("pdftotext").arg("-layout").arg(&file).arg("-").output().expect("pdftotext runs");
    let text: String = String::from_utf8_lossy(&text.stdout).split_whitespace().collect();
    for zone in after["zones"].as_array().expect("zones") {
        let level = |v: &Value| v.as_u64().map_or_else(|| "-".to_owned(), |n| n.to_string());
        let vector: String = zone["vector"].as_array().expect("seven").iter().map(level).collect();
        assert!(text.contains(&format!("{{{vector}}}")), "{vector} of {} is not in the report", zone["id"]);
        let name: String = zone["name"].as_str().expect("a name").split_whitespace().collect();
        assert!(text.contains(&name), "{name} is not in the report");
    }
    for id in after["findings"].as_object().expect("findings").keys() {
        assert!(text.contains(id.as_str()), "finding {id} is not in the report");
    }

    // German, dark; then as it was.
    go(&window, "settings").await;
    window.click("language-de").await;
    window.click("theme-dark").await;
    window.until("German", "return document.documentElement.lang === 'de'").await;
    window.picture("settings-german-dark").await;
    go(&window, "levels").await;
    assert_eq!(shown(&window).await, computed(&store));
    window.picture("levels-german-dark").await;
    window.close().await;

    // What was done is there at the next start, and the log holds.
    let window = driver.open(&["--store", &place, "--today", TODAY]).await;
    go(&window, "levels").await;
    assert_eq!(shown(&window).await, computed(&store));
    window.close().await;
    assert_eq!(plumbline(&store, &["audit", "verify"])["intact"], true);
    let log = plumbline(&store, &["audit", "log"]);
    let actions: Vec<&str> =
        log["rows"].as_array().expect("rows").iter().filter_map(|r| r["action"].as_str()).collect();
    assert_eq!(actions[..2], ["report.kept", "finding.acknowledged"]);
}

/// The keyboard alone: from the start to an acknowledged finding and back.
#[tokio::test]
async fn the_keyboard_alone_gets_there() {
    let driver = Driver::start();
    let store = driver.folder().join("store");
    let place = store.to_string_lossy().into_owned();
    let window = driver.open(&["--demo", "--store", &place, "--today", TODAY]).await;
    window.find("nav-overview").await;

    // The palette goes anywhere.
    window.press("\u{e009}k\u{e000}").await;
    window.find("palette-input").await;
    window.press("find").await;
    window.picture("palette").await;
    window.press("\u{e007}").await;
    window.until("the findings", "return location.hash.startsWith('#/findings')").await;
    window.until("rows", "return document.querySelector('[data-testid^=finding-F]') !== null").await;

    // j, a, Enter; the finding is acknowledged.
    window.press("j").await;
    window.press("j").await;
    window.press("a").await;
    window.find("decide-note").await;
    window.press("\u{e007}").await;
    window.find("undo").await;
    let log = plumbline(&store, &["audit", "log"]);
    assert_eq!(log["rows"][0]["action"], "finding.acknowledged");
    window.click("undo").await;
    window.until("undone", "return document.querySelector('[data-testid=undo]') === null").await;
    let log = plumbline(&store, &["audit", "log"]);
    assert_eq!(log["rows"][0]["action"], "change.undone");
    window.close().await;
}

/// A page of NVD: one entry that surely applies to the demo plant's switches of Moxa, one that may to its router.
fn feed() -> Value {
    let entry = |id: &str, text: &str, product: &str, version: &str, below: Option<&str>| {
        let mut range = serde_json::json!({
            "vulnerable": true, "matchCriteriaId": "0",
            "criteria": format!("cpe:2.3:o:{product}_firmware:{version}:*:*:*:*:*:*:*"),
        });
        if let Some(below) = below {
            range["versionEndExcluding"] = below.into();
        }
        serde_json::json!({"cve": {
            "id": id, "sourceIdentifier": "x@example.com", "published": "2026-05-02T03:04:05.678",
            "lastModified": "2026-05-03T00:00:00.000", "vulnStatus": "Analyzed", "metrics": {}, "weaknesses": [],
            "descriptions": [{"lang": "en", "value": text}], "references": [],
            "configurations": [{"nodes": [{"operator": "OR", "negate": false, "cpeMatch": [range]}]}],
        }})
    };
    serde_json::json!({
        "resultsPerPage": 2, "startIndex": 0, "totalResults": 2, "format": "NVD_CVE", "version": "2.0",
        "timestamp": "2026-06-01T08:00:00.000", "vulnerabilities": [
            entry("CVE-2026-90001", "A long frame stops the switch. It starts again.", "moxa:eds-g508e", "*", Some("6.2")),
            entry("CVE-2026-90002", "The router asks nobody for a password.", "siemens:scalance_m876-4", "-", None),
        ],
    })
}

/// What the feeds know becomes findings where it is sure, and waits for a person where it is not.
#[tokio::test]
async fn matching_in_the_window() {
    let driver = Driver::start();
    let store = driver.folder().join("store");
    let place = store.to_string_lossy().into_owned();
    let page = driver.folder().join("page.json");
    std::fs::write(&page, feed().to_string()).expect("written");
    plumbline(&store, &["demo"]);
    let window = driver.open(&["--store", &place, "--today", TODAY]).await;
    go(&window, "intelligence").await;
    window.until("nothing known", "return document.querySelector('.empty') !== null").await;
    window.picture("intelligence-empty").await;

    plumbline(&store, &["intel", "import", &page.to_string_lossy()]);
    go(&window, "levels").await;
    go(&window, "intelligence").await;
    let status = plumbline(&store, &["intel", "status"]);
    assert_eq!(status["sources"][0]["records"], 2);
    let cells = window
        .ask("return [...document.querySelectorAll('[data-testid=intel-source-nvd] td')].map(c => c.textContent.trim())")
        .await;
    assert_eq!((&cells[0], &cells[2]), (&"2".into(), &"58 days, old".into()), "{cells}");

    let there = || async {
        let findings = plumbline(&store, &["finding", "list"]);
        let rows = findings["findings"].as_array().expect("findings").clone();
        let of = |id: &str| rows.iter().filter(|row| row["vuln"] == *id).count();
        (of("CVE-2026-90001"), of("CVE-2026-90002"))
    };
    let sure = plumbline(&store, &["match", "--dry-run"])["match"]["added"].as_u64().expect("a number");
    assert!(sure > 0);
    assert_eq!(there().await, (0, 0));
    window.click("match").await;
    window.find("toast").await;
    window.find("review-group").await;
    window.picture("intelligence").await;
    assert_eq!(there().await, (usize::try_from(sure).expect("small"), 0));

    // The router waits; its finding comes with the decision and goes with it.
    assert!(window.text("review-group").await.contains("CVE-2026-90002"));
    window.click("review-note").await;
    window.press("Seen at the cabinet").await;
    window.click("confirm-all").await;
    window
        .until("nothing waits", "return document.querySelector('[data-testid=review-group]') === null")
        .await;
    assert_eq!(there().await.1, 1);
    window.picture("intelligence-decided").await;
    window.click("undo").await;
    window.find("review-group").await;
    assert_eq!(there().await.1, 0);

    // A finding says why it is there.
    let findings = plumbline(&store, &["finding", "list"]);
    let rows = findings["findings"].as_array().expect("findings");
    let id = rows.iter().find(|row| row["vuln"] == "CVE-2026-90001").expect("it is there")["id"].clone();
    window
        .ask(&format!(
            "location.hash = '#/findings?env=demo&state=open&id={}'; return true",
            id.as_str().expect("an id")
        ))
        .await;
    let drawer = window.text("finding-drawer").await;
    assert!(drawer.contains("CVE-2026-90001"), "{drawer}");
    let script = "return document.querySelector('[data-testid=finding-drawer]').textContent.includes('names eds-g508e firmware')";
    window.until("the reason", script).await;
    window.picture("finding-reason").await;
    window.close().await;
    assert_eq!(plumbline(&store, &["audit", "verify"])["intact"], true);
}

/// An asset that two files know: who says what, a correction by hand, and back.
#[tokio::test]
async fn an_asset_is_corrected_in_the_window() {
    let driver = Driver::start();
    let store = driver.folder().join("store");
    let place = store.to_string_lossy().into_owned();
    plumbline(&store, &["init"]);
    plumbline(&store, &["env", "add", "Works"]);
    let list = driver.folder().join("register.csv");
    std::fs::write(&list, "Tag;Hersteller;Typ;Stand;IP\n=A1+K01;Siemens;SCALANCE XC208;4.10;10.0.0.1\n=A1+K02;Moxa;EDS;;10.0.0.2\n")
        .expect("written");
    plumbline(&store, &["import", &list.to_string_lossy()]);
    let monitor = driver.folder().join("monitor.csv");
    std::fs::write(
        &monitor,
        "Asset ID,IP,Vendor,Model,Firmware Version\n7,10.0.0.1,Siemens,SCALANCE XC208,4.20\n",
    )
    .expect("written");
    plumbline(&store, &["import", &monitor.to_string_lossy()]);
    let version = |of: usize| {
        let shown = plumbline(&store, &["asset", "list"]);
        shown["assets"][of]["identities"][0]["version"].as_str().unwrap_or_default().to_owned()
    };

    let window = driver.open(&["--store", &place, "--today", TODAY]).await;
    go(&window, "assets").await;
    window
        .until(
            "the unrecognised one comes first",
            "return document.querySelector('[data-testid^=\"asset-\"]')?.textContent.includes('=A1+K02')",
        )
        .await;
    window.click("asset-=A1+K01").await;
    window.find("asset-source").await;
    let drawer = window.text("asset-drawer").await;
    for word in ["register.csv", "monitor.csv", "4.10", "4.20"] {
        assert!(drawer.contains(word), "{word}: {drawer}");
    }
    window.picture("asset-sources").await;
    window.click("asset-correct").await;
    window.picture("asset-form").await;
    let field = window.find("asset-version").await;
    field.clear().await.expect("cleared");
    field.send_keys("4.30").await.expect("typed");
    window.click("asset-save").await;
    window.find("undo").await;
    assert!([version(0), version(1)].contains(&"4.30".to_owned()));
    window.click("undo").await;
    window.until("undone", "return document.querySelector('[data-testid=undo]') === null").await;
    assert!([version(0), version(1)].contains(&"4.20".to_owned()));
    window.click("assets-import").await;
    window.find("import-files").await;
    window.picture("import").await;
    window.close().await;
    assert_eq!(plumbline(&store, &["audit", "verify"])["intact"], true);
}

/// Findings worked in the window: a control written down and covering a finding, one put off, one closed, and back.
#[tokio::test]
async fn findings_are_worked_in_the_window() {
    let driver = Driver::start();
    let store = driver.folder().join("store");
    let place = store.to_string_lossy().into_owned();
    plumbline(&store, &["init"]);
    plumbline(&store, &["env", "add", "Works"]);
    for (name, text) in [
        (
            "assets.csv",
            "Tag,Vendor,Product,Version,Zone\nA1,Siemens,S7-1500,V2.8,Cell\nA2,Moxa,EDS,6.0,Cell\n",
        ),
        (
            "findings.csv",
            "Asset,CVE,Title,CVSS vector\nA1,CVE-2024-1000,Memory corruption,CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\nA2,CVE-2024-1001,Weak password,CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\n",
        ),
    ] {
        let file = driver.folder().join(name);
        std::fs::write(&file, text).expect("written");
        plumbline(&store, &["import", &file.to_string_lossy()]);
    }
    let finding = |at: usize| plumbline(&store, &["finding", "list"])["findings"][at].clone();

    let window = driver.open(&["--store", &place, "--today", TODAY]).await;
    go(&window, "controls").await;
    window.click("control-new").await;
    let title = window.find("control-title").await;
    title.send_keys("Deny everything but OPC UA").await.expect("typed");
    window.click("control-save").await;
    window.find("control-CC-01").await;
    window.picture("controls").await;

    go(&window, "findings").await;
    window.find("finding-A1:CVE-2024-1000").await;
    window.press("j").await;
    window.press("c").await;
    window.find("decide-control").await;
    window
        .until(
            "the control is offered",
            "const s = document.querySelector('[data-testid=decide-control]'); if (!s || s.options.length < 2) return false; s.value = 'CC-01'; s.dispatchEvent(new Event('change', { bubbles: true })); return true",
        )
        .await;
    window.click("decide-confirm").await;
    window.find("undo").await;
    assert_eq!(plumbline(&store, &["control", "list"])["controls"][0]["open"], 1);

    window.click("finding-A2:CVE-2024-1001").await;
    window.click("drawer-decide").await;
    window.click("act-defer").await;
    let until = window.find("decide-until").await;
    until.send_keys("2099-12-31").await.expect("typed");
    let note = window.find("decide-note").await;
    note.send_keys("next shutdown").await.expect("typed");
    window.picture("deferring").await;
    window.click("decide-confirm").await;
    window
        .until(
            "deferred",
            "return document.querySelector('[data-testid=finding-drawer]')?.textContent.includes('next shutdown')",
        )
        .await;
    assert_eq!(finding(1)["deferred"], true);
    window.click("undo").await;
    window.until("undone", "return document.querySelector('[data-testid=undo]') === null").await;
    assert_eq!(finding(1)["deferred"], false);

    // Given to somebody, then an update is planned for it and installed on its own page.
    go(&window, "findings").await;
    window.click("finding-A2:CVE-2024-1001").await;
    window.click("drawer-decide").await;
    window.click("act-assign").await;
    let who = window.find("decide-assignee").await;
    who.send_keys("s.roth").await.expect("typed");
    window.click("decide-confirm").await;
    window
        .until(
            "assigned",
            "return document.querySelector('[data-testid=finding-drawer]')?.textContent.includes('s.roth')",
        )
        .await;
    assert_eq!(finding(1)["assignee"], "s.roth");
    window.click("drawer-decide").await;
    window.click("act-update").await;
    for (field, text) in [("update-product", "EDS"), ("update-version", "6.1")] {
        let field = window.find(field).await;
        field.send_keys(text).await.expect("typed");
    }
    window.click("decide-confirm").await;
    window
        .until(
            "planned",
            "return document.querySelector('[data-testid=finding-drawer] a[href*=\"patches\"]') !== null",
        )
        .await;
    go(&window, "patches").await;
    let row = window.find("update-U-01").await;
    row.find(fantoccini::Locator::Css("a")).await.expect("its link").click().await.expect("opened");
    window
        .until(
            "the state is chosen",
            "const s = document.querySelector('[data-testid=patch-state]'); if (!s) return false; s.value = 'installed'; s.dispatchEvent(new Event('change', { bubbles: true })); return true",
        )
        .await;
    window.picture("updates").await;
    window.click("patch-set").await;
    window.find("undo").await;
    assert_eq!(finding(1)["state"], "remediated");
    let asset = plumbline(&store, &["asset", "list"])["assets"][1].clone();
    assert_eq!(asset["identities"][0]["version"], "6.1");
    go(&window, "figures").await;
    window.find("figure-all-").await;
    window.picture("figures").await;
    window.close().await;
    assert_eq!(plumbline(&store, &["audit", "verify"])["intact"], true);
}

/// Sets a select or field of the page, as a person does.
async fn set(window: &Window, id: &str, value: &str) {
    window
        .until(
            id,
            &format!(
                "const s = document.querySelector('[data-testid=\"{id}\"]'); if (!s || s.disabled) return false; s.value = '{value}'; s.dispatchEvent(new Event('input', {{ bubbles: true }})); s.dispatchEvent(new Event('change', {{ bubbles: true }})); return true"
            ),
        )
        .await;
}

#[tokio::test]
async fn zones_are_drawn_and_their_risk_assessed_in_the_window() {
    let driver = Driver::start();
    let (store, window) = driver.open_demo().await;
    go(&window, "zones").await;
    window.find("drawing").await;
    let zones = plumbline(&store, &["zone", "list"])["zones"].as_array().expect("zones").clone();
    let drawn = window
        .ask("return [...document.querySelectorAll('a.zone:not(.external)')].map(a => a.dataset.testid)")
        .await;
    assert_eq!(drawn.as_array().expect("zones").len(), zones.len());
    window.picture("zones-drawn").await;

    // A zone is dragged; what is drawn follows, and goes back with undo.
    let left =
        |name: &str| format!("return document.querySelector('[data-testid=\"drawn-{name}\"]').offsetLeft");
    let ops = window.ask(&left("OPS")).await;
    window
        .ask(
            "const a = document.querySelector('[data-testid=\"drawn-OPS\"]'); const r = a.getBoundingClientRect(); const at = (type, x, y, on) => on.dispatchEvent(new PointerEvent(type, { bubbles: true, button: 0, clientX: x, clientY: y })); at('pointerdown', r.x + 20, r.y + 20, a); at('pointermove', r.x + 20 + 600, r.y + 30, window); at('pointerup', r.x + 20 + 600, r.y + 30, window)",
        )
        .await;
    window.find("undo").await;
    window.until("it stands elsewhere", &format!("{} !== {ops}", left("OPS"))).await;
    window.picture("zones-moved").await;
    window.click("undo").await;
    window.until("it stands where it stood", &format!("{} === {ops}", left("OPS"))).await;

    // The risk of a zone, to its target.
    go(&window, "risk").await;
    window.find("risk-OPS").await;
    window.ask("document.querySelector('[data-testid=\"risk-OPS\"] a').click()").await;
    for (field, value) in [("initial-likelihood", "3"), ("initial-consequence", "4")] {
        set(&window, field, value).await;
    }
    set(&window, "scenario-start", "ransomware").await;
    for (field, value) in [
        ("unmitigated-likelihood", "3"),
        ("unmitigated-consequence", "4"),
        ("residual-likelihood", "0"),
        ("residual-consequence", "3"),
    ] {
        set(&window, field, value).await;
    }
    window.click("risk-aims").await;
    window.click("risk-take").await;
    set(&window, "risk-reason-3", "programs are loaded from here").await;
    window.picture("risk").await;
    window.click("risk-save").await;
    window.find("agree-name").await;
    set(&window, "agree-name", "A. Weber").await;
    window.click("agree-save").await;
    window.find("risk-approved").await;
    window.picture("risk-approved").await;
    let risk = plumbline(&store, &["risk", "show", "OPS"])["risk"].clone();
    // 4 × 5 = 20 over 4: CRRF 5, SL 4 for the FRs that stand against it, nothing for the others.
    assert_eq!(risk["target"], serde_json::json!([0, 0, 4, 0, 4, 0, 4]));
    assert_eq!(risk["approved"]["name"], "A. Weber");
    let zone = plumbline(&store, &["zone", "show", "OPS"])["zone"].clone();
    assert_eq!(zone["target"], risk["target"]);
    go(&window, "components").await;
    window.find("capability-OPS").await;
    window.picture("components").await;
    go(&window, "levels").await;
    window
        .until("the months", "return document.querySelectorAll('[data-testid^=history-]').length === 14")
        .await;
    assert_eq!(shown(&window).await, computed(&store));
    window.picture("levels-history").await;
    window.close().await;
    assert_eq!(plumbline(&store, &["audit", "verify"])["intact"], true);
}

/// What is copied reaches the clipboard, as text and as a picture.
#[tokio::test]
async fn maps_charts_and_tables_are_copied_in_the_window() {
    let driver = Driver::start();
    let (_store, window) = driver.open_demo().await;
    go(&window, "levels").await;
    window.find("history").await;
    for (way, said) in [("copy-csv", "CSV"), ("copy-svg", "SVG"), ("copy-png", "PNG")] {
        window.click(way).await;
        let copied = format!(
            "return document.querySelector('[data-testid=toast]')?.textContent.includes('copied as {said}')"
        );
        window.until(way, &copied).await;
    }
    // A chart has its menu, with the same numbers as a table.
    window.ask("document.querySelector('[data-testid=history] [aria-haspopup]').click()").await;
    window.click("menu-copy-png").await;
    window.until("the chart", "return document.querySelector('[data-testid=toast]')?.textContent.includes('month by month copied as PNG')").await;
    window.ask("document.querySelector('[data-testid=history] [aria-haspopup]').click()").await;
    window.click("menu-as-table").await;
    window
        .until(
            "the table",
            "return document.querySelectorAll('[data-testid=history] .scroll tbody tr').length === 14",
        )
        .await;
    window.picture("chart-table").await;
    // What was put there last is text: it comes back where it is pasted.
    go(&window, "findings").await;
    window.until("rows", "return document.querySelector('[data-testid^=finding-F]') !== null").await;
    window.press("\u{e009}k\u{e000}").await;
    window.find("palette-input").await;
    window.press("copy table").await;
    window.press("\u{e007}").await;
    window.until("the rows", "return document.querySelector('[data-testid=toast]')?.textContent.includes('Findings copied as CSV')").await;
    window.ask("document.querySelector('input[type=search]').focus()").await;
    window.press("\u{e009}v\u{e000}").await;
    window
        .until(
            "what was copied",
            "return document.querySelector('input[type=search]').value.startsWith('id,state,severity')",
        )
        .await;
    window.close().await;
}

/// The plan in the window: an action switched off, kept as a scenario, turned into work, and back.
#[tokio::test]
async fn the_plan_is_tried_and_turned_into_work_in_the_window() {
    let driver = Driver::start();
    let store = driver.folder().join("store");
    let place = store.to_string_lossy().into_owned();
    plumbline(&store, &["demo"]);
    let plan = plumbline(&store, &["plan"]);
    let actions = plan["actions"].as_array().expect("actions").len();
    let tickets =
        |store: &Path| plumbline(store, &["ticket", "list"])["tickets"].as_array().expect("tickets").len();
    let before = tickets(&store);

    let window = driver.open(&["--store", &place, "--today", TODAY]).await;
    go(&window, "plan").await;
    window.find("plan-now").await;
    let all = format!("{actions} of {actions}");
    let now = window.text("plan-now").await;
    assert!(now.contains(&all), "{now} is not {all}, what the command plans");
    window.picture("plan").await;
    window
        .until(
            "the first action is off",
            "const box = document.querySelector('[data-testid=plan-actions] li input[type=checkbox]'); \
             if (box.checked) box.click(); return !box.checked",
        )
        .await;
    let some = format!("{} of {actions}", actions - 1);
    window
        .until(
            "the levels are those without it",
            &format!(
                "return document.querySelector('[data-testid=plan-now]').textContent.includes('{some}')"
            ),
        )
        .await;
    window.click("plan-keep").await;
    window.find("scenario-name").await.send_keys("Without the first").await.expect("typed");
    window.click("scenario-keep").await;
    window.find("scenario-1-open").await;
    let kept = plumbline(&store, &["scenario", "list"]);
    assert_eq!(kept["scenarios"][1]["actions"].as_array().expect("actions").len(), actions - 1);
    window.picture("plan-scenario").await;
    window.click("plan-work").await;
    window.click("work-go").await;
    window.until("written", "return document.querySelector('[data-testid=work-form]') === null").await;
    assert!(tickets(&store) > before);
    window.click("undo").await;
    window.until("undone", "return document.querySelector('[data-testid=undo]') === null").await;
    assert_eq!(tickets(&store), before);
    window.close().await;
    assert_eq!(plumbline(&store, &["audit", "verify"])["intact"], true);
}
