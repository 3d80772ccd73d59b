/** Whether an error counts and, if so, whether it ends the session: the rules of noise and the page's own say. */
import { attempt } from '../platform/attempt';
import { now } from '../platform/clock';
import { nothing, type Settings } from '../options/defaults';
import type { IgnoreRule } from '../types/rules';
import type { ErrorContext } from '../types/options';
import { detailsOf, type ErrorDetails, type Report } from './error-details';
import { ruleFor } from './noise';

export type Judge = (error: unknown, report: Report) => void;

/** What happens to an error that was judged. */
export interface Outcomes {
  /** It counts. `crashed`: it ends the session. */
  _count(crashed: boolean, error: unknown, report: Report): void;
  _ignore(rule: IgnoreRule): void;
  /** Whether the page was being left at a moment: its requests are cut then. */
  _isLeaving(at: number): boolean;
}

/** How often the page's own classifier is asked in a minute: it may cause what it is asked about. */
const ASKED_MAX = 300;
const MINUTE_MS = 60_000;
/** Errors of a group that are looked at. */
const PARTS_MAX = 20;

/**
 * The page's classifier. It is asked once about an error, also if it reports that error itself, and not
 * while it answers.
 */
function createClassifier({ classifyError }: Settings) {
  const verdicts = new WeakMap<object, unknown>();
  let isAsking = false;
  let asked = 0;
  let since = 0;

  return (error: unknown, { message, name, _stack, filename, handled }: ErrorDetails): unknown => {
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

/** What an error holds that is a group, such as that of `Promise.any`. */
function partsOf(error: unknown): unknown[] {
  const errors = attempt(() => (error as AggregateError).errors);
  return Array.isArray(errors) ? errors.slice(0, PARTS_MAX) : [];
}

export function createJudge(settings: Settings, outcomes: Outcomes): Judge {
  const classify = createClassifier(settings);

  return (error, report) => {
    let rule: IgnoreRule | undefined;
    let verdict: unknown;
    try {
      const isLeaving = outcomes._isLeaving(report._at);
      const read = (one: unknown) => detailsOf(one, report, isLeaving);
      const details = read(error);
      rule = ruleFor(details, partsOf(error).map(read), settings);
      verdict = rule ?? classify(error, details);
    } catch {
      /* On a page that has broken what texts can do no rule applies, and the error counts. */
    }
    if (verdict === 'ignore') rule = 'classifyError';
    const crashed = verdict === 'crash' || (verdict !== 'error' && !report._handled);
    if (rule) outcomes._ignore(rule);
    else outcomes._count(crashed, error, report);
  };
}
