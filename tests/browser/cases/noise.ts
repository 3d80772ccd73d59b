import { setTimeout as delay } from 'node:timers/promises';
import type { Case, Expected } from '../case.js';
import { unanswered, type Served } from '../harness.js';

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
  ['TanStack Query’s, by its message', `new Error('CancelledError')`],
  [
    'axios’ before 0.22, by its mark',
    `{ message: 'Operation canceled by the user.', __CANCEL__: true }`,
  ],
  ['jQuery’s request, by its statusText', `{ readyState: 0, status: 0, statusText: 'abort' }`],
  ['p-cancelable’s CancelError', named('CancelError')],
  ['PDF.js’ RenderingCancelledException', named('RenderingCancelledException')],
  ['PDF.js’ AbortException', named('AbortException')],
  // https://github.com/vuejs/vue-router/issues/2881
  [
    'Vue Router 3’s, by its mark',
    `Object.assign(new Error('Navigation cancelled from "/a" to "/b" with a new navigation.'), { _isRouter: true, type: 8 })`,
  ],
  [
    'Vue Router 3’s of the same route',
    named('NavigationDuplicated', '{ _isRouter: true, type: 16 }'),
  ],
  ['Ember’s transition', named('TransitionAborted')],
  [
    'Redux Toolkit’s thunk that was not needed',
    `{ name: 'ConditionError', message: 'Aborted due to condition callback returning false.' }`,
  ],
  [
    'ofetch’s, by its cause',
    `new Error('[GET] "/a": <no response> signal is aborted without reason', { cause: ${dom('signal is aborted without reason', 'AbortError')} })`,
  ],
  ['a dialog of Element or Vant, by a word', `'cancel'`],
  ['a request with a word for a reason', `new Error('cancelled')`],
  [
    'Firebase’s sign-in',
    `Object.assign(new Error('Firebase: Error (auth/popup-closed-by-user).'), { name: 'FirebaseError', code: 'auth/popup-closed-by-user' })`,
  ],
  [
    'MSAL’s sign-in',
    `Object.assign(new Error('user_cancelled: See https://aka.ms/msal.js.errors'), { name: 'BrowserAuthError', errorCode: 'user_cancelled' })`,
  ],
  ['Google’s sign-in', `{ type: 'popup_closed', message: 'Popup window closed' }`],
  ['Apple’s sign-in', `{ error: 'popup_closed_by_user' }`],
  ['a wallet’s', `{ code: 4001, message: 'User rejected the request.' }`],
  [
    'ethers’',
    `Object.assign(new Error('user rejected action (action="sendTransaction", code=ACTION_REJECTED, version=6.7.1)'), { code: 'ACTION_REJECTED' })`,
  ],
  ['a place that was not told', `new Error('User denied Geolocation')`],
  ['a serial port', dom('No port selected by the user.', 'NotFoundError')],
  [
    'a pointer that was let go',
    dom('The user has exited the lock before this request was completed.', 'SecurityError'),
  ],
  ['Firefox’s whole screen', `new TypeError('Fullscreen request denied')`],
  [
    'WebKit’s whole screen',
    `new TypeError('Cannot request fullscreen without transient activation.')`,
  ],
  ['Chromium’s whole screen', `new TypeError('Permissions check failed')`],
  ['a dialog, by a sentence', `new Error('Operation cancelled by the user')`],
  [
    'Supabase’s request, by its text',
    `{ message: 'AbortError: signal is aborted without reason' }`,
  ],
  ['all of Promise.any', `new AggregateError([${named('AbortError')}, ${named('CanceledError')}])`],
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
  [
    'told by an error of a frame',
    `const frame = document.createElement('iframe'); document.body.append(frame);
      ${rejected(`new frame.contentWindow.DOMException('play() failed', 'NotAllowedError')`)}`,
  ],
  ['camera', rejected(dom('Permission denied', 'NotAllowedError'))],
  [
    'a passkey, told by an error of SimpleWebAuthn',
    rejected(
      named(
        'NotAllowedError',
        `{ cause: ${dom('The operation either timed out or was not allowed.', 'NotAllowedError')} }`,
      ),
    ),
  ],
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

/** What a page has broken that a rule may need. */
const broken: [name: string, script: string][] = [
  ['no DOMException', 'window.DOMException = undefined'],
  ['a test that throws', `RegExp.prototype.test = () => { throw new Error('polyfill'); }`],
];
/** What reaches the page: its own errors, and none of ours. */
const surprises = `<script>window.surprises = []; for (const type of ['error', 'unhandledrejection'])
  addEventListener(type, (e) => surprises.push(e.message || type));</script>`;

/** What is under way as a page is left; all but Chromium cut it once another page is asked for. */
const cut: [name: string, script: string][] = [
  ['a request', `fetch('$url/stuck.js')`],
  ['a module', `import('$url/stuck.js')`],
  [
    'a chunk',
    `new Promise((_, reject) => {
      const script = document.createElement('script');
      script.src = '$url/stuck.js';
      script.onerror = () => reject(Object.assign(new Error('Loading chunk 5 failed.'), { name: 'ChunkLoadError' }));
      document.head.append(script);
    })`,
  ],
  [
    'a script, told by its event',
    `new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = '$url/stuck.js';
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    })`,
  ],
  [
    'a request, told by what has no status, as jQuery and Angular do',
    `new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.onload = resolve;
      request.onabort = request.onerror = () => reject(request);
      request.open('GET', '$url/stuck.js');
      request.send();
    })`,
  ],
  [
    'a request, told by an error of the app that has it as its cause',
    `fetch('$url/stuck.js').catch((cause) => { throw new Error('no list', { cause }); })`,
  ],
  ['a sound', `Object.assign(new Audio('$url/stuck.js'), { muted: true }).play()`],
  [
    'a request of axios',
    `new Promise((_, reject) => {
      const request = new XMLHttpRequest();
      request.onabort = () => reject(Object.assign(new Error('Request aborted'), { code: 'ECONNABORTED' }));
      request.onerror = () => reject(new Error('Network Error'));
      request.open('GET', '$url/stuck.js');
      request.send();
    })`,
  ],
];
/** A page that takes its time. */
const slowPage: Served = async () => {
  await delay(1000);
  return { body: '<!doctype html>next', type: 'text/html' };
};

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
  own(
    'one of Promise.any',
    rejected(`new AggregateError([${named('AbortError')}, new Error('boom')])`),
  ),
  own('a time that ran out', rejected(dom('signal timed out', 'TimeoutError'))),
  own('a message about something cancelled', rejected(`new Error('order Canceled')`)),
  own(
    'a popup that the browser blocked',
    rejected(named('FirebaseError', `{ code: 'auth/popup-blocked' }`)),
  ),
  own('a code that wallets have, too', rejected(`{ code: 4001, message: 'invalid parameter' }`)),
  own('a sentence for an error', rejected(`{ error: 'The bank has cancelled the payment.' }`)),
  own('a name that says user', rejected(`new TypeError('user.closed is not a function')`)),
  own('a user that was rejected, but thrown', thrown(`new Error('User rejected the request.')`)),
  own('somebody who could not cancel', rejected(named('CancelOrderError'))),
  own('a connection that was aborted', rejected(named('Error', `{ code: 'ECONNABORTED' }`))),

  own(
    'a message that was changed and names an extension',
    thrown(`(() => {
      const error = new Error('no answer from chrome-extension://abcdef/x.js');
      error.message = 'bridge: ' + error.message;
      return error;
    })()`),
  ),
  {
    name: 'own: lists with what is no pattern in them',
    area,
    page: { options: '{ ignoreErrors: [undefined, null, {}, 7], denyUrls: [undefined] }' },
    steps: (s) => s.run(thrown(`new Error('boom')`)),
    expect: crash,
  },

  ...broken.map(([name, script]): Case => ({
    name: `own: an error on a page with ${name}`,
    area,
    page: { head: surprises },
    async steps(s) {
      await s.run(`${script}; ${thrown(`new Error('boom')`)}`);
      await s.settled('a crash', ({ crashed }) => crashed === 1);
      const seen = await s.page.evaluate<string[]>('surprises');
      s.check(seen.length === 1, `the page met ${seen.join(', ')}`);
    },
    expect: crash,
  })),
  ...['throw', 'return Promise.reject', 'crashfree.captureException'].map((how): Case => ({
    name: `own: a proxy that was revoked, by ${how}`,
    area,
    page: { head: surprises },
    async steps(s) {
      await s.run(`setTimeout(() => {
          const { proxy, revoke } = Proxy.revocable({}, {});
          revoke();
          ${how}(proxy);
        })`);
      await s.settled('an error', ({ healthy }) => healthy === 0);
      const seen = await s.page.evaluate<string[]>('surprises');
      s.check(seen.length <= 1, `the page met ${seen.join(', ')}`);
    },
    expect: how.startsWith('crashfree') ? { all: 1, errored: 1, items: 2 } : crash,
  })),

  ...cut.map(([name, script]): Case => ({
    name: `leaving: ${name}, the next page is slow`,
    area,
    async steps(s) {
      await s.page.leave(s.fill(`${script}; setTimeout(() => location.assign('$url/next'), 50)`));
    },
    pages: { next: { load: 'none' } },
    files: { 'stuck.js': unanswered, next: slowPage },
    expect: healthy,
  })),
  {
    name: 'own: a request that failed long after a page was asked for that never came',
    area,
    page: { head: surprises },
    async steps(s) {
      await s.run(`location.assign('nothing')`);
      await s.hit('nothing');
      await s.run(`setTimeout(() => fetch('http://127.0.0.1:1/'), 1500)`);
    },
    files: { nothing: { status: 204, body: '' } },
    expect: crash,
  },

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
