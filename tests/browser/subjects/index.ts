import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Whose numbers a run looks at: the library, or the peer as a measure. */
export type Subject = 'crashfree' | 'sentry';
export const subjects: readonly Subject[] = ['crashfree', 'sentry'];

/** What a page loads: a classic script and an ES module of the same API. */
export interface Scripts {
  classic: string;
  module: string;
  /** The text of a file by its name in dist/. */
  file(name: string): string | undefined;
}

const dist = fileURLToPath(new URL('../../../dist/', import.meta.url));

function shipped(name: string): string {
  const path = `${dist}${name}`;
  if (!existsSync(path)) throw new Error(`dist/${name} is missing: run "npm run build" first`);
  return readFileSync(path, 'utf8');
}

async function bundle(format: 'iife' | 'esm'): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL('sentry.ts', import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    define: { __SENTRY_DEBUG__: 'false', __SENTRY_TRACING__: 'false' },
    format,
    ...(format === 'iife' ? { globalName: 'crashfree' } : {}),
  });
  return result.outputFiles[0]!.text;
}

export async function loadScripts(subject: Subject): Promise<Scripts> {
  if (subject === 'crashfree') {
    return {
      classic: shipped('crashfree.min.js'),
      module: shipped('crashfree.js'),
      file: (name) => (/^crashfree[\w.]*\.js$/.test(name) ? shipped(name) : undefined),
    };
  }
  const [classic, module] = await Promise.all([bundle('iife'), bundle('esm')]);
  return { classic, module, file: (name) => (name === 'crashfree.js' ? module : classic) };
}
