import { Fields, ParseError } from '../wire/fields.js';
import { isIpAddress } from '../wire/ip.js';
import { itemsOf, JsonError, parseJson, readJson, type JsonNode } from '../wire/json.js';
import type { Time } from '../wire/rfc3339.js';
import { parseUuid } from '../wire/uuid.js';
import { readMechanism, type Mechanism } from './mechanism.js';

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
  status: string;
  errors: bigint;
  mechanism?: Mechanism;
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

// The orders of keys are those of Relay's structs: an array may stand for each of them.
const UPDATE_KEYS = [
  'sid',
  'did',
  'seq',
  'init',
  'timestamp',
  'started',
  'status',
  'errors',
  'attrs',
  'abnormal_mechanism',
] as const;
const ATTRIBUTE_KEYS = ['release', 'environment', 'ip_address', 'user_agent'] as const;
const COUNTERS = ['exited', 'errored', 'abnormal', 'unhandled', 'crashed'] as const;
const BUCKET_KEYS = ['started', 'did', ...COUNTERS] as const;

/** Reads the payload of an item; failures are ParseErrors. Text behind it is one, unless it may be there. */
export function readPayload(
  payload: Uint8Array,
  { maxDepth = Infinity, mayHaveMore = false } = {},
): JsonNode {
  try {
    return mayHaveMore ? readJson(payload, 0, maxDepth) : parseJson(payload, maxDepth);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new ParseError(`The payload is not valid JSON: ${error.message}.`);
  }
}

function readAttributes(fields: Fields): Attributes {
  const node = fields.get('attrs');
  if (node === undefined) throw fields.missing('attrs', 'It holds the release.');
  const attrs = Fields.of(node, '"attrs"', ATTRIBUTE_KEYS);
  const out: Attributes = {
    release: attrs.requiredString('release', 'A session without a release cannot be counted.'),
  };
  const environment = attrs.optionalString('environment');
  if (environment !== undefined) out.environment = environment;
  const ip = attrs.optionalString('ip_address');
  if (ip !== undefined) {
    if (ip !== '{{auto}}' && !isIpAddress(ip)) {
      throw new ParseError(
        `"ip_address" must be an IP address or "{{auto}}"; got ${JSON.stringify(ip.slice(0, 60))}. ` +
          'Leave it out if there is none.',
      );
    }
    out.ipAddress = ip;
  }
  const userAgent = attrs.optionalString('user_agent');
  if (userAgent !== undefined) out.userAgent = userAgent;
  return out;
}

function readSid(fields: Fields): string | undefined {
  const text = fields.string('sid');
  if (text === undefined) return undefined;
  const sid = parseUuid(text);
  if (sid !== undefined) return sid;
  throw new ParseError(
    `"sid" must be a UUID (32 hex digits, hyphens allowed); got ${JSON.stringify(text.slice(0, 60))}.`,
  );
}

/** Reads a session update with the defaults of the server for what is absent. */
export function readUpdate(node: JsonNode): SessionUpdate {
  const fields = Fields.of(node, 'the session', UPDATE_KEYS);
  const sid = readSid(fields);
  const did = fields.optionalString('did');
  const seq = fields.unsigned('seq', 64);
  const init = fields.boolean('init') ?? false;
  const timestamp = fields.time('timestamp');
  const started = fields.time('started');
  if (started === undefined) throw fields.missing('started', 'It says when the session began.');
  const status = fields.string('status') ?? 'ok';
  const errors = fields.unsigned('errors', 64) ?? 0n;
  const mechanism = readMechanism(fields, 'abnormal_mechanism');

  const update: SessionUpdate = { init, started, status, errors, attrs: readAttributes(fields) };
  if (sid !== undefined) update.sid = sid;
  if (did !== undefined) update.did = did;
  if (seq !== undefined) update.seq = seq;
  if (timestamp !== undefined) update.timestamp = timestamp;
  if (mechanism !== undefined) update.mechanism = mechanism;
  return update;
}

function readBucket(item: JsonNode, number: number): Bucket {
  const bucket = Fields.of(item, `bucket ${number}`, BUCKET_KEYS);
  const started = bucket.time('started');
  if (started === undefined) throw bucket.missing('started', 'It says which minute is meant.');
  const count = (key: (typeof COUNTERS)[number]): number => Number(bucket.unsigned(key, 32) ?? 0n);
  const out: Bucket = {
    started,
    exited: count('exited'),
    errored: count('errored'),
    abnormal: count('abnormal'),
    unhandled: count('unhandled'),
    crashed: count('crashed'),
  };
  const did = bucket.optionalString('did');
  if (did !== undefined) out.did = did;
  return out;
}

/** Reads an aggregate; one unreadable bucket makes the whole item unreadable. */
export function readAggregates(node: JsonNode, maxBuckets: number): SessionAggregates {
  const fields = Fields.of(node, 'the aggregate', ['aggregates', 'attrs']);
  const list = fields.get('aggregates');
  if (list !== undefined && list.kind !== 'array') {
    throw fields.wrong('aggregates', 'an array', list);
  }
  const buckets: Bucket[] = [];
  for (const item of list === undefined ? [] : itemsOf(list)) {
    if (buckets.length >= maxBuckets) {
      throw new ParseError(
        `The envelope has more than ${maxBuckets} buckets of sessions. That is a limit of this ` +
          'collector, to bound its work; the protocol asks for at most 100 an item.',
      );
    }
    buckets.push(readBucket(item, buckets.length + 1));
  }
  return { buckets, attrs: readAttributes(fields) };
}
