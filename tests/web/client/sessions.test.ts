import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Browser } from '../fakes/browser.js';

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

  it('is who a later script names, unless somebody else came since', async () => {
    const page = await new Browser().start();
    const named = { initialScope: { user: { id: 'a' } } };
    assert.equal(page.init(named), page.client);
    page.client.setUser({ id: 'b' });
    page.init(named);
    await page.sent();
    assert.deepEqual(
      page.told.map(({ did }) => did),
      ['a', 'b'],
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
