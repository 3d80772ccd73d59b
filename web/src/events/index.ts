/** `crashfree/events`: what crashed, as events beside the sessions. */
import { loadStorage } from 'crashfree:files';
import type { Client } from '../client/types';
import type { Extension, Integration, Options, Requester } from '../options/types';
import type { EventStore } from '../storage/events';
import { createEventsCore, type EventsCore } from './core';
import { EVENT_MAX } from './event';
import type { EventsOptions } from './options';
import { createOutbox, headerOf } from './outbox';
import { pageEventOf } from './page';
import { read } from '../platform/read';
import { FRAMES_MAX } from './stack';

export type { ErrorEvent } from './event';
export type { Exception, Mechanism } from './exceptions';
export type { EventsOptions } from './options';
export type { Frame } from './stack';

/** How long an event waits for a request of the sessions to join. */
const JOIN_MS = 50;
/** Bytes that may be on their way with `keepalive`, the platform's 64 KiB less a margin. */
const KEEPALIVE_BYTES = 60_000;

/** The parts of a DSN, which the client has checked; a secret may follow the key. */
const DSN = /^(https?:\/\/)([^:@]+)(?::[^@]*)?@(.*)\/(\d+)\/?$/;

/** Where envelopes go. */
const endpointOf = ({ dsn, tunnel }: Pick<Options, 'dsn' | 'tunnel'>): string =>
  tunnel || dsn!.trim().replace(DSN, '$1$3/api/$4/envelope/?sentry_version=7&sentry_key=$2');

function createEvents(
  client: Client,
  settings: Options,
  options: EventsOptions,
  core: EventsCore,
): Extension {
  let store: EventStore | undefined;
  let outliving = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let send: Requester = (...call) => fetch(...call);

  const is = (statuses: RegExp) => statuses.test(client.status);
  /** Nobody wants events. */
  const isOver = () => is(/denied|closed/);
  const outbox = createOutbox(core, options, settings.sendClientReports !== false, () => {
    /* Before a person has agreed nothing is stored. */
    if (!is(/pending|starting/))
      store?.save([...outbox._kept.values()].filter(({ _sent }) => !_sent));
  });

  /** Makes a request with an event in it, if one waits and the request can carry it. */
  const join = (url: string, init: RequestInit, before: string, last: boolean) => {
    const room = KEEPALIVE_BYTES - outliving - before.length > EVENT_MAX;
    const { body, _settle } = outbox._join(before, room, last);
    const share = init.keepalive ? body.length : 0;
    outliving += share;
    const settle = (...told: Parameters<typeof _settle>) => {
      outliving -= share;
      _settle(...told);
      wake(0);
    };
    const answer = send(url, { ...init, body });
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
  };

  /** Looks after a while whether an event waits that no request of the sessions took along. */
  const wake = (delay: number) => {
    clearTimeout(timer);
    const wait = outbox._wait();
    if (wait >= 0) timer = setTimeout(() => sendOwn(false), Math.max(wait, delay));
  };

  const sendOwn = (last: boolean) => {
    if (isOver()) outbox._clear();
    if (is(/pending/) || !outbox._kept.size) return;
    if (last && outliving > KEEPALIVE_BYTES - 2 * EVENT_MAX) return;
    /* What was sent in vain is the next visit's: the answer could not be seen. */
    if (last && store && [...outbox._kept.values()].some(({ _tried }) => _tried)) return;
    if (!last && outbox._wait()) return wake(JOIN_MS);
    const init = {
      method: 'POST',
      keepalive: last,
      credentials: 'omit',
      referrerPolicy: 'strict-origin',
    } as const;
    const body = headerOf(settings.dsn!, settings.tunnel);
    join(endpointOf(settings), init, body, last).catch(() => {});
  };

  /* What a stack leaves out nobody can add. */
  read(() => {
    if (Error.stackTraceLimit < FRAMES_MAX) Error.stackTraceLimit = FRAMES_MAX;
  });
  addEventListener('pagehide', () => sendOwn(true), true);
  if (settings.storage !== 'none') {
    loadStorage().then(
      ({ eventStore }) => {
        store = eventStore(settings);
        store.load().forEach(outbox._restore);
        wake(JOIN_MS);
      },
      () => {},
    );
  }
  return {
    error(error, report) {
      if (isOver()) return;
      const session = client.getSession();
      outbox._add(pageEventOf(error, report, session, options.sendDefaultPii), session?.sid ?? '');
      wake(JOIN_MS);
    },
    fetch(url, init, next) {
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
    setup(client, settings) {
      const warn = (text: string) => {
        if (settings.debug) console.warn(`crashfree: ${text}`);
      };
      try {
        return createEvents(client, settings, options, createEventsCore(options, warn));
      } catch {
        warn('events need WebAssembly, none are sent');
        return undefined;
      }
    },
  };
}
