import { Fields } from '../wire/fields.js';
import { itemsOf, textOf, type JsonNode } from '../wire/json.js';
import { parseTime } from '../wire/rfc3339.js';
import { readPayload } from './session.js';

/** What was lost, for one reason. */
export interface Discard {
  reason: string;
  category: string;
  quantity: number;
  /** Set for another list than `discarded_events`. */
  list?: string;
}

/** What a client says that it could not deliver, as far as a Relay hands it on. */
export interface ClientReport {
  /** Unix milliseconds. */
  timestamp?: number;
  discarded: Discard[];
  /** What a Relay leaves out, in words. */
  ignored: string[];
}

const LISTS = [
  'discarded_events',
  'rate_limited_events',
  'filtered_events',
  'filtered_sampling_events',
] as const;
const MAX_REASON_BYTES = 200;
const MAX_ENTRIES = 1000;
/** Relay's data categories. */
const CATEGORIES = new Set([
  'default',
  'error',
  'transaction',
  'transaction_processed',
  'transaction_indexed',
  'span',
  'span_indexed',
  'security',
  'attachment',
  'attachment_item',
  'session',
  'profile',
  'profile_indexed',
  'profile_duration',
  'profile_duration_ui',
  'profile_chunk',
  'profile_chunk_ui',
  'profile_backend',
  'profile_ui',
  'replay',
  'replay_video',
  'monitor',
  'monitor_seat',
  'feedback',
  'metric_bucket',
  'metric_second',
  'trace_metric',
  'trace_metric_byte',
  'log_item',
  'log_byte',
  'uptime',
  'size_analysis',
  'installable_build',
  'seer_autofix',
  'seer_scanner',
  'seer_user',
  'prevent_user',
  'prevent_review',
]);
const ALIASES = new Map([['user_report_v2', 'feedback']]);

/** A number of seconds or a text; undefined if there is none. */
function readTimestamp(fields: Fields): number | undefined {
  const node = fields.get('timestamp');
  if (node === undefined || node.kind === 'null') return undefined;
  if (node.kind === 'number') {
    const seconds = Math.trunc(Number(wordNumber(node)));
    if (Number.isFinite(seconds)) return Math.max(0, seconds) * 1000;
  }
  const time = node.kind === 'string' ? parseTime(textOf(node).value) : undefined;
  if (time === undefined) throw fields.wrong('timestamp', 'a time or Unix seconds', node);
  return Math.floor(time.ms / 1000) * 1000;
}

const wordNumber = ({ bytes, start, end }: JsonNode): string =>
  Buffer.from(bytes.subarray(start, end)).toString('latin1');

function readEntry(item: JsonNode, what: string): Discard {
  const entry = Fields.of(item, what, ['reason', 'category', 'quantity']);
  const reason = entry.requiredString('reason', 'It says why the events were lost.');
  const category = entry.requiredString('category', 'It says what was lost.');
  const quantity = entry.unsigned('quantity', 64);
  if (quantity === undefined) throw entry.missing('quantity', 'It says how many were lost.');
  return { reason, category: ALIASES.get(category) ?? category, quantity: Number(quantity) };
}

/** Reads a client report. Unknown categories and over-long reasons are left out. */
export function readClientReport(payload: Uint8Array): ClientReport {
  const fields = Fields.of(readPayload(payload), 'the client report', ['timestamp', ...LISTS]);
  const timestamp = readTimestamp(fields);
  const report: ClientReport = { discarded: [], ignored: [] };
  if (timestamp !== undefined) report.timestamp = timestamp;
  const ignored = new Set<string>();
  for (const name of LISTS) {
    const list = fields.get(name);
    if (list === undefined) {
      if (name === 'discarded_events') throw fields.missing(name, 'It lists what was lost.');
      continue;
    }
    if (list.kind !== 'array') throw fields.wrong(name, 'an array', list);
    let number = 0;
    for (const item of itemsOf(list)) {
      const entry = readEntry(item, `entry ${++number} of "${name}"`);
      if (Buffer.byteLength(entry.reason) > MAX_REASON_BYTES) {
        ignored.add(`a reason of more than ${MAX_REASON_BYTES} bytes`);
      } else if (!CATEGORIES.has(entry.category)) {
        ignored.add(`the unknown category ${JSON.stringify(entry.category.slice(0, 60))}`);
      } else if (report.discarded.length < MAX_ENTRIES) {
        if (name !== 'discarded_events') entry.list = name;
        report.discarded.push(entry);
      }
      if (ignored.size > 5) break;
    }
  }
  report.ignored.push(...ignored);
  return report;
}
