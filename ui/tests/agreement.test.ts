// What the page says and asks must be what the engine knows: read from the engine's own source.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reasons } from '../src/routes/findings/Decide.svelte';
import en from '../src/lib/i18n/en.json';

const crates = join(import.meta.dirname, '../../src-tauri/crates');
const rust = (path: string) => readFileSync(join(crates, path), 'utf8');
const folder = (path: string) => readdirSync(join(crates, path)).filter((f) => f.endsWith('.rs')).map((f) => rust(join(path, f))).join('\n');
const found = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map((m) => m[1]!))].sort();
const client = readFileSync(join(import.meta.dirname, '../src/lib/api/client.ts'), 'utf8');

test('the client has exactly the commands of the engine', () => {
  const arms = rust('app/src/call.rs').match(/match command \{[\s\S]*?\n {12}_ =>/)![0];
  const commands = found(arms, /(?<=^\s*(?:"\w+" \| )?)"(\w+)"(?= =>| \|)/gm);
  expect(commands.length).toBeGreaterThan(15);
  expect(found(client, /call<[^(]+>\('(\w+)'/g)).toEqual(commands);
});

test('the reasons offered are the reasons the engine takes', () => {
  const known = rust('app/src/decide.rs').match(/REASONS[^=]*= \[([\s\S]*?)\]/)![1]!;
  expect([...reasons].sort()).toEqual(found(known, /"(\w+)"/g));
});

test('every code of the engine has its word', () => {
  const codes: [family: string, codes: string[]][] = [
    ['warning', found(rust('iec62443/src/assessment.rs'), /WarningCode::\w+ => "(\w+)"/g)],
    ['limit', found(rust('iec62443/src/assessment.rs'), /Limit::\w+ => "(\w+)"/g)],
    ['audit_action', [...found(folder('store/src'), /\.log\(\s*"([a-z]+\.[a-z]+)"/g), ...found(folder('app/src'), /\.log\(\s*"([a-z]+\.[a-z]+)"/g)]],
    ['import_kind', found(rust('store/src/plant.rs'), /\("(\w+)", self\.\w+\)/g)],
    ['step', found(folder('app/src'), /\btell\(\w+, "(\w+)"/g)],
    ['failed.advice', found(rust('store/src/error.rs'), /=> "(\w+)"/g)],
  ];
  for (const [family, list] of codes) {
    expect(list.length, family).toBeGreaterThan(1);
    expect(list.filter((code) => !(`${family}.${code}` in en)), family).toEqual([]);
  }
});
