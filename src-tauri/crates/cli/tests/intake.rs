//! Lists, scans, parts lists and vendors' statements by the command: again and again, with nothing lost.

#![allow(clippy::unwrap_used, missing_docs)]

mod bench;

use std::fs;

use bench::Bench;
use serde_json::{Value, json};

const JANUARY: &str = "Tag,Vendor,Product,Version,Zone,IP,Serial\nA1,Siemens,S7-1500,V2.8,Cell,10.0.0.1,SN-1001\n\
    A2,Moxa,EDS,6.0,Cell,10.0.0.2,SN-1002\n=A3,ABB,AC500,1,DMZ,10.0.0.3,\n";
const JUNE: &str = "Tag,Vendor,Product,Version,Zone,IP,Serial\nA1,Siemens,S7-1500,V2.9,Cell,10.0.0.1,SN-1001\n\
    A2,Moxa,EDS,6.0,Cell,10.0.0.2,SN-1002\nA4,WAGO,750,2,DMZ,10.0.0.4,\n";

impl Bench {
    fn works() -> Bench {
        let bench = Bench::new();
        bench.json(&["init"]);
        bench.json(&["env", "add", "Works"]);
        bench
    }

    fn write(&self, name: &str, content: &str) -> String {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path.to_string_lossy().into_owned()
    }

    fn take(&self, name: &str, content: &str) -> Value {
        let file = self.write(name, content);
        self.json(&["import", &file])["files"][0].clone()
    }

    fn asset(&self, id: &str) -> Value {
        self.json(&["asset", "show", id])["asset"].clone()
    }

    fn versions(&self) -> Vec<(String, String)> {
        let assets = self.json(&["asset", "list"])["assets"].as_array().unwrap().clone();
        let word = |v: &Value| v.as_str().unwrap().to_owned();
        assets.iter().map(|a| (word(&a["id"]), word(&a["identities"][0]["version"]))).collect()
    }

    fn undo(&self, change: &Value) {
        self.json(&["undo", &change.to_string()]);
    }
}

fn counts(file: &Value) -> [i64; 3] {
    ["added", "changed", "unchanged"].map(|name| file[name].as_i64().unwrap())
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[test]
fn twice_changes_nothing_a_newer_file_updates_and_what_is_gone_is_proposed() {
    let bench = Bench::works();
    let first = bench.take("list-2026-01.csv", JANUARY);
    assert_eq!(counts(&first), [3, 0, 0], "{first}");
    assert_eq!(first["zones"], json!(["Cell", "DMZ"]));
    assert_eq!(counts(&bench.take("list-2026-01.csv", JANUARY)), [0, 0, 3]);
    let file = bench.write("list-2026-06.csv", JUNE);
    let dry = bench.json(&["import", &file, "--dry-run"])["files"][0].clone();
    assert_eq!(counts(&dry), [1, 1, 1]);
    assert_eq!(
        bench.versions(),
        pairs(&[("=A3", "1"), ("A1", "V2.8"), ("A2", "6.0")]),
        "a dry run changes nothing"
    );
    let second = bench.take("list-2026-06.csv", JUNE);
    assert_eq!((counts(&second), &second["gone"]), (counts(&dry), &dry["gone"]), "it says the same before");
    assert_eq!(second["gone"], json!([{"kind": "asset", "id": "=A3"}]));
    assert_eq!(bench.versions(), pairs(&[("=A3", "1"), ("A1", "V2.9"), ("A2", "6.0"), ("A4", "2")]));
    assert_eq!(
        (bench.asset("=A3")["gone"].clone(), bench.asset("A1")["gone"].clone()),
        (json!(true), json!(false))
    );
    assert_eq!(second["conflicts"], json!([]), "its own old value is no conflict");

    // Taken back one after the other, newest first; an older one under a newer one stays.
    let older = bench.run(&["undo", &first["change"].to_string()]);
    assert_eq!(older.status.code(), Some(2));
    assert!(String::from_utf8(older.stderr).unwrap().contains("changed since"));
    bench.undo(&second["change"]);
    assert_eq!(bench.versions(), pairs(&[("=A3", "1"), ("A1", "V2.8"), ("A2", "6.0")]));
    bench.undo(&first["change"]);
    assert_eq!(bench.versions(), []);
    assert_eq!(bench.json(&["zone", "list"])["zones"], json!([]), "the zones it made go with it");
    assert_eq!(bench.run(&["audit", "verify"]).status.code(), Some(0));
}

#[test]
fn sources_that_differ_are_told_and_a_persons_word_stays() {
    let bench = Bench::works();
    bench.take("list.csv", JANUARY);
    let monitor = "Asset ID;IP Address;Vendor;Model;Firmware Version;MAC Address\n\
        1;10.0.0.1;Siemens;S7-1500;V2.9.4;00:11:22:33:44:55\n2;10.0.0.9;Phoenix;FL;3;00:11:22:33:44:66\n";
    let taken = bench.take("monitor.csv", monitor);
    assert_eq!(counts(&taken), [1, 1, 0]);
    assert_eq!(taken["joined"][0], json!({"at": "row 2", "asset": "A1", "by": "ip"}));
    let conflict = &taken["conflicts"][0];
    assert_eq!(
        (&conflict["kept"], &conflict["other"], &conflict["said_by"]),
        (&json!("V2.9.4"), &json!("V2.8"), &json!("list.csv"))
    );
    let shown = bench.json(&["asset", "show", "A1"]);
    let said: Vec<(&str, &str)> = shown["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|source| (source["file"].as_str().unwrap(), source["values"]["version"].as_str().unwrap()))
        .collect();
    assert_eq!(said, [("monitor.csv", "V2.9.4"), ("list.csv", "V2.8")], "both are shown");

    // By hand; then a file that says something else.
    let corrected =
        bench.json(&["asset", "set", "A2", "version=6.1", "owner=Anna", "--note", "seen at the cabinet"]);
    let newer = bench.take("list-2.csv", &JANUARY.replace("Moxa,EDS,6.0", "Moxa,EDS,5.9"));
    assert_eq!(bench.asset("A2")["identities"][0]["version"], "6.1");
    let conflict = newer["conflicts"].as_array().unwrap().iter().find(|c| c["asset"] == "A2").unwrap();
    assert_eq!(
        (&conflict["kept"], &conflict["other"], &conflict["taken"]),
        (&json!("6.1"), &json!("5.9"), &json!(false))
    );
    bench.undo(&corrected["change"]["id"]);
    assert_eq!(
        (bench.asset("A2")["identities"][0]["version"].clone(), bench.asset("A2")["owner"].clone()),
        (json!("6.0"), json!(""))
    );
    for wrong in [
        ["asset", "set", "A2", "zone=Nowhere"],
        ["asset", "set", "A2", "colour=red"],
        ["asset", "set", "A9", "name=x"],
    ] {
        assert_eq!(bench.run(&wrong).status.code(), Some(2), "{wrong:?}");
    }
}

fn scan(plugins: &[(&str, &str)]) -> String {
    let items: String = plugins
        .iter()
        .map(|(plugin, cve)| {
            let cve = if cve.is_empty() { String::new() } else { format!("<cve>{cve}</cve>") };
            format!("<ReportItem port=\"80\" severity=\"3\" pluginID=\"{plugin}\" pluginName=\"Default password on {plugin}\">{cve}</ReportItem>")
        })
        .collect();
    format!(
        "<NessusClientData_v2><Report name=\"r\"><ReportHost name=\"10.0.0.1\"><HostProperties><tag name=\"host-ip\">10.0.0.1</tag>\
         <tag name=\"HOST_END\">Tue Jun 23 15:07:52 2026</tag></HostProperties>{items}</ReportHost></Report></NessusClientData_v2>"
    )
}

#[test]
fn a_scan_finds_its_assets_and_proposes_what_it_finds_no_more() {
    let bench = Bench::works();
    bench.take("list.csv", JANUARY);
    let first = bench
        .take("scan-2026-06.nessus", &scan(&[("11", "CVE-2020-0001"), ("12", ""), ("13", "CVE-2020-0003")]));
    assert_eq!((&first["findings"], &first["joined"][0]["by"]), (&json!([3, 0]), &json!("ip")));
    let rows = bench.json(&["finding", "list"])["findings"].as_array().unwrap().clone();
    assert!(
        rows.iter()
            .all(|row| row["asset"] == "A1" && row["opened"] == "2026-06-23" && row["severity"] == "high")
    );
    let bare = rows.iter().find(|row| row["vuln"].is_null()).unwrap();
    assert_eq!(
        (&bare["id"], &bare["frs"], &bare["rule"]),
        (&json!("A1:nessus:12"), &json!([1]), &json!("text"))
    );
    let second = bench.take("scan-2026-07.nessus", &scan(&[("11", "CVE-2020-0001")]));
    assert_eq!(second["findings"], json!([0, 1]));
    assert_eq!(
        second["gone"],
        json!([{"kind": "finding", "id": "A1:CVE-2020-0003"}, {"kind": "finding", "id": "A1:nessus:12"}])
    );
    assert_eq!(
        bench.json(&["finding", "list", "--state", "open"])["findings"].as_array().unwrap().len(),
        3,
        "nothing is closed by itself"
    );
    // Worked on since: the first import stays.
    bench.json(&["finding", "acknowledge", "A1:nessus:12", "--reason", "in_work"]);
    let refused = bench.run(&["undo", &first["change"].to_string()]);
    assert!(String::from_utf8(refused.stderr).unwrap().contains("A1:nessus:12"));
    assert_eq!(bench.run(&["doctor"]).status.code(), Some(0));
}

#[test]
fn parts_become_identities_and_a_vendors_word_closes_findings_with_its_reason() {
    let bench = Bench::works();
    let bom = json!({"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"component": {
        "type": "application", "name": "Pump Suite", "version": "4.2", "supplier": {"name": "Acme"}, "bom-ref": "p"}},
        "components": [{"type": "library", "group": "org.apache", "name": "log4j-core", "version": "2.13.2",
            "purl": "pkg:maven/org.apache.logging.log4j/log4j-core@2.13.2", "bom-ref": "l",
            "components": [{"type": "library", "name": "nested", "version": "1"}]}],
        "vulnerabilities": [{"id": "CVE-2021-44228", "description": "Remote code.", "cwes": [502], "affects": [{"ref": "l"}]}]});
    let taken = bench.take("bom.json", &bom.to_string());
    assert_eq!((&taken["kind"], &taken["findings"]), (&json!("cyclonedx"), &json!([1, 0])), "{taken}");
    let asset = bench.asset("Pump Suite");
    let parts: Vec<&str> =
        asset["identities"].as_array().unwrap().iter().map(|i| i["product"].as_str().unwrap()).collect();
    assert_eq!(parts, ["Pump Suite", "log4j-core", "nested"]);
    let vex = json!({"document": {"category": "csaf_vex", "csaf_version": "2.0", "title": "t",
            "publisher": {"category": "vendor", "name": "Acme PSIRT", "namespace": "https://example.com"},
            "tracking": {"id": "ACME-1", "status": "final", "version": "1", "current_release_date": "2026-05-05T00:00:00Z",
                "initial_release_date": "2026-05-05T00:00:00Z", "revision_history": []}},
        "product_tree": {"branches": [{"category": "vendor", "name": "Acme", "branches": [{"category": "product_name", "name": "Pump Suite",
            "branches": [{"category": "product_version", "name": "4.2", "product": {"product_id": "1", "name": "x"}}]}]}]},
        "vulnerabilities": [{"cve": "CVE-2021-44228", "product_status": {"known_not_affected": ["1"]},
            "flags": [{"label": "vulnerable_code_not_present", "product_ids": ["1"]}],
            "threats": [{"category": "impact", "details": "The class was taken out.", "product_ids": ["1"]}]}]});
    let done = bench.take("vex.json", &vex.to_string());
    assert_eq!(counts(&done), [0, 1, 0]);
    assert_eq!(done["closed"][0]["vulnerability"], "CVE-2021-44228");
    let finding = bench.json(&["finding", "show", "Pump Suite:CVE-2021-44228"])["finding"].clone();
    assert_eq!(finding["row"]["state"], "excluded", "{finding}");
    let reason = finding["events"].to_string();
    for word in ["Acme PSIRT", "ACME-1", "vulnerable code not present", "The class was taken out."] {
        assert!(reason.contains(word), "{word}: {reason}");
    }
    bench.undo(&done["change"]);
    assert_eq!(bench.json(&["finding", "list"])["findings"][0]["state"], "open");
    let open = json!({"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://x/1", "author": "Acme", "timestamp": "2026-05-01T00:00:00Z",
        "statements": [{"vulnerability": {"name": "CVE-2021-44228"}, "products": [{"@id": "pkg:maven/org.apache.logging.log4j/log4j-core@2.13.2"}],
            "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path"},
            {"vulnerability": {"name": "CVE-2021-1"}, "products": [{"@id": "https://x/y"}], "status": "fixed"}, {"vulnerability": "", "status": "x"}]});
    let done = bench.take("open.vex.json", &open.to_string());
    assert_eq!((&done["kind"], done["refused"].as_array().unwrap().len()), (&json!("vex"), 2), "{done}");
    assert_eq!(done["closed"].as_array().unwrap().len(), 1, "{done}");
}

#[test]
fn a_broken_file_changes_nothing_and_several_files_go_in_each_whole() {
    let bench = Bench::works();
    let (good, bad) = (bench.write("good.csv", JANUARY), bench.write("bad.xml", "<nmaprun><host>"));
    let both = bench.run(&["import", &good, &bad]);
    assert_eq!(both.status.code(), Some(3));
    assert!(String::from_utf8(both.stderr).unwrap().contains("bad.xml, line 1"));
    assert_eq!(bench.versions(), [], "all are read before any is written");
    let other = bench.write("other.csv", JUNE);
    let done = bench.json(&["import", &good, &other]);
    assert_eq!(done["files"].as_array().unwrap().len(), 2);
    let mapping = bench.write("m.json", r#"{"columns": {"Comment": "owner"}}"#);
    let list = bench.write("c.csv", "Tag,Vendor,Product,Comment\nB1,ABB,AC500,Berta\n");
    bench.json(&["import", &list, "--mapping", &mapping, "--keep-mapping", "ours"]);
    assert_eq!(bench.asset("B1")["owner"], "Berta");
    let again = bench.write("d.csv", "Tag,Vendor,Product,Comment\nB2,ABB,AC500,Carl\n");
    bench.json(&["import", &again, "--mapping", "ours"]);
    assert_eq!(bench.asset("B2")["owner"], "Carl");
    assert_eq!(bench.run(&["import", &again, "--mapping", "theirs"]).status.code(), Some(2));
}

#[test]
fn tickets_go_out_as_a_table_and_their_states_come_back() {
    let bench = Bench::works();
    bench.take("assets.csv", "Tag,Vendor,Product,Version,Zone\n=A1,Siemens,S7,V1,Z1\nA2,Moxa,EDS,V2,Z1\n");
    bench
        .take("findings.csv", "Asset,CVE,Title,Severity\n=A1,CVE-2024-1000,x,high\nA2,CVE-2024-1001,y,low\n");
    let ids: Vec<String> = bench.json(&["finding", "list"])["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["id"].as_str().unwrap().to_owned())
        .collect();
    bench.json(&[
        "finding",
        "ticket",
        &ids[0],
        &ids[1],
        "--number",
        "=OT-1",
        "--system",
        "Jira",
        "--due",
        "2020-01-01",
    ]);
    let out = bench.path("tickets.csv");
    bench.json(&["ticket", "export", "--out", out.to_str().unwrap()]);
    let text = std::fs::read_to_string(&out).unwrap();
    assert!(text.contains("'=OT-1,Jira"), "never a formula: {text}");
    // The same table again changes nothing; states filled in, and a row for all findings of a ticket, do.
    let again = bench.json(&["import", out.to_str().unwrap()]);
    assert_eq!(again["files"][0]["tickets"], json!([0, 0, 2]));
    let file = &bench.take(
        "jira-export.csv",
        "Issue key;Status;Assignee;Resolved\n=OT-1;Done;A. Novak;30.06.2026\nOT-9;New;;\n",
    );
    assert_eq!(file["tickets"], json!([0, 2, 0]));
    assert!(file["refused"][0]["reason"].as_str().unwrap().contains("name the finding"), "{file}");
    let tickets = bench.json(&["ticket", "list"])["tickets"].clone();
    assert!(tickets.as_array().unwrap().iter().all(|t| t["status"] == "Done" && t["overdue"] == false));
    bench.undo(&file["change"]);
    let tickets = bench.json(&["ticket", "list"])["tickets"].clone();
    assert!(tickets.as_array().unwrap().iter().all(|t| t["status"] == "open" && t["overdue"] == true));
}

#[test]
fn findings_are_worked_by_the_command() {
    let bench = Bench::works();
    bench.take("assets.csv", "Tag,Vendor,Product,Version,Zone\nA1,Siemens,S7,V1,Z1\nA2,Moxa,EDS,V2,Z2\n");
    bench.take(
        "findings.csv",
        "Asset,CVE,Title,CVSS vector\nA1,CVE-2024-1000,x,CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\n\
         A2,CVE-2024-1001,y,CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\n",
    );
    let row = |at: usize| bench.json(&["finding", "list"])["findings"][at].clone();
    let decide = |arguments: &[&str]| bench.json(&[&["finding"], arguments].concat())["change"].clone();
    // By a filter in place of ids.
    let change = decide(&["defer", "--where", "zone=Z1", "--until", "2999-12-31", "--note", "shutdown"]);
    assert_eq!(
        (&change["changed"], &row(0)["deferred"], &row(1)["deferred"]),
        (&json!(1), &json!(true), &json!(false))
    );
    decide(&["undefer", "A1:CVE-2024-1000"]);
    decide(&["override", "A1:CVE-2024-1000", "--fr", "3,7", "--note", "it stops the controller"]);
    assert_eq!(row(0)["frs"], json!([3, 7]));
    let change = decide(&["patch", "A1:CVE-2024-1000", "--version", "V1.1"]);
    assert_eq!((row(1)["state"].as_str(), &bench.versions()[0].1), (Some("remediated"), &"V1.1".to_owned()));
    bench.undo(&change["id"]);
    assert_eq!(bench.versions()[0].1, "V1");
    for (wrong, code) in [
        (vec!["finding", "accept", "A1:CVE-2024-1000", "--until", "2020-01-01", "--note", "x"], 2),
        (vec!["finding", "close", "--where", "colour=red"], 2),
        (vec!["finding", "reopen", "A1:CVE-2024-1000", "--note", "x"], 2),
        (vec!["control", "cover", "CC-07", "A1:CVE-2024-1000"], 2),
        (vec!["control", "add", "--title", "x", "--sr", "SR 0.0"], 2),
    ] {
        assert_eq!(bench.fails(&wrong).0, code, "{wrong:?}");
    }
    let added = bench.json(&["control", "add", "--title", "Ports closed", "--sr", "SR 5.2", "--owner", "OT"]);
    assert_eq!(added["control"], "CC-01");
    bench.json(&["control", "cover", "CC-01", "--where", "from=network"]);
    bench.json(&["control", "set", "CC-01", "--status", "implemented", "--note", "checked on site"]);
    let control = bench.json(&["control", "list"])["controls"][0].clone();
    assert_eq!(
        (&control["open"], &control["status"], &control["owner"]),
        (&json!(1), &json!("implemented"), &json!("OT"))
    );
    bench.json(&["control", "uncover", "CC-01", "A1:CVE-2024-1000"]);
    assert_eq!(bench.json(&["control", "list"])["controls"][0]["all"], 0);
    assert_eq!(bench.json(&["audit", "verify"])["intact"], true);
}

#[test]
fn updates_are_written_down_filled_in_elsewhere_and_installed() {
    let bench = Bench::new();
    bench.json(&["init"]);
    bench.json(&["env", "add", "Works", "--id", "works"]);
    let assets = bench.path("assets.csv");
    std::fs::write(
        &assets,
        "Tag,Vendor,Product,Version,Zone\nA1,Siemens,SIMATIC S7-1500,V2.9,Z1\nA2,Siemens,SIMATIC S7-1500,V2.9,Z1\n",
    )
    .unwrap();
    let findings = bench.path("findings.csv");
    std::fs::write(
        &findings,
        "Asset,CVE,Title,Severity\nA1,CVE-2024-1000,Memory corruption,high\nA2,CVE-2024-1000,Memory corruption,high\n",
    )
    .unwrap();
    for file in [&assets, &findings] {
        bench.json(&["import", file.to_str().unwrap()]);
    }
    let added = bench.json(&[
        "patch",
        "add",
        "--vendor",
        "Siemens",
        "--product",
        "SIMATIC S7-1500",
        "--version",
        "V3.1.5",
        "--where",
        "zone=Z1",
    ]);
    assert_eq!(added["update"], "U-01");
    bench.json(&["window", "add", "--name", "Spring", "--starts", "2090-04-01", "--ends", "2090-04-03"]);
    bench.json(&["patch", "plan", "U-01", "W-01"]);
    bench.json(&["patch", "state", "U-01", "approved", "--note", "tested on the bench"]);
    let out = bench.path("updates.csv");
    bench.json(&["patch", "export", "--out", out.to_str().unwrap()]);
    let filled = std::fs::read_to_string(&out).unwrap().replacen(",approved,,", ",installed,,done", 1);
    std::fs::write(&out, filled).unwrap();
    let file = bench.json(&["import", out.to_str().unwrap()])["files"][0].clone();
    assert_eq!((&file["kind"], &file["patches"]), (&json!("patches"), &json!([1, 1])));
    let list = bench.json(&["patch", "list"])["patches"].clone();
    assert_eq!(list["updates"][0]["states"], json!({"approved": 1, "installed": 1}));
    assert_eq!(list["windows"][0]["done"], 1);
    let states: Vec<_> = bench.json(&["finding", "list"])["findings"].as_array().unwrap().to_vec();
    assert_eq!(states.iter().filter(|finding| finding["state"] == "remediated").count(), 1);
    assert!(String::from_utf8(bench.run(&["patch", "list"]).stdout).unwrap().contains("1 installed"));

    // Rules, assignments, notes, views.
    bench.json(&[
        "rules",
        "set",
        "--due",
        "7,30,90,0",
        "--team",
        "ot=Automation",
        "--second-approval",
        "yes",
    ]);
    assert_eq!(bench.json(&["rules", "show"])["rules"]["teams"], json!(["Automation", "", ""]));
    bench.json(&["finding", "assign", "--where", "state=open", "--to", "s.roth"]);
    bench.json(&["finding", "note", "--where", "assignee=s.roth", "--note", "see SR 5.1"]);
    bench.json(&["finding", "view", "keep", "Roth", "--where", "assignee=s.roth"]);
    let mine = bench.json(&["finding", "list", "--view", "Roth"])["findings"].clone();
    assert_eq!(mine.as_array().unwrap().len(), 1);
    bench.json(&[
        "finding",
        "accept",
        "--where",
        "state=open",
        "--until",
        "2090-01-01",
        "--note",
        "locked away",
    ]);
    // The one who asked is the one who runs this: nobody agrees to their own wish.
    let own = bench.run(&["finding", "approve", "--where", "approval=own"]);
    assert_eq!(own.status.code(), Some(2), "{}", String::from_utf8_lossy(&own.stderr));
    bench.json(&["finding", "decline", "--where", "approval=own"]);

    // Evidence, and suggestions for controls.
    bench.json(&["control", "add", "--title", "Cell firewall", "--sr", "SR 5.1"]);
    let attached = out.to_str().unwrap();
    bench.json(&["evidence", "attach", "control", "CC-01", attached, "--note", "the list"]);
    let files = bench.json(&["evidence", "list", "control", "CC-01"])["files"].clone();
    let folder = bench.path("copies");
    let sha256 = files[0]["sha256"].as_str().unwrap();
    bench.json(&["evidence", "save", "control", "CC-01", sha256, "--out", folder.to_str().unwrap()]);
    let copy = folder.join("plumbline updates.csv");
    assert_eq!(std::fs::read(copy).unwrap(), std::fs::read(&out).unwrap());
    let suggested = bench.json(&["control", "suggest", "--sr", "SR 5.1"]);
    assert!(suggested["mitigations"].as_array().unwrap().iter().any(|m| m["name"] == "Network Segmentation"));
    assert_eq!(
        bench.json(&["doctor"])["checks"].as_array().unwrap().iter().filter(|c| c["ok"] == false).count(),
        0
    );
}

#[test]
fn requirements_are_answered_copied_and_filled_in_elsewhere() {
    let bench = Bench::new();
    bench.json(&["demo"]);
    let zones = bench.json(&["zone", "list"])["zones"].clone();
    let [first, second] = [0, 1].map(|at: usize| zones[at]["id"].as_str().unwrap().to_owned());
    let wrong = bench.run(&["sr", "answer", &first, "SR 1.1", "--answer", "not_applicable"]);
    assert_eq!(wrong.status.code(), Some(2));
    let answered = bench.json(&[
        "sr",
        "answer",
        &first,
        "SR 1.1",
        "SR 1.2",
        "--answer",
        "met",
        "--why",
        "seen on every panel",
    ]);
    assert!(answered["change"]["changed"].as_u64().unwrap() >= 1);
    let list = bench.json(&["sr", "list", &first, "--all"])["requirements"].clone();
    assert_eq!(list["rows"].as_array().unwrap().len(), 100);
    assert_eq!(list["rows"][0]["justification"], "seen on every panel");
    let looked = bench.json(&["sr", "copy", &first, &second, "--over", "--dry-run"])["copied"].clone();
    assert_eq!(looked["change"], Value::Null);
    assert!(!looked["rows"].as_array().unwrap().is_empty());
    let out = bench.path("requirements.csv");
    bench.json(&["sr", "export", "--all", "--zone", &first, "--out", out.to_str().unwrap()]);
    let file = bench.json(&["import", out.to_str().unwrap()])["files"][0].clone();
    assert_eq!(
        (&file["kind"], &file["added"], &file["changed"]),
        (&json!("requirements"), &json!(0), &json!(0))
    );
    assert!(
        String::from_utf8(bench.run(&["sr", "list", &first]).stdout).unwrap().contains("seen on every panel")
    );
}

#[test]
fn zones_and_conduits_are_written_down_with_targets_and_reasons() {
    let bench = Bench::new();
    bench.json(&["init"]);
    bench.json(&["env", "add", "Works", "--id", "works"]);
    let site = bench.json(&["zone", "add", "--name", "Site", "--purdue", "3"])["zone"].clone();
    let cell = bench.json(&[
        "zone",
        "add",
        "--name",
        "Cell 1",
        "--parent",
        site.as_str().unwrap(),
        "--target",
        "2,2,2,1,2,2,2",
        "--why",
        "risk assessment of 12 May",
    ]);
    let cell = cell["zone"].as_str().unwrap().to_owned();
    let shown = bench.json(&["zone", "show", &cell])["zone"].clone();
    assert_eq!((&shown["depth"], &shown["target"]), (&json!(1), &json!([2, 2, 2, 1, 2, 2, 2])));
    assert_eq!(shown["targets"][0]["reason"], "risk assessment of 12 May");
    for (wrong, code) in [
        (vec!["zone", "set", &cell, "--target", "3 3 3 3 3 3 3"], 2),
        (vec!["zone", "set", &cell, "--target", "3,3"], 2),
        (vec!["zone", "set", "nowhere", "--name", "x"], 2),
        (vec!["zone", "rm", site.as_str().unwrap()], 2),
    ] {
        assert_eq!(bench.run(&wrong).status.code(), Some(code), "{wrong:?}");
    }
    let conduit = bench.json(&[
        "conduit",
        "add",
        "--from",
        site.as_str().unwrap(),
        "--to",
        &cell,
        "--protocol",
        "OPC UA",
        "--protected-by",
        "FW-01",
    ]);
    assert_eq!(conduit["conduit"], "C-01");
    bench.json(&["conduit", "set", "C-01", "--name", "Cell firewall"]);
    let conduits = bench.json(&["conduit", "list"])["conduits"].clone();
    assert_eq!(
        (&conduits[0]["name"], &conduits[0]["protocols"]),
        (&json!("Cell firewall"), &json!(["OPC UA"]))
    );
    bench.json(&["conduit", "rm", "C-01"]);
    bench.json(&["zone", "rm", &cell]);
    assert_eq!(bench.json(&["zone", "list"])["zones"].as_array().unwrap().len(), 1);
    assert_eq!(bench.json(&["audit", "verify"])["intact"], true);
}

#[test]
fn a_profile_is_tried_set_and_taken_back() {
    let bench = Bench::new();
    bench.json(&["demo"]);
    let file = bench.path("own.json");
    std::fs::write(&file, r#"{"evidence_only_cap": 1}"#).unwrap();
    let path = file.to_str().unwrap();
    let tried = bench.json(&["profile", "try", "--file", path])["zones"].clone();
    let moved = tried.as_array().unwrap().iter().filter(|zone| zone["before"] != zone["after"]).count();
    assert!(moved > 0);
    assert_eq!(bench.run(&["profile", "set", "--file", path, "--why", "board"]).status.code(), Some(2));
    let set = bench.json(&["profile", "set", "--file", path, "--name", "own/1", "--why", "board"]);
    assert_eq!(bench.json(&["profile", "show"])["profile"]["values"]["name"], "own/1");
    let assessed = bench.json(&["assess"]);
    assert_eq!(assessed["profile"]["name"], "own/1");
    for (zone, promised) in assessed["zones"].as_array().unwrap().iter().zip(tried.as_array().unwrap()) {
        assert_eq!(zone["vector"], promised["after"]);
    }
    bench.json(&["undo", &set["change"]["id"].to_string()]);
    assert_ne!(bench.json(&["assess"])["profile"]["name"], "own/1");
    assert_eq!(
        bench.run(&["profile", "try", "--file", "nowhere.json"]).status.code().map(|c| c > 1),
        Some(true)
    );
}
