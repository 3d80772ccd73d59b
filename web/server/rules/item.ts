import { randomUUID } from 'node:crypto';
import { readClientReport, type ClientReport } from './client-report.js';
import { ParseError } from '../wire/fields.js';
import { filteredBy, type InboundFilters } from './filters.js';
import type { MetricEvent, MetricStatus } from '../metrics/buckets.js';
import { environmentFlaw, releaseFlaw } from './names.js';
import {
  isNilUser,
  readAggregates,
  readPayload,
  readUpdate,
  type Attributes,
  type SessionUpdate,
} from './session.js';
import { toValue } from '../wire/json.js';

/** What became of an item: taken as is, taken with something altered, or lost without a trace. */
export type Outcome = 'accept' | 'normalise' | 'drop';

/** `old` is a Relay from before autumn 2025, as some self-hosted installations still run. */
export type Generation = 'new' | 'old';

export interface RelayOptions {
  generation?: Generation;
  filters?: InboundFilters;
  /** The name of the sending SDK; a tag of the metrics. */
  sdk?: string;
  /** `sent_at` of the envelope header, in Unix milliseconds. */
  sentAt?: number;
  receivedAt: number;
}

/** What the server keeps of one session item. */
export interface Session {
  sid: string;
  did?: string;
  init: boolean;
  status: string;
  errors: number;
  /** RFC 3339, after all corrections. */
  started: string;
  timestamp: string;
  release: string;
  environment?: string;
}

/** What the server makes of one item. */
export interface ItemResult {
  outcome: Outcome;
  /** Why, in words for people who do not know the protocol. */
  reason: string;
  /** The parsed payload as it was sent; undefined if it is not JSON. */
  payload?: unknown;
  /** Set for an item of type `session` that was taken. */
  session?: Session;
  report?: ClientReport;
  metrics: MetricEvent[];
}

const MINUTE = 60_000;
const MAX_AGE = 5 * 24 * 60 * MINUTE;
const MAX_AHEAD = MINUTE;
const MIN_DRIFT = 55 * MINUTE;
const STATUSES = ['ok', 'exited', 'errored', 'crashed', 'abnormal', 'unhandled'];
const OLD_STATUSES = ['ok', 'exited', 'errored', 'crashed', 'abnormal'];
const MECHANISMS = ['anr_foreground', 'anr_background'];

const iso = (ms: number): string => new Date(ms).toISOString();
const quote = (text: string): string =>
  JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text);

/** A drop with its reason, thrown to leave the pipeline early. */
class Drop extends Error {}

/** The clock correction for a whole envelope, in milliseconds. */
function clockDrift({ sentAt, receivedAt }: RelayOptions): number {
  if (sentAt === undefined) return 0;
  const drift = receivedAt - sentAt;
  return Math.trunc(Math.abs(drift) / 1000) * 1000 >= MIN_DRIFT ? drift : 0;
}

function driftNote(drift: number): string {
  const minutes = Math.round(Math.abs(drift) / MINUTE);
  return (
    `its times were moved ${minutes} min ${drift > 0 ? 'forward' : 'back'}, because "sent_at" says ` +
    'that the clock of the sender is that far off'
  );
}

/** Why a time is outside of what the server takes. */
function timeFlaw(key: string, ms: number, now: number): string | undefined {
  if (now - ms > MAX_AGE) {
    return `"${key}" (${iso(ms)}) is more than 5 days ago; the server no longer takes it.`;
  }
  if (ms - now > MAX_AHEAD) {
    return `"${key}" (${iso(ms)}) is more than 60 seconds in the future. Check the clock and "sent_at".`;
  }
  return undefined;
}

/** Checks the names in place and returns what was altered. */
function checkNames(attrs: Attributes): string[] {
  const release = releaseFlaw(attrs.release);
  if (release !== undefined) {
    throw new Drop(`The release ${quote(attrs.release)} is not allowed: ${release}.`);
  }
  if (attrs.environment === undefined) return [];
  const environment = environmentFlaw(attrs.environment);
  if (environment === undefined) return [];
  const note = `the environment ${quote(attrs.environment)} was removed: ${environment}`;
  delete attrs.environment;
  return [note];
}

type Tags = Pick<MetricEvent, 'release' | 'environment' | 'sdk'>;

/** Tag values over 200 characters are left out of the metrics. */
function tags(attrs: Attributes, sdk: string | undefined): Tags {
  const out: Tags = { release: attrs.release };
  if (attrs.environment) out.environment = attrs.environment;
  if (sdk !== undefined && sdk.length <= 200) out.sdk = sdk;
  return out;
}

/** The user metric: only for real users, in the set of the worst that happened to them. */
function userMetrics(
  did: string | undefined,
  errored: boolean,
  statuses: readonly MetricStatus[],
  base: Tags & { time: number },
  mechanism?: string,
): MetricEvent[] {
  if (did === undefined || isNilUser(did)) return [];
  const user: MetricEvent = { name: 'user', value: did, ...base };
  if (!errored) return [user];
  return [
    { ...user, status: 'errored' },
    ...statuses.map((status) =>
      status === 'abnormal' && mechanism !== undefined
        ? { ...user, status, mechanism }
        : { ...user, status },
    ),
  ];
}

function explain(update: SessionUpdate, metrics: readonly MetricEvent[]): string {
  const { init, status, errors } = update;
  const words: Record<string, string> = {
    crashed: 'it crashed, which lowers the crash-free rate',
    abnormal: 'it ended abnormally',
    unhandled: 'it had an unhandled error, which does not lower the crash-free rate',
    errored: 'it had errors',
    ok: errors > 0n ? 'it had errors' : 'healthy so far',
    exited: errors > 0n ? 'it ended, after errors' : 'it ended well',
  };
  const state = words[status] ?? `its status ${quote(status)} is unknown and counts as errored`;
  if (init) return `A session started and was counted; ${state}.`;
  if (metrics.length === 0) {
    return `An update of a session that was counted before; ${state}. It changes no number.`;
  }
  return `An update of a session; ${state}. The number of sessions stays the same.`;
}

function processUpdate(payload: Uint8Array, options: RelayOptions, result: ItemResult): void {
  const node = readPayload(payload);
  result.payload = toValue(node);
  const update = readUpdate(node);
  const { receivedAt } = options;
  const old = options.generation === 'old';
  const notes: string[] = [];

  if (old && !OLD_STATUSES.includes(update.status)) {
    throw new Drop(
      `The status ${quote(update.status)} is unknown to a Relay of the old generation.`,
    );
  }
  if (old && update.seq === (1n << 64n) - 1n) {
    throw new Drop('"seq" has its highest value, which a Relay of the old generation refuses.');
  }
  const filtered = filteredBy(options.filters ?? {}, update.attrs);
  if (filtered !== undefined) throw new Drop(filtered);

  const drift = clockDrift(options);
  let started = update.started.ms;
  let timestamp = update.timestamp?.ms ?? receivedAt;
  if (update.started.offset || update.timestamp?.offset === true) {
    notes.push('its times were converted to UTC');
  }
  if (update.timestamp === undefined) notes.push('"timestamp" was missing: the time of receipt');
  if (update.sid === undefined) {
    notes.push('"sid" was missing: a random one, so later updates cannot be matched');
  }
  if (drift !== 0) {
    started += drift;
    // Also where it was missing: Relay fills in the time of receipt before it corrects.
    timestamp += drift;
    notes.push(driftNote(drift));
  }
  if (timestamp < started) {
    // Without a timestamp of its own the session simply starts in the future.
    if (update.timestamp !== undefined) {
      notes.push('"timestamp" was before "started" and was raised to it');
    }
    timestamp = started;
  }
  const late =
    timeFlaw('started', started, receivedAt) ?? timeFlaw('timestamp', timestamp, receivedAt);
  if (late !== undefined) throw new Drop(late);
  notes.push(...checkNames(update.attrs));

  const { status, abnormalMechanism } = update;
  const known = abnormalMechanism !== undefined && MECHANISMS.includes(abnormalMechanism);
  if (status === 'abnormal' && abnormalMechanism !== undefined && !known) {
    notes.push(`the mechanism ${quote(abnormalMechanism)} is unknown and was removed`);
  }

  const sid = update.sid ?? randomUUID().replaceAll('-', '');
  const errored = update.errors > 0n || (status !== 'ok' && status !== 'exited');
  const base = { ...tags(update.attrs, options.sdk), time: started };
  const special = STATUSES.slice(3).includes(status) ? [status as MetricStatus] : [];
  const metrics = result.metrics;
  if (update.init) metrics.push({ name: 'session', status: 'init', value: 1, ...base });
  if (errored) metrics.push({ name: 'error', value: sid, ...base });
  for (const name of special) metrics.push({ name: 'session', status: name, value: 1, ...base });
  const mechanism = known ? abnormalMechanism : undefined;
  metrics.push(...userMetrics(update.did, errored, special, base, mechanism));

  result.session = {
    sid,
    init: update.init,
    status,
    errors: Number(update.errors),
    started: iso(started),
    timestamp: iso(timestamp),
    release: update.attrs.release,
  };
  if (update.did !== undefined) result.session.did = update.did;
  if (update.attrs.environment) result.session.environment = update.attrs.environment;
  finish(result, explain(update, metrics), notes);
}

function finish(result: ItemResult, reason: string, notes: readonly string[]): void {
  result.outcome = notes.length > 0 ? 'normalise' : 'accept';
  result.reason =
    notes.length > 0 ? `${reason} Altered by the server: ${notes.join('; ')}.` : reason;
}

function processAggregates(payload: Uint8Array, options: RelayOptions, result: ItemResult): void {
  const node = readPayload(payload);
  result.payload = toValue(node);
  const { buckets, attrs } = readAggregates(node);
  const notes: string[] = [];

  const filtered = filteredBy(options.filters ?? {}, attrs);
  if (filtered !== undefined) throw new Drop(filtered);
  const drift = clockDrift(options);
  if (drift !== 0 && buckets.length > 0) notes.push(driftNote(drift));
  const stale = new Set(
    buckets.filter((bucket) => timeFlaw('started', bucket.started.ms + drift, options.receivedAt)),
  );
  if (stale.size > 0 && stale.size === buckets.length) {
    throw new Drop('No bucket is between 5 days ago and 60 seconds in the future.');
  }
  if (stale.size > 0) {
    notes.push(`${stale.size} of ${buckets.length} buckets dropped as too old or in the future`);
  }
  notes.push(...checkNames(attrs));
  if (buckets.some((bucket) => !stale.has(bucket) && bucket.started.offset)) {
    notes.push('its times were converted to UTC');
  }

  let sessions = 0;
  for (const bucket of buckets) {
    if (stale.has(bucket)) continue;
    const unhandled = options.generation === 'old' ? 0 : bucket.unhandled;
    const bad = bucket.errored + bucket.abnormal + unhandled + bucket.crashed;
    const base = { ...tags(attrs, options.sdk), time: bucket.started.ms + drift };
    const count = (status: MetricStatus, value: number): void => {
      if (value > 0) result.metrics.push({ name: 'session', status, value, ...base });
    };
    sessions += bucket.exited + bad;
    count('init', bucket.exited + bad);
    count('errored_preaggr', bad);
    count('crashed', bucket.crashed);
    count('abnormal', bucket.abnormal);
    count('unhandled', unhandled);
    const special = (['crashed', 'abnormal', 'unhandled'] as const).filter(
      (status) => (status === 'unhandled' ? unhandled : bucket[status]) > 0,
    );
    result.metrics.push(...userMetrics(bucket.did, bad > 0, special, base));
  }
  const reason =
    sessions === 0
      ? 'An aggregate without sessions: nothing to count.'
      : `${sessions} finished ${sessions === 1 ? 'session was' : 'sessions were'} counted.`;
  finish(result, reason, notes);
}

/** Does what a Relay does with an item of type `session`, `sessions` or `client_report`. */
export function processItem(type: string, payload: Uint8Array, options: RelayOptions): ItemResult {
  const result: ItemResult = { outcome: 'accept', reason: '', metrics: [] };
  try {
    if (type === 'session') processUpdate(payload, options, result);
    else if (type === 'sessions') processAggregates(payload, options, result);
    else if (type === 'client_report') processReport(payload, options, result);
    else
      result.reason = `An item of type ${quote(type)}: taken, but it has no part in release health.`;
  } catch (error) {
    if (!(error instanceof ParseError || error instanceof Drop)) throw error;
    result.outcome = 'drop';
    result.reason = error.message;
    result.metrics = [];
  }
  return result;
}

function processReport(payload: Uint8Array, options: RelayOptions, result: ItemResult): void {
  const report = readClientReport(payload);
  const { timestamp } = report;
  if (timestamp !== undefined && timestamp - options.receivedAt > MAX_AHEAD) {
    throw new Drop('The report is dated more than 60 seconds in the future.');
  }
  result.report = report;
  const lost = report.discarded
    .map(({ reason, category, quantity }) => `${quantity} × ${category} (${reason})`)
    .join(', ');
  const unknown = report.discarded.some(({ category }) => category === 'unknown');
  finish(
    result,
    `The client says what it could not deliver: ${lost === '' ? 'nothing' : lost}.`,
    unknown ? ['an unknown category became "unknown"'] : [],
  );
}
