//! The store: what goes in comes out, changes are whole and logged, the log shows what was tampered with.

#![allow(clippy::unwrap_used, missing_docs)]

use std::{path::Path, sync::Barrier};

use iec62443::{
    Moment, Plant,
    evidence::{
        Asset, Control, ControlChange, ControlStatus, Cvss, Event, EventKind, Finding, Fix, Source,
        SrAssessment, SrStatus, Text, Weakness, Zone,
    },
    level::FrSet,
    plant::{
        AssetDetail, Conduit, ControlDetail, Direction, Environment, EventNote, Identity, IdentityKind,
        Layer, Ticket, Trait, ZoneDetail,
    },
};
use jiff::civil::date;
use plumbline_store::{Error, Store, Who, finding::NewEvent};

const TODAY: jiff::civil::Date = date(2026, 6, 30);

fn who() -> Who {
    Who { actor: "tester".to_owned(), at: "2026-06-30T12:00:00Z".parse().unwrap() }
}

fn text(text: &str) -> Text<'static> {
    Text::from(text.to_owned())
}

fn moment(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

/// A plant with something in every table.
fn plant() -> Plant {
    let environment = Environment {
        id: "e".to_owned(),
        name: "Works".to_owned(),
        organisation: "Example".to_owned(),
        demo: false,
    };
    let mut plant = Plant::empty(environment, TODAY);
    let level = |n| iec62443::SecurityLevel::new(n).unwrap();
    for (id, parent) in [("Z1", None), ("Z2", Some("Z1"))] {
        plant.evidence.zones.push(Zone {
            id: text(id),
            name: text(&format!("Zone {id}")),
            sl_t: [level(2); 7],
        });
        plant.zones.push(ZoneDetail {
            parent: parent.map(str::to_owned),
            purdue: "3.5".to_owned(),
            safety: parent.is_some(),
            description: "where it happens".to_owned(),
            traits: vec![Trait::Wireless, Trait::Outside],
            conduit: false,
        });
    }
    plant.conduits.push(Conduit {
        id: "C1".to_owned(),
        name: "up".to_owned(),
        zones: vec!["Z2".to_owned(), "Z1".to_owned()],
        direction: Direction::Outward,
        protocols: vec!["OPC UA".to_owned(), "NTP".to_owned()],
        protected_by: "firewall".to_owned(),
    });
    plant.evidence.assets.push(Asset { id: text("=A1"), zone: text("Z2"), identified: true });
    let identity = |layer, kind, product: &str| Identity {
        layer,
        kind,
        vendor: "Vendor".to_owned(),
        product: product.to_owned(),
        version: "4.10".to_owned(),
        ..Identity::default()
    };
    plant.assets.push(AssetDetail {
        tag: "=A1".to_owned(),
        name: "Controller".to_owned(),
        component_type: "embedded_device".to_owned(),
        criticality: "high".to_owned(),
        lifecycle: "active".to_owned(),
        owner: "Automation".to_owned(),
        serial: "S1".to_owned(),
        ip: "10.0.0.1".to_owned(),
        mac: "02:00:00:00:00:01".to_owned(),
        installed: Some(date(2019, 5, 1)),
        identities: vec![
            identity(Layer::Ot, IdentityKind::Firmware, "PLC"),
            identity(Layer::Os, IdentityKind::OperatingSystem, "OS"),
        ],
    });
    plant.evidence.controls.push(Control {
        id: text("K1"),
        history: vec![
            ControlChange { at: moment("2026-01-02T08:00:00Z"), status: ControlStatus::Draft },
            ControlChange { at: moment("2026-02-02"), status: ControlStatus::Verified },
        ],
        expires: Some(date(2026, 12, 31)),
    });
    plant.controls.push(ControlDetail {
        title: "Ports closed".to_owned(),
        zone: "Z2".to_owned(),
        owner: "OT".to_owned(),
        srs: vec!["SR 5.1".to_owned()],
        description: "Closes what nobody uses.".to_owned(),
        review: Some(date(2026, 9, 30)),
    });
    plant.evidence.findings.push(Finding {
        id: text("F1"),
        asset: text("=A1"),
        vuln: Some(text("CVE-2024-0001")),
        title: text("'); DROP TABLE finding;--"),
        description: text("<script>alert(1)</script>\u{0}end"),
        cwes: vec![Weakness::read("CWE-787".into()), Weakness::read("NVD-CWE-noinfo".into())],
        cvss: vec![Cvss {
            vector: text("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
            source: Source::Secondary,
        }],
        severity: Some(vulnerability::Severity::High),
        kev: true,
        epss: Some(0.123_456_789),
        exploit: Some(iec62443::evidence::Exploit::Poc),
        fix: Fix::Available,
        opened: moment("2026-01-01"),
        events: vec![
            Event { at: moment("2026-01-05T08:00:00.5Z"), kind: EventKind::Acknowledged, frs: FrSet::EMPTY },
            Event { at: moment("2026-02-05"), kind: EventKind::FrOverride, frs: FrSet::ALL },
        ],
        controls: vec![text("K1")],
    });
    plant.event_notes.push(vec![
        EventNote { by: "m.k".to_owned(), reason: "applies".to_owned(), until: Some(date(2026, 9, 1)) },
        EventNote::default(),
    ]);
    plant.tickets.push(Ticket {
        id: "T-1".to_owned(),
        system: "Jira".to_owned(),
        link: "https://jira.example/T-1".to_owned(),
        finding: "F1".to_owned(),
        created: Some(moment("2026-01-06T09:00:00Z")),
        assignee: "m.k".to_owned(),
        due: Some(date(2026, 8, 1)),
        status: "open".to_owned(),
        closed: None,
    });
    plant.answered_by.push(String::new());
    plant.evidence.sr_assessments.push(SrAssessment {
        zone: text("Z2"),
        requirement: text("SR 1.1"),
        status: SrStatus::Compensated,
        at: moment("2026-03-01T08:00:00Z"),
        justification: text("see K1"),
        control: Some(text("K1")),
    });
    plant.evidence.profile =
        serde_json::from_str(r#"{"evidence_only_cap":3,"triage":["0.5","0.8","0.9","1"]}"#).unwrap();
    plant.updates = vec![moment("2026-05-01"), moment("2026-06-20T03:00:00Z")];
    plant.evidence.monitoring.last_update = plant.updates.last().copied();
    plant
}

fn filled(folder: &Path) -> Store {
    let mut store = Store::create(folder, &who()).unwrap();
    let plant = plant();
    let known = Plant::empty(plant.environment.clone(), TODAY);
    store
        .change(&who(), |change| {
            change.add_environment(&plant.environment)?;
            change.put_plant(&plant, &known, &serde_json::json!("test"), None)
        })
        .unwrap();
    store
}

#[test]
fn a_plant_comes_out_as_it_went_in() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.plant("e", TODAY).unwrap(), plant());
    assert!(store.integrity().unwrap().is_empty());
}

#[test]
fn the_same_plant_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = filled(folder.path());
    let version = store.version().unwrap();
    let known = store.plant("e", TODAY).unwrap();
    let again =
        store.change(&who(), |change| change.put_plant(&plant(), &known, &serde_json::json!("test"), None));
    // Nothing to log means nothing to keep.
    assert!(matches!(again, Err(Error::Silent)));
    assert_eq!(store.version().unwrap(), version);
    assert_eq!(store.plant("e", TODAY).unwrap(), plant());
}

#[test]
fn a_change_without_a_log_entry_or_that_fails_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = filled(folder.path());
    assert!(matches!(store.change(&who(), |change| change.put("k", "v")), Err(Error::Silent)));
    assert_eq!(store.get("k").unwrap(), None);
    let failed = store.change(&who(), |change| {
        change.log("x", "", &serde_json::json!({}))?;
        change.put("k", "v")?;
        change.remove_environment("nowhere")
    });
    assert_eq!(failed.unwrap_err().code(), "not_found");
    assert_eq!(store.get("k").unwrap(), None);
    assert!(store.audit_chain().unwrap().is_intact());
}

#[test]
fn events_are_added_logged_and_taken_back_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = filled(folder.path());
    let event =
        Event { at: moment("2026-06-30T12:00:00Z"), kind: EventKind::Acknowledged, frs: FrSet::EMPTY };
    let new = NewEvent::plain(event, EventNote::default());
    let change = store.change(&who(), |c| c.add_event("e", &["F1".to_owned()], &new)).unwrap();
    assert_eq!(store.plant("e", TODAY).unwrap().evidence.findings[0].events.len(), 3);
    let undone = store.change(&who(), |c| c.undo(change)).unwrap();
    let (environment, findings) = (undone.environment, undone.findings);
    assert_eq!((environment.as_str(), findings), ("e", vec!["F1".to_owned()]));
    assert_eq!(store.plant("e", TODAY).unwrap(), plant());
    assert_eq!(store.change(&who(), |c| c.undo(change)).unwrap_err().code(), "not_found");
    let actions: Vec<String> = store.audit_log(0, 2).unwrap().into_iter().map(|row| row.action).collect();
    assert_eq!(actions, ["change.undone", "finding.acknowledged"]);
}

#[test]
fn the_log_refuses_to_be_changed_and_shows_when_it_was() {
    for (tampering, broken) in [
        ("UPDATE audit SET actor = 'nobody' WHERE seq = 2", 2),
        ("UPDATE audit SET detail = '{}' WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 2", 3),
    ] {
        let folder = tempfile::tempdir().unwrap();
        drop(filled(folder.path()));
        let raw = rusqlite::Connection::open(folder.path().join("plumbline.db")).unwrap();
        assert!(raw.execute(tampering, []).is_err(), "a trigger guards the log");
        raw.execute_batch("DROP TRIGGER audit_keeps_rows; DROP TRIGGER audit_keeps_words;").unwrap();
        raw.execute(tampering, []).unwrap();
        drop(raw);
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(store.audit_chain().unwrap().first_broken, Some(broken), "{tampering}");
    }
}

#[test]
fn a_store_is_never_made_over_another_and_faults_have_their_codes() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Store::open(folder.path()).unwrap_err().code(), "not_found");
    drop(filled(folder.path()));
    assert_eq!(Store::create(folder.path(), &who()).unwrap_err().code(), "usage");
    let file = folder.path().join("plumbline.db");
    let raw = rusqlite::Connection::open(&file).unwrap();
    raw.pragma_update(None, "user_version", 999).unwrap();
    drop(raw);
    assert_eq!(Store::open(folder.path()).unwrap_err().code(), "store_newer");
    std::fs::write(&file, b"not a database, whatever its name says").unwrap();
    assert_eq!(Store::open(folder.path()).unwrap_err().code(), "store_damaged");
    assert_eq!(std::fs::read(&file).unwrap(), b"not a database, whatever its name says");
}

#[test]
fn many_programs_open_a_new_store_at_once_and_write_in_turn() {
    let folder = tempfile::tempdir().unwrap();
    // A database without a schema yet, as it is for a moment when a store is made.
    std::fs::write(folder.path().join("plumbline.db"), []).unwrap();
    let together = Barrier::new(6);
    std::thread::scope(|scope| {
        for n in 0..6 {
            let (folder, together) = (folder.path(), &together);
            scope.spawn(move || {
                together.wait();
                let mut store = Store::open(folder).unwrap();
                for i in 0..5 {
                    let subject = format!("{n}.{i}");
                    store.change(&who(), |c| c.log("written", &subject, &serde_json::json!({}))).unwrap();
                }
            });
        }
    });
    let chain = Store::open(folder.path()).unwrap().audit_chain().unwrap();
    assert_eq!((chain.rows, chain.is_intact()), (30, true));
}
