// What can be done here and now. The window and its pages offer deeds; buttons in sight are deeds by themselves. The
// palette lists them all, `?` shows those that have keys, and one place hears the keys.
import { onMount } from 'svelte';
import { t } from './i18n/words.svelte';
import { appearance } from './theme/appearance.svelte';

export const groups = ['page', 'everywhere', 'go'] as const;
export type Action = {
  id: string;
  name: string;
  group: (typeof groups)[number];
  /** What begins it, as `aria-keyshortcuts` writes it: `a`, `Control+K`, `Alt+ArrowLeft`; `g f` is one after the other. */
  keys?: string;
  run: () => void;
  /** It cannot be done just now. */
  off?: boolean;
  /** A move of the cursor and its like: the keyboard map shows it, the palette does not. */
  moves?: boolean;
};

class Actions {
  #offers = $state.raw<readonly (() => Action[])[]>([]);
  get offered(): Action[] {
    return this.#offers.flatMap((offer) => offer());
  }
  add(offer: () => Action[]): () => void {
    this.#offers = [...this.#offers, offer];
    return () => {
      this.#offers = this.#offers.filter((o) => o !== offer);
    };
  }
}
export const actions = new Actions();

/** Offers deeds as long as the component is there. */
export const offer = (list: () => Action[]) => onMount(() => actions.add(list));

/** j and k, which go from row to row. */
export const rowKeys = (step: (by: 1 | -1) => void): Action[] => [
  { id: 'down', group: 'page', moves: true, name: t('keymap.down'), keys: 'j', run: () => step(1) },
  { id: 'up', group: 'page', moves: true, name: t('keymap.up'), keys: 'k', run: () => step(-1) },
];

const inSight = (element: HTMLElement) => (element.checkVisibility ? element.checkVisibility({ visibilityProperty: true }) : true);
const nameOf = (element: HTMLElement) => (element.getAttribute('aria-label') ?? element.textContent ?? '').replace(/\s+/g, ' ').trim();

/** The buttons of the page in sight, each as a deed of its own; rows of long tables are not among them. */
export function buttons(): Action[] {
  const found = new Map<string, Action>();
  for (const element of document.querySelectorAll<HTMLElement>('main button, main a.button')) {
    if (element.matches(':disabled, [tabindex="-1"]') || element.closest('[role=grid], [role=listbox], [data-apart]') || !inSight(element)) continue;
    const name = nameOf(element);
    const keys = element.getAttribute('aria-keyshortcuts') ?? undefined;
    if (name.length < 2 || found.has(name)) continue;
    const run = () => {
      if (!element.isConnected) return;
      element.focus();
      element.click();
    };
    found.set(name, { id: `button-${found.size}`, name, group: 'page', run, ...(keys ? { keys } : {}) });
  }
  return [...found.values()];
}

/** A key as `aria-keyshortcuts` writes it. */
export function pressed(event: KeyboardEvent): string {
  const letter = event.key.length === 1;
  const held = [(event.ctrlKey || event.metaKey) && 'Control', event.altKey && 'Alt', event.shiftKey && (!letter || event.ctrlKey || event.metaKey) && 'Shift'].filter(Boolean);
  return [...held, held.length && letter ? event.key.toUpperCase() : event.key].join('+');
}

const typing = (at: EventTarget | null) =>
  at instanceof HTMLElement && at.closest('input:not([type=checkbox], [type=radio], [type=range], [type=button]), textarea, select, [role=menu]') !== null;

/** The first key of two, and when it was pressed. */
let first = '';
let since = 0;
const together = 1500;

/** Hears a key and does what it begins. */
export function hear(event: KeyboardEvent) {
  if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
  // A held letter or arrow goes on; F1 would open and close.
  if (event.repeat && event.key.length > 1 && !event.key.startsWith('Arrow')) return;
  const key = pressed(event);
  const plain = key.length === 1;
  // Single keys are in the way of those who speak to their machine, and can be switched off (WCAG 2.1.4).
  if (typing(event.target) && (plain || key === 'Control+Z')) return;
  if (plain && !appearance.keys) return;
  const now = event.timeStamp || Date.now();
  const both = first && now - since < together ? `${first} ${key}` : '';
  first = '';
  const { offered } = actions;
  // The page is searched for buttons only for keys that nothing else begins with.
  const action = (both && offered.find((a) => a.keys === both)) || offered.find((a) => a.keys === key) || buttons().find((a) => a.keys === key);
  if (action) {
    event.preventDefault();
    if (!action.off) action.run();
  } else if (offered.some((a) => a.keys?.startsWith(`${key} `))) {
    first = key;
    since = now;
  }
}
