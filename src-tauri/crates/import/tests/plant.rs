//! Plants as files: what goes in, and how what is wrong is refused, with its place.

#![allow(clippy::unwrap_used, missing_docs)]

use jiff::civil::date;
use plumbline_import::{File, Refusal, plant::read};
use proptest::prelude::*;

const TODAY: jiff::civil::Date = date(2026, 6, 30);

const ZONES: &str =
    "zone,name,purdue_level,safety_related,SL-T IAC,SL-T UC,SL-T SI,SL-T DC,SL-T RDF,SL-T TRE,SL-T RA
Z1,Control centre,2,no,2,2,2,1,2,2,2
Z2,Safety,1,yes,3,3,3,2,3,3,3
";
const CONDUITS: &str =
    "conduit,from_zone,to_zone,protocols,protected_by\nC1,Z1,Z2,OPC UA;Modbus TCP,firewall\n";
const ASSETS: &str = "tag,name,zone,vendor,product,version,serial,ip,mac,component_type,criticality,lifecycle,owner
=A1+K01,Line controller,Z1,Siemens,SIMATIC S7-1500,V2.9,S1,10.0.0.1,02:00:00:00:00:01,embedded device,high,active,Automation
A2,Panel,Z2,Pilz,PSSu,,,,,embedded device,low,active,Automation
";
const EVIDENCE: &str = r#"{"method":"plumbline-sl/1","as_of":"2026-06-30","period_from":"2026-01-01",
"monitoring":{"last_update":"2026-06-29"},
"zones":[{"id":"Z1","name":"Z1","sl_t":[2,2,2,1,2,2,2]},{"id":"Z2","name":"Z2","sl_t":[3,3,3,2,3,3,3]}],
"assets":[{"id":"=A1+K01","zone":"Z1","identified":true},{"id":"A2","zone":"Z2","identified":false}],
"findings":[{"id":"F1","asset":"A2","vuln":"CVE-2024-0001","opened":"2026-03-01","cwes":["CWE-787"],
"events":[{"at":"2026-03-04T08:00:00Z","kind":"acknowledged"}]}],
"controls":[],"sr_assessments":[]}"#;

fn file(name: &str, text: impl AsRef<[u8]>) -> File {
    File::new(name, text.as_ref())
}

fn whole() -> Vec<File> {
    vec![
        file("zones.csv", ZONES),
        file("conduits.csv", CONDUITS),
        file("assets.csv", ASSETS),
        file("evidence.json", EVIDENCE),
    ]
}

/// The plant with one file replaced or added.
fn with(name: &str, text: impl AsRef<[u8]>) -> Result<(), Refusal> {
    let mut files = whole();
    files.retain(|f| f.name != name);
    files.push(file(name, text));
    read(&files, TODAY).map(|_| ())
}

#[test]
fn a_whole_plant_goes_in() {
    let read = read(&whole(), TODAY).unwrap();
    let plant = read.plant;
    assert_eq!(plant.evidence.zones[1].name.to_string(), "Safety");
    assert!(plant.zones[1].safety);
    assert_eq!(plant.conduits[0].protocols, ["OPC UA", "Modbus TCP"]);
    assert_eq!(plant.assets[0].tag, "=A1+K01");
    assert_eq!(plant.assets[0].component_type, "embedded_device");
    assert_eq!(plant.assets[0].identities[0].version, "V2.9");
    assert_eq!(plant.evidence.findings.len(), 1);
    assert_eq!(read.as_of, Some(TODAY));
}

#[test]
fn tables_without_a_document_make_a_plant_without_findings() {
    let files = [file("zones.csv", ZONES), file("assets.csv", ASSETS)];
    let plant = read(&files, TODAY).unwrap().plant;
    let identified: Vec<bool> = plant.evidence.assets.iter().map(|a| a.identified).collect();
    assert_eq!(
        identified,
        [true, false],
        "an asset is identified when vendor, product and version are there"
    );
}

#[test]
fn earlier_updates_of_feeds_and_scans_are_known() {
    let mut files = whole();
    files.push(file(
        "monitoring.csv",
        "at,source\n2026-05-02T06:00:00Z,scan\n2026-03-01,feed bundle\n2026-06-29,\n",
    ));
    let plant = read(&files, TODAY).unwrap().plant;
    let days: Vec<String> = plant.updates.iter().map(ToString::to_string).collect();
    assert_eq!(days, ["2026-03-01", "2026-05-02T06:00:00Z", "2026-06-29"]);
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_change_nothing() {
    let plain = read(&whole(), TODAY).unwrap().plant;
    let dressed: Vec<File> = whole()
        .into_iter()
        .map(|f| {
            let text = std::str::from_utf8(f.bytes().unwrap()).unwrap().replace('\n', "\r\n");
            file(&f.name, format!("\u{feff}{text}"))
        })
        .collect();
    assert_eq!(read(&dressed, TODAY).unwrap().plant, plain);
}

#[test]
fn every_fault_is_refused_with_file_and_place() {
    let asset = |row: &str| format!("{}{row}\n", ASSETS);
    let nested = |first: &str, second: &str| {
        let parents = ["parent", first, second];
        ZONES.lines().zip(parents).map(|(line, parent)| format!("{line},{parent}\n")).collect::<String>()
    };
    let cases: Vec<(&str, String, &str, &str)> = vec![
        ("assets.csv", ASSETS.replace("owner", "owner,colour"), "line 1", "colour"),
        ("assets.csv", ASSETS.replace(",vendor", ",tag"), "line 1", "twice"),
        ("assets.csv", ASSETS.replace(",lifecycle", ""), "line 1", "lifecycle"),
        ("assets.csv", asset("A9,x,Z9,,,,,,,,,,"), "line 4", "no zone \"Z9\""),
        ("assets.csv", asset("A2,x,Z1,,,,,,,,,,"), "line 4", "line 3 already"),
        ("assets.csv", asset("A9,x,Z1,,,,,,,,,,"), "line 4", "not in the evidence document"),
        ("assets.csv", asset("A9,x"), "line 4", "cells"),
        ("assets.csv", asset(",x,Z1,,,,,,,,,,"), "line 4", "tag is empty"),
        ("assets.csv", ASSETS.replace("embedded device,low", "toaster,low"), "line 3", "toaster"),
        ("assets.csv", ASSETS.replacen(",Z2,Pilz", ",Z1,Pilz", 1), "line 3", "make them equal"),
        (
            "assets.csv",
            ASSETS.replace("owner", "owner,installed").replace("Automation\n", "Automation,2026-02-30\n"),
            "line 2",
            "2026-02-30",
        ),
        ("zones.csv", ZONES.replace("Safety,1,yes,3", "Safety,1,yes,5"), "line 3", "\"5\""),
        ("zones.csv", ZONES.replace("Safety,1,yes,3", "Safety,1,yes,2"), "line 3", "make them equal"),
        ("zones.csv", ZONES.replace("yes", "perhaps"), "line 3", "perhaps"),
        ("zones.csv", ZONES.replace("Z2,", "Z3,"), "", "\"Z2\" of the evidence document is missing"),
        (
            "assets.csv",
            ASSETS.lines().take(2).collect::<Vec<_>>().join("\n"),
            "",
            "\"A2\" of the evidence document",
        ),
        ("zones.csv", nested("Z2", "Z1"), "line 2", "lies within itself"),
        ("zones.csv", nested("", "Z2"), "line 3", "lies within itself"),
        ("zones.csv", nested("", "Z9"), "line 3", "no zone of this file"),
        ("conduits.csv", CONDUITS.replace("Z2", "Z7"), "line 2", "no zone \"Z7\""),
        (
            "evidence.json",
            EVIDENCE.replace("\"asset\":\"A2\"", "\"asset\":\"GONE\""),
            "/findings/0/asset",
            "GONE",
        ),
        ("evidence.json", EVIDENCE.replace("\"zone\":\"Z2\"", "\"zone\":\"NO\""), "/assets/1/zone", "NO"),
        (
            "evidence.json",
            EVIDENCE.replace("2026-03-04T08:00:00Z", "never"),
            "/findings/0/events/0/at",
            "never",
        ),
        (
            "evidence.json",
            EVIDENCE.replace("acknowledged", "exploded"),
            "/findings/0/events/0/kind",
            "exploded",
        ),
        ("evidence.json", EVIDENCE.replace("[2,2,2,1,2,2,2]", "[2,2,2,1,2,2]"), "/zones/0/sl_t", "7"),
        ("evidence.json", EVIDENCE.replace("\"id\":\"A2\"", "\"id\":\"=A1+K01\""), "/assets/1/id", "A1+K01"),
        ("evidence.json", EVIDENCE[..400].to_owned(), "line", "ends too early"),
        ("evidence.json", "{}".to_owned(), "document", "method"),
        (
            "acknowledgements.csv",
            "finding,at,by,kind,reason,until\nF9,2026-03-04T08:00:00Z,m.k,acknowledged,,\n".to_owned(),
            "line 2",
            "F9",
        ),
        ("monitoring.csv", "at\nsometimes\n".to_owned(), "line 2", "sometimes"),
        (
            "tickets.csv",
            "ticket,system,finding,created,assignee,due,status,closed\nT1,Jira,F1,,,31.12.2026,open,\n"
                .to_owned(),
            "line 2",
            "31.12.2026",
        ),
    ];
    for (name, text, at, what) in cases {
        // The same with Windows line ends and a blank line at the end.
        if name.ends_with(".csv") {
            let windows = with(name, format!("{}\r\n", text.replace('\n', "\r\n"))).unwrap_err();
            assert!(windows.at.contains(at), "{windows} with Windows line ends does not say {at:?}");
        }
        let refusal = with(name, &text).expect_err(&format!("{name} with {what:?} was taken"));
        assert_eq!(refusal.file, name, "{refusal}");
        assert!(refusal.at.contains(at), "{refusal} does not say {at:?}");
        assert!(refusal.what.contains(what), "{refusal} does not say {what:?}");
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_line() {
    let refusal =
        with("assets.csv", [ASSETS.as_bytes(), b"A9,Pumpe \xfc,Z1,,,,,,,,,,\n"].concat()).unwrap_err();
    assert_eq!((refusal.at.as_str(), refusal.file.as_str()), ("line 4", "assets.csv"));
    assert!(refusal.what.contains("UTF-8"), "{refusal}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever happens to the files, reading ends with a plant that is sound or a refusal, never a panic.
    #[test]
    fn no_mutation_brings_the_reader_down(which in 0usize..4, at in 0usize..2000, cut in 0usize..40, bytes in proptest::collection::vec(any::<u8>(), 0..12)) {
        let mut files = whole();
        let mut content = files[which].bytes().unwrap().to_vec();
        let start = at % content.len();
        let end = (start + cut).min(content.len());
        content.splice(start..end, bytes);
        files[which] = File::new(files[which].name.clone(), content);
        if let Ok(read) = read(&files, TODAY) {
            prop_assert!(read.plant.evidence.check().is_ok());
            prop_assert_eq!(read.plant.evidence.assets.len(), read.plant.assets.len());
            prop_assert_eq!(read.plant.evidence.zones.len(), read.plant.zones.len());
        }
    }
}

/// The reference plant, with everything that a folder can say and that its own folder does not.
fn demo() -> iec62443::Plant {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/demo");
    let files: Vec<File> =
        std::fs::read_dir(folder).unwrap().map(|entry| File::open(&entry.unwrap().path()).unwrap()).collect();
    let mut plant = read(&files, TODAY).unwrap().plant;
    plant.zones[0].traits = vec![iec62443::plant::Trait::Wireless, iec62443::plant::Trait::Business];
    plant.zones[0].description = "two\nlines, \"quoted\"; and more".into();
    plant.assets[0].tag = "=A1+K01".into();
    plant.assets[1].name = "@home".into();
    plant.assets[2].identities[0].cpe = "cpe:2.3:h:vendor:product:1:*:*:*:*:*:*:*".into();
    plant.assets[3].identities.reverse();
    plant.assets[4].identities.clear();
    plant
}

fn written(plant: &iec62443::Plant, evidence: &iec62443::Evidence<'_>) -> Vec<File> {
    let files = plumbline_import::plant::write(plant, evidence).unwrap();
    files.into_iter().map(|(name, content)| File::new(name, content)).collect()
}

#[test]
fn a_plant_that_was_written_reads_as_the_same_plant() {
    let plant = demo();
    let evidence = plant.evidence_at(plant.when(TODAY, date(2026, 1, 1)));
    let back = read(&written(&plant, &evidence), TODAY).unwrap().plant;
    assert_eq!(back.evidence, evidence);
    assert_eq!(back.zones, plant.zones);
    assert_eq!(back.conduits, plant.conduits);
    assert_eq!(back.assets, plant.assets);
    assert_eq!(back.controls, plant.controls);
    assert_eq!(back.event_notes, plant.event_notes);
    assert_eq!(back.tickets, plant.tickets);
    assert_eq!(back.updates, plant.updates);
    assert_eq!(back.environment.name, plant.environment.name);
}

#[test]
fn a_plant_is_written_as_it_stood_on_a_day() {
    let plant = demo();
    let then = date(2026, 2, 28);
    let evidence = plant.evidence_at(plant.when(then, date(2026, 1, 1)));
    let back = read(&written(&plant, &evidence), then).unwrap().plant;
    assert_eq!(back.evidence, evidence);
    assert!(back.evidence.findings.len() < plant.evidence.findings.len());
}
