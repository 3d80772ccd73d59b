/**
 * Every known key with every kind of value, judged by what serde makes of it. The rules are written
 * down here once more, in other words than the collector's, and by type instead of by key.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Collector } from '../../web/server/collector/collector.js';
import {
  KEY,
  P0,
  PATH,
  PROJECT,
  QUERY,
  SID,
  at,
  bytes,
  envelope,
  notation,
  post,
} from './support.js';

const UUID = '5f0c6f0e-9b1d-4c0f-8a5e-2b7d3c4f1a90';

/** A value as it is written, and what a strict reader takes it for; nothing if it is no JSON. */
type Kind = 'null' | 'boolean' | 'integer' | 'float' | 'string' | 'array' | 'object' | 'nothing';
interface Value {
  text: string;
  kind: Kind;
  /** Of a string that can be read. */
  string?: string;
  /** Of a whole number of 0 or more. */
  number?: bigint;
}

const string = (value: string): Value => ({
  text: JSON.stringify(value),
  kind: 'string',
  string: value,
});
const whole = (number: bigint): Value => ({ text: String(number), kind: 'integer', number });
const other = (kind: Kind, ...texts: string[]): Value[] => texts.map((text) => ({ text, kind }));

const VALUES: Value[] = [
  ...other('null', 'null'),
  ...other('boolean', 'true', 'false'),
  ...[0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n].map(whole),
  /* Numbers that no unsigned integer can be read from; -0 is one with a point. */
  ...other('float', '-1', '-0', '1.0', '1.5', '1e0', '1E2', '1e-7', '0.0', '18446744073709551616'),
  ...other('float', '9'.repeat(300)),
  ...['', ' ', '0', '1', '1.0', '-1', 'ok', 'Ok', 'crashed', 'true', 'null', 'shop@1', '{}'].map(
    string,
  ),
  ...['a\u0000b', '\u007f', '\ufeff', '😀', 'é'.repeat(100), 'x'.repeat(5000)].map(string),
  ...[SID, UUID, UUID.toUpperCase(), `{${UUID}}`, `urn:uuid:${UUID}`].map(string),
  ...[`{${SID}}`, `URN:UUID:${UUID}`, `urn:uuid:${SID}`, ` ${SID}`, SID.slice(1)].map(string),
  ...['00000000-0000-0000-0000-000000000000', '0'.repeat(32), 'g'.repeat(32)].map(string),
  ...[at(-10_000), at(-10_000).replace('T', ' '), at(-10_000).replace('Z', '+00:00')].map(string),
  ...[at(-10_000).replace('Z', ''), '1767607190', at(-10_000).slice(0, 10)].map(string),
  ...[
    '127.0.0.1',
    '::1',
    '{{auto}}',
    '256.1.1.1',
    '01.2.3.4',
    'fe80::1%eth0',
    '::ffff:1.2.3.4',
  ].map(string),
  /* Escapes are read as what they stand for, and half of a pair as nothing. */
  { text: '"\\u006fk"', kind: 'string', string: 'ok' },
  { text: '"\\ud83d\\ude00"', kind: 'string', string: '😀' },
  ...other('string', '"\\ud800"', '"a\\udc00b"'),
  ...other('array', '[]', '["ok"]', '[[]]', '[null]'),
  ...other('object', '{}', '{"ok":null}', '{"a":1,"a":2}'),
  ...other(
    'nothing',
    '',
    '+1',
    '01',
    '.5',
    '1.',
    '1e',
    '--1',
    'NaN',
    'Infinity',
    '0x1',
    'tru',
    'None',
  ),
  ...other(
    'nothing',
    "'ok'",
    'ok',
    '"ok',
    '"\\x"',
    '"\\u12"',
    '"a\tb"',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
  ),
  ...other('nothing', '[', '{', '1 2', '/**/1', '"a" "b"'),
];

type Reads = (value: Value) => boolean;
const isUnsigned =
  (bits: bigint): Reads =>
  ({ number }) =>
    number !== undefined && number < 1n << bits;
const isText: Reads = ({ string }) => string !== undefined;
const orNull =
  (reads: Reads): Reads =>
  (value) =>
    value.kind === 'null' || reads(value);
const isOneOf =
  (...texts: string[]): Reads =>
  ({ string }) =>
    string !== undefined && texts.includes(string);
const isBoolean: Reads = ({ kind }) => kind === 'boolean';
const isAnything: Reads = () => true;
const isUuid = isOneOf(
  ...[SID, UUID, UUID.toUpperCase(), `{${UUID}}`, `urn:uuid:${UUID}`],
  ...['00000000-0000-0000-0000-000000000000', '0'.repeat(32)],
);
/* Those that are too old or without a zone are none, either. */
const isTime = isOneOf(
  ...[at(-10_000), at(-10_000).replace('T', ' '), at(-10_000).replace('Z', '+00:00')],
);
const isAddress = orNull(isOneOf('127.0.0.1', '::1', '{{auto}}', '::ffff:1.2.3.4'));
const isRelease: Reads = ({ string }) =>
  string !== undefined &&
  Buffer.byteLength(string) <= 200 &&
  !/[\u0000-\u001f\u007f/\\]/.test(string);
const isMechanism: Reads = (value) =>
  value.kind === 'null' || isText(value) || value.text === '{"ok":null}';

/** What the value of a key has to be, so that the item is not lost. */
const SESSION: Record<string, Reads> = {
  sid: isUuid,
  did: orNull(isText),
  seq: isUnsigned(64n),
  init: isBoolean,
  timestamp: isTime,
  started: isTime,
  status: isText,
  errors: isUnsigned(64n),
  abnormal_mechanism: isMechanism,
  duration: isAnything,
  unknown: isAnything,
};
const ATTRIBUTES: Record<string, Reads> = {
  release: isRelease,
  environment: orNull(isText),
  ip_address: isAddress,
  user_agent: orNull(isText),
  unknown: isAnything,
};
const BUCKET: Record<string, Reads> = {
  started: isTime,
  did: orNull(isText),
  exited: isUnsigned(32n),
  errored: isUnsigned(32n),
  abnormal: isUnsigned(32n),
  unhandled: isUnsigned(32n),
  crashed: isUnsigned(32n),
  unknown: isAnything,
};
const DISCARD: Record<string, Reads> = {
  reason: isText,
  category: isText,
  quantity: isUnsigned(64n),
  unknown: isAnything,
};

/** An object with one value written as it is. */
function withValue(object: object, key: string, text: string): string {
  const mark = '"the value"';
  return JSON.stringify({ ...object, [key]: 'the value' }).replace(mark, () => text);
}

const shown = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** Posts one item and says whether it was kept. */
function isKept(payload: string, type: string): boolean {
  const collector = new Collector();
  const answer = post(collector, envelope([payload], { type }));
  assert.equal(answer.status, 200, `the answer to ${shown(payload)}`);
  const [item] = collector.requests().flatMap(({ items }) => items);
  return item!.outcome !== 'drop';
}

function judge(
  what: string,
  keys: Record<string, Reads>,
  type: string,
  payload: (key: string, text: string) => string,
): void {
  describe(what, () => {
    for (const [key, reads] of Object.entries(keys)) {
      it(`is kept or lost by the value of ${key}`, () => {
        for (const value of VALUES) {
          const wanted = value.kind !== 'nothing' && reads(value);
          /* A line break would end the payload. */
          assert.equal(
            isKept(payload(key, value.text), type),
            wanted,
            `${key}: ${shown(value.text)}`,
          );
        }
      });
    }
  });
}

const attrs = { release: 'shop@1.4.0' };
const bucket = { started: at(-120_000), exited: 1 };
const discard = { reason: 'network_error', category: 'session', quantity: 3 };

judge('a session', SESSION, 'session', (key, text) => withValue(P0, key, text));
judge('the attributes of a session', ATTRIBUTES, 'session', (key, text) =>
  withValue(P0, 'attrs', withValue(attrs, key, text)),
);
judge('the attributes of an aggregate', ATTRIBUTES, 'sessions', (key, text) =>
  withValue({ aggregates: [bucket] }, 'attrs', withValue(attrs, key, text)),
);
judge('a bucket', BUCKET, 'sessions', (key, text) =>
  withValue({ attrs }, 'aggregates', `[${withValue(bucket, key, text)}]`),
);
judge('an entry of a client report', DISCARD, 'client_report', (key, text) =>
  withValue({}, 'discarded_events', `[${withValue(discard, key, text)}]`),
);

describe('a key that comes twice', () => {
  const twice = (object: object, key: string): string =>
    JSON.stringify(object).replace('{', `{"${key}":${JSON.stringify(object[key as never])},`);
  it('loses the item if it is known', () => {
    for (const key of Object.keys(P0)) assert.equal(isKept(twice(P0, key), 'session'), false, key);
    for (const key of ['started', 'exited']) {
      const text = `{"aggregates":[${twice(bucket, key)}],"attrs":{"release":"a"}}`;
      assert.equal(isKept(text, 'sessions'), false, key);
    }
  });
  it('means nothing if it is unknown, or holds what cannot be read', () => {
    const payload = JSON.stringify(P0).replace('{', '{"x":1,"x":"\\ud800","y":{"\\udc00":1e999},');
    assert.equal(isKept(payload, 'session'), true);
  });
  it('is the same key however it is escaped', () => {
    const payload = JSON.stringify(P0).replace('{', '{"si\\u0064":null,');
    assert.equal(isKept(payload, 'session'), false);
  });
});

describe('the numbers of a session', () => {
  const numbers = (changes: object): string => {
    const collector = new Collector();
    post(collector, envelope([JSON.stringify({ ...P0, ...changes })]));
    return notation(collector.requests().flatMap(({ items }) => items[0]!.metrics));
  };
  const words = ['ok', 'exited', 'errored', 'crashed', 'abnormal', 'unhandled', 'OK', ' ok', ''];
  const ends: Record<string, string> = {
    crashed: 'crash+1',
    abnormal: 'abn+1',
    unhandled: 'unh+1',
  };

  it('are those of each status, with and without errors, init and a user', () => {
    for (const status of words) {
      for (const errors of [0, 1]) {
        for (const init of [true, false]) {
          for (const did of [undefined, 'u', '0'.repeat(32)]) {
            const isBad = errors > 0 || !['ok', 'exited'].includes(status);
            const end = ends[status];
            const short = end?.replace('+1', '');
            const users = did !== 'u' ? [] : isBad ? ['user:err'] : ['user'];
            if (did === 'u' && short) users.push(`user:${short}`);
            const wanted = [isBad && 'err{sid}', init && 'init+1', end, ...users].filter(Boolean);
            const found = numbers({ status, errors, init, did });
            assert.equal(found, wanted.sort().join(' '), `${status} ${errors} ${init} ${did}`);
          }
        }
      }
    }
  });
});

describe('an envelope header', () => {
  const status = (header: string, url = PATH + QUERY): number =>
    post(new Collector(), bytes(header, '\n{"type":"session"}\n', JSON.stringify(P0)), { url })
      .status;

  it('refuses unknown keys that are null or cannot be read, and no others', () => {
    for (const { text, kind, string } of VALUES) {
      const isReadable = kind !== 'string' || string !== undefined;
      const isWanted = kind !== 'nothing' && kind !== 'null' && isReadable;
      assert.equal(status(`{"x":${text}}`), isWanted ? 200 : 400, shown(text));
    }
  });

  it('that is all that says who sends is judged as a whole afterwards', () => {
    const dsn = `"dsn":"https://${KEY}@h/${PROJECT}"`;
    assert.equal(status(`{${dsn}}`, PATH), 200);
    assert.equal(status(`{${dsn},"x":null}`, PATH), 400);
    assert.equal(status(`{${dsn},"x":1e400}`, PATH), 400);
    assert.equal(status(`{${dsn}}\r`, PATH), 400);
    assert.equal(status(`["https://${KEY}@h/${PROJECT}"]`, PATH), 400);
    assert.equal(status('["nonsense"]', PATH), 401);
    assert.equal(status(`{${dsn},"version":null}`, PATH), 401);
    assert.equal(status(`{${dsn},${dsn}}`, PATH), 401);
    assert.equal(status(`{"x":1}`, PATH), 401);
  });
});
