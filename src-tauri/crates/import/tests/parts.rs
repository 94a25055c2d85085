//! Parts lists and statements.

#![allow(clippy::unwrap_used, missing_docs)]

use iec62443::plant::{IdentityKind, Layer};
use plumbline_import::{
    File, detect,
    observation::{Kind, Observed},
};
use proptest::prelude::*;
use vulnerability::record::Status;

fn file(text: &str) -> File {
    File::new("bom.json", text)
}

fn read(text: &str) -> Observed {
    let file = file(text);
    detect::read(&file, detect::kind(&file).unwrap(), None).unwrap()
}

const CYCLONE: &str = include_str!("seeds/cyclonedx.json");

#[test]
fn every_part_is_an_identity_of_its_kind_once() {
    let observed = read(CYCLONE);
    assert_eq!(observed.taken.unwrap().to_string(), "2026-01-02T03:04:05Z");
    let asset = &observed.assets[0];
    let parts: Vec<_> = asset
        .identities
        .iter()
        .map(|i| (i.layer, i.kind, i.vendor.as_str(), i.product.as_str(), i.version.as_str()))
        .collect();
    assert_eq!(
        parts,
        [
            (Layer::Ot, IdentityKind::Firmware, "Acme", "Gateway", "4.2"),
            (Layer::Os, IdentityKind::OperatingSystem, "", "linux", "5.10"),
            (Layer::Ot, IdentityKind::Hardware, "NXP", "SoC", ""),
            (Layer::Ot, IdentityKind::Application, "org.x", "lib", "1.0"),
            (Layer::Ot, IdentityKind::Application, "", "inner", "2"),
        ]
    );
    assert_eq!(asset.identities[3].purl, "pkg:maven/org.x/lib@1.0");
    let statement = &observed.statements[0];
    assert_eq!(statement.reasons["CVE-2020-0001"], "code not reachable: Never called.");
    assert_eq!((statement.record.claims.len(), statement.record.claims[0].status), (1, Status::NotAffected));
    assert_eq!(
        &*statement.record.vulnerabilities[0].cvss[0].vector,
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    );
    let refused: Vec<&str> = observed.refused.iter().map(|r| r.at.as_str()).collect();
    assert_eq!(refused, ["component 4", "/vulnerabilities/0"]);
}

#[test]
fn the_same_in_xml() {
    let xml = include_str!("seeds/cyclonedx.xml");
    let (a, b) = (read(xml), read(CYCLONE));
    let of = |observed: &Observed, product: &str| {
        observed.assets[0].identities.iter().find(|i| i.product == product).cloned().unwrap()
    };
    for product in ["Gateway", "lib", "inner"] {
        assert_eq!(of(&a, product), of(&b, product));
    }
    assert_eq!(a.statements[0].reasons, b.statements[0].reasons);
    assert_eq!(a.statements[0].record.claims, b.statements[0].record.claims);
}

#[test]
fn spdx_two_and_three_say_the_same() {
    let two = include_str!("seeds/spdx-2.json");
    let three = r#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"CreationInfo","created":"2026-01-02T03:04:05Z"},
        {"type":"Organization","spdxId":"o","name":"Acme"},{"type":"SpdxDocument","spdxId":"d","name":"doc","rootElement":["a"]},
        {"type":"software_Package","spdxId":"a","name":"suite","software_packageVersion":"4.2","suppliedBy":"o","software_primaryPurpose":"application"},
        {"type":"software_Package","spdxId":"b","name":"zlib","software_packageVersion":"1.2.11","software_packageUrl":"pkg:generic/zlib@1.2.11",
        "externalIdentifier":[{"externalIdentifierType":"cpe23","identifier":"cpe:2.3:a:zlib:zlib:1.2.11:*:*:*:*:*:*:*"}]}]}"#;
    let (two, three) = (read(two), read(three));
    assert_eq!((two.kind, two.taken), (Kind::Spdx, three.taken));
    assert_eq!(two.assets[0].identities, three.assets[0].identities);
    assert_eq!((two.assets[0].tag.as_str(), two.assets[0].identities[0].vendor.as_str()), ("suite", "Acme"));
    assert_eq!(two.assets[0].identities[1].version, "1.2.11");
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, word) in [
        (r#"{"bomFormat":"CycloneDX","components":{}}"#, "/components"),
        (r#"{"bomFormat":"CycloneDX"}"#, "neither components"),
        (r#"{"spdxVersion":"SPDX-2.3","packages":[]}"#, "no package"),
        (r#"{"document":{}}"#, "no CSAF document"),
        (r#"{"@context":"https://openvex.dev/ns","statements":[]}"#, "no statement"),
    ] {
        let file = file(text);
        let refused = detect::read(&file, detect::kind(&file).unwrap(), None).unwrap_err();
        assert!(refused.to_string().contains(word), "{text}: {refused}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_mutation_brings_a_reader_down(at in 0usize..4000, byte: u8, cut in 0usize..4000) {
        let mut bytes = CYCLONE.as_bytes().to_vec();
        let length = bytes.len();
        bytes[at % length] = byte;
        bytes.truncate(length - if cut % 3 == 0 { cut % length } else { 0 });
        let file = File::new("x", bytes);
        let _ = detect::kind(&file);
        for kind in [Kind::Cyclonedx, Kind::Spdx, Kind::Csaf, Kind::Vex] {
            let _ = detect::read(&file, kind, None);
        }
    }
}
