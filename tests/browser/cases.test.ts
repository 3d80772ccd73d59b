import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Case } from './case.js';
import { cases } from './cases/index.js';
import { engineNames, launch, type Engine } from './engines/index.js';
import { detectFeatures, type Features } from './features.js';
import { Bench } from './harness.js';
import { runCase } from './run-case.js';
import { Tabs } from './tabs.js';

describe('what people experienced is what is counted', { concurrency: engineNames.length }, () => {
  let bench: Bench;
  const starting = Bench.start(['crashfree']);
  before(async () => {
    bench = await starting;
  });
  after(() => bench.close());

  for (const name of engineNames) {
    // Without its own number a suite takes that of the one around it.
    describe(name, { concurrency: 1 }, () => {
      let engine: Engine;
      let features: Features;
      let tabs: Tabs;
      before(async () => {
        engine = await launch(name);
        features = await detectFeatures(engine, bench.pages);
        tabs = new Tabs(engine, bench.blank);
      });
      after(() => engine.close());

      const run = (test: Case): void => {
        it(`${name} › ${test.name}`, async () => {
          const { ok, problems, trace } = await runCase(test, {
            bench,
            tabs,
            features,
            subject: 'crashfree',
          });
          assert.ok(ok, `${problems.join('\n')}\nwhat arrived: ${trace.join('\n')}`);
        });
      };
      describe('one at a time', { concurrency: 1 }, () =>
        cases.filter(({ alone }) => alone).forEach(run),
      );
      describe('side by side', { concurrency: 4 }, () =>
        cases.filter(({ alone }) => !alone).forEach(run),
      );
    });
  }
});
