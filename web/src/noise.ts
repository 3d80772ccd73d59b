/**
 * Which errors count. The rules that are on by default leave out what nobody experienced as a
 * failure of this page; the lists have the meaning that they have in Sentry's SDKs.
 */
import type { ErrorContext, NoiseRules, Options } from './options';

/** Describes an error, whatever was thrown: reading it may throw once more. */
export function describe(
  error: unknown,
  handled: boolean,
  event: Partial<ErrorEvent> = {},
): ErrorContext {
  const context = { message: '', name: '', stack: '', filename: '', handled };
  try {
    const { message, name, stack } = (error ?? {}) as Partial<Error>;
    context.message = `${message || event.message || (error ?? '')}`;
    context.name = `${name || ''}`;
    /* Some browsers begin the stack with the message, which may name any address. */
    const title = `${context.name}: ${context.message}`;
    context.stack = `${stack || ''}`;
    if (context.stack.startsWith(title)) context.stack = context.stack.slice(title.length);
    context.filename = `${event.filename || ''}`;
  } catch {
    /* What could be read is there. */
  }
  return context;
}

/** The address of the innermost frame, as Sentry's URL lists take it. */
const frameUrl = (stack: string) => /((?:[a-z-]+:\/)?\/[^\s()]+?)(?::\d+)*\)?$/im.exec(stack)?.[1];

const matches = (value: string, patterns?: readonly (string | RegExp)[]) =>
  patterns?.some((pattern) =>
    typeof pattern === 'string' ? value.includes(pattern) : value.search(pattern) >= 0,
  );

/** Whether an error is none of the page's. */
export function isNoise(
  { message, name, stack, filename, handled }: ErrorContext,
  event: Event | undefined,
  { noise, ignoreErrors, denyUrls, allowUrls }: Options,
): unknown {
  const url = frameUrl(stack) || filename;
  const isOn = (rule: keyof NoiseRules) =>
    noise !== false && (noise as NoiseRules | undefined)?.[rule] !== false;

  return (
    (event &&
      ((isOn('prevented') && event.defaultPrevented) ||
        (!stack &&
          ((isOn('resizeObserver') && message.includes('ResizeObserver loop')) ||
            (isOn('scriptError') && /^Script error\.?$/.test(message)))) ||
        (isOn('abort') && name === 'AbortError' && 'reason' in event))) ||
    (!handled &&
      isOn('extension') &&
      /(-extension|webkit-masked-url):\/\//.test(filename + stack)) ||
    matches(message, ignoreErrors) ||
    matches(`${name}: ${message}`, ignoreErrors) ||
    (url && (matches(url, denyUrls) || (allowUrls?.length && !matches(url, allowUrls))))
  );
}
