import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import { across, chartAsCsv, chartAsDrawing, corners, marks, saidAt, type Chart } from '../src/lib/charts/chart';
import ChartView from '../src/lib/charts/Chart.svelte';
import { asSvg } from '../src/lib/drawing';
import { words } from '../src/lib/i18n/words.svelte';
import { menu } from '../src/lib/menu.svelte';

const bars = (values: (number | null)[][]): Chart => ({
  title: 'Open',
  kind: 'bars',
  axis: 'Month',
  points: (values[0] ?? []).map((_, i) => ({ name: `m${i}`, x: i })),
  ends: ['first', 'last'],
  series: values.map((v, i) => ({ name: `s${i}`, look: i ? 'low' : 'high', values: v })),
});
const steps: Chart = {
  title: 'Budget', kind: 'steps', axis: 'Cost', ends: ['0', '9'],
  points: [{ name: 'start', x: 0 }, { name: 'one', x: 3 }, { name: 'two', x: 9 }],
  series: [{ name: 'gap', look: 'first', values: [8, 5, 1] }],
};

beforeEach(() => {
  words.language = 'en';
  menu.close();
});

test.each([0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 99, 101, 1999, 123_456])('marks up to %i are whole, even and reach it', (highest) => {
  const all = marks(bars([[highest]]));
  const step = all[1]!;
  expect(all[0]).toBe(0);
  expect(all.at(-1)!).toBeGreaterThanOrEqual(highest);
  expect(all.at(-1)! - step).toBeLessThan(Math.max(1, highest));
  expect(all.length).toBeLessThanOrEqual(5);
  expect(all.every((n, i) => Number.isInteger(n) && n === i * step)).toBe(true);
  expect([1, 2, 5]).toContain(Number(String(step)[0]));
});

test('stacked parts count together, lines each for themselves', () => {
  const stacked = bars([[6, 1], [5, 1]]);
  expect(marks(stacked).at(-1)).toBeGreaterThanOrEqual(11);
  expect(marks({ ...stacked, kind: 'lines' }).at(-1)).toBeLessThan(11);
});

test('points stand where their measure is, steps turn there', () => {
  expect(across(steps)).toEqual([0, 1 / 3, 1]);
  expect(across({ ...steps, points: [steps.points[0]!] })).toEqual([0]);
  const top = marks(steps).at(-1)!;
  expect(corners(steps, steps.series[0]!)).toEqual([[0, 8 / top], [1 / 3, 8 / top], [1 / 3, 5 / top], [1, 5 / top], [1, 1 / top]]);
});

test('heights on the page are the numbers', () => {
  const chart = bars([[3, 0, null], [1, 2, null]]);
  const { container } = render(ChartView, { chart });
  const drawn = [...container.querySelectorAll('.bar')].map((bar) => [...bar.querySelectorAll<HTMLElement>('[class^=look-]')].map((part) => parseFloat(part.style.height)));
  const top = marks(chart).at(-1)!;
  expect(drawn).toEqual([[(3 / top) * 100, (1 / top) * 100], [(2 / top) * 100], []]);
  expect(container.querySelectorAll('.nothing')).toHaveLength(1);
});

test('arrow keys read out one point after the other', async () => {
  render(ChartView, { chart: steps });
  const slider = screen.getByRole('slider');
  expect(slider.getAttribute('aria-valuetext')).toBe('two: gap 1');
  await fireEvent.keyDown(slider, { key: 'ArrowLeft' });
  expect(slider.getAttribute('aria-valuetext')).toBe('one: gap 5');
  await fireEvent.keyDown(slider, { key: 'Home' });
  await fireEvent.keyDown(slider, { key: 'ArrowLeft' });
  expect([slider.getAttribute('aria-valuetext'), slider.getAttribute('aria-valuenow')]).toEqual(['start: gap 8', '1']);
});

test('the button shows the numbers as a table, and the picture again', async () => {
  const { container } = render(ChartView, { chart: bars([[3, null]]) });
  await fireEvent.click(screen.getByRole('button', { name: 'Table and copies: Open' }));
  menu.open!.items[0]!.run();
  await Promise.resolve();
  const rows = within(screen.getByRole('table')).getAllByRole('row').map((row) => [...row.children].map((cell) => cell.textContent));
  expect(rows).toEqual([['Month', 's0'], ['m0', '3'], ['m1', '–']]);
  expect(container.querySelector('.plot')).toBeNull();
});

test('copies say the same numbers', () => {
  const chart = { ...bars([[3, null], [4, 1]]), more: { name: '=new', values: [7, 8] } };
  expect(chartAsCsv(chart)).toBe(`Month,s0,s1,'=new\r\nm0,3,4,7\r\nm1,,1,8\r\n`);
  expect(saidAt(chart, 1)).toBe('m1: s0 –, s1 1');
  const drawing = chartAsDrawing(chart);
  const zero = Math.max(...drawing.lines.map((line) => line.points[0]![1]));
  const tall = zero - Math.min(...drawing.lines.map((line) => line.points[0]![1]));
  const columns = drawing.boxes.filter((box) => box.y + box.h > 60).map((box) => Math.round((box.h / tall) * marks(chart).at(-1)! * 10) / 10);
  expect(columns).toEqual([3, 4, 1]);
  // The first part stands on the axis and the second on the first.
  const [first, second] = drawing.boxes.filter((box) => box.y + box.h > 60);
  expect(first!.y + first!.h).toBeCloseTo(zero, 0);
  expect(second!.y + second!.h).toBeCloseTo(first!.y, 0);
  const svg = new DOMParser().parseFromString(asSvg({ ...drawing, title: '<b>&' }), 'image/svg+xml');
  expect(svg.querySelector('parsererror')).toBeNull();
  expect(svg.querySelector('title')!.textContent).toBe('<b>&');
});
