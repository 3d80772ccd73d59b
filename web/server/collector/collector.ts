import { EventEmitter } from 'node:events';
import { Budget } from '../budget.js';
import { accept, type Keys } from './accept.js';
import { decodeBody } from '../ingest/body.js';
import { withFaults, type Fault } from '../ingest/faults.js';
import {
  lowerCase,
  preflight,
  refusal,
  unreadableAnswer,
  type IngestRequest,
  type IngestResponse,
} from '../ingest/http.js';
import type { LimitOrder } from '../ingest/limits.js';
import { Reject } from '../ingest/reject.js';
import { readRoute } from '../ingest/route.js';
import { findSender, type Sender } from '../ingest/sender.js';
import type { Metrics } from '../metrics/figures.js';
import type { IssueStore } from '../metrics/issues.js';
import type { Filter } from '../metrics/filter.js';
import type { MetricStore } from '../metrics/store.js';
import type { Project } from './project.js';
import { Projects } from './projects.js';
import {
  newRecord,
  type Persistence,
  type ProjectCounts,
  type ProjectSettings,
  type ProjectState,
  type RequestRecord,
  type Update,
} from './records.js';
import type { InboundFilters } from '../rules/filters.js';
import { isSuccess } from '../wire/status.js';

export type { IngestResponse } from '../ingest/http.js';
export type { Metrics } from '../metrics/figures.js';
export type { ProjectSettings, RequestRecord, Update } from './records.js';
export type { MetricEvent } from '../rules/metric.js';

/** How much to keep, and whom to serve. */
export interface CollectorOptions {
  /** Requests kept for each project; 2,000 if left out. */
  keep?: number;
  /** What everything that is kept may take in memory; 64 MiB if left out. */
  budgetBytes?: number;
  /** The inbound filters that every project begins with. */
  filters?: InboundFilters;
  /** Where to keep what was counted; nowhere if left out. */
  persistence?: Persistence;
  /** Which project each key is for; without it every key is taken for every project. */
  keys?: Keys;
}

const DEFAULT_KEEP = 2000;

/** A Relay answers preflights before it looks at who sends, but only where it has an address. */
const isPreflight = (
  { method }: IngestRequest,
  { flaw }: Sender,
  body: Uint8Array | Reject,
): boolean =>
  method === 'OPTIONS' && flaw?.status !== 404 && !(body instanceof Reject && body.status === 415);

/**
 * Does with envelopes what a Sentry Relay and the server behind it do, and shows the result.
 * It is pure: no sockets, no timers. The same requests at the same times give the same numbers.
 */
export class Collector {
  readonly #projects: Projects;
  readonly #events = new EventEmitter<{ change: [project: string] }>();
  readonly #options: CollectorOptions;
  /** What everything that is kept takes. */
  readonly budget: Budget;
  #number = 0;

  constructor(options: CollectorOptions = {}) {
    this.#options = options;
    this.budget = new Budget(options.budgetBytes);
    const { keep = DEFAULT_KEEP, filters = {} } = options;
    this.#projects = new Projects({ keep, filters, budget: this.budget });
    this.#events.setMaxListeners(0);
  }

  /** Takes one request. Never throws for what is in it. */
  ingest(request: IngestRequest): IngestResponse {
    const headers = lowerCase(request.headers);
    const body = decodeBody(request.body, headers['content-encoding']);
    const sender = findSender(readRoute(request.url), headers, body);
    const readable = body instanceof Reject ? request.body : body;
    const record = newRecord(++this.#number, sender.project, request, headers, readable);
    const project = this.#projects.take(sender.project);
    const respond = (): IngestResponse =>
      this.#count(project, record, accept(project, record, sender, body, this.#options.keys));
    const response = isPreflight(request, sender, body)
      ? preflight(record)
      : withFaults(project.faults, record, respond);
    record.status = response.drop === undefined ? response.status : 0;
    const unreadable = unreadableAnswer(headers, response.status);
    if (unreadable !== undefined) record.warnings.push(unreadable);
    project.remember(record);
    this.#events.emit('change', sender.project);
    return response;
  }

  /** Keeps a request before it is counted, so that the one never happens without the other. */
  #count(project: Project, record: RequestRecord, response: IngestResponse): IngestResponse {
    const { persistence } = this.#options;
    project.warn(record);
    const isTaken = record.items.length > 0 || isSuccess(response.status);
    try {
      if (isTaken) persistence?.save({ ...record, status: response.status });
    } catch (error) {
      record.reason = `It could not be written to the data file: ${(error as Error).message}`;
      record.items = [];
      return refusal(new Reject(503, record.reason));
    }
    project.count(record);
    return response;
  }

  /** Counts a request that was kept, under the number that it had. */
  restore(record: RequestRecord): void {
    this.#number = Math.max(this.#number, record.number);
    const project = this.#projects.take(record.project);
    project.count(record);
    project.remember(record);
  }

  /** The numbers of release health, as Sentry derives them. */
  metrics(project: string, filter: Filter = {}): Metrics {
    return this.#projects.look(project).store.total(filter);
  }

  /** The metrics themselves, for timelines and adoption. */
  store(project: string): MetricStore {
    return this.#projects.look(project).store;
  }

  /** What crashed. */
  issues(project: string): IssueStore {
    return this.#projects.look(project).issues;
  }

  /** The latest session items in order of receipt. */
  updates(project: string): readonly Update[] {
    return this.#projects.look(project).updates;
  }

  /** The latest requests, of one project or of all, in order of receipt. */
  requests(project?: string): readonly RequestRecord[] {
    if (project !== undefined) return this.#projects.look(project).requests;
    return [...this.#projects]
      .flatMap(([, { requests }]) => requests)
      .sort((a, b) => a.number - b.number);
  }

  /** How much arrived since the last reset, also beyond what is kept. */
  counts(project: string): Readonly<ProjectCounts> {
    return this.#projects.look(project).counts;
  }

  /** The faults still to come; push to order more. */
  faults(project: string): Fault[] {
    return this.#projects.take(project).faults;
  }

  /** The settings of a project; change them in place. */
  settings(project: string): ProjectSettings {
    return this.#projects.take(project).settings;
  }

  /** What a page shows of faults and settings. */
  state(project: string): ProjectState {
    return this.#projects.look(project).state;
  }

  /** How many rate limits are in force, or were not long ago. */
  limitCount(project: string): number {
    return this.#projects.look(project).limits.length;
  }

  /** Puts a rate limit in force; no categories means all. */
  limit(project: string, { seconds, now = Date.now(), ...limit }: LimitOrder): void {
    const until = now + seconds * 1000;
    this.#projects.take(project).limits.push({ scope: 'key', ...limit, until });
  }

  /** All projects that something arrived for. */
  projects(): string[] {
    return [...this.#projects]
      .filter(([name, { counts }]) => name !== '' && counts.requests > 0)
      .map(([name]) => name);
  }

  /** Forgets everything about one project, or about all. */
  reset(project?: string): void {
    this.#options.persistence?.reset(project);
    this.#projects.forget(project);
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
