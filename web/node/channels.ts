/** What Node publishes on channels, where there are any: some runtimes that are like Node have none. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { attempt } from '../src/platform/attempt';

/**
 * Calls `told` with each message on a channel; returns a function that ends it. What goes wrong in `told`
 * is not the app's concern, and Node would make it an uncaught exception.
 */
export function listenTo(channel: string, told: (message: unknown) => void): () => void {
  const listener = (message: unknown) => attempt(told, message);
  attempt(subscribe, channel, listener);
  return () => void attempt(unsubscribe, channel, listener);
}
