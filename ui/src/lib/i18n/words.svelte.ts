// Every word the page shows, in two languages, with numbers and dates as the language writes them.
import type { Failure } from '../api/types';
import { remember, remembered } from '../theme/appearance.svelte';
import de from './de.json';
import en from './en.json';

export type Language = 'en' | 'de';
export type Key = keyof typeof en;
type Plural<K> = K extends `${infer Stem}.other` ? Stem : never;
/** Keys that come as `.one` and `.other`. */
export type PluralKey = Plural<Key>;
type Fill = Record<string, string | number>;

// A key that one language lacks does not compile.
const books: Record<Language, Record<Key, string>> = { en, de };

function preferred(): Language {
  const kept = remembered('language');
  if (kept === 'en' || kept === 'de') return kept;
  return globalThis.navigator?.language.startsWith('de') ? 'de' : 'en';
}

class Words {
  #language = $state<Language>(preferred());
  constructor() {
    // Another window chose the other one.
    globalThis.addEventListener?.('storage', ({ key, newValue }) => {
      if (key === 'language' && (newValue === 'en' || newValue === 'de')) this.language = newValue;
    });
  }
  get language() {
    return this.#language;
  }
  set language(language: Language) {
    this.#language = language;
    remember('language', language);
    document.documentElement.lang = language;
  }
}
export const words = new Words();

const fill = (text: string, values: Fill) =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === 'number' ? number(value) : value;
  });

export const t = (key: Key, values: Fill = {}): string => fill(books[words.language][key], values);

/** Words that depend on how many; `{n}` is the number. */
export function tn(key: PluralKey, n: number, values: Fill = {}): string {
  const form = once('plural', {}, (language) => new Intl.PluralRules(language)).select(n) === 'one' ? 'one' : 'other';
  return fill(books[words.language][`${key}.${form}` as Key], { n, ...values });
}

/** The word for a code of the engine (`state`, `open`); a code without a word is shown as it is. */
export function word(family: string, code: string): string {
  const key = `${family}.${code}`;
  return key in books.en ? t(key as Key) : code;
}

/** What went wrong, by its code; the engine's own words, English, say more. */
export const failureTitle = (failure: Failure): string => `failed.what.${failure.code}` in books.en ? word('failed.what', failure.code) : t('failed.title');
/** The engine's advice knows more, but is English. */
export const failureAdvice = (failure: Failure): string =>
  (words.language === 'en' && failure.advice) || (`failed.advice.${failure.code}` in books.en ? word('failed.advice', failure.code) : failure.advice);

// Making a formatter costs a hundred times what using it does, and a page writes thousands of figures.
const made = new Map<string, unknown>();
function once<T>(kind: string, options: object, make: (language: string) => T): T {
  const key = `${kind} ${words.language} ${JSON.stringify(options)}`;
  let found = made.get(key) as T | undefined;
  if (!found) made.set(key, (found = make(words.language)));
  return found;
}
const figures = (options: Intl.NumberFormatOptions = {}) => once('number', options, (language) => new Intl.NumberFormat(language, options));
// British order in English: the day a plant reads as 3 March must not be read as the third of a month.
const dates = (options: Intl.DateTimeFormatOptions) => once('date', options, (language) => new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'de-DE', { ...options, timeZone: 'UTC' }));

export const number = (n: number): string => figures().format(n);
/** "0.95" or 0.95 → "95 %". Rounded down to a tenth, so that nothing below a threshold reads as if it met it. */
export const percent = (share: number | string): string => figures({ style: 'percent', maximumFractionDigits: 1 }).format(Math.floor(Number(share) * 1000 + 1e-9) / 1000);
/** An EPSS probability; the many near zero are not shown as none. */
export const likelihood = (p: number): string => (p > 0 && p < 0.001 ? `< ${percent(0.001)}` : percent(p));
export const bytes = (n: number): string =>
  n < 1_000_000
    ? figures({ style: 'unit', unit: 'kilobyte', maximumFractionDigits: 0 }).format(n / 1000)
    : figures({ style: 'unit', unit: 'megabyte', maximumFractionDigits: 1 }).format(n / 1e6);

/** `2026-03-12` → 12 Mar 2026. */
export function day(date: string): string {
  const at = new Date(`${date.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(at.getTime()) ? date : dates({ day: 'numeric', month: 'short', year: 'numeric' }).format(at);
}
export function month(date: string): string {
  return dates({ month: 'short', year: '2-digit' }).format(new Date(`${date.slice(0, 10)}T00:00:00Z`));
}
/** An RFC 3339 moment, to the minute, in UTC as the store keeps it. */
export function moment(at: string): string {
  const when = new Date(at);
  return Number.isNaN(when.getTime())
    ? at
    : dates({ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' }).format(when);
}
/** Level numbers; what is not assessable is a dash, never 0. */
export const level = (value: number | null | undefined): string => (value === null || value === undefined ? '–' : String(value));
