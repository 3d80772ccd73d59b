import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLeases } from '../../../web/src/storage/leases.js';
import { openTexts } from '../../../web/src/storage/record.js';
import { FakePage, Origin } from '../fakes/page.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** A page without Web Locks that wants to hold keys. */
class Lessee extends FakePage {
  readonly lost: string[] = [];
  readonly leases;

  constructor(origin?: Origin) {
    super(origin);
    this.leases = this.run(() =>
      createLeases(openTexts('local', 'record:')!, openTexts('local', 'lease:')!, (key) =>
        this.lost.push(key),
      ),
    );
  }

  /** Asks for a key; what comes of it shows later. */
  take(key = 'record:1'): { value?: boolean | undefined } {
    const taken: { value?: boolean | undefined } = {};
    void this.run(() => this.leases._take(key)).then((value) => (taken.value = value));
    return taken;
  }

  /** What a machine that sleeps, or a frozen page, does not do: its timers wait. */
  sleep(): void {
    this.origin.clock.drop();
  }
}

describe('a lease', () => {
  it('is had by one page, and renewed as long as it lives', async () => {
    const page = new Lessee();
    const other = new Lessee(page.origin);
    const taken = page.take();
    await page.pass(SECOND);
    assert.deepEqual([taken.value, page.leases._holds('record:1')], [true, true]);
    for (let minute = 0; minute < 10; minute++) {
      await page.pass(MINUTE);
      const refused = other.take();
      await page.pass(6 * SECOND);
      assert.equal(refused.value, false);
    }
    assert.deepEqual(page.lost, []);
  });

  it('is free at once when it is let go', async () => {
    const page = new Lessee();
    const other = new Lessee(page.origin);
    page.take();
    await page.pass(SECOND);
    const next = other.take();
    await page.pass(2 * SECOND);
    assert.deepEqual(next, {});
    page.leases._letGo('record:1');
    await page.pass(SECOND);
    assert.equal(next.value, true);
    other.leases._letGo('record:1');
    assert.equal(page.origin.local.length, 0);
    await page.pass(MINUTE);
    assert.equal(page.origin.clock.waiting, 0);
  });

  it('is had by the last of those that take it at once', async () => {
    const origin = new Origin();
    const pages = [new Lessee(origin), new Lessee(origin), new Lessee(origin)];
    const taken = pages.map((page) => page.take());
    await pages[0]!.pass(SECOND);
    assert.deepEqual(
      taken.map(({ value }) => value),
      [false, false, true],
    );
  });

  it('of a page that died is free after some minutes', async () => {
    const page = new Lessee();
    page.take();
    await page.pass(SECOND);
    page.sleep();
    const next = new Lessee(page.origin);
    const early = next.take();
    await next.pass(6 * SECOND);
    assert.equal(early.value, false);
    await next.pass(3 * MINUTE);
    const late = next.take();
    await next.pass(26 * SECOND);
    assert.equal(late.value, true);
  });

  it('of a page that wakes up while it is watched stays', async () => {
    const page = new Lessee();
    page.take();
    await page.pass(SECOND);
    page.sleep();
    await page.pass(4 * MINUTE);
    const next = new Lessee(page.origin);
    const watching = next.take();
    await next.pass(10 * SECOND);
    page.run(() => page.leases._renew());
    await next.pass(20 * SECOND);
    assert.deepEqual([watching.value, page.lost], [false, []]);
  });

  it('that another page took is lost, and the page is told when it wakes up', async () => {
    const page = new Lessee();
    page.take();
    await page.pass(SECOND);
    page.sleep();
    await page.pass(4 * MINUTE);
    const next = new Lessee(page.origin);
    const taken = next.take();
    await next.pass(30 * SECOND);
    assert.equal(taken.value, true);
    page.run(() => page.leases._renew());
    assert.deepEqual([page.lost, page.leases._holds('record:1')], [['record:1'], false]);
    page.leases._letGo('record:1');
    assert.equal(next.leases._holds('record:1'), true);
    await next.pass(MINUTE);
    assert.deepEqual(next.lost, []);
  });

  it('that was taken and given back meanwhile is lost, too', async () => {
    const page = new Lessee();
    page.take();
    await page.pass(SECOND);
    page.sleep();
    await page.pass(4 * MINUTE);
    page.origin.local.clear();
    page.run(() => page.leases._renew());
    assert.deepEqual(page.lost, ['record:1']);
  });

  it('stays with a page that clears the storage', async () => {
    const page = new Lessee();
    page.take();
    await page.pass(SECOND);
    page.origin.local.clear();
    await page.pass(MINUTE);
    assert.deepEqual([page.lost, page.origin.local.length], [[], 1]);
  });

  for (const text of ['x', 'x y', 'x NaN', `x ${1e15}`, 'x -1', ' ', '[object Object]']) {
    it(`is not kept by nonsense: ${text}`, async () => {
      const page = new Lessee();
      page.origin.local.setItem('lease:1', text);
      const taken = page.take();
      await page.pass(26 * SECOND);
      assert.equal(taken.value, true);
    });
  }

  it('of a page that died before it wrote anything is removed', () => {
    const origin = new Origin();
    origin.local.setItem('lease:1', 'x 1');
    origin.local.setItem('lease:2', 'x 1');
    origin.local.setItem('record:2', 'something');
    origin.local.setItem('lease:3', `x ${origin.clock.now + MINUTE}`);
    const page = new Lessee(origin);
    assert.deepEqual(Object.keys(page.origin.local), ['lease:2', 'record:2', 'lease:3']);
  });

  it('cannot be had where the storage is full', async () => {
    const page = new Lessee();
    page.origin.local.quota = 10;
    const taken = page.take();
    await page.pass(SECOND);
    assert.deepEqual(taken, { value: undefined });
  });
});
