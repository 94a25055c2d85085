import { afterEach } from 'vitest';
import { cleanup } from '@testing-library/svelte';

// jsdom lays nothing out and lacks what only a window has.
window.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
localStorage.setItem('language', 'en');
afterEach(() => {
  cleanup();
  location.hash = '';
});
