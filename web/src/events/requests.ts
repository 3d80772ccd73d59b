/** Requests that may have an event in them, and what became of them. */
import { KEEPALIVE_BYTES } from '../delivery/keepalive';
import type { Requester } from '../options/types';
import { attempt } from '../platform/attempt';
import { EVENT_MAX } from './event';
import type { Outbox } from './outbox';

/** A request that was made. */
export interface Made {
  answer: Promise<Response>;
  /** Whether an event is in it. */
  _carries: boolean;
}

export interface Requests {
  /** Makes a request by `send`, with an event in it if one waits and the request can carry it. */
  _make(send: Requester, url: string, init: RequestInit, envelope: string, last: boolean): Made;
  /** Whether so many bytes more may leave in requests that outlive the page. */
  _outlive(bytes: number): boolean;
  /** Resolves when none is on its way any more. */
  _settled(): Promise<unknown>;
}

/** `settled` is called after each answer, or when there is none. */
export function createRequests(outbox: Outbox, settled: () => void): Requests {
  let outliving = 0;
  let pending: Promise<unknown> = Promise.resolve();
  const canOutlive = (bytes: number) => outliving + bytes <= KEEPALIVE_BYTES;

  return {
    _outlive: canOutlive,
    _settled: () => pending,
    _make(send, url, init, envelope, last) {
      const room = !init.keepalive || canOutlive(envelope.length + EVENT_MAX);
      const { body, _carries, _settle } = outbox._join(envelope, room, last);
      const share = init.keepalive ? body.length : 0;
      outliving += share;
      const settle = (response?: Response) => {
        /* Whatever a function of the page answers in the place of a response. */
        const header = (name: string) => attempt(() => response!.headers.get(name)) ?? '';
        outliving -= share;
        _settle(
          response?.status ?? 0,
          header('X-Sentry-Rate-Limits'),
          parseFloat(header('Retry-After')),
        );
        settled();
      };
      const answer = send(url, { ...init, body });
      const earlier = pending;
      pending = answer.then(settle, () => settle()).then(() => earlier);
      return { answer, _carries };
    },
  };
}
