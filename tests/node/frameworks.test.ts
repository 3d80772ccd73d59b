/**
 * Each framework as a real app on a real port, driven with load, errors, crashes, aborts and a
 * shutdown with an open request, twice: its sessions are what its visitors saw.
 */
import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:http2';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'node:test';
import { root } from '../../web/build/run.js';
import { Counting } from '../package/counting.js';

const folder = join(root, 'tests/node/frameworks');
/** Requests of the load, so many at a time. */
const LOAD = 200;
const AT_ONCE = 10;

let counting: Counting;
before(async () => {
  if (!existsSync(join(folder, 'node_modules'))) {
    await promisify(execFile)('npm', ['ci', '--ignore-scripts'], { cwd: folder });
  }
  counting = await Counting.start();
});
after(() => counting.close());

interface App {
  child: ChildProcess;
  port: number;
  errors: string[];
}

async function start(name: string, project: string, flags: string[] = []): Promise<App> {
  const child = spawn(process.execPath, [...flags, `${name}.js`], {
    cwd: folder,
    env: {
      ...process.env,
      SENTRY_DSN: counting.dsn(project),
      SENTRY_RELEASE: `${name}@1`,
      SENTRY_ENVIRONMENT: 'test',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  const [line] = (await Promise.race([
    once(child.stdout.setEncoding('utf8'), 'data'),
    once(child, 'close').then(() => assert.fail(errors.join(''))),
  ])) as [string];
  return { child, port: Number(line), errors };
}

interface Visit {
  method?: string;
  body?: string;
  /** Goes away when the request is on its way. */
  abort?: boolean;
}

type Client = (path: string, visit?: Visit) => Promise<number>;

function http1(port: number): { visit: Client; close(): void } {
  const agent = new Agent({ keepAlive: true });
  return {
    close: () => agent.destroy(),
    visit: (path, { method = 'GET', body, abort = false } = {}) =>
      new Promise((resolve) => {
        const headers = body === undefined ? {} : { 'content-type': 'application/json' };
        const request = httpRequest({ port, host: '127.0.0.1', path, method, agent, headers });
        request.on('response', (response) => {
          response.resume().on('close', () => resolve(response.statusCode!));
        });
        request.on('error', () => resolve(0));
        request.end(body);
        if (abort) request.once('finish', () => setTimeout(() => request.destroy(), 50));
      }),
  };
}

function http2(port: number): { visit: Client; close(): void } {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  return {
    close: () => session.destroy(),
    visit: (path, { method = 'GET', body, abort = false } = {}) =>
      new Promise((resolve) => {
        const stream = session.request({ ':path': path, ':method': method });
        let status = 0;
        stream.on('response', (headers) => (status = headers[':status']!));
        stream.on('error', () => {});
        stream.on('close', () => resolve(status));
        stream.resume().end(body);
        if (abort) setTimeout(() => stream.close(), 50);
      }),
  };
}

async function load(visit: Client): Promise<void> {
  for (let sent = 0; sent < LOAD; sent += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => visit('/')));
  }
}

/** How a process ended, and how long it took. */
async function terminate({ child }: App): Promise<{ code: unknown; ms: number }> {
  const begin = performance.now();
  child.kill('SIGTERM');
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, ms: performance.now() - begin };
}

interface Framework {
  name: string;
  connect?: typeof http1;
  /** What it cannot be asked for. */
  without?: string[];
}

const frameworks: Framework[] = [
  { name: 'http', without: ['/refused', 'POST'] },
  { name: 'http2', connect: http2, without: ['/refused', 'POST'] },
  { name: 'express4' },
  { name: 'express5' },
  { name: 'fastify' },
  { name: 'koa' },
  { name: 'hono' },
];

for (const { name, connect: client = http1, without = [] } of frameworks) {
  for (const time of ['once', 'once more']) {
    it(`${name}, ${time}`, async () => {
      const project = counting.newProject();
      const app = await start(name, project);
      const { visit, close } = client(app.port);
      const has = (what: string) => !without.includes(what);
      try {
        await load(visit);
        await visit('/missing');
        await visit('/handled');
        if (has('POST')) {
          const body = JSON.stringify({ name: 'x'.repeat(50_000) });
          assert.equal(await visit('/handled', { method: 'POST', body }), 200);
        }
        await visit('/slow', { abort: true });
        if (has('/refused')) assert.equal(await visit('/refused'), 403);
        /* A listener of plain `http` that throws answers nothing. */
        if (name === 'http') await visit('/crash', { abort: true });
        else assert.equal(await visit('/crash'), 500);
        const open = visit('/slow');
        await visit('/');
        const { code, ms } = await terminate(app);
        await open;
        assert.equal(code, 0, app.errors.join(''));
        assert.ok(ms < 5000, `${ms} ms`);
      } finally {
        close();
        app.child.kill('SIGKILL');
      }
      const errored = 1 + Number(has('POST'));
      /* Not found, aborted, left open, and the last one. */
      const healthy = LOAD + 4 + Number(has('/refused'));
      const { metrics } = counting;
      const { all, errored: counted, crashed, healthy: fine } = metrics.call(counting, project);
      assert.deepEqual(
        { all, fine, errored: counted, crashed },
        { all: healthy + errored + 1, fine: healthy, errored, crashed: 1 },
      );
      assert.deepEqual(counting.releases(project), [`${name}@1`]);
    });
  }
}
