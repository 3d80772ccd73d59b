import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import { pack } from './pack.js';

/** Files that are loaded only where they are needed, by the name of their virtual module. */
const files = { nowasm: './crashfree.nowasm.js', storage: './crashfree.storage.js' };

/** How one of them is found. A literal is what bundlers follow; a script tag has its own address. */
const literal = (file: string) => `export const load = () => import('${file}');`;
const loads = {
  esm: literal,
  cjs: literal,
  iife: (file: string) => `const { src } = document.currentScript ?? {};
    export const load = () => import(new URL('${file}', src));`,
};

/**
 * Answers `import { wasm } from 'crashfree:wasm'` with the module at `path`, packed as text, and
 * `import { load } from 'crashfree:nowasm'` (or `:storage`) with the way to that file. `loader` takes the
 * place of web/src/loader.ts.
 */
export function wasmPlugin(path: string, format: keyof typeof loads, loader?: string): Plugin {
  return {
    name: 'crashfree-wasm',
    setup(build) {
      build.onResolve({ filter: /^crashfree:/ }, ({ path }) => ({
        path,
        namespace: 'crashfree',
      }));
      build.onResolve({ filter: /^\.\/crashfree\.(nowasm|storage)\.js$/ }, ({ path }) => ({
        path,
        external: true,
      }));
      if (loader) build.onResolve({ filter: /^\.\/loader$/ }, () => ({ path: loader }));
      build.onLoad({ filter: /:wasm$/, namespace: 'crashfree' }, async () => ({
        contents: `export const wasm = ${JSON.stringify(pack(await readFile(path)))};`,
        watchFiles: [path],
      }));
      build.onLoad({ filter: /:(nowasm|storage)$/, namespace: 'crashfree' }, ({ path }) => ({
        contents: loads[format](files[path.slice('crashfree:'.length) as keyof typeof files]),
      }));
    },
  };
}
