/**
 * What all copies of this module in one process share: the ES module and the CommonJS one, that of a
 * bundle and that of a dependency. The first copy puts it on the global object, the others call it.
 */
import { attempt } from '../src/platform/attempt';
import { createClient, type Started } from './setup';
import { currentSession, sessionOfAny } from './incoming/context';
import type { CaptureHint, Client, Options } from './types';

/** Later versions may add members, and change none. */
export interface Carrier {
  init(options?: Options): Client;
  captureException(error: unknown, hint?: CaptureHint): void;
  /** An error that reached the last error handler of a framework: a crash, for all clients. */
  crashed(error: unknown, request?: unknown): void;
  /** Says something on the console if a client's options ask for that. */
  warn(text: string): void;
  flush(timeout?: number): Promise<boolean>;
  close(timeout?: number): Promise<boolean>;
}

const KEY = Symbol.for('crashfree.node');

const isOpen = ({ client }: Started) => client.status !== 'closed';
const equal = (a: unknown[], b: unknown[]) => a.every((part, index) => part === b[index]);

function create(): Carrier {
  let known: Started[] = [];
  /** What the functions of the module act on: the first client that is open, else the last. */
  let last: Client | undefined;
  const current = () => known.find(isOpen)?.client ?? last;

  return {
    init(options) {
      known = known.filter(isOpen);
      const made = createClient(
        options,
        (name) => known.find((other) => equal(other.name, name))?.client,
      );
      last = made.client;
      /* A client that counts nothing has no name, and nothing of it has to be found again. */
      if (made.name.length > 0 && !known.some(({ client }) => client === made.client)) {
        known.push(made);
      }
      return made.client;
    },
    captureException: (error, hint) => current()?.captureException(error, hint),
    crashed(error, request) {
      /* Frameworks hand out requests in many forms; one that leads to no session is taken for the current one. */
      const found = sessionOfAny(request) ? request : undefined;
      if (!found && !currentSession()) return;
      for (const { client } of known) {
        client.captureException(error, { handled: false, request: found });
      }
    },
    warn(text) {
      known[0]?.warn(text);
    },
    flush: (timeout) => current()?.flush(timeout) ?? Promise.resolve(true),
    close: (timeout) => current()?.close(timeout) ?? Promise.resolve(true),
  };
}

/** The carrier of this copy alone, where the global object takes no property. */
let own: Carrier | undefined;

/** The carrier of the process, made by the first call. */
export function carrier(): Carrier {
  const globals = globalThis as { [KEY]?: Carrier };
  if (globals[KEY]) return globals[KEY];
  own ??= create();
  /* The global object may be frozen. */
  attempt(() => Object.defineProperty(globalThis, KEY, { value: own, configurable: true }));
  return own;
}
