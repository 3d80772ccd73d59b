/** What was thrown, as the exceptions of an event. Anything can be, and reading it may throw once more. */
import { framesOf, type Frame } from './stack';

export interface Mechanism {
  type: string;
  handled: boolean;
  exception_id?: number;
  parent_id?: number;
  source?: string;
  is_exception_group?: true;
  /** What was thrown is no error. */
  synthetic?: true;
}

export interface Exception {
  type: string;
  value: string;
  mechanism: Mechanism;
  stacktrace?: { frames: Frame[] };
}

/** Characters of a text. */
const TEXT_MAX = 1024;
/** Characters of a stack that are read, from its end. */
const STACK_MAX = 65_536;
/** Exceptions of one event at most. */
const EXCEPTIONS_MAX = 5;

/** What can be read, or undefined. */
export function read<T>(value: () => T): T | undefined {
  try {
    return value();
  } catch {
    return undefined;
  }
}

export const textOf = (value: () => unknown): string =>
  read(() => `${(value() ?? '') as string}`.slice(0, TEXT_MAX)) ?? '';

/** What is no error, as Sentry's SDKs say it: they group by these words. */
function describe(thrown: unknown, isRejection: boolean): Pick<Exception, 'type' | 'value'> {
  const kind = read(() => ({}).toString.call(thrown).slice(8, -1)) ?? 'Object';
  const how = `captured as ${isRejection ? 'promise rejection' : 'exception'}`;
  if (read(() => thrown instanceof Event)) {
    const type = textOf(() => (thrown as Event).type);
    return { type: kind, value: `Event \`${kind}\` (type=${type}) ${how}` };
  }
  const type = isRejection ? 'UnhandledRejection' : 'Error';
  if (kind !== 'Object') {
    const prefix = isRejection ? 'Non-Error promise rejection captured with value: ' : '';
    return { type, value: prefix + textOf(() => String(thrown)) };
  }
  const keys = textOf(() =>
    Object.keys(thrown as object)
      .sort()
      .join(', '),
  );
  return { type, value: `Object ${how} with keys: ${keys || '[object has no keys]'}` };
}

const isError = (value: unknown) => value instanceof Error;

function exceptionOf(thrown: unknown, mechanism: Mechanism, isRejection: boolean): Exception {
  const part = (name: 'name' | 'message') => textOf(() => (thrown as Partial<Error>)[name]);
  const message = part('message');
  const stack = read(() => `${(thrown as Partial<Error>).stack ?? ''}`.slice(-STACK_MAX)) ?? '';
  if (!message && !stack && !read(() => isError(thrown))) {
    const inner = read(() => Object.values(thrown as object).find(isError));
    return inner
      ? exceptionOf(inner, mechanism, isRejection)
      : {
          ...describe(thrown, isRejection),
          mechanism: { ...mechanism, synthetic: true },
        };
  }
  const frames = stack ? (read(() => framesOf(stack.replace(message, ''))) ?? []) : [];
  return {
    type: part('name') || 'Error',
    value: message || 'No error message',
    mechanism,
    ...(frames.length && { stacktrace: { frames } }),
  };
}

/** What an error says that it was caused by, or that it holds. */
function partsOf(error: unknown): [source: string, part: unknown][] {
  const cause = read(() => (error as Error).cause);
  const errors = read(() => (error as AggregateError).errors as unknown);
  const list = Array.isArray(errors) ? errors.slice(0, EXCEPTIONS_MAX) : [];
  return [
    ...(cause instanceof Object ? [['cause', cause] as [string, unknown]] : []),
    ...list.map((part, index): [string, unknown] => [`errors[${index}]`, part]),
  ];
}

/**
 * The exceptions of an error, the one that was thrown last. What it was caused by, and what an
 * AggregateError holds, is linked as Sentry's SDKs do it; a circle ends where it closes.
 */
export function exceptionsOf(
  error: unknown,
  { type, handled }: Mechanism,
  isRejection: boolean,
): Exception[] {
  const seen = new Set<unknown>();
  const found: Exception[] = [];

  const add = (thrown: unknown, link?: Partial<Mechanism>) => {
    if (seen.has(thrown) || found.length === EXCEPTIONS_MAX) return;
    seen.add(thrown);
    const parts = partsOf(thrown);
    const id = found.length;
    const isGroup = parts.some(([source]) => source !== 'cause');
    const mechanism: Mechanism = {
      type,
      handled,
      ...link,
      ...((link || parts.length) && { exception_id: id }),
      ...(isGroup && { is_exception_group: true as const }),
    };
    found.push(exceptionOf(thrown, mechanism, isRejection && !link));
    for (const [source, part] of parts) {
      add(part, { type: 'chained', parent_id: id, source });
    }
  };
  add(error);
  return found.reverse();
}
