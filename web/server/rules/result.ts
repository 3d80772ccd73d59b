import type { MetricEvent } from './metric.js';
import { toValue, type JsonNode } from '../wire/json.js';
import type { ClientReport } from './client-report.js';
import type { EventView } from './event-view.js';
import type { InboundFilters } from './filters.js';
import type { Attributes } from './session.js';
import type { Clock } from './time.js';
import { environmentFlaw, releaseFlaw } from './names.js';

/** What became of an item: taken as is, taken with something altered, or lost without a trace. */
export type Outcome = 'accept' | 'normalise' | 'drop';

/** `old` is a Relay from before autumn 2025, as some self-hosted installations still run. */
export type Generation = 'new' | 'old';

/** What the rules need to know of the envelope and the project. */
export interface RelayOptions extends Clock {
  generation?: Generation;
  filters?: InboundFilters;
  /** `sessionMetrics.version` of the project; 3 if left out. */
  extractionVersion?: number;
  /** The id of the event of this envelope. */
  eventId?: string;
  /** The name of the sending SDK; a tag of the metrics. */
  sdk?: string;
  /** How many buckets of aggregates may still come in this envelope. */
  maxBuckets: number;
}

/** What the server keeps of one session item. */
export interface Session {
  sid: string;
  did?: string;
  init: boolean;
  status: string;
  errors: number;
  /** RFC 3339, after all corrections. */
  started: string;
  timestamp: string;
  release: string;
  environment?: string;
  /** What made it end abnormally; only where a Relay keeps the word. */
  abnormal_mechanism?: string;
}

/** What the server makes of one item. */
export interface ItemResult {
  outcome: Outcome;
  /** Why, in words for people who do not know the protocol. */
  reason: string;
  /** What the server cannot know but makes the numbers wrong all the same. */
  warnings: string[];
  /** The parsed payload as it was sent; undefined if it is not JSON. */
  payload?: unknown;
  /** Set for an item of type `session` that was taken. */
  session?: Session;
  report?: ClientReport;
  /** Set for an item of type `event` that was taken. */
  event?: EventView;
  metrics: MetricEvent[];
  /** How many buckets of aggregates it had. */
  buckets?: number;
}

/** Longer payloads are read, but not kept for display. */
const MAX_SHOWN_PAYLOAD = 64 << 10;

/** The payload for display; undefined if it is very long. */
export const shownPayload = (node: JsonNode): unknown =>
  node.end - node.start > MAX_SHOWN_PAYLOAD ? undefined : toValue(node);

/** A drop with its reason, thrown to leave the pipeline early. */
export class Drop extends Error {}

export const quote = (text: string): string =>
  JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text);

export function finish(result: ItemResult, reason: string, notes: readonly string[]): void {
  result.outcome = notes.length > 0 ? 'normalise' : 'accept';
  result.reason =
    notes.length > 0 ? `${reason} Altered by the server: ${notes.join('; ')}.` : reason;
}

/** Checks the names in place and returns what was altered. */
export function checkNames(attrs: Attributes): string[] {
  const release = releaseFlaw(attrs.release);
  if (release !== undefined) {
    throw new Drop(`The release ${quote(attrs.release)} is not allowed: ${release}.`);
  }
  if (attrs.environment === undefined) return [];
  const environment = environmentFlaw(attrs.environment);
  if (environment === undefined) return [];
  const note = `the environment ${quote(attrs.environment)} was removed: ${environment}`;
  delete attrs.environment;
  return [note];
}
