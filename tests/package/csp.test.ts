import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { root } from '../../web/build/run.js';
import { launch, type Engine } from '../browser/engines/index.js';
import { Counting } from './counting.js';
import { Site, type SiteFile } from './site.js';

/** How a page takes the library in. */
type Entry = 'tag' | 'module' | 'url';

interface Row {
  name: string;
  /** Content-Security-Policy; `$collector` is the collector's origin. */
  policy?: string;
  /** Runs before the library. */
  before?: string;
  /** In place of the files of dist/. */
  files?: Record<string, (file: Uint8Array) => SiteFile>;
  entries?: Entry[];
  /** Which core the page has in the end: the module, the JavaScript, or none. */
  core: 'wasm' | 'js' | 'none';
  /** How many violations a policy has at most; none if not given. */
  violations?: number;
  /** Whether sessions reach the collector; they do where there is a core. */
  blocked?: boolean;
}

const wasmless = 'delete window.WebAssembly;';
const missing = (): SiteFile => ({ status: 404, body: 'not found' });
const page = (): SiteFile => ({ body: '<!doctype html><title>app</title>', type: 'text/html' });

const rows: Row[] = [
  { name: 'no policy', core: 'wasm' },
  { name: `script-src 'self'`, policy: `script-src 'self'`, core: 'js', violations: 1 },
  { name: `'wasm-unsafe-eval'`, policy: `script-src 'self' 'wasm-unsafe-eval'`, core: 'wasm' },
  {
    name: 'nonce and strict-dynamic',
    policy: `script-src 'nonce-abc' 'strict-dynamic'; object-src 'none'; base-uri 'none'`,
    core: 'js',
    violations: 1,
  },
  {
    name: `nonce, strict-dynamic, 'wasm-unsafe-eval'`,
    policy: `script-src 'nonce-abc' 'strict-dynamic' 'wasm-unsafe-eval'; base-uri 'none'`,
    core: 'wasm',
  },
  {
    name: 'Trusted Types',
    policy: `require-trusted-types-for 'script'; trusted-types 'none'`,
    core: 'wasm',
  },
  {
    name: `Trusted Types, script-src 'self'`,
    policy: `script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'`,
    core: 'js',
    violations: 1,
  },
  {
    name: 'all that is needed and nothing else',
    policy: `default-src 'none'; img-src data:; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' $collector`,
    core: 'wasm',
  },
  {
    name: 'connect-src without the server',
    policy: `script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'`,
    core: 'wasm',
    blocked: true,
  },
  {
    name: 'connect-src without the .wasm file',
    policy: `connect-src $collector`,
    entries: ['url'],
    core: 'js',
    violations: 1,
  },
  { name: 'WebAssembly missing', before: wasmless, core: 'js' },
  {
    name: 'WebAssembly missing, fallback missing',
    before: wasmless,
    files: { 'crashfree.nowasm.js': missing },
    core: 'none',
  },
  {
    name: '.wasm file of a wrong type',
    files: { 'crashfree.wasm': (body) => ({ body, type: 'application/octet-stream' }) },
    entries: ['url'],
    core: 'wasm',
  },
  {
    name: `.wasm file answered with the app's page`,
    files: { 'crashfree.wasm': page },
    entries: ['url'],
    core: 'js',
  },
  {
    name: '.wasm file missing',
    files: { 'crashfree.wasm': missing },
    entries: ['url'],
    core: 'js',
  },
  {
    name: '.wasm file cut short',
    files: {
      'crashfree.wasm': (body) => ({ body: body.subarray(0, 500), type: 'application/wasm' }),
    },
    entries: ['url'],
    core: 'js',
  },
];

/** Keeps what goes wrong on the page. */
const watch = `window.seen = { violations: [], rejections: [] };
document.addEventListener('securitypolicyviolation', (event) =>
  seen.violations.push(event.effectiveDirective + ' ' + event.blockedURI));
addEventListener('unhandledrejection', (event) => seen.rejections.push(String(event.reason)));`;

const libraries = {
  tag: (options: { dsn: string; release: string }) =>
    `<script nonce="abc" src="/lib/crashfree.min.js" data-dsn="${options.dsn}"
      data-release="${options.release}"></script>`,
  module: () => `<script nonce="abc" type="module" src="/module.js"></script>`,
  url: () => `<script nonce="abc" type="module" src="/url.js"></script>`,
};

const engines = ['chromium', 'firefox'] as const;

describe('policies, and browsers without WebAssembly', { concurrency: engines.length }, () => {
  let counting: Counting;
  const starting = Counting.start();
  before(async () => {
    counting = await starting;
  });
  after(() => counting.close());

  async function serve(row: Row, entry: Entry, dsn: string): Promise<Site> {
    const options = { dsn, release: 'csp@1.0.0' };
    const start = (file: string): string =>
      `import { init } from '/lib/${file}'; window.client = init(${JSON.stringify(options)});`;
    const policy = row.policy?.replaceAll('$collector', counting.origin);
    const scripts: Record<string, string> = {
      '/watch.js': `${watch}\n${row.before ?? ''}`,
      '/module.js': start('crashfree.js'),
      '/url.js': start('crashfree.url.js'),
    };
    const html = `<!doctype html><meta charset="utf-8"><title>page</title>
<link rel="icon" href="data:,"><script nonce="abc" src="/watch.js"></script>
${libraries[entry](options)}`;
    return Site.serve(async (path) => {
      if (scripts[path] !== undefined) return { body: scripts[path] };
      if (path.startsWith('/lib/')) {
        const name = path.slice('/lib/'.length);
        const body = await readFile(join(root, 'dist', name));
        return row.files?.[name]?.(body) ?? { body };
      }
      return { body: html, headers: policy ? { 'content-security-policy': policy } : {} };
    });
  }

  async function check(engine: Engine, row: Row, entry: Entry): Promise<void> {
    const project = counting.newProject();
    const site = await serve(row, entry, counting.dsn(project));
    const tab = await engine.newPage();
    try {
      await tab.goto(`${site.origin}/`);
      if (row.core === 'none') {
        await tab.waitFor(`(window.client ?? crashfree.getClient()).status === 'unsupported'`);
      } else if (row.blocked) {
        await tab.waitFor(`seen.violations.length > 0`);
      } else {
        await counting.until(project, 'the page load', ({ all }) => all === 1);
        await tab.evaluate(`history.pushState(null, '', '/next')`);
        await counting.until(project, 'the navigation', ({ all }) => all === 2);
        await tab.evaluate(`setTimeout(() => { throw new Error('crash'); }) && 0`);
        await counting.until(project, 'the crash', ({ crashed }) => crashed === 1);
      }
      const seen = await tab.evaluate<{ violations: string[]; rejections: string[] }>('seen');
      assert.deepEqual(seen.rejections, []);
      if (!row.blocked)
        assert.equal(seen.violations.length, row.violations ?? 0, String(seen.violations));
      assert.equal(
        site.hits.includes('/lib/crashfree.nowasm.js'),
        row.core !== 'wasm',
        'whether the core came as JavaScript',
      );
      const sessions = row.core === 'none' || row.blocked ? 0 : 2;
      assert.equal(counting.metrics(project).all, sessions);
    } finally {
      await tab.close();
      await site.close();
    }
  }

  for (const name of engines) {
    describe(name, { concurrency: 1 }, () => {
      let engine: Engine;
      before(async () => {
        engine = await launch(name);
      });
      after(() => engine.close());

      for (const row of rows) {
        for (const entry of row.entries ?? (['tag', 'module', 'url'] as const)) {
          it(`${row.name} › ${entry}`, () => check(engine, row, entry));
        }
      }
    });
  }
});
