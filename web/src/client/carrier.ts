/**
 * What all copies of this package on a page share, kept by the window under a symbol: the script tag,
 * ES and CommonJS modules, `crashfree/url` and the adapters act on the same clients.
 */
import type { Client } from '../types/client';

/** The functions of the package that act on a client. */
type Functions = Omit<Client, 'status' | 'counts' | 'watch'>;
interface Call {
  name: keyof Functions;
  make(client: Client): unknown;
}

export interface Carrier {
  /** The clients of the page that are open, by DSN. The package's functions act on the first. */
  clients: Map<string, Client>;
  /** The last client that was made, which says why there is none that is open. */
  last?: Client | undefined;
  /** Calls that were made before there was a client that works, for the first one; none are kept afterwards. */
  calls?: Call[] | undefined;
  /** Who uses the page, as the last call said, for the next client. */
  user?: Call | undefined;
}

const KEY = Symbol.for('crashfree');
/** Calls that are kept until there is a client. */
const CALLS_MAX = 20;

type Holder = { [KEY]?: Carrier };

/** The carrier of a window, made where there is none. */
export const carrierOf = (holder: object): Carrier =>
  ((holder as Holder)[KEY] ??= { clients: new Map<string, Client>(), calls: [] });

/** Whether there is a page: not on a server, not in a worker, not in another runtime. */
export const isPage = (): boolean =>
  typeof document === 'object' && typeof EventTarget === 'function' && typeof location === 'object';

/** The client that the package's functions act on. */
export const openClient = (): Client | undefined => carrierOf(window).clients.values().next().value;

/**
 * Makes a call of the page's client. Until there is one of which it is known that it works the call is kept,
 * on a page: on a server it would reach somebody else.
 */
export function perform(call: Call): unknown {
  if (!isPage()) return undefined;
  const carrier = carrierOf(window);
  const { calls } = carrier;
  const client = openClient();
  /* Nobody was there yet whom another user could follow. */
  if (call.name === 'setUser') carrier.user = call;
  else if (calls && calls.length < CALLS_MAX) calls.push(call);
  return client && call.make(client);
}

/** Calls a function of the page's client, see `perform`. */
export const call = <Name extends keyof Functions>(
  name: Name,
  ...parameters: Parameters<Functions[Name]>
): ReturnType<Functions[Name]> | undefined =>
  perform({
    name,
    make: (client) =>
      (client[name] as (...all: typeof parameters) => ReturnType<Functions[Name]>)(...parameters),
  }) as ReturnType<Functions[Name]> | undefined;

/**
 * Makes a client the page's if there is no other one that is open, and passes on the calls that were kept.
 * `user`: whom its options name.
 */
export function adopt(client: Client, user: string): void {
  const carrier = carrierOf(window);
  const isNew = carrier.last !== client;
  carrier.last = client;
  if (!isNew || openClient() !== client) return;
  if (!user) carrier.user?.make(client);
  carrier.calls?.forEach(({ make }) => make(client));
}
