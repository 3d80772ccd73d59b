/**
 * Which page a record belongs to: a page holds the Web Lock of a record while it may change it, so a
 * free lock says that the page is gone.
 */

import { native } from '../platform/native';

/** How long the lock of a page that has just ended may take to become free, on a busy machine, too. */
export const ENDING_MS = 5000;
/** How long a change of the storage may take to reach other processes; Web Locks are faster. */
export const SPREAD_MS = 300;

/** A name that no other page has. */
export const randomName = () => window.crypto.getRandomValues(new Uint32Array(4)).join('-');

/** The locks that this page holds, by key of the record. */
export interface Locks {
  /**
   * Locks a record until it is let go, waiting for a page that is ending. False if another page has
   * it, undefined if locks are refused.
   */
  _take(key: string): Promise<boolean | undefined>;
  _letGo(key: string): void;
  _holds(key: string): boolean;
  /** Renews locks that run out; to be called when the page runs again after it may have been frozen. */
  _renew?(): void;
}

export function createLocks(manager: LockManager): Locks {
  /** Functions that let go of a lock, by the key of its record. */
  const held = new Map<string, () => void>();

  return {
    _take: (key) =>
      new Promise((resolve) => {
        const patience = new AbortController();
        native('setTimeout')(() => patience.abort(), ENDING_MS);
        const hold = () => {
          resolve(true);
          return new Promise<void>((free) => held.set(key, free));
        };
        Promise.resolve()
          .then(() => manager.request(key, { signal: patience.signal }, hold))
          .catch(() => resolve(patience.signal.aborted ? false : undefined));
      }),
    _letGo(key) {
      held.get(key)?.();
      held.delete(key);
    },
    _holds: (key) => held.has(key),
  };
}
