import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { root } from '../../web/build/run.js';

/** Bundles a module as a user's project would; `crashfree` is the package itself, from dist/. */
export async function bundle(contents: string, options: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: { contents, resolveDir: join(root, 'tests/readme'), sourcefile: 'snippet.js' },
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'silent',
    ...options,
  });
  return outputFiles![0]!.text;
}
