/** Makes everything that ships, in dist/. `npm run build` runs it after .ci/setup. */
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root, run, step } from './run.js';
import { writeAbi } from './steps/abi.js';
import { demo } from './steps/demo.js';
import { writeLicences } from './steps/licences.js';
import { nodeScripts } from './steps/node.js';
import { plugins } from './steps/plugins.js';
import { scripts } from './steps/scripts.js';
import { devServer } from './steps/server.js';
import { types } from './steps/types.js';

const dist = join(root, 'dist');
const quiet = { quiet: true };

try {
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  await writeAbi();
  await step('Configuring (cJSON, Emscripten)', () => run('cmake', ['--preset', 'wasm'], quiet));
  await step('Building crashfree.wasm', async () => {
    await run('cmake', ['--build', '--preset', 'wasm'], quiet);
    await copyFile(join(root, 'build/wasm/crashfree.wasm'), join(dist, 'crashfree.wasm'));
  });
  await step('Bundling the scripts', () => scripts(dist));
  await step('Writing the type declarations', () => types(dist));
  const bundled = await step(
    'Bundling the plugins, the dev server, the demo and the files for servers',
    () => Promise.all([plugins(dist), devServer(dist), demo(dist), nodeScripts(dist)]),
  );
  await step('Collecting the licences', () => writeLicences(dist, bundled.flat()));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
