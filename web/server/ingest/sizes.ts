import type { Item } from './envelope.js';
import { isSessionItem } from './limits.js';
import { Reject } from './reject.js';

/** What a Relay takes of one kind of item in one envelope. */
interface SizeLimit {
  what: string;
  covers(type: string): boolean;
  items: number;
  bytes: number;
}

/** One event is all that an envelope may hold, whatever makes it one. */
const EVENTS = [
  'event',
  'transaction',
  'security',
  'raw_security',
  'replay_event',
  'feedback',
  'form_data',
];

const MIB = 1 << 20;
/** What a container may hold: an item in which there are many of a kind. */
const CONTAINER = 12 * MIB;

const only = (what: string, types: readonly string[], bytes: number, items = 1): SizeLimit => ({
  what,
  covers: (type) => types.includes(type),
  items,
  bytes,
});

const LIMITS: readonly SizeLimit[] = [
  { what: 'session items', covers: isSessionItem, items: 100, bytes: 10 * MIB },
  only('client reports', ['client_report'], 100 << 10, 100),
  only('events', EVENTS, MIB),
  only('attachments', ['attachment', 'unreal_report', 'user_report'], 200 * MIB, 30),
  only('profiles', ['profile', 'profile_chunk', 'profile_chunk_ui'], 50 * MIB),
  only('recordings', ['replay_recording'], 10 * MIB),
  only('videos', ['replay_video'], 10 * MIB),
  only('check-ins', ['check_in'], 100 << 10),
  only('logs', ['log'], CONTAINER),
  only('metrics', ['trace_metric'], CONTAINER),
  only('spans', ['span'], CONTAINER, 25),
  only('statsd items', ['statsd'], MIB),
  only('metric buckets', ['metric_buckets'], MIB),
];

/** Refuses the whole envelope, with `status`, if it holds more than a Relay takes. */
export function checkSizes(items: readonly Item[], status: number): void {
  for (const { what, covers, items: maxItems, bytes: maxBytes } of LIMITS) {
    const found = items.filter(({ type }) => covers(type));
    const bytes = found.reduce((sum, { payload }) => sum + payload.length, 0);
    if (found.length > maxItems || bytes > maxBytes) {
      throw new Reject(
        status,
        `The envelope has ${found.length} ${what} of ${bytes} bytes; at most ${maxItems} and ` +
          `${maxBytes} bytes are allowed.`,
      );
    }
  }
}
