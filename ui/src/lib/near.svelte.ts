// Parts of a long page that are drawn only near the sight, so that a plant of hundreds of zones costs no more to lay out
// than one of twenty. What is drawn gradually comes once and stays; what is near comes and goes.
import type { Attachment } from 'svelte/attachments';

/** How far from the sight a part is drawn already. */
const margin = '200px';

export class Near {
  #drawn = $state.raw<ReadonlySet<number>>(new Set());
  #sight = $state.raw<ReadonlySet<number> | null>(null);
  #heights = new Map<number, number>();
  #parts = new Map<Element, number>();
  #observer: IntersectionObserver | undefined;

  /** `estimate` is the height of a part that was never drawn, as CSS writes it; `kept` the part that is drawn wherever it is, as the focus goes there. */
  constructor(
    private readonly estimate: (part: number) => string,
    private readonly kept: () => number,
  ) {
    // One part with each frame.
    $effect(() => {
      const next = [...(this.#sight ?? [])].sort((a, b) => a - b).find((part) => !this.#drawn.has(part));
      if (next === undefined) return;
      const later = setTimeout(() => (this.#drawn = new Set(this.#drawn).add(next)), 16);
      return () => clearTimeout(later);
    });
    $effect(() => () => this.#observer?.disconnect());
  }
  /** Whether all that can be seen is drawn. */
  get settled(): boolean {
    return this.#sight !== null && [...this.#sight].every(this.has);
  }
  has = (part: number): boolean => part === this.kept() || this.#drawn.has(part);
  /** The room that a part takes which is not drawn. */
  room = (part: number): string => {
    const height = this.#heights.get(part);
    return height === undefined ? this.estimate(part) : `${height}px`;
  };
  /** Tells which part of the page an element is. */
  part = (part: number): Attachment<Element> => (element) => {
    this.#parts.set(element, part);
    this.#observer ??= new IntersectionObserver((entries) => this.#see(entries), { root: element.closest('.content'), rootMargin: margin });
    this.#observer.observe(element);
    return () => {
      this.#parts.delete(element);
      this.#observer?.unobserve(element);
    };
  };
  #see(entries: IntersectionObserverEntry[]) {
    const sight = new Set(this.#sight);
    const drawn = new Set(this.#drawn);
    for (const { target, isIntersecting, boundingClientRect } of entries) {
      const part = this.#parts.get(target);
      if (part === undefined) continue;
      if (isIntersecting) sight.add(part);
      else {
        sight.delete(part);
        if (drawn.delete(part)) this.#heights.set(part, boundingClientRect.height);
      }
    }
    this.#sight = sight;
    this.#drawn = drawn;
  }
}
