// Pictures of every page in every variant and state, axe over each, and what changed since they were approved: `npm run pages`.
// Fails on any violation, script error, refused request, sideways scrolling, jump while loading, or unapproved change.
// `npm run pages -- --approve` takes the pictures as approved. ONLY: a part of the picture's name. CHROMIUM: the browser.
// ATONCE: pages at a time. PLUMBLINE_URL: a running engine instead of the fake; its pictures are compared with nothing.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { difference, small, write } from './pictures.mjs';
import { serve } from './serve.mjs';

const out = fileURLToPath(new URL('../../target/pages/', import.meta.url));
const changed = `${out}changed/`;
const approved = fileURLToPath(new URL('approved/', import.meta.url));
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const real = process.env.PLUMBLINE_URL;
const only = process.env.ONLY ?? '';
const approve = process.argv.includes('--approve');
const began = performance.now();
if (!only) await rm(out, { recursive: true, force: true });
for (const folder of [out, changed, approved]) await mkdir(folder, { recursive: true });
const anyApproved = (await readdir(approved)).some((file) => file.endsWith('.png'));
if (!anyApproved) console.log('No picture is approved yet: `npm run pages -- --approve` takes these as the first ones.');

const everyPage = [
  ['overview', '#/overview'],
  ['levels', '#/levels'],
  ['levels-drawer', '#/levels', 'cell'],
  ['levels-compare', '#/levels?compare=2026-03-02'],
  ['zones', '#/zones'],
  ['zones-drawer', '#/zones?zone=Z5'],
  ['zones-edit', '#/zones?zone=Z5', 'edit'],
  ['zones-list', '#/zones?view=list'],
  ['zones-conduit', '#/zones?conduit=C2'],
  ['zones-conduit-edit', '#/zones?conduit=C2', 'conduit'],
  ['risk', '#/risk'],
  ['risk-system', '#/risk?tab=system'],
  ['risk-way', '#/risk?tab=system&way=X-01'],
  ['risk-matrix', '#/risk?tab=matrix'],
  ['risk-zcr', '#/risk?tab=zcr'],
  ['risk-zone', '#/risk?id=Z5', 'scenario'],
  ['components', '#/components'],
  ['components-drawer', '#/components?id=A1'],
  ['assets', '#/assets'],
  ['assets-drawer', '#/assets', 'asset'],
  ['findings', '#/findings?state=open'],
  ['findings-drawer', '#/findings?state=open', 'finding'],
  ['findings-acknowledge', '#/findings?state=open&triaged=false', 'acknowledge'],
  ['controls', '#/controls'],
  ['controls-drawer', '#/controls?id=CC-02'],
  ['controls-new', '#/controls?id=new'],
  ['findings-control', '#/findings?state=open', 'cover'],
  ['findings-ticket', '#/findings?state=open', 'ticket'],
  ['findings-override', '#/findings?state=open', 'override'],
  ['findings-assign', '#/findings?state=open', 'assign'],
  ['requirements', '#/requirements?zone=Z4'],
  ['requirements-drawer', '#/requirements?zone=Z4&id=SR%201.1'],
  ['requirements-copy', '#/requirements?zone=Z4', 'copy'],
  ['plan', '#/plan', 'planned'],
  ['plan-budget', '#/plan', 'budget'],
  ['plan-actions', '#/plan', 'action'],
  ['plan-scenario', '#/plan', 'kept'],
  ['plan-keep', '#/plan', 'keep'],
  ['plan-work', '#/plan', 'work'],
  ['patches', '#/patches'],
  ['patches-drawer', '#/patches?id=U-01'],
  ['patches-new', '#/patches', 'plan'],
  ['patches-window', '#/patches?window=new'],
  ['figures', '#/figures'],
  ['intelligence', '#/intelligence'],
  ['reports', '#/reports'],
  ['reports-compare', '#/reports?compare=R1,R2'],
  ['reports-new', '#/reports/new', 'report'],
  ['reports-parts', '#/reports/new', 'parts'],
  ['reports-extract', '#/reports/new', 'extract'],
  ['reports-preview', '#/reports/new', 'preview'],
  ['reports-trend', '#/reports/trend'],
  ['reports-handover', '#/reports/handover', 'handover'],
  ['reports-handed-over', '#/reports/handover', real ? 'handover' : 'handedOver'],
  ['reports-check', '#/reports/check', real ? undefined : 'check'],
  ['portfolio', '#/portfolio'],
  ['portfolio-plants', '#/portfolio', real ? undefined : 'portfolio'],
  ['portfolio-plant', '#/portfolio', real ? undefined : 'portfolioPlant'],
  ['audit', '#/audit'],
  ['audit-drawer', '#/audit', 'audit'],
  ['settings', '#/settings'],
  ['settings-profile', '#/settings', 'profile'],
  ['settings-vault', '#/settings', 'vault'],
  ['settings-encrypt', '#/settings', real ? 'vault' : 'encrypt'],
  ['import', '#/import', real ? undefined : 'import'],
  ['palette', '#/overview', 'palette'],
  ['levels-help', '#/levels?help=1'],
  ['keymap', '#/findings?state=open', 'keymap'],
  ['menu', '#/findings?state=open', 'menu'],
  ['tour', '#/overview', 'tour'],
  ['tour-cell', '#/overview', 'tourCell'],
];
const named = (...names) => everyPage.filter(([name]) => names.includes(name));
/** What an address alone leads to; and of it what does not need one thing of the plant to be there. */
const plain = everyPage.filter(([, , action]) => !action);
const whole = [...plain.filter(([, hash]) => !/[?&](zone|conduit|id|way|window|compare)=/.test(hash)), ['requirements', '#/requirements'], ['plan', '#/plan']];
const sets = [
  { name: 'light', pages: everyPage },
  { name: 'dark', theme: 'dark', pages: everyPage },
  { name: 'contrast', theme: 'contrast', pages: everyPage },
  { name: 'de', language: 'de', pages: everyPage },
  { name: 'text-200', text: '200', pages: everyPage },
  { name: 'wide', size: [1680, 1000], pages: everyPage },
  ...(real
    ? []
    : [
        // States of the plant and of the engine, each over every page that has them.
        { name: 'long', language: 'de', scenario: { long: true }, pages: everyPage },
        { name: 'empty', scenario: { empty: true }, pages: whole },
        { name: 'bare', scenario: { assets: 0, findings: 0, lists: 0, trend: 1 }, pages: whole },
        { name: 'tiny', scenario: { zones: 1, assets: 1, findings: 1, lists: 1, trend: 1 }, pages: whole },
        { name: 'huge', scenario: { zones: 60, assets: 3000, findings: 10000, vendors: 60, trend: 36 }, pages: whole, together: true },
        { name: 'waiting', scenario: { held: true }, pages: [...plain, ['plan', '#/plan']], held: true },
        { name: 'huge-waiting', scenario: { held: true, zones: 60, assets: 3000, findings: 10000 }, pages: [['levels', '#/levels'], ['zones', '#/zones'], ['plan', '#/plan']], held: true },
        { name: 'failed', scenario: { fails: ['*'], broken: true }, pages: [...plain, ['plan', '#/plan']] },
        { name: 'broken', scenario: { broken: true }, pages: named('audit') },
        { name: 'no-plant', scenario: { fails: ['environments'] }, pages: named('overview') },
        { name: 'no-store', scenario: { fails: ['status'] }, pages: named('overview') },
        { name: 'first', scenario: { first: true }, pages: [['start', ''], ['start-check', '', 'startCheck']] },
        { name: 'first-dark', theme: 'dark', language: 'de', scenario: { first: true }, pages: [['start', '']] },
        { name: 'first-encrypted', scenario: { first: true }, pages: [['start', '', 'startEncrypted']] },
        { name: 'locked', scenario: { locked: true }, pages: [['unlock', ''], ['unlock-wrong', '', 'wrongWords'], ['unlock-restore', '', 'restoring']] },
        { name: 'locked-dark', theme: 'dark', language: 'de', scenario: { locked: true }, pages: [['unlock', '']] },
        { name: 'locked-text', text: '200', language: 'de', scenario: { locked: true }, pages: [['unlock', '']] },
        { name: 'encrypted', scenario: { encrypted: true, assessor: true }, pages: [['settings-vault', '#/settings', 'vault'], ['settings-person', '#/settings', 'person'], ['levels', '#/levels']] },
        { name: 'encrypted-de', language: 'de', scenario: { encrypted: true }, pages: [['settings-vault', '#/settings', 'vault'], ['settings-change', '#/settings', 'changeWords']] },
        { name: 'changed', scenario: { tampered: true, vendors: 60, trend: 36 }, pages: named('reports-check', 'reports-extract', 'reports-trend') },
        { name: 'begun', scenario: { trend: 1, slow: 10000 }, pages: named('reports-trend', 'reports-parts').map(([n, hash, action]) => [n, hash, action && 'generating']), busy: true },
        { name: 'plants', language: 'de', size: [1280, 1100], scenario: { plants: true }, pages: named('overview') },
        { name: 'many', scenario: { findings: 100000 }, pages: named('findings'), scrolled: true },
      ]),
].map((set) => ({ theme: 'light', language: 'en', text: '100', size: [1280, 720], scenario: {}, ...set }));

const does = {
  cell: (page) => page.locator('[data-testid^="cell-"]').nth(44).click(),
  asset: (page) => page.locator('[data-testid^="asset-"]').nth(3).click(),
  finding: (page) => page.locator('[data-testid^="finding-"]').nth(2).click(),
  audit: (page) => page.locator('[data-testid^="audit-"]').nth(1).click(),
  acknowledge: async (page) => {
    await page.locator('[data-testid^="finding-"]').nth(1).locator('.pick input').click();
    await page.locator('[data-testid^="finding-"]').nth(4).locator('.pick input').click();
    await page.keyboard.press('a');
  },
  cover: async (page) => {
    await page.locator('[data-testid^="finding-"]').nth(1).locator('.pick input').click();
    await page.keyboard.press('c');
  },
  assign: async (page) => {
    await page.locator('[data-testid^="finding-"]').nth(1).locator('.pick input').click();
    await page.keyboard.press('i');
  },
  copy: async (page) => {
    await page.getByTestId('copy-answers').click();
    await page.getByTestId('copy-from').selectOption({ index: 1 });
  },
  profile: async (page) => {
    const cap = page.getByTestId('profile-evidence_only_cap');
    await cap.fill('1');
    await cap.blur();
    await page.getByTestId('profile-effect').scrollIntoViewIfNeeded();
  },
  edit: (page) => page.getByTestId('zone-edit').click(),
  conduit: (page) => page.getByTestId('conduit-edit').click(),
  scenario: async (page) => {
    await page.getByTestId('scenario-0').click();
    await page.getByTestId('risk-aims').click();
  },
  plan: (page) => page.getByTestId('plan-update').first().click(),
  planned: (page) => page.getByTestId('plan-sum').waitFor(),
  budget: async (page) => {
    await page.getByTestId('plan-budget').fill('20');
    await page.locator('[data-testid^="action-"] input').first().click();
  },
  action: async (page) => {
    await page.getByTestId('plan-budget').fill('20');
    await page.locator('[data-testid^="action-"] summary').first().click();
    await page.getByTestId('plan-actions').scrollIntoViewIfNeeded();
    await page.getByTestId('plan-actions').evaluate((list) => list.scrollIntoView({ block: 'start' }));
  },
  kept: async (page) => {
    await page.getByTestId('scenario-1-open').click();
    await page.getByTestId('plan-unreachable').evaluate((list) => list.scrollIntoView({ block: 'start' }));
  },
  keep: (page) => page.getByTestId('plan-keep').click(),
  work: (page) => page.getByTestId('plan-work').click(),
  ticket: async (page) => {
    await page.locator('[data-testid^="finding-"]').nth(1).locator('.pick input').click();
    await page.keyboard.press('t');
  },
  override: async (page) => {
    await page.locator('[data-testid^="finding-"]').nth(1).click();
    await page.keyboard.press('o');
  },
  report: (page) => wish(page, 'iec62443'),
  parts: async (page) => {
    await wish(page, 'iec62443');
    await page.getByTestId('report-part-vendors').click();
    await page.getByTestId('report-generate').scrollIntoViewIfNeeded();
  },
  extract: async (page) => {
    await wish(page, 'extract');
    await page.getByTestId('report-layer-network').click();
    await page.getByTestId('report-generate').scrollIntoViewIfNeeded();
  },
  preview: async (page) => {
    await wish(page, 'iec62443');
    await page.getByTestId('report-preview').click();
    await page.getByTestId('preview-page').waitFor();
    await page.getByRole('listbox').press('PageDown');
    await page.getByTestId('preview').evaluate((panel) => panel.scrollIntoView({ block: 'end' }));
  },
  generating: async (page) => {
    await wish(page, 'iec62443');
    await page.getByTestId('report-generate').click();
    await page.waitForResponse(/progress/);
    await page.getByTestId('report-progress').scrollIntoViewIfNeeded();
  },
  handover: (page) => page.locator('[data-testid^="report-env-"]').first().click(),
  handedOver: async (page) => {
    await page.locator('[data-testid^="report-env-"]').first().click();
    await page.getByTestId('handover-make').click();
    await page.getByTestId('handed-over').scrollIntoViewIfNeeded();
  },
  portfolio: async (page) => {
    await page.getByTestId('portfolio-fetch').click();
    await page.getByTestId('portfolio-figures').waitFor();
  },
  portfolioPlant: async (page) => {
    await does.portfolio(page);
    await page.locator('[data-testid^="plant-"]').nth(2).click();
    await page.getByTestId('portfolio-zones').waitFor();
  },
  startEncrypted: async (page) => {
    await page.getByTestId('start-encrypt').check();
    await page.getByTestId('start-passphrase').fill('seven77');
  },
  wrongWords: async (page) => {
    await page.getByTestId('unlock-passphrase').fill('four plumb bob');
    await page.getByTestId('unlock').click();
    await page.locator('[aria-invalid]').waitFor();
  },
  restoring: (page) => page.getByTestId('unlock-restore').click(),
  vault: async (page) => {
    await page.getByTestId('backup-make').waitFor();
    await page.getByTestId('person-name').evaluate((field) => field.closest('section').scrollIntoView({ block: 'start' }));
  },
  encrypt: async (page) => {
    await page.getByTestId('encryption-set').click();
    await page.getByTestId('encryption-new').fill('four plumb bobs');
    await page.getByTestId('encryption-state').evaluate((words) => words.closest('section').scrollIntoView({ block: 'start' }));
  },
  changeWords: async (page) => {
    await page.getByTestId('encryption-change').click();
    await page.getByTestId('encryption-state').evaluate((words) => words.closest('section').scrollIntoView({ block: 'start' }));
  },
  person: async (page) => {
    await does.vault(page);
    await page.getByTestId('person-assessor').uncheck();
  },
  startCheck: async (page) => {
    await page.getByTestId('start-check').click();
    await does.check(page);
  },
  check: async (page) => {
    await page.getByTestId('check-choose').click();
    await page.getByTestId('checked').waitFor();
  },
  import: (page) => page.getByTestId('import-files').click(),
  keymap: (page) => page.keyboard.press('?'),
  menu: (page) => page.locator('[data-testid^="finding-"]').nth(2).click({ button: 'right' }),
  tour: async (page) => {
    await page.getByTestId('tour-begin').click();
    await page.locator('[data-testid^="cell-"]').first().waitFor();
  },
  tourCell: async (page) => {
    await does.tour(page);
    await page.getByTestId('tour-next').click();
    await page.getByTestId('cell-drawer').waitFor();
  },
  palette: async (page) => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('re');
  },
};

/** A kind of report, of the first environment. */
async function wish(page, kind) {
  await page.getByTestId(`report-kind-${kind}`).click();
  await page.locator('[data-testid^="report-env-"]').first().click();
}

// What would make two machines draw alike is said, not left to them.
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run', '--disable-lcd-text', '--disable-partial-raster', '--default-tile-width=4096', '--default-tile-height=4096', '--font-render-hinting=none', '--force-color-profile=srgb'] });
const server = real ? null : await serve();
const todo = sets.flatMap((set) => set.pages.map(([name, hash, action]) => ({ set, name: `${set.name}-${name}`, hash, action })));
const queue = todo.filter(({ name }) => name.includes(only));
let [wrong, made, unapproved, bytes] = [0, 0, 0, 0];
await Promise.all(Array.from({ length: Number(process.env.ATONCE ?? 3) }, worker));
if (!real && !only) {
  await forget();
  await eyes();
}
await browser.close();
await server?.close();
if (!real) console.log(`${made} pictures, ${Math.round(bytes / 1000)} kB when small, in ${Math.round((performance.now() - began) / 1000)} s`);
if (unapproved) console.log(`${unapproved} pictures are not the approved ones. See target/pages, and target/pages/changed for approved, new and difference side by side.\nWhere the change is meant: npm run pages -- --approve (with ONLY=part of a name for some of them), and commit ui/tests/approved.`);
console.log(wrong ? `${wrong} complaints` : 'every page is clean');
process.exit(wrong ? 1 : 0);

/** Takes picture after picture; a window is kept for as long as its set lasts and nothing was done in it. */
async function worker() {
  let [set, context, page, shared] = [null, null, null, null];
  for (let job = queue.shift(); job; job = queue.shift()) {
    if (job.set !== set) {
      await context?.close();
      shared?.gone();
      set = job.set;
      const [width, height] = set.size;
      context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce', locale: set.language, timezoneId: 'UTC' });
      await context.addInitScript(watch, [set.theme, set.language, set.text]);
      shared = set.together ? server.another(set.scenario) : null;
      page = null;
    }
    page ??= await context.newPage();
    const behind = real ? { url: real } : (shared ?? server.another(set.scenario));
    const complaints = await picture(page, job, behind).catch((error) => [String(error)]);
    console.log([`${complaints.length ? 'FAIL' : 'ok  '} ${job.name}`, ...complaints.map((c) => `  ${c}`)].join('\n'));
    wrong += complaints.length;
    made += 1;
    if (!shared) behind.gone?.();
    if (job.action || complaints.length) {
      await page.close();
      page = null;
    }
  }
  await context?.close();
}

async function picture(page, { set, name, hash, action }, { url, fake }) {
  const complaints = [];
  const hear = (m) => (m.type() === 'error' || m.type() === 'warning') && !/422/.test(m.text()) && complaints.push(m.text());
  const catches = (e) => complaints.push(String(e));
  page.on('console', hear).on('pageerror', catches);
  await page.goto(`${url}${real ? '/' : ''}${hash}`);
  await settled(page, set);
  if (set.held) {
    // First the window around the page comes, then the page.
    fake.letGo(['environments']);
    await settled(page, set);
    await still(page, complaints, 'the window');
  }
  if (action) {
    await does[action](page);
    await settled(page, set);
  }
  await page.evaluate(() => globalThis.drawnAnew());
  const shot = await page.screenshot({ path: `${out}${name}.png`, animations: 'disabled' });
  const { violations } = await page.evaluate(axe).then(() => page.evaluate((preload) => globalThis.axe.run(document, { resultTypes: ['violations'], preload }), set.name === 'light'));
  for (const v of violations) complaints.push(`axe ${v.id}: ${v.help}\n    ${v.nodes.slice(0, 4).map((n) => `${n.target.join(' ')} ${n.any[0]?.message ?? ''}`).join('\n    ')}`);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1 || [...document.querySelectorAll('.content')].some((c) => c.scrollWidth > c.clientWidth + 1));
  if (sideways) complaints.push('scrolls sideways');
  if (set.held) {
    // Answers come one after the other, as from a slow engine.
    do await settled(page, set);
    while (fake.letGo() > 0);
    await still(page, complaints, 'the page');
  }
  if (set.scrolled) {
    const { longest, nodes } = await scrolled(page);
    console.log(`     100,000 rows scrolled: longest task ${longest} ms (under 50 ms counts as 0), ${nodes} nodes`);
    // Time is told, not judged: another machine's load is no fault of the page. Nodes are the page's own.
    if (nodes > 2000) complaints.push(`${nodes} nodes`);
  }
  page.off('console', hear).off('pageerror', catches);
  if (!real) await compare(name, shot, complaints);
  return complaints;
}

async function compare(name, shot, complaints) {
  const now = small(shot);
  const file = `${approved}${name}.png`;
  await rm(`${changed}${name}.png`, { force: true });
  if (approve) {
    const kept = write(now);
    bytes += kept.length;
    await writeFile(file, kept);
    return;
  }
  // Until the first ones are approved there is nothing to compare with.
  if (!anyApproved) return;
  const kept = await readFile(file).catch(() => null);
  bytes += kept?.length ?? 0;
  const differs = kept && difference(kept, now);
  if (kept && !differs) return;
  unapproved += 1;
  complaints.push(kept ? `${differs.words}: target/pages/changed/${name}.png` : 'has no approved picture');
  if (differs) await writeFile(`${changed}${name}.png`, differs.picture);
}

/** Approved pictures of what is no longer there. */
async function forget() {
  const known = new Set(todo.map(({ name }) => `${name}.png`));
  for (const file of await readdir(approved)) {
    if (known.has(file) || !file.endsWith('.png')) continue;
    if (approve) await rm(`${approved}${file}`);
    else {
      console.log(`FAIL ${file} is approved, but there is no such page`);
      wrong += 1;
      unapproved += 1;
    }
  }
}

/** Says what jumped since it was last asked: a share of the window, as web browsers count it. */
async function still(page, complaints, what) {
  const { sum, shifts } = await page.evaluate(() => globalThis.jumped());
  if (sum > 0.02) complaints.push(`${what} jumps by ${sum.toFixed(3)} while it comes:\n    ${shifts.join('\n    ')}`);
}

/** Whether the comparison sees what it must, and lets pass what it may: on a page that is really changed. */
async function eyes() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, reducedMotion: 'reduce', timezoneId: 'UTC' });
  await context.addInitScript(watch, ['light', 'en', '100']);
  const page = await context.newPage();
  await page.goto(`${server.another({}).url}#/overview`);
  await settled(page, {});
  const kept = write(small(await page.screenshot({ animations: 'disabled' })));
  const changes = [
    ['a moved button', true, '[data-testid=import]', 'transform: translateX(-10px)'],
    ['another colour', true, '[data-testid=next-action]', 'background: var(--bad)'],
    ['a missing panel', true, '[data-testid=since]', 'visibility: hidden'],
    ['a missing button', true, '[data-testid=import]', 'visibility: hidden'],
    ['larger text', true, 'h1', 'font-size: 1.5rem'],
    ['nothing', false, 'h1', ''],
    ['another rasteriser, a third of a pixel off', false, '#app', 'transform: translate(0.3px, 0.3px)'],
    ['another rasteriser, softer', false, '#app', 'filter: blur(0.5px)'],
    ['another rasteriser, with heavier glyphs', false, '#app', '-webkit-text-stroke: 0.1px'],
  ];
  for (const [what, sees, where, style] of changes) {
    await page.locator(where).first().evaluate((node, css) => (node.style.cssText = css), style);
    await settled(page, {});
    const found = difference(kept, small(await page.screenshot({ animations: 'disabled' })));
    await page.locator(where).first().evaluate((node) => (node.style.cssText = ''));
    if (Boolean(found) === sees) continue;
    console.log(`FAIL the comparison ${sees ? 'does not see' : 'sees'} ${what}`);
    wrong += 1;
  }
  await context.close();
}

/** Until nothing is asked, put off or still to be drawn. With answers held back, what is asked does not count. */
async function settled(page, { held, busy }) {
  await page.evaluate((asked) => globalThis.settled(asked), !held && !busy);
}

/** In the page, before it begins: counts what it asks and puts off, and what jumps, so that nothing is awaited by the clock. */
function watch([theme, language, text]) {
  localStorage.clear();
  for (const [name, value] of Object.entries({ theme, language, text })) localStorage.setItem(name, value);
  const { fetch, setTimeout, clearTimeout } = globalThis;
  let asked = 0;
  const later = new Set();
  globalThis.fetch = async (...what) => {
    asked += 1;
    try {
      const answer = await fetch(...what);
      return new Response(await answer.blob(), { status: answer.status, statusText: answer.statusText });
    } finally {
      asked -= 1;
    }
  };
  globalThis.setTimeout = (work, ms = 0, ...more) => {
    const id = setTimeout(() => {
      later.delete(id);
      work(...more);
    }, ms);
    // What takes longer than this goes away by itself, and is no part of the page's coming.
    if (ms < 3000) later.add(id);
    return id;
  };
  globalThis.clearTimeout = (id) => {
    later.delete(id);
    clearTimeout(id);
  };
  globalThis.settled = (answered) =>
    new Promise((done, failed) => {
      const began = performance.now();
      let quiet = 0;
      const look = () => {
        const busy = later.size > 0 || (answered && asked > 0) || document.fonts.status !== 'loaded' || [...document.images].some((i) => !i.complete);
        quiet = busy ? 0 : quiet + 1;
        if (quiet > 3) done();
        else if (performance.now() - began > 20000) failed(new Error(`not settled: ${asked} asked, ${later.size} put off`));
        else requestAnimationFrame(look);
      };
      look();
    });
  // What was drawn part by part while it came differs in a last bit here and there.
  globalThis.drawnAnew = async () => {
    for (const opacity of ['0.5', '']) {
      document.body.style.opacity = opacity;
      for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
    }
  };
  let shifts = [];
  const named = (node) => (node?.nodeType === 1 ? `${node.localName}.${[...node.classList].filter((c) => !c.startsWith('svelte-')).join('.')}` : (node?.nodeName ?? '?'));
  const note = (entries) => entries.forEach((e) => !e.hadRecentInput && shifts.push(e));
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  globalThis.jumped = () => {
    note(observer.takeRecords());
    const moved = (s) => `${named(s.node)} ${Math.round(s.previousRect.x)},${Math.round(s.previousRect.y)} ${Math.round(s.previousRect.width)}×${Math.round(s.previousRect.height)} → ${Math.round(s.currentRect.x)},${Math.round(s.currentRect.y)} ${Math.round(s.currentRect.width)}×${Math.round(s.currentRect.height)}`;
    const all = shifts;
    shifts = [];
    return { sum: all.reduce((sum, e) => sum + e.value, 0), shifts: all.map((e) => `${e.value.toFixed(3)}: ${e.sources.slice(0, 3).map(moved).join('; ')}`) };
  };
}

// Scrolls by rows and by leaps, as a wheel and a dragged bar do.
function scrolled(page) {
  return page.evaluate(async () => {
    const table = document.querySelector('[role=grid]');
    let longest = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((e) => (longest = Math.max(longest, e.duration)))).observe({ entryTypes: ['longtask'] });
    for (let i = 0; i < 240; i += 1) {
      table.scrollTop += i < 120 ? 400 : 20000;
      await new Promise(requestAnimationFrame);
    }
    await new Promise((done) => setTimeout(done, 500));
    return { longest: Math.round(longest), nodes: document.querySelectorAll('*').length };
  });
}
