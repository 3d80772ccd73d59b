import type { ErrorEvent } from './event';

/** What `eventsIntegration` takes, in a page and in `crashfree/node`. */
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
  /**
   * `true`: the server may note the address from which an event came; in Node, events have the query and
   * the cookies of their request, too. Default `false`.
   */
  sendDefaultPii?: boolean | undefined;
}
