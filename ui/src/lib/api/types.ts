// Written by a test of the engine from src-tauri/crates/app/src/view.rs. Do not edit.

export type Status = { 
/**
 * Program version.
 */
version: string, 
/**
 * Folder of the open store; null when none is open yet (first start).
 */
store: string | null, 
/**
 * Folder where a first store would be created.
 */
proposed_store: string, 
/**
 * Name written into the audit log for what is done here.
 */
actor: string, 
/**
 * Whether they look and report only.
 */
assessor: boolean, 
/**
 * Whether no connection is opened, whatever is asked for.
 */
offline: boolean, 
/**
 * Today, `YYYY-MM-DD`, UTC, as the program sees it.
 */
today: string, 
/**
 * Whether the store holds the demo plant.
 */
demo: boolean, 
/**
 * Whether the store is encrypted.
 */
encrypted: boolean, 
/**
 * Whether there is an encrypted store that waits for its passphrase.
 */
locked: boolean, };

export type EnvironmentView = { 
/**
 * Stable id.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * Owner or company.
 */
organisation: string, 
/**
 * Zones in it.
 */
zones: number, 
/**
 * Assets in it.
 */
assets: number, 
/**
 * Findings of every state in it.
 */
findings: number, };

export type LevelRow = { 
/**
 * Zone id.
 */
zone: string, 
/**
 * Zone name.
 */
name: string, 
/**
 * Purdue level as the plant writes it ("3.5"), or empty.
 */
purdue: string, 
/**
 * Safety related zone (ZCR 3.3).
 */
safety: boolean, 
/**
 * Depth of nesting, 0 for a top zone.
 */
depth: number, 
/**
 * It is a conduit, assessed like a zone.
 */
conduit: boolean, 
/**
 * Zone level: minimum over the seven; null when not assessable.
 */
level: number | null, 
/**
 * SL-T by FR, seven numbers.
 */
target: Array<number>, 
/**
 * SL-A by FR, seven numbers or nulls.
 */
achieved: Array<number | null>, 
/**
 * The vector in the field's notation, `{2 2 0 2 2 2 1}` (`-` where not assessable).
 */
vector: string, 
/**
 * Seven cells, FR 1 to 7.
 */
cells: Array<LevelCell>, };

export type LevelCell = { 
/**
 * 1 to 7.
 */
fr: number, 
/**
 * SL-A.
 */
achieved: number | null, 
/**
 * SL-T.
 */
target: number, 
/**
 * `max(0, target − achieved)`.
 */
gap: number | null, 
/**
 * `evidence` (cap applied), `evidence+conformance`, or null.
 */
basis: string | null, 
/**
 * Factors whose value equals the achieved level: exposure, patching, compensation, triage,
 * assurance, conformance, evidence_only_cap, not_assessable.
 */
limiting: Array<string>, 
/**
 * Open findings of this FR.
 */
open: number | null, };

export type Levels = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * Day assessed.
 */
as_of: string, 
/**
 * First day of the reporting period.
 */
period_from: string, 
/**
 * Earliest day worth asking about (first finding or event).
 */
earliest: string, 
/**
 * Method name.
 */
method: string, 
/**
 * Profile name.
 */
profile: string, 
/**
 * Day of the newest feed or scan, or null.
 */
last_update: string | null, 
/**
 * Zones in order of the plant.
 */
rows: Array<LevelRow>, 
/**
 * What the method had to assume, in words.
 */
warnings: Array<Warning>, };

export type LevelsPoint = { 
/**
 * The day.
 */
day: string, 
/**
 * Zones below their target.
 */
below: number, 
/**
 * Zones that could be assessed.
 */
assessed: number, 
/**
 * Levels that were missing to the targets, over all zones and FRs.
 */
short: number, 
/**
 * The level of each zone, in the order of the zones; null where it could not be assessed.
 */
levels: Array<number | null>, };

export type Warning = { 
/**
 * Stable code: unscored, cvss_unreadable, unclassified…
 */
code: string, 
/**
 * The finding concerned.
 */
finding: string | null, 
/**
 * English words.
 */
text: string, };

export type Factor = { 
/**
 * exposure, patching, compensation, triage, assurance, conformance, evidence_only_cap.
 */
name: string, 
/**
 * 0 to 4; null when it takes no part (conformance without an assessment).
 */
value: number | null, 
/**
 * Whether it is among those that limit the cell.
 */
limiting: boolean, 
/**
 * Numerator and denominator behind it, where it is a share.
 */
count: [number, number] | null, 
/**
 * Share needed for levels 1 to 4, as the profile writes it ("0.75"), where it is a share.
 */
thresholds: Array<string> | null, };

export type CellExplanation = { 
/**
 * Zone id.
 */
zone: string, 
/**
 * Zone name.
 */
zone_name: string, 
/**
 * FR 1 to 7.
 */
fr: number, 
/**
 * The cell itself.
 */
cell: LevelCell, 
/**
 * E of the method, before conformance or cap.
 */
evidence: number | null, 
/**
 * C of the method.
 */
conformance: number | null, 
/**
 * Factors in the method's order.
 */
factors: Array<Factor>, 
/**
 * Days since the last feed or scan, as assurance sees it.
 */
days_since_update: number | null, 
/**
 * Days allowed for levels 1 to 4.
 */
freshness_days: Array<number>, 
/**
 * Open findings of this cell, worst first, at most 50.
 */
findings: Array<FindingRow>, 
/**
 * How many there are in all.
 */
findings_total: number, 
/**
 * SRs required up to the target and not satisfied (empty when never assessed).
 */
unsatisfied: Array<RequirementLine>, 
/**
 * What could be done, each with what it would lift alone.
 */
levers: Array<Lever>, 
/**
 * The weakest SL-C of the zone's components in this FR, of those whose SL-C is known (62443-4-2).
 */
capability: number | null, 
/**
 * Components whose SL-C is known, and all of the zone.
 */
components: [number, number], };

export type RequirementLine = { 
/**
 * `SR 1.1`, `SR 1.1 RE(1)`.
 */
id: string, 
/**
 * Title of the standard, English.
 */
title: string, 
/**
 * German title.
 */
title_de: string, 
/**
 * Lowest level that requires it.
 */
sl: number, 
/**
 * met, compensated, not_applicable, not_met, or not_assessed.
 */
status: string, };

export type Lever = { 
/**
 * patch, control, triage, identify, update_monitoring, assess.
 */
kind: string, 
/**
 * How many findings, assets or requirements it touches.
 */
touches: number, 
/**
 * Level of the cell with this lever alone.
 */
alone: number | null, };

export type WhatIf = { 
/**
 * Level of the cell.
 */
achieved: number | null, 
/**
 * What limits then.
 */
limiting: Array<string>, 
/**
 * Achieved levels of all seven FRs of the zone.
 */
zone: Array<number | null>, };

export type PlanView = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * Day that it is made for.
 */
as_of: string, 
/**
 * In the order in which they are best done.
 */
actions: Array<PlanAction>, 
/**
 * How far things are after some actions.
 */
milestones: Array<PlanMilestone>, 
/**
 * Cells that stay below their targets whatever is done.
 */
unreachable: Array<PlanUnreachable>, 
/**
 * The heat map now.
 */
before: Array<LevelRow>, 
/**
 * The heat map with all actions done.
 */
after: Array<LevelRow>, 
/**
 * Gap now: the sum over the chosen zones' cells.
 */
gap: number, 
/**
 * Gap with all actions done.
 */
gap_after: number, 
/**
 * What all of it costs, a decimal text.
 */
cost: string, 
/**
 * Nothing is cheaper: all choices were gone through.
 */
exact: boolean, 
/**
 * Controls that are not verified, to ask what if they were.
 */
controls: Array<PlanControl>, };

export type PlanAction = { 
/**
 * What it is known by; the same work has the same id in every plan of the environment.
 */
id: string, 
/**
 * patch, control, verify (a control that is in place), triage, identify, update_monitoring, assess.
 */
kind: string, 
/**
 * State of a new control: implemented, verified; else empty.
 */
status: string, 
/**
 * Control that is shown to work; else empty.
 */
control: string, 
/**
 * Vendor of an update; may be empty.
 */
vendor: string, 
/**
 * Product of an update, or the vulnerability where the product is not known; else empty.
 */
product: string, 
/**
 * Zones in which something is done; several: one action serves them all. Empty for feeds and scans.
 */
zones: Array<ZoneName>, 
/**
 * FR of a questionnaire.
 */
fr: number | null, 
/**
 * Findings, the first ones.
 */
findings: Array<string>, 
/**
 * How many.
 */
findings_total: number, 
/**
 * Tags of the assets, the first ones.
 */
tags: Array<string>, 
/**
 * How many assets.
 */
assets: number, 
/**
 * Assets that production stands still for.
 */
stops: number, 
/**
 * Requirements.
 */
requirements: Array<string>, 
/**
 * What it costs, a decimal text.
 */
cost: string, 
/**
 * The milestone that it belongs to, from 1.
 */
milestone: number, 
/**
 * Levels that change when it is done after those before it.
 */
effects: Array<PlanLift>, 
/**
 * Levels that are missed without it when all others are done: `from` without it, `to` with it.
 */
needed: Array<PlanLift>, };

export type PlanLift = { 
/**
 * Zone id.
 */
zone: string, 
/**
 * 1 to 7.
 */
fr: number, 
/**
 * Level before.
 */
from: number | null, 
/**
 * Level after.
 */
to: number | null, };

export type PlanMilestone = { 
/**
 * From 1.
 */
number: number, 
/**
 * Cost of everything up to here, a decimal text.
 */
cost: string, 
/**
 * Gap then.
 */
gap: number, 
/**
 * Vectors then of the zones that the milestone moved.
 */
moved: Array<PlanVector>, };

export type PlanVector = { 
/**
 * Zone id.
 */
zone: string, 
/**
 * SL-A by FR.
 */
vector: Array<number | null>, };

export type PlanUnreachable = { 
/**
 * Zone id.
 */
zone: string, 
/**
 * Zone name.
 */
zone_name: string, 
/**
 * 1 to 7.
 */
fr: number, 
/**
 * SL-T.
 */
target: number, 
/**
 * The highest level that can be had; null when not assessable.
 */
reachable: number | null, 
/**
 * Why: no_assets, exposure, limited.
 */
reason: string, 
/**
 * Findings that hold it down, the first ones.
 */
findings: Array<string>, 
/**
 * How many.
 */
findings_total: number, };

export type PlanControl = { 
/**
 * Id.
 */
id: string, 
/**
 * Title.
 */
title: string, 
/**
 * State: draft, implemented.
 */
status: string, };

export type PlanAsk = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * Day; none: today.
 */
as_of: string | null, 
/**
 * Zone ids; empty: all.
 */
zones: Array<string>, 
/**
 * Number of the work, to follow and to stop it.
 */
job: number, };

export type PlanTry = { 
/**
 * The plan.
 */
ask: PlanAsk, 
/**
 * Ids of the actions that are switched on.
 */
actions: Array<string>, 
/**
 * Ids of controls that count as verified besides.
 */
verified: Array<string>, };

export type PlanTried = { 
/**
 * The heat map.
 */
rows: Array<LevelRow>, 
/**
 * Gap over the chosen zones.
 */
gap: number, 
/**
 * Cost of the actions that are on, a decimal text.
 */
cost: string, };

export type ScenarioWish = { 
/**
 * What is switched on.
 */
tried: PlanTry, 
/**
 * Name; the same name again takes the place of what was kept under it.
 */
name: string, 
/**
 * Why, or for whom.
 */
note: string, };

export type ScenarioRow = { 
/**
 * Name.
 */
name: string, 
/**
 * Why, or for whom.
 */
note: string, 
/**
 * When it was kept, and by whom.
 */
at: string, 
/**
 * Who kept it.
 */
by: string, 
/**
 * Its actions, as titles are made of.
 */
actions: Array<PlanAction>, 
/**
 * Controls that count as verified besides.
 */
verified: Array<string>, 
/**
 * What it costs, a decimal text.
 */
cost: string, 
/**
 * Gap that is left over all zones.
 */
gap: number, 
/**
 * Zones at their targets.
 */
reached: number, 
/**
 * The heat map on the day asked about.
 */
rows: Array<LevelRow>, };

export type PlanWork = { 
/**
 * The plan.
 */
ask: PlanAsk, 
/**
 * Ids of the actions.
 */
actions: Array<string>, 
/**
 * A ticket for each action that is about findings.
 */
tickets: boolean, 
/**
 * An update in the patch plan for each vendor's update.
 */
updates: boolean, 
/**
 * Who gets the tickets; may be empty.
 */
assignee: string, 
/**
 * By when; none: no day.
 */
due: string | null, 
/**
 * What stands for an update's version until it is known.
 */
version: string, };

export type PlanWorkDone = { 
/**
 * Numbers of the tickets.
 */
tickets: Array<string>, 
/**
 * Numbers of the updates.
 */
updates: Array<string>, 
/**
 * The change, to be taken back.
 */
change: Change, };

export type Overview = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * Name.
 */
name: string, 
/**
 * Day assessed.
 */
as_of: string, 
/**
 * Cells at or above target, below target, not assessable.
 */
cells: [number, number, number], 
/**
 * Zones below target, largest gap first.
 */
below: Array<ZoneGap>, 
/**
 * Open findings by severity: critical, high, medium, low, none, unscored.
 */
open: [number, number, number, number, number, number], 
/**
 * Open findings that are known to be exploited (KEV).
 */
exploited: number, 
/**
 * Open findings that the newest file of their source names no more: proposed for closing.
 */
gone: number, 
/**
 * Open findings nobody has looked at.
 */
untriaged: number, 
/**
 * Days since the newest feed or scan; null when never.
 */
feed_age: number | null, 
/**
 * Assets identified and all.
 */
identified: [number, number], 
/**
 * Open findings at the end of each of the last 14 months: (day, critical+high+unscored, medium, low+none).
 */
trend: Array<TrendPoint>, 
/**
 * What changed within the last 30 days: opened, patched, closed, accepted or deferred.
 */
changed: [number, number, number, number], 
/**
 * The single action with the largest gap closed, computed.
 */
next: NextAction | null, 
/**
 * Date of the latest kept report.
 */
last_report: string | null, };

export type ZoneGap = { 
/**
 * Zone id.
 */
zone: string, 
/**
 * Name.
 */
name: string, 
/**
 * FRs below target.
 */
frs: Array<number>, 
/**
 * Sum of gaps.
 */
gap: number, 
/**
 * Level reached.
 */
level: number | null, };

export type TrendPoint = { 
/**
 * Last day.
 */
day: string, 
/**
 * Critical, high and unscored.
 */
high: number, 
/**
 * Medium.
 */
medium: number, 
/**
 * Low and none.
 */
low: number, };

export type NextAction = { 
/**
 * Kind as in [`Lever`].
 */
kind: string, 
/**
 * Zone concerned.
 */
zone: string, 
/**
 * Zone name.
 */
zone_name: string, 
/**
 * How many findings, assets or requirements.
 */
touches: number, 
/**
 * Sum of gaps over the zone before and after.
 */
gap: [number, number], };

export type ZoneRow = { 
/**
 * Id.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * Parent zone id.
 */
parent: string | null, 
/**
 * Depth of nesting.
 */
depth: number, 
/**
 * Purdue level.
 */
purdue: string, 
/**
 * Safety related.
 */
safety: boolean, 
/**
 * What it is for.
 */
description: string, 
/**
 * Assets in it.
 */
assets: number, 
/**
 * Open findings in it.
 */
open: number, 
/**
 * SL-T vector.
 */
target: Array<number>, 
/**
 * SL-A vector.
 */
achieved: Array<number | null>, 
/**
 * Level.
 */
level: number | null, 
/**
 * Targets that were set, with reasons, oldest first.
 */
targets: Array<TargetView>, 
/**
 * What else sets it apart: business, temporary, wireless, external, outside.
 */
traits: Array<string>, 
/**
 * What characterises it, by topic (ZCR 6.4).
 */
characteristics: { [key in string]: string }, };

export type ZoneName = { 
/**
 * Id.
 */
id: string, 
/**
 * Name.
 */
name: string, };

export type ConduitRow = { 
/**
 * Id.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * The first zone's name.
 */
from: string, 
/**
 * The first zone's id.
 */
from_zone: string, 
/**
 * The second zone's name.
 */
to: string, 
/**
 * The second zone's id.
 */
to_zone: string, 
/**
 * All zones that it joins.
 */
zones: Array<ZoneName>, 
/**
 * Which side opens connections: both, outward (the first zone), inward (the others).
 */
direction: string, 
/**
 * Protocols.
 */
protocols: Array<string>, 
/**
 * What guards it, in words.
 */
protected_by: string, 
/**
 * Assets that belong to it and guard it, by tag; the first of them.
 */
guards: Array<string>, 
/**
 * How many assets belong to it.
 */
assets: number, 
/**
 * Open findings on them.
 */
open: number, 
/**
 * SL-T vector; null while it is not assessed on its own.
 */
target: Array<number> | null, 
/**
 * SL-A vector; empty while it is not assessed on its own.
 */
achieved: Array<number | null>, 
/**
 * Level.
 */
level: number | null, 
/**
 * Targets that were set, with reasons, oldest first.
 */
targets: Array<TargetView>, 
/**
 * What characterises it, by topic (ZCR 6.4).
 */
characteristics: { [key in string]: string }, };

export type ZonesView = { 
/**
 * Zones in order.
 */
zones: Array<ZoneRow>, 
/**
 * Conduits in order.
 */
conduits: Array<ConduitRow>, };

export type IdentityView = { 
/**
 * ot, os, network.
 */
layer: string, 
/**
 * hardware, firmware, operating_system, application.
 */
kind: string, 
/**
 * Vendor.
 */
vendor: string, 
/**
 * Product.
 */
product: string, 
/**
 * Version; empty when unknown.
 */
version: string, 
/**
 * Order number stated apart; may be empty.
 */
order_number: string, 
/**
 * CPE name that something stated; may be empty.
 */
cpe: string, 
/**
 * Package URL that something stated; may be empty.
 */
purl: string, };

export type AssetRow = { 
/**
 * Id.
 */
id: string, 
/**
 * Tag as the plant writes it.
 */
tag: string, 
/**
 * Name.
 */
name: string, 
/**
 * Zone id.
 */
zone: string, 
/**
 * Zone name.
 */
zone_name: string, 
/**
 * Identities, the main one first.
 */
identities: Array<IdentityView>, 
/**
 * Vendor, product and version known for at least one identity.
 */
identified: boolean, 
/**
 * Component type of 4-2: embedded_device, host_device, network_device, software_application, or empty.
 */
component_type: string, 
/**
 * low, medium, high, or empty.
 */
criticality: string, 
/**
 * Lifecycle word.
 */
lifecycle: string, 
/**
 * Owner.
 */
owner: string, 
/**
 * Address.
 */
ip: string, 
/**
 * MAC addresses.
 */
mac: string, 
/**
 * Serial number.
 */
serial: string, 
/**
 * Day of installation.
 */
installed: string | null, 
/**
 * The newest file of its source names it no more.
 */
gone: boolean, 
/**
 * Open findings by severity: critical, high, medium, low, none, unscored.
 */
open: [number, number, number, number, number, number], };

export type Query = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * Day; today when unset.
 */
as_of: string | null, 
/**
 * Words that must all occur.
 */
text: string, 
/**
 * Filters: facet name → accepted values (any of them).
 */
facets: { [key in string]: Array<string> }, 
/**
 * Column to sort by.
 */
sort: string, 
/**
 * Descending order.
 */
descending: boolean, 
/**
 * First row wanted.
 */
offset: number, 
/**
 * How many rows at most (up to 500).
 */
limit: number, };

export type FacetValue = { 
/**
 * The value.
 */
value: string, 
/**
 * A name for it, where the value is an id (zones); else the value.
 */
label: string, 
/**
 * Rows.
 */
count: number, };

export type Facet = { 
/**
 * Name: zone, state, severity, fr, vendor, component_type, identified…
 */
name: string, 
/**
 * Values, in their natural order.
 */
values: Array<FacetValue>, };

export type AssetPage = { 
/**
 * Rows in all under the filters.
 */
total: number, 
/**
 * Facets.
 */
facets: Array<Facet>, 
/**
 * The slice.
 */
rows: Array<AssetRow>, };

export type FindingRow = { 
/**
 * Id.
 */
id: string, 
/**
 * Tier of priority, 1 first, to 4.
 */
tier: number, 
/**
 * CVE id or null.
 */
vuln: string | null, 
/**
 * Title.
 */
title: string, 
/**
 * Asset id.
 */
asset: string, 
/**
 * Asset tag.
 */
tag: string, 
/**
 * Zone id.
 */
zone: string, 
/**
 * Zone name.
 */
zone_name: string, 
/**
 * open, remediated, closed, excluded.
 */
state: string, 
/**
 * critical, high, medium, low, none, unscored.
 */
severity: string, 
/**
 * Base score "9.8", or null.
 */
score: string | null, 
/**
 * 1 to 5.
 */
attacker_class: number, 
/**
 * FRs it counts against.
 */
frs: Array<number>, 
/**
 * override, cwe, text, impact, unclassified.
 */
rule: string, 
/**
 * Somebody has looked at it.
 */
triaged: boolean, 
/**
 * Put off.
 */
deferred: boolean, 
/**
 * Day a fix became known, or null.
 */
fix: string | null, 
/**
 * Level of control cover: 0 none, 1 implemented, 2 verified.
 */
cover: number, 
/**
 * Known to be exploited.
 */
kev: boolean, 
/**
 * EPSS probability 0 to 1.
 */
epss: number | null, 
/**
 * Day opened.
 */
opened: string, 
/**
 * The newest scan of its source names it no more: proposed for closing.
 */
gone: boolean, 
/**
 * ot, os, network: the layer of its asset that it is on.
 */
layer: string, 
/**
 * Who works it; empty when nobody is named.
 */
assignee: string, 
/**
 * The day by which it is to be treated, while it is open.
 */
due: string | null, 
/**
 * That day is past.
 */
overdue: boolean, 
/**
 * Its risk was asked to be accepted and waits for a second person.
 */
waiting: boolean, };

export type FindingPage = { 
/**
 * Rows in all under the filters.
 */
total: number, 
/**
 * Facets.
 */
facets: Array<Facet>, 
/**
 * The slice.
 */
rows: Array<FindingRow>, };

export type EventView = { 
/**
 * Moment.
 */
at: string, 
/**
 * opened, acknowledged, ticketed, risk_accepted, deferred, undeferred, fix_available, patched,
 * closed, reopened, false_positive, fr_override.
 */
kind: string, 
/**
 * Who; empty when it came without a name.
 */
by: string, 
/**
 * Why.
 */
reason: string, 
/**
 * Until when, for deferrals and acceptances.
 */
until: string | null, 
/**
 * FRs, for an override.
 */
frs: Array<number>, };

export type ControlView = { 
/**
 * Id.
 */
id: string, 
/**
 * Title.
 */
title: string, 
/**
 * draft, implemented, verified, retired.
 */
status: string, 
/**
 * Last day in force, or null.
 */
expires: string | null, 
/**
 * Counts on the day asked about.
 */
counts: boolean, };

export type ControlRow = { 
/**
 * What it does.
 */
description: string, 
/**
 * Zone it stands in; empty when it serves several.
 */
zone: string, 
/**
 * The zone's name.
 */
zone_name: string, 
/**
 * Who answers for it.
 */
owner: string, 
/**
 * SRs it serves.
 */
srs: Array<string>, 
/**
 * The day when somebody looks at it again.
 */
review: string | null, 
/**
 * Open findings that it is meant for.
 */
open: number, 
/**
 * All findings that it is meant for.
 */
all: number, 
/**
 * What to do soon: nothing (empty), review, expiring, expired.
 */
due: string, 
/**
 * Its states up to the day.
 */
history: Array<ControlStep>, 
/**
 * Files kept as evidence.
 */
attachments: Array<AttachmentView>, 
/**
 * Id.
 */
id: string, 
/**
 * Title.
 */
title: string, 
/**
 * draft, implemented, verified, retired.
 */
status: string, 
/**
 * Last day in force, or null.
 */
expires: string | null, 
/**
 * Counts on the day asked about.
 */
counts: boolean, };

export type ControlStep = { 
/**
 * Since when.
 */
at: string, 
/**
 * draft, implemented, verified, retired.
 */
status: string, };

export type ControlWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * The control; empty: a new one.
 */
id: string, 
/**
 * Title.
 */
title: string, 
/**
 * What it does.
 */
description: string, 
/**
 * Zone it stands in; empty when it serves several.
 */
zone: string, 
/**
 * Who answers for it.
 */
owner: string, 
/**
 * SRs it serves.
 */
srs: Array<string>, 
/**
 * Last day in force.
 */
expires: string | null, 
/**
 * The day when somebody looks at it again.
 */
review: string | null, 
/**
 * Its state from now on; empty: as it is.
 */
status: string, 
/**
 * Why, in own words.
 */
reason: string, };

export type CoverWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * The control.
 */
control: string, 
/**
 * Findings.
 */
findings: Array<string>, 
/**
 * All findings under this query, in place of some by their ids.
 */
all: Query | null, 
/**
 * Covers them; else covers them no more.
 */
on: boolean, 
/**
 * Why, in own words.
 */
reason: string, };

export type FindingDetail = { 
/**
 * The row.
 */
row: FindingRow, 
/**
 * Description.
 */
description: string, 
/**
 * What speaks for its tier: kev, active, functional, poc, epss_likely, epss_possible, critical, high,
 * unscored, medium, low, network, exposed, critical_asset, safety.
 */
tier_because: Array<string>, 
/**
 * Why matching put it there; null when it came another way.
 */
origin: OriginView | null, 
/**
 * Files that name it.
 */
reported: Array<FindingSource>, 
/**
 * Its CVSS vectors: vector, source, version, base score; unreadable ones with an empty score.
 */
vectors: Array<VectorView>, 
/**
 * Which vector was chosen (index), or null.
 */
chosen: number | null, 
/**
 * Its weaknesses with names.
 */
cwes: Array<CweView>, 
/**
 * Words or rows the mapping rule used ("CWE-121 → CWE-787", "denial of service +3").
 */
because: Array<string>, 
/**
 * FRs shown for information only.
 */
secondary: Array<number>, 
/**
 * SRs the weaknesses touch.
 */
srs: Array<RequirementLine>, 
/**
 * none, poc, functional, active, or null.
 */
exploit: string | null, 
/**
 * Its life, oldest first, `opened` included.
 */
events: Array<EventView>, 
/**
 * Its controls.
 */
controls: Array<ControlView>, 
/**
 * The asset.
 */
asset: AssetRow, 
/**
 * Tickets: number, system, status, due.
 */
tickets: Array<TicketView>, 
/**
 * What people noted, oldest first.
 */
notes: Array<NoteView>, 
/**
 * The acceptance that waits for a second person.
 */
request: RequestView | null, 
/**
 * Vendors' updates that mend it.
 */
updates: Array<UpdateOfFinding>, 
/**
 * Files kept as evidence.
 */
attachments: Array<AttachmentView>, };

export type PatchesView = { 
/**
 * Updates, the newest first.
 */
updates: Array<UpdateRow>, 
/**
 * Maintenance windows, in order of time.
 */
windows: Array<WindowRow>, 
/**
 * What could be planned: open findings with a fix that no update mends yet, by product.
 */
proposed: Array<ProposedUpdate>, 
/**
 * Assets and updates by state, those of all updates.
 */
states: { [key in string]: number }, 
/**
 * Days from release to installation of those that are installed: half of them took no longer; null without any.
 */
installed_median: number | null, 
/**
 * Days since the release of those that are still to be installed: half of them wait no longer.
 */
waiting_median: number | null, };

export type UpdateRow = { 
/**
 * Number.
 */
id: string, 
/**
 * Vendor.
 */
vendor: string, 
/**
 * Product.
 */
product: string, 
/**
 * The version that it brings.
 */
version: string, 
/**
 * When it was published.
 */
released: string | null, 
/**
 * Where it is described.
 */
link: string, 
/**
 * What the product's supplier says: in_test, approved, not_approved, not_applicable, approved_with_conditions,
 * or empty.
 */
supplier: string, 
/**
 * What is to be known.
 */
description: string, 
/**
 * In force after a restart only.
 */
restart: boolean, 
/**
 * Findings that it mends.
 */
findings: number, 
/**
 * Those of them that are open.
 */
open: number, 
/**
 * Those of the open ones that are known to be exploited.
 */
exploited: number, 
/**
 * Its assets with how far it is on each.
 */
assets: Array<UpdateOnAsset>, 
/**
 * Assets by state.
 */
states: { [key in string]: number }, 
/**
 * The longest time since its release on an asset where it is still to be installed, in days.
 */
age: number | null, 
/**
 * Assets whose maintenance window is past without it.
 */
overdue: number, };

export type UpdateOnAsset = { 
/**
 * Asset id.
 */
asset: string, 
/**
 * Its tag.
 */
tag: string, 
/**
 * Zone id.
 */
zone: string, 
/**
 * Zone name.
 */
zone_name: string, 
/**
 * The version that is there now.
 */
installed: string, 
/**
 * available, in_test, not_approved, not_applicable, approved, released, installed, effective.
 */
state: string, 
/**
 * Since when.
 */
since: string, 
/**
 * Who said so.
 */
by: string, 
/**
 * In their words.
 */
note: string, 
/**
 * The maintenance window; empty when none is planned.
 */
window: string, 
/**
 * Its last day is past, and it is not installed.
 */
overdue: boolean, 
/**
 * Days from release to installation, or since release.
 */
age: number | null, 
/**
 * All states so far.
 */
steps: Array<UpdateStep>, };

export type UpdateStep = { 
/**
 * When.
 */
at: string, 
/**
 * Which.
 */
state: string, 
/**
 * Who.
 */
by: string, 
/**
 * In their words.
 */
note: string, };

export type WindowRow = { 
/**
 * Number.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * First day.
 */
starts: string, 
/**
 * Last day.
 */
ends: string, 
/**
 * Zone id; empty: any.
 */
zone: string, 
/**
 * The zone's name.
 */
zone_name: string, 
/**
 * Hours, conditions.
 */
description: string, 
/**
 * Installations planned in it.
 */
planned: number, 
/**
 * Those of them that are done.
 */
done: number, 
/**
 * It is over.
 */
past: boolean, };

export type ProposedUpdate = { 
/**
 * Vendor.
 */
vendor: string, 
/**
 * Product.
 */
product: string, 
/**
 * The findings.
 */
findings: Array<string>, 
/**
 * On how many assets.
 */
assets: number, 
/**
 * The best tier among them, 1 first.
 */
tier: number, 
/**
 * Known to be exploited.
 */
exploited: number, };

export type UpdateWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * The update; empty: a new one.
 */
id: string, 
/**
 * Vendor.
 */
vendor: string, 
/**
 * Product.
 */
product: string, 
/**
 * The version that it brings.
 */
version: string, 
/**
 * When it was published.
 */
released: string | null, 
/**
 * Where it is described.
 */
link: string, 
/**
 * What the product's supplier says; empty: nothing.
 */
supplier: string, 
/**
 * What is to be known.
 */
description: string, 
/**
 * In force after a restart only.
 */
restart: boolean, 
/**
 * Findings that it mends, beside those it is known to; their assets come along.
 */
findings: Array<string>, 
/**
 * All findings under this query, in place of some by their ids.
 */
all: Query | null, 
/**
 * Assets that it is for, beside those of the findings.
 */
assets: Array<string>, };

export type UpdateChange = { 
/**
 * The update's or window's number.
 */
update: string, 
/**
 * The change.
 */
change: Change, };

export type StateWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * The update.
 */
update: string, 
/**
 * Assets; none: all of it.
 */
assets: Array<string>, 
/**
 * available, in_test, not_approved, not_applicable, approved, released, installed, effective.
 */
state: string, 
/**
 * The day; none: now.
 */
on: string | null, 
/**
 * In own words.
 */
note: string, };

export type PlanWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * The update.
 */
update: string, 
/**
 * Assets; none: all of it on which it is not installed.
 */
assets: Array<string>, 
/**
 * The window; empty: none any more.
 */
window: string, };

export type WindowWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * The window; empty: a new one.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * First day.
 */
starts: string, 
/**
 * Last day.
 */
ends: string, 
/**
 * Zone id; empty: any.
 */
zone: string, 
/**
 * Hours, conditions.
 */
description: string, 
/**
 * Take it away.
 */
remove: boolean, };

export type NoteView = { 
/**
 * When.
 */
at: string, 
/**
 * Who.
 */
by: string, 
/**
 * What.
 */
text: string, 
/**
 * Requirements of 62443-3-3 that it mentions.
 */
srs: Array<RequirementLine>, };

export type RequestView = { 
/**
 * When it was asked.
 */
at: string, 
/**
 * By whom.
 */
by: string, 
/**
 * Why.
 */
reason: string, 
/**
 * Last day.
 */
until: string, 
/**
 * Asked by the one who looks at it, who cannot agree to it.
 */
own: boolean, };

export type UpdateOfFinding = { 
/**
 * Number.
 */
id: string, 
/**
 * Vendor, product and version.
 */
title: string, 
/**
 * How far it is on the finding's asset.
 */
state: string, };

export type ProfileValues = { 
/**
 * Name with version.
 */
name: string, 
/**
 * Share of assets with an open medium finding, at most.
 */
medium_density: [string, string, string, string], 
/**
 * Share remediated, at least.
 */
patching: [string, string, string, string], 
/**
 * Share covered, at least.
 */
compensation: [string, string, string, string], 
/**
 * Share triaged, at least.
 */
triage: [string, string, string, string], 
/**
 * Share identified, at least.
 */
identified: [string, string, string, string], 
/**
 * Age of feeds in days, at most.
 */
freshness_days: [number, number, number, number], 
/**
 * Days before a missing fix counts.
 */
patch_grace_days: number, 
/**
 * Days before a missing decision counts.
 */
triage_grace_days: number, 
/**
 * Highest level by evidence alone.
 */
evidence_only_cap: number, 
/**
 * What work costs, for the plan; the defaults where it is left out.
 */
costs: Array<CostFigure>, };

export type CostFigure = { 
/**
 * Name.
 */
name: string, 
/**
 * So much.
 */
cost: string, };

export type ProfileView = { 
/**
 * As it stands.
 */
values: ProfileValues, 
/**
 * The default one.
 */
default: ProfileValues, 
/**
 * Why it is what it is; empty when nobody set one.
 */
reason: string, 
/**
 * The name of the next version.
 */
next: string, };

export type ProfileEffect = { 
/**
 * Zone id.
 */
zone: string, 
/**
 * Its name.
 */
name: string, 
/**
 * SL-T.
 */
target: Array<number>, 
/**
 * SL-A now.
 */
before: Array<number | null>, 
/**
 * SL-A then.
 */
after: Array<number | null>, };

export type ProfileWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * Thresholds.
 */
values: ProfileValues, 
/**
 * Why.
 */
reason: string, };

export type ZoneWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * The zone; empty: a new one.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * The zone it lies in; empty: none.
 */
parent: string, 
/**
 * Purdue level, such as `3.5`.
 */
purdue: string, 
/**
 * Safety related.
 */
safety: boolean, 
/**
 * What it is for.
 */
description: string, 
/**
 * What else sets it apart: business, temporary, wireless, external, outside.
 */
traits: Array<string>, 
/**
 * SL-T, seven levels.
 */
target: Array<number>, 
/**
 * Why; needed when the target changes.
 */
reason: string, 
/**
 * Take it away.
 */
remove: boolean, };

export type RatedView = { 
/**
 * Likelihood.
 */
likelihood: number, 
/**
 * Consequence.
 */
consequence: number, };

export type ApprovalView = { 
/**
 * When it was recorded.
 */
at: string, 
/**
 * Who recorded it.
 */
by: string, 
/**
 * Who agreed.
 */
name: string, 
/**
 * In which role.
 */
role: string, 
/**
 * Their words, or where they are kept.
 */
note: string, };

export type Bilingual = { 
/**
 * English.
 */
en: string, 
/**
 * German.
 */
de: string, };

export type MatrixView = { 
/**
 * Steps of likelihood, ascending.
 */
likelihood: Array<string>, 
/**
 * Steps of consequence, ascending.
 */
consequence: Array<string>, 
/**
 * What each step of consequence means.
 */
meaning: Array<string>, 
/**
 * Ranks of risk, ascending.
 */
ranks: Array<string>, 
/**
 * The rank of each pair: a row for each likelihood, a column for each consequence.
 */
cells: Array<Array<number>>, 
/**
 * The highest rank that is borne.
 */
tolerable: number, 
/**
 * The asset owner set it; else it is the one to start from.
 */
agreed: boolean, 
/**
 * The tolerable risk as a number (likelihood times consequence, both from 1).
 */
tolerable_number: number, };

export type MatrixWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * Steps of likelihood, ascending; 3 to 6.
 */
likelihood: Array<string>, 
/**
 * Steps of consequence, ascending; 3 to 6.
 */
consequence: Array<string>, 
/**
 * What each step of consequence means.
 */
meaning: Array<string>, 
/**
 * Ranks of risk, ascending; 2 to 6.
 */
ranks: Array<string>, 
/**
 * The rank of each pair: a row for each likelihood, a column for each consequence.
 */
cells: Array<Array<number>>, 
/**
 * The highest rank that is borne.
 */
tolerable: number, 
/**
 * Who agreed, where it comes from.
 */
reason: string, };

export type RiskOutcome = { 
/**
 * The rank of the initial risk.
 */
initial: number | null, 
/**
 * Whether a detailed assessment is needed; null while the initial risk is not rated.
 */
needs_detail: boolean | null, 
/**
 * The highest rank with no countermeasures.
 */
unmitigated: number | null, 
/**
 * The highest rank that is left; null while a scenario is not rated anew.
 */
residual: number | null, 
/**
 * Scenarios whose risk that is left is borne.
 */
borne: number, 
/**
 * All scenarios.
 */
scenarios: number, 
/**
 * The level by FR that the CRRF points to; null while no scenario is rated.
 */
aid: Array<number> | null, 
/**
 * The highest cyber risk reduction factor.
 */
crrf: number | null, };

export type ScenarioView = { 
/**
 * What happens.
 */
threat: string, 
/**
 * Who or what brings it about.
 */
source: string, 
/**
 * What makes it possible.
 */
vulnerability: string, 
/**
 * What follows.
 */
consequence: string, 
/**
 * FRs that stand against it; empty: all.
 */
frs: Array<number>, 
/**
 * Its risk with no countermeasures.
 */
unmitigated: RatedView | null, 
/**
 * Countermeasures that are there.
 */
countermeasures: string, 
/**
 * Controls among them, by id.
 */
controls: Array<string>, 
/**
 * Its risk with them.
 */
residual: RatedView | null, 
/**
 * What else is to be done.
 */
further: string, };

export type StarterView = { 
/**
 * Id.
 */
id: string, 
/**
 * FRs that stand against it.
 */
frs: Array<number>, 
/**
 * What happens.
 */
threat: Bilingual, 
/**
 * Who or what brings it about.
 */
source: Bilingual, 
/**
 * What makes it possible.
 */
vulnerability: Bilingual, 
/**
 * What follows.
 */
consequence: Bilingual, };

export type RiskView = { 
/**
 * Zone or conduit id.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * It is a conduit.
 */
conduit: boolean, 
/**
 * Kinds of zones that it is of, for choosing scenarios.
 */
kinds: Array<string>, 
/**
 * SL-T; null for a conduit that has none of its own yet.
 */
target: Array<number> | null, 
/**
 * The matrix.
 */
matrix: MatrixView, 
/**
 * The worst that could happen with nothing against it.
 */
initial: RatedView | null, 
/**
 * Why it is rated so.
 */
initial_note: string, 
/**
 * Scenarios.
 */
scenarios: Array<ScenarioView>, 
/**
 * Why each FR's target is what it is, seven texts.
 */
reasons: Array<string>, 
/**
 * Where it leads.
 */
outcome: RiskOutcome, 
/**
 * When it was changed last.
 */
changed: string | null, 
/**
 * By whom.
 */
changed_by: string, 
/**
 * Who agreed to it as it stands.
 */
approved: ApprovalView | null, 
/**
 * Scenarios to start from.
 */
starters: Array<StarterView>, };

export type RiskWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * Zone or conduit id.
 */
subject: string, 
/**
 * The worst that could happen with nothing against it.
 */
initial: RatedView | null, 
/**
 * Why it is rated so.
 */
initial_note: string, 
/**
 * Scenarios.
 */
scenarios: Array<ScenarioView>, 
/**
 * Why each FR's target is what it is, seven texts or none.
 */
reasons: Array<string>, 
/**
 * SL-T that follows; null: as it is.
 */
target: Array<number> | null, 
/**
 * Why, when the target changes; empty: the reasons of the FRs.
 */
reason: string, };

export type RiskRow = { 
/**
 * Zone or conduit id.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * It is a conduit.
 */
conduit: boolean, 
/**
 * It lies outside the trust boundary.
 */
outside: boolean, 
/**
 * Where it leads.
 */
outcome: RiskOutcome, 
/**
 * SL-T; null for a conduit that has none of its own yet.
 */
target: Array<number> | null, 
/**
 * Who agreed to it as it stands.
 */
approved: ApprovalView | null, 
/**
 * When it was changed last.
 */
changed: string | null, };

export type ExternalRow = { 
/**
 * Number.
 */
id: string, 
/**
 * connection or remote_access.
 */
kind: string, 
/**
 * Name.
 */
name: string, 
/**
 * Who is at the other end.
 */
party: string, 
/**
 * The zone where it arrives.
 */
zone: string, 
/**
 * Its name.
 */
zone_name: string, 
/**
 * Protocols.
 */
protocols: Array<string>, 
/**
 * What guards it.
 */
protected_by: string, 
/**
 * When it is open, who may use it.
 */
description: string, };

export type ExternalWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * Number; empty: a new one.
 */
id: string, 
/**
 * connection or remote_access.
 */
kind: string, 
/**
 * Name.
 */
name: string, 
/**
 * Who is at the other end.
 */
party: string, 
/**
 * The zone where it arrives.
 */
zone: string, 
/**
 * Protocols.
 */
protocols: Array<string>, 
/**
 * What guards it.
 */
protected_by: string, 
/**
 * When it is open, who may use it.
 */
description: string, 
/**
 * Take it away.
 */
remove: boolean, };

export type SystemTextWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * purpose, perimeter, access_points, business, safety, temporary, wireless, external, assumptions, threats,
 * policies, regulations, requirements, communicated.
 */
topic: string, 
/**
 * The text; empty takes it away.
 */
text: string, };

export type CharacteristicsWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * Zone or conduit id.
 */
zone: string, 
/**
 * Texts by topic: accountable, logical_boundary, physical_boundary, access_points, data_flows, assumptions.
 */
texts: { [key in string]: string }, };

export type AgreeWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * Zone or conduit id; empty: everything.
 */
subject: string, 
/**
 * Who agreed.
 */
name: string, 
/**
 * In which role.
 */
role: string, 
/**
 * Their words, or where they are kept.
 */
note: string, };

export type DocumentedRow = { 
/**
 * `ZCR 1.1`, or `ZCR 1` for a group.
 */
id: string, 
/**
 * Title.
 */
title: string, 
/**
 * Title in German.
 */
title_de: string, 
/**
 * A heading above others.
 */
group: boolean, 
/**
 * present, partly, missing, not_needed.
 */
held: string, 
/**
 * Things that are there.
 */
done: number, 
/**
 * Things that are asked for.
 */
of: number, 
/**
 * Zones and conduits for which it is not there, by name.
 */
lacking: Array<string>, };

export type SystemView = { 
/**
 * What is written of it, by topic.
 */
texts: { [key in string]: string }, 
/**
 * Ways in from outside.
 */
external: Array<ExternalRow>, 
/**
 * The risk matrix.
 */
matrix: MatrixView, 
/**
 * Where the risk assessments stand: zones, then conduits.
 */
risks: Array<RiskRow>, 
/**
 * Approvals of the whole, oldest first.
 */
approvals: Array<ApprovalView>, 
/**
 * ZCR 1 to 7.
 */
documented: Array<DocumentedRow>, };

export type ComponentRow = { 
/**
 * One of them, by asset id: it stands for all.
 */
asset: string, 
/**
 * Tags, the first of them.
 */
tags: Array<string>, 
/**
 * How many assets.
 */
assets: number, 
/**
 * Zones in which they stand, by name.
 */
zones: Array<string>, 
/**
 * Component type of 62443-4-2; empty when not known.
 */
component_type: string, 
/**
 * Vendor and product; empty when not known.
 */
product: string, 
/**
 * SL-C by FR, seven numbers or nulls.
 */
sl_c: Array<number | null>, 
/**
 * How that is known: certificate, self_declared, assessed; empty when it is not.
 */
basis: string, 
/**
 * Number of the certificate.
 */
certificate: string, 
/**
 * Who certified it.
 */
certifier: string, 
/**
 * Last day of the certificate.
 */
valid_until: string | null, 
/**
 * The certificate has run out.
 */
expired: boolean, 
/**
 * FRs in which a zone's target asks for more.
 */
short: Array<number>, };

export type ZoneCapability = { 
/**
 * Zone or conduit id.
 */
zone: string, 
/**
 * Name.
 */
name: string, 
/**
 * SL-T by FR.
 */
target: Array<number>, 
/**
 * SL-A by FR.
 */
achieved: Array<number | null>, 
/**
 * The weakest SL-C by FR among the components whose SL-C is known.
 */
weakest: Array<number | null>, 
/**
 * Components whose SL-C is known.
 */
known: number, 
/**
 * All components.
 */
assets: number, 
/**
 * What must be compensated because a component cannot do it.
 */
short: Array<ShortComponent>, };

export type ShortComponent = { 
/**
 * FR 1 to 7.
 */
fr: number, 
/**
 * SL-C there.
 */
sl_c: number, 
/**
 * SL-T there.
 */
target: number, 
/**
 * Vendor and product, or the tag where that is not known.
 */
product: string, 
/**
 * Tags, the first of them.
 */
tags: Array<string>, 
/**
 * How many assets.
 */
assets: number, 
/**
 * Requirements up to the target that are known not to be met.
 */
unmet: Array<string>, };

export type ComponentsView = { 
/**
 * By zone and conduit.
 */
zones: Array<ZoneCapability>, 
/**
 * By product.
 */
rows: Array<ComponentRow>, };

export type ComponentRequirementRow = { 
/**
 * `CR 1.1`.
 */
id: string, 
/**
 * FR 1 to 7.
 */
fr: number, 
/**
 * Lowest capability level that requires it.
 */
sl: number, 
/**
 * Title.
 */
title: string, 
/**
 * met, not_met, not_applicable; empty: not gone through.
 */
answer: string, 
/**
 * The zone's target asks for it.
 */
required: boolean, };

export type ComponentView = { 
/**
 * Asset id.
 */
asset: string, 
/**
 * Tag.
 */
tag: string, 
/**
 * Vendor and product.
 */
product: string, 
/**
 * Component type; empty when not known.
 */
component_type: string, 
/**
 * Zone name.
 */
zone_name: string, 
/**
 * SL-T of its zone.
 */
target: Array<number>, 
/**
 * SL-C as certified or declared; null when nothing is.
 */
declared: Array<number> | null, 
/**
 * certificate, self_declared, assessed.
 */
basis: string, 
/**
 * Number of the certificate.
 */
certificate: string, 
/**
 * Who certified it.
 */
certifier: string, 
/**
 * Last day of the certificate.
 */
valid_until: string | null, 
/**
 * The certificate has run out.
 */
expired: boolean, 
/**
 * What else is to be known.
 */
note: string, 
/**
 * SL-C by FR as the answers show.
 */
answered: Array<number | null>, 
/**
 * SL-C by FR that counts.
 */
sl_c: Array<number | null>, 
/**
 * Requirements of its type.
 */
requirements: Array<ComponentRequirementRow>, 
/**
 * Other assets of the same product and type.
 */
alike: number, };

export type ComponentWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * Asset id.
 */
asset: string, 
/**
 * Every asset of the same product and type too.
 */
alike: boolean, 
/**
 * SL-C as certified or declared; null: none.
 */
declared: Array<number> | null, 
/**
 * certificate, self_declared, assessed.
 */
basis: string, 
/**
 * Number of the certificate.
 */
certificate: string, 
/**
 * Who certified it.
 */
certifier: string, 
/**
 * Last day of the certificate.
 */
valid_until: string | null, 
/**
 * What else is to be known.
 */
note: string, 
/**
 * met, not_met, not_applicable by requirement; those that are not named were not gone through.
 */
answers: { [key in string]: string }, };

export type AreaView = { 
/**
 * Left.
 */
x: number, 
/**
 * Top.
 */
y: number, 
/**
 * Width.
 */
width: number, 
/**
 * Height.
 */
height: number, };

export type ShapeView = { 
/**
 * Zone id, or the number of the way in.
 */
id: string, 
/**
 * It is something outside.
 */
external: boolean, 
/**
 * Remote access rather than a connection; for what is outside.
 */
remote: boolean, 
/**
 * Depth of nesting.
 */
depth: number, 
/**
 * It holds other zones.
 */
holds: boolean, 
/**
 * Where.
 */
area: AreaView, 
/**
 * Name.
 */
name: string, 
/**
 * Purdue level; who is at the other end for what is outside.
 */
note: string, 
/**
 * Safety related.
 */
safety: boolean, 
/**
 * What else sets it apart.
 */
traits: Array<string>, 
/**
 * Assets in it.
 */
assets: number, 
/**
 * Seven cells; empty for what is outside.
 */
cells: Array<LevelCell>, };

export type LinkView = { 
/**
 * Conduit id, or the number of the way in.
 */
id: string, 
/**
 * It is a way in.
 */
external: boolean, 
/**
 * Name.
 */
name: string, 
/**
 * Protocols.
 */
protocols: Array<string>, 
/**
 * Where its name stands.
 */
tag: AreaView | null, 
/**
 * Lines as corners.
 */
lines: Array<Array<[number, number]>>, 
/**
 * For each line, whether it ends in an arrow at the zone.
 */
arrows: Array<boolean>, 
/**
 * Nothing is written of what guards it.
 */
unprotected: boolean, 
/**
 * The largest gap of its cells; null while it is not assessed on its own, or cannot be.
 */
gap: number | null, 
/**
 * It is assessed on its own.
 */
assessed: boolean, };

export type BandView = { 
/**
 * Purdue level; empty where it is not known.
 */
purdue: string, 
/**
 * Top.
 */
y: number, 
/**
 * Height.
 */
height: number, };

export type DrawingView = { 
/**
 * Width.
 */
width: number, 
/**
 * Height.
 */
height: number, 
/**
 * Levels.
 */
bands: Array<BandView>, 
/**
 * The trust boundary; null when nothing lies outside.
 */
boundary: AreaView | null, 
/**
 * Zones and what is outside; one that holds others comes before them.
 */
shapes: Array<ShapeView>, 
/**
 * Conduits and ways in.
 */
links: Array<LinkView>, 
/**
 * Somebody has put zones where they stand.
 */
by_hand: boolean, };

export type PlaceWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * The zone; empty: all go back to where they are put automatically.
 */
zone: string, 
/**
 * Where its middle is.
 */
x: number, 
/**
 * Where its middle is.
 */
y: number, };

export type ConduitWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * The conduit; empty: a new one.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * Ids of the zones that it joins, two or more.
 */
zones: Array<string>, 
/**
 * Which side opens connections: both (also when empty), outward (the first zone), inward (the others).
 */
direction: string, 
/**
 * Protocols.
 */
protocols: Array<string>, 
/**
 * What guards it.
 */
protected_by: string, 
/**
 * SL-T of its own, seven levels; null: it is not assessed on its own.
 */
target: Array<number> | null, 
/**
 * Why, in own words; needed when the target changes.
 */
reason: string, 
/**
 * Take it away.
 */
remove: boolean, };

export type ZoneChange = { 
/**
 * The zone's or conduit's id.
 */
zone: string, 
/**
 * The change.
 */
change: Change, };

export type TargetView = { 
/**
 * When.
 */
at: string, 
/**
 * By whom.
 */
by: string, 
/**
 * SL-T, seven levels.
 */
target: Array<number>, 
/**
 * Why.
 */
reason: string, };

export type RequirementsView = { 
/**
 * Zone id.
 */
zone: string, 
/**
 * Its name.
 */
name: string, 
/**
 * How far it is, by FR.
 */
frs: Array<RequirementsOfFr>, 
/**
 * All requirements, in the standard's order.
 */
rows: Array<RequirementRow>, };

export type RequirementsOfFr = { 
/**
 * 1 to 7.
 */
fr: number, 
/**
 * SL-T.
 */
target: number, 
/**
 * Conformance level; null when never assessed.
 */
conformance: number | null, 
/**
 * Requirements up to the target.
 */
required: number, 
/**
 * Of these answered.
 */
answered: number, 
/**
 * Of these satisfied.
 */
satisfied: number, };

export type RequirementRow = { 
/**
 * `SR 1.1`, `SR 1.1 RE(1)`.
 */
id: string, 
/**
 * 1 to 7.
 */
fr: number, 
/**
 * Lowest level that requires it.
 */
sl: number, 
/**
 * Title of the standard, English.
 */
title: string, 
/**
 * German title.
 */
title_de: string, 
/**
 * What it asks, in our words, English.
 */
summary: string, 
/**
 * The same in German.
 */
summary_de: string, 
/**
 * What an assessor looks at, English.
 */
hint: string, 
/**
 * The same in German.
 */
hint_de: string, 
/**
 * The zone's target asks for it.
 */
required: boolean, 
/**
 * met, compensated, not_applicable, not_met, not_assessed.
 */
status: string, 
/**
 * It is satisfied by that answer.
 */
holds: boolean, 
/**
 * When it was answered.
 */
at: string | null, 
/**
 * By whom; may be empty.
 */
by: string, 
/**
 * Why.
 */
justification: string, 
/**
 * The control that compensates; may be empty.
 */
control: string, 
/**
 * Its title.
 */
control_title: string, 
/**
 * Open findings of the zone whose weaknesses speak against it.
 */
against: number, 
/**
 * The first of them.
 */
findings: Array<FindingName>, 
/**
 * Files kept as evidence.
 */
attachments: Array<AttachmentView>, 
/**
 * Taken over from this zone, or from the environment as a whole where empty; null: answered for the zone itself.
 */
inherited: string | null, 
/**
 * The name of where it is taken over from.
 */
inherited_name: string, };

export type InheritWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * Zone id.
 */
zone: string, 
/**
 * Requirements.
 */
requirements: Array<string>, 
/**
 * A zone around it, or the environment as a whole where empty.
 */
from: string, 
/**
 * No longer; the answers that stand stay.
 */
stop: boolean, };

export type FindingName = { 
/**
 * Id.
 */
id: string, 
/**
 * Title.
 */
title: string, };

export type AnswerWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * Zone id; empty: the environment as a whole, for zones that take its answers over.
 */
zone: string, 
/**
 * Requirements.
 */
requirements: Array<string>, 
/**
 * met, compensated, not_applicable, not_met.
 */
status: string, 
/**
 * Why; needed where it is not applicable.
 */
justification: string, 
/**
 * The control that compensates.
 */
control: string, };

export type CopyWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * Zone id.
 */
zone: string, 
/**
 * Environment to copy from.
 */
from_environment: string, 
/**
 * Zone to copy from.
 */
from_zone: string, 
/**
 * Also over answers that stand there.
 */
over: boolean, 
/**
 * Only tell what would be copied.
 */
dry_run: boolean, };

export type CopiedAnswers = { 
/**
 * What is written.
 */
rows: Array<CopiedAnswer>, 
/**
 * What is left out.
 */
left_out: Array<LeftOutAnswer>, 
/**
 * The change, when it was made.
 */
change: number | null, };

export type CopiedAnswer = { 
/**
 * Requirement.
 */
requirement: string, 
/**
 * Answer.
 */
status: string, 
/**
 * Why.
 */
justification: string, };

export type LeftOutAnswer = { 
/**
 * Requirement.
 */
requirement: string, 
/**
 * answered (there is an answer already), control (the control is not known here).
 */
why: string, };

export type MitigationView = { 
/**
 * `M0930`.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * Requirements of 62443-3-3 that it serves.
 */
srs: Array<string>, 
/**
 * Techniques that it counters.
 */
against: Array<string>, };

export type AttachmentView = { 
/**
 * SHA-256 of its bytes.
 */
sha256: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Bytes.
 */
size: number, 
/**
 * When it was attached.
 */
at: string, 
/**
 * By whom.
 */
by: string, 
/**
 * What it shows.
 */
note: string, };

export type AssignWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * Findings.
 */
findings: Array<string>, 
/**
 * All findings under this query, in place of some by their ids.
 */
all: Query | null, 
/**
 * Who; empty: nobody; null: as it is.
 */
assignee: string | null, 
/**
 * By when; empty: as the rules say; null: as it is.
 */
due: string | null, };

export type NoteWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * Findings.
 */
findings: Array<string>, 
/**
 * All findings under this query, in place of some by their ids.
 */
all: Query | null, 
/**
 * What.
 */
text: string, };

export type ApprovalWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * Findings.
 */
findings: Array<string>, 
/**
 * All findings under this query, in place of some by their ids.
 */
all: Query | null, 
/**
 * Agrees; else declines.
 */
approve: boolean, 
/**
 * In own words.
 */
note: string, };

export type Rules = { 
/**
 * An accepted risk counts once a second person has agreed.
 */
second_approval: boolean, 
/**
 * Days in which a finding of tier 1 to 4 is to be treated; 0: no due day.
 */
due_days: [number, number, number, number], 
/**
 * Teams that own the layers OT, OS and network; may be empty.
 */
teams: [string, string, string], };

export type RulesWish = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * The rules.
 */
rules: Rules, 
/**
 * Why, in own words.
 */
reason: string, };

export type KeptView = { 
/**
 * Name.
 */
name: string, 
/**
 * Words that all occur.
 */
text: string, 
/**
 * Accepted values by facet.
 */
facets: { [key in string]: Array<string> }, 
/**
 * Column to sort by.
 */
sort: string, 
/**
 * The other way round.
 */
descending: boolean, };

export type FiguresView = { 
/**
 * First day.
 */
from: string, 
/**
 * Last day.
 */
to: string, 
/**
 * All findings, then by tier, by severity, by zone.
 */
rows: Array<FigureRow>, 
/**
 * Month by month, the oldest first.
 */
backlog: Array<BacklogView>, 
/**
 * Days in the period with an update of feeds or scans.
 */
update_days: number, 
/**
 * Times without an update that were too long.
 */
gaps: Array<GapView>, 
/**
 * Days without an update that are allowed.
 */
allowed_days: number, 
/**
 * Assets, and those of them that are identified.
 */
assets: [number, number], };

export type FigureRow = { 
/**
 * all, tier, severity, zone.
 */
kind: string, 
/**
 * Tier, severity or zone id.
 */
key: string, 
/**
 * The zone's name, else the key.
 */
name: string, 
/**
 * From the opening to the first decision.
 */
acknowledged: TimesView, 
/**
 * From the opening to the end.
 */
treated: TimesView, 
/**
 * Open on the last day.
 */
open: number, 
/**
 * Open on the last day with no decision.
 */
waiting: number, 
/**
 * Days for which the oldest of those has been waiting.
 */
oldest: number, };

export type TimesView = { 
/**
 * How often.
 */
count: number, 
/**
 * Half of them took no longer.
 */
median: number | null, 
/**
 * Nine in ten took no longer.
 */
p90: number | null, 
/**
 * The longest.
 */
longest: number | null, };

export type BacklogView = { 
/**
 * The day.
 */
day: string, 
/**
 * Open.
 */
open: number, 
/**
 * Open with no decision.
 */
waiting: number, 
/**
 * Opened since the day before in the list.
 */
opened: number, };

export type GapView = { 
/**
 * The last update before it.
 */
from: string, 
/**
 * The next one, or the last day.
 */
to: string, 
/**
 * Days between.
 */
days: number, };

export type Visit = { 
/**
 * When that was; null on the first.
 */
since: string | null, 
/**
 * Findings opened since.
 */
opened: number, 
/**
 * Findings that were closed or mended and are open again.
 */
reopened: number, 
/**
 * Findings that others decided about.
 */
decided: number, 
/**
 * Those others.
 */
others: Array<string>, 
/**
 * Acceptances that wait for the visitor.
 */
waiting: number, 
/**
 * Cells whose level moved.
 */
moved: Array<MovedCell>, };

export type MovedCell = { 
/**
 * Zone id.
 */
zone: string, 
/**
 * Its name.
 */
name: string, 
/**
 * FR, 1 to 7.
 */
fr: number, 
/**
 * Level then; null: not assessable.
 */
from: number | null, 
/**
 * Level now.
 */
to: number | null, 
/**
 * Target.
 */
target: number, };

export type VectorView = { 
/**
 * The text.
 */
vector: string, 
/**
 * primary or secondary.
 */
source: string, 
/**
 * "3.1", or empty when unreadable.
 */
version: string, 
/**
 * "9.8", or empty when unreadable.
 */
score: string, };

export type CweView = { 
/**
 * `CWE-79`.
 */
id: string, 
/**
 * Name, or empty.
 */
name: string, };

export type TicketView = { 
/**
 * Number.
 */
id: string, 
/**
 * System it lives in.
 */
system: string, 
/**
 * Where it is to be seen; empty when nobody said.
 */
link: string, 
/**
 * Status.
 */
status: string, 
/**
 * Due day.
 */
due: string | null, 
/**
 * Who has it.
 */
assignee: string, };

export type Decision = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * What: acknowledge, ticket, defer, undefer, accept, false_positive, patch, close, reopen, override.
 */
act: string, 
/**
 * Findings.
 */
findings: Array<string>, 
/**
 * All findings under this query, in place of some by their ids.
 */
all: Query | null, 
/**
 * Why, for an acknowledgement: applies, not_applicable, compensating_control, accepted_risk, false_match,
 * escalated, in_work.
 */
reason: string, 
/**
 * Own words.
 */
note: string, 
/**
 * Last day, for a deferral or an accepted risk.
 */
until: string | null, 
/**
 * The day when it was patched or closed; none: now.
 */
on: string | null, 
/**
 * FRs to count against.
 */
frs: Array<number>, 
/**
 * The version that is installed now, for a patch; empty: the assets stay as they are.
 */
version: string, 
/**
 * The ticket.
 */
ticket: NewTicket | null, };

export type TicketRow = { 
/**
 * Number.
 */
ticket: string, 
/**
 * System it lives in.
 */
system: string, 
/**
 * Where it is to be seen; empty when nobody said.
 */
link: string, 
/**
 * Finding.
 */
finding: string, 
/**
 * Tag of the asset.
 */
tag: string, 
/**
 * What was found.
 */
title: string, 
/**
 * When it was written.
 */
created: string | null, 
/**
 * Who has it.
 */
assignee: string, 
/**
 * Due day.
 */
due: string | null, 
/**
 * Its state there.
 */
status: string, 
/**
 * When it was closed.
 */
closed: string | null, 
/**
 * It is not closed and the day it was due is past.
 */
overdue: boolean, };

export type NewTicket = { 
/**
 * Number.
 */
id: string, 
/**
 * System it lives in.
 */
system: string, 
/**
 * Where it is to be seen.
 */
link: string, 
/**
 * Who has it.
 */
assignee: string, 
/**
 * Due day.
 */
due: string | null, };

export type Change = { 
/**
 * Number of the change, for undo.
 */
id: number, 
/**
 * How many things changed.
 */
changed: number, 
/**
 * How many were so already.
 */
unchanged: number, };

export type ReportRequest = { 
/**
 * iec62443, executive, risk or extract.
 */
kind: string, 
/**
 * Environment ids, one or more.
 */
environments: Array<string>, 
/**
 * First day of the period.
 */
from: string, 
/**
 * Last day; the day assessed.
 */
to: string, 
/**
 * pdf, docx, html, xlsx, json or oscal.
 */
format: string, 
/**
 * Parts of the report that are left out; the report says so.
 */
without: Array<string>, 
/**
 * The kept report to compare with, by id or name: null for the last one before, "" for none.
 */
compare_with: string | null, 
/**
 * Of an extract: the least severity, critical, high, medium, low or none; "" for all.
 */
floor: string, 
/**
 * Of an extract: layers, ot, os, network; none for all.
 */
layers: Array<string>, 
/**
 * Of an extract: vendors; none for all.
 */
vendors: Array<string>, 
/**
 * a4 or letter.
 */
paper: string, 
/**
 * en or de.
 */
language: string, 
/**
 * Classification mark.
 */
classification: string, 
/**
 * Prepared for.
 */
prepared_for: string, 
/**
 * Prepared by.
 */
prepared_by: string, 
/**
 * The scenario whose plan the report tells; empty: none.
 */
scenario: string, };

export type PreviewView = { 
/**
 * Its number.
 */
number: number, 
/**
 * Pages.
 */
pages: number, 
/**
 * Width of a page, in points.
 */
width: number, 
/**
 * Height of a page, in points.
 */
height: number, };

export type TrendZone = { 
/**
 * Id.
 */
id: string, 
/**
 * Lowest SL-A; null where not assessable.
 */
level: number | null, };

export type TrendView = { 
/**
 * The day.
 */
day: string, 
/**
 * Title of the kept report it comes from; empty for how it stands today.
 */
report: string, 
/**
 * Sum of all gaps over zones and FRs that could be assessed.
 */
gaps: number, 
/**
 * Open findings.
 */
open: number, 
/**
 * Open findings rated critical or high, or not scored.
 */
high: number, 
/**
 * Zones.
 */
zones: Array<TrendZone>, };

export type HandoverRequest = { 
/**
 * The report in it; its format is not looked at.
 */
report: ReportRequest, 
/**
 * Formats of the report: pdf, docx, html, xlsx, json, oscal; may be none.
 */
formats: Array<string>, };

export type HandoverView = { 
/**
 * Where it is.
 */
file: string, 
/**
 * Bytes.
 */
size: number, 
/**
 * Files in it.
 */
files: number, 
/**
 * The key's short form, for the receiver to compare.
 */
fingerprint: string, 
/**
 * SHA-256 of its manifest.
 */
manifest_sha256: string, };

export type HandoverFault = { 
/**
 * The file in it; empty for the archive itself.
 */
file: string, 
/**
 * archive, signature, other_key, path, missing, unreadable, changed, added, sums, key, log_row, log_end,
 * log_head, attachment, evidence, unscorable, levels, report, report_evidence, report_levels.
 */
code: string, 
/**
 * What the code is about: a row, a key, an environment; may be empty.
 */
value: string, 
/**
 * What is wrong.
 */
what: string, };

export type HandedZone = { 
/**
 * Id.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * SL-A by FR; null where not assessable.
 */
vector: [number | null, number | null, number | null, number | null, number | null, number | null, number | null], 
/**
 * SL-T by FR.
 */
sl_t: [number, number, number, number, number, number, number], };

export type HandedEnvironment = { 
/**
 * Id in the maker's store.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * Company.
 */
organisation: string, 
/**
 * The day assessed.
 */
as_of: string, 
/**
 * First day of the period.
 */
period_from: string, 
/**
 * SHA-256 of its evidence document.
 */
evidence_sha256: string, 
/**
 * Zones, recomputed from the evidence document; none when that cannot be read.
 */
zones: Array<HandedZone>, };

export type HandoverCheck = { 
/**
 * The file.
 */
file: string, 
/**
 * Nothing is wrong: signed by its key, every byte as it was made, levels recomputed and equal.
 */
intact: boolean, 
/**
 * Id of the package.
 */
id: string, 
/**
 * When it was made.
 */
made: string, 
/**
 * Who made it, as it says.
 */
maker: string, 
/**
 * Program and version.
 */
program: string, 
/**
 * The key's short form, to compare with what the maker told you another way.
 */
fingerprint: string, 
/**
 * Whether that is the fingerprint that was given; null when none was given.
 */
known: boolean | null, 
/**
 * Files that were checked.
 */
files: number, 
/**
 * Their bytes.
 */
size: number, 
/**
 * Rows of the log, those of them told whole, and the hash of the last.
 */
audit_rows: number, 
/**
 * Those told whole.
 */
audit_whole: number, 
/**
 * The last one's hash.
 */
audit_head: string, 
/**
 * Environments.
 */
environments: Array<HandedEnvironment>, 
/**
 * What is wrong.
 */
faults: Array<HandoverFault>, };

export type ComparedDriver = { 
/**
 * exposure, patching, compensation, triage, assurance, conformance, evidence_only_cap, not_assessable.
 */
limit: string, 
/**
 * Its level before and after.
 */
levels: [number | null, number | null], 
/**
 * The share behind it before and after, where it is one.
 */
shares: [[number, number], [number, number]] | null, 
/**
 * For exposure: findings of the cell that are open now and were not.
 */
opened: number, 
/**
 * For exposure: findings of the cell that were open and are not.
 */
settled: number, };

export type ComparedCell = { 
/**
 * FR 1 to 7.
 */
fr: number, 
/**
 * SL-A before and after.
 */
achieved: [number | null, number | null], 
/**
 * SL-T before and after.
 */
target: [number, number], 
/**
 * What drove the change.
 */
drivers: Array<ComparedDriver>, };

export type ComparedZone = { 
/**
 * Id.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * Its level before; null when not assessable.
 */
before: number | null, 
/**
 * Its level after.
 */
after: number | null, 
/**
 * both; new: it was not there before; gone: it is not there any more.
 */
presence: string, 
/**
 * FRs that differ.
 */
cells: Array<ComparedCell>, };

export type ComparisonView = { 
/**
 * Environment id.
 */
environment: string, 
/**
 * The day of the first.
 */
from: string, 
/**
 * The day of the second.
 */
to: string, 
/**
 * Zones.
 */
zones: Array<ComparedZone>, 
/**
 * Open findings before and after.
 */
open: [number, number], 
/**
 * Findings that are new, gone, reopened.
 */
findings: [number, number, number], 
/**
 * Controls in force before and after.
 */
controls: [number, number], 
/**
 * Controls that are new, ended.
 */
control_changes: [number, number], 
/**
 * Assets identified out of all, before and after.
 */
identified: [[number, number], [number, number]], 
/**
 * Open findings decided about out of all, before and after.
 */
triaged: [[number, number], [number, number]], };

export type ReportView = { 
/**
 * Id.
 */
id: string, 
/**
 * iec62443, executive, risk or extract.
 */
kind: string, 
/**
 * Title.
 */
title: string, 
/**
 * Environments (names).
 */
environments: Array<string>, 
/**
 * Environments (ids), as far as their evidence documents were kept with it.
 */
environment_ids: Array<string>, 
/**
 * First day.
 */
from: string, 
/**
 * Last day.
 */
to: string, 
/**
 * When it was made.
 */
made: string, 
/**
 * pdf, docx, html, xlsx, json or oscal.
 */
format: string, 
/**
 * File, as it was written; only its name where the store itself keeps it.
 */
file: string, 
/**
 * Whether the file is still there and unchanged.
 */
intact: boolean, 
/**
 * Pages, for a PDF.
 */
pages: number | null, 
/**
 * Bytes.
 */
size: number, 
/**
 * SHA-256 of the file, hex.
 */
sha256: string, 
/**
 * SHA-256 of the evidence document, hex.
 */
evidence_sha256: string, };

export type Protection = { 
/**
 * Whether it is encrypted.
 */
encrypted: boolean, 
/**
 * Whether the system has a keyring that answers.
 */
keyring: boolean, 
/**
 * Whether the keyring keeps the passphrase.
 */
remembered: boolean, 
/**
 * How many of the backups that the program makes by itself are kept.
 */
kept: number, 
/**
 * Those that are there, newest first.
 */
backups: Array<BackupView>, };

export type BackupView = { 
/**
 * The file.
 */
file: string, 
/**
 * When it was made.
 */
made: string, 
/**
 * Whether it is encrypted.
 */
encrypted: boolean, 
/**
 * Rows of the audit log in it.
 */
rows: number, 
/**
 * Hash of the last of them.
 */
head: string, 
/**
 * Bytes of the file.
 */
size: number, };

export type BackupMade = { 
/**
 * The backup.
 */
backup: BackupView, 
/**
 * Older ones that were removed.
 */
removed: Array<string>, };

export type BackupCheck = { 
/**
 * The backup.
 */
backup: BackupView, 
/**
 * Whether it was opened as well: an encrypted one only with its passphrase.
 */
opened: boolean, };

export type Restored = { 
/**
 * The backup.
 */
backup: BackupView, 
/**
 * Where the store is kept that was there before; null when there was none.
 */
before: string | null, };

export type PortfolioSettings = { 
/**
 * `postgres://user@host:port/database`; null when none is kept.
 */
address: string | null, 
/**
 * Whether the system has a keyring that answers.
 */
keyring: boolean, 
/**
 * Whether the keyring keeps the password.
 */
password: boolean, };

export type PortfolioDay = { 
/**
 * The day.
 */
as_of: string, 
/**
 * Zones.
 */
zones: number, 
/**
 * Of them, those below a target.
 */
below: number, 
/**
 * Of them, those of which nothing can be said.
 */
not_assessed: number, 
/**
 * Levels short of the targets, summed over zones and FRs.
 */
gap: number, 
/**
 * Open findings.
 */
open: number, 
/**
 * Of them, high or critical ones.
 */
high: number, };

export type PortfolioPlant = { 
/**
 * The same each time it is published.
 */
key: string, 
/**
 * Name.
 */
name: string, 
/**
 * Owner or company.
 */
organisation: string, 
/**
 * How it stood last.
 */
day: PortfolioDay, };

export type PortfolioMonth = { 
/**
 * Plants of which anything was known by then.
 */
plants: number, 
/**
 * Their figures, summed.
 */
day: PortfolioDay, };

export type PortfolioView = { 
/**
 * Where it is.
 */
address: string, 
/**
 * The day.
 */
as_of: string, 
/**
 * Plants, those furthest from their targets first.
 */
plants: Array<PortfolioPlant>, 
/**
 * The months before, oldest first, the last one being the day.
 */
months: Array<PortfolioMonth>, };

export type PortfolioZone = { 
/**
 * Id.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * SL-T.
 */
target: [number, number, number, number, number, number, number], 
/**
 * SL-A; null where nothing can be said.
 */
achieved: [number | null, number | null, number | null, number | null, number | null, number | null, number | null], };

export type PortfolioShown = { 
/**
 * The plant.
 */
plant: PortfolioPlant, 
/**
 * Method.
 */
method: string, 
/**
 * Profile.
 */
profile: string, 
/**
 * SHA-256 of the evidence document, hex.
 */
evidence_sha256: string, 
/**
 * When it was made.
 */
made: string, 
/**
 * Who published it.
 */
published_by: string, 
/**
 * Zones in order.
 */
zones: Array<PortfolioZone>, 
/**
 * Days it was published of, the last one first.
 */
days: Array<PortfolioDay>, };

export type Published = { 
/**
 * Where.
 */
address: string, 
/**
 * Plants.
 */
plants: number, 
/**
 * Assessments that are there now and were not.
 */
added: number, 
/**
 * Assessments that took the place of older ones.
 */
changed: number, 
/**
 * Assessments that were there.
 */
unchanged: number, };

export type Progress = { 
/**
 * Number the caller gave the work.
 */
job: number, 
/**
 * Key of the step's words: evidence, assess, trend, content, charts, pages, write, package,
 * verify, read, check, backup, restore, connect, publish, store.
 */
step: string, 
/**
 * Done so far.
 */
done: number, 
/**
 * Out of; 0 when not known.
 */
total: number, };

export type AuditRow = { 
/**
 * Number, from 1.
 */
seq: number, 
/**
 * Moment.
 */
at: string, 
/**
 * Who.
 */
actor: string, 
/**
 * What: `finding.acknowledged`, `store.created`…
 */
action: string, 
/**
 * On what.
 */
subject: string, 
/**
 * Details, as JSON.
 */
detail: string, 
/**
 * Hash, hex.
 */
hash: string, 
/**
 * The change it tells of, when that can still be taken back.
 */
change: number | null, };

export type AuditPage = { 
/**
 * Rows that were asked for.
 */
total: number, 
/**
 * Rows in all.
 */
all: number, 
/**
 * Every row's hash follows from the one before.
 */
intact: boolean, 
/**
 * First row that does not.
 */
first_broken: number | null, 
/**
 * Hash of the last row.
 */
head: string, 
/**
 * The slice, newest first.
 */
rows: Array<AuditRow>, };

export type ImportView = { 
/**
 * Nothing was changed.
 */
dry_run: boolean, 
/**
 * Files.
 */
files: Array<ImportedFile>, 
/**
 * Environment it went to, or would.
 */
environment: string | null, 
/**
 * The environment was there before.
 */
existing: boolean, 
/**
 * Days of feeds and scans, or the profile, were new.
 */
updated: boolean, };

export type ImportedFile = { 
/**
 * Name.
 */
file: string, 
/**
 * Kind: zones, conduits, assets, evidence, …
 */
kind: string, 
/**
 * Rows added.
 */
added: number, 
/**
 * Rows changed.
 */
changed: number, 
/**
 * Rows that were so already.
 */
unchanged: number, 
/**
 * Rows refused.
 */
refused: Array<RefusedRow>, 
/**
 * Rows taken, with something worth knowing.
 */
remarks: Array<RefusedRow>, 
/**
 * The change, to take it back.
 */
change: number | null, 
/**
 * Files of one source replace each other.
 */
source: string, 
/**
 * How the columns of a list were read.
 */
columns: Array<ColumnView>, 
/**
 * Assets: new, changed, unchanged.
 */
assets: [number, number, number], 
/**
 * Findings: new, there already.
 */
findings: [number, number], 
/**
 * Findings that a vendor's statement closed, or would close.
 */
closed: Array<ClosedFinding>, 
/**
 * Zones that were made; they have no target yet unless the file names one.
 */
zones: Array<string>, 
/**
 * Zones that had no target and got one from the file.
 */
targets: Array<string>, 
/**
 * Sightings joined to an asset by something else than the tag; the first of them.
 */
joined: Array<JoinedRow>, 
/**
 * Sources that say different things.
 */
conflicts: Array<ConflictRow>, 
/**
 * What this source names no more: proposed for closing.
 */
gone: Array<GoneRow>, 
/**
 * Tickets that are new, changed, as before.
 */
tickets: [number, number, number], 
/**
 * States of updates on assets that are changed, as before.
 */
patches: [number, number], 
/**
 * Answers to requirements that are new, changed, as before.
 */
answers: [number, number, number], 
/**
 * Findings that were closed or remediated, were seen again and are open again.
 */
reopened: Array<string>, 
/**
 * Findings that are none by somebody's decision, or closed, and stand in this file all the same.
 */
again: Array<string>, };

export type ColumnView = { 
/**
 * Sheet; empty where there is only one.
 */
sheet: string, 
/**
 * Head.
 */
name: string, 
/**
 * tag, name, vendor …; null: left out.
 */
field: string | null, 
/**
 * Some of its values.
 */
samples: Array<string>, };

export type JoinedRow = { 
/**
 * Where in the file.
 */
at: string, 
/**
 * Asset.
 */
asset: string, 
/**
 * mac, serial, ip, name, product, given, new.
 */
by: string, };

export type ConflictRow = { 
/**
 * Asset.
 */
asset: string, 
/**
 * name, version, zone …
 */
field: string, 
/**
 * What stands now.
 */
kept: string, 
/**
 * What does not.
 */
other: string, 
/**
 * Who says that.
 */
said_by: string, 
/**
 * Whether what stands now is from this file.
 */
taken: boolean, };

export type GoneRow = { 
/**
 * asset, finding.
 */
kind: string, 
/**
 * Its id.
 */
id: string, };

export type ClosedFinding = { 
/**
 * Finding.
 */
finding: string, 
/**
 * Asset.
 */
asset: string, 
/**
 * Vulnerability.
 */
vulnerability: string, 
/**
 * The statement, as it is kept with the finding.
 */
statement: string, };

export type Suggestion = { 
/**
 * Vendor.
 */
vendor: string, 
/**
 * Product.
 */
product: string, };

export type FindingSource = { 
/**
 * File.
 */
file: string, 
/**
 * Its kind.
 */
kind: string, 
/**
 * When it was taken.
 */
at: string, 
/**
 * The scanner's id of what it looked for.
 */
check: string, };

export type AssetSource = { 
/**
 * File.
 */
file: string, 
/**
 * Its kind.
 */
kind: string, 
/**
 * Where in it.
 */
place: string, 
/**
 * When it was imported.
 */
at: string, 
/**
 * By whom.
 */
actor: string, 
/**
 * What joined it: tag, mac, serial, ip, name, product, given, new.
 */
by: string, 
/**
 * What it says, by field.
 */
values: { [key in string]: string }, 
/**
 * How many findings it names.
 */
findings: number, };

export type RefusedRow = { 
/**
 * Where: `line 7`, `/assets/3/zone`.
 */
at: string, 
/**
 * Why.
 */
reason: string, };

export type IntelImport = { 
/**
 * A line a file, or a line a kind when there are many.
 */
files: Array<IntelFile>, 
/**
 * The bundle they came in; null when they came as files.
 */
bundle: BundleView | null, };

export type IntelFile = { 
/**
 * Name.
 */
file: string, 
/**
 * nvd, cve, csaf, kev, epss, unknown.
 */
kind: string, 
/**
 * How many files the line stands for.
 */
files: number, 
/**
 * How many of them were taken before, byte for byte, and not read again.
 */
known: number, 
/**
 * Records added.
 */
added: number, 
/**
 * Records replaced by newer ones.
 */
changed: number, 
/**
 * Records that were so already, or newer.
 */
unchanged: number, 
/**
 * Entries refused.
 */
refused: Array<RefusedRow>, };

export type SyncView = { 
/**
 * A line a source.
 */
sources: Array<SyncSource>, };

export type SyncSource = { 
/**
 * nvd, kev, epss, csaf.
 */
id: string, 
/**
 * Records, scores or documents fetched.
 */
records: number, 
/**
 * Records added.
 */
added: number, 
/**
 * Records replaced by newer ones.
 */
changed: number, 
/**
 * came, not_modified (the server says so), same (the same bytes), empty (no record changed in the
 * windows asked for), none_newer (no document newer than those known), failed.
 */
news: string, 
/**
 * Documents that could not be fetched; they are tried again next time.
 */
failed: Array<RefusedRow>, 
/**
 * Why the source as a whole failed; null when it did not.
 */
error: string | null, 
/**
 * Entries that could not be read.
 */
refused: Array<RefusedRow>, };

export type BundleView = { 
/**
 * When it was made.
 */
made: string, 
/**
 * Who made it, by their own word.
 */
maker: string, 
/**
 * Holds what changed since then; everything when null.
 */
since: string | null, 
/**
 * Lines in it.
 */
lines: number, 
/**
 * Fingerprint of the key that signed it.
 */
fingerprint: string, 
/**
 * own, known, first (pinned now), accepted.
 */
trust: string, };

export type IntelStatus = { 
/**
 * Sources something was taken from.
 */
sources: Array<IntelSource>, 
/**
 * The notice that NVD's terms ask for.
 */
notice: string, };

export type IntelSource = { 
/**
 * nvd, cve, csaf, kev, epss.
 */
id: string, 
/**
 * Records.
 */
records: number, 
/**
 * Moment of the newest record.
 */
newest: string | null, 
/**
 * When it was last heard.
 */
last_success: string | null, 
/**
 * Whole days since the newest record.
 */
age_days: number | null, 
/**
 * Older than a month.
 */
old: boolean, };

export type Network = { 
/**
 * Address of a proxy; null: the environment's, or none.
 */
proxy: string | null, 
/**
 * PEM file of certificate authorities to trust besides the system's.
 */
ca_file: string | null, 
/**
 * No connection is opened, whatever is asked for.
 */
offline: boolean, };

export type MatchSummary = { 
/**
 * Nothing was changed.
 */
dry_run: boolean, 
/**
 * Assets.
 */
assets: number, 
/**
 * Assets of which no identity is known.
 */
unidentified: number, 
/**
 * Findings added.
 */
added: number, 
/**
 * Findings that were there already.
 */
present: number, 
/**
 * Not sure enough: under review.
 */
review: number, 
/**
 * Stated not to be affected.
 */
clear: number, 
/**
 * Open findings that the sources contradict: stated not to be affected.
 */
contradicted: number, 
/**
 * Open findings whose CVE was withdrawn.
 */
withdrawn: number, 
/**
 * Rejected by a person.
 */
rejected: number, 
/**
 * The change, when a decision was part of it.
 */
change: number | null, };

export type Review = { 
/**
 * By identity, the least sure first.
 */
groups: Array<ReviewGroup>, 
/**
 * Open findings that the sources no longer support.
 */
doubted: Array<DoubtedFinding>, 
/**
 * Decisions, newest first.
 */
decided: Array<DecidedMatch>, };

export type ReviewGroup = { 
/**
 * Key for a decision.
 */
key: string, 
/**
 * Vendor, product and version.
 */
identity: string, 
/**
 * How many assets have it.
 */
assets: number, 
/**
 * Tags of some of them.
 */
tags: Array<string>, 
/**
 * The matches, the least sure first.
 */
matches: Array<MatchRow>, };

export type DoubtedFinding = { 
/**
 * Finding.
 */
id: string, 
/**
 * Tag of its asset.
 */
tag: string, 
/**
 * CVE id, or another.
 */
vulnerability: string, 
/**
 * withdrawn: the CVE itself is; not_affected: a source says that this asset is not.
 */
why: string, 
/**
 * csaf, cve, nvd.
 */
source: string, 
/**
 * Advisory or record.
 */
record: string, 
/**
 * Why not affected, in parts.
 */
reason: Array<ReasonPart>, 
/**
 * Why, in English.
 */
sentence: string, };

export type MatchRow = { 
/**
 * CVE id, or another.
 */
vulnerability: string, 
/**
 * affected, unknown, not_affected.
 */
verdict: string, 
/**
 * 0 to 1.
 */
confidence: number, 
/**
 * high, medium, low.
 */
level: string, 
/**
 * csaf, cve, nvd.
 */
source: string, 
/**
 * Advisory or record.
 */
record: string, 
/**
 * Why, in parts.
 */
reason: Array<ReasonPart>, 
/**
 * Why, in English.
 */
sentence: string, 
/**
 * What would settle it: version, advisory, order_number, series, family, vendor, condition, platform.
 */
settles: string | null, };

export type ReasonPart = { 
/**
 * Which.
 */
kind: string, 
/**
 * Its values by name.
 */
values: { [key in string]: string }, };

export type DecidedMatch = { 
/**
 * Vendor, product and version.
 */
identity: string, 
/**
 * The vulnerability.
 */
vulnerability: string, 
/**
 * It applies; else it does not.
 */
confirmed: boolean, 
/**
 * When.
 */
at: string, 
/**
 * Who.
 */
actor: string, 
/**
 * Why.
 */
reason: string, 
/**
 * The change, to take it back.
 */
change: number, };

export type MatchDecision = { 
/**
 * Environment.
 */
environment: string, 
/**
 * Key of the identity.
 */
identity: string, 
/**
 * Which; all that wait when empty.
 */
vulnerabilities: Array<string>, 
/**
 * They apply; else they do not.
 */
confirmed: boolean, 
/**
 * Why.
 */
reason: string, };

export type OriginView = { 
/**
 * When.
 */
at: string, 
/**
 * csaf, cve, nvd.
 */
source: string, 
/**
 * Advisory or record.
 */
record: string, 
/**
 * 0 to 1.
 */
confidence: number, 
/**
 * high, medium, low.
 */
level: string, 
/**
 * The identity that matched.
 */
identity: string, 
/**
 * Why, in parts.
 */
reason: Array<ReasonPart>, 
/**
 * Why, in English.
 */
sentence: string, };

export type AdviceSource = { 
/**
 * Who published it.
 */
publisher: string, 
/**
 * The advisory's id.
 */
advisory: string, 
/**
 * Where more is to be had, http or https; may be empty.
 */
url: string, };

export type AdviceMitigation = { 
/**
 * `M0930`.
 */
id: string, 
/**
 * Name.
 */
name: string, };

export type AdviceRow = { 
/**
 * replace, vendor_fix, workaround, mitigation, no_fix, protect.
 */
kind: string, 
/**
 * embedded_device, host_device, network_device, software_application, unknown; empty where there are several.
 */
component_type: string, 
/**
 * Vendor; empty where it is not known or there are several.
 */
vendor: string, 
/**
 * Product; empty where it is not known or there are several.
 */
product: string, 
/**
 * Assets.
 */
assets: number, 
/**
 * Their tags.
 */
tags: Array<string>, 
/**
 * Open findings, medium or above or unscored.
 */
findings: number, 
/**
 * Their ids.
 */
finding_ids: Array<string>, 
/**
 * Ids of the zones.
 */
zones: Array<string>, 
/**
 * Findings known to be exploited.
 */
exploited: number, 
/**
 * Findings rated critical or high, or not scored.
 */
high: number, 
/**
 * Findings for which no fix is known.
 */
unfixed: number, 
/**
 * SRs that the weaknesses touch.
 */
srs: Array<string>, 
/**
 * Mitigations that serve these.
 */
mitigations: Array<AdviceMitigation>, 
/**
 * The sources' own words, plain; may be empty.
 */
text: string, 
/**
 * How many sources say so.
 */
said: number, 
/**
 * Whose words.
 */
sources: Array<AdviceSource>, 
/**
 * The sources name the vulnerability; whether they mean this product is not recorded.
 */
by_cve_only: boolean, };

export type AdviceList = { 
/**
 * The first of each kind.
 */
rows: Array<AdviceRow>, 
/**
 * How many there are in all.
 */
total: number, 
/**
 * The notice that goes with ATT&CK's names.
 */
notice: string, };

export type Failure = { 
/**
 * Stable code: bad_input, not_found, store_locked, store_damaged, store_newer, cancelled, io, usage.
 */
code: string, 
/**
 * What happened.
 */
what: string, 
/**
 * Where: file and line or JSON pointer, or empty.
 */
at: string, 
/**
 * What to do about it.
 */
advice: string, };
