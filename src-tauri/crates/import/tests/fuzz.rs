//! A fuzz target for each format: files as they are, changed at random, must never bring a reader down or keep it
//! busy. `cargo xtask fuzz` runs a million of each; `PLUMBLINE_FUZZ_RUNS` says how many here.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{
    io::{Cursor, Read, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use iec62443::{Moment, Plant, plant::Environment};
use plumbline_import::{
    File, detect,
    merge::{Earlier, Way, merge},
    observation::Kind,
};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

/// Runs of a target when nobody says otherwise.
const RUNS: u64 = 600;
/// Longest that a reader may take for a file of a few kilobytes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Pieces that mean something to one format or another.
const WORDS: [&[u8]; 40] = [
    b"\"",
    b"'",
    b";",
    b",",
    b"\t",
    b"|",
    b"\r\n",
    b"\n",
    b"<",
    b">",
    b"/>",
    b"</",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"<!DOCTYPE x [<!ENTITY y \"z\">]>",
    b"&y;",
    b"&#0;",
    b"&#x10FFFF;",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"\\u0000",
    b"\\ud800",
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"9999-99-99T99:99:99Z",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae",
    b"=1+1",
    b"sep=;",
    b"vers:generic/>=1|<2",
    b"cpe:2.3:a:*:*:*:*:*:*:*:*:*:*",
];

/// SplitMix64: the same runs on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `end`; 0 when that is 0.
    fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() % end as u64) as usize }
    }

    fn range(&mut self, length: usize, longest: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        start..(start + self.below(longest)).min(length)
    }
}

fn mutated(seed: &[u8], other: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=chance.below(6) {
        let at = chance.below(bytes.len() + 1);
        match chance.below(9) {
            0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            1 if at < bytes.len() => bytes[at] = chance.next() as u8,
            2 | 3 => {
                let word = WORDS[chance.below(WORDS.len())];
                bytes.splice(at..at, word.iter().copied());
            }
            4 => drop(bytes.drain(chance.range(bytes.len(), 64))),
            5 => {
                let piece = bytes[chance.range(bytes.len(), 256)].to_vec();
                let times = 1 + chance.below(8);
                bytes.splice(at..at, piece.repeat(times));
            }
            6 => {
                let piece = other[chance.range(other.len(), 256)].to_vec();
                bytes.splice(at..at, piece);
            }
            7 if chance.below(4) == 0 => bytes.truncate(at),
            _ => {
                let range = chance.range(bytes.len(), 32);
                bytes[range].reverse();
            }
        }
    }
    bytes
}

/// An archive with one of its parts changed, so that what is behind the packing is reached.
fn repacked(archive: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(archive)).unwrap();
    let changed = chance.below(archive.len());
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        if index == changed {
            bytes = mutated(&bytes, &bytes, chance);
        }
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        writer.start_file(part.name().unwrap(), options).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Reads the bytes as whatever they are and as what they were, and takes what comes of it in, twice.
fn take(bytes: Vec<u8>, kind: Kind) {
    let file = File::new("x", bytes);
    let now: Moment = Moment::parse("2026-11-01T00:00:00Z").unwrap();
    let known = Plant::empty(Environment { id: "e".to_owned(), ..Environment::default() }, now.day());
    for kind in detect::kind(&file).ok().into_iter().chain([kind]) {
        if kind == Kind::Plant {
            let _ = plumbline_import::plant::read(std::slice::from_ref(&file), now.day());
            continue;
        }
        let Ok(observed) = detect::read(&file, kind, None) else { continue };
        let way = Way { source: "x".to_owned(), asset: None };
        let merged = merge(&known, &[], observed.clone(), &way, now);
        let assets = observed.assets.len();
        assert_eq!(merged.counts.iter().sum::<u32>() as usize, assets, "every asset is taken once");
        let joined = merged.joined.clone();
        let earlier = [Earlier { source: "x".to_owned(), kind, file: "x".to_owned(), joined }];
        let again = merge(&merged.plant, &earlier, observed, &way, now);
        assert_eq!(again.counts[0] + again.counts[1], 0, "the same file again changes nothing");
        assert_eq!(again.findings[0], 0, "nor does it find anything new");
    }
}

fn target(kind: Kind, seeds: &[&[u8]]) {
    let runs = std::env::var("PLUMBLINE_FUZZ_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(RUNS);
    for seed in seeds {
        take(seed.to_vec(), kind);
    }
    for run in 0..runs {
        let mut chance = Chance(run);
        let seed = seeds[chance.below(seeds.len())];
        let other = seeds[chance.below(seeds.len())];
        let bytes = if seed.starts_with(b"PK") && chance.below(8) > 0 {
            repacked(seed, &mut chance)
        } else {
            mutated(seed, other, &mut chance)
        };
        let started = Instant::now();
        let done = catch_unwind(AssertUnwindSafe(|| take(bytes.clone(), kind)));
        if done.is_err() || started.elapsed() > PATIENCE {
            let path = std::env::temp_dir().join(format!("plumbline-fuzz-{}-{run}", kind.as_str()));
            std::fs::write(&path, &bytes).unwrap();
            panic!("run {run} failed after {:?}; its file is {}", started.elapsed(), path.display());
        }
    }
}

macro_rules! targets {
    ($($name:ident: $kind:ident from $($seed:literal),+;)+) => {
        $(#[test]
        fn $name() {
            target(Kind::$kind, &[$(&include_bytes!(concat!("seeds/", $seed))[..]),+]);
        })+
    };
}

targets! {
    tables_of_assets: Assets from "assets.csv", "findings.csv";
    workbooks_xlsx: Assets from "formats.xlsx";
    workbooks_xls: Assets from "formats.xls";
    workbooks_ods: Assets from "formats.ods";
    lists_of_findings: Findings from "findings.csv";
    lists_of_tickets: Tickets from "tickets.csv";
    lists_of_patches: Patches from "patches.csv";
    lists_of_answers: Requirements from "requirements.csv";
    nmap: Nmap from "nmap.xml";
    nessus_xml: Nessus from "nessus.xml";
    nessus_tables: Nessus from "nessus.csv";
    openvas_xml: Openvas from "openvas.xml";
    openvas_tables: Openvas from "openvas.csv";
    cyclonedx_json: Cyclonedx from "cyclonedx.json";
    cyclonedx_xml: Cyclonedx from "cyclonedx.xml";
    spdx_2: Spdx from "spdx-2.json";
    spdx_3: Spdx from "spdx-3.json";
    csaf: Csaf from "csaf.json";
    vex: Vex from "openvex.json";
}
