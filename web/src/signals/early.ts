/**
 * What the pre-listener of the README kept before the script was there, in `window.crashfree.q`: error
 * events, and calls such as `['setUser', { id: 42 }]`.
 */
import { attempt } from '../platform/attempt';
import { setTimer } from '../platform/native';

interface Holder {
  crashfree?: { q?: unknown };
}

export type Call = [name: string, ...parameters: unknown[]];

/** Most entries that are read; the pre-listener keeps no more. */
const KEPT_MAX = 20;

/** What is in the queue, if it is one: an element of the page can have the name, too. */
function read(): unknown[] | undefined {
  const queue = attempt(() => (globalThis as Holder).crashfree?.q);
  return Array.isArray(queue) ? queue.slice(0, KEPT_MAX) : undefined;
}

/** The queue is read when the script comes, as another script may take the name later. */
let kept = read();

/** The error events that were kept. All clients that are made in one task get the same. */
export function earlyEvents(): unknown[] {
  if (!kept) return [];
  /* From here on there are real listeners, and the pre-listener stops. */
  setTimer(() => {
    kept = undefined;
    attempt(() => delete (globalThis as Holder).crashfree!.q);
  });
  return kept;
}

/** The calls that were kept. */
export const earlyCalls = (): Call[] =>
  (kept ?? []).filter(
    (entry): entry is Call => Array.isArray(entry) && typeof entry[0] === 'string',
  );
