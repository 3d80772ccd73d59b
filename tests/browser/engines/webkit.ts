import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Builder, By, Key as Keys, type WebDriver } from 'selenium-webdriver';
import { freePort, removeFolder, start, stop, temporaryFolder } from './processes.js';
import { addScript, moved, startLeaving, startTraversal, traversed } from './scripts.js';
import type { Engine, Key, Page } from './types.js';
import { PATIENCE_MS, until, within } from './wait.js';

/**
 * A script that the driver runs while one document takes the place of another may get lost, and is
 * then never answered: what only asks is asked again after this time.
 */
const LOST_MS = 2000;

/** Debian keeps MiniBrowser in the multiarch directory of the library package. */
function findMiniBrowser(): string {
  const named = process.env['MINIBROWSER'];
  if (named) return named;
  for (const lib of ['/usr/lib', '/usr/libexec']) {
    for (const folder of ['', ...(existsSync(lib) ? readdirSync(lib) : [])]) {
      const path = join(lib, folder, 'webkit2gtk-4.1', 'MiniBrowser');
      if (existsSync(path)) return path;
    }
  }
  const listed = execFileSync('dpkg', ['-L', 'libwebkit2gtk-4.1-0'], { encoding: 'utf8' });
  const path = listed.split('\n').find((line) => line.endsWith('/MiniBrowser'));
  if (path) return path;
  throw new Error('MiniBrowser of webkit2gtk-4.1 is not installed');
}

/**
 * WebDriver knows one current window, so what belongs to one page must not interleave with another.
 */
class Turns {
  private last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.last.then(work, work);
    this.last = mine.catch(() => undefined);
    return mine;
  }
}

class WebKitPage implements Page {
  constructor(
    private readonly driver: WebDriver,
    private readonly turns: Turns,
    private readonly handle: string,
  ) {}

  private inWindow<T>(what: string, work: () => Promise<T>, timeoutMs?: number): Promise<T> {
    return this.turns.take(() =>
      within(
        what,
        this.driver
          .switchTo()
          .window(this.handle)
          .then(() => work()),
        timeoutMs,
      ),
    );
  }

  async goto(url: string): Promise<void> {
    await this.inWindow(`goto ${url}`, () => this.driver.get(url));
  }

  async evaluate<T>(expression: string): Promise<T> {
    return this.ask(expression);
  }

  private ask<T>(expression: string, timeoutMs?: number): Promise<T> {
    const script = `return (${expression});`;
    return this.inWindow(expression, () => this.driver.executeScript<T>(script), timeoutMs);
  }

  async run(script: string): Promise<void> {
    await this.evaluate(addScript(script));
  }

  async waitFor(expression: string, timeoutMs?: number): Promise<void> {
    // A question waits for its turn first. One that was given up would take that all the same, so
    // that on a slow machine there were ever more of them.
    const ask = (): Promise<boolean> => this.ask(`!!(${expression})`, LOST_MS);
    await until(expression, ask, timeoutMs, PATIENCE_MS);
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
    await this.evaluate(startTraversal(delta, mark));
    await this.waitFor(moved(mark));
  }

  async click(selector: string): Promise<void> {
    await this.inWindow(`click ${selector}`, async () => {
      await this.driver.findElement(By.css(selector)).click();
    });
  }

  async press(key: Key): Promise<void> {
    const keys = { Tab: Keys.TAB, Enter: Keys.ENTER, ArrowRight: Keys.ARROW_RIGHT };
    await this.inWindow(`press ${key}`, () => this.driver.actions().sendKeys(keys[key]).perform());
  }

  async hide(): Promise<void> {
    await this.inWindow('minimize', () => this.driver.manage().window().minimize());
    await this.waitFor(`document.visibilityState === 'hidden'`);
  }

  async show(): Promise<void> {
    await this.inWindow('maximize', () => this.driver.manage().window().maximize());
    await this.waitFor(`document.visibilityState === 'visible'`);
  }

  async close(): Promise<void> {
    await this.inWindow('close the page', () => this.driver.close());
  }
}

async function startDisplay(): Promise<{ name: string; end(): Promise<void> }> {
  // Xvfb picks a free display itself and writes its number to the given descriptor.
  const server = start(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  );
  const [number] = (await within('Xvfb start', once(server.stdio[3] as Readable, 'data'))) as [
    Buffer,
  ];
  return { name: `:${number.toString().trim()}`, end: () => stop(server) };
}

export async function launchWebKit(): Promise<Engine> {
  const home = temporaryFolder('crashfree-webkit-');
  const display = await startDisplay();
  const port = await freePort();
  const server = start('dbus-run-session', ['--', 'WebKitWebDriver', `--port=${port}`], {
    stdio: 'ignore',
    env: {
      ...process.env,
      DISPLAY: display.name,
      HOME: home,
      XDG_RUNTIME_DIR: home,
      NO_AT_BRIDGE: '1',
      GSETTINGS_BACKEND: 'memory',
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      WEBKIT_DISABLE_DMABUF_RENDERER: '1',
    },
  });
  const end = async (): Promise<void> => {
    await stop(server);
    await display.end();
    removeFolder(home);
  };

  try {
    const origin = `http://127.0.0.1:${port}`;
    await until('WebKitWebDriver start', async () => (await fetch(`${origin}/status`)).ok);
    const driver = await new Builder()
      .usingServer(origin)
      .withCapabilities({
        browserName: 'MiniBrowser',
        'webkitgtk:browserOptions': { binary: findMiniBrowser(), args: ['--automation'] },
      })
      .build();
    const capabilities = await driver.getCapabilities();
    const turns = new Turns();
    // A new window needs a current one, and the page used last may be closed.
    const first = await driver.getWindowHandle();
    return {
      name: 'webkit',
      version: `WebKitGTK ${String(capabilities.get('browserVersion') ?? '')}`.trim(),
      newPage: () =>
        turns.take(async () => {
          await driver.switchTo().window(first);
          await within('open a page', driver.switchTo().newWindow('window'));
          return new WebKitPage(driver, turns, await driver.getWindowHandle());
        }),
      async close() {
        // One that does not answer is ended with its group all the same.
        await within('quit', driver.quit()).catch(() => undefined);
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}
