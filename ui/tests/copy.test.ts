import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test, vi } from 'vitest';
import App from '../src/App.svelte';
import { recordsAsCsv, tableAsCsv } from '../src/lib/copy';
import { menu } from '../src/lib/menu.svelte';
import { place } from '../src/lib/place.svelte';
import { toast } from '../src/lib/toast.svelte';
import { withEngine } from './engine';

async function open(hash: string) {
  location.hash = hash;
  place.read();
  render(App);
  await screen.findByTestId('nav-overview');
}
let clipboard = '';
beforeEach(() => {
  clipboard = '';
  Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { writeText: vi.fn(async (text: string) => void (clipboard = text)) } });
});

test('a table is copied as it reads, without its buttons, and what spans stays in its column', () => {
  document.body.innerHTML = `<table><thead><tr><td></td><th colspan="2">To the
    end</th></tr></thead><tbody><tr><th>=A1+K01</th><td>1,5 <i aria-hidden="true">x</i><button>Open</button></td><td>a "b"</td></tr></tbody></table>`;
  expect(tableAsCsv(document.querySelector('table')!)).toBe(`,To the end,\r\n'=A1+K01,"1,5","a ""b"""\r\n`);
});

test('records are copied with the names of their fields', () => {
  expect(recordsAsCsv([{ id: 'F1', frs: [1, 3], fix: null, of: { a: 1 } }, { id: '-2', frs: [], fix: true, of: {} }])).toBe(`id,frs,fix,of\r\nF1,1 3,,"{""a"":1}"\r\n'-2,,true,{}\r\n`);
  expect(recordsAsCsv([{ b: 1, a: 2, id: 3 }], ['id', 'a'])).toBe('id,a,b\r\n3,2,1\r\n');
  expect(recordsAsCsv([])).toBe('\r\n');
});

test('the menu of a table copies it', async () => {
  withEngine({});
  await open('#/controls');
  await waitFor(() => expect(document.querySelector('table.lines tbody td')).not.toBeNull());
  await fireEvent.contextMenu(document.querySelector('table.lines tbody td')!);
  const item = menu.open!.items[0]!;
  expect(item.name).toContain('as CSV');
  item.run();
  await waitFor(() => expect(clipboard.split('\r\n').length).toBeGreaterThan(3));
  await waitFor(() => expect(toast.said?.text).toContain('copied as CSV'));
});

test('of a long table the rows under the filters are copied, and it is said when not all are', async () => {
  withEngine({ findings: 6000 });
  await open('#/findings');
  await waitFor(() => expect(document.querySelector('[data-testid^="finding-"]')).not.toBeNull());
  await fireEvent.contextMenu(document.querySelector('[data-testid^="finding-"]')!);
  menu.open!.items.find((item) => item?.id === 'copy-rows')!.run();
  await waitFor(() => expect(clipboard.trim().split('\r\n')).toHaveLength(1 + 5000));
  await waitFor(() => expect(toast.said?.text).toMatch(/5,000 of 6,\d{3}/));
});
