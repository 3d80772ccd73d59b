import type { Case, Expected } from '../case.js';
import type { Scene } from '../harness.js';
import { initOptions } from '../pages.js';

/** Calls with what makes no sense, and values that the page changes or takes back afterwards. */
const area = 'control';
const push = `history.pushState(null, '', 'next');`;
const surprises = `<script>window.surprises = [];
  addEventListener('error', (e) => surprises.push(e.message));
  addEventListener('unhandledrejection', (e) => surprises.push(String(e.reason)));</script>`;

/** Nothing may reach the page's own handlers. */
async function unsurprised(s: Scene): Promise<void> {
  const met = await s.page.evaluate<string[]>('surprises');
  s.check(met.length === 0, `the page met ${met.join(', ')}`);
}

/** Makes calls that count nothing, and then a navigation, which tells that they are over. */
function harmless(name: string, script: string, page: Case['page'] = {}): Case {
  return {
    name: `harmless: ${name}`,
    area,
    page: { load: 'script', ...page, head: surprises + (page.head ?? '') },
    async steps(s) {
      await s.run(s.fill(script));
      await s.run(push);
    },
    expect: { all: 2 },
    also: unsurprised,
  };
}

/** Nobody had a chance to look at the user before the page changed it. */
function userOf(name: string, options: string, script: string, expect: Expected): Case {
  return {
    name: `user: ${name}`,
    area: 'identity',
    start: 'loaded',
    page: { head: surprises, options, body: `<script>{ ${script} }</script>` },
    expect,
    also: unsurprised,
  };
}

const odd = `[null, undefined, Symbol('x'), {}, [], 7, NaN, -1, new Event('x'), { valueOf() { throw new Error('v'); } },
  Proxy.revocable({}, {}).proxy, { get id() { throw new Error('id'); } }]`;
const known: Expected = { all: 1, users: { all: 1 } };

/** Options that are not in the object itself. */
const shaped = (name: string, options: string): Case => ({
  name: `options of ${name}`,
  area,
  page: {
    library: (site) => `<script src="${site.script}"></script><script>
      const given = ${initOptions(site, '{ initialScope: { user: { id: 7 } } }')};
      window.client = crashfree.init(${options});</script>`,
  },
  expect: known,
});

export const misuseCases: Case[] = [
  shaped(
    'a class with getters',
    `new (class {
      get dsn() { return given.dsn; }
      get release() { return given.release; }
      get environment() { return given.environment; }
      get initialScope() { return given.initialScope; }
    })()`,
  ),
  shaped('an object that another one is based on', 'Object.freeze(Object.create(given))'),
  ...['flush', 'navigate', 'setUser'].map((call) =>
    harmless(`${call} of anything`, `for (const value of ${odd}) client.${call}(value);`),
  ),
  harmless(
    'watch of what is no window, or another origin’s',
    `for (const value of ${odd}) client.watch(value); client.watch(frames[0]);`,
    { body: '<iframe src="data:text/html,x"></iframe>' },
  ),
  harmless(
    'hints that throw',
    `crashfree.captureException(new Error('x'), { get handled() { throw new Error('h'); } });`,
  ),
  harmless(
    'getSession without JSON',
    `const { parse } = JSON; JSON.parse = () => { throw new Error('json'); };
     client.getSession(); setTimeout(() => { JSON.parse = parse; });`,
  ),
  {
    name: 'flush without end waits for the answer',
    area,
    page: { head: surprises, load: 'script' },
    async steps(s) {
      s.bench.collector.faults(s.project).push({ delayMs: 400 });
      await s.run(
        `${push} setTimeout(() => client.flush(Infinity).then((all) => { window.flushed = all; }));`,
      );
      await s.page.waitFor('window.flushed !== undefined');
      s.check(await s.page.evaluate('flushed'), 'the answer was not waited for');
    },
    expect: { all: 2 },
  },
  {
    name: 'navigate as a listener: what it is given is no address',
    area: 'navigation',
    page: { head: surprises, load: 'script' },
    async steps(s) {
      await s.run(`addEventListener('app:navigated', crashfree.navigate);
        dispatchEvent(new Event('app:navigated'));`);
      for (const [turn, path] of ['a', 'b'].entries()) {
        await s.run(
          `history.pushState(null, '', '${path}'); dispatchEvent(new Event('app:navigated'));`,
        );
        await s.sessions(turn + 2);
      }
    },
    expect: { all: 3 },
    also: unsurprised,
  },
  {
    name: 'navigate with the location',
    area: 'navigation',
    async steps(s) {
      await s.run('crashfree.navigate(location)');
      await s.run(`${push} crashfree.navigate(location)`);
    },
    expect: { all: 2 },
  },

  userOf(
    'taken back after setUser',
    '{}',
    `const { proxy, revoke } = Proxy.revocable({ id: 'u1' }, {}); crashfree.setUser(proxy); revoke();`,
    known,
  ),
  userOf(
    'changed after setUser',
    '{}',
    `const user = { id: 'u1' }; crashfree.setUser(user); user.id = '';`,
    known,
  ),
  userOf(
    'changed after init',
    `(window.given = { initialScope: { user: { id: 'u1' } } })`,
    `given.initialScope.user.id = '';`,
    known,
  ),
  userOf(
    'initialScope that throws',
    `{ initialScope: { get user() { throw new Error('u'); } } }`,
    '',
    { all: 1 },
  ),

  {
    name: 'a frame of another origin named SENTRY_RELEASE',
    area: 'loading',
    page: { head: `<iframe name="SENTRY_RELEASE" src="data:text/html,x"></iframe>` },
    expect: { all: 1 },
  },
  {
    name: 'SENTRY_RELEASE that throws, and a release of one’s own',
    area: 'loading',
    page: {
      head: `<script>Object.defineProperty(window, 'SENTRY_RELEASE', { get() { throw new Error('no'); } })</script>`,
    },
    expect: { all: 1 },
  },
  {
    name: 'an element named SENTRY_RELEASE is no release',
    area: 'loading',
    start: 'loaded',
    page: {
      options: '{ release: undefined }',
      head: `<img name="SENTRY_RELEASE" id="evil@1">`,
    },
    async steps(s) {
      await s.page.waitFor(`client.status === 'no-release'`);
    },
    expect: { all: 0 },
  },
  ...Object.entries({
    'goes round': `var parent = { next: {} }; parent.parent = parent.next; parent.next.parent = parent;`,
    'never ends': `window.parent = { get parent() { return { __proto__: this }; } };`,
  }).map(([name, script]): Case => ({
    name: `a parent of the page’s own that ${name}`,
    area: 'loading',
    page: { head: `<script>${script}</script>` },
    steps: (s) => s.run(push),
    expect: { all: 2 },
  })),
  {
    name: 'a script tag of SVG',
    area: 'loading',
    page: {
      library: (site) => `<svg><script href="${site.script}" ${site.data}></script></svg>`,
    },
    expect: { all: 1 },
  },
];
