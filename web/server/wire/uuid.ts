/** UUIDs, read in each of the forms that Rust's uuid crate knows. */
import { randomUUID } from 'node:crypto';

const HYPHENATED = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const UUID = new RegExp(`^(?:[0-9a-f]{32}|${HYPHENATED}|\\{${HYPHENATED}\\})$`, 'i');
const URN = new RegExp(`^(?:${HYPHENATED})$`, 'i');
const URN_PREFIX = 'urn:uuid:';
const NIL = '0'.repeat(32);

/** Its 32 hex digits in lower case; undefined if it is none. */
export function parseUuid(text: string): string | undefined {
  if (text.length > 45) return undefined;
  const isUrn = text.startsWith(URN_PREFIX);
  const body = isUrn ? text.slice(URN_PREFIX.length) : text;
  if (!(isUrn ? URN : UUID).test(body)) return undefined;
  return body.replace(/[-{}]/g, '').toLowerCase();
}

export const isNilUuid = (text: string): boolean => parseUuid(text) === NIL;

/** A new one, in the form of event and session ids. */
export const newId = (): string => randomUUID().replaceAll('-', '');
