import { EventEmitter } from 'node:events';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { AuthError, checkKey, readAuth, type Auth } from './auth.js';
import type { ClientReport } from './client-report.js';
import { parseEnvelope, Reject, type Envelope } from './envelope.js';
import type { InboundFilters } from './filters.js';
import { categoryOf, covers, limitHeader, type Limit } from './limits.js';
import { MetricStore, type Filter, type MetricEvent, type Metrics } from './metrics.js';
import { unusableRelease } from './names.js';
import { processItem, type Generation, type Outcome, type Session } from './relay.js';

export type { Filter, MetricEvent, Metrics } from './metrics.js';
export type { Outcome, Session } from './relay.js';

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

/** A fault for coming requests; the first one in the list is used up first. */
export interface Fault {
  /** Answer with this status. Any but 2xx means that nothing is counted. */
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  delayMs?: number;
  /** `before`: cut the connection, nothing counts. `after`: count, then cut. `hang`: count, no answer. */
  drop?: 'before' | 'after' | 'hang';
  /** For how many requests; 1 if left out. */
  times?: number;
}

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
  /** The header of the envelope, if there was one. */
  envelope?: unknown;
  items: ItemRecord[];
}

/** One item of an envelope and what the server makes of it. */
export interface ItemRecord {
  type: string;
  outcome: Outcome;
  reason: string;
  /** What the server cannot know but makes the numbers wrong all the same. */
  warnings: string[];
  /** The parsed payload as sent; missing if it is not JSON or longer than 64 KiB. */
  payload?: unknown;
  session?: Session;
  report?: ClientReport;
  metrics: MetricEvent[];
}

/** One session item (`session` or `sessions`) in the order of receipt. */
export interface Update extends ItemRecord {
  /** The number of the request that brought it. */
  envelope: number;
  receivedAt: number;
}

/** How one project behaves. */
export interface ProjectSettings {
  generation: Generation;
  /** A disabled project answers 403. */
  disabled: boolean;
  filters: InboundFilters;
  /** Sessions until the quota is used up; from then on a rate limit of 60 s is in force. */
  sessionQuota: number;
}

/** What to keep for display. Metrics are never thrown away. */
export interface CollectorOptions {
  /** Requests kept for each project; 2,000 if left out. */
  keep?: number;
}

export const CORS_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'x-sentry-error, x-sentry-rate-limits, retry-after',
  'cross-origin-resource-policy': 'cross-origin',
};
const PREFLIGHT_HEADERS = {
  ...CORS_HEADERS,
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers':
    'x-sentry-auth, x-requested-with, x-forwarded-for, origin, referer, accept, content-type, ' +
    'authentication, authorization, content-encoding, transfer-encoding',
  'access-control-max-age': '3600',
};
const MAX_SESSION_ITEMS = 100;
const MAX_SESSION_BYTES = 10 << 20;
const MAX_REPORT_BYTES = 100 << 10;
/** Relay takes 200 MiB; a page never sends that much, and this keeps memory bounded. */
export const MAX_BODY = 20 << 20;
const MAX_TEXT = 64 << 10;
const MAX_KEPT_TEXT = 32 << 20;
const MAX_SIDS = 20_000;
const MAX_PROJECTS = 1000;

/** What has been seen of a session, to warn of what makes its numbers wrong. */
interface Seen {
  init: boolean;
  ended?: string;
  series: string;
}

class Project {
  readonly store = new MetricStore();
  readonly requests: RequestRecord[] = [];
  readonly updates: Update[] = [];
  readonly faults: Fault[] = [];
  readonly seen = new Map<string, Seen>();
  readonly settings: ProjectSettings = {
    generation: 'new',
    disabled: false,
    filters: {},
    sessionQuota: Infinity,
  };
  readonly counts = { requests: 0, rejected: 0, accept: 0, normalise: 0, drop: 0 };
  limits: Limit[] = [];
  sessions = 0;
  keptText = 0;
  keptPayloads = 0;
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
}

const BASE = 'http://localhost/';
const TERMINAL = ['exited', 'crashed', 'abnormal', 'unhandled'];
const PATH = /^(?:\/.*)?\/api\/([0-9]+)\/envelope\/?$/;

/**
 * Does with envelopes what a Sentry Relay and the server behind it do, and shows the result.
 * It is pure: no sockets, no timers. The same requests at the same times give the same numbers.
 */
export class Collector {
  readonly #projects = new Map<string, Project>();
  readonly #events = new EventEmitter<{ change: [project: string] }>();
  readonly #keep: number;
  #number = 0;

  constructor(options: CollectorOptions = {}) {
    this.#keep = options.keep ?? 2000;
    this.#events.setMaxListeners(0);
  }

  /** Takes one request. Never throws for what is in it. */
  ingest(request: IngestRequest): IngestResponse {
    const receivedAt = request.receivedAt ?? Date.now();
    const headers = lowerCase(request.headers);
    const url = URL.canParse(request.url, BASE) ? new URL(request.url, BASE) : new URL(BASE);
    const body = decodeBody(request.body, headers['content-encoding']);
    const raw = body instanceof Reject ? request.body : body;
    const isTunnel = /\/tunnel\/?$/.test(url.pathname);
    const name = isTunnel ? tunnelProject(raw) : (PATH.exec(url.pathname)?.[1] ?? '');
    const record: RequestRecord = {
      number: ++this.#number,
      project: name,
      method: request.method,
      url: request.url,
      status: 200,
      headers,
      body: Buffer.from(raw.subarray(0, MAX_TEXT)).toString('utf8'),
      bytes: request.body.length,
      receivedAt,
      reason: '',
      items: [],
    };
    if (!this.#projects.has(name) && this.#projects.size >= MAX_PROJECTS) {
      return refusal(403, 'This collector holds no more projects.');
    }
    const project = this.#project(name);
    let response: IngestResponse;
    if (request.method === 'OPTIONS') {
      record.reason = 'A preflight: the browser asks before it sends. Plain requests need none.';
      response = { status: 200, headers: { ...PREFLIGHT_HEADERS }, body: '' };
    } else {
      response = this.#withFaults(project, record, () =>
        this.#answer(project, record, body, { url, isTunnel }),
      );
    }
    record.status = response.drop === undefined ? response.status : 0;
    remember(project, record, this.#keep);
    this.#events.emit('change', name);
    return response;
  }

  #withFaults(
    project: Project,
    record: RequestRecord,
    answer: () => IngestResponse,
  ): IngestResponse {
    const fault = project.faults[0];
    if (fault === undefined) return answer();
    if ((fault.times ?? 1) > 1) fault.times = (fault.times ?? 1) - 1;
    else project.faults.shift();

    const status = fault.status ?? 200;
    const refused = fault.drop === 'before' || status < 200 || status > 299;
    const response: IngestResponse = refused
      ? { status, headers: { ...CORS_HEADERS, 'content-type': 'application/json' }, body: '{}' }
      : answer();
    if (refused) record.reason = `A fault was ordered: answered ${status}, nothing was counted.`;
    if (fault.status !== undefined) response.status = fault.status;
    Object.assign(response.headers, lowerCase(fault.headers ?? {}));
    if (fault.body !== undefined) response.body = fault.body;
    if (fault.delayMs !== undefined) response.delayMs = fault.delayMs;
    if (fault.drop !== undefined) {
      response.drop = fault.drop;
      record.reason = {
        before: 'A fault was ordered: the connection was cut, nothing was counted.',
        after: 'A fault was ordered: counted, then the connection was cut without an answer.',
        hang: 'A fault was ordered: counted, but never answered.',
      }[fault.drop];
    }
    return response;
  }

  #answer(
    project: Project,
    record: RequestRecord,
    body: Uint8Array | Reject,
    { url, isTunnel }: { url: URL; isTunnel: boolean },
  ): IngestResponse {
    try {
      if (record.method !== 'POST') throw new Reject(405, 'Envelopes are sent with POST.');
      if (record.project === '') {
        throw new Reject(
          isTunnel ? 400 : 404,
          isTunnel
            ? 'A tunnel finds the project in the "dsn" of the envelope header, and there is none.'
            : 'Envelopes go to /api/PROJECT/envelope/, where PROJECT is a number.',
        );
      }
      const auth = readAuth(isTunnel ? '' : url.search, record.headers);
      if (body instanceof Reject) throw body;
      const envelope = parseEnvelope(body);
      record.envelope = envelope.header.value;
      return this.#accept(project, record, envelope, auth);
    } catch (error) {
      if (!(error instanceof Reject || error instanceof AuthError)) throw error;
      record.reason = `The whole request was refused: ${error.message}`;
      return refusal(error.status, error.message);
    }
  }

  #accept(
    project: Project,
    record: RequestRecord,
    { header, items }: Envelope,
    auth: Auth | undefined,
  ): IngestResponse {
    const { settings } = project;
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
    if (settings.disabled) throw new Reject(403, 'The project is disabled.');

    // Limited items are taken out first; what is left is still counted, even if the answer is 429.
    const now = record.receivedAt;
    project.limits = project.limits.filter((limit) => limit.until > now);
    const hit = project.limits.filter((limit) =>
      items.some((item) => covers(limit, categoryOf(item.type))),
    );
    const isLimited = (type: string): boolean =>
      hit.some((limit) => covers(limit, categoryOf(type)));
    checkSizes(
      items.filter((item) => !isLimited(item.type)),
      settings.generation === 'old' ? 400 : 413,
    );
    for (const item of items) {
      if (isLimited(item.type)) {
        this.#add(project, record, {
          type: item.type,
          outcome: 'drop',
          reason: 'A rate limit is in force for this kind of item.',
          warnings: [],
          metrics: [],
        });
        continue;
      }
      const result = processItem(item.type, item.payload, {
        generation: settings.generation,
        filters: settings.filters,
        receivedAt: now,
        ...sdkTag(header.client ?? auth?.client),
        ...(header.sentAt === undefined ? {} : { sentAt: header.sentAt }),
      });
      const itemRecord: ItemRecord = { type: item.type.slice(0, 100), warnings: [], ...result };
      if (item.payload.length > MAX_TEXT) delete itemRecord.payload;
      else project.keptPayloads += item.payload.length;
      if (categoryOf(item.type) === 'session' && result.outcome !== 'drop') {
        this.#applyQuota(project, itemRecord, now);
      }
      this.#add(project, record, itemRecord);
    }
    if (items.length === 0) record.reason = 'An envelope without items: legal, and of no effect.';

    const id = header.eventId;
    const response: IngestResponse = {
      status: hit.length > 0 ? 429 : 200,
      headers: { ...CORS_HEADERS, 'content-type': 'application/json' },
      body: JSON.stringify(id === undefined ? {} : { id }),
    };
    if (hit.length > 0) {
      response.headers['x-sentry-rate-limits'] = limitHeader(hit, now);
      const until = Math.max(...hit.map((limit) => limit.until));
      response.headers['retry-after'] = String(Math.min(300, Math.ceil((until - now) / 1000)));
      record.reason = 'A rate limit is in force for some of the items.';
    }
    return response;
  }

  /** The item that finds the quota used up is lost with answer 200; only later ones get 429. */
  #applyQuota(project: Project, item: ItemRecord, now: number): void {
    if (++project.sessions <= project.settings.sessionQuota) return;
    item.outcome = 'drop';
    item.reason = 'The quota for sessions is used up. The answer does not say so yet.';
    item.metrics = [];
    delete item.session;
    if (!project.limits.some((limit) => covers(limit, 'session'))) {
      project.limits.push({
        categories: ['session'],
        until: now + 60_000,
        scope: 'key',
        reason: 'quota_exceeded',
      });
    }
  }

  #add(project: Project, record: RequestRecord, item: ItemRecord): void {
    item.warnings.push(...warnings(project, item));
    record.items.push(item);
    for (const metric of item.metrics) project.store.add(metric, record.receivedAt);
    if (item.type !== 'session' && item.type !== 'sessions') return;
    project.counts[item.outcome]++;
    project.updates.push({ ...item, envelope: record.number, receivedAt: record.receivedAt });
    if (project.updates.length > 2 * this.#keep || project.keptPayloads > MAX_KEPT_TEXT) {
      project.updates.splice(0, Math.ceil(project.updates.length / 2));
      project.keptPayloads /= 2;
    }
  }

  #project(name: string): Project {
    let project = this.#projects.get(name);
    if (project === undefined) {
      project = new Project();
      this.#projects.set(name, project);
    }
    return project;
  }

  #existing(name: string): Project {
    return this.#projects.get(name) ?? new Project();
  }

  /** The numbers of release health, as Sentry derives them. */
  metrics(project: string, filter: Filter = {}): Metrics {
    return this.#existing(project).store.total(filter);
  }

  /** The metrics themselves, for timelines and adoption. */
  store(project: string): MetricStore {
    return this.#existing(project).store;
  }

  /** The latest session items in order of receipt. */
  updates(project: string): readonly Update[] {
    return this.#existing(project).updates;
  }

  /** The latest requests, of one project or of all, in order of receipt. */
  requests(project?: string): readonly RequestRecord[] {
    if (project !== undefined) return this.#existing(project).requests;
    return [...this.#projects.values()]
      .flatMap(({ requests }) => requests)
      .sort((a, b) => a.number - b.number);
  }

  /** How much arrived since the last reset, also beyond what is kept. */
  counts(project: string): Readonly<ProjectCounts> {
    return this.#existing(project).counts;
  }

  /** The faults still to come; push to order more. */
  faults(project: string): Fault[] {
    return this.#project(project).faults;
  }

  /** The settings of a project; change them in place. */
  settings(project: string): ProjectSettings {
    return this.#project(project).settings;
  }

  /** Puts a rate limit in force; no categories means all. */
  limit(project: string, limit: { categories: string[]; seconds: number; now?: number }): void {
    this.#project(project).limits.push({
      categories: limit.categories,
      until: (limit.now ?? Date.now()) + limit.seconds * 1000,
      scope: 'key',
    });
  }

  /** All projects that something arrived for. */
  projects(): string[] {
    return [...this.#projects]
      .filter(([name, { counts }]) => name !== '' && counts.requests > 0)
      .map(([name]) => name);
  }

  /** Forgets everything about one project, or about all. */
  reset(project?: string): void {
    if (project === undefined) this.#projects.clear();
    else this.#projects.delete(project);
    this.#events.emit('change', project ?? '');
  }

  /** Tells the listeners that faults, limits or settings are others now. */
  changed(project: string): void {
    this.#events.emit('change', project);
  }

  /** Calls `listener` after every change with the project; returns a function that ends this. */
  on(event: 'change', listener: (project: string) => void): () => void {
    this.#events.on(event, listener);
    return () => this.#events.off(event, listener);
  }
}

function lowerCase(headers: IngestRequest['headers']): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) {
      out[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
    }
  }
  return out;
}

const sdkTag = (sdk: string | undefined): { sdk?: string } => (sdk === undefined ? {} : { sdk });

function refusal(status: number, detail: string): IngestResponse {
  return {
    status,
    headers: {
      ...CORS_HEADERS,
      'content-type': 'application/json',
      'x-sentry-error': detail.replace(/[^\x20-\x7e]/g, '?').slice(0, 500),
    },
    body: JSON.stringify({ detail }),
  };
}

function decodeBody(body: Uint8Array, encoding: string | undefined): Uint8Array | Reject {
  if (body.length > MAX_BODY) return new Reject(413, 'The request body is too large.');
  const limit = { maxOutputLength: MAX_BODY };
  try {
    switch (encoding?.trim().toLowerCase()) {
      case undefined:
      case '':
      case 'identity':
        return body;
      case 'gzip':
        return gunzipSync(body, limit);
      case 'deflate':
        return inflateSync(body, limit);
      case 'br':
        return brotliDecompressSync(body, limit);
      default:
        return new Reject(415, `The content encoding ${encoding} is not supported.`);
    }
  } catch {
    return new Reject(400, `The body is not valid ${encoding}, or too large.`);
  }
}

/** A tunnel sends no project in the URL; it is in the DSN of the envelope header. */
function tunnelProject(body: Uint8Array): string {
  try {
    return parseEnvelope(body).header.dsn?.project ?? '';
  } catch {
    return '';
  }
}

function checkSizes(items: Envelope['items'], status: number): void {
  const bytes = (list: Envelope['items']): number =>
    list.reduce((sum, item) => sum + item.payload.length, 0);
  const sessions = items.filter((item) => categoryOf(item.type) === 'session');
  const reports = items.filter((item) => item.type === 'client_report');
  if (sessions.length > MAX_SESSION_ITEMS) {
    throw new Reject(
      status,
      `The envelope has ${sessions.length} session items; at most ${MAX_SESSION_ITEMS} are allowed.`,
    );
  }
  if (bytes(sessions) > MAX_SESSION_BYTES) {
    throw new Reject(status, 'The session items of the envelope exceed 10 MiB.');
  }
  if (reports.length > MAX_SESSION_ITEMS || bytes(reports) > MAX_REPORT_BYTES) {
    throw new Reject(status, 'The client reports of the envelope exceed 100 items or 100 KiB.');
  }
}

/** What makes the numbers wrong although the server takes the item. */
function warnings(project: Project, item: ItemRecord): string[] {
  const { session } = item;
  if (item.outcome === 'drop' || session === undefined) return [];
  const out: string[] = [];
  const { sid, init, status } = session;
  const series = JSON.stringify([session.release, session.environment]);
  const seen = project.seen.get(sid) ?? { init: false, series };

  if (init && seen.init) {
    out.push('"init" was true before for this sid: the session is now counted twice.');
  }
  if (!init && !seen.init) {
    out.push('No update with "init": true came first: the session is missing in the total.');
  }
  if (seen.ended !== undefined) {
    const again = ['crashed', 'abnormal', 'unhandled'].includes(status);
    out.push(
      `The session had ended as ${seen.ended}` +
        (again ? `: ${status} is counted once more.` : ': nothing should follow.'),
    );
  }
  if (seen.series !== series) {
    out.push('The release or environment changed within the session: it shows up in two series.');
  }
  if (session.did === '') out.push('An empty "did" makes all such visitors one user.');
  const unusable = unusableRelease(session.release);
  if (unusable !== undefined) {
    out.push(`Relay counts it, but Sentry will not show it: ${unusable}.`);
  }

  seen.init ||= init;
  if (TERMINAL.includes(status)) seen.ended = status;
  project.seen.delete(sid);
  project.seen.set(sid, seen);
  if (project.seen.size > MAX_SIDS) {
    const oldest = project.seen.keys().next().value;
    if (oldest !== undefined) project.seen.delete(oldest);
  }
  return out;
}

function remember(project: Project, record: RequestRecord, keep: number): void {
  const { requests, counts } = project;
  counts.requests++;
  if (record.status < 200 || record.status > 299) counts.rejected++;
  if (record.reason === '') record.reason = 'Taken; see its items.';
  requests.push(record);
  project.keptText += record.body.length;
  while (requests.length > keep || (project.keptText > MAX_KEPT_TEXT && requests.length > 1)) {
    project.keptText -= requests.shift()?.body.length ?? 0;
  }
}
