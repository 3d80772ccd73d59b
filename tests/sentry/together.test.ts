/** A page on which @sentry/browser reports errors and crashfree sessions, in both orders of loading. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { addIntegration } from '@sentry/browser';
import { build } from 'esbuild';
import { crashfreeIntegration } from '../../web/src/sentry.js';
import { root } from '../../web/build/run.js';
import type { Collector } from '../../web/server/collector/collector.js';
import { startServer, type Server } from '../../web/server/app/server.js';
import { launch, PATIENCE_MS, type Engine, type Page } from '../browser/engines/index.js';
import { Site } from '../package/site.js';

const key = '0123456789abcdef0123456789abcdef';

const startCrashfree = `crashfree.init({ ...options,
  integrations: (defaults) => defaults.filter(({ name }) => name !== 'GlobalHandlers') })`;
const startSentry = (integration: string): string => `Sentry.init({ ...options, sampleRate,
  ignoreErrors: ['ignored by pattern'],
  beforeSend: (event) => /dropped/.test(event.exception?.values?.[0].value) ? null : event,
  integrations: (defaults) => [
    ...defaults.filter(({ name }) => name !== 'BrowserSession'), ${integration}] })`;

const loadCrashfree = `const crashfree = await import('/lib/crashfree.js');`;
const loadSentry = `window.Sentry = await import('/sentry.js');
  const { crashfreeIntegration } = await import('/lib/crashfree.sentry.js');`;

/** Each ends with both started; what is thrown at `early()` is thrown there. */
const orders = {
  'crashfree first': `${loadCrashfree} const client = ${startCrashfree};
    ${loadSentry} ${startSentry('crashfreeIntegration(client)')}; early();`,
  'Sentry first': `${loadSentry} const integration = crashfreeIntegration();
    ${startSentry('integration')}; early();
    ${loadCrashfree} integration.setClient(${startCrashfree});`,
  'Sentry first, the integration added later': `${loadSentry} ${startSentry('')};
    ${loadCrashfree} Sentry.addIntegration(crashfreeIntegration(${startCrashfree})); early();`,
};
const tagged = (order: string): boolean => order !== 'Sentry first';

interface Item {
  sid: string;
  status: string;
  errors: number;
}
interface SentEvent {
  exception: { values: { value: string; mechanism: { handled: boolean } }[] };
  tags?: Record<string, string>;
}

/** What the collector was told of one project. */
class Told {
  constructor(
    private readonly collector: Collector,
    readonly project: string,
  ) {}

  get metrics() {
    return this.collector.metrics(this.project);
  }

  /** The last state of each session, in the order in which they were first told. */
  get sessions(): Item[] {
    const items = this.collector.updates(this.project).map((update) => update.payload as Item);
    /* Requests may overtake each other: the last state is the one with most errors. */
    const inOrder = [...items].sort((one, other) => (one.errors ?? 0) - (other.errors ?? 0));
    return [...new Map([...items, ...inOrder].map((item) => [item.sid, item])).values()];
  }

  get events(): SentEvent[] {
    return this.collector.requests(this.project).flatMap(({ body }) => {
      const [, header = '{}', payload = '{}'] = body.split('\n');
      const { type } = JSON.parse(header) as { type?: string };
      return type === 'event' ? [JSON.parse(payload) as SentEvent] : [];
    });
  }

  until(what: string, check: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        stop();
        const seen = JSON.stringify([this.sessions, this.events.length]);
        reject(new Error(`not within ${PATIENCE_MS} ms: ${what}; got ${seen}`));
      }, PATIENCE_MS);
      const ask = (): void => {
        if (!check()) return;
        stop();
        clearTimeout(timer);
        resolve();
      };
      const stop = this.collector.on('change', ask);
      ask();
    });
  }
}

const engines = ['chromium', 'firefox'] as const;

describe('beside @sentry/browser', { concurrency: engines.length }, () => {
  it('has an integration of the form that Sentry takes', () => {
    const integration: Parameters<typeof addIntegration>[0] = crashfreeIntegration();
    assert.equal(integration.name, 'Crashfree');
  });

  let server: Server;
  let sentry: string;
  let projects = 0;
  before(async () => {
    server = await startServer({ quiet: true });
    const bundle = await build({
      stdin: { contents: `export * from '@sentry/browser'`, resolveDir: root },
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      define: { __SENTRY_DEBUG__: 'false' },
    });
    sentry = bundle.outputFiles[0]!.text;
  });
  after(() => server.close());

  async function visit(
    engine: Engine,
    order: keyof typeof orders,
    { sampleRate, early = '' }: { sampleRate: number; early?: string },
    action: (page: Page, told: Told) => Promise<void>,
  ): Promise<void> {
    const told = new Told(server.collector, String(++projects));
    const options = {
      dsn: `${server.origin.replace('//', `//${key}@`)}/${told.project}`,
      release: 'shop@1.0.0',
    };
    const html = `<!doctype html><meta charset="utf-8"><title>page</title>
<link rel="icon" href="data:,"><script type="module">
const options = ${JSON.stringify(options)}, sampleRate = ${sampleRate};
const early = () => {
  const error = new Error('handled');
  Sentry.captureException(error);
  Sentry.captureException(error);
  ${early}
};
${orders[order]}
window.started = true;
</script>`;
    const site = await Site.serve(async (path) => {
      if (path === '/sentry.js') return { body: sentry };
      if (path.startsWith('/lib/')) {
        return { body: await readFile(join(root, 'dist', path.slice('/lib/'.length))) };
      }
      return { body: html };
    });
    const page = await engine.newPage();
    try {
      await page.goto(`${site.origin}/`);
      await page.waitFor('window.started');
      await action(page, told);
    } finally {
      await page.close();
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

      for (const order of Object.keys(orders) as (keyof typeof orders)[]) {
        for (const sampleRate of [1, 0]) {
          it(`${order}, sampleRate ${sampleRate}`, () =>
            visit(engine, order, { sampleRate }, async (page, told) => {
              await told.until('the page load', () => told.metrics.all === 1);
              await page.run(`setTimeout(() => { throw new Error('uncaught'); })`);
              await told.until('the uncaught error', () => told.metrics.crashed === 1);

              await page.run(`history.pushState(null, '', '/two')`);
              await told.until('the second session', () => told.metrics.all === 2);
              // Thrown while the script runs, so that both are dealt with when it ends.
              await page.run(`throw new Error('ignored by pattern')`);
              await page.run(`Sentry.captureException(new Error('dropped by beforeSend'))`);
              await page.run(`Sentry.captureMessage('only a message')`);
              await page.run(`history.pushState(null, '', '/three')`);
              await told.until('the third session', () => told.metrics.all === 3);

              await page.run(`Promise.reject(new Error('rejected')); 0`);
              await told.until('the rejection', () => told.metrics.crashed === 2);
              const events = sampleRate * 4;
              await told.until('the events', () => told.events.length === events);

              const sessions = told.sessions.map(({ status, errors }) => [status, errors]);
              assert.deepEqual(sessions, [
                ['crashed', 2],
                ['exited', 0],
                ['crashed', 1],
              ]);
              assert.equal(told.metrics.errored, 0, 'errored, not crashed');
              if (!sampleRate) return;

              const [first, second, third] = told.sessions.map(({ sid }) => sid);
              const sent = told.events.map(({ exception, tags }) => [
                exception?.values[0]?.value,
                tags?.['session.id'],
              ]);
              assert.deepEqual(sent, [
                ['handled', tagged(order) ? first : undefined],
                ['uncaught', first],
                ['only a message', second],
                ['rejected', third],
              ]);
            }));
        }
      }

      it('Sentry first, with a crash before crashfree is there', () => {
        const early = `queueMicrotask(() => { throw new Error('early'); });`;
        return visit(engine, 'Sentry first', { sampleRate: 0, early }, async (page, told) => {
          await told.until('the first session', () => told.metrics.crashed === 1);
          await page.run(`history.pushState(null, '', '/two')`);
          await told.until('the second session', () => told.metrics.all === 2);
          const sessions = told.sessions.map(({ status, errors }) => [status, errors]);
          assert.deepEqual(sessions, [
            ['crashed', 2],
            ['ok', 0],
          ]);
        });
      });
    });
  }
});
