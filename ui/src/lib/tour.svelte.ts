// Four steps through the program, on whatever plant is open; the demo plant offers it.
import { place } from './place.svelte';
import { remember, remembered } from './theme/appearance.svelte';

export const steps = ['map', 'cell', 'findings', 'report'] as const;

class Tour {
  step = $state<number | null>(null);
  /** Somebody said no, or has been through it. */
  seen = $state(remembered('tour') === 'seen');

  get name() {
    return this.step === null ? null : (steps[this.step] ?? null);
  }
  begin = () => {
    this.step = 0;
  };
  go = (by: 1 | -1) => {
    if (this.step === null) return;
    const next = this.step + by;
    if (next >= steps.length) this.end();
    else this.step = Math.max(0, next);
  };
  end = () => {
    this.step = null;
    this.seen = true;
    remember('tour', 'seen');
  };
  /** Goes where a step is about; `cell` is the one furthest below its target. */
  show(cell: { zone: string; fr: number } | null) {
    if (this.name === 'map') place.go('levels', { asof: null });
    else if (this.name === 'cell') place.go('levels', { asof: null, ...(cell ? { zone: cell.zone, fr: String(cell.fr) } : {}) });
    else if (this.name === 'findings') place.go('findings', { asof: null, state: 'open', triaged: 'false' });
    else if (this.name === 'report') place.go('reports/new', { asof: null });
  }
}
export const tour = new Tour();
