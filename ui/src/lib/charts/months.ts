// Bars of one month each, named by the day they stand for.
import { day, month, t } from '../i18n/words.svelte';
import type { Chart, Series } from './chart';

export const months = (title: string, days: string[], series: Series[], more?: Chart['more']): Chart => ({
  title,
  kind: 'bars',
  axis: t('trend.month'),
  points: days.map((date, x) => ({ name: day(date), x })),
  ends: [days[0] ? month(days[0]) : '', month(days.at(-1) ?? '')],
  series,
  ...(more ? { more } : {}),
});
