import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import App from '../src/App.svelte';
import { place } from '../src/lib/place.svelte';
import { Pages } from '../src/lib/paging.svelte';
import { toast } from '../src/lib/toast.svelte';
import { wait, withEngine, type Asked } from './engine';

const rows = () => [...document.querySelectorAll<HTMLElement>('[data-testid^="finding-F"]')];
const idOf = (row: HTMLElement | undefined) => row?.dataset['testid']?.replace('finding-', '') ?? '';

async function openFindings(scenario = {}): Promise<Asked[]> {
  const asked = withEngine(scenario);
  location.hash = '#/findings?state=open&triaged=false';
  place.read();
  render(App);
  await waitFor(() => expect(rows().length).toBeGreaterThan(5), { timeout: 5000 });
  return asked;
}
beforeEach(() => toast.close());

test('only what is in sight is fetched and drawn', async () => {
  const asked = await openFindings({ findings: 20000 });
  const pages = asked.filter((a) => a.command === 'findings');
  expect(pages.length).toBeLessThan(4);
  expect(pages.every((a) => a.args['query'].limit <= 100)).toBe(true);
  expect(rows().length).toBeLessThan(60);
});

test('j and k move, a acknowledges with a reason, and undo takes it back', async () => {
  const asked = await openFindings();
  const total = Number(document.querySelector('[role=grid]')?.getAttribute('aria-rowcount'));
  await fireEvent.keyDown(window, { key: 'j' });
  await fireEvent.keyDown(window, { key: 'j' });
  await fireEvent.keyDown(window, { key: 'k' });
  const target = idOf(rows()[0]);
  await fireEvent.keyDown(window, { key: 'a' });
  await fireEvent.click(await screen.findByTestId('reason-in_work'));
  await fireEvent.click(screen.getByTestId('decide-confirm'));
  await screen.findByTestId('undo');
  const sent = asked.find((a) => a.command === 'decide')?.args['decision'];
  expect(sent).toMatchObject({ environment: 'E1', act: 'acknowledge', findings: [target], reason: 'in_work' });
  await waitFor(() => expect(Number(document.querySelector('[role=grid]')?.getAttribute('aria-rowcount'))).toBe(total - 1));
  await fireEvent.click(screen.getByTestId('undo'));
  await waitFor(() => expect(Number(document.querySelector('[role=grid]')?.getAttribute('aria-rowcount'))).toBe(total));
});

test('several are chosen and decided at once', async () => {
  const asked = await openFindings();
  for (const at of [0, 2]) await fireEvent.click(within(rows()[at]!).getByRole('checkbox'));
  const chosen = [idOf(rows()[0]), idOf(rows()[2])];
  await fireEvent.click(screen.getByTestId('decide'));
  await fireEvent.click(await screen.findByTestId('reason-accepted_risk'));
  await fireEvent.click(screen.getByTestId('decide-confirm'));
  await screen.findByTestId('undo');
  expect(asked.find((a) => a.command === 'decide')?.args['decision'].findings).toEqual(chosen);
});

test('nothing is decided while looking at the past', async () => {
  withEngine();
  location.hash = '#/findings?asof=2026-01-05';
  place.read();
  render(App);
  await waitFor(() => expect(rows().length).toBeGreaterThan(5));
  await fireEvent.keyDown(window, { key: 'j' });
  await fireEvent.keyDown(window, { key: 'a' });
  expect(screen.queryByTestId('decide-confirm')).toBeNull();
  expect((screen.getByTestId('decide') as HTMLButtonElement).disabled).toBe(true);
});

test('a row opens its drawer, and Escape closes it', async () => {
  await openFindings();
  await fireEvent.click(rows()[1]!);
  const drawer = await screen.findByTestId('finding-drawer');
  await waitFor(() => expect(drawer.textContent).toContain('CVSS:3.1/'));
  expect(location.hash).toContain('id=F');
  await fireEvent.keyDown(window, { key: 'Escape' });
  await waitFor(() => expect(screen.queryByTestId('finding-drawer')).toBeNull());
});

test('a failure says what, where and what to do', async () => {
  withEngine({ fails: ['findings'] });
  location.hash = '#/findings';
  place.read();
  render(App);
  const alert = await screen.findByRole('alert');
  for (const part of ['could not be read', 'store.db', 'Restore the store', 'store_damaged']) expect(alert.textContent).toContain(part);
});

test('pages are asked once, dropped with another question, and an old answer comes too late', async () => {
  const pages = new Pages<number>();
  const asked: number[] = [];
  let release = () => {};
  const slow = new Promise<void>((done) => (release = done));
  pages.open(async () => (await slow, { total: 5, rows: [1, 1, 1, 1, 1] }));
  pages.open(async (offset, limit) => (asked.push(offset), { total: 1000, rows: Array.from({ length: limit }, (_, i) => offset + i) }));
  await wait(5);
  release();
  await wait(5);
  expect(pages.total).toBe(1000);
  expect(pages.row(7)).toBe(7);
  pages.see(450, 480);
  await wait(60);
  expect(pages.row(455)).toBe(455);
  pages.see(440, 470);
  await wait(60);
  expect(asked).toEqual([0, 400]);
});
