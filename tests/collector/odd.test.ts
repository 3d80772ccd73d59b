/** Odd requests by kind, judged by what Relay's libraries do: neighbours of those that were measured. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { Collector } from '../../web/server/collector/collector.js';
import { KEY, P0, PATH, PROJECT, QUERY, at, bytes, envelope, notation, post } from './support.js';

const BODY = envelope([JSON.stringify(P0)]);

interface Request {
  url?: string;
  headers?: Record<string, string>;
  method?: string;
  body?: Uint8Array;
}
const statusOf = ({ body = BODY, ...request }: Request): number =>
  post(new Collector(), body, request).status;

function judge(what: string, cases: [name: string, request: Request, status: number][]): void {
  describe(what, () => {
    for (const [name, request, status] of cases) {
      it(`${name}: ${status}`, () => assert.equal(statusOf(request), status));
    }
  });
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const auth = (authorization: string): Request => ({ url: PATH, headers: { authorization } });
const sentry = (text: string): Request => ({ url: PATH, headers: { 'x-sentry-auth': text } });
const query = (text: string): Request => ({ url: `${PATH}?${text}` });

judge('a key', [
  ['in the query', query(`sentry_key=${KEY}`), 200],
  ['without its prefix', query(`sentry_version=7&key=${KEY}`), 401],
  ['with another prefix', query(`xsentry_key=${KEY}`), 401],
  ['with a flag', query(`sentry_key=${KEY}.no-cache`), 200],
  ['with two flags', query(`sentry_key=${KEY}.a.b`), 200],
  ['with a point inside', query(`sentry_key=${KEY.slice(0, 15)}.${KEY.slice(16)}`), 400],
  ['that is only a flag', query('sentry_key=.no-cache'), 400],
  ['of 33 characters', query(`sentry_key=${KEY}0`), 400],
  ['in upper case', query(`sentry_key=${KEY.toUpperCase()}`), 200],
  ['with a plus, which is a blank', query(`sentry_key=${KEY.slice(1)}+`), 200],
  ['twice, the last one empty', query(`sentry_key=${KEY}&sentry_key=`), 401],
  ['after a fragment sign', query(`x=1#sentry_key=${KEY}`), 401],
  ['of Sentry in Authorization', auth(`Sentry sentry_key=${KEY}`), 200],
  ['of Sentry without a blank', auth(`Sentry,sentry_key=${KEY}`), 401],
  ['of Sentry with two blanks', auth(`Sentry  sentry_key=${KEY}`), 200],
  ['of Sentry with a value that goes on', auth(`Sentry sentry_key=${KEY}=x`), 200],
  ['of Sentry with an empty pair', auth(`Sentry , sentry_key=${KEY},,`), 200],
  ['of Sentry in quotes', auth(`Sentry sentry_key="${KEY}"`), 400],
  ['of Sentry without a value', auth('Sentry sentry_key'), 401],
  ['of Bearer', auth(`Bearer ${KEY}`), 401],
  ['of Basic', auth(`Basic ${base64(`${KEY}:`)}`), 200],
  ['of Basic with a secret', auth(`bAsIc ${base64(`${KEY}:secret:more`)}`), 200],
  ['of Basic without a colon', auth(`Basic ${base64(KEY)}`), 401],
  ['of Basic without a user', auth(`Basic ${base64(':secret')}`), 401],
  ['of Basic with two blanks', auth(`Basic  ${base64(`${KEY}:`)}`), 401],
  ['of Basic without its padding', auth(`Basic ${base64(`${KEY}:`).replaceAll('=', '')}`), 200],
  [
    'of Basic without a padding it needs',
    auth(`Basic ${base64(`${KEY}:s`).replaceAll('=', '')}`),
    401,
  ],
  ['of Basic that is no base64', auth(`Basic ${KEY}!`), 401],
  [
    'of Basic that is no text',
    auth(`Basic ${Buffer.from([...bytes(`${KEY}:`), 0xff]).toString('base64')}`),
    401,
  ],
  ['of X-Sentry-Auth', sentry(`Sentry sentry_key=${KEY}, sentry_version=7`), 200],
  ['of X-Sentry-Auth by Basic', sentry(`Basic ${base64(`${KEY}:`)}`), 401],
  [
    'in a header with letters beyond ASCII',
    sentry(`Sentry sentry_key=${KEY}, sentry_client=é`),
    401,
  ],
  [
    'with a version in each of two pairs, one of them none',
    query(`sentry_version=x&sentry_version=7&sentry_key=${KEY}`),
    401,
  ],
  ['with a version of 0', query(`sentry_version=0&sentry_key=${KEY}`), 200],
  ['with a version of 65536', query(`sentry_version=65536&sentry_key=${KEY}`), 401],
  ['with a version of 65535', query(`sentry_version=65535&sentry_key=${KEY}`), 400],
  ['with a version without prefix that is none', query(`version=x&sentry_key=${KEY}`), 200],
  [
    'in query and Basic',
    { url: PATH + QUERY, headers: { authorization: `Basic ${base64(`${KEY}:`)}` } },
    401,
  ],
  [
    'in query and a Basic that is none',
    { url: PATH + QUERY, headers: { authorization: 'Basic x' } },
    200,
  ],
  ['in query and Bearer', { url: PATH + QUERY, headers: { authorization: 'Bearer x' } }, 200],
  [
    'in query and X-Sentry-Auth',
    { url: PATH + QUERY, headers: { 'x-sentry-auth': `Sentry sentry_key=${KEY}` } },
    401,
  ],
  [
    'in query and an X-Sentry-Auth without scheme',
    { url: PATH + QUERY, headers: { 'x-sentry-auth': KEY } },
    200,
  ],
  ['nowhere, with sentry_ in the query', query('a=sentry_'), 401],
  ['nowhere', { url: PATH }, 401],
]);

judge('an address', [
  ['with a fragment', { url: `${PATH}${QUERY}#x` }, 200],
  ['as a whole', { url: `http://h${PATH}${QUERY}` }, 200],
  ['with project 0', { url: `/api/0/envelope/${QUERY}` }, 200],
  ['with the highest project', { url: `/api/18446744073709551615/envelope/${QUERY}` }, 200],
  ['with a project above', { url: `/api/18446744073709551616/envelope/${QUERY}` }, 400],
  ['with project -1', { url: `/api/-1/envelope/${QUERY}` }, 400],
  ['with project 4.2', { url: `/api/4.2/envelope/${QUERY}` }, 400],
  ['with a blank in the project', { url: `/api/42%20/envelope/${QUERY}` }, 400],
  ['with project 0x2a', { url: `/api/0x2a/envelope/${QUERY}` }, 400],
  ['with other digits', { url: `/api/%D9%A4%D9%A2/envelope/${QUERY}` }, 400],
  ['without its last slash', { url: `/api/42/envelope${QUERY}` }, 404],
  ['with a prefix', { url: `/relay/api/42/envelope/${QUERY}` }, 404],
]);

judge('a method', [
  ...['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'].map((method): [string, Request, number] => [
    method,
    { method },
    405,
  ]),
  ['OPTIONS', { method: 'OPTIONS' }, 200],
  ['OPTIONS without a key', { method: 'OPTIONS', url: PATH }, 200],
  ['OPTIONS without the last slash', { method: 'OPTIONS', url: PATH.slice(0, -1) }, 404],
  [
    'OPTIONS in an unknown encoding',
    { method: 'OPTIONS', headers: { 'content-encoding': 'x-gzip' } },
    415,
  ],
]);

/** A frame of zstd with one block that is not compressed. */
function frame(text: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(text.length);
  const header = Buffer.alloc(3);
  header.writeUIntLE((text.length << 3) | 1, 0, 3);
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]), size, header, text]);
}
const encoded = (encoding: string, body: Uint8Array): Request => ({
  body,
  headers: { 'content-encoding': encoding },
});
const text = Buffer.from(BODY);
const junk = (body: Uint8Array): Buffer => Buffer.concat([body, Buffer.from('junk')]);
const cut = (body: Uint8Array): Uint8Array => body.subarray(0, -3);
const gzip = gzipSync(text);
/** The same with these flags, and what they announce. */
const flagged = (flags: number, extra = ''): Buffer =>
  Buffer.concat([
    gzip.subarray(0, 3),
    Buffer.from([flags]),
    gzip.subarray(4, 10),
    Buffer.from(extra),
    gzip.subarray(10),
  ]);
/** A frame that nobody reads, of three bytes, and what follows. */
const skipped = (body: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from('502a4d1803000000616263', 'hex'), body]);
/** The frame with a window of 2^bits KiB in place of its own length. */
const windowed = (body: Buffer, bits: number): Buffer =>
  Buffer.concat([body.subarray(0, 4), Buffer.from([0x00, bits << 3]), body.subarray(9)]);

/** An envelope of a header alone with a text of so many letters, and what xxHash makes of it. */
const SUMS = [
  [0, 0x2390c098],
  [3, 0xd77d590f],
  [7, 0x09f2b7af],
  [8, 0x690d9c70],
  [15, 0xa004ac63],
  [22, 0x3c88dbb5],
  [23, 0xcbe41e40],
  [60, 0x6fb05f90],
  [1000, 0x8a35a167],
] as const;
const summed = (letters: number, sum: number): Buffer => {
  const body = frame(Buffer.from(`{"x":"${'a'.repeat(letters)}"}\n`));
  const end = Buffer.alloc(4);
  end.writeUInt32LE(sum);
  return Buffer.concat([body.subarray(0, 4), Buffer.of(0xa4), body.subarray(5), end]);
};
/** The same, and says that it holds another number of bytes. */
const long = (body: Buffer): Buffer =>
  Buffer.concat([body.subarray(0, 5), Buffer.of((body[5] ?? 0) + 1), body.subarray(6)]);

judge('a body', [
  ...SUMS.map(([letters, sum]): [string, Request, number] => [
    `with zstd and the sum of ${letters} letters`,
    encoded('zstd', summed(letters, sum)),
    200,
  ]),
  ['with zstd and a wrong sum', encoded('zstd', summed(7, 0x12345678)), 400],
  ['with zstd that is shorter than it says', encoded('zstd', long(frame(text))), 400],
  ['with deflate', encoded('deflate', deflateSync(text)), 200],
  ['with deflate and something behind', encoded('deflate', junk(deflateSync(text))), 200],
  ['with deflate, cut', encoded('deflate', cut(deflateSync(text))), 400],
  ['with deflate without its frame', encoded('deflate', deflateRawSync(text)), 400],
  ['with br', encoded('br', brotliCompressSync(text)), 200],
  ['with br, cut', encoded('br', cut(brotliCompressSync(text))), 400],
  ['with gzip, cut', encoded('gzip', cut(gzip)), 400],
  [
    'with gzip and a wrong sum',
    encoded('gzip', Buffer.concat([gzip.subarray(0, -8), Buffer.alloc(4), gzip.subarray(-4)])),
    400,
  ],
  [
    'with gzip and a wrong length',
    encoded('gzip', Buffer.concat([gzip.subarray(0, -4), Buffer.alloc(4)])),
    400,
  ],
  ['with gzip and flags that nobody knows', encoded('gzip', flagged(0xe0)), 200],
  ['with gzip and a name', encoded('gzip', flagged(8, 'a\0')), 200],
  ['with gzip and a name without an end', encoded('gzip', flagged(8)), 400],
  ['with gzip and a wrong sum of its header', encoded('gzip', flagged(2, 'ab')), 400],
  ['with gzip that is none', encoded('gzip', text), 400],
  ['with gzip, empty', encoded('gzip', new Uint8Array()), 400],
  ['with gzip of nothing', encoded('gzip', gzipSync('')), 400],
  ['with zstd', encoded('zstd', frame(text)), 200],
  ['with zstd and something behind', encoded('zstd', junk(frame(text))), 400],
  [
    'with zstd in two frames',
    encoded('zstd', Buffer.concat([frame(text.subarray(0, 30)), frame(text.subarray(30))])),
    200,
  ],
  ['with zstd behind a frame that is skipped', encoded('zstd', skipped(frame(text))), 200],
  ['with zstd, of which more is skipped than there is', encoded('zstd', skipped(text)), 400],
  ['with zstd and a window of 256 MiB', encoded('zstd', windowed(frame(text), 18)), 400],
  ['with zstd and a window of 128 MiB', encoded('zstd', windowed(frame(text), 17)), 200],
  ['with zstd, cut', encoded('zstd', cut(frame(text))), 400],
  ['with zstd, empty', encoded('zstd', new Uint8Array()), 400],
  ['with zstd that is none', encoded('zstd', text), 400],
  ...['x-gzip', 'GZIP', 'Deflate', 'compress', 'gzip, br', 'gzip;q=1', '*', 'none', 'utf8'].map(
    (encoding): [string, Request, number] => [`with ${encoding}`, encoded(encoding, gzip), 415],
  ),
  ...['', 'identity', 'utf-8', 'Utf-8'].map((encoding): [string, Request, number] => [
    `with the encoding "${encoding}"`,
    encoded(encoding, text),
    200,
  ]),
  ...['application/json', 'text/html', 'application/x-sentry-envelope', 'nonsense', ''].map(
    (type): [string, Request, number] => [
      `of the type "${type}"`,
      { headers: { 'content-type': type } },
      200,
    ],
  ),
  ['that is empty', { body: new Uint8Array() }, 400],
  ['of a blank', { body: bytes(' ') }, 400],
  ['of a line feed', { body: bytes('\n') }, 400],
  ['of a mark for UTF-8 and a header', { body: bytes('\ufeff{}') }, 400],
  ['of a header', { body: bytes('{}') }, 200],
  ['of two line feeds behind the header', { body: bytes('{}\n\n') }, 400],
]);

const header = (text: string): Request => ({ body: bytes(text, BODY.subarray(2)) });
judge('a header of an envelope', [
  ...['null', '[]', '0', '""', '{', '{}{}', '{"a":}'].map((text): [string, Request, number] => [
    text,
    header(text),
    400,
  ]),
  [
    'with a null for each known text',
    header(
      '{"dsn":null,"client":null,"origin":null,"user_agent":null,"remote_addr":null,"event_id":null,"sent_at":null}',
    ),
    200,
  ],
  ['with forwarded_for null', header('{"forwarded_for":null}'), 400],
  ['with no_cache null', header('{"no_cache":null}'), 400],
  ['with no_cache 0', header('{"no_cache":0}'), 400],
  ['with no_cache true', header('{"no_cache":true}'), 200],
  ['with version 65536', header('{"version":65536}'), 400],
  ['with version 99', header('{"version":99}'), 200],
  ['with version "7"', header('{"version":"7"}'), 400],
  ['with version 7.0', header('{"version":7.0}'), 400],
  ['with remote_addr of a zone', header('{"remote_addr":"fe80::1%1"}'), 400],
  ['with remote_addr {{auto}}', header('{"remote_addr":"{{auto}}"}'), 400],
  ['with remote_addr ::1', header('{"remote_addr":"::1"}'), 200],
  ['with trace of anything', header('{"trace":"x"}'), 200],
  ['with an unknown key twice', header('{"sdk":{},"sdk":[]}'), 200],
  ['with a known key twice', header('{"client":"a","client":"a"}'), 400],
  ['with sent_at as a number', header('{"sent_at":1767607190}'), 400],
  ['with sent_at without a zone', header('{"sent_at":"2026-01-05T10:00:00"}'), 400],
  [
    'with sent_at of a year that chrono does not know',
    header('{"sent_at":"+270000-01-05T10:00:00Z"}'),
    400,
  ],
  [
    'with sent_at of the last year that it knows',
    header('{"sent_at":"+262142-01-05T10:00:00Z"}'),
    200,
  ],
  ['with an event_id of 31 digits', header(`{"event_id":"${KEY.slice(1)}"}`), 400],
  ['with an empty event_id', header('{"event_id":""}'), 400],
  ['with required_features', header('{"required_features":["x"]}'), 403],
  ['with no required_features', header('{"required_features":[]}'), 200],
  ['with required_features null', header('{"required_features":null}'), 400],
  ['with another project', header(`{"dsn":"https://${KEY}@h/43"}`), 400],
  ['with the project behind a path', header(`{"dsn":"https://${KEY}@h/a/b/${PROJECT}/"}`), 200],
  ['with another key', header(`{"dsn":"https://${KEY.replace('0', '1')}@h/${PROJECT}"}`), 400],
  ['with a DSN of another scheme', header(`{"dsn":"ftp://${KEY}@h/${PROJECT}"}`), 400],
]);

const items = (text: string): Request => ({ body: bytes('{}\n', text) });
judge('a header of an item', [
  ...['{}', '[]', 'null', '"session"', '{"type":null}', '{"type":1}'].map(
    (text): [string, Request, number] => [text, items(`${text}\n{}`), 400],
  ),
  ['with type twice', items('{"type":"session","type":"session"}\n{}'), 400],
  ['with an unknown key that is null', items('{"type":"session","x":null}\n{}'), 400],
  ...['content_type', 'filename', 'item_count', 'platform', 'sampled'].map(
    (key): [string, Request, number] => [
      `with a ${key} of another type, twice`,
      items(`{"type":"session","${key}":[1],"${key}":true}\n{}`),
      200,
    ],
  ),
  ['with an unknown key twice', items('{"type":"session","x":1,"x":2}\n{}'), 200],
  ['without a payload', items('{"type":"session"}'), 200],
  ['with an empty payload', items('{"type":"session","length":0}\n'), 200],
  ['with an empty payload and no line feed', items('{"type":"session","length":0}'), 200],
  ...['-1', '1.0', '2e0', '"2"', 'true', '[2]', '18446744073709551616'].map(
    (length): [string, Request, number] => [
      `with the length ${length}`,
      items(`{"type":"session","length":${length}}\n{}`),
      400,
    ],
  ),
  ['with a length that is too small', items('{"type":"session","length":1}\n{}'), 400],
  ['with a length that is too great', items('{"type":"session","length":3}\n{}'), 400],
  ['with a length of all that follows', items('{"type":"session","length":2}\n{}'), 200],
  ['of an unknown type', items('{"type":"unheard of"}\n{}'), 200],
  ['of a type in upper case', items('{"type":"Session"}\n{}'), 200],
]);

describe('a time', () => {
  const metrics = (started: string): string => {
    const collector = new Collector();
    post(collector, envelope([JSON.stringify({ ...P0, started })]));
    return notation(collector.requests().flatMap(({ items }) => items[0]!.metrics));
  };
  const day = at(-10_000).slice(0, 10);
  const time = at(-10_000).slice(11, 19);
  const [year, month, date] = day.split('-') as [string, string, string];
  const [hour, minute, second] = time.split(':') as [string, string, string];
  const digits = (text: string): string => String(Number(text));
  const one = [digits(hour), digits(minute), digits(second)].join(':');

  it('is taken in each form that chrono reads', () => {
    for (const started of [
      `${day}T${time}Z`,
      `${day}t${time}z`,
      `${day} ${time}Z`,
      `${day}   ${time}   Z  `,
      `${day}T${time} utc`,
      `${day}T${time}UtC`,
      `${day}T${time}.1Z`,
      `${day}T${time}.${'9'.repeat(400)}Z`,
      `${day}T${time}+00:00`,
      `${day}T${time}-00:00`,
      `${day}T${time}\u221200:00`,
      `${day}T${time}+0000`,
      `${day}T${time}+00 : 00`,
      `${day}T${time}+00::00`,
      `${year}-${digits(month)}-${digits(date)}T${one}Z`,
      `${year} - ${month} - ${date}T ${hour} : ${minute} : ${second}Z`,
      `+${year}-${month}-${date}T${time}Z`,
      `+00000000000000000000000000${year}-${month}-${date}T${time}Z`,
      `\u00a0${day}T${time}\u3000Z\u2003`,
      `\n${day}T${time}Z\r\n`,
    ]) {
      assert.equal(metrics(started), 'init+1', JSON.stringify(started.slice(0, 60)));
    }
  });

  it('is none in any other', () => {
    for (const started of [
      `${day}T${time}`,
      day,
      time,
      `${day}T${hour}:${minute}Z`,
      `${day}T${time}.Z`,
      `${day}T${time},5Z`,
      `${day}T${time}+00`,
      `${day}T${time}+0`,
      `${day}T${time}+000`,
      `${day}T${time}+00:60`,
      `${day}T${time}+24:00`,
      `${day}T${time}+ 00:00`,
      `${day}T${time}GMT`,
      `${day}T${time}Zulu`,
      `${day}T${time}Z+00:00`,
      `${day}T24:00:00Z`,
      `${day}T${hour}:60:00Z`,
      `${day}T${hour}:${minute}:61Z`,
      `${day}\tT${time}Z`,
      `${day}T\u200b${time}Z`,
      `${day}_${time}Z`,
      `${year}/${month}/${date}T${time}Z`,
      `${year}${month}${date}T${time}Z`,
      `${year}-W01-1T${time}Z`,
      `${year}-13-01T${time}Z`,
      `${year}-02-30T${time}Z`,
      `${year}-00-05T${time}Z`,
      `${year}-01-00T${time}Z`,
      `0${year}-${month}-${date}T${time}Z`,
      `-${year}-${month}-${date}T${time}Z`,
      `+270000-01-05T${time}Z`,
      'Mon, 05 Jan 2026 09:59:50 GMT',
      '1767607190',
      'now',
      '',
      ' ',
    ]) {
      assert.equal(metrics(started), '', JSON.stringify(started));
    }
  });
});

describe('a browser that a project keeps out', () => {
  const isKept = (legacyBrowsers: string[], userAgent: string): boolean => {
    const collector = new Collector();
    collector.settings(PROJECT).filters = { legacyBrowsers };
    const session = { ...P0, attrs: { release: 'a@1', user_agent: userAgent } };
    post(collector, envelope([JSON.stringify(session)]));
    return collector.requests()[0]!.items[0]!.outcome !== 'drop';
  };
  const ALL = ['ie', 'safari', 'opera', 'opera_mini', 'android', 'firefox', 'chrome', 'edge'];
  const phone = (version: number): string =>
    `Mozilla/5.0 (compatible; MSIE ${version}.0; Windows Phone 8.0; Trident/${version - 4}.0; IEMobile/${version}.0)`;
  const compatible = 'Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.1; Trident/7.0; SLCC2)';
  const headless =
    'Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/60.0 Safari/537.36';

  it('is Internet Explorer on phones, too', () => {
    assert.equal(isKept(['default'], phone(9)), false);
    assert.equal(isKept(['default'], phone(10)), true);
    assert.equal(isKept(['ie10'], phone(10)), false);
  });
  it('is told by its engine where it pretends to be older', () => {
    assert.equal(isKept(['default'], compatible), true);
    assert.equal(isKept(['ie11'], compatible), false);
  });
  it('is none of the other lists where the default one is on', () => {
    assert.equal(isKept(['default', 'ie11'], compatible), true);
    assert.equal(isKept(ALL, compatible), false);
  });
  it('is not what has the same engine', () => {
    assert.equal(isKept(ALL, headless), true);
    assert.equal(isKept(ALL, headless.replace('Headless', '')), false);
  });
});
