//! A fuzz target for each format: files as they are, changed at random, must never bring a reader down or keep it
//! busy. `cargo xtask fuzz` runs a million of each; `PLUMBLINE_FUZZ_RUNS` says how many here.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod chance;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use chance::{Chance, mutated, repacked};
use iec62443::{Moment, Plant, plant::Environment};
use plumbline_import::{
    File, detect,
    merge::{Earlier, Way, merge},
    observation::Kind,
};

/// Runs of a target when nobody says otherwise.
const RUNS: u64 = 600;
/// Longest that a reader may take for a file of a few kilobytes.
const PATIENCE: Duration = Duration::from_secs(10);

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
