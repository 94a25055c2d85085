//! A plant with something in every table.

#![allow(clippy::unwrap_used, missing_docs, dead_code)]

use std::path::Path;

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
use plumbline_store::{Key, Store, Who};

pub const TODAY: jiff::civil::Date = date(2026, 6, 30);

pub fn who() -> Who {
    Who { actor: "tester".to_owned(), at: "2026-06-30T12:00:00Z".parse().unwrap() }
}

pub fn text(text: &str) -> Text<'static> {
    Text::from(text.to_owned())
}

pub fn moment(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

/// A plant with something in every table.
pub fn plant() -> Plant {
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

pub fn filled(folder: &Path) -> Store {
    fill(Store::create(folder, &who(), None).unwrap())
}

/// The passphrase of sealed stores.
pub const PASSPHRASE: &str = "four plumb bobs";

/// An encrypted store with the same in it, and its key.
pub fn sealed(folder: &Path) -> (Store, Key) {
    let key = Key::generate().unwrap();
    let sealed = key.sealed_with(PASSPHRASE).unwrap();
    (fill(Store::create(folder, &who(), Some((&key, &sealed))).unwrap()), key)
}

fn fill(mut store: Store) -> Store {
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
