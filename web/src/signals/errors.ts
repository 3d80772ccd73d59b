import type { Options } from '../options';
import type { Deferred } from './deferred';
import type { Listen } from './listen';

/** How long a rejection may stay unhandled before it counts: code often awaits a promise later. */
export const GRACE_MS = 250;

export interface ErrorSignals {
  /** Takes an event that was seen before the listeners were there. */
  _take(event: Event): void;
  /** Also listens to the errors of `target`. */
  _watch(target: EventTarget): void;
}

/**
 * Calls `uncaught` for each uncaught error and unhandled rejection, after all listeners of the page
 * had their say. Unless the options say otherwise a rejection that is handled soon does not count.
 */
export function watchErrors(
  listen: Listen,
  deferred: Deferred,
  { noise }: Options,
  uncaught: (event: ErrorEvent | PromiseRejectionEvent) => void,
): ErrorSignals {
  const grace = noise !== false && noise?.lateHandled !== false;
  const rejections = new Map<Promise<unknown>, () => void>();

  const take = (event: Event) => {
    /* A plain event tells of a resource that failed to load, not of an error in code. */
    if (!('message' in event || 'reason' in event)) return;
    const { promise } = event as Partial<PromiseRejectionEvent>;
    const cancel = deferred._push(
      () => {
        if (promise) rejections.delete(promise);
        uncaught(event as ErrorEvent | PromiseRejectionEvent);
      },
      promise && grace ? GRACE_MS : 0,
    );
    if (promise && grace) rejections.set(promise, cancel);
  };
  const watch = (target: EventTarget) => {
    listen(target, 'error', take);
    listen(target, 'unhandledrejection', take);
    listen<PromiseRejectionEvent>(target, 'rejectionhandled', ({ promise }) => {
      rejections.get(promise)?.();
      rejections.delete(promise);
    });
  };
  return { _take: take, _watch: watch };
}
