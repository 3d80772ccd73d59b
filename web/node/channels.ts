/** What Node publishes on channels, where there are any: some runtimes that are like Node have none. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { quietly } from './quietly';

/** Calls `told` with each message on a channel; returns a function that ends it. */
export function listenTo(channel: string, told: (message: unknown) => void): () => void {
  quietly(() => subscribe(channel, told));
  return () => quietly(() => unsubscribe(channel, told));
}
