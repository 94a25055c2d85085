// The light colours of tokens.css, for pictures that leave the window; a test holds the two together.
import type { Look } from './chart';

export const paper = { ground: '#ffffff', ink: '#17212b', soft: '#4b5864', line: '#d9dfe5', edge: '#8795a1' } as const;

/** A gap of 0 to 3 and what is written on it. */
export const gaps = [
  ['#e2ebf2', '#22384a'],
  ['#f7dc83', '#352a00'],
  ['#e88a3c', '#241000'],
  ['#6a1b5e', '#ffffff'],
] as const;

export const looks: Record<Look, string> = { high: '#e88a3c', medium: '#f7dc83', low: '#e2ebf2', rest: '#8795a1', first: '#0b5c8a', second: '#b35a12' };

export const hatch = { colour: '#000000', opacity: 0.25 } as const;
export const font = "'IBM Plex Sans', Arial, sans-serif";
