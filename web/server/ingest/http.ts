import { CORS_HEADERS } from './cors.js';

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

/** What to answer, and what a fault asks the server to do to the connection. */
export interface IngestResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
  delayMs?: number;
  drop?: 'before' | 'after' | 'hang';
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

export function refusal(status: number, detail: string): IngestResponse {
  const response = answer(status, { detail });
  response.headers['x-sentry-error'] = detail.replace(/[^\x20-\x7e]/g, '?').slice(0, 500);
  return response;
}
