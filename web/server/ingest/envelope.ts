import { isIP } from 'node:net';
import { Fields, ParseError } from '../wire/fields.js';
import { JsonError, readJson, toValue, type JsonNode } from '../wire/json.js';
import { parseDsn, type Dsn } from './auth.js';
import { Reject } from './reject.js';

export interface EnvelopeHeader {
  /** All keys as sent, for display. */
  value: unknown;
  eventId?: string;
  dsn?: Dsn;
  /** Unix milliseconds. */
  sentAt?: number;
  /** Overrides the SDK name of the request. */
  client?: string;
  origin?: string;
}

export interface Item {
  type: string;
  /** The item header as sent, for display. */
  header: unknown;
  payload: Uint8Array;
}

export interface Envelope {
  header: EnvelopeHeader;
  items: Item[];
}

const LF = 0x0a;
const HEADER_KEYS = [
  'event_id',
  'dsn',
  'sent_at',
  'client',
  'version',
  'origin',
  'remote_addr',
  'forwarded_for',
  'user_agent',
  'no_cache',
  'retention',
  'downsampled_retention',
] as const;
const UUID = /^(?:[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

/** Reads one header and the end of its line. */
function readHeader(
  body: Uint8Array,
  start: number,
  what: string,
): { node: JsonNode; next: number } {
  let header: { node: JsonNode; end: number };
  try {
    header = readJson(body, start, 128);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new Reject(400, `${what} is not valid JSON: ${error.message}.`);
  }
  const byte = body[header.end];
  if (byte !== undefined && byte !== LF) {
    const name = { 13: 'a carriage return', 32: 'a blank', 9: 'a tab' }[byte] ?? 'more text';
    throw new Reject(
      400,
      `${what} must be followed by a line feed at once, but ${name} comes after its closing brace.`,
    );
  }
  return { node: header.node, next: header.end + 1 };
}

function envelopeHeader(node: JsonNode): EnvelopeHeader {
  const fields = new Fields(node, 'the envelope header', HEADER_KEYS);
  const header: EnvelopeHeader = { value: toValue(node) };

  const eventId = fields.optionalString('event_id');
  if (eventId !== undefined) {
    if (!UUID.test(eventId)) throw new ParseError('"event_id" must be 32 hex digits.');
    header.eventId = eventId.replaceAll('-', '').toLowerCase();
  }
  const dsn = fields.optionalString('dsn');
  if (dsn !== undefined) {
    const parsed = parseDsn(dsn);
    if (parsed === undefined) throw new ParseError('"dsn" in the envelope header is not a DSN.');
    header.dsn = parsed;
  }
  if (!fields.isNull('sent_at')) {
    const sentAt = fields.time('sent_at');
    if (sentAt !== undefined) header.sentAt = sentAt.ms;
  }
  const client = fields.optionalString('client');
  if (client !== undefined) header.client = client;
  const origin = fields.optionalString('origin');
  if (origin !== undefined) {
    if (!URL.canParse(origin)) throw new ParseError('"origin" must be a URL.');
    header.origin = new URL(origin).origin;
  }
  const address = fields.optionalString('remote_addr');
  if (address !== undefined && isIP(address) === 0) {
    throw new ParseError('"remote_addr" must be an IP address.');
  }
  fields.string('forwarded_for');
  fields.optionalString('user_agent');
  fields.boolean('no_cache');
  if (!fields.isNull('version')) fields.unsigned('version', 16);
  for (const key of ['retention', 'downsampled_retention']) {
    if (!fields.isNull(key)) fields.unsigned(key, 16);
  }
  return header;
}

function readItem(body: Uint8Array, start: number, number: number): { item: Item; next: number } {
  const what = `The header of item ${number}`;
  const { node, next } = readHeader(body, start, what);
  const fields = new Fields(node, `the header of item ${number}`, ['type', 'length']);
  const type = fields.requiredString('type', 'It says what the item is.');
  const length = fields.isNull('length') ? undefined : fields.unsigned('length', 32);
  const from = Math.min(next, body.length);

  let to: number;
  if (length === undefined) {
    const end = body.indexOf(LF, from);
    to = end === -1 ? body.length : end;
  } else {
    to = from + Number(length);
    if (to > body.length) {
      throw new Reject(
        400,
        `Item ${number} says that its payload has ${length} bytes, but only ` +
          `${body.length - from} are left.`,
      );
    }
    if (to < body.length && body[to] !== LF) {
      throw new Reject(
        400,
        `Item ${number} says that its payload has ${length} bytes, but no line feed follows ` +
          'there. "length" counts bytes of UTF-8, not characters.',
      );
    }
  }
  const item = { type, header: toValue(node), payload: body.subarray(from, to) };
  return { item, next: to + 1 };
}

/** Splits an envelope into its header and items. Throws Reject for what a Relay answers 400. */
export function parseEnvelope(body: Uint8Array): Envelope {
  if (body.length === 0) throw new Reject(400, 'The request body is empty.');
  try {
    const { node, next } = readHeader(body, 0, 'The envelope header');
    const envelope: Envelope = { header: envelopeHeader(node), items: [] };
    let at = next;
    while (at < body.length) {
      const { item, next: after } = readItem(body, at, envelope.items.length + 1);
      envelope.items.push(item);
      at = after;
    }
    return envelope;
  } catch (error) {
    if (error instanceof ParseError) throw new Reject(400, error.message);
    throw error;
  }
}
