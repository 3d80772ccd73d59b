import { loadEvents } from 'crashfree:files';
import { momentOf } from './moment';
import { noEvents } from './none';
import type { Extension, Integration } from '../types/options';

/** Errors that are kept until the file is there; others are counted. */
const KEPT_MAX = 20;

/**
 * `crashfree/events` for the script tag, where it is a file of its own that nothing waits for: it is asked for
 * with the first session, at idle, or at the first error. Errors are kept until it has come, as of the
 * moment when they happened. If it does not come, nothing but the events is missing, and `counts` says how many.
 */
export const lateEvents = (): Integration => ({
  name: 'Events',
  setup(client, options, read, miss) {
    const kept: Parameters<NonNullable<Extension['error']>>[] = [];
    let lost = 0;
    let events: Extension | undefined | void;
    let loaded: Promise<void> | undefined;

    const load = () =>
      (loaded ??= loadEvents()
        .then(
          ({ eventsIntegration }) => eventsIntegration().setup?.(client, options, read, miss),
          () => {
            if (options.debug) console.warn('crashfree: crashfree.events.js did not come');
            return noEvents(miss);
          },
        )
        .then((extension) => {
          events = extension;
          events?.lost?.(lost);
          kept.forEach((told) => events?.error?.(...told));
        }));
    return {
      error(error, report) {
        void load();
        if (events) events.error?.(error, report);
        else if (kept.length < KEPT_MAX) kept.push([error, report, momentOf(client)]);
        else lost++;
      },
      flush: () => Promise.resolve(loaded).then(() => events?.flush?.()),
      fetch(url, init, next) {
        void load();
        return events?.fetch?.(url, init, next) ?? next(url, init);
      },
    };
  },
});
