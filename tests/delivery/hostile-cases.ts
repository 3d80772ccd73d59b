import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { until, type Page } from '../browser/engines/index.js';
import { expectNumbers, type Case } from './case.js';
import { settled, type Site } from './site.js';

const push = `history.pushState(null, '', '?' + Math.random())`;

/** A page load, a navigation and a crash; `reached` tells in the page how far it got. */
async function everyday(site: Site, reached: (count: number) => string): Promise<Page> {
  const page = await site.visit();
  await page.waitFor(reached(1));
  await page.run(push);
  await page.waitFor(reached(2));
  await page.run(`throw new Error('crash')`);
  await page.waitFor(reached(3));
  assert.deepEqual(await page.evaluate('surprises.filter((text) => !/crash/.test(text))'), []);
  assert.equal(await page.evaluate('client.status'), 'active');
  return page;
}

/** The page gives a function of its own as an option, which is used as it is. */
function given(name: string, script: string, check: (site: Site) => Promise<void>): Case {
  return {
    name: `a fetch option that ${name}`,
    async run(site) {
      site.head += `<script>window.calls = 0; const real = window.fetch;
        const given = (url, init) => { calls++; ${script} }</script>`;
      site.options = '{ fetch: given }';
      const page = await everyday(site, (count) => `calls >= ${count}`);
      await page.goto(site.plain);
      await check(site);
    },
  };
}

/** The page replaces fetch before the library comes; what it makes of requests is not for ours. */
function replaced(name: string, script: string): Case {
  return {
    name: `a page whose fetch ${name}`,
    async run(site) {
      site.head = `<script>window.surprises = []; const real = window.fetch;
        ${script};
        addEventListener('error', (e) => surprises.push(e.message));
        addEventListener('unhandledrejection', (e) => surprises.push(String(e.reason)));</script>`;
      await everyday(site, (count) => `client.counts.accepted >= ${Math.min(count, 2)}`);
      await site.when('the crash', () => site.metrics().crashed === 1);
      for (const { method, headers } of site.requests()) {
        assert.deepEqual(
          [method, headers['x-csrf-token'], headers.cookie],
          ['POST', undefined, undefined],
        );
      }
      await counted(site);
    },
  };
}

const beacons = (site: Site): Promise<void> => expectNumbers(site, { all: 0 });
const counted = (site: Site): Promise<void> => expectNumbers(site, { all: 2, crashed: 1 });

const token = `headers: { ...init?.headers, 'x-csrf-token': 't' }`;
const pages = [
  replaced('throws', `window.fetch = () => { throw new Error('patched') }`),
  replaced('rejects', `window.fetch = () => Promise.reject(new Error('patched'))`),
  replaced('never settles', `window.fetch = () => new Promise(() => {})`),
  replaced('is gone', `window.fetch = undefined`),
  replaced('sends twice', `window.fetch = (...call) => (real(...call), real(...call))`),
  replaced(
    'sends, and rejects',
    `window.fetch = (...call) => real(...call).then(() => Promise.reject(new Error('patched')))`,
  ),
  replaced('adds a header', `window.fetch = (url, init) => real(url, { ...init, ${token} })`),
  replaced(
    'adds a header, and looks like the browser’s',
    `window.fetch = { async fetch(url, init) { return real(url, { ...init, ${token} }) } }.fetch;
    const { toString } = Function.prototype;
    Function.prototype.toString = function () {
      return toString.call(this === window.fetch ? real : this) }`,
  ),
  replaced(
    'adds a header to requests',
    `window.fetch = (url, init) => { const request = new Request(url, init);
      request.headers.set('x-csrf-token', 't'); return real(request) }`,
  ),
  replaced(
    'is a proxy that adds a header',
    `window.fetch = new Proxy(real, { apply: (_, self, [url, init]) =>
      real.call(self, url, { ...init, ${token} }) })`,
  ),
  replaced(
    'is a proxy that adds a header later',
    `window.fetch = new Proxy(real, { apply: async (_, self, [url, init]) => {
      await 0; return real.call(self, url, Object.assign({}, init, { ${token} })) } })`,
  ),
  // As filters of ad blockers do.
  replaced(
    'is a proxy that answers by itself',
    `window.fetch = new Proxy(real, { apply: async () => new Response('') })`,
  ),
  replaced(
    'adds credentials',
    `document.cookie = 'secret=1; path=/';
    window.fetch = (url, init) => real(url, { ...init, credentials: 'include' })`,
  ),
];

export const hostileCases: Case[] = [
  given('throws', `throw new Error('patched')`, beacons),
  given('rejects', `return Promise.reject(new Error('patched'))`, beacons),
  given('never settles', `return new Promise(() => {})`, beacons),
  given('sends, and never settles', `real(url, init); return new Promise(() => {})`, counted),
  ...pages,
  // What has gone out must not go out again, whatever is made of the answer.
  given('sends, and returns nothing', `real(url, init)`, counted),
  given('sends, and returns a text', `return real(url, init).then(() => 'done')`, counted),
  given('sends, and returns null', `return real(url, init).then(() => null)`, counted),
  given(
    'sends, and answers with headers that throw',
    `return real(url, init).then(({ status }) => ({ status,
      get headers() { throw new Error('patched') } }))`,
    counted,
  ),
  given(
    'sends, and answers with a status of 0',
    `return real(url, init).then(() => Response.error())`,
    counted,
  ),
  given(
    'sends, and a getter of the answer is hostile',
    `return real(url, init).then(() => ({ status: { valueOf() { throw 1 } }, headers: new Headers }))`,
    counted,
  ),
  {
    name: 'a service worker fails every request',
    async run(site) {
      site.files['sw.js'] = {
        type: 'text/javascript',
        body: `addEventListener('install', () => skipWaiting());
          addEventListener('activate', (e) => e.waitUntil(clients.claim()));
          addEventListener('fetch', (e) => {
            if (e.request.method === 'POST') e.respondWith(Promise.reject(new Error('failed')));
          })`,
      };
      const page = await site.visit();
      await settled(page, 1);
      await page.evaluate(`navigator.serviceWorker.register('sw.js').then(() =>
        navigator.serviceWorker.controller || new Promise((done) =>
          navigator.serviceWorker.addEventListener('controllerchange', () => done(true)))).then(() => 1)`);
      await page.run(push);
      await settled(page, 2);
      await page.run(push);
      await settled(page, 3);
      assert.deepEqual(await page.evaluate('surprises'), []);
      assert.ok((await page.evaluate<number>('client.counts.requests')) <= 6);
      // Firefox does not ask a service worker about all requests, and what one failed is tried again later.
      await site.calm();
      await until('what the page knows to be accepted', async () => {
        const accepted = await page.evaluate<number>('client.counts.accepted');
        return accepted === site.metrics().all;
      });
      assert.deepEqual(site.wrongs(), []);
      await page.evaluate(`navigator.serviceWorker.getRegistration().then((r) => r.unregister())`);
    },
  },
  {
    name: 'answers whose body never ends',
    async run(site) {
      // In front of the collector, as that answers properly.
      const endless = createServer((req, res) => {
        const parts: Buffer[] = [];
        req.on('data', (part: Buffer) => parts.push(part));
        req.on('end', () => {
          const { status, headers } = site.collector.ingest({
            method: req.method!,
            url: req.url!,
            headers: req.headers,
            body: Buffer.concat(parts),
          });
          res.writeHead(status, headers);
          res.write('{');
        });
      });
      endless.listen(0, '127.0.0.1');
      await once(endless, 'listening');
      const { port } = endless.address() as AddressInfo;
      site.options = `{ dsn: '${site.dsn.replace(/:\d+\//, `:${port}/`)}' }`;
      const page = await site.visit();
      await settled(page, 1);
      for (let count = 2; count <= 5; count++) {
        await page.run(push);
        await settled(page, count);
      }
      assert.equal(await page.evaluate('client.counts.accepted'), 5);
      await page.goto(site.plain);
      await expectNumbers(site, { all: 5 });
      endless.closeAllConnections();
      endless.close();
    },
  },
  {
    name: 'a clock that jumps by days, back and forward',
    async run(site) {
      site.head += `<script>const now = Date.now; window.jump = 0;
        Date.now = () => now() + jump * 86400000</script>`;
      const page = await site.visit();
      await settled(page, 1);
      let count = 1;
      for (const days of [3, -3, 30, -30, 0]) {
        await page.run(`jump = ${days}; ${push}`);
        await settled(page, ++count);
      }
      await page.run(`jump = -30; throw new Error('crash')`);
      await settled(page, ++count);
      await expectNumbers(site, { all: 6, crashed: 1 });
      const far = site.collector
        .updates(site.project)

        .filter(
          ({ session, receivedAt }) =>
            session?.init && Math.abs(Date.parse(session.started) - receivedAt) > 3.7e6,
        );
      assert.deepEqual(far, []);
    },
  },
  {
    name: 'twenty requests on their way at once, and one more as the page ends',
    async run(site) {
      // A browser opens six connections, so most of them wait for one; none is answered before the page ends.
      site.fault({ delayMs: 4000, times: 30 });
      site.head += `<script>
        const beacon = navigator.sendBeacon;
        navigator.sendBeacon = function () {
          localStorage.beacons = (+localStorage.beacons || 0) + 1;
          return beacon.apply(this, arguments);
        };
        addEventListener('pagehide', () => client.captureException(new Error('at the end')), true);
      </script>`;
      const page = await site.visit();
      // Left by the page itself, as answers would come while a driver does it.
      await page.leave(
        `client.flush(); for (let count = 0; count < 20; count++) client.startSession();
        localStorage.requests = client.counts.requests; location.assign('${site.plain}')`,
      );
      assert.deepEqual(await page.evaluate('[localStorage.requests, localStorage.beacons]'), [
        '21',
        '1',
      ]);
      await site.sessions(21);
      await site.when('the error', () => site.metrics().errored === 1);
      await expectNumbers(site, { all: 21, errored: 1 });
    },
  },
  {
    name: 'large bodies',
    async run(site) {
      site.options = `{ release: 'r'.repeat(200), environment: 'e'.repeat(64),
        initialScope: { user: { id: '\\u20ac'.repeat(85) } } }`;
      await site.gate.refuse();
      const page = await site.visit();
      await settled(page, 1);
      // More than one request holds.
      await page.run(`client.flush(); for (let i = 0; i < 60; i++) client.startSession()`);
      await site.gate.accept();
      await page.run(`dispatchEvent(new Event('online'))`);
      // An answer that is cut off would be no answer.
      await page.waitFor(`client.counts.accepted === 61`);
      await page.goto(site.plain);
      await expectNumbers(site, { all: 61 });
    },
  },
  {
    name: 'the fuse shows in status and counts, and its losses are reported once',
    async run(site) {
      site.options = `{ maxSessionsPerMinute: 3 }`;
      const page = await site.visit();
      await settled(page, 1);
      for (let count = 0; count < 5; count++) await page.run(push);
      await page.waitFor(`client.status === 'too-many-sessions'`);
      assert.equal(await page.evaluate('client.counts.backpressure'), 3);
      await page.goto(site.plain);
      /* On a slow machine a session leaves, and a report with it, before the last loss. */
      await site.when('all losses', () => site.reports()['backpressure']! >= 3);
      await expectNumbers(site, { all: 3 });
      assert.deepEqual(site.reports(), { backpressure: 3 });
    },
  },
  {
    name: 'losses are reported once, a lost report is not, and nothing is for a 429',
    async run(site) {
      site.options = `{ beforeSendSession: () => window.keep !== false }`;
      const page = await site.visit();
      await settled(page, 1);
      site.fault({ status: 429, headers: { 'x-sentry-rate-limits': '1:session:organization' } });
      await page.run(push);
      await settled(page, 2);
      await site.sessions(2);
      await settled(page, 3);
      assert.deepEqual(site.reports(), {});
      // Discarded by the page: its report goes with the next request, which gets lost.
      await page.run(`window.keep = false; ${push}`);
      await page.waitFor(`client.counts.before_send === 1`);
      await page.run('window.keep = true');
      site.fault({ status: 500 });
      await page.run(push);
      await settled(page, 4);
      await page.run(push);
      await site.sessions(4);
      await page.goto(site.plain);
      await expectNumbers(site, { all: 4 });
      assert.deepEqual(site.reports(), {});
      assert.equal(site.requests().filter(({ body }) => body.includes('before_send')).length, 1);
    },
  },
  {
    name: 'losses are reported as the page is hidden; not again, and not if that is switched off',
    async run(site) {
      const page = await site.tab();
      for (const wanted of [true, false]) {
        site.options = `{ sendClientReports: ${wanted}, beforeSendSession: () => false }`;
        await page.goto(site.url());
        await page.run(push);
        await page.waitFor(`client.counts.before_send === 2`);
        await page.goto(site.plain);
        await site.when('the report', () => site.reports()['before_send'] === 2);
        await site.calm();
        assert.deepEqual(site.reports(), { before_send: 2 });
      }
      await expectNumbers(site, { all: 0 });
    },
  },
  {
    name: 'a page that listens to pagehide before the library, left while an answer is awaited',
    async run(site) {
      site.head += `<script>addEventListener('pagehide', () => {})</script>`;
      const page = await site.tab();
      for (let count = 1; count <= 5; count++) {
        site.fault({ delayMs: 300 });
        await page.goto(site.url(String(count)));
        await site.sessions(count);
        await page.goto(site.plain);
      }
      await expectNumbers(site, { all: 5 }, 600);
    },
  },
  {
    name: 'a window that is closed by script while an answer is awaited',
    async run(site) {
      const page = await site.visit();
      await page.run(`const button = document.createElement('button');
        button.textContent = 'open';
        button.onclick = () => { window.opened = open('${site.url('opened')}') };
        document.documentElement.append(button)`);
      await site.sessions(1);
      site.fault({ delayMs: 300 });
      await page.click('button');
      await site.sessions(2);
      await page.evaluate('!opened.close()');
      await page.waitFor('opened.closed');
      await expectNumbers(site, { all: 2 }, 600);
    },
  },
];
