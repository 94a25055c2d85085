// The design language holds: what pages may choose from is in tokens.css, and its colours can be read and told apart.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { gaps, looks, paper } from '../src/lib/charts/paper';

const root = join(import.meta.dirname, '../src');
const files = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : /\.(svelte|css)$/.test(name) && name !== 'tokens.css' ? [path] : [];
  });
/** Every declaration of every style sheet, with where it stands. */
const declared = files(root).flatMap((path) => {
  const text = readFileSync(path, 'utf8');
  const sheets = path.endsWith('.css') ? [text] : [...text.matchAll(/<style>([\s\S]*?)<\/style>/g)].map((m) => m[1] ?? '');
  const where = relative(root, path).replaceAll('\\', '/');
  return sheets.flatMap((sheet) => [...sheet.replace(/\/\*[\s\S]*?\*\//g, '').matchAll(/([\w-]+)\s*:\s*([^;{}]+);/g)].map(([, name = '', value = '']) => ({ where, name, value, said: `${where}: ${name}: ${value}` })));
});
const breaking = (rule: (d: (typeof declared)[number]) => boolean) => declared.filter(rule).map((d) => d.said);
/** The drawing is a picture to scale, in its own measure. */
const drawing = 'routes/zones/Drawing.svelte';

test('styles are found', () => expect(declared.length).toBeGreaterThan(1000));
test('colours come from tokens', () => expect(breaking((d) => /#[0-9a-f]{3,8}\b|\b(rgb|hsl|oklch|lab)a?\(|\b(white|black|red|green|blue|gr[ae]y)\b/i.test(d.value))).toEqual([]));
test('what lies over what comes from tokens', () => expect(breaking((d) => d.name === 'z-index' && !/^var\(--z-/.test(d.value))).toEqual([]));
test('corners come from tokens', () => expect(breaking((d) => d.name.startsWith('border') && d.name.endsWith('radius') && !/^(0|50%|1rem|inherit|(var\(--radius[\w-]*\)|0)( (var\(--radius[\w-]*\)|0))*)$/.test(d.value))).toEqual([]));
test('type sizes come from tokens', () =>
  expect(breaking((d) => d.where !== drawing && (d.name === 'font-size' || d.name === 'font') && !/^(var\(--t-\d\)|inherit|100%|0\.94em)$/.test(d.value))).toEqual([]));
test('spaces come from tokens, but for hair lines', () =>
  expect(breaking((d) => d.where !== drawing && /^(gap|row-gap|column-gap|padding|margin)/.test(d.name) && /(?<![\w-])\d*\.?\d+(rem|em)\b|(?<![\w-.])([5-9]|\d\d+)px/.test(d.value))).toEqual([]));
test('nothing moves but a colour, and only where motion is welcome', () => {
  expect(breaking((d) => /^(animation|transition)/.test(d.name) && d.value !== 'background-color var(--quick) linear')).toEqual([]);
  expect(breaking((d) => d.name === 'scroll-behavior' && d.value !== 'auto')).toEqual([]);
});
test('nothing is blurred behind, which slows the web view on Linux', () => expect(breaking((d) => d.name === 'backdrop-filter' || (d.name === 'filter' && d.value.includes('blur')))).toEqual([]));
test('every token that is used exists, and every one that exists is used', () => {
  const sheet = readFileSync(join(root, 'lib/theme/tokens.css'), 'utf8');
  const known = new Set([...sheet.matchAll(/(--[\w-]+):/g)].map((m) => m[1]));
  const own = new Set(declared.filter((d) => d.name.startsWith('--')).map((d) => d.name));
  const source = files(root).map((path) => readFileSync(path, 'utf8')).join('\n');
  const used = [...source.matchAll(/var\((--[\w-]+)/g)].map((m) => m[1]!);
  expect([...new Set(used)].filter((name) => !known.has(name) && !own.has(name) && !source.includes(`style:${name}`))).toEqual([]);
  expect([...known].filter((name) => !used.includes(name!))).toEqual([]);
});

// ---- Colours

type Theme = Record<string, string>;
const sheet = readFileSync(join(root, 'lib/theme/tokens.css'), 'utf8');
const theme = (name: string): Theme => {
  const block = sheet.slice(sheet.indexOf(`:root[data-theme='${name}']`));
  return Object.fromEntries([...block.slice(0, block.indexOf('}')).matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1], m[2]]));
};
const themes = ['light', 'dark', 'contrast'] as const;
type Colour = [number, number, number];
const linear = (hex: string): Colour => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as Colour;
const luminance = ([r, g, b]: Colour) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
/** WCAG 2.2, relative luminance and contrast ratio. */
const contrast = (one: string, other: string) => {
  const [a, b] = [luminance(linear(one)), luminance(linear(other))].sort((x, y) => y - x) as [number, number];
  return (a + 0.05) / (b + 0.05);
};

test.each(themes)('text can be read: %s', (name) => {
  const colours = theme(name);
  const most = name === 'contrast' ? 7 : 4.5;
  const grounds = ['ground', 'paper', 'sunk', 'hover', 'chosen'];
  const pairs = [
    ...grounds.flatMap((ground) => ['ink', 'ink-2', 'accent'].map((ink) => [ink, ground])),
    ...['ground', 'paper'].flatMap((ground) => ['bad', 'good'].map((ink) => [ink, ground])),
    ['on-accent', 'accent'], ['on-better', 'better'], ['on-worse', 'worse'],
    ...[0, 1, 2, 3].map((gap) => [`on-gap-${gap}`, `gap-${gap}`]),
  ] as [string, string][];
  const poor = pairs.map(([ink, ground]) => ({ pair: `${ink} on ${ground}`, ratio: contrast(colours[ink]!, colours[ground]!) })).filter(({ ratio }) => !(ratio >= most));
  expect(poor).toEqual([]);
});

test.each(themes)('edges of controls and lines of charts can be seen: %s', (name) => {
  const colours = theme(name);
  for (const edge of ['line-2', 'accent', 'worse']) expect(contrast(colours[edge]!, colours['paper']!), edge).toBeGreaterThanOrEqual(3);
});

/** How the eye without one kind of cone sees a colour: Viénot, Brettel, Mollon 1999; tritan after Brettel et al. 1997, one plane. */
const seen: Record<string, Colour[]> = {
  protan: [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
  deutan: [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
  tritan: [[1.01277, 0.13548, -0.14826], [-0.01243, 0.86812, 0.14431], [0.07589, 0.805, 0.11911]],
  grey: [[0.2126, 0.7152, 0.0722], [0.2126, 0.7152, 0.0722], [0.2126, 0.7152, 0.0722]],
};
/** CIE L*a*b*, D65. */
const lab = ([r, g, b]: Colour): Colour => {
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const [x, y, z] = [0.4124 * r + 0.3576 * g + 0.1805 * b, luminance([r, g, b]), 0.0193 * r + 0.1192 * g + 0.9505 * b];
  const [fx, fy, fz] = [f(x / 0.9505), f(y), f(z / 1.089)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
};
const apart = (one: string, other: string, eye: string) => {
  const as = (hex: string) => lab(seen[eye]!.map((row) => Math.max(0, Math.min(1, row.reduce((all, k, i) => all + k * linear(hex)[i]!, 0)))) as Colour);
  const [a, b] = [as(one), as(other)];
  return Math.hypot(...a.map((v, i) => v - b[i]!));
};

test.each(themes.flatMap((name) => Object.keys(seen).map((eye) => [name, eye] as const)))('gaps can be told apart: %s, %s', (name, eye) => {
  const colours = theme(name);
  for (const [a, b] of [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]) expect(apart(colours[`gap-${a}`]!, colours[`gap-${b}`]!, eye), `gap ${a} and ${b}`).toBeGreaterThan(eye === 'grey' ? 4 : 10);
  expect(apart(colours['better']!, colours['worse']!, eye === 'grey' ? 'protan' : eye), 'better and worse').toBeGreaterThan(10);
});

test.each(['light', 'dark'] as const)('gaps go one way from light to dark: %s', (name) => {
  const colours = theme(name);
  const light = [0, 1, 2, 3].map((gap) => luminance(linear(colours[`gap-${gap}`]!)));
  expect([light, [...light].reverse()]).toContainEqual([...light].sort((a, b) => a - b));
});

test('pictures that leave the window have the light colours', () => {
  const light = theme('light');
  expect(gaps.map(([fill, ink]) => [fill, ink])).toEqual([0, 1, 2, 3].map((gap) => [light[`gap-${gap}`], light[`on-gap-${gap}`]]));
  expect(paper).toEqual({ ground: light['paper'], ink: light['ink'], soft: light['ink-2'], line: light['line'], edge: light['line-2'] });
  expect(looks).toEqual({ high: light['gap-2'], medium: light['gap-1'], low: light['gap-0'], rest: light['line-2'], first: light['accent'], second: light['worse'] });
});
