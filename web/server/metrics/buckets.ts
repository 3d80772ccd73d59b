import { createHash } from 'node:crypto';

export type MetricStatus =
  'init' | 'errored_preaggr' | 'errored' | 'crashed' | 'abnormal' | 'unhandled';

/** One metric as a Relay emits it for a session item. */
export interface MetricEvent {
  /** `session` is a counter; `error` (by sid) and `user` (by did) are sets. */
  name: 'session' | 'error' | 'user';
  status?: MetricStatus;
  /** How much a counter grows, or which sid or did enters the set. */
  value: number | string;
  /** Unix milliseconds of the start of the session. */
  time: number;
  release: string;
  environment?: string;
  sdk?: string;
  mechanism?: string;
}

export interface Numbers {
  all: number;
  healthy: number;
  errored: number;
  crashed: number;
  abnormal: number;
  unhandled: number;
  /** 1 − crashed / all, not clamped; null if nothing was counted. */
  crashFreeRate: number | null;
}

/** The figures that Sentry derives from the metrics. */
export interface Metrics extends Numbers {
  /** Errored in the wide sense: with crashed, abnormal and unhandled sessions. */
  erroredAll: number;
  users: Numbers;
}

/** A metric in a few words, e.g. `session crashed +1`. */
export function describe(metric: MetricEvent): string {
  if (metric.name === 'session') return `session ${metric.status ?? ''} +${metric.value}`;
  const mechanism = metric.mechanism === undefined ? '' : ` (${metric.mechanism})`;
  const status = metric.status === undefined ? '' : ` ${metric.status}${mechanism}`;
  const short = String(metric.value);
  return `${metric.name}${status} {${short.length > 36 ? `${short.slice(0, 35)}…` : short}}`;
}

const USER_SETS = ['all', 'errored', 'crashed', 'abnormal', 'unhandled'] as const;
type UserSet = (typeof USER_SETS)[number];

/** Long hostile values must not fill the memory. */
const member = (value: string): string =>
  value.length <= 64 ? value : createHash('sha256').update(value).digest('base64');

/** Counters and sets of one series in one time bucket. */
export class Cell {
  readonly counters = { init: 0, errored_preaggr: 0, crashed: 0, abnormal: 0, unhandled: 0 };
  readonly errors = new Set<string>();
  readonly users: Record<UserSet, Set<string>> = {
    all: new Set(),
    errored: new Set(),
    crashed: new Set(),
    abnormal: new Set(),
    unhandled: new Set(),
  };

  add(metric: MetricEvent): void {
    const { status } = metric;
    if (metric.name === 'session') {
      if (status !== undefined && status !== 'errored') {
        this.counters[status] += Number(metric.value);
      }
    } else if (metric.name === 'error') {
      this.errors.add(member(String(metric.value)));
    } else {
      const user = member(String(metric.value));
      this.users.all.add(user);
      if (status !== undefined && status !== 'init' && status !== 'errored_preaggr') {
        this.users[status].add(user);
      }
    }
  }

  merge(other: Cell): void {
    for (const key of Object.keys(this.counters) as (keyof Cell['counters'])[]) {
      this.counters[key] += other.counters[key];
    }
    for (const sid of other.errors) this.errors.add(sid);
    for (const set of USER_SETS) for (const did of other.users[set]) this.users[set].add(did);
  }

  metrics(): Metrics {
    const { init: all, crashed, abnormal, unhandled } = this.counters;
    const erroredAll = this.counters.errored_preaggr + this.errors.size;
    const { users } = this;
    const ended = new Set([...users.crashed, ...users.abnormal, ...users.unhandled]);
    const rate = (bad: number, total: number): number | null =>
      total === 0 ? null : 1 - bad / total;
    return {
      all,
      healthy: Math.max(0, all - erroredAll),
      errored: Math.max(0, erroredAll - crashed - abnormal - unhandled),
      erroredAll,
      crashed,
      abnormal,
      unhandled,
      crashFreeRate: rate(crashed, all),
      users: {
        all: users.all.size,
        healthy: Math.max(0, users.all.size - users.errored.size),
        errored: Math.max(0, users.errored.size - ended.size),
        crashed: users.crashed.size,
        abnormal: users.abnormal.size,
        unhandled: users.unhandled.size,
        crashFreeRate: rate(users.crashed.size, users.all.size),
      },
    };
  }
}

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
