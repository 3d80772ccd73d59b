/**
 * How much work the page's layer makes of a start, a navigation, an error and an answer: unlike times
 * these are the same on any machine. Nothing may rise above work.json; what fell is written there by
 * `UPDATE=1 npm test -- work`, and what has to rise by hand, in a commit that says for what.
 */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { CDPSession } from 'puppeteer-core';
import { Chromium } from '../bench/chromium.js';
import { crashfree, loadSubjects } from '../bench/subjects/index.js';
import type { Work } from './in-page.js';

const file = fileURLToPath(new URL('work.json', import.meta.url));
const [subject] = (await loadSubjects()).filter(({ name }) => name === crashfree);
const options = {
  dsn: 'https://0123456789abcdef0123456789abcdef@o1.ingest.example/42',
  release: 'shop@1.4.0',
  environment: 'production',
};

/** What is thrown, also where it is caught, is told by the first line of its text. */
async function listExceptions(cdp: CDPSession): Promise<string[]> {
  const thrown: string[] = [];
  cdp.on('Debugger.paused', ({ data }) => {
    thrown.push(
      String((data as { description?: string } | undefined)?.description).split('\n')[0]!,
    );
    void cdp.send('Debugger.resume');
  });
  await cdp.send('Debugger.enable');
  await cdp.send('Debugger.setPauseOnExceptions', { state: 'all' });
  return thrown;
}

async function measure(): Promise<{ work: Record<string, Work>; thrown: string[] }> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('in-page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'work',
  });
  const script = `${subject!.script};crashfree.init(${JSON.stringify(options)})`;
  const chromium = await Chromium.launch([subject!]);
  try {
    return await chromium.visit('/work', async ({ page, cdp }) => {
      await page.evaluate(`${outputFiles[0]!.text};work.install()`);
      const call = `work.measure(${JSON.stringify(script)}, 'crashfree')`;
      const thrown = await listExceptions(cdp);
      return { work: (await page.evaluate(call)) as Record<string, Work>, thrown };
    });
  } finally {
    await chromium.close();
  }
}

describe('the work of the page’s layer', { timeout: 120_000 }, async () => {
  const kept = JSON.parse(await readFile(file, 'utf8')) as Record<string, Partial<Work>>;
  const { work: seen, thrown } = await measure();

  for (const [action, work] of Object.entries(seen)) {
    it(`${action} takes no more than it did`, () => {
      const more = Object.entries(work)
        .filter(([kind, count]) => count > (kept[action]?.[kind as keyof Work] ?? 0))
        .map(
          ([kind, count]) => `${kind}: ${count}, not ${kept[action]?.[kind as keyof Work] ?? 0}`,
        );
      assert.deepEqual(more, []);
    });
  }

  /* Each takes as much as half a start: an engine reads the functions on its stack once more. */
  it('no exception is thrown, not even one that is caught', () => {
    assert.deepEqual(thrown, []);
  });

  /* A step of the build sees to that, see web/build/steps/eager.ts: without it a start takes a seventh more. */
  it('what runs at the start is compiled with the script', () => {
    const together = subject!.script.match(/\((async )?function\(/g) ?? [];
    assert.ok(together.length > 40, `${together.length} functions`);
  });

  it('work.json names no action that is not measured', () => {
    assert.deepEqual(Object.keys(kept).sort(), Object.keys(seen).sort());
  });

  if (process.env['UPDATE']) {
    const shown = Object.entries(seen).map(([action, work]) => [
      action,
      Object.fromEntries(Object.entries(work).filter(([, count]) => count > 0)),
    ]);
    await writeFile(file, `${JSON.stringify(Object.fromEntries(shown), null, 2)}\n`);
  }
});
