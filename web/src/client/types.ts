/** What the page's code sees of a client. */
import type { Consent, Session, User } from '../session';
import type { Counts } from './counts';
import type { Status } from './status';

/** What `captureException` may be told about an error. */
export interface CaptureHint {
  /** `false`: nothing recovered from it, so the session ends as for an uncaught error. */
  handled?: boolean | undefined;
  /** The same in Sentry's form; with the type `onunhandledrejection` the rules for rejections apply. */
  mechanism?: { handled?: boolean | undefined; type?: string | undefined } | undefined;
}

/**
 * Counts the sessions of one page for one DSN. No method throws, and each may be called before the
 * core is up or after `close`.
 */
export interface Client {
  /** Whether sessions are being sent and, if not, why. */
  readonly status: Status;
  readonly counts: Counts;
  /** The function of the same name documents each of these. */
  setUser(user: User | null): void;
  captureException(error: unknown, hint?: CaptureHint): void;
  startSession(context?: { user?: User | null | undefined }): void;
  captureSession(end?: boolean): void;
  endSession(): void;
  navigate(to?: string | URL): void;
  setConsent(consent: Consent): void;
  getSession(): Session | null;
  flush(timeout?: number): Promise<boolean>;
  close(timeout?: number): Promise<boolean>;
  /**
   * Counts the errors of another window as part of this page.
   * @example client.watch(frame.contentWindow)
   */
  watch(target: EventTarget): void;
}
