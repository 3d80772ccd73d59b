import type { Item } from './envelope.js';
import { categoryOf } from './limits.js';
import { Reject } from './reject.js';

const MAX_SESSION_ITEMS = 100;
const MAX_SESSION_BYTES = 10 << 20;
const MAX_REPORT_BYTES = 100 << 10;

/** Refuses the whole envelope, with `status`, if it holds more than a Relay takes. */
export function checkSizes(items: readonly Item[], status: number): void {
  const bytes = (list: readonly Item[]): number =>
    list.reduce((sum, item) => sum + item.payload.length, 0);
  const sessions = items.filter((item) => categoryOf(item.type) === 'session');
  const reports = items.filter((item) => item.type === 'client_report');
  if (sessions.length > MAX_SESSION_ITEMS) {
    throw new Reject(
      status,
      `The envelope has ${sessions.length} session items; at most ${MAX_SESSION_ITEMS} are allowed.`,
    );
  }
  if (bytes(sessions) > MAX_SESSION_BYTES) {
    throw new Reject(status, 'The session items of the envelope exceed 10 MiB.');
  }
  if (reports.length > MAX_SESSION_ITEMS || bytes(reports) > MAX_REPORT_BYTES) {
    throw new Reject(status, 'The client reports of the envelope exceed 100 items or 100 KiB.');
  }
}
