import { Cell } from './cell.js';
import type { MetricEvent, Metrics } from './event.js';

/** Which series to look at. An environment of '' means sessions without environment. */
export interface Filter {
  release?: string;
  environment?: string;
}

interface Series {
  release: string;
  environment: string;
  cells: Map<number, Cell>;
  /** Everything too old for a timeline; it still counts. */
  rest: Cell;
}

const BUCKET_MS = 10_000;
const KEEP_MS = 5 * 24 * 3600_000 + 3600_000;

/** Metrics of one project, kept as Relay does: by release, environment and 10 seconds. */
export class MetricStore {
  readonly #series = new Map<string, Series>();
  #added = 0;

  /** `now` is the time of receipt; what is far older than it loses its place in timelines. */
  add(metric: MetricEvent, now: number): void {
    const environment = metric.environment ?? '';
    const key = JSON.stringify([metric.release, environment]);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { release: metric.release, environment, cells: new Map(), rest: new Cell() };
      this.#series.set(key, series);
    }
    const time = Math.floor(metric.time / BUCKET_MS) * BUCKET_MS;
    let cell = series.cells.get(time);
    if (cell === undefined) {
      cell = new Cell();
      series.cells.set(time, cell);
    }
    cell.add(metric);
    if (++this.#added % 5000 === 0) this.#fold(now - KEEP_MS);
  }

  /** Moves what no timeline shows any more into one cell a series. */
  #fold(before: number): void {
    for (const series of this.#series.values()) {
      for (const [time, cell] of series.cells) {
        if (time >= before) continue;
        series.rest.merge(cell);
        series.cells.delete(time);
      }
    }
  }

  *#matching(filter: Filter): Generator<Series> {
    for (const series of this.#series.values()) {
      if (filter.release !== undefined && series.release !== filter.release) continue;
      if (filter.environment !== undefined && series.environment !== filter.environment) continue;
      yield series;
    }
  }

  /** All (release, environment) pairs seen so far, in the order of their first session. */
  series(): { release: string; environment: string }[] {
    return [...this.#series.values()].map(({ release, environment }) => ({ release, environment }));
  }

  /** The sum over all matching series, from Unix milliseconds `since` on if given. */
  total(filter: Filter = {}, since = -Infinity): Metrics {
    const sum = new Cell();
    for (const { cells, rest } of this.#matching(filter)) {
      if (since === -Infinity) sum.merge(rest);
      for (const [time, cell] of cells) if (time >= since) sum.merge(cell);
    }
    return sum.metrics();
  }

  /** The start of the oldest bucket that a timeline can still show. */
  oldest(filter: Filter = {}): number | undefined {
    let oldest: number | undefined;
    for (const { cells } of this.#matching(filter)) {
      for (const time of cells.keys()) if (oldest === undefined || time < oldest) oldest = time;
    }
    return oldest;
  }

  /** `count` points of `step` milliseconds each, the first one starting at `from`. */
  timeline(filter: Filter, from: number, step: number, count: number): Metrics[] {
    const sums = Array.from({ length: count }, () => new Cell());
    for (const { cells } of this.#matching(filter)) {
      for (const [time, cell] of cells) sums[Math.floor((time - from) / step)]?.merge(cell);
    }
    return sums.map((sum) => sum.metrics());
  }
}
