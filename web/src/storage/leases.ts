/**
 * Locks for pages without Web Locks, which browsers keep from `http://` origins: an entry in the storage
 * that a living page renews. It is the weaker rule. A page that cannot renew (frozen, or on a machine
 * that sleeps) may be taken for one that died; it finds out when it runs again, and gives up what
 * another page then has. A page that died is known as dead only after some minutes.
 */
import { native, type Timer } from '../platform/native';
import { ENDING_MS, randomName, SPREAD_MS, type Locks } from './locks';
import type { Texts } from './record';

/** Timers of hidden pages run once a minute; within this time one has to be renewed. */
const LEASE_MS = 180_000;
const RENEW_MS = 20_000;
/** How long a lease that has run out is watched: whoever holds it may just have woken up. */
const WATCH_MS = RENEW_MS + 5000;
const LOOK_MS = 500;
/** How long after its time a lease is removed: no page sleeps so long and comes back. */
const STALE_MS = 86_400_000;

/** Whether a lease runs. What is no time, or one too far away, was written by a clock that was wrong. */
const isLeased = (left: number) => left > 0 && left <= LEASE_MS;

const later = (ms: number) => new Promise<void>((resolve) => native('setTimeout')(resolve, ms));

/** Who holds which record, as the storage says. */
interface Entries {
  /** Who holds a record, if somebody does, and for how long from now on. */
  _read(key: string): { owner: string | undefined; left: number };
  /** The same as it is written. */
  _text(key: string): string | null;
  /** Says that this page holds it. */
  _write(key: string): void;
  _remove(key: string): void;
}

function createEntries(records: Texts, leases: Texts, me: string): Entries {
  const entryOf = (key: string) => leases._prefix + key.slice(records._prefix.length);
  const text = (key: string) => leases._get(entryOf(key));
  const read = (key: string) => {
    const [owner, until] = (text(key) ?? '').split(' ');
    return { owner, left: Number(until) - Date.now() };
  };

  /* Pages that died before they wrote a record leave leases that nobody will ask for. */
  for (const entry of leases._keys()) {
    const key = records._prefix + entry.slice(leases._prefix.length);
    if (!(Math.abs(read(key).left) < STALE_MS) && records._get(key) === null) leases._remove(entry);
  }
  return {
    _read: read,
    _text: text,
    _write: (key) => leases._put(entryOf(key), `${me} ${Date.now() + LEASE_MS}`),
    _remove: (key) => leases._remove(entryOf(key)),
  };
}

/** Whether nobody has a record, or nobody renews it any more. */
async function isFree(key: string, { _read, _text }: Entries): Promise<boolean> {
  for (let waited = 0; ; waited += LOOK_MS) {
    const { owner, left } = _read(key);
    if (!owner) return true;
    if (!isLeased(left)) break;
    if (waited >= ENDING_MS) return false;
    await later(LOOK_MS);
  }
  const before = _text(key);
  await later(WATCH_MS);
  const now = _text(key);
  return now === before || now === null;
}

/**
 * `leases` are texts beside the `records`; `lost` is called with the key of a record that another page
 * has taken.
 */
export function createLeases(
  records: Texts,
  leases: Texts,
  lost: (key: string) => void,
): Required<Locks> {
  const held = new Set<string>();
  const me = randomName();
  const entries = createEntries(records, leases, me);
  const { _read: read, _write: write } = entries;
  let timer: Timer | undefined;
  let renewed = 0;

  /** Renews what is held, and finds what was lost. */
  const renew = () => {
    native('clearTimeout')(timer);
    const slept = Date.now() - renewed > LEASE_MS;
    renewed = Date.now();
    for (const key of [...held]) {
      const { owner } = read(key);
      /* What is gone was cleared by the page, unless others had the time to take it and be done. */
      if (owner === me || (!owner && !slept)) write(key);
      else {
        held.delete(key);
        lost(key);
      }
    }
    timer = held.size ? native('setTimeout')(renew, RENEW_MS) : undefined;
  };

  return {
    async _take(key) {
      if (!(await isFree(key, entries))) return false;
      write(key);
      if (read(key).owner !== me) return undefined;
      await later(SPREAD_MS);
      /* Of several that take it at once the last one has it. */
      if (read(key).owner !== me) return false;
      held.add(key);
      if (!timer) renewed = Date.now();
      timer ??= native('setTimeout')(renew, RENEW_MS);
      return true;
    },
    _letGo(key) {
      if (held.delete(key) && read(key).owner === me) entries._remove(key);
    },
    _holds: (key) => held.has(key),
    _renew: renew,
  };
}
