//! The command and the vault: passphrases, backups, who may change what, and when it stays off the network.

#![allow(clippy::unwrap_used, missing_docs)]

mod bench;

use std::{
    io::Read,
    net::TcpListener,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use assert_cmd::Command;
use bench::Bench;
use serde_json::{Value, json};

const FILE: &str = "PLUMBLINE_PASSPHRASE_FILE";

impl Bench {
    fn words(&self, words: &str) -> PathBuf {
        let file = self.path(&format!("{}.txt", words.replace(' ', "-")));
        std::fs::write(&file, format!("{words}\nand what stands below is not of it\n")).unwrap();
        file
    }

    fn with(&self, words: &str, arguments: &[&str]) -> Command {
        let mut command = self.command(arguments);
        command.env(FILE, self.words(words));
        command
    }
}

/// Exit code, answer, complaint.
fn done(mut command: Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

const WORDS: &str = "four plumb bobs";

#[test]
fn an_encrypted_store_is_opened_by_its_passphrase_alone() {
    let bench = Bench::new();
    let (code, _, complaint) = done(bench.with("short", &["init", "--encrypt"]));
    assert!(code == 2 && complaint.contains("8 characters"), "{complaint}");
    assert!(!bench.path("store").join("plumbline.db").exists());
    assert_eq!(done(bench.with(WORDS, &["init", "--encrypt"])).0, 0);
    assert_eq!(done(bench.with(WORDS, &["init", "--encrypt"])).0, 2, "no store is made over another");
    assert_eq!(done(bench.with(WORDS, &["env", "add", "Secret Works"])).0, 0);
    let (code, answer, complaint) = done(bench.command(&["env", "list"]));
    assert_eq!((code, answer.as_str()), (4, ""));
    assert!(complaint.contains(FILE), "{complaint}");
    let (code, _, complaint) = done(bench.with("five plumb bobs", &["env", "list"]));
    assert!(code == 4 && complaint.contains("not the passphrase"), "{complaint}");
    let mut none = bench.command(&["env", "list"]);
    none.env(FILE, bench.path("there-is-none.txt"));
    assert_eq!(done(none).0, 3);
    // Another passphrase.
    let mut change = bench.with(WORDS, &["passphrase", "change"]);
    change.env("PLUMBLINE_NEW_PASSPHRASE_FILE", bench.words("five plumb bobs"));
    assert_eq!(done(change).0, 0);
    assert_eq!(done(bench.with(WORDS, &["env", "list"])).0, 4);
    assert!(done(bench.with("five plumb bobs", &["env", "list"])).1.contains("Secret Works"));
    assert_eq!(done(bench.with("five plumb bobs", &["doctor"])).0, 0);
    // Plain, then encrypted again.
    assert_eq!(done(bench.with("five plumb bobs", &["passphrase", "remove"])).0, 0);
    assert!(bench.run(&["env", "list"]).status.success());
    assert_eq!(done(bench.with(WORDS, &["passphrase", "set"])).0, 0);
    assert_eq!(done(bench.command(&["env", "list"])).0, 4);
    let bytes = std::fs::read(bench.path("store").join("plumbline.db")).unwrap();
    assert!(!bytes.windows(6).any(|part| part == b"Secret"));
    // What is public needs no passphrase.
    assert!(bench.run(&["intel", "status"]).status.success());
    // A key that is gone or changed is told as such.
    let key = bench.path("store").join("key.json");
    let text = std::fs::read_to_string(&key).unwrap();
    std::fs::write(&key, text.replace("argon2id", "argon3")).unwrap();
    let (code, _, complaint) = done(bench.with(WORDS, &["env", "list"]));
    assert!(code == 4 && complaint.contains("key.json"), "{complaint}");
    std::fs::remove_file(&key).unwrap();
    let (code, _, complaint) = done(bench.with(WORDS, &["env", "list"]));
    assert!(code == 4 && complaint.contains("key.json"), "{complaint}");
}

#[test]
fn backups_are_made_checked_and_restored_on_another_machine() {
    let bench = Bench::new();
    bench.json(&["demo"]);
    let levels = bench.json(&["assess"]);
    let file = bench.path("mine.zip");
    let file = file.to_str().unwrap();
    let made = bench.json(&["backup", file]);
    assert_eq!(bench.run(&["backup", file]).status.code(), Some(2), "none is written over");
    let checked = bench.json(&["backup", file, "--check"]);
    assert_eq!((&checked["backup"], &checked["opened"]), (&made["backup"], &json!(true)));
    let elsewhere = Bench::new();
    let restored = elsewhere.json(&["restore", file]);
    assert_eq!(restored["before"], Value::Null);
    assert_eq!(elsewhere.json(&["assess"]), levels);
    assert!(elsewhere.run(&["doctor"]).status.success());
    // Over a store that is there: it is kept.
    let before = elsewhere.json(&["restore", file])["before"].as_str().unwrap().to_owned();
    assert_eq!(elsewhere.json(&["backup", &before, "--check"])["opened"], true);
    // What is no backup, or not all of one, restores nothing.
    let log = elsewhere.json(&["audit", "log"]);
    let bytes = std::fs::read(file).unwrap();
    for bad in [&bytes[..bytes.len() / 2], b"no backup"] {
        std::fs::write(bench.path("bad.zip"), bad).unwrap();
        let bad = bench.path("bad.zip");
        let (code, complaint) = elsewhere.fails(&["restore", bad.to_str().unwrap()]);
        assert!(code == 3 && complaint.contains("nothing was changed"), "{complaint}");
        assert_eq!(elsewhere.run(&["backup", bad.to_str().unwrap(), "--check"]).status.code(), Some(3));
    }
    assert_eq!(elsewhere.json(&["audit", "log"]), log);
    // Into a folder, under names of their own.
    let folder = bench.path("many");
    std::fs::create_dir(&folder).unwrap();
    let removed = (0..3).map(|day| {
        let mut command = assert_cmd::cargo::cargo_bin_cmd!("plumbline");
        let (today, store) = (format!("2026-07-0{}", day + 1), bench.path("store"));
        command.args([
            "--today",
            &today,
            "--json",
            "backup",
            folder.to_str().unwrap(),
            "--keep",
            "2",
            "--store",
        ]);
        let answer: Value = serde_json::from_slice(&command.arg(store).output().unwrap().stdout).unwrap();
        answer["removed"].as_array().unwrap().len()
    });
    assert_eq!(removed.collect::<Vec<_>>(), [0, 0, 1]);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
}

#[test]
fn an_assessor_changes_nothing_and_their_name_is_in_the_log() {
    let bench = Bench::new();
    bench.json(&["demo"]);
    let out = bench.path("out");
    let out = out.to_str().unwrap();
    for verb in [
        &["env", "add", "X"][..],
        &["passphrase", "set"],
        &["restore", "x.zip"],
        &["intel", "import", "."],
        &["intel", "network", "--connections", "never"],
        &["rules", "set", "--second-approval", "yes", "--note", "x"],
        &["control", "add", "--title", "X"],
    ] {
        let output = bench.with(WORDS, &[&["--assessor"], verb].concat()).output().unwrap();
        assert!(!output.status.success(), "{verb:?}");
    }
    let (code, complaint) = bench.fails(&["--assessor", "control", "add", "--title", "X"]);
    assert!(code == 2 && complaint.contains("assessor"), "{complaint}");
    bench.json(&["assess", "--assessor"]);
    let file = format!("{out}.html");
    bench.json(&["--assessor", "--actor", "A. Assessor", "report", "--out", &file, "--snapshot", "Q2"]);
    let last = &bench.json(&["audit", "log"])["rows"][0];
    assert_eq!((&last["actor"], &last["action"]), (&json!("A. Assessor"), &json!("report.kept")));
    let mut named = bench.command(&["env", "add", "Y"]);
    assert!(named.env("PLUMBLINE_ACTOR", "m.keller").output().unwrap().status.success());
    assert_eq!(bench.json(&["audit", "log"])["rows"][0]["actor"], "m.keller");
    assert_eq!(bench.fails(&["--actor", " ", "env", "add", "Z"]).0, 2);
}

/// A listener that counts who comes.
fn counting() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
            // Read something, answer nothing.
            let _ = connection.unwrap().read(&mut [0; 64]);
        }
    });
    (address, count)
}

#[test]
fn no_verb_but_sync_connects_and_offline_not_even_that() {
    let (address, count) = counting();
    let bench = Bench::new();
    let run = |arguments: &[&str]| {
        let mut command = bench.command(arguments);
        // Whatever wanted to go anywhere would go here.
        for way in ["PLUMBLINE_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"] {
            command.env(way, &address);
        }
        command.output().unwrap().status.code().unwrap()
    };
    let list = bench.path("list.csv");
    std::fs::write(&list, "Tag,Vendor,Product,Version\nA1,Siemens,SIMATIC S7-1500,V2.9\n").unwrap();
    let out = bench.path("out.pdf");
    let (list, out, backup) = (list.to_str().unwrap(), out.to_str().unwrap(), bench.path("b.zip"));
    for verb in [
        &["demo"][..],
        &["import", list, "--environment", "demo"],
        &["assess"],
        &["plan", "--environment", "demo"],
        &["match", "--environment", "demo"],
        &["advice", "--environment", "demo"],
        &["report", "--environment", "demo", "--out", out],
        &["intel", "status"],
        &["backup", backup.to_str().unwrap()],
        &["doctor"],
    ] {
        assert!(run(verb) <= 2, "{verb:?}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 0, "nobody asked for a connection");
    let sync = ["intel", "sync", "--kev-url", &format!("{address}/kev.json"), "--source", "kev"];
    assert_eq!(run(&[&sync[..], &["--offline"]].concat()), 5);
    run(&["intel", "network", "--connections", "never"]);
    assert_eq!(run(&sync), 5);
    assert_eq!(run(&["intel", "sync"]), 5);
    assert_eq!(count.load(Ordering::SeqCst), 0, "no connection was to be opened");
    // The listener does count: the same is asked for once it may be.
    run(&["intel", "network", "--connections", "allowed"]);
    let running = std::process::Command::new(assert_cmd::cargo::cargo_bin!("plumbline"))
        .arg("--store")
        .arg(bench.path("store"))
        .args(sync)
        .spawn();
    let mut running = running.unwrap();
    let start = std::time::Instant::now();
    while count.load(Ordering::SeqCst) == 0 && start.elapsed().as_secs() < 60 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    running.kill().unwrap();
    running.wait().unwrap();
    assert!(count.load(Ordering::SeqCst) > 0);
}

#[test]
fn a_damaged_store_is_told_and_what_can_be_read_is_saved() {
    let bench = Bench::new();
    bench.json(&["demo"]);
    let file = bench.path("store").join("plumbline.db");
    let sound = std::fs::read(&file).unwrap();
    let findings = bench.json(&["finding", "list"])["findings"].as_array().unwrap().len();
    let pages = sound.len() / 4096;
    let (mut told, mut saved) = (0, 0);
    for (n, page) in (0..pages).step_by(pages / 24).enumerate() {
        let mut bytes = sound.clone();
        bytes[page * 4096..(page + 1) * 4096].fill(0);
        std::fs::write(&file, &bytes).unwrap();
        let output = bench.run(&["doctor", "--json"]);
        let code = output.status.code().unwrap();
        assert!([0, 1, 4].contains(&code), "{page}: {}", String::from_utf8_lossy(&output.stderr));
        told += u32::from(code == 1);
        let into = bench.path(&format!("rescued-{n}"));
        let into = into.to_str().unwrap();
        let output = bench.run(&["doctor", "--rescue", into, "--json"]);
        assert!(output.status.code().unwrap() <= 1, "{page}: {}", String::from_utf8_lossy(&output.stderr));
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let whole = answer["rescued"]["whole"] == true;
        let rescued = Command::new(assert_cmd::cargo::cargo_bin!("plumbline"))
            .args(["--today", "2026-06-30", "--json", "finding", "list", "--store", into])
            .output()
            .unwrap();
        if let Ok(list) = serde_json::from_slice::<Value>(&rescued.stdout) {
            let n = list["findings"].as_array().unwrap().len();
            assert!(!whole || n == findings);
            saved += u32::from(n * 10 > findings * 9);
        }
        assert_eq!(std::fs::read(&file).unwrap(), bytes, "the damaged store is as it was");
    }
    assert!(told >= 15 && saved >= 20, "{told} {saved}");
    // Where nothing is a store any more, that is what is said.
    std::fs::write(&file, vec![1; 30_000]).unwrap();
    assert_eq!(bench.run(&["doctor"]).status.code(), Some(4));
    assert_eq!(bench.run(&["doctor", "--rescue", bench.path("x").to_str().unwrap()]).status.code(), Some(4));
}
