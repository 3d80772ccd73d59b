/** What the rules of noise look at in an error. Anything can be thrown, and reading it may throw once more. */
import { attempt } from '../platform/attempt';
import { textOf } from '../platform/text';
import type { ErrorContext } from '../types/options';
import { MESSAGE_MAX, STACK_MAX } from './stack-addresses';
import { isEvent, wordsFor } from './sentry-words';

/** What the events of uncaught errors and of unhandled rejections tell. */
export type Uncaught = Partial<ErrorEvent & PromiseRejectionEvent>;

/** How an error came to the client. */
export interface Report {
  /** When it happened, by the clock of `platform/clock.ts`. */
  _at: number;
  /** The app caught it and recovered. */
  _handled?: boolean;
  /** The event that told of it, if nobody caught it. */
  _event?: Uncaught;
  /** Whether a script of the page prevented the event. */
  _isPrevented?(): boolean | undefined;
  _isRejection?: boolean;
}

/** What takes time to find out is a function: an engine writes a stack only when somebody asks for it. */
export interface ErrorDetails extends Omit<ErrorContext, 'stack'> {
  _stack(): string;
  _isPrevented: Report['_isPrevented'];
  _isRejection: boolean | undefined;
  /** The page is being left. */
  _isLeaving: boolean;
  /** The texts by which `ignoreErrors` may name it. */
  _titles(): string[];
  /** The texts by which libraries tell errors apart. */
  _kind(): string[];
  /** What its cause says. */
  _cause(): string;
  /** Whether the browser made it, or what it says that caused it, of this window or of a frame. */
  _isNative(): boolean;
  /** Whether it is of the browser's making, or tells of a request without an answer, by whatever it is told. */
  _isOutside(): boolean | undefined;
}

/** Where libraries say of what kind an error is: jQuery in `statusText`, MSAL in `errorCode`, OAuth in `error`. */
const KINDS = ['name', 'code', 'type', 'statusText', 'errorCode', 'error'] as const;

const tagOf = (thrown: unknown) => textOf(() => Object.prototype.toString.call(thrown));

/** Whether lists name it by Sentry's words: it is no error, and making a text of it takes no time. */
const hasWords = (thrown: unknown) =>
  Object(thrown) !== thrown || /(Object|Event)\]$/.test(tagOf(thrown));

/** The error that an object has as one of its values, for which Sentry's SDKs take the object. */
const errorIn = (thrown: unknown) =>
  attempt(
    () =>
      Object.values(thrown as object).find((value) =>
        /(Error|Exception)\]$/.test(tagOf(value)),
      ) as unknown,
  );

export function detailsOf(error: unknown, report: Report, isLeaving: boolean): ErrorDetails {
  const { _event, _handled, _isPrevented, _isRejection } = report;
  const thrown = (error ?? {}) as Partial<Error> &
    Record<(typeof KINDS)[number] | 'status' | '__CANCEL__' | '_isRouter', unknown>;
  const text = (value: () => unknown) => textOf(value, MESSAGE_MAX);
  const message = text(() => thrown.message || _event?.message || error || '');
  const name = text(() => thrown.name);
  const title = `${name}: ${message}`;
  const isNative = () =>
    [error, attempt(() => thrown.cause)].some((it) => tagOf(it) === '[object DOMException]');
  let stack: string | undefined;
  return {
    message,
    name,
    /* Some browsers begin the stack with the message, which may name any address. */
    _stack: () =>
      (stack ??= textOf(() => thrown.stack, Infinity)
        .slice(-STACK_MAX)
        .replace(title, '')),
    filename: text(() => _event?.filename),
    handled: _handled === true,
    _isPrevented,
    _isRejection,
    _isLeaving: isLeaving,
    _titles() {
      const thing = _isRejection ? error : error || message;
      if (!hasWords(thing)) return [message, title];
      const { type, value } = wordsFor(thing, !!_isRejection);
      const inner = errorIn(thing);
      return [message, title, value, `${type}: ${value}`].concat(
        inner ? detailsOf(inner, report, isLeaving)._titles() : [],
      );
    },
    _kind: () => [
      message,
      ...KINDS.map((key) => text(() => thrown[key])),
      text(() => (thrown.cause as Error).name),
      /* axios before 0.22 and Vue Router before 4 say it by a mark. */
      text(() => (thrown.__CANCEL__ || thrown['_isRouter']) === true && 'cancel'),
    ],
    _cause: () => text(() => (thrown.cause as Error).message),
    _isNative: isNative,
    _isOutside: () => isNative() || isEvent(error) || attempt(() => thrown.status) === 0,
  };
}
