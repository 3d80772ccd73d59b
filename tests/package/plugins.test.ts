import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { build } from 'esbuild';
import { rollup } from 'rollup';
import { plugin } from '../../web/plugins/plugin.js';

/** Each is something that a way of putting texts in takes for more than a text. */
const RELEASES = ['shop@1.4.0', "a$&b$$c$'d", '"; throw 1; "', 'a${b}`c', '<!--\u2028--'];

/** A program that uses the name in all ways in which it is, and is not, the release. */
const PROGRAM = `
  export const release = typeof __SENTRY_RELEASE__ === 'string' ? __SENTRY_RELEASE__ : 'none';
  export const shorthand = { __SENTRY_RELEASE__ };
  export const text = 'the name is "__SENTRY_RELEASE__"'; // __SENTRY_RELEASE__
  export const property = { __SENTRY_RELEASE__: 1 }.__SENTRY_RELEASE__;
  export const own = ((__SENTRY_RELEASE__) => __SENTRY_RELEASE__)(2);
`;

const bundlers: Record<string, (entry: string, release: string) => Promise<string>> = {
  async rollup(entry, release) {
    const bundle = await rollup({
      input: entry,
      plugins: [plugin.rollup({ release })],
      onLog: (_, log) => assert.fail(log.message),
    });
    const { output } = await bundle.generate({ format: 'es' });
    await bundle.close();
    return output[0].code;
  },
  async esbuild(entry, release) {
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      format: 'esm',
      write: false,
      plugins: [plugin.esbuild({ release })],
    });
    return outputFiles[0]!.text;
  },
};

describe('the plugin', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crashfree-'));
    await writeFile(join(folder, 'entry.js'), PROGRAM);
  });
  after(() => rm(folder, { recursive: true }));

  for (const [name, bundle] of Object.entries(bundlers)) {
    for (const release of RELEASES) {
      it(`${name} puts in ${JSON.stringify(release)} as it is, and nowhere else`, async () => {
        const code = await bundle(join(folder, 'entry.js'), release);
        const made = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as object;
        assert.deepEqual(
          { ...made },
          {
            release,
            shorthand: { __SENTRY_RELEASE__: release },
            text: 'the name is "__SENTRY_RELEASE__"',
            property: 1,
            own: 2,
          },
        );
      });
    }
  }
});
