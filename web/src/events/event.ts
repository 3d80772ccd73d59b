import { VERSION } from '../abi';
import { exceptionsOf, type Exception } from './exceptions';
import { attempt } from '../platform/attempt';
import { framesOf, type Frame } from './stack';

/** An error event, as Sentry takes it. */
export interface ErrorEvent {
  event_id: string;
  /** Seconds since the epoch. */
  timestamp: number;
  platform: string;
  level: 'error' | 'fatal';
  exception: { values: Exception[] };
  release?: string | undefined;
  environment?: string | undefined;
  user?: { id: string } | undefined;
  request?: { url: string; headers: Record<string, string>; [more: string]: unknown } | undefined;
  /** `session.id` finds the session of the error. */
  tags?: Record<string, string> | undefined;
  /** `infer_ip` says whether the server may note the address from which it comes. */
  sdk: { name: string; version: string; settings: { infer_ip: 'auto' | 'never' } };
  debug_meta?: { images: { type: 'sourcemap'; code_file: string; debug_id: string }[] } | undefined;
  [more: string]: unknown;
}

/** How an error came to the client. */
export interface ErrorReport {
  handled: boolean;
  isRejection: boolean;
}

/**
 * Bytes of an event. An event that is larger loses the frames of what was not thrown itself, then all but
 * the innermost ten frames, then what was not thrown itself, then all frames.
 */
export const EVENT_MAX = 16_384;
const FRAMES_LEFT = 10;

/** The debug ids that bundler plugins leave, Sentry's and others: the stack of each script names its file. */
function imagesOf(values: Exception[]): ErrorEvent['debug_meta'] {
  const { _sentryDebugIds: ids, _debugIds: standard } = globalThis as Partial<
    Record<'_sentryDebugIds' | '_debugIds', Record<string, string>>
  >;
  const files = new Set(
    values.flatMap(({ stacktrace }) => (stacktrace?.frames ?? []).map(({ filename }) => filename)),
  );
  const found = new Map<string, string>();
  for (const [stack, id] of Object.entries({ ...ids, ...standard })) {
    const innermost = framesOf(stack).pop()?.filename;
    if (innermost && files.has(innermost)) found.set(innermost, id);
  }
  const images = [...found].map(([code_file, debug_id]) => ({
    type: 'sourcemap' as const,
    code_file,
    debug_id,
  }));
  return images.length ? { images } : undefined;
}

/** A version 4 UUID, which two of its digits say; the others are random. */
function newId(): string {
  let digits = '';
  /* Old libraries have functions of their own in the place of those that make lists and texts of others. */
  for (const byte of globalThis.crypto.getRandomValues(new Uint8Array(16))) {
    digits += (256 + byte).toString(16).slice(1);
  }
  return digits.replace(/^(.{12}).(...)./, '$14$2a');
}

/**
 * Where the app captured something: its calls up to the one of ours. The names of methods outlive what
 * makes bundles smaller, and where nobody bundles our files have our name. Empty if it was not now.
 */
function callsOf(): Frame[] {
  const frames = framesOf(`${new Error().stack}`);
  const ours = frames.findIndex(({ function: name, filename }) =>
    /captureException |\/crashfree[.\w]*js/.test(`${name} ${filename}`),
  );
  return frames.slice(0, Math.max(ours, 0));
}

/** What is known of an error beside itself. */
export interface Circumstances extends Partial<ErrorEvent> {
  /** How it was caught, in Sentry's names. */
  mechanism: string;
  sendDefaultPii: boolean | undefined;
  /** Where the browser says that it was thrown, in case that it does not say so itself. */
  place?: Frame | undefined;
}

/** Makes the event of an error. */
export function eventOf(
  error: unknown,
  { handled, isRejection }: ErrorReport,
  { mechanism, sendDefaultPii, place, ...known }: Circumstances,
): ErrorEvent {
  const values = exceptionsOf(error, { type: mechanism, handled }, isRejection);
  const thrown = values[values.length - 1]!;
  if (!thrown.stacktrace) {
    const frames = place ? [place] : mechanism === 'generic' ? attempt(callsOf) : undefined;
    if (frames?.length) thrown.stacktrace = { frames };
  }
  return {
    event_id: newId(),
    timestamp: Date.now() / 1000,
    platform: 'javascript',
    level: 'error',
    exception: { values },
    sdk: {
      name: 'crashfree',
      version: VERSION,
      settings: { infer_ip: sendDefaultPii ? 'auto' : 'never' },
    },
    debug_meta: attempt(() => imagesOf(values)),
    ...known,
  };
}

const lengthOf = (text: string) => new TextEncoder().encode(text).length;

/** JSON with lists as they are: old libraries, such as Prototype.js, give them a `toJSON` that makes texts of them. */
export const stringify = (value: unknown): string | undefined =>
  JSON.stringify(value, function (this: Record<string, unknown>, key, given: unknown) {
    const value = this[key];
    return Array.isArray(value) ? value : given;
  });

/** What it is in JSON. Half of a surrogate pair, as of a text that was cut, would lose the event. */
const jsonOf = (event: ErrorEvent) =>
  stringify(event)?.replace(/\\\\|\\ud[89a-f]../g, (found) => (found[2] ? '\ufffd' : found));

/** An event as text that has at most `EVENT_MAX` bytes; undefined if that cannot be. */
export function textOfEvent(event: ErrorEvent): string | undefined {
  const cuts: ((values: Exception[]) => unknown)[] = [
    () => {},
    (values) => values.slice(0, -1).forEach((value) => delete value.stacktrace),
    (values) =>
      values.forEach(({ stacktrace }) =>
        stacktrace?.frames.splice(0, stacktrace.frames.length - FRAMES_LEFT),
      ),
    (values) => values.splice(0, values.length - 1),
    ([thrown]) => delete thrown!.stacktrace,
  ];
  for (const cut of cuts) {
    attempt(() => cut(event.exception.values));
    const text = attempt(jsonOf, event);
    if (text !== undefined && lengthOf(text) <= EVENT_MAX) return text;
  }
  return undefined;
}
