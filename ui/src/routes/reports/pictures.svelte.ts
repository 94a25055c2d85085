// Pictures of a laid out report's pages: asked for one after the other, only while somebody looks, and given back.
import { SvelteMap } from 'svelte/reactivity';
import { asFailure, engine } from '../../lib/api/client';
import type { Failure } from '../../lib/api/types';

/** A page, from 0, and pixels a point. */
export type Look = [page: number, scale: number];
const keyOf = ([page, scale]: Look) => `${page} ${scale}`;
/** Pictures kept beyond those in sight. */
const keep = 48;

export class Pictures {
  failure = $state.raw<Failure | null>(null);
  #urls = new SvelteMap<string, string>();
  #wanted: Look[] = [];
  #busy = false;
  #closed = false;

  constructor(readonly preview: number) {}

  url(page: number, scale: number): string | undefined {
    return this.#urls.get(keyOf([page, scale]));
  }
  /** What is in sight now, the most important first; what was wanted before and is not there yet is let go. */
  want(looks: Look[]) {
    this.#wanted = looks;
    this.failure = null;
    void this.#next();
  }
  close() {
    this.#closed = true;
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
    this.#urls.clear();
  }
  async #next() {
    const look = this.#wanted.find((one) => !this.#urls.has(keyOf(one)));
    if (!look || this.#busy || this.#closed) return;
    this.#busy = true;
    try {
      const png = await engine.previewPage(this.preview, ...look);
      if (!this.#closed) this.#keep(look, png);
    } catch (thrown) {
      this.#wanted = [];
      if (!this.#closed) this.failure = asFailure(thrown);
    }
    this.#busy = false;
    void this.#next();
  }
  #keep(look: Look, png: string) {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    this.#urls.set(keyOf(look), URL.createObjectURL(new Blob([bytes], { type: 'image/png' })));
    const wanted = new Set(this.#wanted.map(keyOf));
    for (const [key, url] of this.#urls) {
      if (this.#urls.size <= keep + wanted.size) break;
      if (wanted.has(key)) continue;
      this.#urls.delete(key);
      URL.revokeObjectURL(url);
    }
  }
}
