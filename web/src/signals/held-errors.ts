/** Errors between their happening and their judgement. A rejection waits longest: somebody may handle it soon. */
import type { Settings } from '../options/defaults';
import type { Uncaught } from './error-details';
import { isOn } from './noise';
import type { Fact, Queue } from './queue';

/** How long a rejection may stay unhandled before it counts: code often awaits a promise later. */
export const GRACE_MS = 250;

/** The events of errors and rejections, as browsers, promise libraries and zone.js shape them. */
export type ErrorLike = Uncaught &
  Partial<Event> & { detail?: { promise?: unknown; reason?: unknown } | null };

/** A rejection that waits. Some who tell of one, such as apps, do not know its promise. */
interface Rejection {
  promise?: unknown;
  reason: unknown;
}

export interface HeldErrors {
  /** Calls `judge` in its turn, and for a rejection once it can no longer be handled soon. */
  _hold(at: number, judge: () => void, rejection?: Rejection): void;
  /** Forgets the rejection of which an event tells that it was handled. */
  _forget(event: ErrorLike): void;
}

/** Unless the options say otherwise a rejection that is handled soon does not count. */
export function createHeldErrors(settings: Settings, queue: Queue): HeldErrors {
  const rejections = new Map<Fact, Rejection>();
  const grace = isOn(settings, 'lateHandled') ? GRACE_MS : 0;

  return {
    _hold(at, judge, rejection) {
      const fact: Fact = {
        _at: at,
        _wait: rejection ? grace : 0,
        _divides: false,
        _judge() {
          rejections.delete(fact);
          judge();
        },
      };
      if (rejection) rejections.set(fact, rejection);
      queue._add(fact);
    },
    _forget(event) {
      const { promise, reason } = event.detail ?? event;
      for (const [fact, rejection] of rejections) {
        /* zone.js tells of the same promise by another one each time. */
        const known = event.isTrusted && rejection.promise;
        if (!grace || (rejection.promise !== promise && (known || rejection.reason !== reason))) {
          continue;
        }
        rejections.delete(fact);
        queue._forget(fact);
      }
    },
  };
}
