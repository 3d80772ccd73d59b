/** When events leave: in a request of the sessions, or after a while in one of their own. */
import type { Client } from '../types/client';
import type { Options, Reader, Requester } from '../types/options';
import { attempt } from '../platform/attempt';
import { clearTimer, setTimer, type Timer } from '../platform/native';
import type { Outbox } from './outbox';
import { createRequests } from './requests';

/** How long an event waits for a request of the sessions to join. */
export const JOIN_MS = 50;

export interface Delivery {
  /** Makes a request of the sessions, by `next`, with an event in it if it can carry one. */
  _fetch(url: string, init: RequestInit, next: Requester): Promise<Response>;
  /** Looks after a while whether an event waits that no request of the sessions took along. */
  _wake(delay: number): void;
  /** Sends what waits, now. Resolves when nothing is on its way any more. */
  _flush(): Promise<unknown>;
  /** The page ends: what waits leaves now, or never. */
  _end(): void;
}

/** Whether an answer says that the envelope is not wanted as it is, as that of a firewall does. */
const isRefusal = (status: number) => status >= 400 && status < 500 && status !== 429;

export function createDelivery(
  client: Client,
  settings: Options,
  outbox: Outbox,
  read: Reader,
  /** Whether what is not delivered waits for the next visit. */
  isStored: () => boolean,
): Delivery {
  let timer: Timer | undefined;
  /** Whether consent was pending as the client told last: one that is closed only says that. */
  let isPending = false;
  const requests = createRequests(settings, outbox, read, () => wake(0));

  /** Whether an event may leave: 0, or what is to be waited for; negative if none may, or none waits. */
  const wait = (): number => {
    const { status } = client;
    if (status !== 'closed') isPending = status === 'consent-pending';
    /* Nobody wants those of a client without consent. */
    if (status === 'consent-denied' || (status === 'closed' && isPending)) outbox._clear();
    return isPending ? -1 : outbox._wait();
  };
  /** Sends all that may leave. */
  const drain = (last: boolean) => {
    while (last ? wait() >= 0 && requests._own(true) : !wait() && requests._own(false));
  };

  const wake = (delay: number) => {
    const act = () => {
      if (!wait()) requests._own(false);
      else wake(JOIN_MS);
    };
    const ms = wait();
    clearTimer(timer);
    if (ms >= 0) timer = setTimer(() => attempt(act), Math.max(ms, delay));
  };

  return {
    _wake: wake,
    async _flush() {
      drain(false);
      await requests._settled();
    },
    _end() {
      /* What was sent in vain is the next visit's: the answer could not be seen. */
      if (isStored() && [...outbox._kept.values()].some(({ _tried }) => _tried)) return;
      attempt(drain, true);
    },
    async _fetch(url, init, next) {
      /* Somebody wants them sent. */
      isPending = false;
      const { body, mode } = init;
      /* What only asks whether somebody is there stays what it is. */
      if (typeof body !== 'string' || mode === 'no-cors' || body.indexOf('\n') >= body.length - 1) {
        return next(url, init);
      }
      /* Whatever is wrong with the event, the session has to arrive. */
      const made = attempt(() => requests._join(next, url, init, body));
      if (!made) return next(url, init);
      const response = await made.answer;
      return made._carries && attempt(() => isRefusal(response.status))
        ? next(url, init)
        : response;
    },
  };
}
