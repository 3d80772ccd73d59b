import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Collector, type ProjectSettings } from '../../web/server/collector/collector.js';
import type { Outcome } from '../../web/server/rules/item.js';
import * as support from './support.js';
import {
  A,
  A0,
  DAY,
  HOUR,
  KEY,
  MINUTE,
  P,
  P0,
  PATH,
  PROJECT,
  QUERY,
  R,
  SECOND,
  SID,
  at,
  attrs,
  bytes,
  envelope,
  post,
} from './support.js';

/** One row of A–F: payloads in one envelope, and for each the outcome and metrics. */
interface Row {
  id: string;
  payloads: (string | Uint8Array)[];
  expected: [outcome: Outcome, metrics: string][];
  type?: 'session' | 'sessions';
  header?: support.Json;
  settings?: Partial<ProjectSettings>;
  headers?: Record<string, string>;
  /** Part of the session that the server keeps. */
  session?: support.Json;
  /** What the explanation must mention. */
  reason?: RegExp;
}

const one = (
  id: string,
  payload: string | Uint8Array,
  outcome: Outcome,
  metrics = '',
  rest: Partial<Row> = {},
): Row => ({ id, payloads: [payload], expected: [[outcome, metrics]], ...rest });

const aggregate = (
  id: string,
  payload: string,
  outcome: Outcome,
  metrics = '',
  rest: Partial<Row> = {},
): Row => one(id, payload, outcome, metrics, { type: 'sessions', ...rest });

const started = (offset: number): string => at(offset);
const did = 'u1';
const base = JSON.stringify(P0);
const offsetTime = (ms: number): string =>
  new Date(R + ms + HOUR).toISOString().replace('Z', '+0100');

const rows: Row[] = [
  one('A1', base, 'accept', 'init+1', { reason: /started and was counted/ }),
  one(
    'A2',
    JSON.stringify({ started: at(-10 * SECOND), attrs: { release: 'shop@1.4.0' } }),
    'normalise',
    '',
    { session: { init: false, status: 'ok', errors: 0, timestamp: at(0) } },
  ),
  one('A4', P({ init: false }), 'accept', ''),
  one('A5', P({ init: false, did }), 'accept', 'user'),
  one(
    'A6',
    P({ extra: [1], attrs: { ...(P0['attrs'] as object), color: 'red' } }),
    'accept',
    'init+1',
  ),
  one('A8', P({ status: 'exited', errors: 0, duration: 12.5 }), 'accept', 'init+1'),
  one('A9', P({ status: 'exited', errors: 3 }), 'accept', 'err{sid} init+1'),
  {
    id: 'A10',
    payloads: [P({ init: false, errors: 1 }), P({ init: false, errors: 5 })],
    expected: [
      ['accept', 'err{sid}'],
      ['accept', 'err{sid}'],
    ],
  },
  {
    id: 'A12',
    payloads: [base, '{"status":'],
    expected: [
      ['accept', 'init+1'],
      ['drop', ''],
    ],
    reason: /not valid JSON/,
  },

  one(
    'B1',
    P({ status: 'crashed', errors: 1, did }),
    'accept',
    'crash+1 err{sid} init+1 user:crash user:err',
  ),
  one(
    'B2',
    P({ status: 'crashed', errors: 0, did }),
    'accept',
    'crash+1 err{sid} init+1 user:crash user:err',
  ),
  one('B4', P({ status: 'crashed', init: false }), 'accept', 'crash+1 err{sid}'),
  one(
    'B5',
    P({ status: 'abnormal', abnormal_mechanism: 'anr_foreground', did }),
    'accept',
    'abn+1 err{sid} init+1 user:abn(anr_foreground) user:err',
  ),
  one(
    'B6',
    P({ status: 'abnormal', abnormal_mechanism: 'tab_killed', did }),
    'normalise',
    'abn+1 err{sid} init+1 user:abn user:err',
    { reason: /tab_killed/ },
  ),
  one('B8', P({ abnormal_mechanism: 'anr_foreground' }), 'accept', 'init+1'),
  one('B9', P({ status: 'unhandled', did }), 'accept', 'err{sid} init+1 unh+1 user:err user:unh'),
  one('B10', P({ status: 'errored' }), 'accept', 'err{sid} init+1'),
  one('B12', P({ status: 'paused' }), 'accept', 'err{sid} init+1', { reason: /unknown/ }),
  one('B12 (case matters)', P({ status: 'Crashed' }), 'accept', 'err{sid} init+1'),
  one('B13', P({ status: null }), 'drop', '', { reason: /"status".*null/ }),
  one('B14', P({ status: 2 }), 'drop'),
  one('B16', P({ status: 'unhandled' }), 'drop', '', { settings: { generation: 'old' } }),

  one(
    'C1',
    P({ sid: '5f0c6f0e-9b1d-4c0f-8a5e-2b7d3c4f1a90', errors: 1 }),
    'accept',
    'err{sid} init+1',
  ),
  one('C2', P({ sid: SID.toUpperCase(), errors: 1 }), 'accept', 'err{sid} init+1'),
  one('C4', P({ sid: '5f0c6f0e' }), 'drop', '', { reason: /UUID/ }),
  one('C5', P({ sid: null }), 'drop'),
  one('C6', P({ sid: '0'.repeat(32), errors: 1 }), 'accept', `err{${'0'.repeat(32)}} init+1`),
  one('C8', P({ did: '0'.repeat(32) }), 'accept', 'init+1'),
  one('C8 (hyphens)', P({ did: '00000000-0000-0000-0000-000000000000' }), 'accept', 'init+1'),
  one('C9', P({ did: null }), 'accept', 'init+1'),
  one('C10', P({ did: 42 }), 'drop'),
  one('C12', P({ did: 'x'.repeat(5000) }), 'accept', 'init+1 user'),
  one('C13', base.replace('{', '{"did":"\\ud800",'), 'drop', '', { reason: /surrogate/ }),
  one('C13 (pair)', base.replace('{', '{"did":"\\ud83d\\ude00",'), 'accept', 'init+1 user'),
  one('C14', P({ seq: 0 }), 'accept', 'init+1'),
  one('C14 (max)', base.replace('{', '{"seq":18446744073709551615,'), 'accept', 'init+1'),
  one('C14 (old)', base.replace('{', '{"seq":18446744073709551615,'), 'drop', '', {
    settings: { generation: 'old' },
  }),
  one('C14 (too large)', base.replace('{', '{"seq":18446744073709551616,'), 'drop'),
  one('C16', P({ init: 1 }), 'drop'),
  one('C16 (text)', P({ init: 'true' }), 'drop'),
  one('C16 (null)', P({ init: null }), 'drop'),
  one('C17', P({ errors: -1 }), 'drop'),
  one('C18', base.replace('"errors":0', '"errors":1.0'), 'drop', '', { reason: /1\.0/ }),
  one('C18 (exponent)', base.replace('"errors":0', '"errors":1e2'), 'drop'),
  one('C20', P({ duration: -5 }), 'accept', 'init+1'),
  one('C20 (null)', P({ duration: null }), 'accept', 'init+1'),
  one('C21', P({ duration: '5' }), 'accept', 'init+1'),
  one('C22', base.replace('{', `{"sid":"${SID}",`), 'drop', '', { reason: /twice/ }),
  one('C22 (unknown key)', base.replace('{', '{"x":1,"x":2,'), 'accept', 'init+1'),
  one(
    'C24',
    bytes(
      base.slice(0, base.indexOf('shop')),
      Buffer.from([0xff]),
      base.slice(base.indexOf('shop')),
    ),
    'drop',
    '',
    { reason: /UTF-8/ },
  ),

  one('D1', P({ started: undefined }), 'drop', '', { reason: /"started" is missing/ }),
  one('D2', P({ started: 1767607200 }), 'drop'),
  one('D2 (no zone)', P({ started: '2026-01-05T09:59:50' }), 'drop'),
  one('D4', P({ started: offsetTime(-10 * SECOND) }), 'normalise', 'init+1', {
    session: { started: at(-10 * SECOND) },
  }),
  one('D5', P({ started: at(-10 * SECOND).replace('.000Z', '.123456Z') }), 'accept', 'init+1'),
  one('D6', P({ started: at(-SECOND), timestamp: at(-HOUR) }), 'normalise', 'init+1', {
    session: { timestamp: at(-SECOND) },
  }),
  one('D8', P({ timestamp: null }), 'drop'),
  one('D9', P({ started: started(-(4 * DAY + 23 * HOUR)) }), 'accept', 'init+1'),
  one('D9 (on the limit)', P({ started: started(-5 * DAY) }), 'accept', 'init+1'),
  one('D10', P({ started: started(-5 * DAY - SECOND), timestamp: at(0) }), 'drop', '', {
    reason: /5 days/,
  }),
  one('D12', P({ started: started(61 * SECOND) }), 'drop', '', { reason: /future/ }),
  one('D12 (still counted)', P({ started: started(39 * SECOND) }), 'normalise', 'init+1'),
  one('D12 (no longer)', P({ started: started(40 * SECOND) }), 'drop', '', {
    reason: /40 s ahead of the server: a Relay with default settings would drop this in silence/,
  }),
  one(
    'D13',
    P({ started: at(-2 * HOUR - 10 * SECOND), timestamp: at(-2 * HOUR - SECOND) }),
    'normalise',
    'init+1',
    { header: { sent_at: at(-2 * HOUR) }, session: { started: at(-10 * SECOND) } },
  ),
  one('D14', P({ started: at(-30 * MINUTE - 10 * SECOND) }), 'accept', 'init+1', {
    header: { sent_at: at(-30 * MINUTE) },
    session: { started: at(-30 * MINUTE - 10 * SECOND) },
  }),
  one('D16', P({ started: at(2 * HOUR) }), 'drop'),
  one(
    'D17',
    P({ started: at(-6 * HOUR - 10 * SECOND), timestamp: at(-6 * HOUR) }),
    'normalise',
    'init+1',
    { header: { sent_at: at(-6 * HOUR) }, session: { started: at(-10 * SECOND) } },
  ),

  one('E1', P({ attrs: undefined }), 'drop', '', { reason: /"attrs" is missing/ }),
  one('E2', P({ attrs: {} }), 'drop', '', { reason: /"release" is missing/ }),
  one('E3', attrs({ release: null }), 'drop'),
  one('E5', attrs({ release: '.' }), 'drop', '', { reason: /reserved/ }),
  one('E5 (two)', attrs({ release: '..' }), 'drop'),
  one('E5 (latest)', attrs({ release: 'LATEST' }), 'drop'),
  one('E6', attrs({ release: '...' }), 'accept', 'init+1'),
  one('E7', attrs({ release: 'app/1.0' }), 'drop', '', { reason: /"\/"/ }),
  one('E7 (backslash)', attrs({ release: 'app\\1.0' }), 'drop'),
  one('E7 (control)', attrs({ release: 'app\n1.0' }), 'drop'),
  one('E9', attrs({ release: 'a'.repeat(200) }), 'accept', 'init+1'),
  one('E10', attrs({ release: 'a'.repeat(201) }), 'drop', '', { reason: /201 bytes/ }),
  one('E11', attrs({ release: 'é'.repeat(101) }), 'drop', '', { reason: /202 bytes/ }),
  one('E13', attrs({ release: ' latest' }), 'accept', 'init+1'),
  one('E13 (blank)', attrs({ release: ' ' }), 'accept', 'init+1'),
  one('E14', attrs({ release: '@scope@1.0.0' }), 'accept', 'init+1'),
  one('E14 (build)', attrs({ release: 'pkg@1.0.0+7' }), 'accept', 'init+1'),
  one('E15', attrs({ environment: 'none' }), 'normalise', 'init+1', { reason: /environment/ }),
  one('E15 (case)', attrs({ environment: 'NONE' }), 'normalise', 'init+1'),
  one('E17', attrs({ environment: 'a/b' }), 'normalise', 'init+1'),
  one('E18', attrs({ environment: null }), 'accept', 'init+1'),
  one('E18 (absent)', attrs({ environment: undefined }), 'accept', 'init+1'),
  one('E19', attrs({ environment: 7 }), 'drop'),
  one('E21', attrs({ ip_address: '::1' }), 'accept', 'init+1'),
  one('E21 (v4)', attrs({ ip_address: '203.0.113.9' }), 'accept', 'init+1'),
  one('E21 (auto)', attrs({ ip_address: '{{auto}}' }), 'accept', 'init+1'),
  one('E21 (filter)', attrs({ ip_address: '::1' }), 'drop', '', {
    settings: { filters: { localhost: true } },
  }),
  one('E22', attrs({ ip_address: 'unknown' }), 'drop'),
  one('E22 (empty)', attrs({ ip_address: '' }), 'drop'),
  one('E23', attrs({ ip_address: null }), 'accept', 'init+1'),
  one(
    'E25',
    attrs({ user_agent: 'Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)' }),
    'drop',
    '',
    { settings: { filters: { legacyBrowsers: true } }, reason: /legacy/ },
  ),
  one('E26', base, 'accept', 'init+1', {
    settings: { filters: { webCrawlers: true } },
    headers: { 'user-agent': 'Googlebot/2.1' },
  }),
  one('E26 (payload)', attrs({ user_agent: 'Googlebot/2.1' }), 'drop', '', {
    settings: { filters: { webCrawlers: true } },
  }),
  one('E27', base, 'drop', '', { settings: { filters: { releases: ['shop@1.*'] } } }),

  aggregate('F1', JSON.stringify(A0), 'accept', 'init+3'),
  aggregate(
    'F2',
    A({ started: at(-2 * MINUTE), exited: 3, errored: 2, crashed: 1 }),
    'accept',
    'crash+1 init+6 pre+3',
  ),
  aggregate('F3', A({ started: at(-2 * MINUTE), unhandled: 2 }), 'accept', 'init+2 pre+2 unh+2'),
  aggregate(
    'F3 (did)',
    A({ started: at(0), crashed: 1, did }),
    'accept',
    'crash+1 init+1 pre+1 user:crash user:err',
  ),
  aggregate('F5', A({ started: at(-2 * MINUTE) }), 'accept', ''),
  aggregate('F6', A(), 'accept', ''),
  aggregate('F6 (missing)', JSON.stringify({ attrs: A0['attrs'] }), 'accept', ''),
  aggregate(
    'F7',
    A({ started: at(-6 * DAY), exited: 5 }, { started: at(-MINUTE), exited: 2 }),
    'normalise',
    'init+2',
  ),
  aggregate('F9', A({ exited: 1 }, { started: at(0), exited: 1 }), 'drop'),
  aggregate('F10', A({ started: at(0), exited: -1 }), 'drop'),
  aggregate('F10 (fraction)', A({ started: at(0), exited: 1.5 }), 'drop'),
  aggregate('F10 (33 bits)', A({ started: at(0), exited: 4294967296 }), 'drop'),
  aggregate('F11', JSON.stringify({ aggregates: A0['aggregates'] }), 'drop'),
  aggregate(
    'F13',
    JSON.stringify({ ...A0, attrs: { release: 'shop@1.4.0', environment: 'a/b' } }),
    'normalise',
    'init+3',
  ),
  aggregate(
    'F14',
    A(...Array.from({ length: 150 }, () => ({ started: at(-MINUTE), exited: 1 }))),
    'accept',
    Array(150).fill('init+1').join(' '),
  ),
  aggregate('F15', A({ started: at(-61 * SECOND), exited: 1 }), 'accept', 'init+1'),
  aggregate(
    'F17',
    A({ started: at(-2 * HOUR), exited: 1 }, { started: at(-2 * HOUR - MINUTE), exited: 2 }),
    'normalise',
    'init+1 init+2',
    { header: { sent_at: at(-2 * HOUR) } },
  ),
];

for (const row of rows) {
  test(`vector ${row.id}`, () => {
    const collector = new Collector();
    Object.assign(collector.settings(PROJECT), row.settings);
    const { type = 'session', header = {}, headers = {} } = row;
    const response = post(collector, envelope(row.payloads, { type, header }), { headers });
    assert.equal(response.status, 200, response.body);
    const updates = collector.updates(PROJECT);
    assert.deepEqual(
      updates.map((update) => [update.outcome, support.notation(update.metrics)]),
      row.expected,
      updates.map(({ reason }) => reason).join('\n'),
    );
    for (const { reason } of updates) assert.match(reason, /^[A-Z"0-9].*\.$/s);
    const last = updates.at(-1);
    if (row.reason !== undefined) assert.match(last?.reason ?? '', row.reason);
    for (const [key, value] of Object.entries(row.session ?? {})) {
      assert.equal(last?.session?.[key as 'sid'], value, key);
    }
  });
}

test('vector A10: the error set holds the session once', () => {
  const collector = new Collector();
  post(collector, envelope([P({ init: false, errors: 1 }), P({ init: false, errors: 5 })]));
  assert.equal(collector.metrics(PROJECT).erroredAll, 1);
});

test('vector B4: crashes without a start make the rate negative', () => {
  const collector = new Collector();
  post(collector, envelope([P({}), P({ init: false, status: 'crashed' })]));
  post(collector, envelope([P({ init: false, status: 'crashed' })]));
  assert.equal(collector.metrics(PROJECT).crashFreeRate, -1);
  assert.match(collector.updates(PROJECT).at(-1)?.warnings.join() ?? '', /counted once more/);
});

test('vector F17: every bucket moves with the clock drift', () => {
  const collector = new Collector();
  const body = A({ started: at(-2 * HOUR), exited: 1 }, { started: at(-3 * HOUR), exited: 1 });
  post(collector, envelope([body], { type: 'sessions', header: { sent_at: at(-2 * HOUR) } }));
  const times = collector.updates(PROJECT)[0]?.metrics.map(({ time }) => time);
  assert.deepEqual(times, [R, R - HOUR]);
});

test('vector F18: a session announced before and put in a bucket counts twice', () => {
  const collector = new Collector();
  post(collector, envelope([P({})]));
  post(collector, envelope([A({ started: at(0), exited: 1 })], { type: 'sessions' }));
  assert.equal(collector.metrics(PROJECT).all, 2);
});

/** One row of G: a whole request and its answer. */
interface RequestRow {
  id: string;
  body: string | Uint8Array;
  status: number;
  url?: string;
  headers?: Record<string, string>;
  settings?: Partial<ProjectSettings>;
  /** Sessions that were counted. */
  all?: number;
}

const session = '{"type":"session"}';
const wide = attrs({ release: 'café@1.0' });
const withLength = (length: number, payload = base, end = ''): string =>
  `{}\n{"type":"session","length":${length}}\n${payload}${end}`;
const dsn = (key: string, project: string): string => `https://${key}@o1.ingest.example/${project}`;
const event = '{"type":"event"}\n{"message":"boom"}';

const requests: RequestRow[] = [
  { id: 'G1', body: `{}\n${session}\n${base}`, status: 200, all: 1 },
  { id: 'G1 (final LF)', body: `{}\n${session}\n${base}\n`, status: 200, all: 1 },
  { id: 'G1 (length)', body: withLength(Buffer.byteLength(wide), wide), status: 200, all: 1 },
  { id: 'G3', body: withLength(wide.length, wide), status: 400 },
  { id: 'G4', body: withLength(base.length + 1), status: 400 },
  { id: 'G5', body: `{}\n${session}\n${JSON.stringify(P0, null, 2)}`, status: 400 },
  { id: 'G6a', body: `{}\r\n${session}\r\n${base}\r\n`, status: 400 },
  { id: 'G6b', body: `{}\n${session}\n${base}\r\n`, status: 200, all: 1 },
  { id: 'G6c', body: `{} \n${session}\n${base}`, status: 400 },
  { id: 'G6c (item)', body: `{}\n${session} \n${base}`, status: 400 },
  {
    id: 'G6d',
    body: `{"origin":"https://other.example"}\n${session}\n${base}`,
    headers: { origin: 'https://shop.example' },
    status: 400,
  },
  { id: 'G7', body: withLength(base.length, base, '\r\n'), status: 400 },
  { id: 'G8', body: '{}', status: 200 },
  { id: 'G8 (LF)', body: '{}\n', status: 200 },
  { id: 'G9', body: '', status: 400 },
  {
    id: 'G11',
    body: `{"sent_at":"${at(0)}","sent_at":"${at(0)}"}\n${session}\n${base}`,
    status: 400,
  },
  { id: 'D18', body: `{"sent_at":"yesterday"}\n${session}\n${base}`, status: 400 },
  { id: 'G12', body: envelope([base], { header: { dsn: dsn(KEY, '43') } }), status: 400 },
  {
    id: 'G12 (key)',
    body: envelope([base], { header: { dsn: dsn('f'.repeat(32), PROJECT) } }),
    status: 400,
  },
  {
    id: 'G13',
    url: PATH,
    body: envelope([base], { header: { dsn: dsn(KEY, PROJECT) } }),
    status: 200,
    all: 1,
  },
  { id: 'G13 (nothing)', url: PATH, body: envelope([base]), status: 401 },
  {
    id: 'G15',
    body: envelope([base]),
    headers: { 'X-Sentry-Auth': `Sentry sentry_version=7, sentry_key=${KEY}` },
    status: 401,
  },
  {
    id: 'G15 (header only)',
    url: PATH,
    body: envelope([base]),
    headers: { 'X-Sentry-Auth': `Sentry sentry_version=7, sentry_key=${KEY}` },
    status: 200,
    all: 1,
  },
  {
    id: 'G16',
    url: `${PATH}?sentry_key=${KEY.slice(1)}`,
    body: envelope([base]),
    status: 400,
  },
  {
    id: 'G16 (version)',
    url: `${PATH}?sentry_key=${KEY}&sentry_version=99`,
    body: envelope([base]),
    status: 400,
  },
  { id: 'G17', body: envelope(Array<string>(100).fill(base)), status: 200, all: 100 },
  { id: 'G18', body: envelope(Array<string>(101).fill(base)), status: 413 },
  {
    id: 'G18 (old)',
    body: envelope(Array<string>(101).fill(base)),
    settings: { generation: 'old' },
    status: 400,
  },
  { id: 'G19', body: `{}\n${session}\n${base}\n${event}`, status: 200, all: 1 },
  {
    id: 'G20',
    body: envelope([base]),
    headers: { 'content-type': 'text/plain;charset=UTF-8' },
    status: 200,
    all: 1,
  },
  {
    id: 'G21',
    body: gzipSync(envelope([base])),
    headers: { 'Content-Encoding': 'gzip' },
    status: 200,
    all: 1,
  },
  { id: 'G21 (broken)', body: 'x', headers: { 'Content-Encoding': 'gzip' }, status: 400 },
  { id: 'G29', body: envelope([base]), settings: { disabled: true }, status: 403 },
  { id: 'header type', body: `{"client":7}\n${session}\n${base}`, status: 400 },
  { id: 'header not an object', body: `[]\n${session}\n${base}`, status: 400 },
  { id: 'malformed trace is fine', body: `{"trace":7}\n${session}\n${base}`, status: 200, all: 1 },
  { id: 'item without type', body: `{}\n{}\n${base}`, status: 400 },
  { id: 'path prefix', url: `/sentry${PATH}${QUERY}`, body: envelope([base]), status: 404 },
  { id: 'no project', url: `/api/shop/envelope/${QUERY}`, body: envelope([base]), status: 400 },
  { id: 'no last slash', url: PATH.slice(0, -1) + QUERY, body: envelope([base]), status: 404 },
  { id: 'encoding', headers: { 'content-encoding': 'x' }, body: envelope([base]), status: 415 },
];

for (const row of requests) {
  test(`vector ${row.id}`, () => {
    const collector = new Collector();
    Object.assign(collector.settings(PROJECT), row.settings);
    const { url = PATH + QUERY, headers = {} } = row;
    const response = post(collector, row.body, { url, headers });
    assert.equal(response.status, row.status, response.body);
    const cors = row.status === 415 ? undefined : '*';
    assert.equal(response.headers['access-control-allow-origin'], cors);
    assert.equal(collector.metrics(PROJECT).all, row.all ?? 0);
    const record = collector.requests().at(-1);
    assert.equal(record?.status, row.status);
    if (row.status !== 200) {
      assert.match(record?.reason ?? '', /^The whole request was refused: .*\.$/);
      assert.equal(response.headers['x-sentry-error'], undefined, 'a Relay never sends it');
    }
  });
}

test('vectors G23 and G24: the quota', () => {
  const collector = new Collector();
  collector.settings(PROJECT).sessionQuota = 1;
  const send = (receivedAt: number) =>
    post(collector, envelope([P({ sid: undefined })]), { receivedAt });
  assert.equal(send(R).status, 200);
  const first = send(R);
  assert.equal(first.status, 200, 'the request that finds the quota used up is answered 200');
  assert.equal(first.headers['x-sentry-rate-limits'], undefined);
  assert.equal(collector.updates(PROJECT).at(-1)?.outcome, 'drop');
  const second = send(R + SECOND);
  assert.equal(second.status, 429);
  assert.match(second.headers['x-sentry-rate-limits'] ?? '', /^59:session:key/);
  assert.equal(collector.metrics(PROJECT).all, 1);
});

test('vector G25: 429 for the event, the session is kept', () => {
  const collector = new Collector();
  collector.limit(PROJECT, { categories: ['error'], seconds: 60, now: R });
  const response = post(collector, `{}\n${session}\n${base}\n${event}`);
  assert.equal(response.status, 429);
  assert.equal(response.headers['x-sentry-rate-limits'], '60:error:key');
  assert.equal(collector.metrics(PROJECT).all, 1);
  assert.equal(post(collector, envelope([base])).status, 200, 'a session alone is not limited');
});

test('a limit over everything spares client reports and ends', () => {
  const collector = new Collector();
  collector.limit(PROJECT, { categories: [], seconds: 60, now: R });
  const report =
    '{"discarded_events":[{"reason":"network_error","category":"session","quantity":2}]}';
  assert.equal(post(collector, envelope([report], { type: 'client_report' })).status, 200);
  assert.equal(post(collector, envelope([base])).status, 429);
  assert.equal(post(collector, envelope([base]), { receivedAt: R + MINUTE }).status, 200);
});

const reports: [id: string, payload: string, outcome: Outcome, category?: string][] = [
  ['G27', '{}', 'drop'],
  [
    'G28',
    '{"discarded_events":[{"reason":"network_error","category":"foo","quantity":1}]}',
    'normalise',
  ],
  [
    'client report',
    `{"timestamp":"${at(0)}","discarded_events":[{"reason":"ratelimit_backoff","category":"session","quantity":3}]}`,
    'accept',
    'session',
  ],
  ['client report in the future', `{"timestamp":${R / 1000 + 61},"discarded_events":[]}`, 'drop'],
];

for (const [id, payload, outcome, category] of reports) {
  test(`vector ${id}`, () => {
    const collector = new Collector();
    assert.equal(post(collector, envelope([payload], { type: 'client_report' })).status, 200);
    const item = collector.requests(PROJECT)[0]?.items[0];
    assert.equal(item?.outcome, outcome, item?.reason ?? 'no item');
    assert.equal(item?.report?.discarded[0]?.category, category);
    assert.equal(collector.updates(PROJECT).length, 0, 'a report is not a session item');
  });
}
