import type { Project } from './project.js';
import { MAX_TEXT, shownType, type ItemRecord, type RequestRecord } from './records.js';
import { processItem, type RelayOptions } from '../rules/item.js';
import { newId } from '../wire/uuid.js';
import { isAllowedOrigin } from '../ingest/domains.js';
import { parseEnvelope, type Envelope, type Item } from '../ingest/envelope.js';
import type { EnvelopeHeader } from '../ingest/header.js';
import { answer, refusal, type IngestResponse } from '../ingest/http.js';
import { covers, isSessionItem, limitHeader, retryAfter, type Limit } from '../ingest/limits.js';
import { Reject } from '../ingest/reject.js';
import type { Sender } from '../ingest/sender.js';
import { checkSizes } from '../ingest/sizes.js';

/** Which project each key is for; a collector that has none takes every key. */
export type Keys = ReadonlyMap<string, string>;

/** A limit of this collector, so that one request cannot keep it busy. */
const MAX_BUCKETS = 10_000;
/** Types of items that belong to an event, which needs an id. */
const NEEDS_ID = new Set([
  'event',
  'transaction',
  'security',
  'raw_security',
  'unreal_report',
  'form_data',
  'attachment',
  'user_report',
  'feedback',
  'replay_event',
  'profile',
]);

/** Decides about one request as a Relay does, and notes in `record` what there is to count. */
export function accept(
  project: Project,
  record: RequestRecord,
  sender: Sender,
  body: Uint8Array | Reject,
  keys: Keys | undefined,
): IngestResponse {
  try {
    if (body instanceof Reject && body.status === 415) throw body;
    if (record.method !== 'POST' && sender.flaw?.status !== 404) {
      throw new Reject(405, 'Envelopes are sent with POST.');
    }
    if (sender.flaw !== undefined) throw sender.flaw;
    if (body instanceof Reject) throw body;
    const envelope = parseEnvelope(body);
    record.envelope = envelope.header.value;
    record.headerBytes = envelope.header.bytes;
    checkSender(record, envelope.header, sender);
    /* A Relay asks the project only about what there is to take. */
    if (envelope.items.length > 0) checkProject(project, envelope.header, sender, keys);
    if (keys !== undefined && !keys.has(sender.key)) return takeNothing(record, envelope);
    return takeItems(project, record, envelope, sender);
  } catch (error) {
    if (!(error instanceof Reject)) throw error;
    record.reason = `The whole request was refused: ${error.message}`;
    return refusal(error);
  }
}

/** What the request says about its sender has to agree with what the envelope says. */
function checkSender(record: RequestRecord, header: EnvelopeHeader, sender: Sender): void {
  const { dsn, origin } = header;
  if (dsn !== undefined && (dsn.project !== record.project || dsn.key !== sender.key)) {
    throw new Reject(400, 'The "dsn" in the envelope header is not the one of the request.');
  }
  if (origin !== undefined && origin !== sender.origin) {
    throw new Reject(
      400,
      'The "origin" in the envelope header is not the Origin (or Referer) of the request.',
    );
  }
}

/** The settings of the project may refuse the request as a whole. */
function checkProject(
  project: Project,
  header: EnvelopeHeader,
  sender: Sender,
  keys: Keys | undefined,
): void {
  const { settings } = project;
  const owner = keys?.get(sender.key);
  if (owner !== undefined && owner !== sender.project) {
    throw new Reject(403, `The key is for project ${owner}, not for ${sender.project}.`);
  }
  if (settings.disabled) throw new Reject(403, 'The project is disabled.');
  if (header.needsFeatures) {
    throw new Reject(
      403,
      '"required_features" in the envelope header names what this server lacks.',
    );
  }
  if (!isAllowedOrigin(sender.origin, settings.allowedDomains)) {
    throw new Reject(403, `The project does not allow pages of ${sender.origin ?? ''}.`);
  }
}

/** As a Relay does that does not know the project yet: 200, and nothing is counted. */
function takeNothing(record: RequestRecord, { header, items }: Envelope): IngestResponse {
  checkSizes(items, 413);
  record.reason = 'The key is unknown: a Relay answers 200 at first, and counts nothing.';
  return answer(200, header.eventId === undefined ? {} : { id: header.eventId });
}

/** Takes limited items out and judges what is left, even if the answer is 429. */
function takeItems(
  project: Project,
  record: RequestRecord,
  { header, items }: Envelope,
  sender: Sender,
): IngestResponse {
  const { settings } = project;
  const now = record.receivedAt;
  const hit = project.limitsFor(new Set(items.map(({ type }) => type)), now);
  const isLimited = (type: string): boolean => hit.some((limit) => covers(limit, type));
  checkSizes(
    items.filter((item) => !isLimited(item.type)),
    settings.generation === 'old' ? 400 : 413,
  );
  const needsId = items.some(({ type }) => NEEDS_ID.has(type));
  const id = header.eventId ?? (needsId ? newId() : undefined);
  const options = optionsFor(project, record, header, sender);
  if (id !== undefined) options.eventId = id;
  for (const item of items) {
    if (isLimited(item.type)) record.items.push(limited(item));
    else options.maxBuckets -= addItem(project, record, item, options);
  }
  if (items.length === 0) record.reason = 'An envelope without items: legal, and of no effect.';
  const response = answer(200, id === undefined ? {} : { id });
  if (hit.length > 0) announce(response, record, hit);
  return response;
}

function optionsFor(
  { settings }: Project,
  record: RequestRecord,
  header: EnvelopeHeader,
  sender: Sender,
): RelayOptions {
  const sdk = header.client ?? sender.client;
  return {
    generation: settings.generation,
    filters: settings.filters,
    receivedAt: record.receivedAt,
    maxBuckets: MAX_BUCKETS,
    ...(settings.extractionVersion === undefined
      ? {}
      : { extractionVersion: settings.extractionVersion }),
    ...(sdk === undefined ? {} : { sdk }),
    ...(header.sentAt === undefined ? {} : { sentAt: header.sentAt }),
  };
}

const limited = ({ type }: Item): ItemRecord => ({
  type: shownType(type),
  outcome: 'drop',
  reason: 'A rate limit is in force for this kind of item.',
  warnings: [],
  metrics: [],
});

/** Judges one item and returns how many buckets it had. */
function addItem(
  project: Project,
  record: RequestRecord,
  { type, payload }: Item,
  options: RelayOptions,
): number {
  const { buckets = 0, ...result } = processItem(type, payload, options);
  const item = { type: shownType(type), ...result };
  if (record.keptPayloads + payload.length > MAX_TEXT) delete item.payload;
  else if (item.payload !== undefined) record.keptPayloads += payload.length;
  if (isSessionItem(type) && result.outcome !== 'drop') {
    project.applyQuota(item, record.receivedAt);
  }
  record.items.push(item);
  return buckets;
}

/** Turns the answer into 429 and tells the client which limits are in force. */
function announce(response: IngestResponse, record: RequestRecord, hit: readonly Limit[]): void {
  const now = record.receivedAt;
  response.status = 429;
  response.headers['content-type'] = 'text/plain';
  response.headers['x-sentry-rate-limits'] = limitHeader(hit, now);
  response.headers['retry-after'] = String(retryAfter(hit, now));
  response.body = 'A rate limit is in force for some of the items.';
  record.reason = response.body;
}
