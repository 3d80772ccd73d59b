import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Browser } from '../fakes/browser.js';

describe('an uncaught error', () => {
  it('crashes the session, and is the last that it tells', async () => {
    const page = await new Browser().start();
    page.throw();
    page.throw();
    await page.sent();
    assert.equal(page.states, 'crashed+1');
    assert.equal(page.told[0]!.ends, 1);
  });

  it('is told at once where the page has ended, as no task comes any more', async () => {
    const page = await new Browser().start();
    page.leave();
    page.throw();
    assert.equal(page.states, 'crashed+1');
  });

  it('counts once, also if it is dispatched again', async () => {
    const page = await new Browser().start({ unhandledStatus: 'unhandled', lifecycle: 'page' });
    const event = page.throw();
    page.window.dispatchEvent(event);
    page.client.endSession();
    await page.sent();
    assert.equal(page.states, 'unhandled+1');
  });

  it('of an element, or a component in it, is none of the page', async () => {
    const page = await new Browser().start();
    /* What is dispatched there passes the window on its way. */
    for (const target of [new EventTarget(), page.document]) {
      const event = Object.assign(new Event('error'), { message: 'broken' });
      page.window.dispatchEvent(Object.defineProperty(event, 'target', { value: target }));
    }
    await page.sent();
    assert.equal(page.states, 'ok');
  });

  it('that a library has caught counts where it calls window.onerror with it, as Stimulus does', async () => {
    const page = new Browser();
    const heard: unknown[][] = [];
    const own = (...told: unknown[]): unknown => heard.push(told);
    page.window.onerror = own;
    await page.start({
      ignoreErrors: ['mine'],
    });
    const mine = new Error('mine');
    page.throw(mine);
    assert.equal(page.window.onerror!('Error invoking action', '', 0, 0, new Error('broken')), 2);
    await page.sent();
    assert.equal(page.states, 'crashed+1');
    assert.deepEqual({ ...page.client.counts.ignored }, { ignoreErrors: 1 });
    assert.deepEqual(
      heard.map(({ length, 4: error }) => [length, (error as Error).message]),
      [
        [5, 'mine'],
        [5, 'broken'],
      ],
      'the page’s own handler hears of both',
    );
    await page.client.close();
    assert.equal(page.window.onerror, own);
  });

  it('that a library hands to window.onerror counts no more once the client is closed', async () => {
    const page = await new Browser().start();
    const { onerror } = page.window;
    const later = (...told: unknown[]): unknown => onerror!(...told);
    page.window.onerror = later;
    await page.client.close();
    assert.equal(page.window.onerror, later, 'who came later stays');
    later('broken', '', 0, 0, new Error('broken'));
    await page.sent();
    assert.equal(page.states, 'ok');
  });

  it('does without a handler where the page keeps that for itself', async () => {
    const page = new Browser();
    Object.defineProperty(page.window, 'onerror', { value: null });
    await page.start();
    page.throw();
    await page.sent();
    assert.equal(page.states, 'crashed+1');
  });

  it('is no resource that failed to load', async () => {
    const page = await new Browser().start();
    page.dispatch('error');
    await page.sent();
    assert.equal(page.states, 'ok');
    assert.deepEqual({ ...page.client.counts.ignored }, {});
  });

  it('of another window counts once that is watched', async () => {
    const page = await new Browser().start();
    const frame = new (page.window['EventTarget'] as typeof EventTarget)();
    page.dispatch('error', { message: 'broken' }, frame);
    await page.sent();
    assert.equal(page.states, 'ok');
    page.client.watch(frame);
    page.dispatch('error', { message: 'broken' }, frame);
    await page.sent();
    assert.equal(page.states, 'crashed+1');
  });

  it('of a frame that is gone keeps nothing of it', async () => {
    const page = await new Browser().start();
    const frames = Array.from({ length: 5 }, () => {
      const frame = new (page.window['EventTarget'] as typeof EventTarget)();
      page.client.watch(frame);
      return new WeakRef(frame);
    });
    await page.sent();
    /* A frame that was just made is kept until its task is over. */
    await new Promise((resolve) => setImmediate(resolve));
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    assert.equal(frames.filter((frame) => frame.deref()).length, 0);
  });

  it('does not count where the handlers are left out, but a captured one does', async () => {
    const page = await new Browser().start({
      integrations: (all) => all.filter(({ name }) => name !== 'GlobalHandlers'),
    });
    page.throw();
    page.reject();
    await page.sent();
    assert.equal(page.states, 'ok');
    page.client.captureException(new Error('broken'), { handled: false });
    await page.sent();
    assert.equal(page.states, 'crashed+1');
  });

  it('before the navigation that its listener makes belongs to the session before', async () => {
    const page = await new Browser().start();
    page.window.addEventListener('error', () => page.history.pushState(null, '', '/sorry'));
    page.throw();
    await page.sent();
    assert.equal(page.states, 'crashed+1 ok');
  });

  it('before a call that its listener makes belongs to the session before', async () => {
    const page = new Browser();
    page.window.addEventListener('error', () => page.client.startSession(), true);
    await page.start();
    page.throw();
    await page.sent();
    assert.equal(page.states, 'crashed+1 ok');
  });

  it('that is told late belongs to the session in which it happened', async () => {
    const page = await new Browser().start();
    await page.pass(1000);
    page.history.pushState(null, '', '/next');
    const event = Object.assign(new Event('error'), { message: 'broken' });
    const timeStamp = event.timeStamp - 500;
    page.window.dispatchEvent(Object.defineProperty(event, 'timeStamp', { value: timeStamp }));
    await page.sent();
    assert.equal(page.states, 'crashed+1 ok');
  });

  it('that its listener prevents counts only if the rule is off', async () => {
    for (const [prevented, states] of [
      [true, 'ok'],
      [false, 'crashed+1'],
    ] as const) {
      const page = await new Browser().start({ noise: { prevented } });
      page.window.addEventListener('error', (event) => event.preventDefault());
      page.throw();
      await page.sent();
      assert.equal(page.states, states);
    }
  });

  it('counts where a handler of the window that prevents nothing returned false', async () => {
    for (const [handler, states] of [
      [() => {}, 'crashed+1'],
      [(event: Event) => event.preventDefault(), 'ok'],
    ] as const) {
      const page = await new Browser().start();
      page.window['onunhandledrejection'] = handler;
      page.window.addEventListener('unhandledrejection', (event) => {
        handler(event);
        /* As the browser does it, without a call. */
        Object.defineProperty(event, 'defaultPrevented', { value: true });
      });
      page.reject();
      await page.sent();
      assert.equal(page.states, states);
    }
  });

  it('does not count after close', async () => {
    const page = await new Browser().start();
    void page.client.close();
    await page.pass(100);
    page.throw();
    page.client.captureException(new Error('broken'));
    await page.pass(1000);
    assert.equal(page.states, 'ok');
    assert.equal(page.client.status, 'closed');
  });

  it('whose event cannot be read does no harm', async () => {
    const page = await new Browser().start();
    const event = new Event('error');
    Object.defineProperty(event, 'message', {
      get() {
        throw new Error('no');
      },
    });
    page.window.dispatchEvent(event);
    page.throw({ toString: null, message: Symbol('x') } as unknown, { message: 'odd' });
    await page.sent();
    assert.equal(page.states, 'crashed+1');
  });
});

describe('a rejection', () => {
  it('counts when it was not handled for 250 ms', async () => {
    const page = await new Browser().start();
    page.reject();
    await page.pass(245);
    assert.equal(page.client.getSession()!.status, 'ok');
    await page.pass(10);
    assert.equal(page.client.getSession()!.status, 'crashed');
  });

  it('that is handled until then does not', async () => {
    const page = await new Browser().start();
    const [one, other] = [{}, {}];
    page.reject(new Error('a'), one);
    page.reject(new Error('b'), other);
    page.dispatch('rejectionhandled', { promise: one });
    await page.pass(300);
    assert.equal(page.client.getSession()!.status, 'crashed');

    const last = await new Browser().start();
    last.reject(new Error('a'), one);
    last.dispatch('rejectionhandled', { promise: other });
    await last.sent();
    assert.equal(last.states, 'crashed+1');

    const next = await new Browser().start();
    next.reject(new Error('a'), one);
    next.dispatch('rejectionhandled', { promise: one });
    await next.sent();
    assert.equal(next.states, 'ok');
  });

  it('that zone.js tells of by another promise is known by its reason', async () => {
    const page = await new Browser().start();
    const reason = new Error('a');
    page.reject(reason);
    page.dispatch('rejectionhandled', { isTrusted: false, detail: { promise: {}, reason } });
    await page.sent();
    assert.equal(page.states, 'ok');
  });

  it('counts where looking at its reason throws', async () => {
    const page = await new Browser().start();
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    page.reject(proxy);
    await page.sent();
    assert.equal(page.states, 'crashed+1');
  });

  it('that an adapter tells of may be handled as soon', async () => {
    const hint = { mechanism: { handled: false, type: 'onunhandledrejection' } };
    const page = await new Browser().start();
    const reason = new Error('a');
    page.client.captureException(reason, hint);
    page.dispatch('rejectionhandled', { promise: {}, reason });
    await page.sent();
    assert.equal(page.states, 'ok');

    page.client.captureException(reason, hint);
    await page.pass(245);
    assert.equal(page.client.getSession()!.status, 'ok');
    await page.pass(10);
    assert.equal(page.client.getSession()!.status, 'crashed');
  });

  it('counts at once and for ever where the rule is off', async () => {
    const page = await new Browser().start({ noise: { lateHandled: false } });
    const promise = {};
    page.reject(new Error('a'), promise);
    page.dispatch('rejectionhandled', { promise });
    await page.pass(10);
    assert.equal(page.client.getSession()!.status, 'crashed');
  });

  it('belongs to the session in which it happened, though it is judged later', async () => {
    const page = await new Browser().start();
    page.reject();
    await page.pass(50);
    page.history.pushState(null, '', '/next');
    await page.sent();
    assert.equal(page.states, 'crashed+1 ok');
  });

  it('of a promise library counts, as its CustomEvent says', async () => {
    const page = await new Browser().start();
    page.dispatch('unhandledrejection', { detail: { reason: new Error('x'), promise: {} } });
    await page.sent();
    assert.equal(page.states, 'crashed+1');
  });

  it('that tells neither reason nor promise is none', async () => {
    const page = await new Browser().start();
    page.dispatch('unhandledrejection', { detail: {} });
    page.dispatch('unhandledrejection');
    await page.sent();
    assert.equal(page.states, 'ok');
  });

  it('without a reason counts all the same', async () => {
    const page = await new Browser().start();
    page.reject(undefined);
    await page.sent();
    assert.equal(page.states, 'crashed+1');
  });
});

describe('captureException', () => {
  it('makes the session errored, or crashed with handled: false in either form', async () => {
    for (const [hint, states] of [
      [undefined, 'ok+1'],
      [{ handled: true }, 'ok+1'],
      [{ handled: false }, 'crashed+1'],
      [{ mechanism: { handled: false } }, 'crashed+1'],
      [{ handled: true, mechanism: { handled: false } }, 'ok+1'],
    ] as const) {
      const page = await new Browser().start();
      page.client.captureException(new Error('broken'), hint);
      await page.sent();
      assert.equal(page.states, states, JSON.stringify(hint));
    }
  });

  it('counts at once, also after an error that waits for its turn', async () => {
    const page = await new Browser().start();
    page.client.captureException(new Error('a'));
    assert.equal(page.client.getSession()!.errors, 1);
    page.history.pushState(null, '', '/next');
    page.client.captureException(new Error('b'));
    await page.sent();
    assert.equal(page.states, 'exited+1 ok+1');
  });

  it('judges by the rules for rejections where the mechanism says that it is one', async () => {
    for (const [type, states] of [
      ['onunhandledrejection', 'ok'],
      ['onerror', 'ok+1'],
    ] as const) {
      const page = await new Browser().start();
      page.client.captureException(new DOMException('x', 'AbortError'), {
        mechanism: { handled: true, type },
      });
      await page.sent();
      assert.equal(page.states, states);
    }
  });
});

describe('what was kept before the script came', () => {
  it('counts: errors, and calls from the session’s beginning', async () => {
    const page = new Browser();
    const event = Object.assign(new Event('error'), {
      message: 'early',
      error: new Error('early'),
    });
    const kept = { target: null, type: 'error', message: 'early', error: new Error('x') };
    page.window['crashfree'] = { q: [['setUser', { id: 'u' }], kept, event, null, 'x', {}] };
    await page.start();
    await page.sent();
    assert.equal(page.states, 'crashed+1');
    assert.equal('q' in (page.window['crashfree'] as object), false);
  });

  it('does not count a rejection that was handled by then', async () => {
    for (const handled of [true, false]) {
      const page = new Browser();
      const promise = {};
      const kept = { target: null, type: 'unhandledrejection', promise, reason: new Error('x') };
      const later = { ...kept, type: 'rejectionhandled', promise: handled ? promise : {} };
      page.window['crashfree'] = { q: [kept, { ...later, isTrusted: true }] };
      await page.start();
      await page.sent();
      assert.equal(page.states, handled ? 'ok' : 'crashed+1');
    }
  });

  it('is twenty entries at most', async () => {
    const page = new Browser();
    const kept = { type: 'error', message: 'early', error: new Error('early') };
    page.window['crashfree'] = { q: [...Array<null>(20).fill(null), kept] };
    await page.start();
    await page.sent();
    assert.equal(page.states, 'ok');
  });

  it('may be anything, or be of a frame that cannot be read', async () => {
    const unreadable = {
      get type() {
        throw new Error('no');
      },
    };
    for (const crashfree of [{ q: 'x' }, null, { q: [['__proto__'], unreadable] }]) {
      const page = new Browser();
      page.window['crashfree'] = crashfree;
      await page.start();
      await page.sent();
      assert.equal(page.states, 'ok');
    }
    const page = new Browser();
    Object.defineProperty(page.window, 'crashfree', {
      get() {
        throw new DOMException('no', 'SecurityError');
      },
    });
    await page.start();
    assert.equal(page.client.status, 'active');
  });
});

describe('many errors', () => {
  it('that wait are 200 at most: the oldest are judged', async () => {
    const page = await new Browser().start({ unhandledStatus: 'unhandled' });
    for (let count = 0; count < 205; count++) page.reject(new Error(String(count)));
    assert.equal(page.client.getSession()!.errors > 0, true);
  });
});
