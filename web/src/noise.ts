/**
 * Which errors count. The rules that are on by default leave out what nobody experienced as a
 * failure of this page; the lists have the meaning that they have in Sentry's SDKs.
 */
import type { ErrorContext, Options } from './options';

const EXTENSION = /(chrome|moz|safari|safari-web|ms-browser)-extension:/;

/** A text, whatever the value does when it is asked for one. */
function text(value: unknown): string {
  try {
    return typeof value === 'string' ? value : value == null ? '' : String(value);
  } catch {
    return '';
  }
}

/** A member of a value that may have none, or one that throws. */
function member(value: unknown, name: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[name];
  } catch {
    return undefined;
  }
}

/** The address of the innermost frame, as Sentry's URL lists take it. */
function frameUrl(stack: string): string {
  for (const line of stack.split('\n')) {
    const url = /((?:[a-z-]+:\/\/|\/)[^\s()]*?)(?::\d+)*\)?$/i.exec(line.trim())?.[1];
    if (url) return url;
  }
  return '';
}

function matches(value: string, patterns: readonly (string | RegExp)[] = []): boolean {
  return patterns.some((pattern) =>
    typeof pattern === 'string' ? value.includes(pattern) : value.search(pattern) >= 0,
  );
}

/** Describes an error, whatever was thrown. */
export function describe(
  error: unknown,
  handled: boolean,
  event?: Partial<ErrorEvent>,
): ErrorContext {
  const message = text(member(error, 'message')) || text(event?.message) || text(error);
  return {
    message,
    name: text(member(error, 'name')),
    stack: text(member(error, 'stack')).replace(message, ''),
    filename: text(event?.filename),
    handled,
  };
}

/** Whether an error is none of the page's. */
export function isNoise(context: ErrorContext, event: Event | undefined, options: Options): boolean {
  const { noise = {} } = options;
  const { message, name, stack, filename, handled } = context;
  const url = frameUrl(stack) || filename;
  const described = [message, `${name}: ${message}`];
  const rule = (key: keyof Exclude<Options['noise'], boolean | undefined>) =>
    noise === true || (noise && noise[key] !== false);

  return (
    (!!event &&
      ((rule('prevented') && event.defaultPrevented) ||
        (rule('resizeObserver') && message.includes('ResizeObserver loop') && !stack) ||
        (rule('scriptError') && /^(Javascript error: )?Script error\.?( on line 0)?$/.test(message) && !stack) ||
        (rule('abort') && name === 'AbortError' && event.type !== 'error'))) ||
    (!handled && rule('extension') && EXTENSION.test(filename + stack)) ||
    described.some((value) => matches(value, options.ignoreErrors)) ||
    (!!url &&
      (matches(url, options.denyUrls) ||
        (!!options.allowUrls?.length && !matches(url, options.allowUrls))))
  );
}
