/** The page's layer as one script, from its source, with the module that was built. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../../../web/build/run.js';
import { browserOptions } from '../../../web/build/steps/scripts.js';
import { renameModule, shortNames } from '../../../web/build/wasm/names.js';
import { pack } from '../../../web/build/wasm/pack.js';
import { wasmPlugin } from '../../../web/build/wasm/plugin.js';

/** A script whose value is what the entry exports. What is loaded later is inside. */
export async function bundle(entry: string): Promise<string> {
  const module = await readFile(join(root, 'dist/crashfree.wasm'));
  /* The source's own names, which a build that ships makes shorter. */
  const names = new Map([...shortNames(module).keys()].map((name) => [name, `_${name}`]));
  const { outputFiles } = await build({
    ...browserOptions,
    entryPoints: [join(root, entry)],
    format: 'iife',
    globalName: 'exported',
    platform: 'browser',
    sourcemap: 'inline',
    write: false,
    footer: { js: 'exported;' },
    plugins: [
      {
        name: 'inside',
        setup({ onResolve }) {
          onResolve({ filter: /^\.\/crashfree\.storage\.js$/ }, () => ({
            path: join(root, 'web/src/storage/index.ts'),
          }));
        },
      },
      wasmPlugin(pack(renameModule(module, names)), names, 'esm'),
    ],
  });
  return outputFiles[0]!.text;
}
