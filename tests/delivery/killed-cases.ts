import assert from 'node:assert/strict';
import type { Page } from '../browser/engines/index.js';
import { expectNumbers, type Case } from './case.js';
import { KNOWN, stored, UNHEARD, type Site } from './site.js';

/** A counted page whose record is as wanted. */
async function counted(site: Site, check: (records: string[]) => boolean): Promise<Page> {
  site.options = `{ storage: 'local' }`;
  const page = await site.visit();
  await site.sessions(1);
  await stored(page, 'local', check);
  return page;
}
const isVisible = (records: string[]): boolean =>
  /"visible":true/.test(records[0] ?? '') && KNOWN.test(records[0] ?? '');
const none = (records: string[]): boolean => records.length === 0;

/** Visits that come after a kill: two tabs at once, and one more. */
async function visitsAfter(site: Site): Promise<void> {
  const tabs = await Promise.all([site.tab(), site.tab()]);
  await Promise.all(tabs.map((tab, index) => tab.goto(site.url(String(index)))));
  await site.sessions(3);
}

/** Every case ends the pages of its browser, so each has it for itself. */
export const killedCases: Case[] = [
  {
    name: 'a visible tab that was killed is reported as abnormal by the next visit, once',
    async run(site) {
      const page = await counted(site, isVisible);
      await site.kill(page);
      await visitsAfter(site);
      await site.when('abnormal', () => site.metrics().abnormal === 1);
      await expectNumbers(site, { all: 3, abnormal: 1 });
    },
  },
  {
    name: 'a visible tab that was killed before its session was delivered',
    async run(site) {
      site.options = `{ storage: 'local' }`;
      await site.gate.refuse();
      const page = await site.visit();
      await stored(page, 'local', (all) => UNHEARD.test(all[0] ?? ''));
      await page.waitFor('window.settled >= 1');
      await site.kill(page);
      await site.gate.accept();
      await visitsAfter(site);
      await site.when('abnormal', () => site.metrics().abnormal === 1);
      await expectNumbers(site, { all: 3, abnormal: 1 });
    },
  },
  {
    name: 'a hidden tab that was killed is not reported',
    async run(site) {
      const page = await counted(site, isVisible);
      await page.hide();
      await stored(page, 'local', none);
      await site.kill(page);
      await visitsAfter(site);
      await expectNumbers(site, { all: 3 }, 800);
    },
  },
  {
    name: 'a frozen tab that was discarded is not reported',
    async run(site) {
      const page = await counted(site, isVisible);
      await page.evaluate(`document.dispatchEvent(new Event('freeze'))`);
      await stored(page, 'local', none);
      await site.kill(page);
      await visitsAfter(site);
      await expectNumbers(site, { all: 3 }, 800);
    },
  },
  {
    name: 'a page in the back/forward cache that was killed is not reported',
    async run(site) {
      const page = await counted(site, isVisible);
      await page.goto(site.plain);
      await stored(page, 'local', none);
      await site.kill(page);
      await visitsAfter(site);
      await expectNumbers(site, { all: 3 }, 800);
    },
  },
  {
    name: 'a tab that was closed, and one that crashed on its own page script, are not reported',
    async run(site) {
      const page = await counted(site, isVisible);
      await page.run(`throw new Error('ends the session')`);
      await site.when('crashed', () => site.metrics().crashed === 1);
      await page.waitFor('window.settled >= 2');
      await page.close();
      await visitsAfter(site);
      await expectNumbers(site, { all: 3, crashed: 1 }, 800);
    },
  },
  {
    name: 'with session storage a killed tab is not reported',
    async run(site) {
      site.options = `{ storage: 'session' }`;
      const page = await site.visit();
      await site.sessions(1);
      await site.kill(page);
      await visitsAfter(site);
      await expectNumbers(site, { all: 3 }, 800);
      assert.equal(site.metrics().abnormal, 0);
    },
  },
];
