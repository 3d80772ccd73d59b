/** Events that no server has taken, for the next page. */
import type { Options } from '../types/options';
import { attempt } from '../platform/attempt';
import { quote, storageOf } from './record';

/** Characters of all that is kept; browsers give a few million to an origin. */
const STORED_MAX = 200_000;

/** An event, as text. */
export interface EventText {
  id: string;
  text: string;
}

/** Events between pages. */
export interface EventStore {
  /** What is there. */
  load(): EventText[];
  /** Leaves events for the next page, in the place of what was left before. */
  save(events: EventText[]): void;
}

/** The id of an event goes into the first line of an envelope, and anybody may have put it there. */
function isEvent({ id, text }: EventText): boolean {
  const event_id = attempt(() => (JSON.parse(text) as { event_id?: unknown }).event_id);
  return /^[\da-f]{32}$/.test(id) && event_id === id;
}

/** Where events of a client wait, whose option `storage` asks for it. */
export function eventStore({ storage, dsn }: Options): EventStore {
  /* Events of another DSN are none of this client's. */
  const key = `crashfree:events:${dsn}`;
  /** Events of this page; those of other tabs stay where they are. */
  const own = new Set<string>();
  /* It may be forbidden, or hold whatever somebody put there. */
  const load = (): EventText[] =>
    attempt(() => {
      const list = JSON.parse(storageOf(storage).getItem(key)!) as EventText[];
      return list.filter(isEvent);
    }) ?? [];
  return {
    load,
    save(events) {
      for (const { id } of events) own.add(id);
      const all = [...load().filter(({ id }) => !own.has(id)), ...events];
      const list = all.map(({ id, text }) => `{"id":${quote(id)},"text":${quote(text)}}`);
      const text = `[${list.join()}]`;
      /* It may be full, or forbidden. */
      attempt(() => {
        if (!all.length) storageOf(storage).removeItem(key);
        else if (text.length < STORED_MAX) storageOf(storage).setItem(key, text);
      });
    },
  };
}
