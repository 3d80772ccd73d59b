/** Whose request an error is that nobody catches, however it came to be thrown. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { counts, Programs } from './processes.js';

let programs: Programs;
before(async () => (programs = await Programs.start()));
after(() => programs.close());

/** What a listener does, which has `error` thrown some time after it has returned. */
const ways: Record<string, string> = {
  'process.nextTick': 'process.nextTick(fail);',
  queueMicrotask: 'queueMicrotask(fail);',
  'queueMicrotask in a promise in a timer':
    'setTimeout(() => Promise.resolve().then(() => queueMicrotask(fail)));',
  setTimeout: 'setTimeout(fail, 2);',
  setImmediate: 'setImmediate(() => setImmediate(fail));',
  setInterval: 'const timer = setInterval(() => { clearInterval(timer); fail(); }, 2);',
  'a callback of node:fs': `fs.readFile('/nowhere', fail);`,
  'a listener of a stream': `fs.createReadStream('/nowhere').on('error', fail);`,
  'an error event without a listener': `fs.createReadStream('/nowhere');`,
  'a child process': `childProcess.execFile(process.execPath, ['--version'], fail);`,
  'a message port': `const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { port1.close(); fail(); };
    port2.postMessage(1);`,
  'an AbortSignal': `AbortSignal.timeout(2).addEventListener('abort', fail);`,
  'a promise that rejects': 'void Promise.reject(error);',
  'a promise that is never awaited': 'void sleep(2).then(() => sleep(2)).then(fail);',
  'an async generator': `void (async () => {
      for await (const one of (async function* () { yield 1; await sleep(1); fail(); })()) void one;
    })();`,
  'a pool that calls back out of its own context': 'pool.push(AsyncResource.bind(fail));',
  'a store of the app’s own': 'store.run({}, () => setTimeout(() => store.exit(fail), 2));',
};

const program = (way: string) => `
  import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
  import childProcess from 'node:child_process';
  import fs from 'node:fs';
  init(options);
  const error = new Error('of the app');
  const fail = () => { throw error; };
  const store = new AsyncLocalStorage();
  const pool = [];
  setInterval(() => pool.shift()?.(), 2).unref();
  const caught = new Promise((resolve) => {
    process.on('uncaughtException', resolve);
    process.on('unhandledRejection', resolve);
  });
  const server = http.createServer(async (request, response) => {
    if (request.url === '/fails') { ${way} }
    await caught;
    response.end();
  });
  const port = await listen(server);
  await Promise.all(['/', '/fails', '/'].map((path) => get(port, path)));
  process.exit();`;

describe('an error in one of three requests at a time, thrown by', () => {
  for (const [name, way] of Object.entries(ways)) {
    it(name, async () => {
      const outcome = await programs.run(program(way));
      assert.equal(outcome.code, 0, outcome.err);
      assert.deepEqual(counts(outcome), { all: 3, healthy: 2, errored: 0, crashed: 1 });
    });
  }
});
