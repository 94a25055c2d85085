//! What scanners write.

#![allow(clippy::unwrap_used, missing_docs)]

use iec62443::evidence::{Exploit, Fix};
use plumbline_import::{
    File, detect,
    observation::{Kind, Observed},
};
use proptest::prelude::*;
use vulnerability::Severity;

fn file(name: &str, text: &str) -> File {
    File::new(name, text)
}

fn read(text: &str, kind: Kind) -> Observed {
    let file = file("scan", text);
    assert_eq!(detect::kind(&file).unwrap(), kind);
    detect::read(&file, kind, None).unwrap()
}

const NMAP: &str = include_str!("seeds/nmap.xml");

#[test]
fn nmap_gives_hosts_what_controllers_say_of_themselves_and_what_is_open() {
    let observed = read(NMAP, Kind::Nmap);
    assert_eq!(observed.taken.unwrap().to_string(), "2020-02-17T09:07:35Z");
    let [host] = observed.assets.as_slice() else { panic!("{:?}", observed.assets) };
    assert_eq!(
        (host.ip.as_str(), host.mac.as_str(), host.serial.as_str()),
        ("10.0.0.7", "00:1B:1B:00:E3:01", "S C-C2UR28922012")
    );
    assert_eq!(host.hosts, ["plc7.works.example"]);
    let first = &host.identities[0];
    assert_eq!(
        (first.vendor.as_str(), first.product.as_str(), first.version.as_str()),
        ("Siemens", "6ES7 315-2EH14-0AB0", "3.2.6")
    );
    assert!(host.identities.iter().any(|identity| identity.cpe == "cpe:/a:openbsd:openssh:7.4"));
    // A guess of 80 % is none.
    assert!(!host.identities.iter().any(|identity| identity.product.contains("Linux")));
    let found: Vec<_> =
        host.findings.iter().map(|f| (f.vulnerability.as_deref(), f.severity, f.cwes.join(","))).collect();
    assert_eq!(
        found,
        [
            (None, None, "CWE-319".to_owned()),
            (Some("CVE-2023-38408"), Some(Severity::Critical), String::new())
        ]
    );
    assert_eq!(host.findings[1].exploit, Some(Exploit::Poc));
    assert_eq!(observed.remarks[0].at, "host 10.0.0.8");
}

const NESSUS: &str = include_str!("seeds/nessus.xml");

#[test]
fn nessus_gives_a_finding_for_each_vulnerability_and_for_each_check_without_one() {
    let observed = read(NESSUS, Kind::Nessus);
    assert_eq!(observed.taken.unwrap().to_string(), "2022-03-23T15:07:52Z");
    let host = &observed.assets[0];
    assert_eq!((host.mac.as_str(), host.hosts[0].as_str()), ("00:11:22:33:44:55, 00:11:22:33:44:66", "HMI9"));
    assert_eq!(host.identities[0].vendor, "Microsoft");
    let found: Vec<_> = host
        .findings
        .iter()
        .map(|f| (f.check.as_str(), f.vulnerability.as_deref(), f.severity.unwrap(), f.fix))
        .collect();
    assert_eq!(
        found,
        [
            ("97833", Some("CVE-2017-0143"), Severity::Critical, Fix::Available),
            ("97833", Some("CVE-2017-0144"), Severity::Critical, Fix::Available),
            ("42263", None, Severity::Medium, Fix::None),
        ]
    );
    assert_eq!(
        host.findings[0].cvss,
        ["CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "AV:N/AC:L/Au:N/C:C/I:C/A:C"]
    );
    assert_eq!(host.findings[0].description, "The host is affected.\n\nThe host is affected by more.");
    assert_eq!(host.findings[0].cwes, ["CWE-20"]);
    assert!(observed.remarks[0].reason.contains("1 results are information only"));
}

#[test]
fn the_tables_of_nessus_and_tenable_say_the_same() {
    let nessus = "Plugin ID,CVE,CVSS v2.0 Base Score,Risk,Host,Protocol,Port,Name,Synopsis,Description,Solution,See Also,Plugin Output\n\
        97833,CVE-2017-0143,10.0,Critical,10.0.0.9,tcp,445,MS17-010,s,d,Apply the patch.,,\n\
        97833,CVE-2017-0144,10.0,Critical,10.0.0.9,tcp,445,MS17-010,s,d,Apply the patch.,,\n\
        19506,,,None,10.0.0.9,tcp,0,Info,,,,,\n";
    let observed = read(nessus, Kind::Nessus);
    let found: Vec<_> = observed.assets[0]
        .findings
        .iter()
        .map(|f| (f.vulnerability.as_deref().unwrap(), f.severity.unwrap(), f.fix))
        .collect();
    assert_eq!(
        found,
        [
            ("CVE-2017-0143", Severity::Critical, Fix::Available),
            ("CVE-2017-0144", Severity::Critical, Fix::Available)
        ]
    );
    let tenable = "Plugin,Plugin Name,Family,Severity,IP Address,Protocol,Port,Exploit?,MAC Address,DNS Name,NetBIOS Name,Synopsis,Description,Solution,CVSS V3 Vector,CVE,Cross References,Last Observed\n\
        42263,Unencrypted Telnet Server,Misc.,Medium,10.0.0.9,TCP,23,No,00:11:22:33:44:55,hmi9.works,WORKS\\HMI9,s,d,Disable it.,AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:N,,CWE #319,\"Jun 25, 2024 10:00:00 UTC\"\n\
        1,x,y,High,,TCP,1,No,,,,,,,,,,\n";
    let observed = read(tenable, Kind::Nessus);
    let host = &observed.assets[0];
    assert_eq!(host.hosts, ["hmi9.works", "HMI9"]);
    assert_eq!(host.findings[0].cvss, ["CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:N"]);
    assert_eq!(host.findings[0].cwes, ["CWE-319"]);
    assert_eq!(observed.refused[0].at, "row 3");
}

const OPENVAS: &str = include_str!("seeds/openvas.xml");

#[test]
fn greenbone_gives_findings_with_their_quality_and_says_what_it_left_out() {
    let observed = read(OPENVAS, Kind::Openvas);
    assert_eq!(observed.taken.unwrap().to_string(), "2023-09-26T13:04:00Z");
    let [host] = observed.assets.as_slice() else { panic!() };
    assert_eq!((host.mac.as_str(), host.hosts[0].as_str()), ("00:AA:BB:CC:DD:EE", "rtu3"));
    let found: Vec<_> = host
        .findings
        .iter()
        .map(|f| (f.check.as_str(), f.vulnerability.as_deref(), f.severity.unwrap(), f.fix))
        .collect();
    assert_eq!(
        found,
        [
            ("1.2.3", None, Severity::Critical, Fix::None),
            ("1.2.4", Some("CVE-2021-0002"), Severity::Critical, Fix::Available)
        ]
    );
    assert_eq!(host.findings[0].cvss, ["AV:N/AC:L/Au:N/C:C/I:C/A:C"]);
    let remarks: Vec<&str> = observed.remarks.iter().map(|r| r.reason.as_str()).collect();
    assert!(
        remarks[0].starts_with("1 results are information only")
            && remarks[1].starts_with("1 results are too unsure")
    );
    assert_eq!(observed.refused[0].at, "result e");
    let table = "IP,Hostname,Port,Port Protocol,CVSS,Severity,QoD,Solution Type,NVT Name,Summary,NVT OID,CVEs,Timestamp\n\
        10.0.0.3,rtu3,80,tcp,9.8,High,80,VendorFix,Old library,It is old.,1.2.4,\"CVE-2021-0002,CVE-2021-0003\",2023-09-26T13:00:00Z\n";
    let observed = read(table, Kind::Openvas);
    assert_eq!(observed.assets[0].findings.len(), 2);
    assert_eq!(observed.taken.unwrap().to_string(), "2023-09-26T13:00:00Z");
}

#[test]
fn a_list_of_findings_is_told_from_one_of_assets() {
    let text = "Feststellung;Kennzeichen;CVE;Schweregrad;CWE;CVSS Vector;Datum\n\
        Standardpasswort am Panel;=A1+H1;;hoch;CWE-1392;;30.06.2026\nAlte Firmware;=A1+K1;CVE-2020-1, CVE-2020-0002;mittel;;AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N;\n\
        Standardpasswort am Panel;=A1+H1;;hoch;;;\n;=A1+H2;;hoch;;;\nX;=A1+H3;;furchtbar;;;\nY;;;hoch;;;\n";
    let observed = read(text, Kind::Findings);
    let found: Vec<_> = observed
        .assets
        .iter()
        .flat_map(|s| {
            s.findings
                .iter()
                .map(|f| (s.tag.as_str(), f.vulnerability.as_deref(), f.severity, f.cwes.join(",")))
        })
        .collect();
    assert_eq!(
        found,
        [
            ("=A1+H1", None, Some(Severity::High), "CWE-1392".to_owned()),
            ("=A1+K1", Some("CVE-2020-0002"), Some(Severity::Medium), String::new()),
        ]
    );
    assert_eq!(observed.assets[1].findings[0].cvss, ["CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"]);
    let refused: Vec<&str> = observed.refused.iter().map(|r| r.at.as_str()).collect();
    assert_eq!(refused, ["row 4", "row 5", "row 6", "row 7"]);
    for text in [
        "Tag,Name,Vendor,Product,Version\nA,b,c,d,1\n",
        "Tag,Name,Criticality\nA,b,high\n",
        "Asset ID,Vendor,Model,CVEs,Risk\n1,Siemens,S7,12,High\n",
    ] {
        assert_eq!(detect::kind(&file("a.csv", text)).unwrap(), Kind::Assets, "{text}");
    }
}

#[test]
fn what_is_none_of_them_is_refused() {
    for (text, word) in [
        ("<nmaprun><host>", "cut off"),
        (
            "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><NessusClientData_v2>&x;</NessusClientData_v2>",
            "document type",
        ),
        ("<something/>", "none known here"),
        ("{\"a\": 1}", "none known here"),
        ("[1]", "bare list"),
        ("{", "no JSON"),
    ] {
        let file = file("x", text);
        let refused = detect::kind(&file).and_then(|kind| detect::read(&file, kind, None)).unwrap_err();
        assert!(refused.what.contains(word), "{text}: {refused}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_mutation_brings_a_reader_down(at in 0usize..9000, byte: u8, cut in 0usize..9000) {
        for text in [NMAP, NESSUS, OPENVAS] {
            let mut bytes = text.as_bytes().to_vec();
            let length = bytes.len();
            bytes[at % length] = byte;
            bytes.truncate(length - if cut % 3 == 0 { cut % length } else { 0 });
            let file = File::new("x", bytes);
            for kind in [Kind::Nmap, Kind::Nessus, Kind::Openvas] {
                let _ = detect::read(&file, kind, None);
            }
        }
    }
}
