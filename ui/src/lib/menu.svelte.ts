// The menu of what is under the pointer, or has the focus.
import { copyText, recordsAsCsv, tableAsCsv } from './copy';
import type { Pages } from './paging.svelte';
import { asSvg, copyPng, type Drawing } from './drawing';
import { t } from './i18n/words.svelte';
import { toast } from './toast.svelte';

export type Item = { id: string; name: string; keys?: string; off?: boolean; run: () => void };
type Open = { x: number; y: number; items: (Item | null)[]; from: HTMLElement | null };

class Menu {
  open = $state.raw<Open | null>(null);

  /** Shows items beside the pointer or, when a key asked, beside what has the focus. `null` is a line between. */
  show(event: MouseEvent, items: (Item | null)[], at: Element | null = event.target as Element) {
    if (!items.some(Boolean)) return;
    event.preventDefault();
    event.stopPropagation();
    const box = at?.getBoundingClientRect();
    const byKey = event.button !== 2 || (event.clientX === 0 && event.clientY === 0);
    const [x, y] = byKey && box ? [box.left + Math.min(24, box.width / 2), Math.min(box.bottom, innerHeight - 8)] : [event.clientX, event.clientY];
    const from = document.activeElement;
    this.open = { x, y, items, from: from instanceof HTMLElement ? from : null };
  }
  close = () => {
    const from = this.open?.from;
    this.open = null;
    if (from?.isConnected) from.focus({ preventScroll: true });
  };
}
export const menu = new Menu();

/** Puts a text on the clipboard. */
export const copyItem = (id: string, text: string): Item => ({
  id,
  name: t('copy.this', { text }),
  run: () => void copyText(text).then(() => toast.say(t('copied.text', { text })), () => toast.say(t('copied.failed'))),
});

const copy = (name: string, format: 'csv' | 'svg' | 'png', make: () => Promise<void>, done = t('copied', { what: name, format: format.toUpperCase() })): Item => ({
  id: `copy-${format}`,
  name: t(`copy.${format}`),
  run: () => void make().then(() => toast.say(done), () => toast.say(t('copied.failed'))),
});
/** The ways to copy what is drawn of figures. */
export const copies = (name: string, csv: () => string, drawing: () => Drawing): Item[] => [
  copy(name, 'csv', () => copyText(csv())),
  copy(name, 'svg', () => copyText(asSvg(drawing()))),
  copy(name, 'png', () => copyPng(drawing())),
];

/** The same for a table that is on the page as a whole. */
export function copyTable(table: HTMLTableElement): Item {
  const heads = [table.caption, table.closest('section')?.querySelector('h2, h3'), document.querySelector('h1')];
  const name = heads.map((head) => head?.textContent?.trim()).find(Boolean) ?? t('table');
  return { ...copy(name, 'csv', () => copyText(tableAsCsv(table))), name: t('copy.table', { name }) };
}

/** Most rows of a long table that are put on the clipboard at once. */
const most = 5000;
/** The same for a long table: its rows under the filters, up to a limit, with what names a row first. */
export const copyRows = <R extends object>(name: string, pages: Pages<R>, first: readonly (keyof R & string)[]): Item => ({
  id: 'copy-rows',
  name: t('copy.table', { name }),
  off: pages.total === 0,
  run: async () => {
    const rows = pages.all(most);
    try {
      await copyText(rows.then((all) => recordsAsCsv(all, first)));
    } catch {
      // Without rows it is the engine that failed, and says how.
      return rows.then(() => toast.say(t('copied.failed')), (thrown) => toast.fail(thrown));
    }
    const n = (await rows).length;
    toast.say(n < pages.total ? t('copy.rows', { n, of: pages.total }) : t('copied', { what: name, format: 'CSV' }));
  },
});
