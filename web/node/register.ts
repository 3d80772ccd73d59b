/**
 * `node --import crashfree/node/register`: counts the requests of an app that knows nothing of
 * it, as `SENTRY_DSN`, `SENTRY_RELEASE`, `SENTRY_ENVIRONMENT` and `SENTRY_DEBUG` say.
 */
import { init } from './index';

/** What `init` returned. */
export const client = init();
