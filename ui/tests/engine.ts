// Puts the fake engine behind fetch, and keeps what was asked.
import { vi } from 'vitest';
import { makeFake, type Scenario } from './fake';

export type Asked = { command: string; args: Record<string, any> };

export function withEngine(scenario: Scenario = {}) {
  const fake = makeFake(scenario);
  const asked: Asked[] = [];
  vi.stubGlobal('fetch', async (url: string, options?: { body: string }) => {
    if (url.startsWith('/progress/')) return new Response(JSON.stringify(fake.progress(Number(url.slice(10)))));
    const { command, args } = JSON.parse(options?.body ?? '{}') as Asked;
    asked.push({ command, args });
    try {
      return new Response(JSON.stringify((await fake.call(command, args)) ?? null));
    } catch (failure) {
      return new Response(JSON.stringify(failure), { status: 422 });
    }
  });
  return asked;
}
export const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));
