/** The functions of the package. They act on the client that `init` made first. */
import type { CaptureHint } from './client';
import { current } from './current';
import type { Consent, Session, User } from './options';

export { getClient, init } from './current';

/**
 * Says who uses the page; `null` is nobody. The first user of a session becomes part of it, a change
 * of user starts the next one.
 * @example setUser({ id: 42 })
 */
export const setUser = (user: User | null): void => current?.setUser(user);

/** Counts an error that the app caught: the session is errored, or crashed with `handled: false`. */
export const captureException = (error: unknown, hint?: CaptureHint): void =>
  current?.captureException(error, hint);

/** Ends the running session and starts the next one. */
export const startSession = (context?: { user?: User | null }): void =>
  current?.startSession(context);

/** Sends the session now, with `end` as its end. */
export const captureSession = (end?: boolean): void => current?.captureSession(end);

/** Ends the running session. */
export const endSession = (): void => current?.endSession();

/**
 * Says that the app shows another route: `to`, or where the page's location now leads. A session
 * starts if the route is another one than before. For routers that do not use History.
 * @example router.afterEach((to) => navigate(to.fullPath))
 */
export const navigate = (to?: string | URL): void => current?.navigate(to);

/**
 * Grants or withdraws consent. Once granted, the one running session is sent; while pending nothing
 * is; denied also forgets what was counted.
 */
export const setConsent = (consent: Consent): void => current?.setConsent(consent);

/** The running or last session, for instance to tag error events with its `sid`. */
export const getSession = (): Session | null => current?.getSession() ?? null;

/** Sends what waits. Resolves to whether nothing is on its way any more within `timeout` ms (2000). */
export const flush = (timeout?: number): Promise<boolean> =>
  current?.flush(timeout) ?? Promise.resolve(true);

/** Sends what waits, and removes all listeners: nothing counts from here on. */
export const close = (timeout?: number): Promise<boolean> =>
  current?.close(timeout) ?? Promise.resolve(true);

/** For React's `createRoot(…, { onUncaughtError })`: nothing recovered, the session crashed. */
export const onUncaughtError = (error: unknown): void =>
  captureException(error, { handled: false });

/** For React's `createRoot(…, { onCaughtError })` and Svelte's `<svelte:boundary onerror>`. */
export const onCaughtError = (error: unknown): void => captureException(error);

/** For an error boundary of React: `componentDidCatch = crashfree.componentDidCatch`. */
export const componentDidCatch = onCaughtError;

/** For Vue: `app.config.errorHandler = crashfree.errorHandler`. Vue would have thrown: a crash. */
export const errorHandler = onUncaughtError;
