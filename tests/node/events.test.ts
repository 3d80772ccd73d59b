/** Events of servers: what crashed, once for each error that counts, and how it leaves. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Client, ErrorEvent, EventsOptions } from '../../web/node/index.js';
import type * as PageEvents from '../../web/src/events/index.js';
import { Programs } from './processes.js';
import { api, KEY, Lab } from './support.js';

const pages = new URL('../../dist/crashfree.events.js', import.meta.url).href;
const { eventsIntegration: ofPages } = (await import(pages)) as typeof PageEvents;

/** The events that were sent, and what travelled with each. */
class Post {
  readonly lab = new Lab();
  readonly bodies: string[] = [];
  /** The answer to each request that carries an event; default: that of the collector. */
  answer: (() => Response | undefined) | undefined;

  init(events: EventsOptions = {}, more: object = {}): Client {
    const { fetch } = this.lab.options;
    return api.init({
      ...this.lab.options,
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        const other = this.answer?.();
        if (other) return other;
        this.bodies.push(init.body as string);
        return response;
      },
      integrations: [api.eventsIntegration(events)],
      ...more,
    });
  }

  items(type: string): any[] {
    return this.bodies.flatMap((body) => {
      const lines = body.split('\n');
      return lines.flatMap((line, index) =>
        line === `{"type":"${type}"}` ? [JSON.parse(lines[index + 1]!) as unknown] : [],
      );
    });
  }

  get events(): ErrorEvent[] {
    return this.items('event') as ErrorEvent[];
  }

  get losses(): Record<string, number> {
    const losses: Record<string, number> = {};
    for (const { discarded_events: list } of this.items('client_report')) {
      for (const { category, reason, quantity } of list) {
        losses[`${category}/${reason}`] = (losses[`${category}/${reason}`] ?? 0) + quantity;
      }
    }
    return losses;
  }
}

let post: Post;
let client: Client;
beforeEach(() => (post = new Post()));
afterEach(() => client.close());

/** A request during which `handle` runs. */
function request(handle: () => void, more: object = {}): void {
  const response = new EventEmitter();
  client.middleware()({ headers: {}, ...more }, response, handle);
  response.emit('close');
}

describe('an event', () => {
  it('says what was thrown, where, and in which request', async () => {
    client = post.init();
    request(() => client.captureException(new TypeError('no card', { cause: new Error('db') })), {
      method: 'POST',
      url: '/pay?card=4111',
      headers: { host: 'shop.example', 'user-agent': 'me', cookie: 'a=b', authorization: 'c' },
      socket: { encrypted: true },
    });
    assert.equal(await client.flush(), true);
    const [event, ...others] = post.events;
    assert.deepEqual(others, []);
    assert.deepEqual(
      event!.exception.values.map(({ type, value, mechanism }) => [type, value, mechanism.handled]),
      [
        ['Error', 'db', true],
        ['TypeError', 'no card', true],
      ],
    );
    assert.deepEqual(event!.request, {
      method: 'POST',
      url: 'https://shop.example/pay',
      headers: { 'User-Agent': 'me' },
    });
    const { platform, level, release, environment, user, sdk } = event!;
    assert.deepEqual(
      [platform, level, release, environment, user, sdk.settings.infer_ip],
      ['node', 'error', 'shop-api@1.4.0', 'production', undefined, 'never'],
    );
    const frame = event!.exception.values[1]!.stacktrace!.frames.at(-1)!;
    assert.equal(frame.filename, import.meta.filename);
    assert.equal(frame.in_app, true);
    assert.equal(post.lab.metrics.errored, 1);
  });

  it('names files by their paths, those of modules, too', async () => {
    client = post.init();
    const lines = [
      'file:///srv/my%20app/a.mjs:1:2',
      'file:///C:/app/b.mjs:3:4',
      'C:\\app\\c.js:5:6',
    ];
    const stack = ['Error: x', ...lines.map((place) => `    at f (${place})`)].join('\n');
    client.captureException(Object.assign(new Error('x'), { stack }));
    await client.flush();
    assert.deepEqual(
      post.events[0]!.exception.values[0]!.stacktrace!.frames.map(({ filename }) => filename),
      ['C:\\app\\c.js', 'C:/app/b.mjs', '/srv/my app/a.mjs'],
    );
  });

  it('has query and cookies if people allow it', async () => {
    client = post.init({ sendDefaultPii: true });
    const headers = { host: 'a', cookie: 'a=b' };
    request(() => client.captureException(new Error('x')), { url: '/pay?card=1', headers });
    await client.flush();
    const { request: asked, sdk } = post.events[0]!;
    assert.deepEqual([asked!.query_string, asked!.cookies], ['card=1', 'a=b']);
    assert.equal(sdk.settings.infer_ip, 'auto');
  });

  it('is one for an error in a request, and another in the next one', async () => {
    client = post.init();
    const error = new Error('x');
    for (let time = 0; time < 2; time++) {
      request(() => {
        client.captureException(error);
        client.captureException(error);
      });
    }
    await client.flush();
    assert.equal(post.events.length, 2);
    assert.equal(new Set(post.events.map(({ event_id: id }) => id)).size, 2);
  });

  it('is made outside of requests, too, once for each error', async () => {
    client = post.init();
    const error = new Error('x');
    client.captureException(error);
    client.captureException(error);
    client.captureException(new Error('x'));
    client.captureException('text');
    client.captureException(undefined);
    await client.flush();
    assert.equal(post.events.length, 4);
  });

  it('is asked for by that of pages, with the same options', async () => {
    client = post.init(undefined, { integrations: [ofPages({ beforeSendEvent: () => null })] });
    client.captureException(new Error('x'));
    await client.flush();
    request(() => {});
    await client.flush();
    assert.deepEqual(post.events, []);
    assert.deepEqual(post.losses, { 'error/before_send': 1 });
  });

  it('is none without the integration', async () => {
    client = post.init({}, { integrations: [] });
    request(() => client.captureException(new Error('x')));
    await client.flush();
    assert.deepEqual(post.events, []);
  });

  for (const [name, thrown] of Object.entries<() => unknown>({
    null: () => null,
    'a frozen error': () => Object.freeze(new Error('x')),
    'a huge message': () => new Error('x'.repeat(1e7)),
    'an endless cause': () => {
      const error: Error = new Error('x');
      error.cause = error;
      return error;
    },
    'a proxy of which nothing can be read': () => {
      const trap = () => {
        throw new Error('trap');
      };
      return new Proxy({}, { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap });
    },
    'a revoked proxy': () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    },
    'a getter that throws': () => ({
      get message() {
        throw new Error('getter');
      },
    }),
    'a stack that is none': () => Object.assign(new Error('x'), { stack: 7 }),
  })) {
    it(`is made of ${name}`, async () => {
      client = post.init();
      request(() => client.captureException(thrown()));
      assert.equal(await client.flush(), true);
      assert.equal(post.events.length, 1);
      assert.ok(post.bodies.join('').length < 20_000);
    });
  }
});

describe('beforeSendEvent', () => {
  for (const [name, beforeSendEvent, value, loss] of [
    ['changes an event', (e) => (((e.tags = { a: 'b' }), (e.event_id = '"}')), e), 'x', undefined],
    ['returns another', () => ({ exception: { values: [{ type: 'A', value: 'y' }] } }), 'y'],
    ['drops it', () => null, undefined, { 'error/before_send': 1 }],
    ['throws', () => assert.fail(), 'x'],
    ['is async', async () => Promise.reject(new Error('late')), 'x'],
    ['returns what is none', () => 5, 'x'],
    [
      'makes it huge',
      (e) => ((e.extra = 'x'.repeat(1e6)), e),
      undefined,
      { 'error/before_send': 1 },
    ],
  ] as [string, (event: ErrorEvent) => any, string | undefined, object?][]) {
    it(name, async () => {
      client = post.init({ beforeSendEvent });
      request(() => client.captureException(new Error('x')));
      await client.flush();
      request(() => {});
      await client.flush();
      assert.deepEqual(
        post.events.map(({ exception }) => exception.values[0]!.value),
        value === undefined ? [] : [value],
      );
      assert.deepEqual(post.losses, loss ?? {});
      assert.deepEqual(post.lab.faults, []);
      assert.equal(post.lab.metrics.errored, 1);
    });
  }
});

describe('the way of events', () => {
  it('is closed by a fuse at 30 in a minute, or as many as people say', async () => {
    for (const [maxEventsPerMinute, sent] of [
      [undefined, 30],
      [3, 3],
      [0, 40],
      [-1, 30],
      ['many', 30],
    ] as [number, number][]) {
      post = new Post();
      client = post.init({ maxEventsPerMinute });
      for (let i = 0; i < 40; i++) {
        request(() => client.captureException(new Error(`x${i}`)));
        await client.flush();
      }
      assert.equal(post.events.length, sent, String(maxEventsPerMinute));
      const lost = sent === 40 ? {} : { 'error/backpressure': 40 - sent };
      request(() => {});
      await client.flush();
      assert.deepEqual(post.losses, lost);
      assert.equal(post.lab.metrics.errored, 40);
      await client.close();
    }
  });

  it('takes the share that errorSampleRate says', async () => {
    client = post.init({ errorSampleRate: 0 });
    request(() => client.captureException(new Error('x')));
    await client.flush();
    request(() => {});
    await client.flush();
    assert.deepEqual([post.events, post.losses], [[], { 'error/sample_rate': 1 }]);
  });

  it('is tried again, with the same id, and given up at last', async () => {
    client = post.init();
    let requests = 0;
    post.answer = () => (requests++ < 1 ? new Response('', { status: 503 }) : undefined);
    client.captureException(new Error('x'));
    assert.equal(await client.flush(), false);
    assert.equal(post.events.length, 0);
    /* A timer of its own tries again after two seconds. */
    while (post.events.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(requests, 2);
  });

  it('is limited on its own', async () => {
    client = post.init();
    post.answer = () =>
      new Response('', { status: 429, headers: { 'X-Sentry-Rate-Limits': '60:error:key' } });
    client.captureException(new Error('x'));
    assert.equal(await client.flush(), false);
    post.answer = undefined;
    request(() => {});
    await client.flush();
    assert.equal(post.lab.metrics.all, 1);
    assert.equal(post.events.length, 0);
  });
});

describe('a process that ends', () => {
  let programs: Programs;
  before(async () => (programs = await Programs.start()));
  after(() => programs.close());

  const events = async (project: string): Promise<ErrorEvent[]> => {
    const answer = await fetch(`${programs.counting.origin}/api/${project}/requests`);
    const requests = (await answer.json()) as { body: string }[];
    return requests.flatMap(({ body }) => {
      const lines = body.split('\n');
      const at = lines.indexOf('{"type":"event"}');
      return at < 0 ? [] : [JSON.parse(lines[at + 1]!) as ErrorEvent];
    });
  };
  const start = `
    init({ ...options, integrations: [crashfree.eventsIntegration()] });
    const server = http.createServer((request, response) => {
      if (request.url === '/caught') {
        captureException(new Error('caught'));
        response.end();
      } else { HOW }
    });
    const port = await listen(server);
    await get(port, '/caught');
    await get(port, '/');`;
  for (const [name, how, code, level, crashed] of [
    ['an uncaught error', `setTimeout(() => { throw new Error('last') })`, 1, 'fatal', 1],
    ['a rejection', `Promise.reject(new Error('last'))`, 1, 'error', 1],
    ['process.exit', `captureException(new Error('last')); process.exit(3)`, 3, 'error', 0],
  ] as const) {
    it(`by ${name}: tells of all of its errors`, async () => {
      const outcome = await programs.run(start.replace('HOW', how));
      assert.equal(outcome.code, code);
      assert.deepEqual([outcome.all, outcome.crashed], [2, crashed]);
      const all = await events(outcome.project);
      assert.deepEqual(all.map(({ exception }) => exception.values[0]!.value).sort(), [
        'caught',
        'last',
      ]);
      assert.equal(
        all.find(({ exception }) => exception.values[0]!.value === 'last')!.level,
        level,
      );
    });
  }

  it('with a collector that hangs ends in time', async () => {
    const { createServer } = await import('node:net');
    const hung = createServer(() => {}).listen(0, '127.0.0.1');
    try {
      await new Promise((resolve) => hung.once('listening', resolve));
      const { port } = hung.address() as { port: number };
      const dsn = `http://${KEY}@127.0.0.1:${port}/1`;
      const outcome = await programs.run(
        start.replace('HOW', `setTimeout(() => { throw new Error('last') })`),
        { dsn, impatient: true },
      );
      assert.equal(outcome.code, 1);
      assert.match(outcome.err, /Error: last/);
      assert.ok(outcome.ms < 8000, `${outcome.ms} ms`);
    } finally {
      hung.close();
    }
  });
});
