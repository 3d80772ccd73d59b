import type { Collector } from '../collector.js';

/** A small seeded generator (mulberry32), so that the sample is the same every time. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const KEY = '5a3b1e5a3b1e5a3b1e5a3b1e5a3b1e00';

interface SampleSession {
  sid: string;
  did?: string;
  timestamp: string;
  status: string;
  attrs: { release: string; environment: string };
}

const call = (name: string, file: string, line: number, inApp = true) => ({
  function: name,
  filename: `https://shop.example/assets/${file}`,
  lineno: line,
  colno: 17,
  in_app: inApp,
});

interface Crash {
  type: string;
  value: string;
  frames: ReturnType<typeof call>[];
}

/** What goes wrong in the made-up shop; the first one only in its new release. */
const CRASHES: Crash[] = [
  {
    type: 'TypeError',
    value: "Cannot read properties of undefined (reading 'discount')",
    frames: [
      call('dispatch', 'react-dom.js', 1, false),
      call('submit', 'checkout.js', 88),
      call('applyVoucher', 'voucher.js', 31),
    ],
  },
  {
    type: 'RangeError',
    value: 'Invalid currency code : EURO',
    frames: [call('render', 'cart.js', 12), call('formatPrice', 'price.js', 7)],
  },
  {
    type: 'NetworkError',
    value: 'GET https://api.shop.example/orders/1002 answered 502',
    frames: [call('loadOrders', 'account.js', 54), call('request', 'http.js', 20)],
  },
];

/**
 * Draws what went wrong in one session after another. The new release fails in its own way, or as an
 * older one has before: which release an error is new in does not hang on the hour of the sample.
 */
function crashDrawer(random: () => number): (release: string) => Crash {
  const [own, ...old] = CRASHES as [Crash, ...Crash[]];
  const known: Crash[] = [];
  return (release) => {
    const luck = random();
    if (release === 'shop@2.0.0') {
      return luck < 0.6 ? own : (known[Math.floor(luck * 1000) % known.length] ?? own);
    }
    const next = old.find((crash) => !known.includes(crash));
    if (next !== undefined) known.push(next);
    return next ?? known[Math.floor(luck * known.length)] ?? own;
  };
}

function sampleEvent(session: SampleSession, id: string, crash: Crash): object {
  const { type, value, frames } = crash;
  const handled = session.status === 'ok';
  return {
    event_id: id,
    timestamp: session.timestamp,
    platform: 'javascript',
    level: 'error',
    ...session.attrs,
    tags: { 'session.id': session.sid },
    request: { url: 'https://shop.example/checkout' },
    ...(session.did === undefined ? {} : { user: { id: session.did } }),
    exception: {
      values: [
        {
          type,
          value,
          mechanism: { type: handled ? 'generic' : 'onerror', handled },
          stacktrace: { frames },
        },
      ],
    },
  };
}

/**
 * Sends the visits of a made-up shop over the last day, as real envelopes: a release that is being
 * rolled out, one that is going away, a staging environment, and a few mistakes to look at.
 */
export function sendSample(collector: Collector, project: string, now = Date.now()): void {
  const random = seeded(20260105);
  const draw = crashDrawer(random);
  const hex = (): string =>
    Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  const send = (items: unknown[], at: number, events: unknown[] = []): void => {
    const lines = [JSON.stringify({ sent_at: new Date(at).toISOString() })];
    for (const item of items) lines.push('{"type":"session"}', JSON.stringify(item));
    for (const event of events) lines.push('{"type":"event"}', JSON.stringify(event));
    collector.ingest({
      method: 'POST',
      url: `/api/${project}/envelope/?sentry_version=7&sentry_key=${KEY}&sentry_client=crashfree%2F0.1.0`,
      headers: { 'content-type': 'text/plain;charset=UTF-8' },
      body: new TextEncoder().encode(lines.join('\n')),
      receivedAt: at,
    });
  };

  const day = 24 * 3600_000;
  const period = 23.3 * 3600_000;
  const visits = 1600;
  for (let index = 0; index < visits; index++) {
    // More visits by day than by night.
    const age = period * (1 - (index + random()) / visits);
    const at = Math.min(now - age, now - 1500);
    if (random() < 0.4 - 0.4 * Math.cos(((at % day) / day - 0.6) * 2 * Math.PI)) continue;
    const progress = 1 - age / period;
    const isStaging = random() < 0.12;
    const isNew = random() < (isStaging ? 0.9 : Math.max(0, (progress - 0.3) * 1.2));
    const release = isNew ? 'shop@2.0.0' : random() < 0.06 ? 'shop@1.3.9' : 'shop@1.4.0';
    const environment = isStaging ? 'staging' : 'production';
    const luck = random();
    // The new release crashed a lot until a fix on the server in the afternoon.
    const crashRate = isNew ? (progress < 0.75 ? 0.055 : 0.01) : 0.007;
    const base = {
      sid: hex(),
      started: new Date(at).toISOString(),
      attrs: { release, environment },
      ...(random() < 0.7 ? { did: `user-${Math.floor(random() * 220)}` } : {}),
    };
    const update = (ms: number, rest: { status: string; errors: number; init?: boolean }): void => {
      const timestamp = Math.min(at + ms, now);
      const session = { ...base, timestamp: new Date(timestamp).toISOString(), ...rest };
      const events = rest.errors > 0 ? [sampleEvent(session, hex(), draw(release))] : [];
      send([session], timestamp, events);
    };
    const calm = { init: true, status: 'ok', errors: 0 };
    if (luck < crashRate / 2) {
      update(900, { init: true, status: 'crashed', errors: 1 });
    } else if (luck < crashRate) {
      update(500, calm);
      update(800, { status: 'crashed', errors: 1 });
    } else if (luck < crashRate + 0.015) {
      update(700, { init: true, status: 'unhandled', errors: 1 });
    } else if (luck < crashRate + 0.06) {
      update(500, calm);
      update(900, { status: 'ok', errors: 1 });
    } else {
      update(600, calm);
    }
  }

  const mistake = { sid: hex(), started: new Date(now - 9000).toISOString(), init: true };
  const attrs = { release: 'shop@2.0.0', environment: 'production' };
  send([{ ...mistake, sid: hex(), attrs: { release: 'latest' } }], now - 1200);
  send([{ ...mistake, sid: hex(), errors: 1.5, attrs }], now - 1000);
  send([{ ...mistake, sid: hex(), attrs: { ...attrs, environment: 'eu/prod' } }], now - 700);
  send([{ ...mistake, started: '2026-01-05 10:00', attrs }], now - 500);
  const good = {
    ...mistake,
    sid: hex(),
    did: 'user-7',
    timestamp: new Date(now - 400).toISOString(),
  };
  send([{ ...good, status: 'ok', errors: 0, attrs }], now - 400);
  send([{ ...good, init: false, status: 'crashed', errors: 1, attrs }], now - 200);
}
