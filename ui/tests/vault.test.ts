import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import App from '../src/App.svelte';
import { place } from '../src/lib/place.svelte';
import { appearance } from '../src/lib/theme/appearance.svelte';
import { withEngine } from './engine';

function openAt(hash: string) {
  location.hash = hash;
  place.read();
  render(App);
}
const field = async (id: string) => (await screen.findByTestId(id)) as HTMLInputElement;
const type = async (id: string, value: string) => fireEvent.input(await field(id), { target: { value } });
const of = (asked: ReturnType<typeof withEngine>, command: string) => asked.filter((a) => a.command === command).map((a) => a.args);

test('a locked store asks for its passphrase and says when it is another', async () => {
  const asked = withEngine({ locked: true });
  openAt('#/levels');
  const button = (await screen.findByTestId('unlock')) as HTMLButtonElement;
  expect(button.disabled).toBe(true);
  expect(screen.queryByTestId('nav-levels')).toBeNull();
  await type('unlock-passphrase', 'four plumb bob');
  await fireEvent.click(button);
  await waitFor(async () => expect((await field('unlock-passphrase')).getAttribute('aria-invalid')).toBe('true'));
  expect(document.body.textContent).toContain('This is not the passphrase.');
  await type('unlock-passphrase', 'four plumb bobs');
  await type('unlock-name', 'a.novak');
  await fireEvent.click(screen.getByTestId('unlock-assessor'));
  await fireEvent.click(button);
  await screen.findByTestId('nav-levels');
  expect(of(asked, 'unlock').at(-1)).toEqual({ passphrase: 'four plumb bobs', name: 'a.novak', assessor: true, remember: false });
  expect((await screen.findByTestId('assessing')).textContent).toContain('a.novak');
  // Nothing of the plant was asked for before.
  const commands = asked.map((a) => a.command);
  expect(commands.indexOf('environments')).toBeGreaterThan(commands.lastIndexOf('unlock'));
});

test('a new store is encrypted once both passphrases are the same and long enough', async () => {
  const asked = withEngine({ first: true });
  openAt('');
  const empty = (await screen.findByTestId('start-empty')) as HTMLButtonElement;
  await fireEvent.click(screen.getByTestId('start-encrypt'));
  await waitFor(() => expect(empty.disabled).toBe(true));
  await type('start-passphrase', 'short');
  expect(document.body.textContent).toContain('Take 8 characters or more.');
  await type('start-passphrase', 'four plumb bobs');
  await type('start-passphrase-again', 'four plumb bob');
  expect(document.body.textContent).toContain('The two differ.');
  expect(empty.disabled).toBe(true);
  await type('start-passphrase-again', 'four plumb bobs');
  await waitFor(() => expect(empty.disabled).toBe(false));
  await fireEvent.click(empty);
  await screen.findByTestId('nav-settings');
  expect(of(asked, 'create_store')).toEqual([{ demo: false, passphrase: 'four plumb bobs' }]);
});

test('the store is encrypted, its passphrase changed and removed in the settings', async () => {
  const asked = withEngine();
  openAt('#/settings');
  await fireEvent.click(await screen.findByTestId('encryption-set'));
  await type('encryption-new', 'four plumb bobs');
  await type('encryption-new-again', 'four plumb bobs');
  await fireEvent.click(screen.getByTestId('encryption-go'));
  await waitFor(() => expect(screen.getByTestId('encryption-state').dataset['encrypted']).toBe('true'));
  expect(of(asked, 'encrypt')).toEqual([{ passphrase: 'four plumb bobs', remember: false }]);
  await fireEvent.click(await screen.findByTestId('encryption-change'));
  await type('encryption-old', 'another one');
  await type('encryption-new', 'five plumb bobs');
  await type('encryption-new-again', 'five plumb bobs');
  await fireEvent.click(screen.getByTestId('encryption-go'));
  await waitFor(async () => expect((await field('encryption-old')).getAttribute('aria-invalid')).toBe('true'));
  await type('encryption-old', 'four plumb bobs');
  await fireEvent.click(screen.getByTestId('encryption-go'));
  await fireEvent.click(await screen.findByTestId('encryption-remove'));
  await type('encryption-old', 'five plumb bobs');
  await fireEvent.click(screen.getByTestId('encryption-go'));
  await waitFor(() => expect(screen.getByTestId('encryption-state').dataset['encrypted']).toBe('false'));
});

test('it is locked by hand and when nobody does anything', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    const asked = withEngine({ encrypted: true });
    appearance.idle = 5;
    openAt('#/settings');
    await screen.findByTestId('encryption-lock');
    await waitFor(() => expect(of(asked, 'active').length).toBe(1));
    await vi.advanceTimersByTimeAsync(16_000);
    expect(of(asked, 'lock_when_idle').at(-1)).toEqual({ seconds: 300 });
    await fireEvent.keyDown(document.body, { key: 'x' });
    await waitFor(() => expect(of(asked, 'active').length).toBe(2));
    await fireEvent.click(screen.getByTestId('encryption-lock'));
    await screen.findByTestId('unlock');
    const before = of(asked, 'lock_when_idle').length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(of(asked, 'lock_when_idle').length).toBe(before);
  } finally {
    vi.useRealTimers();
    appearance.idle = 10;
  }
});

test('a plain store is never locked by itself', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    const asked = withEngine();
    openAt('#/settings');
    await screen.findByTestId('encryption-set');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(of(asked, 'active').length + of(asked, 'lock_when_idle').length).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('a backup is made and checked; one that is encrypted is restored with its passphrase', async () => {
  const asked = withEngine({ encrypted: true });
  openAt('#/settings');
  await fireEvent.click(await screen.findByTestId('backup-make'));
  await waitFor(() => expect(document.body.textContent).toContain('plumbline-works-2026-11-24-091500.zip'));
  await fireEvent.click(screen.getByTestId('backup-check'));
  expect((await screen.findByTestId('backup-checked')).textContent).toContain('was not opened');
  await fireEvent.click(screen.getByTestId('backup-restore'));
  await fireEvent.click(await screen.findByTestId('restore-choose'));
  await type('restore-passphrase', 'another one');
  await fireEvent.click(screen.getByTestId('restore-go'));
  await waitFor(async () => expect((await field('restore-passphrase')).getAttribute('aria-invalid')).toBe('true'));
  await type('restore-passphrase', 'four plumb bobs');
  await fireEvent.click(screen.getByTestId('restore-go'));
  await waitFor(() => expect(document.body.textContent).toContain('plumbline-before-restore.zip'));
  expect(of(asked, 'restore_backup').map((a) => a['again'])).toEqual([false, true, true]);
});

test('who looks and reports needs the passphrase to work on the plant again', async () => {
  const asked = withEngine({ encrypted: true, assessor: true });
  openAt('#/settings');
  await screen.findByTestId('assessing');
  expect((await screen.findByTestId('encryption-remove') as HTMLButtonElement).disabled).toBe(true);
  await fireEvent.click(screen.getByTestId('person-assessor'));
  await type('person-passphrase', 'another one');
  await fireEvent.click(screen.getByTestId('person-keep'));
  await waitFor(async () => expect((await field('person-passphrase')).getAttribute('aria-invalid')).toBe('true'));
  await type('person-passphrase', 'four plumb bobs');
  await fireEvent.click(screen.getByTestId('person-keep'));
  await waitFor(() => expect(screen.queryByTestId('assessing')).toBeNull());
  expect(of(asked, 'work_as').at(-1)).toEqual({ name: 'm.keller', assessor: false, passphrase: 'four plumb bobs' });
});
