import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Collector, type ProjectSettings } from '../../web/server/collector/collector.js';
import { summarise } from '../../web/server/app/summary.js';
import {
  DAY,
  HOUR,
  MINUTE,
  P,
  PROJECT,
  R,
  SECOND,
  at,
  envelope,
  post,
  type Json,
} from './support.js';

const SID = '5f0c6f0e9b1d4c0f8a5e2b7d3c4f1a90';
const frame = (name: string, file: string, inApp = true): Json => ({
  function: name,
  filename: `https://shop.example/assets/${file}`,
  lineno: 1,
  colno: 42,
  in_app: inApp,
});

/** An event as crashfree sends it. */
const event = (changes: Json = {}): Json => ({
  event_id: 'e'.repeat(32),
  timestamp: R / 1000 - 1,
  platform: 'javascript',
  level: 'error',
  release: 'shop@1.4.0',
  environment: 'production',
  user: { id: 'ann' },
  tags: { 'session.id': SID },
  request: { url: 'https://shop.example/cart?x=1', headers: { 'User-Agent': 'Mozilla/5.0' } },
  exception: {
    values: [
      { type: 'Error', value: 'the cause' },
      {
        type: 'TypeError',
        value: "Cannot read properties of undefined (reading 'id')",
        mechanism: { type: 'onerror', handled: false },
        stacktrace: {
          frames: [
            frame('load', 'app.js'),
            frame('pay', 'cart-3f2a91b0.js'),
            frame('run', 'lib.js', false),
          ],
        },
      },
    ],
  },
  ...changes,
});
const thrown = (type: string, value: string, rest: Json = {}): Json =>
  event({
    exception: { values: [{ type, value, mechanism: { type: 'onerror', handled: false } }] },
    ...rest,
  });

function send(collector: Collector, payload: unknown, receivedAt = R, header: Json = {}) {
  const body = envelope([JSON.stringify(payload)], { type: 'event', header });
  const response = post(collector, body, { receivedAt });
  return { response, item: collector.requests(PROJECT).at(-1)?.items[0] };
}

test('an event is taken, and read for people', () => {
  const collector = new Collector();
  const { response, item } = send(collector, event(), R, { event_id: 'e'.repeat(32) });
  assert.deepEqual(JSON.parse(response.body), { id: 'e'.repeat(32) });
  assert.equal(item?.outcome, 'accept');
  assert.match(item?.reason ?? '', /nobody caught: "TypeError: Cannot read/);
  const { event: view } = item ?? {};
  assert.equal(view?.id, 'e'.repeat(32));
  assert.equal(view?.sid, SID);
  assert.equal(view?.user, 'ann');
  assert.equal(view?.exceptions.length, 2);
  assert.equal(view?.exceptions[1]?.frames[1]?.function, 'pay');
  assert.equal(collector.counts(PROJECT).events, 1);
  assert.equal(collector.metrics(PROJECT).all, 0, 'sessions are counted by sessions alone');
});

test('without an id one is made up, and answered', () => {
  const collector = new Collector();
  const { response, item } = send(collector, event({ event_id: undefined }));
  const { id } = JSON.parse(response.body) as { id: string };
  assert.match(id, /^[0-9a-f]{32}$/);
  assert.equal(item?.event?.id, id);
});

test('what is no event is lost with a reason, and sessions beside it are counted', () => {
  for (const [payload, reason] of [
    ['{', /not valid JSON/],
    ['[]', /must be a JSON object/],
    ['7', /must be a JSON object/],
    [`{"a":${'['.repeat(127)}${']'.repeat(127)}}`, /nested deeper than 127/],
    [`{"a":${'['.repeat(400_000)}${']'.repeat(400_000)}}`, /nested deeper than 127/],
  ] as const) {
    const collector = new Collector();
    const session = `{"type":"session"}\n${P({})}`;
    const response = post(collector, `{}\n${session}\n{"type":"event"}\n${payload}`);
    assert.equal(response.status, 200);
    const [, item] = collector.requests()[0]?.items ?? [];
    assert.equal(item?.outcome, 'drop');
    assert.match(item?.reason ?? '', reason);
    assert.equal(collector.metrics(PROJECT).all, 1);
    assert.equal(collector.counts(PROJECT).lostEvents, 1);
  }
});

test('odd events are repaired as far as they go, and never too long', () => {
  const long = 'x'.repeat(5000);
  for (const odd of [
    {},
    { exception: 7 },
    { exception: { values: [null, 7, { value: {} }] } },
    { exception: [{ type: 'E', stacktrace: { frames: 'none' } }] },
    { tags: [['session.id', SID], 7, null], message: { formatted: 'hi' } },
    { tags: 7, user: 7, request: [], level: {}, timestamp: {} },
    { release: 'a/b', environment: 'none', timestamp: 'yesterday' },
    { exception: { values: Array.from({ length: 40 }, () => ({ type: long, value: long })) } },
    {
      exception: {
        values: [{ stacktrace: { frames: Array.from({ length: 90 }, () => frame(long, long)) } }],
      },
    },
    { user: { id: 7 }, __proto__: { polluted: 1 }, request: { url: long, headers: [['a'], 7] } },
  ]) {
    const collector = new Collector();
    const { response, item } = send(collector, odd);
    assert.equal(response.status, 200);
    assert.notEqual(item?.outcome, 'drop', item?.reason ?? '');
    assert.ok(JSON.stringify(item?.event).length < 40_000);
    assert.ok(summarise(collector, PROJECT, {}, undefined, R).issues.length === 1);
  }
});

test('names and times that are not allowed are left out, the event stays', () => {
  const collector = new Collector();
  const odd = event({ release: 'a/b', environment: 'none', timestamp: R / 1000 - 40 * 24 * 3600 });
  const { item } = send(collector, odd);
  assert.equal(item?.outcome, 'normalise');
  assert.match(item?.reason ?? '', /release "a\/b" was removed.*environment "none" was removed/);
  assert.match(item?.reason ?? '', /"timestamp" is out of range/);
  assert.equal(item?.event?.time, R);
  assert.match(item?.warnings.join() ?? '', /Without a release/);
});

test('all of an event must be readable, and nothing behind it matters', () => {
  for (const [payload, outcome, reason] of [
    ['{"message":"a"} and more', 'accept', /a/],
    ['{"x":{"y":["\\ud800"]}}', 'drop', /surrogate/],
    ['{"\\udc00":1}', 'drop', /surrogate/],
    ['{"x":-1e400}', 'drop', /out of range/],
    ['{"message":', 'drop', /not valid JSON/],
    ['null', 'drop', /JSON object/],
  ] as [string, string, RegExp][]) {
    const collector = new Collector();
    post(collector, `{}\n{"type":"event"}\n${payload}`);
    const [item] = collector.requests()[0]?.items ?? [];
    assert.equal(item?.outcome, outcome, payload);
    assert.match(item?.reason ?? '', reason);
  }
});

test('an event is read as leniently as a Relay does', () => {
  const view = (changes: Json) => send(new Collector(), changes).item?.event;
  for (const [level, expected] of [
    ['log', 'info'],
    ['critical', 'fatal'],
    [30, 'warning'],
    [35, 'error'],
    ['warn', 'error'],
    ['ERROR', 'error'],
    [true, 'error'],
  ]) {
    assert.equal(view({ message: 'm', level })?.level, expected, String(level));
  }
  const time = (timestamp: unknown) => view({ message: 'm', timestamp })?.time;
  assert.equal(time(at(-HOUR)), R - HOUR);
  assert.equal(time(at(-HOUR).replace('Z', '')), R - HOUR, 'without a zone it is UTC');
  assert.equal(time(at(-HOUR).replace('Z', '').replace('T', ' ')), R, 'but not with a blank');
  assert.equal(time(String((R - HOUR) / 1000)), R);
  assert.equal(view({ message: 5 })?.message, '5');
  assert.equal(view({ message: ['a'] })?.message, '["a"]');
  assert.equal(view({ logentry: { message: 'm', formatted: 'f' } })?.message, 'f');
  const thrownBy = (exception: unknown) =>
    view({ exception })?.exceptions.map(({ type, value }) => `${type}: ${value}`);
  assert.deepEqual(thrownBy({ type: 'A', value: { b: 1 } }), ['A: {"b":1}']);
  assert.deepEqual(thrownBy([{ type: 5, value: 1.5 }, 'x']), [': 1.5']);
  assert.equal(view({ message: 'm', release: 5 })?.release, '5');
  assert.equal(view({ message: 'm', release: ' a ' })?.release, 'a');
  assert.equal(view({ message: 'm', environment: 5 })?.environment, undefined);
  assert.equal(view({ message: 'm', user: { id: 1.5 } })?.user, '1');
});

test('limits of errors leave sessions alone, and the other way round', () => {
  const both = (collector: Collector) =>
    post(
      collector,
      `{}\n{"type":"session"}\n${P({})}\n{"type":"event"}\n${JSON.stringify(event())}`,
    );
  for (const [categories, sessions, events] of [
    [['error'], 1, 0],
    [['session'], 0, 1],
    [[], 0, 0],
  ] as const) {
    const collector = new Collector();
    collector.limit(PROJECT, { categories: [...categories], seconds: 60, now: R });
    assert.equal(both(collector).status, 429);
    assert.equal(collector.metrics(PROJECT).all, sessions);
    assert.equal(collector.counts(PROJECT).events, events);
  }
});

test('inbound filters look at the address, the browser, the release and the message', () => {
  const local = { request: { url: 'http://localhost:3000/' } };
  const bot = { request: { headers: [['user-agent', 'Googlebot/2.1']] } };
  for (const [filters, changes, reason] of [
    [{ localhost: true }, local, /localhost/],
    [{ localhost: true }, { user: { ip_address: '127.0.0.1' } }, /localhost/],
    [{ webCrawlers: true }, bot, /crawlers/],
    [{ releases: ['SHOP@1.*'] }, {}, /this release/],
    [{ errorMessages: ['TypeError: Cannot read*'] }, {}, /error message/],
    [{ errorMessages: ['*the cause'] }, {}, /error message/],
  ] as [ProjectSettings['filters'], Json, RegExp][]) {
    const collector = new Collector({ filters });
    const { item } = send(collector, event(changes));
    assert.match(item?.reason ?? '', reason);
    assert.equal(item?.outcome, 'drop');
  }
  const { item } = send(new Collector({ filters: { errorMessages: ['Cannot'] } }), event());
  assert.notEqual(item?.outcome, 'drop', 'a pattern is for the whole message');
});

test('events of one kind are one issue: numbers, ids, hashes and addresses do not part them', () => {
  const collector = new Collector();
  const at2 = (file: string): Json => ({
    exception: {
      values: [
        {
          type: 'E',
          value: 'x',
          stacktrace: { frames: [frame('pay', file), frame('run', 'lib.js', false)] },
        },
      ],
    },
  });
  send(collector, event(at2('cart-3f2a91b0.js')));
  send(collector, event(at2('cart-77aa0c1d.js?v=2')));
  send(collector, event(at2('cart.js')));
  for (const message of ['order 17 failed', 'order 18 failed'])
    send(collector, thrown('E', message));
  for (const id of ['5f0c6f0e-9b1d-4c0f', 'aaaa6f0e-9b1d-4c0f'])
    send(collector, thrown('E', `no ${id}`));
  send(collector, thrown('F', 'order 17 failed'));
  const { issues, issueCount } = summarise(collector, PROJECT, {}, undefined, R);
  assert.equal(issueCount, 4);
  assert.deepEqual(issues.map(({ events }) => events).sort(), [1, 2, 2, 3]);
  assert.equal(issues.find(({ events }) => events === 3)?.top, 'pay in cart.js');
});

test('an issue names its releases, sessions and users, and what is new', () => {
  const collector = new Collector();
  const crash = (release: string, offset: number, sid: string, user: string): void => {
    const changes = {
      release,
      timestamp: at(offset),
      tags: { 'session.id': sid },
      user: { id: user },
    };
    send(collector, thrown('E', 'old', changes), R + offset);
  };
  crash('shop@1', -2 * HOUR, 'a'.repeat(32), 'ann');
  crash('shop@2', -HOUR, 'b'.repeat(32), 'ann');
  crash('shop@2', -HOUR + SECOND, 'b'.repeat(32), 'bob');
  send(collector, thrown('E', 'new one', { release: 'shop@2', timestamp: at(-MINUTE) }));
  const of = (filter: Json) => summarise(collector, PROJECT, filter, undefined, R).issues;
  const [first, second] = of({});
  assert.equal(first?.message, 'new one');
  assert.equal(first?.isNew, true);
  assert.equal(second?.isNew, false);
  assert.equal(second?.firstRelease, 'shop@1');
  assert.deepEqual(second?.releases, [
    { release: 'shop@2', events: 2 },
    { release: 'shop@1', events: 1 },
  ]);
  assert.deepEqual([second?.events, second?.sessions, second?.users], [3, 2, 2]);
  assert.deepEqual(second?.latestSessions, ['b'.repeat(32), 'a'.repeat(32)]);
  assert.deepEqual(
    of({ release: 'shop@1' }).map(({ isNew }) => isNew),
    [false],
    'nothing came before',
  );
  assert.equal(of({ release: 'shop@2' }).length, 2);
  assert.equal(of({ environment: 'staging' }).length, 0);
});

test('an event that comes late tells in which release it began', () => {
  const collector = new Collector();
  send(collector, thrown('E', 'x', { release: 'shop@2', timestamp: at(0) }));
  send(collector, thrown('E', 'x', { release: 'shop@1', timestamp: at(-DAY) }));
  const [issue] = summarise(collector, PROJECT, {}, undefined, R).issues;
  assert.equal(issue?.firstRelease, 'shop@1');
  assert.equal(issue?.isNew, false);
  assert.equal(issue?.event.release, 'shop@2');
});

test('what a tab of an earlier release has later is not new', () => {
  const collector = new Collector();
  send(collector, thrown('E', 'x', { release: 'shop@1.0', timestamp: at(-DAY) }));
  send(collector, thrown('E', 'y', { release: 'shop@1.1', timestamp: at(-HOUR) }));
  const isNew = () =>
    summarise(collector, PROJECT, {}, undefined, R).issues.find(({ message }) => message === 'y')
      ?.isNew;
  assert.equal(isNew(), true);
  send(collector, thrown('E', 'y', { release: 'shop@1.0', timestamp: at(-MINUTE) }));
  assert.equal(isNew(), false);
});

test('what is new is shown however much else has happened since', () => {
  const collector = new Collector();
  const letters = [...'abcdefgh'];
  for (const name of letters.flatMap((first) => letters.map((second) => first + second))) {
    for (const offset of [-DAY, -MINUTE]) {
      send(collector, thrown(name, 'old', { release: 'shop@1', timestamp: at(offset) }));
    }
  }
  send(collector, thrown('E', 'new one', { release: 'shop@2', timestamp: at(-HOUR) }));
  const { issues, issueCount } = summarise(collector, PROJECT, {}, undefined, R);
  assert.equal(issueCount, 65);
  assert.equal(issues.length, 50);
  assert.deepEqual(
    issues.filter(({ isNew }) => isNew),
    issues.slice(0, 1),
  );
  assert.equal(issues[0]?.message, 'new one');
});

test('the final version comes after its candidates, and later builds of it after it', () => {
  const newestOf = (...versions: string[]) => {
    const collector = new Collector();
    versions.forEach((version, index) => {
      const changes = { release: `my-shop@${version}`, timestamp: at(0) };
      send(collector, thrown('E', 'abcdefgh'[index]!, changes));
    });
    return summarise(collector, PROJECT, {}, undefined, R)
      .issues.filter(({ isNew }) => isNew)
      .map(({ firstRelease }) => firstRelease.slice('my-shop@'.length));
  };
  assert.deepEqual(newestOf('1.9.0', '2.0.0-rc.1', '2.0.0', '2.0.0-rc.10', '1.10.0'), ['2.0.0']);
  assert.deepEqual(newestOf('1.9.0', '2.0.0-rc.1', '2.0.0-rc.10', '2.0.0-rc.2'), ['2.0.0-rc.10']);
  assert.deepEqual(newestOf('2.0.0+6', '2.0.0+7', '2.0.0-rc.1', '1.10.0'), ['2.0.0+7']);
  assert.deepEqual(newestOf('1.9.0', '1.10.0', '1.10.0-rc.1'), ['1.10.0']);
});

test('issues without end stay in bounds', () => {
  const collector = new Collector({ budgetBytes: 4 << 20 });
  for (let index = 0; index < 3000; index++) {
    const name = `E${'abcdefghij'.charAt(index % 10)}${index.toString(36).replace(/\d/g, 'z')}`;
    send(collector, thrown(name, 'y'.repeat(2000), { user: { id: `u${index}` } }));
  }
  const { issues, issueCount } = summarise(collector, PROJECT, {}, undefined, R);
  assert.ok(issues.length <= 50 && issueCount <= 1000, `${issues.length} of ${issueCount}`);
  assert.ok(collector.budget.used <= 4 << 20);
  collector.reset();
  assert.equal(collector.budget.used, 0);
});
