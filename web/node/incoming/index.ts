/** The requests that the servers of this process get, for all clients that count them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listenTo } from '../channels';
import { begin, counters, type RequestCounter } from './begin';
import { followEvents, followScopes } from './context';
import { followStreams } from './http2';
import { followServers } from './servers';

export type { RequestCounter } from './begin';

/** Published by Node from 18 on, of HTTP/1 with and without TLS, before the listeners are called. */
const STARTED = 'http.server.request.start';
/** Requests of other methods may have a body, whose events come later. */
const BODILESS = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE']);

function onStart(message: unknown): void {
  const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
  begin(request.url!, request, response);
  if (!BODILESS.has(request.method!)) followEvents(request);
}

let stop: (() => void) | undefined;

function start(): () => void {
  const stops = [listenTo(STARTED, onStart), followStreams(), followServers(), followScopes()];
  return () => {
    for (const one of stops) one();
  };
}

/** Counts the requests that come from now on; returns a function that ends it. */
export function follow(counter: RequestCounter): () => void {
  if (counters.push(counter) === 1) stop = start();
  return () => {
    const index = counters.indexOf(counter);
    if (index < 0) return;
    counters.splice(index, 1);
    if (counters.length === 0) stop?.();
  };
}
