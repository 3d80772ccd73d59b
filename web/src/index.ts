/** The ES module: nothing happens before `init`. */
import { init as initPage } from './api';
import type { Client } from './client';
import type { Options } from './options';
import { createServerClient } from './server';

export * from './api';
export type { CaptureHint, Client, Counts } from './client';
export type {
  Consent,
  ErrorContext,
  Integration,
  Lifecycle,
  NoiseRules,
  Options,
  Session,
  User,
} from './options';
export type { Status } from './status';

/**
 * Starts counting sessions. Called again for the same DSN it returns the client that is there;
 * for another DSN it makes a second one, which counts the page for its project too. On a server it
 * returns a client that does nothing.
 *
 * @example
 * const client = init({ dsn: 'https://KEY@o1.ingest.sentry.io/42', release: 'shop@1.4.0' });
 * if (client.status !== 'active') console.info(client.status);
 */
export const init = (options: Options = {}): Client =>
  typeof window === 'undefined' ? createServerClient() : initPage(options);
