// Asking the engine from a page: the answer, the failure, and whether it takes long enough to say so.
import { untrack } from 'svelte';
import { announce, asFailure } from './api/client';
import type { Failure } from './api/types';

class Changes {
  count = $state(0);
  happened() {
    this.count += 1;
    announce();
  }
  /** In another window of the program. */
  elsewhere() {
    this.count += 1;
  }
}
/** Counts what this window changed, so that every open page asks again. */
export const changes = new Changes();

export class Asked<T> {
  value = $state.raw<T | null>(null);
  failure = $state.raw<Failure | null>(null);
  waiting = $state(true);
  /** Waiting for more than 300 ms. */
  slow = $state(false);
  #again = $state(0);
  again = () => {
    this.#again += 1;
  };
  get asked() {
    return this.#again;
  }
}

/**
 * Keeps an answer up to date with what the question reads, and with every change. The last answer stays in
 * sight until the next one is there; `null` asks nothing. `after`: what is more urgent, and answered first.
 */
export function ask<T>(question: () => Promise<T> | null, after?: Asked<unknown>): Asked<T> {
  const asked = new Asked<T>();
  $effect(() => {
    void changes.count;
    void asked.asked;
    if (after?.waiting) return;
    const promise = question();
    if (!promise) {
      untrack(() => {
        asked.value = null;
        asked.failure = null;
        asked.waiting = false;
      });
      return;
    }
    let current = true;
    asked.waiting = true;
    const timer = setTimeout(() => (asked.slow = true), 300);
    const settle = (value: T | null, failure: Failure | null) => {
      if (!current) return;
      clearTimeout(timer);
      asked.failure = failure;
      if (!failure) asked.value = value;
      asked.waiting = false;
      asked.slow = false;
    };
    promise.then(
      (value) => settle(value, null),
      (thrown) => settle(null, asFailure(thrown)),
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  });
  return asked;
}
