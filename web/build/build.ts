/** Makes everything that ships, in dist/. `npm run build` runs it after .ci/setup. */
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { minify } from 'terser';
import { writeAbi } from './abi.js';
import { nameCache, renameModule, shortNames } from './names.js';
import { withoutWasm } from './nowasm.js';
import { pack } from './pack.js';
import { plugins } from './plugins.js';
import { filesBelow, root, run, step } from './run.js';
import { adapters, types } from './types.js';
import { wasmPlugin } from './wasm-plugin.js';

const dist = join(root, 'dist');
const moduleFile = join(dist, 'crashfree.wasm');
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
  version: string;
};

const browserOptions = {
  absWorkingDir: root,
  bundle: true,
  target: 'es2020',
  charset: 'ascii',
  legalComments: 'none',
  // As plain assignments, which terser can mangle; defined fields are named in strings.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  define: { __CRASHFREE_VERSION__: JSON.stringify(version) },
} satisfies BuildOptions;

async function configure(): Promise<void> {
  await run('cmake', ['--preset', 'wasm'], { quiet: true });
}

async function wasm(): Promise<void> {
  await run('cmake', ['--build', '--preset', 'wasm'], { quiet: true });
  await copyFile(join(root, 'build/wasm/crashfree.wasm'), moduleFile);
}

/** One file with the module inside: bundled by esbuild, then made small by terser. */
async function script(
  entry: string,
  name: string,
  format: 'esm' | 'cjs' | 'iife',
  { loader, platform = 'browser' }: { loader?: string; platform?: 'browser' | 'node' } = {},
): Promise<void> {
  const outfile = join(dist, name);
  const module = await readFile(moduleFile);
  const names = shortNames(module);
  const packed = pack(renameModule(module, names));
  const code = JSON.stringify(packed.code);
  // In its place while names are chosen, which are letters that the text has already.
  const blank = ' '.repeat(code.length - 2);
  const bundle = await build({
    ...browserOptions,
    entryPoints: [join(root, entry)],
    outfile,
    format,
    platform,
    sourcemap: 'external',
    minifySyntax: true,
    write: false,
    plugins: [wasmPlugin({ ...packed, code: blank }, names, format, loader && join(root, loader))],
  });
  const bundled = bundle.outputFiles.find((file) => file.path === outfile)!;
  const map = bundle.outputFiles.find((file) => file.path.endsWith('.map'))!;

  const result = await minify(
    { [name]: bundled.text },
    {
      module: format === 'esm',
      toplevel: true,
      ecma: 2020,
      compress: { passes: 3, pure_getters: true, unsafe_arrows: true, unsafe_methods: true },
      // Private properties are named _thing; two underscores are other people's globals.
      mangle: { properties: { regex: /^_[A-Za-z]/ } },
      nameCache: nameCache(names),
      format: { ascii_only: true, comments: false },
      sourceMap: {
        content: map.text,
        filename: name,
        // Twenty bytes that only a debugger reads; it can be given the map.
        ...(format === 'iife' ? {} : { url: `${name}.map` }),
      },
    },
  );
  await writeFile(outfile, `${result.code!.replace(`"${blank}"`, () => code)}\n`);
  await writeFile(`${outfile}.map`, String(result.map));
}

async function devServer(): Promise<void> {
  const outfile = join(dist, 'dev.js');
  const entry = join(root, 'web/server/app/cli.ts');
  const hashbang = (await readFile(entry, 'utf8')).startsWith('#!');
  await build({
    absWorkingDir: root,
    bundle: true,
    entryPoints: [entry],
    outfile,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    legalComments: 'none',
    define: browserOptions.define,
    banner: hashbang ? {} : { js: '#!/usr/bin/env node' },
  });
  await chmod(outfile, 0o755);
}

const server = { loader: 'web/node/loader.ts', platform: 'node' } as const;

/** Copies the pages below `source` to dist/demo; a script that one names and that exists as .ts is bundled. */
async function pages(source: string, folder = ''): Promise<void> {
  const entries = new Set<string>();
  const files = await filesBelow(source);
  const target = join(dist, 'demo', folder);

  for (const file of files) {
    if (!file.endsWith('.html')) continue;
    const html = await readFile(join(source, file), 'utf8');
    for (const [, url] of html.matchAll(/src="([^":?#]+)\.js"/g)) {
      const base = url!.startsWith('/') ? source : join(source, dirname(file));
      const path = join(base, `${url!.replace(`/${folder}/`, '/')}.ts`);
      if (existsSync(path)) entries.add(path);
    }
  }
  for (const file of files) {
    if (/\.tsx?$|\.md$/.test(file)) continue;
    await mkdir(dirname(join(target, file)), { recursive: true });
    await copyFile(join(source, file), join(target, file));
  }
  await build({
    ...browserOptions,
    entryPoints: [...entries],
    outdir: target,
    outbase: source,
    format: 'esm',
    minify: true,
    sourcemap: 'linked',
  });
}

try {
  await mkdir(dist, { recursive: true });
  await writeAbi();
  await step('Configuring (cJSON, Emscripten)', configure);
  await step('Building crashfree.wasm', wasm);
  for (const folder of ['types', 'plugins']) {
    await rm(join(dist, folder), { recursive: true, force: true });
  }
  await rm(join(dist, 'demo'), { recursive: true, force: true });
  await step('Bundling crashfree.js and crashfree.min.js', () =>
    Promise.all([
      script('web/src/index.ts', 'crashfree.js', 'esm'),
      script('web/src/index.ts', 'crashfree.cjs', 'cjs'),
      script('web/src/storage/index.ts', 'crashfree.storage.js', 'esm'),
      script('web/src/sentry.ts', 'crashfree.sentry.js', 'esm'),
      script('web/src/anonymous.ts', 'crashfree.anonymous.js', 'esm'),
      ...adapters.flatMap((name) => [
        script(`web/adapters/${name}.ts`, `crashfree.${name}.js`, 'esm'),
        script(`web/adapters/${name}.ts`, `crashfree.${name}.cjs`, 'cjs'),
      ]),
      script('web/src/index.ts', 'crashfree.url.js', 'esm', {
        loader: 'web/src/url-loader.ts',
      }),
      script('web/src/script.ts', 'crashfree.min.js', 'iife'),
      script('web/node/index.ts', 'crashfree.node.js', 'esm', server),
      script('web/node/index.ts', 'crashfree.node.cjs', 'cjs', server),
    ]),
  );
  await step('Writing crashfree.nowasm.js', async () => {
    const names = shortNames(await readFile(moduleFile));
    await writeFile(join(dist, 'crashfree.nowasm.js'), await withoutWasm(moduleFile, names));
  });
  await step('Writing the type declarations', () => types(dist));
  await step('Bundling the bundler plugins', () => plugins(dist));
  await step('Bundling the dev server and the demo', () =>
    Promise.all([
      devServer(),
      pages(join(root, 'web/server/page')),
      pages(join(root, 'web/demo/shop'), 'shop'),
    ]),
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
