// What a cell of the heat map looks like and says.
import type { LevelCell, LevelRow, Levels } from './api/types';
import { level, t, word } from './i18n/words.svelte';

export const frs = [1, 2, 3, 4, 5, 6, 7] as const;

/** The colour of a gap; what is not assessable has none. */
export const gapLook = (gap: number | null): string => (gap === null ? 'none' : `gap-${Math.min(3, gap)}`);
export const frName = (fr: number): string => `${t('fr.short', { n: fr })} ${word('fr', String(fr))}`;
export const limits = (limiting: string[]): string => limiting.map((l) => word('limit', l)).join(', ');

export const achievedIn = (levels: Levels | null, zone: string, fr: number): number | null =>
  levels?.rows.find((row) => row.zone === zone)?.cells.find((cell) => cell.fr === fr)?.achieved ?? null;

export const look = (cell: LevelCell): string => gapLook(cell.achieved === null ? null : cell.gap) + (cell.basis === 'evidence' ? ' alone' : '');

/** Beside what it was before; a step between a level and none is neither better nor worse. */
export function lookSince(was: number | null, now: number | null): string {
  if (was === now) return now === null ? 'none' : 'same';
  return was === null || now === null ? 'changed' : now > was ? 'better' : 'worse';
}
export const figureSince = (was: number | null, now: number | null): string => (was === now ? level(now) : `${level(was)} → ${level(now)}`);

export function why(cell: LevelCell): string {
  if (cell.achieved === null) return t('cell.not_assessable_why');
  return cell.limiting.length ? t('cell.limited_by', { what: limits(cell.limiting) }) : t('cell.nothing_limits');
}

/** What is read out begins with what is seen, so that speech control finds the cell by its figures. */
export function said(row: LevelRow, cell: LevelCell): string {
  const name = `${row.name}, ${frName(cell.fr)}`;
  if (cell.achieved === null) return `${name}: ${t('cell.not_assessable')}. ${why(cell)}`;
  const basis = cell.basis === 'evidence' ? ` ${t('cell.evidence_alone')}` : '';
  return `${cell.achieved} / ${cell.target}, ${name}: ${t('cell.of', { a: cell.achieved, t: cell.target })}. ${why(cell)}${basis}`;
}
export function saidSince(row: LevelRow, cell: LevelCell, was: number | null): string {
  const name = `${row.name}, ${frName(cell.fr)}`;
  if (was === null && cell.achieved === null) return `${name}: ${t('cell.not_assessable')}`;
  return `${figureSince(was, cell.achieved)}, ${name}: ${t('compare.from_to', { from: level(was), to: level(cell.achieved) })}`;
}
