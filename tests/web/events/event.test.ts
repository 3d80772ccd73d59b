import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import { EVENT_MAX, eventOf, textOfEvent, type ErrorEvent } from '../../../web/src/events/event.js';
import { headerOf } from '../../../web/src/events/outbox.js';
import { exceptionsOf } from '../../../web/src/events/exceptions.js';
import { pageEventOf, type PageReport } from '../../../web/src/events/page.js';
import type { Moment } from '../../../web/src/types/options.js';
import { framesOf } from '../../../web/src/events/stack.js';

const generic = { type: 'generic', handled: true };
const told = {
  handled: false,
  isRejection: false,
  event: { filename: 'https://cdn.example/a.js', lineno: 7, colno: 3 },
};

describe('the exceptions of an event', () => {
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error('no');
      },
      ownKeys() {
        throw new Error('no');
      },
      getPrototypeOf() {
        throw new Error('no');
      },
    },
  );
  for (const [name, thrown, type, value] of [
    ['an error', new TypeError('x'), 'TypeError', 'x'],
    ['a text', 'gone', 'Error', 'gone'],
    ['null', null, 'Error', 'null'],
    ['undefined', undefined, 'Error', 'undefined'],
    ['a number', 7, 'Error', '7'],
    ['a symbol', Symbol('s'), 'Error', 'Symbol(s)'],
    ['an object', { b: 1, a: 2 }, 'Error', 'Object captured as exception with keys: a, b'],
    ['a frozen error', Object.freeze(new RangeError('r')), 'RangeError', 'r'],
    ['a DOMException', new DOMException('d', 'AbortError'), 'AbortError', 'd'],
    ['an error that says nothing', new TypeError(), 'TypeError', 'No error message'],
    [
      'an error of nothing but itself',
      (() => {
        const error = Object.assign(new Error(), { stack: '', self: {} });
        return Object.assign(error, { self: error });
      })(),
      'Error',
      'No error message',
    ],
    [
      'an error that holds another as its message',
      Object.assign(new Error(), { message: { error: new Error('in') } }),
      'Error',
      'in',
    ],
    [
      'an error whose message is an object',
      Object.assign(new Error(), { message: { code: 5 } }),
      'Error',
      '{"code":5}',
    ],
    [
      'an exception of C++',
      { message: ['std::runtime_error', 'gone'] },
      'std::runtime_error',
      'gone',
    ],
    [
      'an error that has another as its message',
      Object.assign(new Error(), { message: new Error('in') }),
      'Error',
      'in',
    ],
    ['an error of another realm', runInNewContext("new RangeError('far')"), 'RangeError', 'far'],
    [
      'an error of another realm that says nothing',
      runInNewContext("Object.assign(new Error(), { stack: '' })"),
      'Error',
      'No error message',
    ],
    ['an object that holds one', { code: 1, error: runInNewContext("Error('in')") }, 'Error', 'in'],
    ['an event', new Event('x'), 'Event', 'Event `Event` (type=x) captured as exception'],
    ['an array', [1, 2], 'Error', '1,2'],
    ['a function', Number, 'Error', 'function Number() { [native code] }'],
    ['an object that holds an error', { code: 1, error: new RangeError('in') }, 'RangeError', 'in'],
    [
      'an object of which nothing can be read',
      hostile,
      'Error',
      'Object captured as exception with keys: [object has no keys]',
    ],
  ] as const) {
    it(`say what ${name} is`, () => {
      const [exception] = exceptionsOf(thrown, generic, false);
      assert.deepEqual([exception?.type, exception?.value], [type, value]);
    });
  }

  it('say what a rejection without an error is', () => {
    const [exception] = exceptionsOf('gone', generic, true);
    assert.equal(exception?.type, 'UnhandledRejection');
    assert.equal(exception?.value, 'Non-Error promise rejection captured with value: gone');
    assert.deepEqual(exception?.mechanism, generic);
    const [array] = exceptionsOf([1, 2], generic, true);
    assert.deepEqual(array, {
      type: 'Error',
      value: '1,2',
      mechanism: { ...generic, synthetic: true },
    });
    const [object] = exceptionsOf({ a: 1 }, generic, true);
    assert.equal(object?.type, 'UnhandledRejection');
    assert.equal(object?.value, 'Object captured as promise rejection with keys: a');
  });

  it('link causes, the one that was thrown last', () => {
    const values = exceptionsOf(
      new Error('out', { cause: new TypeError('in') }),
      { type: 'generic', handled: false },
      false,
    );
    assert.deepEqual(
      values.map(({ value, mechanism }) => [value, mechanism]),
      [
        ['in', { type: 'chained', handled: true, parent_id: 0, source: 'cause', exception_id: 1 }],
        ['out', { type: 'generic', handled: false, exception_id: 0 }],
      ],
    );
  });

  it('end where a circle closes, and after five causes', () => {
    const circle = new Error('a');
    circle.cause = new Error('b', { cause: circle });
    assert.equal(exceptionsOf(circle, generic, false).length, 2);

    let endless = new Error('0');
    for (let i = 1; i < 100; i++) endless = new Error(`${i}`, { cause: endless });
    assert.equal(exceptionsOf(endless, generic, false).length, 6);
  });

  it('are those of the error that an event tells of', () => {
    class Told extends Event {
      error = new RangeError('told');
    }
    const [exception] = exceptionsOf(new Told('error'), generic, false);
    assert.deepEqual([exception?.type, exception?.value], ['RangeError', 'told']);
    assert.ok(exception?.stacktrace);
  });

  it('are those of the reason that an event of a rejection tells of', () => {
    class Told extends Event {
      reason = new RangeError('told');
    }
    const [exception] = exceptionsOf(new Told('unhandledrejection'), generic, false);
    assert.deepEqual([exception?.type, exception?.value], ['RangeError', 'told']);
  });

  it('have the causes of another realm', () => {
    const cause: unknown = runInNewContext("new TypeError('far', { cause: { code: 5 } })");
    const values = exceptionsOf(new Error('out', { cause }), generic, false);
    assert.deepEqual(
      values.map(({ value }) => value),
      ['Object captured as exception with keys: code', 'far', 'out'],
    );
  });

  it('are no groups of what is no error, as the findings of a validation', () => {
    const found = Object.assign(new Error('invalid'), {
      errors: [{ path: ['a'] }, 'b is required'],
    });
    assert.equal(exceptionsOf(found, generic, false).length, 1);
    found.errors.push(new Error('c') as never);
    assert.deepEqual(
      exceptionsOf(found, generic, false).map(({ mechanism }) => mechanism.source),
      ['errors[2]', undefined],
    );
  });

  it('have no frames of a stack that is no text', () => {
    const stack = ['f (https://cdn.example/a.js:1:2)', 'g (https://cdn.example/a.js:3:4)'];
    const error = Object.assign(new Error('x'), { stack });
    assert.equal(exceptionsOf(error, generic, false)[0]?.stacktrace, undefined);
  });

  it('take no frames from a message, and none that the error says are not its own', () => {
    const fake = 'x\n    at fake (https://cdn.example/fake.js:1:2)';
    const stack = `Error: ${fake}
    at invariant (https://cdn.example/a.js:1:2)
    at render (https://cdn.example/a.js:3:4)`;
    const framesFor = (more: object) =>
      exceptionsOf(Object.assign(new Error(fake), { stack, ...more }), generic, false)
        .at(-1)!
        .stacktrace!.frames.map((frame) => frame.function);
    assert.deepEqual(framesFor({}), ['render', 'invariant']);
    assert.deepEqual(framesFor({ framesToPop: 1 }), ['render']);
  });

  it('are whole where a message is a part of them', () => {
    const error = Object.assign(new Error('shop'), { stack: 'shop@https://shop.example/a.js:1:2' });
    assert.deepEqual(exceptionsOf(error, generic, false)[0]?.stacktrace?.frames[0], {
      function: 'shop',
      filename: 'https://shop.example/a.js',
      lineno: 1,
      colno: 2,
      in_app: true,
    });
  });

  it('are what was thrown while something else was disposed of, and that', () => {
    const suppressed = Object.assign(new Error('An error was suppressed'), {
      name: 'SuppressedError',
      error: new TypeError('later'),
      suppressed: new RangeError('first', { cause: new Error('why') }),
    });
    assert.deepEqual(
      exceptionsOf(suppressed, generic, false).map(({ value, mechanism }) => [
        value,
        mechanism.source,
        mechanism.parent_id,
        mechanism.is_exception_group,
      ]),
      [
        ['why', 'cause', 2, undefined],
        ['first', 'suppressed', 0, undefined],
        ['later', 'error', 0, undefined],
        ['An error was suppressed', undefined, undefined, undefined],
      ],
    );
    const other = Object.assign(new Error('x'), { error: new Error('y') });
    assert.equal(exceptionsOf(other, generic, false).length, 1);
  });

  it('name the group of an AggregateError', () => {
    const group = new AggregateError([new Error('a'), 'b'], 'all');
    const values = exceptionsOf(group, generic, false);
    assert.equal(values.at(-1)?.mechanism.is_exception_group, true);
    assert.deepEqual(
      values.map(({ mechanism }) => mechanism.source),
      ['errors[1]', 'errors[0]', undefined],
    );
  });
});

describe('the frames of a stack', () => {
  for (const [engine, stack, frames] of [
    [
      'Chromium',
      `Error: x
    at inner (https://cdn.example/a.js:1:20)
    at async outer (https://cdn.example/a.js:3:4)
    at https://cdn.example/b.js:5:6
    at eval (eval at run (https://cdn.example/c.js:7:8), <anonymous>:1:1)
    at made (eval at a (eval at b (https://cdn.example/(c)/c.js:7:8)), <anonymous>:1:1)
    at render (https://cdn.example/app/(shop)/page.js:9:10)
    at https://cdn.example/app/(shop)/page.js:9:10
    at JSON.parse (<anonymous>)
    at Array.map (native)
    at async https://cdn.example/b.js:5:6
    at eval (eval at <anonymous> (:1:26), <anonymous>:1:1)
    at f (C:\\Program Files (x86)\\a.js:1:2)
    at C:\\Program Files (x86)\\a.js:1:2
    at run (data:text/javascript,run():1:1)
    at chrome-extension://abc/inject.js:1:1`,
      [
        ['chrome-extension://abc/inject.js', '?', false],
        ['<data:text/javascript>', 'run', true],
        ['C:\\Program Files (x86)\\a.js', '?', true],
        ['C:\\Program Files (x86)\\a.js', 'f', true],
        ['<anonymous>', 'eval', false],
        ['https://cdn.example/b.js', '?', true],
        ['native', 'Array.map', false],
        ['<anonymous>', 'JSON.parse', false],
        ['https://cdn.example/app/(shop)/page.js', '?', true],
        ['https://cdn.example/app/(shop)/page.js', 'render', true],
        ['https://cdn.example/(c)/c.js', 'made', true],
        ['https://cdn.example/c.js', 'eval', true],
        ['https://cdn.example/b.js', '?', true],
        ['https://cdn.example/a.js', 'async outer', true],
        ['https://cdn.example/a.js', 'inner', true],
      ],
    ],
    [
      'Firefox',
      `inner@https://cdn.example/a.js:1:20
outer@https://cdn.example/a.js line 3 > eval:1:1
made@https://cdn.example/app/(shop)/page.js line 3 > Function:1:1
run@data:text/javascript,run("x")//@):1:1
@https://cdn.example/b.js:5:6`,
      [
        ['https://cdn.example/b.js', '?', true],
        ['<data:text/javascript>', 'run', true],
        ['https://cdn.example/app/(shop)/page.js', 'made', true],
        ['https://cdn.example/a.js', 'outer', true],
        ['https://cdn.example/a.js', 'inner', true],
      ],
    ],
    [
      'WebKit',
      `inner@https://cdn.example/a.js:1:20
global code@https://cdn.example/b.js:5:6
[native code]`,
      [
        ['https://cdn.example/b.js', 'global code', true],
        ['https://cdn.example/a.js', 'inner', true],
      ],
    ],
    ['nobody', 'no frame here', []],
  ] as const) {
    it(`are read from ${engine}`, () => {
      assert.deepEqual(
        framesOf(stack).map((frame) => [frame.filename, frame.function, frame.in_app]),
        frames,
      );
    });
  }

  it('are few, whatever the stack', () => {
    const line = '    at f (https://cdn.example/a.js:1:1)\n';
    assert.equal(framesOf(`Error\n${line.repeat(1000)}`).length, 50);
    assert.deepEqual(framesOf(`    at ${'x'.repeat(5000)} (https://cdn.example/a.js:1:1)`), []);
  });
});

describe('an event', () => {
  const session = {
    sid: '0123456789abcdef0123456789abcdef',
    started: '2026-11-26T00:00:00.000Z',
    timestamp: '2026-11-26T00:00:00.000Z',
    status: 'ok',
    errors: 0,
    did: '7',
    attrs: { release: 'shop@1.0.0', environment: 'test' },
  } as const;
  const moment: Moment = { session, time: 1_764_115_200_500, url: 'https://shop.example/cart' };
  const make = (error: unknown, report: PageReport = told, at = moment) =>
    pageEventOf(error, report, at, { release: 'shop@2.0.0', environment: 'other' }, undefined);

  it('carries the release, the user and the session', () => {
    const event = make(new Error('x'));
    assert.match(event.event_id, /^[\da-f]{12}4[\da-f]{3}[89ab][\da-f]{15}$/);
    assert.deepEqual(
      [event.release, event.environment, event.user, event.tags],
      ['shop@1.0.0', 'test', { id: '7' }, { 'session.id': session.sid }],
    );
    assert.deepEqual([event.timestamp, event.request?.url], [1_764_115_200.5, moment.url]);
    assert.deepEqual(event.exception.values.at(-1)?.mechanism, {
      type: 'auto.browser.global_handlers.onerror',
      handled: false,
    });
  });

  it('carries the release of the options where no session runs', () => {
    const event = make(new Error('x'), told, { ...moment, session: null });
    assert.deepEqual(
      [event.release, event.environment, event.user, event.tags],
      ['shop@2.0.0', 'other', undefined, undefined],
    );
  });

  it('says what the window was told where there is no error', () => {
    const valueOf = (error: unknown, message: string) =>
      make(error, { ...told, event: { message } }).exception.values.at(-1)!.value;
    assert.equal(valueOf(null, 'Script error.'), 'Script error.');
    assert.equal(valueOf(undefined, 'boom'), 'boom');
    assert.equal(valueOf(null, 'Uncaught null'), 'null');
    assert.equal(valueOf(undefined, 'uncaught exception: undefined'), 'undefined');
    assert.equal(valueOf(0, 'Uncaught 0'), '0');
    assert.equal(valueOf(undefined, ''), 'undefined');
  });

  it('is what a server can read, whatever half of a character is in it', () => {
    const half = '\ud83d';
    const cut = make(new Error(`${'x'.repeat(1023)}\u{1F600} and more`));
    const event = make(
      Object.assign(new Error(`a${half}b\\ud83d \u{1F600}`), { name: `N${half}` }),
    );
    event.extra = { [`key ${half}`]: half };
    for (const text of [textOfEvent(cut)!, textOfEvent(event)!]) {
      assert.ok(!/(?<!\\)\\ud/.test(text), text);
    }
    const { exception, extra } = JSON.parse(textOfEvent(event)!) as ErrorEvent;
    const { type, value } = exception.values.at(-1)!;
    assert.deepEqual([type, value], ['N\ufffd', 'a\ufffdb\\ud83d \u{1F600}']);
    assert.deepEqual(extra, { 'key \ufffd': '\ufffd' });
  });

  it('says where what has no stack was thrown', () => {
    const placeOf = (error: unknown, report: PageReport) =>
      make(error, report).exception.values.at(-1)!.stacktrace?.frames;
    const place = {
      function: '?',
      in_app: true,
      filename: 'https://cdn.example/a.js',
      lineno: 7,
      colno: 3,
    };
    assert.deepEqual(placeOf('gone', told), [place]);
    assert.notDeepEqual(placeOf(new Error('x'), told), [place]);
    assert.equal(placeOf('gone', { ...told, isRejection: true }), undefined);
    assert.equal(placeOf('gone', { handled: true, isRejection: false }), undefined);
  });

  it('names the images of which an id is known, from either list', () => {
    const known = globalThis as unknown as Partial<Record<string, Record<string, string>>>;
    const error = Object.assign(new Error('x'), {
      stack:
        'Error: x\n    at f (https://cdn.example/a.js:1:2)\n    at g (https://cdn.example/b.js:1:2)',
    });
    known['_sentryDebugIds'] = { 'Error\n    at https://cdn.example/a.js:9:9': 'one' };
    known['_debugIds'] = { 'Error\n    at https://cdn.example/b.js:9:9': 'two' };
    try {
      assert.deepEqual(
        make(error).debug_meta?.images.map((image) => [image.code_file, image.debug_id]),
        [
          ['https://cdn.example/a.js', 'one'],
          ['https://cdn.example/b.js', 'two'],
        ],
      );
    } finally {
      delete known['_sentryDebugIds'];
      delete known['_debugIds'];
    }
  });

  it('has no more bytes than may be, and loses the frames of causes first', () => {
    const stack = `Error: x\n${`    at ${'f'.repeat(120)} (https://cdn.example/a.js:1:1)\n`.repeat(50)}`;
    const large = (cause?: Error) =>
      Object.assign(new Error('x'.repeat(9000), cause && { cause }), { stack });
    const event = make(large(large(large())));
    const text = textOfEvent(event);
    assert.ok(text !== undefined && Buffer.byteLength(text) <= EVENT_MAX);
    assert.equal(event.exception.values[0]?.stacktrace, undefined);
    assert.equal(event.exception.values.at(-1)?.stacktrace?.frames.length, 50);
  });

  it('has room for what was thrown, however long its causes are', () => {
    let error = new Error('\u4e16'.repeat(2000));
    for (let i = 0; i < 4; i++) error = new Error('\u4e16'.repeat(2000), { cause: error });
    error.name = 'Thrown';
    const text = textOfEvent(make(error));
    assert.ok(text !== undefined && Buffer.byteLength(text) <= EVENT_MAX);
    const { values } = (JSON.parse(text) as ErrorEvent).exception;
    assert.deepEqual(
      values.map(({ type }) => type),
      ['Thrown'],
    );
    assert.ok(values[0]!.stacktrace);
  });

  it('is written the same where a page has replaced toJSON', () => {
    const places = [Array, String].map(({ prototype }) => prototype as { toJSON?: unknown });
    const event = make(new Error('x'));
    const text = textOfEvent(event);
    for (const place of places) place.toJSON = () => 'replaced';
    try {
      assert.equal(textOfEvent(event), text);
      assert.match(headerOf('https://k@o.example/1', undefined), /"sent_at":"20/);
    } finally {
      for (const place of places) delete place.toJSON;
    }
  });

  it('is none if it cannot be written', () => {
    const event = make(new Error('x'));
    event.extra = { toJSON: () => assert.fail() };
    assert.equal(textOfEvent(event), undefined);
  });
});

describe('what the app captures without a stack', () => {
  const captured = (mechanism = 'generic') => {
    const client = {
      captureException: (error: unknown) =>
        eventOf(error, { handled: true, isRejection: false }, { mechanism, sendDefaultPii: false }),
    };
    return (function pay() {
      return client.captureException('text');
    })();
  };
  const callsIn = ({ exception }: ReturnType<typeof captured>) =>
    exception.values[0]?.stacktrace?.frames.map((frame) => frame.function);

  it('says where it was captured', () => {
    assert.equal(callsIn(captured())?.at(-1), 'pay');
  });
  it('says nothing of what was not captured', () => {
    assert.equal(callsIn(captured('auto.browser.global_handlers.onunhandledrejection')), undefined);
  });
  it('says nothing where the call is over', () => {
    const later = eventOf(
      'text',
      { handled: true, isRejection: false },
      { mechanism: 'generic', sendDefaultPii: false },
    );
    assert.equal(callsIn(later), undefined);
  });
  it('says nothing where the page makes stacks that cannot be read', () => {
    const { prepareStackTrace } = Error;
    Error.prepareStackTrace = () => {
      throw new Error('no');
    };
    try {
      assert.equal(callsIn(captured()), undefined);
    } finally {
      Error.prepareStackTrace = prepareStackTrace!;
    }
  });
  it('keeps the stack of an error', () => {
    const error = Object.assign(new Error('x'), {
      stack: 'Error: x\n    at f (http://a/b.js:1:1)',
    });
    const event = eventOf(
      error,
      { handled: true, isRejection: false },
      { mechanism: 'generic', sendDefaultPii: false },
    );
    assert.deepEqual(callsIn(event), ['f']);
  });
});
