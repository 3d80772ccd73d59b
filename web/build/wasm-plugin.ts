import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import { pack } from './pack.js';

const FALLBACK = './crashfree.nowasm.js';

/** How the fallback is found. A literal is what bundlers follow; a script tag has its own address. */
const literal = `export const load = () => import('${FALLBACK}');`;
const loads = {
  esm: literal,
  cjs: literal,
  iife: `const { src } = document.currentScript ?? {};
    export const load = () => import(new URL('${FALLBACK}', src));`,
};

/**
 * Answers `import { wasm } from 'crashfree:wasm'` with the module at `path`, packed as text, and
 * `import { load } from 'crashfree:nowasm'` with the way to the same core as JavaScript. `loader` takes
 * the place of web/src/loader.ts.
 */
export function wasmPlugin(path: string, format: keyof typeof loads, loader?: string): Plugin {
  return {
    name: 'crashfree-wasm',
    setup(build) {
      build.onResolve({ filter: /^crashfree:/ }, (args) => ({
        path: args.path,
        namespace: 'crashfree',
      }));
      build.onResolve({ filter: /^\.\/crashfree\.nowasm\.js$/ }, () => ({
        path: FALLBACK,
        external: true,
      }));
      if (loader) build.onResolve({ filter: /^\.\/loader$/ }, () => ({ path: loader }));
      build.onLoad({ filter: /:wasm$/, namespace: 'crashfree' }, async () => ({
        contents: `export const wasm = ${JSON.stringify(pack(await readFile(path)))};`,
        watchFiles: [path],
      }));
      build.onLoad({ filter: /:nowasm$/, namespace: 'crashfree' }, () => ({
        contents: loads[format],
      }));
    },
  };
}
