// How the window looks and when it locks itself, remembered on this machine.

export const themes = ['system', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof themes)[number];
export const textSizes = [100, 125, 150, 200] as const;
/** Minutes after which an encrypted store is locked; 0 never. */
export const idleMinutes = [2, 5, 10, 30, 60, 0] as const;

const remembered = (key: string): string | null => {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
};
export function remember(key: string, value: string) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Without storage the choice lasts as long as the window.
  }
}

const dark = globalThis.matchMedia?.('(prefers-color-scheme: dark)');

// What is remembered may be of another version, or nothing.
const themeOf = (kept: string | null): Theme => themes.find((t) => t === kept) ?? 'system';
const sizeOf = (kept: string | null): number => textSizes.find((s) => String(s) === kept) ?? 100;
const idleOf = (kept: string | null): number => idleMinutes.find((m) => String(m) === kept) ?? 10;
const keysOf = (kept: string | null): boolean => kept !== 'off';

class Appearance {
  #theme = $state(themeOf(remembered('theme')));
  #text = $state(sizeOf(remembered('text')));
  #keys = $state(keysOf(remembered('keys')));
  #idle = $state(idleOf(remembered('idle')));

  constructor() {
    dark?.addEventListener('change', () => this.apply());
    // Another window chose something else.
    globalThis.addEventListener?.('storage', ({ key, newValue }) => {
      if (key === 'theme') this.#theme = themeOf(newValue);
      else if (key === 'text') this.#text = sizeOf(newValue);
      else if (key === 'keys') this.#keys = keysOf(newValue);
      else if (key === 'idle') this.#idle = idleOf(newValue);
      else return;
      this.apply();
    });
  }
  get theme() {
    return this.#theme;
  }
  set theme(theme: Theme) {
    this.#theme = theme;
    remember('theme', theme);
    this.apply();
  }
  get text() {
    return this.#text;
  }
  set text(size: number) {
    this.#text = size;
    remember('text', String(size));
    this.apply();
  }
  /** Whether single keys begin deeds. */
  get keys() {
    return this.#keys;
  }
  set keys(on: boolean) {
    this.#keys = on;
    remember('keys', on ? 'on' : 'off');
  }
  /** Minutes without anybody doing anything after which an encrypted store is locked; 0 never. */
  get idle() {
    return this.#idle;
  }
  set idle(minutes: number) {
    this.#idle = minutes;
    remember('idle', String(minutes));
  }
  /** The next larger or smaller size of text; 0 the usual one. */
  grow(by: 1 | 0 | -1) {
    const at = textSizes.findIndex((s) => s === this.#text);
    this.text = by === 0 ? 100 : (textSizes[at + by] ?? this.#text);
  }
  apply() {
    const root = document.documentElement;
    root.dataset['theme'] = this.#theme !== 'system' ? this.#theme : dark?.matches ? 'dark' : 'light';
    root.style.fontSize = this.#text === 100 ? '' : `${this.#text}%`;
  }
}
export const appearance = new Appearance();
export { remembered };
