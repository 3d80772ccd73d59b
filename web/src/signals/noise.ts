/**
 * Which errors count. The rules that are on by default leave out what nobody experienced as a
 * failure of this page; the lists have the meaning that they have in Sentry's SDKs.
 */
import { attempt } from '../platform/attempt';
import { now } from '../platform/moment';
import { nothing, type Settings } from '../options/defaults';
import type { IgnoreRule } from '../options/rules';
import type { ErrorContext, NoiseRules, Options } from '../options/types';
import { innermost, STACK_MAX, TEXT_MAX } from './frames';
import { EVENT_FILTERS } from './event-filters';
import { isRecovered } from './recovered';
import { wordsFor } from './words';

/** Whether a rule applies. */
export const isOn = ({ noise }: Options, rule: keyof NoiseRules): boolean =>
  (noise && (noise as NoiseRules)[rule]) !== false;

/** Whether a text is in a list. What is no pattern, such as a variable of the build that is not set, is in none. */
const matches = (value: string, patterns: readonly unknown[]) =>
  patterns.some((pattern) =>
    typeof pattern === 'string'
      ? value.includes(pattern)
      : (pattern as RegExp | null)?.exec && value.search(pattern as RegExp) >= 0,
  );

/** What the events of uncaught errors and of unhandled rejections tell. */
export type Uncaught = Partial<ErrorEvent & PromiseRejectionEvent>;

/** How an error came to the client. */
export interface Report {
  /** When, by the clock of `platform/moment.ts`. */
  _at: number;
  /** The app caught it and recovered. */
  _handled?: boolean;
  /** The event that told of it, if nobody caught it. */
  _event?: Uncaught;
  /** Whether a script of the page prevented the event. */
  _isPrevented?(): boolean | undefined;
  _isRejection?: boolean;
}

export type Judge = (error: unknown, report: Report) => void;

/** Whether lists name it by Sentry's words: it is no error, and a text of it is made in no time. */
const hasWords = (thrown: unknown) =>
  Object(thrown) !== thrown ||
  /(Object|Event)\]$/.test(read(() => Object.prototype.toString.call(thrown)));

/** An error as the rules see it. What takes time is a function: an engine writes a stack when it is asked for. */
interface Seen extends Omit<ErrorContext, 'stack'> {
  _stack(): string;
  _isPrevented: Report['_isPrevented'];
  _isRejection: boolean | undefined;
  /** The page is being left. */
  _isLeaving: boolean;
  /** What `ignoreErrors` may name it by. */
  _titles(): string[];
  /** What libraries tell errors apart by: name, code, type and the like. */
  _kind(): string;
  /** The browser made it. */
  _isNative(): boolean;
}

/** What libraries call it when somebody cancelled something. */
const CANCELLED = /\babort(ed|_?err(or)?|exception)?\b|cancell?(ed|(ation)?(error)?\b)/i;
/** Code of an extension, by its address with a position in it, as messages name addresses, too; or masked. */
const EXTENSION = /-extension:\/\/[^\s:]*:\d|-masked-url:/;
/** How browsers, and libraries after them, say that a request was cut. */
const CUT =
  /network ?error|failed to fetch|load.{0,30}failed|connection was lost|import(ing|ed) a? ?module|request.{0,9} (aborted|terminated)|(input|body) stream|preload|^cancell?ed$/i;
const RULES: Record<keyof NoiseRules, (seen: Seen) => unknown> = {
  prevented: ({ _isPrevented }) => _isPrevented?.(),
  resizeObserver: ({ message }) => message.startsWith('ResizeObserver loop'),
  scriptError: ({ message }) => /^(Javascript error: )?Script error\.?( on line 0)?$/.test(message),
  eventFilters: ({ message }) => EVENT_FILTERS.test(message),
  abort: ({ _isRejection, _kind }) => _isRejection && CANCELLED.test(_kind()),
  refused: ({ _isRejection, _isNative, name }) =>
    _isRejection && _isNative() && name === 'NotAllowedError',
  viewTransition: ({ _isRejection, _isNative, message }) =>
    _isRejection && _isNative() && /transition/i.test(message),
  hydration: ({ handled, message }) => !handled && isRecovered(message),
  extension: ({ handled, filename, _stack }) =>
    !handled &&
    !/-extension:$/.test(location.protocol) &&
    EXTENSION.test(`${filename}:1\n${_stack()}`),
  leaving: ({ _isLeaving, _isRejection, message }) =>
    _isLeaving && _isRejection && CUT.test(message),
  /* Judged by time, before an error comes here. */
  lateHandled: () => false,
};

/**
 * A text. Anything can be thrown: what throws once more as it is read is no text, and neither is an
 * object, as it takes any time to make a text of one.
 */
function read(value: () => unknown): string {
  try {
    const text = value() || '';
    return Object(text) === text ? '' : `${text as string}`;
  } catch {
    return '';
  }
}

function see(error: unknown, report: Report, isLeaving: boolean): Seen {
  const { _event, _handled, _isPrevented, _isRejection } = report;
  const thrown = (error ?? {}) as Partial<Error> &
    Record<'code' | 'type' | '__CANCEL__' | '_isRouter', unknown>;
  const text = (value: () => unknown) => read(value).slice(0, TEXT_MAX);
  const message = text(() => thrown.message || _event?.message || (error ?? ''));
  const name = text(() => thrown.name);
  const title = `${name}: ${message}`;
  let stack: string | undefined;
  return {
    message,
    name,
    /* Some browsers begin the stack with the message, which may name any address. */
    _stack: () =>
      (stack ??= read(() => thrown.stack)
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
      return [message, title, value, `${type}: ${value}`];
    },
    _kind: () =>
      [
        name,
        ...(['code', 'type'] as const).map((key) => text(() => thrown[key])),
        /* TanStack Query says it by its message, axios before 0.22 and Vue Router before 4 by a mark. */
        message === 'CancelledError' && message,
        read(() => thrown.__CANCEL__ || thrown['_isRouter']) && 'cancel',
      ].join(' '),
    /* Also one of a frame. */
    _isNative: () => read(() => Object.prototype.toString.call(error)) === '[object DOMException]',
  };
}

/** The first rule or list that leaves an error out. */
function ruleFor(seen: Seen, settings: Settings): IgnoreRule | undefined {
  for (const rule of Object.keys(RULES) as (keyof NoiseRules)[]) {
    if (RULES[rule](seen) && isOn(settings, rule)) return rule;
  }
  const { ignoreErrors, denyUrls, allowUrls } = settings;
  if (ignoreErrors.length && seen._titles().some((title) => matches(title, ignoreErrors))) {
    return 'ignoreErrors';
  }
  if (!denyUrls.length && !allowUrls.length) return undefined;
  const url = innermost(seen._stack()) || seen.filename;
  if (url && matches(url, denyUrls)) return 'denyUrls';
  if (url && allowUrls.length && !matches(url, allowUrls)) return 'allowUrls';
  return undefined;
}

/** How often the page's own classifier is asked in a minute: it may cause what it is asked about. */
const ASKED_MAX = 300;
const MINUTE_MS = 60_000;

/**
 * The page's classifier. It is asked once about an error, also if it reports that error itself, and not
 * while it answers.
 */
function createClassifier({ classifyError }: Settings) {
  const verdicts = new WeakMap<object, unknown>();
  let isAsking = false;
  let asked = 0;
  let since = 0;

  return (error: unknown, { message, name, _stack, filename, handled }: Seen): unknown => {
    if (classifyError === nothing) return undefined;
    const context: ErrorContext = { message, name, stack: _stack(), filename, handled };
    const key = Object(error) === error ? (error as object) : context;
    if (isAsking || verdicts.has(key)) return verdicts.get(key);
    if (now() - since > MINUTE_MS) {
      since = now();
      asked = 0;
    }
    if (++asked > ASKED_MAX) return undefined;
    /* What it reports itself, while it is asked, is what it is asked about. */
    verdicts.set(key, 'ignore');
    isAsking = true;
    const verdict = attempt(classifyError, error, context);
    isAsking = false;
    verdicts.set(key, verdict);
    return verdict;
  };
}

/** What happens to an error that was judged. */
export interface Outcomes {
  /** It counts. `crashed`: it ends the session. */
  _count(crashed: boolean, error: unknown, report: Report): void;
  _ignore(rule: IgnoreRule): void;
  /** Whether the page was being left at a moment: its requests are cut then. */
  _isLeaving(at: number): boolean;
}

export function createJudge(settings: Settings, outcomes: Outcomes): Judge {
  const classify = createClassifier(settings);

  return (error, report) => {
    let rule: IgnoreRule | undefined;
    let verdict: unknown;
    try {
      const seen = see(error, report, outcomes._isLeaving(report._at));
      rule = ruleFor(seen, settings);
      verdict = rule ?? classify(error, seen);
    } catch {
      /* A page that has broken what texts can do has no rules. */
    }
    if (verdict === 'ignore') rule = 'classifyError';
    const fatal = verdict === 'crash' || (verdict !== 'error' && !report._handled);
    if (rule) outcomes._ignore(rule);
    else outcomes._count(fatal, error, report);
  };
}
