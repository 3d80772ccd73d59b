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

const LIMITS: readonly SizeLimit[] = [
  { what: 'session items', covers: isSessionItem, items: 100, bytes: 10 << 20 },
  {
    what: 'client reports',
    covers: (type) => type === 'client_report',
    items: 100,
    bytes: 100 << 10,
  },
  { what: 'events', covers: (type) => type === 'event', items: 1, bytes: 1 << 20 },
  { what: 'transactions', covers: (type) => type === 'transaction', items: 1, bytes: 1 << 20 },
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
