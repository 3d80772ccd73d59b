import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  createErrorHandler,
  CrashfreeErrorHandler,
  type ErrorHandlerOptions,
} from '../../web/adapters/angular.js';
import { reactErrorHandler, type ReactErrorInfo } from '../../web/adapters/react.js';
import { handleErrorWithCrashfree, svelteErrorHandler } from '../../web/adapters/svelte.js';
import { attachErrorHandler, crashfreePlugin, type VueApp } from '../../web/adapters/vue.js';
import { carrierOf } from '../../web/src/carrier.js';
import { root } from '../../web/build/run.js';
import type * as Api from '../../web/src/api.js';
import type { CaptureHint, Client } from '../../web/src/client/types.js';

type Recipes = Pick<
  typeof Api,
  'onUncaughtError' | 'onCaughtError' | 'componentDidCatch' | 'errorHandler'
>;

/** What the page's client was told: the error, and whether somebody handled it. */
type Captured = [error: unknown, handled: boolean];

const globals = globalThis as Record<string, unknown>;
const key = Symbol.for('crashfree');

/** Whatever an app may throw: looking at it must not throw once more. */
const hostile: unknown[] = [
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
const wrong: any[] = [null, 42, 'text', true, [], {}, Symbol('symbol')];

describe('the adapters', () => {
  let captured: Captured[];
  let hints: (CaptureHint | undefined)[];
  let written: unknown[][];
  let reported: unknown[];
  const { error: consoleError } = console;

  beforeEach(() => {
    captured = [];
    hints = [];
    written = [];
    reported = [];
    console.error = (...all: unknown[]) => written.push(all);
    Object.assign(globals, {
      window: globals,
      document: {},
      location: {},
      reportError: (error: unknown) => reported.push(error),
    });
    const client = {
      captureException(error: unknown, hint?: CaptureHint) {
        captured.push([error, hint?.handled ?? hint?.mechanism?.handled ?? true]);
        hints.push(hint);
      },
    } as Client;
    carrierOf(globals).current = client;
  });
  afterEach(() => {
    console.error = consoleError;
    for (const name of ['window', 'document', 'location', 'reportError']) delete globals[name];
    delete (globals as Record<symbol, unknown>)[key];
  });

  describe('for React', () => {
    const caught = { componentStack: 'at App', errorBoundary: null };
    const uncaught = { componentStack: 'at App' };

    it('count what nobody caught as a crash, and report it to the window', () => {
      const error = new Error('uncaught');
      reactErrorHandler()(error, uncaught);
      assert.deepEqual(captured, [[error, false]]);
      assert.deepEqual(reported, [error]);
      assert.deepEqual(written, []);
    });

    it('count what a boundary caught as handled, and write it to the console', () => {
      const error = new Error('caught');
      reactErrorHandler()(error, caught);
      assert.deepEqual(captured, [[error, true]]);
      assert.deepEqual(reported, []);
      assert.deepEqual(written, [[error]]);
    });

    it('count what React recovered from as handled, and report it to the window', () => {
      const recovered: [error: unknown, info: ReactErrorInfo][] = [
        [
          new Error('Minified React error #418; visit https://react.dev/errors/418?args[]='),
          uncaught,
        ],
        [new Error('Minified React error #520; visit https://react.dev/errors/520'), uncaught],
        [new Error(`Hydration failed because the server rendered text didn't match`), uncaught],
        [new Error('There was an error while hydrating but React was able to recover'), uncaught],
        [new Error('The server could not finish this Suspense boundary, likely due to'), uncaught],
        [new Error('of React 18'), { ...uncaught, digest: undefined } as ReactErrorInfo],
        [new Error('of a view transition'), { componentStack: null }],
      ];
      for (const [error, info] of recovered) {
        captured = [];
        reported = [];
        reactErrorHandler()(error, info);
        assert.deepEqual(captured, [[error, true]], String(error));
        assert.deepEqual(reported, [error]);
      }
    });

    it('take an error that only sounds like those for a crash', () => {
      for (const message of [
        'Minified React error #31; visit https://react.dev/errors/31',
        'Minified React error #4180; visit',
        'failed to hydrate the store',
        'could not recover',
      ]) {
        captured = [];
        reactErrorHandler()(new Error(message), uncaught);
        assert.equal(captured[0]?.[1], false, message);
      }
    });

    it('leave the rest to a callback, and throw what it throws', () => {
      const error = new Error('caught');
      const calls: unknown[][] = [];
      reactErrorHandler((...all) => calls.push(all))(error, caught);
      assert.deepEqual(calls, [[error, caught]]);
      assert.deepEqual([written, reported], [[], []]);
      const handler = reactErrorHandler(() => {
        throw error;
      });
      assert.throws(() => handler(error, uncaught), error);
      assert.equal(captured.length, 2);
    });

    it('take whatever is thrown, and whatever they are given', () => {
      for (const error of hostile) {
        for (const info of [caught, uncaught, undefined, 'text']) {
          reactErrorHandler()(error, info as ReactErrorInfo);
        }
      }
      assert.equal(captured.length, 4 * hostile.length);
      for (const callback of wrong) reactErrorHandler(callback)(new Error(), caught);
      assert.equal(written.length, hostile.length + wrong.length);
    });
  });

  describe('for Vue', () => {
    /** What Vue does with an error: its handler's own errors go to the console. */
    const fail = (app: VueApp, error: unknown): void => {
      try {
        app.config.errorHandler!.call(null, error, 'instance', 'info');
      } catch (thrown) {
        console.error(thrown);
      }
    };

    it('count a crash, and have Vue write it to the console', () => {
      const app: VueApp = { config: {}, mount: () => 'mounted' };
      const error = new Error('uncaught');
      crashfreePlugin.install(app);
      assert.equal(app.mount!(), 'mounted');
      fail(app, error);
      assert.deepEqual(captured, [[error, false]]);
      assert.deepEqual(written, [[error]]);
    });

    it('call a handler that was there before, or that was set before mounting', () => {
      for (const isLater of [false, true]) {
        captured = [];
        const calls: unknown[][] = [];
        const handler = (...all: unknown[]) => calls.push(all);
        const app: VueApp = { config: {}, mount() {} };
        if (!isLater) app.config.errorHandler = handler;
        attachErrorHandler(app);
        if (isLater) app.config.errorHandler = handler;
        app.mount!();
        fail(app, 'error');
        assert.deepEqual(calls, [['error', 'instance', 'info']]);
        assert.deepEqual(captured, [['error', false]]);
        assert.deepEqual(written, []);
      }
    });

    it('throw what a handler throws', () => {
      const app: VueApp = {
        config: {
          errorHandler() {
            throw new Error('of the handler');
          },
        },
      };
      attachErrorHandler(app);
      assert.throws(() => app.config.errorHandler!(new Error('first')), /of the handler/);
    });

    it('throw to the window where Vue would', (test) => {
      test.mock.timers.enable({ apis: ['setTimeout'] });
      const app: VueApp = { config: { throwUnhandledErrorInProduction: true } };
      attachErrorHandler(app);
      fail(app, new Error('uncaught'));
      assert.deepEqual(written, []);
      assert.throws(() => test.mock.timers.runAll(), /uncaught/);
    });

    it('count once if installed twice', () => {
      const app: VueApp = { config: {}, mount() {} };
      attachErrorHandler(app);
      attachErrorHandler(app);
      app.mount!();
      fail(app, new Error('uncaught'));
      assert.equal(captured.length, 1);
      assert.equal(written.length, 1);
    });

    it('take whatever is thrown, and whatever they are given', () => {
      for (const app of [undefined, Object.freeze({ config: Object.freeze({}) }), ...wrong]) {
        attachErrorHandler(app);
      }
      for (const errorHandler of wrong) {
        const app: VueApp = { config: { errorHandler } };
        attachErrorHandler(app);
        fail(app, new Error('uncaught'));
      }
      assert.equal(written.length, wrong.length);
      const app: VueApp = { config: {} };
      attachErrorHandler(app);
      for (const error of hostile) fail(app, error);
      assert.equal(captured.length, wrong.length + hostile.length);
    });
  });

  describe('for Angular', () => {
    it('count a crash, and write to the console as Angular does', () => {
      const error = new Error('uncaught');
      createErrorHandler().handleError(error);
      assert.deepEqual(captured, [[error, false]]);
      assert.deepEqual(written, [['ERROR', error]]);
    });

    it('take the reason of a rejection out of what zone.js wraps it in', () => {
      const reason = new DOMException('cut', 'AbortError');
      const error = Object.assign(new Error('Uncaught (in promise)'), {
        rejection: reason,
        promise: {},
      });
      createErrorHandler().handleError(error);
      assert.deepEqual(captured, [[reason, false]]);
      assert.deepEqual(written, [['ERROR', error]]);
    });

    it('take the event that Angular wraps for want of an error, by whose message notices are known', () => {
      class Notice {
        constructor(readonly message: string) {}
      }
      globals['ErrorEvent'] = Notice;
      try {
        const event = new Notice('ResizeObserver loop completed with undelivered notifications.');
        const error = new Error(`An ErrorEvent with no error occurred: ${event.message}`);
        error.cause = event;
        createErrorHandler().handleError(error);
        assert.deepEqual(captured, [[event, false]]);
        assert.deepEqual(written, [['ERROR', error]]);
      } finally {
        delete globals['ErrorEvent'];
      }
    });

    it('pass on to another handler', () => {
      const errors: unknown[] = [];
      const errorHandler = { handleError: (error: unknown) => errors.push(error) };
      createErrorHandler({ errorHandler }).handleError('error');
      new CrashfreeErrorHandler({ errorHandler, logErrors: true }).handleError('other');
      assert.deepEqual(errors, ['error', 'other']);
      createErrorHandler({ logErrors: false }).handleError('quiet');
      assert.equal(captured.length, 3);
      assert.deepEqual(written, []);
    });

    it('are made by an injector that gives nothing', () => {
      assert.equal(CrashfreeErrorHandler.length, 0);
    });

    it('take whatever is thrown, and whatever they are given', () => {
      for (const error of hostile) createErrorHandler().handleError(error);
      assert.equal(captured.length, hostile.length);
      for (const options of wrong) createErrorHandler(options).handleError('error');
      for (const errorHandler of wrong) {
        createErrorHandler({ errorHandler } as ErrorHandlerOptions).handleError('error');
      }
      assert.equal(written.length, hostile.length + 2 * wrong.length);
    });
  });

  describe('for Svelte', () => {
    it('count what a boundary caught as handled, and write nothing', () => {
      const calls: unknown[][] = [];
      const reset = () => {};
      svelteErrorHandler()('error', reset);
      svelteErrorHandler((...all) => calls.push(all))('other', reset);
      assert.deepEqual(captured, [
        ['error', true],
        ['other', true],
      ]);
      assert.deepEqual(calls, [['other', reset]]);
      assert.deepEqual(written, []);
    });

    it('count what SvelteKit did not expect as a crash, and write it to the console', () => {
      const error = new Error('uncaught');
      handleErrorWithCrashfree()({ error, status: 500 });
      assert.deepEqual(captured, [[error, false]]);
      assert.deepEqual(written, [[error]]);
    });

    it('leave out pages that do not exist and input that is refused', () => {
      const refusal = Object.assign(new Error('refused'), { status: 403 });
      const handle = handleErrorWithCrashfree();
      handle({ error: new Error('Not found'), status: 404 });
      handle({ error: refusal });
      handle({ error: refusal, kind: 'http' });
      handle({ error: new Error('input'), kind: 'validation' });
      assert.deepEqual(captured, []);
      assert.equal(written.length, 4);
      handle({ error: refusal, kind: 'unknown' });
      handle({ error: new Error('broken'), status: 503 });
      assert.equal(captured.length, 2);
    });

    it('give SvelteKit what the hook gives', () => {
      const handle = handleErrorWithCrashfree(({ error }) => ({ message: String(error) }));
      assert.deepEqual(handle({ error: 'uncaught', status: 500 }), { message: 'uncaught' });
      assert.equal(captured.length, 1);
      assert.deepEqual(written, []);
    });

    it('take whatever is thrown, and whatever they are given', () => {
      for (const error of hostile) {
        svelteErrorHandler()(error);
        handleErrorWithCrashfree()({ error, status: 500 });
      }
      assert.equal(captured.length, 2 * hostile.length);
      for (const something of wrong) {
        svelteErrorHandler(something)('error');
        handleErrorWithCrashfree(something)({ error: 'error', status: 500 });
        handleErrorWithCrashfree()(something);
      }
      handleErrorWithCrashfree()(undefined as never);
    });
  });

  it('have the rules for rejections apply where a framework does not say what it awaited', () => {
    const app: VueApp = { config: { errorHandler() {} } };
    attachErrorHandler(app);
    app.config.errorHandler!('error');
    createErrorHandler().handleError('error');
    handleErrorWithCrashfree()({ error: 'error', status: 500 });
    assert.deepEqual(
      hints.map((hint) => hint?.mechanism),
      Array(3).fill({ handled: false, type: 'onunhandledrejection' }),
    );
  });

  it('have siblings in the package itself', () => {
    const api = createRequire(import.meta.url)(join(root, 'dist/crashfree.cjs')) as Recipes;
    api.onUncaughtError('a');
    api.onCaughtError('b');
    api.componentDidCatch('c');
    api.errorHandler('d');
    assert.deepEqual(captured, [
      ['a', false],
      ['b', true],
      ['c', true],
      ['d', false],
    ]);
    assert.deepEqual(reported, ['a']);
    assert.deepEqual(written, [['b'], ['d']]);
  });

  it('leave everything as it is while there is no client', () => {
    delete (globals as Record<symbol, unknown>)[key];
    for (const name of ['window', 'document', 'location']) delete globals[name];
    const app: VueApp = { config: {}, mount() {} };
    reactErrorHandler()('a', { errorBoundary: null });
    createErrorHandler().handleError('b');
    attachErrorHandler(app);
    assert.throws(() => app.config.errorHandler!(new Error('c')), /c/);
    svelteErrorHandler()('d');
    handleErrorWithCrashfree()({ error: 'e' });
    assert.deepEqual(written, [['a'], ['ERROR', 'b'], ['e']]);
    assert.deepEqual(captured, []);
  });
});
