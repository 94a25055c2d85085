//! Files that mean harm, up to gigabytes: each is answered with one line, within bounded memory, and changes nothing.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

mod bench;

use std::{
    fs::{self, File},
    io::{BufWriter, Read, Write},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use bench::Bench;
use flate2::{Compression, write::GzEncoder};

/// What the command may take at its peak, MiB. The largest file is four times that.
const MEMORY: u64 = 256;

fn repeated(out: &mut impl Write, byte: u8, mebibytes: usize) {
    let piece = vec![byte; 1 << 20];
    for _ in 0..mebibytes {
        out.write_all(&piece).unwrap();
    }
}

fn files(folder: &Path) -> Vec<String> {
    let make = |name: &str| BufWriter::new(File::create(folder.join(name)).unwrap());
    let mut one_line = make("one-line.json");
    one_line.write_all(b"{\"vulnerabilities\":[\"").unwrap();
    repeated(&mut one_line, b'a', 512);
    let mut cell = make("huge-cell.csv");
    cell.write_all(b"tag,name\nA1,").unwrap();
    repeated(&mut cell, b'b', 1024);
    let mut spaces = GzEncoder::new(make("bomb.json.gz"), Compression::fast());
    spaces.write_all(b"{\"vulnerabilities\":[").unwrap();
    repeated(&mut spaces, b' ', 512);
    spaces.finish().unwrap();
    for (name, method) in
        [("bomb.zip", zip::CompressionMethod::Deflated), ("stored.zip", zip::CompressionMethod::Stored)]
    {
        let mut archive = zip::ZipWriter::new(make(name));
        let options = zip::write::SimpleFileOptions::default().compression_method(method).large_file(true);
        for part in ["manifest.json", "backup.json", "assets.csv"] {
            archive.start_file(part, options).unwrap();
            repeated(&mut archive, b'0', if method == zip::CompressionMethod::Stored { 34 } else { 100 });
        }
        archive.finish().unwrap();
    }
    fs::write(folder.join("deep.json"), "[".repeat(400_000)).unwrap();
    fs::write(folder.join("deep.xml"), "<a>".repeat(300_000)).unwrap();
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().display().to_string()).collect();
    names.sort();
    names
}

/// Exit code, complaint, and MiB at its peak.
fn run(bench: &Bench, arguments: &[&str]) -> (i32, String, u64) {
    let mut running = Command::new(assert_cmd::cargo::cargo_bin!("plumbline"))
        .args(["--today", "2026-06-30", "--store"])
        .arg(bench.path("store"))
        .args(arguments)
        .env("PLUMBLINE_PASSPHRASE_FILE", bench.path("words.txt"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", running.id());
    let mut peak = 0;
    let ended = loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        peak = peak.max(kibibytes.unwrap_or(0) >> 10);
        if let Some(ended) = running.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let mut words = String::new();
    running.stderr.take().unwrap().read_to_string(&mut words).unwrap();
    (ended.code().unwrap_or(-1), words, peak)
}

#[test]
fn gigabytes_that_mean_harm_take_little_memory_and_change_nothing() {
    let bench = Bench::new();
    bench.json(&["demo"]);
    fs::write(bench.path("words.txt"), "four plumb bobs").unwrap();
    let folder = bench.path("hostile");
    fs::create_dir(&folder).unwrap();
    let before = bench.json(&["audit", "verify"]);
    for file in files(&folder) {
        for verb in [
            &["import", &file, "--environment", "demo"][..],
            &["import", &file, "--kind", "plant", "--environment", "demo"],
            &["intel", "import", &file],
            &["intel", "import-bundle", &file],
            &["assess", "--evidence", &file],
            &["match", "--assets", &file],
            &["restore", &file],
            &["backup", &file, "--check"],
            &["handover", "verify", &file],
            &["audit", "verify", "--against", &file],
        ] {
            let (code, words, peak) = run(&bench, verb);
            assert!((1..=4).contains(&code), "{verb:?}: {code} {words}");
            assert!(!words.contains("panicked") && words.lines().count() <= 1, "{verb:?}: {words}");
            assert!(peak < MEMORY, "{verb:?} took {peak} MiB");
        }
    }
    assert_eq!(bench.json(&["audit", "verify"]), before);
    assert!(bench.run(&["doctor"]).status.success());
}
