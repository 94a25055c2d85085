import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test, vi } from 'vitest';
import App from '../src/App.svelte';
import { place } from '../src/lib/place.svelte';
import type { Scenario } from './fake';
import { type Asked, wait, withEngine } from './engine';

/** Addresses of pictures that are in use. */
const urls = new Set<string>();
beforeEach(() => {
  localStorage.removeItem('report');
  urls.clear();
  let n = 0;
  URL.createObjectURL = vi.fn(() => {
    const url = `blob:${(n += 1)}`;
    urls.add(url);
    return url;
  });
  URL.revokeObjectURL = vi.fn((url: string) => void urls.delete(url));
});

async function look(scenario: Scenario = {}) {
  const asked = withEngine(scenario);
  location.hash = '#/reports/new';
  place.read();
  render(App);
  await fireEvent.click(await screen.findByTestId('report-kind-iec62443'));
  await fireEvent.click(await screen.findByTestId('report-env-E1'));
  // Not the heat map's period, which may still be on its way.
  await fireEvent.click(screen.getByTestId('report-preset-quarter'));
  await fireEvent.click(screen.getByTestId('report-preview'));
  return asked;
}
const pagesAsked = (asked: Asked[]) => asked.filter((a) => a.command === 'preview_page').map((a) => a.args['page'] as number);
const layouts = (asked: Asked[]) => asked.filter((a) => a.command === 'preview_report');
const shown = () => screen.getByTestId('preview-place').textContent;

test('only pages in sight are asked for, and the page keys turn them', async () => {
  const asked = await look({ pages: 300 });
  const page = await screen.findByTestId<HTMLImageElement>('preview-page', undefined, { timeout: 4000 });
  expect(page.alt).toBe('Page 1 of 300 of: IEC 62443 Report');
  expect(page.src).toMatch(/^blob:/);
  await wait(100);
  expect(Math.max(...pagesAsked(asked))).toBeLessThan(10);
  // The large one is drawn first.
  expect(pagesAsked(asked)[0]).toBe(0);

  const strip = screen.getByRole('listbox', { name: 'Pages' });
  await fireEvent.keyDown(strip, { key: 'PageDown' });
  expect(shown()).toBe('Page 2 of 300');
  await fireEvent.keyDown(strip, { key: 'End' });
  expect(shown()).toBe('Page 300 of 300');
  await waitFor(() => expect(pagesAsked(asked)).toContain(299));
  await fireEvent.keyDown(strip, { key: 'PageUp' });
  await fireEvent.keyDown(strip, { key: 'Home' });
  expect(shown()).toBe('Page 1 of 300');
  expect(screen.getByTestId<HTMLButtonElement>('preview-before').disabled).toBe(true);
  await fireEvent.click(screen.getByTestId('preview-next'));
  expect(shown()).toBe('Page 2 of 300');
});

test('a larger picture is asked for when the page is shown larger', async () => {
  const asked = await look();
  await screen.findByTestId('preview-page', undefined, { timeout: 4000 });
  await fireEvent.click(screen.getByTestId('preview-full'));
  // 4/3 pixels a point, in steps of a quarter.
  await waitFor(() => expect(asked.filter((a) => a.command === 'preview_page').at(-1)!.args).toMatchObject({ page: 0, scale: 1.5 }));
});

test('pictures are given back, and the engine is told, when the preview is closed', async () => {
  const asked = await look();
  await screen.findByTestId('preview-page', undefined, { timeout: 4000 });
  await waitFor(() => expect(urls.size).toBeGreaterThan(1));
  await fireEvent.click(screen.getByTestId('report-preview'));
  expect(screen.queryByTestId('preview')).toBeNull();
  await waitFor(() => expect(asked.some((a) => a.command === 'close_preview')).toBe(true));
  expect(urls.size).toBe(0);
});

test('another choice lays the pages out again after a pause; another format does not', async () => {
  const asked = await look();
  await screen.findByTestId('preview-page', undefined, { timeout: 4000 });
  await fireEvent.keyDown(screen.getByRole('listbox', { name: 'Pages' }), { key: 'PageDown' });
  await fireEvent.change(screen.getByTestId('report-format'), { target: { value: 'xlsx' } });
  expect(screen.getByTestId('preview').textContent).toContain('These are the pages of the PDF; Excel (XLSX) has the same content');
  await wait(1100);
  expect(layouts(asked).length).toBe(1);
  await fireEvent.click(screen.getByTestId('report-part-scope'));
  expect(screen.getByTestId('preview').textContent).toContain('The pages follow in a moment.');
  await waitFor(() => expect(layouts(asked).length).toBe(2), { timeout: 2000 });
  expect(layouts(asked)[1]!.args['request'].without).toEqual(['scope']);
  // The page that was looked at stays.
  await waitFor(() => expect(screen.queryByTestId('preview-progress')).toBeNull(), { timeout: 3000 });
  expect(shown()).toBe('Page 2 of 42');
});

test('laying out is cancelled, and begins again when asked', async () => {
  const asked = await look({ slow: 60 });
  await fireEvent.click(await screen.findByTestId('preview-cancel'));
  await fireEvent.click(await screen.findByTestId('preview-again'));
  expect(asked.find((a) => a.command === 'cancel')?.args).toEqual({ job: layouts(asked)[0]!.args['job'] });
  await waitFor(() => expect(layouts(asked).length).toBe(2));
});

test('a choice while the pages are laid out stops that and begins with the newest', async () => {
  const asked = await look({ slow: 150 });
  await screen.findByTestId('preview-progress');
  await fireEvent.click(screen.getByTestId('report-part-risk'));
  await waitFor(() => expect(layouts(asked).length).toBe(2), { timeout: 3000 });
  expect(asked.filter((a) => a.command === 'cancel').length).toBe(1);
  expect(layouts(asked)[1]!.args['request'].without).toEqual(['risk']);
});

test('what fails is said', async () => {
  await look({ fails: ['preview_report'] });
  expect((await screen.findByRole('alert')).textContent).toContain('The store is damaged');
});
