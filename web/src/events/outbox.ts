/** Events between their making and an envelope: the core says which, the texts are kept here. */
import { EVENTS_MAX, EventLoss, eventLossWords, VERSION } from '../abi';
import { plainDsn } from '../dsn';
import type { EventsCore } from './core';
import { textOfEvent, type ErrorEvent } from './event';
import type { EventsOptions } from './options';
import { attempt } from '../platform/attempt';

/** An event as text. */
export interface Kept {
  id: string;
  text: string;
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
  /** Tells what became of it, once; status 0 is no answer. */
  _settle(status: number, limits: string, retryAfter: number): void;
}

export interface Outbox {
  /** The events that wait, or are on their way, by the core's slots. */
  readonly _kept: ReadonlyMap<number, Kept>;
  /** Keeps an event that happened in a session, unless the core wants none. */
  _add(event: ErrorEvent, session: string): void;
  /** Keeps one that an earlier page could not deliver. */
  _restore(event: Kept): void;
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
const hashOf = (text: string): number =>
  Array.from(text).reduce(
    (hash, character) => Math.imul(hash ^ character.charCodeAt(0), 0x01000193),
    0x811c9dc5,
  );

/** The first line of an envelope; with a tunnel it says where it is to go. */
export const headerOf = (dsn: string, tunnel: string | undefined): string =>
  `${JSON.stringify({
    sent_at: new Date().toISOString(),
    ...(tunnel && { dsn: plainDsn(dsn) }),
    sdk: { name: 'crashfree', version: VERSION },
  })}\n`;

/** The text of an event as the app wants it, or the reason why there is none. */
function finish(event: ErrorEvent, id: string, hook: EventsOptions['beforeSendEvent']) {
  const changed = attempt(() => hook?.(event));
  if (changed === null) return EventLoss.BEFORE_SEND;
  /* A promise comes too late. */
  const isEvent = typeof changed === 'object' && !attempt(() => 'then' in changed);
  const last = isEvent ? changed : event;
  return attempt(() => textOfEvent({ ...last, event_id: id })) ?? EventLoss.SEND_ERROR;
}

/** `changed` is called after each change of the events that are kept, for who stores them. */
export function createOutbox(
  core: EventsCore,
  { beforeSendEvent }: EventsOptions,
  sendsReports: boolean,
  changed: () => void = () => {},
): Outbox {
  const kept = new Map<number, Kept>();
  let requests = 0;
  let early = 0;

  const now = () => performance.now();
  const keep = (slot: number, event: Kept) => {
    kept.set(slot, event);
    changed();
  };
  const slotFor = (session: string, error: string, draw: number) =>
    core.add(hashOf(session), hashOf(error), draw, now());

  /** What was lost and no report has told yet, as an item. A report that gets lost is not reported (protocol 5.2). */
  const report = (): string => {
    const quantityOf = (index: number) =>
      core.losses(index) + (index === EventLoss.QUEUE_OVERFLOW ? early : 0);
    const discarded = eventLossWords
      .map((reason, index) => ({ reason, category: 'error', quantity: quantityOf(index) }))
      .filter(({ quantity }) => quantity && sendsReports);
    early = 0;
    const item = { timestamp: Date.now() / 1000, discarded_events: discarded };
    return discarded.length ? `{"type":"client_report"}\n${JSON.stringify(item)}\n` : '';
  };

  return {
    _kept: kept,
    _add(event, session) {
      const [{ type, value, stacktrace } = {}] = event.exception.values.slice(-1);
      const error = JSON.stringify([type, value, stacktrace?.frames.slice(-1)]);
      const slot = slotFor(session, error, Math.random());
      if (slot >= EVENTS_MAX) return;
      const id = event.event_id;
      const text = finish(event, id, beforeSendEvent);
      if (typeof text === 'number') core.drop(slot, text);
      else keep(slot, { id, text });
    },
    _restore(event) {
      const slot = slotFor(event.id, event.id, 0);
      if (slot < EVENTS_MAX) keep(slot, event);
    },
    _lose(count) {
      early += count;
    },
    _clear() {
      for (const slot of kept.keys()) core.drop(slot, EventLoss.BEFORE_SEND);
      kept.clear();
      changed();
    },
    _wait: () => core.wait(now()),
    _join(body, room, last) {
      const request = ++requests;
      const event = kept.get(room ? core.take(request, last, now()) : -1);
      const item = report();
      if (event) {
        event._sent = true;
        changed();
      }
      return {
        _carries: !!event,
        body: event
          ? `{"event_id":"${event.id}",${body.slice(1)}${item}{"type":"event"}\n${event.text}\n`
          : body + item,
        _settle(status, limits, retryAfter) {
          const free = core.respond(request, status, core.write(limits), retryAfter, now());
          if (event) {
            event._sent = false;
            event._tried = true;
            kept.delete(free);
            changed();
          }
        },
      };
    },
  };
}
