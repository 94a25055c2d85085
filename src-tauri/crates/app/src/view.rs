//! Transfer types: what crosses from the engine to a window, and nothing else.
//!
//! Every type is written out for the page as TypeScript (`ui/src/lib/api/types.ts`) by a test, so the two
//! sides cannot drift. Levels are whole numbers 0 to 4; `null` means not assessable or not known, never 0.
//! Dates are `YYYY-MM-DD`, moments RFC 3339, both UTC. Words shown to people are keys of the page's locale
//! files unless they came from the plant's own data.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The notice that goes with NVD's data wherever it is shown.
pub const NVD_NOTICE: &str =
    "This product uses data from the NVD API but is not endorsed or certified by the NVD.";

fn whole_report() -> String {
    "iec62443".to_owned()
}

macro_rules! views {
    ($($(#[$meta:meta])* $kind:ident $name:ident $body:tt)*) => {
        $(
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
            #[serde(rename_all = "snake_case")]
            $(#[$meta])*
            pub $kind $name $body
        )*
        /// TypeScript declarations of every transfer type.
        #[cfg(test)]
        fn declarations(config: &ts_rs::Config) -> Vec<String> {
            vec![$(<$name as TS>::decl(config)),*]
        }
    };
}

views! {
    /// What the program knows before anything is opened.
    struct Status {
        /// Program version.
        pub version: String,
        /// Folder of the open store; null when none is open yet (first start).
        pub store: Option<String>,
        /// Folder where a first store would be created.
        pub proposed_store: String,
        /// Name written into the audit log for what is done here.
        pub actor: String,
        /// Whether they look and report only.
        pub assessor: bool,
        /// Whether no connection is opened, whatever is asked for.
        pub offline: bool,
        /// Today, `YYYY-MM-DD`, UTC, as the program sees it.
        pub today: String,
        /// Whether the store holds the demo plant.
        pub demo: bool,
        /// Whether the store is encrypted.
        pub encrypted: bool,
        /// Whether there is an encrypted store that waits for its passphrase.
        pub locked: bool,
    }

    /// An environment: one system under consideration (IEC 62443-3-2 ZCR 1).
    struct EnvironmentView {
        /// Stable id.
        pub id: String,
        /// Name.
        pub name: String,
        /// Owner or company.
        pub organisation: String,
        /// Zones in it.
        pub zones: u32,
        /// Assets in it.
        pub assets: u32,
        /// Findings of every state in it.
        pub findings: u32,
    }

    /// A zone's line in the heat map.
    struct LevelRow {
        /// Zone id.
        pub zone: String,
        /// Zone name.
        pub name: String,
        /// Purdue level as the plant writes it ("3.5"), or empty.
        pub purdue: String,
        /// Safety related zone (ZCR 3.3).
        pub safety: bool,
        /// Depth of nesting, 0 for a top zone.
        pub depth: u32,
        /// It is a conduit, assessed like a zone.
        pub conduit: bool,
        /// Zone level: minimum over the seven; null when not assessable.
        pub level: Option<u8>,
        /// SL-T by FR, seven numbers.
        pub target: Vec<u8>,
        /// SL-A by FR, seven numbers or nulls.
        pub achieved: Vec<Option<u8>>,
        /// The vector in the field's notation, `{2 2 0 2 2 2 1}` (`-` where not assessable).
        pub vector: String,
        /// Seven cells, FR 1 to 7.
        pub cells: Vec<LevelCell>,
    }

    /// One cell of the heat map.
    struct LevelCell {
        /// 1 to 7.
        pub fr: u8,
        /// SL-A.
        pub achieved: Option<u8>,
        /// SL-T.
        pub target: u8,
        /// `max(0, target − achieved)`.
        pub gap: Option<u8>,
        /// `evidence` (cap applied), `evidence+conformance`, or null.
        pub basis: Option<String>,
        /// Factors whose value equals the achieved level: exposure, patching, compensation, triage,
        /// assurance, conformance, evidence_only_cap, not_assessable.
        pub limiting: Vec<String>,
        /// Open findings of this FR.
        pub open: Option<u32>,
    }

    /// The heat map of one environment on one day.
    struct Levels {
        /// Environment id.
        pub environment: String,
        /// Day assessed.
        pub as_of: String,
        /// First day of the reporting period.
        pub period_from: String,
        /// Earliest day worth asking about (first finding or event).
        pub earliest: String,
        /// Method name.
        pub method: String,
        /// Profile name.
        pub profile: String,
        /// Day of the newest feed or scan, or null.
        pub last_update: Option<String>,
        /// Zones in order of the plant.
        pub rows: Vec<LevelRow>,
        /// What the method had to assume, in words.
        pub warnings: Vec<Warning>,
    }

    /// How the levels stood on a day.
    struct LevelsPoint {
        /// The day.
        pub day: String,
        /// Zones below their target.
        pub below: u32,
        /// Zones that could be assessed.
        pub assessed: u32,
        /// Levels that were missing to the targets, over all zones and FRs.
        pub short: u32,
        /// The level of each zone, in the order of the zones; null where it could not be assessed.
        pub levels: Vec<Option<u8>>,
    }

    /// Something the assessment had to assume.
    struct Warning {
        /// Stable code: unscored, cvss_unreadable, unclassified…
        pub code: String,
        /// The finding concerned.
        pub finding: Option<String>,
        /// English words.
        pub text: String,
    }

    /// One factor of a cell with what is behind it.
    struct Factor {
        /// exposure, patching, compensation, triage, assurance, conformance, evidence_only_cap.
        pub name: String,
        /// 0 to 4; null when it takes no part (conformance without an assessment).
        pub value: Option<u8>,
        /// Whether it is among those that limit the cell.
        pub limiting: bool,
        /// Numerator and denominator behind it, where it is a share.
        pub count: Option<[u32; 2]>,
        /// Share needed for levels 1 to 4, as the profile writes it ("0.75"), where it is a share.
        pub thresholds: Option<Vec<String>>,
    }

    /// Everything the drawer says about a cell.
    struct CellExplanation {
        /// Zone id.
        pub zone: String,
        /// Zone name.
        pub zone_name: String,
        /// FR 1 to 7.
        pub fr: u8,
        /// The cell itself.
        pub cell: LevelCell,
        /// E of the method, before conformance or cap.
        pub evidence: Option<u8>,
        /// C of the method.
        pub conformance: Option<u8>,
        /// Factors in the method's order.
        pub factors: Vec<Factor>,
        /// Days since the last feed or scan, as assurance sees it.
        pub days_since_update: Option<i64>,
        /// Days allowed for levels 1 to 4.
        pub freshness_days: Vec<u32>,
        /// Open findings of this cell, worst first, at most 50.
        pub findings: Vec<FindingRow>,
        /// How many there are in all.
        pub findings_total: u32,
        /// SRs required up to the target and not satisfied (empty when never assessed).
        pub unsatisfied: Vec<RequirementLine>,
        /// What could be done, each with what it would lift alone.
        pub levers: Vec<Lever>,
        /// The weakest SL-C of the zone's components in this FR, of those whose SL-C is known (62443-4-2).
        pub capability: Option<u8>,
        /// Components whose SL-C is known, and all of the zone.
        pub components: [u32; 2],
    }

    /// A requirement that stands against a level.
    struct RequirementLine {
        /// `SR 1.1`, `SR 1.1 RE(1)`.
        pub id: String,
        /// Title of the standard, English.
        pub title: String,
        /// German title.
        pub title_de: String,
        /// Lowest level that requires it.
        pub sl: u8,
        /// met, compensated, not_applicable, not_met, or not_assessed.
        pub status: String,
    }

    /// One thing that could be done about a cell. Effects are computed by applying it to the evidence and
    /// scoring again.
    struct Lever {
        /// patch, control, triage, identify, update_monitoring, assess.
        pub kind: String,
        /// How many findings, assets or requirements it touches.
        pub touches: u32,
        /// Level of the cell with this lever alone.
        pub alone: Option<u8>,
    }

    /// Levels of one cell and of its zone with some levers switched on.
    struct WhatIf {
        /// Level of the cell.
        pub achieved: Option<u8>,
        /// What limits then.
        pub limiting: Vec<String>,
        /// Achieved levels of all seven FRs of the zone.
        pub zone: Vec<Option<u8>>,
    }

    /// The plan: the least work that lifts zones to their targets.
    struct PlanView {
        /// Environment id.
        pub environment: String,
        /// Day that it is made for.
        pub as_of: String,
        /// In the order in which they are best done.
        pub actions: Vec<PlanAction>,
        /// How far things are after some actions.
        pub milestones: Vec<PlanMilestone>,
        /// Cells that stay below their targets whatever is done.
        pub unreachable: Vec<PlanUnreachable>,
        /// The heat map now.
        pub before: Vec<LevelRow>,
        /// The heat map with all actions done.
        pub after: Vec<LevelRow>,
        /// Gap now: the sum over the chosen zones' cells.
        pub gap: u32,
        /// Gap with all actions done.
        pub gap_after: u32,
        /// What all of it costs, a decimal text.
        pub cost: String,
        /// Nothing is cheaper: all choices were gone through.
        pub exact: bool,
        /// Controls that are not verified, to ask what if they were.
        pub controls: Vec<PlanControl>,
    }

    /// An action of a plan.
    struct PlanAction {
        /// What it is known by; the same work has the same id in every plan of the environment.
        pub id: String,
        /// patch, control, verify (a control that is in place), triage, identify, update_monitoring, assess.
        pub kind: String,
        /// State of a new control: implemented, verified; else empty.
        pub status: String,
        /// Control that is shown to work; else empty.
        pub control: String,
        /// Vendor of an update; may be empty.
        pub vendor: String,
        /// Product of an update, or the vulnerability where the product is not known; else empty.
        pub product: String,
        /// Zones in which something is done; several: one action serves them all. Empty for feeds and scans.
        pub zones: Vec<ZoneName>,
        /// FR of a questionnaire.
        pub fr: Option<u8>,
        /// Findings, the first ones.
        pub findings: Vec<String>,
        /// How many.
        pub findings_total: u32,
        /// Tags of the assets, the first ones.
        pub tags: Vec<String>,
        /// How many assets.
        pub assets: u32,
        /// Assets that production stands still for.
        pub stops: u32,
        /// Requirements.
        pub requirements: Vec<String>,
        /// What it costs, a decimal text.
        pub cost: String,
        /// The milestone that it belongs to, from 1.
        pub milestone: u32,
        /// Levels that change when it is done after those before it.
        pub effects: Vec<PlanLift>,
        /// Levels that are missed without it when all others are done: `from` without it, `to` with it.
        pub needed: Vec<PlanLift>,
    }

    /// A level that changes.
    struct PlanLift {
        /// Zone id.
        pub zone: String,
        /// 1 to 7.
        pub fr: u8,
        /// Level before.
        pub from: Option<u8>,
        /// Level after.
        pub to: Option<u8>,
    }

    /// How far things are after some actions.
    struct PlanMilestone {
        /// From 1.
        pub number: u32,
        /// Cost of everything up to here, a decimal text.
        pub cost: String,
        /// Gap then.
        pub gap: u32,
        /// Vectors then of the zones that the milestone moved.
        pub moved: Vec<PlanVector>,
    }

    /// A zone's levels at a milestone.
    struct PlanVector {
        /// Zone id.
        pub zone: String,
        /// SL-A by FR.
        pub vector: Vec<Option<u8>>,
    }

    /// A cell that stays below its target.
    struct PlanUnreachable {
        /// Zone id.
        pub zone: String,
        /// Zone name.
        pub zone_name: String,
        /// 1 to 7.
        pub fr: u8,
        /// SL-T.
        pub target: u8,
        /// The highest level that can be had; null when not assessable.
        pub reachable: Option<u8>,
        /// Why: no_assets, exposure, limited.
        pub reason: String,
        /// Findings that hold it down, the first ones.
        pub findings: Vec<String>,
        /// How many.
        pub findings_total: u32,
    }

    /// A control that is not verified.
    struct PlanControl {
        /// Id.
        pub id: String,
        /// Title.
        pub title: String,
        /// State: draft, implemented.
        pub status: String,
    }

    /// Which plan: of an environment on a day, for some zones.
    struct PlanAsk {
        /// Environment id.
        pub environment: String,
        /// Day; none: today.
        #[serde(default)]
        pub as_of: Option<String>,
        /// Zone ids; empty: all.
        #[serde(default)]
        pub zones: Vec<String>,
        /// Number of the work, to follow and to stop it.
        #[serde(default)]
        pub job: u32,
    }

    /// What would be: some actions of the plan done, and some controls verified.
    struct PlanTry {
        /// The plan.
        pub ask: PlanAsk,
        /// Ids of the actions that are switched on.
        pub actions: Vec<String>,
        /// Ids of controls that count as verified besides.
        #[serde(default)]
        pub verified: Vec<String>,
    }

    /// Levels with what is switched on.
    struct PlanTried {
        /// The heat map.
        pub rows: Vec<LevelRow>,
        /// Gap over the chosen zones.
        pub gap: u32,
        /// Cost of the actions that are on, a decimal text.
        pub cost: String,
    }

    /// Keeps what is switched on under a name.
    struct ScenarioWish {
        /// What is switched on.
        pub tried: PlanTry,
        /// Name; the same name again takes the place of what was kept under it.
        pub name: String,
        /// Why, or for whom.
        #[serde(default)]
        pub note: String,
    }

    /// A kept scenario, or (under an empty name) things as they stand.
    struct ScenarioRow {
        /// Name.
        pub name: String,
        /// Why, or for whom.
        pub note: String,
        /// When it was kept, and by whom.
        pub at: String,
        /// Who kept it.
        pub by: String,
        /// Its actions, as titles are made of.
        pub actions: Vec<PlanAction>,
        /// Controls that count as verified besides.
        pub verified: Vec<String>,
        /// What it costs, a decimal text.
        pub cost: String,
        /// Gap that is left over all zones.
        pub gap: u32,
        /// Zones at their targets.
        pub reached: u32,
        /// The heat map on the day asked about.
        pub rows: Vec<LevelRow>,
    }

    /// Turns actions of a plan into tickets and vendors' updates to install, in one change.
    struct PlanWork {
        /// The plan.
        pub ask: PlanAsk,
        /// Ids of the actions.
        pub actions: Vec<String>,
        /// A ticket for each action that is about findings.
        pub tickets: bool,
        /// An update in the patch plan for each vendor's update.
        pub updates: bool,
        /// Who gets the tickets; may be empty.
        #[serde(default)]
        pub assignee: String,
        /// By when; none: no day.
        #[serde(default)]
        pub due: Option<String>,
        /// What stands for an update's version until it is known.
        #[serde(default)]
        pub version: String,
    }

    /// What came of it.
    struct PlanWorkDone {
        /// Numbers of the tickets.
        pub tickets: Vec<String>,
        /// Numbers of the updates.
        pub updates: Vec<String>,
        /// The change, to be taken back.
        pub change: Change,
    }

    /// First page: where things stand.
    struct Overview {
        /// Environment id.
        pub environment: String,
        /// Name.
        pub name: String,
        /// Day assessed.
        pub as_of: String,
        /// Cells at or above target, below target, not assessable.
        pub cells: [u32; 3],
        /// Zones below target, largest gap first.
        pub below: Vec<ZoneGap>,
        /// Open findings by severity: critical, high, medium, low, none, unscored.
        pub open: [u32; 6],
        /// Open findings that are known to be exploited (KEV).
        pub exploited: u32,
        /// Open findings that the newest file of their source names no more: proposed for closing.
        pub gone: u32,
        /// Open findings nobody has looked at.
        pub untriaged: u32,
        /// Days since the newest feed or scan; null when never.
        pub feed_age: Option<i64>,
        /// Assets identified and all.
        pub identified: [u32; 2],
        /// Open findings at the end of each of the last 14 months: (day, critical+high+unscored, medium, low+none).
        pub trend: Vec<TrendPoint>,
        /// What changed within the last 30 days: opened, patched, closed, accepted or deferred.
        pub changed: [u32; 4],
        /// The single action with the largest gap closed, computed.
        pub next: Option<NextAction>,
        /// Date of the latest kept report.
        pub last_report: Option<String>,
    }

    /// A zone below its target.
    struct ZoneGap {
        /// Zone id.
        pub zone: String,
        /// Name.
        pub name: String,
        /// FRs below target.
        pub frs: Vec<u8>,
        /// Sum of gaps.
        pub gap: u32,
        /// Level reached.
        pub level: Option<u8>,
    }

    /// One month's end.
    struct TrendPoint {
        /// Last day.
        pub day: String,
        /// Critical, high and unscored.
        pub high: u32,
        /// Medium.
        pub medium: u32,
        /// Low and none.
        pub low: u32,
    }

    /// What to do next.
    struct NextAction {
        /// Kind as in [`Lever`].
        pub kind: String,
        /// Zone concerned.
        pub zone: String,
        /// Zone name.
        pub zone_name: String,
        /// How many findings, assets or requirements.
        pub touches: u32,
        /// Sum of gaps over the zone before and after.
        pub gap: [u32; 2],
    }

    /// A zone as a table row.
    struct ZoneRow {
        /// Id.
        pub id: String,
        /// Name.
        pub name: String,
        /// Parent zone id.
        pub parent: Option<String>,
        /// Depth of nesting.
        pub depth: u32,
        /// Purdue level.
        pub purdue: String,
        /// Safety related.
        pub safety: bool,
        /// What it is for.
        pub description: String,
        /// Assets in it.
        pub assets: u32,
        /// Open findings in it.
        pub open: u32,
        /// SL-T vector.
        pub target: Vec<u8>,
        /// SL-A vector.
        pub achieved: Vec<Option<u8>>,
        /// Level.
        pub level: Option<u8>,
        /// Targets that were set, with reasons, oldest first.
        pub targets: Vec<TargetView>,
        /// What else sets it apart: business, temporary, wireless, external, outside.
        pub traits: Vec<String>,
        /// What characterises it, by topic (ZCR 6.4).
        pub characteristics: std::collections::BTreeMap<String, String>,
    }

    /// A zone's id and name.
    struct ZoneName {
        /// Id.
        pub id: String,
        /// Name.
        pub name: String,
    }

    /// A conduit as a table row.
    struct ConduitRow {
        /// Id.
        pub id: String,
        /// Name.
        pub name: String,
        /// The first zone's name.
        pub from: String,
        /// The first zone's id.
        pub from_zone: String,
        /// The second zone's name.
        pub to: String,
        /// The second zone's id.
        pub to_zone: String,
        /// All zones that it joins.
        pub zones: Vec<ZoneName>,
        /// Which side opens connections: both, outward (the first zone), inward (the others).
        pub direction: String,
        /// Protocols.
        pub protocols: Vec<String>,
        /// What guards it, in words.
        pub protected_by: String,
        /// Assets that belong to it and guard it, by tag; the first of them.
        pub guards: Vec<String>,
        /// How many assets belong to it.
        pub assets: u32,
        /// Open findings on them.
        pub open: u32,
        /// SL-T vector; null while it is not assessed on its own.
        pub target: Option<Vec<u8>>,
        /// SL-A vector; empty while it is not assessed on its own.
        pub achieved: Vec<Option<u8>>,
        /// Level.
        pub level: Option<u8>,
        /// Targets that were set, with reasons, oldest first.
        pub targets: Vec<TargetView>,
        /// What characterises it, by topic (ZCR 6.4).
        pub characteristics: std::collections::BTreeMap<String, String>,
    }

    /// Zones and conduits.
    struct ZonesView {
        /// Zones in order.
        pub zones: Vec<ZoneRow>,
        /// Conduits in order.
        pub conduits: Vec<ConduitRow>,
    }

    /// One identity of an asset.
    struct IdentityView {
        /// ot, os, network.
        pub layer: String,
        /// hardware, firmware, operating_system, application.
        pub kind: String,
        /// Vendor.
        pub vendor: String,
        /// Product.
        pub product: String,
        /// Version; empty when unknown.
        pub version: String,
        /// Order number stated apart; may be empty.
        pub order_number: String,
        /// CPE name that something stated; may be empty.
        pub cpe: String,
        /// Package URL that something stated; may be empty.
        pub purl: String,
    }

    /// An asset as a table row.
    struct AssetRow {
        /// Id.
        pub id: String,
        /// Tag as the plant writes it.
        pub tag: String,
        /// Name.
        pub name: String,
        /// Zone id.
        pub zone: String,
        /// Zone name.
        pub zone_name: String,
        /// Identities, the main one first.
        pub identities: Vec<IdentityView>,
        /// Vendor, product and version known for at least one identity.
        pub identified: bool,
        /// Component type of 4-2: embedded_device, host_device, network_device, software_application, or empty.
        pub component_type: String,
        /// low, medium, high, or empty.
        pub criticality: String,
        /// Lifecycle word.
        pub lifecycle: String,
        /// Owner.
        pub owner: String,
        /// Address.
        pub ip: String,
        /// MAC addresses.
        pub mac: String,
        /// Serial number.
        pub serial: String,
        /// Day of installation.
        pub installed: Option<String>,
        /// The newest file of its source names it no more.
        pub gone: bool,
        /// Open findings by severity: critical, high, medium, low, none, unscored.
        pub open: [u32; 6],
    }

    /// What a table asks for. Unset filters let everything through.
    #[derive(Default)]
    struct Query {
        /// Environment id.
        pub environment: String,
        /// Day; today when unset.
        #[serde(default)]
        pub as_of: Option<String>,
        /// Words that must all occur.
        #[serde(default)]
        pub text: String,
        /// Filters: facet name → accepted values (any of them).
        #[serde(default)]
        pub facets: std::collections::BTreeMap<String, Vec<String>>,
        /// Column to sort by.
        #[serde(default)]
        pub sort: String,
        /// Descending order.
        #[serde(default)]
        pub descending: bool,
        /// First row wanted.
        #[serde(default)]
        pub offset: u32,
        /// How many rows at most (up to 500).
        #[serde(default)]
        pub limit: u32,
    }

    /// How often a value of a facet occurs under the other filters.
    struct FacetValue {
        /// The value.
        pub value: String,
        /// A name for it, where the value is an id (zones); else the value.
        pub label: String,
        /// Rows.
        pub count: u32,
    }

    /// A facet.
    struct Facet {
        /// Name: zone, state, severity, fr, vendor, component_type, identified…
        pub name: String,
        /// Values, in their natural order.
        pub values: Vec<FacetValue>,
    }

    /// A slice of the assets.
    struct AssetPage {
        /// Rows in all under the filters.
        pub total: u32,
        /// Facets.
        pub facets: Vec<Facet>,
        /// The slice.
        pub rows: Vec<AssetRow>,
    }

    /// A finding as a table row.
    struct FindingRow {
        /// Id.
        pub id: String,
        /// Tier of priority, 1 first, to 4.
        pub tier: u8,
        /// CVE id or null.
        pub vuln: Option<String>,
        /// Title.
        pub title: String,
        /// Asset id.
        pub asset: String,
        /// Asset tag.
        pub tag: String,
        /// Zone id.
        pub zone: String,
        /// Zone name.
        pub zone_name: String,
        /// open, remediated, closed, excluded.
        pub state: String,
        /// critical, high, medium, low, none, unscored.
        pub severity: String,
        /// Base score "9.8", or null.
        pub score: Option<String>,
        /// 1 to 5.
        pub attacker_class: u8,
        /// FRs it counts against.
        pub frs: Vec<u8>,
        /// override, cwe, text, impact, unclassified.
        pub rule: String,
        /// Somebody has looked at it.
        pub triaged: bool,
        /// Put off.
        pub deferred: bool,
        /// Day a fix became known, or null.
        pub fix: Option<String>,
        /// Level of control cover: 0 none, 1 implemented, 2 verified.
        pub cover: u8,
        /// Known to be exploited.
        pub kev: bool,
        /// EPSS probability 0 to 1.
        pub epss: Option<f64>,
        /// Day opened.
        pub opened: String,
        /// The newest scan of its source names it no more: proposed for closing.
        pub gone: bool,
        /// ot, os, network: the layer of its asset that it is on.
        pub layer: String,
        /// Who works it; empty when nobody is named.
        pub assignee: String,
        /// The day by which it is to be treated, while it is open.
        pub due: Option<String>,
        /// That day is past.
        pub overdue: bool,
        /// Its risk was asked to be accepted and waits for a second person.
        pub waiting: bool,
    }

    /// A slice of the findings.
    struct FindingPage {
        /// Rows in all under the filters.
        pub total: u32,
        /// Facets.
        pub facets: Vec<Facet>,
        /// The slice.
        pub rows: Vec<FindingRow>,
    }

    /// One event of a finding's life.
    struct EventView {
        /// Moment.
        pub at: String,
        /// opened, acknowledged, ticketed, risk_accepted, deferred, undeferred, fix_available, patched,
        /// closed, reopened, false_positive, fr_override.
        pub kind: String,
        /// Who; empty when it came without a name.
        pub by: String,
        /// Why.
        pub reason: String,
        /// Until when, for deferrals and acceptances.
        pub until: Option<String>,
        /// FRs, for an override.
        pub frs: Vec<u8>,
    }

    /// A control that covers a finding.
    struct ControlView {
        /// Id.
        pub id: String,
        /// Title.
        pub title: String,
        /// draft, implemented, verified, retired.
        pub status: String,
        /// Last day in force, or null.
        pub expires: Option<String>,
        /// Counts on the day asked about.
        pub counts: bool,
    }

    /// A control with all that is known of it.
    struct ControlRow {
        /// The control.
        #[serde(flatten)]
        pub row: ControlView,
        /// What it does.
        pub description: String,
        /// Zone it stands in; empty when it serves several.
        pub zone: String,
        /// The zone's name.
        pub zone_name: String,
        /// Who answers for it.
        pub owner: String,
        /// SRs it serves.
        pub srs: Vec<String>,
        /// The day when somebody looks at it again.
        pub review: Option<String>,
        /// Open findings that it is meant for.
        pub open: u32,
        /// All findings that it is meant for.
        pub all: u32,
        /// What to do soon: nothing (empty), review, expiring, expired.
        pub due: String,
        /// Its states up to the day.
        pub history: Vec<ControlStep>,
        /// Files kept as evidence.
        pub attachments: Vec<AttachmentView>,
    }

    /// A state of a control.
    struct ControlStep {
        /// Since when.
        pub at: String,
        /// draft, implemented, verified, retired.
        pub status: String,
    }

    /// A control as a person writes it down or changes it.
    #[derive(Default)]
    struct ControlWish {
        /// Environment id.
        pub environment: String,
        /// The control; empty: a new one.
        #[serde(default)]
        pub id: String,
        /// Title.
        pub title: String,
        /// What it does.
        #[serde(default)]
        pub description: String,
        /// Zone it stands in; empty when it serves several.
        #[serde(default)]
        pub zone: String,
        /// Who answers for it.
        #[serde(default)]
        pub owner: String,
        /// SRs it serves.
        #[serde(default)]
        pub srs: Vec<String>,
        /// Last day in force.
        #[serde(default)]
        pub expires: Option<String>,
        /// The day when somebody looks at it again.
        #[serde(default)]
        pub review: Option<String>,
        /// Its state from now on; empty: as it is.
        #[serde(default)]
        pub status: String,
        /// Why, in own words.
        #[serde(default)]
        pub reason: String,
    }

    /// Which findings a control covers.
    #[derive(Default)]
    struct CoverWish {
        /// Environment id.
        pub environment: String,
        /// The control.
        pub control: String,
        /// Findings.
        #[serde(default)]
        pub findings: Vec<String>,
        /// All findings under this query, in place of some by their ids.
        #[serde(default)]
        pub all: Option<Query>,
        /// Covers them; else covers them no more.
        pub on: bool,
        /// Why, in own words.
        #[serde(default)]
        pub reason: String,
    }

    /// Everything about a finding.
    struct FindingDetail {
        /// The row.
        pub row: FindingRow,
        /// Description.
        pub description: String,
        /// What speaks for its tier: kev, active, functional, poc, epss_likely, epss_possible, critical, high,
        /// unscored, medium, low, network, exposed, critical_asset, safety.
        pub tier_because: Vec<String>,
        /// Why matching put it there; null when it came another way.
        pub origin: Option<OriginView>,
        /// Files that name it.
        pub reported: Vec<FindingSource>,
        /// Its CVSS vectors: vector, source, version, base score; unreadable ones with an empty score.
        pub vectors: Vec<VectorView>,
        /// Which vector was chosen (index), or null.
        pub chosen: Option<u32>,
        /// Its weaknesses with names.
        pub cwes: Vec<CweView>,
        /// Words or rows the mapping rule used ("CWE-121 → CWE-787", "denial of service +3").
        pub because: Vec<String>,
        /// FRs shown for information only.
        pub secondary: Vec<u8>,
        /// SRs the weaknesses touch.
        pub srs: Vec<RequirementLine>,
        /// none, poc, functional, active, or null.
        pub exploit: Option<String>,
        /// Its life, oldest first, `opened` included.
        pub events: Vec<EventView>,
        /// Its controls.
        pub controls: Vec<ControlView>,
        /// The asset.
        pub asset: AssetRow,
        /// Tickets: number, system, status, due.
        pub tickets: Vec<TicketView>,
        /// What people noted, oldest first.
        pub notes: Vec<NoteView>,
        /// The acceptance that waits for a second person.
        pub request: Option<RequestView>,
        /// Vendors' updates that mend it.
        pub updates: Vec<UpdateOfFinding>,
        /// Files kept as evidence.
        pub attachments: Vec<AttachmentView>,
    }

    /// Everything about updates on their way onto the assets.
    struct PatchesView {
        /// Updates, the newest first.
        pub updates: Vec<UpdateRow>,
        /// Maintenance windows, in order of time.
        pub windows: Vec<WindowRow>,
        /// What could be planned: open findings with a fix that no update mends yet, by product.
        pub proposed: Vec<ProposedUpdate>,
        /// Assets and updates by state, those of all updates.
        pub states: std::collections::BTreeMap<String, u32>,
        /// Days from release to installation of those that are installed: half of them took no longer; null without any.
        pub installed_median: Option<i64>,
        /// Days since the release of those that are still to be installed: half of them wait no longer.
        pub waiting_median: Option<i64>,
    }

    /// A vendor's update.
    struct UpdateRow {
        /// Number.
        pub id: String,
        /// Vendor.
        pub vendor: String,
        /// Product.
        pub product: String,
        /// The version that it brings.
        pub version: String,
        /// When it was published.
        pub released: Option<String>,
        /// Where it is described.
        pub link: String,
        /// What the product's supplier says: in_test, approved, not_approved, not_applicable, approved_with_conditions,
        /// or empty.
        pub supplier: String,
        /// What is to be known.
        pub description: String,
        /// In force after a restart only.
        pub restart: bool,
        /// Findings that it mends.
        pub findings: u32,
        /// Those of them that are open.
        pub open: u32,
        /// Those of the open ones that are known to be exploited.
        pub exploited: u32,
        /// Its assets with how far it is on each.
        pub assets: Vec<UpdateOnAsset>,
        /// Assets by state.
        pub states: std::collections::BTreeMap<String, u32>,
        /// The longest time since its release on an asset where it is still to be installed, in days.
        pub age: Option<i64>,
        /// Assets whose maintenance window is past without it.
        pub overdue: u32,
    }

    /// An update on an asset.
    struct UpdateOnAsset {
        /// Asset id.
        pub asset: String,
        /// Its tag.
        pub tag: String,
        /// Zone id.
        pub zone: String,
        /// Zone name.
        pub zone_name: String,
        /// The version that is there now.
        pub installed: String,
        /// available, in_test, not_approved, not_applicable, approved, released, installed, effective.
        pub state: String,
        /// Since when.
        pub since: String,
        /// Who said so.
        pub by: String,
        /// In their words.
        pub note: String,
        /// The maintenance window; empty when none is planned.
        pub window: String,
        /// Its last day is past, and it is not installed.
        pub overdue: bool,
        /// Days from release to installation, or since release.
        pub age: Option<i64>,
        /// All states so far.
        pub steps: Vec<UpdateStep>,
    }

    /// A state of an update on an asset.
    struct UpdateStep {
        /// When.
        pub at: String,
        /// Which.
        pub state: String,
        /// Who.
        pub by: String,
        /// In their words.
        pub note: String,
    }

    /// A time in which things may be installed.
    struct WindowRow {
        /// Number.
        pub id: String,
        /// Name.
        pub name: String,
        /// First day.
        pub starts: String,
        /// Last day.
        pub ends: String,
        /// Zone id; empty: any.
        pub zone: String,
        /// The zone's name.
        pub zone_name: String,
        /// Hours, conditions.
        pub description: String,
        /// Installations planned in it.
        pub planned: u32,
        /// Those of them that are done.
        pub done: u32,
        /// It is over.
        pub past: bool,
    }

    /// Open findings with a fix, of one product.
    struct ProposedUpdate {
        /// Vendor.
        pub vendor: String,
        /// Product.
        pub product: String,
        /// The findings.
        pub findings: Vec<String>,
        /// On how many assets.
        pub assets: u32,
        /// The best tier among them, 1 first.
        pub tier: u8,
        /// Known to be exploited.
        pub exploited: u32,
    }

    /// An update as a person writes it down or changes it.
    #[derive(Default)]
    struct UpdateWish {
        /// Environment id.
        pub environment: String,
        /// The update; empty: a new one.
        #[serde(default)]
        pub id: String,
        /// Vendor.
        #[serde(default)]
        pub vendor: String,
        /// Product.
        #[serde(default)]
        pub product: String,
        /// The version that it brings.
        #[serde(default)]
        pub version: String,
        /// When it was published.
        #[serde(default)]
        pub released: Option<String>,
        /// Where it is described.
        #[serde(default)]
        pub link: String,
        /// What the product's supplier says; empty: nothing.
        #[serde(default)]
        pub supplier: String,
        /// What is to be known.
        #[serde(default)]
        pub description: String,
        /// In force after a restart only.
        #[serde(default)]
        pub restart: bool,
        /// Findings that it mends, beside those it is known to; their assets come along.
        #[serde(default)]
        pub findings: Vec<String>,
        /// All findings under this query, in place of some by their ids.
        #[serde(default)]
        pub all: Option<Query>,
        /// Assets that it is for, beside those of the findings.
        #[serde(default)]
        pub assets: Vec<String>,
    }

    /// A change of an update or a maintenance window.
    struct UpdateChange {
        /// The update's or window's number.
        pub update: String,
        /// The change.
        pub change: Change,
    }

    /// How far an update is on assets.
    #[derive(Default)]
    struct StateWish {
        /// Environment id.
        pub environment: String,
        /// The update.
        pub update: String,
        /// Assets; none: all of it.
        #[serde(default)]
        pub assets: Vec<String>,
        /// available, in_test, not_approved, not_applicable, approved, released, installed, effective.
        pub state: String,
        /// The day; none: now.
        #[serde(default)]
        pub on: Option<String>,
        /// In own words.
        #[serde(default)]
        pub note: String,
    }

    /// In which maintenance window an update is installed on assets.
    #[derive(Default)]
    struct PlanWish {
        /// Environment id.
        pub environment: String,
        /// The update.
        pub update: String,
        /// Assets; none: all of it on which it is not installed.
        #[serde(default)]
        pub assets: Vec<String>,
        /// The window; empty: none any more.
        #[serde(default)]
        pub window: String,
    }

    /// A maintenance window as a person writes it down or changes it.
    #[derive(Default)]
    struct WindowWish {
        /// Environment id.
        pub environment: String,
        /// The window; empty: a new one.
        #[serde(default)]
        pub id: String,
        /// Name.
        pub name: String,
        /// First day.
        pub starts: String,
        /// Last day.
        pub ends: String,
        /// Zone id; empty: any.
        #[serde(default)]
        pub zone: String,
        /// Hours, conditions.
        #[serde(default)]
        pub description: String,
        /// Take it away.
        #[serde(default)]
        pub remove: bool,
    }

    /// A note of a finding.
    struct NoteView {
        /// When.
        pub at: String,
        /// Who.
        pub by: String,
        /// What.
        pub text: String,
        /// Requirements of 62443-3-3 that it mentions.
        pub srs: Vec<RequirementLine>,
    }

    /// An acceptance that waits for a second person.
    struct RequestView {
        /// When it was asked.
        pub at: String,
        /// By whom.
        pub by: String,
        /// Why.
        pub reason: String,
        /// Last day.
        pub until: String,
        /// Asked by the one who looks at it, who cannot agree to it.
        pub own: bool,
    }

    /// An update as a finding that it mends sees it.
    struct UpdateOfFinding {
        /// Number.
        pub id: String,
        /// Vendor, product and version.
        pub title: String,
        /// How far it is on the finding's asset.
        pub state: String,
    }

    /// Thresholds of a profile (scoring.md section 7), for SL 1 to SL 4 where there are four. Shares are decimal texts.
    struct ProfileValues {
        /// Name with version.
        pub name: String,
        /// Share of assets with an open medium finding, at most.
        pub medium_density: [String; 4],
        /// Share remediated, at least.
        pub patching: [String; 4],
        /// Share covered, at least.
        pub compensation: [String; 4],
        /// Share triaged, at least.
        pub triage: [String; 4],
        /// Share identified, at least.
        pub identified: [String; 4],
        /// Age of feeds in days, at most.
        pub freshness_days: [u32; 4],
        /// Days before a missing fix counts.
        pub patch_grace_days: u32,
        /// Days before a missing decision counts.
        pub triage_grace_days: u32,
        /// Highest level by evidence alone.
        pub evidence_only_cap: u8,
        /// What work costs, for the plan; the defaults where it is left out.
        #[serde(default)]
        pub costs: Vec<CostFigure>,
    }

    /// What a kind of work costs (its name is a key of the page's words), as a decimal text.
    struct CostFigure {
        /// Name.
        pub name: String,
        /// So much.
        pub cost: String,
    }

    /// The profile of an environment.
    struct ProfileView {
        /// As it stands.
        pub values: ProfileValues,
        /// The default one.
        pub default: ProfileValues,
        /// Why it is what it is; empty when nobody set one.
        pub reason: String,
        /// The name of the next version.
        pub next: String,
    }

    /// What other thresholds would do to a zone.
    struct ProfileEffect {
        /// Zone id.
        pub zone: String,
        /// Its name.
        pub name: String,
        /// SL-T.
        pub target: Vec<u8>,
        /// SL-A now.
        pub before: Vec<Option<u8>>,
        /// SL-A then.
        pub after: Vec<Option<u8>>,
    }

    /// A profile as a person wants it.
    struct ProfileWish {
        /// Environment id.
        pub environment: String,
        /// Thresholds.
        pub values: ProfileValues,
        /// Why.
        pub reason: String,
    }

    /// A zone as a person writes it down or changes it.
    #[derive(Default)]
    struct ZoneWish {
        /// Environment id.
        pub environment: String,
        /// The zone; empty: a new one.
        #[serde(default)]
        pub id: String,
        /// Name.
        #[serde(default)]
        pub name: String,
        /// The zone it lies in; empty: none.
        #[serde(default)]
        pub parent: String,
        /// Purdue level, such as `3.5`.
        #[serde(default)]
        pub purdue: String,
        /// Safety related.
        #[serde(default)]
        pub safety: bool,
        /// What it is for.
        #[serde(default)]
        pub description: String,
        /// What else sets it apart: business, temporary, wireless, external, outside.
        #[serde(default)]
        pub traits: Vec<String>,
        /// SL-T, seven levels.
        #[serde(default)]
        pub target: Vec<u8>,
        /// Why; needed when the target changes.
        #[serde(default)]
        pub reason: String,
        /// Take it away.
        #[serde(default)]
        pub remove: bool,
    }

    /// A place in the risk matrix; both count from 0, the lowest.
    #[derive(Copy, Eq)]
    struct RatedView {
        /// Likelihood.
        pub likelihood: u8,
        /// Consequence.
        pub consequence: u8,
    }

    /// Somebody's agreement.
    struct ApprovalView {
        /// When it was recorded.
        pub at: String,
        /// Who recorded it.
        pub by: String,
        /// Who agreed.
        pub name: String,
        /// In which role.
        pub role: String,
        /// Their words, or where they are kept.
        pub note: String,
    }

    /// A text in both languages.
    struct Bilingual {
        /// English.
        pub en: String,
        /// German.
        pub de: String,
    }

    /// The risk matrix.
    struct MatrixView {
        /// Steps of likelihood, ascending.
        pub likelihood: Vec<String>,
        /// Steps of consequence, ascending.
        pub consequence: Vec<String>,
        /// What each step of consequence means.
        pub meaning: Vec<String>,
        /// Ranks of risk, ascending.
        pub ranks: Vec<String>,
        /// The rank of each pair: a row for each likelihood, a column for each consequence.
        pub cells: Vec<Vec<u8>>,
        /// The highest rank that is borne.
        pub tolerable: u8,
        /// The asset owner set it; else it is the one to start from.
        pub agreed: bool,
        /// The tolerable risk as a number (likelihood times consequence, both from 1).
        pub tolerable_number: u32,
    }

    /// The risk matrix as a person wants it.
    #[derive(Default)]
    struct MatrixWish {
        /// Environment id.
        #[serde(default)]
        pub environment: String,
        /// Steps of likelihood, ascending; 3 to 6.
        pub likelihood: Vec<String>,
        /// Steps of consequence, ascending; 3 to 6.
        pub consequence: Vec<String>,
        /// What each step of consequence means.
        #[serde(default)]
        pub meaning: Vec<String>,
        /// Ranks of risk, ascending; 2 to 6.
        pub ranks: Vec<String>,
        /// The rank of each pair: a row for each likelihood, a column for each consequence.
        pub cells: Vec<Vec<u8>>,
        /// The highest rank that is borne.
        pub tolerable: u8,
        /// Who agreed, where it comes from.
        #[serde(default)]
        pub reason: String,
    }

    /// Where a risk assessment leads. Ranks are places in the matrix' list of ranks.
    struct RiskOutcome {
        /// The rank of the initial risk.
        pub initial: Option<u8>,
        /// Whether a detailed assessment is needed; null while the initial risk is not rated.
        pub needs_detail: Option<bool>,
        /// The highest rank with no countermeasures.
        pub unmitigated: Option<u8>,
        /// The highest rank that is left; null while a scenario is not rated anew.
        pub residual: Option<u8>,
        /// Scenarios whose risk that is left is borne.
        pub borne: u32,
        /// All scenarios.
        pub scenarios: u32,
        /// The level by FR that the CRRF points to; null while no scenario is rated.
        pub aid: Option<Vec<u8>>,
        /// The highest cyber risk reduction factor.
        pub crrf: Option<f64>,
    }

    /// A threat scenario.
    #[derive(Default)]
    struct ScenarioView {
        /// What happens.
        pub threat: String,
        /// Who or what brings it about.
        #[serde(default)]
        pub source: String,
        /// What makes it possible.
        #[serde(default)]
        pub vulnerability: String,
        /// What follows.
        #[serde(default)]
        pub consequence: String,
        /// FRs that stand against it; empty: all.
        #[serde(default)]
        pub frs: Vec<u8>,
        /// Its risk with no countermeasures.
        #[serde(default)]
        pub unmitigated: Option<RatedView>,
        /// Countermeasures that are there.
        #[serde(default)]
        pub countermeasures: String,
        /// Controls among them, by id.
        #[serde(default)]
        pub controls: Vec<String>,
        /// Its risk with them.
        #[serde(default)]
        pub residual: Option<RatedView>,
        /// What else is to be done.
        #[serde(default)]
        pub further: String,
    }

    /// A scenario to start from.
    struct StarterView {
        /// Id.
        pub id: String,
        /// FRs that stand against it.
        pub frs: Vec<u8>,
        /// What happens.
        pub threat: Bilingual,
        /// Who or what brings it about.
        pub source: Bilingual,
        /// What makes it possible.
        pub vulnerability: Bilingual,
        /// What follows.
        pub consequence: Bilingual,
    }

    /// The risk assessment of a zone or conduit.
    struct RiskView {
        /// Zone or conduit id.
        pub id: String,
        /// Name.
        pub name: String,
        /// It is a conduit.
        pub conduit: bool,
        /// Kinds of zones that it is of, for choosing scenarios.
        pub kinds: Vec<String>,
        /// SL-T; null for a conduit that has none of its own yet.
        pub target: Option<Vec<u8>>,
        /// The matrix.
        pub matrix: MatrixView,
        /// The worst that could happen with nothing against it.
        pub initial: Option<RatedView>,
        /// Why it is rated so.
        pub initial_note: String,
        /// Scenarios.
        pub scenarios: Vec<ScenarioView>,
        /// Why each FR's target is what it is, seven texts.
        pub reasons: Vec<String>,
        /// Where it leads.
        pub outcome: RiskOutcome,
        /// When it was changed last.
        pub changed: Option<String>,
        /// By whom.
        pub changed_by: String,
        /// Who agreed to it as it stands.
        pub approved: Option<ApprovalView>,
        /// Scenarios to start from.
        pub starters: Vec<StarterView>,
    }

    /// A risk assessment as a person wants it.
    #[derive(Default)]
    struct RiskWish {
        /// Environment id.
        #[serde(default)]
        pub environment: String,
        /// Zone or conduit id.
        #[serde(default)]
        pub subject: String,
        /// The worst that could happen with nothing against it.
        #[serde(default)]
        pub initial: Option<RatedView>,
        /// Why it is rated so.
        #[serde(default)]
        pub initial_note: String,
        /// Scenarios.
        #[serde(default)]
        pub scenarios: Vec<ScenarioView>,
        /// Why each FR's target is what it is, seven texts or none.
        #[serde(default)]
        pub reasons: Vec<String>,
        /// SL-T that follows; null: as it is.
        #[serde(default)]
        pub target: Option<Vec<u8>>,
        /// Why, when the target changes; empty: the reasons of the FRs.
        #[serde(default)]
        pub reason: String,
    }

    /// Where the risk assessment of a zone or conduit stands.
    struct RiskRow {
        /// Zone or conduit id.
        pub id: String,
        /// Name.
        pub name: String,
        /// It is a conduit.
        pub conduit: bool,
        /// It lies outside the trust boundary.
        pub outside: bool,
        /// Where it leads.
        pub outcome: RiskOutcome,
        /// SL-T; null for a conduit that has none of its own yet.
        pub target: Option<Vec<u8>>,
        /// Who agreed to it as it stands.
        pub approved: Option<ApprovalView>,
        /// When it was changed last.
        pub changed: Option<String>,
    }

    /// A way into the system from outside its trust boundary.
    struct ExternalRow {
        /// Number.
        pub id: String,
        /// connection or remote_access.
        pub kind: String,
        /// Name.
        pub name: String,
        /// Who is at the other end.
        pub party: String,
        /// The zone where it arrives.
        pub zone: String,
        /// Its name.
        pub zone_name: String,
        /// Protocols.
        pub protocols: Vec<String>,
        /// What guards it.
        pub protected_by: String,
        /// When it is open, who may use it.
        pub description: String,
    }

    /// A way in as a person writes it down or changes it.
    #[derive(Default)]
    struct ExternalWish {
        /// Environment id.
        pub environment: String,
        /// Number; empty: a new one.
        #[serde(default)]
        pub id: String,
        /// connection or remote_access.
        #[serde(default)]
        pub kind: String,
        /// Name.
        #[serde(default)]
        pub name: String,
        /// Who is at the other end.
        #[serde(default)]
        pub party: String,
        /// The zone where it arrives.
        #[serde(default)]
        pub zone: String,
        /// Protocols.
        #[serde(default)]
        pub protocols: Vec<String>,
        /// What guards it.
        #[serde(default)]
        pub protected_by: String,
        /// When it is open, who may use it.
        #[serde(default)]
        pub description: String,
        /// Take it away.
        #[serde(default)]
        pub remove: bool,
    }

    /// What is to be said of the system on a topic.
    #[derive(Default)]
    struct SystemTextWish {
        /// Environment id.
        pub environment: String,
        /// purpose, perimeter, access_points, business, safety, temporary, wireless, external, assumptions, threats,
        /// policies, regulations, requirements, communicated.
        pub topic: String,
        /// The text; empty takes it away.
        pub text: String,
    }

    /// What characterises a zone or conduit.
    #[derive(Default)]
    struct CharacteristicsWish {
        /// Environment id.
        pub environment: String,
        /// Zone or conduit id.
        pub zone: String,
        /// Texts by topic: accountable, logical_boundary, physical_boundary, access_points, data_flows, assumptions.
        pub texts: std::collections::BTreeMap<String, String>,
    }

    /// An agreement to be recorded.
    #[derive(Default)]
    struct AgreeWish {
        /// Environment id.
        pub environment: String,
        /// Zone or conduit id; empty: everything.
        #[serde(default)]
        pub subject: String,
        /// Who agreed.
        pub name: String,
        /// In which role.
        #[serde(default)]
        pub role: String,
        /// Their words, or where they are kept.
        #[serde(default)]
        pub note: String,
    }

    /// A requirement of 62443-3-2 with what of it is there.
    struct DocumentedRow {
        /// `ZCR 1.1`, or `ZCR 1` for a group.
        pub id: String,
        /// Title.
        pub title: String,
        /// Title in German.
        pub title_de: String,
        /// A heading above others.
        pub group: bool,
        /// present, partly, missing, not_needed.
        pub held: String,
        /// Things that are there.
        pub done: u32,
        /// Things that are asked for.
        pub of: u32,
        /// Zones and conduits for which it is not there, by name.
        pub lacking: Vec<String>,
    }

    /// The system under consideration.
    struct SystemView {
        /// What is written of it, by topic.
        pub texts: std::collections::BTreeMap<String, String>,
        /// Ways in from outside.
        pub external: Vec<ExternalRow>,
        /// The risk matrix.
        pub matrix: MatrixView,
        /// Where the risk assessments stand: zones, then conduits.
        pub risks: Vec<RiskRow>,
        /// Approvals of the whole, oldest first.
        pub approvals: Vec<ApprovalView>,
        /// ZCR 1 to 7.
        pub documented: Vec<DocumentedRow>,
    }

    /// What components of one product can do, where that is known alike.
    struct ComponentRow {
        /// One of them, by asset id: it stands for all.
        pub asset: String,
        /// Tags, the first of them.
        pub tags: Vec<String>,
        /// How many assets.
        pub assets: u32,
        /// Zones in which they stand, by name.
        pub zones: Vec<String>,
        /// Component type of 62443-4-2; empty when not known.
        pub component_type: String,
        /// Vendor and product; empty when not known.
        pub product: String,
        /// SL-C by FR, seven numbers or nulls.
        pub sl_c: Vec<Option<u8>>,
        /// How that is known: certificate, self_declared, assessed; empty when it is not.
        pub basis: String,
        /// Number of the certificate.
        pub certificate: String,
        /// Who certified it.
        pub certifier: String,
        /// Last day of the certificate.
        pub valid_until: Option<String>,
        /// The certificate has run out.
        pub expired: bool,
        /// FRs in which a zone's target asks for more.
        pub short: Vec<u8>,
    }

    /// What the components of a zone can do.
    struct ZoneCapability {
        /// Zone or conduit id.
        pub zone: String,
        /// Name.
        pub name: String,
        /// SL-T by FR.
        pub target: Vec<u8>,
        /// SL-A by FR.
        pub achieved: Vec<Option<u8>>,
        /// The weakest SL-C by FR among the components whose SL-C is known.
        pub weakest: Vec<Option<u8>>,
        /// Components whose SL-C is known.
        pub known: u32,
        /// All components.
        pub assets: u32,
        /// What must be compensated because a component cannot do it.
        pub short: Vec<ShortComponent>,
    }

    /// Components that can do less than their zone's target asks for.
    struct ShortComponent {
        /// FR 1 to 7.
        pub fr: u8,
        /// SL-C there.
        pub sl_c: u8,
        /// SL-T there.
        pub target: u8,
        /// Vendor and product, or the tag where that is not known.
        pub product: String,
        /// Tags, the first of them.
        pub tags: Vec<String>,
        /// How many assets.
        pub assets: u32,
        /// Requirements up to the target that are known not to be met.
        pub unmet: Vec<String>,
    }

    /// Components and what they can do.
    struct ComponentsView {
        /// By zone and conduit.
        pub zones: Vec<ZoneCapability>,
        /// By product.
        pub rows: Vec<ComponentRow>,
    }

    /// A requirement of 62443-4-2 for a component.
    struct ComponentRequirementRow {
        /// `CR 1.1`.
        pub id: String,
        /// FR 1 to 7.
        pub fr: u8,
        /// Lowest capability level that requires it.
        pub sl: u8,
        /// Title.
        pub title: String,
        /// met, not_met, not_applicable; empty: not gone through.
        pub answer: String,
        /// The zone's target asks for it.
        pub required: bool,
    }

    /// An asset as a component.
    struct ComponentView {
        /// Asset id.
        pub asset: String,
        /// Tag.
        pub tag: String,
        /// Vendor and product.
        pub product: String,
        /// Component type; empty when not known.
        pub component_type: String,
        /// Zone name.
        pub zone_name: String,
        /// SL-T of its zone.
        pub target: Vec<u8>,
        /// SL-C as certified or declared; null when nothing is.
        pub declared: Option<Vec<u8>>,
        /// certificate, self_declared, assessed.
        pub basis: String,
        /// Number of the certificate.
        pub certificate: String,
        /// Who certified it.
        pub certifier: String,
        /// Last day of the certificate.
        pub valid_until: Option<String>,
        /// The certificate has run out.
        pub expired: bool,
        /// What else is to be known.
        pub note: String,
        /// SL-C by FR as the answers show.
        pub answered: Vec<Option<u8>>,
        /// SL-C by FR that counts.
        pub sl_c: Vec<Option<u8>>,
        /// Requirements of its type.
        pub requirements: Vec<ComponentRequirementRow>,
        /// Other assets of the same product and type.
        pub alike: u32,
    }

    /// What is to be known of a component.
    #[derive(Default)]
    struct ComponentWish {
        /// Environment id.
        pub environment: String,
        /// Asset id.
        pub asset: String,
        /// Every asset of the same product and type too.
        #[serde(default)]
        pub alike: bool,
        /// SL-C as certified or declared; null: none.
        #[serde(default)]
        pub declared: Option<Vec<u8>>,
        /// certificate, self_declared, assessed.
        #[serde(default)]
        pub basis: String,
        /// Number of the certificate.
        #[serde(default)]
        pub certificate: String,
        /// Who certified it.
        #[serde(default)]
        pub certifier: String,
        /// Last day of the certificate.
        #[serde(default)]
        pub valid_until: Option<String>,
        /// What else is to be known.
        #[serde(default)]
        pub note: String,
        /// met, not_met, not_applicable by requirement; those that are not named were not gone through.
        #[serde(default)]
        pub answers: std::collections::BTreeMap<String, String>,
    }

    /// A rectangle of the drawing.
    #[derive(Copy, Eq)]
    struct AreaView {
        /// Left.
        pub x: i32,
        /// Top.
        pub y: i32,
        /// Width.
        pub width: i32,
        /// Height.
        pub height: i32,
    }

    /// A zone, or something outside, in the drawing.
    struct ShapeView {
        /// Zone id, or the number of the way in.
        pub id: String,
        /// It is something outside.
        pub external: bool,
        /// Remote access rather than a connection; for what is outside.
        pub remote: bool,
        /// Depth of nesting.
        pub depth: u32,
        /// It holds other zones.
        pub holds: bool,
        /// Where.
        pub area: AreaView,
        /// Name.
        pub name: String,
        /// Purdue level; who is at the other end for what is outside.
        pub note: String,
        /// Safety related.
        pub safety: bool,
        /// What else sets it apart.
        pub traits: Vec<String>,
        /// Assets in it.
        pub assets: u32,
        /// Seven cells; empty for what is outside.
        pub cells: Vec<LevelCell>,
    }

    /// A conduit, or a way in, in the drawing.
    struct LinkView {
        /// Conduit id, or the number of the way in.
        pub id: String,
        /// It is a way in.
        pub external: bool,
        /// Name.
        pub name: String,
        /// Protocols.
        pub protocols: Vec<String>,
        /// Where its name stands.
        pub tag: Option<AreaView>,
        /// Lines as corners.
        pub lines: Vec<Vec<[i32; 2]>>,
        /// For each line, whether it ends in an arrow at the zone.
        pub arrows: Vec<bool>,
        /// Nothing is written of what guards it.
        pub unprotected: bool,
        /// The largest gap of its cells; null while it is not assessed on its own, or cannot be.
        pub gap: Option<u8>,
        /// It is assessed on its own.
        pub assessed: bool,
    }

    /// A level on the drawing's left.
    struct BandView {
        /// Purdue level; empty where it is not known.
        pub purdue: String,
        /// Top.
        pub y: i32,
        /// Height.
        pub height: i32,
    }

    /// The zone-and-conduit drawing.
    struct DrawingView {
        /// Width.
        pub width: i32,
        /// Height.
        pub height: i32,
        /// Levels.
        pub bands: Vec<BandView>,
        /// The trust boundary; null when nothing lies outside.
        pub boundary: Option<AreaView>,
        /// Zones and what is outside; one that holds others comes before them.
        pub shapes: Vec<ShapeView>,
        /// Conduits and ways in.
        pub links: Vec<LinkView>,
        /// Somebody has put zones where they stand.
        pub by_hand: bool,
    }

    /// A zone dropped somewhere in the drawing.
    struct PlaceWish {
        /// Environment id.
        pub environment: String,
        /// The zone; empty: all go back to where they are put automatically.
        #[serde(default)]
        pub zone: String,
        /// Where its middle is.
        #[serde(default)]
        pub x: i32,
        /// Where its middle is.
        #[serde(default)]
        pub y: i32,
    }

    /// A conduit as a person writes it down or changes it.
    #[derive(Default)]
    struct ConduitWish {
        /// Environment id.
        pub environment: String,
        /// The conduit; empty: a new one.
        #[serde(default)]
        pub id: String,
        /// Name.
        #[serde(default)]
        pub name: String,
        /// Ids of the zones that it joins, two or more.
        #[serde(default)]
        pub zones: Vec<String>,
        /// Which side opens connections: both (also when empty), outward (the first zone), inward (the others).
        #[serde(default)]
        pub direction: String,
        /// Protocols.
        #[serde(default)]
        pub protocols: Vec<String>,
        /// What guards it.
        #[serde(default)]
        pub protected_by: String,
        /// SL-T of its own, seven levels; null: it is not assessed on its own.
        #[serde(default)]
        pub target: Option<Vec<u8>>,
        /// Why, in own words; needed when the target changes.
        #[serde(default)]
        pub reason: String,
        /// Take it away.
        #[serde(default)]
        pub remove: bool,
    }

    /// A change of a zone or conduit.
    struct ZoneChange {
        /// The zone's or conduit's id.
        pub zone: String,
        /// The change.
        pub change: Change,
    }

    /// A target that was set for a zone.
    struct TargetView {
        /// When.
        pub at: String,
        /// By whom.
        pub by: String,
        /// SL-T, seven levels.
        pub target: Vec<u8>,
        /// Why.
        pub reason: String,
    }

    /// The requirements of 62443-3-3 for a zone.
    struct RequirementsView {
        /// Zone id.
        pub zone: String,
        /// Its name.
        pub name: String,
        /// How far it is, by FR.
        pub frs: Vec<RequirementsOfFr>,
        /// All requirements, in the standard's order.
        pub rows: Vec<RequirementRow>,
    }

    /// How far the answers of a zone are in an FR.
    struct RequirementsOfFr {
        /// 1 to 7.
        pub fr: u8,
        /// SL-T.
        pub target: u8,
        /// Conformance level; null when never assessed.
        pub conformance: Option<u8>,
        /// Requirements up to the target.
        pub required: u32,
        /// Of these answered.
        pub answered: u32,
        /// Of these satisfied.
        pub satisfied: u32,
    }

    /// A requirement of a zone with its answer.
    struct RequirementRow {
        /// `SR 1.1`, `SR 1.1 RE(1)`.
        pub id: String,
        /// 1 to 7.
        pub fr: u8,
        /// Lowest level that requires it.
        pub sl: u8,
        /// Title of the standard, English.
        pub title: String,
        /// German title.
        pub title_de: String,
        /// What it asks, in our words, English.
        pub summary: String,
        /// The same in German.
        pub summary_de: String,
        /// What an assessor looks at, English.
        pub hint: String,
        /// The same in German.
        pub hint_de: String,
        /// The zone's target asks for it.
        pub required: bool,
        /// met, compensated, not_applicable, not_met, not_assessed.
        pub status: String,
        /// It is satisfied by that answer.
        pub holds: bool,
        /// When it was answered.
        pub at: Option<String>,
        /// By whom; may be empty.
        pub by: String,
        /// Why.
        pub justification: String,
        /// The control that compensates; may be empty.
        pub control: String,
        /// Its title.
        pub control_title: String,
        /// Open findings of the zone whose weaknesses speak against it.
        pub against: u32,
        /// The first of them.
        pub findings: Vec<FindingName>,
        /// Files kept as evidence.
        pub attachments: Vec<AttachmentView>,
        /// Taken over from this zone, or from the environment as a whole where empty; null: answered for the zone itself.
        pub inherited: Option<String>,
        /// The name of where it is taken over from.
        pub inherited_name: String,
    }

    /// Which answers a zone takes over, and from where.
    #[derive(Default)]
    struct InheritWish {
        /// Environment id.
        pub environment: String,
        /// Zone id.
        pub zone: String,
        /// Requirements.
        pub requirements: Vec<String>,
        /// A zone around it, or the environment as a whole where empty.
        #[serde(default)]
        pub from: String,
        /// No longer; the answers that stand stay.
        #[serde(default)]
        pub stop: bool,
    }

    /// A finding by its name.
    struct FindingName {
        /// Id.
        pub id: String,
        /// Title.
        pub title: String,
    }

    /// An answer to requirements of a zone.
    #[derive(Default)]
    struct AnswerWish {
        /// Environment id.
        pub environment: String,
        /// Zone id; empty: the environment as a whole, for zones that take its answers over.
        pub zone: String,
        /// Requirements.
        pub requirements: Vec<String>,
        /// met, compensated, not_applicable, not_met.
        pub status: String,
        /// Why; needed where it is not applicable.
        #[serde(default)]
        pub justification: String,
        /// The control that compensates.
        #[serde(default)]
        pub control: String,
    }

    /// Which answers are copied to a zone.
    #[derive(Default)]
    struct CopyWish {
        /// Environment id.
        pub environment: String,
        /// Zone id.
        pub zone: String,
        /// Environment to copy from.
        pub from_environment: String,
        /// Zone to copy from.
        pub from_zone: String,
        /// Also over answers that stand there.
        #[serde(default)]
        pub over: bool,
        /// Only tell what would be copied.
        #[serde(default)]
        pub dry_run: bool,
    }

    /// Answers that are copied, for one review.
    struct CopiedAnswers {
        /// What is written.
        pub rows: Vec<CopiedAnswer>,
        /// What is left out.
        pub left_out: Vec<LeftOutAnswer>,
        /// The change, when it was made.
        pub change: Option<i64>,
    }

    /// An answer that is copied.
    struct CopiedAnswer {
        /// Requirement.
        pub requirement: String,
        /// Answer.
        pub status: String,
        /// Why.
        pub justification: String,
    }

    /// An answer that is not copied.
    struct LeftOutAnswer {
        /// Requirement.
        pub requirement: String,
        /// answered (there is an answer already), control (the control is not known here).
        pub why: String,
    }

    /// A mitigation of ATT&CK for ICS, as a suggestion for a control.
    struct MitigationView {
        /// `M0930`.
        pub id: String,
        /// Name.
        pub name: String,
        /// Requirements of 62443-3-3 that it serves.
        pub srs: Vec<String>,
        /// Techniques that it counters.
        pub against: Vec<String>,
    }

    /// A file kept as evidence.
    struct AttachmentView {
        /// SHA-256 of its bytes.
        pub sha256: String,
        /// Its name.
        pub name: String,
        /// Bytes.
        pub size: u64,
        /// When it was attached.
        pub at: String,
        /// By whom.
        pub by: String,
        /// What it shows.
        pub note: String,
    }

    /// Which findings are given to whom.
    #[derive(Default)]
    struct AssignWish {
        /// Environment id.
        pub environment: String,
        /// Findings.
        #[serde(default)]
        pub findings: Vec<String>,
        /// All findings under this query, in place of some by their ids.
        #[serde(default)]
        pub all: Option<Query>,
        /// Who; empty: nobody; null: as it is.
        #[serde(default)]
        pub assignee: Option<String>,
        /// By when; empty: as the rules say; null: as it is.
        #[serde(default)]
        pub due: Option<String>,
    }

    /// A note to be written.
    #[derive(Default)]
    struct NoteWish {
        /// Environment id.
        pub environment: String,
        /// Findings.
        #[serde(default)]
        pub findings: Vec<String>,
        /// All findings under this query, in place of some by their ids.
        #[serde(default)]
        pub all: Option<Query>,
        /// What.
        pub text: String,
    }

    /// What a second person says of acceptances that wait.
    #[derive(Default)]
    struct ApprovalWish {
        /// Environment id.
        pub environment: String,
        /// Findings.
        #[serde(default)]
        pub findings: Vec<String>,
        /// All findings under this query, in place of some by their ids.
        #[serde(default)]
        pub all: Option<Query>,
        /// Agrees; else declines.
        pub approve: bool,
        /// In own words.
        #[serde(default)]
        pub note: String,
    }

    /// The rules of an environment's team.
    #[derive(Default)]
    struct Rules {
        /// An accepted risk counts once a second person has agreed.
        #[serde(default)]
        pub second_approval: bool,
        /// Days in which a finding of tier 1 to 4 is to be treated; 0: no due day.
        #[serde(default)]
        pub due_days: [u32; 4],
        /// Teams that own the layers OT, OS and network; may be empty.
        #[serde(default)]
        pub teams: [String; 3],
    }

    /// Rules as a person wants them.
    #[derive(Default)]
    struct RulesWish {
        /// Environment id.
        pub environment: String,
        /// The rules.
        pub rules: Rules,
        /// Why, in own words.
        #[serde(default)]
        pub reason: String,
    }

    /// Filters and order of the findings, kept under a name.
    #[derive(Default)]
    struct KeptView {
        /// Name.
        pub name: String,
        /// Words that all occur.
        #[serde(default)]
        pub text: String,
        /// Accepted values by facet.
        #[serde(default)]
        pub facets: std::collections::BTreeMap<String, Vec<String>>,
        /// Column to sort by.
        #[serde(default)]
        pub sort: String,
        /// The other way round.
        #[serde(default)]
        pub descending: bool,
    }

    /// Figures of vulnerability management for a period (62443-2-1).
    struct FiguresView {
        /// First day.
        pub from: String,
        /// Last day.
        pub to: String,
        /// All findings, then by tier, by severity, by zone.
        pub rows: Vec<FigureRow>,
        /// Month by month, the oldest first.
        pub backlog: Vec<BacklogView>,
        /// Days in the period with an update of feeds or scans.
        pub update_days: u32,
        /// Times without an update that were too long.
        pub gaps: Vec<GapView>,
        /// Days without an update that are allowed.
        pub allowed_days: u32,
        /// Assets, and those of them that are identified.
        pub assets: [u32; 2],
    }

    /// The figures of some findings. Times are days, with a fraction; null where nothing happened.
    struct FigureRow {
        /// all, tier, severity, zone.
        pub kind: String,
        /// Tier, severity or zone id.
        pub key: String,
        /// The zone's name, else the key.
        pub name: String,
        /// From the opening to the first decision.
        pub acknowledged: TimesView,
        /// From the opening to the end.
        pub treated: TimesView,
        /// Open on the last day.
        pub open: u32,
        /// Open on the last day with no decision.
        pub waiting: u32,
        /// Days for which the oldest of those has been waiting.
        pub oldest: u32,
    }

    /// How long something took, in days.
    struct TimesView {
        /// How often.
        pub count: u32,
        /// Half of them took no longer.
        pub median: Option<f64>,
        /// Nine in ten took no longer.
        pub p90: Option<f64>,
        /// The longest.
        pub longest: Option<f64>,
    }

    /// The backlog on a day.
    struct BacklogView {
        /// The day.
        pub day: String,
        /// Open.
        pub open: u32,
        /// Open with no decision.
        pub waiting: u32,
        /// Opened since the day before in the list.
        pub opened: u32,
    }

    /// A time without an update.
    struct GapView {
        /// The last update before it.
        pub from: String,
        /// The next one, or the last day.
        pub to: String,
        /// Days between.
        pub days: u32,
    }

    /// What happened since somebody's last visit.
    struct Visit {
        /// When that was; null on the first.
        pub since: Option<String>,
        /// Findings opened since.
        pub opened: u32,
        /// Findings that were closed or mended and are open again.
        pub reopened: u32,
        /// Findings that others decided about.
        pub decided: u32,
        /// Those others.
        pub others: Vec<String>,
        /// Acceptances that wait for the visitor.
        pub waiting: u32,
        /// Cells whose level moved.
        pub moved: Vec<MovedCell>,
    }

    /// A cell whose level moved.
    struct MovedCell {
        /// Zone id.
        pub zone: String,
        /// Its name.
        pub name: String,
        /// FR, 1 to 7.
        pub fr: u8,
        /// Level then; null: not assessable.
        pub from: Option<u8>,
        /// Level now.
        pub to: Option<u8>,
        /// Target.
        pub target: u8,
    }

    /// A CVSS vector of a finding.
    struct VectorView {
        /// The text.
        pub vector: String,
        /// primary or secondary.
        pub source: String,
        /// "3.1", or empty when unreadable.
        pub version: String,
        /// "9.8", or empty when unreadable.
        pub score: String,
    }

    /// A weakness of a finding.
    struct CweView {
        /// `CWE-79`.
        pub id: String,
        /// Name, or empty.
        pub name: String,
    }

    /// A ticket.
    struct TicketView {
        /// Number.
        pub id: String,
        /// System it lives in.
        pub system: String,
        /// Where it is to be seen; empty when nobody said.
        pub link: String,
        /// Status.
        pub status: String,
        /// Due day.
        pub due: Option<String>,
        /// Who has it.
        pub assignee: String,
    }

    /// What a person decides about findings.
    #[derive(Default)]
    struct Decision {
        /// Environment id.
        pub environment: String,
        /// What: acknowledge, ticket, defer, undefer, accept, false_positive, patch, close, reopen, override.
        pub act: String,
        /// Findings.
        #[serde(default)]
        pub findings: Vec<String>,
        /// All findings under this query, in place of some by their ids.
        #[serde(default)]
        pub all: Option<Query>,
        /// Why, for an acknowledgement: applies, not_applicable, compensating_control, accepted_risk, false_match,
        /// escalated, in_work.
        #[serde(default)]
        pub reason: String,
        /// Own words.
        #[serde(default)]
        pub note: String,
        /// Last day, for a deferral or an accepted risk.
        #[serde(default)]
        pub until: Option<String>,
        /// The day when it was patched or closed; none: now.
        #[serde(default)]
        pub on: Option<String>,
        /// FRs to count against.
        #[serde(default)]
        pub frs: Vec<u8>,
        /// The version that is installed now, for a patch; empty: the assets stay as they are.
        #[serde(default)]
        pub version: String,
        /// The ticket.
        #[serde(default)]
        pub ticket: Option<NewTicket>,
    }

    /// A ticket and a finding that it is about.
    struct TicketRow {
        /// Number.
        pub ticket: String,
        /// System it lives in.
        pub system: String,
        /// Where it is to be seen; empty when nobody said.
        pub link: String,
        /// Finding.
        pub finding: String,
        /// Tag of the asset.
        pub tag: String,
        /// What was found.
        pub title: String,
        /// When it was written.
        pub created: Option<String>,
        /// Who has it.
        pub assignee: String,
        /// Due day.
        pub due: Option<String>,
        /// Its state there.
        pub status: String,
        /// When it was closed.
        pub closed: Option<String>,
        /// It is not closed and the day it was due is past.
        pub overdue: bool,
    }

    /// A ticket as a person writes it down.
    #[derive(Default)]
    struct NewTicket {
        /// Number.
        pub id: String,
        /// System it lives in.
        #[serde(default)]
        pub system: String,
        /// Where it is to be seen.
        #[serde(default)]
        pub link: String,
        /// Who has it.
        #[serde(default)]
        pub assignee: String,
        /// Due day.
        #[serde(default)]
        pub due: Option<String>,
    }

    /// What a change did.
    struct Change {
        /// Number of the change, for undo.
        pub id: i64,
        /// How many things changed.
        pub changed: u32,
        /// How many were so already.
        pub unchanged: u32,
    }

    /// What the report is to cover.
    struct ReportRequest {
        /// iec62443, executive, risk or extract.
        #[serde(default = "whole_report")]
        pub kind: String,
        /// Environment ids, one or more.
        pub environments: Vec<String>,
        /// First day of the period.
        pub from: String,
        /// Last day; the day assessed.
        pub to: String,
        /// pdf, docx, html, xlsx, json or oscal.
        pub format: String,
        /// Parts of the report that are left out; the report says so.
        #[serde(default)]
        pub without: Vec<String>,
        /// The kept report to compare with, by id or name: null for the last one before, "" for none.
        #[serde(default)]
        pub compare_with: Option<String>,
        /// Of an extract: the least severity, critical, high, medium, low or none; "" for all.
        #[serde(default)]
        pub floor: String,
        /// Of an extract: layers, ot, os, network; none for all.
        #[serde(default)]
        pub layers: Vec<String>,
        /// Of an extract: vendors; none for all.
        #[serde(default)]
        pub vendors: Vec<String>,
        /// a4 or letter.
        pub paper: String,
        /// en or de.
        pub language: String,
        /// Classification mark.
        #[serde(default)]
        pub classification: String,
        /// Prepared for.
        #[serde(default)]
        pub prepared_for: String,
        /// Prepared by.
        #[serde(default)]
        pub prepared_by: String,
        /// The scenario whose plan the report tells; empty: none.
        #[serde(default)]
        pub scenario: String,
    }

    /// A report laid out, to be looked at page by page.
    struct PreviewView {
        /// Its number.
        pub number: u32,
        /// Pages.
        pub pages: u32,
        /// Width of a page, in points.
        pub width: f32,
        /// Height of a page, in points.
        pub height: f32,
    }

    /// The level of a zone on a day.
    struct TrendZone {
        /// Id.
        pub id: String,
        /// Lowest SL-A; null where not assessable.
        pub level: Option<u8>,
    }

    /// How an environment stood on a day.
    struct TrendView {
        /// The day.
        pub day: String,
        /// Title of the kept report it comes from; empty for how it stands today.
        pub report: String,
        /// Sum of all gaps over zones and FRs that could be assessed.
        pub gaps: u32,
        /// Open findings.
        pub open: u32,
        /// Open findings rated critical or high, or not scored.
        pub high: u32,
        /// Zones.
        pub zones: Vec<TrendZone>,
    }

    /// What a handover package is to be made from.
    struct HandoverRequest {
        /// The report in it; its format is not looked at.
        pub report: ReportRequest,
        /// Formats of the report: pdf, docx, html, xlsx, json, oscal; may be none.
        pub formats: Vec<String>,
    }

    /// A package that was made.
    struct HandoverView {
        /// Where it is.
        pub file: String,
        /// Bytes.
        pub size: u64,
        /// Files in it.
        pub files: u32,
        /// The key's short form, for the receiver to compare.
        pub fingerprint: String,
        /// SHA-256 of its manifest.
        pub manifest_sha256: String,
    }

    /// What is wrong with a package.
    struct HandoverFault {
        /// The file in it; empty for the archive itself.
        pub file: String,
        /// archive, signature, other_key, path, missing, unreadable, changed, added, sums, key, log_row, log_end,
        /// log_head, attachment, evidence, unscorable, levels, report, report_evidence, report_levels.
        pub code: String,
        /// What the code is about: a row, a key, an environment; may be empty.
        pub value: String,
        /// What is wrong.
        pub what: String,
    }

    /// A zone as its level was recomputed from a package.
    struct HandedZone {
        /// Id.
        pub id: String,
        /// Name.
        pub name: String,
        /// SL-A by FR; null where not assessable.
        pub vector: [Option<u8>; 7],
        /// SL-T by FR.
        pub sl_t: [u8; 7],
    }

    /// An environment in a package.
    struct HandedEnvironment {
        /// Id in the maker's store.
        pub id: String,
        /// Name.
        pub name: String,
        /// Company.
        pub organisation: String,
        /// The day assessed.
        pub as_of: String,
        /// First day of the period.
        pub period_from: String,
        /// SHA-256 of its evidence document.
        pub evidence_sha256: String,
        /// Zones, recomputed from the evidence document; none when that cannot be read.
        pub zones: Vec<HandedZone>,
    }

    /// What the check of a package found.
    struct HandoverCheck {
        /// The file.
        pub file: String,
        /// Nothing is wrong: signed by its key, every byte as it was made, levels recomputed and equal.
        pub intact: bool,
        /// Id of the package.
        pub id: String,
        /// When it was made.
        pub made: String,
        /// Who made it, as it says.
        pub maker: String,
        /// Program and version.
        pub program: String,
        /// The key's short form, to compare with what the maker told you another way.
        pub fingerprint: String,
        /// Whether that is the fingerprint that was given; null when none was given.
        pub known: Option<bool>,
        /// Files that were checked.
        pub files: u32,
        /// Their bytes.
        pub size: u64,
        /// Rows of the log, those of them told whole, and the hash of the last.
        pub audit_rows: u64,
        /// Those told whole.
        pub audit_whole: u64,
        /// The last one's hash.
        pub audit_head: String,
        /// Environments.
        pub environments: Vec<HandedEnvironment>,
        /// What is wrong.
        pub faults: Vec<HandoverFault>,
    }

    /// What had to change for a level to change as it did.
    struct ComparedDriver {
        /// exposure, patching, compensation, triage, assurance, conformance, evidence_only_cap, not_assessable.
        pub limit: String,
        /// Its level before and after.
        pub levels: [Option<u8>; 2],
        /// The share behind it before and after, where it is one.
        pub shares: Option<[[u32; 2]; 2]>,
        /// For exposure: findings of the cell that are open now and were not.
        pub opened: u32,
        /// For exposure: findings of the cell that were open and are not.
        pub settled: u32,
    }

    /// An FR of a zone that differs.
    struct ComparedCell {
        /// FR 1 to 7.
        pub fr: u8,
        /// SL-A before and after.
        pub achieved: [Option<u8>; 2],
        /// SL-T before and after.
        pub target: [u8; 2],
        /// What drove the change.
        pub drivers: Vec<ComparedDriver>,
    }

    /// A zone on both sides.
    struct ComparedZone {
        /// Id.
        pub id: String,
        /// Name.
        pub name: String,
        /// Its level before; null when not assessable.
        pub before: Option<u8>,
        /// Its level after.
        pub after: Option<u8>,
        /// both; new: it was not there before; gone: it is not there any more.
        pub presence: String,
        /// FRs that differ.
        pub cells: Vec<ComparedCell>,
    }

    /// Two kept reports of one environment side by side.
    struct ComparisonView {
        /// Environment id.
        pub environment: String,
        /// The day of the first.
        pub from: String,
        /// The day of the second.
        pub to: String,
        /// Zones.
        pub zones: Vec<ComparedZone>,
        /// Open findings before and after.
        pub open: [u32; 2],
        /// Findings that are new, gone, reopened.
        pub findings: [u32; 3],
        /// Controls in force before and after.
        pub controls: [u32; 2],
        /// Controls that are new, ended.
        pub control_changes: [u32; 2],
        /// Assets identified out of all, before and after.
        pub identified: [[u32; 2]; 2],
        /// Open findings decided about out of all, before and after.
        pub triaged: [[u32; 2]; 2],
    }

    /// A kept report.
    struct ReportView {
        /// Id.
        pub id: String,
        /// iec62443, executive, risk or extract.
        pub kind: String,
        /// Title.
        pub title: String,
        /// Environments (names).
        pub environments: Vec<String>,
        /// Environments (ids), as far as their evidence documents were kept with it.
        pub environment_ids: Vec<String>,
        /// First day.
        pub from: String,
        /// Last day.
        pub to: String,
        /// When it was made.
        pub made: String,
        /// pdf, docx, html, xlsx, json or oscal.
        pub format: String,
        /// File, as it was written; only its name where the store itself keeps it.
        pub file: String,
        /// Whether the file is still there and unchanged.
        pub intact: bool,
        /// Pages, for a PDF.
        pub pages: Option<u32>,
        /// Bytes.
        pub size: u64,
        /// SHA-256 of the file, hex.
        pub sha256: String,
        /// SHA-256 of the evidence document, hex.
        pub evidence_sha256: String,
    }

    /// How the store is protected.
    struct Protection {
        /// Whether it is encrypted.
        pub encrypted: bool,
        /// Whether the system has a keyring that answers.
        pub keyring: bool,
        /// Whether the keyring keeps the passphrase.
        pub remembered: bool,
        /// How many of the backups that the program makes by itself are kept.
        pub kept: u32,
        /// Those that are there, newest first.
        pub backups: Vec<BackupView>,
    }

    /// A backup, as it tells of itself.
    struct BackupView {
        /// The file.
        pub file: String,
        /// When it was made.
        pub made: String,
        /// Whether it is encrypted.
        pub encrypted: bool,
        /// Rows of the audit log in it.
        pub rows: u64,
        /// Hash of the last of them.
        pub head: String,
        /// Bytes of the file.
        pub size: u64,
    }

    /// A backup that was made.
    struct BackupMade {
        /// The backup.
        pub backup: BackupView,
        /// Older ones that were removed.
        pub removed: Vec<String>,
    }

    /// A backup that was checked and found whole.
    struct BackupCheck {
        /// The backup.
        pub backup: BackupView,
        /// Whether it was opened as well: an encrypted one only with its passphrase.
        pub opened: bool,
    }

    /// A backup that took the store's place.
    struct Restored {
        /// The backup.
        pub backup: BackupView,
        /// Where the store is kept that was there before; null when there was none.
        pub before: Option<String>,
    }

    /// Where the portfolio's database is.
    struct PortfolioSettings {
        /// `postgres://user@host:port/database`; null when none is kept.
        pub address: Option<String>,
        /// Whether the system has a keyring that answers.
        pub keyring: bool,
        /// Whether the keyring keeps the password.
        pub password: bool,
    }

    /// How a plant, or all of them together, stood on a day.
    struct PortfolioDay {
        /// The day.
        pub as_of: String,
        /// Zones.
        pub zones: u32,
        /// Of them, those below a target.
        pub below: u32,
        /// Of them, those of which nothing can be said.
        pub not_assessed: u32,
        /// Levels short of the targets, summed over zones and FRs.
        pub gap: u32,
        /// Open findings.
        pub open: u32,
        /// Of them, high or critical ones.
        pub high: u32,
    }

    /// A plant of the portfolio.
    struct PortfolioPlant {
        /// The same each time it is published.
        pub key: String,
        /// Name.
        pub name: String,
        /// Owner or company.
        pub organisation: String,
        /// How it stood last.
        pub day: PortfolioDay,
    }

    /// All plants together at the end of a month.
    struct PortfolioMonth {
        /// Plants of which anything was known by then.
        pub plants: u32,
        /// Their figures, summed.
        pub day: PortfolioDay,
    }

    /// The portfolio on a day.
    struct PortfolioView {
        /// Where it is.
        pub address: String,
        /// The day.
        pub as_of: String,
        /// Plants, those furthest from their targets first.
        pub plants: Vec<PortfolioPlant>,
        /// The months before, oldest first, the last one being the day.
        pub months: Vec<PortfolioMonth>,
    }

    /// A zone of a plant of the portfolio. Levels by FR.
    struct PortfolioZone {
        /// Id.
        pub id: String,
        /// Name.
        pub name: String,
        /// SL-T.
        pub target: [u8; 7],
        /// SL-A; null where nothing can be said.
        pub achieved: [Option<u8>; 7],
    }

    /// A plant of the portfolio, zone by zone.
    struct PortfolioShown {
        /// The plant.
        pub plant: PortfolioPlant,
        /// Method.
        pub method: String,
        /// Profile.
        pub profile: String,
        /// SHA-256 of the evidence document, hex.
        pub evidence_sha256: String,
        /// When it was made.
        pub made: String,
        /// Who published it.
        pub published_by: String,
        /// Zones in order.
        pub zones: Vec<PortfolioZone>,
        /// Days it was published of, the last one first.
        pub days: Vec<PortfolioDay>,
    }

    /// What was published.
    #[derive(Default)]
    struct Published {
        /// Where.
        pub address: String,
        /// Plants.
        pub plants: u32,
        /// Assessments that are there now and were not.
        pub added: u32,
        /// Assessments that took the place of older ones.
        pub changed: u32,
        /// Assessments that were there.
        pub unchanged: u32,
    }

    /// How far a long work is. Sent as the event `progress`.
    struct Progress {
        /// Number the caller gave the work.
        pub job: u32,
        /// Key of the step's words: evidence, assess, trend, content, charts, pages, write, package,
        /// verify, read, check, backup, restore, connect, publish, store.
        pub step: String,
        /// Done so far.
        pub done: u32,
        /// Out of; 0 when not known.
        pub total: u32,
    }

    /// A line of the audit log.
    struct AuditRow {
        /// Number, from 1.
        pub seq: i64,
        /// Moment.
        pub at: String,
        /// Who.
        pub actor: String,
        /// What: `finding.acknowledged`, `store.created`…
        pub action: String,
        /// On what.
        pub subject: String,
        /// Details, as JSON.
        pub detail: String,
        /// Hash, hex.
        pub hash: String,
        /// The change it tells of, when that can still be taken back.
        pub change: Option<i64>,
    }

    /// A slice of the audit log with the chain's state.
    struct AuditPage {
        /// Rows that were asked for.
        pub total: u32,
        /// Rows in all.
        pub all: u32,
        /// Every row's hash follows from the one before.
        pub intact: bool,
        /// First row that does not.
        pub first_broken: Option<i64>,
        /// Hash of the last row.
        pub head: String,
        /// The slice, newest first.
        pub rows: Vec<AuditRow>,
    }

    /// What an import did or would do, a file each.
#[derive(Default)]
        struct ImportView {
        /// Nothing was changed.
        pub dry_run: bool,
        /// Files.
        pub files: Vec<ImportedFile>,
        /// Environment it went to, or would.
        pub environment: Option<String>,
        /// The environment was there before.
        pub existing: bool,
        /// Days of feeds and scans, or the profile, were new.
        pub updated: bool,
    }

    /// One file of an import.
    #[derive(Default)]
    struct ImportedFile {
        /// Name.
        pub file: String,
        /// Kind: zones, conduits, assets, evidence, …
        pub kind: String,
        /// Rows added.
        pub added: u32,
        /// Rows changed.
        pub changed: u32,
        /// Rows that were so already.
        pub unchanged: u32,
        /// Rows refused.
        pub refused: Vec<RefusedRow>,
        /// Rows taken, with something worth knowing.
        pub remarks: Vec<RefusedRow>,
        /// The change, to take it back.
        pub change: Option<i64>,
        /// Files of one source replace each other.
        pub source: String,
        /// How the columns of a list were read.
        pub columns: Vec<ColumnView>,
        /// Assets: new, changed, unchanged.
        pub assets: [u32; 3],
        /// Findings: new, there already.
        pub findings: [u32; 2],
        /// Findings that a vendor's statement closed, or would close.
        pub closed: Vec<ClosedFinding>,
        /// Zones that were made; they have no target yet unless the file names one.
        pub zones: Vec<String>,
        /// Zones that had no target and got one from the file.
        pub targets: Vec<String>,
        /// Sightings joined to an asset by something else than the tag; the first of them.
        pub joined: Vec<JoinedRow>,
        /// Sources that say different things.
        pub conflicts: Vec<ConflictRow>,
        /// What this source names no more: proposed for closing.
        pub gone: Vec<GoneRow>,
        /// Tickets that are new, changed, as before.
        pub tickets: [u32; 3],
        /// States of updates on assets that are changed, as before.
        pub patches: [u32; 2],
        /// Answers to requirements that are new, changed, as before.
        pub answers: [u32; 3],
        /// Findings that were closed or remediated, were seen again and are open again.
        pub reopened: Vec<String>,
        /// Findings that are none by somebody's decision, or closed, and stand in this file all the same.
        pub again: Vec<String>,
    }

    /// A column of a list, and what it is taken for.
    struct ColumnView {
        /// Sheet; empty where there is only one.
        pub sheet: String,
        /// Head.
        pub name: String,
        /// tag, name, vendor …; null: left out.
        pub field: Option<String>,
        /// Some of its values.
        pub samples: Vec<String>,
    }

    /// A sighting and the asset it was taken for.
    struct JoinedRow {
        /// Where in the file.
        pub at: String,
        /// Asset.
        pub asset: String,
        /// mac, serial, ip, name, product, given, new.
        pub by: String,
    }

    /// Two who say different things of an asset.
    struct ConflictRow {
        /// Asset.
        pub asset: String,
        /// name, version, zone …
        pub field: String,
        /// What stands now.
        pub kept: String,
        /// What does not.
        pub other: String,
        /// Who says that.
        pub said_by: String,
        /// Whether what stands now is from this file.
        pub taken: bool,
    }

    /// Something that a source names no more.
    struct GoneRow {
        /// asset, finding.
        pub kind: String,
        /// Its id.
        pub id: String,
    }

    /// A finding that a vendor's statement closes.
    struct ClosedFinding {
        /// Finding.
        pub finding: String,
        /// Asset.
        pub asset: String,
        /// Vulnerability.
        pub vulnerability: String,
        /// The statement, as it is kept with the finding.
        pub statement: String,
    }

    /// A product that an asset could be.
    struct Suggestion {
        /// Vendor.
        pub vendor: String,
        /// Product.
        pub product: String,
    }

    /// A file that names a finding.
    struct FindingSource {
        /// File.
        pub file: String,
        /// Its kind.
        pub kind: String,
        /// When it was taken.
        pub at: String,
        /// The scanner's id of what it looked for.
        pub check: String,
    }

    /// What one file says of an asset.
    struct AssetSource {
        /// File.
        pub file: String,
        /// Its kind.
        pub kind: String,
        /// Where in it.
        pub place: String,
        /// When it was imported.
        pub at: String,
        /// By whom.
        pub actor: String,
        /// What joined it: tag, mac, serial, ip, name, product, given, new.
        pub by: String,
        /// What it says, by field.
        pub values: std::collections::BTreeMap<String, String>,
        /// How many findings it names.
        pub findings: u32,
    }

    /// A row that was refused.
    struct RefusedRow {
        /// Where: `line 7`, `/assets/3/zone`.
        pub at: String,
        /// Why.
        pub reason: String,
    }

    /// What taking feeds in did.
    struct IntelImport {
        /// A line a file, or a line a kind when there are many.
        pub files: Vec<IntelFile>,
        /// The bundle they came in; null when they came as files.
        pub bundle: Option<BundleView>,
    }

    /// Feed files and what became of what they hold.
    struct IntelFile {
        /// Name.
        pub file: String,
        /// nvd, cve, csaf, kev, epss, unknown.
        pub kind: String,
        /// How many files the line stands for.
        pub files: usize,
        /// How many of them were taken before, byte for byte, and not read again.
        pub known: usize,
        /// Records added.
        pub added: u64,
        /// Records replaced by newer ones.
        pub changed: u64,
        /// Records that were so already, or newer.
        pub unchanged: u64,
        /// Entries refused.
        pub refused: Vec<RefusedRow>,
    }

    /// What a synchronisation brought.
    struct SyncView {
        /// A line a source.
        pub sources: Vec<SyncSource>,
    }

    /// One source of a synchronisation.
    struct SyncSource {
        /// nvd, kev, epss, csaf.
        pub id: String,
        /// Records, scores or documents fetched.
        pub records: u64,
        /// Records added.
        pub added: u64,
        /// Records replaced by newer ones.
        pub changed: u64,
        /// came, not_modified (the server says so), same (the same bytes), empty (no record changed in the
        /// windows asked for), none_newer (no document newer than those known), failed.
        pub news: String,
        /// Documents that could not be fetched; they are tried again next time.
        pub failed: Vec<RefusedRow>,
        /// Why the source as a whole failed; null when it did not.
        pub error: Option<String>,
        /// Entries that could not be read.
        pub refused: Vec<RefusedRow>,
    }

    /// A feed bundle, written or taken in.
    struct BundleView {
        /// When it was made.
        pub made: String,
        /// Who made it, by their own word.
        pub maker: String,
        /// Holds what changed since then; everything when null.
        pub since: Option<String>,
        /// Lines in it.
        pub lines: u64,
        /// Fingerprint of the key that signed it.
        pub fingerprint: String,
        /// own, known, first (pinned now), accepted.
        pub trust: String,
    }

    /// How much is known of vulnerabilities, and how old that is.
    struct IntelStatus {
        /// Sources something was taken from.
        pub sources: Vec<IntelSource>,
        /// The notice that NVD's terms ask for.
        pub notice: String,
    }

    /// One source.
    struct IntelSource {
        /// nvd, cve, csaf, kev, epss.
        pub id: String,
        /// Records.
        pub records: u64,
        /// Moment of the newest record.
        pub newest: Option<String>,
        /// When it was last heard.
        pub last_success: Option<String>,
        /// Whole days since the newest record.
        pub age_days: Option<i64>,
        /// Older than a month.
        pub old: bool,
    }

    /// The way to the network, kept with the store.
    #[derive(Default)]
    struct Network {
        /// Address of a proxy; null: the environment's, or none.
        #[serde(default)]
        pub proxy: Option<String>,
        /// PEM file of certificate authorities to trust besides the system's.
        #[serde(default)]
        pub ca_file: Option<String>,
        /// No connection is opened, whatever is asked for.
        #[serde(default)]
        pub offline: bool,
    }

    /// What matching an environment did or would do. Counts are pairs of asset and vulnerability.
    #[derive(Default)]
    struct MatchSummary {
        /// Nothing was changed.
        pub dry_run: bool,
        /// Assets.
        pub assets: usize,
        /// Assets of which no identity is known.
        pub unidentified: usize,
        /// Findings added.
        pub added: usize,
        /// Findings that were there already.
        pub present: usize,
        /// Not sure enough: under review.
        pub review: usize,
        /// Stated not to be affected.
        pub clear: usize,
        /// Open findings that the sources contradict: stated not to be affected.
        pub contradicted: usize,
        /// Open findings whose CVE was withdrawn.
        pub withdrawn: usize,
        /// Rejected by a person.
        pub rejected: usize,
        /// The change, when a decision was part of it.
        pub change: Option<i64>,
    }

    /// Matches that wait for a person, and those decided.
    #[derive(Default)]
    struct Review {
        /// By identity, the least sure first.
        pub groups: Vec<ReviewGroup>,
        /// Open findings that the sources no longer support.
        pub doubted: Vec<DoubtedFinding>,
        /// Decisions, newest first.
        pub decided: Vec<DecidedMatch>,
    }

    /// Matches of one identity.
    struct ReviewGroup {
        /// Key for a decision.
        pub key: String,
        /// Vendor, product and version.
        pub identity: String,
        /// How many assets have it.
        pub assets: usize,
        /// Tags of some of them.
        pub tags: Vec<String>,
        /// The matches, the least sure first.
        pub matches: Vec<MatchRow>,
    }

    /// An open finding that the sources no longer support. It stays until a person closes it.
    struct DoubtedFinding {
        /// Finding.
        pub id: String,
        /// Tag of its asset.
        pub tag: String,
        /// CVE id, or another.
        pub vulnerability: String,
        /// withdrawn: the CVE itself is; not_affected: a source says that this asset is not.
        pub why: String,
        /// csaf, cve, nvd.
        pub source: String,
        /// Advisory or record.
        pub record: String,
        /// Why not affected, in parts.
        pub reason: Vec<ReasonPart>,
        /// Why, in English.
        pub sentence: String,
    }

    /// One match.
    struct MatchRow {
        /// CVE id, or another.
        pub vulnerability: String,
        /// affected, unknown, not_affected.
        pub verdict: String,
        /// 0 to 1.
        pub confidence: f64,
        /// high, medium, low.
        pub level: String,
        /// csaf, cve, nvd.
        pub source: String,
        /// Advisory or record.
        pub record: String,
        /// Why, in parts.
        pub reason: Vec<ReasonPart>,
        /// Why, in English.
        pub sentence: String,
        /// What would settle it: version, advisory, order_number, series, family, vendor, condition, platform.
        pub settles: Option<String>,
    }

    /// A part of a reason.
    #[derive(Default)]
    struct ReasonPart {
        /// Which.
        pub kind: String,
        /// Its values by name.
        pub values: std::collections::BTreeMap<String, String>,
    }

    /// A match a person decided.
    struct DecidedMatch {
        /// Vendor, product and version.
        pub identity: String,
        /// The vulnerability.
        pub vulnerability: String,
        /// It applies; else it does not.
        pub confirmed: bool,
        /// When.
        pub at: String,
        /// Who.
        pub actor: String,
        /// Why.
        pub reason: String,
        /// The change, to take it back.
        pub change: i64,
    }

    /// A decision on matches of an identity.
    struct MatchDecision {
        /// Environment.
        pub environment: String,
        /// Key of the identity.
        pub identity: String,
        /// Which; all that wait when empty.
        pub vulnerabilities: Vec<String>,
        /// They apply; else they do not.
        pub confirmed: bool,
        /// Why.
        pub reason: String,
    }

    /// Why matching put a finding there.
    struct OriginView {
        /// When.
        pub at: String,
        /// csaf, cve, nvd.
        pub source: String,
        /// Advisory or record.
        pub record: String,
        /// 0 to 1.
        pub confidence: f64,
        /// high, medium, low.
        pub level: String,
        /// The identity that matched.
        pub identity: String,
        /// Why, in parts.
        pub reason: Vec<ReasonPart>,
        /// Why, in English.
        pub sentence: String,
    }

    /// Who states a remedy.
    struct AdviceSource {
        /// Who published it.
        pub publisher: String,
        /// The advisory's id.
        pub advisory: String,
        /// Where more is to be had, http or https; may be empty.
        pub url: String,
    }

    /// A mitigation of ATT&CK for ICS.
    struct AdviceMitigation {
        /// `M0930`.
        pub id: String,
        /// Name.
        pub name: String,
    }

    /// What to do about open findings that no action of the scoring method covers. Lists of names hold the first twenty.
    struct AdviceRow {
        /// replace, vendor_fix, workaround, mitigation, no_fix, protect.
        pub kind: String,
        /// embedded_device, host_device, network_device, software_application, unknown; empty where there are several.
        pub component_type: String,
        /// Vendor; empty where it is not known or there are several.
        pub vendor: String,
        /// Product; empty where it is not known or there are several.
        pub product: String,
        /// Assets.
        pub assets: u32,
        /// Their tags.
        pub tags: Vec<String>,
        /// Open findings, medium or above or unscored.
        pub findings: u32,
        /// Their ids.
        pub finding_ids: Vec<String>,
        /// Ids of the zones.
        pub zones: Vec<String>,
        /// Findings known to be exploited.
        pub exploited: u32,
        /// Findings rated critical or high, or not scored.
        pub high: u32,
        /// Findings for which no fix is known.
        pub unfixed: u32,
        /// SRs that the weaknesses touch.
        pub srs: Vec<String>,
        /// Mitigations that serve these.
        pub mitigations: Vec<AdviceMitigation>,
        /// The sources' own words, plain; may be empty.
        pub text: String,
        /// How many sources say so.
        pub said: u32,
        /// Whose words.
        pub sources: Vec<AdviceSource>,
        /// The sources name the vulnerability; whether they mean this product is not recorded.
        pub by_cve_only: bool,
    }

    /// Advice, the most urgent first.
    struct AdviceList {
        /// The first of each kind.
        pub rows: Vec<AdviceRow>,
        /// How many there are in all.
        pub total: u32,
        /// The notice that goes with ATT&CK's names.
        pub notice: String,
    }

    /// Every failure a caller sees.
    struct Failure {
        /// Stable code: bad_input, not_found, store_locked, store_damaged, store_newer, cancelled, io, usage.
        pub code: String,
        /// What happened.
        pub what: String,
        /// Where: file and line or JSON pointer, or empty.
        pub at: String,
        /// What to do about it.
        pub advice: String,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// Writes the page's types anew when they differ, and fails then, so that the change is looked at.
    #[test]
    fn the_page_knows_these_types() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/lib/api/types.ts");
        let config = ts_rs::Config::default().with_large_int("number");
        let mut text =
            "// Written by a test of the engine from src-tauri/crates/app/src/view.rs. Do not edit.\n"
                .to_owned();
        for declaration in super::declarations(&config) {
            text.push_str(&format!("\nexport {declaration}\n"));
        }
        let found = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
        if found != text {
            std::fs::write(&file, &text).unwrap();
            panic!("ui/src/lib/api/types.ts was out of date and is written anew; look at it and keep it");
        }
    }
}
