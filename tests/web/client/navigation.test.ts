import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Browser } from '../fakes/browser.js';

const started = async (page: Browser): Promise<number> => {
  await page.pass(300);
  return page.client.counts.started;
};

describe('a navigation', () => {
  it('by pushState ends the session and starts the next', async () => {
    const page = await new Browser().start();
    page.history.pushState(null, '', '/next');
    await page.sent();
    assert.equal(page.states, 'exited ok');
  });

  it('is one, however many calls and events tell of it in a task', async () => {
    const page = await new Browser().start();
    page.history.pushState(null, '', '/a');
    page.history.pushState(null, '', '/b');
    page.dispatch('popstate');
    page.dispatch('hashchange');
    assert.equal(await started(page), 2);
  });

  it('in each of two tasks is two', async () => {
    const page = await new Browser().start();
    page.history.pushState(null, '', '/a');
    await page.pass(10);
    page.history.pushState(null, '', '/b');
    assert.equal(await started(page), 3);
  });

  it('back and forward in the history counts', async () => {
    const page = await new Browser().start();
    page.history.pushState(null, '', '/a');
    await page.pass(10);
    page.go(-1);
    await page.pass(10);
    page.go(1);
    assert.equal(await started(page), 4);
  });

  it('that only popstate or only hashchange tells of counts', async () => {
    for (const type of ['popstate', 'hashchange']) {
      const page = await new Browser('/start#/one').start();
      page.history.entries[0] = 'https://shop.example/start#/two';
      page.dispatch(type);
      assert.equal(await started(page), 2, type);
    }
  });

  it('that nobody told of is found by the next error, which belongs to the new route', async () => {
    const page = await new Browser().start();
    page.history.entries[0] = 'https://shop.example/elsewhere';
    page.throw();
    await page.sent();
    assert.equal(page.states, 'exited crashed+1');
  });

  it('to a place within the page is none', async () => {
    const page = await new Browser().start();
    page.goToFragment('#reviews');
    await page.pass(10);
    page.goToFragment('#!');
    assert.equal(await started(page), 1);
  });

  it('to another hash route is one', async () => {
    const page = await new Browser('/#/a').start();
    page.goToFragment('#/b');
    await page.pass(10);
    page.goToFragment('#!c');
    assert.equal(await started(page), 3);
  });

  it('to the start of the hash routes is none, as there was none', async () => {
    const page = await new Browser('/').start();
    page.goToFragment('#/');
    assert.equal(await started(page), 1);
  });

  it('that pushes other queries is one, and that replaces them is none', async () => {
    const page = await new Browser('/list').start();
    for (const order of ['price', 'date']) {
      page.history.replaceState(null, '', `/list?sort=${order}`);
      assert.equal(await started(page), 1);
    }
    page.history.pushState(null, '', '/list?sort=name');
    assert.equal(await started(page), 2);
  });

  it('that replaces the queries of a hash route is none, and another path of it is one', async () => {
    const page = await new Browser('/#/list').start();
    page.history.replaceState(null, '', '/#/list?sort=price');
    assert.equal(await started(page), 1);
    page.history.replaceState(null, '', '/#/other');
    assert.equal(await started(page), 2);
  });

  it('that is replaced after it was pushed in the same task is a push', async () => {
    const page = await new Browser('/list').start();
    page.history.pushState(null, '', '/list?sort=price');
    page.history.replaceState(null, '', '/list?sort=name');
    assert.equal(await started(page), 2);
  });

  it('there and back again in a task is none', async () => {
    for (const isNewRoute of [() => undefined, () => true]) {
      const page = await new Browser('/start').start({ isNewRoute });
      page.history.pushState(null, '', '/other');
      page.history.pushState(null, '', '/start');
      assert.equal(await started(page), 1);
    }
  });

  it('that shows the same address is none', async () => {
    const page = await new Browser('/start').start();
    page.history.pushState(null, '', '/start');
    assert.equal(await started(page), 1);
  });

  it('keeps what pushState gives back, its name and its number of parameters', async () => {
    const page = new Browser();
    const original = page.history.pushState;
    page.history.pushState = function pushState(state, title, to) {
      original.call(this, state, title, to);
      return 7 as unknown as void;
    };
    await page.start();
    assert.equal(page.history.pushState(null, '', '/a') as unknown, 7);
    assert.equal(page.history.pushState.name, 'pushState');
    assert.equal(page.history.pushState.length, 3);
  });

  it('that pushState refuses throws what it threw and is none', async () => {
    const page = await new Browser();
    page.history.pushState = () => {
      throw new DOMException('no', 'SecurityError');
    };
    await page.start();
    assert.throws(() => page.history.pushState(null, '', '/a'), /no/);
    assert.equal(await started(page), 1);
  });

  it('does not count where the lifecycle is the page’s or manual', async () => {
    for (const [lifecycle, sessions] of [
      ['page', 1],
      ['manual', 0],
    ] as const) {
      const page = await new Browser().start({ lifecycle });
      page.history.pushState(null, '', '/a');
      page.go(-1);
      void page.client.flush(1);
      assert.equal(await started(page), sessions, lifecycle);
    }
  });

  it('is what isNewRoute says, which is told of both addresses', async () => {
    const asked: string[] = [];
    const page = await new Browser('/a').start({
      isNewRoute(from, to) {
        asked.push(`${from.pathname} ${to.pathname}${to.hash}`);
        return to.hash !== '' || undefined;
      },
    });
    page.goToFragment('#place');
    assert.equal(await started(page), 2);
    page.history.pushState(null, '', '/b');
    assert.equal(await started(page), 3);
    assert.deepEqual(asked, ['/a /a#place', '/a /b']);
  });

  it('is what the rule says where isNewRoute throws', async () => {
    const page = await new Browser('/a').start({
      isNewRoute() {
        throw new Error('broken');
      },
    });
    page.history.pushState(null, '', '/b');
    assert.equal(await started(page), 2);
    assert.equal((await page.sent()).length, 2);
    assert.equal(page.states, 'exited ok');
  });

  it('is not counted any more after close, which gives pushState back', async () => {
    const page = new Browser();
    const { pushState } = page.history;
    await page.start();
    assert.notEqual(page.history.pushState, pushState);
    const wrapped = page.history.pushState;
    void page.client.close();
    assert.equal(page.history.pushState, pushState);
    wrapped.call(page.history, null, '', '/a');
    assert.equal(await started(page), 1);
  });

  for (const [place, of] of [
    ['the history', (history: History) => history],
    ['its prototype', (history: History) => Object.getPrototypeOf(history) as History],
  ] as const) {
    it(`leaves the wrapper of another script in place after close, at ${place}`, async () => {
      const page = await new Browser().start();
      const wrapped = page.history.pushState;
      const other = (...call: Parameters<typeof wrapped>): void =>
        wrapped.apply(page.history, call);
      of(page.history as unknown as History).pushState = other;
      void page.client.close();
      assert.equal(page.history.pushState, other);
    });
  }
});

describe('the hook for navigations', () => {
  it('may first say where the page is', async () => {
    const page = await new Browser('/app/start').start();
    page.client.navigate('/start');
    assert.equal(await started(page), 1);
    page.client.navigate('/next');
    assert.equal(await started(page), 2);
  });

  it('may leave out slashes at the end', async () => {
    const page = await new Browser('/app/start/').start();
    page.client.navigate('/start');
    assert.equal(await started(page), 1);
  });

  it('is the only source from then on', async () => {
    const page = await new Browser('/start').start();
    page.client.navigate('/start');
    await page.pass(10);
    page.history.pushState(null, '', '/a');
    assert.equal(await started(page), 1);
    page.client.navigate('/a');
    assert.equal(await started(page), 2);
  });

  it('and the history of the same task tell of one navigation', async () => {
    const page = await new Browser('/start').start();
    page.history.pushState(null, '', '/base/a');
    page.client.navigate('/a');
    assert.equal(await started(page), 2);
    page.client.navigate('/a');
    assert.equal(await started(page), 2);
  });

  it('refines the queries where the address was replaced', async () => {
    const page = await new Browser('/start').start();
    page.client.navigate('/start');
    await page.pass(10);
    page.history.replaceState(null, '', '/start?a=1');
    page.client.navigate('/start?a=1');
    assert.equal(await started(page), 1);
    page.history.pushState(null, '', '/start?a=2');
    page.client.navigate('/start?a=2');
    assert.equal(await started(page), 2);
  });

  it('without an address looks where the page is', async () => {
    const page = await new Browser('/start').start();
    page.history.entries[0] = 'https://shop.example/other';
    page.client.navigate();
    assert.equal(await started(page), 2);
  });

  it('ignores what is no address', async () => {
    const page = await new Browser('/start').start();
    page.client.navigate('https://[');
    assert.equal(await started(page), 1);
  });
});

describe('a page', () => {
  it('that writes its document anew is heard all the same', async () => {
    const page = await new Browser('/start').start();
    page.open();
    page.throw();
    await page.sent();
    assert.equal(page.states, 'crashed+1');
  });

  it('that is prerendered has a session once it is shown, from where it is then', async () => {
    const page = new Browser('/start');
    page.document.prerendering = true;
    await page.start();
    await page.pass(10_000);
    assert.equal(page.client.status, 'starting');
    assert.equal(page.requests.length, 0);
    page.history.entries[0] = 'https://shop.example/other';
    page.document.prerendering = false;
    page.dispatch('prerenderingchange', {}, page.document);
    await page.sent();
    assert.equal(page.states, 'ok');
    assert.equal(page.told[0]!.started, '2026-01-05T10:00:10.000Z');
  });

  it('that comes back from the back/forward cache has another session', async () => {
    const page = await new Browser('/start').start();
    page.leave(true);
    await page.pass(100);
    page.comeBack();
    await page.sent();
    assert.equal(page.states, 'exited ok');
    page.dispatch('pageshow', { persisted: false });
    assert.equal(await started(page), 2);
  });

  it('that only plays that it is left and comes back has the same session', async () => {
    const page = await new Browser('/start').start();
    page.dispatch('beforeunload', { isTrusted: false });
    page.dispatch('pagehide', { isTrusted: false, persisted: true });
    page.dispatch('pageshow', { isTrusted: false, persisted: true });
    await page.sent();
    assert.equal(page.states, 'ok');
    page.reject(new TypeError('Failed to fetch'));
    await page.sent();
    assert.equal(page.states, 'crashed+1');
  });

  it('that comes back has the same session where it is the page’s', async () => {
    const page = await new Browser('/start').start({ lifecycle: 'page' });
    page.leave(true);
    page.comeBack();
    assert.equal(await started(page), 1);
  });
});
