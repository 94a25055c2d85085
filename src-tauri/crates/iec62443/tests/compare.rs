//! Two assessments side by side, against a difference made by hand.

#![allow(clippy::unwrap_used, missing_docs)]

use iec62443::{Evidence, assess, compare::compare};
use serde_json::{Value, json};

/// Two zones; F1 holds FR 3 of the first down, F2 is closed later, F3 opens later, F4 comes back.
fn document(day: &str, findings: &Value, controls: &Value, target: u8) -> Evidence<'static> {
    let text = json!({
        "method": "plumbline-sl/1", "as_of": day, "period_from": "2026-01-01",
        "monitoring": {"last_update": day},
        "zones": [{"id": "Z1", "name": "Cell 1", "sl_t": [target, 2, 2, 2, 2, 2, 2]}, {"id": "Z2", "name": "Cell 2", "sl_t": [1, 1, 1, 1, 1, 1, 1]}],
        "assets": [{"id": "A1", "zone": "Z1", "identified": true}, {"id": "A2", "zone": "Z2", "identified": day > "2026-05"}],
        "findings": findings, "controls": controls, "sr_assessments": []
    });
    Evidence::from_json(text.to_string().as_bytes()).unwrap().into_owned()
}

fn finding(id: &str, opened: &str, events: &Value) -> Value {
    json!({
        "id": id, "asset": "A1", "vuln": null, "title": "", "description": "", "cwes": ["CWE-787"],
        "cvss": [{"vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "source": "primary"}], "severity": null,
        "kev": false, "epss": null, "exploit": null, "fix": "none", "opened": opened, "events": events, "controls": []
    })
}

#[test]
fn a_difference_made_by_hand_is_found_whole() {
    let acknowledged = json!({"at": "2026-03-01", "kind": "acknowledged"});
    let closed = json!({"at": "2026-05-20", "kind": "closed"});
    let all = json!([
        finding("F1", "2026-02-01", &json!([acknowledged, closed])),
        finding("F3", "2026-05-10", &json!([{"at": "2026-05-11", "kind": "false_positive"}])),
        finding(
            "F4",
            "2026-02-02",
            &json!([{"at": "2026-03-02", "kind": "closed"}, {"at": "2026-05-30", "kind": "reopened"}])
        ),
    ]);
    let at = |day: &str| -> Value {
        let kept = all.as_array().unwrap().iter().filter(|f| f["opened"].as_str().unwrap() <= day).map(|f| {
            let mut f = f.clone();
            f["events"].as_array_mut().unwrap().retain(|event| event["at"].as_str().unwrap() <= day);
            f
        });
        kept.collect()
    };
    let control = |status: &str| json!([{"id": "K1", "history": [{"at": "2026-05-01", "status": status}], "expires": null}]);
    let old = document("2026-04-30", &at("2026-04-30"), &json!([]), 2);
    let new = document("2026-05-25", &at("2026-05-25"), &control("verified"), 3);
    let (then, now) = (assess(&old), assess(&new));
    let comparison = compare((&old, &then), (&new, &now));
    // Before: F1 is open and its class is 2, so exposure lets SL 1 through; after, nothing is open.
    assert_eq!(
        (comparison.findings.open, comparison.findings.gone.as_slice()),
        ([1, 0], ["F1".to_owned()].as_slice())
    );
    assert!(comparison.findings.new.is_empty() && comparison.findings.reopened.is_empty());
    assert_eq!(
        (comparison.controls.in_force, comparison.controls.new.as_slice()),
        ([0, 1], ["K1".to_owned()].as_slice())
    );
    assert_eq!(comparison.identified.map(|r| [r.count, r.of]), [[1, 2], [2, 2]]);
    let zone = &comparison.zones[0];
    let of = |fr: u8| zone.cells.iter().find(|cell| cell.fr.number() == fr);
    let si = of(3).unwrap();
    assert_eq!(si.achieved.map(|level| level.unwrap().get()), [0, 2]);
    let exposure = si.drivers.iter().find(|driver| driver.limit.as_str() == "compensation").unwrap();
    assert_eq!(exposure.shares.unwrap().map(|r| [r.count, r.of]), [[0, 1], [0, 0]]);
    // FR 1 rose nowhere, but its target did.
    let iac = of(1).unwrap();
    assert_eq!((iac.achieved[0], iac.drivers.len()), (iac.achieved[1], 0));
    assert_eq!(iac.target.map(iec62443::SecurityLevel::get), [2, 3]);
    assert!(of(2).is_none(), "what does not differ is not told");
    // The second zone had no identified asset: assurance held it down at 0.
    let second = &comparison.zones[1];
    assert_eq!(second.cells.len(), 7);
    assert!(second.cells.iter().all(|cell| cell.drivers.iter().any(|d| d.limit.as_str() == "assurance")));

    // Later F4 is open again, and F1 has not come back.
    let later = document("2026-06-10", &at("2026-06-10"), &control("retired"), 3);
    let last = assess(&later);
    let comparison = compare((&new, &now), (&later, &last));
    assert_eq!(comparison.findings.reopened, ["F4"]);
    assert_eq!((comparison.findings.new.len(), comparison.findings.gone.len()), (0, 0));
    assert_eq!(comparison.controls.ended, ["K1"]);
    let si = comparison.zones[0].cells.iter().find(|cell| cell.fr.number() == 3).unwrap();
    assert!(si.achieved[1] < si.achieved[0]);
    let exposure = si.drivers.iter().find(|driver| driver.limit.as_str() == "compensation").unwrap();
    assert!(exposure.levels[1] < exposure.levels[0]);
}

#[test]
fn zones_that_come_and_go_are_told() {
    let old = document("2026-04-30", &json!([]), &json!([]), 2);
    let mut new = old.clone();
    new.zones.retain(|zone| &*zone.id != "Z2");
    new.assets.retain(|asset| &*asset.zone != "Z2");
    let (then, now) = (assess(&old), assess(&new));
    let comparison = compare((&old, &then), (&new, &now));
    assert_eq!(comparison.zones.len(), 2);
    assert!(comparison.zones[1].after.is_none() && comparison.zones[1].cells.is_empty());
    let comparison = compare((&new, &now), (&old, &then));
    assert!(comparison.zones[1].before.is_none());
    let same = compare((&old, &then), (&old, &then));
    assert!(same.zones.iter().all(|zone| zone.cells.is_empty() && zone.before == zone.after));
}
