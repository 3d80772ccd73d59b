/** How events leave: in a request of the sessions, or after a while in one of their own. */
import type { Client } from '../client/types';
import { KEEPALIVE_BYTES } from '../delivery/keepalive';
import { endpointOf } from '../dsn';
import type { Options, Requester } from '../options/types';
import { attempt } from '../platform/attempt';
import { EVENT_MAX } from './event';
import { headerOf, type Outbox } from './outbox';

/** How long an event waits for a request of the sessions to join. */
export const JOIN_MS = 50;

export interface Delivery {
  /** Makes a request of the sessions, by `next`, with an event in it if it can carry one. */
  _fetch(url: string, init: RequestInit, next: Requester): Promise<Response>;
  /** Looks after a while whether an event waits that no request of the sessions took along. */
  _wake(delay: number): void;
  /** Sends an event that waits; it is the page's last one if the page ends. */
  _sendOwn(last: boolean): void;
}

/** Whether nobody wants events any more. */
export const isOver = ({ status }: Client): boolean => /denied|closed/.test(status);

export function createDelivery(
  client: Client,
  { dsn, tunnel }: Options,
  outbox: Outbox,
  /** Whether what is not delivered waits for the next visit. */
  isStored: () => boolean,
): Delivery {
  let outliving = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let send: Requester = (...call) => fetch(...call);

  /** Makes a request with an event in it, if one waits and the request can carry it. */
  const join = (url: string, init: RequestInit, before: string, last: boolean) => {
    const room = KEEPALIVE_BYTES - outliving - before.length > EVENT_MAX;
    const { body, _settle } = outbox._join(before, room, last);
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
      wake(0);
    };
    const answer = send(url, { ...init, body });
    answer.then(settle, () => settle());
    return answer;
  };

  const wake = (delay: number) => {
    clearTimeout(timer);
    const wait = outbox._wait();
    if (wait >= 0) timer = setTimeout(() => sendOwn(false), Math.max(wait, delay));
  };

  const sendOwn = (last: boolean) => {
    if (isOver(client)) outbox._clear();
    if (client.status === 'consent-pending' || !outbox._kept.size) return;
    /* The sessions of a page that ends leave behind it. */
    if (last && outliving > KEEPALIVE_BYTES - 2 * EVENT_MAX) return;
    /* What was sent in vain is the next visit's: the answer could not be seen. */
    if (last && isStored() && [...outbox._kept.values()].some(({ _tried }) => _tried)) return;
    if (!last && outbox._wait()) return wake(JOIN_MS);
    const init = {
      method: 'POST',
      keepalive: last,
      credentials: 'omit',
      referrerPolicy: 'strict-origin',
    } as const;
    join(tunnel || endpointOf(dsn!), init, headerOf(dsn!, tunnel), last).catch(() => {});
  };

  return {
    _wake: wake,
    _sendOwn: sendOwn,
    _fetch(url, init, next) {
      /* As a plain call: the browser's own function takes no other object for its window. */
      send = next;
      const { body, mode } = init;
      /* What only asks whether somebody is there stays what it is. */
      return typeof body !== 'string' || mode === 'no-cors' || body.indexOf('\n') >= body.length - 1
        ? next(url, init)
        : join(url, init, body, false);
    },
  };
}
