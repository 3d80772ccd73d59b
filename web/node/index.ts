/** `crashfree/node`: a session for each request that a server answers, sent added up. */
import type { Status } from '../src/client/status';
import { createClient } from './client';

export type { Status } from '../src/client/status';

export interface Options {
  /** Where sessions go: `https://KEY@HOST/PROJECT`. */
  dsn?: string;
  /** The name of what is running, such as `shop-api@1.4.0`. */
  release?: string;
  /** Default `production`; an invalid name is left out. */
  environment?: string;
  /** An absolute address that forwards envelopes to the server. */
  tunnel?: string;
  /** The function that sends. Default: the global `fetch`. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** How long ended sessions wait for others before they are sent, in ms. Default 60000. */
  flushInterval?: number;
  /** `true`: says on the console, once, why nothing is sent. Default `false`. */
  debug?: boolean;
}

/** What is needed of a response: Node's own, of HTTP/1 or 2, and whatever is derived from them. */
export interface ResponseLike {
  readonly closed?: boolean;
  once(event: 'close', listener: () => void): unknown;
}

/** What `captureException` may be told about an error. */
export interface CaptureHint {
  /** `false`: nothing recovered from it, so the request crashed. */
  handled?: boolean;
  /** The same in Sentry's form. */
  mechanism?: { handled?: boolean };
}

/** Counts the requests of one process for one DSN. No method throws what is not the app's own. */
export interface Client {
  /** Whether sessions are being sent and, if not, why. */
  readonly status: Status;
  /**
   * Opens the session of a request; it ends when the response closes. The request is the current
   * one for the rest of the calling listener and for what comes of it. Errors of the listener do not
   * count by themselves, as they do with `wrap`.
   * @example http.createServer((req, res) => { client.requestHandler(req, res); app(req, res); })
   */
  requestHandler(request: unknown, response: ResponseLike): void;
  /**
   * The same as a middleware of Express or Connect, which goes first.
   * @example
   * app.use(client.middleware());
   * // … the app's routes, then, as Express keeps errors to itself:
   * app.use((error, req, res, next) => {
   *   client.captureException(error, { handled: false });
   *   next(error);
   * });
   */
  middleware(): (request: unknown, response: ResponseLike, next: () => unknown) => unknown;
  /**
   * The same around a listener of `node:http`. An error that it throws, or a promise of it that is
   * rejected, counts as a crash and goes on as it would without.
   * @example http.createServer(client.wrap(async (req, res) => res.end(await page(req))))
   */
  wrap<Listener extends (request: any, response: any, ...rest: any[]) => unknown>(
    listener: Listener,
  ): Listener;
  /**
   * Counts an error of the current request: it is errored, or crashed with `handled: false`. Outside
   * of a request it does nothing.
   */
  captureException(error: unknown, hint?: CaptureHint): void;
  /** Sends what waits. Resolves to whether all of it was delivered within `timeout` ms (2000). */
  flush(timeout?: number): Promise<boolean>;
  /** Ends the sessions of all requests, as they are, sends what waits, and counts no more. */
  close(timeout?: number): Promise<boolean>;
}

/** The client that the functions of this module act on: the first that is open. */
let current: Client | undefined;

/**
 * Starts counting requests. It does not throw: the client's `status` says what is wrong.
 *
 * @example
 * const client = init({ dsn: 'https://KEY@o1.ingest.sentry.io/42', release: 'shop-api@1.4.0' });
 * http.createServer(client.wrap(listener)).listen(8080);
 */
export function init(options?: Options): Client {
  const client = createClient(options ?? {});
  if (!current || current.status === 'closed') current = client;
  return client;
}

/** Counts an error of the current request: it is errored, or crashed with `handled: false`. */
export const captureException = (error: unknown, hint?: CaptureHint): void =>
  current?.captureException(error, hint);

/** Sends what waits. Resolves to whether all of it was delivered within `timeout` ms (2000). */
export const flush = (timeout?: number): Promise<boolean> =>
  current?.flush(timeout) ?? Promise.resolve(true);

/** Ends the sessions of all requests, sends what waits, and counts no more. */
export const close = (timeout?: number): Promise<boolean> =>
  current?.close(timeout) ?? Promise.resolve(true);
