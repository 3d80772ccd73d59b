import { isUtf8 } from 'node:buffer';
import { isKey } from './dsn.js';
import { Reject } from './reject.js';

export interface Auth {
  key: string;
  /** The SDK name, which becomes a tag of the metrics. */
  client?: string;
}

const MAX_VERSION = 7;
/** A header with other characters is, for Relay, not there. */
const READABLE = /^[\t\x20-\x7e]*$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export const readable = (header: string | undefined): string =>
  header !== undefined && READABLE.test(header) ? header : '';

/** The user of Basic authentication, if it is all in order. */
function basicUser(text: string): string | undefined {
  if (!BASE64.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  /* Neither bits that are left over nor bytes that are no text. */
  if (bytes.toString('base64') !== text || !isUtf8(bytes)) return undefined;
  return /^([^:]+):/.exec(bytes.toString('utf8'))?.[1];
}

/** `Sentry sentry_key=…, sentry_version=7` and the like. */
function pairs(text: string): [string, string][] {
  return text
    .slice('sentry '.length)
    .split(',')
    .flatMap((part): [string, string][] => {
      const [key, value] = part.split('=');
      return key === undefined || value === undefined ? [] : [[key.trim(), value.trim()]];
    });
}

/** Each place of the request that names a key. */
function sources(query: string, headers: Record<string, string>): Iterable<[string, string]>[] {
  const found: Iterable<[string, string]>[] = [];
  for (const name of ['x-sentry-auth', 'authorization']) {
    const value = readable(headers[name]);
    if (/^sentry /i.test(value)) found.push(pairs(value));
    if (name !== 'authorization' || !/^basic /i.test(value)) continue;
    const user = basicUser(value.slice('basic '.length));
    if (user !== undefined) found.push([['sentry_key', user]]);
  }
  if (query.includes('sentry_')) found.push(new URLSearchParams(`&${query}`));
  return found;
}

/** The part before the first point, as an unsigned 16-bit number with or without a plus. */
function readVersion(text: string): number {
  const major = text.split('.')[0] ?? '';
  const version = /^\+?\d{1,20}$/.test(major) ? Number(major) : NaN;
  if (!(version < 1 << 16)) {
    throw new Reject(
      401,
      `"sentry_version" is not a number: ${JSON.stringify(text.slice(0, 40))}.`,
    );
  }
  return version;
}

/**
 * Finds who sends. More than one source is an error (401); none gives undefined, and the caller
 * falls back to the DSN in the envelope header.
 */
export function readAuth(query: string, headers: Record<string, string>): Auth | undefined {
  const [source, another] = sources(query, headers);
  if (another !== undefined) {
    throw new Reject(
      401,
      'The key is given in more than one place (URL and headers). Use one of them only.',
    );
  }
  if (source === undefined) return undefined;

  let version = MAX_VERSION;
  const values = new Map<string, string>();
  for (const [name, value] of source) {
    values.set(name, value);
    if (name === 'sentry_version') version = readVersion(value);
  }
  const given = values.get('sentry_key') ?? '';
  /* Flags may follow the key, as in `KEY.no-cache`. */
  const [key = ''] = given.split('.');
  if (given === '') throw new Reject(401, '"sentry_key" is missing.');
  if (!isKey(key)) {
    throw new Reject(400, `The key must have 32 ASCII characters; this one has ${key.length}.`);
  }
  if (version > MAX_VERSION) {
    throw new Reject(400, `"sentry_version" ${version} is unknown; it must be ${MAX_VERSION}.`);
  }
  const client = values.get('sentry_client');
  return client === undefined ? { key } : { key, client };
}
