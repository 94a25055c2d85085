// What a chart shows, apart from how it is drawn: one description for the window, the table, CSV and pictures.
import { csv } from '../copy';
import type { Box, Drawing, Line, Text } from '../drawing';
import { number } from '../i18n/words.svelte';
import { looks, paper } from './paper';

/** How a series looks: parts of a bar from severe to harmless, or lines of which the second is dashed. */
export type Look = 'high' | 'medium' | 'low' | 'rest' | 'first' | 'second';
export type Series = {
  name: string;
  look: Look;
  /** One for each point; `null` where there is nothing to count. */
  values: (number | null)[];
};
export type Point = {
  /** As the table writes it. */
  name: string;
  /** Where it stands along the axis; bars stand side by side. */
  x: number;
};
export type Chart = {
  title: string;
  /** Bars of stacked parts; lines from point to point; steps that hold until the next point. */
  kind: 'bars' | 'lines' | 'steps';
  /** What the points are: head of their column in the table. */
  axis: string;
  points: Point[];
  /** What stands below the first and the last point. */
  ends: [string, string];
  series: Series[];
  /** What else the table tells of a point. */
  more?: { name: string; values: number[] };
};

const sum = (values: (number | null)[]) => values.reduce<number>((all, value) => all + (value ?? 0), 0);
const at = (chart: Chart, i: number) => chart.series.map((s) => s.values[i] ?? null);
/** Whole marks from zero to at least the highest value: steps of 1, 2 or 5 times a power of ten, at most four of them. */
export function marks(chart: Chart): number[] {
  const highest = chart.kind === 'bars' ? Math.max(0, ...chart.points.map((_, i) => sum(at(chart, i)))) : Math.max(0, ...chart.series.flatMap((s) => s.values.map((v) => v ?? 0)));
  const rough = Math.max(1, highest) / 4;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, ([1, 2, 5].find((n) => n * ten >= rough) ?? 10) * ten);
  return Array.from({ length: Math.max(1, Math.ceil(highest / step)) + 1 }, (_, i) => i * step);
}
/** Where a measure stands across, from 0 at the first point to 1 at the last. */
export function along(chart: Chart, x: number): number {
  const from = chart.points[0]?.x ?? 0;
  const span = (chart.points.at(-1)?.x ?? 0) - from;
  return span > 0 ? (x - from) / span : 0;
}
/** Where each point stands across, from 0 to 1. */
export const across = (chart: Chart): number[] => chart.points.map((p, i) => (chart.kind === 'bars' ? (i + 0.5) / chart.points.length : along(chart, p.x)));
/** A value as it is written; a dash where there was nothing to count. */
export function written(series: Series, i: number): string {
  const value = series.values[i] ?? null;
  return value === null ? '–' : number(value);
}
/** A line's corners, each from 0 to 1, up from the axis. */
export function corners(chart: Chart, series: Series): [number, number][] {
  const top = marks(chart).at(-1) ?? 1;
  const xs = across(chart);
  return series.values.flatMap((value, i): [number, number][] => {
    if (value === null) return [];
    const [x, y] = [xs[i] ?? 0, value / top];
    const before = series.values[i - 1];
    return chart.kind === 'steps' && i > 0 && before !== null && before !== undefined ? [[x, before / top], [x, y]] : [[x, y]];
  });
}
/** A point as one says it. */
export const saidAt = (chart: Chart, i: number): string =>
  `${chart.points[i]?.name ?? ''}: ${chart.series.map((s) => `${s.name} ${written(s, i)}`).join(', ')}`;

export const chartAsCsv = (chart: Chart): string =>
  csv([
    [chart.axis, ...chart.series.map((s) => s.name), ...(chart.more ? [chart.more.name] : [])],
    ...chart.points.map((p, i) => [p.name, ...at(chart, i), ...(chart.more ? [chart.more.values[i] ?? null] : [])]),
  ]);

export function chartAsDrawing(chart: Chart): Drawing {
  const [width, left, right, top, tall] = [720, 56, 16, 76, 220];
  const wide = width - left - right;
  const bottom = top + tall;
  const ticks = marks(chart);
  const highest = ticks.at(-1) ?? 1;
  const y = (share: number) => Math.round((bottom - share * tall) * 10) / 10;
  const x = (share: number) => Math.round((left + share * wide) * 10) / 10;
  const boxes: Box[] = [];
  const lines: Line[] = ticks.map((n) => ({ points: [[left, y(n / highest)], [width - right, y(n / highest)]], stroke: n ? paper.line : paper.edge, width: 1 }));
  const texts: Text[] = [
    { x: 8, y: 24, text: chart.title, size: 16, fill: paper.ink, bold: true },
    ...ticks.map((n): Text => ({ x: left - 8, y: y(n / highest) + 4, text: number(n), size: 12, fill: paper.soft, at: 'end' })),
    { x: left, y: bottom + 20, text: chart.ends[0], size: 12, fill: paper.soft },
    { x: width - right, y: bottom + 20, text: chart.ends[1], size: 12, fill: paper.soft, at: 'end' },
  ];
  let key = left;
  for (const s of chart.series) {
    if (chart.kind === 'bars') boxes.push({ x: key, y: 40, w: 12, h: 12, fill: looks[s.look], stroke: paper.edge });
    else lines.push({ points: [[key, 46], [key + 20, 46]], stroke: looks[s.look], width: 2, dashed: s.look === 'second' });
    texts.push({ x: key + 26, y: 51, text: s.name, size: 13, fill: paper.ink });
    key += 50 + s.name.length * 7;
  }
  if (chart.kind === 'bars') {
    const band = wide / Math.max(1, chart.points.length);
    chart.points.forEach((_, i) => {
      let under = 0;
      for (const s of chart.series) {
        const value = s.values[i] ?? 0;
        if (value > 0) boxes.push({ x: x(i / chart.points.length) + band * 0.15, y: y((under + value) / highest), w: Math.round(band * 7) / 10, h: Math.round((value / highest) * tall * 10) / 10, fill: looks[s.look], stroke: paper.edge });
        under += value;
      }
    });
  } else for (const s of chart.series) lines.push({ points: corners(chart, s).map(([cx, cy]) => [x(cx), y(cy)]), stroke: looks[s.look], width: 2, dashed: s.look === 'second' });
  return { title: chart.title, width, height: bottom + 36, boxes, lines, texts };
}
