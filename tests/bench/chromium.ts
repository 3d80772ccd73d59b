import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import puppeteer, { type Browser, type CDPSession, type Page } from 'puppeteer-core';
import { root } from '../../web/build/run.js';
import { launching, removeFolder, temporaryFolder } from '../browser/engines/processes.js';
import { Site, type SiteFile } from '../package/site.js';
import type * as InPage from './in-page.js';
import type { Figures } from './statistics.js';
import type { StartOptions } from './subjects/publish.js';
import type { Subject } from './subjects/index.js';

const key = '0123456789abcdef0123456789abcdef';
const environment = 'bench';
/** Clocks of 5 µs are for pages that are isolated from other origins. */
const headers = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
/** As servers answer envelopes: with a length. */
const receipt = { 'content-type': 'application/json', 'content-length': '2' };
const pixel = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>';
const html = (head: string, body = ''): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>page</title>` +
  `<link rel="icon" href="data:,">${head}</head><body><h1>A page</h1>${body}</body></html>`;

/** A tab, the way to its DevTools, and what ends the loading of its page. */
export interface Visit {
  page: Page;
  cdp: CDPSession;
  release(): void;
}

/** A browser, and a server for its pages, in which subjects are measured in new tabs. */
export class Chromium {
  #visits = 0;

  private constructor(
    private readonly browser: Browser,
    private readonly profile: string,
    private readonly site: Site,
    private readonly inPage: string,
    private readonly held: Map<string, () => void>,
    private readonly throttle: number,
    readonly version: string,
  ) {}

  /** `throttle`: how many times slower the pages' processor is to be. */
  static async launch(subjects: readonly Subject[], throttle = 1): Promise<Chromium> {
    const profile = temporaryFolder('crashfree-bench-');
    const browser = await launching(
      puppeteer.launch({
        executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
        headless: true,
        // DevTools would have the stack of each request, and parse all functions on it once more for that.
        networkEnabled: false,
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
    const held = new Map<string, () => void>();
    const beside = new Map(
      await Promise.all(
        ['crashfree.wasm', 'crashfree.nowasm.js'].map(
          async (name) => [name, await readFile(join(root, 'dist', name))] as const,
        ),
      ),
    );
    const site = await Site.serve(async (path): Promise<SiteFile | undefined> => {
      const [, folder = '', name = ''] = path.split('/');
      const file = beside.get(path.split('/').pop()!);
      if (file) return { body: file, headers };
      const subject = subjects[Number.parseInt(name, 10)];
      switch (folder) {
        case 'api':
          return { body: '{}', headers: { ...headers, ...receipt } };
        case 'lib':
          return subject && { body: subject.script, type: 'text/javascript', headers };
        case 'held':
          await new Promise<void>((resolve) => held.set(name, resolve));
          return { body: pixel, type: 'image/svg+xml', headers };
        case 'loading':
          return { body: html('', `<img src="/held/${name}" alt="">`), headers };
        case 'first': {
          const options = JSON.stringify(startOptions(site.origin));
          const scripts = `<script src="/lib/${name}"></script>
            <script>${subject!.global}.init(${options})</script>`;
          return { body: html(scripts), headers };
        }
        default:
          return { body: html(''), headers };
      }
    });
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('in-page.ts', import.meta.url))],
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'bench',
    });
    const version = await browser.version();
    return new Chromium(browser, profile, site, outputFiles[0]!.text, held, throttle, version);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.site.close();
    removeFolder(this.profile);
  }

  /** Does something in a tab with a process and a cache of its own. */
  async visit<T>(path: string, visit: (tab: Visit) => Promise<T>): Promise<T> {
    const context = await this.browser.createBrowserContext();
    const id = `${++this.#visits}`;
    try {
      const page = await context.newPage();
      const cdp = await page.createCDPSession();
      if (this.throttle > 1) {
        await cdp.send('Emulation.setCPUThrottlingRate', { rate: this.throttle });
      }
      await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
      const isLoading = path === '/loading';
      await page.goto(`${this.site.origin}${path}${isLoading ? `/${id}` : ''}`, {
        waitUntil: isLoading ? 'domcontentloaded' : 'load',
      });
      await page.evaluate(this.inPage);
      return await visit({ page, cdp, release: () => this.held.get(id)!() });
    } finally {
      this.held.get(id)?.();
      await context.close();
    }
  }

  /** Start, all it takes until the first session is sent, and the memory that stays. */
  start(subject: Subject, index: number): Promise<Figures> {
    return this.visit('/loading', async ({ page, cdp, release }) => {
      await this.prepare(page, subject, index);
      await idle(page);
      const before = await taskMs(cdp);
      await call(page, 'start');
      const begun = await taskMs(cdp);
      release();
      await call(page, 'started');
      const ended = await taskMs(cdp);
      return {
        start: begun - before,
        'first session': ended - before,
        memory: await memoryOf(cdp),
      };
    });
  }

  /** Fetches the script into the page, ready to be started with options of its own. */
  async prepare(page: Page, subject: Subject, index: number): Promise<void> {
    const options = startOptions(this.site.origin, this.#visits);
    const isolated = await call(page, 'prepare', `/lib/${index}`, subject.global ?? '', options);
    if (!isolated) throw new Error('the page is not isolated: its clock is too coarse');
  }

  /** From the start of a navigation to the first request, with an empty cache. */
  first(subject: Subject, index: number): Promise<Figures> {
    if (!subject.global) return Promise.resolve({});
    return this.visit(`/first/${index}`, async ({ page }) => ({
      'first request': await call(page, 'first'),
    }));
  }

  /** Navigations and errors of a page that has been running for a while. */
  steady(subject: Subject, path: 'api' | 'wrap', batches: number, size: number): Promise<Figures> {
    return this.visit('/steady', async ({ page, cdp }) => {
      await this.settle(page, subject, path === 'wrap');
      const navigations: number[] = [];
      const withErrors: number[] = [];
      const alone: number[] = [];
      const captured: number[] = [];
      // The first batch is there to warm up.
      for (let batch = 0; batch <= batches; batch++) {
        const before = await taskMs(cdp);
        const pushState = await call(page, 'visit', size);
        const between = await taskMs(cdp);
        const captureException =
          path === 'api' ? await call(page, 'visit', size, subject.global ?? '') : 0;
        const after = await taskMs(cdp);
        if (batch === 0) continue;
        alone.push(pushState);
        captured.push(captureException);
        navigations.push((1000 * (between - before)) / size);
        withErrors.push((1000 * (after - between)) / size);
      }
      const counted = await call(page, 'count');
      const navigation = lowerQuartile(navigations);
      return {
        [`navigation, ${path}`]: navigation,
        [`pushState, ${path}`]: lowerQuartile(alone),
        ...(path === 'api' && {
          error: lowerQuartile(withErrors) - navigation,
          captureException: lowerQuartile(captured),
          ...counted,
        }),
      };
    });
  }

  /** Starts a subject in a page with a network and a history that cost nothing. */
  async settle(page: Page, { script, global }: Subject, wrap: boolean): Promise<void> {
    await call(page, 'stub', wrap);
    if (!global) return;
    const options = JSON.stringify({
      ...startOptions(this.site.origin, this.#visits),
      maxSessionsPerMinute: 0,
    });
    await page.addScriptTag({ content: `${script};${global}.init(${options})` });
    await page.waitForFunction('measure.requests > 0');
  }
}

function startOptions(origin: string, visit = 0): StartOptions {
  const dsn = `${origin.replace('//', `//${key}@`)}/1`;
  return { dsn, release: `shop@1.0.${visit}`, environment };
}

/** What a quarter of the batches stay below: a busy machine adds to the others. */
const lowerQuartile = (values: number[]): number =>
  values.sort((a, b) => a - b)[values.length >> 2]!;

/** Calls a function of in-page.ts. */
export async function call<Name extends keyof typeof InPage>(
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

/** KiB of the JavaScript heap, and of what lies outside of it: memory of WebAssembly and of its twin. */
async function memoryOf(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  const evaluate = async (expression: string) =>
    (await cdp.send('Runtime.evaluate', { expression })).result;
  const all = async (prototype: string) => {
    const { objectId } = await evaluate(prototype);
    return (await cdp.send('Runtime.queryObjects', { prototypeObjectId: objectId! })).objects;
  };
  const { result } = await cdp.send('Runtime.callFunctionOn', {
    objectId: (await all('WebAssembly.Memory.prototype')).objectId!,
    functionDeclaration: `function (buffers) {
      const all = new Set([...buffers, ...this.map(({ buffer }) => buffer)]);
      return [...all].reduce((sum, { byteLength }) => sum + byteLength, 0);
    }`,
    arguments: [{ objectId: (await all('ArrayBuffer.prototype')).objectId! }],
    returnByValue: true,
  });
  return (usedSize + (result.value as number)) / 1024;
}
