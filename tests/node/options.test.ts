/** The options of crashfree/node: judged by the core, never thrown about. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { it } from 'node:test';
import { api, KEY, Lab, PROJECT, visit, type Options } from './support.js';

const wrong: [status: string, change: Record<string, unknown>][] = [
  ['no-dsn', { dsn: undefined }],
  ['no-dsn', { dsn: null }],
  ['invalid-dsn', { dsn: 'https://collector.example/42' }],
  ['invalid-dsn', { dsn: 42 }],
  ['no-release', { release: undefined }],
  ['no-release', { release: ' ' }],
  ['invalid-release', { release: 'Latest' }],
  ['invalid-release', { release: 'shop/1' }],
  ['invalid-release', { release: 'é'.repeat(101) }],
  ['invalid-release', { release: ['a'] }],
  ['invalid-tunnel', { tunnel: '/tunnel' }],
  ['invalid-tunnel', { tunnel: `https://a.example/${'x'.repeat(512)}` }],
  ['invalid-fetch', { fetch: 'fetch' }],
  ['disabled', { enabled: false }],
  ['disabled', { enabled: false, dsn: undefined }],
  ['invalid-enabled', { enabled: 'no' }],
  ['invalid-debug', { debug: 'yes' }],
  ['invalid-flushInterval', { flushInterval: -1 }],
  ['invalid-flushInterval', { flushInterval: Number.NaN }],
  ['invalid-flushInterval', { flushInterval: 2 ** 31 }],
  ['invalid-flushInterval', { flushInterval: '60000' }],
];

for (const [status, change] of wrong) {
  it(`${status}: ${JSON.stringify(change).slice(0, 60)}`, async () => {
    const lab = new Lab();
    const listeners = process.listenerCount('beforeExit');
    const client = api.init({ ...lab.options, ...change } as Options);
    assert.equal(client.status, status);

    const failure = new Error('as it was');
    assert.throws(
      () =>
        client.wrap((_request: unknown, _response: unknown) => {
          throw failure;
        })({}, new EventEmitter()),
      failure,
    );
    visit(client, () => client.captureException(failure));
    client.requestHandler({}, new EventEmitter());
    assert.equal(await client.flush(), true);
    assert.equal(await client.close(), true);
    assert.equal(lab.requests.length, 0);
    assert.equal(process.listenerCount('beforeExit'), listeners);
  });
}

it('takes no options for no DSN', () => {
  assert.equal(api.init().status, 'no-dsn');
  assert.equal(api.init(null as unknown as Options).status, 'no-dsn');
});

it('says why on the console, once and only with debug', (context) => {
  const warn = context.mock.method(console, 'warn', () => {});
  api.init({ release: 'a' });
  assert.equal(warn.mock.callCount(), 0);
  visit(api.init({ release: 'a', debug: true }));
  assert.deepEqual(
    warn.mock.calls.map((call) => call.arguments),
    [['crashfree: no-dsn, nothing is sent: give init() a dsn, or set SENTRY_DSN']],
  );
});

it('says why on the console where the variable SENTRY_DEBUG asks for it', (context) => {
  const warn = context.mock.method(console, 'warn', () => {});
  context.after(() => delete process.env.SENTRY_DEBUG);
  for (const [value, times] of [
    ['1', 1],
    ['true', 1],
    ['', 0],
    ['0', 0],
    ['false', 0],
  ] as const) {
    process.env.SENTRY_DEBUG = value;
    warn.mock.resetCalls();
    api.init({ release: 'a' });
    assert.equal(warn.mock.callCount(), times, value);
  }
  process.env.SENTRY_DEBUG = '1';
  api.init({ release: 'a', debug: false });
  assert.equal(warn.mock.callCount(), 0);
});

it('sends names as the core has them', async () => {
  for (const [environment, sent] of [
    [undefined, 'production'],
    [' staging ', 'staging'],
    ['none', undefined],
    ['a/b', undefined],
  ]) {
    const lab = new Lab();
    const client = api.init({
      ...lab.options,
      release: ' shop-api@1.4.0\t',
      environment,
    } as Options);
    assert.equal(client.status, 'active');
    visit(client);
    await client.close();
    const attrs = {
      release: 'shop-api@1.4.0',
      ...(sent === undefined ? {} : { environment: sent }),
    };
    assert.deepEqual({ ...lab.items[0]?.attrs }, attrs);
  }
});

it('sends to the address of the DSN, with its key', async () => {
  const lab = new Lab();
  const addresses: string[] = [];
  const client = api.init({
    ...lab.options,
    dsn: `http://${KEY}@[::1]:9000/prefix/${PROJECT}`,
    fetch: (address) => {
      addresses.push(address);
      return Promise.resolve(new Response('{}'));
    },
  });
  visit(client);
  assert.equal(await client.close(), true);
  const url = new URL(addresses[0]!);
  assert.equal(url.origin + url.pathname, `http://[::1]:9000/prefix/api/${PROJECT}/envelope/`);
  assert.equal(url.searchParams.get('sentry_key'), KEY);
});

it('sends to the tunnel, with the DSN in the envelope', async () => {
  const lab = new Lab();
  const client = api.init({ ...lab.options, tunnel: 'https://shop.example/tunnel' });
  visit(client);
  assert.equal(await client.close(), true);
  assert.equal(lab.requests[0]!.url, 'https://shop.example/tunnel');
  assert.equal((lab.requests[0]!.envelope as { dsn: string }).dsn, lab.options.dsn);
  assert.equal(lab.metrics.all, 1);
});
