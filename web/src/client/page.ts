import { FIRST_SEND_MS } from '../abi';
import { ofDocument } from '../document';
import { setTimer } from '../native';
import { earlyEvents } from '../signals/early';
import { GRACE_MS } from '../signals/errors';
import { watchLifecycle, type Moments } from '../signals/lifecycle';
import { watchNavigation } from '../signals/navigation';
import { flush, restart, settle, tell, type Context } from './context';
import { now } from '../moment';

/** How soon requests are cut after another page was asked for, which may never come. */
const CUT_MS = 1000;

/** What the moments in the life of a page mean to its sessions. */
const momentsOf = (context: Context): Moments => ({
  _idle() {
    const { _core, _queue, _framed } = context;
    /* The page around a frame has as long as there is to begin its own session. */
    if (_framed && !_core._up) return;
    const send = () => flush(context);
    /* What may be an error of the first session goes with it. */
    if (!_queue._waiting.length) send();
    else _queue._add({ _at: now(), _wait: GRACE_MS, _divides: true, _judge: send });
  },
  _leaves() {
    context._leavingUntil = now() + CUT_MS;
  },
  _hidden(left, final) {
    /* Until it is shown again; some engines say only afterwards that it is hidden, too. */
    if (left) context._leavingUntil = Infinity;
    settle(context);
    tell(context, (core) => context._save() || core._hide(final));
  },
  _restored() {
    /* What was cut by leaving may wait to be judged. */
    settle(context);
    context._leavingUntil = 0;
    if (context._lifecycle !== 'route') return;
    const at = now();
    tell(context, (core) => restart(core, undefined, at));
  },
});

/** Begins the first session, now that somebody sees the page. */
function begin(context: Context): void {
  const { _core, _listeners, _whereabouts } = context;
  context._began = now();
  /* The core comes in a file then, which may come too late once the page is being left. */
  if (typeof WebAssembly !== 'object') _core._need();
  _whereabouts._begin();
  watchLifecycle(_listeners, momentsOf(context));
  setTimer(() => {
    if (!_core._up) flush(context);
  }, FIRST_SEND_MS);
  _listeners._on(window, 'online', () => flush(context));
}

/**
 * Has the page tell of its errors, navigations and moments. Returns a function that gives back what can
 * be given back.
 */
export function watchPage(context: Context, hasErrors: boolean): () => void {
  const { _errors, _listeners, _whereabouts } = context;
  let giveBack: (() => void) | undefined;
  let observer: MutationObserver | undefined;

  if (hasErrors) {
    _errors._watch(window);
    _errors._take(earlyEvents());
  }
  if (context._lifecycle === 'route') {
    context._look = (at) => _whereabouts._look(false, at);
    giveBack = watchNavigation(_listeners, (replaced) => {
      _errors._takeCurrent();
      _whereabouts._look(replaced);
    });
  }
  /* `document.open()` removes the listeners of the window and of the document. */
  if (typeof window.MutationObserver === 'function') {
    observer = new window.MutationObserver(() => _listeners._again());
    const options = { __proto__: null, childList: true };
    observer.observe(document, options as MutationObserverInit);
  }
  if (ofDocument('prerendering') === true) {
    _listeners._on(document, 'prerenderingchange', () => begin(context));
  } else begin(context);
  return () => {
    giveBack?.();
    observer?.disconnect();
  };
}
