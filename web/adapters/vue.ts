/** `crashfree/vue`: counts the errors that Vue keeps from the window. */
import { captureUncaught } from './capture';

type ErrorHandler = (error: unknown, ...details: any[]) => unknown;

/** The part of a Vue app that is used. */
export interface VueApp {
  config: {
    errorHandler?: ErrorHandler | undefined;
    throwUnhandledErrorInProduction?: boolean | undefined;
  };
  mount?: (...parameters: any[]) => unknown;
}

const ours = new WeakSet<ErrorHandler>();

/** Does what Vue would do without a handler. What a handler throws Vue writes to the console. */
function unhandled({ config }: VueApp, error: unknown): void {
  const rethrow = () => {
    throw error;
  };
  if (config.throwUnhandledErrorInProduction) setTimeout(rethrow);
  else rethrow();
}

/** Counts before the handler that the app has now. */
function wrapErrorHandler(app: VueApp): void {
  const { config } = app;
  const handler = config.errorHandler;
  if (handler && ours.has(handler)) return;
  const counting: ErrorHandler = function (this: unknown, error, ...details) {
    captureUncaught(error);
    return typeof handler === 'function'
      ? handler.call(this, error, ...details)
      : unhandled(app, error);
  };
  ours.add(counting);
  config.errorHandler = counting;
}

/**
 * Counts each error that reaches the top of the app as a crash: from rendering, lifecycle hooks,
 * watchers, event handlers and what they await. An `errorHandler` that the app sets before it is
 * mounted is called as ever; without one Vue writes the error to the console, as it does on its own.
 */
export function attachErrorHandler(app: VueApp): void {
  try {
    wrapErrorHandler(app);
    const { mount } = app;
    if (typeof mount !== 'function') return;
    app.mount = function (this: unknown, ...parameters) {
      wrapErrorHandler(app);
      return mount.apply(this, parameters);
    };
  } catch {
    /* What is no app, or cannot be changed, stays as it is. */
  }
}

/**
 * The plugin for `attachErrorHandler`.
 * @example createApp(App).use(crashfreePlugin).mount('#app')
 */
export const crashfreePlugin = { install: attachErrorHandler };
