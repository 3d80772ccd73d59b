/**
 * Clients by DSN, so that a page has one for each, however often a script is included. They are kept
 * under a symbol of the window, out of the way of global names. A frame of the same origin finds
 * those of the windows around it: it is part of their page.
 */
import type { Client } from './client';

const KEY = Symbol.for('crashfree');
type Holder = { [KEY]?: Map<string, Client> };

/** Finds the client of this page; `framed` is called with one that belongs to a window around. */
export function findClient(dsn: string, framed: (client: Client) => void): Client | undefined {
  for (let holder: Window = window; ; holder = holder.parent) {
    try {
      const client = (holder as Holder)[KEY]?.get(dsn);
      if (client) {
        if (holder !== window) framed(client);
        return client;
      }
    } catch {
      /* A window of another origin. */
    }
    if (holder === holder.parent) return undefined;
  }
}

export function keepClient(dsn: string, client: Client): void {
  ((window as Holder)[KEY] ??= new Map<string, Client>()).set(dsn, client);
}

export function forgetClient(dsn: string): void {
  (window as Holder)[KEY]?.delete(dsn);
}
