/**
 * zone.js puts promises of its own in the place of the browser's. Since 0.12 nobody at the window hears when
 * nobody handles that one of them was rejected: it tells functions alone that it keeps by these names.
 */
import { attempt } from '../platform/attempt';
import type { Take } from './errors';

interface Told {
  promise?: unknown;
  rejection?: unknown;
}

/** Takes what these functions are told, and returns whether there are any. */
export const watchZone = (take: Take, undo: (() => unknown)[]) =>
  attempt(() => {
    const { Zone: zone } = window as unknown as { Zone?: Record<string, (told?: Told) => void> };
    /* An exception takes a start half as long again: an engine reads what is on its stack once more. */
    if (!zone) return false;
    const watch = (name: string, type: string) => {
      const original = zone[name]!.bind(zone);
      zone[name] = (told) => {
        /* It is what was rejected, or an error around that. */
        const { promise, rejection } = told?.promise ? told : { rejection: told };
        take({ type, promise, reason: rejection });
        original(told);
      };
      undo.push(() => (zone[name] = original));
    };
    watch('__zone_symbol__unhandledPromiseRejectionHandler', 'unhandledrejection');
    watch('__zone_symbol__rejectionHandledHandler', 'rejectionhandled');
    return true;
  });
