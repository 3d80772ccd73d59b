import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventStore } from '../../../web/src/storage/events.js';
import { DSN } from './support.js';

const id = '0123456789abcdef0123456789abcdef';
const kept = { id, text: JSON.stringify({ event_id: id, message: 'a "text"\n' }) };

describe('events for the next page', () => {
  it('are found where a page has replaced toJSON', () => {
    const texts = new Map<string, string>();
    const places = [Array, String].map(({ prototype }) => prototype as { toJSON?: unknown });
    Object.assign(globalThis, {
      localStorage: {
        getItem: (key: string) => texts.get(key) ?? null,
        setItem: (key: string, text: string) => texts.set(key, text),
      },
    });
    for (const place of places) place.toJSON = () => 'replaced';
    try {
      eventStore({ storage: 'local', dsn: DSN }).save([kept]);
    } finally {
      for (const place of places) delete place.toJSON;
    }
    assert.deepEqual(eventStore({ storage: 'local', dsn: DSN }).load(), [kept]);
    Reflect.deleteProperty(globalThis, 'localStorage');
  });
});
