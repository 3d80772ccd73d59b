import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { root } from '../run.js';

/** Bundles `crashfree dev`; tells what it bundled. */
export async function devServer(dist: string): Promise<Metafile> {
  const outfile = join(dist, 'dev.js');
  const { metafile } = await build({
    absWorkingDir: root,
    bundle: true,
    entryPoints: [join(root, 'web/server/app/cli.ts')],
    outfile,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    legalComments: 'none',
    metafile: true,
    // Optional, and with a module of its own beside it.
    external: ['node-sqlite3-wasm'],
    banner: { js: '#!/usr/bin/env node' },
  });
  await chmod(outfile, 0o755);
  return metafile;
}
