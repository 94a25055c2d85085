// The one way from the page to the engine: a function for each command.
import type {
  AdviceList, AgreeWish, AnswerWish, CharacteristicsWish, ComponentView, ComponentWish, ComparisonView, ComponentsView, ConduitWish, DrawingView, ExternalWish, InheritWish, LevelsPoint, MatrixWish,
  PlaceWish, RiskOutcome, RiskView, RiskWish, SystemTextWish, SystemView, ProfileEffect, ProfileView, ProfileWish, CopiedAnswers, CopyWish, RequirementsView, ZoneChange, ZoneWish,
  ApprovalWish, AssetPage, AssetSource, AssignWish, AuditPage, BackupCheck, BackupMade, BundleView, CellExplanation, Change, ControlRow, ControlWish, CoverWish, Decision,
  EnvironmentView, Failure, FiguresView, FindingDetail, FindingPage, HandoverCheck, HandoverRequest, HandoverView, ImportView, IntelImport, IntelStatus, KeptView, Levels, MatchDecision, MatchSummary,
  MitigationView, Network, NoteWish, Overview, PatchesView, PlanAsk, PlanTried, PlanTry, PlanView, PlanWish, PlanWork, PlanWorkDone, Progress, Query, RefusedRow, PortfolioSettings, PortfolioShown, PortfolioView, PreviewView, Protection, Published, ReportRequest, ReportView, Restored, Review, Rules,
  RulesWish, ScenarioRow, ScenarioWish, StateWish, Status, Suggestion, SyncView, TrendView, UpdateChange, UpdateWish, Visit, WhatIf, WindowWish, ZonesView,
} from './types';

export const inWindow = '__TAURI_INTERNALS__' in globalThis;

/** Filters a query leaves out let everything through, so a page sends only what it means. */
export type Asking = Partial<Query> & { environment: string };

type Day = string | undefined;

async function call<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
  if (inWindow) {
    const { invoke } = await import('@tauri-apps/api/core');
    return invoke<T>('call', { command, args });
  }
  const answer = await fetch('/call', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ command, args }),
  });
  if (!answer.ok && answer.status !== 422) throw new Error(`${answer.status} ${answer.statusText}`);
  const body: unknown = await answer.json();
  if (answer.status === 422) throw body;
  return body as T;
}

/** Whatever was thrown, as the engine's own kind of failure. */
export function asFailure(thrown: unknown): Failure {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'what' in thrown) {
    const given = thrown as Partial<Failure>;
    return { code: String(given.code), what: String(given.what), at: given.at ?? '', advice: given.advice ?? '' };
  }
  return { code: 'window', what: thrown instanceof Error ? thrown.message : String(thrown), at: '', advice: '' };
}

let lastJob = Date.now() % 1_000_000_000;
/** A number for a long work, not used before in this window. */
export const nextJob = (): number => ++lastJob;

/** Follows a long work until the returned function is called. */
export function follow(job: number, tell: (progress: Progress) => void): () => void {
  if (inWindow) return hearing<Progress>('progress', (progress) => progress.job === job && tell(progress));
  let over = false;
  const timer = setInterval(async () => {
    const answer = await fetch(`/progress/${job}`).catch(() => null);
    if (!over && answer?.ok) tell((await answer.json()) as Progress);
  }, 150);
  return () => {
    over = true;
    clearInterval(timer);
  };
}

/** Tells the other windows that something was changed here. */
export function announce() {
  if (inWindow) void import('@tauri-apps/api/event').then(({ emit }) => emit('changed', me));
}
const me = crypto.randomUUID?.() ?? String(Math.random());

/** Hears from the other windows that something was changed. */
export const others = (tell: () => void): (() => void) => hearing<string>('changed', (from) => from !== me && tell());

/** Listens to the window until the returned function is called. In a browser there is nothing to hear. */
function hearing<T>(what: string, tell: (said: T) => void): () => void {
  let stop = () => {};
  let over = false;
  if (inWindow) {
    void import('@tauri-apps/api/event').then(async ({ listen }) => {
      const unlisten = await listen<T>(what, (event) => !over && tell(event.payload));
      if (over) unlisten();
      else stop = unlisten;
    });
  }
  return () => {
    over = true;
    stop();
  };
}

export const engine = {
  status: () => call<Status>('status'),
  unlock: (wish: { passphrase: string; name: string; assessor: boolean; remember: boolean }) => call<Status>('unlock', wish),
  lock: () => call<boolean>('lock'),
  /** Somebody did something. */
  active: () => call<null>('active'),
  /** Locks an encrypted store when nobody did anything in any window for so long; whether it is locked. */
  lockWhenIdle: (seconds: number) => call<boolean>('lock_when_idle', { seconds }),
  workAs: (wish: { name: string; assessor: boolean; passphrase: string | null }) => call<Status>('work_as', wish),
  portfolioSettings: () => call<PortfolioSettings>('portfolio_settings'),
  /** `password` null: the keyring is left as it is. */
  keepPortfolio: (address: string | null, password: string | null) => call<PortfolioSettings>('keep_portfolio', { address, password }),
  /** Opens a connection, as do the next two. */
  portfolio: (months: number) => call<PortfolioView>('portfolio', { months }),
  portfolioPlant: (key: string) => call<PortfolioShown>('portfolio_plant', { key }),
  /** No environments: all but demo plants. */
  publish: (environments: string[], job: number) => call<Published>('publish', { environments, job }),
  people: () => call<string[]>('people'),
  protection: () => call<Protection>('protection'),
  encrypt: (passphrase: string, remember: boolean) => call<Status>('encrypt', { passphrase, remember }),
  decrypt: (passphrase: string) => call<Status>('decrypt', { passphrase }),
  changePassphrase: (old: string, words: string) => call<null>('change_passphrase', { old, new: words }),
  /** Has the keyring keep it; null: forget it. */
  rememberPassphrase: (passphrase: string | null) => call<null>('remember_passphrase', { passphrase }),
  /** null when no folder was chosen. */
  backUp: (job: number) => call<BackupMade | null>('back_up', { job }),
  checkBackup: (job: number) => call<BackupCheck | null>('check_backup', { job }),
  /** `again`: the file that was chosen last, with its passphrase. */
  restoreBackup: (job: number, again: boolean, passphrase: string | null) => call<Restored | null>('restore_backup', { job, again, passphrase }),
  /** Another window of the program, at an address of the page. */
  openWindow: (address: string) => call<null>('open_window', { address }),
  addDemo: () => call<Status>('add_demo', {}),
  /** With a passphrase the new store is encrypted. */
  createStore: (demo: boolean, passphrase: string | null = null) => call<Status>('create_store', { demo, passphrase }),
  environments: () => call<EnvironmentView[]>('environments'),
  overview: (environment: string, as_of: Day) => call<Overview>('overview', { environment, as_of }),
  advice: (environment: string, as_of: Day) => call<AdviceList>('advice', { environment, as_of }),
  /** A long work: `ask.job` is its number. */
  plan: (ask: PlanAsk) => call<PlanView>('plan', { ask }),
  tryPlan: (tried: PlanTry) => call<PlanTried>('try_plan', { tried }),
  scenarios: (environment: string, as_of: Day) => call<ScenarioRow[]>('scenarios', { environment, as_of }),
  keepScenario: (wish: ScenarioWish) => call<Change>('keep_scenario', { wish }),
  removeScenario: (environment: string, name: string) => call<Change>('remove_scenario', { environment, name }),
  carryOut: (work: PlanWork) => call<PlanWorkDone>('carry_out_plan', { work }),
  levels: (environment: string, as_of: Day, from?: string) => call<Levels>('levels', { environment, as_of, from }),
  explainCell: (environment: string, as_of: Day, zone: string, fr: number) =>
    call<CellExplanation>('explain_cell', { environment, as_of, zone, fr }),
  whatIf: (environment: string, as_of: Day, zone: string, fr: number, levers: string[]) =>
    call<WhatIf>('what_if', { environment, as_of, zone, fr, levers }),
  zones: (environment: string, as_of: Day) => call<ZonesView>('zones', { environment, as_of }),
  assets: (query: Asking) => call<AssetPage>('assets', { query }),
  findings: (query: Asking) => call<FindingPage>('findings', { query }),
  finding: (environment: string, as_of: Day, id: string) => call<FindingDetail>('finding', { environment, as_of, id }),
  controls: (environment: string, asOf: string | undefined) => call<ControlRow[]>('controls', { environment, as_of: asOf ?? null }),
  putControl: (control: ControlWish) => call<Change>('put_control', { control }),
  cover: (cover: CoverWish) => call<Change>('cover', { cover }),
  assign: (wish: AssignWish) => call<Change>('assign', { wish }),
  note: (wish: NoteWish) => call<Change>('note', { wish }),
  approve: (wish: ApprovalWish) => call<Change>('approve', { wish }),
  rules: (environment: string) => call<Rules>('rules', { environment }),
  setRules: (wish: RulesWish) => call<Change>('set_rules', { wish }),
  views: (environment: string) => call<KeptView[]>('views', { environment }),
  keepView: (environment: string, view: KeptView) => call<Change>('keep_view', { environment, view }),
  removeView: (environment: string, name: string) => call<Change>('remove_view', { environment, name }),
  visit: (environment: string) => call<Visit>('visit', { environment }),
  figures: (environment: string, as_of: Day, from?: string) => call<FiguresView>('figures', { environment, as_of, from }),
  patches: (environment: string, as_of: Day) => call<PatchesView>('patches', { environment, as_of }),
  putUpdate: (wish: UpdateWish) => call<UpdateChange>('put_update', { wish }),
  setPatchState: (wish: StateWish) => call<Change>('set_patch_state', { wish }),
  planUpdate: (wish: PlanWish) => call<Change>('plan_update', { wish }),
  putWindow: (wish: WindowWish) => call<UpdateChange>('put_window', { wish }),
  savePatches: (environment: string, update?: string) => call<string | null>('save_patches', { environment, update }),
  attach: (environment: string, kind: string, id: string, note: string) => call<Change | null>('attach', { environment, kind, id, note }),
  detach: (environment: string, kind: string, id: string, sha256: string) => call<Change>('detach', { environment, kind, id, sha256 }),
  saveAttached: (environment: string, kind: string, id: string, sha256: string) =>
    call<string | null>('save_attached', { environment, kind, id, sha256 }),
  profile: (environment: string) => call<ProfileView>('profile', { environment }),
  tryProfile: (wish: ProfileWish) => call<ProfileEffect[]>('try_profile', { wish }),
  setProfile: (wish: ProfileWish) => call<Change>('set_profile', { wish }),
  putZone: (wish: ZoneWish) => call<ZoneChange>('put_zone', { wish }),
  putConduit: (wish: ConduitWish) => call<ZoneChange>('put_conduit', { wish }),
  system: (environment: string) => call<SystemView>('system', { environment }),
  putSystemText: (wish: SystemTextWish) => call<Change>('put_system_text', { wish }),
  putExternal: (wish: ExternalWish) => call<ZoneChange>('put_external', { wish }),
  putCharacteristics: (wish: CharacteristicsWish) => call<Change>('put_characteristics', { wish }),
  setMatrix: (wish: MatrixWish) => call<Change>('set_matrix', { wish }),
  risk: (environment: string, zone: string) => call<RiskView>('risk', { environment, zone }),
  tryRisk: (wish: RiskWish) => call<RiskOutcome>('try_risk', { wish }),
  putRisk: (wish: RiskWish) => call<Change>('put_risk', { wish }),
  agree: (wish: AgreeWish) => call<Change>('agree', { wish }),
  components: (environment: string, as_of: Day) => call<ComponentsView>('components', { environment, as_of }),
  component: (environment: string, asset: string) => call<ComponentView>('component', { environment, asset }),
  putComponent: (wish: ComponentWish) => call<Change>('put_component', { wish }),
  drawing: (environment: string, as_of: Day) => call<DrawingView>('drawing', { environment, as_of }),
  drawingSvg: (environment: string, as_of: Day, language: string) => call<string>('drawing_svg', { environment, as_of, language }),
  /** With a picture (base64) that is written, else the SVG; the file written, or `null` when no folder was chosen. */
  saveDrawing: (environment: string, as_of: Day, language: string, png?: string) => call<string | null>('save_drawing', { environment, as_of, language, png }),
  placeZone: (wish: PlaceWish) => call<Change>('place_zone', { wish }),
  moveAssets: (environment: string, assets: string[], zone: string, reason: string) => call<Change>('move_assets', { environment, assets, zone, reason }),
  inherit: (wish: InheritWish) => call<Change>('inherit', { wish }),
  history: (environment: string, as_of: Day, months: number) => call<LevelsPoint[]>('history', { environment, as_of, months }),
  requirements: (environment: string, as_of: Day, zone: string) => call<RequirementsView>('requirements', { environment, as_of, zone }),
  answer: (wish: AnswerWish) => call<Change>('answer', { wish }),
  copyAnswers: (wish: CopyWish) => call<CopiedAnswers>('copy_answers', { wish }),
  saveRequirements: (environment: string, zone: string | undefined, all: boolean, csv: boolean) =>
    call<string | null>('save_requirements', { environment, zone, all, csv }),
  mitigations: () => call<MitigationView[]>('mitigations'),
  saveTickets: (environment: string) => call<string | null>('save_tickets', { environment }),
  decide: (decision: Decision) => call<Change>('decide', { decision }),
  undo: (change: number) => call<Change>('undo', { change }),
  generateReport: (request: ReportRequest, job: number) => call<ReportView>('generate_report', { request, job }),
  /** Lays a report out; its pages are there until the next one is, or it is closed. */
  previewReport: (request: ReportRequest, job: number) => call<PreviewView>('preview_report', { request, job }),
  /** A page, from 0, of so many pixels a point, as PNG in Base64. */
  previewPage: (preview: number, page: number, scale: number) => call<string>('preview_page', { preview, page, scale }),
  closePreview: () => call<null>('close_preview'),
  trend: (environment: string) => call<TrendView[]>('trend', { environment }),
  /** The engine asks for the folder itself; `null` when none was chosen. */
  handOver: (request: HandoverRequest, job: number) => call<HandoverView | null>('hand_over', { request, job }),
  /** The engine asks for the file itself; `null` when none was chosen. Needs no store. */
  checkHandover: (key: string, job: number) => call<HandoverCheck | null>('check_handover', { key, job }),
  cancel: (job: number) => call<null>('cancel', { job }),
  reports: () => call<ReportView[]>('reports'),
  compareReports: (first: string, second: string) => call<ComparisonView[]>('compare_reports', { first, second }),
  openReport: (id: string) => call<null>('open_report', { id }),
  revealPackage: () => call<null>('reveal_package'),
  /** The file it was written to; null when no folder was chosen. */
  saveReport: (id: string) => call<string | null>('save_report', { id }),
  intelligence: () => call<IntelStatus>('intelligence'),
  /** The engine opens the system's dialog itself; `null` when it was cancelled. */
  importIntelligence: (asking: { folder?: boolean; accept?: boolean; again?: boolean }, job: number) => call<IntelImport | null>('import_intelligence', { folder: false, ...asking, job }),
  /** An empty key forgets the one that is kept. */
  keepNvdKey: (key: string) => call<null>('keep_nvd_key', { key }),
  network: () => call<Network>('network'),
  keepNetwork: (network: Network) => call<Network>('keep_network', { network }),
  syncIntelligence: (job: number) => call<SyncView>('sync_intelligence', { job }),
  exportBundle: (job: number) => call<BundleView | null>('export_bundle', { job }),
  matchEnvironment: (environment: string, job: number) => call<MatchSummary>('match_environment', { environment, job }),
  review: (environment: string) => call<Review>('review', { environment }),
  decideMatch: (decision: MatchDecision) => call<MatchSummary>('decide_match', { decision }),
  audit: (text: string, offset: number, limit: number) => call<AuditPage>('audit', { text, offset, limit }),
  saveHead: () => call<string | null>('save_head', {}),
  /** The engine opens the system's dialog itself; `null` when it was cancelled. */
  importFiles: (asking: ImportAsking, job: number) => call<ImportView | null>('import_files', { ...asking, job }),
  mappings: () => call<string[]>('mappings'),
  /** The file written, or `null` when no folder was chosen. */
  saveRefused: (rows: RefusedRow[]) => call<string | null>('save_refused', { rows }),
  correctAsset: (environment: string, asset: string, values: Record<string, string>, reason: string) =>
    call<Change>('correct_asset', { environment, asset, values, reason }),
  suggestions: (environment: string, asset: string) => call<Suggestion[]>('suggestions', { environment, asset }),
  assetSources: (environment: string, asset: string) => call<AssetSource[]>('asset_sources', { environment, asset }),
};

export type ImportAsking = {
  dry_run: boolean;
  folder?: boolean;
  /** What was chosen or dropped last, without asking again. */
  again?: boolean;
  environment?: string;
  columns?: Record<string, string | null>;
  mapping?: string;
  /** Keep the columns under this name. */
  keep?: string;
};

/** Files over the window: `over`, `away`, or the page where those that were dropped belong. In a browser there is no such thing. */
export const dropping = (tell: (state: 'over' | 'away' | 'import' | 'intelligence') => void): (() => void) => hearing('dropping', tell);
