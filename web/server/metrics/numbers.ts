import { fnv1a, hashOfSid } from './hash.js';
import type { MetricEvent } from '../rules/metric.js';
import type { Metrics } from './figures.js';

const USER_SETS = ['all', 'errored', 'crashed', 'abnormal', 'unhandled'] as const;
type UserSet = (typeof USER_SETS)[number];

/** A set does not grow beyond this: the figures then say less than there was. */
const MAX_MEMBERS = 100_000;
/** What one member takes, and one counter that was not there before. */
const MEMBER_BYTES = 40;

/** Hashes, as 32-bit integers with a sign, which take the least memory. */
export type HashSet = Set<number>;

function add(set: HashSet, hash: number): number {
  if (set.size >= MAX_MEMBERS) return 0;
  const before = set.size;
  set.add(hash | 0);
  return set.size > before ? MEMBER_BYTES : 0;
}

/** Counters of sessions and the set of errored ones. */
export class SessionNumbers {
  readonly counters = { init: 0, errored_preaggr: 0, crashed: 0, abnormal: 0, unhandled: 0 };
  /** Made with the first errored session, since most cells have none. */
  errors: HashSet | undefined;

  /** Adds a metric and returns how many bytes that took. */
  add({ name, status, value }: MetricEvent): number {
    if (name === 'error') return add((this.errors ??= new Set()), hashOfSid(String(value)));
    if (name === 'session' && status !== undefined && status !== 'errored') {
      this.counters[status] += Number(value);
    }
    return 0;
  }

  merge(other: SessionNumbers): void {
    for (const key of Object.keys(this.counters) as (keyof SessionNumbers['counters'])[]) {
      this.counters[key] += other.counters[key];
    }
    if (other.errors === undefined) return;
    this.errors ??= new Set();
    for (const hash of other.errors) this.errors.add(hash);
  }

  /** The figures of sessions, as Sentry derives them. */
  derive(): Omit<Metrics, 'users'> {
    const { init: all, crashed, abnormal, unhandled } = this.counters;
    const erroredAll = this.counters.errored_preaggr + (this.errors?.size ?? 0);
    return {
      all,
      healthy: Math.max(0, all - erroredAll),
      errored: Math.max(0, erroredAll - crashed - abnormal - unhandled),
      erroredAll,
      crashed,
      abnormal,
      unhandled,
      crashFreeRate: all === 0 ? null : 1 - crashed / all,
    };
  }
}

/** The same with the sets of users. */
export class Numbers extends SessionNumbers {
  readonly users: Record<UserSet, HashSet> = {
    all: new Set(),
    errored: new Set(),
    crashed: new Set(),
    abnormal: new Set(),
    unhandled: new Set(),
  };

  override add(metric: MetricEvent): number {
    if (metric.name !== 'user') return super.add(metric);
    const { status, value } = metric;
    const hash = fnv1a(String(value));
    const bytes = add(this.users.all, hash);
    if (status === undefined || status === 'init' || status === 'errored_preaggr') return bytes;
    return bytes + add(this.users[status], hash);
  }

  override merge(other: Numbers): void {
    super.merge(other);
    for (const set of USER_SETS) for (const hash of other.users[set]) this.users[set].add(hash);
  }

  /** Whether a set is full, so that there may have been more. */
  get isCut(): boolean {
    const sets = [this.errors, ...USER_SETS.map((set) => this.users[set])];
    return sets.some((set) => set !== undefined && set.size >= MAX_MEMBERS);
  }

  metrics(): Metrics {
    const { users } = this;
    const ended = new Set([...users.crashed, ...users.abnormal, ...users.unhandled]);
    return {
      ...this.derive(),
      users: {
        all: users.all.size,
        healthy: Math.max(0, users.all.size - users.errored.size),
        errored: Math.max(0, users.errored.size - ended.size),
        crashed: users.crashed.size,
        abnormal: users.abnormal.size,
        unhandled: users.unhandled.size,
        crashFreeRate: users.all.size === 0 ? null : 1 - users.crashed.size / users.all.size,
      },
    };
  }
}
