import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build, type BuildOptions } from 'esbuild';
import { root } from '../../../web/build/run.js';

export interface Subject {
  name: string;
  /** The classic script; empty for the control, which is a page without any. */
  script: string;
  /** The global with `init` and `captureException`. */
  global?: string;
}

export const crashfree = 'crashfree';
/** Another build of it. */
export const beside = 'beside';
/** With the events of errors, which is what @sentry/browser does, too. */
export const withEvents = 'crashfree with events';
/** What @sentry/browser is as its documentation starts it. */
export const wholePeer = 'Sentry, default init';
/** What all others are compared with. */
export const reference = 'Sentry, sessions only';
/** The least that anybody could write. */
export const floor = 'hand-written floor';
/** The page itself: what it shows is taken off the others' figures. */
export const control = 'nothing';

async function bundle(file: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    ...(options.stdin ? {} : { entryPoints: [file] }),
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2020',
    legalComments: 'none',
    ...options,
  });
  return outputFiles![0]!.text;
}

/** `other`: the file of another build of crashfree.min.js. */
export async function loadSubjects(other?: string): Promise<Subject[]> {
  const dist = (name: string) => join(root, 'dist', name);
  const shipped = async (name: string, file: string): Promise<Subject> => ({
    name,
    script: (await readFile(file, 'utf8')).replace(/\/\/# .*\n$/, ''),
    global: 'crashfree',
  });
  const peer = async (name: string, file: string): Promise<Subject> => ({
    name,
    script: await bundle(fileURLToPath(new URL(`${file}.ts`, import.meta.url)), {
      define: { __SENTRY_DEBUG__: 'false', __SENTRY_TRACING__: 'false' },
    }),
    global: 'peer',
  });
  /* As a bundler takes it in; the file beside it is at the server's root. */
  const module = async (name: string, file: string, define: Record<string, string>) => ({
    name,
    script: await bundle(dist(file), {
      globalName: 'crashfree',
      define,
      external: ['./crashfree.*.js'],
      // Of a script that is no module, whose imports are beside the page.
      supported: { 'dynamic-import': true },
    }),
    global: 'crashfree',
  });
  return [
    await shipped(crashfree, dist('crashfree.min.js')),
    {
      name: withEvents,
      script: await bundle('', {
        stdin: {
          resolveDir: dist(''),
          contents: `import { init as start, captureException, navigate } from './crashfree.js';
            import { eventsIntegration } from './crashfree.events.js';
            const integrations = [eventsIntegration()];
            export { captureException, navigate };
            export const init = (options) => start({ ...options, integrations });`,
        },
        globalName: 'crashfree',
        external: ['./crashfree.nowasm.js', './crashfree.storage.js'],
        supported: { 'dynamic-import': true },
      }),
      global: 'crashfree',
    },
    ...(other ? [await shipped(beside, other)] : []),
    await peer(reference, 'sessions-only'),
    await peer(wholePeer, 'default'),
    await peer(floor, 'minimal'),
    await module('crashfree/url', 'crashfree.url.js', { 'import.meta.url': 'document.baseURI' }),
    await module('crashfree without WebAssembly', 'crashfree.js', { WebAssembly: 'undefined' }),
    { name: control, script: '' },
  ];
}

export function weigh(text: string): { raw: number; gzip: number; brotli: number } {
  const bytes = Buffer.from(text);
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
    }).length,
  };
}
