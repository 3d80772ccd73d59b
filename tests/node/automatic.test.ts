/** Requests that are counted by themselves, and how each kind of them ends. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { common, counts, Programs, register } from './processes.js';

let programs: Programs;
before(async () => (programs = await Programs.start()));
after(() => programs.close());

const none = { all: 0, healthy: 0, errored: 0, crashed: 0 };
const healthy = (number: number) => ({ ...none, all: number, healthy: number });

describe('counted once', () => {
  const cases: [name: string, code: string, requests: number][] = [
    ['a server that was made before', `const port = await listen(server); init(options);`, 1],
    ['a server that is made after', `init(options); const port = await listen(server);`, 1],
  ];
  for (const [name, code, requests] of cases) {
    it(name, async () => {
      const outcome = await programs.run(`
        const server = http.createServer((request, response) => response.end('ok'));
        ${code}
        await get(port);
        server.close();`);
      assert.deepEqual(counts(outcome), healthy(requests));
      assert.equal(outcome.err, '');
      assert.equal(outcome.code, 0);
    });
  }

  it('HEAD, informational answers, and an answer that is ended twice', async () => {
    const outcome = await programs.run(`
      init(options);
      const server = http.createServer((request, response) => {
        response.writeContinue();
        response.writeEarlyHints({ link: '</a.css>; rel=preload' });
        response.end('a');
        response.end('b');
        response.on('error', () => {});
      });
      const port = await listen(server);
      await get(port, '/', { method: 'HEAD' });
      await get(port, '/', { headers: { expect: '100-continue' } });
      server.close();`);
    assert.deepEqual(counts(outcome), healthy(2));
  });

  it('an abort, and a stream that is left', async () => {
    const outcome = await programs.run(`
      init(options);
      const server = http.createServer((request, response) => response.write('data: 1\\n\\n'));
      const port = await listen(server);
      for (const path of ['/a', '/b']) {
        await new Promise((resolve) => {
          const request = http.get({ port, path, agent: false }, () => request.destroy());
          request.on('error', () => {}).on('close', resolve);
        });
      }
      server.close();`);
    assert.deepEqual(counts(outcome), healthy(2));
  });

  it('an upgraded connection, when its socket closes', async () => {
    const outcome = await programs.run(`
      const client = init(options);
      const server = http.createServer((request, response) => response.end());
      server.on('upgrade', (request, socket) => {
        socket.write('HTTP/1.1 101 Switching\\r\\nUpgrade: x\\r\\nConnection: Upgrade\\r\\n\\r\\n');
        socket.on('data', () => { captureException(new Error('of a message')); socket.end(); });
      });
      const port = await listen(server);
      const socket = await get(port, '/', { headers: { connection: 'upgrade', upgrade: 'x' } });
      await flush();
      console.log(await flush());
      socket.write('message');
      await new Promise((resolve) => socket.on('close', resolve).resume());
      server.close();`);
    assert.deepEqual(counts(outcome), { ...none, all: 1, errored: 1 });
  });

  it('requests on one connection, one after the other and pipelined', async () => {
    const outcome = await programs.run(`
      import { connect } from 'node:net';
      init(options);
      const server = http.createServer(async (request, response) => {
        await sleep(request.url === '/slow' ? 30 : 1);
        if (request.url === '/error') captureException(new Error('of the app'));
        response.end();
      });
      const socket = connect(await listen(server), '127.0.0.1');
      const line = (path, more = '') => 'GET ' + path + ' HTTP/1.1\\r\\nHost: a\\r\\n' + more + '\\r\\n';
      socket.resume();
      socket.write(line('/slow') + line('/error') + line('/', 'Connection: close\\r\\n'));
      await new Promise((resolve) => socket.on('close', resolve));
      server.close();`);
    assert.deepEqual(counts(outcome), { all: 3, healthy: 2, errored: 1, crashed: 0 });
  });

  it('streams of HTTP/2, with a body that comes late, and what is pushed not at all', async () => {
    const outcome = await programs.run(`
      import http2 from 'node:http2';
      init(options);
      const server = http2.createServer((request, response) => {
        if (request.url === '/push') {
          response.stream.pushStream({ ':path': '/pushed' }, (error, stream) => stream.end('p'));
        }
        request.on('data', () => {}).on('end', () => setTimeout(() => {
          if (request.url === '/error') captureException(new Error('of the app'));
          response.end('ok');
        }, 1));
      });
      const session = http2.connect('http://127.0.0.1:' + (await listen(server)));
      session.on('stream', (stream) => stream.resume());
      await Promise.all(['/', '/error', '/push'].map((path) => new Promise((resolve) => {
        const stream = session.request({ ':path': path, ':method': 'POST' });
        setTimeout(() => stream.end('body'), 5);
        stream.resume().on('close', resolve);
      })));
      session.close();
      server.close();`);
    assert.deepEqual(counts(outcome), { all: 3, healthy: 2, errored: 1, crashed: 0 });
  });

  it('in two copies of the module, which act on the one client', async () => {
    const outcome = await programs.run(`
      import { createRequire } from 'node:module';
      const other = createRequire(import.meta.url)(${JSON.stringify(common)});
      const client = init(options);
      console.log(other.init({ ...options }) === client, other.init({ ...options, release: 'b' }) === client);
      const server = http.createServer(client.wrap((request, response) => {
        other.captureException(new Error('of the app'));
        response.end();
      }));
      await get(await listen(server));
      server.close();
      console.log(await other.close(), client.status);`);
    assert.equal(outcome.out, 'true false\ntrue closed\n');
    /* One for each of two releases; the error is that of the first. */
    assert.deepEqual(counts(outcome), { all: 2, healthy: 1, errored: 1, crashed: 0 });
  });

  it('without a line of code', async () => {
    const project = programs.counting.newProject();
    const outcome = await programs.run(
      `const server = http.createServer((request, response) => response.end());
       await get(await listen(server));
       server.close();`,
      {
        flags: ['--import', register],
        env: { SENTRY_DSN: programs.counting.dsn(project), SENTRY_RELEASE: 'a@2' },
      },
    );
    assert.equal(outcome.err, '');
    assert.equal(programs.counting.metrics(project).all, 1);
    assert.deepEqual(programs.counting.releases(project), ['a@2']);
  });

  it('not its own deliveries, to a server of the same process', async () => {
    const outcome = await programs.run(`
      const got = [];
      const server = http.createServer((request, response) => {
        if (request.method === 'POST') got.push(request.url);
        request.resume();
        response.end('{}');
      });
      const port = await listen(server);
      const client = init({ ...options, tunnel: 'http://127.0.0.1:' + port + '/tunnel' });
      await get(port);
      await client.flush();
      await client.flush();
      console.log(JSON.stringify(got));
      await client.close();
      server.close();`);
    assert.equal(outcome.out, '["/tunnel"]\n');
  });
});

describe('not counted', () => {
  const server = `
    const server = http.createServer((request, response) => {
      captureException(new Error('of the app'), { handled: false });
      response.end();
    });
    const port = await listen(server);
    for (const path of ['/', '/healthz?a', '/']) await get(port, path, { agent });
    agent.destroy();
    server.close();`;
  /* One connection, so that a request that is left out follows one that is not. */
  const keep = `const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });`;
  const cases: [name: string, options: string, counted: number][] = [
    ['trackIncomingRequestsAsSessions', 'trackIncomingRequestsAsSessions: false', 0],
    ['sessions', 'sessions: false', 0],
    ['ignoreIncomingRequests', "ignoreIncomingRequests: (path) => path === '/healthz?a'", 2],
    ['ignoreIncomingRequests that throws', 'ignoreIncomingRequests() { throw new Error() }', 3],
    [
      'ignoreIncomingRequests by request',
      "ignoreIncomingRequests: (_, request) => request.headers.host !== '' && request.method !== 'X'",
      0,
    ],
  ];
  for (const [name, http, counted] of cases) {
    it(name, async () => {
      const outcome = await programs.run(`
        ${keep}
        init({ ...options, integrations: [crashfree.httpIntegration({ ${http} })] });
        ${server}`);
      assert.deepEqual(counts(outcome), { ...none, all: counted, crashed: counted });
    });
  }

  it('what a function of the integrations filters out', async () => {
    const outcome = await programs.run(`
      ${keep}
      init({ ...options, integrations: (all) => all.filter(({ name }) => name !== 'Http') });
      ${server}`);
    assert.deepEqual(counts(outcome), none);
  });
});

it("the guide's snippet", async () => {
  const outcome = await programs.run(`
    const Sentry = crashfree;
    const client = Sentry.init({
      ...options,
      integrations: [Sentry.httpIntegration({ trackIncomingRequestsAsSessions: false })],
    });
    const server = http.createServer((request, response) => response.end());
    await get(await listen(server));
    server.close();
    console.log(client.status);`);
  assert.equal(outcome.out, 'active\n');
  assert.deepEqual(counts(outcome), none);
});

it('captureException names the request where the context is that of another', async () => {
  const outcome = await programs.run(`
    init(options);
    const waiting = [];
    let pool;
    const server = http.createServer((request, response) => {
      /* The first request opens a connection, which calls back in its context. */
      pool ??= setInterval(() => {
        for (const { request, response } of waiting.splice(0)) {
          captureException(new Error('of the app'), { request });
          response.end();
        }
      }, 5);
      if (request.url === '/query') waiting.push({ request, response });
      else response.end();
    });
    const port = await listen(server);
    await get(port);
    await Promise.all([get(port, '/query'), get(port, '/query')]);
    clearInterval(pool);
    server.close();`);
  assert.deepEqual(counts(outcome), { all: 3, healthy: 1, errored: 2, crashed: 0 });
});
