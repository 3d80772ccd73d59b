/** What is done when a request comes in. */
import type { IncomingMessage } from 'node:http';
import { currentSession, enter, sessionOf, setSessionOfNodes } from './context';
import { each, RequestSession, type Sessions } from './session';

/** A client that counts requests by itself. */
export interface Counter {
  sessions: Sessions;
  /** Whether a request is not to be counted. */
  ignores(url: string, request: IncomingMessage): boolean;
}

/** All that do. */
export const counters: Counter[] = [];

/** What closes when a request is answered: a response, a stream, or an upgraded socket. */
export interface Closing {
  on(event: 'close', listener: () => void): unknown;
}

function onClose(this: object): void {
  each(sessionOf(this), (session) => session.close());
}

/** Opens the sessions of a request for all clients that count it, and makes it the current one. */
export function begin(url: string, request: IncomingMessage, closing: Closing): void {
  let session: RequestSession | undefined;
  for (const counter of counters) {
    if (!counter.ignores(url, request)) session = new RequestSession(counter.sessions, session);
  }
  if (session) {
    setSessionOfNodes(request, session);
    setSessionOfNodes(closing, session);
    closing.on('close', onClose);
  }
  /* The request before it on the same connection may still be the current one. */
  if (session || currentSession()) enter(session);
}
