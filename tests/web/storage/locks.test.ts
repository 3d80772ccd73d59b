import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLocks } from '../../../web/src/storage/locks.js';
import { settled } from '../fakes/clock.js';
import { FakePage, Origin } from '../fakes/page.js';

/** What a promise has become so far; it is pending if nothing. */
function watch<Value>(promise: Promise<Value>): { value?: Value } {
  const watched: { value?: Value } = {};
  void promise.then((value) => (watched.value = value));
  return watched;
}

describe('locks', () => {
  it('are held until they are let go', async () => {
    const page = new FakePage();
    const locks = createLocks(page.locks as unknown as LockManager);
    assert.equal(await page.run(() => locks._take('a')), true);
    assert.deepEqual([locks._holds('a'), locks._holds('b')], [true, false]);
    locks._letGo('a');
    await settled();
    assert.deepEqual([locks._holds('a'), page.origin.locks.names], [false, []]);
  });

  it('are waited for while another page is ending, and refused if it lives', async () => {
    const origin = new Origin();
    const [living, next] = [new FakePage(origin), new FakePage(origin)];
    const mine = createLocks(living.locks as unknown as LockManager);
    assert.equal(await living.run(() => mine._take('a')), true);
    assert.equal(await living.run(() => mine._take('b')), true);
    const theirs = createLocks(next.locks as unknown as LockManager);
    const [first, second] = next.run(() => [watch(theirs._take('a')), watch(theirs._take('b'))]);
    await next.pass(4999);
    assert.deepEqual([first, second], [{}, {}]);
    mine._letGo('a');
    await next.pass(1);
    assert.deepEqual([first, second], [{ value: true }, { value: false }]);
  });

  for (const [how, request] of [
    ['rejects', () => Promise.reject(new DOMException('no', 'SecurityError'))],
    [
      'throws',
      () => {
        throw new DOMException('no', 'SecurityError');
      },
    ],
  ] as const) {
    it(`are undefined where the browser ${how}`, async () => {
      const locks = createLocks({ request } as unknown as LockManager);
      assert.equal(await new FakePage().run(() => locks._take('a')), undefined);
    });
  }
});
