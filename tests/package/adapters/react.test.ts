import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reactErrorHandler, type ReactErrorInfo } from '../../../web/adapters/react.js';
import { hostile, usePage, wrong } from './page.js';

describe('the adapter for React', () => {
  const page = usePage();

  const caught = { componentStack: 'at App', errorBoundary: null };
  const uncaught = { componentStack: 'at App' };

  it('counts what nobody caught as a crash, and reports it to the window', () => {
    const error = new Error('uncaught');
    reactErrorHandler()(error, uncaught);
    assert.deepEqual(page.captured, [[error, false]]);
    assert.deepEqual(page.reported, [error]);
    assert.deepEqual(page.written, []);
  });

  it('counts what a boundary caught as handled, and writes it to the console', () => {
    const error = new Error('caught');
    reactErrorHandler()(error, caught);
    assert.deepEqual(page.captured, [[error, true]]);
    assert.deepEqual(page.reported, []);
    assert.deepEqual(page.written, [[error]]);
  });

  it('counts what React recovered from as handled, and reports it to the window', () => {
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
      page.captured = [];
      page.reported = [];
      reactErrorHandler()(error, info);
      assert.deepEqual(page.captured, [[error, true]], String(error));
      assert.deepEqual(page.reported, [error]);
    }
  });

  it('takes an error that only sounds like those for a crash', () => {
    for (const message of [
      'Minified React error #31; visit https://react.dev/errors/31',
      'Minified React error #4180; visit',
      'failed to hydrate the store',
      'could not recover',
    ]) {
      page.captured = [];
      reactErrorHandler()(new Error(message), uncaught);
      assert.equal(page.captured[0]?.[1], false, message);
    }
  });

  it('leaves the rest to a callback, and throws what it throws', () => {
    const error = new Error('caught');
    const calls: unknown[][] = [];
    reactErrorHandler((...all) => calls.push(all))(error, caught);
    assert.deepEqual(calls, [[error, caught]]);
    assert.deepEqual([page.written, page.reported], [[], []]);
    const handler = reactErrorHandler(() => {
      throw error;
    });
    assert.throws(() => handler(error, uncaught), error);
    assert.equal(page.captured.length, 2);
  });

  it('takes whatever is thrown, and whatever it is given', () => {
    for (const error of hostile) {
      for (const info of [caught, uncaught, undefined, 'text']) {
        reactErrorHandler()(error, info as ReactErrorInfo);
      }
    }
    assert.equal(page.captured.length, 4 * hostile.length);
    for (const callback of wrong) reactErrorHandler(callback)(new Error(), caught);
    assert.equal(page.written.length, hostile.length + wrong.length);
  });
});
