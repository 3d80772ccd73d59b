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
  let timer: Timer | undefined;
  let renewed = 0;

  const entryOf = (key: string) => leases._prefix + key.slice(records._prefix.length);
  const read = (key: string) => {
    const [owner, until] = (leases._get(entryOf(key)) ?? '').split(' ');
    return { owner, left: Number(until) - Date.now() };
  };
  const write = (key: string) => leases._put(entryOf(key), `${me} ${Date.now() + LEASE_MS}`);

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

  /** Whether nobody has it, or nobody renews it any more. */
  const isFree = async (key: string): Promise<boolean> => {
    for (let waited = 0; ; waited += LOOK_MS) {
      const { owner, left } = read(key);
      if (!owner) return true;
      if (!isLeased(left)) break;
      if (waited >= ENDING_MS) return false;
      await later(LOOK_MS);
    }
    const before = leases._get(entryOf(key));
    await later(WATCH_MS);
    const now = leases._get(entryOf(key));
    return now === before || now === null;
  };

  /* Pages that died before they wrote a record leave leases that nobody will ask for. */
  for (const entry of leases._keys()) {
    const key = records._prefix + entry.slice(leases._prefix.length);
    if (!(Math.abs(read(key).left) < STALE_MS) && records._get(key) === null) leases._remove(entry);
  }
  return {
    async _take(key) {
      if (!(await isFree(key))) return false;
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
      if (held.delete(key) && read(key).owner === me) leases._remove(entryOf(key));
    },
    _holds: (key) => held.has(key),
    _renew: renew,
  };
}
