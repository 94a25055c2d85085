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
const connecting = ['portfolio', 'portfolio_plant', 'publish'];

test('nothing is fetched until somebody asks; then plants are seen, searched and opened', async () => {
  const asked = withEngine();
  openAt('#/portfolio');
  const fetch = await screen.findByTestId('portfolio-fetch');
  expect(asked.some((a) => connecting.includes(a.command))).toBe(false);
  await fireEvent.click(fetch);
  const figures = await screen.findByTestId('portfolio-figures');
  expect(figures.textContent).toContain('14');
  const search = screen.getByRole('searchbox', { name: 'Search plants' });
  await fireEvent.input(search, { target: { value: 'works-1 polymers' } });
  await waitFor(() => expect(document.body.textContent).toContain('3 plants'));
  const row = await waitFor(() => {
    const found = document.querySelector<HTMLElement>('[data-testid^="plant-"]');
    expect(found).not.toBeNull();
    return found!;
  });
  await fireEvent.click(row);
  const zones = await screen.findByTestId('portfolio-zones');
  expect(zones.textContent).toContain('Safety system');
  expect(zones.textContent).toContain('not known');
  await fireEvent.click(screen.getByTestId('portfolio-back'));
  await screen.findByTestId('portfolio-figures');
});

test('where it is is kept without a password in the address, and this store is published', async () => {
  const asked = withEngine({ plants: true });
  openAt('#/portfolio');
  await fireEvent.click(await screen.findByTestId('portfolio-where'));
  const address = screen.getByTestId('portfolio-address') as HTMLInputElement;
  await fireEvent.input(address, { target: { value: 'postgres://u:secret@db.example/x' } });
  await fireEvent.click(screen.getByTestId('portfolio-keep'));
  await waitFor(() => expect(document.body.textContent).toContain('carries no password'));
  await fireEvent.input(address, { target: { value: ' postgres://u@db.example/x ' } });
  await fireEvent.input(screen.getByTestId('portfolio-password'), { target: { value: 'secret' } });
  await fireEvent.click(screen.getByTestId('portfolio-keep'));
  await waitFor(() => expect(asked.filter((a) => a.command === 'keep_portfolio').at(-1)?.args).toEqual({ address: 'postgres://u@db.example/x', password: 'secret' }));
  await fireEvent.click(screen.getByTestId('portfolio-publish'));
  await waitFor(() => expect(document.body.textContent).toContain('1 new'));
});
