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

const only = (what: string, types: readonly string[], bytes: number): SizeLimit => ({
  what,
  covers: (type) => types.includes(type),
  items: 1,
  bytes,
});

const LIMITS: readonly SizeLimit[] = [
  { what: 'session items', covers: isSessionItem, items: 100, bytes: 10 << 20 },
  {
    what: 'client reports',
    covers: (type) => type === 'client_report',
    items: 100,
    bytes: 100 << 10,
  },
  only('events', EVENTS, 1 << 20),
  only('profiles', ['profile', 'profile_chunk', 'profile_chunk_ui'], 50 << 20),
  only('recordings', ['replay_recording'], 10 << 20),
  only('videos', ['replay_video'], 10 << 20),
  only('check-ins', ['check_in'], 100 << 10),
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
