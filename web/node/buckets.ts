/** Request sessions that ended, added up by the minute in which they did. */

/** How a request session ends (protocol 8). */
export type End = 'exited' | 'errored' | 'crashed';

/** The sessions of one minute. A counter has 32 bits on the server; no minute comes near that. */
export interface Bucket extends Record<End, number> {
  /** The whole minute, in wall time. */
  started: number;
  /** The same moment on a clock that does not jump. */
  began: number;
  /** How often the server has refused it. */
  refusals: number;
}

/** Why sessions are given up, in the words of client reports (protocol 5.2). */
export type Reason = 'queue_overflow' | 'network_error' | 'send_error';

const MINUTE_MS = 60_000;
/** A day: what is kept while the server cannot be reached. */
const BUCKETS_MAX = 1440;
/** `CRASHFREE_AGE_MAX_MS`: the server drops what is older (protocol 1.3). */
const AGE_MAX_MS = 5 * 24 * 60 * MINUTE_MS;
/** As in the core: answers that refuse a bucket before it is given up. */
const REFUSALS_MAX = 3;

const minuteOf = (time: number) => Math.floor(time / MINUTE_MS) * MINUTE_MS;
const sizeOf = ({ exited, errored, crashed }: Bucket) => exited + errored + crashed;

/** The buckets that wait, and what was lost of them. */
export class Buckets {
  private readonly waiting = new Map<number, Bucket>();
  private losses = new Map<Reason, number>();

  get size(): number {
    return this.waiting.size;
  }

  get hasLosses(): boolean {
    return this.losses.size > 0;
  }

  /** Counts a session that ends now. */
  count(end: End): void {
    const started = minuteOf(Date.now());
    const began = performance.now();
    this.merge({ started, began, refusals: 0, exited: 0, errored: 0, crashed: 0, [end]: 1 });
  }

  /** Hands out all that wait, in order. */
  take(): Bucket[] {
    const now = Date.now();
    const all = [...this.waiting.values()].sort((a, b) => a.started - b.started);

    this.waiting.clear();
    return all.filter((bucket) => {
      const age = performance.now() - bucket.began;
      if (age > AGE_MAX_MS) {
        this.lose(bucket, 'network_error');
        return false;
      }
      /* The wall clock has jumped since; as it is, the server would drop the bucket. */
      if (bucket.started > now || now - bucket.started > AGE_MAX_MS) {
        bucket.started = minuteOf(now - age);
      }
      return true;
    });
  }

  /** Takes back what could not be delivered. */
  putBack(buckets: Bucket[], refused: boolean): void {
    for (const bucket of buckets) {
      if (refused && ++bucket.refusals >= REFUSALS_MAX) this.lose(bucket, 'send_error');
      else this.merge(bucket);
    }
  }

  /** Hands out how many sessions were given up, by reason. */
  takeLosses(): [Reason, number][] {
    const losses = [...this.losses];
    this.losses = new Map();
    return losses;
  }

  private merge(bucket: Bucket): void {
    const same = this.waiting.get(bucket.started);
    if (same) {
      same.exited += bucket.exited;
      same.errored += bucket.errored;
      same.crashed += bucket.crashed;
      same.refusals = Math.max(same.refusals, bucket.refusals);
      return;
    }
    this.waiting.set(bucket.started, bucket);
    if (this.waiting.size > BUCKETS_MAX) {
      const oldest = Math.min(...this.waiting.keys());
      this.lose(this.waiting.get(oldest)!, 'queue_overflow');
      this.waiting.delete(oldest);
    }
  }

  private lose(bucket: Bucket, reason: Reason): void {
    this.losses.set(reason, (this.losses.get(reason) ?? 0) + sizeOf(bucket));
  }
}
