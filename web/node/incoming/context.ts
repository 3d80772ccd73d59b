/** Which request is the current one, and the sessions that belong to a request or a response. */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { attempt } from '../../src/platform/attempt';
import type { RequestSession } from './session';

const SESSION = Symbol('crashfree.session');

interface Owner {
  [SESSION]?: RequestSession | undefined;
}

const current = new AsyncLocalStorage<RequestSession | undefined>();
/** The sessions of objects that take no property. */
const frozen = new WeakMap<object, RequestSession>();

export const currentSession = (): RequestSession | undefined => current.getStore();

/** Makes a request current for the rest of the running function and for what comes of it. */
export const enter = (session: RequestSession | undefined): void => current.enterWith(session);

/** Calls a function with a request as the current one. */
export const runIn = <Result>(session: RequestSession, call: () => Result): Result =>
  current.run(session, call);

/** Calls a function outside of all requests: what it sets off belongs to none. */
export const runOutside = <Result>(call: () => Result): Result => current.run(undefined, call);

export function sessionOf(owner: unknown): RequestSession | undefined {
  if (typeof owner !== 'object' || owner === null) return undefined;
  return (owner as Owner)[SESSION] ?? frozen.get(owner);
}

export function setSession(owner: object, session: RequestSession): void {
  if (Object.isExtensible(owner)) (owner as Owner)[SESSION] = session;
  else frozen.set(owner, session);
}

/** For requests and responses of Node, which are never frozen when it hands them out. */
export function setSessionOfNodes(owner: object, session: RequestSession): void {
  (owner as Owner)[SESSION] = session;
}

/** Where frameworks keep the request of Node that theirs is made of. */
const INNER = ['raw', 'req', 'stream', 'incoming', 'request', 'env'];

/** The session of a request in whatever form a framework hands it out. */
export function sessionOfAny(request: unknown, depth = 2): RequestSession | undefined {
  try {
    const session = sessionOf(request);
    if (session || depth === 0 || typeof request !== 'object' || !request) return session;
    for (const name of INNER) {
      const inner = sessionOfAny((request as Record<string, unknown>)[name], depth - 1);
      if (inner) return inner;
    }
  } catch {
    /* A getter of the app's failed; the request is not known by it. */
  }
  return undefined;
}

/** The last error that came out of a function which ran in a request other than its caller's. */
let thrown: { error: unknown; session: RequestSession } | undefined;

/** The request in which an uncaught error was thrown. */
export function sessionOfError(error: unknown): RequestSession | undefined {
  const session = thrown && thrown.error === error ? thrown.session : currentSession();
  thrown = undefined;
  return session;
}

interface Emitter extends Owner {
  emit(...parameters: unknown[]): boolean;
}

/**
 * Has the events of a request happen in its context: of a body that arrives late they come from
 * Node's parser, whose context, from Node 24 on, is that of the connection.
 */
export function followEvents(request: object): void {
  (request as Emitter).emit = emitInContext;
}

/* It is taken when the module is loaded: a test environment that is over has taken `Object` away. */
const { getPrototypeOf } = Object;

function emitInContext(this: Emitter, ...parameters: unknown[]): boolean {
  const { emit } = getPrototypeOf(this) as Emitter;
  const session = this[SESSION];
  const before = current.getStore();
  if (!session || session === before) return emit.apply(this, parameters);

  current.enterWith(session);
  try {
    return emit.apply(this, parameters);
  } catch (error) {
    thrown = { error, session };
    throw error;
  } finally {
    current.enterWith(before);
  }
}

type Scope = Pick<AsyncResource, 'runInAsyncScope'>;

/**
 * Notes in which request errors were thrown that leave an asynchronous scope: Node tells that nobody caught
 * them when the scope is over. Before Node 24 `queueMicrotask` makes one; libraries that call back make
 * others. Returns a function that ends it.
 */
export function followScopes(): () => void {
  const prototype = AsyncResource.prototype as Scope;
  const { runInAsyncScope } = prototype;
  const wrapped: Scope['runInAsyncScope'] = function (this: AsyncResource, call, self, ...rest) {
    const noting = (...parameters: typeof rest) => {
      try {
        return call.apply(self as never, parameters);
      } catch (error) {
        const session = currentSession();
        if (session && thrown?.error !== error) thrown = { error, session };
        throw error;
      }
    };
    return runInAsyncScope.call(this, noting, self, ...rest) as ReturnType<typeof call>;
  };
  /* The prototype may be frozen: then such errors count for the current request. */
  attempt(() => {
    prototype.runInAsyncScope = wrapped;
  });
  return () => {
    /* If somebody wrapped it again, it stays, and notes what nobody asks for. */
    if (prototype.runInAsyncScope === wrapped) prototype.runInAsyncScope = runInAsyncScope;
  };
}
