/** When sessions are sent, in which buckets, and what becomes of those that cannot be delivered. */
import assert from 'node:assert/strict';
import { setImmediate as soon } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { api, Lab, MINUTE, START, visit, type Client } from './support.js';

const error = new Error('of the app');
const HOUR = 60 * MINUTE;
const at = (offset: number): string => new Date(START - 20_000 + offset).toISOString();

let lab: Lab;
let client: Client;
/** Milliseconds by which the clock that does not jump is ahead. */
let elapsed = 0;

beforeEach(() => {
  elapsed = 0;
  mock.timers.enable({ apis: ['Date', 'setTimeout'], now: START });
  const monotonic = performance.now.bind(performance);
  mock.method(performance, 'now', () => monotonic() + elapsed);
  lab = new Lab();
  client = api.init(lab.options);
});
afterEach(async () => {
  lab.down = false;
  await client.close();
  mock.timers.reset();
  mock.restoreAll();
});

/** Both clocks, and the timers with them. */
function pass(ms: number): void {
  elapsed += ms;
  mock.timers.tick(ms);
}
/** The same, and what the timers set off. */
async function passing(ms: number): Promise<void> {
  pass(ms);
  await soon();
}

describe('buckets', () => {
  it('are of the minute in which the response closed', async () => {
    visit(client);
    pass(39_999);
    visit(client, () => client.captureException(error));
    pass(1);
    visit(client, () => client.captureException(error, { handled: false }));
    visit(client, () => pass(2 * MINUTE));
    await client.flush();
    assert.deepEqual(lab.buckets, [
      { started: at(0), exited: 1, errored: 1, crashed: 0 },
      { started: at(MINUTE), exited: 0, errored: 0, crashed: 1 },
      { started: at(3 * MINUTE), exited: 1, errored: 0, crashed: 0 },
    ]);
    assert.deepEqual([lab.metrics.all, lab.metrics.errored, lab.metrics.crashed], [4, 1, 1]);
  });

  it('are sent in items of 100 at most', async () => {
    lab.down = true;
    for (let minute = 0; minute < 250; minute++) {
      visit(client);
      await passing(MINUTE);
    }
    lab.down = false;
    assert.equal(await client.flush(), true);
    assert.deepEqual(
      lab.items.map(({ aggregates }) => aggregates.length),
      [100, 100, 50],
    );
    assert.equal(lab.requests.length, 1);
    assert.equal(lab.metrics.all, 250);
    assert.equal(lab.buckets[0]?.started, at(0));
  });

  it('count as if the clock had been right, after it was set', async () => {
    visit(client);
    mock.timers.setTime(START - 3 * HOUR);
    elapsed += 2 * MINUTE;
    await client.flush();
    assert.equal(lab.buckets[0]?.started, at(-3 * HOUR - 2 * MINUTE));
    mock.timers.setTime(START + 10 * 24 * HOUR);
    visit(client);
    mock.timers.setTime(START + 20 * 24 * HOUR);
    await client.flush();
    assert.equal(lab.buckets[1]?.started, at(20 * 24 * HOUR));
    assert.equal(lab.metrics.all, 2);
  });
});

describe('the timer', () => {
  it('is armed by the first session and sends all that ended since', async () => {
    await passing(10 * MINUTE);
    visit(client);
    await passing(30_000);
    visit(client);
    await passing(29_999);
    assert.equal(lab.requests.length, 0);
    await passing(1);
    assert.equal(lab.requests.length, 1);
    assert.equal(lab.metrics.all, 2);
    assert.equal(
      (lab.requests[0]!.envelope as { sent_at: string }).sent_at,
      at(11 * MINUTE + 20_000),
    );

    await passing(10 * MINUTE);
    assert.equal(lab.requests.length, 1);
    visit(client);
    await passing(MINUTE);
    assert.equal(lab.requests.length, 2);
  });

  it('takes as long as flushInterval says', async () => {
    client = api.init({ ...lab.options, flushInterval: 5000 });
    visit(client);
    await passing(4999);
    assert.equal(lab.requests.length, 0);
    await passing(1);
    assert.equal(lab.requests.length, 1);
  });

  it('makes no storm of an interval of nothing', async () => {
    client = api.init({ ...lab.options, flushInterval: 0 });
    lab.faults.push({ status: 503, times: 2 });
    visit(client);
    await passing(1);
    assert.equal(lab.requests.length, 1);
    await passing(1999);
    assert.equal(lab.requests.length, 1);
    await passing(1);
    assert.equal(lab.requests.length, 2);
  });

  it('is gone after close', async () => {
    visit(client);
    await client.close();
    visit(client);
    await passing(HOUR);
    assert.equal(lab.requests.length, 1);
    assert.equal(lab.metrics.all, 1);
  });
});

it('makes no request when there is nothing', async () => {
  assert.equal(await client.flush(), true);
  await passing(HOUR);
  assert.equal(await client.close(), true);
  assert.equal(lab.requests.length, 0);
});

describe('a server that cannot be reached', () => {
  it('gets everything once it is back, at a time of sending that is true', async () => {
    lab.down = true;
    visit(client);
    assert.equal(await client.flush(), false);
    await passing(MINUTE);
    visit(client, () => client.captureException(error));
    await passing(2 * HOUR);
    lab.down = false;
    await passing(MINUTE);
    assert.deepEqual(lab.buckets, [
      { started: at(0), exited: 1, errored: 0, crashed: 0 },
      { started: at(MINUTE), exited: 0, errored: 1, crashed: 0 },
    ]);
    const { sent_at: sentAt } = lab.requests[0]!.envelope as { sent_at: string };
    assert.equal(sentAt, at(2 * HOUR + 2 * MINUTE + 20_000));
    assert.deepEqual(lab.losses, {});
    assert.equal(client.status, 'active');
  });

  it('is not asked in vain for more than five days', async () => {
    lab.down = true;
    visit(client);
    visit(client);
    await client.flush();
    elapsed += 5 * 24 * HOUR;
    mock.timers.setTime(START + 5 * 24 * HOUR);
    visit(client);
    lab.down = false;
    assert.equal(await client.flush(), true);
    assert.equal(lab.metrics.all, 1);
    assert.deepEqual(lab.losses, { 'session/network_error': 2 });
  });

  it('gets the last day of a long outage', async () => {
    /* What was lost would be told, in vain, with each attempt. */
    const patient = api.init({ ...lab.options, release: 'shop-api@2', flushInterval: 48 * HOUR });
    for (let minute = 0; minute < 1442; minute++) {
      visit(patient);
      pass(MINUTE);
    }
    assert.equal(lab.requests.length, 0);
    assert.equal(await patient.close(), true);
    assert.equal(lab.metrics.all, 1440);
    assert.equal(lab.buckets[0]?.started, at(2 * MINUTE));
    assert.deepEqual(lab.losses, { 'session/queue_overflow': 2 });
    assert.ok(lab.items.every(({ aggregates }) => aggregates.length <= 100));
  });

  it('that never answers is given up', async () => {
    const signals: AbortSignal[] = [];
    const aborts: AbortController[] = [];
    mock.method(AbortSignal, 'timeout', (ms: number) => {
      assert.ok(ms <= 30_000);
      const abort = new AbortController();
      aborts.push(abort);
      return abort.signal;
    });
    client = api.init({
      ...lab.options,
      fetch: (_, { signal }) => {
        signals.push(signal!);
        return new Promise((_resolve, reject) => {
          signal!.addEventListener('abort', () => reject(signal!.reason as Error));
        });
      },
    });
    visit(client);
    const flushed = client.flush(100);
    await soon();
    mock.timers.tick(100);
    assert.equal(await flushed, false);
    assert.equal(signals.length, 1);
    aborts[0]!.abort();
    const closed = client.close();
    await soon();
    assert.equal(signals.length, 2);
    aborts[1]!.abort();
    assert.equal(await closed, false);
    client = api.init(lab.options);
  });
});

describe('a server that refuses', () => {
  it('is asked three times, then the sessions count as lost', async () => {
    lab.faults.push({ status: 503, times: 3 });
    visit(client);
    visit(client);
    await passing(MINUTE);
    await passing(MINUTE);
    visit(client);
    assert.equal(await client.flush(), false);
    assert.equal(lab.metrics.all, 0);
    assert.equal(await client.flush(), true);
    assert.equal(lab.requests.length, 4);
    assert.equal(lab.metrics.all, 1);
    assert.deepEqual(lab.losses, { 'session/send_error': 2 });
    await client.flush();
    assert.equal(lab.requests.length, 4);
  });

  it('gets the sessions of one refusal', async () => {
    lab.faults.push({ status: 500 });
    visit(client);
    assert.equal(await client.flush(), false);
    await passing(MINUTE);
    assert.equal(lab.metrics.all, 1);
  });

  it('is told of losses by close, if nothing else is to be told', async () => {
    lab.faults.push({ status: 403, times: 3 });
    visit(client);
    for (let attempt = 0; attempt < 3; attempt++) await client.flush();
    await passing(HOUR);
    assert.equal(lab.requests.length, 3);
    assert.equal(await client.close(), true);
    assert.deepEqual(lab.losses, { 'session/send_error': 1 });
    assert.equal(lab.requests[3]?.items.length, 1);
  });
});

describe('rate limits', () => {
  for (const [name, headers, seconds] of [
    ['Retry-After in seconds', { 'Retry-After': '90' }, 90],
    ['Retry-After as a date', { 'Retry-After': new Date(START + 90_000).toUTCString() }, 90],
    ['the header of Sentry', { 'X-Sentry-Rate-Limits': '90:session:key', 'Retry-After': '5' }, 90],
    ['all categories', { 'X-Sentry-Rate-Limits': '90::key' }, 90],
    ['no time', {}, 60],
  ] as const) {
    it(`${name}: nothing is sent within, everything after`, async () => {
      lab.faults.push({ status: 429, headers: { ...headers } });
      visit(client);
      assert.equal(await client.flush(), false);
      assert.equal(client.status, 'rate-limited');
      pass((seconds - 1) * 1000);
      visit(client);
      assert.equal(await client.flush(), false);
      assert.equal(lab.requests.length, 1);
      assert.equal(client.status, 'rate-limited');
      pass(1000);
      assert.equal(client.status, 'active');
      assert.equal(await client.flush(), true);
      assert.equal(lab.metrics.all, 2);
      assert.deepEqual(lab.losses, {});
    });
  }

  it('are waited for by the timer, too', async () => {
    lab.faults.push({ status: 429, headers: { 'Retry-After': '150' } });
    visit(client);
    for (let minute = 1; minute <= 3; minute++) await passing(MINUTE);
    assert.equal(lab.requests.length, 1);
    await passing(MINUTE);
    assert.equal(lab.requests.length, 2);
    assert.equal(lab.metrics.all, 1);
  });

  it('with an accepted request count for the next one', async () => {
    lab.faults.push({ headers: { 'X-Sentry-Rate-Limits': '60:session:key' } });
    visit(client);
    assert.equal(await client.flush(), true);
    assert.equal(client.status, 'rate-limited');
    visit(client);
    assert.equal(await client.flush(), false);
    assert.equal(lab.metrics.all, 1);
  });

  it('of no time are no acceptance', async () => {
    lab.faults.push({ status: 429, headers: { 'X-Sentry-Rate-Limits': '0:session:key' } });
    visit(client);
    assert.equal(await client.flush(), false);
    assert.equal(await client.flush(), true);
    assert.equal(lab.metrics.all, 1);
  });

  it('of other categories mean that the sessions were taken', async () => {
    const answer = { status: 429, headers: { 'X-Sentry-Rate-Limits': '60:error:key' } };
    client = api.init({
      ...lab.options,
      fetch: async (url, init) =>
        new Response(await (await lab.options.fetch(url, init)).text(), answer),
    });
    visit(client);
    assert.equal(await client.flush(), true);
    assert.equal(client.status, 'active');
    await passing(HOUR);
    assert.equal(lab.requests.length, 1);
    assert.equal(lab.metrics.all, 1);
  });

  it('keep losses for the report after them', async () => {
    lab.faults.push(
      { status: 503, times: 2 },
      { status: 503, headers: { 'X-Sentry-Rate-Limits': '60:session:key' } },
    );
    visit(client);
    for (let attempt = 0; attempt < 3; attempt++) await client.flush();
    visit(client);
    assert.equal(await client.flush(), false);
    assert.equal(lab.requests.length, 3);
    pass(MINUTE);
    assert.equal(await client.flush(), true);
    assert.deepEqual(lab.losses, { 'session/send_error': 1 });
    assert.equal(lab.metrics.all, 1);
  });
});

it('sends one request at a time', async () => {
  let release = () => {};
  const sent: string[] = [];
  client = api.init({
    ...lab.options,
    fetch: async (url, init) => {
      sent.push(init.body as string);
      await new Promise<void>((resolve) => (release = resolve));
      return lab.options.fetch(url, init);
    },
  });
  visit(client);
  const first = client.flush();
  await soon();
  visit(client);
  const second = client.flush();
  await soon();
  assert.equal(sent.length, 1);
  release();
  await soon();
  assert.equal(sent.length, 2);
  release();
  assert.deepEqual(await Promise.all([first, second]), [true, true]);
  assert.equal(lab.metrics.all, 2);
});

it('survives whatever the given fetch does', async () => {
  for (const [fetch, delivered] of [
    [
      () => {
        throw error;
      },
      false,
    ],
    [() => undefined, true],
    /* There was an answer, whatever it is: sending again could count twice. */
    [() => Promise.resolve({}), true],
    [() => Promise.reject(error), false],
  ] as const) {
    const odd = api.init({ ...lab.options, fetch: fetch as never });
    visit(odd);
    assert.equal(await odd.flush(), delivered);
    assert.equal(await odd.close(), delivered);
  }
});
