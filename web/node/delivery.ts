/** When what was counted is sent, and what becomes of the answer. */
import timers from 'node:timers';
import type { ServerAnswer, Core } from './core';
import type { Joined } from '../src/events/outbox';
import type { Events } from './events';
import { runOutside } from './incoming/context';
import { later } from './later';
import type { Sender } from './sender';
import { settle, statusAlone } from './sender/answer';
import { ANSWER_MS, LAST_WORD_MS, targetOf, wayWithin } from './sender/way';
import type { Tally } from './tally';

/** What could not be delivered is not tried again sooner, whatever the interval. */
const RETRY_MS = 2000;
/** Requests of the timer are at least so far apart, whatever the interval. */
const PAUSE_MS = 1000;

/** An envelope that is on its way. */
interface Flight {
  /** What the request line says of its address. */
  target: string;
  /** Whether it has left the process, as far as that is known. */
  left: boolean;
  /** The event that travels with it. */
  joined: Joined | undefined;
}

export class Delivery {
  private timer: NodeJS.Timeout | undefined;
  private flight: Flight | undefined;
  /** Requests are made one after the other: an answer may forbid the next. */
  private sending = Promise.resolve(true);
  /** Whether one of them is being made. */
  private busy = false;
  /** How long the next session waits for others. */
  private delay: number;
  /** Whether the end of the process is worth an attempt: there are sessions that none has told of. */
  private news = false;
  /** Whether a process without anything else to do has waited for what was on its way. */
  private waited = false;
  private stopped = false;

  constructor(
    private readonly core: Core,
    private readonly tally: Tally,
    private readonly sender: Sender,
    private readonly interval: number,
    private readonly events: Events | undefined,
  ) {
    this.delay = interval;
  }

  /** A session has ended. */
  expect(): void {
    this.news = true;
    this.waited = false;
    /* An attempt arms it when it is over: what failed must not be tried again at once. */
    if (this.timer === undefined && !this.busy) this.arm();
  }

  /** Whether a request to this process is one of ours, to a server or a tunnel in it. */
  isOwn(url: string): boolean {
    return this.flight?.target === url || this.events?.isOwn(url) === true;
  }

  /** Sends what waits; `last` tells of losses even if nothing does. Resolves to whether all arrived. */
  send(last = false, timeout = ANSWER_MS): Promise<boolean> {
    return (this.sending = this.sending.then(() => this.attempt(last, timeout)).catch(() => false));
  }

  /** Sends what waits, events included. Resolves to whether all arrived within `timeout` ms. */
  async sendWithin(timeout: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      /* Node's own: it is what keeps the process for whoever waits, whatever has become of the global one. */
      timer = timers.setTimeout(resolve, timeout, false);
    });
    return Promise.race([this.sendAll(), late]).finally(() => clearTimeout(timer));
  }

  /** One event leaves with the sessions, the others after them. */
  private async sendAll(): Promise<boolean> {
    const delivered = await this.send(true);
    return (await (this.events?.send() ?? true)) && delivered;
  }

  /** From now on nothing is sent by itself. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** The process has nothing more to do. One attempt: a server that is down must not keep it. */
  beforeEnd(): void {
    const pending = [this.flight && this.sending, this.events?.pending].filter(Boolean);
    if (pending.length > 0) {
      if (!this.waited) {
        /* Half of the time: what ended since then may need the other one. */
        const timer = setTimeout(() => {}, LAST_WORD_MS / 2);
        void Promise.all(pending).finally(() => clearTimeout(timer));
      }
      this.waited = true;
      return;
    }
    if (this.news) void this.send(true, LAST_WORD_MS);
    this.news = false;
    void this.events?.send(LAST_WORD_MS);
  }

  /** The process ends with this call, which takes no longer than `timeout` ms. */
  lastWord(timeout: number): void {
    this.tally.handOn();
    if (this.flight) {
      /* What has left counts as delivered: a second copy does more harm than a missing one. */
      const answer = statusAlone(this.flight.left ? 200 : 0);
      this.core.respond(answer);
      settle(this.flight.joined, answer);

      this.news ||= this.core.waiting > 0;
      this.flight = undefined;
    }
    const body = this.news ? this.core.send(true) : undefined;
    this.news = false;
    const words = this.events?.lastWords(body).map((joined) => joined.body) ?? [body];
    const bodies = words.filter((word) => word !== undefined);
    const left = this.waited ? timeout / 2 : timeout;
    if (bodies.length > 0) this.sender.postNow(this.core.url, bodies, left);
  }

  private arm(): void {
    if (this.stopped) return;
    this.timer = later(this.delay, () => void this.send());
  }

  private async attempt(last: boolean, timeout: number): Promise<boolean> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.tally.handOn();
    this.news = false;
    this.busy = true;
    const delivered = await this.deliver(last, timeout).finally(() => (this.busy = false));
    /* The one attempt at the end was all: it is not repeated. */
    if (this.core.waiting > 0 && timeout === ANSWER_MS) this.news = true;
    if (this.timer === undefined && (this.news || this.core.waiting > 0)) this.arm();
    return delivered;
  }

  /** Sends what the server wants now, and says how long what ends next waits. */
  private async deliver(last: boolean, timeout: number): Promise<boolean> {
    const body = this.core.send(last);
    let delivered = this.core.waiting === 0;
    if (body !== undefined) delivered = this.core.respond(await this.post(body, timeout));
    if (body !== undefined || !delivered) {
      this.delay = Math.max(this.interval, delivered ? PAUSE_MS : RETRY_MS);
    }
    return delivered;
  }

  private async post(body: string, timeout: number): Promise<ServerAnswer> {
    const { url } = this.core;
    const joined = this.events?.join(body);
    const flight: Flight = { target: targetOf(url), left: false, joined };
    this.flight = flight;
    const text = joined?.body ?? body;
    const way = wayWithin(timeout, () => void (flight.left = true));
    const answer = await runOutside(() => this.sender.post(url, text, way));
    /* Otherwise the process is ending, and has settled it. */
    if (this.flight === flight) {
      this.flight = undefined;
      settle(joined, answer);
    }
    return answer;
  }
}
