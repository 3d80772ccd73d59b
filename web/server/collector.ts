import { EventEmitter } from 'node:events';
import { accept, MAX_TEXT, type Keys } from './ingest/accept.js';
import { decodeBody } from './ingest/body.js';
import { PREFLIGHT_HEADERS } from './ingest/cors.js';
import { withFaults, type Fault } from './ingest/faults.js';
import {
  lowerCase,
  refusal,
  unreadableAnswer,
  type IngestRequest,
  type IngestResponse,
} from './ingest/http.js';
import { Reject } from './ingest/reject.js';
import { readRoute } from './ingest/route.js';
import { findSender } from './ingest/sender.js';
import type { Metrics } from './metrics/event.js';
import type { Filter, MetricStore } from './metrics/store.js';
import { Project } from './project.js';
import type { ProjectCounts, ProjectSettings, RequestRecord, Update } from './records.js';

export type { Fault } from './ingest/faults.js';
export type { IngestRequest, IngestResponse } from './ingest/http.js';
export type { MetricEvent, Metrics } from './metrics/event.js';
export type { Filter } from './metrics/store.js';
export type {
  ItemRecord,
  ProjectCounts,
  ProjectSettings,
  RequestRecord,
  Update,
} from './records.js';
export type { Outcome, Session } from './rules/item.js';

/** What to keep for display. Metrics are never thrown away. */
export interface CollectorOptions {
  /** Requests kept for each project; 2,000 if left out. */
  keep?: number;
  /** Which project each key is for; without it every key is taken for every project. */
  keys?: Keys;
}

/** A rate limit to put in force. */
export interface LimitOrder {
  /** None means all. */
  categories: string[];
  seconds: number;
  /** `key` if left out. */
  scope?: string;
  reason?: string;
  /** Unix milliseconds. */
  now?: number;
}

const MAX_PROJECTS = 1000;

/**
 * Does with envelopes what a Sentry Relay and the server behind it do, and shows the result.
 * It is pure: no sockets, no timers. The same requests at the same times give the same numbers.
 */
export class Collector {
  readonly #projects = new Map<string, Project>();
  readonly #events = new EventEmitter<{ change: [project: string] }>();
  readonly #keep: number;
  readonly #keys: Keys | undefined;
  #number = 0;

  constructor(options: CollectorOptions = {}) {
    this.#keep = options.keep ?? 2000;
    this.#keys = options.keys;
    this.#events.setMaxListeners(0);
  }

  /** Takes one request. Never throws for what is in it. */
  ingest(request: IngestRequest): IngestResponse {
    const headers = lowerCase(request.headers);
    const body = decodeBody(request.body, headers['content-encoding']);
    const raw = body instanceof Reject ? request.body : body;
    const sender = findSender(readRoute(request.url), headers, body);
    const record: RequestRecord = {
      number: ++this.#number,
      project: sender.project,
      method: request.method,
      url: request.url,
      status: 200,
      headers,
      body: Buffer.from(raw.subarray(0, MAX_TEXT)).toString('utf8'),
      bytes: request.body.length,
      receivedAt: request.receivedAt ?? Date.now(),
      reason: '',
      warnings: [],
      items: [],
    };
    if (!this.#projects.has(sender.project) && this.#projects.size >= MAX_PROJECTS) {
      return refusal(new Reject(403, 'This collector holds no more projects.'));
    }
    const project = this.#project(sender.project);
    let response: IngestResponse;
    if (request.method === 'OPTIONS') {
      record.reason = 'A preflight: the browser asks before it sends. Plain requests need none.';
      response = { status: 200, headers: { ...PREFLIGHT_HEADERS }, body: '' };
    } else {
      response = withFaults(project.faults, record, () =>
        accept(project, record, sender, body, this.#keys),
      );
    }
    record.status = response.drop === undefined ? response.status : 0;
    const unreadable = unreadableAnswer(headers, response.status);
    if (unreadable !== undefined) record.warnings.push(unreadable);
    project.remember(record);
    this.#events.emit('change', sender.project);
    return response;
  }

  #project(name: string): Project {
    let project = this.#projects.get(name);
    if (project === undefined) {
      project = new Project(this.#keep);
      this.#projects.set(name, project);
    }
    return project;
  }

  #existing(name: string): Project {
    return this.#projects.get(name) ?? new Project(this.#keep);
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
  limit(project: string, { seconds, now = Date.now(), ...limit }: LimitOrder): void {
    const until = now + seconds * 1000;
    this.#project(project).limits.push({ scope: 'key', ...limit, until });
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
