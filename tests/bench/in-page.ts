/** What is run in the pages; it is bundled on its own, as the global `bench`. */
import type { Published, StartOptions } from './subjects/publish.js';

type Page = Window &
  Record<string, Published> & {
    measure: { requests: number; bytes: number; memory: number; current: string };
    navigation?: EventTarget;
  };

let element: HTMLScriptElement;
let sent: Promise<void>;

/** Fetches a script and makes ready to run it; whether the clock is a fine one. */
export async function prepare(
  path: string,
  global: string,
  options: StartOptions,
): Promise<boolean> {
  element = document.createElement('script');
  const text = await (await fetch(path)).text();
  const call = global && `${global}.init(${JSON.stringify(options)})`;
  // No other page has had this text, so nothing of it is compiled already.
  element.textContent = `/* ${options.release} */ ${text};\n${call};`;
  sent = new Promise<void>((resolve) => {
    new PerformanceObserver((list, observer) => {
      if (!list.getEntries().some(({ name }) => !global || name.includes('/envelope/'))) return;
      observer.disconnect();
      resolve();
    }).observe({ type: 'resource', buffered: true });
  });
  return crossOriginIsolated;
}

/** Compiles, runs and starts the script, which is one piece of work; how many milliseconds it took. */
export function start(): number {
  const from = performance.now();
  document.head.append(element);
  const took = performance.now() - from;
  element.remove();
  return took;
}

/** Waits until the first session was sent and there is nothing to do. */
export async function started(): Promise<void> {
  await sent;
  await new Promise((resolve) => requestIdleCallback(resolve));
}

/** When the first request for a session began, counted from the start of the navigation. */
export function first(): Promise<number> {
  return new Promise((resolve) => {
    new PerformanceObserver((list) => {
      const entry = list.getEntries().find(({ name }) => name.includes('/envelope/'));
      if (entry) resolve(entry.startTime);
    }).observe({ type: 'resource', buffered: true });
  });
}

/**
 * Before the script: a fetch that answers at once and counts, and a pushState that does nothing but
 * tell the Navigation API, or with `wrap` a browser without one.
 */
export function stub(wrap: boolean): void {
  const page = window as unknown as Page;
  const measure = (page.measure = { requests: 0, bytes: 0, memory: 0, current: document.URL });
  const answer = {
    status: 200,
    ok: true,
    headers: { get: () => null },
    text: () => Promise.resolve(''),
  };
  const fetch = (_: string, init: RequestInit) => {
    const body = init.body as string | Uint8Array;
    measure.requests++;
    measure.bytes += body.length;
    return Promise.resolve(answer);
  };
  // Sentry looks for the browser's own function in a frame otherwise.
  fetch.toString = () => 'function fetch() { [native code] }';
  window.fetch = fetch as unknown as typeof window.fetch;

  const { Instance } = WebAssembly;
  WebAssembly.Instance = class extends Instance {
    constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
      super(module, imports);
      for (const exported of Object.values(this.exports)) {
        if (exported instanceof WebAssembly.Memory) measure.memory += exported.buffer.byteLength;
      }
    }
  };

  const { navigation } = page;
  Object.defineProperty(Document.prototype, 'URL', { get: () => measure.current });
  History.prototype.pushState = function (_state, _title, url) {
    measure.current = `${location.origin}${String(url)}`;
    if (!wrap) navigation!.dispatchEvent(new Event('currententrychange'));
  };
  if (wrap) Object.defineProperty(window, 'navigation', { value: undefined });
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const { port1, port2 } = new MessageChannel();
/** The next task, after those that are waiting. */
function task(): Promise<void> {
  return new Promise((resolve) => {
    port1.onmessage = () => resolve();
    port2.postMessage(0);
  });
}

/** Until what was put off is done. */
async function settled(): Promise<void> {
  await task();
  await task();
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}

export interface Steady {
  /** Microseconds that pushState takes, and that a navigation takes with all that follows. */
  navigation: number;
  navigationInAll: number;
  /** Microseconds that `captureException` takes, the first of its session. */
  error: number;
  errorInAll: number;
  requests: number;
  bytes: number;
  /** Bytes of WebAssembly memory, which no heap figure has. */
  memory: number;
}

/** Navigates and captures errors in a page where the script runs, and takes the medians. */
export async function steady(global: string, batches: number, size: number): Promise<Steady> {
  const page = window as unknown as Page;
  let last = 0;
  const navigate = () => history.pushState(null, '', `/page/${++last}`);
  const capture = (error: Error) => {
    if (global) page[global]!.captureException(error);
  };
  const result = { navigation: [], navigationInAll: [], error: [], errorInAll: [] } as Record<
    'navigation' | 'navigationInAll' | 'error' | 'errorInAll',
    number[]
  >;

  for (let batch = -1; batch < batches; batch++) {
    let spent = 0;
    let inAll = performance.now();
    for (let i = 0; i < size; i++) {
      const from = performance.now();
      navigate();
      spent += performance.now() - from;
      await settled();
    }
    inAll = performance.now() - inAll;
    let spentOnErrors = 0;
    let errorsInAll = 0;
    for (let i = 0; i < size; i++) {
      navigate();
      await settled();
      const error = new Error(`error ${++last}`);
      const from = performance.now();
      capture(error);
      spentOnErrors += performance.now() - from;
      await settled();
      errorsInAll += performance.now() - from;
    }
    await wait(20);
    // The first batch is there to warm up.
    if (batch < 0) continue;
    result.navigation.push((1000 * spent) / size);
    result.navigationInAll.push((1000 * inAll) / size);
    result.error.push((1000 * spentOnErrors) / size);
    result.errorInAll.push((1000 * errorsInAll) / size);
  }

  // Navigations as people make them, with time in between.
  const counted = 10;
  await wait(100);
  const { requests, bytes } = page.measure;
  for (let i = 0; i < counted; i++) {
    navigate();
    await wait(60);
  }
  return {
    navigation: median(result.navigation),
    navigationInAll: median(result.navigationInAll),
    error: median(result.error),
    errorInAll: median(result.errorInAll),
    requests: (page.measure.requests - requests) / counted,
    bytes: (page.measure.bytes - bytes) / counted,
    memory: page.measure.memory,
  };
}
