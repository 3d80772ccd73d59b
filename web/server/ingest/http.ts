import { CORS_HEADERS, PREFLIGHT_HEADERS } from './cors.js';
import type { Reject } from './reject.js';

/** An HTTP request as the collector sees it. */
export interface IngestRequest {
  method: string;
  /** Path and query, or a whole URL. */
  url: string;
  headers: Record<string, string | string[] | undefined>;
  body: Uint8Array;
  /** Unix milliseconds; now if left out. */
  receivedAt?: number;
}

/** `before`: cut the connection, nothing counts. `after`: count, then cut. `hang`: count, no answer. */
export type Cut = 'before' | 'after' | 'hang';

/** What to answer, and what a fault asks the server to do to the connection. */
export interface IngestResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
  delayMs?: number;
  drop?: Cut;
}

/** Header names in lower case; what came several times is joined. */
export function lowerCase(headers: IngestRequest['headers']): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) {
      out[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
    }
  }
  return out;
}

export function answer(status: number, body: unknown): IngestResponse {
  return {
    status,
    headers: { ...CORS_HEADERS, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

/** What a browser is told that asks before it sends; `record` is told in words. */
export function preflight(record: { reason: string }): IngestResponse {
  record.reason = 'A preflight: the browser asks before it sends. Plain requests need none.';
  return { status: 200, headers: { ...PREFLIGHT_HEADERS }, body: '' };
}

const UNSUPPORTED = 415;

/** The words are for people; a Relay answers with shorter ones. */
export function refusal({ status, message }: Reject): IngestResponse {
  const response = answer(status, { detail: message });
  if (status === UNSUPPORTED) response.headers = { 'content-type': 'application/json' };
  return response;
}

/** Why the page that sent the request cannot read the answer; undefined if it can. */
export function unreadableAnswer(
  headers: Record<string, string>,
  status: number,
): string | undefined {
  if (headers['origin'] === undefined) return undefined;
  if (headers['sec-fetch-site'] === 'same-origin') return undefined;
  const consequence =
    'The page cannot read the answer: it sees a network error, learns of no rate limit, and may send again.';
  if (status === UNSUPPORTED) return `${consequence} A 415 has no CORS headers.`;
  if (headers['sec-fetch-mode'] === 'no-cors') {
    return `${consequence} The request was made in mode "no-cors".`;
  }
  if (headers['cookie'] !== undefined || headers['authorization'] !== undefined) {
    return (
      `${consequence} It was sent with credentials (cookies), and a server that allows any origin ` +
      'never allows those: send with credentials "omit".'
    );
  }
  return undefined;
}
