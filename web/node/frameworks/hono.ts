/** Hono, whose errors end in its error handler. */
import { report, trySetUp, type ErrorHandlerOptions } from './crash';

type Handler = (error: any, context: any) => any;

interface Hono {
  onError(handler: any): unknown;
}

/** What Hono has and does not declare for others. */
interface Inner {
  errorHandler?: unknown;
}

/**
 * Counts errors that reach the app's error handler, its own or that of `onError`, as crashes.
 * @example setupHonoErrorHandler(app);
 */
export function setupHonoErrorHandler(app: Hono, options?: ErrorHandlerOptions): void {
  const around =
    (handler: Handler): Handler =>
    (error, context: { env?: unknown }) => {
      report(error, context?.env, options);
      return handler(error, context) as unknown;
    };
  trySetUp('setupHonoErrorHandler', () => {
    const onError = app.onError.bind(app);
    const present = (app as Inner).errorHandler;
    if (typeof present === 'function') onError(around(present as Handler));
    app.onError = (handler: Handler) => onError(around(handler));
  });
}
