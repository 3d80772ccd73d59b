import type { Listen } from './listen';

/** How long after `load` a page is taken to be idle, where the browser does not tell. */
const CALM_MS = 500;

/**
 * Tells of the moments in the life of a page that matter to its sessions: `idle` when it has loaded and
 * has nothing to do, `hidden` when it is hidden (with `final` it will not come back), `restored`
 * when it came back from the back/forward cache.
 */
export function watchLifecycle(
  listen: Listen,
  idle: () => void,
  hidden: (final: boolean) => void,
  restored: () => void,
): void {
  const hide = () => document.hidden && hidden(false);
  const loaded = () =>
    /* WebKit has no idle callback. */
    window.requestIdleCallback?.(idle) ?? setTimeout(idle, CALM_MS);

  listen(document, 'visibilitychange', hide);
  listen<PageTransitionEvent>(window, 'pagehide', ({ persisted }) => hidden(!persisted));
  listen<PageTransitionEvent>(window, 'pageshow', ({ persisted }) => persisted && restored());
  if (document.readyState === 'complete') loaded();
  else listen(window, 'load', loaded);
  hide();
}
