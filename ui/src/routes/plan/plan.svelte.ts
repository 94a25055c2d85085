// The plan of an environment as the page holds it: how it comes about, and what its actions are called.
import { onDestroy, untrack } from 'svelte';
import { engine } from '../../lib/api/client';
import type { LevelRow, Levels, PlanAction, PlanAsk, PlanLift, PlanView } from '../../lib/api/types';
import { changes } from '../../lib/asking.svelte';
import { number, t, tn } from '../../lib/i18n/words.svelte';
import { Job } from '../../lib/job.svelte';

export type Asking = Omit<PlanAsk, 'job'>;

/** Plans again when the question or anything in the plant changes; the last plan stays in sight until then. */
export class Planning {
  value = $state.raw<PlanView | null>(null);
  job = new Job();
  #again = $state(0);
  #turn = 0;
  #running: Promise<unknown> = Promise.resolve();

  constructor(question: () => Asking | null) {
    $effect(() => {
      void changes.count;
      void this.#again;
      const wanted = question();
      untrack(() => void this.#plan(wanted));
    });
    onDestroy(() => {
      this.#turn += 1;
      void this.job.cancel();
    });
  }
  again = () => {
    this.#again += 1;
  };
  async #plan(wanted: Asking | null) {
    const turn = ++this.#turn;
    if (this.job.running) {
      await this.job.cancel();
      await this.#running;
    }
    if (turn !== this.#turn) return;
    if (this.value?.environment !== wanted?.environment) this.value = null;
    if (!wanted) return;
    const running = this.job.run((job) => engine.plan({ ...wanted, job }));
    this.#running = running;
    const answer = await running;
    if (turn === this.#turn && answer) this.value = answer;
  }
}

/** Sums of decimal texts, exact to the hundredth that the engine counts in. */
export const hundredths = (cost: string): number => Math.round(Number(cost) * 100);
export const money = (cost: string | number): string => number(Number(cost));

/** The ids of the actions that a budget pays for, in the order of the plan, up to the first that is too much. */
export function within(actions: PlanAction[], budget: number): Set<string> {
  let left = Math.round(budget * 100);
  const paid = new Set<string>();
  for (const action of actions) {
    left -= hundredths(action.cost);
    if (left < 0) break;
    paid.add(action.id);
  }
  return paid;
}

const few = 2;
function zonesOf(a: PlanAction): string {
  const names = a.zones.slice(0, few).map((z) => z.name).join(', ');
  return a.zones.length > few ? `${names} ${t('levels.and_more', { n: a.zones.length - few })}` : names;
}
export function title(a: PlanAction): string {
  const zone = zonesOf(a);
  switch (a.kind) {
    case 'patch':
      return tn('plan.do_patch', a.assets, { what: `${a.vendor} ${a.product}`.trim() });
    case 'control':
      return a.status === 'verified' ? tn('plan.do_control_verified', a.findings_total, { zone }) : tn('plan.do_control', a.findings_total, { zone });
    case 'verify':
      return t('plan.do_verify', { id: a.control });
    case 'triage':
      return tn('plan.do_triage', a.findings_total, { zone });
    case 'identify':
      return tn('plan.do_identify', a.assets, { zone });
    case 'assess':
      return tn('plan.do_assess', a.requirements.length, { fr: t('fr.short', { n: a.fr ?? 0 }), zone });
    case 'update_monitoring':
      return t('plan.do_update_monitoring');
    default:
      return a.kind;
  }
}

export const serves = (a: PlanAction, zone: string, fr: number): boolean => [...a.effects, ...a.needed].some((l) => l.zone === zone && l.fr === fr);

/** Lifts by zone, in the order in which they come. */
export function byZone(lifts: PlanLift[]): [zone: string, lifts: PlanLift[]][] {
  const zones = new Map<string, PlanLift[]>();
  for (const lift of lifts) zones.set(lift.zone, [...(zones.get(lift.zone) ?? []), lift]);
  return [...zones];
}

/** What the heat map takes, of rows alone. */
export const levelsOf = (environment: string, as_of: string, rows: LevelRow[]): Levels => ({
  environment, as_of, period_from: as_of, earliest: as_of, method: '', profile: '', last_update: null, rows, warnings: [],
});
