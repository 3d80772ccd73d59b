/** `crashfree/events`: what crashed, as events beside the sessions. */
import { EVENTS_MAX, EVENTS_PER_MINUTE, EventLoss, eventLossWords, VERSION } from '../abi';
import type { Client } from '../client/types';
import type { Extension, Integration, Options, Requester } from '../options/types';
import { createEventsCore, type EventsCore } from './core';
import { EVENT_MAX, eventOf, textOfEvent, type ErrorEvent, type ErrorReport } from './event';

export type { ErrorEvent } from './event';
export type { Exception, Mechanism } from './exceptions';
export type { Frame } from './stack';

export interface EventsOptions {
  /** The share of events that are sent, from 0 to 1, decided once for each. Default 1. */
  errorSampleRate?: number | undefined;
  /** Most events in a minute; 0 is no limit. Default 30. */
  maxEventsPerMinute?: number | undefined;
  /**
   * Called with each event before it is kept for sending. What it returns is sent instead; `null` drops
   * the event, for good. One that throws, or is async, changes nothing.
   * @example beforeSendEvent: (event) => (event.request = undefined, event)
   */
  beforeSendEvent?: ((event: ErrorEvent) => ErrorEvent | null | undefined) | undefined;
}

/** How long an event waits for a request of the sessions to join. */
const JOIN_MS = 50;
/** Bytes that may be on their way with `keepalive`, the platform's 64 KiB less a margin. */
const KEEPALIVE_BYTES = 60_000;

/** A hash of a text, FNV-1a: equal texts are the same error. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** Where envelopes go, from a DSN that the client has checked. */
function endpointOf({ dsn, tunnel }: Options): string {
  if (tunnel) return tunnel;
  const { protocol, host, pathname, username } = new URL(dsn!);
  const [, prefix, project] = /^(.*?)\/+([^/]+)\/*$/.exec(pathname)!;
  return `${protocol}//${host}${prefix}/api/${project}/envelope/?sentry_version=7&sentry_key=${username}`;
}

/** One event of a client. */
interface Kept {
  id: string;
  text: string;
}

class Events implements Extension {
  private readonly kept = new Map<number, Kept>();
  private requests = 0;
  private outliving = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private send: Requester | undefined;

  constructor(
    private readonly client: Client,
    private readonly settings: Options,
    private readonly options: EventsOptions,
    private readonly core: EventsCore,
  ) {
    addEventListener('pagehide', () => this.sendOwn(true), true);
  }

  error(error: unknown, report: ErrorReport): void {
    const { status } = this.client;
    if (status === 'consent-denied' || status === 'closed') return;
    const session = this.client.getSession();
    const event = eventOf(error, report, session);
    const [innermost] = event.exception.values.slice(-1);
    const { type, value, stacktrace } = innermost!;
    const frame = stacktrace?.frames.slice(-1)[0];
    const slot = this.core.add(
      hashOf(session?.sid ?? ''),
      hashOf(JSON.stringify([type, value, frame])),
      Math.random(),
      performance.now(),
    );
    if (slot >= EVENTS_MAX) return;

    const text = this.finish(event);
    if (typeof text === 'number') this.core.drop(slot, text);
    else this.kept.set(slot, { id: event.event_id, text });
    this.wake(JOIN_MS);
  }

  /** The text of an event, or the reason why there is none. */
  private finish(event: ErrorEvent): string | number {
    let last: ErrorEvent | null = event;
    try {
      const changed = this.options.beforeSendEvent?.(event);
      if (changed === null) last = null;
      else if (changed && typeof (changed as unknown as Promise<unknown>).then === 'function') {
        (changed as unknown as Promise<unknown>).then(undefined, () => {});
      } else if (changed) last = changed;
    } catch {
      /* The page's own affair. */
    }
    return last ? (textOfEvent(last) ?? EventLoss.SEND_ERROR) : EventLoss.BEFORE_SEND;
  }

  fetch(url: string, init: RequestInit, next: Requester): Promise<Response> {
    this.send = next;
    const { body, mode } = init;
    /* What only asks whether somebody is there stays what it is. */
    if (typeof body !== 'string' || mode === 'no-cors' || body.indexOf('\n') >= body.length - 1) {
      return next(url, init);
    }
    return this.join(url, init, body, false);
  }

  /** Makes a request with an event in it, if one waits and the request can carry it. */
  private join(url: string, init: RequestInit, body: string, last: boolean): Promise<Response> {
    const request = ++this.requests;
    const room = KEEPALIVE_BYTES - this.outliving - body.length;
    const slot = room > EVENT_MAX ? this.core.take(request, Number(last), performance.now()) : -1;
    const kept = this.kept.get(slot);
    const sent = kept
      ? `{"event_id":"${kept.id}",${body.slice(1)}{"type":"event"}\n${kept.text}\n`
      : body;
    const share = init.keepalive ? sent.length : 0;
    this.outliving += share;
    /* As a plain call: the browser's own function takes no other object for its window. */
    const send = this.send!;
    const answer = send(url, kept ? { ...init, body: sent } : init);
    const settle = (status: number, limits: string, retryAfter: number) => {
      this.outliving -= share;
      const free = this.core.respond(
        request,
        status,
        this.core.write(limits),
        retryAfter,
        performance.now(),
      );
      this.kept.delete(free);
      this.wake(0);
    };
    answer.then(
      ({ status, headers }) =>
        settle(
          status,
          headers.get('X-Sentry-Rate-Limits') ?? '',
          parseFloat(headers.get('Retry-After') ?? '-1'),
        ),
      () => settle(0, '', -1),
    );
    return answer;
  }

  /** Looks after a while whether an event waits that no request of the sessions took along. */
  private wake(delay: number): void {
    clearTimeout(this.timer);
    const wait = this.core.wait(performance.now());
    if (wait >= 0) this.timer = setTimeout(() => this.sendOwn(false), Math.max(wait, delay));
  }

  /** What was lost since the last report, as an item. */
  private report(): string {
    const discarded = eventLossWords
      .map((reason, index) => ({
        reason,
        category: 'error',
        quantity: this.core.losses(index),
      }))
      .filter(({ quantity }) => quantity > 0);
    if (!discarded.length || this.settings.sendClientReports === false) return '';
    const report = { timestamp: Date.now() / 1000, discarded_events: discarded };
    return `{"type":"client_report"}\n${JSON.stringify(report)}\n`;
  }

  private sendOwn(last: boolean): void {
    const { status } = this.client;
    if (status === 'consent-denied' || status === 'closed') this.kept.clear();
    if (status === 'consent-pending' || !this.kept.size) return;
    if (last && this.outliving > KEEPALIVE_BYTES - 2 * EVENT_MAX) return;
    if (!last && this.core.wait(performance.now()) !== 0) return this.wake(JOIN_MS);
    const { dsn, tunnel } = this.settings;
    const header = {
      sent_at: new Date().toISOString(),
      ...(tunnel && { dsn: dsn!.replace(/:[^@/:]+@/, '@') }),
      sdk: { name: 'crashfree', version: VERSION },
    };
    const init = {
      method: 'POST',
      keepalive: last,
      credentials: 'omit',
      referrerPolicy: 'strict-origin',
    } as const;
    this.send ??= (...call) => fetch(...call);
    const body = `${JSON.stringify(header)}\n${this.report()}`;
    this.join(endpointOf(this.settings), { ...init, body }, body, last).catch(() => {});
  }
}

/**
 * Sends an event for each error that counts, with its stack, its causes, the release and the id of its
 * session: in the same request as the session where there is one. What is noise for the session makes
 * no event. Where WebAssembly is missing or forbidden no events are sent.
 *
 * @example
 * import { init } from 'crashfree';
 * import { eventsIntegration } from 'crashfree/events';
 * init({ dsn, release, integrations: [eventsIntegration({ errorSampleRate: 0.5 })] });
 */
export function eventsIntegration(options: EventsOptions = {}): Integration {
  return {
    name: 'Events',
    setup(client, settings) {
      const { errorSampleRate = 1, maxEventsPerMinute = EVENTS_PER_MINUTE } = options;
      try {
        const core = createEventsCore(Number(errorSampleRate), Number(maxEventsPerMinute));
        return new Events(client, settings, options, core);
      } catch {
        if (settings.debug) console.warn('crashfree: events need WebAssembly, none are sent');
        return undefined;
      }
    },
  };
}
