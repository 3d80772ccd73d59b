import { Fields, ParseError, variantOf } from '../wire/fields.js';
import { isIpAddress } from '../wire/ip.js';
import { itemsOf, toValue, type JsonNode } from '../wire/json.js';
import { parseUrl } from '../wire/url.js';
import { parseUuid } from '../wire/uuid.js';
import { parseDsn, type Dsn } from './dsn.js';

export interface EnvelopeHeader {
  /** All keys as sent, for display; missing if the header is very long. */
  value?: unknown;
  /** How long it is, if `value` is there; else 0. */
  bytes: number;
  eventId?: string;
  dsn?: Dsn;
  /** Unix milliseconds. */
  sentAt?: number;
  /** Overrides the SDK name of the request. */
  client?: string;
  /** A whole URL in its normal form. */
  origin?: string;
  /** It asks for something that the server has to have. */
  needsFeatures: boolean;
}

/** What a request says of its sender, which the header may hold as well. */
const META_KEYS = [
  'dsn',
  'client',
  'version',
  'origin',
  'remote_addr',
  'forwarded_for',
  'user_agent',
  'client_hints',
  'no_cache',
] as const;
const HEADER_KEYS = [...META_KEYS, 'event_id', 'sent_at', 'trace', 'required_features'] as const;
const CLIENT_HINTS = [
  'sec_ch_ua_platform',
  'sec_ch_ua_platform_version',
  'sec_ch_ua',
  'sec_ch_ua_model',
] as const;
const MAX_KEPT = 16 << 10;

function checkClientHints(fields: Fields): void {
  const node = fields.get('client_hints');
  if (node === undefined) return;
  if (node.kind !== 'object' && node.kind !== 'array') {
    throw fields.wrong('client_hints', 'an object', node);
  }
  const hints = Fields.of(node, '"client_hints"', CLIENT_HINTS);
  for (const key of CLIENT_HINTS) {
    if (node.kind === 'array' && hints.get(key) === undefined) {
      throw hints.missing(key, 'An array has to hold all of them.');
    }
    hints.optionalString(key);
  }
}

/** True if it names a feature: no project of this collector has any. */
function needsFeatures(fields: Fields): boolean {
  const node = fields.get('required_features');
  if (node === undefined) return false;
  if (node.kind !== 'array') throw fields.wrong('required_features', 'an array', node);
  const features = Array.from(itemsOf(node), variantOf);
  if (features.includes(undefined)) {
    throw fields.wrong('required_features', 'an array of texts', node);
  }
  return features.length > 0;
}

function readUrl(fields: Fields, key: string): string | undefined {
  const text = fields.optionalString(key);
  if (text === undefined) return undefined;
  const url = parseUrl(text);
  if (url === undefined) throw new ParseError(`"${key}" must be a URL.`);
  return url.href;
}

function readDsn(fields: Fields): Dsn | undefined {
  const text = fields.optionalString('dsn');
  if (text === undefined) return undefined;
  const dsn = parseDsn(text);
  if (dsn === undefined) throw new ParseError('"dsn" in the envelope header is not a DSN.');
  return dsn;
}

/** Checks what the header says of the sender. */
function readMeta(fields: Fields): Pick<EnvelopeHeader, 'dsn' | 'client' | 'origin'> {
  const dsn = readDsn(fields);
  const client = fields.optionalString('client');
  const origin = readUrl(fields, 'origin');
  const address = fields.optionalString('remote_addr');
  if (address !== undefined && !isIpAddress(address)) {
    throw new ParseError('"remote_addr" must be an IP address.');
  }
  fields.string('forwarded_for');
  fields.optionalString('user_agent');
  fields.boolean('no_cache');
  fields.unsigned('version', 16);
  checkClientHints(fields);
  return {
    ...(dsn === undefined ? {} : { dsn }),
    ...(client === undefined ? {} : { client }),
    ...(origin === undefined ? {} : { origin }),
  };
}

/** The sender alone, where the header is all that names one. The DSN is required. */
export function readSender(node: JsonNode): { dsn: Dsn; origin?: string } {
  /* The rest of the header is judged when the envelope is read as a whole. */
  const fields = Fields.of(node, 'the envelope header', META_KEYS);
  const { dsn, origin } = readMeta(fields);
  if (dsn === undefined) throw fields.missing('dsn', 'Nothing else says who sends.');
  return origin === undefined ? { dsn } : { dsn, origin };
}

export function readEnvelopeHeader(node: JsonNode): EnvelopeHeader {
  const fields = Fields.ofHeader(node, 'the envelope header', HEADER_KEYS);
  const header: EnvelopeHeader = {
    ...readMeta(fields),
    needsFeatures: needsFeatures(fields),
    bytes: 0,
  };
  if (node.end - node.start <= MAX_KEPT) {
    header.value = toValue(node);
    header.bytes = node.end - node.start;
  }
  const eventId = fields.optionalString('event_id');
  if (eventId !== undefined) {
    const id = parseUuid(eventId);
    if (id === undefined) throw new ParseError('"event_id" must be 32 hex digits.');
    header.eventId = id;
  }
  if (!fields.isNull('sent_at')) {
    const sentAt = fields.time('sent_at');
    if (sentAt !== undefined) header.sentAt = sentAt.ms;
  }
  return header;
}
