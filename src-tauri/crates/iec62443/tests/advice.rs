//! What is advised, told on a small works: two controllers of one make, a switch and a panel that nobody supports.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use iec62443::{
    Plant,
    advice::{Advice, Kind, LONGEST, Offer, Source, advise, is_out_of_support},
    plant::{AssetDetail, Environment, Identity},
};
use rustc_hash::FxHashMap;
use serde_json::{Value, json};
use vulnerability::record::RemedyKind;

const TODAY: &str = "2026-06-30";

/// Findings F1, F2 on the controllers A1 and A2, F3 on the switch A3; the panel A4 has what is added.
fn works(more: &[Value]) -> Plant {
    let finding = |id: &str, asset: &str, severity: &str, cwe: &str| {
        json!({"id": id, "asset": asset, "vuln": "CVE-2026-1000", "title": "x", "severity": severity, "cwes": [cwe],
            "fix": "none", "opened": "2026-05-01"})
    };
    let mut findings = vec![
        finding("F1", "A1", "high", "CWE-306"),
        finding("F2", "A2", "medium", "CWE-306"),
        finding("F3", "A3", "medium", "CWE-319"),
        // Low ones are nobody's worry here.
        finding("F4", "A3", "low", "CWE-319"),
    ];
    findings.extend(more.iter().map(|change| {
        let mut one = finding("F5", "A4", "medium", "CWE-787");
        one.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        one
    }));
    let assets = ["A1", "A2", "A3", "A4"].map(|id| json!({"id": id, "zone": "Z1", "identified": true}));
    let document = json!({
        "method": "plumbline-sl/1", "as_of": TODAY, "period_from": "2026-01-01",
        "monitoring": {"last_update": "2026-06-29"},
        "zones": [{"id": "Z1", "name": "Cell", "sl_t": [2, 2, 2, 2, 2, 2, 2]}],
        "assets": assets, "findings": findings,
    });
    let mut plant = Plant::empty(Environment::default(), TODAY.parse().unwrap());
    plant.evidence = iec62443::Evidence::from_json(document.to_string().as_bytes()).unwrap().into_owned();
    let detail = |vendor: &str, product: &str, of: &str, lifecycle: &str| AssetDetail {
        component_type: of.into(),
        lifecycle: lifecycle.into(),
        identities: vec![Identity {
            vendor: vendor.into(),
            product: product.into(),
            version: "1.0".into(),
            ..Identity::default()
        }],
        ..AssetDetail::default()
    };
    plant.assets = vec![
        detail("Acme", "Controller 5", "embedded_device", "active"),
        detail("ACME", "controller  5", "embedded_device", "end of sale"),
        detail("Netco", "Switch 8", "network device", ""),
        detail("Acme", "Panel 3", "embedded_device", "End-of-Support"),
    ];
    plant
}

fn advice(plant: &Plant, offers: &[Offer]) -> Vec<Advice> {
    let assessment = plant.assess(plant.when(TODAY.parse().unwrap(), "2026-01-01".parse().unwrap()));
    advise(plant, &assessment, &FxHashMap::default(), offers)
}

fn of(all: &[Advice], kind: Kind) -> Vec<&Advice> {
    all.iter().filter(|one| one.kind == kind).collect()
}

fn offer(kind: RemedyKind, words: &str, advisory: &str, findings: &[usize]) -> Offer {
    let source = Source { publisher: "Acme".into(), advisory: advisory.into(), url: String::new() };
    Offer { kind, words: words.into(), source, by_product: true, findings: findings.to_vec() }
}

#[test]
fn what_nobody_supports_is_replaced_and_tells_what_stays_open_for_ever() {
    let all = advice(&works(&[json!({}), json!({"id": "F6", "fix": "available"})]), &[]);
    let replace = of(&all, Kind::Replace);
    let [panel] = replace[..] else { panic!("{replace:?}") };
    assert_eq!(
        (panel.vendor.as_str(), panel.product.as_str(), panel.component_type),
        ("Acme", "Panel 3", "embedded_device")
    );
    assert_eq!(
        (panel.assets.as_slice(), panel.findings.as_slice(), panel.unfixed),
        ([3].as_slice(), [4, 5].as_slice(), 1)
    );
    // A thing that is replaced needs no guard.
    assert!(panel.mitigations.is_empty());
}

#[test]
fn what_is_only_no_longer_sold_may_stay() {
    let says = |lifecycle: &str| {
        is_out_of_support(&AssetDetail { lifecycle: lifecycle.into(), ..AssetDetail::default() })
    };
    assert!(says("end_of_life") && says(" Obsolete ") && says("EOL") && says("Ohne Support"));
    assert!(!says("end of sale") && !says("") && !says("active") && !says("support ends 2031"));
}

#[test]
fn one_fix_on_many_assets_is_one_thing_to_do_in_the_vendors_words() {
    let mut plant = works(&[]);
    for finding in &mut plant.evidence.findings {
        finding.fix = iec62443::evidence::Fix::Available;
    }
    let offers = [
        offer(RemedyKind::VendorFix, "Update to V2.1", "ACME-1", &[0, 1]),
        offer(RemedyKind::VendorFix, "Update to V2.0", "ACME-2", &[0]),
    ];
    let all = advice(&plant, &offers);
    let fixes = of(&all, Kind::VendorFix);
    // The controllers are one product however they are spelled; of the switch's fix no advisory says where it is.
    assert_eq!(fixes.len(), 2);
    assert_eq!((fixes[0].vendor.as_str(), fixes[0].assets.as_slice()), ("Acme", [0, 1].as_slice()));
    assert_eq!(fixes[0].text, "Update to V2.1\nUpdate to V2.0");
    let advisories: Vec<&str> = fixes[0].sources.iter().map(|source| source.advisory.as_str()).collect();
    assert_eq!(advisories, ["ACME-1", "ACME-2"]);
    assert_eq!((fixes[1].product.as_str(), fixes[1].text.as_str()), ("Switch 8", ""));
    assert!(fixes[1].sources.is_empty() && fixes[1].component_type == "network_device");
}

#[test]
fn a_fix_that_is_put_off_is_not_urged() {
    let deferred = json!({"fix": "available", "events": [{"at": "2026-05-03", "kind": "deferred"}]});
    let all = advice(&works(&[deferred]), &[]);
    assert!(of(&all, Kind::VendorFix).is_empty());
    assert_eq!(of(&all, Kind::Replace)[0].findings, [4]);
}

#[test]
fn a_fix_that_an_advisory_knows_counts_though_the_finding_does_not_record_it() {
    let said = [
        offer(RemedyKind::VendorFix, "Update to V2.1", "ACME-1", &[0]),
        offer(RemedyKind::NoneAvailable, "No fix yet", "ACME-1", &[0, 1]),
    ];
    let all = advice(&works(&[]), &said);
    assert_eq!(of(&all, Kind::VendorFix)[0].findings, [0]);
    assert_eq!(of(&all, Kind::NoFix)[0].findings, [1]);
    // Of another product's fix this product's owner learns nothing.
    let elsewhere = [Offer { by_product: false, ..said[0].clone() }];
    assert!(of(&advice(&works(&[]), &elsewhere), Kind::VendorFix).is_empty());
}

#[test]
fn the_same_words_in_many_advisories_are_said_once() {
    let words = "Restrict  access\r\nto port 102";
    let offers = [
        offer(RemedyKind::Mitigation, words, "ACME-1", &[0]),
        offer(RemedyKind::Mitigation, "Restrict access\nto port 102\u{7}", "ACME-2", &[1, 2, 3]),
        offer(RemedyKind::Workaround, "Switch the web server off", "ACME-1", &[0]),
        Offer { by_product: false, ..offer(RemedyKind::Mitigation, words, "OTHER-9", &[2]) },
    ];
    let all = advice(&works(&[]), &offers);
    let mitigations = of(&all, Kind::Mitigation);
    assert_eq!(mitigations.len(), 2);
    let [sure, unsure] = mitigations[..] else { panic!() };
    assert_eq!(sure.text, "Restrict access\nto port 102");
    // F4 is low and not spoken of.
    assert_eq!((sure.findings.as_slice(), sure.sources.len()), ([0, 1, 2].as_slice(), 2));
    // Two makes, two types: no one name stands for them.
    assert_eq!((sure.vendor.as_str(), sure.component_type), ("", ""));
    assert!(unsure.by_cve_only && unsure.product == "Switch 8");
    assert_eq!(of(&all, Kind::Workaround)[0].product, "Controller 5");
}

#[test]
fn what_an_advisory_says_in_several_paragraphs_stays_together() {
    let said = |words: &str, findings: &[usize]| offer(RemedyKind::Mitigation, words, "ACME-1", findings);
    let all = advice(
        &works(&[]),
        &[said("Close the port.", &[0, 1]), said("Use a VPN.", &[1, 0]), said("Look out.", &[0])],
    );
    let texts: Vec<&str> = of(&all, Kind::Mitigation).iter().map(|one| one.text.as_str()).collect();
    assert_eq!(texts, ["Close the port.\nUse a VPN.", "Look out."]);
    assert_eq!(of(&all, Kind::Mitigation)[0].sources.len(), 1);
}

#[test]
fn weaknesses_ask_for_protection_by_type_of_component() {
    let all = advice(&works(&[]), &[]);
    let protect = of(&all, Kind::Protect);
    let types: Vec<&str> = protect.iter().map(|one| one.component_type).collect();
    assert_eq!(types, ["embedded_device", "network_device"]);
    for one in protect {
        assert!(!one.srs.is_empty() && !one.mitigations.is_empty(), "{one:?}");
        assert!(one.text.is_empty() && one.sources.is_empty());
    }
}

#[test]
fn what_is_exploited_comes_first_then_what_is_high() {
    let exploited = json!({"kev": true, "asset": "A3"});
    let plant = works(&[exploited]);
    let said = |words: &str, at: usize| offer(RemedyKind::Mitigation, words, "ACME-1", &[at]);
    let all = advice(&plant, &[said("medium", 1), said("high", 0), said("exploited", 4)]);
    let order: Vec<&str> = of(&all, Kind::Mitigation).iter().map(|one| one.text.as_str()).collect();
    assert_eq!(order, ["exploited", "high", "medium"]);
}

#[test]
fn long_words_end_and_places_that_there_are_not_are_passed_over() {
    let long = offer(RemedyKind::Mitigation, &"ä ".repeat(5000), "ACME-1", &[0, 9999]);
    let all = advice(&works(&[]), &[long]);
    let one = of(&all, Kind::Mitigation)[0];
    assert!(one.text.chars().count() <= LONGEST && one.text.ends_with('…'));
    assert_eq!(one.findings, [0]);
}

#[test]
fn a_hundred_thousand_findings_are_gone_through_once() {
    let mut plant = works(&[]);
    let one = plant.evidence.findings[0].clone();
    plant.evidence.findings = vec![one; 100_000];
    let all: Vec<usize> = (0..100_000).collect();
    let offers: Vec<Offer> =
        (0..10).map(|n| offer(RemedyKind::Mitigation, &format!("Measure {n}"), "ACME-1", &all)).collect();
    let assessment = plant.assess(plant.when(TODAY.parse().unwrap(), "2026-01-01".parse().unwrap()));
    let started = std::time::Instant::now();
    let advice = advise(&plant, &assessment, &FxHashMap::default(), &offers);
    // Far above what it takes, far below what anything quadratic would.
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    assert!(of(&advice, Kind::Mitigation).iter().all(|one| one.findings.len() == 100_000));
}
