/** The snippets for servers, each as a process of its own. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { root } from '../../web/build/run.js';
import { patience } from '../node/processes.js';
import { Counting } from '../package/counting.js';
import { exampleDsn, snippet } from './snippets.js';

let counting: Counting;
let project: string;
const children: ChildProcess[] = [];
const folders: string[] = [];
before(async () => (counting = await Counting.start()));
after(() => counting.close());
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** Runs a snippet, with code after it, in a project that has the package. */
async function run(name: string, code: string, replacements: Record<string, string> = {}) {
  project = counting.newProject();
  const text = snippet(name, { [exampleDsn]: counting.dsn(project), ...replacements });
  /* Below the package's own folder `crashfree` means the package. */
  await mkdir(join(root, 'build'), { recursive: true });
  const folder = await mkdtemp(join(root, 'build/readme-'));
  folders.push(folder);
  const file = join(folder, 'snippet.mjs');
  await writeFile(file, `${text}\n${code}`);
  const child = spawn(process.execPath, [patience, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // One that hangs fails its test, and not the whole run by its silence.
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  children.push(child);
  return child;
}

const port = async (child: ChildProcess): Promise<number> => {
  const [line] = (await once(child.stdout!.setEncoding('utf8'), 'data')) as [string];
  return Number(line);
};

/** How the process ended, and what was counted. */
async function ended(child: ChildProcess) {
  const [code] = (await once(child, 'close')) as [number | null];
  const { all, healthy, errored, crashed } = counting.metrics(project);
  return { code, all, healthy, errored, crashed };
}

const listen = `
  server.listen(0, '127.0.0.1', () => process.stdout.write(String(server.address().port)));`;
const serve = `
  import { createServer } from 'node:http';
  const server = createServer((request, response) => response.end());
  process.once('SIGTERM', () => process.exit());
  ${listen}`;

describe('the snippets for servers in README.md', () => {
  it('node-init: counts the requests of a server that knows nothing of it', async () => {
    const child = await run('node-init', serve);
    await (await fetch(`http://127.0.0.1:${await port(child)}/`)).text();
    child.kill();
    assert.deepEqual(await ended(child), { code: 0, all: 1, healthy: 1, errored: 0, crashed: 0 });
    assert.deepEqual(counting.releases(project), ['shop-api@1.4.0']);
  });

  it('node: answers what is open when it is told to end, and sends all', async () => {
    const child = await run('node', listen, {
      'await answer(request)': `await new Promise((resolve, reject) => {
        if (request.url === '/fails') reject(new Error('of the app'));
        else if (request.url === '/slow') setTimeout(resolve, 500, 'late');
        else resolve('page');
      })`,
    });
    const address = `http://127.0.0.1:${await port(child)}`;
    for (const [path, status] of [
      ['/', 200],
      ['/fails', 500],
    ] as const) {
      assert.equal((await fetch(address + path)).status, status);
    }
    const slow = fetch(`${address}/slow`);
    await fetch(address);
    child.kill();
    assert.equal(await (await slow).text(), 'late');
    assert.deepEqual(await ended(child), { code: 0, all: 4, healthy: 3, errored: 1, crashed: 0 });
  });

  it('node: ends, too, with a response that is streamed for ever', async () => {
    const child = await run('node', listen, {
      'response.end(await answer(request))': `response.write('data: 1\\n\\n')`,
    });
    const request = get({ port: await port(child), host: '127.0.0.1', agent: false });
    request.on('error', () => {});
    const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
    response.on('error', () => {});
    child.kill();
    assert.deepEqual(await ended(child), { code: 0, all: 1, healthy: 1, errored: 0, crashed: 0 });
  });

  it('node-events: tells what crashed', async () => {
    const child = await run(
      'node-events',
      `import { createServer } from 'node:http';
       const server = createServer(() => { throw new Error('of the app'); });${listen}`,
    );
    await fetch(`http://127.0.0.1:${await port(child)}/pay?card=1`).catch(() => {});
    assert.deepEqual(await ended(child), { code: 1, all: 1, healthy: 0, errored: 0, crashed: 1 });
    const answer = await fetch(`${counting.origin}/api/${project}/requests`);
    const [{ body }] = (await answer.json()) as [{ body: string }];
    assert.match(body, /"value":"of the app".*"url":"http:[^"?]*\/pay"/);
  });

  it('node-options: leaves health checks out', async () => {
    const child = await run('node-options', serve);
    const address = `http://127.0.0.1:${await port(child)}`;
    for (const path of ['/', '/healthz', '/healthz']) await fetch(address + path);
    child.kill();
    assert.deepEqual(await ended(child), { code: 0, all: 1, healthy: 1, errored: 0, crashed: 0 });
  });

  it('functions: send each call, without a timer', async () => {
    const child = await run(
      'functions',
      `
      globalThis.setTimeout = () => ({ unref() {} }); /* It is frozen. */
      function answer(event) {
        if (event.fails) throw new Error('of the app');
        return event.text;
      }
      const waiting = [];
      console.assert((await handler({ text: 'a' }, {})) === 'a');
      await handler({ fails: true }, {}).catch(() => {});
      await handler({ text: 'b' }, { waitUntil: (promise) => waiting.push(promise) });
      console.assert((await Promise.all(waiting)).length === 1);
      process.kill(process.pid, 'SIGKILL');`,
    );
    assert.deepEqual(await ended(child), {
      code: null,
      all: 3,
      healthy: 2,
      errored: 0,
      crashed: 1,
    });
  });
});
