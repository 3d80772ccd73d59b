import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Options } from '../../../web/src/index.js';
import { Browser } from '../fakes/browser.js';

type Happens = (page: Browser) => unknown;
type Ignored = Record<string, number>;

const named = (name: string, message = 'x', more: object = {}): Error =>
  Object.assign(new Error(message), { name, ...more });
const native = (name: string, message = 'x'): DOMException => new DOMException(message, name);
const group = (...errors: unknown[]): Error =>
  new AggregateError(errors, 'All promises were rejected');
const circle = group();
Object.assign(circle, { errors: [circle] });
const message =
  (text: string): Happens =>
  (page) =>
    page.throw(null, { message: text });
const error =
  (thrown: unknown, properties?: object): Happens =>
  (page) =>
    page.throw(thrown, properties);
const rejection =
  (reason: unknown): Happens =>
  (page) =>
    page.reject(reason);
const captured =
  (thrown: unknown, handled: boolean): Happens =>
  (page) =>
    page.client.captureException(thrown, { handled });
const stack = (address: string): Error =>
  Object.assign(new Error('x'), { stack: `Error: x\n    at f (${address}:1:2)` });

async function ignored(happens: Happens, options: Options = {}): Promise<Ignored> {
  const page = await new Browser().start(options);
  happens(page);
  await page.sent();
  const { ignored } = page.client.counts;
  assert.equal(page.states === 'ok', Object.keys(ignored).length > 0, page.states);
  return { ...ignored } as Ignored;
}

/** What the rules that are on by default leave out, and beside it what looks like that and counts. */
const rules: [rule: string, left: Happens[], counts: Happens[]][] = [
  [
    'resizeObserver',
    [message('ResizeObserver loop limit exceeded'), message('ResizeObserver loop completed')],
    [message('Uncaught: ResizeObserver loop'), message('ResizeObserver is not defined')],
  ],
  [
    'scriptError',
    [
      message('Script error.'),
      message('Script error'),
      message('Script error. on line 0'),
      message('Javascript error: Script error. on line 0'),
    ],
    [message('Script error. of mine'), message('My Script error.')],
  ],
  [
    'eventFilters',
    [
      message('Cannot redefine property: googletag'),
      message("undefined is not an object (evaluating 'a.L')"),
      message('Object Not Found Matching Id:12, MethodName:simulateEvent, ParamCount:1'),
    ],
    [message('Cannot redefine property: googletags'), message("evaluating 'a.length'")],
  ],
  [
    'abort',
    [
      rejection(native('AbortError')),
      rejection(named('CanceledError')),
      rejection(named('Error', 'x', { code: 'ERR_CANCELED' })),
      rejection({ type: 'cancelation' }),
      rejection(new Error('CancelledError')),
      rejection({ message: 'by the user', __CANCEL__: true }),
      rejection({ readyState: 0, status: 0, statusText: 'abort' }),
      rejection(named('RenderingCancelledException')),
      rejection(named('TransitionAborted')),
      rejection(named('ConditionError', 'Aborted due to condition callback returning false.')),
      rejection('cancel'),
      rejection(new Error('AbortError')),
      rejection({ error: 'popup_closed_by_user' }),
      rejection(named('FirebaseError', 'Firebase: Error', { code: 'auth/popup-closed-by-user' })),
      rejection(named('BrowserAuthError', 'See the manual', { errorCode: 'user_cancelled' })),
      rejection(new Error('no response', { cause: native('AbortError') })),
      rejection({ code: 4001, message: 'User rejected the request.' }),
      rejection(new Error('MetaMask Tx Signature: User denied transaction signature.')),
      rejection(native('NotFoundError', 'No port selected by the user.')),
      rejection(new TypeError('Fullscreen request denied')),
      rejection(new Error('Transaction was rejected by user')),
      rejection(new Error('The user aborted a request.')),
      rejection({ message: 'AbortError: signal is aborted without reason', code: '' }),
      rejection(group(native('AbortError'), named('CanceledError'), 'cancel')),
      rejection(group(...Array<Error>(1000).fill(named('AbortError')))),
    ],
    [
      rejection(group()),
      rejection(group(native('AbortError'), new Error('broken'))),
      rejection(group(group(native('AbortError')))),
      rejection(circle),
      rejection({ errors: 'cancel' }),
      error(group(native('AbortError'))),
      rejection(new Error('The user selected is not there')),
      rejection(new Error('AbortErrors: 5')),
      rejection(named('CancelOrderError')),
      rejection(named('Error', 'x', { code: 'ECONNABORTED' })),
      error(native('AbortError')),
      rejection(named('Error', 'x', { code: 'auth/popup-blocked' })),
      rejection(named('Error', 'x', { error: 'the bank has cancelled it' })),
      rejection('order Canceled'),
      rejection(new Error('x', { cause: new Error('order Canceled') })),
      rejection(new TypeError('user.closed is not a function')),
      rejection({ code: 4001, message: 'invalid parameter' }),
      error(new Error('User rejected the request.')),
    ],
  ],
  [
    'refused',
    [
      rejection(native('NotAllowedError')),
      rejection(new Error('no camera', { cause: native('NotAllowedError') })),
    ],
    [
      error(native('NotAllowedError')),
      rejection(named('NotAllowedError')),
      rejection(new Error('no camera', { cause: named('NotAllowedError') })),
      rejection(new Error('no camera', { cause: native('NotFoundError') })),
      error(new Error('no camera', { cause: native('NotAllowedError') })),
    ],
  ],
  [
    'viewTransition',
    [rejection(native('InvalidStateError', 'Transition was aborted'))],
    [
      error(native('InvalidStateError', 'Transition was aborted')),
      rejection(named('InvalidStateError', 'Transition was aborted')),
      rejection(native('InvalidStateError', 'no')),
    ],
  ],
  [
    'hydration',
    [
      message('Minified React error #418; visit'),
      message('Uncaught Error: Minified React error #425; visit'),
      error(named('Error', 'Hydration failed because')),
      captured(named('Error', 'Hydration failed because'), false),
    ],
    [
      message('Minified React error #310; visit'),
      captured(named('Error', 'Hydration failed'), true),
    ],
  ],
  [
    'extension',
    [
      error(stack('chrome-extension://abc/x.js')),
      error(new Error('x'), { filename: 'safari-web-extension://abc/x.js' }),
      error(stack('webkit-masked-url://hidden/')),
      error(Object.assign(new Error('x'), { stack: 'f@webkit-masked-url://hidden/' })),
      captured(stack('moz-extension://abc/x.js'), false),
    ],
    [
      captured(stack('moz-extension://abc/x.js'), true),
      error(named('Error', 'of chrome-extension://abc/x.js')),
      error(Object.assign(new Error('x'), { stack: 'Error: of chrome-extension://abc/x.js' })),
      error(stack('https://shop.example/chrome-extension.js')),
    ],
  ],
];

for (const [rule, left, counts] of rules) {
  describe(`the rule ${rule}`, () => {
    it('leaves out what it is about, and counts how much', async () => {
      for (const happens of left) assert.deepEqual(await ignored(happens), { [rule]: 1 });
    });
    it('leaves out nothing else', async () => {
      for (const happens of counts) assert.deepEqual(await ignored(happens), {});
    });
    it('leaves out nothing when it is off', async () => {
      for (const happens of left) {
        assert.deepEqual(await ignored(happens, { noise: { [rule]: false } }), {});
      }
    });
  });
}

describe('the rule for extensions', () => {
  it('does not hold in a page of an extension', async () => {
    const page = new Browser();
    (page.window['location'] as { protocol: string }).protocol = 'chrome-extension:';
    await page.start();
    page.throw(stack('chrome-extension://abc/x.js'));
    await page.sent();
    assert.equal(page.states, 'crashed+1');
  });
});

describe('the rule for requests that were cut', () => {
  const cut: Happens = (page) => page.reject(new TypeError('Failed to fetch'));

  it('leaves out rejections while the page is being left', async () => {
    /* It may come back before a rejection is judged, or after. */
    for (const away of [0, 300]) {
      const page = await new Browser().start();
      page.leave(true);
      cut(page);
      await page.pass(away);
      page.comeBack();
      await page.sent();
      assert.deepEqual({ ...page.client.counts.ignored }, { leaving: 1 });
    }
  });

  it('leaves out requests told by an event, by no status, by a cause or by the browser', async () => {
    for (const reason of [
      new Event('error'),
      { status: 0, statusText: 'error' },
      new Error('no list', { cause: new TypeError('Failed to fetch') }),
      native('NotSupportedError', 'The media resource was not suitable.'),
    ]) {
      const page = await new Browser().start();
      page.leave(true);
      page.reject(reason);
      page.comeBack();
      await page.sent();
      assert.deepEqual({ ...page.client.counts.ignored }, { leaving: 1 });
    }
  });

  it('lets count what code says while the page is being left', async () => {
    for (const reason of [
      new Error('no list'),
      { status: 500 },
      new Error('no list', { cause: new Error('order canceled') }),
    ]) {
      const page = await new Browser().start({ lifecycle: 'page' });
      page.leave(true);
      page.reject(reason);
      page.comeBack();
      await page.sent();
      assert.equal(page.states, 'crashed+1');
    }
  });

  it('lets them count before, and after the page came back', async () => {
    assert.deepEqual(await ignored(cut), {});
    const page = await new Browser().start();
    page.leave(true);
    page.comeBack();
    cut(page);
    await page.sent();
    assert.equal(page.states, 'exited crashed+1');
  });

  it('lets other errors count', async () => {
    const page = await new Browser().start({ lifecycle: 'page' });
    page.leave(true);
    page.throw(new TypeError('Failed to fetch'));
    page.comeBack();
    await page.sent();
    assert.equal(page.states, 'crashed+1');
  });
});

/** Each as people's lists have it. */
const words: [what: string, pattern: string | RegExp, happens: Happens][] = [
  [
    'a rejected text',
    'Non-Error promise rejection captured with value: broken',
    (page) => page.reject('broken'),
  ],
  ['nothing', /^UnhandledRejection: Non-Error .*null$/, (page) => page.reject(null)],
  [
    'a rejected object',
    'Object captured as promise rejection with keys: code, message',
    (page) => page.reject({ message: 'broken', code: 7 }),
  ],
  [
    'a captured object',
    'Object captured as exception with keys: code',
    (page) => page.client.captureException({ code: 7 }),
  ],
  [
    'a rejected event',
    'Event `Event` (type=error) captured as promise rejection',
    (page) => page.reject(new Event('error')),
  ],
  ['a thrown text', /^Error: broken$/, error('broken')],
];

describe('the lists of the options', () => {
  const at = (address: string): Happens => error(stack(address));
  const lists: [what: string, options: Options, happens: Happens, rule: string | undefined][] = [
    ['part of a message', { ignoreErrors: ['rok'] }, error(new Error('broken')), 'ignoreErrors'],
    [
      'name and message',
      { ignoreErrors: ['Error: br'] },
      error(new Error('broken')),
      'ignoreErrors',
    ],
    ['a pattern', { ignoreErrors: [/^bro/] }, error(new Error('broken')), 'ignoreErrors'],
    ['another message', { ignoreErrors: ['xyz'] }, error(new Error('broken')), undefined],
    [
      'an error within an object',
      { ignoreErrors: ['Error: deep'] },
      error({ status: 1, error: new Error('deep') }),
      'ignoreErrors',
    ],
    ...words.map(([what, pattern, happens]): (typeof lists)[number] => [
      `${what}, by Sentry’s words`,
      { ignoreErrors: [pattern] },
      happens,
      'ignoreErrors',
    ]),
    [
      'a rejected error, by words for what is none',
      { ignoreErrors: ['captured as', 'captured with'] },
      (page) => page.reject(new Error('broken')),
      undefined,
    ],
    [
      'what is no pattern',
      { ignoreErrors: [undefined as unknown as string] },
      error(new Error('broken')),
      undefined,
    ],
    ['an address', { denyUrls: ['cdn.example'] }, at('https://cdn.example/a.js'), 'denyUrls'],
    [
      'a group of routes of Next.js',
      { denyUrls: ['(shop)'] },
      at('https://cdn.x/app/(shop)/page.js'),
      'denyUrls',
    ],
    ['the innermost frame', { denyUrls: [/^https:\/\/cdn/] }, at('https://cdn.x/a.js'), 'denyUrls'],
    [
      'code that a script made of a text',
      { denyUrls: ['cdn.example'] },
      at('https://cdn.example/a.js:1:2), <anonymous>'),
      'denyUrls',
    ],
    ['another address', { denyUrls: ['cdn.example'] }, at('https://shop.example/a.js'), undefined],
    ['one that is allowed', { allowUrls: ['shop'] }, at('https://shop.example/a.js'), undefined],
    ['one that is not', { allowUrls: ['shop'] }, at('https://cdn.example/a.js'), 'allowUrls'],
    ['an address by its end', { denyUrls: [/a\.js$/] }, at('https://cdn.example/a.js'), 'denyUrls'],
    [
      'one that is allowed, below a line with another address',
      { allowUrls: ['shop'] },
      error(
        Object.assign(new Error('x'), {
          stack: 'See https://cdn.example/x for more:12\n    at f (https://shop.example/a.js:1:2)',
        }),
      ),
      undefined,
    ],
    [
      'one of which no address is known',
      { allowUrls: ['shop'] },
      error(Object.assign(new Error('x'), { stack: '' }), { filename: '' }),
      undefined,
    ],
    [
      'one that only its event names',
      { denyUrls: ['cdn.example'] },
      error(Object.assign(new Error('x'), { stack: '' }), { filename: 'https://cdn.example/a.js' }),
      'denyUrls',
    ],
  ];
  for (const [what, options, happens, rule] of lists) {
    it(`${rule ? 'leave out' : 'let count'} ${what}`, async () => {
      assert.deepEqual(await ignored(happens, options), rule ? { [rule]: 1 } : {});
    });
  }

  it('are asked with a pattern that has a memory as if it had none', async () => {
    const page = await new Browser().start({ denyUrls: [/cdn/g] });
    for (let count = 0; count < 2; count++) at('https://cdn.example/a.js')(page);
    await page.sent();
    assert.deepEqual({ ...page.client.counts.ignored }, { denyUrls: 2 });
  });
});

describe('the page’s classifier', () => {
  const verdicts: [unknown, handled: boolean, states: string][] = [
    ['ignore', false, 'ok'],
    ['error', false, 'ok+1'],
    ['crash', true, 'crashed+1'],
    [undefined, true, 'ok+1'],
    [undefined, false, 'crashed+1'],
    ['nonsense', false, 'crashed+1'],
  ];
  for (const [verdict, handled, states] of verdicts) {
    it(`says ${String(verdict)} of an error that ${handled ? 'was' : 'was not'} handled`, async () => {
      const page = await new Browser().start({ classifyError: () => verdict as 'ignore' });
      page.client.captureException(new Error('x'), { handled });
      await page.sent();
      assert.equal(page.states, states);
    });
  }

  it('is told of the error, and asked once about it', async () => {
    const asked: unknown[] = [];
    const page = await new Browser().start({
      classifyError(thrown, context) {
        asked.push([thrown, context.message, context.name, context.handled, context.filename]);
        return 'ignore';
      },
    });
    const thrown = new RangeError('too far');
    page.throw(thrown);
    page.client.captureException(thrown);
    await page.sent();
    assert.deepEqual(asked, [
      [thrown, 'too far', 'RangeError', false, 'https://shop.example/app.js'],
    ]);
    assert.deepEqual({ ...page.client.counts.ignored }, { classifyError: 2 });
  });

  it('may report errors itself, about which it is not asked', async () => {
    let asked = 0;
    const page = await new Browser().start({
      classifyError() {
        asked++;
        page.client.captureException(new Error('another'));
        return 'ignore';
      },
    });
    page.throw();
    await page.sent();
    assert.equal(asked, 1);
    assert.equal(page.states, 'ok+1');
  });

  it('is asked 300 times in a minute at most', async () => {
    let asked = 0;
    const page = await new Browser().start({
      classifyError() {
        asked++;
        return 'ignore';
      },
    });
    for (let count = 0; count < 310; count++) page.client.captureException(new Error(`${count}`));
    assert.equal(asked, 300);
    await page.pass(61_000);
    page.client.captureException(new Error('later'));
    assert.equal(asked, 301);
  });

  it('is not asked about what a rule leaves out', async () => {
    let asked = 0;
    const page = await new Browser().start({ classifyError: () => void asked++ as undefined });
    page.throw(null, { message: 'Script error.' });
    await page.sent();
    assert.equal(asked, 0);
  });
});

describe('with debug', () => {
  it('the first script error is explained, once', async () => {
    const page = await new Browser().start({ debug: true });
    for (let count = 0; count < 2; count++) page.throw(null, { message: 'Script error.' });
    await page.pass(10);
    assert.equal(page.warnings.filter((text) => text.includes('crossorigin')).length, 1);
  });
});
