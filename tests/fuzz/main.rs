//! A fuzz target for each parser besides those of imports, which have theirs beside them: evidence with its profile, feeds,
//! bundles, packages, backups, keys, the end of a log, addresses. Files as the program writes them, changed at random, must
//! never bring a reader down, keep it busy, or be taken for what they were. `cargo xtask fuzz` runs many more.

#![allow(missing_docs)]

#[path = "../../src-tauri/crates/import/tests/chance/mod.rs"]
mod chance;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use app::{Place, Session, intelligence, vault, view, watch::Unwatched};
use chance::{Chance, mutated, repacked};
use iec62443::{Evidence, scoring};

/// Runs of a target when nobody says otherwise.
const RUNS: u64 = 300;
/// Longest that a reader may take for a file of some hundred kilobytes.
const PATIENCE: Duration = Duration::from_secs(20);

fn runs(share: u64) -> u64 {
    let wanted = std::env::var("PLUMBLINE_FUZZ_RUNS").ok().and_then(|runs| runs.parse().ok());
    wanted.unwrap_or(RUNS) / share
}

/// Feeds a reader with seeds, whole and changed.
fn target(name: &str, share: u64, seeds: &[Vec<u8>], mut take: impl FnMut(&[u8])) {
    for seed in seeds {
        take(seed);
    }
    for run in 0..runs(share) {
        let mut chance = Chance(run);
        let (seed, other) = (&seeds[chance.below(seeds.len())], &seeds[chance.below(seeds.len())]);
        let bytes = if seed.starts_with(b"PK") && chance.below(8) > 0 {
            repacked(seed, &mut chance)
        } else {
            mutated(seed, other, &mut chance)
        };
        let started = Instant::now();
        let done = catch_unwind(AssertUnwindSafe(|| take(&bytes)));
        if done.is_err() || started.elapsed() > PATIENCE {
            let path = std::env::temp_dir().join(format!("plumbline-fuzz-{name}-{run}"));
            std::fs::write(&path, &bytes).expect("kept");
            panic!("run {run} failed after {:?}; its file is {}", started.elapsed(), path.display());
        }
    }
}

fn place(folder: &Path) -> Place {
    let noon: jiff::Timestamp = "2026-06-30T12:00:00Z".parse().expect("a time");
    Place::new(folder.join("store"), "tester", Arc::new(move || noon))
}

fn demo(folder: &Path) -> Session {
    let mut session = Session::open(place(folder)).expect("a place");
    session.create_demo().expect("a store");
    session
}

fn seed(name: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read(root.join(name)).expect("a seed")
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, bytes).expect("written");
    file
}

#[test]
fn evidence_with_its_profile() {
    let seeds = [seed("assets/demo/evidence.json")];
    target("evidence", 1, &seeds, |bytes| {
        if let Ok(evidence) = Evidence::from_json(bytes) {
            let assessed = scoring::assess(&evidence);
            assert_eq!(assessed.zones.len(), evidence.zones.len());
        }
    });
}

#[test]
fn feeds() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = place(folder.path());
    let nvd = br#"{"resultsPerPage":1,"startIndex":0,"totalResults":1,"format":"NVD_CVE","version":"2.0","timestamp":"2026-06-01T08:00:00.000","vulnerabilities":[{"cve":{"id":"CVE-2026-0001","sourceIdentifier":"x@example.com","published":"2026-01-02T03:04:05.678","lastModified":"2026-06-01T08:00:00.000","vulnStatus":"Analyzed","cveTags":[],"descriptions":[{"lang":"en","value":"A long request stops the router."}],"metrics":{"cvssMetricV31":[{"source":"nvd@nist.gov","type":"Primary","cvssData":{"version":"3.1","vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}}]},"weaknesses":[{"source":"x","type":"Primary","description":[{"lang":"en","value":"CWE-787"}]}],"configurations":[{"nodes":[{"operator":"OR","negate":false,"cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:o:acme:router_firmware:*:*:*:*:*:*:*:*","versionEndExcluding":"2.3","matchCriteriaId":"0"}]}]}],"references":[]}}]}"#;
    let kev = br#"{"title":"CISA Catalog","catalogVersion":"2026.06.01","dateReleased":"2026-06-01T08:00:00.000Z","count":1,"vulnerabilities":[{"cveID":"CVE-2026-0001","vendorProject":"Acme","product":"Router","vulnerabilityName":"x","dateAdded":"2026-05-01","shortDescription":"x","requiredAction":"x","dueDate":"2026-06-01","knownRansomwareCampaignUse":"Unknown","notes":"","cwes":["CWE-787"]}]}"#;
    let epss = b"#model_version:v2025.03.14,score_date:2026-06-01T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.00043,0.09\n";
    let csaf = seed("src-tauri/crates/import/tests/seeds/csaf.json");
    let seeds = [nvd.to_vec(), kev.to_vec(), epss.to_vec(), csaf];
    target("feeds", 1, &seeds, |bytes| {
        // By name and by content.
        for name in ["x.json", "x.csv"] {
            let file = written(folder.path(), name, bytes);
            let _ = intelligence::import(&place, &[file], &Unwatched);
        }
    });
    intelligence::import(&place, &[written(folder.path(), "nvd.json", nvd)], &Unwatched).expect("sound");
    let bundle = folder.path().join("feeds.plb");
    intelligence::export_bundle(&place, &bundle, None, &Unwatched).expect("a bundle");
    let sound = std::fs::read(&bundle).expect("a bundle");
    let elsewhere = tempfile::tempdir().expect("a folder");
    let other = self::place(elsewhere.path());
    target("bundle", 1, std::slice::from_ref(&sound), |bytes| {
        let file = written(folder.path(), "changed.plb", bytes);
        let done = intelligence::import_bundle(&other, &file, None, &Unwatched);
        assert!(done.is_err() || bytes == sound, "a bundle that was changed is not taken in");
    });
}

#[test]
fn packages_and_ends_of_logs() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut session = demo(folder.path());
    let report: view::ReportRequest = serde_json::from_value(serde_json::json!({
        "environments": ["demo"], "from": "2026-01-01", "to": "2026-06-30", "format": "html", "paper": "a4", "language": "en",
    }))
    .expect("a request");
    let request = view::HandoverRequest { report, formats: vec!["json".to_owned()] };
    let file = folder.path().join("package.zip");
    session
        .hand_over(&request, &Unwatched)
        .and_then(|handover| handover.write(&file, &Unwatched))
        .expect("a package");
    let sound = std::fs::read(&file).expect("a package");
    target("package", 6, std::slice::from_ref(&sound), |bytes| {
        let file = written(folder.path(), "changed.zip", bytes);
        let check = app::handover::verify(&file, None, &Unwatched);
        assert!(bytes == sound || check.map_or(true, |check| !check.faults.is_empty()), "a change is found");
    });
    let head = folder.path().join("head.json");
    session.export_head(&head).expect("a head");
    let sound = std::fs::read(&head).expect("a head");
    target("head", 1, &[sound], |bytes| {
        drop(
            session
                .holds_head(&app::plants::read(&written(folder.path(), "x.json", bytes)).expect("readable")),
        );
    });
}

#[test]
fn backups_keys_and_damaged_databases() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(demo(folder.path()));
    let file = folder.path().join("backup.zip");
    place(folder.path()).back_up(&file, None, &Unwatched).expect("a backup");
    let sound = std::fs::read(&file).expect("a backup");
    target("backup", 4, std::slice::from_ref(&sound), |bytes| {
        // The directory of an archive may be changed without changing what is in it; what is in it may not.
        drop(vault::check_backup(&written(folder.path(), "changed.zip", bytes), None, &Unwatched));
    });
    let sealed = tempfile::tempdir().expect("a folder");
    let mut session = Session::open(place(sealed.path())).expect("a place");
    session.create_encrypted("four plumb bobs").expect("a store");
    drop(session);
    let key = sealed.path().join("store/key.json");
    let sound = std::fs::read(&key).expect("a key");
    target("key", 6, std::slice::from_ref(&sound), |bytes| {
        std::fs::write(&key, bytes).expect("written");
        // What is changed opens nothing, or is the same key written otherwise.
        if let Ok(place) = place(sealed.path()).unlocked("four plumb bobs") {
            Session::open(place).and_then(|session| session.store().map(drop)).expect("it opens");
        }
    });
    let damaged = tempfile::tempdir().expect("a folder");
    drop(demo(damaged.path()));
    let database = damaged.path().join("store/plumbline.db");
    let sound = std::fs::read(&database).expect("a database");
    target("database", 10, &[sound], |bytes| {
        std::fs::write(&database, bytes).expect("written");
        let place = place(damaged.path());
        let examined = Session::open(place.clone()).and_then(|mut session| session.doctor());
        if let Err(why) = examined {
            drop(place.examine(why));
        }
        let into = damaged.path().join("rescued");
        if place.rescue(&into).is_ok() {
            let rescued = Place { folder: into.clone(), ..place };
            Session::open(rescued)
                .and_then(|session| session.store().map(drop))
                .expect("what was rescued opens");
            std::fs::remove_dir_all(into).expect("removed");
        }
    });
}
