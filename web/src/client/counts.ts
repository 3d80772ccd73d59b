import { Counter } from '../abi';
import type { Core } from '../core/boundary';
import type { IgnoreRule } from '../options/rules';

/** What happened to the sessions of a client since it was made. */
export interface Counts {
  /** Sessions opened: page loads, navigations, and those that the app started. */
  started: number;
  /** Sessions that the server has taken. */
  accepted: number;
  /** Requests made, with sessions, reports of losses, or to ask whether the server is there. */
  requests: number;
  /** This and the next six are sessions that will not be delivered, by the reason that client reports give. */
  queue_overflow: number;
  ratelimit_backoff: number;
  network_error: number;
  send_error: number;
  sample_rate: number;
  before_send: number;
  backpressure: number;
  /** Answers that were not the server's: of a sign-in page, say. */
  foreign_answers: number;
  /** Errors of which no event tells, as `crashfree.events.js` did not come or there is no WebAssembly. */
  missed_events: number;
  /**
   * Errors that did not count, by the rule that left them out, such as `{ scriptError: 2 }`: a broken
   * set-up shows here rather than looking healthy.
   */
  ignored: Partial<Record<IgnoreRule, number>>;
}

/** The counts, as the core, the integrations and the rules of noise give them. */
export function countsOf(
  core: Core | undefined,
  missed: number,
  ignored: Counts['ignored'],
): Counts {
  const of = (counter: Counter) => core?._count(counter) ?? 0;
  return {
    started: of(Counter.STARTED),
    accepted: of(Counter.ACCEPTED),
    requests: of(Counter.REQUESTS),
    queue_overflow: of(Counter.QUEUE_OVERFLOW),
    ratelimit_backoff: of(Counter.RATELIMIT_BACKOFF),
    network_error: of(Counter.NETWORK_ERROR),
    send_error: of(Counter.SEND_ERROR),
    sample_rate: of(Counter.SAMPLE_RATE),
    before_send: of(Counter.BEFORE_SEND),
    backpressure: of(Counter.BACKPRESSURE),
    foreign_answers: of(Counter.FOREIGN_ANSWERS),
    missed_events: missed,
    ignored: { ...ignored },
  };
}

/** The counts of a client that counts nothing. */
export const noCounts = (): Counts => countsOf(undefined, 0, {});
