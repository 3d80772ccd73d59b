/** The parts of a DSN that a Relay compares. */
export interface Dsn {
  key: string;
  project: string;
}

export interface Auth {
  key: string;
  /** The SDK name, which becomes a tag of the metrics. */
  client?: string;
}

export class AuthError extends Error {
  constructor(
    readonly status: 400 | 401,
    message: string,
  ) {
    super(message);
  }
}

/** Reads a DSN: scheme://KEY@host/PROJECT. */
export function parseDsn(text: string): Dsn | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const project = url.pathname.split('/').at(-1) ?? '';
  const known = url.protocol === 'http:' || url.protocol === 'https:';
  if (!known || url.username === '' || !/^\d+$/.test(project)) return undefined;
  return { key: url.username, project };
}

/** `Sentry sentry_key=…, sentry_version=7` and the like. */
function pairs(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of text.replace(/^sentry\s+/i, '').split(',')) {
    const at = part.indexOf('=');
    if (at > 0) found.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
  }
  return found;
}

/**
 * Finds who sends. More than one source is an error (401); none gives undefined, and the caller
 * falls back to the DSN in the envelope header.
 */
export function readAuth(query: string, headers: Record<string, string>): Auth | undefined {
  const sources: Map<string, string>[] = [];
  const sentryAuth = headers['x-sentry-auth'];
  if (sentryAuth !== undefined) sources.push(pairs(sentryAuth));
  const authorization = headers['authorization'] ?? '';
  if (/^sentry\s/i.test(authorization)) sources.push(pairs(authorization));
  const basic = /^basic\s+(\S+)$/i.exec(authorization)?.[1];
  if (basic !== undefined) {
    const key = Buffer.from(basic, 'base64').toString('utf8').split(':')[0] ?? '';
    sources.push(new Map([['sentry_key', key]]));
  }
  if (query.includes('sentry_')) sources.push(new Map(new URLSearchParams(query)));

  if (sources.length > 1) {
    throw new AuthError(
      401,
      'The key is given in more than one place (URL and headers). Use one of them only.',
    );
  }
  const source = sources[0];
  if (source === undefined) return undefined;

  const key = source.get('sentry_key');
  if (key === undefined) throw new AuthError(401, '"sentry_key" is missing.');
  checkKey(key);
  const version = source.get('sentry_version');
  if (version !== undefined && !/^\d{1,4}$/.test(version.replace(/\.0$/, ''))) {
    throw new AuthError(400, `"sentry_version" is not a number: ${version}.`);
  }
  if (Number(version ?? 7) > 7) {
    throw new AuthError(400, `"sentry_version" ${version} is unknown; it must be 7.`);
  }
  const client = source.get('sentry_client');
  return client === undefined ? { key } : { key, client };
}

/** A public key is 32 ASCII characters; anything else is 400. */
export function checkKey(key: string): void {
  if (!/^[\x21-\x7e]{32}$/.test(key)) {
    throw new AuthError(400, `The key must have 32 characters; this one has ${key.length}.`);
  }
}
