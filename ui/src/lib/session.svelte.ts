// What every page of an open store shares: its environments, the one in sight, and its levels.
import { getContext, setContext } from 'svelte';
import { engine } from './api/client';
import type { EnvironmentView, Levels, Status } from './api/types';
import { ask, type Asked } from './asking.svelte';
import { place } from './place.svelte';

export class Session {
  environments: Asked<EnvironmentView[]>;
  levels: Asked<Levels>;
  constructor(readonly now: () => Status) {
    this.environments = ask(() => engine.environments());
    this.levels = ask(() => (this.environment ? engine.levels(this.environment.id, place.asOf) : null));
  }
  get status(): Status {
    return this.now();
  }
  /** The environment named in the address, else the first. */
  get environment(): EnvironmentView | null {
    const all = this.environments.value;
    return all?.find((e) => e.id === place.param('env')) ?? all?.[0] ?? null;
  }
  /** Nothing to look at yet: no environment, or one without zones. */
  get none(): boolean {
    return this.environments.value !== null && !this.environment?.zones;
  }
  /** The environments that have zones. */
  get plants(): EnvironmentView[] {
    return (this.environments.value ?? []).filter((e) => e.zones > 0);
  }
  get env(): string {
    return this.environment?.id ?? '';
  }
  /** Looking at a day before today: what is done now would not show there. */
  get past(): boolean {
    return place.asOf !== undefined && place.asOf < this.status.today;
  }
}

const key = Symbol('session');
export const offerSession = (session: Session) => setContext(key, session);
export const session = () => getContext<Session>(key);
