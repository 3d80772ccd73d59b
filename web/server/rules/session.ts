import { isIP } from 'node:net';
import { Fields, ParseError } from '../wire/fields.js';
import { parseJson, JsonError, type JsonNode } from '../wire/json.js';
import type { Time } from '../wire/rfc3339.js';

/** The attributes that both kinds of session items carry. */
export interface Attributes {
  release: string;
  environment?: string;
  ipAddress?: string;
  userAgent?: string;
}

/** One update of one session (item type `session`), as read from the wire. */
export interface SessionUpdate {
  sid?: string;
  did?: string;
  init: boolean;
  seq?: bigint;
  started: Time;
  timestamp?: Time;
  duration?: number;
  status: string;
  errors: bigint;
  abnormalMechanism?: string;
  attrs: Attributes;
}

/** Sessions of one minute added up (a bucket of an item of type `sessions`). */
export interface Bucket {
  started: Time;
  did?: string;
  exited: number;
  errored: number;
  abnormal: number;
  unhandled: number;
  crashed: number;
}

export interface SessionAggregates {
  buckets: Bucket[];
  attrs: Attributes;
}

const UPDATE_KEYS = [
  'sid',
  'did',
  'seq',
  'init',
  'timestamp',
  'started',
  'duration',
  'status',
  'errors',
  'abnormal_mechanism',
  'attrs',
] as const;
const ATTRIBUTE_KEYS = ['release', 'environment', 'ip_address', 'user_agent'] as const;
const COUNTERS = ['exited', 'errored', 'abnormal', 'unhandled', 'crashed'] as const;
const UUID = /^(?:[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

/** Reads the payload of an item; failures are ParseErrors. */
export function readPayload(payload: Uint8Array): JsonNode {
  try {
    return parseJson(payload);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new ParseError(`The payload is not valid JSON: ${error.message}.`);
  }
}

function readAttributes(fields: Fields): Attributes {
  const node = fields.get('attrs');
  if (node === undefined) throw fields.missing('attrs', 'It holds the release.');
  const attrs = new Fields(node, '"attrs"', ATTRIBUTE_KEYS);
  const out: Attributes = {
    release: attrs.requiredString('release', 'A session without a release cannot be counted.'),
  };
  const environment = attrs.optionalString('environment');
  if (environment !== undefined) out.environment = environment;
  const ip = attrs.optionalString('ip_address');
  if (ip !== undefined) {
    if (ip !== '{{auto}}' && (isIP(ip) === 0 || ip.includes('%'))) {
      throw new ParseError(
        `"ip_address" must be an IP address or "{{auto}}"; got ${JSON.stringify(ip)}. ` +
          'Leave it out if there is none.',
      );
    }
    out.ipAddress = ip;
  }
  const userAgent = attrs.optionalString('user_agent');
  if (userAgent !== undefined) out.userAgent = userAgent;
  return out;
}

/** Reads a session update with the defaults of the server for what is absent. */
export function readUpdate(node: JsonNode): SessionUpdate {
  const fields = new Fields(node, 'the session', UPDATE_KEYS);
  const sid = fields.string('sid');
  if (sid !== undefined && !UUID.test(sid)) {
    throw new ParseError(
      `"sid" must be a UUID (32 hex digits, hyphens allowed); got ${JSON.stringify(sid)}.`,
    );
  }
  const did = fields.optionalString('did');
  const seq = fields.unsigned('seq', 64);
  const init = fields.boolean('init') ?? false;
  const timestamp = fields.time('timestamp');
  const started = fields.time('started');
  if (started === undefined) throw fields.missing('started', 'It says when the session began.');
  const duration = fields.optionalNumber('duration');
  const status = fields.string('status') ?? 'ok';
  const errors = fields.unsigned('errors', 64) ?? 0n;
  const mechanism = fields.optionalString('abnormal_mechanism');

  const update: SessionUpdate = { init, started, status, errors, attrs: readAttributes(fields) };
  if (sid !== undefined) update.sid = sid.replaceAll('-', '').toLowerCase();
  if (did !== undefined) update.did = did;
  if (seq !== undefined) update.seq = seq;
  if (timestamp !== undefined) update.timestamp = timestamp;
  if (duration !== undefined) update.duration = duration;
  if (mechanism !== undefined) update.abnormalMechanism = mechanism;
  return update;
}

/** Reads an aggregate; one unreadable bucket makes the whole item unreadable. */
export function readAggregates(node: JsonNode): SessionAggregates {
  const fields = new Fields(node, 'the aggregate', ['aggregates', 'attrs']);
  const list = fields.get('aggregates');
  if (list !== undefined && list.kind !== 'array') {
    throw new ParseError('"aggregates" must be an array.');
  }
  const buckets = (list?.items ?? []).map((item, index): Bucket => {
    const bucket = new Fields(item, `bucket ${index + 1}`, ['started', 'did', ...COUNTERS]);
    const started = bucket.time('started');
    if (started === undefined) throw bucket.missing('started', 'It says which minute is meant.');
    const counts = COUNTERS.map((key) => [key, Number(bucket.unsigned(key, 32) ?? 0n)] as const);
    const out = { started, ...Object.fromEntries(counts) } as unknown as Bucket;
    const did = bucket.optionalString('did');
    if (did !== undefined) out.did = did;
    return out;
  });
  return { buckets, attrs: readAttributes(fields) };
}

/** An all-zero UUID stands for "no user". */
export function isNilUser(did: string): boolean {
  return UUID.test(did) && /^[0-]+$/.test(did);
}
