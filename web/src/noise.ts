/**
 * Which errors count. The rules that are on by default leave out what nobody experienced as a
 * failure of this page; the lists have the meaning that they have in Sentry's SDKs.
 */
import type { NoiseRules, Options, Settings } from './options';

/** Whether a rule applies. */
export const isOn = ({ noise }: Options, rule: keyof NoiseRules): boolean =>
  (noise && noise[rule]) !== false;

/** The address of the innermost frame, as Sentry's URL lists take it. */
const FRAME_URL = /([a-z-]+:\/)?\/[^\s()]+?(?=(:\d+)*\)?$)/im;

const matches = (value: string, patterns: readonly (string | RegExp)[]) =>
  patterns.some((pattern) =>
    typeof pattern === 'string' ? value.includes(pattern) : value.search(pattern) >= 0,
  );

/** What the events of uncaught errors and of unhandled rejections tell. */
export type Uncaught = Partial<ErrorEvent & PromiseRejectionEvent>;

/** Takes an error; `event` tells of one that nobody caught. */
export type Judge = (error: unknown, handled: boolean, event?: Uncaught) => void;

/** Calls `count` for each error that counts, with whether it ends the session as crashed. */
export const createJudge =
  (settings: Settings, count: (crashed: boolean) => void): Judge =>
  (error, handled, event) => {
    const thrown = error as Partial<Error> | null | undefined;
    let message = '';
    let name = '';
    let title = '';
    let stack = '';
    let filename = '';
    let verdict: unknown;

    /* Whatever was thrown: reading it may throw once more. What could be read counts. */
    try {
      message = `${thrown?.message || event?.message || (error ?? '')}`;
      name = `${thrown?.name || ''}`;
      /* Some browsers begin the stack with the message, which may name any address. */
      title = `${name}: ${message}`;
      stack = `${thrown?.stack || ''}`.replace(title, '');
      filename = `${event?.filename || ''}`;
    } catch {}

    const url = FRAME_URL.exec(stack)?.[0] || filename;
    const context = { message, name, stack, filename, handled };
    const bare = event && !stack;
    const noise = {
      prevented: event?.defaultPrevented,
      resizeObserver: bare && message.includes('ResizeObserver loop'),
      scriptError: bare && /^Script error\.?$/.test(message),
      abort: event?.reason && name === 'AbortError',
      extension: !handled && /-(extension|masked-url):\/\//.test(filename + stack),
    };
    if (
      Object.entries(noise).some(
        ([rule, applies]) => applies && isOn(settings, rule as keyof NoiseRules),
      ) ||
      matches(message, settings.ignoreErrors) ||
      matches(title, settings.ignoreErrors) ||
      (url &&
        (matches(url, settings.denyUrls) ||
          (settings.allowUrls.length && !matches(url, settings.allowUrls))))
    ) {
      return;
    }
    try {
      verdict = settings.classifyError(error, context);
    } catch {}
    if (verdict !== 'ignore') count(verdict === 'crash' || (verdict !== 'error' && !handled));
  };
