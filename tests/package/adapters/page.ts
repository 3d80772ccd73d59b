import assert from 'node:assert/strict';
import { afterEach, beforeEach } from 'node:test';
import { carrierOf } from '../../../web/src/client/carrier.js';
import type { CaptureHint, Client } from '../../../web/src/types/client.js';

const globals = globalThis as Record<string, unknown>;
const names = ['window', 'document', 'location', 'reportError'];

/** Whatever an app may throw: looking at it must not throw once more. */
export const hostile: unknown[] = [
  undefined,
  null,
  '',
  'text',
  0,
  42n,
  Symbol('symbol'),
  () => {},
  Object.freeze(new Error('frozen')),
  Object.create(null),
  new Proxy(
    {},
    {
      get() {
        throw new Error('trap');
      },
      has() {
        throw new Error('trap');
      },
      getPrototypeOf() {
        throw new Error('trap');
      },
    },
  ),
  {
    get message(): string {
      throw new Error('getter');
    },
    get status(): number {
      throw new Error('getter');
    },
    get cause(): unknown {
      throw new Error('getter');
    },
  },
  { message: { toString: () => assert.fail() }, status: Symbol('status') },
];
/** Whatever may be given in place of a function or an object. */
export const wrong: any[] = [null, 42, 'text', true, [], {}, Symbol('symbol')];

/** What the adapters did to a page that has a client. */
export interface Page {
  /** What the client was told: the error, and whether somebody handled it. */
  captured: [error: unknown, handled: boolean][];
  hints: (CaptureHint | undefined)[];
  /** What was written to the console as an error. */
  written: unknown[][];
  /** What was given to `reportError`. */
  reported: unknown[];
  /** Takes away client and page. */
  leave(): void;
}

/** Makes a page before each test, and takes it away afterwards. */
export function usePage(): Page {
  const { error: consoleError } = console;
  const page: Page = {
    captured: [],
    hints: [],
    written: [],
    reported: [],
    leave() {
      for (const name of names) delete globals[name];
      delete (globals as Record<symbol, unknown>)[Symbol.for('crashfree')];
    },
  };
  beforeEach(() => {
    Object.assign(page, { captured: [], hints: [], written: [], reported: [] });
    console.error = (...all: unknown[]) => page.written.push(all);
    Object.assign(globals, {
      window: globals,
      document: {},
      location: {},
      reportError: (error: unknown) => page.reported.push(error),
    });
    const client = {
      captureException(error: unknown, hint?: CaptureHint) {
        page.captured.push([error, hint?.handled ?? hint?.mechanism?.handled ?? true]);
        page.hints.push(hint);
      },
    } as Client;
    carrierOf(globals).clients.set('', client);
  });
  afterEach(() => {
    console.error = consoleError;
    page.leave();
  });
  return page;
}
