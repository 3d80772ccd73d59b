/** Requests: how the browser is asked to make them, and what came back. */
import { Answer, FetchMode } from '../abi';
import { attempt } from '../platform/attempt';
import { setTimer } from '../platform/native';
import { isForeign } from './answer';
import { KEEPALIVE_BYTES } from './keepalive';
import { secondsOf } from './retry-after';

/** Requests with `keepalive` at once (protocol 4.3); each counts for its share of the bytes at least. */
const KEEPALIVE_REQUESTS = 15;

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * An answer: its HTTP status or an `Answer`, X-Sentry-Rate-Limits, and the seconds that Retry-After asks
 * for, which are no number if it is absent.
 */
export type Respond = (status: number, limits?: string, retryAfter?: number) => void;

export interface Transport {
  /** Sends a body, which takes so many `bytes`, as the core wants it: `mode` is a sum of `FetchMode`s. */
  _send(url: string, body: string, mode: number, respond: Respond, bytes: number): void;
  /** Resolves when nothing is on its way. */
  _idle(): Promise<unknown>;
}

const later = (ms: number) => new Promise<void>((resolve) => setTimer(resolve, ms));

/** What `fetch` is told. Without leave to read the answer, a request is `no-cors`. */
const initOf = (body: string, keepalive: boolean, readable: boolean) =>
  ({
    /* A browser reads what all objects of a page have as well. */
    __proto__: null,
    method: 'POST',
    body,
    keepalive,
    credentials: 'omit',
    referrerPolicy: 'strict-origin',
    mode: readable ? 'cors' : 'no-cors',
  }) as RequestInit;

/** Makes a request to `url` and gives what came back; nothing if it failed. */
export async function read(
  request: () => Promise<Response>,
  url: string,
): Promise<Parameters<Respond>> {
  let status: number = Answer.NONE;
  let limits: string | undefined;
  let retryAfter: number | undefined;
  try {
    const response = await request();
    const header = (name: string) => response.headers.get(name) ?? '';
    /* Whatever a function of the page makes of the answer, there was one. */
    status = 200;
    if (response.type === 'opaque') return [Answer.OPAQUE];
    const given = +response.status;
    if (given >= 100 && given < 600) status = given;
    limits = header('X-Sentry-Rate-Limits');
    retryAfter = secondsOf(header('Retry-After'));
    /* An answer with limits can only be the server's. */
    if (!limits && (await isForeign(response, url, later))) return [Answer.FOREIGN];
  } catch {
    /* There was no answer, or it is none that can be judged. */
  }
  return [status, limits, retryAfter];
}

export function createTransport(
  fetch: Fetch,
  /** Finds the browser's own function, which tells whether a server is there if its answers are for nobody. */
  findOwn: () => Fetch | undefined,
  /* A page that ends cuts its requests first, and the cut must not be known before the end is. A
   * window that a script closed has not long to live. */
  beforeFailing = () => (window.closed ? Promise.resolve() : later(0)),
): Transport {
  /** The last request, which ends when those before it have ended. */
  let last: Promise<void> | undefined;
  /** Bytes of the requests with `keepalive` that are on their way. */
  let outliving = 0;
  let own: Fetch | undefined;

  return {
    _send(url, body, mode, respond, bytes) {
      const size = Math.max(bytes, KEEPALIVE_BYTES / KEEPALIVE_REQUESTS);
      const keepalive = outliving + size <= KEEPALIVE_BYTES;

      /* The browser may have no beacon, or somebody has blocked it. */
      const beacon = () => window.navigator.sendBeacon(url, body);
      if (mode & FetchMode.AT_EXIT && !keepalive && attempt(beacon)) {
        /* Its answer cannot be seen: it counts as delivered, as a second copy would do more harm. */
        setTimer(() => respond(200));
        return;
      }
      const share = keepalive ? size : 0;
      outliving += share;

      const ask = (by: Fetch, readable: boolean) =>
        read(() => by(url, initOf(body, keepalive, readable)), url);
      /* The second try tells a network that came back between the two from answers for nobody. */
      const probe = async (): Promise<Parameters<Respond>> => {
        own ??= findOwn();
        const [reached] = own ? await ask(own, false) : [Answer.NONE];
        if (reached === Answer.NONE) return [reached];
        const again = await ask(fetch, true);
        return again[0] === Answer.NONE ? [Answer.OPAQUE] : again;
      };
      const before = last;
      const exchange = async () => {
        let answer = await ask(fetch, !(mode & FetchMode.OPAQUE));
        if (answer[0] === Answer.NONE && mode & FetchMode.PROBE) answer = await probe();
        outliving -= share;
        if (answer[0] === Answer.NONE) {
          if (!share && !mode) answer = [Answer.CUT];
          await beforeFailing();
        }
        respond(...answer);
        await before;
      };
      /* What fails in taking note of an answer is none of the page's errors. */
      last = exchange().catch(() => {});
    },
    _idle: async () => last,
  };
}
