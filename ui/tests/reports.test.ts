import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import App from '../src/App.svelte';
import { isDay, lastQuarter, monthsBefore } from '../src/lib/days';
import { place } from '../src/lib/place.svelte';
import { withEngine } from './engine';

async function begin(scenario = {}) {
  const asked = withEngine(scenario);
  location.hash = '#/reports';
  place.read();
  render(App);
  await fireEvent.click(await screen.findByTestId('generate-report'));
  location.hash = '#/reports/new';
  place.read();
  await fireEvent.click(await screen.findByTestId('report-kind-iec62443'));
  expect(screen.queryByTestId('report-generate')).toBeNull();
  await fireEvent.click(await screen.findByTestId('report-env-E1'));
  return asked;
}

test('kind, environments, period, generate; then the report is kept', async () => {
  const asked = await begin();
  await fireEvent.input(screen.getByTestId('report-from'), { target: { value: '2026-07-01' } });
  await fireEvent.input(screen.getByTestId('report-to'), { target: { value: '2026-09-30' } });
  await fireEvent.click(screen.getByTestId('report-generate'));
  await screen.findByTestId('report-progress');
  await screen.findByTestId('report-row-R3', undefined, { timeout: 4000 });
  const sent = asked.find((a) => a.command === 'generate_report');
  expect(sent?.args['request']).toEqual({
    environments: ['E1'], from: '2026-07-01', to: '2026-09-30', format: 'pdf', paper: 'a4', language: 'en', classification: '', prepared_for: '', prepared_by: '',
  });
  expect(typeof sent?.args['job']).toBe('number');
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
  location.hash = '#/reports';
  place.read();
  render(App);
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
  location.hash = '#/reports';
  place.read();
  render(App);
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
