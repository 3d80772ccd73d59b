import type { MetricEvent } from './metrics/event.js';
import type { ClientReport } from './rules/client-report.js';
import type { EventView } from './rules/event-view.js';
import type { InboundFilters } from './rules/filters.js';
import type { Generation, Outcome, Session } from './rules/item.js';

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
  /** The decoded body as text; cut after 64 KiB. */
  body: string;
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

/** One item of an envelope and what the server makes of it. */
export interface ItemRecord {
  type: string;
  outcome: Outcome;
  reason: string;
  /** What the server cannot know but makes the numbers wrong all the same. */
  warnings: string[];
  /** The parsed payload as sent; missing if it is not JSON, or if the request has much of it. */
  payload?: unknown;
  session?: Session;
  report?: ClientReport;
  /** The event, if it is one that was taken. */
  event?: EventView;
  /** The kind of crash that the event is one of. */
  issue?: string;
  metrics: MetricEvent[];
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
