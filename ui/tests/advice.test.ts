// Further advice on the plan: by kind, in the sources' own words, with what it serves.
import { fireEvent, render, screen, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { expect, test } from 'vitest';
import { place } from '../src/lib/place.svelte';
import Advice from '../src/routes/plan/Advice.svelte';
import { withEngine, type Asked } from './engine';
import type { Scenario } from './fake';

function shown(scenario: Scenario = {}, asOf: string | null = null): { asked: Asked[]; container: HTMLElement } {
  const asked = withEngine(scenario);
  location.hash = '#/overview?env=E1';
  place.read();
  const { container } = render(Advice, { env: 'E1', asOf });
  return { asked, container };
}

test('advice stands by kind, whatever its order, with the source named', async () => {
  const { asked, container } = shown({}, '2026-06-30');
  await screen.findByTestId('advice-vendor_fix');
  expect(asked[0]).toMatchObject({ command: 'advice', args: { environment: 'E1', as_of: '2026-06-30' } });
  const heads = [...container.querySelectorAll('h3')].map((h) => h.firstChild?.textContent?.trim());
  expect(heads).toEqual(['Replace: support has ended', "Install the vendor's fix", 'Workarounds', 'Mitigations', 'No fix: compensate or replace', 'Protect']);
  const fix = within(screen.getByTestId('advice-vendor_fix'));
  fix.getByText('Siemens SIMATIC S7-1500 CPU 1516-3');
  fix.getByText('CISA ICSA-26-100-01');
  fix.getByText('https://example.com/advisory');
  const link = fix.getByRole('link', { name: '3 open findings' }).getAttribute('href')!;
  expect(link).toContain('#/findings?env=E1&asof=2026-06-30&state=open');
  expect(link).toContain('fix=true');
  expect(screen.getByTestId('advice-workaround').textContent).toContain('whether it means this product is not recorded');
  expect(screen.getByTestId('advice-protect').textContent).toContain('M0804 Human User Authentication');
  expect(within(screen.getByTestId('advice-replace')).queryByRole('link')).toBeNull();
  expect(screen.getByTestId('advice-rest').textContent).toContain('40');
  expect((await axe.run(container, { rules: { 'heading-order': { enabled: false } } })).violations).toEqual([]);
});

test('a long text shows its beginning, and nothing of it is markup', async () => {
  shown();
  const one = await screen.findByTestId('advice-mitigation');
  expect(one.textContent).toContain('<b>trusted</b>');
  expect(one.querySelector('.said b')).toBeNull();
  expect(one.querySelector('.clamped')).not.toBeNull();
  expect(one.querySelectorAll('.sources code')).toHaveLength(1);
  expect(one.querySelectorAll('.sources li')).toHaveLength(6);
  await fireEvent.click(within(one).getByRole('button', { name: 'More' }));
  expect(one.querySelector('.clamped')).toBeNull();
  expect(one.querySelectorAll('.sources li')).toHaveLength(21);
  expect(one.textContent).toContain('and 6 more');
});

test('where there is nothing to advise the page says so', async () => {
  shown({ empty: true });
  await screen.findByText('No further advice');
});

test('a failure is told, with a way to ask again', async () => {
  shown({ fails: ['advice'] });
  await screen.findByRole('alert');
  screen.getByRole('button', { name: /again/i });
});
