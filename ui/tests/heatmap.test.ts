import { fireEvent, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { expect, test, vi } from 'vitest';
import type { Levels } from '../src/lib/api/types';
import HeatMap from '../src/lib/components/HeatMap.svelte';
import { csvCell, levelsAsCsv, levelsAsDrawing } from '../src/lib/copy';
import { asSvg } from '../src/lib/drawing';
import { makeFake } from './fake';

const levels = (await makeFake().call('levels', { environment: 'E1' })) as Levels;
const cellOf = (zone: string, fr: number) => screen.getByTestId(`cell-${zone}-${fr}`);

test('every cell reads achieved / target and carries both as data', () => {
  render(HeatMap, { levels, onopen: () => {} });
  for (const row of levels.rows.filter((r) => r.level !== null)) {
    for (const cell of row.cells) {
      const shown = cellOf(row.zone, cell.fr);
      expect(shown.textContent?.trim()).toBe(`${cell.achieved} / ${cell.target}`);
      expect(shown.dataset['achieved']).toBe(String(cell.achieved));
      expect(shown.dataset['target']).toBe(String(cell.target));
      expect(shown.classList.contains(`gap-${Math.min(3, cell.gap ?? 0)}`)).toBe(true);
      expect(shown.querySelector<HTMLElement>('.marks')?.style.getPropertyValue('--gap') ?? '0').toBe(String(cell.gap ?? 0));
      expect(shown.classList.contains('alone')).toBe(cell.basis === 'evidence');
    }
    expect(screen.getByTestId(`zone-level-${row.zone}`).dataset['achieved']).toBe(String(row.level));
  }
});

test('what is not assessable is a word, never a number', () => {
  render(HeatMap, { levels, onopen: () => {} });
  const cell = cellOf('Z9', 3);
  expect(cell.textContent).toContain('not assessable');
  expect(cell.dataset['achieved']).toBe('');
  expect(cell.textContent).not.toMatch(/\d/);
  expect(screen.getByTestId('zone-level-Z9').dataset['achieved']).toBe('');
});

test('arrow keys move between cells and Enter opens', async () => {
  const onopen = vi.fn();
  render(HeatMap, { levels, onopen });
  cellOf('Z1', 1).focus();
  await fireEvent.keyDown(cellOf('Z1', 1), { key: 'ArrowRight' });
  await tick();
  expect(document.activeElement).toBe(cellOf('Z1', 2));
  await fireEvent.keyDown(cellOf('Z1', 2), { key: 'ArrowDown' });
  expect(document.activeElement).toBe(cellOf('Z2', 2));
  await fireEvent.keyDown(cellOf('Z2', 2), { key: 'End' });
  expect(document.activeElement).toBe(cellOf('Z2', 7));
  await fireEvent.keyDown(cellOf('Z2', 7), { key: 'Enter' });
  expect(onopen).toHaveBeenCalledWith('Z2', 7);
  expect(document.querySelectorAll('td[tabindex="0"]')).toHaveLength(1);
});

test('of many zones those near the sight are drawn, and the focus reaches all', async () => {
  let tell: (entries: Partial<IntersectionObserverEntry>[]) => void = () => {};
  const parts: Element[] = [];
  vi.stubGlobal('IntersectionObserver', class {
    constructor(told: (entries: Partial<IntersectionObserverEntry>[]) => void) {
      tell = told;
    }
    observe = (part: Element) => parts.push(part);
    unobserve() {}
    disconnect() {}
  });
  const row = levels.rows[0]!;
  const many: Levels = { ...levels, rows: Array.from({ length: 100 }, (_, i) => ({ ...row, zone: `M${i}` })) };
  render(HeatMap, { levels: many, onopen: () => {} });
  const drawn = () => document.querySelectorAll('tbody th').length;
  expect([parts.length, drawn()]).toEqual([12, 9]);
  const see = (part: number, isIntersecting: boolean) => tell([{ target: parts[part]!, isIntersecting, boundingClientRect: { height: 400 } as DOMRect }]);
  see(0, true);
  see(1, true);
  see(2, true);
  await vi.waitFor(() => expect(drawn()).toBe(27));
  // Scrolled on: what is left behind takes the room it had, except where Tab goes in.
  see(0, false);
  see(1, false);
  await tick();
  expect(drawn()).toBe(18);
  expect(parts[1]!.querySelector('td')?.style.height).toBe('400px');
  await fireEvent.keyDown(cellOf('M0', 1), { key: 'End', ctrlKey: true });
  await vi.waitFor(() => expect(document.activeElement).toBe(cellOf('M99', 7)));
  expect(document.activeElement?.closest('tr')?.getAttribute('aria-rowindex')).toBe('101');
  expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe('101');
  vi.unstubAllGlobals();
});

test('a cell says what limits it', () => {
  render(HeatMap, { levels, onopen: () => {} });
  const row = levels.rows[0]!;
  const cell = row.cells.find((c) => c.limiting.includes('exposure'))!;
  expect(cellOf(row.zone, cell.fr).getAttribute('aria-label')).toMatch(/Limited by exposure/);
});

test('the difference shows both levels and their direction', () => {
  const before = structuredClone(levels);
  const cell = before.rows[1]!.cells[1]!;
  cell.achieved = (levels.rows[1]!.cells[1]!.achieved ?? 0) + 1;
  render(HeatMap, { levels, before, view: 'difference', onopen: () => {} });
  const shown = cellOf('Z2', 2);
  expect(shown.textContent?.trim()).toBe(`${cell.achieved} → ${levels.rows[1]!.cells[1]!.achieved}`);
  expect(shown.classList.contains('worse')).toBe(true);
  expect(cellOf('Z2', 1).classList.contains('same')).toBe(true);
});

test('copies hold every cell, and no text becomes a formula or markup', () => {
  const odd = structuredClone(levels);
  odd.rows[0]!.name = '=1+1<b>"&';
  const csv = levelsAsCsv(odd);
  expect(csv.trim().split('\r\n')).toHaveLength(1 + 9 * 7);
  expect(csv).toContain(`"'=1+1<b>""&"`);
  expect(csvCell(-1)).toBe('-1');
  const svg = new DOMParser().parseFromString(asSvg(levelsAsDrawing(odd, 'A & B', 'not assessable')), 'image/svg+xml');
  expect(svg.querySelector('parsererror')).toBeNull();
  expect(svg.documentElement.textContent).toContain('=1+1<b>"&');
  expect(svg.querySelector('b')).toBeNull();
});
