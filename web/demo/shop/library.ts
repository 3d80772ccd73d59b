import type * as api from '../../src/index.js';

type Api = typeof api;
interface Waiting {
  q: unknown[][];
}

const page = window as { crashfree?: Partial<Api> | Waiting };

/** The library once it is here. */
export function library(): Partial<Api> | undefined {
  const found = page.crashfree;
  return found !== undefined && !('q' in found) ? found : undefined;
}

/** Calls a function of the library, or leaves the call in the queue until the script is here. */
export function call<K extends keyof Api>(name: K, ...parameters: Parameters<Api[K]>): void {
  const loaded = library();
  if (loaded !== undefined) {
    const run = loaded[name] as ((...all: unknown[]) => unknown) | undefined;
    run?.(...parameters);
    return;
  }
  page.crashfree ??= { q: [] };
  (page.crashfree as Waiting).q.push([name, ...parameters]);
}
