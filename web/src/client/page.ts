import { FIRST_SEND_MS } from '../abi';
import { nothing } from '../options/defaults';
import { ofDocument } from '../platform/document';
import { setTimer } from '../platform/native';
import { earlyEvents } from '../signals/early';
import { watchErrors, watchHandler } from '../signals/errors';
import { GRACE_MS } from '../signals/held-errors';
import { watchLifecycle, type Moments } from '../signals/lifecycle';
import { watchNavigation } from '../signals/navigation';
import { watchZone } from '../signals/zone';
import { flush, restart, settle, tell, type Beginning, type Context } from './context';
import { now } from '../platform/clock';
import { addressOfPage } from './route';

/** How soon requests are cut after another page was asked for, which may never come. */
const CUT_MS = 1000;

/** What the moments in the life of a page mean to its sessions. */
const momentsOf = (need: () => Context): Moments => ({
  _idle() {
    const context = need();
    const { _core, _queue, _framed } = context;
    /* The page around a frame has as long as there is to begin its own session. */
    if (_framed && !_core._up) return;
    const send = () => flush(context);
    /* What may be an error of the first session goes with it. */
    if (!_queue._waiting.length) send();
    else _queue._add({ _at: now(), _wait: GRACE_MS, _divides: true, _judge: send });
  },
  _leaves() {
    need()._leavingUntil = now() + CUT_MS;
  },
  _hidden(left, final) {
    const context = need();
    /* Until it is shown again; some engines say only afterwards that it is hidden, too. */
    if (left) context._leavingUntil = Infinity;
    settle(context);
    tell(context, (core) => context._save() || core._hide(final));
  },
  _restored() {
    const context = need();
    /* What was cut by leaving may wait to be judged. */
    settle(context);
    context._leavingUntil = 0;
    if (context._lifecycle !== 'route') return;
    const at = now();
    tell(context, (core) => restart(core, undefined, at));
  },
});

/** Begins the first session, now that somebody sees the page. */
function begin(beginning: Beginning, need: () => Context, whenLoaded: () => unknown): void {
  const { _listeners } = beginning;
  beginning._began = now();
  beginning._place = beginning._seen = addressOfPage();
  /* Without WebAssembly the core comes in a file, which is asked for now, as it may come too late later. */
  if (typeof WebAssembly !== 'object') need()._core._need();
  watchLifecycle(_listeners, momentsOf(need), whenLoaded);
  setTimer(() => {
    const context = need();
    if (!context._core._up) flush(context);
  }, FIRST_SEND_MS);
  _listeners._on(window, 'online', () => flush(need()));
}

/** Has the page tell of its errors, navigations and moments; what they mean `need` gives. */
export function watchPage(beginning: Beginning, need: () => Context): void {
  const { _listeners, _undo, _hasErrors, _lifecycle } = beginning;
  let whenLoaded: () => unknown = nothing;

  if (_hasErrors) {
    const take = (event: unknown) => need()._errors._take(event);
    watchErrors(_listeners, window, take);
    watchHandler(take, _undo);
    const lookForZone = () => watchZone(take, _undo);
    if (!lookForZone()) whenLoaded = lookForZone;
    earlyEvents().forEach(take);
  }
  if (_lifecycle === 'route') {
    _undo.push(
      watchNavigation(_listeners, (replaced) => {
        const { _errors, _whereabouts } = need();
        _errors._takeCurrent();
        _whereabouts._look(replaced);
      }),
    );
  }
  _listeners._survive();
  const start = () => begin(beginning, need, whenLoaded);
  if (ofDocument('prerendering') === true) _listeners._on(document, 'prerenderingchange', start);
  else start();
}
