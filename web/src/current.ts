import { createClient, type Client } from './client';
import type { Options } from './options';

/** The client that the package's functions act on: the first that is open. */
export let current: Client | undefined;

/**
 * Starts counting sessions. Called again for the same DSN it returns the client that is there;
 * for another DSN it makes a second one, which counts the page for its project too.
 *
 * @example
 * const client = init({ dsn: 'https://KEY@o1.ingest.sentry.io/42', release: 'shop@1.4.0' });
 * if (client.status !== 'active') console.info(client.status);
 */
export function init(options?: Options): Client {
  const client = createClient(options ?? {});
  if (!current || current.status === 'closed') current = client;
  return client;
}

/** The client that the functions of this module act on. */
export const getClient = (): Client | undefined => current;
