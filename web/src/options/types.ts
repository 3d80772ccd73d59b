/** Options, and what is handed to the functions among them. */
import type { Client } from '../client/types';
export type Consent = 'granted' | 'pending' | 'denied';
export type Lifecycle = 'route' | 'page' | 'manual';

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

/**
 * Rules for what is noise. `true`, the default of each: such errors do not count, but for
 * `counts.ignored`, which says how many each rule left out.
 */
export interface NoiseRules {
  /** "ResizeObserver loop" notices, which browsers report as errors. */
  resizeObserver?: boolean | undefined;
  /** "Script error." of a script from another origin, of which nothing is known. */
  scriptError?: boolean | undefined;
  /** What Sentry's SDKs filter by default: code that in-app browsers, wallets and tag managers inject. */
  eventFilters?: boolean | undefined;
  /** Errors from, or through, code of a browser extension, unless the page itself is an extension's. */
  extension?: boolean | undefined;
  /** Rejections by which something was cancelled: `AbortError`, `CanceledError`, `ERR_CANCELED` … */
  abort?: boolean | undefined;
  /** Rejections by which the browser refuses what the person did not allow: autoplay, permissions. */
  refused?: boolean | undefined;
  /** Rejections that say that a view transition was skipped. */
  viewTransition?: boolean | undefined;
  /** What React says when it has rendered anew what the server rendered differently. */
  hydration?: boolean | undefined;
  /** Rejections of requests that were cut because the page was being left. */
  leaving?: boolean | undefined;
  /** Rejections that are handled within 250 ms. */
  lateHandled?: boolean | undefined;
  /** Errors and rejections on whose event the page called `preventDefault()`. */
  prevented?: boolean | undefined;
}

/** Makes a request, as `fetch` does. */
export type Requester = (url: string, init: RequestInit) => Promise<Response>;

/** What an integration adds to a client. */
export interface Extension {
  /** An error that counts, before its session is told of it. */
  error?(
    error: unknown,
    report: { handled: boolean; isRejection: boolean; isGlobal: boolean },
  ): void;
  /** Makes the client's requests; `next` makes one as it would be without the extension. */
  fetch?(url: string, init: RequestInit, next: Requester): Promise<Response>;
}

/**
 * A part of the client: `BrowserSession` and `GlobalHandlers`, which can be filtered out, or one that is
 * added, such as `eventsIntegration()` of `crashfree/events`.
 */
export interface Integration {
  name: string;
  /** Called once, when the client is made. */
  setup?: ((client: Client, options: Options) => Extension | undefined | void) | undefined;
}

/** What a function as `initialScope` gets, as from Sentry's SDKs: each method returns the scope. */
export interface InitialScope {
  setUser(user: User | null): InitialScope;
  [method: string]: (...parameters: never[]) => InitialScope;
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
   * call `setUser(user)`; what else Sentry's scopes can do is taken and ignored.
   */
  initialScope?:
    { user?: User | null | undefined } | ((scope: InitialScope) => unknown) | undefined;
  /** An address of yours that forwards envelopes to the server; the DSN then travels in the body. */
  tunnel?: string | undefined;
  /**
   * What a session is. `route` (default): a page load or a navigation within it. `page`: a page
   * load. `manual`: what `startSession` and `navigate` say.
   */
  lifecycle?: Lifecycle | undefined;
  /** The parts that are on: a function of the default ones. A list, as in Sentry, adds to them. */
  integrations?: Integration[] | ((defaults: Integration[]) => Integration[]) | undefined;
  /** Errors that do not count: part of the message, or a pattern for it or for `name: message`. */
  ignoreErrors?: (string | RegExp)[] | undefined;
  /** Errors from these scripts do not count: part of the address of the innermost frame. */
  denyUrls?: (string | RegExp)[] | undefined;
  /** Only errors from these scripts count, and those from none. */
  allowUrls?: (string | RegExp)[] | undefined;
  /** Which errors are noise; `false`: none is. */
  noise?: false | NoiseRules | undefined;
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
