/**
 * FNV-1a of 32 bits over UTF-8: what a Relay puts into its sets instead of a text. Two users of
 * a hundred thousand may thus be one, as on the server.
 */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}

/** The member of the set of errored sessions: hashed with hyphens. */
export const hashOfSid = (sid: string): number =>
  fnv1a(sid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
