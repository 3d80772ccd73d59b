/** What the options of a client say, and what is wrong with them. */
import { findFetch } from '../delivery/own-fetch';
import type { Fetch } from '../delivery/http';
import { complete, defaults, integrationsOf, noFetch, type Settings } from '../options/defaults';
import type { Integration, Lifecycle, Options } from '../types/options';
import { attempt } from '../platform/attempt';
import { native } from '../platform/native';
import { wholeAddress } from './route';
import type { Status } from '../types/status';

export interface Setup {
  readonly _settings: Settings;
  readonly _lifecycle: Lifecycle;
  /** Whether errors that nobody catches count. */
  readonly _hasErrors: boolean;
  /** The integrations that the option names. */
  readonly _integrations: Integration[];
  /** Makes the requests. */
  readonly _fetch: Fetch;
  /** Why nothing is sent, if it is known without the core. */
  _failure: Status | undefined;
}

/** Reads the options at once, as the page may change later what it handed over. */
export function setupOf(options: Options): Setup {
  let failure: Status | undefined;
  const settings = complete(options, defaults(), (name) => {
    failure ??= `invalid-${name}`;
  });
  /* A name beside the page would be another address on a route further down. */
  if (settings.tunnel && !/^(\w+:|\/)/.test(settings.tunnel)) {
    settings.tunnel = attempt(wholeAddress, settings.tunnel) ?? settings.tunnel;
  }
  /* Without the option the default integrations are on. */
  const hasOwn = (options.integrations ?? null) !== null;
  const list = hasOwn ? integrationsOf(options) : [];
  const has = (name: string) => !hasOwn || list?.some((one) => one.name === name) === true;
  const fetch =
    settings.fetch === noFetch ? findFetch(attempt(() => native('fetch'))) : settings.fetch;
  if (!list) failure ??= 'invalid-integrations';
  if (!fetch) failure ??= 'unsupported';
  if (!settings.enabled) failure ??= 'disabled';
  /* Its core would say so, but only once it has begun, and the next client may be the right one. */
  if (!settings.dsn) failure ??= 'no-dsn';
  if (!settings.release) failure ??= 'no-release';
  return {
    _settings: settings,
    _lifecycle: has('BrowserSession') ? settings.lifecycle : 'manual',
    _hasErrors: has('GlobalHandlers'),
    _integrations: list ?? [],
    _fetch: fetch ?? noFetch,
    _failure: failure,
  };
}
