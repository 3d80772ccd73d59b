/** Requests: how the browser is asked to make them, and what came back. */

/** Bodies that may be on their way with `keepalive` at once: the platform's 64 KiB for everybody on
 * the page, less a margin, and the most requests (protocol 4.3). */
const KEEPALIVE_BYTES = 60000;
const KEEPALIVE_REQUESTS = 15;

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * An answer: its status, X-Sentry-Rate-Limits, and the seconds that Retry-After asks for, which are no
 * number if it is absent. Status 0 is no answer.
 */
export type Respond = (status: number, limits?: string, retryAfter?: number) => void;

export interface Transport {
  _send(url: string, body: string, atExit: number, respond: Respond): void;
  /** Resolves when nothing is on its way. */
  _idle(): Promise<unknown>;
}

/** Seconds that Retry-After asks for, which it does as a number or as a date. */
function secondsOf(retryAfter: string): number {
  const seconds = parseFloat(retryAfter);
  return seconds >= 0 ? seconds : (Date.parse(retryAfter) - Date.now()) / 1000;
}

/** A page that ends cuts its requests first, and the cut must not be known before the end is. */
const afterThisTask = () => new Promise<void>((later) => setTimeout(later));

export function createTransport(fetch: Fetch, beforeFailing = afterThisTask): Transport {
  const sending = new Set<Promise<unknown>>();
  let bytes = 0;

  const exchange = async (
    url: string,
    body: string,
    keepalive: boolean,
  ): Promise<Parameters<Respond>> => {
    let status = 0;
    try {
      const response = await fetch(url, {
        method: 'POST',
        body,
        keepalive,
        credentials: 'omit',
        referrerPolicy: 'strict-origin',
      });
      const header = (name: string) => response.headers.get(name) ?? '';
      /* Whatever a patched fetch makes of the answer, there was one. */
      status = 200;
      status = +response.status || status;
      return [status, header('X-Sentry-Rate-Limits'), secondsOf(header('Retry-After'))];
    } catch {
      await beforeFailing();
      return [status];
    }
  };

  return {
    _send(url, body, atExit, respond) {
      const keepalive = bytes + body.length <= KEEPALIVE_BYTES && sending.size < KEEPALIVE_REQUESTS;

      /* Its answer cannot be seen: it counts as delivered, as a second copy would do more harm. */
      if (atExit && !keepalive && navigator.sendBeacon?.(url, body)) {
        setTimeout(respond, 0, 200);
        return;
      }
      bytes += body.length;
      const request: Promise<unknown> = exchange(url, body, keepalive).then((answer) => {
        bytes -= body.length;
        sending.delete(request);
        respond(...answer);
      });
      sending.add(request);
    },
    _idle: () => Promise.all(sending),
  };
}
