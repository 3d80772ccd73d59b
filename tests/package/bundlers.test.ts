import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launch, type Engine } from '../browser/engines/index.js';
import { Counting } from './counting.js';
import { build, pack, serve, visit } from './fixture.js';
import { stacks } from './stacks.js';

/** The fast ones; `npm run fixtures` runs all. */
const fast = stacks.filter(({ folder }) => folder === 'esbuild' || folder === 'rollup');

describe('pages built with the packed package', () => {
  let counting: Counting;
  let engine: Engine;
  let tarball: string;
  before(async () => {
    counting = await Counting.start();
    engine = await launch('chromium');
    tarball = await pack();
  });
  after(async () => {
    await engine.close();
    await counting.close();
  });

  for (const stack of fast) {
    it(stack.name, async () => {
      const project = counting.newProject();
      const folder = await build(stack, tarball, counting.dsn(project));
      const served = await serve(stack, folder);
      try {
        for (const plain of [false, true]) {
          assert.deepEqual(await visit(engine, served, stack, counting, project, plain), []);
        }
      } finally {
        await served.close();
      }
    });
  }
});
