/**
 * Which errors are noise. The rules that are on by default leave out what nobody experienced as a failure
 * of this page; the lists have the meaning that they have in Sentry's SDKs.
 */
import type { Settings } from '../options/defaults';
import type { IgnoreRule } from '../types/rules';
import type { NoiseRules, Options } from '../types/options';
import type { ErrorDetails } from './error-details';
import { EVENT_FILTERS } from './event-filters';
import { innermost } from './stack-addresses';
import { isRecovered } from './recovered';

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

/** What somebody cancelled or did not allow: what libraries call it, in a word, browsers and wallets, in a sentence. */
const CANCELLED =
  /^\S{0,99}((\b|transition|request)abort(ed)?(_?err(or)?|exception)?\b|cancell?(ed|(ation)?(error)?\b)|popup.closed|conditionerror)\S{0,99}$|(abort|cancell?ed)error:|\buser (has )?(abort|cancell?|clos|deni|exit|reject)ed|(abort|cancell?|clos|deni|exit|reject|select)ed.by.(the )?user|fullscreen request|request fullscreen|permissions check/i;
/** Code of an extension, by its address with a position in it, as messages name addresses, too; or masked. */
const EXTENSION = /-extension:\/\/[^\s:]*:\d|-masked-url:/;
/** How browsers, and libraries after them, say that a request was cut. */
const CUT =
  /network ?error|failed to fetch|load.{0,30}failed|connection was lost|import(ing|ed) a? ?module|request.{0,9} (aborted|terminated)|(input|body) stream|preload/i;
/** By rule. Time tells of `lateHandled`, before an error comes here: see held-errors.ts. */
const RULES: Record<
  Exclude<keyof NoiseRules, 'lateHandled'>,
  (details: ErrorDetails) => unknown
> = {
  prevented: ({ _isPrevented }) => _isPrevented?.(),
  resizeObserver: ({ message }) => message.startsWith('ResizeObserver loop'),
  scriptError: ({ message }) => /^(Javascript error: )?Script error\.?( on line 0)?$/.test(message),
  eventFilters: ({ message }) => EVENT_FILTERS.test(message),
  abort: ({ _isRejection, _kind }) => _isRejection && _kind().some((word) => CANCELLED.test(word)),
  refused: ({ _isRejection, _isNative, _kind }) =>
    _isRejection && _isNative() && _kind().includes('NotAllowedError'),
  viewTransition: ({ _isRejection, _isNative, message }) =>
    _isRejection && _isNative() && /transition/i.test(message),
  hydration: ({ handled, message }) => !handled && isRecovered(message),
  extension: ({ handled, filename, _stack }) =>
    !handled &&
    !/-extension:$/.test(location.protocol) &&
    EXTENSION.test(`${filename}:1\n${_stack()}`),
  leaving: ({ _isLeaving, _isRejection, _isOutside, _cause, message }) =>
    _isLeaving && _isRejection && (_isOutside() || CUT.test(message + _cause())),
};

/** The first rule or list that leaves an error out. A rule leaves out a group where it does so with all `parts`. */
export function ruleFor(
  details: ErrorDetails,
  parts: ErrorDetails[],
  settings: Settings,
): IgnoreRule | undefined {
  for (const rule of Object.keys(RULES) as (keyof typeof RULES)[]) {
    const test = RULES[rule];
    if ((test(details) || (parts[0] && parts.every(test))) && isOn(settings, rule)) return rule;
  }
  const { ignoreErrors, denyUrls, allowUrls } = settings;
  if (ignoreErrors.length && details._titles().some((title) => matches(title, ignoreErrors))) {
    return 'ignoreErrors';
  }
  if (!denyUrls.length && !allowUrls.length) return undefined;
  const url = innermost(details._stack()) || details.filename;
  if (url && matches(url, denyUrls)) return 'denyUrls';
  if (url && allowUrls.length && !matches(url, allowUrls)) return 'allowUrls';
  return undefined;
}
