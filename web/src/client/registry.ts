/**
 * Clients by DSN, so that a page has one for each, however often a script is included. A frame of the
 * same origin finds those of the windows around it: it is part of their page.
 */
import { carrierOf } from './carrier';
import { plainDsn } from '../delivery/dsn';
import { attempt } from '../platform/attempt';
import type { Client } from '../types/client';

/** The client of a DSN among some, in whichever spelling; most pages have one client, and one spelling. */
const clientOf = (clients: ReadonlyMap<string, Client>, dsn: string): Client | undefined =>
  [...clients].find(([other]) => other === dsn || plainDsn(other) === plainDsn(dsn))?.[1];

/** Whether a window around this one can be looked into. */
export const isFrame = (): boolean =>
  !!attempt(() => window.parent !== window && window.parent.document);

/** Windows around one another that are looked at: what a page puts in the place of `parent` may go round. */
const WINDOWS_MAX = 20;

/**
 * Finds the client of this page in a window or in those around it. A client of a window around counts the
 * errors of this one from now on. Pages that are put together anew, as by Turbo, run their scripts again, and
 * the later one may know who uses the page: `user`.
 */
export function findClient(dsn: string, user: string, from: Window = window): Client | undefined {
  let holder: Window | undefined = from;
  for (let windows = 0; holder && windows < WINDOWS_MAX; windows++) {
    try {
      const client = clientOf(carrierOf(holder).clients, dsn);
      client?.watch(window, user);
      if (client) return client;
    } catch {
      /* This window has another origin: it cannot be looked into, but one around it perhaps can. */
    }
    holder = holder.parent === holder ? undefined : holder.parent;
  }
  return undefined;
}
