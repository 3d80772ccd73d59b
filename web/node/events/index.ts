/** What crashed on a server: events beside the sessions, each as soon as it has happened. */
import type { IncomingMessage } from 'node:http';
import { createEventsCore } from '../../src/events/core';
import type { EventsOptions } from '../../src/events/options';
import { createOutbox, headerOf, type Joined, type Outbox } from '../../src/events/outbox';
import type { Failure } from '../incoming/begin';
import { runOutside } from '../incoming/context';
import type { RequestSession } from '../incoming/session';
import { later } from '../later';
import type { Sender } from '../sender';
import { settle, statusAlone } from '../sender/answer';
import { ANSWER_MS, targetOf, wayWithin } from '../sender/way';
import { nodeEventOf, type EventAttributes } from './event';

/** How long an event waits for others of the same moment, and for a request of the sessions. */
const JOIN_MS = 50;

/** Where events go. */
export interface Target extends EventAttributes {
  url: string;
  dsn: string;
  tunnel: string;
}

/** An envelope that is on its way. */
interface Flight {
  joined: Joined;
  left: boolean;
}

export class Events {
  private readonly outbox: Outbox;
  private timer: NodeJS.Timeout | undefined;
  private sending = Promise.resolve(true);
  private flight: Flight | undefined;
  private stopped = false;
  /** Sessions, or errors outside of all requests, by a number: each tells of an error once. */
  private readonly numbers = new WeakMap<object, number>();
  private last = 0;

  /** Throws where there is no WebAssembly. */
  constructor(
    private readonly target: Target,
    private readonly options: EventsOptions,
    private readonly sender: Sender,
    warn: (text: string) => void,
  ) {
    this.outbox = createOutbox(createEventsCore(options, warn), options, true);
  }

  /** An error of a request, or of none. It never throws. */
  failed(
    error: unknown,
    session: RequestSession | undefined,
    failure: Failure,
    request: IncomingMessage | undefined,
  ): void {
    if (this.stopped) return;
    const pii = this.options.sendDefaultPii === true;
    const event = nodeEventOf(error, failure, request, this.target, pii);
    this.outbox._add(event, String(this.numberOf(session ?? error)));
    this.wake(JOIN_MS);
  }

  /** Whether a request to this process is one of ours. */
  isOwn(url: string): boolean {
    return this.flight !== undefined && url === targetOf(this.target.url);
  }

  /** An envelope of the sessions with an event in it, if one waits. */
  join(body: string): Joined {
    return this.outbox._join(body, true, false);
  }

  /** What is on its way, if anything is. */
  get pending(): Promise<unknown> | undefined {
    return this.flight && this.sending;
  }

  /** Sends what may leave now. Resolves to whether nothing is left. */
  send(timeout = ANSWER_MS): Promise<boolean> {
    return (this.sending = this.sending.then(() => this.drain(timeout)).catch(() => false));
  }

  /** What the process has to say as it ends: that envelope, if there is one, and others. */
  lastWords(body: string | undefined): Joined[] {
    const { flight } = this;
    this.flight = undefined;
    if (flight) settle(flight.joined, statusAlone(flight.left ? 200 : 0));
    const words = body === undefined ? [] : [this.outbox._join(body, true, true)];
    while (this.outbox._wait() >= 0) {
      const own = this.own(true);
      if (own._carries) words.push(own);
    }
    return words;
  }

  /** No event is made from now on, and no timer. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private numberOf(key: unknown): number {
    const known = key instanceof Object ? this.numbers.get(key) : undefined;
    const number = known ?? ++this.last;
    if (key instanceof Object) this.numbers.set(key, number);
    return number;
  }

  private own(last: boolean): Joined {
    return this.outbox._join(
      headerOf(this.target.dsn, this.target.tunnel || undefined),
      true,
      last,
    );
  }

  private wake(delay: number): void {
    clearTimeout(this.timer);
    const wait = this.outbox._wait();
    if (wait < 0 || this.stopped) return;
    this.timer = later(Math.max(wait, delay), () => void this.send());
  }

  private async drain(timeout: number): Promise<boolean> {
    while (this.outbox._wait() === 0) {
      const joined = this.own(false);
      if (!joined._carries) break;
      const flight: Flight = { joined, left: false };
      this.flight = flight;
      const way = wayWithin(timeout, () => void (flight.left = true));
      const answer = await runOutside(() => this.sender.post(this.target.url, joined.body, way));
      /* Otherwise the process is ending, and has settled it. */
      if (this.flight !== flight) return false;
      this.flight = undefined;
      settle(joined, answer);
    }
    this.wake(0);
    return this.outbox._kept.size === 0;
  }
}
