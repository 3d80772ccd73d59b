/** What is run in the pages; it is bundled on its own, as the global `bench`. */
import type { Published, StartOptions } from './subjects/publish.js';

type Page = Window &
  Record<string, Published> & {
    measure: { requests: number; bytes: number; current: string };
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

/** The column at which the script itself begins. */
export const offset = (): number => element.textContent.indexOf('*/ ') + 3;

/** Compiles, runs and starts the script, which is one piece of work. */
export function start(): void {
  document.head.append(element);
}

/** Waits until the page has loaded, the first session was sent and there is nothing to do. */
export async function started(): Promise<void> {
  element.remove();
  if (document.readyState !== 'complete') {
    await new Promise((resolve) => addEventListener('load', resolve));
  }
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
  const measure = (page.measure = { requests: 0, bytes: 0, current: document.URL });
  const answer = {
    status: 200,
    ok: true,
    headers: {
      get: (name: string) =>
        /^content-/i.test(name) ? (/type/i.test(name) ? 'application/json' : '2') : null,
    },
    text: () => Promise.resolve(''),
  };
  const fetch = (_: string, init: RequestInit) => {
    const body = init.body as string | Uint8Array;
    measure.requests++;
    measure.bytes += body.length;
    return Promise.resolve(answer);
  };
  // The clients look for the browser's own function in a frame otherwise, and whether they are lied to.
  const shown = new Map<unknown, string>([[fetch, 'fetch']]);
  Object.defineProperty(fetch, 'name', { value: 'fetch' });
  const { toString } = Function.prototype;
  Function.prototype.toString = function () {
    const name = shown.get(this);
    return name ? `function ${name}() { [native code] }` : toString.call(this);
  };
  shown.set(Function.prototype.toString, 'toString');
  window.fetch = fetch as unknown as typeof window.fetch;

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

/** The mean of the middle half. */
function middle(values: number[]): number {
  const half = values.sort((a, b) => a - b).slice(values.length >> 2, -(values.length >> 2));
  return half.reduce((sum, value) => sum + value, 0) / half.length;
}

let last = 0;
const navigate = () => history.pushState(null, '', `/page/${++last}`);

/**
 * Navigates so many times, with `global` with an error in each visit that is captured, and waits until
 * everything is over. Returns the microseconds of `pushState` or `captureException` itself.
 */
export async function visit(size: number, global?: string): Promise<number> {
  const page = window as unknown as Page;
  const took = [];
  for (let i = 0; i < size; i++) {
    const from = performance.now();
    navigate();
    took.push(performance.now() - from);
    await settled();
    if (global !== undefined) {
      const error = new Error(`error ${++last}`);
      const asked = performance.now();
      page[global]?.captureException(error);
      took[i] = performance.now() - asked;
      await settled();
    }
  }
  await wait(30);
  return 1000 * middle(took);
}

/** Requests and body bytes per navigation, as people make them, with time in between. */
export async function count(): Promise<{ requests: number; bytes: number }> {
  const page = window as unknown as Page;
  const counted = 10;
  await wait(100);
  const { requests, bytes } = page.measure;
  for (let i = 0; i < counted; i++) {
    navigate();
    await wait(60);
  }
  return {
    requests: (page.measure.requests - requests) / counted,
    bytes: (page.measure.bytes - bytes) / counted,
  };
}
