import { attempt } from '../platform/attempt';
import { momentOf } from '../platform/clock';
import type { Settings } from '../options/defaults';
import type { Uncaught } from './error-details';
import { createHeldErrors, type ErrorLike, type HeldErrors } from './held-errors';
import type { Judge } from './judge';
import { createListeners, type Listeners } from './listeners';
import type { Queue } from './queue';

export interface Errors {
  /** Takes the uncaught errors and unhandled rejections of a window. */
  _watch(target: EventTarget): void;
  /** Takes an event that tells of one, or that a rejection was handled, whoever heard of it. */
  _take(event: unknown): void;
  readonly _hold: HeldErrors['_hold'];
  /** Takes the event that is being dispatched: it happened before what its listeners do. */
  _takeCurrent(): void;
}

export type Take = (event: unknown) => void;

/**
 * Tells whether a script prevents an event by itself. Undefined if that is all that can: otherwise there is
 * a handler of the window, and where it returns false, it prevents the event, too. Tools such as PostHog's
 * do so without having been asked to, since their own does nothing else.
 */
function watchPrevention(event: ErrorLike): (() => boolean) | undefined {
  const { preventDefault, defaultPrevented } = event;
  if (!window.onunhandledrejection || defaultPrevented || !preventDefault) return undefined;
  let isPrevented = false;
  event.preventDefault = () => {
    preventDefault.call(event);
    /* In a passive listener it does nothing. */
    isPrevented = event.defaultPrevented!;
  };
  return () => isPrevented;
}

/** Listens to what a window tells of errors, and of rejections that were handled after all. */
export function watchErrors({ _on: on }: Listeners, target: EventTarget, take: Take): void {
  on(target, 'error', take);
  on(target, 'unhandledrejection', take);
  on(target, 'rejectionhandled', take);
}

/**
 * Takes what scripts call `window.onerror` with. Stimulus, for one, catches what its controllers throw, and
 * hands it to nobody else. What the browser calls it for is an event, of which the listeners have heard.
 */
export const watchHandler = (take: Take, undo: (() => unknown)[]) =>
  attempt(() => {
    const { onerror } = window;
    const handler: OnErrorEventHandler = (...call) => {
      const [message, , , , error] = call;
      if (window.event?.type !== 'error') take({ type: 'error', message, error });
      return onerror?.apply(window, call) as unknown;
    };
    window.onerror = handler;
    undo.push(() => window.onerror === handler && (window.onerror = onerror));
  });

/**
 * Has `judge` take each uncaught error and unhandled rejection, after all listeners of the page had their say.
 * `happened` is called first; it tells whether the page is at its end, and an error cannot wait.
 * `watched` are the windows whose events are handed over already.
 */
export function createErrors(
  listeners: Listeners,
  watched: readonly EventTarget[],
  settings: Settings,
  queue: Queue,
  judge: Judge,
  happened: (at: number) => boolean,
): Errors {
  const taken = new WeakSet<object>();
  const targets = new WeakSet<object>(watched);
  const { _hold: hold, _forget: forget } = createHeldErrors(settings, queue);

  /* What is dispatched at an element, also in a shadow tree, is a component's own. A plain event tells of
   * a resource that failed to load. */
  const take = (event: ErrorLike) => {
    if (event.type === 'rejectionhandled') return forget(event);
    if (taken.has(event) || (event.target && !targets.has(event.target))) return;
    const isRejection = event.type === 'unhandledrejection';
    /* A promise library tells of its own rejections by a CustomEvent. */
    const source = isRejection && event.detail ? event.detail : event;
    const { promise, reason } = source as Uncaught;
    if (isRejection ? !('reason' in source || promise) : event.message === undefined) return;
    taken.add(event);
    const at = momentOf(event);
    const isLast = happened(at);
    const isPrevented =
      (isRejection && attempt(() => watchPrevention(event))) || (() => event.defaultPrevented);

    const judgeIt = () =>
      judge(isRejection ? reason : event.error, {
        _at: at,
        _event: event,
        _isPrevented: isPrevented,
        _isRejection: isRejection,
      });
    hold(at, judgeIt, isRejection ? { promise, reason } : undefined);
    if (isLast && !isRejection) queue._settle();
  };

  /* An event that a page has made may throw when it is read. It is none that could count. */
  const takeAny = (event: unknown) => {
    if (event && typeof event === 'object') attempt(take, event as ErrorLike);
  };

  return {
    _watch(target) {
      targets.add(target);
      /* The client's listeners would keep each frame in memory, and frames come and go. */
      const those = target === window ? listeners : createListeners();
      watchErrors(those, target, takeAny);
    },
    _hold: hold,
    _take: takeAny,
    _takeCurrent() {
      const current: unknown = window.event;
      const isOne = attempt(() => current instanceof window.Event);
      if (isOne && /^(error|unhandledrejection)$/.test((current as Event).type)) takeAny(current);
    },
  };
}
