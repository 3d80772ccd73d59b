import type { Budget, Kept } from '../budget.js';
import type { MetricEvent } from '../rules/metric.js';
import type { Metrics } from './figures.js';
import type { Filter } from './filter.js';
import { Numbers, SessionNumbers } from './numbers.js';

/** Relay's buckets are that wide. */
export const CELL_MS = 10_000;
const KEEP_MS = 5 * 24 * 3600_000 + 3600_000;
/** Estimates of what an empty series and an empty cell take. */
const SERIES_BYTES = 2000;
const CELL_BYTES = 250;
/** How often to look for cells that no timeline shows any more. */
const PRUNE_EVERY = 5000;

/** Sessions of one release in one environment. */
export class Series implements Kept {
  /** Everything ever counted, and by ten seconds what a timeline can show. */
  readonly total = new Numbers();
  readonly cells = new Map<number, SessionNumbers>();
  /** The start of its earliest session. */
  first = Infinity;

  constructor(
    readonly release: string,
    readonly environment: string,
    readonly forget: () => void,
  ) {}

  /** Adds a metric and returns how many bytes that took. */
  add(metric: MetricEvent): number {
    const bytes = this.total.add(metric);
    this.first = Math.min(this.first, metric.time);
    if (metric.name === 'user') return bytes;
    const time = Math.floor(metric.time / CELL_MS) * CELL_MS;
    let cell = this.cells.get(time);
    const isNew = cell === undefined;
    if (cell === undefined) this.cells.set(time, (cell = new SessionNumbers()));
    return bytes + cell.add(metric) + (isNew ? CELL_BYTES : 0);
  }

  matches({ release, environment }: Filter): boolean {
    return (
      (release === undefined || this.release === release) &&
      (environment === undefined || this.environment === environment)
    );
  }
}

/** Metrics of one project, kept as Relay does: by release, environment and 10 seconds. */
export class MetricStore {
  readonly #series = new Map<string, Series>();
  readonly #budget: Budget;
  #added = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** `now` is the time of receipt; what is far older than it loses its place in timelines. */
  add(metric: MetricEvent, now: number): void {
    const environment = metric.environment ?? '';
    const key = `${metric.release}\0${environment}`;
    let series = this.#series.get(key);
    let bytes = 0;
    if (series === undefined) {
      series = new Series(metric.release, environment, () => this.#series.delete(key));
      this.#series.set(key, series);
      bytes = SERIES_BYTES + 4 * key.length;
    }
    bytes += series.add(metric);
    this.#budget.charge('counted', series, bytes);
    if (++this.#added % PRUNE_EVERY === 0) this.#prune(now - KEEP_MS);
  }

  #prune(before: number): void {
    for (const series of this.#series.values()) {
      for (const time of series.cells.keys()) {
        if (time >= before) continue;
        series.cells.delete(time);
        this.#budget.charge('counted', series, -CELL_BYTES);
      }
    }
  }

  /** Every series, in the order of their first session. */
  series(): Iterable<Series> {
    return this.#series.values();
  }

  /** The sum over all matching series. */
  total(filter: Filter = {}): Metrics {
    const sum = new Numbers();
    for (const series of this.#series.values()) {
      if (series.matches(filter)) sum.merge(series.total);
    }
    return sum.metrics();
  }

  clear(): void {
    for (const series of this.#series.values()) this.#budget.release('counted', series);
    this.#series.clear();
  }
}
