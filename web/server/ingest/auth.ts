import { isKey } from './dsn.js';
import { Reject } from './reject.js';

export interface Auth {
  key: string;
  /** The SDK name, which becomes a tag of the metrics. */
  client?: string;
}

const MAX_VERSION = 7;

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
    const value = headers[name] ?? '';
    if (/^sentry /i.test(value)) found.push(pairs(value));
    const basic = name === 'authorization' ? /^basic\s+(\S+)$/i.exec(value)?.[1] : undefined;
    if (basic === undefined) continue;
    const user = Buffer.from(basic, 'base64').toString('utf8').split(':')[0] ?? '';
    found.push([['sentry_key', user]]);
  }
  if (query.includes('sentry_')) found.push(new URLSearchParams(query));
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

  const values = new Map<string, string>();
  for (const [name, value] of source) values.set(name.replace(/^sentry_/, ''), value);
  const version = readVersion(values.get('version') ?? String(MAX_VERSION));
  const key = values.get('key') ?? '';
  if (key === '') throw new Reject(401, '"sentry_key" is missing.');
  if (!isKey(key)) {
    throw new Reject(400, `The key must have 32 ASCII characters; this one has ${key.length}.`);
  }
  if (version > MAX_VERSION) {
    throw new Reject(400, `"sentry_version" ${version} is unknown; it must be ${MAX_VERSION}.`);
  }
  const client = values.get('client');
  return client === undefined ? { key } : { key, client };
}
