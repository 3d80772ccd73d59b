import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, describe, it } from 'node:test';
import { root } from '../../web/build/run.js';
import { Counting } from '../package/counting.js';
import { bundle } from './build.js';
import { exampleDsn, snippet } from './snippets.js';

/** Runs a snippet as a module of a project that has the package. */
async function load<T>(text: string): Promise<T> {
  // Below the package's own folder `crashfree` means the package.
  await mkdir(join(root, 'build'), { recursive: true });
  const folder = await mkdtemp(join(root, 'build/readme-'));
  try {
    const file = join(folder, 'snippet.mjs');
    await writeFile(file, text);
    return (await import(pathToFileURL(file).href)) as T;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The part of a Vite plugin that matters here. */
interface VitePlugin {
  config(): { define: Record<string, string> };
}

describe('the vite snippet of README.md', () => {
  it('puts the release into a page', async () => {
    const config = await load<{ default: { plugins: (VitePlugin | VitePlugin[])[] } }>(
      snippet('vite', {}),
    );
    const plugins = config.default.plugins.flat();
    assert.equal(plugins.length, 1);
    // Vite replaces what `define` names by esbuild; with Vite itself it is tested by the fixtures.
    const { define } = plugins[0]!.config();
    const page = await bundle('globalThis.release = __SENTRY_RELEASE__;', { define });
    assert.match(page, /globalThis\.release = "shop@1\.4\.0";/);
  });
});

describe('the tunnel snippet of README.md', () => {
  let counting: Counting;
  let tunnel: Server;
  let address: string;
  let project: string;

  before(async () => {
    counting = await Counting.start();
    project = counting.newProject();
    const text = snippet('tunnel', { [exampleDsn]: counting.dsn(project) });
    ({ tunnel } = await load<{ tunnel: Server }>(text));
    tunnel.listen(0, '127.0.0.1');
    await once(tunnel, 'listening');
    address = `http://127.0.0.1:${(tunnel.address() as AddressInfo).port}/`;
  });
  after(async () => {
    tunnel.closeAllConnections();
    tunnel.close();
    await counting.close();
  });

  function envelope(dsn: string): string {
    const now = new Date().toISOString();
    const session = {
      sid: crypto.randomUUID(),
      init: true,
      status: 'ok',
      started: now,
      timestamp: now,
      attrs: { release: 'shop@1.4.0' },
    };
    return [{ dsn }, { type: 'session' }, session].map((line) => JSON.stringify(line)).join('\n');
  }
  const post = (body: string): Promise<Response> => fetch(address, { method: 'POST', body });

  it('forwards envelopes', async () => {
    const { status, headers } = await post(envelope(counting.dsn(project)));
    assert.equal(status, 200);
    assert.equal(headers.get('x-sentry-rate-limits'), null);
    assert.equal(counting.metrics(project).all, 1);
  });

  it('refuses envelopes of other projects', async () => {
    const other = counting.newProject();
    for (const dsn of [counting.dsn(other), exampleDsn, '']) {
      assert.equal((await post(envelope(dsn))).status, 403);
    }
    assert.equal(counting.requests(other), 0);
    assert.equal(counting.requests(project), 1);
  });

  it('outlives what is no envelope', async () => {
    for (const body of ['', 'text', '{', 'null\n', '\n\n']) {
      const { status } = await post(body);
      assert.ok(status >= 400, `${JSON.stringify(body)}: ${status}`);
    }
    assert.equal((await post(envelope(counting.dsn(project)))).status, 200);
  });

  it('hands on rate limits', async () => {
    await fetch(`${counting.origin}/api/${project}/limit`, {
      method: 'POST',
      body: JSON.stringify({ categories: ['session'], seconds: 60 }),
    });
    const { headers } = await post(envelope(counting.dsn(project)));
    assert.match(headers.get('x-sentry-rate-limits') ?? '', /^\d+:session:/);
  });

  it('says so when the server cannot be reached', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    const dsn = `http://0123456789abcdef0123456789abcdef@127.0.0.1:${port}/1`;
    const { tunnel: other } = await load<{ tunnel: Server }>(
      snippet('tunnel', { [exampleDsn]: dsn }),
    );
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    try {
      const { port: own } = other.address() as AddressInfo;
      const { status } = await fetch(`http://127.0.0.1:${own}/`, {
        method: 'POST',
        body: envelope(dsn),
      });
      assert.ok(status >= 500, String(status));
    } finally {
      other.closeAllConnections();
      other.close();
    }
  });
});
