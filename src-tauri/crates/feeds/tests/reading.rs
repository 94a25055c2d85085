//! Feeds as they come: read by content, wrong entries told, nothing that makes it fall over.

#![allow(clippy::unwrap_used, missing_docs)]

use std::{convert::Infallible, fs, io::Write, path::PathBuf};

use plumbline_feeds::{
    csaf, cve, nvd,
    reading::{self, Event, FileReport, Item},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use vulnerability::record::{Bounds, Exploitation, State, Status, Voice};

fn page(entries: &[Value]) -> String {
    let list: Vec<Value> = entries.iter().map(|cve| json!({"cve": cve})).collect();
    json!({"format": "NVD_CVE", "timestamp": "2026-06-01T08:00:00.000", "vulnerabilities": list}).to_string()
}

fn entry(id: &str) -> Value {
    json!({
        "id": id, "published": "2026-01-02T03:04:05.678", "lastModified": "2026-01-03T03:04:05.678", "vulnStatus": "Analyzed",
        "descriptions": [{"lang": "en", "value": "x"}],
        "configurations": [{"nodes": [{"operator": "OR", "negate": false, "cpeMatch": [
            {"vulnerable": true, "criteria": "cpe:2.3:a:a\\:b:c_d:1.0:sp1:*:*:*:*:*:*"},
            {"vulnerable": true, "criteria": "cpe:2.3:a:a\\:b:c_d:*:*:*:*:*:*:*:*", "versionStartIncluding": "2.0", "versionEndExcluding": "2.5"},
            {"vulnerable": true, "criteria": "cpe:2.3:h:a\\:b:e:-:*:*:*:*:*:*:*"},
        ]}]}],
    })
}

fn read(files: &[PathBuf]) -> Result<(Vec<Item>, Vec<FileReport>), String> {
    let (mut items, mut reports) = (Vec::new(), Vec::new());
    reading::read::<_, Infallible>(files, &|_| false, &|item| item, |event| {
        match event {
            Event::Batch(batch) => items.extend(batch.items),
            Event::Done(report) => reports.push(*report),
        }
        Ok(())
    })
    .map_err(|error| error.to_string())?;
    Ok((items, reports))
}

#[test]
fn one_page_in_every_wrapping() {
    let folder = tempfile::tempdir().unwrap();
    let text = page(&[entry("CVE-2026-1000"), entry("CVE-2026-1001")]);
    let at = |name: &str| folder.path().join(name);
    fs::write(at("plain.json"), format!("\u{feff}{text}")).unwrap();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(text.as_bytes()).unwrap();
    fs::write(at("page.json.gz"), gz.finish().unwrap()).unwrap();
    fs::write(at("page.json.zst"), zstd::encode_all(text.as_bytes(), 1).unwrap()).unwrap();
    let mut tar = tar::Builder::new(Vec::new());
    let mut head = tar::Header::new_ustar();
    head.set_size(text.len() as u64);
    tar.append_data(&mut head, "deep/page.json", text.as_bytes()).unwrap();
    fs::write(at("pages.tar"), tar.into_inner().unwrap()).unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("page.json", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(text.as_bytes()).unwrap();
    fs::write(at("pages.zip"), zip.finish().unwrap().into_inner()).unwrap();
    fs::write(at("README.txt"), "not a feed").unwrap();
    let files = reading::files(&[folder.path().to_owned()]).unwrap();
    assert_eq!(files.len(), 5, "{files:?}");
    let (items, reports) = read(&files).unwrap();
    assert_eq!(items.len(), 10);
    assert!(reports.iter().all(|report| report.refused.is_empty() && report.kind.is_some()), "{reports:?}");
}

#[test]
fn nvd_configurations_become_claims() {
    let record = nvd::read(&json!({"cve": entry("CVE-2026-1000")}).to_string()).unwrap();
    assert_eq!(record.claims.len(), 2);
    let claim = &record.claims[0];
    assert_eq!(
        (&*claim.vendor, &*claim.product, &*claim.range.written),
        ("a:b", "c d", "1.0 sp1 | >= 2.0 < 2.5")
    );
    assert_eq!((claim.voice, claim.bounds), (Voice::Analyst, Bounds::Stated));
    assert_eq!(record.claims[1].bounds, Bounds::NotApplicable);
    for (status, tags, expected) in [
        ("Rejected", json!([]), State::Rejected),
        ("Analyzed", json!([{"sourceIdentifier": "x", "tags": ["disputed"]}]), State::Disputed),
        ("Awaiting Analysis", json!([]), State::Published),
    ] {
        let mut cve = entry("CVE-2026-1000");
        cve["vulnStatus"] = json!(status);
        cve["cveTags"] = tags;
        let record = nvd::read(&json!({ "cve": cve }).to_string()).unwrap();
        assert_eq!(record.state, expected, "{status}");
        assert_eq!(record.claims.is_empty(), expected == State::Rejected);
    }
    let mut bare = entry("CVE-2026-1000");
    bare["vulnStatus"] = json!("Awaiting Analysis");
    bare.as_object_mut().unwrap().remove("configurations");
    assert_eq!(nvd::read(&json!({ "cve": bare }).to_string()).unwrap().state, State::NotAnalysed);
    assert!(nvd::read(&json!({"cve": {"id": "CVE-1"}}).to_string()).is_err());
}

#[test]
fn cve_records_keep_assigner_and_enricher_apart() {
    let record = json!({
        "dataType": "CVE_RECORD", "dataVersion": "5.1",
        "cveMetadata": {"cveId": "CVE-2026-1000", "state": "PUBLISHED", "assignerShortName": "acme", "dateUpdated": "2026-01-03T00:00:00"},
        "containers": {
            "cna": {
                "title": "t", "descriptions": [{"lang": "en", "value": "d"}],
                "affected": [{"vendor": "Acme", "product": "Gate", "defaultStatus": "unaffected", "versions": [
                    {"version": "1.0", "status": "affected", "lessThan": "1.5", "versionType": "custom"},
                    {"version": "0", "status": "affected", "lessThanOrEqual": "0.9"}]},
                    {"vendor": "n/a", "product": "n/a", "versions": [{"version": "n/a", "status": "affected"}]}],
                "problemTypes": [{"descriptions": [{"lang": "en", "cweId": "CWE-79"}]}],
                "metrics": [{"cvssV3_1": {"vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}}],
                "references": [{"url": "https://example.com"}], "providerMetadata": {"orgId": "x", "dateUpdated": "2026-01-02T00:00:00Z"}},
            "adp": [{"title": "CISA", "affected": [{"vendor": "acme", "product": "gate_way", "defaultStatus": "affected", "versions": [
                {"version": "2.0", "status": "unaffected", "lessThan": "*"}]}],
                "metrics": [{"other": {"type": "ssvc", "content": {"options": [{"Exploitation": "active"}]}}}],
                "providerMetadata": {"orgId": "y", "dateUpdated": "2026-02-02T00:00:00Z"}}],
        },
    });
    let read = cve::read(&record.to_string()).unwrap();
    assert_eq!(read.modified, "2026-02-02T00:00:00Z".parse().unwrap(), "an addition is a change, too");
    assert_eq!(read.vulnerabilities[0].exploitation, Some(Exploitation::Active));
    let told: Vec<(Voice, &str, Status, &str)> =
        read.claims.iter().map(|c| (c.voice, &*c.product, c.status, &*c.range.written)).collect();
    assert_eq!(
        told,
        [
            (Voice::Assigner, "Gate", Status::Affected, ">= 1.0 < 1.5"),
            (Voice::Assigner, "Gate", Status::Affected, "<= 0.9"),
            (Voice::Enricher, "gate way", Status::NotAffected, ">= 2.0"),
            (Voice::Enricher, "gate way", Status::Affected, "not >= 2.0"),
        ]
    );
}

#[test]
fn advisories_of_any_shape() {
    let product = |id: &str, name: &str| json!({"product_id": id, "name": name});
    let advisory = json!({
        "document": {"title": "t", "publisher": {"category": "vendor", "name": "Acme"},
            "tracking": {"id": "A-1", "current_release_date": "2026-01-02T00:00:00Z"}},
        "product_tree": {
            "branches": [{"category": "vendor", "name": "Acme", "branches": [
                {"category": "product_family", "name": "P3", "branches": [
                    {"category": "product_name", "name": "D24", "product": product("hw", "Acme P3 D24")}]},
                {"category": "product_name", "name": "P3 Firmware", "branches": [
                    {"category": "product_version", "name": "4.1", "product": product("fw", "x")},
                    {"category": "product_version_range", "name": "< 4.0", "branches": [
                        {"category": "service_pack", "name": "SP2", "product": product("sp", "y")}]}]}]}],
            "full_product_names": [{"product_id": "full", "name": "Gate 2.0",
                "product_identification_helper": {"cpe": "cpe:2.3:a:acme:gate:2.0:*:*:*:*:*:*:*"}}],
            "relationships": [
                {"category": "installed_on", "full_product_name": product("rel", "fw on hw"), "product_reference": "fw", "relates_to_product_reference": "hw"}],
            "product_groups": [{"group_id": "g", "product_ids": ["rel", "full"]}],
        },
        "vulnerabilities": [{
            "cve": "CVE-2026-1000", "cwes": [{"id": "CWE-79", "name": "n", "version": "4.14"}],
            "product_status": {"known_affected": ["rel", "sp"], "known_not_affected": ["hw"], "fixed": ["full"], "recommended": ["fw"], "under_investigation": ["full"]},
            "remediations": [{"category": "vendor_fix", "details": "Update", "group_ids": ["g"]}, {"category": "mitigation", "details": "Close the port", "product_ids": ["sp"]}],
            "metrics": [{"content": {"cvss_v4": {"vectorString": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}}, "products": ["rel"]}],
        }],
    });
    let record = csaf::read(&advisory.to_string()).unwrap();
    let about = |product: &str, status: Status| {
        record
            .claims
            .iter()
            .find(|c| &*c.product == product && c.status == status)
            .unwrap_or_else(|| panic!("{product} {status:?}: {:?}", record.claims))
    };
    let installed = about("P3 Firmware", Status::Affected);
    assert!(record.claims.iter().any(|c| &*c.range.written == "< 4.0 SP2"));
    assert_eq!(&*about("gate", Status::Fixed).range.written, "2.0");
    about("gate", Status::UnderInvestigation);
    about("D24", Status::NotAffected);
    about("P3 D24", Status::NotAffected);
    let on = record.claims.iter().flat_map(|c| &c.platforms).flatten().next().unwrap();
    assert_eq!((&*on.product, on.hardware), ("D24", true));
    assert_eq!(installed.voice, Voice::Vendor);
    assert!(record.claims.iter().any(|c| c.fix == Some(true)));
    let remedies = &record.vulnerabilities[0].remedies;
    assert_eq!(remedies.len(), 2);
    // The fix is for both names that are affected, the other only for the firmware.
    assert!(remedies[0].products.is_empty() && !remedies[1].products.is_empty());
    assert_eq!(record.vulnerabilities[0].cwes, ["CWE-79".into()]);
}

#[test]
fn a_remedy_for_some_of_the_affected_products_names_them() {
    let leaf = |id: &str, name: &str| {
        json!({"category": "product_name", "name": name, "branches": [
            {"category": "product_version_range", "name": "< 4.0", "product": {"product_id": id, "name": name}}]})
    };
    let advisory = json!({
        "document": {
            "category": "csaf_security_advisory", "csaf_version": "2.0", "title": "Two gates",
            "publisher": {"category": "vendor", "name": "Acme", "namespace": "https://acme.example"},
            "tracking": {"id": "ACME-2", "status": "final", "version": "1", "current_release_date": "2026-01-05T10:00:00Z",
                "initial_release_date": "2026-01-05T10:00:00Z", "revision_history": []},
        },
        "product_tree": {"branches": [
            {"category": "vendor", "name": "Acme", "branches": [leaf("a", "Gate 100"), leaf("b", "Gate 200")]}]},
        "vulnerabilities": [{
            "cve": "CVE-2026-1000",
            "product_status": {"known_affected": ["a", "b"]},
            "remediations": [
                {"category": "vendor_fix", "details": "Update to 4.0", "product_ids": ["a"]},
                {"category": "no_fix_planned", "details": "Out of support", "product_ids": ["b"]},
                {"category": "mitigation", "details": "Close the port", "product_ids": ["a", "b"]}],
        }],
    });
    let record = csaf::read(&advisory.to_string()).unwrap();
    let remedies = &record.vulnerabilities[0].remedies;
    let names: Vec<Vec<&str>> =
        remedies.iter().map(|remedy| remedy.products.iter().map(|name| &*name.product).collect()).collect();
    assert_eq!(names, [vec!["Gate 100"], vec!["Gate 200"], vec![]]);
}

#[test]
fn a_cut_file_is_broken_an_odd_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = page(&[entry("CVE-2026-1000"), entry("CVE-2026-1001")]);
    let cut = folder.path().join("cut.json");
    fs::write(&cut, &text[..text.len() - 20]).unwrap();
    assert!(read(std::slice::from_ref(&cut)).unwrap_err().contains("cut.json"));
    let odd = folder.path().join("odd.json");
    fs::write(&odd, "{\"hello\": 1}").unwrap();
    let (items, reports) = read(&[odd]).unwrap();
    assert!(items.is_empty() && reports[0].kind.is_none() && reports[0].refused.len() == 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Any part of a good entry replaced by anything: read or refused, never more than that.
    #[test]
    fn mutated_entries_never_make_it_fall_over(place in 0usize..400, length in 0usize..30, with in "[\\PC]{0,20}") {
        let text = json!({"cve": entry("CVE-2026-1000")}).to_string();
        let start = text.char_indices().nth(place % text.chars().count()).unwrap().0;
        let end = (start + length).min(text.len());
        let end = (end..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap();
        let mutated = format!("{}{with}{}", &text[..start], &text[end..]);
        let _ = nvd::read(&mutated);
        let _ = cve::read(&mutated);
        let _ = csaf::read(&mutated);
    }

    #[test]
    fn any_bytes_are_no_feed(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        fs::write(&path, bytes).unwrap();
        let _ = read(&[path]);
    }
}
