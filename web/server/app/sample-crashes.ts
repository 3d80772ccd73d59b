/** What goes wrong in the made-up shop, and the events that tell of it. */

/** What an event says of the session that it happened in. */
export interface SampleSession {
  sid: string;
  did?: string;
  timestamp: string;
  status: string;
  attrs: { release: string; environment: string };
}

/** The release that is being rolled out. */
export const NEW_RELEASE = 'shop@2.0.0';

const call = (name: string, file: string, line: number, inApp = true) => ({
  function: name,
  filename: `https://shop.example/assets/${file}`,
  lineno: line,
  colno: 17,
  in_app: inApp,
});

export interface Crash {
  type: string;
  value: string;
  frames: ReturnType<typeof call>[];
}

/** The first one is of the new release alone. */
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
export function crashDrawer(random: () => number): (release: string) => Crash {
  const [own, ...old] = CRASHES as [Crash, ...Crash[]];
  const known: Crash[] = [];
  return (release) => {
    const luck = random();
    if (release === NEW_RELEASE) {
      return luck < 0.6 ? own : (known[Math.floor(luck * 1000) % known.length] ?? own);
    }
    const next = old.find((crash) => !known.includes(crash));
    if (next !== undefined) known.push(next);
    return next ?? known[Math.floor(luck * known.length)] ?? own;
  };
}

export function sampleEvent(session: SampleSession, id: string, crash: Crash): object {
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
