/** Requests: how the browser is asked to make them, and what came back. */
import { setTimer } from '../native';
import { isForeign } from './answer';

/** Bodies that may be on their way with `keepalive` at once: the platform's 64 KiB for everybody on
 * the page, less a margin, and the most requests (protocol 4.3). Each counts for its share at least. */
const KEEPALIVE_BYTES = 60000;
const KEEPALIVE_REQUESTS = 15;

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * An answer: its status, X-Sentry-Rate-Limits, and the seconds that Retry-After asks for, which are no
 * number if it is absent. Status 0 is no answer.
 */
export type Respond = (status: number, limits?: string, retryAfter?: number) => void;

export interface Transport {
  /** Sends a body, which takes so many `bytes`. With `atExit` the page may end with this call. */
  _send(url: string, body: string, atExit: number, respond: Respond, bytes?: number): void;
  /** Resolves when nothing is on its way. */
  _idle(): Promise<unknown>;
}

/** Seconds that Retry-After asks for, which it does as a number or as a date. */
function secondsOf(retryAfter: string): number {
  const seconds = parseFloat(retryAfter);
  return seconds >= 0 ? seconds : (Date.parse(retryAfter) - Date.now()) / 1000;
}

const later = (ms: number) => new Promise<void>((resolve) => setTimer(resolve, ms));

export function createTransport(
  fetch: Fetch,
  /* A page that ends cuts its requests first, and the cut must not be known before the end is. A
   * window that a script closed has not long to live. */
  beforeFailing = () => (closed ? Promise.resolve() : later(0)),
): Transport {
  /** The last request, which ends when those before it have ended. */
  let last: Promise<void> | undefined;
  /** Bytes of those with `keepalive`. */
  let outliving = 0;

  return {
    _send(url, body, atExit, respond, bytes = body.length) {
      let share = Math.max(bytes, KEEPALIVE_BYTES / KEEPALIVE_REQUESTS);
      const keepalive = outliving + share <= KEEPALIVE_BYTES;

      /* Its answer cannot be seen: it counts as delivered, as a second copy would do more harm. */
      try {
        if (atExit && !keepalive && navigator.sendBeacon(url, body)) {
          setTimer(() => respond(200));
          return;
        }
      } catch {
        /* There is none, or somebody has blocked it. */
      }
      if (!keepalive) share = 0;
      outliving += share;
      const before = last;
      const exchange = async () => {
        let status = 0;
        let limits: string | undefined;
        let retryAfter: number | undefined;
        try {
          const response = await fetch(url, {
            method: 'POST',
            body,
            keepalive,
            credentials: 'omit',
            referrerPolicy: 'strict-origin',
          });
          outliving -= share;
          const header = (name: string) => response.headers.get(name) ?? '';
          /* Whatever a function of the page makes of the answer, there was one. */
          status = 200;
          status = +response.status || status;
          limits = header('X-Sentry-Rate-Limits');
          retryAfter = secondsOf(header('Retry-After'));
          if (response.ok && (await isForeign(response, url, later))) status = 0;
        } catch {
          if (!status) {
            outliving -= share;
            await beforeFailing();
          }
        }
        respond(status, limits, retryAfter);
        await before;
      };
      last = exchange();
    },
    _idle: async () => last,
  };
}
