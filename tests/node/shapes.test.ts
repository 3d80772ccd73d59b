/** What is no request and response of Node's servers: counted where possible, never in the way. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { api, Lab, type Client, type Options } from './support.js';

const error = new Error('of the app');
let lab: Lab;
let client: Client;
beforeEach(() => {
  lab = new Lab();
  client = api.init(lab.options);
});
afterEach(() => client.close());

async function counted() {
  assert.equal(await client.flush(), true);
  const { all, errored, crashed } = lab.metrics;
  return { all, errored, crashed };
}
const one = { all: 1, errored: 0, crashed: 0 };
const none = { all: 0, errored: 0, crashed: 0 };

describe('a response', () => {
  for (const events of [['close'], ['finish'], ['finish', 'close'], ['close', 'close', 'finish']]) {
    it(`that says ${events.join(' and ')}`, async () => {
      const response = new EventEmitter();
      client.requestHandler({}, response);
      assert.deepEqual(await counted(), none);
      for (const event of events) response.emit(event);
      assert.deepEqual(await counted(), one);
    });
  }

  it('that was closed before', async () => {
    client.requestHandler({}, Object.assign(new EventEmitter(), { closed: true }));
    assert.deepEqual(await counted(), one);
  });

  it('that says nothing, but has ended when the listener is done', async () => {
    const response = Object.assign(new EventEmitter(), { writableEnded: false });
    const listener = client.wrap((_request: unknown, answer: typeof response) => {
      answer.writableEnded = true;
    });
    listener({}, response);
    assert.deepEqual(await counted(), one);
  });

  it('that never says anything counts when the client is closed', async () => {
    client.requestHandler({}, new EventEmitter());
    client.wrap(() => {})();
    assert.deepEqual(await counted(), none);
    assert.equal(await client.close(), true);
    assert.equal(lab.metrics.all, 1);
  });

  it('that has no events ends with the listener', async () => {
    await client.wrap((_request: unknown, _response: unknown) => Promise.resolve())({}, {});
    assert.deepEqual(await counted(), one);
  });
});

describe('Koa', () => {
  const context = () => {
    const res = new EventEmitter();
    return { req: { url: '/' }, res };
  };

  it('calls a middleware with a context and next', async () => {
    const ctx = context();
    const result = await client.middleware()(ctx, () => {
      client.captureException(error);
      return Promise.resolve('result');
    });
    assert.equal(result, 'result');
    ctx.res.emit('close');
    assert.deepEqual(await counted(), { all: 1, errored: 1, crashed: 0 });
  });

  it('has errors pass through a middleware', async () => {
    const ctx = context();
    await assert.rejects(
      client.middleware()(ctx, () => Promise.reject(error)) as Promise<unknown>,
      (thrown) => thrown === error,
    );
    ctx.res.emit('close');
    assert.deepEqual(await counted(), { all: 1, errored: 0, crashed: 1 });
  });
});

describe('a function that is wrapped', () => {
  it('of a request, as of Fetch', async () => {
    const handler = client.wrap(async (request: Request) => {
      await Promise.resolve();
      if (request.url.endsWith('crash')) throw error;
      if (request.url.endsWith('error')) client.captureException(error);
      return new Response('ok');
    });
    assert.equal(await (await handler(new Request('http://a/'))).text(), 'ok');
    await handler(new Request('http://a/error'));
    await assert.rejects(handler(new Request('http://a/crash')), (thrown) => thrown === error);
    assert.deepEqual(await counted(), { all: 3, errored: 1, crashed: 1 });
  });

  it('of an event, a context and a callback', async () => {
    const handler = client.wrap(
      (event: { id: number }, _context: object, done: (id: number) => void) => done(event.id),
    );
    let id = 0;
    handler({ id: 7 }, {}, (given) => (id = given));
    assert.equal(id, 7);
    assert.deepEqual(await counted(), one);
  });

  it('of nothing, or of what is no object, is no request', async () => {
    assert.equal(client.wrap(() => 'result')(), 'result');
    assert.equal(client.wrap((text: string) => text)('a'), 'a');
    assert.deepEqual(await counted(), none);
  });

  it('is what it was if it is no function', () => {
    for (const value of [undefined, null, 1, 'a', {}]) {
      assert.equal(client.wrap(value as never), value);
    }
  });
});

/** All ways in, with a request and a response; what the app's own listener does must be done. */
function pass(request: unknown, response: unknown): void {
  let calls = 0;
  const call = () => calls++;
  client.wrap(call as (...parameters: unknown[]) => unknown)(request, response);
  client.middleware()(request, response, call);
  client.requestHandler(request, response as never);
  assert.equal(calls, 2);
}

describe('does not get in the way of', () => {
  const throwing = new Proxy(
    {},
    {
      get() {
        throw error;
      },
      has() {
        throw error;
      },
    },
  );
  const shapes: [name: string, request: unknown, response: unknown][] = [
    ['nothing', undefined, undefined],
    ['null', null, null],
    ['texts', 'request', 'response'],
    ['a null response', {}, null],
    ['frozen ones', Object.freeze({ url: '/' }), Object.freeze(new EventEmitter())],
    ['ones without a prototype', Object.create(null), Object.create(null)],
    ['ones whose properties throw', throwing, throwing],
    ['an emit that is no function', { emit: 1 }, Object.assign(new EventEmitter(), { emit: 1 })],
    ['a once that throws', {}, { once: () => { throw error; } }], // prettier-ignore
    ['revoked ones', revoked(), revoked()],
    ['functions', () => {}, () => {}],
  ];
  for (const [name, request, response] of shapes) {
    it(name, async () => {
      pass(request, response);
      client.captureException(error, { request });
      client.captureException(error, throwing as never);
      client.captureException(error, null as never);
      assert.equal(await client.close(), true);
    });
  }

  it('what a middleware is called with beside', () => {
    assert.equal(client.middleware()(), undefined);
    assert.equal(client.middleware()({}, new EventEmitter()), undefined);
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe('options', () => {
  it('whose getters throw are invalid', () => {
    const options = {
      ...lab.options,
      get flushInterval(): number {
        throw error;
      },
    };
    assert.equal(api.init(options).status, 'invalid-flushInterval');
  });

  for (const integrations of [
    'Http',
    42,
    () => undefined,
    () => {
      throw error;
    },
  ]) {
    it(`integrations of ${String(integrations).slice(0, 20)} are invalid`, () => {
      const { status } = api.init({ ...lab.options, integrations } as unknown as Options);
      assert.equal(status, 'invalid-integrations');
    });
  }

  it('have integrations that are none left out', async () => {
    const other = new Lab();
    const odd = api.init({
      ...other.options,
      integrations: [null, undefined, 1, {}, { name: 1 }, { name: 'Other' }],
    } as unknown as Options);
    assert.equal(odd.status, 'active');
    await odd.close();
  });

  it('sessionFlushingDelayMS that is no time', () => {
    for (const sessionFlushingDelayMS of [-1, Number.NaN, '1', 2 ** 31] as number[]) {
      const integrations = [api.httpIntegration({ sessionFlushingDelayMS })];
      assert.equal(api.init({ ...lab.options, integrations }).status, 'invalid-flushInterval');
    }
  });
});

it('a second init is the same client, unless it sends another way', async () => {
  const { fetch } = lab.options;
  const options = { ...lab.options, fetch, release: 'same@1' };
  const first = api.init(options);
  assert.equal(api.init({ ...options, flushInterval: 1 }), first);
  assert.equal(
    api.init({ ...options, dsn: options.dsn.replace('https', 'HTTPS') }).status,
    'invalid-dsn',
  );
  const others = [
    api.init({ ...options, release: 'same@2' }),
    api.init({ ...options, environment: 'test' }),
    api.init({ ...options, fetch: lab.options.fetch }),
  ];
  assert.equal(new Set([first, ...others]).size, 4);
  await first.close();
  const again = api.init(options);
  assert.notEqual(again, first);
  for (const open of [again, ...others]) await open.close();
});

describe('what is no app of a framework', () => {
  const setUps = [
    'setupConnectErrorHandler',
    'setupExpressErrorHandler',
    'setupFastifyErrorHandler',
    'setupHonoErrorHandler',
    'setupKoaErrorHandler',
    'setupNestErrorHandler',
  ] as const;
  for (const name of setUps) {
    it(`goes on as without ${name}, which says so with debug`, async (context) => {
      const warn = context.mock.method(console, 'warn', () => {});
      await client.close();
      const debugging = api.init({ ...new Lab().options, debug: true });
      const setUp = api[name] as (...parameters: unknown[]) => void;
      for (const app of [undefined, null, 1, {}, { use: 1, onError: 1 }, Object.freeze({})]) {
        setUp(app, undefined);
      }
      const said = warn.mock.calls.map((call) => String(call.arguments[0]));
      assert.ok(said.length > 0 && said.every((text) => text.includes('does not know this app')));
      await debugging.close();
    });
  }
});
