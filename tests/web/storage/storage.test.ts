import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Consent, Status } from '../../../web/src/abi.js';
import { recordOf, session } from '../fakes/core.js';
import { Origin } from '../fakes/page.js';
import { DSN, PREFIX, StoringPage } from './support.js';

const NETWORK_ERROR = 0;
const SERVER_ERROR = 503;
const OK = 200;
/** What a record has of a session `a` that was not announced. */
const WAITING = `${'a'.repeat(32)}110`;

/** A page whose session `sid` could not be delivered. */
async function refused(page: StoringPage, sid = 'a'): Promise<StoringPage> {
  page.core.sessions = [session(sid)];
  await page.start();
  page.save(NETWORK_ERROR);
  await page.pass();
  return page;
}

for (const kind of ['local', 'session'] as const) {
  describe(`${kind} storage`, () => {
    it('delivers what was refused by the next page, once', async () => {
      const first = await refused(new StoringPage(kind));
      assert.match(first.records.join(), new RegExp(WAITING));
      const [key] = Object.keys(first.storage);
      first.leave();
      assert.deepEqual(first.core.consents, [Consent.DENIED]);

      const next = await new StoringPage(kind, first.origin, first.session).start();
      await next.collected();
      const [courier] = next.couriers;
      assert.deepEqual(
        courier!.sessions.map(({ sid, status }) => ({ sid, status })),
        [{ sid: 'a'.repeat(32), status: 'exited' }],
      );
      assert.equal(courier!.flushes, 1);
      assert.equal(courier!.settings.release, 'shop@1.4.0');

      courier!.sessions = [];
      next.run(() => courier!.changed(OK));
      assert.ok(!next.records.some((text) => text.includes(WAITING)));
      assert.equal(next.origin.locks.names.includes(key!), true);
      await next.pass(1000);
      assert.equal(next.origin.locks.names.includes(key!), false);
    });

    it('keeps what the next page could not deliver either', async () => {
      const first = await refused(new StoringPage(kind));
      first.leave();
      const next = await new StoringPage(kind, first.origin, first.session).start();
      await next.collected();
      next.run(() => next.couriers[0]!.changed(NETWORK_ERROR));
      assert.match(next.records.join(), new RegExp(WAITING));
      next.leave();
      assert.deepEqual(next.couriers[0]!.consents, [Consent.DENIED]);
      const third = await new StoringPage(kind, first.origin, first.session).start();
      await third.collected();
      assert.equal(third.couriers[0]!.sessions.length, 1);
    });

    it('does not keep a session that is on its way, nor one that the server has', async () => {
      const page = new StoringPage(kind);
      page.core.sessions = [];
      await page.start();
      page.core.requests = 1;
      page.save();
      page.save(OK);
      await page.pass();
      assert.deepEqual(page.records, []);
      assert.deepEqual(page.origin.locks.names, []);
      page.leave();
      assert.deepEqual(page.core.consents, []);
    });

    it('says that what is kept must not be sent as the page ends', async () => {
      const page = await refused(new StoringPage(kind));
      assert.equal(page.save(), true);
      assert.equal(page.save(SERVER_ERROR), true);
      page.core.sessions = [];
      assert.equal(page.save(OK), false);
    });

    it('keeps what a rate limit or a lost network holds back', async () => {
      const page = new StoringPage(kind);
      page.core.sessions = [session('a')];
      page.core.status = Status.RATE_LIMITED;
      await page.start();
      assert.match(page.records.join(), new RegExp(WAITING));
      assert.equal(page.save(), true);
      page.core.status = Status.ACTIVE;
      page.navigator.onLine = false;
      assert.equal(page.save(), true);
    });

    it('waits for a page that is just ending, and leaves a living one its record', async () => {
      const first = await refused(new StoringPage(kind));
      const next = await new StoringPage(kind, first.origin, first.session).start();
      await next.pass(4000);
      assert.equal(next.couriers.length, 0);
      first.leave();
      await next.collected();
      assert.equal(next.couriers.length, 1);
    });

    it('gives a page its own sessions back when it returns from the back/forward cache', async () => {
      const page = await refused(new StoringPage(kind));
      page.leave(true);
      assert.deepEqual(page.core.consents, [Consent.DENIED]);
      page.comeBack();
      await page.collected();
      assert.deepEqual(page.core.consents, [Consent.DENIED, Consent.GRANTED]);
      assert.equal(page.couriers[0]!.sessions.length, 1);
    });

    it('stores and delivers nothing without consent', async () => {
      const first = await refused(new StoringPage(kind));
      first.leave();
      const next = new StoringPage(kind, first.origin, first.session);
      next.core.status = Status.CONSENT_PENDING;
      next.core.sessions = [session('b')];
      await next.start();
      await next.collected();
      assert.equal(next.records.length, 1);
      assert.deepEqual(next.couriers, []);
      next.core.status = Status.CONSENT_DENIED;
      next.save();
      assert.deepEqual(next.records, []);
    });

    it('stops delivering when consent is withdrawn while a lock is awaited', async () => {
      const first = await refused(new StoringPage(kind));
      const next = await new StoringPage(kind, first.origin, first.session).start();
      next.core.status = Status.CONSENT_PENDING;
      next.save();
      first.leave();
      await next.collected();
      assert.deepEqual(next.couriers, []);
      assert.deepEqual(next.origin.locks.names, []);
    });

    it('does nothing where there are no locks', async () => {
      const page = new StoringPage(kind);
      page.navigator.locks = undefined;
      page.core.sessions = [session('a')];
      await page.start();
      assert.equal(page.save(NETWORK_ERROR), false);
      assert.deepEqual(page.records, []);
    });

    it('looks at a bounded number of records', async () => {
      const page = new StoringPage(kind);
      const text = JSON.stringify({ version: 2, release: 'a@1', visible: false, sessions: [] });
      for (let index = 0; index < 200; index++) page.storage.setItem(PREFIX + index, text);
      await page.start();
      assert.equal(page.origin.locks.names.length, 50);
    });
  });
}

describe('local storage', () => {
  it('tells of a visible page that died', async () => {
    const first = new StoringPage('local');
    first.core.sessions = [session('a', { init: undefined as never })];
    await first.start();
    assert.match(first.records.join(), /"visible":true/);
    first.kill();
    const next = await new StoringPage('local', first.origin).start();
    await next.collected();
    const [told] = next.couriers[0]!.sessions;
    assert.deepEqual([told!.status, told!.init], ['abnormal', undefined]);
  });

  it('tells nothing of a hidden page that died, unless something was waiting', async () => {
    const first = new StoringPage('local');
    first.core.sessions = [session('a', { init: undefined as never })];
    await first.start();
    first.show('hidden');
    assert.deepEqual(first.records, []);
    first.kill();
    const next = await new StoringPage('local', first.origin).start();
    await next.collected();
    assert.deepEqual(next.couriers, []);
  });

  it('has a courier for each release', async () => {
    const origin = new Origin();
    const record = (release: string, sid: string): string =>
      JSON.stringify({
        version: 2,
        release,
        visible: false,
        sessions: [recordOf(session(sid))],
      });
    origin.local.setItem(`${PREFIX}1`, record('shop@1', 'a'));
    origin.local.setItem(`${PREFIX}2`, record('shop@2', 'b'));
    origin.local.setItem(`${PREFIX}3`, record('shop@1', 'c'));
    const page = await new StoringPage('local', origin).start();
    await page.collected();
    assert.deepEqual(
      page.couriers.map(({ settings, sessions }) => [settings.release, sessions.length]),
      [
        ['shop@1', 2],
        ['shop@2', 1],
      ],
    );
  });

  it('takes a session that is in two records once', async () => {
    const origin = new Origin();
    const record = JSON.stringify({
      version: 2,
      release: 'shop@1',
      visible: false,
      sessions: [recordOf(session('a'))],
    });
    origin.local.setItem(`${PREFIX}1`, record);
    origin.local.setItem(`${PREFIX}2`, record);
    const page = await new StoringPage('local', origin).start();
    await page.collected();
    assert.equal(page.couriers[0]!.sessions.length, 1);
  });

  it('gives up what can be sent under no name', async () => {
    const origin = new Origin();
    const record = {
      version: 2,
      release: 'latest',
      visible: false,
      sessions: [recordOf(session('a'))],
    };
    origin.local.setItem(`${PREFIX}1`, JSON.stringify(record));
    const page = new StoringPage('local', origin);
    page.courierStatus = Status.INVALID_RELEASE;
    await page.start();
    await page.collected();
    assert.equal(page.couriers.length, 1);
    assert.deepEqual(page.records, []);
  });

  it('ends a session as it says, not as abnormal, if its page said so', async () => {
    const first = await refused(new StoringPage('local'));
    first.core.sessions[0]!.status = 'crashed';
    first.save(NETWORK_ERROR);
    first.kill();
    const next = await new StoringPage('local', first.origin).start();
    await next.collected();
    assert.equal(next.couriers[0]!.sessions[0]!.status, 'crashed');
  });
});

describe('session storage', () => {
  it('drops the copy that a duplicated tab got', async () => {
    const first = await refused(new StoringPage('session'));
    const copy = new StoringPage('session', first.origin);
    for (const key of Object.keys(first.session)) {
      copy.session.setItem(key, first.session.getItem(key)!);
    }
    await copy.start();
    await copy.pass(6000);
    assert.deepEqual([copy.records, copy.couriers], [[], []]);
    assert.equal(first.records.length, 1);
  });

  it('drops the copy that a window which was just opened got', async () => {
    const first = await refused(new StoringPage('session'));
    const opened = new StoringPage('session', first.origin);
    for (const text of first.records) opened.session.setItem(`${PREFIX}1`, text);
    opened.opener = first.window;
    opened.history.length = 1;
    await opened.start();
    assert.deepEqual(opened.records, []);
  });
});

describe('the key of a record', () => {
  it('begins with the address of the project', async () => {
    const page = await refused(new StoringPage('local'));
    const [key] = Object.keys(page.origin.local);
    assert.equal(key!.startsWith(`crashfree:${DSN}:`), true);
  });
});
