import { Counter } from '../abi';
import type { Core } from '../core/boundary';
import type { Counts } from '../types/client';

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
