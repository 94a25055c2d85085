import './lib/theme/tokens.css';
import './lib/theme/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { words } from './lib/i18n/words.svelte';
import { appearance } from './lib/theme/appearance.svelte';

appearance.apply();
document.documentElement.lang = words.language;
// Read before the first text in them, which would change its height when they come.
for (const font of ['400 1em "IBM Plex Sans"', '500 1em "IBM Plex Sans"', '600 1em "IBM Plex Sans"', '400 1em "IBM Plex Mono"', '500 1em "IBM Plex Mono"']) void document.fonts?.load(font);
const target = document.getElementById('app');
if (target) mount(App, { target });
