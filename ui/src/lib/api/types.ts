// Written by a test of the engine from src-tauri/crates/app/src/view.rs. Do not edit.

export type Status = { version: string, store: string | null, proposed_store: string, actor: string, today: string, demo: boolean };

export type EnvironmentView = { id: string, name: string, organisation: string, zones: number, assets: number, findings: number };

export type LevelRow = { zone: string, name: string, purdue: string, safety: boolean, depth: number, level: number | null, target: Array<number>, achieved: Array<number | null>, vector: string, cells: Array<LevelCell> };

export type LevelCell = { fr: number, achieved: number | null, target: number, gap: number | null, basis: string | null, limiting: Array<string>, open: number | null };

export type Levels = { environment: string, as_of: string, period_from: string, earliest: string, method: string, profile: string, last_update: string | null, rows: Array<LevelRow>, warnings: Array<Warning> };

export type Warning = { code: string, finding: string | null, text: string };

export type Factor = { name: string, value: number | null, limiting: boolean, count: [number, number] | null, thresholds: Array<string> | null };

export type CellExplanation = { zone: string, zone_name: string, fr: number, cell: LevelCell, evidence: number | null, conformance: number | null, factors: Array<Factor>, days_since_update: number | null, freshness_days: Array<number>, findings: Array<FindingRow>, findings_total: number, unsatisfied: Array<RequirementLine>, levers: Array<Lever> };

export type RequirementLine = { id: string, title: string, title_de: string, sl: number, status: string };

export type Lever = { kind: string, touches: number, alone: number | null };

export type WhatIf = { achieved: number | null, limiting: Array<string>, zone: Array<number | null> };

export type Overview = { environment: string, name: string, as_of: string, cells: [number, number, number], below: Array<ZoneGap>, open: [number, number, number, number, number, number], exploited: number, untriaged: number, feed_age: number | null, identified: [number, number], trend: Array<TrendPoint>, changed: [number, number, number, number], next: NextAction | null, last_report: string | null };

export type ZoneGap = { zone: string, name: string, frs: Array<number>, gap: number, level: number | null };

export type TrendPoint = { day: string, high: number, medium: number, low: number };

export type NextAction = { kind: string, zone: string, zone_name: string, touches: number, gap: [number, number] };

export type ZoneRow = { id: string, name: string, parent: string | null, depth: number, purdue: string, safety: boolean, description: string, assets: number, open: number, target: Array<number>, achieved: Array<number | null>, level: number | null };

export type ConduitRow = { id: string, name: string, from: string, to: string, protocols: Array<string>, protected_by: string };

export type ZonesView = { zones: Array<ZoneRow>, conduits: Array<ConduitRow> };

export type IdentityView = { layer: string, kind: string, vendor: string, product: string, version: string };

export type AssetRow = { id: string, tag: string, name: string, zone: string, zone_name: string, identities: Array<IdentityView>, identified: boolean, component_type: string, criticality: string, lifecycle: string, owner: string, ip: string, serial: string, open: [number, number, number, number, number, number] };

export type Query = { environment: string, as_of: string | null, text: string, facets: { [key: string]: Array<string> }, sort: string, descending: boolean, offset: number, limit: number };

export type FacetValue = { value: string, label: string, count: number };

export type Facet = { name: string, values: Array<FacetValue> };

export type AssetPage = { total: number, facets: Array<Facet>, rows: Array<AssetRow> };

export type FindingRow = { id: string, vuln: string | null, title: string, asset: string, tag: string, zone: string, zone_name: string, state: string, severity: string, score: string | null, attacker_class: number, frs: Array<number>, rule: string, triaged: boolean, deferred: boolean, fix: string | null, cover: number, kev: boolean, epss: number | null, opened: string };

export type FindingPage = { total: number, facets: Array<Facet>, rows: Array<FindingRow> };

export type EventView = { at: string, kind: string, by: string, reason: string, until: string | null, frs: Array<number> };

export type ControlView = { id: string, title: string, status: string, expires: string | null, counts: boolean };

export type FindingDetail = { row: FindingRow, description: string, vectors: Array<VectorView>, chosen: number | null, cwes: Array<CweView>, because: Array<string>, secondary: Array<number>, srs: Array<RequirementLine>, exploit: string | null, events: Array<EventView>, controls: Array<ControlView>, asset: AssetRow, tickets: Array<TicketView> };

export type VectorView = { vector: string, source: string, version: string, score: string };

export type CweView = { id: string, name: string };

export type TicketView = { id: string, system: string, status: string, due: string | null, assignee: string };

export type Decision = { environment: string, findings: Array<string>, reason: string, note: string };

export type Change = { id: number, changed: number, unchanged: number };

export type ReportRequest = { environments: Array<string>, from: string, to: string, format: string, paper: string, language: string, classification: string, prepared_for: string, prepared_by: string };

export type ReportView = { id: string, title: string, environments: Array<string>, from: string, to: string, made: string, format: string, file: string, intact: boolean, pages: number | null, size: number, sha256: string, evidence_sha256: string };

export type Progress = { job: number, step: string, done: number, total: number };

export type AuditRow = { seq: number, at: string, actor: string, action: string, subject: string, detail: string, hash: string };

export type AuditPage = { total: number, intact: boolean, first_broken: number | null, head: string, rows: Array<AuditRow> };

export type ImportView = { dry_run: boolean, files: Array<ImportedFile>, environment: string | null };

export type ImportedFile = { file: string, kind: string, added: number, changed: number, unchanged: number, refused: Array<RefusedRow> };

export type RefusedRow = { at: string, reason: string };

export type Failure = { code: string, what: string, at: string, advice: string };
