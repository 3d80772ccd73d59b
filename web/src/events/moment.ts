import type { Client } from '../types/client';
import type { Moment } from '../types/options';

/** What an error that happens now belongs to. */
export const momentOf = (client: Client): Moment => ({
  session: client.getSession(),
  time: Date.now(),
  url: location.href,
});
