import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import App from '../src/App.svelte';
import { place } from '../src/lib/place.svelte';
import { toast } from '../src/lib/toast.svelte';
import { withEngine } from './engine';

beforeEach(() => toast.close());

async function open(hash: string) {
  const asked = withEngine();
  location.hash = hash;
  place.read();
  render(App);
  return asked;
}

test('a control is written down, and says what it serves', async () => {
  const asked = await open('#/controls');
  await screen.findByTestId('control-CC-01');
  await fireEvent.click(screen.getByTestId('control-new'));
  const form = await screen.findByTestId('control-form');
  expect((screen.getByTestId('control-save') as HTMLButtonElement).disabled).toBe(true);
  await fireEvent.input(screen.getByTestId('control-title'), { target: { value: 'Locked cabinet' } });
  await fireEvent.input(screen.getByTestId('control-srs'), { target: { value: 'SR 2.1, SR 2.3' } });
  await fireEvent.submit(form);
  await waitFor(() => expect(asked.find((a) => a.command === 'put_control')?.args['control']).toMatchObject({ id: '', title: 'Locked cabinet', srs: ['SR 2.1', 'SR 2.3'], status: 'draft' }));
  await screen.findByTestId('undo');
});

test('a control is changed in its drawer', async () => {
  const asked = await open('#/controls?id=CC-02');
  const drawer = await screen.findByTestId('control-drawer');
  await waitFor(() => expect(drawer.textContent).toContain('runs out soon'));
  await fireEvent.click(within(drawer).getByTestId('control-edit'));
  await fireEvent.change(await screen.findByTestId('control-status'), { target: { value: 'verified' } });
  await fireEvent.submit(screen.getByTestId('control-form'));
  await waitFor(() => expect(asked.find((a) => a.command === 'put_control')?.args['control']).toMatchObject({ id: 'CC-02', status: 'verified' }));
});

test('c covers the finding under the cursor with a control', async () => {
  const asked = await open('#/findings?state=open');
  await waitFor(() => expect(document.querySelectorAll('[data-testid^="finding-F"]').length).toBeGreaterThan(3));
  await fireEvent.keyDown(window, { key: 'j' });
  await fireEvent.keyDown(window, { key: 'c' });
  await screen.findByRole('option', { name: /CC-01/ });
  await fireEvent.change(screen.getByTestId('decide-control'), { target: { value: 'CC-01' } });
  await fireEvent.click(screen.getByTestId('decide-confirm'));
  await waitFor(() => expect(asked.find((a) => a.command === 'cover')?.args['cover']).toMatchObject({ control: 'CC-01', on: true }));
});

test('a deferral needs a day to come and a reason', async () => {
  const asked = await open('#/findings?state=open');
  await waitFor(() => expect(document.querySelectorAll('[data-testid^="finding-F"]').length).toBeGreaterThan(3));
  await fireEvent.keyDown(window, { key: 'j' });
  await fireEvent.keyDown(window, { key: 'd' });
  const until = await screen.findByTestId('decide-until');
  const confirm = screen.getByTestId('decide-confirm') as HTMLButtonElement;
  await fireEvent.input(until, { target: { value: '2020-01-01' } });
  await fireEvent.input(screen.getByTestId('decide-note'), { target: { value: 'next shutdown' } });
  expect(confirm.disabled).toBe(true);
  await fireEvent.input(until, { target: { value: '2031-01-01' } });
  await waitFor(() => expect(confirm.disabled).toBe(false));
  await fireEvent.click(confirm);
  await waitFor(() => expect(asked.find((a) => a.command === 'decide')?.args['decision']).toMatchObject({ act: 'defer', until: '2031-01-01', note: 'next shutdown' }));
});
