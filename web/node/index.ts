/**
 * `crashfree/node`: a session for each request that the servers of a process answer, sent added up by
 * the minute. `init` in one file, before the servers listen, is all that it takes.
 */
import { carrier } from './carrier';
import { watchFastify } from './frameworks/fastify';
import type { CaptureHint, Client, Options } from './types';

export {
  setupConnectErrorHandler,
  expressErrorHandler,
  setupExpressErrorHandler,
} from './frameworks/express';
export { setupFastifyErrorHandler } from './frameworks/fastify';
export { setupHonoErrorHandler } from './frameworks/hono';
export { setupKoaErrorHandler } from './frameworks/koa';
export { setupNestErrorHandler } from './frameworks/nest';
export { captureRequestError } from './frameworks/next';
export type { ErrorHandlerOptions } from './frameworks/crash';
export {
  eventsIntegration,
  httpIntegration,
  onUncaughtExceptionIntegration,
  onUnhandledRejectionIntegration,
  processSessionIntegration,
} from './integrations';
export type * from './types';

/**
 * Starts counting the requests of this process, over HTTP/1 and HTTP/2, of servers made before and
 * after. It does not throw: the client's `status` says what is wrong. Called again with the same DSN,
 * release and environment, also by another copy of this module, it returns the same client.
 *
 * @example init({ dsn: 'https://KEY@o1.ingest.sentry.io/42', release: 'shop-api@1.4.0' });
 */
export function init(options?: Options): Client {
  watchFastify();
  return carrier().init(options);
}

/** Counts an error of the current request: it is errored, or crashed with `handled: false`. */
export const captureException = (error: unknown, hint?: CaptureHint): void =>
  carrier().captureException(error, hint);

/** Sends what waits. Resolves to whether all of it was delivered within `timeout` ms (2000). */
export const flush = (timeout?: number): Promise<boolean> => carrier().flush(timeout);

/** Ends the sessions of all requests, sends what waits, and counts no more. */
export const close = (timeout?: number): Promise<boolean> => carrier().close(timeout);
