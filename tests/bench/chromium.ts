import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import puppeteer, { type Browser, type CDPSession, type Page } from 'puppeteer-core';
import { launching, removeFolder, temporaryFolder } from '../browser/engines/processes.js';
import { Site } from '../package/site.js';
import type * as InPage from './in-page.js';
import type { StartOptions } from './subjects/publish.js';
import type { Subject } from './subjects/index.js';

/** One look at one subject; by name of the figure. */
export type Figures = Record<string, number>;

const key = '0123456789abcdef0123456789abcdef';
const environment = 'bench';
/** Clocks of 5 µs are for pages that are isolated from other origins. */
const headers = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
const html = (head: string): string => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>page</title><link rel="icon" href="data:,">${head}</head><body><h1>A page</h1></body></html>`;

/** A browser, and a server for its pages, in which subjects are measured in new tabs. */
export class Chromium {
  #visits = 0;

  private constructor(
    private readonly browser: Browser,
    private readonly profile: string,
    private readonly site: Site,
    private readonly inPage: string,
    readonly version: string,
  ) {}

  static async launch(subjects: readonly Subject[]): Promise<Chromium> {
    const profile = temporaryFolder('crashfree-bench-');
    const browser = await launching(
      puppeteer.launch({
        executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
        headless: true,
        userDataDir: profile,
        args: [
          '--no-sandbox',
          '--disable-gpu',
          '--no-first-run',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
        ],
      }),
      (launched) => launched.process()?.pid,
    );
    const site = await Site.serve((path) => {
      const [, folder, name] = path.split('/');
      if (folder === 'api') return { body: '{}', type: 'application/json', headers };
      const subject = subjects[Number.parseInt(name ?? '', 10)];
      if (folder === 'lib') {
        return subject && { body: subject.script, type: 'text/javascript', headers };
      }
      if (folder !== 'first') return { body: html(''), headers };
      const options = JSON.stringify(startOptions(site.origin));
      const scripts = `<script src="/lib/${name}"></script>
        <script>${subject!.global}.init(${options})</script>`;
      return { body: html(scripts), headers };
    });
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('in-page.ts', import.meta.url))],
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'bench',
    });
    return new Chromium(browser, profile, site, outputFiles[0]!.text, await browser.version());
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.site.close();
    removeFolder(this.profile);
  }

  /** Does something in a tab with a process and a cache of its own. */
  async #visit<T>(path: string, visit: (page: Page, cdp: CDPSession) => Promise<T>): Promise<T> {
    const context = await this.browser.createBrowserContext();
    try {
      const page = await context.newPage();
      const cdp = await page.createCDPSession();
      await page.goto(`${this.site.origin}${path}`, { waitUntil: 'load' });
      await page.evaluate(this.inPage);
      return await visit(page, cdp);
    } finally {
      await context.close();
    }
  }

  /** Start, all it takes until the first session is sent, and the heap that stays. */
  start(subject: Subject, index: number): Promise<Figures> {
    return this.#visit('/start', async (page, cdp) => {
      await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
      await idle(page);
      const options = startOptions(this.site.origin, ++this.#visits);
      const isolated = await call(page, 'prepare', `/lib/${index}`, subject.global ?? '', options);
      if (!isolated) throw new Error('the page is not isolated: its clock is too coarse');
      const before = await taskMs(cdp);
      const start = await call(page, 'start');
      const begun = await taskMs(cdp);
      await call(page, 'started');
      const ended = await taskMs(cdp);
      await cdp.send('HeapProfiler.collectGarbage');
      await cdp.send('HeapProfiler.collectGarbage');
      const heap = await cdp.send('Runtime.getHeapUsage');
      return {
        start,
        'start, CPU': begun - before,
        'first session, CPU': ended - before,
        heap: heap.usedSize / 1024,
        buffers: heap.backingStorageSize / 1024,
      };
    });
  }

  /** From the start of a navigation to the first request, with an empty cache. */
  first(subject: Subject, index: number): Promise<Figures> {
    if (!subject.global) return Promise.resolve({});
    return this.#visit(`/first/${index}`, async (page) => ({
      first: await call(page, 'first'),
    }));
  }

  /** Navigations and errors of a page that has been running for a while. */
  steady(subject: Subject, path: 'api' | 'wrap', batches: number): Promise<Figures> {
    return this.#visit('/steady', async (page) => {
      await call(page, 'stub', path === 'wrap');
      if (subject.global) {
        const options = JSON.stringify({
          ...startOptions(this.site.origin, ++this.#visits),
          maxSessionsPerMinute: 0,
        });
        await page.addScriptTag({
          content: `${subject.script};${subject.global}.init(${options})`,
        });
        await page.waitForFunction('measure.requests > 0');
      }
      const seen = await call(page, 'steady', subject.global ?? '', batches, 50);
      return {
        [`navigation, ${path}`]: seen.navigation,
        [`navigation in all, ${path}`]: seen.navigationInAll,
        ...(path === 'api' && {
          error: seen.error,
          'error in all': seen.errorInAll,
          requests: seen.requests,
          bytes: seen.bytes,
          memory: seen.memory / 1024,
        }),
      };
    });
  }
}

function startOptions(origin: string, visit = 0): StartOptions {
  const dsn = `${origin.replace('//', `//${key}@`)}/1`;
  return { dsn, release: `shop@1.0.${visit}`, environment };
}

/** Calls a function of in-page.ts. */
async function call<Name extends keyof typeof InPage>(
  page: Page,
  name: Name,
  ...parameters: Parameters<(typeof InPage)[Name]>
): Promise<Awaited<ReturnType<(typeof InPage)[Name]>>> {
  const list = parameters.map((parameter) => JSON.stringify(parameter)).join(', ');
  return (await page.evaluate(`bench.${name}(${list})`)) as never;
}

async function idle(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
}

/** Milliseconds of processor time that the page's main thread has had for tasks. */
async function taskMs(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value;
}
