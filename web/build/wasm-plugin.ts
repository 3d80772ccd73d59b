import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import { pack } from './pack.js';

/** Answers `import { wasm } from 'crashfree:wasm'` with the module at `path`, packed as text. */
export function wasmPlugin(path: string): Plugin {
  return {
    name: 'crashfree-wasm',
    setup(build) {
      build.onResolve({ filter: /^crashfree:wasm$/ }, () => ({ path, namespace: 'crashfree' }));
      build.onLoad({ filter: /.*/, namespace: 'crashfree' }, async () => ({
        contents: `export const wasm = ${JSON.stringify(pack(await readFile(path)))};`,
        loader: 'js',
        watchFiles: [path],
      }));
    },
  };
}
