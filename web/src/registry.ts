/**
 * Clients by DSN, so that a page has one for each, however often a script is included. They are kept
 * under a symbol of the window, out of the way of global names. A frame of the same origin finds
 * those of the windows around it: it is part of their page.
 */
import type { Client } from './client';

const KEY = Symbol.for('crashfree');
type Holder = Window & { [KEY]?: Map<string, Client> };

/** The clients of a window. */
export const clientsOf = (holder: Holder): Map<string, Client> => (holder[KEY] ??= new Map());

/** Finds the client of this page; one of a window around counts the errors of this one from now on. */
export function findClient(dsn: string): Client | undefined {
  let holder: Window = window;
  do {
    try {
      const client = clientsOf(holder).get(dsn);
      if (client && holder !== window) client.watch(window);
      if (client) return client;
    } catch {
      /* A window of another origin. */
    }
  } while (holder !== (holder = holder.parent));
}
