/** What counts as what, on servers of node:http and Express. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as soon } from 'node:timers/promises';
import { api, Lab, serve, type Client } from './support.js';

const error = new Error('of the app');
let lab: Lab;
let client: Client;
let server: Awaited<ReturnType<typeof serve>> | undefined;
beforeEach(() => {
  lab = new Lab();
  client = api.init(lab.options);
});
afterEach(async () => {
  await client.close();
  await server?.close();
  server = undefined;
});

/** What the server counted, once so many responses have closed. */
async function counted(responses: number) {
  await server!.closed(responses);
  assert.equal(await client.flush(), true);
  const { all, healthy, errored, crashed } = lab.metrics;
  return { all, healthy, errored, crashed };
}

/** Errors by path, thrown or captured after the context went through all that Node has. */
async function handle(path: string): Promise<void> {
  await soon();
  await new Promise((resolve) => setTimeout(resolve, 1));
  await new Promise((resolve) => process.nextTick(resolve));
  if (path.includes('handled')) client.captureException(error);
  if (path.includes('crash')) client.captureException(error, { handled: false });
  if (path.includes('mechanism')) {
    client.captureException(error, { mechanism: { handled: false } });
  }
}

for (const way of ['wrap', 'middleware', 'requestHandler'] as const) {
  describe(way, () => {
    const listen = (listener: Parameters<typeof serve>[0]) =>
      serve(
        way === 'wrap'
          ? client.wrap(listener)
          : (request, response) => {
              if (way === 'middleware') {
                client.middleware()(request, response, () => listener(request, response));
              } else {
                client.requestHandler(request, response);
                listener(request, response);
              }
            },
      );
    const answering = () =>
      listen(async (request, response) => {
        await handle(request.url!);
        response.end();
      });

    it('counts a request as exited, whatever its answer', async () => {
      server = await listen((_, response) => response.writeHead(500).end());
      await (await fetch(server.url)).text();
      assert.deepEqual(await counted(1), { all: 1, healthy: 1, errored: 0, crashed: 0 });
    });

    it('counts captured exceptions, the worst of each request', async () => {
      server = await answering();
      const paths = ['', 'handled', 'crash', 'mechanism', 'handled-crash', 'handled-handled'];
      for (const path of paths) await (await fetch(server.url + path)).text();
      assert.deepEqual(await counted(6), { all: 6, healthy: 1, errored: 2, crashed: 3 });
    });

    it('does not mix up requests that are answered at the same time', async () => {
      const arrived: (() => void)[] = [];
      server = await listen(async (request, response) => {
        await new Promise<void>((resolve) => {
          /* The last to come is the first to go on. */
          if (arrived.unshift(resolve) === 3) for (const go of arrived) go();
        });
        await handle(request.url!);
        response.end();
      });
      await Promise.all(['', 'handled', 'crash'].map((path) => fetch(server!.url + path)));
      assert.deepEqual(await counted(3), { all: 3, healthy: 1, errored: 1, crashed: 1 });
    });

    it('knows the request in the events of a body that arrives late', async () => {
      server = await listen((request, response) => {
        request.once('data', () => response.writeContinue());
        request.once('end', () => {
          client.captureException(error);
          response.end();
        });
      });
      /* One connection, as Node uses its parser again. */
      const socket = connect(server.port);
      for (const round of [1, 2]) {
        socket.write('POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 6\r\n\r\nabc');
        await once(socket, 'data');
        socket.write('def');
        await server.closed(round);
      }
      socket.destroy();
      assert.deepEqual(await counted(2), { all: 2, healthy: 0, errored: 2, crashed: 0 });
    });

    it('counts a request that the visitor aborts', async () => {
      let aborted = () => {};
      server = await listen(() => aborted());
      const request = httpRequest(server.url);
      request.on('error', () => {});
      aborted = () => request.destroy();
      request.end();
      assert.deepEqual(await counted(1), { all: 1, healthy: 1, errored: 0, crashed: 0 });
    });

    it('ignores errors after the response', async () => {
      let late: Promise<void> | undefined;
      server = await listen((_, response) => {
        late = once(response, 'close').then(() => handle('crash'));
        response.end();
      });
      await fetch(server.url);
      await server.closed(1);
      await late;
      assert.deepEqual(await counted(1), { all: 1, healthy: 1, errored: 0, crashed: 0 });
    });
  });
}

it('counts a request once, however many handlers see it', async () => {
  server = await serve(
    client.wrap((request, response) => {
      client.requestHandler(request, response);
      client.middleware()(request, response, () => {
        client.captureException(error);
        response.end();
      });
    }),
  );
  await fetch(server.url);
  assert.deepEqual(await counted(1), { all: 1, healthy: 0, errored: 1, crashed: 0 });
});

it('counts for each of two clients', async () => {
  const other = new Lab();
  const second = api.init(other.options);
  server = await serve(
    client.wrap(
      second.wrap((_, response) => {
        second.captureException(error);
        response.end();
      }),
    ),
  );
  await fetch(server.url);
  assert.deepEqual(await counted(1), { all: 1, healthy: 1, errored: 0, crashed: 0 });
  await second.close();
  assert.equal(other.metrics.errored, 1);
});

it('ignores what is captured outside of requests', async () => {
  client.captureException(error, { handled: false });
  assert.equal(await client.flush(), true);
  assert.equal(lab.requests.length, 0);
});

it('gives the functions of the module to the first client that is open', async () => {
  for (const open of [api.init(lab.options), api.init(lab.options)]) await open.close();
  await api.close();
  const first = api.init(lab.options);
  const second = api.init(lab.options);
  const listener = (_: unknown, response: { end(): void }) => {
    api.captureException(error);
    response.end();
  };
  server = await serve(first.wrap(second.wrap(listener)));
  await fetch(server.url);
  await server.closed(1);
  assert.equal(await api.flush(), true);
  assert.equal(await api.close(), true);
  assert.deepEqual([first.status, second.status], ['closed', 'active']);
  assert.deepEqual([lab.metrics.all, lab.metrics.errored], [1, 1]);
  await second.close();
  assert.deepEqual([lab.metrics.all, lab.metrics.errored], [2, 1]);
});

describe('an error of a wrapped listener', () => {
  it('crashes the request and is thrown on', async () => {
    const listener = client.wrap((_request: unknown, _response: unknown) => {
      throw error;
    });
    server = await serve((request, response) => {
      assert.throws(
        () => listener(request, response),
        (thrown) => thrown === error,
      );
      response.end();
    });
    await fetch(server.url);
    assert.deepEqual(await counted(1), { all: 1, healthy: 0, errored: 0, crashed: 1 });
  });

  it('crashes the request and rejects on', async () => {
    const listener = client.wrap(async (_request: unknown, _response: unknown) => {
      await soon();
      throw error;
    });
    server = await serve(async (request, response) => {
      await assert.rejects(listener(request, response), (thrown) => thrown === error);
      response.end();
    });
    await fetch(server.url);
    assert.deepEqual(await counted(1), { all: 1, healthy: 0, errored: 0, crashed: 1 });
  });

  it('leaves a listener its `this`, its parameters and its result', async () => {
    const self = {};
    const listener = client.wrap(function (this: unknown, _request, response, extra: string) {
      response.end();
      return [this, extra];
    });
    server = await serve((request, response) => {
      assert.deepEqual(listener.call(self, request, response, 'extra'), [self, 'extra']);
    });
    await (await fetch(server.url)).text();
    assert.deepEqual(await counted(1), { all: 1, healthy: 1, errored: 0, crashed: 0 });
  });
});

it('closing ends the sessions of requests as they are', async () => {
  server = await serve(client.wrap((request) => void handle(request.url!)));
  for (const path of ['', 'handled', 'crash']) {
    httpRequest(server.url + path)
      .on('error', () => {})
      .end();
  }
  /* Until all have arrived and were handled, they leave no other trace. */
  const handled = new Set<string>();
  const capture = client.captureException;
  await new Promise<void>((resolve) => {
    client.captureException = (...parameters) => {
      capture(...parameters);
      handled.add(JSON.stringify(parameters[1] ?? null));
      if (handled.size === 2) resolve();
    };
  });
  assert.equal(await client.close(), true);
  const { all, errored, crashed } = lab.metrics;
  assert.deepEqual({ all, errored, crashed }, { all: 3, errored: 1, crashed: 1 });
  assert.equal(client.status, 'closed');
  await server.close();
  server = undefined;
  assert.equal(await client.flush(), true);
  assert.equal(lab.metrics.all, 3);
});

describe('Express', () => {
  interface App {
    (request: object, response: object): void;
    use(...handlers: unknown[]): void;
    post(path: string, ...handlers: unknown[]): void;
    get(path: string, ...handlers: unknown[]): void;
  }
  const express = createRequire(import.meta.url)('express') as {
    (): App;
    json(): unknown;
  };
  type Reply = { end(text?: string): void; status(code: number): Reply };

  it('counts routes, parsed bodies, and errors that reach the error handler', async () => {
    const app = express();
    app.use(client.middleware());
    app.use(express.json());
    app.post('/body', (_: unknown, response: Reply) => {
      client.captureException(error);
      response.end();
    });
    app.get('/throws', () => {
      throw error;
    });
    app.get('/rejects', () => Promise.reject(error));
    app.use((thrown: unknown, _: unknown, response: Reply, _next: unknown) => {
      client.captureException(thrown, { handled: false });
      response.status(500).end();
    });
    server = await serve(app);
    const headers = { 'content-type': 'application/json' };
    const post = { method: 'POST', headers, body: JSON.stringify(['x'.repeat(90_000)]) };
    await fetch(`${server.url}body`, post);
    await fetch(`${server.url}throws`);
    await fetch(`${server.url}rejects`);
    await fetch(`${server.url}unknown`);
    assert.deepEqual(await counted(4), { all: 4, healthy: 1, errored: 1, crashed: 2 });
  });
});
