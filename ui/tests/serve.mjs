// Serves dist with the fake engine behind it: `node tests/serve.mjs [port]`.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const root = fileURLToPath(new URL('../dist', import.meta.url));
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };
// The policy of the window, so that what it forbids shows here too.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
// Held in memory, so that a build meanwhile does not pull it away.
const files = new Map(
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((path) => [path.slice(root.length), readFileSync(path)]),
);

export async function serve(scenario = {}, port = 0) {
  const { module } = await runnerImport(fileURLToPath(new URL('fake.ts', import.meta.url)), { configFile: false, logLevel: 'error' });
  const fakes = [module.makeFake(scenario)];
  // A page that was opened at `/?3` has the third engine behind it.
  const behind = (request) => fakes[Number(/\?(\d+)$/.exec(request.headers.referer ?? '')?.[1] ?? 0)];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    try {
      const fake = behind(request);
      if (!fake) throw new Error('its picture is taken');
      if (request.method === 'POST' && url.pathname === '/call') {
        const chunks = [];
        for await (const chunk of request) chunks.push(chunk);
        const { command, args } = JSON.parse(Buffer.concat(chunks).toString());
        let status = 200;
        const body = await fake.call(command, args).catch((failure) => ((status = 422), failure));
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? null));
      } else if (url.pathname.startsWith('/progress/')) {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(fake.progress(Number(url.pathname.slice(10))) ?? { job: 0, step: 'evidence', done: 0, total: 0 }));
      } else {
        const path = url.pathname === '/' ? '/index.html' : url.pathname;
        const body = files.get(path);
        if (!body) throw new Error(path);
        response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream', 'content-security-policy': policy, ...(path.startsWith('/assets/') ? { 'cache-control': 'max-age=3600' } : {}) }).end(body);
      }
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(port, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${server.address().port}`;
  /** Another engine, behind pages at another address of the same server. */
  const another = (scenario) => {
    const fake = module.makeFake(scenario);
    const at = fakes.push(fake) - 1;
    return { url: `${url}/?${at}`, fake, gone: () => delete fakes[at] };
  };
  return { url, another, close: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await serve({ findings: Number(process.env.FINDINGS ?? 400), first: process.env.FIRST === '1' }, Number(process.argv[2] ?? 5184));
  console.log(url);
}
