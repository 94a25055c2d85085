// Where the window is, kept in the address so that back, forward and links work: `#/levels?env=E1&zone=Z3&fr=3`.

export const pages = ['overview', 'levels', 'zones', 'risk', 'assets', 'components', 'findings', 'controls', 'requirements', 'plan', 'patches', 'figures', 'intelligence', 'reports', 'portfolio', 'audit', 'settings'] as const;
export type Page = (typeof pages)[number];
const hidden = ['import'] as const;
export type AnyPage = Page | (typeof hidden)[number];
/** Kept reports, the portfolio, the log and the settings are what they are on any day. */
export const timeless: readonly AnyPage[] = ['intelligence', 'reports', 'portfolio', 'audit', 'settings', 'import'];
/** What the other pages show is of an environment. */
export const ofPlant: readonly AnyPage[] = ['overview', 'levels', 'zones', 'risk', 'assets', 'components', 'findings', 'controls', 'requirements', 'plan', 'patches', 'figures'];
export type Params = Record<string, string | null | undefined>;

/** What a page is opened with: of the findings, those that are open. */
export const atFirst = (page: Page): Params => (page === 'findings' ? { state: 'open' } : {});

/** What goes along from page to page. */
const kept = ['env', 'asof'];

function parse(hash: string): { page: AnyPage; sub: string; params: Record<string, string> } {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [first = '', sub = ''] = path.split('/');
  const known = ([...pages, ...hidden] as readonly string[]).includes(first);
  return { page: known ? (first as AnyPage) : 'overview', sub, params: Object.fromEntries(new URLSearchParams(query)) };
}

class Place {
  #now = $state.raw(parse(globalThis.location?.hash ?? ''));
  /** Which entry of this window's history is in sight, and which is its last. */
  #at = $state(0);
  #last = $state(0);

  constructor() {
    globalThis.addEventListener?.('hashchange', () => this.read());
    globalThis.addEventListener?.('popstate', () => this.read());
    // After a reload the entry knows where it stands; what comes after it is not known.
    const at: unknown = globalThis.history?.state?.at;
    if (typeof at === 'number') this.#at = this.#last = at;
    else globalThis.history?.replaceState({ at: 0 }, '');
  }
  read() {
    this.#now = parse(location.hash);
    const at: unknown = history.state?.at;
    if (typeof at === 'number') {
      this.#at = at;
      this.#last = Math.max(this.#last, at);
    } else {
      // A link made a new entry; all that came after the one before is gone.
      this.#at = this.#last = this.#at + 1;
      history.replaceState({ at: this.#at }, '');
    }
  }
  get canBack() {
    return this.#at > 0;
  }
  get canForward() {
    return this.#at < this.#last;
  }
  get page() {
    return this.#now.page;
  }
  get sub() {
    return this.#now.sub;
  }
  param(name: string): string | undefined {
    return this.#now.params[name];
  }
  /** The day looked at, or undefined for today. */
  get asOf(): string | undefined {
    const day = this.#now.params['asof'];
    return day && /^\d{4}-\d{2}-\d{2}$/.test(day) ? day : undefined;
  }
  href(page: AnyPage | `${AnyPage}/${string}`, params: Params = {}): string {
    const all = new URLSearchParams();
    for (const name of kept) {
      const value = name in params ? params[name] : this.#now.params[name];
      if (value) all.set(name, value);
    }
    for (const [name, value] of Object.entries(params)) {
      if (!kept.includes(name) && value !== null && value !== undefined) all.set(name, value);
    }
    const query = all.toString();
    return `#/${page}${query ? `?${query}` : ''}`;
  }
  go(page: AnyPage | `${AnyPage}/${string}`, params: Params = {}) {
    location.hash = this.href(page, params);
    this.read();
  }
  /** Sets a parameter of this page, or takes it away. */
  toggle(name: string) {
    this.set({ [name]: this.param(name) ? null : '1' });
  }
  /** Changes some parameters of this page; without a new entry in the history when `quiet`. */
  set(params: Params, quiet = false) {
    const path = (this.#now.sub ? `${this.#now.page}/${this.#now.sub}` : this.#now.page) as AnyPage;
    const href = this.href(path, { ...this.#now.params, ...params });
    if (href === location.hash) return;
    if (quiet) history.replaceState(history.state, '', href);
    else location.hash = href;
    this.read();
  }
}
export const place = new Place();
