//! Every kind of report keeps to the schema that is published for it.

#![allow(clippy::unwrap_used, missing_docs)]

mod plant;

use iec62443::catalogue::Language;
use plumbline_report::{Kind, Paper, content, json};
use serde_json::Value;

fn schema() -> jsonschema::Validator {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets/schemas/plumbline-report-1.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn every_kind_of_report_keeps_to_the_published_schema() {
    let schema = schema();
    for (zones, findings) in [(1, 0), (5, 40)] {
        let plant = plant::plant(zones, findings);
        let assessment = plant::assess(&plant);
        for kind in Kind::ALL {
            for language in [Language::En, Language::De] {
                let mut input = plant::input(&plant, &assessment, language, Paper::Letter);
                input.options.kind = *kind;
                let document: Value = serde_json::from_str(&json(&content(&input, &()).unwrap())).unwrap();
                let faults: Vec<String> = schema
                    .iter_errors(&document)
                    .take(3)
                    .map(|fault| format!("{}: {fault}", fault.instance_path()))
                    .collect();
                assert!(faults.is_empty(), "{}: {faults:#?}", kind.as_str());
            }
        }
    }
}

#[test]
fn what_is_no_report_does_not_keep_to_it() {
    let schema = schema();
    let plant = plant::plant(2, 6);
    let assessment = plant::assess(&plant);
    let input = plant::input(&plant, &assessment, Language::En, Paper::A4);
    let document: Value = serde_json::from_str(&json(&content(&input, &()).unwrap())).unwrap();
    let spoiled = |pointer: &str, value: Value| {
        let mut document = document.clone();
        *document.pointer_mut(pointer).unwrap() = value;
        assert!(!schema.is_valid(&document), "{pointer}");
    };
    spoiled("/schema", "plumbline-report/2".into());
    spoiled("/language", "fr".into());
    spoiled("/sections", Value::Null);
    spoiled("/sections/0/blocks/0/block", "unknown".into());
    spoiled("/head/page_of", 3.into());
}
