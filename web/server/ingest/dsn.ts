import { parseUrl } from '../wire/url.js';

/** The parts of a DSN that a Relay compares. */
export interface Dsn {
  key: string;
  project: string;
}

const MAX_PROJECT = (1n << 64n) - 1n;

/** Reads a project number as Relay does: any unsigned 64-bit number, also as `+42` or `042`. */
export function parseProject(text: string): string | undefined {
  if (!/^\+?\d{1,40}$/.test(text)) return undefined;
  const number = BigInt(text.replace('+', ''));
  return number <= MAX_PROJECT ? String(number) : undefined;
}

/** A public key is 32 ASCII characters. */
export const isKey = (text: string): boolean => /^[\x00-\x7f]{32}$/.test(text);

/** Reads a DSN: scheme://KEY@host/PROJECT. */
export function parseDsn(text: string): Dsn | undefined {
  const { protocol = '', username = '', pathname = '' } = parseUrl(text) ?? {};
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  const project = parseProject(pathname.split('/').filter(Boolean).at(-1) ?? '');
  return project === undefined || !isKey(username) ? undefined : { key: username, project };
}
