/** What users of `crashfree/node` see of its options and its client. */

import type { Status } from '../src/types/status';

export type { Status } from '../src/types/status';
export type { ErrorEvent } from '../src/events/event';
export type { EventsOptions } from '../src/events/options';

/** A part of the client that can be added, or filtered out, by its name. */
export interface Integration {
  /** `Http`, `OnUncaughtException`, `OnUnhandledRejection`, `ProcessSession` or `Events`. */
  name: string;
}

/** What `httpIntegration` takes; the words are Sentry's. */
export interface HttpOptions {
  /** `false`: the requests that Node's servers get are not counted. Default `true`. */
  trackIncomingRequestsAsSessions?: boolean | undefined;
  /** The same, as Sentry calls it since version 11. */
  sessions?: boolean | undefined;
  /** How long ended sessions wait for others before they are sent, in ms. Default 60000. */
  sessionFlushingDelayMS?: number | undefined;
  /**
   * Requests for which it returns `true` are not counted, such as health checks. `urlPath` is path
   * and query as the client sent them. What it throws means `false`.
   * @example ignoreIncomingRequests: (urlPath) => urlPath === '/healthz'
   */
  ignoreIncomingRequests?(urlPath: string, request: IncomingRequest): boolean;
}

/** What is known of a request when it begins: it is an `IncomingMessage` of `node:http`. */
export interface IncomingRequest {
  url?: string | undefined;
  method?: string | undefined;
  headers: Record<string, string | string[] | undefined>;
}

export interface Options {
  /** Where sessions go: `https://KEY@HOST/PROJECT`. Default: the variable `SENTRY_DSN`. */
  dsn?: string | undefined;
  /**
   * The name of what is running, such as `shop-api@1.4.0`. Default: what the build left, else the
   * variable `SENTRY_RELEASE`.
   */
  release?: string | undefined;
  /** Default: `SENTRY_ENVIRONMENT`, else `production`; an invalid name is left out. */
  environment?: string | undefined;
  /** An absolute address that forwards envelopes to the server. */
  tunnel?: string | undefined;
  /**
   * The function that sends. Default: the global `fetch` or, where `HTTPS_PROXY` and its like name a
   * proxy that it would not use, a request of `node:https` through that proxy.
   */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /**
   * How long ended sessions wait for others before they are sent, in ms. Default 60000. Requests are
   * at least a second apart, whatever it says.
   */
  flushInterval?: number | undefined;
  /** As in `httpIntegration`. */
  ignoreIncomingRequests?(urlPath: string, request: IncomingRequest): boolean;
  /**
   * The parts that are on: a function of the default ones, or a list that is added to them. Default:
   * `Http`, `OnUncaughtException` and `OnUnhandledRejection`.
   * @example integrations: [httpIntegration({ trackIncomingRequestsAsSessions: false })]
   */
  integrations?: readonly Integration[] | ((defaults: Integration[]) => Integration[]) | undefined;
  /** `false`: does nothing at all. Default `true`. */
  enabled?: boolean | undefined;
  /**
   * `true`: says on the console, once, why nothing is sent. Default: whether the variable `SENTRY_DEBUG` is `1` or
   * `true`.
   */
  debug?: boolean | undefined;
}

/** What is needed of a response: Node's own, of HTTP/1 or 2, and whatever is like it. */
export interface ResponseLike {
  readonly closed?: boolean;
  once?(event: string, listener: () => void): unknown;
}

/** What `captureException` may be told about an error. */
export interface CaptureHint {
  /** `false`: nothing recovered from it, so the request crashed. */
  handled?: boolean | undefined;
  /** The same in Sentry's form. */
  mechanism?: { handled?: boolean | undefined } | undefined;
  /**
   * The request that the error belongs to, where it is not the current one: a pool of connections
   * calls back in the context of whichever request opened the connection. Node's request, or what a
   * framework makes of it (`request.raw`, `ctx.req`, `c.env.incoming`).
   */
  request?: unknown;
}

/** Counts the requests of one process for one DSN. No method throws what is not the app's own. */
export interface Client {
  /** Whether sessions are being sent and, if not, why. */
  readonly status: Status;
  /**
   * Opens the session of a request that Node's servers did not get, such as one of a test or of a
   * server of another kind; one that is counted already is not counted again. It ends when the
   * response closes or finishes. The request is the current one for the rest of the calling function
   * and for what comes of it.
   */
  requestHandler(request: unknown, response?: ResponseLike): void;
  /**
   * The same as a middleware of Express, Connect or Koa. An error that Koa hands through it is a
   * crash.
   * @example app.use(client.middleware());
   */
  middleware(): (...parameters: any[]) => any;
  /**
   * The same around a listener. An error that it throws, or a promise of it that is rejected, counts
   * as a crash and goes on as it would without. A function of another shape, such as
   * `(request) => response` or `(event, context) => result`, is a request from its call to its end;
   * called with nothing, it is no request.
   * @example export const handler = client.wrap(async (event, context) => answer(event));
   */
  wrap<Listener extends (...parameters: any[]) => unknown>(listener: Listener): Listener;
  /**
   * Counts an error of the current request, or of `hint.request`: it is errored, or crashed with
   * `handled: false`. Outside of a request it counts for the session of the process, if there is one.
   */
  captureException(error: unknown, hint?: CaptureHint): void;
  /** Sends what waits. Resolves to whether all of it was delivered within `timeout` ms (2000). */
  flush(timeout?: number): Promise<boolean>;
  /** Ends the sessions of all requests, as they are, sends what waits, and counts no more. */
  close(timeout?: number): Promise<boolean>;
}
