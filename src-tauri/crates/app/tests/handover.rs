//! The handover package: made, checked, forged, taken in.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod works;

use std::{
    collections::BTreeMap,
    io::{Cursor, Read, Write},
    path::{Path, PathBuf},
};

use feeds::bundle::SigningKey;
use plumbline_app::{
    Failure, Session, Watch,
    handover::{Manifest, verify},
    view,
    watch::Unwatched,
};
use sha2::{Digest, Sha256};
use works::{clock, decision, plant, rows, session};

fn request(formats: &[&str]) -> view::HandoverRequest {
    view::HandoverRequest {
        report: view::ReportRequest {
            scenario: String::new(),
            kind: "iec62443".to_owned(),
            environments: vec!["works".to_owned()],
            from: "2026-01-01".to_owned(),
            to: "2026-03-02".to_owned(),
            format: "pdf".to_owned(),
            without: Vec::new(),
            compare_with: None,
            floor: String::new(),
            layers: Vec::new(),
            vendors: Vec::new(),
            paper: "a4".to_owned(),
            language: "en".to_owned(),
            classification: String::new(),
            prepared_for: String::new(),
            prepared_by: String::new(),
        },
        formats: formats.iter().map(|format| (*format).to_owned()).collect(),
    }
}

/// A works with decisions and a file of evidence, and beside it another plant that is nobody's business.
fn worked(folder: &Path) -> (Session, works::Clock) {
    let clock = clock("2026-03-02T08:00:00Z");
    let (mut session, _) = plant(folder, &clock, 6);
    // Without a scan nothing could be assessed.
    let scan = folder.join("scan.xml");
    let host = "<host><status state=\"up\"/><address addr=\"10.0.0.1\" addrtype=\"ipv4\"/>\
                <hostnames><hostname name=\"A0\" type=\"PTR\"/></hostnames></host>";
    std::fs::write(
        &scan,
        format!("<?xml version=\"1.0\"?><nmaprun scanner=\"nmap\" start=\"1772400000\">{host}</nmaprun>"),
    )
    .unwrap();
    let environment = Some("works".to_owned());
    let wish = plumbline_app::intake::Wish { paths: vec![scan], environment, ..Default::default() };
    session.import_files(&wish, &Unwatched).unwrap();
    let ids: Vec<String> = rows(&mut session, None).into_iter().map(|row| row.id).collect();
    let until = Some("2026-12-31".to_owned());
    session.decide(&view::Decision { until, ..decision("accept", &ids[..2]) }).unwrap();
    session.decide(&decision("false_positive", &ids[2..3])).unwrap();
    let file = folder.join("=rules (1).pdf");
    std::fs::write(&file, b"deny all").unwrap();
    session.attach("works", "finding", &ids[0], &[file], "export of the firewall").unwrap();
    session.add_environment("Secret works", "", Some("secret")).unwrap();
    (session, clock)
}

fn made(session: &mut Session, folder: &Path, formats: &[&str]) -> (PathBuf, String) {
    let file = folder.join("package.zip");
    let handover = session.hand_over(&request(formats), &Unwatched).unwrap();
    let made = handover.write(&file, &Unwatched).unwrap();
    session.handed_over(&made).unwrap();
    (file, made.fingerprint.to_string())
}

fn check(file: &Path) -> view::HandoverCheck {
    verify(file, None, &Unwatched).unwrap()
}

fn faults(check: &view::HandoverCheck) -> Vec<(&str, &str)> {
    check.faults.iter().map(|fault| (fault.file.as_str(), fault.what.as_str())).collect()
}

type Files = BTreeMap<String, Vec<u8>>;

fn unpacked(file: &Path) -> Files {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut entry = archive.by_index(at).unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            (entry.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a forger with a key of their own can do: change files, and make every hash and signature right again.
fn forged(files: &Files, to: &Path, change: impl Fn(&mut Files)) {
    let key = SigningKey::generate().unwrap();
    let mut files = files.clone();
    change(&mut files);
    let mut manifest: Manifest = serde_json::from_slice(&files["manifest.json"]).unwrap();
    manifest.key = key.public();
    files.insert("signer.pem".to_owned(), key.public().to_pem().unwrap().into_bytes());
    let mut head: plumbline_app::audit::Head = serde_json::from_slice(&files["audit-head.json"]).unwrap();
    head.key = key.public();
    let words =
        [&head.schema, &head.store, &head.rows.to_string(), &head.hash, &head.at, &head.key.to_string()];
    head.signature = key.sign_text(&words.map(String::as_str).join("\n"));
    files.insert("audit-head.json".to_owned(), serde_json::to_vec_pretty(&head).unwrap());
    for handed in &mut manifest.environments {
        handed.evidence_sha256 = sha256(&files[&format!("{}/evidence.json", handed.folder)]);
    }
    let hash = |manifest: &mut Manifest, files: &Files| {
        for entry in &mut manifest.files {
            entry.size = files[&entry.path].len() as u64;
            entry.sha256 = sha256(&files[&entry.path]);
        }
    };
    hash(&mut manifest, &files);
    let rest = manifest.files.iter().filter(|entry| entry.path != "SHA256SUMS");
    let sums: String = rest.map(|entry| format!("{}  {}\n", entry.sha256, entry.path)).collect();
    files.insert("SHA256SUMS".to_owned(), sums.into_bytes());
    hash(&mut manifest, &files);
    let text = serde_json::to_vec(&manifest).unwrap();
    files.insert("manifest.sig".to_owned(), key.sign_document(&text).to_vec());
    files.insert("manifest.json".to_owned(), text);
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let comment = format!("plumbline-handover/1 {}", "0".repeat(128));
    zip.set_raw_comment(comment.into_bytes().into()).unwrap();
    for (name, bytes) in &files {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    let mut bytes = zip.finish().unwrap().into_inner();
    let body = bytes.len() - 149;
    let signature = key.sign_text(&format!("plumbline-handover-archive/1\n{}", sha256(&bytes[..body])));
    let end = bytes.len();
    bytes[end - 128..].copy_from_slice(signature.as_bytes());
    std::fs::write(to, bytes).unwrap();
}

/// The first level achieved that stands in a document, told one higher.
fn lifted(text: &str) -> String {
    let key = "\"achieved\": ";
    let digit = |at: &usize| text.as_bytes()[at + key.len()].is_ascii_digit();
    let at = text.match_indices(key).map(|(at, _)| at).find(digit).unwrap() + key.len();
    let level: u8 = text[at..=at].parse().unwrap();
    format!("{}{}{}", &text[..at], level + 1, &text[at + 1..])
}

#[test]
fn a_package_holds_what_was_assessed_and_shows_it_without_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let (mut session, _) = worked(folder.path());
    let (file, fingerprint) = made(&mut session, folder.path(), &["pdf", "html", "xlsx", "json"]);
    let check = verify(&file, Some(&fingerprint.to_uppercase()), &Unwatched).unwrap();
    assert_eq!(faults(&check), []);
    assert!(check.intact && check.known == Some(true));
    let when = session.when("works", Some("2026-03-02"), Some("2026-01-01")).unwrap();
    let (_, assessment) = session.assess("works", when, None).unwrap();
    let levels: Vec<_> =
        assessment.zones.iter().map(|zone| zone.vector.map(|l| l.map(|l| l.get()))).collect();
    let told: Vec<_> = check.environments[0].zones.iter().map(|zone| zone.vector).collect();
    assert_eq!(told, levels);

    let files = unpacked(&file);
    for name in ["report/iec62443.pdf", "report/iec62443.json", "works/assets.csv", "READ-ME-FIRST.html"] {
        assert!(files.contains_key(name), "{name} is missing");
    }
    assert_eq!(
        files[&("works/files/".to_owned() + &sha256(b"deny all")[..12] + "-_rules (1).pdf")],
        b"deny all"
    );
    let page = String::from_utf8(files["READ-ME-FIRST.html"].clone()).unwrap();
    assert!(page.contains(&fingerprint) && page.contains("plumbline handover verify"));

    // The log: this plant's rows whole, the other one's sealed, and the chain followed through both.
    let log = String::from_utf8(files["audit.jsonl"].clone()).unwrap();
    assert!(log.contains("works") && !log.contains("secret"), "{log}");
    assert!(check.audit_whole < check.audit_rows);
    let rows = u64::from(session.audit("", 0, 1).unwrap().all);
    assert_eq!(rows, check.audit_rows + 1, "making it is a row of its own");
}

#[test]
fn parts_list_and_decisions_read_as_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let (mut session, _) = worked(folder.path());
    let files = unpacked(&made(&mut session, folder.path(), &[]).0);
    let sbom: serde_json::Value = serde_json::from_slice(&files["works/sbom.cdx.json"]).unwrap();
    let devices = sbom["components"].as_array().unwrap();
    assert_eq!(devices.len(), 6);
    assert_eq!(devices[3]["components"][0]["name"], "SIMATIC S7-1500");
    assert_eq!(devices[3]["components"][0]["version"], "V2.3");
    let vex: serde_json::Value = serde_json::from_slice(&files["works/vex.cdx.json"]).unwrap();
    let states: Vec<(&str, &str)> = vex["vulnerabilities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["id"].as_str().unwrap(), one["analysis"]["state"].as_str().unwrap()))
        .collect();
    let decided = rows(&mut session, None);
    let expected: Vec<(&str, &str)> = ["exploitable", "exploitable", "not_affected"]
        .into_iter()
        .zip(&decided)
        .map(|(state, row)| (row.vuln.as_deref().unwrap(), state))
        .collect();
    assert_eq!(states, expected);
    assert_eq!(
        vex["vulnerabilities"][0]["analysis"]["detail"],
        "as agreed on Monday Accepted until 2026-12-31."
    );
    // Every reference leads to something that the document names.
    let named: Vec<&serde_json::Value> =
        vex["components"].as_array().unwrap().iter().map(|c| &c["bom-ref"]).collect();
    for one in vex["vulnerabilities"].as_array().unwrap() {
        assert!(named.contains(&&one["affects"][0]["ref"]), "{one}");
    }
    // Other programs' documents of this kind are read here; so is this one.
    for (name, text) in
        [("sbom.cdx.json", &files["works/sbom.cdx.json"]), ("vex.cdx.json", &files["works/vex.cdx.json"])]
    {
        let file = import::File::new(name, text.clone());
        let kind = import::detect::kind(&file).unwrap();
        let read = import::detect::read(&file, kind, None).unwrap();
        assert!(read.refused.is_empty(), "{:?}", read.refused);
    }
}

#[test]
fn any_byte_that_changes_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (mut session, _) = worked(folder.path());
    let (file, _) = made(&mut session, folder.path(), &[]);
    let whole = std::fs::read(&file).unwrap();
    let changed = folder.path().join("changed.zip");
    let step = (whole.len() / 130).max(1);
    let places = (0..whole.len()).step_by(step).chain(whole.len() - 30..whole.len());
    for place in places {
        {
            let mut bytes = whole.clone();
            bytes[place] ^= 1 << (place % 8);
            std::fs::write(&changed, &bytes).unwrap();
            match verify(&changed, None, &Unwatched) {
                Ok(check) => assert!(!check.intact, "byte {place} of {}", whole.len()),
                Err(failure) => assert_eq!(failure.code, "bad_input", "{failure}"),
            }
        }
    }
    // Cut off, or with something behind it.
    for bytes in [&whole[..whole.len() / 2], &[&whole[..], b"x"].concat()] {
        std::fs::write(&changed, bytes).unwrap();
        assert!(verify(&changed, None, &Unwatched).map_or(true, |check| !check.intact));
    }
}

#[test]
fn a_changed_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (mut session, _) = worked(folder.path());
    let (file, _) = made(&mut session, folder.path(), &["json"]);
    let files = unpacked(&file);
    // Changed without the key: packed anew as it was, but for one file.
    let repacked = folder.path().join("repacked.zip");
    for name in files.keys().filter(|name| !name.starts_with("manifest")) {
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&repacked).unwrap());
        for (other, bytes) in &files {
            let mut bytes = bytes.clone();
            if other == name {
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
            }
            zip.start_file(other.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&bytes).unwrap();
        }
        zip.finish().unwrap();
        let check = check(&repacked);
        assert!(
            check.faults.iter().any(|fault| fault.file == *name && fault.what.contains("was changed")),
            "{name}"
        );
    }
}

#[test]
fn what_a_forger_signs_is_not_the_makers_and_levels_have_to_follow() {
    let folder = tempfile::tempdir().unwrap();
    let (mut session, _) = worked(folder.path());
    let (file, fingerprint) = made(&mut session, folder.path(), &["json"]);
    let files = unpacked(&file);
    let forgery = folder.path().join("forged.zip");
    let text = |files: &Files, name: &str| String::from_utf8(files[name].clone()).unwrap();

    forged(&files, &forgery, |_| {});
    assert_eq!(faults(&check(&forgery)), [], "signed anew it is whole, only not the maker's");
    let known = verify(&forgery, Some(&fingerprint), &Unwatched).unwrap();
    assert!(!known.intact && known.known == Some(false));
    assert!(known.faults[0].what.contains("not the one that was named"));

    let first = |change: &dyn Fn(&mut Files)| -> (String, String) {
        forged(&files, &forgery, change);
        let check = check(&forgery);
        check.faults.first().map(|fault| (fault.file.clone(), fault.what.clone())).unwrap_or_default()
    };
    let put = |files: &mut Files, name: &str, text: String| {
        files.insert(name.to_owned(), text.into_bytes());
    };
    // Better levels than the evidence gives.
    let better = |files: &mut Files| {
        let better = lifted(&text(files, "works/assessment.json"));
        put(files, "works/assessment.json", better);
    };
    let (at, what) = first(&better);
    assert_eq!((at.as_str(), what.contains("do not follow")), ("works/assessment.json", true));
    // Better evidence than the report was made from.
    let (at, what) = first(&|files: &mut Files| {
        let evidence = text(files, "works/evidence.json").replace("2026-01-01", "2026-01-02");
        put(files, "works/evidence.json", evidence);
    });
    assert!(at.ends_with(".json") && !what.is_empty(), "{at}: {what}");
    // A report whose heat map shows more.
    let (at, what) = first(&|files: &mut Files| {
        let report = lifted(&text(files, "report/iec62443.json"));
        put(files, "report/iec62443.json", report);
    });
    assert_eq!((at.as_str(), what.contains("heat map")), ("report/iec62443.json", true));
    // A row of the log told otherwise.
    let (at, what) = first(&|files: &mut Files| {
        let log = text(files, "audit.jsonl").replace("m.keller", "m.kelley");
        put(files, "audit.jsonl", log);
    });
    assert_eq!((at.as_str(), what.contains("not what was written then")), ("audit.jsonl", true));
    // A row taken out.
    let (at, what) = first(&|files: &mut Files| {
        let log = text(files, "audit.jsonl");
        put(files, "audit.jsonl", log.split_once('\n').unwrap().1.to_owned());
    });
    assert_eq!((at.as_str(), what.contains("does not follow")), ("audit.jsonl", true));
}

#[test]
fn what_is_no_package_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.zip");
    let refused = |file: &Path| -> Failure { verify(file, None, &Unwatched).unwrap_err() };
    std::fs::write(&file, b"no archive").unwrap();
    assert!(refused(&file).what.contains("no handover package"));
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&file).unwrap());
    zip.start_file("a.txt", zip::write::SimpleFileOptions::default()).unwrap();
    zip.finish().unwrap();
    assert!(refused(&file).what.contains("there is no manifest.json in it"));
    assert_eq!(refused(Path::new("/nowhere.zip")).code, "bad_input");
    let (mut session, _) = worked(folder.path());
    let (package, _) = made(&mut session, folder.path(), &[]);
    assert_eq!(verify(&package, Some("xyz"), &Unwatched).unwrap_err().code, "usage");
    // Paths that lead out, and files nobody listed.
    let files = unpacked(&package);
    forged(&files, &file, |files| {
        files.insert("added.exe".to_owned(), b"x".to_vec());
    });
    assert!(faults(&check(&file)).iter().any(|(at, what)| *at == "added.exe" && what.contains("was added")));
    forged(&files, &file, |files| {
        let manifest = String::from_utf8(files["manifest.json"].clone()).unwrap();
        files.insert(
            "manifest.json".to_owned(),
            manifest.replace("\"signer.pem\"", "\"../signer.pem\"").into_bytes(),
        );
        files.insert("../signer.pem".to_owned(), Vec::new());
    });
    assert!(
        faults(&check(&file)).iter().any(|(at, what)| at.starts_with("..") && what.contains("not allowed"))
    );
}

#[test]
fn a_receiver_goes_on_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mut maker, clock) = worked(folder.path());
    let (file, fingerprint) = made(&mut maker, folder.path(), &["json"]);
    let mut receiver = session(&folder.path().join("other"), "a.weiss", &clock);
    receiver.create().unwrap();
    let wish = plumbline_app::intake::Wish { paths: vec![file.clone()], ..Default::default() };
    let dry = plumbline_app::intake::Wish { dry_run: true, ..wish.clone() };
    assert!(receiver.import_files(&dry, &Unwatched).unwrap().dry_run);
    assert!(receiver.environments().unwrap().is_empty());
    let told = receiver.import_files(&wish, &Unwatched).unwrap();
    assert_eq!(told.environment.as_deref(), Some("works"));
    assert!(told.files[0].remarks[0].reason.contains(&fingerprint));
    let levels = |session: &mut Session| {
        let when = session.when("works", Some("2026-03-02"), Some("2026-01-01")).unwrap();
        let (evidence, assessment) = session.assess("works", when, None).unwrap();
        serde_json::to_value(assessment.document(&evidence)).unwrap()
    };
    assert_eq!(levels(&mut receiver), levels(&mut maker));
    let of = rows(&mut receiver, None)[0].id.clone();
    let attached = receiver.attachments("works", "finding", &of).unwrap();
    assert_eq!(
        (attached[0].name.as_str(), attached[0].note.as_str()),
        ("_rules (1).pdf", "export of the firewall")
    );
    assert!(receiver.doctor().unwrap().is_sound());
    // Again: nothing new, and nothing twice.
    let rows_before = receiver.audit("", 0, 1).unwrap().all;
    receiver.import_files(&wish, &Unwatched).unwrap();
    assert_eq!(receiver.audit("", 0, 1).unwrap().all, rows_before);

    let mut bytes = std::fs::read(&file).unwrap();
    let place = bytes.len() / 3;
    bytes[place] ^= 4;
    let changed = folder.path().join("changed.zip");
    std::fs::write(&changed, bytes).unwrap();
    let mut third = session(&folder.path().join("third"), "a.weiss", &clock);
    third.create().unwrap();
    let wish = plumbline_app::intake::Wish { paths: vec![changed], ..wish };
    assert_eq!(third.import_files(&wish, &Unwatched).unwrap_err().code, "bad_input");
    assert!(third.environments().unwrap().is_empty());
}

#[test]
fn several_environments_are_each_checked_by_their_own_levels() {
    let folder = tempfile::tempdir().unwrap();
    let (mut session, _) = worked(folder.path());
    // Another plant with a zone of the same id, and other levels.
    let other = folder.path().join("other.json");
    let document = r#"{"method":"plumbline-sl/1","as_of":"2026-03-01","period_from":"2026-01-01",
        "monitoring":{"last_update":"2026-03-01"},"zones":[{"id":"Z1","name":"Z1","sl_t":[3,3,3,3,3,3,3]}],
        "assets":[{"id":"B1","zone":"Z1","identified":true}],"findings":[],"controls":[],"sr_assessments":[]}"#;
    std::fs::write(&other, document).unwrap();
    let wish = plumbline_app::intake::Wish {
        paths: vec![other],
        environment: Some("north".to_owned()),
        ..Default::default()
    };
    session.import_files(&wish, &Unwatched).unwrap();
    let mut request = request(&["json"]);
    request.report.environments = vec!["works".to_owned(), "north".to_owned()];
    let file = folder.path().join("both.zip");
    session.hand_over(&request, &Unwatched).unwrap().write(&file, &Unwatched).unwrap();
    let check = check(&file);
    assert_eq!(faults(&check), []);
    assert_ne!(check.environments[0].zones[0].vector, check.environments[1].zones[0].vector);
    assert!(unpacked(&file).contains_key("north/evidence.json"));

    let clock = clock("2026-03-02T08:00:00Z");
    let mut receiver = works::session(&folder.path().join("receiver"), "a.weiss", &clock);
    receiver.create().unwrap();
    let wish = plumbline_app::intake::Wish { paths: vec![file], ..Default::default() };
    assert_eq!(receiver.import_files(&wish, &Unwatched).unwrap().environment, None, "it went to several");
    let ids: Vec<String> = receiver.environments().unwrap().into_iter().map(|one| one.id).collect();
    assert_eq!(ids, ["works", "north"]);

    // Where one of them is there already and differs, none is taken in.
    let mut third = works::session(&folder.path().join("third"), "a.weiss", &clock);
    third.create().unwrap();
    third.add_environment("North", "", Some("north")).unwrap();
    let refused = third.import_files(&wish, &Unwatched).unwrap_err();
    assert_eq!((refused.code, refused.what.contains("north")), ("usage", true), "{refused}");
    assert_eq!(third.environments().unwrap().len(), 1);
}

/// Stops at a step.
struct StopAt(&'static str, std::sync::atomic::AtomicBool);

impl Watch for StopAt {
    fn progress(&self, step: &'static str, _: u32, _: u32) {
        if step == self.0 {
            self.1.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.1.load(std::sync::atomic::Ordering::Relaxed)
    }
}

#[test]
fn a_package_is_there_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let (mut session, _) = worked(folder.path());
    let out = folder.path().join("out");
    std::fs::create_dir(&out).unwrap();
    let file = out.join("package.zip");
    let handover = session.hand_over(&request(&["pdf"]), &Unwatched).unwrap();
    for step in ["evidence", "content", "pages", "write"] {
        let stop = StopAt(step, false.into());
        assert_eq!(handover.write(&file, &stop).err().unwrap().code, "cancelled", "{step}");
        assert_eq!(std::fs::read_dir(&out).unwrap().count(), 0, "{step}");
    }
    // Evidence that is not what was attached is not handed over.
    let raw = rusqlite::Connection::open(folder.path().join("store/plumbline.db")).unwrap();
    let hash = sha256(b"deny all");
    assert_eq!(
        raw.execute("UPDATE blob SET content = ?1 WHERE sha256 = ?2", (b"allow all", &hash)).unwrap(),
        1
    );
    let failure = handover.write(&file, &Unwatched).err().unwrap();
    assert_eq!(failure.code, "store_damaged");
    assert!(failure.what.contains("rules"), "{failure}");
    raw.execute("DELETE FROM blob WHERE sha256 = ?1", [&hash]).unwrap();
    assert_eq!(handover.write(&file, &Unwatched).err().unwrap().code, "store_damaged");
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 0);
}
