import type { Listen } from './listen';

/** How long after `load` a page is taken to be idle, where the browser does not tell. */
const CALM_MS = 500;

/** The moments in the life of a page that matter to its sessions. */
export interface LifecycleHandlers {
  /** The page has loaded and has nothing to do. */
  _idle(): void;
  /** The page is hidden; with `final` it will not come back. */
  _hidden(final: boolean): void;
  /** The page came back from the back/forward cache. */
  _restored(): void;
  _online(): void;
}

export function watchLifecycle(listen: Listen, handlers: LifecycleHandlers): void {
  const hide = () => document.visibilityState === 'hidden' && handlers._hidden(false);
  const idle = () =>
    /* WebKit has no idle callback. */
    'requestIdleCallback' in window
      ? requestIdleCallback(handlers._idle)
      : setTimeout(handlers._idle, CALM_MS);

  listen(document, 'visibilitychange', hide);
  listen<PageTransitionEvent>(window, 'pagehide', (event) => handlers._hidden(!event.persisted));
  listen<PageTransitionEvent>(window, 'pageshow', (event) => {
    if (event.persisted) handlers._restored();
  });
  listen(window, 'online', () => handlers._online());
  if (document.readyState === 'complete') idle();
  else listen(window, 'load', idle);
  hide();
}

/** Runs `start` now, or when a prerendered page is shown. */
export function whenShown(listen: Listen, start: () => void): void {
  if ((document as { prerendering?: boolean }).prerendering) {
    listen(document, 'prerenderingchange', start);
  } else start();
}
