// What was just done, with the way back.
import { asFailure, engine } from './api/client';
import type { Failure } from './api/types';
import { changes } from './asking.svelte';
import { failureTitle, t, tn } from './i18n/words.svelte';

type Said = { text: string; lines: string[]; change: number | null; failure: Failure | null };

class Toast {
  said = $state<Said | null>(null);
  busy = $state(false);
  /** What this window changed and did not take back yet, the last one at the end. */
  done = $state.raw<readonly { change: number; text: string }[]>([]);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `change`: what can be taken back; of several, each one by itself. */
  say(text: string, change: number | null | readonly number[] = null) {
    const all = change === null ? [] : typeof change === 'number' ? [change] : change;
    this.done = [...this.done, ...all.map((change) => ({ change, text }))];
    this.#show({ text, lines: [], change: all.length === 1 ? (all[0] ?? null) : null, failure: null });
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
  /** Forgets what was done here: somebody else works here now, or the store is another. */
  forget() {
    this.done = [];
    this.close();
  }
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
  /** Takes back what is shown, or a change by its number; whether it worked. */
  undo = async (which: number | null = this.said?.change ?? null): Promise<boolean> => {
    if (which === null || this.busy) return false;
    const text = this.done.find((d) => d.change === which)?.text;
    this.busy = true;
    try {
      const undone = await engine.undo(which);
      this.done = this.done.filter((d) => d.change !== which);
      const what = text && this.said?.change !== which ? t('undo.done_what', { what: text }) : t('undo.done');
      this.say(undone.changed ? `${what} ${tn('undo.changed', undone.changed)}` : what);
      changes.happened();
      return true;
    } catch (thrown) {
      const failure = asFailure(thrown);
      // Somebody else took it back: it is not offered again.
      if (failure.code === 'not_found') this.done = this.done.filter((d) => d.change !== which);
      this.fail(failure);
      return false;
    } finally {
      this.busy = false;
    }
  };
  /** Takes back the last change of this window, step by step. */
  undoLast = () => this.undo(this.done.at(-1)?.change ?? null);
}
export const toast = new Toast();
