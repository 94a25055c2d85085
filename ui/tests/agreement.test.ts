// What the page says and asks must be what the engine knows: read from the engine's own source.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reasons } from '../src/routes/findings/Decide.svelte';
import { annexes, formats, kinds, sections } from '../src/routes/reports/wish.svelte';
import en from '../src/lib/i18n/en.json';

const crates = join(import.meta.dirname, '../../src-tauri/crates');
const rust = (path: string) => readFileSync(join(crates, path), 'utf8');
const folder = (path: string) => readdirSync(join(crates, path), { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.rs')).map((f) => rust(join(path, f))).join('\n');
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

test('what a report is chosen from is what the engine makes', () => {
  const words = (path: string, name: string) => {
    const block = rust(path).match(new RegExp(`\\n    ${name} \\{\\n([\\s\\S]*?)\\n    \\}`))![1]!;
    return found(block, /= "(\w+)"/g);
  };
  expect([...kinds].sort()).toEqual(words('report/src/input.rs', 'Kind'));
  expect([...sections, ...annexes].sort()).toEqual(words('report/src/input.rs', 'Topic'));
  const known = rust('app/src/reports.rs').match(/FORMATS[^=]*=\s*\[([\s\S]*?)\];/)![1]!;
  expect([...formats].sort()).toEqual([...found(known, /\("(\w+)",/g), 'oscal'].sort());
});

test('every code of the engine has its word', () => {
  const codes: [family: string, codes: string[]][] = [
    ['warning', found(rust('iec62443/src/assessment.rs'), /WarningCode::\w+ => "(\w+)"/g)],
    ['limit', found(rust('iec62443/src/assessment.rs'), /Limit::\w+ => "(\w+)"/g)],
    ['audit_action', [...found(folder('store/src'), /\.log\(\s*"([a-z]+\.[a-z]+)"/g), ...found(folder('app/src'), /\.log\(\s*"([a-z]+\.[a-z]+)"/g)]],
    ['import_kind', found(rust('store/src/plant.rs'), /\("(\w+)", self\.\w+\)/g)],
    ['step', [...found(folder('app/src'), /\btell\(\w+, "(\w+)"/g), ...found(folder('report/src'), /\.step\("(\w+)"/g)]],
    ['fault', found(rust('app/src/handover/fault.rs'), /Fault::\w+(?:\(_\))? => "(\w+)"/g)],
    ['advice_kind', found(rust('iec62443/src/advice.rs').match(/words!\(Kind \{([\s\S]*?)\}\)/)![1]!, /= "(\w+)"/g)],
    ['failed.advice', found(rust('store/src/error.rs'), /=> "(\w+)"/g)],
  ];
  for (const [family, list] of codes) {
    expect(list.length, family).toBeGreaterThan(1);
    expect(list.filter((code) => !(`${family}.${code}` in en)), family).toEqual([]);
  }
});
