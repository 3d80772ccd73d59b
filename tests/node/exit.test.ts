/** Processes that end, with a collector over HTTP. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, beforeEach, it } from 'node:test';
import { startServer, type Server } from '../../web/server/app/server.js';
import { patience } from './processes.js';
import { entry } from './support.js';

let server: Server;
before(async () => {
  server = await startServer({ quiet: true });
});
after(() => server.close());
beforeEach(() => server.collector.reset());

/** Runs a module in which `client` counts and `listen` serves one request, then stops listening. */
async function run(code: string, flags: string[] = [], dsn = server.dsn()) {
  const text = `
    import { createServer, get } from 'node:http';
    import { init } from ${JSON.stringify(entry)};
    const client = init({ dsn: ${JSON.stringify(dsn)}, release: 'shop-api@1.4.0' });
    const listen = (listener) => {
      const server = createServer(listener);
      server.listen(0, '127.0.0.1', () => {
        get({ port: server.address().port, agent: false })
          .on('response', (response) => response.resume())
          .on('error', () => {});
      });
      server.on('request', (request, response) => response.on('close', () => server.close()));
    };
    ${code}`;
  const child = spawn(process.execPath, [patience, ...flags, '--input-type=module', '-e', text], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  }
  const [status] = (await once(child, 'close')) as [number | null];
  const { all, healthy, crashed } = server.collector.metrics('1');
  return { status, output, all, healthy, crashed, requests: server.collector.requests('1').length };
}

const answer = `listen(client.wrap((_, response) => response.end()));`;

it('a process that has nothing more to do sends what waits', async () => {
  const { output, ...rest } = await run(answer);
  assert.equal(output, '');
  assert.deepEqual(rest, { status: 0, all: 1, healthy: 1, crashed: 0, requests: 1 });
});

it('a process that counted nothing sends nothing', async () => {
  assert.deepEqual(await run(''), {
    ...{ status: 0, output: '', all: 0, healthy: 0, crashed: 0, requests: 0 },
  });
});

it('a process ends, after one attempt, without a server to send to', async () => {
  const closed = await startServer({ quiet: true });
  const dsn = closed.dsn();
  await closed.close();
  assert.deepEqual(await run(answer, [], dsn), {
    ...{ status: 0, output: '', all: 0, healthy: 0, crashed: 0, requests: 0 },
  });
  server.collector.faults('1').push({ drop: 'before', times: 9 });
  assert.equal((await run(answer)).requests, 1);
});

it('a process that ends tries once more what was refused', async () => {
  server.collector.faults('1').push({ status: 503 });
  const { all, requests } = await run(
    `listen(client.wrap((_, response) => response.on('close', () => client.flush()).end()));`,
  );
  assert.deepEqual({ all, requests }, { all: 1, requests: 2 });
});

it('a process that crashes can tell so by close', async () => {
  const { status, crashed, all } = await run(`
    process.on('uncaughtException', async () => {
      await client.close();
      process.exit(3);
    });
    listen(client.wrap(() => { throw new Error('of the app'); }));`);
  assert.deepEqual({ status, all, crashed }, { status: 3, all: 1, crashed: 1 });
});

it('a rejection that nobody handles still ends the process', async () => {
  const { status, output } = await run(
    `listen(client.wrap(async () => { throw new Error('of the app'); }));`,
  );
  assert.equal(status, 1);
  assert.match(output, /Error: of the app/);
});

it('a process without WebAssembly, and so without fetch, is left alone', async () => {
  /* Node 22 cannot even make a request then. */
  const bare = await run('listen((_, response) => response.end())', ['--jitless']);
  const { output, ...rest } = await run(`console.log(client.status); ${answer}`, ['--jitless']);
  assert.deepEqual(rest, { status: bare.status, all: 0, healthy: 0, crashed: 0, requests: 0 });
  assert.match(output, /^unsupported$/m);
});
