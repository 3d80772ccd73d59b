import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { root } from '../run.js';

/** The packages whose code esbuild put into files. */
function packagesOf({ inputs }: Metafile): string[] {
  return Object.keys(inputs).flatMap(
    (path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.slice(0, 1) ?? [],
  );
}

/** A package without a file of its licence, and the one of the same repository that has it. */
const SIBLINGS: Record<string, string> = { '@rollup/plugin-inject': '@rollup/pluginutils' };

async function packageLicence(folder: string): Promise<string> {
  const { name, version } = JSON.parse(
    await readFile(join(root, folder, 'package.json'), 'utf8'),
  ) as { name: string; version: string };
  const from = SIBLINGS[name] ? join('node_modules', SIBLINGS[name]) : folder;
  const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE']
    .map((candidate) => join(root, from, candidate))
    .find((candidate) => existsSync(candidate));
  if (!file) throw new Error(`${name} has no licence file`);
  return `---- ${name} ${version}\n\n${(await readFile(file, 'utf8')).trim()}\n`;
}

/** cJSON's; web/build/cmake/cjson.cmake puts it there. */
async function cjsonLicence(): Promise<string> {
  const text = await readFile(join(root, 'build/wasm/cjson/LICENSE'), 'utf8');
  return `---- cJSON (in crashfree.wasm, and so in each file with the core)\n\n${text.trim()}\n`;
}

/** Writes the licences of all code in dist/ that is other people's. */
export async function writeLicences(dist: string, bundled: Metafile[]): Promise<void> {
  const folders = [...new Set(bundled.flatMap(packagesOf))].sort();
  const texts = [await cjsonLicence(), ...(await Promise.all(folders.map(packageLicence)))];
  await writeFile(
    join(dist, 'LICENSES.txt'),
    `The files in this folder contain code of these packages.\n\n${texts.join('\n')}`,
  );
}
