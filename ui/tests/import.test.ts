import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, test } from 'vitest';
import Shell from '../src/lib/components/Shell.svelte';
import { place } from '../src/lib/place.svelte';
import { makeFake } from './fake';
import { withEngine } from './engine';

beforeEach(() => {
  location.hash = '#/import?env=E1';
  place.read();
});
afterEach(cleanup);

async function open(scenario = {}) {
  const asked = withEngine(scenario);
  const status = (await makeFake(scenario).call('status', {})) as never;
  render(Shell, { status });
  return asked;
}

async function choose() {
  const button = (await screen.findByTestId('import-files')) as HTMLButtonElement;
  await waitFor(() => expect(button.disabled).toBe(false));
  await fireEvent.click(button);
}

test('files are looked at before anything changes, and taken in as they were shown', async () => {
  const asked = await open();
  await choose();
  const result = await screen.findByTestId('import-result');
  expect(result.textContent).toContain('2 values that sources say differently');
  expect(result.textContent).toContain('V2.9.4 stands now; monitoring-export.csv says V2.8');
  expect(result.textContent).toContain('1 entry named no more, proposed for closing');
  await fireEvent.click(screen.getByTestId('import-apply'));
  await waitFor(() => expect(asked.filter((a) => a.command === 'import_files')).toHaveLength(2));
  const [looked, taken] = asked.filter((a) => a.command === 'import_files').map((a) => a.args);
  expect(looked).toMatchObject({ dry_run: true, folder: false, environment: 'E1' });
  expect(taken).toMatchObject({ dry_run: false, again: true, environment: 'E1' });
  expect(await screen.findByRole('button', { name: 'Take back: register.xlsx' })).toBeTruthy();
});

test('a column that is read otherwise is looked at again, and kept under a name', async () => {
  const asked = await open();
  await choose();
  const columns = await screen.findByTestId('import-columns');
  expect(columns.textContent).toContain('=A1+K01 · =A1+K02');
  const note = within(columns).getByRole('combobox', { name: 'Taken for: Bemerkung' });
  await fireEvent.change(note, { target: { value: 'version' } });
  await waitFor(() => expect(asked.filter((a) => a.command === 'import_files')).toHaveLength(2));
  // The field has one column: the other one is left out.
  expect(asked.filter((a) => a.command === 'import_files')[1]!.args['columns']).toEqual({
    Betriebsmittelkennzeichen: 'tag', Hersteller: 'vendor', Typ: 'product', Stand: null, Bemerkung: 'version',
  });
  await fireEvent.input(await screen.findByTestId('import-keep'), { target: { value: ' works 1 ' } });
  await fireEvent.click(screen.getByTestId('import-apply'));
  await waitFor(() => expect(asked.filter((a) => a.command === 'import_files')[2]?.args['keep']).toBe('works 1'));
});

test('what was refused can be saved', async () => {
  const asked = await open();
  await choose();
  await fireEvent.click((await screen.findAllByTestId('save-refused'))[0]!);
  await waitFor(() => expect(document.body.textContent).toContain('Saved as refused.csv'));
  expect(asked.find((a) => a.command === 'save_refused')!.args['rows']).toHaveLength(2);
});

test('dropped files are looked at without a dialog', async () => {
  location.hash = '#/import?env=E1&dropped=1';
  place.read();
  const asked = await open();
  await screen.findByTestId('import-result');
  expect(asked.find((a) => a.command === 'import_files')!.args).toMatchObject({ dry_run: true, again: true });
});

test('an asset is corrected by hand, with what changed alone', async () => {
  location.hash = '#/assets?env=E1&id=A1&q=PLC-100';
  place.read();
  const asked = await open();
  await fireEvent.click(await screen.findByTestId('asset-correct'));
  expect(await screen.findAllByTestId('asset-source')).toHaveLength(2);
  await fireEvent.input(screen.getByTestId('asset-version'), { target: { value: 'V9.9' } });
  await fireEvent.click(screen.getByTestId('asset-save'));
  await waitFor(() => expect(asked.find((a) => a.command === 'correct_asset')?.args['values']).toEqual({ version: 'V9.9' }));
});
