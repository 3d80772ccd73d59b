import { attempt } from './attempt';

/**
 * The clock of what happens on a page: milliseconds that never go back, as `crashfree.h` wants them for
 * the moment of a fact. It is taken when the script comes: a clock that a page fakes later is for the page alone.
 * A page that has taken it away before gets the wall clock.
 */
const { performance } = globalThis as Partial<typeof globalThis>;
export const now: () => number = performance?.now?.bind?.(performance) ?? Date.now;

/**
 * When an event happened, which may be a while before its listener runs. A page can replace
 * `performance.now` but not the clock of its events, so the age is told by an event made now. Events of
 * another window count from another origin and are taken to be new.
 */
export function momentOf(event: unknown): number {
  const { timeStamp } = event as Event;
  const age = attempt(
    () => event instanceof window.Event && new window.Event('').timeStamp - timeStamp,
  );
  return now() - (age && age > 0 ? age : 0);
}
