// Palette, keyboard, menus, undo, the way back, the tour: what holds on every page.
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import App from '../src/App.svelte';
import { pressed } from '../src/lib/actions.svelte';
import { pages, place } from '../src/lib/place.svelte';
import { appearance } from '../src/lib/theme/appearance.svelte';
import { toast } from '../src/lib/toast.svelte';
import { tour } from '../src/lib/tour.svelte';
import { withEngine, type Asked } from './engine';

HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
  this.open = true;
};
HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
  this.open = false;
  this.dispatchEvent(new Event('close'));
};
beforeEach(() => {
  toast.close();
  toast.done = [];
  appearance.keys = true;
  tour.step = null;
});

async function openAt(hash: string): Promise<Asked[]> {
  const asked = withEngine({});
  location.hash = hash;
  place.read();
  render(App);
  await screen.findByTestId('nav-overview');
  return asked;
}
const press = (key: string, more: KeyboardEventInit = {}) => fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more });
const palette = async () => {
  await press('k', { ctrlKey: true });
  return screen.findByTestId('palette-input');
};

test('keys are named as aria-keyshortcuts names them', () => {
  const name = (key: string, more: KeyboardEventInit = {}) => pressed(new KeyboardEvent('keydown', { key, ...more }));
  expect(name('a')).toBe('a');
  // How a question mark is typed is the keyboard's business.
  expect(name('?', { shiftKey: true })).toBe('?');
  expect(name('k', { ctrlKey: true })).toBe('Control+K');
  expect(name('z', { metaKey: true })).toBe('Control+Z');
  expect(name('N', { ctrlKey: true, shiftKey: true })).toBe('Control+Shift+N');
  expect(name('ArrowLeft', { altKey: true })).toBe('Alt+ArrowLeft');
});

test.each(pages)('the palette has every button of the page %s', async (page) => {
  await openAt(`#/${page}`);
  const main = document.querySelector('main')!;
  await waitFor(() => expect(within(main).queryAllByRole('heading').length).toBeGreaterThan(0));
  await new Promise((done) => setTimeout(done, 60));
  const named = [...main.querySelectorAll<HTMLElement>('button:not(:disabled), a.button')]
    .filter((b) => !b.closest('[role=grid], [role=listbox], [data-apart]') && b.getAttribute('tabindex') !== '-1')
    .map((b) => (b.getAttribute('aria-label') ?? b.textContent!).replace(/\s+/g, ' ').trim())
    .filter((name) => name.length > 1);
  const input = await palette();
  const listed = () => [...input.closest('dialog')!.querySelectorAll('[role=option] > span:first-child')].map((o) => o.textContent!);
  // They come a few at a time; the other language is near their end.
  await waitFor(() => expect(listed()).toContain('Deutsch'));
  const offered = listed();
  expect(named.filter((name) => !offered.includes(name))).toEqual([]);
  for (const name of ['Undo', 'Findings', 'Keyboard']) expect(offered.includes(name)).toBe(name !== 'Undo');
});

test('a button chosen in the palette is pressed', async () => {
  await openAt('#/controls');
  await screen.findByTestId('control-new');
  const input = await palette();
  await fireEvent.input(input, { target: { value: 'new control' } });
  await fireEvent.keyDown(input, { key: 'Enter' });
  await waitFor(() => expect(place.param('id')).toBe('new'));
});

test('no key of a page means two things', async () => {
  for (const page of pages) {
    const { unmount } = (withEngine({}), (location.hash = `#/${page}`), place.read(), render(App));
    await screen.findByTestId('nav-overview');
    await new Promise((done) => setTimeout(done, 40));
    await press('?');
    const map = await screen.findByTestId('keymap');
    const keys = [...map.querySelectorAll('section')].slice(0, -3).flatMap((s) => [...s.querySelectorAll('dd')].map((d) => d.textContent!));
    expect(keys.length, page).toBeGreaterThan(20);
    expect(keys.filter((k, i) => keys.indexOf(k) !== i), page).toEqual([]);
    unmount();
  }
});

test('g and a letter go to a page; single keys can be switched off', async () => {
  await openAt('#/overview');
  await press('g');
  await press('z');
  expect(place.page).toBe('zones');
  // Too late, or something else between, and it is no pair.
  await press('g');
  await press('x');
  await press('l');
  expect(place.page).toBe('zones');
  appearance.keys = false;
  await press('g');
  await press('l');
  await press('?');
  expect(place.page).toBe('zones');
  expect(screen.queryByTestId('keymap')).toBeNull();
  expect(await palette()).toBeTruthy();
});

test('keys typed into a field stay there', async () => {
  await openAt('#/findings?state=open');
  const field = screen.getByRole('searchbox');
  field.focus();
  await press('?');
  await press('g');
  await press('l');
  expect(place.page).toBe('findings');
  expect(screen.queryByTestId('keymap')).toBeNull();
  field.blur();
  await press('/');
  expect(document.activeElement).toBe(field);
});

test('back and forward know whether there is a way', async () => {
  await openAt('#/overview');
  place.go('levels');
  place.go('zones');
  await waitFor(() => expect(screen.getByTestId<HTMLButtonElement>('back').disabled).toBe(false));
  expect(place.canForward).toBe(false);
  await press('ArrowLeft', { altKey: true });
  await waitFor(() => expect(place.page).toBe('levels'));
  expect(place.canForward).toBe(true);
  await fireEvent.click(screen.getByTestId('forward'));
  await waitFor(() => expect(place.page).toBe('zones'));
  // Another way from here: what came after is gone.
  history.back();
  await waitFor(() => expect(place.page).toBe('levels'));
  place.go('assets');
  expect(place.canForward).toBe(false);
});

test('changes are taken back one after the other, the last one first', async () => {
  const asked = await openAt('#/findings?state=open');
  const rows = await screen.findAllByTestId(/^finding-/);
  for (const row of rows.slice(0, 2)) {
    await fireEvent.click(row);
    await press('a');
    await fireEvent.click(await screen.findByTestId('decide-confirm'));
    await waitFor(() => expect(screen.queryByTestId('decide-confirm')).toBeNull());
  }
  const made = toast.done.map((d) => d.change);
  expect(made).toHaveLength(2);
  toast.close();
  document.querySelector<HTMLElement>('[role=grid]')!.focus();
  await press('z', { ctrlKey: true });
  await waitFor(() => expect(toast.done).toHaveLength(1));
  await press('z', { ctrlKey: true });
  await waitFor(() => expect(toast.done).toHaveLength(0));
  expect(asked.filter((a) => a.command === 'undo').map((a) => a.args['change'])).toEqual([...made].reverse());
  await press('z', { ctrlKey: true });
  expect(asked.filter((a) => a.command === 'undo')).toHaveLength(2);
});

test('the menu of a finding decides, by pointer and by keyboard, and gives the focus back', async () => {
  await openAt('#/findings?state=open');
  const rows = await screen.findAllByTestId(/^finding-/);
  await fireEvent.contextMenu(rows[1]!, { button: 2, clientX: 300, clientY: 200 });
  const list = await screen.findByRole('menu');
  await waitFor(() => expect(document.activeElement?.textContent).toContain('Open'));
  await fireEvent.keyDown(document.activeElement!, { key: 'End' });
  expect(document.activeElement?.textContent).toContain('Copy');
  await fireEvent.keyDown(document.activeElement!, { key: 'ArrowDown' });
  expect(document.activeElement?.textContent).toContain('Open');
  await fireEvent.keyDown(document.activeElement!, { key: 'Escape' });
  expect(screen.queryByRole('menu')).toBeNull();
  // The keyboard's menu key asks the grid, which has the focus; the row with the cursor answers.
  const grid = document.querySelector<HTMLElement>('[role=grid]')!;
  grid.focus();
  await fireEvent.contextMenu(grid, { button: 0 });
  await fireEvent.click(await screen.findByTestId('menu-acknowledge'));
  expect(await screen.findByTestId('decide-confirm')).toBeTruthy();
  expect(list.isConnected).toBe(false);
});

test('a cell of the heat map has a menu too', async () => {
  await openAt('#/levels');
  await fireEvent.contextMenu(await screen.findByTestId('cell-Z3-3'), { button: 2, clientX: 10, clientY: 10 });
  await fireEvent.click(await screen.findByTestId('menu-findings'));
  expect([place.page, place.param('zone'), place.param('fr')]).toEqual(['findings', 'Z3', '3']);
});

test('another window opens where this one is, or where a page would be', async () => {
  const asked = await openAt('#/levels?env=E1&zone=Z3&fr=3');
  await press('N', { ctrlKey: true, shiftKey: true });
  await waitFor(() => expect(asked.find((a) => a.command === 'open_window')?.args).toEqual({ address: '#/levels?env=E1&zone=Z3&fr=3' }));
  await fireEvent.contextMenu(screen.getByTestId('nav-zones'), { button: 2, clientX: 1, clientY: 1 });
  await fireEvent.click(await screen.findByTestId('menu-window'));
  await waitFor(() => expect(asked.filter((a) => a.command === 'open_window').at(-1)?.args).toEqual({ address: '#/zones?env=E1' }));
});

test('the tour goes through four pages and is not offered again', async () => {
  tour.seen = false;
  await openAt('#/overview');
  await fireEvent.click(await screen.findByTestId('tour-begin'));
  const seen: string[] = [];
  for (let step = 0; step < 4; step += 1) {
    await waitFor(() => expect(screen.getByTestId('tour').textContent).toContain(`Step ${step + 1} of 4`));
    seen.push(`${place.page}/${place.sub}`);
    if (step === 1) await waitFor(() => expect(screen.getByTestId('cell-drawer').textContent).toContain('SL-A'));
    await fireEvent.click(screen.getByTestId('tour-next'));
  }
  expect(seen).toEqual(['levels/', 'levels/', 'findings/', 'reports/new']);
  expect(screen.queryByTestId('tour')).toBeNull();
  expect(localStorage.getItem('tour')).toBe('seen');
  place.go('overview');
  await screen.findByTestId('overview-report');
  expect(screen.queryByTestId('tour-offer')).toBeNull();
});

test('the log offers what can still be taken back', async () => {
  const asked = await openAt('#/findings?state=open');
  await fireEvent.click((await screen.findAllByTestId(/^finding-/))[0]!);
  await press('a');
  await fireEvent.click(await screen.findByTestId('decide-confirm'));
  await waitFor(() => expect(toast.done).toHaveLength(1));
  place.go('audit');
  await fireEvent.click((await screen.findAllByTestId(/^audit-\d/))[0]!);
  await fireEvent.click(await screen.findByTestId('audit-undo'));
  await waitFor(() => expect(asked.some((a) => a.command === 'undo')).toBe(true));
  await waitFor(() => expect(screen.queryByTestId('audit-undo')).toBeNull());
});
