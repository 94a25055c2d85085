import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, test } from 'vitest';
import Shell from '../src/lib/components/Shell.svelte';
import { place } from '../src/lib/place.svelte';
import { makeFake } from './fake';
import { withEngine } from './engine';

beforeEach(() => {
  location.hash = '#/intelligence?env=E1';
  place.read();
});
afterEach(cleanup);

async function open(scenario = {}) {
  const asked = withEngine(scenario);
  const status = (await makeFake(scenario).call('status', {})) as never;
  render(Shell, { status });
  return asked;
}

test('sources say how old they are, and the notice of NVD stands beside them', async () => {
  await open();
  const kev = await screen.findByTestId('intel-source-kev');
  expect(kev.textContent).toContain('94 days, old');
  expect((await screen.findByTestId('intel-source-nvd')).textContent).not.toContain('old');
  expect(document.body.textContent).toContain('not endorsed or certified by the NVD');
});

test('a decision goes out with its reason, once for the identity, and the group goes', async () => {
  const asked = await open();
  const groups = await screen.findAllByTestId('review-group');
  expect(groups).toHaveLength(3);
  expect(groups[0]!.textContent).toContain('it speaks of certain series of this order number only');
  await fireEvent.input(screen.getByTestId('review-note'), { target: { value: 'seen at the cabinet' } });
  await fireEvent.click(within(groups[0]!).getByTestId('reject-all'));
  await waitFor(() => expect(screen.getAllByTestId('review-group')).toHaveLength(2));
  const decision = asked.find((a) => a.command === 'decide_match')!.args['decision'];
  expect(decision).toMatchObject({ identity: 'identity-0', confirmed: false, reason: 'seen at the cabinet', vulnerabilities: ['CVE-2017-7898', 'CVE-2015-6486'] });
});

test('what was refused of a file is told', async () => {
  await open();
  await fireEvent.click(await screen.findByTestId('intel-file'));
  expect((await screen.findByTestId('intel-done')).textContent).toContain('2,000 records added');
  expect(document.body.textContent).toContain('missing field');
});

test('fetching says for each source whether nothing new was right', async () => {
  await open();
  await fireEvent.click(await screen.findByTestId('intel-sync'));
  const told = await screen.findByTestId('intel-brought');
  expect(told.textContent).toContain('12 fetched: 3 new, 9 changed.');
  expect(told.textContent).toContain('the server says it did not change');
});

test('findings whose CVE was withdrawn, or that a source clears, are shown with the reason and stay', async () => {
  await open();
  const doubted = await screen.findByTestId('doubted');
  expect(doubted.textContent).toContain('2 findings are no longer supported by their sources');
  expect(doubted.textContent).toContain('The CVE itself was withdrawn, says NVD');
  expect(doubted.textContent).toContain('version V3.0.1 is not among them');
  expect(within(doubted).getByRole('link', { name: 'CVE-2021-33012' }).getAttribute('href')).toContain('id=F1');
});

test('proxy and certificates are shown as they are kept, and a password is refused', async () => {
  const asked = await open();
  const summary = await screen.findByTestId('network');
  summary.closest('details')!.open = true;
  const proxy = (await screen.findByTestId('network-proxy')) as HTMLInputElement;
  const keep = screen.getByTestId('network-keep') as HTMLButtonElement;
  await waitFor(() => expect(keep.disabled).toBe(false));
  await fireEvent.input(proxy, { target: { value: ' http://proxy.works.example:3128 ' } });
  await fireEvent.click(keep);
  await waitFor(() => expect(proxy.value).toBe('http://proxy.works.example:3128'));
  expect(asked.find((a) => a.command === 'keep_network')!.args['network']).toEqual({ proxy: 'http://proxy.works.example:3128', ca_file: null, offline: false });
  await fireEvent.input(proxy, { target: { value: 'http://a:b@proxy:3128' } });
  await fireEvent.click(keep);
  await waitFor(() => expect(document.body.textContent).toContain('name and password'));
});
