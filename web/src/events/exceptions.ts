/** What was thrown, as the exceptions of an event. Anything can be, and reading it may throw once more. */
import { framesOf, type Frame } from './stack';

export interface Mechanism {
  type: string;
  handled: boolean;
  exception_id?: number;
  parent_id?: number;
  source?: string;
  is_exception_group?: true;
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
const KEYS_MAX = 10;

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

/** The words of Sentry's SDKs for what is no error. */
function describe(thrown: unknown, isRejection: boolean): Pick<Exception, 'type' | 'value'> {
  if (Object(thrown) !== thrown) {
    const value = textOf(() => String(thrown));
    return isRejection
      ? {
          type: 'UnhandledRejection',
          value: `Non-Error promise rejection captured with value: ${value}`,
        }
      : { type: 'Error', value };
  }
  const keys =
    read(() =>
      Object.keys(thrown as object)
        .sort()
        .slice(0, KEYS_MAX),
    ) ?? [];
  const how = isRejection ? 'promise rejection' : 'exception';
  return {
    type: 'Object',
    value: `Object captured as ${how} with keys: ${keys.join(', ').slice(0, TEXT_MAX) || '[object has no keys]'}`,
  };
}

function exceptionOf(thrown: unknown, mechanism: Mechanism, isRejection: boolean): Exception {
  const part = (name: 'name' | 'message') => textOf(() => (thrown as Partial<Error>)[name]);
  const message = part('message');
  const stack = read(() => `${(thrown as Partial<Error>).stack ?? ''}`.slice(-STACK_MAX)) ?? '';
  const frames = stack ? (read(() => framesOf(stack.replace(message, ''))) ?? []) : [];
  return {
    ...(message || stack
      ? { type: part('name') || 'Error', value: message }
      : describe(thrown, isRejection)),
    mechanism,
    ...(frames.length && { stacktrace: { frames } }),
  };
}

/** What an error says that it was caused by, or that it holds. */
function partsOf(error: unknown): [source: string, part: unknown][] {
  if (Object(error) !== error) return [];
  const { cause, errors } = {
    cause: read(() => (error as Error).cause),
    errors: read(() => (error as AggregateError).errors as unknown),
  };
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

  const add = (thrown: unknown, link: Omit<Mechanism, 'type' | 'handled'>, linked: boolean) => {
    if (seen.has(thrown) || found.length === EXCEPTIONS_MAX) return;
    seen.add(thrown);
    const parts = partsOf(thrown);
    const id = found.length;
    const isGroup = parts.some(([source]) => source !== 'cause');
    const mechanism: Mechanism = {
      ...(linked ? { type: 'chained', handled } : { type, handled }),
      ...link,
      ...((linked || parts.length > 0) && { exception_id: id }),
      ...(isGroup && { is_exception_group: true as const }),
    };
    found.push(exceptionOf(thrown, mechanism, isRejection && !linked));
    for (const [source, part] of parts) add(part, { parent_id: id, source }, true);
  };
  add(error, {}, false);
  return found.reverse();
}
