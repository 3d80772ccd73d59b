/** Events that no server has taken, for the next page. */
import type { Options } from '../options/types';
import type { Kept } from '../events/outbox';
import { storageOf } from './record';

/** Characters of all that is kept; browsers give a few million to an origin. */
const STORED_MAX = 200_000;

/** Events between pages. */
export interface EventStore {
  /** What is there. */
  load(): Kept[];
  /** Leaves events for the next page, in the place of what was left before. */
  save(events: Kept[]): void;
}

/** The id of an event goes into the first line of an envelope, and anybody may have put it there. */
function isEvent({ id, text }: Kept): boolean {
  try {
    const { event_id } = JSON.parse(text) as { event_id?: unknown };
    return /^[\da-f]{32}$/.test(id) && event_id === id;
  } catch {
    return false;
  }
}

/** Where events of a client wait, whose option `storage` asks for it. */
export function eventStore({ storage, dsn }: Options): EventStore {
  /* Events of another DSN are none of this client's. */
  const key = `crashfree:events:${dsn}`;
  /** Events of this page; those of other tabs stay where they are. */
  const own = new Set<string>();
  const load = (): Kept[] => {
    try {
      const list = JSON.parse(storageOf(storage).getItem(key)!) as Kept[];
      return list.filter(isEvent);
    } catch {
      /* It is forbidden, or holds whatever somebody put there. */
      return [];
    }
  };
  return {
    load,
    save(events) {
      for (const { id } of events) own.add(id);
      const all = [...load().filter(({ id }) => !own.has(id)), ...events];
      const text = JSON.stringify(all.map(({ id, text }) => ({ id, text })));
      try {
        if (!all.length) storageOf(storage).removeItem(key);
        else if (text.length < STORED_MAX) storageOf(storage).setItem(key, text);
      } catch {
        /* It is full, or forbidden. */
      }
    },
  };
}
