//! OSCAL assessment results: everything that was assessed is there once, and nothing that OSCAL forbids.

#![allow(clippy::unwrap_used, missing_docs)]

mod plant;

use std::collections::BTreeSet;

use iec62443::{Fr, catalogue::Language, finding::State, scoring};
use plumbline_report::{Paper, oscal};
use serde_json::Value;

/// Every text and every id of a document.
fn walk(value: &Value, texts: &mut Vec<String>, ids: &mut Vec<String>, empty: &mut usize) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if key == "uuid" {
                    ids.push(value.as_str().unwrap().to_owned());
                }
                walk(value, texts, ids, empty);
            }
        }
        Value::Array(list) => {
            *empty += usize::from(list.is_empty());
            list.iter().for_each(|value| walk(value, texts, ids, empty));
        }
        Value::String(text) => texts.push(text.clone()),
        _ => {}
    }
}

#[test]
fn every_level_answer_and_finding_is_there_once() {
    let plant = plant::plant(4, 60);
    let assessment = plant::assess(&plant);
    let input = plant::input(&plant, &assessment, Language::En, Paper::A4);
    let when = input.plants[0].when;
    let document: Value = serde_json::from_str(&oscal(&input)).unwrap();
    let result = &document["assessment-results"]["results"][0];
    let list = |key: &str| result[key].as_array().cloned().unwrap_or_default();
    let answers =
        scoring::satisfied(&plant.evidence, when.as_of).iter().flatten().filter(|a| a.is_some()).count();
    assert_eq!(list("findings").len(), assessment.zones.len() * 7 + answers);
    assert_eq!(list("observations").len(), assessment.verdicts.iter().flatten().count());
    let open = assessment.verdicts.iter().flatten().filter(|verdict| verdict.state == State::Open).count();
    assert_eq!(list("risks").len(), open);
    // Each level, counted a second way.
    for zone in &assessment.zones {
        for fr in Fr::ALL {
            let title = format!("FR {} {}", fr.number(), fr.code());
            let found: Vec<&Value> = result["findings"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|one| {
                    one["props"][0]["value"] == *zone.id && one["title"].as_str().unwrap().ends_with(&title)
                })
                .collect();
            assert_eq!(found.len(), 1);
            let reached = zone.cell(fr).achieved.is_some_and(|level| level >= zone.sl_t[fr.index()]);
            let state = if reached { "satisfied" } else { "not-satisfied" };
            assert_eq!(found[0]["target"]["status"]["state"], state, "{} {fr:?}", &*zone.id);
        }
    }
}

#[test]
fn it_keeps_to_what_oscal_allows_whatever_the_plant_is_called() {
    for (zones, findings) in [(1, 0), (3, 30)] {
        let plant = plant::plant(zones, findings);
        let assessment = plant::assess(&plant);
        let input = plant::input(&plant, &assessment, Language::De, Paper::A4);
        let text = oscal(&input);
        assert_eq!(text, oscal(&input), "the same report gives the same document");
        let document: Value = serde_json::from_str(&text).unwrap();
        let (mut texts, mut ids, mut empty) = (Vec::new(), Vec::new(), 0);
        walk(&document, &mut texts, &mut ids, &mut empty);
        assert_eq!(empty, 0, "OSCAL has no empty lists");
        for text in &texts {
            assert!(!text.is_empty() && text.trim() == text, "{text:?}");
            assert!(!text.contains(char::is_control), "{text:?}");
        }
        let form = |id: &str| {
            let at = |at: usize| id.as_bytes()[at];
            id.len() == 36 && at(14) == b'5' && at(19) == b'8' && id.matches('-').count() == 4
        };
        assert!(ids.iter().all(|id| form(id)), "{ids:?}");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "each id once");
    }
}
