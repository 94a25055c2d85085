//! Long works of the command, and what a store holds after them.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{
    fmt::Write as _,
    fs,
    io::{Read, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use app::{Place, Session, intelligence, vault};
use assert_cmd::cargo::cargo_bin;
use serde_json::json;

const WORDS: &str = "four plumb bobs";
const NEW_WORDS: &str = "five plumb bobs";
/// A long work: what is there before, and what is run.
pub struct Work {
    pub name: &'static str,
    /// The folder that it begins with.
    pub base: PathBuf,
    pub arguments: Vec<String>,
    /// What it writes besides the store, inside the folder.
    pub out: Option<&'static str>,
}

/// Numbers at random, the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 33).unwrap()) / f64::from(1_u32 << 31)
    }
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

pub fn command(folder: &Path, arguments: &[String]) -> Command {
    let mut command = Command::new(cargo_bin!("plumbline"));
    command.current_dir(folder).args(["--today", "2026-06-30", "--store", "store"]).args(arguments);
    command.env("PLUMBLINE_PASSPHRASE_FILE", folder.join("words.txt"));
    command.env("PLUMBLINE_NEW_PASSPHRASE_FILE", folder.join("new-words.txt"));
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn run(folder: &Path, arguments: &[&str]) {
    let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
    let status = command(folder, &arguments).status().unwrap();
    assert!(status.success(), "{arguments:?}");
}

/// What a store holds, in words that are the same for the same content. Looking at it finds it sound.
pub fn told(folder: &Path) -> String {
    let noon: jiff::Timestamp = "2026-06-30T12:00:00Z".parse().unwrap();
    let mut place = Place::new(folder.join("store"), "tester", std::sync::Arc::new(move || noon));
    let mut told = String::new();
    if place.is_locked().unwrap() {
        let (words, opened) = [WORDS, NEW_WORDS]
            .into_iter()
            .find_map(|words| place.unlocked(words).ok().map(|opened| (words, opened)))
            .expect("one of the two opens it");
        write!(told, "opened by {words}; ").unwrap();
        place = opened;
    }
    let intelligence = intelligence::status(&place).unwrap();
    let sources: Vec<_> = intelligence.sources.iter().map(|source| (&source.id, source.records)).collect();
    write!(told, "{sources:?}; ").unwrap();
    let mut session = Session::open(place).unwrap();
    if session.store().is_err() {
        return told + "no store";
    }
    let health = session.doctor().unwrap();
    assert!(health.is_sound(), "{health:?}");
    let chain = session.store().unwrap().audit_chain().unwrap();
    assert!(chain.is_intact());
    for environment in session.environments().unwrap() {
        let levels = session.levels(&environment.id, None, None).unwrap();
        let levels = json!(levels.rows).to_string();
        write!(told, "{environment:?} {} ", store_hash(&levels)).unwrap();
    }
    write!(told, "{} rows, {} reports", chain.rows, session.reports().unwrap().len()).unwrap();
    drop(session);
    // Nothing half done lies about once it was opened.
    for entry in fs::read_dir(folder.join("store")).unwrap().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(!name.starts_with("plumbline.staging-") && name != "plumbline.pending", "{name}");
    }
    told
}

fn store_hash(text: &str) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("{:x}", hasher.finish())
}

/// What the work writes elsewhere is whole, or not there.
pub fn check_out(folder: &Path, out: &str) {
    let file = folder.join(out);
    if !file.exists() {
        return;
    }
    match file.extension().unwrap().to_str().unwrap() {
        "zip" if out.starts_with("backup") => {
            vault::check_backup(&file, Some(WORDS), &app::watch::Unwatched).unwrap();
        }
        "zip" => {
            let check = app::handover::verify(&file, None, &app::watch::Unwatched).unwrap();
            assert!(check.faults.is_empty(), "{:?}", check.faults.first());
        }
        _ => assert!(fs::read(&file).unwrap().ends_with(b"%%EOF")),
    }
}

pub fn works(folder: &Path) -> Vec<Work> {
    let prepare = |name: &str| -> PathBuf {
        let base = folder.join(name);
        fs::create_dir_all(&base).unwrap();
        fs::write(base.join("words.txt"), WORDS).unwrap();
        fs::write(base.join("new-words.txt"), NEW_WORDS).unwrap();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/demo"), &base.join("plant"));
        let mut list = String::from("Tag;Vendor;Product;Version\n");
        for n in 0..4000 {
            writeln!(list, "T{n};Acme;Router {};2.{n}", n % 37).unwrap();
        }
        fs::write(base.join("list.csv"), list).unwrap();
        base
    };
    let empty = prepare("empty");
    let plain = prepare("plain");
    run(&plain, &["demo"]);
    fs::write(plain.join("rules.txt"), vec![b'x'; 300_000]).unwrap();
    run(&plain, &["evidence", "attach", "control", &first_control(&plain), "rules.txt"]);
    run(&plain, &["report", "--format", "html", "--out", "kept.html", "--snapshot", "before"]);
    let feeds = plain.join("feeds");
    fs::create_dir(&feeds).unwrap();
    for n in 0..6 {
        fs::write(feeds.join(format!("nvd-{n}.json")), page(n)).unwrap();
    }
    let feeds_base = folder.join("feeds");
    copy(&plain, &feeds_base);
    run(&feeds_base, &["intel", "import", "feeds"]);
    run(&feeds_base, &["import", "list.csv", "--environment", "demo"]);
    run(&plain, &["backup", "mine.zip"]);
    let sealed = folder.join("sealed");
    copy(&plain, &sealed);
    run(&sealed, &["passphrase", "set"]);
    let old = folder.join("old");
    copy(&plain, &old);
    age(&old.join("store"));
    let work = |name, base: &Path, arguments: &[&str], out| Work {
        name,
        base: base.to_owned(),
        arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
        out,
    };
    vec![
        work("demo", &empty, &["demo"], None),
        work(
            "import of a plant",
            &plain,
            &["import", "plant", "--kind", "plant", "--environment", "works"],
            None,
        ),
        work("import of a list", &plain, &["import", "list.csv", "--environment", "demo"], None),
        work("import of feeds", &plain, &["intel", "import", "feeds"], None),
        work("synchronisation", &plain, &["intel", "sync", "--source", "kev", "--kev-url", &kev()], None),
        work("matching", &feeds_base, &["match", "--environment", "demo"], None),
        work("report", &plain, &["report", "--out", "report.pdf", "--snapshot", "Q2"], Some("report.pdf")),
        work(
            "handover",
            &plain,
            &["handover", "--out", "package.zip", "--to", "2026-06-30"],
            Some("package.zip"),
        ),
        work("backup", &sealed, &["backup", "backup.zip"], Some("backup.zip")),
        work("restore", &sealed, &["restore", "mine.zip"], None),
        work("encrypting", &plain, &["passphrase", "set"], None),
        work("decrypting", &sealed, &["passphrase", "remove"], None),
        work("another passphrase", &sealed, &["passphrase", "change"], None),
        work("migration", &old, &["env", "list"], None),
    ]
}

/// The address of a catalogue of some thousand exploited vulnerabilities, which comes bit by bit.
fn kev() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/kev.json", listener.local_addr().unwrap());
    let entries: Vec<_> = (0..6000)
        .map(|n| {
            json!({
                "cveID": format!("CVE-2025-{n:05}"), "vendorProject": "Acme", "product": "Router", "vulnerabilityName": "x",
                "dateAdded": "2026-05-01", "shortDescription": "x", "requiredAction": "x", "dueDate": "2026-06-01",
                "knownRansomwareCampaignUse": "Unknown", "notes": "", "cwes": ["CWE-787"],
            })
        })
        .collect();
    let body = json!({
        "title": "CISA Catalog", "catalogVersion": "2026.06.01", "dateReleased": "2026-06-01T08:00:00.000Z",
        "count": entries.len(), "vulnerabilities": entries,
    })
    .to_string();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { continue };
            let body = body.clone();
            std::thread::spawn(move || {
                let _ = connection.read(&mut [0; 4096]);
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                // Whoever was killed no longer listens.
                let _ = connection.write_all(head.as_bytes());
                for piece in body.as_bytes().chunks(1 << 16) {
                    if connection.write_all(piece).is_err() {
                        return;
                    }
                    std::thread::sleep(std::time::Duration::from_millis(4));
                }
            });
        }
    });
    address
}

fn first_control(folder: &Path) -> String {
    let mut list = command(folder, &["control".to_owned(), "list".to_owned(), "--json".to_owned()]);
    let list: serde_json::Value =
        serde_json::from_slice(&list.stdout(Stdio::piped()).output().unwrap().stdout).unwrap();
    list["controls"][0]["id"].as_str().unwrap().to_owned()
}

/// A page of NVD with some hundred records of routers.
fn page(n: u32) -> String {
    let records: Vec<_> = (0..300)
        .map(|i| {
            json!({"cve": {
                "id": format!("CVE-2026-{n}{i:04}"), "sourceIdentifier": "x@example.com", "published": "2026-01-02T03:04:05.678",
                "lastModified": "2026-06-01T08:00:00.000", "vulnStatus": "Analyzed", "cveTags": [],
                "descriptions": [{"lang": "en", "value": "A long request stops the router."}], "metrics": {}, "weaknesses": [],
                "configurations": [{"nodes": [{"operator": "OR", "negate": false, "cpeMatch": [{
                    "vulnerable": true, "criteria": format!("cpe:2.3:o:acme:router_{}_firmware:*:*:*:*:*:*:*:*", i % 37),
                    "versionEndExcluding": "2.300", "matchCriteriaId": "0"}]}]}],
                "references": [],
            }})
        })
        .collect();
    json!({
        "resultsPerPage": records.len(), "startIndex": 0, "totalResults": records.len(), "format": "NVD_CVE",
        "version": "2.0", "timestamp": "2026-06-01T08:00:00.000", "vulnerabilities": records,
    })
    .to_string()
}

/// Makes a store one of version 7, with its files beside the database.
fn age(store: &Path) {
    let raw = rusqlite::Connection::open(store.join("plumbline.db")).unwrap();
    let mut statement = raw.prepare("SELECT sha256, content FROM blob").unwrap();
    let blobs: Vec<(String, Vec<u8>)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    drop(statement);
    fs::create_dir_all(store.join("evidence")).unwrap();
    for (hash, content) in blobs {
        fs::write(store.join("evidence").join(hash), content).unwrap();
    }
    raw.execute_batch("DROP TABLE blob; DROP TABLE visit; PRAGMA user_version = 7; VACUUM;").unwrap();
}
