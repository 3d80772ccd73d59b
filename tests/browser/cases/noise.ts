import type { Case, Expected } from '../case.js';

/** What nobody experienced as a failure of the page, and what looks alike but was one. */
const area = 'errors';
const crash: Expected = { all: 1, crashed: 1, items: 2 };
const healthy: Expected = { all: 1, items: 1 };

const thrown = (source: string): string => `setTimeout(() => { throw ${source}; })`;
const rejected = (source: string): string => `Promise.reject(${source})`;
const named = (name: string, more = '{}'): string =>
  `Object.assign(new Error('${name}'), { name: '${name}' }, ${more})`;
const dom = (message: string, name: string): string =>
  `new DOMException(${JSON.stringify(message)}, '${name}')`;

/** Left out, and counted by its rule, which also says that the page met it. */
function noise(rule: string, name: string, script: string): Case {
  return {
    name: `${rule}: ${name}`,
    area,
    page: { load: 'script' },
    async steps(s) {
      await s.run(s.fill(script));
      await s.page.waitFor(`client.counts.ignored?.${rule} === 1`, s.bench.patienceMs);
    },
    expect: healthy,
  };
}

/** Counted, since it only looks like noise. */
function own(name: string, script: string): Case {
  return { name: `own: ${name}`, area, steps: (s) => s.run(s.fill(script)), expect: crash };
}

/** Counted if its rule is switched off. */
function off(rule: string, script: string): Case {
  return {
    name: `${rule}: switched off`,
    area,
    page: { options: `{ noise: { ${rule}: false } }` },
    steps: (s) => s.run(s.fill(script)),
    expect: crash,
  };
}

const event = (message: string): string =>
  `dispatchEvent(new ErrorEvent('error', { message: ${JSON.stringify(message)}, filename: '', lineno: 0 }))`;

/** Sentry's default list: @sentry/core, eventFiltersIntegration. */
const filtered: [name: string, script: string][] = [
  ['Google search app', thrown(`new ReferenceError("Can't find variable: gmo")`)],
  ['ad tag', thrown(`new TypeError('Cannot redefine property: googletag')`)],
  ['minified letter', thrown(`new TypeError("undefined is not an object (evaluating 'a.L')")`)],
  ['wallet', thrown(`new TypeError(\`can't redefine non-configurable property "solana"\`)`)],
  ['tag manager', thrown(`new TypeError('vv().getRestrictions is not a function')`)],
  ['autofill', thrown(`new ReferenceError("Can't find variable: _AutofillCallbackHandler")`)],
  [
    'autofill, rejected',
    rejected(`new ReferenceError("Can't find variable: _AutofillCallbackHandler")`),
  ],
  [
    'CefSharp',
    rejected(`'Object Not Found Matching Id:7, MethodName:simulateEvent, ParamCount:1'`),
  ],
  ['Java object gone', thrown(`new Error('Error invoking postMessage: Java object is gone')`)],
  [
    'Java exception',
    thrown(`new Error('Error invoking log: Java exception was raised during method invocation')`),
  ],
];
const opaque = [
  'Script error.',
  'Script error',
  'Javascript error: Script error. on line 0',
  'Javascript error: Script error on line 0',
];

/** https://github.com/microsoft/monaco-editor/issues/2382 and others. */
const cancelled: [name: string, reason: string][] = [
  ['VS Code’s Canceled', named('Canceled')],
  ['CanceledError', named('CanceledError', `{ code: 'ERR_CANCELED', __CANCEL__: true }`)],
  ['code ERR_CANCELED', named('Error', `{ code: 'ERR_CANCELED' }`)],
  ['CancelledError', named('CancelledError', '{ revert: true }')],
  ['Monaco’s cancelation', `{ type: 'cancelation', msg: 'operation is manually canceled' }`],
  ['CancellationError', named('CancellationError')],
  ['AbortError by name', named('AbortError')],
  ['AbortError of the platform', dom('The user aborted a request.', 'AbortError')],
];

const refused: [name: string, script: string][] = [
  [
    'play() without a gesture',
    rejected(
      dom(
        `play() failed because the user didn't interact with the document first.`,
        'NotAllowedError',
      ),
    ),
  ],
  ['clipboard', rejected(dom('Write permission denied.', 'NotAllowedError'))],
  ['camera', rejected(dom('Permission denied', 'NotAllowedError'))],
  [
    'wake lock of a hidden page',
    rejected(dom('The requesting page is not visible', 'NotAllowedError')),
  ],
];

const skipped: [name: string, script: string][] = [
  [
    'invalid state',
    rejected(dom('Transition was aborted because of invalid state', 'InvalidStateError')),
  ],
  ['skipped', rejected(dom('Transition was skipped', 'InvalidStateError'))],
  [
    'hidden page',
    rejected(
      dom(
        'View transition was skipped because document visibility state is hidden.',
        'InvalidStateError',
      ),
    ),
  ],
  [
    'took too long',
    rejected(dom('Transition was aborted because of timeout in DOM update', 'TimeoutError')),
  ],
];

/** https://github.com/facebook/react/issues/24563: React has rendered the page anew. */
const hydration: [name: string, message: string][] = [
  ...[418, 419, 421, 422, 423, 425].map((code): [string, string] => [
    `React’s production error ${code}`,
    `Minified React error #${code}; visit https://react.dev/errors/${code}?args[]=text for the full message`,
  ]),
  [
    'React 18',
    'Hydration failed because the initial UI does not match what was rendered on the server.',
  ],
  [
    'React 19',
    `Hydration failed because the server rendered HTML didn't match the client. As a result this tree will be regenerated`,
  ],
  ['text', 'Text content does not match server-rendered HTML.'],
  [
    'the whole root',
    'There was an error while hydrating. Because the error happened outside of a Suspense boundary, the entire root will switch to client rendering.',
  ],
];

export const noiseCases: Case[] = [
  ...filtered.map(([name, script]) => noise('eventFilters', name, script)),
  ...opaque.map((message) => noise('scriptError', message, event(message))),
  off('eventFilters', filtered[0]![1]),
  {
    ...noise('eventFilters', 'from a file', ''),
    files: {
      'bridge.js': {
        body: `setTimeout(() => { throw new ReferenceError("Can't find variable: gmo"); })`,
      },
    },
    async steps(s) {
      await s.run(`document.head.append(Object.assign(document.createElement('script'),
        { src: '${s.url('bridge.js')}' }))`);
      await s.page.waitFor('client.counts.ignored?.eventFilters === 1', s.bench.patienceMs);
    },
  },
  own(
    'a variable that begins like one',
    thrown(`new ReferenceError("Can't find variable: gmoney")`),
  ),
  own(
    'a property that is more than a letter',
    thrown(`new TypeError("undefined is not an object (evaluating 'a.Length')")`),
  ),
  own(
    'another property redefined',
    thrown(`new TypeError('Cannot redefine property: googletags')`),
  ),
  own('Script error within a sentence', thrown(`new Error('no Script error. at all')`)),

  ...cancelled.map(([name, reason]) => noise('abort', name, rejected(reason))),
  own('Canceled, but thrown', thrown(named('Canceled'))),
  own('a time that ran out', rejected(dom('signal timed out', 'TimeoutError'))),
  own('a message about something cancelled', rejected(`new Error('order Canceled')`)),

  ...refused.map(([name, script]) => noise('refused', name, script)),
  off('refused', refused[0]![1]),
  own('a NotAllowedError of the page’s own', thrown(`new DOMException('no', 'NotAllowedError')`)),
  {
    name: 'refused: sound that really must not play',
    area,
    // Where it may play nothing fails, and either way the page did not.
    steps: (s) =>
      s
        .run(
          `const size = 4000, bytes = new Uint8Array(44 + size), view = new DataView(bytes.buffer);
        [...'RIFF....WAVEfmt ....................data'].forEach((c, i) => bytes[i] = c.charCodeAt(0));
        view.setUint32(4, 36 + size, true); view.setUint32(16, 16, true); view.setUint16(20, 1, true);
        view.setUint16(22, 1, true); view.setUint32(24, 8000, true); view.setUint32(28, 8000, true);
        view.setUint16(32, 1, true); view.setUint16(34, 8, true); view.setUint32(40, size, true);
        const sound = new Audio(URL.createObjectURL(new Blob([bytes], { type: 'audio/wav' })));
        window.played = 0;
        sound.play().finally(() => { played = 1; });`,
        )
        .then(async () => {
          await s.page.waitFor('window.played === 1');
          await s.quiet(400);
        }),
    expect: healthy,
  },

  ...skipped.map(([name, script]) => noise('viewTransition', name, script)),

  ...hydration.map(([name, message]) =>
    noise('hydration', name, `reportError(new Error(${JSON.stringify(message)}))`),
  ),
  own(
    'another error of React’s',
    `reportError(new Error('Minified React error #185; visit https://react.dev/errors/185'))`,
  ),

  {
    name: 'what was left out shows in the counts, and debug says what to do, once',
    area,
    page: {
      options: '{ debug: true }',
      head: `<script>window.said = [];
        for (const level of ['log', 'info', 'warn', 'error', 'debug'])
          console[level] = (...all) => said.push(all.join(' '));</script>`,
    },
    async steps(s) {
      await s.run(event('Script error.'));
      await s.run(event('Script error.'));
      await s.page.waitFor('client.counts.ignored?.scriptError === 2', s.bench.patienceMs);
      const said = await s.page.evaluate<string[]>(
        `said.filter((line) => line.includes('crossorigin'))`,
      );
      s.check(said.length === 1, `the console said crossorigin ${said.length} times`);
    },
    expect: healthy,
  },
];
