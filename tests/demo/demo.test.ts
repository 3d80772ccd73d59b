import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Metrics } from '../../web/server/collector/collector.js';
import { engineNames, launch, type Engine } from '../browser/engines/index.js';
import { Person } from './person.js';
import { Demo } from './server.js';

/** The counters that the page shows for each release, in its order. */
const shownCounters = (metrics: Metrics): number[] => {
  const { all, users, crashed, unhandled, abnormal, errored } = metrics;
  return [all, users.all, crashed, unhandled, abnormal, errored];
};

describe('the demo', { concurrency: engineNames.length }, () => {
  for (const name of engineNames) {
    describe(`the demo in ${name}`, { concurrency: 1 }, () => {
      let demo: Demo;
      let engine: Engine;
      let health: Person;
      let shop: Person;
      const base = '/shop/1.4.0/production';
      const newer = '/shop/2.0.0/production';

      /** Does something, and waits for these counters. */
      async function counts(
        what: string,
        wanted: Partial<Metrics>,
        action: () => Promise<unknown>,
      ): Promise<void> {
        await action();
        const reached = (metrics: Metrics): boolean =>
          Object.entries(wanted).every(([key, value]) => metrics[key as 'all'] === value);
        try {
          await demo.until(`${what}: ${JSON.stringify(wanted)}`, ({ total }) => reached(total));
        } catch (error) {
          const at = await shop.page.evaluate('location.pathname + " " + document.readyState');
          throw new Error(`${what} in ${at}, with ${await shop.text('#strip')}`, { cause: error });
        }
      }

      /** The numbers of the page are those of the collector. */
      async function agrees(): Promise<void> {
        const total = await demo.metrics();
        const releases = ['shop@2.0.0', 'shop@1.4.0'];
        const rows: (string | number)[][] = [];
        for (const release of releases) {
          const metrics = await demo.metrics({ release });
          if (metrics.all > 0) rows.push([release, ...shownCounters(metrics)]);
        }
        const table = `[...document.querySelectorAll('#release-rows tr')].map((row) => [
        row.querySelector('.release-name').textContent,
        ...[...row.querySelectorAll('td.num')].map((cell) => Number(cell.textContent))])`;
        await health.page
          .waitFor(`JSON.stringify(${table}) === ${JSON.stringify(JSON.stringify(rows))}`)
          .catch(async () => assert.deepEqual(await health.page.evaluate(table), rows));
        const note = await health.text('#kpi-sessions .kpi-note');
        assert.match(note, new RegExp(`^${total.all} sessions?: `));
        assert.equal(
          await health.page.evaluate(`window.stillHere`),
          true,
          'the page was loaded again',
        );
      }

      /** The steps build on each other: after one that failed the others only say so. */
      let failed: string | undefined;
      function step(title: string, action: () => Promise<void>): void {
        it(title, async () => {
          assert.equal(failed, undefined, 'a step before failed');
          failed = title;
          await action();
          failed = undefined;
        });
      }

      before(async () => {
        demo = await Demo.start('--port', '0');
        engine = await launch(name);
        health = new Person(await engine.newPage());
        shop = new Person(await engine.newPage());
      });
      after(async () => {
        await engine.close();
        await demo.end();
      });

      step('shows a page that waits for the first session', async () => {
        await health.page.goto(demo.health);
        await health.sees('#connection', 'live');
        await health.sees('#empty h2', 'Waiting for the first session');
        await health.sees('#dsn', demo.dsn);
        assert.ok((await health.text('#snippet')).includes(`data-dsn="${demo.dsn}"`));
        await health.page.evaluate('(window.stillHere = true)');
      });

      step('reaches everything with the Tab key before there is data', async () => {
        const stops = await health.tabThrough(14);
        for (const id of ['shop-link', 'theme', 'project', 'release', 'environment', 'range']) {
          assert.ok(stops.includes(id), `${id} in ${stops.join(', ')}`);
        }
        for (const id of ['empty-shop', 'copy', 'sample']) {
          assert.ok(stops.includes(id), `${id} in ${stops.join(', ')}`);
        }
      });

      step('counts the first visit and shows it without reloading', async () => {
        await counts('the visit', { all: 1, healthy: 1 }, () => shop.page.goto(demo.shop));
        await shop.isAt(`${base}/`);
        await health.sees('#kpi-sessions .kpi-value', '100 %');
        await health.sees('#kpi-sessions .kpi-note', '1 session: nothing went wrong');
        await health.sees('#kpi-users .kpi-note', 'No session names a user (did).');
        await shop.sees('[data-fact="status"]', 'active');
        await agrees();
      });

      step('counts real pages', async () => {
        await counts('a product', { all: 2 }, () =>
          shop.page.click('a[href$="product?id=lamp"] b'),
        );
        await shop.isAt(`${base}/product`);
        await shop.click('Add to the cart');
        await shop.sees('#cart-count', '1');
        await counts('the cart', { all: 3 }, () => shop.page.click('nav a[href$="/cart"]'));
        await shop.isAt(`${base}/cart`);
        await shop.sees('#cart-total', 'Total € 69.00');
        await counts('the account', { all: 4 }, () => shop.click('Account'));
        await shop.isAt(`${base}/account`);
      });

      step('counts routes within a page, and only those', async () => {
        await counts('the orders', { all: 5 }, () => shop.click('Orders'));
        await counts('an order', { all: 6 }, () => shop.click('Order 1002'));
        await shop.click('Same URL');
        await shop.click('Hash');
        await shop.click('Help (an anchor)');
        await counts('another route', { all: 7 }, () => shop.click('Push'));
        await counts('a route in place', { all: 8 }, () => shop.click('Replace'));
        await counts('the way back', { all: 9, healthy: 9 }, () => shop.click('Settings'));
        await agrees();
      });

      step('counts errors, each in the session that it happened in', async () => {
        await counts('a throw', { all: 9, crashed: 1 }, () => shop.click('Throw'));
        await counts('the next route', { all: 10, crashed: 1 }, () => shop.click('Push'));
        await counts('a rejection', { all: 10, crashed: 2 }, () => shop.click('Reject'));
        await counts('the next route', { all: 11, crashed: 2 }, () => shop.click('Push'));
        await counts('a handled error', { all: 11, errored: 1 }, () => shop.click('Capture'));
        const { all, healthy, errored, crashed } = await demo.metrics();
        assert.deepEqual(
          { all, healthy, errored, crashed },
          { all: 11, healthy: 8, errored: 1, crashed: 2 },
        );
        await health.sees('#kpi-sessions .kpi-value', '81.8 %');
        await health.sees('#kpi-sessions .kpi-note', '11 sessions: 2 crashed, 1 errored');
        await agrees();
      });

      step('counts who logs in and out', async () => {
        await counts('a new session', { all: 12 }, () => shop.click('Start'));
        await shop.click('Log in ann');
        await shop.sees('[data-fact="user"]', 'ann');
        await counts('the next route', { all: 13 }, () => shop.click('Push'));
        await demo.until('one user', ({ total }) => total.users.all === 1);
        await shop.click('Log in bob');
        await shop.sees('[data-fact="user"]', 'bob');
        await demo.until('two users', ({ total }) => total.users.all === 2);
        await shop.click('Throw');
        await demo.until('a crash of one', ({ total }) => total.users.crashed === 1);
        await shop.click('Log out');
        await shop.click('Push');
        await shop.sees('[data-fact="user"]', 'none');
        const { users } = await demo.metrics();
        assert.deepEqual([users.all, users.crashed, users.crashFreeRate], [2, 1, 0.5]);
        await health.sees('#kpi-users .kpi-value', '50.0 %');
        await health.sees('#kpi-users .kpi-note', '2 users: 1 crashed');
        await agrees();
      });

      step('counts each release and environment by itself', async () => {
        const before = (await demo.metrics()).all;
        const counted = (release: string, environment: string): Promise<Metrics> =>
          demo.metrics({ release, environment });
        await counts('the new release', { all: before + 1 }, () => shop.choose('Release', '2.0.0'));
        await counts('staging', { all: before + 2 }, () => shop.choose('Environment', 'staging'));
        await shop.page.waitFor(`location.pathname.startsWith('/shop/2.0.0/staging/')`);
        assert.equal((await counted('shop@2.0.0', 'production')).all, 1);
        assert.equal((await counted('shop@2.0.0', 'staging')).all, 1);
        assert.equal((await counted('shop@1.4.0', 'production')).all, before);
        assert.equal((await counted('shop@1.4.0', 'staging')).all, 0);
        await agrees();

        await health.choose('Environment', 'staging');
        await health.sees('#kpi-sessions .kpi-note', '1 session: nothing went wrong');
        await health.choose('Environment', '\0all');
        await health.choose('Release', 'shop@1.4.0');
        await health.sees('#release-rows td.num', String(before));
        await health.choose('Release', '\0all');
        await agrees();
      });

      step('counts the crash of the new release at the checkout', async () => {
        const { all, crashed, errored } = await demo.metrics();
        const pay = async (path: string): Promise<void> => {
          await shop.page.goto(new URL(`${path}/checkout`, demo.health).href);
          await shop.fill('voucher', 'SPRING');
          await shop.click('Pay');
        };
        await counts('a crash', { all: all + 1, crashed: crashed + 1 }, () => pay(newer));
        await counts('an error', { all: all + 2, errored: errored + 1 }, () => pay(base));
        await shop.sees('#paid', 'Paid. Nothing will be delivered.');
      });

      step('keeps what happens offline and delivers it later', async () => {
        const { all, crashed } = await demo.metrics();
        await shop.page.goto(new URL(`${base}/account`, demo.health).href);
        await demo.until('the account', ({ total }) => total.all === all + 1);
        await shop.click('Go offline');
        await demo.until('that the server cuts', ({ faults }) => faults > 0);
        await shop.click('Push');
        await shop.click('Throw');
        await demo.until('a cut request', ({ faults }) => faults > 0 && faults < 100_000);
        await shop.click('Push');
        assert.equal((await demo.metrics()).all, all + 1);
        const wanted = { all: all + 3, crashed: crashed + 1 };
        await counts('all of it', wanted, () => shop.click('Go online'));
        await agrees();
      });

      step('lists sessions and envelopes, and says what the server makes of each', async () => {
        await health.page.waitFor(`document.querySelector('#session-list summary')`);
        const { all } = await demo.metrics();
        await health.sees('#tab-sessions', `Sessions (${all})`);
        await health.page.click('#session-list li summary');
        await health.page.waitFor(`document.querySelector('#session-list .inside .verdict')`);
        const verdict = await health.text('#session-list .inside .verdict');
        assert.match(verdict, /session: \S[^]*Metrics: /);
        await health.page.click('#tab-sessions');
        await health.page.press('ArrowRight');
        await health.page.waitFor(`document.activeElement.id === 'tab-envelopes'`);
        await health.page.waitFor(`document.querySelector('#envelope-list').checkVisibility()`);
        await health.page.click('#envelope-list li summary');
        /* Another envelope may have come meanwhile, and stand above the one that was opened. */
        await health.page.waitFor(
          `document.querySelector('#envelope-list [open] .inside')?.textContent.includes('Body as sent')`,
        );
      });

      step('reaches the live lists with the Tab key', async () => {
        await health.page.evaluate(`document.querySelector('#theme').focus()`);
        const stops = await health.tabThrough(16);
        for (const id of ['project', 'release', 'environment', 'range', 'tab-envelopes']) {
          assert.ok(stops.includes(id), `${id} in ${stops.join(', ')}`);
        }
        assert.ok(stops.includes('problems'), stops.join(', '));
      });

      step('has readable text in light and dark', async () => {
        const looks: string[] = [];
        for (const theme of ['light', 'dark']) {
          await health.click(await health.text('#theme'));
          await health.sees('#theme', `Theme: ${theme}`);
          for (const selector of ['h1', '.kpi-note', '#kpi-sessions .kpi-value', '#theme', 'th']) {
            const { text, ground, ratio } = await health.contrast(selector);
            assert.ok(ratio >= 4.5, `${selector} in ${theme}: ${text} on ${ground}, ${ratio}`);
            if (selector === 'h1') looks.push(`${text} on ${ground}`);
          }
          const { all } = await demo.metrics();
          await counts('a visit', { all: all + 1 }, () => shop.page.goto(demo.shop));
          for (const selector of ['h1', '.lead', '.panel h2', '.panel button']) {
            const { text, ground, ratio } = await shop.contrast(selector);
            assert.ok(ratio >= 4.5, `${selector} in ${theme}: ${text} on ${ground}, ${ratio}`);
          }
        }
        assert.notEqual(looks[0], looks[1]);
      });

      step(`fits a phone's width`, async () => {
        const { all } = await demo.metrics();
        await shop.openNarrow(360);
        const shopPages = ['/', '/product?id=cup', '/cart', '/checkout', '/account/orders'];
        const paths = [...shopPages.map((path) => base + path), '/', '/?project=7'];
        for (const path of paths) {
          assert.deepEqual(await shop.overflow(new URL(path, demo.health).href), [], path);
        }
        const visits = { all: all + shopPages.length };
        await counts('these visits', visits, () => Promise.resolve());
      });

      step('shows sample data apart from real sessions', async () => {
        const { all } = await demo.metrics();
        await health.page.goto(new URL('/?project=7', demo.health).href);
        await health.sees('#empty h2', 'Waiting for the first session');
        await health.click('Show sample data');
        await health.page.waitFor(`document.querySelectorAll('#release-rows tr').length > 1`);
        assert.match(await health.text('#kpi-sessions .kpi-note'), /^[\d,]+ sessions: .*crashed/);
        assert.equal((await demo.metrics()).all, all);
      });

      step('shows what crashed, and leads from an error to its session and back', async () => {
        await health.sees('#crashes-note', '3 kinds of error, 1 new');
        const [first] = await health.page.evaluate<string[]>(
          `[...document.querySelectorAll('#crash-list summary')].map((row) => row.textContent)`,
        );
        assert.match(first ?? '', /new in shop@2\.0\.0.*TypeError.*First seen in: shop@2\.0\.0/);

        await health.page.click('#crash-list summary');
        await health.page.waitFor(
          `document.querySelectorAll('#crash-list .stack li').length === 3`,
        );
        assert.match(
          await health.text('#crash-list .stack li'),
          /^applyVoucher .*voucher\.js:31:17$/,
        );

        const button = '#crash-list .buttons button';
        const session = (await health.text(button)).split(' ')[1];
        await health.page.click(button);
        const row = `document.activeElement.closest('#session-list li')`;
        await health.page.waitFor(`${row}?.id.startsWith('session-${session}')`);
        const link = '#session-list details[open] .crash-of a';
        /* The row is there, and has the focus, before its details are drawn. */
        await health.page.waitFor(`document.querySelector('${link}') !== null`);
        assert.match(await health.text(link), /^TypeError: /);
        await health.page.click(link);
        await health.page.waitFor(`document.activeElement.closest('#crash-list li') !== null`);
      });

      step('switches inbound filters on, for what comes next', async () => {
        await health.page.goto(new URL('/?project=8', demo.health).href);
        await health.page.click('#inbound-filters summary');
        await health.page.evaluate(
          `(document.querySelector('[name=releases]').value = 'old@*, *-dev')`,
        );
        await health.page.click('[name=localhost]');
        await health.click('Save');
        await health.sees('#inbound-active', '2 on');
        const send = async (release: string): Promise<void> => {
          const attrs = { release, environment: 'production' };
          const session = { init: true, started: new Date().toISOString(), attrs };
          await fetch(new URL(`/api/8/envelope/?sentry_key=${'c'.repeat(32)}`, demo.health), {
            method: 'POST',
            body: `{}\n{"type":"session"}\n${JSON.stringify(session)}`,
          });
        };
        await send('OLD@1');
        await health.sees('#kpi-sessions .kpi-note', 'No session counted.');
        await health.sees('#kpi-adoption .kpi-note', 'No session counted.');
        await send('new@1');
        await health.sees('#kpi-sessions .kpi-note', '1 session: nothing went wrong');
        await health.page.waitFor(
          `[...document.querySelectorAll('#session-list .note')].some((note) =>
          note.textContent.startsWith('The project filters out this release'))`,
        );
      });
    });
  }
});
