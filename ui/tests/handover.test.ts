import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import App from '../src/App.svelte';
import { place } from '../src/lib/place.svelte';
import type { Scenario } from './fake';
import { withEngine } from './engine';

const fingerprint = '3df5-ab2f-7e6f-0c8d-d309-6a8c-497d-6d12';
beforeEach(() => localStorage.removeItem('report'));

function open(hash: string, scenario: Scenario = {}) {
  const asked = withEngine(scenario);
  location.hash = hash;
  place.read();
  render(App);
  return asked;
}
async function check(scenario: Scenario = {}, key = '') {
  const asked = open('#/reports/check', scenario);
  if (key) await fireEvent.input(await screen.findByTestId('check-key'), { target: { value: key } });
  await fireEvent.click(await screen.findByTestId('check-choose'));
  const result = await screen.findByTestId('checked', undefined, { timeout: 3000 });
  return { asked, result };
}

test('a package is made of what was chosen, and says its key', async () => {
  const asked = open('#/reports/handover');
  await fireEvent.click(await screen.findByTestId('report-env-E1'));
  await fireEvent.click(screen.getByTestId('report-preset-quarter'));
  await fireEvent.click(screen.getByTestId('handover-format-oscal'));
  await fireEvent.click(screen.getByTestId('handover-format-xlsx'));
  await fireEvent.click(screen.getByTestId('handover-make'));
  const result = await screen.findByTestId('handed-over', undefined, { timeout: 4000 });
  const { request } = asked.find((a) => a.command === 'hand_over')!.args;
  expect(request.formats).toEqual(['pdf', 'xlsx', 'oscal']);
  expect(request.report).toMatchObject({ kind: 'iec62443', environments: ['E1'], from: '2026-07-01', to: '2026-09-30', without: [], compare_with: null });
  expect(result.textContent).toContain('plumbline-handover-e1-2026-11-24.zip');
  expect(screen.getByTestId('fingerprint').textContent).toBe(fingerprint);
  expect(result.textContent).toContain('Tell the receiver this fingerprint another way');
});

test('making a package is cancelled', async () => {
  open('#/reports/handover', { slow: 60 });
  await fireEvent.click(await screen.findByTestId('report-env-E1'));
  await fireEvent.click(screen.getByTestId('handover-make'));
  await fireEvent.click(await screen.findByTestId('handover-cancel'));
  await screen.findByText('Cancelled. No package was written.');
});

test('an intact package says so, and that its key was not compared', async () => {
  const { asked, result } = await check();
  expect(asked.find((a) => a.command === 'check_handover')!.args['key']).toBe('');
  expect(result.querySelector('h2')!.textContent!.trim()).toBe('Intact');
  expect(screen.queryByTestId('check-faults')).toBeNull();
  expect(screen.getByTestId('check-known').textContent).toContain('Not compared');
  expect(result.textContent).toContain('412 rows, 398 of them in full');
  // Nine zones, each with seven cells.
  expect(screen.getByTestId('checked-E1').querySelectorAll('td').length).toBe(63);
});

test('the key that was told another way is compared', async () => {
  const { result } = await check({}, ` ${fingerprint} `);
  expect(result.dataset['intact']).toBe('true');
  expect(screen.getByTestId('check-known').textContent).toContain('it is the fingerprint that you gave');
});

test('another key, and a changed package, are told with their faults', async () => {
  const { result } = await check({ tampered: true }, '0000-0000-0000-0000-0000-0000-0000-0000');
  expect(result.querySelector('h2')!.textContent!.trim()).toBe('Not intact');
  expect(screen.getByTestId('check-known').textContent).toContain('Somebody else made this package');
  const rows = [...screen.getByTestId('check-faults').querySelectorAll('tbody tr')].map((row) => row.querySelector('th')!.textContent);
  expect(rows).toEqual(['The archive itself', 'riverbend/assets.csv', 'manifest.json']);
  await waitFor(() => expect(document.body.textContent).toContain('Import takes a package as the starting point'));
});

test('whoever has no store yet can check a package', async () => {
  const asked = open('', { first: true });
  await fireEvent.click(await screen.findByTestId('start-check'));
  await fireEvent.click(await screen.findByTestId('check-choose'));
  expect((await screen.findByTestId('checked', undefined, { timeout: 3000 })).dataset['intact']).toBe('true');
  expect(asked.some((a) => a.command === 'create_store')).toBe(false);
});
