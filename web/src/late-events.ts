import { loadEvents } from 'crashfree:files';
import type { Extension, Integration } from './options/types';

/** Errors that are kept until the file is there. */
const KEPT_MAX = 20;

/**
 * `crashfree/events` for the script tag, where it is a file of its own that nothing waits for: errors are
 * kept until it has come. If it does not come, nothing but the events is missing.
 */
export const lateEvents = (): Integration => ({
  name: 'Events',
  setup(client, options) {
    const kept: Parameters<NonNullable<Extension['error']>>[] = [];
    let events: Extension | undefined | void;
    loadEvents().then(
      ({ eventsIntegration }) => {
        events = eventsIntegration().setup?.(client, options);
        kept.forEach((told) => events?.error?.(...told));
      },
      () => {
        if (options.debug) console.warn('crashfree: crashfree.events.js did not come, no events');
      },
    );
    return {
      error(...told) {
        if (events) events.error?.(...told);
        else if (kept.length < KEPT_MAX) kept.push(told);
      },
      fetch: (url, init, next) => events?.fetch?.(url, init, next) ?? next(url, init),
    };
  },
});
