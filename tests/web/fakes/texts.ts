import { fc } from './check.js';

/** What messages, stacks and addresses are made of, in any order and number. */
const pieces = [
  ...[
    '/',
    '//',
    '://',
    ':',
    ':1',
    ':1:2',
    '\n',
    '    at ',
    '@',
    '(',
    ')',
    ' ',
    '#',
    '#/',
    '#!',
    '?',
  ],
  ...[
    'https://shop.example/app.js',
    'chrome-extension://abc/x.js:1:2',
    'webkit-masked-url://hidden/',
  ],
  ...['Error', 'AbortError', 'Canceled', 'Loading chunk 5 failed.', 'Script error.', 'error'],
  ...['Minified React error #418;', 'MethodName:simulateEvent', 'api/42/envelope/', '{', '"id"'],
  ...[
    '<',
    '\u0000',
    '\ufeff',
    '\ud800',
    'é',
    '%',
    '%2F',
    '..',
    'a',
    '0',
    '\t',
    '\r\n',
    '\\',
    '-',
    '_',
  ],
];

/** Texts of these pieces, of any characters, and of one piece many times. */
export const nastyText = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((all) => all.join('')),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .tuple(
      fc.constantFrom(...pieces),
      fc.integer({ min: 1, max: 20_000 }),
      fc.constantFrom(...pieces),
    )
    .map(([piece, times, end]) => piece.repeat(times) + end),
);

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const refuse = (): never => {
  throw new Error('no');
};

/** Whatever somebody may give a function by mistake. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true }),
  nastyText,
  fc.constant({ toString: null, valueOf: null }),
  fc.record(
    {
      name: fc.oneof(nastyText, fc.anything()),
      message: fc.oneof(nastyText, fc.anything()),
      stack: fc.oneof(nastyText, fc.anything()),
      code: fc.oneof(nastyText, fc.anything()),
      type: fc.oneof(nastyText, fc.anything()),
    },
    { requiredKeys: [] },
  ),
  fc
    .tuple(nastyText, nastyText, nastyText)
    .map(([message, name, stack]) => Object.assign(new Error(message), { name, stack })),
);

/** Makes whatever can be thrown, or handed to a function; some of it cannot even be looked at. */
export const anything: fc.Arbitrary<() => unknown> = fc.oneof(
  anyValue.map((value) => () => value),
  fc.constantFrom(
    revoked,
    () => new Proxy({}, { get: refuse, getPrototypeOf: refuse, has: refuse }),
    () => Symbol('thrown'),
  ),
);
