import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createErrorHandler } from '../../../web/adapters/angular.js';
import { reactErrorHandler } from '../../../web/adapters/react.js';
import { handleErrorWithCrashfree, svelteErrorHandler } from '../../../web/adapters/svelte.js';
import { attachErrorHandler, type VueApp } from '../../../web/adapters/vue.js';
import { root } from '../../../web/build/run.js';
import type * as Api from '../../../web/src/api.js';
import { usePage } from './page.js';

type Recipes = Pick<
  typeof Api,
  'onUncaughtError' | 'onCaughtError' | 'componentDidCatch' | 'errorHandler'
>;

describe('the adapters', () => {
  const page = usePage();

  it('have the rules for rejections apply where a framework does not say what it awaited', () => {
    const app: VueApp = { config: { errorHandler() {} } };
    attachErrorHandler(app);
    app.config.errorHandler!('error');
    createErrorHandler().handleError('error');
    handleErrorWithCrashfree()({ error: 'error', status: 500 });
    assert.deepEqual(
      page.hints.map((hint) => hint?.mechanism),
      Array(3).fill({ handled: false, type: 'onunhandledrejection' }),
    );
  });

  it('have siblings in the package itself', () => {
    const api = createRequire(import.meta.url)(join(root, 'dist/crashfree.cjs')) as Recipes;
    api.onUncaughtError('a');
    api.onCaughtError('b');
    api.componentDidCatch('c');
    api.errorHandler('d');
    assert.deepEqual(page.captured, [
      ['a', false],
      ['b', true],
      ['c', true],
      ['d', false],
    ]);
    assert.deepEqual(page.reported, ['a']);
    assert.deepEqual(page.written, [['b'], ['d']]);
  });

  it('leave everything as it is while there is no client', () => {
    page.leave();
    const app: VueApp = { config: {}, mount() {} };
    reactErrorHandler()('a', { errorBoundary: null });
    createErrorHandler().handleError('b');
    attachErrorHandler(app);
    assert.throws(() => app.config.errorHandler!(new Error('c')), /c/);
    svelteErrorHandler()('d');
    handleErrorWithCrashfree()({ error: 'e' });
    assert.deepEqual(page.written, [['a'], ['ERROR', 'b'], ['e']]);
    assert.deepEqual(page.captured, []);
  });
});
