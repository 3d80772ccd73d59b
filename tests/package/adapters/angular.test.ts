import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createErrorHandler,
  CrashfreeErrorHandler,
  type ErrorHandlerOptions,
} from '../../../web/adapters/angular.js';
import { hostile, usePage, wrong } from './page.js';

describe('the adapter for Angular', () => {
  const page = usePage();

  it('counts a crash, and writes to the console as Angular does', () => {
    const error = new Error('uncaught');
    createErrorHandler().handleError(error);
    assert.deepEqual(page.captured, [[error, false]]);
    assert.deepEqual(page.written, [['ERROR', error]]);
  });

  it('takes the reason of a rejection out of what zone.js wraps it in', () => {
    const reason = new DOMException('cut', 'AbortError');
    const error = Object.assign(new Error('Uncaught (in promise)'), {
      rejection: reason,
      promise: {},
    });
    createErrorHandler().handleError(error);
    assert.deepEqual(page.captured, [[reason, false]]);
    assert.deepEqual(page.written, [['ERROR', error]]);
  });

  it('takes the event that Angular wraps for want of an error, by whose message notices are known', () => {
    class Notice {
      constructor(readonly message: string) {}
    }
    (globalThis as Record<string, unknown>)['ErrorEvent'] = Notice;
    try {
      const event = new Notice('ResizeObserver loop completed with undelivered notifications.');
      const error = new Error(`An ErrorEvent with no error occurred: ${event.message}`);
      error.cause = event;
      createErrorHandler().handleError(error);
      assert.deepEqual(page.captured, [[event, false]]);
      assert.deepEqual(page.written, [['ERROR', error]]);
    } finally {
      delete (globalThis as Record<string, unknown>)['ErrorEvent'];
    }
  });

  it('passes on to another handler', () => {
    const errors: unknown[] = [];
    const errorHandler = { handleError: (error: unknown) => errors.push(error) };
    createErrorHandler({ errorHandler }).handleError('error');
    new CrashfreeErrorHandler({ errorHandler, logErrors: true }).handleError('other');
    assert.deepEqual(errors, ['error', 'other']);
    createErrorHandler({ logErrors: false }).handleError('quiet');
    assert.equal(page.captured.length, 3);
    assert.deepEqual(page.written, []);
  });

  it('is made by an injector that gives nothing', () => {
    assert.equal(CrashfreeErrorHandler.length, 0);
  });

  it('takes whatever is thrown, and whatever it is given', () => {
    for (const error of hostile) createErrorHandler().handleError(error);
    assert.equal(page.captured.length, hostile.length);
    for (const options of wrong) createErrorHandler(options).handleError('error');
    for (const errorHandler of wrong) {
      createErrorHandler({ errorHandler } as ErrorHandlerOptions).handleError('error');
    }
    assert.equal(page.written.length, hostile.length + 2 * wrong.length);
  });
});
