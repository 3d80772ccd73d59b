import { isOn, type Judge, type Uncaught } from '../noise';
import type { Settings } from '../options';
import type { Defer } from './deferred';
import type { Listen } from './listen';

/** How long a rejection may stay unhandled before it counts: code often awaits a promise later. */
export const GRACE_MS = 250;

/**
 * Has `judge` take each uncaught error and unhandled rejection, after all listeners of the page
 * had their say. Unless the options say otherwise a rejection that is handled soon does not count.
 * Returns a function that listens to a target, and takes events that were seen before.
 */
export function watchErrors(
  listen: Listen,
  defer: Defer,
  settings: Settings,
  judge: Judge,
): (target: EventTarget, early?: unknown[]) => void {
  const handled = new WeakSet<Promise<unknown>>();
  const grace = isOn(settings, 'lateHandled') ? GRACE_MS : 0;

  const take = (event: unknown) => {
    const { message, promise, error, reason } = event as Uncaught;
    /* A plain event tells of a resource that failed to load, not of an error in code. */
    if (message === undefined && !promise) return;
    defer(
      () => {
        if (!(grace && handled.has(promise!))) judge(error ?? reason, false, event as Uncaught);
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
