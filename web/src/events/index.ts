/** `crashfree/events`: what crashed, as events beside the sessions. */
import { loadStorage } from 'crashfree:files';
import type { Client } from '../types/client';
import type { Extension, Integration, Options, Reader } from '../types/options';
import { attempt } from '../platform/attempt';
import type { EventStore } from '../storage/events';
import { createEventsCore, type EventsCore } from './core';
import { createDelivery, JOIN_MS } from './delivery';
import type { EventsOptions } from './options';
import { momentOf } from './moment';
import { noEvents } from './none';
import { createOutbox } from './outbox';
import { pageEventOf } from './page';
import { FRAMES_MAX } from './stack';

export type { ErrorEvent } from './event';
export type { Exception, Mechanism } from './exceptions';
export type { EventsOptions } from './options';
export type { Frame } from './stack';

function createEvents(
  client: Client,
  settings: Options,
  options: EventsOptions,
  core: EventsCore,
  read: Reader,
): Extension {
  let store: EventStore | undefined;
  const outbox = createOutbox(core, options, settings.sendClientReports !== false, (events) => {
    /* Before a person has agreed nothing is stored. */
    if (!/pending|starting/.test(client.status)) store?.save(events);
  });
  const delivery = createDelivery(client, settings, outbox, read, () => !!store);

  /* V8 writes ten frames of a stack unless it is told otherwise. */
  attempt(() => {
    if (Error.stackTraceLimit < FRAMES_MAX) Error.stackTraceLimit = FRAMES_MAX;
  });
  addEventListener('pagehide', delivery._end, true);
  if (settings.storage !== 'none') {
    loadStorage().then(
      ({ eventStore }) => {
        store = eventStore(settings);
        store.load().forEach(outbox._restore);
        delivery._wake(JOIN_MS);
      },
      () => {},
    );
  }
  return {
    fetch: delivery._fetch,
    error(error, report, moment = momentOf(client)) {
      if (client.status === 'consent-denied') return;
      const event = pageEventOf(error, report, moment, settings, options.sendDefaultPii);
      outbox._add(event, moment.session?.sid ?? '');
      delivery._wake(JOIN_MS);
    },
    lost: outbox._lose,
    flush() {
      if (client.status === 'closed') removeEventListener('pagehide', delivery._end, true);
      return delivery._flush();
    },
  };
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
export function eventsIntegration(
  options: EventsOptions = {},
): Integration & { options: EventsOptions } {
  return {
    name: 'Events',
    options,
    setup(client, settings, read, miss) {
      const warn = (text: string) => {
        if (settings.debug) console.warn(`crashfree: ${text}`);
      };
      try {
        return createEvents(client, settings, options, createEventsCore(options, warn), read);
      } catch {
        warn('events need WebAssembly, none are sent');
        return noEvents(miss);
      }
    },
  };
}
