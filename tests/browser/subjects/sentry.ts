/**
 * The peer, @sentry/browser, behind the names of crashfree's API, so that the same pages can be run
 * with both. What it has no counterpart for does nothing.
 */
import * as Sentry from '@sentry/browser';

type Options = Record<string, unknown> & { lifecycle?: 'route' | 'page' | 'manual' };

const copied = [
  'dsn',
  'release',
  'environment',
  'tunnel',
  'initialScope',
  'ignoreErrors',
  'denyUrls',
  'allowUrls',
  'enabled',
  'debug',
];

export function init(options: Options = {}): object {
  const given = (options ?? {}) as Options;
  const { lifecycle = 'route', integrations } = given;
  const defaults = Sentry.getDefaultIntegrations({}).flatMap((integration) => {
    if (integration.name !== 'BrowserSession') return [integration];
    return lifecycle === 'manual' ? [] : [Sentry.browserSessionIntegration({ lifecycle })];
  });
  Sentry.init({
    ...Object.fromEntries(copied.filter((key) => key in given).map((key) => [key, given[key]])),
    defaultIntegrations: defaults,
    // Sessions follow errors before they are sampled; the events themselves are not wanted here.
    sampleRate: 0,
    ...(integrations === undefined ? {} : { integrations: integrations as never }),
  });
  return { status: 'active' };
}

export const setUser = (user: Sentry.User | null): void => Sentry.setUser(user);

export function captureException(error: unknown, hint?: { handled?: boolean }): void {
  const handled = hint?.handled ?? true;
  Sentry.captureException(error, { mechanism: { type: 'generic', handled } });
}

export const startSession = (): unknown => Sentry.startSession();
export const captureSession = (end?: boolean): void => Sentry.captureSession(end);
export const endSession = (): void => Sentry.endSession();
export const flush = (timeout?: number): PromiseLike<boolean> => Sentry.flush(timeout);
export const close = (): PromiseLike<boolean> => Sentry.close();
export const getSession = (): unknown => Sentry.getIsolationScope().getSession();
export const navigate = (): void => {};
export const setConsent = (): void => {};

const { dataset } = (document.currentScript ?? { dataset: {} }) as HTMLScriptElement;
const { dsn, release, environment, lifecycle } = dataset;
if (dsn) init({ dsn, release, environment, lifecycle: lifecycle as 'route' | undefined });
