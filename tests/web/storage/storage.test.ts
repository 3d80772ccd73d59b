import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Answer, Consent, SessionStatus, Status } from '../../../web/src/abi.js';
import { known, recordOf, session, type Session } from '../fakes/core.js';
import { Origin } from '../fakes/page.js';
import { DSN, PREFIX, StoringPage } from './support.js';

/** A session of which the server knows nothing. */
const WAITING = /"[\da-f]{32}110/;

const record = (release: string, ...sessions: Session[]): string =>
  JSON.stringify({ version: 1, release, visible: false, sessions: sessions.map(recordOf) });

const NETWORK_ERROR = Answer.NONE;
const SERVER_ERROR = 503;
const OK = 200;

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
      assert.match(first.records.join(), WAITING);
      const [key] = Object.keys(first.storage);
      first.leave();
      assert.equal(first.core.forgotten, 1);

      const next = await new StoringPage(kind, first.origin, first.session).start();
      await next.collected();
      const [courier] = next.couriers;
      assert.deepEqual(
        courier!.sessions.map(({ sid, status }) => ({ sid, status })),
        [{ sid: 'a'.repeat(32), status: SessionStatus.EXITED }],
      );
      assert.equal(courier!.flushes, 1);
      assert.equal(courier!.settings.release, 'shop@1.4.0');

      courier!.sessions = [];
      next.run(() => courier!.changed(OK));
      assert.ok(!next.records.some((text) => WAITING.test(text)));
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
      assert.match(next.records.join(), WAITING);
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
      assert.equal(page.core.forgotten, 0);
    });

    it('says that what is kept must not be sent as the page ends', async () => {
      const page = await refused(new StoringPage(kind));
      assert.equal(page.save(), true);
      assert.equal(page.save(SERVER_ERROR), true);
      page.core.sessions = [];
      assert.equal(page.save(OK), false);
    });

    it('takes an answer that it may not read for one, and one of somebody else for none', async () => {
      const page = await refused(new StoringPage(kind));
      assert.equal(page.save(Answer.FOREIGN), true);
      assert.equal(page.save(Answer.OPAQUE), false);
    });

    it('keeps what a rate limit or a lost network holds back', async () => {
      const page = new StoringPage(kind);
      page.core.sessions = [session('a')];
      page.core.status = Status.RATE_LIMITED;
      await page.start();
      assert.match(page.records.join(), WAITING);
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
      assert.equal(page.core.forgotten, 1);
      page.comeBack();
      await page.collected();
      /* Consent that is given again would start a session, which is for the client to say. */
      assert.deepEqual([page.core.forgotten, page.core.consents], [1, []]);
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

    it('looks at a bounded number of records', async () => {
      const page = new StoringPage(kind);
      for (let index = 0; index < 200; index++) page.storage.setItem(PREFIX + index, record('a@1'));
      await page.start();
      assert.equal(page.origin.locks.names.length, 50);
    });
  });
}

describe('local storage', () => {
  it('tells of a visible page that died', async () => {
    const first = new StoringPage('local');
    first.core.sessions = [known('a')];
    await first.start();
    assert.match(first.records.join(), /"visible":true/);
    first.kill();
    const next = await new StoringPage('local', first.origin).start();
    await next.collected();
    const [told] = next.couriers[0]!.sessions;
    assert.deepEqual([told!.status, told!.announced], [SessionStatus.ABNORMAL, true]);
  });

  it('tells nothing of a hidden page that died, unless something was waiting', async () => {
    const first = new StoringPage('local');
    first.core.sessions = [known('a')];
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
    origin.local.setItem(`${PREFIX}1`, record('shop@1', session('a')));
    origin.local.setItem(`${PREFIX}2`, record('shop@2', session('b')));
    origin.local.setItem(`${PREFIX}3`, record('shop@1', session('c')));
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
    origin.local.setItem(`${PREFIX}1`, record('shop@1', session('a')));
    origin.local.setItem(`${PREFIX}2`, record('shop@2', session('a')));
    const page = await new StoringPage('local', origin).start();
    await page.collected();
    assert.deepEqual(
      page.couriers.map(({ sessions }) => sessions.length),
      [1, 0],
    );
  });

  it('gives up what can be sent under no name', async () => {
    const origin = new Origin();
    origin.local.setItem(`${PREFIX}1`, record('latest', session('a')));
    const page = new StoringPage('local', origin);
    page.courierStatus = Status.INVALID_RELEASE;
    await page.start();
    await page.collected();
    assert.equal(page.couriers.length, 1);
    assert.deepEqual(page.records, []);
  });

  it('ends a session as it says, not as abnormal, if its page said so', async () => {
    const first = await refused(new StoringPage('local'));
    first.core.sessions[0]!.status = SessionStatus.CRASHED;
    first.save(NETWORK_ERROR);
    first.kill();
    const next = await new StoringPage('local', first.origin).start();
    await next.collected();
    assert.equal(next.couriers[0]!.sessions[0]!.status, SessionStatus.CRASHED);
  });
});

describe('storage without Web Locks', () => {
  /** A page that a browser gives no locks. */
  const page = (origin?: Origin): StoringPage => {
    const made = new StoringPage('local', origin);
    made.navigator.locks = undefined;
    return made;
  };

  it('delivers what was refused by the next page, once', async () => {
    const first = await refused(page());
    await first.collected();
    assert.match(first.records.join(), WAITING);
    first.leave();
    const next = await page(first.origin).start();
    await next.collected();
    assert.equal(next.couriers[0]!.sessions[0]!.status, SessionStatus.EXITED);
    next.couriers[0]!.sessions = [];
    next.run(() => next.couriers[0]!.changed(OK));
    assert.deepEqual(next.records, []);
    await next.pass(1000);
    const third = await page(first.origin).start();
    await third.collected();
    assert.deepEqual(third.couriers, []);
  });

  it('leaves a living page its record', async () => {
    const first = await refused(page());
    await first.collected();
    const next = await page(first.origin).start();
    await next.pass(60_000);
    assert.deepEqual(next.couriers, []);
    assert.match(first.records.join(), WAITING);
  });

  it('tells of a visible page that died, after some minutes', async () => {
    const first = page();
    first.core.sessions = [known('a')];
    await first.start();
    await first.collected();
    assert.match(first.records.join(), /"visible":true/);
    first.origin.clock.drop();
    const early = await page(first.origin).start();
    await early.pass(60_000);
    assert.deepEqual(early.couriers, []);
    early.leave();
    await early.pass(120_000);
    const late = await page(first.origin).start();
    await late.pass(30_000);
    assert.equal(late.couriers[0]!.sessions[0]!.status, SessionStatus.ABNORMAL);
  });

  it('has a page that was taken for dead forget what another one tells of it', async () => {
    const first = await refused(page());
    await first.collected();
    first.origin.clock.drop();
    await first.pass(200_000);
    const next = await page(first.origin).start();
    await next.pass(30_000);
    assert.equal(next.couriers.length, 1);
    first.show('visible');
    assert.equal(first.core.forgotten, 1);
    assert.equal(first.save(OK), false);
    assert.equal(next.couriers[0]!.sessions.length, 1);
  });
});

describe('hostile records', () => {
  const texts = [
    '',
    'x'.repeat(100_000),
    '{"version":1,"release":"a@1","environment":"production","visible":false,"sessions":[{"started":{"toString":1,"valueOf":1}}]}',
    ...['{"toString":1,"valueOf":1}', '[]', 'null', '7', 'true', '["x"]', '"x"', '""'].flatMap(
      (value) => [
        value,
        `[${value}]`,
        ...[
          'version',
          'release',
          'environment',
          'visible',
          'sessions',
          'time',
          '__proto__',
        ].flatMap((name) => {
          const good = { version: 1, release: 'a@1', environment: '', visible: true, sessions: [] };
          const given = { [name]: 'VALUE' };
          return [
            JSON.stringify({ ...good, ...given }).replace('"VALUE"', value),
            JSON.stringify({ ...good, ...given, sessions: ['VALUE'] }).replaceAll('"VALUE"', value),
          ];
        }),
      ],
    ),
    /* That is a later version's. */
  ].filter((text) => !text.includes('"version":7'));
  it(`are removed and harmless, ${texts.length} of them`, async () => {
    for (const text of texts) {
      const page = new StoringPage('local');
      page.origin.local.setItem(`${PREFIX}1`, text);
      page.core.sessions = [session('b')];
      await page.start();
      await page.collected();
      page.save(NETWORK_ERROR);
      await page.pass();
      const told = page.couriers.flatMap(({ sessions }) => sessions);
      assert.deepEqual(told, [], text);
      assert.deepEqual(
        page.records.map((one) => WAITING.test(one)),
        [true],
        text,
      );
      page.leave();
    }
  });

  it('of later versions do not keep a page from storing', async () => {
    const page = new StoringPage('local');
    for (let index = 0; index < 60; index++) {
      page.origin.local.setItem(PREFIX + index, '{"version":2}');
    }
    await refused(page);
    assert.equal(page.records.filter((text) => WAITING.test(text)).length, 1);
    assert.equal(page.records.length, 50);
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
