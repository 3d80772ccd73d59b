/** Drives an app of a framework with load, errors, crashes, aborts and a shutdown. */
import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:http2';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Counting } from '../package/counting.js';
import { patience } from './processes.js';

/** Requests of the load, so many at a time. */
export const LOAD = 200;
const AT_ONCE = 10;

/** Installs what an app's lock file names, unless it is there. */
export async function install(folder: string): Promise<void> {
  if (existsSync(join(folder, 'node_modules'))) return;
  await promisify(execFile)('npm', ['ci', '--ignore-scripts'], { cwd: folder });
}

export interface App {
  child: ChildProcess;
  port: number;
  errors: string[];
}

/** Starts an app that writes its port. */
export async function start(
  folder: string,
  name: string,
  dsn: string,
  command: string[] = [`${name}.js`],
): Promise<App> {
  const child = spawn(process.execPath, [patience, ...command], {
    cwd: folder,
    env: {
      ...process.env,
      SENTRY_DSN: dsn,
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

export interface Visit {
  method?: string;
  body?: string;
  /** Goes away when the request is on its way. */
  abort?: boolean;
}

export type Client = (path: string, visit?: Visit) => Promise<number>;

export function http1(port: number): { visit: Client; close(): void } {
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

export function http2(port: number): { visit: Client; close(): void } {
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

export async function load(visit: Client): Promise<void> {
  for (let sent = 0; sent < LOAD; sent += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => visit('/')));
  }
}

/** How a process ended, and how long it took. */
export async function terminate({ child }: App): Promise<{ code: unknown; ms: number }> {
  const begin = performance.now();
  child.kill('SIGTERM');
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, ms: performance.now() - begin };
}

export interface Framework {
  name: string;
  connect?: typeof http1;
  /** What it cannot be asked for. */
  without?: string[];
}

/** Asserts that its sessions are what its visitors saw. */
export async function drive(
  { name, connect: client = http1, without = [] }: Framework,
  folder: string,
  counting: Counting,
): Promise<void> {
  const project = counting.newProject();
  const app = await start(folder, name, counting.dsn(project));
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
    // Nothing is waited for but the open request; an answer of the server may take minutes.
    assert.ok(ms < 45_000, `${ms} ms`);
  } finally {
    close();
    app.child.kill('SIGKILL');
  }
  const errored = 1 + Number(has('POST'));
  /* Not found, aborted, left open, and the last one. */
  const healthy = LOAD + 4 + Number(has('/refused'));
  const { all, errored: counted, crashed, healthy: fine } = counting.metrics(project);
  assert.deepEqual(
    { all, fine, errored: counted, crashed },
    { all: healthy + errored + 1, fine: healthy, errored, crashed: 1 },
  );
  assert.deepEqual(counting.releases(project), [`${name}@1`]);
}
