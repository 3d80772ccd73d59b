import { setTimeout as delay } from 'node:timers/promises';
import type { Case, Expected } from '../case.js';
import type { Scene } from '../harness.js';
import { tag } from '../pages.js';

/** Where the page is, on pages that make it hard to tell. */
const area = 'navigation';
const still: Expected = { all: 1, items: 1 };
const two: Expected = { all: 2 };

function after(name: string, script: string, expect: Expected, more: Partial<Case> = {}): Case {
  return {
    name,
    area,
    async steps(s) {
      await s.run(s.fill(script));
      if (expect === still) await s.quiet(250);
    },
    expect,
    ...more,
  };
}

/** Steps that each add so many sessions. */
const inTurn =
  (...steps: [script: string, sessions: number][]) =>
  async (s: Scene): Promise<void> => {
    for (const [script, sessions] of steps) {
      await s.run(s.fill(script));
      await s.sessions(sessions);
      await s.calm(100);
    }
  };

/** A router whose hook gets paths of its own, as Vue's does with a hash history or a base. */
const router = (base: string): string => `<script>
  window.go = (fullPath) => {
    history.pushState(null, '', '${base}' + fullPath);
    crashfree.navigate(fullPath);
  };
</script>`;

const replaceCases: Case[] = [
  ['the query of a sign-in', '?code=1&state=2', '$url/'],
  ['the marks of a campaign', '?utm_source=mail&utm_medium=x', '$url/'],
  ['a filter', '', '?sort=price'],
].map(([name, from, to]) => ({
  ...after(`replace within the path: ${name}`, `history.replaceState(null, '', '${to}')`, still),
  start: 'empty' as const,
  async steps(s: Scene) {
    await s.page.goto(s.url(from));
    await s.sessions(1);
    await s.run(s.fill(`history.replaceState(null, '', '${to}')`));
    await s.quiet(250);
  },
}));

/** A frame without an origin, with the library in it; it tells what it met. */
const sandboxed = (script: string): Pick<Case, 'page' | 'pages'> => ({
  page: {
    load: 'none',
    head: `<script>addEventListener('message', (e) => { window.met = e.data; });</script>`,
    body: `<iframe sandbox="allow-scripts" src="frame"></iframe>`,
  },
  pages: {
    frame: {
      body: `<script>
        addEventListener('error', (e) => parent.postMessage(e.message, '*'));
        addEventListener('message', () => { ${script}; parent.postMessage('done', '*'); });
      </script>`,
    },
  },
});
const inFrame = async (s: Scene): Promise<void> => {
  await s.sessions(1);
  await s.run(`frames[0].postMessage('now', '*')`);
  await s.page.waitFor('window.met');
  s.found = await s.page.evaluate<string>('met');
};

export const whereaboutsCases: Case[] = [
  ...replaceCases,
  after(
    'a search box that replaces its query per key',
    `for (const q of ['b', 'bo', 'boo', 'book'])
      setTimeout(() => history.replaceState(null, '', '?q=' + q), 40 * q.length)`,
    still,
    {
      async steps(s) {
        await s.run(`for (const q of ['b', 'bo', 'boo', 'book'])
          setTimeout(() => { history.replaceState(null, '', '?q=' + q); window.typed = q; }, 40 * q.length)`);
        await s.page.waitFor(`window.typed === 'book'`);
        await s.quiet(250);
      },
    },
  ),
  after('a replace that changes the path', `history.replaceState(null, '', 'other')`, two),
  after('a replace that changes the hash route', `history.replaceState(null, '', '#/a')`, two),
  {
    name: 'a push of the query, then a replace of it',
    area,
    steps: inTurn(
      [`history.pushState(null, '', '?page=2')`, 2],
      [`history.replaceState(null, '', '?page=2&x=1')`, 2],
    ),
    expect: two,
  },
  {
    name: 'a replace of the query, then the same by a push',
    area,
    steps: inTurn(
      [`history.replaceState(null, '', '?page=2')`, 1],
      [`history.pushState(null, '', '?page=2')`, 1],
    ),
    expect: still,
  },
  {
    name: 'a replace of the path by the same with a slash at its end, and back',
    area,
    steps: inTurn(
      [`history.pushState(null, '', 'a')`, 2],
      [`history.replaceState(null, '', 'a/')`, 2],
      [`history.replaceState(null, '', '../a?q=1')`, 2],
    ),
    expect: { all: 2 },
  },
  {
    name: 'a replace of the query, then back to a push before it',
    area,
    async steps(s) {
      await inTurn(
        [`history.pushState(null, '', 'a')`, 2],
        [`history.replaceState(null, '', '?q=1')`, 2],
      )(s);
      await s.page.back();
    },
    expect: { all: 3 },
  },
  {
    name: 'a cleaned address, then a crash',
    area,
    start: 'empty',
    async steps(s) {
      await s.page.goto(s.url('?code=1'));
      await s.sessions(1);
      await s.run(
        `history.replaceState(null, '', location.pathname); setTimeout(() => { throw new Error('boom'); }, 50)`,
      );
    },
    expect: { all: 1, crashed: 1 },
  },

  ...(
    [
      ['a hash route', `location.hash = '#/a'`],
      ['a push', `history.pushState(null, '', '/elsewhere')`],
      ['an error', `throw new Error('boom')`],
    ] as const
  ).map(([name, script]): Case => ({
    name: `sandboxed frame: ${name}`,
    area,
    start: 'loaded',
    ...sandboxed(script),
    steps: inFrame,
    // An engine may refuse it there, and may keep from such a page what its own error was.
    expect: ({ found }) =>
      ({ done: two, 'Script error.': { all: 1 } })[found] ?? { all: 1, crashed: 1 },
  })),

  {
    name: 'a hook beside a hash history: the load and one navigation',
    area,
    start: 'empty',
    page: { body: `${router('#')}<script>crashfree.navigate('/deep?x=1')</script>` },
    async steps(s) {
      await s.page.goto(s.url('#/deep?x=1'));
      await s.sessions(1);
      await s.quiet(200);
      await s.run(`go('/next')`);
    },
    expect: two,
  },
  {
    name: 'a hook beside a base path: the load and two navigations',
    area,
    page: { body: `${router('base')}<script>crashfree.navigate('/')</script>` },
    steps: inTurn([`go('/a')`, 2], [`go('/b')`, 3]),
    expect: { all: 3 },
  },
  {
    name: 'a hook that tells the same route again',
    area,
    page: { body: `<script>crashfree.navigate('/')</script>` },
    steps: inTurn(
      [`crashfree.navigate('/'); crashfree.navigate('/')`, 1],
      [`crashfree.navigate('/a')`, 2],
      [`crashfree.navigate('/a')`, 2],
    ),
    expect: two,
  },
  {
    name: 'a hook, and the way back by the browser',
    area,
    page: {
      body: `${router('base')}<script>crashfree.navigate('/');
      addEventListener('popstate', () => crashfree.navigate('/'))</script>`,
    },
    async steps(s) {
      await inTurn([`go('/a')`, 2])(s);
      await s.page.back();
    },
    expect: { all: 3 },
  },
  {
    name: 'a hook of a redirect: two calls in one task are one navigation',
    area,
    page: { body: `<script>crashfree.navigate('/')</script>` },
    steps: inTurn([`crashfree.navigate('/guarded'); crashfree.navigate('/login')`, 2]),
    expect: two,
  },

  {
    name: 'document rewritten, and then left with something undelivered',
    area,
    faulty: true,
    atEnd: true,
    start: 'empty',
    async steps(s) {
      s.bench.collector.faults(s.project).push({ status: 503 });
      await s.page.goto(s.url());
      await s.answered();
      await s.run(`document.open(); document.write('<!doctype html><p>new</p>'); document.close()`);
    },
    expect: { all: 1 },
  },
  {
    name: 'document rewritten with the script in it again',
    area,
    page: { library: (site) => tag(site).replace('<script', '<script id="lib"') },
    async steps(s) {
      await s.run(`const again = document.querySelector('#lib').outerHTML;
        document.open(); document.write('<!doctype html><title>new</title>' + again + '<p>new</p>');
        document.close()`);
      await s.calm(200);
      await s.run(`throw new Error('boom')`);
    },
    expect: { all: 1, crashed: 1 },
  },
  {
    name: 'document rewritten while it loads',
    area,
    start: 'loaded',
    page: {
      body: `<script>addEventListener('DOMContentLoaded', () => setTimeout(() => {
        document.open(); document.write('<!doctype html><p>new</p>'); document.close(); }))</script>`,
    },
    expect: still,
  },
  {
    name: 'document rewritten, then a route and a crash on it',
    area,
    steps: inTurn(
      [`document.open(); document.write('<!doctype html><p>new</p>'); document.close()`, 1],
      [`history.pushState(null, '', 'a')`, 2],
      [`setTimeout(() => { throw new Error('boom'); })`, 2],
    ),
    expect: { all: 2, crashed: 1 },
  },
  {
    name: 'document rewritten, then the page is closed right after a route',
    area,
    async steps(s) {
      await s.run(`document.open(); document.write('<!doctype html><p>new</p>'); document.close()`);
      await s.run(`history.pushState(null, '', 'a')`);
      await s.closePage();
    },
    expect: two,
  },

  ...['', 'twice '].map((how): Case => ({
    name: `a frame with the script starts ${how}before its page`,
    area,
    start: 'loaded',
    page: {
      /* The page has its script at hand before there is a frame, whose patience is of two seconds. */
      library: (site) => `<script>
        function late() {
          const script = document.createElement('script');
          Object.assign(script, { src: '${site.script}' });
          Object.assign(script.dataset, { dsn: '${site.dsn}', release: '${site.release}', environment: '${site.environment}' });
          document.head.append(script);
        }
        function begin() {
          const frame = document.createElement('iframe');
          frame.src = 'frame';
          document.documentElement.append(frame);
        }
      </script><link rel="preload" as="script" href="${site.script}" onload="begin()">`,
    },
    pages: {
      frame: {
        library: (site) => `${tag(site).repeat(how ? 2 : 1)}<script>parent.late()</script>`,
      },
    },
    async steps(s) {
      await s.sessions(1);
      await delay(1200);
      await s.calm(300);
    },
    expect: still,
  })),
  {
    name: 'many routes within a second, each in a task of its own',
    area,
    steps: (s) =>
      s.run(`let turn = 0; const next = () => {
        history.pushState(null, '', 'route' + ++turn);
        if (turn < 8) setTimeout(next, 60);
      }; next()`),
    expect: { all: 9 },
  },
  {
    name: 'a route that is pushed by a listener of popstate',
    area,
    page: {
      body: `<script>addEventListener('popstate', () => history.pushState(null, '', 'guard'))</script>`,
    },
    async steps(s) {
      await inTurn([`history.pushState(null, '', 'a')`, 2])(s);
      await s.page.back();
    },
    expect: { all: 3 },
  },
  {
    name: 'a link to the same page with another fragment, in upper case, encoded',
    area,
    page: { body: `<a id="link" href="#%C3%A4">umlaut</a>` },
    steps: (s) => s.page.click('#link'),
    expect: still,
  },
];
