import type { Case, Expected } from '../case.js';
import type { Scene } from '../harness.js';
import { initOptions } from '../pages.js';

const area = 'control';
const none = { all: 0, requests: 0 };
const once = { all: 1, items: 1, requests: 1 };

/** Everything a page can keep. */
const storage = `(async () => [
  ...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie,
  ...(indexedDB.databases ? await indexedDB.databases() : []).map(({ name }) => name),
  ...(window.caches ? await caches.keys() : []),
].filter(Boolean).join())()`;

async function nothingStored(s: Scene): Promise<void> {
  const kept = await s.page.evaluate<string>(storage);
  s.check(kept === '', `the page keeps ${kept}`);
}

/** Everything that would count, were it allowed. */
const busy = `history.pushState(null, '', 'next'); crashfree.setUser({ id: 'u1' });
  crashfree.captureException(new Error('caught')); setTimeout(() => { throw new Error('boom'); })`;

/** A page on which nothing may be sent, whatever happens. */
function silent(name: string, options: string, more: Partial<Case> = {}): Case {
  return {
    name,
    area,
    start: 'loaded',
    page: { options },
    async steps(s) {
      await s.run(busy);
      await s.quiet(200);
    },
    expect: none,
    async also(s) {
      await nothingStored(s);
      s.check(s.allRequests().length === 0, 'the collector was asked for something');
      s.check(await s.page.evaluate(`location.pathname.endsWith('next')`), 'the page was harmed');
    },
    ...more,
  };
}

/** Options that cannot work: a client comes back that says why, and the page goes on. */
function refused(name: string, options: string): Case {
  return silent(name, '', {
    page: {
      library: (site) => `<script src="${site.script}"></script><script>
        window.surprises = [];
        addEventListener('error', (e) => surprises.push(e.message));
        addEventListener('unhandledrejection', (e) => surprises.push(String(e.reason)));
        try { window.client = crashfree.init(${options.replace('$options', initOptions(site))}); }
        catch (e) { surprises.push('init threw ' + e); }
      </script>`,
    },
    async steps(s) {
      await s.run(`history.pushState(null, '', 'next')`);
      await s.run(`crashfree.setUser({ id: 'u1' }); crashfree.captureException(new Error('caught'));
        crashfree.endSession(); crashfree.startSession(); crashfree.navigate('next');
        crashfree.setConsent('granted'); crashfree.getSession()`);
      await s.quiet(200);
      const surprises = await s.page.evaluate<string>('surprises.join()');
      s.check(surprises === '', `the page met ${surprises}`);
      const status = await s.page.evaluate<string>('typeof client.status');
      s.check(status === 'string', `the status is a ${status}`);
      s.check(await s.page.evaluate(`client.status !== 'active'`), 'the status does not say why');
    },
  });
}

function consent(
  name: string,
  first: string,
  steps: NonNullable<Case['steps']>,
  expect: Expected,
): Case {
  return {
    name,
    area,
    start: 'loaded',
    page: { options: `{ consent: '${first}' }` },
    steps,
    expect,
  };
}

const attributes = (s: Scene): { release: string; environment?: string } | undefined =>
  s.items()[0]?.attrs;

export const controlCases: Case[] = [
  { name: 'nothing is stored by default', area, expect: once, also: nothingStored },
  silent('consent pending', `{ consent: 'pending' }`),
  silent('consent denied', `{ consent: 'denied' }`),
  consent('consent granted from the start', 'granted', async () => {}, once),
  consent(
    'consent pending, then granted',
    'pending',
    async (s) => {
      await s.quiet(150);
      await nothingStored(s);
      await s.run(`crashfree.setConsent('granted')`);
    },
    once,
  ),
  consent(
    'error while pending, then granted',
    'pending',
    async (s) => {
      await s.run(`throw new Error('boom')`);
      await s.quiet(150);
      await s.run(`crashfree.setConsent('granted')`);
    },
    { all: 1, crashed: 1, items: 1 },
  ),
  consent(
    'navigations while pending, then granted: the current session',
    'pending',
    async (s) => {
      await s.run(`history.pushState(null, '', 'a')`);
      await s.quiet(100);
      await s.run(`history.pushState(null, '', 'b')`);
      await s.quiet(100);
      await s.run(`crashfree.setConsent('granted')`);
    },
    once,
  ),
  consent(
    'consent pending, then denied',
    'pending',
    async (s) => {
      await s.run(`crashfree.setConsent('denied')`);
      await s.run(busy);
      await s.quiet(150);
      await nothingStored(s);
    },
    none,
  ),
  consent(
    'consent pending, then a word that there is not',
    'pending',
    async (s) => {
      await s.run(`crashfree.setConsent('no')`);
      await s.run(busy);
      await s.quiet(150);
      await nothingStored(s);
    },
    none,
  ),
  consent(
    'consent revoked',
    'granted',
    async (s) => {
      await s.sessions(1);
      await s.run(`crashfree.setConsent('denied')`);
      await s.run(busy);
      await s.quiet(150);
      await nothingStored(s);
    },
    once,
  ),
  silent('sampleRate 0', '{ sampleRate: 0 }'),
  { name: 'sampleRate 1', area, page: { options: '{ sampleRate: 1 }' }, expect: once },
  silent('enabled: false', '{ enabled: false }'),
  silent('beforeSendSession that returns false', '{ beforeSendSession: () => false }'),
  {
    name: 'beforeSendSession that lets everything pass',
    area,
    page: { options: '{ beforeSendSession: (session) => session }' },
    expect: once,
  },
  silent(
    'BrowserSession filtered out, as Sentry documents it',
    `{ integrations: function (integrations) {
        return integrations.filter(function (integration) {
          return integration.name !== 'BrowserSession';
        });
      } }`,
  ),
  {
    name: 'GlobalHandlers filtered out',
    area,
    page: {
      options: `{ integrations: (list) => list.filter(({ name }) => name !== 'GlobalHandlers') }`,
    },
    steps: (s) => s.run(`throw new Error('nobody looks')`),
    expect: once,
  },
  { name: 'integrations: []', area, page: { options: '{ integrations: [] }' }, expect: once },
  {
    name: 'integrations as the list of defaults',
    area,
    page: { options: '{ integrations: (list) => list }' },
    expect: once,
  },
  refused('no release', `Object.assign($options, { release: undefined })`),
  refused('empty release', `Object.assign($options, { release: '' })`),
  refused('release "latest"', `Object.assign($options, { release: 'latest' })`),
  refused('release with a slash', `Object.assign($options, { release: 'a/b' })`),
  refused('release with a newline', `Object.assign($options, { release: 'a\\nb' })`),
  refused('release of 201 bytes', `Object.assign($options, { release: 'ä'.repeat(100) + 'x' })`),
  refused('release of the wrong type', `Object.assign($options, { release: { name: 'x' } })`),
  refused('no DSN', `Object.assign($options, { dsn: undefined })`),
  refused('empty DSN', `Object.assign($options, { dsn: '' })`),
  refused('DSN without a key', `Object.assign($options, { dsn: 'http://127.0.0.1/1' })`),
  refused('DSN without a project', `Object.assign($options, { dsn: 'http://abc@127.0.0.1/' })`),
  refused('DSN that is no URL', `Object.assign($options, { dsn: 'not a dsn' })`),
  refused('DSN of another scheme', `Object.assign($options, { dsn: 'ftp://abc@127.0.0.1/1' })`),
  refused('DSN of the wrong type', `Object.assign($options, { dsn: 42 })`),
  refused('a list of the wrong type', `Object.assign($options, { ignoreErrors: 'boom' })`),
  refused('consent that there is not', `Object.assign($options, { consent: 'deny' })`),
  refused('init without options', ``),
  refused('init with null', `null`),
  refused('init with a string', `'options'`),
  {
    name: 'release of 200 bytes',
    area,
    page: { options: `{ release: 'ä'.repeat(100) }` },
    expect: once,
    also: (s) => s.check(attributes(s)?.release === 'ä'.repeat(100), 'the release was changed'),
  },
  ...['none', 'a/b', 'x'.repeat(65)].map((environment): Case => ({
    name: `bad environment ${environment.slice(0, 8)}`,
    area,
    page: { options: `{ environment: ${JSON.stringify(environment)} }` },
    expect: once,
    also: (s) =>
      s.check(attributes(s)?.environment === undefined, 'the environment was not removed'),
  })),
  {
    name: 'no environment',
    area,
    page: {
      library: (site) =>
        `<script src="${site.script}" data-dsn="${site.dsn}" data-release="${site.release}"></script>`,
    },
    expect: once,
    also: (s) =>
      s.check(attributes(s)?.environment === 'production', 'the environment is not production'),
  },
  {
    name: 'release by window.SENTRY_RELEASE',
    area,
    page: {
      head: `<script>window.SENTRY_RELEASE = { id: 'shop@2.0.0' }</script>`,
      library: (site) => `<script src="${site.script}" data-dsn="${site.dsn}"></script>`,
    },
    expect: once,
    also: (s) => s.check(attributes(s)?.release === 'shop@2.0.0', 'it is another release'),
  },
  {
    name: 'release option over window.SENTRY_RELEASE',
    area,
    page: {
      head: `<script>window.SENTRY_RELEASE = { id: 'shop@2.0.0' }</script>`,
      options: `{ release: 'shop@3.0.0' }`,
    },
    expect: once,
    also: (s) => s.check(attributes(s)?.release === 'shop@3.0.0', 'it is another release'),
  },
  {
    ...refused('WebAssembly missing, and the fallback', `$options`),
    page: {
      head: `<script>delete window.WebAssembly</script>`,
      library: (site) =>
        refused('', '$options').page!.library!({ ...site, script: '$url/alone.js' }),
    },
    files: {
      'alone.js': async ({ bench, subject }) => ({
        type: 'text/javascript',
        body: bench.pages.scripts.get(subject)!.classic,
      }),
    },
  },
];
