//! Intelligence and matching by the command, as a pipeline uses them.

#![allow(clippy::unwrap_used, missing_docs)]

mod bench;

use std::fs;

use bench::Bench;
use serde_json::{Value, json};

/// A page of NVD with a router firmware of which versions below 2.3 are affected.
fn nvd(cves: &[Value]) -> Value {
    let vulnerabilities: Vec<Value> = cves.iter().map(|cve| json!({"cve": cve})).collect();
    json!({
        "resultsPerPage": cves.len(), "startIndex": 0, "totalResults": cves.len(), "format": "NVD_CVE",
        "version": "2.0", "timestamp": "2026-06-01T08:00:00.000", "vulnerabilities": vulnerabilities,
    })
}

fn cve(id: &str, modified: &str, product: &str, end: &str) -> Value {
    json!({
        "id": id, "sourceIdentifier": "x@example.com", "published": "2026-01-02T03:04:05.678",
        "lastModified": modified, "vulnStatus": "Analyzed", "cveTags": [], "a_field_of_tomorrow": {"x": [1]},
        "descriptions": [{"lang": "es", "value": "no"}, {"lang": "en", "value": "A long request stops the router. More."}],
        "metrics": {"cvssMetricV31": [{"source": "nvd@nist.gov", "type": "Primary", "cvssData": {
            "version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}}]},
        "weaknesses": [{"source": "nvd@nist.gov", "type": "Primary", "description": [{"lang": "en", "value": "CWE-787"}]}],
        "configurations": [{"operator": "AND", "nodes": [
            {"operator": "OR", "negate": false, "cpeMatch": [{
                "vulnerable": true, "criteria": format!("cpe:2.3:o:acme:{product}_firmware:*:*:*:*:*:*:*:*"),
                "versionEndExcluding": end, "matchCriteriaId": "0"}]},
            {"operator": "OR", "negate": false, "cpeMatch": [{
                "vulnerable": false, "criteria": format!("cpe:2.3:h:acme:{product}:-:*:*:*:*:*:*:*"), "matchCriteriaId": "1"}]},
        ]}],
        "references": [{"url": "https://example.com/a", "source": "x", "tags": []}],
    })
}

/// An advisory on a controller: fixed in V4.5 but for one order number that stays affected.
fn advisory() -> Value {
    json!({
        "document": {
            "category": "csaf_security_advisory", "csaf_version": "2.0", "title": "Controllers of Acme",
            "publisher": {"category": "vendor", "name": "Acme", "namespace": "https://example.com"},
            "tracking": {"id": "ACME-26-01", "status": "final", "version": "1", "current_release_date": "2026-05-05T00:00:00Z",
                "initial_release_date": "2026-05-05T00:00:00Z", "revision_history": []},
        },
        "product_tree": {"branches": [{"category": "vendor", "name": "Acme", "branches": [
            {"category": "product_name", "name": "Controller 15 (6ES7511-1AK01-0AB0)", "branches": [
                {"category": "product_version_range", "name": "vers:all/<V4.5", "product": {"product_id": "1", "name": "a"}}]},
            {"category": "product_name", "name": "Controller family", "branches": [
                {"category": "product_version_range", "name": "vers:all/*", "product": {"product_id": "2", "name": "b"}}]},
        ]}]},
        "vulnerabilities": [{
            "cve": "CVE-2026-0002", "cwe": {"id": "CWE-306", "name": "x"},
            "notes": [{"category": "summary", "text": "Nobody is asked for a password."}],
            "product_status": {"known_affected": ["1", "2", "not in the tree"]},
            "remediations": [{"category": "vendor_fix", "details": "Update to V4.5", "product_ids": ["1"]}],
            "scores": [{"products": ["1"], "cvss_v3": {"vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}],
        }],
    })
}

impl Bench {
    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path.to_string_lossy().into_owned()
    }

    /// Vulnerability and verdict of each match of each row.
    fn matches(&self, list: &str) -> Vec<Vec<(String, String, String)>> {
        let file = self.write("list.csv", list);
        let output = self.run(&["match", "--assets", &file]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .map(|line| {
                let line: Value = serde_json::from_str(line).unwrap();
                let word = |m: &Value, name: &str| m[name].as_str().unwrap().to_owned();
                line["matches"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|m| (word(m, "cve"), word(m, "verdict"), word(m, "source")))
                    .collect()
            })
            .collect()
    }
}

fn one(cve: &str, verdict: &str, source: &str) -> Vec<(String, String, String)> {
    vec![(cve.to_owned(), verdict.to_owned(), source.to_owned())]
}

#[test]
fn takes_every_format_in_and_matches_a_loose_list() {
    let bench = Bench::new();
    let page = nvd(&[cve("CVE-2026-0001", "2026-05-01T00:00:00.000", "router_9", "2.3")]).to_string();
    let packed = {
        use std::io::Write;
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(page.as_bytes()).unwrap();
        gz.finish().unwrap()
    };
    bench.write("feeds/nvd/page.json.gz", packed);
    bench.write("feeds/csaf/acme-26-01.json", advisory().to_string());
    bench.write("feeds/csaf/acme-26-01.json.sha512", "0000");
    let kev = json!({"title": "t", "catalogVersion": "1", "dateReleased": "2026-06-01T00:00:00Z", "count": 1, "vulnerabilities": [
        {"cveID": "CVE-2026-0002", "dateAdded": "2026-05-20", "dueDate": "2026-06-10", "requiredAction": "Act.", "knownRansomwareCampaignUse": "Known"}]});
    let kev = bench.write("kev.json", kev.to_string());
    let epss = bench.write(
        "epss.csv",
        "#model_version:v1,score_date:2026-06-01T00:00:00Z\ncve,epss,percentile\nCVE-2026-0001,0.2,0.9\n",
    );
    let feeds = bench.path("feeds").to_string_lossy().into_owned();
    let done = bench.json(&["intel", "import", &feeds, &kev, &epss]);
    let added: Vec<(&str, u64)> = done["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["kind"].as_str().unwrap(), f["added"].as_u64().unwrap()))
        .collect();
    assert_eq!(added, [("csaf", 1), ("nvd", 1), ("kev", 1), ("epss", 1)]);

    let status = bench.json(&["intel", "status"]);
    assert_eq!(status["schema"], "plumbline-intel-status/1");
    let nvd = status["sources"].as_array().unwrap().iter().find(|s| s["id"] == "nvd").unwrap().clone();
    assert_eq!(nvd["records"], 1);
    assert_eq!(nvd["newest"], "2026-05-01T00:00:00Z");
    assert_eq!(nvd["age_days"], 60);
    assert!(status["notice"].as_str().unwrap().contains("NVD API"));

    let answers = bench.matches(
        "id,vendor,product,version\n\
         1,Acme,Router 9,2.2\n2,Acme,router-9 firmware,2.3\n3,ACME Inc.,Controller 15,V4.4 HF1\n\
         4,Acme,6ES7 511-1AK01-0AB0,V4.5\n5,Acme,Controller 77,1.0\n6,Beta,Router 9,1.0\n7,Acme,Router 9,\n",
    );
    assert_eq!(answers[0], one("CVE-2026-0001", "affected", "nvd"));
    assert_eq!(answers[1], one("CVE-2026-0001", "not_affected", "nvd"));
    assert_eq!(answers[2], one("CVE-2026-0002", "affected", "csaf"));
    assert_eq!(answers[3], one("CVE-2026-0002", "not_affected", "csaf"));
    assert_eq!(answers[4], one("CVE-2026-0002", "unknown", "csaf"), "one of the family");
    assert_eq!(answers[5], vec![], "another vendor's");
    assert_eq!(answers[6], one("CVE-2026-0001", "unknown", "nvd"), "no version");
}

#[test]
fn the_same_again_changes_nothing_and_older_never_wins() {
    let bench = Bench::new();
    let new = nvd(&[cve("CVE-2026-0001", "2026-05-02T00:00:00.000", "router_9", "2.5")]);
    let old = nvd(&[cve("CVE-2026-0001", "2026-05-01T00:00:00.000", "router_9", "2.3")]);
    let new = bench.write("new.json", new.to_string());
    let old = bench.write("old.json", old.to_string());
    bench.json(&["intel", "import", &new]);
    for file in [&new, &old] {
        let done = bench.json(&["intel", "import", file]);
        let file = &done["files"][0];
        assert_eq!((&file["added"], &file["changed"]), (&json!(0), &json!(0)), "{done}");
    }
    assert_eq!(
        bench.matches("vendor,product,version\nAcme,Router 9,2.4\n")[0],
        one("CVE-2026-0001", "affected", "nvd")
    );
    let newer = nvd(&[cve("CVE-2026-0001", "2026-05-03T00:00:00.000", "router_9", "2.2")]);
    let newer = bench.write("newer.json", newer.to_string());
    assert_eq!(bench.json(&["intel", "import", &newer])["files"][0]["changed"], 1);
    assert_eq!(
        bench.matches("vendor,product,version\nAcme,Router 9,2.4\n")[0],
        one("CVE-2026-0001", "not_affected", "nvd"),
        "what the older form claimed is gone"
    );
}

#[test]
fn a_wrong_entry_is_told_and_skipped_a_broken_file_changes_nothing() {
    let bench = Bench::new();
    let good = cve("CVE-2026-0001", "2026-05-02T00:00:00.000", "router_9", "2.5");
    let mut wrong = cve("CVE-2026-0003", "2026-05-02T00:00:00.000", "router_9", "2.5");
    wrong["lastModified"] = json!(17);
    let page = nvd(&[wrong, good]).to_string();
    let file = bench.write("page.json", &page);
    let done = bench.json(&["intel", "import", &file]);
    assert_eq!(done["files"][0]["added"], 1);
    let refused = done["files"][0]["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 1);
    assert!(refused[0]["at"].as_str().unwrap().contains("CVE-2026-0003"), "{done}");

    let before = fs::read(bench.path("store").join("intelligence.db")).unwrap();
    let more = nvd(&[cve("CVE-2026-0009", "2026-05-02T00:00:00.000", "router_9", "2.5")]).to_string();
    let whole = bench.write("more/a.json", &more);
    for (name, content) in [
        ("cut.json", page.as_bytes()[..page.len() - 30].to_vec()),
        ("page.json.gz", vec![0x1f, 0x8b, 8, 0, 1, 2, 3]),
        ("page.html", b"<html>Bad gateway</html>".to_vec()),
        ("archive.zip", b"PK\x03\x04rubbish".to_vec()),
    ] {
        let broken = bench.write(name, content);
        let output = bench.run(&["intel", "import", &whole, &broken]);
        if name == "page.html" {
            // One that is no feed beside one that is: told, not fatal.
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(text.contains("holds no NVD page"), "{text}");
            continue;
        }
        assert_eq!(output.status.code(), Some(3), "{name}");
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(complaint.contains(name), "{complaint}");
        if name == "cut.json" {
            assert_eq!(fs::read(bench.path("store").join("intelligence.db")).unwrap(), before, "{name}");
        }
    }
    let missing = bench.run(&["intel", "import", "no-such-file.json"]);
    assert_eq!(missing.status.code(), Some(3));
}

#[test]
fn an_environment_gets_findings_and_a_person_decides_the_rest() {
    let bench = Bench::new();
    bench.json(&["init"]);
    bench.write("plant/zones.csv", "zone,name,purdue_level,safety_related,SL-T IAC,SL-T UC,SL-T SI,SL-T DC,SL-T RDF,SL-T TRE,SL-T RA\nZ1,Cell,1,no,2,2,2,2,2,2,2\n");
    bench.write(
        "plant/assets.csv",
        "tag,name,zone,vendor,product,version,serial,ip,mac,component_type,criticality,lifecycle,owner\n\
         A1,r1,Z1,Acme,Router 9,2.2,,,,network device,high,active,IT\n\
         A2,r2,Z1,ACME,router-9,2.2,,,,network device,low,active,IT\n\
         A3,c1,Z1,Acme,Controller 77,1.0,,,,embedded device,low,active,IT\n",
    );
    bench.write(
        "plant/evidence.json",
        json!({"method": "plumbline-sl/1", "as_of": "2026-06-30", "period_from": "2026-01-01", "monitoring": {},
            "zones": [{"id": "Z1", "name": "Cell", "sl_t": [2, 2, 2, 2, 2, 2, 2]}],
            "assets": [{"id": "A1", "zone": "Z1", "identified": true}, {"id": "A2", "zone": "Z1", "identified": true}, {"id": "A3", "zone": "Z1", "identified": true}],
            "findings": [], "controls": [], "sr_assessments": []})
        .to_string(),
    );
    let plant = bench.path("plant").to_string_lossy().into_owned();
    bench.json(&["import", &plant, "--kind", "plant", "--environment", "works"]);
    assert_eq!(bench.run(&["match"]).status.code(), Some(2), "nothing to match against yet");
    let page = nvd(&[cve("CVE-2026-0001", "2026-05-01T00:00:00.000", "router_9", "2.3")]);
    let page = bench.write("page.json", page.to_string());
    let csaf = bench.write("csaf.json", advisory().to_string());
    bench.json(&["intel", "import", &page, &csaf]);

    let rows = |bench: &Bench| bench.json(&["finding", "list"])["findings"].as_array().unwrap().clone();
    let dry = bench.json(&["match", "--dry-run"]);
    assert_eq!((&dry["match"]["added"], &dry["match"]["review"]), (&json!(2), &json!(1)), "{dry}");
    assert!(rows(&bench).is_empty());
    assert_eq!(dry["match"]["change"], json!(null), "what was only tried cannot be taken back");
    // What was found is taken back whole, and found again.
    let change = bench.json(&["match"])["match"]["change"].to_string();
    assert_eq!(rows(&bench).len(), 2);
    bench.json(&["finding", "undo", &change]);
    assert!(rows(&bench).is_empty());
    // What somebody built on is not taken away under their hands.
    let change = bench.json(&["match"])["match"]["change"].to_string();
    let id = rows(&bench)[0]["id"].as_str().unwrap().to_owned();
    bench.json(&["finding", "acknowledge", &id, "--reason", "in_work"]);
    assert_ne!(bench.run(&["finding", "undo", &change]).status.code(), Some(0));
    assert_eq!(rows(&bench).len(), 2);
    let found = rows(&bench);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["vuln"], "CVE-2026-0001");
    assert_eq!(found[0]["title"], "A long request stops the router");
    assert_eq!(found[0]["tier"], 3);
    assert_eq!(bench.json(&["match"])["match"]["added"], 0, "once is enough");
    let shown = bench.json(&["finding", "show", found[0]["id"].as_str().unwrap()]);
    assert_eq!(shown["finding"]["origin"]["record"], "CVE-2026-0001");
    assert_eq!(shown["finding"]["origin"]["level"], "high");

    let review = bench.json(&["match", "--explain"]);
    let group = &review["review"]["groups"][0];
    assert_eq!(group["matches"][0]["vulnerability"], "CVE-2026-0002");
    assert_eq!(group["matches"][0]["settles"], "family");
    let key = group["key"].as_str().unwrap();
    let done = bench.json(&["match", "--confirm", key, "--note", "it is one"]);
    assert_eq!(done["match"]["added"], 1);
    assert_eq!(rows(&bench).len(), 3);
    assert_eq!(bench.json(&["match", "--explain"])["review"]["groups"], json!([]));
    let change = done["match"]["change"].as_i64().unwrap().to_string();
    bench.json(&["finding", "undo", &change]);
    assert_eq!(rows(&bench).len(), 2, "the finding goes with the decision");
    bench.json(&["match", "--reject", key]);
    assert_eq!(bench.json(&["match"])["match"]["rejected"], 1);
    assert_eq!(rows(&bench).len(), 2);
    assert_eq!(bench.json(&["match", "--explain"])["review"]["decided"][0]["confirmed"], false);
    assert_eq!(bench.run(&["match", "--confirm", "no/such/identity"]).status.code(), Some(2));

    // The source takes its word back: nothing is closed, a person is asked.
    let doubts = |bench: &Bench| {
        let review = bench.json(&["match", "--explain"]);
        let doubted = review["review"]["doubted"].as_array().unwrap().clone();
        doubted.iter().map(|d| (d["tag"].clone(), d["why"].clone(), d["source"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(doubts(&bench), []);
    let fixed = nvd(&[cve("CVE-2026-0001", "2026-06-02T00:00:00.000", "router_9", "2.2")]);
    bench.json(&["intel", "import", &bench.write("fixed.json", fixed.to_string())]);
    let row = |tag: &str, why: &str| (json!(tag), json!(why), json!("nvd"));
    assert_eq!(doubts(&bench), [row("A1", "not_affected"), row("A2", "not_affected")]);
    let done = bench.json(&["match"]);
    assert_eq!(
        (&done["match"]["contradicted"], &done["match"]["withdrawn"]),
        (&json!(2), &json!(0)),
        "{done}"
    );
    let mut rejected = cve("CVE-2026-0001", "2026-06-03T00:00:00.000", "router_9", "2.3");
    rejected["vulnStatus"] = json!("Rejected");
    bench.json(&["intel", "import", &bench.write("rejected.json", nvd(&[rejected]).to_string())]);
    assert_eq!(doubts(&bench), [row("A1", "withdrawn"), row("A2", "withdrawn")]);
    let done = bench.json(&["match"]);
    assert_eq!(
        (&done["match"]["contradicted"], &done["match"]["withdrawn"]),
        (&json!(0), &json!(2)),
        "{done}"
    );
    assert_eq!(rows(&bench).len(), 2, "both are still open");
    assert_eq!(bench.run(&["audit", "verify"]).status.code(), Some(0));
}

#[test]
fn a_bundle_carries_everything_to_another_machine_and_only_whole() {
    let bench = Bench::new();
    let page = nvd(&[cve("CVE-2026-0001", "2026-05-01T00:00:00.000", "router_9", "2.3")]);
    let page = bench.write("page.json", page.to_string());
    let csaf = bench.write("csaf.json", advisory().to_string());
    bench.json(&["intel", "import", &page, &csaf]);
    let file = bench.path("feeds.plb").to_string_lossy().into_owned();
    let made = bench.json(&["intel", "export-bundle", &file]);
    let since = bench.path("since.plb").to_string_lossy().into_owned();
    let part = bench.json(&["intel", "export-bundle", &since, "--since", "2026-05-04"]);
    assert!(part["bundle"]["lines"].as_u64() < made["bundle"]["lines"].as_u64());

    let other = Bench::new();
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let flipped = other.write("flipped.plb", &bytes);
    let output = other.run(&["intel", "import-bundle", &flipped]);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(other.json(&["intel", "status"])["sources"], json!([]));

    let taken = other.json(&["intel", "import-bundle", &file]);
    assert_eq!(taken["bundle"]["trust"], "first");
    assert_eq!(taken["bundle"]["fingerprint"], made["bundle"]["fingerprint"]);
    let list = "vendor,product,version\nAcme,Router 9,2.2\nAcme,Controller 15,V4.4\n";
    assert_eq!(other.matches(list), bench.matches(list));
    assert_eq!(other.matches(list)[0], one("CVE-2026-0001", "affected", "nvd"));
    // Named to the general import it is the same; what is there already stays.
    let again = other.json(&["intel", "import", &file]);
    assert!(
        again["files"].as_array().unwrap().iter().all(|f| f["added"] == 0 && f["changed"] == 0),
        "{again}"
    );

    // Another maker's is refused until its fingerprint is accepted.
    let stranger = Bench::new();
    stranger.json(&["intel", "import", &stranger.write("page.json", fs::read(&page).unwrap())]);
    let theirs = stranger.path("theirs.plb").to_string_lossy().into_owned();
    let their_key = stranger.json(&["intel", "export-bundle", &theirs])["bundle"]["fingerprint"].clone();
    let refused = other.run(&["intel", "import-bundle", &theirs]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&refused.stderr).contains(their_key.as_str().unwrap()));
    let accepted = other.json(&["intel", "import-bundle", &theirs, "--accept", their_key.as_str().unwrap()]);
    assert_eq!(accepted["bundle"]["trust"], "accepted");
}

#[test]
fn the_way_to_the_network_is_kept_and_used() {
    use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    // A proxy is asked for the whole address of a plain request, and to connect to that of a secret one.
    let proxy = runtime.block_on(MockServer::start());
    runtime.block_on(Mock::given(any()).respond_with(ResponseTemplate::new(407)).mount(&proxy));
    let bench = Bench::new();
    assert_eq!(
        bench.json(&["intel", "network"])["network"],
        json!({"proxy": null, "ca_file": null, "offline": false})
    );
    assert_eq!(bench.run(&["intel", "network", "--proxy", "http://a:b@proxy"]).status.code(), Some(2));
    bench.json(&["intel", "network", "--proxy", &proxy.uri()]);
    assert_eq!(bench.json(&["intel", "network"])["network"]["proxy"], proxy.uri());
    let sync = ["intel", "sync", "--source", "kev", "--kev-url", "https://feeds.invalid/kev.json"];
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("plumbline"));
    let mut running = command.arg("--store").arg(bench.path("store")).args(sync).spawn().unwrap();
    let start = std::time::Instant::now();
    while runtime.block_on(proxy.received_requests()).unwrap().is_empty() {
        assert!(start.elapsed().as_secs() < 60, "the proxy that is kept is not asked");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    // It would go on asking for minutes.
    running.kill().unwrap();
    running.wait().unwrap();
    bench.json(&["intel", "network", "--forget"]);
    assert_eq!(
        bench.json(&["intel", "network"])["network"],
        json!({"proxy": null, "ca_file": null, "offline": false})
    );
}

#[test]
fn synchronising_takes_each_source_whole_and_goes_on_from_there() {
    use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::path};
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = runtime.block_on(MockServer::start());
    let mount = |mock: Mock| runtime.block_on(mock.mount(&server));
    mount(Mock::given(path("/nvd")).respond_with(|request: &Request| {
        let changed = request.url.query_pairs().any(|(key, _)| key == "lastModStartDate");
        let cves = if changed {
            vec![]
        } else {
            vec![cve("CVE-2026-0001", "2026-05-01T00:00:00.000", "router_9", "2.3")]
        };
        ResponseTemplate::new(200).set_body_json(nvd(&cves))
    }));
    mount(Mock::given(path("/kev")).respond_with(ResponseTemplate::new(404)));
    let bench = Bench::new();
    let at = |path: &str| format!("{}{path}", server.uri());
    let (nvd_url, kev_url) = (at("/nvd"), at("/kev"));
    let sync = |sources: &str| {
        let arguments =
            ["intel", "sync", "--source", sources, "--base-url", &nvd_url, "--kev-url", &kev_url, "--json"];
        let output = bench.run(&arguments);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code().unwrap(), answer)
    };
    let (code, answer) = sync("nvd");
    assert_eq!(
        (code, &answer["sources"][0]["added"], &answer["sources"][0]["news"]),
        (0, &json!(1), &json!("came")),
        "{answer}"
    );
    assert_eq!(
        bench.matches("vendor,product,version\nAcme,Router 9,2.2\n")[0],
        one("CVE-2026-0001", "affected", "nvd")
    );
    let (code, answer) = sync("nvd");
    assert_eq!((code, &answer["sources"][0]["news"]), (0, &json!("empty")), "{answer}");
    let asked = runtime.block_on(server.received_requests()).unwrap();
    assert!(
        asked.last().unwrap().url.query().unwrap().contains("lastModStartDate=2026-06-01T07%3A50"),
        "{:?}",
        asked.last()
    );
    assert!(!bench.path("store/intelligence-staging/nvd").exists(), "what was taken is not kept twice");
    let (code, answer) = sync("nvd,kev");
    assert_eq!((code, &answer["sources"][1]["news"]), (5, &json!("failed")), "{answer}");
    assert!(answer["sources"][1]["error"].as_str().unwrap().contains("404"));
    assert_eq!(sync("nvd,nowhere").0, 2);
}

#[test]
fn advice_is_what_lifecycle_advisory_and_weakness_say_with_the_source_named() {
    let bench = Bench::new();
    bench.json(&["init"]);
    bench.write("plant/zones.csv", "zone,name,purdue_level,safety_related,SL-T IAC,SL-T UC,SL-T SI,SL-T DC,SL-T RDF,SL-T TRE,SL-T RA\nZ1,Cell,1,no,2,2,2,2,2,2,2\n");
    bench.write(
        "plant/assets.csv",
        "tag,name,zone,vendor,product,version,serial,ip,mac,component_type,criticality,lifecycle,owner\n\
         A1,c1,Z1,Acme,Controller 15,V4.4,,,,embedded device,high,active,IT\n\
         A2,c2,Z1,Acme,Controller 15,V4.4,,,,embedded device,low,end of support,IT\n\
         A3,x1,Z1,Other Works,Panel,1.0,,,,host device,low,active,IT\n",
    );
    let finding = |id: &str, asset: &str| {
        json!({"id": id, "asset": asset, "vuln": "CVE-2026-0002", "title": "No password", "cwes": ["CWE-306"],
            "severity": "high", "fix": "available", "opened": "2026-06-01"})
    };
    let assets = ["A1", "A2", "A3"].map(|id| json!({"id": id, "zone": "Z1", "identified": true}));
    bench.write(
        "plant/evidence.json",
        json!({"method": "plumbline-sl/1", "as_of": "2026-06-30", "period_from": "2026-01-01", "monitoring": {},
            "zones": [{"id": "Z1", "name": "Cell", "sl_t": [2, 2, 2, 2, 2, 2, 2]}], "assets": assets,
            "findings": [finding("F1", "A1"), finding("F2", "A2"), finding("F3", "A3")],
            "controls": [], "sr_assessments": []})
        .to_string(),
    );
    let plant = bench.path("plant").to_string_lossy().into_owned();
    bench.json(&["import", &plant, "--kind", "plant", "--environment", "works"]);
    let mut csaf = advisory();
    csaf["product_tree"]["branches"][0]["branches"].as_array_mut().unwrap().push(json!({
        "category": "product_name", "name": "Gateway 7", "product": {"product_id": "3", "name": "c"}}));
    csaf["vulnerabilities"][0]["product_status"]["known_affected"] = json!(["1", "2", "3"]);
    let remedies = csaf["vulnerabilities"][0]["remediations"].as_array_mut().unwrap();
    remedies.push(json!({"category": "workaround", "details": "Switch the <b>web server</b> off\u{1b}[31m",
        "url": "https://example.com/acme-26-01", "product_ids": ["1", "2"]}));
    remedies.push(json!({"category": "mitigation", "details": "Only for the gateway", "url": "javascript:alert(1)", "product_ids": ["3"]}));
    let csaf = bench.write("csaf.json", csaf.to_string());
    bench.json(&["intel", "import", &csaf]);

    let document = bench.json(&["advice"]);
    assert_eq!(document["schema"], "plumbline-advice/1");
    assert_eq!(document["environments"][0]["environment"], "works");
    let rows = document["environments"][0]["advice"].as_array().unwrap();
    let of = |kind: &str| rows.iter().filter(|row| row["kind"] == kind).collect::<Vec<_>>();
    let replace = of("replace");
    assert_eq!((replace.len(), &replace[0]["tags"], &replace[0]["findings"]), (1, &json!(["A2"]), &json!(1)));
    // What the advisory says of Acme's controller is nothing to another maker's panel.
    let fixes = of("vendor_fix");
    assert_eq!(fixes.len(), 2);
    assert_eq!(
        (&fixes[0]["product"], &fixes[0]["text"]),
        (&json!("Controller 15"), &json!("Update to V4.5"))
    );
    assert_eq!(fixes[0]["sources"][0], json!({"publisher": "Acme", "advisory": "ACME-26-01", "url": ""}));
    assert_eq!((&fixes[0]["findings"], &fixes[0]["by_cve_only"]), (&json!(2), &json!(false)));
    assert_eq!((&fixes[1]["product"], &fixes[1]["text"]), (&json!("Panel"), &json!("")));
    let workaround = of("workaround")[0];
    assert_eq!(workaround["text"], "Switch the <b>web server</b> off[31m");
    assert_eq!(workaround["sources"][0]["url"], "https://example.com/acme-26-01");
    assert_eq!(workaround["finding_ids"], json!(["F1", "F2"]));
    assert!(of("mitigation").is_empty(), "it is meant for another product: {document}");
    let protect: Vec<&Value> = of("protect").iter().map(|row| &row["component_type"]).collect();
    assert_eq!(protect, [&json!("embedded_device"), &json!("host_device")]);
    assert!(!of("protect")[0]["mitigations"].as_array().unwrap().is_empty());

    // Before the findings were opened there was nothing to do about them, and the advisory was not published either.
    let early = bench.json(&["advice", "--environment", "works", "--as-of", "2026-05-01"]);
    let early: Vec<&Value> =
        early["environments"][0]["advice"].as_array().unwrap().iter().map(|row| &row["kind"]).collect();
    assert_eq!(early, ["replace"]);
    let text = String::from_utf8(bench.run(&["advice"]).stdout).unwrap();
    assert!(
        text.contains("Install the vendor's fix\n    Acme Controller 15, embedded device: 2 assets"),
        "{text}"
    );
    assert!(text.contains("said by Acme ACME-26-01 https://example.com/acme-26-01"), "{text}");
    assert!(text.contains("MITRE"), "{text}");
    assert_eq!(bench.run(&["advice", "--environment", "nowhere"]).status.code(), Some(2));
}
