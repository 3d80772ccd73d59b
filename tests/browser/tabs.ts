import type { Engine, EngineName, Key, Page } from './engines/index.js';

/** Chromium closes a page whose end takes longer, also where a busy machine has not let it begin. */
const CHROMIUM_END_MS = 500;
/** So often a case is begun in which that may have happened. */
export const CUT_SHORT_TRIES_MAX = 5;

/**
 * Keeps tabs for the next case, since opening one costs more than most cases do. A tab comes back
 * only if nothing was done to it that a page load does not undo.
 */
export class Tabs {
  readonly #free: Page[] = [];
  #kills = 0;

  constructor(
    private readonly engine: Engine,
    private readonly blank: string,
  ) {}

  async take(): Promise<Tab> {
    return new Tab(
      this.#free.pop() ?? (await this.engine.newPage()),
      this.#kills,
      this.engine.name,
    );
  }

  /**
   * Says that the process of a page was killed. Tabs of one host share it: each of them, also one that
   * nobody uses, shows the browser's own page for that soon, in the middle of whatever it loads.
   */
  killed(): void {
    this.#kills++;
    this.#free.length = 0;
  }

  /** Leaves the page, and keeps the tab or closes it. Either way what the page holds back comes out. */
  async giveBack(tab: Tab): Promise<void> {
    if (tab.closed) return;
    if (tab.abandoned) {
      // The answer may get lost with the page that it comes from.
      const leave = `(window.__setTimeout ?? setTimeout)(() => location.assign(${JSON.stringify(this.blank)}), 20)`;
      await tab.run(leave).catch(() => undefined);
      return;
    }
    if (tab.touched || tab.kills !== this.#kills) {
      await tab.close();
      return;
    }
    await tab.goto(this.blank);
    this.#free.push(tab.page);
  }
}

/** A page that remembers whether it can be used again. */
export class Tab implements Page {
  /** Whether window or network were changed. */
  touched = false;
  closed = false;
  /** Whether the driver can no longer do all with it; it stays open until the browser ends. */
  abandoned = false;
  /** Whether the browser may have closed it before its end had run, so that nothing could be sent. */
  cutShort = false;
  readonly setOffline?: (offline: boolean) => Promise<void>;

  constructor(
    readonly page: Page,
    /** How often pages had been killed when it was taken. */
    readonly kills: number,
    private readonly engine: EngineName,
  ) {
    if (page.setOffline) {
      this.setOffline = (offline) => {
        this.touched = true;
        return page.setOffline!(offline);
      };
    }
  }

  goto = (url: string): Promise<void> => this.page.goto(url);
  run = (script: string): Promise<void> => this.page.run(script);
  evaluate = <T>(expression: string): Promise<T> => this.page.evaluate<T>(expression);
  reload = (): Promise<void> => this.page.reload();
  leave = (script: string): Promise<void> => this.page.leave(script);
  back = (): Promise<void> => this.page.back();
  forward = (): Promise<void> => this.page.forward();
  click = (selector: string): Promise<void> => this.page.click(selector);

  waitFor(expression: string, timeoutMs?: number): Promise<void> {
    return this.page.waitFor(expression, timeoutMs);
  }

  press = (key: Key): Promise<void> => this.page.press(key);

  hide(): Promise<void> {
    this.touched = true;
    return this.page.hide();
  }

  show(): Promise<void> {
    return this.page.show();
  }

  async close(): Promise<void> {
    this.closed = true;
    const begin = performance.now();
    await this.page.close();
    this.cutShort = this.engine === 'chromium' && performance.now() - begin >= CHROMIUM_END_MS;
  }
}
