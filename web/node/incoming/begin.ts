/** What is done when a request comes in. */
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { attempt } from '../../src/platform/attempt';
import { currentSession, enter, sessionOf, setSessionOfNodes } from './context';
import { RequestSession, type Sessions } from './session';

/** How an error came to a client. */
export interface Failure {
  handled: boolean;
  /** Node told of it, rather than the app. */
  origin?: 'exception' | 'rejection' | undefined;
}

/** What counts the requests of the process for one client. */
export interface RequestCounter {
  sessions: Sessions;
  /** Whether it wants to know of a session which request it is of. */
  remembers: boolean;
  /** An error of a request, of which its session is told beside. */
  failed(error: unknown, session: RequestSession | undefined, failure: Failure): void;
  /** Whether a request is not to be counted. */
  ignores(url: string, request: IncomingMessage): boolean;
}

/** The clients that count requests by themselves. */
export const counters: RequestCounter[] = [];

/** What closes when a request is answered: a response, a stream, or an upgraded socket. */
export interface Closing {
  /** Its request, if it is a response. */
  req?: unknown;
  on(event: 'close', listener: () => void): unknown;
}

function onClose(this: Closing): void {
  attempt(() => {
    for (let session = sessionOf(this.req) ?? sessionOf(this); session; session = session.next) {
      session.close();
    }
  });
}

/** A request that lives no longer for what comes of it; that of HTTP/2 is made here, and held by nobody else. */
export const refer = (request: object): RequestSession['request'] =>
  request instanceof EventEmitter ? new WeakRef(request) : { deref: () => request };

/** Opens the sessions of a request for all clients that count it, and makes it the current one. */
export function begin(url: string, request: IncomingMessage, closing: Closing): void {
  let session: RequestSession | undefined;
  for (const counter of counters) {
    if (counter.ignores(url, request)) continue;
    session = new RequestSession(counter.sessions, session);
    if (counter.remembers) session.request = refer(request);
  }
  if (session) {
    setSessionOfNodes(request, session);
    /* A response has its request, by which the session is found: that saves a property on each. */
    if (closing.req !== request) setSessionOfNodes(closing, session);
    closing.on('close', onClose);
  }
  /* The request before it on the same connection may still be the current one. */
  if (session || currentSession()) enter(session);
}
