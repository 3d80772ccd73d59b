import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from '../browser/engines/index.js';
import { KNOWN, lacking, leaveWhen, settled as settledIn, type Site } from './site.js';

/** What a user does, and how much of it should be counted then. */
export interface Way {
  name: string;
  /** The storage option; the peer has none. */
  storage?: 'local';
  /** Uses up the browser's pages, so it runs alone. */
  kills?: boolean;
  /** Quick, and up to chance, so the table takes it more often than the others. */
  often?: boolean;
  /** Sessions, crashes and abnormal ends that should be counted. */
  expected: { all: number; crashed?: number; abnormal?: number };
  run(site: Site, page: Page, downMs: number): Promise<void>;
}

/** Waits for requests to come to an end; the peer's cannot be seen, as it has a fetch of its own. */
const settled = (site: Site, page: Page, count: number): Promise<void> =>
  site.subject === 'crashfree' ? settledIn(page, count) : delay(1000);

const push = `history.pushState(null, '', '?' + Math.random())`;
/** Leaves by the page itself, so many milliseconds after its load event. */
const leaveAfter = (site: Site, ms: number): string =>
  `<script>addEventListener('load', () => setTimeout(() => location.assign('${site.plain}'), ${ms}))</script>`;

const leaving: Way[] = [0, 50, 200].flatMap((ms): Way[] => [
  {
    name: `leave ${ms} ms after load`,
    often: true,
    expected: { all: 1 },
    async run(site, page) {
      site.head += leaveAfter(site, ms);
      await page.goto(site.url()).catch(() => undefined);
      await page.waitFor(`location.pathname === '/blank' && document.readyState === 'complete'`);
    },
  },
  {
    name: `close ${ms} ms after load`,
    often: true,
    expected: { all: 1 },
    async run(site, page) {
      await page.goto(site.url());
      await delay(ms);
      await page.close();
    },
  },
]);

/** The collector refuses connections while a page loads and navigates, and then is back. */
const down = (name: string, more: Partial<Way>, during: Way['run'], after: Way['run']): Way => ({
  name,
  expected: { all: 2 },
  ...more,
  async run(site, page, downMs) {
    await site.gate.refuse();
    await page.goto(site.url());
    await settled(site, page, 1);
    await during(site, page, downMs);
    await site.gate.accept();
    await after(site, page, downMs);
  },
});

export const ways: Way[] = [
  ...leaving,
  {
    name: 'crash, and leave at once',
    expected: { all: 1, crashed: 1 },
    async run(site, page) {
      await page.goto(site.url());
      await page.leave(
        `setTimeout(() => location.assign('${site.plain}')); throw new Error('crash')`,
      );
    },
  },
  {
    name: 'navigate while the answer is awaited, and close',
    expected: { all: 2 },
    async run(site, page) {
      site.fault({ delayMs: 300 });
      await page.goto(site.url());
      await site.sessions(1);
      await page.run(push);
      await page.close();
    },
  },
  {
    name: 'tab killed while visible, next visit',
    storage: 'local',
    kills: true,
    expected: { all: 2, abnormal: 1 },
    async run(site, page) {
      await page.goto(site.url());
      await site.sessions(1);
      if (site.subject === 'crashfree') {
        await page.waitFor(`Object.values(localStorage).some((text) => ${KNOWN}.test(text))`);
      }
      await site.kill(page);
      const next = await site.visit('next');
      await next.waitFor('true');
    },
  },
  {
    name: 'offline, three navigations, online again',
    expected: { all: 4 },
    async run(site, page) {
      await page.goto(site.url());
      await settled(site, page, 1);
      // Where the network of a page cannot be cut, that of its site is.
      await (page.setOffline ? page.setOffline(true) : site.gate.refuse());
      for (let count = 0; count < 3; count++) await page.run(push);
      // Each was tried in vain.
      await settled(site, page, 4);
      await (page.setOffline ? page.setOffline(false) : site.gate.accept());
      if (!page.setOffline) await page.run(`dispatchEvent(new Event('online'))`);
    },
  },
  down(
    'collector down, back while the page is open, one more navigation',
    { expected: { all: 2 } },
    (_, __, downMs) => delay(downMs),
    (_, page) => page.run(push),
  ),
  down(
    'collector down, back while the page is open, nothing else happens',
    { expected: { all: 1 } },
    (_, __, downMs) => delay(downMs),
    async () => {},
  ),
  down(
    'collector down, page left, next visit (storage)',
    { expected: { all: 2 }, storage: 'local' },
    async (site, page) => {
      const isStored = site.subject === 'crashfree' ? `${lacking('local')} === 1` : 'true';
      await leaveWhen(page, isStored, site.plain);
    },
    (site, page) => page.goto(site.url('next')),
  ),
  {
    name: '429 for 2 s, four navigations, one after it',
    expected: { all: 6 },
    async run(site, page) {
      site.fault({ status: 429, headers: { 'x-sentry-rate-limits': '2:session:organization' } });
      await page.goto(site.url());
      await settled(site, page, 1);
      for (let count = 0; count < 4; count++) await page.run(push);
      await delay(2300);
      await page.run(push);
    },
  },
  {
    name: '503 during every other of six navigations',
    expected: { all: 7 },
    async run(site, page) {
      await page.goto(site.url());
      await settled(site, page, 1);
      const faults = site.collector.faults(site.project);
      for (let count = 0; count < 6; count++) {
        // However many requests a navigation takes.
        if (count % 2 === 0) site.fault({ status: 503, times: 100 });
        await page.run(push);
        await settled(site, page, count + 2);
        faults.length = 0;
      }
    },
  },
];

/** Which of what was expected has arrived, and what should not have. */
export interface Outcome {
  delivered: number;
  expected: number;
  /** Beyond what was expected: sessions counted twice, ends told twice. */
  surplus: number;
}

/** How much there is to deliver. */
export const expectedOf = ({ expected }: Way): number =>
  expected.all + (expected.crashed ?? 0) + (expected.abnormal ?? 0);

/** One try: a site of its own, until all is there or `patienceMs` are over. */
export async function take(
  way: Way,
  site: Site,
  downMs: number,
  patienceMs: number,
): Promise<Outcome> {
  if (way.storage) site.options = `{ storage: '${way.storage}' }`;
  await way.run(site, await site.tab(), downMs).catch((error: unknown) => {
    // What the peer never sends is waited for in vain.
    if (site.subject === 'crashfree') throw error;
  });
  const wanted = { crashed: 0, abnormal: 0, ...way.expected };
  const got = (): typeof wanted => {
    const { all, crashed, abnormal, unhandled } = site.metrics();
    // The peer's word for a crash.
    return { all, crashed: crashed + unhandled, abnormal };
  };
  const keys = Object.keys(wanted) as (keyof typeof wanted)[];
  await site
    .when('all', () => keys.every((key) => got()[key] >= wanted[key]), patienceMs)
    .catch(() => undefined);
  await site.calm(150);
  const numbers = got();
  const sum = (of: (key: keyof typeof wanted) => number): number =>
    keys.reduce((total, key) => total + of(key), 0);
  return {
    delivered: sum((key) => Math.min(numbers[key], wanted[key])),
    expected: expectedOf(way),
    surplus: sum((key) => Math.max(numbers[key] - wanted[key], 0)),
  };
}
