// A long work of the engine: how far it is, how it is stopped, and how it ended.
import { onDestroy } from 'svelte';
import { asFailure, engine, follow, nextJob } from './api/client';
import type { Failure, Progress } from './api/types';

export class Job {
  #number = $state<number | null>(null);
  progress = $state.raw<Progress | null>(null);
  cancelling = $state(false);
  cancelled = $state(false);
  failure = $state.raw<Failure | null>(null);
  /** The page that began it was left. */
  gone = false;
  #unfollow = () => {};

  constructor() {
    onDestroy(() => {
      this.gone = true;
      this.#unfollow();
    });
  }
  get running() {
    return this.#number !== null;
  }
  /** The answer, or undefined when the work was cancelled or failed. */
  async run<T>(work: (number: number) => Promise<T>): Promise<T | undefined> {
    const number = nextJob();
    this.#number = number;
    this.progress = null;
    this.cancelling = false;
    this.cancelled = false;
    this.failure = null;
    this.#unfollow = follow(number, (progress) => (this.progress = progress));
    try {
      return await work(number);
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.code === 'cancelled') this.cancelled = true;
      else this.failure = failure;
      return undefined;
    } finally {
      this.#unfollow();
      this.#number = null;
    }
  }
  cancel = async () => {
    if (this.#number === null) return;
    this.cancelling = true;
    await engine.cancel(this.#number).catch((thrown) => (this.failure = asFailure(thrown)));
  };
}
