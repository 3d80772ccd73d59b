import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Browser, DSN } from '../fakes/browser.js';

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
    for (const isLate of [true, false]) {
      const page = await new Browser().start();
      if (!isLate) page.crashfree.setUser({ id: 'a' });
      page.init({ dsn: DSN.replace('42', '43'), release: 'other@1' });
      if (isLate) page.crashfree.setUser({ id: 'a' });
      await page.sent();
      assert.equal(page.crashfree.getClient(), page.client);
      assert.deepEqual(
        page.told.map(({ release, did }) => `${release} ${did}`),
        ['shop@1.4.0 a', 'other@1 undefined'],
      );
    }
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

  it('wait for a client that works, if one before has failed', async () => {
    for (const wrong of [{ dsn: '' }, { enabled: false }, { storage: 'disk' as never }]) {
      const page = await new Browser().start({}, false);
      page.crashfree.setUser({ id: 'a' });
      const failed = page.init(wrong);
      assert.equal(page.crashfree.getClient(), failed);
      assert.notEqual(failed.status, 'starting');
      page.crashfree.captureException(new Error('x'));
      page.client = page.init();
      assert.equal(page.crashfree.getClient(), page.client);
      await page.sent();
      assert.equal(page.states, 'ok+1');
      assert.equal(page.told[0]!.did, 'a');
    }
  });

  it('wait for a client of which it is known that it works', async () => {
    for (const wrong of [{ release: '' }, { release: 'a/b' }, { dsn: '%DSN%' }]) {
      for (const errors of [0, 2]) {
        const page = await new Browser().start({}, false);
        const failing = page.init(wrong);
        page.crashfree.setUser({ id: 'a' });
        if (errors) page.crashfree.captureException(new Error('x'));
        page.client = page.init();
        assert.notEqual(page.client, failing);
        assert.equal(page.crashfree.getClient(), page.client);
        if (errors) page.crashfree.captureException(new Error('y'));
        await page.sent();
        assert.equal(page.states, errors ? 'ok+2' : 'ok');
        assert.equal(page.told[0]!.did, 'a');
      }
    }
  });

  it('wait while the page is prerendered, if the first client has no release', async () => {
    const page = new Browser();
    page.document.prerendering = true;
    await page.start({ release: '' });
    page.crashfree.setUser({ id: 'a' });
    page.client = page.init();
    page.document.prerendering = false;
    page.dispatch('prerenderingchange', {}, page.document);
    await page.sent();
    assert.equal(page.told[0]!.did, 'a');
  });

  it('are made of one client, once it is known that it works', async () => {
    const page = await new Browser().start();
    page.crashfree.captureException(new Error('x'), { handled: false });
    await page.sent();
    page.crashfree.startSession();
    await page.sent();
    page.crashfree.captureException(new Error('x'), { handled: false });
    void page.client.close();
    page.client = page.init();
    await page.sent();
    assert.equal(page.states, 'crashed+1 crashed+1 ok');
  });

  it('act on the next client that is open, once the first is closed', async () => {
    const page = await new Browser().start();
    const second = page.init({ dsn: DSN.replace('42', '43'), release: 'other@1' });
    void page.client.close();
    assert.equal(page.crashfree.getClient(), second);
    page.crashfree.captureException(new Error('x'));
    await page.sent();
    assert.deepEqual(page.told.map(({ release, errors }) => `${release} ${errors}`).sort(), [
      'other@1 1',
      'shop@1.4.0 0',
    ]);
  });

  it('tell the next client who uses the page, and nothing else, if the last one is closed', async () => {
    const page = await new Browser().start();
    page.crashfree.setUser({ id: 'a' });
    void page.client.close();
    page.crashfree.setUser({ id: 'b' });
    page.crashfree.captureException(new Error('x'));
    page.client = page.init();
    await page.sent();
    assert.deepEqual(
      page.told.map(({ did, errors }) => `${did} ${errors}`),
      ['a 0', 'b 0'],
    );
    void page.client.close();
    page.client = page.init();
    /* Told already, and not once more, as the client may know better by now. */
    page.client.setUser({ id: 'c' });
    page.init();
    await page.sent();
    assert.deepEqual(
      page.told.map(({ did }) => did),
      ['a', 'b', 'b', 'c'],
    );
    void page.client.close();
    page.client = page.init({ initialScope: { user: { id: 'd' } } });
    await page.sent();
    assert.deepEqual(
      page.told.map(({ did }) => did),
      ['a', 'b', 'b', 'c', 'd'],
    );
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
