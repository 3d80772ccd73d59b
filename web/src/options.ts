/** Options, their defaults, and what makes them invalid. */
import type { Status } from './status';

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

/** Rules for what is noise. `true`, the default of each: such errors do not count. */
export interface NoiseRules {
  /** "ResizeObserver loop" notices, which browsers report as errors. */
  resizeObserver?: boolean;
  /** "Script error." of a script from another origin, of which nothing is known. */
  scriptError?: boolean;
  /** Errors from, or through, code of a browser extension. */
  extension?: boolean;
  /** Rejections named `AbortError`: somebody cancelled something. */
  abort?: boolean;
  /** Rejections that are handled within 250 ms. */
  lateHandled?: boolean;
  /** Errors and rejections on whose event the page called `preventDefault()`. */
  prevented?: boolean;
}

/** A part of the client that can be filtered out: `BrowserSession` or `GlobalHandlers`. */
export interface Integration {
  name: string;
}

/** What a function as `initialScope` gets, as from Sentry's SDKs: each method returns the scope. */
export interface InitialScope {
  setUser(user: User | null): InitialScope;
  [method: string]: (...parameters: never[]) => InitialScope;
}

export interface Options {
  /** Where sessions go: `https://KEY@HOST/PROJECT`. Required. */
  dsn?: string;
  /**
   * The release, such as `shop@1.4.0`: at most 200 bytes, no slash, backslash or control character,
   * not `latest`. Default: the build's `__SENTRY_RELEASE__`, else the global `SENTRY_RELEASE.id`.
   */
  release?: string;
  /** At most 64 bytes; an invalid name is left out. Default `production`. */
  environment?: string;
  /**
   * `user` is who uses the page from the start. A function is called with a scope, on which it may
   * call `setUser(user)`; what else Sentry's scopes can do is taken and ignored.
   */
  initialScope?: { user?: User | null } | ((scope: InitialScope) => unknown);
  /** An address of yours that forwards envelopes to the server; the DSN then travels in the body. */
  tunnel?: string;
  /**
   * What a session is. `route` (default): a page load or a navigation within it. `page`: a page
   * load. `manual`: what `startSession` and `navigate` say.
   */
  lifecycle?: Lifecycle;
  /** The parts that are on: a function of the default ones. A list, as in Sentry, adds to them. */
  integrations?: Integration[] | ((defaults: Integration[]) => Integration[]);
  /** Errors that do not count: part of the message, or a pattern for it or for `name: message`. */
  ignoreErrors?: (string | RegExp)[];
  /** Errors from these scripts do not count: part of the address of the innermost frame. */
  denyUrls?: (string | RegExp)[];
  /** Only errors from these scripts count, and those from none. */
  allowUrls?: (string | RegExp)[];
  /** Which errors are noise; `false`: none is. */
  noise?: false | NoiseRules;
  /**
   * Has the last word on an error that is not noise: `ignore`, `error` (handled) or `crash`.
   * Anything else leaves the decision as it is.
   */
  classifyError?: (
    error: unknown,
    context: ErrorContext,
  ) => 'ignore' | 'error' | 'crash' | undefined | void;
  /** Whether a change of location starts a session. Default: path, query or hash route changed. */
  isNewRoute?: (from: URL, to: URL) => boolean;
  /** How an uncaught error ends the session. `unhandled` needs Sentry 25.9. Default `crashed`. */
  unhandledStatus?: 'crashed' | 'unhandled';
  /** The share of sessions that are sent, from 0 to 1, decided by each session's id. Default 1. */
  sampleRate?: number;
  /** Default `granted`. Nothing is sent or stored before. See `setConsent`. */
  consent?: Consent;
  /** `true`: Global Privacy Control of the browser means that consent is denied. Default `false`. */
  globalPrivacyControl?: boolean;
  /** Called before each item is sent; `false` or `null` discards the session for good. */
  beforeSendSession?: (session: Session) => unknown;
  /** Whether losses are reported to the server. Default `true`. */
  sendClientReports?: boolean;
  /**
   * Where undelivered sessions wait for the next visit: `session` for this tab, `local` for any. With
   * `local`, a visible tab that died is reported as `abnormal` by the next visit. Default `none`.
   */
  storage?: 'none' | 'session' | 'local';
  /** The function that sends. Default: the page's `fetch` at the time of `init`. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** A fuse against routing loops; 0 is none. Default 100. */
  maxSessionsPerMinute?: number;
  /** `false`: does nothing at all. Default `true`. */
  enabled?: boolean;
  /** `true`: says on the console, once, why nothing is sent. Default `false`. */
  debug?: boolean;
}

declare const __SENTRY_RELEASE__: string | undefined;

/** The release that a build tool left for the page. */
export const builtRelease = (): string | undefined =>
  typeof __SENTRY_RELEASE__ === 'string'
    ? __SENTRY_RELEASE__
    : (globalThis as { SENTRY_RELEASE?: { id?: string } }).SENTRY_RELEASE?.id;

export const nothing = () => undefined;

/** Options that have a value of one type, which their default shows. */
type Typed = Required<Omit<Options, 'initialScope' | 'integrations' | 'noise'>> & {
  userAgent: string;
};

/** Options with their defaults. Those of the core come first, in the order of `crashfree_option`. */
export const defaults = (): Typed => ({
  dsn: '',
  release: builtRelease() ?? '',
  environment: 'production',
  userAgent: navigator.userAgent,
  tunnel: '',
  sampleRate: 1,
  consent: 'granted',
  unhandledStatus: 'crashed',
  maxSessionsPerMinute: 100,
  sendClientReports: true,
  beforeSendSession: nothing,

  lifecycle: 'route',
  storage: 'none',
  enabled: true,
  debug: false,
  globalPrivacyControl: false,
  ignoreErrors: [],
  denyUrls: [],
  allowUrls: [],
  classifyError: nothing,
  isNewRoute: nothing as never,
  fetch: window.fetch,
});

/** Options with defaults for those that were not given. */
export type Settings = Options & Typed;

/**
 * Puts the given options over their defaults and calls `invalid` with the name of each one that is
 * not of its default's type. Numbers are not negative.
 */
export function complete<T extends object>(
  options: object,
  defaults: T,
  invalid: (name: string) => void,
): T {
  const settings = { ...defaults, ...options } as Record<string, unknown>;

  for (const name in defaults) {
    const fallback: unknown = defaults[name];
    const value = (settings[name] ??= fallback);
    if (
      typeof value !== typeof fallback ||
      /* A list is what has `some`. */
      typeof (value as unknown[]).some !== typeof (fallback as unknown[]).some ||
      (typeof value === 'number' && !(value >= 0))
    ) {
      if (name === 'environment') settings[name] = '';
      else invalid(name);
    }
  }
  return settings as unknown as T;
}

/** Options from the data attributes of a script tag, such as `data-sample-rate="0.5"`. */
export function fromAttributes(attributes: DOMStringMap): Options {
  const fallbacks: Record<string, unknown> = defaults();
  const options: Record<string, unknown> = {
    ...attributes,
    release: fallbacks.release || attributes.release,
    initialScope: { user: { id: attributes.userId } },
  };
  for (const name in attributes) {
    const type = typeof fallbacks[name];
    if (type === 'number') options[name] = +attributes[name]!;
    if (type === 'boolean') options[name] = attributes[name] !== 'false';
  }
  return options;
}

/** Who uses the page from the start. */
export function initialUser({ initialScope }: Options): User | null | undefined {
  if (typeof initialScope !== 'function') return initialScope?.user;
  let user: User | null | undefined;
  const scope = new Proxy({} as InitialScope, {
    get: (_, method) => (value: User | null) => {
      if (method === 'setUser') user = value;
      return scope;
    },
  });
  try {
    initialScope(scope);
  } catch {
    /* It may want what a scope gives back; what it said before counts. */
  }
  return user;
}

/** The names of the integrations that are on; a list adds to the default ones, which are all. */
export function integrationsOf({ integrations }: Options): string[] {
  const all = [{ name: 'GlobalHandlers' }, { name: 'BrowserSession' }];
  const chosen = typeof integrations === 'function' ? integrations(all) : all;
  return chosen.map(({ name }) => name);
}
