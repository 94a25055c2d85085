import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import App from '../src/App.svelte';
import { place } from '../src/lib/place.svelte';
import { withEngine } from './engine';

function openAt(hash: string) {
  location.hash = hash;
  place.read();
  render(App);
}

test('a link opens the cell, its factors and their counts', async () => {
  withEngine();
  openAt('#/levels?zone=Z3&fr=3');
  const drawer = await screen.findByTestId('cell-drawer');
  await waitFor(() => expect(drawer.textContent).toContain('SL-A'));
  expect(drawer.textContent).toContain('7 of 9 triaged (77.7%)');
  expect(drawer.textContent).toContain('SL 2 needs 80%');
  expect(drawer.textContent).toContain('No such findings');
});

test('switching a lever on asks again and shows the new level; nothing is changed', async () => {
  const asked = withEngine();
  openAt('#/levels?zone=Z3&fr=3');
  const lever = await screen.findByTestId('lever-control');
  expect(lever.getAttribute('aria-checked')).toBe('false');
  await fireEvent.click(lever);
  expect(lever.getAttribute('aria-checked')).toBe('true');
  const before = screen.getByTestId('cell-Z3-3').dataset['achieved'];
  await waitFor(() => expect(screen.getByTestId('what-if').textContent).toContain(`SL-A ${before} → ${Number(before) + 1}`));
  expect(asked.find((a) => a.command === 'what_if')?.args).toMatchObject({ zone: 'Z3', fr: 3, levers: ['control'] });
  expect(asked.some((a) => a.command === 'acknowledge')).toBe(false);
  await fireEvent.click(lever);
  await waitFor(() => expect(screen.getByTestId('what-if').textContent).not.toContain('→'));
});

test('the day in the address is the day asked for', async () => {
  const asked = withEngine();
  openAt('#/levels?asof=2026-03-12');
  await screen.findByTestId('cell-Z1-1');
  expect(asked.find((a) => a.command === 'levels')?.args['as_of']).toBe('2026-03-12');
  expect(document.body.textContent).toContain('You are looking at 12 Mar 2026');
});

test('an empty store says the first step', async () => {
  const asked = withEngine({ empty: true });
  openAt('#/levels');
  await screen.findByText('No plant yet');
  expect(screen.getByRole('link', { name: 'Import…' }).getAttribute('href')).toBe('#/import');
  await fireEvent.click(screen.getByTestId('add-demo'));
  expect((await screen.findByTestId('next-action')).getAttribute('href')).toBeTruthy();
  expect(asked.some((a) => a.command === 'add_demo')).toBe(true);
});

test('the first start offers the demo plant and an empty store', async () => {
  const asked = withEngine({ first: true });
  openAt('');
  await fireEvent.click(await screen.findByTestId('start-demo'));
  await screen.findByTestId('nav-levels');
  expect(asked.find((a) => a.command === 'create_store')?.args).toEqual({ demo: true, passphrase: null });
  expect(screen.getByTestId('nav-overview').getAttribute('aria-current')).toBe('page');
});
