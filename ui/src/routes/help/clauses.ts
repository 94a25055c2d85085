// Where the standard speaks of what a page shows: ids alone, each with a word of ours in the locale.
import type { AnyPage } from '../../lib/place.svelte';

/** Parts of IEC 62443 by the edition that is cited. */
export type Part = '2-1:2010' | '2-1:2024' | '2-3' | '2-4' | '3-2' | '3-3' | '4-2';
export type Clause = [part: Part, id: string];

export const clauses: Record<AnyPage, Clause[]> = {
  overview: [['2-1:2010', '4.2.3.9'], ['2-1:2024', 'ORG 2.1'], ['2-1:2010', '4.2.3.12']],
  levels: [['3-3', 'FR 1–7'], ['3-2', 'ZCR 5.6'], ['2-1:2010', '4.2.3.7']],
  zones: [['3-2', 'ZCR 3.1'], ['3-2', 'ZCR 6.3'], ['3-2', 'ZCR 6.4'], ['2-1:2024', 'NET 1.2']],
  risk: [['3-2', 'ZCR 1.1'], ['3-2', 'ZCR 2.1'], ['3-2', 'ZCR 5.6'], ['3-2', 'ZCR 5.10'], ['3-2', 'ZCR 7.1']],
  assets: [['2-1:2010', '4.2.3.4'], ['2-1:2024', 'CM 1.1'], ['3-3', 'SR 7.8']],
  components: [['4-2', 'CR 1.1'], ['3-3', 'FR 1–7']],
  findings: [['2-1:2010', '4.2.3.7'], ['2-1:2024', 'EVENT 1.9'], ['3-2', 'ZCR 5.2']],
  controls: [['3-2', 'ZCR 5.8'], ['3-2', 'ZCR 5.12'], ['2-1:2024', 'COMP 3.5']],
  requirements: [['3-3', 'SR 1.1'], ['3-3', 'FR 1–7'], ['3-2', 'ZCR 6.1']],
  plan: [['3-2', 'ZCR 5.12'], ['2-1:2024', 'ORG 2.1']],
  patches: [['2-3', 'TR'], ['2-1:2010', '4.3.4.3.7'], ['2-1:2024', 'COMP 3.3'], ['2-1:2024', 'COMP 3.2']],
  figures: [['2-1:2010', '4.2.3.12'], ['2-1:2010', '4.4.3'], ['2-1:2024', 'ORG 2.4']],
  intelligence: [['2-1:2024', 'EVENT 1.9'], ['2-1:2010', '4.2.3.7'], ['2-4', 'SP.02']],
  reports: [['2-1:2010', '4.2.3.13'], ['2-1:2010', '4.2.3.14'], ['3-2', 'ZCR 5.13'], ['3-2', 'ZCR 7.1']],
  portfolio: [['2-1:2010', '4.2.3.12'], ['2-1:2024', 'ORG 2.4'], ['2-1:2010', '4.4.3']],
  audit: [['3-3', 'SR 6.1'], ['2-1:2024', 'EVENT 1.5'], ['2-1:2024', 'CM 1.4']],
  settings: [['2-1:2010', '4.2.3.8'], ['2-1:2024', 'USER 2.3']],
  import: [['2-1:2010', '4.2.3.4'], ['2-1:2024', 'CM 1.1'], ['2-1:2010', '4.2.3.14']],
};

/** Words of the field that the glossary explains. */
export const terms = ['sl_t', 'sl_a', 'sl_c', 'fr', 'sr', 'suc', 'zone', 'conduit', 'control', 'evidence', 'class', 'kev', 'epss', 'residual'] as const;
export type TermName = (typeof terms)[number];

export const clauseKey = ([part, id]: Clause): string => `${part}_${id}`.replace(/[^A-Za-z0-9]+/g, '_').toLowerCase();
