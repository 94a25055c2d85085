import { afterEach } from 'vitest';
import { cleanup } from '@testing-library/svelte';

// jsdom lays nothing out and lacks what only a window has.
window.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
window.IntersectionObserver ??= class {
  readonly root = null;
  readonly rootMargin = '';
  readonly thresholds = [];
  constructor(private readonly tell: IntersectionObserverCallback) {}
  observe(target: Element) {
    // All is in sight.
    queueMicrotask(() => this.tell([{ target, isIntersecting: true } as IntersectionObserverEntry], this as IntersectionObserver));
  }
  unobserve() {}
  disconnect() {}
  takeRecords = () => [];
};
localStorage.setItem('language', 'en');
afterEach(() => {
  cleanup();
  location.hash = '';
});
