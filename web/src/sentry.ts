/** `crashfree/sentry`: for pages on which `@sentry/browser` reports errors and crashfree sessions. */
import type { Client } from './types/client';

/** The part of Sentry's events that is looked at or written. */
export interface SentryEvent {
  /** Absent for errors. */
  type?: unknown;
  level?: unknown;
  exception?: {
    values?: { type?: string; value?: string; mechanism?: { handled?: boolean } }[];
  };
  tags?: Record<string, unknown>;
}

/** The part of Sentry's event hints that is looked at. */
export interface SentryHint {
  originalException?: unknown;
  data?: unknown;
}

/** The part of Sentry's client that is used. */
export interface SentryClient {
  getOptions(): { sampleRate?: number | undefined };
  sendEvent(event: SentryEvent, hint?: SentryHint): void;
  recordDroppedEvent(reason: 'sample_rate', category: 'error'): void;
}

/** An integration for Sentry's `integrations` option and `addIntegration`. */
export interface CrashfreeIntegration {
  name: string;
  setup(client: SentryClient): void;
  processEvent<Event extends { tags?: Record<string, unknown> }>(event: Event): Event;
  /** For pages where Sentry starts first: names the client, which gets the errors there were. */
  setClient(client: Client): void;
}

/** Errors that are kept for a client to come. Each kind counts once in a session. */
const WAITING_MAX = 30;

/**
 * Whether an event is about an error and, if so, whether something handled it. That is Sentry's rule
 * for its own sessions, but for the messages that carry a stack: those have no type and are no error.
 */
function handledOf({ level, exception }: SentryEvent): boolean | undefined {
  const values = exception?.values?.filter(({ type }) => type);
  if (values?.length) return !values.some(({ mechanism }) => mechanism?.handled === false);
  return level === 'fatal' ? false : undefined;
}

/**
 * Lets Sentry say which errors count, and tags its events with the session, as `session.id`. What
 * Sentry's filters and `beforeSend` leave counts; its `sampleRate` has no influence. Leave
 * `BrowserSession` out at Sentry and `GlobalHandlers` out at crashfree.
 *
 * @example
 * const client = crashfree.init({
 *   dsn,
 *   release,
 *   integrations: (defaults) => defaults.filter(({ name }) => name !== 'GlobalHandlers'),
 * });
 * Sentry.init({
 *   dsn,
 *   release,
 *   integrations: (defaults) => [
 *     ...defaults.filter(({ name }) => name !== 'BrowserSession'),
 *     crashfreeIntegration(client),
 *   ],
 * });
 */
export function crashfreeIntegration(client?: Client): CrashfreeIntegration {
  let waiting: Parameters<Client['captureException']>[] = [];

  const count = (event: SentryEvent, { originalException, data }: SentryHint = {}) => {
    const handled = handledOf(event);
    /* Not the page's: Sentry failed while it worked on an event. */
    const internal = (data as { __sentry__?: unknown } | undefined)?.__sentry__ === true;
    if (event.type !== undefined || handled === undefined || internal) return;
    const { type, value } = event.exception?.values?.[0] ?? {};
    const error = originalException ?? { name: type, message: value };
    if (client) client.captureException(error, { handled });
    else if (waiting.length < WAITING_MAX) waiting.push([error, { handled }]);
  };

  return {
    name: 'Crashfree',
    setup(sentry) {
      /*
       * Sentry samples first where it has no session of its own, and only `sendEvent` is sure to come
       * after all filters. So sampling moves there.
       */
      const options = sentry.getOptions();
      const rate = Number(options.sampleRate ?? 1);
      const sendEvent = sentry.sendEvent.bind(sentry);

      options.sampleRate = undefined;
      sentry.sendEvent = (event, hint) => {
        count(event, hint);
        if (event.type === undefined && isSampledOut(rate)) {
          sentry.recordDroppedEvent('sample_rate', 'error');
        } else sendEvent(event, hint);
      };
    },
    processEvent(event) {
      const sid = client?.getSession()?.sid;
      return sid ? { ...event, tags: { ...event.tags, 'session.id': sid } } : event;
    },
    setClient(other) {
      client = other;
      for (const [error, hint] of waiting) client.captureException(error, hint);
      waiting = [];
    },
  };
}

/** Sentry takes a rate that is no number between 0 and 1 for 1. */
const isSampledOut = (rate: number) => rate >= 0 && rate < 1 && Math.random() >= rate;
