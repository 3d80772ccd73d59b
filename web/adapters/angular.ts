/** `crashfree/angular`: counts the errors that Angular keeps from the window. */
import { captureException } from './capture';

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
  /** By zone.js, an unhandled rejection. */
  rejection?: unknown;
  promise?: unknown;
  /** By Angular's global listeners, an error event that has no error. */
  cause?: unknown;
}

/** Whether Angular's listener passes on the event that the window is dispatching. */
function isRejectionOfWindow(error: unknown): boolean {
  const event = globalThis.event as Partial<PromiseRejectionEvent> | undefined;
  return event?.type === 'unhandledrejection' && event.reason === error;
}

function count(thrown: unknown): void {
  let error = thrown;
  let isRejection = false;
  try {
    const wrapped = Object(thrown) as Wrapped;
    const { cause } = wrapped;
    const isWrapped = 'rejection' in wrapped && 'promise' in wrapped;
    isRejection = isWrapped || isRejectionOfWindow(thrown);
    if (isWrapped) error = wrapped.rejection;
    /* Its message is the browser's, by which notices such as "Script error." are known. */
    else if (typeof ErrorEvent === 'function' && cause instanceof ErrorEvent) error = cause;
  } catch {
    /* What cannot be looked at counts all the same. */
  }
  captureException(error, {
    mechanism: { handled: false, ...(isRejection && { type: 'onunhandledrejection' }) },
  });
}

/** An `ErrorHandler` that counts each error as a crash and then does what Angular's own does. */
export class CrashfreeErrorHandler implements AngularErrorHandler {
  private readonly _options: ErrorHandlerOptions;

  /* Angular's injector makes classes without a decorator only if they take nothing. */
  constructor(options: ErrorHandlerOptions = {}) {
    this._options = Object(options) as ErrorHandlerOptions;
  }

  handleError(error: unknown): void {
    count(error);
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
