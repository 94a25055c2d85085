import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import App from '../src/App.svelte';
import DayField from '../src/lib/components/DayField.svelte';
import Failed from '../src/lib/components/Failed.svelte';
import { likelihood, percent, words } from '../src/lib/i18n/words.svelte';
import { place } from '../src/lib/place.svelte';
import { toast } from '../src/lib/toast.svelte';
import { withEngine } from './engine';

function openAt(hash: string, scenario = {}) {
  const asked = withEngine(scenario);
  location.hash = hash;
  place.read();
  render(App);
  return asked;
}
beforeEach(() => toast.close());
afterEach(() => (words.language = 'en'));

test('a share below a threshold never reads as if it met it', () => {
  expect(percent(0.79999)).toBe('79.9%');
  expect(percent('0.95')).toBe('95%');
  expect(percent(0.29)).toBe('29%');
  expect([likelihood(0.0004), likelihood(0), likelihood(0.5)]).toEqual(['< 0.1%', '0%', '50%']);
});

test('a day field takes days within its bounds, moves by a day, and puts back what is none', async () => {
  const onday = vi.fn();
  render(DayField, { value: '2026-03-01', min: '2026-01-01', max: '2026-03-31', strict: true, onday });
  const field = screen.getByRole<HTMLInputElement>('textbox');
  for (const wrong of ['2026-02-30', '2027-01-01', '31.02.2026', '03/02/2026']) {
    await fireEvent.change(field, { target: { value: wrong } });
    expect(field.value).toBe('2026-03-01');
  }
  expect(onday).not.toHaveBeenCalled();
  await fireEvent.change(field, { target: { value: ' 28.2.2026 ' } });
  await fireEvent.keyDown(field, { key: 'ArrowUp' });
  expect(onday.mock.calls).toEqual([['2026-02-28'], ['2026-03-01']]);
});

test('the drawer of a cell takes the focus and gives it back', async () => {
  openAt('#/levels');
  const cell = await screen.findByTestId('cell-Z3-3');
  cell.focus();
  await fireEvent.keyDown(cell, { key: 'Enter' });
  await waitFor(() => expect(screen.getByTestId('cell-drawer').contains(document.activeElement)).toBe(true));
  await fireEvent.keyDown(window, { key: 'Escape' });
  await waitFor(() => expect(screen.queryByTestId('cell-drawer')).toBeNull());
  await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('cell-Z3-3')));
});

test('Enter on a row goes into its drawer, a click stays in the table, Escape comes back', async () => {
  openAt('#/findings');
  await waitFor(() => expect(document.querySelectorAll('[data-testid^="finding-F"]').length).toBeGreaterThan(5));
  const table = screen.getByRole('grid');
  table.focus();
  await fireEvent.keyDown(table, { key: 'ArrowDown' });
  await fireEvent.keyDown(table, { key: 'Enter' });
  await waitFor(() => expect(screen.getByTestId('finding-drawer').contains(document.activeElement)).toBe(true));
  await fireEvent.keyDown(window, { key: 'Escape' });
  await waitFor(() => expect(document.activeElement).toBe(table));
  await fireEvent.click(document.querySelectorAll('[data-testid^="finding-F"]')[2]!);
  await screen.findByTestId('finding-drawer');
  expect(document.activeElement).toBe(table);
});

test('Ctrl+K finds a page by its name', async () => {
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
    this.open = false;
    this.dispatchEvent(new Event('close'));
  };
  openAt('#/overview');
  await screen.findByTestId('nav-levels');
  await fireEvent.keyDown(window, { key: 'k', ctrlKey: true });
  const field = await screen.findByTestId('palette-input');
  await fireEvent.input(field, { target: { value: 'audit' } });
  await fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(place.page).toBe('audit'));
  expect(screen.queryByTestId('palette-input')).toBeNull();
});

test('own words stand behind the reason in the history', async () => {
  openAt('#/findings?state=open&triaged=true');
  await waitFor(() => expect(document.querySelectorAll('[data-testid^="finding-F"]').length).toBeGreaterThan(1));
  await fireEvent.click(document.querySelector('[data-testid^="finding-F"]')!);
  await waitFor(() => expect(screen.getByTestId('finding-drawer').textContent).toContain('In work: part ordered'));
});

test('sorting by severity begins with the worst', async () => {
  const asked = openAt('#/findings');
  const head = await screen.findByRole('columnheader', { name: 'Severity' });
  await fireEvent.click(within(head).getByRole('button'));
  await waitFor(() => expect(asked.filter((a) => a.command === 'findings').at(-1)?.args['query']).toMatchObject({ sort: 'severity', descending: true }));
});

test('a failure is told in the language of the window', () => {
  words.language = 'de';
  render(Failed, { failure: { code: 'store_locked', what: 'the store in /x is in use', at: '', advice: 'Close it.' } });
  const said = screen.getByRole('alert').textContent;
  for (const part of ['Der Datenbestand wird gerade benutzt', 'the store in /x is in use', 'Schließen Sie es']) expect(said).toContain(part);
  expect(said).not.toContain('Close it.');
});

test('who leaves while a report is made is told, and not taken elsewhere', async () => {
  openAt('#/reports/new');
  await fireEvent.click(await screen.findByTestId('report-kind-iec62443'));
  await fireEvent.click(await screen.findByTestId('report-env-E1'));
  await fireEvent.click(screen.getByTestId('report-generate'));
  await screen.findByTestId('report-progress');
  place.go('zones');
  await waitFor(() => expect(screen.getByTestId('toast').textContent).toContain('Report made'), { timeout: 4000 });
  expect(place.page).toBe('zones');
});

test('the period offered is the one the heat map shows', async () => {
  const asked = openAt('#/reports/new');
  await fireEvent.click(await screen.findByTestId('report-kind-iec62443'));
  await fireEvent.click(await screen.findByTestId('report-env-E1'));
  await waitFor(() => expect(asked.some((a) => a.command === 'levels')).toBe(true));
  await waitFor(() => expect((screen.getByTestId('report-from') as HTMLInputElement).value).toBe('2026-08-24'));
  expect((screen.getByTestId('report-to') as HTMLInputElement).value).toBe('2026-11-24');
});
