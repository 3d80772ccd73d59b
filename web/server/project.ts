import type { Fault } from './ingest/faults.js';
import { covers, type Limit } from './ingest/limits.js';
import { MetricStore } from './metrics/store.js';
import type {
  ItemRecord,
  ProjectCounts,
  ProjectSettings,
  RequestRecord,
  Update,
} from './records.js';
import { SessionHistory } from './rules/warnings.js';

const MAX_KEPT_TEXT = 32 << 20;
const QUOTA_PAUSE_MS = 60_000;

/** Everything that is known about one project. */
export class Project {
  readonly store = new MetricStore();
  readonly requests: RequestRecord[] = [];
  readonly updates: Update[] = [];
  readonly faults: Fault[] = [];
  readonly settings: ProjectSettings = {
    generation: 'new',
    disabled: false,
    filters: {},
    sessionQuota: Infinity,
  };
  readonly counts: ProjectCounts = { requests: 0, rejected: 0, accept: 0, normalise: 0, drop: 0 };
  limits: Limit[] = [];
  readonly #history = new SessionHistory();
  #sessions = 0;
  #keptText = 0;
  #keptPayloads = 0;

  /** `keep` is how many requests are kept for display. */
  constructor(readonly keep: number) {}

  /** The limits in force that cover one of these categories. */
  limitsFor(categories: Iterable<string | undefined>, now: number): Limit[] {
    const wanted = [...categories];
    this.limits = this.limits.filter((limit) => limit.until > now);
    return this.limits.filter((limit) => wanted.some((category) => covers(limit, category)));
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

  /** An item that a rate limit keeps out. */
  addLimited(record: RequestRecord, type: string): void {
    const reason = 'A rate limit is in force for this kind of item.';
    const item = { type: type.slice(0, 100), reason, warnings: [], metrics: [] };
    this.add(record, { outcome: 'drop', ...item }, 0);
  }

  /** Counts one item and keeps it for display; `bytes` is what its kept payload takes. */
  add(record: RequestRecord, item: ItemRecord, bytes: number): void {
    if (item.session !== undefined) item.warnings.push(...this.#history.add(item.session));
    record.items.push(item);
    for (const metric of item.metrics) this.store.add(metric, record.receivedAt);
    this.#keptPayloads += bytes;
    if (item.type !== 'session' && item.type !== 'sessions') return;
    this.counts[item.outcome]++;
    this.updates.push({ ...item, envelope: record.number, receivedAt: record.receivedAt });
    if (this.updates.length > 2 * this.keep || this.#keptPayloads > MAX_KEPT_TEXT) {
      this.updates.splice(0, Math.ceil(this.updates.length / 2));
      this.#keptPayloads /= 2;
    }
  }

  /** Keeps a request for display, and lets the oldest go. */
  remember(record: RequestRecord): void {
    const { requests, counts } = this;
    counts.requests++;
    if (record.status < 200 || record.status > 299) counts.rejected++;
    if (record.reason === '') record.reason = 'Taken; see its items.';
    requests.push(record);
    this.#keptText += record.body.length;
    while (requests.length > this.keep || (this.#keptText > MAX_KEPT_TEXT && requests.length > 1)) {
      this.#keptText -= requests.shift()?.body.length ?? 0;
    }
  }
}
