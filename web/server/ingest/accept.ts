import type { Project } from '../project.js';
import type { RequestRecord } from '../records.js';
import { processItem, type RelayOptions } from '../rules/item.js';
import { AuthError, checkKey, readAuth, type Auth } from './auth.js';
import { parseEnvelope, type Envelope, type EnvelopeHeader, type Item } from './envelope.js';
import { answer, refusal, type IngestResponse } from './http.js';
import { categoryOf, covers, limitHeader, retryAfter, type Limit } from './limits.js';
import { Reject } from './reject.js';
import type { Route } from './route.js';
import { checkSizes } from './sizes.js';

/** Longer payloads are counted, but not kept for display. */
export const MAX_TEXT = 64 << 10;

/** Does with one request what a Relay does, and notes in `record` what became of it. */
export function accept(
  project: Project,
  record: RequestRecord,
  route: Route,
  body: Uint8Array | Reject,
): IngestResponse {
  try {
    if (record.method !== 'POST') throw new Reject(405, 'Envelopes are sent with POST.');
    if (record.project === '') throw noProject(route);
    const auth = readAuth(route.query, record.headers);
    if (body instanceof Reject) throw body;
    const envelope = parseEnvelope(body);
    record.envelope = envelope.header.value;
    checkSender(record, envelope.header, auth);
    if (project.settings.disabled) throw new Reject(403, 'The project is disabled.');
    return takeItems(project, record, envelope, auth);
  } catch (error) {
    if (!(error instanceof Reject || error instanceof AuthError)) throw error;
    record.reason = `The whole request was refused: ${error.message}`;
    return refusal(error.status, error.message);
  }
}

const noProject = ({ isTunnel }: Route): Reject =>
  isTunnel
    ? new Reject(
        400,
        'A tunnel finds the project in the "dsn" of the envelope header, and there is none.',
      )
    : new Reject(404, 'Envelopes go to /api/PROJECT/envelope/, where PROJECT is a number.');

/** What the request says about its sender has to agree with what the envelope says. */
function checkSender(record: RequestRecord, header: EnvelopeHeader, auth: Auth | undefined): void {
  const key = auth?.key ?? header.dsn?.key;
  if (key === undefined) {
    throw new Reject(401, 'No key: neither in the URL, nor in a header, nor as DSN.');
  }
  checkKey(key);
  if (header.dsn !== undefined) {
    if (header.dsn.project !== record.project || header.dsn.key !== key) {
      throw new Reject(400, 'The "dsn" in the envelope header is not the one of the request.');
    }
  }
  const origin = record.headers['origin'];
  if (header.origin !== undefined && origin !== undefined && header.origin !== origin) {
    throw new Reject(400, 'The "origin" in the envelope header is not the one of the request.');
  }
}

/** Takes limited items out and counts what is left, even if the answer is 429. */
function takeItems(
  project: Project,
  record: RequestRecord,
  { header, items }: Envelope,
  auth: Auth | undefined,
): IngestResponse {
  const { settings } = project;
  const now = record.receivedAt;
  const hit = project.limitsFor(
    items.map((item) => categoryOf(item.type)),
    now,
  );
  const isLimited = (type: string): boolean => hit.some((limit) => covers(limit, categoryOf(type)));
  checkSizes(
    items.filter((item) => !isLimited(item.type)),
    settings.generation === 'old' ? 400 : 413,
  );
  const sdk = header.client ?? auth?.client;
  const options: RelayOptions = {
    generation: settings.generation,
    filters: settings.filters,
    receivedAt: now,
    ...(sdk === undefined ? {} : { sdk }),
    ...(header.sentAt === undefined ? {} : { sentAt: header.sentAt }),
  };
  for (const item of items) {
    if (isLimited(item.type)) addLimited(project, record, item);
    else addItem(project, record, item, options);
  }
  if (items.length === 0) record.reason = 'An envelope without items: legal, and of no effect.';
  const response = answer(
    hit.length > 0 ? 429 : 200,
    header.eventId === undefined ? {} : { id: header.eventId },
  );
  if (hit.length > 0) announce(response, record, hit);
  return response;
}

function addLimited(project: Project, record: RequestRecord, item: Item): void {
  project.add(
    record,
    {
      type: item.type,
      outcome: 'drop',
      reason: 'A rate limit is in force for this kind of item.',
      warnings: [],
      metrics: [],
    },
    0,
  );
}

function addItem(
  project: Project,
  record: RequestRecord,
  { type, payload }: Item,
  options: RelayOptions,
): void {
  const result = processItem(type, payload, options);
  const item = { type: type.slice(0, 100), warnings: [], ...result };
  const isLong = payload.length > MAX_TEXT;
  if (isLong) delete item.payload;
  if (categoryOf(type) === 'session' && result.outcome !== 'drop') {
    project.applyQuota(item, record.receivedAt);
  }
  project.add(record, item, isLong ? 0 : payload.length);
}

/** Tells the client which limits are in force. */
function announce(response: IngestResponse, record: RequestRecord, hit: readonly Limit[]): void {
  const now = record.receivedAt;
  response.headers['x-sentry-rate-limits'] = limitHeader(hit, now);
  response.headers['retry-after'] = String(retryAfter(hit, now));
  record.reason = 'A rate limit is in force for some of the items.';
}
