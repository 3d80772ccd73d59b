import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Browser } from '../fakes/browser.js';

const odd: unknown[] = [
  null,
  Symbol('x'),
  {},
  7,
  {
    get id() {
      throw new Error('id');
    },
  },
];

describe('a call with what makes no sense', () => {
  for (const name of ['setUser', 'captureException', 'startSession', 'flush', 'watch'] as const) {
    it(`does not throw: ${name}`, async () => {
      const page = await new Browser().start();
      for (const value of odd) (page.client[name] as (value: unknown) => unknown)(value);
      assert.equal(page.client.status, 'active');
    });
  }

  it('is no address for navigate, which looks at the page’s then', async () => {
    const page = await new Browser().start();
    for (const value of odd) page.client.navigate(value as string);
    page.history.pushState(null, '', '/next');
    page.client.navigate({ type: 'navigated' } as never);
    await page.pass(300);
    assert.equal(page.client.counts.started, 2);
  });
});

describe('a user', () => {
  it('is who it was when the page said so', async () => {
    const page = await new Browser().start();
    const user = { id: 'a' };
    page.client.setUser(user);
    user.id = 'b';
    page.history.pushState(null, '', '/next');
    await page.sent();
    assert.deepEqual([...new Set(page.told.map(({ did }) => did))], ['a']);
  });
});

describe('a replace', () => {
  it('by the same path with a slash at its end is the same visit', async () => {
    const page = await new Browser('/start').start();
    page.history.replaceState(null, '', '/start/');
    await page.pass(10);
    page.history.replaceState(null, '', '/start?q=1');
    await page.pass(300);
    assert.equal(page.client.counts.started, 1);
  });
});
