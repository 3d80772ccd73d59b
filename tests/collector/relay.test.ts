import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { Collector, type ProjectSettings } from '../../web/server/collector/collector.js';
import { readRelayFile } from './relay/file.js';
import { replay } from './relay/replay.js';
import {
  A,
  DAY,
  HOUR,
  KEY,
  MINUTE,
  P,
  PATH,
  PROJECT,
  QUERY,
  R,
  SECOND,
  at,
  attrs,
  bytes,
  envelope,
  notation,
  post,
} from './support.js';

test('the collector does what a Relay did with every request of the shared file', async () => {
  const file = await readRelayFile(new URL('../vectors/relay-26.9.0.json', import.meta.url));
  const { differences, equal, total } = await replay(file);
  assert.deepEqual(differences, []);
  assert.equal(equal, total);
  assert.equal(total, 299);
});

test('a replay says where the collector does something else', async () => {
  const request = { url: PATH + QUERY, body: `{}\n{"type":"session"}\n${P({})}` };
  const relay = { status: 400 };
  const { differences, equal, total } = await replay({
    cases: [{ id: 'one', receivedAt: R, request, relay, reports: { 'session|x': 2 } }],
  });
  assert.deepEqual([equal, total], [0, 1]);
  assert.deepEqual(differences, [
    'one: status is 200, Relay: 400',
    'one: ["session","init","shop@1.4.0","production",null,null] is 1, Relay: none',
    'one: report session|x is 0, Relay: 2',
  ]);
});

/** What a neighbour of the measured requests does, by the same rules. */
interface Neighbour {
  name: string;
  body: string | Uint8Array;
  /** The metrics of all items, or the status of the refusal. */
  expected: string | number;
  url?: string;
  headers?: Record<string, string>;
  settings?: Partial<ProjectSettings>;
  keys?: ReadonlyMap<string, string>;
}

const withHeader = (header: string, payload = P({})): string =>
  `${header}\n{"type":"session"}\n${payload}`;
const withItemHeader = (header: string): string => `{}\n${header}\n${P({})}`;
const one = (name: string, payload: string, expected: string): Neighbour => ({
  name,
  body: withHeader('{}', payload),
  expected,
});
const buckets = (name: string, payload: string, expected: string): Neighbour => ({
  name,
  body: `{}\n{"type":"sessions"}\n${payload}`,
  expected,
});
const SID = '5f0c6f0e-9b1d-4c0f-8a5e-2b7d3c4f1a90';
const errored = 'err{sid} init+1';
const start = (text: string): string => P({ started: text, timestamp: undefined });
const day = at(0).slice(0, 10);
const clock = (offset: number): string => at(offset).slice(11, 19);

const sessions: Neighbour[] = [
  one('duration true', P({ duration: true }), 'init+1'),
  one('duration twice', P({}).replace('{', '{"duration":1,"duration":"x",'), 'init+1'),
  one(
    'mechanism as map at abnormal',
    P({ status: 'abnormal', did: 'u', abnormal_mechanism: { anr_background: null } }),
    'abn+1 err{sid} init+1 user:abn(anr_background) user:err',
  ),
  one('mechanism as map of two', P({ abnormal_mechanism: { a: null, b: null } }), ''),
  one('mechanism as map with a value', P({ abnormal_mechanism: { a: 1 } }), ''),
  one('mechanism as empty map', P({ abnormal_mechanism: {} }), ''),
  one('mechanism as array', P({ abnormal_mechanism: ['anr_background'] }), ''),
  one('mechanism as number', P({ abnormal_mechanism: 1 }), ''),
  one('attrs as array of four', P({ attrs: ['a@1', 'dev', '127.0.0.1', 'agent'] }), 'init+1'),
  one('attrs as array of five', P({ attrs: ['a@1', 'dev', null, null, null] }), ''),
  one('attrs as empty array', P({ attrs: [] }), ''),
  one('attrs as array with a wrong type', P({ attrs: ['a@1', 7] }), ''),
  one('session as array of eight', JSON.stringify([SID, 'u1', 1, true, at(0), at(0), 'ok', 1]), ''),
  one(
    'session as array of nine',
    JSON.stringify([SID, null, 1, true, at(0), at(0), 'ok', 1, ['a@1']]),
    errored,
  ),
  one(
    'session as array of eleven',
    JSON.stringify([SID, null, 1, true, at(0), at(0), 'ok', 1, ['a@1'], null, 1]),
    '',
  ),
  one('session in an array', `[${P({})}]`, ''),
  one('sid in braces, upper case', P({ sid: `{${SID.toUpperCase()}}`, errors: 1 }), errored),
  one('sid in braces without hyphens', P({ sid: `{${SID.replaceAll('-', '')}}` }), ''),
  one('sid as urn in upper case', P({ sid: `URN:UUID:${SID}` }), ''),
  one('sid as urn without hyphens', P({ sid: `urn:uuid:${SID.replaceAll('-', '')}` }), ''),
  one('sid with a brace missing', P({ sid: `{${SID}` }), ''),
  one('sid with wrong hyphens', P({ sid: '5f0c6f0e9-b1d-4c0f-8a5e-2b7d3c4f1a90' }), ''),
  one('nil did in braces', P({ did: '{00000000-0000-0000-0000-000000000000}' }), 'init+1'),
  one('did that is almost nil', P({ did: '00000000-0000-0000-0000-00000000000' }), 'init+1 user'),
  one(
    'unreadable key in an array that is not read',
    P({ x: 0 }).replace('"x":0', '"x":[{"\\udc00":[]}]'),
    'init+1',
  ),
  one('unreadable key beside the known ones', P({ x: 0 }).replace('"x":0', '"\\udc00":0'), ''),
  one('unreadable text that is not read', P({ x: 0 }).replace('"x":0', '"x":"\\ud800"'), 'init+1'),
  one('wrong escape that is not read', P({ x: 0 }).replace('"x":0', '"x":"\\q"'), ''),
  one('number out of range that is not read', P({ x: 0 }).replace('"x":0', '"x":1e999'), 'init+1'),
];

const times: Neighbour[] = [
  one(
    'blanks everywhere',
    start(` 2026 - 1 - 5T ${clock(-10_000).replaceAll(':', ' : ')} +00 : 00 `),
    'init+1',
  ),
  one('one-digit parts', start('2026-1-5T9:59:9Z'), 'init+1'),
  one('utc in lower case', start(`${day} ${clock(-10_000)}utc`), 'init+1'),
  one('UTC and more', start(`${day}T${clock(-10_000)}UTC+1`), ''),
  one('year with plus and zeros', start(`+00${day}T${clock(-10_000)}Z`), 'init+1'),
  one('year of six digits without plus', start(`00${day}T${clock(-10_000)}Z`), ''),
  one('offset with U+2212', start(`${day}T09:00:00\u221201:00`), 'init+1'),
  one('offset without minutes', start(`${day}T${clock(-10_000)}+00`), ''),
  one('offset of 24 hours', start(`${day}T${clock(-10_000)}+24:00`), ''),
  one('minutes of an offset above 59', start(`${day}T${clock(-10_000)}+00:60`), ''),
  one('blank before the fraction', start(`${day}T09:59:50 .5Z`), ''),
  one('fraction without digits', start(`${day}T09:59:50.Z`), ''),
  one('blank before the T', start(`${day} T09:59:50Z`), ''),
  one('no-break space between the parts', start(`${day}T\u00a009:59:50Z`), 'init+1'),
  one('byte order mark is no blank', start(`\ufeff${day}T09:59:50Z`), ''),
  one('second 60 with a fraction', start(`${day}T09:59:60.5Z`), 'init+1'),
  one('second 61', start(`${day}T09:59:61Z`), ''),
  one('30 s ahead', P({ started: at(30 * SECOND) }), 'init+1'),
  one('45 s ahead', P({ started: at(45 * SECOND) }), ''),
  one('exactly five days ago', P({ started: at(-5 * DAY) }), 'init+1'),
  one('a millisecond more', P({ started: at(-5 * DAY - 1) }), ''),
  buckets(
    'one of two buckets ahead',
    A({ started: at(50 * SECOND), exited: 1 }, { started: at(0), exited: 2 }),
    'init+2',
  ),
  {
    name: 'drift is whole seconds',
    body: withHeader(`{"sent_at":"${at(-55 * MINUTE + 1)}"}`, P({ started: at(-5 * DAY) })),
    expected: 'init+1',
  },
];

const aggregates: Neighbour[] = [
  buckets(
    'bucket as array',
    JSON.stringify([[[at(0), 'u1', 1, 0, 0, 2, 0]], ['a@1']]),
    'init+3 pre+2 unh+2 user:err user:unh',
  ),
  buckets('bucket as array of one', JSON.stringify([[[at(0)]], ['a@1']]), ''),
  buckets('aggregate as array of one', JSON.stringify([[]]), ''),
  buckets(
    'errors that wrap to none',
    A({ started: at(0), errored: 2 ** 32 - 1, crashed: 1, did: 'u1' }),
    'crash+1 user user:crash',
  ),
  buckets(
    'sum that wraps to one',
    A({ started: at(0), exited: 2 ** 32 - 1, errored: 2 }),
    'init+1 pre+2',
  ),
  buckets('counter of 2^32', A({ started: at(0), exited: 2 ** 32 }), ''),
];

const headers: Neighbour[] = [
  {
    name: 'unknown key null in an item',
    body: withItemHeader('{"type":"session","y":null}'),
    expected: 400,
  },
  {
    name: 'null below an unknown key',
    body: withHeader('{"x":{"y":null},"z":[null]}'),
    expected: 'init+1',
  },
  {
    name: 'unreadable key below an unknown key',
    body: withHeader('{"x":{"\\ud800":1}}'),
    expected: 400,
  },
  { name: 'large number that fits', body: withHeader('{"x":1e308}'), expected: 'init+1' },
  { name: 'retention of any type', body: withHeader('{"retention":"x"}'), expected: 'init+1' },
  {
    name: 'client_hints as object',
    body: withHeader('{"client_hints":{"sec_ch_ua":"x","other":1}}'),
    expected: 'init+1',
  },
  {
    name: 'client_hints with a number in it',
    body: withHeader('{"client_hints":{"sec_ch_ua":1}}'),
    expected: 400,
  },
  { name: 'client_hints null', body: withHeader('{"client_hints":null}'), expected: 400 },
  {
    name: 'no required_features',
    body: withHeader('{"required_features":[]}'),
    expected: 'init+1',
  },
  {
    name: 'required_features',
    body: withHeader('{"required_features":["organizations:x"]}'),
    expected: 403,
  },
  {
    name: 'required_features with a number',
    body: withHeader('{"required_features":[1]}'),
    expected: 400,
  },
  {
    name: 'required_features as a variant',
    body: withHeader('{"required_features":[{"organizations:x":null}]}'),
    expected: 403,
  },
  {
    name: 'required_features as a variant with a value',
    body: withHeader('{"required_features":[{"organizations:x":1}]}'),
    expected: 400,
  },
  { name: 'required_features null', body: withHeader('{"required_features":null}'), expected: 400 },
  { name: 'trace once', body: withHeader('{"trace":null}'), expected: 'init+1' },
  { name: 'trace twice', body: withHeader('{"trace":{},"trace":1}'), expected: 400 },
  { name: 'version 65536', body: withHeader('{"version":65536}'), expected: 400 },
  {
    name: 'nested 126',
    body: withHeader(`{"x":${'['.repeat(126)}${']'.repeat(126)}}`),
    expected: 'init+1',
  },
  {
    name: 'item header nested 127',
    body: withItemHeader(`{"type":"session","x":${'['.repeat(127)}${']'.repeat(127)}}`),
    expected: 400,
  },
  {
    name: 'length thrice',
    body: withItemHeader(`{"length":"x","length":null,"length":${P({}).length},"type":"session"}`),
    expected: 'init+1',
  },
  {
    name: 'length as text',
    body: withItemHeader(`{"type":"session","length":"${P({}).length}"}`),
    expected: 400,
  },
  {
    name: 'event_id as urn',
    body: withHeader(`{"event_id":"urn:uuid:${SID}"}`),
    expected: 'init+1',
  },
  { name: 'event_id too short', body: withHeader('{"event_id":"5f0c"}'), expected: 400 },
  {
    name: 'item of type integration among others',
    body: `${withHeader('{}')}\n{"type":"integration"}\n{}`,
    expected: 400,
  },
  {
    name: '500 items',
    body: `{}${'\n{"type":"x"}\n{}'.repeat(499)}\n{"type":"session"}\n${P({})}`,
    expected: 'init+1',
  },
  {
    name: '501 items',
    body: `{}${'\n{"type":"x"}\n{}'.repeat(500)}\n{"type":"session"}\n${P({})}`,
    expected: 400,
  },
  {
    name: 'event of 1 MiB',
    body: `${withHeader('{}')}\n{"type":"event"}\n"${'a'.repeat((1 << 20) - 2)}"`,
    expected: 'init+1',
  },
  {
    name: 'event above 1 MiB',
    body: `${withHeader('{}')}\n{"type":"event"}\n"${'a'.repeat((1 << 20) - 1)}"`,
    expected: 413,
  },
  {
    name: 'sdk of 201 characters',
    body: withHeader(`{"client":"${'c'.repeat(201)}"}`),
    expected: 'init+1',
  },
];

const dsn = (text: string): string => withHeader(`{"dsn":"${text}"}`);
const origin = (text: string): string => withHeader(`{"origin":"${text}"}`);

const senders: Neighbour[] = [
  {
    name: 'dsn with many slashes',
    body: dsn(`https://${KEY}@h//p///${PROJECT}//`),
    expected: 'init+1',
  },
  { name: 'dsn of another scheme', body: dsn(`ftp://${KEY}@h/${PROJECT}`), expected: 400 },
  {
    name: 'dsn with a project that is too large',
    body: dsn(`https://${KEY}@h/99999999999999999999`),
    expected: 400,
  },
  {
    name: 'dsn alone, and blanks behind the header',
    url: PATH,
    body: `{"dsn":"https://${KEY}@h/${PROJECT}"} \n`,
    expected: 400,
  },
  { name: 'no authentication, no JSON', url: PATH, body: 'x', expected: 401 },
  { name: 'no authentication, empty', url: PATH, body: '', expected: 401 },
  {
    name: 'dsn alone with a wrong client',
    url: PATH,
    body: withHeader(`{"dsn":"https://${KEY}@h/${PROJECT}","client":1}`),
    expected: 401,
  },
  {
    name: 'origin equal to Origin, differently spelled',
    body: origin('HTTPS://shop.example:443'),
    headers: { origin: 'https://shop.example' },
    expected: 'init+1',
  },
  {
    name: 'origin equal to Referer',
    body: origin('https://shop.example/p?q'),
    headers: { referer: 'https://shop.example/p?q' },
    expected: 'init+1',
  },
  {
    name: 'origin of a Referer beside an Origin',
    body: origin('https://b.example/'),
    headers: { origin: 'https://a.example', referer: 'https://b.example/' },
    expected: 400,
  },
  {
    name: 'origin beside the DSN alone',
    url: PATH,
    body: withHeader(`{"dsn":"https://${KEY}@h/${PROJECT}","origin":"https://a.example"}`),
    expected: 'init+1',
  },
  {
    name: 'no query key but a version',
    url: `${PATH}?sentry_version=7`,
    body: withHeader('{}'),
    expected: 401,
  },
  {
    name: 'version +8',
    url: `${PATH}?sentry_key=${KEY}&sentry_version=%2B8`,
    body: withHeader('{}'),
    expected: 400,
  },
  {
    name: 'version 70000',
    url: `${PATH}?sentry_key=${KEY}&sentry_version=70000`,
    body: withHeader('{}'),
    expected: 401,
  },
  {
    name: 'version 7,0',
    url: `${PATH}?sentry_key=${KEY}&sentry_version=7,0`,
    body: withHeader('{}'),
    expected: 401,
  },
  {
    name: 'X-Sentry-Auth without its scheme',
    url: PATH,
    headers: { 'X-Sentry-Auth': `sentry_key=${KEY}` },
    body: withHeader('{}'),
    expected: 401,
  },
  {
    name: 'Authorization',
    url: PATH,
    headers: { Authorization: `SENTRY sentry_version=7.0, sentry_key = ${KEY}` },
    body: withHeader('{}'),
    expected: 'init+1',
  },
  {
    name: 'key of 32 characters beyond ASCII',
    url: `${PATH}?sentry_key=${'%C3%A9'.repeat(32)}`,
    body: withHeader('{}'),
    expected: 400,
  },
  {
    name: 'project as +42',
    url: `/api/%2B42/envelope/${QUERY}`,
    body: withHeader('{}'),
    expected: 'init+1',
  },
  {
    name: 'project as 042',
    url: `/api/042/envelope/${QUERY}`,
    body: withHeader('{}'),
    expected: 'init+1',
  },
  {
    name: 'query of two question marks',
    url: `/api/42/envelope/??sentry_key=${KEY}`,
    body: withHeader('{}'),
    expected: 401,
  },
  {
    name: 'project below zero',
    url: `/api/-1/envelope/${QUERY}`,
    body: withHeader('{}'),
    expected: 400,
  },
  {
    name: 'many slashes',
    url: `///api///42///envelope///${QUERY}`,
    body: withHeader('{}'),
    expected: 'init+1',
  },
  {
    name: 'envelope in upper case',
    url: `/api/42/Envelope/${QUERY}`,
    body: withHeader('{}'),
    expected: 404,
  },
  { name: 'unknown key', body: withHeader('{}'), keys: new Map(), expected: '' },
  {
    name: 'key of another project',
    body: withHeader('{}'),
    keys: new Map([[KEY, '7']]),
    expected: 403,
  },
  /* Nobody asks the project about an envelope in which there is nothing. */
  {
    name: 'no items for a disabled project',
    body: '{}',
    settings: { disabled: true },
    expected: '',
  },
  { name: 'no items with features', body: '{"required_features":["x"]}', expected: '' },
  {
    name: 'no items for another project',
    body: '{}',
    keys: new Map([[KEY, '7']]),
    expected: '',
  },
  {
    name: 'subdomain of an allowed domain',
    body: withHeader('{}'),
    headers: { origin: 'https://www.shop.example' },
    settings: { allowedDomains: ['*.shop.example'] },
    expected: 'init+1',
  },
  {
    name: 'page that only ends like an allowed domain',
    body: withHeader('{}'),
    headers: { origin: 'https://myshop.example' },
    settings: { allowedDomains: ['*.shop.example'] },
    expected: 403,
  },
  {
    name: 'allowed domain of another scheme',
    body: withHeader('{}'),
    headers: { origin: 'http://shop.example' },
    settings: { allowedDomains: ['https://shop.example'] },
    expected: 403,
  },
  {
    name: 'no Origin',
    body: withHeader('{}'),
    settings: { allowedDomains: ['shop.example'] },
    expected: 'init+1',
  },
];

const plain = bytes(withHeader('{}'));
const encoded = (name: string, encoding: string, body: Uint8Array, expected: string | number) => ({
  name: `encoding: ${name}`,
  body,
  headers: { 'content-encoding': encoding },
  expected,
});
const encodings: Neighbour[] = [
  encoded('none', '', plain, 'init+1'),
  encoded('Utf-8', 'Utf-8', plain, 'init+1'),
  encoded('identity', 'identity', plain, 'init+1'),
  encoded('Gzip', 'Gzip', gzipSync(plain), 415),
  encoded('two', 'gzip, br', gzipSync(plain), 415),
  encoded('deflate', 'deflate', deflateSync(plain), 'init+1'),
  encoded('br', 'br', brotliCompressSync(plain), 'init+1'),
  encoded(
    'gzip, more bytes behind it',
    'gzip',
    Buffer.concat([gzipSync(plain), bytes('\x1f\x8bmore')]),
    'init+1',
  ),
  encoded(
    'gzip with a wrong sum',
    'gzip',
    Buffer.concat([gzipSync(plain).subarray(0, -8), new Uint8Array(8)]),
    400,
  ),
  encoded('gzip without its end', 'gzip', gzipSync(plain).subarray(0, -4), 400),
  encoded('no gzip', 'gzip', plain, 400),
  // What the zstd program writes for "{}\n", in one raw block.
  encoded('zstd', 'zstd', Buffer.from('28b52ffd2003190000' + '7b7d0a', 'hex'), ''),
  encoded('no zstd', 'zstd', plain, 400),
];

const filter = (
  name: string,
  filters: ProjectSettings['filters'],
  changes: Record<string, unknown>,
  isCounted: boolean,
): Neighbour => ({
  name: `filter: ${name}`,
  body: withHeader('{}', attrs(changes)),
  settings: { filters },
  expected: isCounted ? 'init+1' : '',
});
const chrome = (version: number): string =>
  `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`;
const filters: Neighbour[] = [
  filter('release in a range', { releases: ['v[0-3]'] }, { release: 'V2' }, false),
  filter('release out of a range', { releases: ['v[0-3]'] }, { release: 'v4' }, true),
  filter('release in a negated class', { releases: ['v[!0-3]'] }, { release: 'v4' }, false),
  filter('one of several words', { releases: ['{shop,api}@*'] }, { release: 'api@7' }, false),
  filter('question mark is one character', { releases: ['v?'] }, { release: 'v12' }, true),
  filter('question mark is any character', { releases: ['v?'] }, { release: 'v😀' }, false),
  filter('escaped star', { releases: ['v\\*'] }, { release: 'v1' }, true),
  filter('points are points', { releases: ['v1.0'] }, { release: 'v1x0' }, true),
  filter('open bracket', { releases: ['[v'] }, { release: '[V' }, true),
  filter('localhost, 127.0.0.2', { localhost: true }, { ip_address: '127.0.0.2' }, true),
  filter('localhost, ::1', { localhost: true }, { ip_address: '::1' }, false),
  filter(
    'IE 10 by default',
    { legacyBrowsers: true },
    { user_agent: 'Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)' },
    true,
  ),
  filter(
    'IE 9 by default',
    { legacyBrowsers: ['default'] },
    { user_agent: 'Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)' },
    false,
  ),
  filter(
    'IE 11 by name',
    { legacyBrowsers: ['ie'] },
    { user_agent: 'Mozilla/5.0 (Windows NT 10.0; Trident/7.0; rv:11.0) like Gecko' },
    false,
  ),
  filter('Chrome 62 by name', { legacyBrowsers: ['chrome'] }, { user_agent: chrome(62) }, false),
  filter('Chrome 63 by name', { legacyBrowsers: ['chrome'] }, { user_agent: chrome(63) }, true),
  filter('Chrome 62 by default', { legacyBrowsers: true }, { user_agent: chrome(62) }, true),
  filter(
    'a word that is in the prototype',
    { legacyBrowsers: ['constructor'] },
    { user_agent: chrome(1) },
    true,
  ),
  filter(
    'GPTBot',
    { webCrawlers: true },
    { user_agent: 'Mozilla/5.0; compatible; GPTBot/1.2' },
    false,
  ),
  filter('Applebot', { webCrawlers: true }, { user_agent: 'Mozilla/5.0 (Applebot/0.1)' }, false),
  filter('Pingdom', { webCrawlers: true }, { user_agent: 'Pingdom.com_bot_version_1.4' }, false),
  filter(
    'Slackbot 1.0',
    { webCrawlers: true },
    { user_agent: 'Slackbot 1.0 (+https://api.slack.com/robots)' },
    true,
  ),
  filter(
    'Slackbot-LinkExpanding',
    { webCrawlers: true },
    { user_agent: 'Slackbot-LinkExpanding 1.0' },
    false,
  ),
  filter(
    'Yandex browser',
    { webCrawlers: true },
    { user_agent: `${chrome(120)} YaBrowser/24.1` },
    true,
  ),
  filter('my-crawler', { webCrawlers: true }, { user_agent: 'my-crawler/1.0' }, true),
];

for (const row of [sessions, times, aggregates, headers, senders, encodings, filters].flat()) {
  test(`neighbour: ${row.name}`, () => {
    const collector = new Collector(row.keys === undefined ? {} : { keys: row.keys });
    Object.assign(collector.settings(PROJECT), row.settings);
    const options = { url: row.url ?? PATH + QUERY, headers: row.headers ?? {} };
    const response = post(collector, row.body, options);
    const items = collector.requests().flatMap((record) => record.items);
    const got =
      response.status === 200 ? notation(items.flatMap(({ metrics }) => metrics)) : response.status;
    assert.equal(got, row.expected, response.body + items.map(({ reason }) => reason).join('\n'));
  });
}

/** Reports: what of them a Relay hands on. */
const loss = { reason: 'network_error', category: 'session', quantity: 3 };
const reports: [name: string, payload: unknown, expected: string, header?: object][] = [
  ['as arrays', [null, [['queue_overflow', 'error', 2]]], 'error|queue_overflow=2'],
  ['array without a timestamp', [[['queue_overflow', 'error', 2]]], ''],
  [
    'another list',
    { discarded_events: [], rate_limited_events: [loss] },
    'rate_limited_events:session|network_error=3',
  ],
  [
    'what a sampling dropped, by kinds of rules',
    {
      discarded_events: [],
      filtered_sampling_events: [
        { ...loss, reason: 'Sampled:3001,123,1456,1001,1499' },
        { ...loss, reason: 'Sampled:4294967296' },
        { ...loss, reason: 'Sampled:' },
        loss,
      ],
    },
    'filtered_sampling_events:session|Sampled:1001,1400,3000,0=3',
  ],
  [
    'many unknown categories before a known one',
    { discarded_events: [...'abcdefgh'].map((category) => ({ ...loss, category })).concat(loss) },
    'session|network_error=3',
  ],
  [
    'an entry that cannot be read behind many that are left out',
    { discarded_events: [...[...'abcdefgh'].map((category) => ({ ...loss, category })), 1, loss] },
    '',
  ],
  [
    'the same several times, and the newest category',
    { discarded_events: [loss, { ...loss, category: 'snapshot_image' }, loss] },
    'session|network_error=6 snapshot_image|network_error=3',
  ],
  ['another list that is null', { discarded_events: [loss], filtered_sampling_events: null }, ''],
  ['a wrong entry in another list', { discarded_events: [loss], filtered_events: ['x'] }, ''],
  [
    'a category by its other name',
    { discarded_events: [{ ...loss, category: 'user_report_v2' }] },
    'feedback|network_error=3',
  ],
  [
    'a category in upper case',
    { discarded_events: [{ ...loss, category: 'Session' }, loss] },
    'session|network_error=3',
  ],
  [
    'a reason of 200 bytes',
    { discarded_events: [{ ...loss, reason: 'é'.repeat(100) }] },
    `session|${'é'.repeat(100)}=3`,
  ],
  ['a quantity of 2^64', { discarded_events: [{ ...loss, quantity: 0 }] }, ''],
  [
    'four days old',
    { timestamp: (R - 4 * DAY) / 1000, discarded_events: [loss] },
    'session|network_error=3',
  ],
  ['older than 1970', { timestamp: -1, discarded_events: [loss] }, ''],
  ['beyond what 64 bits hold', { timestamp: 1e300, discarded_events: [loss] }, ''],
  ['six days old', { timestamp: (R - 6 * DAY) / 1000, discarded_events: [loss] }, ''],
  [
    'by a clock that lags two hours',
    { timestamp: at(-6 * DAY), discarded_events: [loss] },
    'session|network_error=3',
    { sent_at: at(-6 * DAY) },
  ],
  [
    'by a clock that is ahead',
    { timestamp: at(2 * HOUR), discarded_events: [loss] },
    'session|network_error=3',
    { sent_at: at(2 * HOUR) },
  ],
];

for (const [name, payload, expected, header = {}] of reports) {
  test(`neighbour: report ${name}`, () => {
    const collector = new Collector();
    const text = JSON.stringify(payload).replace('"quantity":0', '"quantity":18446744073709551616');
    post(collector, envelope([text], { type: 'client_report', header: header as never }));
    const [item] = collector.requests().flatMap((record) => record.items);
    const discarded = item?.report?.discarded ?? [];
    const got = discarded.map(
      ({ list, category, reason, quantity }) =>
        `${list === undefined ? '' : `${list}:`}${category}|${reason}=${quantity}`,
    );
    assert.equal(got.join(' '), expected, item?.reason ?? 'no item');
  });
}

test('each report of an envelope is judged by its own time', () => {
  const taken = (...times: unknown[]): number => {
    const collector = new Collector();
    const reports = times.map((timestamp) =>
      JSON.stringify({ timestamp, discarded_events: [loss] }),
    );
    post(collector, envelope(reports, { type: 'client_report' }));
    const items = collector.requests().flatMap((record) => record.items);
    return items.filter(({ report }) => report !== undefined).length;
  };
  const old = (R - 6 * DAY) / 1000;
  assert.equal(taken(R / 1000, old), 1);
  assert.equal(taken(old, R / 1000), 1);
  assert.equal(taken(old, null), 1, 'one without a time is of now');
  assert.equal(taken(-1, R / 1000), 1, 'one with a time that cannot be read is lost alone');
  assert.equal(taken('1969-12-31T23:59:59Z', at(2 * HOUR), R / 1000), 1);
});

test('a limit of everything leaves reports and unknown items alone', () => {
  for (const [type, status] of [
    ['event', 429],
    ['sessions', 429],
    ['attachment', 429],
    ['client_report', 200],
    ['statsd', 200],
    ['constructor', 200],
  ] as const) {
    const collector = new Collector();
    collector.limit(PROJECT, { categories: [], seconds: 60, now: R });
    const response = post(collector, envelope(['{}'], { type }));
    assert.equal(response.status, status, type);
  }
});

test('a limit keeps out what counts in one of its categories', () => {
  for (const [type, category, status] of [
    ['transaction', 'transaction_indexed', 429],
    ['transaction', 'error', 200],
    ['user_report', 'feedback', 429],
    ['feedback', 'feedback', 429],
    ['attachment', 'attachment_item', 429],
    ['log', 'log_byte', 429],
    ['span', 'span_indexed', 429],
    ['profile', 'profile_indexed', 429],
    ['nel', 'error', 200],
    ['form_data', 'error', 200],
  ] as const) {
    const collector = new Collector();
    collector.limit(PROJECT, { categories: [category], seconds: 60, now: R });
    const response = post(collector, envelope(['{}'], { type }));
    assert.equal(response.status, status, `${type} by ${category}`);
  }
});

test('an envelope holds one event, whatever makes it one', () => {
  const send = (...types: string[]): number =>
    post(new Collector(), `{}\n${types.map((type) => `{"type":"${type}"}\n{}\n`).join('')}`).status;
  assert.equal(send('event', 'session', 'client_report', 'attachment', 'attachment'), 200);
  for (const type of ['transaction', 'security', 'raw_security', 'replay_event', 'feedback']) {
    assert.equal(send(type), 200, type);
    assert.equal(send('event', type), 413, type);
  }
  const single = ['check_in', 'profile', 'replay_recording', 'replay_video'];
  const containers = ['log', 'trace_metric', 'statsd', 'metric_buckets'];
  assert.equal(send(...single, ...containers), 200);
  for (const type of [...single, ...containers]) assert.equal(send(type, type), 413, type);
  for (const [type, most] of [
    ['span', 25],
    ['attachment', 30],
    ['user_report', 30],
  ] as const) {
    assert.equal(send(...Array<string>(most).fill(type)), 200, type);
    assert.equal(send(...Array<string>(most + 1).fill(type)), 413, type);
  }
});

test('what a user should know is said, although the server takes it', () => {
  const say = (changes: Record<string, unknown>, header = {}): string => {
    const collector = new Collector();
    post(collector, envelope([P(changes)], { header }));
    return collector.updates(PROJECT)[0]?.warnings.join('\n') ?? '';
  };
  const release = (name: string) => ({ attrs: { release: name, environment: 'production' } });
  assert.equal(say({}), '');
  assert.match(say({ started: at(31_000) }), /31 s ahead.*drop this in silence/);
  assert.match(say({}, { sent_at: at(45_000) }), /45 s ahead.*drop this in silence/);
  assert.equal(say({}, { sent_at: at(29_000) }), '');
  assert.match(say({ started: at(-5 * DAY + MINUTE) }), /almost five days ago: in 0\.0 h/);
  assert.match(say(release('a\u0085b')), /alters the release.*control characters.*"ab"/);
  assert.match(say(release(' shop@1 ')), /alters the release.*blanks.*"shop@1"/);
  assert.match(say({ attrs: { release: 'a', environment: 'x\u0090' } }), /alters the environment/);
});

test('an answer that pages cannot read is named', () => {
  const say = (headers: Record<string, string>): string => {
    const collector = new Collector();
    post(collector, envelope([P({})]), { headers: { origin: 'https://shop.example', ...headers } });
    return collector.requests()[0]?.warnings.join('\n') ?? '';
  };
  assert.equal(say({}), '');
  assert.match(say({ cookie: 'a=b' }), /cannot read the answer.*credentials/s);
  assert.match(say({ 'sec-fetch-mode': 'no-cors' }), /cannot read the answer.*no-cors/s);
  assert.match(say({ 'content-encoding': 'x' }), /cannot read the answer.*415/s);
  assert.equal(say({ cookie: 'a=b', 'sec-fetch-site': 'same-origin' }), '');
});
