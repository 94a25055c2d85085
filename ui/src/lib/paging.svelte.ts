// A long table of which only the pages in sight are fetched and the last ones seen are kept.
import { asFailure } from './api/client';
import type { Facet, Failure } from './api/types';

export type Slice<R> = { total: number; rows: R[]; facets?: Facet[] };
type Fetch<R> = (offset: number, limit: number) => Promise<Slice<R>>;

const size = 100;
const keep = 40;
const atOnce = 2;

export class Pages<R> {
  total = $state(0);
  facets = $state.raw<Facet[]>([]);
  failure = $state.raw<Failure | null>(null);
  /** No answer to the present question yet. */
  waiting = $state(true);
  slow = $state(false);
  #version = $state(0);
  #cache = new Map<number, R[]>();
  #fetch: Fetch<R> | null = null;
  #question = 0;
  #answered = 0;
  #asked = new Set<number>();
  #seen: [number, number] = [0, 40];
  #later: ReturnType<typeof setTimeout> | undefined;
  #late: ReturnType<typeof setTimeout> | undefined;

  /** Starts over with another question. The old rows stay in sight until the first new ones are there. */
  open(fetch: Fetch<R>) {
    this.#fetch = fetch;
    this.#question += 1;
    this.#asked.clear();
    this.waiting = true;
    clearTimeout(this.#late);
    this.#late = setTimeout(() => (this.slow = this.waiting), 300);
    this.#load();
  }
  row(index: number): R | undefined {
    void this.#version;
    return this.#cache.get(Math.floor(index / size))?.[index % size];
  }
  indexOf(test: (row: R) => boolean): number {
    void this.#version;
    for (const [page, rows] of this.#cache) {
      const at = rows.findIndex(test);
      if (at >= 0) return page * size + at;
    }
    return -1;
  }
  /** Says which rows are in sight. A dragged scroll bar asks once it rests. */
  see(first: number, last: number) {
    this.#seen = [Math.max(0, first), Math.max(0, last)];
    clearTimeout(this.#later);
    this.#later = setTimeout(() => this.#load(), 30);
  }
  /** All rows up to a limit, in slices of the engine's largest size. */
  async all(limit: number): Promise<R[]> {
    const found: R[] = [];
    while (this.#fetch && found.length < Math.min(limit, this.total)) {
      const slice = await this.#fetch(found.length, Math.min(500, limit - found.length));
      if (slice.rows.length === 0) break;
      found.push(...slice.rows);
    }
    return found;
  }
  #load() {
    const fetch = this.#fetch;
    if (!fetch) return;
    const question = this.#question;
    const fresh = this.#answered === question;
    const last = fresh ? Math.min(this.#seen[1], Math.max(0, this.total - 1)) : this.#seen[1];
    for (let page = Math.floor(this.#seen[0] / size); page <= Math.floor(last / size); page += 1) {
      if (this.#asked.size >= atOnce) return;
      if (this.#asked.has(page) || (fresh && this.#cache.has(page))) continue;
      this.#asked.add(page);
      void fetch(page * size, size).then(
        (slice) => this.#take(question, page, slice),
        (thrown) => {
          if (question !== this.#question) return;
          this.#asked.delete(page);
          this.failure = asFailure(thrown);
          this.#settled();
        },
      );
    }
  }
  #take(question: number, page: number, slice: Slice<R>) {
    if (question !== this.#question) return;
    this.#asked.delete(page);
    if (this.#answered !== question) {
      this.#answered = question;
      this.#cache.clear();
    }
    this.#cache.set(page, slice.rows);
    if (this.#cache.size > keep) {
      const here = Math.floor(this.#seen[0] / size);
      const far = [...this.#cache.keys()].sort((a, b) => Math.abs(b - here) - Math.abs(a - here))[0];
      if (far !== undefined) this.#cache.delete(far);
    }
    this.total = slice.total;
    if (slice.facets) this.facets = slice.facets;
    this.failure = null;
    this.#version += 1;
    this.#settled();
    this.#load();
  }
  #settled() {
    clearTimeout(this.#late);
    this.waiting = false;
    this.slow = false;
  }
}
