import { VERSION } from '../abi';
import { exceptionsOf, read, type Exception } from './exceptions';
import { framesOf } from './stack';

/** An error event, as Sentry takes it. */
export interface ErrorEvent {
  event_id: string;
  /** Seconds since the epoch. */
  timestamp: number;
  platform: string;
  level: 'error' | 'fatal';
  exception: { values: Exception[] };
  release?: string;
  environment?: string;
  user?: { id: string };
  request?: { url: string; headers: Record<string, string>; [more: string]: unknown };
  /** `session.id` finds the session of the error. */
  tags?: Record<string, string>;
  /** `infer_ip` says whether the server may note the address from which it comes. */
  sdk: { name: string; version: string; settings: { infer_ip: 'auto' | 'never' } };
  debug_meta?: { images: { type: 'sourcemap'; code_file: string; debug_id: string }[] };
  [more: string]: unknown;
}

/** How an error came to the client. */
export interface ErrorReport {
  handled: boolean;
  isRejection: boolean;
  /** The window told of it, rather than the app. */
  isGlobal: boolean;
}

/**
 * Bytes of an event. An event that is larger loses the frames of what was not thrown itself, then all but
 * the innermost ten frames, then all frames.
 */
export const EVENT_MAX = 16_384;
const FRAMES_LEFT = 10;

/** The debug ids that bundler plugins leave: the stack of each script names its file. */
function imagesOf(values: Exception[]): ErrorEvent['debug_meta'] {
  const ids = read(
    () => (globalThis as { _sentryDebugIds?: Record<string, string> })._sentryDebugIds,
  );
  if (!ids) return undefined;
  const byFile = new Map<string, string>();
  for (const [stack, id] of Object.entries(ids)) {
    const innermost = framesOf(stack).pop()?.filename;
    if (innermost) byFile.set(innermost, id);
  }
  const files = values.flatMap(({ stacktrace }) =>
    (stacktrace?.frames ?? []).map(({ filename }) => filename!),
  );
  const images = [...new Set(files)]
    .filter((file) => byFile.has(file))
    .map((file) => ({ type: 'sourcemap' as const, code_file: file, debug_id: byFile.get(file)! }));
  return images.length ? { images } : undefined;
}

const hex = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** An id, random throughout but for what a version 4 UUID says. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 15) | 64;
  bytes[8] = (bytes[8]! & 63) | 128;
  return hex(bytes);
}

/** What is known of an error beside itself. */
export interface Circumstances extends Partial<ErrorEvent> {
  /** How it was caught, in Sentry's names. */
  mechanism: string;
  sendDefaultPii: boolean | undefined;
}

/** Makes the event of an error. */
export function eventOf(
  error: unknown,
  { handled, isRejection }: ErrorReport,
  { mechanism, sendDefaultPii, ...known }: Circumstances,
): ErrorEvent {
  const values = exceptionsOf(error, { type: mechanism, handled }, isRejection);
  const images = read(() => imagesOf(values));
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
    ...(images && { debug_meta: images }),
    ...known,
  };
}

const lengthOf = (text: string) => new TextEncoder().encode(text).length;

/** An event as text that has at most `EVENT_MAX` bytes; undefined if that cannot be. */
export function textOfEvent(event: ErrorEvent): string | undefined {
  const cuts: ((values: Exception[]) => void)[] = [
    () => {},
    (values) => values.slice(0, -1).forEach((value) => delete value.stacktrace),
    (values) =>
      values.forEach(({ stacktrace }) =>
        stacktrace?.frames.splice(0, Math.max(0, stacktrace.frames.length - FRAMES_LEFT)),
      ),
    (values) => values.forEach((value) => delete value.stacktrace),
  ];
  for (const cut of cuts) {
    read(() => cut(event.exception.values));
    const text = read(() => JSON.stringify(event)) as string | undefined;
    if (text !== undefined && lengthOf(text) <= EVENT_MAX) return text;
  }
  return undefined;
}
