// Locks an encrypted store when nobody did anything in any window for a while.
import { engine } from './api/client';
import { appearance } from './theme/appearance.svelte';

/** How often somebody's doing is told to the engine, and how often it is asked whether it was long ago. */
const every = 15_000;
const doings = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'dragover'] as const;

/** Watches until the returned function is called; `locked` is told once the store is locked. */
export function watchIdle(locked: () => void): () => void {
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
