/** `crashfree/angular`: counts the errors that Angular keeps from the window. */
import { captureUncaught } from './capture';

/** Angular's `ErrorHandler`, or what stands for it. */
export interface AngularErrorHandler {
  handleError(error: any): void;
}

export interface ErrorHandlerOptions {
  /** The handler that is called afterwards. Default: as Angular's own, it writes to the console. */
  errorHandler?: AngularErrorHandler | undefined;
  /** Whether the error is written to the console where there is no `errorHandler`. Default `true`. */
  logErrors?: boolean | undefined;
}

/** What Angular, zone.js and the browser wrap an error in. */
interface Wrapped {
  /** By zone.js before 0.12, an unhandled rejection. */
  rejection?: unknown;
  promise?: unknown;
  /** By Angular's global listeners, an error event that has no error. */
  cause?: unknown;
}

/** What was thrown, by whose message and name the client's rules know what is noise. */
function unwrap(error: unknown): unknown {
  try {
    const wrapped = Object(error) as Wrapped;
    const { cause } = wrapped;
    if ('rejection' in wrapped && 'promise' in wrapped) return wrapped.rejection;
    if (typeof ErrorEvent === 'function' && cause instanceof ErrorEvent) return cause;
  } catch {
    /* What cannot be looked at counts all the same. */
  }
  return error;
}

/** An `ErrorHandler` that counts each error as a crash and then does what Angular's own does. */
export class CrashfreeErrorHandler implements AngularErrorHandler {
  private readonly _options: ErrorHandlerOptions;

  /* Angular's injector makes classes without a decorator only if they take nothing. */
  constructor(options: ErrorHandlerOptions = {}) {
    this._options = Object(options) as ErrorHandlerOptions;
  }

  handleError(error: unknown): void {
    captureUncaught(unwrap(error));
    const { errorHandler, logErrors } = this._options;
    if (typeof errorHandler?.handleError === 'function') errorHandler.handleError(error);
    else if (logErrors !== false) console.error('ERROR', error);
  }
}

/**
 * Makes an `ErrorHandler` that counts.
 *
 * @example
 * bootstrapApplication(App, {
 *   providers: [{ provide: ErrorHandler, useValue: createErrorHandler() }],
 * });
 */
export const createErrorHandler = (options?: ErrorHandlerOptions): CrashfreeErrorHandler =>
  new CrashfreeErrorHandler(options);
