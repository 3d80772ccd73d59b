import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Plugin } from 'esbuild';
import { root } from '../../web/build/run.js';
import { engineNames, launch, type Engine, type Page } from '../browser/engines/index.js';
import { Counting } from '../package/counting.js';
import { Site } from '../package/site.js';
import { bundle } from './build.js';
import { exampleDsn, snippet } from './snippets.js';

interface Sent {
  did?: string;
  status: string;
  errors?: number;
  attrs: { release: string; environment?: string };
}

/** What stands for the frameworks: each keeps what the snippet gives it. */
const frameworks: Record<string, string> = {
  'react-dom/client': `export const createRoot = (_node, options) => { window.given = options; };`,
  vue: `export const createApp = () => {
    const app = { config: {}, mount() { window.given = app.config; },
      use(plugin) { plugin.install(app); return app; } };
    return app;
  };`,
  './App.vue': `export default {};`,
  '@angular/core': `export class ErrorHandler {}`,
  '@angular/platform-browser': `export const bootstrapApplication = (_app, { providers }) => {
    window.given = providers[0].useValue;
  };`,
  './app': `export const App = {};`,
};
const stubs: Plugin = {
  name: 'frameworks',
  setup(build) {
    build.onResolve({ filter: /^(react|vue|@angular|\.)/ }, ({ path }) =>
      path in frameworks ? { path, namespace: 'framework' } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'framework' }, ({ path }) => ({
      contents: frameworks[path]!,
    }));
  },
};

const bundled = new Map<string, Promise<string>>();
/** A module snippet as a bundle; its DSN is put in later. */
function bundleOf(name: string): Promise<string> {
  const known = bundled.get(name) ?? bundle(snippet(name, {}), { plugins: [stubs] });
  bundled.set(name, known);
  return known;
}

describe('the snippets of README.md in pages', { concurrency: engineNames.length }, () => {
  let counting: Counting;
  before(async () => {
    counting = await Counting.start();
  });
  after(() => counting.close());

  /** What the collector got for a project, the latest update of each session. */
  async function sessions(project: string): Promise<Sent[]> {
    const answer = await fetch(`${counting.origin}/api/${project}/updates`);
    const updates = (await answer.json()) as { payload: Sent & { sid: string } }[];
    return [...new Map(updates.map(({ payload }) => [payload.sid, payload])).values()];
  }

  for (const name of engineNames) {
    describe(name, { concurrency: 1 }, () => {
      let engine: Engine;
      before(async () => {
        engine = await launch(name);
      });
      after(() => engine.close());

      /** Opens a page with this head in a project of its own. */
      async function visit(
        head: (dsn: string) => string | Promise<string>,
        test: (page: Page, project: string) => Promise<void>,
      ): Promise<void> {
        const project = counting.newProject();
        const markup = await head(counting.dsn(project));
        const site = await Site.serve(async (path) => {
          if (path.startsWith('/lib/')) {
            return { body: await readFile(join(root, 'dist', path.slice('/lib/'.length))) };
          }
          return {
            body: `<!doctype html><meta charset="utf-8"><title>page</title>
<link rel="icon" href="data:,">${markup}<p>text</p>`,
          };
        });
        const page = await engine.newPage();
        try {
          await page.goto(`${site.origin}/`);
          await test(page, project);
        } finally {
          await page.close();
          await site.close();
        }
      }

      const scriptTag = (dsn: string): string =>
        snippet('script-tag', { 'https://cdn.example/': '/lib/', [exampleDsn]: dsn });
      /** A module snippet in a page; `before` runs first. */
      const module = async (name: string, dsn: string, before = ''): Promise<string> => {
        const code = (await bundleOf(name)).replaceAll(exampleDsn, dsn);
        assert.ok(code.includes(dsn));
        return `<script>${before}</script><script type="module">${code}</script>`;
      };

      it(`script-tag in ${name}`, async () => {
        await visit(scriptTag, async (page, project) => {
          await counting.until(project, 'the page load', ({ all }) => all === 1);
          await page.run(`crashfree.setUser({ id: 42 }); history.pushState(null, '', '/next')`);
          await counting.until(
            project,
            'a route',
            ({ all, users }) => all === 2 && users.all === 1,
          );
          await page.run(`throw new Error('crash')`);
          await counting.until(project, 'a crash', ({ crashed }) => crashed === 1);
          assert.deepEqual(counting.releases(project), ['shop@1.4.0']);
        });
      });

      it(`module in ${name}`, async () => {
        const listen = `window.said = []; console.info = (...all) => said.push(all.join(' '));`;
        const head = (dsn: string): Promise<string> => module('module', dsn, listen);
        await visit(head, async (page, project) => {
          await counting.until(project, 'the page load', ({ all }) => all === 1);
          await page.run(`history.pushState(null, '', '/next')`);
          await counting.until(
            project,
            'a route',
            ({ all, users }) => all === 2 && users.all === 1,
          );
          assert.deepEqual(await page.evaluate('said'), [], 'the client is active at once');
          for (const { did, attrs } of await sessions(project)) {
            assert.equal(did, '42');
            assert.equal(attrs.release, 'shop@1.4.0');
            assert.equal(attrs.environment, 'production');
          }
        });
      });

      it(`router in ${name}`, async () => {
        const router = `window.router = {
          afterEach(hook) { this.go = (fullPath, failure) => hook({ fullPath }, {}, failure); } };`;
        const head = (dsn: string): Promise<string> => module('router', dsn, router);
        await visit(head, async (page, project) => {
          await counting.until(project, 'the page load', ({ all }) => all === 1);
          await page.run(`router.go('/orders')`);
          await counting.until(project, 'a route', ({ all }) => all === 2);
          await page.run(`router.go('/orders')`);
          await page.run(`router.go('/refused', new Error('a guard said no'))`);
          await page.run(`router.go('/orders?page=2')`);
          await counting.until(project, 'another query', ({ all }) => all === 3);
          await page.run(`router.go('/')`);
          await counting.until(project, 'the way back', ({ all }) => all === 4);
          assert.equal(await page.evaluate('location.pathname'), '/');
        });
      });

      it(`anonymous in ${name}`, async () => {
        await visit(
          (dsn) => module('anonymous', dsn),
          async (page, project) => {
            const stored = `JSON.parse(localStorage.getItem('crashfree:anonymous'))`;
            const countsUser = async (visits: number, users: number): Promise<void> => {
              await counting.until(
                project,
                `visit ${visits}`,
                ({ all, users: { all: some } }) => all === visits && some === users,
              );
            };
            await countsUser(1, 1);
            const id = await page.evaluate(`${stored}.id`);
            assert.match(String(id), /^[0-9a-f]{32}$/);
            assert.deepEqual(
              (await sessions(project)).map(({ did }) => did),
              [id],
            );
            await page.reload();
            await countsUser(2, 1);
            /* A month later it is somebody else. */
            await page.run(`localStorage.setItem('crashfree:anonymous', JSON.stringify(
              { id: '${String(id)}', created: Date.now() - 31 * 86400000 }))`);
            await page.reload();
            await countsUser(3, 2);
            assert.notEqual(await page.evaluate(`${stored}.id`), id);
          },
        );
      });

      /** The events that came, each with the items that travelled with it. */
      const events = async (project: string): Promise<{ event: any; beside: string[] }[]> => {
        const answer = await fetch(`${counting.origin}/api/${project}/requests`);
        const requests = (await answer.json()) as { body: string; status: number }[];
        return requests.flatMap(({ body, status }) => {
          const lines = body.split('\n');
          const at = lines.indexOf('{"type":"event"}');
          if (at < 0) return [];
          assert.equal(status, 200);
          return [{ event: JSON.parse(lines[at + 1]!) as unknown, beside: lines.slice(1, at) }];
        });
      };
      const crash = async (page: Page, project: string): Promise<void> => {
        await counting.until(project, 'the page load', ({ all }) => all === 1);
        await page.run(`function pay() { throw new TypeError('no card') } setTimeout(pay)`);
        await counting.until(project, 'a crash', ({ crashed }) => crashed === 1);
        const [first, ...others] = await events(project);
        assert.deepEqual(others, []);
        const { event, beside } = first!;
        const [exception] = event.exception.values;
        assert.deepEqual([exception.type, exception.value], ['TypeError', 'no card']);
        assert.equal(exception.mechanism.handled, false);
        assert.equal(exception.stacktrace.frames.at(-1).function, 'pay');
        assert.equal(event.release, 'shop@1.4.0');
        const session = JSON.parse(beside[1]!) as { sid: string; status: string };
        assert.equal(session.status, 'crashed');
        assert.equal(event.tags['session.id'], session.sid);
      };

      it(`events in ${name}`, async () => {
        await visit((dsn) => module('events', dsn), crash);
      });

      it(`events by the script tag in ${name}`, async () => {
        await visit(
          (dsn) => scriptTag(dsn).replace('data-release', 'data-events data-release'),
          async (page, project) => {
            const loaded = `performance.getEntriesByType('resource').some(
              ({ name, responseEnd }) => name.includes('events') && responseEnd > 0)`;
            await page.waitFor(loaded);
            await crash(page, project);
          },
        );
      });

      for (const [framework, fail, outcome] of [
        ['react', `given.onUncaughtError(new Error('uncaught'), {})`, 'crashed'],
        ['react', `given.onCaughtError(new Error('caught'), { errorBoundary: null })`, 'errored'],
        ['vue', `try { given.errorHandler(new Error('uncaught')); } catch {}`, 'crashed'],
        ['angular', `given.handleError(new Error('uncaught'))`, 'crashed'],
        ['svelte', `given.handleError({ error: new Error('uncaught'), status: 500 })`, 'crashed'],
      ] as const) {
        it(`${framework} in ${name}: ${outcome}`, async () => {
          const code = await bundleOf(framework);
          const exported = code.replace(
            /export \{\s*handleError\s*\};/,
            'window.given = { handleError };',
          );
          const head = (dsn: string): string =>
            `${scriptTag(dsn)}<script type="module">${exported}</script>`;
          await visit(head, async (page, project) => {
            await counting.until(project, 'the page load', ({ all }) => all === 1);
            await page.waitFor('window.given');
            await page.run(fail);
            await counting.until(project, outcome, (metrics) => metrics[outcome] === 1);
          });
        });
      }

      it(`sentry in ${name}`, async () => {
        await visit(
          (dsn) => module('sentry', dsn),
          async (page, project) => {
            await counting.until(project, 'the page load', ({ all }) => all === 1);
            await page.run(`throw new Error('crash')`);
            await counting.until(
              project,
              'one crash',
              ({ all, crashed }) => all === 1 && crashed === 1,
            );
          },
        );
      });

      const early = (script: string) => (dsn: string) =>
        `${snippet('early', {})}<script>${script}</script>${scriptTag(dsn)}`;

      for (const [what, script] of [
        ['an error', `throw new Error('early')`],
        ['a rejection', `Promise.reject(new Error('early'))`],
      ] as const) {
        it(`early in ${name}: ${what} counts once`, async () => {
          await visit(early(script), async (page, project) => {
            await counting.until(project, 'the crash', ({ crashed }) => crashed === 1);
            await page.run(`history.pushState(null, '', '/next')`);
            await counting.until(project, 'the next route', ({ all }) => all === 2);
            const [first, second] = await sessions(project);
            assert.deepEqual([first?.status, first?.errors], ['crashed', 1]);
            assert.deepEqual([second?.status, second?.errors ?? 0], ['ok', 0]);
            assert.equal(counting.metrics(project).crashed, 1);
          });
        });
      }

      it(`early in ${name}: a later error counts once, too`, async () => {
        await visit(early(''), async (page, project) => {
          await counting.until(project, 'the page load', ({ all }) => all === 1);
          await page.run(`throw new Error('late')`);
          await counting.until(project, 'the crash', ({ crashed }) => crashed === 1);
          const [first] = await sessions(project);
          assert.equal(first?.errors, 1);
        });
      });

      it(`early in ${name}: calls wait for the script`, async () => {
        const call = `crashfree.q.push(['setUser', { id: 42 }])`;
        await visit(early(call), async (_page, project) => {
          await counting.until(project, 'the user', ({ users }) => users.all === 1);
          const [first] = await sessions(project);
          assert.equal(first?.did, '42');
        });
      });
    });
  }

  it('early takes at most 400 bytes', () => {
    const bytes = Buffer.byteLength(snippet('early', {}).trim());
    assert.ok(bytes <= 400, `${bytes} bytes`);
  });
});
