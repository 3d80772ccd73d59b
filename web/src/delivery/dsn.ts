/** DSNs, of which src/dsn.c says whether they are valid. */
import { attempt } from '../platform/attempt';

/** A DSN as all of its spellings are written: no secret, no default port, no slash at the end. */
export const plainDsn = (dsn: string): string =>
  attempt(() => {
    const { protocol, username, host, pathname } = new URL(dsn);
    return `${protocol}//${username}@${host}${pathname.replace(/\/$/, '')}`;
  }) ?? dsn.trim();

/** Where the envelopes of a DSN go. */
export const endpointOf = (dsn: string): string =>
  plainDsn(dsn).replace(
    /\/\/(.*)@(.*\/)(.*)/,
    '//$2api/$3/envelope/?sentry_version=7&sentry_key=$1',
  );
