import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../../web/build/run.js';
import { EventLoss, EVENTS_LIMITS_MAX, type EventsExports } from '../../../web/src/abi.js';
import type { ErrorEvent } from '../../../web/src/events/event.js';
import type { EventsCore } from '../../../web/src/events/core.js';
import type { EventsOptions } from '../../../web/src/events/options.js';
import { createOutbox } from '../../../web/src/events/outbox.js';

const HEADER = '{"sent_at":"2026-01-05T10:00:00.000Z"}\n';

/** A core without events, which has lost as many as it is told; as in C, who takes the losses has them. */
function coreThatLost(lost: Map<EventLoss, number>): EventsCore {
  const stub: Partial<EventsCore> = {
    take: () => -1,
    wait: () => -1,
    respond: () => 0,
    write: () => 0,
    losses: (reason) => {
      const count = lost.get(reason as EventLoss) ?? 0;
      lost.delete(reason as EventLoss);
      return count;
    },
  };
  return stub as EventsCore;
}

const reportsIn = (body: string) =>
  body
    .split('\n')
    .filter((line) => line.includes('discarded_events'))
    .map((line) => (JSON.parse(line) as { discarded_events: unknown }).discarded_events);

const eventOf = (value: string): ErrorEvent => ({
  event_id: '0'.repeat(32),
  timestamp: 0,
  platform: 'javascript',
  level: 'error',
  exception: {
    values: [{ type: 'Error', value, mechanism: { type: 'generic', handled: true } }],
  },
  sdk: { name: 'crashfree', version: '0', settings: { infer_ip: 'never' } },
});
const module = new WebAssembly.Module(
  await readFile(join(root, 'build/wasm/crashfree-events.wasm')),
);
function newOutbox(options: EventsOptions = {}) {
  const core = new WebAssembly.Instance(module).exports as unknown as EventsExports;
  const limitsAt = core.init(1, 0);
  const write = (limits: string) =>
    new TextEncoder().encodeInto(
      limits,
      new Uint8Array(core.memory.buffer, limitsAt, EVENTS_LIMITS_MAX),
    ).written;
  return createOutbox({ ...core, write }, options, true);
}

describe('an event', () => {
  it('that a hook made larger than one may be is dropped by the hook', () => {
    const extra = { text: 'x'.repeat(20_000) };
    const outbox = newOutbox({ beforeSendEvent: (event) => ({ ...event, extra }) });
    outbox._add(eventOf('a'), 'session');
    assert.deepEqual(reportsIn(outbox._join(HEADER, true, false).body), [
      [{ reason: 'before_send', category: 'error', quantity: 1 }],
    ]);
  });

  it('is told once in each session', () => {
    const outbox = newOutbox();
    for (const session of ['a', 'a', 'b']) outbox._add(eventOf('x'), session);
    assert.equal(outbox._kept.size, 2);
  });

  it('is not settled by the answer to one that was thrown away before', () => {
    const outbox = newOutbox();
    outbox._add(eventOf('a'), 'session');
    const first = outbox._join(HEADER, true, false);
    outbox._clear();
    outbox._add(eventOf('b'), 'session');
    const second = outbox._join(HEADER, true, false);
    first._settle(200, '', -1);
    assert.equal(outbox._kept.size, 1);
    second._settle(200, '', -1);
    assert.equal(outbox._kept.size, 0);
  });

  it('waits as long as an answer says, also one to a request without an event', () => {
    const outbox = newOutbox();
    outbox._join(HEADER, false, false)._settle(200, '60:error:organization', -1);
    outbox._add(eventOf('a'), 'session');
    assert.ok(outbox._wait() > 0);
    assert.equal(outbox._join(HEADER, true, false)._carries, false);
  });
});

describe('the losses of events', () => {
  const one = [{ reason: 'queue_overflow', category: 'error', quantity: 2 }];

  for (const status of [200, 202, 0, 500, 429]) {
    it(`are told once, whatever is answered: ${status}`, () => {
      const lost = new Map([[EventLoss.QUEUE_OVERFLOW, 2]]);
      const outbox = createOutbox(coreThatLost(lost), {}, true);
      const first = outbox._join(HEADER, true, false);
      const second = outbox._join(HEADER, true, false);
      assert.deepEqual(reportsIn(first.body), [one]);
      assert.equal(second.body, HEADER);
      first._settle(status, '', -1);
      assert.equal(outbox._join(HEADER, true, false).body, HEADER);
      lost.set(EventLoss.QUEUE_OVERFLOW, 2);
      assert.deepEqual(reportsIn(outbox._join(HEADER, true, false).body), [one]);
    });
  }

  it('are not told where no reports are wanted', () => {
    const lost = new Map([[EventLoss.SAMPLE_RATE, 1]]);
    const outbox = createOutbox(coreThatLost(lost), {}, false);
    assert.equal(outbox._join(HEADER, true, false).body, HEADER);
  });
});
