import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../../web/build/run.js';
import { pack } from './fixture.js';

const bin = join(root, 'node_modules/.bin');
/** Outside of the repository, so that nothing finds the packages that are installed there. */
const folder = mkdtempSync(join(tmpdir(), 'crashfree-consumer-'));

/** Runs a program and gives what it printed, also if it failed. */
async function printed(program: string, args: string[], cwd = folder): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { cwd })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} ${args.join(' ')} failed\n${stdout}${stderr}`);
  }
}

const adapters = ['react', 'vue', 'angular', 'svelte'].map((name) => `crashfree/${name}`);
const entries = [
  ...['crashfree', 'crashfree/url', 'crashfree/nowasm', 'crashfree/crashfree.min.js'],
  ...adapters,
];
const plugins = ['vite', 'rollup', 'webpack', 'esbuild', 'next'];

type Exports = Record<string, Record<string, { types: string; default: string }>>;

function exportsOf(consumer: string): Record<string, unknown> {
  const file = join(consumer, 'node_modules/crashfree/package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { exports: Record<string, unknown> }).exports;
}

describe('the package', () => {
  let tarball: string;
  before(async () => {
    tarball = await pack();
    const installed = join(folder, 'node_modules/crashfree');
    await mkdir(installed, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
    await printed('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
  });
  after(() => rm(folder, { recursive: true }));

  it('passes publint', async () => {
    assert.match(await printed(join(bin, 'publint'), ['--strict', tarball]), /All good/);
  });

  it('has types in every way of resolving modules', async () => {
    await printed(join(bin, 'attw'), [
      tarball,
      '--no-color',
      '--exclude-entrypoints',
      // A script for pages: to import or to require it is the same.
      ...['./crashfree.wasm', './crashfree.min.js'],
    ]);
  });

  it('type-checks strictly, as an ES module and as CommonJS', async () => {
    const uses = [
      `import { init, setUser, type Client, type Options, type Status } from 'crashfree';`,
      `const options: Options = { dsn: 'https://key@host/1', lifecycle: 'page' };`,
      `const client: Client = init(options);`,
      `export const status: Status = client.status;`,
      `setUser({ id: 1 });`,
      `init({ initialScope: (scope) => scope.setTag('plan', 'free').setUser({ id: 1 }) });`,
      `init({ ignoreErrors: ['gone', /cut/] as const, integrations: [] as const });`,
      `import { reactErrorHandler } from 'crashfree/react';`,
      `import { attachErrorHandler, crashfreePlugin } from 'crashfree/vue';`,
      `import { createErrorHandler, CrashfreeErrorHandler } from 'crashfree/angular';`,
      `import { handleErrorWithCrashfree, svelteErrorHandler } from 'crashfree/svelte';`,
      `export const root: { onCaughtError: (error: unknown, info: { errorBoundary?: object }) => void } =
         { onCaughtError: reactErrorHandler((error, { componentStack }) => { componentStack?.trim(); }) };`,
      `crashfreePlugin.install({ config: {} }); attachErrorHandler({ config: {}, mount() {} });`,
      `createErrorHandler({ errorHandler: new CrashfreeErrorHandler() }).handleError(1);`,
      `export const handleError = handleErrorWithCrashfree(({ error }) => ({ message: String(error) }));`,
      `export const onerror: (error: unknown, reset: () => void) => void =
         svelteErrorHandler((_error, reset: () => void) => reset());`,
      ...plugins.map((name) =>
        name === 'next'
          ? `import { withCrashfree } from 'crashfree/next'; withCrashfree({}, { release: 'a' });`
          : `import { crashfree as ${name} } from 'crashfree/${name}'; ${name}({ release: 'a' });`,
      ),
    ].join('\n');
    const pages = `import 'crashfree/crashfree.min.js';
      import { init } from 'crashfree/url';
      import { instantiate } from 'crashfree/nowasm';
      window.crashfree.init();
      export const all = [init(), instantiate({})];`;
    for (const [name, text] of Object.entries({
      'index.mts': uses,
      'index.cts': uses,
      'pages.mts': pages,
    })) {
      await writeFile(join(folder, name), text);
    }
    const common = ['--ignoreConfig', '--noEmit', '--strict', '--types', '', '--lib', 'ES2022,DOM'];
    await printed(join(bin, 'tsc'), [
      ...common,
      ...['--module', 'nodenext', '--target', 'es2022', 'index.mts', 'index.cts', 'pages.mts'],
    ]);
    await printed(join(bin, 'tsc'), [
      ...common,
      ...['--module', 'esnext', '--moduleResolution', 'bundler', '--target', 'es2022'],
      ...['index.mts', 'pages.mts'],
    ]);
  });

  it('compiles where an absent option and one that is undefined are told apart', async () => {
    await writeFile(
      join(folder, 'exact.mts'),
      `import { init, captureException, startSession, type User } from 'crashfree';
      import { anonymousId } from 'crashfree/anonymous';
      import { init as initServer } from 'crashfree/node';
      declare const days: number | undefined;
      declare const process: { env: { DSN?: string; RATE: number | undefined } };
      const dsn: string | undefined = process.env.DSN;
      declare const user: User | null | undefined;
      declare const handled: boolean | undefined;
      init({ dsn, sampleRate: process.env.RATE, initialScope: { user }, noise: { abort: handled } });
      captureException(new Error(), { handled, mechanism: { handled } });
      startSession({ user });
      anonymousId({ days });
      initServer({ dsn, release: dsn, environment: dsn });`,
    );
    await printed(join(bin, 'tsc'), [
      ...['--ignoreConfig', '--noEmit', '--strict', '--exactOptionalPropertyTypes'],
      ...['--types', '', '--lib', 'ES2022,DOM', '--module', 'nodenext', 'exact.mts'],
    ]);
  });

  /** Names and kinds of what each entry that can be loaded anywhere exports, by every way. */
  const loads = `
    const { exports: all } = require('crashfree/package.json');
    const names = Object.keys(all)
      .filter((path) => !/\\.(js|json|wasm)$/.test(path))
      .map((path) => 'crashfree' + path.slice(1));
    const shape = (made) => Object.keys(made).filter((name) => !/^(default|module\\.exports|__esModule)$/.test(name)).sort();
    (async () => {
      for (const name of names) {
        const [common, module] = [shape(require(name)), shape(await import(name))];
        if (!common.length || String(common) !== String(module)) throw new Error(name + ': ' + common + ' / ' + module);
        console.log(name);
      }
    })();`;

  for (const conditions of [[], ['browser'], ['edge-light'], ['workerd'], ['worker', 'browser']]) {
    it(`loads by every name, by require as by import: ${conditions.join(', ') || 'Node'}`, async () => {
      await writeFile(join(folder, 'loads.cjs'), loads);
      const flags = conditions.map((condition) => `--conditions=${condition}`);
      const loaded = (await printed('node', [...flags, 'loads.cjs'])).trim().split('\n');
      const named = Object.keys(exportsOf(folder)).filter(
        (path) => !/\.(js|json|wasm)$/.test(path),
      );
      assert.deepEqual(
        loaded,
        named.map((path) => `crashfree${path.slice(1)}`),
      );
    });
  }

  it('makes a plugin for each bundler, with no package but its own', async () => {
    const made = plugins.filter((name) => name !== 'next');
    const makes = `for (const name of ${JSON.stringify(made)}) {
      const plugin = require('crashfree/' + name).crashfree({ release: 'a' });
      console.log(name, Object.keys(plugin).sort().join());
    }`;
    await writeFile(join(folder, 'makes.cjs'), makes);
    assert.deepEqual((await printed('node', ['makes.cjs'])).trim().split('\n'), [
      'vite config,name',
      'rollup load,name,resolveId,transform',
      'webpack apply',
      'esbuild name,setup',
    ]);
  });

  it('does nothing in an edge runtime, which refuses code that makes code', async () => {
    for (const [condition, mode] of [
      ['edge-light', 'require'],
      ['workerd', 'default'],
      ['worker', 'default'],
    ] as const) {
      const file = (exportsOf(folder)['.'] as Exports)[condition]![mode]!.default;
      const text = await readFile(join(folder, 'node_modules/crashfree', file), 'utf8');
      assert.doesNotMatch(text, /WebAssembly|\beval\b|new Function|process\.|require\(/);
    }
  });

  const server = `
    const client = api.init({ dsn: 'https://key@host/1', release: 'a@1' });
    api.setUser({ id: 1 });
    api.captureException(new Error('handled'));
    api.navigate('/x');
    client.startSession();
    client.close().then((closed) => {
      console.log(client.status, client.getSession(), closed, Object.keys(globalThis).length);
    });`;
  const globals = `console.log(Object.keys(globalThis).length);`;

  it('does nothing on a server, as an ES module', async () => {
    await writeFile(
      join(folder, 'server.mjs'),
      `${globals} const api = await import('crashfree'); ${server}`,
    );
    const [first, second] = (await printed('node', ['server.mjs'])).trim().split('\n');
    assert.equal(second, `unsupported null true ${first}`);
  });

  it('does nothing on a server, as CommonJS', async () => {
    await writeFile(
      join(folder, 'server.cjs'),
      `${globals} const api = require('crashfree'); ${server}`,
    );
    const [first, second] = (await printed('node', ['server.cjs'])).trim().split('\n');
    assert.equal(second, `unsupported null true ${first}`);
  });

  it('names every file of its entries, and needs no other package but a framework that is there', () => {
    const require = createRequire(join(folder, 'index.cjs'));
    for (const entry of [...entries, 'crashfree/crashfree.wasm', 'crashfree/package.json']) {
      assert.ok(require.resolve(entry).startsWith(join(folder, 'node_modules/crashfree')), entry);
    }
    const data = require('crashfree/package.json') as Record<string, unknown>;
    assert.equal(data['dependencies'], undefined);
    assert.deepEqual(Object.keys(data['peerDependencies'] ?? {}).sort(), [
      '@angular/core',
      'react',
      'svelte',
      'vue',
    ]);
    const { peerDependenciesMeta } = data as Record<string, Record<string, { optional: boolean }>>;
    assert.ok(Object.values(peerDependenciesMeta!).every(({ optional }) => optional));
  });
});
