/** Koa, whose errors end in the function that answers. */
import { report, trySetUp, type ErrorHandlerOptions } from './crash';

interface KoaContext {
  req?: unknown;
}

interface Koa {
  middleware?: unknown[];
  use(middleware: any): unknown;
}

/**
 * Counts errors that leave all middlewares as crashes; before the app listens.
 * @example setupKoaErrorHandler(app);
 */
export function setupKoaErrorHandler(app: Koa, options?: ErrorHandlerOptions): void {
  const handle = async (context: KoaContext, next: () => Promise<unknown>): Promise<void> => {
    try {
      await next();
    } catch (error) {
      report(error, context.req, options);
      throw error;
    }
  };
  /* Around all others, wherever the app calls this. A listener for `error` would mute Koa's own. */
  trySetUp('setupKoaErrorHandler', () => {
    if (Array.isArray(app.middleware)) app.middleware.unshift(handle);
    else app.use(handle);
  });
}
