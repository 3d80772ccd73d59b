/** The defaults of the options, and what makes a value invalid. */
import { PER_MINUTE_DEFAULT } from '../abi';
import { attempt } from '../platform/attempt';
import type { InitialScope, Integration, Options, User } from '../types/options';

declare const __SENTRY_RELEASE__: string | undefined;

/** The release that a build tool left for the page; an element of that name is none. */
export function builtRelease(): string | undefined {
  if (typeof __SENTRY_RELEASE__ === 'string') return __SENTRY_RELEASE__;
  const { SENTRY_RELEASE: left } = globalThis as { SENTRY_RELEASE?: { id?: string } };
  return left && !('nodeType' in left) ? left.id : undefined;
}

/** The default of hooks. */
export const nothing = (): undefined => undefined;
/** Where the options give none: web/src/delivery/own-fetch.ts finds one. */
export const noFetch: NonNullable<Options['fetch']> = () => Promise.reject(new TypeError());

/** Options that have a value of one type, which their default shows. */
type Typed = {
  [Name in Exclude<keyof Options, 'initialScope' | 'integrations'>]-?: NonNullable<Options[Name]>;
};
/** Options with defaults for those that were not given. */
export type Settings = Options & Typed;

export const defaults = (): Settings => ({
  dsn: '',
  release: attempt(builtRelease) ?? '',
  environment: 'production',
  tunnel: '',
  sampleRate: 1,
  consent: 'granted',
  unhandledStatus: 'crashed',
  maxSessionsPerMinute: PER_MINUTE_DEFAULT,
  sendClientReports: true,
  beforeSendSession: nothing,
  lifecycle: 'route',
  storage: 'none',
  enabled: true,
  noise: true,
  debug: false,
  globalPrivacyControl: false,
  ignoreErrors: [],
  denyUrls: [],
  allowUrls: [],
  classifyError: nothing,
  isNewRoute: nothing,
  fetch: noFetch,
});

/** Options that take one of a few words. */
const WORDS = new Map<string, readonly string[]>([
  ['consent', ['granted', 'pending', 'denied']],
  ['lifecycle', ['route', 'page', 'manual']],
  ['storage', ['none', 'session', 'local']],
  ['unhandledStatus', ['crashed', 'unhandled']],
]);

/** Whether a value is one that an option of such a default can have. Numbers are not negative. */
function isValid(name: string, value: unknown, fallback: unknown): boolean {
  if (Array.isArray(fallback)) return Array.isArray(value);
  if (name === 'noise' && typeof value === 'object') return !Array.isArray(value);
  if (typeof value !== typeof fallback) return false;
  if (typeof value === 'number' && !(value >= 0)) return false;
  if (name === 'sampleRate') return (value as number) <= 1;
  return WORDS.get(name)?.includes(value as string) ?? true;
}

/**
 * Puts the given options over their defaults and calls `invalid` with the name of each one that has a
 * value which it cannot have. An environment that no server would take is left out.
 */
export function complete<T extends object>(
  options: object,
  defaults: T,
  invalid: (name: string) => void,
): T {
  const fallbacks = defaults as Record<string, unknown>;
  const given = options as Record<string, unknown>;
  const everywhere = Object.prototype as unknown as Record<string, unknown>;
  const settings: Record<string, unknown> = { ...fallbacks, ...options };

  for (const name of Object.keys(fallbacks)) {
    /* An object of a class may have its options by getters; what all objects of a page have is none. */
    const own = given[name] === everywhere[name] ? undefined : given[name];
    const value = (settings[name] = own ?? fallbacks[name]);
    if (value === fallbacks[name] || isValid(name, value, fallbacks[name])) continue;
    if (name === 'environment') settings[name] = '';
    else invalid(name);
  }
  return settings as T;
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
  /* It may want what a scope gives back; what it said before counts. */
  attempt(initialScope, scope);
  return user;
}

/**
 * The integrations that are on; a list adds to the default ones, which are all. Undefined if the option is
 * neither a list nor a function that gives one.
 */
export const integrationsOf = ({ integrations }: Options): Integration[] | undefined =>
  attempt(() => {
    const all: Integration[] = [{ name: 'GlobalHandlers' }, { name: 'BrowserSession' }];
    const list =
      typeof integrations === 'function' ? integrations(all) : [...all, ...(integrations ?? [])];
    return list.every(({ name }) => name) ? list : undefined;
  });
