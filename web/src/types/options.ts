/** Options, and what is handed to the functions among them. */
import type { Client } from './client';
import type { Consent, Session, User } from './session';
import type { NoiseRules } from './rules';

export type { Consent, Session, User } from './session';
export type { NoiseRules } from './rules';
export type Lifecycle = 'route' | 'page' | 'manual';

/** What is known of an error when it is judged. */
export interface ErrorContext {
  message: string;
  /** The error's `name`, such as `TypeError`; empty if it has none. */
  name: string;
  /** The stack without the message; empty if there is none. */
  stack: string;
  /** The script that the browser blames; empty if unknown. */
  filename: string;
  /** Whether it came through `captureException` rather than from the page's error events. */
  handled: boolean;
}

/** Makes a request, as `fetch` does. */
export type Requester = (url: string, init: RequestInit) => Promise<Response>;

/** What an error belongs to: a session, if one was running, a time in ms, and the page's address. */
export interface Moment {
  session: Session | null;
  time: number;
  url: string;
}

/**
 * Makes a request to `url`. Gives the HTTP status, or the number of a `crashfree_answer` where nobody answered or
 * somebody else did; X-Sentry-Rate-Limits; and the seconds that Retry-After asks for.
 */
export type Reader = (
  request: () => Promise<Response>,
  url: string,
) => Promise<[status: number, limits?: string, retryAfter?: number]>;

/** What an integration adds to a client. */
export interface Extension {
  /**
   * An error that counts, before its session is told of it; `event` is what the window said of it. One that
   * was kept for the extension comes with its moment.
   */
  error?(
    error: unknown,
    report: { handled: boolean; isRejection: boolean; event?: Partial<ErrorEvent> | undefined },
    moment?: Moment,
  ): void;
  /** So many errors could not be kept for the extension. */
  lost?(count: number): void;
  /** Sends what waits, as the client flushes or is closed; resolves when nothing is on its way any more. */
  flush?(): Promise<unknown>;
  /** Makes the client's requests; `next` makes one as it would be without the extension. */
  fetch?(url: string, init: RequestInit, next: Requester): Promise<Response>;
}

/**
 * A part of the client: `BrowserSession` and `GlobalHandlers`, which can be filtered out, or one that is
 * added, such as `eventsIntegration()` of `crashfree/events`.
 */
export interface Integration {
  name: string;
  /**
   * Called once, when the client is made; the option `fetch` is the function that makes its requests,
   * `read` makes one and tells what came back, as the client understands it, and `miss` counts errors about
   * which the integration can do nothing.
   */
  setup?:
    | ((
        client: Client,
        options: Options,
        read: Reader,
        miss: (count: number) => void,
      ) => Extension | undefined | void)
    | undefined;
}

/** What a function as `initialScope` gets, as from Sentry's SDKs: each method returns the scope. */
export interface InitialScope {
  setUser(user: User | null): InitialScope;
  [method: string]: (...parameters: any[]) => InitialScope;
}

export interface Options {
  /** Where sessions go: `https://KEY@HOST/PROJECT`. Required. */
  dsn?: string | undefined;
  /**
   * The release, such as `shop@1.4.0`: at most 200 bytes, no slash, backslash or control character,
   * not `latest`. Default: the build's `__SENTRY_RELEASE__`, else the global `SENTRY_RELEASE.id`.
   */
  release?: string | undefined;
  /** At most 64 bytes; an invalid name is left out. Default `production`. */
  environment?: string | undefined;
  /**
   * `user` is who uses the page from the start. A function is called with a scope, on which it may
   * call `setUser(user)`; what else Sentry's scopes can do is taken and ignored. Where the page has a client
   * for the DSN already, a user that no `init` named before is one that `setUser` names.
   */
  initialScope?:
    { user?: User | null | undefined } | ((scope: InitialScope) => unknown) | undefined;
  /**
   * An address of yours that forwards envelopes to the server; the DSN then travels in the body. A path is
   * one of the page that calls `init`, whatever route it shows later.
   */
  tunnel?: string | undefined;
  /**
   * What a session is. `route` (default): a page load or a navigation within it. `page`: a page
   * load. `manual`: what `startSession` and `navigate` say.
   */
  lifecycle?: Lifecycle | undefined;
  /** The parts that are on: a function of the default ones. A list, as in Sentry, adds to them. */
  integrations?: readonly Integration[] | ((defaults: Integration[]) => Integration[]) | undefined;
  /**
   * Errors that do not count: part of the message, or a pattern for it or for `name: message`. What is no
   * error has the words of Sentry's SDKs, too, such as `Non-Error promise rejection captured with value: gone`.
   */
  ignoreErrors?: readonly (string | RegExp)[] | undefined;
  /** Errors from these scripts do not count: part of the address of the innermost frame. */
  denyUrls?: readonly (string | RegExp)[] | undefined;
  /** Only errors from these scripts count, and those from none. */
  allowUrls?: readonly (string | RegExp)[] | undefined;
  /** Which errors are noise; `true`: each rule applies, `false`: none does. Default `true`. */
  noise?: boolean | NoiseRules | undefined;
  /**
   * Has the last word on an error that is not noise: `ignore`, `error` (handled) or `crash`.
   * Anything else leaves the decision as it is.
   */
  classifyError?:
    | ((error: unknown, context: ErrorContext) => 'ignore' | 'error' | 'crash' | undefined | void)
    | undefined;
  /** Whether a change of location starts a session. Default: path, query or hash route changed. */
  isNewRoute?: ((from: URL, to: URL) => boolean | undefined) | undefined;
  /** How an uncaught error ends the session. `unhandled` needs Sentry 25.9. Default `crashed`. */
  unhandledStatus?: 'crashed' | 'unhandled' | undefined;
  /** The share of sessions that are sent, from 0 to 1, decided by each session's id. Default 1. */
  sampleRate?: number | undefined;
  /** Default `granted`. Nothing is sent or stored before. See `setConsent`. */
  consent?: Consent | undefined;
  /** `true`: Global Privacy Control of the browser means that consent is denied. Default `false`. */
  globalPrivacyControl?: boolean | undefined;
  /** Called before each item is sent; `false` or `null` discards the session for good. */
  beforeSendSession?: ((session: Session) => unknown) | undefined;
  /** Whether losses are reported to the server. Default `true`. */
  sendClientReports?: boolean | undefined;
  /**
   * Where undelivered sessions wait for the next visit: `session` for this tab, `local` for any. With
   * `local`, a visible tab that died is reported as `abnormal` by the next visit. Default `none`.
   */
  storage?: 'none' | 'session' | 'local' | undefined;
  /**
   * The function that sends, used as it is. Default: the browser's own `fetch`. Where a script has
   * replaced that by the time of `init`, the browser's is taken from an empty frame, which is gone at
   * once, so that nothing is added to our requests. A page without an origin (`sandbox` without
   * `allow-same-origin`) has no such frame: there the page's function sends, whatever it adds.
   */
  fetch?: Requester | undefined;
  /** A fuse against routing loops; 0 is none. Default 100. */
  maxSessionsPerMinute?: number | undefined;
  /** `false`: does nothing at all. Default `true`. */
  enabled?: boolean | undefined;
  /**
   * `true`: says on the console, each thing once, why nothing is sent and which set-up hides errors.
   * Default `false`.
   */
  debug?: boolean | undefined;
}
