/** Why sessions are, or are not, being sent. */
export type Status =
  /** Sessions are being sent. */
  | 'active'
  | 'no-dsn'
  | 'no-release'
  /** An option with a value that it cannot have, such as `invalid-release`. */
  | `invalid-${string}`
  | 'consent-pending'
  | 'consent-denied'
  /** The server asked for a pause; sessions are kept until it is over. */
  | 'rate-limited'
  /** Sessions arrive, but the page may not read the answers: each is sent once. */
  | 'answers-unreadable'
  /** Something answers in the server's place; sessions are kept until the server does. */
  | 'answers-foreign'
  /** The running session is not in the sample. */
  | 'sampled-out'
  /** `maxSessionsPerMinute` was reached. */
  | 'too-many-sessions'
  | 'closed'
  /** `enabled: false`. */
  | 'disabled'
  /** The core is being started, or the page is being prerendered. */
  | 'starting'
  /** The browser cannot or may not run the core, or there is no page. */
  | 'unsupported';
