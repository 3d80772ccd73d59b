import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attachErrorHandler, crashfreePlugin, type VueApp } from '../../../web/adapters/vue.js';
import { hostile, usePage, wrong } from './page.js';

describe('the adapter for Vue', () => {
  const page = usePage();

  /** What Vue does with an error: its handler's own errors go to the console. */
  const fail = (app: VueApp, error: unknown): void => {
    try {
      app.config.errorHandler!.call(null, error, 'instance', 'info');
    } catch (thrown) {
      console.error(thrown);
    }
  };

  it('counts a crash, and has Vue write it to the console', () => {
    const app: VueApp = { config: {}, mount: () => 'mounted' };
    const error = new Error('uncaught');
    crashfreePlugin.install(app);
    assert.equal(app.mount!(), 'mounted');
    fail(app, error);
    assert.deepEqual(page.captured, [[error, false]]);
    assert.deepEqual(page.written, [[error]]);
  });

  it('calls a handler that was there before, or that was set before mounting', () => {
    for (const isLater of [false, true]) {
      page.captured = [];
      const calls: unknown[][] = [];
      const handler = (...all: unknown[]) => calls.push(all);
      const app: VueApp = { config: {}, mount() {} };
      if (!isLater) app.config.errorHandler = handler;
      attachErrorHandler(app);
      if (isLater) app.config.errorHandler = handler;
      app.mount!();
      fail(app, 'error');
      assert.deepEqual(calls, [['error', 'instance', 'info']]);
      assert.deepEqual(page.captured, [['error', false]]);
      assert.deepEqual(page.written, []);
    }
  });

  it('throws what a handler throws', () => {
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

  it('throws to the window where Vue would', (test) => {
    test.mock.timers.enable({ apis: ['setTimeout'] });
    const app: VueApp = { config: { throwUnhandledErrorInProduction: true } };
    attachErrorHandler(app);
    fail(app, new Error('uncaught'));
    assert.deepEqual(page.written, []);
    assert.throws(() => test.mock.timers.runAll(), /uncaught/);
  });

  it('counts once if installed twice', () => {
    const app: VueApp = { config: {}, mount() {} };
    attachErrorHandler(app);
    attachErrorHandler(app);
    app.mount!();
    fail(app, new Error('uncaught'));
    assert.equal(page.captured.length, 1);
    assert.equal(page.written.length, 1);
  });

  it('takes whatever is thrown, and whatever it is given', () => {
    for (const app of [undefined, Object.freeze({ config: Object.freeze({}) }), ...wrong]) {
      attachErrorHandler(app);
    }
    for (const errorHandler of wrong) {
      const app: VueApp = { config: { errorHandler } };
      attachErrorHandler(app);
      fail(app, new Error('uncaught'));
    }
    assert.equal(page.written.length, wrong.length);
    const app: VueApp = { config: {} };
    attachErrorHandler(app);
    for (const error of hostile) fail(app, error);
    assert.equal(page.captured.length, wrong.length + hostile.length);
  });
});
