import { RECORD_DUE } from '../../../web/src/abi.js';
import type { Case, Expected } from '../case.js';
import { initOptions, type LibrarySite } from '../pages.js';

/** What markup that a page lets through, or a stored text, must not be able to do. */
const area = 'control';
const once: Expected = { all: 1, items: 1 };
const nothing: Expected = { all: 0, requests: 0 };

/** Everything that would count, were it allowed. */
const busy = `history.pushState(null, '', 'next'); crashfree.setUser({ id: 'u1' });
  setTimeout(() => { throw new Error('boom'); })`;

/** An element that looks to scripts like the running one. */
const impostor = (element: string): Case => ({
  name: `an ${element} as the current script`,
  area,
  page: {
    head: `<${element} name="currentScript" id="currentScript" src="$other/evil/crashfree.min.js"
      data-dsn="http://e@127.0.0.1:1/1" data-release="evil@1" data-storage="local"></${element}>
      <script>delete window.WebAssembly</script>`,
  },
  files: { 'evil/crashfree.min.js': { body: '0' } },
  also(s) {
    s.check(
      s.items().every(({ attrs }) => attrs.release === 'shop@1.0.0'),
      'the release is evil’s',
    );
    const evil = s.bench.pages.hits.filter(({ path }) => path.startsWith(`/${s.project}/evil/`));
    const scripts = evil.filter(({ path }) => !path.endsWith('crashfree.min.js'));
    s.check(
      scripts.length === 0,
      `a file of evil’s ran: ${scripts.map(({ path }) => path).join()}`,
    );
  },
  expect: once,
});

const words = [
  'constructor',
  'toString',
  'valueOf',
  '__proto__',
  'hasOwnProperty',
  'Granted',
  ' granted',
  '',
];

/** Whether the page has stored a session that the server lacks. */
const isWaiting = `Object.values(localStorage).some((text) =>
  JSON.parse(text).sessions?.some((session) => session[${RECORD_DUE}] === '1'))`;

/** What is stored under every key that the library may read. */
const records: [name: string, text: string][] = [
  [
    'a start that is an object',
    `{"version":1,"release":"shop@1.0.0","environment":"test","visible":false,"sessions":[{"started":{"toString":1,"valueOf":1}}]}`,
  ],
  [
    'a sid that is an object',
    `{"version":1,"release":"shop@1.0.0","environment":"test","visible":false,"sessions":[{"sid":{"toString":1},"started":"2026-01-01T00:00:00.000Z","status":"ok","errors":0,"due":true}]}`,
  ],
  [
    'errors that are an object',
    `{"version":1,"release":"shop@1.0.0","environment":"test","visible":false,"sessions":[{"sid":"0123456789abcdef0123456789abcdef","started":"2026-01-01T00:00:00.000Z","status":"ok","errors":{"valueOf":1},"due":true}]}`,
  ],
  [
    'no list',
    `{"version":1,"release":"shop@1.0.0","environment":"test","visible":false,"sessions":{"length":9e15}}`,
  ],
  ['nested deep', `${'['.repeat(2000)}${']'.repeat(2000)}`],
  ['no JSON', '{"version":1'],
  ['a number', '7'],
];

/** Puts texts where a visit before this one would have left its records. */
const plant = ({ dsn }: LibrarySite, ...texts: string[]): string =>
  `<script>${JSON.stringify(texts)}.forEach((text, index) =>
    localStorage.setItem('crashfree:${dsn}:' + index, text));</script>`;
/** The library, started with storage. */
const stored = (site: LibrarySite): string =>
  `<script src="${site.script}"></script><script>
    window.client = crashfree.init(${initOptions(site, `{ storage: 'local' }`)})</script>`;

export const attackCases: Case[] = [
  ...['img', 'embed', 'form', 'object', 'iframe'].map(impostor),
  ...words.map((word): Case => ({
    name: `consent ${JSON.stringify(word)} is none`,
    area,
    start: 'loaded',
    page: { options: `{ consent: ${JSON.stringify(word)} }` },
    async steps(s) {
      await s.run(busy);
      await s.quiet(250);
    },
    expect: nothing,
  })),
  ...words.map((word): Case => ({
    name: `setConsent(${JSON.stringify(word)}) after denied`,
    area,
    start: 'loaded',
    page: { options: `{ consent: 'denied' }` },
    async steps(s) {
      await s.run(`crashfree.setConsent(${JSON.stringify(word)})`);
      await s.run(busy);
      await s.quiet(250);
    },
    expect: nothing,
  })),
  ...records.map(([name, text]): Case => ({
    name: `a stored record with ${name}`,
    area,
    page: {
      head: `<script>window.surprises = []; for (const type of ['error', 'unhandledrejection'])
        addEventListener(type, (e) => surprises.push(String(e.message ?? e.reason)));</script>`,
      library: (site) => plant(site, text) + stored(site),
    },
    async steps(s) {
      await s.quiet(400);
      const surprises = await s.page.evaluate<string[]>('surprises');
      s.check(surprises.length === 0, `the page met ${surprises.join(', ')}`);
      s.check((await s.page.evaluate('client.status')) === 'active', 'the client is not active');
    },
    stores: true,
    // All pages here are of one origin, and share what it keeps.
    alone: true,
    expect: once,
  })),
  {
    name: 'sixty records of another version do not block the storage',
    area,
    faulty: true,
    start: 'empty',
    page: {
      library: (site) => plant(site, ...Array<string>(60).fill('{"version":2}')) + stored(site),
    },
    pages: { next: { options: `{ storage: 'local' }` } },
    async steps(s) {
      s.bench.collector.faults(s.project).push({ drop: 'before', times: 1000 });
      await s.page.goto(s.url());
      // The storage comes in a file of its own, which may take longer than the first request.
      await s.page.waitFor(isWaiting);
      await s.page.goto(s.blank);
      s.bench.collector.faults(s.project).length = 0;
      await s.page.goto(s.url('next'));
      await s.sessions(2);
    },
    stores: true,
    alone: true,
    expect: { all: 2 },
  },
  ...[
    ['of 60 characters', `() => '2'.repeat(60)`],
    ['of 29 characters', `() => '2026-01-01T00:00:00.000+00:00'`],
    ['of nothing', `() => ''`],
    ['of no text', `() => ({})`],
    ['of other letters', `() => '\\u{1f642}'.repeat(12)`],
    ['of a thousand characters', `() => 'x'.repeat(1000)`],
  ].map(([name, source]): Case => ({
    name: `a toISOString ${name} overwrites nothing`,
    area,
    page: { head: `<script>Date.prototype.toISOString = ${source};</script>` },
    async steps(s) {
      await s.run(`history.pushState(null, '', 'next')`);
      await s.sessions(2);
      await s.run(
        `window.session = crashfree.getSession(); setTimeout(() => { throw new Error('boom'); })`,
      );
      s.check(
        await s.page.evaluate('/^[0-9a-f]{32}$/.test(session.sid)'),
        'the session has no sid',
      );
    },
    expect: { all: 2, crashed: 1 },
  })),
  {
    name: 'a frame of another origin named crashfree, and the module',
    area,
    page: {
      head: `<iframe name="crashfree" src="$other/frame"></iframe>`,
      library: (site) => `<script type="module">import { init } from '${site.module}';
        window.client = init(${initOptions(site)})</script>`,
    },
    pages: { frame: { load: 'none' } },
    expect: once,
  },
];
