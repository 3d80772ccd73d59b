import { randomUUID } from 'node:crypto';
import puppeteer, {
  type Browser,
  type LaunchOptions,
  type Page as PuppeteerPage,
} from 'puppeteer-core';
import { launching, removeFolder, stop, temporaryFolder } from './processes.js';
import { addScript, moved, startLeaving, startTraversal, traversed } from './scripts.js';
import type { Engine, EngineName, Key, Page } from './types.js';
import { PATIENCE_MS, until, within } from './wait.js';

/** Chromium speaks the DevTools protocol here, Firefox WebDriver BiDi; puppeteer hides which. */
class PuppeteerPageDriver implements Page {
  constructor(
    private readonly browser: Browser,
    private readonly page: PuppeteerPage,
    private readonly blindAfterRestore: boolean,
  ) {}

  #traversed = false;

  async goto(url: string): Promise<void> {
    // In Firefox puppeteer no longer sees loads of a tab that has restored a page from its cache.
    if (this.#traversed) {
      return this.leave(`location.assign(${JSON.stringify(url)})`);
    }
    await this.page.goto(url, { waitUntil: 'load', timeout: PATIENCE_MS });
  }

  async evaluate<T>(expression: string): Promise<T> {
    return (await within(expression, this.page.evaluate(expression))) as T;
  }

  async run(script: string): Promise<void> {
    await this.evaluate(addScript(script));
  }

  async waitFor(expression: string, timeoutMs?: number): Promise<void> {
    await until(expression, () => this.page.evaluate(`!!(${expression})`), timeoutMs);
  }

  reload(): Promise<void> {
    return this.leave('location.reload()');
  }

  async leave(script: string): Promise<void> {
    const mark = randomUUID();
    await this.evaluate(startLeaving(script, mark));
    await this.waitFor(traversed(mark));
  }

  async back(): Promise<void> {
    await this.traverse(-1);
  }

  async forward(): Promise<void> {
    await this.traverse(1);
  }

  private async traverse(delta: number): Promise<void> {
    const mark = randomUUID();
    this.#traversed = this.blindAfterRestore;
    await this.evaluate(startTraversal(delta, mark));
    await this.waitFor(moved(mark));
  }

  async click(selector: string): Promise<void> {
    await this.page.click(selector);
  }

  async press(key: Key): Promise<void> {
    await within(`press ${key}`, this.page.keyboard.press(key));
  }

  async hide(): Promise<void> {
    await this.setWindow('minimized', 'hidden');
  }

  async show(): Promise<void> {
    await this.setWindow('normal', 'visible');
  }

  private async setWindow(windowState: 'minimized' | 'normal', visibility: string): Promise<void> {
    await this.browser.setWindowBounds(await this.page.windowId(), { windowState });
    await this.waitFor(`document.visibilityState === '${visibility}'`);
  }

  async setOffline(offline: boolean): Promise<void> {
    await this.page.setOfflineMode(offline);
    await this.waitFor(`navigator.onLine === ${!offline}`);
  }

  async close(): Promise<void> {
    await within('close the page', this.page.close());
  }
}

export async function launchPuppeteer(name: EngineName, options: LaunchOptions): Promise<Engine> {
  const profile = temporaryFolder(`crashfree-${name}-`);
  const browser = await launching(
    puppeteer.launch({
      ...options,
      headless: true,
      timeout: PATIENCE_MS,
      userDataDir: profile,
      // puppeteer's own handlers end one browser of several.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    }),
    (launched) => launched.process()?.pid,
  );
  return {
    name,
    version: await browser.version(),
    async newPage() {
      const page = await within('open a page', browser.newPage({ type: 'window' }));
      return new PuppeteerPageDriver(browser, page, name === 'firefox');
    },
    async close() {
      // One that does not answer is ended all the same.
      await within('quit', browser.close()).catch(() => undefined);
      const process = browser.process();
      if (process) await stop(process);
      removeFolder(profile);
    },
  };
}
