/** From options to a client: what is wrong with them, and whether there is one already. */
import { RELEASE_MAX } from '../src/abi';
import { attempt } from '../src/platform/attempt';
import { startClient, type Warn } from './client';
import { Core } from './core';
import { inactive } from './inactive';
import { settingsOf, type Settings } from './options';
import type { Client, Status } from './types';

/** What clients are told apart by: two clients that are equal in it would count each request twice. */
const nameOf = (url: string, settings: Settings): unknown[] => [
  url,
  settings.release,
  settings.environment,
  settings.fetch,
];

function configure(core: Core, settings: Settings, warn: Warn): void {
  core.set('DSN', settings.dsn);
  core.set('RELEASE', settings.release);
  if (!core.set('ENVIRONMENT', settings.environment)) warn('invalid-environment, left out');
  if (settings.tunnel) core.set('TUNNEL', settings.tunnel);
}

/** A client, and what others are told apart from it by, which is empty if it counts nothing. */
export interface Started {
  client: Client;
  name: unknown[];
  /** Says something on the console if its options ask for that. */
  warn(text: string): void;
}

/** What somebody can do about a client that sends nothing. */
const remedies: Partial<Record<Status, string>> = {
  'no-dsn': 'give init() a dsn, or set SENTRY_DSN',
  'no-release': 'give init() a release, or set SENTRY_RELEASE',
  'invalid-dsn': 'a DSN is https://KEY@HOST/PROJECT',
  'invalid-tunnel': 'a tunnel is a whole address, such as https://shop.example/tunnel',
  'invalid-release': `a release is a name of at most ${RELEASE_MAX} bytes without slashes, such as shop@1.4.0`,
};

export function createClient(
  options: unknown,
  sameAs: (name: unknown[]) => Client | undefined,
): Started {
  let invalid: string | undefined;
  const settings = settingsOf(options, (name) => {
    invalid ??= name;
  });
  const warn = (text: string) => {
    /* The console is the app's. */
    if (settings.debug) attempt(() => console.warn(`crashfree: ${text}`));
  };
  const fail = (status: Status): Started => {
    const remedy = remedies[status];
    warn(`${status}, nothing is sent${remedy ? `: ${remedy}` : ''}`);
    return { client: inactive(status), name: [], warn };
  };
  if (invalid) return fail(`invalid-${invalid}`);
  if (!settings.enabled) return fail('disabled');

  let core: Core;
  try {
    core = new Core();
    configure(core, settings, warn);
  } catch {
    return fail('unsupported');
  }
  if (core.status !== 'active') return fail(core.status);

  const name = nameOf(core.url, settings);
  const same = sameAs(name);
  if (same) {
    warn('init was called before with the same dsn, release and environment: its options stay');
    return { client: same, name, warn };
  }
  return { client: startClient(core, settings, warn), name, warn };
}
