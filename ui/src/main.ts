import './lib/theme/tokens.css';
import './lib/theme/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { words } from './lib/i18n/words.svelte';
import { appearance } from './lib/theme/appearance.svelte';

appearance.apply();
document.documentElement.lang = words.language;
const target = document.getElementById('app');
if (target) mount(App, { target });
