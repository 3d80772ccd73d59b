import { isOn } from '../noise';
import type { Settings } from '../options';
import type { Deferred } from './deferred';
import type { Listen } from './listen';

/** How long a rejection may stay unhandled before it counts: code often awaits a promise later. */
export const GRACE_MS = 250;

/**
 * Calls `uncaught` for each uncaught error and unhandled rejection, after all listeners of the page
 * had their say. Unless the options say otherwise a rejection that is handled soon does not count.
 * Returns a function that listens to a target, and takes events that were seen before.
 */
export function watchErrors(
  listen: Listen,
  deferred: Deferred,
  settings: Settings,
  uncaught: (event: ErrorEvent & PromiseRejectionEvent) => void,
): (target: EventTarget, early?: Event[]) => void {
  const handled = new WeakSet<Promise<unknown>>();
  const grace = isOn(settings, 'lateHandled') ? GRACE_MS : 0;

  const take = (event: Event) => {
    const { promise } = event as Partial<PromiseRejectionEvent>;
    /* A plain event tells of a resource that failed to load, not of an error in code. */
    if (!('message' in event || 'reason' in event)) return;
    deferred._push(
      () => {
        if (!(grace && handled.has(promise!)))
          uncaught(event as ErrorEvent & PromiseRejectionEvent);
      },
      promise ? grace : 0,
    );
  };
  return (target, early) => {
    early?.forEach(take);
    listen(target, 'error', take);
    listen(target, 'unhandledrejection', take);
    listen<PromiseRejectionEvent>(target, 'rejectionhandled', ({ promise }) =>
      handled.add(promise),
    );
  };
}
