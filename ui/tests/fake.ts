// A stand-in for the engine, for looking at pages and testing them. Its plant and numbers are made up and
// never reach the product: nothing under src may import it.
import { crc32, deflateSync } from 'node:zlib';
import type {
  AdviceList, AdviceRow, HandoverCheck, HandoverView, PreviewView, TrendView,
  ComparisonView, ComponentView, ComponentsView, DrawingView, LevelsPoint, MatrixView, RiskOutcome, RiskView, RiskWish, SystemView,
  AnswerWish, ConduitWish, ProfileEffect, ProfileValues, ProfileView, ProfileWish, CopiedAnswers, CopyWish, RequirementRow, RequirementsView, ZoneChange, ZoneWish,
  ApprovalWish, AssetPage, AssetRow, AssetSource, AssignWish, AuditPage, AuditRow, BackupCheck, BackupMade, BundleView, CellExplanation, Change, ColumnView, ControlRow,
  ControlWish, CoverWish, Decision, DoubtedFinding, EnvironmentView, Failure, FigureRow, FiguresView, FindingDetail, FindingPage, FindingRow,
  ImportView, ImportedFile, IntelImport, IntelStatus, KeptView, LevelCell, LevelRow, Levels, MatchDecision, MatchSummary, MitigationView, Network,
  NoteView, NoteWish, Overview, PatchesView, PlanAction, PlanAsk, PlanTried, PlanTry, PlanView, PlanWork, PlanWorkDone, Progress, PortfolioPlant, PortfolioSettings, PortfolioShown, PortfolioView, ProposedUpdate, Protection, Published, Query, ReasonPart, ReportRequest, ReportView, Restored, Review, ReviewGroup, Rules, ScenarioRow, ScenarioWish,
  StateWish, Status, Suggestion, SyncView, UpdateChange, UpdateOnAsset, UpdateRow, UpdateWish, Visit, WhatIf, WindowRow, ZonesView,
} from '../src/lib/api/types';

export type Scenario = {
  findings?: number; long?: boolean; first?: boolean; empty?: boolean; broken?: boolean; fails?: string[]; slow?: number;
  /** Points of the trend, today among them. */
  trend?: number;
  /** Pages of a preview. */
  pages?: number;
  /** Vendors besides those of the plant's assets. */
  vendors?: number;
  /** Other environments have zones too. */
  plants?: boolean;
  /** Every zone is at its target, so the plan is empty. */
  reached?: boolean;
  /** The handover package was changed after it was made. */
  tampered?: boolean;
  /** Zones of the plant: the one in the middle, or so many, line after line. */
  zones?: number;
  assets?: number;
  /** So many of whatever is listed besides zones. */
  lists?: number;
  /** The store is encrypted, and open. */
  encrypted?: boolean;
  /** It waits for its passphrase. */
  locked?: boolean;
  /** Who works here looks and reports only. */
  assessor?: boolean;
  /** Nothing is answered until it is let go, besides what the shell itself asks. */
  held?: boolean;
};
/** What the window asks before it shows any page. */
const shell = ['status', 'environments'];
/** What is of the method, not of the plant, so that no plant has more or less of it. */
const always = [...shell, 'levels', 'overview', 'zones', 'drawing', 'requirements', 'components', 'system', 'risk', 'profile', 'finding', 'component', 'figures', 'trend', 'audit', 'protection'];
/** An answer with so many of whatever it lists. */
const listed = (answer: unknown, n: number): unknown => {
  if (Array.isArray(answer)) return answer.some((one) => typeof one === 'object') ? answer.slice(0, n) : answer;
  if (typeof answer !== 'object' || answer === null) return answer;
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, name === 'total' || name === 'all' ? Math.min(Number(value), n) : listed(value, n)]));
};

const today = '2026-11-24';
const severities = ['critical', 'high', 'medium', 'low', 'none', 'unscored'];
const scores = ['9.8', '8.1', '5.9', '3.1', '0.0', null];
const random = (seed: number) => {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let x = Math.imul(s ^ (s >>> 15), 1 | s);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
};
const dayBefore = (n: number) => new Date(Date.parse(`${today}T00:00:00Z`) - n * 86400000).toISOString().slice(0, 10);

const zoneData: [string, string, string, boolean, number, number[]][] = [
  ['Z1', 'Enterprise services', '4', false, 0, [1, 1, 1, 1, 1, 1, 1]],
  ['Z2', 'Industrial DMZ', '3.5', false, 0, [2, 2, 2, 2, 3, 2, 2]],
  ['Z3', 'Site operations', '3', false, 0, [2, 2, 2, 2, 2, 2, 2]],
  ['Z4', 'Engineering workstations', '3', false, 1, [3, 3, 3, 2, 2, 2, 2]],
  ['Z5', 'Process control', '2', false, 0, [2, 2, 3, 1, 2, 2, 3]],
  ['Z6', 'Reactor line A', '1', false, 1, [2, 2, 3, 1, 3, 2, 3]],
  ['Z7', 'Reactor line B', '1', false, 1, [2, 2, 3, 1, 3, 2, 3]],
  ['Z8', 'Safety system', '1', true, 0, [3, 3, 3, 2, 3, 3, 3]],
  ['Z9', 'Tank farm telemetry', '1', false, 0, [1, 1, 2, 1, 2, 1, 2]],
];
const titles = [
  'Stack-based buffer overflow in the web server', 'Improper authentication in the programming interface', 'Cross-site scripting in the status page',
  'Denial of service by malformed packets', 'Cleartext transmission of credentials', 'Hard-coded key in the firmware update', 'Missing authorization for configuration download',
  'Path traversal in the project archive', 'Use of a broken hash for passwords', 'Out-of-bounds read in the protocol parser',
];
const products: [string, string, string][] = [
  ['Siemens', 'SIMATIC S7-1500 CPU 1516-3', 'V2.9.4'], ['Rockwell Automation', 'ControlLogix 5580', 'V33.011'], ['Schneider Electric', 'Modicon M580', 'SV3.20'],
  ['Moxa', 'EDS-408A', 'V3.11'], ['Microsoft', 'Windows Server', '2019'], ['HIMA', 'HIMax X-CPU 01', 'V10.2'], ['Phoenix Contact', 'AXC F 2152', '2022.0 LTS'],
];

const matrix: MatrixView = { likelihood: ['remote', 'unlikely', 'possible', 'likely', 'certain'], consequence: ['trivial', 'minor', 'moderate', 'major', 'critical'], meaning: [], ranks: ['low', 'medium', 'high'], cells: [[0, 0, 0, 0, 1], [0, 0, 0, 1, 1], [0, 0, 1, 1, 2], [0, 1, 1, 2, 2], [1, 1, 2, 2, 2]], tolerable: 0, agreed: false, tolerable_number: 4 };
const outcomes: RiskOutcome[] = [
  { initial: 2, needs_detail: true, unmitigated: 2, residual: 1, borne: 1, scenarios: 2, aid: [2, 0, 4, 0, 4, 0, 4], crrf: 5 },
  { initial: 0, needs_detail: false, unmitigated: null, residual: null, borne: 0, scenarios: 0, aid: null, crrf: null },
  { initial: null, needs_detail: null, unmitigated: null, residual: null, borne: 0, scenarios: 0, aid: null, crrf: null },
];
const approved = { at: '2026-05-20T09:00:00Z', by: 'a.novak', name: 'A. Weber', role: 'Plant manager', note: 'Minutes of 20 May' };
const systemOf = (zones: { id: string; name: string; target: number[] }[]): SystemView => ({
  texts: { purpose: 'Batch production of intermediates in two reactor lines with tank farm and a safety system of its own.', perimeter: 'Everything behind FW-01; the office network is outside.' },
  external: [{ id: 'X-01', kind: 'remote_access', name: 'Vendor VPN', party: 'Reactor supplier', zone: 'Z2', zone_name: 'Industrial DMZ', protocols: ['IPsec', 'RDP'], protected_by: 'Jump host, opened for each session', description: '' }, { id: 'X-02', kind: 'connection', name: 'Weather data', party: 'Met service', zone: 'Z1', zone_name: 'Enterprise services', protocols: ['HTTPS'], protected_by: '', description: '' }],
  matrix,
  risks: [...zones.map(({ id, name, target }, i) => ({ id, name, conduit: false, outside: i === 0, outcome: outcomes[i % 3]!, target, approved: i % 3 === 0 ? approved : null, changed: i % 3 === 2 ? null : '2026-05-12T08:00:00Z' })), { id: 'C2', name: 'DMZ to operations', conduit: true, outside: false, outcome: outcomes[0]!, target: null, approved: null, changed: null }],
  approvals: [approved],
  documented: [['ZCR 1', 'Identify the SUC', true, 'partly', 0, 1], ['ZCR 1.1', 'Identify the SUC perimeter and access points', false, 'partly', 1, 2], ['ZCR 2', 'Initial cyber security risk assessment', true, 'partly', 0, 1], ['ZCR 2.1', 'Perform initial cyber security risk assessment', false, 'partly', 6, 10], ['ZCR 5.1', 'Identify threats', false, 'present', 4, 4], ['ZCR 6.8', 'Tolerable risk', false, 'missing', 0, 1], ['ZCR 7.1', 'Attain asset owner approval', false, 'not_needed', 0, 0]].map(([id, title, group, held, done, of]) => ({ id: String(id), title: String(title), title_de: String(title), group: Boolean(group), held: String(held), done: Number(done), of: Number(of), lacking: id === 'ZCR 2.1' ? ['Engineering workstations', 'Reactor line B', 'Tank farm telemetry', 'Telemetry'] : [] })),
});
const both = (text: string) => ({ en: text, de: text });
const riskOf = (id: string): RiskView => ({
  id, name: zoneData.find(([z]) => z === id)?.[1] ?? 'DMZ to operations', conduit: id.startsWith('C'), kinds: ['control'], target: [2, 2, 3, 1, 2, 2, 3], matrix, initial: { likelihood: 3, consequence: 4 }, initial_note: 'Loss of containment in the worst case', reasons: ['', '', '', '', '', '', ''], outcome: outcomes[0]!, changed: '2026-05-12T08:00:00Z', changed_by: 'a.novak', approved: null,
  scenarios: [
    { threat: 'Ransomware that entered through the office network encrypts operator stations.', source: 'Organised crime', vulnerability: 'Shared accounts towards the office', consequence: 'Production stops for days', frs: [3, 5, 7], unmitigated: { likelihood: 3, consequence: 4 }, countermeasures: 'DMZ, offline backups', controls: ['CC-01'], residual: { likelihood: 1, consequence: 3 }, further: '' },
    { threat: 'A controller is stopped by malformed packets.', source: '', vulnerability: '', consequence: '', frs: [7], unmitigated: { likelihood: 2, consequence: 2 }, countermeasures: '', controls: [], residual: null, further: '' },
  ],
  starters: ['Malware comes in on a USB stick or a service laptop.', 'Commands in a protocol without authentication are forged or replayed.'].map((text, i) => ({ id: `s${i}`, frs: [3], threat: both(text), source: both('Nobody in particular'), vulnerability: both('Open ports'), consequence: both('Operator stations fail') })),
});
const componentsOf = (rows: LevelRow[]): ComponentsView => ({
  zones: rows.map((r, i) => ({ zone: r.zone, name: r.name, target: r.target, achieved: r.achieved, weakest: i % 2 ? [2, 2, 1, 1, 2, 2, 2] : [null, null, null, null, null, null, null], known: i % 2 ? 7 : 0, assets: 13, short: i % 2 ? [{ fr: 3, sl_c: 1, target: r.target[2] ?? 2, product: 'Moxa EDS-408A', tags: ['SW-102'], assets: 1, unmet: ['CR 3.4', 'NDR 3.10'] }] : [] })),
  rows: rows.length ? products.map(([vendor, product], i) => ({ asset: `A${i + 1}`, tags: [`PLC-${100 + i}`], assets: 18 - i, zones: rows.slice(i, i + 2).map((r) => r.name), component_type: ['embedded_device', 'host_device', 'network_device', 'software_application', ''][i % 5]!, product: `${vendor} ${product}`, sl_c: i < 3 ? [2, 2, 1, 1, 2, 2, 2] : [null, null, null, null, null, null, null], basis: ['certificate', 'self_declared', 'assessed', '', '', '', ''][i]!, certificate: i === 0 ? 'IC32-2024-1042' : '', certifier: '', valid_until: i === 0 ? '2026-06-30' : null, expired: i === 0, short: i === 2 ? [3] : [] })) : [],
});
/** A page of a report as a real PNG in grey: a head, lines like text, and a block that says which page it is. */
function pagePng(page: number, width: number, height: number): string {
  const rows = Buffer.alloc((width + 1) * height, 255);
  const fill = (x: number, y: number, w: number, h: number, grey: number) => {
    for (let r = Math.floor(y * height); r < (y + h) * height; r += 1) rows.fill(grey, r * (width + 1) + 1 + Math.floor(x * width), r * (width + 1) + 1 + Math.floor((x + w) * width));
  };
  fill(0.1, 0.06, 0.35 + (page % 4) * 0.08, 0.022, 40);
  for (let line = 0; line < 34; line += 1) if ((line + page) % 7) fill(0.1, 0.13 + line * 0.02, line % 5 === 4 ? 0.46 : 0.8, 0.007, 150);
  if (page % 3 === 1) fill(0.1, 0.35, 0.8, 0.24, 226);
  fill(0.1, 0.93, 0.02 * (1 + (page % 10)), 0.012, 90);
  for (let r = 0; r < height; r += 1) rows[r * (width + 1)] = 0;
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]).toString('base64');
}
/** Zones in rows of their level, conduits straight down: enough to look at; the engine lays real ones out. */
function drawingOf(rows: LevelRow[]): DrawingView {
  const levels = [...new Set(rows.map((r) => r.purdue))];
  const at = new Map(rows.map((r) => [r.zone, { x: 130 + rows.filter((o) => o.purdue === r.purdue).indexOf(r) * 228, y: 110 + levels.indexOf(r.purdue) * 160 }]));
  const link = (id: string, name: string, from: string, to: string, guarded: boolean, gap: number | null) => {
    const [a, b] = [at.get(from), at.get(to)];
    if (!a || !b) return [];
    const y = b.y - 36;
    return [{ id, external: false, name, protocols: ['OPC UA'], tag: { x: b.x + 30, y: y - 11, width: 128, height: 22 }, lines: [[[a.x + 94, a.y + 88], [a.x + 94, y], [b.x + 94, y]], [[b.x + 94, b.y], [b.x + 94, y]]] as [number, number][][], arrows: [false, !guarded], unprotected: !guarded, gap, assessed: gap !== null }];
  };
  return {
    width: 1040, height: 140 + levels.length * 160, by_hand: true, boundary: rows.length ? { x: 64, y: 250, width: 966, height: levels.length * 160 - 130 } : null,
    bands: levels.map((purdue, i) => ({ purdue, y: 110 + i * 160, height: 88 })),
    shapes: [
      ...(rows.length ? [{ id: 'X-01', external: true, remote: true, depth: 0, holds: false, area: { x: 130, y: 20, width: 188, height: 54 }, name: 'Vendor VPN', note: 'Reactor supplier', safety: false, traits: [], assets: 0, cells: [] }] : []),
      ...rows.map((r, i) => ({ id: r.zone, external: false, remote: false, depth: 0, holds: false, area: { ...at.get(r.zone)!, width: 188, height: 88 }, name: r.name, note: r.purdue, safety: r.safety, traits: i === 0 ? ['outside'] : [], assets: 13, cells: r.cells })),
    ],
    links: [...link('C1', 'Enterprise to DMZ', 'Z1', 'Z2', true, null), ...link('C2', 'DMZ to operations', 'Z2', 'Z3', true, 1), ...link('C3', 'Operations to control', 'Z3', 'Z5', true, null), ...link('C5', 'Telemetry', 'Z5', 'Z6', false, null)],
  };
}

export function makeFake(scenario: Scenario = {}) {
  const n = scenario.findings ?? 400;
  const rnd = random(7);
  let open = scenario.first !== true;
  let hasPlant = !scenario.empty;
  const long = (name: string) => (scenario.long ? `${name} (gemeinsam genutzte Hilfs- und Nebenanlagen der Abwasserbehandlungsbetriebe Nord, Baufeld 17)` : name);
  const lines = scenario.zones === 1 ? zoneData.slice(4, 5) : Array.from({ length: scenario.zones ?? 9 }, (_, i): (typeof zoneData)[0] => { const [, name, ...more] = zoneData[i % 9]!; return [`Z${i + 1}`, i < 9 ? name : `${name} ${Math.floor(i / 9) + 1}`, ...more]; });
  const zones = lines.map(([id, name, purdue, safety, depth, target]) => ({ id, name: long(name), purdue, safety, depth, target }));
  const assetCount = scenario.assets ?? 120;
  const environment: EnvironmentView = { id: 'E1', name: long('Riverbend chemical plant'), organisation: 'Riverbend Chemicals', zones: zones.length, assets: assetCount, findings: n };
  const environments: EnvironmentView[] = [environment, { id: 'E2', name: 'Pumping stations south', organisation: 'Riverbend Water', zones: scenario.plants ? 6 : 0, assets: scenario.plants ? 84 : 0, findings: scenario.plants ? 212 : 0 }, ...(scenario.plants ? [{ id: 'E3', name: 'Tank farm and loading, jetty 4', organisation: 'Riverbend Chemicals', zones: 4, assets: 40, findings: 96 }] : [])];

  const assets: AssetRow[] = Array.from({ length: assetCount }, (_, i) => {
    const zone = zones[i % zones.length]!;
    const [vendor, product, version] = products[i % products.length]!;
    const identified = i % 11 !== 3;
    return {
      id: `A${i + 1}`, tag: `${['PLC', 'HMI', 'SW', 'SRV', 'SIS', 'RTU'][i % 6]}-${String(100 + i)}`, name: long(`${zone.name.split(' ')[0]} ${['controller', 'operator station', 'switch', 'server', 'logic solver', 'telemetry unit'][i % 6]}`),
      zone: zone.id, zone_name: zone.name, identified,
      identities: (identified
        ? [{ layer: 'ot', kind: 'firmware', vendor, product, version }, { layer: 'ot', kind: 'hardware', vendor, product, version: 'FS:04' }, ...(i % 6 === 3 ? [{ layer: 'os', kind: 'operating_system', vendor: 'Microsoft', product: 'Windows Server 2019', version: '10.0.17763.5122' }] : []), ...(i % 4 === 0 ? [{ layer: 'network', kind: 'firmware', vendor: 'Moxa', product: 'NPort 5110', version: '' }] : [])]
        : i % 2 ? [] : [{ layer: 'ot', kind: 'hardware', vendor, product, version: '' }]).map((one) => ({ order_number: '', cpe: '', purl: '', ...one })),
      component_type: ['embedded_device', 'host_device', 'network_device', 'software_application', ''][i % 5]!, criticality: ['high', 'medium', 'low', ''][i % 4]!,
      lifecycle: ['active', 'end_of_support'][i % 7 === 0 ? 1 : 0]!, owner: 'Automation team', ip: `10.20.${i % 9}.${10 + i}`, mac: '', installed: null, gone: i % 31 === 7, serial: `SN-${48210 + i * 37}`, open: [0, 0, 0, 0, 0, 0],
    };
  });
  const reasonParts: ReasonPart[] = [
    { kind: 'names', values: { record: 'ICSA-26-071-03', product: 'SCALANCE XC208G EEC (6GK5208-0GA00-2FC2)', range: '<V4.5' } },
    { kind: 'inside', values: { version: 'V4.3' } },
  ];
  const intelSources = [
    { id: 'csaf', records: 1660, newest: '2026-11-20T06:00:00Z', last_success: '2026-11-23T08:12:00Z', age_days: 4, old: false },
    { id: 'kev', records: 1674, newest: '2026-08-21T17:46:43Z', last_success: '2026-08-22T08:12:00Z', age_days: 94, old: true },
    { id: 'nvd', records: 261751, newest: '2026-11-22T16:16:48Z', last_success: '2026-11-23T08:12:00Z', age_days: 1, old: false },
  ];
  const noMatches: MatchSummary = { dry_run: false, assets: 0, unidentified: 0, added: 0, present: 0, review: 0, clear: 0, contradicted: 0, withdrawn: 0, rejected: 0, change: null };
  const doubted: DoubtedFinding[] = [
    { id: 'F1', tag: 'PLC-100', vulnerability: 'CVE-2021-33012', why: 'withdrawn', source: 'nvd', record: 'CVE-2021-33012', reason: [], sentence: '' },
    { id: 'F2', tag: 'HMI-101', vulnerability: 'CVE-2022-38773', why: 'not_affected', source: 'csaf', record: 'SSA-482757', reason: [{ kind: 'names', values: { record: 'SSA-482757', product: 'SIMATIC S7-1500 CPU 1513-1 PN', range: '<V2.9.7' } }, { kind: 'outside', values: { version: 'V3.0.1' } }], sentence: '' },
  ];
  let network: Network = { proxy: null, ca_file: null, offline: false };
  let [locked, encrypted, actor, assessor, words] = [scenario.locked === true, scenario.locked === true || scenario.encrypted === true, 'm.keller', scenario.assessor === true, 'four plumb bobs'];
  const backup = { file: '/home/m.keller/Backups/plumbline-works-2026-11-24-091500.zip', made: '2026-11-24T09:15:00Z', rows: 1482, head: 'c0ffee'.repeat(10) + 'cafe', size: 48_217_600 };
  let portfolioAt: string | null = scenario.empty ? null : 'postgres://plumbline@db.riverbend.example/portfolio';
  const published: PortfolioPlant[] = Array.from({ length: scenario.findings === 10000 ? 1000 : 14 }, (_, i) => ({
    key: `riverbend/works-${i + 1}`, name: scenario.long ? `Niederlassung ${i + 1} der Riverbend Spezialchemie für Harze und Lösungsmittel` : `Works ${i + 1}`, organisation: i % 3 ? 'Riverbend Chemicals' : 'Riverbend Polymers',
    day: { as_of: dayBefore(i % 9), zones: 9 + (i % 5), below: Math.max(0, 8 - i), not_assessed: i % 2, gap: Math.max(0, 31 - 2 * i), open: 40 + ((i * 37) % 90), high: 3 + ((i * 5) % 14) },
  }));
  const checkWords = (given: unknown) => given === words || fail('wrong_passphrase', 'this is not the passphrase of the store in /home/m.keller/Plumbline; nothing was changed');
  const noFile: ImportedFile = { file: '', kind: '', added: 0, changed: 0, unchanged: 0, refused: [], remarks: [], change: null, source: '', columns: [], assets: [0, 0, 0], findings: [0, 0], closed: [], zones: [], targets: [], joined: [], conflicts: [], gone: [], tickets: [0, 0, 0], patches: [0, 0], answers: [0, 0, 0], reopened: [], again: [] };
  const listColumns: ColumnView[] = [
    { sheet: '', name: 'Betriebsmittelkennzeichen', field: 'tag', samples: ['=A1+K01', '=A1+K02', '=B2+M04'] },
    { sheet: '', name: 'Hersteller', field: 'vendor', samples: ['Siemens', 'Phoenix Contact', 'Moxa'] },
    { sheet: '', name: 'Typ', field: 'product', samples: ['SIMATIC S7-1500 CPU 1516F-3 PN/DP (6ES7516-3FN02-0AB0)', 'FL SWITCH 2208'] },
    { sheet: '', name: 'Stand', field: 'version', samples: ['V2.9.4', '4.10'] },
    { sheet: '', name: 'Bemerkung', field: null, samples: ['replaced 2021', '-'] },
  ];
  const assetSources: AssetSource[] = [
    { file: 'monitoring-export.csv', kind: 'assets', place: 'row 12', at: '2026-11-20T08:12:00Z', actor: 'm.keller', by: 'ip', values: { version: 'V2.9.4', vendor: 'Siemens', ip: '10.20.1.11' }, findings: 0 },
    { file: 'register.xlsx', kind: 'assets', place: 'Assets, row 5', at: '2026-06-30T08:12:00Z', actor: 'm.keller', by: 'tag', values: { version: 'V2.8', vendor: 'Siemens', owner: 'Automation team' }, findings: 0 },
  ];
  const decidedKeys = new Set<string>();
  const reviewGroups = ([['Rockwell Automation MicroLogix 1400 (1766-L32BWA) 15.001', 2], ['Schneider Electric Modicon M221 TM221CE24R V1.6.1.0', 1], ['Siemens SIMATIC S7-1200 CPU 1215C DC/DC/DC (6ES7215-1AG40-0XB0) V4.4.0', 23]] as const).map(([identity, n], i): ReviewGroup => ({
    key: `identity-${i}`, identity: String(identity), assets: Number(n), tags: ['PLC-TNK-11', 'PLC-TNK-12'].slice(0, Number(n)),
    matches: [
      { vulnerability: 'CVE-2017-7898', verdict: 'unknown', confidence: 0.4, level: 'low', source: 'csaf', record: 'ICSA-17-115-04', reason: [{ kind: 'names', values: { record: 'ICSA-17-115-04', product: '1766-L32BWA Series A and B', range: '<= 16.00' } }, { kind: 'other_series', values: {} }, { kind: 'inside', values: { version: '15.001' } }], sentence: '', settles: 'series' },
      { vulnerability: 'CVE-2015-6486', verdict: 'affected', confidence: 0.8, level: 'medium', source: 'nvd', record: 'CVE-2015-6486', reason: [{ kind: 'names', values: { record: 'CVE-2015-6486', product: 'micrologix 1400 firmware', range: '<= 15.002' } }, { kind: 'name_without_remarks', values: {} }, { kind: 'disagrees', values: { record: 'ICSA-15-300-03 (csaf)', affected: 'false' } }], sentence: '', settles: 'order_number' },
    ],
  }));
  const findings: FindingRow[] = Array.from({ length: n }, (_, i) => {
    const asset = assets[Math.floor(rnd() * assets.length)]!;
    const s = Math.min(5, Math.floor(rnd() ** 1.4 * 6));
    const state = rnd() < 0.62 ? 'open' : (['remediated', 'closed', 'excluded'][Math.floor(rnd() * 3)] ?? 'closed');
    const hasCve = rnd() > 0.08;
    const cve = `CVE-20${18 + (i % 8)}-${10000 + ((i * 7919) % 80000)}`;
    return {
      id: `F${i + 1}`, tier: 1 + Math.min(3, Math.floor(s * 0.9)), vuln: hasCve ? cve : null, title: hasCve && i % 6 === 5 ? cve : long(titles[i % titles.length]!), asset: asset.id, tag: asset.tag, zone: asset.zone, zone_name: asset.zone_name,
      state, severity: severities[s]!, score: scores[s] ?? null, attacker_class: 1 + Math.floor(rnd() * 5), frs: i % 23 === 0 ? [] : [1 + (i % 7), ...(i % 9 === 0 && i % 7 < 6 ? [7] : [])], rule: ['cwe', 'text', 'impact', 'override'][i % 4]!,
      triaged: state !== 'open' || rnd() < 0.7, deferred: state === 'open' && rnd() < 0.05, fix: rnd() < 0.55 ? dayBefore(20 + Math.floor(rnd() * 300)) : null, cover: rnd() < 0.2 ? 1 + Math.floor(rnd() * 2) : 0,
      kev: rnd() < 0.04, epss: hasCve ? Math.round(rnd() ** 6 * 1000) / 1000 : null, opened: dayBefore(Math.floor(rnd() * 600)), gone: i % 41 === 3,
      layer: ['ot', 'ot', 'os', 'network'][i % 4]!, assignee: i % 5 === 0 ? 'm.keller' : i % 7 === 0 ? 's.roth' : '', due: state === 'open' && i % 3 === 0 ? dayBefore((i % 40) - 20) : null, overdue: state === 'open' && i % 3 === 0 && i % 40 > 20, waiting: state === 'open' && i % 37 === 5,
    };
  });
  for (const f of findings) {
    const a = f.state === 'open' ? assets[Number(f.asset.slice(1)) - 1] : undefined;
    if (a) a.open[severities.indexOf(f.severity)]! += 1;
  }
  const why = new Map<string, string>();
  const audit: AuditRow[] = [];
  let changeCount = 0;
  const hash = (i: number) => Array.from({ length: 64 }, (_, k) => ((i * 31 + k * 17 + ((i * k) % 13)) % 16).toString(16)).join('');
  const log = (action: string, subject: string, detail: object) =>
    audit.unshift({ seq: audit.length + 1, at: `2026-11-24T0${Math.min(9, audit.length % 10)}:12:0${audit.length % 10}Z`, actor: 'm.keller', action, subject, detail: JSON.stringify(detail), hash: hash(audit.length + 1), change: action === 'change.undone' || audit[0]?.change === changeCount ? null : changeCount || null });
  log('store.created', 'store', { demo: true });
  log('plant.imported', 'E1', { files: 6, added: 540 });
  const profileDefault: ProfileValues = { name: 'default/1', medium_density: ['0.25', '0.1', '0.05', '0'], patching: ['0.5', '0.75', '0.9', '1'], compensation: ['0.25', '0.6', '0.9', '1'], triage: ['0.5', '0.8', '0.95', '1'], identified: ['0.5', '0.75', '0.9', '1'], freshness_days: [90, 60, 30, 14], patch_grace_days: 30, triage_grace_days: 14, evidence_only_cap: 2, costs: [['update', '2'], ['update_asset', '1'], ['stop', '4'], ['control', '6'], ['control_asset', '0.5'], ['verify', '2'], ['triage', '0.5'], ['triage_finding', '0.1'], ['identify', '0.5'], ['identify_asset', '0.5'], ['questionnaire', '1'], ['requirement', '1'], ['monitoring', '0.5']].map(([name, cost]) => ({ name: name!, cost: cost! })) };
  let profileNow = profileDefault;
  const given = new Map<string, { status: string; justification: string }>();
  const notes = new Map<string, NoteView[]>();
  let rules: Rules = { second_approval: true, due_days: [7, 30, 90, 0], teams: ['Automation', 'IT operations', ''] };
  let views: KeptView[] = [{ name: 'My open ones', text: '', facets: { state: ['open'], assignee: ['m.keller'] }, sort: '', descending: false }];
  const counted = (action: string, detail: object): Change => {
    changeCount += 1;
    undone.set(changeCount, []);
    log(action, '', detail);
    return { id: changeCount, changed: 1, unchanged: 0 };
  };
  function worked<W extends { findings: string[]; all: unknown }>(action: string, wish: W, work: (f: FindingRow, wish: W) => void): Change {
    const meant = findings.filter((f) => wish.all || wish.findings.includes(f.id));
    for (const f of meant) work(f, wish);
    return { ...counted(action, { findings: meant.map((f) => f.id).slice(0, 20) }), changed: meant.length };
  }
  const onAssets = (states: string[]): UpdateOnAsset[] => assets.slice(0, states.length).map((x, i) => ({ asset: x.id, tag: x.tag, zone: x.zone, zone_name: x.zone_name, installed: i % 2 ? 'V3.1.5' : 'V2.9.4', state: states[i]!, since: '2026-11-03T14:00:00Z', by: i % 2 ? 's.roth' : 'm.keller', note: i === 1 ? 'with the line stopped' : '', window: i < 3 ? 'W-01' : '', overdue: i === 0, age: 40 + i, steps: [] }));
  const updates: UpdateRow[] = scenario.empty ? [] : [
    { id: 'U-01', vendor: 'Siemens', product: 'SIMATIC S7-1500 CPU 1516-3 PN/DP', version: 'V3.1.5', released: '2026-09-09', link: 'https://cert-portal.siemens.com/productcert/html/ssa-592380.html', supplier: 'approved', description: 'Backup of the project first.', restart: true, findings: 22, open: 9, exploited: 1, assets: onAssets(['approved', 'installed', 'approved', 'available', 'not_applicable']), states: { approved: 2, installed: 1, available: 1, not_applicable: 1 }, age: 76, overdue: 1 },
  ];
  const windows: WindowRow[] = scenario.empty ? [] : [{ id: 'W-01', name: 'Autumn shutdown', starts: '2026-10-26', ends: '2026-10-30', zone: 'Z6', zone_name: 'Reactor line A', description: 'Nights only, 22:00 to 04:00', planned: 3, done: 1, past: true }, { id: 'W-02', name: 'Spring shutdown', starts: '2027-03-29', ends: '2027-04-02', zone: '', zone_name: '', description: '', planned: 0, done: 0, past: false }];
  const proposed: ProposedUpdate[] = [['Rockwell Automation', 'ControlLogix 5580', 12, 4, 1, 2], ['Schneider Electric', 'Modicon M340', 7, 3, 2, 0], ['Microsoft', 'Windows Server 2019', 31, 6, 2, 0]].map(([vendor, product, n, count, tier, exploited]) => ({ vendor: String(vendor), product: String(product), findings: findings.slice(0, Number(n)).map((f) => f.id), assets: Number(count), tier: Number(tier), exploited: Number(exploited) }));
  const controls: ControlRow[] = scenario.empty ? [] : [
    { id: 'CC-01', title: 'Deny the web interface at the zone firewall', description: 'The firewall between the control network and the cell lets only OPC UA through.', status: 'verified', expires: '2027-03-31', counts: true, zone: 'Z3', zone_name: 'Reactor line A', owner: 'A. Novak', srs: ['SR 5.1', 'SR 5.2'], review: '2027-01-15', open: 12, all: 14, due: '', history: [{ at: '2026-05-01T08:00:00Z', status: 'implemented' }, { at: '2026-06-12T08:00:00Z', status: 'verified' }], attachments: [{ sha256: hash(7), name: 'firewall-rules-2026-06.pdf', size: 183_211, at: '2026-06-12T08:00:00Z', by: 'a.novak', note: 'Export of the rules after the change' }] },
    { id: 'CC-02', title: 'Removable media only through the scanning station', description: '', status: 'implemented', expires: '2026-12-10', counts: true, zone: '', zone_name: '', owner: 'T. Wilk', srs: ['SR 3.2'], review: null, open: 3, all: 3, due: 'expiring', history: [{ at: '2026-02-01T08:00:00Z', status: 'implemented' }], attachments: [] },
    { id: 'CC-03', title: 'Remote maintenance is switched on by the control room for each session', description: '', status: 'draft', expires: null, counts: false, zone: 'Z1', zone_name: 'Enterprise services', owner: '', srs: ['SR 1.13'], review: null, open: 0, all: 0, due: '', history: [{ at: '2026-11-20T08:00:00Z', status: 'draft' }], attachments: [] },
  ];
  const undone = new Map<number, FindingRow[]>();
  const reports: ReportView[] = scenario.empty
    ? []
    : [
        { id: 'R2', kind: 'iec62443', title: 'IEC 62443 Report', environments: [environment.name], environment_ids: [environment.id], from: '2026-07-01', to: '2026-09-30', made: '2026-10-02T08:14:00Z', format: 'pdf', file: 'iec62443-riverbend-2026-09-30.pdf', intact: true, pages: 42, size: 1843200, sha256: hash(5), evidence_sha256: hash(6) },
        { id: 'R1', kind: 'iec62443', title: 'IEC 62443 Report', environments: [environment.name], environment_ids: [environment.id], from: '2026-04-01', to: '2026-06-30', made: '2026-07-03T10:40:00Z', format: 'json', file: 'iec62443-riverbend-2026-06-30.json', intact: false, pages: null, size: 412000, sha256: hash(7), evidence_sha256: hash(8) },
      ];
  const fingerprint = '3df5-ab2f-7e6f-0c8d-d309-6a8c-497d-6d12';
  let preview: PreviewView | null = null;
  const trendPoints = scenario.trend ?? 6;
  const progress = new Map<number, Progress>();
  const stopped = new Set<number>();
  let waiting: [command: string, go: () => void][] = [];

  const fail = (code: string, what: string, at = '', advice = ''): never => {
    throw { code, what, at, advice } satisfies Failure;
  };
  const untriaged = (zone: string, fr: number) => findings.filter((f) => f.zone === zone && f.state === 'open' && !f.triaged && f.frs.includes(fr)).length;
  const openOf = (zone: string, fr: number) => findings.filter((f) => f.zone === zone && f.state === 'open' && f.frs.includes(fr));

  let known: { size: number; at: number; as_of: string; rows: LevelRow[] } | null = null;
  function rows(as_of: string): LevelRow[] {
    if (known && known.at === changeCount && known.as_of === as_of) return known.rows;
    const r = random(Number(as_of.replaceAll('-', '').slice(2, 6)));
    const result = zones.map((z, zi): LevelRow => {
      const cells = z.target.map((target, i): LevelCell => {
        const noise = r();
        if (zi === 8) return { fr: i + 1, achieved: null, target, gap: null, basis: null, limiting: ['not_assessable'], open: openOf(z.id, i + 1).length };
        const assessed = zi === 7 || zi === 4;
        const base = Math.max(0, Math.min(assessed ? 4 : 2, target - Math.floor(noise * noise * 3.6)));
        const achieved = untriaged(z.id, i + 1) === 0 && zi === 5 ? Math.min(2, base + 1) : base;
        return { fr: i + 1, achieved, target, gap: Math.max(0, target - achieved), basis: assessed ? 'evidence+conformance' : 'evidence', limiting: achieved === 2 && !assessed ? ['evidence_only_cap'] : achieved === 0 ? ['exposure', 'triage'] : ['exposure'], open: openOf(z.id, i + 1).length };
      });
      const achieved = cells.map((c) => c.achieved);
      const level = achieved.some((a) => a === null) ? null : Math.min(...achieved.map((a) => a ?? 0));
      return { zone: z.id, name: z.name, purdue: z.purdue, safety: z.safety, depth: z.depth, conduit: false, level, target: z.target, achieved, vector: `{${achieved.map((a) => a ?? '-').join(' ')}}`, cells };
    });
    known = { size: 0, at: changeCount, as_of, rows: result };
    return result;
  }
  const rowOf = (zone: string, as_of: string) => rows(as_of).find((r) => r.zone === zone) ?? fail('not_found', `There is no zone ${zone}.`);

  function filtered<R extends object>(all: R[], q: Query, value: (row: R, facet: string) => string[], text: (row: R) => string, key: (row: R) => string | number) {
    const words = (q.text ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    const facets = Object.entries(q.facets ?? {}).filter(([, v]) => v.length);
    const hits = all.filter((r) => words.every((w) => text(r).toLowerCase().includes(w)) && facets.every(([name, v]) => value(r, name).some((x) => v.includes(x))));
    const by = [...hits].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
    if (q.descending) by.reverse();
    return by;
  }
  const facetsOf = <R extends object>(all: R[], names: string[], value: (row: R, facet: string) => string[], label: (name: string, v: string) => string) =>
    names.map((name) => {
      const counts = new Map<string, number>();
      for (const r of all) for (const v of value(r, name)) counts.set(v, (counts.get(v) ?? 0) + 1);
      return { name, values: [...counts].sort((a, b) => (name === 'severity' ? severities.indexOf(a[0]) - severities.indexOf(b[0]) : a[0].localeCompare(b[0]))).map(([v, count]) => ({ value: v, label: label(name, v), count })) };
    });
  const zoneName = (name: string, v: string) => (name === 'zone' ? (zones.find((z) => z.id === v)?.name ?? v) : v);
  const findingValue = (f: FindingRow, name: string): string[] =>
    name === 'fr' ? f.frs.map(String) : name === 'triaged' || name === 'kev' ? [String(f[name])] : name === 'fix' ? [String(f.fix !== null)] : [String(f[name as 'zone'])];
  const assetValue = (a: AssetRow, name: string): string[] => (name === 'vendor' ? [a.identities[0]?.vendor ?? ''] : [String(a[name as 'zone'])]);

  /** A long work in steps, that can be cancelled. */
  async function inSteps(job: number, steps: string[]) {
    for (const [i, step] of steps.entries()) {
      for (let done = 0; done < 5; done += 1) {
        if (stopped.has(job)) fail('cancelled', 'It was cancelled.');
        progress.set(job, { job, step, done: i * 5 + done, total: steps.length * 5 });
        await new Promise((ok) => setTimeout(ok, scenario.slow ?? 20));
      }
    }
  }
  // The plan: each cell below its target waits for one action, and some cells for an enabling one besides.
  let kept: { wish: ScenarioWish; at: string }[] = [];
  type Work = PlanAction & { lifts: [zone: string, fr: number][]; enables: [zone: string, fr: number][] };
  const decimal = (n: number) => String(Math.round(n * 100) / 100);
  const gapOf = (rs: LevelRow[], ask: PlanAsk) => rs.filter((r) => !ask.zones.length || ask.zones.includes(r.zone)).reduce((sum, r) => sum + r.cells.reduce((s, c) => s + (c.gap ?? 0), 0), 0);
  function works(ask: PlanAsk): Work[] {
    const all = new Map<string, Work>();
    const zone = (id: string) => ({ id, name: zones.find((z) => z.id === id)!.name });
    const at = (id: string, kind: string, more: Partial<Work>): Work => {
      if (!all.has(id)) all.set(id, { id, kind, status: '', control: '', vendor: '', product: '', zones: [], fr: null, findings: [], findings_total: 0, tags: [], assets: 0, stops: 0, requirements: [], cost: '0', milestone: 0, effects: [], needed: [], lifts: [], enables: [], ...more });
      return all.get(id)!;
    };
    for (const r of scenario.reached ? [] : rows(ask.as_of ?? today)) {
      if (ask.zones.length && !ask.zones.includes(r.zone)) continue;
      for (const c of r.cells) {
        if (!c.gap || (r.zone === 'Z2' && c.fr === 7)) continue;
        const plc = ['Z5', 'Z6', 'Z7'].includes(r.zone);
        const work =
          c.fr === 3 || c.fr === 7 ? at(`patch-${plc ? 'plc' : 'server'}`, 'patch', plc ? { vendor: 'Siemens', product: 'SIMATIC S7-1500 CPU 1516-3', stops: 3 } : { vendor: 'Microsoft', product: 'Windows Server 2019' })
          : c.fr === 1 || c.fr === 2 ? (r.zone === 'Z3' ? at('verify-CC-02', 'verify', { control: 'CC-02' }) : at(`control-${r.zone}`, 'control', { status: r.zone === 'Z4' ? 'verified' : 'implemented' }))
          : c.fr === 5 ? at(`assess-${r.zone}-5`, 'assess', { fr: 5, requirements: ['SR 5.1', 'SR 5.2', 'SR 5.3'] })
          : at(`triage-${r.zone}`, 'triage', {});
        if (!work.zones.some((z) => z.id === r.zone)) work.zones.push(zone(r.zone));
        work.lifts.push([r.zone, c.fr]);
        if (work.kind !== 'assess') {
          const about = openOf(r.zone, c.fr).map((f) => f.id).filter((id) => !work.findings.includes(id));
          work.findings_total += about.length;
          work.findings = [...work.findings, ...about].slice(0, 20);
        }
        if (r.zone === 'Z7' || r.zone === 'Z4') {
          const round = at(`identify-${r.zone}`, 'identify', { zones: [zone(r.zone)], tags: assets.filter((a) => a.zone === r.zone).slice(0, 2).map((a) => a.tag), assets: 2 });
          round.enables.push([r.zone, c.fr]);
        }
      }
    }
    if (all.size) at('update_monitoring', 'update_monitoring', {}).enables.push(...[...all.values()].flatMap((w) => w.lifts).slice(0, 2));
    for (const w of all.values()) {
      if (w.kind === 'patch' || w.kind === 'control') {
        const there = assets.filter((a) => w.zones.some((z) => z.id === a.zone)).slice(0, w.kind === 'patch' ? 9 : 4);
        w.assets = there.length;
        w.tags = there.slice(0, 6).map((a) => a.tag);
      }
      w.cost = decimal({ patch: 2 + w.assets + w.stops * 4, control: 6 + w.assets / 2 + (w.status === 'verified' ? 2 : 0), verify: 2, triage: 0.5 + w.findings_total / 10, identify: 0.5 + w.assets / 2, assess: 1 + w.requirements.length, update_monitoring: 0.5 }[w.kind] ?? 1);
    }
    // What enables comes first; then what brings most for its cost.
    return [...all.values()].sort((a, b) => Number(b.enables.length > 0) - Number(a.enables.length > 0) || b.lifts.length / Number(b.cost) - a.lifts.length / Number(a.cost) || a.id.localeCompare(b.id));
  }
  /** The heat map with the actions that are on done. */
  function done(ask: PlanAsk, on: (w: Work) => boolean, verified: string[] = []): LevelRow[] {
    const all = works(ask);
    const reached = (list: [string, number][], id: string, fr: number) => list.some(([z, f]) => z === id && f === fr);
    return rows(ask.as_of ?? today).map((r) => {
      const cells = r.cells.map((c) => {
        const lifted = all.some((w) => reached(w.lifts, r.zone, c.fr) && (on(w) || (w.kind === 'control' && verified.length > 0))) && all.every((w) => on(w) || !reached(w.enables, r.zone, c.fr));
        return scenario.reached && c.achieved !== null ? { ...c, achieved: Math.max(c.target, c.achieved), gap: 0 } : lifted ? { ...c, achieved: c.target, gap: 0, limiting: [] } : c;
      });
      const achieved = cells.map((c) => c.achieved);
      return { ...r, cells, achieved, level: achieved.some((a) => a === null) ? null : Math.min(...achieved.map((a) => a ?? 0)), vector: `{${achieved.map((a) => a ?? '-').join(' ')}}` };
    });
  }
  const costOf = (list: Work[]) => decimal(list.reduce((sum, w) => sum + Number(w.cost), 0));
  const told = ({ lifts: _lifts, enables: _enables, ...action }: Work): PlanAction => action;
  function planOf(ask: PlanAsk): PlanView {
    const all = works(ask);
    const before = done(ask, () => false);
    const after = done(ask, () => true);
    const lift = (from: LevelRow[], to: LevelRow[]) => to.flatMap((r, i) => r.cells.flatMap((c, k) => (from[i]!.cells[k]!.achieved === c.achieved ? [] : [{ zone: r.zone, fr: c.fr, from: from[i]!.cells[k]!.achieved, to: c.achieved }])));
    const milestones: PlanView['milestones'] = [];
    let stood = before;
    all.forEach((w, i) => {
      const then = done(ask, (x) => all.findIndex((y) => y.id === x.id) <= i);
      w.effects = lift(stood, then);
      w.needed = w.effects.length ? [] : lift(done(ask, (x) => x.id !== w.id), after);
      w.milestone = milestones.length + 1;
      if (w.effects.length && (i % 2 || i === all.length - 1)) milestones.push({ number: w.milestone, cost: costOf(all.slice(0, i + 1)), gap: gapOf(then, ask), moved: [] });
      stood = then;
    });
    return {
      environment: ask.environment, as_of: ask.as_of ?? today, actions: all.map(told), milestones, before, after, gap: gapOf(before, ask), gap_after: gapOf(after, ask), cost: costOf(all), exact: all.length < 6,
      unreachable: [
        ...after.filter((r) => r.zone === 'Z2' && (r.cells[6]!.gap ?? 0) > 0).map((r) => ({ zone: r.zone, zone_name: r.name, fr: 7, target: r.target[6]!, reachable: r.achieved[6]!, reason: 'exposure', findings: openOf(r.zone, 7).slice(0, 5).map((f) => f.id), findings_total: openOf(r.zone, 7).length })),
        ...after.filter((r) => r.zone === 'Z9' && !scenario.reached).flatMap((r) => r.cells.map((c) => ({ zone: r.zone, zone_name: r.name, fr: c.fr, target: c.target, reachable: null, reason: 'no_assets', findings: [], findings_total: 0 }))),
      ],
      controls: controls.filter((c) => c.status === 'draft' || c.status === 'implemented').map((c) => ({ id: c.id, title: c.title, status: c.status })),
    };
  }
  const tryOut = (t: PlanTry): PlanTried => {
    const rs = done(t.ask, (w) => t.actions.includes(w.id), t.verified);
    return { rows: rs, gap: gapOf(rs, t.ask), cost: costOf(works(t.ask).filter((w) => t.actions.includes(w.id))) };
  };
  const scenarioOf = (wish: ScenarioWish, at: string): ScenarioRow => {
    const { rows: rs, gap, cost } = tryOut(wish.tried);
    return { name: wish.name, note: wish.note, at, by: at && 'm.keller', actions: works(wish.tried.ask).filter((w) => wish.tried.actions.includes(w.id)).map(told), verified: wish.tried.verified, cost, gap, reached: rs.filter((r) => r.cells.every((c) => c.gap === 0)).length, rows: rs };
  };
  const wholePlant = (as_of: unknown): PlanAsk => ({ environment: 'E1', as_of: as_of ? String(as_of) : null, zones: [], job: 0 });
  if (!scenario.empty && !scenario.reached) {
    const ask = wholePlant(null);
    kept = [{ wish: { tried: { ask, actions: works(ask).filter((w) => w.kind !== 'patch').map((w) => w.id), verified: ['CC-03'] }, name: 'Without a shutdown', note: 'For the meeting of 3 December' }, at: '2026-11-20T14:05:00Z' }];
  }
  const commands: Record<string, (args: Record<string, unknown>) => unknown> = {
    status: (): Status => ({ version: '0.1.0', store: open && !locked ? '/home/m.keller/Plumbline' : null, proposed_store: '/home/m.keller/Plumbline', actor, assessor, offline: network.offline, encrypted, locked, today, demo: hasPlant }),
    unlock: (a) => {
      checkWords(a['passphrase']);
      locked = false;
      [actor, assessor] = [String(a['name']), a['assessor'] === true];
      return commands['status']!({});
    },
    lock: () => (locked = encrypted),
    active: () => null,
    lock_when_idle: () => locked,
    work_as: (a) => {
      if (assessor && encrypted) checkWords(a['passphrase']);
      [actor, assessor] = [String(a['name']), a['assessor'] === true];
      return commands['status']!({});
    },
    portfolio_settings: (): PortfolioSettings => ({ address: portfolioAt, keyring: true, password: portfolioAt !== null }),
    keep_portfolio: (a) => {
      const text = a['address'] === null ? null : String(a['address']);
      if (text !== null && /:[^/@]+@/.test(text)) fail('usage', 'an address carries no password');
      portfolioAt = text;
      return commands['portfolio_settings']!({});
    },
    portfolio: (): PortfolioView => ({
      address: String(portfolioAt), as_of: today, plants: scenario.empty ? [] : published,
      months: Array.from({ length: 24 }, (_, i) => ({ plants: 4 + Math.floor(i / 3), day: { ...published[0]!.day, as_of: new Date(Date.UTC(2024, 12 + i, 0)).toISOString().slice(0, 10), gap: 160 - i * 3 + ((i * 7) % 11), open: 900 - i * 12, high: 210 - i * 5 } })),
    }),
    portfolio_plant: (a): PortfolioShown => {
      const plant = published.find((p) => p.key === a['key']) ?? published[0]!;
      return {
        plant, method: 'plumbline-sl/1', profile: 'default/1', evidence_sha256: hash(11), made: '2026-11-24T09:00:00Z', published_by: 's.roth',
        zones: zoneData.map(([id, name, , , , target], z) => ({ id, name, target: target as PortfolioShown['zones'][number]['target'], achieved: target.map((level, fr) => (z === 8 ? null : Math.max(0, level - ((z + fr) % 4 === 3 ? 2 : (z * fr) % 3 === 2 ? 1 : 0)))) as PortfolioShown['zones'][number]['achieved'] })),
        days: [0, 1, 2].map((n) => ({ ...plant.day, as_of: dayBefore(n * 30), gap: plant.day.gap + n * 3 })),
      };
    },
    publish: async (a): Promise<Published> => {
      await inSteps(Number(a['job']), ['connect', 'publish']);
      return { address: String(portfolioAt), plants: 1, added: 1, changed: 0, unchanged: 2 };
    },
    people: () => ['m.keller', 'a.novak', 's.roth'],
    protection: (): Protection => ({ encrypted, keyring: true, remembered: false, kept: 5, backups: scenario.empty ? [] : [{ ...backup, encrypted, file: '/home/m.keller/Plumbline/backups/plumbline-before-version-8.zip', made: '2026-11-02T08:00:00Z' }] }),
    encrypt: (a) => {
      [encrypted, words] = [true, String(a['passphrase'])];
      return commands['status']!({});
    },
    decrypt: (a) => {
      checkWords(a['passphrase']);
      encrypted = false;
      return commands['status']!({});
    },
    change_passphrase: (a) => {
      checkWords(a['old']);
      words = String(a['new']);
      return null;
    },
    remember_passphrase: () => null,
    back_up: async (a): Promise<BackupMade> => {
      await inSteps(Number(a['job']), ['backup']);
      return { backup: { ...backup, encrypted }, removed: [] };
    },
    check_backup: (): BackupCheck => ({ backup: { ...backup, encrypted }, opened: !encrypted }),
    restore_backup: async (a): Promise<Restored> => {
      if (!a['again']) fail('store_sealed', 'the backup is encrypted; give the passphrase it was made with', backup.file);
      checkWords(a['passphrase']);
      await inSteps(Number(a['job']), ['restore']);
      [open, locked, encrypted] = [true, false, true];
      return { backup: { ...backup, encrypted: true }, before: '/home/m.keller/Plumbline/backups/plumbline-before-restore.zip' };
    },
    create_store: (a) => {
      open = true;
      hasPlant = a['demo'] === true;
      return commands['status']!({});
    },
    add_demo: () => {
      hasPlant = true;
      return commands['status']!({});
    },
    environments: () => (hasPlant ? environments : []),
    overview: (a): Overview => {
      const rs = rows(String(a['as_of'] ?? today));
      const cells = rs.flatMap((r) => r.cells);
      const openNow = findings.filter((f) => f.state === 'open');
      return {
        environment: 'E1', name: environment.name, as_of: String(a['as_of'] ?? today), cells: [cells.filter((c) => c.gap === 0).length, cells.filter((c) => (c.gap ?? 0) > 0).length, cells.filter((c) => c.gap === null).length],
        below: rs.filter((r) => r.cells.some((c) => (c.gap ?? 0) > 0)).map((r) => ({ zone: r.zone, name: r.name, frs: r.cells.filter((c) => (c.gap ?? 0) > 0).map((c) => c.fr), gap: r.cells.reduce((s, c) => s + (c.gap ?? 0), 0), level: r.level })).sort((x, y) => y.gap - x.gap),
        open: severities.map((s) => openNow.filter((f) => f.severity === s).length) as Overview['open'], exploited: openNow.filter((f) => f.kev).length, untriaged: openNow.filter((f) => !f.triaged).length, gone: openNow.filter((f) => f.gone).length, feed_age: 6,
        identified: [assets.filter((x) => x.identified).length, assets.length], trend: Array.from({ length: 14 }, (_, i) => ({ day: new Date(Date.UTC(2025, 10 + i, 0)).toISOString().slice(0, 10), high: 60 + ((i * 17) % 31), medium: 80 + ((i * 11) % 23), low: 30 + ((i * 7) % 13) })),
        changed: [21, 14, 6, 3], next: { kind: 'triage', zone: zones[5]?.id ?? 'Z5', zone_name: (zones[5] ?? zones[0]!).name, touches: 9, gap: [8, 4] }, last_report: '2026-09-30',
      };
    },
    plan: async (a): Promise<PlanView> => {
      const ask = a['ask'] as PlanAsk;
      await inSteps(ask.job, ['plan']);
      return planOf(ask);
    },
    try_plan: (a): PlanTried => tryOut(a['tried'] as PlanTry),
    scenarios: (a): ScenarioRow[] => (a['environment'] !== 'E1' || !hasPlant ? [] : [scenarioOf({ tried: { ask: wholePlant(a['as_of']), actions: [], verified: [] }, name: '', note: '' }, ''), ...kept.map((k) => scenarioOf(k.wish, k.at))]),
    keep_scenario: (a): Change => {
      const wish = a['wish'] as ScenarioWish;
      kept = [...kept.filter((k) => k.wish.name !== wish.name), { wish, at: `${today}T09:00:00Z` }];
      return counted('scenario.kept', { name: wish.name });
    },
    remove_scenario: (a): Change => {
      kept = kept.filter((k) => k.wish.name !== a['name']);
      return counted('scenario.removed', { name: a['name'] });
    },
    carry_out_plan: (a): PlanWorkDone => {
      const w = a['work'] as PlanWork;
      const meant = works(w.ask).filter((x) => w.actions.includes(x.id));
      return { tickets: w.tickets ? meant.filter((x) => x.findings_total).map((_, i) => `T-${i + 1}`) : [], updates: w.updates ? meant.filter((x) => x.kind === 'patch').map((_, i) => `U-0${i + 2}`) : [], change: counted('plan.carried', w) };
    },
    advice: (): AdviceList => {
      const row = (kind: string, more: Partial<AdviceRow>): AdviceRow => ({ kind, component_type: 'embedded_device', vendor: '', product: '', assets: 2, tags: ['PLC-01', 'PLC-02'], findings: 3, finding_ids: ['F0001', 'F0002', 'F0003'], zones: ['Z6'], exploited: 1, high: 2, unfixed: 1, srs: ['SR 1.1', 'SR 3.2'], mitigations: [], text: '', said: 0, sources: [], by_cve_only: false, ...more });
      const from = (n: number) => ({ said: n, sources: Array.from({ length: Math.min(n, 20) }, (_, i) => ({ publisher: 'CISA', advisory: `ICSA-26-${100 + i}-01`, url: i ? '' : 'https://example.com/advisory' })) });
      const rows = [
        row('vendor_fix', { vendor: 'Siemens', product: 'SIMATIC S7-1500 CPU 1516-3', text: 'Update to V3.1.0 or later', ...from(1) }),
        row('mitigation', { component_type: '', assets: 31, findings: 64, text: `Restrict access to port 102/tcp to <b>trusted</b> addresses. ${'Keep control networks apart from the office. '.repeat(9)}`, ...from(26), mitigations: [{ id: 'M0807', name: 'Network Allowlists' }] }),
        row('replace', { vendor: 'Rockwell Automation', product: 'MicroLogix 1400', findings: 0, finding_ids: [], exploited: 0, high: 0, unfixed: 0, srs: [] }),
        row('workaround', { vendor: 'Moxa', product: 'EDS-408A', component_type: 'network_device', text: 'Switch the web server off', by_cve_only: true, ...from(1) }),
        row('no_fix', { vendor: 'HIMA', product: 'HIMax X-CPU 01', text: 'No fix is planned', ...from(1) }),
        row('protect', { component_type: 'unknown', mitigations: [{ id: 'M0804', name: 'Human User Authentication' }] }),
      ];
      return { rows: scenario.empty ? [] : rows, total: scenario.empty ? 0 : rows.length + 40, notice: '© The MITRE Corporation.' };
    },
    levels: (a): Levels => ({
      environment: 'E1', as_of: String(a['as_of'] ?? today), period_from: '2026-08-24', earliest: '2025-06-02', method: 'plumbline-sl/1', profile: 'default/1', last_update: String(a['as_of'] ?? today) < '2026-11-18' ? new Date(Date.parse(String(a['as_of'])) - 4 * 86400000).toISOString().slice(0, 10) : '2026-11-18', rows: hasPlant && a['environment'] === 'E1' ? rows(String(a['as_of'] ?? today)) : [],
      warnings: [{ code: 'unscored', finding: 'F12', text: 'Finding has no severity and counts as high:' }, { code: 'cvss_unreadable', finding: 'F31', text: 'A CVSS vector could not be read and was skipped:' }],
    }),
    explain_cell: (a): CellExplanation => {
      const zone = String(a['zone']);
      const fr = Number(a['fr']);
      const row = rowOf(zone, String(a['as_of'] ?? today));
      const cell = row.cells[fr - 1]!;
      const list = openOf(zone, fr).sort((x, y) => severities.indexOf(x.severity) - severities.indexOf(y.severity));
      const assessed = cell.basis === 'evidence+conformance';
      return {
        zone, zone_name: row.name, fr, cell, evidence: cell.achieved, conformance: assessed ? 3 : null,
        factors: cell.achieved === null ? [] : [
          { name: 'exposure', value: cell.achieved, limiting: cell.limiting.includes('exposure'), count: null, thresholds: null },
          { name: 'patching', value: 3, limiting: false, count: [19, 21], thresholds: ['0.50', '0.75', '0.90', '1'] },
          { name: 'compensation', value: 4, limiting: false, count: [0, 0], thresholds: ['0.25', '0.60', '0.90', '1'] },
          { name: 'triage', value: Math.max(1, cell.achieved ?? 0), limiting: cell.limiting.includes('triage'), count: [7, 9], thresholds: ['0.50', '0.80', '0.95', '1'] },
          { name: 'assurance', value: 3, limiting: false, count: [11, 12], thresholds: ['0.50', '0.75', '0.90', '1'] },
          { name: assessed ? 'conformance' : 'evidence_only_cap', value: assessed ? 3 : 2, limiting: cell.limiting.includes('evidence_only_cap'), count: null, thresholds: null },
        ],
        days_since_update: 6, freshness_days: [90, 60, 30, 14], findings: list.slice(0, 50), findings_total: list.length,
        unsatisfied: assessed ? [{ id: 'SR 3.1 RE(1)', title: 'Cryptographic integrity protection', title_de: 'Kryptografischer Integritätsschutz', sl: 3, status: 'not_met' }, { id: 'SR 3.4', title: 'Software and information integrity', title_de: 'Integrität von Software und Informationen', sl: 1, status: 'not_assessed' }] : [],
        capability: fr % 2 ? 1 : null, components: fr % 2 ? [7, 13] : [0, 13],
        levers: cell.achieved === null ? [] : [{ kind: 'patch', touches: 4, alone: cell.achieved }, { kind: 'control', touches: 3, alone: Math.min(4, cell.achieved + 1) }, { kind: 'triage', touches: 2, alone: cell.achieved }, { kind: 'assess', touches: 11, alone: cell.achieved }],
      };
    },
    what_if: (a): WhatIf => {
      const row = rowOf(String(a['zone']), String(a['as_of'] ?? today));
      const cell = row.cells[Number(a['fr']) - 1]!;
      const achieved = cell.achieved === null ? null : Math.min(4, cell.achieved + (a['levers'] as string[]).length);
      return { achieved, limiting: achieved === 4 ? [] : ['triage'], zone: row.achieved.map((v, i) => (i === cell.fr - 1 ? achieved : v)) };
    },
    zones: (a): ZonesView => ({
      zones: a['environment'] !== 'E1' ? [] : rows(String(a['as_of'] ?? today)).map((r, i) => ({ id: r.zone, name: r.name, parent: r.depth ? zones[i - 1]!.id : null, depth: r.depth, purdue: r.purdue, safety: r.safety, description: i % 2 ? 'Control and monitoring of the process, with its operator stations.' : '', assets: assets.filter((x) => x.zone === r.zone).length, open: findings.filter((f) => f.zone === r.zone && f.state === 'open').length, target: r.target, achieved: r.achieved, level: r.level, targets: i % 3 ? [] : [{ at: '2026-05-12T08:00:00Z', by: 'a.novak', target: r.target, reason: 'Detailed risk assessment of 12 May, scenario 4' }], traits: i === 0 ? ['business', 'outside'] : i === 8 ? ['wireless'] : [], characteristics: i === 4 ? ({ accountable: 'Automation team, M. Keller', logical_boundary: 'FW-03, VLAN 40 to 44' } as Record<string, string>) : ({} as Record<string, string>) })),
      conduits: [['C1', 'Enterprise to DMZ', 0, 1, ['HTTPS'], 'Firewall FW-01, deny by default'], ['C2', 'DMZ to operations', 1, 2, ['OPC UA', 'RDP'], 'Firewall FW-02 with jump host'], ['C3', 'Operations to control', 2, 4, ['OPC UA', 'S7comm'], 'Firewall FW-03'], ['C4', 'Control to safety', 4, 7, ['Modbus/TCP'], 'Read-only gateway'], ['C5', 'Telemetry', 4, 8, ['IEC 60870-5-104'], '']].filter(([, , from, to]) => zones[Number(from)] && zones[Number(to)]).map(([id, name, from, to, protocols, by]) => ({ id: String(id), name: String(name), from: zones[Number(from)]!.name, from_zone: zones[Number(from)]!.id, to: zones[Number(to)]!.name, to_zone: zones[Number(to)]!.id, protocols: protocols as string[], protected_by: String(by), zones: [...new Set([from, to, ...(id === 'C3' ? [5] : [])])].map((z) => ({ id: zones[Number(z)]!.id, name: zones[Number(z)]!.name })), direction: id === 'C4' ? 'outward' : 'both', guards: id === 'C2' ? ['FW-02A', 'FW-02B'] : [], assets: id === 'C2' ? 2 : 0, open: id === 'C2' ? 3 : 0, target: id === 'C2' ? [2, 2, 2, 1, 3, 2, 2] : null, achieved: id === 'C2' ? [2, 2, 1, 1, 2, 2, 2] : [], level: id === 'C2' ? 1 : null, targets: [], characteristics: {} })),
    }),
    assets: (a): AssetPage => {
      const q = a['query'] as Query;
      if (q.environment !== 'E1') return { total: 0, facets: [], rows: [] };
      const key = (r: AssetRow) => (q.sort === 'open' ? r.open.map((n) => String(n).padStart(8, '0')).join('') : q.sort === 'product' ? (r.identities[0]?.product ?? '') : String(r[q.sort as 'tag'] ?? ''));
      const hits = filtered(assets, q, assetValue, (r) => `${r.tag} ${r.name} ${r.zone_name} ${r.identities.map((i) => `${i.vendor} ${i.product}`).join(' ')}`, key);
      return { total: hits.length, facets: facetsOf(assets, ['zone', 'vendor', 'component_type', 'criticality', 'identified'], assetValue, zoneName).map((f) => (f.name === 'vendor' ? { ...f, values: [...f.values, ...Array.from({ length: scenario.vendors ?? 0 }, (_, i) => ({ value: `Supplier ${i + 1}`, label: `Supplier ${i + 1}`, count: 1 + (i % 5) }))] } : f)), rows: hits.slice(q.offset ?? 0, (q.offset ?? 0) + (q.limit ?? 100)) };
    },
    findings: (a): FindingPage => {
      const q = a['query'] as Query;
      if (q.environment !== 'E1') return { total: 0, facets: [], rows: [] };
      const key = (r: FindingRow) => (q.sort === 'severity' ? -severities.indexOf(r.severity) : !q.sort ? severities.indexOf(r.severity) : q.sort === 'attacker_class' ? r.attacker_class : q.sort === 'epss' ? (r.epss ?? -1) : String(r[q.sort as 'title'] ?? ''));
      const hits = filtered(findings, q, findingValue, (r) => `${r.vuln} ${r.title} ${r.tag} ${r.zone_name}`, key);
      return { total: hits.length, facets: facetsOf(findings, ['zone', 'fr', 'state', 'tier', 'severity', 'triaged', 'kev', 'fix', 'layer', 'assignee'], findingValue, zoneName), rows: hits.slice(q.offset ?? 0, (q.offset ?? 0) + (q.limit ?? 100)) };
    },
    finding: (a): FindingDetail => {
      const row = findings.find((f) => f.id === a['id']) ?? fail('not_found', `There is no finding ${String(a['id'])}.`, '', 'Go back to the table and open it again.');
      const asset = assets[Number(row.asset.slice(1)) - 1]!;
      return {
        tier_because: ['kev', 'high', 'network'], notes: notes.get(row.id) ?? [{ at: '2026-11-19T10:22:00Z', by: 's.roth', text: 'The cell firewall serves SR 5.1 here; asked the integrator for the date of the update.', srs: [{ id: 'SR 5.1', title: 'Network segmentation', title_de: 'Netzwerksegmentierung', sl: 1, status: '' }] }],
        request: row.waiting ? { at: '2026-11-21T08:00:00Z', by: 's.roth', reason: 'Only reachable from the engineering station, which is locked away.', until: '2027-03-31', own: false } : null,
        updates: [{ id: 'U-01', title: 'Siemens SIMATIC S7-1500 V3.1.5', state: 'approved' }], attachments: [], reported: [{ file: 'cell-2-2026-11.nessus', kind: 'nessus', at: '2026-11-18T06:10:00Z', check: '97833' }], origin: row.kev ? { at: `${row.opened}T07:30:00Z`, source: 'csaf', record: 'ICSA-26-071-03', confidence: 0.97, level: 'high', identity: `${asset.identities[0]?.vendor ?? ''} ${asset.identities[0]?.product ?? ''}`, reason: reasonParts, sentence: '' } : null,
        row, asset, description: 'A remote attacker can send a crafted request to the device, which leads to a write past the end of a buffer on the stack and may stop the device or run code on it.',
        vectors: row.score && row.score !== '0.0' ? [{ vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', source: 'primary', version: '3.1', score: row.score }, { vector: 'AV:N/AC:L/Au:N/C:P/I:P/A:P', source: 'secondary', version: '2.0', score: '7.5' }] : [], chosen: row.score ? 0 : null,
        cwes: [{ id: 'CWE-121', name: 'Stack-based Buffer Overflow' }], because: row.rule === 'text' ? ['denial of service +3', 'malformed +1'] : ['CWE-121 → CWE-787'], secondary: [7],
        srs: [{ id: 'SR 3.5', title: 'Input validation', title_de: 'Eingabevalidierung', sl: 1, status: 'not_assessed' }], exploit: row.kev ? 'active' : 'poc',
        events: [{ at: `${row.opened}T07:30:00Z`, kind: 'opened', by: '', reason: '', until: null, frs: [] }, ...(row.triaged ? [{ at: '2026-11-20T09:12:00Z', kind: 'acknowledged', by: 'm.keller', reason: why.get(row.id) ?? 'in_work: part ordered', until: null, frs: [] }] : [])],
        controls: row.cover ? [{ id: 'CC-1', title: 'Deny the web interface at the zone firewall', status: row.cover === 2 ? 'verified' : 'implemented', expires: '2027-03-31', counts: true }] : [],
        tickets: row.triaged && row.state === 'open' ? [{ id: 'OT-1042', system: 'Jira', link: 'https://jira.example/OT-1042', status: 'in progress', due: '2026-12-15', assignee: 'A. Novak' }] : [],
      };
    },
    controls: (): ControlRow[] => controls,
    put_control: (a): Change => {
      const w = a['control'] as ControlWish;
      const known = controls.find((c) => c.id === w.id);
      const now: ControlRow = {
        ...(known ?? { open: 0, all: 0, due: '', history: [], attachments: [] }),
        id: known?.id ?? `CC-0${controls.length + 1}`, title: w.title, description: w.description, zone: w.zone, zone_name: w.zone, owner: w.owner, srs: w.srs, expires: w.expires, review: w.review,
        status: w.status || 'draft', counts: w.status === 'implemented' || w.status === 'verified',
      };
      if (known) Object.assign(known, now);
      else controls.push(now);
      changeCount += 1;
      undone.set(changeCount, []);
      log(known ? 'control.changed' : 'control.added', now.id, { reason: w.reason });
      return { id: changeCount, changed: 1, unchanged: 0 };
    },
    cover: (a): Change => {
      const w = a['cover'] as CoverWish;
      const todo = findings.filter((f) => (w.all ? true : w.findings.includes(f.id)));
      for (const f of todo) f.cover = w.on ? 1 : 0;
      changeCount += 1;
      undone.set(changeCount, []);
      log(w.on ? 'control.covers' : 'control.covers_no_more', w.control, { findings: todo.slice(0, 20).map((f) => f.id) });
      return { id: changeCount, changed: todo.length, unchanged: 0 };
    },
    decide: (a): Change => {
      const d = a['decision'] as Decision;
      const asked = d.all ? findings.map((f) => f.id) : d.findings;
      const fits = (f: FindingRow) => (d.act === 'reopen' ? f.state !== 'open' : d.act === 'undefer' ? f.state === 'open' && f.deferred : f.state === 'open');
      const todo = findings.filter((f) => asked.includes(f.id) && fits(f));
      if (todo.length === 0) fail('usage', 'none of these findings is open', '', 'Choose others.');
      undone.set(changeCount + 1, todo.map((f) => ({ ...f })));
      for (const f of todo) {
        f.triaged = d.act !== 'reopen';
        f.deferred = d.act === 'defer';
        f.state = ({ patch: 'remediated', close: 'closed', false_positive: 'excluded' } as Record<string, string>)[d.act] ?? 'open';
        why.set(f.id, d.act === 'acknowledge' ? (d.note ? `${d.reason}: ${d.note}` : d.reason) : d.note);
      }
      changeCount += 1;
      log(`finding.${d.act === 'acknowledge' ? 'acknowledged' : d.act}`, `${todo.length} findings`, { findings: todo.slice(0, 20).map((f) => f.id), reason: d.reason, note: d.note });
      return { id: changeCount, changed: todo.length, unchanged: asked.length - todo.length };
    },
    assign: (a): Change => worked('finding.assigned', a['wish'] as AssignWish, (f, w) => { f.assignee = w.assignee ?? f.assignee; f.due = w.due ?? f.due; }),
    note: (a): Change => worked('finding.noted', a['wish'] as NoteWish, (f, w) => void notes.set(f.id, [...(notes.get(f.id) ?? []), { at: `${today}T09:00:00Z`, by: 'm.keller', text: w.text, srs: [] }])),
    approve: (a): Change => worked(`finding.acceptance_${(a['wish'] as ApprovalWish).approve ? 'approved' : 'declined'}`, a['wish'] as ApprovalWish, (f, w) => { f.waiting = false; f.triaged ||= w.approve; }),
    rules: (): Rules => rules,
    set_rules: (a): Change => {
      rules = (a['wish'] as { rules: Rules }).rules;
      return counted('rules.changed', rules);
    },
    views: (): KeptView[] => views,
    keep_view: (a): Change => {
      const view = a['view'] as KeptView;
      views = [...views.filter((v) => v.name !== view.name), view];
      return counted('view.kept', view);
    },
    remove_view: (a): Change => {
      views = views.filter((v) => v.name !== a['name']);
      return counted('view.removed', a);
    },
    visit: (): Visit => ({ since: '2026-11-20T16:40:00Z', opened: 14, reopened: 2, decided: 31, others: ['s.roth'], waiting: 3, moved: [{ zone: 'Z6', name: 'Reactor line A', fr: 3, from: 1, to: 2, target: 3 }, { zone: 'Z9', name: 'Tank farm telemetry', fr: 7, from: 2, to: 1, target: 2 }] }),
    figures: (a): FiguresView => {
      const times = (n: number, m: number) => ({ count: n, median: m, p90: m * 3.4, longest: m * 7 });
      const row = (kind: string, key: string, name: string, i: number): FigureRow => ({ kind, key, name, acknowledged: times(60 - i * 4, 2.5 + i * 1.3), treated: i === 3 ? { count: 0, median: null, p90: null, longest: null } : times(34 - i, 21.7 + i * 6), open: 120 - i * 9, waiting: i * 3, oldest: 12 + i * 5 });
      const months = ['2026-06-30', '2026-07-31', '2026-08-31', '2026-09-30', '2026-10-31', today];
      return {
        from: String(a['from'] ?? '2026-05-27'), to: today, update_days: 21, allowed_days: 30, assets: [115, 104], gaps: [{ from: '2026-07-03', to: '2026-08-11', days: 39 }],
        rows: [row('all', '', '', 0), ...[1, 2, 3, 4].map((n) => row('tier', String(n), String(n), n)), ...severities.slice(0, 4).map((s, i) => row('severity', s, s, i)), ...zones.map((z, i) => row('zone', z.id, z.name, i))],
        backlog: months.map((day, i) => ({ day, open: 180 - i * 17, waiting: 60 - i * 10, opened: 12 + ((i * 7) % 11) })),
      };
    },
    patches: (): PatchesView => ({ updates, windows, proposed: scenario.empty ? [] : proposed, states: { available: 3, approved: 4, installed: 9, not_applicable: 1 }, installed_median: 41, waiting_median: 66 }),
    put_update: (a): UpdateChange => ({ update: (a['wish'] as UpdateWish).id || 'U-02', change: counted('update.added', a['wish'] as object) }),
    set_patch_state: (a): Change => {
      const w = a['wish'] as StateWish;
      const meant = updates.find((u) => u.id === w.update)?.assets.filter((x) => !w.assets.length || w.assets.includes(x.asset)) ?? [];
      for (const on of meant) on.state = w.state;
      return { ...counted('update.state', w), changed: meant.length };
    },
    plan_update: (a): Change => counted('update.planned', a['wish'] as object),
    put_window: (a): UpdateChange => ({ update: 'W-02', change: counted('window.added', a['wish'] as object) }),
    save_patches: (): string => '/home/m.keller/plumbline-updates-E1-2026-11-24.csv',
    attach: (a): Change => counted('evidence.attached', a),
    detach: (a): Change => counted('evidence.removed', a),
    save_attached: (): string => '/home/m.keller/plumbline rules.pdf',
    profile: (): ProfileView => ({ values: profileNow, default: profileDefault, reason: '', next: 'own/1' }),
    try_profile: (a): ProfileEffect[] => rows(today).slice(0, 4).map((r) => ({ zone: r.zone, name: r.name, target: r.target, before: r.achieved, after: r.achieved.map((v) => (v === null ? null : Math.min(v, (a['wish'] as ProfileWish).values.evidence_only_cap))) })),
    set_profile: (a): Change => {
      profileNow = (a['wish'] as ProfileWish).values;
      return counted('profile.changed', a['wish'] as object);
    },
    drawing: (a): DrawingView => drawingOf(a['environment'] === 'E1' ? rows(String(a['as_of'] ?? today)) : []),
    drawing_svg: (): string => '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>',
    save_drawing: (): string => '/home/m.keller/plumbline-zones-E1-2026-11-24.svg',
    place_zone: (a) => counted('drawing.changed', a['wish'] as object),
    move_assets: (a) => ({ ...counted('asset.corrected', a as object), changed: (a['assets'] as string[]).length }),
    history: (): LevelsPoint[] => Array.from({ length: 14 }, (_, i) => ({ day: i === 13 ? today : dayBefore((13 - i) * 30 + 24), below: 8 - Math.floor(i / 3), assessed: i < 2 ? 0 : 9, short: i < 2 ? 0 : 46 - i * 2 + (i % 3), levels: [] })),
    system: (): SystemView => systemOf(zones),
    risk: (a): RiskView => riskOf(String(a['zone'])),
    try_risk: (a): RiskOutcome => ({ ...riskOf(String((a['wish'] as RiskWish).subject)).outcome }),
    put_risk: (a) => counted('risk.assessed', a['wish'] as object),
    agree: (a) => counted('system.approved', a['wish'] as object),
    set_matrix: (a) => counted('matrix.set', a['wish'] as object),
    put_system_text: (a) => counted('system.described', a['wish'] as object),
    put_characteristics: (a) => counted('zone.described', a['wish'] as object),
    put_external: (a): ZoneChange => ({ zone: 'X-03', change: counted('external.written', a['wish'] as object) }),
    inherit: (a) => counted('requirement.inherited', a['wish'] as object),
    components: (a): ComponentsView => componentsOf(a['environment'] === 'E1' ? rows(String(a['as_of'] ?? today)) : []),
    component: (): ComponentView => ({
      asset: 'A1', tag: 'PLC-100', product: 'Siemens SIMATIC S7-1500 CPU 1516-3', component_type: 'embedded_device', zone_name: (zones[4] ?? zones[0]!).name, target: [2, 2, 3, 1, 2, 2, 3], declared: [2, 2, 2, 1, 2, 2, 2], basis: 'certificate', certificate: 'IC32-2024-1042', certifier: 'Example Certification', valid_until: '2026-06-30', expired: true, note: '', answered: [1, null, null, null, null, null, null], sl_c: [2, 2, 2, 1, 2, 2, 2],
      requirements: [['CR 1.1', 1, 1, 'Human user identification and authentication', 'met'], ['CR 1.1 RE(1)', 1, 2, 'Unique identification and authentication', ''], ['CR 1.2', 1, 2, 'Software process and device identification and authentication', 'not_met'], ['EDR 2.4', 2, 1, 'Mobile code', ''], ['EDR 3.2', 3, 1, 'Protection from malicious code', 'not_applicable'], ['EDR 3.10', 3, 1, 'Support for updates', 'met']].map(([rid, fr, sl, title, answer]) => ({ id: String(rid), fr: Number(fr), sl: Number(sl), title: String(title), answer: String(answer), required: true })),
      alike: 17,
    }),
    put_component: (a) => counted('component.written', a['wish'] as object),
    put_zone: (a): ZoneChange => ({ zone: (a['wish'] as ZoneWish).id || 'z-new', change: counted('zone.changed', a['wish'] as object) }),
    put_conduit: (a): ZoneChange => ({ zone: (a['wish'] as ConduitWish).id || 'C-06', change: counted('conduit.changed', a['wish'] as object) }),
    requirements: (a): RequirementsView => {
      const name = zones.find((z) => z.id === a['zone'])?.name ?? '';
      const target = rowOf(String(a['zone']), today).target;
      const list = [['SR 1.1', 1, 1, 'Human user identification and authentication', 'met'], ['SR 1.1 RE(1)', 1, 2, 'Unique identification and authentication', 'compensated'], ['SR 1.2', 1, 2, 'Software process and device identification and authentication', 'not_assessed'], ['SR 1.5', 1, 1, 'Authenticator management', 'not_met'], ['SR 2.1', 2, 1, 'Authorization enforcement', 'met'], ['SR 2.4', 2, 1, 'Mobile code', 'not_applicable'], ['SR 5.1', 5, 1, 'Network segmentation', 'not_assessed'], ['SR 5.2', 5, 1, 'Zone boundary protection', 'met']] as const;
      const rows = list.map(([rid, fr, sl, title, status]): RequirementRow => {
        const answered = given.get(`${String(a['zone'])} ${rid}`);
        const now = answered?.status ?? status;
        return { id: rid, fr, sl, title, title_de: title, summary: 'Wherever a person can reach the system, it finds out who that is before anything is allowed.', summary_de: 'Wo immer ein Mensch auf das System zugreifen kann, stellt es fest, wer er ist.', hint: 'account list of each controller and HMI', hint_de: 'Kontenliste jeder Steuerung und jedes HMI', required: sl <= (target[fr - 1] ?? 0), status: now, holds: now === 'met' || now === 'not_applicable', at: now === 'not_assessed' ? null : '2026-06-12T08:00:00Z', by: now === 'not_assessed' ? '' : 'a.novak', justification: answered?.justification ?? (now === 'not_applicable' ? 'No mobile code runs in this zone; browsers are removed.' : ''), control: now === 'compensated' ? 'CC-03' : '', control_title: now === 'compensated' ? 'Remote maintenance is switched on by the control room' : '', against: fr === 1 && sl === 1 ? 3 : 0, findings: fr === 1 && sl === 1 ? findings.slice(0, 3).map((f) => ({ id: f.id, title: f.title })) : [], attachments: [], inherited: rid === 'SR 2.4' ? '' : null, inherited_name: rid === 'SR 2.4' ? environment.name : '' };
      });
      const of = (fr: number) => rows.filter((r) => r.fr === fr && r.required);
      return { zone: String(a['zone']), name, rows, frs: target.map((t, i) => ({ fr: i + 1, target: t, conformance: of(i + 1).some((r) => r.status !== 'not_assessed') ? 1 : null, required: of(i + 1).length, answered: of(i + 1).filter((r) => r.status !== 'not_assessed').length, satisfied: of(i + 1).filter((r) => r.holds).length })) };
    },
    answer: (a): Change => {
      const w = a['wish'] as AnswerWish;
      for (const r of w.requirements) given.set(`${w.zone} ${r}`, { status: w.status, justification: w.justification });
      return { ...counted('requirement.answered', w), changed: w.requirements.length };
    },
    copy_answers: (a): CopiedAnswers => ({ rows: [{ requirement: 'SR 1.1', status: 'met', justification: 'same panels' }, { requirement: 'SR 2.4', status: 'not_applicable', justification: 'No mobile code here.' }], left_out: [{ requirement: 'SR 5.2', why: 'answered' }], change: (a['wish'] as CopyWish).dry_run ? null : counted('requirement.copied', a).id }),
    save_requirements: (): string => '/home/m.keller/plumbline-requirements-E1-2026-11-24.csv',
    mitigations: (): MitigationView[] => [
      { id: 'M0930', name: 'Network Segmentation', srs: ['SR 5.1'], against: ['T0886 Remote Services', 'T0883 Internet Accessible Device'] },
      { id: 'M0801', name: 'Access Management', srs: ['SR 2.1'], against: ['T0859 Valid Accounts'] },
    ],
    open_window: () => null,
    undo: (a): Change => {
      const ids = undone.get(Number(a['change'])) ?? fail('not_found', 'There is no such change.');
      for (const was of ids) Object.assign(findings.find((f) => f.id === was.id)!, was);
      undone.delete(Number(a['change']));
      changeCount += 1;
      log('change.undone', `change ${String(a['change'])}`, {});
      return { id: changeCount, changed: ids.length, unchanged: 0 };
    },
    generate_report: async (a): Promise<ReportView> => {
      const r = a['request'] as ReportRequest;
      await inSteps(Number(a['job']), ['evidence', 'assess', 'trend', 'content', 'charts', 'pages', 'write']);
      const made: ReportView = { id: `R${reports.length + 1}`, kind: r.kind, title: r.kind === 'iec62443' ? 'IEC 62443' : r.kind === 'extract' ? 'Vulnerabilities of supplied products' : 'Environment risk report', environments: r.environments.map((id) => environments.find((e) => e.id === id)?.name ?? id), environment_ids: r.environments, from: r.from, to: r.to, made: `${today}T09:00:00Z`, format: r.format, file: 'report.pdf', intact: true, pages: 40, size: 1700000, sha256: hash(9), evidence_sha256: hash(10) };
      reports.unshift(made);
      log('report.kept', made.id, { from: r.from, to: r.to });
      return made;
    },
    preview_report: async (a): Promise<PreviewView> => {
      await inSteps(Number(a['job']), ['evidence', 'content', 'pages']);
      preview = { number: Number(a['job']), pages: scenario.pages ?? 42, width: 595.28, height: 841.89 };
      return preview;
    },
    preview_page: (a): string => {
      if (!preview || a['preview'] !== preview.number) return fail('not_found', `There is no page ${String(a['page'])}.`, '', 'Look at the pages again.');
      return pagePng(Number(a['page']), Math.round(preview.width * Number(a['scale'])), Math.round(preview.height * Number(a['scale'])));
    },
    close_preview: () => (preview = null),
    trend: (): TrendView[] => Array.from({ length: trendPoints }, (_, i) => ({
      day: dayBefore((trendPoints - 1 - i) * 31), report: i === trendPoints - 1 ? '' : 'IEC 62443', gaps: Math.max(3, 46 - i * 2 + (i % 3) * 3), open: 190 - i * 4 + ((i * 7) % 23), high: 70 - i + ((i * 5) % 11),
      zones: zones.filter((_, z) => z < 8 || i > 1).map((z, n) => ({ id: z.id, level: n === 8 ? null : Math.min(4, Math.max(0, Math.floor((i * 3) / trendPoints) - (n % 3 === i % 4 ? 1 : 0) + (n % 2))) })),
    })),
    hand_over: async (a): Promise<HandoverView> => {
      await inSteps(Number(a['job']), ['assess', 'content', 'pages', 'package']);
      return { file: '/home/m.keller/plumbline-handover-e1-2026-11-24.zip', size: 4_218_331, files: 31, fingerprint, manifest_sha256: hash(11) };
    },
    check_handover: async (a): Promise<HandoverCheck> => {
      await inSteps(Number(a['job']), ['verify', 'assess']);
      const key = String(a['key'] ?? '');
      const other = key !== '' && key !== fingerprint;
      return {
        file: '/home/m.keller/Downloads/plumbline-handover-e1-2026-11-24.zip', intact: !scenario.tampered && !other, id: '0199c0de', made: '2026-11-24T09:14:00Z', maker: 'A. Novak, Example Automation', program: 'Plumbline 0.1.0', fingerprint, known: key ? !other : null, files: 31, size: 4_218_331,
        audit_rows: 412, audit_whole: 398, audit_head: hash(12),
        environments: [{ id: 'E1', name: environment.name, organisation: environment.organisation, as_of: today, period_from: '2026-08-24', evidence_sha256: hash(13), zones: rows(today).map((r) => ({ id: r.zone, name: r.name, vector: r.achieved as HandoverCheck['environments'][0]['zones'][0]['vector'], sl_t: r.target as HandoverCheck['environments'][0]['zones'][0]['sl_t'] })) }],
        faults: [
          ...(scenario.tampered ? [{ file: '', code: 'archive', value: '', what: 'the archive is not byte for byte the one that was made; what else was changed stands below, and if nothing does it was packed anew' }, { file: 'riverbend/assets.csv', code: 'changed', value: '', what: 'it was changed: its SHA-256 is not the one that was signed' }] : []),
          ...(other ? [{ file: 'manifest.json', code: 'other_key', value: fingerprint, what: `it is signed by the key ${fingerprint}, which is not the one that was named; somebody else made it` }] : []),
        ],
      };
    },
    cancel: (a) => {
      stopped.add(Number(a['job']));
      return null;
    },
    intelligence: (): IntelStatus => ({ sources: scenario.empty ? [] : intelSources, notice: 'This product uses data from the NVD API but is not endorsed or certified by the NVD.' }),
    keep_nvd_key: () => null,
    sync_intelligence: (): SyncView => ({ sources: [{ id: 'nvd', records: 12, added: 3, changed: 9, news: 'came', failed: [], error: null, refused: [] }, { id: 'kev', records: 0, added: 0, changed: 0, news: 'not_modified', failed: [], error: null, refused: [] }] }),
    export_bundle: (): BundleView => ({ made: `${today}T09:00:00Z`, maker: 'm.keller', since: null, lines: 378815, fingerprint: '3df5-ab2f-7e6f-0c8d-d309-6a8c-497d-6d12', trust: 'own' }),
    import_intelligence: (): IntelImport => ({ bundle: null, files: [{ file: 'page-000000.json', kind: 'nvd', files: 1, known: 0, added: 2000, changed: 12, unchanged: 5, refused: [{ at: 'page-000000.json, CVE-2026-1000 (/vulnerabilities/3)', reason: 'missing field `vulnStatus`' }] }] }),
    match_environment: (): MatchSummary => ({ ...noMatches, added: 12, review: 3 }),
    review: (): Review => ({ groups: scenario.empty ? [] : reviewGroups.filter((g) => !decidedKeys.has(g.key)), doubted: scenario.empty ? [] : doubted, decided: [] }),
    network: (): Network => network,
    keep_network: (a): Network => {
      const wanted = a['network'] as Network;
      if (wanted.proxy?.includes('@')) fail('usage', "a proxy's name and password are not kept in a file", '', 'Give the whole address in the environment, as PLUMBLINE_PROXY or HTTPS_PROXY.');
      return (network = wanted);
    },
    decide_match: (a): MatchSummary => {
      decidedKeys.add((a['decision'] as MatchDecision).identity);
      changeCount += 1;
      undone.set(changeCount, []);
      return { ...noMatches, change: changeCount };
    },
    reports: () => [...reports],
    compare_reports: (): ComparisonView[] => [{ environment: 'E1', from: '2026-06-30', to: '2026-09-30', zones: zones.slice(0, 4).map((z, i) => ({ id: z.id, name: z.name, before: i, after: i + 1, presence: i === 3 ? 'new' : 'both', cells: i === 3 ? [] : [{ fr: 3, achieved: [0, 2], target: [2, 2 + (i % 2)], drivers: [{ limit: 'exposure', levels: [0, 2], shares: null, opened: 1, settled: 4 }, { limit: 'patching', levels: [1, 3], shares: [[3, 5], [9, 10]], opened: 0, settled: 0 }] }, { fr: 5, achieved: [2, 1], target: [2, 2], drivers: [{ limit: 'triage', levels: [3, 1], shares: [[9, 9], [6, 10]], opened: 0, settled: 0 }] }] })), open: [118, 94], findings: [21, 47, 2], controls: [19, 21], control_changes: [3, 1], identified: [[98, 120], [111, 120]], triaged: [[80, 118], [85, 94]] }],
    open_report: () => fail('usage', 'Reports open in the window only.', '', 'Start the window.'),
    save_report: () => '/home/m.keller/Documents/iec62443-works-2026-11-24-0e0097d76edb.pdf',
    reveal_package: () => null,
    audit: (a): AuditPage => {
      const found = audit.filter((row) => String(a['text'] ?? '').toLowerCase().split(/\s+/).every((w) => JSON.stringify(row).toLowerCase().includes(w)));
      return { total: found.length, all: audit.length, intact: !scenario.broken, first_broken: scenario.broken ? 2 : null, head: audit[0]?.hash ?? '', rows: found.slice(Number(a['offset']), Number(a['offset']) + Number(a['limit'])).map((row) => ({ ...row, change: row.change !== null && undone.has(row.change) ? row.change : null })) };
    },
    save_head: (): string => 'plumbline-log-2026-11-24.json',
    mappings: (): string[] => ['Register of works 1'],
    save_refused: (): string => 'refused.csv',
    correct_asset: (): Change => ({ id: ++changeCount, changed: 1, unchanged: 0 }),
    suggestions: (): Suggestion[] => [{ vendor: 'Siemens', product: 'SCALANCE XC208' }, { vendor: 'Siemens', product: 'SCALANCE XC208G PoE' }],
    asset_sources: (): AssetSource[] => assetSources,
    import_files: (a): ImportView => {
      if (a['dry_run'] !== true) hasPlant = true;
      return {
        dry_run: a['dry_run'] === true, environment: 'E1', existing: false, updated: false,
        files: [
          { ...noFile, file: 'zones.csv', kind: 'zones', added: 2, changed: 1, unchanged: 6 },
          { ...noFile, file: 'assets.csv', kind: 'assets', added: 14, changed: 3, unchanged: 103, refused: [{ at: 'line 7', reason: 'The zone “Z99” is not in zones.csv.' }, { at: 'line 31', reason: 'The tag is empty.' }] },
          { ...noFile, file: 'register.xlsx', kind: 'assets', added: 36, changed: 2, unchanged: 364, change: a['dry_run'] === true ? null : ++changeCount, assets: [36, 2, 364], zones: ['Filling line 4'],
            columns: listColumns.map((c) => ({ ...c, field: a['columns'] ? ((a['columns'] as Record<string, string | null>)[c.name] ?? null) : c.field })),
            conflicts: [{ asset: 'PLC-TNK-11', field: 'version', kept: 'V2.9.4', other: 'V2.8', said_by: 'monitoring-export.csv', taken: true }, { asset: 'HMI-TNK-02', field: 'owner', kept: 'Automation team', other: 'IT', said_by: 'register.xlsx', taken: false }],
            joined: [{ at: 'row 14', asset: 'SW-DMZ-01', by: 'mac' }], gone: [{ kind: 'asset', id: 'RTU-OLD-3' }], remarks: [{ at: 'row 402', reason: 'a total; left out' }] },
        ],
      };
    },
  };
  for (let i = 0; i < 60; i += 1) log(i % 5 === 0 ? 'report.kept' : 'finding.acknowledged', i % 5 === 0 ? 'R1' : `F${i}`, { reason: 'applies' });

  return {
    async call(command: string, args: Record<string, unknown>): Promise<unknown> {
      if (scenario.held && command !== 'status') await new Promise<void>((go) => waiting.push([command, go]));
      if (scenario.fails?.some((one) => one === command || (one === '*' && !shell.includes(command)))) fail('store_damaged', 'A page of the store could not be read.', '/home/m.keller/Plumbline/store.db', 'Restore the store from a backup. Nothing was changed.');
      const run = commands[command];
      if (!run) return fail('usage', `There is no command ${command}.`);
      const answer = structuredClone(await run(args));
      return scenario.lists === undefined || always.includes(command) ? answer : listed(answer, scenario.lists);
    },
    /** Lets go what was asked so far, or only what the shell asks; how much that was. */
    letGo(only?: string[]): number {
      const going = waiting.filter(([command]) => !only || only.includes(command));
      waiting = waiting.filter((one) => !going.includes(one));
      for (const [, go] of going) go();
      return going.length;
    },
    progress: (job: number) => progress.get(job) ?? null,
  };
}
export type Fake = ReturnType<typeof makeFake>;
