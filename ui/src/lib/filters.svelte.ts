// Filters of a table, kept in the address: one parameter a facet, values apart by commas.
import { place } from './place.svelte';

/** Columns whose large end is what people look for. */
const largeFirst = ['severity', 'epss', 'opened', 'open', 'criticality'];

export class Filters {
  constructor(readonly names: string[]) {}
  get chosen(): Record<string, string[]> {
    const found: Record<string, string[]> = {};
    for (const name of this.names) {
      const value = place.param(name);
      if (value) found[name] = value.split(',').map(decodeURIComponent);
    }
    return found;
  }
  get text(): string {
    return place.param('q') ?? '';
  }
  get sort(): string {
    return place.param('sort') ?? '';
  }
  get descending(): boolean {
    return place.param('desc') === '1';
  }
  choose = (name: string, values: string[]) => {
    place.set({ [name]: values.length ? values.map(encodeURIComponent).join(',') : null }, true);
  };
  search(text: string) {
    place.set({ q: text || null }, true);
  }
  sortBy = (column: string) => {
    const descending = this.sort === column ? !this.descending : largeFirst.includes(column);
    place.set({ sort: column, desc: descending ? '1' : null }, true);
  };
}
