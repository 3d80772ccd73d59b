import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Browser } from '../fakes/browser.js';

/** What differs from page to page; each has to count all the same. */
const pages: Record<string, (page: Browser) => void> = {
  'without channels': ({ window }) => delete window['MessageChannel'],
  'without idle callbacks': ({ window }) => delete window['requestIdleCallback'],
  'without observers': ({ window }) => delete window['MutationObserver'],
  'with a Navigation API that is silent': ({ window }) => {
    window['navigation'] = new (window['EventTarget'] as typeof EventTarget)();
  },
  'with a Navigation API that is none': ({ window }) => (window['navigation'] = {}),
  'with an encoder that knows no encodeInto': ({ window }) => {
    window['TextEncoder'] = class {
      readonly #own = new TextEncoder();
      encode(text: string): Uint8Array {
        return this.#own.encode(text);
      }
    };
  },
  'with timers of zone.js': ({ window, clock }) => {
    window['__zone_symbol__setTimeout'] = clock.globals.setTimeout;
    window['__zone_symbol__clearTimeout'] = clock.globals.clearTimeout;
    window['setTimeout'] = () => assert.fail('a timer that keeps an app busy');
  },
  'with markup in the place of its address': ({ document }) => {
    Object.defineProperty(document, 'URL', { value: { tagName: 'IMG' } });
  },
};

describe('a page', () => {
  for (const [name, change] of Object.entries(pages)) {
    it(`${name} counts its navigations and errors`, async () => {
      const page = new Browser();
      change(page);
      await page.start();
      page.history.pushState(null, '', '/next');
      await page.pass(10);
      page.reject();
      await page.sent();
      assert.equal(page.states, 'exited crashed+1');
    });
  }

  it('hears of navigations by the Navigation API alone where the history is frozen', async () => {
    const page = new Browser();
    const navigation = new (page.window['EventTarget'] as typeof EventTarget)();
    page.window['navigation'] = navigation;
    page.window['history'] = Object.freeze({ pushState() {}, replaceState() {}, length: 1 });
    await page.start();
    page.history.pushState(null, '', '/next');
    page.dispatch('currententrychange', { navigationType: 'push' }, navigation);
    await page.pass(10);
    assert.equal(page.client.counts.started, 2);
    page.history.replaceState(null, '', '/next?sort=price');
    page.dispatch('currententrychange', { navigationType: 'replace' }, navigation);
    await page.sent();
    assert.equal(page.states, 'exited ok');
  });

  for (const order of ['before', 'after']) {
    it(`with zone.js ${order} hears of rejections that nobody handles`, async () => {
      const page = new Browser();
      const told: unknown[] = [];
      const unhandled = '__zone_symbol__unhandledPromiseRejectionHandler';
      const handled = '__zone_symbol__rejectionHandledHandler';
      const own = {
        [unhandled]: (error: unknown) => told.push(error),
        [handled]: (error: unknown) => told.push(error),
      };
      const zone = { ...own };
      if (order === 'before') page.window['Zone'] = zone;
      else page.document.readyState = 'loading';
      await page.start();
      if (order === 'after') {
        page.window['Zone'] = zone;
        page.dispatch('load');
      }
      await page.sent();

      const late = new Error('late');
      zone[unhandled](late);
      zone[handled]({ promise: {}, rejection: late });
      await page.sent();
      assert.equal(page.states, 'ok');

      zone[unhandled]('a text');
      await page.sent();
      assert.equal(page.states, 'crashed+1');
      page.history.pushState(null, '', '/next');
      await page.pass(10);
      /* As zone.js wraps it where it is told to. */
      const cancelled = Object.assign(new Error('x'), { name: 'AbortError' });
      zone[unhandled](Object.assign(new Error('Uncaught'), { promise: {}, rejection: cancelled }));
      await page.sent();
      assert.equal(page.states, 'crashed+1 ok');
      assert.equal(told.length, 4);

      const ours = { ...zone };
      await page.client.close();
      assert.notEqual(zone[unhandled], ours[unhandled]);
      assert.notEqual(zone[handled], ours[handled]);
      zone[unhandled](new Error('x'));
      assert.equal(told.length, 5);
      assert.equal(page.states, 'crashed+1 ok');
    });
  }

  it('on which the module is compiled later keeps what happens until then', async () => {
    const page = new Browser();
    const own = page.evaluate('WebAssembly') as typeof WebAssembly;
    const TooLarge = page.evaluate('RangeError') as typeof RangeError;
    page.window['WebAssembly'] = {
      Module: class {
        constructor() {
          throw new TooLarge('more than 4 KiB on the main thread');
        }
      },
      compile: own.compile.bind(own),
      instantiate: own.instantiate.bind(own),
    };
    await page.start();
    page.throw();
    /* Compiling takes a thread of its own. */
    while (page.client.status === 'starting') await new Promise((done) => setTimeout(done, 5));
    await page.sent();
    assert.equal(page.states, 'crashed+1');
  });

  it('that is none counts nothing, and its client says so', async () => {
    const page = new Browser();
    page.window['location'] = undefined;
    await page.start();
    assert.equal(page.client.status, 'unsupported');
    assert.equal(page.client.getSession(), null);
    assert.equal(await page.client.flush(), true);
    assert.equal(page.crashfree.getClient(), undefined);
    page.crashfree.setUser({ id: 'a' });
    page.client.captureException(new Error('x'));
    await page.pass(3000);
    assert.equal(page.requests.length, 0);
  });

  it('keeps a session that was refused for the next visit, which delivers it', async () => {
    const page = new Browser();
    page.network = () => new Response('', { status: 503 });
    await page.start({ storage: 'local' });
    await page.sent();
    await page.pass(3000);
    page.leave();
    const { localStorage } = page.window as unknown as { localStorage: Storage };
    assert.match(JSON.stringify(Object.entries(localStorage)), /crashfree:https/);

    const next = new Browser();
    next.window['localStorage'] = localStorage;
    await next.start({ storage: 'local' });
    /* Without locks the page before is known as gone when its lease has run out. */
    await next.pass(300_000);
    assert.ok(next.told.some(({ started }) => started === page.told[0]!.started));
  });
});
