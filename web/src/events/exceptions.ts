/** What was thrown, as the exceptions of an event. Anything can be, and reading it may throw once more. */
import { attempt } from '../platform/attempt';
import { textOf } from '../platform/text';
import type { Uncaught } from '../signals/error-details';
import { isEvent, wordsFor } from '../signals/sentry-words';
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

/** Characters of a stack that are read, behind its message. */
const STACK_MAX = 65_536;
/** Exceptions of one event at most: one and its causes, of which Sentry's SDKs tell five. */
const EXCEPTIONS_MAX = 6;

/** Whether it is an error, also of another realm, such as a frame's. */
const isError = (value: unknown): boolean =>
  attempt(
    () => value instanceof Error || /t (Error|DOMException)]/.test({}.toString.call(value)),
  ) === true;

/** A text of an error's own, also if it is an object, as Sentry writes it. */
const writtenOut = (value: () => unknown) => textOf(() => `${(value() ?? '') as string}`);

/** The type and the message of an error; empty where it has none. */
function wordsOf(thrown: unknown): [type: string, value: string] {
  const message = attempt(() => (thrown as { message?: unknown }).message);
  /* Of an exception of C++ that came through WebAssembly. */
  if (Array.isArray(message)) return [writtenOut(() => message[0]), writtenOut(() => message[1])];
  /* Some have an error in its place, or what a server answered, with one in it. */
  const inner = attempt(() => ((message as { error?: Error }).error ?? (message as Error)).message);
  return [
    writtenOut(() => (thrown as Error).name),
    writtenOut(() => inner ?? (message instanceof Object ? JSON.stringify(message) : message)),
  ];
}

/** The frames of an error. What its message says, with which some stacks begin, may look like some. */
function framesOfError(thrown: unknown): Frame[] {
  const { stack, message, framesToPop } = thrown as Partial<Error & { framesToPop: number }>;
  /* What a page has V8 prepare may be no text. */
  const text = typeof stack === 'string' ? stack : '';
  const at = text.indexOf(`: ${message}`);
  const from = at < 0 || text.lastIndexOf('\n', at) >= 0 ? 0 : at + `: ${message}`.length;
  return framesOf(text.slice(from, from + STACK_MAX), framesToPop);
}

function exceptionOf(thrown: unknown, mechanism: Mechanism, isRejection: boolean): Exception {
  const [type, value] = wordsOf(thrown);
  const frames = attempt(() => framesOfError(thrown)) ?? [];
  if (isEvent(thrown) || (!value && !frames.length && !isError(thrown))) {
    const inner = attempt(() => Object.values(thrown as object).find(isError));
    if (inner) return exceptionOf(inner, mechanism, isRejection);
    const words = wordsFor(thrown, isRejection);
    /* Sentry's SDKs do not call a rejection with a plain value so. */
    const isSynthetic = !/^Non-Error /.test(words.value);
    return { ...words, mechanism: { ...mechanism, ...(isSynthetic && { synthetic: true }) } };
  }
  return {
    type: type || 'Error',
    value: value || 'No error message',
    mechanism,
    ...(frames.length && { stacktrace: { frames } }),
  };
}

/**
 * What an error says that it was caused by, or that it holds; that of `using` holds two. Sentry names an issue
 * after what a group holds, so that what is no error, as a validation's findings, is only told of a true
 * AggregateError.
 */
function partsOf(error: unknown): [source: string, part: unknown][] {
  const read = (key: string) => attempt(() => (error as Record<string, unknown>)[key]);
  const named = read('name') === 'SuppressedError' ? ['error', 'suppressed', 'cause'] : ['cause'];
  const errors = read('errors');
  const list: unknown[] = Array.isArray(errors) ? errors.slice(0, EXCEPTIONS_MAX) : [];
  const isGroup = list.length && read('name') === 'AggregateError';
  return [
    ...named
      .map((key): [string, unknown] => [key, read(key)])
      .filter(([, part]) => Object(part) === part),
    ...list
      .map((part, index): [string, unknown] => [`errors[${index}]`, part])
      .filter(([, part]) => isGroup || isError(part)),
  ];
}

/**
 * The exceptions of an error, the one that was thrown last. What it was caused by, and what an
 * AggregateError holds, is linked as Sentry's SDKs do it, which call that handled whatever became of
 * the error; a circle ends where it closes.
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
    const isGroup = parts.some(([source]) => source.startsWith('errors'));
    const mechanism: Mechanism = {
      type,
      handled,
      ...link,
      ...((link || parts.length) && { exception_id: id }),
      ...(isGroup && { is_exception_group: true as const }),
    };
    found.push(exceptionOf(thrown, mechanism, isRejection && !link));
    for (const [source, part] of parts) {
      add(part, { type: 'chained', handled: true, parent_id: id, source });
    }
  };
  /* Who hears of an error may hand on the event that told of it. */
  const told = (event: Uncaught): unknown => event.error ?? event.reason;
  add((isEvent(error) && attempt(told, error as Uncaught)) || error);
  return found.reverse();
}
