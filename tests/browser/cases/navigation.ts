import type { Case, Expected } from '../case.js';
import { initOptions } from '../pages.js';
import type { Scene } from '../harness.js';
import { noNavigationApi } from '../worlds/navigation.js';
import { script } from '../worlds/world.js';

const area = 'navigation';
/** The page load and so many navigations, each one request. */
const loads = (all: number): Expected => ({ all, requests: all });
const still = { all: 1, items: 1, requests: 1 };

/** The Navigation API is taken away where there is one, so that only the wrapped `history` tells. */
const withoutApi = script(noNavigationApi);

/** What another SDK does to `history`, with a note of how it was called. */
const otherSdk = `
  window.calls = [];
  for (const name of ['pushState', 'replaceState']) {
    const inner = history[name];
    history[name] = function (...args) {
      calls.push({ name, self: this === history, args: args.length });
      return inner.apply(this, args);
    };
  }`;

/** What a router on the Navigation API does. */
const intercept = `navigation.addEventListener('navigate', (event) => {
  if (event.destination.url.endsWith('/next')) event.intercept({ async handler() {} });
});`;

/** In steps, so that each navigation is seen on its own. */
function inTurn(...sources: string[]): (s: Scene) => Promise<void> {
  return async (s) => {
    for (const [index, source] of sources.entries()) {
      await s.run(source);
      await s.sessions(index + 2);
    }
  };
}

function after(name: string, source: string, expect: Expected, more: Partial<Case> = {}): Case {
  return { name, area, steps: (s) => s.run(s.fill(source)), expect, ...more };
}

/** Once with what the engine has, once with the Navigation API taken away. */
function bothWays(test: Case): Case[] {
  const head = withoutApi + (test.page?.head ?? '');
  return [test, { ...test, name: `${test.name} (history wrapped)`, page: { ...test.page, head } }];
}

export const navigationCases: Case[] = [
  ...bothWays({
    name: 'another SDK wraps the prototype of the history later',
    area,
    async steps(s) {
      await s.run(`const inner = History.prototype.pushState;
        History.prototype.pushState = function (...args) { window.seen = args[2]; return inner.apply(this, args); };
        history.pushState(null, '', 'next')`);
      s.check(await s.page.evaluate(`seen === 'next'`), 'it was passed over');
      s.check(
        await s.page.evaluate(`Object.keys(history).length === 0`),
        'the history has more keys',
      );
    },
    expect: { all: 2 },
  }),
  ...bothWays(after('push', `history.pushState(null, '', 'next')`, loads(2))),
  ...bothWays(after('replace', `history.replaceState(null, '', 'next')`, loads(2))),
  ...bothWays(after('same-URL replace', `history.replaceState(1, '', location.href)`, still)),
  ...bothWays(after('state-only replace', `history.replaceState(1, '')`, still)),
  ...bothWays(after('state-only push', `history.pushState(1, '')`, still)),
  ...bothWays(after('push of the same URL', `history.pushState(1, '', location.href)`, still)),
  after('replace with null as URL', `history.replaceState(1, '', null)`, still),
  ...bothWays({
    name: 'push, then back',
    area,
    async steps(s) {
      await inTurn(`history.pushState(null, '', 'next')`)(s);
      await s.page.back();
    },
    expect: loads(3),
  }),
  ...bothWays({
    name: 'push, back, forward',
    area,
    async steps(s) {
      await inTurn(`history.pushState(null, '', 'next')`)(s);
      await s.page.back();
      await s.sessions(3);
      await s.page.forward();
    },
    expect: loads(4),
  }),
  {
    name: 'back between two entries of the same URL',
    area,
    async steps(s) {
      await s.run(`history.pushState(1, '')`);
      await s.page.back();
    },
    expect: still,
  },
  ...bothWays(after('hash route #/a', `location.hash = '#/a'`, loads(2))),
  ...bothWays(after('hash route #!/a', `location.hash = '#!/a'`, loads(2))),
  {
    name: 'from one hash route to another',
    area,
    steps: inTurn(`location.hash = '#/a'`, `location.hash = '#/b'`),
    expect: loads(3),
  },
  {
    name: 'hash route pushed by history',
    area,
    steps: inTurn(`history.pushState(null, '', '#/a')`),
    expect: loads(2),
  },
  ...bothWays({
    name: 'click on an in-page anchor',
    area,
    page: { body: `<a id="link" href="#section">section</a><p id="section">section</p>` },
    steps: (s) => s.page.click('#link'),
    expect: still,
  }),
  {
    name: 'in-page anchor and back',
    area,
    page: { body: `<a id="link" href="#section">section</a><p id="section">section</p>` },
    async steps(s) {
      await s.page.click('#link');
      await s.page.back();
    },
    expect: still,
  },
  after('fragment that is no route', `location.hash = 'section'`, still),
  {
    name: 'click on a routed link',
    area,
    page: {
      body: `<a id="link" href="next">next</a><script>
        document.querySelector('#link').addEventListener('click', (event) => {
          event.preventDefault();
          history.pushState(null, '', event.target.href);
        })</script>`,
    },
    steps: (s) => s.page.click('#link'),
    expect: loads(2),
  },
  ...bothWays({
    name: 'relative URLs',
    area,
    steps: inTurn(
      `history.pushState(null, '', 'b')`,
      `history.pushState(null, '', './c')`,
      `history.pushState(null, '', '?q=1')`,
    ),
    expect: loads(4),
  }),
  after('relative URL that is the same', `history.pushState(null, '', './')`, still),
  after('URL object', `history.pushState(null, '', new URL('next', location.href))`, loads(2)),
  {
    name: 'relative URL under a base element',
    area,
    page: { head: '<base href="deep/down/">' },
    async steps(s) {
      await inTurn(`history.pushState(null, '', 'next')`)(s);
      await s.run(`history.replaceState(null, '', location.href)`);
    },
    expect: loads(2),
  },
  ...bothWays({
    name: 'push ?a=1, then replace with the same absolute URL',
    area,
    async steps(s) {
      await inTurn(`history.pushState(null, '', '?a=1')`)(s);
      await s.run(`history.replaceState(null, '', location.href)`);
    },
    expect: loads(2),
  }),
  ...bothWays(
    after(
      'pushState that throws',
      `try { history.pushState(null, '', 'http://127.0.0.2/') } catch (e) { window.thrown = e.name }`,
      still,
      {
        also: async (s) =>
          s.check(
            (await s.page.evaluate('window.thrown')) === 'SecurityError',
            'the page did not get the exception',
          ),
      },
    ),
  ),
  {
    name: 'navigation.navigate() with intercept',
    area,
    async steps(s) {
      // Where there is no Navigation API no router can use it; a router falls back to history.
      await s.run(
        s.features.navigationApi
          ? `${intercept} navigation.navigate('next')`
          : `history.pushState(null, '', 'next')`,
      );
    },
    expect: loads(2),
  },
  {
    name: 'intercepted link click',
    area,
    page: {
      body: `<a id="link" href="next">next</a><script>
        if (window.navigation) { ${intercept} }</script>`,
    },
    // Without the Navigation API it is a load of the next page; either way one more.
    steps: (s) => s.page.click('#link'),
    expect: loads(2),
  },
  {
    name: 'navigation.updateCurrentEntry()',
    area,
    steps: (s) =>
      s.run(
        s.features.navigationApi
          ? 'navigation.updateCurrentEntry({ state: 1 })'
          : `history.replaceState(1, '')`,
      ),
    expect: still,
  },
  ...bothWays(
    after(
      '20 replaces of the query in one task',
      `for (let i = 1; i <= 20; i++) history.replaceState(null, '', '?q=' + i)`,
      still,
    ),
  ),
  ...bothWays(
    after(
      '20 replaces in one task',
      `for (let i = 1; i <= 20; i++) history.replaceState(null, '', 'step' + i)`,
      loads(2),
    ),
  ),
  ...bothWays(
    after(
      'push and replace in one task',
      `history.pushState(null, '', 'a'); history.replaceState(null, '', 'b')`,
      loads(2),
    ),
  ),
  ...bothWays(
    after(
      'to another URL and back in one task',
      `const here = location.href;
       history.pushState(null, '', 'a'); history.replaceState(null, '', here)`,
      still,
    ),
  ),
  after(
    'redirect in a microtask',
    `history.pushState(null, '', 'a');
     Promise.resolve().then(() => history.replaceState(null, '', 'b'))`,
    loads(2),
  ),
  {
    name: 'navigations 150 ms apart',
    area,
    steps: (s) =>
      s.run(`let i = 0; const next = () => {
        history.pushState(null, '', 'step' + ++i);
        if (i < 5) setTimeout(next, 150);
      }; next()`),
    expect: { all: 6 },
  },
  {
    name: 'query and path with isNewRoute on the path',
    area,
    page: {
      options: `{ isNewRoute: (from, to) => new URL(from, location.href).pathname !==
        new URL(to, location.href).pathname }`,
    },
    async steps(s) {
      await s.run(`history.pushState(null, '', '?a=1')`);
      await s.quiet(150);
      await s.run(`history.pushState(null, '', 'next')`);
    },
    expect: loads(2),
  },
  {
    name: 'isNewRoute that counts in-page anchors',
    area,
    page: { options: `{ isNewRoute: (from, to) => String(from) !== String(to) }` },
    steps: (s) => s.run(`location.hash = 'section'`),
    expect: loads(2),
  },
  after('lifecycle page: push', `history.pushState(null, '', 'next')`, still, {
    page: { options: `{ lifecycle: 'page' }` },
  }),
  {
    name: 'lifecycle manual: load and push',
    area,
    start: 'loaded',
    page: { options: `{ lifecycle: 'manual' }` },
    steps: (s) => s.run(`history.pushState(null, '', 'next')`),
    expect: { all: 0, requests: 0 },
  },
  {
    name: 'lifecycle manual: start, end, start',
    area,
    start: 'loaded',
    page: { options: `{ lifecycle: 'manual' }` },
    async steps(s) {
      await s.run(`crashfree.startSession(); crashfree.captureSession()`);
      await s.sessions(1);
      await s.run(`crashfree.endSession()`);
      await s.run(`history.pushState(null, '', 'next')`);
      await s.run(`crashfree.startSession(); crashfree.captureSession()`);
    },
    expect: { all: 2 },
  },
  {
    name: 'lifecycle manual: error between sessions',
    area,
    start: 'loaded',
    page: { options: `{ lifecycle: 'manual' }` },
    async steps(s) {
      await s.run(`crashfree.startSession(); crashfree.captureSession()`);
      await s.sessions(1);
      await s.run(`crashfree.endSession()`);
      await s.run(`throw new Error('between sessions')`);
    },
    expect: { all: 1 },
  },
  {
    name: 'one navigation with a user is one request',
    area,
    page: { options: `{ initialScope: { user: { id: 'u1' } } }` },
    steps: (s) => s.run(`history.pushState(null, '', 'next')`),
    expect: { all: 2, users: { all: 1 }, requests: 2 },
  },
  {
    name: 'navigation after a captured error is one request',
    area,
    async steps(s) {
      await s.run(`crashfree.captureException(new Error('caught'))`);
      await s.arrived(2);
      await s.run(`history.pushState(null, '', 'next')`);
    },
    expect: { all: 2, errored: 1, requests: 3 },
  },
  {
    name: 'history functions stay native beside the Navigation API',
    area,
    async steps(s) {
      const shape = await s.page.evaluate<string>(`[history.pushState, history.replaceState]
        .map((f) => f.name + ' ' + f.length + ' ' + /native code/.test(Function.prototype.toString.call(f)))
        .join()`);
      const native = s.features.navigationApi;
      s.check(
        native
          ? shape === 'pushState 2 true,replaceState 2 true'
          : /^pushState 2 \w+,replaceState 2 \w+$/.test(shape),
        `history functions look like ${shape}`,
      );
    },
    expect: still,
  },
  {
    name: 'wrapped functions keep name, length, this, arguments and result',
    area,
    page: { head: withoutApi },
    async steps(s) {
      await s.run(`
        const result = history.pushState({ kept: 1 }, '', 'next');
        let illegal = false;
        try { history.pushState.call({}, null, '', 'x'); } catch (e) { illegal = e instanceof TypeError; }
        let few = false;
        try { history.pushState(); } catch (e) { few = e instanceof TypeError; }
        window.shape = [history.pushState.name, history.pushState.length, history.replaceState.name,
          history.replaceState.length, result, history.state.kept, illegal, few].join()`);
      const shape = await s.page.evaluate('window.shape');
      s.check(
        shape === 'pushState,2,replaceState,2,,1,true,true',
        `the wrapped functions behave like ${String(shape)}`,
      );
    },
    expect: loads(2),
  },
  ...['before', 'after'].map((when): Case => ({
    name: `another SDK wraps history ${when} the library`,
    area,
    page: {
      head: withoutApi + (when === 'before' ? `<script>${otherSdk}</script>` : ''),
      body: when === 'after' ? `<script>${otherSdk}</script>` : '',
    },
    async steps(s) {
      await inTurn(`history.pushState(1, '', 'next')`)(s);
      await s.run(`history.replaceState(2, '', location.href)`);
      const calls = await s.page.evaluate<string>('JSON.stringify(calls)');
      const call = (name: string): object => ({ name, self: true, args: 3 });
      s.check(
        calls === JSON.stringify([call('pushState'), call('replaceState')]),
        `the other SDK saw ${calls}`,
      );
    },
    expect: loads(2),
  })),
  {
    name: 'another SDK restores what it had found',
    area,
    page: {
      head: withoutApi,
      body: `<script>window.kept = history.pushState; history.pushState = function (...args) {
        return kept.apply(this, args); }; history.pushState = kept</script>`,
    },
    steps: inTurn(`history.pushState(null, '', 'next')`),
    expect: loads(2),
  },
  {
    name: 'a client is closed twice, and another one has come since',
    area,
    async steps(s) {
      await s.sessions(1);
      await s.run(`const first = crashfree.getClient(); void first.close();
        const options = ${initOptions(s.site)};
        const second = crashfree.init(options); void first.close();
        window.same = second === crashfree.init(options)`);
      s.check(await s.page.evaluate('window.same'), 'one DSN has two clients');
    },
    expect: { all: 2 },
  },
  ...bothWays({
    name: 'nothing counts after close()',
    area,
    async steps(s) {
      await s.run(`Promise.resolve(crashfree.close()).then(() => { window.closed_ = true; })`);
      await s.page.waitFor('window.closed_');
      await s.run(
        `history.pushState(null, '', 'next'); setTimeout(() => { throw new Error('late'); })`,
      );
      await s.quiet(150);
      const path = await s.page.evaluate('location.pathname');
      s.check(/next$/.test(String(path)), 'pushState no longer works');
    },
    // Whether closing tells the end of the session makes no difference to any number.
    expect: { all: 1 },
  }),
];
