import { Fields } from '../wire/fields.js';
import { itemsOf, textOf, wordOf, type JsonNode } from '../wire/json.js';
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
/** How much of what is left out is named. */
const MAX_NAMED = 6;
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
  'snapshot_image',
]);
const ALIASES = new Map([['user_report_v2', 'feedback']]);

/** Relay holds seconds since 1970 in so many bits. */
const MAX_SECONDS = 2 ** 64;

/** A number of seconds or a text, in whole seconds; undefined if there is none. */
function readTimestamp(fields: Fields): number | undefined {
  const node = fields.get('timestamp');
  if (node === undefined || node.kind === 'null') return undefined;
  const text = node.kind === 'string' ? parseTime(textOf(node).value) : undefined;
  const seconds = text === undefined ? NaN : Math.floor(text.ms / 1000);
  const given = node.kind === 'number' ? Number(wordOf(node)) : seconds;
  if (!(given >= 0 && given <= MAX_SECONDS)) {
    throw fields.wrong('timestamp', 'a time since 1970 or Unix seconds', node);
  }
  return Math.trunc(given) * 1000;
}

/** What made a server's sampling drop something: the kinds of its rules, by their numbers. */
function samplingReason(reason: string): string | undefined {
  const [, ids] = /^Sampled:(\+?\d{1,10}(?:,\+?\d{1,10})*)$/.exec(reason) ?? [];
  const rules = ids?.split(',').map(Number);
  if (rules === undefined || rules.some((rule) => rule >= 2 ** 32)) return undefined;
  const kinds = rules.map((rule) => {
    if (rule >= 1000 && rule <= 1005) return rule;
    if (rule >= 1400 && rule < 1600) return rule - (rule % 100);
    return rule >= 3000 && rule < 5000 ? 3000 : Infinity;
  });
  const sorted = [...new Set(kinds)].sort((a, b) => a - b);
  return `Sampled:${sorted.map((kind) => (kind === Infinity ? 0 : kind)).join(',')}`;
}

/** One entry of a list; `ignored` is told in words what a Relay leaves out. */
function readEntry(
  item: JsonNode,
  list: (typeof LISTS)[number],
  number: number,
  ignored: Set<string>,
): Discard | undefined {
  const entry = Fields.of(item, `entry ${number} of "${list}"`, ['reason', 'category', 'quantity']);
  const given = entry.requiredString('reason', 'It says why the events were lost.');
  const name = entry.requiredString('category', 'It says what was lost.');
  const quantity = entry.unsigned('quantity', 64);
  if (quantity === undefined) throw entry.missing('quantity', 'It says how many were lost.');
  const category = ALIASES.get(name) ?? name;
  const reason = list === 'filtered_sampling_events' ? samplingReason(given) : given;
  if (Buffer.byteLength(given) > MAX_REASON_BYTES) {
    ignored.add(`a reason of more than ${MAX_REASON_BYTES} bytes`);
  } else if (!CATEGORIES.has(category)) {
    ignored.add(`the unknown category ${JSON.stringify(category.slice(0, 60))}`);
  } else if (reason === undefined) {
    ignored.add(`${JSON.stringify(given.slice(0, 60))}, which names no rules of sampling,`);
  } else {
    const discard = { reason, category, quantity: Number(quantity) };
    return list === 'discarded_events' ? discard : { ...discard, list };
  }
  return undefined;
}

/** Reads a client report. What is named several times is added up. */
export function readClientReport(payload: Uint8Array): ClientReport {
  const fields = Fields.of(readPayload(payload), 'the client report', ['timestamp', ...LISTS]);
  const timestamp = readTimestamp(fields);
  const discarded = new Map<string, Discard>();
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
      const entry = readEntry(item, name, ++number, ignored);
      if (entry === undefined) continue;
      const key = JSON.stringify([name, entry.category, entry.reason]);
      const before = discarded.get(key);
      if (before !== undefined) before.quantity += entry.quantity;
      else discarded.set(key, entry);
    }
  }
  return {
    ...(timestamp === undefined ? {} : { timestamp }),
    discarded: [...discarded.values()],
    ignored: [...ignored].slice(0, MAX_NAMED),
  };
}
