import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  deliverable,
  hasRoom,
  isDue,
  openTexts,
  parse,
  RECORDS_MAX,
  serialize,
  sidOf,
} from '../../../web/src/storage/record.js';
import { known, recordOf, session } from '../fakes/core.js';
import { FakePage } from '../fakes/page.js';

const owner = { release: 'shop@1.4.0', environment: 'production' };
const PREFIX = 'crashfree:https://key@collector.example/42:';

/** A text, and what is read from it. */
const read = (text: string): unknown => parse(text);

describe('a record', () => {
  const sessions = [recordOf(session('a', { did: 'ada "\\\u0001\ud800' })), recordOf(known('b'))];

  it('is read as it was written', () => {
    const text = serialize(owner, true, sessions);
    const { time, ...rest } = parse(text) as { time: number };
    assert.deepEqual(rest, { version: 1, ...owner, visible: true, sessions });
    assert.ok(Math.abs(time - Date.now()) < 60_000);
  });

  it('without sessions is none', () => {
    assert.equal(serialize(owner, true, []), '');
  });

  it('is written the same where a page has replaced toJSON', () => {
    const places = [Array, String, Object].map(
      ({ prototype }) => prototype as { toJSON?: unknown },
    );
    for (const place of places) place.toJSON = () => 'replaced';
    try {
      assert.deepEqual(
        (parse(serialize(owner, true, sessions)) as typeof owner).release,
        owner.release,
      );
      assert.match(serialize(owner, true, sessions), /"sessions":\["a{32}1/);
    } finally {
      for (const place of places) delete place.toJSON;
    }
  });

  it('tells the id of a session, and whether something of it is waiting', () => {
    assert.deepEqual(sessions.map(sidOf), ['a'.repeat(32), 'b'.repeat(32)]);
    assert.deepEqual(sessions.map(isDue), [true, false]);
  });

  it('of a later version is told from nonsense', () => {
    assert.deepEqual(read('{"version":2}'), { later: true, time: 0 });
    assert.deepEqual(read('{"version":2,"time":7}'), { later: true, time: 7 });
    assert.deepEqual(read('{"version":2,"time":"7"}'), { later: true, time: 0 });
  });

  for (const text of [
    '',
    'null',
    '[]',
    '42',
    '"text"',
    '{}',
    '{"__proto__":{"version":1}}',
    '{"version":1}',
    '{"version":0,"release":"a","sessions":[]}',
    '{"version":NaN,"release":"a","sessions":[]}',
    '{"version":"2"}',
    '{"version":{"valueOf":2}}',
    '{"version":1,"release":7,"sessions":[]}',
    '{"version":1,"release":{"toString":1},"sessions":[]}',
    '{"version":1,"release":"a","sessions":{}}',
    '{"version":1,"release":"a","sessions":{"length":1e9}}',
    '{"version":1,"release":"a","environment":{},"sessions":[]}',
    '{"version":1,"release":"a","sessions":[null]}',
    '{"version":1,"release":"a","sessions":["a",{"toString":1}]}',
    '{"version":1,"release":"a","sessions":[{"started":{"toString":1,"valueOf":1}}]}',
    `{"version":1,"release":"a","sessions":[${Array(65).fill('"a"').join()}]}`,
  ]) {
    it(`is none: ${text.slice(0, 80)}`, () => {
      assert.equal(parse(text), undefined);
    });
  }
});

/** Does something with the records of a page. */
function withRecords(act: (records: NonNullable<ReturnType<typeof openTexts>>) => void): void {
  new FakePage().run(() => act(openTexts('local', PREFIX)!));
}
const later = (time: number): string => JSON.stringify({ version: 2, time });

describe('records that are found', () => {
  it('are delivered up to a number, and nonsense is removed', () => {
    withRecords((records) => {
      for (let index = 0; index < 60; index++) {
        records._put(`${PREFIX}${index}`, serialize(owner, false, [recordOf(session('a'))]));
        records._put(`${PREFIX}no${index}`, 'nonsense');
        records._put(`${PREFIX}later${index}`, later(index));
      }
      const found = deliverable(records);
      assert.equal(found.length, RECORDS_MAX);
      assert.ok(found.every((key) => !/no|later/.test(key)));
      assert.deepEqual(
        records._keys().filter((key) => /no/.test(key)),
        [],
      );
      assert.equal(records._keys().filter((key) => /later/.test(key)).length, 60);
    });
  });

  it('of later versions make room, the oldest first', () => {
    withRecords((records) => {
      for (let index = 0; index < 60; index++)
        records._put(`${PREFIX}${index}`, later(100 - index));
      records._put(`${PREFIX}x`, '{"version":2}');
      assert.equal(hasRoom(records), true);
      const left = records._keys();
      assert.equal(left.length, RECORDS_MAX - 1);
      assert.deepEqual([left[0], left.at(-1)], [`${PREFIX}0`, `${PREFIX}48`]);
    });
  });

  it('of this version keep their places', () => {
    withRecords((records) => {
      const text = serialize(owner, false, [recordOf(session('a'))]);
      for (let index = 0; index < RECORDS_MAX; index++) records._put(`${PREFIX}${index}`, text);
      assert.equal(hasRoom(records), false);
      assert.equal(records._keys().length, RECORDS_MAX);
      records._put(`${PREFIX}later`, later(1));
      assert.equal(hasRoom(records), false);
      records._remove(`${PREFIX}0`);
      assert.equal(hasRoom(records), true);
    });
  });

  it('cost little, however many there are', () => {
    withRecords((records) => {
      let looks = 0;
      const counting = {
        ...records,
        _keys: () => Array.from({ length: 10_000 }, (_, index) => PREFIX + index),
        _get: () => {
          looks++;
          return later(1);
        },
      };
      deliverable(counting);
      hasRoom(counting);
      assert.equal(looks, 400);
    });
  });
});

describe('texts', () => {
  it('are those of one project', () => {
    const page = new FakePage();
    page.run(() => {
      const records = openTexts('local', PREFIX)!;
      const key = `${records._prefix}1`;
      localStorage.setItem('crashfree:https://key@collector.example/421:1', 'other');
      records._put(key, 'text');
      assert.deepEqual([records._get(key), records._keys()], ['text', [key]]);
      records._put(key, '');
      assert.deepEqual([records._get(key), records._keys(), localStorage.length], [null, [], 1]);
    });
  });

  it('leave nothing outdated where the storage is full', () => {
    const page = new FakePage();
    page.origin.local.quota = 100;
    page.run(() => {
      const records = openTexts('local', PREFIX)!;
      records._put(`${records._prefix}1`, 'text');
      records._put(`${records._prefix}1`, 'x'.repeat(100));
      assert.deepEqual(records._keys(), []);
    });
  });

  it('of a tab are in the storage of the tab', () => {
    const page = new FakePage();
    page.run(() => openTexts('session', PREFIX)!._put('key', 'text'));
    assert.deepEqual([page.session.length, page.origin.local.length], [1, 0]);
  });

  it('do no harm where storage throws', () => {
    const page = new FakePage();
    const refuse = (): never => {
      throw new DOMException('blocked', 'SecurityError');
    };
    const records = page.run(() => openTexts('local', PREFIX)!);
    Object.assign(page.origin.local, {
      getItem: refuse,
      setItem: refuse,
      removeItem: refuse,
    });
    records._put('key', 'text');
    records._remove('key');
    assert.equal(records._get('key'), null);
    assert.equal(
      page.run(() => openTexts('local', PREFIX)),
      undefined,
    );
  });

  it('are none where there is no storage', () => {
    const page = new FakePage();
    Object.defineProperty(page.origin, 'local', { value: null });
    assert.equal(
      page.run(() => openTexts('local', PREFIX)),
      undefined,
    );
  });
});
