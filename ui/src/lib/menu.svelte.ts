// The menu of what is under the pointer, or has the focus.
import { copyText } from './copy';
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
