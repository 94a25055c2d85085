// Help of every page, in both languages, with clauses that the catalogues know.
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import App from '../src/App.svelte';
import de from '../src/lib/i18n/de.json';
import en from '../src/lib/i18n/en.json';
import { words } from '../src/lib/i18n/words.svelte';
import { pages, place, type AnyPage } from '../src/lib/place.svelte';
import { clauseKey, clauses, terms } from '../src/routes/help/clauses';
import { withEngine } from './engine';

const everyPage: AnyPage[] = [...pages, 'import'];
const ids = (path: string): Set<string> => {
  const found = new Set<string>();
  const walk = (value: unknown) => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === 'object' && value !== null) {
      if ('id' in value) found.add(String(value.id));
      Object.values(value).forEach(walk);
    }
  };
  walk(JSON.parse(readFileSync(join(import.meta.dirname, '../../assets/catalogue', path), 'utf8')));
  return found;
};
beforeEach(() => (words.language = 'en'));

test('every page has help, neither empty nor long', () => {
  for (const book of [en, de] as Record<string, string>[]) {
    for (const page of everyPage) {
      const text = ['what', 'how', 'first'].map((part) => book[`help.${page}.${part}`] ?? '');
      for (const part of text) expect(part.length, page).toBeGreaterThan(20);
      expect(text.join(' ').split(/\s+/).length, page).toBeLessThan(170);
    }
    for (const term of terms) expect(book[`term.words.${term}`], term).toBeTruthy();
  }
});

test('every clause that is cited exists, and has its word', () => {
  const known = { '2-1:2010': ids('iec62443-2-1.json'), '2-1:2024': ids('iec62443-2-1.json'), '3-2': ids('iec62443-3-2.json'), '3-3': ids('iec62443-3-3.json'), '4-2': ids('iec62443-4-2.json') } as Record<string, Set<string>>;
  for (const [page, list] of Object.entries(clauses)) {
    expect(list.length, page).toBeGreaterThan(0);
    for (const clause of list) {
      const [part, id] = clause;
      if (part in known && id !== 'FR 1–7') expect(known[part]!.has(id), `${part} ${id}`).toBe(true);
      expect(`help.clause.${clauseKey(clause)}` in en, `${part} ${id}`).toBe(true);
    }
  }
  const cited = new Set(Object.values(clauses).flat().map((c) => `help.clause.${clauseKey(c)}`));
  expect(Object.keys(en).filter((key) => key.startsWith('help.clause.') && !cited.has(key))).toEqual([]);
});

async function openAt(hash: string) {
  withEngine({});
  location.hash = hash;
  place.read();
  render(App);
  await screen.findByTestId('nav-overview');
}

test('F1 opens the help of the page, Escape closes it before the drawer under it', async () => {
  await openAt('#/levels?zone=Z3&fr=3');
  await screen.findByTestId('cell-drawer');
  await fireEvent.keyDown(document.body, { key: 'F1' });
  const help = await screen.findByTestId('help');
  expect(help.textContent).toContain('IEC 62443-3-2, ZCR 5.6');
  expect(document.querySelector('dl dt')).toBeTruthy();
  await fireEvent.keyDown(document.body, { key: 'Escape' });
  await waitFor(() => expect(screen.queryByTestId('help')).toBeNull());
  expect(screen.getByTestId('cell-drawer')).toBeTruthy();
  await fireEvent.keyDown(document.body, { key: 'Escape' });
  await waitFor(() => expect(screen.queryByTestId('cell-drawer')).toBeNull());
});

test('the button in the head opens it too, and back closes it', async () => {
  words.language = 'de';
  await openAt('#/plan');
  await fireEvent.click(await screen.findByTestId('help-open'));
  expect((await screen.findByTestId('help')).textContent).toContain('Budget');
  history.back();
  await waitFor(() => expect(screen.queryByTestId('help')).toBeNull());
});

test('a term tells its meaning by keyboard, and Escape takes only that away', async () => {
  await openAt('#/levels?zone=Z3&fr=3');
  await screen.findByTestId('cell-drawer');
  const term = (await screen.findAllByTestId('term-sl_t'))[0]!;
  await fireEvent.click(term);
  const words = await screen.findByRole('tooltip');
  expect(words.textContent).toContain('ZCR 5.6');
  expect(term.getAttribute('aria-describedby')).toBe(words.id);
  await fireEvent.keyDown(term, { key: 'Escape' });
  await waitFor(() => expect(screen.queryByRole('tooltip')).toBeNull());
  expect(screen.getByTestId('cell-drawer')).toBeTruthy();
});
