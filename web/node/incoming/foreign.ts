/** Requests that no server of Node got, as a listener or a middleware gets them. */
import type { IncomingMessage } from 'node:http';
import { attempt } from '../../src/platform/attempt';
import { lastFunction } from '../last-function';
import { refer, type RequestCounter } from './begin';
import {
  currentSession,
  followEvents,
  runIn,
  sessionOf,
  sessionOfAny,
  setSession,
} from './context';
import { End, RequestSession } from './session';

type Call = (...parameters: unknown[]) => unknown;

interface Emitter {
  closed?: unknown;
  writableEnded?: unknown;
  once?: unknown;
  emit?: unknown;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';

/** A request that is being answered. */
export interface Opened {
  session: RequestSession;
  /** Whether its response is over, as far as it tells, now that the listener is done. */
  isOver(): boolean;
}

/** Ends the sessions of responses that went away without a word. */
const forgotten = new FinalizationRegistry<RequestSession>((session) => session.close());

/** Has a response end the session; returns whether it is over once the listener is done. */
function endWith(response: unknown, session: RequestSession): () => boolean {
  if (!isObject(response)) return () => true;
  const { closed, once } = response as Emitter;
  if (closed === true) {
    session.close();
    return () => true;
  }
  if (typeof once !== 'function') return () => true;
  for (const event of ['close', 'finish']) {
    once.call(response, event, () => attempt(() => session.close()));
  }
  forgotten.register(response, session);
  return () => (response as Emitter).writableEnded === true;
}

/** Has an object know its session; it may be of any kind. */
function attach(owner: unknown, session: RequestSession): void {
  if (!isObject(owner)) return;
  setSession(owner, session);
  const { emit } = owner as Emitter;
  if (typeof emit === 'function' && !Object.hasOwn(owner, 'emit') && Object.isExtensible(owner)) {
    followEvents(owner);
  }
}

/**
 * The session that a client has of a request, opened now unless the request is counted already;
 * none if it is not to be counted.
 */
export function open(
  counter: RequestCounter,
  request: unknown,
  response: unknown,
): Opened | undefined {
  try {
    const known = sessionOfAny(response) ?? sessionOfAny(request);
    const own = known?.of(counter.sessions);
    if (own) return { session: known!, isOver: () => false };

    const { url } = (isObject(request) ? request : {}) as { url?: unknown };
    if (typeof url === 'string' && counter.ignores(url, request as IncomingMessage)) {
      return undefined;
    }
    const session = new RequestSession(counter.sessions, known);
    if (counter.remembers && isObject(request)) session.request = refer(request);
    attach(request, session);
    attach(response, session);
    return { session, isOver: endWith(response, session) };
  } catch {
    /* A getter of the app's threw: the request is not counted. */
    return undefined;
  }
}

/** Calls a listener with its request as the current one. What it throws is a crash. */
function runRequest(counter: RequestCounter, opened: Opened, call: () => unknown): unknown {
  const { session, isOver } = opened;
  const own = session.of(counter.sessions)!;
  const settle = () => {
    if (isOver()) own.close();
  };
  const crash = (error: unknown): never => {
    counter.failed(error, own, { handled: false });
    own.mark(End.CRASHED);
    settle();
    throw error;
  };
  const answer = () => {
    try {
      const result = call();
      /* Who handles the rejection, or nobody, still sees it: it is passed on. */
      if (isPromise(result)) {
        return result.then((value) => {
          settle();
          return value;
        }, crash);
      }
      settle();
      return result;
    } catch (error) {
      return crash(error);
    }
  };
  return currentSession() === session ? answer() : runIn(session, answer);
}

/**
 * Listeners of `node:http`, functions of the Fetch kind, and those of an event and a context; what is
 * no function is left as it is.
 */
export function wrapListener<Listener>(
  counter: RequestCounter,
  listener: Listener,
  isClosed: () => boolean,
): Listener {
  if (typeof listener !== 'function') return listener;
  const call = listener as unknown as Call;
  return function (this: unknown, ...parameters: unknown[]) {
    const [request, response] = parameters;
    const opened =
      isObject(request) && !isClosed() ? openAny(counter, request, response) : undefined;
    const run = () => call.apply(this, parameters);
    return opened ? runRequest(counter, opened, run) : run();
  } as Listener;
}

/** A context of Koa has Node's request and response; others are what they are. */
function openAny(counter: RequestCounter, request: object, response: unknown): Opened | undefined {
  try {
    const { req, res } = request as { req?: unknown; res?: unknown };
    if (typeof response === 'function' && isObject(req) && isObject(res)) {
      return open(counter, req, res);
    }
  } catch {
    return undefined;
  }
  return open(counter, request, isObject(response) ? response : undefined);
}

/** For `app.use` of Express and Connect `(request, response, next)`, and of Koa `(context, next)`. */
export function middleware(counter: RequestCounter): Call {
  return (...parameters) => {
    const next = lastFunction(parameters);
    const [request, response] = parameters;
    const opened = isObject(request) ? openAny(counter, request, response) : undefined;
    const run = () => next?.();
    if (!opened) return run();
    /* Without a function to call there is nothing that tells when the request ends. */
    return runRequest(counter, next ? opened : { ...opened, isOver: () => false }, run);
  };
}
