//! A plant built in code: a few zones, findings of every kind, and names as unkind as files can be.

#![allow(dead_code, clippy::unwrap_used, clippy::manual_is_multiple_of)]

use iec62443::{
    Evidence, Fr, FrSet, Moment, Plant, SecurityLevel, catalogue,
    component::{Basis, Component},
    evidence::{
        Asset, Control, ControlChange, ControlStatus, Cvss, Event, EventKind, Finding, Fix, Source,
        SrAssessment, SrStatus, Text, Weakness, Zone,
    },
    plant::{
        AssetDetail, Conduit, ControlDetail, Environment, EventNote, Identity, IdentityKind, Layer, Ticket,
        ZoneDetail,
    },
    risk::{Approval, Rated, RiskAssessment, Scenario},
    system::{External, Topic, ZoneTopic},
    work::{Attachment, OnAsset, PatchState, Step, SupplierState, Update, Window},
};
use jiff::civil::date;
use plumbline_report::{
    AuditLine, AuditSummary, Content, Earlier, Input, Options, Paper, PlantInput, TrendPoint,
    content::{Block, Table},
};

pub const DAY: &str = "2026-06-30";
pub const LONG: &str =
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsverwaltungszentrale";
/// Control characters, an escape sequence, a direction override, an invisible space.
pub const HOSTILE: &str =
    "evil\u{0}\u{1b}[31m \u{202e}gpj.exe\u{2069}\u{200b}=HYPERLINK(\"x\")<script> 泵站 \u{1f4a3}";

fn text(t: impl Into<String>) -> Text<'static> {
    t.into().into()
}

fn moment(t: &str) -> Moment {
    Moment::parse(t).unwrap()
}

const VECTORS: [&str; 5] = [
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N",
    "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:N",
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N",
    "AV:N/AC:L/Au:N/C:N/I:N/A:P",
];
const CWES: [u32; 7] = [287, 862, 787, 319, 923, 778, 400];
const KINDS: [EventKind; 8] = [
    EventKind::Acknowledged,
    EventKind::Ticketed,
    EventKind::RiskAccepted,
    EventKind::Deferred,
    EventKind::Patched,
    EventKind::Closed,
    EventKind::FalsePositive,
    EventKind::FixAvailable,
];

/// A plant with that many zones and findings on each.
pub fn plant(zones: usize, findings_by_zone: usize) -> Plant {
    let mut plant = Plant::empty(
        Environment {
            id: "E1".into(),
            name: "Works 1".into(),
            organisation: "Example Waterworks".into(),
            demo: true,
        },
        date(2026, 6, 30),
    );
    plant.evidence.period_from = date(2026, 1, 1);
    plant.updates = ["2025-12-20", "2026-01-15", "2026-03-20", "2026-06-21"].map(moment).to_vec();
    plant.evidence.monitoring.last_update = plant.updates.last().copied();
    let level = |n: usize| SecurityLevel::new(u8::try_from(n % 5).unwrap()).unwrap();
    for z in 0..zones {
        let id = format!("Z{}", z + 1);
        let name = match z {
            1 => LONG.to_owned(),
            2 => HOSTILE.to_owned(),
            _ => format!("Cell {}", z + 1),
        };
        plant.evidence.zones.push(Zone {
            id: text(id.clone()),
            name: text(name),
            sl_t: [0, 1, 2, 3, 1, 2, 4].map(|n| level(n + z % 2)),
        });
        plant.zones.push(ZoneDetail {
            parent: (z == 3).then(|| "Z1".to_owned()),
            purdue: "1".into(),
            safety: z == 1,
            description: "What it is for".into(),
            ..ZoneDetail::default()
        });
        // The last zone has no assets: not assessable.
        let assets = if z + 1 == zones && zones > 1 { 0 } else { 4 };
        for a in 0..assets {
            let asset = format!("{id}-A{a}");
            plant.evidence.assets.push(Asset {
                id: text(asset.clone()),
                zone: text(id.clone()),
                identified: a > 0,
            });
            let version = if a > 0 { "V4.5.2 HF1" } else { "" };
            let vendor = if a == 2 { "Contoso Controls".to_owned() } else { "Siemens".to_owned() };
            let product = if a == 3 { format!("{LONG}/{LONG}") } else { format!("Controller {a}") };
            plant.assets.push(AssetDetail {
                tag: format!("TAG-{id}-{a}"),
                name: if a == 1 { HOSTILE.to_owned() } else { format!("plc-{a}") },
                component_type: "embedded_device".into(),
                criticality: "high".into(),
                ip: format!("10.0.{z}.{a}"),
                identities: vec![Identity {
                    layer: Layer::Ot,
                    kind: IdentityKind::Firmware,
                    vendor,
                    product,
                    version: version.into(),
                    ..Identity::default()
                }],
                ..AssetDetail::default()
            });
        }
        for f in 0..if assets == 0 { 0 } else { findings_by_zone } {
            finding(&mut plant, &id, z, f);
        }
    }
    controls(&mut plant);
    work(&mut plant);
    for requirement in &catalogue::system().requirements {
        let status = match requirement.id.as_str() {
            "SR 1.1" => SrStatus::NotMet,
            "SR 2.1" => SrStatus::Compensated,
            "SR 3.1" => SrStatus::NotApplicable,
            _ => SrStatus::Met,
        };
        plant.evidence.sr_assessments.push(SrAssessment {
            zone: text("Z1"),
            requirement: text(requirement.id.clone()),
            status,
            at: moment("2026-05-01"),
            justification: text("seen on site"),
            control: (status == SrStatus::Compensated).then(|| text("K1")),
        });
    }
    plant.conduits.push(Conduit {
        id: "C1".into(),
        zones: vec!["Z1".into(), "Z2".into()],
        protocols: vec!["OPC UA".into()],
        ..Conduit::default()
    });
    plant.tickets.push(Ticket {
        id: "T1".into(),
        finding: "F-Z1-0".into(),
        due: Some(date(2026, 2, 1)),
        ..Ticket::default()
    });
    plant
}

fn finding(plant: &mut Plant, zone: &str, z: usize, f: usize) {
    let n = z * 31 + f;
    let vector = (f % 6 < 5).then(|| Cvss { vector: text(VECTORS[n % 5]), source: Source::Primary });
    let opened = moment(["2025-11-03", "2026-01-20", "2026-03-05", "2026-06-25"][n % 4]);
    let kind = KINDS[n % KINDS.len()];
    let mut events = Vec::new();
    let mut notes = Vec::new();
    if n % 9 < 7 {
        events.push(Event { at: moment("2026-06-26T08:00:00Z"), kind, frs: FrSet::EMPTY });
        notes.push(EventNote {
            by: "a.weiss".into(),
            reason: "next shutdown".into(),
            until: (n % 2 == 0).then(|| date(2026, 6, 28)),
        });
    }
    if n % 13 == 0 {
        events.push(Event {
            at: moment("2026-06-27T08:00:00Z"),
            kind: EventKind::FrOverride,
            frs: FrSet::from_iter([Fr::Tre]),
        });
        notes.push(EventNote::default());
    }
    let title = if n % 17 == 3 { HOSTILE.to_owned() } else { format!("Weakness number {n}") };
    plant.evidence.findings.push(Finding {
        id: text(format!("F-{zone}-{f}")),
        asset: text(format!("{zone}-A{}", f % 4)),
        vuln: (n % 5 > 0).then(|| text(format!("CVE-20{}-{}", 18 + n % 8, 1000 + n % 50))),
        title: text(title),
        description: text("A buffer overflow in the web server"),
        cwes: if n % 7 == 6 {
            vec![Weakness::Other(text("NVD-CWE-noinfo"))]
        } else {
            vec![Weakness::Cwe(vulnerability::CweId(CWES[n % 7]))]
        },
        cvss: vector.into_iter().collect(),
        severity: None,
        kev: n % 23 == 0,
        epss: (n % 3 > 0).then_some(0.123),
        exploit: None,
        fix: if n % 2 == 0 { Fix::Available } else { Fix::None },
        opened,
        events,
        controls: if n % 6 == 1 { vec![text("K1")] } else { Vec::new() },
    });
    plant.event_notes.push(notes);
}

fn work(plant: &mut Plant) {
    let step = |at: &str, state| Step { at: moment(at), state, by: "T. Huber".into(), note: String::new() };
    let on = |index: usize, window: &str, last: PatchState| OnAsset {
        asset: plant.evidence.assets[index].id.to_string(),
        window: window.into(),
        steps: vec![
            step("2026-03-01", PatchState::Available),
            step("2026-03-20", PatchState::Approved),
            step("2026-04-10", last),
        ],
    };
    let update = Update {
        vendor: "Example".into(),
        product: HOSTILE.into(),
        version: "V2".into(),
        released: Some(date(2026, 2, 20)),
        supplier: Some(SupplierState::ApprovedWithConditions),
        findings: plant.evidence.findings.iter().map(|finding| finding.id.to_string()).collect(),
        assets: vec![on(0, "W-01", PatchState::Installed), on(1, "W-01", PatchState::Released)],
        ..Update::default()
    };
    let window = Window {
        name: "Spring".into(),
        starts: date(2026, 4, 8),
        ends: date(2026, 4, 10),
        zone: String::new(),
        description: String::new(),
    };
    let file = Attachment {
        sha256: "0123456789abcdef".repeat(4),
        name: HOSTILE.into(),
        size: 8,
        at: moment("2026-05-01"),
        by: "T. Huber".into(),
        note: "export of the rules".into(),
    };
    let rated = |likelihood, consequence| Some(Rated { likelihood, consequence });
    let scenario = |threat: &str, frs: &[Fr], unmitigated, residual| Scenario {
        threat: threat.into(),
        source: HOSTILE.into(),
        vulnerability: LONG.into(),
        frs: frs.to_vec(),
        unmitigated,
        countermeasures: "a firewall".into(),
        controls: vec!["K1".into()],
        residual,
        ..Scenario::default()
    };
    let risk = RiskAssessment {
        initial: rated(4, 4),
        initial_note: HOSTILE.into(),
        scenarios: vec![
            scenario(HOSTILE, &[Fr::Si, Fr::Ra], rated(4, 4), rated(1, 4)),
            scenario("A laptop is plugged in", &[], rated(2, 2), None),
        ],
        changed: Some(moment("2026-04-02")),
        approved: Some(Approval {
            at: moment("2026-04-03"),
            by: "a.weiss".into(),
            name: HOSTILE.into(),
            role: "Plant manager".into(),
            note: LONG.into(),
            target: Some(plant.evidence.zones[0].sl_t),
        }),
        ..RiskAssessment::default()
    };
    let system = &mut plant.work.system;
    system.risks.insert("Z1".into(), risk);
    system.texts.insert(Topic::Perimeter, format!("{HOSTILE} {LONG}"));
    system.external.insert(
        "X-01".into(),
        External { name: HOSTILE.into(), party: LONG.into(), zone: "Z1".into(), ..External::default() },
    );
    system.characteristics.entry("Z1".into()).or_default().insert(ZoneTopic::Accountable, HOSTILE.into());
    let level = |n| SecurityLevel::new(n).unwrap();
    let component = |first: u8| Component {
        sl_c: Some([level(first), level(2), level(2), level(2), level(2), level(2), level(2)]),
        basis: Basis::Certificate,
        certificate: HOSTILE.into(),
        certifier: LONG.into(),
        valid_until: Some(date(2026, 1, 31)),
        ..Component::default()
    };
    plant.work.components.insert(plant.evidence.assets[0].id.to_string(), component(2));
    plant.work.components.insert(plant.evidence.assets[1].id.to_string(), component(1));
    plant.work.updates.insert("U-01".into(), update);
    plant.work.windows.insert("W-01".into(), window);
    plant.work.attachments.insert("control K1".into(), vec![file]);
}

fn controls(plant: &mut Plant) {
    for (n, status) in
        [ControlStatus::Verified, ControlStatus::Implemented, ControlStatus::Draft, ControlStatus::Retired]
            .into_iter()
            .enumerate()
    {
        plant.evidence.controls.push(Control {
            id: text(format!("K{}", n + 1)),
            history: vec![ControlChange { at: moment("2026-02-01"), status }],
            expires: (n == 1).then(|| date(2026, 3, 1)),
        });
        plant.controls.push(ControlDetail {
            title: format!("Control {}", n + 1),
            zone: "Z1".into(),
            owner: "T. Huber".into(),
            srs: vec!["SR 5.2".into()],
            ..ControlDetail::default()
        });
    }
}

/// The input of a report on one plant.
pub fn input<'a>(
    plant: &'a Plant,
    assessment: &'a iec62443::Assessment,
    language: catalogue::Language,
    paper: Paper,
) -> Input<'a> {
    let when = plant.when(date(2026, 6, 30), date(2026, 1, 1));
    Input {
        plants: vec![PlantInput::new(plant, when, assessment, "ab".repeat(32))],
        options: Options {
            language,
            paper,
            classification: "Confidential".into(),
            prepared_for: "Example Waterworks".into(),
            prepared_by: "D. Novak".into(),
            ..Options::default()
        },
        made: "2026-07-01T08:00:00Z".parse().unwrap(),
        audit: AuditSummary {
            rows: 2,
            intact: true,
            head: "cd".repeat(32),
            latest: vec![AuditLine {
                seq: 2,
                at: "2026-06-30T10:00:00Z".into(),
                actor: "a.weiss".into(),
                action: "finding.defer".into(),
                subject: HOSTILE.into(),
            }],
        },
        report_id: "R-2026-0001".into(),
        program_version: "0.1.0".into(),
    }
}

/// The assessment of [`DAY`].
pub fn assess(plant: &Plant) -> iec62443::Assessment {
    plant.assess(plant.when(date(2026, 6, 30), date(2026, 1, 1)))
}

/// An earlier report of the plant, made on a day, compared with the report of [`DAY`].
pub fn earlier(plant: &Plant, day: jiff::civil::Date) -> Earlier {
    let side = |day| {
        let evidence = plant.evidence_at(plant.when(day, date(2026, 1, 1)));
        let assessment = iec62443::assess(&evidence);
        (evidence, assessment)
    };
    let (before, after) = (side(day), side(date(2026, 6, 30)));
    Earlier {
        id: "R-2026-0000".into(),
        title: "Report of the spring".into(),
        evidence_sha256: "0f".repeat(32),
        comparison: iec62443::compare::compare((&before.0, &before.1), (&after.0, &after.1)),
    }
}

/// How the plant stood on the last day of each month.
pub fn trend(plant: &Plant) -> Vec<TrendPoint> {
    [(1, 31), (2, 28), (3, 31), (4, 30), (5, 31), (6, 30)]
        .map(|(month, day)| {
            let day = date(2026, month, day);
            let assessment = plant.assess(plant.when(day, date(2026, 1, 1)));
            let open = || {
                let verdicts = assessment.verdicts.iter().flatten();
                verdicts.filter(|verdict| verdict.state == iec62443::finding::State::Open)
            };
            TrendPoint {
                day,
                report: if month == 3 { "Report of the spring".into() } else { String::new() },
                levels: assessment.zones.iter().map(|zone| (zone.id.clone(), zone.level)).collect(),
                gaps: assessment
                    .zones
                    .iter()
                    .flat_map(|zone| &zone.cells)
                    .filter_map(|cell| cell.gap)
                    .map(u32::from)
                    .sum(),
                open: u32::try_from(open().count()).unwrap(),
                high: u32::try_from(open().filter(|verdict| verdict.rating.is_high()).count()).unwrap(),
            }
        })
        .to_vec()
}

/// An evidence document of the plant, so that its parts are known to be sound.
pub fn evidence(plant: &Plant) -> &Evidence<'static> {
    &plant.evidence
}

/// What stands in a report, in order, a line each.
pub fn order(content: &Content) -> String {
    let mut lines = Vec::new();
    for section in &content.sections {
        lines.push(format!("{} {}", section.number, section.title).trim().to_owned());
        for block in &section.blocks {
            lines.push(match block {
                Block::Heading { number, text, .. } => format!("  {number} {text}"),
                Block::Table(table) => {
                    format!("    table {} {}x{}", table.id, table.columns.len(), table.rows.len())
                }
                Block::Charts { charts } => format!(
                    "    charts {}",
                    charts.iter().map(|c| c.title.as_str()).collect::<Vec<_>>().join(" | ")
                ),
                Block::Drawing(drawing) => {
                    format!("    drawing {} zones, {} lines", drawing.shapes.len(), drawing.links.len())
                }
                Block::HeatMap(map) => format!("    heat map {} zones", map.rows.len()),
                Block::Callout { title, .. } => format!("    callout {title}"),
                Block::Figures { figures } => format!(
                    "    figures {}",
                    figures
                        .iter()
                        .map(|f| format!("{} {}", f.value, f.label))
                        .collect::<Vec<_>>()
                        .join(" | ")
                ),
                Block::Facts { facts } => format!("    facts {}", facts.len()),
                Block::List { items } => format!("    list {}", items.len()),
                Block::Paragraph { .. } => continue,
            });
        }
    }
    lines.join("\n")
}

/// Asserts that nothing is drawn outside the printed area of Letter.
pub fn stays_on_the_page(rendered: &plumbline_report::Rendered) {
    let doc = lopdf::Document::load_mem(&rendered.bytes).unwrap();
    for (number, id) in doc.get_pages() {
        let content = lopdf::content::Content::decode(&doc.get_page_content(id)).unwrap();
        let mut text = (0.0, 0.0);
        for op in &content.operations {
            let at = |i: usize| op.operands[i].as_float().unwrap();
            let (x, y) = match op.operator.as_str() {
                "Td" => {
                    text = (text.0 + at(0), text.1 + at(1));
                    text
                }
                "m" | "l" => (at(0), at(1)),
                _ => continue,
            };
            assert!(
                (39.9..=572.1).contains(&x) && (20.0..=772.0).contains(&y),
                "page {number}: {op:?} at {x} {y}"
            );
        }
    }
}

/// Every table of a report, in order.
pub fn tables(content: &Content) -> Vec<&Table> {
    let blocks = content.sections.iter().flat_map(|section| &section.blocks);
    blocks
        .filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        })
        .collect()
}
