import { ofDocument } from '../platform/document';
import { native, setTimer } from '../platform/native';
import type { Listeners } from './listeners';

/** How long after `load` a page is taken to be idle, if the browser does not tell earlier. */
const CALM_MS = 500;

/** Moments in the life of a page that matter to its sessions. */
export interface Moments {
  /** It has loaded and has nothing to do. */
  _idle(): void;
  /** Another page was asked for, which may take a while to come. */
  _leaves(): void;
  /** It was hidden; `left` for another page, with `final` for good. */
  _hidden(left: boolean, final: boolean): void;
  /** It came back from the back/forward cache. */
  _restored(): void;
}

/** Tells of these moments, and calls `whenLoaded` first when the page has loaded. */
export function watchLifecycle(
  { _on: on }: Listeners,
  moments: Moments,
  whenLoaded: () => unknown,
): void {
  const hide = () => {
    if (ofDocument('visibilityState') === 'hidden') moments._hidden(false, false);
  };
  /* WebKit has no idle callback. */
  const wait = native('requestIdleCallback') ?? ((idle: () => void) => setTimer(idle, CALM_MS));
  const loaded = () => {
    whenLoaded();
    wait(() => moments._idle(), { timeout: CALM_MS });
  };

  /*
   * Scripts dispatch these events, too, and the page stays. Chromium cuts requests only once the next page
   * has come.
   */
  if (!('NavigatorUAData' in window)) {
    on(window, 'beforeunload', ({ isTrusted }) => isTrusted && moments._leaves());
  }
  on(document, 'visibilitychange', hide);
  on<PageTransitionEvent>(window, 'pagehide', ({ isTrusted, persisted }) => {
    if (isTrusted) moments._hidden(true, !persisted);
  });
  on<PageTransitionEvent>(window, 'pageshow', ({ isTrusted, persisted }) => {
    if (isTrusted && persisted) moments._restored();
  });
  if (ofDocument('readyState') === 'complete') loaded();
  else on(window, 'load', loaded);
  hide();
}
