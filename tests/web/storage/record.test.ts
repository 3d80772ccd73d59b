import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDue, openRecords, parse, serialize, sidOf } from '../../../web/src/storage/record.js';
import { recordOf, session } from '../fakes/core.js';
import { FakePage } from '../fakes/page.js';

const owner = { release: 'shop@1.4.0', environment: 'production' };
const DSN = 'https://key@collector.example/42';

describe('a record', () => {
  it('is read as it was written', () => {
    const one = recordOf(session('a', { did: 'ada' }));
    const text = serialize(owner, true, [one]);
    assert.deepEqual(parse(text), { version: 2, ...owner, visible: true, sessions: [one] });
  });

  it('tells whose session it has, and whether something is waiting', () => {
    assert.equal(sidOf(recordOf(session('a'))), 'a'.repeat(32));
    assert.equal(isDue(recordOf(session('a'))), true);
    assert.equal(isDue(recordOf(session('a', { init: undefined as never }))), false);
  });

  it('without sessions is none', () => {
    assert.equal(serialize(owner, true, []), '');
  });

  it('of a later version is told from nonsense', () => {
    assert.equal(parse('{"version":3}'), 'later');
    for (const text of [
      '',
      'null',
      '[]',
      '42',
      '"text"',
      '{}',
      '{"version":2}',
      '{"version":2,"release":7,"sessions":[]}',
      '{"version":2,"release":"a","sessions":{}}',
      '{"version":"2","release":"a","sessions":[]}',
    ]) {
      assert.equal(parse(text), undefined, text);
    }
  });
});

describe('records', () => {
  it('are those of one project', () => {
    const page = new FakePage();
    page.run(() => {
      const records = openRecords('local', DSN)!;
      const key = `${records.prefix}1`;
      localStorage.setItem('crashfree:https://key@collector.example/421:1', 'other');
      records.put(key, 'text');
      assert.deepEqual([records.get(key), records.keys()], ['text', [key]]);
      records.put(key, '');
      assert.deepEqual([records.get(key), records.keys(), localStorage.length], [null, [], 1]);
    });
  });

  it('leave nothing outdated where the storage is full', () => {
    const page = new FakePage();
    page.origin.local.quota = 100;
    page.run(() => {
      const records = openRecords('local', DSN)!;
      records.put(`${records.prefix}1`, 'text');
      records.put(`${records.prefix}1`, 'x'.repeat(100));
      assert.deepEqual(records.keys(), []);
    });
  });

  it('of a tab are in the storage of the tab', () => {
    const page = new FakePage();
    page.run(() => openRecords('session', DSN)!.put('key', 'text'));
    assert.deepEqual([page.session.length, page.origin.local.length], [1, 0]);
  });

  it('do no harm where storage throws', () => {
    const page = new FakePage();
    const refuse = (): never => {
      throw new DOMException('blocked', 'SecurityError');
    };
    const records = page.run(() => openRecords('local', DSN)!);
    Object.assign(page.origin.local, {
      getItem: refuse,
      setItem: refuse,
      removeItem: refuse,
    });
    records.put('key', 'text');
    records.remove('key');
    assert.equal(records.get('key'), null);
    assert.equal(
      page.run(() => openRecords('local', DSN)),
      undefined,
    );
  });

  it('are none where there is no storage', () => {
    const page = new FakePage();
    Object.defineProperty(page.origin, 'local', { value: null });
    assert.equal(
      page.run(() => openRecords('local', DSN)),
      undefined,
    );
  });
});
