/** The parts of the client that can be filtered out or added, by Sentry's names. */
import type { EventsOptions } from '../src/events/options';
import type { HttpOptions, Integration } from './types';

/** An integration that carries the options it was made with. */
interface WithOptions extends Integration {
  options?: object;
}

/** The parts of a client: which are on, and with which options. */
export interface Parts {
  /** Counting of requests by itself, as it was asked for. */
  http: HttpOptions | undefined;
  uncaught: boolean;
  rejections: boolean;
  process: boolean;
  /** Events of errors, as they were asked for. */
  events: EventsOptions | undefined;
}

/**
 * The counting of requests that Node's servers get; on by default.
 * @example init({ integrations: [httpIntegration({ trackIncomingRequestsAsSessions: false })] })
 */
export function httpIntegration(options?: HttpOptions): Integration {
  const integration: WithOptions = { name: 'Http', options: options ?? {} };
  return integration;
}

/** An error that nobody catches is a crash of the request in whose context it was thrown; default. */
export const onUncaughtExceptionIntegration = (): Integration => ({ name: 'OnUncaughtException' });

/** A rejection that nobody handles is a crash of the request in whose context it began; default. */
export const onUnhandledRejectionIntegration = (): Integration => ({
  name: 'OnUnhandledRejection',
});

/**
 * One session for the process, for those that answer no requests: scripts, workers, command lines. It
 * is announced after 2 s, ends as `exited` when the process does, as `crashed` if it dies of an error,
 * and gives way to the sessions of requests as soon as a server of the process listens.
 * @example init({ integrations: [processSessionIntegration()] })
 */
export const processSessionIntegration = (): Integration => ({ name: 'ProcessSession' });

/**
 * An event for each error that counts, with its stack, its causes and the request: what crashed. Off by
 * default. That of `crashfree/events` does the same.
 * @example init({ integrations: [eventsIntegration({ errorSampleRate: 0.5 })] })
 */
export function eventsIntegration(options?: EventsOptions): Integration {
  const integration: WithOptions = { name: 'Events', options: options ?? {} };
  return integration;
}

const defaults = (): Integration[] => [
  httpIntegration(),
  onUncaughtExceptionIntegration(),
  onUnhandledRejectionIntegration(),
];

const isIntegration = (value: unknown): value is WithOptions =>
  typeof (value as Integration | null)?.name === 'string';

/** The options of an integration that is on; one that is not ours may have any. */
function eventsOf(integration: WithOptions | undefined): EventsOptions | undefined {
  if (!integration) return undefined;
  const { options } = integration;
  return typeof options === 'object' && options !== null ? options : {};
}

/** What the option leaves on; a list takes the place of default ones of the same name. */
function chosenFrom(option: unknown): WithOptions[] {
  if (option === undefined) return defaults();
  const list =
    typeof option === 'function' ? (option as (d: unknown) => unknown)(defaults()) : option;
  if (!Array.isArray(list)) throw new TypeError('integrations');
  const added = list.filter(isIntegration);
  if (typeof option === 'function') return added;
  return [...defaults().filter(({ name }) => !added.some((one) => one.name === name)), ...added];
}

/** The parts that are on; `invalid` is called if the option is no list and gives none. */
export function integrationsOf(option: unknown, invalid: () => void): Parts {
  let chosen = defaults() as WithOptions[];
  try {
    chosen = chosenFrom(option);
  } catch {
    invalid();
  }
  /* Of several of one name the last one counts, as in Sentry. */
  const find = (wanted: string) => chosen.filter(({ name }) => name === wanted).at(-1);
  const http = find('Http');
  const options = (http?.options ?? {}) as HttpOptions;
  const counts = options.trackIncomingRequestsAsSessions !== false && options.sessions !== false;
  return {
    http: http && counts ? options : undefined,
    uncaught: find('OnUncaughtException') !== undefined,
    rejections: find('OnUnhandledRejection') !== undefined,
    process: find('ProcessSession') !== undefined,
    events: eventsOf(find('Events')),
  };
}
