import type { Budget } from '../budget.js';
import type { Fault } from '../ingest/faults.js';
import { covers, isSessionItem, type Limit } from '../ingest/limits.js';
import { IssueStore } from '../metrics/issues.js';
import { MetricStore } from '../metrics/store.js';
import {
  recordBytes,
  type ItemRecord,
  type ProjectCounts,
  type ProjectSettings,
  type ProjectState,
  type RequestRecord,
  type Update,
} from './records.js';
import type { InboundFilters } from '../rules/filters.js';
import { SessionHistory } from '../rules/warnings.js';
import { isSuccess } from '../wire/status.js';

const QUOTA_PAUSE_MS = 60_000;
/** More metrics of one item are counted, but not kept for display. */
const MAX_SHOWN_METRICS = 1000;

export interface ProjectOptions {
  /** How many requests are kept for display. */
  keep: number;
  budget: Budget;
  /** The inbound filters to begin with. */
  filters: InboundFilters;
}

/** A request that is kept for display. */
interface KeptRequest {
  record: RequestRecord;
  forget(): void;
}

/** Everything that is known about one project. */
export class Project {
  readonly store: MetricStore;
  readonly issues: IssueStore;
  readonly faults: Fault[] = [];
  readonly settings: ProjectSettings;
  readonly counts: ProjectCounts = {
    requests: 0,
    rejected: 0,
    accept: 0,
    normalise: 0,
    drop: 0,
    events: 0,
    lostEvents: 0,
  };
  limits: Limit[] = [];
  readonly #keep: number;
  readonly #budget: Budget;
  readonly #kept: KeptRequest[] = [];
  readonly #history: SessionHistory;
  #sessions = 0;

  constructor({ keep, budget, filters }: ProjectOptions) {
    this.#keep = keep;
    this.#budget = budget;
    this.store = new MetricStore(budget);
    this.issues = new IssueStore(budget);
    this.#history = new SessionHistory(budget);
    this.settings = {
      generation: 'new',
      disabled: false,
      filters: structuredClone(filters),
      sessionQuota: Infinity,
    };
  }

  /** The latest requests, in order of receipt. */
  get requests(): readonly RequestRecord[] {
    return this.#kept.map(({ record }) => record);
  }

  get state(): ProjectState {
    const { disabled, filters } = this.settings;
    const coming = this.faults.reduce((sum, { times = 1 }) => sum + times, 0);
    return { disabled, filters, faults: coming, orders: this.faults.length };
  }

  /** The session items of those requests. */
  get updates(): readonly Update[] {
    return this.#kept.flatMap(({ record: { number, receivedAt, items } }) =>
      items
        .filter(({ type }) => isSessionItem(type))
        .map((item) => ({ ...item, envelope: number, receivedAt })),
    );
  }

  /** The limits in force that keep out items of one of these types. */
  limitsFor(types: Iterable<string>, now: number): Limit[] {
    const sent = [...types];
    this.limits = this.limits.filter((limit) => limit.until > now);
    return this.limits.filter((limit) => sent.some((type) => covers(limit, type)));
  }

  /** The item that finds the quota used up is lost with answer 200; only later ones get 429. */
  applyQuota(item: ItemRecord, now: number): void {
    if (++this.#sessions <= this.settings.sessionQuota) return;
    item.outcome = 'drop';
    item.reason = 'The quota for sessions is used up. The answer does not say so yet.';
    item.metrics = [];
    delete item.session;
    if (this.limits.some((limit) => covers(limit, 'session'))) return;
    const until = now + QUOTA_PAUSE_MS;
    this.limits.push({ categories: ['session'], until, scope: 'key', reason: 'quota_exceeded' });
  }

  /** Says of the sessions of a request what they make wrong once they are counted. */
  warn({ items }: RequestRecord): void {
    const updates = items.flatMap((item) => item.session ?? []);
    const warnings = this.#history.warningsFor(updates);
    for (const item of items) {
      if (item.session !== undefined) item.warnings.push(...(warnings.shift() ?? []));
    }
  }

  /** Counts the items of a request. */
  count({ items, receivedAt }: RequestRecord): void {
    for (const item of items) {
      if (item.session !== undefined) this.#history.add(item.session);
      for (const metric of item.metrics) this.store.add(metric, receivedAt);
      if (isSessionItem(item.type)) this.counts[item.outcome]++;
      if (item.event !== undefined) item.issue = this.issues.add(item.event);
      if (item.type === 'event') this.counts[item.event === undefined ? 'lostEvents' : 'events']++;
    }
  }

  /** Keeps a request for display, and lets the oldest go. */
  remember(record: RequestRecord): void {
    const { counts } = this;
    counts.requests++;
    if (!isSuccess(record.status)) counts.rejected++;
    if (record.reason === '') record.reason = 'Taken; see its items.';
    for (const item of record.items) item.metrics = item.metrics.slice(0, MAX_SHOWN_METRICS);
    const kept: KeptRequest = { record, forget: () => this.#kept.shift() };
    this.#kept.push(kept);
    if (this.#kept.length > this.#keep) {
      const oldest = this.#kept.shift();
      if (oldest !== undefined) this.#budget.release('shown', oldest);
    }
    this.#budget.charge('shown', kept, recordBytes(record));
  }

  /** Gives everything back that it takes of the budget. */
  clear(): void {
    for (const kept of this.#kept) this.#budget.release('shown', kept);
    this.#kept.length = 0;
    this.#history.clear();
    this.store.clear();
    this.issues.clear();
  }
}
