/**
 * Which errors count. The rules that are on by default leave out what nobody experienced as a
 * failure of this page; the lists have the meaning that they have in Sentry's SDKs.
 */
import type { NoiseRules, Options, Settings } from './options';

/** Whether a rule applies. */
export const isOn = ({ noise }: Options, rule: keyof NoiseRules): boolean =>
  (noise && noise[rule]) !== false;

/** The address of the innermost frame, as Sentry's URL lists take it. */
const frameUrl = (stack: string) => /((?:[a-z-]+:\/)?\/[^\s()]+?)(?::\d+)*\)?$/im.exec(stack)?.[1];

const matches = (value: string, patterns: readonly (string | RegExp)[]) =>
  patterns.some((pattern) =>
    typeof pattern === 'string' ? value.includes(pattern) : value.search(pattern) >= 0,
  );

/** Takes an error; `event` tells of one that nobody caught. */
export type Judge = (error: unknown, handled: boolean, event?: ErrorEvent) => void;

/** Calls `count` for each error that counts, with whether it ends the session as crashed. */
export const createJudge =
  (settings: Settings, count: (crashed: boolean) => void): Judge =>
  (error, handled, event) => {
    const { ignoreErrors, denyUrls, allowUrls } = settings;
    const thrown = (error ?? {}) as Partial<Error>;
    let message = '';
    let name = '';
    let stack = '';
    let filename = '';
    let verdict: unknown;

    /* Whatever was thrown: reading it may throw once more. What could be read counts. */
    try {
      message = `${thrown.message || event?.message || (error ?? '')}`;
      name = `${thrown.name || ''}`;
      /* Some browsers begin the stack with the message, which may name any address. */
      stack = `${thrown.stack || ''}`.replace(`${name}: ${message}`, '');
      filename = `${event?.filename || ''}`;
    } catch {}

    const url = frameUrl(stack) || filename;
    const context = { message, name, stack, filename, handled };
    if (
      (event &&
        ((isOn(settings, 'prevented') && event.defaultPrevented) ||
          (!stack &&
            ((isOn(settings, 'resizeObserver') && message.includes('ResizeObserver loop')) ||
              (isOn(settings, 'scriptError') && /^Script error\.?$/.test(message)))) ||
          (isOn(settings, 'abort') && name === 'AbortError' && 'reason' in event))) ||
      (!handled &&
        isOn(settings, 'extension') &&
        /(-extension|webkit-masked-url):\/\//.test(filename + stack)) ||
      matches(message, ignoreErrors) ||
      matches(`${name}: ${message}`, ignoreErrors) ||
      (url && (matches(url, denyUrls) || (allowUrls.length && !matches(url, allowUrls))))
    ) {
      return;
    }
    try {
      verdict = settings.classifyError(error, context);
    } catch {}
    if (verdict !== 'ignore') count(verdict === 'crash' || (verdict !== 'error' && !handled));
  };
