// The plan: what is switched off is tried without it, kept beside others, and turned into work.
import { configure, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import App from '../src/App.svelte';
import type { PlanView } from '../src/lib/api/types';
import { place } from '../src/lib/place.svelte';
import { toast } from '../src/lib/toast.svelte';
import { title, within as paidBy } from '../src/routes/plan/plan.svelte';
import { withEngine, type Asked } from './engine';
import { makeFake, type Scenario } from './fake';

// Planning takes its steps, and a busy machine takes longer.
configure({ asyncUtilTimeout: 4000 });
beforeEach(() => toast.close());
async function openPlan(scenario: Scenario = {}, hash = '#/plan'): Promise<Asked[]> {
  const asked = withEngine(scenario);
  location.hash = hash;
  place.read();
  render(App);
  return asked;
}
const planned = async () => (await makeFake().call('plan', { ask: { environment: 'E1', as_of: null, zones: [], job: 1 } })) as PlanView;
/** The head is there, and the actions, which come a few at a time. */
const drawn = async () => {
  const sum = await screen.findByTestId('plan-sum');
  const many = Number(/(\d+) actions?/.exec(sum.textContent)?.[1]);
  await waitFor(() => expect(screen.getByTestId('plan-actions').querySelectorAll('input[type=checkbox]')).toHaveLength(many));
  return sum;
};
const last = (asked: Asked[], command: string) => asked.filter((a) => a.command === command).at(-1)?.args;
const box = (id: string) => within(screen.getByTestId(`action-${id}`)).getByRole<HTMLInputElement>('checkbox');

test('the head tells the gap, the cost and how many actions; all are on', async () => {
  const asked = await openPlan();
  const plan = await planned();
  const sum = (await drawn()).textContent;
  expect(sum).toContain(`Missing levels fall from ${plan.gap} to ${plan.gap_after}: ${plan.actions.length} actions, cost ${plan.cost}.`);
  expect(sum).toContain('The cheapest that was found.');
  for (const action of plan.actions) expect(box(action.id).checked).toBe(true);
  expect(last(asked, 'plan')?.['ask']).toMatchObject({ environment: 'E1', as_of: null, zones: [] });
  expect(last(asked, 'try_plan')).toBeUndefined();
  expect(asked.filter((a) => a.command === 'plan')).toHaveLength(1);
  expect(screen.getByTestId('action-patch-plc').textContent).toContain('Update Siemens SIMATIC S7-1500 CPU 1516-3 on 9 assets');
  expect(screen.getByTestId('action-patch-plc').textContent).toContain('production stands still for 3 assets');
  expect(screen.getByTestId('action-identify-Z7').textContent).toContain('Needed for');
  for (const why of ['The zone has no assets', 'no fix is known']) expect(screen.getByTestId('plan-unreachable').textContent).toContain(why);
});

test('switching an action off asks with the others and shows the new gap', async () => {
  const asked = await openPlan();
  const plan = await planned();
  await drawn();
  const lifted = plan.actions.find((a) => a.id === 'patch-plc')!.effects[0]!;
  expect(screen.getByTestId(`cell-${lifted.zone}-${lifted.fr}`).dataset['achieved']).toBe(String(lifted.to));
  await fireEvent.click(box('patch-plc'));
  const rest = plan.actions.map((a) => a.id).filter((id) => id !== 'patch-plc');
  await waitFor(() => expect(screen.getByTestId('plan-now').textContent).not.toContain(`: ${plan.gap_after} levels`));
  expect(last(asked, 'try_plan')?.['tried']).toMatchObject({ ask: { environment: 'E1', zones: [] }, actions: rest, verified: [] });
  expect(screen.getByTestId('plan-now').textContent).toContain(`${rest.length} of ${plan.actions.length} actions on`);
  expect(screen.getByTestId(`cell-${lifted.zone}-${lifted.fr}`).dataset['achieved']).toBe(String(lifted.from));
  await fireEvent.click(box('patch-plc'));
  await waitFor(() => expect(screen.getByTestId('plan-now').textContent).toContain(`: ${plan.gap_after} levels missing, cost ${plan.cost}`));
  expect(asked.filter((a) => a.command === 'plan')).toHaveLength(1);
});

test('a control counts as verified when it is ticked', async () => {
  const asked = await openPlan();
  await fireEvent.click(await screen.findByTestId('verified-CC-03'));
  await waitFor(() => expect(last(asked, 'try_plan')?.['tried']).toMatchObject({ verified: ['CC-03'] }));
});

test('a budget marks how far it reaches, and what is beyond can be switched off', async () => {
  const asked = await openPlan();
  const plan = await planned();
  await drawn();
  await fireEvent.input(screen.getByTestId('plan-budget'), { target: { value: '12' } });
  const paid = [...paidBy(plan.actions, 12)];
  expect(paid.length).toBeGreaterThan(0);
  expect(screen.getByTestId('plan-buys').textContent).toContain(`${paid.length}`);
  expect(screen.getByTestId('plan-actions').querySelectorAll('.beyond')).toHaveLength(plan.actions.length - paid.length);
  await fireEvent.click(screen.getByTestId('plan-only-paid'));
  await waitFor(() => expect(last(asked, 'try_plan')?.['tried'].actions).toEqual(paid));
});

test('a cell of the heat map marks the actions that serve it', async () => {
  await openPlan();
  const plan = await planned();
  await drawn();
  const { zone, fr } = plan.actions.find((a) => a.id === 'patch-plc')!.effects[0]!;
  await fireEvent.click(screen.getByTestId(`cell-${zone}-${fr}`));
  expect(screen.getByTestId('action-patch-plc').classList).toContain('marked');
  expect(screen.getByTestId('plan-cell').textContent).toMatch(/serves? it/);
  expect(within(screen.getByTestId('plan-cell')).getByRole('link').getAttribute('href')).toContain(`#/levels?zone=${zone}&fr=${fr}`);
});

test('cells of a zone that stay below for the same reason share a row', async () => {
  await openPlan();
  await drawn();
  const rows = screen.getByTestId('plan-unreachable').querySelectorAll('tbody tr');
  expect([...rows].map((row) => row.querySelectorAll('li').length)).toEqual([1, 7]);
});

test('another environment begins with nothing switched off', async () => {
  const asked = await openPlan();
  await drawn();
  await fireEvent.click(box('patch-plc'));
  await waitFor(() => expect(asked.some((a) => a.command === 'try_plan')).toBe(true));
  place.go('plan', { env: 'E2' });
  await screen.findByText('No plant yet');
  place.go('plan', { env: 'E1' });
  await drawn();
  expect(box('patch-plc').checked).toBe(true);
});

test('some zones are planned for when they are chosen', async () => {
  const asked = await openPlan({}, '#/plan?zones=Z5,Z6');
  await drawn();
  expect(last(asked, 'plan')?.['ask'].zones).toEqual(['Z5', 'Z6']);
  await fireEvent.click(screen.getByTestId('plan-zone-Z7'));
  await waitFor(() => expect(last(asked, 'plan')?.['ask'].zones).toEqual(['Z5', 'Z6', 'Z7']));
});

test('what is on is kept as a scenario, compared, and removed with a way back', async () => {
  const asked = await openPlan();
  const plan = await planned();
  await drawn();
  await waitFor(() => expect(screen.getByTestId('scenario-1').textContent).toContain('Without a shutdown'));
  expect(screen.getByTestId('scenario-0').textContent).toContain('As things stand');
  await fireEvent.click(box('patch-plc'));
  await fireEvent.click(screen.getByTestId('plan-keep'));
  await fireEvent.input(await screen.findByTestId('scenario-name'), { target: { value: 'No stops' } });
  await fireEvent.input(screen.getByTestId('scenario-note'), { target: { value: 'for A. Novak' } });
  await fireEvent.click(screen.getByTestId('scenario-keep'));
  await waitFor(() => expect(screen.getByTestId('scenario-2').textContent).toContain('No stops'));
  expect(last(asked, 'keep_scenario')?.['wish']).toMatchObject({ name: 'No stops', note: 'for A. Novak', tried: { actions: plan.actions.map((a) => a.id).filter((id) => id !== 'patch-plc'), verified: [] } });
  expect(screen.queryByTestId('plan-drawer')).toBeNull();
  await fireEvent.click(screen.getByTestId('scenario-2-open'));
  within(screen.getByTestId('scenario-map')).getByRole('grid');
  await fireEvent.click(screen.getByTestId('scenario-2-remove'));
  await waitFor(() => expect(screen.queryByTestId('scenario-2')).toBeNull());
  expect(last(asked, 'remove_scenario')).toEqual({ environment: 'E1', name: 'No stops' });
  await screen.findByTestId('undo');
  // Scenarios change no level: nothing was planned again.
  expect(asked.filter((a) => a.command === 'plan')).toHaveLength(1);
});

test('the plan is turned into tickets and updates, with a way back', async () => {
  const asked = await openPlan();
  const plan = await planned();
  await drawn();
  await fireEvent.click(screen.getByTestId('plan-work'));
  expect((await screen.findByTestId<HTMLInputElement>('work-version')).value).toBe('to be named');
  await fireEvent.input(screen.getByTestId('work-assignee'), { target: { value: 'A. Novak' } });
  await fireEvent.input(screen.getByTestId('work-due'), { target: { value: '2026-01-01' } });
  expect(screen.getByTestId<HTMLButtonElement>('work-go').disabled).toBe(true);
  await fireEvent.input(screen.getByTestId('work-due'), { target: { value: '2027-03-31' } });
  await fireEvent.click(screen.getByTestId('work-go'));
  await waitFor(() => expect(screen.getByTestId('toast').textContent).toContain('turned into work'));
  expect(last(asked, 'carry_out_plan')?.['work']).toMatchObject({ actions: plan.actions.map((a) => a.id), tickets: true, updates: true, assignee: 'A. Novak', due: '2027-03-31', version: 'to be named' });
  expect(screen.getByTestId('toast').textContent).toContain('2 updates');
  await screen.findByTestId('undo');
});

test('where everything is at its target the page says so', async () => {
  await openPlan({ reached: true });
  await screen.findByText('Everything is at its target');
  expect(screen.queryByTestId('plan-work')).toBeNull();
});

test('a failure is told, with a way to ask again', async () => {
  await openPlan({ fails: ['plan'] });
  await screen.findByRole('button', { name: /again/i });
  expect((await screen.findAllByRole('alert'))[0]!.textContent).toContain('Restore the store');
});

test('a plan that takes long can be cancelled and asked for again', async () => {
  const asked = await openPlan({ slow: 60 });
  await fireEvent.click(await screen.findByTestId('plan-cancel'));
  await fireEvent.click(await screen.findByTestId('plan-again'));
  await drawn();
  expect(asked.filter((a) => a.command === 'plan')).toHaveLength(2);
});

test('on an earlier day nothing is kept or turned into work', async () => {
  const asked = await openPlan({}, '#/plan?asof=2026-06-30');
  expect((await screen.findByTestId<HTMLButtonElement>('plan-keep')).disabled).toBe(true);
  expect(screen.getByTestId<HTMLButtonElement>('plan-work').disabled).toBe(true);
  expect(last(asked, 'plan')?.['ask'].as_of).toBe('2026-06-30');
});

test('every kind of action has its words', () => {
  const action = { id: '', kind: 'control', status: 'verified', control: 'CC-02', vendor: '', product: 'CVE-2026-1', zones: ['A', 'B', 'C'].map((id) => ({ id, name: id })), fr: 3, findings: [], findings_total: 2, tags: [], assets: 1, stops: 0, requirements: ['SR 3.1'], cost: '1', milestone: 1, effects: [], needed: [] };
  expect(['patch', 'control', 'verify', 'triage', 'identify', 'assess', 'update_monitoring'].map((kind) => title({ ...action, kind }))).toEqual([
    'Update CVE-2026-1 on 1 asset', 'Put a control in place for 2 findings in A, B and 1 more and verify it', 'Show that control CC-02 works', 'Decide about 2 findings in A, B and 1 more',
    'Identify 1 asset in A, B and 1 more', 'Satisfy 1 requirement of FR 3 in A, B and 1 more', 'Bring feeds and scans up to date',
  ]);
});

test('what work costs is set with the profile', async () => {
  const asked = await openPlan({}, '#/settings');
  const stop = await screen.findByTestId('cost-stop');
  await fireEvent.input(stop, { target: { value: '12.5' } });
  await fireEvent.change(stop);
  await waitFor(() => expect(last(asked, 'try_profile')?.['wish'].values.costs).toContainEqual({ name: 'stop', cost: '12.5' }));
  await fireEvent.input(screen.getByTestId('profile-reason'), { target: { value: 'agreed' } });
  await fireEvent.click(screen.getByTestId('profile-save'));
  await waitFor(() => expect(last(asked, 'set_profile')?.['wish'].values.costs).toContainEqual({ name: 'stop', cost: '12.5' }));
});

test('a report can tell the plan of a kept scenario', async () => {
  const asked = await openPlan({}, '#/reports/new');
  await fireEvent.click(await screen.findByTestId('report-kind-iec62443'));
  await fireEvent.click(await screen.findByTestId('report-env-E1'));
  await fireEvent.change(await screen.findByTestId('report-scenario'), { target: { value: 'Without a shutdown' } });
  await fireEvent.click(screen.getByTestId('report-generate'));
  await waitFor(() => expect(last(asked, 'generate_report')?.['request'].scenario).toBe('Without a shutdown'));
});
