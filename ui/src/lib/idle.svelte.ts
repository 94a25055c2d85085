// Locks an encrypted store when nobody did anything in any window for a while.
import { engine } from './api/client';
import { changes } from './asking.svelte';
import { appearance } from './theme/appearance.svelte';
import { toast } from './toast.svelte';

/** How often somebody's doing is told to the engine, and how often it is asked whether it was long ago. */
const every = 15_000;
const doings = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'dragover'] as const;

/** The store is locked: this window forgets what was done in it, and no window shows anything any more. */
function locked() {
  toast.forget();
  changes.happened();
}

/** Locks an encrypted store now; says so when it cannot. */
export const lockNow = (): Promise<void> => engine.lock().then(locked, (thrown) => toast.fail(thrown));

/** Watches until the returned function is called. */
export function watchIdle(): () => void {
  let told = 0;
  const doing = () => {
    const now = Date.now();
    if (now - told < every) return;
    told = now;
    void engine.active().catch(() => {});
  };
  const look = async () => {
    const minutes = appearance.idle;
    if (minutes > 0 && (await engine.lockWhenIdle(minutes * 60).catch(() => false))) locked();
  };
  const timer = setInterval(() => void look(), every);
  // A laptop that was opened again: before anybody sees what was on it.
  const back = () => document.visibilityState === 'visible' && void look();
  doing();
  for (const name of doings) addEventListener(name, doing, { passive: true });
  document.addEventListener('visibilitychange', back);
  return () => {
    clearInterval(timer);
    for (const name of doings) removeEventListener(name, doing);
    document.removeEventListener('visibilitychange', back);
  };
}
