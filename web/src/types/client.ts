/** What the page's code sees of a client. */
import type { IgnoreRule } from './rules';
import type { Consent, Session, User } from './session';
import type { Status } from './status';

/** What `captureException` may be told about an error. */
export interface CaptureHint {
  /** `false`: nothing recovered from it, so the session ends as for an uncaught error. */
  handled?: boolean | undefined;
  /** The same in Sentry's form; with the type `onunhandledrejection` the rules for rejections apply. */
  mechanism?: { handled?: boolean | undefined; type?: string | undefined } | undefined;
}

/** What happened to the sessions of a client since it was made. */
export interface Counts {
  /** Sessions opened: page loads, navigations, and those that the app started. */
  started: number;
  /** Sessions that the server has taken. */
  accepted: number;
  /** Requests made, with sessions, reports of losses, or to ask whether the server is there. */
  requests: number;
  /** This and the next six are sessions that will not be delivered, by the reason that client reports give. */
  queue_overflow: number;
  ratelimit_backoff: number;
  network_error: number;
  send_error: number;
  sample_rate: number;
  before_send: number;
  backpressure: number;
  /** Answers that were not the server's: of a sign-in page, say. */
  foreign_answers: number;
  /** Errors of which no event tells, as `crashfree.events.js` did not come or there is no WebAssembly. */
  missed_events: number;
  /**
   * Errors that did not count, by the rule that left them out, such as `{ scriptError: 2 }`: a broken
   * set-up shows here rather than looking healthy.
   */
  ignored: Partial<Record<IgnoreRule, number>>;
}

/**
 * Counts the sessions of one page for one DSN. No method throws, and each may be called before the
 * core is up or after `close`.
 */
export interface Client {
  /** Whether sessions are being sent and, if not, why. */
  readonly status: Status;
  /** What happened to the sessions since the client was made. */
  readonly counts: Counts;
  /**
   * Says who uses the page. The first user of a session becomes part of it, another one starts the next;
   * `null`, a logout, is known from the next session on. Before `init` it is kept, as all calls are.
   * @example client.setUser({ id: 42 })
   */
  setUser(user: User | null): void;
  /** Counts an error that the app caught: the session is errored, or crashed with `handled: false`. */
  captureException(error: unknown, hint?: CaptureHint): void;
  /**
   * Ends the running session as `exited` and starts the next one, which is that of `user` (`null` is nobody);
   * without `user` the user stays who it is.
   * @example client.startSession({ user: { id: 42 } })
   */
  startSession(context?: { user?: User | null | undefined }): void;
  /** Sends what the server does not know of the session yet; with `end`, after ending it as `exited`. */
  captureSession(end?: boolean): void;
  /** Ends the running session as `exited`. Until the next one starts, errors belong to none. */
  endSession(): void;
  /**
   * Says that the app shows another route. Without `to` the page's location is looked at. With `to` the app
   * is the source of navigations from then on: the first call may say where the page is, and each later
   * one is compared with the one before.
   * @example router.afterEach((to, from, failure) => failure || client.navigate(to.fullPath))
   */
  navigate(to?: string | URL): void;
  /**
   * Grants or withdraws consent. Once granted, the one running session is sent; while pending nothing
   * is; denied also forgets what was counted.
   * @example client.setConsent('granted')
   */
  setConsent(consent: Consent): void;
  /** The running or last session, for instance to tag error events with its `sid`; `null` before the first. */
  getSession(): Session | null;
  /** Sends what waits. Resolves to whether nothing is on its way any more within `timeout` ms, by default 2000. */
  flush(timeout?: number): Promise<boolean>;
  /** Sends what waits, and removes all listeners: nothing counts from here on. Resolves as `flush` does. */
  close(timeout?: number): Promise<boolean>;
  /**
   * Counts the errors of another window as part of this page. `userId` is who uses it as the script of that
   * window was told: as `setUser({ id: userId })`, if no script was told the same before.
   * @example client.watch(frame.contentWindow)
   */
  watch(target: EventTarget, userId?: string): void;
}
