// Zones drawn and moved, conduits, the risk assessment, components, answers taken over.
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import App from '../src/App.svelte';
import type { ComponentWish, ConduitWish, MatrixWish, PlaceWish, RiskWish } from '../src/lib/api/types';
import { place } from '../src/lib/place.svelte';
import { toast } from '../src/lib/toast.svelte';
import { withEngine } from './engine';

function openAt(hash: string) {
  const asked = withEngine({});
  location.hash = hash;
  place.read();
  render(App);
  return asked;
}
const wishes = <T>(asked: { command: string; args: Record<string, unknown> }[], command: string) => asked.filter((a) => a.command === command).map((a) => a.args['wish'] as T);
beforeEach(() => toast.close());

test('a zone is dragged to another place, and a click alone chooses it', async () => {
  const asked = openAt('#/zones');
  const zone = await screen.findByTestId('drawn-Z5');
  await fireEvent.pointerDown(zone, { button: 0, clientX: 100, clientY: 100 });
  await fireEvent.pointerUp(window, { clientX: 102, clientY: 101 });
  expect(wishes(asked, 'place_zone')).toEqual([]);
  await fireEvent.pointerDown(zone, { button: 0, clientX: 100, clientY: 100 });
  await fireEvent.pointerMove(window, { clientX: 340, clientY: 150 });
  await fireEvent.pointerUp(window, { clientX: 340, clientY: 150 });
  await waitFor(() => expect(wishes<PlaceWish>(asked, 'place_zone')).toHaveLength(1));
  const wish = wishes<PlaceWish>(asked, 'place_zone')[0]!;
  // From its middle (130 + 94, 110 + 3 × 160 + 44) by what the pointer moved.
  expect(wish).toEqual({ environment: 'E1', zone: 'Z5', x: 224 + 240, y: 634 + 50 });
});

test('the keyboard moves a zone too', async () => {
  const asked = openAt('#/zones');
  const zone = await screen.findByTestId('drawn-Z6');
  await fireEvent.keyDown(zone, { key: 'ArrowRight' });
  await fireEvent.keyDown(zone, { key: 'ArrowRight', altKey: true });
  await fireEvent.keyDown(zone, { key: 'ArrowUp', altKey: true });
  await waitFor(() => expect(wishes<PlaceWish>(asked, 'place_zone')).toHaveLength(2));
  const [right, up] = wishes<PlaceWish>(asked, 'place_zone');
  expect(right!.x).toBeGreaterThan(224 + 188);
  // The middle of the row above.
  expect(up!.y).toBe(634);
});

test('assets are dropped on a zone in the drawing, or moved by name', async () => {
  const asked = openAt('#/zones?zone=Z5');
  const box = await screen.findAllByTestId(/^member-/);
  await fireEvent.click(box[0]!);
  await fireEvent.click(box[1]!);
  const to = await screen.findByTestId('members-to');
  await fireEvent.change(to, { target: { value: 'Z6' } });
  await fireEvent.click(screen.getByTestId('members-move'));
  await waitFor(() => expect(asked.filter((a) => a.command === 'move_assets')).toHaveLength(1));
  const moved = asked.find((a) => a.command === 'move_assets')!.args;
  expect([moved['zone'], (moved['assets'] as string[]).length]).toEqual(['Z6', 2]);
});

test('a conduit joins three zones and is assessed on its own with a reason', async () => {
  const asked = openAt('#/zones?conduit=new');
  const choose = async (id: string, value: string) => fireEvent.change(await screen.findByTestId(id), { target: { value } });
  await fireEvent.input(await screen.findByTestId('conduit-name'), { target: { value: 'Backbone' } });
  await choose('conduit-from', 'Z2');
  await choose('conduit-to', 'Z3');
  await fireEvent.click(screen.getByTestId('conduit-more'));
  await choose('conduit-also-2', 'Z5');
  await choose('conduit-direction', 'outward');
  await fireEvent.click(screen.getByTestId('conduit-assessed'));
  await choose('conduit-target-5', '3');
  const save = screen.getByTestId<HTMLButtonElement>('conduit-save');
  expect(save.disabled).toBe(true);
  await fireEvent.input(screen.getByTestId('conduit-reason'), { target: { value: 'as its zones' } });
  await fireEvent.click(save);
  await waitFor(() => expect(wishes(asked, 'put_conduit')).toHaveLength(1));
  expect(wishes<ConduitWish>(asked, 'put_conduit')[0]).toMatchObject({ name: 'Backbone', zones: ['Z2', 'Z3', 'Z5'], direction: 'outward', target: [0, 0, 0, 0, 3, 0, 0], reason: 'as its zones' });
});

test('a risk assessment goes from the worst case over a scenario to a target', async () => {
  const asked = openAt('#/risk?id=Z5');
  const choose = async (id: string, value: string) => fireEvent.change(await screen.findByTestId(id), { target: { value } });
  await choose('initial-likelihood', '4');
  expect(screen.getByTestId('initial-rank').textContent).toContain('high');
  await choose('scenario-start', 's0');
  expect((await screen.findByTestId<HTMLTextAreaElement>('scenario-threat')).value).toContain('USB');
  await choose('unmitigated-likelihood', '3');
  await choose('unmitigated-consequence', '4');
  await choose('residual-likelihood', '0');
  await choose('residual-consequence', '3');
  expect(screen.getByTestId('residual-rank').textContent).toContain('tolerable');
  await fireEvent.click(screen.getByTestId('risk-aims'));
  await fireEvent.click(await screen.findByTestId('risk-take'));
  expect(screen.getByTestId<HTMLButtonElement>('risk-save').disabled).toBe(true);
  await fireEvent.input(screen.getByTestId('risk-reason-3'), { target: { value: 'programs are loaded' } });
  await fireEvent.click(screen.getByTestId('risk-save'));
  await waitFor(() => expect(wishes(asked, 'put_risk')).toHaveLength(1));
  const wish = wishes<RiskWish>(asked, 'put_risk')[0]!;
  expect(wish).toMatchObject({ subject: 'Z5', initial: { likelihood: 4, consequence: 4 }, target: [2, 0, 4, 0, 4, 0, 4] });
  expect(wish.scenarios).toHaveLength(3);
  expect(wish.scenarios[2]).toMatchObject({ unmitigated: { likelihood: 3, consequence: 4 }, residual: { likelihood: 0, consequence: 3 }, frs: [3] });
  expect(wish.reasons[2]).toBe('programs are loaded');
});

test('the matrix grows by a step, and is agreed to with a reason', async () => {
  const asked = openAt('#/risk?tab=matrix');
  await fireEvent.click(await screen.findByTestId('matrix-more-likelihood'));
  await fireEvent.change(screen.getByTestId('matrix-5-0'), { target: { value: '2' } });
  await fireEvent.input(screen.getByTestId('matrix-reason'), { target: { value: 'board of 1 March' } });
  await fireEvent.click(screen.getByTestId('matrix-save'));
  await waitFor(() => expect(wishes(asked, 'set_matrix')).toHaveLength(1));
  const wish = wishes<MatrixWish>(asked, 'set_matrix')[0]!;
  expect([wish.likelihood.length, wish.cells.length, wish.cells[5]]).toEqual([6, 6, [2, 1, 2, 2, 2]]);
});

test('a component is certified and gone through, for all of its product', async () => {
  const asked = openAt('#/components?id=A1');
  await fireEvent.change(await screen.findByTestId('component-level-3'), { target: { value: '3' } });
  await fireEvent.change(screen.getByTestId('cr-EDR 2.4'), { target: { value: 'met' } });
  await fireEvent.click(screen.getByTestId('component-save'));
  await waitFor(() => expect(wishes(asked, 'put_component')).toHaveLength(1));
  expect(wishes<ComponentWish>(asked, 'put_component')[0]).toMatchObject({ asset: 'A1', alike: true, declared: [2, 2, 3, 1, 2, 2, 2], basis: 'certificate', answers: { 'CR 1.1': 'met', 'EDR 2.4': 'met', 'CR 1.2': 'not_met' } });
});

test('an answer is taken over from the environment, and no longer', async () => {
  const asked = openAt('#/requirements?zone=Z4&id=SR%202.4');
  await fireEvent.click(await screen.findByTestId('inherit-stop'));
  await waitFor(() => expect(wishes(asked, 'inherit')).toEqual([{ environment: 'E1', zone: 'Z4', requirements: ['SR 2.4'], from: '', stop: true }]));
  place.set({ id: 'SR 1.1' });
  await fireEvent.change((await screen.findAllByTestId('inherit-from'))[0]!, { target: { value: '.' } });
  await waitFor(() => expect(wishes(asked, 'inherit')).toHaveLength(2));
});
