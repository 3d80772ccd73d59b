import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { filesBelow, root } from '../run.js';
import { browserOptions } from './scripts.js';

/** Where the pages are, and where below dist/demo they are served. */
const PAGES = { 'web/server/page': '', 'web/demo/shop': 'shop' };

/** The .ts files that pages name as .js. */
async function entriesOf(source: string, folder: string, pages: string[]): Promise<string[]> {
  const entries = new Set<string>();
  for (const page of pages) {
    const html = await readFile(join(source, page), 'utf8');
    for (const [, url] of html.matchAll(/src="([^":?#]+)\.js"/g)) {
      const base = url!.startsWith('/') ? source : join(source, dirname(page));
      const path = join(base, `${url!.replace(`/${folder}/`, '/')}.ts`);
      if (existsSync(path)) entries.add(path);
    }
  }
  return [...entries];
}

async function pages(source: string, dist: string, folder: string): Promise<Metafile> {
  const files = await filesBelow(source);
  const target = join(dist, 'demo', folder);
  for (const file of files.filter((name) => !/\.(ts|md)$/.test(name))) {
    await mkdir(dirname(join(target, file)), { recursive: true });
    await copyFile(join(source, file), join(target, file));
  }
  const html = files.filter((file) => file.endsWith('.html'));
  const { metafile } = await build({
    ...browserOptions,
    entryPoints: await entriesOf(source, folder, html),
    outdir: target,
    outbase: source,
    format: 'esm',
    minify: true,
    sourcemap: 'linked',
    metafile: true,
  });
  return metafile;
}

/** Copies the release-health page and the shop, bundles their scripts; tells what it bundled. */
export function demo(dist: string): Promise<Metafile[]> {
  return Promise.all(
    Object.entries(PAGES).map(([source, folder]) => pages(join(root, source), dist, folder)),
  );
}
