/** @sentry/browser as its documentation starts it. */
import { captureException, init } from '@sentry/browser';
import { publish } from './publish.js';

publish(init, captureException);
