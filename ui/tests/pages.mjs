// Pictures of every page and axe over each: `npm run pages`. Fails on any violation, script error, or refused request.
// PLUMBLINE_URL: a running engine instead of the fake. CHROMIUM: the browser. ONLY: a part of the picture's name.
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { serve } from './serve.mjs';

const out = fileURLToPath(new URL('../../target/pages/', import.meta.url));
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const real = process.env.PLUMBLINE_URL;
const only = process.env.ONLY ?? '';
await mkdir(out, { recursive: true });

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
  ['audit', '#/audit'],
  ['audit-drawer', '#/audit', 'audit'],
  ['settings', '#/settings'],
  ['settings-profile', '#/settings', 'profile'],
  ['import', '#/import', real ? undefined : 'import'],
  ['palette', '#/overview', 'palette'],
  ['levels-help', '#/levels?help=1'],
  ['keymap', '#/findings?state=open', 'keymap'],
  ['menu', '#/findings?state=open', 'menu'],
  ['tour', '#/overview', 'tour'],
  ['tour-cell', '#/overview', 'tourCell'],
];
const few = ['plan', 'plan-actions', 'overview', 'levels', 'levels-drawer', 'findings', 'findings-drawer', 'intelligence', 'reports-new', 'reports-extract', 'reports-preview', 'reports-trend', 'reports-handed-over', 'reports-check'];
const sets = [
  { name: 'light', theme: 'light', language: 'en', pages: everyPage },
  { name: 'dark', theme: 'dark', language: 'en', pages: everyPage },
  { name: 'de', theme: 'light', language: 'de', pages: everyPage },
  { name: 'contrast', theme: 'contrast', language: 'en', pages: everyPage.filter(([n]) => few.includes(n)) },
  { name: 'text-200', theme: 'light', language: 'de', text: '200', pages: everyPage.filter(([n]) => few.includes(n)) },
  { name: 'wide', theme: 'light', language: 'en', size: [1680, 1000], pages: everyPage.filter(([n]) => few.includes(n)) },
  ...(real
    ? []
    : [
        { name: 'long', theme: 'light', language: 'de', scenario: { long: true }, pages: everyPage.filter(([n]) => few.concat('zones', 'assets').includes(n)) },
        { name: 'first', theme: 'light', language: 'en', scenario: { first: true }, pages: [['start', ''], ['start-check', '', 'startCheck']] },
        { name: 'first-dark', theme: 'dark', language: 'de', scenario: { first: true }, pages: [['start', '']] },
        { name: 'empty', theme: 'light', language: 'en', scenario: { empty: true }, pages: everyPage.filter(([n]) => ['overview', 'levels', 'zones', 'risk', 'components', 'assets', 'findings', 'reports', 'reports-trend', 'audit'].includes(n)) },
        { name: 'failed', theme: 'light', language: 'en', scenario: { fails: ['levels', 'findings', 'overview'], broken: true }, pages: everyPage.filter(([n]) => ['overview', 'levels', 'findings', 'audit'].includes(n)) },
        { name: 'changed', theme: 'light', language: 'en', scenario: { tampered: true, vendors: 60, trend: 36 }, pages: everyPage.filter(([n]) => ['reports-check', 'reports-extract', 'reports-trend'].includes(n)) },
        { name: 'begun', theme: 'light', language: 'en', scenario: { trend: 1, slow: 10000 }, pages: everyPage.filter(([n]) => ['reports-trend', 'reports-parts'].includes(n)).map(([n, hash, action]) => [n, hash, action && 'generating']) },
        { name: 'plants', theme: 'light', language: 'de', size: [1280, 1100], scenario: { plants: true }, pages: everyPage.filter(([n]) => n === 'overview') },
        { name: 'many', theme: 'light', language: 'en', scenario: { findings: 100000 }, pages: everyPage.filter(([n]) => n === 'findings') },
      ]),
];

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
    await page.waitForTimeout(300);
  },
  generating: async (page) => {
    await wish(page, 'iec62443');
    await page.getByTestId('report-generate').click();
    await page.getByTestId('report-progress').scrollIntoViewIfNeeded();
    await page.waitForTimeout(300);
  },
  handover: (page) => page.locator('[data-testid^="report-env-"]').first().click(),
  handedOver: async (page) => {
    await page.locator('[data-testid^="report-env-"]').first().click();
    await page.getByTestId('handover-make').click();
    await page.getByTestId('handed-over').scrollIntoViewIfNeeded();
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
    await page.waitForTimeout(500);
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

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'] });
let wrong = 0;
for (const set of sets) {
  const pages = set.pages.filter(([n]) => `${set.name}-${n}`.includes(only));
  if (pages.length === 0) continue;
  const server = real ? null : await serve(set.scenario ?? {});
  const [width, height] = set.size ?? [1280, 720];
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce', locale: set.language });
  await context.addInitScript(([theme, language, text]) => {
    localStorage.setItem('theme', theme);
    localStorage.setItem('language', language);
    localStorage.setItem('text', text);
  }, [set.theme, set.language, set.text ?? '100']);
  for (const [name, hash, action] of pages) {
    const page = await context.newPage();
    const complaints = [];
    page.on('console', (m) => (m.type() === 'error' || m.type() === 'warning') && !/422/.test(m.text()) && complaints.push(m.text()));
    page.on('pageerror', (e) => complaints.push(String(e)));
    await page.goto(`${real ?? server.url}/${hash}`);
    await page.waitForLoadState('networkidle');
    try {
      if (action) await does[action](page);
      await page.waitForTimeout(150);
      await page.waitForLoadState('networkidle');
      await page.evaluate(() => document.fonts.ready);
      await page.screenshot({ path: `${out}${set.name}-${name}.png` });
      const result = await page.evaluate(await axeScript());
      for (const v of result.violations) complaints.push(`axe ${v.id}: ${v.help}\n    ${v.nodes.slice(0, 4).map((n) => `${n.target.join(' ')} ${n.any[0]?.message ?? ''}`).join('\n    ')}`);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1 || [...document.querySelectorAll('.content')].some((c) => c.scrollWidth > c.clientWidth + 1));
      if (sideways) complaints.push('scrolls sideways');
    } catch (error) {
      complaints.push(String(error));
    }
    if (set.name === 'many') {
      const { longest, nodes } = await scrolled(page);
      console.log(`     100,000 rows scrolled: longest task ${longest} ms (under 50 ms counts as 0), ${nodes} nodes`);
      // Time is told, not judged: another machine's load is no fault of the page. Nodes are the page's own.
      if (nodes > 2000) complaints.push(`${nodes} nodes`);
    }
    console.log(`${complaints.length ? 'FAIL' : 'ok  '} ${set.name}-${name}`);
    for (const c of complaints) console.log(`  ${c}`);
    wrong += complaints.length;
    await page.close();
  }
  await context.close();
  await server?.close();
}
await browser.close();
console.log(wrong ? `${wrong} complaints` : 'every page is clean');
process.exit(wrong ? 1 : 0);

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

// The policy forbids added script tags, so axe comes in through the debugger.
async function axeScript() {
  const { readFile } = await import('node:fs/promises');
  const source = await readFile(axe, 'utf8');
  return `(async () => { ${source}; return await axe.run(document, { resultTypes: ['violations'] }); })()`;
}
