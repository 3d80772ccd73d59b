import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noEvents } from '../../../web/src/events/none.js';
import { Browser } from '../fakes/browser.js';

describe('the status', () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ dsn: '' }, 'no-dsn'],
    [{ dsn: 'nonsense' }, 'invalid-dsn'],
    [{ dsn: 42 }, 'invalid-dsn'],
    [{ release: '' }, 'no-release'],
    [{ release: 'a/b' }, 'invalid-release'],
    [{ release: 4 }, 'invalid-release'],
    [{ sampleRate: 2 }, 'invalid-sampleRate'],
    [{ sampleRate: -1 }, 'invalid-sampleRate'],
    [{ sampleRate: '0.5' }, 'invalid-sampleRate'],
    [{ sampleRate: 0 }, 'sampled-out'],
    [{ lifecycle: 'hash' }, 'invalid-lifecycle'],
    [{ storage: 'toString' }, 'invalid-storage'],
    [{ ignoreErrors: 'x' }, 'invalid-ignoreErrors'],
    [{ integrations: [{}] }, 'invalid-integrations'],
    [{ integrations: () => 7 }, 'invalid-integrations'],
    [{ enabled: false }, 'disabled'],
    [{ maxSessionsPerMinute: NaN }, 'invalid-maxSessionsPerMinute'],
    [{ environment: 'a/b' }, 'active'],
    [{ environment: 7 }, 'active'],
    [{ beforeSendSession: null }, 'active'],
  ];
  for (const [options, status] of cases) {
    it(`is ${status} for ${JSON.stringify(options)}`, async () => {
      const page = await new Browser().start({ ...options, debug: true });
      assert.equal(page.client.status, status);
      if (status === 'active') return;
      if (status !== 'sampled-out') {
        assert.deepEqual(page.warnings, [`crashfree: ${status}, nothing is sent`]);
      }
      page.throw();
      await page.sent();
      assert.equal(page.requests.length, 0);
    });
  }

  it('is rate-limited after an answer that says so', async () => {
    const page = new Browser();
    page.network = () => new Response('', { status: 429, headers: { 'Retry-After': '30' } });
    await page.start();
    await page.sent();
    assert.equal(page.client.status, 'rate-limited');
    page.network = () => new Response('{}');
    await page.pass(31_000);
    await page.sent();
    assert.equal(page.client.status, 'active');
    assert.equal(page.client.counts.accepted, 1);
  });

  it('is too-many-sessions in a storm of navigations', async () => {
    const page = await new Browser().start({ maxSessionsPerMinute: 2 });
    for (let count = 0; count < 3; count++) {
      page.history.pushState(null, '', `/${count}`);
      await page.pass(10);
    }
    assert.equal(page.client.status, 'too-many-sessions');
    await page.pass(300);
    assert.equal(page.told.length, 2);
  });
});

describe('what the options say', () => {
  it('of a tunnel is meant as the page is at the start', async () => {
    for (const [tunnel, address] of [
      ['/tunnel', '/tunnel'],
      ['tunnel?a=b:c', 'https://shop.example/tunnel?a=b:c'],
      ['../tunnel', 'https://shop.example/tunnel'],
      ['https://other.example', 'https://other.example'],
      ['//other.example/t', '//other.example/t'],
    ] as const) {
      const page = await new Browser().start({ tunnel });
      page.history.pushState(null, '', '/far/next');
      await page.sent();
      assert.deepEqual([...new Set(page.requests.map(({ url }) => url))], [address]);
    }
  });

  it('reaches the server', async () => {
    const page = await new Browser().start({
      environment: 'staging',
      unhandledStatus: 'unhandled',
      tunnel: '/tunnel',
    });
    page.throw();
    page.client.endSession();
    await page.sent();
    const { url, init } = page.requests.at(-1)!;
    const body = String(init.body);
    assert.equal(url, '/tunnel');
    assert.match(body, /"environment":"staging"/);
    assert.match(body, /"user_agent":"Fake\/1.0"/);
    assert.match(body, /"dsn":"https:/);
    assert.equal(page.states, 'unhandled+1');
  });

  it('can keep a session back, by false or null of beforeSendSession', async () => {
    for (const [answer, requests] of [
      [false, 0],
      [null, 0],
      [undefined, 1],
      [true, 1],
    ] as const) {
      const page = await new Browser().start({ beforeSendSession: () => answer as boolean });
      await page.sent();
      assert.equal(page.told.length, requests, String(answer));
    }
  });

  it('is not heard where the page’s signal for privacy forbids, if that is asked for', async () => {
    for (const [globalPrivacyControl, status] of [
      [true, 'consent-denied'],
      [false, 'active'],
    ] as const) {
      const page = new Browser();
      Object.assign(page.window['navigator'] as object, { globalPrivacyControl: true });
      await page.start({ globalPrivacyControl });
      assert.equal(page.client.status, status);
    }
  });
});

describe('a user who is there from the start', () => {
  it('may be set by a function that gets a scope, whatever else that does', async () => {
    const page = await new Browser().start({
      initialScope: (scope) => {
        scope.setUser({ id: 'a' });
        (scope as unknown as { setTag(name: string): { x(): void } }).setTag('x').x();
        throw new Error('of the page');
      },
    });
    await page.sent();
    assert.equal(page.told[0]!.did, 'a');
  });
});

describe('a release that a build tool left', () => {
  it('counts where the options name none', async () => {
    for (const [name, value] of [
      ['__SENTRY_RELEASE__', 'built@1'],
      ['SENTRY_RELEASE', { id: 'built@1' }],
    ] as const) {
      const page = new Browser();
      page.window[name] = value;
      await page.start({ release: undefined });
      await page.sent();
      assert.equal(page.told[0]!.release, 'built@1', name);
    }
  });
});

describe('an integration', () => {
  it('is set up with the client, told of errors, and may make the requests', async () => {
    const heard: unknown[] = [];
    const page = await new Browser().start({
      integrations: [
        {
          name: 'Ears',
          setup: (client, { release }) => {
            heard.push(typeof client.flush, release);
            return {
              error: (_error, { event, ...report }) => void heard.push([event?.type, report]),
              fetch: (url, init, next) => (heard.push('fetch'), next(url, init)),
            };
          },
        },
      ],
    });
    page.reject();
    await page.sent();
    assert.deepEqual(heard.slice(0, 2), ['function', 'shop@1.4.0']);
    assert.deepEqual(heard.slice(2), [
      'fetch',
      ['unhandledrejection', { handled: false, isRejection: true }],
      'fetch',
    ]);
  });

  it('that can do nothing about an error is in the counts', async () => {
    const page = await new Browser().start({
      integrations: [{ name: 'Events', setup: (_client, _options, _read, miss) => noEvents(miss) }],
    });
    page.reject();
    await page.sent();
    assert.equal(page.client.counts.missed_events, 1);
  });

  it('that fails changes nothing', async () => {
    const page = await new Browser().start({
      integrations: [
        {
          name: 'Broken',
          setup() {
            throw new Error('no');
          },
        },
      ],
    });
    await page.sent();
    assert.equal(page.states, 'ok');
  });
});
