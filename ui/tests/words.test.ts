import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import de from '../src/lib/i18n/de.json';
import en from '../src/lib/i18n/en.json';

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
