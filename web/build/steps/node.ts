import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { root } from '../run.js';
import { printable } from '../wasm/pack.js';

/** The entries, by the name of their file without its end. */
export const NODE_MODULES: Record<string, string> = {
  'crashfree.node': 'web/node/index.ts',
  'crashfree.node.register': 'web/node/register.ts',
};
/** What takes the place of the first one where there is no Node, with the same exports. */
const INERT = 'web/node/inert.ts';

const nodeOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  charset: 'ascii',
  legalComments: 'none',
  minify: true,
  metafile: true,
} satisfies BuildOptions;

/** Answers an import with a text of ours. */
const virtual = (filter: RegExp, contents: (path: string) => string): Plugin => ({
  name: `crashfree-${filter.source}`,
  setup(setup) {
    setup.onResolve({ filter }, ({ path }) => ({ path, namespace: filter.source }));
    setup.onLoad({ filter: /.*/, namespace: filter.source }, ({ path }) => ({
      contents: contents(path),
      loader: 'js',
    }));
  },
});

/** In ES modules there is no `require`: what is CommonJS among the bundled packages imports Node's. */
const builtins: Plugin = {
  name: 'crashfree-builtins',
  setup(setup) {
    const filter = new RegExp(`^(${builtinModules.join('|')})$`);
    setup.onResolve({ filter }, ({ path, kind }) =>
      kind === 'require-call' ? { path, namespace: 'builtin' } : undefined,
    );
    setup.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `export * from 'node:${path}'; export { default } from 'node:${path}';`,
    }));
  },
};

/** The proxy agents log by it, if the environment says so. */
const silence = virtual(/^debug$/, () => 'module.exports = () => () => {};');

/** What a thread runs, as text. */
async function worker(): Promise<{ code: string; metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    ...nodeOptions,
    entryPoints: [join(root, 'web/node/sender/worker.ts')],
    format: 'cjs',
    write: false,
    plugins: [silence],
  });
  return { code: outputFiles[0]!.text, metafile };
}

/**
 * Makes the files for servers, with their modules inside, from build/wasm; tells
 * what it bundled. They keep the names of the source as far as a stack shows them.
 */
export async function nodeScripts(dist: string): Promise<Metafile[]> {
  const module = await readFile(join(root, 'build/wasm/crashfree-node.wasm'));
  const events = await readFile(join(root, 'build/wasm/crashfree-events.wasm'));
  const { code, metafile } = await worker();
  const plugins = [
    virtual(
      /^crashfree:node-wasm$/,
      () => `export const bytes = Buffer.from('${module.toString('base64')}', 'base64');`,
    ),
    virtual(
      /^crashfree:events-wasm$/,
      () => `export const code = ${JSON.stringify(printable(events))};`,
    ),
    virtual(/^crashfree:worker$/, () => `export const code = ${JSON.stringify(code)};`),
    silence,
  ];
  const entries = Object.entries({ ...NODE_MODULES, 'crashfree.node.inert': INERT });
  const bundled = await Promise.all(
    entries.flatMap(([name, entry]) =>
      (['esm', 'cjs'] as const).map((format) =>
        build({
          ...nodeOptions,
          entryPoints: [join(root, entry)],
          outfile: join(dist, `${name}.${format === 'cjs' ? 'cjs' : 'js'}`),
          format,
          keepNames: true,
          inject: entry === INERT ? [] : [join(root, 'web/node/globals.ts')],
          sourcemap: 'linked',
          plugins: format === 'esm' ? [...plugins, builtins] : plugins,
        }),
      ),
    ),
  );
  return [metafile, ...bundled.map((result) => result.metafile)];
}
