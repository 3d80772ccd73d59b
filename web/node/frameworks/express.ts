/** Express and Connect, which keep errors to themselves. */
import { report, trySetUp, type ErrorHandlerOptions } from './crash';

type Next = (error?: unknown) => void;

/** A middleware that counts what reaches it as a crash, and hands it on. */
export const expressErrorHandler =
  (options?: ErrorHandlerOptions) =>
  /* Express knows error handlers by their four parameters. */
  (error: unknown, request: unknown, _response: unknown, next: Next): void => {
    report(error, request, options);
    next(error);
  };

/**
 * Counts errors that no route handled as crashes: after all routes, before other error handlers.
 * @example
 * app.get('/', …);
 * setupExpressErrorHandler(app);
 */
export function setupExpressErrorHandler(
  app: { use(...handlers: any[]): unknown },
  options?: ErrorHandlerOptions,
): void {
  trySetUp('setupExpressErrorHandler', () => app.use(expressErrorHandler(options)));
}

/** The same for Connect. */
export const setupConnectErrorHandler = setupExpressErrorHandler;
