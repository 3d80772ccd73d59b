import { createHash } from 'node:crypto';
import type { MetricEvent, Metrics } from './event.js';

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
