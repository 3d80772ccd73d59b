import { Collector, type IngestResponse } from '../../web/server/collector/collector.js';
import type { MetricEvent } from '../../web/server/rules/metric.js';

/** The moment of receipt in all vectors: early on a Monday, UTC. */
export const R = Date.UTC(2026, 0, 5, 10, 0, 0);
export const KEY = '0123456789abcdef0123456789abcdef';
export const PROJECT = '42';
export const PATH = `/api/${PROJECT}/envelope/`;
export const QUERY = `?sentry_version=7&sentry_key=${KEY}`;
export const SID = '5f0c6f0e9b1d4c0f8a5e2b7d3c4f1a90';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** RFC 3339 of a moment relative to the receipt. */
export const at = (offset: number): string => new Date(R + offset).toISOString();

export type Json = Record<string, unknown>;

/** The base update P0 of the vectors. */
export const P0: Json = {
  sid: SID,
  init: true,
  started: at(-10 * SECOND),
  timestamp: at(-1 * SECOND),
  status: 'ok',
  errors: 0,
  attrs: { release: 'shop@1.4.0', environment: 'production' },
};

/** The base aggregate A0 of the vectors. */
export const A0: Json = {
  aggregates: [{ started: at(-2 * MINUTE), exited: 3 }],
  attrs: { release: 'shop@1.4.0' },
};

/** P0 with changes; `undefined` takes a key out. */
export const P = (changes: Json): string => JSON.stringify({ ...P0, ...changes });
/** P0 with changed attributes. */
export const attrs = (changes: Json): string =>
  P({ attrs: { ...(P0['attrs'] as Json), ...changes } });
/** A0 with other buckets. */
export const A = (...aggregates: Json[]): string => JSON.stringify({ ...A0, aggregates });

const encoder = new TextEncoder();
export const bytes = (...parts: (string | Uint8Array)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? encoder.encode(part) : part)));

/** An envelope with one item a line, without final line feed. */
export function envelope(
  payloads: readonly (string | Uint8Array)[],
  { type = 'session', header = {} }: { type?: string; header?: Json } = {},
): Uint8Array {
  const lines: (string | Uint8Array)[] = [JSON.stringify(header)];
  for (const payload of payloads) lines.push(`\n{"type":"${type}"}\n`, payload);
  return bytes(...lines);
}

export function post(
  collector: Collector,
  body: Uint8Array | string,
  {
    url = PATH + QUERY,
    headers = {},
    receivedAt = R,
    method = 'POST',
  }: { url?: string; headers?: Record<string, string>; receivedAt?: number; method?: string } = {},
): IngestResponse {
  return collector.ingest({
    method,
    url,
    headers,
    body: typeof body === 'string' ? bytes(body) : body,
    receivedAt,
  });
}

const SHORT: Record<string, string> = {
  errored: 'err',
  crashed: 'crash',
  abnormal: 'abn',
  unhandled: 'unh',
  errored_preaggr: 'pre',
};

/** Metrics in the notation of the vectors, in a stable order. */
export const notation = (metrics: readonly MetricEvent[]): string =>
  metrics
    .map(({ name, status = '', value, mechanism }) => {
      const short = SHORT[status] ?? status;
      if (name === 'session') return `${short}+${value}`;
      if (name === 'error') return value === SID ? 'err{sid}' : `err{${value}}`;
      const suffix = mechanism === undefined ? '' : `(${mechanism})`;
      return short === '' ? 'user' : `user:${short}${suffix}`;
    })
    .sort()
    .join(' ');
