import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Collector } from '../../web/server/collector/collector.js';
import { entriesOf, JsonError, parseJson, toValue, wordOf } from '../../web/server/wire/json.js';
import { seeded } from '../../web/server/app/random.js';
import { parseUrl } from '../../web/server/wire/url.js';
import { A0, P, P0, PATH, PROJECT, QUERY, bytes, envelope, post } from './support.js';

test('JSON: agrees with JSON.parse on valid text', () => {
  const texts = [
    'null',
    ' [1, -2.5e3, true,false , null, "a\\u00e9\\n\\"\\\\\\/"] ',
    '{"a":{"b":[]},"c":{}}',
    '"\\ud83d\\ude00 😀"',
    '-0',
  ];
  for (const text of texts) {
    assert.deepEqual(
      JSON.parse(JSON.stringify(toValue(parseJson(bytes(text))))),
      JSON.parse(JSON.stringify(JSON.parse(text))),
      text,
    );
  }
});

test('an address is read alike, however many came before', () => {
  // Made of bytes, as those of requests are: engines keep such a text in another way than one of a source.
  const text = Buffer.from('https://münchen.example/ä').toString();
  for (let read = 0; read < 20_000; read++) {
    assert.equal(parseUrl(text)?.href, 'https://xn--mnchen-3ya.example/%C3%A4', `${read} before`);
  }
});

test('JSON: refuses what is not JSON', () => {
  const texts = [
    '',
    ' ',
    '{',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    '01',
    '1.',
    '.5',
    '+1',
    'NaN',
    'nul',
    "'a'",
    '"\\x"',
    '"\\u12g4"',
    '"a\nb"',
    '1 2',
    '{"a" 1}',
    '["a"',
    '\ufeff1',
  ];
  for (const text of texts) {
    assert.throws(() => parseJson(bytes(text)), JsonError, text);
    assert.throws(() => void JSON.parse(text), SyntaxError, text);
  }
});

test('JSON: keeps repeated keys and the text of numbers', () => {
  const node = parseJson(bytes('{"a":1.0,"a":18446744073709551615}'));
  assert.deepEqual(
    Array.from(entriesOf(node), ({ key, value }) => [key.value, value.kind, wordOf(value)]),
    [
      ['a', 'number', '1.0'],
      ['a', 'number', '18446744073709551615'],
    ],
  );
});

test('deep nesting neither overflows the stack nor loses the session', () => {
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);
  const collector = new Collector();
  const response = post(collector, envelope([P({}).replace('{', `{"unknown":${deep},`)]));
  assert.equal(response.status, 200);
  assert.equal(collector.metrics(PROJECT).all, 1);
  assert.equal(post(collector, `{"other":${deep}}\n`).status, 400, 'headers nest 128 levels deep');
});

test('odd requests are answered', () => {
  const collector = new Collector();
  const good = envelope([P({})]);
  assert.equal(post(collector, good, { method: 'GET' }).status, 405);
  assert.equal(post(collector, good, { url: '//' }).status, 404);
  assert.equal(post(collector, good, { url: '/api/1/envelope/?sentry_key=%zz' }).status, 400);
  assert.equal(post(collector, good, { url: '/tunnel' }).status, 400);
  assert.equal(post(collector, good, { headers: { 'content-encoding': 'lzma' } }).status, 415);
  assert.equal(post(collector, '{"dsn":"http://%zz@x/1"}', { url: '/tunnel' }).status, 400);
});

test('a tunnel takes project and key from the envelope header', () => {
  const collector = new Collector();
  const dsn = `https://${'a'.repeat(32)}@sentry.example/9`;
  const response = post(collector, envelope([P({})], { header: { dsn } }), { url: '/tunnel' });
  assert.equal(response.status, 200, response.body);
  assert.equal(collector.metrics('9').all, 1);
});

test('hostile names are data: no prototype is touched', () => {
  const collector = new Collector();
  const attrs = { release: '__proto__', environment: 'constructor' };
  post(collector, envelope([P({ attrs, did: '__proto__' })]));
  post(collector, envelope(['{"__proto__":{"polluted":1}}']));
  assert.equal(collector.metrics(PROJECT, { release: '__proto__' }).all, 1);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

/** Mutates bytes: flips, cuts, doubles and splices in what parsers dislike. */
function mutate(source: Uint8Array, random: () => number): Uint8Array {
  const spices = [
    '{',
    '}',
    '"',
    '\n',
    '\r',
    '\\',
    '\\ud800',
    '1e999',
    'null',
    '\0',
    ',',
    ' ',
    '[[',
  ];
  let out = Buffer.from(source);
  const edits = 1 + Math.floor(random() * 4);
  for (let edit = 0; edit < edits; edit++) {
    const from = Math.floor(random() * (out.length + 1));
    const to = Math.min(out.length, from + Math.floor(random() * 8));
    const kind = random();
    if (kind < 0.3 && from < out.length) out[from] = Math.floor(random() * 256);
    else if (kind < 0.5) out = Buffer.concat([out.subarray(0, from), out.subarray(to)]);
    else if (kind < 0.7) out = Buffer.concat([out.subarray(0, to), out.subarray(from)]);
    else if (kind < 0.8) out = out.subarray(0, from);
    else {
      const spice = bytes(spices[Math.floor(random() * spices.length)] as string);
      out = Buffer.concat([out.subarray(0, from), spice, out.subarray(from)]);
    }
  }
  return out;
}

test('property: no input makes the collector throw or lose count', () => {
  const random = seeded(42);
  const sources = [
    envelope([P({ did: 'ann', status: 'crashed', errors: 1 }), P({})]),
    envelope([JSON.stringify(A0)], { type: 'sessions' }),
    envelope(['{"discarded_events":[{"reason":"a","category":"session","quantity":1}]}'], {
      type: 'client_report',
    }),
    envelope([JSON.stringify(P0)], { header: { sent_at: '2026-01-05T10:00:00Z', sdk: {} } }),
  ];
  const collector = new Collector();
  let answered = 0;
  let refused = 0;
  for (let round = 0; round < 20_000; round++) {
    const source = sources[round % sources.length] as Uint8Array;
    const body =
      random() < 0.05
        ? Buffer.from(Array.from({ length: 64 }, () => Math.floor(random() * 256)))
        : mutate(source, random);
    const before = collector.metrics(PROJECT).all;
    const response = post(collector, body, { url: PATH + QUERY });
    const record = collector.requests(PROJECT).at(-1);
    const metrics = collector.metrics(PROJECT);
    const inits = (record?.items ?? [])
      .flatMap((item) => item.metrics)
      .filter(({ status }) => status === 'init')
      .reduce((sum, { value }) => sum + Number(value), 0);
    assert.ok([200, 400, 401, 413].includes(response.status), String(response.status));
    assert.equal(metrics.all, before + inits);
    assert.ok(Number.isFinite(metrics.crashFreeRate ?? 0));
    for (const item of record?.items ?? []) assert.notEqual(item.reason, '');
    if (response.status === 200) answered++;
    else refused++;
  }
  assert.ok(answered > 1000 && refused > 1000, `${answered} answered, ${refused} refused`);
});
