/** A session as page and server see it, whose it is, and whether it may be sent. */

export type Consent = 'granted' | 'pending' | 'denied';

/** Who uses the page. Only `id` is sent, as the `did` of sessions. */
export interface User {
  /** A number is sent as its digits; an empty id is nobody; at most 255 bytes of UTF-8. */
  id?: string | number | null | undefined;
  [key: string]: unknown;
}

/** A session as it is sent (Sentry's session payload). */
export interface Session {
  /** 32 hexadecimal digits. */
  sid: string;
  /** Present while the server has not been told of the session. */
  init?: true;
  /** Start, RFC 3339 in UTC. */
  started: string;
  /** Time of this state, RFC 3339 in UTC. */
  timestamp: string;
  status: 'ok' | 'exited' | 'crashed' | 'unhandled' | 'abnormal';
  /** Of an abnormal end: the tab was killed while people saw the page. */
  abnormal_mechanism?: 'anr_foreground';
  errors: number;
  did?: string;
  attrs: { release: string; environment?: string; user_agent?: string };
}
