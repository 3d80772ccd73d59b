/** The functions of the package. They act on the page's client, whichever copy of the package made it. */
import { call, carrierOf, isPage, openClient } from './client/carrier';
import { createClient } from './client/client';
import type { CaptureHint, Client } from './types/client';
import type { Consent, Options, Session, User } from './types/options';
import { createInertClient } from './client/inert';

/**
 * Starts counting sessions. Called again for the same DSN it returns the client that is there;
 * for another DSN it makes a second one, which counts the page for its project too. It never throws:
 * the client's `status` says what is wrong, and on a server, where nothing is counted, `unsupported`.
 *
 * @example
 * const client = init({ dsn: 'https://KEY@o1.ingest.sentry.io/42', release: 'shop@1.4.0' });
 * if (client.status !== 'active') console.info(client.status);
 */
export function init(options?: Options): Client {
  try {
    if (!isPage()) return createInertClient();
    return createClient(options ?? {});
  } catch {
    /* A page that has taken away what every page has. */
    return createInertClient();
  }
}

/** The client that the functions of this package act on: the first one that is open, or else the last one. */
export const getClient = (): Client | undefined =>
  isPage() ? (openClient() ?? carrierOf(window).last) : undefined;

/** See {@link Client.setUser}, of the client that {@link getClient} gives. */
export const setUser = (user: User | null): void => call('setUser', user);

/** See {@link Client.captureException}, of the client that {@link getClient} gives. */
export const captureException = (error: unknown, hint?: CaptureHint): void =>
  call('captureException', error, hint);

/** See {@link Client.startSession}, of the client that {@link getClient} gives. */
export const startSession = (context?: { user?: User | null | undefined }): void =>
  call('startSession', context);

/** See {@link Client.captureSession}, of the client that {@link getClient} gives. */
export const captureSession = (end?: boolean): void => call('captureSession', end);

/** See {@link Client.endSession}, of the client that {@link getClient} gives. */
export const endSession = (): void => call('endSession');

/** See {@link Client.navigate}, of the client that {@link getClient} gives. */
export const navigate = (to?: string | URL): void => call('navigate', to);

/** See {@link Client.setConsent}, of the client that {@link getClient} gives. */
export const setConsent = (consent: Consent): void => call('setConsent', consent);

/** See {@link Client.getSession}, of the client that {@link getClient} gives. */
export const getSession = (): Session | null => getClient()?.getSession() ?? null;

/** See {@link Client.flush}, of the client that {@link getClient} gives. */
export const flush = (timeout?: number): Promise<boolean> =>
  getClient()?.flush(timeout) ?? Promise.resolve(true);

/** See {@link Client.close}, of the client that {@link getClient} gives. */
export const close = (timeout?: number): Promise<boolean> =>
  getClient()?.close(timeout) ?? Promise.resolve(true);

/*
 * The recipes for frameworks that need no adapter. Each counts, and does what the framework would have
 * done without it: the console and the page's own listeners still hear of the error.
 */

/** For React's `createRoot(…, { onUncaughtError })`: nothing recovered, the session crashed. */
export const onUncaughtError = (error: unknown): void => {
  captureException(error, { handled: false });
  (globalThis.reportError ?? console.error)(error);
};

/** For React's `createRoot(…, { onCaughtError })`: a boundary recovered, the session is errored. */
export const onCaughtError = (error: unknown): void => {
  captureException(error);
  console.error(error);
};

/** For an error boundary of React, which logs by itself: `componentDidCatch = crashfree.componentDidCatch`. */
export const componentDidCatch = (error: unknown): void => captureException(error);

/** For Vue: `app.config.errorHandler = crashfree.errorHandler`. Nothing recovered, the session crashed. */
export const errorHandler = (error: unknown): void => {
  captureException(error, { handled: false });
  console.error(error);
};
