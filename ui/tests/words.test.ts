import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import de from '../src/lib/i18n/de.json';
import en from '../src/lib/i18n/en.json';
import { bytes, day, likelihood, moment, month, number, percent, t, tn, words } from '../src/lib/i18n/words.svelte';

const files = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : /\.(svelte|ts)$/.test(name) ? [path] : [];
  });
const source = files(join(import.meta.dirname, '../src')).map((f) => readFileSync(f, 'utf8')).join('\n');
const keys = Object.keys(en);

test('both languages have the same keys, and no empty words', () => {
  expect(Object.keys(de).sort()).toEqual([...keys].sort());
  for (const [key, text] of [...Object.entries(en), ...Object.entries(de)]) expect(text.trim(), key).not.toBe('');
});

test('both languages have the same places to fill', () => {
  const places = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
  for (const key of keys) expect(places(de[key as keyof typeof de]), key).toEqual(places(en[key as keyof typeof en]));
});

test('every plural has one and other', () => {
  for (const key of keys.filter((k) => k.endsWith('.one'))) expect(keys).toContain(key.replace(/one$/, 'other'));
});

test('no key is unused', () => {
  const families = new Set([...source.matchAll(/\bword\(\s*['`]([\w.]+?)(?:\.\$\{[^}]*\})?['`]/g)].map((m) => m[1]!));
  const stems = [...source.matchAll(/`([\w.]+[._])\$\{/g)].map((m) => m[1]!);
  const unused = keys.filter((key) => {
    const plain = key.replace(/\.(one|other)$/, '');
    return !(
      source.includes(`'${key}'`) || source.includes(`'${plain}'`) ||
      [...families].some((f) => key.startsWith(`${f}.`)) || stems.some((s) => key.startsWith(s))
    );
  });
  expect(unused).toEqual([]);
});

test('every key named in the pages exists', () => {
  const named = [...source.matchAll(/\b(tn?)\(\s*'([\w.]+)'/g)].map((m) => (m[1] === 'tn' ? `${m[2]}.other` : m[2]!));
  expect(named.filter((key) => !keys.includes(key))).toEqual([]);
});

test.each([
  ['en', '12,345.6', '12 Mar 2026', '12 Mar 2026, 09:05', 'May 26', '92.4%', '< 0.1%', '2.5 MB'],
  ['de', '12.345,6', '12. März 2026', '12. März 2026, 09:05', 'Mai 26', '92,4 %', '< 0,1 %', '2,5 MB'],
] as const)('numbers and dates are written as in %s', (language, n, date, at, short, share, small, size) => {
  words.language = language;
  // Whether spaces break is the typesetter's.
  const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');
  const written = [number(12345.6), day('2026-03-12'), moment('2026-03-12T09:05:59Z'), month('2026-05-31'), percent(0.9249), likelihood(0.0004), bytes(2_500_000)].map(plain);
  expect(written).toEqual([n, date, at, short, share, small, size]);
  // What is nearly all is not all, and what is no day stays what it is.
  expect(plain(percent(0.99999))).toBe(language === 'en' ? '99.9%' : '99,9 %');
  expect(day('unknown')).toBe('unknown');
});

test.each([['en', '0 days', '1 day', '1,000 days'], ['de', '0 Tage', '1 Tag', '1.000 Tage']] as const)('what is counted agrees with its number in %s', (language, ...said) => {
  words.language = language;
  expect([0, 1, 1000].map((n) => tn('days', n))).toEqual(said);
  expect(t('history.below', { n: 1000, of: 2000 })).toContain(number(1000));
});
