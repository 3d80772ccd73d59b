import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startServer, type Server } from '../../web/server/app/server.js';
import { P, QUERY } from './support.js';

let server: Server;
before(async () => {
  server = await startServer();
});
after(() => server.close());
beforeEach(() => server.collector.reset());

const now = (): string => new Date().toISOString();
const body = (changes: Record<string, unknown> = {}): string =>
  `{}\n{"type":"session"}\n${P({ started: now(), timestamp: now(), ...changes })}`;
const url = (project = 1): string => `${server.origin}/api/${project}/envelope/${QUERY}`;
const send = (init: RequestInit = {}): Promise<Response> =>
  fetch(url(), { method: 'POST', body: body(), ...init });
const post = (path: string, value: unknown): Promise<Response> =>
  fetch(server.origin + path, { method: 'POST', body: JSON.stringify(value) });

test('a session over HTTP is counted and CORS lets the page read the answer', async () => {
  const response = await send({ headers: { origin: 'https://shop.example' } });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), {});
  assert.equal(response.headers.get('access-control-allow-origin'), '*');
  assert.match(
    response.headers.get('access-control-expose-headers') ?? '',
    /x-sentry-rate-limits.*retry-after/,
  );
  const metrics = (await (await fetch(`${server.origin}/api/1/metrics`)).json()) as { all: number };
  assert.equal(metrics.all, 1);
  const [request] = server.collector.requests('1');
  assert.equal(request?.headers['origin'], 'https://shop.example');
  assert.match(request?.body ?? '', /^\{\}\n\{"type":"session"\}\n/);
});

test('a preflight is answered and recorded, and uses up no fault', async () => {
  server.collector.faults('1').push({ status: 500 });
  const response = await fetch(url(), {
    method: 'OPTIONS',
    headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
  });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('access-control-max-age'), '3600');
  assert.match(response.headers.get('access-control-allow-headers') ?? '', /x-sentry-auth/);
  assert.deepEqual(
    server.collector.requests('1').map(({ method }) => method),
    ['OPTIONS'],
  );
  assert.equal(server.collector.faults('1').length, 1);
});

test('vectors over HTTP: refused with a reason', async () => {
  const response = await send({ body: '{} \n' });
  assert.equal(response.status, 400);
  assert.match(((await response.json()) as { detail: string }).detail, /blank/);
  assert.equal((await send({ body: '' })).status, 400);
});

test('faults: statuses and headers, in order, as often as ordered', async () => {
  server.collector
    .faults('1')
    .push(
      { status: 503, times: 2 },
      { status: 429, headers: { 'Retry-After': '13' } },
      { headers: { 'X-Sentry-Rate-Limits': '60:session:key' }, body: '{"id":"x"}' },
    );
  assert.equal((await send()).status, 503);
  assert.equal((await send()).status, 503);
  const limited = await send();
  assert.equal(limited.status, 429);
  assert.equal(limited.headers.get('retry-after'), '13');
  assert.equal(server.collector.metrics('1').all, 0);
  const last = await send();
  assert.equal(last.status, 200);
  assert.equal(last.headers.get('x-sentry-rate-limits'), '60:session:key');
  assert.equal(await last.text(), '{"id":"x"}');
  assert.equal(server.collector.metrics('1').all, 1);
});

test('faults: cut before and after counting', async () => {
  server.collector.faults('1').push({ drop: 'before' }, { drop: 'after' });
  await assert.rejects(send());
  assert.equal(server.collector.metrics('1').all, 0);
  await assert.rejects(send());
  assert.equal(server.collector.metrics('1').all, 1);
  assert.deepEqual(
    server.collector.requests('1').map(({ status }) => status),
    [0, 0],
  );
});

test('faults: hanging counts, and closing the server ends it', async () => {
  const other = await startServer({ quiet: true });
  other.collector.faults('1').push({ drop: 'hang' });
  const counted = new Promise<void>((done) => {
    other.collector.on('change', () => done());
  });
  const hanging = fetch(`${other.origin}/api/1/envelope/${QUERY}`, {
    method: 'POST',
    body: body(),
  });
  const rejected = assert.rejects(hanging);
  await counted;
  assert.equal(other.collector.metrics('1').all, 1);
  await other.close();
  await rejected;
});

test('faults: an answer is delayed, and that of no other request', async () => {
  const other = await startServer({ quiet: true });
  const asked = (): Promise<Response> =>
    fetch(`${other.origin}/api/1/envelope/${QUERY}`, { method: 'POST', body: body() });
  other.collector.faults('1').push({ delayMs: 1 }, { delayMs: 60_000 });
  assert.equal((await asked()).status, 200);
  const counted = new Promise<void>((done) => other.collector.on('change', () => done()));
  let isAnswered = false;
  const late = asked().finally(() => (isAnswered = true));
  const rejected = assert.rejects(late);
  await counted;
  assert.equal((await asked()).status, 200);
  assert.ok(!isAnswered);
  await other.close();
  await rejected;
});

test('the API orders faults and limits, and says what is wrong', async () => {
  assert.equal((await post('/api/1/faults', [{ status: 418 }])).status, 200);
  assert.equal((await send()).status, 418);
  for (const wrong of [{ status: 'x' }, { drop: 'never' }, { headers: { a: 'b\nc' } }, 7]) {
    const response = await post('/api/1/faults', wrong);
    assert.equal(response.status, 400);
    assert.match(await response.text(), /error/);
  }
  assert.equal((await post('/api/1/limit', { categories: ['session'], seconds: 60 })).status, 200);
  assert.equal((await send()).status, 429);
  assert.equal((await post('/api/1/reset', {})).status, 200);
  assert.equal((await send()).status, 200);
  assert.equal((await post('/api/1/settings', { disabled: true })).status, 200);
  assert.equal((await send()).status, 403);
  assert.equal((await post('/api/1/nothing', {})).status, 404);
});

test('other pages can neither read nor control', async () => {
  const foreign = { headers: { origin: 'https://evil.example' } };
  assert.equal((await fetch(`${server.origin}/api/1/metrics`, foreign)).status, 403);
  const order = await fetch(`${server.origin}/api/1/reset`, { method: 'POST', ...foreign });
  assert.equal(order.status, 403);
  const answer = await raw('GET /live HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 403/);
});

/** Sends bytes as they are, which fetch would tidy up. */
async function raw(request: string): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  socket.setEncoding('utf8');
  socket.write(request);
  let answer = '';
  for await (const part of socket) answer += String(part);
  return answer;
}

test('the pages of the shop share a layout that is no page', async () => {
  const other = await startServer({ quiet: true, demo: true });
  try {
    const page = (name: string) => fetch(`${other.origin}/shop/1.4.0/production/${name}`);
    const html = await (await page('cart')).text();
    assert.match(html, /<head>[^]*<title>Cart[^]*data-release="shop@1\.4\.0"[^]*<main>\s*<h1>Cart/);
    assert.doesNotMatch(html, /\{\{/);
    assert.equal((await page('layout')).status, 404);
  } finally {
    await other.close();
  }
});

test('no path leads out of the served folder', async () => {
  for (const path of [
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%2f..%2fpackage.json',
    '/shop/1.4.0/production/..%2f..%2f..%2fdev.js',
    '/shop/1.4.0/production/%00',
    '/%',
  ]) {
    const answer = await raw(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 404/, path);
  }
});

test('live: figures first, then every request as it comes', async () => {
  await send();
  const abort = new AbortController();
  const response = await fetch(`${server.origin}/live?project=1`, { signal: abort.signal });
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  let textSoFar = '';
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  const until = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(textSoFar)) {
      const chunk = await reader?.read();
      assert.ok(chunk?.value, 'the stream ended');
      textSoFar += decoder.decode(chunk.value, { stream: true });
    }
  };
  await until(/event: summary\ndata: .*"all":1,.*\n\nevent: requests\n.*"number":\d+.*\n\n/);
  await send({ body: body({ sid: 'f'.repeat(32), status: 'crashed' }) });
  await until(/"crashed":1,[^]*event: requests\ndata: .*f{32}/);
  abort.abort();
});

test('pages of the caller come first', async () => {
  const other = await startServer({
    pages: (_request, { pathname }) =>
      pathname === '/mine'
        ? { headers: { 'content-type': 'text/plain' }, body: 'mine' }
        : undefined,
  });
  assert.equal(await (await fetch(`${other.origin}/mine`)).text(), 'mine');
  assert.equal((await fetch(`${other.origin}/yours`)).status, 404);
  await other.close();
});

test('a busy port: the message says what to do', async () => {
  await assert.rejects(startServer({ port: server.port }), /Port \d+ is in use.*--port 0/);
});

/** Runs the command line and collects what it prints. */
function cli(...args: string[]) {
  const file = fileURLToPath(new URL('../../web/server/app/cli.ts', import.meta.url));
  return spawn(process.execPath, ['--import', 'tsx', file, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

test('crashfree dev prints address and DSN, and stops on a signal', async () => {
  const child = cli('dev', '--port', '0', '--demo');
  let printed = '';
  child.stdout.setEncoding('utf8');
  for await (const part of child.stdout) {
    printed += String(part);
    if (printed.includes('Ctrl+C')) break;
  }
  const dsn = /DSN\s+(http:\/\/[0-9a-f]{32}@127\.0\.0\.1:(\d+)\/1)/.exec(printed);
  assert.ok(dsn, printed);
  assert.match(printed, /\/shop\//);
  const path = `http://127.0.0.1:${dsn[2]}/api/1/envelope/${QUERY}`;
  assert.equal((await fetch(path, { method: 'POST', body: body() })).status, 200);
  child.kill('SIGINT');
  const [code] = (await once(child, 'exit')) as [number];
  assert.equal(code, 0);
});

test('crashfree dev on a busy port and with a wrong option ends with a message', async () => {
  for (const [args, pattern] of [
    [['dev', '--port', String(server.port)], /Port \d+ is in use/],
    [['dev', '--port', 'x'], /--port must be a number/],
    [['dev', '--nope'], /--nope/],
    [['run'], /unknown command: run/],
  ] as const) {
    const child = cli(...args);
    let errors = '';
    child.stderr.setEncoding('utf8');
    for await (const part of child.stderr) errors += String(part);
    if (child.exitCode === null) await once(child, 'exit');
    assert.equal(child.exitCode, 1);
    assert.match(errors, pattern);
  }
});
