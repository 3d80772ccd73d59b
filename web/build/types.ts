import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { root, run } from './run.js';

/** The frameworks with an entry of their own, in web/adapters. */
export const adapters = ['react', 'vue', 'angular', 'svelte'];

/** Declarations of the entries that have none of their own in web/src. */
const scriptTypes = `/** The script-tag file: it defines \`window.crashfree\`. */
declare global {
  interface Window {
    crashfree: typeof import('./types/src/index.js');
  }
}
export {};
`;
const nowasmTypes = `/** The core as JavaScript: takes the imports of crashfree.wasm, gives exports of the same shape. */
export declare function instantiate(imports: WebAssembly.Imports): WebAssembly.Exports;
`;

/**
 * Writes the declarations that can be reached from the entry, with file extensions, without which
 * Node's ways of resolving modules do not find them; once for ES modules and once for CommonJS.
 */
export async function types(dist: string): Promise<void> {
  const emitted = join(root, 'build/types');
  await rm(emitted, { recursive: true, force: true });
  await run(join(root, 'node_modules/.bin/tsc'), ['-p', 'web/build/types.tsconfig.json'], {
    quiet: true,
  });

  const names = new Set([
    ...['src/index', 'src/sentry', 'src/anonymous', 'node/index'],
    ...adapters.map((name) => `adapters/${name}`),
  ]);
  for (const name of names) {
    const text = await readFile(join(emitted, `${name}.d.ts`), 'utf8');
    const relative = /(from |import\()'(\.\.?\/[^']+)'/g;
    for (const [, , other] of text.matchAll(relative)) {
      names.add(posix.join(posix.dirname(name), other!));
    }
    for (const [extension, specifier] of [
      ['d.ts', 'js'],
      ['d.cts', 'cjs'],
    ] as const) {
      const file = join(dist, 'types', `${name}.${extension}`);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text.replace(relative, `$1'$2.${specifier}'`));
    }
  }
  const write = (name: string, text: string): Promise<void> => writeFile(join(dist, name), text);
  await write('crashfree.d.ts', `export * from './types/src/index.js';\n`);
  await write('crashfree.d.cts', `export * from './types/src/index.cjs';\n`);
  await write('crashfree.url.d.ts', `export * from './types/src/index.js';\n`);
  await write('crashfree.sentry.d.ts', `export * from './types/src/sentry.js';\n`);
  await write('crashfree.anonymous.d.ts', `export * from './types/src/anonymous.js';\n`);
  await write('crashfree.node.d.ts', `export * from './types/node/index.js';\n`);
  await write('crashfree.node.d.cts', `export * from './types/node/index.cjs';\n`);
  for (const name of adapters) {
    await write(`crashfree.${name}.d.ts`, `export * from './types/adapters/${name}.js';\n`);
    await write(`crashfree.${name}.d.cts`, `export * from './types/adapters/${name}.cjs';\n`);
  }
  await write('crashfree.min.d.ts', scriptTypes);
  await write('crashfree.nowasm.d.ts', nowasmTypes);
}
