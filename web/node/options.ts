/** Options, their defaults, and what makes them invalid. */
import { builtRelease } from '../src/options/defaults';
import { integrationsOf, type Parts } from './integrations';
import type { Fetch } from './sender';
import type { HttpOptions, Options } from './types';

/** The longest wait that timers of Node take; a longer one would end at once. */
const WAIT_MAX_MS = 2 ** 31 - 1;

export interface Settings {
  dsn: string;
  release: string;
  environment: string;
  tunnel: string;
  fetch: Fetch | undefined;
  flushInterval: number;
  ignoreIncomingRequests: HttpOptions['ignoreIncomingRequests'];
  enabled: boolean;
  debug: boolean;
  parts: Parts;
}

const NAMES = [
  'dsn',
  'release',
  'environment',
  'tunnel',
  'fetch',
  'flushInterval',
  'ignoreIncomingRequests',
  'integrations',
  'enabled',
  'debug',
] as const satisfies (keyof Options)[];

/** An option that is read; no other one can be. */
type Name = (typeof NAMES)[number];

/** What was given for each option that has a value; a getter that throws makes its option invalid. */
function given(options: unknown, invalid: (name: Name) => void): Partial<Record<Name, unknown>> {
  const values: Partial<Record<Name, unknown>> = {};
  if (typeof options !== 'object' || options === null) return values;
  for (const name of NAMES) {
    try {
      values[name] = (options as Record<string, unknown>)[name] ?? undefined;
    } catch {
      invalid(name);
    }
  }
  return values;
}

const isWait = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= WAIT_MAX_MS;

/** Puts the options over their defaults; calls `invalid` with the name of each that cannot be. */
export function settingsOf(options: unknown, invalid: (name: Name) => void): Settings {
  const values = given(options, invalid);
  const { env } = process;
  const text = (name: Name, fallback: string | undefined): string => {
    const value = values[name] ?? fallback ?? '';
    if (typeof value === 'string') return value;
    /* An environment that is none is left out, as one that the server would not take. */
    if (name !== 'environment') invalid(name);
    return '';
  };
  const ofType = <T>(name: Name, type: string): T | undefined => {
    const value = values[name];
    if (value === undefined || typeof value === type) return value as T | undefined;
    invalid(name);
    return undefined;
  };
  const parts = integrationsOf(values.integrations, () => invalid('integrations'));
  const flushInterval = parts.http?.sessionFlushingDelayMS ?? values.flushInterval ?? 60_000;
  if (!isWait(flushInterval)) invalid('flushInterval');

  const tunnel = text('tunnel', undefined);
  /* On a server there is no page that an address could be relative to. */
  if (values.tunnel !== undefined && !URL.canParse(tunnel)) invalid('tunnel');
  return {
    dsn: text('dsn', env.SENTRY_DSN),
    release: text('release', builtRelease() || env.SENTRY_RELEASE),
    environment: text('environment', env.SENTRY_ENVIRONMENT || 'production'),
    tunnel,
    fetch: ofType<Fetch>('fetch', 'function'),
    flushInterval: isWait(flushInterval) ? flushInterval : 0,
    ignoreIncomingRequests:
      parts.http?.ignoreIncomingRequests ??
      ofType<Settings['ignoreIncomingRequests']>('ignoreIncomingRequests', 'function'),
    enabled: ofType<boolean>('enabled', 'boolean') ?? true,
    debug: ofType<boolean>('debug', 'boolean') ?? /^(1|true)$/.test(env.SENTRY_DEBUG ?? ''),
    parts,
  };
}
