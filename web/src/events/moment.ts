import type { Client } from '../client/types';
import type { Moment } from '../options/types';

/** What an error that happens now belongs to. */
export const momentOf = (client: Client): Moment => ({
  session: client.getSession(),
  time: Date.now(),
  url: location.href,
});
