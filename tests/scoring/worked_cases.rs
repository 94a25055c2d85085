//! All 200 worked cases of `plumbline-sl/1` (tests/worked/scoring.json), every field of every one.

use iec62443::{Evidence, assess, scoring::levels_over};
use serde_json::Value;

/// Every key of `expected` must be there in `found` with the same value; `found` may say more.
fn differences(at: &str, expected: &Value, found: &Value, out: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (key, value) in expected {
                differences(&format!("{at}/{key}"), value, found.get(key).unwrap_or(&Value::Null), out);
            }
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
                differences(&format!("{at}/{index}"), expected, found, out);
            }
        }
        _ if expected == found => {}
        _ => out.push(format!("{at}: expected {expected}, found {found}")),
    }
}

#[test]
fn all_worked_cases_are_equal_in_every_field() {
    let file: Value = serde_json::from_str(include_str!("../worked/scoring.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 200);
    let mut wrong = Vec::new();
    for case in cases {
        let bytes = serde_json::to_vec(&case["evidence"]).unwrap();
        let evidence = Evidence::from_json(&bytes).unwrap();
        let found = serde_json::to_value(assess(&evidence).document(&evidence)).unwrap();
        let name = case["name"].as_str().unwrap();
        differences(name, &case["expected"], &found, &mut wrong);
        // Nothing but the expected findings: one not yet opened is absent.
        let keys = |v: &Value| v["findings"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&case["expected"]), keys(&found), "{name}");
        // Asked for with other days, each has the same levels.
        let when = evidence.when();
        let levels = levels_over(&evidence, &[when, when]);
        assert!(levels.iter().all(|zones| *zones == assess(&evidence).zones), "{name}");
        // A document written again is the same document.
        let again = evidence.to_json();
        assert_eq!(Evidence::from_json(again.as_bytes()).unwrap(), evidence, "{name}");
    }
    assert!(
        wrong.is_empty(),
        "{} differences, the first:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(12)].join("\n")
    );
}
