import { Fields, ParseError } from '../wire/fields.js';
import { readPayload } from './session.js';

/** What a client says that it could not deliver. */
export interface ClientReport {
  timestamp?: number;
  discarded: { reason: string; category: string; quantity: number }[];
}

const CATEGORIES = [
  'default',
  'error',
  'transaction',
  'span',
  'security',
  'attachment',
  'session',
  'profile',
  'replay',
  'monitor',
  'feedback',
  'user_report_v2',
  'metric_bucket',
  'statsd',
  'log_item',
  'internal',
];

/** Reads a client report. Unknown categories become "unknown", over-long reasons are left out. */
export function readClientReport(payload: Uint8Array): ClientReport {
  const fields = new Fields(readPayload(payload), 'the client report', [
    'timestamp',
    'discarded_events',
  ]);
  const report: ClientReport = { discarded: [] };
  const stamp = fields.get('timestamp');
  if (stamp?.kind === 'number') report.timestamp = Number(stamp.text) * 1000;
  else if (!fields.isNull('timestamp')) {
    const time = fields.time('timestamp');
    if (time !== undefined) report.timestamp = time.ms;
  }
  const list = fields.get('discarded_events');
  if (list === undefined) {
    throw fields.missing('discarded_events', 'It lists what was lost.');
  }
  if (list.kind !== 'array') throw new ParseError('"discarded_events" must be an array.');
  list.items.forEach((item, index) => {
    const entry = new Fields(item, `entry ${index + 1} of "discarded_events"`, [
      'reason',
      'category',
      'quantity',
    ]);
    const reason = entry.requiredString('reason', 'It says why the events were lost.');
    const category = entry.requiredString('category', 'It says what was lost.');
    const quantity = entry.unsigned('quantity', 32);
    if (quantity === undefined) throw entry.missing('quantity', 'It says how many were lost.');
    if (reason.length > 200) return;
    report.discarded.push({
      reason,
      category: CATEGORIES.includes(category) ? category : 'unknown',
      quantity: Number(quantity),
    });
  });
  return report;
}
