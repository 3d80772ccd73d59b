/** Requests that may have an event in them, and what became of them. */
import { KEEPALIVE_BYTES } from '../delivery/keepalive';
import { endpointOf } from '../delivery/dsn';
import type { Options, Reader, Requester } from '../types/options';
import { attempt } from '../platform/attempt';
import { EVENT_MAX } from './event';
import { headerOf, type Outbox } from './outbox';

/** A request that was made. */
export interface Made {
  answer: Promise<Response>;
  /** Whether an event is in it. */
  _carries: boolean;
}

export interface Requests {
  /** Makes a request of the sessions by `send`, with an event in it if one waits and it can carry one. */
  _join(send: Requester, url: string, init: RequestInit, envelope: string): Made;
  /** Sends an event that may leave in a request of its own; whether there was one. */
  _own(last: boolean): boolean;
  /** Resolves when none is on its way any more. */
  _settled(): Promise<unknown>;
}

/** `settled` is called after each answer, or when there is none. */
export function createRequests(
  { dsn, tunnel, fetch }: Options,
  outbox: Outbox,
  read: Reader,
  settled: () => void,
): Requests {
  let outliving = 0;
  let pending: Promise<unknown> = Promise.resolve();
  /* The sessions of a page that ends leave behind its events. */
  const canOutlive = (bytes: number) => outliving + bytes <= KEEPALIVE_BYTES;

  const make = (
    send: Requester,
    url: string,
    init: RequestInit,
    envelope: string,
    last: boolean,
  ): Made => {
    const room = !init.keepalive || canOutlive(envelope.length + EVENT_MAX);
    const { body, _carries, _settle } = outbox._join(envelope, room, last);
    const share = init.keepalive ? body.length : 0;
    outliving += share;
    /* A browser reads what all objects of a page have as well. */
    const answer = send(url, { __proto__: null, ...init, body } as RequestInit);
    /* The client reads the body of its own. What a function of the page answers may be no response. */
    const copy = () => answer.then((response) => attempt(() => response.clone()) ?? response);
    const earlier = pending;
    pending = read(copy, url).then(([status, limits, retryAfter]) => {
      outliving -= share;
      attempt(_settle, status, limits, retryAfter);
      attempt(settled);
      return earlier;
    });
    return { answer, _carries };
  };

  return {
    _join: (send, url, init, envelope) => make(send, url, init, envelope, false),
    _own(last) {
      const keepalive = canOutlive(2 * EVENT_MAX);
      if (last && !keepalive) return false;
      const init = {
        method: 'POST',
        keepalive,
        credentials: 'omit',
        referrerPolicy: 'strict-origin',
      } as const;
      const url = tunnel || endpointOf(dsn!);
      return make(fetch!, url, init, headerOf(dsn!, tunnel), last)._carries;
    },
    _settled: () => pending,
  };
}
