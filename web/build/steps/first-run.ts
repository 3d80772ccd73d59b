/** Which functions of a script tag's file run, and when: found by running it once, in as little of a page as it needs. */
import { Session, type Profiler } from 'node:inspector/promises';
import { createContext, Script, type Context } from 'node:vm';

/** Where a function begins and ends in the script, as `begin:end`. */
export type Place = string;
export const placeOf = (begin: number, end: number): Place => `${begin}:${end}`;

export interface FirstRun {
  /** What runs in the script's own task, before the page is shown. */
  atStart: Set<Place>;
  /** What runs first between then and the answer to the first session. */
  later: Set<Place>;
}

const FILE = 'script.js';
const INIT = `crashfree.init({ dsn: 'https://0123456789abcdef0123456789abcdef@o1.ingest.example/42', release: 'a@1' })`;

interface Page {
  context: Context;
  /** How many requests were made. */
  requests(): number;
  /** Ends the loading of the page, and waits until it has nothing to do. */
  load(): Promise<void>;
}

/** What the script finds missing here it leaves alone, as on a page that has taken it away. */
function createPage(): Page {
  const loading: (() => void)[] = [];
  let requests = 0;
  class Target {
    addEventListener(type: string, listener: () => void): void {
      if (type === 'load') loading.push(listener);
    }
    removeEventListener(): void {}
  }
  class FakeDocument extends Target {}
  const location = new URL('https://shop.example/');
  const window: object = Object.assign(new Target(), {
    console,
    crypto,
    Event,
    EventTarget: Target,
    fetch() {
      requests++;
      /* With a length, so that its body is not waited for. */
      const headers = { 'content-type': 'application/json', 'content-length': '2' };
      return Promise.resolve(new Response('{}', { headers }));
    },
    history: { pushState() {}, replaceState() {} },
    HTMLScriptElement: class {},
    location,
    MutationObserver: class {
      observe(): void {}
    },
    navigation: new Target(),
    navigator: { userAgent: 'none' },
    NavigatorUAData: class {},
    origin: location.origin,
    performance,
    requestIdleCallback: (idle: () => void) => loading.push(idle),
    setTimeout: () => 0,
    clearTimeout() {},
    TextDecoder,
    TextEncoder,
    URL,
  });
  Object.assign(FakeDocument.prototype, {
    currentScript: null,
    defaultView: window,
    querySelectorAll: () => [],
    readyState: 'loading',
    URL: location.href,
    visibilityState: 'visible',
  });
  const context = createContext(
    Object.assign(window, { document: new FakeDocument(), parent: window, window }),
  );
  return {
    context,
    requests: () => requests,
    async load() {
      for (let task = loading.shift(); task; task = loading.shift()) task();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** Runs a script that makes `window.crashfree`, until its first session is sent. */
export async function firstRun(code: string): Promise<FirstRun> {
  const page = createPage();
  const session = new Session();
  session.connect();
  /* What ran since the last call. */
  const ran = async (): Promise<Set<Place>> => {
    const { result } = (await session.post(
      'Profiler.takePreciseCoverage',
    )) as Profiler.TakePreciseCoverageReturnType;
    const functions = result.find(({ url }) => url === FILE)?.functions ?? [];
    const counted = functions.map(({ ranges }) => ranges[0]!).filter(({ count }) => count > 0);
    return new Set(counted.map(({ startOffset, endOffset }) => placeOf(startOffset, endOffset)));
  };
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    new Script(code, { filename: FILE }).runInContext(page.context);
    new Script(INIT).runInContext(page.context);
    const atStart = await ran();
    await page.load();
    const later = await ran();
    if (page.requests() !== 1) {
      throw new Error(
        `the script made ${page.requests()} requests and not 1, in the page of ` +
          'web/build/steps/first-run.ts: it may need something that this page does not have yet',
      );
    }
    return { atStart, later };
  } finally {
    session.disconnect();
  }
}
