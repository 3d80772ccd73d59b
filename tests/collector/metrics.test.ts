import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Collector } from '../../web/server/collector/collector.js';
import { seeded } from '../../web/server/app/random.js';
import { sendSample } from '../../web/server/app/sample.js';
import { summarise } from '../../web/server/app/summary.js';
import {
  HOUR,
  P,
  P0,
  PATH,
  PROJECT,
  QUERY,
  R,
  SECOND,
  at,
  attrs,
  envelope,
  post,
} from './support.js';

const sid = (number: number): string => number.toString(16).padStart(32, '1');

test('nothing received: no rate', () => {
  const { all, crashFreeRate, users } = new Collector().metrics(PROJECT);
  assert.equal(all, 0);
  assert.equal(crashFreeRate, null);
  assert.equal(users.crashFreeRate, null);
});

test('the numbers of a small mixed day', () => {
  const collector = new Collector();
  const updates = [
    { sid: sid(1), did: 'ann' },
    { sid: sid(2), did: 'ann', errors: 2 },
    { sid: sid(3), did: 'bob', status: 'crashed', errors: 1 },
    { sid: sid(4), did: 'cid', status: 'unhandled', errors: 1 },
    { sid: sid(5), did: 'dan', status: 'abnormal', abnormal_mechanism: 'anr_background' },
    { sid: sid(6) },
  ];
  for (const update of updates) post(collector, envelope([P(update)]));
  post(
    collector,
    envelope(
      [
        JSON.stringify({
          aggregates: [{ started: at(0), exited: 4, errored: 2, crashed: 1 }],
          attrs: P0['attrs'],
        }),
      ],
      { type: 'sessions' },
    ),
  );
  assert.deepEqual(collector.metrics(PROJECT), {
    all: 13,
    healthy: 6,
    errored: 3,
    erroredAll: 7,
    crashed: 2,
    abnormal: 1,
    unhandled: 1,
    crashFreeRate: 1 - 2 / 13,
    users: {
      all: 4,
      healthy: 0,
      errored: 1,
      crashed: 1,
      abnormal: 1,
      unhandled: 1,
      crashFreeRate: 0.75,
    },
  });
});

test('counters add up without regard to the sid, sets do not', () => {
  const collector = new Collector();
  post(collector, envelope([P({ did: 'ann' })]));
  const crash = P({ init: false, did: 'ann', status: 'crashed', errors: 1 });
  post(collector, envelope([crash, crash]));
  const metrics = collector.metrics(PROJECT);
  assert.equal(metrics.crashed, 2);
  assert.equal(metrics.erroredAll, 1);
  assert.equal(metrics.users.crashed, 1);
  assert.equal(metrics.errored, 0, 'clamped');
});

test('the filter separates releases, environments and projects', () => {
  const collector = new Collector();
  post(collector, envelope([attrs({ release: 'a@1' }), attrs({ release: 'a@2' })]));
  post(collector, envelope([attrs({ release: 'a@1', environment: 'staging' })]));
  post(collector, envelope([attrs({ release: 'a@1', environment: undefined })]));
  post(collector, envelope([P({})]), { url: `/api/7/envelope/${QUERY}` });
  assert.equal(collector.metrics(PROJECT).all, 4);
  assert.equal(collector.metrics(PROJECT, { release: 'a@1' }).all, 3);
  assert.equal(collector.metrics(PROJECT, { environment: 'staging' }).all, 1);
  assert.equal(collector.metrics(PROJECT, { release: 'a@1', environment: 'production' }).all, 1);
  assert.equal(collector.metrics(PROJECT, { environment: '' }).all, 1);
  assert.deepEqual(collector.projects(), [PROJECT, '7']);
  collector.reset('7');
  assert.equal(collector.metrics('7').all, 0);
  assert.equal(collector.metrics(PROJECT).all, 4);
});

test('warnings name what the server cannot know', () => {
  const collector = new Collector();
  post(collector, envelope([P({}), P({}), P({ sid: sid(9), init: false })]));
  post(collector, envelope([attrs({ release: 'other@1' }), attrs({ release: ' latest' })]));
  const warnings = collector.updates(PROJECT).map((update) => update.warnings.join(' '));
  assert.equal(warnings[0], '');
  assert.match(warnings[1] ?? '', /counted twice/);
  assert.match(warnings[2] ?? '', /missing in the total/);
  assert.match(warnings[3] ?? '', /two series/);
  assert.match(warnings[4] ?? '', /Sentry will not show it/);
});

test('adoption: the share within an environment, sessions without environment left out', () => {
  const collector = new Collector();
  const send = (release: string, environment: string | undefined, count: number): void => {
    for (let index = 0; index < count; index++) {
      post(collector, envelope([attrs({ release, environment })]));
    }
  };
  send('a@1', 'production', 19);
  send('a@2', 'production', 1);
  send('a@2', 'staging', 2);
  send('a@2', undefined, 5);
  const { adoption } = summarise(collector, PROJECT, {}, undefined, R);
  assert.deepEqual(adoption, [
    {
      environment: 'production',
      sessions: 20,
      releases: [
        { release: 'a@2', sessions: 1, share: 0.05, adopted: false },
        { release: 'a@1', sessions: 19, share: 0.95, adopted: true },
      ],
    },
    {
      environment: 'staging',
      sessions: 2,
      releases: [{ release: 'a@2', sessions: 2, share: 1, adopted: true }],
    },
  ]);
});

test('the timeline holds every session at its start', () => {
  const collector = new Collector();
  post(collector, envelope([P({}), P({ sid: sid(2), started: at(-HOUR / 2), status: 'crashed' })]));
  const { timeline } = summarise(collector, PROJECT, {}, '1h', R);
  const sum = (list: number[]): number => list.reduce((a, b) => a + b, 0);
  assert.equal(sum(timeline.healthy), 1);
  assert.equal(sum(timeline.crashed), 1);
  assert.equal(timeline.time[timeline.crashed.indexOf(1)], (R - HOUR / 2) / 1000);
  assert.equal(timeline.time.length, 60);
});

test('memory is bounded, metrics are not', () => {
  const collector = new Collector({ keep: 10 });
  for (let index = 0; index < 200; index++) {
    post(collector, envelope([P({ sid: sid(index), did: `user-${index}` })]));
  }
  assert.equal(collector.requests(PROJECT).length, 10);
  assert.ok(collector.updates(PROJECT).length <= 20);
  assert.equal(collector.requests(PROJECT).at(-1)?.number, 200);
  assert.equal(collector.metrics(PROJECT).all, 200);
  assert.equal(collector.metrics(PROJECT).users.all, 200);
  assert.equal(collector.counts(PROJECT).accept, 200);
});

test('what is too old for a timeline still counts', () => {
  const collector = new Collector();
  for (let day = 0; day < 6; day++) {
    const now = R + day * 2 * 24 * HOUR;
    const batch = Array.from({ length: 100 }, (_value, index) =>
      P({ sid: sid(index), started: new Date(now - SECOND).toISOString(), timestamp: undefined }),
    );
    for (let index = 0; index < 10; index++) post(collector, envelope(batch), { receivedAt: now });
  }
  assert.equal(collector.metrics(PROJECT).all, 6000);
});

test('invariants of the derived numbers hold for any accepted traffic', () => {
  const random = seeded(7);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  for (let round = 0; round < 50; round++) {
    const collector = new Collector();
    let inits = 0;
    let crashes = 0;
    const errored = new Set<string>();
    const users = new Set<string>();
    for (let index = 0; index < 40; index++) {
      const update = {
        sid: sid(Math.floor(random() * 20)),
        init: random() < 0.5,
        status: pick(['ok', 'exited', 'crashed', 'abnormal', 'unhandled', 'errored', 'odd']),
        errors: pick([0, 0, 0, 1, 5]),
        did: pick(['ann', 'bob', 'cid', undefined]),
      };
      post(collector, envelope([P(update)]));
      if (update.init) inits++;
      if (update.status === 'crashed') crashes++;
      if (update.errors > 0 || !['ok', 'exited'].includes(update.status)) errored.add(update.sid);
      if (update.did !== undefined) users.add(update.did);
    }
    const metrics = collector.metrics(PROJECT);
    assert.equal(metrics.all, inits);
    assert.equal(metrics.crashed, crashes);
    assert.equal(metrics.erroredAll, errored.size);
    assert.equal(metrics.users.all, users.size);
    assert.ok(metrics.healthy >= 0 && metrics.errored >= 0);
    assert.equal(metrics.healthy, Math.max(0, inits - errored.size));
    assert.equal(metrics.crashFreeRate, inits === 0 ? null : 1 - crashes / inits);
  }
});

test('the sample data is taken without surprises', () => {
  const collector = new Collector();
  sendSample(collector, PROJECT, R);
  const { counts, total, releaseRows } = summarise(collector, PROJECT, {}, undefined, R);
  assert.equal(counts.rejected, 0);
  assert.equal(counts.drop, 3, 'the three mistakes in it');
  assert.ok(total.all > 300 && total.crashed > 3);
  assert.deepEqual(
    releaseRows.map(({ release }) => release),
    ['shop@2.0.0', 'shop@1.4.0', 'shop@1.3.9'],
  );
  assert.ok(collector.requests().every(({ url }) => url.startsWith(PATH)));
});

test('the sample shows one error that the new release brought, at every hour', () => {
  for (let hour = 0; hour < 24; hour++) {
    const collector = new Collector();
    const now = R + hour * HOUR;
    sendSample(collector, PROJECT, now);
    const { issues, releaseRows } = summarise(collector, PROJECT, {}, undefined, now);
    assert.deepEqual(
      issues.map(({ type, isNew }) => [type, isNew]).sort(),
      [
        ['NetworkError', false],
        ['RangeError', false],
        ['TypeError', true],
      ],
      `hour ${hour}`,
    );
    assert.equal(releaseRows.length, 3, `hour ${hour}`);
  }
});
