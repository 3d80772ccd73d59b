import type { Case, Expected } from '../case.js';
import { initOptions, tag, type LibrarySite } from '../pages.js';

/** Whose client it is: copies of the library, calls before it starts, one project spelled in two ways. */
const area = 'loading';
const once: Expected = { all: 1, items: 1 };

/** Calls before `init`, which are kept and applied. */
function early(name: string, calls: string, expect: Expected): Case {
  return {
    name: `before init: ${name}`,
    area,
    page: {
      library: (site) => `<script src="${site.script}"></script><script>
        ${calls}; crashfree.init(${initOptions(site)})</script>`,
    },
    expect,
  };
}

/** The same, in a module. */
const earlyModule = (name: string, calls: string, expect: Expected): Case => ({
  name: `before init, as a module: ${name}`,
  area,
  page: {
    library: (site) => `<script type="module">import * as crashfree from '${site.module}';
      ${calls}; crashfree.init(${initOptions(site)})</script>`,
  },
  expect,
});

/** Two clients whose DSNs differ only in how they are written. */
function spelled(name: string, one: string, other: string): Case {
  const init = (site: LibrarySite, dsn: string): string =>
    `crashfree.init(${initOptions(site, `{ dsn: ${dsn}, tunnel: '$url/tunnel' }`)})`;
  return {
    name: `one project, its DSN written otherwise: ${name}`,
    area,
    page: {
      library: (site) => `<script src="${site.script}"></script><script>
        window.same = ${init(site, one)} === ${init(site, other)}</script>`,
    },
    files: {
      tunnel: async (scene, body) => ({
        type: 'application/json',
        status: await scene.forward(await body()),
        body: '{}',
      }),
    },
    async steps(s) {
      s.check(await s.page.evaluate('window.same'), 'there are two clients');
      await s.quiet(200);
    },
    expect: once,
  };
}
const dsn = `'https://0123456789abcdef0123456789abcdef@o1.ingest.example/42'`;
const otherwise = (from: string, to: string): string => dsn.replace(from, to);

export const copyCases: Case[] = [
  early('a user', `crashfree.setUser({ id: 'u1' })`, { all: 1, users: { all: 1 }, items: 1 }),
  early(
    'a user, then another',
    `crashfree.setUser({ id: 'u1' }); crashfree.setUser({ id: 'u2' })`,
    {
      all: 1,
      users: { all: 1 },
    },
  ),
  early('a caught error', `crashfree.captureException(new Error('caught'))`, {
    all: 1,
    errored: 1,
    items: 1,
  }),
  early('a crash', `crashfree.captureException(new Error('x'), { handled: false })`, {
    all: 1,
    crashed: 1,
    items: 1,
  }),
  early(
    'a thousand caught errors',
    `for (let i = 0; i < 1000; i++) crashfree.captureException(new Error('x'))`,
    {
      all: 1,
      errored: 1,
    },
  ),
  early('what asks and ends', `crashfree.getSession(); crashfree.flush(); crashfree.endSession()`, {
    all: 1,
  }),
  {
    ...early('consent denied', `crashfree.setConsent('denied')`, { all: 0, requests: 0 }),
    start: 'loaded',
    steps: (s) => s.quiet(300),
  },
  early(
    'a user, and an init without a DSN',
    `crashfree.setUser({ id: 'u1' }); crashfree.init({ release: 'shop@1.0.0' })`,
    { all: 1, users: { all: 1 }, items: 1 },
  ),
  early(
    'an init that is disabled, then a user',
    `crashfree.init({ enabled: false }); crashfree.setUser({ id: 'u1' })`,
    { all: 1, users: { all: 1 }, items: 1 },
  ),
  ...(
    [
      ['a tag without a release', ''],
      ['a tag whose DSN the build was to put in', 'data-dsn="%DSN%" data-release="shop@1.0.0"'],
      ['a tag with a release that is none', 'data-release="latest"'],
    ] as const
  ).map(([name, attributes]): Case => ({
    name: `${name}, a user and an error, then the init of the app`,
    area,
    page: {
      library: (
        site,
      ) => `<script src="${site.script}" ${attributes} data-dsn="${site.dsn}"></script>
        <script>crashfree.setUser({ id: 'u1' }); crashfree.captureException(new Error('x'));
        crashfree.init(${initOptions(site)}); crashfree.captureException(new Error('y'));</script>`,
    },
    expect: { all: 1, errored: 1, users: { all: 1, errored: 1 }, items: 1 },
  })),
  {
    name: 'closed, then a user and an error, then another init',
    area,
    page: {
      library: (site) => `<script src="${site.script}"></script><script>
        window.options = ${initOptions(site)}; crashfree.init(options)</script>`,
    },
    steps: (s) =>
      s.run(`crashfree.close(); crashfree.setUser({ id: 'u1' });
        crashfree.captureException(new Error('x')); crashfree.init(options)`),
    expect: { all: 2, users: { all: 1 } },
  },
  earlyModule('a user', `crashfree.setUser({ id: 1 })`, { all: 1, users: { all: 1 }, items: 1 }),
  earlyModule('a caught error', `crashfree.captureException(new Error('caught'))`, {
    all: 1,
    errored: 1,
    items: 1,
  }),
  spelled('with an old secret', dsn, otherwise('cdef@', 'cdef:0123456789abcdef0123456789abcdef@')),
  spelled('the host in upper case', dsn, otherwise('o1.ingest.example', 'O1.Ingest.EXAMPLE')),
  spelled('the default port', dsn, otherwise('example/', 'example:443/')),
  spelled('a slash at the end', dsn, otherwise('/42', '/42/')),
  spelled('blanks around it', dsn, otherwise(`'https`, `' https`)),
  {
    name: 'two projects of one host stay two',
    area,
    page: {
      library: (site) => `<script src="${site.script}"></script><script>
        window.same = crashfree.init(${initOptions(site)}) ===
          crashfree.init(${initOptions(site, `{ dsn: '${site.secondDsn}' }`)})</script>`,
    },
    also: async (s) => s.check(!(await s.page.evaluate('window.same')), 'there is one client'),
    expect: { ...once, second: once },
  },
  {
    name: 'what the tag says wins over a global release',
    area,
    page: { head: `<script>window.SENTRY_RELEASE = { id: 'other@1' }</script>` },
    also: (s) => s.check(s.items()[0]?.attrs.release === 'shop@1.0.0', 'it is another release'),
    expect: once,
  },
  {
    name: 'a tag of type module with an import map and a nonce',
    area,
    page: { library: (site) => tag(site, 'type="module" crossorigin nonce="n"') },
    steps: (s) => s.run(`throw new Error('boom')`),
    expect: { all: 1, crashed: 1 },
  },
  {
    name: 'a tag of type module for a file of another name',
    area,
    page: {
      library: (site) =>
        tag({ ...site, script: 'vendor-1a2b.js' }, 'type="module" crossorigin nonce="n"'),
    },
    files: {
      'vendor-1a2b.js': (s) =>
        Promise.resolve({
          type: 'text/javascript',
          body: s.bench.pages.scripts.get(s.subject)!.file('crashfree.min.js')!,
        }),
    },
    expect: once,
  },
  {
    name: 'the script evaluated twice by a tag manager, the tag is gone by then',
    area,
    page: {
      library: (site) => `<script>for (let i = 0; i < 2; i++) {
        const script = document.createElement('script');
        Object.assign(script, { src: '${site.script}' });
        Object.assign(script.dataset, { dsn: '${site.dsn}', release: '${site.release}', environment: '${site.environment}' });
        document.head.append(script); script.onload = () => script.remove();
      }</script>`,
    },
    steps: (s) => s.run(`throw new Error('boom')`),
    expect: { all: 1, crashed: 1 },
  },
  ...(
    [
      ['null', '[null]'],
      ['an object', '{}'],
      ['a text', `'text'`],
      ['a call of a prototype', `[['__proto__'], ['constructor', 1], ['toString']]`],
      ['calls of nothing', `[[], [[]], [7], undefined, () => { throw 1; }]`],
      [
        'a getter that throws',
        '7 }; Object.defineProperty(crashfree, "q", { get() { throw new Error("q"); } }); { 7',
      ],
    ] as const
  ).map(([name, queue]): Case => ({
    name: `crashfree.q that is ${name}`,
    area,
    page: {
      head: `<script>window.surprises = []; addEventListener('error', (e) => surprises.push(e.message));
        window.crashfree = { q: ${queue} }</script>`,
    },
    async steps(s) {
      await s.quiet(150);
      const surprises = await s.page.evaluate<string[]>('surprises');
      s.check(surprises.length === 0, `the page met ${surprises.join(', ')}`);
    },
    expect: once,
  })),
];
