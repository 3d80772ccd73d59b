import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EventLoss } from '../../../web/src/abi.js';
import type { EventsCore } from '../../../web/src/events/core.js';
import { createOutbox } from '../../../web/src/events/outbox.js';

const HEADER = '{"sent_at":"2026-01-05T10:00:00.000Z"}\n';

/** A core without events, which has lost as many as it is told; as in C, who takes the losses has them. */
function coreThatLost(lost: Map<EventLoss, number>): EventsCore {
  const stub: Partial<EventsCore> = {
    take: () => -1,
    wait: () => -1,
    respond: () => -1,
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
