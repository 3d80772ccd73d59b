/**
 * The conformance vectors from the client's side: whatever the module sends in a valid state, the
 * collector has to accept as it is, and what answers say has to lead to the state of table H.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Collector, type Update } from '../../web/server/collector/collector.js';
import { Counter, Option, SessionStatus, Status } from '../../web/src/abi.js';
import { Core, DAY, DSN, MINUTE, NOW, PROJECT, SECOND, parse, record } from '../wasm/module.js';

/** A core whose requests go straight to a collector, which is at the same time. */
function connect(core = new Core().configure()): { core: Core; collector: Collector } {
  const collector = new Collector();
  const queue: (() => void)[] = [];
  core.onFetch = (request) => {
    parse(request.body);
    core.sent.push(request);
    queue.push(() => {
      const { status, headers } = collector.ingest({
        method: 'POST',
        url: request.url,
        headers: { 'content-type': 'text/plain;charset=UTF-8' },
        body: request.body,
        receivedAt: core.now,
      });
      core.respond(
        request,
        status,
        headers['x-sentry-rate-limits'] ?? '',
        Number(headers['retry-after'] ?? -1),
      );
    });
  };
  /* The answer comes as a task of its own: when time goes on. */
  const advance = core.advance.bind(core);
  core.advance = (milliseconds) => {
    for (const answer of queue.splice(0)) answer();
    advance(milliseconds);
    for (const answer of queue.splice(0)) answer();
  };
  return { core, collector };
}

/** Every item was accepted as it is, and no sid began twice or ended twice. */
function accepted(collector: Collector): readonly Update[] {
  const updates = collector.updates(PROJECT);
  for (const update of updates) {
    assert.equal(update.outcome, 'accept', `${update.reason} ${JSON.stringify(update.payload)}`);
    assert.deepEqual(update.warnings, [], JSON.stringify(update.payload));
  }
  for (const request of collector.requests(PROJECT)) {
    assert.equal(request.status, 200, request.reason);
  }
  return updates;
}

const payload = (update: Update | undefined) => update?.payload as Record<string, unknown>;

test('every way through a session is accepted as it is', () => {
  for (const announced of [false, true]) {
    for (const user of ['', 'u1', 'é\u{1f600}"\\\n\u0000\u007f', 'x'.repeat(255)]) {
      for (const handled of [0, 1, 3]) {
        for (const end of [undefined, 'crash', ...Object.values(SessionStatus)] as const) {
          const { core, collector } = connect();
          core.setText(Option.USER_AGENT, 'Mozilla/5.0 (X11; Linux x86_64) "Agent"/1.0');
          core.calls.start(announced);
          core.setUser(user);
          for (let i = 0; i < handled; i++) core.calls.error(false);
          if (announced) core.advance(0);
          if (end === 'crash') core.calls.error(true);
          else if (end !== undefined) core.calls.end(end);
          core.advance(5 * SECOND);
          core.calls.hide(true);
          core.advance(5 * SECOND);

          const updates = accepted(collector);
          const metrics = collector.metrics(PROJECT);
          assert.equal(metrics.all, 1);
          assert.equal(metrics.crashed, end === 'crash' || end === SessionStatus.CRASHED ? 1 : 0);
          assert.equal(metrics.abnormal, end === SessionStatus.ABNORMAL ? 1 : 0);
          assert.equal(metrics.unhandled, end === SessionStatus.UNHANDLED ? 1 : 0);
          assert.equal(core.calls.count(Counter.ACCEPTED), 1);
          assert.equal(metrics.users.all, user === '' ? 0 : 1);
          if (!announced) assert.equal(updates.length, 1);
        }
      }
    }
  }
});

test('navigations, user changes and losses on the way are accepted and counted once', () => {
  const { core, collector } = connect();
  let sessions = 0;
  core.calls.start(false);
  sessions++;
  for (let i = 0; i < 200; i++) {
    core.advance((i % 5) * SECOND);
    if (i % 4 === 3) collector.faults(PROJECT).push({ status: 500 });
    if (i % 9 === 8) collector.faults(PROJECT).push({ status: 429 });
    if (i % 3 === 0) core.calls.error(false);
    if (i % 17 === 0) core.calls.error(true);
    core.calls.start(true);
    sessions++;
  }
  for (let i = 0; i < 10; i++) {
    core.advance(2 * MINUTE);
    core.calls.hide(false);
  }
  const { QUEUE_OVERFLOW, RATELIMIT_BACKOFF, NETWORK_ERROR, SEND_ERROR } = Counter;
  const { BEFORE_SEND, BACKPRESSURE } = Counter;
  const reasons = [
    ...[QUEUE_OVERFLOW, RATELIMIT_BACKOFF, NETWORK_ERROR, SEND_ERROR],
    ...[BEFORE_SEND, BACKPRESSURE],
  ];
  const lost = reasons.reduce((sum, counter) => sum + core.calls.count(counter), 0);
  assert.equal(collector.metrics(PROJECT).all, core.calls.count(Counter.ACCEPTED));
  assert.equal(core.calls.count(Counter.ACCEPTED) + lost, sessions);
  for (const update of collector.updates(PROJECT)) {
    assert.equal(update.outcome, 'accept', update.reason);
    assert.deepEqual(update.warnings, []);
  }
});

test('a restored session is accepted', () => {
  for (const status of Object.values(SessionStatus)) {
    const { core, collector } = connect();
    const sid = '5f0c6f0e9b1d4c0f8a5e2b7d3c4f1a90';
    assert.ok(core.restore(record(sid, { status, errors: 2, started: NOW - 4 * DAY }, 'u1')));
    core.calls.flush();
    core.advance(0);
    const updates = accepted(collector);
    assert.equal(updates.length, 1);
    assert.equal(payload(updates[0])['sid'], sid);
    assert.equal(payload(updates[0])['did'], 'u1');
    assert.equal(collector.metrics(PROJECT).all, 1);
  }
});

test('B16: an uncaught error is sent as crashed unless unhandled is asked for', () => {
  for (const [option, metric] of [
    [undefined, 'crashed'],
    [SessionStatus.CRASHED, 'crashed'],
    [SessionStatus.UNHANDLED, 'unhandled'],
  ] as const) {
    const { core, collector } = connect();
    if (option !== undefined) core.calls.set_number(Option.UNHANDLED, option);
    core.calls.start(true);
    core.calls.error(true);
    core.advance(0);
    accepted(collector);
    assert.equal(collector.metrics(PROJECT)[metric], 1);
  }
});

/* Bytes that are not UTF-8 cannot come from a TextEncoder; tests/unit/text.c has those. */
test('C13, C24: lone surrogates and NUL never leave', () => {
  const { core, collector } = connect();
  assert.ok(core.setText(Option.RELEASE, 'shop\ud800'));
  core.setUser('\udc00\0u');
  core.setText(Option.USER_AGENT, '\ud83d');
  core.calls.start(true);
  core.advance(0);
  const [update] = accepted(collector);
  assert.equal(payload(update)['did'], '\ufffd\u001au');
  assert.deepEqual(
    { ...(payload(update)['attrs'] as object) },
    {
      release: 'shop\ufffd',
      environment: 'production',
      user_agent: '\ufffd',
    },
  );
});

/* ---- D: time --------------------------------------------------------------------------------- */

test('D9, D10: a session waits up to five days less a minute and not longer', () => {
  for (const [age, items] of [
    [5 * DAY - MINUTE, 1],
    [5 * DAY - MINUTE + 1, 0],
  ] as const) {
    const { core, collector } = connect();
    collector.faults(PROJECT).push({ status: 503 });
    core.calls.start(true);
    core.advance(0);
    core.advance(age);
    core.calls.hide(false);
    core.advance(0);
    assert.equal(collector.updates(PROJECT).length, items);
    for (const { outcome, reason } of collector.updates(PROJECT)) {
      assert.equal(outcome, 'accept', reason);
    }
    assert.equal(core.calls.count(Counter.NETWORK_ERROR), 1 - items);
  }
});

test('D12, D16: no start lies in the future, whatever the clock does', () => {
  for (const jump of [-90 * DAY, -2 * MINUTE, 2 * MINUTE, 4 * DAY, 6 * DAY, 400 * DAY]) {
    const { core, collector } = connect();
    core.calls.start(false);
    core.now += jump;
    core.advance(2 * SECOND);
    assert.equal(accepted(collector).length, 1, `jump of ${jump} ms`);
  }
});

test('D13, D17: sent_at is the time of the attempt', () => {
  const { core, collector } = connect();
  collector.faults(PROJECT).push({ status: 503 });
  core.calls.start(true);
  core.advance(6 * 60 * MINUTE);
  core.calls.start(true);
  core.advance(0);
  for (const { body, sentAt } of core.sent) {
    assert.equal(parse(body).header['sent_at'], new Date(sentAt).toISOString());
  }
  const [first] = acceptedAfterFault(collector);
  assert.equal(payload(first)['started'], new Date(NOW).toISOString());
});

/** As `accepted`, where a request was refused on purpose. */
function acceptedAfterFault(collector: Collector): readonly Update[] {
  const updates = collector.updates(PROJECT);
  for (const { outcome, reason } of updates) assert.equal(outcome, 'accept', reason);
  return updates;
}

test('D13: a clock that is wrong by hours is corrected by the server', () => {
  for (const wrong of [-2 * 60 * MINUTE, 2 * 60 * MINUTE, 30 * MINUTE, -30 * MINUTE]) {
    const core = new Core().configure();
    const collector = new Collector();
    core.now += wrong;
    core.calls.start(false);
    core.advance(2 * SECOND);
    const [request] = core.sent;
    const { status } = collector.ingest({
      method: 'POST',
      url: request!.url,
      headers: {},
      body: request!.body,
      receivedAt: NOW + 2 * SECOND,
    });
    assert.equal(status, 200);
    const [update] = collector.updates(PROJECT);
    // A clock that runs ahead by less than 55 minutes is beyond what a client can know.
    const expected =
      wrong === 30 * MINUTE ? 'drop' : Math.abs(wrong) > 55 * MINUTE ? 'normalise' : 'accept';
    assert.equal(update!.outcome, expected, update!.reason);
  }
});

/* ---- E: names -------------------------------------------------------------------------------- */

const RELEASES: [id: string, release: string, valid: boolean][] = [
  ['E5', '.', false],
  ['E5', '..', false],
  ['E6', '...', true],
  ['E7', 'app/1.0', false],
  ['E7', 'app\\1.0', false],
  ['E9', 'r'.repeat(200), true],
  ['E10', 'r'.repeat(201), false],
  ['E11', 'é'.repeat(101), false],
  ['E11', 'é'.repeat(100), true],
  ['E13', ' latest', false],
  ['E13', ' ', false],
  ['E13', '', false],
  ['E13', ' 1.0 ', true],
  ['E14', '@scope@1.0.0', true],
  ['E14', 'pkg@1.0.0+7', true],
  ['6.1', 'LATEST', false],
  ['6.1', 'a\tb', false],
  ['6.1', 'a\u007fb', false],
  ['11', 'a\u0080b', false],
  ['11', 'a\u0085b', false],
  ['11', 'a\u009fb', false],
  ['11', 'a\u00a0b', true],
  ['11', '\u00c2\u0100', true],
  ['6.2', 'a\fb', false],
];

for (const [id, release, valid] of RELEASES) {
  test(`${id}: release ${JSON.stringify(release).slice(0, 20)} is ${valid ? 'sent' : 'refused'}`, () => {
    const { core, collector } = connect();
    assert.equal(core.setText(Option.RELEASE, release), valid);
    assert.equal(core.calls.status() === 0, valid);
    core.calls.start(true);
    core.calls.error(true);
    core.calls.hide(true);
    core.advance(MINUTE);
    const updates = accepted(collector);
    assert.equal(updates.length > 0, valid);
    assert.equal(core.sent.length > 0, valid);
    if (valid) {
      assert.equal((payload(updates[0])['attrs'] as { release: string }).release, release.trim());
    }
  });
}

const ENVIRONMENTS: [id: string, environment: string, sent: string | undefined][] = [
  ['E15', 'none', undefined],
  ['E15', 'NONE', undefined],
  ['E17', 'a/b', undefined],
  ['E18', '', undefined],
  ['6.1', '.', undefined],
  ['6.1', '..', undefined],
  ['6.1', 'e'.repeat(65), undefined],
  ['6.1', 'e'.repeat(64), 'e'.repeat(64)],
  ['6.1', 'é'.repeat(33), undefined],
  ['6.1', 'latest', 'latest'],
  ['6.2', ' staging ', 'staging'],
];

for (const [id, environment, sent] of ENVIRONMENTS) {
  test(`${id}: environment ${JSON.stringify(environment).slice(0, 20)}: sessions go on`, () => {
    const { core, collector } = connect();
    core.setText(Option.ENVIRONMENT, environment);
    core.calls.start(true);
    core.advance(0);
    const [update] = accepted(collector);
    assert.equal((payload(update)['attrs'] as { environment?: string }).environment, sent);
  });
}

test('E22: no ip_address is ever sent', () => {
  const { core, collector } = connect();
  core.calls.start(true);
  core.advance(0);
  assert.ok(!JSON.stringify(payload(accepted(collector)[0])).includes('ip_address'));
});

/* ---- G: envelopes ---------------------------------------------------------------------------- */

test('G1: items carry no length and sit on one line', () => {
  const core = new Core().configure();
  core.setUser('line\nbreak\r\n\u2028');
  core.calls.start(true);
  const text = new TextDecoder().decode(core.sent[0]!.body);
  assert.equal(text.split('\n').length, 4);
  assert.ok(!text.includes('length') && !text.includes('\r'));
});

test('G6d, G11: the header has sent_at once and nothing that the server obeys', () => {
  for (const tunnel of ['', 'https://shop.example/tunnel']) {
    const core = new Core().configure();
    if (tunnel) core.setText(Option.TUNNEL, tunnel);
    core.calls.start(true);
    const { header } = parse(core.sent[0]!.body);
    const text = new TextDecoder().decode(core.sent[0]!.body);
    assert.deepEqual(Object.keys(header), tunnel ? ['sent_at', 'dsn', 'sdk'] : ['sent_at', 'sdk']);
    assert.equal(text.split('"sent_at"').length, 2);
  }
});

test('G12, G13: through a tunnel the DSN in the header is enough', () => {
  const core = new Core().configure();
  core.setText(Option.TUNNEL, 'https://shop.example/tunnel');
  const { collector } = connect(core);
  core.calls.start(true);
  core.advance(0);
  assert.equal(core.sent[0]!.url, 'https://shop.example/tunnel');
  assert.equal(parse(core.sent[0]!.body).header['dsn'], DSN);
  assert.equal(accepted(collector).length, 1);
});

test('G15, G16: one key of 32 characters, in the query', () => {
  const core = new Core().configure();
  core.calls.start(true);
  const query = new URL(core.sent[0]!.url).searchParams;
  assert.deepEqual([...query.keys()], ['sentry_version', 'sentry_key', 'sentry_client']);
  assert.equal(query.get('sentry_version'), '7');
  assert.match(query.get('sentry_client')!, /^crashfree\/\d+\.\d+\.\d+$/);
});

test('G17: what waited travels in one envelope of at most 100 items', () => {
  const { core, collector } = connect();
  core.calls.set_number(Option.PER_MINUTE, 0);
  collector.limit(PROJECT, { categories: ['session'], seconds: 300, now: NOW });
  core.calls.start(true);
  core.advance(0);
  for (let i = 0; i < 80; i++) core.calls.start(true);
  core.advance(10 * MINUTE);
  const [last] = collector.requests(PROJECT).slice(-1);
  assert.equal(last!.status, 200);
  assert.ok(last!.items.length > 50 && last!.items.length <= 100);
  assert.equal(collector.metrics(PROJECT).all, 64);
  assert.equal(core.calls.count(Counter.QUEUE_OVERFLOW), 17);
});

test('G23, G24: a session lost to a quota with answer 200, and the ones after it', () => {
  const { core, collector } = connect();
  collector.settings(PROJECT).sessionQuota = 1;
  core.calls.start(true);
  core.advance(0);
  core.calls.start(true);
  core.advance(0);
  // The item that found the quota used up is gone and nothing told so; now the limit is known.
  core.calls.start(true);
  core.advance(0);
  const before = core.sent.length;
  assert.equal(core.calls.status(), Status.RATE_LIMITED);
  core.calls.start(true);
  core.advance(30 * SECOND);
  assert.equal(core.sent.length, before);
  collector.settings(PROJECT).sessionQuota = Infinity;
  core.advance(MINUTE);
  assert.ok(core.sent.length > before);
  assert.equal(core.calls.status(), 0);
});

test('G25: a 429 for other categories does not mean that the session was refused', () => {
  const { core, collector } = connect();
  collector
    .faults(PROJECT)
    .push({ status: 429, headers: { 'X-Sentry-Rate-Limits': '60:error:key' } });
  core.calls.start(true);
  core.advance(0);
  assert.equal(core.calls.count(Counter.ACCEPTED), 1);
  core.calls.error(true);
  core.advance(0);
  const { items } = parse(core.sent[1]!.body);
  assert.ok(!('init' in items[0]!.payload));
});

test('G27, G28: client reports are accepted and name sessions', () => {
  const { core, collector } = connect();
  core.calls.set_number(Option.PER_MINUTE, 1);
  core.calls.start(true);
  core.calls.start(true);
  core.calls.hide(false);
  core.advance(0);
  const reports = collector
    .requests(PROJECT)
    .flatMap(({ items }) => items)
    .filter(({ type }) => type === 'client_report');
  assert.equal(reports.length, 1);
  assert.equal(reports[0]!.outcome, 'accept', reports[0]!.reason);
  const [, report] = parse(core.sent[1]!.body).items;
  assert.deepEqual(report!.payload['discarded_events'], [
    { reason: 'backpressure', category: 'session', quantity: 1 },
  ]);
});

test('G29: a disabled project costs a few refusals, and they are counted', () => {
  const { core, collector } = connect();
  collector.settings(PROJECT).disabled = true;
  for (let i = 0; i < 10; i++) {
    core.calls.start(true);
    core.advance(MINUTE);
  }
  assert.equal(core.sent.length, 10);
  assert.equal(core.calls.count(Counter.ACCEPTED), 0);
  assert.ok(core.calls.count(Counter.SEND_ERROR) >= 7);
});

/* ---- H: rate limits -------------------------------------------------------------------------- */

interface Limits {
  id: string;
  answers: [status: number, header: string, retryAfter?: number][];
  /** Seconds that sessions are held back; 0 for not at all. */
  sessions: number;
  /** Seconds for client reports; 0 for not at all. */
  reports: number;
}

const LIMITS: Limits[] = [
  { id: 'H2', answers: [[200, '60::organization']], sessions: 60, reports: 60 },
  { id: 'H3', answers: [[429, '', 13]], sessions: 13, reports: 13 },
  { id: 'H4', answers: [[429, '']], sessions: 60, reports: 60 },
  {
    id: 'H6',
    answers: [[200, ' 60 : error;session : key : quota , 2700:default:organization ']],
    sessions: 60,
    reports: 0,
  },
  { id: 'H7', answers: [[429, '60:error:key', 600]], sessions: 0, reports: 0 },
  { id: 'H8', answers: [[200, '2.5:session:key']], sessions: 3, reports: 0 },
  {
    id: 'H10',
    answers: [
      [200, '300:session:key'],
      [200, '10:session:key'],
    ],
    sessions: 300,
    reports: 0,
  },
  { id: 'H11', answers: [[200, '60:metric_bucket:org:quota:custom']], sessions: 0, reports: 0 },
  { id: 'H12', answers: [[200, 'abc:session:key']], sessions: 60, reports: 0 },
];

for (const { id, answers, sessions, reports } of LIMITS) {
  test(`${id}: ${answers.map(([status, header]) => `${status} ${header}`).join(', then ')}`, () => {
    const limited = () => {
      const core = new Core().configure();
      core.calls.set_number(Option.PER_MINUTE, 2);
      core.calls.start(true);
      core.calls.start(true);
      const [first, second] = core.sent;
      core.respond(first!, ...(answers[0] as [number, string, number?]));
      core.respond(second!, ...((answers[1] ?? [200, '']) as [number, string, number?]));
      return core;
    };

    /* Sessions: an error is news, and leaves as soon as it may. */
    const core = limited();
    const before = core.sent.length;
    core.calls.error(true);
    assert.equal(core.calls.status() === Status.RATE_LIMITED, sessions > 0);
    if (sessions > 0) {
      assert.equal(core.sent.length, before);
      core.advance(sessions * SECOND - 1);
      assert.equal(core.sent.length, before);
      assert.equal(core.calls.status(), Status.RATE_LIMITED);
      core.advance(1);
    }
    assert.equal(core.sent.length, before + 1);
    assert.equal(core.calls.status(), 0);

    /* Reports: the third session is one too many, and hiding tells. */
    const other = limited();
    other.calls.start(true);
    const reported = () =>
      other.sent
        .flatMap(({ body }) => parse(body).items)
        .some(({ type }) => type === 'client_report');
    const wait = (milliseconds: number) => {
      other.now += milliseconds;
      other.monotonic += milliseconds;
    };
    if (reports > 0) {
      other.calls.hide(false);
      wait(reports * SECOND - 1);
      other.calls.hide(false);
      assert.ok(!reported());
      wait(1);
    }
    other.calls.hide(false);
    assert.ok(reported());
  });
}
