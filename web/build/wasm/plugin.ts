import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { root } from '../run.js';
import { printable, type Packed } from './pack.js';

/** The ways to files that are loaded only where they are needed. A literal is what bundlers follow. */
const literal = `export const loadNowasm = () => import('./crashfree.nowasm.js');
  export const loadStorage = () => import('./crashfree.storage.js');
  export const loadEvents = () => import('./crashfree.events.js');`;
/** A script tag has its own address. */
const besideScript = `import { tags } from './options/tag';
  const src = tags[0]?.src;
  export const loadNowasm = () => import(new URL('crashfree.nowasm.js', src));
  export const loadStorage = () => import(new URL('crashfree.storage.js', src));
  export const loadEvents = () => import(new URL('crashfree.events.js', src));`;
const files = { esm: literal, iife: besideScript };
export type Format = keyof typeof files;

/**
 * Answers `import { code, texts, textsAt } from 'crashfree:wasm'` with the packed module,
 * `import { names } from 'crashfree:names'` with the short names in it, and
 * `import { loadNowasm } from 'crashfree:files'` with the way to that file. `loader` takes the place of
 * web/src/core/load.ts. `code` is an expression for the packed code.
 */
export function wasmPlugin(
  packed: Packed,
  names: Map<string, string>,
  format: Format,
  loader?: string,
  code = JSON.stringify(packed.code),
): Plugin {
  return {
    name: 'crashfree-wasm',
    setup(build) {
      build.onResolve({ filter: /^crashfree:/ }, ({ path }) => ({
        path,
        namespace: 'crashfree',
      }));
      build.onResolve({ filter: /^\.\/crashfree\.(nowasm|storage|events)\.js$/ }, ({ path }) => ({
        path,
        external: true,
      }));
      if (loader) build.onResolve({ filter: /^\.\/load$/ }, () => ({ path: loader }));
      build.onLoad({ filter: /:wasm$/, namespace: 'crashfree' }, () => ({
        contents: `export const code = ${code};
          export const texts = ${JSON.stringify(packed.texts)};
          export const textsAt = ${packed.textsAt};`,
      }));
      build.onLoad({ filter: /:events-wasm$/, namespace: 'crashfree' }, async () => {
        const module = await readFile(join(root, 'build/wasm/crashfree-events.wasm'));
        return { contents: `export const code = ${JSON.stringify(printable(module))};` };
      });
      build.onLoad({ filter: /:names$/, namespace: 'crashfree' }, () => ({
        contents: `export const names = ${JSON.stringify([...names])};`,
      }));
      build.onLoad({ filter: /:files$/, namespace: 'crashfree' }, () => ({
        contents: files[format],
        resolveDir: join(root, 'web/src'),
      }));
    },
  };
}
