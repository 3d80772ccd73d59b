/** The functions of the package. They act on the page's client, whichever copy of the package made it. */
import { adopt, call, carrierOf, isPage } from './carrier';
import { createClient } from './client/client';
import type { CaptureHint, Client } from './client/types';
import type { Consent, Options, Session, User } from './options/types';
import { createInertClient } from './ssr';

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
    const client = createClient(options ?? {});
    adopt(client);
    return client;
  } catch {
    /* A page that has taken away what every page has. */
    return createInertClient();
  }
}

/** The client that the functions of this package act on: the first one that is open. */
export const getClient = (): Client | undefined =>
  isPage() ? carrierOf(window).current : undefined;

/**
 * Says who uses the page. The first user of a session becomes part of it, another one starts the next;
 * `null`, a logout, is known from the next session on. Before `init` it is kept, as all calls are.
 * @example setUser({ id: 42 })
 */
export const setUser = (user: User | null): void => call('setUser', user);

/** Counts an error that the app caught: the session is errored, or crashed with `handled: false`. */
export const captureException = (error: unknown, hint?: CaptureHint): void =>
  call('captureException', error, hint);

/** Ends the running session and starts the next one. */
export const startSession = (context?: { user?: User | null | undefined }): void =>
  call('startSession', context);

/** Sends the session now, with `end` as its end. */
export const captureSession = (end?: boolean): void => call('captureSession', end);

/** Ends the running session. */
export const endSession = (): void => call('endSession');

/**
 * Says that the app shows another route. Without `to` the page's location is looked at. With `to` the app
 * is the source of navigations from then on: the first call may say where the page is, and each later
 * one is compared with the one before.
 * @example router.afterEach((to) => navigate(to.fullPath))
 */
export const navigate = (to?: string | URL): void => call('navigate', to);

/**
 * Grants or withdraws consent. Once granted, the one running session is sent; while pending nothing
 * is; denied also forgets what was counted.
 */
export const setConsent = (consent: Consent): void => call('setConsent', consent);

/** The running or last session, for instance to tag error events with its `sid`. */
export const getSession = (): Session | null => getClient()?.getSession() ?? null;

/** Sends what waits. Resolves to whether nothing is on its way any more within `timeout` ms (2000). */
export const flush = (timeout?: number): Promise<boolean> =>
  getClient()?.flush(timeout) ?? Promise.resolve(true);

/** Sends what waits, and removes all listeners: nothing counts from here on. */
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
