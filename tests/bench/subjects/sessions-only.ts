/**
 * The smallest client that counts sessions with @sentry/browser's own parts: no stack parser, and
 * events are sampled out, as sessions follow errors before they are sampled.
 */
import {
  BrowserClient,
  browserSessionIntegration,
  getCurrentScope,
  globalHandlersIntegration,
  makeFetchTransport,
} from '@sentry/browser';
import { publish, type StartOptions } from './publish.js';

publish(
  ({ dsn, release, environment }: StartOptions) => {
    const client = new BrowserClient({
      dsn,
      release,
      environment,
      sampleRate: 0,
      transport: makeFetchTransport,
      stackParser: () => [],
      integrations: [
        browserSessionIntegration({ lifecycle: 'route' }),
        globalHandlersIntegration(),
      ],
    });
    getCurrentScope().setClient(client);
    client.init();
  },
  (error) => getCurrentScope().captureException(error),
);
