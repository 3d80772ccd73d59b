/** Requests: how the browser is asked to make them, and what came back. */

/** Bodies that may be on their way with `keepalive` at once: the platform's 64 KiB for everybody on
 * the page, less a margin, and the most requests (protocol 4.3). */
const KEEPALIVE_BYTES = 60000;
const KEEPALIVE_REQUESTS = 15;

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** An answer: status 0 if there was none. */
export type Respond = (status: number, limits: string, retryAfter: number) => void;

export interface Transport {
  _send(url: string, body: string, atExit: number, respond: Respond): void;
  /** Resolves when nothing is on its way. */
  _idle(): Promise<unknown>;
}

/** Seconds that Retry-After asks for, as a number or as a date; negative if it is absent. */
function retryAfter(header: string | null): number {
  if (!header) return -1;
  const seconds = +header;
  return seconds >= 0 ? seconds : (Date.parse(header) - Date.now()) / 1000 || -1;
}

export function createTransport(fetch: Fetch): Transport {
  const sending = new Set<Promise<unknown>>();
  let bytes = 0;

  return {
    _send(url, body, atExit, respond) {
      const keepalive = bytes + body.length <= KEEPALIVE_BYTES && sending.size < KEEPALIVE_REQUESTS;

      /* Its answer cannot be seen: it counts as delivered, as a second copy would do more harm. */
      if (atExit && !keepalive && navigator.sendBeacon?.(url, body)) {
        setTimeout(respond, 0, 200, '', -1);
        return;
      }
      let status = 0;
      let limits = '';
      let wait = -1;
      bytes += body.length;
      /* The executor turns what a patched fetch throws into a rejection. */
      const request: Promise<unknown> = new Promise<Response>((resolve) =>
        resolve(
          fetch(url, {
            method: 'POST',
            body,
            keepalive,
            credentials: 'omit',
            referrerPolicy: 'strict-origin',
          }),
        ),
      )
        .then((response) => {
          /* Whatever a patched fetch makes of the answer, there was one. */
          status = 200;
          status = response.status || status;
          limits = response.headers.get('X-Sentry-Rate-Limits') || '';
          wait = retryAfter(response.headers.get('Retry-After'));
        })
        /* A page that ends cuts its requests first; it has to be known that it ends. */
        .catch(() => new Promise((later) => setTimeout(later)))
        .then(() => {
          bytes -= body.length;
          sending.delete(request);
          respond(status, limits, wait);
        });
      sending.add(request);
    },
    _idle: () => Promise.all(sending),
  };
}
