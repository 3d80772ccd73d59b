/** Fastify, which publishes each app that is made. */
import { listenTo } from '../channels';
import { report, trySetUp, type ErrorHandlerOptions } from './crash';

interface Request {
  raw?: unknown;
}

interface Reply {
  statusCode?: unknown;
}

interface Fastify {
  addHook(name: any, hook: any): unknown;
}

/** Apps that have the hook already. */
const known = new WeakSet<object>();

/** An answer below 500 that an error handler has chosen already says that it is no crash. */
const isBelow500 = ({ statusCode }: Reply): boolean =>
  typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;

/**
 * Counts errors that a Fastify app answers with as crashes. Apps that are made after `init` need no
 * call of this.
 * @example setupFastifyErrorHandler(app);
 */
export function setupFastifyErrorHandler(app: Fastify, options?: ErrorHandlerOptions): void {
  trySetUp('setupFastifyErrorHandler', () => {
    if (known.has(app)) return;
    known.add(app);
    app.addHook(
      'onError',
      (request: Request, reply: Reply, error: unknown, done: () => void): void => {
        if (options?.shouldHandleError || !isBelow500(reply)) report(error, request.raw, options);
        done();
      },
    );
  });
}

/** Published by Fastify from 3.0 on, for each app. */
const MADE = 'fastify.initialization';
let watching = false;

function onMade(message: unknown): void {
  setupFastifyErrorHandler((message as { fastify: Fastify }).fastify);
}

/** Looks at apps from now on. */
export function watchFastify(): void {
  if (watching) return;
  watching = true;
  listenTo(MADE, onMade);
}
