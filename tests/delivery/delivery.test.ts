import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startServer } from '../../web/server/app/server.js';
import { detectFeatures, type Features } from '../browser/features.js';
import { engineNames, launch, PATIENCE_MS, type Engine } from '../browser/engines/index.js';
import { PageServer } from '../browser/pages.js';
import { loadScripts } from '../browser/subjects/index.js';
import { CUT_SHORT_TRIES_MAX, Tabs } from '../browser/tabs.js';
import type { Case } from './case.js';
import { hostileCases } from './hostile-cases.js';
import { canKill } from './kill.js';
import { killedCases } from './killed-cases.js';
import { Site, type World } from './site.js';
import { storageCases } from './storage-cases.js';
import { take, ways } from './ways.js';

/** The ways of the table, three times each. */
const wayCases: Case[] = ways.map((way) => ({
  name: `${way.name}, three times`,
  kills: way.kills ?? false,
  async run(site, _, again) {
    const once = async (one: Site): Promise<void> => {
      const { delivered, expected, surplus } = await take(way, one, 1000, PATIENCE_MS);
      assert.deepEqual({ delivered, surplus }, { delivered: expected, surplus: 0 });
      assert.deepEqual(one.wrongs(), []);
    };
    const sites = [site, await again(), await again()];
    if (way.kills) for (const one of sites) await once(one);
    else await Promise.all(sites.map(once));
  },
}));
const cases: Case[] = [...storageCases, ...hostileCases];
/** Those for the engines of the table. */
const tableCases: Case[] = [
  ...cases,
  ...killedCases.map((test) => ({ ...test, kills: true })),
  ...wayCases,
];

describe('delivery', { concurrency: engineNames.length }, () => {
  let world: World;
  before(async () => {
    const server = await startServer({ quiet: true });
    const { classic } = await loadScripts('crashfree');
    world = { server, scripts: new Map([['crashfree', classic]]) };
  });
  after(() => world.server.close());

  for (const name of engineNames) {
    describe(name, { concurrency: 1 }, () => {
      let engine: Engine;
      let features: Features;
      let tabs: Tabs;
      const pages = new PageServer();
      const all = canKill(name) ? tableCases : cases;
      before(async () => {
        engine = await launch(name);
        await pages.listen();
        tabs = new Tabs(engine, `${pages.origins[0]}/blank`);
        features = await detectFeatures(engine, pages);
      });
      after(async () => {
        await engine.close();
        await pages.close();
      });

      /** Runs a case. A failure tells nothing if the browser cut the end of a page short: it is begun anew then. */
      const attempt = async (test: Case, tries = 1): Promise<void> => {
        const sites: Site[] = [];
        const open = async (): Promise<Site> => {
          const site = await Site.open(engine, tabs, world);
          sites.push(site);
          return site;
        };
        try {
          return await test.run(await open(), features, open);
        } catch (error) {
          if (tries === CUT_SHORT_TRIES_MAX || !sites.some((site) => site.cutShort)) throw error;
        } finally {
          for (const site of sites) await site.close();
        }
        return attempt(test, tries + 1);
      };
      const run = (test: Case): void => {
        it(`${name} › ${test.name}`, () => attempt(test));
      };
      describe('one at a time', { concurrency: 1 }, () =>
        all.filter(({ alone }) => alone).forEach(run),
      );
      describe('side by side', { concurrency: 4 }, () =>
        all.filter(({ alone, kills }) => !alone && !kills).forEach(run),
      );
      describe('killed', { concurrency: 1 }, () => all.filter(({ kills }) => kills).forEach(run));
    });
  }
});
