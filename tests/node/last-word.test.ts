/** Processes that end in any way: what they say last, and that they end as they would have. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { counts, patience, Programs, type Program } from './processes.js';
import { entry } from './support.js';

let programs: Programs;
before(async () => (programs = await Programs.start()));
after(() => programs.close());

/** Two requests, the second of which runs `code`; the server stays. */
const second = (code: string) => `
  const client = init(options);
  const server = http.createServer((request, response) => {
    if (request.url === '/') return response.end();
    ${code}
  });
  const port = await listen(server);
  await get(port);
  await get(port, '/second');
  await sleep(60_000);`;

/** Loaded before a program: its last word waits for no answer, and says how long it would have waited. */
const sayWait = `--import=data:text/javascript,${encodeURIComponent(`
  Atomics.wait = (array, index, value, timeout) => {
    console.log(timeout);
    return 'timed-out';
  };`)}`;

const plain = { all: 2, healthy: 2, errored: 0, crashed: 0 };
const crash = { all: 2, healthy: 1, errored: 0, crashed: 1 };

const cases: [name: string, code: string, exit: number, counted: object, program?: Program][] = [
  ['a listener that throws', `throw new Error('of the app');`, 1, crash],
  ['a timer that throws', `setTimeout(() => { throw new Error('of the app'); }, 5);`, 1, crash],
  [
    'a rejection that nobody handles',
    `(async () => { await sleep(1); throw new Error('of the app'); })();`,
    1,
    crash,
  ],
  [
    'an error of a body that comes late',
    `request.on('data', () => { throw new Error('of the app'); });
     request.emit('data', 'x');`,
    1,
    crash,
  ],
  [
    'an error after the answer',
    `response.end(); (async () => { throw new Error('of the app'); })();`,
    1,
    crash,
  ],
  ['process.exit', `process.exit(7);`, 7, plain],
  ['process.exit after the answer', `response.end(); process.exit();`, 0, plain],
  [
    'process.exit while all is being sent',
    `response.end(); response.on('close', () => { client.flush(); process.exit(3); });`,
    3,
    plain,
  ],
  [
    'a handler of the app that goes on, then ends',
    `process.on('uncaughtException', () => setTimeout(() => process.exit(4), 50));
     throw new Error('of the app');`,
    4,
    crash,
  ],
  [
    'a handler of rejections that goes on, then ends',
    `process.on('unhandledRejection', () => setTimeout(() => process.exit(5), 50));
     Promise.reject(new Error('of the app'));`,
    5,
    crash,
  ],
  [
    'a handler of rejections that comes and goes',
    `const handler = () => {};
     process.on('unhandledRejection', handler).off('unhandledRejection', handler);
     Promise.reject(new Error('of the app'));`,
    1,
    crash,
  ],
  [
    '--unhandled-rejections=warn',
    `Promise.reject(new Error('of the app')); setTimeout(() => process.exit(), 50);`,
    0,
    crash,
    { flags: ['--unhandled-rejections=warn'] },
  ],
  [
    '--unhandled-rejections=strict',
    `Promise.reject(new Error('of the app'));`,
    1,
    crash,
    { flags: ['--unhandled-rejections=strict'] },
  ],
  [
    'whatever is loaded into the process',
    `throw new Error('of the app');`,
    1,
    crash,
    { env: { NODE_OPTIONS: '--import=data:text/javascript,globalThis.loaded=true' } },
  ],
];

describe('the last word', () => {
  for (const [name, code, exit, counted, program] of cases) {
    it(name, async () => {
      const outcome = await programs.run(second(code), program);
      assert.equal(outcome.code, exit, outcome.err);
      assert.deepEqual(counts(outcome), counted);
      assert.equal(outcome.requests, 1);
      assert.equal(outcome.out, '');
    });
  }

  it('is of each client, and of what is open as it is', async () => {
    const outcome = await programs.run(`
      init(options);
      init({ ...options, release: 'b' });
      const server = http.createServer((request, response) => {
        if (request.url === '/error') captureException(new Error('of the app'));
        if (request.url === '/crash') throw new Error('of the app');
      });
      const port = await listen(server);
      for (const path of ['/open', '/error', '/crash']) setTimeout(get, 20, port, path);`);
    assert.equal(outcome.code, 1);
    /* What is captured counts for the first client, what nobody catches for both. */
    assert.deepEqual(counts(outcome), { all: 6, healthy: 3, errored: 1, crashed: 2 });
  });

  it('changes nothing of what a process writes', async () => {
    const code = `http.createServer(() => { throw new Error('of the app'); })
      .listen(0, '127.0.0.1', function () { get(this.address().port); });`;
    const program = { flags: ['--stack-trace-limit=1'] };
    const [bare, counted] = await Promise.all([
      programs.run(`void 0;\n${code}`, program),
      programs.run(`init(options);\n${code}`, program),
    ]);
    assert.deepEqual([counted.err, counted.code, counted.out], [bare.err, 1, '']);
    assert.deepEqual([counted.crashed, bare.code], [1, 1]);
  });

  it('waits no longer than 2 s for a server that says nothing', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    try {
      const { port } = silent.address() as AddressInfo;
      const dsn = `http://0123456789abcdef0123456789abcdef@127.0.0.1:${port}/1`;
      for (const [code, exit] of [
        [`throw new Error('of the app');`, 1],
        ['process.exit(2);', 2],
      ] as const) {
        const program = { dsn, impatient: true, flags: [sayWait] };
        const outcome = await programs.run(second(code), program);
        assert.equal(outcome.code, exit);
        const ms = Number(outcome.out);
        assert.ok(ms > 0 && ms <= 2000, `${outcome.out} ms`);
      }
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });

  it('is of what ended while an answer was waited for, too', async () => {
    const outcome = await programs.run(`
      let arrived, release;
      const asked = new Promise((resolve) => (arrived = resolve));
      const released = new Promise((resolve) => (release = resolve));
      const { fetch } = globalThis;
      globalThis.fetch = async (...parameters) => {
        const answer = await fetch(...parameters);
        arrived();
        await released;
        return answer;
      };
      init(options);
      const server = http.createServer((request, response) => response.end());
      const port = await listen(server);
      await get(port);
      const sent = flush(60_000);
      await asked;
      await get(port);
      release();
      await sent;
      process.exit();`);
    assert.equal(outcome.requests, 2);
    assert.deepEqual(counts(outcome), plain);
  });

  it('is not said twice when the process has nothing more to do', async () => {
    const outcome = await programs.run(`
      init(options);
      const server = http.createServer((request, response) => response.end());
      await get(await listen(server));
      server.close();`);
    assert.equal(outcome.requests, 1);
    assert.equal(outcome.all, 1);
  });

  it('keeps no process that has nothing more to do while a server says nothing', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    try {
      const { port } = silent.address() as AddressInfo;
      const dsn = `http://0123456789abcdef0123456789abcdef@127.0.0.1:${port}/1`;
      const measure = `const begin = performance.now();
        process.on('exit', () => console.log(performance.now() - begin));`;
      const programsOf = {
        'a server': `
          init({ ...options, flushInterval: 0 });
          const server = http.createServer((request, response) => response.end());
          const port = await listen(server);
          await get(port);
          await sleep(500);
          await get(port);
          server.close();`,
        'a script': `
          init({ ...options, integrations: [crashfree.processSessionIntegration()] });
          await sleep(3000);`,
        'a script that makes events': `
          init({ ...options, integrations: [crashfree.eventsIntegration()] });
          captureException(new Error('of the app'));
          await sleep(500);`,
      };
      const outcomes = await Promise.all(
        Object.values(programsOf).map((code) =>
          programs.run(`${code}\n${measure}`, { dsn, impatient: true }),
        ),
      );
      for (const [index, name] of Object.keys(programsOf).entries()) {
        const { code, out } = outcomes[index]!;
        assert.equal(code, 0);
        /* An answer is waited for 10 s otherwise. */
        assert.ok(Number(out) > 900 && Number(out) < 8000, `${name}: ${out} ms`);
      }
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });

  it('of a thread is its own', async () => {
    const outcome = await programs.run(`
      import { Worker } from 'node:worker_threads';
      init(options);
      const code = ${JSON.stringify(`
        import http from 'node:http';
        import { workerData } from 'node:worker_threads';
        const { init } = await import(workerData.entry);
        init(workerData.options);
        const server = http.createServer((request, response) => {
          if (request.url === '/crash') throw new Error('of the thread');
          response.end();
        });
        server.listen(0, '127.0.0.1', () => {
          const { port } = server.address();
          http.get({ port, agent: false }, (response) => {
            response.resume().on('end', () => http.get({ port, path: '/crash' }).on('error', () => {}));
          });
        });`)};
      const entry = ${JSON.stringify(entry)};
      const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(code)), {
        workerData: { options, entry },
      });
      await new Promise((resolve) => worker.on('error', (error) => resolve(console.log(error.message))));
      const server = http.createServer((request, response) => response.end());
      await get(await listen(server));
      server.close();`);
    assert.equal(outcome.out, 'of the thread\n');
    assert.deepEqual(counts(outcome), { all: 3, healthy: 2, errored: 0, crashed: 1 });
  });

  it('of a cluster is that of each process', async () => {
    const outcome = await programs.run(`
      import cluster from 'node:cluster';
      const exec = ${JSON.stringify(new URL('cluster-worker.mjs', import.meta.url).pathname)};
      cluster.setupPrimary({ exec, execArgv: [${JSON.stringify(patience)}], silent: true });
      process.env.ENTRY = ${JSON.stringify(entry)};
      const workers = [cluster.fork(), cluster.fork()];
      const ports = await Promise.all(
        workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))),
      );
      const ends = workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
      for (const port of ports) await get(port);
      // They share one port: either may get this request, and the other one is left.
      const crashed = Promise.race(ends.map((end, index) => end.then(() => index)));
      await get(ports[0], '/crash');
      workers[1 - (await crashed)].disconnect();
      console.log((await Promise.all(ends)).sort());`);
    assert.equal(outcome.out, '[ 0, 1 ]\n');
    assert.deepEqual(counts(outcome), { all: 3, healthy: 2, errored: 0, crashed: 1 });
  });
});
