import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { minify } from 'terser';
import { root } from '../run.js';
import { nameCache, renameModule, shortNames } from '../wasm/names.js';
import { withoutWasm } from '../wasm/nowasm.js';
import { pack, type Packed } from '../wasm/pack.js';
import { wasmPlugin, type Format } from '../wasm/plugin.js';
import { commonjs } from './commonjs.js';
import { Eager } from './eager.js';
import { firstRun } from './first-run.js';
import { moveMappings } from './mappings.js';

/** What every bundle that runs in browsers is made with. */
export const browserOptions = {
  absWorkingDir: root,
  bundle: true,
  target: 'es2020',
  charset: 'ascii',
  legalComments: 'none',
  // As plain assignments, which terser can mangle; defined fields are named in strings.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
} satisfies BuildOptions;

/** A file with the module inside, or a small one beside it. */
interface Script {
  name: string;
  entry: string;
  /** Default: an ES module. */
  format?: Format;
  /** What brings the module, instead of web/src/core/load.ts. */
  loader?: string;
  /** For places that have no page, and that may refuse code which mentions WebAssembly. */
  inert?: boolean;
}

const page = 'web/src/index.ts';

/** What comes as an ES module and as CommonJS, `.js` and `.cjs`; `MODULES[name]` is its source. */
export const MODULES: Record<string, string> = {
  crashfree: page,
  'crashfree.sentry': 'web/src/sentry.ts',
  'crashfree.anonymous': 'web/src/anonymous.ts',
  'crashfree.events': 'web/src/events/index.ts',
  'crashfree.react': 'web/adapters/react.ts',
  'crashfree.vue': 'web/adapters/vue.ts',
  'crashfree.angular': 'web/adapters/angular.ts',
  'crashfree.svelte': 'web/adapters/svelte.ts',
};

const SCRIPTS: Script[] = [
  { name: 'crashfree.min.js', entry: 'web/src/script.ts', format: 'iife' },
  { name: 'crashfree.url.js', entry: page, loader: 'web/src/core/load-url.ts' },
  { name: 'crashfree.storage.js', entry: 'web/src/storage/index.ts' },
  { name: 'crashfree.inert.js', entry: page, inert: true },
  ...Object.entries(MODULES).map(([name, entry]) => ({ name: `${name}.js`, entry })),
];

/** The module as all scripts hold it. */
interface Inside {
  names: Map<string, string>;
  packed: Packed;
}

/** A file on its way through the steps, and its source map as text. */
interface Made {
  code: string;
  map: string;
}

/** Stands for the packed module while names are chosen, which are letters that it has already. */
const CODE = '__CODE__';
const CODE_TEXT = new RegExp(`"${CODE}"|${CODE}`);

/**
 * A script tag's file is a function of the packed module, which stands at its end: engines read it once then,
 * and compressors know more of what it is among.
 */
const isTag = ({ format }: Script): boolean => format === 'iife';

/** All files of a script as one, and its source map. */
async function bundle(options: Script, inside: Inside): Promise<Made> {
  const { name, entry, loader, inert = false, format = 'esm' } = options;
  const { names, packed } = inside;
  const tag = isTag(options);
  const code = tag ? 'packed' : `"${CODE}"`;
  const { outputFiles } = await build({
    ...browserOptions,
    entryPoints: [join(root, entry)],
    define: { __CRASHFREE_CLIENT__: String(entry === page || tag) },
    inject: inert ? [] : [join(root, 'web/src/platform/built-ins.ts')],
    outfile: join(root, name),
    format: 'esm',
    ...(tag && { banner: { js: '(packed => {' }, footer: { js: `})(${CODE});` } }),
    platform: 'browser',
    sourcemap: 'external',
    minifySyntax: true,
    write: false,
    plugins: [wasmPlugin(packed, names, format, loader && join(root, loader), code)],
  });
  const textOf = (isMap: boolean) =>
    outputFiles.find(({ path }) => path.endsWith('.map') === isMap)!.text;
  return { code: textOf(false), map: textOf(true) };
}

/** The same in fewer bytes. */
async function small(bundled: Made, options: Script, names: Inside['names']): Promise<Made> {
  const { name, inert = false, format = 'esm' } = options;
  const { code, map } = await minify(
    { [name]: bundled.code },
    {
      module: format === 'esm',
      toplevel: true,
      ecma: 2020,
      compress: {
        passes: 6,
        // Only simple ones: engines read a function again for each one around it that they compile.
        inline: 1,
        pure_getters: true,
        unsafe_arrows: true,
        // Without a document all that needs a page is dead code.
        global_defs: inert ? { '@document': 'undefined' } : {},
      },
      // Private properties are named _thing; two underscores are other people's globals, and so are
      // Vue Router's mark of its own errors and the debug ids of bundlers.
      mangle: {
        properties: {
          regex: /^_[A-Za-z]/,
          reserved: ['_isRouter', '_sentryDebugIds', '_debugIds'],
        },
      },
      nameCache: nameCache(names),
      format: { ascii_only: true, comments: false },
      sourceMap: {
        content: bundled.map,
        filename: name,
        // Twenty bytes that only a debugger reads; it can be given the map.
        ...(isTag(options) ? {} : { url: `${name}.map` }),
      },
    },
  );
  return { code: code!, map: String(map) };
}

/** The same with what runs at the start written so that engines compile it at once; it has to run as before. */
async function compiledEarly(made: Made, whole: (code: string) => string): Promise<Made> {
  const { code, copied } = new Eager(made.code, await firstRun(whole(made.code)));
  const map = JSON.parse(made.map) as { mappings: string };
  map.mappings = moveMappings(map.mappings, made.code, code, copied);
  await firstRun(whole(code));
  return { code, map: JSON.stringify(map) };
}

/** Bundled by esbuild, then made small by terser. */
async function script(dist: string, inside: Inside, options: Script): Promise<void> {
  const whole = (code: string) => code.replace(CODE_TEXT, () => JSON.stringify(inside.packed.code));
  const made = await small(await bundle(options, inside), options, inside.names);
  // Not in modules: bundlers make them small once more, and leave such parentheses out.
  const { code, map } = isTag(options) ? await compiledEarly(made, whole) : made;
  const outfile = join(dist, options.name);
  await writeFile(outfile, `${whole(code)}\n`);
  await writeFile(`${outfile}.map`, map);
}

/** Writes `name`.cjs, which has the same exports as `name`.js. */
async function common(dist: string, name: string): Promise<void> {
  const module = await readFile(join(dist, `${name}.js`), 'utf8');
  await writeFile(join(dist, `${name}.cjs`), commonjs(module));
}

/** Makes the files that pages and servers load, from dist/crashfree.wasm. */
export async function scripts(dist: string): Promise<void> {
  const moduleFile = join(dist, 'crashfree.wasm');
  const module = await readFile(moduleFile);
  const names = shortNames(module);
  const inside = { names, packed: pack(renameModule(module, names)) };
  await Promise.all([
    withoutWasm(moduleFile, names).then((code) =>
      writeFile(join(dist, 'crashfree.nowasm.js'), code),
    ),
    ...SCRIPTS.map((options) => script(dist, inside, options)),
  ]);
  const both = [...Object.keys(MODULES), 'crashfree.nowasm', 'crashfree.inert'];
  await Promise.all(both.map((name) => common(dist, name)));
}
