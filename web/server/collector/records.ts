import type { IngestRequest } from '../ingest/http.js';
import type { InboundFilters } from '../rules/filters.js';
import type { Generation, ItemResult } from '../rules/item.js';

/** Of the body, and of the payloads, no more than this is kept for display. */
export const MAX_TEXT = 64 << 10;

/** One HTTP request to an ingest endpoint and what was answered. */
export interface RequestRecord {
  /** Counts all requests to this collector, from 1. */
  number: number;
  project: string;
  method: string;
  url: string;
  /** 0 if the connection was cut. */
  status: number;
  headers: Record<string, string>;
  /** The decoded body as text, cut. */
  body: string;
  /** How long the body was as it was sent. */
  bytes: number;
  receivedAt: number;
  /** What the server thinks of the request as a whole, in words. */
  reason: string;
  /** What the sender should know, whatever became of the request. */
  warnings: string[];
  /** The header of the envelope, if there was one. */
  envelope?: unknown;
  items: ItemRecord[];
  /** Bytes of the payloads that are kept with the items. */
  keptPayloads: number;
  /** Bytes of the envelope header, if it is kept. */
  headerBytes: number;
}

/** One item of an envelope and what the server makes of it; its payload is missing if the request has much of it. */
export interface ItemRecord extends Omit<ItemResult, 'buckets'> {
  type: string;
  /** The kind of crash that the event is one of. */
  issue?: string;
}

/** One session item (`session` or `sessions`) in the order of receipt. */
export interface Update extends ItemRecord {
  /** The number of the request that brought it. */
  envelope: number;
  receivedAt: number;
}

/** Where a collector keeps what it counted, if anywhere. */
export interface Persistence {
  /** Called before the request is answered; what it throws makes the answer 503. */
  save(record: RequestRecord): void;
  /** Forgets one project, or all. */
  reset(project?: string): void;
}

/** How one project behaves. */
export interface ProjectSettings {
  generation: Generation;
  /** A disabled project answers 403. */
  disabled: boolean;
  filters: InboundFilters;
  /** Domains whose pages may send; all if left out. */
  allowedDomains?: string[];
  /** `sessionMetrics.version` of the project: which metrics a Relay makes; the latest if left out. */
  extractionVersion?: number;
  /** Sessions until the quota is used up; from then on a rate limit of 60 s is in force. */
  sessionQuota: number;
}

/** What a page shows of how a project behaves. */
export interface ProjectState extends Pick<ProjectSettings, 'disabled' | 'filters'> {
  /** For how many requests a fault is still to come. */
  faults: number;
  /** How many entries these have in the list of faults. */
  orders: number;
}

export interface ProjectCounts {
  /** All requests, preflights included. */
  requests: number;
  /** Requests that were not answered 2xx. */
  rejected: number;
  /** Session items by outcome. */
  accept: number;
  normalise: number;
  drop: number;
  /** Events taken and lost. */
  events: number;
  lostEvents: number;
}

const MAX_TYPE = 100;

/** The type of an item, which may be any text, as it is kept. */
export const shownType = (type: string): string => type.slice(0, MAX_TYPE);

/** What a request brought, before anything is known of it. */
export const newRecord = (
  number: number,
  project: string,
  { method, url, body, receivedAt = Date.now() }: IngestRequest,
  headers: Record<string, string>,
  readable: Uint8Array,
): RequestRecord => ({
  number,
  project,
  method,
  url,
  status: 200,
  headers,
  body: Buffer.from(readable.subarray(0, MAX_TEXT)).toString('utf8'),
  bytes: body.length,
  receivedAt,
  reason: '',
  warnings: [],
  items: [],
  keptPayloads: 0,
  headerBytes: 0,
});

/** How much more a parsed value takes than its text. */
const PARSED = 8;
const METRIC_BYTES = 150;
const ITEM_BYTES = 400;

/** What a request takes in memory, about. */
export function recordBytes(record: RequestRecord): number {
  const { url, body, reason, headers, items, keptPayloads, headerBytes } = record;
  const texts = url.length + body.length + reason.length + JSON.stringify(headers).length;
  const itemBytes = items.reduce(
    (sum, { reason: why, warnings, metrics }) =>
      sum + ITEM_BYTES + why.length + warnings.join().length + METRIC_BYTES * metrics.length,
    0,
  );
  return 1000 + 2 * texts + itemBytes + PARSED * (keptPayloads + headerBytes);
}
