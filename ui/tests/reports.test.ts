import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import App from '../src/App.svelte';
import { isDay, lastQuarter, monthsBefore } from '../src/lib/days';
import { place } from '../src/lib/place.svelte';
import { type Asked, withEngine } from './engine';

beforeEach(() => localStorage.removeItem('report'));

async function open(hash: string) {
  location.hash = hash;
  place.read();
  render(App);
}
async function begin(scenario = {}, kind = 'iec62443') {
  const asked = withEngine(scenario);
  await open('#/reports');
  await fireEvent.click(await screen.findByTestId('generate-report'));
  location.hash = '#/reports/new';
  place.read();
  await fireEvent.click(await screen.findByTestId(`report-kind-${kind}`));
  expect(screen.queryByTestId('report-generate')).toBeNull();
  await fireEvent.click(await screen.findByTestId('report-env-E1'));
  return asked;
}

const plain = {
  kind: 'iec62443', environments: ['E1'], from: '2026-07-01', to: '2026-09-30', format: 'pdf', without: [], compare_with: null, floor: '', layers: [], vendors: [],
  paper: 'a4', language: 'en', classification: '', prepared_for: '', prepared_by: '', scenario: '',
};
async function choosePeriod() {
  await fireEvent.input(screen.getByTestId('report-from'), { target: { value: '2026-07-01' } });
  await fireEvent.input(screen.getByTestId('report-to'), { target: { value: '2026-09-30' } });
}
/** What is sent when Generate is pressed now. */
async function sent(asked: Asked[]) {
  await fireEvent.click(screen.getByTestId('report-generate'));
  await waitFor(() => expect(asked.some((a) => a.command === 'generate_report')).toBe(true));
  return asked.find((a) => a.command === 'generate_report')!.args;
}

test('kind, environments, period, generate; then the report is kept', async () => {
  const asked = await begin();
  await choosePeriod();
  const { request, job } = await sent(asked);
  await screen.findByTestId('report-progress');
  await screen.findByTestId('report-row-R3', undefined, { timeout: 4000 });
  expect(request).toEqual(plain);
  expect(typeof job).toBe('number');
});

test('parts are left out, another report is compared with, and the next time begins with the same looks', async () => {
  const asked = await begin();
  await fireEvent.click(screen.getByTestId('report-preset-since'));
  // R2 ends on 30 September; today is 24 November.
  expect(screen.getByTestId<HTMLInputElement>('report-from').value).toBe('2026-10-01');
  expect(document.body.textContent).toContain('All parts are in the report.');
  await fireEvent.click(screen.getByTestId('report-part-annex_findings'));
  await fireEvent.click(screen.getByTestId('report-part-vendors'));
  expect(document.body.textContent).toContain('13 of 15 parts. The report says what was left out.');
  await fireEvent.change(screen.getByTestId('report-compare-with'), { target: { value: 'R1' } });
  await fireEvent.change(screen.getByTestId('report-format'), { target: { value: 'docx' } });
  await fireEvent.input(screen.getByTestId('report-for'), { target: { value: ' Works council ' } });
  const { request } = await sent(asked);
  expect(request).toEqual({ ...plain, from: '2026-10-01', to: '2026-11-24', format: 'docx', without: ['vendors', 'annex_findings'], compare_with: 'R1', prepared_for: 'Works council' });
  await screen.findByTestId('report-row-R3', undefined, { timeout: 4000 });
  cleanup();
  await begin();
  expect(screen.getByTestId<HTMLSelectElement>('report-format').value).toBe('docx');
  expect(screen.getByTestId<HTMLInputElement>('report-for').value).toBe('Works council');
});

test('a report that ends too late is not compared with', async () => {
  const asked = await begin();
  await fireEvent.change(screen.getByTestId('report-compare-with'), { target: { value: 'R2' } });
  await choosePeriod();
  expect([...screen.getByTestId<HTMLSelectElement>('report-compare-with').options].map((o) => o.value)).toEqual(['last', '', 'R1']);
  expect((await sent(asked)).request).toEqual(plain);
});

test('an extract is of a severity, layers and vendors; without a choice it is of all', async () => {
  const asked = await begin({ vendors: 20 }, 'extract');
  await choosePeriod();
  expect(screen.queryByTestId('report-part-scope')).toBeNull();
  expect([...screen.getByTestId<HTMLSelectElement>('report-format').options].map((o) => o.value)).toEqual(['pdf', 'docx', 'html', 'xlsx', 'json']);
  const list = await screen.findByTestId('report-vendors');
  expect(list.querySelectorAll('input').length).toBe(27);
  expect(document.body.textContent).toContain('Vendors · all, as none is chosen');
  await fireEvent.input(screen.getByLabelText('Search vendors'), { target: { value: 'moxa' } });
  await waitFor(() => expect(list.querySelectorAll('input').length).toBe(1));
  await fireEvent.click(screen.getByTestId('report-vendor-Moxa'));
  await fireEvent.click(screen.getByTestId('report-layer-network'));
  await fireEvent.change(screen.getByTestId('report-floor'), { target: { value: 'high' } });
  expect((await sent(asked)).request).toEqual({ ...plain, kind: 'extract', floor: 'high', layers: ['network'], vendors: ['Moxa'] });
});

test('what was chosen for one kind is not sent with another', async () => {
  const asked = await begin();
  await choosePeriod();
  await fireEvent.change(screen.getByTestId('report-format'), { target: { value: 'oscal' } });
  await fireEvent.click(screen.getByTestId('report-part-scope'));
  await fireEvent.click(screen.getByTestId('report-kind-risk'));
  expect(screen.queryByTestId('report-compare-with')).toBeNull();
  expect((await sent(asked)).request).toEqual({ ...plain, kind: 'risk' });
});

test('a period that runs backwards cannot be generated', async () => {
  await begin();
  await fireEvent.input(screen.getByTestId('report-from'), { target: { value: '2026-11-01' } });
  await fireEvent.input(screen.getByTestId('report-to'), { target: { value: '2026-10-01' } });
  expect((screen.getByTestId('report-generate') as HTMLButtonElement).disabled).toBe(true);
  expect(document.body.textContent).toContain('must not be after the last');
});

test('cancel stops the work and says that nothing was kept', async () => {
  const asked = await begin({ slow: 60 });
  await fireEvent.click(screen.getByTestId('report-generate'));
  await fireEvent.click(await screen.findByTestId('report-cancel'));
  await screen.findByText('Cancelled. No report was kept.');
  const job = asked.find((a) => a.command === 'generate_report')?.args['job'];
  expect(asked.find((a) => a.command === 'cancel')?.args).toEqual({ job });
});

test('a changed report is named so', async () => {
  withEngine();
  await open('#/reports');
  const row = await screen.findByTestId('report-row-R1');
  expect(row.textContent).toContain('Changed or missing');
  await waitFor(() => expect(screen.getByTestId('report-row-R2').textContent).toContain('Unchanged'));
});

test('days', () => {
  expect(monthsBefore('2026-05-31', 3)).toBe('2026-02-28');
  expect(lastQuarter('2026-11-24')).toEqual(['2026-07-01', '2026-09-30']);
  expect(lastQuarter('2026-02-01')).toEqual(['2025-10-01', '2025-12-31']);
  expect([isDay('2026-02-30'), isDay('2024-02-29'), isDay('x')]).toEqual([false, true, false]);
});

test('two kept reports are compared, the earlier day first', async () => {
  const asked = withEngine();
  await open('#/reports');
  const boxes = await screen.findAllByTestId(/^compare-R/);
  const button = screen.getByTestId<HTMLButtonElement>('compare-reports');
  expect(button.disabled).toBe(true);
  // The newer one is ticked first.
  await fireEvent.click(boxes[0]!);
  await fireEvent.click(boxes[1]!);
  await fireEvent.click(button);
  const panel = await screen.findByTestId('compared-E1');
  expect(panel.textContent).toContain('118 → 94');
  expect(panel.textContent).toContain('Exposure 0 → 2, 4 findings settled, 1 finding opened');
  expect(panel.textContent).toContain('Patching 1 → 3, 3/5 → 9/10');
  const { first, second } = asked.find((a) => a.command === 'compare_reports')!.args;
  const ids = boxes.map((box) => box.getAttribute('data-testid')!.replace('compare-', ''));
  expect([first, second]).toEqual([ids[1], ids[0]]);
});

test.each([1, 2, 36])('a trend of %i points', async (points) => {
  withEngine({ trend: points });
  await open('#/reports');
  expect((await screen.findByTestId('report-trend')).getAttribute('href')).toBe('#/reports/trend');
  location.hash = '#/reports/trend';
  place.read();
  const table = await screen.findByTestId('trend-points');
  expect(table.querySelectorAll('tbody tr').length).toBe(points);
  expect(screen.getByTestId('trend-zones').querySelectorAll('thead th').length).toBe(points + 1);
  if (points === 1) {
    expect(screen.queryByTestId('trend-lines')).toBeNull();
    expect(screen.getByTestId('trend-one').textContent).toContain('a trend needs two days');
  } else {
    // One line of gaps, two of findings.
    const lines = [...screen.getByTestId('trend-lines').querySelectorAll('polyline')];
    expect(lines.map((line) => line.getAttribute('points')!.split(' ').length)).toEqual([points, points, points]);
  }
});
