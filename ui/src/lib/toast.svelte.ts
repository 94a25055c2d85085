// What was just done, with the way back.
import { asFailure, engine } from './api/client';
import type { Failure } from './api/types';
import { changes } from './asking.svelte';
import { failureTitle, t, tn } from './i18n/words.svelte';

type Said = { text: string; lines: string[]; change: number | null; failure: Failure | null };

class Toast {
  said = $state<Said | null>(null);
  busy = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(text: string, change: number | null = null) {
    this.#show({ text, lines: [], change, failure: null });
  }
  fail(thrown: unknown) {
    const failure = asFailure(thrown);
    this.#show({ text: failureTitle(failure), lines: [], change: null, failure });
  }
  /** Adds what followed from the change, such as a level that moved. */
  add(lines: string[]) {
    if (this.said) this.said.lines = lines;
  }
  close = () => {
    clearTimeout(this.#timer);
    this.said = null;
  };
  hold = () => clearTimeout(this.#timer);
  release = () => {
    clearTimeout(this.#timer);
    // Failures and changes that can be taken back stay until they are closed or replaced.
    if (this.said && !this.said.failure && this.said.change === null) this.#timer = setTimeout(this.close, 8000);
  };
  #show(said: Said) {
    this.said = said;
    this.release();
  }
  undo = async () => {
    const change = this.said?.change;
    if (change === null || change === undefined || this.busy) return;
    this.busy = true;
    try {
      const undone = await engine.undo(change);
      this.say(undone.changed ? `${t('undo.done')} ${tn('undo.changed', undone.changed)}` : t('undo.done'));
      changes.happened();
    } catch (thrown) {
      this.fail(thrown);
    } finally {
      this.busy = false;
    }
  };
}
export const toast = new Toast();
