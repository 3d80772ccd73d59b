/** Events between their making and an envelope: the core says which, the texts are kept here. */
import { EVENTS_MAX, EventLoss, eventLossWords, VERSION } from '../abi';
import { plainDsn } from '../delivery/dsn';
import type { EventsCore } from './core';
import type { EventText } from '../storage/events';
import { stringify, textOfEvent, type ErrorEvent } from './event';
import type { EventsOptions } from './options';
import { attempt } from '../platform/attempt';
import { now } from '../platform/clock';

/** An event that waits, or is on its way. */
export interface Kept extends EventText {
  /** Whether it is on its way. */
  _sent?: boolean;
  /** Whether a request with it has failed before. */
  _tried?: boolean;
}

/** An envelope on its way. */
export interface Joined {
  body: string;
  /** Whether an event is in it. */
  _carries: boolean;
  /** Tells what became of it, once: what a `Reader` gives. */
  _settle(status: number, limits?: string, retryAfter?: number): void;
}

export interface Outbox {
  /** The events that wait, or are on their way, by the core's slots. */
  readonly _kept: ReadonlyMap<number, Kept>;
  /** Keeps an event that happened in a session, unless the core wants none. */
  _add(event: ErrorEvent, session: string): void;
  /** Keeps one that an earlier page could not deliver. */
  _restore(event: EventText): void;
  /** Counts errors that were lost before they came here. */
  _lose(count: number): void;
  /** Throws all away that waits: nobody wants it sent. */
  _clear(): void;
  /** Milliseconds until an event could leave, 0 for now; negative if none waits. */
  _wait(): number;
  /** An envelope with what it can take along: with `room`, an event, and a report of losses. */
  _join(body: string, room: boolean, last: boolean): Joined;
}

/** A hash of a text, FNV-1a: equal texts are the same error. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return hash;
}

/** The time now, unless the page writes times in a way of its own, with which no envelope is taken. */
const sentAt = () => attempt(() => /^\d{4}-.*T.*/.exec(new Date().toISOString())?.[0]);

/** The first line of an envelope; with a tunnel it says where it is to go. */
export const headerOf = (dsn: string, tunnel: string | undefined): string =>
  `${stringify({
    sent_at: sentAt(),
    ...(tunnel && { dsn: plainDsn(dsn) }),
    sdk: { name: 'crashfree', version: VERSION },
  })}\n`;

/** The text of an event as the app wants it; none if it wants none, or if it cannot be written. */
function finish(event: ErrorEvent, hook: EventsOptions['beforeSendEvent']): string | undefined {
  const { event_id } = event;
  const changed = attempt(() => hook?.(event));
  if (changed === null) return undefined;
  /* A promise comes too late. */
  const isEvent = typeof changed === 'object' && !attempt(() => 'then' in changed);
  return attempt(() => textOfEvent({ ...(isEvent ? changed : event), event_id }));
}

/** What was lost and no report has told yet, as an item. A report that gets lost is not reported (protocol 5.2). */
function reportOf(core: EventsCore): string {
  const discarded_events = eventLossWords
    .map((reason, index) => ({ reason, category: 'error', quantity: core.losses(index) }))
    .filter(({ quantity }) => quantity);
  const item = { timestamp: Date.now() / 1000, discarded_events };
  return discarded_events.length ? `{"type":"client_report"}\n${stringify(item)}\n` : '';
}

/** `save` is called with the events that are not on their way after each change, for who stores them. */
export function createOutbox(
  core: EventsCore,
  { beforeSendEvent }: EventsOptions,
  sendsReports: boolean,
  save: (events: Kept[]) => void = () => {},
): Outbox {
  const kept = new Map<number, Kept>();
  const changed = () => save([...kept.values()].filter(({ _sent }) => !_sent));

  /** Keeps what `write` gives, unless the core wants no event of the error, or there is no text. */
  const keep = (id: string, error: string, draw: number, write: () => string | undefined) => {
    const slot = core.add(hashOf(error), draw, now());
    if (slot >= EVENTS_MAX) return;
    const text = write();
    if (text === undefined) return core.drop(slot, EventLoss.BEFORE_SEND);
    kept.set(slot, { id, text });
    changed();
  };

  return {
    _kept: kept,
    _add(event, session) {
      const [{ type, value, stacktrace } = {}] = event.exception.values.slice(-1);
      const error = JSON.stringify([session, type, value, stacktrace?.frames.slice(-1)]);
      keep(event.event_id, error, Math.random(), () => finish(event, beforeSendEvent));
    },
    _restore: ({ id, text }) => keep(id, id, 0, () => text),
    _lose: (count) => core.lose(EventLoss.QUEUE_OVERFLOW, count),
    _clear() {
      for (const slot of kept.keys()) core.drop(slot, EventLoss.BEFORE_SEND);
      kept.clear();
      changed();
    },
    _wait: () => core.wait(now()),
    _join(body, room, last) {
      const slot = room ? core.take(last, now()) : -1;
      const event = kept.get(slot);
      const report = sendsReports ? reportOf(core) : '';
      if (event) {
        event._sent = true;
        changed();
      }
      return {
        _carries: !!event,
        body: event
          ? `{"event_id":"${event.id}",${body.slice(1)}${report}{"type":"event"}\n${event.text}\n`
          : body + report,
        _settle(status, limits = '', retryAfter = NaN) {
          /* What was thrown away since then has no answer. */
          const own = kept.get(slot) === event ? slot : -1;
          const isFree = core.respond(own, status, core.write(limits), retryAfter, now());
          if (own < 0) return;
          event!._sent = false;
          event!._tried = true;
          if (isFree) kept.delete(slot);
          changed();
        },
      };
    },
  };
}
