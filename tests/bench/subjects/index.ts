import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from '../../../web/build/run.js';

export interface Subject {
  name: string;
  /** The classic script; empty for the control, which is a page without any. */
  script: string;
  /** The global with `init` and `captureException`. */
  global?: string;
}

/** What all others are compared with. */
export const reference = 'Sentry, sessions only';
/** The page itself: what it shows is taken off the others' figures. */
export const control = 'nothing';

async function bundle(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`${name}.ts`, import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2020',
    legalComments: 'none',
    define: { __SENTRY_DEBUG__: 'false', __SENTRY_TRACING__: 'false' },
  });
  return outputFiles[0]!.text;
}

export async function loadSubjects(): Promise<Subject[]> {
  const shipped = await readFile(join(root, 'dist/crashfree.min.js'), 'utf8');
  const peer = async (name: string, file: string): Promise<Subject> => ({
    name,
    script: await bundle(file),
    global: 'peer',
  });
  return [
    { name: 'crashfree', script: shipped.replace(/\/\/# .*\n$/, ''), global: 'crashfree' },
    await peer(reference, 'sessions-only'),
    await peer('Sentry, default init', 'default'),
    await peer('hand-written floor', 'minimal'),
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
