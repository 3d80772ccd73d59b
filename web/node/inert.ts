/**
 * `crashfree/node` where there is no Node, such as the edge runtime of Next.js, which loads an
 * app's instrumentation, too: the same functions, which do nothing.
 */
import { inactive } from './inactive';
import type * as Node from './index';

const nothing = () => {};
const done = () => Promise.resolve(true);
const integration = (name: string) => () => ({ name });

export const init: typeof Node.init = () => inactive('unsupported');
export const captureException: typeof Node.captureException = nothing;
export const flush: typeof Node.flush = done;
export const close: typeof Node.close = done;
export const captureRequestError: typeof Node.captureRequestError = nothing;
export const httpIntegration: typeof Node.httpIntegration = integration('Http');
export const onUncaughtExceptionIntegration: typeof Node.onUncaughtExceptionIntegration =
  integration('OnUncaughtException');
export const onUnhandledRejectionIntegration: typeof Node.onUnhandledRejectionIntegration =
  integration('OnUnhandledRejection');
export const eventsIntegration: typeof Node.eventsIntegration = integration('Events');
export const processSessionIntegration: typeof Node.processSessionIntegration =
  integration('ProcessSession');
export const expressErrorHandler: typeof Node.expressErrorHandler =
  () => (error, _request, _response, next) =>
    next(error);
export const setupConnectErrorHandler: typeof Node.setupConnectErrorHandler = nothing;
export const setupExpressErrorHandler: typeof Node.setupExpressErrorHandler = nothing;
export const setupFastifyErrorHandler: typeof Node.setupFastifyErrorHandler = nothing;
export const setupHonoErrorHandler: typeof Node.setupHonoErrorHandler = nothing;
export const setupKoaErrorHandler: typeof Node.setupKoaErrorHandler = nothing;
export const setupNestErrorHandler: typeof Node.setupNestErrorHandler = nothing;
