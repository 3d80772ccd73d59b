import assert from 'node:assert/strict';
import { type Case, expectNumbers } from './case.js';
import type { Page } from '../browser/engines/index.js';
import { recordOf, session, type Session } from '../web/fakes/core.js';
import { ERRED, lacking, leaveWhen, records, settled, stored, UNHEARD, type Site } from './site.js';

const kinds = ['local', 'session'] as const;
const push = `history.pushState(null, '', '?' + Math.random())`;

/** A visit whose first request is refused; its session waits in the storage, as if no time passed. */
async function refusedVisit(site: Site, kind: (typeof kinds)[number]): Promise<Page> {
  await site.gate.refuse();
  const page = await site.visit();
  await page.waitFor(`settled >= 1 && ${lacking(kind)} === 1 && (window.leaving = true)`);
  return page;
}

/** The same, and the page is left before the collector is back. */
async function refusedAndLeft(site: Site, kind: (typeof kinds)[number]): Promise<Page> {
  await site.gate.refuse();
  const page = await site.visit();
  await leaveWhen(page, `settled >= 1 && ${lacking(kind)} === 1`, site.plain);
  await site.gate.accept();
  return page;
}

/** Goes to another page and back; whether the page was restored. */
async function leaveAndReturn(page: Page, elsewhere: string): Promise<boolean> {
  await page.evaluate('(window.stillHere = true)');
  await page.goto(elsewhere);
  await page.back();
  return page.evaluate<boolean>('window.stillHere === true');
}

/** Whether a page that lets go of a lock in `pagehide` is restored. */
async function locksAllowCache(site: Site): Promise<boolean> {
  const page = await site.tab();
  await page.goto(`${site.plain}?lock`);
  await page.evaluate(`new Promise((locked) => navigator.locks.request('test', () => {
    locked(true);
    return new Promise((free) => addEventListener('pagehide', free));
  }))`);
  const restored = await leaveAndReturn(page, site.plain);
  await page.close();
  return restored;
}

const perKind: Case[] = kinds.flatMap((kind): Case[] => [
  {
    name: `${kind}: what was refused is delivered by the next page, once`,
    async run(site) {
      site.options = `{ storage: '${kind}' }`;
      const page = await refusedAndLeft(site, kind);
      await page.goto(site.url('next'));
      await site.sessions(2);
      await stored(page, kind, (all) => !all.some((r) => UNHEARD.test(r)));
      await page.goto(site.url('third'));
      await expectNumbers(site, { all: 3 });
    },
  },
  {
    name: `${kind}: several refused pages, each counts for its own release`,
    async run(site) {
      site.options = `{ storage: '${kind}' }`;
      const page = await refusedAndLeft(site, kind);
      await site.gate.refuse();
      for (const [release, count] of [
        ['shop@1.0.0', 2],
        ['shop@2.0.0', 3],
      ] as const) {
        site.release = release;
        await page.goto(site.url('again'));
        // Its own request, at least one for what was left, and what each asks after it.
        await leaveWhen(page, `settled >= 4 && ${lacking(kind)} === ${count}`, site.plain);
      }
      site.release = 'shop@3.0.0';
      await site.gate.accept();
      await page.goto(site.url('next'));
      await site.sessions(4);
      await expectNumbers(site, { all: 4 });
      const by = ['shop@1.0.0', 'shop@2.0.0', 'shop@3.0.0'].map((r) => site.metrics(r).all);
      assert.deepEqual(by, [2, 1, 1]);
    },
  },
  {
    name: `${kind}: errors and crashes that were refused are delivered by the next page`,
    async run(site) {
      site.options = `{ storage: '${kind}' }`;
      const page = await site.visit();
      // An answer that is cut off would be no answer.
      await settled(page, 1);
      await site.gate.refuse();
      await page.run(`crashfree.captureException(new Error('handled'))`);
      const late = `Object.values(${kind}Storage).some((text) => ${ERRED}.test(text))`;
      await leaveWhen(page, `settled >= 2 && ${late}`, site.plain);
      await site.gate.accept();
      await page.goto(site.url('next'));
      await site.sessions(2);
      await site.when('one errored', () => site.metrics().errored === 1);
      await settled(page, 2);
      await site.gate.refuse();
      await page.run(`throw new Error('not handled')`);
      await leaveWhen(page, `settled >= 3 && ${late}`, site.plain);
      await site.gate.accept();
      await page.goto(site.url('third'));
      await site.when('one crashed', () => site.metrics().crashed === 1);
      await expectNumbers(site, { all: 3, errored: 1, crashed: 1 });
    },
  },
  {
    name: `${kind}: what a rate limit held back when the page ended is delivered by the next page`,
    async run(site) {
      site.options = `{ storage: '${kind}' }`;
      site.fault({ status: 429, headers: { 'x-sentry-rate-limits': '60:session:organization' } });
      const page = await site.visit();
      await settled(page, 1);
      await stored(page, kind, (all) => all.some((r) => UNHEARD.test(r)));
      await page.goto(site.url('next'));
      await site.sessions(2);
      await expectNumbers(site, { all: 2 });
      assert.deepEqual(site.reports(), {});
    },
  },
  {
    name: `${kind}: a page from the back/forward cache doubles nothing`,
    alone: true,
    async run(site) {
      site.options = `{ storage: '${kind}' }`;
      const page = await refusedAndLeft(site, kind);
      // This page delivers what the first one left; that one comes back and counts anew.
      await page.goto(site.url('next'));
      await site.sessions(2);
      await page.back();
      await page.back();
      await site.sessions(3);
      await expectNumbers(site, { all: 3 });
    },
  },
  {
    name: `${kind}: a page comes back before anybody delivered what it left`,
    alone: true,
    async run(site) {
      site.options = `{ storage: '${kind}' }`;
      const page = await refusedAndLeft(site, kind);
      await page.back();
      await site.sessions(2);
      await expectNumbers(site, { all: 2 });
    },
  },
  {
    name: `${kind}: a healthy page can enter the back/forward cache, and is stored again after it`,
    alone: true,
    async run(site, { bfcache }) {
      site.options = `{ storage: '${kind}' }`;
      const page = await site.visit();
      await site.sessions(1);
      if (kind === 'local') await stored(page, kind, (all) => all.length === 1);
      const restored = await leaveAndReturn(page, site.plain);
      // Some engines do not take in pages that held a lock until they were left.
      assert.equal(restored, kind === 'local' ? await locksAllowCache(site) : bfcache);
      await site.sessions(2);
      if (kind === 'local') await stored(page, kind, (all) => all.length === 1);
      await expectNumbers(site, { all: 2 });
    },
  },
  {
    name: `${kind}: storage that throws does no harm`,
    async run(site) {
      site.options = `{ storage: '${kind}' }`;
      const broken = [
        `Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }`,
        `for (const name of ['setItem', 'getItem', 'removeItem', 'key'])
          Storage.prototype[name] = () => { throw new Error('blocked') }`,
        `Object.defineProperty(window, '${kind}Storage',
          { get() { throw new DOMException('blocked', 'SecurityError') } })`,
        `Object.defineProperty(window, '${kind}Storage', { value: null })`,
        `Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })`,
        `navigator.locks.request = () => Promise.reject(new DOMException('no', 'SecurityError'))`,
        `navigator.locks.request = () => { throw new DOMException('no', 'SecurityError') }`,
      ];
      const { head } = site;
      const page = await site.tab();
      for (const [index, script] of broken.entries()) {
        site.head = `${head}<script>${script}</script>`;
        await page.goto(site.url(String(index)));
        await site.sessions(2 * index + 1);
        await page.run(push);
        await site.sessions(2 * index + 2);
        assert.deepEqual(await page.evaluate('surprises'), [], script);
      }
      await expectNumbers(site, { all: 2 * broken.length });
    },
  },
  {
    name: `${kind}: a page that counts as one visit starts no session when it comes back`,
    alone: true,
    async run(site, { bfcache }) {
      site.options = `{ storage: '${kind}', lifecycle: 'page' }`;
      site.head += `<script>addEventListener('pageshow', (event) => {
        window.restored = event.persisted })</script>`;
      const page = await refusedAndLeft(site, kind);
      await page.back();
      // It delivers what it left itself; where it was loaded anew that is another visit.
      await page.waitFor('window.restored !== undefined');
      const restored = await page.evaluate<boolean>('window.restored');
      assert.ok(bfcache || !restored);
      const all = restored ? 1 : 2;
      await site.sessions(all);
      await page.run(push);
      await expectNumbers(site, { all }, 1500);
    },
  },
  ...(
    [
      ['no Web Locks', `Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })`],
      [
        'toJSON of an old Prototype.js',
        `Array.prototype.toJSON = String.prototype.toJSON = Object.prototype.toJSON = () => 'replaced'`,
      ],
      [
        'elements named as the storage',
        `document.write('<img name=${kind}Storage><img name=locks>')`,
      ],
    ] as const
  ).map(([what, script]): Case => ({
    name: `${kind}: ${what}: what was refused is delivered by the next page, once`,
    async run(site) {
      site.head += `<script>${script}</script>`;
      site.options = `{ storage: '${kind}' }`;
      const page = await refusedAndLeft(site, kind);
      await page.goto(site.url('next'));
      await site.sessions(2);
      // The driver has to do without what the page replaced.
      await page.goto(site.plain);
      await stored(page, kind, (all) => !all.some((r) => UNHEARD.test(r)));
      await page.goto(site.url('third'));
      await expectNumbers(site, { all: 3 });
    },
  })),
  {
    name: `${kind}: a document that was written anew leaves what was refused to the next page`,
    async run(site) {
      site.options = `{ storage: '${kind}' }`;
      const page = await refusedVisit(site, kind);
      await page.run(`document.open(); document.write('<p>anew</p>'); document.close()`);
      await page.run(push);
      await leaveWhen(page, `settled >= 2 && ${lacking(kind)} === 2`, site.plain);
      await site.gate.accept();
      await page.goto(site.url('next'));
      await expectNumbers(site, { all: 3 });
    },
  },
  {
    name: `${kind}: 60 records of a later version keep nothing out`,
    async run(site) {
      site.options = `{ storage: '${kind}' }`;
      const page = await site.tab();
      await page.goto(site.plain);
      await page.run(`for (let index = 0; index < 60; index++)
        ${kind}Storage['crashfree:${site.dsn}:' + index] = '{"version":2}'`);
      await site.gate.refuse();
      await page.goto(site.url());
      await leaveWhen(page, `settled >= 1 && ${lacking(kind)} === 1`, site.plain);
      await site.gate.accept();
      assert.equal((await records(page, kind)).length, 50);
      await page.goto(site.url('next'));
      await expectNumbers(site, { all: 2 });
    },
  },
  {
    name: `${kind}: what cannot be removed is not delivered`,
    async run(site) {
      site.options = `{ storage: '${kind}' }`;
      const page = await refusedAndLeft(site, kind);
      site.head += `<script>Storage.prototype.removeItem = () => {}</script>`;
      await page.goto(site.url('next'));
      await site.sessions(1);
      await expectNumbers(site, { all: 1 });
    },
  },
  {
    name: `${kind}: corrupt and hostile records`,
    async run(site) {
      site.options = `{ storage: '${kind}' }`;
      const page = await site.tab();
      await page.goto(site.plain);
      await page.run(`for (const [key, text] of ${JSON.stringify(hostile(site.dsn))})
        ${kind}Storage.setItem(key, text)`);
      await page.goto(site.url());
      // Its own session, and the two valid ones among the rest.
      await site.sessions(3);
      await stored(page, kind, (all) => all.filter((r) => !/"visible":true/.test(r)).length === 1);
      assert.deepEqual(await page.evaluate('surprises'), []);
      assert.equal(await page.evaluate(`${kind}Storage.other`), 'kept');
      assert.equal(await page.evaluate(`"polluted" in {}`), false);
      await expectNumbers(site, { all: 3, errored: 1 });
    },
  },
]);

/** What others may have left in a storage, by key. */
function hostile(dsn: string): [string, string][] {
  const prefix = `crashfree:${dsn}:`;
  const ended = (digit: string, more: Partial<Session> = {}): string =>
    recordOf(session(digit, { status: 1, started: Date.now(), ...more }));
  const record = (sessions: unknown, more: object = {}): string =>
    JSON.stringify({ version: 1, release: 'shop@1.0.0', visible: false, sessions, ...more });
  const one = ended('1');
  const texts = [
    '',
    'not JSON',
    'null',
    '[]',
    '42',
    '"text"',
    '{}',
    '{"__proto__":{"polluted":1}}',
    '{"version":1,"release":"a@1","sessions":[],"__proto__":{"polluted":1}}',
    record(null),
    record('text'),
    record([null, 42, 'text', [], {}]),
    record([{ sid: 'x', started: { toString: 1, valueOf: 1 } }]),
    // As records were before the core wrote them.
    record([{ sid: '1'.repeat(32), started: new Date(), status: 'exited', errors: 0, due: true }]),
    record(['x', 'é'.repeat(32) + one.slice(32), one.toUpperCase().replace('1', 'A')]),
    record([one.slice(0, -1), `${one.slice(0, 32)} ${one.slice(33)}`, one.replace(/0/g, 'x')]),
    record([one.slice(0, 35) + '9' + one.slice(36), one.slice(0, 32) + '2' + one.slice(33)]),
    record([ended('1', { started: Date.UTC(2001, 0) })]),
    record([one + 'x'.repeat(5000), one + 'x'.repeat(100_000)]),
    record([one], { release: 7 }),
    record([one], { release: '' }),
    record([one], { release: 'no/slash' }),
    record([one], { release: 'x'.repeat(100000) }),
    record([one], { environment: {} }),
    record([one], { version: 0 }),
    record([one], { version: '1' }),
    record(Array(65).fill(one)),
    // Left to the version that knows it.
    record([one], { version: 2 }),
    // Two good ones; one of them twice, and among bad ones.
    record(['', ended('a', { errors: 7 }), 'b'.repeat(32)]),
    record([ended('a', { errors: 1 }), ended('c', { did: '"\\' })]),
  ];
  return [
    ...texts.map((text, index): [string, string] => [prefix + index, text]),
    [`${prefix}__proto__`, '{'],
    ['__proto__', 'x'],
    ['other', 'kept'],
    ['crashfree', 'x'],
  ];
}

export const storageCases: Case[] = [
  ...perKind,
  {
    name: 'local: three tabs at once deliver what a closed tab left, once',
    async run(site) {
      site.options = `{ storage: 'local' }`;
      const first = await refusedVisit(site, 'local');
      await first.close();
      const tabs = await Promise.all([site.tab(), site.tab(), site.tab()]);
      await site.gate.accept();
      await Promise.all(tabs.map((tab, index) => tab.goto(site.url(String(index)))));
      await site.sessions(4);
      await expectNumbers(site, { all: 4 });
      // Again, one after the other.
      for (const tab of tabs) await tab.goto(site.url('more'));
      await site.sessions(7);
      await expectNumbers(site, { all: 7 });
    },
  },
  {
    name: 'local: records of living tabs, of other projects and of other scripts are left alone',
    async run(site) {
      site.options = `{ storage: 'local' }`;
      const living = await refusedVisit(site, 'local');
      const other = await site.tab();
      await other.goto(site.plain);
      await other.run(`localStorage['crashfree:${site.dsn}1:x'] = 'of project ${site.project}1'`);
      await site.gate.accept();
      await other.goto(site.url('other'));
      await site.sessions(1);
      // Longer than a page waits for the lock of one that may be ending.
      await site.calm(5300);
      // The living tab may have tried again by now; either way it counts once.
      await living.run(`leaving = false; dispatchEvent(new Event('online'))`);
      await site.sessions(2);
      assert.equal(
        await other.evaluate(`localStorage['crashfree:${site.dsn}1:x']`),
        `of project ${site.project}1`,
      );
      await expectNumbers(site, { all: 2 });
    },
  },
  {
    name: 'session: a window that was opened with a copy of the storage delivers nothing of it',
    async run(site) {
      site.options = `{ storage: 'session' }`;
      const page = await refusedVisit(site, 'session');
      await page.run(`const button = document.createElement('button');
        button.textContent = 'open';
        button.onclick = () => { window.opened = open('${site.url('opened')}') };
        document.documentElement.append(button)`);
      await page.click('button');
      await page.waitFor(`window.opened && opened.settled >= 1`);
      await site.gate.accept();
      await page.evaluate(`!opened.dispatchEvent(new Event('online'))`);
      await page.waitFor('opened.client.counts.accepted === 1');
      await page.waitFor(
        `!Object.values(opened.sessionStorage).some((text) => ${UNHEARD}.test(text))`,
      );
      await page.evaluate(`!(opened.location = '${site.url('opened/next')}')`);
      // An answer that is cut off would be no answer.
      await page.waitFor(
        `opened.location.pathname === '/site/opened/next' && opened.client.counts.accepted === 1`,
      );
      await page.evaluate('!opened.close()');
      await page.goto(site.url('next'));
      await site.sessions(4);
      await expectNumbers(site, { all: 4 });
    },
  },
  {
    name: 'local: a full storage',
    async run(site) {
      site.options = `{ storage: 'local' }`;
      const page = await site.tab();
      await page.goto(site.plain);
      await page.run(`let text = 'x'.repeat(1 << 22);
        for (let index = 0; text; index++) {
          try { localStorage['fill' + index] = text } catch { text = text.slice(text.length / 2 + 1) }
        }`);
      await page.goto(site.url());
      await site.sessions(1);
      await page.run(push);
      await site.sessions(2);
      assert.deepEqual(await records(page), []);
      assert.deepEqual(await page.evaluate('surprises'), []);
      await expectNumbers(site, { all: 2 });
    },
  },
  {
    name: 'local: 10,000 keys of others, 200 records, and not more than 50 of them at a time',
    async run(site) {
      site.options = `{ storage: 'local' }`;
      const page = await site.tab();
      await page.goto(site.plain);
      await page.run(`for (let i = 0; i < 10000; i++) localStorage['key' + i] = 'x'`);
      const texts = Array.from({ length: 200 }, (_, index) => {
        const sid = (index + 4096).toString(16).repeat(8);
        const sessions = [recordOf(session('', { sid, status: 1, started: Date.now() }))];
        return JSON.stringify({ version: 1, release: 'shop@1.0.0', visible: false, sessions });
      });
      await page.run(`${JSON.stringify(texts)}.forEach((text, index) => {
        localStorage['crashfree:${site.dsn}:' + index] = text })`);
      for (const count of [51, 102, 153, 204]) {
        await page.goto(site.url());
        await site.sessions(count);
      }
      await page.goto(site.plain);
      const left = await records(page);
      await expectNumbers(site, { all: 204 });
      assert.deepEqual(left, []);
    },
  },
  {
    name: 'without consent nothing is stored, delivered or kept',
    async run(site) {
      site.options = `{ storage: 'local' }`;
      const page = await refusedAndLeft(site, 'local');
      site.options = `{ storage: 'local', consent: 'pending' }`;
      await page.goto(site.url('pending'));
      await page.run(push);
      await site.calm(500);
      // What was stored with consent waits for it again; nothing is added, nothing sent.
      assert.equal((await records(page)).length, 1);
      assert.equal(site.requests().length, 0);
      await page.run(`client.setConsent('granted')`);
      await site.sessions(2);
      await stored(page, 'local', (all) => all.length === 1 && /"visible":true/.test(all[0]!));
      await page.run(`client.setConsent('pending')`);
      await stored(page, 'local', (all) => all.length === 0);
      await page.run(`client.setConsent('granted')`);
      await stored(page, 'local', (all) => all.length === 1);
      await page.run(`client.setConsent('denied')`);
      await stored(page, 'local', (all) => all.length === 0);
      await page.run(push);
      await site.calm(500);
      assert.deepEqual(await records(page), []);
      await expectNumbers(site, { all: 2 });
    },
  },
  {
    name: 'a page without consent removes what was stored',
    async run(site) {
      site.options = `{ storage: 'local' }`;
      const page = await refusedAndLeft(site, 'local');
      site.options = `{ storage: 'local', consent: 'denied' }`;
      await page.goto(site.url('denied'));
      await stored(page, 'local', (all) => all.length === 0);
      await expectNumbers(site, { all: 0 });
    },
  },
  {
    name: 'by default nothing is stored, and no cookie is set',
    async run(site) {
      await site.gate.refuse();
      const page = await site.visit();
      await settled(page, 1);
      await page.run(push);
      await page.goto(site.plain);
      assert.deepEqual(
        await page.evaluate(`[localStorage.length, sessionStorage.length, document.cookie]`),
        [0, 0, ''],
      );
      assert.ok(!site.pages.hits.some(({ path }) => /storage/.test(path)), 'storage was loaded');
    },
  },
];
