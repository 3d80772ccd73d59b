/** The session of each request, and which of them is the current one. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { End } from './buckets';
import type { ResponseLike } from './index';

/** A request that is being answered, and how its session would end now. */
interface RequestSession {
  end: End;
}

interface Emitter {
  emit?(...parameters: unknown[]): boolean;
}

export class Requests {
  private readonly current = new AsyncLocalStorage<RequestSession>();
  private readonly sessions = new WeakMap<object, RequestSession>();
  private readonly open = new Set<RequestSession>();

  /** `ended` is called once for each session. */
  constructor(private readonly ended: (end: End) => void) {}

  /** Makes the request current for the rest of the calling function and for what comes of it. */
  enter(request: unknown, response: ResponseLike): void {
    this.current.enterWith(this.start(request, response));
  }

  /** Calls a function with the request as the current one. What it throws is a crash. */
  run<Result>(request: unknown, response: ResponseLike, call: () => Result): Result {
    const session = this.start(request, response);
    const crash = (error: unknown): never => {
      session.end = 'crashed';
      throw error;
    };
    return this.current.run(session, () => {
      try {
        const result = call();
        /* Who handles the rejection, or nobody, still sees it: it is passed on. */
        return isPromise(result) ? (result.then(undefined, crash) as Result) : result;
      } catch (error) {
        return crash(error);
      }
    });
  }

  /** Marks the current request. */
  mark(end: End): void {
    const session = this.current.getStore();
    if (session && session.end !== 'crashed') session.end = end;
  }

  /** Ends those that are still being answered, as they are. */
  endAll(): void {
    for (const session of this.open) this.end(session);
  }

  /** One session a request, however many handlers see it. */
  private start(request: unknown, response: ResponseLike): RequestSession {
    const known = this.sessions.get(response);
    if (known) return known;

    const session: RequestSession = { end: 'exited' };
    this.sessions.set(response, session);
    this.open.add(session);
    if (response.closed) this.end(session);
    else response.once('close', () => this.end(session));
    this.follow(request as Emitter, session);
    this.follow(response as Emitter, session);
    return session;
  }

  /** Node emits these events from its parser, whose context is not that of the listener. */
  private follow(emitter: Emitter, session: RequestSession): void {
    const { emit } = emitter;
    if (emit) {
      emitter.emit = (...parameters) =>
        this.current.run(session, () => emit.apply(emitter, parameters));
    }
  }

  private end(session: RequestSession): void {
    if (this.open.delete(session)) this.ended(session.end);
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as Promise<unknown> | undefined)?.then === 'function';
}
