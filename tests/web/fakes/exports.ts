/** What a page of the tests imports. */
export * from '../../../web/src/index.js';
export { eventsIntegration } from '../../../web/src/events/index.js';
