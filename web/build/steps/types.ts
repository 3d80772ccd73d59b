import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { root, run } from '../run.js';
import { NODE_MODULES } from './node.js';
import { MODULES } from './scripts.js';

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

const ALL = { ...MODULES, ...NODE_MODULES };

/** Where the declarations of a source file are, below the folder of all. */
const declared = (entry: string): string => entry.replace(/^web\/(.*)\.ts$/, '$1');

/**
 * Writes the declarations that can be reached from the entry, with file extensions, without which
 * Node's ways of resolving modules do not find them; once for ES modules and once for CommonJS.
 */
export async function types(dist: string): Promise<void> {
  const emitted = join(root, 'build/types');
  await rm(emitted, { recursive: true, force: true });
  await run(join(root, 'node_modules/.bin/tsc'), ['-p', 'web/build/steps/types.tsconfig.json'], {
    quiet: true,
  });

  const names = new Set(Object.values(ALL).map(declared));
  for (const name of names) {
    const text = await readFile(join(emitted, `${name}.d.ts`), 'utf8');
    const relative = /(from |import\(|import )(['"])(\.\.?\/[^'"]+)\2/g;
    for (const [, , , other] of text.matchAll(relative)) {
      names.add(posix.join(posix.dirname(name), other!));
    }
    for (const [extension, specifier] of [
      ['d.ts', 'js'],
      ['d.cts', 'cjs'],
    ] as const) {
      const file = join(dist, 'types', `${name}.${extension}`);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text.replace(relative, `$1'$3.${specifier}'`));
    }
  }
  const write = (name: string, text: string): Promise<void> => writeFile(join(dist, name), text);
  for (const [name, entry] of Object.entries(ALL)) {
    await write(`${name}.d.ts`, `export * from './types/${declared(entry)}.js';\n`);
    await write(`${name}.d.cts`, `export * from './types/${declared(entry)}.cjs';\n`);
  }
  for (const extension of ['d.ts', 'd.cts']) {
    await write(`crashfree.nowasm.${extension}`, nowasmTypes);
  }
  await write('crashfree.url.d.ts', `export * from './types/src/index.js';\n`);
  await write('crashfree.min.d.ts', scriptTypes);
}
