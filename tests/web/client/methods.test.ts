import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Browser, DSN } from '../fakes/browser.js';

describe('the first session', () => {
  it('is sent when the page is idle, or after two seconds', async () => {
    for (const [isIdle, after] of [
      [true, 10],
      [false, 2000],
    ] as const) {
      const page = new Browser();
      if (!isIdle) page.document.readyState = 'loading';
      await page.start();
      await page.pass(after - 1);
      if (!isIdle) assert.equal(page.requests.length, 0);
      await page.pass(1);
      assert.equal(page.requests.length, 1);
      assert.equal(page.told[0]!.inits, 1);
    }
  });

  it('waits for a rejection that may be handled, and tells of it', async () => {
    const page = new Browser();
    page.document.readyState = 'loading';
    await page.start();
    page.reject();
    page.document.readyState = 'complete';
    page.dispatch('load');
    await page.pass(200);
    assert.equal(page.requests.length, 0);
    await page.pass(100);
    assert.equal(page.states, 'crashed+1');
    assert.equal(page.requests.length, 1);
  });

  it('is sent when the page is hidden before', async () => {
    const page = new Browser();
    page.document.readyState = 'loading';
    await page.start();
    page.show('hidden');
    assert.equal(page.requests.length, 1);
  });

  it('ends when the page is left for good, and not when it is hidden', async () => {
    const page = await new Browser().start();
    await page.sent();
    page.show('hidden');
    page.show('visible');
    page.throw();
    page.leave();
    assert.equal(page.states, 'crashed+1');
    assert.equal(page.told[0]!.inits, 1);
  });
});

describe('a user', () => {
  it('that comes first joins the session, and another one starts the next', async () => {
    const page = await new Browser().start();
    page.client.setUser({ id: 'a' });
    page.client.setUser({ id: 'a' });
    await page.sent();
    page.client.setUser({ id: 'b' });
    await page.sent();
    assert.deepEqual(
      page.told.map(({ did }) => did),
      ['a', 'b'],
    );
  });

  it('may have a number for an id, and is nobody without one', async () => {
    for (const [id, did] of [
      [42, '42'],
      [0, '0'],
      [NaN, undefined],
      ['', undefined],
      [{} as string, undefined],
      [null, undefined],
    ] as const) {
      const page = await new Browser().start({ initialScope: { user: { id } } });
      await page.sent();
      assert.equal(page.told[0]!.did, did, String(id));
    }
  });

  it('that logs out is gone with the next session', async () => {
    const page = await new Browser().start({ initialScope: { user: { id: 'a' } } });
    page.client.setUser(null);
    await page.sent();
    page.client.startSession();
    await page.sent();
    assert.deepEqual(
      page.told.map(({ did }) => did),
      ['a', undefined],
    );
  });

  it('can be named with the session that starts', async () => {
    const page = await new Browser().start({ initialScope: { user: { id: 'a' } } });
    page.client.startSession({ user: { id: 'b' } });
    page.client.startSession({});
    page.client.startSession({ user: null });
    await page.sent();
    assert.deepEqual(
      page.told.map(({ did }) => did),
      ['a', 'b', 'b', undefined],
    );
  });

  it('that comes has no part in what happened before', async () => {
    const page = await new Browser().start({ initialScope: { user: { id: 'a' } } });
    page.reject();
    page.client.setUser({ id: 'b' });
    await page.sent();
    assert.deepEqual(
      page.told.map(({ did, status }) => `${did} ${status}`),
      ['a crashed'],
    );
  });
});

describe('consent', () => {
  it('that is pending sends nothing, and once granted the one running session', async () => {
    const page = await new Browser().start({ consent: 'pending' });
    page.history.pushState(null, '', '/a');
    await page.sent();
    assert.equal(page.requests.length, 0);
    assert.equal(page.client.status, 'consent-pending');
    page.client.setConsent('granted');
    await page.sent();
    assert.equal(page.states, 'ok');
    assert.equal(page.client.status, 'active');
  });

  it('that is withdrawn sends nothing any more', async () => {
    const page = await new Browser().start();
    await page.sent();
    page.client.setConsent('denied');
    page.throw();
    page.history.pushState(null, '', '/a');
    await page.sent();
    assert.equal(page.states, 'ok');
    assert.equal(page.client.status, 'consent-denied');
  });

  it('is no other word', async () => {
    for (const word of ['constructor', '__proto__', 'yes', '']) {
      const page = await new Browser().start({ consent: 'pending' });
      page.client.setConsent(word as 'granted');
      await page.sent();
      assert.equal(page.requests.length, 0, word);
      assert.equal(page.client.status, 'consent-denied', word);
    }
  });
});

describe('a call', () => {
  it('ends the session, and sends it', async () => {
    const page = await new Browser().start();
    page.client.endSession();
    await page.sent();
    assert.equal(page.states, 'exited');
    assert.equal(page.client.getSession()!.status, 'exited');
  });

  it('sends the session now, with its end or without', async () => {
    for (const [end, states] of [
      [undefined, 'ok'],
      [true, 'exited'],
    ] as const) {
      const page = new Browser();
      page.document.readyState = 'loading';
      await page.start();
      page.client.captureSession(end);
      assert.equal(page.requests.length, 1);
      assert.equal(page.states, states);
    }
  });

  it('after the end of the session is one of the next', async () => {
    const page = await new Browser().start();
    page.client.endSession();
    page.client.startSession();
    await page.sent();
    assert.equal(page.states, 'exited ok');
  });

  it('of flush resolves to whether everything was answered in time', async () => {
    const page = await new Browser().start();
    let done: boolean | undefined;
    const flushed = async (): Promise<boolean | undefined> => {
      void page.client.flush(50).then((isDone) => (done = isDone));
      await page.pass(60);
      return done;
    };
    assert.equal(await flushed(), true);
    page.network = () => undefined;
    page.throw();
    await page.pass(10);
    assert.equal(await flushed(), false);
  });

  it('before the core is up is made when it is', async () => {
    const page = new Browser();
    page.document.prerendering = true;
    await page.start();
    page.client.setUser({ id: 'early' });
    page.document.prerendering = false;
    page.dispatch('prerenderingchange', {}, page.document);
    await page.sent();
    assert.equal(page.told[0]!.did, 'early');
  });

  it('of getSession gives the session as it is sent', async () => {
    const page = await new Browser().start();
    await page.sent();
    const { sid, started, init } = page.client.getSession()!;
    assert.match(sid, /^[0-9a-f]{32}$/);
    assert.equal(started, page.told[0]!.started);
    assert.equal(init, undefined);
  });
});

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

describe('a failing network', () => {
  it('loses nothing: what is not answered is announced with the next request', async () => {
    const page = new Browser();
    page.network = () => new TypeError('Failed to fetch');
    await page.start();
    await page.sent();
    assert.equal(page.client.counts.accepted, 0);
    page.network = () => new Response('{}');
    page.dispatch('online');
    await page.pass(10);
    assert.equal(page.client.counts.accepted, 1);
    const bodies = page.requests.map(({ init }) => String(init.body));
    assert.match(bodies.at(-1)!, /"init":true/);
  });
});

describe('a second init', () => {
  it('for the same DSN, however it is spelt, returns the first client', async () => {
    const page = await new Browser().start();
    for (const dsn of [DSN, `${DSN}/`, ` ${DSN}`, DSN.replace('example/', 'example:443/')]) {
      assert.equal(page.init({ dsn }), page.client, dsn);
    }
    assert.notEqual(page.init({ dsn: DSN.replace('42', '43') }), page.client);
  });

  it('after close makes another client', async () => {
    const page = await new Browser().start();
    void page.client.close();
    await page.pass(10);
    const next = page.init();
    assert.notEqual(next, page.client);
    assert.equal(page.crashfree.getClient(), next);
    page.throw();
    await page.pass(1000);
    assert.equal(page.told.at(-1)!.status, 'crashed');
  });
});

describe('the functions of the package', () => {
  it('act on the first client that is open', async () => {
    const page = await new Browser().start();
    page.init({ dsn: DSN.replace('42', '43'), release: 'other@1' });
    page.crashfree.setUser({ id: 'a' });
    await page.sent();
    assert.equal(page.crashfree.getClient(), page.client);
    assert.deepEqual(
      page.told.map(({ release, did }) => `${release} ${did}`),
      ['shop@1.4.0 a', 'other@1 undefined'].slice(0, page.told.length),
    );
  });

  it('may be called before init: twenty calls are kept, and of the users the last', async () => {
    const page = await new Browser().start({}, false);
    page.crashfree.setUser({ id: 'a' });
    page.crashfree.setUser({ id: 'b' });
    page.crashfree.captureException(new Error('x'));
    page.client = page.init();
    await page.sent();
    assert.equal(page.told[0]!.did, 'b');
    assert.equal(page.states, 'ok+1');

    const other = await new Browser().start({}, false);
    for (let count = 0; count < 20; count++) other.crashfree.navigate('/x');
    other.crashfree.captureException(new Error('x'), { handled: false });
    other.client = other.init({ lifecycle: 'page' });
    await other.sent();
    assert.equal(other.states.includes('crashed'), false);
  });

  it('do nothing without a client', async () => {
    const page = await new Browser().start({}, false);
    assert.equal(page.crashfree.getSession(), null);
    assert.equal(await page.crashfree.flush(), true);
    assert.equal(await page.crashfree.close(), true);
  });

  it('for frameworks count what these keep to themselves, as crashed or errored', async () => {
    for (const [name, states] of [
      ['onUncaughtError', 'crashed+1'],
      ['errorHandler', 'crashed+1'],
      ['onCaughtError', 'ok+1'],
      ['componentDidCatch', 'ok+1'],
    ] as const) {
      const page = await new Browser().start();
      page.crashfree[name](new Error('x'));
      await page.sent();
      assert.equal(page.states, states, name);
    }
  });
});

describe('a frame', () => {
  it('counts as part of its page, whose client it gets', async () => {
    const page = await new Browser().start();
    const frame = new Browser('/frame');
    frame.window['parent'] = page.window;
    await frame.start();
    assert.equal(frame.client, page.client);
    frame.throw();
    await page.sent();
    assert.equal(page.states, 'crashed+1');
    assert.equal(frame.requests.length, 0);
  });

  it('of another origin counts by itself', async () => {
    const frame = new Browser('/frame');
    const foreign: object = new Proxy({} as object, {
      get(_, name) {
        if (name === 'parent') return foreign;
        throw new DOMException('no', 'SecurityError');
      },
    });
    Object.defineProperty(frame.window, 'parent', { value: foreign });
    await frame.start();
    await frame.sent();
    assert.equal(frame.states, 'ok');
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
              error: (_error, report) => void heard.push({ ...report }),
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
      { handled: false, isRejection: true, isGlobal: true },
      'fetch',
    ]);
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
