import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { handleErrorWithCrashfree, svelteErrorHandler } from '../../../web/adapters/svelte.js';
import { hostile, usePage, wrong } from './page.js';

describe('the adapter for Svelte', () => {
  const page = usePage();

  it('counts what a boundary caught as handled, and writes nothing', () => {
    const calls: unknown[][] = [];
    const reset = () => {};
    svelteErrorHandler()('error', reset);
    svelteErrorHandler((...all) => calls.push(all))('other', reset);
    assert.deepEqual(page.captured, [
      ['error', true],
      ['other', true],
    ]);
    assert.deepEqual(calls, [['other', reset]]);
    assert.deepEqual(page.written, []);
  });

  it('counts what SvelteKit did not expect as a crash, and writes it to the console', () => {
    const error = new Error('uncaught');
    handleErrorWithCrashfree()({ error, status: 500 });
    assert.deepEqual(page.captured, [[error, false]]);
    assert.deepEqual(page.written, [[error]]);
  });

  it('leaves out pages that do not exist and input that is refused', () => {
    const refusal = Object.assign(new Error('refused'), { status: 403 });
    const handle = handleErrorWithCrashfree();
    handle({ error: new Error('Not found'), status: 404 });
    handle({ error: refusal });
    handle({ error: refusal, kind: 'http' });
    handle({ error: new Error('input'), kind: 'validation' });
    assert.deepEqual(page.captured, []);
    assert.equal(page.written.length, 4);
    handle({ error: refusal, kind: 'unknown' });
    handle({ error: new Error('broken'), status: 503 });
    assert.equal(page.captured.length, 2);
  });

  it('gives SvelteKit what the hook gives', () => {
    const handle = handleErrorWithCrashfree(({ error }) => ({ message: String(error) }));
    assert.deepEqual(handle({ error: 'uncaught', status: 500 }), { message: 'uncaught' });
    assert.equal(page.captured.length, 1);
    assert.deepEqual(page.written, []);
  });

  it('takes whatever is thrown, and whatever it is given', () => {
    for (const error of hostile) {
      svelteErrorHandler()(error);
      handleErrorWithCrashfree()({ error, status: 500 });
    }
    assert.equal(page.captured.length, 2 * hostile.length);
    for (const something of wrong) {
      svelteErrorHandler(something)('error');
      handleErrorWithCrashfree(something)({ error: 'error', status: 500 });
      handleErrorWithCrashfree()(something);
    }
    handleErrorWithCrashfree()(undefined as never);
  });
});
