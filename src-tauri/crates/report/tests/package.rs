//! The page that comes with a handover package.

#![allow(clippy::unwrap_used, missing_docs)]

mod plant;

use iec62443::catalogue::Language;
use plumbline_report::{Options, Package, PackageEnvironment, PackageFile, html, package_page};
use serde_json::Value;

/// Every text of a document.
fn texts(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.values().for_each(|value| texts(value, out)),
        Value::Array(list) => list.iter().for_each(|value| texts(value, out)),
        Value::String(text) => out.push(text.clone()),
        _ => {}
    }
}

#[test]
fn it_tells_how_to_check_the_package_in_words_of_its_language() {
    let plant = plant::plant(3, 12);
    let assessment = plant::assess(&plant);
    let when = plant.when(jiff::civil::date(2026, 6, 30), jiff::civil::date(2026, 1, 1));
    let roles = ["report", "evidence", "assessment", "plant", "sbom", "vex", "attachment", "audit", "key"];
    for language in [Language::En, Language::De] {
        let options = Options { language, ..Options::default() };
        let page = package_page(&Package {
            options: &options,
            id: "0197".to_owned(),
            made: "2026-07-01T08:00:00Z".parse().unwrap(),
            maker: plant::HOSTILE.to_owned(),
            program_version: "0.1.0".to_owned(),
            fingerprint: "9f3a-41bc".to_owned(),
            environments: vec![PackageEnvironment {
                plant: &plant,
                when,
                assessment: &assessment,
                folder: "works-1".to_owned(),
                not_in_vex: 2,
            }],
            files: roles
                .map(|role| PackageFile { path: format!("works-1/{role}.json"), role, size: 12_345 })
                .into(),
        });
        let mut all = Vec::new();
        texts(&serde_json::to_value(&page).unwrap(), &mut all);
        // A word that is missing shows as its key.
        let is_key = |text: &str| {
            let part =
                |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            text.split('.').count() > 1 && text.split('.').all(part)
        };
        let missing: Vec<&String> = all.iter().filter(|text| is_key(text)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        let html = html(&page, &()).unwrap();
        for role in roles {
            assert!(html.contains(&format!("works-1/{role}.json")), "{role}");
        }
        let commands = ["plumbline handover verify PACKAGE.zip --key 9f3a-41bc", "sha256sum -c SHA256SUMS"];
        for command in commands {
            assert!(html.contains(command), "{command}");
        }
        assert!(!html.contains("<script") && html.contains("works-1/evidence.json --json"));
        for zone in &assessment.zones {
            for cell in &zone.cells {
                let level = cell.achieved.map(|level| format!("{level} / {}", zone.sl_t[cell.fr.index()]));
                assert!(level.is_none_or(|level| html.contains(&level)), "{}", &*zone.id);
            }
        }
    }
}
